// SPDX-License-Identifier: MIT
/* DRM's own calls, as far as accelerators answer them. Their errors are DRM's. */
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include "fuzz.h"
#include "drm_core.h"

#define HANDLES 4
#define WAIT_NS 50000000

static int64_t soon(struct fuzz_thread *t)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ll + now.tv_nsec +
	       rng_below(&t->rng, WAIT_NS);
}

static void fill_gem_close(struct fuzz_thread *t, void *args)
{
	struct drm_gem_close *close = args;

	close->handle = fuzz_pick(t, FUZZ_BO);
}

static void fill_export(struct fuzz_thread *t, void *args)
{
	struct drm_prime_handle *prime = args;

	prime->handle = fuzz_pick(t, FUZZ_BO);
	prime->flags = O_CLOEXEC | (rng_one_in(&t->rng, 2) ? O_RDWR : 0);
}

/* Into a place of its own, so that stale numbers stay harmless. */
static void done_export(struct fuzz_thread *t, const void *args)
{
	const struct drm_prime_handle *prime = args;

	dup2(prime->fd, FUZZ_FD_DMABUF + rng_below(&t->rng, FUZZ_DMABUFS));
	close(prime->fd);
}

static void fill_import(struct fuzz_thread *t, void *args)
{
	struct drm_prime_handle *prime = args;

	prime->fd = FUZZ_FD_DMABUF + rng_below(&t->rng, FUZZ_DMABUFS);
	if (rng_one_in(&t->rng, 16))
		prime->fd = FUZZ_FD_COMPUTE + rng_below(&t->rng, FUZZ_FILES);
}

static void done_import(struct fuzz_thread *t, const void *args)
{
	const struct drm_prime_handle *prime = args;

	fuzz_keep(t, FUZZ_BO, prime->handle);
}

static void fill_sync_create(struct fuzz_thread *t, void *args)
{
	struct drm_syncobj_create *create = args;

	create->flags = rng_below(&t->rng, 2);
}

static void done_sync_create(struct fuzz_thread *t, const void *args)
{
	const struct drm_syncobj_create *create = args;

	fuzz_keep(t, FUZZ_SYNC, create->handle);
}

static void fill_sync_destroy(struct fuzz_thread *t, void *args)
{
	struct drm_syncobj_destroy *destroy = args;

	destroy->handle = fuzz_pick(t, FUZZ_SYNC);
}

static void fill_sync_export(struct fuzz_thread *t, void *args)
{
	struct drm_syncobj_handle *handle = args;

	handle->handle = fuzz_pick(t, FUZZ_SYNC);
	handle->flags = rng_below(&t->rng, 2);
	handle->fd = -1;
}

static void done_sync_export(struct fuzz_thread *t, const void *args)
{
	const struct drm_syncobj_handle *handle = args;

	dup2(handle->fd, FUZZ_FD_DMABUF + rng_below(&t->rng, FUZZ_DMABUFS));
	close(handle->fd);
}

static void fill_sync_import(struct fuzz_thread *t, void *args)
{
	struct drm_syncobj_handle *handle = args;

	handle->flags = rng_below(&t->rng, 2);
	handle->handle = handle->flags ? fuzz_pick(t, FUZZ_SYNC) : 0;
	handle->fd = FUZZ_FD_DMABUF + rng_below(&t->rng, FUZZ_DMABUFS);
}

static void done_sync_import(struct fuzz_thread *t, const void *args)
{
	const struct drm_syncobj_handle *handle = args;

	fuzz_keep(t, FUZZ_SYNC, handle->handle);
}

static uint64_t some_handles(struct fuzz_thread *t, uint32_t *count)
{
	uint32_t *handles = fuzz_scratch(t, HANDLES * sizeof(*handles));

	*count = 1 + rng_below(&t->rng, HANDLES);
	for (uint32_t i = 0; i < *count; i++)
		handles[i] = fuzz_pick(t, FUZZ_SYNC);
	return fuzz_pointer(t, handles);
}

static uint64_t some_points(struct fuzz_thread *t)
{
	uint64_t *points = fuzz_scratch(t, HANDLES * sizeof(*points));

	for (uint32_t i = 0; i < HANDLES; i++)
		points[i] = rng_one_in(&t->rng, 2) ?
				    0 :
				    1 + rng_below(&t->rng, 1000);
	return fuzz_pointer(t, points);
}

static void fill_sync_wait(struct fuzz_thread *t, void *args)
{
	struct drm_syncobj_wait *wait = args;

	wait->handles = some_handles(t, &wait->count_handles);
	wait->timeout_nsec = soon(t);
	wait->flags = rng_below(&t->rng, 4);
}

static void fill_timeline_wait(struct fuzz_thread *t, void *args)
{
	struct drm_syncobj_timeline_wait *wait = args;

	wait->handles = some_handles(t, &wait->count_handles);
	wait->points = some_points(t);
	wait->timeout_nsec = soon(t);
	wait->flags = rng_below(&t->rng, 8);
}

static void fill_sync_array(struct fuzz_thread *t, void *args)
{
	struct drm_syncobj_array *array = args;

	array->handles = some_handles(t, &array->count_handles);
}

static void fill_timeline_array(struct fuzz_thread *t, void *args)
{
	struct drm_syncobj_timeline_array *array = args;

	array->handles = some_handles(t, &array->count_handles);
	array->points = some_points(t);
	array->flags = rng_below(&t->rng, 2);
}

static void fill_transfer(struct fuzz_thread *t, void *args)
{
	struct drm_syncobj_transfer *transfer = args;

	transfer->src_handle = fuzz_pick(t, FUZZ_SYNC);
	transfer->dst_handle = fuzz_pick(t, FUZZ_SYNC);
	transfer->src_point = rng_below(&t->rng, 10);
	transfer->dst_point = rng_below(&t->rng, 1000);
	if (rng_one_in(&t->rng, 16))
		transfer->flags = DRM_SYNCOBJ_WAIT_FLAGS_WAIT_FOR_SUBMIT;
}

#define POINTER(type, member) (3u << (offsetof(struct type, member) / 4))
#define WORD(type, member) (1u << (offsetof(struct type, member) / 4))
/*
 * A wild time would be waited for: nobody says that is wrong. A wild count makes
 * DRM core 6.12 ask for more memory than the allocator lets pass in silence.
 * Wild flags of a transfer make it lose the source: docs/decisions.md.
 */
#define WAIT_KEPT                                \
	(POINTER(drm_syncobj_wait, handles) |    \
	 WORD(drm_syncobj_wait, count_handles) | \
	 POINTER(drm_syncobj_wait, timeout_nsec))
#define TIMELINE_WAIT_KEPT                                \
	(POINTER(drm_syncobj_timeline_wait, handles) |    \
	 POINTER(drm_syncobj_timeline_wait, points) |     \
	 WORD(drm_syncobj_timeline_wait, count_handles) | \
	 POINTER(drm_syncobj_timeline_wait, timeout_nsec))
#define ARRAY_KEPT                             \
	(POINTER(drm_syncobj_array, handles) | \
	 WORD(drm_syncobj_array, count_handles))
#define TIMELINE_ARRAY_KEPT                             \
	(POINTER(drm_syncobj_timeline_array, handles) | \
	 POINTER(drm_syncobj_timeline_array, points) |  \
	 WORD(drm_syncobj_timeline_array, count_handles))
#define TRANSFER_KEPT WORD(drm_syncobj_transfer, flags)
/* The descriptor: a wild one may be the program's own stdout. */
#define PRIME_KEPT (1u << (offsetof(struct drm_prime_handle, fd) / 4))

const struct fuzz_call fuzz_core_calls[] = {
	{ "GEM_CLOSE", DRM_IOCTL_GEM_CLOSE, fill_gem_close, NULL, NULL, 0, true,
	  false },
	{ "PRIME_HANDLE_TO_FD", DRM_IOCTL_PRIME_HANDLE_TO_FD, fill_export,
	  done_export, NULL, PRIME_KEPT, true, false },
	{ "PRIME_FD_TO_HANDLE", DRM_IOCTL_PRIME_FD_TO_HANDLE, fill_import,
	  done_import, NULL, PRIME_KEPT, true, false },
	{ "SYNCOBJ_CREATE", DRM_IOCTL_SYNCOBJ_CREATE, fill_sync_create,
	  done_sync_create, NULL, 0, true, false },
	{ "SYNCOBJ_DESTROY", DRM_IOCTL_SYNCOBJ_DESTROY, fill_sync_destroy, NULL,
	  NULL, 0, true, false },
	{ "SYNCOBJ_HANDLE_TO_FD", DRM_IOCTL_SYNCOBJ_HANDLE_TO_FD,
	  fill_sync_export, done_sync_export, NULL, 0, true, false },
	{ "SYNCOBJ_FD_TO_HANDLE", DRM_IOCTL_SYNCOBJ_FD_TO_HANDLE,
	  fill_sync_import, done_sync_import, NULL, 0, true, false },
	{ "SYNCOBJ_WAIT", DRM_IOCTL_SYNCOBJ_WAIT, fill_sync_wait, NULL, NULL,
	  WAIT_KEPT, true, false },
	{ "SYNCOBJ_TIMELINE_WAIT", DRM_IOCTL_SYNCOBJ_TIMELINE_WAIT,
	  fill_timeline_wait, NULL, NULL, TIMELINE_WAIT_KEPT, true, false },
	{ "SYNCOBJ_RESET", DRM_IOCTL_SYNCOBJ_RESET, fill_sync_array, NULL, NULL,
	  ARRAY_KEPT, true, false },
	{ "SYNCOBJ_SIGNAL", DRM_IOCTL_SYNCOBJ_SIGNAL, fill_sync_array, NULL,
	  NULL, ARRAY_KEPT, true, false },
	{ "SYNCOBJ_TIMELINE_SIGNAL", DRM_IOCTL_SYNCOBJ_TIMELINE_SIGNAL,
	  fill_timeline_array, NULL, NULL, TIMELINE_ARRAY_KEPT, true, false },
	{ "SYNCOBJ_QUERY", DRM_IOCTL_SYNCOBJ_QUERY, fill_timeline_array, NULL,
	  NULL, TIMELINE_ARRAY_KEPT, true, false },
	{ "SYNCOBJ_TRANSFER", DRM_IOCTL_SYNCOBJ_TRANSFER, fill_transfer, NULL,
	  NULL, TRANSFER_KEPT, true, false },
};

const unsigned int fuzz_core_call_count =
	sizeof(fuzz_core_calls) / sizeof(fuzz_core_calls[0]);
