// SPDX-License-Identifier: GPL-2.0-only
/*
 * Driver for QEMU's "edu" device, made to be copied: see docs/add-a-device.md.
 *
 * Each of its two engines gets one job at a time from the kit. An interrupt
 * says that a command is done; the handler starts the next or ends the job.
 */
#include <linux/dma-mapping.h>
#include <linux/iopoll.h>
#include <linux/module.h>
#include <linux/pci.h>

#include <axle/axle_pci.h>
#include <axle/axle_queue.h>
#include <drm/axle_edu.h>
#include <edu_regs.h>

static const char *const edu_engines[] = { "factorial", "dma" };
static const u32 edu_reasons[] = { EDU_IRQ_FACTORIAL, EDU_IRQ_DMA };

static const struct axle_region edu_regions[] = {
	{ .name = "host", .kind = DRM_AXLE_MEMORY_HOST, .buffers = true },
	{ "buffer", DRM_AXLE_MEMORY_DEVICE, EDU_BUFFER_SIZE, EDU_BUFFER_SIZE },
};

/**
 * struct edu - One device.
 */
struct edu {
	/** @axle: The kit's part. */
	struct axle_device axle;
	/** @regs: BAR 0, until the driver's end. */
	void __iomem *regs;
	/** @lock: Protects all below, and the starting of engines. */
	spinlock_t lock;
	/** @jobs: Of the engines, until axle_job_done() or a reset, or NULL. */
	struct axle_job *jobs[ARRAY_SIZE(edu_engines)];
	/** @commands: Of @jobs, those at work. */
	const struct drm_axle_edu_command *commands[ARRAY_SIZE(edu_engines)];
};

#define to_edu(adev) container_of(adev, struct edu, axle)

static void edu_start(struct edu *edu, u32 engine)
{
	const struct drm_axle_edu_command *c = edu->commands[engine];
	struct axle_bo *bo = edu->jobs[engine]->bos[c->use].bo;
	u32 src = axle_bo_address(bo, c->offset, NULL), dst = EDU_BUFFER;
	u32 start = EDU_DMA_START | EDU_DMA_IRQ;

	if (c->op == DRM_AXLE_EDU_FACTORIAL) {
		iowrite32(EDU_STATUS_IRQ, edu->regs + EDU_STATUS);
		iowrite32(c->value, edu->regs + EDU_FACTORIAL);
		return;
	}
	if (c->op == DRM_AXLE_EDU_STORE) {
		swap(src, dst);
		start |= EDU_DMA_FROM_DEVICE;
	}
	iowrite32(src, edu->regs + EDU_DMA_SRC);
	iowrite32(dst, edu->regs + EDU_DMA_DST);
	iowrite32(c->value, edu->regs + EDU_DMA_COUNT);
	iowrite32(start, edu->regs + EDU_DMA_CMD);
}

static void edu_advance(struct edu *edu, u32 engine)
{
	const struct drm_axle_edu_command *c = edu->commands[engine]++;
	struct axle_job *job = edu->jobs[engine];
	u32 result = ioread32(edu->regs + EDU_FACTORIAL);

	if (c->op == DRM_AXLE_EDU_FACTORIAL)
		axle_bo_write(job->bos[c->use].bo, c->offset, &result,
			      sizeof(result));
	if ((void *)(c + 1) < job->commands + job->command_size) {
		edu_start(edu, engine);
	} else {
		edu->jobs[engine] = NULL;
		axle_job_done(job, 0);
	}
}

static u32 edu_look(struct edu *edu)
{
	unsigned long flags;
	u32 reasons, i;

	spin_lock_irqsave(&edu->lock, flags);
	reasons = ioread32(edu->regs + EDU_IRQ_STATUS);
	if (reasons == EDU_IRQ_ALL) /* the device has been pulled out */
		reasons = 0;
	iowrite32(reasons, edu->regs + EDU_IRQ_ACK);
	for (i = 0; i < ARRAY_SIZE(edu_reasons); i++)
		if (reasons & edu_reasons[i] && edu->jobs[i])
			edu_advance(edu, i);
	spin_unlock_irqrestore(&edu->lock, flags);
	return reasons;
}

static void edu_irq(struct axle_device *adev, unsigned int vector)
{
	edu_look(to_edu(adev));
}

static bool edu_poll(struct axle_queue *queue)
{
	return edu_look(to_edu(queue->adev)) & edu_reasons[queue->engine];
}

static int edu_run(struct axle_job *job)
{
	struct edu *edu = to_edu(job->queue->adev);
	u32 engine = job->queue->engine;

	spin_lock_irq(&edu->lock);
	edu->jobs[engine] = job;
	edu->commands[engine] = job->commands;
	edu_start(edu, engine);
	spin_unlock_irq(&edu->lock);
	return 0;
}

static bool edu_command_ok(const struct axle_job *job,
			   const struct drm_axle_edu_command *c, u32 *loaded)
{
	bool factorial = c->op == DRM_AXLE_EDU_FACTORIAL;
	bool load = c->op == DRM_AXLE_EDU_LOAD;
	u32 engine = factorial ? EDU_ENGINE_FACTORIAL : EDU_ENGINE_DMA;
	u32 size = factorial ? sizeof(u32) : c->value;

	/* Within a page, as pages may lie apart for the device. */
	if (c->op > DRM_AXLE_EDU_STORE || engine != job->queue->engine ||
	    c->pad || !axle_job_may_use(job, c->use, c->offset, size, !load) ||
	    size > EDU_BUFFER_SIZE - c->offset % EDU_BUFFER_SIZE)
		return false;
	if (factorial)
		return c->value <= DRM_AXLE_EDU_FACTORIAL_MAX &&
		       axle_bo_has_pages(job->bos[c->use].bo);
	if (load)
		*loaded = c->value;
	/* What others have left in the buffer is not to be read. */
	return c->value <= *loaded;
}

static int edu_check(struct axle_job *job)
{
	const struct drm_axle_edu_command *c = job->commands;
	u32 loaded = 0, left = job->command_size;

	for (; left >= sizeof(*c); left -= sizeof(*c), c++)
		if (!edu_command_ok(job, c, &loaded))
			return -EINVAL;
	return left ? -EINVAL : 0;
}

/* Without .stop, as the device cannot be told to: the kit resets it. */
static const struct axle_queue_ops edu_queue_ops = {
	.kernel_engines = BIT(EDU_ENGINE_FACTORIAL) | BIT(EDU_ENGINE_DMA),
	.serial_engines = BIT(EDU_ENGINE_FACTORIAL) | BIT(EDU_ENGINE_DMA),
	.queues_per_context = 8,
	.slots_max = 64,
	.slots = 64,
	.timeout_ms_max = 60000,
	.timeout_ms = 5000,
	.check = edu_check,
	.run = edu_run,
	.poll = edu_poll,
};

/* The device ends its work by itself, under load late; it reaches no memory. */
static int edu_reset(struct axle_device *adev)
{
	struct edu *edu = to_edu(adev);
	u32 status;

	pci_clear_master(to_pci_dev(adev->drm.dev));
	scoped_guard(spinlock_irq, &edu->lock)
		memset(edu->jobs, 0, sizeof(edu->jobs));
	if (read_poll_timeout(ioread32, status, !(status & EDU_STATUS_BUSY),
			      1000, 10000000, false, edu->regs + EDU_STATUS) ||
	    read_poll_timeout(ioread32, status, !(status & EDU_DMA_START), 1000,
			      10000000, false, edu->regs + EDU_DMA_CMD))
		return -EIO;
	iowrite32(EDU_IRQ_ALL, edu->regs + EDU_IRQ_ACK);
	pci_set_master(to_pci_dev(adev->drm.dev));
	return 0;
}

static const struct axle_ops edu_ops = {
	.reset = edu_reset,
	.queue = &edu_queue_ops,
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
	spin_lock_init(&edu->lock);
	pci_set_drvdata(pdev, &edu->axle);

	err = dma_set_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(EDU_DMA_BITS));
	if (!err)
		err = pcim_enable_device(pdev);
	if (err)
		return err;
	edu->regs = pcim_iomap_region(pdev, 0, "axle_edu");
	if (IS_ERR(edu->regs))
		return PTR_ERR(edu->regs);
	err = edu_reset(&edu->axle); /* who knows what it is at */
	if (!err)
		err = axle_pci_irqs(&edu->axle, 1, 1, edu_irq);
	return err < 0 ? err : axle_device_register(&edu->axle);
}

static void edu_remove(struct pci_dev *pdev)
{
	struct axle_device *adev = pci_get_drvdata(pdev);

	axle_device_unplug(adev);
	edu_reset(adev);
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
