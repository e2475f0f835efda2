/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
#ifndef AXLE_HW_AIC100_NNC_H
#define AXLE_HW_AIC100_NNC_H

#include "aic100_regs.h"

#endif
