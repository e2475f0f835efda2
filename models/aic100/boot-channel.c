// SPDX-License-Identifier: MIT
/* Small channels: the boot's log, time, and an echo. All QSM. */
#include "boot.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

/* -- the log: lines wait for the host, the last ones are lost */

static void log_flush(struct aic100 *a)
{
	struct aic100_boot *b = a->boot;
	unsigned int sent = 0;

	while (sent < b->lines &&
	       !aic100_mhi_send(a, AIC100_CH_LOGGING + 1, b->line[sent],
				strlen(b->line[sent]) + 1))
		sent++;
	b->lines -= sent;
	memmove(b->line[0], b->line[sent], sizeof(b->line[0]) * b->lines);
}

void aic100_boot_log(struct aic100 *a, const char *format, ...)
{
	struct aic100_boot *b = a->boot;
	va_list args;

	if (b->lines == BOOT_LINES)
		return;
	va_start(args, format);
	vsnprintf(b->line[b->lines], BOOT_LINE, format, args);
	va_end(args);
	aic100_log(a, "boot", "%s", b->line[b->lines]);
	b->lines++;
	log_flush(a);
}

static void log_changed(struct aic100 *a, unsigned int channel, bool running)
{
	if (running && channel == AIC100_CH_LOGGING + 1)
		log_flush(a);
}

const struct aic100_channel_ops aic100_logging_channel = {
	.name = "logging",
	.ee = AIC100_EE_SBL,
	.changed = log_changed,
	.room = log_flush,
};

/* -- time: what the host says is noted; the card has no use for it */

static int take_time(struct aic100 *a, const void *data, size_t len)
{
	struct timesync_time t;

	if (len != sizeof(t))
		return -EPROTO;
	memcpy(&t, data, sizeof(t));
	if (le16toh(t.h.magic) != TIMESYNC_MAGIC || t.h.type != TIMESYNC_TIME)
		return -EPROTO;
	axm_trace(a->dev, "host-time", "%llu.%06llu",
		  (unsigned long long)le64toh(t.seconds),
		  (unsigned long long)le64toh(t.microseconds));
	return 0;
}

static void say_time(struct aic100 *a, enum timesync_type type)
{
	struct timesync_header h = {
		.magic = htole16(TIMESYNC_MAGIC),
		.type = (uint8_t)type,
	};

	aic100_mhi_send(a, AIC100_CH_TIMESYNC + 1, &h, sizeof(h));
}

static int time_receive(struct aic100 *a, const void *data, size_t len)
{
	int ret = take_time(a, data, len);

	if (!ret)
		say_time(a, TIMESYNC_ACK);
	return ret;
}

static void time_changed(struct aic100 *a, unsigned int channel, bool running)
{
	if (running && aic100_mhi_running(a, AIC100_CH_TIMESYNC) &&
	    aic100_mhi_running(a, AIC100_CH_TIMESYNC + 1))
		say_time(a, TIMESYNC_ASK);
}

const struct aic100_channel_ops aic100_timesync_channel = {
	.name = "timesync",
	.ee = AIC100_EE_SBL,
	.receive = time_receive,
	.changed = time_changed,
};

const struct aic100_channel_ops aic100_periodic_channel = {
	.name = "timesync-periodic",
	.ee = AIC100_EE_AMSS,
	.receive = take_time,
};

/* -- the echo, as fast as the host takes it */

static int loopback_receive(struct aic100 *a, const void *data, size_t len)
{
	int ret = aic100_mhi_send(a, AIC100_CH_LOOPBACK + 1, data, len);

	if (ret == -ENOBUFS)
		return -EAGAIN;
	return ret == -ENOTCONN ? 0 : ret;
}

static void loopback_room(struct aic100 *a)
{
	aic100_mhi_again(a, AIC100_CH_LOOPBACK);
}

/* What waited for a channel that is gone waits no more. */
static void loopback_changed(struct aic100 *a, unsigned int channel,
			     bool running)
{
	if (channel == AIC100_CH_LOOPBACK + 1)
		aic100_mhi_again(a, AIC100_CH_LOOPBACK);
}

const struct aic100_channel_ops aic100_loopback_channel = {
	.name = "loopback",
	.ee = AIC100_EE_AMSS,
	.receive = loopback_receive,
	.changed = loopback_changed,
	.room = loopback_room,
};
