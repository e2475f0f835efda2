/* SPDX-License-Identifier: MIT */
/*
 * Programs on a device: one device, context and queue, and on them a program
 * at a time with memory for its inputs and outputs. Functions return 0 or
 * -errno, and then say why.
 */
#ifndef AXLE_TOOLS_RUNNER_H
#define AXLE_TOOLS_RUNNER_H

#include "why.h"

#include <axl/axle.h>
#include <axt/program.h>

#include <stdbool.h>

struct runner {
	struct axl_device *device;
	struct axl_context *context;
	struct axl_queue *queue;
};

/* The name as of axl_device_open(). Closed also after an error. */
int runner_open(struct axl_system *system, const char *name,
		uint32_t timeout_ms, struct runner *out, struct why *why);
void runner_close(struct runner *runner);

struct loaded {
	const struct runner *runner;
	const struct axt_program *program;
	struct axl_program *handle;
	struct axl_bo *bo; /* of all inputs, outputs and spans */
	uint8_t *memory; /* the same, mapped */
	struct axl_binding *bindings; /* inputs, then outputs, then spans */
	uint32_t binding_count;
};

/* The blob may go afterwards, the program must stay. */
int runner_load(const struct runner *runner, const void *blob, size_t size,
		const struct axt_program *program, bool spans,
		struct loaded *out, struct why *why);
void runner_unload(struct loaded *loaded);

void *loaded_input(const struct loaded *loaded, uint32_t number);
void *loaded_output(const struct loaded *loaded, uint32_t number);
/* One for each operation; NULL if they were not asked for. */
const struct axl_span *loaded_spans(const struct loaded *loaded);

/* Once, to its end. After an error the queue takes further runs. */
int loaded_run(const struct loaded *loaded, struct why *why);

#endif
