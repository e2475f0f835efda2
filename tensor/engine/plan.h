/* SPDX-License-Identifier: MIT */
/*
 * How one operation will be executed. Kernels that need a processor feature
 * make plans for the forms of an operation that they take; the portable
 * kernels take the rest.
 */
#ifndef AXT_PLAN_H
#define AXT_PLAN_H

#include <stdbool.h>

#include "kernel.h"

typedef void axt_plan_fn(const void *state, const struct axt_call *call,
			 unsigned int part, unsigned int parts);

struct axt_plan {
	/* As the run() of a kernel; state is the plan's. */
	axt_plan_fn *run;
	const void *state;
	void *owned; /* what free() gets in the end, or NULL */
	size_t size; /* bytes of that */
	size_t scratch; /* bytes for one part, a multiple of 64 */
	unsigned int parts_max;
	double cost; /* about how many ns it takes on one thread */
};

/*
 * Fills the plan. Of the call's data, constants alone are there, the rest is
 * NULL. EOPNOTSUPP: not a form that is taken; ENOMEM.
 */
typedef int axt_plan_maker(const struct axt_call *call, struct axt_plan *plan);

/* By code; NULL where there is none. */
struct axt_plan_makers {
	axt_plan_maker *make[AXT_CODE_END];
};

/* Of the best instructions up to isa; NULL: EOPNOTSUPP, or portable. */
int axt_plan_makers_for(unsigned int isa, const struct axt_plan_makers **out);

/* With the portable kernel. */
void axt_plan_portable(const struct axt_call *call, struct axt_plan *plan);

#endif
