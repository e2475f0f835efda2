// SPDX-License-Identifier: MIT
#include "check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TOLERANCE 3e-5

static bool same(float got, float want, float scale)
{
	if (isnan(want) || isinf(want))
		return isnan(want) ? isnan(got) : got == want;
	return fabsf(got - want) <= TOLERANCE * scale;
}

/* The tolerance follows the largest number: sums cancel. */
static bool near(const struct net_row *row, const struct net *net,
		 const float *got, const float *want)
{
	size_t count = net->out_size / sizeof(float);
	float scale = 1;

	for (size_t i = 0; i < count; i++)
		if (isfinite(want[i]) && fabsf(want[i]) > scale)
			scale = fabsf(want[i]);
	for (size_t i = 0; i < count; i++) {
		if (same(got[i], want[i], scale))
			continue;
		tap_note("%s: element %zu is %g, not %g", row->sentence, i,
			 (double)got[i], (double)want[i]);
		return false;
	}
	return true;
}

static void check_isa(const struct net_row *row, const struct net *net,
		      const float *want, unsigned int isa)
{
	float *first, *again;
	int error;

	first = net_run(net, isa, 1, &error);
	if (error == -EOPNOTSUPP) /* another processor's */
		return;
	TAP_REQUIRE(error == 0);
	TAP_CHECK(near(row, net, first, want));
	for (unsigned int threads = 1; threads <= 4; threads++) {
		again = net_run(net, isa, threads, &error);
		if (TAP_CHECK(error == 0) &&
		    !TAP_CHECK(memcmp(first, again, net->out_size) == 0))
			tap_note("%s: isa %u, %u threads", row->sentence, isa,
				 threads);
		free(again);
	}
	free(first);
}

void check_row(const struct net_row *row)
{
	struct net net;
	float *want;
	int error;

	TAP_REQUIRE(net_make(&net, row));
	want = net_run(&net, AXT_ISA_PORTABLE, 1, &error);
	if (TAP_CHECK(want))
		for (unsigned int isa = AXT_ISA_BASE; isa < AXT_ISA_BEST; isa++)
			check_isa(row, &net, want, isa);
	free(want);
	net_clear(&net);
}

void check_rows(const struct net_row *rows)
{
	for (; rows->sentence; rows++)
		check_row(rows);
}
