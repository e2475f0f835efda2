// SPDX-License-Identifier: MIT
/* The trace in words: what a line says, and that nobody's message breaks it. */
#include "around.h"
#include "tap.h"

#include <stdlib.h>
#include <string.h>

static void rings_are_in_words(void)
{
	static const struct {
		const char *what;
		unsigned int number;
		struct mhi_element e;
		const char *line;
	} rows[] = {
		{ "event",
		  0,
		  { 0, 2u << 24, 0x20u << 16 },
		  "mhi ring=event type=state state=M0\n" },
		{ "event",
		  0,
		  { 0, 2u << 24, 0x40u << 16 },
		  "mhi ring=event type=ee ee=AMSS\n" },
		{ "event",
		  0,
		  { 0x40, 1u << 24, 0x21u << 16 },
		  "mhi ring=event type=command-done element=0x40 "
		  "code=success\n" },
		{ "event",
		  0,
		  { 0x80, 2u << 24 | 56, 11u << 24 | 0x22u << 16 },
		  "mhi ring=event type=transfer-done channel=11 name=control "
		  "element=0x80 code=eot len=56\n" },
		{ "command",
		  0,
		  { 0, 0, 10u << 24 | 18u << 16 },
		  "mhi ring=command type=start channel=10 name=control\n" },
		{ "transfer",
		  22,
		  { 0x1000, 24, 2u << 16 | 0x200 },
		  "mhi ring=transfer channel=22 name=periodic type=transfer "
		  "addr=0x1000 len=24 ieot\n" },
		{ "transfer",
		  200,
		  { 0x1000, 24, 2u << 16 | 0x501 },
		  "mhi ring=transfer channel=200 name=? type=transfer "
		  "addr=0x1000 len=24 chain ieob bei\n" },
		{ "command",
		  0,
		  { 0, 7, 0x77u << 16 },
		  "mhi ring=command type=0x77 d0=0x7 d1=0x770000\n" },
	};
	struct around *w = around_create(true);

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct mhi_element e = { htole64(rows[i].e.ptr),
					 htole32(rows[i].e.d0),
					 htole32(rows[i].e.d1) };

		aic100_note_element(&w->a, rows[i].what, rows[i].number, &e);
		if (!TAP_EQUAL(around_traced(w, rows[i].line), 1))
			tap_note("%s", w->trace);
	}
	around_destroy(w);
}

static void requests_are_in_words(void)
{
	struct around *w = around_create(true);
	struct aic100_request r = {
		.id = htole16(5),
		.seq = 1,
		.cmd = AIC100_CMD_DIR_IN | AIC100_CMD_BULK |
		       AIC100_CMD_COMPLETION | AIC100_CMD_FORCE_MSI,
		.src = htole64(0x7000),
		.dst = htole64(0x100001000),
		.len = htole32(4096),
		.db_addr = htole64(0x100000000),
		.db_attr = AIC100_DB_ENABLE | 2,
		.db_data = htole32(1),
		.sem = {
			htole32(0xc5420001u), /* in fence, GE, pre, 2, 1 */
			htole32(0x83020000u),
			htole32(0xa2000000u),
			htole32(0x86000000u),
		},
	};

	aic100_note_request(&w->a, 3, &r);
	if (!TAP_EQUAL(
		    around_traced(
			    w,
			    "dma dbc=3 id=5 seq=1 dir=in src=0x7000 "
			    "dst=0x100001000 len=4096 doorbell8(0x100000000,0x1)"
			    " pre:wait-ge(2,1)+in-fence post:dec(2) "
			    "post:inc(0)+out-fence post:p(0) completion "
			    "force-msi\n"),
		    1))
		tap_note("%s", w->trace);
	/* As long as a line can be; it is one line. */
	memset(&r, 0xff, sizeof(r));
	aic100_note_request(&w->a, 15, &r);
	TAP_EQUAL(around_traced(w, "dma dbc=15 "), 1);
	TAP_EQUAL(around_traced(w, "\n"), 2);
	around_destroy(w);
}

static void answers_semaphores_and_runs_are_in_words(void)
{
	struct around *w = around_create(true);

	aic100_note_response(&w->a, 1, 9, AIC100_COMPLETION_DEVICE);
	aic100_note_sem(&w->a, 1, 0, "inc", 2);
	aic100_note_sem(&w->a, 1, 31, "dec", 0);
	aic100_note_run(&w->a, 1, 1500000, 0);
	aic100_note_doorbell(&w->a, "channel", 10, 0x40);
	TAP_EQUAL(around_traced(w, "response dbc=1 id=9 status=device-address"),
		  1);
	TAP_EQUAL(around_traced(w, "sem dbc=1 sem=0(input) by=inc value=2\n"),
		  1);
	TAP_EQUAL(around_traced(w, "sem dbc=1 sem=31 by=dec value=0\n"), 1);
	TAP_EQUAL(around_traced(w, "run dbc=1 us=1500 result=done\n"), 1);
	TAP_EQUAL(around_traced(w, "doorbell ring=channel number=10 wp=0x40"),
		  1);
	around_destroy(w);
}

struct message {
	struct nnc_header h;
	struct nnc_transaction load;
	struct nnc_load_elf elf;
	struct nnc_dma_xfer xfer;
	struct nnc_segment segment;
};

static void messages_are_in_words(void)
{
	struct around *w = around_create(true);
	struct message m = {
		.h = {
			.sequence = htole32(7),
			.len = htole32(sizeof(m)),
			.count = htole32(2),
			.handle = htole32(3),
		},
		.load = { htole32(NNC_PASSTHROUGH_TO_DEVICE),
			  htole32(8 + sizeof(m.elf)) },
		.elf = { .type = htole32(NNC_CMD_LOAD_ELF),
			 .tag = htole32(1),
			 .name = "my net\n",
			 .data_length = htole64(6000000000) },
		.xfer = { .t = { htole32(NNC_DMA_XFER), htole32(40) },
			  .tag = htole32(1),
			  .count = htole32(1) },
	};
	struct {
		struct nnc_header h;
		struct nnc_transaction t;
		struct nnc_loaded loaded;
	} answer = {
		.t = { htole32(NNC_PASSTHROUGH_FROM_DEVICE), htole32(24) },
		.loaded = { .type = htole32(4),
			    .status = htole32((uint32_t)NNC_ERR_MEMORY) },
	};

	aic100_note_nnc(&w->a, true, &m, sizeof(m));
	TAP_EQUAL(around_traced(w, "nnc -> seq=7 user=3 len="), 1);
	TAP_EQUAL(around_traced(w, "nnc-part -> command load-elf tag=1 "
				   "data_length=6000000000 "
				   "name=\"my.net.\"\n"),
		  1);
	TAP_EQUAL(around_traced(w, "nnc-part -> dma-xfer tag=1 count=1 "
				   "chunk=0\n"),
		  1);
	aic100_note_nnc(&w->a, false, &answer, sizeof(answer));
	TAP_EQUAL(around_traced(w, "nnc-part <- answer elf-loaded id=0 "
				   "status=no-memory(-4)\n"),
		  1);
	around_destroy(w);
}

/* Each length, each type, in a buffer of its own so that ASan sees the end. */
static void no_message_is_read_beyond_its_end(void)
{
	struct around *w = around_create(true);

	for (uint32_t type = 0; type < 64; type++)
		for (size_t len = 0; len < 128; len++) {
			uint8_t *m = malloc(len ? len : 1);
			uint32_t t[3] = { htole32(type),
					  htole32((uint32_t)len - 32),
					  htole32((uint32_t)len % 52) };

			memset(m, 0x41, len);
			if (len >= 44)
				memcpy(m + 32, t, sizeof(t));
			aic100_note_nnc(&w->a, true, m, len);
			free(m);
		}
	TAP_CHECK(around_traced(w, "nnc-part -> activate "));
	TAP_CHECK(around_traced(w, "nnc-part -> 63\n"));
	around_destroy(w);
}

static void without_trace_nothing_is_written(void)
{
	struct around *w = around_create(false);
	struct aic100_request r = { 0 };

	aic100_note_request(&w->a, 0, &r);
	aic100_note_nnc(&w->a, true, &r, sizeof(r));
	aic100_note_sem(&w->a, 0, 0, "inc", 1);
	TAP_CHECK(!w->trace);
	around_destroy(w);
}

static const struct tap_case cases[] = {
	{ "elements of rings are in words", rings_are_in_words },
	{ "DMA requests are in words, semaphores with them",
	  requests_are_in_words },
	{ "responses, semaphores and runs are in words",
	  answers_semaphores_and_runs_are_in_words },
	{ "messages are in words, down to commands and statuses",
	  messages_are_in_words },
	{ "no message is read beyond its end",
	  no_message_is_read_beyond_its_end },
	{ "without a trace nothing is written",
	  without_trace_nothing_is_written },
};
TAP_MAIN(cases)
