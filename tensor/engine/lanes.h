/* SPDX-License-Identifier: MIT */
/*
 * A tensor seen as groups: the dimensions of a mask make up the members of a
 * group, the others number the groups. For reductions and normalisations.
 */
#ifndef AXT_LANES_H
#define AXT_LANES_H

#include "index.h"

struct axt_lanes {
	struct axt_index x;
	unsigned int kept; /* dimensions */
	unsigned int inner;
	size_t kept_dim[AXT_RANK_MAX];
	size_t kept_axis[AXT_RANK_MAX];
	size_t inner_dim[AXT_RANK_MAX];
	size_t inner_axis[AXT_RANK_MAX];
	size_t groups;
	size_t members; /* of one group */
};

/* A stretch of a group's members, at a constant distance. */
struct axt_lane {
	size_t coord[AXT_RANK_MAX]; /* of its first member */
	size_t at; /* in elements */
	size_t step;
	size_t length;
	size_t number; /* of its first member in the group */
};

void axt_lanes_init(struct axt_lanes *lanes, const struct axt_tensor *x,
		    unsigned int axes);

/* The first stretch of a group; false if it has no members. */
bool axt_lane_first(const struct axt_lanes *lanes, size_t group,
		    struct axt_lane *lane);
bool axt_lane_next(const struct axt_lanes *lanes, struct axt_lane *lane);

#endif
