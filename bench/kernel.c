// SPDX-License-Identifier: MIT
/*
 * What the kernel's calls cost on a vnpu, inside the virtual machine, beside
 * yardsticks of the same run: an empty ioctl of DRM, and memory that no device
 * has to do with.
 *
 *	vm/run --device vnpu -- build/bench/kernel
 *
 * One line per figure, a median: NAME VALUE UNIT. Exit status 77 without a
 * vnpu of the datacenter profile.
 */
#include "sample.h"

#include <drm/axle_drm.h>
#include <drm/axle_vnpu.h>
#include <vnpu_regs.h>

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#define CONTEXTS 64
#define PAGE 4096ull
#define LARGE (2ull << 20)
#define GIB (1ull << 30)
#define BINDS 512 /* one BO of 2 MiB, mapped again and again */
#define BURST 128 /* submissions, below the slots of a queue */
#define ROUNDS 31
#define SAMPLES 1001

struct gem_close {
	uint32_t handle;
	uint32_t pad;
};

static double samples[SAMPLES];

static void die(const char *what)
{
	fprintf(stderr, "kernel: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void call(int fd, unsigned long cmd, void *arg, const char *what)
{
	if (ioctl(fd, cmd, arg))
		die(what);
}

static int open_node(unsigned int index)
{
	char path[64];

	snprintf(path, sizeof(path), "/dev/accel/accel%u", index);
	return open(path, O_RDWR | O_CLOEXEC);
}

static bool has_queues(int fd)
{
	struct drm_axle_query_device device = { 0 };
	struct drm_axle_query query = {
		.topic = DRM_AXLE_TOPIC_DEVICE,
		.data = (uintptr_t)&device,
		.size = sizeof(device),
	};

	return !ioctl(fd, DRM_IOCTL_AXLE_QUERY, &query) &&
	       !strcmp(device.driver, "vnpu") &&
	       device.features & DRM_AXLE_FEATURE_USER_QUEUES;
}

static unsigned int find_vnpu(void)
{
	for (unsigned int i = 0; i < 16; i++) {
		int fd = open_node(i);
		bool found = fd >= 0 && has_queues(fd);

		if (fd >= 0)
			close(fd);
		if (found)
			return i;
	}
	fprintf(stderr, "kernel: there is no vnpu with queues of its own\n");
	exit(77);
}

static void measure_ioctl(int fd)
{
	for (int i = 0; i < SAMPLES; i++) {
		double start = now_us();

		for (int j = 0; j < 10; j++)
			sample_ioctl(fd);
		samples[i] = (now_us() - start) / 10;
	}
	printf("drm-ioctl %.3f us\n", sample_median(samples, SAMPLES));
}

/* What a monitor asks for all the time, by the control node. */
static void measure_telemetry(unsigned int index)
{
	struct drm_axle_query_telemetry answer;
	struct drm_axle_query query = {
		.topic = DRM_AXLE_TOPIC_TELEMETRY,
		.data = (uintptr_t)&answer,
	};
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/dev/accel/accel_control%u", index);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		die(path);
	for (int i = 0; i < SAMPLES; i++) {
		double start = now_us();

		for (int j = 0; j < 10; j++) {
			query.size = sizeof(answer);
			call(fd, DRM_IOCTL_AXLE_QUERY, &query, "QUERY");
		}
		samples[i] = (now_us() - start) / 10;
	}
	close(fd);
	printf("telemetry %.3f us\n", sample_median(samples, SAMPLES));
}

static uint32_t create_bo(int fd, uint64_t size, uint32_t region)
{
	struct drm_axle_bo_create bo = {
		.size = size,
		.region = region,
		.flags = DRM_AXLE_BO_CPU,
	};

	call(fd, DRM_IOCTL_AXLE_BO_CREATE, &bo, "BO_CREATE");
	return bo.handle;
}

static void close_bo(int fd, uint32_t handle)
{
	struct gem_close args = { .handle = handle };

	call(fd, _IOW('d', 0x09, struct gem_close), &args, "GEM_CLOSE");
}

static void touch(void *memory, uint64_t size)
{
	if (memory == MAP_FAILED)
		die("mmap");
	for (uint64_t at = 0; at < size; at += PAGE)
		((volatile char *)memory)[at] = 1;
	munmap(memory, size);
}

static void use_bo(int fd, uint64_t size)
{
	struct drm_axle_bo_info info = { .handle = create_bo(fd, size, 0) };

	call(fd, DRM_IOCTL_AXLE_BO_INFO, &info, "BO_INFO");
	touch(mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
		   (off_t)info.mmap_offset),
	      size);
	close_bo(fd, info.handle);
}

static void use_memfd(int fd, uint64_t size)
{
	int memory = memfd_create("bench", MFD_CLOEXEC);

	(void)fd;
	if (memory < 0 || ftruncate(memory, (off_t)size))
		die("memfd");
	touch(mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0),
	      size);
	close(memory);
}

static double measure_use(int fd, uint64_t size,
			  void (*use)(int fd, uint64_t size))
{
	int count = size > (1 << 20) ? 7 : 51;

	for (int i = -1; i < count; i++) {
		double start = now_us();

		use(fd, size);
		if (i >= 0)
			samples[i] = now_us() - start;
	}
	return sample_median(samples, (size_t)count);
}

static void measure_buffers(int fd)
{
	static const uint64_t sizes[] = { PAGE, 64 << 10, 1 << 20, 16 << 20,
					  64 << 20 };

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		uint64_t size = sizes[i];
		double bo = measure_use(fd, size, use_bo);
		double memfd = measure_use(fd, size, use_memfd);

		printf("buffer-%lluk %.1f us\n", (unsigned long long)size >> 10,
		       bo);
		printf("memfd-%lluk %.1f us\n", (unsigned long long)size >> 10,
		       memfd);
	}
}

static uint32_t create_vm(int fd)
{
	struct drm_axle_vm_create args = { 0 };

	call(fd, DRM_IOCTL_AXLE_VM_CREATE, &args, "VM_CREATE");
	return args.vm;
}

static void bind_all(int fd, uint32_t vm, uint32_t handle, uint64_t base,
		     uint64_t total)
{
	static struct drm_axle_bind binds[BINDS];
	struct drm_axle_vm_bind args = {
		.vm = vm,
		.binds = (uintptr_t)binds,
		.bind_count = (uint32_t)(total / LARGE),
		.bind_stride = sizeof(binds[0]),
	};

	for (uint64_t i = 0; i < total / LARGE; i++)
		binds[i] = (struct drm_axle_bind){
			.op = handle ? DRM_AXLE_BIND_MAP : DRM_AXLE_BIND_UNMAP,
			.handle = handle,
			.address = base + i * LARGE,
			.size = LARGE,
		};
	call(fd, DRM_IOCTL_AXLE_VM_BIND, &args, "VM_BIND");
}

/* At base + 4 KiB nothing is aligned to large pages. */
static void measure_bind(int fd, uint32_t handle, const char *name,
			 uint64_t base, uint64_t total)
{
	uint32_t vm = create_vm(fd);
	struct drm_axle_vm_destroy destroy = { .vm = vm };
	uint64_t page = base % LARGE ? PAGE : LARGE;

	for (int i = -1; i < 7; i++) {
		double start = now_us();

		bind_all(fd, vm, handle, base, total);
		if (i >= 0)
			samples[i] = now_us() - start;
		bind_all(fd, vm, 0, base, total);
	}
	printf("%s-%lluM %.4f us\n", name, (unsigned long long)total >> 20,
	       sample_median(samples, 7) / (double)(total / page));
	call(fd, DRM_IOCTL_AXLE_VM_DESTROY, &destroy, "VM_DESTROY");
}

static void measure_binds(int fd)
{
	uint32_t handle = create_bo(fd, LARGE, 1);

	for (uint64_t total = GIB / 16; total <= GIB; total *= 4) {
		measure_bind(fd, handle, "bind-4k-page", LARGE + PAGE, total);
		measure_bind(fd, handle, "bind-2M-page", LARGE, total);
	}
	close_bo(fd, handle);
}

static uint32_t create_queue(int fd, uint32_t mode)
{
	struct drm_axle_queue_create args = {
		.mode = mode,
		.vm = create_vm(fd),
		.priority = 1,
	};

	call(fd, DRM_IOCTL_AXLE_QUEUE_CREATE, &args, "QUEUE_CREATE");
	return args.queue;
}

static void wait_idle(int fd, uint64_t sequence)
{
	struct {
		struct drm_axle_query_queues head;
		struct drm_axle_queue_state state;
	} queues;
	struct drm_axle_query query = {
		.topic = DRM_AXLE_TOPIC_QUEUES,
		.data = (uintptr_t)&queues,
		.size = sizeof(queues),
	};

	do {
		usleep(1000);
		query.size = sizeof(queues);
		call(fd, DRM_IOCTL_AXLE_QUERY, &query, "QUERY");
	} while (queues.state.done < sequence);
}

/* The call alone, in bursts that never fill the queue. */
static void measure_submit(int fd)
{
	struct vnpu_desc nop = { .opcode = VNPU_OP_NOP };
	struct drm_axle_submit args = {
		.queue = create_queue(fd, DRM_AXLE_QUEUE_KERNEL),
		.commands = (uintptr_t)&nop,
		.command_size = sizeof(nop),
	};

	for (int i = 0; i < ROUNDS; i++) {
		double start = now_us();
		uint64_t sequence = 0;

		for (int j = 0; j < BURST; j++) {
			args.sequence = 0;
			call(fd, DRM_IOCTL_AXLE_SUBMIT, &args, "SUBMIT");
			sequence = args.sequence;
		}
		samples[i] = (now_us() - start) / BURST;
		wait_idle(fd, sequence);
	}
	printf("submit-call %.3f us\n", sample_median(samples, ROUNDS));
}

static long free_kib(void)
{
	char line[128];
	long value = 0;
	FILE *file = fopen("/proc/meminfo", "r");

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "MemFree: %ld", &value) == 1)
			break;
	if (file)
		fclose(file);
	return value;
}

/* A context with an address space and a user-mode queue, idle. */
static int open_context(unsigned int index)
{
	int fd = open_node(index);

	if (fd < 0)
		die("open");
	create_queue(fd, DRM_AXLE_QUEUE_USER);
	return fd;
}

static void measure_contexts(unsigned int index)
{
	static int fds[CONTEXTS];
	static double times[CONTEXTS];
	long before = free_kib();

	for (int i = 0; i < CONTEXTS; i++) {
		double start = now_us();

		fds[i] = open_context(index);
		times[i] = now_us() - start;
	}
	printf("context-memory %.1f KiB\n",
	       (double)(before - free_kib()) / CONTEXTS);
	for (int i = 0; i < CONTEXTS; i++)
		close(fds[i]);
	printf("context-first-16 %.1f us\n", sample_median(times, 16));
	printf("context-last-16 %.1f us\n",
	       sample_median(times + CONTEXTS - 16, 16));
}

int main(void)
{
	unsigned int index = find_vnpu();
	int fd = open_node(index);

	if (fd < 0)
		die("open");
	measure_ioctl(fd);
	measure_telemetry(index);
	measure_submit(fd);
	measure_buffers(fd);
	measure_binds(fd);
	close(fd);
	measure_contexts(index);
	return 0;
}
