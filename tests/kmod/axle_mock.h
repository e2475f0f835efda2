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

#define MOCK_NR(n) (DRM_COMMAND_BASE + DRM_AXLE_DRIVER_BASE + (n))
#define MOCK_IOCTL_SLEEP _IOW(DRM_IOCTL_BASE, MOCK_NR(0), struct mock_sleep)
#define MOCK_IOCTL_ECHO _IOWR(DRM_IOCTL_BASE, MOCK_NR(1), struct mock_echo)
#define MOCK_IOCTL_ADMIN _IOWR(DRM_IOCTL_BASE, MOCK_NR(2), struct mock_echo)

#endif
