// SPDX-License-Identifier: GPL-2.0-only
/*
 * Arrays of syncobjs, as VM_BIND and SUBMIT have them: what to wait for and
 * what to signal. All that can fail is done before a fence is published.
 */
#include <linux/dma-fence.h>
#include <linux/dma-fence-chain.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include <drm/drm_syncobj.h>

#include "axle_internal.h"

/**
 * axle_sync_check() - Check what a user says of a syncobj.
 * @sync: the user's struct
 *
 * Return: 0, or -EINVAL unless a timeline, and nothing else, has a point.
 */
int axle_sync_check(const struct drm_axle_sync *sync)
{
	bool timeline = sync->flags == DRM_AXLE_SYNC_TIMELINE;

	if (sync->flags & ~DRM_AXLE_SYNC_TIMELINE || timeline != !!sync->point)
		return -EINVAL;
	return 0;
}

static struct drm_axle_sync *axle_syncs_read(u64 data, u32 count)
{
	struct drm_axle_sync *syncs;
	u32 i;

	if (count > DRM_AXLE_SYNCS_MAX)
		return ERR_PTR(-EINVAL);
	syncs = memdup_array_user(u64_to_user_ptr(data), count, sizeof(*syncs));
	if (IS_ERR(syncs))
		return syncs;
	for (i = 0; i < count; i++) {
		int err = axle_sync_check(&syncs[i]);

		if (err) {
			kfree(syncs);
			return ERR_PTR(err);
		}
	}
	return syncs;
}

/**
 * axle_fences_put() - Drop what axle_syncs_wait() has got.
 * @fences: the array; freed
 * @count: elements
 */
void axle_fences_put(struct dma_fence **fences, u32 count)
{
	u32 i;

	for (i = 0; i < count; i++)
		dma_fence_put(fences[i]);
	kfree(fences);
}

/**
 * axle_syncs_wait() - Get the fences of an array of syncobjs to wait for.
 * @ctx: the context
 * @data: the user's array of &struct drm_axle_sync
 * @count: elements
 * @fences: out: as many fences, NULL for none
 *
 * Return: 0, -EINVAL also for a syncobj without a fence, -ENOENT, -EFAULT,
 * -ENOMEM.
 */
int axle_syncs_wait(struct axle_context *ctx, u64 data, u32 count,
		    struct dma_fence ***fences)
{
	struct drm_axle_sync *syncs;
	struct dma_fence **found;
	int err = 0;
	u32 i;

	*fences = NULL;
	if (!count)
		return 0;
	syncs = axle_syncs_read(data, count);
	if (IS_ERR(syncs))
		return PTR_ERR(syncs);
	found = kcalloc(count, sizeof(*found), GFP_KERNEL);
	if (!found)
		err = -ENOMEM;
	for (i = 0; i < count && !err; i++)
		err = drm_syncobj_find_fence(ctx->file, syncs[i].handle,
					     syncs[i].point, 0, &found[i]);
	kfree(syncs);
	if (err && found)
		axle_fences_put(found, i ? i - 1 : 0);
	else
		*fences = found;
	return err;
}

/**
 * axle_signal_init() - Get a syncobj to signal.
 * @ctx: the context
 * @sync: which; axle_sync_check() has passed it
 * @signal: out: zeroed before; for axle_signal_fini(), also after a failure
 *
 * Return: 0, -ENOENT, -ENOMEM.
 */
int axle_signal_init(struct axle_context *ctx, const struct drm_axle_sync *sync,
		     struct axle_signal *signal)
{
	signal->point = sync->point;
	signal->syncobj = drm_syncobj_find(ctx->file, sync->handle);
	if (!signal->syncobj)
		return -ENOENT;
	if (!sync->point)
		return 0;
	signal->chain = dma_fence_chain_alloc();
	return signal->chain ? 0 : -ENOMEM;
}

/**
 * axle_signal_fini() - Drop what axle_signal_init() has got.
 * @signal: the syncobj
 */
void axle_signal_fini(struct axle_signal *signal)
{
	if (signal->syncobj)
		drm_syncobj_put(signal->syncobj);
	dma_fence_chain_free(signal->chain);
}

/**
 * axle_signals_free() - Free an array of syncobjs to signal.
 * @signals: the array, or NULL
 * @count: elements
 */
void axle_signals_free(struct axle_signal *signals, u32 count)
{
	u32 i;

	for (i = 0; signals && i < count; i++)
		axle_signal_fini(&signals[i]);
	kfree(signals);
}

/**
 * axle_syncs_signal() - Get an array of syncobjs to signal.
 * @ctx: the context
 * @data: the user's array of &struct drm_axle_sync
 * @count: elements
 * @signals: out: for axle_signals_set() and axle_signals_free()
 *
 * Return: 0, -EINVAL, -ENOENT, -EFAULT, -ENOMEM.
 */
int axle_syncs_signal(struct axle_context *ctx, u64 data, u32 count,
		      struct axle_signal **signals)
{
	struct drm_axle_sync *syncs;
	int err = 0;
	u32 i;

	*signals = NULL;
	if (!count)
		return 0;
	syncs = axle_syncs_read(data, count);
	if (IS_ERR(syncs))
		return PTR_ERR(syncs);
	*signals = kcalloc(count, sizeof(**signals), GFP_KERNEL);
	if (!*signals)
		err = -ENOMEM;
	for (i = 0; i < count && !err; i++)
		err = axle_signal_init(ctx, &syncs[i], &(*signals)[i]);
	kfree(syncs);
	if (err) {
		axle_signals_free(*signals, count);
		*signals = NULL;
	}
	return err;
}

/**
 * axle_signals_set() - Publish a fence.
 * @signals: where; may be NULL
 * @count: elements
 * @fence: the fence, which will signal in bounded time
 *
 * Cannot fail.
 */
void axle_signals_set(struct axle_signal *signals, u32 count,
		      struct dma_fence *fence)
{
	u32 i;

	for (i = 0; i < count; i++) {
		if (!signals[i].chain) {
			drm_syncobj_replace_fence(signals[i].syncobj, fence);
			continue;
		}
		drm_syncobj_add_point(signals[i].syncobj, signals[i].chain,
				      fence, signals[i].point);
		signals[i].chain = NULL;
	}
}
