// SPDX-License-Identifier: MIT
/*
 * Buffer objects, and memory of the provider's own: made by the kernel, mapped
 * here, and with an address in the context's one address space if the device
 * has an MMU.
 */
#include "kit.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define LARGE_PAGE (2ull << 20) /* of the device's MMU */
#define REGIONS_MAX 16

int axle_vm_number(struct axle_context *ac, uint32_t *vm)
{
	struct drm_axle_vm_create args = { 0 };
	int err = 0;

	pthread_mutex_lock(&ac->lock);
	if (ac->has_vm && !ac->vm)
		err = axle_call(ac, DRM_IOCTL_AXLE_VM_CREATE, &args);
	if (args.vm)
		ac->vm = args.vm;
	*vm = ac->vm;
	pthread_mutex_unlock(&ac->lock);
	return err;
}

static int take_range(struct axle_context *ac, struct axle_memory *memory)
{
	uint64_t align = memory->size < LARGE_PAGE ? AXLE_PAGE : LARGE_PAGE;
	int err;

	pthread_mutex_lock(&ac->lock);
	/* A page that nobody has is between any two. */
	err = axle_range_take(&ac->ranges, memory->size, align, AXLE_PAGE,
			      &memory->range);
	pthread_mutex_unlock(&ac->lock);
	return err;
}

static void give_range(struct axle_context *ac, struct axle_memory *memory)
{
	pthread_mutex_lock(&ac->lock);
	axle_range_give(&ac->ranges, &memory->range);
	pthread_mutex_unlock(&ac->lock);
	memory->range.start = 0;
}

static int change(struct axle_context *ac, const struct axle_memory *memory,
		  uint32_t op)
{
	const struct drm_axle_bind bind = {
		.op = op,
		.handle = op == DRM_AXLE_BIND_MAP ? memory->handle : 0,
		.address = memory->range.start,
		.size = memory->size,
	};
	struct drm_axle_vm_bind args = {
		.vm = ac->vm,
		.binds = (uintptr_t)&bind,
		.bind_count = 1,
		.bind_stride = sizeof(bind),
	};

	return axle_call(ac, DRM_IOCTL_AXLE_VM_BIND, &args);
}

int axle_memory_address(struct axle_context *ac, struct axle_memory *memory)
{
	uint32_t vm;
	int err;

	if (!ac->has_vm)
		return 0;
	err = axle_vm_number(ac, &vm);
	if (!err)
		err = take_range(ac, memory);
	if (err)
		return err;
	err = change(ac, memory, DRM_AXLE_BIND_MAP);
	if (err)
		give_range(ac, memory);
	return err;
}

static int map(struct axle_context *ac, struct axle_memory *memory)
{
	struct drm_axle_bo_info info = { .handle = memory->handle };
	int err = axle_call(ac, DRM_IOCTL_AXLE_BO_INFO, &info);
	void *at;

	if (err)
		return err;
	if (!info.mmap_offset)
		return -EOPNOTSUPP;
	at = mmap(NULL, memory->size, PROT_READ | PROT_WRITE, MAP_SHARED,
		  axle_fd(ac), (off_t)info.mmap_offset);
	if (at == MAP_FAILED)
		return -errno;
	memory->at = at;
	return 0;
}

/* The device's own region, or -EOPNOTSUPP. */
static int find_device_region(struct axle_context *ac, uint32_t *region)
{
	struct {
		uint32_t count, stride;
		struct drm_axle_memory_region regions[REGIONS_MAX];
	} answer = { 0 };
	int err =
		axle_query(ac, DRM_AXLE_TOPIC_MEMORY, &answer, sizeof(answer));

	if (err)
		return err;
	if (answer.stride < sizeof(answer.regions[0]))
		return -EOPNOTSUPP;
	for (uint32_t i = 0; i < answer.count; i++) {
		uint64_t at = (uint64_t)i * answer.stride;
		const struct drm_axle_memory_region *r =
			(const void *)((const uint8_t *)answer.regions + at);

		if (at + sizeof(*r) > sizeof(answer.regions))
			break;
		if (r->kind == DRM_AXLE_MEMORY_DEVICE) {
			*region = i;
			return 0;
		}
	}
	return -EOPNOTSUPP;
}

/* Flags: AXL_BO_*. */
static int create(struct axle_context *ac, uint64_t size, uint32_t flags,
		  bool mapped, struct axle_memory *out)
{
	struct drm_axle_bo_create args = {
		.size = size,
		.flags = (mapped ? DRM_AXLE_BO_CPU : 0) |
			 (flags & AXL_BO_EXPORT ? DRM_AXLE_BO_EXPORT : 0),
	};
	bool device = flags & AXL_BO_DEVICE;
	int err = device ? find_device_region(ac, &args.region) : 0;

	if (!err)
		err = axle_call(ac, DRM_IOCTL_AXLE_BO_CREATE, &args);
	if (err)
		return err;
	*out = (struct axle_memory){ .handle = args.handle, .size = args.size };
	return 0;
}

int axle_memory_new(struct axle_context *ac, uint64_t size, uint32_t flags,
		    bool mapped, struct axle_memory *out)
{
	struct axle_memory memory = { 0 };
	int err = create(ac, size, flags, mapped, &memory);

	if (err)
		return err;
	if (mapped)
		err = map(ac, &memory);
	/* The range is linked to where it is, so that has to be the last. */
	*out = memory;
	if (!err)
		err = axle_memory_address(ac, out);
	if (err)
		axle_memory_free(ac, out);
	return err;
}

void axle_memory_free(struct axle_context *ac, struct axle_memory *memory)
{
	if (!memory->handle)
		return;
	if (memory->range.start) {
		/* A device that is gone uses nothing any more. */
		change(ac, memory, DRM_AXLE_BIND_UNMAP);
		give_range(ac, memory);
	}
	if (memory->at)
		munmap(memory->at, memory->size);
	axle_handle_put(ac, memory);
	*memory = (struct axle_memory){ 0 };
}

/* A block of a queue with its memory. */
struct block {
	struct axlv_block base;
	struct axle_memory memory;
};

int axle_block_new(struct axlv_context *vc, enum axlv_use use, uint64_t size,
		   struct axlv_block **out)
{
	struct axle_context *ac = (struct axle_context *)vc;
	struct block *block = calloc(1, sizeof(*block));
	int err = -EOPNOTSUPP;

	if (!block)
		return -ENOMEM;
	/* Scratch is the device's own, and best where that is nearest. */
	if (use == AXLV_SCRATCH && ac->has_vm)
		err = axle_memory_new(ac, size, AXL_BO_DEVICE, false,
				      &block->memory);
	if (err && err != -ENODEV)
		err = axle_memory_new(ac, size, 0, use == AXLV_TABLE,
				      &block->memory);
	if (err) {
		free(block);
		return err;
	}
	block->base.at = block->memory.at;
	block->base.address = block->memory.range.start;
	*out = &block->base;
	return 0;
}

void axle_block_free(struct axlv_context *vc, struct axlv_block *block)
{
	axle_memory_free((struct axle_context *)vc,
			 &((struct block *)block)->memory);
	free(block);
}

uint32_t axle_block_handle(const struct axlv_block *block)
{
	return ((const struct block *)block)->memory.handle;
}

static int fail_create(struct axl_bo *bo, int err)
{
	bool device = bo->flags & AXL_BO_DEVICE;

	if (err == -ENOSPC || (err == -EINVAL && !bo->user_memory))
		return axlp_fail(&bo->error, -ENOMEM,
				 device ?
					 "the device's memory is full" :
					 "there is no room for so much memory");
	if (err == -EOPNOTSUPP && device && bo->flags & AXL_BO_EXPORT)
		return axlp_fail(&bo->error, err,
				 "memory of the device's own cannot be "
				 "exported");
	if (err == -EOPNOTSUPP && device)
		return axlp_fail(&bo->error, err,
				 "the device has no memory of its own");
	if (err == -EOPNOTSUPP)
		return axlp_fail(&bo->error, err,
				 "the device has no buffer objects");
	if (err == -EFAULT)
		return axlp_fail(&bo->error, err,
				 "the memory is not there, or cannot be "
				 "written");
	if (err == -ENOMEM && bo->user_memory)
		return axlp_fail(&bo->error, err,
				 "out of memory, or of what may be pinned "
				 "(ulimit -l)");
	return axlp_fail(&bo->error, err, "no memory for the device: %s",
			 axlp_explain(err));
}

/* Whole pages around the program's memory. */
static int pin(struct axle_context *ac, struct axle_bo *ab)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	uint64_t start = (uintptr_t)ab->base.memory;
	uint64_t end = (start + ab->base.size + page - 1) / page * page;
	struct drm_axle_bo_from_user args = {
		.address = start / page * page,
		.size = end - start / page * page,
	};
	int err = axle_call(ac, DRM_IOCTL_AXLE_BO_FROM_USER, &args);

	if (err)
		return err;
	ab->delta = (uint32_t)(start % page);
	ab->memory.handle = args.handle;
	ab->memory.size = args.size;
	err = axle_memory_address(ac, &ab->memory);
	if (err)
		axle_memory_free(ac, &ab->memory);
	return err;
}

int axle_bo_create(struct axl_bo *bo)
{
	struct axle_context *ac = axle_context_of(bo->context);
	struct axle_bo *ab = axle_bo_of(bo);
	int err;

	if (bo->user_memory)
		err = pin(ac, ab);
	else
		err = axle_memory_new(ac, bo->size, bo->flags, true,
				      &ab->memory);
	if (err)
		return fail_create(bo, err);
	if (!bo->user_memory)
		bo->memory = ab->memory.at;
	bo->address = ab->memory.range.start + ab->delta;
	return 0;
}

void axle_bo_destroy(struct axl_bo *bo)
{
	axle_memory_free(axle_context_of(bo->context), &axle_bo_of(bo)->memory);
}
