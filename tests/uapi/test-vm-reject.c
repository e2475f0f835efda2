// SPDX-License-Identifier: MIT
/*
 * Every way in which a call about address spaces is refused, as a table. On the
 * test device axle_mock, in any VM, as root.
 */
#include "tap.h"
#include "space.h"
#include "uapi.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define CONTEXTS 8
#define CPU DRM_AXLE_BO_CPU
#define HOST MOCK_REGION_HOST
#define DEVICE MOCK_REGION_DEVICE

static void test_device_loads(void)
{
	TAP_CHECK(mock_load(CONTEXTS));
}

struct reject {
	unsigned long cmd;
	const void *arg;
	int want;
};

/* The file has address space 1, host object 1 of 4 pages, and object 2, of
 * the program's pages, READONLY.
 */
static void is_refused(void)
{
	const struct reject *row = tap_data();
	struct space space;
	uint32_t handle;
	char copy[128];
	void *memory;

	TAP_REQUIRE(space_open(&space, HOST, 4 * PAGE));
	memory =
		mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	TAP_EQUAL(bo_from_user(space.fd, memory, PAGE, DRM_AXLE_BO_READONLY,
			       &handle),
		  0);
	memcpy(copy, row->arg, _IOC_SIZE(row->cmd));
	TAP_ERRNO(ioctl(space.fd, row->cmd, copy), row->want);
	TAP_EQUAL(space_seen(&space, BASE), -1);
	munmap(memory, PAGE);
	space_close(&space);
}

static void nothing_is_left(void)
{
	TAP_CHECK(mock_nothing_left());
	TAP_EQUAL(uapi_shell("rmmod axle_mock"), 0);
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
		"VM " sentence, is_refused, &(const struct reject) \
		{                                                  \
			__VA_ARGS__, want                          \
		}                                                  \
	}

static const struct tap_case cases[] = {
	{ "the test device loads", test_device_loads },
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
	{ "nothing is left when all is closed", nothing_is_left },
};

TAP_MAIN(cases)
