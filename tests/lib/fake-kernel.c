// SPDX-License-Identifier: MIT
/*
 * The kernel's side of a made-up tree: open(), faccessat() and ioctl() for
 * files below a directory dev/accel, all others go to the real ones. Being
 * part of the program, these come before those of the C library.
 *
 * What a node does is in its file, see fake-tree.h. It has no state, so any
 * number of descriptors and threads may use it.
 */
#include <drm/axle_drm.h>
#include <drm/axle_edu.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

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

static int query(struct drm_axle_query *args, const char *behaviour)
{
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

static int factorial(struct drm_axle_edu_factorial *args)
{
	if (args->n > DRM_AXLE_EDU_FACTORIAL_MAX)
		return EINVAL;
	args->result = 1;
	for (uint32_t i = 2; i <= args->n; i++)
		args->result *= i;
	return 0;
}

static int copy(struct drm_axle_edu_copy *args)
{
	if (!args->size || args->size > DRM_AXLE_EDU_COPY_MAX || args->pad)
		return EINVAL;
	if (!args->src || !args->dst)
		return EFAULT;
	memmove((void *)(uintptr_t)args->dst, (void *)(uintptr_t)args->src,
		args->size);
	return 0;
}

static int call(unsigned long request, void *arg, const char *behaviour)
{
	if (request == DRM_IOCTL_AXLE_QUERY)
		return query(arg, behaviour);
	if (request == DRM_IOCTL_AXLE_RESET)
		return 0;
	if (request == DRM_IOCTL_AXLE_EDU_FACTORIAL)
		return factorial(arg);
	if (request == DRM_IOCTL_AXLE_EDU_COPY)
		return copy(arg);
	return ENOTTY;
}

/* Every other call is cut short first, as a signal would do it. */
static int interrupted(void)
{
	static _Thread_local unsigned int calls;

	return calls++ % 2 ? 0 : EINTR;
}

int ioctl(int fd, unsigned long request, ...)
{
	char link[64], path[PATH_MAX] = "", behaviour[64];
	va_list args;
	void *arg;
	int err;

	va_start(args, request);
	arg = va_arg(args, void *);
	va_end(args);
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	if (readlink(link, path, sizeof(path) - 1) < 0 ||
	    !strstr(path, "/dev/accel/"))
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
