// SPDX-License-Identifier: MIT
#include "core.h"

int aic100_network_create(struct aic100 *a, const void *image,
			  size_t image_size, const void *constants,
			  size_t constants_size,
			  struct aic100_network **network, char *why,
			  size_t why_size)
{
	return -1;
}
void aic100_network_destroy(struct aic100_network *network)
{
}
uint64_t aic100_network_memory(const struct aic100_network *network)
{
	return 0;
}
int aic100_network_run(struct aic100_network *network, struct aic100 *a,
		       uint64_t addr, atomic_bool *stop)
{
	return 0;
}
