// SPDX-License-Identifier: MIT
#include "core.h"

int aic100_boot_init(struct aic100 *a)
{
	return 0;
}

void aic100_boot_fini(struct aic100 *a)
{
}

void aic100_boot_reset(struct aic100 *a)
{
}
const struct aic100_channel_ops aic100_sahara_channel = { .name = "sahara" };
const struct aic100_channel_ops aic100_logging_channel = { .name = "logging" };
const struct aic100_channel_ops aic100_timesync_channel = { .name = "timesync" };
const struct aic100_channel_ops aic100_periodic_channel = { .name = "periodic" };
const struct aic100_channel_ops aic100_loopback_channel = { .name = "loopback" };

uint64_t aic100_bhi_read(struct aic100 *a, uint64_t offset)
{
	return 0;
}
void aic100_bhi_write(struct aic100 *a, uint64_t offset, uint32_t value)
{
}
void aic100_boot_work(struct aic100 *a)
{
}
