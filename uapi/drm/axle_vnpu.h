/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR MIT) */
/*
 * What is vnpu's own on top of axle_drm.h, whose rules and errors hold here.
 * The device is specified in docs/vnpu.md; VNPU_* and struct vnpu_* below are
 * of hw/vnpu_regs.h, sections of that page.
 *
 * There are no calls of its own. What a device is made of:
 *
 *  ============  =======================  ==================================
 *                datacenter profile       edge profile
 *  ============  =======================  ==================================
 *  regions       0 host, 1 device         0 host
 *  engines       0 compute, 1 copy        0 compute
 *  VM_*          yes                      no
 *  user mode     yes, of both engines     no
 *  kernel mode   yes, virtual addresses   yes, buffers and offsets
 *  ============  =======================  ==================================
 *
 * User-mode queues
 * ----------------
 * They need an address space. The ring has struct vnpu_desc (section 7), all
 * addresses virtual; the status record begins with struct vnpu_ring_status; the
 * tail is the first word of the tail page, and a write of 1 to the first word
 * of the wake page wakes. Sections 5.1 to 5.3 say how to submit. EXEC names a
 * program by %DRM_AXLE_VNPU_PROGRAM_NUMBER, and has it only until
 * PROGRAM_DESTROY. When a descriptor fails the queue is dead; the record says
 * why, and so does %DRM_AXLE_TOPIC_QUEUES.
 *
 * Kernel-mode queues of the datacenter profile
 * --------------------------------------------
 * They need an address space, too. Commands are struct vnpu_desc as above, but
 * that EXEC names a program by the number of PROGRAM_CREATE. At most as many as
 * the queue has slots.
 *
 * Kernel-mode queues of the edge profile
 * --------------------------------------
 * Commands are struct vnpu_desc, an EXEC followed by its struct vnpu_binding.
 * Memory is named by an element of &drm_axle_submit.uses and an offset in it,
 * and the driver writes the lists of segments:
 *
 *  =======================  ======================  =======================
 *  in                       offset                  index of the use
 *  =======================  ======================  =======================
 *  struct vnpu_place        address                 segments
 *  struct vnpu_op_value     address                 reserved0
 *  struct vnpu_desc         profile                 reserved
 *  =======================  ======================  =======================
 *
 * vnpu_op_exec.bindings is zero. What a descriptor writes must be used with
 * %DRM_AXLE_USE_WRITE; so must all bindings but inputs. Offsets of values are
 * aligned to 8, of profiles to 16. Programs are named as above.
 *
 * Programs are blobs as in docs/tensor-program.md.
 *
 * Codes of events (&struct drm_axle_event.code) are VNPU_ERR_*.
 */
#ifndef _AXLE_VNPU_H_
#define _AXLE_VNPU_H_

#include "axle_drm.h"

#if defined(__cplusplus)
extern "C" {
#endif

/** DRM_AXLE_VNPU_PROGRAM_NUMBER - Of &drm_axle_program_create.info: for EXEC. */
#define DRM_AXLE_VNPU_PROGRAM_NUMBER(info) ((__u32)((info) >> 48))
/** DRM_AXLE_VNPU_PROGRAM_SCRATCH - Of the same: bytes of scratch to bind. */
#define DRM_AXLE_VNPU_PROGRAM_SCRATCH(info) ((info) & 0xffffffffffffull)

/**
 * DRM_AXLE_VNPU_TOPIC_INFO - Topic of QUERY, both nodes; answers with
 * &struct drm_axle_vnpu_info.
 */
#define DRM_AXLE_VNPU_TOPIC_INFO DRM_AXLE_TOPIC_DRIVER

/** DRM_AXLE_VNPU_TRAP - TRAP descriptors are allowed, for tests. */
#define DRM_AXLE_VNPU_TRAP (1u << 0)

/**
 * struct drm_axle_vnpu_info - What a vnpu is.
 */
struct drm_axle_vnpu_info {
	/** @profile: VNPU_PROFILE_*. */
	__u32 profile;
	/** @flags: %DRM_AXLE_VNPU_TRAP. */
	__u32 flags;
	/** @bindings_max: Bindings of one EXEC. */
	__u32 bindings_max;
	/** @program_version: Newest format, major 31:16, minor 15:0. */
	__u32 program_version;
	/** @slots_min: Slots that a ring has at least. */
	__u32 slots_min;
	/** @slots_max: Slots that a ring can have. */
	__u32 slots_max;
	/** @stop_ms: Stopping a descriptor takes no longer. */
	__u32 stop_ms;
	/** @pad: Zero. */
	__u32 pad;
	/** @program_size_max: Bytes of a program. */
	__u64 program_size_max;
	/** @private_memory: Bytes that the device has for programs. */
	__u64 private_memory;
	/**
	 * @epoch_ns: CLOCK_MONOTONIC when the device's time was zero; to be
	 * asked for again after a reset.
	 */
	__u64 epoch_ns;
};

#if defined(__cplusplus)
}
#endif

#endif
