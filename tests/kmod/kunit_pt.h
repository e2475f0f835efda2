/* SPDX-License-Identifier: GPL-2.0-only */
/* Page tables in ordinary memory, and the device's way through them. */
#ifndef _AXLE_KUNIT_PT_H_
#define _AXLE_KUNIT_PT_H_

#include <kunit/test.h>
#include <linux/atomic.h>

#include <axle/axle_pt.h>

#define TREE_PRESENT 1ull
#define TREE_WRITE 2ull
#define TREE_LARGE 4ull
#define TREE_DEVICE 8ull
#define TREE_BITS (TREE_WRITE | TREE_DEVICE)
#define TREE_PAGE 4096ull

/**
 * struct tree - Page tables whose tables are counted.
 */
struct tree {
	/** @pt: The page tables. */
	struct axle_pt pt;
	/** @tables: Tables that there are now, spare ones among them. */
	atomic_t tables;
};

/**
 * struct tree_change - One change.
 */
struct tree_change {
	/** @address: Where. */
	u64 address;
	/** @size: Bytes. */
	u64 size;
	/** @target: Of what; for map. */
	u64 target;
	/** @bits: Some of %TREE_BITS. */
	u64 bits;
	/** @map: Or unmap. */
	bool map;
};

/* As docs/vnpu.md has it: 4 KiB and 2 MiB, three levels. */
extern const struct axle_pt_format tree_format;
/* 2048 small pages in all, pages at three of the four levels. */
extern const struct axle_pt_format tree_small_format;

int tree_init(struct tree *tree, const struct axle_pt_format *format);
void tree_fini(struct tree *tree);

/*
 * Count, allocate and make changes; @batch has what left the tree, for
 * axle_pt_batch_fini().
 */
int tree_apply(struct tree *tree, struct axle_pt_batch *batch,
	       const struct tree_change *changes, unsigned int count);

/* The same, to the end. */
int tree_change(struct tree *tree, const struct tree_change *change);

/*
 * The entry that the device finds for an address, or zero; the address in it is
 * that of the byte. @level says the size of its page.
 */
u64 tree_walk(struct tree *tree, u64 address, unsigned int *level);

extern struct kunit_suite pt_suite;
extern struct kunit_suite pt_race_suite;
extern struct kunit_suite vnpu_suite;

#endif
