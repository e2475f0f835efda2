/* SPDX-License-Identifier: MIT */
/*
 * What the tests call of DRM core and of vgem beyond what the library does,
 * without libdrm. Names and layouts are those of <drm/drm.h>, <drm/vgem_drm.h>.
 */
#ifndef AXLE_TESTS_DRM_CORE_H
#define AXLE_TESTS_DRM_CORE_H

#include <linux/ioctl.h>
#include <linux/types.h>

#include "../../lib/drm_core.h"

struct drm_syncobj_transfer {
	__u32 src_handle;
	__u32 dst_handle;
	__u64 src_point;
	__u64 dst_point;
	__u32 flags;
	__u32 pad;
};

struct drm_syncobj_array {
	__u64 handles;
	__u32 count_handles;
	__u32 pad;
};

struct drm_syncobj_timeline_array {
	__u64 handles;
	__u64 points;
	__u32 count_handles;
	__u32 flags;
};

struct drm_mode_create_dumb {
	__u32 height;
	__u32 width;
	__u32 bpp;
	__u32 flags;
	__u32 handle;
	__u32 pitch;
	__u64 size;
};

struct drm_mode_map_dumb {
	__u32 handle;
	__u32 pad;
	__u64 offset;
};

struct drm_vgem_fence_attach {
	__u32 handle;
	__u32 flags;
	__u32 out_fence;
	__u32 pad;
};

struct drm_vgem_fence_signal {
	__u32 fence;
	__u32 flags;
};

#define DRM_SYNCOBJ_FD_TO_HANDLE_FLAGS_IMPORT_SYNC_FILE (1 << 0)
#define DRM_SYNCOBJ_WAIT_FLAGS_WAIT_FOR_SUBMIT (1 << 1)
#define VGEM_FENCE_WRITE 0x1

#define DRM_IOCTL_MODE_CREATE_DUMB _IOWR('d', 0xb2, struct drm_mode_create_dumb)
#define DRM_IOCTL_MODE_MAP_DUMB _IOWR('d', 0xb3, struct drm_mode_map_dumb)
#define DRM_IOCTL_SYNCOBJ_RESET _IOWR('d', 0xc4, struct drm_syncobj_array)
#define DRM_IOCTL_SYNCOBJ_SIGNAL _IOWR('d', 0xc5, struct drm_syncobj_array)
#define DRM_IOCTL_SYNCOBJ_QUERY \
	_IOWR('d', 0xcb, struct drm_syncobj_timeline_array)
#define DRM_IOCTL_SYNCOBJ_TRANSFER _IOWR('d', 0xcc, struct drm_syncobj_transfer)
#define DRM_IOCTL_SYNCOBJ_TIMELINE_SIGNAL \
	_IOWR('d', 0xcd, struct drm_syncobj_timeline_array)
#define DRM_IOCTL_VGEM_FENCE_ATTACH \
	_IOWR('d', 0x41, struct drm_vgem_fence_attach)
#define DRM_IOCTL_VGEM_FENCE_SIGNAL \
	_IOW('d', 0x42, struct drm_vgem_fence_signal)

#endif
