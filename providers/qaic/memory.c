// SPDX-License-Identifier: MIT
/*
 * Buffers: made by the driver in the host's memory, and mapped. Their address
 * "for the device" is this process's, since it is the worker who fills and
 * copies; the card is told of handles.
 *
 * Memory of the program has no handle, and is copied by way of a buffer.
 */
#include "qaic.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static void close_handle(struct axlq_context *ac, uint32_t handle)
{
	struct drm_gem_close args = { .handle = handle };

	axlq_call(ac, DRM_IOCTL_GEM_CLOSE, &args);
}

static int map(struct axlq_context *ac, struct axlq_buffer *buffer)
{
	struct qaicu_mmap_bo args = { .handle = buffer->handle };
	int err = axlq_call(ac, QAICU_MMAP_BO, &args);
	void *at;

	if (err)
		return err;
	at = mmap(NULL, buffer->size, PROT_READ | PROT_WRITE, MAP_SHARED,
		  ac->vnpu.base.fd, (off_t)args.offset);
	if (at == MAP_FAILED)
		return -errno;
	buffer->at = at;
	return 0;
}

int axlq_buffer_new(struct axlq_context *ac, uint64_t size,
		    struct axlq_buffer *out)
{
	uint64_t whole = size ? (size + AXLQ_PAGE - 1) / AXLQ_PAGE * AXLQ_PAGE :
				AXLQ_PAGE;
	struct qaicu_create_bo args = { .size = whole };
	int err = axlq_call(ac, QAICU_CREATE_BO, &args);

	if (err)
		return err;
	*out = (struct axlq_buffer){ .handle = args.handle, .size = whole };
	err = map(ac, out);
	if (err)
		axlq_buffer_free(ac, out);
	return err;
}

void axlq_buffer_free(struct axlq_context *ac, struct axlq_buffer *buffer)
{
	if (!buffer->handle)
		return;
	pthread_mutex_lock(&ac->lock);
	axlq_slice_detach(ac, buffer);
	axlq_buffer_unlist(ac, buffer);
	close_handle(ac, buffer->handle);
	pthread_mutex_unlock(&ac->lock);
	if (buffer->at)
		munmap(buffer->at, buffer->size);
	*buffer = (struct axlq_buffer){ 0 };
}

/* Tables of bindings are read by the worker. There is no scratch. */
int axlq_block_new(struct axlv_context *vc, enum axlv_use use, uint64_t size,
		   struct axlv_block **out)
{
	struct axlv_block *block = calloc(1, sizeof(*block) + size);

	(void)vc;
	(void)use;
	if (!block)
		return -ENOMEM;
	block->at = block + 1;
	block->address = (uintptr_t)block->at;
	*out = block;
	return 0;
}

void axlq_block_free(struct axlv_context *vc, struct axlv_block *block)
{
	(void)vc;
	free(block);
}

static int fail_create(struct axl_bo *bo, int err)
{
	if (err == -ENODEV && !axlq_is_gone(axlq_context_of(bo->context)))
		return axlp_fail(&bo->error, err,
				 "the card is not up: it boots, or is reset");
	if (err == -EINVAL)
		return axlp_fail(&bo->error, -ENOMEM,
				 "there is no room for so much memory");
	return axlp_fail(&bo->error, err, "no memory for the device: %s",
			 axlp_explain(err));
}

int axlq_bo_create(struct axl_bo *bo)
{
	struct axlq_context *ac = axlq_context_of(bo->context);
	struct axlq_buffer *buffer = &axlq_bo_of(bo)->buffer;
	int err = 0;

	if (bo->flags & AXL_BO_DEVICE)
		return axlp_fail(&bo->error, -EOPNOTSUPP,
				 "the card keeps its own memory for programs, "
				 "buffers cannot be there");
	/* The driver would try, page by page, and others suffer. */
	if (bo->size / AXLQ_PAGE > (uint64_t)sysconf(_SC_PHYS_PAGES))
		return fail_create(bo, -EINVAL);
	if (!bo->user_memory) {
		err = axlq_buffer_new(ac, bo->size, buffer);
		bo->memory = buffer->at;
	}
	if (err)
		return fail_create(bo, err);
	bo->address = (uintptr_t)bo->memory;
	return 0;
}

void axlq_bo_destroy(struct axl_bo *bo)
{
	axlq_buffer_free(axlq_context_of(bo->context), &axlq_bo_of(bo)->buffer);
}
