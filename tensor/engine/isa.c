// SPDX-License-Identifier: MIT
#include <errno.h>

#include "engine.h"
#include "plan.h"

extern const struct axt_plan_makers axt_plan_makers_base;
extern const struct axt_plan_makers axt_plan_makers_avx2;
extern const struct axt_plan_makers axt_plan_makers_avx512;

#if defined(__x86_64__)

static bool has_avx2(void)
{
	return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

static bool has_avx512(void)
{
	return has_avx2() && __builtin_cpu_supports("avx512f") &&
	       __builtin_cpu_supports("avx512bw") &&
	       __builtin_cpu_supports("avx512dq") &&
	       __builtin_cpu_supports("avx512vl");
}

static const struct axt_plan_makers *makers_of(unsigned int isa)
{
	if (isa == AXT_ISA_AVX512)
		return has_avx512() ? &axt_plan_makers_avx512 : NULL;
	if (isa == AXT_ISA_AVX2)
		return has_avx2() ? &axt_plan_makers_avx2 : NULL;
	return &axt_plan_makers_base;
}

#else

static const struct axt_plan_makers *makers_of(unsigned int isa)
{
	return isa == AXT_ISA_BASE ? &axt_plan_makers_base : NULL;
}

#endif

int axt_plan_makers_for(unsigned int isa, const struct axt_plan_makers **out)
{
	*out = NULL;
	if (isa == AXT_ISA_PORTABLE)
		return 0;
	if (isa > AXT_ISA_BEST)
		return -EINVAL;
	if (isa < AXT_ISA_BEST) {
		*out = makers_of(isa);
		return *out ? 0 : -EOPNOTSUPP;
	}
	for (isa = AXT_ISA_BEST; !*out; isa--)
		*out = makers_of(isa - 1);
	return 0;
}
