// SPDX-License-Identifier: MIT
/* See compare.h. */
#include "compare.h"

#include <axt/shape.h>

#include <math.h>
#include <string.h>

/* The largest finite magnitude; 1 where there is none but zero. */
static double scale_of(const struct tensor *tensor)
{
	uint64_t count = tensor_elements(tensor);
	double most = 0;

	for (uint64_t i = 0; i < count; i++) {
		double value = fabs(tensor_value(tensor, i));

		if (isfinite(value) && value > most)
			most = value;
	}
	return most > 0 ? most : 1;
}

/* Infinite where one of them is not finite, and they are not the same. */
static double distance(double got, double expected)
{
	if (got == expected || (isnan(got) && isnan(expected)))
		return 0;
	if (!isfinite(got) || !isfinite(expected))
		return HUGE_VAL;
	return fabs(got - expected);
}

/* By their bytes, as not all 64-bit numbers are doubles. */
static bool same_bytes(const struct tensor *a, const struct tensor *b,
		       uint64_t at)
{
	uint32_t bytes = axt_type_bytes(a->type);

	return memcmp((const char *)a->data + at * bytes,
		      (const char *)b->data + at * bytes, bytes) == 0;
}

struct difference compare(const struct tensor *got,
			  const struct tensor *expected,
			  const struct tolerance *tolerance)
{
	bool inexact = tensor_is_float(expected);
	uint64_t count = tensor_elements(expected);
	double scale = scale_of(expected);
	struct difference out = { 0 };

	for (uint64_t i = 0; i < count; i++) {
		double is = tensor_value(got, i);
		double should = tensor_value(expected, i);
		double far = distance(is, should);
		double most = tolerance->absolute * scale +
			      tolerance->relative * fabs(should);
		bool beyond = inexact ? far > most && far > 0 :
					!same_bytes(got, expected, i);

		if (far / scale > out.error)
			out.error = far / scale;
		if (!beyond || out.beyond)
			continue;
		out.beyond = true;
		out.at = i;
		out.got = is;
		out.expected = should;
	}
	return out;
}
