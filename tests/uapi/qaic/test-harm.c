// SPDX-License-Identifier: MIT
/*
 * What users of qaic can do to the driver itself: calls after which 6.12 has a
 * kernel splat, or a channel that is lost, or worse. Each case states what ought
 * to be and mends what it can; what cannot be mended is at the end. Runs in a VM
 * of its own as root, with vm/run --allow-splat:
 *
 *	vm/run --device aic100 --allow-splat -- build/dev/tests/uapi/qaic/test-harm
 */
#include "child.h"
#include "inject.h"
#include "network.h"
#include "tap.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../uapi.h"

#define FINDINGS "docs/findings.md#"

/* A warning that has been given once is given again. */
static void warn_again(void)
{
	uapi_write("/sys/kernel/debug/clear_warn_once", "1");
}

/* The driver forgets what it believes of channels. */
static void mend(void)
{
	TAP_CHECK(reset_unbind() && reset_bind());
	TAP_CHECK(card_comes_online());
}

static bool next_user_works(void)
{
	return TAP_EQUAL(child_wait(child_start(work_in_child, NULL), 3000), 0);
}

/* -- splats ------------------------------------------------------------- */

static void a_buffer_of_a_tebibyte_is_enomem(void)
{
	uint32_t handle;
	int fd = card_open();

	TAP_REQUIRE(fd >= 0);
	warn_again();
	TAP_ERRNO(card_create(fd, 1ull << 40, &handle), ENOMEM);
	close(fd);
}

static void a_million_slices_are_refused(void)
{
	struct qaicu_attach_slice attach = { .count = 1000000,
					     .dir = QAICU_TO_DEVICE,
					     .data = 4096 };
	int fd = card_open();

	TAP_REQUIRE(fd >= 0);
	warn_again();
	TAP_CHECK(ioctl(fd, QAICU_ATTACH_SLICE, &attach) == -1);
	attach.count = 0xffffffff;
	TAP_CHECK(ioctl(fd, QAICU_ATTACH_SLICE, &attach) == -1);
	close(fd);
}

static void four_billion_buffers_are_not_executed(void)
{
	struct qaicu_execute execute = { .count = 0xffffffff, .data = 4096 };
	int fd = card_open();

	TAP_REQUIRE(fd >= 0);
	warn_again();
	TAP_CHECK(ioctl(fd, QAICU_EXECUTE, &execute) == -1);
	TAP_CHECK(ioctl(fd, QAICU_PARTIAL_EXECUTE, &execute) == -1);
	close(fd);
}

/* 68 bytes an element, in one piece. */
static void a_queue_of_a_million_is_enomem(void)
{
	struct network n = { .elf = 1 };
	struct message m = { 0 };
	int fd = card_open();

	TAP_REQUIRE(fd >= 0);
	warn_again();
	network_ask_activate(&m, &n, 1000000);
	TAP_CHECK(message_send(fd, &m) == -1);
	close(fd);
}

/* -- channels that are lost --------------------------------------------- */

static void a_channel_of_a_short_deactivation_stays(void)
{
	struct message m = { 0 };
	struct run r;

	WORK(WORK_TENSOR, WORK_QUEUE);
	TAP_EQUAL(w.n.dbc, 0);
	TAP_REQUIRE(run_open(&w, &r));
	message_add(&m, QAICU_DEACTIVATE_FROM_USER, 8);
	TAP_ERRNO(message_send(w.fd, &m), EINVAL);
	TAP_EQUAL(run_once(&w, &r), 0);
	work_close(&w);
	TAP_CHECK(next_user_works());
	mend();
}

/* The driver's half of it without the card's. */
static void a_channel_that_only_the_driver_gave_up_is_free_again(void)
{
	struct message m = { 0 };
	struct qaicu_deactivate *deactivate;

	WORK(WORK_TENSOR, WORK_QUEUE);
	deactivate = message_add(&m, QAICU_DEACTIVATE_FROM_USER,
				 sizeof(*deactivate));
	deactivate->dbc = w.n.dbc;
	message_send(w.fd, &m);
	work_close(&w);
	TAP_CHECK(next_user_works());
	mend();
}

static void a_refused_message_deactivates_nothing(void)
{
	struct message m = { 0 };
	struct run r;

	WORK(WORK_TENSOR, WORK_QUEUE);
	TAP_REQUIRE(run_open(&w, &r));
	network_ask_deactivate(&m, &w.n);
	message_add(&m, 99, 8);
	TAP_ERRNO(message_send(w.fd, &m), EINVAL);
	TAP_EQUAL(run_once(&w, &r), 0);
	work_close(&w);
	TAP_CHECK(next_user_works());
	mend();
}

/* Of two only one has a queue that the driver knows of. */
static void two_activations_of_a_message_are_refused(void)
{
	struct nnc_resources before, after;
	struct message m = { 0 };

	WORK(WORK_TENSOR, WORK_QUEUE);
	TAP_REQUIRE(message_resources(w.fd, &before));
	network_ask_activate(&m, &w.n, 16);
	network_ask_activate(&m, &w.n, 32);
	TAP_ERRNO(message_send(w.fd, &m), EINVAL);
	TAP_REQUIRE(message_resources(w.fd, &after));
	TAP_EQUAL(after.vc_free, before.vc_free);
	work_close(&w);
	TAP_CHECK(next_user_works());
	mend();
}

/* -- memory ------------------------------------------------------------- */

static long free_kib(void)
{
	char line[128];
	long kib = 0;
	FILE *info = fopen("/proc/meminfo", "re");

	while (info && fgets(line, sizeof(line), info))
		if (sscanf(line, "MemFree: %ld", &kib) == 1)
			break;
	if (info)
		fclose(info);
	return kib;
}

#define LOST 3 /* activations */

/* 4 MiB each. */
static void lose_activations(struct work *w)
{
	for (int i = 0; i < LOST; i++) {
		struct network n = w->n;

		TAP_CHECK(inject("no-reply 1"));
		TAP_ERRNO(network_activate(w->fd, &n, 60000), ETIMEDOUT);
	}
}

static void an_activation_without_an_answer_costs_no_memory(void)
{
	long before, after, old;

	if (!inject_exists())
		TAP_SKIP(INJECT_SKIP);
	WORK(WORK_TENSOR, WORK_QUEUE);
	old = card_parameter("control_resp_timeout_s", 1);
	before = free_kib();
	lose_activations(&w);
	work_close(&w);
	usleep(100000);
	after = free_kib();
	card_parameter("control_resp_timeout_s", old);
	tap_note("%ld KiB less are free", before - after);
	TAP_CHECK(before - after < LOST * 4096 / 2);
	mend();
}

/* -- what cannot be mended --------------------------------------------- */

struct holder {
	int ready[2]; /* pipes */
	int go[2];
};

static int hold_and_close(void *arg)
{
	struct holder *h = arg;
	int fd = card_open();
	char c = 0;

	if (fd < 0 || write(h->ready[1], &c, 1) != 1 ||
	    read(h->go[0], &c, 1) != 1)
		return 1;
	return close(fd) ? 2 : 0;
}

/*
 * In a child, for on 6.12 the kernel may kill who closes; or it takes the card
 * away from the new driver, which is seen at the next reset.
 */
static void a_file_from_before_a_binding_is_closed_after_it(void)
{
	struct holder h;
	pid_t child;
	char c = 0;

	TAP_REQUIRE(pipe(h.ready) == 0 && pipe(h.go) == 0);
	child = child_start(hold_and_close, &h);
	TAP_EQUAL(read(h.ready[0], &c, 1), 1);
	TAP_CHECK(reset_unbind() && reset_bind());
	TAP_CHECK(card_comes_online());
	TAP_EQUAL(write(h.go[1], &c, 1), 1);
	TAP_EQUAL(child_wait(child, CARD_PATIENCE_MS), 0);
	TAP_CHECK(reset_soc());
	TAP_CHECK(next_user_works());
}

#define WRECK_SKIP "ends the machine: AXLE_QAIC_WRECK=1 and one case at a time"

static bool may_wreck(void)
{
	return getenv("AXLE_QAIC_WRECK");
}

/* Work that never ends in the second channel, of a buffer of the first. */
static int mix_channels(void *arg)
{
	struct work w = { -1 };
	struct qaicu_slice slice;
	struct network second;
	struct buffer b;

	if (!work_open(&w, WORK_TENSOR, WORK_QUEUE))
		return 1;
	second = w.n;
	if (network_activate(w.fd, &second, WORK_QUEUE) ||
	    !buffer_open(w.fd, &b, CARD_PAGE))
		return 2;
	slice = slice_of(0, CARD_PAGE, network_at(&second, NETWORK_X0));
	slice.sem[0] = sem_of(QAICU_SEM_WAIT_GE, 31, 1, 1);
	if (card_attach(w.fd, w.n.dbc, b.handle, QAICU_TO_DEVICE, &slice, 1))
		return 3;
	if (card_execute(w.fd, second.dbc, &b.handle, 1) == -1)
		return errno == EINVAL ? 0 : 4;
	network_deactivate(w.fd, &w.n);
	network_deactivate(w.fd, &second);
	return 5;
}

static void a_buffer_in_another_channel_does_no_harm(void)
{
	if (!network_exists())
		TAP_SKIP(NETWORK_SKIP);
	if (!may_wreck())
		TAP_SKIP(WRECK_SKIP);
	TAP_EQUAL(child_wait(child_start(mix_channels, NULL), 15000), 0);
}

/* Buffers that come and go in one channel, each in a thread of its own. */
struct racer {
	pthread_t thread;
	struct work *w;
	uint64_t end;
	unsigned long rounds;
};

static void *attach_and_detach(void *arg)
{
	struct racer *r = arg;
	struct qaicu_slice slice = slice_of(0, 0, r->w->n.base);
	uint32_t handle;

	if (card_create(r->w->fd, CARD_PAGE, &handle))
		return NULL;
	while (uapi_now_ms() < r->end) {
		for (int i = 0; i < 500; i++) {
			card_attach(r->w->fd, r->w->n.dbc, handle,
				    QAICU_TO_DEVICE, &slice, 1);
			card_detach(r->w->fd, handle);
		}
		r->rounds += 500;
	}
	return NULL;
}

static void buffers_of_a_channel_come_and_go_at_once(void)
{
	struct racer racers[4];
	unsigned long rounds = 0;

	if (!may_wreck())
		TAP_SKIP(WRECK_SKIP);
	WORK(WORK_TENSOR, WORK_QUEUE);
	for (int i = 0; i < 4; i++) {
		racers[i] =
			(struct racer){ .w = &w, .end = uapi_now_ms() + 60000 };
		pthread_create(&racers[i].thread, NULL, attach_and_detach,
			       &racers[i]);
	}
	for (int i = 0; i < 4; i++) {
		pthread_join(racers[i].thread, NULL);
		rounds += racers[i].rounds;
	}
	tap_note("%lu times", rounds);
}

/* Holds a buffer's lock for long, and fails. */
static void *attach_long(void *arg)
{
	enum {
		COUNT = 50000
	};
	struct racer *r = arg;
	struct qaicu_slice *slices = calloc(COUNT, sizeof(*slices));

	for (int i = 0; slices && i < COUNT; i++)
		slices[i] = slice_of(0, 1, r->w->n.base);
	card_attach(r->w->fd, r->w->n.dbc, r->rounds, QAICU_TO_DEVICE, slices,
		    COUNT);
	free(slices);
	return NULL;
}

static void *execute_both(void *arg)
{
	struct racer *r = arg;
	uint32_t handles[2] = { r->end, r->rounds };

	card_execute(r->w->fd, r->w->n.dbc, handles, 2);
	return NULL;
}

/* The list's first buffer is queued, its second one's lock is not to be had. */
static void a_reset_in_the_middle_of_a_list_does_no_harm(void)
{
	struct racer attach, execute;
	struct buffer a, b;

	if (!may_wreck())
		TAP_SKIP(WRECK_SKIP);
	for (int i = 0; i < 10; i++) {
		WORK(WORK_TENSOR, WORK_QUEUE);
		TAP_REQUIRE(buffer_open(w.fd, &a, CARD_PAGE) &&
			    buffer_open(w.fd, &b, CARD_PAGE));
		TAP_EQUAL(work_attach(&w, &a, QAICU_TO_DEVICE,
				      network_at(&w.n, NETWORK_X0)),
			  0);
		attach = (struct racer){ .w = &w, .rounds = b.handle };
		execute = (struct racer){ .w = &w,
					  .rounds = b.handle,
					  .end = a.handle };
		pthread_create(&attach.thread, NULL, attach_long, &attach);
		usleep(20000 + 20000 * i);
		pthread_create(&execute.thread, NULL, execute_both, &execute);
		usleep(10000);
		TAP_CHECK(reset_soc());
		pthread_join(attach.thread, NULL);
		pthread_join(execute.thread, NULL);
	}
	TAP_CHECK(next_user_works());
}

static const struct tap_case cases[] = {
	{ "a buffer of a tebibyte is ENOMEM", a_buffer_of_a_tebibyte_is_enomem,
	  NULL, "6.12 7.2: " FINDINGS "size-of-buffers" },
	{ "a million slices are refused", a_million_slices_are_refused, NULL,
	  "6.12: " FINDINGS "counts" },
	{ "four billion buffers are not executed",
	  four_billion_buffers_are_not_executed, NULL,
	  "6.12: " FINDINGS "counts" },
	{ "a queue of a million elements is refused",
	  a_queue_of_a_million_is_enomem, NULL,
	  "6.12 7.2: " FINDINGS "size-of-queues" },
	{ "the channel of a deactivation that is too short stays",
	  a_channel_of_a_short_deactivation_stays, NULL,
	  "6.12 7.2: " FINDINGS "length-of-transactions" },
	{ "a channel that only the driver gave up is free again",
	  a_channel_that_only_the_driver_gave_up_is_free_again, NULL,
	  "6.12 7.2: " FINDINGS "lost-channels" },
	{ "a message that is refused deactivates nothing",
	  a_refused_message_deactivates_nothing, NULL,
	  "6.12 7.2: " FINDINGS "lost-channels" },
	{ "two activations in a message are refused",
	  two_activations_of_a_message_are_refused, NULL,
	  "6.12 7.2: " FINDINGS "two-activations" },
	{ "an activation without an answer costs no memory",
	  an_activation_without_an_answer_costs_no_memory, NULL,
	  "6.12 7.2: " FINDINGS "queues-of-lost-activations" },
	{ "a channel goes with its buffer in another one",
	  a_buffer_in_another_channel_does_no_harm, NULL,
	  "6.12 7.2: " FINDINGS "buffers-of-other-channels" },
	{ "buffers of a channel come and go at once",
	  buffers_of_a_channel_come_and_go_at_once, NULL,
	  "6.12 7.2: " FINDINGS "list-of-buffers" },
	{ "a reset in the middle of a list does no harm",
	  a_reset_in_the_middle_of_a_list_does_no_harm, NULL,
	  "6.12 7.2: " FINDINGS "lists-and-resets" },
	{ "a file from before a binding is closed after it",
	  a_file_from_before_a_binding_is_closed_after_it, NULL,
	  "6.12 7.2: " FINDINGS "files-and-bindings" },
};

TAP_MAIN(cases)
