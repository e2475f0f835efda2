// SPDX-License-Identifier: MIT
/* Disjoint intervals: bitmaps of bitmaps over the sorted starts. */
#include "interval.h"

#include <errno.h>
#include <stdlib.h>

#define NONE UINT32_MAX

static int compare(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

int axt_intervals_init(struct axt_intervals *set, uint64_t *starts,
		       uint32_t count)
{
	uint32_t bits, unique = 0;

	*set = (struct axt_intervals){ .start = starts };
	if (count)
		qsort(starts, count, sizeof(*starts), compare);
	for (uint32_t i = 0; i < count; i++)
		if (!i || starts[i] != starts[unique - 1])
			starts[unique++] = starts[i];
	set->count = unique;
	set->end = calloc(unique + 1, sizeof(*set->end));
	bits = unique;
	for (int i = 0; i < AXT_INTERVAL_LEVELS; i++) {
		bits = bits / 64 + 1;
		set->level[i] = calloc(bits, sizeof(*set->level[i]));
		if (!set->level[i] || !set->end) {
			axt_intervals_fini(set);
			return -ENOMEM;
		}
	}
	return 0;
}

void axt_intervals_fini(struct axt_intervals *set)
{
	for (int i = 0; i < AXT_INTERVAL_LEVELS; i++)
		free(set->level[i]);
	free(set->end);
	free(set->start);
	*set = (struct axt_intervals){ 0 };
}

/* The place of an offset that is there. */
static uint32_t place_of(const struct axt_intervals *set, uint64_t offset)
{
	uint32_t low = 0, high = set->count;

	while (high - low > 1) {
		uint32_t middle = low + (high - low) / 2;

		if (set->start[middle] <= offset)
			low = middle;
		else
			high = middle;
	}
	return low;
}

static void set_bit(struct axt_intervals *set, uint32_t place)
{
	for (int i = 0; i < AXT_INTERVAL_LEVELS; i++, place /= 64)
		set->level[i][place / 64] |= 1ull << place % 64;
}

static void clear_bit(struct axt_intervals *set, uint32_t place)
{
	for (int i = 0; i < AXT_INTERVAL_LEVELS; i++, place /= 64) {
		set->level[i][place / 64] &= ~(1ull << place % 64);
		if (set->level[i][place / 64])
			return;
	}
}

/* The last bit that is set, up to and including this one. */
static uint32_t last_until(const struct axt_intervals *set, uint32_t place)
{
	for (int i = 0; i < AXT_INTERVAL_LEVELS; i++) {
		uint64_t word = set->level[i][place / 64] &
				(~0ull >> (63 - place % 64));

		if (word) {
			place = place / 64 * 64 + 63 - __builtin_clzll(word);
			while (i--)
				place = place * 64 + 63 -
					__builtin_clzll(set->level[i][place]);
			return place;
		}
		if (place < 64)
			return NONE;
		place = place / 64 - 1;
	}
	return NONE;
}

/* The first bit that is set, from this one on. */
static uint32_t first_from(const struct axt_intervals *set, uint32_t place)
{
	uint32_t words = set->count;

	for (int i = 0; i < AXT_INTERVAL_LEVELS; i++) {
		uint64_t word;

		words = words / 64 + 1;
		if (place / 64 >= words)
			return NONE;
		word = set->level[i][place / 64] & (~0ull << place % 64);
		if (word) {
			place = place / 64 * 64 + __builtin_ctzll(word);
			while (i--)
				place = place * 64 +
					__builtin_ctzll(set->level[i][place]);
			return place;
		}
		place = place / 64 + 1;
	}
	return NONE;
}

bool axt_intervals_cover(const struct axt_intervals *set, uint64_t offset,
			 uint64_t size)
{
	uint32_t at = last_until(set, place_of(set, offset));

	return at != NONE && offset + size <= set->end[at];
}

void axt_intervals_define(struct axt_intervals *set, uint64_t offset,
			  uint64_t size)
{
	uint32_t place = place_of(set, offset);
	uint32_t at = last_until(set, place);

	if (at != NONE && set->end[at] > offset)
		clear_bit(set, at);
	while ((at = first_from(set, place)) != NONE &&
	       set->start[at] < offset + size)
		clear_bit(set, at);
	set_bit(set, place);
	set->end[place] = offset + size;
}
