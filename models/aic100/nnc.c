// SPDX-License-Identifier: MIT
#include "core.h"

int aic100_nnc_init(struct aic100 *a)
{
	return 0;
}

void aic100_nnc_fini(struct aic100 *a)
{
}

void aic100_nnc_reset(struct aic100 *a)
{
}
const struct aic100_channel_ops aic100_control_channel = { .name = "control" };

void aic100_nnc_usage(struct aic100 *a, struct aic100_usage *out)
{
}
void aic100_nnc_crashed(struct aic100 *a, unsigned int dbc)
{
}
