// SPDX-License-Identifier: MIT
/* See summary.h. */
#include "summary.h"

#include <math.h>
#include <stdio.h>

struct summary summary_of(const struct tensor *tensor)
{
	struct summary out = { .min = HUGE_VAL, .max = -HUGE_VAL };
	uint64_t count = tensor_elements(tensor);
	double sum = 0;

	for (uint64_t i = 0; i < count; i++) {
		double value = tensor_value(tensor, i);

		if (isnan(value)) {
			out.nans++;
			continue;
		}
		out.min = fmin(out.min, value);
		out.max = fmax(out.max, value);
		sum += value;
	}
	out.numbers = count - out.nans;
	if (out.numbers)
		out.mean = sum / (double)out.numbers;
	else
		out.min = out.max = 0;
	return out;
}

const char *summary_value(char *out, size_t size, double value)
{
	bool whole = fabs(value) < 1e15 && value == trunc(value);

	snprintf(out, size, whole ? "%.0f" : "%.5g", value);
	return out;
}
