// SPDX-License-Identifier: MIT
/*
 * dma-bufs between the test device axle_mock and other drivers: udmabuf, which
 * makes them of a memfd, and vgem, which imports and exports. Runs in any VM,
 * as root.
 */
#include "tap.h"
#include "bo.h"
#include "drm_core.h"
#include "uapi.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/udmabuf.h>

#define CONTEXTS 8
#define HOST MOCK_REGION_HOST
#define DEVICE MOCK_REGION_DEVICE
#define SHARED (DRM_AXLE_BO_CPU | DRM_AXLE_BO_EXPORT)
#define BASE 0x200000ull

static void test_device_loads(void)
{
	TAP_CHECK(mock_load(CONTEXTS));
}

static void what_was_not_made_for_it_cannot_be_exported(void)
{
	int fd = mock_open();
	uint32_t handle;

	TAP_REQUIRE(fd >= 0);
	TAP_EQUAL(bo_create(fd, HOST, PAGE, DRM_AXLE_BO_CPU, &handle), 0);
	TAP_ERRNO(bo_export(fd, handle), EOPNOTSUPP);
	TAP_EQUAL(bo_create(fd, DEVICE, PAGE, 0, &handle), 0);
	TAP_ERRNO(bo_export(fd, handle), EOPNOTSUPP);
	TAP_ERRNO(bo_export(fd, 99), ENOENT);
	close(fd);
}

static void what_is_no_dmabuf_cannot_be_imported(void)
{
	int fd = mock_open(), null = open("/dev/null", O_RDWR);
	uint32_t handle;

	TAP_REQUIRE(fd >= 0 && null >= 0);
	TAP_ERRNO(bo_import(fd, null, &handle), EINVAL);
	TAP_ERRNO(bo_import(fd, -1, &handle), EBADF);
	close(null);
	close(fd);
}

static void exported_object_lives_on_after_close(void)
{
	int a = mock_open(), b, dmabuf;
	struct drm_axle_bo_info info;
	uint32_t handle;
	uint64_t *words;

	TAP_REQUIRE(a >= 0);
	TAP_EQUAL(bo_create(a, HOST, 2 * PAGE, SHARED, &handle), 0);
	words = bo_map(a, handle);
	TAP_REQUIRE(words != MAP_FAILED);
	words[PAGE / 8] = 42;
	munmap(words, 2 * PAGE);
	dmabuf = bo_export(a, handle);
	TAP_REQUIRE(dmabuf >= 0);
	TAP_EQUAL(bo_close(a, handle), 0);
	close(a);
	b = mock_open();
	TAP_EQUAL(bo_import(b, dmabuf, &handle), 0);
	close(dmabuf);
	/* Its own object again, not a foreign one. */
	TAP_EQUAL(bo_info(b, handle, &info), 0);
	TAP_EQUAL(info.flags, SHARED);
	words = bo_map(b, handle);
	TAP_REQUIRE(words != MAP_FAILED);
	TAP_EQUAL(words[PAGE / 8], 42);
	munmap(words, 2 * PAGE);
	close(b);
}

static void shared_object_counts_once_in_all(void)
{
	int a = mock_open(), b = mock_open(), dmabuf;
	uint32_t handle, other, again;
	char value[64];

	TAP_REQUIRE(a >= 0 && b >= 0);
	TAP_EQUAL(bo_create(a, HOST, 4 * PAGE, SHARED, &handle), 0);
	dmabuf = bo_export(a, handle);
	TAP_EQUAL(bo_import(b, dmabuf, &other), 0);
	TAP_EQUAL(bo_import(b, dmabuf, &again), 0);
	TAP_EQUAL(again, other);
	TAP_EQUAL(mock_used(a, HOST), 2 * MOCK_CONTEXT_BYTES + 4 * PAGE);
	TAP_CHECK(uapi_fdinfo(b, "drm-shared-host", value, sizeof(value)));
	TAP_STRING(value, "16 KiB");
	close(dmabuf);
	close(a);
	TAP_EQUAL(mock_used(b, HOST), MOCK_CONTEXT_BYTES + 4 * PAGE);
	close(b);
}

static void dmabuf_can_be_mapped(void)
{
	int fd = mock_open(), dmabuf;
	uint64_t *words, *other;
	uint32_t handle;

	TAP_REQUIRE(fd >= 0);
	TAP_EQUAL(bo_create(fd, HOST, 4 * PAGE, SHARED, &handle), 0);
	words = bo_map(fd, handle);
	dmabuf = bo_export(fd, handle);
	other = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, dmabuf,
		     2 * PAGE);
	TAP_REQUIRE(words != MAP_FAILED && other != MAP_FAILED);
	words[3 * PAGE / 8] = 31;
	TAP_EQUAL(other[PAGE / 8], 31);
	munmap(words, 4 * PAGE);
	munmap(other, 2 * PAGE);
	close(dmabuf);
	close(fd);
}

static int udmabuf_create(int memfd, uint64_t size)
{
	struct udmabuf_create args = {
		.memfd = memfd,
		.flags = UDMABUF_FLAGS_CLOEXEC,
		.size = size,
	};
	int device = open("/dev/udmabuf", O_RDWR | O_CLOEXEC), dmabuf;

	if (device < 0)
		return -1;
	dmabuf = ioctl(device, UDMABUF_CREATE, &args);
	close(device);
	return dmabuf;
}

static int sealed_memfd(uint64_t size)
{
	int memfd = memfd_create("test", MFD_ALLOW_SEALING | MFD_CLOEXEC);

	if (memfd < 0 || ftruncate(memfd, size) ||
	    fcntl(memfd, F_ADD_SEALS, F_SEAL_SHRINK))
		return -1;
	return memfd;
}

static void device_reads_and_writes_memory_of_udmabuf(void)
{
	int fd = mock_open(), memfd = sealed_memfd(8 * PAGE), dmabuf;
	struct drm_axle_bo_info info;
	uint64_t *words, value;
	uint32_t vm, handle;

	words = mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, memfd,
		     0);
	TAP_REQUIRE(fd >= 0 && words != MAP_FAILED);
	words[5 * PAGE / 8] = 55;
	dmabuf = udmabuf_create(memfd, 8 * PAGE);
	TAP_REQUIRE(dmabuf >= 0);
	TAP_EQUAL(bo_import(fd, dmabuf, &handle), 0);
	close(dmabuf);
	TAP_EQUAL(bo_info(fd, handle, &info), 0);
	TAP_EQUAL(info.flags, DRM_AXLE_BO_IMPORTED);
	TAP_EQUAL(info.size, 8 * PAGE);
	TAP_EQUAL(info.mmap_offset, 0);
	TAP_EQUAL(vm_create(fd, &vm), 0);
	TAP_EQUAL(vm_map(fd, vm, handle, 0, BASE, 8 * PAGE, 0), 0);
	TAP_EQUAL(vm_peek(fd, vm, BASE + 5 * PAGE, &value), 0);
	TAP_EQUAL(value, 55);
	TAP_EQUAL(vm_poke(fd, vm, BASE + 6 * PAGE, 66), 0);
	TAP_EQUAL(words[6 * PAGE / 8], 66);
	/* Others' memory is not the device's. */
	TAP_EQUAL(mock_used(fd, HOST), MOCK_CONTEXT_BYTES);
	TAP_EQUAL(bo_close(fd, handle), 0);
	TAP_EQUAL(vm_peek(fd, vm, BASE + 5 * PAGE, &value), 0);
	TAP_EQUAL(value, 55);
	close(fd);
	munmap(words, 8 * PAGE);
	close(memfd);
}

/*
 * udmabuf maps its pages once for each file that imports it. A kernel that
 * watches DMA takes one mapping of a page for granted, so it looks for other
 * drivers' mistakes meanwhile.
 */
static void watch_dma_of(const char *driver)
{
	static const char path[] = "/sys/kernel/debug/dma-api/driver_filter";

	if (access(path, F_OK) == 0)
		TAP_CHECK(uapi_write(path, driver));
}

static void imported_dmabuf_is_passed_on_as_it_is(void)
{
	int a = mock_open(), b = mock_open(), memfd = sealed_memfd(PAGE);
	int dmabuf = udmabuf_create(memfd, PAGE), again;
	struct drm_axle_bo_info info;
	uint32_t handle;

	TAP_REQUIRE(a >= 0 && b >= 0 && dmabuf >= 0);
	TAP_EQUAL(bo_import(a, dmabuf, &handle), 0);
	again = bo_export(a, handle);
	TAP_REQUIRE(again >= 0);
	watch_dma_of("nobody");
	TAP_EQUAL(bo_import(b, again, &handle), 0);
	watch_dma_of("\n");
	TAP_EQUAL(bo_info(b, handle, &info), 0);
	TAP_EQUAL(info.flags, DRM_AXLE_BO_IMPORTED);
	close(again);
	close(dmabuf);
	close(memfd);
	close(a);
	close(b);
}

static uint64_t *vgem_map(int vgem, uint32_t handle, size_t size)
{
	struct drm_mode_map_dumb args = { .handle = handle };

	if (ioctl(vgem, DRM_IOCTL_MODE_MAP_DUMB, &args))
		return MAP_FAILED;
	return mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, vgem,
		    args.offset);
}

static void vgem_takes_what_the_device_exports(void)
{
	int fd = mock_open(), vgem = vgem_open(), dmabuf;
	uint32_t vm, handle, other;
	uint64_t *words, value;

	TAP_REQUIRE(fd >= 0 && vgem >= 0);
	TAP_EQUAL(bo_create(fd, HOST, 4 * PAGE, SHARED, &handle), 0);
	TAP_EQUAL(vm_create(fd, &vm), 0);
	TAP_EQUAL(vm_map(fd, vm, handle, 0, BASE, 4 * PAGE, 0), 0);
	TAP_EQUAL(vm_poke(fd, vm, BASE + PAGE, 21), 0);
	dmabuf = bo_export(fd, handle);
	TAP_EQUAL(bo_import(vgem, dmabuf, &other), 0);
	close(dmabuf);
	/* vgem maps no imports, but passes them on. */
	dmabuf = bo_export(vgem, other);
	words = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, dmabuf,
		     0);
	close(dmabuf);
	TAP_REQUIRE(words != MAP_FAILED);
	TAP_EQUAL(words[PAGE / 8], 21);
	words[2 * PAGE / 8] = 22;
	TAP_EQUAL(vm_peek(fd, vm, BASE + 2 * PAGE, &value), 0);
	TAP_EQUAL(value, 22);
	munmap(words, 4 * PAGE);
	close(vgem);
	close(fd);
}

static void device_reads_and_writes_what_vgem_exports(void)
{
	struct drm_mode_create_dumb dumb = {
		.height = 4,
		.width = 1024,
		.bpp = 32,
	};
	int fd = mock_open(), vgem = vgem_open(), dmabuf;
	uint64_t *words, value;
	uint32_t vm, handle;

	TAP_REQUIRE(fd >= 0 && vgem >= 0);
	TAP_EQUAL(ioctl(vgem, DRM_IOCTL_MODE_CREATE_DUMB, &dumb), 0);
	words = vgem_map(vgem, dumb.handle, 4 * PAGE);
	TAP_REQUIRE(words != MAP_FAILED);
	words[PAGE / 8] = 33;
	dmabuf = bo_export(vgem, dumb.handle);
	TAP_EQUAL(bo_import(fd, dmabuf, &handle), 0);
	close(dmabuf);
	TAP_EQUAL(vm_create(fd, &vm), 0);
	TAP_EQUAL(vm_map(fd, vm, handle, 0, BASE, 4 * PAGE, 0), 0);
	TAP_EQUAL(vm_peek(fd, vm, BASE + PAGE, &value), 0);
	TAP_EQUAL(value, 33);
	TAP_EQUAL(vm_poke(fd, vm, BASE + 3 * PAGE, 34), 0);
	TAP_EQUAL(words[3 * PAGE / 8], 34);
	munmap(words, 4 * PAGE);
	close(vgem);
	close(fd);
}

/* Both sides still hold something when the driver leaves the device. */
static void removal_ends_imports_and_leaves_exports(void)
{
	int fd = mock_open(), memfd = sealed_memfd(PAGE), imported, exported;
	uint32_t handle, vm;
	uint64_t *words;

	TAP_REQUIRE(fd >= 0);
	imported = udmabuf_create(memfd, PAGE);
	TAP_EQUAL(bo_import(fd, imported, &handle), 0);
	TAP_EQUAL(vm_create(fd, &vm), 0);
	TAP_EQUAL(vm_map(fd, vm, handle, 0, BASE, PAGE, 0), 0);
	TAP_EQUAL(bo_create(fd, HOST, PAGE, SHARED, &handle), 0);
	TAP_EQUAL(vm_map(fd, vm, handle, 0, 2 * BASE, PAGE, 0), 0);
	TAP_EQUAL(vm_poke(fd, vm, 2 * BASE, 8), 0);
	exported = bo_export(fd, handle);
	TAP_CHECK(mock_unbind());
	TAP_ERRNO(bo_import(fd, imported, &handle), ENODEV);
	words = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, exported, 0);
	TAP_CHECK(words != MAP_FAILED);
	close(imported);
	close(memfd);
	close(fd);
	munmap(words, PAGE);
	close(exported);
	TAP_CHECK(mock_bind());
}

static void nothing_is_left(void)
{
	int fd = mock_open_control();

	TAP_REQUIRE(fd >= 0);
	TAP_EQUAL(mock_used(fd, HOST), 0);
	TAP_EQUAL(mock_used(fd, DEVICE), 0);
	close(fd);
	TAP_EQUAL(uapi_shell("rmmod axle_mock"), 0);
}

static const struct tap_case cases[] = {
	{ "the test device loads", test_device_loads },
	{ "what was not made for it cannot be exported",
	  what_was_not_made_for_it_cannot_be_exported },
	{ "what is no dma-buf cannot be imported",
	  what_is_no_dmabuf_cannot_be_imported },
	{ "an exported object lives on after close",
	  exported_object_lives_on_after_close },
	{ "a shared object counts once in all, and as shared in fdinfo",
	  shared_object_counts_once_in_all },
	{ "a dma-buf can be mapped by the CPU, at an offset, too",
	  dmabuf_can_be_mapped },
	{ "the device reads and writes memory of udmabuf",
	  device_reads_and_writes_memory_of_udmabuf },
	{ "an imported dma-buf is passed on as it is",
	  imported_dmabuf_is_passed_on_as_it_is },
	{ "vgem takes what the device exports and passes it on",
	  vgem_takes_what_the_device_exports },
	{ "the device reads and writes what vgem exports",
	  device_reads_and_writes_what_vgem_exports },
	{ "removal ends imports and leaves exports",
	  removal_ends_imports_and_leaves_exports },
	{ "nothing is left when all is closed", nothing_is_left },
};

TAP_MAIN(cases)
