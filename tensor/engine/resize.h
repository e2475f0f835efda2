/* SPDX-License-Identifier: MIT */
/* Where the places of a resized dimension come from. */
#ifndef AXT_RESIZE_H
#define AXT_RESIZE_H

#include "kernel.h"

#define AXT_TAPS 4

struct axt_tap {
	uint32_t count; /* 0: outside, the value for extrapolation */
	uint32_t place[AXT_TAPS];
	float weight[AXT_TAPS];
};

/* One for each place of y along dimension d. */
void axt_resize_taps(const struct axt_call *call, unsigned int d,
		     struct axt_tap *taps);

#endif
