// SPDX-License-Identifier: MIT
/* Recurrent operations. */
#include "check.h"

static const struct {
	uint8_t gates;
	uint8_t functions; /* for each direction */
} kinds[] = {
	[AXT_RNN_PLAIN] = { 1, 1 },
	[AXT_RNN_GRU] = { 3, 2 },
	[AXT_RNN_LSTM] = { 4, 3 },
};

static int check_attributes(const struct axt_check *check)
{
	const struct axt_rnn *rnn = check->view.attributes;
	uint32_t directions = rnn->direction == 2 ? 2 : 1;
	bool lstm = rnn->kind == AXT_RNN_LSTM;

	if (rnn->functions != kinds[rnn->kind].functions * directions)
		return axt_op_fail(check,
				   "%u functions, not %u for each "
				   "direction",
				   rnn->functions, kinds[rnn->kind].functions);
	for (uint32_t i = 0; i < rnn->functions; i++)
		if (rnn->function[i] == AXT_NOT)
			return axt_op_fail(check, "not is no function of f32");
	if (rnn->linear_before_reset && rnn->kind != AXT_RNN_GRU)
		return axt_op_fail(check, "linear_before_reset without GRU");
	if (rnn->couple_gates && !lstm)
		return axt_op_fail(check, "couple_gates without LSTM");
	if (rnn->has_clip ? !(rnn->clip >= 0) : rnn->clip != 0)
		return axt_op_fail(check, "attribute clip is out of range");
	if (!lstm && (check->in[6] || check->in[7] || check->out[2]))
		return axt_op_fail(check, "cells or peepholes without LSTM");
	return 0;
}

struct shape {
	const struct axt_tensor *tensor; /* NULL is right */
	uint8_t type;
	uint8_t rank;
	uint64_t dims[4];
};

static bool is_right(const struct shape *shape)
{
	if (!shape->tensor)
		return true;
	if (shape->tensor->type != shape->type ||
	    shape->tensor->rank != shape->rank)
		return false;
	for (int i = 0; i < shape->rank; i++)
		if (shape->tensor->dims[i] != shape->dims[i])
			return false;
	return true;
}

/* As ONNX has them, with layout 0. */
int axt_check_rnn(const struct axt_check *check)
{
	const struct axt_rnn *rnn = check->view.attributes;
	const struct axt_tensor *const *in = check->in, *x = in[0];
	uint64_t d = rnn->direction == 2 ? 2 : 1, h = rnn->hidden;
	uint64_t gh = kinds[rnn->kind].gates * h;
	uint64_t steps = x->dims[0], n = x->dims[1], c = x->dims[2];
	const struct shape shapes[] = {
		{ x, AXT_F32, 3, { steps, n, c } },
		{ in[1], AXT_F32, 3, { d, gh, c } },
		{ in[2], AXT_F32, 3, { d, gh, h } },
		{ in[3], AXT_F32, 2, { d, 2 * gh } },
		{ in[4], AXT_I32, 1, { n } },
		{ in[5], AXT_F32, 3, { d, n, h } },
		{ in[6], AXT_F32, 3, { d, n, h } },
		{ in[7], AXT_F32, 2, { d, 3 * h } },
		{ check->out[0], AXT_F32, 4, { steps, d, n, h } },
		{ check->out[1], AXT_F32, 3, { d, n, h } },
		{ check->out[2], AXT_F32, 3, { d, n, h } },
	};
	int err = check_attributes(check);

	for (size_t i = 0; i < ARRAY_SIZE(shapes) && !err; i++)
		if (!is_right(&shapes[i]))
			err = axt_op_fail(check,
					  "%s %zu has a wrong type or shape",
					  i < 8 ? "input" : "output",
					  i < 8 ? i : i - 8);
	return err;
}
