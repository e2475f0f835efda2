// SPDX-License-Identifier: MIT
/*
 * The fault sweep: four processes give a vnpu work and check every result,
 * while one fault after the other is injected from inside the machine
 * (vm-inject). Every fault is a case, of AXLE_FAULT_ROUNDS rounds (3); a line of
 * each round tells what became of the jobs. Runs in the VM as root:
 *
 *	vm/run --device vnpu --no-driver -- build/dev/tests/fault/test-fault
 *
 * What users may see is docs/models.md's table of faults.
 */
#include "load.h"
#include "tap.h"

#include "../uapi/bo.h"
#include "../uapi/uapi.h"

#include <endian.h>
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define WORKERS 4
#define ERRORS 1024
#define PROGRESS 3 /* jobs of each worker that say it goes on */
#define BACK_MS 90000
#define AGAIN_MS 2000
#define DEVICE_BASE 0x2000000000ull
#define DEVICE_MEMORY (256ull << 20)
#define DEVICE_SIZE (252ull << 20) /* nearly all of it */
/*
 * A page that broke is out of use from then on, and what lies around it is what
 * an allocation takes last: another block each round.
 */
#define BROKEN(round) (((12 + (round)) * (8ull << 20)) % DEVICE_MEMORY)
#define CHUNK (4u << 20)
#define ANY (-1)

/* Shared by all processes. */
struct counts {
	atomic_ulong good[WORKERS];
	atomic_ulong error[ERRORS]; /* of jobs, by errno */
	atomic_ulong opens; /* that failed */
	atomic_bool stop;
};

struct sweep {
	struct counts *counts;
	pid_t worker[WORKERS];
	unsigned long good[WORKERS]; /* when a round began */
	unsigned long error[ERRORS];
};

struct fault {
	const char *name;
	/* Does it; false if something was not as it should be. */
	bool (*hurt)(struct sweep *sweep, unsigned int round);
	int may[4]; /* errors of jobs that it touches, ends with 0 */
	int must; /* one of them that has to be seen, ANY, or 0 */
	bool again; /* it may find no job at work, and is then repeated */
};

/* A new context after every error, as a program would do it. */
static void work(struct counts *counts, unsigned int number)
{
	struct load load = { .fd = -1, .words = MAP_FAILED };
	uint64_t pattern = number + 1;

	while (!atomic_load(&counts->stop)) {
		int err;

		if (load.fd < 0 && load_open(&load, number % 2)) {
			atomic_fetch_add(&counts->opens, 1);
			usleep(20000);
			continue;
		}
		pattern += 0x100;
		err = load_job(&load, pattern * 0x9e3779b97f4a7c15ull);
		if (!err) {
			atomic_fetch_add(&counts->good[number], 1);
			continue;
		}
		atomic_fetch_add(&counts->error[err % ERRORS], 1);
		load_close(&load);
		usleep(1000);
	}
	load_close(&load);
}

static void start_workers(struct sweep *s)
{
	atomic_store(&s->counts->stop, false);
	for (unsigned int i = 0; i < WORKERS; i++) {
		s->worker[i] = fork();
		if (s->worker[i])
			continue;
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		work(s->counts, i);
		_exit(0);
	}
}

static void stop_workers(struct sweep *s)
{
	int status;

	atomic_store(&s->counts->stop, true);
	for (unsigned int i = 0; i < WORKERS; i++) {
		TAP_EQUAL(waitpid(s->worker[i], &status, 0), s->worker[i]);
		TAP_EQUAL(status, 0);
	}
}

static void take_stock(struct sweep *s)
{
	for (unsigned int i = 0; i < WORKERS; i++)
		s->good[i] = atomic_load(&s->counts->good[i]);
	for (unsigned int i = 0; i < ERRORS; i++)
		s->error[i] = atomic_load(&s->counts->error[i]);
}

static unsigned long seen(const struct sweep *s, int error)
{
	return atomic_load(&s->counts->error[error]) - s->error[error];
}

static bool must_is_seen(const struct sweep *s, const struct fault *f)
{
	if (f->must != ANY)
		return seen(s, f->must);
	for (const int *e = f->may; *e; e++)
		if (seen(s, *e))
			return true;
	return false;
}

static bool all_go_on(struct sweep *s)
{
	unsigned long since[WORKERS];
	uint64_t end = uapi_now_ms() + BACK_MS;
	unsigned int on = 0;

	for (unsigned int i = 0; i < WORKERS; i++)
		since[i] = atomic_load(&s->counts->good[i]);
	while (on < WORKERS && uapi_now_ms() < end) {
		usleep(5000);
		for (on = 0; on < WORKERS; on++)
			if (atomic_load(&s->counts->good[on]) <
			    since[on] + PROGRESS)
				break;
	}
	return TAP_EQUAL(on, WORKERS);
}

static bool wait_for_error(struct sweep *s, const struct fault *f,
			   unsigned int round)
{
	uint64_t now = uapi_now_ms(), end = now + BACK_MS;
	uint64_t next = now + AGAIN_MS;

	while (!must_is_seen(s, f) && now < end) {
		if (f->again && now >= next) {
			f->hurt(s, round);
			next = now + AGAIN_MS;
		}
		usleep(5000);
		now = uapi_now_ms();
	}
	return TAP_CHECK(must_is_seen(s, f));
}

static bool inject(const char *words)
{
	return TAP_EQUAL(uapi_shell("vm-inject 0 %s >/dev/null", words), 0);
}

static bool lose_interrupts(struct sweep *s, unsigned int round)
{
	return inject("drop-irq 20");
}

static bool complete_wrongly(struct sweep *s, unsigned int round)
{
	return inject("wrong-done 20");
}

/* Its own queue ends, with what waits behind; nobody else's does. */
static bool hang(struct sweep *s, unsigned int round)
{
	const struct vnpu_desc trap = {
		.opcode = VNPU_OP_TRAP,
		.value.kind = VNPU_TRAP_HANG,
	};
	const struct vnpu_desc nop = { .opcode = VNPU_OP_NOP };
	struct load load;
	uint32_t behind;

	if (!TAP_EQUAL(load_open(&load, round % 2), 0))
		return false;
	behind = sync_create(load.fd);
	TAP_EQUAL(load_submit(&load, &trap, 1, load.sync), 0);
	TAP_EQUAL(load_submit(&load, &nop, 1, behind), 0);
	TAP_EQUAL(load_wait(&load, load.sync), ETIMEDOUT);
	TAP_EQUAL(load_wait(&load, behind), ECANCELED);
	TAP_EQUAL(load_submit(&load, &nop, 1, behind), EIO);
	load_close(&load);
	return true;
}

/* Reads most of device memory piece by piece; the error of the one job. */
static int read_device_memory(struct load *load)
{
	struct vnpu_desc desc[DEVICE_SIZE / LOAD_SIZE];
	const uint32_t count = CHUNK / LOAD_SIZE;
	int err = 0;

	for (uint64_t at = 0; at < DEVICE_SIZE && !err; at += CHUNK) {
		for (uint32_t i = 0; i < count; i++)
			desc[i] = load_copy(LOAD_BASE,
					    DEVICE_BASE + at + i * LOAD_SIZE,
					    LOAD_SIZE);
		err = load_submit(load, desc, count, load->sync);
		if (!err)
			err = load_wait(load, load->sync);
	}
	return err;
}

/* The device's own writes heal, those of a processor through the BAR do not. */
static int write_device_memory(struct load *load)
{
	int err = 0;

	for (uint64_t at = 0; at < DEVICE_SIZE && !err; at += CHUNK) {
		const struct vnpu_desc fill =
			load_fill(DEVICE_BASE + at, CHUNK, 0);

		err = load_submit(load, &fill, 1, load->sync);
		if (!err)
			err = load_wait(load, load->sync);
	}
	return err;
}

/* Who reads the broken line gets EIO; who writes it has healed it. */
static bool break_memory(struct sweep *s, unsigned int round)
{
	struct load load;
	uint32_t memory = 0;
	char words[32];
	bool ok;

	snprintf(words, sizeof(words), "ecc ue %#llx", BROKEN(round));
	if (!TAP_EQUAL(load_open(&load, 1), 0))
		return false;
	ok = TAP_EQUAL(bo_create(load.fd, 1, DEVICE_SIZE, 0, &memory), 0) &&
	     TAP_EQUAL(vm_map(load.fd, load.vm, memory, 0, DEVICE_BASE,
			      DEVICE_SIZE, 0),
		       0) &&
	     TAP_EQUAL(write_device_memory(&load), 0) &&
	     TAP_EQUAL(read_device_memory(&load), 0) && inject(words);
	if (ok) {
		TAP_EQUAL(read_device_memory(&load), EIO);
		TAP_EQUAL(read_device_memory(&load), EIO);
	}
	load_close(&load);
	return ok;
}

static bool pull_out(struct sweep *s, unsigned int round)
{
	return inject("remove") && inject("insert");
}

/* Jobs get nothing but ones from the device until another is in its place. */
static bool kill_model(struct sweep *s, unsigned int round)
{
	return inject("kill") && inject("start");
}

static bool break_device(struct sweep *s, unsigned int round)
{
	return inject("break");
}

/* Every error of the round was one that users are told of. */
static void check_errors(struct sweep *s, const struct fault *f)
{
	for (int i = 0; i < ERRORS; i++) {
		bool may = false;

		for (const int *e = f->may; *e; e++)
			may |= *e == i;
		if (seen(s, i) && !TAP_CHECK(may))
			tap_note("%s: %lu jobs ended with %d", f->name,
				 seen(s, i), i);
	}
	if (f->must)
		TAP_CHECK(must_is_seen(s, f));
}

static void tell(struct sweep *s, const struct fault *f, unsigned int round,
		 uint64_t ms)
{
	char text[256] = "";
	unsigned long good = 0;
	size_t used = 0;

	for (unsigned int i = 0; i < WORKERS; i++)
		good += atomic_load(&s->counts->good[i]) - s->good[i];
	for (int i = 0; i < ERRORS; i++)
		if (seen(s, i) && used < sizeof(text))
			used += (size_t)snprintf(
				text + used, sizeof(text) - used, ", %lu %s",
				seen(s, i),
				i < 200 ? strerror(i) : "wrong or hung");
	tap_note("%s, round %u: %lu jobs right%s; %llu ms", f->name, round + 1,
		 good, text, (unsigned long long)ms);
}

static bool one_round(struct sweep *s, const struct fault *f,
		      unsigned int round)
{
	uint64_t start = uapi_now_ms();
	bool ok;

	take_stock(s);
	ok = f->hurt(s, round);
	if (ok && f->must)
		ok = wait_for_error(s, f, round);
	ok = ok && all_go_on(s);
	check_errors(s, f);
	tell(s, f, round, uapi_now_ms() - start);
	return ok;
}

static void check_nothing_left(void)
{
	int fd = uapi_open_control(uapi_find("vnpu"));
	struct drm_axle_query_limits limits = { 0 };
	struct drm_axle_query_health health = { 0 };

	TAP_REQUIRE(fd >= 0);
	TAP_EQUAL(uapi_query(fd, DRM_AXLE_TOPIC_LIMITS, &limits,
			     sizeof(limits)),
		  0);
	TAP_EQUAL(limits.contexts_used, 0);
	TAP_EQUAL(uapi_query(fd, DRM_AXLE_TOPIC_HEALTH, &health,
			     sizeof(health)),
		  0);
	TAP_EQUAL(health.state, DRM_AXLE_STATE_READY);
	TAP_EQUAL(mock_used(fd, 0), 0);
	TAP_EQUAL(mock_used(fd, 1), 0);
	TAP_EQUAL(uapi_shell("vm-inject 0 state | grep -qx 'private-used 0'"),
		  0);
	close(fd);
}

static unsigned int rounds(void)
{
	const char *text = getenv("AXLE_FAULT_ROUNDS");
	int n = text ? atoi(text) : 3;

	return n > 0 ? (unsigned int)n : 3;
}

static void run_fault(void)
{
	const struct fault *f = tap_data();
	struct sweep s = { 0 };
	bool ok;

	if (access("/dev/vport0p1", F_OK))
		TAP_SKIP("not in a virtual machine");
	TAP_REQUIRE(!uapi_shell("modprobe axle_vnpu trap=1"));
	TAP_REQUIRE(uapi_find("vnpu") >= 0);
	s.counts = mmap(NULL, sizeof(*s.counts), PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	TAP_REQUIRE(s.counts != MAP_FAILED);
	start_workers(&s);
	ok = all_go_on(&s);
	for (unsigned int i = 0; ok && i < rounds(); i++)
		ok = one_round(&s, f, i);
	stop_workers(&s);
	check_nothing_left();
	munmap(s.counts, sizeof(*s.counts));
}

static const struct fault lost_interrupts = {
	.name = "lost interrupts",
	.hurt = lose_interrupts,
};
static const struct fault hanging_job = { .name = "hang", .hurt = hang };
static const struct fault wrong_done = {
	.name = "wrong completion",
	.hurt = complete_wrongly,
	.may = { EIO },
	.must = EIO,
};
static const struct fault memory_error = {
	.name = "memory error",
	.hurt = break_memory,
};
static const struct fault removal = {
	.name = "removal",
	.hurt = pull_out,
	.may = { ENODEV },
	.must = ENODEV,
};
static const struct fault killed_model = {
	.name = "model killed",
	.hurt = kill_model,
	/* As the kit notices first, or pciehp does. */
	.may = { ENODEV, EIO, ECANCELED },
	.must = ANY,
};
static const struct fault broken_device = {
	.name = "broken device",
	.hurt = break_device,
	.may = { EIO, ECANCELED },
	.must = ECANCELED,
	.again = true,
};

static const struct tap_case cases[] = {
	{ "lost interrupts delay jobs and spoil none", run_fault,
	  &lost_interrupts },
	{ "a job that hangs ends with its queue, and no other", run_fault,
	  &hanging_job },
	{ "a wrong completion ends the queue that it is for", run_fault,
	  &wrong_done },
	{ "a memory error ends who reads it, and no other", run_fault,
	  &memory_error },
	{ "a card that is pulled out under load comes back", run_fault,
	  &removal },
	{ "a device that breaks is reset and works on", run_fault,
	  &broken_device },
	{ "a device that answers nothing any more can be replaced", run_fault,
	  &killed_model },
};
TAP_MAIN(cases)
