// SPDX-License-Identifier: MIT
#include "core.h"

int aic100_ras_init(struct aic100 *a)
{
	return 0;
}

void aic100_ras_fini(struct aic100 *a)
{
}

void aic100_ras_reset(struct aic100 *a)
{
}
const struct aic100_channel_ops aic100_status_channel = { .name = "status" };
void aic100_ras_work(struct aic100 *a)
{
}
