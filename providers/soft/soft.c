// SPDX-License-Identifier: MIT
/*
 * The embedded device "soft": its table, and what it tells about itself. A
 * device object starts nothing; each context is a device of its own, and
 * what is told here is of all contexts of the device object.
 */
#include "soft.h"

#include <errno.h>
#include <string.h>

#define ADDRESS_BITS 48 /* pointers of a program */

static void soft_open(struct axl_device *dev)
{
	pthread_mutex_init(&soft_device_of(dev)->lock, NULL);
}

static void soft_close(struct axl_device *dev)
{
	pthread_mutex_destroy(&soft_device_of(dev)->lock);
}

static int soft_identity(struct axl_device *dev, struct axl_identity *out)
{
	(void)dev;
	*out = (struct axl_identity){
		.device_class = AXL_CLASS_EDGE,
		.uapi_version = AXL_UNKNOWN_32,
		.product = SOFT_PRODUCT,
	};
	return 0;
}

static int soft_limits(struct axl_device *dev, struct axl_limits *out)
{
	struct soft_device *sd = soft_device_of(dev);

	*out = (struct axl_limits){
		.contexts_max = AXL_UNKNOWN_32,
		.contexts_per_user = AXL_UNKNOWN_32,
		.dma_address_bits = ADDRESS_BITS,
	};
	pthread_mutex_lock(&sd->lock);
	for (struct soft_context *sc = sd->contexts; sc; sc = sc->next)
		out->contexts_used++;
	pthread_mutex_unlock(&sd->lock);
	return 0;
}

static int soft_health(struct axl_device *dev, struct axl_health *out)
{
	struct soft_device *sd = soft_device_of(dev);

	pthread_mutex_lock(&sd->lock);
	*out = (struct axl_health){
		.state = AXL_STATE_READY,
		.faults = sd->faults,
		.last_fault_ns = sd->last_fault_ns,
	};
	for (struct soft_context *sc = sd->contexts; sc; sc = sc->next)
		if (atomic_load(&sc->vnpu.broken))
			out->state = AXL_STATE_FAILED;
	pthread_mutex_unlock(&sd->lock);
	return 0;
}

static const struct axlp_ops soft_ops = {
	.name = "soft",
	.open = soft_open,
	.close = soft_close,
	.identity = soft_identity,
	.limits = soft_limits,
	.health = soft_health,
	.engines = soft_engines,
	.memory = soft_memory,
	.telemetry = soft_telemetry,
	.ras = soft_ras,
	.device_size = sizeof(struct soft_device),
	.context_size = sizeof(struct soft_context),
	.program_size = sizeof(struct axlv_program),
	.queue_size = sizeof(struct soft_queue),
	.context_open = soft_context_open,
	.context_close = soft_context_close,
	.bo_create = soft_bo_create,
	.bo_destroy = soft_bo_destroy,
	.program_create = soft_program_create,
	.program_destroy = soft_program_destroy,
	.queue_create = soft_queue_create,
	.queue_close = soft_queue_close,
	.queue_destroy = soft_queue_destroy,
	.queue_submit = axlv_queue_submit,
	.queue_point = axlv_queue_point,
	.queue_reset = soft_queue_reset,
	.wait = soft_wait,
	.why = axlv_why,
	.event = soft_event,
	.event_fd = soft_event_fd,
};

const struct axlp_driver axlp_soft_driver = {
	.name = "soft",
	.product = SOFT_PRODUCT,
	.ops = &soft_ops,
};
