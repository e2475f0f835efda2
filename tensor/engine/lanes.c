// SPDX-License-Identifier: MIT
#include "lanes.h"

#include <string.h>

void axt_lanes_init(struct axt_lanes *lanes, const struct axt_tensor *x,
		    unsigned int axes)
{
	memset(lanes, 0, sizeof(*lanes));
	axt_index_init(&lanes->x, x);
	lanes->groups = 1;
	lanes->members = 1;
	for (unsigned int d = 0; d < lanes->x.rank; d++) {
		size_t dim = lanes->x.dim[d];

		if (axes >> d & 1) {
			lanes->inner_axis[lanes->inner] = d;
			lanes->inner_dim[lanes->inner++] = dim;
			lanes->members *= dim;
		} else {
			lanes->kept_axis[lanes->kept] = d;
			lanes->kept_dim[lanes->kept++] = dim;
			lanes->groups *= dim;
		}
	}
}

bool axt_lane_first(const struct axt_lanes *lanes, size_t group,
		    struct axt_lane *lane)
{
	size_t coord[AXT_RANK_MAX] = { 0 };

	memset(lane, 0, sizeof(*lane));
	if (lanes->members == 0)
		return false;
	axt_coord(lanes->kept_dim, lanes->kept, group, coord);
	for (unsigned int d = 0; d < lanes->kept; d++)
		lane->coord[lanes->kept_axis[d]] = coord[d];
	lane->length = 1;
	if (lanes->inner) {
		lane->step =
			lanes->x.stride[lanes->inner_axis[lanes->inner - 1]];
		lane->length = lanes->inner_dim[lanes->inner - 1];
	}
	lane->at = axt_index_at(&lanes->x, lane->coord);
	return true;
}

bool axt_lane_next(const struct axt_lanes *lanes, struct axt_lane *lane)
{
	lane->number += lane->length;
	for (unsigned int d = lanes->inner; d-- > 1;) {
		size_t axis = lanes->inner_axis[d - 1];

		if (++lane->coord[axis] < lanes->inner_dim[d - 1]) {
			lane->at = axt_index_at(&lanes->x, lane->coord);
			return true;
		}
		lane->coord[axis] = 0;
	}
	return false;
}
