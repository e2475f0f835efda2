// SPDX-License-Identifier: MIT
/*
 * Moves whose source depends on more than a stride: AXT_GATHER, AXT_TILE and
 * AXT_PAD. All tensors are plain. Indices are data and may be anything; they
 * are clamped here.
 */
#include "convert.h"
#include "index.h"
#include "kernels.h"

#include <string.h>

struct gather {
	const struct axt_call *call;
	size_t size; /* of an element */
	size_t axis;
	size_t length; /* of x along the axis */
	size_t inner; /* elements behind the axis, of x */
	size_t indices;
};

/* The i-th index: negative ones count from the end, the rest is clamped. */
static size_t index_of(const struct gather *g, size_t i)
{
	const struct axt_view *view = &g->call->in[1];
	int64_t index, length = (int64_t)g->length;

	axt_load_i64(&index, view->tensor->type, view->data, i, 1, 1);
	if (index < 0)
		index = index < -length ? 0 : index + length;
	return (size_t)(index < length ? index : length - 1);
}

static void gather_init(struct gather *g, const struct axt_call *call)
{
	const struct axt_axis *a = call->attributes;
	const struct axt_tensor *x = call->in[0].tensor;

	g->call = call;
	g->size = axt_type_size(x->type);
	g->axis = a->axis;
	g->length = x->dims[a->axis];
	g->inner = axt_span(x, a->axis + 1, x->rank);
	g->indices = axt_element_count(call->in[1].tensor);
}

/* The number-th run of all that stand behind the axis. */
static void gather_run_of(const struct gather *g, size_t number)
{
	size_t bytes = g->inner * g->size;
	size_t outer = number / g->indices;
	size_t row = outer * g->length + index_of(g, number % g->indices);

	memcpy(axt_address(g->call->out[0].data, number, bytes),
	       axt_address(g->call->in[0].data, row, bytes), bytes);
}

static size_t gather_units(const struct axt_call *call)
{
	const struct axt_axis *a = call->attributes;

	if (a->kind)
		return axt_element_count(call->in[1].tensor);
	return axt_span(call->in[0].tensor, 0, a->axis) *
	       axt_element_count(call->in[1].tensor);
}

/* y[c] = x[c with the index at c in place of its coordinate on the axis] */
static void gather_elements(const struct gather *g, struct axt_range range)
{
	const struct axt_call *call = g->call;
	size_t coord[AXT_RANK_MAX] = { 0 }, at;
	struct axt_index x, y;

	axt_index_init(&x, call->in[0].tensor);
	axt_index_init(&y, call->out[0].tensor);
	axt_coord(y.dim, y.rank, range.begin, coord);
	for (size_t i = range.begin; i < range.end; i++) {
		size_t own = coord[g->axis];

		coord[g->axis] = index_of(g, i);
		at = axt_index_at(&x, coord);
		coord[g->axis] = own;
		axt_copy_row(axt_address(call->out[0].data, i, g->size), 1,
			     axt_address(call->in[0].data, at, g->size), 1, 1,
			     g->size);
		axt_coord_next(y.dim, y.rank, coord);
	}
}

static void gather_run(const struct axt_call *call, unsigned int part,
		       unsigned int parts)
{
	const struct axt_axis *a = call->attributes;
	struct axt_range range = axt_slice_of(gather_units(call), part, parts);
	struct gather g;

	gather_init(&g, call);
	/* Of nothing, nothing can be taken: zeros. */
	if (g.length == 0) {
		if (part == 0)
			memset(call->out[0].data, 0, call->out[0].tensor->size);
		return;
	}
	if (a->kind) {
		gather_elements(&g, range);
		return;
	}
	for (size_t i = range.begin; i < range.end; i++)
		gather_run_of(&g, i);
}

static unsigned int gather_parts(const struct axt_call *call)
{
	return axt_parts(gather_units(call));
}

const struct axt_kernel axt_portable_gather = {
	.run = gather_run,
	.parts_max = gather_parts,
};

static void tile_run(const struct axt_call *call, unsigned int part,
		     unsigned int parts)
{
	size_t size = axt_type_size(call->out[0].tensor->type), width, length;
	size_t coord[AXT_RANK_MAX] = { 0 };
	struct axt_index x, y;
	struct axt_walk walk;

	axt_index_init(&x, call->in[0].tensor);
	axt_index_init(&y, call->out[0].tensor);
	width = axt_index_length(&x);
	length = axt_index_length(&y);
	for (axt_walk_begin(&walk, &y, part, parts); walk.row < walk.end;
	     axt_walk_next(&walk)) {
		const char *from;
		char *to =
			axt_address(call->out[0].data, walk.row * length, size);

		for (unsigned int d = 0; d + 1 < x.rank; d++)
			coord[d] = walk.coord[d] % x.dim[d];
		from = axt_address(call->in[0].data, axt_index_at(&x, coord),
				   size);
		for (size_t i = 0; i < length; i += width)
			axt_copy_row(to + i * size, 1, from, 1, width, size);
	}
}

const struct axt_kernel axt_portable_tile = {
	.run = tile_run,
	.parts_max = axt_parts_rows,
};

enum {
	PAD_VALUE = 0,
	PAD_REFLECT = 1,
	PAD_EDGE = 2
};

/* The coordinate in x of place i of y; -1 where the value goes. */
static ptrdiff_t pad_source(unsigned int mode, ptrdiff_t i, ptrdiff_t begin,
			    ptrdiff_t length)
{
	i -= begin;
	if (i >= 0 && i < length)
		return i;
	if (mode == PAD_VALUE || length == 0)
		return -1;
	if (mode == PAD_EDGE)
		return i < 0 ? 0 : length - 1;
	i = i < 0 ? -i : 2 * (length - 1) - i;
	/* A validated pad is shorter than x; never read elsewhere. */
	return i < 0 ? 0 : i < length ? i : length - 1;
}

/* The bytes of the value in the type of the tensor. */
static void pad_value(unsigned int type, float value, void *bytes)
{
	int64_t integer = type == AXT_BOOL ? value != 0 : axt_to_i64(value);

	if (type == AXT_F32)
		memcpy(bytes, &value, sizeof(value));
	else if (type == AXT_F16 || type == AXT_BF16)
		memset(bytes, 0, 2);
	else
		axt_store_i64(type, bytes, 0, 1, &integer, 1);
}

static void pad_row(const struct axt_call *call, const struct axt_index *x,
		    const struct axt_walk *walk, const void *value)
{
	const struct axt_pad *a = call->attributes;
	unsigned int last = x->rank - 1;
	size_t size = axt_type_size(call->out[0].tensor->type);
	size_t length = walk->shape->dim[last];
	char *to = axt_address(call->out[0].data, walk->row * length, size);
	const char *from = call->in[0].data;
	ptrdiff_t at = 0, source;
	bool outside = false;

	for (unsigned int d = 0; d < last; d++) {
		source = pad_source(a->mode, (ptrdiff_t)walk->coord[d],
				    a->begin[d], (ptrdiff_t)x->dim[d]);
		outside = outside || source < 0;
		at += source * (ptrdiff_t)x->stride[d];
	}
	for (size_t i = 0; i < length; i++, to += size) {
		source = outside ? -1 :
				   pad_source(a->mode, (ptrdiff_t)i,
					      a->begin[last],
					      (ptrdiff_t)x->dim[last]);
		axt_copy_row(to, 1,
			     source < 0 ?
				     value :
				     from + (at + source) * (ptrdiff_t)size,
			     1, 1, size);
	}
}

static void pad_run(const struct axt_call *call, unsigned int part,
		    unsigned int parts)
{
	const struct axt_pad *a = call->attributes;
	struct axt_index x, y;
	struct axt_walk walk;
	int64_t value = 0;

	pad_value(call->out[0].tensor->type, a->value, &value);
	axt_index_init(&x, call->in[0].tensor);
	axt_index_init(&y, call->out[0].tensor);
	for (axt_walk_begin(&walk, &y, part, parts); walk.row < walk.end;
	     axt_walk_next(&walk))
		pad_row(call, &x, &walk, &value);
}

const struct axt_kernel axt_portable_pad = {
	.run = pad_run,
	.parts_max = axt_parts_rows,
};
