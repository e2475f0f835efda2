// SPDX-License-Identifier: MIT
/*
 * What must hold between operations: nothing is read before it is written, no
 * output is written twice, and what an operation writes is not what it reads.
 * Owns the set of defined bytes while the operations are gone through. An empty
 * tensor touches nothing.
 */
#include "check.h"
#include "interval.h"

#include <errno.h>
#include <stdlib.h>

struct axt_order {
	struct axt_intervals defined; /* in the arena */
	bool *written; /* by number of the output */
};

int axt_order_create(const struct axt_program *program, struct axt_order **out)
{
	const struct axt_header *header = program->header;
	struct axt_order *order = calloc(1, sizeof(*order));
	uint64_t *starts = calloc(header->tensor_count + 1ul, sizeof(*starts));
	uint32_t count = 0;

	if (!order || !starts) {
		free(starts);
		free(order);
		return -ENOMEM;
	}
	for (uint32_t i = 0; i < header->tensor_count; i++)
		if (program->tensors[i].place == AXT_ARENA)
			starts[count++] = program->tensors[i].offset;
	order->written =
		calloc(header->output_count + 1ul, sizeof(*order->written));
	if (axt_intervals_init(&order->defined, starts, count) ||
	    !order->written) {
		axt_order_destroy(order);
		return -ENOMEM;
	}
	*out = order;
	return 0;
}

void axt_order_destroy(struct axt_order *order)
{
	axt_intervals_fini(&order->defined);
	free(order->written);
	free(order);
}

static bool is_defined(const struct axt_order *order,
		       const struct axt_tensor *tensor)
{
	if (tensor->place == AXT_OUTPUT)
		return order->written[tensor->offset];
	if (tensor->place == AXT_ARENA && tensor->size)
		return axt_intervals_cover(&order->defined, tensor->offset,
					   tensor->size);
	return true;
}

static bool share(const struct axt_tensor *a, const struct axt_tensor *b)
{
	if (a->place != b->place || !a->size || !b->size)
		return false;
	if (a->place == AXT_OUTPUT)
		return a->offset == b->offset;
	return a->place == AXT_ARENA && a->offset < b->offset + b->size &&
	       b->offset < a->offset + a->size;
}

static bool match(const struct axt_tensor *a, const struct axt_tensor *b)
{
	return a->offset == b->offset && a->size == b->size &&
	       a->type == b->type && a->layout == b->layout &&
	       axt_same_shape(a, b);
}

static int check_read(const struct axt_order *order,
		      const struct axt_check *check, uint32_t number,
		      const struct axt_tensor *tensor, bool overwrite)
{
	if (!is_defined(order, tensor))
		return axt_op_fail(check,
				   "it reads tensor %u, which is not defined",
				   number);
	for (uint32_t i = 0; i < check->view.op->outputs; i++) {
		const struct axt_tensor *out = check->out[i];

		if (out && share(out, tensor) &&
		    !(overwrite && match(out, tensor)))
			return axt_op_fail(check,
					   "it writes over tensor %u, which it "
					   "reads",
					   number);
	}
	return 0;
}

static int check_reads(const struct axt_order *order,
		       const struct axt_check *check)
{
	bool overwrite = check->view.info->rules & AXT_RULE_OVERWRITE;
	int err = 0;

	for (uint32_t i = 0; i < check->view.op->inputs && !err; i++)
		if (check->in[i])
			err = check_read(order, check, check->view.inputs[i],
					 check->in[i], overwrite);
	for (uint32_t i = 0; i < check->view.op->posts && !err; i++)
		if (check->post[i])
			err = check_read(order, check,
					 check->view.posts[i].tensor,
					 check->post[i], true);
	return err;
}

static int check_writes(const struct axt_check *check)
{
	for (uint32_t i = 0; i < check->view.op->outputs; i++)
		for (uint32_t j = 0; j < i; j++)
			if (check->out[i] && check->out[j] &&
			    share(check->out[i], check->out[j]))
				return axt_op_fail(check,
						   "two outputs share bytes");
	return 0;
}

static int define(struct axt_order *order, const struct axt_check *check,
		  uint32_t number, const struct axt_tensor *tensor)
{
	if (tensor->place == AXT_ARENA) {
		if (tensor->size)
			axt_intervals_define(&order->defined, tensor->offset,
					     tensor->size);
		return 0;
	}
	if (order->written[tensor->offset])
		return axt_op_fail(check,
				   "it writes tensor %u again, which is "
				   "an output",
				   number);
	order->written[tensor->offset] = true;
	return 0;
}

int axt_order_op(struct axt_order *order, const struct axt_check *check)
{
	int err = check_reads(order, check);

	if (!err)
		err = check_writes(check);
	for (uint32_t i = 0; i < check->view.op->outputs && !err; i++)
		if (check->out[i])
			err = define(order, check, check->view.outputs[i],
				     check->out[i]);
	return err;
}

int axt_order_end(const struct axt_order *order,
		  const struct axt_program *program, struct axt_error *error)
{
	for (uint32_t i = 0; i < program->header->output_count; i++)
		if (!order->written[i])
			return axt_fail(error, EINVAL,
					"output %u is never written", i);
	return 0;
}
