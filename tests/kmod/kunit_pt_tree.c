// SPDX-License-Identifier: GPL-2.0-only
/* Page tables in ordinary memory, and the device's way through them. */
#include <linux/io.h>
#include <linux/slab.h>

#include "kunit_pt.h"

#define TREE_ADDRESS GENMASK_ULL(51, 12)

const struct axle_pt_format tree_format = {
	.page_shift = 12,
	.num_levels = 3,
	.levels = {
		{ .bits = 9, .page = true, .page_bits = TREE_PRESENT },
		{ .bits = 9, .page = true,
		  .page_bits = TREE_PRESENT | TREE_LARGE,
		  .table_bits = TREE_PRESENT },
		{ .bits = 9, .table_bits = TREE_PRESENT },
	},
	.root_bits = TREE_PRESENT,
	.address_mask = TREE_ADDRESS,
	.write = TREE_WRITE,
	.device = TREE_DEVICE,
};

/* Tables are aligned to a page for the sake of the address mask. */
const struct axle_pt_format tree_small_format = {
	.page_shift = 12,
	.num_levels = 4,
	.levels = {
		{ .bits = 3, .page = true, .page_bits = TREE_PRESENT },
		{ .bits = 2, .page = true,
		  .page_bits = TREE_PRESENT | TREE_LARGE,
		  .table_bits = TREE_PRESENT },
		{ .bits = 4, .page = true,
		  .page_bits = TREE_PRESENT | TREE_LARGE,
		  .table_bits = TREE_PRESENT },
		{ .bits = 2, .table_bits = TREE_PRESENT },
	},
	.root_bits = TREE_PRESENT,
	.address_mask = TREE_ADDRESS,
	.write = TREE_WRITE,
	.device = TREE_DEVICE,
};

static void *tree_alloc(void *data, dma_addr_t *dma)
{
	struct tree *tree = data;
	void *table = kzalloc(PAGE_SIZE, GFP_KERNEL);

	if (!table)
		return NULL;
	atomic_inc(&tree->tables);
	*dma = virt_to_phys(table);
	return table;
}

static void tree_free(void *data, void *entries, dma_addr_t dma)
{
	struct tree *tree = data;

	atomic_dec(&tree->tables);
	kfree(entries);
}

int tree_init(struct tree *tree, const struct axle_pt_format *format)
{
	const struct axle_pt_memory memory = { tree_alloc, tree_free, tree };

	memset(tree, 0, sizeof(*tree));
	if (!axle_pt_format_ok(format) ||
	    axle_pt_table_size(format) > PAGE_SIZE)
		return -EINVAL;
	return axle_pt_init(&tree->pt, format, &memory);
}

void tree_fini(struct tree *tree)
{
	axle_pt_fini(&tree->pt);
}

static void tree_count(const struct axle_pt_format *format,
		       struct axle_pt_need *need,
		       const struct tree_change *change)
{
	if (change->map)
		axle_pt_need_map(format, need, change->address, change->target,
				 change->size);
	else
		axle_pt_need_unmap(format, need, change->address, change->size);
}

static void tree_make(struct axle_pt *pt, struct axle_pt_batch *batch,
		      const struct tree_change *change)
{
	if (change->map)
		axle_pt_map(pt, batch, change->address, change->target,
			    change->size, change->bits);
	else
		axle_pt_unmap(pt, batch, change->address, change->size);
}

int tree_apply(struct tree *tree, struct axle_pt_batch *batch,
	       const struct tree_change *changes, unsigned int count)
{
	struct axle_pt_need need = {};
	unsigned int i;
	int err;

	axle_pt_batch_init(batch);
	for (i = 0; i < count; i++)
		tree_count(tree->pt.format, &need, &changes[i]);
	err = axle_pt_batch_reserve(&tree->pt, batch, &need);
	for (i = 0; i < count && !err; i++)
		tree_make(&tree->pt, batch, &changes[i]);
	return err;
}

int tree_change(struct tree *tree, const struct tree_change *change)
{
	struct axle_pt_batch batch;
	int err = tree_apply(tree, &batch, change, 1);

	axle_pt_batch_fini(&tree->pt, &batch);
	return err;
}

/* Knows nothing of the kernel's shadow. */
u64 tree_walk(struct tree *tree, u64 address, unsigned int *level)
{
	const struct axle_pt_format *format = tree->pt.format;
	u64 entry = axle_pt_root(&tree->pt);
	unsigned int i;

	for (i = format->num_levels; i--;) {
		const __le64 *table = phys_to_virt(entry & TREE_ADDRESS);
		unsigned int shift = axle_pt_shift(format, i);
		u64 index = address >> shift;

		index &= (1ull << format->levels[i].bits) - 1;
		entry = le64_to_cpu(READ_ONCE(table[index]));
		if (!entry)
			break;
		if (i && !(entry & TREE_LARGE))
			continue;
		*level = i;
		return entry + (address & ((1ull << shift) - 1));
	}
	return 0;
}
