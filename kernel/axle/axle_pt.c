// SPDX-License-Identifier: GPL-2.0-only
/*
 * The page-table builder: a tree of tables with a shadow that the kernel
 * walks, after a layout that is data.
 *
 * Changes cannot fail: the tables that they can need are counted first
 * (axle_pt_need_map() and its pair), allocated into a batch, and taken from
 * there. A table that leaves the tree goes into the batch, too, as the device
 * may know it until it is flushed. Each entry changes by one store of 64 bits,
 * after what it points to is complete, so a device that looks at any time sees
 * the old or the new mapping. There is no lock: see &struct axle_pt.
 */
#include <linux/bits.h>
#include <linux/export.h>
#include <linux/minmax.h>
#include <linux/slab.h>

#include <asm/barrier.h>

#include "axle_pt_layout.h"

static u64 axle_pt_step(const struct axle_pt *pt, unsigned int level)
{
	return 1ull << pt->shifts[level];
}

static unsigned int axle_pt_index(const struct axle_pt *pt, unsigned int level,
				  u64 address)
{
	return (address >> pt->shifts[level]) &
	       (BIT(pt->format->levels[level].bits) - 1);
}

static void axle_pt_free_table(const struct axle_pt *pt,
			       struct axle_pt_table *table)
{
	pt->memory.free(pt->memory.data, table->entries, table->dma);
	kfree(table->children);
	kfree(table);
}

static struct axle_pt_table *axle_pt_alloc_table(const struct axle_pt *pt,
						 bool inner)
{
	size_t count = axle_pt_table_size(pt->format) / sizeof(__le64);
	struct axle_pt_table *table = kzalloc(sizeof(*table), GFP_KERNEL);

	if (!table)
		return NULL;
	if (inner) {
		table->children =
			kcalloc(count, sizeof(*table->children), GFP_KERNEL);
		if (!table->children)
			goto err_table;
	}
	table->entries = pt->memory.alloc(pt->memory.data, &table->dma);
	if (!table->entries)
		goto err_children;
	return table;

err_children:
	kfree(table->children);
err_table:
	kfree(table);
	return NULL;
}

/**
 * axle_pt_init() - Make the root of an address space.
 * @pt: zeroed
 * @format: the layout
 * @memory: where tables come from
 *
 * Return: 0 or -ENOMEM.
 */
int axle_pt_init(struct axle_pt *pt, const struct axle_pt_format *format,
		 const struct axle_pt_memory *memory)
{
	unsigned int i;

	pt->format = format;
	pt->memory = *memory;
	for (i = 0; i < format->num_levels; i++)
		pt->shifts[i] = axle_pt_shift(format, i);
	pt->root = axle_pt_alloc_table(pt, format->num_levels > 1);
	return pt->root ? 0 : -ENOMEM;
}

static void axle_pt_free_list(const struct axle_pt *pt, struct list_head *list)
{
	struct axle_pt_table *table, *next;

	list_for_each_entry_safe(table, next, list, link)
		axle_pt_free_table(pt, table);
	INIT_LIST_HEAD(list);
}

/* Puts a table and all below it into a list. */
static void axle_pt_detach(const struct axle_pt *pt,
			   struct axle_pt_table *table, unsigned int level,
			   struct list_head *list)
{
	unsigned int i;

	for (i = 0; level && i < BIT(pt->format->levels[level].bits); i++)
		if (table->children[i])
			axle_pt_detach(pt, table->children[i], level - 1, list);
	list_add_tail(&table->link, list);
}

/**
 * axle_pt_fini() - Free all tables.
 * @pt: the page tables, which the device uses no more
 */
void axle_pt_fini(struct axle_pt *pt)
{
	LIST_HEAD(dead);

	if (!pt->root)
		return;
	axle_pt_detach(pt, pt->root, pt->format->num_levels - 1, &dead);
	axle_pt_free_list(pt, &dead);
	pt->root = NULL;
}

/**
 * axle_pt_root() - The root, for the device.
 * @pt: the page tables
 *
 * Return: its address and &axle_pt_format.root_bits.
 */
u64 axle_pt_root(const struct axle_pt *pt)
{
	return pt->root->dma | pt->format->root_bits;
}
EXPORT_SYMBOL_GPL(axle_pt_root);

/**
 * axle_pt_batch_init() - Begin a series of changes.
 * @batch: the batch
 */
void axle_pt_batch_init(struct axle_pt_batch *batch)
{
	INIT_LIST_HEAD(&batch->leaf);
	INIT_LIST_HEAD(&batch->inner);
	INIT_LIST_HEAD(&batch->dead);
	batch->first = U64_MAX;
	batch->end = 0;
}

static int axle_pt_reserve(const struct axle_pt *pt, struct list_head *list,
			   unsigned int count, bool inner)
{
	struct axle_pt_table *table;

	while (count--) {
		table = axle_pt_alloc_table(pt, inner);
		if (!table)
			return -ENOMEM;
		list_add(&table->link, list);
	}
	return 0;
}

/**
 * axle_pt_batch_reserve() - Allocate the tables of a series of changes.
 * @pt: the page tables
 * @batch: the batch
 * @need: how many
 *
 * Return: 0 or -ENOMEM; axle_pt_batch_fini() frees what there is.
 */
int axle_pt_batch_reserve(const struct axle_pt *pt, struct axle_pt_batch *batch,
			  const struct axle_pt_need *need)
{
	int err = axle_pt_reserve(pt, &batch->leaf, need->leaf, false);

	return err ?: axle_pt_reserve(pt, &batch->inner, need->inner, true);
}

/**
 * axle_pt_batch_fini() - Free the tables that were not needed, and those that
 * have left the tree.
 * @pt: the page tables
 * @batch: the batch, whose changes have been flushed
 */
void axle_pt_batch_fini(const struct axle_pt *pt, struct axle_pt_batch *batch)
{
	axle_pt_free_list(pt, &batch->leaf);
	axle_pt_free_list(pt, &batch->inner);
	axle_pt_free_list(pt, &batch->dead);
}

static struct axle_pt_table *axle_pt_take(struct axle_pt_batch *batch,
					  unsigned int level)
{
	struct list_head *list = level ? &batch->inner : &batch->leaf;
	struct axle_pt_table *table;

	table = list_first_entry_or_null(list, struct axle_pt_table, link);
	if (WARN_ON_ONCE(!table))
		return NULL; /* was counted wrong: the range is not mapped */
	list_del(&table->link);
	return table;
}

/* The device may have the entries of this range. */
static void axle_pt_touch(struct axle_pt_batch *batch, u64 address, u64 size)
{
	batch->first = min(batch->first, address);
	batch->end = max(batch->end, address + size);
}

/*
 * Writes an entry and takes the table that was behind it out of the tree.
 * @address is any in the range of the entry.
 */
static void axle_pt_set(struct axle_pt *pt, struct axle_pt_batch *batch,
			struct axle_pt_table *table, unsigned int level,
			u64 address, u64 entry)
{
	unsigned int i = axle_pt_index(pt, level, address);
	u64 old = le64_to_cpu(table->entries[i]);
	u64 span = axle_pt_step(pt, level);

	if (old == entry)
		return;
	WRITE_ONCE(table->entries[i], cpu_to_le64(entry));
	table->used += !old;
	table->used -= !entry;
	if (old)
		axle_pt_touch(batch, round_down(address, span), span);
	if (table->children && table->children[i]) {
		axle_pt_detach(pt, table->children[i], level - 1, &batch->dead);
		table->children[i] = NULL;
	}
}

/* Fills a table with the smaller pages of which a page consists. */
static void axle_pt_split(struct axle_pt *pt, struct axle_pt_table *table,
			  unsigned int level, u64 page)
{
	const struct axle_pt_format *format = pt->format;
	unsigned int count = BIT(format->levels[level].bits);
	u64 keep = format->address_mask | format->write | format->device;
	u64 entry = (page & keep) | format->levels[level].page_bits;
	unsigned int i;

	for (i = 0; i < count; i++) {
		table->entries[i] = cpu_to_le64(entry);
		entry += axle_pt_step(pt, level);
	}
	table->used = count;
}

/* The table below an entry; made if there is none or if there is a page. */
static struct axle_pt_table *axle_pt_child(struct axle_pt *pt,
					   struct axle_pt_batch *batch,
					   struct axle_pt_table *table,
					   unsigned int level, u64 address)
{
	unsigned int i = axle_pt_index(pt, level, address);
	u64 old = le64_to_cpu(table->entries[i]);
	struct axle_pt_table *child;

	if (table->children[i])
		return table->children[i];
	child = axle_pt_take(batch, level - 1);
	if (!child)
		return NULL;
	if (old)
		axle_pt_split(pt, child, level - 1, old);
	/* The device sees the table before it sees what points to it. */
	dma_wmb();
	axle_pt_set(pt, batch, table, level, address,
		    child->dma | pt->format->levels[level].table_bits);
	table->children[i] = child;
	return child;
}

static struct axle_pt_table *axle_pt_descend(struct axle_pt *pt,
					     struct axle_pt_batch *batch,
					     u64 address, unsigned int level)
{
	struct axle_pt_table *table = pt->root;
	unsigned int i;

	for (i = pt->format->num_levels - 1; table && i > level; i--)
		table = axle_pt_child(pt, batch, table, i, address);
	return table;
}

/**
 * axle_pt_map() - Map a contiguous stretch, over whatever was there.
 * @pt: the page tables
 * @batch: has the tables that axle_pt_need_map() counted
 * @address: where
 * @target: of what
 * @size: bytes
 * @bits: &axle_pt_format.write and &axle_pt_format.device, or not
 */
void axle_pt_map(struct axle_pt *pt, struct axle_pt_batch *batch, u64 address,
		 u64 target, u64 size, u64 bits)
{
	const struct axle_pt_format *format = pt->format;

	while (size) {
		unsigned int level = axle_pt_fit(format, address, target, size);
		u64 chunk = axle_pt_chunk(format, level, address, size);
		u64 entry = bits | format->levels[level].page_bits;
		u64 step = axle_pt_step(pt, level);
		struct axle_pt_table *table;
		u64 done;

		table = axle_pt_descend(pt, batch, address, level);
		if (!table)
			return;
		for (done = 0; done < chunk; done += step)
			axle_pt_set(pt, batch, table, level, address + done,
				    (target + done) | entry);
		address += chunk;
		target += chunk;
		size -= chunk;
	}
}

static void axle_pt_clear(struct axle_pt *pt, struct axle_pt_batch *batch,
			  struct axle_pt_table *table, unsigned int level,
			  u64 address, u64 size);

/* Takes away what is behind one entry, or a part of it. */
static void axle_pt_clear_entry(struct axle_pt *pt, struct axle_pt_batch *batch,
				struct axle_pt_table *table, unsigned int level,
				u64 address, u64 size)
{
	struct axle_pt_table *child;

	if (size < axle_pt_step(pt, level)) {
		child = axle_pt_child(pt, batch, table, level, address);
		if (!child)
			return;
		axle_pt_clear(pt, batch, child, level - 1, address, size);
		if (child->used)
			return;
	}
	axle_pt_set(pt, batch, table, level, address, 0);
}

/* As deep as there are levels. */
static void axle_pt_clear(struct axle_pt *pt, struct axle_pt_batch *batch,
			  struct axle_pt_table *table, unsigned int level,
			  u64 address, u64 size)
{
	u64 span = axle_pt_step(pt, level);

	while (size && table->used) {
		unsigned int i = axle_pt_index(pt, level, address);
		u64 step = min(round_up(address + 1, span) - address, size);

		if (table->entries[i])
			axle_pt_clear_entry(pt, batch, table, level, address,
					    step);
		address += step;
		size -= step;
	}
}

/**
 * axle_pt_unmap() - Take away what is mapped in a range.
 * @pt: the page tables
 * @batch: has the tables that axle_pt_need_unmap() counted
 * @address: where
 * @size: bytes
 *
 * Tables that become empty leave the tree, but for the root.
 */
void axle_pt_unmap(struct axle_pt *pt, struct axle_pt_batch *batch, u64 address,
		   u64 size)
{
	axle_pt_clear(pt, batch, pt->root, pt->format->num_levels - 1, address,
		      size);
}
