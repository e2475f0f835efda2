// SPDX-License-Identifier: MIT
/*
 * dma-bufs. The driver exports all of its buffers, which anybody can map; other
 * drivers, and the driver itself, can import them since Linux 7.2. It imports
 * what their exporters let devices have; of the rest the memory is copied, as it
 * is for memory of the program.
 *
 * So it is for what comes back to the file that has it already, since that is the
 * same handle, and a handle is sliced one way at a time. Those that may come back
 * are in a list; the driver is asked for handles, and closes them, with its lock.
 */
#include "qaic.h"

#include <errno.h>
#include <fcntl.h>

/* With the lock. */
static bool is_listed(const struct axlq_context *ac, uint32_t handle)
{
	const struct axlq_buffer *buffer = ac->listed;

	while (buffer && buffer->handle != handle)
		buffer = buffer->next;
	return buffer;
}

static void list(struct axlq_context *ac, struct axlq_buffer *buffer)
{
	buffer->listed = true;
	buffer->next = ac->listed;
	ac->listed = buffer;
}

void axlq_buffer_unlist(struct axlq_context *ac, struct axlq_buffer *buffer)
{
	struct axlq_buffer **at = &ac->listed;

	if (!buffer->listed)
		return;
	while (*at != buffer)
		at = &(*at)->next;
	*at = buffer->next;
	buffer->listed = false;
}

int axlq_bo_export(struct axl_bo *bo, int *dmabuf)
{
	struct axlq_context *ac = axlq_context_of(bo->context);
	struct axlq_buffer *buffer = &axlq_bo_of(bo)->buffer;
	struct drm_prime_handle args = { .handle = buffer->handle,
					 .flags = O_CLOEXEC | O_RDWR };
	int err;

	pthread_mutex_lock(&ac->lock);
	err = axlq_call(ac, DRM_IOCTL_PRIME_HANDLE_TO_FD, &args);
	if (!err && !buffer->listed)
		list(ac, buffer);
	pthread_mutex_unlock(&ac->lock);
	if (!err)
		*dmabuf = args.fd;
	return err;
}

/* Leaves the buffer without a handle if the memory has to be copied. */
static int take_handle(struct axlq_context *ac, const struct axl_bo *bo,
		       struct axlq_buffer *buffer)
{
	struct drm_prime_handle args = { .fd = bo->dmabuf };
	int err;

	pthread_mutex_lock(&ac->lock);
	err = axlq_call(ac, DRM_IOCTL_PRIME_FD_TO_HANDLE, &args);
	if (!err && !is_listed(ac, args.handle)) {
		buffer->handle = args.handle;
		buffer->size = bo->size;
		list(ac, buffer);
	}
	pthread_mutex_unlock(&ac->lock);
	return err == -ENOSYS || err == -EOPNOTSUPP ? 0 : err;
}

int axlq_bo_import(struct axl_bo *bo)
{
	struct axlq_context *ac = axlq_context_of(bo->context);
	struct axlq_buffer *buffer = &axlq_bo_of(bo)->buffer;
	int err = take_handle(ac, bo, buffer);

	if (err)
		return axlp_bo_fail_import(bo, err);
	err = axlp_bo_map_dmabuf(bo);
	if (!err && !bo->memory)
		err = axlp_fail(&bo->error, -EOPNOTSUPP,
				"the exporter does not let programs map the "
				"memory, which the library does for this card");
	if (err) {
		axlq_buffer_free(ac, buffer);
		return err;
	}
	bo->address = (uintptr_t)bo->memory;
	return 0;
}
