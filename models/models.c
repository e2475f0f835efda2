// SPDX-License-Identifier: MIT
/* The list of models. A new one is a line here and one in meson.build. */
#include "models.h"
#include "aic100/aic100.h"
#include "testdev/testdev.h"
#include "vnpu/vnpu.h"

#include <string.h>

static const struct axm_device_ops *const models[] = {
	&aic100_ops,
	&testdev_ops,
	&vnpu_ops,
	NULL,
};

const struct axm_device_ops *const *axm_models(void)
{
	return models;
}

const struct axm_device_ops *axm_model_find(const char *name)
{
	for (size_t i = 0; models[i]; i++)
		if (!strcmp(models[i]->name, name))
			return models[i];
	return NULL;
}
