/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/*
 * Registers, rings and tables of vnpu, the reference accelerator. The text is
 * docs/vnpu.md; section numbers below are of that page.
 *
 * Kernel, library and model include this one file. Members of structs are
 * __leNN: little endian in memory on every host, plain integers to a compiler,
 * and checked by sparse. Convert with le32_to_cpu() in the kernel, le32toh()
 * elsewhere. Every member is naturally aligned and all padding has a name, so
 * that a layout depends on no compiler and no word size. Numbers in
 * brackets are offsets.
 */
#ifndef AXLE_HW_VNPU_REGS_H
#define AXLE_HW_VNPU_REGS_H

#include <linux/types.h>
#ifdef __KERNEL__
#include <linux/build_bug.h>
#else
#include <assert.h>
#endif

#define VNPU_ASSERT_SIZE(type, size) \
	static_assert(sizeof(struct type) == (size), #type)

/* A field is named by its mask; the kernel has FIELD_GET() for the same. */
#ifndef __KERNEL__
static inline __u64 vnpu_get(__u64 mask, __u64 value)
{
	return (value & mask) >> __builtin_ctzll(mask);
}

static inline __u64 vnpu_put(__u64 mask, __u64 value)
{
	return (value << __builtin_ctzll(mask)) & mask;
}
#endif

/* Section 2: PCI identity and BARs. */
#define VNPU_PCI_VENDOR 0x1234
#define VNPU_PCI_DEVICE 0xa81f
#define VNPU_PCI_CLASS 0x120000 /* processing accelerator */
#define VNPU_PCI_REVISION 1
#define VNPU_PCI_SUBSYS_DATACENTER 0x0001
#define VNPU_PCI_SUBSYS_EDGE 0x0002

#define VNPU_BAR_REGS 0 /* 32-bit, trapped */
#define VNPU_BAR_REGS_SIZE 0x10000
#define VNPU_BAR_DOORBELL 2 /* 64-bit */
#define VNPU_BAR_MEMORY 4 /* 64-bit, prefetchable; absent without memory */

#define VNPU_MSIX_VECTORS_MAX 64
#define VNPU_MSIX_TABLE 0x8000 /* both in VNPU_BAR_REGS */
#define VNPU_MSIX_PBA 0x9000

/* Section 3: registers. ro: constant between two resets unless it says so. */
#define VNPU_REG_ID 0x0000 /* ro */
#define VNPU_ID_VALUE 0x55504e56 /* "VNPU" */
#define VNPU_REG_VERSION 0x0004 /* ro */
#define VNPU_VERSION_MAJOR 0xffff0000
#define VNPU_VERSION_MINOR 0x0000ffff
#define VNPU_VERSION_VALUE 0x00010001
#define VNPU_REG_CAP 0x0008 /* ro */
#define VNPU_CAP_PROFILE 0x0000000f
#define VNPU_PROFILE_DATACENTER 1
#define VNPU_PROFILE_EDGE 2
#define VNPU_CAP_MMU 0x00000100
#define VNPU_CAP_MEMORY 0x00000200 /* VNPU_BAR_MEMORY is there */
#define VNPU_CAP_USER_RINGS 0x00000400 /* doorbells are safe to map */
#define VNPU_CAP_TRAP 0x00000800 /* VNPU_FEATURE_TRAP is there */
#define VNPU_CAP_ECC 0x00001000
#define VNPU_CAP_SPANS 0x00002000 /* VNPU_BIND_SPANS is there */
#define VNPU_CAP_FLASH 0x00004000 /* stores firmware: VNPU_CMD_FLASH_* */
#define VNPU_CAP_RAS 0x00008000 /* VNPU_EVENT_RAS, retirement of pages */
#define VNPU_CAP_LIMITS 0x00010000 /* VNPU_FEATURE_POWER_MW, _CLOCK_KHZ */
#define VNPU_REG_STOP_MS 0x000c /* ro: bound of stopping a descriptor */
#define VNPU_REG_CONTEXTS 0x0010 /* ro: number of contexts */
#define VNPU_REG_QUEUES 0x0014 /* ro: of queues, a power of two */
#define VNPU_REG_CONTEXT_QUEUES 0x0018 /* ro: of queues in one context */
#define VNPU_REG_PROGRAMS 0x001c /* ro: number of programs */
#define VNPU_REG_ASIDS 0x0020 /* ro: address spaces; 0 without MMU */
#define VNPU_REG_ENGINES 0x0024 /* ro: 1 to VNPU_ENGINES_MAX */
#define VNPU_REG_RING 0x0028 /* ro */
#define VNPU_RING_LOG2_MIN 0x000000ff
#define VNPU_RING_LOG2_MAX 0x0000ff00
#define VNPU_REG_VECTORS 0x002c /* ro: MSI-X vectors */
#define VNPU_REG_ADDRESS 0x0030 /* ro */
#define VNPU_ADDRESS_DMA_BITS 0x000000ff
#define VNPU_ADDRESS_VA_BITS 0x0000ff00 /* 0 without MMU */
#define VNPU_REG_DB_STRIDE 0x0034 /* ro: bytes, a power of two */
#define VNPU_REG_BOOT_MS 0x0038 /* ro: bound of a boot */
#define VNPU_REG_BOUNDS 0x003c /* ro */
#define VNPU_BOUNDS_RESET_MS 0x0000ffff
#define VNPU_BOUNDS_ADMIN_MS 0xffff0000
#define VNPU_REG_MEMORY_SIZE 0x0040 /* ro, 64-bit: bytes behind the BAR */
#define VNPU_REG_TIME 0x0048 /* ro, 64-bit, runs: ns since reset */

#define VNPU_REG_CONTROL 0x0080 /* rw, 0 after reset */
#define VNPU_CONTROL_ENABLE 0x00000001
#define VNPU_CONTROL_RESET 0x00000002 /* write 1; reads 0 */
#define VNPU_REG_STATUS 0x0084 /* ro, changes; bits 31:16 are 0 for ever */
#define VNPU_STATUS_STATE 0x0000000f
#define VNPU_STATUS_ENABLED 0x00000010
#define VNPU_STATUS_ERROR 0x0000ff00 /* VNPU_BOOT_*, or VNPU_ERR_* */
#define VNPU_REG_FW_ADDRESS 0x0090 /* rw, 64-bit, 0 after reset */
#define VNPU_REG_FW_SIZE 0x0098 /* rw, 0 after reset */
#define VNPU_REG_FW_BOOT 0x009c /* wo */
#define VNPU_FW_BOOT_IMAGE 1 /* the one at FW_ADDRESS */
#define VNPU_FW_BOOT_FLASH 2 /* one that is stored */
#define VNPU_REG_ADMIN_RING 0x00a0 /* rw, 64-bit, 0 after reset */
#define VNPU_REG_ADMIN_RESULTS 0x00a8 /* rw, 64-bit, 0 after reset */
#define VNPU_REG_ADMIN_STATUS 0x00b0 /* rw, 64-bit, 0 after reset */
#define VNPU_REG_ADMIN_LOG2 0x00b8 /* rw, 0 after reset */
#define VNPU_REG_ADMIN_VECTOR 0x00bc /* rw, 0 after reset */
#define VNPU_REG_ADMIN_TAIL 0x00c0 /* rw, 0 after reset: the doorbell */
#define VNPU_REG_EVENT_HEAD 0x00c4 /* rw, 0 after reset */

/* Section 4: VNPU_STATUS_STATE, and VNPU_STATUS_ERROR while in WAIT_FW. */
#define VNPU_STATE_RESET 0
#define VNPU_STATE_WAIT_FW 1
#define VNPU_STATE_LOADING 2
#define VNPU_STATE_READY 3
#define VNPU_STATE_FAILED 4

#define VNPU_BOOT_OK 0
#define VNPU_BOOT_SIZE 1 /* FW_SIZE, or the alignment of FW_ADDRESS */
#define VNPU_BOOT_DMA 2 /* the image could not be read */
#define VNPU_BOOT_MAGIC 3
#define VNPU_BOOT_HEADER 4 /* another member of the header, or its sizes */
#define VNPU_BOOT_DIGEST 5
#define VNPU_BOOT_PROFILE 6
#define VNPU_BOOT_INTERFACE 7 /* wants another interface version */
#define VNPU_BOOT_EMPTY 8 /* no image is stored */
#define VNPU_BOOT_OLD 9 /* security version is less than the device's */
#define VNPU_BOOT_START 10 /* it was whole, and did not start */

#define VNPU_FW_MAGIC 0x57464e56 /* "VNFW" */
#define VNPU_FW_HEADER_VERSION 1
#define VNPU_FW_SIZE_MAX 0x400000

/* Start of a firmware image. */
struct vnpu_fw_header {
	__le32 magic; /* [0] VNPU_FW_MAGIC */
	__le16 header_version; /* [4] VNPU_FW_HEADER_VERSION */
	__le16 header_size; /* [6] bytes of this struct */
	__le32 size; /* [8] bytes of the image, with this header */
	__le32 profiles; /* [12] a bit for each: 1 << VNPU_PROFILE_* */
	__le32 version; /* [16] major 31:24, minor 23:16, patch 15:0 */
	__le32 interface; /* [20] as VNPU_REG_VERSION: the least it needs */
	__le64 build_time; /* [24] seconds since 1970 */
	char name[32]; /* [32] NUL-terminated */
	__u8 digest[32]; /* [64] SHA-256 of the image, this member zero */
	__le32 security; /* [96] never less than one that was confirmed */
	__u8 reserved[28]; /* [100] zero */
};

VNPU_ASSERT_SIZE(vnpu_fw_header, 128);

/* Section 5: the doorbell BAR; stride and queues are registers' values. */
#define VNPU_DB_TAIL(stride, queue) ((stride) * (queue))
#define VNPU_DB_ARM(stride, queues, queue) ((stride) * (queues) + 8 * (queue))
#define VNPU_DB_WAKE(stride, queues, queue) \
	((stride) * (2 * (queues) + (queue)))
#define VNPU_DB_SIZE(stride, queues) (4 * (stride) * (queues))
#define VNPU_DB_STRIDE_MIN 4096

#define VNPU_SLOT_SIZE 64 /* of every ring */

/* Slots that wait, from the tail as it was read; more than there are: error. */
static inline __u32 vnpu_pending(__u32 tail, __u64 done)
{
	return tail - (__u32)done;
}

/* The same for a queue of @slots: what is armed counts as submitted. */
static inline __u32 vnpu_ready(__u32 tail, __u64 arm, __u64 done, __u32 slots)
{
	__u32 ready = vnpu_pending(tail, done);

	if (arm > done && arm - done <= slots && arm - done > ready)
		ready = (__u32)(arm - done);
	return ready;
}

/* Whether the threshold lies in what was just done. */
static inline int vnpu_crossed(__u64 arm, __u64 before, __u64 done)
{
	return before < arm && arm <= done;
}

/* What the device says of a ring, in memory that only the device writes. */
struct vnpu_ring_status {
	__le64 done; /* [0] slots done (or written) since creation */
	__le32 flags; /* [8] VNPU_RING_* */
	__le32 error; /* [12] VNPU_ERR_*, valid with VNPU_RING_ERROR */
	__le64 error_position; /* [16] the slot that failed */
	__le64 busy_ns; /* [24] time that an engine worked for it */
	__le64 dropped; /* [32] events that found the ring full */
	__le64 cycles; /* [40] of the engine's clock in busy_ns */
	__le64 reserved[2]; /* [48] zero */
};

VNPU_ASSERT_SIZE(vnpu_ring_status, 64);

#define VNPU_RING_NEED_WAKEUP 0x00000001
#define VNPU_RING_ERROR 0x00000002

/* Section 6: codes of commands and of descriptors, one numbering. */
#define VNPU_ERR_OK 0
#define VNPU_ERR_OPCODE 1 /* unknown, or not for this queue */
#define VNPU_ERR_FIELD 2 /* out of range, or reserved and not zero */
#define VNPU_ERR_ID 3 /* no such object in this context */
#define VNPU_ERR_EXISTS 4 /* the number is taken */
#define VNPU_ERR_LIMIT 5 /* a limit of the device is reached */
#define VNPU_ERR_STATE 6 /* not in this state */
#define VNPU_ERR_UNSUPPORTED 7 /* known, but not by this device */
#define VNPU_ERR_ADDRESS 8 /* alignment, or address and size wrap */
#define VNPU_ERR_DMA 9 /* the bus refused an access */
#define VNPU_ERR_FAULT 10 /* the MMU refused an access */
#define VNPU_ERR_TIMEOUT 11
#define VNPU_ERR_KILLED 12 /* by a command */
#define VNPU_ERR_OVERRUN 13 /* the tail is further than the ring is long */
#define VNPU_ERR_PROGRAM 14 /* not a valid program */
#define VNPU_ERR_BINDING 15 /* missing, twice, unknown or too small */
#define VNPU_ERR_NO_MEMORY 16 /* the device's private memory is used up */
#define VNPU_ERR_ECC 17 /* uncorrectable memory error */
#define VNPU_ERR_INTERNAL 18
#define VNPU_ERR_TRAP 19 /* a trap descriptor asked for it */
#define VNPU_ERR_FIRMWARE 20 /* detail: VNPU_BOOT_* */
#define VNPU_ERR_COUNT 21

/* Section 6: the admin ring. */
#define VNPU_CMD_NOP 0x00
#define VNPU_CMD_IDENTIFY 0x01
#define VNPU_CMD_GET_LOG 0x02
#define VNPU_CMD_SET_FEATURE 0x03
#define VNPU_CMD_GET_FEATURE 0x04
#define VNPU_CMD_CONTEXT_CREATE 0x10
#define VNPU_CMD_CONTEXT_DESTROY 0x11
#define VNPU_CMD_CONTEXT_KILL 0x12
#define VNPU_CMD_VM_SET 0x18
#define VNPU_CMD_VM_FLUSH 0x19
#define VNPU_CMD_QUEUE_CREATE 0x20
#define VNPU_CMD_QUEUE_DESTROY 0x21
#define VNPU_CMD_QUEUE_RESET 0x22
#define VNPU_CMD_PROGRAM_LOAD 0x30
#define VNPU_CMD_PROGRAM_UNLOAD 0x31

#define VNPU_CMD_FLASH_BEGIN 0x40
#define VNPU_CMD_FLASH_WRITE 0x41
#define VNPU_CMD_FLASH_COMMIT 0x42
#define VNPU_CMD_FLASH_CONFIRM 0x43
#define VNPU_CMD_PAGE_RETIRE 0x48
#define VNPU_CMD_INJECT 0x49

#define VNPU_CMD_INTERRUPT 0x01 /* flag: interrupt when it is done */

#define VNPU_IDENTIFY_DEVICE 0
#define VNPU_IDENTIFY_FIRMWARE 1

#define VNPU_LOG_EVENTS 1
#define VNPU_LOG_FIRMWARE 2
#define VNPU_LOG_QUEUE 3
#define VNPU_LOG_FLASH 4 /* struct vnpu_flash_log */
#define VNPU_LOG_RETIRED 5 /* __le64 offsets in device memory */

#define VNPU_FEATURE_EVENTS 1
#define VNPU_FEATURE_TELEMETRY 2
#define VNPU_FEATURE_IDLE_US 3
#define VNPU_FEATURE_COALESCE_US 4
#define VNPU_FEATURE_TIMEOUT_MS 5
#define VNPU_FEATURE_TRAP 6
#define VNPU_FEATURE_THERMAL_MC 7
#define VNPU_FEATURE_POWER_MW 8
#define VNPU_FEATURE_CLOCK_KHZ 9

#define VNPU_ASID_BUS 0xffff /* no address space: bus addresses */
#define VNPU_PRIORITY_MAX 3
#define VNPU_TIMEOUT_MS_MAX 3600000

/* GET_LOG, IDENTIFY, PROGRAM_LOAD: where data is. */
struct vnpu_cmd_data {
	__le64 address; /* [0] bus address */
	__le64 size; /* [8] bytes */
	__le32 segments; /* [16] PROGRAM_LOAD: 0, or address is a list */
	__le32 item; /* [20] GET_LOG: queue of VNPU_LOG_QUEUE */
	__le64 reserved[4]; /* [24] zero */
};

VNPU_ASSERT_SIZE(vnpu_cmd_data, 56);

/* SET_FEATURE. */
struct vnpu_cmd_feature {
	__le64 value[4]; /* [0] */
	__le64 reserved[3]; /* [32] zero */
};

VNPU_ASSERT_SIZE(vnpu_cmd_feature, 56);

/* FLASH_BEGIN: size of the image. FLASH_WRITE: a piece of it. */
struct vnpu_cmd_flash {
	__le64 address; /* [0] bus address of the piece */
	__le64 size; /* [8] bytes of the image, or of the piece */
	__le64 offset; /* [16] of the piece, where the one before ended */
	__le64 reserved[4]; /* [24] zero */
};

VNPU_ASSERT_SIZE(vnpu_cmd_flash, 56);

/* PAGE_RETIRE: a page of device memory. INJECT: an error of a unit. */
struct vnpu_cmd_ras {
	__le64 address; /* [0] offset in device memory */
	__le32 severity; /* [8] VNPU_RAS_*, INJECT only */
	__le32 count; /* [12] errors, INJECT only */
	__le64 reserved[5]; /* [16] zero */
};

VNPU_ASSERT_SIZE(vnpu_cmd_ras, 56);

/* VM_SET, VM_FLUSH. */
struct vnpu_cmd_vm {
	__le64 root; /* [0] VM_SET: an entry without LARGE, 0 ends it */
	__le64 address; /* [8] VM_FLUSH: first byte */
	__le64 size; /* [16] VM_FLUSH: bytes, 0 for all */
	__le64 reserved[4]; /* [24] zero */
};

VNPU_ASSERT_SIZE(vnpu_cmd_vm, 56);

/* QUEUE_CREATE, QUEUE_RESET. */
struct vnpu_cmd_queue {
	__le64 ring; /* [0] bus address, aligned to 64 */
	__le64 status; /* [8] bus address of struct vnpu_ring_status */
	__le64 position; /* [16] QUEUE_RESET: the new done and tail */
	__le32 timeout_ms; /* [24] of a descriptor; 0: default */
	__le16 vector; /* [28] */
	__le16 asid; /* [30] or VNPU_ASID_BUS */
	__u8 log2; /* [32] slots */
	__u8 engine; /* [33] */
	__u8 priority; /* [34] 0 to VNPU_PRIORITY_MAX, the first to run */
	__u8 reserved0[5]; /* [35] zero */
	__le64 reserved[2]; /* [40] zero */
};

VNPU_ASSERT_SIZE(vnpu_cmd_queue, 56);

/* One slot of the admin ring. */
struct vnpu_cmd {
	__u8 opcode; /* [0] VNPU_CMD_* */
	__u8 flags; /* [1] VNPU_CMD_INTERRUPT */
	__le16 context; /* [2] */
	__le32 object; /* [4] queue, program, asid, feature, log, identify */
	union {
		struct vnpu_cmd_data data; /* [8] */
		struct vnpu_cmd_feature feature; /* [8] */
		struct vnpu_cmd_vm vm; /* [8] */
		struct vnpu_cmd_queue queue; /* [8] */
		struct vnpu_cmd_flash flash; /* [8] */
		struct vnpu_cmd_ras ras; /* [8] */
		__le64 arg[7]; /* [8] */
	};
};

VNPU_ASSERT_SIZE(vnpu_cmd, VNPU_SLOT_SIZE);

/* What became of a command: one for each slot. */
struct vnpu_result {
	__le32 status; /* [0] VNPU_ERR_* */
	__le32 detail; /* [4] offset of the member that was refused */
	__le64 value; /* [8] */
};

VNPU_ASSERT_SIZE(vnpu_result, 16);

#define VNPU_ENGINES_MAX 8
#define VNPU_CONTEXTS_MAX 64
#define VNPU_ENGINE_COMPUTE 0
#define VNPU_ENGINE_COPY 1

struct vnpu_engine {
	char name[16]; /* [0] NUL-terminated, [a-z0-9-] */
	__le32 kind; /* [16] VNPU_ENGINE_* */
	__le32 reserved[3]; /* [20] zero */
};

VNPU_ASSERT_SIZE(vnpu_engine, 32);

/* VNPU_IDENTIFY_DEVICE. Limits that are registers are not said again. */
struct vnpu_identify {
	char name[64]; /* [0] NUL-terminated */
	char serial[64]; /* [64] NUL-terminated */
	__le32 program_version; /* [128] newest: major 31:16, minor 15:0 */
	__le32 bindings_max; /* [132] of one EXEC */
	__le64 program_size_max; /* [136] bytes of a blob */
	__le64 private_memory; /* [144] bytes, for programs and firmware */
	__le32 temperature_max_mc; /* [152] millidegrees Celsius */
	__le32 power_max_mw; /* [156] */
	__le32 clock_max_khz; /* [160] */
	__le32 power_min_mw; /* [164] least limit, with VNPU_CAP_LIMITS */
	__le32 clock_min_khz; /* [168] the same */
	__le32 flash_size_max; /* [172] bytes of an image, VNPU_CAP_FLASH */
	__le32 flash_piece_max; /* [176] bytes of a FLASH_WRITE */
	__le32 pages_retired_max; /* [180] VNPU_CAP_RAS */
	__le32 reserved[18]; /* [184] zero */
	struct vnpu_engine engine[VNPU_ENGINES_MAX]; /* [256] */
};

VNPU_ASSERT_SIZE(vnpu_identify, 512);

#define VNPU_FLASH_SLOTS 2
#define VNPU_FLASH_EMPTY 0 /* nothing, or what is not whole */
#define VNPU_FLASH_PENDING 1 /* whole; not confirmed yet */
#define VNPU_FLASH_CONFIRMED 2
#define VNPU_FLASH_BAD 3 /* it did not start, or was not confirmed */
#define VNPU_FLASH_NONE 0xff

struct vnpu_flash_slot {
	__le32 state; /* [0] VNPU_FLASH_* */
	__le32 version; /* [4] as in struct vnpu_fw_header */
	__le32 security; /* [8] */
	__le32 boots; /* [12] of this image */
	char name[32]; /* [16] */
	__u8 reserved[16]; /* [48] zero */
};

VNPU_ASSERT_SIZE(vnpu_flash_slot, 64);

/* VNPU_LOG_FLASH. */
struct vnpu_flash_log {
	__u8 running; /* [0] slot, or VNPU_FLASH_NONE: a host's image */
	__u8 next; /* [1] slot that FW_BOOT_FLASH takes, or NONE */
	__u8 reserved0[2]; /* [2] zero */
	__le32 security; /* [4] least that is accepted */
	__le64 reserved[7]; /* [8] zero */
	struct vnpu_flash_slot slot[VNPU_FLASH_SLOTS]; /* [64] */
};

VNPU_ASSERT_SIZE(vnpu_flash_log, 192);

/* VNPU_IDENTIFY_FIRMWARE. */
struct vnpu_fw_info {
	__le32 version; /* [0] as in struct vnpu_fw_header, as all below */
	__le32 interface; /* [4] */
	__le64 build_time; /* [8] */
	__le64 boot_ns; /* [16] how long the last boot took */
	__le64 boots; /* [24] since power on */
	char name[32]; /* [32] */
	__u8 digest[32]; /* [64] */
	__u8 reserved[32]; /* [96] zero */
};

VNPU_ASSERT_SIZE(vnpu_fw_info, 128);

/* Section 7: descriptors. */
#define VNPU_OP_NOP 0x00
#define VNPU_OP_FILL 0x01
#define VNPU_OP_COPY 0x02
#define VNPU_OP_EXEC 0x03
#define VNPU_OP_SIGNAL 0x04
#define VNPU_OP_WAIT 0x05
#define VNPU_OP_TIMESTAMP 0x06
#define VNPU_OP_TRAP 0x07

#define VNPU_DESC_PROFILE 0x01 /* flag: write struct vnpu_profile */

#define VNPU_WAIT_GE 0 /* memory - value, as signed, is not negative */
#define VNPU_WAIT_EQ 1
#define VNPU_WAIT_NE 2

#define VNPU_TRAP_ERROR 0 /* fail with VNPU_ERR_TRAP */
#define VNPU_TRAP_HANG 1 /* until timed out, killed or reset */
#define VNPU_TRAP_SPIN 2 /* keep the engine busy for value ns */

/* A place in memory: in the queue's address space, or a list of segments. */
struct vnpu_place {
	__le64 address; /* [0] of the bytes, or of struct vnpu_segment */
	__le32 segments; /* [8] 0, or length of the list */
	__le32 flags; /* [12] VNPU_PLACE_* */
};

VNPU_ASSERT_SIZE(vnpu_place, 16);

#define VNPU_PLACE_DEVICE 0x00000001 /* offset in device memory */
#define VNPU_SEGMENTS_MAX 65536

struct vnpu_segment {
	__le64 address; /* [0] bus address, or offset in device memory */
	__le32 size; /* [8] bytes, not 0 */
	__le32 flags; /* [12] VNPU_PLACE_* */
};

VNPU_ASSERT_SIZE(vnpu_segment, 16);

struct vnpu_op_fill {
	struct vnpu_place dst; /* [0] */
	__le64 size; /* [16] bytes */
	__le64 pattern; /* [24] repeated from the first byte on */
	__le64 reserved[2]; /* [32] zero */
};

struct vnpu_op_copy {
	struct vnpu_place dst; /* [0] */
	struct vnpu_place src; /* [16] */
	__le64 size; /* [32] bytes */
	__le64 reserved; /* [40] zero */
};

struct vnpu_op_exec {
	struct vnpu_place bindings; /* [0] of struct vnpu_binding */
	__le32 program; /* [16] */
	__le32 count; /* [20] bindings */
	__le64 reserved[3]; /* [24] zero */
};

/* SIGNAL, WAIT, TIMESTAMP, TRAP. */
struct vnpu_op_value {
	__le64 address; /* [0] of 8 bytes, aligned to 8 */
	__le64 value; /* [8] */
	__le32 kind; /* [16] VNPU_WAIT_*, VNPU_TRAP_*, else 0 */
	__le32 reserved0; /* [20] zero */
	__le64 reserved[3]; /* [24] zero */
};

VNPU_ASSERT_SIZE(vnpu_op_fill, 48);
VNPU_ASSERT_SIZE(vnpu_op_copy, 48);
VNPU_ASSERT_SIZE(vnpu_op_exec, 48);
VNPU_ASSERT_SIZE(vnpu_op_value, 48);

/* One slot of a queue's ring. */
struct vnpu_desc {
	__u8 opcode; /* [0] VNPU_OP_* */
	__u8 flags; /* [1] VNPU_DESC_* */
	__le16 reserved; /* [2] zero */
	__le32 timeout_ms; /* [4] 0: the queue's; can only be shorter */
	__le64 profile; /* [8] address of struct vnpu_profile, or 0 */
	union {
		struct vnpu_op_fill fill; /* [16] */
		struct vnpu_op_copy copy; /* [16] */
		struct vnpu_op_exec exec; /* [16] */
		struct vnpu_op_value value; /* [16] */
		__le64 arg[6]; /* [16] */
	};
};

VNPU_ASSERT_SIZE(vnpu_desc, VNPU_SLOT_SIZE);

#define VNPU_BIND_INPUT 0
#define VNPU_BIND_OUTPUT 1
#define VNPU_BIND_SCRATCH 2
#define VNPU_BIND_SPANS 3 /* optional: struct vnpu_profile per operation */

struct vnpu_binding {
	struct vnpu_place place; /* [0] */
	__le64 size; /* [16] bytes there */
	__le16 kind; /* [24] VNPU_BIND_* */
	__le16 index; /* [26] among its kind */
	__le32 reserved; /* [28] zero */
};

VNPU_ASSERT_SIZE(vnpu_binding, 32);

/* When a descriptor ran, in the time of VNPU_REG_TIME. */
struct vnpu_profile {
	__le64 start_ns; /* [0] an engine took it */
	__le64 end_ns; /* [8] its last write was done */
};

VNPU_ASSERT_SIZE(vnpu_profile, 16);

/* Section 8: the MMU. Entries of 64 bits, tables of 4 KiB. */
#define VNPU_MMU_LEVELS 3
#define VNPU_MMU_LEVEL_BITS 9
#define VNPU_MMU_PAGE_SHIFT 12
#define VNPU_MMU_LARGE_SHIFT 21
#define VNPU_MMU_VA_BITS 39
#define VNPU_PTE_PRESENT 0x0000000000000001ull
#define VNPU_PTE_WRITE 0x0000000000000002ull /* leaf only */
#define VNPU_PTE_LARGE 0x0000000000000004ull /* level 1 only: a leaf */
#define VNPU_PTE_DEVICE 0x0000000000000008ull /* offset in device memory */
#define VNPU_PTE_ADDRESS 0x000ffffffffff000ull
#define VNPU_PTE_RESERVED 0xfff0000000000ff0ull /* zero */

#define VNPU_FAULT_NOT_PRESENT 1
#define VNPU_FAULT_WRITE 2 /* the page is read only */
#define VNPU_FAULT_RESERVED 3 /* a bit that must be zero, or alignment */
#define VNPU_FAULT_RANGE 4 /* beyond VNPU_ADDRESS_VA_BITS */
#define VNPU_FAULT_TABLE 5 /* a table could not be read */
#define VNPU_FAULT_TARGET 6 /* the page's own memory could not be reached */
#define VNPU_FAULT_FLUSHED 7 /* unmapped while the descriptor ran */

/* Section 10: events. */
#define VNPU_EVENT_QUEUE_ERROR 1
#define VNPU_EVENT_DEVICE_ERROR 2
#define VNPU_EVENT_THERMAL 3
#define VNPU_EVENT_ECC_CORRECTED 4
#define VNPU_EVENT_ECC_UNCORRECTED 5
#define VNPU_EVENT_QUEUE_RESET 6
#define VNPU_EVENT_FIRMWARE 7
#define VNPU_EVENT_RAS 8 /* of a unit other than memory: its address */

#define VNPU_NO_CONTEXT 0xffff
#define VNPU_NO_QUEUE 0xffffffff
#define VNPU_ACCESS_READ 0
#define VNPU_ACCESS_WRITE 1

/* One slot of the event ring. */
struct vnpu_event {
	__le64 sequence; /* [0] counts dropped ones too */
	__le64 time_ns; /* [8] of VNPU_REG_TIME */
	__le16 type; /* [16] VNPU_EVENT_* */
	__le16 context; /* [18] or VNPU_NO_CONTEXT */
	__le32 queue; /* [20] or VNPU_NO_QUEUE */
	__le64 position; /* [24] slot of the descriptor, with a queue */
	__le32 code; /* [32] VNPU_ERR_* */
	__le16 asid; /* [36] fault: or VNPU_ASID_BUS */
	__u8 access; /* [38] fault: VNPU_ACCESS_* */
	__u8 reason; /* [39] fault: VNPU_FAULT_*; 0 if it is none */
	__le64 address; /* [40] of a fault, of a memory error */
	__le64 value; /* [48] see the table */
	__le64 reserved; /* [56] zero */
};

VNPU_ASSERT_SIZE(vnpu_event, VNPU_SLOT_SIZE);

/* VNPU_LOG_QUEUE. */
struct vnpu_queue_log {
	__le64 done; /* [0] */
	__le64 tail; /* [8] as the device saw it last */
	__le32 queue; /* [16] */
	__le32 flags; /* [20] VNPU_RING_* */
	__le32 error; /* [24] VNPU_ERR_* */
	__le16 context; /* [28] */
	__le16 asid; /* [30] */
	__le64 busy_ns; /* [32] */
	__le64 reserved[3]; /* [40] zero */
	struct vnpu_desc desc; /* [64] at done, as fetched; else zero */
};

VNPU_ASSERT_SIZE(vnpu_queue_log, 128);

/* Section 11: telemetry. */
#define VNPU_TELEMETRY_VERSION 1
#define VNPU_TELEMETRY_SIZE 4096

/* Units whose errors are counted. */
#define VNPU_UNIT_MEMORY 0
#define VNPU_UNIT_SRAM 1
#define VNPU_UNIT_LINK 2
#define VNPU_UNITS 3
#define VNPU_UNITS_MAX 8
#define VNPU_RAS_CORRECTED 0
#define VNPU_RAS_UNCORRECTED 1

struct vnpu_unit {
	__le64 corrected; /* [0] errors since power on */
	__le64 uncorrected; /* [8] */
};

VNPU_ASSERT_SIZE(vnpu_unit, 16);

#define VNPU_TELEMETRY_HOT 0x00000001 /* slowed down for temperature */
#define VNPU_TELEMETRY_CAPPED 0x00000002 /* slowed down for power */

/* Of an engine, or of a context. */
struct vnpu_usage {
	__le64 busy_ns; /* [0] */
	__le64 descriptors; /* [8] done */
	__le64 memory; /* [16] private memory in use; 0 for engines */
	__le64 errors; /* [24] descriptors that failed */
};

VNPU_ASSERT_SIZE(vnpu_usage, 32);

/*
 * Readers copy the page again when it was written meanwhile, so often at most:
 * a device writes for far less time than so many copies take, so one that is
 * still writing has died in between.
 */
#define VNPU_TELEMETRY_TRIES 100

struct vnpu_telemetry {
	__le32 sequence; /* [0] odd while the device writes */
	__le16 version; /* [4] VNPU_TELEMETRY_VERSION */
	__le16 size; /* [6] bytes of this struct */
	__le64 time_ns; /* [8] of VNPU_REG_TIME */
	__le32 period_ms; /* [16] between two updates */
	__le32 temperature_mc; /* [20] millidegrees Celsius, signed */
	__le32 power_mw; /* [24] */
	__le32 clock_khz; /* [28] 0: asleep */
	__le64 energy_uj; /* [32] since reset */
	__le64 private_used; /* [40] bytes of the private memory */
	__le64 ecc_corrected; /* [48] since power on */
	__le64 ecc_uncorrected; /* [56] since power on */
	__le64 interrupts; /* [64] raised since reset */
	__le64 wakeups; /* [72] wake doorbells that woke a queue */
	__le64 events; /* [80] since reset, with the dropped ones */
	__le64 asleep_ns; /* [88] time with no queue awake */
	__le32 queues_awake; /* [96] */
	__le32 flags; /* [100] VNPU_TELEMETRY_* */
	__le64 throttled_ns; /* [104] since reset */
	__le32 power_limit_mw; /* [112] in force */
	__le32 clock_limit_khz; /* [116] in force */
	__le32 pages_retired; /* [120] */
	__le32 reserved0; /* [124] zero */
	struct vnpu_usage engine[VNPU_ENGINES_MAX]; /* [128] */
	struct vnpu_usage context[VNPU_CONTEXTS_MAX]; /* [384] */
	struct vnpu_unit unit[VNPU_UNITS_MAX]; /* [2432] */
	__u8 reserved1[1536]; /* [2560] zero */
};

VNPU_ASSERT_SIZE(vnpu_telemetry, VNPU_TELEMETRY_SIZE);

#endif
