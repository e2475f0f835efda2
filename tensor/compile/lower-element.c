// SPDX-License-Identifier: MIT
/* Operations on each element by itself. Owns nothing. */
#include "lower.h"

#include <math.h>

#define NUMBERS (AXT_BIT(AXT_F32) | AXT_BIT(AXT_I32) | AXT_BIT(AXT_I64))
#define BYTES (AXT_BIT(AXT_U8) | AXT_BIT(AXT_I8))

/* Integers: those that two-operand functions make up for. */
static int integer_unary(struct axt_lower *l)
{
	struct axt_ir_value *x = axt_lower_in(l, 0), *zero, *y;
	uint32_t function = l->row->function;

	if (!x)
		return 0;
	zero = axt_ir_scalar(l->ir, x->tensor.type, 0);
	if (function == AXT_RELU) {
		y = axt_ir_binary(l->ir, AXT_MAX, x, zero);
	} else {
		y = axt_ir_binary(l->ir, AXT_SUB, zero, x);
		if (function == AXT_ABS)
			y = axt_ir_binary(l->ir, AXT_MAX, x, y);
	}
	axt_lower_set(l, 0, y);
	return 0;
}

int axt_lower_unary(struct axt_lower *l)
{
	uint32_t integer = AXT_BIT(AXT_I32) | AXT_BIT(AXT_I64);
	uint32_t function = l->row->function, types = AXT_BIT(AXT_F32);
	const char *alpha = l->row->alpha, *beta = l->row->beta;
	struct axt_ir_value *x = axt_lower_in(l, 0);
	int err;

	if (function == AXT_ABS || function == AXT_NEG || function == AXT_RELU)
		types |= integer;
	err = axt_lower_types(l, types);
	if (err)
		return err;
	if (x && x->tensor.type != AXT_F32)
		return integer_unary(l);
	axt_lower_set(l, 0,
		      axt_ir_unary(l->ir, x, function,
				   alpha ? axt_lower_float(l, alpha) : 0,
				   beta ? axt_lower_float(l, beta) : 0));
	return 0;
}

int axt_lower_not(struct axt_lower *l)
{
	int err = axt_lower_types(l, AXT_BIT(AXT_BOOL));

	if (!err)
		axt_lower_set(l, 0,
			      axt_ir_unary(l->ir, axt_lower_in(l, 0), AXT_NOT,
					   0, 0));
	return err;
}

int axt_lower_clip(struct axt_lower *l)
{
	int err = axt_lower_types(l, AXT_BIT(AXT_F32));

	if (!err)
		axt_lower_set(l, 0,
			      axt_ir_unary(l->ir, axt_lower_in(l, 0), AXT_CLIP,
					   axt_lower_float(l, "min"),
					   axt_lower_float(l, "max")));
	return err;
}

int axt_lower_is_nan(struct axt_lower *l)
{
	struct axt_ir_value *x = axt_lower_in(l, 0);
	int err = axt_lower_types(l, AXT_BIT(AXT_F32));

	if (err)
		return err;
	x = axt_ir_binary(l->ir, AXT_EQUAL, x, x);
	axt_lower_set(l, 0, axt_ir_unary(l->ir, x, AXT_NOT, 0, 0));
	return 0;
}

int axt_lower_is_inf(struct axt_lower *l)
{
	bool minus = axt_lower_int(l, "detect_negative");
	bool plus = axt_lower_int(l, "detect_positive");
	struct axt_ir_value *x = axt_lower_in(l, 0), *end;
	int err = axt_lower_types(l, AXT_BIT(AXT_F32));

	if (err)
		return err;
	if (plus && minus)
		x = axt_ir_unary(l->ir, x, AXT_ABS, 0, 0);
	/* With neither of them, nothing is smaller than the least. */
	end = axt_ir_scalar(l->ir, AXT_F32,
			    plus ? (double)INFINITY : (double)-INFINITY);
	axt_lower_set(l, 0,
		      axt_ir_binary(l->ir, plus || minus ? AXT_EQUAL : AXT_LESS,
				    x, end));
	return 0;
}

int axt_lower_cast(struct axt_lower *l)
{
	static const uint32_t types = NUMBERS | BYTES | AXT_BIT(AXT_BOOL);
	struct axt_ir_value *y = axt_lower_result(l, 0);
	int err = axt_lower_types(l, types);

	if (err || !y)
		return err;
	if (!(AXT_BIT(y->tensor.type) & types))
		return axt_lower_unsupported(l, "casts to a type that is only "
						"moved");
	axt_lower_set(l, 0,
		      axt_ir_cast(l->ir, axt_lower_in(l, 0), y->tensor.type));
	return 0;
}

/* Those of bytes that wider integers give exactly, wrapping included. */
static int byte_binary(struct axt_lower *l)
{
	static const uint32_t exact =
		AXT_BIT(AXT_MIN) | AXT_BIT(AXT_MAX) | AXT_BIT(AXT_MOD) |
		AXT_BIT(AXT_LESS) | AXT_BIT(AXT_LESS_EQUAL) |
		AXT_BIT(AXT_GREATER) | AXT_BIT(AXT_GREATER_EQUAL) |
		AXT_BIT(AXT_EQUAL);
	struct axt_ir_value *a = axt_lower_in(l, 0), *b = axt_lower_in(l, 1);
	struct axt_ir_value *y;
	int err;

	if (!(AXT_BIT(l->row->function) & exact)) {
		err = axt_lower_types(l, NUMBERS);
		if (err)
			return err;
	}
	y = axt_ir_binary(l->ir, l->row->function,
			  axt_ir_cast(l->ir, a, AXT_I32),
			  axt_ir_cast(l->ir, b, AXT_I32));
	if (a && l->row->function < AXT_EQUAL)
		y = axt_ir_cast(l->ir, y, a->tensor.type);
	axt_lower_set(l, 0, y);
	return 0;
}

int axt_lower_binary(struct axt_lower *l)
{
	struct axt_ir_value *a = axt_lower_in(l, 0), *b = axt_lower_in(l, 1);
	struct axt_ir_value *y;
	bool equal = l->row->function == AXT_EQUAL;
	int err = axt_lower_types(l, NUMBERS | BYTES |
					     (equal ? AXT_BIT(AXT_BOOL) : 0));

	if (err || !a || !b)
		return err;
	if (AXT_BIT(a->tensor.type) & BYTES)
		return byte_binary(l);
	if (a->tensor.type == AXT_BOOL) {
		y = axt_ir_binary(l->ir, AXT_XOR, a, b);
		y = axt_ir_unary(l->ir, y, AXT_NOT, 0, 0);
	} else {
		y = axt_ir_binary(l->ir, l->row->function, a, b);
	}
	axt_lower_set(l, 0, y);
	return 0;
}

int axt_lower_logic(struct axt_lower *l)
{
	int err = axt_lower_types(l, AXT_BIT(AXT_BOOL));

	if (!err)
		axt_lower_set(l, 0,
			      axt_ir_binary(l->ir, l->row->function,
					    axt_lower_in(l, 0),
					    axt_lower_in(l, 1)));
	return err;
}

/* The exponent may have a type of its own. */
int axt_lower_pow(struct axt_lower *l)
{
	struct axt_ir_value *a = axt_lower_in(l, 0), *b = axt_lower_in(l, 1);
	int err = axt_lower_types(l, NUMBERS);

	if (err || !a || !b)
		return err;
	if (!(AXT_BIT(b->tensor.type) & NUMBERS) ||
	    (b->tensor.type == AXT_F32 && a->tensor.type != AXT_F32))
		return axt_lower_unsupported(l, "has an exponent of another "
						"type");
	b = axt_ir_cast(l->ir, b, a->tensor.type);
	axt_lower_set(l, 0, axt_ir_binary(l->ir, AXT_POW, a, b));
	return 0;
}

/* Of integers as in C: a - a / b * b; the format's has the sign of b. */
static struct axt_ir_value *
remainder_of(struct axt_ir *ir, struct axt_ir_value *a, struct axt_ir_value *b)
{
	struct axt_ir_value *y = axt_ir_binary(ir, AXT_DIV, a, b);

	y = axt_ir_binary(ir, AXT_MUL, y, b);
	return axt_ir_binary(ir, AXT_SUB, a, y);
}

int axt_lower_mod(struct axt_lower *l)
{
	struct axt_ir_value *a = axt_lower_in(l, 0), *b = axt_lower_in(l, 1);
	bool as_c = axt_lower_int(l, "fmod"), bytes;
	int err = axt_lower_types(l, NUMBERS | BYTES);
	struct axt_ir_value *y;

	if (err || !a || !b)
		return err;
	bytes = AXT_BIT(a->tensor.type) & BYTES;
	if (!as_c && a->tensor.type == AXT_F32)
		return axt_lower_unsupported(l, "floating point without fmod");
	if (!as_c && bytes)
		return byte_binary(l);
	if (!as_c || a->tensor.type == AXT_F32) {
		y = axt_ir_binary(l->ir, AXT_MOD, a, b);
	} else {
		y = bytes ? axt_ir_cast(l->ir, a, AXT_I32) : a;
		b = bytes ? axt_ir_cast(l->ir, b, AXT_I32) : b;
		y = remainder_of(l->ir, y, b);
		y = axt_ir_cast(l->ir, y, a->tensor.type);
	}
	axt_lower_set(l, 0, y);
	return 0;
}

int axt_lower_where(struct axt_lower *l)
{
	struct axt_ir_value *y = axt_lower_result(l, 0);
	struct axt_ir_op *op =
		axt_ir_add(l->ir, AXT_SELECT, 3, axt_lower_in(l, 0), y);

	if (!op)
		return 0;
	op->in[1] = axt_lower_in(l, 1);
	op->in[2] = axt_lower_in(l, 2);
	axt_lower_set(l, 0, y);
	return 0;
}
