// SPDX-License-Identifier: MIT
/*
 * Much of everything on qaic, from several processes, with all bytes checked and
 * with kills in between. By hand it takes as long as it is told:
 *
 *	AXLE_QAIC_CYCLES   activations and deactivations of each of 4 processes
 *	AXLE_QAIC_SECONDS  of slices from 8 processes
 *	AXLE_QAIC_BOOTS    boots in a row (with a cold card: of all its images)
 *
 *	vm/run --device aic100 --env AXLE_QAIC_CYCLES=250 \
 *		--env AXLE_QAIC_SECONDS=600 --env AXLE_QAIC_BOOTS=100 -- \
 *		build/dev/tests/uapi/qaic/test-stress
 */
#include "child.h"
#include "inject.h"
#include "network.h"
#include "tap.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../uapi.h"

#define CYCLERS 4
#define SLICERS 8
#define SLICED (192u << 10) /* bytes of a tensor */
#define SLICES 24

/* Shared by all processes. */
struct counts {
	atomic_ulong cycles[CYCLERS];
	atomic_ulong jobs[SLICERS];
	atomic_ulong wrong;
	atomic_bool stop;
};

static unsigned long from_environment(const char *name, unsigned long value)
{
	const char *text = getenv(name);

	return text ? strtoul(text, NULL, 0) : value;
}

static struct counts *counts_new(void)
{
	struct counts *c = mmap(NULL, sizeof(*c), PROT_READ | PROT_WRITE,
				MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return c == MAP_FAILED ? NULL : c;
}

struct part {
	struct counts *counts;
	unsigned int number;
	unsigned int seed;
};

/* -- activations -------------------------------------------------------- */

static int cycle(void *arg)
{
	struct part *p = arg;
	struct network n;
	int fd = card_open();

	if (fd < 0 || network_load(fd, &n, WORK_TENSOR))
		return 1;
	while (!atomic_load(&p->counts->stop)) {
		struct work w = { fd, n };
		struct run r;

		if (network_activate(fd, &w.n, 32))
			return 2;
		if (rand_r(&p->seed) % 4 == 0) {
			if (!run_open(&w, &r))
				return 3;
			run_fill(&w, &r, p->number);
			if (w.n.runs && (run_once(&w, &r) ||
					 !run_is_right(&w, &r, p->number)))
				return 4;
			buffer_close(fd, &r.x);
			buffer_close(fd, &r.y);
		}
		if (network_deactivate(fd, &w.n))
			return 5;
		atomic_fetch_add(&p->counts->cycles[p->number], 1);
	}
	close(fd);
	return 0;
}

static bool cycles_reach(struct counts *c, unsigned long wanted)
{
	for (int i = 0; i < CYCLERS; i++)
		if (atomic_load(&c->cycles[i]) < wanted)
			return false;
	return true;
}

/* One of four dies every now and then, and another takes its place. */
static void activations_with_kills_leave_nothing(void)
{
	unsigned long wanted = from_environment("AXLE_QAIC_CYCLES", 25);
	/* A cycle takes milliseconds. */
	uint64_t end = uapi_now_ms() + CARD_PATIENCE_MS + wanted * 1000;
	struct counts *c = counts_new();
	unsigned int kills = 0;
	struct part part[CYCLERS];
	pid_t child[CYCLERS];

	if (!network_exists())
		TAP_SKIP(NETWORK_SKIP);
	TAP_REQUIRE(c);
	for (unsigned int i = 0; i < CYCLERS; i++) {
		part[i] = (struct part){ c, i, i + 1 };
		child[i] = child_start(cycle, &part[i]);
	}
	for (unsigned int i = 0; !cycles_reach(c, wanted); i++) {
		usleep(150000);
		child_kill(child[i % CYCLERS]);
		kills++;
		part[i % CYCLERS].seed += 77;
		child[i % CYCLERS] = child_start(cycle, &part[i % CYCLERS]);
		if (!TAP_CHECK(uapi_now_ms() < end))
			break;
	}
	atomic_store(&c->stop, true);
	for (int i = 0; i < CYCLERS; i++)
		TAP_EQUAL(child_wait(child[i], CARD_PATIENCE_MS), 0);
	for (int i = 0; i < CYCLERS; i++)
		TAP_CHECK(atomic_load(&c->cycles[i]) >= wanted);
	tap_note("%u kills", kills);
	if (inject_exists())
		TAP_CHECK(usage_ends());
	munmap(c, sizeof(*c));
}

/* -- slices ------------------------------------------------------------- */

/* What is to be on the card, byte by byte. */
struct slicer {
	struct work w;
	struct buffer b, back;
	uint8_t *card; /* as it should be */
	unsigned int seed;
};

/* Disjoint slices: each in its part of the card's memory, anywhere in there. */
static void choose(struct slicer *s, struct qaicu_slice *slices,
		   unsigned int count)
{
	uint64_t part = SLICED / count;

	for (unsigned int i = 0; i < count; i++) {
		uint64_t size = rand_r(&s->seed) % (part + 1);
		uint64_t skip = rand_r(&s->seed) % (part - size + 1);
		uint64_t offset = rand_r(&s->seed) % (SLICED - size + 1);

		/* A slice of nothing has its limits: findings.md */
		slices[i] = slice_of(size ? offset : 0, size,
				     network_at(&s->w.n, NETWORK_X0) +
					     i * part + skip);
	}
}

static int write_slices(struct slicer *s)
{
	unsigned int count = 1 + rand_r(&s->seed) % SLICES;
	struct qaicu_slice slices[SLICES];
	uint8_t seed = rand_r(&s->seed);

	choose(s, slices, count);
	buffer_fill(&s->b, seed);
	if (card_attach(s->w.fd, s->w.n.dbc, s->b.handle, QAICU_TO_DEVICE,
			slices, count) ||
	    work_do(&s->w, &s->b) || card_detach(s->w.fd, s->b.handle))
		return -1;
	for (unsigned int i = 0; i < count; i++)
		memcpy(s->card + slices[i].dev_addr -
			       network_at(&s->w.n, NETWORK_X0),
		       s->b.memory + slices[i].offset, slices[i].size);
	return 0;
}

static int check_all(struct slicer *s)
{
	memset(s->back.memory, 0xee, SLICED);
	if (work_attach(&s->w, &s->back, QAICU_FROM_DEVICE,
			network_at(&s->w.n, NETWORK_X0)) ||
	    work_do(&s->w, &s->back) || card_detach(s->w.fd, s->back.handle))
		return -1;
	return memcmp(s->back.memory, s->card, SLICED) ? -1 : 0;
}

static int slice(void *arg)
{
	struct part *p = arg;
	struct slicer s = { .seed = p->seed };

	s.card = calloc(1, SLICED);
	if (!s.card || !work_open(&s.w, SLICED, 64) ||
	    !buffer_open(s.w.fd, &s.b, SLICED) ||
	    !buffer_open(s.w.fd, &s.back, SLICED))
		return 1;
	while (!atomic_load(&p->counts->stop)) {
		if (write_slices(&s) || check_all(&s)) {
			atomic_fetch_add(&p->counts->wrong, 1);
			return 2;
		}
		atomic_fetch_add(&p->counts->jobs[p->number], 1);
	}
	return 0;
}

static void slices_of_many_processes_are_all_right(void)
{
	unsigned long seconds = from_environment("AXLE_QAIC_SECONDS", 3);
	struct counts *c = counts_new();
	struct part part[SLICERS];
	pid_t child[SLICERS];
	unsigned long jobs = 0;

	if (!network_exists())
		TAP_SKIP(NETWORK_SKIP);
	TAP_REQUIRE(c);
	for (unsigned int i = 0; i < SLICERS; i++) {
		part[i] = (struct part){ c, i, i + 1 };
		child[i] = child_start(slice, &part[i]);
	}
	for (unsigned long i = 0; i < seconds && !atomic_load(&c->wrong); i++)
		sleep(1);
	atomic_store(&c->stop, true);
	for (int i = 0; i < SLICERS; i++) {
		TAP_EQUAL(child_wait(child[i], CARD_PATIENCE_MS), 0);
		TAP_CHECK(atomic_load(&c->jobs[i]) > 0);
		jobs += atomic_load(&c->jobs[i]);
	}
	TAP_EQUAL(atomic_load(&c->wrong), 0);
	tap_note("%lu jobs in %lu s", jobs, seconds);
	munmap(c, sizeof(*c));
}

/* -- boots -------------------------------------------------------------- */

static bool card_answers(void)
{
	struct qaicu_status status;
	int fd = card_open();
	bool ok = fd >= 0 && message_status(fd, &status) == 0;

	close(fd);
	return ok;
}

static void boots_in_a_row_all_succeed(void)
{
	unsigned long boots = from_environment("AXLE_QAIC_BOOTS", 3);

	for (unsigned long i = 0; i < boots; i++) {
		bool reset = i % 2 ? reset_reload() : reset_soc();

		if (!TAP_CHECK(reset) || !TAP_CHECK(card_answers())) {
			tap_note("boot %lu", i);
			break;
		}
	}
}

static void nothing_stays_in_use(void)
{
	if (!inject_exists())
		TAP_SKIP(INJECT_SKIP);
	TAP_CHECK(usage_ends());
}

static const struct tap_case cases[] = {
	{ "activations from four processes, with kills, leave nothing",
	  activations_with_kills_leave_nothing },
	{ "slices of eight processes are all right",
	  slices_of_many_processes_are_all_right },
	{ "boots in a row all succeed", boots_in_a_row_all_succeed },
	{ "nothing stays in use", nothing_stays_in_use },
};

TAP_MAIN(cases)
