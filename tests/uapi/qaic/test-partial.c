// SPDX-License-Identifier: MIT
/*
 * PARTIAL_EXECUTE_BO at every border, and PERF_STATS_BO. Runs in the VM as root.
 *
 * A buffer's memory comes in pieces of at most 4 MiB, so that slices around this
 * place are of several pieces, however small they are.
 */
#include "inject.h"
#include "network.h"
#include "tap.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../uapi.h"

#define FINDINGS "docs/findings.md#"
#define PIECE (4u << 20)

/* Three slices one behind the other, from a place of the buffer on. */
struct layout {
	uint64_t buffer; /* bytes */
	uint64_t from;
	uint64_t size[3];
};

static const struct layout small = { 12288, 0, { 4096, 1000, 7192 } };
static const struct layout border = { PIECE + 16384,
				      PIECE - 8192,
				      { 4096, 16384, 4096 } };

struct partial {
	struct work w;
	const struct layout *l;
	struct buffer b, back;
	uint64_t total;
	uint64_t at;
};

static bool partial_attach(struct partial *p)
{
	struct qaicu_slice slices[3];
	uint64_t done = 0;

	for (int i = 0; i < 3; i++) {
		slices[i] = slice_of(p->l->from + done, p->l->size[i],
				     p->at + done);
		done += p->l->size[i];
	}
	p->total = done;
	return TAP_EQUAL(card_attach(p->w.fd, p->w.n.dbc, p->b.handle,
				     QAICU_TO_DEVICE, slices, 3),
			 0);
}

static bool partial_open(struct partial *p, const struct layout *l)
{
	*p = (struct partial){ .l = l };
	if (!work_open(&p->w, 65536, WORK_QUEUE))
		return false;
	p->at = network_at(&p->w.n, NETWORK_X0);
	return TAP_CHECK(buffer_open(p->w.fd, &p->b, l->buffer)) &&
	       TAP_CHECK(buffer_open(p->w.fd, &p->back, 32768)) &&
	       partial_attach(p);
}

/* Of the card's memory the first bytes are new, all others as they were. */
static void execute_partly(struct partial *p, uint64_t resize, uint64_t moved,
			   uint8_t seed)
{
	uint8_t *data = p->b.memory + p->l->from;

	memset(p->back.memory, 0x11, p->back.size);
	TAP_REQUIRE(work_write(&p->w, p->at, &p->back));
	for (uint64_t i = 0; i < p->total; i++)
		data[i] = buffer_byte(i, seed);
	TAP_EQUAL(card_partial(p->w.fd, p->w.n.dbc, p->b.handle, resize), 0);
	TAP_EQUAL(card_wait(p->w.fd, p->w.n.dbc, p->b.handle,
			    CARD_GLANCE_MS * 4),
		  0);
	TAP_REQUIRE(work_read(&p->w, p->at, &p->back));
	TAP_CHECK(memcmp(p->back.memory, data, moved) == 0);
	for (uint64_t i = moved; i < p->back.size; i++)
		if (!TAP_EQUAL(p->back.memory[i], 0x11))
			break;
}

static void sizes_are_cut(const struct layout *l, const int64_t *sizes,
			  size_t count)
{
	struct partial p;

	if (!network_exists())
		TAP_SKIP(NETWORK_SKIP);
	TAP_REQUIRE(partial_open(&p, l));
	for (size_t i = 0; i < count; i++) {
		uint64_t resize = l->from + sizes[i];

		tap_note("resize %ju", (uintmax_t)resize);
		execute_partly(&p, resize, sizes[i], i);
	}
	work_close(&p.w);
}

static void borders_of_slices_are_exact(void)
{
	static const int64_t sizes[] = { 1,    4095, 4096,  4097,  5095,
					 5096, 5097, 12287, 12288, 2 };

	sizes_are_cut(&small, sizes, sizeof(sizes) / sizeof(sizes[0]));
}

/* The border of the pieces is at 8192; the slices' at 4096 and 20480. */
static void borders_of_pieces_are_exact(void)
{
	static const int64_t sizes[] = { 4097,	8191,  8192,  8193,
					 20479, 20480, 20481, 24576 };

	sizes_are_cut(&border, sizes, sizeof(sizes) / sizeof(sizes[0]));
}

static void nothing_of_a_buffer_is_moved(void)
{
	struct partial p;

	if (!network_exists())
		TAP_SKIP(NETWORK_SKIP);
	TAP_REQUIRE(partial_open(&p, &small));
	execute_partly(&p, 0, 0, 5);
	execute_partly(&p, small.buffer, p.total, 6);
	work_close(&p.w);
}

static void nothing_of_a_buffer_in_pieces_is_moved(void)
{
	struct partial p;

	if (!network_exists())
		TAP_SKIP(NETWORK_SKIP);
	TAP_REQUIRE(partial_open(&p, &border));
	execute_partly(&p, 0, 0, 5);
	work_close(&p.w);
}

/* What is cut off still does its semaphores and doorbells. */
static void a_slice_that_is_cut_off_keeps_its_semaphores(void)
{
	struct qaicu_slice slices[2];
	struct buffer b, waits;
	uint64_t at;

	WORK(WORK_TENSOR, WORK_QUEUE);
	at = network_at(&w.n, NETWORK_X0);
	TAP_REQUIRE(buffer_open(w.fd, &b, CARD_PAGE) && work_stuck(&w, &waits));
	slices[0] = slice_of(0, 1024, at);
	slices[1] = slice_of(1024, 1024, at + 1024);
	slices[1].sem[1] = sem_of(QAICU_SEM_INC, 31, 0, 0);
	TAP_EQUAL(card_attach(w.fd, w.n.dbc, b.handle, QAICU_TO_DEVICE, slices,
			      2),
		  0);
	TAP_EQUAL(card_partial(w.fd, w.n.dbc, b.handle, 10), 0);
	TAP_EQUAL(card_wait(w.fd, w.n.dbc, b.handle, CARD_PATIENCE_MS), 0);
	TAP_EQUAL(card_wait(w.fd, w.n.dbc, waits.handle, CARD_PATIENCE_MS), 0);
	work_close(&w);
}

static void more_than_the_buffer_is_refused(void)
{
	struct partial p;

	if (!network_exists())
		TAP_SKIP(NETWORK_SKIP);
	TAP_REQUIRE(partial_open(&p, &small));
	TAP_ERRNO(card_partial(p.w.fd, p.w.n.dbc, p.b.handle, small.buffer + 1),
		  EINVAL);
	TAP_ERRNO(card_partial(p.w.fd, p.w.n.dbc, p.b.handle, -1ull), EINVAL);
	TAP_ERRNO(card_partial(p.w.fd, p.w.n.dbc, 9999, 1), ENOENT);
	TAP_ERRNO(card_partial(p.w.fd, p.w.n.dbc, p.back.handle, 1), EINVAL);
	execute_partly(&p, 4096, 4096, 5);
	work_close(&p.w);
}

static void statistics_tell_of_the_last_execution(void)
{
	struct qaicu_perf_entry e = { 0 };
	uint64_t start, took;
	struct partial p;

	if (!network_exists())
		TAP_SKIP(NETWORK_SKIP);
	TAP_REQUIRE(partial_open(&p, &small));
	e.handle = p.b.handle;
	TAP_EQUAL(card_stats(p.w.fd, p.w.n.dbc, &e, 1), 0);
	TAP_EQUAL(e.num_queue_element, 3);
	TAP_EQUAL(e.device_latency_us, 0);
	start = uapi_now_ms();
	TAP_EQUAL(work_do(&p.w, &p.b), 0);
	took = uapi_now_ms() - start + 1;
	TAP_EQUAL(card_stats(p.w.fd, p.w.n.dbc, &e, 1), 0);
	TAP_EQUAL(e.queue_level_before, 0);
	TAP_EQUAL(e.num_queue_element, 3);
	TAP_CHECK(e.submit_latency_us <= took * 1000);
	TAP_CHECK(e.device_latency_us > 0);
	TAP_CHECK(e.device_latency_us <= took * 1000);
	work_close(&p.w);
}

/* Pieces of a slice are elements; so this also says that there are pieces. */
static void statistics_count_pieces(void)
{
	struct qaicu_perf_entry e = { 0 };
	struct partial p;

	if (!network_exists())
		TAP_SKIP(NETWORK_SKIP);
	TAP_REQUIRE(partial_open(&p, &border));
	e.handle = p.b.handle;
	TAP_EQUAL(card_stats(p.w.fd, p.w.n.dbc, &e, 1), 0);
	TAP_CHECK(e.num_queue_element >= 4);
	work_close(&p.w);
}

static void an_unfinished_execution_has_no_device_time(void)
{
	struct qaicu_perf_entry e[2] = { 0 };
	struct buffer b;

	WORK(WORK_TENSOR, WORK_QUEUE);
	TAP_REQUIRE(work_stuck(&w, &b));
	e[0].handle = b.handle;
	e[1].handle = b.handle;
	TAP_EQUAL(card_stats(w.fd, w.n.dbc, e, 2), 0);
	TAP_EQUAL(e[0].device_latency_us, 0);
	TAP_EQUAL(memcmp(&e[0], &e[1], sizeof(e[0])), 0);
	work_close(&w);
}

static void heads_of_statistics_are_checked(void)
{
	struct qaicu_perf_entry e = { 0 };
	struct qaicu_perf_stats s;
	struct partial p;

	if (!network_exists())
		TAP_SKIP(NETWORK_SKIP);
	TAP_REQUIRE(partial_open(&p, &small));
	TAP_ERRNO(card_stats(p.w.fd, CARD_DBCS, &e, 1), EINVAL);
	TAP_ERRNO(card_stats(p.w.fd, 0xffffffff, &e, 1), EINVAL);
	TAP_ERRNO(card_stats(p.w.fd, p.w.n.dbc, &e, 1), ENOENT);
	TAP_ERRNO(card_stats(p.w.fd, p.w.n.dbc, NULL, 1), EFAULT);
	s = (struct qaicu_perf_stats){ 1, 0, p.w.n.dbc, 0xffff888000000000 };
	TAP_ERRNO(ioctl(p.w.fd, QAICU_PERF_STATS, &s), EFAULT);
	TAP_EQUAL(card_stats(p.w.fd, p.w.n.dbc, NULL, 0), 0);
	work_close(&p.w);
}

static void statistics_of_65535_buffers_are_told(void)
{
	struct qaicu_perf_entry *e = calloc(65535, sizeof(*e));
	struct partial p;

	if (!network_exists())
		TAP_SKIP(NETWORK_SKIP);
	TAP_REQUIRE(e && partial_open(&p, &small));
	for (int i = 0; i < 65535; i++)
		e[i].handle = p.b.handle;
	TAP_EQUAL(card_stats(p.w.fd, p.w.n.dbc, e, 65535), 0);
	TAP_EQUAL(e[65534].num_queue_element, 3);
	e[65534].handle = 9999;
	TAP_ERRNO(card_stats(p.w.fd, p.w.n.dbc, e, 65535), ENOENT);
	free(e);
	work_close(&p.w);
}

static void statistics_of_another_channel_are_refused(void)
{
	struct qaicu_perf_entry e = { 0 };
	struct partial p;

	if (!network_exists())
		TAP_SKIP(NETWORK_SKIP);
	TAP_REQUIRE(partial_open(&p, &small));
	e.handle = p.back.handle; /* in no channel */
	TAP_ERRNO(card_stats(p.w.fd, p.w.n.dbc, &e, 1), EINVAL);
	e.handle = p.b.handle;
	TAP_ERRNO(card_stats(p.w.fd, (p.w.n.dbc + 1) % CARD_DBCS, &e, 1),
		  EINVAL);
	work_close(&p.w);
}

static void padding_of_statistics_is_zero(void)
{
	struct qaicu_perf_stats s = { .count = 1, .pad = 1 };
	struct qaicu_perf_entry e = { 0 };
	struct partial p;

	if (!network_exists())
		TAP_SKIP(NETWORK_SKIP);
	TAP_REQUIRE(partial_open(&p, &small));
	e.handle = p.b.handle;
	s.dbc = p.w.n.dbc;
	s.data = (uintptr_t)&e;
	TAP_ERRNO(ioctl(p.w.fd, QAICU_PERF_STATS, &s), EINVAL);
	s.pad = 0;
	e.pad = 1;
	TAP_ERRNO(ioctl(p.w.fd, QAICU_PERF_STATS, &s), EINVAL);
	work_close(&p.w);
}

static const struct tap_case cases[] = {
	{ "a cut at, before and behind borders of slices is exact",
	  borders_of_slices_are_exact },
	{ "a cut at, before and behind borders of pieces is exact",
	  borders_of_pieces_are_exact },
	{ "nothing of a buffer may be moved", nothing_of_a_buffer_is_moved },
	{ "nothing of a buffer in pieces may be moved",
	  nothing_of_a_buffer_in_pieces_is_moved, NULL,
	  "6.12 7.2: " FINDINGS "nothing-of-a-slice-in-pieces" },
	{ "a slice that is cut off keeps its semaphores",
	  a_slice_that_is_cut_off_keeps_its_semaphores },
	{ "more than the buffer is refused", more_than_the_buffer_is_refused },
	{ "statistics tell of the last execution",
	  statistics_tell_of_the_last_execution },
	{ "statistics count pieces", statistics_count_pieces },
	{ "an unfinished execution has no device time",
	  an_unfinished_execution_has_no_device_time },
	{ "heads of statistics are checked", heads_of_statistics_are_checked },
	{ "statistics of 65,535 buffers are told",
	  statistics_of_65535_buffers_are_told },
	{ "statistics of no or another channel are refused",
	  statistics_of_another_channel_are_refused, NULL,
	  "6.12: " FINDINGS "buffers-of-other-channels" },
	{ "padding of statistics is zero", padding_of_statistics_is_zero, NULL,
	  "6.12 7.2: " FINDINGS "padding" },
};

TAP_MAIN(cases)
