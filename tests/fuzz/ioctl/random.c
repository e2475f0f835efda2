// SPDX-License-Identifier: MIT
#include "fuzz.h"

/* SplitMix64, which any two seeds serve. */
uint64_t rng_next(struct rng *rng)
{
	uint64_t x = rng->state += 0x9e3779b97f4a7c15ull;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ull;
	x = (x ^ x >> 27) * 0x94d049bb133111ebull;
	return x ^ x >> 31;
}

struct rng rng_seed(uint64_t seed, uint64_t stream)
{
	struct rng rng = { .state = seed };

	rng.state = rng_next(&rng) ^ stream * 0xd6e8feb86659fd93ull;
	rng_next(&rng);
	return rng;
}

uint32_t rng_below(struct rng *rng, uint32_t limit)
{
	return limit ? (rng_next(rng) >> 32) % limit : 0;
}

bool rng_one_in(struct rng *rng, uint32_t n)
{
	return rng_below(rng, n) == 0;
}

uint64_t rng_wild(struct rng *rng)
{
	static const uint64_t values[] = {
		0,	    1,		2,	    3,		7,
		63,	    64,		65,	    255,	4095,
		4096,	    4097,	65535,	    65536,	1u << 20,
		1u << 21,   1u << 30,	INT32_MAX,  1u << 31,	UINT32_MAX - 1,
		UINT32_MAX, 1ull << 32, 1ull << 39, 1ull << 42, 1ull << 63,
		INT64_MAX,  UINT64_MAX, -4096ull,   -4095ull,	-1ull << 39,
	};
	uint64_t value =
		values[rng_below(rng, sizeof(values) / sizeof(values[0]))];

	switch (rng_below(rng, 4)) {
	case 0:
		return rng_next(rng) >> rng_below(rng, 64);
	case 1:
		return 1ull << rng_below(rng, 64);
	}
	return value;
}
