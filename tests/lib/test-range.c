// SPDX-License-Identifier: MIT
/* Addresses that the library gives to buffer objects. */
#include "../providers/axle/kit.h"
#include "tap.h"

#include <stdlib.h>

#define PAGE 4096ull
#define LARGE (2ull << 20)
#define END (64ull << 20)
#define COUNT 300

static void none_overlap_and_all_are_aligned(void)
{
	static struct axle_range ranges[COUNT];
	struct axle_ranges space;
	unsigned int seed = 1;

	axle_ranges_init(&space, PAGE, END);
	for (int i = 0; i < 5000; i++) {
		struct axle_range *r = &ranges[rand_r(&seed) % COUNT];
		uint64_t size = (rand_r(&seed) % 100 + 1) * PAGE;
		uint64_t align = i % 7 ? PAGE : LARGE;

		if (r->start) {
			axle_range_give(&space, r);
			r->start = 0;
			continue;
		}
		if (axle_range_take(&space, size, align, PAGE, r)) {
			r->start = 0;
			continue;
		}
		TAP_EQUAL(r->start % align, 0);
		TAP_EQUAL(r->end - r->start, size);
		TAP_CHECK(r->start >= 2 * PAGE && r->end + PAGE <= END);
		TAP_CHECK(r->previous->end + PAGE <= r->start);
		TAP_CHECK(r->next == &space.bottom ||
			  r->end + PAGE <= r->next->start);
	}
}

static void a_full_space_says_so_and_takes_again(void)
{
	struct axle_range ranges[40];
	struct axle_ranges space;
	int count = 0;

	axle_ranges_init(&space, PAGE, END);
	while (count < 40 &&
	       !axle_range_take(&space, LARGE, LARGE, PAGE, &ranges[count]))
		count++;
	/* The guards cost every other large page, the page at 0 the first. */
	TAP_EQUAL(count, 15);
	axle_range_give(&space, &ranges[7]);
	TAP_EQUAL(axle_range_take(&space, 2 * LARGE, LARGE, PAGE, &ranges[20]),
		  -ENOSPC);
	TAP_EQUAL(axle_range_take(&space, LARGE, LARGE, PAGE, &ranges[7]), 0);
	TAP_EQUAL(axle_range_take(&space, UINT64_MAX - PAGE, PAGE, PAGE,
				  &ranges[20]),
		  -ENOSPC);
}

static void an_address_is_not_used_again_at_once(void)
{
	struct axle_ranges space;
	struct axle_range r;
	uint64_t last = 0;

	axle_ranges_init(&space, PAGE, END);
	for (int i = 0; i < 3; i++) {
		struct axle_range keep;

		TAP_EQUAL(axle_range_take(&space, PAGE, PAGE, PAGE, &keep), 0);
		TAP_CHECK(keep.start != last);
		last = keep.start;
		TAP_EQUAL(axle_range_take(&space, PAGE, PAGE, PAGE, &r), 0);
		axle_range_give(&space, &keep);
		axle_range_give(&space, &r);
	}
}

static const struct tap_case cases[] = {
	{ "pieces do not overlap and are aligned",
	  none_overlap_and_all_are_aligned },
	{ "a full space says so, and what is given back is taken again",
	  a_full_space_says_so_and_takes_again },
	{ "an address is not used again at once",
	  an_address_is_not_used_again_at_once },
};
TAP_MAIN(cases)
