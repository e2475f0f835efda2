/* SPDX-License-Identifier: MIT */
/*
 * testdev: the model kit's own test device. Not an accelerator: every feature
 * of the kit has a register here. docs/models.md explains it.
 *
 * Vendor 0x1234 is the one that QEMU's own test devices use; device 0xa81e is
 * not taken by any of them.
 */
#ifndef HW_TESTDEV_REGS_H
#define HW_TESTDEV_REGS_H

#define TESTDEV_VENDOR_ID 0x1234
#define TESTDEV_DEVICE_ID 0xa81e
#define TESTDEV_CLASS 0x120000 /* processing accelerator */
#define TESTDEV_REVISION 1

#define TESTDEV_MSI_VECTORS 8
#define TESTDEV_MSIX_VECTORS 16

/* BAR 0: trapped registers, 64 KiB. 32-bit unless said otherwise. */
#define TESTDEV_BAR_REGS 0
#define TESTDEV_BAR_REGS_SIZE 0x10000
/* BAR 2 (64-bit, prefetchable): memory that the host maps, but one page. */
#define TESTDEV_BAR_MEM 2
#define TESTDEV_BAR_MEM_SIZE 0x200000
/* BAR 4: MSI-X table and pending bits. */
#define TESTDEV_BAR_MSIX 4
#define TESTDEV_BAR_MSIX_SIZE 0x2000
#define TESTDEV_MSIX_TABLE 0x0
#define TESTDEV_MSIX_PBA 0x1000

#define TESTDEV_ID 0x0000 /* ro: TESTDEV_ID_VALUE */
#define TESTDEV_ID_VALUE 0x54584141 /* "AAXT" */
#define TESTDEV_VERSION 0x0004 /* ro */
#define TESTDEV_VERSION_VALUE 1
#define TESTDEV_SCRATCH32 0x0008 /* rw, 0 after reset */
#define TESTDEV_RESETS 0x000c /* ro: resets since the start */
#define TESTDEV_SCRATCH64 0x0010 /* rw, 64-bit, 0 after reset */

/* Interrupts. */
#define TESTDEV_IRQ_RAISE 0x0020 /* wo: raise this vector */
#define TESTDEV_IRQ_STATUS 0x0024 /* w1c: bit per source; drives INTx */
#define TESTDEV_IRQ_DMA 0x1 /* the DMA engine finished */
#define TESTDEV_IRQ_TIMER 0x2 /* the timer fired */
#define TESTDEV_IRQ_SOFT 0x4 /* TESTDEV_IRQ_RAISE was written */
#define TESTDEV_IRQ_ECC 0x8 /* an injected memory error */
#define TESTDEV_IRQ_VECTORS 0x0028 /* rw: vector of DMA 7:0, timer 15:8 */

/* DMA engine: fields first, then the command; one command at a time. */
#define TESTDEV_DMA_SRC 0x0040 /* rw, 64-bit */
#define TESTDEV_DMA_DST 0x0048 /* rw, 64-bit */
#define TESTDEV_DMA_LEN 0x0050 /* rw, bytes */
#define TESTDEV_DMA_LEN_MAX 0x4000000 /* 64 MiB */
#define TESTDEV_DMA_VALUE 0x0054 /* rw: byte to fill with */
#define TESTDEV_DMA_CMD 0x0058 /* wo: start */
#define TESTDEV_DMA_STATUS 0x005c /* ro */
#define TESTDEV_DMA_RESULT 0x0060 /* ro: CRC-32 (IEEE 802.3) of CRC */
#define TESTDEV_DMA_ERROR 0x0064 /* ro: errno of the last failure */

#define TESTDEV_CMD_NOP 0x0
#define TESTDEV_CMD_FILL 0x1 /* dst, len, value */
#define TESTDEV_CMD_COPY 0x2 /* src, dst, len */
#define TESTDEV_CMD_CRC 0x3 /* src, len */
#define TESTDEV_CMD_STORE 0x4 /* dst: value as one 32-bit store */
#define TESTDEV_CMD_TO_MEM 0x5 /* src (host), dst (in BAR 2), len */
#define TESTDEV_CMD_FROM_MEM 0x6 /* src (in BAR 2), dst (host), len */
#define TESTDEV_CMD_SPIN 0x7 /* run until reset */
#define TESTDEV_CMD_IRQ 0x100 /* flag: interrupt at the end */

#define TESTDEV_DMA_IDLE 0
#define TESTDEV_DMA_BUSY 1
#define TESTDEV_DMA_DONE 2
#define TESTDEV_DMA_FAILED 3

/* Timer: a write arms it, zero stops it. */
#define TESTDEV_TIMER_US 0x0080 /* rw: microseconds; reads 0 when idle */
#define TESTDEV_TIMER_COUNT 0x0084 /* ro: times it fired since the reset */

/* Counters, since the start of the model. 64-bit. */
#define TESTDEV_COUNT_READ 0x0100 /* ro: register reads, with this one */
#define TESTDEV_COUNT_WRITE 0x0108 /* ro: register writes */
#define TESTDEV_COUNT_HOLE 0x0110 /* ro: accesses to the page in BAR 2 */

/* 4 KiB of registers that read back what was written, at any size. */
#define TESTDEV_RAM 0x1000
#define TESTDEV_RAM_SIZE 0x1000

/* The page of BAR 2 that is trapped: reads its own offset + 1. */
#define TESTDEV_HOLE 0x100000
#define TESTDEV_HOLE_SIZE 0x1000

#endif
