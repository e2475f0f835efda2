/* SPDX-License-Identifier: MIT */
/*
 * Work for a vnpu of the datacenter profile whose results are checked: a
 * context with an address space, two buffers in it and a kernel-mode queue.
 */
#ifndef AXLE_TESTS_FAULT_LOAD_H
#define AXLE_TESTS_FAULT_LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vnpu_regs.h"

#define LOAD_BASE 0x1000000000ull
#define LOAD_SIZE 65536u /* of each buffer */
#define LOAD_TIMEOUT_MS 500u
/* How long any fence may take: the kit waits 16 times the time-out. */
#define LOAD_WAIT_MS 60000

/* What load_job() returns besides 0 and errnos. */
#define LOAD_WRONG 1001 /* done, and the result is not right */
#define LOAD_HUNG 1002 /* the fence did not signal */

struct load {
	int fd; /* -1: not open */
	uint32_t vm, handle, queue, sync;
	uint64_t *words; /* both buffers, one behind the other */
};

/* 0 or an errno. */
int load_open(struct load *load, uint32_t engine);
void load_close(struct load *load);

/* Submit descriptors; the syncobj gets their fence. 0 or an errno. */
int load_submit(struct load *load, const struct vnpu_desc *desc, uint32_t count,
		uint32_t sync);
/* Wait for a fence; its error as an errno, 0, or LOAD_HUNG. */
int load_wait(struct load *load, uint32_t sync);

/* Fill one buffer, copy it to the other, look at it there. */
int load_job(struct load *load, uint64_t pattern);

struct vnpu_desc load_fill(uint64_t dst, uint64_t size, uint64_t pattern);
struct vnpu_desc load_copy(uint64_t dst, uint64_t src, uint64_t size);

#endif
