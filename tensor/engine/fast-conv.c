// SPDX-License-Identifier: MIT
/*
 * Convolutions over one or two dimensions as matrix products: a row is an
 * output place, its numbers are those under the window, read by way of
 * fast-rows.h. A plan owns the packed weights and some zeros and does not
 * change after its making.
 */
#include <errno.h>
#include <stdlib.h>

#include "fast-gemm.h"
#include "fast-rows.h"
#include "fast.h"

/* Panels of weights that are used again while they are in the cache. */
#define CACHE_BYTES (512u * 1024)
/* Units of work from which on units are shared out, not panels. */
#define UNITS_MIN 8

struct conv {
	struct axt_nest nest; /* image, place, channel */
	struct axt_chain chain;
	struct gemm_end end;
	struct gemm_shape shape;
	struct fast_window window;
	size_t images;
	size_t places; /* of the result */
	size_t groups;
	size_t taps; /* places of the window */
	size_t group_in;
	size_t group_out;
	size_t x_image; /* elements of one */
	bool by_panel; /* parts are panels */
	const float *weight; /* panels of each group */
	const float *bias;
	float data[] __attribute__((aligned(64)));
};

struct work {
	const struct conv *conv;
	struct fast_rows rows;
	struct axt_bases bases;
	struct gemm_tile tile;
};

static size_t depth_of(const struct conv *conv)
{
	return conv->taps * conv->group_in;
}

static size_t panel_floats(const struct conv *conv)
{
	return depth_of(conv) * gemm_width(&conv->shape);
}

static void run_panels(struct work *work, size_t group, struct axt_range panels)
{
	const struct conv *conv = work->conv;
	size_t width = gemm_width(&conv->shape);

	for (size_t p = panels.begin; p < panels.end; p++) {
		size_t number = group * conv->shape.panels + p;
		size_t left = conv->group_out - p * width;

		work->tile.weight = conv->weight + number * panel_floats(conv);
		work->tile.bias = conv->bias + number * width;
		work->tile.first_col = group * conv->group_out + p * width;
		work->tile.cols = left < width ? left : width;
		gemm_run(&conv->shape, &conv->end, &work->tile);
	}
}

/* A unit: the tile of some places, of one group and image. */
static void run_units(struct work *work, const struct axt_call *call,
		      struct axt_range units, struct axt_range panels)
{
	const struct conv *conv = work->conv;
	size_t rows = conv->shape.rows;
	size_t tiles = (conv->places + rows - 1) / rows;
	const float *x = call->in[0].data;
	float *y = call->out[0].data;

	for (size_t u = units.begin; u < units.end; u++) {
		size_t group = u / tiles % conv->groups;
		size_t image = u / tiles / conv->groups;
		size_t first = u % tiles * rows, left = conv->places - first;
		size_t count = left < rows ? left : rows;

		if (u == units.begin || u % tiles == 0) {
			axt_chain_bases(&conv->chain, &conv->nest, call, &image,
					1, &work->bases);
			fast_rows_begin(&work->rows,
					x + image * conv->x_image +
						group * conv->group_in *
							conv->window.channel);
			work->tile.y = y + image * conv->nest.stride[0][0];
		}
		fast_rows_set(&work->rows, first, count,
			      gemm_rows_for(&conv->shape, count));
		work->tile.first_row = first;
		work->tile.rows = count;
		run_panels(work, group, panels);
	}
}

static size_t units_of(const struct conv *conv)
{
	return conv->images * conv->groups *
	       ((conv->places + conv->shape.rows - 1) / conv->shape.rows);
}

static void conv_run(const void *state, const struct axt_call *call,
		     unsigned int part, unsigned int parts)
{
	const struct conv *conv = state;
	char *scratch =
		(char *)call->scratch + part * fast_rows_scratch(&conv->window);
	struct axt_range units = { 0, units_of(conv) };
	struct axt_range panels = { 0, conv->shape.panels };
	size_t block = CACHE_BYTES / (panel_floats(conv) * sizeof(float)) + 1;
	struct work work = { .conv = conv };

	fast_rows_open(&work.rows, &conv->window, scratch);
	work.tile.bases = &work.bases;
	work.tile.row = work.rows.row;
	work.tile.taps = conv->window.taps;
	work.tile.depth = conv->window.depth;
	if (conv->by_panel)
		panels = axt_slice_of(panels.end, part, parts);
	else
		units = axt_slice_of(units.end, part, parts);
	for (size_t p = panels.begin; p < panels.end; p += block) {
		struct axt_range some = { p, p + block < panels.end ?
						     p + block :
						     panels.end };

		run_units(&work, call, units, some);
	}
}

/* Weights of a group as they are used: for each panel tap, channel, column. */
static void pack(const struct conv *conv, const float *w, size_t group,
		 float *to)
{
	size_t width = gemm_width(&conv->shape), taps = conv->taps;
	size_t depth = conv->group_in;

	w += group * conv->group_out * depth * taps;
	for (size_t first = 0; first < conv->group_out; first += width) {
		size_t count = conv->group_out - first;

		count = count < width ? count : width;
		for (size_t k = 0; k < taps * depth; k++, to += width) {
			size_t t = k / depth, c = k % depth;

			for (size_t i = 0; i < count; i++)
				to[i] = w[((first + i) * depth + c) * taps + t];
			gemm_pair(&conv->shape, to, count);
		}
	}
}

static void pack_bias(const struct conv *conv, const float *b, float *to)
{
	size_t width = gemm_width(&conv->shape) * conv->shape.panels;

	for (size_t g = 0; g < conv->groups && b; g++)
		memcpy(to + g * width, b + g * conv->group_out,
		       conv->group_out * sizeof(float));
}

static bool describe_links(struct conv *conv, const struct axt_call *call)
{
	const struct axt_tensor *y = call->out[0].tensor;

	if (!axt_nest_init(&conv->nest, y, true) ||
	    !axt_chain_posts(&conv->chain, &conv->nest, call, true))
		return false;
	if (!axt_nest_merge(&conv->nest, 1, y->rank - 1u))
		return false;
	conv->end.y_row = conv->nest.stride[0][1];
	conv->end.y_col = conv->nest.stride[0][2];
	/* One channel lies like any number of them. */
	if (y->dims[1] == 1)
		conv->end.y_col = 1;
	return true;
}

/* False: not a form for this kernel. */
static bool describe(struct conv *conv, const struct axt_call *call)
{
	const struct axt_conv *a = call->attributes;
	const struct axt_tensor *x = call->in[0].tensor;
	const struct axt_tensor *y = call->out[0].tensor;

	if (a->spatial > 2 || x->layout == AXT_BLOCK16 ||
	    y->layout == AXT_BLOCK16 || !axt_element_count(x) ||
	    !axt_element_count(y) || !describe_links(conv, call))
		return false;
	axt_sides_init(conv->window.side, a, call);
	fast_window_init(&conv->window, x, a->groups);
	conv->images = y->dims[0];
	conv->places = axt_span(y, 2, y->rank);
	conv->groups = a->groups;
	conv->taps = axt_span(call->in[1].tensor, 2, x->rank);
	conv->group_in = x->dims[1] / a->groups;
	conv->group_out = y->dims[1] / a->groups;
	conv->x_image = axt_span(x, 1, x->rank);
	conv->shape.pairs = true;
	gemm_choose(&conv->shape, conv->places, conv->group_out);
	return true;
}

static void set_plan(const struct axt_call *call, struct axt_plan *plan,
		     struct conv *conv, size_t size)
{
	const size_t units = units_of(conv);
	double macs = (double)axt_element_count(call->out[0].tensor) *
		      (double)depth_of(conv);
	size_t most = units;

	conv->by_panel = units < UNITS_MIN && conv->shape.panels > units;
	if (conv->by_panel)
		most = conv->shape.panels;
	*plan = (struct axt_plan){
		.run = conv_run,
		.state = conv,
		.owned = conv,
		.size = size,
		.scratch = fast_rows_scratch(&conv->window),
		.parts_max = axt_parts(most),
		.cost = FAST_OP_NS + macs * FAST_MAC_NS,
	};
}

static int make(const struct axt_call *call, struct axt_plan *plan,
		const struct conv *from)
{
	size_t weights = gemm_weights(&from->shape, depth_of(from));
	size_t biases = gemm_weights(&from->shape, 1) * from->groups;
	size_t zeros = from->window.depth;
	size_t floats = weights * from->groups + biases + zeros;
	size_t size = axt_scratch_round(sizeof(*from) + floats * sizeof(float));
	struct conv *conv = aligned_alloc(64, size);

	if (!conv)
		return -ENOMEM;
	memset(conv, 0, size);
	*conv = *from;
	conv->end.chain = &conv->chain;
	conv->end.nest = &conv->nest;
	gemm_end_init(&conv->end);
	conv->weight = conv->data;
	conv->bias = conv->data + weights * conv->groups;
	conv->window.zeros = conv->bias + biases;
	for (size_t g = 0; g < conv->groups; g++)
		pack(conv, call->in[1].data, g, conv->data + weights * g);
	pack_bias(conv, call->op->inputs > 2 ? call->in[2].data : NULL,
		  conv->data + weights * conv->groups);
	set_plan(call, plan, conv, size);
	return 0;
}

int fast_conv(const struct axt_call *call, struct axt_plan *plan)
{
	bool has_bias = call->op->inputs > 2 && call->in[2].tensor;
	struct conv conv = { 0 };
	int error = fast_depthwise(call, plan);

	if (error != -EOPNOTSUPP)
		return error;
	if (!call->in[1].data || (has_bias && !call->in[2].data) ||
	    !describe(&conv, call))
		return -EOPNOTSUPP;
	return make(call, plan, &conv);
}
