// SPDX-License-Identifier: MIT
/* Events of a context. */
#include "axlp.h"

#include <errno.h>
#include <string.h>

int axl_context_event(struct axl_context *context, struct axl_event *out,
		      size_t size)
{
	const struct axlp_ops *ops = context->device->driver->ops;
	struct axl_event event = { 0 };
	size_t known = size < sizeof(event) ? size : sizeof(event);
	int err;

	context->error.text[0] = '\0';
	if (!ops->event)
		return axlp_context_cannot(context, "get events of");
	err = ops->event(context, &event);
	if (err)
		return err;
	memcpy(out, &event, known);
	memset((char *)out + known, 0, size - known);
	return 0;
}

int axl_context_event_fd(struct axl_context *context)
{
	const struct axlp_ops *ops = context->device->driver->ops;

	context->error.text[0] = '\0';
	if (!ops->event_fd)
		return axlp_context_cannot(context, "get events of");
	return ops->event_fd(context);
}
