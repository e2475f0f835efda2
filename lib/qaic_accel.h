/* SPDX-License-Identifier: MIT */
/*
 * Calls of the driver qaic, for the provider and for the tests. The numbers and
 * layouts are those of include/uapi/drm/qaic_accel.h in Linux 6.12, of which
 * Documentation/accel/qaic/qaic.rst tells the meaning; tests/uapi/qaic compares
 * them with the header of the kernel in use.
 */
#ifndef AXLP_QAIC_ACCEL_H
#define AXLP_QAIC_ACCEL_H

#include <linux/types.h>
#include <sys/ioctl.h>

/* MANAGE: a list of transactions, replaced by those of the answer. */
#define QAICU_MESSAGE_MAX 4096 /* bytes, of both */

enum qaicu_transaction_type {
	QAICU_PASSTHROUGH_FROM_USER = 1,
	QAICU_PASSTHROUGH_FROM_DEVICE = 3,
	QAICU_DMA_XFER_FROM_USER = 5,
	QAICU_ACTIVATE_FROM_USER = 7,
	QAICU_ACTIVATE_FROM_DEVICE = 8,
	QAICU_DEACTIVATE_FROM_USER = 10,
	QAICU_DEACTIVATE_FROM_DEVICE = 11,
	QAICU_STATUS_FROM_USER = 12,
	QAICU_STATUS_FROM_DEVICE = 14,
};

struct qaicu_transaction {
	__u32 type;
	__u32 len; /* with this; multiple of eight */
};

struct qaicu_dma_xfer {
	struct qaicu_transaction t;
	__u32 tag;
	__u32 pad;
	__u64 addr; /* of the process */
	__u64 size;
};

struct qaicu_activate {
	struct qaicu_transaction t;
	__u32 queue_size; /* elements */
	__u32 eventfd; /* not used */
	__u32 options;
	__u32 pad;
};

struct qaicu_activated {
	struct qaicu_transaction t;
	__u32 status;
	__u32 dbc;
	__u64 options;
};

struct qaicu_deactivate {
	struct qaicu_transaction t;
	__u32 dbc;
	__u32 pad;
};

struct qaicu_status {
	struct qaicu_transaction t;
	__u16 major;
	__u16 minor;
	__u32 status;
	__u64 flags; /* bit 0: messages have a CRC */
};

struct qaicu_manage {
	__u32 len;
	__u32 count;
	__u64 data;
};

struct qaicu_create_bo {
	__u64 size;
	__u32 handle; /* out */
	__u32 pad;
};

struct qaicu_mmap_bo {
	__u32 handle;
	__u32 pad;
	__u64 offset; /* out */
};

enum qaicu_sem_command {
	QAICU_SEM_NOP = 0,
	QAICU_SEM_INIT = 1,
	QAICU_SEM_INC = 2,
	QAICU_SEM_DEC = 3,
	QAICU_SEM_WAIT_EQUAL = 4,
	QAICU_SEM_WAIT_GE = 5,
	QAICU_SEM_P = 6,
};

#define QAICU_SEM_OUT_FENCE 1
#define QAICU_SEM_IN_FENCE 2

struct qaicu_sem {
	__u16 value; /* 12 bits */
	__u8 index; /* 5 bits */
	__u8 presync;
	__u8 command;
	__u8 flags;
	__u16 pad;
};

struct qaicu_slice {
	__u64 size; /* 0: only what comes with it */
	struct qaicu_sem sem[4];
	__u64 dev_addr;
	__u64 db_addr;
	__u32 db_data;
	__u32 db_len; /* bits: 0, 8, 16 or 32 */
	__u64 offset; /* in the buffer */
};

#define QAICU_TO_DEVICE 1
#define QAICU_FROM_DEVICE 2

struct qaicu_attach_slice {
	__u32 count;
	__u32 dbc;
	__u32 handle;
	__u32 dir;
	__u64 size; /* ignored */
	__u64 data;
};

struct qaicu_execute_entry {
	__u32 handle;
	__u32 dir;
};

struct qaicu_partial_entry {
	__u32 handle;
	__u32 dir;
	__u64 resize; /* bytes, from the start */
};

struct qaicu_execute {
	__u32 count;
	__u32 dbc;
	__u64 data;
};

struct qaicu_wait {
	__u32 handle;
	__u32 timeout; /* ms; 0: the driver's default */
	__u32 dbc;
	__u32 pad;
};

struct qaicu_perf_stats {
	__u16 count;
	__u16 pad;
	__u32 dbc;
	__u64 data;
};

struct qaicu_perf_entry {
	__u32 handle;
	__u32 queue_level_before;
	__u32 num_queue_element;
	__u32 submit_latency_us;
	__u32 device_latency_us;
	__u32 pad;
};

struct qaicu_detach_slice {
	__u32 handle;
	__u32 pad;
};

#define QAICU_IOWR(nr, type) _IOWR('d', 0x40 + (nr), struct type)
#define QAICU_IOW(nr, type) _IOW('d', 0x40 + (nr), struct type)

#define QAICU_MANAGE QAICU_IOWR(0, qaicu_manage)
#define QAICU_CREATE_BO QAICU_IOWR(1, qaicu_create_bo)
#define QAICU_MMAP_BO QAICU_IOWR(2, qaicu_mmap_bo)
#define QAICU_ATTACH_SLICE QAICU_IOW(3, qaicu_attach_slice)
#define QAICU_EXECUTE QAICU_IOW(4, qaicu_execute)
#define QAICU_PARTIAL_EXECUTE QAICU_IOW(5, qaicu_execute)
#define QAICU_WAIT QAICU_IOW(6, qaicu_wait)
#define QAICU_PERF_STATS QAICU_IOWR(7, qaicu_perf_stats)
#define QAICU_DETACH_SLICE QAICU_IOW(8, qaicu_detach_slice)

#endif
