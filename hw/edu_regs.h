/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/*
 * Registers of QEMU's "edu" device (QEMU documentation, "EDU device"). BAR 0,
 * 1 MiB. Below 0x80 accesses are 4 bytes wide, from there on 4 or 8.
 */
#ifndef AXLE_HW_EDU_REGS_H
#define AXLE_HW_EDU_REGS_H

#define EDU_PCI_VENDOR 0x1234
#define EDU_PCI_DEVICE 0x11e8

#define EDU_ID 0x00 /* RO: 0xRRrr00ed, RR.rr is the version */
#define EDU_ID_MASK 0x0000ffff
#define EDU_ID_VALUE 0x000000ed
#define EDU_LIVENESS 0x04 /* RW: reads back what was written, inverted */
#define EDU_FACTORIAL 0x08 /* RW: write n, read n! once STATUS is not busy */

#define EDU_STATUS 0x20
#define EDU_STATUS_BUSY 0x01 /* RO: computing a factorial */
#define EDU_STATUS_IRQ 0x80 /* RW: interrupt when the factorial is done */

#define EDU_IRQ_STATUS 0x24 /* RO: why the interrupt was raised */
#define EDU_IRQ_RAISE 0x60 /* WO: raise these bits */
#define EDU_IRQ_ACK 0x64 /* WO: clear these bits */
#define EDU_IRQ_FACTORIAL 0x00000001
#define EDU_IRQ_DMA 0x00000100
#define EDU_IRQ_ALL 0xffffffff

#define EDU_DMA_SRC 0x80
#define EDU_DMA_DST 0x88
#define EDU_DMA_COUNT 0x90
#define EDU_DMA_CMD 0x98
#define EDU_DMA_START 0x01 /* reads as 1 until the transfer is done */
#define EDU_DMA_FROM_DEVICE 0x02 /* else from memory to the device */
#define EDU_DMA_IRQ 0x04 /* interrupt when the transfer is done */

/* The device's own buffer, as the DMA engine sees it. */
#define EDU_BUFFER 0x40000
#define EDU_BUFFER_SIZE 4096
#define EDU_DMA_BITS 28

/* The units, as driver and library number them. */
#define EDU_ENGINE_FACTORIAL 0
#define EDU_ENGINE_DMA 1

#endif
