/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR MIT) */
/*
 * The commands of axle_edu, the driver for QEMU's "edu" device, for
 * DRM_IOCTL_AXLE_SUBMIT. The rules and errors at the top of axle_drm.h hold
 * here.
 */
#ifndef _AXLE_EDU_H_
#define _AXLE_EDU_H_

#include "axle_drm.h"

#if defined(__cplusplus)
extern "C" {
#endif

/** DRM_AXLE_EDU_FACTORIAL_MAX - Largest number whose factorial fits. */
#define DRM_AXLE_EDU_FACTORIAL_MAX 12

/** DRM_AXLE_EDU_BUFFER_SIZE - Bytes of the device's buffer. */
#define DRM_AXLE_EDU_BUFFER_SIZE 4096

/**
 * enum drm_axle_edu_op - What a command does.
 */
enum drm_axle_edu_op {
	/**
	 * @DRM_AXLE_EDU_FACTORIAL: Engine "factorial": store the factorial of
	 * the value, 0 to %DRM_AXLE_EDU_FACTORIAL_MAX, as a __u32.
	 */
	DRM_AXLE_EDU_FACTORIAL = 0,
	/**
	 * @DRM_AXLE_EDU_LOAD: Engine "dma": read as many bytes as the value says
	 * into the device's buffer, from its beginning.
	 */
	DRM_AXLE_EDU_LOAD = 1,
	/**
	 * @DRM_AXLE_EDU_STORE: Engine "dma": write as many bytes as the value
	 * says from there. The last load of the same job must have had as many.
	 */
	DRM_AXLE_EDU_STORE = 2,
};

/**
 * struct drm_axle_edu_command - A command. A job is an array of them; they run
 * one after the other.
 *
 * The bytes that a command reads or writes are in one object and do not cross a
 * multiple of %DRM_AXLE_EDU_BUFFER_SIZE in it. Anything else is EINVAL, and so
 * are an op that is not the engine's, a result in an object that is used without
 * %DRM_AXLE_USE_WRITE, and a factorial in an imported one. A job that is killed
 * may have written a part of its results.
 */
struct drm_axle_edu_command {
	/** @op: One of &enum drm_axle_edu_op. */
	__u32 op;
	/** @value: What it is depends on @op. */
	__u32 value;
	/** @use: Element of &struct drm_axle_submit.uses. */
	__u32 use;
	/** @pad: Must be zero. */
	__u32 pad;
	/** @offset: First byte in the object. */
	__u64 offset;
};

#if defined(__cplusplus)
}
#endif

#endif
