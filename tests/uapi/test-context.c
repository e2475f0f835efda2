// SPDX-License-Identifier: MIT
/*
 * Contexts: how many there are, who gets them, and what gives them back. For
 * every device.
 */
#include "bo.h"
#include "dut.h"
#include "queue.h"
#include "uapi.h"

#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOBODY 65534
#define CONTEXTS_MAX 256

/* Opens contexts until one is refused; how many there are. */
static uint32_t open_all(const struct dut *dut, int *fds)
{
	uint32_t count = 0;

	while (count < CONTEXTS_MAX) {
		int fd = dut_open_compute(dut);

		if (fd < 0)
			break;
		fds[count++] = fd;
	}
	return count;
}

static void close_all(const int *fds, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		close(fds[i]);
}

static void every_context_can_be_had(void)
{
	int fds[CONTEXTS_MAX];
	struct dut dut;
	uint32_t count;

	DUT_OPEN(&dut);
	count = open_all(&dut, fds);
	TAP_EQUAL(errno, EUSERS);
	TAP_EQUAL(count, dut.limits.contexts_max);
	TAP_EQUAL(dut_contexts_used(&dut), count);
	/* A refused open leaves nothing: each is free again when it closes. */
	for (int i = 0; i < 3 && count > 0; i++) {
		close(fds[0]);
		TAP_EQUAL(dut_contexts_used(&dut), count - 1);
		fds[0] = dut_open_compute(&dut);
		TAP_CHECK(fds[0] >= 0);
		TAP_ERRNO(dut_open_compute(&dut), EUSERS);
	}
	close_all(fds, count);
	TAP_EQUAL(dut_contexts_used(&dut), 0);
}

struct share {
	uint32_t count;
	int error;
};

/* What a user without privileges gets. */
static struct share share_of_nobody(const struct dut *dut)
{
	struct share share = { .error = -1 };
	int fds[CONTEXTS_MAX], pipe_fd[2], status;
	pid_t child;

	if (pipe(pipe_fd))
		return share;
	child = fork();
	if (child == 0) {
		if (setresuid(NOBODY, NOBODY, NOBODY))
			_exit(1);
		share.count = open_all(dut, fds);
		share.error = errno;
		_exit(write(pipe_fd[1], &share, sizeof(share)) < 0);
	}
	waitpid(child, &status, 0);
	if (read(pipe_fd[0], &share, sizeof(share)) != sizeof(share))
		share.error = -1;
	close(pipe_fd[0]);
	close(pipe_fd[1]);
	return share;
}

static void one_user_gets_its_share(void)
{
	struct share share;
	struct dut dut;

	DUT_OPEN(&dut);
	share = share_of_nobody(&dut);
	TAP_EQUAL(share.count, dut.limits.contexts_per_user);
	/* With one context, the share is all there is. */
	TAP_EQUAL(share.error,
		  dut.limits.contexts_per_user < dut.limits.contexts_max ?
			  EDQUOT :
			  EUSERS);
	TAP_CHECK(dut_nothing_left(&dut));
}

static void a_full_device_is_eusers_whoever_asks(void)
{
	int fds[CONTEXTS_MAX];
	struct share share;
	struct dut dut;
	uint32_t count;

	DUT_OPEN(&dut);
	count = open_all(&dut, fds);
	share = share_of_nobody(&dut);
	TAP_EQUAL(share.count, 0);
	TAP_EQUAL(share.error, EUSERS);
	close_all(fds, count);
}

/* Takes all contexts, one of them with work that never ends, and tells. */
static void take_everything(const struct dut *dut, int socket)
{
	struct dut_command hang = { .op = DUT_HANG };
	int fds[CONTEXTS_MAX];
	struct dut_context ctx;
	uint32_t queue;

	if (!dut_context_open(&ctx, dut))
		_exit(1);
	if (dut_can(dut, DUT_HANG)) {
		queue = dut_queue(&ctx, DUT_LONG_MS);
		for (int i = 0; i < 4; i++)
			dut_submit_one(&ctx, queue, &hang, 0);
	}
	open_all(dut, fds);
	if (write(socket, "", 1) == 1)
		pause();
	_exit(1);
}

static void a_killed_process_gives_all_back(void)
{
	struct dut dut;
	int sockets[2];
	uint64_t start;
	pid_t child;
	char byte;

	DUT_OPEN(&dut);
	TAP_REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets) == 0);
	child = fork();
	if (child == 0)
		take_everything(&dut, sockets[1]);
	close(sockets[1]);
	TAP_REQUIRE(read(sockets[0], &byte, 1) == 1);
	TAP_EQUAL(dut_contexts_used(&dut), dut.limits.contexts_max);
	start = uapi_now_ms();
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	TAP_CHECK(dut_nothing_left(&dut));
	/* The work is stopped, not waited for. */
	TAP_CHECK(uapi_now_ms() - start < DUT_LONG_MS);
	close(sockets[0]);
}

/* Runs a job, where there are jobs, on a file that another has set up. */
static void check_works(struct dut_context *ctx, uint32_t queue)
{
	struct dut_command fill = dut_fill(&ctx->page, 3, 0x1234);
	struct drm_axle_query_context answer;

	TAP_EQUAL(uapi_query(ctx->fd, DRM_AXLE_TOPIC_CONTEXT, &answer,
			     sizeof(answer)),
		  0);
	if (!queue)
		return;
	TAP_EQUAL(dut_run(ctx, queue, &fill, 1), 0);
	TAP_EQUAL(ctx->page.words[3], 0x1234);
}

static uint32_t queue_if_any(const struct dut_context *ctx)
{
	return dut_can(ctx->dut, DUT_FILL) ? dut_queue(ctx, 0) : 0;
}

/* What a passed context is made of; handles and numbers go with the file. */
struct passed {
	struct dut_memory page;
	uint32_t vm;
	uint32_t queue;
};

static void send_context(const struct dut *dut, int socket)
{
	struct passed passed;
	struct dut_context ctx;

	if (!dut_context_open(&ctx, dut))
		_exit(1);
	passed = (struct passed){ ctx.page, ctx.vm, queue_if_any(&ctx) };
	if (uapi_send_fd(socket, ctx.fd))
		_exit(1);
	_exit(write(socket, &passed, sizeof(passed)) != sizeof(passed));
}

static void a_passed_descriptor_is_the_same_context(void)
{
	struct dut_context ctx = { .fd = -1 };
	struct passed passed;
	struct dut dut;
	int sockets[2], status;
	pid_t child;

	DUT_OPEN(&dut);
	TAP_REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets) == 0);
	child = fork();
	if (child == 0)
		send_context(&dut, sockets[1]);
	ctx.fd = uapi_receive_fd(sockets[0]);
	TAP_EQUAL(read(sockets[0], &passed, sizeof(passed)), sizeof(passed));
	waitpid(child, &status, 0);
	TAP_EQUAL(status, 0);
	TAP_REQUIRE(ctx.fd >= 0);
	TAP_EQUAL(dut_contexts_used(&dut), 1);
	ctx.dut = &dut;
	ctx.vm = passed.vm;
	ctx.page = passed.page;
	if (ctx.page.handle)
		ctx.page.words = bo_map(ctx.fd, ctx.page.handle);
	check_works(&ctx, passed.queue);
	dut_context_close(&ctx);
	close(sockets[0]);
	close(sockets[1]);
	TAP_CHECK(dut_nothing_left(&dut));
}

static void a_forked_child_uses_the_context(void)
{
	struct dut_context ctx;
	struct dut dut;
	uint32_t queue;
	int status;
	pid_t child;

	DUT_OPEN(&dut);
	TAP_REQUIRE(dut_context_open(&ctx, &dut));
	queue = queue_if_any(&ctx);
	child = fork();
	if (child == 0) {
		struct dut_command fill = dut_fill(&ctx.page, 5, 55);

		_exit(queue && dut_run(&ctx, queue, &fill, 1) != 0);
	}
	waitpid(child, &status, 0);
	TAP_EQUAL(status, 0);
	if (queue)
		TAP_EQUAL(ctx.page.words[5], 55);
	/* The child's end has taken nothing away. */
	check_works(&ctx, queue);
	TAP_EQUAL(dut_contexts_used(&dut), 1);
	dut_context_close(&ctx);
}

static void the_last_holder_ends_the_context(void)
{
	struct dut_context ctx;
	struct dut dut;
	int hold[2], status;
	pid_t child;
	char byte;

	DUT_OPEN(&dut);
	TAP_REQUIRE(dut_context_open(&ctx, &dut) && pipe(hold) == 0);
	child = fork();
	if (child == 0) {
		close(hold[1]);
		_exit(read(hold[0], &byte, 1) != 0);
	}
	close(hold[0]);
	dut_context_close(&ctx);
	TAP_EQUAL(dut_contexts_used(&dut), 1);
	close(hold[1]);
	waitpid(child, &status, 0);
	TAP_EQUAL(status, 0);
	TAP_CHECK(dut_nothing_left(&dut));
}

static void an_exec_does_not_inherit(void)
{
	struct dut dut;
	int fd;

	DUT_OPEN(&dut);
	fd = dut_open_compute(&dut);
	TAP_REQUIRE(fd >= 0);
	TAP_EQUAL(uapi_shell("ls -l /proc/self/fd | grep -q accel%d",
			     dut.index),
		  1);
	close(fd);
}

static const struct tap_case cases[] = {
	{ "every context can be had, the next is EUSERS, a closed one is free",
	  every_context_can_be_had },
	{ "one user gets its share, then EDQUOT", one_user_gets_its_share },
	{ "a full device is EUSERS, whoever asks",
	  a_full_device_is_eusers_whoever_asks },
	{ "a process killed at work gives its contexts and memory back",
	  a_killed_process_gives_all_back },
	{ "a descriptor passed over a socket is the same context",
	  a_passed_descriptor_is_the_same_context },
	{ "a forked child uses the context it inherits",
	  a_forked_child_uses_the_context },
	{ "a context lasts until its last holder is gone",
	  the_last_holder_ends_the_context },
	{ "a program that is executed does not hold a closed-on-exec file",
	  an_exec_does_not_inherit },
};

TAP_MAIN(cases)
