// SPDX-License-Identifier: MIT
/*
 * Helpers of the tests about memory and address spaces. They hold no state;
 * whatever they open, the caller closes.
 */
#include "bo.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <linux/dma-buf.h>
#include <linux/sync_file.h>

#include "drm_core.h"
#include "uapi.h"

#define BUS_DIR "/sys/bus/platform/drivers/axle_mock"
#define BUS_NAME "axle_mock"

bool mock_load(unsigned int contexts)
{
	const char *more = getenv("AXLE_MOCK_PARAMETERS");

	return uapi_shell("modprobe axle_mock contexts=%u %s", contexts,
			  more ?: "") == 0 &&
	       uapi_shell("chmod 666 /dev/accel/accel%d", uapi_find("mock")) ==
		       0;
}

int mock_open(void)
{
	return uapi_open_compute(uapi_find("mock"));
}

int mock_open_control(void)
{
	return uapi_open_control(uapi_find("mock"));
}

bool mock_unbind(void)
{
	return uapi_write(BUS_DIR "/unbind", BUS_NAME);
}

bool mock_bind(void)
{
	return uapi_write(BUS_DIR "/bind", BUS_NAME) && uapi_find("mock") >= 0;
}

bool mock_stats(int fd, struct mock_stats *stats)
{
	return uapi_query(fd, MOCK_TOPIC_STATS, stats, sizeof(*stats)) == 0;
}

bool mock_set(const char *parameter, const char *value)
{
	char path[128];

	snprintf(path, sizeof(path), "/sys/module/axle_mock/parameters/%s",
		 parameter);
	return uapi_write(path, value);
}

int mock_reset(void)
{
	struct drm_axle_reset reset = { 0 };
	int fd = mock_open_control();
	int result = ioctl(fd, DRM_IOCTL_AXLE_RESET, &reset);

	close(fd);
	return result;
}

uint64_t mock_used(int fd, uint32_t region)
{
	char buffer[1024];
	struct drm_axle_query_memory *memory = (void *)buffer;

	if (uapi_query(fd, DRM_AXLE_TOPIC_MEMORY, buffer, sizeof(buffer)) ||
	    region >= memory->count)
		return UINT64_MAX;
	return memory->regions[region].used;
}

uint64_t mock_fdinfo_total(int fd, const char *region)
{
	char key[64], value[64], unit[8] = "";
	uint64_t bytes;

	snprintf(key, sizeof(key), "drm-total-%s", region);
	if (!uapi_fdinfo(fd, key, value, sizeof(value)) ||
	    sscanf(value, "%" SCNu64 " %7s", &bytes, unit) < 1)
		return UINT64_MAX;
	return bytes << (unit[0] == 'K' ? 10 : unit[0] == 'M' ? 20 : 0);
}

bool mock_nothing_left(void)
{
	int fd = mock_open_control();
	struct mock_stats stats;
	bool ok;

	if (fd < 0)
		return false;
	ok = mock_used(fd, MOCK_REGION_HOST) == 0 &&
	     mock_used(fd, MOCK_REGION_DEVICE) == 0 && mock_stats(fd, &stats) &&
	     stats.opens == stats.closes;
	close(fd);
	return ok;
}

int bo_create(int fd, uint32_t region, uint64_t size, uint32_t flags,
	      uint32_t *handle)
{
	struct drm_axle_bo_create args = {
		.size = size,
		.region = region,
		.flags = flags,
	};
	int result = ioctl(fd, DRM_IOCTL_AXLE_BO_CREATE, &args);

	*handle = args.handle;
	return result;
}

int bo_from_user(int fd, const void *address, uint64_t size, uint32_t flags,
		 uint32_t *handle)
{
	struct drm_axle_bo_from_user args = {
		.address = (uintptr_t)address,
		.size = size,
		.flags = flags,
	};
	int result = ioctl(fd, DRM_IOCTL_AXLE_BO_FROM_USER, &args);

	*handle = args.handle;
	return result;
}

int bo_info(int fd, uint32_t handle, struct drm_axle_bo_info *info)
{
	*info = (struct drm_axle_bo_info){ .handle = handle };
	return ioctl(fd, DRM_IOCTL_AXLE_BO_INFO, info);
}

void *bo_map(int fd, uint32_t handle)
{
	struct drm_axle_bo_info info;

	if (bo_info(fd, handle, &info))
		return MAP_FAILED;
	return mmap(NULL, info.size, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
		    info.mmap_offset);
}

int bo_close(int fd, uint32_t handle)
{
	struct drm_gem_close args = { .handle = handle };

	return ioctl(fd, DRM_IOCTL_GEM_CLOSE, &args);
}

int bo_export(int fd, uint32_t handle)
{
	struct drm_prime_handle args = {
		.handle = handle,
		.flags = O_CLOEXEC | O_RDWR,
	};

	return ioctl(fd, DRM_IOCTL_PRIME_HANDLE_TO_FD, &args) ? -1 : args.fd;
}

int bo_import(int fd, int dmabuf, uint32_t *handle)
{
	struct drm_prime_handle args = { .fd = dmabuf };
	int result = ioctl(fd, DRM_IOCTL_PRIME_FD_TO_HANDLE, &args);

	*handle = args.handle;
	return result;
}

int vm_create(int fd, uint32_t *vm)
{
	struct drm_axle_vm_create args = { 0 };
	int result = ioctl(fd, DRM_IOCTL_AXLE_VM_CREATE, &args);

	*vm = args.vm;
	return result;
}

int vm_destroy(int fd, uint32_t vm)
{
	struct drm_axle_vm_destroy args = { .vm = vm };

	return ioctl(fd, DRM_IOCTL_AXLE_VM_DESTROY, &args);
}

int vm_bind(int fd, uint32_t vm, const struct drm_axle_bind *binds,
	    uint32_t count)
{
	struct drm_axle_vm_bind args = {
		.vm = vm,
		.binds = (uintptr_t)binds,
		.bind_count = count,
		.bind_stride = sizeof(*binds),
	};

	return ioctl(fd, DRM_IOCTL_AXLE_VM_BIND, &args);
}

int vm_map(int fd, uint32_t vm, uint32_t handle, uint64_t offset,
	   uint64_t address, uint64_t size, uint32_t flags)
{
	const struct drm_axle_bind bind = {
		.op = DRM_AXLE_BIND_MAP,
		.flags = flags,
		.handle = handle,
		.offset = offset,
		.address = address,
		.size = size,
	};

	return vm_bind(fd, vm, &bind, 1);
}

int vm_unmap(int fd, uint32_t vm, uint64_t address, uint64_t size)
{
	const struct drm_axle_bind bind = {
		.op = DRM_AXLE_BIND_UNMAP,
		.address = address,
		.size = size,
	};

	return vm_bind(fd, vm, &bind, 1);
}

int vm_bind_async(int fd, uint32_t vm, const struct drm_axle_bind *binds,
		  uint32_t count, const struct drm_axle_sync *in,
		  const struct drm_axle_sync *out)
{
	struct drm_axle_vm_bind args = {
		.vm = vm,
		.flags = DRM_AXLE_VM_BIND_ASYNC,
		.binds = (uintptr_t)binds,
		.bind_count = count,
		.bind_stride = sizeof(*binds),
		.in_syncs = (uintptr_t)in,
		.out_syncs = (uintptr_t)out,
		.in_sync_count = !!in,
		.out_sync_count = !!out,
	};

	return ioctl(fd, DRM_IOCTL_AXLE_VM_BIND, &args);
}

int vm_peek(int fd, uint32_t vm, uint64_t address, uint64_t *value)
{
	struct mock_access args = { .vm = vm, .address = address };
	int result = ioctl(fd, MOCK_IOCTL_ACCESS, &args);

	*value = args.value;
	return result;
}

int vm_poke(int fd, uint32_t vm, uint64_t address, uint64_t value)
{
	struct mock_access args = {
		.vm = vm,
		.flags = MOCK_ACCESS_WRITE,
		.address = address,
		.value = value,
	};

	return ioctl(fd, MOCK_IOCTL_ACCESS, &args);
}

uint64_t vm_page_size(int fd, uint32_t vm, uint64_t address)
{
	struct mock_access args = { .vm = vm, .address = address };

	return ioctl(fd, MOCK_IOCTL_ACCESS, &args) ? 0 : args.page_size;
}

uint32_t sync_create(int fd)
{
	struct drm_syncobj_create args = { 0 };

	return ioctl(fd, DRM_IOCTL_SYNCOBJ_CREATE, &args) ? 0 : args.handle;
}

int sync_destroy(int fd, uint32_t handle)
{
	struct drm_syncobj_destroy args = { .handle = handle };

	return ioctl(fd, DRM_IOCTL_SYNCOBJ_DESTROY, &args);
}

int sync_wait(int fd, uint32_t handle, uint64_t point, int timeout_ms)
{
	struct drm_syncobj_timeline_wait args = {
		.handles = (uintptr_t)&handle,
		.points = (uintptr_t)&point,
		.count_handles = 1,
	};
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	args.timeout_nsec = now.tv_sec * 1000000000ll + now.tv_nsec +
			    timeout_ms * 1000000ll;
	return ioctl(fd, DRM_IOCTL_SYNCOBJ_TIMELINE_WAIT, &args);
}

int sync_file_of(int fd, uint32_t handle)
{
	struct drm_syncobj_handle args = {
		.handle = handle,
		.flags = 1, /* a sync file instead of a syncobj */
		.fd = -1,
	};

	return ioctl(fd, DRM_IOCTL_SYNCOBJ_HANDLE_TO_FD, &args) ? -1 : args.fd;
}

int sync_file_status(int file)
{
	struct sync_file_info info = { 0 };

	if (ioctl(file, SYNC_IOC_FILE_INFO, &info))
		return -EBADF;
	return info.status == 1 ? 0 : info.status ? info.status : 1;
}

int sync_status(int fd, uint32_t handle)
{
	int file = sync_file_of(fd, handle), status;

	if (file < 0)
		return -errno;
	status = sync_file_status(file);
	close(file);
	return status;
}

int sync_signal(int fd, uint32_t handle)
{
	struct drm_syncobj_array args = {
		.handles = (uintptr_t)&handle,
		.count_handles = 1,
	};

	return ioctl(fd, DRM_IOCTL_SYNCOBJ_SIGNAL, &args);
}

int vgem_open(void)
{
	if (uapi_shell("modprobe vgem"))
		return -1;
	uapi_wait_path("/dev/dri/card0", true);
	return open("/dev/dri/card0", O_RDWR | O_CLOEXEC);
}

/* Puts the fence of a dma-buf into a syncobj. */
static bool late_take(int fd, uint32_t syncobj, int dmabuf)
{
	struct dma_buf_export_sync_file file = { .flags = DMA_BUF_SYNC_RW };
	struct drm_syncobj_handle args = {
		.handle = syncobj,
		.flags = DRM_SYNCOBJ_FD_TO_HANDLE_FLAGS_IMPORT_SYNC_FILE,
	};
	bool ok;

	if (ioctl(dmabuf, DMA_BUF_IOCTL_EXPORT_SYNC_FILE, &file))
		return false;
	args.fd = file.fd;
	ok = ioctl(fd, DRM_IOCTL_SYNCOBJ_FD_TO_HANDLE, &args) == 0;
	close(file.fd);
	return ok;
}

bool late_open(struct late *late, int fd, uint32_t syncobj)
{
	struct drm_mode_create_dumb dumb = {
		.height = 1,
		.width = 1024,
		.bpp = 32,
	};
	struct drm_vgem_fence_attach attach = { .flags = VGEM_FENCE_WRITE };
	bool ok = false;
	int dmabuf;

	late->vgem = vgem_open();
	if (late->vgem < 0 ||
	    ioctl(late->vgem, DRM_IOCTL_MODE_CREATE_DUMB, &dumb))
		return false;
	attach.handle = dumb.handle;
	if (ioctl(late->vgem, DRM_IOCTL_VGEM_FENCE_ATTACH, &attach))
		return false;
	late->fence = attach.out_fence;
	dmabuf = bo_export(late->vgem, dumb.handle);
	if (dmabuf >= 0) {
		ok = late_take(fd, syncobj, dmabuf);
		close(dmabuf);
	}
	return ok;
}

void late_signal(struct late *late)
{
	struct drm_vgem_fence_signal args = { .fence = late->fence };

	ioctl(late->vgem, DRM_IOCTL_VGEM_FENCE_SIGNAL, &args);
}

void late_close(struct late *late)
{
	close(late->vgem);
}
