// SPDX-License-Identifier: MIT
/*
 * Every way in which a call about buffer objects and address spaces is refused,
 * as a table. For every device.
 */
#include "refuse.h"
#include "space.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "drm_core.h"

/* The rows about the end of an address space are about one of this size. */
static void address_spaces_have_39_bits(void)
{
	struct dut dut;

	DUT_OPEN(&dut);
	DUT_NEEDS_VM(&dut);
	TAP_EQUAL(dut.limits.vm_address_bits, SPACE_BITS);
	TAP_EQUAL(dut.limits.vm_page_size, PAGE);
}

static void what_is_not_for_the_cpu_cannot_be_mapped(void)
{
	struct drm_axle_bo_info info;
	uint32_t handle;
	struct dut dut;
	int fd;

	DUT_OPEN(&dut);
	DUT_NEEDS_MEMORY(&dut);
	fd = dut_open_compute(&dut);
	TAP_REQUIRE(fd >= 0);
	TAP_EQUAL(bo_create(fd, 0, PAGE, 0, &handle), 0);
	TAP_EQUAL(bo_info(fd, handle, &info), 0);
	TAP_EQUAL(info.mmap_offset, 0);
	close(fd);
}

static void what_is_not_for_export_is_not_exported(void)
{
	uint32_t handle;
	struct dut dut;
	int fd;

	DUT_OPEN(&dut);
	DUT_NEEDS_MEMORY(&dut);
	fd = dut_open_compute(&dut);
	TAP_REQUIRE(fd >= 0);
	TAP_EQUAL(bo_create(fd, 0, PAGE, DRM_AXLE_BO_CPU, &handle), 0);
	TAP_ERRNO(bo_export(fd, handle), EOPNOTSUPP);
	TAP_ERRNO(bo_export(fd, handle + 1), ENOENT);
	TAP_ERRNO(bo_import(fd, fd, &handle), EINVAL);
	TAP_ERRNO(bo_import(fd, -1, &handle), EBADF);
	close(fd);
}

#define BO_CREATE(...)                                               \
	DRM_IOCTL_AXLE_BO_CREATE, &(const struct drm_axle_bo_create) \
	{                                                            \
		__VA_ARGS__                                          \
	}
#define BO_INFO(...)                                             \
	DRM_IOCTL_AXLE_BO_INFO, &(const struct drm_axle_bo_info) \
	{                                                        \
		__VA_ARGS__                                      \
	}
#define FROM_USER(...)                                                     \
	DRM_IOCTL_AXLE_BO_FROM_USER, &(const struct drm_axle_bo_from_user) \
	{                                                                  \
		__VA_ARGS__                                                \
	}
#define VM_CREATE(...)                                               \
	DRM_IOCTL_AXLE_VM_CREATE, &(const struct drm_axle_vm_create) \
	{                                                            \
		__VA_ARGS__                                          \
	}
#define VM_DESTROY(...)                                                \
	DRM_IOCTL_AXLE_VM_DESTROY, &(const struct drm_axle_vm_destroy) \
	{                                                              \
		__VA_ARGS__                                            \
	}
#define BINDS(...)                                        \
	.binds = (uintptr_t)&(const struct drm_axle_bind) \
	{                                                 \
		__VA_ARGS__                               \
	}
#define VM_BIND(...)                                             \
	DRM_IOCTL_AXLE_VM_BIND, &(const struct drm_axle_vm_bind) \
	{                                                        \
		__VA_ARGS__                                      \
	}
/* A call that is right but for what is told of its only element. */
#define BIND(...)                                            \
	VM_BIND(.vm = 1, .bind_count = 1,                    \
		.bind_stride = sizeof(struct drm_axle_bind), \
		BINDS(__VA_ARGS__))
/* A right element in a call that is told. */
#define CALL(...) \
	VM_BIND(BINDS(.handle = 1, .address = BASE, .size = PAGE), __VA_ARGS__)
#define STRIDE sizeof(struct drm_axle_bind)
#define ASYNC(...)                                            \
	CALL(.vm = 1, .bind_count = 1, .bind_stride = STRIDE, \
	     .flags = DRM_AXLE_VM_BIND_ASYNC, __VA_ARGS__)
#define SYNC(...)                                \
	(uintptr_t)&(const struct drm_axle_sync) \
	{                                        \
		__VA_ARGS__                      \
	}

#define ROW(sentence, want, ...)                                   \
	{                                                          \
		"VM " sentence, refuse_run, &(const struct refuse) \
		{                                                  \
			NEEDS_VM, __VA_ARGS__, want                \
		}                                                  \
	}
#define BO(sentence, want, ...)                                    \
	{                                                          \
		"BO " sentence, refuse_run, &(const struct refuse) \
		{                                                  \
			NEEDS_BUFFERS, __VA_ARGS__, want           \
		}                                                  \
	}
#define USER(sentence, want, ...)                                             \
	{                                                                     \
		"BO from user: " sentence, refuse_run, &(const struct refuse) \
		{                                                             \
			NEEDS_FOREIGN, __VA_ARGS__, want                      \
		}                                                             \
	}
#define INFO(sentence, want, ...)                                        \
	{                                                                \
		"BO info: " sentence, refuse_run, &(const struct refuse) \
		{                                                        \
			NEEDS_NOTHING, __VA_ARGS__, want                 \
		}                                                        \
	}

static const struct tap_case cases[] = {
	BO("create: size zero is EINVAL", EINVAL, BO_CREATE(.size = 0)),
	BO("create: size that wraps is EINVAL", EINVAL,
	   BO_CREATE(.size = ~0ull)),
	BO("create: padding is EINVAL", EINVAL, BO_CREATE(.size = 1, .pad = 1)),
	BO("create: unknown flag is EINVAL", EINVAL,
	   BO_CREATE(.size = 1, .flags = 1u << 31)),
	BO("create: READONLY is EINVAL", EINVAL,
	   BO_CREATE(.size = 1, .flags = DRM_AXLE_BO_READONLY)),
	BO("create: unknown region is EINVAL", EINVAL,
	   BO_CREATE(.size = 1, .region = 9)),
	INFO("unknown handle is ENOENT", ENOENT, BO_INFO(.handle = 9)),
	INFO("handle zero is ENOENT", ENOENT, BO_INFO(.handle = 0)),
	INFO("a flag is EINVAL", EINVAL, BO_INFO(.handle = 1, .flags = 1)),
	INFO("padding is EINVAL", EINVAL, BO_INFO(.handle = 1, .pad = 1)),
	USER("size zero is EINVAL", EINVAL, FROM_USER(.address = PAGE)),
	USER("odd address is EINVAL", EINVAL,
	     FROM_USER(.address = PAGE + 8, .size = PAGE)),
	USER("odd size is EINVAL", EINVAL,
	     FROM_USER(.address = PAGE, .size = PAGE + 8)),
	USER("range that wraps is EFAULT", EFAULT,
	     FROM_USER(.address = -PAGE, .size = 2 * PAGE)),
	USER("unknown flag is EINVAL", EINVAL,
	     FROM_USER(.address = PAGE, .size = PAGE, .flags = 1)),
	USER("no pages are EFAULT", EFAULT,
	     FROM_USER(.address = PAGE, .size = PAGE)),
	{ "memory that is not for the CPU has no offset for mmap()",
	  what_is_not_for_the_cpu_cannot_be_mapped },
	{ "memory that is not for export is not exported, nor is any fd imported",
	  what_is_not_for_export_is_not_exported },
	{ "address spaces have 39 bits", address_spaces_have_39_bits },
	ROW("create: a flag is EINVAL", EINVAL, VM_CREATE(.flags = 1)),
	ROW("destroy: padding is EINVAL", EINVAL,
	    VM_DESTROY(.vm = 1, .pad = 1)),
	ROW("destroy: unknown number is ENOENT", ENOENT, VM_DESTROY(.vm = 2)),
	ROW("destroy: number zero is ENOENT", ENOENT, VM_DESTROY(.vm = 0)),
	ROW("bind: unknown number is ENOENT", ENOENT,
	    CALL(.vm = 2, .bind_count = 1, .bind_stride = STRIDE)),
	ROW("bind: unknown flag is EINVAL", EINVAL,
	    CALL(.vm = 1, .bind_count = 1, .bind_stride = STRIDE, .flags = 2)),
	ROW("bind: no element is EINVAL", EINVAL,
	    CALL(.vm = 1, .bind_count = 0, .bind_stride = STRIDE)),
	ROW("bind: too many elements are EINVAL", EINVAL,
	    CALL(.vm = 1, .bind_count = DRM_AXLE_BINDS_MAX + 1,
		 .bind_stride = STRIDE)),
	ROW("bind: a short stride is EINVAL", EINVAL,
	    CALL(.vm = 1, .bind_count = 1, .bind_stride = STRIDE - 8)),
	ROW("bind: an odd stride is EINVAL", EINVAL,
	    CALL(.vm = 1, .bind_count = 1, .bind_stride = STRIDE + 4)),
	ROW("bind: a huge stride is EINVAL", EINVAL,
	    CALL(.vm = 1, .bind_count = 1, .bind_stride = 0x80000000)),
	ROW("bind: an array that cannot be read is EFAULT", EFAULT,
	    VM_BIND(.vm = 1, .bind_count = 1, .bind_stride = STRIDE,
		    .binds = 8)),
	ROW("bind: syncs of a synchronous call are EINVAL", EINVAL,
	    CALL(.vm = 1, .bind_count = 1, .bind_stride = STRIDE,
		 .out_sync_count = 1)),
	ROW("bind: too many syncs are EINVAL", EINVAL,
	    ASYNC(.in_sync_count = DRM_AXLE_SYNCS_MAX + 1)),
	ROW("bind: syncs that cannot be read are EFAULT", EFAULT,
	    ASYNC(.in_sync_count = 1, .in_syncs = 8)),
	ROW("bind: unknown syncobj to wait for is ENOENT", ENOENT,
	    ASYNC(.in_sync_count = 1, .in_syncs = SYNC(.handle = 9))),
	ROW("bind: unknown syncobj to signal is ENOENT", ENOENT,
	    ASYNC(.out_sync_count = 1, .out_syncs = SYNC(.handle = 9))),
	ROW("bind: unknown flag of a sync is EINVAL", EINVAL,
	    ASYNC(.out_sync_count = 1, .out_syncs = SYNC(.flags = 2))),
	ROW("bind: point of a binary sync is EINVAL", EINVAL,
	    ASYNC(.out_sync_count = 1, .out_syncs = SYNC(.point = 1))),
	ROW("bind: point zero of a timeline is EINVAL", EINVAL,
	    ASYNC(.out_sync_count = 1,
		  .out_syncs = SYNC(.flags = DRM_AXLE_SYNC_TIMELINE))),
	ROW("bind: unknown operation is EINVAL", EINVAL,
	    BIND(.op = 2, .handle = 1, .address = BASE, .size = PAGE)),
	ROW("bind: padding of an element is EINVAL", EINVAL,
	    BIND(.handle = 1, .address = BASE, .size = PAGE, .pad = 1)),
	ROW("bind: unknown flag of an element is EINVAL", EINVAL,
	    BIND(.handle = 1, .address = BASE, .size = PAGE, .flags = 1)),
	ROW("bind: size zero is EINVAL", EINVAL,
	    BIND(.handle = 1, .address = BASE)),
	ROW("bind: odd size is EINVAL", EINVAL,
	    BIND(.handle = 1, .address = BASE, .size = PAGE + 8)),
	ROW("bind: odd address is EINVAL", EINVAL,
	    BIND(.handle = 1, .address = BASE + 8, .size = PAGE)),
	ROW("bind: odd offset is EINVAL", EINVAL,
	    BIND(.handle = 1, .address = BASE, .size = PAGE, .offset = 8)),
	ROW("bind: address beyond the space is EINVAL", EINVAL,
	    BIND(.handle = 1, .address = SPACE_LIMIT, .size = PAGE)),
	ROW("bind: range across the end of the space is EINVAL", EINVAL,
	    BIND(.handle = 1, .address = SPACE_LIMIT - PAGE, .size = 2 * PAGE)),
	ROW("bind: range that wraps is EINVAL", EINVAL,
	    BIND(.op = 1, .address = PAGE, .size = ~0ull & ~(PAGE - 1))),
	ROW("bind: unknown handle is ENOENT", ENOENT,
	    BIND(.handle = 9, .address = BASE, .size = PAGE)),
	ROW("bind: handle zero is ENOENT", ENOENT,
	    BIND(.address = BASE, .size = PAGE)),
	ROW("bind: offset beyond the object is EINVAL", EINVAL,
	    BIND(.handle = 1, .address = BASE, .size = PAGE,
		 .offset = 4 * PAGE)),
	ROW("bind: range across the end of the object is EINVAL", EINVAL,
	    BIND(.handle = 1, .address = BASE, .size = 4 * PAGE,
		 .offset = PAGE)),
	ROW("bind: offset that wraps is EINVAL", EINVAL,
	    BIND(.handle = 1, .address = BASE, .size = PAGE,
		 .offset = ~0ull & ~(PAGE - 1))),
	ROW("bind: READONLY pages must be mapped READONLY", EINVAL,
	    BIND(.handle = 2, .address = BASE, .size = PAGE)),
	ROW("bind: unmap with a flag is EINVAL", EINVAL,
	    BIND(.op = 1, .address = BASE, .size = PAGE,
		 .flags = DRM_AXLE_BO_READONLY)),
	ROW("bind: unmap with a handle is EINVAL", EINVAL,
	    BIND(.op = 1, .address = BASE, .size = PAGE, .handle = 1)),
	ROW("bind: unmap with an offset is EINVAL", EINVAL,
	    BIND(.op = 1, .address = BASE, .size = PAGE, .offset = PAGE)),
};

TAP_MAIN(cases)
