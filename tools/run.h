/* SPDX-License-Identifier: MIT */
/* What axle run was asked for, and what came of it. */
#ifndef AXLE_TOOLS_RUN_H
#define AXLE_TOOLS_RUN_H

#include "network.h"
#include "runner.h"

struct progress;

struct run {
	const char *path;
	const char *device; /* NULL: the default */
	const char *output; /* directory, NULL: none */
	uint32_t repeat;
	uint32_t threads; /* 0: the default */
	uint32_t timeout_ms; /* of one run */
	bool time;
	bool json;
	struct network_options options;

	struct progress *progress;
	struct network network;
	struct runner runner;
	struct loaded loaded;
	char **files; /* that the outputs were written to; NULL: none */
	uint64_t import_ns;
	uint64_t prepare_ns;
	uint64_t *run_ns; /* each */
	uint64_t *op_ns; /* each operation, all runs; NULL without time */
};

/* run-options.c: options.given and options.shapes have room for argc. */
enum status run_parse(const struct command *self, int argc, char **argv,
		      struct run *run);

/* What was given for an input; NULL: nothing, so it is filled. */
const struct given *run_given(const struct run *run, const char *name);
/* An output with its data, which are the device's memory. */
struct port run_output(const struct run *run, uint32_t number);

struct run_times {
	uint64_t median;
	uint64_t min;
	uint64_t max;
};

struct run_times run_times(const struct run *run);

/* run-output.c: NAME.npy for each output. */
int run_write_outputs(struct run *run, struct why *why);

/* "CONV add relu"; cut where the buffer ends. */
const char *run_op_text(const struct run *run, uint32_t number, char *out,
			size_t size);

void run_print_text(const struct run *run);
void run_print_json(const struct run *run);

#endif
