// SPDX-License-Identifier: MIT
/*
 * Helpers of the uAPI tests. They hold no state; whatever they open, the
 * caller closes.
 */
#include "uapi.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define DEVICES_MAX 16

static int open_node(const char *format, int index)
{
	char path[64];

	snprintf(path, sizeof(path), format, index);
	return open(path, O_RDWR | O_CLOEXEC);
}

int uapi_open_compute(int index)
{
	return open_node("/dev/accel/accel%d", index);
}

int uapi_open_control(int index)
{
	return open_node("/dev/accel/accel_control%d", index);
}

int uapi_query(int fd, uint32_t topic, void *data, uint32_t size)
{
	struct drm_axle_query query = {
		.topic = topic,
		.data = (uintptr_t)data,
		.size = size,
	};

	return ioctl(fd, DRM_IOCTL_AXLE_QUERY, &query);
}

int uapi_find(const char *driver)
{
	struct drm_axle_query_device device;
	int found = -1;

	for (int i = 0; i < DEVICES_MAX && found < 0; i++) {
		int fd = uapi_open_control(i);

		if (fd < 0)
			continue;
		if (!uapi_query(fd, DRM_AXLE_TOPIC_DEVICE, &device,
				sizeof(device)) &&
		    strcmp(device.driver, driver) == 0)
			found = i;
		close(fd);
	}
	return found;
}

int uapi_ioctl_sized(int fd, unsigned long cmd, size_t size, void *arg)
{
	cmd &= ~((unsigned long)_IOC_SIZEMASK << _IOC_SIZESHIFT);
	return ioctl(fd, cmd | size << _IOC_SIZESHIFT, arg);
}

bool uapi_fdinfo(int fd, const char *key, char *value, size_t size)
{
	char path[64], line[256];
	size_t n = strlen(key);
	bool found = false;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	file = fopen(path, "r");
	if (!file)
		return false;
	while (!found && fgets(line, sizeof(line), file)) {
		if (strncmp(line, key, n) || line[n] != ':')
			continue;
		line[strcspn(line, "\n")] = '\0';
		snprintf(value, size, "%s",
			 line + n + 1 + strspn(line + n + 1, " \t"));
		found = true;
	}
	fclose(file);
	return found;
}

bool uapi_read_line(const char *path, char *line, size_t size)
{
	FILE *file = fopen(path, "r");
	bool ok;

	if (!file)
		return false;
	ok = fgets(line, size, file);
	fclose(file);
	if (ok)
		line[strcspn(line, "\n")] = '\0';
	return ok;
}

bool uapi_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool ok;

	if (fd < 0)
		return false;
	ok = write(fd, text, strlen(text)) == (ssize_t)strlen(text);
	close(fd);
	return ok;
}

char *uapi_bus_device(int index)
{
	char path[64];

	snprintf(path, sizeof(path), "/sys/class/accel/accel%d/device", index);
	return realpath(path, NULL);
}

uint64_t uapi_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000ull + now.tv_nsec / 1000000;
}

bool uapi_wait_path(const char *path, bool exists)
{
	uint64_t end = uapi_now_ms() + 5000;

	while ((access(path, F_OK) == 0) != exists) {
		if (uapi_now_ms() > end)
			return false;
		usleep(10000);
	}
	return true;
}

int uapi_shell(const char *format, ...)
{
	char command[1024];
	va_list args;
	int status;

	va_start(args, format);
	vsnprintf(command, sizeof(command), format, args);
	va_end(args);
	status = system(command);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Bytes in kmalloc slabs, exact, as the per-CPU lists are flushed first. */
static long kmalloc_bytes(void)
{
	char line[64] = "";
	FILE *file;

	uapi_shell("for f in /sys/kernel/slab/kmalloc*/shrink; do echo 1 > $f; "
		   "done");
	file = popen("awk '/^kmalloc/ { n += $2 * $4 } END { print n }' "
		     "/proc/slabinfo",
		     "r");
	if (!file)
		return -1;
	if (!fgets(line, sizeof(line), file))
		line[0] = '\0';
	pclose(file);
	return strtol(line, NULL, 10);
}

long uapi_growth(void (*use)(const void *arg), const void *arg, int times)
{
	long least = LONG_MAX;

	for (int round = 0; round < 4 && least > 0; round++) {
		long start = kmalloc_bytes(), grown;

		for (int i = 0; i < times; i++)
			use(arg);
		usleep(200000); /* for what RCU frees */
		grown = kmalloc_bytes() - start;
		least = grown < least ? grown : least;
	}
	return least;
}

int uapi_send_fd(int socket, int fd)
{
	char byte = 0, control[CMSG_SPACE(sizeof(int))] = { 0 };
	struct iovec iov = { &byte, 1 };
	struct msghdr message = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(header), &fd, sizeof(fd));
	return sendmsg(socket, &message, 0) == 1 ? 0 : -1;
}

int uapi_receive_fd(int socket)
{
	char byte, control[CMSG_SPACE(sizeof(int))];
	struct iovec iov = { &byte, 1 };
	struct msghdr message = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	int fd;

	if (recvmsg(socket, &message, 0) != 1 || !CMSG_FIRSTHDR(&message))
		return -1;
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(fd));
	return fd;
}
