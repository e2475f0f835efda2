/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR MIT) */
/*
 * The calls of axle_edu, the driver for QEMU's "edu" device, on top of those
 * in axle_drm.h. The rules and errors at the top of that header hold here.
 */
#ifndef _AXLE_EDU_H_
#define _AXLE_EDU_H_

#include "axle_drm.h"

#if defined(__cplusplus)
extern "C" {
#endif

#define DRM_AXLE_EDU_FACTORIAL (DRM_AXLE_DRIVER_BASE + 0x00)
#define DRM_AXLE_EDU_COPY (DRM_AXLE_DRIVER_BASE + 0x01)

/** DRM_IOCTL_AXLE_EDU_FACTORIAL - See &struct drm_axle_edu_factorial. */
#define DRM_IOCTL_AXLE_EDU_FACTORIAL                                     \
	_IOWR(DRM_IOCTL_BASE, DRM_COMMAND_BASE + DRM_AXLE_EDU_FACTORIAL, \
	      struct drm_axle_edu_factorial)

/** DRM_IOCTL_AXLE_EDU_COPY - See &struct drm_axle_edu_copy. */
#define DRM_IOCTL_AXLE_EDU_COPY                                    \
	_IOW(DRM_IOCTL_BASE, DRM_COMMAND_BASE + DRM_AXLE_EDU_COPY, \
	     struct drm_axle_edu_copy)

/** DRM_AXLE_EDU_FACTORIAL_MAX - Largest number whose factorial fits. */
#define DRM_AXLE_EDU_FACTORIAL_MAX 12
/** DRM_AXLE_EDU_COPY_MAX - Size of the device's buffer. */
#define DRM_AXLE_EDU_COPY_MAX 4096

/**
 * struct drm_axle_edu_factorial - Compute a factorial on the device.
 *
 * Sleeps until the device is free and has answered.
 */
struct drm_axle_edu_factorial {
	/** @n: In: 0 to %DRM_AXLE_EDU_FACTORIAL_MAX. */
	__u32 n;
	/** @result: Out: the factorial of @n. */
	__u32 result;
};

/**
 * struct drm_axle_edu_copy - Copy memory through the device's buffer.
 *
 * The device reads @size bytes at @src by DMA and writes them to @dst by DMA.
 * If the call fails with EFAULT, part of @dst may have been written.
 */
struct drm_axle_edu_copy {
	/** @src: In: pointer to the bytes to read. */
	__u64 src;
	/** @dst: In: pointer to where they go; may be @src. */
	__u64 dst;
	/** @size: In: 1 to %DRM_AXLE_EDU_COPY_MAX. */
	__u32 size;
	/** @pad: In: must be zero. */
	__u32 pad;
};

#if defined(__cplusplus)
}
#endif

#endif
