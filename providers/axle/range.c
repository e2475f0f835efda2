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
	ranges->floor = page;
	ranges->end = end;
}

/* Where a piece behind this one begins, from floor on; 0: there is no room. */
static uint64_t room_behind(const struct axle_ranges *ranges,
			    const struct axle_range *range, uint64_t floor,
			    uint64_t size, uint64_t align, uint64_t guard)
{
	const struct axle_range *next = range->next;
	uint64_t end = next == &ranges->bottom ? ranges->end : next->start;
	uint64_t start = range->end > floor ? range->end : floor;

	start = (start + guard + align - 1) / align * align;
	if (start >= end || end - start < size || end - start - size < guard)
		return 0;
	return start;
}

static void insert(struct axle_ranges *ranges, struct axle_range *behind,
		   struct axle_range *range)
{
	range->previous = behind;
	range->next = behind->next;
	behind->next->previous = range;
	behind->next = range;
	ranges->last = range;
	ranges->floor = range->end;
}

int axle_range_take(struct axle_ranges *ranges, uint64_t size, uint64_t align,
		    uint64_t guard, struct axle_range *range)
{
	struct axle_range *at = ranges->last;
	uint64_t floor = ranges->floor;

	/* The last is looked at twice: from the floor on, and in the end. */
	do {
		uint64_t start =
			room_behind(ranges, at, floor, size, align, guard);

		if (start) {
			range->start = start;
			range->end = start + size;
			insert(ranges, at, range);
			return 0;
		}
		if (!floor && at == ranges->last)
			return -ENOSPC;
		floor = 0;
		at = at->next;
	} while (true);
}

void axle_range_give(struct axle_ranges *ranges, struct axle_range *range)
{
	if (ranges->last == range)
		ranges->last = range->previous;
	range->previous->next = range->next;
	range->next->previous = range->previous;
}
