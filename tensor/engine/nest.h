/* SPDX-License-Identifier: MIT */
/*
 * A result and what takes part in it as nested loops: dimensions in an order
 * of choice, and of each tensor the distance of a step in each of them, 0
 * where it broadcasts. Neighbouring dimensions merge where all tensors allow.
 */
#ifndef AXT_NEST_H
#define AXT_NEST_H

#include "index.h"

/* The result, three operands, tensors of post-operations. */
#define AXT_NEST_TENSORS (4 + AXT_POSTS_MAX)

struct axt_nest {
	unsigned int rank; /* at least 1 */
	unsigned int tensors;
	size_t dim[AXT_RANK_MAX];
	size_t stride[AXT_NEST_TENSORS][AXT_RANK_MAX]; /* in elements */
};

/* Whether the elements lie as if channels came last. */
bool axt_channels_last(const struct axt_tensor *tensor);
bool axt_is_plain(const struct axt_tensor *tensor);

/*
 * The dimensions of y, channels last: as they are in its memory, or with
 * channels_last innermost whatever the layout is. False for blocks.
 */
bool axt_nest_init(struct axt_nest *nest, const struct axt_tensor *y,
		   bool channels_last);
/* A tensor that broadcasts to y, which is that of axt_nest_init(). */
bool axt_nest_add(struct axt_nest *nest, const struct axt_tensor *y,
		  const struct axt_tensor *tensor, bool channels_last);

/* Makes one dimension of first to end - 1; false if a tensor forbids. */
bool axt_nest_merge(struct axt_nest *nest, unsigned int first,
		    unsigned int end);
/* Merges what can be merged. */
void axt_nest_collapse(struct axt_nest *nest);

#endif
