// SPDX-License-Identifier: GPL-2.0-only
/*
 * Driver for QEMU's "edu" device: the smallest whole driver on the Axle kit,
 * made to be copied. docs/add-a-device.md walks through it.
 *
 * The device has one context. Its two engines, the factorial unit and the DMA
 * engine, tell by interrupt that they are done. &edu.lock makes one job run at
 * a time; the kit keeps removal and reset out while it runs.
 */
#include <linux/dma-mapping.h>
#include <linux/interrupt.h>
#include <linux/iopoll.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include <axle/axle_device.h>
#include <drm/axle_edu.h>
#include <edu_regs.h>

#define EDU_TIMEOUT_MS 1000
#define EDU_ENGINE_FACTORIAL 0
#define EDU_ENGINE_DMA 1
static const char *const edu_engines[] = { "factorial", "dma" };

/* The one context has all of the page below and of the device's buffer. */
static const struct axle_region edu_regions[] = {
	{ "host", DRM_AXLE_MEMORY_HOST, 0, EDU_BUFFER_SIZE },
	{ "buffer", DRM_AXLE_MEMORY_DEVICE, EDU_BUFFER_SIZE, EDU_BUFFER_SIZE },
};

/**
 * struct edu - One device.
 */
struct edu {
	/** @axle: The kit's part. */
	struct axle_device axle;
	/** @regs: BAR 0; only between axle_hw_enter() and axle_hw_exit(). */
	void __iomem *regs;
	/** @lock: Held while a job is on the device; protects @page. */
	struct mutex lock;
	/** @done: Interrupt reasons seen since the job began. */
	atomic_t done;
	/** @page: EDU_BUFFER_SIZE bytes that the device can reach. */
	void *page;
	/** @page_dma: Its address for the device. */
	dma_addr_t page_dma;
};

#define to_edu(adev) container_of(adev, struct edu, axle)

static irqreturn_t edu_irq(int irq, void *data)
{
	struct edu *edu = data;
	u32 reasons = ioread32(edu->regs + EDU_IRQ_STATUS);

	/* All ones: the device has been pulled out. */
	if (!reasons || reasons == EDU_IRQ_ALL)
		return IRQ_NONE;
	iowrite32(reasons, edu->regs + EDU_IRQ_ACK);
	atomic_or(reasons, &edu->done);
	wake_up_all(&edu->axle.waitq);
	return IRQ_HANDLED;
}

static int edu_factorial(struct axle_device *adev, struct axle_context *ctx,
			 void *data)
{
	struct drm_axle_edu_factorial *args = data;
	struct edu *edu = to_edu(adev);
	int err;

	if (args->n > DRM_AXLE_EDU_FACTORIAL_MAX)
		return -EINVAL;
	if (mutex_lock_killable(&edu->lock))
		return -EINTR;
	atomic_set(&edu->done, 0);
	iowrite32(EDU_STATUS_IRQ, edu->regs + EDU_STATUS);
	iowrite32(args->n, edu->regs + EDU_FACTORIAL);
	err = axle_engine_wait(ctx, EDU_ENGINE_FACTORIAL,
			       atomic_read(&edu->done) & EDU_IRQ_FACTORIAL,
			       EDU_TIMEOUT_MS);
	args->result = ioread32(edu->regs + EDU_FACTORIAL);
	mutex_unlock(&edu->lock);
	return err;
}

/* One transfer between edu->page and the device's buffer; under edu->lock. */
static int edu_dma(struct axle_context *ctx, u32 size, u32 direction)
{
	struct edu *edu = to_edu(ctx->adev);
	u32 src = edu->page_dma, dst = EDU_BUFFER;

	if (direction == EDU_DMA_FROM_DEVICE)
		swap(src, dst);
	atomic_set(&edu->done, 0);
	iowrite32(src, edu->regs + EDU_DMA_SRC);
	iowrite32(dst, edu->regs + EDU_DMA_DST);
	iowrite32(size, edu->regs + EDU_DMA_COUNT);
	iowrite32(EDU_DMA_START | EDU_DMA_IRQ | direction,
		  edu->regs + EDU_DMA_CMD);
	return axle_engine_wait(ctx, EDU_ENGINE_DMA,
				atomic_read(&edu->done) & EDU_IRQ_DMA,
				EDU_TIMEOUT_MS);
}

static int edu_bounce(struct axle_context *ctx, void *bytes, u32 size)
{
	struct edu *edu = to_edu(ctx->adev);
	int err;

	if (mutex_lock_killable(&edu->lock))
		return -EINTR;
	memcpy(edu->page, bytes, size);
	err = edu_dma(ctx, size, 0);
	memset(edu->page, 0, size);
	if (!err)
		err = edu_dma(ctx, size, EDU_DMA_FROM_DEVICE);
	memcpy(bytes, edu->page, size);
	mutex_unlock(&edu->lock);
	return err;
}

/* Touches user memory, so it enters the hardware itself, in between. */
static int edu_copy(struct axle_device *adev, struct axle_context *ctx,
		    void *data)
{
	const struct drm_axle_edu_copy *args = data;
	int cookie, err;
	void *bytes;

	if (!args->size || args->size > DRM_AXLE_EDU_COPY_MAX || args->pad)
		return -EINVAL;
	bytes = memdup_user(u64_to_user_ptr(args->src), args->size);
	if (IS_ERR(bytes))
		return PTR_ERR(bytes);
	err = axle_hw_enter(adev, &cookie);
	if (!err) {
		err = edu_bounce(ctx, bytes, args->size);
		axle_hw_exit(adev, cookie);
	}
	if (!err && copy_to_user(u64_to_user_ptr(args->dst), bytes, args->size))
		err = -EFAULT;
	kfree(bytes);
	return err;
}

static bool edu_is_idle(struct edu *edu)
{
	return !(ioread32(edu->regs + EDU_STATUS) & EDU_STATUS_BUSY) &&
	       !(ioread32(edu->regs + EDU_DMA_CMD) & EDU_DMA_START);
}

/* The device cannot be told to stop, but ends by itself. */
static int edu_reset(struct axle_device *adev)
{
	struct edu *edu = to_edu(adev);
	bool idle;

	if ((ioread32(edu->regs + EDU_ID) & EDU_ID_MASK) != EDU_ID_VALUE)
		return -EIO;
	if (read_poll_timeout(edu_is_idle, idle, idle, 1000,
			      EDU_TIMEOUT_MS * 1000, false, edu))
		return -EIO;
	iowrite32(EDU_IRQ_ALL, edu->regs + EDU_IRQ_ACK);
	iowrite32(EDU_ID_VALUE, edu->regs + EDU_LIVENESS);
	return ioread32(edu->regs + EDU_LIVENESS) == ~EDU_ID_VALUE ? 0 : -EIO;
}

static const struct axle_ioctl edu_ioctls[] = {
	AXLE_IOCTL(DRM_IOCTL_AXLE_EDU_FACTORIAL, drm_axle_edu_factorial,
		   AXLE_IOCTL_COMPUTE | AXLE_IOCTL_HW, edu_factorial),
	AXLE_IOCTL(DRM_IOCTL_AXLE_EDU_COPY, drm_axle_edu_copy,
		   AXLE_IOCTL_COMPUTE, edu_copy),
};

static const struct axle_ops edu_ops = {
	.reset = edu_reset,
	AXLE_IOCTLS(edu_ioctls),
	AXLE_ENGINES(edu_engines),
	AXLE_REGIONS(edu_regions),
};

DEFINE_AXLE_DRIVER(edu_driver, "edu", "QEMU edu device", 1, 0);

static int edu_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct edu *edu;
	int err;

	edu = axle_device_alloc(&pdev->dev, &edu_driver, &edu_ops, struct edu,
				axle);
	if (IS_ERR(edu))
		return PTR_ERR(edu);
	edu->axle.name = "QEMU edu";
	edu->axle.device_class = DRM_AXLE_CLASS_TEST;
	edu->axle.dma_address_bits = EDU_DMA_BITS;
	pci_set_drvdata(pdev, &edu->axle);

	mutex_init(&edu->lock);
	err = pcim_enable_device(pdev);
	if (err)
		return err;
	err = dma_set_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(EDU_DMA_BITS));
	if (err)
		return err;
	edu->page = dmam_alloc_coherent(&pdev->dev, EDU_BUFFER_SIZE,
					&edu->page_dma, GFP_KERNEL);
	if (!edu->page)
		return -ENOMEM;
	edu->regs = pcim_iomap_region(pdev, 0, "axle_edu");
	if (IS_ERR(edu->regs))
		return PTR_ERR(edu->regs);
	/* Before it may do DMA: an earlier driver may have left it at work. */
	err = edu_reset(&edu->axle);
	if (err)
		return err;
	pci_set_master(pdev);
	err = pci_alloc_irq_vectors(pdev, 1, 1, PCI_IRQ_ALL_TYPES);
	if (err < 0)
		return err;
	err = devm_request_irq(&pdev->dev, pci_irq_vector(pdev, 0), edu_irq,
			       IRQF_SHARED, "axle_edu", edu);
	if (err)
		return err;
	return axle_device_register(&edu->axle);
}

static void edu_remove(struct pci_dev *pdev)
{
	axle_device_unplug(pci_get_drvdata(pdev));
	pci_clear_master(pdev);
}

static const struct pci_device_id edu_ids[] = {
	{ PCI_DEVICE(EDU_PCI_VENDOR, EDU_PCI_DEVICE) }, {}
};
MODULE_DEVICE_TABLE(pci, edu_ids);

static struct pci_driver edu_pci_driver = {
	.name = "axle_edu",
	.id_table = edu_ids,
	.probe = edu_probe,
	.remove = edu_remove,
};
module_pci_driver(edu_pci_driver);

MODULE_DESCRIPTION("Driver for QEMU's edu device on the Axle kit");
MODULE_LICENSE("GPL");
