/* SPDX-License-Identifier: MIT */
/* The model of the reference accelerator, docs/vnpu.md. */
#ifndef VNPU_H
#define VNPU_H

#include "common/axm.h"

extern const struct axm_device_ops vnpu_ops;

#endif
