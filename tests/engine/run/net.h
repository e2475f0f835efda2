/* SPDX-License-Identifier: MIT */
/*
 * Programs of one operation with random data, run by the engine. An operand is
 * a letter for its place, its dimensions and a letter for its layout, as in
 * "a1,3,8,8l": i input, d data, o output, a arena (an input there is filled
 * from an input of the program, a result there is copied to an output);
 * nothing or l for channels last, b for blocks. "-" is a missing one.
 */
#ifndef AXLE_TESTS_NET_H
#define AXLE_TESTS_NET_H

#include <axt/program.h>

#include "engine.h"

struct net_row {
	const char *sentence;
	uint32_t code;
	const void *attributes;
	const char *inputs; /* separated by spaces */
	const char *output;
	uint32_t posts;
	const struct axt_post *post;
	const char *post_tensors; /* of binary ones; "=" is the result's own */
};

#define NET_PORTS 16

struct net {
	void *blob;
	struct axt_program *program;
	void *in[NET_PORTS];
	size_t out_size;
	uint32_t ops;
};

bool net_make(struct net *net, const struct net_row *row);
void net_clear(struct net *net);

/* One run by a new engine: the first output, for free(); NULL: see *error. */
float *net_run(const struct net *net, unsigned int isa, unsigned int threads,
	       int *error);

/* Runs an engine; spans, stopped: as in the run. */
int net_run_engine(const struct net *net, struct axt_engine *engine,
		   struct axt_engine_run *run, float **out);

#endif
