// SPDX-License-Identifier: MIT
/*
 * Functions that files have in pieces: hard swish, hard sigmoid, GELU; and
 * x + x s, of squeeze and excite with a shortcut, which is x (1 + s), where s
 * is small. Comes after the pass over scalars. Owns nothing.
 */
#include "pass.h"

#include <math.h>

/* f(LINEAR(x)), where nobody reads between; what is inside comes out. */
struct chain {
	struct axt_ir_value *x;
	float alpha;
	float beta;
};

static bool under_linear(const struct axt_ir_value *value, struct chain *chain)
{
	const struct axt_ir_op *op = axt_pass_sole(value);

	if (!axt_ir_is_unary(op, AXT_LINEAR))
		return false;
	chain->x = op->in[0];
	chain->alpha = op->attr.element.alpha;
	chain->beta = op->attr.element.beta;
	return true;
}

/*
 * Whether a value is k min(max(x / 6 + 1/2, 0), 1): a hard sigmoid, or a clip
 * from 0 to 6 of x + 3, maybe times something.
 */
static bool is_hard_gate(const struct axt_ir_value *value,
			 const struct axt_ir_value *x, double *k)
{
	const struct axt_ir_op *op = axt_pass_sole(value);
	struct chain chain;

	*k = 1;
	if (axt_ir_is_unary(op, AXT_LINEAR) && op->attr.element.beta == 0) {
		*k = (double)op->attr.element.alpha;
		op = axt_pass_sole(op->in[0]);
	}
	if (axt_ir_is_unary(op, AXT_HARD_SIGMOID))
		return op->in[0] == x &&
		       axt_pass_near(op->attr.element.alpha, 1.0 / 6) &&
		       axt_pass_near(op->attr.element.beta, 0.5);
	*k *= 6;
	return axt_ir_is_unary(op, AXT_CLIP) && op->attr.element.alpha == 0 &&
	       axt_pass_near(op->attr.element.beta, 6) &&
	       under_linear(op->in[0], &chain) && chain.x == x &&
	       axt_pass_near(chain.alpha, 1) && axt_pass_near(chain.beta, 3);
}

/* Whether a value is k (1 + erf(x / sqrt 2)) / 2. */
static bool is_gauss_gate(const struct axt_ir_value *value,
			  const struct axt_ir_value *x, double *k)
{
	const struct axt_ir_op *op;
	struct chain chain;

	if (!under_linear(value, &chain) || chain.alpha != chain.beta)
		return false;
	*k = 2 * (double)chain.alpha;
	op = axt_pass_sole(chain.x);
	return axt_ir_is_unary(op, AXT_ERF) &&
	       under_linear(op->in[0], &chain) && chain.x == x &&
	       chain.beta == 0 && axt_pass_near(chain.alpha, M_SQRT1_2);
}

/*
 * The product becomes f(x). It is k times that, so that k must be 1 or go into
 * a LINEAR that alone reads it.
 */
static bool become(struct axt_ir_op *op, struct axt_ir_value *x,
		   uint32_t function, double k)
{
	struct axt_ir_op *after = axt_pass_reader(op->out[0]);
	double alpha;

	if (!axt_pass_near((float)k, 1)) {
		if (!axt_ir_is_unary(after, AXT_LINEAR))
			return false;
		alpha = (double)after->attr.element.alpha * k;
		if (!isfinite((float)alpha))
			return false;
		after->attr.element.alpha =
			axt_pass_near((float)alpha, 1) ? 1 : (float)alpha;
	}
	axt_pass_become_unary(op, x, function, 0, 0);
	return true;
}

/* x times a gate of x; x may come with a factor of its own. */
static bool match_gate(struct axt_ir_op *op, struct axt_ir_value *x,
		       const struct axt_ir_value *gate)
{
	struct chain chain;
	double k;

	if (is_hard_gate(gate, x, &k))
		return become(op, x, AXT_HARD_SWISH, k);
	if (is_gauss_gate(gate, x, &k))
		return become(op, x, AXT_GELU, k);
	return under_linear(x, &chain) && chain.beta == 0 &&
	       is_gauss_gate(gate, chain.x, &k) &&
	       become(op, chain.x, AXT_GELU, k * (double)chain.alpha);
}

static bool match_product(struct axt_ir_op *op)
{
	if (op->in[0] == op->in[1] ||
	    !axt_pass_same_shape(op->in[0], op->in[1]))
		return false;
	return match_gate(op, op->in[0], op->in[1]) ||
	       match_gate(op, op->in[1], op->in[0]);
}

/* A clip from 0 to k of a x + b is k times a hard sigmoid; here k is 1. */
static void match_hard_sigmoid(struct axt_ir_op *op)
{
	struct chain chain;

	if (op->attr.element.alpha == 0 && op->attr.element.beta == 1 &&
	    under_linear(op->in[0], &chain))
		axt_pass_become_unary(op, chain.x, AXT_HARD_SIGMOID,
				      chain.alpha, chain.beta);
}

/* And one that is divided by k behind. */
static void match_scaled_sigmoid(struct axt_ir_op *op)
{
	const struct axt_ir_op *clip = axt_pass_sole(op->in[0]);
	struct chain chain;
	float k;

	if (!axt_ir_is_unary(clip, AXT_CLIP) || clip->attr.element.alpha != 0 ||
	    op->attr.element.beta != 0)
		return;
	k = clip->attr.element.beta;
	if (isnormal(k) && k > 0 && isfinite(k) &&
	    axt_pass_near(op->attr.element.alpha * k, 1) &&
	    under_linear(clip->in[0], &chain))
		axt_pass_become_unary(op, chain.x, AXT_HARD_SIGMOID,
				      chain.alpha / k, chain.beta / k);
}

/* The product of x and something small, that nobody else reads. */
static bool match_excite(struct axt_ir *ir, struct axt_ir_op *op,
			 struct axt_ir_value *x, struct axt_ir_value *sum)
{
	struct axt_ir_op *mul = axt_pass_sole(sum);
	struct axt_ir_value *s, *more;

	if (!axt_ir_is_binary(mul, AXT_MUL) ||
	    !axt_pass_same_shape(x, op->out[0]) ||
	    (mul->in[0] != x && mul->in[1] != x) || mul->in[0] == mul->in[1])
		return false;
	s = mul->in[mul->in[0] == x];
	if (axt_ir_elements(s) * 2 > axt_ir_elements(x))
		return false;
	more = axt_ir_like(ir, s);
	if (!more)
		return false;
	axt_pass_become_unary(mul, s, AXT_LINEAR, 1, 1);
	axt_ir_set_output(mul, 0, more);
	more->uses = 1;
	more->user = op;
	op->attr.element.function = AXT_MUL;
	op->in[0] = x;
	op->in[1] = more;
	return true;
}

void axt_pass_activation(struct axt_ir *ir)
{
	for (size_t i = 0; i < ir->op_count && !ir->err; i++) {
		struct axt_ir_op *op = ir->op[i];

		if (op->outputs == 0 || !op->out[0] ||
		    op->out[0]->tensor.type != AXT_F32)
			continue;
		if (axt_ir_is_unary(op, AXT_CLIP))
			match_hard_sigmoid(op);
		else if (axt_ir_is_unary(op, AXT_LINEAR))
			match_scaled_sigmoid(op);
		else if (axt_ir_is_binary(op, AXT_MUL))
			match_product(op);
		else if (axt_ir_is_binary(op, AXT_ADD) &&
			 !match_excite(ir, op, op->in[0], op->in[1]))
			match_excite(ir, op, op->in[1], op->in[0]);
	}
}
