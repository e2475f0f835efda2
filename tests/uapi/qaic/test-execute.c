// SPDX-License-Identifier: MIT
/*
 * EXECUTE_BO and WAIT_BO of qaic: what arrives where, what is refused, and that
 * what is refused leaves nothing behind. Runs in the VM as root.
 */
#include "child.h"
#include "inject.h"
#include "network.h"
#include "tap.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <unistd.h>

#include "../uapi.h"

#define FINDINGS "docs/findings.md#"
#define BIG (8u << 20)

static void a_network_computes(void)
{
	struct run r;

	WORK(WORK_TENSOR, WORK_QUEUE);
	if (!w.n.runs)
		TAP_SKIP("no tensor program");
	TAP_REQUIRE(run_open(&w, &r));
	for (int i = 0; i < 50; i++) {
		run_fill(&w, &r, i);
		if (!TAP_EQUAL(run_once(&w, &r), 0) ||
		    !TAP_CHECK(run_is_right(&w, &r, i)))
			break;
	}
	work_close(&w);
}

static void a_network_of_large_tensors_computes(void)
{
	struct run r;

	WORK(BIG, WORK_QUEUE);
	if (!w.n.runs)
		TAP_SKIP("no tensor program");
	TAP_REQUIRE(run_open(&w, &r));
	for (int i = 0; i < 2; i++) {
		run_fill(&w, &r, i);
		TAP_EQUAL(run_once(&w, &r), 0);
		TAP_CHECK(run_is_right(&w, &r, i));
	}
	work_close(&w);
}

/* Slices of the whole buffer, in disorder; none is of a size like another. */
static uint32_t cut(struct qaicu_slice *slices, uint32_t count, uint64_t size,
		    uint64_t at)
{
	uint64_t from = 0;

	for (uint32_t i = 0; i < count; i++) {
		uint64_t left = size - from;
		uint64_t piece = left / (count - i);

		if (i + 1 == count)
			piece = left;
		else if (piece > 1)
			piece = piece - 1 + i % 3;
		slices[i] = slice_of(from, piece, at + from);
		from += piece;
	}
	for (uint32_t i = 0; i + 1 < count; i += 2) {
		struct qaicu_slice slice = slices[i];

		slices[i] = slices[i + 1];
		slices[i + 1] = slice;
	}
	return count;
}

static void slices_arrive(uint64_t size, uint32_t count)
{
	struct qaicu_slice *slices = calloc(count, sizeof(*slices));
	struct buffer b, back;
	uint64_t at;

	WORK((size + CARD_PAGE - 1) & -(uint64_t)CARD_PAGE, 4096);
	TAP_REQUIRE(slices && buffer_open(w.fd, &b, size) &&
		    buffer_open(w.fd, &back, size));
	at = network_at(&w.n, NETWORK_X1);
	buffer_fill(&b, count);
	memset(back.memory, 0xee, size);
	cut(slices, count, size, at);
	TAP_EQUAL(card_attach(w.fd, w.n.dbc, b.handle, QAICU_TO_DEVICE, slices,
			      count),
		  0);
	TAP_EQUAL(work_do(&w, &b), 0);
	TAP_CHECK(work_read(&w, at, &back));
	TAP_CHECK(memcmp(b.memory, back.memory, size) == 0);
	memset(back.memory, 0xee, size);
	TAP_EQUAL(card_attach(w.fd, w.n.dbc, back.handle, QAICU_FROM_DEVICE,
			      slices, count),
		  0);
	TAP_EQUAL(work_do(&w, &back), 0);
	TAP_CHECK(memcmp(b.memory, back.memory, size) == 0);
	free(slices);
	work_close(&w);
}

struct slicing {
	uint64_t size;
	uint32_t count;
};

static void all_bytes_arrive(void)
{
	const struct slicing *s = tap_data();

	slices_arrive(s->size, s->count);
}

static void slices_may_overlap(void)
{
	struct qaicu_slice slices[4];
	struct buffer b, back;
	uint64_t at;

	WORK(WORK_TENSOR, WORK_QUEUE);
	TAP_REQUIRE(buffer_open(w.fd, &b, CARD_PAGE) &&
		    buffer_open(w.fd, &back, CARD_PAGE));
	buffer_fill(&b, 3);
	at = network_at(&w.n, NETWORK_X0);
	for (unsigned int i = 0; i < 4; i++)
		slices[i] = slice_of(i * 300, 1024, at + i * 1024);
	TAP_EQUAL(card_attach(w.fd, w.n.dbc, b.handle, QAICU_TO_DEVICE, slices,
			      4),
		  0);
	TAP_EQUAL(work_do(&w, &b), 0);
	TAP_CHECK(work_read(&w, at, &back));
	for (unsigned int i = 0; i < 4; i++)
		TAP_CHECK(memcmp(back.memory + i * 1024, b.memory + i * 300,
				 1024) == 0);
	work_close(&w);
}

static void a_slice_of_nothing_moves_nothing(void)
{
	struct qaicu_slice slice;
	struct buffer b, back;
	uint64_t at;

	WORK(WORK_TENSOR, WORK_QUEUE);
	TAP_REQUIRE(buffer_open(w.fd, &b, CARD_PAGE) &&
		    buffer_open(w.fd, &back, CARD_PAGE));
	at = network_at(&w.n, NETWORK_X0);
	buffer_fill(&b, 3);
	TAP_CHECK(work_write(&w, at, &b));
	memset(b.memory, 0x55, CARD_PAGE);
	slice = slice_of(0, 0, at);
	TAP_EQUAL(card_attach(w.fd, w.n.dbc, b.handle, QAICU_TO_DEVICE, &slice,
			      1),
		  0);
	TAP_EQUAL(work_do(&w, &b), 0);
	TAP_CHECK(work_read(&w, at, &back));
	TAP_CHECK(buffer_holds(&back, 0, CARD_PAGE, 3));
	work_close(&w);
}

static void a_list_of_buffers_is_executed_at_once(void)
{
	enum {
		COUNT = 100
	};
	uint32_t handles[COUNT];
	struct buffer b[COUNT];

	WORK(WORK_TENSOR, WORK_QUEUE);
	for (unsigned int i = 0; i < COUNT; i++) {
		TAP_REQUIRE(buffer_open(w.fd, &b[i], CARD_PAGE));
		TAP_EQUAL(work_attach(&w, &b[i], i % 2 + 1,
				      network_at(&w.n, i % 2)),
			  0);
		handles[i] = b[i].handle;
	}
	TAP_EQUAL(card_execute(w.fd, w.n.dbc, handles, COUNT), 0);
	for (unsigned int i = 0; i < COUNT; i++)
		TAP_EQUAL(card_wait(w.fd, w.n.dbc, handles[i],
				    CARD_PATIENCE_MS),
			  0);
	work_close(&w);
}

/* Requests have numbers of 16 bits. */
static void numbers_of_requests_may_wrap(void)
{
	enum {
		COUNT = 500
	};
	uint32_t handles[COUNT];
	struct qaicu_slice slice;
	int wrong = 0;

	WORK(WORK_TENSOR, 1024);
	slice = slice_of(0, 0, network_at(&w.n, NETWORK_X0));
	for (unsigned int i = 0; i < COUNT; i++) {
		TAP_REQUIRE(card_create(w.fd, CARD_PAGE, &handles[i]) == 0);
		TAP_REQUIRE(card_attach(w.fd, w.n.dbc, handles[i],
					QAICU_TO_DEVICE, &slice, 1) == 0);
	}
	for (unsigned int i = 0; i < 66000 / COUNT && !wrong; i++) {
		wrong += card_execute(w.fd, w.n.dbc, handles, COUNT) != 0;
		for (unsigned int j = 0; j < COUNT && !wrong; j++)
			wrong += card_wait(w.fd, w.n.dbc, handles[j],
					   CARD_PATIENCE_MS) != 0;
	}
	TAP_EQUAL(wrong, 0);
	work_close(&w);
}

static void heads_of_an_execution_are_checked(void)
{
	struct qaicu_execute_entry entry;
	struct qaicu_execute good, e;
	struct buffer b, bare;

	WORK(WORK_TENSOR, WORK_QUEUE);
	TAP_REQUIRE(buffer_open(w.fd, &b, CARD_PAGE) &&
		    buffer_open(w.fd, &bare, CARD_PAGE));
	TAP_EQUAL(work_attach(&w, &b, QAICU_TO_DEVICE,
			      network_at(&w.n, NETWORK_X0)),
		  0);
	entry = (struct qaicu_execute_entry){ b.handle, QAICU_TO_DEVICE };
	good = (struct qaicu_execute){ 1, w.n.dbc, (uintptr_t)&entry };
#define BAD(member, value, error)                                         \
	do {                                                              \
		e = good;                                                 \
		e.member = value;                                         \
		TAP_ERRNO(ioctl(w.fd, QAICU_EXECUTE, &e), error);         \
		TAP_ERRNO(ioctl(w.fd, QAICU_PARTIAL_EXECUTE, &e), error); \
	} while (0)
	BAD(count, 0, EINVAL);
	BAD(dbc, CARD_DBCS, EINVAL);
	BAD(dbc, 0xffffffff, EINVAL);
	BAD(dbc, (w.n.dbc + 1) % CARD_DBCS, EPERM);
	BAD(data, 0, EFAULT);
	BAD(data, 0xffff888000000000ull, EFAULT);
#undef BAD
	entry.handle = 9999;
	TAP_ERRNO(ioctl(w.fd, QAICU_EXECUTE, &good), ENOENT);
	entry.handle = bare.handle;
	TAP_ERRNO(ioctl(w.fd, QAICU_EXECUTE, &good), EINVAL);
	entry.handle = b.handle;
	TAP_EQUAL(ioctl(w.fd, QAICU_EXECUTE, &good), 0);
	TAP_EQUAL(card_wait(w.fd, w.n.dbc, b.handle, CARD_PATIENCE_MS), 0);
	work_close(&w);
}

static void a_direction_that_is_not_the_buffers_is_refused(void)
{
	struct qaicu_execute_entry entry;
	struct qaicu_execute e;
	struct buffer b;

	WORK(WORK_TENSOR, WORK_QUEUE);
	TAP_REQUIRE(buffer_open(w.fd, &b, CARD_PAGE));
	TAP_EQUAL(work_attach(&w, &b, QAICU_TO_DEVICE,
			      network_at(&w.n, NETWORK_X0)),
		  0);
	entry = (struct qaicu_execute_entry){ b.handle, QAICU_FROM_DEVICE };
	e = (struct qaicu_execute){ 1, w.n.dbc, (uintptr_t)&entry };
	TAP_ERRNO(ioctl(w.fd, QAICU_EXECUTE, &e), EINVAL);
	card_wait(w.fd, w.n.dbc, b.handle, CARD_PATIENCE_MS);
	work_close(&w);
}

/* A list of two good buffers and something that makes it fail. */
struct failure {
	struct buffer a, b;
	uint32_t handles[3];
	int error;
};

static bool failure_open(struct work *w, struct failure *f)
{
	bool ok = buffer_open(w->fd, &f->a, CARD_PAGE) &&
		  buffer_open(w->fd, &f->b, CARD_PAGE);

	f->handles[0] = f->a.handle;
	f->handles[1] = f->b.handle;
	return ok &&
	       TAP_EQUAL(work_attach(w, &f->a, QAICU_TO_DEVICE,
				     network_at(&w->n, NETWORK_X0)),
			 0) &&
	       TAP_EQUAL(work_attach(w, &f->b, QAICU_TO_DEVICE,
				     network_at(&w->n, NETWORK_X1)),
			 0);
}

/* Nothing was executed, and everything can be. */
static void failure_leaves_nothing(struct work *w, struct failure *f)
{
	struct buffer back;

	TAP_REQUIRE(buffer_open(w->fd, &back, CARD_PAGE));
	buffer_fill(&f->a, 1);
	TAP_EQUAL(card_execute(w->fd, w->n.dbc, f->handles, 2), 0);
	TAP_EQUAL(card_wait(w->fd, w->n.dbc, f->a.handle, CARD_PATIENCE_MS), 0);
	TAP_EQUAL(card_wait(w->fd, w->n.dbc, f->b.handle, CARD_PATIENCE_MS), 0);
	TAP_CHECK(work_read(w, network_at(&w->n, NETWORK_X0), &back));
	TAP_CHECK(buffer_holds(&back, 0, CARD_PAGE, 1));
	TAP_EQUAL(card_detach(w->fd, f->a.handle), 0);
	TAP_EQUAL(card_detach(w->fd, f->b.handle), 0);
}

static void a_failed_list_leaves_nothing(void)
{
	struct failure f;
	struct buffer bare;

	WORK(WORK_TENSOR, WORK_QUEUE);
	TAP_REQUIRE(failure_open(&w, &f) &&
		    buffer_open(w.fd, &bare, CARD_PAGE));
	f.handles[2] = 9999;
	TAP_ERRNO(card_execute(w.fd, w.n.dbc, f.handles, 3), ENOENT);
	f.handles[2] = bare.handle;
	TAP_ERRNO(card_execute(w.fd, w.n.dbc, f.handles, 3), EINVAL);
	f.handles[2] = f.handles[0];
	TAP_ERRNO(card_execute(w.fd, w.n.dbc, f.handles, 3), EINVAL);
	failure_leaves_nothing(&w, &f);
	work_close(&w);
}

static void a_failed_list_is_not_waited_for(void)
{
	struct failure f;

	WORK(WORK_TENSOR, WORK_QUEUE);
	TAP_REQUIRE(failure_open(&w, &f));
	f.handles[2] = 9999;
	TAP_ERRNO(card_execute(w.fd, w.n.dbc, f.handles, 3), ENOENT);
	TAP_EQUAL(card_wait(w.fd, w.n.dbc, f.a.handle, CARD_GLANCE_MS), 0);
	TAP_EQUAL(card_wait(w.fd, w.n.dbc, f.b.handle, CARD_GLANCE_MS), 0);
	failure_leaves_nothing(&w, &f);
	work_close(&w);
}

/* Raises the semaphore that work_stuck() waits for. */
static void unstick(struct work *w)
{
	struct qaicu_slice slice =
		slice_of(0, 0, network_at(&w->n, NETWORK_X0));
	struct buffer b;

	slice.sem[0] = sem_of(QAICU_SEM_INIT, 31, 1, 0);
	TAP_REQUIRE(buffer_open(w->fd, &b, CARD_PAGE));
	TAP_EQUAL(card_attach(w->fd, w->n.dbc, b.handle, QAICU_TO_DEVICE,
			      &slice, 1),
		  0);
	TAP_EQUAL(work_do(w, &b), 0);
}

/* Attached, with as many slices that wait as said. */
static bool many_stuck(struct work *w, struct buffer *b, uint32_t count)
{
	struct qaicu_slice slices[64];

	for (uint32_t i = 0; i < count; i++) {
		slices[i] = slice_of(i, 1, network_at(&w->n, NETWORK_X0) + i);
		slices[i].sem[0] = sem_of(QAICU_SEM_WAIT_GE, 31, 1, 1);
	}
	return TAP_CHECK(buffer_open(w->fd, b, CARD_PAGE)) &&
	       TAP_EQUAL(card_attach(w->fd, w->n.dbc, b->handle,
				     QAICU_TO_DEVICE, slices, count),
			 0);
}

/*
 * The card takes requests out of the queue to see which can run, so it takes
 * more than a queue's worth until it is full: 64 rounds are sure to be too much.
 */
static void a_full_queue_is_eagain(void)
{
	enum {
		ROUNDS = 4096
	};
	struct buffer *b = calloc(ROUNDS, sizeof(*b));
	uint32_t last[2], count = 0;
	int result = 0;

	WORK(WORK_TENSOR, 16);
	TAP_REQUIRE(b);
	while (count < ROUNDS && result == 0) {
		if (!many_stuck(&w, &b[count], 3))
			break;
		result = card_execute(w.fd, w.n.dbc, &b[count].handle, 1);
		count += result == 0;
	}
	TAP_EQUAL(result, -1);
	TAP_EQUAL(errno, EAGAIN);
	/* Of a list of which the first would still fit, neither is queued. */
	TAP_REQUIRE(many_stuck(&w, &b[count + 1], 13));
	last[0] = b[count].handle;
	last[1] = b[count + 1].handle;
	TAP_ERRNO(card_execute(w.fd, w.n.dbc, last, 2), EAGAIN);
	TAP_EQUAL(card_detach(w.fd, last[0]), 0);
	TAP_EQUAL(card_detach(w.fd, last[1]), 0);
	tap_note("%u requests of a queue of 16 are taken", 3 * count);
	work_close(&w);
	free(b);
}

static void a_queue_that_was_full_goes_on(void)
{
	struct buffer b[3];

	WORK(WORK_TENSOR, 16);
	for (unsigned int i = 0; i < 3; i++)
		TAP_REQUIRE(many_stuck(&w, &b[i], 5));
	for (unsigned int i = 0; i < 3; i++)
		TAP_EQUAL(card_execute(w.fd, w.n.dbc, &b[i].handle, 1), 0);
	TAP_ERRNO(card_execute(w.fd, w.n.dbc, &b[0].handle, 1), EINVAL);
	TAP_ERRNO(card_wait(w.fd, w.n.dbc, b[2].handle, CARD_GLANCE_MS),
		  ETIMEDOUT);
	unstick(&w);
	for (unsigned int i = 0; i < 3; i++) {
		TAP_EQUAL(card_wait(w.fd, w.n.dbc, b[i].handle,
				    CARD_PATIENCE_MS),
			  0);
		TAP_EQUAL(card_detach(w.fd, b[i].handle), 0);
	}
	work_close(&w);
}

static void heads_of_a_wait_are_checked(void)
{
	struct qaicu_wait wait = { .pad = 1 };
	struct buffer b;

	WORK(WORK_TENSOR, WORK_QUEUE);
	TAP_REQUIRE(buffer_open(w.fd, &b, CARD_PAGE));
	wait.handle = b.handle;
	wait.dbc = w.n.dbc;
	TAP_ERRNO(ioctl(w.fd, QAICU_WAIT, &wait), EINVAL);
	TAP_ERRNO(card_wait(w.fd, CARD_DBCS, b.handle, 1), EINVAL);
	TAP_ERRNO(card_wait(w.fd, 0xffffffff, b.handle, 1), EINVAL);
	TAP_ERRNO(card_wait(w.fd, (w.n.dbc + 1) % CARD_DBCS, b.handle, 1),
		  EPERM);
	TAP_ERRNO(card_wait(w.fd, w.n.dbc, 9999, 1), ENOENT);
	TAP_EQUAL(card_wait(w.fd, w.n.dbc, b.handle, 1), 0);
	work_close(&w);
}

static void a_wait_ends_when_it_should(void)
{
	uint64_t start;
	struct buffer b;
	long old;

	WORK(WORK_TENSOR, WORK_QUEUE);
	TAP_REQUIRE(work_stuck(&w, &b));
	start = uapi_now_ms();
	TAP_ERRNO(card_wait(w.fd, w.n.dbc, b.handle, 1), ETIMEDOUT);
	TAP_CHECK(uapi_now_ms() - start < 3000);
	old = card_parameter("wait_exec_default_timeout_ms", 250);
	TAP_EQUAL(old, 5000);
	start = uapi_now_ms();
	TAP_ERRNO(card_wait(w.fd, w.n.dbc, b.handle, 0), ETIMEDOUT);
	TAP_CHECK(uapi_now_ms() - start >= 250);
	TAP_CHECK(uapi_now_ms() - start < 4000);
	card_parameter("wait_exec_default_timeout_ms", old);
	unstick(&w);
	TAP_EQUAL(card_wait(w.fd, w.n.dbc, b.handle, 0x7fffffff), 0);
	work_close(&w);
}

/* Of something that has ended already. */
static void a_wait_may_be_as_long_as_can_be_said(void)
{
	struct buffer b;

	WORK(WORK_TENSOR, WORK_QUEUE);
	TAP_REQUIRE(buffer_open(w.fd, &b, CARD_PAGE));
	TAP_EQUAL(card_wait(w.fd, w.n.dbc, b.handle, 0x80000000), 0);
	TAP_EQUAL(card_wait(w.fd, w.n.dbc, b.handle, 0xffffffff), 0);
}

static void on_signal(int number)
{
}

/* Signals every 20 ms, from then on or (0) no more. */
static void set_alarms(int flags, long us)
{
	struct sigaction action = { .sa_handler = on_signal,
				    .sa_flags = flags };
	struct itimerval timer = { { 0, us }, { 0, us } };

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &timer, NULL);
}

static void a_wait_can_be_interrupted(void)
{
	struct buffer b;

	WORK(WORK_TENSOR, WORK_QUEUE);
	TAP_REQUIRE(work_stuck(&w, &b));
	set_alarms(0, 20000);
	TAP_ERRNO(card_wait(w.fd, w.n.dbc, b.handle, CARD_PATIENCE_MS), EINTR);
	set_alarms(0, 0);
	work_close(&w);
}

/* 200 ms, with a signal every 20. */
static int wait_among_signals(void *arg)
{
	struct work *w = arg;
	struct buffer b;

	if (!work_stuck(w, &b))
		return 1;
	set_alarms(SA_RESTART, 20000);
	return card_wait(w->fd, w->n.dbc, b.handle, 200) == -1 &&
			       errno == ETIMEDOUT ?
		       0 :
		       2;
}

/* In a child, for it may not end by itself. */
static void a_wait_ends_in_spite_of_signals(void)
{
	WORK(WORK_TENSOR, WORK_QUEUE);
	TAP_EQUAL(child_wait(child_start(wait_among_signals, &w), 1500), 0);
	work_close(&w);
}

/* The second channel's memory is not that of the first. */
static void a_buffer_of_another_channel_is_refused(void)
{
	struct network second;
	struct buffer b;

	WORK(WORK_TENSOR, WORK_QUEUE);
	second = w.n;
	TAP_REQUIRE(network_activate(w.fd, &second, WORK_QUEUE) == 0);
	TAP_REQUIRE(buffer_open(w.fd, &b, CARD_PAGE));
	TAP_EQUAL(work_attach(&w, &b, QAICU_TO_DEVICE,
			      network_at(&w.n, NETWORK_X0)),
		  0);
	TAP_ERRNO(card_execute(w.fd, second.dbc, &b.handle, 1), EINVAL);
	card_wait(w.fd, second.dbc, b.handle, CARD_PATIENCE_MS);
	TAP_ERRNO(card_wait(w.fd, second.dbc, b.handle, 1), EINVAL);
	work_close(&w);
}

/* Beyond the card's memory, so that its DMA fails. */
static void a_failed_transfer_is_told(void)
{
	struct buffer b;

	WORK(WORK_TENSOR, WORK_QUEUE);
	TAP_REQUIRE(buffer_open(w.fd, &b, CARD_PAGE));
	TAP_EQUAL(work_attach(&w, &b, QAICU_TO_DEVICE, 1ull << 48), 0);
	TAP_EQUAL(card_execute(w.fd, w.n.dbc, &b.handle, 1), 0);
	TAP_EQUAL(card_wait(w.fd, w.n.dbc, b.handle, CARD_PATIENCE_MS), -1);
	work_close(&w);
}

static void a_failed_transfer_is_the_end_of_itself_only(void)
{
	struct buffer bad, good, back;

	WORK(WORK_TENSOR, WORK_QUEUE);
	TAP_REQUIRE(buffer_open(w.fd, &bad, CARD_PAGE) &&
		    buffer_open(w.fd, &good, CARD_PAGE) &&
		    buffer_open(w.fd, &back, CARD_PAGE));
	TAP_EQUAL(work_attach(&w, &bad, QAICU_FROM_DEVICE, 1ull << 48), 0);
	TAP_EQUAL(card_execute(w.fd, w.n.dbc, &bad.handle, 1), 0);
	card_wait(w.fd, w.n.dbc, bad.handle, CARD_PATIENCE_MS);
	buffer_fill(&good, 9);
	TAP_CHECK(work_write(&w, network_at(&w.n, NETWORK_X0), &good));
	TAP_CHECK(work_read(&w, network_at(&w.n, NETWORK_X0), &back));
	TAP_CHECK(buffer_holds(&back, 0, CARD_PAGE, 9));
	work_close(&w);
}

static const struct tap_case cases[] = {
	{ "a network computes", a_network_computes },
	{ "a network of 8 MiB tensors computes",
	  a_network_of_large_tensors_computes },
	{ "a slice of one byte arrives", all_bytes_arrive,
	  &(const struct slicing){ 1, 1 } },
	{ "two slices arrive", all_bytes_arrive,
	  &(const struct slicing){ 4096, 2 } },
	{ "1000 slices of a page arrive", all_bytes_arrive,
	  &(const struct slicing){ 4096, 1000 } },
	{ "17 slices of 10 MiB in pieces arrive", all_bytes_arrive,
	  &(const struct slicing){ (10 << 20) + 12288, 17 } },
	{ "slices may overlap", slices_may_overlap },
	{ "a slice of nothing moves nothing",
	  a_slice_of_nothing_moves_nothing },
	{ "a list of 100 buffers is executed at once",
	  a_list_of_buffers_is_executed_at_once },
	{ "numbers of requests may wrap", numbers_of_requests_may_wrap },
	{ "an execution's head and its buffers are checked",
	  heads_of_an_execution_are_checked },
	{ "a direction that is not the buffer's is refused",
	  a_direction_that_is_not_the_buffers_is_refused, NULL,
	  "6.12 7.2: " FINDINGS "direction" },
	{ "a list that fails leaves nothing behind",
	  a_failed_list_leaves_nothing },
	{ "a list that has failed is not waited for",
	  a_failed_list_is_not_waited_for, NULL,
	  "6.12 7.2: " FINDINGS "failed-lists" },
	{ "a full queue is EAGAIN, and nothing of the list is in it",
	  a_full_queue_is_eagain },
	{ "a queue that was full goes on", a_queue_that_was_full_goes_on },
	{ "a wait's head is checked, and what is idle is not waited for",
	  heads_of_a_wait_are_checked },
	{ "a wait ends when it should, and by default",
	  a_wait_ends_when_it_should },
	{ "a wait may be as long as can be said",
	  a_wait_may_be_as_long_as_can_be_said, NULL,
	  "6.12 7.2: " FINDINGS "long-waits" },
	{ "a wait can be interrupted", a_wait_can_be_interrupted },
	{ "a wait ends in spite of signals", a_wait_ends_in_spite_of_signals,
	  NULL, "6.12 7.2: " FINDINGS "waits-and-signals" },
	{ "a buffer of another channel is refused",
	  a_buffer_of_another_channel_is_refused, NULL,
	  "6.12 7.2: " FINDINGS "buffers-of-other-channels" },
	{ "a transfer that fails is told", a_failed_transfer_is_told, NULL,
	  "6.12 7.2: " FINDINGS "failed-transfers" },
	{ "a transfer that fails ends itself only",
	  a_failed_transfer_is_the_end_of_itself_only },
};

TAP_MAIN(cases)
