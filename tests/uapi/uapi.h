/* SPDX-License-Identifier: MIT */
/*
 * Raw access to the two nodes of a device on the kit, for tests of the
 * kernel-user contract: no library in between.
 */
#ifndef AXLE_TESTS_UAPI_H
#define AXLE_TESTS_UAPI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>

#include <drm/axle_drm.h>

/* N of the first device of this driver, or -1. */
int uapi_find(const char *driver);

/* Open a node of device N; -1 with errno set, as open(2). */
int uapi_open_compute(int index);
int uapi_open_control(int index);

/* One query; 0, or -1 with errno set. */
int uapi_query(int fd, uint32_t topic, void *data, uint32_t size);

/* A call whose struct has another size than the header says. */
int uapi_ioctl_sized(int fd, unsigned long cmd, size_t size, void *arg);

/* Value of "KEY:\tVALUE" in the fdinfo of @fd; false if there is none. */
bool uapi_fdinfo(int fd, const char *key, char *value, size_t size);

/* First line of a file, without the newline; false if it cannot be read. */
bool uapi_read_line(const char *path, char *line, size_t size);
bool uapi_write(const char *path, const char *text);

/* sysfs directory of the bus device of accelN, as a new string. */
char *uapi_bus_device(int index);

/* Wait until @path exists, or not, for up to five seconds. */
bool uapi_wait_path(const char *path, bool exists);

/* Run a shell command; its exit status. */
int uapi_shell(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * Bytes of kernel memory that so many uses cost for good. What the kernel keeps
 * for itself comes and goes, a leak grows every time: the least growth of a few
 * rounds is what counts.
 */
long uapi_growth(void (*use)(const void *arg), const void *arg, int times);

/* Pass a descriptor over a UNIX socket. */
int uapi_send_fd(int socket, int fd);
int uapi_receive_fd(int socket);

uint64_t uapi_now_ms(void);

#endif
