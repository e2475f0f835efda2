/* SPDX-License-Identifier: MIT */
#ifndef TESTDEV_H
#define TESTDEV_H

#include "common/axm.h"

extern const struct axm_device_ops testdev_ops;

#endif
