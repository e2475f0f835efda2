// SPDX-License-Identifier: MIT
/*
 * QEMU's "edu" device: served by the kit's provider, plus two calls.
 *
 * Each call is one job, with a page of memory, a queue and a syncobj that live
 * as long as the call. So calls keep nothing in the context but its error.
 */
#include "axlp.h"
#include "drm_core.h"

#include <axl/edu.h>
#include <drm/axle_edu.h>
#include <edu_regs.h>
#include <errno.h>
#include <linux/sync_file.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static const struct axlp_pci_id edu_ids[] = {
	{ EDU_PCI_VENDOR, EDU_PCI_DEVICE, "QEMU edu" },
};

const struct axlp_driver axlp_edu_driver = {
	.name = "edu",
	.bus_driver = "axle_edu",
	.module = "axle_edu",
	.ids = edu_ids,
	.num_ids = AXLP_ARRAY_SIZE(edu_ids),
	.ops = &axlp_axle_near_ops,
};

_Static_assert(AXL_EDU_FACTORIAL_MAX == DRM_AXLE_EDU_FACTORIAL_MAX,
	       "as the kernel has it");
_Static_assert(AXL_EDU_COPY_MAX == DRM_AXLE_EDU_BUFFER_SIZE,
	       "as the kernel has it");

/* What one call uses; zero and NULL are what it has not got. */
struct job {
	int fd; /* the context's */
	uint32_t bo;
	void *memory; /* of the buffer object */
	uint32_t queue;
	uint32_t sync;
};

static int check_edu(struct axl_context *ctx)
{
	ctx->error.text[0] = '\0';
	if (ctx->device->driver == &axlp_edu_driver)
		return 0;
	return axlp_fail(&ctx->error, -EOPNOTSUPP, "%s is not an edu device",
			 ctx->device->entry.name);
}

static int make_memory(struct job *job)
{
	struct drm_axle_bo_create create = { .size = AXL_EDU_COPY_MAX,
					     .flags = DRM_AXLE_BO_CPU };
	struct drm_axle_bo_info info = { 0 };
	void *memory;
	int err;

	err = axlp_ioctl(job->fd, DRM_IOCTL_AXLE_BO_CREATE, &create);
	if (err)
		return err;
	job->bo = info.handle = create.handle;
	err = axlp_ioctl(job->fd, DRM_IOCTL_AXLE_BO_INFO, &info);
	if (err)
		return err;
	memory = mmap(NULL, AXL_EDU_COPY_MAX, PROT_READ | PROT_WRITE,
		      MAP_SHARED, job->fd, (off_t)info.mmap_offset);
	if (memory == MAP_FAILED)
		return -errno;
	job->memory = memory;
	return 0;
}

static int job_open(struct job *job, uint32_t engine)
{
	struct drm_axle_queue_create queue = { .engine = engine,
					       .priority = 1 };
	struct drm_syncobj_create sync = { 0 };
	int err;

	err = make_memory(job);
	if (err)
		return err;
	err = axlp_ioctl(job->fd, DRM_IOCTL_AXLE_QUEUE_CREATE, &queue);
	if (err)
		return err;
	job->queue = queue.queue;
	err = axlp_ioctl(job->fd, DRM_IOCTL_SYNCOBJ_CREATE, &sync);
	job->sync = sync.handle;
	return err;
}

/* What it has not got the kernel does not know; a lost device knows nothing. */
static void job_close(struct job *job)
{
	struct drm_syncobj_destroy sync = { .handle = job->sync };
	struct drm_axle_queue_destroy queue = { .queue = job->queue };
	struct drm_gem_close bo = { .handle = job->bo };

	if (job->sync)
		axlp_ioctl(job->fd, DRM_IOCTL_SYNCOBJ_DESTROY, &sync);
	if (job->queue)
		axlp_ioctl(job->fd, DRM_IOCTL_AXLE_QUEUE_DESTROY, &queue);
	if (job->memory)
		munmap(job->memory, AXL_EDU_COPY_MAX);
	if (job->bo)
		axlp_ioctl(job->fd, DRM_IOCTL_GEM_CLOSE, &bo);
}

/* How the job ended: a syncobj does not tell, a sync file made of it does. */
static int job_result(const struct job *job)
{
	struct drm_syncobj_handle handle = {
		.handle = job->sync,
		.flags = DRM_SYNCOBJ_HANDLE_TO_FD_FLAGS_EXPORT_SYNC_FILE,
	};
	struct sync_file_info info = { 0 };
	int err;

	err = axlp_ioctl(job->fd, DRM_IOCTL_SYNCOBJ_HANDLE_TO_FD, &handle);
	if (err)
		return err;
	err = axlp_ioctl(handle.fd, SYNC_IOC_FILE_INFO, &info);
	close(handle.fd);
	return err || info.status > 0 ? err : info.status;
}

/* The kernel sees to it that it ends. */
static int job_wait(const struct job *job)
{
	struct drm_syncobj_wait wait = {
		.handles = (uintptr_t)&job->sync,
		.count_handles = 1,
		.timeout_nsec = INT64_MAX,
	};
	int err = axlp_ioctl(job->fd, DRM_IOCTL_SYNCOBJ_WAIT, &wait);

	return err ? err : job_result(job);
}

static int job_run(const struct job *job,
		   const struct drm_axle_edu_command *commands, uint32_t count)
{
	struct drm_axle_use use = { job->bo, DRM_AXLE_USE_WRITE };
	struct drm_axle_sync out = { .handle = job->sync };
	struct drm_axle_submit submit = {
		.queue = job->queue,
		.commands = (uintptr_t)commands,
		.command_size = count * (uint32_t)sizeof(*commands),
		.uses = (uintptr_t)&use,
		.use_count = 1,
		.out_syncs = (uintptr_t)&out,
		.out_sync_count = 1,
	};
	int err = axlp_ioctl(job->fd, DRM_IOCTL_AXLE_SUBMIT, &submit);

	return err ? err : job_wait(job);
}

static int compute_factorial(int fd, uint32_t n, uint32_t *result)
{
	const struct drm_axle_edu_command command = {
		.op = DRM_AXLE_EDU_FACTORIAL,
		.value = n,
	};
	struct job job = { .fd = fd };
	int err;

	err = job_open(&job, EDU_ENGINE_FACTORIAL);
	if (!err)
		err = job_run(&job, &command, 1);
	if (!err)
		memcpy(result, job.memory, sizeof(*result));
	job_close(&job);
	return err;
}

static int copy_bytes(int fd, void *dst, const void *src, uint32_t size)
{
	const struct drm_axle_edu_command commands[] = {
		{ .op = DRM_AXLE_EDU_LOAD, .value = size },
		{ .op = DRM_AXLE_EDU_STORE, .value = size },
	};
	struct job job = { .fd = fd };
	int err;

	err = job_open(&job, EDU_ENGINE_DMA);
	if (!err) {
		memcpy(job.memory, src, size);
		err = job_run(&job, commands, AXLP_ARRAY_SIZE(commands));
	}
	if (!err)
		memcpy(dst, job.memory, size);
	job_close(&job);
	return err;
}

int axl_edu_factorial(struct axl_context *context, uint32_t n, uint32_t *result)
{
	int err = check_edu(context);

	if (err)
		return err;
	if (n > AXL_EDU_FACTORIAL_MAX)
		return axlp_fail(&context->error, -EINVAL,
				 "%u! does not fit into the 32 bits of the "
				 "device; %u! is the largest that does",
				 n, AXL_EDU_FACTORIAL_MAX);
	err = compute_factorial(context->fd, n, result);
	if (err)
		return axlp_fail(&context->error, err, "no factorial: %s",
				 axlp_explain(err));
	return 0;
}

int axl_edu_copy(struct axl_context *context, void *dst, const void *src,
		 size_t size)
{
	int err = check_edu(context);

	if (err)
		return err;
	if (!size || size > AXL_EDU_COPY_MAX)
		return axlp_fail(&context->error, -EINVAL,
				 "a copy has 1 to %u bytes, not %zu",
				 AXL_EDU_COPY_MAX, size);
	err = copy_bytes(context->fd, dst, src, (uint32_t)size);
	if (err)
		return axlp_fail(&context->error, err, "no copy: %s",
				 axlp_explain(err));
	return 0;
}
