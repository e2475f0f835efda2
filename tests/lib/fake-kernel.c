// SPDX-License-Identifier: MIT
/*
 * The kernel's side of a made-up tree: open(), faccessat(), mmap() and ioctl()
 * for files below a directory dev/accel, all others go to the real ones. Being
 * part of the program, these come before those of the C library.
 *
 * What a node does is in its file, see fake-tree.h. It has no state, so any
 * number of descriptors and threads may use it: a handle is a descriptor of an
 * unnamed file, which is the memory of a buffer object, or holds the error of
 * the job that a syncobj stands for.
 */
#include <drm/axle_drm.h>
#include <drm/axle_edu.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/sync_file.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../../lib/drm_core.h"
#include "fake-qaic.h"

/* Reads what a node is to do; empty for a healthy one. */
static void read_behaviour(int fd, char *out, size_t size)
{
	ssize_t n = pread(fd, out, size - 1, 0);

	out[n > 0 ? n : 0] = '\0';
}

static int number_behind(const char *behaviour, const char *word)
{
	size_t length = strlen(word);

	if (strncmp(behaviour, word, length) != 0)
		return 0;
	return atoi(behaviour + length);
}

static int real_open(const char *path, int flags, int mode)
{
	return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

/* The errno with which a node refuses, 0 if it does not or is none. */
static int refusal(const char *path)
{
	char behaviour[64];
	int fd;

	if (!strstr(path, "/dev/accel/"))
		return 0;
	fd = real_open(path, O_RDONLY | O_CLOEXEC, 0);
	if (fd < 0)
		return 0;
	read_behaviour(fd, behaviour, sizeof(behaviour));
	close(fd);
	return number_behind(behaviour, "errno ");
}

int open(const char *path, int flags, ...)
{
	int refused = refusal(path);
	va_list args;
	int mode;

	if (refused) {
		errno = refused;
		return -1;
	}
	va_start(args, flags);
	mode = flags & O_CREAT ? va_arg(args, int) : 0;
	va_end(args);
	return real_open(path, flags, mode);
}

int faccessat(int dir, const char *path, int mode, int flags)
{
	int refused = refusal(path);

	if (refused == EACCES) {
		errno = refused;
		return -1;
	}
	return (int)syscall(SYS_faccessat, dir, path, mode, 0);
}

static void answer(struct drm_axle_query *args, const void *bytes,
		   uint32_t size)
{
	uint32_t n = args->size < size ? args->size : size;
	char *to = (char *)(uintptr_t)args->data;

	memcpy(to, bytes, n);
	memset(to + n, 0, args->size - n);
	args->size = size;
}

/* The head of both array answers, whose structs end in a flexible array. */
struct head {
	uint32_t count;
	uint32_t stride;
};

struct engines {
	struct head head;
	struct drm_axle_engine engines[2];
};

struct memory {
	struct head head;
	struct drm_axle_memory_region regions[2];
};

static const struct drm_axle_query_device device = {
	.uapi_version = DRM_AXLE_UAPI_VERSION,
	.device_class = DRM_AXLE_CLASS_TEST,
	.driver = "edu",
	.driver_version = "1.0",
	.name = "QEMU edu",
};

static const struct drm_axle_query_limits limits = { 4, 2, 2, 28 };

static const struct engines engines = {
	{ .count = 2, .stride = sizeof(struct drm_axle_engine) },
	{ { "factorial", .busy_ns = 1500000 }, { "dma" } },
};

static const struct memory memory = {
	{ .count = 2, .stride = sizeof(struct drm_axle_memory_region) },
	{ { "host", DRM_AXLE_MEMORY_HOST, .used = 8192 },
	  { "buffer", DRM_AXLE_MEMORY_DEVICE, .size = 4096, .used = 1024 } },
};

static const struct drm_axle_query_health health = {
	.state = DRM_AXLE_STATE_READY,
	.resets = 1,
	.faults = 3,
};

static const struct {
	const void *bytes;
	uint32_t size;
} topics[] = {
	[DRM_AXLE_TOPIC_DEVICE] = { &device, sizeof(device) },
	[DRM_AXLE_TOPIC_LIMITS] = { &limits, sizeof(limits) },
	[DRM_AXLE_TOPIC_ENGINES] = { &engines, sizeof(engines) },
	[DRM_AXLE_TOPIC_MEMORY] = { &memory, sizeof(memory) },
	[DRM_AXLE_TOPIC_HEALTH] = { &health, sizeof(health) },
};

/* Strings without an end, arrays that reach past it, huge numbers. */
static int nonsense(struct drm_axle_query *args)
{
	memset((char *)(uintptr_t)args->data, 0xff, args->size);
	return 0;
}

/* An array that needs a second call, with elements longer than known. */
static int grown(struct drm_axle_query *args)
{
	static struct {
		struct head head;
		struct {
			struct drm_axle_engine engine;
			uint64_t more[9];
		} engines[30];
	} big;

	big.head.count = 30;
	big.head.stride = sizeof(big.engines[0]);
	for (unsigned int i = 0; i < 30; i++) {
		snprintf(big.engines[i].engine.name,
			 sizeof(big.engines[i].engine.name), "core%u", i);
		big.engines[i].engine.busy_ns = i;
	}
	answer(args, &big, sizeof(big));
	return 0;
}

static const struct drm_axle_query_telemetry telemetry = {
	.time_ns = 5000,
	.valid = DRM_AXLE_TELEMETRY_TEMPERATURE | DRM_AXLE_TELEMETRY_POWER |
		 DRM_AXLE_TELEMETRY_CLOCK,
	.flags = DRM_AXLE_TELEMETRY_HOT,
	.temperature_mc = 71500,
	.temperature_max_mc = 95000,
	.power_mw = 12250,
	.power_cap_mw = 20000,
	.power_cap_min_mw = 5000,
	.power_cap_max_mw = 25000,
	.energy_uj = 99, /* not valid */
	.clock_hz = 800000000,
	.rejected = 2,
};

static const struct drm_axle_query_ras ras = {
	.count = 2,
	.stride = sizeof(struct drm_axle_ras_unit),
	.pages_retired = 3,
	.pages_pending = 1,
	.units = { { "memory", 7, 1, 16 }, { "link", 5, 0, 0 } },
};

/* A node that does "monitor" has what operators ask for. */
static int query_monitor(struct drm_axle_query *args)
{
	if (args->topic == DRM_AXLE_TOPIC_TELEMETRY)
		answer(args, &telemetry, sizeof(telemetry));
	else if (args->topic == DRM_AXLE_TOPIC_RAS)
		answer(args, &ras,
		       sizeof(ras) + ras.count * sizeof(*ras.units));
	else
		return EINVAL;
	return 0;
}

static int query(struct drm_axle_query *args, const char *behaviour)
{
	if (args->topic >= DRM_AXLE_TOPIC_TELEMETRY &&
	    strcmp(behaviour, "monitor") == 0)
		return query_monitor(args);
	if (args->flags || args->pad || args->topic >= DRM_AXLE_TOPIC_CONTEXT)
		return EINVAL;
	if (strcmp(behaviour, "nonsense") == 0)
		return nonsense(args);
	if (strcmp(behaviour, "grown") == 0 &&
	    args->topic == DRM_AXLE_TOPIC_ENGINES)
		return grown(args);
	if (!topics[args->topic].bytes)
		return EOPNOTSUPP;
	answer(args, topics[args->topic].bytes, topics[args->topic].size);
	return 0;
}

static int new_file(size_t size, uint32_t *handle)
{
	int fd = memfd_create("fake", MFD_CLOEXEC);

	if (fd < 0 || ftruncate(fd, (off_t)size))
		return ENOMEM;
	*handle = (uint32_t)fd;
	return 0;
}

static int bo_create(struct drm_axle_bo_create *args)
{
	if (!args->size || args->pad || args->handle)
		return EINVAL;
	return new_file(args->size, &args->handle);
}

static int bo_info(struct drm_axle_bo_info *args)
{
	args->mmap_offset = (uint64_t)args->handle << 32;
	return 0;
}

static int queue_create(struct drm_axle_queue_create *args)
{
	if (args->engine > 1 || args->mode || !args->priority)
		return EINVAL;
	args->queue = 1 + args->engine;
	return 0;
}

static uint32_t factorial(uint32_t n)
{
	return n ? n * factorial(n - 1) : 1;
}

static int run(char *at, const struct drm_axle_edu_command *command,
	       char *buffer)
{
	uint32_t result;

	at += command->offset;
	switch (command->op) {
	case DRM_AXLE_EDU_FACTORIAL:
		result = factorial(command->value);
		memcpy(at, &result, sizeof(result));
		return 0;
	case DRM_AXLE_EDU_LOAD:
		memcpy(buffer, at, command->value);
		return 0;
	case DRM_AXLE_EDU_STORE:
		memcpy(at, buffer, command->value);
		return 0;
	}
	return EINVAL;
}

/* One object, one syncobj. */
static int submit(const struct drm_axle_submit *args, const char *behaviour)
{
	const struct drm_axle_edu_command *commands =
		(void *)(uintptr_t)args->commands;
	const struct drm_axle_use *use = (void *)(uintptr_t)args->uses;
	const struct drm_axle_sync *out = (void *)(uintptr_t)args->out_syncs;
	int error = number_behind(behaviour, "job ");
	char buffer[DRM_AXLE_EDU_BUFFER_SIZE];
	char *bytes;
	int err = 0;

	if (args->use_count != 1 || args->out_sync_count != 1)
		return EINVAL;
	bytes = mmap(NULL, sizeof(buffer), PROT_READ | PROT_WRITE, MAP_SHARED,
		     (int)use->handle, 0);
	if (bytes == MAP_FAILED)
		return ENOENT;
	for (uint32_t i = 0;
	     i < args->command_size / sizeof(*commands) && !err && !error; i++)
		err = (commands[i].op == DRM_AXLE_EDU_FACTORIAL) ==
				      (args->queue == 1) ?
			      run(bytes, &commands[i], buffer) :
			      EINVAL;
	munmap(bytes, sizeof(buffer));
	if (!err && pwrite((int)out->handle, &error, sizeof(error), 0) < 0)
		err = ENOENT;
	return err;
}

static int sync_file(struct drm_syncobj_handle *args)
{
	args->fd = dup((int)args->handle);
	return args->fd < 0 ? ENOENT : 0;
}

static int call_of_core(unsigned long request, void *arg)
{
	switch (request) {
	case DRM_IOCTL_GEM_CLOSE:
		return close((int)((struct drm_gem_close *)arg)->handle) ?
			       EINVAL :
			       0;
	case DRM_IOCTL_SYNCOBJ_CREATE:
		return new_file(sizeof(int),
				&((struct drm_syncobj_create *)arg)->handle);
	case DRM_IOCTL_SYNCOBJ_DESTROY:
		return close((int)((struct drm_syncobj_destroy *)arg)->handle) ?
			       EINVAL :
			       0;
	case DRM_IOCTL_SYNCOBJ_WAIT:
		return 0;
	case DRM_IOCTL_SYNCOBJ_HANDLE_TO_FD:
		return sync_file(arg);
	}
	return ENOTTY;
}

static int reset(const struct drm_axle_reset *args)
{
	if (args->scope == DRM_AXLE_RESET_ENGINE && args->engine > 1)
		return EINVAL;
	if (args->scope == DRM_AXLE_RESET_QUEUE &&
	    (args->client != 7 || args->queue != 2))
		return ENOENT;
	return args->scope > DRM_AXLE_RESET_QUEUE ? EINVAL : 0;
}

static int set_limit(const struct drm_axle_set_limit *args)
{
	if (args->limit != DRM_AXLE_LIMIT_POWER)
		return EOPNOTSUPP;
	return args->value > telemetry.power_cap_max_mw ||
			       (args->value &&
				args->value < telemetry.power_cap_min_mw) ?
		       EINVAL :
		       0;
}

static int call(unsigned long request, void *arg, const char *behaviour)
{
	if (strcmp(behaviour, "qaic") == 0) {
		int err = fake_qaic_call(request, arg);

		return err == ENOTTY ? call_of_core(request, arg) : err;
	}
	switch (request) {
	case DRM_IOCTL_AXLE_QUERY:
		return query(arg, behaviour);
	case DRM_IOCTL_AXLE_RESET:
		return reset(arg);
	case DRM_IOCTL_AXLE_SET_LIMIT:
		return set_limit(arg);
	case DRM_IOCTL_AXLE_QUEUE_DESTROY:
		return 0;
	case DRM_IOCTL_AXLE_BO_CREATE:
		return bo_create(arg);
	case DRM_IOCTL_AXLE_BO_INFO:
		return bo_info(arg);
	case DRM_IOCTL_AXLE_QUEUE_CREATE:
		return queue_create(arg);
	case DRM_IOCTL_AXLE_SUBMIT:
		return submit(arg, behaviour);
	}
	return call_of_core(request, arg);
}

/* The one call on a sync file: how its job ended. */
static int sync_file_info(int fd, struct sync_file_info *info)
{
	int error = 0;

	if (pread(fd, &error, sizeof(error), 0) < 0)
		return -1;
	info->status = error ? -error : 1;
	return 0;
}

static bool is_node(int fd)
{
	char link[64], path[PATH_MAX] = "";

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	return readlink(link, path, sizeof(path) - 1) >= 0 &&
	       strstr(path, "/dev/accel/");
}

void *mmap(void *address, size_t size, int prot, int flags, int fd,
	   off_t offset)
{
	if (fd >= 0 && offset >> 32 && is_node(fd)) {
		fd = (int)(offset >> 32);
		offset = 0;
	}
	return (void *)syscall(SYS_mmap, address, size, prot, flags, fd,
			       offset);
}

/* Every other call is cut short first, as a signal would do it. */
static int interrupted(void)
{
	static _Thread_local unsigned int calls;

	return calls++ % 2 ? 0 : EINTR;
}

int ioctl(int fd, unsigned long request, ...)
{
	char behaviour[64];
	va_list args;
	void *arg;
	int err;

	va_start(args, request);
	arg = va_arg(args, void *);
	va_end(args);
	if (request == SYNC_IOC_FILE_INFO)
		return sync_file_info(fd, arg);
	if (!is_node(fd))
		return (int)syscall(SYS_ioctl, fd, request, arg);

	read_behaviour(fd, behaviour, sizeof(behaviour));
	err = interrupted();
	if (!err)
		err = number_behind(behaviour, "ioctl ");
	if (!err)
		err = call(request, arg, behaviour);
	if (!err)
		return 0;
	errno = err;
	return -1;
}
