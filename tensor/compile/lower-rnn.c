// SPDX-License-Identifier: MIT
/*
 * Recurrent operations. The format has ONNX's layout 0; with layout 1, where
 * the batch comes first, transposes stand around. Owns nothing.
 */
#include "lower.h"

#include <string.h>

struct function {
	uint16_t function;
	float alpha;
	float beta;
};

/* What ONNX means by them. */
static const struct function functions[AXT_ONNX_RNN_FUNCTIONS] = {
	[AXT_ONNX_RNN_RELU] = { AXT_RELU },
	[AXT_ONNX_RNN_TANH] = { AXT_TANH },
	[AXT_ONNX_RNN_SIGMOID] = { AXT_SIGMOID },
	[AXT_ONNX_RNN_SOFTSIGN] = { AXT_SOFTSIGN },
	[AXT_ONNX_RNN_SOFTPLUS] = { AXT_SOFTPLUS },
	[AXT_ONNX_RNN_LEAKY_RELU] = { AXT_LEAKY_RELU, 0.01f },
	[AXT_ONNX_RNN_THRESHOLDED_RELU] = { AXT_THRESHOLDED_RELU, 1 },
	[AXT_ONNX_RNN_HARD_SIGMOID] = { AXT_HARD_SIGMOID, 0.2f, 0.5f },
	[AXT_ONNX_RNN_ELU] = { AXT_ELU, 1 },
};

static int fill_functions(struct axt_lower *l, struct axt_rnn *rnn)
{
	static const int64_t usual[][3] = {
		[AXT_RNN_PLAIN] = { AXT_ONNX_RNN_TANH },
		[AXT_RNN_GRU] = { AXT_ONNX_RNN_SIGMOID, AXT_ONNX_RNN_TANH },
		[AXT_RNN_LSTM] = { AXT_ONNX_RNN_SIGMOID, AXT_ONNX_RNN_TANH,
				   AXT_ONNX_RNN_TANH },
	};
	static const uint32_t counts[] = { 1, 2, 3 };
	uint32_t count = counts[rnn->kind], given;
	const int64_t *list = axt_onnx_node_ints(l->node, "functions", &given);

	rnn->functions = count * (rnn->direction == 2 ? 2 : 1);
	if (list && given != rnn->functions)
		return axt_lower_invalid(l, "has %u activations, not %u", given,
					 rnn->functions);
	for (uint32_t i = 0; i < rnn->functions; i++) {
		const struct function *f =
			&functions[list ? list[i] : usual[rnn->kind][i % count]];

		rnn->function[i] = f->function;
		rnn->alpha[i] = f->alpha;
		rnn->beta[i] = f->beta;
	}
	return 0;
}

static int fill(struct axt_lower *l, struct axt_rnn *rnn)
{
	float clip = axt_lower_float(l, "clip");

	rnn->kind = l->row->function;
	rnn->direction = axt_lower_is(l, "direction", "reverse")       ? 1 :
			 axt_lower_is(l, "direction", "bidirectional") ? 2 :
									 0;
	rnn->hidden = (uint32_t)axt_lower_int(l, "hidden_size");
	rnn->linear_before_reset = axt_lower_int(l, "linear_before_reset") != 0;
	rnn->couple_gates = axt_lower_int(l, "input_forget") != 0;
	rnn->has_clip = clip > 0;
	rnn->clip = clip > 0 ? clip : 0;
	return fill_functions(l, rnn);
}

/* An operand: sequences and states have the batch in another place. */
static struct axt_ir_value *operand(struct axt_lower *l, uint32_t i,
				    bool batch_first)
{
	static const uint8_t swap[] = { 1, 0, 2 };
	struct axt_ir_value *x = axt_lower_in(l, i);

	if (batch_first && x && x->tensor.rank == 3 &&
	    (i == 0 || i == 5 || i == 6))
		x = axt_ir_transpose(l->ir, x, swap);
	return x;
}

static bool is_right(const struct axt_ir_value *x, uint32_t type, uint32_t rank,
		     const uint64_t *dims)
{
	if (!x)
		return true;
	if (x->tensor.type != type || x->tensor.rank != rank)
		return false;
	for (uint32_t i = 0; i < rank; i++)
		if (x->tensor.dims[i] != dims[i])
			return false;
	return true;
}

/* The shapes of ONNX, with x as it is after the transposes. */
static int check_operands(struct axt_lower *l, const struct axt_ir_op *op)
{
	static const uint8_t gates[] = { 1, 3, 4 };
	const struct axt_rnn *rnn = &op->attr.rnn;
	const uint32_t *x = op->in[0]->tensor.dims;
	uint64_t d = rnn->direction == 2 ? 2 : 1, h = rnn->hidden;
	uint64_t gh = gates[rnn->kind] * h, n = x[1];
	const struct {
		uint32_t type;
		uint32_t rank;
		uint64_t dims[3];
	} shapes[] = {
		{ AXT_F32, 3, { x[0], n, x[2] } },
		{ AXT_F32, 3, { d, gh, x[2] } },
		{ AXT_F32, 3, { d, gh, h } },
		{ AXT_F32, 2, { d, 2 * gh } },
		{ AXT_I32, 1, { n } },
		{ AXT_F32, 3, { d, n, h } },
		{ AXT_F32, 3, { d, n, h } },
		{ AXT_F32, 2, { d, 3 * h } },
	};

	for (uint32_t i = 0; i < op->inputs; i++)
		if (!is_right(op->in[i], shapes[i].type, shapes[i].rank,
			      shapes[i].dims))
			return axt_lower_invalid(
				l, "input %u has a wrong type or shape", i);
	return 0;
}

/* steps, directions, batch, hidden; then directions, batch, hidden. */
static void add_outputs(struct axt_lower *l, struct axt_ir_op *op)
{
	const struct axt_rnn *rnn = &op->attr.rnn;
	const struct axt_tensor *x = &op->in[0]->tensor;
	uint32_t dims[] = { x->dims[0], rnn->direction == 2 ? 2 : 1, x->dims[1],
			    rnn->hidden };

	axt_ir_set_output(op, 0, axt_ir_value(l->ir, AXT_F32, 4, dims));
	for (uint32_t i = 1; i < 3; i++)
		if (axt_lower_wants(l, i))
			axt_ir_set_output(op, i,
					  axt_ir_value(l->ir, AXT_F32, 3,
						       dims + 1));
}

static void set_outputs(struct axt_lower *l, const struct axt_ir_op *op,
			bool batch_first)
{
	static const uint8_t all[] = { 2, 0, 1, 3 }, last[] = { 1, 0, 2 };

	for (uint32_t i = 0; i < op->outputs; i++) {
		struct axt_ir_value *y = op->out[i];

		if (!axt_lower_wants(l, i))
			continue;
		if (batch_first)
			y = axt_ir_transpose(l->ir, y, i ? last : all);
		axt_lower_set(l, i, y);
	}
}

int axt_lower_rnn(struct axt_lower *l)
{
	bool batch_first = axt_lower_int(l, "layout");
	uint32_t count = l->node->input_count;
	struct axt_ir_op *op;
	int err = axt_lower_types(l, AXT_BIT(AXT_F32));

	if (err)
		return err;
	op = axt_ir_make(l->ir, AXT_RNN, count);
	if (!op)
		return 0;
	for (uint32_t i = 0; i < count; i++)
		op->in[i] = operand(l, i, batch_first);
	if (l->ir->err)
		return 0;
	err = fill(l, &op->attr.rnn);
	if (!err)
		err = check_operands(l, op);
	if (err)
		return err;
	add_outputs(l, op);
	axt_ir_append(l->ir, op);
	set_outputs(l, op, batch_first);
	return 0;
}
