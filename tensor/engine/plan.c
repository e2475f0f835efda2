// SPDX-License-Identifier: MIT
#include "plan.h"

#include "index.h"

/* ns for one element of a result, or one step of a sum, in plain C. */
#define ELEMENT_NS 4.0
#define STEP_NS 0.5

static void portable_run(const void *state, const struct axt_call *call,
			 unsigned int part, unsigned int parts)
{
	const struct axt_kernel *kernel = state;

	kernel->run(call, part, parts);
}

/* Steps of the sum that one element of the result is. */
static double steps_of(const struct axt_call *call)
{
	const struct axt_tensor *x = call->in[0].tensor;
	const struct axt_tensor *w;

	switch (call->op->code) {
	case AXT_CONV:
	case AXT_CONV_TRANSPOSE:
		w = call->in[1].tensor;
		return (double)axt_span(w, 1, w->rank);
	case AXT_MATMUL:
		return x->dims[x->rank - 1];
	case AXT_REDUCE:
	case AXT_POOL:
		return (double)axt_element_count(x) /
		       ((double)axt_element_count(call->out[0].tensor) + 1);
	case AXT_RNN:
		return 8.0 * x->dims[2];
	default:
		return 1;
	}
}

void axt_plan_portable(const struct axt_call *call, struct axt_plan *plan)
{
	const struct axt_kernel *kernel =
		axt_kernel_portable((enum axt_code)call->op->code);
	double elements = 0;

	for (unsigned int i = 0; i < call->op->outputs; i++)
		if (call->out[i].tensor)
			elements +=
				(double)axt_element_count(call->out[i].tensor);
	*plan = (struct axt_plan){
		.run = portable_run,
		.state = kernel,
		.scratch = axt_kernel_scratch(kernel, call, 1),
		.parts_max = kernel->parts_max(call),
		.cost = elements * (ELEMENT_NS + STEP_NS * steps_of(call)),
	};
}
