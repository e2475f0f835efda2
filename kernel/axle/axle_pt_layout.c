// SPDX-License-Identifier: GPL-2.0-only
/*
 * The arithmetic of page tables: which pages a mapping is made of, and how many
 * tables a series of changes can need. Pure functions of a layout, without
 * state, lock or allocation.
 */
#include <linux/bits.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "axle_pt_layout.h"

/**
 * axle_pt_shift() - Bits of an address that an entry of a level covers.
 * @format: the layout
 * @level: up to the number of levels, which gives the whole address
 *
 * Return: the logarithm of the bytes behind one entry.
 */
unsigned int axle_pt_shift(const struct axle_pt_format *format,
			   unsigned int level)
{
	unsigned int shift = format->page_shift;
	unsigned int i;

	for (i = 0; i < level; i++)
		shift += format->levels[i].bits;
	return shift;
}

/**
 * axle_pt_address_bits() - Width of the addresses that are translated.
 * @format: the layout
 *
 * Return: bits.
 */
unsigned int axle_pt_address_bits(const struct axle_pt_format *format)
{
	return axle_pt_shift(format, format->num_levels);
}
EXPORT_SYMBOL_GPL(axle_pt_address_bits);

/**
 * axle_pt_span() - Bytes behind one entry of a level.
 * @format: the layout
 * @level: up to the number of levels
 *
 * Return: bytes.
 */
u64 axle_pt_span(const struct axle_pt_format *format, unsigned int level)
{
	return 1ull << axle_pt_shift(format, level);
}

/**
 * axle_pt_table_size() - Bytes of the largest table.
 * @format: the layout
 *
 * All tables are allocated with this size, and aligned to it.
 *
 * Return: bytes.
 */
size_t axle_pt_table_size(const struct axle_pt_format *format)
{
	unsigned int bits = 0;
	unsigned int i;

	for (i = 0; i < format->num_levels; i++)
		bits = max_t(unsigned int, bits, format->levels[i].bits);
	return sizeof(__le64) << bits;
}

/**
 * axle_pt_format_ok() - Check a driver's layout.
 * @format: the layout
 *
 * Return: false if it contradicts itself or is not supported.
 */
bool axle_pt_format_ok(const struct axle_pt_format *format)
{
	unsigned int i;

	if (format->num_levels < 1 || format->num_levels > AXLE_PT_LEVELS_MAX ||
	    format->page_shift > PAGE_SHIFT || !format->levels[0].page ||
	    !format->levels[0].page_bits)
		return false;
	for (i = 0; i < format->num_levels; i++)
		if (!format->levels[i].bits || format->levels[i].bits > 12 ||
		    (i && !format->levels[i].table_bits))
			return false;
	return axle_pt_address_bits(format) < 64;
}

/**
 * axle_pt_fit() - The largest page that a mapping can begin with.
 * @format: the layout
 * @address: where
 * @target: of what
 * @size: bytes
 *
 * Return: the level of that page.
 */
unsigned int axle_pt_fit(const struct axle_pt_format *format, u64 address,
			 u64 target, u64 size)
{
	unsigned int level;

	for (level = format->num_levels - 1; level; level--) {
		u64 span = axle_pt_span(format, level);

		if (format->levels[level].page && size >= span &&
		    IS_ALIGNED(address | target, span))
			break;
	}
	return level;
}

static void axle_pt_need_table(struct axle_pt_need *need, unsigned int level)
{
	if (level)
		need->inner++;
	else
		need->leaf++;
}

/* The tables on the way to a page of this level that were not counted yet. */
static void axle_pt_need_path(const struct axle_pt_format *format,
			      struct axle_pt_need *need, u64 address,
			      unsigned int level)
{
	unsigned int i;

	for (i = level; i + 1 < format->num_levels; i++) {
		u64 table = (address >> axle_pt_shift(format, i + 1)) + 1;

		if (need->last[i] == table)
			break;
		need->last[i] = table;
		axle_pt_need_table(need, i);
	}
	/* A page replaces what was counted below it. */
	for (i = 0; i < level; i++)
		need->last[i] = 0;
}

/**
 * axle_pt_chunk() - How much of a mapping goes into one table.
 * @format: the layout
 * @level: of the pages, from axle_pt_fit()
 * @address: where
 * @size: bytes of the mapping
 *
 * Return: bytes, whole pages of this level.
 */
u64 axle_pt_chunk(const struct axle_pt_format *format, unsigned int level,
		  u64 address, u64 size)
{
	u64 span = axle_pt_span(format, level);
	u64 end = round_up(address + 1, axle_pt_span(format, level + 1));

	/* Of a page's level only what can be such pages. */
	return min(end - address, level ? round_down(size, span) : size);
}

/**
 * axle_pt_need_map() - Count the tables that a mapping can need.
 * @format: the layout
 * @need: is added to; changes are counted in the order they are made
 * @address: where, a multiple of the smallest page, as the others
 * @target: of what
 * @size: bytes
 */
void axle_pt_need_map(const struct axle_pt_format *format,
		      struct axle_pt_need *need, u64 address, u64 target,
		      u64 size)
{
	while (size) {
		unsigned int level = axle_pt_fit(format, address, target, size);
		u64 chunk = axle_pt_chunk(format, level, address, size);

		axle_pt_need_path(format, need, address, level);
		address += chunk;
		target += chunk;
		size -= chunk;
	}
}

/* A page that is cut at an edge needs tables down to pages that are not. */
static void axle_pt_need_edge(const struct axle_pt_format *format,
			      struct axle_pt_need *need, u64 edge)
{
	bool page = false;
	unsigned int level;

	for (level = format->num_levels - 1; level; level--) {
		page |= format->levels[level].page;
		if (page && !IS_ALIGNED(edge, axle_pt_span(format, level)))
			axle_pt_need_table(need, level - 1);
	}
}

/**
 * axle_pt_need_unmap() - Count the tables that taking a range away can need.
 * @format: the layout
 * @need: is added to; changes are counted in the order they are made
 * @address: where
 * @size: bytes
 */
void axle_pt_need_unmap(const struct axle_pt_format *format,
			struct axle_pt_need *need, u64 address, u64 size)
{
	axle_pt_need_edge(format, need, address);
	axle_pt_need_edge(format, need, address + size);
	/* What was counted may have become empty and left. */
	memset(need->last, 0, sizeof(need->last));
}
