// SPDX-License-Identifier: GPL-2.0-only
/*
 * DRM's own nodes for errors of the hardware, on kernels that have such: one
 * for corrected errors and one for the others, with a counter a unit.
 */
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/slab.h>

#include "axle_ras.h"

#ifdef AXLE_COMPAT_DRM_RAS
#include <drm/drm_ras.h>

/**
 * struct axle_ras_drm - The nodes of a device.
 *
 * Lifetime: from axle_ras_drm_add() to axle_ras_drm_remove().
 */
struct axle_ras_drm {
	/** @nodes: By severity. */
	struct drm_ras_node nodes[AXLE_UNCORRECTED + 1];
	/** @count: Those that are registered. */
	unsigned int count;
};

/* Counters are numbered from one, as zero is no last one to DRM. */
static int axle_ras_drm_query(struct drm_ras_node *node, u32 id,
			      const char **name, u32 *value)
{
	struct axle_ras *ras = node->priv;
	bool corrected = node == &ras->drm->nodes[AXLE_CORRECTED];
	struct axle_ras_count count;
	u64 errors;

	if (!id || id > ras->adev->ops->monitor->num_ras_units)
		return -ENOENT;
	axle_ras_count(ras, id - 1, &count);
	errors = corrected ? count.corrected : count.uncorrected;
	*name = ras->adev->ops->monitor->ras_units[id - 1];
	*value = min_t(u64, errors, U32_MAX);
	return 0;
}

/**
 * axle_ras_drm_add() - Register the nodes.
 * @ras: of a registered device
 *
 * Return: 0 or a negative errno; axle_ras_drm_remove() undoes what was done.
 */
int axle_ras_drm_add(struct axle_ras *ras)
{
	static const char *const names[] = {
		[AXLE_CORRECTED] = "correctable-errors",
		[AXLE_UNCORRECTED] = "uncorrectable-errors",
	};
	struct axle_ras_drm *drm = kzalloc(sizeof(*drm), GFP_KERNEL);
	int err = 0;

	if (!drm)
		return -ENOMEM;
	ras->drm = drm;
	while (drm->count < ARRAY_SIZE(names)) {
		struct drm_ras_node *node = &drm->nodes[drm->count];

		node->device_name = dev_name(ras->adev->drm.dev);
		node->node_name = names[drm->count];
		node->type = DRM_RAS_NODE_TYPE_ERROR_COUNTER;
		node->error_counter_range.first = 1;
		node->error_counter_range.last =
			ras->adev->ops->monitor->num_ras_units;
		node->query_error_counter = axle_ras_drm_query;
		node->priv = ras;
		err = drm_ras_node_register(node);
		if (err)
			return err;
		drm->count++;
	}
	return 0;
}

/**
 * axle_ras_drm_remove() - Unregister the nodes.
 * @ras: the device's
 */
void axle_ras_drm_remove(struct axle_ras *ras)
{
	struct axle_ras_drm *drm = ras->drm;

	if (!drm)
		return;
	while (drm->count)
		drm_ras_node_unregister(&drm->nodes[--drm->count]);
	ras->drm = NULL;
	kfree(drm);
}

#else

int axle_ras_drm_add(struct axle_ras *ras)
{
	return 0;
}

void axle_ras_drm_remove(struct axle_ras *ras)
{
}

#endif
