// SPDX-License-Identifier: MIT
/* Topological order that keeps the file's where it is one already. */
#include "build.h"
#include "report.h"

#include <errno.h>
#include <string.h>

enum {
	MARK_NEW,
	MARK_OPEN, /* on the stack */
	MARK_DONE,
};

struct frame {
	struct axt_onnx_node *node;
	uint32_t next; /* input to look at */
};

/* The first producer from *next on that is not done, NULL for none. */
static struct axt_onnx_node *next_producer(struct frame *frame)
{
	const struct axt_onnx_node *node = frame->node;

	for (; frame->next < node->input_count; frame->next++) {
		const struct axt_onnx_value *value = node->input[frame->next];

		if (value && value->producer &&
		    value->producer->mark != MARK_DONE)
			return value->producer;
	}
	return NULL;
}

/* The node and all that it needs to the end of sorted. */
static int visit(struct axt_onnx_node *start, struct frame *stack,
		 struct axt_onnx_node **sorted, size_t *count,
		 struct axt_onnx_report *report)
{
	size_t depth = 1;

	stack[0] = (struct frame){ start, 0 };
	start->mark = MARK_OPEN;
	while (depth) {
		struct axt_onnx_node *need = next_producer(&stack[depth - 1]);

		if (!need) {
			struct axt_onnx_node *node = stack[--depth].node;

			node->mark = MARK_DONE;
			sorted[(*count)++] = node;
		} else if (need->mark == MARK_OPEN) {
			return axt_onnx_report_fail(
				report, -EINVAL,
				"node '%s' (%s) needs its own result",
				need->name, need->type);
		} else {
			need->mark = MARK_OPEN;
			stack[depth++] = (struct frame){ need, 0 };
		}
	}
	return 0;
}

int axt_onnx_sort(struct axt_onnx_graph *graph, struct axt_onnx_report *report)
{
	struct axt_onnx_pool *pool = &graph->pool;
	struct axt_onnx_node **sorted =
		axt_onnx_pool_array(pool, graph->node_count, sizeof(*sorted));
	struct frame *stack =
		axt_onnx_pool_array(pool, graph->node_count, sizeof(*stack));
	size_t count = 0;
	int err = 0;

	if (!sorted || !stack)
		return axt_onnx_report_full(report, pool);
	for (size_t i = 0; i < graph->node_count && !err; i++)
		if (graph->node[i]->mark == MARK_NEW)
			err = visit(graph->node[i], stack, sorted, &count,
				    report);
	axt_onnx_pool_drop(pool, stack);
	graph->node = sorted;
	return err;
}
