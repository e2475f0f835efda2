/* SPDX-License-Identifier: MIT */
/*
 * Where a convolution's tiles find their numbers: for each output place and
 * tap a pointer to consecutive numbers, in the input itself where they are so
 * there, else in a copy.
 */
#ifndef AXT_FAST_ROWS_H
#define AXT_FAST_ROWS_H

#include "nest.h"
#include "side.h"
#include "vec.h"

enum fast_rows_kind {
	/* A place of the result is that of the input: one tap. */
	FAST_ROWS_SAME,
	/* A tap is a place of the window; zeros stand for those outside. */
	FAST_ROWS_PLACES,
	/* A tap is a row of the window, copied where it crosses an edge. */
	FAST_ROWS_JOINED,
	/* As that, from a ring of input rows copied with their padding. */
	FAST_ROWS_STAGED,
	/* One tap: all numbers are copied. */
	FAST_ROWS_GATHERED,
};

struct fast_window {
	enum fast_rows_kind kind;
	struct axt_side side[2];
	/* Steps of x in elements. */
	size_t place;
	size_t channel;
	size_t channels; /* of a group */
	size_t taps;
	size_t depth; /* consecutive numbers of a tap */
	size_t slots; /* of the ring, a power of 2 */
	size_t slot; /* floats of one */
	const float *zeros; /* depth of them; the owner's */
};

/* What one part works with. */
struct fast_rows {
	const struct fast_window *window;
	const float *x; /* of the image and group */
	const float **row;
	float *room;
	ptrdiff_t staged; /* rows below that have been copied */
};

#define fast_window_init AXT_ISA_NAME(axt_fast_window_init)
#define fast_rows_scratch AXT_ISA_NAME(axt_fast_rows_scratch)
#define fast_rows_open AXT_ISA_NAME(axt_fast_rows_open)
#define fast_rows_begin AXT_ISA_NAME(axt_fast_rows_begin)
#define fast_rows_set AXT_ISA_NAME(axt_fast_rows_set)

/* side is there; x is plain or has channels last. */
void fast_window_init(struct fast_window *window, const struct axt_tensor *x,
		      size_t groups);
/* Bytes of scratch memory of a part. */
size_t fast_rows_scratch(const struct fast_window *window);
void fast_rows_open(struct fast_rows *rows, const struct fast_window *window,
		    void *scratch);
/* From here on another image or group, or places from the start. */
void fast_rows_begin(struct fast_rows *rows, const float *x);
/*
 * Of count places from first on: for each tap "height" pointers, those behind
 * count are any. Places may not go back but with fast_rows_begin().
 */
void fast_rows_set(struct fast_rows *rows, size_t first, size_t count,
		   unsigned int height);

#endif
