// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs: blobs that a device is given once and executes many times.
 *
 * A program is in &axle_context.programs by its number, which holds a
 * reference, as jobs do; the last one unloads it. It is in
 * &axle_device.programs from load to unload, so that a reset device can be
 * given it again; the kit's copy of the blob serves for that.
 */
#include <linux/dma-mapping.h>
#include <linux/mm.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#include "axle_queue_internal.h"

/* The pages of a blob; it may be of either allocator. */
static int axle_program_set_pages(struct axle_program *program)
{
	const void *data = program->data, *at = data - offset_in_page(data);
	u32 count = PFN_UP(offset_in_page(data) + program->size), i;
	struct page **pages;
	int err;

	pages = kvmalloc_array(count, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	for (i = 0; i < count; i++, at += PAGE_SIZE)
		pages[i] = is_vmalloc_addr(at) ? vmalloc_to_page(at) :
						 virt_to_page(at);
	err = sg_alloc_table_from_pages(&program->sgt, pages, count,
					offset_in_page(data), program->size,
					GFP_KERNEL);
	kvfree(pages);
	return err;
}

static void axle_program_release(struct axle_program *program)
{
	ida_free(&program->ctx->adev->program_ids, program->id);
	sg_free_table(&program->sgt);
	kvfree(program->data);
	kfree(program);
}

/* Loads it with a list of where its parts are, which the device reads. */
static int axle_program_give_list(struct axle_program *program)
{
	struct axle_device *adev = program->ctx->adev;
	size_t size = program->sgt.nents * sizeof(struct axle_segment);
	struct axle_segment *list;
	struct scatterlist *sg;
	unsigned int i;
	int err;

	list = dma_alloc_coherent(adev->drm.dev, size, &program->list,
				  GFP_KERNEL);
	if (!list)
		return -ENOMEM;
	for_each_sgtable_dma_sg(&program->sgt, sg, i)
		list[i] = (struct axle_segment){
			.address = cpu_to_le64(sg_dma_address(sg)),
			.size = cpu_to_le32(sg_dma_len(sg)),
		};
	program->num_segments = program->sgt.nents;
	err = adev->ops->program->load(program);
	dma_free_coherent(adev->drm.dev, size, list, program->list);
	return err;
}

static int axle_program_give(struct axle_program *program)
{
	struct device *dev = program->ctx->adev->drm.dev;
	int err;

	err = dma_map_sgtable(dev, &program->sgt, DMA_TO_DEVICE, 0);
	if (err)
		return err;
	err = axle_program_give_list(program);
	dma_unmap_sgtable(dev, &program->sgt, DMA_TO_DEVICE, 0);
	return err;
}

static void axle_program_free(struct kref *ref)
{
	struct axle_program *program =
		container_of(ref, struct axle_program, ref);
	struct axle_device *adev = program->ctx->adev;

	mutex_lock(&adev->programs_lock);
	list_del(&program->link);
	mutex_unlock(&adev->programs_lock);
	if (adev->ops->program->unload)
		adev->ops->program->unload(program);
	axle_program_release(program);
}

/**
 * axle_program_put() - Drop a reference to a program.
 * @program: the program
 *
 * May sleep.
 */
void axle_program_put(struct axle_program *program)
{
	kref_put(&program->ref, axle_program_free);
}

/**
 * axle_program_find() - Look up a program.
 * @ctx: the context
 * @number: as PROGRAM_CREATE gave it
 *
 * Return: the program, to be given back with axle_program_put(), or NULL.
 */
struct axle_program *axle_program_find(struct axle_context *ctx, u32 number)
{
	struct axle_program *program;

	xa_lock(&ctx->programs);
	program = xa_load(&ctx->programs, number);
	if (program)
		kref_get(&program->ref);
	xa_unlock(&ctx->programs);
	return program;
}

static int axle_program_init(struct axle_program *program,
			     const struct drm_axle_program_create *args)
{
	struct axle_device *adev = program->ctx->adev;
	void *data;
	int id;

	id = ida_alloc_max(&adev->program_ids,
			   (adev->programs_max ?: INT_MAX) - 1, GFP_KERNEL);
	if (id < 0)
		return id;
	program->id = id;
	data = vmemdup_user(u64_to_user_ptr(args->data), args->size);
	if (IS_ERR(data)) {
		ida_free(&adev->program_ids, id);
		return PTR_ERR(data);
	}
	program->data = data;
	program->size = args->size;
	return 0;
}

static struct axle_program *
axle_program_alloc(struct axle_context *ctx,
		   const struct drm_axle_program_create *args)
{
	struct axle_program *program;
	int err;

	program = kzalloc(sizeof(*program), GFP_KERNEL_ACCOUNT);
	if (!program)
		return ERR_PTR(-ENOMEM);
	program->ctx = ctx;
	kref_init(&program->ref);
	err = axle_program_init(program, args);
	if (err) {
		kfree(program);
		return ERR_PTR(err);
	}
	err = axle_program_set_pages(program);
	if (err) {
		axle_program_release(program);
		return ERR_PTR(err);
	}
	return program;
}

/* The reset waits for whoever is here, so it sees a whole list. */
static int axle_program_load(struct axle_program *program)
{
	struct axle_device *adev = program->ctx->adev;
	int cookie;
	int err;

	err = axle_hw_enter(adev, &cookie);
	if (err)
		return err;
	err = axle_program_give(program);
	if (!err) {
		mutex_lock(&adev->programs_lock);
		list_add_tail(&program->link, &adev->programs);
		mutex_unlock(&adev->programs_lock);
	}
	axle_hw_exit(adev, cookie);
	return err;
}

static int axle_program_check(const struct axle_device *adev,
			      const struct drm_axle_program_create *args)
{
	const struct axle_program_ops *ops = adev->ops->program;

	if (!ops)
		return -EOPNOTSUPP;
	if (args->flags || args->program || args->info)
		return -EINVAL;
	return args->size && args->size <= ops->size_max ? 0 : -EINVAL;
}

/**
 * axle_program_create_ioctl() - %DRM_IOCTL_AXLE_PROGRAM_CREATE.
 * @adev: the device
 * @ctx: the context
 * @data: &struct drm_axle_program_create
 *
 * Return: 0 or a negative errno.
 */
int axle_program_create_ioctl(struct axle_device *adev,
			      struct axle_context *ctx, void *data)
{
	struct drm_axle_program_create *args = data;
	struct axle_program *program;
	u32 number;
	int err = axle_program_check(adev, args);

	if (err)
		return err;
	program = axle_program_alloc(ctx, args);
	if (IS_ERR(program))
		return PTR_ERR(program);
	/* The number is taken, but finds nothing before the device has it. */
	err = xa_alloc(&ctx->programs, &number, NULL,
		       XA_LIMIT(1, adev->ops->program->per_context),
		       GFP_KERNEL);
	if (err)
		goto err_free;
	err = axle_program_load(program);
	if (err)
		goto err_number;
	args->program = number;
	args->info = program->info;
	xa_store(&ctx->programs, number, program, GFP_KERNEL);
	return 0;

err_number:
	xa_erase(&ctx->programs, number);
err_free:
	axle_program_release(program);
	return err == -EBUSY ? -ENOSPC : err;
}

/**
 * axle_program_destroy_ioctl() - %DRM_IOCTL_AXLE_PROGRAM_DESTROY.
 * @adev: the device
 * @ctx: the context
 * @data: &struct drm_axle_program_destroy
 *
 * Return: 0 or a negative errno.
 */
int axle_program_destroy_ioctl(struct axle_device *adev,
			       struct axle_context *ctx, void *data)
{
	const struct drm_axle_program_destroy *args = data;
	struct axle_program *program;

	if (!adev->ops->program)
		return -EOPNOTSUPP;
	if (args->pad)
		return -EINVAL;
	program = axle_program_find(ctx, args->program);
	if (!program)
		return -ENOENT;
	/* Of two calls at once, one erases it. */
	if (xa_cmpxchg(&ctx->programs, args->program, program, NULL, 0) ==
	    program)
		axle_program_put(program); /* the number's */
	axle_program_put(program);
	return 0;
}

/**
 * axle_context_close_programs() - Destroy the programs of a context.
 * @ctx: a context whose queues are gone
 */
void axle_context_close_programs(struct axle_context *ctx)
{
	struct axle_program *program;
	unsigned long number;

	xa_for_each(&ctx->programs, number, program)
		axle_program_put(program);
	xa_destroy(&ctx->programs);
}

/**
 * axle_programs_reload() - Give a device its programs again.
 * @adev: a device that has just been reset; &axle_device.reset_sem is held
 *
 * Return: 0 or what the driver says.
 */
int axle_programs_reload(struct axle_device *adev)
{
	struct axle_program *program;
	unsigned int flags;
	int err = 0;

	/* Fences wait for the reset, so it does not wait for memory. */
	flags = memalloc_noreclaim_save();
	mutex_lock(&adev->programs_lock);
	list_for_each_entry(program, &adev->programs, link) {
		err = axle_program_give(program);
		if (err)
			break;
	}
	mutex_unlock(&adev->programs_lock);
	memalloc_noreclaim_restore(flags);
	return err;
}
