// SPDX-License-Identifier: MIT
/*
 * See fast-rows.h. All memory is the caller's: pointers and copies lie in a
 * part's scratch memory, the zeros in the plan.
 */
#include "fast-rows.h"

#include "fast-gemm.h"

/* A ring of more than this is no longer near; then numbers are gathered. */
#define RING_MAX (256u * 1024)
/* Places with fewer numbers are too short for a loop. */
#define DEPTH_MIN 8

/* Of the ring: rows of x that the windows of one tile reach. */
static size_t slots_of(const struct fast_window *w)
{
	const struct axt_side *v = &w->side[0], *h = &w->side[1];
	ptrdiff_t lines = (GEMM_ROWS_MAX + h->out - 2) / h->out + 1;

	size_t least = (size_t)((v->kernel - 1) * v->dilation +
				v->stride * (lines - 1) + 1);
	size_t slots = 1;

	while (slots < least)
		slots *= 2;
	return slots;
}

static enum fast_rows_kind kind_of(const struct fast_window *w, size_t groups)
{
	const struct axt_side *v = &w->side[0], *h = &w->side[1];
	bool one = v->kernel * h->kernel == 1 && !v->pad && !h->pad;

	if (one && w->channel == 1 && v->stride == 1 && h->stride == 1 &&
	    v->in == v->out && h->in == h->out)
		return FAST_ROWS_SAME;
	if (w->channel == 1) {
		if (!one && groups == 1 && h->dilation == 1)
			return FAST_ROWS_JOINED;
		return one || w->channels >= DEPTH_MIN ? FAST_ROWS_PLACES :
							 FAST_ROWS_GATHERED;
	}
	if (groups == 1 && h->dilation == 1 &&
	    w->slots * w->slot * sizeof(float) <= RING_MAX)
		return FAST_ROWS_STAGED;
	return FAST_ROWS_GATHERED;
}

void fast_window_init(struct fast_window *w, const struct axt_tensor *x,
		      size_t groups)
{
	const struct axt_side *v = &w->side[0], *h = &w->side[1];
	size_t rows = (size_t)v->kernel, cols = (size_t)h->kernel;
	bool last = axt_channels_last(x);

	w->place = last ? x->dims[1] : 1;
	w->channel = last ? 1 : axt_span(x, 2, x->rank);
	w->channels = x->dims[1] / groups;
	w->slots = slots_of(w);
	w->slot = (size_t)((h->out - 1) * h->stride + h->kernel) * w->channels;
	w->kind = kind_of(w, groups);
	w->taps = rows;
	w->depth = cols * w->channels;
	if (w->kind <= FAST_ROWS_PLACES) {
		w->taps = rows * cols;
		w->depth = w->channels;
	} else if (w->kind == FAST_ROWS_GATHERED) {
		w->taps = 1;
		w->depth = rows * cols * w->channels;
	}
}

static size_t pointer_bytes(const struct fast_window *w)
{
	return axt_scratch_round(w->taps * GEMM_ROWS_MAX * sizeof(float *));
}

size_t fast_rows_scratch(const struct fast_window *w)
{
	size_t floats = GEMM_ROWS_MAX * w->taps * w->depth;

	if (w->kind <= FAST_ROWS_PLACES)
		floats = 0;
	if (w->kind == FAST_ROWS_STAGED)
		floats = w->slots * w->slot;
	return pointer_bytes(w) + axt_scratch_round(floats * sizeof(float));
}

void fast_rows_open(struct fast_rows *rows, const struct fast_window *window,
		    void *scratch)
{
	*rows = (struct fast_rows){
		.window = window,
		.row = scratch,
		.room = (float *)((char *)scratch + pointer_bytes(window)),
	};
}

void fast_rows_begin(struct fast_rows *rows, const float *x)
{
	rows->x = x;
	rows->staged = 0;
}

/* The upper left corner of the window of a place. */
struct corner {
	ptrdiff_t i;
	ptrdiff_t j;
};

static struct corner corner_of(const struct fast_window *w, size_t place)
{
	const struct axt_side *v = &w->side[0], *h = &w->side[1];
	size_t width = (size_t)h->out;

	return (struct corner){
		(ptrdiff_t)(place / width) * v->stride - v->pad,
		(ptrdiff_t)(place % width) * h->stride - h->pad,
	};
}

static const float *at(const struct fast_rows *rows, ptrdiff_t i, ptrdiff_t j)
{
	const struct fast_window *w = rows->window;

	return rows->x + (i * w->side[1].in + j) * (ptrdiff_t)w->place;
}

static void set_places(const struct fast_rows *rows, struct corner from,
		       const float **row, unsigned int height)
{
	const struct fast_window *w = rows->window;
	const struct axt_side *v = &w->side[0], *h = &w->side[1];

	for (ptrdiff_t a = 0; a < v->kernel; a++) {
		ptrdiff_t i = from.i + a * v->dilation;
		bool inside = i >= 0 && i < v->in;

		for (ptrdiff_t b = 0; b < h->kernel; b++, row += height) {
			ptrdiff_t j = from.j + b * h->dilation;

			*row = inside && j >= 0 && j < h->in ? at(rows, i, j) :
							       w->zeros;
		}
	}
}

/* Copies "count" places of one row, of which some are outside. */
static void copy_places(const struct fast_rows *rows, struct corner from,
			ptrdiff_t count, ptrdiff_t step, float *to)
{
	const struct fast_window *w = rows->window;
	const struct axt_side *v = &w->side[0], *h = &w->side[1];
	bool inside = from.i >= 0 && from.i < v->in;

	for (ptrdiff_t b = 0; b < count; b++, to += w->channels) {
		ptrdiff_t j = from.j + b * step;
		const float *x;

		if (!inside || j < 0 || j >= h->in) {
			memset(to, 0, w->channels * sizeof(float));
			continue;
		}
		x = at(rows, from.i, j);
		for (size_t c = 0; c < w->channels; c++)
			to[c] = x[c * w->channel];
	}
}

static void set_joined(const struct fast_rows *rows, struct corner from,
		       const float **row, unsigned int height, float *room)
{
	const struct fast_window *w = rows->window;
	const struct axt_side *v = &w->side[0], *h = &w->side[1];
	bool whole = from.j >= 0 && from.j + h->kernel <= h->in;

	for (ptrdiff_t a = 0; a < v->kernel; a++, row += height) {
		struct corner start = { from.i + a * v->dilation, from.j };

		if (start.i < 0 || start.i >= v->in) {
			*row = w->zeros;
		} else if (whole) {
			*row = at(rows, start.i, start.j);
		} else {
			copy_places(rows, start, h->kernel, 1, room);
			*row = room;
			room += w->depth;
		}
	}
}

static void set_gathered(const struct fast_rows *rows, struct corner from,
			 const float **row, float *room)
{
	const struct axt_side *v = &rows->window->side[0];
	const struct axt_side *h = &rows->window->side[1];
	size_t line = (size_t)h->kernel * rows->window->channels;

	*row = room;
	for (ptrdiff_t a = 0; a < v->kernel; a++, room += line) {
		struct corner start = { from.i + a * v->dilation, from.j };

		copy_places(rows, start, h->kernel, h->dilation, room);
	}
}

static float *slot_of(const struct fast_rows *rows, ptrdiff_t i)
{
	const struct fast_window *w = rows->window;

	return rows->room + ((size_t)i & (w->slots - 1)) * w->slot;
}

typedef float four __attribute__((vector_size(16)));
typedef float four_anywhere
	__attribute__((vector_size(16), aligned(4), may_alias));

/* Three planes as triples; returns how many, a multiple of 4. */
static size_t interleave(const float *x, size_t plane, size_t count, float *to)
{
	size_t i = 0;

	for (; i + 4 <= count; i += 4, to += 12) {
		four a = *(const four_anywhere *)(x + i);
		four b = *(const four_anywhere *)(x + i + plane);
		four c = *(const four_anywhere *)(x + i + 2 * plane);
		four low = __builtin_shufflevector(a, b, 0, 4, 1, 5);
		four high = __builtin_shufflevector(a, b, 2, 6, 3, 7);
		four middle = __builtin_shufflevector(low, c, 3, 5, 3, 5);

		*(four_anywhere *)to =
			__builtin_shufflevector(low, c, 0, 1, 4, 2);
		*(four_anywhere *)(to + 4) =
			__builtin_shufflevector(middle, high, 0, 1, 4, 5);
		*(four_anywhere *)(to + 8) =
			__builtin_shufflevector(high, c, 6, 2, 3, 7);
	}
	return i;
}

/* One row of x, channel by channel, with the padding at its sides. */
static void stage_row(const struct fast_rows *rows, ptrdiff_t i)
{
	const struct fast_window *w = rows->window;
	const struct axt_side *h = &w->side[1];
	size_t channels = w->channels, width = w->slot / channels;
	size_t left = (size_t)h->pad < width ? (size_t)h->pad : width;
	size_t count = width - left;
	float *slot = slot_of(rows, i);
	size_t done = 0;

	if (count > (size_t)h->in)
		count = (size_t)h->in;
	memset(slot, 0, left * channels * sizeof(float));
	memset(slot + (left + count) * channels, 0,
	       (width - left - count) * channels * sizeof(float));
	if (channels == 3)
		done = interleave(at(rows, i, 0), w->channel, count,
				  slot + left * channels);
	for (size_t c = 0; c < channels; c++) {
		const float *x = at(rows, i, 0) + c * w->channel;
		float *to = slot + left * channels + c;

		for (size_t j = done; j < count; j++)
			to[j * channels] = x[j];
	}
}

static void stage(struct fast_rows *rows, size_t first, size_t count)
{
	const struct fast_window *w = rows->window;
	const struct axt_side *v = &w->side[0];
	ptrdiff_t top = corner_of(w, first).i;
	ptrdiff_t end = corner_of(w, first + count - 1).i +
			(v->kernel - 1) * v->dilation + 1;

	if (rows->staged < top)
		rows->staged = top;
	for (; rows->staged < end && rows->staged < v->in; rows->staged++)
		stage_row(rows, rows->staged);
}

static void set_staged(const struct fast_rows *rows, struct corner from,
		       const float **row, unsigned int height)
{
	const struct fast_window *w = rows->window;
	const struct axt_side *v = &w->side[0], *h = &w->side[1];
	size_t along = (size_t)(from.j + h->pad) * w->channels;

	for (ptrdiff_t a = 0; a < v->kernel; a++, row += height) {
		ptrdiff_t i = from.i + a * v->dilation;

		*row = i >= 0 && i < v->in ? slot_of(rows, i) + along :
					     w->zeros;
	}
}

static void set_row(const struct fast_rows *rows, struct corner from,
		    unsigned int m, unsigned int height)
{
	const struct fast_window *w = rows->window;
	const float **row = rows->row + m;
	float *room = rows->room + m * w->taps * w->depth;

	if (w->kind == FAST_ROWS_PLACES)
		set_places(rows, from, row, height);
	else if (w->kind == FAST_ROWS_JOINED)
		set_joined(rows, from, row, height, room);
	else if (w->kind == FAST_ROWS_STAGED)
		set_staged(rows, from, row, height);
	else
		set_gathered(rows, from, row, room);
}

/* Neighbours in a line, whose windows do not cross an edge. */
static bool set_line(const struct fast_rows *rows, struct corner from,
		     unsigned int first, unsigned int end, unsigned int height)
{
	const struct fast_window *w = rows->window;
	const struct axt_side *v = &w->side[0], *h = &w->side[1];
	ptrdiff_t last = from.j + (ptrdiff_t)(end - first - 1) * h->stride;
	size_t step = (size_t)h->stride * w->channels;
	bool staged = w->kind == FAST_ROWS_STAGED;

	if (from.i < 0 || from.i + (v->kernel - 1) * v->dilation >= v->in ||
	    w->kind == FAST_ROWS_GATHERED || w->kind == FAST_ROWS_PLACES ||
	    (!staged && (from.j < 0 || last + h->kernel > h->in)))
		return false;
	for (ptrdiff_t a = 0; a < v->kernel; a++) {
		ptrdiff_t i = from.i + a * v->dilation;
		const float **row = rows->row + (size_t)a * height;
		const float *x =
			staged ? slot_of(rows, i) + (size_t)(from.j + h->pad) *
							    w->channels :
				 at(rows, i, from.j);

		for (unsigned int m = first; m < end; m++, x += step)
			row[m] = x;
	}
	return true;
}

static void set_windows(const struct fast_rows *rows, size_t first,
			size_t count, unsigned int height)
{
	const struct fast_window *w = rows->window;
	const struct axt_side *v = &w->side[0], *h = &w->side[1];
	struct corner from = corner_of(w, first);
	unsigned int m = 0, end;
	size_t left;

	while (m < count) {
		/* Places up to the end of the line. */
		left = (size_t)(h->out - first % (size_t)h->out);
		end = count - m < left ? (unsigned int)count :
					 m + (unsigned int)left;
		first += end - m;
		if (set_line(rows, from, m, end, height))
			m = end;
		for (; m < end; m++, from.j += h->stride)
			set_row(rows, from, m, height);
		from.j = -h->pad;
		from.i += v->stride;
	}
}

void fast_rows_set(struct fast_rows *rows, size_t first, size_t count,
		   unsigned int height)
{
	const struct fast_window *w = rows->window;

	if (w->kind == FAST_ROWS_SAME) {
		for (size_t m = 0; m < count; m++)
			rows->row[m] = rows->x + (first + m) * w->place;
	} else {
		if (w->kind == FAST_ROWS_STAGED)
			stage(rows, first, count);
		set_windows(rows, first, count, height);
	}
	for (size_t t = 0; t < w->taps; t++)
		for (size_t m = count; m < height; m++)
			rows->row[t * height + m] = rows->row[t * height];
}
