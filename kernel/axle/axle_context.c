// SPDX-License-Identifier: GPL-2.0-only
/*
 * Contexts: one per open file of the compute node.
 *
 * The hardware caps their number; of them, one user can have half, so that no
 * uid keeps all others out. Time and memory are accounted here, per context
 * for fdinfo and per device for queries.
 *
 * A context is in the device's list from open to close. The list and its
 * length are under contexts_lock, busy times under busy_lock, which interrupt
 * handlers may take. What else a context has, it has until its file's last
 * close: DRM core then drops its buffer objects and syncobjs, and then calls
 * axle_postclose().
 */
#include <linux/axle_netlink.h>
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/math.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include <drm/drm_gem.h>
#include <drm/drm_print.h>

#include "axle_internal.h"

/**
 * axle_contexts_per_user() - Contexts that one unprivileged uid can have.
 * @adev: the device
 *
 * Return: half of all, at least one.
 */
u32 axle_contexts_per_user(const struct axle_device *adev)
{
	return DIV_ROUND_UP(adev->contexts_max, 2);
}

static u32 axle_contexts_of_user(struct axle_device *adev, kuid_t uid)
{
	struct axle_context *ctx;
	u32 count = 0;

	lockdep_assert_held(&adev->contexts_lock);
	list_for_each_entry(ctx, &adev->contexts, link)
		count += uid_eq(ctx->uid, uid);
	return count;
}

/* Puts the context into the list, so that it counts against the limits. */
static int axle_context_claim(struct axle_context *ctx)
{
	struct axle_device *adev = ctx->adev;
	bool limited = !capable(CAP_SYS_RESOURCE);
	int err;

	/* Before the lock, which resets take, and so fences wait for. */
	err = ida_alloc_max(&adev->context_ids, adev->contexts_max - 1,
			    GFP_KERNEL);
	if (err < 0)
		return err == -ENOSPC ? -EUSERS : err;
	ctx->id = err;
	err = 0;
	mutex_lock(&adev->contexts_lock);
	if (limited && axle_contexts_of_user(adev, ctx->uid) >=
			       axle_contexts_per_user(adev))
		err = -EDQUOT;
	if (!err) {
		list_add_tail(&ctx->link, &adev->contexts);
		WRITE_ONCE(adev->contexts_used, adev->contexts_used + 1);
	}
	mutex_unlock(&adev->contexts_lock);
	if (err)
		ida_free(&adev->context_ids, ctx->id);
	return err;
}

static void axle_context_release(struct axle_context *ctx)
{
	struct axle_device *adev = ctx->adev;

	mutex_lock(&adev->contexts_lock);
	list_del(&ctx->link);
	WRITE_ONCE(adev->contexts_used, adev->contexts_used - 1);
	mutex_unlock(&adev->contexts_lock);
	ida_free(&adev->context_ids, ctx->id);
}

static void axle_context_charge(struct axle_context *ctx, s64 sign)
{
	const struct axle_ops *ops = ctx->adev->ops;
	unsigned int i;

	for (i = 0; i < ops->num_regions; i++)
		axle_mem_charge(ctx, i, sign * ops->regions[i].per_context);
}

static int axle_context_setup(struct axle_context *ctx)
{
	struct axle_device *adev = ctx->adev;
	int cookie;
	int err;

	if (!adev->ops->context_open)
		return 0;
	err = axle_hw_enter(adev, &cookie);
	if (err)
		return err;
	err = adev->ops->context_open(ctx);
	ctx->opened = !err;
	axle_hw_exit(adev, cookie);
	return err;
}

/**
 * axle_contexts_reopen() - Give a device its contexts again.
 * @adev: a device that has just been reset; &axle_device.reset_sem is held
 *
 * Return: 0 or what the driver says.
 */
int axle_contexts_reopen(struct axle_device *adev)
{
	struct axle_context *ctx;
	int err = 0;

	if (!adev->ops->context_open)
		return 0;
	mutex_lock(&adev->contexts_lock);
	list_for_each_entry(ctx, &adev->contexts, link) {
		if (ctx->opened)
			err = adev->ops->context_open(ctx);
		if (err)
			break;
	}
	mutex_unlock(&adev->contexts_lock);
	return err;
}

/* Not opened any more first, or a reset would do that in between. */
static void axle_context_shut(struct axle_context *ctx)
{
	struct axle_device *adev = ctx->adev;

	mutex_lock(&adev->contexts_lock);
	ctx->opened = false;
	mutex_unlock(&adev->contexts_lock);
	if (adev->ops->context_close)
		adev->ops->context_close(ctx);
}

/**
 * axle_open() - open of the compute node.
 * @drm: the DRM device
 * @file: the file
 *
 * For DEFINE_AXLE_DRIVER(); drivers do not call it.
 *
 * Return: 0 or a negative errno.
 */
int axle_open(struct drm_device *drm, struct drm_file *file)
{
	struct axle_context *ctx;
	int err;

	ctx = kzalloc(sizeof(*ctx), GFP_KERNEL_ACCOUNT);
	if (!ctx)
		return -ENOMEM;
	ctx->adev = to_axle_device(drm);
	ctx->file = file;
	ctx->uid = current_uid();
	ctx->pid = task_tgid_nr(current);
	xa_init_flags(&ctx->vms, XA_FLAGS_ALLOC1);
	xa_init_flags(&ctx->queues, XA_FLAGS_ALLOC1);
	xa_init_flags(&ctx->programs, XA_FLAGS_ALLOC1);

	ctx->events = axle_events_alloc(ctx->adev, false);
	if (!ctx->events) {
		err = -ENOMEM;
		goto err_free;
	}
	err = axle_context_claim(ctx);
	if (err)
		goto err_free;
	err = axle_context_setup(ctx);
	if (err)
		goto err_release;
	axle_context_charge(ctx, 1);
	file->driver_priv = ctx;
	axle_notify(ctx->adev, &(const struct axle_notice){
				       .type = AXLE_EVENT_CONTEXT_CREATED,
				       .ctx = ctx,
			       });
	return 0;

err_release:
	axle_context_release(ctx);
err_free:
	axle_events_free(ctx->events);
	kfree(ctx);
	return err;
}
EXPORT_SYMBOL_GPL(axle_open);

/* What a driver has charged to a context and not given back is its bug. */
static void axle_context_check_empty(struct axle_context *ctx)
{
	struct axle_device *adev = ctx->adev;
	unsigned int i;

	for (i = 0; i < adev->ops->num_regions; i++)
		drm_WARN_ON(&adev->drm, atomic64_read(&ctx->mem[i]));
	for (i = 0; i < adev->ops->num_engines; i++)
		drm_WARN_ON(&adev->drm, ctx->busy[i].running);
}

/**
 * axle_postclose() - Last close of a file of the compute node.
 * @drm: the DRM device
 * @file: the file
 *
 * For DEFINE_AXLE_DRIVER(); drivers do not call it.
 */
void axle_postclose(struct drm_device *drm, struct drm_file *file)
{
	struct axle_context *ctx = file->driver_priv;

	axle_notify(ctx->adev, &(const struct axle_notice){
				       .type = AXLE_EVENT_CONTEXT_DESTROYED,
				       .ctx = ctx,
			       });
	axle_context_close_queues(ctx);
	axle_context_close_programs(ctx);
	axle_context_close_vms(ctx);
	axle_context_shut(ctx);
	axle_context_charge(ctx, -1);
	axle_context_check_empty(ctx);
	axle_context_release(ctx);
	file->driver_priv = NULL;
	axle_events_free(ctx->events);
	kfree(ctx);
}
EXPORT_SYMBOL_GPL(axle_postclose);

static void axle_busy_begin(struct axle_busy *busy, u64 now)
{
	if (!busy->running++)
		busy->since = now;
}

static void axle_busy_end(struct axle_busy *busy, u64 now)
{
	if (!--busy->running)
		busy->ns += now - busy->since;
}

/**
 * axle_busy_read() - How long an engine has worked up to now.
 * @adev: the device
 * @busy: one of the device's or of a context's
 *
 * Return: nanoseconds, including the present spell.
 */
u64 axle_busy_read(struct axle_device *adev, const struct axle_busy *busy)
{
	unsigned long flags;
	u64 ns;

	spin_lock_irqsave(&adev->busy_lock, flags);
	ns = busy->ns;
	if (busy->running)
		ns += ktime_get_ns() - busy->since;
	spin_unlock_irqrestore(&adev->busy_lock, flags);
	return ns;
}

/**
 * axle_engine_begin() - An engine begins to work for a context.
 * @ctx: the context
 * @engine: index into &axle_ops.engines
 *
 * Any context, interrupts included. An engine counts as busy while at least
 * one job is at work on it.
 */
void axle_engine_begin(struct axle_context *ctx, unsigned int engine)
{
	struct axle_device *adev = ctx->adev;
	u64 now = ktime_get_ns();
	unsigned long flags;

	spin_lock_irqsave(&adev->busy_lock, flags);
	axle_busy_begin(&adev->busy[engine], now);
	axle_busy_begin(&ctx->busy[engine], now);
	spin_unlock_irqrestore(&adev->busy_lock, flags);
}
EXPORT_SYMBOL_GPL(axle_engine_begin);

/**
 * axle_engine_end() - An engine has ended what axle_engine_begin() began.
 * @ctx: the context
 * @engine: index into &axle_ops.engines
 */
void axle_engine_end(struct axle_context *ctx, unsigned int engine)
{
	struct axle_device *adev = ctx->adev;
	u64 now = ktime_get_ns();
	unsigned long flags;

	spin_lock_irqsave(&adev->busy_lock, flags);
	axle_busy_end(&adev->busy[engine], now);
	axle_busy_end(&ctx->busy[engine], now);
	spin_unlock_irqrestore(&adev->busy_lock, flags);
}
EXPORT_SYMBOL_GPL(axle_engine_end);

/**
 * axle_engine_add() - An engine has worked for a context, as it turns out.
 * @ctx: the context
 * @engine: index into &axle_ops.engines
 * @ns: how long
 */
void axle_engine_add(struct axle_context *ctx, u32 engine, u64 ns)
{
	struct axle_device *adev = ctx->adev;
	unsigned long flags;

	spin_lock_irqsave(&adev->busy_lock, flags);
	adev->busy[engine].ns += ns;
	ctx->busy[engine].ns += ns;
	spin_unlock_irqrestore(&adev->busy_lock, flags);
}

/**
 * axle_engine_add_cycles() - The same, in cycles of the engine's clock.
 * @ctx: the context
 * @engine: index into &axle_ops.engines
 * @cycles: how many
 */
void axle_engine_add_cycles(struct axle_context *ctx, u32 engine, u64 cycles)
{
	struct axle_device *adev = ctx->adev;
	unsigned long flags;

	spin_lock_irqsave(&adev->busy_lock, flags);
	ctx->cycles[engine] += cycles;
	spin_unlock_irqrestore(&adev->busy_lock, flags);
}

static u64 axle_cycles_read(struct axle_context *ctx, u32 engine)
{
	struct axle_device *adev = ctx->adev;
	unsigned long flags;
	u64 cycles;

	spin_lock_irqsave(&adev->busy_lock, flags);
	cycles = ctx->cycles[engine];
	spin_unlock_irqrestore(&adev->busy_lock, flags);
	return cycles;
}

/**
 * axle_mem_charge() - Account memory to a context, besides buffer objects.
 * @ctx: the context
 * @region: index into &axle_ops.regions
 * @bytes: how much more; negative to give back
 */
void axle_mem_charge(struct axle_context *ctx, unsigned int region, s64 bytes)
{
	atomic64_add(bytes, &ctx->mem[region]);
	atomic64_add(bytes, &ctx->adev->mem_used[region]);
}
EXPORT_SYMBOL_GPL(axle_mem_charge);

static void axle_show_engine(struct drm_printer *p, struct axle_context *ctx,
			     u32 engine)
{
	struct axle_device *adev = ctx->adev;
	const char *name = adev->ops->engines[engine];
	u64 clock = axle_clock_max(adev);

	/* No drm-engine-capacity: each engine is one, however wide. */
	drm_printf(p, "drm-engine-%s:\t%llu ns\n", name,
		   axle_busy_read(adev, &ctx->busy[engine]));
	if (adev->ops->monitor && adev->ops->monitor->cycles)
		drm_printf(p, "drm-cycles-%s:\t%llu\n", name,
			   axle_cycles_read(ctx, engine));
	if (clock)
		drm_printf(p, "drm-maxfreq-%s:\t%llu Hz\n", name, clock);
}

/**
 * axle_show_fdinfo() - Engine time and memory of a file, for its fdinfo.
 * @p: where to print
 * @file: the file
 *
 * For DEFINE_AXLE_DRIVER(); drivers do not call it.
 */
void axle_show_fdinfo(struct drm_printer *p, struct drm_file *file)
{
	struct axle_context *ctx = file->driver_priv;
	struct axle_device *adev = ctx->adev;
	unsigned int i;

	axle_context_account(ctx);
	for (i = 0; i < adev->ops->num_engines; i++)
		axle_show_engine(p, ctx, i);
	for (i = 0; i < adev->ops->num_regions; i++) {
		struct drm_memory_stats stats;

		axle_context_memory(ctx, i, &stats);
		/* Nothing is purgeable, which is worth a zero. */
		drm_print_memory_stats(p, &stats,
				       AXLE_COMPAT_GEM_ACTIVE |
					       DRM_GEM_OBJECT_RESIDENT |
					       DRM_GEM_OBJECT_PURGEABLE,
				       adev->ops->regions[i].name);
	}
}
EXPORT_SYMBOL_GPL(axle_show_fdinfo);
