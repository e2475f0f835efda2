// SPDX-License-Identifier: MIT
/*
 * Subsystem restart: what becomes of a network that has crashed. The card tells
 * the host step by step on channels 6 and 7, gives it a dump of what was there,
 * and then has the DMA bridge channel for others; it restarts one channel at a
 * time. docs/aic100.md has the sequence.
 *
 * From the crash to the end the channel is held: whoever deactivates it
 * meanwhile loses it, but nobody else gets it. A host that does not listen (no
 * channel, or no answer to the first event) has not given up its half of it, so
 * then the card keeps the dead network until its user deactivates it.
 *
 * All of it runs on the QSM, but for the bits of crashed channels and the timer.
 */
#include "ssr.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ANSWER_NS 5000000000ull /* that the host may take for an answer */
#define POWER_UPS 3 /* how often a NACK of the last event is not the end */

enum ssr_step {
	STEP_IDLE,
	STEP_BEFORE_SHUTDOWN,
	STEP_AFTER_SHUTDOWN,
	STEP_BEFORE_POWER_UP,
	STEP_INFO, /* asked whether the host takes a dump */
	STEP_DUMP, /* it reads */
	STEP_AFTER_POWER_UP,
};

static const struct {
	const char *name;
	uint32_t event; /* that begins it and whose answer ends it */
} steps[] = {
	[STEP_IDLE] = { "idle" },
	[STEP_BEFORE_SHUTDOWN] = { "before-shutdown", SSR_BEFORE_SHUTDOWN },
	[STEP_AFTER_SHUTDOWN] = { "after-shutdown", SSR_AFTER_SHUTDOWN },
	[STEP_BEFORE_POWER_UP] = { "before-power-up", SSR_BEFORE_POWER_UP },
	[STEP_INFO] = { "transfer-info" },
	[STEP_DUMP] = { "dump" },
	[STEP_AFTER_POWER_UP] = { "after-power-up", SSR_AFTER_POWER_UP },
};

struct aic100_ssr {
	atomic_uint crashed; /* a bit for each channel; any thread */
	atomic_bool late; /* set by the timer */
	struct axm_timer timer; /* device lock */

	/* The QSM's. */
	enum ssr_step step;
	unsigned int dbc; /* unless idle */
	bool unsent; /* the step's message waits for room */
	unsigned int power_ups;
	struct ssr_dump dump;
};

static void answered(struct aic100 *a)
{
	struct aic100_ssr *s = a->ssr;

	axm_lock(a->dev);
	axm_timer_cancel(a->dev, &s->timer);
	atomic_store(&s->late, false);
	axm_unlock(a->dev);
}

static void wait_for_host(struct aic100 *a)
{
	struct aic100_ssr *s = a->ssr;

	axm_lock(a->dev);
	atomic_store(&s->late, false);
	axm_timer_arm(a->dev, &s->timer, ANSWER_NS);
	axm_unlock(a->dev);
}

static void on_timer(struct axm_device *dev, struct axm_timer *timer)
{
	struct aic100 *a = axm_priv(dev);

	atomic_store(&a->ssr->late, true);
	aic100_qsm_kick(a);
}

/* -- steps -------------------------------------------------------------- */

static void end(struct aic100 *a, const char *why)
{
	struct aic100_ssr *s = a->ssr;

	answered(a);
	ssr_dump_drop(a, &s->dump);
	aic100_log(a, "ssr", "dbc=%u step=%s end=%s", s->dbc,
		   steps[s->step].name, why);
	s->step = STEP_IDLE;
	s->unsent = false;
	aic100_qsm_kick(a); /* there may be another one */
}

static int send_step(struct aic100 *a)
{
	struct aic100_ssr *s = a->ssr;
	struct ssr_word event = {
		.h = { htole32(SSR_EVENT), htole32(sizeof(event)),
		       htole32(s->dbc) },
		.value = htole32(steps[s->step].event),
	};
	struct ssr_range info = {
		.h = { htole32(SSR_TRANSFER_INFO), htole32(sizeof(info)),
		       htole32(s->dbc) },
		.addr = htole64(s->dump.addr),
		.len = htole64(s->dump.regions * sizeof(s->dump.region[0])),
	};

	if (s->step == STEP_INFO)
		return aic100_mhi_send(a, AIC100_CH_SSR + 1, &info,
				       sizeof(info));
	return aic100_mhi_send(a, AIC100_CH_SSR + 1, &event, sizeof(event));
}

static void try_send(struct aic100 *a)
{
	struct aic100_ssr *s = a->ssr;
	int ret = send_step(a);

	s->unsent = ret == -ENOBUFS;
	if (ret && !s->unsent)
		end(a, "channel-lost");
}

static void enter(struct aic100 *a, enum ssr_step step)
{
	struct aic100_ssr *s = a->ssr;

	s->step = step;
	aic100_log(a, "ssr", "dbc=%u step=%s", s->dbc, steps[step].name);
	wait_for_host(a);
	try_send(a);
}

/* The host has let go of the channel: now the network goes. */
static void shut_down(struct aic100 *a)
{
	struct aic100_ssr *s = a->ssr;
	struct aic100_dbc_view now;
	/* Its user may have deactivated it since the crash. */
	bool there = aic100_dbc_view(a, s->dbc, &now) &&
		     now.config.memory == s->dump.view.config.memory;
	uint64_t size = there ? now.config.memory_size : 0;

	aic100_dbc_stop(a, s->dbc);
	ssr_dump_make(a, &s->dump, size);
	aic100_nnc_crashed(a, s->dbc);
}

static void go_on(struct aic100 *a)
{
	struct aic100_ssr *s = a->ssr;

	switch (s->step) {
	case STEP_BEFORE_SHUTDOWN:
		shut_down(a);
		enter(a, STEP_AFTER_SHUTDOWN);
		break;
	case STEP_AFTER_SHUTDOWN:
		enter(a, STEP_BEFORE_POWER_UP);
		break;
	case STEP_BEFORE_POWER_UP:
		enter(a, s->dump.addr ? STEP_INFO : STEP_AFTER_POWER_UP);
		break;
	default:
		end(a, "done");
	}
}

/* No answer, or a NACK: the rest of the conversation is its last event. */
static void cut_short(struct aic100 *a, const char *why)
{
	struct aic100_ssr *s = a->ssr;

	if (s->step == STEP_BEFORE_SHUTDOWN || s->step == STEP_AFTER_POWER_UP) {
		end(a, why);
		return;
	}
	ssr_dump_drop(a, &s->dump);
	enter(a, STEP_AFTER_POWER_UP);
}

/* -- what the host sends ------------------------------------------------ */

static int on_event(struct aic100 *a, const void *packet)
{
	const struct ssr_word *w = packet;
	struct aic100_ssr *s = a->ssr;
	uint32_t value = le32toh(w->value);

	if (!steps[s->step].event)
		return -ESTALE;
	if (value != SSR_NACK && value != steps[s->step].event)
		return -EPROTO;
	answered(a);
	if (value != SSR_NACK)
		go_on(a);
	else if (s->step == STEP_AFTER_POWER_UP && ++s->power_ups < POWER_UPS)
		enter(a, STEP_AFTER_POWER_UP);
	else
		cut_short(a, "nack");
	return 0;
}

static int on_info(struct aic100 *a, const void *packet)
{
	const struct ssr_word *w = packet;
	struct aic100_ssr *s = a->ssr;

	if (s->step != STEP_INFO)
		return -ESTALE;
	if (w->value) {
		cut_short(a, "no-dump");
		return 0;
	}
	s->step = STEP_DUMP;
	aic100_log(a, "ssr", "dbc=%u step=%s", s->dbc, steps[s->step].name);
	wait_for_host(a);
	return 0;
}

static int on_read(struct aic100 *a, const void *packet)
{
	const struct ssr_range *r = packet;
	struct aic100_ssr *s = a->ssr;
	uint64_t addr = le64toh(r->addr), len = le64toh(r->len);
	struct ssr_data *answer;
	int ret;

	if (s->step != STEP_DUMP)
		return -ESTALE;
	if (!len || len > AIC100_PACKET_MAX - 1 - sizeof(*answer) ||
	    !ssr_dump_has(&s->dump, addr, len))
		return -EPROTO;
	answer = malloc(sizeof(*answer) + len);
	if (!answer)
		return -ENOMEM;
	*answer = (struct ssr_data){
		.h = { htole32(SSR_MEMORY_READ_RESP),
		       htole32((uint32_t)(sizeof(*answer) + len)), r->h.dbc },
	};
	memcpy(answer->data, aic100_ddr_at(a, addr, len), len);
	ret = aic100_mhi_send(a, AIC100_CH_SSR + 1, answer,
			      sizeof(*answer) + len);
	free(answer);
	if (!ret)
		wait_for_host(a);
	return ret;
}

static int on_done(struct aic100 *a, const void *packet)
{
	const struct ssr_word *w = packet;
	struct ssr_word answer = {
		.h = { htole32(SSR_DONE_RESP), htole32(sizeof(answer)),
		       w->h.dbc },
	};
	int ret;

	if (a->ssr->step != STEP_DUMP)
		return -ESTALE;
	ret = aic100_mhi_send(a, AIC100_CH_SSR + 1, &answer, sizeof(answer));
	if (ret)
		return ret;
	ssr_dump_drop(a, &a->ssr->dump);
	enter(a, STEP_AFTER_POWER_UP);
	return 0;
}

static const struct answer {
	uint32_t command;
	uint32_t size;
	int (*run)(struct aic100 *a, const void *packet);
} answers[] = {
	{ SSR_EVENT_RESP, sizeof(struct ssr_word), on_event },
	{ SSR_TRANSFER_INFO_RESP, sizeof(struct ssr_word), on_info },
	{ SSR_MEMORY_READ, sizeof(struct ssr_range), on_read },
	{ SSR_DONE, sizeof(struct ssr_word), on_done },
};

/* What comes when nobody waits for it may only be late, and does no harm. */
static int ssr_receive(struct aic100 *a, const void *data, size_t len)
{
	struct aic100_ssr *s = a->ssr;
	struct ssr_range packet = { 0 };
	const struct answer *found = NULL;
	int ret;

	if (len < sizeof(packet.h) || len > sizeof(packet))
		return -EPROTO;
	memcpy(&packet, data, len);
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++)
		if (le32toh(packet.h.command) == answers[i].command)
			found = &answers[i];
	if (!found || len != found->size || le32toh(packet.h.len) != len ||
	    le32toh(packet.h.dbc) >= AIC100_DBCS)
		return -EPROTO;
	ret = le32toh(packet.h.dbc) == s->dbc ? found->run(a, &packet) :
						-ESTALE;
	if (ret == -ESTALE)
		aic100_log(a, "ssr", "dbc=%u late=0x%x", le32toh(packet.h.dbc),
			   found->command);
	/* No room for the answer: the packet stays until there is. */
	if (ret == -ENOBUFS)
		return -EAGAIN;
	return ret == -ESTALE || ret == -ENOTCONN ? 0 : ret;
}

static void ssr_changed(struct aic100 *a, unsigned int channel, bool running)
{
	if (!running && a->ssr->step != STEP_IDLE)
		end(a, "channel-stopped");
}

static void ssr_room(struct aic100 *a)
{
	if (a->ssr->unsent)
		try_send(a);
	else
		aic100_mhi_again(a, AIC100_CH_SSR);
}

const struct aic100_channel_ops aic100_ssr_channel = {
	.name = "ssr",
	.ee = AIC100_EE_AMSS,
	.receive = ssr_receive,
	.changed = ssr_changed,
	.room = ssr_room,
};

/* -- crashes ------------------------------------------------------------ */

void aic100_ssr_crash(struct aic100 *a, unsigned int dbc)
{
	atomic_fetch_or(&a->ssr->crashed, 1u << dbc);
	aic100_qsm_kick(a);
}

bool aic100_ssr_holds(struct aic100 *a, unsigned int dbc)
{
	struct aic100_ssr *s = a->ssr;

	return atomic_load(&s->crashed) & 1u << dbc ||
	       (s->step != STEP_IDLE && s->dbc == dbc);
}

static bool host_listens(struct aic100 *a)
{
	return aic100_mhi_running(a, AIC100_CH_SSR) &&
	       aic100_mhi_running(a, AIC100_CH_SSR + 1);
}

static void begin(struct aic100 *a, unsigned int dbc)
{
	struct aic100_ssr *s = a->ssr;

	s->dbc = s->dump.dbc = dbc;
	s->power_ups = 0;
	if (!aic100_dbc_view(a, dbc, &s->dump.view)) {
		aic100_log(a, "ssr", "dbc=%u end=no-network", dbc);
		return;
	}
	aic100_dbc_crash(a, dbc);
	aic100_log(a, "ssr", "dbc=%u crashed", dbc);
	ssr_dump_take(a, &s->dump);
	if (host_listens(a))
		enter(a, STEP_BEFORE_SHUTDOWN);
	else
		aic100_log(a, "ssr", "dbc=%u end=no-channel", dbc);
}

/* The bit goes when the step is set, so the channel is held throughout. */
void aic100_ssr_work(struct aic100 *a)
{
	struct aic100_ssr *s = a->ssr;
	unsigned int mask;

	if (s->step != STEP_IDLE && atomic_exchange(&s->late, false))
		cut_short(a, "no-answer");
	while (s->step == STEP_IDLE && (mask = atomic_load(&s->crashed))) {
		unsigned int dbc = (unsigned int)__builtin_ctz(mask);

		begin(a, dbc);
		atomic_fetch_and(&s->crashed, ~(1u << dbc));
	}
}

int aic100_ssr_init(struct aic100 *a)
{
	a->ssr = calloc(1, sizeof(*a->ssr));
	if (!a->ssr)
		return -ENOMEM;
	a->ssr->timer.run = on_timer;
	return 0;
}

void aic100_ssr_fini(struct aic100 *a)
{
	free(a->ssr);
	a->ssr = NULL;
}

void aic100_ssr_reset(struct aic100 *a)
{
	struct aic100_ssr *s = a->ssr;

	ssr_dump_drop(a, &s->dump);
	axm_timer_cancel(a->dev, &s->timer);
	atomic_store(&s->crashed, 0);
	atomic_store(&s->late, false);
	s->step = STEP_IDLE;
	s->unsent = false;
}
