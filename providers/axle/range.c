// SPDX-License-Identifier: MIT
/*
 * Addresses of an address space: what is taken is in a ring, in order, and the
 * next piece goes behind the last that was given out, or to the first hole that
 * is large enough from there on. So an address is not used again soon, and a
 * job that uses one that is gone fails instead of writing elsewhere.
 */
#include "kit.h"

#include <errno.h>

void axle_ranges_init(struct axle_ranges *ranges, uint64_t page, uint64_t end)
{
	struct axle_range *bottom = &ranges->bottom;

	bottom->previous = bottom->next = bottom;
	bottom->start = 0;
	bottom->end = page; /* nothing is at 0 */
	ranges->last = bottom;
	ranges->end = end;
}

/* Where a piece behind this one begins; 0 if there is no room. */
static uint64_t room_behind(const struct axle_ranges *ranges,
			    const struct axle_range *range, uint64_t size,
			    uint64_t align, uint64_t guard)
{
	const struct axle_range *next = range->next;
	uint64_t end = next == &ranges->bottom ? ranges->end : next->start;
	uint64_t start = (range->end + guard + align - 1) / align * align;

	if (start >= end || end - start < size || end - start - size < guard)
		return 0;
	return start;
}

int axle_range_take(struct axle_ranges *ranges, uint64_t size, uint64_t align,
		    uint64_t guard, struct axle_range *range)
{
	struct axle_range *first = ranges->last, *at = first;

	do {
		uint64_t start = room_behind(ranges, at, size, align, guard);

		if (start) {
			range->start = start;
			range->end = start + size;
			range->previous = at;
			range->next = at->next;
			at->next->previous = range;
			at->next = range;
			ranges->last = range;
			return 0;
		}
		at = at->next;
	} while (at != first);
	return -ENOSPC;
}

void axle_range_give(struct axle_ranges *ranges, struct axle_range *range)
{
	if (ranges->last == range)
		ranges->last = range->previous;
	range->previous->next = range->next;
	range->next->previous = range->previous;
}
