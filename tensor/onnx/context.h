/* SPDX-License-Identifier: MIT */
/*
 * What the functions of the table of operations work with: the node at hand,
 * and helpers that read, replace and make nodes. Those that return int return
 * 0 or a negative errno with the reason in the context.
 */
#ifndef AXT_ONNX_CONTEXT_H
#define AXT_ONNX_CONTEXT_H

#include "ops.h"
#include "report.h"

#define CTX_ATTRS_MAX 16
#define CTX_LIST_MAX 64 /* elements of a list that describes a shape */

struct axt_onnx_context {
	struct axt_onnx_graph *graph;
	struct axt_onnx_report *report;
	struct axt_onnx_node *node; /* at hand */
	const struct axt_onnx_node *origin; /* of the file; what helpers serve */
	int64_t opset;
	char reason[256];
	/* The attributes of the node's new form. */
	struct axt_onnx_attr fresh[CTX_ATTRS_MAX];
	uint32_t fresh_count;
	bool drop; /* the node is not needed: its outputs stand for others */
	bool full; /* the pool gave nothing */
	int64_t fold_budget; /* elements that may still be computed */
	/* Nodes that are done. */
	struct axt_onnx_node **done;
	size_t done_count;
	size_t done_room;
};

/* -EINVAL and -EOPNOTSUPP, with the reason. */
int axt_onnx_invalid(struct axt_onnx_context *ctx, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
int axt_onnx_unsupported(struct axt_onnx_context *ctx, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
int axt_onnx_full(struct axt_onnx_context *ctx); /* -ENOMEM */

void *axt_onnx_take(struct axt_onnx_context *ctx, size_t count, size_t size);

/* Attributes of the node as it is; of the wrong kind: -EINVAL. */
int axt_onnx_get_int(struct axt_onnx_context *ctx, const char *name,
		     int64_t fallback, int64_t *value);
int axt_onnx_get_float(struct axt_onnx_context *ctx, const char *name,
		       float fallback, float *value);
int axt_onnx_get_string(struct axt_onnx_context *ctx, const char *name,
			const char *fallback, const char **value);
/* *list is NULL if there is none. */
int axt_onnx_get_ints(struct axt_onnx_context *ctx, const char *name,
		      const int64_t **list, uint32_t *count);

/* Attributes of the node's new form; lists are copied. */
int axt_onnx_put_int(struct axt_onnx_context *ctx, const char *name,
		     int64_t value);
int axt_onnx_put_float(struct axt_onnx_context *ctx, const char *name,
		       float value);
int axt_onnx_put_string(struct axt_onnx_context *ctx, const char *name,
			const char *value);
int axt_onnx_put_ints(struct axt_onnx_context *ctx, const char *name,
		      const int64_t *list, uint32_t count);
int axt_onnx_put_floats(struct axt_onnx_context *ctx, const char *name,
			const float *list, uint32_t count);

/*
 * A list from an attribute or, where the opset is at least since, from an
 * input that must be a constant. With neither, -ENODATA.
 */
int axt_onnx_get_list(struct axt_onnx_context *ctx, const char *name,
		      int64_t since, uint32_t input, int64_t *list,
		      uint32_t *count);
/* An input that must be a constant, of integers or of numbers. */
int axt_onnx_const_ints(struct axt_onnx_context *ctx, uint32_t input,
			const char *what, int64_t *list, uint32_t *count);
int axt_onnx_const_number(struct axt_onnx_context *ctx, uint32_t input,
			  const char *what, double *number);

/* Into 0 to rank - 1, or to rank where end is 1; negative: from the end. */
int axt_onnx_axis(struct axt_onnx_context *ctx, int64_t axis, uint32_t rank,
		  uint32_t end, uint32_t *out);

/* The first output of the node, and others by number; missing ones are fine. */
int axt_onnx_set_output(struct axt_onnx_context *ctx, uint32_t number,
			uint32_t type, const struct axt_onnx_shape *shape);

int axt_onnx_broadcast(struct axt_onnx_context *ctx,
		       const struct axt_onnx_shape *a,
		       const struct axt_onnx_shape *b,
		       struct axt_onnx_shape *out);

/* The node becomes another operation with these inputs. */
int axt_onnx_become(struct axt_onnx_context *ctx, const char *op,
		    struct axt_onnx_value *a, struct axt_onnx_value *b);
int axt_onnx_become_reshape(struct axt_onnx_context *ctx,
			    struct axt_onnx_value *x,
			    const struct axt_onnx_shape *shape);
/* The first output is the same as this value. */
void axt_onnx_become_value(struct axt_onnx_context *ctx,
			   struct axt_onnx_value *value);

/*
 * A node in front of the one at hand: begin, put_...() for its attributes,
 * end. In between, the fresh attributes are those of the new node.
 */
struct axt_onnx_side {
	struct axt_onnx_node *node;
	struct axt_onnx_attr kept[CTX_ATTRS_MAX];
	uint32_t kept_count;
};
int axt_onnx_side_begin(struct axt_onnx_context *ctx,
			struct axt_onnx_side *side, const char *op,
			struct axt_onnx_value *a, struct axt_onnx_value *b);
int axt_onnx_side_end(struct axt_onnx_context *ctx, struct axt_onnx_side *side,
		      struct axt_onnx_value **out);
int axt_onnx_side_reshape(struct axt_onnx_context *ctx,
			  struct axt_onnx_value *x,
			  const struct axt_onnx_shape *shape,
			  struct axt_onnx_value **out);
int axt_onnx_side_binary(struct axt_onnx_context *ctx, const char *op,
			 struct axt_onnx_value *a, struct axt_onnx_value *b,
			 struct axt_onnx_value **out);

/* A constant of the importer's own, data to be filled in; NULL: no memory. */
struct axt_onnx_value *axt_onnx_constant(struct axt_onnx_context *ctx,
					 uint32_t type,
					 const struct axt_onnx_shape *shape,
					 void **data);
struct axt_onnx_value *axt_onnx_scalar(struct axt_onnx_context *ctx,
				       uint32_t type, double number);

/* Everything that is to be done with the node at hand. */
int axt_onnx_process(struct axt_onnx_context *ctx, struct axt_onnx_node *node);

#endif
