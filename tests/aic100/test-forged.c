// SPDX-License-Identifier: MIT
/*
 * What breaks MHI's protocol: each forgery is a SYS_ERR, and after a reset the
 * card works as before.
 */
#include "host.h"
#include "tap.h"

#include <endian.h>
#include <stdio.h>
#include <string.h>

#define LOOP AIC100_CH_LOOPBACK
#define BACK (AIC100_CH_LOOPBACK + 1)
#define OUTSIDE 0x1000 /* an address that the card may not use */

struct forgery {
	void (*forge)(struct host *h);
	const char *reason; /* a part of what the card says */
	bool early; /* before M0 is asked for, by this */
};

static bool works(struct host *h)
{
	uint8_t *data = host_alloc(h, 64, 64), back[64];

	memset(data, 0x5a, 64);
	return host_mhi(h) && host_start_pair(h, LOOP) &&
	       host_send(h, LOOP, data, 64) &&
	       host_receive(h, BACK, back, sizeof(back), HOST_MS) == 64 &&
	       !memcmp(data, back, 64);
}

static bool begin(struct host *h, const struct forgery *f)
{
	if (!f->early)
		return host_open(h, NULL) && host_start_pair(h, LOOP);
	if (!host_create(h, NULL))
		return false;
	host_contexts(h);
	return true;
}

static void check_reason(struct host *h, const char *reason)
{
	char log[8192] = "";

	TAP_EQUAL(host_base_command(&h->base, "log", log, sizeof(log) - 1), 0);
	if (!TAP_CHECK(strstr(log, reason)))
		tap_note("%s is not in: %s", reason, log);
}

static void forged(void)
{
	const struct forgery *f = tap_data();
	unsigned int irqs;
	struct host h;

	TAP_REQUIRE(begin(&h, f));
	irqs = atomic_load(&h.base.irqs[0]);
	f->forge(&h);
	if (f->early)
		host_control(&h, MHI_STATE_M0);
	TAP_CHECK(host_wait_state(&h, MHI_STATE_SYS_ERR));
	TAP_CHECK(host_wait_irq(&h, 0, irqs + 1));
	TAP_EQUAL(host_get32(&h, MHI_REG_STATUS), 0xff04);
	TAP_EQUAL(host_ee(&h), AIC100_EE_AMSS);
	check_reason(&h, f->reason);
	/* Deaf to all but a reset. */
	host_control(&h, MHI_STATE_M0);
	host_ring(&h, LOOP);
	host_sleep_us(2000);
	TAP_EQUAL(host_state(&h), MHI_STATE_SYS_ERR);
	TAP_CHECK(host_reset(&h));
	TAP_EQUAL(host_state(&h), MHI_STATE_READY);
	TAP_CHECK(works(&h));
	host_close(&h);
}

/* -- before M0 */

#define CONTEXT(name, which, put, at, value)                         \
	static void name(struct host *h)                             \
	{                                                            \
		host_context_##put(h->which##_context, at, (value)); \
	}

CONTEXT(event_type, event, put32, MHI_CONTEXT_TYPE, 0)
CONTEXT(event_vector, event, put32, MHI_CONTEXT_WORD2, AIC100_VECTORS)
CONTEXT(event_no_len, event, put64, MHI_CONTEXT_RLEN, 0)
CONTEXT(event_odd_len, event, put64, MHI_CONTEXT_RLEN, 24)
CONTEXT(event_other_len, event, put64, MHI_CONTEXT_RLEN, 3 * 16)
CONTEXT(event_long, event, put64, MHI_CONTEXT_RLEN, 1ull << 40)
CONTEXT(event_base, event, put64, MHI_CONTEXT_RBASE,
	host_address(h->events) + 16)
CONTEXT(event_rp, event, put64, MHI_CONTEXT_RP,
	host_address(h->events) + HOST_EVENTS * 16)
CONTEXT(event_wp, event, put64, MHI_CONTEXT_WP, host_address(h->events) + 8)
CONTEXT(command_len, command, put64, MHI_CONTEXT_RLEN, 16)
CONTEXT(command_base, command, put64, MHI_CONTEXT_RBASE, ~0ull)
CONTEXT(command_wp, command, put64, MHI_CONTEXT_WP, 0)

static void no_event_ring(struct host *h)
{
	host_put32(h, MHI_REG_CFG, 0);
}

static void two_event_rings(struct host *h)
{
	host_put32(h, MHI_REG_CFG, aic100_put(MHI_CFG_NER, 2));
}

static void hardware_event_ring(struct host *h)
{
	host_put32(h, MHI_REG_CFG,
		   aic100_put(MHI_CFG_NER, 1) | aic100_put(MHI_CFG_NHWER, 1));
}

static void event_contexts_odd(struct host *h)
{
	host_put64(h, MHI_REG_ECABAP, host_address(h->event_context) + 2);
}

static void event_contexts_outside(struct host *h)
{
	host_put64(h, MHI_REG_ECABAP, OUTSIDE);
}

static void command_contexts_outside(struct host *h)
{
	host_put64(h, MHI_REG_CRCBAP, ~3ull);
}

/* The ring itself; the first event finds out. */
static void event_outside(struct host *h)
{
	host_context_put64(h->event_context, MHI_CONTEXT_RBASE, OUTSIDE);
	host_context_put64(h->event_context, MHI_CONTEXT_RP, OUTSIDE);
	host_context_put64(h->event_context, MHI_CONTEXT_WP, OUTSIDE + 16);
	host_put64(h, AIC100_ERDB, OUTSIDE + 16);
}

/* -- states */

static void m1(struct host *h)
{
	host_control(h, MHI_STATE_M1);
}

static void m2(struct host *h)
{
	host_control(h, MHI_STATE_M2);
}

static void ready(struct host *h)
{
	host_control(h, MHI_STATE_READY);
}

static void no_state(struct host *h)
{
	host_control(h, 0x77);
}

static void host_error(struct host *h)
{
	host_control(h, MHI_STATE_SYS_ERR);
}

static void m3_at_once(struct host *h)
{
	host_control(h, MHI_STATE_M3);
	host_wait_state(h, MHI_STATE_SYS_ERR);
}

/* -- doorbells */

static void event_doorbell(struct host *h)
{
	host_put64(h, AIC100_ERDB, host_address(h->events) + 16 * HOST_EVENTS);
}

static void command_doorbell(struct host *h)
{
	host_put64(h, MHI_REG_CRDB, host_address(h->commands) - 16);
}

static void command_doorbell_odd(struct host *h)
{
	host_put64(h, MHI_REG_CRDB, host_address(h->commands) + 4);
}

static void channel_doorbell(struct host *h)
{
	host_put64(h, AIC100_CHDB + 8 * LOOP, 0);
}

static void channel_doorbell_odd(struct host *h)
{
	host_put64(h, AIC100_CHDB + 8 * BACK,
		   host_address(h->channel[BACK].ring) + 1);
}

/* -- commands */

static void command_unknown(struct host *h)
{
	host_command_post(h, MHI_TYPE_TRANSFER, LOOP);
}

static void channel_26(struct host *h)
{
	host_command_post(h, MHI_TYPE_CMD_START, AIC100_CH_END);
}

static void channel_255(struct host *h)
{
	host_command_post(h, MHI_TYPE_CMD_RESET, 255);
}

static void start_twice(struct host *h)
{
	host_command_post(h, MHI_TYPE_CMD_START, LOOP);
}

static void stop_stopped(struct host *h)
{
	host_command_post(h, MHI_TYPE_CMD_STOP, AIC100_CH_DIAG);
}

static void start_with(struct host *h, unsigned int at, uint32_t value)
{
	host_prepare(h, AIC100_CH_DIAG);
	host_context_put32(host_context(h, AIC100_CH_DIAG), at, value);
	host_command_post(h, MHI_TYPE_CMD_START, AIC100_CH_DIAG);
}

static void start_disabled(struct host *h)
{
	start_with(h, MHI_CONTEXT_WORD0, MHI_CHANNEL_DISABLED);
}

static void start_backwards(struct host *h)
{
	start_with(h, MHI_CONTEXT_TYPE, MHI_CHTYPE_IN);
}

static void start_other_ring(struct host *h)
{
	start_with(h, MHI_CONTEXT_WORD2, 1);
}

static void start_short_ring(struct host *h)
{
	start_with(h, MHI_CONTEXT_RLEN, 8);
}

static void start_outside(struct host *h)
{
	start_with(h, MHI_CONTEXT_WP, 0x10);
}

/* -- elements */

static void element(struct host *h, unsigned int channel, uint64_t ptr,
		    uint32_t len, uint32_t d1)
{
	struct host_channel *ch = &h->channel[channel];
	uint32_t at = host_post(h, channel, h->base.arena, len, 0);

	ch->ring[at].ptr = htole64(ptr);
	ch->ring[at].d1 = htole32(d1);
	host_ring(h, channel);
}

static void element_of_no_type(struct host *h)
{
	element(h, LOOP, host_address(h->base.arena), 8, MHI_TRE_IEOT);
}

static void element_coalesced(struct host *h)
{
	element(h, LOOP, host_address(h->base.arena), 8,
		aic100_put(MHI_D1_TYPE, MHI_TYPE_COALESCED));
}

static void element_outside(struct host *h)
{
	element(h, LOOP, OUTSIDE, 8,
		aic100_put(MHI_D1_TYPE, MHI_TYPE_TRANSFER) | MHI_TRE_IEOT);
}

static void packet_too_long(struct host *h)
{
	host_post(h, LOOP, h->base.arena, 65535, MHI_TRE_CHAIN);
	host_post(h, LOOP, h->base.arena, 2, MHI_TRE_IEOT);
	host_ring(h, LOOP);
}

static void one_chain(struct host *h)
{
	for (unsigned int i = 0; i < HOST_ELEMENTS - 1; i++)
		host_post(h, LOOP, h->base.arena, 1, MHI_TRE_CHAIN);
	host_ring(h, LOOP);
}

/* All buffers of BACK are these; a packet has to go into the first. */
static void bad_buffer(struct host *h, uint64_t ptr, uint32_t d1)
{
	struct host_channel *ch = &h->channel[BACK];

	for (unsigned int i = 0; i < ch->count; i++) {
		ch->ring[i].ptr = htole64(ptr);
		ch->ring[i].d1 = htole32(d1);
	}
	host_post(h, LOOP, h->base.arena, 8, MHI_TRE_IEOT);
	host_ring(h, LOOP);
}

static void buffer_outside(struct host *h)
{
	bad_buffer(h, ~0ull - 100, aic100_put(MHI_D1_TYPE, MHI_TYPE_TRANSFER));
}

static void buffer_of_no_type(struct host *h)
{
	bad_buffer(h, host_address(h->base.arena),
		   aic100_put(MHI_D1_TYPE, MHI_TYPE_CMD_STOP));
}

static void time_is_wrong(struct host *h)
{
	host_start(h, AIC100_CH_TIMESYNC_PERIODIC);
	host_post(h, AIC100_CH_TIMESYNC_PERIODIC, h->base.arena, 23,
		  MHI_TRE_IEOT);
	host_ring(h, AIC100_CH_TIMESYNC_PERIODIC);
}

static void ring_is_taken_away(struct host *h)
{
	axm_inproc_forbid(h->base.bus, h->base.arena);
	host_ring(h, LOOP);
	host_command_post(h, MHI_TYPE_NOOP, 0);
	host_wait_state(h, MHI_STATE_SYS_ERR);
	axm_inproc_allow(h->base.bus, h->base.arena, HOST_ARENA, true);
}

#define EARLY(text, name, why)                        \
	{                                             \
		text, forged, &(const struct forgery) \
		{                                     \
			name, why, true               \
		}                                     \
	}
#define LATE(text, name, why)                         \
	{                                             \
		text, forged, &(const struct forgery) \
		{                                     \
			name, why                     \
		}                                     \
	}

static const struct tap_case cases[] = {
	EARLY("MHICFG without an event ring is refused", no_event_ring,
	      "MHICFG"),
	EARLY("MHICFG with two event rings is refused", two_event_rings,
	      "MHICFG"),
	EARLY("MHICFG with a hardware event ring is refused",
	      hardware_event_ring, "MHICFG"),
	EARLY("an odd address of contexts is refused", event_contexts_odd,
	      "event ring: context"),
	EARLY("event contexts outside of memory are refused",
	      event_contexts_outside, "event ring: the host's memory"),
	EARLY("command contexts outside of memory are refused",
	      command_contexts_outside, "command ring: the host's memory"),
	EARLY("an event ring of no type is refused", event_type,
	      "event ring: type"),
	EARLY("an event ring of no vector is refused", event_vector,
	      "event ring: type"),
	EARLY("an event ring without a length is refused", event_no_len,
	      "event ring: ring of"),
	EARLY("an event ring of one and a half elements is refused",
	      event_odd_len, "event ring: ring of"),
	EARLY("an event ring of three elements is refused", event_other_len,
	      "event ring: ring of"),
	EARLY("an endless event ring is refused", event_long,
	      "event ring: ring of"),
	EARLY("an event ring not aligned to its length is refused", event_base,
	      "event ring: ring of"),
	EARLY("an event ring's read pointer outside of it is refused", event_rp,
	      "event ring: pointers"),
	EARLY("an event ring's odd write pointer is refused", event_wp,
	      "event ring: pointers"),
	EARLY("an event ring outside of memory is refused", event_outside,
	      "event ring: "),
	EARLY("a command ring of one element is refused", command_len,
	      "command ring: ring of"),
	EARLY("a command ring at the end of the world is refused", command_base,
	      "command ring: ring of"),
	EARLY("a command ring's write pointer outside of it is refused",
	      command_wp, "command ring: pointers"),
	EARLY("M3 out of READY is refused", m3_at_once, "state 0x5 wanted"),
	LATE("M1 is not the host's to ask for", m1, "state 0x3 wanted"),
	LATE("M2 out of M0 is refused", m2, "state 0x4 wanted"),
	LATE("READY is not the host's to ask for", ready, "state 0x1 wanted"),
	LATE("a state that there is not is refused", no_state,
	     "state 0x77 wanted"),
	LATE("SYS_ERR can be asked for", host_error, "asked for by the host"),
	LATE("an event doorbell outside of the ring is refused", event_doorbell,
	     "event doorbell"),
	LATE("a command doorbell outside of the ring is refused",
	     command_doorbell, "command doorbell"),
	LATE("an odd command doorbell is refused", command_doorbell_odd,
	     "command doorbell"),
	LATE("a channel doorbell outside of the ring is refused",
	     channel_doorbell, "channel doorbell"),
	LATE("an odd channel doorbell is refused", channel_doorbell_odd,
	     "channel doorbell"),
	LATE("an unknown command is refused", command_unknown, "command 0x2"),
	LATE("a start of channel 26 is refused", channel_26, "channel 26"),
	LATE("a reset of channel 255 is refused", channel_255, "channel 255"),
	LATE("a start of a running channel is refused", start_twice,
	     "start of channel 0: it runs"),
	LATE("a stop of a stopped channel is refused", stop_stopped,
	     "stop of channel 4"),
	LATE("a start of a disabled channel is refused", start_disabled,
	     "context's state"),
	LATE("a start in the wrong direction is refused", start_backwards,
	     "context's direction"),
	LATE("a start with another event ring is refused", start_other_ring,
	     "context's event ring"),
	LATE("a start with half an element is refused", start_short_ring,
	     "channel: ring of 0x8"),
	LATE("a start with a pointer outside of the ring is refused",
	     start_outside, "channel: pointers"),
	LATE("an element of no type is refused", element_of_no_type,
	     "channel 0: element of type 0x0"),
	LATE("a coalesced element is refused", element_coalesced,
	     "channel 0: element of type 0x8"),
	LATE("an element outside of memory is refused", element_outside,
	     "packet: the host's memory"),
	LATE("a packet of 64 KiB and one byte is refused", packet_too_long,
	     "packet too long"),
	LATE("a ring that is one chain is refused", one_chain, "one chain"),
	LATE("a buffer outside of memory is refused", buffer_outside,
	     "buffer: the host's memory"),
	LATE("a buffer of another type is refused", buffer_of_no_type,
	     "channel 1: element of type 0x11"),
	LATE("a time of a wrong size is refused", time_is_wrong,
	     "timesync-periodic: packet of 23"),
	LATE("memory that is taken away is found out", ring_is_taken_away,
	     "the host's memory"),
};

TAP_MAIN(cases)
