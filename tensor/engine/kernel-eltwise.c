// SPDX-License-Identifier: MIT
/*
 * AXT_UNARY, AXT_SELECT and AXT_AFFINE. The result may lie exactly over an
 * operand: each element is read before it is written, by the same part.
 */
#include "function.h"
#include "kernels.h"
#include "sink.h"

static void unary_f32(const struct axt_call *call, unsigned int part,
		      unsigned int parts)
{
	const struct axt_elementwise *a = call->attributes;
	const float *x = call->in[0].data;
	float value[AXT_CHUNK];
	struct axt_sink sink;
	struct axt_walk walk;
	struct axt_index xi;
	size_t length, last, count;

	axt_sink_init(&sink, call);
	axt_index_init(&xi, call->in[0].tensor);
	length = axt_index_length(&sink.y);
	last = sink.y.rank - 1;
	for (axt_walk_begin(&walk, &sink.y, part, parts); walk.row < walk.end;
	     axt_walk_next(&walk)) {
		for (size_t i = 0; i < length; i += count) {
			count = length - i < AXT_CHUNK ? length - i : AXT_CHUNK;
			walk.coord[last] = i;
			axt_copy_row(value, 1,
				     x + axt_index_at(&xi, walk.coord),
				     (ptrdiff_t)axt_index_step(&xi), count,
				     sizeof(float));
			axt_unary_run(a->function, a->alpha, a->beta, value,
				      count);
			axt_sink_put(&sink, walk.coord, value, count);
		}
		walk.coord[last] = 0;
	}
}

static void unary_not(const struct axt_call *call, unsigned int part,
		      unsigned int parts)
{
	const uint8_t *x = call->in[0].data;
	uint8_t *y = call->out[0].data;
	struct axt_index xi, yi;
	struct axt_walk walk;
	size_t length, x_step, y_step;

	axt_index_init(&xi, call->in[0].tensor);
	axt_index_init(&yi, call->out[0].tensor);
	length = axt_index_length(&yi);
	x_step = axt_index_step(&xi);
	y_step = axt_index_step(&yi);
	for (axt_walk_begin(&walk, &yi, part, parts); walk.row < walk.end;
	     axt_walk_next(&walk)) {
		const uint8_t *from = x + axt_index_at(&xi, walk.coord);
		uint8_t *to = y + axt_index_at(&yi, walk.coord);

		for (size_t i = 0; i < length; i++)
			to[i * y_step] = !from[i * x_step];
	}
}

static void unary_run(const struct axt_call *call, unsigned int part,
		      unsigned int parts)
{
	const struct axt_elementwise *a = call->attributes;

	if (a->function == AXT_NOT)
		unary_not(call, part, parts);
	else
		unary_f32(call, part, parts);
}

const struct axt_kernel axt_portable_unary = {
	.run = unary_run,
	.parts_max = axt_parts_rows,
};

#define SELECT_LOOP(type)                                                \
	do {                                                             \
		const type *a_ = (const type *)call->in[1].data + at[1]; \
		const type *b_ = (const type *)call->in[2].data + at[2]; \
		type *y_ = (type *)call->out[0].data + at[3];            \
		for (size_t i_ = 0; i_ < length; i_++)                   \
			y_[i_] = c[i_ * step[0]] ? a_[i_ * step[1]] :    \
						   b_[i_ * step[2]];     \
	} while (0)

static void select_row(const struct axt_call *call, const size_t *at,
		       const size_t *step, size_t length)
{
	const uint8_t *c = (const uint8_t *)call->in[0].data + at[0];
	size_t size = axt_type_size(call->out[0].tensor->type);

	if (size == 8)
		SELECT_LOOP(axt_bits64);
	else if (size == 4)
		SELECT_LOOP(axt_bits32);
	else if (size == 2)
		SELECT_LOOP(axt_bits16);
	else
		SELECT_LOOP(axt_bits8);
}

static void select_run(const struct axt_call *call, unsigned int part,
		       unsigned int parts)
{
	struct axt_index y, x[3];
	struct axt_walk walk;
	size_t at[4], step[3];

	axt_index_init(&y, call->out[0].tensor);
	for (unsigned int i = 0; i < 3; i++) {
		axt_index_broadcast(&x[i], call->in[i].tensor, &y);
		step[i] = axt_index_step(&x[i]);
	}
	for (axt_walk_begin(&walk, &y, part, parts); walk.row < walk.end;
	     axt_walk_next(&walk)) {
		for (unsigned int i = 0; i < 3; i++)
			at[i] = axt_index_at(&x[i], walk.coord);
		at[3] = axt_index_at(&y, walk.coord);
		select_row(call, at, step, axt_index_length(&y));
	}
}

const struct axt_kernel axt_portable_select = {
	.run = select_run,
	.parts_max = axt_parts_rows,
};

static void affine_run(const struct axt_call *call, unsigned int part,
		       unsigned int parts)
{
	const float *x = call->in[0].data, *s = call->in[1].data;
	const float *b = call->in[2].data;
	float value[AXT_CHUNK];
	struct axt_index xi;
	struct axt_sink sink;
	struct axt_walk walk;
	size_t last, along;

	axt_sink_init(&sink, call);
	axt_index_init(&xi, call->in[0].tensor);
	last = xi.rank - 1;
	along = last == 1; /* channels pass along the row */
	for (axt_walk_begin(&walk, &sink.y, part, parts); walk.row < walk.end;
	     axt_walk_next(&walk)) {
		const float *from = x + axt_index_at(&xi, walk.coord);
		size_t step = axt_index_step(&xi), fill = 0;

		for (size_t i = 0; i < xi.dim[last]; i++) {
			size_t c = along ? i : walk.coord[1];

			value[fill++] = s[c] * from[i * step] + b[c];
			if (fill < AXT_CHUNK && i + 1 < xi.dim[last])
				continue;
			walk.coord[last] = i + 1 - fill;
			axt_sink_put(&sink, walk.coord, value, fill);
			fill = 0;
			walk.coord[last] = 0;
		}
	}
}

const struct axt_kernel axt_portable_affine = {
	.run = affine_run,
	.parts_max = axt_parts_rows,
};
