/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR MIT) */
/*
 * The generic netlink family "axle": all accelerators on the kit at once. The
 * specification is uapi/netlink/axle.yaml, in the kernel's format; this header
 * has its numbers.
 *
 * Reading needs no permission and shows nothing of a user's jobs. Events of
 * devices go to the group "devices", which anybody may join; events of contexts
 * and jobs, which name processes, to "jobs", which needs CAP_SYS_ADMIN.
 *
 * Integers called uint have 4 or 8 bytes, as netlink's "uint" does.
 */
#ifndef _AXLE_NETLINK_H_
#define _AXLE_NETLINK_H_

#define AXLE_GENL_NAME "axle"
#define AXLE_GENL_VERSION 1

#define AXLE_GENL_GROUP_DEVICES "devices"
#define AXLE_GENL_GROUP_JOBS "jobs"

/**
 * enum axle_genl_cmd - What can be asked, and what is told.
 *
 * Requests take AXLE_A_*_INDEX for one device (ENODEV if there is none), or
 * NLM_F_DUMP for all. Unknown attributes are refused.
 */
enum axle_genl_cmd {
	/** @AXLE_CMD_DEVICE_GET: Identity and state; AXLE_A_DEV_*. */
	AXLE_CMD_DEVICE_GET = 1,
	/**
	 * @AXLE_CMD_TELEMETRY_GET: What changes all the time, from memory: the
	 * devices are neither asked nor woken; AXLE_A_TELEMETRY_*.
	 */
	AXLE_CMD_TELEMETRY_GET = 2,
	/** @AXLE_CMD_RAS_GET: Errors of the hardware; AXLE_A_RAS_*. */
	AXLE_CMD_RAS_GET = 3,
	/** @AXLE_CMD_EVENT_NTF: Only told, to a group; AXLE_A_EVENT_*. */
	AXLE_CMD_EVENT_NTF = 4,
};

/**
 * enum axle_genl_dev - Attributes of %AXLE_CMD_DEVICE_GET.
 */
enum axle_genl_dev {
	/** @AXLE_A_DEV_INDEX: u32: N of accelN. */
	AXLE_A_DEV_INDEX = 1,
	/** @AXLE_A_DEV_DRIVER: string: its kernel driver, "vnpu". */
	AXLE_A_DEV_DRIVER = 2,
	/** @AXLE_A_DEV_BUS_ADDRESS: string: "0000:03:00.0". */
	AXLE_A_DEV_BUS_ADDRESS = 3,
	/** @AXLE_A_DEV_PRODUCT: string. */
	AXLE_A_DEV_PRODUCT = 4,
	/** @AXLE_A_DEV_SERIAL: string. */
	AXLE_A_DEV_SERIAL = 5,
	/** @AXLE_A_DEV_FIRMWARE: string: version that runs. */
	AXLE_A_DEV_FIRMWARE = 6,
	/** @AXLE_A_DEV_CLASS: u32: enum drm_axle_class. */
	AXLE_A_DEV_CLASS = 7,
	/** @AXLE_A_DEV_CONTEXTS_MAX: u32. */
	AXLE_A_DEV_CONTEXTS_MAX = 8,
	/** @AXLE_A_DEV_STATE: u32: enum drm_axle_state. */
	AXLE_A_DEV_STATE = 9,
	/** @AXLE_A_DEV_RESETS: uint. */
	AXLE_A_DEV_RESETS = 10,
	/** @AXLE_A_DEV_FAULTS: uint. */
	AXLE_A_DEV_FAULTS = 11,
};

/**
 * enum axle_genl_telemetry - Attributes of %AXLE_CMD_TELEMETRY_GET.
 *
 * Values are those of struct drm_axle_query_telemetry; what is not valid is
 * left out, as are limits that are not there.
 */
enum axle_genl_telemetry {
	/** @AXLE_A_TELEMETRY_INDEX: u32: N of accelN. */
	AXLE_A_TELEMETRY_INDEX = 1,
	/** @AXLE_A_TELEMETRY_STATE: u32: enum drm_axle_state. */
	AXLE_A_TELEMETRY_STATE = 2,
	/** @AXLE_A_TELEMETRY_CONTEXTS: u32: contexts in use. */
	AXLE_A_TELEMETRY_CONTEXTS = 3,
	/** @AXLE_A_TELEMETRY_ENGINE: nest, one each: AXLE_A_ENGINE_*. */
	AXLE_A_TELEMETRY_ENGINE = 4,
	/** @AXLE_A_TELEMETRY_REGION: nest, one each: AXLE_A_REGION_*. */
	AXLE_A_TELEMETRY_REGION = 5,
	/** @AXLE_A_TELEMETRY_TIME: uint: ns; missing: no telemetry. */
	AXLE_A_TELEMETRY_TIME = 6,
	/** @AXLE_A_TELEMETRY_FLAGS: u32: DRM_AXLE_TELEMETRY_ASLEEP, ... */
	AXLE_A_TELEMETRY_FLAGS = 7,
	/** @AXLE_A_TELEMETRY_TEMPERATURE: s32: millidegrees Celsius. */
	AXLE_A_TELEMETRY_TEMPERATURE = 8,
	/** @AXLE_A_TELEMETRY_TEMPERATURE_MAX: s32: the same. */
	AXLE_A_TELEMETRY_TEMPERATURE_MAX = 9,
	/** @AXLE_A_TELEMETRY_POWER: u32: mW. */
	AXLE_A_TELEMETRY_POWER = 10,
	/** @AXLE_A_TELEMETRY_POWER_CAP: u32: mW. */
	AXLE_A_TELEMETRY_POWER_CAP = 11,
	/** @AXLE_A_TELEMETRY_POWER_CAP_MIN: u32: mW. */
	AXLE_A_TELEMETRY_POWER_CAP_MIN = 12,
	/** @AXLE_A_TELEMETRY_POWER_CAP_MAX: u32: mW. */
	AXLE_A_TELEMETRY_POWER_CAP_MAX = 13,
	/** @AXLE_A_TELEMETRY_ENERGY: uint: uJ. */
	AXLE_A_TELEMETRY_ENERGY = 14,
	/** @AXLE_A_TELEMETRY_CLOCK: uint: Hz. */
	AXLE_A_TELEMETRY_CLOCK = 15,
	/** @AXLE_A_TELEMETRY_CLOCK_LIMIT: uint: Hz. */
	AXLE_A_TELEMETRY_CLOCK_LIMIT = 16,
	/** @AXLE_A_TELEMETRY_CLOCK_LIMIT_MIN: uint: Hz. */
	AXLE_A_TELEMETRY_CLOCK_LIMIT_MIN = 17,
	/** @AXLE_A_TELEMETRY_CLOCK_LIMIT_MAX: uint: Hz. */
	AXLE_A_TELEMETRY_CLOCK_LIMIT_MAX = 18,
	/** @AXLE_A_TELEMETRY_THROTTLED: uint: ns. */
	AXLE_A_TELEMETRY_THROTTLED = 19,
	/** @AXLE_A_TELEMETRY_REJECTED: uint. */
	AXLE_A_TELEMETRY_REJECTED = 20,
};

/** enum axle_genl_engine - Inside of %AXLE_A_TELEMETRY_ENGINE. */
enum axle_genl_engine {
	/** @AXLE_A_ENGINE_NAME: string. */
	AXLE_A_ENGINE_NAME = 1,
	/** @AXLE_A_ENGINE_BUSY: uint: ns since the driver was bound. */
	AXLE_A_ENGINE_BUSY = 2,
};

/** enum axle_genl_region - Inside of %AXLE_A_TELEMETRY_REGION. */
enum axle_genl_region {
	/** @AXLE_A_REGION_NAME: string. */
	AXLE_A_REGION_NAME = 1,
	/** @AXLE_A_REGION_KIND: u32: enum drm_axle_memory_kind. */
	AXLE_A_REGION_KIND = 2,
	/** @AXLE_A_REGION_SIZE: uint: bytes; 0: system memory. */
	AXLE_A_REGION_SIZE = 3,
	/** @AXLE_A_REGION_USED: uint: bytes. */
	AXLE_A_REGION_USED = 4,
};

/** enum axle_genl_ras - Attributes of %AXLE_CMD_RAS_GET. */
enum axle_genl_ras {
	/** @AXLE_A_RAS_INDEX: u32: N of accelN. */
	AXLE_A_RAS_INDEX = 1,
	/** @AXLE_A_RAS_UNIT: nest, one each: AXLE_A_UNIT_*. */
	AXLE_A_RAS_UNIT = 2,
	/** @AXLE_A_RAS_PAGES_RETIRED: u32. */
	AXLE_A_RAS_PAGES_RETIRED = 3,
	/** @AXLE_A_RAS_PAGES_PENDING: u32. */
	AXLE_A_RAS_PAGES_PENDING = 4,
};

/** enum axle_genl_unit - Inside of %AXLE_A_RAS_UNIT. */
enum axle_genl_unit {
	/** @AXLE_A_UNIT_NAME: string. */
	AXLE_A_UNIT_NAME = 1,
	/** @AXLE_A_UNIT_CORRECTED: uint. */
	AXLE_A_UNIT_CORRECTED = 2,
	/** @AXLE_A_UNIT_UNCORRECTED: uint. */
	AXLE_A_UNIT_UNCORRECTED = 3,
	/** @AXLE_A_UNIT_THRESHOLD: uint. */
	AXLE_A_UNIT_THRESHOLD = 4,
};

/**
 * enum axle_genl_event - Attributes of %AXLE_CMD_EVENT_NTF; those that do not
 * apply are left out.
 */
enum axle_genl_event {
	/** @AXLE_A_EVENT_INDEX: u32: N of accelN. */
	AXLE_A_EVENT_INDEX = 1,
	/** @AXLE_A_EVENT_TYPE: u32: enum axle_genl_event_type. */
	AXLE_A_EVENT_TYPE = 2,
	/** @AXLE_A_EVENT_TIME: uint: CLOCK_MONOTONIC, ns. */
	AXLE_A_EVENT_TIME = 3,
	/**
	 * @AXLE_A_EVENT_SEQUENCE: uint: counts the events of the group, from 1:
	 * a gap shows that some were lost.
	 */
	AXLE_A_EVENT_SEQUENCE = 4,
	/** @AXLE_A_EVENT_CODE: u32: the device's own. */
	AXLE_A_EVENT_CODE = 5,
	/** @AXLE_A_EVENT_ADDRESS: uint: of a fault or a memory error. */
	AXLE_A_EVENT_ADDRESS = 6,
	/** @AXLE_A_EVENT_VALUE: uint: see the type. */
	AXLE_A_EVENT_VALUE = 7,
	/** @AXLE_A_EVENT_UNIT: string: whose error it is. */
	AXLE_A_EVENT_UNIT = 8,
	/** @AXLE_A_EVENT_TEXT: string: more in words. */
	AXLE_A_EVENT_TEXT = 9,
	/** @AXLE_A_EVENT_CLIENT: uint: drm-client-id; jobs, as what follows. */
	AXLE_A_EVENT_CLIENT = 10,
	/** @AXLE_A_EVENT_PID: u32: who opened the context, in init's space. */
	AXLE_A_EVENT_PID = 11,
	/** @AXLE_A_EVENT_UID: u32: the same. */
	AXLE_A_EVENT_UID = 12,
	/** @AXLE_A_EVENT_QUEUE: u32: number in that file. */
	AXLE_A_EVENT_QUEUE = 13,
};

/** enum axle_genl_event_type - What %AXLE_CMD_EVENT_NTF tells of. */
enum axle_genl_event_type {
	/** @AXLE_EVENT_DEVICE_ADDED: It can be used now. */
	AXLE_EVENT_DEVICE_ADDED = 1,
	/** @AXLE_EVENT_DEVICE_REMOVED: It is gone. */
	AXLE_EVENT_DEVICE_REMOVED = 2,
	/** @AXLE_EVENT_RESET: It was reset; value: resets so far. */
	AXLE_EVENT_RESET = 3,
	/** @AXLE_EVENT_FAILED: A reset failed. */
	AXLE_EVENT_FAILED = 4,
	/** @AXLE_EVENT_THERMAL: A limit was crossed; value: millidegrees. */
	AXLE_EVENT_THERMAL = 5,
	/** @AXLE_EVENT_CORRECTED: Errors of a unit; value: how many. */
	AXLE_EVENT_CORRECTED = 6,
	/** @AXLE_EVENT_UNCORRECTED: The same. */
	AXLE_EVENT_UNCORRECTED = 7,
	/** @AXLE_EVENT_PAGE_RETIRED: A page of device memory; address. */
	AXLE_EVENT_PAGE_RETIRED = 8,
	/** @AXLE_EVENT_FIRMWARE: It was flashed, or has changed; text. */
	AXLE_EVENT_FIRMWARE = 9,
	/** @AXLE_EVENT_HANG: The firmware has stopped telling; text. */
	AXLE_EVENT_HANG = 10,
	/** @AXLE_EVENT_CONTEXT_CREATED: Group jobs, as what follows. */
	AXLE_EVENT_CONTEXT_CREATED = 64,
	/** @AXLE_EVENT_CONTEXT_DESTROYED: Closed. */
	AXLE_EVENT_CONTEXT_DESTROYED = 65,
	/** @AXLE_EVENT_FAULT: A job failed; value: errno. */
	AXLE_EVENT_FAULT = 66,
};

#endif
