/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Differences between the kernels that the kit builds on, 6.12 and newer.
 * The one place with version checks.
 */
#ifndef _AXLE_COMPAT_H_
#define _AXLE_COMPAT_H_

#include <linux/fs.h>
#include <linux/version.h>

/* 6.14 dropped the date from struct drm_driver; before, it must be there. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 14, 0)
#define AXLE_COMPAT_DRIVER .date = "0"
#else
#define AXLE_COMPAT_DRIVER .patchlevel = 0
#endif

#define AXLE_COMPAT_FOPS .fop_flags = FOP_UNSIGNED_OFFSET

#endif
