// SPDX-License-Identifier: MIT
/*
 * Jobs of kernel-mode queues on the test device: order, what they wait for and
 * signal, what a broken one does to itself and not to others.
 */
#include "bo.h"
#include "queue.h"
#include "tap.h"
#include "uapi.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define WAIT_MS 10000

/* A context with a queue, a buffer of one page and two syncobjs. */
struct setup {
	int fd;
	uint32_t queue;
	uint32_t bo;
	uint32_t sync[2];
	uint64_t *words;
};

static bool setup_open(struct setup *s, uint32_t engine, uint32_t timeout_ms)
{
	s->fd = mock_open();
	if (s->fd < 0)
		return false;
	s->queue = queue_open(s->fd, engine, timeout_ms);
	s->sync[0] = sync_create(s->fd);
	s->sync[1] = sync_create(s->fd);
	if (!s->queue || !s->sync[0] || !s->sync[1] ||
	    bo_create(s->fd, MOCK_REGION_HOST, PAGE, DRM_AXLE_BO_CPU, &s->bo))
		return false;
	s->words = bo_map(s->fd, s->bo);
	return s->words != MAP_FAILED;
}

static void setup_close(struct setup *s)
{
	munmap(s->words, PAGE);
	close(s->fd);
}

static struct mock_command mix(uint64_t value)
{
	return (struct mock_command){ .op = MOCK_MIX,
				      .size = 8,
				      .value = value };
}

static struct mock_command nap(uint32_t ms)
{
	return (struct mock_command){ .op = MOCK_SLEEP, .ms = ms };
}

static const struct mock_command hang = { .op = MOCK_HANG };

static void module_loads(void)
{
	TAP_REQUIRE(mock_load(64));
}

static void features_and_limits_tell_of_queues(void)
{
	struct drm_axle_query_device device;
	struct drm_axle_query_limits limits;
	int fd = mock_open();

	TAP_REQUIRE(fd >= 0);
	uapi_query(fd, DRM_AXLE_TOPIC_DEVICE, &device, sizeof(device));
	uapi_query(fd, DRM_AXLE_TOPIC_LIMITS, &limits, sizeof(limits));
	TAP_CHECK(device.features & DRM_AXLE_FEATURE_SUBMIT);
	TAP_CHECK(device.features & DRM_AXLE_FEATURE_USER_QUEUES);
	TAP_CHECK(device.features & DRM_AXLE_FEATURE_PROGRAMS);
	TAP_EQUAL(limits.queues_per_context, MOCK_QUEUES);
	TAP_EQUAL(limits.programs_per_context, MOCK_PROGRAMS);
	TAP_EQUAL(limits.timeout_ms_max, MOCK_SLEEP_MAX);
	close(fd);
}

static void job_writes_memory_and_signals(void)
{
	const uint32_t *engine = tap_data();
	struct mock_command command = mix(5);
	struct setup s;

	TAP_REQUIRE(setup_open(&s, *engine, 0));
	s.words[0] = 2;
	TAP_EQUAL(job_simple(s.fd, s.queue, &command, s.bo, s.sync[0]), 0);
	TAP_EQUAL(sync_wait(s.fd, s.sync[0], 0, WAIT_MS), 0);
	TAP_EQUAL(sync_status(s.fd, s.sync[0]), 0);
	TAP_EQUAL(s.words[0], 2 * 31 + 5);
	setup_close(&s);
}

static void jobs_of_a_queue_run_in_order(void)
{
	const uint32_t *engine = tap_data();
	uint64_t want = 0;
	struct setup s;

	TAP_REQUIRE(setup_open(&s, *engine, 0));
	for (int i = 0; i < 200; i++) {
		struct mock_command command = mix(i);

		TAP_REQUIRE(job_simple(s.fd, s.queue, &command, s.bo,
				       s.sync[0]) == 0);
		want = want * 31 + i;
	}
	TAP_EQUAL(sync_wait(s.fd, s.sync[0], 0, WAIT_MS), 0);
	TAP_EQUAL(s.words[0], want);
	setup_close(&s);
}

static void copies_between_host_and_device_memory(void)
{
	struct drm_axle_use uses[2] = { { 0, DRM_AXLE_USE_WRITE },
					{ 0, DRM_AXLE_USE_WRITE } };
	struct mock_command commands[2] = {
		{ .op = MOCK_COPY, .dst = 1, .src = 0, .size = 64 },
		{ .op = MOCK_COPY,
		  .dst = 0,
		  .src = 1,
		  .dst_offset = 64,
		  .size = 64 },
	};
	struct drm_axle_sync out = { 0 };
	struct job job = { .commands = commands,
			   .count = 2,
			   .uses = uses,
			   .use_count = 2,
			   .out = &out,
			   .out_count = 1 };
	struct setup s;

	TAP_REQUIRE(setup_open(&s, MOCK_ENGINE_SERIAL, 0));
	uses[0].handle = s.bo;
	TAP_REQUIRE(bo_create(s.fd, MOCK_REGION_DEVICE, PAGE, 0,
			      &uses[1].handle) == 0);
	out.handle = s.sync[0];
	s.words[3] = 42;
	TAP_EQUAL(job_submit(s.fd, s.queue, &job), 0);
	TAP_EQUAL(sync_wait(s.fd, s.sync[0], 0, WAIT_MS), 0);
	TAP_EQUAL(s.words[8 + 3], 42);
	setup_close(&s);
}

static void sequence_counts_from_one(void)
{
	struct mock_command command = { .op = MOCK_NOP };
	struct drm_axle_submit args = { .commands = (uintptr_t)&command,
					.command_size = sizeof(command) };
	struct setup s;

	TAP_REQUIRE(setup_open(&s, MOCK_ENGINE_RINGS, 0));
	args.queue = s.queue;
	for (uint64_t i = 1; i <= 3; i++) {
		args.sequence = 0;
		TAP_EQUAL(ioctl(s.fd, DRM_IOCTL_AXLE_SUBMIT, &args), 0);
		TAP_EQUAL(args.sequence, i);
	}
	setup_close(&s);
}

static void a_job_waits_for_that_of_another_queue(void)
{
	struct mock_command slow[2] = { nap(100), mix(1) }, fast = mix(2);
	struct drm_axle_sync first = { 0 }, second = { 0 };
	struct drm_axle_use use = { 0, DRM_AXLE_USE_WRITE };
	struct job one = { .commands = slow,
			   .count = 2,
			   .uses = &use,
			   .use_count = 1,
			   .out = &first,
			   .out_count = 1 };
	struct job two = { .commands = &fast,
			   .count = 1,
			   .uses = &use,
			   .use_count = 1,
			   .in = &first,
			   .in_count = 1,
			   .out = &second,
			   .out_count = 1 };
	struct setup s;
	uint32_t other;

	TAP_REQUIRE(setup_open(&s, MOCK_ENGINE_RINGS, 0));
	other = queue_open(s.fd, MOCK_ENGINE_RINGS, 0);
	first.handle = s.sync[0];
	second.handle = s.sync[1];
	use.handle = s.bo;
	TAP_EQUAL(job_submit(s.fd, s.queue, &one), 0);
	TAP_EQUAL(job_submit(s.fd, other, &two), 0);
	TAP_EQUAL(sync_wait(s.fd, s.sync[1], 0, WAIT_MS), 0);
	TAP_EQUAL(s.words[0], 1 * 31 + 2);
	setup_close(&s);
}

static void a_failed_job_is_eio_and_the_queue_goes_on(void)
{
	struct mock_command fail = { .op = MOCK_FAIL }, next = mix(3);
	struct setup s;

	TAP_REQUIRE(setup_open(&s, MOCK_ENGINE_RINGS, 0));
	TAP_EQUAL(job_simple(s.fd, s.queue, &fail, 0, s.sync[0]), 0);
	TAP_EQUAL(job_simple(s.fd, s.queue, &next, s.bo, s.sync[1]), 0);
	TAP_EQUAL(sync_wait(s.fd, s.sync[1], 0, WAIT_MS), 0);
	TAP_EQUAL(sync_status(s.fd, s.sync[0]), -EIO);
	TAP_EQUAL(sync_status(s.fd, s.sync[1]), 0);
	TAP_EQUAL(s.words[0], 3);
	setup_close(&s);
}

/* A survivor's result is right, and the guilty queue takes no more work. */
static void check_guilty(struct setup *guilty, struct setup *survivor)
{
	struct mock_command next = mix(1);

	TAP_EQUAL(sync_wait(guilty->fd, guilty->sync[1], 0, WAIT_MS), 0);
	TAP_EQUAL(sync_status(guilty->fd, guilty->sync[1]), -ECANCELED);
	TAP_ERRNO(job_simple(guilty->fd, guilty->queue, &next, guilty->bo, 0),
		  EIO);
	TAP_EQUAL(guilty->words[0], 0);
	TAP_EQUAL(sync_wait(survivor->fd, survivor->sync[0], 0, WAIT_MS), 0);
	TAP_EQUAL(sync_status(survivor->fd, survivor->sync[0]), 0);
	TAP_EQUAL(survivor->words[0], 7);
}

struct guilty {
	uint32_t guilty_engine;
	uint32_t survivor_engine;
	bool fail_stop;
	uint32_t op;
	int error;
};

static uint64_t resets(int fd)
{
	struct drm_axle_query_health health = { 0 };

	uapi_query(fd, DRM_AXLE_TOPIC_HEALTH, &health, sizeof(health));
	return health.resets;
}

static void only_the_guilty_queue_is_killed(void)
{
	const struct guilty *row = tap_data();
	/* Not at once: the other is to be in the queue by then. */
	struct mock_command bad[2] = { nap(100),
				       { .op = row->op, .value = 99 } };
	struct mock_command slow[2] = { nap(700), mix(7) }, next = mix(1);
	struct drm_axle_use use = { 0, DRM_AXLE_USE_WRITE };
	struct drm_axle_sync out = { 0 };
	struct job job = { .commands = slow,
			   .count = 2,
			   .uses = &use,
			   .use_count = 1,
			   .out = &out,
			   .out_count = 1 };
	struct drm_axle_sync fatal = { 0 };
	struct job wrong = {
		.commands = bad, .count = 2, .out = &fatal, .out_count = 1
	};
	struct setup guilty, survivor;
	uint64_t before;

	mock_set("fail_stop", row->fail_stop ? "1" : "0");
	TAP_REQUIRE(setup_open(&guilty, row->guilty_engine, 300));
	TAP_REQUIRE(setup_open(&survivor, row->survivor_engine, 5000));
	before = resets(guilty.fd);
	use.handle = survivor.bo;
	out.handle = survivor.sync[0];
	fatal.handle = guilty.sync[0];
	TAP_EQUAL(job_submit(guilty.fd, guilty.queue, &wrong), 0);
	TAP_EQUAL(job_simple(guilty.fd, guilty.queue, &next, guilty.bo,
			     guilty.sync[1]),
		  0);
	TAP_EQUAL(job_submit(survivor.fd, survivor.queue, &job), 0);
	check_guilty(&guilty, &survivor);
	TAP_EQUAL(sync_status(guilty.fd, guilty.sync[0]), row->error);
	TAP_EQUAL(resets(guilty.fd) - before, row->fail_stop);
	mock_set("fail_stop", "0");
	setup_close(&guilty);
	setup_close(&survivor);
}

static void a_lost_interrupt_is_made_up_for(void)
{
	struct mock_command command = mix(9);
	struct setup s;

	TAP_REQUIRE(setup_open(&s, MOCK_ENGINE_RINGS, 200));
	mock_set("lose_irq", "1");
	TAP_EQUAL(job_simple(s.fd, s.queue, &command, s.bo, s.sync[0]), 0);
	usleep(50000);
	mock_set("lose_irq", "0");
	TAP_EQUAL(sync_wait(s.fd, s.sync[0], 0, WAIT_MS), 0);
	TAP_EQUAL(sync_status(s.fd, s.sync[0]), 0);
	TAP_EQUAL(s.words[0], 9);
	setup_close(&s);
}

/* It has its time-out once more whenever a look finds it ahead. */
static void lost_interrupts_within_a_job_are_made_up_for(void)
{
	struct mock_command commands[] = { mix(1), mix(2), mix(3) };
	struct drm_axle_use use = { .flags = DRM_AXLE_USE_WRITE };
	struct drm_axle_sync out = {};
	struct job job = {
		.commands = commands,
		.count = 3,
		.uses = &use,
		.use_count = 1,
		.out = &out,
		.out_count = 1,
	};
	struct setup s;

	TAP_REQUIRE(setup_open(&s, MOCK_ENGINE_RINGS, 200));
	use.handle = s.bo;
	out.handle = s.sync[0];
	mock_set("lose_irq", "1");
	TAP_EQUAL(job_submit(s.fd, s.queue, &job), 0);
	TAP_EQUAL(sync_wait(s.fd, s.sync[0], 0, WAIT_MS), 0);
	mock_set("lose_irq", "0");
	TAP_EQUAL(sync_status(s.fd, s.sync[0]), 0);
	TAP_EQUAL(s.words[0], (1 * 31 + 2) * 31 + 3);
	setup_close(&s);
}

/* Memory that is not there until somebody provides it: its uffd, or -1. */
static int absent_page(void **page)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register range = { .mode = UFFDIO_REGISTER_MODE_MISSING };
	int uffd = syscall(SYS_userfaultfd, O_CLOEXEC);

	if (uffd < 0)
		return -1;
	*page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	range.range.start = (uintptr_t)*page;
	range.range.len = PAGE;
	if (ioctl(uffd, UFFDIO_API, &api) || *page == MAP_FAILED ||
	    ioctl(uffd, UFFDIO_REGISTER, &range))
		return -1;
	return uffd;
}

static bool page_provide(int uffd, void *page, const void *content)
{
	struct uffdio_copy copy = {
		.dst = (uintptr_t)page,
		.src = (uintptr_t)content,
		.len = PAGE,
	};

	return ioctl(uffd, UFFDIO_COPY, &copy) == 0;
}

struct orphan {
	struct setup *s;
	const struct mock_command *command;
	int result;
	int error;
};

static void *orphan_run(void *arg)
{
	struct orphan *orphan = arg;

	orphan->result = job_simple(orphan->s->fd, orphan->s->queue,
				    orphan->command, orphan->s->bo,
				    orphan->s->sync[0]);
	orphan->error = errno;
	return NULL;
}

static void a_submission_outlives_its_queue(void)
{
	static struct mock_command content[PAGE / sizeof(struct mock_command)];
	struct uffd_msg message;
	struct orphan orphan;
	struct setup s;
	pthread_t thread;
	void *page = NULL;
	int uffd;

	uffd = absent_page(&page);
	if (uffd < 0 && errno == ENOSYS)
		TAP_SKIP("the kernel has no userfaultfd");
	TAP_REQUIRE(uffd >= 0);
	TAP_REQUIRE(setup_open(&s, MOCK_ENGINE_RINGS, 1000));
	content[0] = mix(9);
	orphan = (struct orphan){ .s = &s, .command = page };
	TAP_EQUAL(pthread_create(&thread, NULL, orphan_run, &orphan), 0);
	/* It has found its queue, and waits for its commands. */
	TAP_EQUAL(read(uffd, &message, sizeof(message)), sizeof(message));
	TAP_EQUAL(queue_destroy(s.fd, s.queue), 0);
	TAP_CHECK(page_provide(uffd, page, content));
	pthread_join(thread, NULL);
	TAP_EQUAL(orphan.result, -1);
	TAP_EQUAL(orphan.error, EIO);
	TAP_EQUAL(s.words[0], 0);
	close(uffd);
	munmap(page, PAGE);
	setup_close(&s);
}

static void programs_run_and_outlive_their_number(void)
{
	struct mock_program blob = { MOCK_MAGIC, 77 };
	struct mock_command commands[2] = { nap(50),
					    { .op = MOCK_EXEC, .size = 16 } };
	struct drm_axle_use use = { 0, DRM_AXLE_USE_WRITE };
	struct drm_axle_sync out = { 0 };
	struct job job = { .commands = commands,
			   .count = 2,
			   .uses = &use,
			   .use_count = 1,
			   .out = &out,
			   .out_count = 1 };
	struct mock_stats before, after;
	uint32_t program;
	struct setup s;

	TAP_REQUIRE(setup_open(&s, MOCK_ENGINE_SERIAL, 0));
	mock_stats(s.fd, &before);
	TAP_EQUAL(program_create(s.fd, &blob, sizeof(blob), &program), 0);
	commands[1].value = program;
	use.handle = s.bo;
	out.handle = s.sync[0];
	TAP_EQUAL(job_submit(s.fd, s.queue, &job), 0);
	TAP_EQUAL(program_destroy(s.fd, program), 0);
	TAP_ERRNO(program_destroy(s.fd, program), ENOENT);
	TAP_ERRNO(job_submit(s.fd, s.queue, &job), ENOENT);
	TAP_EQUAL(sync_wait(s.fd, s.sync[0], 0, WAIT_MS), 0);
	TAP_EQUAL(s.words[0], 77);
	TAP_EQUAL(s.words[1], 77);
	TAP_EQUAL(queue_destroy(s.fd, s.queue), 0);
	mock_stats(s.fd, &after);
	TAP_EQUAL(after.loads - before.loads, 1);
	TAP_EQUAL(after.unloads - before.unloads, 1);
	setup_close(&s);
}

static void a_reset_cancels_work_and_queues_go_on(void)
{
	struct mock_program blob = { MOCK_MAGIC, 5 };
	struct mock_command command = { .op = MOCK_EXEC, .size = 8 };
	struct mock_stats before, after;
	uint32_t program;
	struct setup s;

	TAP_REQUIRE(setup_open(&s, MOCK_ENGINE_SERIAL, 60000));
	TAP_EQUAL(program_create(s.fd, &blob, sizeof(blob), &program), 0);
	TAP_EQUAL(job_simple(s.fd, s.queue, &hang, 0, s.sync[0]), 0);
	usleep(20000);
	mock_stats(s.fd, &before);
	TAP_EQUAL(mock_reset(), 0);
	mock_stats(s.fd, &after);
	TAP_EQUAL(after.loads - before.loads, 1);
	TAP_EQUAL(sync_wait(s.fd, s.sync[0], 0, WAIT_MS), 0);
	TAP_EQUAL(sync_status(s.fd, s.sync[0]), -ECANCELED);
	command.value = program;
	TAP_EQUAL(job_simple(s.fd, s.queue, &command, s.bo, s.sync[1]), 0);
	TAP_EQUAL(sync_wait(s.fd, s.sync[1], 0, WAIT_MS), 0);
	TAP_EQUAL(s.words[0], 5);
	setup_close(&s);
}

#define LOADS 4

static void module_unloads(void)
{
	TAP_EQUAL(uapi_shell("rmmod axle_mock"), 0);
	TAP_EQUAL(uapi_shell("rmmod axle"), 0);
}

static const uint32_t serial = MOCK_ENGINE_SERIAL, rings = MOCK_ENGINE_RINGS;

static const struct guilty guilty[] = {
	{ MOCK_ENGINE_RINGS, MOCK_ENGINE_RINGS, false, MOCK_HANG, -ETIMEDOUT },
	{ MOCK_ENGINE_SERIAL, MOCK_ENGINE_SERIAL, false, MOCK_HANG,
	  -ETIMEDOUT },
	{ MOCK_ENGINE_RINGS, MOCK_ENGINE_RINGS, false, MOCK_CRASH, -EIO },
	{ MOCK_ENGINE_RINGS, MOCK_ENGINE_RINGS, true, MOCK_HANG, -ETIMEDOUT },
	{ MOCK_ENGINE_SERIAL, MOCK_ENGINE_RINGS, true, MOCK_CRASH, -EIO },
};

static const struct tap_case cases[] = {
	{ "the test device loads", module_loads },
	{ "features and limits tell of queues and programs",
	  features_and_limits_tell_of_queues },
	{ "a job writes memory and signals (serial engine)",
	  job_writes_memory_and_signals, &serial },
	{ "a job writes memory and signals (engine with rings)",
	  job_writes_memory_and_signals, &rings },
	{ "jobs of a queue run in order (serial engine)",
	  jobs_of_a_queue_run_in_order, &serial },
	{ "jobs of a queue run in order (engine with rings)",
	  jobs_of_a_queue_run_in_order, &rings },
	{ "a job copies between host and device memory",
	  copies_between_host_and_device_memory },
	{ "the sequence of a queue counts from one", sequence_counts_from_one },
	{ "a job waits for that of another queue",
	  a_job_waits_for_that_of_another_queue },
	{ "a failed job is EIO and its queue goes on",
	  a_failed_job_is_eio_and_the_queue_goes_on },
	{ "a job that hangs kills only its queue",
	  only_the_guilty_queue_is_killed, &guilty[0] },
	{ "a job that hangs on a serial engine kills only its queue",
	  only_the_guilty_queue_is_killed, &guilty[1] },
	{ "a queue that the device gives up is the only one killed",
	  only_the_guilty_queue_is_killed, &guilty[2] },
	{ "a queue that cannot be stopped resets the device, others' jobs run again",
	  only_the_guilty_queue_is_killed, &guilty[3] },
	{ "the same on a serial engine", only_the_guilty_queue_is_killed,
	  &guilty[4] },
	{ "a lost interrupt is made up for", a_lost_interrupt_is_made_up_for },
	{ "interrupts lost between the commands of a job are made up for",
	  lost_interrupts_within_a_job_are_made_up_for },
	{ "a queue destroyed while a job is on its way to it is EIO",
	  a_submission_outlives_its_queue },
	{ "a program runs, also after it was destroyed",
	  programs_run_and_outlive_their_number },
	{ "a reset cancels work, and queues and programs go on",
	  a_reset_cancels_work_and_queues_go_on },
	{ "the modules unload", module_unloads },
};

TAP_MAIN(cases)
