// SPDX-License-Identifier: MIT
#include "core.h"

int aic100_ddr_init(struct aic100 *a)
{
	return 0;
}

void aic100_ddr_fini(struct aic100 *a)
{
}

void aic100_ddr_reset(struct aic100 *a)
{
}

uint64_t aic100_ddr_size(struct aic100 *a)
{
	return 0;
}
uint64_t aic100_ddr_alloc(struct aic100 *a, uint64_t size)
{
	return 0;
}
void aic100_ddr_free(struct aic100 *a, uint64_t addr)
{
}
uint64_t aic100_ddr_used(struct aic100 *a)
{
	return 0;
}
void *aic100_ddr_at(struct aic100 *a, uint64_t addr, uint64_t size)
{
	return NULL;
}
