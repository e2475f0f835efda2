// SPDX-License-Identifier: GPL-2.0-only
/* What drivers of PCI functions share: vectors, memory in a BAR, firmware. */
#include <linux/dma-mapping.h>
#include <linux/firmware.h>
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/pci.h>
#include <linux/slab.h>

#include <axle/axle_bo.h>
#include <axle/axle_device.h>
#include <axle/axle_pci.h>

/**
 * struct axle_vector - An interrupt vector; constant.
 */
struct axle_vector {
	/** @adev: The device. */
	struct axle_device *adev;
	/** @number: Of the vector. */
	unsigned int number;
	/** @handler: The driver's. */
	void (*handler)(struct axle_device *adev, unsigned int vector);
};

static irqreturn_t axle_vector_irq(int irq, void *data)
{
	const struct axle_vector *vector = data;

	vector->handler(vector->adev, vector->number);
	return IRQ_HANDLED;
}

/**
 * axle_pci_irqs() - Get MSI-X or MSI vectors and their interrupts.
 * @adev: the device
 * @min: vectors at least
 * @max: vectors at most
 * @handler: called with the number of the vector, interrupts off; from now to
 *	the end of the driver, so what it uses is to be there before
 *
 * Return: how many there are, or a negative errno.
 */
int axle_pci_irqs(struct axle_device *adev, unsigned int min, unsigned int max,
		  void (*handler)(struct axle_device *adev,
				  unsigned int vector))
{
	struct pci_dev *pdev = to_pci_dev(adev->drm.dev);
	struct axle_vector *vectors;
	int i, err, count;

	count = pci_alloc_irq_vectors(pdev, min, max,
				      PCI_IRQ_MSIX | PCI_IRQ_MSI);
	if (count < 0)
		return count;
	vectors = devm_kcalloc(&pdev->dev, count, sizeof(*vectors), GFP_KERNEL);
	if (!vectors)
		return -ENOMEM;
	for (i = 0; i < count; i++) {
		vectors[i] = (struct axle_vector){ adev, i, handler };
		err = devm_request_irq(&pdev->dev, pci_irq_vector(pdev, i),
				       axle_vector_irq, 0,
				       dev_driver_string(&pdev->dev),
				       &vectors[i]);
		if (err)
			return err;
	}
	return count;
}
EXPORT_SYMBOL_GPL(axle_pci_irqs);

/**
 * axle_pci_memory() - Give out device memory that a BAR shows in full.
 * @adev: the device
 * @region: index into &axle_ops.regions
 * @bar: the BAR
 * @size: bytes; address 0 of the device is the first
 *
 * Return: 0, -ENODEV if the BAR is smaller, or another negative errno.
 */
int axle_pci_memory(struct axle_device *adev, unsigned int region, int bar,
		    u64 size)
{
	struct pci_dev *pdev = to_pci_dev(adev->drm.dev);
	struct axle_window window = {
		.size = size,
		.cpu_size = size,
		.cpu_address = pci_resource_start(pdev, bar),
	};

	if (!size || size > pci_resource_len(pdev, bar))
		return -ENODEV;
	window.map = devm_ioremap_wc(&pdev->dev, window.cpu_address, size);
	return window.map ? axle_memory_init(adev, region, &window) : -ENOMEM;
}
EXPORT_SYMBOL_GPL(axle_pci_memory);

/**
 * axle_firmware_get() - Load a firmware image for the device to read.
 * @adev: the device
 * @name: its file, below the kernel's search path
 * @firmware: out
 *
 * It stays, so that a reset needs no file. May sleep.
 *
 * Return: 0 or a negative errno.
 */
int axle_firmware_get(struct axle_device *adev, const char *name,
		      struct axle_firmware *firmware)
{
	struct device *dev = adev->drm.dev;
	const struct firmware *image;
	int err;

	err = request_firmware(&image, name, dev);
	if (err)
		return err;
	firmware->size = image->size;
	firmware->data = dmam_alloc_coherent(dev, image->size, &firmware->dma,
					     GFP_KERNEL);
	if (firmware->data)
		memcpy(firmware->data, image->data, image->size);
	release_firmware(image);
	return firmware->data ? 0 : -ENOMEM;
}
EXPORT_SYMBOL_GPL(axle_firmware_get);
