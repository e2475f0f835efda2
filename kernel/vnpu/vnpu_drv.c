// SPDX-License-Identifier: GPL-2.0-only
/*
 * Driver for vnpu, the reference accelerator (docs/vnpu.md): both profiles.
 * vnpu_hw.c speaks to the device, vnpu_mem.c has address spaces and programs,
 * vnpu_queue.c queues, vnpu_job.c the jobs of kernel mode.
 */
#include <linux/bitfield.h>
#include <linux/dma-mapping.h>
#include <linux/firmware.h>
#include <linux/io-64-nonatomic-lo-hi.h>
#include <linux/module.h>
#include <linux/pci.h>

#include <drm/drm_managed.h>

#include <axle/axle_bo.h>

#include "vnpu.h"

#define VNPU_FIRMWARE "axle/vnpu.bin"

static bool trap;
module_param(trap, bool, 0444);
MODULE_PARM_DESC(trap, "allow descriptors that fail or hang, for tests");

static const char *const vnpu_engines[] = {
	[VNPU_ENGINE_COMPUTE] = "compute",
	[VNPU_ENGINE_COPY] = "copy",
};

static const struct axle_region vnpu_regions[] = {
	[VNPU_REGION_HOST] = { .name = "host",
			       .kind = DRM_AXLE_MEMORY_HOST,
			       .buffers = true },
	[VNPU_REGION_DEVICE] = { .name = "device",
				 .kind = DRM_AXLE_MEMORY_DEVICE,
				 .buffers = true },
};

/* The kit opens no more than there are. */
static u32 vnpu_take_context(struct vnpu *vnpu)
{
	u32 number;

	do
		number = find_first_zero_bit(vnpu->contexts, VNPU_CONTEXTS_MAX);
	while (test_and_set_bit(number, vnpu->contexts));
	return number;
}

static int vnpu_context_open(struct axle_context *ctx)
{
	struct vnpu *vnpu = to_vnpu(ctx->adev);
	u32 number = vnpu_take_context(vnpu);
	int err = vnpu_simple(vnpu, VNPU_CMD_CONTEXT_CREATE, number, 0);

	if (err)
		clear_bit(number, vnpu->contexts);
	ctx->priv = (void *)(uintptr_t)number;
	return err;
}

static void vnpu_context_close(struct axle_context *ctx)
{
	struct vnpu *vnpu = to_vnpu(ctx->adev);
	int cookie;

	if (!axle_hw_enter(ctx->adev, &cookie)) {
		vnpu_simple(vnpu, VNPU_CMD_CONTEXT_DESTROY, vnpu_context(ctx),
			    0);
		axle_hw_exit(ctx->adev, cookie);
	}
	clear_bit(vnpu_context(ctx), vnpu->contexts);
}

static int vnpu_reset(struct axle_device *adev)
{
	struct pci_dev *pdev = to_pci_dev(adev->drm.dev);
	struct vnpu *vnpu = to_vnpu(adev);
	int err = vnpu_halt(vnpu);

	vnpu_queues_forget(vnpu);
	if (!err) {
		pci_set_master(pdev);
		err = vnpu_boot(vnpu);
	}
	if (err)
		pci_clear_master(pdev);
	return err;
}

static int vnpu_query(struct axle_device *adev, struct axle_context *ctx,
		      u32 topic, void **data, size_t *size)
{
	struct vnpu *vnpu = to_vnpu(adev);
	const struct vnpu_identify *id = &vnpu->identify;
	struct drm_axle_vnpu_info *info;

	if (topic != DRM_AXLE_VNPU_TOPIC_INFO)
		return -EINVAL;
	info = kvzalloc(sizeof(*info), GFP_KERNEL);
	if (!info)
		return -ENOMEM;
	info->profile = FIELD_GET(VNPU_CAP_PROFILE, vnpu->cap);
	info->flags = trap ? DRM_AXLE_VNPU_TRAP : 0;
	info->bindings_max = le32_to_cpu(id->bindings_max);
	info->program_version = le32_to_cpu(id->program_version);
	info->slots_min = adev->ops->queue->slots_min;
	info->slots_max = adev->ops->queue->slots_max;
	info->stop_ms = vnpu->stop_ms;
	info->program_size_max = le64_to_cpu(id->program_size_max);
	info->private_memory = le64_to_cpu(id->private_memory);
	info->epoch_ns = READ_ONCE(vnpu->epoch_ns);
	*data = info;
	*size = sizeof(*info);
	return 0;
}

#define VNPU_OPS(_queue, _engines, _regions)                                  \
	.context_open = vnpu_context_open,                                    \
	.context_close = vnpu_context_close, .reset = vnpu_reset,             \
	.query = vnpu_query, .queue = (_queue), .program = &vnpu_program_ops, \
	.engines = vnpu_engines, .num_engines = (_engines),                   \
	.regions = vnpu_regions, .num_regions = (_regions)

static const struct axle_ops vnpu_datacenter_ops = {
	VNPU_OPS(&vnpu_queue_ops, 2, 2),
	.vm = &vnpu_vm_ops,
};

static const struct axle_ops vnpu_edge_ops = {
	VNPU_OPS(&vnpu_edge_queue_ops, 1, 1),
};

DEFINE_AXLE_DRIVER(vnpu_driver, "vnpu", "vnpu reference accelerator", 1, 0);

static int vnpu_map(struct vnpu *vnpu, struct pci_dev *pdev)
{
	u32 bits;

	vnpu->regs = pcim_iomap_region(pdev, VNPU_BAR_REGS, "axle_vnpu");
	if (IS_ERR(vnpu->regs))
		return PTR_ERR(vnpu->regs);
	vnpu->doorbells =
		pcim_iomap_region(pdev, VNPU_BAR_DOORBELL, "axle_vnpu");
	if (IS_ERR(vnpu->doorbells))
		return PTR_ERR(vnpu->doorbells);
	vnpu->doorbells_at = pci_resource_start(pdev, VNPU_BAR_DOORBELL);
	if (vnpu_read(vnpu, VNPU_REG_ID) != VNPU_ID_VALUE ||
	    (vnpu_read(vnpu, VNPU_REG_VERSION) ^ VNPU_VERSION_VALUE) &
		    VNPU_VERSION_MAJOR)
		return -ENODEV;
	bits = vnpu_read(vnpu, VNPU_REG_ADDRESS);
	vnpu->axle.dma_address_bits = FIELD_GET(VNPU_ADDRESS_DMA_BITS, bits);
	return dma_set_mask_and_coherent(
		&pdev->dev, DMA_BIT_MASK(vnpu->axle.dma_address_bits));
}

/* The numbers come from a device, so they are bounded. */
static int vnpu_read_limits(struct vnpu *vnpu, struct pci_dev *pdev)
{
	u32 bounds = vnpu_read(vnpu, VNPU_REG_BOUNDS);

	vnpu->cap = vnpu_read(vnpu, VNPU_REG_CAP);
	vnpu->stride = vnpu_read(vnpu, VNPU_REG_DB_STRIDE);
	vnpu->num_queues = vnpu_read(vnpu, VNPU_REG_QUEUES);
	vnpu->num_programs = vnpu_read(vnpu, VNPU_REG_PROGRAMS);
	vnpu->num_vectors = vnpu_read(vnpu, VNPU_REG_VECTORS);
	vnpu->stop_ms = vnpu_read(vnpu, VNPU_REG_STOP_MS);
	vnpu->command_ms = FIELD_GET(VNPU_BOUNDS_ADMIN_MS, bounds);
	vnpu->axle.contexts_max = vnpu_read(vnpu, VNPU_REG_CONTEXTS);
	vnpu->axle.vms_max = vnpu_read(vnpu, VNPU_REG_ASIDS);
	vnpu->axle.vms_per_context = min(vnpu->axle.vms_max, 4u);
	vnpu->axle.queues_max = vnpu->num_queues;
	if (!vnpu->num_queues || !vnpu->num_programs ||
	    vnpu->num_vectors > VNPU_MSIX_VECTORS_MAX ||
	    vnpu->axle.contexts_max - 1 >= VNPU_CONTEXTS_MAX ||
	    VNPU_DB_SIZE((u64)vnpu->stride, vnpu->num_queues) >
		    pci_resource_len(pdev, VNPU_BAR_DOORBELL) ||
	    vnpu->stride < PAGE_SIZE)
		return -ENODEV;
	vnpu->queues = drmm_kcalloc(&vnpu->axle.drm, vnpu->num_queues,
				    sizeof(*vnpu->queues), GFP_KERNEL);
	return vnpu->queues ? 0 : -ENOMEM;
}

static int vnpu_get_firmware(struct vnpu *vnpu, struct pci_dev *pdev)
{
	const struct firmware *image;
	int err;

	err = request_firmware(&image, VNPU_FIRMWARE, &pdev->dev);
	if (err)
		return err;
	vnpu->firmware_size = image->size;
	vnpu->firmware = dmam_alloc_coherent(&pdev->dev, image->size,
					     &vnpu->firmware_dma, GFP_KERNEL);
	if (vnpu->firmware)
		memcpy(vnpu->firmware, image->data, image->size);
	release_firmware(image);
	return vnpu->firmware ? 0 : -ENOMEM;
}

static int vnpu_get_irqs(struct vnpu *vnpu, struct pci_dev *pdev)
{
	int count = pci_alloc_irq_vectors(pdev, VNPU_VECTOR_QUEUES + 1,
					  vnpu->num_vectors, PCI_IRQ_MSIX);
	int i, err = 0;

	if (count < 0)
		return count;
	vnpu->num_vectors = count;
	vnpu->vectors = devm_kcalloc(&pdev->dev, count, sizeof(*vnpu->vectors),
				     GFP_KERNEL);
	if (!vnpu->vectors)
		return -ENOMEM;
	for (i = 0; i < count && !err; i++) {
		vnpu->vectors[i].vnpu = vnpu;
		vnpu->vectors[i].number = i;
		err = devm_request_irq(&pdev->dev, pci_irq_vector(pdev, i),
				       vnpu_irq, 0, "axle_vnpu",
				       &vnpu->vectors[i]);
	}
	return err;
}

static int vnpu_get_memory(struct vnpu *vnpu, struct pci_dev *pdev)
{
	struct axle_window window = {
		.size = ioread64_lo_hi(vnpu->regs + VNPU_REG_MEMORY_SIZE),
		.cpu_address = pci_resource_start(pdev, VNPU_BAR_MEMORY),
	};

	if (!(vnpu->cap & VNPU_CAP_MEMORY))
		return 0;
	window.cpu_size = window.size;
	if (window.size > pci_resource_len(pdev, VNPU_BAR_MEMORY))
		return -ENODEV;
	window.map =
		devm_ioremap_wc(&pdev->dev, window.cpu_address, window.size);
	if (!window.map)
		return -ENOMEM;
	return axle_memory_init(&vnpu->axle, VNPU_REGION_DEVICE, &window);
}

static void vnpu_describe(struct vnpu *vnpu)
{
	const struct vnpu_identify *id = &vnpu->shared->identify;
	u32 version = le32_to_cpu(vnpu->shared->firmware.version);

	vnpu->identify = *id;
	memcpy(vnpu->name, id->name, sizeof(vnpu->name) - 1);
	vnpu->axle.name = vnpu->name;
	memcpy(vnpu->axle.serial, id->serial, sizeof(vnpu->axle.serial) - 1);
	snprintf(vnpu->axle.firmware_version,
		 sizeof(vnpu->axle.firmware_version), "%u.%u.%u", version >> 24,
		 version >> 16 & 0xff, version & 0xffff);
}

static void vnpu_stop(struct vnpu *vnpu)
{
	vnpu_halt(vnpu);
	pci_clear_master(to_pci_dev(vnpu->axle.drm.dev));
}

/* An earlier driver may have left it at work. */
static int vnpu_start(struct vnpu *vnpu, struct pci_dev *pdev)
{
	int err = vnpu_halt(vnpu);

	if (err)
		return err;
	pci_set_master(pdev);
	err = vnpu_boot(vnpu);
	if (!err) {
		vnpu_describe(vnpu);
		err = axle_device_register(&vnpu->axle);
	}
	if (err)
		vnpu_stop(vnpu);
	return err;
}

/* Interrupt handlers go first at the end, so what they use comes before them. */
static int vnpu_set_up(struct vnpu *vnpu, struct pci_dev *pdev)
{
	int err = pcim_enable_device(pdev);

	if (!err)
		err = vnpu_map(vnpu, pdev);
	if (!err)
		err = vnpu_read_limits(vnpu, pdev);
	if (!err)
		err = vnpu_get_firmware(vnpu, pdev);
	if (!err)
		err = vnpu_get_memory(vnpu, pdev);
	if (err)
		return err;
	vnpu->shared = dmam_alloc_coherent(&pdev->dev, sizeof(*vnpu->shared),
					   &vnpu->shared_dma, GFP_KERNEL);
	if (!vnpu->shared)
		return -ENOMEM;
	return vnpu_get_irqs(vnpu, pdev);
}

static int vnpu_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	bool edge = pdev->subsystem_device == VNPU_PCI_SUBSYS_EDGE;
	struct vnpu *vnpu;
	int err;

	vnpu = axle_device_alloc(&pdev->dev, &vnpu_driver,
				 edge ? &vnpu_edge_ops : &vnpu_datacenter_ops,
				 struct vnpu, axle);
	if (IS_ERR(vnpu))
		return PTR_ERR(vnpu);
	pci_set_drvdata(pdev, &vnpu->axle);
	vnpu->trap = trap;
	vnpu->axle.device_class = edge ? DRM_AXLE_CLASS_EDGE :
					 DRM_AXLE_CLASS_DATACENTER;
	mutex_init(&vnpu->admin_lock);
	spin_lock_init(&vnpu->lock);
	ida_init(&vnpu->programs);
	err = vnpu_set_up(vnpu, pdev);
	return err ?: vnpu_start(vnpu, pdev);
}

static void vnpu_remove(struct pci_dev *pdev)
{
	struct axle_device *adev = pci_get_drvdata(pdev);

	axle_device_unplug(adev);
	vnpu_stop(to_vnpu(adev));
}

static const struct pci_device_id vnpu_ids[] = {
	{ PCI_DEVICE_SUB(VNPU_PCI_VENDOR, VNPU_PCI_DEVICE, VNPU_PCI_VENDOR,
			 VNPU_PCI_SUBSYS_DATACENTER) },
	{ PCI_DEVICE_SUB(VNPU_PCI_VENDOR, VNPU_PCI_DEVICE, VNPU_PCI_VENDOR,
			 VNPU_PCI_SUBSYS_EDGE) },
	{}
};
MODULE_DEVICE_TABLE(pci, vnpu_ids);

static struct pci_driver vnpu_pci_driver = {
	.name = "axle_vnpu",
	.id_table = vnpu_ids,
	.probe = vnpu_probe,
	.remove = vnpu_remove,
};
module_pci_driver(vnpu_pci_driver);

MODULE_FIRMWARE(VNPU_FIRMWARE);
MODULE_DESCRIPTION("Driver for vnpu on the Axle kit");
MODULE_LICENSE("GPL");
