// SPDX-License-Identifier: MIT
/*
 * The operations, as in section 4 of the document. A row: fewest and most
 * inputs, fewest and most outputs, attributes, common rules, special check.
 */
#include "check.h"

#define F32 AXT_RULE_F32
#define TYPE AXT_RULE_TYPE
#define PLAIN AXT_RULE_PLAIN
#define LAYOUT AXT_RULE_LAYOUT
#define SHAPE AXT_RULE_SHAPE
#define OVERWRITE AXT_RULE_OVERWRITE
#define POSTS AXT_RULE_POSTS

/* Attributes: the struct, and the table of its members. */
#define WITH(attributes, fields) sizeof(struct attributes), fields
#define WITHOUT 0, NULL

#define CODE(name, inputs_min, inputs_max, outputs_min, outputs_max,     \
	     attributes, rules, check)                                   \
	[AXT_##name] = CODE_(#name, inputs_min, inputs_max, outputs_min, \
			     outputs_max, attributes, rules, check)
#define CODE_(name, inputs_min, inputs_max, outputs_min, outputs_max, size, \
	      fields, rules, check)                                         \
	{ name, inputs_min, inputs_max, outputs_min, outputs_max,           \
	  size, rules,	    fields,	check }

static const struct axt_code_info codes[AXT_CODE_END] = {
	CODE(CONV, 2, 3, 1, 1, WITH(axt_conv, axt_fields_conv), F32 | POSTS,
	     axt_check_conv),
	CODE(CONV_TRANSPOSE, 2, 3, 1, 1, WITH(axt_conv, axt_fields_conv),
	     F32 | POSTS, axt_check_conv_transpose),
	CODE(MATMUL, 2, 3, 1, 1, WITH(axt_matmul, axt_fields_matmul),
	     F32 | PLAIN | POSTS, axt_check_matmul),
	CODE(POOL, 1, 1, 1, 2, WITH(axt_pool, axt_fields_pool), LAYOUT | POSTS,
	     axt_check_pool),
	CODE(REDUCE, 1, 1, 1, 1, WITH(axt_reduce, axt_fields_reduce),
	     TYPE | PLAIN, axt_check_reduce),
	CODE(UNARY, 1, 1, 1, 1, WITH(axt_elementwise, axt_fields_unary),
	     TYPE | LAYOUT | SHAPE | OVERWRITE | POSTS, axt_check_unary),
	CODE(BINARY, 2, 2, 1, 1, WITH(axt_elementwise, axt_fields_binary),
	     OVERWRITE | POSTS, axt_check_binary),
	CODE(SELECT, 3, 3, 1, 1, WITHOUT, PLAIN | OVERWRITE, axt_check_select),
	CODE(SOFTMAX, 1, 1, 1, 1, WITH(axt_softmax, axt_fields_softmax),
	     F32 | PLAIN | SHAPE, axt_check_softmax),
	CODE(NORMALIZE, 1, 3, 1, 1, WITH(axt_normalize, axt_fields_normalize),
	     F32 | PLAIN | SHAPE | POSTS, axt_check_normalize),
	CODE(AFFINE, 3, 3, 1, 1, WITHOUT, F32 | SHAPE | OVERWRITE | POSTS,
	     axt_check_affine),
	CODE(TRANSPOSE, 1, 1, 1, 1, WITH(axt_transpose, axt_fields_transpose),
	     TYPE | PLAIN, axt_check_transpose),
	CODE(CONCAT, 1, AXT_OPERANDS_MAX - 1, 1, 1,
	     WITH(axt_axis, axt_fields_concat), TYPE | LAYOUT,
	     axt_check_concat),
	CODE(SLICE, 1, 1, 1, 1, WITH(axt_slice, axt_fields_slice), TYPE | PLAIN,
	     axt_check_slice),
	CODE(PAD, 1, 1, 1, 1, WITH(axt_pad, axt_fields_pad), TYPE | PLAIN,
	     axt_check_pad),
	CODE(RESIZE, 1, 1, 1, 1, WITH(axt_resize, axt_fields_resize),
	     F32 | LAYOUT, axt_check_resize),
	CODE(GATHER, 2, 2, 1, 1, WITH(axt_axis, axt_fields_gather), PLAIN,
	     axt_check_gather),
	CODE(EXPAND, 1, 1, 1, 1, WITHOUT, TYPE | PLAIN, axt_check_expand),
	CODE(TILE, 1, 1, 1, 1, WITHOUT, TYPE | PLAIN, axt_check_tile),
	CODE(CAST, 1, 1, 1, 1, WITHOUT, LAYOUT | SHAPE, axt_check_cast),
	CODE(REORDER, 1, 1, 1, 1, WITHOUT, TYPE | SHAPE, axt_check_reorder),
	CODE(SHUFFLE, 1, 1, 1, 1, WITH(axt_shuffle, axt_fields_shuffle),
	     F32 | PLAIN, axt_check_shuffle),
	CODE(COPY, 1, 1, 1, 1, WITHOUT, TYPE | PLAIN, axt_check_copy),
	CODE(ARG, 1, 1, 1, 1, WITH(axt_arg, axt_fields_arg), PLAIN,
	     axt_check_arg),
	CODE(RNN, 3, 8, 1, 3, WITH(axt_rnn, axt_fields_rnn), PLAIN,
	     axt_check_rnn),
};

const struct axt_code_info *axt_code_info(uint32_t code)
{
	return code < AXT_CODE_END && codes[code].name ? &codes[code] : NULL;
}

bool axt_code_takes_posts(const struct axt_code_info *info)
{
	return info->rules & POSTS;
}
