// SPDX-License-Identifier: MIT
/*
 * AXT_CONV and AXT_CONV_TRANSPOSE. Both compute the result row by row: the sum
 * over input channels and kernel positions is added to a chunk of the row, the
 * innermost loop runs along the row. The transposed one gathers, too: for each
 * kernel position, the inputs that reach the row. Fewer than three spatial
 * dimensions are three whose first ones are 1.
 */
#include "kernels.h"
#include "sink.h"

#define DIMS AXT_SPATIAL_MAX

/* One spatial dimension. */
struct side {
	ptrdiff_t in;
	ptrdiff_t kernel;
	ptrdiff_t stride;
	ptrdiff_t dilation;
	ptrdiff_t pad;
	ptrdiff_t step; /* of x, in elements */
};

struct conv {
	struct axt_sink sink;
	struct axt_index x;
	const float *data;
	const float *weight;
	const float *bias; /* or NULL */
	struct side side[DIMS];
	size_t in_group; /* input channels of a group */
	size_t out_group;
	size_t taps; /* kernel positions */
	/* The weights of one output and one input channel are contiguous. */
	size_t weight_in;
	size_t weight_out;
	bool transposed;
};

/* The result at one row: places in front of it, and a stretch along it. */
struct stretch {
	ptrdiff_t place[DIMS - 1];
	ptrdiff_t first;
	ptrdiff_t count;
	float *sum;
};

static void conv_init(struct conv *conv, const struct axt_call *call,
		      bool transposed)
{
	const struct axt_conv *a = call->attributes;
	const struct axt_tensor *w = call->in[1].tensor;
	size_t channels = call->in[0].tensor->dims[1];
	size_t outputs = call->out[0].tensor->dims[1];

	axt_sink_init(&conv->sink, call);
	axt_index_init(&conv->x, call->in[0].tensor);
	conv->data = call->in[0].data;
	conv->weight = call->in[1].data;
	conv->bias = call->op->inputs > 2 ? call->in[2].data : NULL;
	conv->transposed = transposed;
	conv->taps = axt_span(w, 2, w->rank);
	conv->in_group = channels / a->groups;
	conv->out_group = outputs / a->groups;
	conv->weight_in = conv->taps * (transposed ? conv->out_group : 1);
	conv->weight_out = conv->taps * (transposed ? 1 : conv->in_group);
	for (unsigned int d = 0; d < DIMS; d++)
		conv->side[d] = (struct side){ 1, 1, 1, 1, 0, 0 };
	for (unsigned int d = 0; d < a->spatial; d++) {
		struct side *side = &conv->side[DIMS - a->spatial + d];

		side->in = (ptrdiff_t)conv->x.dim[2 + d];
		side->kernel = w->dims[2 + d];
		side->stride = a->stride[d];
		side->dilation = a->dilation[d];
		side->pad = a->pad_begin[d];
		side->step = (ptrdiff_t)conv->x.stride[2 + d];
	}
}

/* Of a row's coordinates, the spatial ones but the last. */
static void places_of(const struct conv *conv, const size_t *coord,
		      ptrdiff_t *place)
{
	unsigned int spatial = conv->x.rank - 2;

	for (unsigned int d = 0; d < DIMS - 1; d++)
		place[d] = d + spatial < DIMS ?
				   0 :
				   (ptrdiff_t)coord[2 + d + spatial - DIMS];
}

/* Where kernel position k meets x for place t of y; negative: nowhere. */
static ptrdiff_t meet(const struct conv *conv, const struct side *side,
		      ptrdiff_t t, ptrdiff_t k)
{
	ptrdiff_t at;

	if (!conv->transposed) {
		at = t * side->stride - side->pad + k * side->dilation;
		return at < side->in ? at : -1;
	}
	at = t + side->pad - k * side->dilation;
	if (at < 0 || at % side->stride)
		return -1;
	at /= side->stride;
	return at < side->in ? at : -1;
}

static ptrdiff_t divide_up(ptrdiff_t a, ptrdiff_t b)
{
	return a <= 0 ? 0 : (a + b - 1) / b;
}

/* sum[j] += w * x at the place that j and k meet in, where that is inside. */
static void add_forward(const struct side *side, const struct stretch *st,
			const float *x, ptrdiff_t k, float w)
{
	ptrdiff_t at =
		st->first * side->stride - side->pad + k * side->dilation;
	ptrdiff_t begin = divide_up(-at, side->stride);
	ptrdiff_t end = divide_up(side->in - at, side->stride);
	ptrdiff_t step = side->stride * side->step;

	if (end > st->count)
		end = st->count;
	if (begin >= end)
		return;
	x += (at + begin * side->stride) * side->step;
	for (ptrdiff_t j = 0; j < end - begin; j++)
		st->sum[begin + j] += w * x[j * step];
}

/* The same, where input i reaches place i * stride + k * dilation - pad. */
static void add_transposed(const struct side *side, const struct stretch *st,
			   const float *x, ptrdiff_t k, float w)
{
	ptrdiff_t shift = st->first + side->pad - k * side->dilation;
	ptrdiff_t begin = divide_up(shift, side->stride);
	ptrdiff_t end = divide_up(shift + st->count, side->stride);

	if (end > side->in)
		end = side->in;
	for (ptrdiff_t i = begin; i < end; i++)
		st->sum[i * side->stride - shift] += w * x[i * side->step];
}

/* One input channel: x at its first place, w its weights. */
static void add_channel(const struct conv *conv, const struct stretch *st,
			const float *x, const float *w)
{
	const struct side *side = conv->side, *last = &side[DIMS - 1];
	ptrdiff_t a, b;

	for (ptrdiff_t i = 0; i < side[0].kernel; i++) {
		a = meet(conv, &side[0], st->place[0], i);
		for (ptrdiff_t j = 0; j < side[1].kernel; j++) {
			const float *row =
				w + (i * side[1].kernel + j) * last->kernel;
			const float *from;

			b = meet(conv, &side[1], st->place[1], j);
			if (a < 0 || b < 0)
				continue;
			from = x + a * side[0].step + b * side[1].step;
			for (ptrdiff_t k = 0; k < last->kernel; k++)
				(conv->transposed ? add_transposed :
						    add_forward)(last, st, from,
								 k, row[k]);
		}
	}
}

static void conv_row(const struct conv *conv, struct axt_walk *walk)
{
	size_t *coord = walk->coord, last = conv->x.rank - 1;
	size_t length = axt_index_length(&conv->sink.y);
	size_t group = coord[1] / conv->out_group;
	size_t channel = group * conv->in_group;
	size_t out = conv->transposed ? coord[1] % conv->out_group : coord[1];
	const float *x = conv->data + coord[0] * conv->x.stride[0];
	const float *w = conv->weight + out * conv->weight_out;
	struct stretch st;
	float sum[AXT_CHUNK];

	if (conv->transposed)
		w += channel * conv->weight_in;
	places_of(conv, coord, st.place);
	st.sum = sum;
	for (size_t first = 0; first < length; first += AXT_CHUNK) {
		st.first = (ptrdiff_t)first;
		st.count = length - first < AXT_CHUNK ?
				   (ptrdiff_t)(length - first) :
				   AXT_CHUNK;
		for (ptrdiff_t j = 0; j < st.count; j++)
			sum[j] = conv->bias ? conv->bias[coord[1]] : 0;
		for (size_t c = 0; c < conv->in_group; c++)
			add_channel(conv, &st,
				    x + axt_index_channel(&conv->x,
							  channel + c),
				    w + c * conv->weight_in);
		coord[last] = first;
		axt_sink_put(&conv->sink, coord, sum, (size_t)st.count);
	}
	coord[last] = 0;
}

static void conv_run(const struct axt_call *call, unsigned int part,
		     unsigned int parts)
{
	struct axt_walk walk;
	struct conv conv;

	conv_init(&conv, call, call->op->code == AXT_CONV_TRANSPOSE);
	for (axt_walk_begin(&walk, &conv.sink.y, part, parts);
	     walk.row < walk.end; axt_walk_next(&walk))
		conv_row(&conv, &walk);
}

const struct axt_kernel axt_portable_conv = {
	.run = conv_run,
	.parts_max = axt_parts_rows,
};

const struct axt_kernel axt_portable_conv_transpose = {
	.run = conv_run,
	.parts_max = axt_parts_rows,
};
