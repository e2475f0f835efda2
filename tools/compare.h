/* SPDX-License-Identifier: MIT */
/* Whether a result is what was expected. */
#ifndef AXLE_TOOLS_COMPARE_H
#define AXLE_TOOLS_COMPARE_H

#include "tensor.h"

/* Of integers and bools, nothing is tolerated. */
struct tolerance {
	double relative; /* of each expected value */
	double absolute; /* of the largest expected magnitude */
};

struct difference {
	/* The largest, as a part of the largest expected magnitude. */
	double error;
	bool beyond; /* a value is out of tolerance */
	uint64_t at; /* the first such; */
	double got; /* ... what it is, */
	double expected; /* and what it should be */
};

/* Of equal type and shape. NaN equals NaN, an infinity the same one. */
struct difference compare(const struct tensor *got,
			  const struct tensor *expected,
			  const struct tolerance *tolerance);

#endif
