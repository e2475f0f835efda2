// SPDX-License-Identifier: MIT
/*
 * Removal of QEMU's edu device at bad moments, and what is left afterwards.
 * Runs in a VM with that device; every case leaves it bound.
 */
#include "edu.h"
#include "queue.h"
#include "tap.h"
#include "uapi.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define USES 2000
#define BINDS 60

static const char bind_path[] = "/sys/bus/pci/drivers/axle_edu/bind";
static const char unbind_path[] = "/sys/bus/pci/drivers/axle_edu/unbind";

static const char *bus_name(void)
{
	static char name[64];
	char *path = uapi_bus_device(uapi_find("edu"));

	if (!path)
		return NULL;
	snprintf(name, sizeof(name), "%s", strrchr(path, '/') + 1);
	free(path);
	return name;
}

static bool device_is_back(void)
{
	return uapi_wait_path("/dev/accel/accel0", true) &&
	       uapi_wait_path("/dev/accel/accel_control0", true);
}

static bool remove_device(const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/remove", name);
	return uapi_write(path, "1");
}

static bool rescan(void)
{
	return uapi_write("/sys/bus/pci/rescan", "1") && device_is_back();
}

struct call {
	int fd;
	int error;
	unsigned int done;
};

static void *copy_until_it_fails(void *arg)
{
	struct call *call = arg;
	struct edu edu;

	if (edu_use(&edu, call->fd, 0)) {
		while (!call->error) {
			call->error = -edu_copy(&edu, 64, 0, 1);
			call->done += !call->error;
		}
		munmap(edu.bytes, EDU_SIZE);
	}
	return NULL;
}

static void *factorial_until_it_fails(void *arg)
{
	struct call *call = arg;
	uint32_t result;
	struct edu edu;

	if (edu_use(&edu, call->fd, 0)) {
		while (!call->error) {
			call->error = -edu_factorial(&edu, 12, &result);
			call->done += !call->error;
		}
		munmap(edu.bytes, EDU_SIZE);
	}
	return NULL;
}

static void *query_until_it_fails(void *arg)
{
	struct drm_axle_query_health health;
	struct call *call = arg;

	while (uapi_query(call->fd, DRM_AXLE_TOPIC_HEALTH, &health,
			  sizeof(health)) == 0)
		call->done++;
	call->error = errno;
	return NULL;
}

static void removal_ends_calls(void *(*run)(void *))
{
	const char *name = bus_name();
	struct call compute = { .fd = uapi_open_compute(0) };
	struct call control = { .fd = uapi_open_control(0) };
	pthread_t threads[2];
	uint64_t start;

	TAP_REQUIRE(name && compute.fd >= 0 && control.fd >= 0);
	pthread_create(&threads[0], NULL, run, &compute);
	pthread_create(&threads[1], NULL, query_until_it_fails, &control);
	usleep(350000);
	start = uapi_now_ms();
	TAP_CHECK(remove_device(name));
	pthread_join(threads[0], NULL);
	pthread_join(threads[1], NULL);
	TAP_EQUAL(compute.error, ENODEV);
	TAP_EQUAL(control.error, ENODEV);
	TAP_CHECK(compute.done > 0 && control.done > 0);
	/* The driver waits for the transfer that runs, at most 100 ms. */
	tap_note("removal took %ju ms", (uintmax_t)(uapi_now_ms() - start));
	close(compute.fd);
	close(control.fd);
	TAP_CHECK(rescan());
}

static void removal_while_copying(void)
{
	removal_ends_calls(copy_until_it_fails);
}

static void removal_while_computing(void)
{
	removal_ends_calls(factorial_until_it_fails);
}

/* Every call, good or bad, on files that outlive the device. */
static void calls_after_removal(void)
{
	const struct drm_axle_edu_command factorial = { .value = 3 };
	struct drm_axle_query query = { .topic = DRM_AXLE_TOPIC_DEVICE };
	struct drm_axle_reset reset = { 0 };
	int control = uapi_open_control(0), compute;
	const char *name = bus_name();
	char value[64];
	struct edu edu;

	TAP_REQUIRE(name && edu_open(&edu, 0) && control >= 0);
	compute = edu.fd;
	TAP_CHECK(remove_device(name));
	TAP_ERRNO(ioctl(compute, DRM_IOCTL_AXLE_QUERY, &query), ENODEV);
	TAP_ERRNO(ioctl(control, DRM_IOCTL_AXLE_QUERY, &query), ENODEV);
	TAP_ERRNO(ioctl(control, DRM_IOCTL_AXLE_RESET, &reset), ENODEV);
	TAP_ERRNO(edu_submit(&edu, edu.queues[0], &factorial, 1), ENODEV);
	TAP_ERRNO(queue_destroy(compute, edu.queues[0]), ENODEV);
	TAP_ERRNO(ioctl(compute, DRM_IOCTL_AXLE_QUERY, NULL), ENODEV);
	TAP_ERRNO(ioctl(compute, _IOW('d', 0x5e, int), NULL), ENODEV);
	TAP_ERRNO(ioctl(compute, _IOWR('d', 0x00, char[64]), NULL), ENODEV);
	/* DRM core then leaves it empty. */
	TAP_CHECK(!uapi_fdinfo(compute, "drm-driver", value, sizeof(value)));
	TAP_ERRNO(uapi_open_compute(0), ENOENT);
	TAP_ERRNO(uapi_open_control(0), ENOENT);
	edu_close(&edu);
	close(control);
	TAP_CHECK(rescan());
}

/* The nodes of the new device are its own; the old files stay dead. */
static void old_files_and_new_device(void)
{
	int control = uapi_open_control(0);
	const char *name = bus_name();
	struct edu old, new;
	uint32_t result;

	TAP_REQUIRE(name && edu_open(&old, 0) && control >= 0);
	TAP_CHECK(remove_device(name));
	TAP_CHECK(uapi_write("/sys/bus/pci/rescan", "1"));
	usleep(100000);
	/* N may be another one, as the old files hold theirs. */
	TAP_REQUIRE(edu_open(&new, 0));
	TAP_EQUAL(edu_factorial(&new, 5, &result), 0);
	TAP_EQUAL(result, 120);
	TAP_EQUAL(edu_factorial(&old, 5, &result), -ENODEV);
	edu_close(&new);
	edu_close(&old);
	close(control);
	TAP_CHECK(remove_device(name));
	TAP_CHECK(rescan());
}

static void unbind_while_a_call_runs(void)
{
	struct call compute = { .fd = uapi_open_compute(0) };
	const char *name = bus_name();
	pthread_t thread;

	TAP_REQUIRE(name && compute.fd >= 0);
	pthread_create(&thread, NULL, copy_until_it_fails, &compute);
	usleep(150000);
	TAP_CHECK(uapi_write(unbind_path, name));
	pthread_join(thread, NULL);
	TAP_EQUAL(compute.error, ENODEV);
	close(compute.fd);
	TAP_CHECK(uapi_write(bind_path, name));
	TAP_CHECK(device_is_back());
}

struct opener {
	bool stop;
	unsigned int opened;
	unsigned int odd;
};

static void *open_and_close(void *arg)
{
	struct opener *opener = arg;

	while (!__atomic_load_n(&opener->stop, __ATOMIC_RELAXED)) {
		int fd = uapi_open_compute(0);

		if (fd >= 0) {
			opener->opened++;
			close(fd);
		} else if (errno != ENOENT && errno != ENODEV &&
			   errno != ENXIO && errno != EUSERS) {
			tap_note("open: errno %d", errno);
			opener->odd++;
		}
	}
	return NULL;
}

static void unbind_while_others_open(void)
{
	struct opener opener = { 0 };
	const char *name = bus_name();
	pthread_t threads[2];

	TAP_REQUIRE(name);
	for (int i = 0; i < 2; i++)
		pthread_create(&threads[i], NULL, open_and_close, &opener);
	for (int i = 0; i < 10; i++) {
		TAP_CHECK(uapi_write(unbind_path, name));
		TAP_CHECK(uapi_write(bind_path, name));
	}
	__atomic_store_n(&opener.stop, true, __ATOMIC_RELAXED);
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	TAP_EQUAL(opener.odd, 0);
	TAP_CHECK(device_is_back());
}

static void use_once(const void *unused)
{
	struct drm_axle_query_device device;
	int control = uapi_open_control(0);
	uint32_t result;
	struct edu edu;

	if (!edu_open(&edu, 0) || edu_factorial(&edu, 1, &result))
		return;
	uapi_query(edu.fd, DRM_AXLE_TOPIC_DEVICE, &device, sizeof(device));
	uapi_query(control, DRM_AXLE_TOPIC_CONTEXT, &device, sizeof(device));
	uapi_open_compute(0); /* EUSERS */
	edu_close(&edu);
	close(control);
}

static void rebind(const void *name)
{
	uapi_write(unbind_path, name);
	uapi_write(bind_path, name);
}

static void nothing_leaks(void)
{
	const char *name = bus_name();
	long uses, binds;

	TAP_REQUIRE(name);
	for (int i = 0; i < 10; i++) {
		use_once(NULL);
		rebind(name);
	}
	uses = uapi_growth(use_once, NULL, USES);
	binds = uapi_growth(rebind, name, BINDS);
	tap_note("%d uses: %+ld bytes, %d binds: %+ld bytes", USES, uses, BINDS,
		 binds);
	/* One lost object of 32 bytes each, and 512 bytes each, would show. */
	TAP_CHECK(uses < USES * 32);
	TAP_CHECK(binds < BINDS * 512);
}

static void modules_unload(void)
{
	int fd = uapi_open_compute(0);

	TAP_REQUIRE(fd >= 0);
	TAP_CHECK(uapi_shell("rmmod axle_edu 2>/dev/null") != 0);
	close(fd);
	TAP_EQUAL(uapi_shell("rmmod axle_edu"), 0);
	TAP_EQUAL(uapi_shell("rmmod axle"), 0);
	TAP_CHECK(access("/dev/accel/accel0", F_OK) != 0);
	TAP_CHECK(access("/sys/class/accel/accel_control0", F_OK) != 0);
	TAP_EQUAL(uapi_shell("modprobe axle_edu"), 0);
	TAP_CHECK(device_is_back());
}

static const struct tap_case cases[] = {
	{ "removal ends a running copy with ENODEV", removal_while_copying },
	{ "removal ends running factorials with ENODEV",
	  removal_while_computing },
	{ "every call on a file of a removed device is ENODEV",
	  calls_after_removal },
	{ "a device that comes back is a new one, old files stay dead",
	  old_files_and_new_device },
	{ "unbinding the driver ends a running copy with ENODEV",
	  unbind_while_a_call_runs },
	{ "binding and unbinding while others open harms nobody",
	  unbind_while_others_open },
	{ "opening, calling, closing and binding leak nothing", nothing_leaks },
	{ "the modules unload once nobody has a node open", modules_unload },
};

TAP_MAIN(cases)
