// SPDX-License-Identifier: MIT
/* What is known of a run, for those who print it. */
#include "run.h"

#include <stdlib.h>
#include <string.h>

const struct given *run_given(const struct run *run, const char *name)
{
	for (size_t i = 0; i < run->options.given_count; i++)
		if (strcmp(run->options.given[i].name, name) == 0)
			return &run->options.given[i];
	return NULL;
}

struct port run_output(const struct run *run, uint32_t number)
{
	struct port port = network_output(&run->network, number);

	port.tensor.data = loaded_output(&run->loaded, number);
	return port;
}

static int compare_times(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a;
	uint64_t y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

struct run_times run_times(const struct run *run)
{
	uint64_t *sorted = calloc(run->repeat, sizeof(*sorted));
	struct run_times times = { run->run_ns[0], run->run_ns[0],
				   run->run_ns[0] };

	/* Without memory: the first will do. */
	if (!sorted)
		return times;
	memcpy(sorted, run->run_ns, run->repeat * sizeof(*sorted));
	qsort(sorted, run->repeat, sizeof(*sorted), compare_times);
	times.min = sorted[0];
	times.max = sorted[run->repeat - 1];
	times.median = sorted[run->repeat / 2];
	if (run->repeat % 2 == 0)
		times.median = (times.median + sorted[run->repeat / 2 - 1]) / 2;
	free(sorted);
	return times;
}

/* Of an element-wise operation, its function says what it is. */
static const char *function_of(const struct axt_op_view *view)
{
	const struct axt_elementwise *elementwise = view->attributes;

	if (view->op->code == AXT_UNARY)
		return axt_unary_name(elementwise->function);
	if (view->op->code == AXT_BINARY)
		return axt_binary_name(elementwise->function);
	return NULL;
}

static const char *post_name(const struct axt_post *post)
{
	return post->kind == AXT_POST_BINARY ? axt_binary_name(post->function) :
					       axt_unary_name(post->function);
}

const char *run_op_text(const struct run *run, uint32_t number, char *out,
			size_t size)
{
	struct axt_op_view view;
	const char *function;
	size_t used;

	axt_program_op(run->network.program, number, &view);
	function = function_of(&view);
	used = (size_t)snprintf(out, size, "%s%s%s", view.info->name,
				function ? " " : "", function ? function : "");
	for (uint32_t i = 0; i < view.op->posts && used < size; i++)
		used += (size_t)snprintf(out + used, size - used, " %s",
					 post_name(&view.posts[i]));
	return out;
}
