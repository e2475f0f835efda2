/* SPDX-License-Identifier: MIT */
/*
 * The calls of DRM core that providers and tests make, so that nobody needs
 * libdrm to build them. Names and layouts are those of <drm/drm.h>; syncobjs
 * and sync files are the same on every DRM device. Not installed.
 */
#ifndef AXLE_DRM_CORE_H
#define AXLE_DRM_CORE_H

#include <linux/ioctl.h>
#include <linux/types.h>

struct drm_gem_close {
	__u32 handle;
	__u32 pad;
};

struct drm_prime_handle {
	__u32 handle;
	__u32 flags; /* O_CLOEXEC, O_RDWR */
	__s32 fd;
};

struct drm_syncobj_create {
	__u32 handle;
	__u32 flags;
};

struct drm_syncobj_destroy {
	__u32 handle;
	__u32 pad;
};

struct drm_syncobj_handle {
	__u32 handle;
	__u32 flags;
	__s32 fd;
	__u32 pad;
};

struct drm_syncobj_wait {
	__u64 handles;
	__s64 timeout_nsec; /* absolute */
	__u32 count_handles;
	__u32 flags;
	__u32 first_signaled;
	__u32 pad;
};

struct drm_syncobj_timeline_wait {
	__u64 handles;
	__u64 points;
	__s64 timeout_nsec; /* absolute */
	__u32 count_handles;
	__u32 flags;
	__u32 first_signaled;
	__u32 pad;
};

#define DRM_SYNCOBJ_HANDLE_TO_FD_FLAGS_EXPORT_SYNC_FILE (1u << 0)

#define DRM_IOCTL_GEM_CLOSE _IOW('d', 0x09, struct drm_gem_close)
#define DRM_IOCTL_PRIME_HANDLE_TO_FD _IOWR('d', 0x2d, struct drm_prime_handle)
#define DRM_IOCTL_PRIME_FD_TO_HANDLE _IOWR('d', 0x2e, struct drm_prime_handle)
#define DRM_IOCTL_SYNCOBJ_CREATE _IOWR('d', 0xbf, struct drm_syncobj_create)
#define DRM_IOCTL_SYNCOBJ_DESTROY _IOWR('d', 0xc0, struct drm_syncobj_destroy)
#define DRM_IOCTL_SYNCOBJ_HANDLE_TO_FD \
	_IOWR('d', 0xc1, struct drm_syncobj_handle)
#define DRM_IOCTL_SYNCOBJ_FD_TO_HANDLE \
	_IOWR('d', 0xc2, struct drm_syncobj_handle)
#define DRM_IOCTL_SYNCOBJ_WAIT _IOWR('d', 0xc3, struct drm_syncobj_wait)
#define DRM_IOCTL_SYNCOBJ_TIMELINE_WAIT \
	_IOWR('d', 0xca, struct drm_syncobj_timeline_wait)

#endif
