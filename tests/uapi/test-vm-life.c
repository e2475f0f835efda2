// SPDX-License-Identifier: MIT
/*
 * Changes of address spaces that wait, and what becomes of address spaces when
 * the device is busy, reset, broken or removed. On the test device axle_mock,
 * in any VM, as root.
 */
#include "tap.h"
#include "space.h"
#include "drm_core.h"
#include "uapi.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <unistd.h>

#define CONTEXTS 8
#define USES 1000
#define WAITING_MAX 20000
#define WAITING_PAGES 64
#define TABLE_REACH (2ull << 20) /* of a last level's table */
#define LOAD_POLL_US 1000
#define LOAD_POLLS 60000
#define CPU DRM_AXLE_BO_CPU
#define HOST MOCK_REGION_HOST
#define DEVICE MOCK_REGION_DEVICE

static void test_device_loads(void)
{
	TAP_CHECK(mock_load(CONTEXTS));
}

static void asynchronous_change_signals_its_syncobj(void)
{
	struct drm_axle_sync out = { 0 };
	struct drm_axle_bind bind;
	struct space space;

	TAP_REQUIRE(space_open(&space, HOST, 4 * PAGE));
	out.handle = sync_create(space.fd);
	bind = space_bind(&space, 0, BASE, 4);
	TAP_EQUAL(vm_bind_async(space.fd, space.vm, &bind, 1, NULL, &out), 0);
	TAP_EQUAL(sync_wait(space.fd, out.handle, 0, 2000), 0);
	TAP_EQUAL(sync_status(space.fd, out.handle), 0);
	TAP_EQUAL(space_seen(&space, BASE + 3 * PAGE), 3);
	space_close(&space);
}

static void timeline_points_order_changes(void)
{
	struct drm_axle_sync point = { .flags = DRM_AXLE_SYNC_TIMELINE };
	struct drm_axle_sync next = { .flags = DRM_AXLE_SYNC_TIMELINE };
	struct drm_axle_bind bind;
	struct space space;

	TAP_REQUIRE(space_open(&space, HOST, 64 * PAGE));
	point.handle = next.handle = sync_create(space.fd);
	for (int i = 0; i < 50; i++) {
		bind = space_bind(&space, i, BASE, 1);
		point.point = i;
		next.point = i + 1;
		TAP_EQUAL(vm_bind_async(space.fd, space.vm, &bind, 1,
					i ? &point : NULL, &next),
			  0);
	}
	TAP_EQUAL(sync_wait(space.fd, next.handle, 50, 2000), 0);
	TAP_EQUAL(space_seen(&space, BASE), 49);
	/* A point that nobody has promised. */
	point.point = 99;
	TAP_ERRNO(vm_bind_async(space.fd, space.vm, &bind, 1, &point, NULL),
		  EINVAL);
	space_close(&space);
}

static void change_waits_for_a_fence_that_signals_late(void)
{
	struct drm_axle_sync in = { 0 }, out = { 0 };
	struct drm_axle_bind bind;
	struct space space;
	struct late late;

	TAP_REQUIRE(space_open(&space, HOST, 4 * PAGE));
	in.handle = sync_create(space.fd);
	out.handle = sync_create(space.fd);
	TAP_REQUIRE(late_open(&late, space.fd, in.handle));
	bind = space_bind(&space, 0, BASE, 4);
	TAP_EQUAL(vm_bind_async(space.fd, space.vm, &bind, 1, &in, &out), 0);
	/* One without a fence of its own still comes after it. */
	bind = space_bind(&space, 3, BASE, 1);
	TAP_EQUAL(vm_bind_async(space.fd, space.vm, &bind, 1, NULL, NULL), 0);
	TAP_ERRNO(sync_wait(space.fd, out.handle, 0, 200), ETIME);
	TAP_EQUAL(sync_status(space.fd, out.handle), 1);
	TAP_EQUAL(space_seen(&space, BASE), -1);
	late_signal(&late);
	TAP_EQUAL(sync_wait(space.fd, out.handle, 0, 2000), 0);
	TAP_EQUAL(space_seen(&space, BASE + PAGE), 1);
	/* A synchronous one is after all of them. */
	TAP_EQUAL(space_unmap(&space, BASE + 2 * PAGE, 1), 0);
	TAP_EQUAL(space_seen(&space, BASE), 3);
	TAP_EQUAL(space_seen(&space, BASE + 2 * PAGE), -1);
	late_close(&late);
	space_close(&space);
}

static void on_alarm(int signal)
{
}

static void signal_ends_a_waiting_call(void)
{
	struct sigaction action = { .sa_handler = on_alarm };
	struct drm_axle_sync in = { 0 };
	struct drm_axle_bind bind;
	struct space space;
	struct late late;

	TAP_REQUIRE(space_open(&space, HOST, 4 * PAGE));
	in.handle = sync_create(space.fd);
	TAP_REQUIRE(late_open(&late, space.fd, in.handle));
	bind = space_bind(&space, 0, BASE, 1);
	TAP_EQUAL(vm_bind_async(space.fd, space.vm, &bind, 1, &in, NULL), 0);
	sigaction(SIGALRM, &action, NULL);
	alarm(1);
	TAP_ERRNO(space_map(&space, 1, BASE + PAGE, 1), EINTR);
	late_signal(&late);
	TAP_EQUAL(space_map(&space, 2, BASE + 2 * PAGE, 1), 0);
	TAP_EQUAL(space_seen(&space, BASE), 0);
	TAP_EQUAL(space_seen(&space, BASE + PAGE), -1);
	late_close(&late);
	space_close(&space);
}

/* Its memory is freed, its fence says so. */
static void waiting_change_of_a_destroyed_space_is_cancelled(void)
{
	struct drm_axle_sync in = { 0 }, out = { 0 };
	struct drm_axle_bind bind;
	struct space space;
	struct late late;

	TAP_REQUIRE(space_open(&space, DEVICE, 4 * PAGE));
	in.handle = sync_create(space.fd);
	out.handle = sync_create(space.fd);
	TAP_REQUIRE(late_open(&late, space.fd, in.handle));
	TAP_EQUAL(space_map(&space, 0, BASE, 4), 0);
	bind = (struct drm_axle_bind){
		.op = DRM_AXLE_BIND_UNMAP,
		.address = BASE,
		.size = 4 * PAGE,
	};
	TAP_EQUAL(vm_bind_async(space.fd, space.vm, &bind, 1, &in, &out), 0);
	munmap(space.words, space.size);
	TAP_EQUAL(bo_close(space.fd, space.handle), 0);
	TAP_EQUAL(mock_used(space.fd, DEVICE), 4 * PAGE);
	TAP_EQUAL(vm_destroy(space.fd, space.vm), 0);
	TAP_EQUAL(sync_status(space.fd, out.handle), -ECANCELED);
	TAP_EQUAL(mock_used(space.fd, DEVICE), 0);
	late_signal(&late);
	late_close(&late);
	close(space.fd);
}

/*
 * Each reserves page tables, so that they are memory that can run out: many at
 * once, because the fence that is late comes by itself after some seconds.
 */
static void waiting_changes_run_out_of_memory(void)
{
	struct drm_axle_bind bind[WAITING_PAGES];
	struct drm_axle_sync in = { 0 };
	struct space space;
	struct late late;
	int count = 0;

	TAP_REQUIRE(space_open(&space, HOST, 4 * PAGE));
	in.handle = sync_create(space.fd);
	TAP_REQUIRE(late_open(&late, space.fd, in.handle));
	for (int i = 0; i < WAITING_PAGES; i++)
		bind[i] = space_bind(&space, 0, BASE + i * TABLE_REACH, 1);
	while (count < WAITING_MAX &&
	       vm_bind_async(space.fd, space.vm, bind, WAITING_PAGES, &in,
			     NULL) == 0)
		count++;
	TAP_EQUAL(errno, ENOMEM);
	TAP_CHECK(count * WAITING_PAGES > 100 && count < WAITING_MAX);
	late_signal(&late);
	/* A synchronous one comes after them all. */
	TAP_EQUAL(space_map(&space, 3, BASE, 1), 0);
	TAP_EQUAL(space_seen(&space, BASE), 3);
	late_close(&late);
	space_close(&space);
}

static void close_does_not_wait_for_fences(void)
{
	struct drm_axle_sync in = { 0 };
	struct drm_axle_bind bind;
	struct space space;
	struct late late;
	uint64_t start;

	TAP_REQUIRE(space_open(&space, HOST, 4 * PAGE));
	in.handle = sync_create(space.fd);
	TAP_REQUIRE(late_open(&late, space.fd, in.handle));
	bind = space_bind(&space, 0, BASE, 4);
	TAP_EQUAL(vm_bind_async(space.fd, space.vm, &bind, 1, &in, NULL), 0);
	start = uapi_now_ms();
	space_close(&space);
	TAP_CHECK(uapi_now_ms() - start < 5000);
	late_signal(&late);
	late_close(&late);
}

/* Memory that was unmapped may be had again at once. */
static void memory_of_waiting_changes_comes_back(void)
{
	struct drm_axle_sync out = { 0 };
	struct drm_axle_bind bind = {
		.op = DRM_AXLE_BIND_UNMAP,
		.address = BASE,
		.size = MOCK_MEMORY / 2,
	};
	struct space space;

	TAP_REQUIRE(space_open(&space, HOST, PAGE));
	out.handle = sync_create(space.fd);
	for (int i = 0; i < 20; i++) {
		uint32_t handle;

		TAP_EQUAL(bo_create(space.fd, DEVICE, MOCK_MEMORY / 2 + PAGE, 0,
				    &handle),
			  0);
		TAP_EQUAL(vm_map(space.fd, space.vm, handle, 0, BASE,
				 MOCK_MEMORY / 2, 0),
			  0);
		TAP_EQUAL(bo_close(space.fd, handle), 0);
		TAP_EQUAL(vm_bind_async(space.fd, space.vm, &bind, 1, NULL,
					&out),
			  0);
		TAP_EQUAL(sync_wait(space.fd, out.handle, 0, 2000), 0);
	}
	space_close(&space);
}

struct poker {
	struct space *space;
	bool stop;
	unsigned int done;
	unsigned int odd;
};

static void *poke_on(void *arg)
{
	struct poker *poker = arg;

	while (!__atomic_load_n(&poker->stop, __ATOMIC_RELAXED)) {
		if (vm_poke(poker->space->fd, poker->space->vm, BASE + 8,
			    0xbad) == 0)
			poker->done++;
		else if (errno != ENXIO)
			poker->odd++;
	}
	return NULL;
}

/* What a busy device writes never lands in memory that has a new owner. */
static void unmapping_while_the_device_is_busy(void)
{
	struct poker poker = { 0 };
	struct space space;
	pthread_t thread;
	int bad = 0;

	TAP_REQUIRE(space_open(&space, HOST, PAGE));
	poker.space = &space;
	pthread_create(&thread, NULL, poke_on, &poker);
	for (int i = 0; i < 300; i++) {
		uint32_t handle;
		uint64_t *words;

		bo_create(space.fd, DEVICE, PAGE, CPU, &handle);
		words = bo_map(space.fd, handle);
		TAP_REQUIRE(words != MAP_FAILED);
		/* New, and never mapped for the device. */
		usleep(i % 3 * 50);
		bad += words[1] != 0;
		munmap(words, PAGE);
		vm_map(space.fd, space.vm, handle, 0, BASE, PAGE, 0);
		usleep(i % 5 * 50);
		vm_unmap(space.fd, space.vm, BASE, PAGE);
		bo_close(space.fd, handle);
	}
	__atomic_store_n(&poker.stop, true, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	TAP_EQUAL(bad, 0);
	TAP_EQUAL(poker.odd, 0);
	TAP_CHECK(poker.done > 0);
	space_close(&space);
}

static void address_spaces_survive_a_reset(void)
{
	struct drm_axle_reset reset = { 0 };
	int control = mock_open_control();
	struct space space;

	TAP_REQUIRE(control >= 0 && space_open(&space, DEVICE, 8 * PAGE));
	TAP_EQUAL(space_map(&space, 0, BASE, 8), 0);
	TAP_EQUAL(space_seen(&space, BASE), 0);
	TAP_EQUAL(ioctl(control, DRM_IOCTL_AXLE_RESET, &reset), 0);
	TAP_EQUAL(space_seen(&space, BASE + 5 * PAGE), 5);
	TAP_EQUAL(space_unmap(&space, BASE, 8), 0);
	TAP_EQUAL(space_seen(&space, BASE), -1);
	space_close(&space);
	close(control);
}

static void device_that_does_not_flush_is_reset(void)
{
	struct drm_axle_query_health before, after;
	struct space space;

	TAP_REQUIRE(space_open(&space, DEVICE, 8 * PAGE));
	TAP_EQUAL(space_map(&space, 0, BASE, 8), 0);
	TAP_EQUAL(space_seen(&space, BASE), 0);
	uapi_query(space.fd, DRM_AXLE_TOPIC_HEALTH, &before, sizeof(before));
	TAP_CHECK(mock_set("fail_flush", "1"));
	TAP_EQUAL(space_unmap(&space, BASE, 1), 0);
	TAP_CHECK(mock_set("fail_flush", "0"));
	uapi_query(space.fd, DRM_AXLE_TOPIC_HEALTH, &after, sizeof(after));
	TAP_EQUAL(after.faults, before.faults + 1);
	TAP_EQUAL(after.resets, before.resets + 1);
	TAP_EQUAL(space_seen(&space, BASE), -1);
	TAP_EQUAL(space_seen(&space, BASE + PAGE), 1);
	space_close(&space);
}

/* The status of a fence that carries the unmapping of one page. */
static int unmap_async(struct space *space, uint64_t address)
{
	struct drm_axle_sync out = { .handle = sync_create(space->fd) };
	const struct drm_axle_bind bind = {
		.op = DRM_AXLE_BIND_UNMAP,
		.address = address,
		.size = PAGE,
	};

	if (vm_bind_async(space->fd, space->vm, &bind, 1, NULL, &out) ||
	    sync_wait(space->fd, out.handle, 0, 5000))
		return -errno;
	return sync_status(space->fd, out.handle);
}

static void waiting_changes_end_on_a_device_that_does_not_flush(void)
{
	struct drm_axle_reset reset = { 0 };
	int control = mock_open_control();
	struct space space;

	TAP_REQUIRE(control >= 0 && space_open(&space, DEVICE, 8 * PAGE));
	TAP_EQUAL(space_map(&space, 0, BASE, 8), 0);
	TAP_EQUAL(space_seen(&space, BASE), 0);
	TAP_CHECK(mock_set("fail_flush", "1"));
	TAP_EQUAL(unmap_async(&space, BASE), 0);
	TAP_CHECK(mock_set("fail_reset", "1"));
	TAP_EQUAL(unmap_async(&space, BASE + PAGE), -EIO);
	TAP_EQUAL(unmap_async(&space, BASE + 2 * PAGE), -EIO);
	mock_set("fail_flush", "0");
	mock_set("fail_reset", "0");
	TAP_EQUAL(ioctl(control, DRM_IOCTL_AXLE_RESET, &reset), 0);
	for (int i = 0; i < 8; i++)
		TAP_EQUAL(space_seen(&space, BASE + i * PAGE), i < 3 ? -1 : i);
	space_close(&space);
	close(control);
}

static void failed_device_keeps_no_memory(void)
{
	struct drm_axle_reset reset = { 0 };
	int control = mock_open_control();
	struct space space;

	TAP_REQUIRE(control >= 0 && space_open(&space, DEVICE, 8 * PAGE));
	TAP_EQUAL(space_map(&space, 0, BASE, 8), 0);
	mock_set("fail_reset", "1");
	TAP_ERRNO(ioctl(control, DRM_IOCTL_AXLE_RESET, &reset), EIO);
	TAP_ERRNO(space_unmap(&space, BASE, 1), EIO);
	space_close(&space);
	TAP_EQUAL(mock_used(control, DEVICE), 0);
	mock_set("fail_reset", "0");
	TAP_EQUAL(ioctl(control, DRM_IOCTL_AXLE_RESET, &reset), 0);
	close(control);
}

/* With mappings, a change that waits, and files open on all of it. */
static void driver_is_unbound_under_address_spaces(void)
{
	struct drm_axle_sync in = { 0 }, out = { 0 };
	struct drm_axle_bind bind;
	struct space space;
	struct late late;
	int held;

	TAP_REQUIRE(space_open(&space, DEVICE, 8 * PAGE));
	in.handle = sync_create(space.fd);
	out.handle = sync_create(space.fd);
	TAP_REQUIRE(late_open(&late, space.fd, in.handle));
	TAP_EQUAL(space_map(&space, 0, BASE, 8), 0);
	bind = space_bind(&space, 0, 2 * BASE, 8);
	TAP_EQUAL(vm_bind_async(space.fd, space.vm, &bind, 1, &in, &out), 0);
	{
		struct drm_syncobj_handle args = {
			.handle = out.handle,
			.flags = 1,
		};

		TAP_EQUAL(ioctl(space.fd, DRM_IOCTL_SYNCOBJ_HANDLE_TO_FD,
				&args),
			  0);
		held = args.fd;
	}
	TAP_CHECK(mock_unbind());
	TAP_ERRNO(space_map(&space, 0, BASE, 1), ENODEV);
	TAP_ERRNO(vm_destroy(space.fd, space.vm), ENODEV);
	late_signal(&late);
	late_close(&late);
	space_close(&space);
	TAP_CHECK(mock_bind());
	close(held);
}

struct worker {
	struct space *space;
	atomic_uint done;
	atomic_int error; /* of the call that ended it */
};

static void *bind_on(void *arg)
{
	struct worker *worker = arg;
	struct space *space = worker->space;

	while (space_map(space, worker->done % 8, BASE, 8) == 0 &&
	       space_unmap(space, BASE + PAGE, 2) == 0)
		worker->done++;
	worker->error = errno;
	return NULL;
}

static void *bind_async_on(void *arg)
{
	struct worker *worker = arg;
	struct space *space = worker->space;
	struct drm_axle_sync out = { .handle = sync_create(space->fd) };
	struct drm_axle_bind bind = space_bind(space, 0, 2 * BASE, 8);

	do
		bind.offset = worker->done++ % 8 * PAGE;
	while (vm_bind_async(space->fd, space->vm, &bind, 1, NULL, &out) == 0);
	worker->error = errno;
	return NULL;
}

static void *make_and_drop(void *arg)
{
	struct worker *worker = arg;
	int fd = worker->space->fd;
	uint32_t handle, vm;

	while (bo_create(fd, DEVICE, PAGE, 0, &handle) == 0 &&
	       vm_create(fd, &vm) == 0 &&
	       vm_map(fd, vm, handle, 0, BASE, PAGE, 0) == 0 &&
	       vm_destroy(fd, vm) == 0 && bo_close(fd, handle) == 0)
		worker->done++;
	worker->error = errno;
	return NULL;
}

static void *(*const workers[])(void *arg) = {
	bind_on,
	bind_async_on,
	make_and_drop,
};

#define WORKERS (sizeof(workers) / sizeof(*workers))

/* Until it has done something, or cannot. */
static void wait_for_work(struct worker *worker)
{
	for (int i = 0; i < LOAD_POLLS; i++) {
		if (worker->done > 0 || worker->error)
			return;
		usleep(LOAD_POLL_US);
	}
}

static void under_load(void (*disturb)(void))
{
	struct worker worker[WORKERS] = { 0 };
	pthread_t threads[WORKERS];
	struct space space;

	TAP_REQUIRE(space_open(&space, DEVICE, 16 * PAGE));
	for (size_t i = 0; i < WORKERS; i++) {
		worker[i].space = &space;
		pthread_create(&threads[i], NULL, workers[i], &worker[i]);
	}
	for (size_t i = 0; i < WORKERS; i++)
		wait_for_work(&worker[i]);
	disturb();
	for (size_t i = 0; i < WORKERS; i++) {
		pthread_join(threads[i], NULL);
		TAP_EQUAL(worker[i].error, ENODEV);
		TAP_CHECK(worker[i].done > 0);
	}
	space_close(&space);
}

static void remove_device(void)
{
	TAP_CHECK(mock_unbind());
}

static void reset_and_remove_device(void)
{
	int control = mock_open_control();
	struct drm_axle_reset reset = { 0 };

	TAP_CHECK(control >= 0);
	for (int i = 0; i < 20; i++)
		TAP_EQUAL(ioctl(control, DRM_IOCTL_AXLE_RESET, &reset), 0);
	close(control);
	TAP_CHECK(mock_unbind());
}

static void removal_under_load(void)
{
	for (int i = 0; i < 5; i++) {
		under_load(remove_device);
		TAP_CHECK(mock_bind());
	}
}

static void resets_under_load(void)
{
	under_load(reset_and_remove_device);
	TAP_CHECK(mock_bind());
}

/* All that a program can do with memory, and half of it left to close. */
static void use_all(const void *unused)
{
	struct drm_axle_sync out = { 0 };
	struct drm_axle_bind bind;
	struct space space;
	uint32_t user, vm;
	void *memory;

	if (!space_open(&space, DEVICE, 32 * PAGE))
		return;
	memory = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	bo_from_user(space.fd, memory, 4 * PAGE, 0, &user);
	vm_map(space.fd, space.vm, user, 0, 2 * BASE, 4 * PAGE, 0);
	space_map(&space, 0, BASE, 32);
	space_unmap(&space, BASE + 8 * PAGE, 4);
	space_map(&space, 9, BASE + 4 * PAGE, 12);
	space_map(&space, 0, SPACE_LIMIT, 1); /* EINVAL */
	space_unmap(&space, 2 * BASE, 4); /* a table becomes empty */
	out.handle = sync_create(space.fd);
	bind = space_bind(&space, 1, BASE + PAGE, 9);
	vm_bind_async(space.fd, space.vm, &bind, 1, NULL, &out);
	out.handle = 99;
	vm_bind_async(space.fd, space.vm, &bind, 1, NULL, &out); /* ENOENT */
	vm_create(space.fd, &vm);
	vm_destroy(space.fd, vm);
	munmap(memory, 4 * PAGE);
	space_close(&space);
}

static void nothing_leaks(void)
{
	long growth;

	for (int i = 0; i < 20; i++)
		use_all(NULL);
	growth = uapi_growth(use_all, NULL, USES);
	tap_note("%d uses: %+ld bytes", USES, growth);
	/* One lost object of 16 bytes each would show. */
	TAP_CHECK(growth < USES * 16);
}

static void nothing_is_left(void)
{
	TAP_CHECK(mock_nothing_left());
	TAP_EQUAL(uapi_shell("rmmod axle_mock"), 0);
}

static const struct tap_case cases[] = {
	{ "the test device loads", test_device_loads },
	{ "an asynchronous change signals its syncobj",
	  asynchronous_change_signals_its_syncobj },
	{ "points of a timeline order changes", timeline_points_order_changes },
	{ "a change waits for a fence that signals late, those after it, too",
	  change_waits_for_a_fence_that_signals_late },
	{ "a signal ends a call that waits, with EINTR and no change",
	  signal_ends_a_waiting_call },
	{ "a waiting change of a destroyed address space is ECANCELED",
	  waiting_change_of_a_destroyed_space_is_cancelled },
	{ "changes that wait run out of memory, not the machine",
	  waiting_changes_run_out_of_memory },
	{ "close does not wait for fences", close_does_not_wait_for_fences },
	{ "memory is there again when the fence of its unmap has signalled",
	  memory_of_waiting_changes_comes_back },
	{ "unmapping while the device is busy harms nobody",
	  unmapping_while_the_device_is_busy },
	{ "address spaces survive a reset", address_spaces_survive_a_reset },
	{ "a device that does not flush is reset",
	  device_that_does_not_flush_is_reset },
	{ "waiting changes end on a device that does not flush",
	  waiting_changes_end_on_a_device_that_does_not_flush },
	{ "a device that has failed keeps no memory",
	  failed_device_keeps_no_memory },
	{ "the driver can be unbound under address spaces",
	  driver_is_unbound_under_address_spaces },
	{ "removal under load ends every call with ENODEV",
	  removal_under_load },
	{ "resets under load disturb no call", resets_under_load },
	{ "using all of it leaks nothing", nothing_leaks },
	{ "nothing is left when all is closed", nothing_is_left },
};

TAP_MAIN(cases)
