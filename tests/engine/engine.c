// SPDX-License-Identifier: MIT
/*
 * Tensors and calls for the tests of the engine (engine.h). Who makes a tensor
 * frees it; a lack of memory ends the program.
 */
#include "engine.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const unsigned int sizes[] = {
	[AXT_F32] = 4, [AXT_F16] = 2, [AXT_BF16] = 2, [AXT_I8] = 1,
	[AXT_I32] = 4, [AXT_I64] = 8, [AXT_BOOL] = 1, [AXT_U8] = 1,
};

static void *allocate(size_t size)
{
	/* Something even for nothing: data of a tensor is never NULL. */
	void *p = malloc(size ? size : 1);

	if (!p)
		abort();
	return p;
}

struct et *et_new(enum axt_type type, enum axt_layout layout,
		  const uint32_t *dims, size_t rank)
{
	struct et *t = allocate(sizeof(*t));
	size_t stored = 1;

	memset(t, 0, sizeof(*t));
	t->tensor.type = (uint8_t)type;
	t->tensor.rank = (uint8_t)rank;
	t->tensor.layout = (uint8_t)layout;
	t->tensor.place = AXT_ARENA;
	t->count = 1;
	for (size_t d = 0; d < rank; d++) {
		t->tensor.dims[d] = dims[d];
		t->count *= dims[d];
		stored *= layout == AXT_BLOCK16 && d == 1 ?
				  (dims[d] + 15) / 16 * 16 :
				  dims[d];
	}
	t->tensor.size = stored * sizes[type];
	t->data = allocate(t->tensor.size);
	memset(t->data, 0, t->tensor.size);
	return t;
}

struct et *et_scalar(enum axt_type type, double value)
{
	struct et *t = et_new(type, AXT_PLAIN, NULL, 0);

	et_set(t, 0, value);
	return t;
}

struct et *et_random(const uint32_t *dims, size_t rank, unsigned int seed)
{
	struct et *t = et_new(AXT_F32, AXT_PLAIN, dims, rank);
	uint32_t state = seed * 2654435761u + 12345;

	for (size_t i = 0; i < t->count; i++) {
		state = state * 1664525u + 1013904223u;
		et_set(t, i, ((int)(state >> 16 & 63) - 32) / 4.0);
	}
	return t;
}

struct et *et_values(enum axt_type type, const double *values,
		     const uint32_t *dims, size_t rank)
{
	struct et *t = et_new(type, AXT_PLAIN, dims, rank);

	for (size_t i = 0; i < t->count; i++)
		et_set(t, i, values[i]);
	return t;
}

struct et *et_like(const struct et *other)
{
	return et_new(other->tensor.type, other->tensor.layout,
		      other->tensor.dims, other->tensor.rank);
}

struct et *et_relaid(const struct et *other, enum axt_layout layout)
{
	struct et *t = et_new(other->tensor.type, layout, other->tensor.dims,
			      other->tensor.rank);

	for (size_t i = 0; i < t->count; i++)
		et_set(t, i, et_get(other, i));
	return t;
}

void et_free(struct et *t)
{
	if (!t)
		return;
	free(t->data);
	free(t);
}

void et_coord(const struct et *t, size_t number, size_t *coord)
{
	for (size_t d = t->tensor.rank; d-- > 0;) {
		coord[d] = number % t->tensor.dims[d];
		number /= t->tensor.dims[d];
	}
}

size_t et_number(const struct et *t, const size_t *coord)
{
	size_t number = 0;

	for (size_t d = 0; d < t->tensor.rank; d++)
		number = number * t->tensor.dims[d] + coord[d];
	return number;
}

/* Literally the table of layouts: the digits, outermost first. */
static size_t place(const struct et *t, size_t number)
{
	const uint32_t *dims = t->tensor.dims;
	size_t coord[AXT_RANK_MAX] = { 0 }, at;

	if (t->tensor.layout == AXT_PLAIN)
		return number;
	et_coord(t, number, coord);
	at = coord[0];
	if (t->tensor.layout == AXT_BLOCK16)
		at = at * ((dims[1] + 15) / 16) + coord[1] / 16;
	for (size_t d = 2; d < t->tensor.rank; d++)
		at = at * dims[d] + coord[d];
	if (t->tensor.layout == AXT_BLOCK16)
		return at * 16 + coord[1] % 16;
	return at * dims[1] + coord[1];
}

double et_get(const struct et *t, size_t number)
{
	size_t at = place(t, number);

	switch (t->tensor.type) {
	case AXT_F32:
		return ((float *)t->data)[at];
	case AXT_I32:
		return ((int32_t *)t->data)[at];
	case AXT_I64:
		return (double)((int64_t *)t->data)[at];
	case AXT_I8:
		return ((int8_t *)t->data)[at];
	case AXT_F16:
	case AXT_BF16:
		return ((uint16_t *)t->data)[at];
	}
	return ((uint8_t *)t->data)[at];
}

void et_set(struct et *t, size_t number, double value)
{
	size_t at = place(t, number);

	switch (t->tensor.type) {
	case AXT_F32:
		((float *)t->data)[at] = (float)value;
		return;
	case AXT_I32:
		((int32_t *)t->data)[at] = (int32_t)value;
		return;
	case AXT_I64:
		((int64_t *)t->data)[at] = (int64_t)value;
		return;
	case AXT_I8:
		((int8_t *)t->data)[at] = (int8_t)value;
		return;
	case AXT_F16:
	case AXT_BF16:
		((uint16_t *)t->data)[at] = (uint16_t)value;
		return;
	}
	((uint8_t *)t->data)[at] = (uint8_t)value;
}

static void fill_views(struct axt_view *views, struct et *const *tensors,
		       size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (tensors[i])
			views[i] = (struct axt_view){ &tensors[i]->tensor,
						      tensors[i]->data };
}

void et_run_parts(const struct et_call *call, unsigned int parts)
{
	const struct axt_kernel *kernel = axt_kernel_portable(call->code);
	struct axt_view in[8] = { 0 }, out[3] = { 0 }, post_in[3] = { 0 };
	struct axt_op op = {
		.code = (uint16_t)call->code,
		.inputs = (uint8_t)call->inputs,
		.outputs = (uint8_t)call->outputs,
		.posts = (uint8_t)call->posts,
	};
	struct axt_call c = {
		.op = &op,
		.attributes = call->attributes,
		.posts = call->post,
		.in = in,
		.out = out,
		.post_in = post_in,
	};
	size_t scratch;

	TAP_REQUIRE(kernel != NULL);
	fill_views(in, call->in, call->inputs);
	fill_views(out, call->out, call->outputs);
	fill_views(post_in, call->post_in, call->posts);
	TAP_CHECK(kernel->parts_max(&c) >= 1);
	scratch = axt_kernel_scratch(kernel, &c, parts);
	TAP_EQUAL(scratch % 64, 0);
	c.scratch = aligned_alloc(64, scratch ? scratch : 64);
	memset(c.scratch, 0xff, scratch);
	/* Last first: the order must not matter. */
	for (unsigned int part = parts; part-- > 0;)
		kernel->run(&c, part, parts);
	free(c.scratch);
}

void et_run(const struct et_call *call)
{
	static const unsigned int counts[] = { 1, 2, 3, 7 };
	void *first[3] = { 0 };

	for (unsigned int i = 0; i < 4; i++) {
		for (unsigned int k = 0; k < call->outputs; k++)
			if (call->out[k])
				memset(call->out[k]->data, 0x55,
				       call->out[k]->tensor.size);
		et_run_parts(call, counts[i]);
		for (unsigned int k = 0; k < call->outputs; k++) {
			struct et *out = call->out[k];
			size_t size = out ? out->tensor.size : 0;

			if (i == 0 && out)
				first[k] =
					memcpy(allocate(size), out->data, size);
			else if (out)
				TAP_CHECK(!memcmp(first[k], out->data, size));
		}
	}
	for (unsigned int k = 0; k < 3; k++)
		free(first[k]);
}

static bool is_near(double got, double want, double tolerance)
{
	if (isnan(want) || isnan(got))
		return isnan(want) && isnan(got);
	if (isinf(want) || isinf(got))
		return want == got;
	return fabs(got - want) <= tolerance * (1 + fabs(want));
}

bool et_expect(const struct et *t, const double *want, double tolerance,
	       const char *file, int line)
{
	for (size_t i = 0; i < t->count; i++) {
		double got = et_get(t, i);

		if (is_near(got, want[i], tolerance))
			continue;
		tap_note("element %zu is %.9g, not %.9g", i, got, want[i]);
		return tap_check(false, file, line, "all elements are right");
	}
	return tap_check(true, file, line, "all elements are right");
}
