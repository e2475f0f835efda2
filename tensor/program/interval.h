/* SPDX-License-Identifier: MIT */
/*
 * A set of disjoint intervals of bytes whose possible starts are known from
 * the beginning. Every operation takes time logarithmic in their number, but
 * for the removal of intervals, which each addition pays for once.
 */
#ifndef AXT_INTERVAL_H
#define AXT_INTERVAL_H

#include <stdbool.h>
#include <stdint.h>

/* 64 to this power is the most that there can be. */
#define AXT_INTERVAL_LEVELS 4

struct axt_intervals {
	uint32_t count; /* of possible starts */
	uint64_t *start; /* ascending */
	uint64_t *end; /* where the bit in level 0 is set */
	/* Bit i of level n + 1 says whether word i of level n is not zero. */
	uint64_t *level[AXT_INTERVAL_LEVELS];
};

/* Takes over the starts, which need not be sorted nor different, or frees. */
int axt_intervals_init(struct axt_intervals *set, uint64_t *starts,
		       uint32_t count);
void axt_intervals_fini(struct axt_intervals *set);

/* Whether one interval has all of it; the offset is a possible start. */
bool axt_intervals_cover(const struct axt_intervals *set, uint64_t offset,
			 uint64_t size);

/* Drops the intervals that it touches and adds it; size is not zero. */
void axt_intervals_define(struct axt_intervals *set, uint64_t offset,
			  uint64_t size);

#endif
