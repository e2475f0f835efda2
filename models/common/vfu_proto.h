/* SPDX-License-Identifier: MIT */
/*
 * Messages of the vfio-user protocol, version 0.0 as QEMU's client speaks it
 * ("vfio-user Protocol Specification" in QEMU's documentation). Payload
 * structs that are those of <linux/vfio.h> are taken from there. All fields
 * are in host order.
 */
#ifndef AXM_VFU_PROTO_H
#define AXM_VFU_PROTO_H

#include <linux/vfio.h>
#include <stdint.h>

enum vfu_command {
	VFU_VERSION = 1,
	VFU_DMA_MAP = 2,
	VFU_DMA_UNMAP = 3,
	VFU_DEVICE_GET_INFO = 4,
	VFU_DEVICE_GET_REGION_INFO = 5,
	VFU_DEVICE_GET_REGION_IO_FDS = 6,
	VFU_DEVICE_GET_IRQ_INFO = 7,
	VFU_DEVICE_SET_IRQS = 8,
	VFU_REGION_READ = 9,
	VFU_REGION_WRITE = 10,
	VFU_DMA_READ = 11, /* server to client */
	VFU_DMA_WRITE = 12, /* server to client */
	VFU_DEVICE_RESET = 13,
	VFU_DIRTY_PAGES = 14,
	VFU_REGION_WRITE_MULTI = 15,
	VFU_DEVICE_FEATURE = 16,
	VFU_MIG_DATA_READ = 17,
	VFU_MIG_DATA_WRITE = 18,
	VFU_COMMANDS,
};

#define VFU_TYPE 0xfu
#define VFU_TYPE_COMMAND 0x0u
#define VFU_TYPE_REPLY 0x1u
#define VFU_NO_REPLY 0x10u
#define VFU_ERROR 0x20u

struct vfu_header {
	uint16_t id;
	uint16_t command;
	uint32_t size; /* with this header */
	uint32_t flags;
	uint32_t error; /* errno, in an error reply */
};

struct vfu_version {
	uint16_t major;
	uint16_t minor;
	/* Followed by JSON with its terminating NUL, optionally. */
};

#define VFU_DMA_MAP_READ 0x1u
#define VFU_DMA_MAP_WRITE 0x2u

struct vfu_dma_map {
	uint32_t argsz;
	uint32_t flags;
	uint64_t offset; /* in the file whose descriptor comes with it */
	uint64_t addr;
	uint64_t size;
};

/* Not in the specification's table, but sent by QEMU: see linux/vfio.h. */
#define VFU_DMA_UNMAP_ALL VFIO_DMA_UNMAP_FLAG_ALL

struct vfu_dma_unmap {
	uint32_t argsz;
	uint32_t flags;
	uint64_t addr;
	uint64_t size;
};

/* Of REGION_READ and REGION_WRITE; data follows where there is any. */
struct vfu_region_access {
	uint64_t offset;
	uint32_t region;
	uint32_t count;
};

#define VFU_MULTI_DATA 8u

struct vfu_write_one {
	uint64_t offset;
	uint32_t region;
	uint32_t count;
	uint8_t data[VFU_MULTI_DATA];
};

/* Of DMA_READ and DMA_WRITE; data follows where there is any. */
struct vfu_dma_access {
	uint64_t addr;
	uint64_t count;
};

#endif
