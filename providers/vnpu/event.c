// SPDX-License-Identifier: MIT
/* Events in words. */
#include "axlv.h"

#include <inttypes.h>
#include <stdio.h>

void axlv_event_text(struct axl_event *event)
{
	const char *name = axl_event_name(event->type);
	const size_t size = sizeof(event->text);

	if (event->type == AXL_EVENT_LOST)
		snprintf(event->text, size,
			 "%" PRIu64 " events did not fit and are lost",
			 event->value);
	else if (event->type == AXL_EVENT_FAULT)
		snprintf(event->text, size,
			 "the job at point %" PRIu64 " failed: %s",
			 event->point, axlv_explain(event->code));
	else if (event->code)
		snprintf(event->text, size, "%s: %s", name,
			 axlv_explain(event->code));
	else
		snprintf(event->text, size, "%s", name);
}
