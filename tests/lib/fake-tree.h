/* SPDX-License-Identifier: MIT */
/*
 * A made-up /sys and /dev below a temporary directory, in the shape that the
 * kernel gives them. Together with fake-kernel.c, whose open() and ioctl()
 * answer for the nodes, libaxle can be tested without any device.
 *
 * What a node does is what its file says: nothing for a healthy device,
 * "errno N" to refuse to be opened with that number, "ioctl N" to fail every
 * call with it, "job N" to have every job end with it, "nonsense" to break the
 * rules of the driver kit, "monitor" to have telemetry, limits and errors of the
 * hardware, "qaic" to be that driver's (fake-qaic.h).
 */
#ifndef AXLE_TESTS_FAKE_TREE_H
#define AXLE_TESTS_FAKE_TREE_H

#include <stddef.h>

/* Makes the directory with empty class and bus; the path is the caller's. */
char *fake_create(void);
void fake_destroy(char *root);

/* All of these end the program if they fail: there is no test without them. */
void fake_file(const char *root, const char *path, const char *text);
void fake_bytes(const char *root, const char *path, const void *bytes,
		size_t size);
void fake_link(const char *root, const char *path, const char *target);

struct fake_function {
	const char *address; /* "0000:00:04.0" */
	const char *id; /* "1234:11E8" */
	const char *class; /* "FF00" as in uevent */
	const char *driver; /* NULL: none bound */
	const char *numa_node; /* NULL: "-1" */
};

void fake_pci(const char *root, const struct fake_function *function);
/* accelN on a device made before; path below /sys/devices. */
void fake_accel(const char *root, unsigned int n, const char *parent);
/* accel_controlN likewise. */
void fake_control(const char *root, unsigned int n, const char *parent);
void fake_node(const char *root, const char *name, const char *behaviour);

/* A healthy edu device, the simplest case: fake_pci() and all the rest. */
void fake_edu(const char *root, unsigned int n, const char *address);

/* What is open as descriptor fd of a process: the link, and its fdinfo. */
void fake_open(const char *root, unsigned int pid, unsigned int fd,
	       const char *link, const char *fdinfo);
/* A process with such a name and user. */
void fake_process(const char *root, unsigned int pid, const char *name,
		  unsigned int uid);

/* By name, as below; returns 0, or -1 for an unknown name. */
int fake_scenario(const char *root, const char *name);

#endif
