// SPDX-License-Identifier: MIT
/*
 * Users of qaic: what one cannot do to another, descriptors that are passed on,
 * and users who die with work under way. Runs in the VM as root.
 */
#include "child.h"
#include "inject.h"
#include "network.h"
#include "tap.h"

#include <endian.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../uapi.h"

#define FINDINGS "docs/findings.md#"

static void a_channel_is_its_users_own(void)
{
	struct message m = { 0 };
	struct qaicu_deactivate *deactivate = message_add(
		&m, QAICU_DEACTIVATE_FROM_USER, sizeof(*deactivate));
	struct buffer b;
	int other = card_open();

	WORK(WORK_TENSOR, WORK_QUEUE);
	TAP_REQUIRE(other >= 0 && buffer_open(other, &b, CARD_PAGE));
	TAP_ERRNO(card_execute(other, w.n.dbc, &b.handle, 1), EPERM);
	TAP_ERRNO(card_partial(other, w.n.dbc, b.handle, 1), EPERM);
	TAP_ERRNO(card_wait(other, w.n.dbc, b.handle, 1), EPERM);
	struct work theirs = { other, w.n };

	TAP_ERRNO(work_attach(&theirs, &b, QAICU_TO_DEVICE,
			      network_at(&w.n, NETWORK_X0)),
		  EINVAL);
	deactivate->dbc = w.n.dbc;
	TAP_ERRNO(message_send(other, &m), EPERM);
	card_unmap_all();
	close(other);
	TAP_REQUIRE(buffer_open(w.fd, &b, CARD_PAGE));
	TAP_CHECK(work_write(&w, network_at(&w.n, NETWORK_X0), &b));
	work_close(&w);
}

/* The same with the card's half of it in the message. */
static void a_refused_deactivation_is_eperm(void)
{
	int other = card_open();
	struct network n;

	WORK(WORK_TENSOR, WORK_QUEUE);
	n = w.n;
	TAP_ERRNO(network_deactivate(other, &n), EPERM);
	close(other);
}

static void what_is_loaded_is_its_users_own(void)
{
	struct network n;
	int other = card_open();

	WORK(WORK_TENSOR, WORK_QUEUE);
	TAP_REQUIRE(other >= 0);
	n = w.n;
	TAP_EQUAL(network_activate(other, &n, WORK_QUEUE), -1);
	n = w.n;
	TAP_EQUAL(network_unload(other, &n), -1);
	close(other);
	work_close(&w);
}

static void handles_are_their_files_own(void)
{
	int other = card_open();
	uint32_t handles[1];
	uint64_t offset;
	struct buffer b;

	WORK(WORK_TENSOR, WORK_QUEUE);
	TAP_REQUIRE(other >= 0 && buffer_open(other, &b, CARD_PAGE));
	TAP_ERRNO(card_offset(w.fd, b.handle, &offset), ENOENT);
	TAP_ERRNO(card_detach(w.fd, b.handle), ENOENT);
	TAP_ERRNO(card_wait(w.fd, w.n.dbc, b.handle, 1), ENOENT);
	TAP_ERRNO(work_attach(&w, &b, QAICU_TO_DEVICE, 0), ENOENT);
	handles[0] = b.handle;
	TAP_ERRNO(card_execute(w.fd, w.n.dbc, handles, 1), ENOENT);
	close(other);
	work_close(&w);
}

static int compute(void *arg)
{
	struct work *w = arg;
	struct run r;

	if (!run_open(w, &r))
		return 1;
	run_fill(w, &r, 3);
	if (run_once(w, &r))
		return 2;
	return !run_is_right(w, &r, 3);
}

static void a_child_goes_on_with_its_parents_file(void)
{
	WORK(WORK_TENSOR, WORK_QUEUE);
	if (!w.n.runs)
		TAP_SKIP("no tensor program");
	TAP_EQUAL(child_wait(child_start(compute, &w), CARD_PATIENCE_MS), 0);
	TAP_EQUAL(compute(&w), 0);
	work_close(&w);
}

static int compute_when_alone(void *arg)
{
	usleep(CARD_GLANCE_MS * 1000);
	return compute(arg);
}

static void a_child_keeps_the_file_that_its_parent_closes(void)
{
	pid_t child;

	WORK(WORK_TENSOR, WORK_QUEUE);
	if (!w.n.runs)
		TAP_SKIP("no tensor program");
	child = child_start(compute_when_alone, &w);
	work_close(&w);
	TAP_EQUAL(child_wait(child, CARD_PATIENCE_MS), 0);
}

struct passing {
	struct work w;
	int socket[2];
};

static int receive_and_compute(void *arg)
{
	struct passing *p = arg;

	p->w.fd = uapi_receive_fd(p->socket[1]);
	return p->w.fd < 0 ? 3 : compute(&p->w);
}

static void a_descriptor_is_passed_with_all_that_it_has(void)
{
	struct passing p;
	pid_t child;

	if (!network_exists())
		TAP_SKIP(NETWORK_SKIP);
	TAP_REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, p.socket) == 0);
	p.w.fd = -1;
	p.w.n.runs = true;
	TAP_REQUIRE(work_open(&p.w, WORK_TENSOR, WORK_QUEUE));
	if (!p.w.n.runs)
		TAP_SKIP("no tensor program");
	int fd = p.w.fd;

	p.w.fd = -1;
	child = child_start(receive_and_compute, &p);
	uapi_send_fd(p.socket[0], fd);
	close(fd);
	TAP_EQUAL(child_wait(child, CARD_PATIENCE_MS), 0);
	close(p.socket[0]);
	close(p.socket[1]);
}

/* -- death -------------------------------------------------------------- */

enum death {
	IDLE,
	STUCK,
	RUNNING,
	WAITING,
	MANAGING
};

struct dying {
	enum death how;
	atomic_int *ready;
};

static void run_forever(struct work *w)
{
	struct run r;

	if (!run_open(w, &r))
		return;
	for (;;)
		run_once(w, &r);
}

static void manage_forever(struct work *w)
{
	for (;;) {
		network_deactivate(w->fd, &w->n);
		network_activate(w->fd, &w->n, WORK_QUEUE);
	}
}

static int live(void *arg)
{
	struct dying *d = arg;
	struct buffer b;
	struct work w;

	if (!work_open(&w, WORK_TENSOR, WORK_QUEUE))
		return 1;
	if (d->how == STUCK || d->how == WAITING)
		work_stuck(&w, &b);
	atomic_store(d->ready, 1);
	if (d->how == RUNNING)
		run_forever(&w);
	if (d->how == MANAGING)
		manage_forever(&w);
	if (d->how == WAITING)
		card_wait(w.fd, w.n.dbc, b.handle, 600000);
	pause();
	return 0;
}

static bool comes_true(atomic_int *flag)
{
	uint64_t end = uapi_now_ms() + CARD_PATIENCE_MS;

	while (!atomic_load(flag) && uapi_now_ms() < end)
		usleep(1000);
	return atomic_load(flag);
}

/* Others work on, and the same again comes through. */
static void a_user_dies(void)
{
	struct dying d = { *(const enum death *)tap_data(), NULL };
	struct nnc_resources before, after = { 0 };
	uint64_t end;
	pid_t child;

	WORK(WORK_TENSOR, WORK_QUEUE);
	d.ready = mmap(NULL, CARD_PAGE, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	TAP_REQUIRE(message_resources(w.fd, &before));
	for (int i = 0; i < 5; i++) {
		atomic_store(d.ready, 0);
		child = child_start(live, &d);
		TAP_CHECK(comes_true(d.ready));
		usleep(i * 3000);
		kill(child, SIGKILL);
		if (!TAP_EQUAL(child_wait(child, CARD_PATIENCE_MS),
			       128 + SIGKILL))
			break;
		TAP_EQUAL(compute(&w), 0);
	}
	end = uapi_now_ms() + CARD_PATIENCE_MS;
	do {
		TAP_REQUIRE(message_resources(w.fd, &after));
	} while (after.vc_free != before.vc_free && uapi_now_ms() < end);
	TAP_EQUAL(after.vc_free, before.vc_free);
	TAP_EQUAL(after.nsp_free, before.nsp_free);
	TAP_EQUAL(le32toh(after.dram_free), le32toh(before.dram_free));
	munmap(d.ready, CARD_PAGE);
	work_close(&w);
}

static const enum death deaths[] = { IDLE, STUCK, RUNNING, WAITING, MANAGING };

/* -- threads of one user ------------------------------------------------ */

struct waiter {
	pthread_t thread;
	struct work *w;
	uint32_t handle;
	uint32_t timeout;
	atomic_int ended;
	int error;
};

static void *wait_for_it(void *arg)
{
	struct waiter *waiter = arg;

	errno = 0;
	card_wait(waiter->w->fd, waiter->w->n.dbc, waiter->handle,
		  waiter->timeout);
	waiter->error = errno;
	atomic_store(&waiter->ended, 1);
	return NULL;
}

/* A waiter has no right to keep the channel. */
static void a_deactivation_does_not_wait_for_waiters(void)
{
	struct waiter waiter = { .timeout = 2500 };
	struct buffer b;
	uint64_t start;

	WORK(WORK_TENSOR, WORK_QUEUE);
	TAP_REQUIRE(work_stuck(&w, &b));
	waiter.w = &w;
	waiter.handle = b.handle;
	pthread_create(&waiter.thread, NULL, wait_for_it, &waiter);
	usleep(500000);
	start = uapi_now_ms();
	TAP_EQUAL(network_deactivate(w.fd, &w.n), 0);
	TAP_CHECK(uapi_now_ms() - start < 1500);
	pthread_join(waiter.thread, NULL);
	work_close(&w);
}

/* Each with a buffer of its own, of one channel. */
static void *execute_often(void *arg)
{
	struct waiter *t = arg;
	struct buffer b = { .handle = t->handle };

	for (int i = 0; i < 50; i++)
		t->error += work_do(t->w, &b) != 0;
	return NULL;
}

/* Attached one after the other: findings.md#list-of-buffers. */
static void threads_share_a_channel(void)
{
	struct waiter threads[4];
	struct buffer b[4];

	WORK(WORK_TENSOR, WORK_QUEUE);
	for (int i = 0; i < 4; i++) {
		TAP_REQUIRE(buffer_open(w.fd, &b[i], CARD_PAGE));
		TAP_EQUAL(work_attach(&w, &b[i], QAICU_TO_DEVICE,
				      network_at(&w.n, NETWORK_X0)),
			  0);
		threads[i] = (struct waiter){ .w = &w, .handle = b[i].handle };
	}
	for (int i = 0; i < 4; i++)
		pthread_create(&threads[i].thread, NULL, execute_often,
			       &threads[i]);
	for (int i = 0; i < 4; i++) {
		pthread_join(threads[i].thread, NULL);
		TAP_EQUAL(threads[i].error, 0);
	}
	work_close(&w);
}

static void a_file_closes_with_work_under_way(void)
{
	struct buffer b;

	for (int i = 0; i < 10; i++) {
		WORK(WORK_TENSOR, WORK_QUEUE);
		TAP_REQUIRE(work_stuck(&w, &b));
		work_close(&w);
	}
	WORK(WORK_TENSOR, WORK_QUEUE);
	TAP_EQUAL(compute(&w), 0);
	work_close(&w);
}

static void nothing_stays_in_use(void)
{
	if (!inject_exists())
		TAP_SKIP(INJECT_SKIP);
	TAP_CHECK(usage_ends());
}

static const struct tap_case cases[] = {
	{ "a channel is its user's own", a_channel_is_its_users_own },
	{ "a deactivation of another's channel is EPERM",
	  a_refused_deactivation_is_eperm, NULL,
	  "6.12: " FINDINGS "errors-of-transactions" },
	{ "what is loaded is its user's own", what_is_loaded_is_its_users_own },
	{ "handles are their file's own", handles_are_their_files_own },
	{ "a child goes on with its parent's file",
	  a_child_goes_on_with_its_parents_file },
	{ "a child keeps the file that its parent closes",
	  a_child_keeps_the_file_that_its_parent_closes },
	{ "a descriptor is passed with all that it has",
	  a_descriptor_is_passed_with_all_that_it_has },
	{ "a user dies with an active network", a_user_dies, &deaths[IDLE] },
	{ "a user dies with work that never ends", a_user_dies,
	  &deaths[STUCK] },
	{ "a user dies with a network running", a_user_dies, &deaths[RUNNING] },
	{ "a user dies while it waits", a_user_dies, &deaths[WAITING] },
	{ "a user dies while it activates", a_user_dies, &deaths[MANAGING] },
	{ "a deactivation does not wait for who waits for work",
	  a_deactivation_does_not_wait_for_waiters, NULL,
	  "6.12 7.2: " FINDINGS "deactivation-waits" },
	{ "threads share a channel", threads_share_a_channel },
	{ "a file closes with work under way",
	  a_file_closes_with_work_under_way },
	{ "nothing stays in use", nothing_stays_in_use },
};

TAP_MAIN(cases)
