// SPDX-License-Identifier: GPL-2.0-only
/*
 * The page-table builder against a model that is an array: what the device
 * finds, what is flushed, how many tables there are.
 */
#include <linux/io.h>
#include <linux/prandom.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#include "kunit_pt.h"

#define PAGES 2048
#define ROUNDS 600
#define BATCH_MAX 4
#define SEED 20261121

/**
 * struct model - What is mapped.
 */
struct model {
	/** @tree: Page tables of %PAGES pages. */
	struct tree tree;
	/** @random: Says what comes. */
	struct rnd_state random;
	/** @now: By page: the entry of a small page, or zero. */
	u64 now[PAGES];
	/** @before: The same, before the last batch. */
	u64 before[PAGES];
};

/* Sometimes a multiple of the large pages' sizes, so that these occur. */
static u64 random_pages(struct model *model, u64 max)
{
	static const u8 shifts[] = { 0, 0, 3, 5 };
	u32 shift = shifts[prandom_u32_state(&model->random) % 4];

	return (prandom_u32_state(&model->random) % max) >> shift << shift;
}

static struct tree_change random_change(struct model *model)
{
	u64 page = random_pages(model, PAGES);
	u64 count = random_pages(model, PAGES - page);
	u32 dice = prandom_u32_state(&model->random);

	if (dice & 1)
		count = min(count, dice >> 8 & 63);
	return (struct tree_change){
		.address = page * TREE_PAGE,
		.size = max(count, 1) * TREE_PAGE,
		.target = SZ_1G + random_pages(model, PAGES) * TREE_PAGE,
		.bits = dice >> 4 & TREE_BITS,
		.map = dice >> 1 & 3,
	};
}

static void model_apply(struct model *model, const struct tree_change *change)
{
	u64 first = change->address / TREE_PAGE, i;

	for (i = 0; i < change->size / TREE_PAGE; i++)
		model->now[first + i] =
			change->map ? (change->target + i * TREE_PAGE) |
					      change->bits | TREE_PRESENT :
				      0;
}

static void expect_model(struct kunit *test, struct model *model)
{
	unsigned int level, page;

	for (page = 0; page < PAGES; page++) {
		u64 entry = tree_walk(&model->tree, page * TREE_PAGE, &level);

		KUNIT_ASSERT_EQ_MSG(test, entry & ~TREE_LARGE, model->now[page],
				    "page %u", page);
	}
}

/* Who has an old entry must learn that it is not true any more. */
static void expect_flushed(struct kunit *test, const struct model *model,
			   const struct axle_pt_batch *batch)
{
	u64 page;

	for (page = 0; page < PAGES; page++) {
		u64 address = page * TREE_PAGE;

		if (!model->before[page] ||
		    model->before[page] == model->now[page])
			continue;
		KUNIT_ASSERT_LE(test, batch->first, address);
		KUNIT_ASSERT_GE(test, batch->end, address + TREE_PAGE);
	}
}

static void random_batch(struct kunit *test, struct model *model)
{
	struct tree_change changes[BATCH_MAX];
	struct axle_pt_batch batch;
	unsigned int count, i;
	int tables;

	count = 1 + prandom_u32_state(&model->random) % BATCH_MAX;
	for (i = 0; i < count; i++)
		changes[i] = random_change(model);
	memcpy(model->before, model->now, sizeof(model->now));
	for (i = 0; i < count; i++)
		model_apply(model, &changes[i]);
	/* Too low a count shows as a warning of axle_pt_take(). */
	KUNIT_ASSERT_EQ(test, 0,
			tree_apply(&model->tree, &batch, changes, count));
	tables = atomic_read(&model->tree.tables);
	expect_model(test, model);
	expect_flushed(test, model, &batch);
	/* The device may still read all that was ever in the tree. */
	KUNIT_EXPECT_EQ(test, tables, atomic_read(&model->tree.tables));
	axle_pt_batch_fini(&model->tree.pt, &batch);
	expect_model(test, model);
}

static void any_changes_match_a_model(struct kunit *test)
{
	const struct tree_change all = { .size = PAGES * TREE_PAGE };
	struct model *model = kunit_kzalloc(test, sizeof(*model), GFP_KERNEL);
	unsigned int round;

	KUNIT_ASSERT_NOT_NULL(test, model);
	prandom_seed_state(&model->random, SEED);
	KUNIT_ASSERT_EQ(test, 0, tree_init(&model->tree, &tree_small_format));
	for (round = 0; round < ROUNDS; round++)
		random_batch(test, model);
	KUNIT_EXPECT_EQ(test, 0, tree_change(&model->tree, &all));
	KUNIT_EXPECT_EQ(test, 1, atomic_read(&model->tree.tables));
	tree_fini(&model->tree);
	KUNIT_EXPECT_EQ(test, 0, atomic_read(&model->tree.tables));
}

static void aligned_ranges_get_large_pages(struct kunit *test)
{
	const struct tree_change map = {
		.address = SZ_4M - SZ_4K,
		.size = SZ_8M,
		.target = SZ_1G - SZ_4K,
		.map = true,
	};
	unsigned int level;
	struct tree tree;
	u64 at;

	KUNIT_ASSERT_EQ(test, 0, tree_init(&tree, &tree_format));
	KUNIT_ASSERT_EQ(test, 0, tree_change(&tree, &map));
	for (at = 0; at < map.size; at += SZ_4K) {
		bool edge = !at || at > SZ_2M * 3;

		KUNIT_ASSERT_EQ(test,
				tree_walk(&tree, map.address + at, &level) &
					~TREE_LARGE,
				(map.target + at) | TREE_PRESENT);
		KUNIT_ASSERT_EQ(test, level, edge ? 0 : 1);
	}
	/* The root, one below it, and one for each edge. */
	KUNIT_EXPECT_EQ(test, 4, atomic_read(&tree.tables));
	tree_fini(&tree);
}

static void a_target_out_of_line_gets_small_pages(struct kunit *test)
{
	const struct tree_change map = {
		.address = SZ_4M,
		.size = SZ_4M,
		.target = SZ_1G + SZ_4K,
		.map = true,
	};
	unsigned int level;
	struct tree tree;

	KUNIT_ASSERT_EQ(test, 0, tree_init(&tree, &tree_format));
	KUNIT_ASSERT_EQ(test, 0, tree_change(&tree, &map));
	KUNIT_EXPECT_EQ(test, tree_walk(&tree, SZ_4M + SZ_2M, &level),
			(map.target + SZ_2M) | TREE_PRESENT);
	KUNIT_EXPECT_EQ(test, level, 0);
	tree_fini(&tree);
}

static void the_ends_of_the_space_can_be_mapped(struct kunit *test)
{
	const u64 limit = 1ull << axle_pt_address_bits(&tree_format);
	struct tree_change change = {
		.size = SZ_2M + SZ_4K,
		.target = SZ_1G,
		.map = true,
	};
	unsigned int level;
	struct tree tree;

	KUNIT_ASSERT_EQ(test, 0, tree_init(&tree, &tree_format));
	KUNIT_EXPECT_EQ(test, 0, tree_change(&tree, &change));
	change.address = limit - change.size;
	KUNIT_EXPECT_EQ(test, 0, tree_change(&tree, &change));
	KUNIT_EXPECT_NE(test, 0, tree_walk(&tree, 0, &level));
	KUNIT_EXPECT_NE(test, 0, tree_walk(&tree, limit - SZ_4K, &level));
	KUNIT_EXPECT_EQ(test, 0, tree_walk(&tree, limit / 2, &level));
	change = (struct tree_change){ .size = limit };
	KUNIT_EXPECT_EQ(test, 0, tree_change(&tree, &change));
	KUNIT_EXPECT_EQ(test, 0, tree_walk(&tree, 0, &level));
	KUNIT_EXPECT_EQ(test, 0, tree_walk(&tree, limit - SZ_4K, &level));
	KUNIT_EXPECT_EQ(test, 1, atomic_read(&tree.tables));
	tree_fini(&tree);
}

static void what_was_not_mapped_needs_no_flush(struct kunit *test)
{
	const struct tree_change changes[] = {
		{ .address = SZ_4M, .size = SZ_2M },
		{ .address = SZ_2M,
		  .size = SZ_2M,
		  .target = SZ_1G,
		  .map = true },
	};
	struct axle_pt_batch batch;
	struct tree tree;

	KUNIT_ASSERT_EQ(test, 0, tree_init(&tree, &tree_format));
	KUNIT_ASSERT_EQ(test, 0, tree_apply(&tree, &batch, changes, 2));
	KUNIT_EXPECT_GE(test, batch.first, batch.end);
	axle_pt_batch_fini(&tree.pt, &batch);
	tree_fini(&tree);
}

static void formats_that_contradict_themselves_are_refused(struct kunit *test)
{
	struct axle_pt_format format = tree_format;

	KUNIT_EXPECT_TRUE(test, axle_pt_format_ok(&format));
	format.num_levels = AXLE_PT_LEVELS_MAX + 1;
	KUNIT_EXPECT_FALSE(test, axle_pt_format_ok(&format));
	format = tree_format;
	format.levels[0].page = false;
	KUNIT_EXPECT_FALSE(test, axle_pt_format_ok(&format));
	format = tree_format;
	format.levels[1].table_bits = 0;
	KUNIT_EXPECT_FALSE(test, axle_pt_format_ok(&format));
	format = tree_format;
	format.levels[2].bits = 13;
	KUNIT_EXPECT_FALSE(test, axle_pt_format_ok(&format));
	format = tree_format;
	format.page_shift = PAGE_SHIFT + 1;
	KUNIT_EXPECT_FALSE(test, axle_pt_format_ok(&format));
}

static struct kunit_case pt_cases[] = {
	KUNIT_CASE_SLOW(any_changes_match_a_model),
	KUNIT_CASE(aligned_ranges_get_large_pages),
	KUNIT_CASE(a_target_out_of_line_gets_small_pages),
	KUNIT_CASE(the_ends_of_the_space_can_be_mapped),
	KUNIT_CASE(what_was_not_mapped_needs_no_flush),
	KUNIT_CASE(formats_that_contradict_themselves_are_refused),
	{}
};

struct kunit_suite pt_suite = {
	.name = "axle_pt",
	.test_cases = pt_cases,
};
