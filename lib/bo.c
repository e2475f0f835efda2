// SPDX-License-Identifier: MIT
/* struct axl_bo: memory that jobs can use. */
#include "axlp.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define USER_ALIGN 64u

/* What axlp_bo_map_dmabuf() has made. */
static void unmap(struct axl_bo *bo)
{
	if (bo->dmabuf >= 0 && bo->memory)
		munmap(bo->memory, bo->size);
}

int axlp_bo_new(struct axl_context *ctx, const struct axl_bo *wanted,
		int (*make)(struct axl_bo *bo), struct axl_bo **out)
{
	const struct axlp_ops *ops = ctx->device->driver->ops;
	struct axl_bo *bo = axlp_object_new(sizeof(*bo), ops->bo_size);
	int err;

	if (!bo)
		return axlp_fail(&ctx->error, -ENOMEM, "out of memory");
	*bo = *wanted;
	atomic_init(&bo->refs, 1);
	atomic_init(&bo->shared, wanted->dmabuf >= 0);
	bo->context = axlp_context_get(ctx);
	err = make(bo);
	if (err) {
		ctx->error = bo->error;
		unmap(bo);
		axlp_context_put(ctx);
		free(bo);
		return err;
	}
	*out = bo;
	return 0;
}

static int create(struct axl_context *ctx, const struct axl_bo *wanted,
		  struct axl_bo **out)
{
	if (!wanted->size)
		return axlp_fail(&ctx->error, -EINVAL,
				 "a buffer object has at least one byte");
	if (wanted->size > SIZE_MAX / 2)
		return axlp_fail(&ctx->error, -ENOMEM, "out of memory");
	return axlp_bo_new(ctx, wanted, ctx->device->driver->ops->bo_create,
			   out);
}

static int check_flags(struct axl_context *ctx, uint32_t flags)
{
	const uint32_t known = AXL_BO_DEVICE | AXL_BO_EXPORT;

	if (!ctx->device->driver->ops->bo_create)
		return axlp_context_cannot(ctx, "make buffer objects on");
	if (flags & ~known)
		return axlp_fail(&ctx->error, -EINVAL,
				 "unknown flags of a buffer object: %#x",
				 flags & ~known);
	return 0;
}

int axl_bo_create(struct axl_context *context, uint64_t size, uint32_t flags,
		  struct axl_bo **bo)
{
	const struct axl_bo wanted = { .size = size,
				       .flags = flags,
				       .dmabuf = -1 };
	int err;

	context->error.text[0] = '\0';
	err = check_flags(context, flags);
	if (err)
		return err;
	if (flags & AXL_BO_EXPORT && !context->device->driver->ops->bo_export)
		return axlp_context_cannot(context, "export memory of");
	return create(context, &wanted, bo);
}

int axl_bo_from_user(struct axl_context *context, void *memory, uint64_t size,
		     uint32_t flags, struct axl_bo **bo)
{
	const struct axl_bo wanted = { .memory = memory,
				       .size = size,
				       .flags = flags,
				       .user_memory = true,
				       .dmabuf = -1 };
	int err;

	context->error.text[0] = '\0';
	err = check_flags(context, flags);
	if (err)
		return err;
	if (!memory || (uintptr_t)memory % USER_ALIGN)
		return axlp_fail(&context->error, -EINVAL,
				 "memory of the program has to begin at a "
				 "multiple of %u bytes, not at %p",
				 USER_ALIGN, memory);
	if (size > UINTPTR_MAX - (uintptr_t)memory)
		return axlp_fail(&context->error, -EINVAL,
				 "the memory ends beyond the address space");
	if (flags)
		return axlp_fail(&context->error, -EINVAL,
				 "memory of the program is not the device's, "
				 "and cannot be exported");
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
	unmap(bo);
	if (bo->dmabuf >= 0)
		close(bo->dmabuf);
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
	if (!bo->memory)
		return axlp_fail(&bo->error, -EOPNOTSUPP,
				 "the exporter of the memory does not let "
				 "programs map it");
	*memory = bo->memory;
	return 0;
}

uint64_t axl_bo_size(const struct axl_bo *bo)
{
	return bo->size;
}
