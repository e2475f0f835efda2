// SPDX-License-Identifier: MIT
#include "core.h"

int aic100_mhi_init(struct aic100 *a)
{
	return 0;
}

void aic100_mhi_fini(struct aic100 *a)
{
}

void aic100_mhi_reset(struct aic100 *a)
{
}

uint64_t aic100_mhi_read(struct aic100 *a, uint64_t offset, unsigned int size)
{
	return 0;
}
void aic100_mhi_write(struct aic100 *a, uint64_t offset, unsigned int size,
		      uint64_t value)
{
}
int aic100_mhi_send(struct aic100 *a, unsigned int channel, const void *data,
		    size_t len)
{
	return -1;
}
bool aic100_mhi_running(struct aic100 *a, unsigned int channel)
{
	return false;
}
void aic100_mhi_again(struct aic100 *a, unsigned int channel)
{
}
void aic100_mhi_sys_err(struct aic100 *a, const char *format, ...)
{
}
void aic100_mhi_enter(struct aic100 *a, enum aic100_ee ee)
{
}
enum aic100_ee aic100_mhi_ee(struct aic100 *a)
{
	return 0;
}
void aic100_qsm_kick(struct aic100 *a)
{
}
