// SPDX-License-Identifier: MIT
/*
 * Syncobjs: what a thread sleeps for and what a job waits for. Binary ones are
 * kept in the context when they are not used; a fence that is still in one does
 * no harm, since the next takes its place.
 */
#include "kit.h"

#include <errno.h>
#include <linux/sync_file.h>
#include <string.h>
#include <unistd.h>

int axle_sync_new(struct axle_context *ac, uint32_t *handle)
{
	struct drm_syncobj_create args = { 0 };
	int err = axle_call(ac, DRM_IOCTL_SYNCOBJ_CREATE, &args);

	*handle = args.handle;
	return err;
}

void axle_sync_free(struct axle_context *ac, uint32_t handle)
{
	struct drm_syncobj_destroy args = { .handle = handle };

	if (handle)
		axle_call(ac, DRM_IOCTL_SYNCOBJ_DESTROY, &args);
}

int axle_sync_take(struct axle_context *ac, uint32_t *handle)
{
	*handle = 0;
	pthread_mutex_lock(&ac->lock);
	if (ac->sync_count)
		*handle = ac->syncs[--ac->sync_count];
	pthread_mutex_unlock(&ac->lock);
	return *handle ? 0 : axle_sync_new(ac, handle);
}

void axle_sync_give(struct axle_context *ac, uint32_t handle)
{
	pthread_mutex_lock(&ac->lock);
	if (handle && ac->sync_count < AXLE_SYNCS_KEPT) {
		ac->syncs[ac->sync_count++] = handle;
		handle = 0;
	}
	pthread_mutex_unlock(&ac->lock);
	axle_sync_free(ac, handle);
}

/* With the queue's lock, so that the number is not another's meanwhile. */
static int queue_fence(struct axle_context *ac, struct axle_queue *q,
		       uint64_t point, uint32_t handle)
{
	struct drm_axle_queue_fence args = {
		.queue = q->number,
		.sync = { .handle = handle },
	};
	uint64_t origin = atomic_load(&q->vnpu.origin);

	/* Of a ring that is gone; what became of it is known by now. */
	if (!q->number || point <= origin)
		return 1;
	args.position = point - 1 - origin;
	return axle_call(ac, DRM_IOCTL_AXLE_QUEUE_FENCE, &args);
}

int axle_sync_of(struct axle_queue *q, uint64_t point, struct axle_sync *out)
{
	struct axle_context *ac = axle_context_of(q->vnpu.base.context);
	int err;

	*out = (struct axle_sync){ .ac = ac };
	if (!q->user) {
		out->handle = q->timeline;
		out->point = point;
		return 0;
	}
	err = axle_sync_take(ac, &out->handle);
	if (err)
		return err;
	out->taken = true;
	pthread_mutex_lock(&q->vnpu.lock);
	err = queue_fence(ac, q, point, out->handle);
	pthread_mutex_unlock(&q->vnpu.lock);
	if (err)
		axle_sync_done(out);
	return err;
}

void axle_sync_done(struct axle_sync *sync)
{
	if (sync->taken)
		axle_sync_give(sync->ac, sync->handle);
	sync->taken = false;
}

static int file_status(int fd)
{
	struct sync_file_info info;
	int err;

	memset(&info, 0, sizeof(info));
	err = axlp_ioctl(fd, SYNC_IOC_FILE_INFO, &info);
	close(fd);
	if (err)
		return err;
	return info.status < 0 ? info.status : !info.status;
}

int axle_sync_status(struct axle_context *ac, uint32_t handle)
{
	struct drm_syncobj_handle args = {
		.handle = handle,
		.flags = DRM_SYNCOBJ_HANDLE_TO_FD_FLAGS_EXPORT_SYNC_FILE,
		.fd = -1,
	};
	int err = axle_call(ac, DRM_IOCTL_SYNCOBJ_HANDLE_TO_FD, &args);

	return err ? err : file_status(args.fd);
}
