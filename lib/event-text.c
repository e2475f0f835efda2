// SPDX-License-Identifier: MIT
/* Words for events of the monitor. */
#include "listener.h"

#include <stdio.h>
#include <string.h>

typedef void (*text_fn)(const struct axl_monitor_event *e, char *out,
			size_t size);

static void text_thermal(const struct axl_monitor_event *e, char *out,
			 size_t size)
{
	snprintf(out, size, "a limit was crossed at %.1f degrees",
		 (double)(int64_t)e->value / 1000);
}

static void text_errors(const struct axl_monitor_event *e, char *out,
			size_t size)
{
	bool corrected = e->type == AXL_MONITOR_CORRECTED;

	snprintf(out, size, "%llu %s error%s%s%s", (unsigned long long)e->value,
		 corrected ? "corrected" : "uncorrected",
		 e->value == 1 ? "" : "s", e->unit[0] ? " of " : "", e->unit);
}

static void text_page(const struct axl_monitor_event *e, char *out, size_t size)
{
	snprintf(out, size, "the page at %#llx is out of use",
		 (unsigned long long)e->address);
}

static void text_reset(const struct axl_monitor_event *e, char *out,
		       size_t size)
{
	if (e->value)
		snprintf(out, size, "reset number %llu",
			 (unsigned long long)e->value);
}

static void text_failed(const struct axl_monitor_event *e, char *out,
			size_t size)
{
	snprintf(out, size, "a reset failed; work gets EIO");
}

static void text_context(const struct axl_monitor_event *e, char *out,
			 size_t size)
{
	snprintf(out, size, "client %llu of process %u, user %u",
		 (unsigned long long)e->client_id, e->pid, e->uid);
}

static void text_fault(const struct axl_monitor_event *e, char *out,
		       size_t size)
{
	const char *name = e->value <= 4095 ? strerrorname_np((int)e->value) :
					      NULL;

	snprintf(out, size, "%s, queue %u of client %llu, process %u",
		 name ? name : "a job failed", e->queue,
		 (unsigned long long)e->client_id, e->pid);
}

static void text_lost(const struct axl_monitor_event *e, char *out, size_t size)
{
	if (e->value == AXL_UNKNOWN_64)
		snprintf(out, size, "some events did not arrive");
	else
		snprintf(out, size, "%llu event%s did not arrive",
			 (unsigned long long)e->value,
			 e->value == 1 ? "" : "s");
}

static const struct {
	uint32_t type;
	const char *name;
	text_fn text; /* NULL: the name says it all */
} types[] = {
	{ AXL_MONITOR_DEVICE_ADDED, "device added", NULL },
	{ AXL_MONITOR_DEVICE_REMOVED, "device removed", NULL },
	{ AXL_MONITOR_RESET, "reset", text_reset },
	{ AXL_MONITOR_FAILED, "failed", text_failed },
	{ AXL_MONITOR_THERMAL, "thermal", text_thermal },
	{ AXL_MONITOR_CORRECTED, "corrected", text_errors },
	{ AXL_MONITOR_UNCORRECTED, "uncorrected", text_errors },
	{ AXL_MONITOR_PAGE_RETIRED, "page retired", text_page },
	{ AXL_MONITOR_FIRMWARE, "firmware", NULL },
	{ AXL_MONITOR_HANG, "hang", NULL },
	{ AXL_MONITOR_CHANGED, "changed", NULL },
	{ AXL_MONITOR_LOST, "lost", text_lost },
	{ AXL_MONITOR_CONTEXT_CREATED, "context created", text_context },
	{ AXL_MONITOR_CONTEXT_DESTROYED, "context destroyed", text_context },
	{ AXL_MONITOR_FAULT, "fault", text_fault },
};

const char *axl_monitor_event_name(uint32_t type)
{
	for (size_t i = 0; i < AXLP_ARRAY_SIZE(types); i++)
		if (types[i].type == type)
			return types[i].name;
	return "?";
}

void axlp_event_text(struct axl_monitor_event *event)
{
	if (event->text[0])
		return;
	for (size_t i = 0; i < AXLP_ARRAY_SIZE(types); i++)
		if (types[i].type == event->type && types[i].text)
			types[i].text(event, event->text, sizeof(event->text));
}
