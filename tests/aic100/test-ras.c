// SPDX-License-Identifier: MIT
/* RAS reports, and the commands at the control socket. */
#include "around.h"
#include "tap.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

static const struct ras_report *report(struct around *w, unsigned int n)
{
	return (const void *)w->sent[n].data;
}

static void every_source_and_kind_has_a_report(void)
{
	static const char *const kinds[] = { "ce", "ue", "ue-nf" };
	struct around *w = around_create(false);
	char line[64];

	for (unsigned int i = 0; i < RAS_SOURCES * RAS_ERRORS; i++) {
		const struct ras_report *r = report(w, i);

		snprintf(line, sizeof(line), "ras %s %u", kinds[i % 3], i / 3);
		TAP_EQUAL(around_command(w, line, NULL), 0);
		if (!TAP_EQUAL(w->sent_count, i + 1))
			break;
		TAP_EQUAL(w->sent[i].channel, AIC100_CH_STATUS + 1);
		TAP_EQUAL(w->sent[i].len, 104);
		TAP_EQUAL(le16toh(r->magic), 0x55aa);
		TAP_EQUAL(le16toh(r->version), 2);
		TAP_EQUAL(le32toh(r->sequence), i);
		TAP_EQUAL(r->type, 0);
		TAP_EQUAL(le16toh(r->len), 92);
		TAP_EQUAL(le32toh(r->source), i / 3);
		TAP_EQUAL(le32toh(r->error), i % 3);
		TAP_EQUAL(le32toh(r->ce), 1);
		TAP_EQUAL(le32toh(r->ue), i % 3);
	}
	around_destroy(w);
}

static void syndromes_are_those_of_the_source(void)
{
	struct around *w = around_create(false);
	const struct ras_ddr *ddr = (const void *)report(w, 0)->syndrome;
	const struct ras_temperature *hot =
		(const void *)report(w, 1)->syndrome;
	const struct ras_nsp_memory *nsp = (const void *)report(w, 2)->syndrome;

	around_command(w, "ras ce ddr 1 0x1234567890", NULL);
	around_command(w, "ras ue temperature", NULL);
	around_command(w, "ras ue-nf nsp-memory 1 0x300000040", NULL);
	TAP_REQUIRE(w->sent_count == 3);
	TAP_EQUAL(le32toh(ddr->address_low), 0x34567890);
	TAP_EQUAL(le16toh(ddr->address_high), 0x12);
	TAP_EQUAL(le32toh(ddr->count), 1);
	TAP_EQUAL(le32toh(hot->threshold), 2);
	TAP_EQUAL(le32toh(hot->celsius), 110);
	TAP_EQUAL(le32toh(nsp->address[0]), 0x40);
	TAP_EQUAL(nsp->nsp, 3);
	around_destroy(w);
}

static void memory_errors_of_the_kit_are_ddr_s(void)
{
	struct around *w = around_create(false);

	aic100_ecc(w->a.dev, AXM_ECC_CORRECTED, 4096);
	aic100_ecc(w->a.dev, AXM_ECC_UNCORRECTED, 8192);
	around_work(w);
	TAP_REQUIRE(w->sent_count == 2);
	TAP_EQUAL(le32toh(report(w, 0)->source), RAS_DDR);
	TAP_EQUAL(le32toh(report(w, 0)->error), RAS_CORRECTED);
	TAP_EQUAL(le32toh(report(w, 1)->error), RAS_UNCORRECTED);
	around_destroy(w);
}

static void host_that_does_not_listen_costs_nothing(void)
{
	struct around *w = around_create(false);
	char *text;

	w->running[AIC100_CH_STATUS + 1] = false;
	around_command(w, "ras ce pcie 500", NULL);
	TAP_EQUAL(w->sent_count, 0);
	TAP_EQUAL(around_command(w, "stats", &text), AXM_COMMAND_KIT);
	TAP_CHECK(strstr(text, "ras-pcie-ce 500\n"));
	TAP_CHECK(strstr(text, "ras-sent 0\n"));
	/* The queue took 32 of what came at once. */
	TAP_CHECK(strstr(text, "ras-unheard 32\n"));
	TAP_CHECK(strstr(text, "ras-dropped 468\n"));
	w->running[AIC100_CH_STATUS + 1] = true;
	around_work(w);
	TAP_EQUAL(w->sent_count, 0);
	around_destroy(w);
}

static void reports_wait_for_buffers_in_order(void)
{
	struct around *w = around_create(false);

	w->room = 2;
	around_command(w, "ras ce bus1 5", NULL);
	TAP_EQUAL(w->sent_count, 2);
	w->room = 10;
	aic100_status_channel.room(&w->a);
	TAP_EQUAL(w->sent_count, 5);
	for (unsigned int i = 0; i < w->sent_count; i++)
		TAP_EQUAL(le32toh(report(w, i)->sequence), i);
	around_destroy(w);
}

static void host_cannot_send_there(void)
{
	struct around *w = around_create(false);

	TAP_EQUAL(around_host(w, &aic100_status_channel, "x", 1), -EPROTO);
	around_destroy(w);
}

static void counters_can_be_cleared(void)
{
	struct around *w = around_create(false);
	char *text;

	around_command(w, "ras ue-nf soc-memory 2", NULL);
	around_command(w, "stats clear", &text);
	TAP_CHECK(strstr(text, "ras-soc-memory-ue-nf 2\n"));
	TAP_CHECK(strstr(text, "channels\n"));
	around_command(w, "stats", &text);
	TAP_CHECK(!strstr(text, "soc-memory"));
	TAP_CHECK(strstr(text, "ras-sent 0\n"));
	TAP_EQUAL(around_command(w, "stats all", NULL), -EINVAL);
	around_destroy(w);
}

static void faults_are_consumed_once(void)
{
	struct around *w = around_create(false);
	struct aic100_faults *f = &w->a.faults;

	around_command(w, "no-reply 2", NULL);
	TAP_CHECK(aic100_fault_count(&f->no_reply));
	TAP_CHECK(aic100_fault_count(&f->no_reply));
	TAP_CHECK(!aic100_fault_count(&f->no_reply));
	around_command(w, "wrong-status 7", NULL);
	TAP_CHECK(!aic100_fault_bit(&f->wrong_status, 6));
	TAP_CHECK(aic100_fault_bit(&f->wrong_status, 7));
	TAP_CHECK(!aic100_fault_bit(&f->wrong_status, 7));
	around_command(w, "hang 15", NULL);
	TAP_EQUAL(atomic_load(&f->hang), 1u << 15);
	around_command(w, "hang 15 off", NULL);
	TAP_EQUAL(atomic_load(&f->hang), 0);
	around_command(w, "hang 1", NULL);
	around_command(w, "no-reply", NULL);
	aic100_inject_reset(&w->a);
	TAP_EQUAL(atomic_load(&f->hang), 0);
	TAP_EQUAL(atomic_load(&f->no_reply), 0);
	around_destroy(w);
}

static void whole_hangs_are_the_kit_s(void)
{
	struct around *w = around_create(false);

	TAP_EQUAL(around_command(w, "hang", NULL), AXM_COMMAND_KIT);
	TAP_EQUAL(around_command(w, "hang on", NULL), AXM_COMMAND_KIT);
	TAP_EQUAL(around_command(w, "hang off", NULL), AXM_COMMAND_KIT);
	around_destroy(w);
}

static void wrong_words_are_refused(void)
{
	static const char *const lines[] = {
		"ras",
		"ras xx",
		"ras ce 7",
		"ras ce -1",
		"ras ce ddr 0",
		"ras ce ddr 1001",
		"ras 3",
		"hang 16",
		"hang 1 on",
		"no-reply -1",
		"no-reply x",
		"wrong-status",
		"wrong-status 16",
		"ras ce ddr 1 x",
		"hang x",
	};
	struct around *w = around_create(false);

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		if (!TAP_EQUAL(around_command(w, lines[i], NULL), -EINVAL))
			tap_note("%s", lines[i]);
	TAP_EQUAL(w->sent_count, 0);
	around_destroy(w);
}

static void errors_and_resets_can_be_asked_for(void)
{
	struct around *w = around_create(false);
	char *text;

	around_command(w, "sys-err", NULL);
	TAP_STRING(w->sys_err, "asked for at the control socket");
	around_command(w, "soc-reset", NULL);
	TAP_STRING(w->sys_err, "write 0xb0");
	around_command(w, "usage", &text);
	TAP_CHECK(strstr(text, "users 3\n"));
	around_command(w, "state", &text);
	TAP_CHECK(strstr(text, "environment amss\n"));
	around_destroy(w);
}

static void log_keeps_the_last_lines(void)
{
	struct around *w = around_create(false);
	unsigned int lines = 0;
	char *text, event[300];

	for (unsigned int i = 0; i < 100; i++)
		aic100_log(&w->a, "test", "number=%u", i);
	memset(event, 'x', sizeof(event));
	event[sizeof(event) - 1] = 0;
	aic100_log(&w->a, "long", "%s", event);
	around_command(w, "log", &text);
	for (const char *at = text; (at = strchr(at, '\n')); at++)
		lines++;
	TAP_EQUAL(lines, 64);
	TAP_CHECK(!strstr(text, "number=36\n"));
	TAP_CHECK(strstr(text, "test number=37\n"));
	TAP_CHECK(strstr(text, "long xxx"));
	around_destroy(w);
}

static const struct tap_case cases[] = {
	{ "every source and kind of error has its report",
	  every_source_and_kind_has_a_report },
	{ "a syndrome is that of its source",
	  syndromes_are_those_of_the_source },
	{ "memory errors of the kit are those of the DDR",
	  memory_errors_of_the_kit_are_ddr_s },
	{ "for a host that does not listen errors are counted only",
	  host_that_does_not_listen_costs_nothing },
	{ "reports wait for buffers, in order",
	  reports_wait_for_buffers_in_order },
	{ "a host that sends on the channel breaks the protocol",
	  host_cannot_send_there },
	{ "counters can be cleared", counters_can_be_cleared },
	{ "a fault is consumed as often as asked for, and by a reset",
	  faults_are_consumed_once },
	{ "hang without a channel is the kit's", whole_hangs_are_the_kit_s },
	{ "wrong words are refused", wrong_words_are_refused },
	{ "errors and resets come when asked for",
	  errors_and_resets_can_be_asked_for },
	{ "the log keeps the last 64 lines", log_keeps_the_last_lines },
};
TAP_MAIN(cases)
