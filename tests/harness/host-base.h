/* SPDX-License-Identifier: MIT */
/*
 * What the host of every device model that runs inside a test has: the bus, one
 * arena of memory that the device may use, and a count of its interrupts.
 */
#ifndef AXLE_TESTS_HOST_BASE_H
#define AXLE_TESTS_HOST_BASE_H

#include "common/inproc.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HOST_VECTORS 64

struct host_base {
	struct axm_inproc *bus;
	uint8_t *arena; /* zeroed; between two pages that nobody may touch */
	size_t size, used; /* of the arena */
	atomic_uint irqs[HOST_VECTORS];
	char error[128]; /* why the device was not created */
};

/*
 * A device with an arena of so many bytes, and with the options of both lists,
 * which end with a NULL name, or are NULL. False: there is nothing to close.
 */
bool host_base_open(struct host_base *base, const struct axm_device_ops *ops,
		    size_t size, const struct axm_inproc_option *options,
		    const struct axm_inproc_option *more);
void host_base_close(struct host_base *base);

/* From the arena, zeroed. To set used back is to free. */
void *host_base_alloc(struct host_base *base, size_t size, size_t align);
/* A command at the control socket and its answer; 0 or -errno. */
int host_base_command(struct host_base *base, const char *line, char *text,
		      size_t size);

static inline uint64_t host_address(const void *at)
{
	return (uintptr_t)at;
}

uint64_t host_now_ns(void);
void host_sleep_us(unsigned int us);

#endif
