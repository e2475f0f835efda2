// SPDX-License-Identifier: MIT
/*
 * Contexts and the command ring: channels that start, stop and are reset.
 *
 * The driver does not reset its boot loader's channels when the card leaves
 * that, and may still be starting some of them then: they start, but are mute.
 */
#include "mhi.h"

#include <errno.h>
#include <string.h>

#define OTHER(text) { .name = text, .ee = AIC100_EE_AMSS }

/* What the card does not speak, it takes and gives no answer. */
static const struct aic100_channel_ops diag = OTHER("diag");
static const struct aic100_channel_ops qdss = OTHER("qdss");
static const struct aic100_channel_ops telemetry = OTHER("telemetry");
static const struct aic100_channel_ops debug = OTHER("debug");
static const struct aic100_channel_ops ipcr = OTHER("ipcr");

static const struct aic100_channel_ops *const table[AIC100_CH_END / 2] = {
	[AIC100_CH_LOOPBACK / 2] = &aic100_loopback_channel,
	[AIC100_CH_SAHARA / 2] = &aic100_sahara_channel,
	[AIC100_CH_DIAG / 2] = &diag,
	[AIC100_CH_SSR / 2] = &aic100_ssr_channel,
	[AIC100_CH_QDSS / 2] = &qdss,
	[AIC100_CH_CONTROL / 2] = &aic100_control_channel,
	[AIC100_CH_LOGGING / 2] = &aic100_logging_channel,
	[AIC100_CH_STATUS / 2] = &aic100_status_channel,
	[AIC100_CH_TELEMETRY / 2] = &telemetry,
	[AIC100_CH_DEBUG / 2] = &debug,
	[AIC100_CH_TIMESYNC / 2] = &aic100_timesync_channel,
	[AIC100_CH_TIMESYNC_PERIODIC / 2] = &aic100_periodic_channel,
	[AIC100_CH_IPCR / 2] = &ipcr,
};

static uint32_t word32(const uint8_t *context, unsigned int at)
{
	__le32 value;

	memcpy(&value, context + at, sizeof(value));
	return le32toh(value);
}

/* Of two registers, as the host wrote them. */
static uint64_t base(struct aic100_mhi *m, unsigned int offset)
{
	uint64_t value;

	axm_lock(m->a->dev);
	value = (uint64_t)m->reg[offset / 4 + 1] << 32 | m->reg[offset / 4];
	axm_unlock(m->a->dev);
	return value;
}

static bool open_event(struct aic100_mhi *m)
{
	uint64_t at = base(m, MHI_REG_ECABAP);
	uint8_t context[MHI_CONTEXT_SIZE];

	if (!aic100_mhi_context(m, at, "event ring", context))
		return false;
	m->vector = word32(context, MHI_CONTEXT_WORD2);
	if (word32(context, MHI_CONTEXT_TYPE) != MHI_EVENT_RING_VALID ||
	    m->vector >= AIC100_VECTORS) {
		aic100_mhi_sys_err(m->a, "event ring: type %u, vector %u",
				   word32(context, MHI_CONTEXT_TYPE),
				   m->vector);
		return false;
	}
	return aic100_mhi_ring_open(m, &m->event, at, context, "event ring");
}

static bool open_command(struct aic100_mhi *m)
{
	uint64_t at = base(m, MHI_REG_CRCBAP);
	uint8_t context[MHI_CONTEXT_SIZE];

	return aic100_mhi_context(m, at, "command ring", context) &&
	       aic100_mhi_ring_open(m, &m->command, at, context,
				    "command ring");
}

bool aic100_mhi_open(struct aic100_mhi *m)
{
	uint32_t cfg = (uint32_t)base(m, MHI_REG_CFG);

	if (aic100_get(MHI_CFG_NER, cfg) != AIC100_EVENT_RINGS ||
	    aic100_get(MHI_CFG_NHWER, cfg)) {
		aic100_mhi_sys_err(m->a, "MHICFG 0x%x: not one event ring",
				   cfg);
		return false;
	}
	m->channels = base(m, MHI_REG_CCABAP);
	return open_event(m) && open_command(m);
}

/* Zero is a channel that this EE has left behind. */
const struct aic100_channel_ops *aic100_mhi_ops(struct aic100_mhi *m,
						unsigned int channel)
{
	const struct aic100_channel_ops *ops = table[channel / 2];

	return ops->ee == aic100_mhi_ee(m->a) ? ops : NULL;
}

static uint64_t context_at(struct aic100_mhi *m, unsigned int channel)
{
	return m->channels + (uint64_t)channel * MHI_CONTEXT_SIZE;
}

/* The other bits of the word are the host's. */
static bool put_state(struct aic100_mhi *m, unsigned int channel,
		      const uint8_t *context, enum mhi_channel_state state)
{
	uint32_t word = word32(context, MHI_CONTEXT_WORD0);
	int ret;

	word = (word & ~MHI_CHCFG_STATE) | state;
	ret = axm_dma_store32(m->a->dev, context_at(m, channel), htole32(word));
	if (ret)
		aic100_mhi_dma_failed(m, "channel context", ret);
	return !ret;
}

static void changed(struct aic100_mhi *m, unsigned int channel, bool running)
{
	const struct aic100_channel_ops *ops = table[channel / 2];

	axm_trace(m->a->dev, "channel", "number=%u name=%s running=%d", channel,
		  ops->name, running);
	if (ops->changed)
		ops->changed(m->a, channel, running);
}

static void stop_channel(struct aic100_mhi *m, unsigned int channel)
{
	struct mhi_channel *ch = &m->channel[channel];
	bool was = ch->running;

	aic100_mhi_forget(ch);
	if (was)
		changed(m, channel, false);
}

void aic100_mhi_stop_channels(struct aic100_mhi *m, bool all)
{
	for (unsigned int i = 0; i < AIC100_CH_END; i++)
		if (all || !aic100_mhi_ops(m, i))
			stop_channel(m, i);
}

static bool start_ok(struct aic100_mhi *m, unsigned int channel,
		     const uint8_t *context)
{
	uint32_t state = word32(context, MHI_CONTEXT_WORD0) & MHI_CHCFG_STATE;
	uint32_t type = word32(context, MHI_CONTEXT_TYPE);
	uint32_t ring = word32(context, MHI_CONTEXT_WORD2);
	const char *why = NULL;

	if (m->channel[channel].running)
		why = "it runs";
	else if (table[channel / 2]->ee > aic100_mhi_ee(m->a))
		why = "not in this execution environment";
	else if (state != MHI_CHANNEL_ENABLED && state != MHI_CHANNEL_STOP)
		why = "its context's state";
	else if (type != (channel % 2 ? MHI_CHTYPE_IN : MHI_CHTYPE_OUT))
		why = "its context's direction";
	else if (ring >= AIC100_EVENT_RINGS)
		why = "its context's event ring";
	if (why)
		aic100_mhi_sys_err(m->a, "start of channel %u: %s", channel,
				   why);
	return !why;
}

static bool start(struct aic100_mhi *m, unsigned int channel, uint8_t *context)
{
	struct mhi_channel *ch = &m->channel[channel];

	if (!start_ok(m, channel, context) ||
	    !aic100_mhi_ring_open(m, &ch->ring, context_at(m, channel), context,
				  "channel") ||
	    !put_state(m, channel, context, MHI_CHANNEL_RUNNING))
		return false;
	ch->scan = ch->ring.rp;
	ch->running = true;
	return true;
}

/* A later start goes on at the context's read pointer. */
static bool pause(struct aic100_mhi *m, unsigned int channel, uint8_t *context)
{
	struct mhi_channel *ch = &m->channel[channel];
	uint64_t rp = aic100_mhi_ring_address(&ch->ring, ch->ring.rp);
	int ret;

	if (!ch->running) {
		aic100_mhi_sys_err(m->a, "stop of channel %u: it does not run",
				   channel);
		return false;
	}
	ret = axm_dma_store32(m->a->dev, ch->ring.context + MHI_CONTEXT_RP,
			      htole32((uint32_t)rp));
	if (ret) {
		aic100_mhi_dma_failed(m, "channel context", ret);
		return false;
	}
	stop_channel(m, channel);
	return put_state(m, channel, context, MHI_CHANNEL_STOP);
}

static bool disable(struct aic100_mhi *m, unsigned int channel,
		    uint8_t *context)
{
	stop_channel(m, channel);
	return put_state(m, channel, context, MHI_CHANNEL_DISABLED);
}

static const struct {
	uint8_t type;
	bool (*run)(struct aic100_mhi *m, unsigned int channel,
		    uint8_t *context); /* NULL: nothing */
} commands[] = {
	{ MHI_TYPE_NOOP, NULL },
	{ MHI_TYPE_CMD_RESET, disable },
	{ MHI_TYPE_CMD_STOP, pause },
	{ MHI_TYPE_CMD_START, start },
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static bool run(struct aic100_mhi *m, uint32_t type, unsigned int channel)
{
	uint8_t context[MHI_CONTEXT_SIZE];
	size_t i = 0;

	while (i < COMMANDS && commands[i].type != type)
		i++;
	if (i == COMMANDS) {
		aic100_mhi_sys_err(m->a, "command 0x%x is unknown", type);
		return false;
	}
	if (!commands[i].run)
		return true;
	if (channel >= AIC100_CH_END) {
		aic100_mhi_sys_err(m->a, "channel %u does not exist", channel);
		return false;
	}
	return aic100_mhi_context(m, context_at(m, channel), "channel",
				  context) &&
	       commands[i].run(m, channel, context);
}

/* A channel's first packet comes after the completion of its start. */
static void command(struct aic100_mhi *m)
{
	struct mhi_ring *ring = &m->command;
	uint64_t at = aic100_mhi_ring_address(ring, ring->rp);
	uint32_t type, channel;
	struct mhi_element e;

	if (!aic100_mhi_ring_read(m, ring, ring->rp, &e))
		return;
	aic100_note_element(m->a, "command", 0, &e);
	type = aic100_get(MHI_D1_TYPE, le32toh(e.d1));
	channel = aic100_get(MHI_D1_CHANNEL, le32toh(e.d1));
	if (!run(m, type, channel))
		return;
	ring->rp = aic100_mhi_ring_next(ring, ring->rp);
	aic100_mhi_event(m, at, aic100_put(MHI_EVENT_CODE, MHI_CODE_SUCCESS),
			 aic100_put(MHI_D1_TYPE, MHI_TYPE_EVENT_COMMAND),
			 false);
	if (type == MHI_TYPE_CMD_START && aic100_mhi_ops(m, channel))
		changed(m, channel, true);
}

void aic100_mhi_commands(struct aic100_mhi *m)
{
	while (m->command.rp != m->command.wp && aic100_mhi_active(m) &&
	       aic100_mhi_events_out(m) && !axm_cancelled(m->a->dev))
		command(m);
}
