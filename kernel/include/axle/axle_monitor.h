/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What operators see of a device: telemetry, limits, errors of the hardware,
 * and its firmware. A driver fills in what its device has; the kit makes hwmon,
 * sysfs, fdinfo, devlink, netlink, queries and tracepoints of it.
 */
#ifndef _AXLE_MONITOR_H_
#define _AXLE_MONITOR_H_

#include <linux/types.h>

struct axle_context;
struct axle_device;
struct axle_queue;

/** define AXLE_MAX_RAS_UNITS - Units whose errors are counted apart. */
#define AXLE_MAX_RAS_UNITS 8
/** define AXLE_MAX_FW_SLOTS - Firmware images that a device stores. */
#define AXLE_MAX_FW_SLOTS 4

/**
 * struct axle_telemetry - What a device said last; not yet believed.
 *
 * @valid and @flags are as in &struct drm_axle_query_telemetry; the kit adds
 * %DRM_AXLE_TELEMETRY_ASLEEP and %DRM_AXLE_TELEMETRY_STALE.
 */
struct axle_telemetry {
	/** @time_ns: When, CLOCK_MONOTONIC. */
	u64 time_ns;
	/** @sequence: Differs from one update to the next: the heartbeat. */
	u64 sequence;
	/** @valid: DRM_AXLE_TELEMETRY_TEMPERATURE and so on. */
	u32 valid;
	/** @flags: DRM_AXLE_TELEMETRY_HOT, DRM_AXLE_TELEMETRY_CAPPED. */
	u32 flags;
	/** @temperature_mc: Millidegrees Celsius. */
	s32 temperature_mc;
	/** @power_mw: Milliwatts. */
	u32 power_mw;
	/** @energy_uj: Microjoules since reset. */
	u64 energy_uj;
	/** @clock_hz: Of the engines. */
	u64 clock_hz;
	/** @throttled_ns: Time held down since reset. */
	u64 throttled_ns;
};

/**
 * struct axle_bounds - What a limit can be; @max of zero: there is no limit.
 */
struct axle_bounds {
	/** @min: Least value. */
	u64 min;
	/** @max: Largest value, which is in force until another is set. */
	u64 max;
};

/**
 * enum axle_severity - How bad an error of the hardware is.
 */
enum axle_severity {
	/** @AXLE_CORRECTED: It did no harm. */
	AXLE_CORRECTED,
	/** @AXLE_UNCORRECTED: Data was lost, which whoever used it is told. */
	AXLE_UNCORRECTED,
};

/**
 * struct axle_fw_slot - A firmware image that the device stores.
 */
struct axle_fw_slot {
	/** @version: As people write it; empty: nothing is stored. */
	char version[64];
	/** @running: It was booted last. */
	bool running;
	/** @next: It is what the next boot takes. */
	bool next;
};

/**
 * struct axle_monitor_ops - What a driver does for operators. Members may be
 * left out, as in &struct axle_ops.
 */
struct axle_monitor_ops {
	/**
	 * @telemetry: Copy out what the device said last, from memory: no
	 * command, no register, no wake-up; may not sleep. Called between
	 * axle_hw_hold() and axle_hw_release().
	 *
	 * Return: 0, -EAGAIN if no consistent copy can be had, -ENODATA if the
	 * device has said nothing yet.
	 */
	int (*telemetry)(struct axle_device *adev, struct axle_telemetry *out);
	/** @telemetry_ms: Time between two updates of a device at work. */
	u32 telemetry_ms;
	/**
	 * @temperature_max_mc: What the device calls its limit; zero if
	 * unknown. Called when the device is registered, as the next two.
	 */
	s32 (*temperature_max_mc)(struct axle_device *adev);
	/** @bounds: Of a limit, &enum drm_axle_limit. */
	void (*bounds)(struct axle_device *adev, u32 limit,
		       struct axle_bounds *out);
	/** @clock_max_hz: Clock of engines at full speed, for fdinfo. */
	u64 (*clock_max_hz)(struct axle_device *adev);
	/**
	 * @set_limit: Set a limit; @value is within the bounds. Called again
	 * after each reset. Between axle_hw_enter() and axle_hw_exit().
	 */
	int (*set_limit)(struct axle_device *adev, u32 limit, u64 value);
	/**
	 * @cycles: Cycles that the device has worked for a queue, from memory
	 * that it writes; not believed to count back. Any context, under a
	 * spinlock.
	 */
	u64 (*cycles)(struct axle_queue *queue);

	/** @ras_units: Names of units whose errors axle_ras_report() tells. */
	const char *const *ras_units;
	/** @num_ras_units: Elements in @ras_units. */
	unsigned int num_ras_units;
	/**
	 * @ras_memory: Units whose errors have an address in the window of a
	 * region, so that bad pages can be taken out of use; a bit each.
	 */
	u32 ras_memory;
	/**
	 * @retire: Have the device remember, over power cycles, that a page of
	 * its memory is bad. @address is that of the region's window. Between
	 * axle_hw_enter() and axle_hw_exit(). May be called again for a page
	 * that the device knows of.
	 */
	int (*retire)(struct axle_device *adev, unsigned int region,
		      u64 address);
	/**
	 * @inject: Have the device meet an error, for tests; @address is that
	 * of the region's window, if the unit is memory. Between
	 * axle_hw_enter() and axle_hw_exit().
	 */
	int (*inject)(struct axle_device *adev, unsigned int unit,
		      enum axle_severity severity, u64 address);

	/**
	 * @fw_slots: Tell of the images that the device stores. Between
	 * axle_hw_enter() and axle_hw_exit().
	 *
	 * Return: how many @slots were filled, or a negative errno. The version
	 * that runs is &axle_device.firmware_version, which &axle_ops.reset
	 * writes anew when it has booted another.
	 */
	int (*fw_slots)(struct axle_device *adev,
			struct axle_fw_slot slots[AXLE_MAX_FW_SLOTS]);
	/** @fw_size_max: Bytes that an image can have; with @fw_begin. */
	size_t fw_size_max;
	/**
	 * @fw_chunk: Bytes that @fw_write is given at a time, at most; with
	 * @fw_begin.
	 */
	size_t fw_chunk;
	/**
	 * @fw_begin: An image of @size bytes is going to be stored where none
	 * that is needed is. What an earlier one left undone is forgotten.
	 * Between axle_hw_enter() and axle_hw_exit(), as the next two; all
	 * three under one lock of the kit.
	 */
	int (*fw_begin)(struct axle_device *adev, size_t size);
	/** @fw_write: The next bytes of it. */
	int (*fw_write)(struct axle_device *adev, size_t offset,
			const void *data, size_t size);
	/**
	 * @fw_commit: The device checks the image and boots it next. On an
	 * error it boots what it would have booted before.
	 *
	 * Return: 0; -ENOEXEC if it is no image, with @why in words, -EPERM if
	 * it is older than the device allows, -EIO.
	 */
	int (*fw_commit)(struct axle_device *adev, const char **why);
};

void axle_ras_report(struct axle_device *adev, unsigned int unit,
		     enum axle_severity severity, u32 count, u64 address);
int axle_ras_retired(struct axle_device *adev, unsigned int region,
		     u64 address);

#endif
