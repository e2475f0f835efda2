// SPDX-License-Identifier: MIT
/*
 * The supervisor: runs rounds of processes against one device, kills some of
 * them, sees that no call hangs, and looks at the device after each round. It
 * makes none of the calls under test itself while others do.
 */
#include <fcntl.h>
#include <getopt.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fuzz.h"
#include "uapi.h"

#define ROUND_MS 20000
#define SCRATCH_SIZE (256u << 10)
#define DISTURBER FUZZ_PROCESSES

struct options {
	uint64_t seed;
	unsigned int seconds;
	unsigned int hang_seconds;
	int device;
	const char *load;
};

struct supervisor {
	struct options opt;
	struct fuzz_device device;
	struct fuzz_shared *shared;
	struct rng rng;
	uint64_t steps; /* of the rounds before */
	uint64_t round;
	pid_t child[FUZZ_PROCESSES + 1];
};

void fuzz_enter(struct fuzz_thread *t, const char *what)
{
	atomic_store(&t->progress->what, what);
	atomic_store(&t->progress->since_ms, uapi_now_ms());
}

void fuzz_leave(struct fuzz_thread *t)
{
	atomic_store(&t->progress->since_ms, 0);
}

void fuzz_broken(struct fuzz_thread *t, const char *format, ...)
{
	char text[256];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	atomic_fetch_add(&t->process->shared->broken, 1);
	printf("# process %d, thread %d, step %llu: %s\n", t->process->number,
	       t->number, (unsigned long long)atomic_load(&t->progress->steps),
	       text);
	fflush(stdout);
}

static void thread_init(struct fuzz_thread *t, struct fuzz_process *process,
			int number)
{
	size_t guard = SCRATCH_SIZE;

	memset(t, 0, sizeof(*t));
	t->process = process;
	t->number = number;
	t->progress = &process->shared->progress[process->number][number];
	t->rng = rng_seed(process->seed, number);
	t->scratch = mmap(NULL, SCRATCH_SIZE + guard, PROT_NONE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (t->scratch == MAP_FAILED ||
	    mprotect(t->scratch, SCRATCH_SIZE, PROT_READ | PROT_WRITE))
		_exit(1);
}

static void *thread_run(void *data)
{
	struct fuzz_thread *t = data;

	while (!atomic_load(&t->process->shared->stop)) {
		fuzz_step(t);
		atomic_fetch_add(&t->progress->steps, 1);
	}
	return NULL;
}

static void fill_places(struct fuzz_process *process)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (int fd = FUZZ_FD_COMPUTE; fd < FUZZ_FD_DMABUF + FUZZ_DMABUFS; fd++)
		dup2(null, fd);
	close(null);
	/* What cannot be opened now is tried again by the steps. */
	for (int i = 0; i < FUZZ_FILES; i++) {
		fuzz_reopen(process, i, true);
		fuzz_reopen(process, i, false);
	}
}

static void process_run(struct fuzz_process *process)
{
	struct fuzz_thread threads[FUZZ_THREADS];
	pthread_t ids[FUZZ_THREADS];

	process->arena = fuzz_arena_make();
	if (process->arena == MAP_FAILED)
		_exit(1);
	fuzz_guard_init();
	fill_places(process);
	for (int i = 0; i < FUZZ_THREADS; i++) {
		thread_init(&threads[i], process, i);
		pthread_create(&ids[i], NULL, thread_run, &threads[i]);
	}
	for (int i = 0; i < FUZZ_THREADS; i++)
		pthread_join(ids[i], NULL);
	_exit(0);
}

static void disturber_run(struct fuzz_process *process)
{
	struct fuzz_thread t;

	thread_init(&t, process, 0);
	while (!atomic_load(&process->shared->stop))
		fuzz_disturb(process, &t);
	_exit(0);
}

/* A process that is started again goes on with a seed of its own. */
static void start(struct supervisor *s, int number)
{
	struct fuzz_process *process;
	pid_t pid;

	memset(s->shared->progress[number], 0,
	       sizeof(s->shared->progress[number]));
	fflush(stdout);
	pid = fork();
	if (pid) {
		s->child[number] = pid;
		rng_next(&s->rng);
		return;
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	process = calloc(1, sizeof(*process));
	if (!process)
		_exit(1);
	process->device = &s->device;
	process->shared = s->shared;
	process->number = number;
	process->seed = rng_next(&s->rng) + number;
	if (number == DISTURBER)
		disturber_run(process);
	process_run(process);
}

/* The name of what has not come back for too long, or NULL. */
static const char *hanging(const struct supervisor *s)
{
	uint64_t now = uapi_now_ms(), limit = s->opt.hang_seconds * 1000ull;

	for (int i = 0; i <= FUZZ_PROCESSES; i++) {
		for (int j = 0; j < FUZZ_THREADS; j++) {
			struct fuzz_progress *p = &s->shared->progress[i][j];
			uint64_t since = atomic_load(&p->since_ms);

			if (s->child[i] > 0 && since && now > since + limit)
				return atomic_load(&p->what);
		}
	}
	return NULL;
}

static void say_hang(const struct supervisor *s, const char *what)
{
	printf("# %s has not come back for %u s\n", what, s->opt.hang_seconds);
	printf("not ok 1 - calls come back\n");
	fflush(stdout);
	/* Blocked tasks and locks that are held, into the kernel's log. */
	uapi_write("/proc/sysrq-trigger", "w");
	uapi_write("/proc/sysrq-trigger", "d");
	sleep(5);
	_exit(1);
}

static void say_crash(struct supervisor *s, int number, int status)
{
	if (WIFSIGNALED(status) && WTERMSIG(status) != SIGKILL) {
		printf("# process %d died of signal %d: the fuzzer is wrong\n",
		       number, WTERMSIG(status));
		atomic_fetch_add(&s->shared->broken, 1);
	}
}

static void reap(struct supervisor *s)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		for (int i = 0; i <= FUZZ_PROCESSES; i++) {
			if (s->child[i] != pid)
				continue;
			s->child[i] = 0;
			say_crash(s, i, status);
		}
}

static uint64_t steps_of(const struct supervisor *s, int number)
{
	uint64_t steps = 0;

	for (int j = 0; j < FUZZ_THREADS; j++)
		steps += atomic_load(&s->shared->progress[number][j].steps);
	return steps;
}

static uint64_t steps_of_all(const struct supervisor *s)
{
	uint64_t steps = s->steps;

	for (int i = 0; i <= FUZZ_PROCESSES; i++)
		steps += steps_of(s, i);
	return steps;
}

static void replace_dead(struct supervisor *s)
{
	for (int i = 0; i <= FUZZ_PROCESSES; i++) {
		if (s->child[i])
			continue;
		s->steps += steps_of(s, i);
		start(s, i);
	}
}

/* A slow machine is given the time to let each do something. */
static void kill_some(struct supervisor *s)
{
	int number = rng_below(&s->rng, FUZZ_PROCESSES);

	if (rng_one_in(&s->rng, 40) && s->child[number] > 0 &&
	    steps_of(s, number))
		kill(s->child[number], SIGKILL);
}

/* To its end, or as long as calls may take where nothing has been done by then. */
static void supervise(struct supervisor *s, uint64_t end)
{
	uint64_t before = s->steps, late = end + s->opt.hang_seconds * 1000ull;
	uint64_t now = uapi_now_ms();

	for (; now < end || (now < late && steps_of_all(s) == before);
	     now = uapi_now_ms()) {
		const char *what = hanging(s);

		if (what)
			say_hang(s, what);
		usleep(100000);
		kill_some(s);
		reap(s);
		replace_dead(s);
	}
}

static bool any_child(const struct supervisor *s)
{
	for (int i = 0; i <= FUZZ_PROCESSES; i++)
		if (s->child[i])
			return true;
	return false;
}

static void stop_all(struct supervisor *s)
{
	atomic_store(&s->shared->stop, true);
	while (any_child(s)) {
		const char *what = hanging(s);

		if (what)
			say_hang(s, what);
		usleep(10000);
		reap(s);
	}
	s->steps = steps_of_all(s);
	atomic_store(&s->shared->stop, false);
}

static bool run_round(struct supervisor *s, uint64_t end)
{
	uint64_t now = uapi_now_ms(), before = s->steps;
	bool ok;

	s->rng = rng_seed(s->opt.seed, s->round);
	for (int i = 0; i <= FUZZ_PROCESSES; i++)
		start(s, i);
	supervise(s, now + ROUND_MS < end ? now + ROUND_MS : end);
	stop_all(s);
	fuzz_settle(&s->device);
	ok = fuzz_device_idle(&s->device) && !atomic_load(&s->shared->broken);
	if (s->steps == before) {
		printf("# nothing was done in this round\n");
		ok = false;
	}
	if (ok && s->round % 3 == 2 && !fuzz_reload(&s->device, s->opt.load)) {
		printf("# %s cannot be loaded again\n", s->device.module);
		ok = false;
	}
	printf("# round %llu: %llu steps so far\n",
	       (unsigned long long)s->round, (unsigned long long)s->steps);
	fflush(stdout);
	s->round++;
	return ok;
}

static const char usage[] =
	"Usage: ioctl-fuzz [OPTION...]\n"
	"Make random calls to an accelerator on the Axle kit while it is reset,\n"
	"fails and is unplugged. As root, on a machine that may break.\n"
	"\n"
	"  --seconds N       (default 60)\n"
	"  --seed N          repeat what a seed did (default: from the clock)\n"
	"  --load 'MODULE...'  load a module first, with parameters\n"
	"  --device N        which of the devices (default 0, the first)\n"
	"  --hang N          seconds after which a call hangs (default 120)\n";

static bool parse(struct options *opt, int argc, char **argv)
{
	static const struct option known[] = {
		{ "seconds", required_argument, NULL, 's' },
		{ "seed", required_argument, NULL, 'r' },
		{ "load", required_argument, NULL, 'l' },
		{ "device", required_argument, NULL, 'd' },
		{ "hang", required_argument, NULL, 'h' },
		{ 0 },
	};
	int which;

	while ((which = getopt_long(argc, argv, "", known, NULL)) != -1) {
		if (which == 's')
			opt->seconds = strtoul(optarg, NULL, 10);
		else if (which == 'r')
			opt->seed = strtoull(optarg, NULL, 0);
		else if (which == 'l')
			opt->load = optarg;
		else if (which == 'd')
			opt->device = atoi(optarg);
		else if (which == 'h')
			opt->hang_seconds = strtoul(optarg, NULL, 10);
		else
			return false;
	}
	return optind == argc && opt->seconds && opt->hang_seconds;
}

static bool prepare(struct supervisor *s)
{
	if (s->opt.load && uapi_shell("modprobe %s", s->opt.load))
		return false;
	if (!fuzz_device_find(&s->device, s->opt.device))
		return false;
	s->shared = mmap(NULL, sizeof(*s->shared), PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return s->shared != MAP_FAILED;
}

int main(int argc, char **argv)
{
	struct supervisor s = {
		.opt = { .seconds = 60,
			 .seed = uapi_now_ms(),
			 .hang_seconds = 120 },
	};
	bool ok = true;
	uint64_t end;

	if (!parse(&s.opt, argc, argv)) {
		fputs(usage, stderr);
		return 2;
	}
	if (!prepare(&s)) {
		fprintf(stderr, "ioctl-fuzz: there is no device\n");
		return 1;
	}
	printf("TAP version 13\n1..1\n# %s, driver %s, seed %llu\n",
	       s.device.bus_path, s.device.driver->name,
	       (unsigned long long)s.opt.seed);
	end = uapi_now_ms() + s.opt.seconds * 1000ull;
	while (ok && uapi_now_ms() < end)
		ok = run_round(&s, end);
	printf("%sok 1 - no call breaks the rules, and the device still works\n",
	       ok ? "" : "not ");
	printf("# %llu steps in %llu rounds\n", (unsigned long long)s.steps,
	       (unsigned long long)s.round);
	return !ok;
}
