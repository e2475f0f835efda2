/* SPDX-License-Identifier: GPL-2.0-only */
/* What drivers of PCI functions share, and firmware. */
#ifndef _AXLE_PCI_H_
#define _AXLE_PCI_H_

#include <linux/types.h>

struct axle_device;

/**
 * struct axle_firmware - A firmware image in memory that the device can read.
 *
 * From axle_firmware_get() to the end of the driver.
 */
struct axle_firmware {
	/** @data: The image. */
	void *data;
	/** @dma: Its address for the device. */
	dma_addr_t dma;
	/** @size: Bytes of it. */
	size_t size;
};

int axle_firmware_get(struct axle_device *adev, const char *name,
		      struct axle_firmware *firmware);
int axle_pci_irqs(struct axle_device *adev, unsigned int min, unsigned int max,
		  void (*handler)(struct axle_device *adev,
				  unsigned int vector));
int axle_pci_memory(struct axle_device *adev, unsigned int region, int bar,
		    u64 size);

#endif
