/* SPDX-License-Identifier: MIT */
/* A network from a file: a tensor program, or an ONNX model and its program. */
#ifndef AXLE_TOOLS_NETWORK_H
#define AXLE_TOOLS_NETWORK_H

#include "model.h"
#include "tensor.h"
#include "tool.h"

#include <axt/compile.h>
#include <axt/program.h>

/* An input that the user gives; --input NAME=FILE. */
struct given {
	char *name;
	const char *path;
	struct tensor tensor; /* data NULL: not read yet, a .raw */
};

struct network_options {
	const char **shapes; /* as in struct axt_compile_options */
	size_t shape_count;
	struct given *given; /* become constants where one is needed */
	size_t given_count;
	uint32_t flags; /* AXT_COMPILE_* */
};

struct network {
	void *blob;
	size_t blob_size;
	struct axt_program *program;
	bool compiled; /* from a model */
	struct model model; /* of it */
	struct axt_report report; /* of compilation */
};

/*
 * Options may be NULL. -EOPNOTSUPP with issues in the report: the model has
 * what is not supported. The network is to be closed also after an error.
 */
int network_open(const char *path, const struct network_options *options,
		 struct network *out, struct why *why);
void network_close(struct network *network);

/* The tensor of an input or output, without data, and its name. */
struct port {
	struct tensor tensor;
	const char *name;
};

struct port network_input(const struct network *network, uint32_t number);
struct port network_output(const struct network *network, uint32_t number);
/* The number of the input of this name; AXT_NONE if there is none. */
uint32_t network_find_input(const struct network *network, const char *name);

/* unsupported.c: after network_open() has failed; says it all. */
enum status network_failed(const char *path, const struct network *network,
			   int err, const struct why *why, bool json);

#endif
