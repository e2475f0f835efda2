/* SPDX-License-Identifier: MIT */
/*
 * libaxle for operators: what devices do and how they are. Nothing here opens a
 * compute node, takes a context or wakes a device. Rules of axle.h apply;
 * libaxle-monitor(7) is the place to start.
 */
#ifndef AXL_MONITOR_H
#define AXL_MONITOR_H

#include <axl/axle.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A temperature that the device does not tell. */
#define AXL_UNKNOWN_MC INT32_MIN

#define AXL_TELEMETRY_ASLEEP (1u << 0) /* values are of before */
#define AXL_TELEMETRY_STALE (1u << 1) /* awake, but tells nothing any more */
#define AXL_TELEMETRY_HOT (1u << 2) /* slowed down for its temperature */
#define AXL_TELEMETRY_CAPPED (1u << 3) /* slowed down for its power */

/* What the driver does not tell is AXL_UNKNOWN_32, _64 or _MC. */
struct axl_telemetry {
	uint64_t time_ns; /* CLOCK_MONOTONIC, of the device's sample */
	uint32_t flags; /* AXL_TELEMETRY_* */
	int32_t temperature_mc; /* millidegrees Celsius */
	int32_t temperature_max_mc;
	uint32_t power_mw;
	uint32_t power_cap_mw;
	uint32_t power_cap_min_mw;
	uint32_t power_cap_max_mw;
	uint32_t reserved;
	uint64_t energy_uj;
	uint64_t clock_hz;
	uint64_t clock_limit_hz;
	uint64_t clock_limit_min_hz;
	uint64_t clock_limit_max_hz;
	uint64_t throttled_ns;
	uint64_t rejected; /* values of the device that could not be */
};

/* -EOPNOTSUPP: the driver tells nothing of the kind. */
int axl_device_telemetry(struct axl_device *device, struct axl_telemetry *out,
			 size_t size);

enum axl_limit {
	AXL_LIMIT_POWER = 0, /* mW */
	AXL_LIMIT_CLOCK = 1, /* Hz */
};

/* Needs CAP_SYS_ADMIN. 0: the largest there is. -EINVAL: out of range. */
int axl_device_set_limit(struct axl_device *device, uint32_t limit,
			 uint64_t value);

struct axl_ras_unit {
	char name[16];
	uint64_t corrected; /* errors since the driver was bound */
	uint64_t uncorrected;
	uint64_t threshold; /* corrected ones that make an event; 0: never */
};

/* Count and size as for axl_device_engines(). */
int axl_device_ras(struct axl_device *device, struct axl_ras_unit *out,
		   size_t size, uint32_t *count);

struct axl_ras_pages {
	uint32_t retired; /* pages of device memory out of use */
	uint32_t pending; /* once their user lets go */
};

int axl_device_ras_pages(struct axl_device *device, struct axl_ras_pages *out,
			 size_t size);

/* Need CAP_SYS_ADMIN. What had work there ends with -ECANCELED. */
int axl_device_reset_engine(struct axl_device *device, uint32_t engine);
/* Client: drm-client-id in fdinfo. -ENOENT: no such client or queue. */
int axl_device_reset_queue(struct axl_device *device, uint64_t client,
			   uint32_t queue);

/*
 * Firmware, by devlink.
 */
struct axl_firmware {
	char running[64]; /* versions; empty: not told */
	char stored[64]; /* what the next boot takes */
	char board[64]; /* fixed */
	char serial[64];
};

int axl_device_firmware(struct axl_device *device, struct axl_firmware *out,
			size_t size);
/*
 * Stores an image, a file below the kernel's firmware path; needs
 * CAP_NET_ADMIN. Progress may be NULL; done and total are bytes, total 0 if it
 * is not known. -ENOEXEC: refused by the device, which keeps what it has.
 */
int axl_device_flash(struct axl_device *device, const char *file,
		     void (*progress)(void *data, const char *what,
				      uint64_t done, uint64_t total),
		     void *data);
/*
 * Boots what is stored. Contexts stay, and so do jobs that the kernel has; those
 * of queues that programs write themselves end with -ECANCELED.
 */
int axl_device_activate(struct axl_device *device);

/*
 * The monitor: all devices and who uses them, again and again.
 */
struct axl_monitor;

#define AXL_ENGINES_MAX 8
#define AXL_REGIONS_MAX 4
#define AXL_RAS_UNITS_MAX 8

/* A device at the time of a sample. Made by the library only, grows. */
struct axl_sample {
	struct axl_entry entry;
	struct axl_identity identity;
	struct axl_limits limits;
	struct axl_health health;
	struct axl_telemetry telemetry;
	uint64_t sampled_ns; /* CLOCK_MONOTONIC */
	uint32_t engine_count;
	uint32_t region_count;
	uint32_t ras_count;
	struct axl_ras_pages pages; /* AXL_UNKNOWN_32 if not told */
	struct axl_engine engine[AXL_ENGINES_MAX];
	/* Of the time since the sample before; AXL_UNKNOWN_32 if unknown. */
	uint32_t busy_permille[AXL_ENGINES_MAX];
	struct axl_memory region[AXL_REGIONS_MAX];
	struct axl_ras_unit ras[AXL_RAS_UNITS_MAX];
};

/*
 * An open file of a compute node, by fdinfo of the processes that this user may
 * look at. Files that several processes share are told once, of the lowest pid.
 */
struct axl_client {
	uint32_t device; /* number in the sample */
	uint32_t pid;
	uint32_t uid;
	uint32_t fd;
	uint64_t client_id; /* drm-client-id */
	char comm[16]; /* the process's name */
	uint32_t engine_count;
	uint32_t region_count;
	struct axl_engine engine[AXL_ENGINES_MAX]; /* busy since it was opened */
	uint32_t busy_permille[AXL_ENGINES_MAX];
	/* used: bytes resident; size: bytes in all */
	struct axl_memory region[AXL_REGIONS_MAX];
};

int axl_monitor_create(struct axl_system *system, struct axl_monitor **monitor);
void axl_monitor_destroy(struct axl_monitor *monitor);

#define AXL_MONITOR_CLIENTS (1u << 0) /* look at processes, too */

/* Devices that come and go are seen; the results of before are gone. */
int axl_monitor_sample(struct axl_monitor *monitor, uint32_t flags);
size_t axl_monitor_device_count(const struct axl_monitor *monitor);
const struct axl_sample *axl_monitor_device(const struct axl_monitor *monitor,
					    size_t i);
size_t axl_monitor_client_count(const struct axl_monitor *monitor);
const struct axl_client *axl_monitor_client(const struct axl_monitor *monitor,
					    size_t i);

/*
 * Events of all devices: the kit's netlink family, and the kernel's uevents for
 * devices of other drivers.
 */
enum axl_monitor_event_type {
	AXL_MONITOR_DEVICE_ADDED = 1,
	AXL_MONITOR_DEVICE_REMOVED = 2,
	AXL_MONITOR_RESET = 3,
	AXL_MONITOR_FAILED = 4,
	AXL_MONITOR_THERMAL = 5, /* value: millidegrees */
	AXL_MONITOR_CORRECTED = 6, /* value: errors of the unit */
	AXL_MONITOR_UNCORRECTED = 7,
	AXL_MONITOR_PAGE_RETIRED = 8, /* address */
	AXL_MONITOR_FIRMWARE = 9,
	AXL_MONITOR_HANG = 10,
	AXL_MONITOR_CHANGED = 11, /* another driver's uevent; text says what */
	AXL_MONITOR_LOST = 12, /* value: so many events did not arrive */
	AXL_MONITOR_CONTEXT_CREATED = 64, /* this and below: root only */
	AXL_MONITOR_CONTEXT_DESTROYED = 65,
	AXL_MONITOR_FAULT = 66, /* value: errno */
};

struct axl_monitor_event {
	uint32_t type; /* enum axl_monitor_event_type */
	uint32_t index; /* N of accelN, or AXL_UNKNOWN_32 */
	uint64_t time_ns; /* CLOCK_MONOTONIC */
	uint64_t sequence; /* of the kit; 0: another driver's */
	uint64_t address;
	uint64_t value;
	uint64_t client_id; /* 0: none, as below */
	uint32_t code;
	uint32_t pid;
	uint32_t uid;
	uint32_t queue;
	char driver[32];
	char unit[16];
	char text[96]; /* in words */
};

#define AXL_MONITOR_JOBS (1u << 0) /* contexts and jobs, too; needs root */

/* From here on; -EPERM: no permission for AXL_MONITOR_JOBS. */
int axl_monitor_listen(struct axl_monitor *monitor, uint32_t flags);
/* Takes the next; -EAGAIN if there is none. */
int axl_monitor_event(struct axl_monitor *monitor,
		      struct axl_monitor_event *out, size_t size);
/* Readable while there may be events; the monitor's, not to be closed. */
int axl_monitor_event_fd(struct axl_monitor *monitor);
const char *axl_monitor_event_name(uint32_t type);
const char *axl_monitor_error_detail(const struct axl_monitor *monitor);

#ifdef __cplusplus
}
#endif

#endif
