// SPDX-License-Identifier: MIT
#include "network-inside.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

double now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static int open_device(struct runtime *rt, const char *name,
		       struct trouble *trouble)
{
	int err = axl_device_open(rt->system, name, &rt->device);

	if (err)
		return trouble_set(trouble, err, "%s",
				   axl_error_detail(rt->system));
	err = axl_context_create(rt->device, &rt->context);
	if (err)
		return trouble_set(trouble, err, "%s",
				   axl_error_detail(rt->device));
	err = axl_queue_create(rt->context, NULL, &rt->queue);
	if (err)
		return trouble_set(trouble, err, "%s",
				   axl_error_detail(rt->context));
	return 0;
}

int runtime_open(const char *device, uint32_t threads, struct runtime **out,
		 struct trouble *trouble)
{
	struct axl_config config = {
		.size = sizeof(config),
		.threads = threads,
	};
	struct runtime *rt = calloc(1, sizeof(*rt));
	int err;

	if (!rt)
		return trouble_set(trouble, -ENOMEM, "out of memory");
	err = axl_system_create(&config, &rt->system);
	if (err)
		trouble_set(trouble, err, "libaxle: %s", strerror(-err));
	else
		err = open_device(rt, device, trouble);
	if (err)
		runtime_close(rt);
	else
		*out = rt;
	return err;
}

void runtime_close(struct runtime *rt)
{
	if (!rt)
		return;
	axl_queue_destroy(rt->queue);
	axl_context_destroy(rt->context);
	axl_device_close(rt->device);
	axl_system_destroy(rt->system);
	free(rt);
}

void runtime_stats(const struct runtime *rt, struct runtime_stats *out)
{
	*out = rt->stats;
}

const char *runtime_device(const struct runtime *rt)
{
	return axl_context_entry(rt->context)->name;
}

const char *runtime_product(const struct runtime *rt)
{
	return axl_context_entry(rt->context)->product;
}
