// SPDX-License-Identifier: MIT
/*
 * dma-bufs: the kernel makes them of buffer objects, and the other way round.
 * What comes back to the file that has it already, exported or imported, is the
 * same handle once more, without a count, so that one is kept here.
 */
#include "kit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

static void close_handle(struct axle_context *ac, uint32_t handle)
{
	struct drm_gem_close args = { .handle = handle };

	axle_call(ac, DRM_IOCTL_GEM_CLOSE, &args);
}

/* With the lock. */
static struct axle_shared *find_shared(const struct axle_context *ac,
				       uint32_t handle)
{
	struct axle_shared *shared = ac->shared;

	while (shared && shared->handle != handle)
		shared = shared->next;
	return shared;
}

static struct axle_shared *
add_shared(struct axle_context *ac, struct axle_shared *shared, uint32_t handle)
{
	*shared = (struct axle_shared){ .next = ac->shared, .handle = handle };
	ac->shared = shared;
	return shared;
}

static void drop_shared(struct axle_context *ac, struct axle_shared *shared)
{
	struct axle_shared **at = &ac->shared;

	while (*at != shared)
		at = &(*at)->next;
	*at = shared->next;
	close_handle(ac, shared->handle);
	free(shared);
}

void axle_handle_put(struct axle_context *ac, struct axle_memory *memory)
{
	if (!memory->shared) {
		close_handle(ac, memory->handle);
		return;
	}
	pthread_mutex_lock(&ac->lock);
	if (--memory->shared->refs == 0)
		drop_shared(ac, memory->shared);
	pthread_mutex_unlock(&ac->lock);
}

int axle_bo_export(struct axl_bo *bo, int *dmabuf)
{
	struct axle_context *ac = axle_context_of(bo->context);
	struct axle_memory *memory = &axle_bo_of(bo)->memory;
	struct drm_prime_handle args = { .handle = memory->handle,
					 .flags = O_CLOEXEC | O_RDWR };
	struct axle_shared *shared = malloc(sizeof(*shared));
	int err;

	if (!shared)
		return -ENOMEM;
	pthread_mutex_lock(&ac->lock);
	err = axle_call(ac, DRM_IOCTL_PRIME_HANDLE_TO_FD, &args);
	if (!err && !memory->shared) {
		memory->shared = add_shared(ac, shared, memory->handle);
		memory->shared->refs = 1;
		shared = NULL;
	}
	pthread_mutex_unlock(&ac->lock);
	free(shared);
	if (!err)
		*dmabuf = args.fd;
	return err;
}

static int take_handle(struct axle_context *ac, int dmabuf,
		       struct axle_memory *memory)
{
	struct axle_shared *room = malloc(sizeof(*room)), *shared;
	struct drm_prime_handle args = { .fd = dmabuf };
	int err;

	if (!room)
		return -ENOMEM;
	pthread_mutex_lock(&ac->lock);
	err = axle_call(ac, DRM_IOCTL_PRIME_FD_TO_HANDLE, &args);
	if (!err) {
		shared = find_shared(ac, args.handle);
		if (!shared) {
			shared = add_shared(ac, room, args.handle);
			room = NULL;
		}
		shared->refs++;
		memory->shared = shared;
		memory->handle = args.handle;
	}
	pthread_mutex_unlock(&ac->lock);
	free(room);
	return err;
}

/* The core's mapping is of the dma-buf. */
static int take_memory(struct axle_context *ac, struct axl_bo *bo,
		       struct axle_memory *memory)
{
	struct drm_axle_bo_info info = { .handle = memory->handle };
	int err = axle_call(ac, DRM_IOCTL_AXLE_BO_INFO, &info);

	if (err)
		return axlp_bo_fail_import(bo, err);
	memory->size = info.size;
	err = axlp_bo_map_dmabuf(bo);
	if (err)
		return err;
	err = axle_memory_address(ac, memory);
	return err ? axlp_bo_fail_import(bo, err) : 0;
}

int axle_bo_import(struct axl_bo *bo)
{
	struct axle_context *ac = axle_context_of(bo->context);
	struct axle_memory *memory = &axle_bo_of(bo)->memory;
	int err = take_handle(ac, bo->dmabuf, memory);

	if (err)
		return axlp_bo_fail_import(bo, err);
	err = take_memory(ac, bo, memory);
	if (err) {
		axle_memory_free(ac, memory);
		return err;
	}
	bo->address = memory->range.start;
	return 0;
}
