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
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
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

static void timelines_order_jobs_and_count(void)
{
	struct drm_axle_sync in = { .flags = DRM_AXLE_SYNC_TIMELINE };
	struct drm_axle_sync out = { .flags = DRM_AXLE_SYNC_TIMELINE };
	struct drm_axle_use use = { 0, DRM_AXLE_USE_WRITE };
	struct mock_command commands[2] = { nap(5), mix(1) };
	struct job job = { .commands = commands,
			   .count = 2,
			   .uses = &use,
			   .use_count = 1,
			   .in = &in,
			   .out = &out,
			   .out_count = 1 };
	uint32_t queues[3];
	uint64_t want = 0;
	struct setup s;

	TAP_REQUIRE(setup_open(&s, MOCK_ENGINE_RINGS, 0));
	for (int i = 0; i < 3; i++)
		queues[i] = queue_open(s.fd, MOCK_ENGINE_RINGS, 0);
	use.handle = s.bo;
	in.handle = s.sync[0];
	out.handle = s.sync[0];
	for (uint64_t i = 0; i < 12; i++) {
		commands[1].value = i;
		in.point = i;
		out.point = i + 1;
		job.in_count = i > 0;
		TAP_EQUAL(job_submit(s.fd, queues[i % 3], &job), 0);
		want = want * 31 + i;
	}
	TAP_EQUAL(sync_wait(s.fd, s.sync[0], 12, WAIT_MS), 0);
	TAP_EQUAL(s.words[0], want);
	setup_close(&s);
}

static void wait_deadlines_are_zero_past_and_far(void)
{
	struct mock_command command = nap(200);
	struct setup s;
	uint64_t start;

	TAP_REQUIRE(setup_open(&s, MOCK_ENGINE_SERIAL, 0));
	TAP_EQUAL(job_simple(s.fd, s.queue, &command, 0, s.sync[0]), 0);
	TAP_ERRNO(sync_wait(s.fd, s.sync[0], 0, 0), ETIME);
	TAP_ERRNO(sync_wait(s.fd, s.sync[0], 0, -1000), ETIME);
	start = uapi_now_ms();
	TAP_ERRNO(sync_wait(s.fd, s.sync[0], 0, 20), ETIME);
	TAP_CHECK(uapi_now_ms() - start < 190);
	TAP_EQUAL(sync_wait(s.fd, s.sync[0], 0, 3600000), 0);
	TAP_EQUAL(sync_wait(s.fd, s.sync[0], 0, 0), 0);
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

static void destroy_cancels_jobs_in_flight(void)
{
	struct mock_command next = mix(1);
	struct setup s;
	uint64_t start;

	TAP_REQUIRE(setup_open(&s, MOCK_ENGINE_SERIAL, 60000));
	TAP_EQUAL(job_simple(s.fd, s.queue, &hang, 0, s.sync[0]), 0);
	TAP_EQUAL(job_simple(s.fd, s.queue, &next, s.bo, s.sync[1]), 0);
	start = uapi_now_ms();
	TAP_EQUAL(queue_destroy(s.fd, s.queue), 0);
	TAP_CHECK(uapi_now_ms() - start < 5000);
	TAP_EQUAL(sync_status(s.fd, s.sync[0]), -ECANCELED);
	TAP_EQUAL(sync_status(s.fd, s.sync[1]), -ECANCELED);
	TAP_EQUAL(s.words[0], 0);
	TAP_ERRNO(queue_destroy(s.fd, s.queue), ENOENT);
	setup_close(&s);
}

static void an_unsignalled_fence_does_not_hold_up(void)
{
	const bool *destroy = tap_data();
	struct drm_axle_sync in = { 0 }, out = { 0 };
	struct mock_command command = mix(1);
	struct drm_axle_use use = { 0, DRM_AXLE_USE_WRITE };
	struct job job = { .commands = &command,
			   .count = 1,
			   .uses = &use,
			   .use_count = 1,
			   .in = &in,
			   .in_count = 1,
			   .out = &out,
			   .out_count = 1 };
	struct late late;
	struct setup s;
	uint64_t start;

	TAP_REQUIRE(setup_open(&s, MOCK_ENGINE_RINGS, 0));
	TAP_REQUIRE(late_open(&late, s.fd, s.sync[0]));
	in.handle = s.sync[0];
	out.handle = s.sync[1];
	use.handle = s.bo;
	TAP_EQUAL(job_submit(s.fd, s.queue, &job), 0);
	usleep(20000);
	TAP_EQUAL(sync_status(s.fd, s.sync[1]), 1);
	start = uapi_now_ms();
	if (*destroy) {
		TAP_EQUAL(queue_destroy(s.fd, s.queue), 0);
		TAP_EQUAL(sync_status(s.fd, s.sync[1]), -ECANCELED);
	}
	setup_close(&s);
	TAP_CHECK(uapi_now_ms() - start < 3000);
	late_close(&late);
	TAP_CHECK(mock_nothing_left());
}

static void a_job_runs_when_its_fence_signals(void)
{
	struct drm_axle_sync in = { 0 }, out = { 0 };
	struct mock_command command = mix(4);
	struct drm_axle_use use = { 0, DRM_AXLE_USE_WRITE };
	struct job job = { .commands = &command,
			   .count = 1,
			   .uses = &use,
			   .use_count = 1,
			   .in = &in,
			   .in_count = 1,
			   .out = &out,
			   .out_count = 1 };
	struct late late;
	struct setup s;

	TAP_REQUIRE(setup_open(&s, MOCK_ENGINE_SERIAL, 0));
	TAP_REQUIRE(late_open(&late, s.fd, s.sync[0]));
	in.handle = s.sync[0];
	out.handle = s.sync[1];
	use.handle = s.bo;
	TAP_EQUAL(job_submit(s.fd, s.queue, &job), 0);
	usleep(50000);
	TAP_EQUAL(s.words[0], 0);
	late_signal(&late);
	TAP_EQUAL(sync_wait(s.fd, s.sync[1], 0, WAIT_MS), 0);
	TAP_EQUAL(s.words[0], 4);
	late_close(&late);
	setup_close(&s);
}

/* Opens, submits work that never ends, and sleeps; for a parent that kills. */
static pid_t busy_child(int socket)
{
	pid_t child = fork();
	struct setup s;

	if (child)
		return child;
	if (!setup_open(&s, MOCK_ENGINE_SERIAL, 60000))
		_exit(1);
	for (int i = 0; i < 8; i++)
		job_simple(s.fd, s.queue, &hang, 0, s.sync[0]);
	uapi_send_fd(socket, s.fd);
	for (;;)
		pause();
}

static void a_killed_process_leaves_nothing(void)
{
	struct mock_command command = mix(1);
	struct setup s;
	int sockets[2];
	pid_t child;

	TAP_REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets) == 0);
	child = busy_child(sockets[1]);
	close(uapi_receive_fd(sockets[0]));
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	TAP_REQUIRE(setup_open(&s, MOCK_ENGINE_SERIAL, 0));
	TAP_EQUAL(job_simple(s.fd, s.queue, &command, s.bo, s.sync[0]), 0);
	TAP_EQUAL(sync_wait(s.fd, s.sync[0], 0, WAIT_MS), 0);
	TAP_EQUAL(s.words[0], 1);
	setup_close(&s);
	close(sockets[0]);
	close(sockets[1]);
	TAP_CHECK(mock_nothing_left());
}

static void a_passed_descriptor_keeps_the_queues(void)
{
	struct mock_command command = { .op = MOCK_NOP };
	int sockets[2], fd;
	uint32_t sync;
	pid_t child;

	TAP_REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets) == 0);
	child = fork();
	if (child == 0) {
		fd = mock_open();
		if (fd < 0 || queue_open(fd, MOCK_ENGINE_RINGS, 0) != 1)
			_exit(1);
		uapi_send_fd(sockets[1], fd);
		_exit(0);
	}
	fd = uapi_receive_fd(sockets[0]);
	waitpid(child, NULL, 0);
	TAP_REQUIRE(fd >= 0);
	sync = sync_create(fd);
	TAP_EQUAL(job_simple(fd, 1, &command, 0, sync), 0);
	TAP_EQUAL(sync_wait(fd, sync, 0, WAIT_MS), 0);
	close(fd);
	close(sockets[0]);
	close(sockets[1]);
}

static void a_full_queue_makes_submitters_wait(void)
{
	struct drm_axle_queue_create args = { .priority = 1,
					      .slots = 2,
					      .engine = MOCK_ENGINE_RINGS };
	struct mock_command command = nap(50);
	int fd = mock_open();
	uint64_t start;

	TAP_REQUIRE(fd >= 0 && queue_create(fd, &args) == 0);
	start = uapi_now_ms();
	for (int i = 0; i < 6; i++)
		TAP_EQUAL(job_simple(fd, args.queue, &command, 0, 0), 0);
	TAP_CHECK(uapi_now_ms() - start >= 150);
	close(fd);
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

static int reset_device(void)
{
	struct drm_axle_reset reset = { 0 };
	int fd = uapi_open_control(uapi_find("mock"));
	int result = ioctl(fd, DRM_IOCTL_AXLE_RESET, &reset);

	close(fd);
	return result;
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
	TAP_EQUAL(reset_device(), 0);
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

/* Keeps a queue busy until told to stop; counts what went wrong. */
struct load {
	pthread_t thread;
	volatile bool stop;
	int done;
	int cancelled;
	int wrong;
	int error;
};

static void load_count(struct load *load, struct setup *s, uint64_t want)
{
	int status = sync_status(s->fd, s->sync[0]);

	if (status == 0 && s->words[0] == want)
		load->done++;
	else if (status == -ECANCELED || status == -ENODEV)
		load->cancelled++;
	else
		load->wrong++;
}

static void *load_run(void *arg)
{
	struct load *load = arg;
	struct setup s;

	if (!setup_open(&s, MOCK_ENGINE_RINGS, 5000)) {
		load->wrong++;
		return NULL;
	}
	for (uint64_t i = 1; !load->stop; i++) {
		struct mock_command command = { .op = MOCK_FILL,
						.size = 8,
						.value = i };

		if (job_simple(s.fd, s.queue, &command, s.bo, s.sync[0])) {
			load->error = errno;
			break;
		}
		if (sync_wait(s.fd, s.sync[0], 0, WAIT_MS)) {
			load->error = errno;
			break;
		}
		load_count(load, &s, i);
	}
	/* A removed device has taken the mapping with it. */
	close(s.fd);
	munmap(s.words, PAGE);
	return NULL;
}

#define LOADS 4

static void loads_start(struct load *loads)
{
	memset(loads, 0, LOADS * sizeof(*loads));
	for (int i = 0; i < LOADS; i++)
		pthread_create(&loads[i].thread, NULL, load_run, &loads[i]);
}

static void loads_stop(struct load *loads)
{
	for (int i = 0; i < LOADS; i++)
		loads[i].stop = true;
	for (int i = 0; i < LOADS; i++)
		pthread_join(loads[i].thread, NULL);
}

static void resets_under_load_end_in_right_results(void)
{
	struct load loads[LOADS];

	loads_start(loads);
	for (int i = 0; i < 20; i++) {
		usleep(30000);
		TAP_EQUAL(reset_device(), 0);
	}
	loads_stop(loads);
	for (int i = 0; i < LOADS; i++) {
		TAP_EQUAL(loads[i].error, 0);
		TAP_EQUAL(loads[i].wrong, 0);
		TAP_CHECK(loads[i].done > 0);
	}
	TAP_CHECK(mock_nothing_left());
}

static void time_outs_under_load_leave_others_right(void)
{
	struct load loads[LOADS];

	loads_start(loads);
	for (int i = 0; i < 8; i++) {
		struct setup s;

		TAP_REQUIRE(setup_open(&s, MOCK_ENGINE_RINGS, 30));
		TAP_EQUAL(job_simple(s.fd, s.queue, &hang, 0, s.sync[0]), 0);
		TAP_EQUAL(sync_wait(s.fd, s.sync[0], 0, WAIT_MS), 0);
		TAP_EQUAL(sync_status(s.fd, s.sync[0]), -ETIMEDOUT);
		setup_close(&s);
	}
	loads_stop(loads);
	for (int i = 0; i < LOADS; i++) {
		TAP_EQUAL(loads[i].error, 0);
		TAP_EQUAL(loads[i].cancelled + loads[i].wrong, 0);
		TAP_CHECK(loads[i].done > 0);
	}
}

static void unbind_under_load_is_enodev(void)
{
	struct load loads[LOADS];

	loads_start(loads);
	usleep(100000);
	TAP_CHECK(mock_unbind());
	for (int i = 0; i < LOADS; i++)
		pthread_join(loads[i].thread, NULL);
	for (int i = 0; i < LOADS; i++) {
		TAP_EQUAL(loads[i].error, ENODEV);
		TAP_CHECK(loads[i].done > 0);
	}
	TAP_CHECK(mock_bind());
	TAP_CHECK(mock_nothing_left());
}

static void module_unloads(void)
{
	TAP_EQUAL(uapi_shell("rmmod axle_mock"), 0);
	TAP_EQUAL(uapi_shell("rmmod axle"), 0);
}

static const uint32_t serial = MOCK_ENGINE_SERIAL, rings = MOCK_ENGINE_RINGS;
static const bool yes = true, no;

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
	{ "points of a timeline order jobs of several queues",
	  timelines_order_jobs_and_count },
	{ "deadlines may be zero, past and far",
	  wait_deadlines_are_zero_past_and_far },
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
	{ "destroying a queue cancels its jobs in flight",
	  destroy_cancels_jobs_in_flight },
	{ "a job runs when its fence signals",
	  a_job_runs_when_its_fence_signals },
	{ "a fence that does not signal does not hold up the end of a queue",
	  an_unsignalled_fence_does_not_hold_up, &yes },
	{ "a fence that does not signal does not hold up the close of a file",
	  an_unsignalled_fence_does_not_hold_up, &no },
	{ "a killed process leaves nothing behind",
	  a_killed_process_leaves_nothing },
	{ "a passed descriptor keeps the queues",
	  a_passed_descriptor_keeps_the_queues },
	{ "a full queue makes submitters wait",
	  a_full_queue_makes_submitters_wait },
	{ "a program runs, also after it was destroyed",
	  programs_run_and_outlive_their_number },
	{ "a reset cancels work, and queues and programs go on",
	  a_reset_cancels_work_and_queues_go_on },
	{ "20 resets under load end in right results",
	  resets_under_load_end_in_right_results },
	{ "time-outs under load leave others' results right",
	  time_outs_under_load_leave_others_right },
	{ "a removal under load is ENODEV", unbind_under_load_is_enodev },
	{ "the modules unload", module_unloads },
};

TAP_MAIN(cases)
