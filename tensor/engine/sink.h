/* SPDX-License-Identifier: MIT */
/*
 * The way of f32 results into memory: post-operations, then the store. Values
 * come in chunks of a row, in the kernel's own memory, because a tensor of a
 * post-operation may be the very bytes that the result goes to.
 */
#ifndef AXT_SINK_H
#define AXT_SINK_H

#include "index.h"

#define AXT_CHUNK 256

struct axt_sink {
	const struct axt_call *call;
	struct axt_index y;
	struct axt_index post[AXT_POSTS_MAX];
};

void axt_sink_init(struct axt_sink *sink, const struct axt_call *call);

/* The values from coord on, along the last dimension; they are changed. */
void axt_sink_put(const struct axt_sink *sink, const size_t *coord,
		  float *value, size_t count);

#endif
