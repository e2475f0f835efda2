/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* The calls of the test device, shared by module and tests. */
#ifndef AXLE_TESTS_MOCK_H
#define AXLE_TESTS_MOCK_H

#include <drm/axle_drm.h>

#define MOCK_CONTEXT_BYTES 65536
#define MOCK_TOPIC (DRM_AXLE_TOPIC_DRIVER + 1)
#define MOCK_VALUE 0x6d6f636b

struct mock_answer {
	__u32 value;
	__u32 has_context;
};

/* ETIME of the device, that is EIO and a fault, after @ms. */
struct mock_sleep {
	__u32 ms;
	__u32 pad;
	__u64 tail;
};

/* The first version ends behind @sum. */
struct mock_echo {
	__u32 first;
	__u32 sum;
	__u64 second;
};

#define MOCK_ECHO_MIN 8

/* What the device has done about address spaces since it was made. */
#define MOCK_TOPIC_STATS (DRM_AXLE_TOPIC_DRIVER + 16)

struct mock_stats {
	__u64 opens;
	__u64 closes;
	__u64 flushes;
	__u64 flush_address; /* of the last one */
	__u64 flush_size;
	__u64 cleared; /* bytes that the device zeroed */
	__u64 loads; /* of programs, after resets too */
	__u64 unloads;
	__u64 tail; /* of the user-mode queue that was closed last */
	__u64 restarts; /* of kernel-mode queues */
	__u64 sleeps;
	__u64 wakes;
	__u64 refusals; /* to sleep */
};

/* What the device has been told of &enum drm_axle_limit. */
#define MOCK_TOPIC_LIMITS (DRM_AXLE_TOPIC_DRIVER + 17)

struct mock_limits {
	__u64 value[2];
	__u64 sets; /* all, those after resets too */
};

#define MOCK_TELEMETRY_MS 50
#define MOCK_TEMPERATURE_MAX 95000
#define MOCK_POWER_MIN 5000
#define MOCK_POWER_MAX 75000
#define MOCK_CLOCK_MIN 100000000ull
#define MOCK_CLOCK_MAX 1000000000ull

/* What the device tells from now on; a reset empties its counters. */
struct mock_telemetry {
	__u32 error; /* errno instead of it: EAGAIN, ENODATA */
	__u32 frozen; /* it has stopped telling, until a reset */
	__s64 time_ns; /* added to the right time */
	__u32 valid; /* as in struct drm_axle_query_telemetry */
	__u32 flags;
	__s32 temperature_mc;
	__u32 power_mw;
	__u64 energy_uj;
	__u64 clock_hz;
	__u64 throttled_ns;
};

/* Device memory: the CPU sees the first part. */
#define MOCK_REGION_HOST 0
#define MOCK_REGION_DEVICE 1
#define MOCK_MEMORY (4u << 20)
#define MOCK_WINDOW (3u << 20)

/* Units that have errors; those of memory have addresses. */
#define MOCK_UNIT_MEMORY 0
#define MOCK_UNIT_LINK 1
#define MOCK_UNITS 2

#define MOCK_VMS 6
#define MOCK_VMS_PER_CONTEXT 4

/* The first runs one job at a time; user-mode queues are the second's. */
#define MOCK_ENGINE_SERIAL 0
#define MOCK_ENGINE_RINGS 1

#define MOCK_QUEUES 16
#define MOCK_PROGRAMS 4
#define MOCK_SLOTS 64
#define MOCK_SLOTS_MAX 256
#define MOCK_TIMEOUT 2000 /* ms */
#define MOCK_SLEEP_MAX 60000 /* ms */

/* A firmware image: this, and anything. */
#define MOCK_FW_MAGIC 0x57464b4d
#define MOCK_FW_DEVICE 7
#define MOCK_FW_MAX (256u << 10)
#define MOCK_FW_CHUNK 4096
#define MOCK_FW_SLOTS 2
#define MOCK_FW_VERSION(a, b, c) ((__u32)(a) << 16 | (b) << 8 | (c))

struct mock_image {
	__u32 magic;
	__u32 device;
	__u32 version;
	__u32 size; /* bytes, with this */
	__u32 crc; /* CRC-32 of all, this zero; not inverted at the end */
};

#define MOCK_MAGIC 0x4d4f434b
#define MOCK_CODE 7 /* of the event about MOCK_CRASH */
#define MOCK_OVERRUN 8 /* of that about a tail beyond the ring */

struct mock_program {
	__u32 magic;
	__u32 value;
};

/* Commands of jobs; slots know those without memory, and MIX of the sum. */
enum mock_op {
	MOCK_NOP = 1,
	MOCK_SLEEP = 2,
	MOCK_FILL = 3, /* words become value */
	MOCK_COPY = 4,
	MOCK_MIX = 5, /* words become 31 times themselves plus value */
	MOCK_EXEC = 6, /* words become the value of program number value */
	MOCK_FAIL = 7, /* the job fails, the queue goes on */
	MOCK_HANG = 8,
	MOCK_CRASH = 9, /* the queue fails */
	MOCK_CLAIM = 10, /* slots: value is how long it has worked */
	MOCK_CLAIM_CYCLES = 11, /* slots: and for how many cycles */
};

struct mock_command {
	__u32 op;
	__u32 ms;
	__u32 dst; /* indices of uses */
	__u32 src;
	__u64 dst_offset;
	__u64 src_offset;
	__u64 size; /* bytes, a multiple of 8 */
	__u64 value;
};

struct mock_slot {
	__u32 op;
	__u32 ms;
	__u64 value;
};

struct mock_status {
	__u64 done;
	__u64 sum;
	__u64 busy_ns;
	__u64 cycles; /* of sleeps, of a clock of MOCK_CLOCK_MAX */
};

#define MOCK_ACCESS_WRITE (1u << 0)

/*
 * One aligned word through an address space, as the device does it: by the page
 * tables, but for what it has kept of them. ENXIO if nothing is mapped, EACCES
 * if it may not be written.
 */
struct mock_access {
	__u32 vm;
	__u32 flags;
	__u64 address;
	__u64 value;
	__u64 page_size; /* out */
};

#define MOCK_NR(n) (DRM_COMMAND_BASE + DRM_AXLE_DRIVER_BASE + (n))
#define MOCK_IOCTL_SLEEP _IOW(DRM_IOCTL_BASE, MOCK_NR(0), struct mock_sleep)
#define MOCK_IOCTL_ECHO _IOWR(DRM_IOCTL_BASE, MOCK_NR(1), struct mock_echo)
#define MOCK_IOCTL_ACCESS _IOWR(DRM_IOCTL_BASE, MOCK_NR(3), struct mock_access)
#define MOCK_IOCTL_SAY _IOW(DRM_IOCTL_BASE, MOCK_NR(4), struct mock_telemetry)
#define MOCK_IOCTL_ADMIN _IOWR(DRM_IOCTL_BASE, MOCK_NR(2), struct mock_echo)

#endif
