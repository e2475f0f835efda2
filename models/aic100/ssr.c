// SPDX-License-Identifier: MIT
#include "core.h"

int aic100_ssr_init(struct aic100 *a)
{
	return 0;
}

void aic100_ssr_fini(struct aic100 *a)
{
}

void aic100_ssr_reset(struct aic100 *a)
{
}
const struct aic100_channel_ops aic100_ssr_channel = { .name = "ssr" };
void aic100_ssr_work(struct aic100 *a)
{
}
