// SPDX-License-Identifier: MIT
/* struct axl_context: an open compute node. */
#include "axlp.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

static int fail_full(struct axl_context *ctx, int err)
{
	struct axl_device *dev = ctx->device;
	const char *name = dev->entry.name;
	struct axl_limits limits = { 0 };

	if (!dev->driver->ops->limits || dev->driver->ops->limits(dev, &limits))
		return axlp_fail(&ctx->error, err, "no context of %s is free",
				 name);
	if (err == -EUSERS)
		return axlp_fail(&ctx->error, err,
				 "no context of %s is free, %u of %u are in "
				 "use; fuser -v /dev/accel/%s shows by whom",
				 name, limits.contexts_used,
				 limits.contexts_max, name);
	if (limits.contexts_per_user == AXL_UNKNOWN_32)
		return axlp_fail(&ctx->error, err,
				 "this user has its share of the %u contexts "
				 "of %s (%u in use)",
				 limits.contexts_max, name,
				 limits.contexts_used);
	return axlp_fail(&ctx->error, err,
			 "this user has its share of the contexts of %s: %u of "
			 "%u (%u in use by all)",
			 name, limits.contexts_per_user, limits.contexts_max,
			 limits.contexts_used);
}

int axlp_context_open_node(struct axl_context *ctx)
{
	const struct axl_device *dev = ctx->device;

	ctx->fd = axlp_node_open(dev->system, "accel", dev->entry.index);
	if (ctx->fd >= 0)
		return 0;
	if (ctx->fd == -EUSERS || ctx->fd == -EDQUOT)
		return fail_full(ctx, ctx->fd);
	return axlp_node_fail(dev->system, &ctx->error, "accel",
			      dev->entry.index, ctx->fd);
}

void *axlp_object_new(size_t core, size_t provider)
{
	return calloc(1, provider > core ? provider : core);
}

int axl_context_create(struct axl_device *device, struct axl_context **context)
{
	const struct axlp_ops *ops = device->driver->ops;
	struct axl_context *ctx;
	int err;

	device->error.text[0] = '\0';
	if (!ops->context_open)
		return axlp_fail(&device->error, -EOPNOTSUPP,
				 "libaxle cannot make contexts on devices of "
				 "the driver %s",
				 device->entry.driver);
	ctx = axlp_object_new(sizeof(*ctx), ops->context_size);
	if (!ctx)
		return axlp_fail(&device->error, -ENOMEM, "out of memory");
	atomic_init(&ctx->refs, 1);
	ctx->device = axlp_device_get(device);
	ctx->fd = -1;
	err = ops->context_open(ctx);
	if (err) {
		/* There will be no context to ask for the reason. */
		device->error = ctx->error;
		axlp_context_put(ctx);
		return err;
	}
	*context = ctx;
	return 0;
}

struct axl_context *axlp_context_get(struct axl_context *ctx)
{
	atomic_fetch_add(&ctx->refs, 1);
	return ctx;
}

void axlp_context_put(struct axl_context *ctx)
{
	const struct axlp_ops *ops = ctx->device->driver->ops;

	if (atomic_fetch_sub(&ctx->refs, 1) != 1)
		return;
	if (ops->context_close)
		ops->context_close(ctx);
	if (ctx->fd >= 0)
		close(ctx->fd);
	axl_device_close(ctx->device);
	free(ctx);
}

void axl_context_destroy(struct axl_context *context)
{
	if (context)
		axlp_context_put(context);
}

int axlp_context_cannot(struct axl_context *ctx, const char *what)
{
	if (ctx->device->entry.kind == AXL_KIND_EMBEDDED)
		return axlp_fail(&ctx->error, -EOPNOTSUPP,
				 "libaxle cannot %s the embedded device, whose "
				 "memory is this process's own",
				 what);
	return axlp_fail(&ctx->error, -EOPNOTSUPP,
			 "libaxle cannot %s devices of the driver %s", what,
			 ctx->device->entry.driver);
}

const struct axl_entry *axl_context_entry(const struct axl_context *context)
{
	return &context->device->entry;
}
