// SPDX-License-Identifier: MIT
#include "load.h"

#include "../uapi/bo.h"
#include "../uapi/queue.h"
#include "../uapi/uapi.h"

#include <endian.h>
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* The process has one thread, and touches memory of one load at a time. */
static sigjmp_buf load_gone;

static void load_bus_error(int number)
{
	(void)number;
	siglongjmp(load_gone, 1);
}

static int load_set_up(struct load *load, uint32_t engine)
{
	struct drm_axle_queue_create queue = {
		.engine = engine,
		.mode = DRM_AXLE_QUEUE_KERNEL,
		.priority = 1,
		.timeout_ms = LOAD_TIMEOUT_MS,
	};

	if (vm_create(load->fd, &load->vm) ||
	    bo_create(load->fd, 0, 2 * LOAD_SIZE, DRM_AXLE_BO_CPU,
		      &load->handle) ||
	    vm_map(load->fd, load->vm, load->handle, 0, LOAD_BASE,
		   2 * LOAD_SIZE, 0))
		return errno;
	load->words = bo_map(load->fd, load->handle);
	if (load->words == MAP_FAILED)
		return errno;
	queue.vm = load->vm;
	if (queue_create(load->fd, &queue))
		return errno;
	load->queue = queue.queue;
	load->sync = sync_create(load->fd);
	return load->sync ? 0 : errno;
}

int load_open(struct load *load, uint32_t engine)
{
	int index = uapi_find("vnpu"), err;

	*load = (struct load){ .fd = -1, .words = MAP_FAILED };
	if (index < 0)
		return ENOENT;
	load->fd = uapi_open_compute(index);
	if (load->fd < 0)
		return errno;
	err = load_set_up(load, engine);
	if (err)
		load_close(load);
	return err;
}

void load_close(struct load *load)
{
	if (load->words != MAP_FAILED)
		munmap(load->words, 2 * LOAD_SIZE);
	if (load->fd >= 0)
		close(load->fd);
	load->fd = -1;
	load->words = MAP_FAILED;
}

int load_submit(struct load *load, const struct vnpu_desc *desc, uint32_t count,
		uint32_t sync)
{
	struct drm_axle_sync out = { .handle = sync };
	struct drm_axle_submit args = {
		.queue = load->queue,
		.commands = (uintptr_t)desc,
		.command_size = count * (uint32_t)sizeof(*desc),
		.out_syncs = (uintptr_t)&out,
		.out_sync_count = 1,
	};

	return ioctl(load->fd, DRM_IOCTL_AXLE_SUBMIT, &args) ? errno : 0;
}

int load_wait(struct load *load, uint32_t sync)
{
	int status;

	if (sync_wait(load->fd, sync, 0, LOAD_WAIT_MS))
		return errno == ETIME ? LOAD_HUNG : errno;
	errno = 0;
	status = sync_status(load->fd, sync);
	if (status == -EBADF && errno) /* there was no asking for it */
		return errno;
	return -status;
}

struct vnpu_desc load_fill(uint64_t dst, uint64_t size, uint64_t pattern)
{
	return (struct vnpu_desc){
		.opcode = VNPU_OP_FILL,
		.fill.dst.address = htole64(dst),
		.fill.size = htole64(size),
		.fill.pattern = htole64(pattern),
	};
}

struct vnpu_desc load_copy(uint64_t dst, uint64_t src, uint64_t size)
{
	return (struct vnpu_desc){
		.opcode = VNPU_OP_COPY,
		.copy.dst.address = htole64(dst),
		.copy.src.address = htole64(src),
		.copy.size = htole64(size),
	};
}

static int load_do_job(struct load *load, uint64_t pattern)
{
	const struct vnpu_desc desc[2] = {
		load_fill(LOAD_BASE, LOAD_SIZE, pattern),
		load_copy(LOAD_BASE + LOAD_SIZE, LOAD_BASE, LOAD_SIZE),
	};
	struct drm_axle_query_limits limits;
	const uint64_t *copy = load->words + LOAD_SIZE / 8;
	int err;

	memset(load->words, 0, 2 * LOAD_SIZE);
	err = load_submit(load, desc, 2, load->sync);
	if (!err)
		err = load_wait(load, load->sync);
	if (err)
		return err;
	for (size_t i = 0; i < LOAD_SIZE / 8; i++) {
		if (copy[i] == pattern)
			continue;
		/* Mappings of a device that went away just now are zeros. */
		return uapi_query(load->fd, DRM_AXLE_TOPIC_LIMITS, &limits,
				  sizeof(limits)) &&
				       errno == ENODEV ?
			       ENODEV :
			       LOAD_WRONG;
	}
	return 0;
}

/* What was not touched before the device went away is a bus error. */
int load_job(struct load *load, uint64_t pattern)
{
	signal(SIGBUS, load_bus_error);
	return sigsetjmp(load_gone, 1) ? ENODEV : load_do_job(load, pattern);
}
