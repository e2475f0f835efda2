/* SPDX-License-Identifier: MIT */
/*
 * The tensor program format, version 1: the structs of docs/tensor-program.md.
 * A program is one blob, little endian, position independent; every struct
 * starts at a multiple of 8 bytes and has no hidden padding. Who reads a blob
 * that he has not made himself validates it first (axt/program.h).
 */
#ifndef AXT_FORMAT_H
#define AXT_FORMAT_H

#include <assert.h>
#include <stdint.h>

/* Not text: what a conversion of line ends does to it shows in the magic. */
#define AXT_MAGIC "AXTP\r\n\x1a\n"
#define AXT_VERSION_MAJOR 1
#define AXT_VERSION_MINOR 0

#define AXT_RANK_MAX 8
#define AXT_SPATIAL_MAX 3
#define AXT_OPERANDS_MAX 64
#define AXT_POSTS_MAX 8
#define AXT_TENSORS_MAX (1u << 20)
#define AXT_OPS_MAX (1u << 20)
#define AXT_DIM_MAX 0x7fffffffu
#define AXT_BYTES_MAX (1ull << 40)
#define AXT_NAMES_MAX (1u << 24)
#define AXT_PORTS_MAX 4096 /* inputs; outputs */
#define AXT_NONE 0xffffffffu /* no tensor */

struct axt_header {
	uint8_t magic[8];
	uint16_t major;
	uint16_t minor;
	uint32_t header_size; /* of this struct */
	uint64_t total_size; /* of the blob */
	uint32_t crc; /* CRC-32 (IEEE) of all bytes behind the header */
	uint32_t flags; /* zero */
	uint32_t tensor_count;
	uint32_t op_count;
	uint64_t tensor_offset; /* from the start of the blob, as the others */
	uint64_t op_offset;
	uint64_t op_size;
	uint64_t name_offset;
	uint64_t name_size;
	uint64_t data_offset; /* multiple of 64 */
	uint64_t data_size;
	uint64_t arena_size; /* scratch memory for one run */
	uint32_t input_count;
	uint32_t output_count;
	uint64_t reserved[2]; /* zero */
};
static_assert(sizeof(struct axt_header) == 128, "a header has 128 bytes");

enum axt_type {
	AXT_F32 = 0,
	AXT_F16 = 1,
	AXT_BF16 = 2,
	AXT_I8 = 3,
	AXT_I32 = 4,
	AXT_I64 = 5,
	AXT_BOOL = 6, /* a byte, 0 or 1 */
	AXT_U8 = 7,
};

enum axt_place {
	AXT_INPUT = 0, /* offset: number of the input */
	AXT_OUTPUT = 1, /* offset: number of the output */
	AXT_DATA = 2, /* offset: in the constant data, multiple of 64 */
	AXT_ARENA = 3, /* offset: in the arena, multiple of 64 */
};

enum axt_layout {
	AXT_PLAIN = 0, /* row-major */
	AXT_CHANNELS_LAST = 1, /* dimension 1 innermost, else row-major */
	AXT_BLOCK16 = 2, /* dimension 1 in blocks of 16, innermost */
};

struct axt_tensor {
	uint8_t type; /* enum axt_type */
	uint8_t rank; /* 0 to AXT_RANK_MAX */
	uint8_t place; /* enum axt_place */
	uint8_t layout; /* enum axt_layout */
	uint32_t name; /* offset in the names, 0 for none */
	uint32_t dims[AXT_RANK_MAX]; /* from rank on: zero */
	uint64_t offset;
	uint64_t size; /* bytes, follows from type, dims and layout */
	float scale; /* i8 and u8: real = (stored - zero) * scale; else 0 */
	int32_t zero;
};
static_assert(sizeof(struct axt_tensor) == 64, "a tensor has 64 bytes");

/*
 * An operation is this struct, then its operands (inputs, then outputs; one
 * uint32_t each, tensor number or AXT_NONE), zeros up to a multiple of 8, the
 * attributes of its code, then its post-operations.
 */
struct axt_op {
	uint16_t code; /* enum axt_code */
	uint16_t flags; /* zero */
	uint32_t size; /* bytes of all that, multiple of 8 */
	uint8_t inputs;
	uint8_t outputs;
	uint8_t posts;
	uint8_t pad; /* zero */
	uint32_t name; /* offset in the names, 0 for none */
};
static_assert(sizeof(struct axt_op) == 16, "an operation begins with 16 bytes");

/* Applied to each element of the result, in order, before it is stored. */
struct axt_post {
	uint16_t kind; /* enum axt_post_kind */
	uint16_t function; /* enum axt_unary or enum axt_binary */
	uint32_t tensor; /* the other operand of a binary one, else AXT_NONE */
	float alpha;
	float beta;
};
static_assert(sizeof(struct axt_post) == 16, "a post-operation has 16 bytes");

enum axt_post_kind {
	AXT_POST_UNARY = 0,
	AXT_POST_BINARY = 1, /* result = function(result, tensor) */
};

enum axt_code {
	AXT_CONV = 1,
	AXT_CONV_TRANSPOSE = 2,
	AXT_MATMUL = 3,
	AXT_POOL = 4,
	AXT_REDUCE = 5,
	AXT_UNARY = 6,
	AXT_BINARY = 7,
	AXT_SELECT = 8,
	AXT_SOFTMAX = 9,
	AXT_NORMALIZE = 10,
	AXT_AFFINE = 11,
	AXT_TRANSPOSE = 12,
	AXT_CONCAT = 13,
	AXT_SLICE = 14,
	AXT_PAD = 15,
	AXT_RESIZE = 16,
	AXT_GATHER = 17,
	AXT_EXPAND = 18,
	AXT_TILE = 19,
	AXT_CAST = 20,
	AXT_REORDER = 21,
	AXT_SHUFFLE = 22,
	AXT_COPY = 23,
	AXT_ARG = 24,
	AXT_RNN = 25,
	AXT_CODE_END,
};

enum axt_unary {
	AXT_RELU = 0, /* max(x, 0) */
	AXT_LEAKY_RELU = 1, /* x < 0 ? alpha x : x */
	AXT_CLIP = 2, /* min(max(x, alpha), beta) */
	AXT_SIGMOID = 3,
	AXT_HARD_SIGMOID = 4, /* min(max(alpha x + beta, 0), 1) */
	AXT_HARD_SWISH = 5, /* x min(max(x / 6 + 1/2, 0), 1) */
	AXT_TANH = 6,
	AXT_ELU = 7, /* x < 0 ? alpha (e^x - 1) : x */
	AXT_SELU = 8, /* beta (x < 0 ? alpha (e^x - 1) : x) */
	AXT_SOFTPLUS = 9, /* ln(1 + e^x) */
	AXT_SOFTSIGN = 10, /* x / (1 + |x|) */
	AXT_EXP = 11,
	AXT_LOG = 12,
	AXT_SQRT = 13,
	AXT_RECIPROCAL = 14,
	AXT_ABS = 15,
	AXT_NEG = 16,
	AXT_FLOOR = 17,
	AXT_CEIL = 18,
	AXT_ROUND = 19, /* half to even */
	AXT_SIGN = 20,
	AXT_ERF = 21,
	AXT_SIN = 22,
	AXT_COS = 23,
	AXT_TAN = 24,
	AXT_ASIN = 25,
	AXT_ACOS = 26,
	AXT_ATAN = 27,
	AXT_SINH = 28,
	AXT_COSH = 29,
	AXT_ASINH = 30,
	AXT_ACOSH = 31,
	AXT_ATANH = 32,
	AXT_THRESHOLDED_RELU = 33, /* x > alpha ? x : 0 */
	AXT_LINEAR = 34, /* alpha x + beta */
	AXT_SHRINK = 35, /* |x| > beta ? x - sign(x) alpha : 0 */
	AXT_CELU = 36, /* max(0, x) + min(0, alpha (e^(x / alpha) - 1)) */
	AXT_NOT = 37, /* bool */
	AXT_GELU = 38, /* x (1 + erf(x / sqrt 2)) / 2 */
	AXT_UNARY_END,
};

enum axt_binary {
	AXT_ADD = 0,
	AXT_SUB = 1,
	AXT_MUL = 2,
	AXT_DIV = 3,
	AXT_MIN = 4,
	AXT_MAX = 5,
	AXT_POW = 6,
	AXT_PRELU = 7, /* a < 0 ? a b : a */
	AXT_MOD = 8, /* sign of b; floating point: sign of a */
	AXT_EQUAL = 9, /* from here on the result is bool */
	AXT_LESS = 10,
	AXT_LESS_EQUAL = 11,
	AXT_GREATER = 12,
	AXT_GREATER_EQUAL = 13,
	AXT_AND = 14, /* bool */
	AXT_OR = 15,
	AXT_XOR = 16,
	AXT_BINARY_END,
};

/* AXT_CONV, AXT_CONV_TRANSPOSE: x, weights [, bias] -> y */
struct axt_conv {
	uint32_t spatial; /* 1 to AXT_SPATIAL_MAX */
	uint32_t groups;
	uint32_t stride[AXT_SPATIAL_MAX];
	uint32_t dilation[AXT_SPATIAL_MAX];
	uint32_t pad_begin[AXT_SPATIAL_MAX];
	uint32_t pad_end[AXT_SPATIAL_MAX];
};
static_assert(sizeof(struct axt_conv) == 56, "attributes are multiples of 8");

/* AXT_MATMUL: a, b [, c] -> y = alpha a b + beta c */
struct axt_matmul {
	uint32_t transpose_a; /* 0 or 1: of the last two dimensions */
	uint32_t transpose_b;
	float alpha;
	float beta;
};

enum axt_pool_kind {
	AXT_POOL_MAX = 0,
	AXT_POOL_AVERAGE = 1, /* over what is inside */
	AXT_POOL_AVERAGE_PADDED = 2, /* padding counts as zeros */
	AXT_POOL_LP = 3,
};

/* AXT_POOL: x -> y [, int64 indices, of AXT_POOL_MAX] */
struct axt_pool {
	uint32_t kind; /* enum axt_pool_kind */
	uint32_t spatial;
	uint32_t kernel[AXT_SPATIAL_MAX];
	uint32_t stride[AXT_SPATIAL_MAX];
	uint32_t dilation[AXT_SPATIAL_MAX];
	uint32_t pad_begin[AXT_SPATIAL_MAX];
	uint32_t pad_end[AXT_SPATIAL_MAX];
	float p; /* of AXT_POOL_LP, else 0 */
	uint32_t column_major; /* 1: indices count as if transposed */
	uint32_t pad; /* zero */
};
static_assert(sizeof(struct axt_pool) == 80, "attributes are multiples of 8");

enum axt_reduce_kind {
	AXT_REDUCE_SUM = 0,
	AXT_REDUCE_MEAN = 1,
	AXT_REDUCE_MAX = 2,
	AXT_REDUCE_MIN = 3,
	AXT_REDUCE_PROD = 4,
	AXT_REDUCE_L1 = 5,
	AXT_REDUCE_L2 = 6,
	AXT_REDUCE_SUM_SQUARE = 7,
	AXT_REDUCE_LOG_SUM = 8,
	AXT_REDUCE_LOG_SUM_EXP = 9,
	AXT_REDUCE_END,
};

/* AXT_REDUCE: x -> y, where y has 1 in each reduced dimension */
struct axt_reduce {
	uint32_t kind; /* enum axt_reduce_kind */
	uint32_t axes; /* bit per dimension of x, at least one */
};

/* AXT_UNARY: x -> y; AXT_BINARY: a, b -> y, b and a broadcast to y */
struct axt_elementwise {
	uint32_t function; /* enum axt_unary or enum axt_binary */
	float alpha;
	float beta;
	uint32_t pad; /* zero */
};

/* AXT_SOFTMAX: x -> y, over dimensions axis to axis + axes - 1 as one */
struct axt_softmax {
	uint32_t kind; /* 0 softmax, 1 its logarithm, 2 1 for the largest */
	uint32_t axis;
	uint32_t axes;
	uint32_t pad; /* zero */
};

enum axt_normalize_kind {
	AXT_LAYER_NORM = 0, /* over dimensions from axis on */
	AXT_INSTANCE_NORM = 1, /* over dimensions from 2 on */
	AXT_LOCAL_RESPONSE = 2, /* over size channels around */
	AXT_LP_NORM = 3, /* x / (sum |x|^p)^(1/p) along axis */
	AXT_MEAN_VARIANCE = 4, /* over the dimensions in axes */
	AXT_NORMALIZE_END,
};

/* AXT_NORMALIZE: x [, scale [, bias]] -> y */
struct axt_normalize {
	uint32_t kind; /* enum axt_normalize_kind */
	uint32_t axis;
	uint32_t axes; /* bit per dimension */
	uint32_t size; /* channels; of AXT_LP_NORM: p */
	float epsilon; /* of AXT_LOCAL_RESPONSE: k */
	float alpha;
	float beta;
	uint32_t pad; /* zero */
};

/* AXT_TRANSPOSE: x -> y, dimension i of y is dimension perm[i] of x */
struct axt_transpose {
	uint8_t perm[AXT_RANK_MAX]; /* from rank on: zero */
};

/* AXT_CONCAT: x... -> y; AXT_GATHER: x, indices -> y */
struct axt_axis {
	uint32_t axis;
	uint32_t kind; /* of AXT_GATHER: 0 rows, 1 elements; else zero */
};

/* AXT_SLICE: x -> y, y[i] = x[start + i step] in each dimension */
struct axt_slice {
	int32_t start[AXT_RANK_MAX]; /* from rank on: zero */
	int32_t step[AXT_RANK_MAX]; /* not zero; from rank on: 1 */
};

/* AXT_PAD: x -> y, x begins at begin in y; negative: x is cut there */
struct axt_pad {
	uint32_t mode; /* 0 value, 1 reflect, 2 edge */
	float value;
	int32_t begin[AXT_RANK_MAX]; /* from rank on: zero */
};

enum axt_resize_coordinates {
	AXT_HALF_PIXEL = 0,
	AXT_PYTORCH_HALF_PIXEL = 1,
	AXT_ALIGN_CORNERS = 2,
	AXT_ASYMMETRIC = 3,
	AXT_CROP_AND_RESIZE = 4,
	AXT_RESIZE_COORDINATES_END,
};

/* AXT_RESIZE: x -> y; names as in ONNX Resize */
struct axt_resize {
	uint32_t mode; /* 0 nearest, 1 linear, 2 cubic */
	uint32_t coordinates; /* enum axt_resize_coordinates */
	uint32_t nearest; /* 0 half down, 1 half up, 2 floor, 3 ceil */
	uint32_t exclude_outside; /* 0 or 1 */
	float cubic;
	float extrapolation;
	float scale[AXT_RANK_MAX]; /* from rank on: 1 */
	float roi_begin[AXT_RANK_MAX];
	float roi_end[AXT_RANK_MAX];
};
static_assert(sizeof(struct axt_resize) == 120, "multiple of 8");

/* AXT_SHUFFLE: x -> y, blocks of channels to space and back */
struct axt_shuffle {
	uint32_t kind; /* 0 depth to space, 1 space to depth */
	uint32_t block;
	uint32_t column; /* 1: channels count before the block (CRD) */
	uint32_t pad; /* zero */
};

/* AXT_ARG: x -> int64 y, the place of the largest along axis */
struct axt_arg {
	uint32_t axis;
	uint32_t smallest; /* 1: of the smallest */
	uint32_t last; /* 1: the last of equals */
	uint32_t pad; /* zero */
};

enum axt_rnn_kind {
	AXT_RNN_PLAIN = 0,
	AXT_RNN_GRU = 1,
	AXT_RNN_LSTM = 2,
};

/*
 * AXT_RNN: x, w, r [, b [, lengths [, h0 [, c0 [, peepholes]]]]]
 * -> y [, h [, c]]; shapes as in ONNX RNN, GRU and LSTM with layout 0
 */
struct axt_rnn {
	uint32_t kind; /* enum axt_rnn_kind */
	uint32_t direction; /* 0 forward, 1 backward, 2 both */
	uint32_t hidden;
	uint32_t linear_before_reset; /* GRU: 0 or 1 */
	uint32_t couple_gates; /* LSTM: 0 or 1 */
	uint32_t has_clip;
	float clip;
	uint32_t functions; /* of functions[] */
	uint16_t function[8]; /* enum axt_unary; from functions on: zero */
	float alpha[8];
	float beta[8];
};
static_assert(sizeof(struct axt_rnn) == 112, "multiple of 8");

#endif
