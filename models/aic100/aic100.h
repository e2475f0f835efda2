/* SPDX-License-Identifier: MIT */
#ifndef AIC100_H
#define AIC100_H

#include "common/axm.h"

extern const struct axm_device_ops aic100_ops;

#endif
