// SPDX-License-Identifier: MIT
/* QEMU's "edu" device: served by the kit's provider, plus two calls. */
#include "axlp.h"

#include <axl/edu.h>
#include <drm/axle_edu.h>
#include <edu_regs.h>
#include <errno.h>

static const struct axlp_pci_id edu_ids[] = {
	{ EDU_PCI_VENDOR, EDU_PCI_DEVICE, "QEMU edu" },
};

const struct axlp_driver axlp_edu_driver = {
	.name = "edu",
	.bus_driver = "axle_edu",
	.module = "axle_edu",
	.ids = edu_ids,
	.num_ids = AXLP_ARRAY_SIZE(edu_ids),
	.ops = &axlp_axle_ops,
};

_Static_assert(AXL_EDU_FACTORIAL_MAX == DRM_AXLE_EDU_FACTORIAL_MAX,
	       "as the kernel has it");
_Static_assert(AXL_EDU_COPY_MAX == DRM_AXLE_EDU_COPY_MAX,
	       "as the kernel has it");

static int check_edu(struct axl_context *ctx)
{
	ctx->error.text[0] = '\0';
	if (ctx->device->driver == &axlp_edu_driver)
		return 0;
	return axlp_fail(&ctx->error, -EOPNOTSUPP, "%s is not an edu device",
			 ctx->device->entry.name);
}

int axl_edu_factorial(struct axl_context *context, uint32_t n, uint32_t *result)
{
	struct drm_axle_edu_factorial args = { .n = n };
	int err = check_edu(context);

	if (err)
		return err;
	err = axlp_ioctl(context->fd, DRM_IOCTL_AXLE_EDU_FACTORIAL, &args);
	if (err == -EINVAL)
		return axlp_fail(&context->error, err,
				 "%u! does not fit into the 32 bits of the "
				 "device; %u! is the largest that does",
				 n, AXL_EDU_FACTORIAL_MAX);
	if (err)
		return axlp_fail(&context->error, err, "no factorial: %s",
				 axlp_explain(err));
	*result = args.result;
	return 0;
}

int axl_edu_copy(struct axl_context *context, void *dst, const void *src,
		 size_t size)
{
	struct drm_axle_edu_copy args = {
		.src = (uintptr_t)src,
		.dst = (uintptr_t)dst,
		.size = (uint32_t)size,
	};
	int err = check_edu(context);

	if (err)
		return err;
	/* The kernel would not see the upper half of a size. */
	if (!size || size > AXL_EDU_COPY_MAX)
		return axlp_fail(&context->error, -EINVAL,
				 "a copy has 1 to %u bytes, not %zu",
				 AXL_EDU_COPY_MAX, size);
	err = axlp_ioctl(context->fd, DRM_IOCTL_AXLE_EDU_COPY, &args);
	if (err)
		return axlp_fail(&context->error, err, "no copy: %s",
				 axlp_explain(err));
	return 0;
}
