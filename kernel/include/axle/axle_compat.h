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

/* 6.13 made the namespace a string. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 13, 0)
#define AXLE_COMPAT_IMPORT_DMA_BUF MODULE_IMPORT_NS(DMA_BUF)
#else
#define AXLE_COMPAT_IMPORT_DMA_BUF MODULE_IMPORT_NS("DMA_BUF")
#endif

/* 6.18 put the arguments of a new mapping into a struct. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 18, 0)
#define axle_compat_sm_map drm_gpuvm_sm_map
#else
#define axle_compat_sm_map(_gpuvm, _priv, _address, _size, _obj, _offset) \
	drm_gpuvm_sm_map(_gpuvm, _priv,                                   \
			 &(const struct drm_gpuvm_map_req){               \
				 .map.va.addr = (_address),               \
				 .map.va.range = (_size),                 \
				 .map.gem.obj = (_obj),                   \
				 .map.gem.offset = (_offset) })
#endif

/* 7.2 has counters of errors as nodes of DRM, CONFIG_DRM_RAS. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(7, 2, 0)
#define AXLE_COMPAT_DRM_RAS 1
#endif

/* 6.18 moved the grace period to the reporter's table. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 18, 0)
#define axle_compat_reporter_create(_devlink, _ops, _priv) \
	devlink_health_reporter_create(_devlink, _ops, 0, _priv)
#else
#define axle_compat_reporter_create devlink_health_reporter_create
#endif

#define AXLE_COMPAT_FOPS .fop_flags = FOP_UNSIGNED_OFFSET

#endif
