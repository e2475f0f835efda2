/* SPDX-License-Identifier: MIT */
#ifndef AXM_MODELS_H
#define AXM_MODELS_H

#include "common/axm.h"

/* All models, ends with NULL. */
const struct axm_device_ops *const *axm_models(void);
const struct axm_device_ops *axm_model_find(const char *name);

#endif
