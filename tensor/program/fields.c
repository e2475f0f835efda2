// SPDX-License-Identifier: MIT
/*
 * The members of the attribute structs, as tables: the validator takes from
 * them what each may be, the disassembler how it is called. What depends on
 * other members or on shapes is in check-*.c.
 */
#include "check.h"

#define END { .name = NULL }

#define ARRAY(type_, kind, member, count_, ...)     \
	{ .name = #member,                          \
	  .offset = offsetof(struct type_, member), \
	  .type = AXT_FIELD_##kind,                 \
	  .count = count_,                          \
	  __VA_ARGS__ }
#define FIELD(type_, kind, member, ...) \
	ARRAY(type_, kind, member, 1, __VA_ARGS__)
#define PAD(type_) FIELD(type_, U32, pad, .max = 0)
#define FLAG(type_, member) FIELD(type_, U32, member, .max = 1)
#define FLOAT(type_, member) FIELD(type_, F32, member, .flags = 0)
#define FINITE(type_, member) \
	FIELD(type_, F32, member, .flags = AXT_FIELD_FINITE)
#define ENUM(type_, kind, member, list) \
	FIELD(type_, kind, member, .max = ARRAY_SIZE(list) - 1, .names = list)

/* Of a window: one for each spatial dimension. */
#define SPATIAL(type_, member, from, rest_)                                    \
	ARRAY(type_, U32, member, AXT_SPATIAL_MAX, .flags = AXT_FIELD_COUNTED, \
	      .rest = rest_, .min = from, .max = AXT_DIM_MAX)
#define SPATIAL_COUNT(type_)                                           \
	FIELD(type_, U32, spatial, .flags = AXT_FIELD_COUNT, .min = 1, \
	      .max = AXT_SPATIAL_MAX)

static const char *const pool_names[] = { "max", "average", "average_padded",
					  "lp" };
static const char *const reduce_names[AXT_REDUCE_END] = {
	"sum", "mean", "max",	     "min",	"prod",
	"l1",  "l2",   "sum_square", "log_sum", "log_sum_exp",
};
static const char *const softmax_names[] = { "softmax", "log", "hard" };
static const char *const normalize_names[AXT_NORMALIZE_END] = {
	"layer", "instance", "local_response", "lp", "mean_variance",
};
static const char *const gather_names[] = { "rows", "elements" };
static const char *const pad_names[] = { "value", "reflect", "edge" };
static const char *const resize_names[] = { "nearest", "linear", "cubic" };
static const char *const coordinate_names[AXT_RESIZE_COORDINATES_END] = {
	"half_pixel", "pytorch_half_pixel", "align_corners",
	"asymmetric", "crop_and_resize",
};
static const char *const nearest_names[] = { "half_down", "half_up", "floor",
					     "ceil" };
static const char *const shuffle_names[] = { "depth_to_space",
					     "space_to_depth" };
static const char *const rnn_names[] = { "plain", "gru", "lstm" };
static const char *const direction_names[] = { "forward", "backward", "both" };

const struct axt_field axt_fields_conv[] = {
	SPATIAL_COUNT(axt_conv),
	FIELD(axt_conv, U32, groups, .min = 1, .max = AXT_DIM_MAX),
	SPATIAL(axt_conv, stride, 1, 1),
	SPATIAL(axt_conv, dilation, 1, 1),
	SPATIAL(axt_conv, pad_begin, 0, 0),
	SPATIAL(axt_conv, pad_end, 0, 0),
	END,
};

const struct axt_field axt_fields_matmul[] = {
	FLAG(axt_matmul, transpose_a),
	FLAG(axt_matmul, transpose_b),
	FLOAT(axt_matmul, alpha),
	FLOAT(axt_matmul, beta),
	END,
};

const struct axt_field axt_fields_pool[] = {
	ENUM(axt_pool, U32, kind, pool_names),
	SPATIAL_COUNT(axt_pool),
	SPATIAL(axt_pool, kernel, 1, 1),
	SPATIAL(axt_pool, stride, 1, 1),
	SPATIAL(axt_pool, dilation, 1, 1),
	SPATIAL(axt_pool, pad_begin, 0, 0),
	SPATIAL(axt_pool, pad_end, 0, 0),
	FINITE(axt_pool, p),
	FLAG(axt_pool, column_major),
	PAD(axt_pool),
	END,
};

const struct axt_field axt_fields_reduce[] = {
	ENUM(axt_reduce, U32, kind, reduce_names),
	FIELD(axt_reduce, U32, axes, .min = 1, .max = 0xff),
	END,
};

const struct axt_field axt_fields_unary[] = {
	ENUM(axt_elementwise, U32, function, axt_unary_names),
	FLOAT(axt_elementwise, alpha),
	FLOAT(axt_elementwise, beta),
	PAD(axt_elementwise),
	END,
};

const struct axt_field axt_fields_binary[] = {
	ENUM(axt_elementwise, U32, function, axt_binary_names),
	FLOAT(axt_elementwise, alpha),
	FLOAT(axt_elementwise, beta),
	PAD(axt_elementwise),
	END,
};

const struct axt_field axt_fields_softmax[] = {
	ENUM(axt_softmax, U32, kind, softmax_names),
	FIELD(axt_softmax, U32, axis, .max = AXT_RANK_MAX),
	FIELD(axt_softmax, U32, axes, .min = 1, .max = AXT_RANK_MAX),
	PAD(axt_softmax),
	END,
};

const struct axt_field axt_fields_normalize[] = {
	ENUM(axt_normalize, U32, kind, normalize_names),
	FIELD(axt_normalize, U32, axis, .max = AXT_RANK_MAX),
	FIELD(axt_normalize, U32, axes, .max = 0xff),
	FIELD(axt_normalize, U32, size, .max = AXT_DIM_MAX),
	FLOAT(axt_normalize, epsilon),
	FLOAT(axt_normalize, alpha),
	FLOAT(axt_normalize, beta),
	PAD(axt_normalize),
	END,
};

const struct axt_field axt_fields_transpose[] = {
	ARRAY(axt_transpose, U8, perm, AXT_RANK_MAX, .flags = AXT_FIELD_RANK,
	      .max = AXT_RANK_MAX - 1),
	END,
};

const struct axt_field axt_fields_concat[] = {
	FIELD(axt_axis, U32, axis, .max = AXT_RANK_MAX),
	FIELD(axt_axis, U32, kind, .max = 0),
	END,
};

const struct axt_field axt_fields_gather[] = {
	FIELD(axt_axis, U32, axis, .max = AXT_RANK_MAX),
	ENUM(axt_axis, U32, kind, gather_names),
	END,
};

const struct axt_field axt_fields_slice[] = {
	ARRAY(axt_slice, I32, start, AXT_RANK_MAX, .flags = AXT_FIELD_RANK),
	ARRAY(axt_slice, I32, step, AXT_RANK_MAX, .rest = 1,
	      .flags = AXT_FIELD_RANK | AXT_FIELD_NONZERO),
	END,
};

const struct axt_field axt_fields_pad[] = {
	ENUM(axt_pad, U32, mode, pad_names),
	FLOAT(axt_pad, value),
	ARRAY(axt_pad, I32, begin, AXT_RANK_MAX, .flags = AXT_FIELD_RANK),
	END,
};

const struct axt_field axt_fields_resize[] = {
	ENUM(axt_resize, U32, mode, resize_names),
	ENUM(axt_resize, U32, coordinates, coordinate_names),
	ENUM(axt_resize, U32, nearest, nearest_names),
	FLAG(axt_resize, exclude_outside),
	FINITE(axt_resize, cubic),
	FLOAT(axt_resize, extrapolation),
	ARRAY(axt_resize, F32, scale, AXT_RANK_MAX, .rest = 1,
	      .flags = AXT_FIELD_RANK | AXT_FIELD_POSITIVE),
	ARRAY(axt_resize, F32, roi_begin, AXT_RANK_MAX,
	      .flags = AXT_FIELD_FINITE),
	ARRAY(axt_resize, F32, roi_end, AXT_RANK_MAX,
	      .flags = AXT_FIELD_FINITE),
	END,
};

const struct axt_field axt_fields_shuffle[] = {
	ENUM(axt_shuffle, U32, kind, shuffle_names),
	FIELD(axt_shuffle, U32, block, .min = 1, .max = AXT_DIM_MAX),
	FLAG(axt_shuffle, column),
	PAD(axt_shuffle),
	END,
};

const struct axt_field axt_fields_arg[] = {
	FIELD(axt_arg, U32, axis, .max = AXT_RANK_MAX),
	FLAG(axt_arg, smallest),
	FLAG(axt_arg, last),
	PAD(axt_arg),
	END,
};

const struct axt_field axt_fields_rnn[] = {
	ENUM(axt_rnn, U32, kind, rnn_names),
	ENUM(axt_rnn, U32, direction, direction_names),
	FIELD(axt_rnn, U32, hidden, .min = 1, .max = AXT_DIM_MAX),
	FLAG(axt_rnn, linear_before_reset),
	FLAG(axt_rnn, couple_gates),
	FLAG(axt_rnn, has_clip),
	FLOAT(axt_rnn, clip),
	FIELD(axt_rnn, U32, functions, .flags = AXT_FIELD_COUNT, .max = 8),
	ARRAY(axt_rnn, U16, function, 8, .flags = AXT_FIELD_COUNTED,
	      .max = AXT_UNARY_END - 1, .names = axt_unary_names),
	ARRAY(axt_rnn, F32, alpha, 8, .flags = AXT_FIELD_COUNTED),
	ARRAY(axt_rnn, F32, beta, 8, .flags = AXT_FIELD_COUNTED),
	END,
};
