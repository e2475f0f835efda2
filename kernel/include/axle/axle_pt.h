/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Page tables of on-chip MMUs, their layout as data. Nothing here knows of a
 * device or of DRM: a table is memory that two callbacks give and take.
 */
#ifndef _AXLE_PT_H_
#define _AXLE_PT_H_

#include <linux/list.h>
#include <linux/types.h>

/** define AXLE_PT_LEVELS_MAX - Levels that page tables can have. */
#define AXLE_PT_LEVELS_MAX 5

/**
 * struct axle_pt_level - One level of the page tables.
 */
struct axle_pt_level {
	/** @bits: Bits of the address that index a table. */
	u8 bits;
	/** @page: An entry can be a page; always set at level 0. */
	bool page;
	/** @page_bits: Bits of an entry that is a page, such as "present". */
	u64 page_bits;
	/** @table_bits: Bits of an entry that is a table of the level below. */
	u64 table_bits;
};

/**
 * struct axle_pt_format - Layout of page tables; a driver has it const.
 *
 * An entry is a little-endian 64-bit word, and zero is one that is not there.
 * A table takes 8 bytes an entry.
 */
struct axle_pt_format {
	/** @page_shift: Bits of the smallest page. */
	u8 page_shift;
	/** @num_levels: Elements in @levels that are used. */
	u8 num_levels;
	/** @levels: Level 0 has the smallest pages, the last is the root. */
	struct axle_pt_level levels[AXLE_PT_LEVELS_MAX];
	/** @root_bits: Bits that go with the root's address. */
	u64 root_bits;
	/** @address_mask: Bits of an entry that hold an address. */
	u64 address_mask;
	/** @write: Bit of a page that may be written. */
	u64 write;
	/** @device: Bit of a page that is in device memory. */
	u64 device;
};

/**
 * struct axle_pt_memory - Where tables come from.
 */
struct axle_pt_memory {
	/** @alloc: Return a zeroed table and store its address for the device. */
	void *(*alloc)(void *data, dma_addr_t *dma);
	/** @free: Take it back. */
	void (*free)(void *data, void *entries, dma_addr_t dma);
	/** @data: Passed to both. */
	void *data;
};

/**
 * struct axle_pt_table - The kernel's side of a table.
 */
struct axle_pt_table {
	/** @link: In a list of &struct axle_pt_batch while not in the tree. */
	struct list_head link;
	/** @entries: What the device reads. */
	__le64 *entries;
	/** @dma: Where the device finds them. */
	dma_addr_t dma;
	/** @used: Entries that are not zero. */
	unsigned int used;
	/** @children: Tables behind the entries; NULL at level 0. */
	struct axle_pt_table **children;
};

/**
 * struct axle_pt - The page tables of one address space.
 *
 * Not locked: whoever changes them is alone with them.
 */
struct axle_pt {
	/** @format: Their layout. */
	const struct axle_pt_format *format;
	/** @memory: Where tables come from. */
	struct axle_pt_memory memory;
	/** @root: The root. */
	struct axle_pt_table *root;
	/** @shifts: Of axle_pt_shift(), by level. */
	u8 shifts[AXLE_PT_LEVELS_MAX];
};

/**
 * struct axle_pt_need - How many tables a series of changes can need.
 *
 * An upper bound that does not look at the tables there are, so that it can be
 * had long before the changes are made. Zeroed to begin with.
 */
struct axle_pt_need {
	/** @leaf: Tables of level 0. */
	unsigned int leaf;
	/** @inner: Tables of the levels above. */
	unsigned int inner;
	/** @last: Per level, one more than the last table that was counted. */
	u64 last[AXLE_PT_LEVELS_MAX];
};

/**
 * struct axle_pt_batch - A series of changes between two flushes.
 */
struct axle_pt_batch {
	/** @leaf: Spare tables of level 0. */
	struct list_head leaf;
	/** @inner: Spare tables of the levels above. */
	struct list_head inner;
	/** @dead: Tables that have left the tree; the device may know them. */
	struct list_head dead;
	/** @first: First address whose entry was changed or cleared. */
	u64 first;
	/** @end: Behind the last such address; not above @first if none was. */
	u64 end;
};

bool axle_pt_format_ok(const struct axle_pt_format *format);
unsigned int axle_pt_shift(const struct axle_pt_format *format,
			   unsigned int level);
size_t axle_pt_table_size(const struct axle_pt_format *format);
unsigned int axle_pt_address_bits(const struct axle_pt_format *format);

int axle_pt_init(struct axle_pt *pt, const struct axle_pt_format *format,
		 const struct axle_pt_memory *memory);
void axle_pt_fini(struct axle_pt *pt);
u64 axle_pt_root(const struct axle_pt *pt);

void axle_pt_need_map(const struct axle_pt_format *format,
		      struct axle_pt_need *need, u64 address, u64 target,
		      u64 size);
void axle_pt_need_unmap(const struct axle_pt_format *format,
			struct axle_pt_need *need, u64 address, u64 size);

void axle_pt_batch_init(struct axle_pt_batch *batch);
int axle_pt_batch_reserve(const struct axle_pt *pt, struct axle_pt_batch *batch,
			  const struct axle_pt_need *need);
void axle_pt_batch_fini(const struct axle_pt *pt, struct axle_pt_batch *batch);

void axle_pt_map(struct axle_pt *pt, struct axle_pt_batch *batch, u64 address,
		 u64 target, u64 size, u64 bits);
void axle_pt_unmap(struct axle_pt *pt, struct axle_pt_batch *batch, u64 address,
		   u64 size);

#endif
