// SPDX-License-Identifier: MIT
/*
 * Buffer objects as dma-bufs, and dma-bufs as buffer objects. An import has a
 * descriptor of its own, as long as it lives: to be exported again, and for the
 * processor's access to memory that is another driver's.
 */
#include "axlp.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/dma-buf.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* The kernel's own, which some exporters answer with. */
#define KERNEL_ENOTSUPP 524

static int copy_descriptor(int from, int *to)
{
	*to = fcntl(from, F_DUPFD_CLOEXEC, 0);
	return *to < 0 ? -errno : 0;
}

static int fail_export(struct axl_bo *bo, int err)
{
	return axlp_fail(&bo->error, err, "no dma-buf of the memory: %s",
			 axlp_explain(err));
}

int axl_bo_export(struct axl_bo *bo, uint32_t flags, int *dmabuf)
{
	int err;

	bo->error.text[0] = '\0';
	if (flags)
		return axlp_fail(&bo->error, -EINVAL,
				 "unknown flags of an export: %#x", flags);
	if (bo->dmabuf >= 0) {
		err = copy_descriptor(bo->dmabuf, dmabuf);
		return err ? fail_export(bo, err) : 0;
	}
	if (!(bo->flags & AXL_BO_EXPORT))
		return axlp_fail(&bo->error, -EINVAL,
				 "the buffer object was not made to be "
				 "exported, with AXL_BO_EXPORT");
	/* Before anybody can have it. */
	atomic_store(&bo->shared, true);
	err = bo->context->device->driver->ops->bo_export(bo, dmabuf);
	return err ? fail_export(bo, err) : 0;
}

static int fail_descriptor(struct axl_context *ctx, int dmabuf, int err)
{
	if (err == -EBADF)
		return axlp_fail(&ctx->error, err, "descriptor %d is not open",
				 dmabuf);
	return axlp_fail(&ctx->error, err, "no import of the dma-buf: %s",
			 axlp_explain(err));
}

/* A pipe has no end to look for, and a device or an empty file is at it. */
static int find_size(struct axl_context *ctx, struct axl_bo *wanted)
{
	off_t size = lseek(wanted->dmabuf, 0, SEEK_END);

	if (size <= 0)
		return axlp_fail(&ctx->error, -EINVAL,
				 "the descriptor is not of a dma-buf");
	wanted->size = (uint64_t)size;
	return 0;
}

int axl_bo_import(struct axl_context *context, int dmabuf, uint32_t flags,
		  struct axl_bo **bo)
{
	const struct axlp_ops *ops = context->device->driver->ops;
	struct axl_bo wanted = { .dmabuf = -1 };
	int err;

	context->error.text[0] = '\0';
	if (!ops->bo_import)
		return axlp_context_cannot(context, "import dma-bufs for");
	if (flags)
		return axlp_fail(&context->error, -EINVAL,
				 "unknown flags of an import: %#x", flags);
	err = copy_descriptor(dmabuf, &wanted.dmabuf);
	if (err)
		return fail_descriptor(context, dmabuf, err);
	err = find_size(context, &wanted);
	if (!err)
		err = axlp_bo_new(context, &wanted, ops->bo_import, bo);
	if (err)
		close(wanted.dmabuf);
	return err;
}

static bool is_refusal(int err)
{
	return err == EINVAL || err == EACCES || err == EPERM ||
	       err == ENODEV || err == ENXIO || err == ENOSYS ||
	       err == EOPNOTSUPP || err == KERNEL_ENOTSUPP;
}

int axlp_bo_map_dmabuf(struct axl_bo *bo)
{
	void *at = mmap(NULL, bo->size, PROT_READ | PROT_WRITE, MAP_SHARED,
			bo->dmabuf, 0);

	if (at != MAP_FAILED) {
		bo->memory = at;
		return 0;
	}
	if (is_refusal(errno))
		return 0;
	return axlp_fail(&bo->error, -errno, "the dma-buf cannot be mapped: %s",
			 axlp_explain(-errno));
}

int axlp_bo_fail_import(struct axl_bo *bo, int err)
{
	if (err == -EINVAL)
		return axlp_fail(&bo->error, err,
				 "the descriptor is not of a dma-buf, or of "
				 "one that the device cannot have");
	if (err == -ENOSYS || err == -EOPNOTSUPP || err == -KERNEL_ENOTSUPP)
		return axlp_fail(&bo->error, -EOPNOTSUPP,
				 "the device cannot reach memory of others, or "
				 "the exporter does not let it");
	return axlp_fail(&bo->error, err, "no import of the dma-buf: %s",
			 axlp_explain(err));
}

static int synchronise(const struct axl_bo *bo, uint64_t flags)
{
	struct dma_buf_sync sync = { .flags = flags | DMA_BUF_SYNC_RW };
	int err;

	if (bo->dmabuf < 0)
		return 0;
	do
		err = axlp_ioctl(bo->dmabuf, DMA_BUF_IOCTL_SYNC, &sync);
	while (err == -EAGAIN);
	return err;
}

int axlp_bo_access(const struct axl_bo *bo)
{
	return synchronise(bo, DMA_BUF_SYNC_START);
}

void axlp_bo_access_end(const struct axl_bo *bo)
{
	synchronise(bo, DMA_BUF_SYNC_END);
}
