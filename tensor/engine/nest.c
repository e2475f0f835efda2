// SPDX-License-Identifier: MIT
#include "nest.h"

#include <string.h>

static size_t spatial_count(const struct axt_tensor *t)
{
	return axt_span(t, 2, t->rank);
}

bool axt_channels_last(const struct axt_tensor *t)
{
	if (t->layout == AXT_CHANNELS_LAST)
		return true;
	return t->layout == AXT_PLAIN && t->rank >= 2 &&
	       (t->dims[1] == 1 || spatial_count(t) == 1);
}

bool axt_is_plain(const struct axt_tensor *t)
{
	if (t->layout == AXT_PLAIN)
		return true;
	return t->layout == AXT_CHANNELS_LAST &&
	       (t->dims[1] == 1 || spatial_count(t) == 1);
}

/* Position i of the nest is dimension number ... of the tensor. */
static unsigned int dimension(unsigned int rank, bool channels_last,
			      unsigned int i)
{
	if (!channels_last || rank < 3 || i == 0)
		return i;
	return i + 1 < rank ? i + 1 : 1;
}

bool axt_nest_init(struct axt_nest *nest, const struct axt_tensor *y,
		   bool channels_last)
{
	struct axt_index index;

	memset(nest, 0, sizeof(*nest));
	if (y->layout == AXT_BLOCK16)
		return false;
	axt_index_init(&index, y);
	nest->rank = index.rank;
	for (unsigned int i = 0; i < nest->rank; i++)
		nest->dim[i] =
			index.dim[dimension(nest->rank, channels_last, i)];
	return axt_nest_add(nest, y, y, channels_last);
}

bool axt_nest_add(struct axt_nest *nest, const struct axt_tensor *y,
		  const struct axt_tensor *tensor, bool channels_last)
{
	struct axt_index index, to;
	size_t *stride = nest->stride[nest->tensors];

	if (tensor->layout == AXT_BLOCK16 || nest->tensors == AXT_NEST_TENSORS)
		return false;
	axt_index_init(&to, y);
	axt_index_broadcast(&index, tensor, &to);
	for (unsigned int i = 0; i < nest->rank; i++) {
		unsigned int d = dimension(nest->rank, channels_last, i);

		stride[i] = to.dim[d] > 1 ? index.stride[d] : 0;
	}
	nest->tensors++;
	return true;
}

static bool can_merge(const struct axt_nest *nest, unsigned int i)
{
	if (nest->dim[i] == 1 || nest->dim[i + 1] == 1)
		return true;
	for (unsigned int t = 0; t < nest->tensors; t++)
		if (nest->stride[t][i] !=
		    nest->stride[t][i + 1] * nest->dim[i + 1])
			return false;
	return true;
}

/* Dimensions i and i + 1 become one. */
static void merge(struct axt_nest *nest, unsigned int i)
{
	unsigned int rest = nest->rank - i - 2;

	for (unsigned int t = 0; t < nest->tensors; t++) {
		size_t *s = nest->stride[t];

		if (nest->dim[i + 1] != 1)
			s[i] = s[i + 1];
		memmove(s + i + 1, s + i + 2, rest * sizeof(*s));
	}
	nest->dim[i] *= nest->dim[i + 1];
	memmove(nest->dim + i + 1, nest->dim + i + 2,
		rest * sizeof(*nest->dim));
	nest->rank--;
}

bool axt_nest_merge(struct axt_nest *nest, unsigned int first, unsigned int end)
{
	for (; first + 1 < end; end--) {
		if (!can_merge(nest, first))
			return false;
		merge(nest, first);
	}
	return true;
}

void axt_nest_collapse(struct axt_nest *nest)
{
	for (unsigned int i = 0; i + 1 < nest->rank;) {
		if (can_merge(nest, i))
			merge(nest, i);
		else
			i++;
	}
}
