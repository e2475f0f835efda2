// SPDX-License-Identifier: MIT
/* Contexts: an open compute node, and what the kernel says of the device. */
#include "kit.h"

#include <errno.h>

int axle_call(struct axle_context *ac, unsigned long request, void *arg)
{
	int err = axlp_ioctl(axle_fd(ac), request, arg);

	if (err == -ENODEV)
		atomic_store(&ac->vnpu.broken, -ENODEV);
	return err;
}

int axle_query(struct axle_context *ac, uint32_t topic, void *answer,
	       uint32_t size)
{
	struct drm_axle_query args = {
		.topic = topic,
		.data = (uintptr_t)answer,
		.size = size,
	};

	return axle_call(ac, DRM_IOCTL_AXLE_QUERY, &args);
}

int axle_context_open(struct axl_context *ctx)
{
	struct axle_context *ac = axle_context_of(ctx);

	axlv_context_init(&ac->vnpu);
	pthread_mutex_init(&ac->lock, NULL);
	return axlp_context_open_node(ctx);
}

static int ask(struct axle_context *ac)
{
	struct drm_axle_query_device device = { 0 };
	struct drm_axle_query_limits limits = { 0 };
	int err =
		axle_query(ac, DRM_AXLE_TOPIC_DEVICE, &device, sizeof(device));

	if (!err)
		err = axle_query(ac, DRM_AXLE_TOPIC_LIMITS, &limits,
				 sizeof(limits));
	if (!err)
		err = axle_query(ac, DRM_AXLE_VNPU_TOPIC_INFO, &ac->info,
				 sizeof(ac->info));
	ac->has_vm = device.features & DRM_AXLE_FEATURE_VM;
	ac->user_queues = ac->has_vm &&
			  device.features & DRM_AXLE_FEATURE_USER_QUEUES;
	ac->address_bits = limits.vm_address_bits;
	ac->timeout_ms_max = limits.timeout_ms_max;
	return err;
}

int axle_vnpu_open(struct axl_context *ctx)
{
	struct axle_context *ac = axle_context_of(ctx);
	int err = axle_context_open(ctx);

	if (err)
		return err;
	err = ask(ac);
	if (err)
		return axlp_fail(&ctx->error, err,
				 "%s did not tell what it is: %s",
				 ctx->device->entry.name, axlp_explain(err));
	if (ac->has_vm && (ac->address_bits < 32 || ac->address_bits > 63))
		return axlp_fail(&ctx->error, -EIO,
				 "%s has addresses of %u bits, which cannot be",
				 ctx->device->entry.name, ac->address_bits);
	if (ac->has_vm)
		axle_ranges_init(&ac->ranges, AXLE_PAGE,
				 1ull << ac->address_bits);
	return 0;
}

/* What is left of objects in the kernel ends with the file. */
void axle_context_close(struct axl_context *ctx)
{
	struct axle_context *ac = axle_context_of(ctx);

	pthread_mutex_destroy(&ac->lock);
	axlv_context_fini(&ac->vnpu);
}
