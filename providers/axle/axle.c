// SPDX-License-Identifier: MIT
/*
 * Provider of all devices on the kit (axle.ko).
 *
 * Queries go through the control node, which is open for the life of the
 * device object; axl_device.control is its descriptor, or why there is none.
 * Without it, limits and state still come from the node's sysfs attributes,
 * which anybody may read.
 */
#include "kit.h"
#include "sysfs.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* More than any answer has; a longer one is not believed. */
#define ANSWER_MAX (1u << 20)

static void axle_open(struct axl_device *dev)
{
	dev->control =
		axlp_node_open(dev->system, "accel_control", dev->entry.index);
}

static void axle_close(struct axl_device *dev)
{
	if (dev->control >= 0)
		close(dev->control);
}

int axle_fail_control(struct axl_device *dev)
{
	return axlp_node_fail(dev->system, &dev->error, "accel_control",
			      dev->entry.index, dev->control);
}

/* Stores the bytes of the whole answer, which may be more than size. */
static int query(struct axl_device *dev, uint32_t topic, void *answer,
		 uint32_t size, uint32_t *whole)
{
	struct drm_axle_query args = {
		.topic = topic,
		.data = (uintptr_t)answer,
		.size = size,
	};
	int err;

	if (dev->control < 0)
		return axle_fail_control(dev);
	err = axlp_ioctl(dev->control, DRM_IOCTL_AXLE_QUERY, &args);
	if (err)
		return axlp_fail(&dev->error, err,
				 "%s did not answer query %u: %s",
				 dev->entry.name, topic, axlp_explain(err));
	*whole = args.size;
	return 0;
}

int axle_ask(struct axl_device *dev, uint32_t topic, void *answer,
	     uint32_t size)
{
	uint32_t whole;

	return query(dev, topic, answer, size, &whole);
}

static int fail_answer(struct axl_device *dev, uint32_t topic)
{
	return axlp_fail(&dev->error, -EIO,
			 "%s answered query %u with nonsense", dev->entry.name,
			 topic);
}

static bool array_is_sane(const struct axle_array *header, uint32_t size,
			  uint32_t head, uint32_t first)
{
	if (size < head)
		return false;
	if (!header->count)
		return true;
	return header->stride >= first &&
	       (uint64_t)header->count * header->stride <= size - head;
}

int axle_ask_array(struct axl_device *dev, uint32_t topic, uint32_t head,
		   uint32_t first, struct axle_array **answer)
{
	uint32_t whole = 1024, size;
	void *buffer = NULL;
	int err;

	do {
		void *larger = realloc(buffer, whole);

		if (!larger) {
			free(buffer);
			return axlp_fail(&dev->error, -ENOMEM, "out of memory");
		}
		buffer = larger;
		size = whole;
		memset(buffer, 0, size);
		err = query(dev, topic, buffer, size, &whole);
	} while (!err && whole > size && whole <= ANSWER_MAX);
	if (!err &&
	    (whole > ANSWER_MAX || !array_is_sane(buffer, whole, head, first)))
		err = fail_answer(dev, topic);
	if (err) {
		free(buffer);
		return err;
	}
	*answer = buffer;
	return 0;
}

static int axle_identity(struct axl_device *dev, struct axl_identity *out)
{
	struct drm_axle_query_device answer = { 0 };
	int err = axle_ask(dev, DRM_AXLE_TOPIC_DEVICE, &answer, sizeof(answer));

	if (err)
		return err;
	out->device_class = answer.device_class;
	out->uapi_version = answer.uapi_version;
	COPY_TEXT(out->product, answer.name);
	COPY_TEXT(out->driver_version, answer.driver_version);
	COPY_TEXT(out->firmware_version, answer.firmware_version);
	COPY_TEXT(out->serial, answer.serial);
	return 0;
}

/* An attribute of the control node in sysfs, which needs no permission. */
static int read_attribute(struct axl_device *dev, const char *name, char *out,
			  size_t size)
{
	char path[PATH_MAX];
	int err;

	err = axlp_system_path(dev->system, path, sizeof(path),
			       "/sys/class/accel/accel_control%u/%s",
			       dev->entry.index, name);
	return err ? err : axlp_read_line(AT_FDCWD, path, out, size);
}

static uint32_t read_attribute_u32(struct axl_device *dev, const char *name)
{
	uint64_t value;
	char text[32];

	if (read_attribute(dev, name, text, sizeof(text)) ||
	    axlp_parse_u64(text, 10, &value) || value > UINT32_MAX)
		return AXL_UNKNOWN_32;
	return (uint32_t)value;
}

static int limits_from_sysfs(struct axl_device *dev, struct axl_limits *out)
{
	out->contexts_max = read_attribute_u32(dev, "contexts_max");
	out->contexts_used = read_attribute_u32(dev, "contexts_used");
	out->contexts_per_user = AXL_UNKNOWN_32;
	out->dma_address_bits = AXL_UNKNOWN_32;
	if (out->contexts_max == AXL_UNKNOWN_32 ||
	    out->contexts_used == AXL_UNKNOWN_32)
		return axle_fail_control(dev);
	return 0;
}

static int axle_limits(struct axl_device *dev, struct axl_limits *out)
{
	struct drm_axle_query_limits answer = { 0 };
	int err;

	if (dev->control < 0)
		return limits_from_sysfs(dev, out);
	err = axle_ask(dev, DRM_AXLE_TOPIC_LIMITS, &answer, sizeof(answer));
	if (err)
		return err;
	out->contexts_max = answer.contexts_max;
	out->contexts_used = answer.contexts_used;
	out->contexts_per_user = answer.contexts_per_user;
	out->dma_address_bits = answer.dma_address_bits;
	return 0;
}

static uint32_t parse_state(const char *text)
{
	for (uint32_t i = AXL_STATE_READY; i <= AXL_STATE_FAILED; i++)
		if (strcmp(text, axl_state_name(i)) == 0)
			return i;
	return AXL_UNKNOWN_32;
}

static int health_from_sysfs(struct axl_device *dev, struct axl_health *out)
{
	char text[32];

	if (read_attribute(dev, "state", text, sizeof(text)))
		return axle_fail_control(dev);
	out->state = parse_state(text);
	out->resets = AXL_UNKNOWN_64;
	out->faults = AXL_UNKNOWN_64;
	out->last_fault_ns = AXL_UNKNOWN_64;
	return 0;
}

static int axle_health(struct axl_device *dev, struct axl_health *out)
{
	struct drm_axle_query_health answer = { 0 };
	int err;

	if (dev->control < 0)
		return health_from_sysfs(dev, out);
	err = axle_ask(dev, DRM_AXLE_TOPIC_HEALTH, &answer, sizeof(answer));
	if (err)
		return err;
	out->state = answer.state;
	out->resets = answer.resets;
	out->faults = answer.faults;
	out->last_fault_ns = answer.last_fault_ns;
	return 0;
}

static int axle_engines(struct axl_device *dev, struct axl_engine *out,
			uint32_t *count)
{
	struct axle_array *answer;
	int err = axle_ask_array(dev, DRM_AXLE_TOPIC_ENGINES, sizeof(*answer),
				 sizeof(struct drm_axle_engine), &answer);

	if (err)
		return err;
	for (uint32_t i = 0; i < answer->count && i < *count; i++) {
		const struct drm_axle_engine *engine =
			axle_array_at(answer, sizeof(*answer), i);

		COPY_TEXT(out[i].name, engine->name);
		out[i].busy_ns = engine->busy_ns;
	}
	*count = answer->count;
	free(answer);
	return 0;
}

static int axle_memory(struct axl_device *dev, struct axl_memory *out,
		       uint32_t *count)
{
	struct axle_array *answer;
	int err = axle_ask_array(dev, DRM_AXLE_TOPIC_MEMORY, sizeof(*answer),
				 sizeof(struct drm_axle_memory_region),
				 &answer);

	if (err)
		return err;
	for (uint32_t i = 0; i < answer->count && i < *count; i++) {
		const struct drm_axle_memory_region *region =
			axle_array_at(answer, sizeof(*answer), i);

		COPY_TEXT(out[i].name, region->name);
		out[i].kind = region->kind;
		out[i].size = region->size;
		out[i].used = region->used;
	}
	*count = answer->count;
	free(answer);
	return 0;
}

/* All that does not need to know what a job is. */
#define AXLE_COMMON                                                            \
	.name = "axle", .open = axle_open, .close = axle_close,                \
	.identity = axle_identity, .limits = axle_limits,                      \
	.health = axle_health, .engines = axle_engines, .memory = axle_memory, \
	.reset = axle_reset, .reset_engine = axle_reset_engine,                \
	.reset_queue = axle_reset_queue, .telemetry = axle_telemetry,          \
	.set_limit = axle_set_limit, .ras = axle_ras,                          \
	.context_size = sizeof(struct axle_context),                           \
	.context_close = axle_context_close,                                   \
	.bo_size = sizeof(struct axle_bo), .bo_create = axle_bo_create,        \
	.bo_destroy = axle_bo_destroy, .bo_export = axle_bo_export,            \
	.event = axle_event, .event_fd = axle_event_fd

const struct axlp_ops axlp_axle_ops = {
	AXLE_COMMON,
	.context_open = axle_context_open,
	.bo_import = axle_bo_import,
};

const struct axlp_ops axlp_axle_near_ops = {
	AXLE_COMMON,
	.context_open = axle_context_open,
};

static const struct axlp_ops axle_vnpu_ops = {
	AXLE_COMMON,
	.context_open = axle_vnpu_open,
	.bo_import = axle_bo_import,
	.program_size = sizeof(struct axlv_program),
	.queue_size = sizeof(struct axle_queue),
	.program_create = axle_program_create,
	.program_destroy = axle_program_destroy,
	.queue_create = axle_queue_create,
	.queue_close = axle_queue_close,
	.queue_destroy = axle_queue_destroy,
	.queue_submit = axlv_queue_submit,
	.queue_point = axlv_queue_point,
	.queue_reset = axle_queue_reset,
	.wait = axle_wait,
	.why = axlv_why,
};

/* For drivers on the kit that libaxle does not know by name. */
const struct axlp_driver axlp_axle_driver = {
	.name = "axle",
	.ops = &axlp_axle_ops,
};

static const struct axlp_pci_id vnpu_ids[] = {
	{ VNPU_PCI_VENDOR, VNPU_PCI_DEVICE, "vnpu" },
};

const struct axlp_driver axlp_vnpu_driver = {
	.name = "vnpu",
	.bus_driver = "axle_vnpu",
	.module = "axle_vnpu",
	.ids = vnpu_ids,
	.num_ids = AXLP_ARRAY_SIZE(vnpu_ids),
	.ops = &axle_vnpu_ops,
};
