/* SPDX-License-Identifier: MIT */
/* The card's memory: what only the management processor asks for. */
#ifndef AIC100_DDR_H
#define AIC100_DDR_H

#include "core.h"

#define AIC100_DDR_PAGE 4096u

/* Bytes of the largest free piece; any thread. */
uint64_t aic100_ddr_largest(struct aic100 *a);

#endif
