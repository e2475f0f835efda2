// SPDX-License-Identifier: MIT
#include "kernels.h"
#include "sink.h"

struct matmul {
	struct axt_sink sink;
	struct axt_index a; /* as if of the shape of y, but for the last two */
	struct axt_index b;
	struct axt_index c;
	const float *c_data; /* or NULL */
	size_t depth;
	size_t a_row, a_step; /* between rows of the product, along a sum */
	size_t b_column, b_step;
	float alpha;
	float beta;
};

/* Only the dimensions before the last two; those have strides of their own. */
static void batch_index(struct axt_index *index,
			const struct axt_tensor *tensor,
			const struct axt_index *y)
{
	struct axt_tensor batch = *tensor;
	struct axt_index own;

	axt_index_init(&own, tensor);
	for (unsigned int d = 0; d < 2; d++)
		batch.dims[batch.rank - 1 - d] = 1;
	axt_index_broadcast(index, &batch, y);
	for (unsigned int d = 0; d + 2 < own.rank; d++)
		if (own.dim[d] != 1)
			index->stride[y->rank - own.rank + d] = own.stride[d];
}

static void matmul_init(struct matmul *mm, const struct axt_call *call)
{
	const struct axt_matmul *attr = call->attributes;
	const struct axt_tensor *a = call->in[0].tensor;
	const struct axt_tensor *b = call->in[1].tensor;
	size_t a_width = a->dims[a->rank - 1], b_width = b->dims[b->rank - 1];

	axt_sink_init(&mm->sink, call);
	batch_index(&mm->a, a, &mm->sink.y);
	batch_index(&mm->b, b, &mm->sink.y);
	mm->c_data = call->op->inputs > 2 ? call->in[2].data : NULL;
	if (mm->c_data)
		axt_index_broadcast(&mm->c, call->in[2].tensor, &mm->sink.y);
	mm->depth = attr->transpose_a ? a->dims[a->rank - 2] : a_width;
	mm->a_row = attr->transpose_a ? 1 : a_width;
	mm->a_step = attr->transpose_a ? a_width : 1;
	mm->b_column = attr->transpose_b ? b_width : 1;
	mm->b_step = attr->transpose_b ? 1 : b_width;
	mm->alpha = attr->alpha;
	mm->beta = attr->beta;
}

/* Column by column, or a row of b at a time: in the order b lies in memory. */
static void multiply(const struct matmul *mm, const float *a, const float *b,
		     float *sum, size_t count)
{
	for (size_t j = 0; j < count; j++)
		sum[j] = 0;
	if (mm->b_step == 1) {
		for (size_t j = 0; j < count; j++)
			for (size_t k = 0; k < mm->depth; k++)
				sum[j] += a[k * mm->a_step] *
					  b[j * mm->b_column + k];
		return;
	}
	for (size_t k = 0; k < mm->depth; k++)
		for (size_t j = 0; j < count; j++)
			sum[j] += a[k * mm->a_step] *
				  b[k * mm->b_step + j * mm->b_column];
}

static void add_c(const struct matmul *mm, const size_t *coord, float *sum,
		  size_t count)
{
	const float *c = mm->c_data + axt_index_at(&mm->c, coord);
	size_t step = axt_index_step(&mm->c);

	for (size_t j = 0; j < count; j++)
		sum[j] += mm->beta * c[j * step];
}

static void matmul_row(const struct matmul *mm, const float *a, const float *b,
		       size_t *coord)
{
	size_t last = mm->sink.y.rank - 1, length = mm->sink.y.dim[last];
	float sum[AXT_CHUNK];
	size_t count;

	for (size_t first = 0; first < length; first += count) {
		count = length - first < AXT_CHUNK ? length - first : AXT_CHUNK;
		multiply(mm, a, b + first * mm->b_column, sum, count);
		for (size_t j = 0; j < count; j++)
			sum[j] *= mm->alpha;
		coord[last] = first;
		if (mm->c_data)
			add_c(mm, coord, sum, count);
		axt_sink_put(&mm->sink, coord, sum, count);
	}
	coord[last] = 0;
}

static void matmul_run(const struct axt_call *call, unsigned int part,
		       unsigned int parts)
{
	struct axt_walk walk;
	struct matmul mm;

	matmul_init(&mm, call);
	for (axt_walk_begin(&walk, &mm.sink.y, part, parts);
	     walk.row < walk.end; axt_walk_next(&walk)) {
		size_t row = walk.coord[mm.sink.y.rank - 2];
		const float *a = call->in[0].data, *b = call->in[1].data;

		a += axt_index_at(&mm.a, walk.coord) + row * mm.a_row;
		b += axt_index_at(&mm.b, walk.coord);
		matmul_row(&mm, a, b, walk.coord);
	}
}

const struct axt_kernel axt_portable_matmul = {
	.run = matmul_run,
	.parts_max = axt_parts_rows,
};
