// SPDX-License-Identifier: MIT
/* Subsystem restart: the conversation on channels 6 and 7, and the dump. */
#include "around.h"
#include "tap.h"

#include <stdlib.h>
#include <string.h>

#define DBC 3
#define MEMORY 8192u

/* A world whose channel has a network, with its memory in DDR. */
static struct around *with_network(void)
{
	struct around *w = around_create(true);

	w->network[DBC] = true;
	w->view.config.memory = aic100_ddr_alloc(&w->a, MEMORY);
	w->view.config.memory_size = MEMORY;
	w->view.reg[AIC100_DBC_REQHP / 4] = 4;
	w->view.sem[2] = 77;
	memset(w->ddr, 0xa5, MEMORY);
	return w;
}

/* The last packet; NULL if there were not so many. */
static const void *sent(struct around *w, unsigned int count)
{
	return TAP_EQUAL(w->sent_count, count) && count ?
		       w->sent[count - 1].data :
		       NULL;
}

static bool sent_event(struct around *w, unsigned int count, uint32_t event)
{
	const struct ssr_word *p = sent(w, count);

	return p && TAP_EQUAL(le32toh(p->h.command), SSR_EVENT) &&
	       TAP_EQUAL(le32toh(p->h.len), sizeof(*p)) &&
	       TAP_EQUAL(le32toh(p->h.dbc), DBC) &&
	       TAP_EQUAL(le32toh(p->value), event);
}

static int answer(struct around *w, uint32_t command, uint32_t value)
{
	struct ssr_word p = {
		.h = { htole32(command), htole32(sizeof(p)), htole32(DBC) },
		.value = htole32(value),
	};

	return around_host(w, &aic100_ssr_channel, &p, sizeof(p));
}

static int read_memory(struct around *w, uint64_t addr, uint64_t len)
{
	struct ssr_range p = {
		.h = { htole32(SSR_MEMORY_READ), htole32(sizeof(p)),
		       htole32(DBC) },
		.addr = htole64(addr),
		.len = htole64(len),
	};

	return around_host(w, &aic100_ssr_channel, &p, sizeof(p));
}

/* Up to the question whether the host takes a dump. */
static struct around *asked(void)
{
	struct around *w = with_network();

	around_command(w, "crash 3", NULL);
	answer(w, SSR_EVENT_RESP, SSR_BEFORE_SHUTDOWN);
	answer(w, SSR_EVENT_RESP, SSR_AFTER_SHUTDOWN);
	answer(w, SSR_EVENT_RESP, SSR_BEFORE_POWER_UP);
	return w;
}

static void host_hears_of_every_step(void)
{
	struct around *w = with_network();

	TAP_EQUAL(around_command(w, "crash 3", NULL), 0);
	TAP_EQUAL(w->crashed, 1u << DBC);
	TAP_CHECK(aic100_ssr_holds(&w->a, DBC));
	TAP_EQUAL(w->gone, 0);
	sent_event(w, 1, SSR_BEFORE_SHUTDOWN);
	answer(w, SSR_EVENT_RESP, SSR_BEFORE_SHUTDOWN);
	TAP_EQUAL(w->stopped, 1u << DBC);
	TAP_EQUAL(w->gone, 1u << DBC);
	sent_event(w, 2, SSR_AFTER_SHUTDOWN);
	answer(w, SSR_EVENT_RESP, SSR_AFTER_SHUTDOWN);
	sent_event(w, 3, SSR_BEFORE_POWER_UP);
	answer(w, SSR_EVENT_RESP, SSR_BEFORE_POWER_UP);
	TAP_EQUAL(w->sent_count, 4);
	answer(w, SSR_TRANSFER_INFO_RESP, 1);
	sent_event(w, 5, SSR_AFTER_POWER_UP);
	TAP_CHECK(aic100_ssr_holds(&w->a, DBC));
	answer(w, SSR_EVENT_RESP, SSR_AFTER_POWER_UP);
	TAP_CHECK(!aic100_ssr_holds(&w->a, DBC));
	TAP_EQUAL(around_traced(w, "ssr dbc=3 step=after-power-up end=done"),
		  1);
	TAP_CHECK(!w->timer);
	TAP_EQUAL(w->ddr_allocated, 1);
	around_destroy(w);
}

/* The bytes of a region by its file's name, read in pieces. */
static uint8_t *region(struct around *w, const char *file, uint64_t *len)
{
	const struct ssr_range *info = (const void *)w->sent[3].data;
	uint64_t table = le64toh(info->addr);
	unsigned int count = (unsigned int)(le64toh(info->len) / 64);
	uint8_t *bytes = NULL;

	for (unsigned int i = 0; i < count && !bytes; i++) {
		struct ssr_region r;

		w->sent_count = 4;
		TAP_EQUAL(read_memory(w, table + 64 * i, 64), 0);
		memcpy(&r, w->sent[4].data + sizeof(struct ssr_data),
		       sizeof(r));
		if (strcmp(r.file, file))
			continue;
		*len = le64toh(r.len);
		bytes = malloc(*len + 1);
		for (uint64_t at = 0; at < *len;) {
			uint64_t n = *len - at > 5000 ? 5000 : *len - at;

			w->sent_count = 4;
			TAP_EQUAL(read_memory(w, le64toh(r.addr) + at, n), 0);
			TAP_EQUAL(w->sent[4].len, n + sizeof(struct ssr_data));
			memcpy(bytes + at,
			       w->sent[4].data + sizeof(struct ssr_data), n);
			at += n;
		}
		bytes[*len] = 0;
	}
	w->sent_count = 4;
	return bytes;
}

static void dump_has_what_was_there(void)
{
	struct around *w = asked();
	const struct ssr_range *info = sent(w, 4);
	uint64_t len = 0;
	uint8_t *bytes;

	TAP_REQUIRE(info);
	TAP_EQUAL(le32toh(info->h.command), SSR_TRANSFER_INFO);
	TAP_EQUAL(le64toh(info->len), 3 * sizeof(struct ssr_region));
	answer(w, SSR_TRANSFER_INFO_RESP, 0);
	/* The workload's memory is another's by now. */
	memset(w->ddr, 0, MEMORY);
	bytes = region(w, "memory.bin", &len);
	TAP_REQUIRE(bytes);
	TAP_EQUAL(len, MEMORY);
	TAP_EQUAL(bytes[0], 0xa5);
	TAP_EQUAL(bytes[MEMORY - 1], 0xa5);
	free(bytes);
	bytes = region(w, "crash.txt", &len);
	TAP_REQUIRE(bytes);
	TAP_CHECK(strstr((char *)bytes, "dbc 3\n"));
	TAP_CHECK(strstr((char *)bytes, "reqhp 4\n"));
	TAP_CHECK(strstr((char *)bytes, "sem 2 77\n"));
	free(bytes);
	bytes = region(w, "requests.bin", &len);
	TAP_REQUIRE(bytes);
	TAP_EQUAL(len, 16 * sizeof(struct aic100_request));
	/* The sixteen before position 4, round the end of the FIFO. */
	TAP_EQUAL(bytes[0], 100 + 20);
	TAP_EQUAL(bytes[15 * sizeof(struct aic100_request)], 100 + 3);
	free(bytes);
	TAP_EQUAL(answer(w, SSR_DONE, 0), 0);
	TAP_EQUAL(w->ddr_allocated, 1);
	sent_event(w, 6, SSR_AFTER_POWER_UP);
	around_destroy(w);
}

static void only_the_dump_can_be_read(void)
{
	struct around *w = asked();
	const struct ssr_range *info = (const void *)w->sent[3].data;
	uint64_t table = le64toh(info->addr), size = le64toh(info->len);

	answer(w, SSR_TRANSFER_INFO_RESP, 0);
	TAP_EQUAL(read_memory(w, AIC100_DDR_BASE, 64), -EPROTO);
	TAP_EQUAL(read_memory(w, table, size + 1), -EPROTO);
	TAP_EQUAL(read_memory(w, table - 1, 1), -EPROTO);
	TAP_EQUAL(read_memory(w, table, 0), -EPROTO);
	TAP_EQUAL(read_memory(w, table + 8, UINT64_MAX), -EPROTO);
	TAP_EQUAL(read_memory(w, UINT64_MAX, 16), -EPROTO);
	TAP_EQUAL(read_memory(w, table, size), 0);
	around_destroy(w);
}

static void user_that_leaves_takes_its_memory(void)
{
	struct around *w = with_network();
	const struct ssr_range *info;

	around_command(w, "crash 3", NULL);
	w->network[DBC] = false;
	answer(w, SSR_EVENT_RESP, SSR_BEFORE_SHUTDOWN);
	answer(w, SSR_EVENT_RESP, SSR_AFTER_SHUTDOWN);
	answer(w, SSR_EVENT_RESP, SSR_BEFORE_POWER_UP);
	info = sent(w, 4);
	TAP_REQUIRE(info);
	/* Registers and requests, not the memory. */
	TAP_EQUAL(le64toh(info->len), 2 * sizeof(struct ssr_region));
	around_destroy(w);
}

static void without_room_there_is_no_dump(void)
{
	struct around *w = with_network();

	w->ddr_full = true;
	around_command(w, "crash 3", NULL);
	answer(w, SSR_EVENT_RESP, SSR_BEFORE_SHUTDOWN);
	answer(w, SSR_EVENT_RESP, SSR_AFTER_SHUTDOWN);
	answer(w, SSR_EVENT_RESP, SSR_BEFORE_POWER_UP);
	sent_event(w, 4, SSR_AFTER_POWER_UP);
	around_destroy(w);
}

static void without_channel_the_network_stays(void)
{
	struct around *w = with_network();

	w->running[AIC100_CH_SSR + 1] = false;
	around_command(w, "crash 3", NULL);
	TAP_EQUAL(w->crashed, 1u << DBC);
	TAP_EQUAL(w->gone, 0);
	TAP_EQUAL(w->sent_count, 0);
	TAP_CHECK(!aic100_ssr_holds(&w->a, DBC));
	TAP_EQUAL(around_traced(w, "ssr dbc=3 end=no-channel"), 1);
	around_destroy(w);
}

static void silent_host_keeps_the_network(void)
{
	struct around *w = with_network();

	around_command(w, "crash 3", NULL);
	TAP_CHECK(around_late(w));
	TAP_EQUAL(w->gone, 0);
	TAP_CHECK(!aic100_ssr_holds(&w->a, DBC));
	/* Its answer may still come, and does nothing. */
	TAP_EQUAL(answer(w, SSR_EVENT_RESP, SSR_BEFORE_SHUTDOWN), 0);
	TAP_EQUAL(w->gone, 0);
	TAP_EQUAL(w->sent_count, 1);
	around_destroy(w);
}

static void host_that_stops_reading_hears_the_end(void)
{
	struct around *w = asked();

	answer(w, SSR_TRANSFER_INFO_RESP, 0);
	TAP_CHECK(around_late(w));
	TAP_EQUAL(w->ddr_allocated, 1);
	sent_event(w, 5, SSR_AFTER_POWER_UP);
	/* The driver says NACK once if a dump was under way. */
	answer(w, SSR_EVENT_RESP, SSR_NACK);
	sent_event(w, 6, SSR_AFTER_POWER_UP);
	answer(w, SSR_EVENT_RESP, SSR_AFTER_POWER_UP);
	TAP_CHECK(!aic100_ssr_holds(&w->a, DBC));
	around_destroy(w);
}

static void nacks_have_an_end(void)
{
	struct around *w = with_network();
	unsigned int n = 0;

	around_command(w, "crash 3", NULL);
	answer(w, SSR_EVENT_RESP, SSR_BEFORE_SHUTDOWN);
	while (aic100_ssr_holds(&w->a, DBC) && n++ < 20)
		answer(w, SSR_EVENT_RESP, SSR_NACK);
	TAP_EQUAL(n, 4);
	TAP_CHECK(!w->timer);
	around_destroy(w);
}

static void channels_come_one_after_the_other(void)
{
	struct around *w = with_network();

	w->network[5] = true;
	around_command(w, "crash 3", NULL);
	around_command(w, "crash 5", NULL);
	TAP_EQUAL(w->sent_count, 1);
	TAP_CHECK(aic100_ssr_holds(&w->a, 5));
	around_late(w);
	TAP_EQUAL(w->sent_count, 2);
	TAP_EQUAL(w->sent[1].data[8], 5);
	TAP_CHECK(!aic100_ssr_holds(&w->a, DBC));
	around_destroy(w);
}

static void idle_channel_cannot_crash(void)
{
	struct around *w = with_network();

	TAP_EQUAL(around_command(w, "crash 4", NULL), 0);
	TAP_EQUAL(w->crashed, 0);
	TAP_EQUAL(w->sent_count, 0);
	TAP_EQUAL(around_command(w, "crash", NULL), -EINVAL);
	TAP_EQUAL(around_command(w, "crash 16", NULL), -EINVAL);
	TAP_EQUAL(around_command(w, "crash x", NULL), -EINVAL);
	around_destroy(w);
}

static void packets_wait_for_buffers(void)
{
	struct around *w = with_network();

	w->room = 0;
	around_command(w, "crash 3", NULL);
	TAP_EQUAL(w->sent_count, 0);
	w->room = 1;
	aic100_ssr_channel.room(&w->a);
	sent_event(w, 1, SSR_BEFORE_SHUTDOWN);
	w->room = 8;
	answer(w, SSR_EVENT_RESP, SSR_BEFORE_SHUTDOWN);
	answer(w, SSR_EVENT_RESP, SSR_AFTER_SHUTDOWN);
	answer(w, SSR_EVENT_RESP, SSR_BEFORE_POWER_UP);
	answer(w, SSR_TRANSFER_INFO_RESP, 0);
	w->room = 0;
	TAP_EQUAL(answer(w, SSR_DONE, 0), -EAGAIN);
	aic100_ssr_channel.room(&w->a);
	TAP_EQUAL(w->again, 1);
	w->room = 2;
	TAP_EQUAL(answer(w, SSR_DONE, 0), 0);
	sent_event(w, 6, SSR_AFTER_POWER_UP);
	around_destroy(w);
}

static void stopped_channel_ends_it(void)
{
	struct around *w = asked();

	w->running[AIC100_CH_SSR] = false;
	aic100_ssr_channel.changed(&w->a, AIC100_CH_SSR, false);
	TAP_EQUAL(w->ddr_allocated, 1);
	TAP_CHECK(!aic100_ssr_holds(&w->a, DBC));
	TAP_CHECK(!w->timer);
	around_destroy(w);
}

static void reset_forgets_it(void)
{
	struct around *w = asked();

	aic100_ssr_reset(&w->a);
	TAP_EQUAL(w->ddr_allocated, 1);
	TAP_CHECK(!aic100_ssr_holds(&w->a, DBC));
	TAP_CHECK(!w->timer);
	around_destroy(w);
}

static void forged_packets_break_the_protocol(void)
{
	static const struct {
		uint32_t command, len, dbc;
		size_t size;
	} forged[] = {
		{ SSR_EVENT_RESP, 16, DBC, 12 },
		{ SSR_EVENT_RESP, 15, DBC, 16 },
		{ SSR_EVENT_RESP, 32, DBC, 32 },
		{ SSR_EVENT_RESP, 16, 16, 16 },
		{ SSR_EVENT, 16, DBC, 16 },
		{ SSR_MEMORY_READ, 16, DBC, 16 },
		{ 0, 16, DBC, 16 },
		{ SSR_DONE, 8, DBC, 8 },
		{ SSR_DONE, 40, DBC, 40 },
	};
	struct around *w = with_network();

	around_command(w, "crash 3", NULL);
	for (size_t i = 0; i < sizeof(forged) / sizeof(forged[0]); i++) {
		uint32_t p[16] = { htole32(forged[i].command),
				   htole32(forged[i].len),
				   htole32(forged[i].dbc),
				   htole32(SSR_BEFORE_SHUTDOWN) };

		if (!TAP_EQUAL(around_host(w, &aic100_ssr_channel, p,
					   forged[i].size),
			       -EPROTO))
			tap_note("row %zu", i);
	}
	/* Another event's answer. */
	TAP_EQUAL(answer(w, SSR_EVENT_RESP, SSR_AFTER_POWER_UP), -EPROTO);
	TAP_EQUAL(w->gone, 0);
	around_destroy(w);
}

static const struct tap_case cases[] = {
	{ "a crash is told step by step, and the channel held meanwhile",
	  host_hears_of_every_step },
	{ "a dump has the channel, its last requests and its memory",
	  dump_has_what_was_there },
	{ "the host can read the dump and nothing else",
	  only_the_dump_can_be_read },
	{ "memory that was given back meanwhile is not in a dump",
	  user_that_leaves_takes_its_memory },
	{ "without memory for a dump there is none",
	  without_room_there_is_no_dump },
	{ "a host without the channel keeps its dead network",
	  without_channel_the_network_stays },
	{ "so does one that does not answer, and may be late",
	  silent_host_keeps_the_network },
	{ "a host that stops reading a dump hears of the end",
	  host_that_stops_reading_hears_the_end },
	{ "a host that says no all the time comes to an end",
	  nacks_have_an_end },
	{ "two crashed channels restart one after the other",
	  channels_come_one_after_the_other },
	{ "a channel without a network cannot crash",
	  idle_channel_cannot_crash },
	{ "what finds no buffer waits for one", packets_wait_for_buffers },
	{ "a channel that stops ends a restart", stopped_channel_ends_it },
	{ "so does a reset", reset_forgets_it },
	{ "forged packets break the protocol",
	  forged_packets_break_the_protocol },
};
TAP_MAIN(cases)
