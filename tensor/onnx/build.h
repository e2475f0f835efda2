/* SPDX-License-Identifier: MIT */
#ifndef AXT_ONNX_BUILD_H
#define AXT_ONNX_BUILD_H

#include "proto.h"

#include <string.h>

/*
 * The graph as the file has it: nodes sorted and without what no output needs,
 * constants and inputs known, nothing else. Nodes without a row in the table
 * of operations have no op.
 */
int axt_onnx_build(struct axt_onnx_graph *graph, const Onnx__ModelProto *model,
		   const struct axt_onnx_options *options,
		   struct axt_onnx_report *report);

/* The attributes of a node of the file: build-attr.c. */
int axt_onnx_build_attrs(struct axt_onnx_graph *graph,
			 const Onnx__NodeProto *proto,
			 struct axt_onnx_node *node,
			 struct axt_onnx_report *report);
/* The value of a node Constant. */
int axt_onnx_build_constant(struct axt_onnx_graph *graph,
			    const Onnx__NodeProto *proto,
			    struct axt_onnx_value *value, char *reason,
			    size_t size);
/* The inputs of the graph that are no constants: build-input.c. */
int axt_onnx_build_input(struct axt_onnx_value *value,
			 const Onnx__ValueInfoProto *proto,
			 const struct axt_onnx_options *options,
			 struct axt_onnx_report *report);

const struct axt_onnx_binding *
axt_onnx_find_binding(const struct axt_onnx_options *options, const char *name);
int axt_onnx_bind(struct axt_onnx_value *value,
		  const struct axt_onnx_binding *binding,
		  struct axt_onnx_report *report);

/* Whether a domain is that of ONNX itself, which has two names. */
static inline bool axt_onnx_is_domain(const char *domain)
{
	return !domain || !*domain || strcmp(domain, "ai.onnx") == 0;
}

/* Nodes after those whose values they use; -EINVAL for a cycle. */
int axt_onnx_sort(struct axt_onnx_graph *graph, struct axt_onnx_report *report);

#endif
