// SPDX-License-Identifier: GPL-2.0-only
/* Positions of vnpu's rings, as the kernel's compiler sees them. */
#include <kunit/test.h>

#include "kunit_pt.h"
#include "vnpu_regs.h"

#define SLOTS 256u

static void pending_counts_over_32_bits(struct kunit *test)
{
	const u64 wrap = 1ull << 32;

	KUNIT_EXPECT_EQ(test, 0, vnpu_pending(0, 0));
	KUNIT_EXPECT_EQ(test, 5, vnpu_pending(5, 0));
	KUNIT_EXPECT_EQ(test, 0, vnpu_pending(0, wrap));
	KUNIT_EXPECT_EQ(test, 3, vnpu_pending(1, wrap - 2));
	KUNIT_EXPECT_EQ(test, SLOTS, vnpu_pending(SLOTS - 1, 7 * wrap - 1));
}

static void a_tail_taken_back_is_more_than_there_are_slots(struct kunit *test)
{
	const u64 done = (9ull << 32) + 10;

	KUNIT_EXPECT_GT(test, vnpu_pending(9, done), SLOTS);
	KUNIT_EXPECT_LE(test, vnpu_pending(10 + SLOTS, done), SLOTS);
	KUNIT_EXPECT_GT(test, vnpu_pending(10 + SLOTS + 1, done), SLOTS);
}

static void what_is_armed_counts_as_submitted(struct kunit *test)
{
	const u64 done = (1ull << 32) - 3;
	const u32 tail = (u32)done;

	KUNIT_EXPECT_EQ(test, 0, vnpu_ready(tail, 0, done, SLOTS));
	KUNIT_EXPECT_EQ(test, 0, vnpu_ready(tail, done, done, SLOTS));
	KUNIT_EXPECT_EQ(test, 9, vnpu_ready(tail, done + 9, done, SLOTS));
	KUNIT_EXPECT_EQ(test, 12, vnpu_ready(tail + 12, done + 9, done, SLOTS));
	KUNIT_EXPECT_EQ(test, SLOTS,
			vnpu_ready(tail, done + SLOTS, done, SLOTS));
	/* Nobody can have armed for that; it is not believed. */
	KUNIT_EXPECT_EQ(test, 0,
			vnpu_ready(tail, done + SLOTS + 1, done, SLOTS));
}

static void a_threshold_is_crossed_once(struct kunit *test)
{
	const u64 base = (1ull << 32) - 8;
	unsigned int crossed = 0;
	u64 at;

	for (at = base; at < base + 16; at += 2)
		crossed += vnpu_crossed(base + 7, at, at + 2);
	KUNIT_EXPECT_EQ(test, 1, crossed);
	KUNIT_EXPECT_TRUE(test, vnpu_crossed(base + 1, base, base + 1));
	KUNIT_EXPECT_FALSE(test, vnpu_crossed(base, base, base + 1));
	KUNIT_EXPECT_FALSE(test, vnpu_crossed(0, base, base + 1));
}

static struct kunit_case vnpu_cases[] = {
	KUNIT_CASE(pending_counts_over_32_bits),
	KUNIT_CASE(a_tail_taken_back_is_more_than_there_are_slots),
	KUNIT_CASE(what_is_armed_counts_as_submitted),
	KUNIT_CASE(a_threshold_is_crossed_once),
	{}
};

struct kunit_suite vnpu_suite = {
	.name = "axle_vnpu_rings",
	.test_cases = vnpu_cases,
};
