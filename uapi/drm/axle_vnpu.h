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
 *  kernel mode   yes, struct vnpu_desc    yes, struct drm_axle_vnpu_command
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
 * Commands are struct drm_axle_vnpu_command, each followed by its bindings, and
 * name memory by an element of the submission's uses and an offset in it. The
 * driver writes the lists of segments. Memory that is written must be used with
 * %DRM_AXLE_USE_WRITE.
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

/**
 * struct drm_axle_vnpu_place - Memory that a command of the edge profile means.
 */
struct drm_axle_vnpu_place {
	/** @offset: Bytes, in the buffer object. */
	__u64 offset;
	/** @use: Index into &drm_axle_submit.uses. */
	__u32 use;
	/** @pad: Must be zero. */
	__u32 pad;
};

/**
 * struct drm_axle_vnpu_command - A command of the edge profile.
 *
 * Members that the opcode does not name must be zero.
 */
struct drm_axle_vnpu_command {
	/** @opcode: VNPU_OP_*. */
	__u8 opcode;
	/** @flags: VNPU_DESC_*. */
	__u8 flags;
	/** @kind: WAIT, TRAP: VNPU_WAIT_*, VNPU_TRAP_*. */
	__u16 kind;
	/** @timeout_ms: Of it; zero is the queue's, which is the longest. */
	__u32 timeout_ms;
	/** @program: EXEC: number of PROGRAM_CREATE. */
	__u32 program;
	/** @binding_count: EXEC: bindings behind this struct. */
	__u32 binding_count;
	/** @size: FILL, COPY: bytes. */
	__u64 size;
	/** @value: FILL: the pattern; SIGNAL, WAIT, TRAP: the value. */
	__u64 value;
	/**
	 * @dst: FILL, COPY: what is written. SIGNAL, WAIT, TIMESTAMP: the 8
	 * bytes, aligned to 8.
	 */
	struct drm_axle_vnpu_place dst;
	/** @src: COPY: what is read. */
	struct drm_axle_vnpu_place src;
	/** @profile: With VNPU_DESC_PROFILE: 16 bytes, aligned to 16. */
	struct drm_axle_vnpu_place profile;
};

/**
 * struct drm_axle_vnpu_binding - Memory of an input, output or the scratch.
 */
struct drm_axle_vnpu_binding {
	/** @place: Aligned to 64 bytes. */
	struct drm_axle_vnpu_place place;
	/** @size: Bytes there. */
	__u64 size;
	/** @kind: VNPU_BIND_*. All but inputs are written. */
	__u16 kind;
	/** @index: Among its kind. */
	__u16 index;
	/** @pad: Must be zero. */
	__u32 pad;
};

#if defined(__cplusplus)
}
#endif

#endif
