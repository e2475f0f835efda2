/* SPDX-License-Identifier: MIT */
/*
 * A network in memory as later stages see it: nodes in topological order, all
 * shapes static, every operation in one form, whatever the opset of the file
 * was (tensor/onnx/README.md lists the forms).
 *
 * A graph owns all that hangs on it; nothing in it outlives
 * axt_onnx_graph_free(). Threads may read one graph together.
 */
#ifndef AXT_ONNX_GRAPH_H
#define AXT_ONNX_GRAPH_H

#include "pool.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define AXT_ONNX_RANK_MAX 8
#define AXT_ONNX_DIM_MAX INT32_MAX
#define AXT_ONNX_ELEMENTS_MAX (INT64_C(1) << 38)

/* TensorProto.DataType, the ones that a tensor can have here. */
enum axt_onnx_type {
	AXT_ONNX_F32 = 1,
	AXT_ONNX_U8 = 2,
	AXT_ONNX_I8 = 3,
	AXT_ONNX_U16 = 4,
	AXT_ONNX_I16 = 5,
	AXT_ONNX_I32 = 6,
	AXT_ONNX_I64 = 7,
	AXT_ONNX_BOOL = 9,
	AXT_ONNX_F16 = 10,
	AXT_ONNX_F64 = 11,
	AXT_ONNX_U32 = 12,
	AXT_ONNX_U64 = 13,
	AXT_ONNX_BF16 = 16,
};

/* The attribute "functions" of RNN, GRU and LSTM. */
enum axt_onnx_rnn_function {
	AXT_ONNX_RNN_RELU,
	AXT_ONNX_RNN_TANH,
	AXT_ONNX_RNN_SIGMOID,
	AXT_ONNX_RNN_SOFTSIGN,
	AXT_ONNX_RNN_SOFTPLUS,
	AXT_ONNX_RNN_LEAKY_RELU, /* alpha 0.01 */
	AXT_ONNX_RNN_THRESHOLDED_RELU, /* alpha 1 */
	AXT_ONNX_RNN_HARD_SIGMOID, /* alpha 0.2, beta 0.5 */
	AXT_ONNX_RNN_ELU, /* alpha 1 */
	AXT_ONNX_RNN_FUNCTIONS,
};

struct axt_onnx_node;

struct axt_onnx_shape {
	uint32_t rank;
	int64_t dim[AXT_ONNX_RANK_MAX];
};

struct axt_onnx_value {
	const char *name; /* "" for one that the importer made */
	uint32_t type; /* enum axt_onnx_type */
	bool known; /* type and shape are; always, after an import */
	struct axt_onnx_shape shape;
	const void *data; /* of a constant, row-major, else NULL */
	struct axt_onnx_node *producer; /* NULL: an input or a constant */
	uint32_t uses; /* by nodes and as outputs of the graph */
	struct axt_onnx_value *same; /* while importing: stands for this one */
	void *lowered; /* after it: for the one who goes on with the graph */
};

enum axt_onnx_attr_kind {
	AXT_ONNX_ATTR_INT,
	AXT_ONNX_ATTR_FLOAT,
	AXT_ONNX_ATTR_STRING,
	AXT_ONNX_ATTR_INTS,
	AXT_ONNX_ATTR_FLOATS,
	AXT_ONNX_ATTR_STRINGS,
	AXT_ONNX_ATTR_TENSOR,
	AXT_ONNX_ATTR_GRAPH, /* of no use */
	AXT_ONNX_ATTR_OTHER, /* of no use */
};

struct axt_onnx_attr {
	const char *name;
	uint32_t kind; /* enum axt_onnx_attr_kind */
	uint32_t count; /* of ints, floats and strings */
	union {
		int64_t i;
		float f;
		const char *s;
		const int64_t *ints;
		const float *floats;
		const char *const *strings;
		const struct axt_onnx_value *tensor;
	};
};

struct axt_onnx_node {
	const char *name; /* of the node in the file it comes from, or "" */
	const char *type; /* the operation in the file it comes from */
	const char *domain; /* of it; "" for ONNX itself */
	const struct axt_onnx_op *op; /* see axt_onnx_node_op() */
	uint32_t input_count;
	uint32_t output_count;
	uint32_t attr_count;
	struct axt_onnx_value **input; /* NULL where left out */
	struct axt_onnx_value **output; /* NULL where left out */
	struct axt_onnx_attr *attr;
	uint32_t mark; /* while importing */
};

struct axt_onnx_result {
	const char *name;
	struct axt_onnx_value *value; /* may be an input or a constant */
};

struct axt_onnx_graph {
	struct axt_onnx_pool pool;
	struct axt_onnx_node **node;
	size_t node_count;
	struct axt_onnx_value **input;
	size_t input_count;
	struct axt_onnx_result *output;
	size_t output_count;
	int64_t opset; /* of the file */
	size_t file_node_count; /* nodes in the file, Constant included */
};

void axt_onnx_graph_free(struct axt_onnx_graph *graph);

/* The operation's name after normalisation: "Reshape" for a Flatten. */
const char *axt_onnx_node_op(const struct axt_onnx_node *node);

/* Input number i, NULL if the node has none there. */
struct axt_onnx_value *axt_onnx_node_input(const struct axt_onnx_node *node,
					   uint32_t i);

/*
 * Attributes by name. After an import each one of the operation's form is
 * there, so that the fallback is for operations without it.
 */
const struct axt_onnx_attr *axt_onnx_node_attr(const struct axt_onnx_node *node,
					       const char *name, uint32_t kind);
int64_t axt_onnx_node_int(const struct axt_onnx_node *node, const char *name,
			  int64_t fallback);
float axt_onnx_node_float(const struct axt_onnx_node *node, const char *name,
			  float fallback);
const char *axt_onnx_node_string(const struct axt_onnx_node *node,
				 const char *name, const char *fallback);
/* NULL and a count of 0 if it is not there. */
const int64_t *axt_onnx_node_ints(const struct axt_onnx_node *node,
				  const char *name, uint32_t *count);
const float *axt_onnx_node_floats(const struct axt_onnx_node *node,
				  const char *name, uint32_t *count);

/* Bytes of an element, 0 for a type that is not in the enum. */
size_t axt_onnx_type_size(uint32_t type);
const char *axt_onnx_type_name(uint32_t type);

/* Elements, 1 for rank 0; the shapes of a graph cannot overflow it. */
int64_t axt_onnx_elements(const struct axt_onnx_shape *shape);
size_t axt_onnx_value_bytes(const struct axt_onnx_value *value);
bool axt_onnx_shape_equal(const struct axt_onnx_shape *a,
			  const struct axt_onnx_shape *b);

/* "1x3x48x320", cut where the buffer ends. */
const char *axt_onnx_shape_text(const struct axt_onnx_shape *shape, char *text,
				size_t size);

#endif
