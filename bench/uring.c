// SPDX-License-Identifier: MIT
/*
 * What an empty job costs with io_uring, the kernel's own queue in shared
 * memory, as the yardstick of bench/jobs: a NOP submitted by a system call, by
 * memory alone to a kernel thread that polls (SQPOLL), to that thread when it
 * sleeps, and many at once, singly and in batches.
 *
 * One line per figure: NAME VALUE UNIT. Exit status 77 without io_uring.
 */
#include "sample.h"

#include <errno.h>
#include <linux/io_uring.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS 5
#define ENTRIES 256
#define TRIPS 4000
#define SLEEPS 20 /* in a round */
#define AWAKE_MS 1000
#define IDLE_MS 1
#define SPINS 20000 /* some 20 us */
#define PAUSE_NS (2 * 1000 * 1000)
#define BATCH 64 /* as bench/jobs */
#define MANY (BATCH * 4000)

struct ring {
	int fd;
	unsigned int flags; /* IORING_SETUP_* */
	void *memory; /* of both rings */
	size_t memory_size;
	struct io_uring_sqe *sqes;
	_Atomic uint32_t *sq_tail;
	_Atomic uint32_t *sq_head;
	_Atomic uint32_t *sq_flags;
	_Atomic uint32_t *cq_head;
	_Atomic uint32_t *cq_tail;
	uint32_t sq_entries;
};

static void *at(struct ring *r, uint32_t offset)
{
	return (char *)r->memory + offset;
}

static int ring_map(struct ring *r, const struct io_uring_params *p)
{
	size_t sq = p->sq_off.array + p->sq_entries * sizeof(uint32_t);
	size_t cq =
		p->cq_off.cqes + p->cq_entries * sizeof(struct io_uring_cqe);
	uint32_t *array;

	r->memory_size = sq > cq ? sq : cq;
	r->memory = mmap(NULL, r->memory_size, PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_POPULATE, r->fd, IORING_OFF_SQ_RING);
	r->sqes = mmap(NULL, p->sq_entries * sizeof(*r->sqes),
		       PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, r->fd,
		       IORING_OFF_SQES);
	if (r->memory == MAP_FAILED || r->sqes == MAP_FAILED)
		return -errno;
	r->sq_head = at(r, p->sq_off.head);
	r->sq_tail = at(r, p->sq_off.tail);
	r->sq_flags = at(r, p->sq_off.flags);
	r->cq_head = at(r, p->cq_off.head);
	r->cq_tail = at(r, p->cq_off.tail);
	r->sq_entries = p->sq_entries;
	array = at(r, p->sq_off.array);
	memset(r->sqes, 0, p->sq_entries * sizeof(*r->sqes));
	for (uint32_t i = 0; i < p->sq_entries; i++) {
		r->sqes[i].opcode = IORING_OP_NOP;
		array[i] = i;
	}
	return 0;
}

/* Every entry is a NOP for good, so a submission only moves the tail. */
static int ring_open(struct ring *r, unsigned int flags, unsigned int idle_ms)
{
	struct io_uring_params p = {
		.flags = flags,
		.sq_thread_idle = idle_ms,
	};

	memset(r, 0, sizeof(*r));
	r->flags = flags;
	r->fd = (int)syscall(SYS_io_uring_setup, ENTRIES, &p);
	if (r->fd < 0)
		return -errno;
	/* Linux 5.4; without it the rings are two mappings. */
	if (!(p.features & IORING_FEAT_SINGLE_MMAP))
		return -EOPNOTSUPP;
	return ring_map(r, &p);
}

static void ring_close(struct ring *r)
{
	munmap(r->memory, r->memory_size);
	munmap(r->sqes, r->sq_entries * sizeof(*r->sqes));
	close(r->fd);
}

static void enter(struct ring *r, uint32_t submit, uint32_t wait, uint32_t how)
{
	syscall(SYS_io_uring_enter, r->fd, submit, wait, how, NULL, 0);
}

static void submit(struct ring *r, uint32_t count)
{
	atomic_store_explicit(
		r->sq_tail,
		atomic_load_explicit(r->sq_tail, memory_order_relaxed) + count,
		memory_order_release);
	if (!(r->flags & IORING_SETUP_SQPOLL)) {
		enter(r, count, count, IORING_ENTER_GETEVENTS);
		return;
	}
	/* The thread looks at the tail after it has raised the flag. */
	atomic_thread_fence(memory_order_seq_cst);
	if (atomic_load_explicit(r->sq_flags, memory_order_relaxed) &
	    IORING_SQ_NEED_WAKEUP)
		enter(r, 0, 0, IORING_ENTER_SQ_WAKEUP);
}

/* Takes what has completed. */
static uint32_t reap(struct ring *r)
{
	uint32_t tail = atomic_load_explicit(r->cq_tail, memory_order_acquire);
	uint32_t head = atomic_load_explicit(r->cq_head, memory_order_relaxed);

	atomic_store_explicit(r->cq_head, tail, memory_order_release);
	return tail - head;
}

static double trip(struct ring *r)
{
	double start = now_us();

	submit(r, 1);
	for (unsigned int i = 0; !reap(r); i++) {
		/* The thread may want the processor that this one is on. */
		if (i == SPINS)
			enter(r, 0, 1, IORING_ENTER_GETEVENTS);
	}
	return now_us() - start;
}

static void measure_trips(const char *name, struct ring *r)
{
	static double us[TRIPS];
	double medians[ROUNDS];

	for (int round = 0; round < ROUNDS; round++) {
		for (int i = 0; i < TRIPS; i++)
			us[i] = trip(r);
		medians[round] = sample_median(us, TRIPS);
	}
	printf("%s %.3f us\n", name, sample_median(medians, ROUNDS));
}

/* The thread says so when it goes to sleep; some time later, it does. */
static void wait_for_sleep(struct ring *r)
{
	struct timespec pause = { .tv_nsec = PAUSE_NS };

	while (!(atomic_load(r->sq_flags) & IORING_SQ_NEED_WAKEUP))
		nanosleep(&pause, NULL);
	nanosleep(&pause, NULL);
}

static void measure_asleep(const char *name, struct ring *r)
{
	double us[SLEEPS], medians[ROUNDS];

	for (int round = 0; round < ROUNDS; round++) {
		for (int i = 0; i < SLEEPS; i++) {
			wait_for_sleep(r);
			us[i] = trip(r);
		}
		medians[round] = sample_median(us, SLEEPS);
	}
	printf("%s %.3f us\n", name, sample_median(medians, ROUNDS));
}

/* As many in flight as the submission queue has room for. */
static double many(struct ring *r, uint32_t batch)
{
	double start = now_us();
	uint32_t sent = 0, done = 0;

	while (done < MANY) {
		if (sent < MANY && sent - done <= r->sq_entries - batch) {
			submit(r, batch);
			sent += batch;
		}
		done += reap(r);
	}
	return MANY / (now_us() - start);
}

static void measure_many(const char *name, struct ring *r, uint32_t batch)
{
	double rates[ROUNDS];

	for (int round = 0; round < ROUNDS; round++)
		rates[round] = many(r, batch);
	printf("%s %.3f M/s\n", name, sample_median(rates, ROUNDS));
}

static int measure_call(void)
{
	struct ring ring;
	int rc = ring_open(&ring, 0, 0);

	if (rc)
		return rc;
	measure_trips("nop-call", &ring);
	ring_close(&ring);
	return 0;
}

static int measure_poll(void)
{
	struct ring ring;
	int rc = ring_open(&ring, IORING_SETUP_SQPOLL, AWAKE_MS);

	if (rc)
		return rc;
	measure_trips("nop-awake", &ring);
	measure_many("nop-singly", &ring, 1);
	measure_many("nop-in-batches", &ring, BATCH);
	ring_close(&ring);
	return 0;
}

static int measure_sleepy(void)
{
	struct ring ring;
	int rc = ring_open(&ring, IORING_SETUP_SQPOLL, IDLE_MS);

	if (rc)
		return rc;
	measure_asleep("nop-asleep", &ring);
	ring_close(&ring);
	return 0;
}

int main(void)
{
	int rc = measure_call();

	if (!rc)
		rc = measure_poll();
	if (!rc)
		rc = measure_sleepy();
	if (rc) {
		fprintf(stderr, "uring: %s\n", strerror(-rc));
		return 77;
	}
	return 0;
}
