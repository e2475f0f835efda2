// SPDX-License-Identifier: MIT
/* Sizes and shapes; see axt/shape.h. */
#include "check.h"

/* The windows that are looked at one by one, where that is necessary. */
#define WINDOWS_MAX 1024

static const uint8_t type_bytes[] = {
	[AXT_F32] = 4, [AXT_F16] = 2, [AXT_BF16] = 2, [AXT_I8] = 1,
	[AXT_I32] = 4, [AXT_I64] = 8, [AXT_BOOL] = 1, [AXT_U8] = 1,
};

uint32_t axt_type_bytes(uint32_t type)
{
	return type < ARRAY_SIZE(type_bytes) ? type_bytes[type] : 0;
}

/* Rounds dimension 1 up to a multiple of block. */
static int64_t product(const struct axt_tensor *tensor, uint32_t block,
		       uint32_t bytes)
{
	uint64_t result = bytes;
	bool empty = false;

	if (!bytes || tensor->rank > AXT_RANK_MAX)
		return -1;
	for (int i = 0; i < tensor->rank; i++) {
		uint64_t dim = tensor->dims[i];

		if (dim > AXT_DIM_MAX)
			return -1;
		if (i == 1)
			dim = (dim + block - 1) / block * block;
		empty |= dim == 0;
		/* It stays too large; a later dimension may make it empty. */
		if (dim && result > AXT_BYTES_MAX / dim)
			result = AXT_BYTES_MAX + 1;
		else if (dim)
			result *= dim;
	}
	if (empty)
		return 0;
	return result <= AXT_BYTES_MAX ? (int64_t)result : -1;
}

int64_t axt_tensor_elements(const struct axt_tensor *tensor)
{
	return product(tensor, 1, 1);
}

int64_t axt_tensor_bytes(const struct axt_tensor *tensor)
{
	return product(tensor, tensor->layout == AXT_BLOCK16 ? 16 : 1,
		       axt_type_bytes(tensor->type));
}

bool axt_same_shape(const struct axt_tensor *a, const struct axt_tensor *b)
{
	if (a->rank != b->rank)
		return false;
	for (int i = 0; i < a->rank; i++)
		if (a->dims[i] != b->dims[i])
			return false;
	return true;
}

bool axt_broadcasts(const struct axt_tensor *from, const struct axt_tensor *to)
{
	int shift = to->rank - from->rank;

	if (shift < 0)
		return false;
	for (int i = 0; i < from->rank; i++)
		if (from->dims[i] != 1 && from->dims[i] != to->dims[i + shift])
			return false;
	return true;
}

/* Distance of the first and the last element that a window looks at. */
static int64_t reach(const struct axt_window *window)
{
	return (int64_t)window->dilation * (window->kernel - 1);
}

int64_t axt_conv_size(const struct axt_window *window)
{
	int64_t room = (int64_t)window->size + window->pad_begin +
		       window->pad_end - reach(window) - 1;

	if (room < 0)
		return -((-room + window->stride - 1) / window->stride) + 1;
	return room / window->stride + 1;
}

int64_t axt_conv_transpose_size(const struct axt_window *window)
{
	return (int64_t)window->stride * ((int64_t)window->size - 1) +
	       reach(window) + 1 - window->pad_begin - window->pad_end;
}

/*
 * A window that begins in front of the input has its first element inside or
 * behind it at (begin modulo dilation). That can only be behind where the input
 * is smaller than the dilation; those windows are few or refused.
 */
static bool front_fits(const struct axt_window *window, uint32_t size)
{
	int64_t begin = -(int64_t)window->pad_begin;
	uint32_t count = 0;

	if (-begin > reach(window))
		return false;
	if (window->size >= window->dilation)
		return true;
	for (uint32_t i = 0; i < size && begin < 0; i++) {
		int64_t behind = -begin % window->dilation;

		if (++count > WINDOWS_MAX)
			return false;
		if (behind && window->dilation - behind >= window->size)
			return false;
		if (!behind && !window->size)
			return false;
		begin += window->stride;
	}
	return true;
}

bool axt_pool_fits(const struct axt_window *window, uint32_t size)
{
	int64_t least = axt_conv_size(window);
	int64_t last;

	if (size != least && size != least + 1)
		return false;
	if (!size)
		return true;
	last = (int64_t)(size - 1) * window->stride - window->pad_begin;
	return last < (int64_t)window->size && front_fits(window, size);
}
