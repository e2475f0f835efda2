/* SPDX-License-Identifier: MIT */
/*
 * Tensors on the heap and calls of portable kernels, for the tests of
 * tensor/engine. Elements are named by their number in plain order, whatever
 * the layout is; where they are is computed here in another way than there.
 * Buffers are as large as the tensor says and no larger, so that a sanitizer
 * sees whoever steps out.
 */
#ifndef AXLE_TESTS_ENGINE_H
#define AXLE_TESTS_ENGINE_H

#include <stddef.h>
#include <stdint.h>

#include <axt/format.h>

#include "kernel.h"
#include "tap.h"

struct et {
	struct axt_tensor tensor;
	void *data;
	size_t count; /* elements */
};

#define ET_DIMS(...)                       \
	(const uint32_t[]){ __VA_ARGS__ }, \
		sizeof((uint32_t[]){ __VA_ARGS__ }) / sizeof(uint32_t)

struct et *et_new(enum axt_type type, enum axt_layout layout,
		  const uint32_t *dims, size_t rank);
struct et *et_scalar(enum axt_type type, double value);
/* Plain f32 with small pseudo-random numbers, in quarters so sums are exact. */
struct et *et_random(const uint32_t *dims, size_t rank, unsigned int seed);
struct et *et_values(enum axt_type type, const double *values,
		     const uint32_t *dims, size_t rank);
struct et *et_like(const struct et *other);
/* A copy in another layout. */
struct et *et_relaid(const struct et *other, enum axt_layout layout);
void et_free(struct et *t);

double et_get(const struct et *t, size_t number);
void et_set(struct et *t, size_t number, double value);
void et_coord(const struct et *t, size_t number, size_t *coord);
size_t et_number(const struct et *t, const size_t *coord);

/* What goes into a call; unused members are zero. */
struct et_call {
	enum axt_code code;
	const void *attributes;
	struct et *in[8];
	unsigned int inputs;
	struct et *out[3];
	unsigned int outputs;
	struct axt_post post[3];
	struct et *post_in[3];
	unsigned int posts;
};

/* Runs it in 1, 2, 3 and 7 parts, which must give the same bytes. */
void et_run(const struct et_call *call);
/* Once, in so many parts; the result may lie over an operand. */
void et_run_parts(const struct et_call *call, unsigned int parts);

/* All elements are near want(number); says which is not. */
bool et_expect(const struct et *t, const double *want, double tolerance,
	       const char *file, int line);
#define ET_EXPECT(t, want, tolerance) \
	et_expect(t, want, tolerance, __FILE__, __LINE__)

#endif
