// SPDX-License-Identifier: MIT
/* struct axl_bo: memory that jobs can use. */
#include "axlp.h"

#include <errno.h>
#include <stdlib.h>

#define USER_ALIGN 64u

static int create(struct axl_context *ctx, const struct axl_bo *wanted,
		  struct axl_bo **out)
{
	const struct axlp_ops *ops = ctx->device->driver->ops;
	struct axl_bo *bo;
	int err;

	if (!wanted->size)
		return axlp_fail(&ctx->error, -EINVAL,
				 "a buffer object has at least one byte");
	if (wanted->flags & ~AXL_BO_DEVICE)
		return axlp_fail(&ctx->error, -EINVAL,
				 "unknown flags of a buffer object: %#x",
				 wanted->flags & ~AXL_BO_DEVICE);
	if (wanted->size > SIZE_MAX / 2)
		return axlp_fail(&ctx->error, -ENOMEM, "out of memory");
	bo = axlp_object_new(sizeof(*bo), ops->bo_size);
	if (!bo)
		return axlp_fail(&ctx->error, -ENOMEM, "out of memory");
	*bo = *wanted;
	atomic_init(&bo->refs, 1);
	bo->context = axlp_context_get(ctx);
	err = ops->bo_create(bo);
	if (err) {
		ctx->error = bo->error;
		axlp_context_put(ctx);
		free(bo);
		return err;
	}
	*out = bo;
	return 0;
}

int axl_bo_create(struct axl_context *context, uint64_t size, uint32_t flags,
		  struct axl_bo **bo)
{
	const struct axl_bo wanted = { .size = size, .flags = flags };

	context->error.text[0] = '\0';
	if (!context->device->driver->ops->bo_create)
		return axlp_context_cannot(context, "make buffer objects on");
	return create(context, &wanted, bo);
}

int axl_bo_from_user(struct axl_context *context, void *memory, uint64_t size,
		     uint32_t flags, struct axl_bo **bo)
{
	const struct axl_bo wanted = { .memory = memory,
				       .size = size,
				       .flags = flags,
				       .user_memory = true };

	context->error.text[0] = '\0';
	if (!context->device->driver->ops->bo_create)
		return axlp_context_cannot(context, "make buffer objects on");
	if (!memory || (uintptr_t)memory % USER_ALIGN)
		return axlp_fail(&context->error, -EINVAL,
				 "memory of the program has to begin at a "
				 "multiple of %u bytes, not at %p",
				 USER_ALIGN, memory);
	if (size > UINTPTR_MAX - (uintptr_t)memory)
		return axlp_fail(&context->error, -EINVAL,
				 "the memory ends beyond the address space");
	if (flags & AXL_BO_DEVICE)
		return axlp_fail(&context->error, -EINVAL,
				 "memory of the program is not the device's");
	return create(context, &wanted, bo);
}

void axlp_bo_get(struct axl_bo *bo)
{
	atomic_fetch_add_explicit(&bo->refs, 1, memory_order_relaxed);
}

void axlp_bo_put(struct axl_bo *bo)
{
	struct axl_context *ctx = bo->context;

	if (atomic_fetch_sub(&bo->refs, 1) != 1)
		return;
	ctx->device->driver->ops->bo_destroy(bo);
	free(bo);
	axlp_context_put(ctx);
}

void axl_bo_destroy(struct axl_bo *bo)
{
	if (bo)
		axlp_bo_put(bo);
}

int axl_bo_map(struct axl_bo *bo, void **memory)
{
	*memory = bo->memory;
	return 0;
}

uint64_t axl_bo_size(const struct axl_bo *bo)
{
	return bo->size;
}
