// SPDX-License-Identifier: MIT
/*
 * User-mode queues on the test device: ring, status record and doorbells in the
 * program, and fences of positions, whatever the program does to its ring.
 */
#include "bo.h"
#include "queue.h"
#include "tap.h"
#include "uapi.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define WAIT_MS 10000
/* Beyond any ring. */
#define DEAD_TAIL 0xdead

static void module_loads(void)
{
	TAP_REQUIRE(mock_load(64));
}

static bool all_zero(const volatile void *from, size_t size)
{
	const volatile uint8_t *bytes = from;

	for (size_t i = 0; i < size; i++)
		if (bytes[i])
			return false;
	return true;
}

static void pages_are_zero_at_first(void)
{
	struct user_queue queue;

	for (int i = 0; i < 4; i++) {
		TAP_REQUIRE(user_queue_open_alone(&queue, 256, 0));
		TAP_CHECK(all_zero(queue.ring, queue.info.ring_size));
		TAP_CHECK(all_zero(queue.status, queue.info.page_size));
		TAP_CHECK(all_zero(queue.tail, queue.info.page_size));
		user_queue_put(&queue, MOCK_MIX, 0, ~0ull);
		TAP_CHECK(user_queue_wait(&queue, 1));
		user_queue_close(&queue);
	}
}

static void slots_are_executed_in_order(void)
{
	struct user_queue queue;
	uint64_t want = 0;

	TAP_REQUIRE(user_queue_open_alone(&queue, 16, 0));
	for (uint64_t i = 0; i < 100; i++) {
		/* A full ring is legal. */
		if (i >= 16)
			TAP_REQUIRE(user_queue_wait(&queue, i - 15));
		user_queue_put(&queue, MOCK_MIX, 0, i);
		want = want * 31 + i;
	}
	TAP_CHECK(user_queue_wait(&queue, 100));
	TAP_EQUAL(queue.status->sum, want);
	user_queue_close(&queue);
}

static void a_position_becomes_a_fence(void)
{
	const uint64_t *point = tap_data();
	struct user_queue queue;
	uint64_t position;
	uint32_t sync;

	TAP_REQUIRE(user_queue_open_alone(&queue, 0, 0));
	sync = sync_create(queue.fd);
	user_queue_put(&queue, MOCK_SLEEP, 100, 0);
	position = user_queue_put(&queue, MOCK_MIX, 0, 5);
	TAP_EQUAL(queue_fence(queue.fd, queue.info.queue, position, sync,
			      *point),
		  0);
	TAP_ERRNO(sync_wait(queue.fd, sync, *point, 0), ETIME);
	TAP_EQUAL(sync_wait(queue.fd, sync, *point, WAIT_MS), 0);
	TAP_EQUAL(queue.status->sum, 5);
	/* What is done already has a fence, too. */
	sync = sync_create(queue.fd);
	TAP_EQUAL(queue_fence(queue.fd, queue.info.queue, 0, sync, 0), 0);
	TAP_EQUAL(sync_wait(queue.fd, sync, 0, 0), 0);
	user_queue_close(&queue);
}

static void fences_of_many_positions_signal_in_order(void)
{
	struct user_queue queue;
	uint32_t syncs[16];

	TAP_REQUIRE(user_queue_open_alone(&queue, 16, 0));
	for (int i = 0; i < 16; i++) {
		syncs[i] = sync_create(queue.fd);
		user_queue_put(&queue, MOCK_SLEEP, 10, 0);
	}
	/* The later first, and every one twice. */
	for (int i = 15; i >= 0; i--)
		for (int n = 0; n < 2; n++)
			TAP_EQUAL(queue_fence(queue.fd, queue.info.queue, i,
					      syncs[i], 0),
				  0);
	for (int i = 0; i < 16; i++) {
		TAP_EQUAL(sync_wait(queue.fd, syncs[i], 0, WAIT_MS), 0);
		TAP_CHECK(queue.status->done > (uint64_t)i);
	}
	user_queue_close(&queue);
}

static void a_job_waits_for_a_user_mode_queue(void)
{
	struct mock_command command = { .op = MOCK_FILL,
					.size = 8,
					.value = 3 };
	struct drm_axle_use use = { 0, DRM_AXLE_USE_WRITE };
	struct drm_axle_sync in = { 0 }, out = { 0 };
	struct job job = { .commands = &command,
			   .count = 1,
			   .uses = &use,
			   .use_count = 1,
			   .in = &in,
			   .in_count = 1,
			   .out = &out,
			   .out_count = 1 };
	struct user_queue queue;
	uint32_t kernel;

	TAP_REQUIRE(user_queue_open_alone(&queue, 0, 0));
	kernel = queue_open(queue.fd, MOCK_ENGINE_SERIAL, 0);
	in.handle = sync_create(queue.fd);
	out.handle = sync_create(queue.fd);
	TAP_REQUIRE(bo_create(queue.fd, MOCK_REGION_HOST, PAGE, 0,
			      &use.handle) == 0);
	user_queue_put(&queue, MOCK_SLEEP, 50, 0);
	TAP_EQUAL(queue_fence(queue.fd, queue.info.queue, 0, in.handle, 0), 0);
	TAP_EQUAL(job_submit(queue.fd, kernel, &job), 0);
	TAP_EQUAL(sync_wait(queue.fd, out.handle, 0, WAIT_MS), 0);
	TAP_EQUAL(queue.status->done, 1);
	user_queue_close(&queue);
}

static void a_tail_taken_back_does_not_matter(void)
{
	struct user_queue queue;
	uint32_t sync;

	TAP_REQUIRE(user_queue_open_alone(&queue, 0, 0));
	sync = sync_create(queue.fd);
	user_queue_put(&queue, MOCK_SLEEP, 60, 0);
	user_queue_put(&queue, MOCK_NOP, 0, 0);
	user_queue_put(&queue, MOCK_NOP, 0, 0);
	TAP_EQUAL(queue_fence(queue.fd, queue.info.queue, 2, sync, 0), 0);
	*queue.tail = 0;
	TAP_EQUAL(sync_wait(queue.fd, sync, 0, WAIT_MS), 0);
	user_queue_close(&queue);
}

struct failure {
	uint32_t op;
	int error;
	uint32_t code;
};

static void a_queue_that_fails_ends_its_fences(void)
{
	const struct failure *row = tap_data();
	struct drm_axle_event event;
	struct user_queue queue;
	uint32_t syncs[3];

	TAP_REQUIRE(user_queue_open_alone(&queue, 0, 200));
	for (int i = 0; i < 3; i++)
		syncs[i] = sync_create(queue.fd);
	user_queue_put(&queue, MOCK_SLEEP, 50, 0);
	user_queue_put(&queue, row->op, 0, 0x1234);
	user_queue_put(&queue, MOCK_MIX, 0, 9);
	for (int i = 0; i < 3; i++)
		TAP_EQUAL(queue_fence(queue.fd, queue.info.queue, i, syncs[i],
				      0),
			  0);
	for (int i = 0; i < 3; i++)
		TAP_EQUAL(sync_wait(queue.fd, syncs[i], 0, WAIT_MS), 0);
	TAP_EQUAL(sync_status(queue.fd, syncs[0]), 0);
	TAP_EQUAL(sync_status(queue.fd, syncs[1]), row->error);
	TAP_EQUAL(sync_status(queue.fd, syncs[2]), -ECANCELED);
	/* So does one that comes too late. */
	TAP_EQUAL(queue_fence(queue.fd, queue.info.queue, 1, syncs[2], 0), 0);
	TAP_EQUAL(sync_status(queue.fd, syncs[2]), row->error);
	TAP_CHECK(event_next(queue.fd, &event, WAIT_MS));
	TAP_EQUAL(event.type, DRM_AXLE_EVENT_FAULT);
	TAP_EQUAL(event.queue, queue.info.queue);
	TAP_EQUAL(event.position, 1);
	TAP_EQUAL(event.code, row->code);
	TAP_EQUAL(event.address, row->code ? 0x1234 : 0);
	user_queue_close(&queue);
}

/* The tail was rung, and the page that takes its place is zero. */
static void wait_dead(struct user_queue *queue)
{
	uint64_t end = uapi_now_ms() + WAIT_MS;

	while (*queue->tail && uapi_now_ms() < end)
		usleep(1000);
}

/* Reads as zero at first, and keeps what the program writes. */
static void check_dead_mappings(struct user_queue *queue)
{
	TAP_CHECK(all_zero(queue->tail, queue->info.page_size));
	TAP_CHECK(all_zero(queue->wake, queue->info.page_size));
	TAP_CHECK(all_zero(queue->ring, queue->info.ring_size));
	TAP_CHECK(all_zero(queue->status, queue->info.page_size));
	queue->tail[1] = 0x1111;
	queue->wake[2] = 0x2222;
	queue->ring[1].value = 0x3333;
	TAP_EQUAL(queue->tail[1], 0x1111);
	TAP_EQUAL(queue->wake[2], 0x2222);
	TAP_EQUAL(queue->ring[1].value, 0x3333);
	/* Nothing of it looks as if a slot were done. */
	TAP_CHECK(all_zero(queue->status, queue->info.page_size));
	*queue->tail = DEAD_TAIL;
}

static uint64_t tail_of_last(void)
{
	struct mock_stats stats = { 0 };
	int fd = mock_open_control();

	TAP_CHECK(mock_stats(fd, &stats));
	close(fd);
	return stats.tail;
}

static void mappings_of_a_dead_queue_go_nowhere(void)
{
	struct user_queue queue, next;

	TAP_REQUIRE(user_queue_open_alone(&queue, 256, 100));
	user_queue_put(&queue, MOCK_CRASH, 0, 0);
	wait_dead(&queue);
	check_dead_mappings(&queue);
	TAP_EQUAL(queue_destroy(queue.fd, queue.info.queue), 0);
	TAP_EQUAL(tail_of_last(), 1);
	TAP_EQUAL(*queue.tail, DEAD_TAIL);
	/* Nor do they come back with a new queue of the same number. */
	TAP_REQUIRE(user_queue_open(&next, queue.fd, 0, 0));
	TAP_EQUAL(next.info.queue, queue.info.queue);
	*queue.tail = 1;
	user_queue_put(&next, MOCK_NOP, 0, 0);
	TAP_CHECK(user_queue_wait(&next, 1));
	TAP_EQUAL(queue.status->done, 0);
	TAP_EQUAL(queue_destroy(next.fd, next.info.queue), 0);
	TAP_EQUAL(tail_of_last(), 1);
	user_queue_unmap(&next);
	user_queue_close(&queue);
}

/* Half of it was there when the queue died, the rest comes after. */
static void dead_mappings_are_inherited_and_stay_read_only(void)
{
	struct user_queue queue;
	int status = -1;
	pid_t child;

	TAP_REQUIRE(user_queue_open_alone(&queue, 256, 0));
	user_queue_put(&queue, MOCK_NOP, 0, 0);
	TAP_CHECK(user_queue_wait(&queue, 1));
	TAP_EQUAL(queue_destroy(queue.fd, queue.info.queue), 0);
	child = fork();
	if (child == 0) {
		*queue.wake = 5;
		queue.ring[200].value = 6;
		_exit(queue.status->done || *queue.wake != 5);
	}
	waitpid(child, &status, 0);
	TAP_EQUAL(status, 0);
	TAP_ERRNO(mprotect((void *)queue.status, PAGE, PROT_READ | PROT_WRITE),
		  EACCES);
	user_queue_close(&queue);
}

static void mappings_of_a_destroyed_queue_go_nowhere(void)
{
	struct user_queue queue, other;

	TAP_REQUIRE(user_queue_open_alone(&queue, 0, 0));
	TAP_REQUIRE(user_queue_open_alone(&other, 0, 0));
	user_queue_put(&queue, MOCK_HANG, 0, 0);
	TAP_EQUAL(queue_destroy(queue.fd, queue.info.queue), 0);
	check_dead_mappings(&queue);
	TAP_EQUAL(tail_of_last(), 1);
	/* Another's are untouched. */
	user_queue_put(&other, MOCK_NOP, 0, 0);
	TAP_CHECK(user_queue_wait(&other, 1));
	user_queue_close(&queue);
	user_queue_close(&other);
}

static void mappings_outlive_the_file(void)
{
	struct user_queue queue;

	TAP_REQUIRE(user_queue_open_alone(&queue, 0, 0));
	close(queue.fd);
	/* The mapping holds the file. */
	user_queue_put(&queue, MOCK_MIX, 0, 4);
	TAP_CHECK(user_queue_wait(&queue, 1));
	TAP_EQUAL(queue.status->sum, 4);
	user_queue_unmap(&queue);
	TAP_CHECK(mock_nothing_left());
}

static void a_reset_ends_user_mode_queues(void)
{
	struct drm_axle_reset reset = { 0 };
	struct user_queue queue;
	int control = mock_open_control();
	uint32_t sync;

	TAP_REQUIRE(control >= 0 && user_queue_open_alone(&queue, 0, 5000));
	sync = sync_create(queue.fd);
	user_queue_put(&queue, MOCK_HANG, 0, 0);
	TAP_EQUAL(queue_fence(queue.fd, queue.info.queue, 0, sync, 0), 0);
	TAP_EQUAL(ioctl(control, DRM_IOCTL_AXLE_RESET, &reset), 0);
	TAP_EQUAL(sync_wait(queue.fd, sync, 0, WAIT_MS), 0);
	TAP_EQUAL(sync_status(queue.fd, sync), -ECANCELED);
	wait_dead(&queue);
	check_dead_mappings(&queue);
	user_queue_close(&queue);
	TAP_EQUAL(tail_of_last(), 1);
	close(control);
}

static void removal_ends_user_mode_queues(void)
{
	struct user_queue queue;
	uint32_t sync;

	TAP_REQUIRE(user_queue_open_alone(&queue, 0, 60000));
	sync = sync_create(queue.fd);
	user_queue_put(&queue, MOCK_HANG, 0, 0);
	TAP_EQUAL(queue_fence(queue.fd, queue.info.queue, 0, sync, 0), 0);
	TAP_CHECK(mock_unbind());
	/* It was the device's own memory that has been freed. */
	check_dead_mappings(&queue);
	TAP_ERRNO(queue_fence(queue.fd, queue.info.queue, 0, sync, 0), ENODEV);
	user_queue_close(&queue);
	TAP_CHECK(mock_bind());
	TAP_CHECK(mock_nothing_left());
}

static void a_killed_owner_leaves_nothing(void)
{
	struct user_queue queue;
	int sockets[2];
	pid_t child;

	TAP_REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets) == 0);
	child = fork();
	if (child == 0) {
		if (!user_queue_open_alone(&queue, 0, 60000))
			_exit(1);
		user_queue_put(&queue, MOCK_HANG, 0, 0);
		queue_fence(queue.fd, queue.info.queue, 0,
			    sync_create(queue.fd), 0);
		uapi_send_fd(sockets[1], queue.fd);
		for (;;)
			pause();
	}
	close(uapi_receive_fd(sockets[0]));
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	close(sockets[0]);
	close(sockets[1]);
	TAP_CHECK(mock_nothing_left());
}

static void an_absurd_tail_is_no_position(void)
{
	struct user_queue queue;
	uint32_t sync;

	TAP_REQUIRE(user_queue_open_alone(&queue, 4, 0));
	sync = sync_create(queue.fd);
	*queue.tail = 5;
	for (uint64_t position = 0; position < 6; position++) {
		int result = queue_fence(queue.fd, queue.info.queue, position,
					 sync, 0);

		/* Or the device has found it out before, and it failed. */
		TAP_CHECK(result == 0 || errno == EINVAL);
		if (result == 0)
			TAP_CHECK(sync_status(queue.fd, sync) < 0);
	}
	user_queue_close(&queue);
}

static void module_unloads(void)
{
	TAP_EQUAL(uapi_shell("rmmod axle_mock"), 0);
	TAP_EQUAL(uapi_shell("rmmod axle"), 0);
}

static const uint64_t binary, timeline = 7;

static const struct failure failures[] = {
	{ MOCK_HANG, -ETIMEDOUT, 0 },
	{ MOCK_CRASH, -EIO, MOCK_CODE },
};

static const struct tap_case cases[] = {
	{ "the test device loads", module_loads },
	{ "ring, status and doorbells are zero at first",
	  pages_are_zero_at_first },
	{ "slots are executed in order", slots_are_executed_in_order },
	{ "a position becomes a fence", a_position_becomes_a_fence, &binary },
	{ "a position becomes a point of a timeline",
	  a_position_becomes_a_fence, &timeline },
	{ "fences of many positions signal in order",
	  fences_of_many_positions_signal_in_order },
	{ "a job waits for a user-mode queue",
	  a_job_waits_for_a_user_mode_queue },
	{ "a tail that is taken back does not hold up a fence",
	  a_tail_taken_back_does_not_matter },
	{ "a slot that hangs ends the fences of its queue",
	  a_queue_that_fails_ends_its_fences, &failures[0] },
	{ "a queue that the device gives up ends its fences",
	  a_queue_that_fails_ends_its_fences, &failures[1] },
	{ "a doorbell kept mapped after its queue died goes nowhere",
	  mappings_of_a_dead_queue_go_nowhere },
	{ "a doorbell kept mapped after its queue was destroyed goes nowhere",
	  mappings_of_a_destroyed_queue_go_nowhere },
	{ "a dead queue's mappings are inherited, its status stays read-only",
	  dead_mappings_are_inherited_and_stay_read_only },
	{ "a mapping holds the file", mappings_outlive_the_file },
	{ "a reset ends user-mode queues", a_reset_ends_user_mode_queues },
	{ "removal ends user-mode queues", removal_ends_user_mode_queues },
	{ "a killed owner leaves nothing behind",
	  a_killed_owner_leaves_nothing },
	{ "an absurd tail is no position", an_absurd_tail_is_no_position },
	{ "the modules unload", module_unloads },
};

TAP_MAIN(cases)
