// SPDX-License-Identifier: MIT
/* MHI: registers, states, rings, channels. What breaks it: test-forged.c. */
#include "host.h"
#include "tap.h"

#include <endian.h>
#include <string.h>

#define LOOP AIC100_CH_LOOPBACK
#define BACK (AIC100_CH_LOOPBACK + 1)

static const struct axm_inproc_option cold[] = { { "boot", "cold" }, { 0 } };

/* A card in M0 with the echo running. */
static bool open_loop(struct host *h)
{
	return host_open(h, NULL) && host_start_pair(h, LOOP);
}

static uint8_t *pattern(struct host *h, size_t len, unsigned int seed)
{
	uint8_t *data = host_alloc(h, len + 1, 64);

	for (size_t i = 0; i < len; i++)
		data[i] = (uint8_t)(i * 31 + seed + (i >> 8));
	return data;
}

/* -- registers */

static void halves_make_a_register(void)
{
	struct host h;

	TAP_REQUIRE(host_create(&h, NULL));
	host_put64(&h, MHI_REG_CCABAP, 0x1122334455667788);
	TAP_EQUAL(host_get32(&h, MHI_REG_CCABAP), 0x55667788);
	TAP_EQUAL(axm_inproc_read(h.base.bus, 0, MHI_REG_CCABAP, 8),
		  0x1122334455667788);
	axm_inproc_write(h.base.bus, 0, MHI_REG_ECABAP, 8, 0x8877665544332211);
	TAP_EQUAL(host_get32(&h, MHI_REG_ECABAP + 4), 0x88776655);
	host_put32(&h, MHI_REG_DATALIMIT, 0xfffffffe);
	TAP_EQUAL(host_get32(&h, MHI_REG_DATALIMIT), 0xfffffffe);
	host_close(&h);
}

static void odd_accesses_do_nothing(void)
{
	struct host h;

	TAP_REQUIRE(host_create(&h, NULL));
	host_put32(&h, MHI_REG_CFG, 0x12345678);
	axm_inproc_write(h.base.bus, 0, MHI_REG_CFG, 1, 0xff);
	axm_inproc_write(h.base.bus, 0, MHI_REG_CFG, 2, 0xffff);
	host_put32(&h, MHI_REG_BHIOFF, 0);
	host_put32(&h, 0xffc, ~0u);
	TAP_EQUAL(host_get32(&h, MHI_REG_CFG), 0x12345678);
	TAP_EQUAL(axm_inproc_read(h.base.bus, 0, MHI_REG_CFG, 2), 0);
	TAP_EQUAL(host_get32(&h, MHI_REG_BHIOFF), AIC100_BHI);
	TAP_EQUAL(host_get32(&h, MHI_REG_CHDBOFF), AIC100_CHDB);
	TAP_EQUAL(host_get32(&h, MHI_REG_ERDBOFF), AIC100_ERDB);
	host_close(&h);
}

static void the_timer_runs(void)
{
	uint64_t before, after, start;
	struct host h;

	TAP_REQUIRE(host_create(&h, NULL));
	start = host_now_ns();
	before = axm_inproc_read(h.base.bus, 0, AIC100_REG_QTIMER, 8);
	host_sleep_us(20000);
	after = axm_inproc_read(h.base.bus, 0, AIC100_REG_QTIMER, 8);
	TAP_CHECK(after - before >= 19200 * 20);
	TAP_CHECK(after - before <= (host_now_ns() - start) * 192 / 10000 + 1);
	TAP_EQUAL(host_get32(&h, AIC100_REG_QTIMER + 4), after >> 32);
	host_close(&h);
}

static void aic200_has_mhi_in_bar_1(void)
{
	static const struct axm_inproc_option aic200[] = {
		{ "identity", "aic200" }, { 0 }
	};
	struct host h;

	TAP_REQUIRE(host_create(&h, aic200));
	TAP_EQUAL(host_get32(&h, MHI_REG_VERSION), MHI_VERSION_VALUE);
	TAP_EQUAL(axm_inproc_read(h.base.bus, 0, MHI_REG_VERSION, 4), 0);
	TAP_CHECK(host_mhi(&h));
	host_close(&h);
}

/* -- states */

static void m0_has_two_events(void)
{
	struct host h;

	TAP_REQUIRE(host_open(&h, NULL));
	TAP_EQUAL(h.states, 1);
	TAP_EQUAL(h.ees, 1);
	TAP_EQUAL(h.ee, AIC100_EE_AMSS);
	TAP_CHECK(host_get32(&h, MHI_REG_STATUS) & MHI_STATUS_READY);
	TAP_CHECK(host_wait_irq(&h, 0, 1));
	host_close(&h);
}

static void reset_comes_back_to_ready(void)
{
	unsigned int irqs;
	struct host h;

	TAP_REQUIRE(open_loop(&h));
	host_put32(&h, AIC100_BHI + BHI_INTVEC, 7);
	irqs = atomic_load(&h.base.irqs[0]);
	TAP_CHECK(host_reset(&h));
	TAP_CHECK(host_wait_irq(&h, 0, irqs + 1));
	TAP_EQUAL(host_state(&h), MHI_STATE_READY);
	TAP_EQUAL(host_get32(&h, AIC100_BHI + BHI_INTVEC), 0);
	TAP_EQUAL(host_get32(&h, MHI_REG_CTRL), 0);
	TAP_CHECK(host_mhi(&h));
	TAP_EQUAL(h.ees, 2);
	/* The channels have to be started again, and can be. */
	TAP_CHECK(host_start_pair(&h, LOOP));
	host_close(&h);
}

static void reset_in_pbl_stays_in_reset(void)
{
	struct host h;

	TAP_REQUIRE(host_create(&h, cold));
	TAP_CHECK(host_reset(&h));
	TAP_EQUAL(host_state(&h), MHI_STATE_RESET);
	TAP_CHECK(!(host_get32(&h, MHI_REG_STATUS) & MHI_STATUS_READY));
	host_close(&h);
}

static void nothing_moves_in_m3(void)
{
	struct host_completion c;
	uint8_t *data;
	struct host h;

	TAP_REQUIRE(open_loop(&h));
	host_control(&h, MHI_STATE_M3);
	TAP_CHECK(host_wait_state(&h, MHI_STATE_M3));
	host_poll(&h);
	TAP_EQUAL(h.state, MHI_STATE_M3);
	data = pattern(&h, 100, 1);
	host_post(&h, LOOP, data, 100, MHI_TRE_IEOT);
	host_ring(&h, LOOP);
	TAP_CHECK(!host_completion(&h, LOOP, 30, &c));
	host_control(&h, MHI_STATE_M0);
	TAP_CHECK(host_wait_state(&h, MHI_STATE_M0));
	host_ring(&h, LOOP);
	TAP_CHECK(host_completion(&h, LOOP, HOST_MS, &c));
	TAP_EQUAL(h.state, MHI_STATE_M0);
	TAP_EQUAL(h.ees, 1);
	host_close(&h);
}

static void soc_reset_of(const struct axm_inproc_option *options, uint32_t ee,
			 uint32_t after)
{
	unsigned int irqs;
	struct host h;

	TAP_REQUIRE(host_open(&h, options));
	irqs = atomic_load(&h.base.irqs[0]);
	host_put32(&h, AIC100_REG_SOC_RESET, AIC100_SOC_RESET_REQ);
	TAP_CHECK(host_wait_irq(&h, 0, irqs + 1));
	TAP_EQUAL(host_get32(&h, MHI_REG_STATUS), 0xff04);
	TAP_EQUAL(host_ee(&h), ee);
	TAP_CHECK(host_reset(&h));
	TAP_EQUAL(host_state(&h), after);
	if (ee == AIC100_EE_PBL)
		TAP_CHECK(host_boot(&h));
	else
		TAP_CHECK(host_mhi(&h));
	host_close(&h);
}

static void soc_reset_warm(void)
{
	soc_reset_of(NULL, AIC100_EE_AMSS, MHI_STATE_READY);
}

static void soc_reset_cold(void)
{
	soc_reset_of(cold, AIC100_EE_PBL, MHI_STATE_RESET);
}

static void function_reset(void)
{
	struct host h;

	TAP_REQUIRE(open_loop(&h));
	axm_inproc_reset(h.base.bus);
	TAP_EQUAL(host_state(&h), MHI_STATE_READY);
	TAP_EQUAL(host_get32(&h, MHI_REG_CCABAP), 0);
	TAP_CHECK(host_mhi(&h));
	TAP_CHECK(host_start_pair(&h, LOOP));
	host_close(&h);
}

static void resets_under_load(void)
{
	struct host h;

	TAP_REQUIRE(open_loop(&h));
	for (unsigned int i = 0; i < 50; i++) {
		uint8_t *data = pattern(&h, 60000, i);

		for (unsigned int n = 0; n < 20; n++)
			host_post(&h, LOOP, data, 60000, MHI_TRE_IEOT);
		host_ring(&h, LOOP);
		if (i % 3 == 0)
			axm_inproc_reset(h.base.bus);
		else
			TAP_CHECK(host_reset(&h));
		TAP_CHECK(host_mhi(&h) && host_start_pair(&h, LOOP));
	}
	host_close(&h);
}

/* -- channels */

static bool echo(struct host *h, size_t len, unsigned int seed)
{
	static uint8_t back[65536];
	uint8_t *data = pattern(h, len, seed);

	return host_send(h, LOOP, data, len) &&
	       host_receive(h, BACK, back, sizeof(back), HOST_MS) == (int)len &&
	       !memcmp(back, data, len);
}

static void rings_wrap(void)
{
	struct host h;

	TAP_REQUIRE(host_open(&h, NULL));
	h.channel[LOOP].count = 2;
	h.channel[BACK].count = 4;
	TAP_REQUIRE(host_start_pair(&h, LOOP));
	for (unsigned int i = 0; i < 300; i++)
		TAP_REQUIRE(echo(&h, i, i));
	host_close(&h);
}

static void many_start_and_stop(void)
{
	struct host h;

	TAP_REQUIRE(host_open(&h, NULL));
	for (unsigned int i = 0; i < 100; i++) {
		TAP_REQUIRE(host_start_pair(&h, LOOP));
		TAP_REQUIRE(echo(&h, 10, i));
		TAP_EQUAL(host_command(&h, MHI_TYPE_CMD_RESET, LOOP),
			  MHI_CODE_SUCCESS);
		TAP_EQUAL(host_command(&h, MHI_TYPE_CMD_RESET, BACK),
			  MHI_CODE_SUCCESS);
		TAP_EQUAL(host_context_get32(host_context(&h, LOOP), 0),
			  MHI_CHANNEL_DISABLED);
	}
	TAP_EQUAL(host_command(&h, MHI_TYPE_NOOP, 0), MHI_CODE_SUCCESS);
	host_close(&h);
}

static void stop_and_go_on(void)
{
	struct host_completion c;
	uint32_t last;
	uint8_t *data;
	struct host h;

	TAP_REQUIRE(open_loop(&h));
	TAP_REQUIRE(echo(&h, 10, 1));
	TAP_EQUAL(host_command(&h, MHI_TYPE_CMD_STOP, LOOP), MHI_CODE_SUCCESS);
	TAP_EQUAL(host_context_get32(host_context(&h, LOOP), 0),
		  MHI_CHANNEL_STOP);
	data = pattern(&h, 10, 2);
	last = host_post(&h, LOOP, data, 10, MHI_TRE_IEOT);
	host_ring(&h, LOOP);
	TAP_CHECK(!host_completion(&h, LOOP, 20, &c));
	TAP_EQUAL(host_command(&h, MHI_TYPE_CMD_START, LOOP), MHI_CODE_SUCCESS);
	TAP_EQUAL(host_context_get32(host_context(&h, LOOP), 0),
		  MHI_CHANNEL_RUNNING);
	TAP_CHECK(host_completion(&h, LOOP, HOST_MS, &c));
	TAP_EQUAL(c.index, last);
	host_close(&h);
}

static void chains_are_one_packet(void)
{
	struct host_completion c;
	uint8_t *data, back[4096];
	unsigned int irqs;
	struct host h;

	TAP_REQUIRE(open_loop(&h));
	data = pattern(&h, 2000, 3);
	for (unsigned int i = 0; i < 19; i++)
		host_post(&h, LOOP, data + i * 100, 100,
			  MHI_TRE_CHAIN | (i == 7 ? MHI_TRE_IEOB : 0));
	host_ring(&h, LOOP);
	TAP_CHECK(!host_completion(&h, LOOP, 20, &c));
	irqs = atomic_load(&h.base.irqs[0]);
	host_post(&h, LOOP, data + 1900, 100, MHI_TRE_IEOT);
	host_ring(&h, LOOP);
	TAP_REQUIRE(host_completion(&h, LOOP, HOST_MS, &c));
	TAP_EQUAL(c.code, MHI_CODE_EOB);
	TAP_EQUAL(c.index, 7);
	TAP_REQUIRE(host_completion(&h, LOOP, HOST_MS, &c));
	TAP_EQUAL(c.code, MHI_CODE_EOT);
	TAP_EQUAL(c.index, 19);
	TAP_EQUAL(c.len, 100);
	TAP_EQUAL(host_receive(&h, BACK, back, sizeof(back), HOST_MS), 2000);
	TAP_CHECK(!memcmp(back, data, 2000));
	TAP_CHECK(host_wait_irq(&h, 0, irqs + 1));
	host_close(&h);
}

static void bei_is_quiet(void)
{
	struct host_completion c;
	unsigned int irqs;
	struct host h;

	TAP_REQUIRE(host_open(&h, NULL));
	TAP_REQUIRE(host_start(&h, AIC100_CH_DIAG));
	host_sleep_us(20000);
	irqs = atomic_load(&h.base.irqs[0]);
	host_post(&h, AIC100_CH_DIAG, h.base.arena, 8,
		  MHI_TRE_IEOT | MHI_TRE_BEI);
	host_ring(&h, AIC100_CH_DIAG);
	TAP_REQUIRE(host_completion(&h, AIC100_CH_DIAG, HOST_MS, &c));
	TAP_EQUAL(c.code, MHI_CODE_EOT);
	host_sleep_us(20000);
	TAP_EQUAL(atomic_load(&h.base.irqs[0]), irqs);
	/* Without IEOT there is no event at all. */
	host_post(&h, AIC100_CH_DIAG, h.base.arena, 8, 0);
	host_post(&h, AIC100_CH_DIAG, h.base.arena, 8, MHI_TRE_IEOT);
	host_ring(&h, AIC100_CH_DIAG);
	TAP_REQUIRE(host_completion(&h, AIC100_CH_DIAG, HOST_MS, &c));
	TAP_EQUAL(c.index, 2);
	TAP_CHECK(host_wait_irq(&h, 0, irqs + 1));
	host_close(&h);
}

static void silent_channels_take_all(void)
{
	static const unsigned int channels[] = { AIC100_CH_DIAG, AIC100_CH_QDSS,
						 AIC100_CH_TELEMETRY,
						 AIC100_CH_DEBUG,
						 AIC100_CH_IPCR };
	struct host_completion c;
	struct host h;

	TAP_REQUIRE(host_open(&h, NULL));
	for (size_t i = 0; i < sizeof(channels) / sizeof(channels[0]); i++) {
		TAP_REQUIRE(host_start_pair(&h, channels[i]));
		for (unsigned int n = 0; n < 100; n++)
			TAP_REQUIRE(
				host_send(&h, channels[i], h.base.arena, n));
		TAP_CHECK(!host_completion(&h, channels[i] + 1, 5, &c));
	}
	host_close(&h);
}

static void wake_means_nothing(void)
{
	struct host h;

	TAP_REQUIRE(open_loop(&h));
	host_put64(&h, AIC100_CHDB + 8 * 127, 1);
	host_put64(&h, AIC100_CHDB + 8 * 127, 0);
	host_put64(&h, AIC100_CHDB + 8 * 60, 0x1234);
	host_put64(&h, AIC100_CHDB + 8 * AIC100_CH_DIAG, 0x1234);
	host_put64(&h, AIC100_ERDB + 8, 0x1234);
	TAP_CHECK(echo(&h, 10, 1));
	TAP_EQUAL(host_state(&h), MHI_STATE_M0);
	host_close(&h);
}

/* 31 elements are free; what comes after waits for the doorbell. */
static void full_event_ring(void)
{
	unsigned int channel = AIC100_CH_DIAG;
	struct host_completion c;
	struct host h;

	TAP_REQUIRE(host_open(&h, NULL));
	h.channel[channel].count = 128;
	TAP_REQUIRE(host_start(&h, channel));
	h.deaf = true;
	for (unsigned int i = 0; i < 100; i++)
		host_post(&h, channel, h.base.arena, i + 1, MHI_TRE_IEOT);
	host_ring(&h, channel);
	/* A command finds the ring full too, and is not lost. */
	host_prepare(&h, AIC100_CH_QDSS);
	host_command_post(&h, MHI_TYPE_CMD_START, AIC100_CH_QDSS);
	host_sleep_us(50000);
	h.deaf = false;
	for (unsigned int i = 0; i < 100; i++) {
		TAP_REQUIRE(host_completion(&h, channel, HOST_MS, &c));
		TAP_EQUAL(c.index, i);
		TAP_EQUAL(c.len, i + 1);
	}
	TAP_EQUAL(host_command(&h, MHI_TYPE_NOOP, 0), MHI_CODE_SUCCESS);
	TAP_EQUAL(h.completed, 3);
	host_close(&h);
}

static void chain_of_events(void)
{
	unsigned int channel = AIC100_CH_DIAG;
	struct host_completion c;
	struct host h;

	TAP_REQUIRE(host_open(&h, NULL));
	h.channel[channel].count = 256;
	TAP_REQUIRE(host_start(&h, channel));
	for (unsigned int i = 0; i < 254; i++)
		host_post(&h, channel, h.base.arena, 1,
			  MHI_TRE_CHAIN | MHI_TRE_IEOB);
	host_post(&h, channel, h.base.arena, 1, MHI_TRE_IEOT);
	host_ring(&h, channel);
	for (unsigned int i = 0; i < 255; i++) {
		TAP_REQUIRE(host_completion(&h, channel, HOST_MS, &c));
		TAP_EQUAL(c.index, i);
		TAP_EQUAL(c.code, i == 254 ? MHI_CODE_EOT : MHI_CODE_EOB);
	}
	host_close(&h);
}

/* -- to the host */

static void long_packets_overflow(void)
{
	static const uint32_t code[] = { MHI_CODE_OVERFLOW, MHI_CODE_OVERFLOW,
					 MHI_CODE_EOT };
	struct host_completion c;
	uint8_t *data, *buffer;
	struct host h;

	TAP_REQUIRE(host_open(&h, NULL));
	TAP_REQUIRE(host_start(&h, LOOP));
	host_prepare(&h, BACK);
	TAP_EQUAL(host_command(&h, MHI_TYPE_CMD_START, BACK), MHI_CODE_SUCCESS);
	buffer = host_alloc(&h, 300, 64);
	for (unsigned int i = 0; i < 3; i++)
		host_post(&h, BACK, buffer + 100 * i, 100, MHI_TRE_IEOT);
	host_ring(&h, BACK);
	data = pattern(&h, 250, 4);
	TAP_CHECK(host_send(&h, LOOP, data, 250));
	for (unsigned int i = 0; i < 3; i++) {
		TAP_REQUIRE(host_completion(&h, BACK, HOST_MS, &c));
		TAP_EQUAL(c.index, i);
		TAP_EQUAL(c.code, code[i]);
		TAP_EQUAL(c.len, i == 2 ? 50 : 100);
	}
	TAP_CHECK(!memcmp(buffer, data, 250));
	host_close(&h);
}

static void chained_buffers_are_one(void)
{
	struct host_completion c;
	uint8_t *data, *buffer;
	struct host h;

	TAP_REQUIRE(host_open(&h, NULL));
	TAP_REQUIRE(host_start(&h, LOOP));
	host_prepare(&h, BACK);
	TAP_EQUAL(host_command(&h, MHI_TYPE_CMD_START, BACK), MHI_CODE_SUCCESS);
	buffer = host_alloc(&h, 300, 64);
	host_post(&h, BACK, buffer, 100, MHI_TRE_CHAIN);
	host_post(&h, BACK, buffer + 100, 100, MHI_TRE_CHAIN | MHI_TRE_IEOB);
	host_post(&h, BACK, buffer + 200, 100, MHI_TRE_IEOT);
	host_ring(&h, BACK);
	data = pattern(&h, 300, 5);
	TAP_CHECK(host_send(&h, LOOP, data, 300));
	TAP_REQUIRE(host_completion(&h, BACK, HOST_MS, &c));
	TAP_EQUAL(c.index, 1);
	TAP_EQUAL(c.code, MHI_CODE_EOB);
	TAP_REQUIRE(host_completion(&h, BACK, HOST_MS, &c));
	TAP_EQUAL(c.index, 2);
	TAP_EQUAL(c.code, MHI_CODE_EOT);
	TAP_CHECK(!memcmp(buffer, data, 300));
	host_close(&h);
}

/* 16 packets wait in the card; the rest in the host's ring. */
static void no_buffers_no_loss(void)
{
	struct host_completion c;
	uint8_t *data, *buffer;
	unsigned int done = 0;
	struct host h;

	TAP_REQUIRE(host_open(&h, NULL));
	TAP_REQUIRE(host_start(&h, LOOP));
	host_prepare(&h, BACK);
	TAP_EQUAL(host_command(&h, MHI_TYPE_CMD_START, BACK), MHI_CODE_SUCCESS);
	data = pattern(&h, 64, 0);
	for (unsigned int i = 0; i < 30; i++)
		host_post(&h, LOOP, data, i + 1, MHI_TRE_IEOT);
	host_ring(&h, LOOP);
	while (host_completion(&h, LOOP, 50, &c))
		done++;
	TAP_EQUAL(done, 16);
	buffer = host_alloc(&h, 4096, 64);
	for (unsigned int i = 0; i < 30; i++)
		host_post(&h, BACK, buffer, 4096, MHI_TRE_IEOT);
	host_ring(&h, BACK);
	for (unsigned int i = 0; i < 30; i++) {
		TAP_REQUIRE(host_completion(&h, BACK, HOST_MS, &c));
		TAP_EQUAL(c.len, i + 1);
	}
	for (; done < 30; done++)
		TAP_REQUIRE(host_completion(&h, LOOP, HOST_MS, &c));
	host_close(&h);
}

/* What waits is thrown away with its channel; what was held up goes on. */
static void reset_of_a_full_channel(void)
{
	struct host_completion c;
	struct host h;

	TAP_REQUIRE(host_open(&h, NULL));
	TAP_REQUIRE(host_start(&h, LOOP));
	host_prepare(&h, BACK);
	TAP_EQUAL(host_command(&h, MHI_TYPE_CMD_START, BACK), MHI_CODE_SUCCESS);
	for (unsigned int i = 0; i < 20; i++)
		host_post(&h, LOOP, h.base.arena, 8, MHI_TRE_IEOT);
	host_ring(&h, LOOP);
	for (unsigned int i = 0; i < 16; i++)
		TAP_REQUIRE(host_completion(&h, LOOP, HOST_MS, &c));
	TAP_EQUAL(host_command(&h, MHI_TYPE_CMD_RESET, BACK), MHI_CODE_SUCCESS);
	for (unsigned int i = 0; i < 4; i++)
		TAP_REQUIRE(host_completion(&h, LOOP, HOST_MS, &c));
	TAP_CHECK(host_start(&h, BACK));
	TAP_CHECK(!host_completion(&h, BACK, 10, &c));
	TAP_CHECK(echo(&h, 5, 5));
	host_close(&h);
}

static const struct tap_case cases[] = {
	{ "two halves make a register, and so does one access",
	  halves_make_a_register },
	{ "narrow accesses and constants change nothing",
	  odd_accesses_do_nothing },
	{ "the timer runs at 19.2 MHz", the_timer_runs },
	{ "AIC200 has MHI in BAR 1", aic200_has_mhi_in_bar_1 },
	{ "M0 has an event of the state and one of the environment",
	  m0_has_two_events },
	{ "a reset comes back to READY with an interrupt",
	  reset_comes_back_to_ready },
	{ "a reset in PBL stays in RESET", reset_in_pbl_stays_in_reset },
	{ "nothing moves in M3, and M0 goes on", nothing_moves_in_m3 },
	{ "a reset of a warm SoC is a SYS_ERR in AMSS", soc_reset_warm },
	{ "a reset of a cold SoC is a SYS_ERR in PBL, and it boots again",
	  soc_reset_cold },
	{ "a reset of the function is a power-up", function_reset },
	{ "resets under load come back", resets_under_load },
	{ "rings wrap around", rings_wrap },
	{ "channels start and are reset again and again", many_start_and_stop },
	{ "a stopped channel goes on where it was", stop_and_go_on },
	{ "a chain is one packet, with an event where it asks for one",
	  chains_are_one_packet },
	{ "BEI has no interrupt, and no IEOT no event", bei_is_quiet },
	{ "channels that the card does not speak take all and say nothing",
	  silent_channels_take_all },
	{ "doorbells of no channel mean nothing", wake_means_nothing },
	{ "completions wait while the event ring is full", full_event_ring },
	{ "a chain with more events than the ring has all of them",
	  chain_of_events },
	{ "a packet longer than its buffer overflows into the next",
	  long_packets_overflow },
	{ "chained buffers take one packet", chained_buffers_are_one },
	{ "packets without buffers hold up the host, and are not lost",
	  no_buffers_no_loss },
	{ "a reset channel drops its packets and lets others go on",
	  reset_of_a_full_channel },
};

TAP_MAIN(cases)
