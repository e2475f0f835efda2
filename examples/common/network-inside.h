/* SPDX-License-Identifier: MIT */
/* What runtime.c, network.c and job.c know of each other. */
#ifndef EXAMPLES_NETWORK_INSIDE_H
#define EXAMPLES_NETWORK_INSIDE_H

#include "network.h"

#include <axl/axle.h>

#define SHAPES_MAX 16
#define PORTS_MAX 8

struct runtime {
	struct axl_system *system;
	struct axl_device *device;
	struct axl_context *context;
	struct axl_queue *queue;
	uint64_t last_point; /* of the last job */
	struct runtime_stats stats;
};

struct port {
	uint64_t size; /* bytes */
	uint32_t rank;
	uint32_t dims[NETWORK_RANK_MAX];
};

/* A program for one shape. */
struct variant {
	char shape[96];
	struct axl_program *program;
	uint64_t macs;
	struct port input;
	struct port outputs[PORTS_MAX];
	uint32_t output_count;
	uint32_t users; /* jobs, which point here */
	uint64_t last_used; /* by the network's count of uses */
};

struct network {
	struct runtime *runtime;
	char *path;
	struct variant variants[SHAPES_MAX]; /* those with a program */
	uint64_t uses;
};

/* The program for the shape, compiled if need be; it has one more user. */
int network_use(struct network *network, const char *shape,
		struct variant **out, struct trouble *trouble);

#endif
