/* SPDX-License-Identifier: MIT */
/* What an ONNX file says that its network takes and gives. */
#ifndef AXLE_TOOLS_MODEL_H
#define AXLE_TOOLS_MODEL_H

#include "why.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct model_port {
	char *name;
	/* "" for a tensor of numbers, else what it is: "sequence", "string" */
	char kind[32];
	bool has_default; /* an initializer of the same name */
	bool open; /* a tensor with a dimension that is not fixed */
};

struct model {
	struct model_port *inputs;
	size_t input_count;
	struct model_port *outputs;
	size_t output_count;
	char first_op[64]; /* operation of the first node, "" if none */
};

int model_read(const void *data, size_t size, struct model *out,
	       struct why *why);
void model_fini(struct model *model);

/* NULL if there is none. */
const struct model_port *model_input(const struct model *model,
				     const char *name);

#endif
