/* SPDX-License-Identifier: MIT */
/* A case that is run for both profiles: tap_data() points to the profile. */
#ifndef TESTS_VNPU_BOTH_H
#define TESTS_VNPU_BOTH_H

#include "host.h"
#include "tap.h"

static const uint32_t vnpu_edge = VNPU_PROFILE_EDGE;
static const uint32_t vnpu_datacenter = VNPU_PROFILE_DATACENTER;

#define BOTH(sentence, run)                                     \
	{ sentence " (edge)", run, &vnpu_edge },                \
	{                                                       \
		sentence " (datacenter)", run, &vnpu_datacenter \
	}
#define EDGE(sentence, run) { sentence, run, &vnpu_edge }
#define DATACENTER(sentence, run) { sentence, run, &vnpu_datacenter }

static inline uint32_t profile(void)
{
	return *(const uint32_t *)tap_data();
}

#endif
