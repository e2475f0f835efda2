// SPDX-License-Identifier: MIT
/*
 * The end of a driver or a device while programs use it: unbind, surprise
 * removal, rmmod. Every case leaves the device there and working. For every
 * device.
 */
#include "bo.h"
#include "dut.h"
#include "dut-load.h"
#include "queue.h"
#include "uapi.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define LOADS 3

/* Where the device sits, from while it is there. */
struct place {
	char device[PATH_MAX];
	char driver[PATH_MAX];
	const char *name; /* in @device */
};

static bool place_of(const struct dut *dut, struct place *place)
{
	char *device = uapi_bus_device(dut->index), link[PATH_MAX];
	bool ok = false;

	if (device) {
		snprintf(place->device, sizeof(place->device), "%s", device);
		snprintf(link, sizeof(link), "%s/driver", device);
		place->name = strrchr(place->device, '/') + 1;
		ok = realpath(link, place->driver);
	}
	free(device);
	return ok;
}

static bool tell_driver(const struct place *place, const char *what)
{
	char path[PATH_MAX + 16];

	snprintf(path, sizeof(path), "%s/%s", place->driver, what);
	return uapi_write(path, place->name);
}

/* A way to lose the device, and to get it back. */
struct way {
	bool pci; /* by the bus, which can look for devices again */
};

static bool take_away(const struct place *place, bool pci)
{
	char path[PATH_MAX + 16];

	if (!pci)
		return tell_driver(place, "unbind");
	snprintf(path, sizeof(path), "%s/remove", place->device);
	return uapi_write(path, "1");
}

static bool give_back(const struct place *place, bool pci)
{
	return pci ? uapi_write("/sys/bus/pci/rescan", "1") :
		     tell_driver(place, "bind");
}

/* The device is as good as new. */
static void check_works(void)
{
	struct dut_command fill;
	struct dut_context ctx;
	struct dut dut;

	DUT_OPEN(&dut);
	TAP_REQUIRE(dut_context_open(&ctx, &dut));
	if (dut_can(&dut, DUT_FILL)) {
		fill = dut_fill(&ctx.page, 0, 5);
		TAP_EQUAL(dut_run(&ctx, dut_queue(&ctx, 0), &fill, 1), 0);
		TAP_EQUAL(ctx.page.words[0], 5);
	}
	dut_context_close(&ctx);
	TAP_CHECK(dut_nothing_left(&dut));
}

/* The way of this case, if the device's bus has it. */
#define OPEN_WAY(dut, place, pci)                                            \
	do {                                                                 \
		DUT_OPEN(dut);                                               \
		DUT_NEEDS(!(pci) || (dut)->topology.bus == DRM_AXLE_BUS_PCI, \
			  "the device is on no bus that looks for devices"); \
		TAP_REQUIRE(place_of(dut, place));                           \
	} while (0)

static const unsigned long calls[] = {
	DRM_IOCTL_AXLE_QUERY,		DRM_IOCTL_AXLE_BO_CREATE,
	DRM_IOCTL_AXLE_BO_INFO,		DRM_IOCTL_AXLE_BO_FROM_USER,
	DRM_IOCTL_AXLE_VM_CREATE,	DRM_IOCTL_AXLE_VM_DESTROY,
	DRM_IOCTL_AXLE_VM_BIND,		DRM_IOCTL_AXLE_PROGRAM_CREATE,
	DRM_IOCTL_AXLE_PROGRAM_DESTROY, DRM_IOCTL_AXLE_QUEUE_CREATE,
	DRM_IOCTL_AXLE_QUEUE_DESTROY,	DRM_IOCTL_AXLE_QUEUE_FENCE,
	DRM_IOCTL_AXLE_SUBMIT,		DRM_IOCTL_AXLE_RESET,
};

/* Whatever is asked, in whatever way: nothing looks at the arguments. */
static void check_dead(int fd)
{
	char zeros[256] = { 0 };
	struct pollfd ready = { .fd = fd, .events = POLLIN };
	struct drm_axle_event event;

	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		TAP_ERRNO(ioctl(fd, calls[i], zeros), ENODEV);
		TAP_ERRNO(ioctl(fd, calls[i], NULL), ENODEV);
	}
	TAP_EQUAL(poll(&ready, 1, DUT_PATIENCE_MS), 1);
	TAP_CHECK(ready.revents & POLLHUP);
	do
		errno = 0;
	while (read(fd, &event, sizeof(event)) > 0);
	TAP_EQUAL(errno, ENODEV);
}

static void files_say_enodev(void)
{
	const struct way *way = tap_data();
	int compute, control;
	struct place place;
	struct dut dut;

	OPEN_WAY(&dut, &place, way->pci);
	compute = dut_open_compute(&dut);
	control = dut_open_control(&dut);
	TAP_REQUIRE(compute >= 0 && control >= 0);
	TAP_CHECK(take_away(&place, way->pci));
	check_dead(compute);
	check_dead(control);
	TAP_ERRNO(dut_open_compute(&dut), ENOENT);
	TAP_ERRNO(dut_open_control(&dut), ENOENT);
	/* The new device is another one, the old files stay dead. */
	TAP_CHECK(give_back(&place, way->pci));
	check_works();
	check_dead(compute);
	close(compute);
	close(control);
	check_works();
}

static bool load_is_sigbus(const volatile void *address)
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		signal(SIGBUS, SIG_DFL);
		(void)*(const volatile uint32_t *)address;
		_exit(0);
	}
	waitpid(child, &status, 0);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGBUS;
}

static void mappings_end(void)
{
	const struct way *way = tap_data();
	struct dut_context ctx;
	struct dut_ring ring;
	struct place place;
	struct dut dut;
	bool rings;

	OPEN_WAY(&dut, &place, way->pci);
	DUT_NEEDS_MEMORY(&dut);
	rings = dut.driver->slot;
	TAP_REQUIRE(dut_context_open(&ctx, &dut));
	if (rings) {
		TAP_REQUIRE(dut_ring_open(&ring, &ctx, DUT_LONG_MS));
		dut_ring_mark(&ring, 1);
		TAP_CHECK(dut_ring_right(&ring));
	}
	TAP_CHECK(take_away(&place, way->pci));
	TAP_CHECK(load_is_sigbus(ctx.page.words));
	/* Who still rings is not killed for it. */
	for (int i = 0; rings && i < 100; i++) {
		*ring.tail = i;
		*ring.wake = 1;
		ring.ring[i] = i;
	}
	if (rings)
		dut_ring_unmap(&ring);
	munmap((void *)ctx.page.words, PAGE);
	close(ctx.fd);
	TAP_CHECK(give_back(&place, way->pci));
	check_works();
}

/* What was exported belongs to who has it, of host memory. */
static void exports_stay(void)
{
	const struct way *way = tap_data();
	struct dut_memory memory;
	struct dut_context ctx;
	struct place place;
	struct dut dut;
	int dmabuf;

	OPEN_WAY(&dut, &place, way->pci);
	DUT_NEEDS_MEMORY(&dut);
	TAP_REQUIRE(dut_context_open(&ctx, &dut));
	TAP_REQUIRE(dut_memory_open(&ctx, &memory, 0, PAGE,
				    DRM_AXLE_BO_CPU | DRM_AXLE_BO_EXPORT) == 0);
	dmabuf = bo_export(ctx.fd, memory.handle);
	TAP_REQUIRE(dmabuf >= 0);
	TAP_CHECK(take_away(&place, way->pci));
	munmap((void *)memory.words, PAGE);
	munmap((void *)ctx.page.words, PAGE);
	close(ctx.fd);
	/* And its end after the device's harms nobody. */
	close(dmabuf);
	TAP_CHECK(give_back(&place, way->pci));
	check_works();
}

static void fences_signal(void)
{
	const struct way *way = tap_data();
	struct dut_command hang = { .op = DUT_HANG };
	struct pollfd ready = { .events = POLLIN };
	struct dut_context ctx;
	struct place place;
	struct dut dut;
	uint32_t sync;
	int status;

	OPEN_WAY(&dut, &place, way->pci);
	DUT_NEEDS_OP(&dut, DUT_HANG);
	TAP_REQUIRE(dut_context_open(&ctx, &dut));
	sync = sync_create(ctx.fd);
	TAP_EQUAL(dut_submit_one(&ctx, dut_queue(&ctx, DUT_LONG_MS), &hang,
				 sync),
		  0);
	ready.fd = sync_file_of(ctx.fd, sync);
	TAP_REQUIRE(ready.fd >= 0);
	TAP_CHECK(take_away(&place, way->pci));
	TAP_EQUAL(poll(&ready, 1, DUT_LONG_MS / 2), 1);
	status = sync_file_status(ready.fd);
	TAP_CHECK(status == -ECANCELED || status == -ENODEV);
	tap_note("the fence says %d", status);
	close(ready.fd);
	munmap((void *)ctx.page.words, PAGE);
	close(ctx.fd);
	TAP_CHECK(give_back(&place, way->pci));
	check_works();
}

static void work_ends_with_enodev(void)
{
	const struct way *way = tap_data();
	struct dut_load loads[LOADS];
	struct dut_context ctx;
	struct place place;
	struct dut dut;

	OPEN_WAY(&dut, &place, way->pci);
	DUT_NEEDS_OP(&dut, DUT_FILL);
	for (int round = 0; round < 3; round++) {
		TAP_REQUIRE(dut_open(&dut) && dut_context_open(&ctx, &dut));
		for (int i = 0; i < LOADS; i++)
			TAP_REQUIRE(dut_load_start_blind(&loads[i], &ctx));
		for (int i = 0; i < LOADS; i++)
			TAP_CHECK(dut_load_runs(&loads[i]));
		TAP_CHECK(take_away(&place, way->pci));
		for (int i = 0; i < LOADS; i++) {
			dut_load_join(&loads[i]);
			TAP_EQUAL(loads[i].error, ENODEV);
			TAP_EQUAL(loads[i].wrong, 0);
			/* "Every later call on the file says the same." */
			TAP_CHECK(!loads[i].told);
		}
		dut_context_close(&ctx);
		TAP_CHECK(give_back(&place, way->pci));
		check_works();
	}
}

static void the_module_stays_while_it_is_used(void)
{
	struct dut_load load;
	struct dut_context ctx;
	struct dut dut;
	bool busy;

	DUT_OPEN(&dut);
	TAP_REQUIRE(dut_context_open(&ctx, &dut));
	busy = dut_can(&dut, DUT_FILL) && dut_load_start(&load, &ctx);
	for (int i = 0; i < 3; i++)
		TAP_CHECK(uapi_shell("rmmod %s 2>/dev/null",
				     dut.driver->module) != 0);
	if (busy) {
		dut_load_stop(&load);
		TAP_EQUAL(load.error, 0);
		TAP_EQUAL(load.wrong + load.cancelled, 0);
	}
	dut_context_close(&ctx);
	TAP_EQUAL(uapi_shell("rmmod %s", dut.driver->module), 0);
	TAP_EQUAL(uapi_shell("rmmod axle"), 0);
	check_works();
}

/* A killed program is not in the way for long. */
static void the_module_goes_after_a_kill(void)
{
	struct dut_command hang = { .op = DUT_HANG };
	struct dut_context ctx;
	struct dut dut;
	int ready[2];
	pid_t child;
	char byte;

	DUT_OPEN(&dut);
	DUT_NEEDS_OP(&dut, DUT_HANG);
	TAP_REQUIRE(pipe(ready) == 0);
	child = fork();
	if (child == 0) {
		if (!dut_context_open(&ctx, &dut))
			_exit(1);
		dut_submit_one(&ctx, dut_queue(&ctx, DUT_LONG_MS), &hang, 0);
		if (write(ready[1], "", 1) == 1)
			pause();
		_exit(1);
	}
	close(ready[1]);
	TAP_EQUAL(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	TAP_EQUAL(uapi_shell("rmmod %s", dut.driver->module), 0);
	check_works();
}

static const struct way unbind = { false }, removal = { true };

static const struct tap_case cases[] = {
	{ "files of an unbound device say ENODEV, and it can be bound again",
	  files_say_enodev, &unbind },
	{ "files of a removed device say ENODEV, and it can come back",
	  files_say_enodev, &removal },
	{ "mappings of an unbound device are SIGBUS, doorbells go nowhere",
	  mappings_end, &unbind },
	{ "mappings of a removed device are SIGBUS, doorbells go nowhere",
	  mappings_end, &removal },
	{ "exports of an unbound device may outlive it", exports_stay,
	  &unbind },
	{ "exports of a removed device may outlive it", exports_stay,
	  &removal },
	{ "fences of an unbound device signal", fences_signal, &unbind },
	{ "fences of a removed device signal", fences_signal, &removal },
	{ "unbinding under load ends work with ENODEV", work_ends_with_enodev,
	  &unbind },
	{ "removal under load ends work with ENODEV", work_ends_with_enodev,
	  &removal },
	{ "the module stays while it is used, and goes then",
	  the_module_stays_while_it_is_used },
	{ "the module goes right after a busy program was killed",
	  the_module_goes_after_a_kill },
};

TAP_MAIN(cases)
