// SPDX-License-Identifier: MIT
/*
 * The passes, one small network each: what becomes of it, and that it computes
 * the same as without any pass. Where a pass must leave something alone, the
 * row says so by what is left.
 */
#include "run.h"
#include "tap.h"
#include "text.h"

#include <axt/compile.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct row {
	const char *sentence;
	const char *text;
	unsigned int ops; /* in the program */
	unsigned int posts; /* of all of them */
	enum axt_code code; /* one that is there ... */
	unsigned int count; /* ... so many times */
};

#define IN "in x 1,8,6,6;"
#define CONV "const w 8,8,1,1; const b 8; Conv x w b -> y;"
#define DEPTHWISE "const w 8,1,3,3; Conv x w -> y pads:1,1,1,1 group=8;"

/* clang-format off */
static const struct row rows[] = {
	/* Convolutions take in what follows. */
	{ "batch normalisation goes into the weights",
	  IN CONV "const s 8; const p 8; const m 8; const t 8; Abs t -> v;"
	  "BatchNormalization y s p m v -> z; out z;", 3, 0, AXT_CONV, 1 },
	{ "a factor and a bias for each channel go into the weights",
	  IN CONV "const s 8,1,1; const p 1,8,1,1; Mul y s -> z; Add p z -> o; out o;",
	  3, 0, AXT_CONV, 1 },
	{ "so do quotients and differences",
	  IN CONV "const s 8,1,1; const p 1,8,1,1; Div y s -> z; Sub p z -> o; out o;",
	  3, 0, AXT_CONV, 1 },
	{ "a quotient the other way round does not",
	  IN CONV "const s 8,1,1; Div s y -> z; out z;", 3, 2, AXT_REORDER, 2 },
	{ "numbers go into depthwise weights",
	  IN DEPTHWISE "num c 3; num d -2; Mul c y -> z; Add z d -> o; out o;",
	  3, 0, AXT_CONV, 1 },
	{ "and into those of a transposed convolution with groups",
	  IN "const w 8,3,2,2; ConvTranspose x w -> y strides:2,2 group=2;"
	  "const s 6,1,1; const p 6,1,1; Mul y s -> z; Add z p -> o; out o;",
	  3, 0, AXT_CONV_TRANSPOSE, 1 },
	{ "a factor behind an activation stays behind it",
	  IN CONV "const s 8,1,1; Relu y -> r; Mul r s -> z; out z;", 3, 2,
	  AXT_CONV, 1 },
	{ "a factor for each column is not one for each channel",
	  IN CONV "const s 6; Mul y s -> z; out z;", 3, 1, AXT_CONV, 1 },
	{ "a factor that makes the result wider stays",
	  IN CONV "const s 2,8,1,1; Mul y s -> z; out z;", 4, 0, AXT_BINARY, 1 },
	{ "weights of a value that is read twice stay",
	  IN CONV "const s 8,1,1; Mul y s -> z; out z; out y;", 5, 0, AXT_BINARY, 1 },
	{ "weights that are inputs stay",
	  IN "in w 8,8,1,1; Conv x w -> y; const s 8,1,1; Mul y s -> z; out z;",
	  3, 1, AXT_CONV, 1 },
	{ "weights stay where a factor is out of range",
	  IN CONV "num c 1e30; num d 1e30; Mul y c -> z; Abs z -> a; Mul a d -> o; out o;",
	  3, 2, AXT_CONV, 1 },
	{ "zeros around an image become padding",
	  IN "list p 0,0,1,2,0,0,1,0; Pad x p -> y; const w 4,8,3,3; Conv y w -> z; out z;",
	  3, 0, AXT_PAD, 0 },
	{ "other numbers around it do not",
	  IN "list p 0,0,1,2,0,0,1,0; num v 1; Pad x p v -> y; const w 4,8,3,3;"
	"Conv y w -> z; out z;",
	  4, 0, AXT_PAD, 1 },
	{ "nor do zeros for channels",
	  IN "list p 0,1,0,0,0,0,0,0; Pad x p -> y; const w 4,9,3,3; Conv y w -> z; out z;",
	  4, 0, AXT_PAD, 1 },

	/* Post-operations. */
	{ "an activation is done by the convolution",
	  IN CONV "Relu y -> z; out z;", 3, 1, AXT_CONV, 1 },
	{ "so are several",
	  IN CONV "Relu y -> z; Sigmoid z -> u; Tanh u -> v; out v;", 3, 3,
	  AXT_UNARY, 0 },
	{ "up to eight",
	  IN CONV "Relu y -> a; Tanh a -> c; Exp c -> d; Tanh d -> e; Exp e -> f;"
	"Tanh f -> g; Exp g -> h; Tanh h -> i; Exp i -> j; out j;",
	  4, 8, AXT_UNARY, 1 },
	{ "an activation of what is read twice is not",
	  IN CONV "Relu y -> z; Tanh y -> u; Add z u -> o; out o;", 5, 1, AXT_UNARY, 2 },
	{ "nor is one of an output of the network",
	  IN CONV "Relu y -> z; out z; out y;", 5, 0, AXT_UNARY, 1 },
	{ "a residual is added by the convolution",
	  IN CONV "Add y x -> z; Relu z -> o; out o;", 3, 2, AXT_BINARY, 0 },
	{ "by the later one of two",
	  IN CONV "const u 8,8,1,1; Conv x u -> v; Add y v -> z; out z;", 4, 1,
	  AXT_BINARY, 0 },
	{ "a difference the other way round, too",
	  IN CONV "Sub x y -> z; out z;", 3, 2, AXT_BINARY, 0 },
	{ "a power the other way round is not",
	  IN CONV "Abs y -> a; Abs x -> c; Pow c a -> z; out z;", 4, 2, AXT_BINARY, 0 },
	{ "a value that stretches to another is no residual",
	  IN "const w 1,8,1,1; Conv x w -> y; Add y x -> z; out z;", 4, 0, AXT_BINARY, 1 },
	{ "a comparison is an operation of its own",
	  IN CONV "Less y x -> z; out z;", 4, 0, AXT_BINARY, 1 },
	{ "batch normalisation behind an activation is two of them",
	  IN CONV "const s 8; const p 8; const m 8; const t 8; Abs t -> v;"
	  "Relu y -> r; BatchNormalization r s p m v -> z; out z;", 3, 3,
	  AXT_AFFINE, 0 },

	/* Functions in pieces. */
	{ "hard swish is found, divided behind",
	  IN "num c 3; num six 6; Add x c -> a; Clip a -> e min=0.0 max=6.0;"
	  "Mul x e -> m; Div m six -> z; out z; opset 10;", 1, 0, AXT_UNARY, 1 },
	{ "hard swish is found, divided before",
	  IN "num c 3; num six 6; Add c x -> a; Clip a -> e min=0.0 max=6.0;"
	  "Div e six -> m; Mul m x -> z; out z; opset 10;", 1, 0, AXT_UNARY, 1 },
	{ "hard swish is found, as a hard sigmoid",
	  IN "HardSigmoid x -> e alpha=0.16666667 beta=0.5; Mul x e -> z; out z;", 1,
	  0, AXT_UNARY, 1 },
	{ "with other numbers, it is none",
	  IN "HardSigmoid x -> e alpha=0.2 beta=0.5; Mul x e -> z; out z;", 1, 1,
	  AXT_UNARY, 1 },
	{ "nor with another operand",
	  IN "in y 1,8,6,6; HardSigmoid x -> e alpha=0.16666667 beta=0.5; Mul y e -> z; out z;",
	  1, 1, AXT_UNARY, 1 },
	{ "nor where a piece is read elsewhere",
	  IN "num c 3; num six 6; Add x c -> a; Clip a -> e min=0.0 max=6.0;"
	  "Mul x e -> m; Div m six -> z; Tanh m -> t; out z; out t; opset 10;", 3,
	  2, AXT_UNARY, 3 },
	{ "GELU is found",
	  IN "num r 1.41421356; num one 1; num half 0.5; Div x r -> a; Erf a -> e;"
	  "Add e one -> f; Mul x f -> m; Mul m half -> z; out z;", 1, 0, AXT_UNARY,
	  1 },
	{ "GELU is found, halved before",
	  IN "num r 0.70710678; num one 1; num half 0.5; Mul x r -> a; Erf a -> e;"
	  "Add e one -> f; Mul x half -> h; Mul h f -> z; out z;", 1, 0, AXT_UNARY,
	  1 },
	{ "numbers that follow one another are one",
	  IN "num c 3; num d 2; Mul x c -> a; Add a d -> e; Sub c e -> f; Div f d -> z; out z;",
	  1, 0, AXT_UNARY, 1 },
	{ "a factor of one goes",
	  IN "num c 1; Tanh x -> y; Mul y c -> z; out z;", 1, 0, AXT_UNARY, 1 },
	{ "a quotient by zero stays one",
	  IN "num c 0; Div x c -> z; out z;", 1, 0, AXT_BINARY, 1 },
	{ "squeeze and excite with a shortcut reads its operand once",
	  IN CONV "GlobalAveragePool y -> g; Sigmoid g -> s; Mul y s -> m; Add y m -> z; out z;",
	  6, 1, AXT_BINARY, 1 },
	{ "layer normalisation is found",
	  "in x 2,5,12; const g 12; const b 12; num two 2; num e 0.001;"
	  "ReduceMean x -> m axes:-1; Sub x m -> d; Pow d two -> q; ReduceMean q -> v axes:-1;"
	  "Add v e -> w; Sqrt w -> r; Div d r -> n; Mul n g -> s; Add s b -> z; out z;",
	  1, 0, AXT_NORMALIZE, 1 },
	{ "over two dimensions, with products, and without scale",
	  "in x 2,5,12; num e 0.001;"
	  "ReduceMean x -> m axes:1,2; Sub x m -> d; Mul d d -> q; ReduceMean q -> v axes:1,2;"
	  "Add v e -> w; Sqrt w -> r; Div d r -> n; out n;", 1, 0,
	  AXT_NORMALIZE, 1 },
	{ "not over a dimension in the middle",
	  "in x 2,5,12; num e 0.001;"
	  "ReduceMean x -> m axes:1; Sub x m -> d; Mul d d -> q; ReduceMean q -> v axes:1;"
	  "Add v e -> w; Sqrt w -> r; Div d r -> n; out n;", 6, 1,
	  AXT_NORMALIZE, 0 },
	{ "not with a mean of something else",
	  "in x 2,5,12; num e 0.001; Tanh x -> t;"
	  "ReduceMean t -> m axes:-1; Sub x m -> d; Mul d d -> q; ReduceMean q -> v axes:-1;"
	  "Add v e -> w; Sqrt w -> r; Div d r -> n; out n;", 7, 1,
	  AXT_NORMALIZE, 0 },

	/* Matrix products. */
	{ "a transpose of the last two dimensions is a flag",
	  "in a 2,5,4; in b 2,6,4; Transpose b -> t perm:0,2,1; MatMul a t -> z; out z;",
	  1, 0, AXT_MATMUL, 1 },
	{ "another one is not",
	  "in a 2,5,4; in b 4,2,6; Transpose b -> t perm:1,0,2; MatMul a t -> z; out z;",
	  2, 0, AXT_TRANSPOSE, 1 },
	{ "factors around a product are alpha, a constant row is c",
	  "in a 2,5,4; in b 2,4,6; num c 0.5; const r 6; Mul a c -> d; MatMul d b -> e;"
	  "Mul e c -> f; Add f r -> z; out z;", 1, 0, AXT_MATMUL, 1 },
	{ "a column is a post-operation",
	  "in a 2,5,4; in b 2,4,6; const r 5,1; MatMul a b -> e; Add r e -> z; out z;",
	  1, 1, AXT_MATMUL, 1 },

	/* What need not be moved. */
	{ "transposes cancel out",
	  "in x 2,3,4; Transpose x -> a perm:2,0,1; Transpose a -> b perm:1,2,0;"
	"Tanh b -> z; out z;",
	  1, 0, AXT_TRANSPOSE, 0 },
	{ "two transposes are one",
	  "in x 2,3,4; Transpose x -> a perm:2,0,1; Transpose a -> b perm:2,1,0;"
	"Tanh b -> z; out z;",
	  2, 0, AXT_TRANSPOSE, 1 },
	{ "one that turns a dimension of 1 costs nothing",
	  "in x 2,1,4; Tanh x -> y; Transpose y -> a perm:1,0,2; Tanh a -> z; out z;",
	  2, 0, AXT_TRANSPOSE, 0 },
	{ "a reshape costs nothing inside of the network",
	  "in x 2,3,4; list s 6,4; Tanh x -> y; Reshape y s -> a; Tanh a -> z; out z;",
	  2, 0, AXT_COPY, 0 },
	{ "at its ends it is a copy",
	  "in x 2,3,4; list s 6,4; Reshape x s -> z; out z;", 2, 0, AXT_COPY, 2 },
	{ "a part that is in one piece costs nothing",
	  "in x 4,16; Tanh x -> y; list b 1; list e 3; list a 0; Slice y b e a -> p;"
	"Tanh p -> z; out z;",
	  2, 0, AXT_SLICE, 0 },
	{ "a part that begins in between is cut out",
	  "in x 4,15; Tanh x -> y; list b 1; list e 3; list a 0; Slice y b e a -> p;"
	"Tanh p -> z; out z;",
	  3, 0, AXT_SLICE, 1 },
	{ "so is one in pieces",
	  "in x 4,32; Tanh x -> y; list b 16; list e 32; list a 1; Slice y b e a -> p;"
	"Tanh p -> z; out z;",
	  3, 0, AXT_SLICE, 1 },
	{ "the same thing twice is done once",
	  "in x 2,3,4; Tanh x -> a; Tanh x -> b; Add a b -> z; out z;", 2, 0,
	  AXT_UNARY, 1 },

	/* Layouts. */
	{ "an image that comes channels last needs no transpose",
	  "in x 1,6,6,3; Transpose x -> t perm:0,3,1,2; const w 8,3,3,3; Conv t w -> y;"
	  "Relu y -> r; Transpose r -> z perm:0,2,3,1; out z;", 3, 1,
	  AXT_TRANSPOSE, 0 },
	{ "sequences after an image need none either",
	  IN CONV "list s 1,8,36; Reshape y s -> f; Transpose f -> t perm:0,2,1;"
	"Softmax t -> z axis=2; out z;",
	  3, 0, AXT_TRANSPOSE, 0 },
	{ "nor back to an image",
	  "in x 1,36,8; Tanh x -> u; Transpose u -> t perm:0,2,1; list s 1,8,6,6; Reshape t s -> v;"
	  "const w 8,8,1,1; Conv v w -> y; Relu y -> o; Transpose o -> z perm:0,2,3,1; out z;",
	  3, 1, AXT_TRANSPOSE, 0 },
	{ "the mean of an image is a pool",
	  IN CONV "GlobalAveragePool y -> z; out z;", 4, 0, AXT_POOL, 1 },
	{ "parts, padding and maxima work on channels that are last",
	  IN CONV "list c 1; list e 5; list a 1; Slice y c e a -> p; list q 0,0,1,0,0,0,0,1;"
	  "Pad p q -> r; Softmax r -> s axis=1; const u 4,4,1,1; Conv s u -> t; out t;",
	  7, 0, AXT_REORDER, 2 },
	{ "transposes of them are one transpose",
	  IN CONV "Transpose y -> z perm:0,2,1,3; out z;", 3, 0, AXT_REORDER, 1 },
	{ "images of one channel are in both layouts",
	  "in x 1,1,6,6; const w 1,1,3,3; Conv x w -> y; Relu y -> z; out z;", 1, 1,
	  AXT_CONV, 1 },
	{ "concatenated channels stay last",
	  IN CONV "const u 4,8,1,1; Conv x u -> v; Concat y v -> c axis=1; Relu c -> z; out z;",
	  6, 0, AXT_REORDER, 2 },
};
/* clang-format on */

static bool open_run(const struct wire *model, uint32_t flags, struct run *run)
{
	struct axt_compile_options options = {
		.size = sizeof(options),
		.flags = flags,
	};
	struct axt_report report = { 0 };
	size_t size;
	void *blob;
	int err;

	memset(run, 0, sizeof(*run));
	err = axt_compile_onnx(model->data, model->size, &options, &blob, &size,
			       &report);
	if (err)
		tap_note("%s", report.text);
	axt_report_clear(&report);
	return !err && !run_open(run, blob, size);
}

/* From -2 to 2, the same each time, none of them 0. */
static void execute(const struct run *run)
{
	for (uint32_t i = 0; i < run->header->input_count; i++) {
		size_t count = run_input(run, i)->size / sizeof(float);
		float *x = run->input[i];

		for (size_t j = 0; j < count; j++)
			x[j] = (float)((int)((j + 1) * 73 % 401) - 200) /
				       100.0f +
			       0.003f;
	}
	run_execute(run);
}

static bool is_near(double x, double y)
{
	return x == y || (isnan(x) && isnan(y)) ||
	       fabs(x - y) <= 1e-4 * fabs(y) + 1e-5;
}

static void compare(const struct run *a, const struct run *b)
{
	for (uint32_t i = 0; i < a->header->output_count; i++) {
		size_t count = run_output(a, i)->size / sizeof(float);
		const float *x = a->output[i], *y = b->output[i];
		size_t wrong = 0;

		TAP_REQUIRE(run_output(a, i)->size == run_output(b, i)->size);
		if (run_output(a, i)->type != AXT_F32) {
			TAP_CHECK(memcmp(x, y, run_output(a, i)->size) == 0);
			continue;
		}
		for (size_t j = 0; j < count; j++)
			wrong += !is_near((double)x[j], (double)y[j]);
		TAP_EQUAL(wrong, 0);
	}
}

static unsigned int count_posts(const struct run *run)
{
	struct axt_op_view op;
	unsigned int count = 0;

	for (uint32_t i = 0; i < run->header->op_count; i++)
		if (!axt_program_op(run->program, i, &op))
			count += op.op->posts;
	return count;
}

static void a_pass_does_what_it_says(void)
{
	static const uint32_t flags[] = { 0, AXT_COMPILE_NO_FUSION,
					  AXT_COMPILE_PLAIN,
					  AXT_COMPILE_NO_FUSION |
						  AXT_COMPILE_PLAIN };
	const struct row *row = tap_data();
	struct run runs[4];
	struct wire model;

	TAP_REQUIRE(text_model(row->text, &model));
	for (int i = 0; i < 4; i++) {
		if (TAP_CHECK(open_run(&model, flags[i], &runs[i])))
			execute(&runs[i]);
		if (i && runs[0].program && runs[i].program)
			compare(&runs[0], &runs[i]);
	}
	if (runs[0].program) {
		TAP_EQUAL(run_count(&runs[0], AXT_CODE_END), row->ops);
		TAP_EQUAL(count_posts(&runs[0]), row->posts);
		TAP_EQUAL(run_count(&runs[0], row->code), row->count);
		if (getenv("AXLE_VERBOSE"))
			axt_program_dump(runs[0].program, stdout);
	}
	for (int i = 0; i < 4; i++)
		run_close(&runs[i]);
}

#define ROWS (sizeof(rows) / sizeof(rows[0]))

int main(int argc, char **argv)
{
	struct tap_case cases[ROWS];

	for (size_t i = 0; i < ROWS; i++)
		cases[i] = (struct tap_case){ rows[i].sentence,
					      a_pass_does_what_it_says,
					      &rows[i] };
	return tap_run(cases, ROWS, argc, argv);
}
