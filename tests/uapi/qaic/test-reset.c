// SPDX-License-Identifier: MIT
/*
 * Resets of the card, its faults, and the driver's comings and goings, in the
 * middle of work: who waits is woken with an error, what is open is dead, and
 * the card works again. AXLE_QAIC_ROUNDS times each (1). Runs in the VM as root.
 */
#include "child.h"
#include "inject.h"
#include "network.h"
#include "tap.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../uapi.h"

#define FINDINGS "docs/findings.md#"

/* A new user's work works; for which the card may have to boot. */
static bool works_again(void)
{
	return TAP_EQUAL(child_wait(child_start(work_in_child, NULL),
				    2 * CARD_PATIENCE_MS),
			 0);
}

/* A user with work that never ends, a thread that waits for it, one at work. */
struct victim {
	struct work w;
	struct buffer stuck;
	pthread_t waiter, worker;
	uint32_t patience; /* ms */
	int wait_error;
	atomic_bool stop;
	atomic_int runs;
};

static void *wait_for_stuck(void *arg)
{
	struct victim *v = arg;

	errno = 0;
	card_wait(v->w.fd, v->w.n.dbc, v->stuck.handle, v->patience);
	v->wait_error = errno;
	return NULL;
}

static void *work_until_it_fails(void *arg)
{
	struct victim *v = arg;
	struct work mine = { .fd = card_open() };
	struct run r;

	if (mine.fd < 0 || network_load(mine.fd, &mine.n, WORK_TENSOR) ||
	    network_activate(mine.fd, &mine.n, WORK_QUEUE) ||
	    !run_open(&mine, &r))
		return NULL;
	while (!atomic_load(&v->stop) && run_start(&mine, &r) == 0 &&
	       card_wait(mine.fd, mine.n.dbc, r.y.handle, v->patience) == 0)
		atomic_fetch_add(&v->runs, 1);
	work_close(&mine);
	return NULL;
}

static bool victim_start(struct victim *v, uint32_t patience)
{
	*v = (struct victim){ .wait_error = -1, .patience = patience };
	if (!work_open(&v->w, WORK_TENSOR, WORK_QUEUE) ||
	    !work_stuck(&v->w, &v->stuck))
		return false;
	pthread_create(&v->waiter, NULL, wait_for_stuck, v);
	pthread_create(&v->worker, NULL, work_until_it_fails, v);
	while (v->w.n.runs && atomic_load(&v->runs) < 3)
		usleep(1000);
	usleep(20000);
	return true;
}

struct hurt {
	bool (*cut)(void);
	bool (*mend)(void); /* when all files are closed; may be NULL */
	bool injects;
	bool silent; /* nobody is told, so that time has to run out */
};

/* The old file is dead in all that it does. */
static void victim_is_dead(struct victim *v)
{
	struct qaicu_status status;

	TAP_CHECK(card_wait(v->w.fd, v->w.n.dbc, v->stuck.handle, 1) == -1);
	TAP_CHECK(card_execute(v->w.fd, v->w.n.dbc, &v->stuck.handle, 1) == -1);
	TAP_CHECK(network_deactivate(v->w.fd, &v->w.n) == -1);
	message_status(v->w.fd, &status);
}

static void victim_end(struct victim *v, const struct hurt *h)
{
	int error;

	atomic_store(&v->stop, true);
	pthread_join(v->waiter, NULL);
	pthread_join(v->worker, NULL);
	error = v->wait_error;
	if (!TAP_CHECK(error == EPERM || error == ENODEV || error == EPIPE ||
		       (h->silent && error == ETIMEDOUT)))
		tap_note("the wait's errno is %d", error);
	victim_is_dead(v);
	work_close(&v->w);
}

static bool by_injected_reset(void)
{
	return inject("soc-reset");
}

static bool by_sys_err(void)
{
	return inject("sys-err");
}

static bool by_death(void)
{
	return inject("kill");
}

static bool by_birth(void)
{
	return inject("start");
}

static void cut_and_mend(const struct hurt *h)
{
	uint64_t start;
	struct victim v;

	TAP_REQUIRE(victim_start(&v, h->silent ? 700 : 120000));
	start = uapi_now_ms();
	TAP_CHECK(h->cut());
	victim_end(&v, h);
	TAP_CHECK(!h->mend || h->mend());
	TAP_CHECK(works_again());
	tap_note("%ju ms until it works again",
		 (uintmax_t)(uapi_now_ms() - start));
}

static void work_is_cut_and_goes_on(void)
{
	const char *rounds = getenv("AXLE_QAIC_ROUNDS");
	const struct hurt *h = tap_data();
	long old;

	if (!network_exists())
		TAP_SKIP(NETWORK_SKIP);
	if (h->injects && !inject_exists())
		TAP_SKIP(INJECT_SKIP);
	reset_forgives();
	old = card_parameter("control_resp_timeout_s", h->silent ? 1 : 60);
	for (long i = 0; i < (rounds ? strtol(rounds, NULL, 0) : 1); i++)
		cut_and_mend(h);
	card_parameter("control_resp_timeout_s", old);
}

#define HURT(sentence_, ...)                                           \
	{                                                              \
		.sentence = sentence_, .run = work_is_cut_and_goes_on, \
		.data = &(const struct hurt)                           \
		{                                                      \
			__VA_ARGS__                                    \
		}                                                      \
	}

static void the_driver_does_not_unload_under_a_file(void)
{
	int fd = card_open();

	TAP_REQUIRE(fd >= 0);
	TAP_ERRNO(syscall(SYS_delete_module, "qaic", O_NONBLOCK), EAGAIN);
	close(fd);
	TAP_CHECK(reset_reload());
	TAP_CHECK(works_again());
}

static void an_idle_driver_comes_and_goes(void)
{
	for (int i = 0; i < 3; i++) {
		TAP_CHECK(reset_unbind() && reset_bind());
		TAP_CHECK(card_comes_online());
	}
	TAP_CHECK(works_again());
}

/* With files open it is not safe: findings.md#files-and-bindings. */
static void an_idle_card_comes_and_goes(void)
{
	if (!inject_exists())
		TAP_SKIP(INJECT_SKIP);
	reset_forgives();
	for (int i = 0; i < 2; i++) {
		TAP_CHECK(inject("remove"));
		TAP_CHECK(inject("insert"));
		TAP_CHECK(works_again());
	}
}

/* Before the card has come online. */
static void a_driver_goes_while_the_card_comes(void)
{
	for (int i = 0; i < 4; i++) {
		TAP_CHECK(reset_unbind() && reset_bind());
		usleep(i * 10000);
	}
	TAP_CHECK(works_again());
}

static void memory_stays_mapped_without_the_card(void)
{
	struct buffer b;
	int fd = card_open();

	TAP_REQUIRE(fd >= 0 && buffer_open(fd, &b, 8 * CARD_PAGE));
	buffer_fill(&b, 1);
	TAP_CHECK(reset_soc());
	TAP_CHECK(works_again());
	TAP_CHECK(buffer_holds(&b, 0, b.size, 1));
	buffer_fill(&b, 2);
	TAP_CHECK(buffer_holds(&b, 0, b.size, 2));
	close(fd);
	munmap(b.memory, b.size);
}

/* -- faults ------------------------------------------------------------- */

static void an_answer_that_does_not_come_is_etimedout(void)
{
	struct qaicu_status status;
	uint64_t start;
	long old;
	int fd = card_open();

	if (!inject_exists())
		TAP_SKIP(INJECT_SKIP);
	TAP_REQUIRE(fd >= 0);
	old = card_parameter("control_resp_timeout_s", 1);
	TAP_EQUAL(old, 60);
	TAP_CHECK(inject("no-reply 1"));
	start = uapi_now_ms();
	TAP_ERRNO(message_status(fd, &status), ETIMEDOUT);
	TAP_CHECK(uapi_now_ms() - start >= 1000);
	TAP_CHECK(uapi_now_ms() - start < 10000);
	TAP_EQUAL(message_status(fd, &status), 0);
	card_parameter("control_resp_timeout_s", old);
	close(fd);
	TAP_CHECK(works_again());
}

/* The card has done it and the driver does not know: the file's end cures. */
static void an_activation_whose_answer_is_lost_ends_with_its_file(void)
{
	struct network n;
	long old;

	if (!inject_exists())
		TAP_SKIP(INJECT_SKIP);
	WORK(WORK_TENSOR, WORK_QUEUE);
	old = card_parameter("control_resp_timeout_s", 1);
	TAP_CHECK(inject("no-reply 1"));
	n = w.n;
	TAP_ERRNO(network_activate(w.fd, &n, WORK_QUEUE), ETIMEDOUT);
	card_parameter("control_resp_timeout_s", old);
	work_close(&w);
	TAP_CHECK(usage_ends());
	TAP_CHECK(works_again());
}

static void a_status_of_the_card_is_told(void)
{
	struct buffer b;

	if (!inject_exists())
		TAP_SKIP(INJECT_SKIP);
	WORK(WORK_TENSOR, WORK_QUEUE);
	TAP_REQUIRE(buffer_open(w.fd, &b, CARD_PAGE));
	TAP_EQUAL(work_attach(&w, &b, QAICU_TO_DEVICE,
			      network_at(&w.n, NETWORK_X0)),
		  0);
	TAP_CHECK(inject("wrong-status %u", w.n.dbc));
	TAP_EQUAL(work_do(&w, &b), -1);
	work_close(&w);
}

static void a_network_that_hangs_is_waited_for(void)
{
	struct run r;

	if (!inject_exists())
		TAP_SKIP(INJECT_SKIP);
	WORK(WORK_TENSOR, WORK_QUEUE);
	TAP_REQUIRE(run_open(&w, &r));
	TAP_CHECK(inject("hang %u", w.n.dbc));
	run_fill(&w, &r, 4);
	TAP_EQUAL(run_start(&w, &r), 0);
	TAP_ERRNO(card_wait(w.fd, w.n.dbc, r.y.handle, CARD_GLANCE_MS),
		  ETIMEDOUT);
	TAP_CHECK(inject("hang %u off", w.n.dbc));
	TAP_EQUAL(card_wait(w.fd, w.n.dbc, r.y.handle, CARD_PATIENCE_MS), 0);
	TAP_CHECK(run_is_right(&w, &r, 4));
	work_close(&w);
}

/* Its work does not end; its user has to notice and to begin again. */
static void a_network_that_crashes_can_be_activated_again(void)
{
	struct run r;

	if (!inject_exists())
		TAP_SKIP(INJECT_SKIP);
	WORK(WORK_TENSOR, WORK_QUEUE);
	TAP_REQUIRE(run_open(&w, &r));
	TAP_CHECK(inject("crash %u", w.n.dbc));
	if (card_execute(w.fd, w.n.dbc, (uint32_t[]){ r.x.handle, r.y.handle },
			 2) == 0)
		TAP_CHECK(card_wait(w.fd, w.n.dbc, r.y.handle,
				    CARD_GLANCE_MS) == -1);
	network_deactivate(w.fd, &w.n);
	work_close(&w);
	TAP_CHECK(works_again());
}

static void reports_of_errors_do_no_harm(void)
{
	struct run r;

	if (!inject_exists())
		TAP_SKIP(INJECT_SKIP);
	WORK(WORK_TENSOR, WORK_QUEUE);
	TAP_REQUIRE(run_open(&w, &r));
	TAP_CHECK(inject("ras ce ddr 20"));
	TAP_CHECK(inject("ras ue-nf"));
	for (int i = 0; i < 20; i++) {
		run_fill(&w, &r, i);
		TAP_EQUAL(run_once(&w, &r), 0);
		TAP_CHECK(run_is_right(&w, &r, i));
	}
	work_close(&w);
}

/*
 * With one vector for all, that of another event makes up for it, such as the
 * time that the driver sends every second; with many it may be late for ever.
 */
static void a_lost_interrupt_costs_time_only(void)
{
	struct run r;

	if (!inject_exists())
		TAP_SKIP(INJECT_SKIP);
	WORK(WORK_TENSOR, WORK_QUEUE);
	TAP_REQUIRE(run_open(&w, &r));
	for (int i = 0; i < 3; i++) {
		run_fill(&w, &r, i);
		TAP_CHECK(inject("drop-irq 1"));
		if (run_start(&w, &r) ||
		    card_wait(w.fd, w.n.dbc, r.y.handle, 3000)) {
			TAP_EQUAL(errno, ETIMEDOUT);
			break;
		}
		TAP_CHECK(run_is_right(&w, &r, i));
	}
	TAP_CHECK(inject("drop-irq 0"));
	work_close(&w);
	TAP_CHECK(works_again());
}

static void nothing_stays_in_use(void)
{
	if (!inject_exists())
		TAP_SKIP(INJECT_SKIP);
	TAP_CHECK(usage_ends());
}

static const struct tap_case cases[] = {
	{ "an answer that does not come is ETIMEDOUT",
	  an_answer_that_does_not_come_is_etimedout },
	{ "an activation whose answer is lost ends with its file",
	  an_activation_whose_answer_is_lost_ends_with_its_file },
	{ "an error of the card is told", a_status_of_the_card_is_told, NULL,
	  "6.12 7.2: " FINDINGS "failed-transfers" },
	{ "a network that hangs is waited for",
	  a_network_that_hangs_is_waited_for },
	{ "reports of errors do no harm", reports_of_errors_do_no_harm },
	{ "a network that crashes can be activated again",
	  a_network_that_crashes_can_be_activated_again },
	{ "a lost interrupt costs time only",
	  a_lost_interrupt_costs_time_only },
	{ "nothing stays in use", nothing_stays_in_use },
	{ "memory stays mapped without the card",
	  memory_stays_mapped_without_the_card },
	HURT("a reset of the card's cuts work, and it goes on",
	     .cut = by_injected_reset, .injects = true),
	HURT("an error of the whole card cuts work, and it goes on",
	     .cut = by_sys_err, .injects = true),
	HURT("a reset by the administrator cuts work, and it goes on",
	     .cut = reset_soc),
	HURT("a reset of the PCI function cuts work, and it goes on",
	     .cut = reset_pci),
	HURT("a card that dies and another cut work, and it goes on",
	     .cut = by_death, .mend = by_birth, .injects = true,
	     .silent = true),
	{ "the driver does not unload under a file",
	  the_driver_does_not_unload_under_a_file },
	{ "an idle driver comes and goes", an_idle_driver_comes_and_goes },
	{ "an idle card is pulled out and put in",
	  an_idle_card_comes_and_goes },
	{ "a driver goes while the card comes",
	  a_driver_goes_while_the_card_comes },
};

TAP_MAIN(cases)
