/* SPDX-License-Identifier: MIT */
/* A tensor in a few numbers. */
#ifndef AXLE_TOOLS_SUMMARY_H
#define AXLE_TOOLS_SUMMARY_H

#include "tensor.h"

struct summary {
	uint64_t numbers; /* elements that are one */
	uint64_t nans; /* the others */
	double min; /* of the numbers; 0 if there are none */
	double max;
	double mean;
};

struct summary summary_of(const struct tensor *tensor);
/* A value as people read it: whole numbers whole, others to 5 digits. */
const char *summary_value(char *out, size_t size, double value);

#endif
