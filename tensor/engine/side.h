/* SPDX-License-Identifier: MIT */
/* The two spatial dimensions of a window; a single one is the second. */
#ifndef AXT_SIDE_H
#define AXT_SIDE_H

#include "index.h"

struct axt_side {
	ptrdiff_t in;
	ptrdiff_t out;
	ptrdiff_t kernel;
	ptrdiff_t stride;
	ptrdiff_t dilation;
	ptrdiff_t pad;
};

static inline void axt_sides_init(struct axt_side *side,
				  const struct axt_conv *a,
				  const struct axt_call *call)
{
	for (unsigned int i = 0; i < 2; i++)
		side[i] = (struct axt_side){ 1, 1, 1, 1, 1, 0 };
	for (unsigned int i = 0; i < a->spatial; i++)
		side[2 - a->spatial + i] = (struct axt_side){
			.in = call->in[0].tensor->dims[2 + i],
			.out = call->out[0].tensor->dims[2 + i],
			.kernel = call->in[1].tensor->dims[2 + i],
			.stride = a->stride[i],
			.dilation = a->dilation[i],
			.pad = a->pad_begin[i],
		};
}

#endif
