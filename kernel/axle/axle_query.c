// SPDX-License-Identifier: GPL-2.0-only
/*
 * The query call of both nodes.
 *
 * An answer is built in kernel memory and then copied, so that no lock is held
 * while user memory is touched. Nothing here reads a register: all that the
 * kit answers is in memory already.
 */
#include <linux/nospec.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include <axle/axle_queue.h>
#include <axle/axle_vm.h>

#include "axle_internal.h"

/* An answer of the kit; the longest, with room for every array. */
union axle_answer {
	struct drm_axle_query_device device;
	struct drm_axle_query_topology topology;
	struct drm_axle_query_limits limits;
	struct drm_axle_query_engines engines;
	struct drm_axle_query_memory memory;
	struct drm_axle_query_health health;
	struct drm_axle_query_context context;
	struct drm_axle_query_queues queues; /* allocated longer */
	struct drm_axle_query_telemetry telemetry;
	struct drm_axle_query_ras ras;
	u8 bytes[sizeof(struct drm_axle_query_ras) +
		 AXLE_MAX_RAS_UNITS * sizeof(struct drm_axle_ras_unit)];
};

static_assert(sizeof(struct drm_axle_query_engines) +
		      AXLE_MAX_ENGINES * sizeof(struct drm_axle_engine) <=
	      sizeof(union axle_answer));
static_assert(sizeof(struct drm_axle_query_memory) +
		      AXLE_MAX_REGIONS *
			      sizeof(struct drm_axle_memory_region) <=
	      sizeof(union axle_answer));

static ssize_t axle_answer_device(struct axle_device *adev,
				  struct axle_context *ctx,
				  union axle_answer *answer)
{
	struct drm_axle_query_device *out = &answer->device;
	const struct drm_driver *driver = adev->drm.driver;

	out->uapi_version = DRM_AXLE_UAPI_VERSION;
	if (adev->ops->vm)
		out->features |= DRM_AXLE_FEATURE_VM;
	if (adev->ops->program)
		out->features |= DRM_AXLE_FEATURE_PROGRAMS;
	if (adev->ops->queue && adev->ops->queue->kernel_engines)
		out->features |= DRM_AXLE_FEATURE_SUBMIT;
	if (adev->ops->queue && adev->ops->queue->user_engines)
		out->features |= DRM_AXLE_FEATURE_USER_QUEUES;
	out->device_class = adev->device_class;
	strscpy(out->driver, driver->name);
	snprintf(out->driver_version, sizeof(out->driver_version), "%d.%d",
		 driver->major, driver->minor);
	strscpy(out->name, adev->name);
	axle_firmware_version(adev, out->firmware_version);
	strscpy(out->serial, adev->serial);
	return sizeof(*out);
}

static ssize_t axle_answer_topology(struct axle_device *adev,
				    struct axle_context *ctx,
				    union axle_answer *answer)
{
	struct drm_axle_query_topology *out = &answer->topology;
	struct device *dev = adev->drm.dev;

	out->bus = DRM_AXLE_BUS_PLATFORM;
	out->numa_node = dev_to_node(dev);
	out->index = adev->drm.accel->index;
	strscpy(out->bus_address, dev_name(dev));
	if (dev_is_pci(dev)) {
		struct pci_dev *pdev = to_pci_dev(dev);

		out->bus = DRM_AXLE_BUS_PCI;
		out->pci_vendor = pdev->vendor;
		out->pci_device = pdev->device;
		out->pci_subsystem_vendor = pdev->subsystem_vendor;
		out->pci_subsystem_device = pdev->subsystem_device;
		out->pci_revision = pdev->revision;
	}
	return sizeof(*out);
}

static ssize_t axle_answer_limits(struct axle_device *adev,
				  struct axle_context *ctx,
				  union axle_answer *answer)
{
	struct drm_axle_query_limits *out = &answer->limits;

	out->contexts_max = adev->contexts_max;
	out->contexts_used = READ_ONCE(adev->contexts_used);
	out->contexts_per_user = axle_contexts_per_user(adev);
	out->dma_address_bits = adev->dma_address_bits;
	if (adev->ops->queue) {
		out->queues_per_context = adev->ops->queue->queues_per_context;
		out->timeout_ms_max = adev->ops->queue->timeout_ms_max;
	}
	if (adev->ops->program)
		out->programs_per_context = adev->ops->program->per_context;
	if (adev->ops->vm) {
		const struct axle_pt_format *format = adev->ops->vm->format;

		out->vms_per_context = adev->vms_per_context;
		out->vm_address_bits = axle_pt_address_bits(format);
		out->vm_page_size = 1u << format->page_shift;
	}
	return sizeof(*out);
}

static ssize_t axle_answer_engines(struct axle_device *adev,
				   struct axle_context *ctx,
				   union axle_answer *answer)
{
	struct drm_axle_query_engines *out = &answer->engines;
	unsigned int i;

	axle_queues_account(adev);
	out->count = adev->ops->num_engines;
	out->stride = sizeof(out->engines[0]);
	for (i = 0; i < out->count; i++) {
		strscpy(out->engines[i].name, adev->ops->engines[i]);
		out->engines[i].busy_ns = axle_busy_read(adev, &adev->busy[i]);
	}
	return struct_size(out, engines, out->count);
}

static ssize_t axle_answer_memory(struct axle_device *adev,
				  struct axle_context *ctx,
				  union axle_answer *answer)
{
	struct drm_axle_query_memory *out = &answer->memory;
	unsigned int i;

	out->count = adev->ops->num_regions;
	out->stride = sizeof(out->regions[0]);
	for (i = 0; i < out->count; i++) {
		strscpy(out->regions[i].name, adev->ops->regions[i].name);
		out->regions[i].kind = adev->ops->regions[i].kind;
		out->regions[i].size = axle_memory_size(adev, i);
		out->regions[i].used = atomic64_read(&adev->mem_used[i]);
	}
	return struct_size(out, regions, out->count);
}

static ssize_t axle_answer_health(struct axle_device *adev,
				  struct axle_context *ctx,
				  union axle_answer *answer)
{
	struct drm_axle_query_health *out = &answer->health;

	out->state = axle_device_state(adev);
	out->resets = atomic64_read(&adev->resets);
	out->faults = atomic64_read(&adev->faults);
	out->last_fault_ns = atomic64_read(&adev->last_fault_ns);
	return sizeof(*out);
}

static ssize_t axle_answer_context(struct axle_device *adev,
				   struct axle_context *ctx,
				   union axle_answer *answer)
{
	answer->context.client_id = ctx->file->client_id;
	return sizeof(answer->context);
}

static ssize_t axle_answer_queues(struct axle_device *adev,
				  struct axle_context *ctx,
				  union axle_answer *answer)
{
	axle_context_tell_queues(ctx, &answer->queues);
	return struct_size(&answer->queues, queues, answer->queues.count);
}

static ssize_t axle_answer_telemetry(struct axle_device *adev,
				     struct axle_context *ctx,
				     union axle_answer *answer)
{
	int err = axle_telemetry_read(adev, &answer->telemetry);

	return err ?: sizeof(answer->telemetry);
}

static ssize_t axle_answer_ras(struct axle_device *adev,
			       struct axle_context *ctx,
			       union axle_answer *answer)
{
	return axle_ras_answer(adev, &answer->ras);
}

static const struct {
	ssize_t (*fill)(struct axle_device *adev, struct axle_context *ctx,
			union axle_answer *answer);
	bool needs_context;
} axle_topics[] = {
	[DRM_AXLE_TOPIC_DEVICE] = { axle_answer_device },
	[DRM_AXLE_TOPIC_TOPOLOGY] = { axle_answer_topology },
	[DRM_AXLE_TOPIC_LIMITS] = { axle_answer_limits },
	[DRM_AXLE_TOPIC_ENGINES] = { axle_answer_engines },
	[DRM_AXLE_TOPIC_MEMORY] = { axle_answer_memory },
	[DRM_AXLE_TOPIC_HEALTH] = { axle_answer_health },
	[DRM_AXLE_TOPIC_CONTEXT] = { axle_answer_context, true },
	[DRM_AXLE_TOPIC_QUEUES] = { axle_answer_queues, true },
	[DRM_AXLE_TOPIC_TELEMETRY] = { axle_answer_telemetry },
	[DRM_AXLE_TOPIC_RAS] = { axle_answer_ras },
};

/* Room for an answer to any topic, and for the one that has no bound of ours. */
static size_t axle_answer_room(const struct axle_device *adev, u32 topic)
{
	const struct drm_axle_query_queues *queues = NULL;

	if (topic != DRM_AXLE_TOPIC_QUEUES)
		return sizeof(union axle_answer);
	return max(sizeof(union axle_answer),
		   struct_size(queues, queues,
			       adev->ops->queue->queues_per_context));
}

static bool axle_topic_here(const struct axle_device *adev,
			    const struct axle_context *ctx, u32 topic)
{
	const struct axle_monitor_ops *monitor = adev->ops->monitor;

	if (topic == DRM_AXLE_TOPIC_QUEUES && !adev->ops->queue)
		return false;
	if (topic == DRM_AXLE_TOPIC_TELEMETRY)
		return axle_telemetry_supported(adev);
	if (topic == DRM_AXLE_TOPIC_RAS)
		return monitor && monitor->num_ras_units;
	return ctx || !axle_topics[topic].needs_context;
}

/* Writes the shorter of both sizes, zeroes the user's rest, reports ours. */
static int axle_answer_copy(struct drm_axle_query *args, const void *answer,
			    size_t size)
{
	void __user *to = u64_to_user_ptr(args->data);
	size_t n = min_t(size_t, args->size, size);

	if (copy_to_user(to, answer, n))
		return -EFAULT;
	if (args->size > n && clear_user(to + n, args->size - n))
		return -EFAULT;
	args->size = size;
	return 0;
}

static int axle_query_kit(struct axle_device *adev, struct axle_context *ctx,
			  struct drm_axle_query *args)
{
	union axle_answer *answer;
	ssize_t size;
	int err;

	if (args->topic >= ARRAY_SIZE(axle_topics))
		return -EINVAL;
	args->topic = array_index_nospec(args->topic, ARRAY_SIZE(axle_topics));
	if (!axle_topic_here(adev, ctx, args->topic))
		return -EOPNOTSUPP;

	answer = kvzalloc(axle_answer_room(adev, args->topic), GFP_KERNEL);
	if (!answer)
		return -ENOMEM;
	size = axle_topics[args->topic].fill(adev, ctx, answer);
	err = size < 0 ? size : axle_answer_copy(args, answer, size);
	kvfree(answer);
	return err;
}

static int axle_query_driver(struct axle_device *adev, struct axle_context *ctx,
			     struct drm_axle_query *args)
{
	void *answer = NULL;
	size_t size = 0;
	int cookie;
	int err;

	if (!adev->ops->query)
		return -EOPNOTSUPP;
	err = axle_hw_hold(adev, &cookie);
	if (err)
		return err;
	err = adev->ops->query(adev, ctx, args->topic, &answer, &size);
	axle_hw_release(adev, cookie);
	if (!err)
		err = axle_answer_copy(args, answer, size);
	kvfree(answer);
	return err;
}

/**
 * axle_query() - %DRM_IOCTL_AXLE_QUERY.
 * @adev: the device
 * @ctx: the context, NULL on the control node
 * @data: &struct drm_axle_query
 *
 * Return: 0 or a negative errno.
 */
int axle_query(struct axle_device *adev, struct axle_context *ctx, void *data)
{
	struct drm_axle_query *args = data;

	if (args->flags || args->pad)
		return -EINVAL;
	if (args->topic >= DRM_AXLE_TOPIC_DRIVER)
		return axle_query_driver(adev, ctx, args);
	return axle_query_kit(adev, ctx, args);
}
