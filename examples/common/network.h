/* SPDX-License-Identifier: MIT */
/*
 * Networks on an accelerator: ONNX files, compiled for the shape that is
 * needed, and jobs of them on one queue. Functions return 0 or a negative
 * errno, with words in the trouble.
 *
 * Jobs run in the order of their submission; submit many, then wait for each.
 * One thread at a time. Close in the opposite order of opening.
 */
#ifndef EXAMPLES_NETWORK_H
#define EXAMPLES_NETWORK_H

#include "trouble.h"

#include <stddef.h>
#include <stdint.h>

#define NETWORK_RANK_MAX 8

struct runtime;
struct network;
struct job;

/* What was done since the runtime was opened. */
struct runtime_stats {
	uint32_t programs; /* compiled */
	uint32_t jobs; /* run */
	uint64_t macs; /* multiply-accumulates of all jobs */
	double compile_ms; /* reading, compiling and preparing */
	double device_ms; /* that the device worked, of jobs waited for */
};

/* A NULL device is the default, 0 threads are the device's choice. */
int runtime_open(const char *device, uint32_t threads, struct runtime **out,
		 struct trouble *trouble);
void runtime_close(struct runtime *runtime);
void runtime_stats(const struct runtime *runtime, struct runtime_stats *out);
/* "soft" or "accel0", and what it is; valid as long as the runtime. */
const char *runtime_device(const struct runtime *runtime);
const char *runtime_product(const struct runtime *runtime);

int network_open(struct runtime *runtime, const char *path,
		 struct network **out, struct trouble *trouble);
void network_close(struct network *network);

/*
 * A job with memory of its own. The shape is as in "x=1,3,48,320", or NULL for
 * a network with fixed shapes. A shape is compiled once and kept; of more
 * than 16 shapes, those last used.
 */
int job_create(struct network *network, const char *shape, struct job **out,
	       struct trouble *trouble);
void job_destroy(struct job *job);
/* Floats of the only input; zero at first, not to be touched while it runs. */
float *job_input(struct job *job, size_t *count);
int job_submit(struct job *job, struct trouble *trouble);
int job_wait(struct job *job, struct trouble *trouble);
/* Both. */
int job_run(struct job *job, struct trouble *trouble);

struct job_output {
	const float *data;
	size_t count;
	uint32_t rank;
	uint32_t dims[NETWORK_RANK_MAX];
};

/* After job_wait(), until destroy. -ENOENT if there is no such output. */
int job_output(struct job *job, uint32_t number, struct job_output *out);

/* Milliseconds on the monotonic clock. */
double now_ms(void);

#endif
