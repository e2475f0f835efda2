// SPDX-License-Identifier: GPL-2.0-only
/*
 * A device that looks at page tables while they change sees the old or the new
 * mapping, never a third, and never none where both have one.
 */
#include <linux/kthread.h>
#include <linux/rcupdate.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#include "kunit_pt.h"

#define ROUNDS 300

/**
 * struct watch - A thread that is the device.
 */
struct watch {
	/** @tree: What it looks at. */
	struct tree tree;
	/** @wrong: The first entry that was not as it should be. */
	u64 wrong;
	/** @looks: How often it has looked. */
	unsigned long looks;
};

/* In the large page that the test cuts, but not where it cuts. */
#define KEPT (SZ_2M + 7 * SZ_4K)

static int watch_thread(void *data)
{
	struct watch *watch = data;
	unsigned int level;
	u64 entry;

	while (!kthread_should_stop()) {
		rcu_read_lock();
		entry = tree_walk(&watch->tree, KEPT, &level) & ~TREE_LARGE;
		rcu_read_unlock();
		if (entry != (SZ_1G + 7 * SZ_4K + TREE_PRESENT))
			watch->wrong = entry ?: 1;
		watch->looks++;
		cond_resched();
	}
	return 0;
}

/* The end of the reader's section is when the device has flushed. */
static int watch_change(struct watch *watch, const struct tree_change *change)
{
	struct axle_pt_batch batch;
	int err = tree_apply(&watch->tree, &batch, change, 1);

	synchronize_rcu_expedited();
	axle_pt_batch_fini(&watch->tree.pt, &batch);
	return err;
}

static void cut_and_mend(struct kunit *test, struct watch *watch)
{
	const struct tree_change whole = {
		.address = SZ_2M,
		.size = SZ_2M,
		.target = SZ_1G,
		.map = true,
	};
	const struct tree_change cut = {
		.address = SZ_2M + SZ_1M,
		.size = SZ_64K,
	};
	unsigned int round;

	for (round = 0; round < ROUNDS; round++) {
		KUNIT_ASSERT_EQ(test, 0, watch_change(watch, &cut));
		KUNIT_ASSERT_EQ(test, 0, watch_change(watch, &whole));
	}
}

static void a_page_stays_while_that_around_it_is_cut(struct kunit *test)
{
	const struct tree_change whole = {
		.address = SZ_2M,
		.size = SZ_2M,
		.target = SZ_1G,
		.map = true,
	};
	struct watch *watch = kunit_kzalloc(test, sizeof(*watch), GFP_KERNEL);
	struct task_struct *thread;

	KUNIT_ASSERT_NOT_NULL(test, watch);
	KUNIT_ASSERT_EQ(test, 0, tree_init(&watch->tree, &tree_format));
	KUNIT_ASSERT_EQ(test, 0, tree_change(&watch->tree, &whole));
	thread = kthread_run(watch_thread, watch, "axle-kunit");
	KUNIT_ASSERT_FALSE(test, IS_ERR(thread));
	cut_and_mend(test, watch);
	kthread_stop(thread);
	KUNIT_EXPECT_EQ(test, watch->wrong, 0);
	KUNIT_EXPECT_GT(test, watch->looks, ROUNDS);
	tree_fini(&watch->tree);
	KUNIT_EXPECT_EQ(test, 0, atomic_read(&watch->tree.tables));
}

static struct kunit_case pt_race_cases[] = {
	KUNIT_CASE_SLOW(a_page_stays_while_that_around_it_is_cut), {}
};

struct kunit_suite pt_race_suite = {
	.name = "axle_pt_race",
	.test_cases = pt_race_cases,
};
