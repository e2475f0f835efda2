/* SPDX-License-Identifier: MIT */
/* Jobs on QEMU's edu device, for the tests that run with it. */
#ifndef AXLE_TESTS_EDU_H
#define AXLE_TESTS_EDU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <drm/axle_edu.h>

#define EDU_PAGES 4
#define EDU_SIZE (EDU_PAGES * 4096ul)

enum edu_engine {
	EDU_FACTORIAL,
	EDU_DMA,
	EDU_ENGINES
};

/* A context with a queue of each engine, a buffer and a syncobj. */
struct edu {
	int fd;
	uint32_t queues[EDU_ENGINES];
	uint32_t bo;
	unsigned char *bytes; /* of the buffer, EDU_SIZE */
	uint32_t sync;
};

/* Time-out zero: the driver's. False with errno set. */
bool edu_open(struct edu *edu, uint32_t timeout_ms);
/* The same on a descriptor that is open. */
bool edu_use(struct edu *edu, int fd, uint32_t timeout_ms);
void edu_close(struct edu *edu);

/* All on the one buffer, which may be written; 0, or -1 with errno set. */
int edu_submit(struct edu *edu, uint32_t queue,
	       const struct drm_axle_edu_command *commands, uint32_t count);
/* Wait for the last job: 0, or the negative errno of a call or of the job. */
int edu_wait(struct edu *edu);

/* Submit and wait: 0 or a negative errno. */
int edu_run(struct edu *edu, enum edu_engine engine,
	    const struct drm_axle_edu_command *commands, uint32_t count);
int edu_factorial(struct edu *edu, uint32_t n, uint32_t *result);
/* Within the buffer. */
int edu_copy(struct edu *edu, uint64_t dst, uint64_t src, uint32_t size);

#endif
