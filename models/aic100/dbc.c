// SPDX-License-Identifier: MIT
#include "core.h"

int aic100_bridge_init(struct aic100 *a)
{
	return 0;
}

void aic100_bridge_fini(struct aic100 *a)
{
}

void aic100_bridge_reset(struct aic100 *a)
{
}

void aic100_dbc_start(struct aic100 *a, unsigned int dbc,
		      const struct aic100_dbc_config *config)
{
}
void aic100_dbc_stop(struct aic100 *a, unsigned int dbc)
{
}
void aic100_dbc_crash(struct aic100 *a, unsigned int dbc)
{
}
uint64_t aic100_dbc_read(struct aic100 *a, uint64_t offset, unsigned int size)
{
	return 0;
}
void aic100_dbc_write(struct aic100 *a, uint64_t offset, unsigned int size,
		      uint64_t value)
{
}
bool aic100_dbc_view(struct aic100 *a, unsigned int dbc,
		     struct aic100_dbc_view *view)
{
	return false;
}
void aic100_dbc_stats(struct aic100 *a, bool clear, FILE *out)
{
}
void aic100_dbc_kick(struct aic100 *a, unsigned int dbc)
{
}
