// SPDX-License-Identifier: GPL-2.0-only
/*
 * Driver for vnpu, the reference accelerator (docs/vnpu.md): both profiles.
 * vnpu_hw.c speaks to the device, vnpu_mem.c has address spaces and programs,
 * vnpu_queue.c queues, vnpu_job.c the jobs of kernel mode.
 */
#include <linux/bitfield.h>
#include <linux/dma-mapping.h>
#include <linux/io-64-nonatomic-lo-hi.h>
#include <linux/module.h>
#include <linux/pci.h>

#include "vnpu.h"

#define VNPU_FIRMWARE "axle/vnpu.bin"
#define VNPU_AUTOSUSPEND_MS 2000

static bool trap;
module_param(trap, bool, 0444);
MODULE_PARM_DESC(trap, "allow descriptors that fail or hang, for tests");

/* By VNPU_ENGINE_*. */
static const char *const vnpu_engines[] = { "compute", "copy" };

static const struct axle_region vnpu_regions[] = {
	[VNPU_REGION_HOST] = { .name = "host",
			       .kind = DRM_AXLE_MEMORY_HOST,
			       .buffers = true },
	[VNPU_REGION_DEVICE] = { .name = "device",
				 .kind = DRM_AXLE_MEMORY_DEVICE,
				 .buffers = true },
};

static int vnpu_context_open(struct axle_context *ctx)
{
	return vnpu_simple(to_vnpu(ctx->adev), VNPU_CMD_CONTEXT_CREATE, ctx->id,
			   0);
}

static void vnpu_context_close(struct axle_context *ctx)
{
	int cookie;

	if (axle_hw_enter(ctx->adev, &cookie))
		return;
	vnpu_simple(to_vnpu(ctx->adev), VNPU_CMD_CONTEXT_DESTROY, ctx->id, 0);
	axle_hw_exit(ctx->adev, cookie);
}

/* After each boot: the firmware may be another. */
static void vnpu_describe(struct vnpu *vnpu)
{
	const struct vnpu_identify *id = &vnpu->shared->identify;
	u32 version = le32_to_cpu(vnpu->shared->firmware.version);

	memcpy(vnpu->name, id->name, sizeof(vnpu->name) - 1);
	vnpu->axle.name = vnpu->name;
	memcpy(vnpu->axle.serial, id->serial, sizeof(vnpu->axle.serial) - 1);
	snprintf(vnpu->axle.firmware_version,
		 sizeof(vnpu->axle.firmware_version), "%u.%u.%u", version >> 24,
		 version >> 16 & 0xff, version & 0xffff);
}

static int vnpu_reset(struct axle_device *adev)
{
	struct pci_dev *pdev = to_pci_dev(adev->drm.dev);
	struct vnpu *vnpu = to_vnpu(adev);
	int err = vnpu_halt(vnpu);

	if (!err) {
		pci_set_master(pdev);
		err = vnpu_boot(vnpu);
	}
	if (err)
		pci_clear_master(pdev);
	else
		vnpu_describe(vnpu);
	return err;
}

/* In D3hot it keeps all that it knows, and makes no access (section 4.3). */
static int vnpu_sleep(struct axle_device *adev)
{
	return 0;
}

static int vnpu_query(struct axle_device *adev, struct axle_context *ctx,
		      u32 topic, void **data, size_t *size)
{
	struct vnpu *vnpu = to_vnpu(adev);
	const struct vnpu_identify *id = &vnpu->shared->identify;
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

#define VNPU_OPS(_queue, _engines, _regions)                              \
	.context_open = vnpu_context_open,                                \
	.context_close = vnpu_context_close, .reset = vnpu_reset,         \
	.suspend = vnpu_sleep, .resume = vnpu_sleep, .query = vnpu_query, \
	.queue = (_queue), .program = &vnpu_program_ops,                  \
	.engines = vnpu_engines, .num_engines = (_engines),               \
	.regions = vnpu_regions, .num_regions = (_regions),               \
	.monitor = &vnpu_monitor_ops

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
	bits = min(FIELD_GET(VNPU_ADDRESS_DMA_BITS, bits), 64u);
	vnpu->axle.dma_address_bits = bits;
	return dma_set_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(bits));
}

/* The numbers come from a device, so they are bounded. */
static int vnpu_read_limits(struct vnpu *vnpu, struct pci_dev *pdev)
{
	u32 bounds = vnpu_read(vnpu, VNPU_REG_BOUNDS);

	vnpu->cap = vnpu_read(vnpu, VNPU_REG_CAP);
	vnpu->stride = vnpu_read(vnpu, VNPU_REG_DB_STRIDE);
	vnpu->num_queues = vnpu_read(vnpu, VNPU_REG_QUEUES);
	vnpu->axle.programs_max = vnpu_read(vnpu, VNPU_REG_PROGRAMS);
	vnpu->num_vectors = vnpu_read(vnpu, VNPU_REG_VECTORS);
	vnpu->stop_ms = vnpu_read(vnpu, VNPU_REG_STOP_MS);
	vnpu->command_ms = FIELD_GET(VNPU_BOUNDS_ADMIN_MS, bounds);
	vnpu->axle.contexts_max = vnpu_read(vnpu, VNPU_REG_CONTEXTS);
	vnpu->axle.vms_max = vnpu_read(vnpu, VNPU_REG_ASIDS);
	vnpu->axle.vms_per_context = min(vnpu->axle.vms_max, 4u);
	vnpu->axle.queues_max = vnpu->num_queues;
	if (!vnpu->num_queues || vnpu->axle.programs_max - 1 > U16_MAX ||
	    vnpu->num_vectors > VNPU_MSIX_VECTORS_MAX ||
	    vnpu->axle.contexts_max - 1 >= VNPU_CONTEXTS_MAX ||
	    vnpu->axle.vms_max > VNPU_ASID_BUS || vnpu->stride < PAGE_SIZE ||
	    VNPU_DB_SIZE(1ull, vnpu->num_queues) >
		    pci_resource_len(pdev, VNPU_BAR_DOORBELL) / vnpu->stride)
		return -ENODEV;
	return 0;
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
		vnpu_monitor_retired(vnpu);
		err = axle_device_register(&vnpu->axle);
	}
	if (err)
		vnpu_stop(vnpu);
	return err;
}

static int vnpu_set_up(struct vnpu *vnpu, struct pci_dev *pdev)
{
	int err = pcim_enable_device(pdev);
	u64 memory;

	if (!err)
		err = vnpu_map(vnpu, pdev);
	if (!err)
		err = vnpu_read_limits(vnpu, pdev);
	if (!err)
		err = axle_firmware_get(&vnpu->axle, VNPU_FIRMWARE,
					&vnpu->firmware);
	if (!err && vnpu->cap & VNPU_CAP_MEMORY) {
		memory = ioread64_lo_hi(vnpu->regs + VNPU_REG_MEMORY_SIZE);
		err = axle_pci_memory(&vnpu->axle, VNPU_REGION_DEVICE,
				      VNPU_BAR_MEMORY, memory);
	}
	if (err)
		return err;
	vnpu->shared = dmam_alloc_coherent(&pdev->dev, sizeof(*vnpu->shared),
					   &vnpu->shared_dma, GFP_KERNEL);
	if (!vnpu->shared)
		return -ENOMEM;
	err = axle_pci_irqs(&vnpu->axle, VNPU_VECTOR_QUEUES + 1,
			    vnpu->num_vectors, vnpu_irq);
	vnpu->num_vectors = err;
	return min(err, 0);
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
	vnpu->axle.autosuspend_ms = VNPU_AUTOSUSPEND_MS;
	vnpu->axle.device_class = edge ? DRM_AXLE_CLASS_EDGE :
					 DRM_AXLE_CLASS_DATACENTER;
	mutex_init(&vnpu->admin_lock);
	spin_lock_init(&vnpu->events_lock);
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
	.driver.pm = pm_ptr(&axle_pm_ops),
};
module_pci_driver(vnpu_pci_driver);

MODULE_FIRMWARE(VNPU_FIRMWARE);
MODULE_DESCRIPTION("Driver for vnpu on the Axle kit");
MODULE_LICENSE("GPL");
