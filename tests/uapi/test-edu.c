// SPDX-License-Identifier: MIT
/*
 * What QEMU's edu device does through its driver, and its one context. Runs
 * in a VM with that device.
 */
#include "bo.h"
#include "drm_core.h"
#include "edu.h"
#include "queue.h"
#include "tap.h"
#include "uapi.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static int open_compute(void)
{
	return uapi_open_compute(uapi_find("edu"));
}

static uint32_t word(const struct edu *edu, size_t offset)
{
	uint32_t value;

	memcpy(&value, edu->bytes + offset, sizeof(value));
	return value;
}

static void factorials_are_right(void)
{
	uint32_t result, want = 1;
	struct edu edu;

	TAP_REQUIRE(edu_open(&edu, 0));
	for (uint32_t n = 0; n <= DRM_AXLE_EDU_FACTORIAL_MAX; n++) {
		want *= n ? n : 1;
		TAP_EQUAL(edu_factorial(&edu, n, &result), 0);
		TAP_EQUAL(result, want);
	}
	edu_close(&edu);
}

/* At the end of a page, and where nothing is aligned. */
static void job_runs_its_commands_in_order(void)
{
	static const size_t offsets[] = { 0, 4092, 4096, 4101, EDU_SIZE - 4 };
	struct drm_axle_edu_command commands[6] = {};
	struct edu edu;

	TAP_REQUIRE(edu_open(&edu, 0));
	for (int i = 0; i < 5; i++)
		commands[i] = (struct drm_axle_edu_command){
			.op = DRM_AXLE_EDU_FACTORIAL,
			.value = 3 + i,
			.offset = offsets[i],
		};
	commands[5] = commands[0];
	commands[5].value = 12;
	TAP_EQUAL(edu_run(&edu, EDU_FACTORIAL, commands, 6), 0);
	TAP_EQUAL(word(&edu, 0), 479001600);
	TAP_EQUAL(word(&edu, 4), 0);
	TAP_EQUAL(word(&edu, 4088), 0);
	TAP_EQUAL(word(&edu, 4092), 24);
	TAP_EQUAL(word(&edu, 4096), 120);
	TAP_EQUAL(edu.bytes[4100], 0);
	TAP_EQUAL(word(&edu, 4101), 720);
	TAP_EQUAL(word(&edu, EDU_SIZE - 4), 5040);
	edu_close(&edu);
}

static void copies_are_exact(void)
{
	static const uint32_t rows[][3] = {
		/* size, source, destination */
		{ 1, 0, 8192 },	      { 2, 4094, 8193 }, { 7, 5, 12281 },
		{ 64, 1000, 9000 },   { 4095, 1, 8192 }, { 4096, 0, 8192 },
		{ 4096, 4096, 4096 },
	};
	unsigned char want[EDU_SIZE];
	struct edu edu;

	TAP_REQUIRE(edu_open(&edu, 0));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (size_t j = 0; j < EDU_SIZE; j++)
			edu.bytes[j] = want[j] = rand();
		memmove(want + rows[i][2], want + rows[i][1], rows[i][0]);
		TAP_EQUAL(edu_copy(&edu, rows[i][2], rows[i][1], rows[i][0]),
			  0);
		TAP_CHECK(memcmp(edu.bytes, want, EDU_SIZE) == 0);
	}
	edu_close(&edu);
}

/* One load serves many stores, and a shorter store takes its beginning. */
static void load_stays_until_the_next(void)
{
	struct drm_axle_edu_command commands[] = {
		{ .op = DRM_AXLE_EDU_LOAD, .value = 8, .offset = 0 },
		{ .op = DRM_AXLE_EDU_STORE, .value = 8, .offset = 16 },
		{ .op = DRM_AXLE_EDU_STORE, .value = 3, .offset = 32 },
		{ .op = DRM_AXLE_EDU_LOAD, .value = 2, .offset = 8 },
		{ .op = DRM_AXLE_EDU_STORE, .value = 2, .offset = 48 },
	};
	struct edu edu;

	TAP_REQUIRE(edu_open(&edu, 0));
	memcpy(edu.bytes, "abcdefghij", 10);
	TAP_EQUAL(edu_run(&edu, EDU_DMA, commands, 5), 0);
	TAP_STRING((char *)edu.bytes + 16, "abcdefgh");
	TAP_STRING((char *)edu.bytes + 32, "abc");
	TAP_STRING((char *)edu.bytes + 48, "ij");
	edu_close(&edu);
}

/* The device reaches 256 MiB; pages come from above if nobody cares. */
static void memory_is_where_the_device_reaches(void)
{
	struct drm_axle_edu_command commands[] = {
		{ .op = DRM_AXLE_EDU_LOAD, .value = 4096, .offset = 0 },
		{ .op = DRM_AXLE_EDU_STORE, .value = 4096, .offset = 4096 },
	};
	unsigned char *all, pattern[4096];
	uint32_t small;
	struct edu edu;

	TAP_REQUIRE(edu_open(&edu, 0));
	small = edu.bo;
	TAP_EQUAL(bo_create(edu.fd, 0, 4 << 20, DRM_AXLE_BO_CPU, &edu.bo), 0);
	all = bo_map(edu.fd, edu.bo);
	TAP_REQUIRE(all != MAP_FAILED);
	memset(pattern, 0xc3, sizeof(pattern));
	for (size_t at = 0; at < 4 << 20; at += 2 << 20) {
		memset(all + at, 0xc3, 4096);
		commands[0].offset = at;
		commands[1].offset = at + (2 << 20) - 4096;
		TAP_EQUAL(edu_run(&edu, EDU_DMA, commands, 2), 0);
		TAP_CHECK(memcmp(all + commands[1].offset, pattern, 4096) == 0);
	}
	munmap(all, 4 << 20);
	bo_close(edu.fd, edu.bo);
	edu.bo = small;
	edu_close(&edu);
}

static void memory_in_reach_runs_out_without_harm(void)
{
	struct drm_axle_edu_command load = { .op = DRM_AXLE_EDU_LOAD,
					     .value = 1 };
	uint32_t bos[64], small, count = 0, result;
	struct edu edu;
	int err = 0;

	TAP_REQUIRE(edu_open(&edu, 0));
	small = edu.bo;
	while (!err && count < 64) {
		TAP_REQUIRE(bo_create(edu.fd, 0, 1 << 20, 0, &bos[count]) == 0);
		edu.bo = bos[count++];
		err = edu_submit(&edu, edu.queues[EDU_DMA], &load, 1) ? errno :
									0;
	}
	TAP_EQUAL(err, ENOMEM);
	tap_note("%u MiB were in reach", count - 1);
	TAP_CHECK(count > 2);
	TAP_EQUAL(edu_wait(&edu), 0);
	for (uint32_t i = 0; i < count; i++)
		bo_close(edu.fd, bos[i]);
	edu.bo = small;
	TAP_EQUAL(edu_factorial(&edu, 5, &result), 0);
	TAP_EQUAL(result, 120);
	edu_close(&edu);
}

static void foreign_memory_is_refused(void)
{
	struct drm_mode_create_dumb dumb = { 1, 1024, 32, 0, 0, 0, 0 };
	struct drm_prime_handle prime = { 0 };
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int vgem = vgem_open(), fd = open_compute();
	uint32_t handle;

	TAP_REQUIRE(fd >= 0 && vgem >= 0 && page != MAP_FAILED);
	TAP_ERRNO(bo_from_user(fd, page, 4096, 0, &handle), EOPNOTSUPP);
	TAP_EQUAL(ioctl(vgem, DRM_IOCTL_MODE_CREATE_DUMB, &dumb), 0);
	prime.handle = dumb.handle;
	TAP_EQUAL(ioctl(vgem, DRM_IOCTL_PRIME_HANDLE_TO_FD, &prime), 0);
	TAP_ERRNO(bo_import(fd, prime.fd, &handle), EOPNOTSUPP);
	close(prime.fd);
	close(vgem);
	munmap(page, 4096);
	close(fd);
}

static void exported_object_comes_home(void)
{
	uint32_t handle, small, result;
	struct edu edu;
	int file;

	TAP_REQUIRE(edu_open(&edu, 0));
	small = edu.bo;
	TAP_EQUAL(bo_create(edu.fd, 0, 4096, DRM_AXLE_BO_EXPORT, &handle), 0);
	file = bo_export(edu.fd, handle);
	TAP_REQUIRE(file >= 0);
	bo_close(edu.fd, handle);
	TAP_EQUAL(bo_import(edu.fd, file, &edu.bo), 0);
	TAP_EQUAL(edu_factorial(&edu, 5, &result), 0);
	close(file);
	edu.bo = small;
	edu_close(&edu);
}

static void *compute_many(void *arg)
{
	struct edu *edu = arg;

	for (int i = 0; i < 50; i++) {
		uint32_t result = 0;

		TAP_EQUAL(edu_factorial(edu, 12, &result), 0);
		TAP_EQUAL(result, 479001600);
		memset(edu->bytes, 0, sizeof(result));
	}
	return NULL;
}

static void threads_share_a_context(void)
{
	pthread_t threads[4];
	struct edu edu[4];
	int fd = open_compute();

	TAP_REQUIRE(fd >= 0);
	for (int i = 0; i < 4; i++)
		TAP_REQUIRE(edu_use(&edu[i], fd, 0));
	for (int i = 0; i < 4; i++)
		pthread_create(&threads[i], NULL, compute_many, &edu[i]);
	for (int i = 0; i < 4; i++) {
		pthread_join(threads[i], NULL);
		munmap(edu[i].bytes, EDU_SIZE);
	}
	close(fd);
}

/* A transfer takes 100 ms. */
static void engines_work_side_by_side(void)
{
	struct drm_axle_edu_command loads[3] = {
		{ .op = DRM_AXLE_EDU_LOAD, .value = 1 },
		{ .op = DRM_AXLE_EDU_LOAD, .value = 1 },
		{ .op = DRM_AXLE_EDU_LOAD, .value = 1 },
	};
	uint32_t result, copied;
	struct edu edu;

	TAP_REQUIRE(edu_open(&edu, 0));
	TAP_EQUAL(edu_submit(&edu, edu.queues[EDU_DMA], loads, 3), 0);
	copied = edu.sync;
	edu.sync = sync_create(edu.fd);
	TAP_EQUAL(edu_factorial(&edu, 6, &result), 0);
	TAP_EQUAL(result, 720);
	TAP_EQUAL(sync_status(edu.fd, copied), 1);
	edu.sync = copied;
	TAP_EQUAL(edu_wait(&edu), 0);
	edu_close(&edu);
}

static uint64_t busy_ns(int fd, const char *key)
{
	char value[64];

	if (!uapi_fdinfo(fd, key, value, sizeof(value)))
		return UINT64_MAX;
	return strtoull(value, NULL, 10);
}

static void fdinfo_names_driver_and_device(void)
{
	char value[64], *path = uapi_bus_device(uapi_find("edu"));
	int fd = open_compute();

	TAP_REQUIRE(fd >= 0 && path);
	TAP_CHECK(uapi_fdinfo(fd, "drm-driver", value, sizeof(value)));
	TAP_STRING(value, "edu");
	TAP_CHECK(uapi_fdinfo(fd, "drm-pdev", value, sizeof(value)));
	TAP_STRING(value, strrchr(path, '/') + 1);
	TAP_CHECK(uapi_fdinfo(fd, "drm-client-id", value, sizeof(value)));
	free(path);
	close(fd);
}

static void fdinfo_counts_the_time_of_each_engine(void)
{
	uint64_t after, start, elapsed;
	struct edu edu;

	TAP_REQUIRE(edu_open(&edu, 0));
	TAP_EQUAL(busy_ns(edu.fd, "drm-engine-dma"), 0);
	start = uapi_now_ms();
	TAP_EQUAL(edu_copy(&edu, 1, 0, 1), 0);
	elapsed = uapi_now_ms() - start + 1;
	after = busy_ns(edu.fd, "drm-engine-dma");
	/* The device takes 100 ms for a transfer, and there are two. */
	TAP_CHECK(after > 100 * 1000000ull);
	TAP_CHECK(after <= elapsed * 1000000ull);
	TAP_EQUAL(busy_ns(edu.fd, "drm-engine-factorial"), 0);
	edu_close(&edu);
}

static void fdinfo_counts_memory(void)
{
	char value[64];
	struct edu edu;

	TAP_REQUIRE(edu_open(&edu, 0));
	TAP_CHECK(uapi_fdinfo(edu.fd, "drm-total-host", value, sizeof(value)));
	TAP_STRING(value, "16 KiB");
	TAP_CHECK(uapi_fdinfo(edu.fd, "drm-resident-buffer", value,
			      sizeof(value)));
	TAP_STRING(value, "4 KiB");
	edu_close(&edu);
}

static void debugfs_lists_contexts(void)
{
	int fd = open_compute();

	TAP_REQUIRE(fd >= 0);
	TAP_EQUAL(uapi_shell("cat /sys/kernel/debug/accel/*/contexts | "
			     "grep -q '^1 of 1 contexts in use'"),
		  0);
	TAP_EQUAL(uapi_shell("cat /sys/kernel/debug/accel/*/contexts | "
			     "grep -q 'uid 0 pid %d '",
			     getpid()),
		  0);
	TAP_EQUAL(uapi_shell("grep -q '^faults: 0' "
			     "/sys/kernel/debug/accel/*/state"),
		  0);
	close(fd);
}

static const struct drm_axle_edu_command copy_one[] = {
	{ .op = DRM_AXLE_EDU_LOAD, .value = 1 },
	{ .op = DRM_AXLE_EDU_STORE, .value = 1, .offset = 64 },
};

static bool health(struct drm_axle_query_health *now)
{
	int fd = uapi_open_control(uapi_find("edu"));
	int err = uapi_query(fd, DRM_AXLE_TOPIC_HEALTH, now, sizeof(*now));

	close(fd);
	return err == 0;
}

static void reset_while_copying_cancels_the_copy(void)
{
	int control = uapi_open_control(uapi_find("edu"));
	struct drm_axle_query_health before, after;
	struct drm_axle_reset reset = { 0 };
	struct edu edu;

	TAP_REQUIRE(edu_open(&edu, 0) && control >= 0 && health(&before));
	edu.bytes[0] = 9;
	TAP_EQUAL(edu_submit(&edu, edu.queues[EDU_DMA], copy_one, 2), 0);
	usleep(50000);
	TAP_EQUAL(ioctl(control, DRM_IOCTL_AXLE_RESET, &reset), 0);
	TAP_EQUAL(edu_wait(&edu), -ECANCELED);
	TAP_EQUAL(edu.bytes[64], 0);
	TAP_EQUAL(edu_run(&edu, EDU_DMA, copy_one, 2), 0);
	TAP_EQUAL(edu.bytes[64], 9);
	TAP_CHECK(health(&after));
	TAP_EQUAL(after.resets - before.resets, 1);
	TAP_EQUAL(after.faults, before.faults);
	edu_close(&edu);
	close(control);
}

static void *reset_often(void *arg)
{
	int control = uapi_open_control(uapi_find("edu"));
	struct drm_axle_reset reset = { 0 };
	bool *stop = arg;

	while (!__atomic_load_n(stop, __ATOMIC_RELAXED)) {
		TAP_EQUAL(ioctl(control, DRM_IOCTL_AXLE_RESET, &reset), 0);
		usleep(7000);
	}
	close(control);
	return NULL;
}

static void resets_under_load_spoil_no_result(void)
{
	unsigned int right = 0, cancelled = 0;
	bool stop = false;
	pthread_t thread;
	struct edu edu;

	TAP_REQUIRE(edu_open(&edu, 0));
	pthread_create(&thread, NULL, reset_often, &stop);
	for (int i = 0; i < 300; i++) {
		uint32_t result = 0;
		int err = edu_factorial(&edu, 12, &result);

		TAP_CHECK(err == 0 || err == -ECANCELED);
		TAP_CHECK(err || result == 479001600);
		right += !err;
		cancelled += err != 0;
		memset(edu.bytes, 0, sizeof(result));
	}
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	tap_note("%u right, %u cancelled", right, cancelled);
	TAP_CHECK(right > 0);
	edu_close(&edu);
}

static void late_job_kills_its_queue_only(void)
{
	struct drm_axle_query_health before, after;
	uint32_t late, waiting, queue, result;
	struct edu edu;

	TAP_REQUIRE(edu_open(&edu, 0) && health(&before));
	queue = queue_open(edu.fd, EDU_DMA, 50);
	TAP_REQUIRE(queue);
	edu.bytes[0] = 7;
	late = edu.sync;
	TAP_EQUAL(edu_submit(&edu, queue, copy_one, 2), 0);
	/* Waits for the engine, and then goes on. */
	waiting = edu.sync = sync_create(edu.fd);
	TAP_EQUAL(edu_submit(&edu, edu.queues[EDU_DMA], copy_one, 2), 0);
	edu.sync = late;
	TAP_EQUAL(edu_wait(&edu), -ETIMEDOUT);
	TAP_ERRNO(edu_submit(&edu, queue, copy_one, 2), EIO);
	edu.sync = waiting;
	TAP_EQUAL(edu_wait(&edu), 0);
	TAP_EQUAL(edu.bytes[64], 7);
	TAP_EQUAL(edu_factorial(&edu, 4, &result), 0);
	TAP_EQUAL(result, 24);
	TAP_CHECK(health(&after));
	TAP_EQUAL(after.faults - before.faults, 1);
	TAP_EQUAL(after.resets - before.resets, 1);
	edu_close(&edu);
}

/* The other engine's job was at work when the device had to be reset. */
static void job_of_another_engine_runs_again(void)
{
	struct drm_axle_edu_command factorials[64];
	uint32_t late, queue, other;
	struct edu edu;

	TAP_REQUIRE(edu_open(&edu, 0));
	for (int i = 0; i < 64; i++)
		factorials[i] = (struct drm_axle_edu_command){
			.op = DRM_AXLE_EDU_FACTORIAL,
			.value = 12,
			.offset = 4096 + 4 * i,
		};
	queue = queue_open(edu.fd, EDU_DMA, 20);
	other = sync_create(edu.fd);
	TAP_REQUIRE(queue && other);
	late = edu.sync;
	TAP_EQUAL(edu_submit(&edu, queue, copy_one, 2), 0);
	edu.sync = other;
	for (int i = 0; i < 30; i++)
		TAP_EQUAL(edu_submit(&edu, edu.queues[EDU_FACTORIAL],
				     factorials, 64),
			  0);
	TAP_EQUAL(edu_wait(&edu), 0);
	for (int i = 0; i < 64; i++)
		TAP_EQUAL(word(&edu, 4096 + 4 * i), 479001600);
	edu.sync = late;
	TAP_EQUAL(edu_wait(&edu), -ETIMEDOUT);
	edu_close(&edu);
}

static void destroyed_queue_cancels_its_copy(void)
{
	struct edu edu;

	TAP_REQUIRE(edu_open(&edu, 0));
	TAP_EQUAL(edu_submit(&edu, edu.queues[EDU_DMA], copy_one, 2), 0);
	usleep(20000);
	TAP_EQUAL(queue_destroy(edu.fd, edu.queues[EDU_DMA]), 0);
	TAP_EQUAL(edu_wait(&edu), -ECANCELED);
	edu_close(&edu);
	TAP_REQUIRE(edu_open(&edu, 0));
	edu.bytes[0] = 5;
	TAP_EQUAL(edu_run(&edu, EDU_DMA, copy_one, 2), 0);
	TAP_EQUAL(edu.bytes[64], 5);
	edu_close(&edu);
}

/* The control word of the MSI capability; its lowest bit enables it. */
static bool msi_enable(bool enable)
{
	char path[512], *device = uapi_bus_device(uapi_find("edu"));
	unsigned char config[256];
	bool done = false;
	int fd, at;

	snprintf(path, sizeof(path), "%s/config", device ? device : "");
	free(device);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd >= 0 && pread(fd, config, 256, 0) == 256) {
		for (at = config[0x34]; at && config[at] != 5;)
			at = config[at + 1];
		config[at + 2] = (config[at + 2] & ~1) | enable;
		done = at && pwrite(fd, &config[at + 2], 1, at + 2) == 1;
	}
	close(fd);
	return done;
}

static void lost_interrupt_is_made_up_for(void)
{
	struct drm_axle_query_health before, after;
	uint32_t result;
	struct edu edu;

	TAP_REQUIRE(edu_open(&edu, 200) && health(&before));
	TAP_REQUIRE(msi_enable(false));
	TAP_EQUAL(edu_factorial(&edu, 10, &result), 0);
	TAP_EQUAL(result, 3628800);
	TAP_CHECK(msi_enable(true));
	TAP_EQUAL(edu_factorial(&edu, 9, &result), 0);
	TAP_EQUAL(result, 362880);
	TAP_CHECK(health(&after));
	TAP_EQUAL(after.faults, before.faults);
	edu_close(&edu);
}

struct reject {
	enum edu_engine engine;
	struct drm_axle_edu_command command;
};

static void command_is_refused(void)
{
	const struct reject *row = tap_data();
	struct drm_axle_edu_command job[2] = {
		{ .op = row->engine == EDU_DMA ? DRM_AXLE_EDU_LOAD :
						 DRM_AXLE_EDU_FACTORIAL,
		  .value = 8 },
		row->command,
	};
	struct edu edu;

	/* Behind a good one, of 8 bytes if it is a load. */
	TAP_REQUIRE(edu_open(&edu, 0));
	memset(edu.bytes, 0x55, EDU_SIZE);
	TAP_ERRNO(edu_submit(&edu, edu.queues[row->engine], job, 2), EINVAL);
	for (size_t i = 0; i < EDU_SIZE; i++)
		if (edu.bytes[i] != 0x55)
			TAP_REQUIRE(!"memory has changed");
	edu_close(&edu);
}

static void store_without_load_is_refused(void)
{
	struct edu edu;

	TAP_REQUIRE(edu_open(&edu, 0));
	/* One in another job does not count. */
	TAP_EQUAL(edu_run(&edu, EDU_DMA, copy_one, 1), 0);
	TAP_ERRNO(edu_submit(&edu, edu.queues[EDU_DMA], copy_one + 1, 1),
		  EINVAL);
	edu_close(&edu);
}

static void write_needs_the_right(void)
{
	struct drm_axle_edu_command factorial = { .op = DRM_AXLE_EDU_FACTORIAL };
	struct drm_axle_use use = { 0 };
	struct drm_axle_submit args = {
		.commands = (uintptr_t)&factorial,
		.command_size = sizeof(factorial),
		.uses = (uintptr_t)&use,
		.use_count = 1,
	};
	struct edu edu;

	TAP_REQUIRE(edu_open(&edu, 0));
	use.handle = edu.bo;
	args.queue = edu.queues[EDU_FACTORIAL];
	TAP_ERRNO(ioctl(edu.fd, DRM_IOCTL_AXLE_SUBMIT, &args), EINVAL);
	args.queue = edu.queues[EDU_DMA];
	args.commands = (uintptr_t)copy_one;
	args.command_size = sizeof(copy_one);
	TAP_ERRNO(ioctl(edu.fd, DRM_IOCTL_AXLE_SUBMIT, &args), EINVAL);
	/* The load alone only reads. */
	args.command_size = sizeof(copy_one[0]);
	TAP_EQUAL(ioctl(edu.fd, DRM_IOCTL_AXLE_SUBMIT, &args), 0);
	edu_close(&edu);
}

static void half_a_command_is_refused(void)
{
	static const uint32_t sizes[] = { 8, 16, 32, 40 };
	struct drm_axle_edu_command factorials[2] = { 0 };
	struct drm_axle_use use = { 0, DRM_AXLE_USE_WRITE };
	struct drm_axle_submit args = {
		.commands = (uintptr_t)factorials,
		.uses = (uintptr_t)&use,
		.use_count = 1,
	};
	struct edu edu;

	TAP_REQUIRE(edu_open(&edu, 0));
	use.handle = edu.bo;
	args.queue = edu.queues[EDU_FACTORIAL];
	for (int i = 0; i < 4; i++) {
		args.command_size = sizes[i];
		TAP_ERRNO(ioctl(edu.fd, DRM_IOCTL_AXLE_SUBMIT, &args), EINVAL);
	}
	edu_close(&edu);
}

#define REJECT(what, _engine, ...)                               \
	{                                                        \
		what, command_is_refused, &(const struct reject) \
		{                                                \
			_engine,                                 \
			{                                        \
				__VA_ARGS__                      \
			}                                        \
		}                                                \
	}

static const struct tap_case cases[] = {
	{ "the device computes the factorials of 0 to 12",
	  factorials_are_right },
	{ "a job runs its commands in order, with results anywhere",
	  job_runs_its_commands_in_order },
	{ "a copy through the device is exact at every size",
	  copies_are_exact },
	{ "what was loaded stays until the next load",
	  load_stays_until_the_next },
	{ "memory is where the device reaches it",
	  memory_is_where_the_device_reaches },
	{ "memory in reach runs out with ENOMEM and without harm",
	  memory_in_reach_runs_out_without_harm },
	{ "memory that others have chosen is EOPNOTSUPP",
	  foreign_memory_is_refused },
	{ "an exported object comes home", exported_object_comes_home },
	{ "threads share a context", threads_share_a_context },
	{ "the engines work side by side", engines_work_side_by_side },
	{ "fdinfo names the driver and the device",
	  fdinfo_names_driver_and_device },
	{ "fdinfo counts the time of each engine",
	  fdinfo_counts_the_time_of_each_engine },
	{ "fdinfo counts memory", fdinfo_counts_memory },
	{ "debugfs lists the contexts", debugfs_lists_contexts },
	{ "a reset cancels the copy that runs, and the device works again",
	  reset_while_copying_cancels_the_copy },
	{ "resets under load spoil no result",
	  resets_under_load_spoil_no_result },
	{ "a job that is late kills its queue, others go on",
	  late_job_kills_its_queue_only },
	{ "a job of another engine runs again after a late one",
	  job_of_another_engine_runs_again },
	{ "destroying a queue cancels its copy, and the device works again",
	  destroyed_queue_cancels_its_copy },
	{ "a lost interrupt is made up for", lost_interrupt_is_made_up_for },

	REJECT("an unknown op is EINVAL", EDU_DMA, .op = 3, .value = 1),
	REJECT("an op of many bits is EINVAL", EDU_FACTORIAL, .op = ~0u),
	REJECT("a load on the factorial engine is EINVAL", EDU_FACTORIAL,
	       .op = DRM_AXLE_EDU_LOAD, .value = 1),
	REJECT("a store on the factorial engine is EINVAL", EDU_FACTORIAL,
	       .op = DRM_AXLE_EDU_STORE, .value = 1),
	REJECT("a factorial on the DMA engine is EINVAL", EDU_DMA,
	       .op = DRM_AXLE_EDU_FACTORIAL, .value = 1),
	REJECT("a factorial that does not fit is EINVAL", EDU_FACTORIAL,
	       .value = 13),
	REJECT("a factorial of the largest number is EINVAL", EDU_FACTORIAL,
	       .value = ~0u),
	REJECT("a factorial with padding is EINVAL", EDU_FACTORIAL, .value = 1,
	       .pad = 1),
	REJECT("a load with padding is EINVAL", EDU_DMA,
	       .op = DRM_AXLE_EDU_LOAD, .value = 1, .pad = 1u << 31),
	REJECT("a factorial into an object that is not used is EINVAL",
	       EDU_FACTORIAL, .value = 1, .use = 1),
	REJECT("a load from no object at all is EINVAL", EDU_DMA,
	       .op = DRM_AXLE_EDU_LOAD, .value = 1, .use = ~0u),
	REJECT("a factorial across a page is EINVAL", EDU_FACTORIAL, .value = 1,
	       .offset = 4093),
	REJECT("a factorial behind the object is EINVAL", EDU_FACTORIAL,
	       .value = 1, .offset = EDU_SIZE),
	REJECT("a factorial at the end of all numbers is EINVAL", EDU_FACTORIAL,
	       .value = 1, .offset = ~0ull - 3),
	REJECT("a load of nothing is EINVAL", EDU_DMA, .op = DRM_AXLE_EDU_LOAD),
	REJECT("a load beyond the device's buffer is EINVAL", EDU_DMA,
	       .op = DRM_AXLE_EDU_LOAD, .value = 4097),
	REJECT("a load of most there is is EINVAL", EDU_DMA,
	       .op = DRM_AXLE_EDU_LOAD, .value = ~0u),
	REJECT("a load across a page is EINVAL", EDU_DMA,
	       .op = DRM_AXLE_EDU_LOAD, .value = 4096, .offset = 1),
	REJECT("a load off the object's end is EINVAL", EDU_DMA,
	       .op = DRM_AXLE_EDU_LOAD, .value = 2, .offset = EDU_SIZE - 1),
	REJECT("a load at the end of all numbers is EINVAL", EDU_DMA,
	       .op = DRM_AXLE_EDU_LOAD, .value = 16, .offset = ~0ull - 7),
	REJECT("a store of more than was loaded is EINVAL", EDU_DMA,
	       .op = DRM_AXLE_EDU_STORE, .value = 9),
	{ "a store that no load of its job precedes is EINVAL",
	  store_without_load_is_refused },
	{ "writing what the job may only read is EINVAL",
	  write_needs_the_right },
	{ "a part of a command is EINVAL", half_a_command_is_refused },
};

TAP_MAIN(cases)
