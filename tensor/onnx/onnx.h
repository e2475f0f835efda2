/* SPDX-License-Identifier: MIT */
/*
 * From an ONNX file, opset 6 to 17, to a graph with static shapes. Files of
 * older opsets pass where their operations have not changed since. Any bytes
 * may be given. Functions return 0 or a negative errno:
 *
 *	EINVAL		the file is broken, or an option does not fit it
 *	EOPNOTSUPP	a good file that needs something that is not here;
 *			the report lists all of it
 *	EFBIG		the file, or what it would take in memory, is too big
 *	ENOMEM		out of memory
 */
#ifndef AXT_ONNX_H
#define AXT_ONNX_H

#include "graph.h"

#define AXT_ONNX_OPSET_MIN 1
#define AXT_ONNX_OPSET_MAX 17
#define AXT_ONNX_ISSUES_MAX 1000
#define AXT_ONNX_NAME_MAX 128

/* The shape of one input of the graph. */
struct axt_onnx_shape_option {
	char name[AXT_ONNX_NAME_MAX];
	struct axt_onnx_shape shape;
};

/*
 * The value of one input of the graph. With if_needed it only becomes a
 * constant where an operation must know it, as the axes of a reduction.
 */
struct axt_onnx_binding {
	const char *name;
	uint32_t type;
	struct axt_onnx_shape shape;
	const void *data; /* until the graph is freed */
	bool if_needed;
};

struct axt_onnx_options {
	const struct axt_onnx_shape_option *shapes;
	size_t shape_count;
	const struct axt_onnx_binding *bindings;
	size_t binding_count;
	size_t memory_max; /* bytes; 0: 256 MiB and eight times the file */
	/*
	 * With unsupported nodes, the error still comes with a graph: the nodes
	 * that are supported. Values may be without shape (known is false).
	 */
	bool partial;
};

/* Something that is not supported. Control characters are replaced. */
struct axt_onnx_issue {
	char node[AXT_ONNX_NAME_MAX]; /* its name, or its first output's */
	char op[64];
	int64_t opset;
	char reason[256];
};

struct axt_onnx_report {
	char text[1024]; /* one line: what is wrong; empty after success */
	struct axt_onnx_issue *issues;
	size_t count; /* of issues */
	size_t left_out; /* more of them, beyond AXT_ONNX_ISSUES_MAX */
};

/* Frees the issues; a report starts zeroed and may be used again. */
void axt_onnx_report_clear(struct axt_onnx_report *report);

/* Options may be NULL, the report may not. */
int axt_onnx_import(const void *data, size_t size,
		    const struct axt_onnx_options *options,
		    struct axt_onnx_graph **graph,
		    struct axt_onnx_report *report);
int axt_onnx_import_file(const char *path,
			 const struct axt_onnx_options *options,
			 struct axt_onnx_graph **graph,
			 struct axt_onnx_report *report);

/* "x=1,3,48,320"; "x=" is a scalar. */
int axt_onnx_parse_shape(const char *text,
			 struct axt_onnx_shape_option *option);

/* A TensorProto by itself, as the test data of ONNX has it. */
struct axt_onnx_tensor {
	struct axt_onnx_pool pool;
	struct axt_onnx_value value;
};

int axt_onnx_tensor_open(const void *data, size_t size,
			 struct axt_onnx_tensor **tensor,
			 struct axt_onnx_report *report);
void axt_onnx_tensor_close(struct axt_onnx_tensor *tensor);

#endif
