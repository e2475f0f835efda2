// SPDX-License-Identifier: MIT
/* Words for the numbers of the public header. */
#include "axlp.h"

static const char *name_of(const char *const *names, size_t count, uint32_t i)
{
	return i < count ? names[i] : "?";
}

#define NAME_OF(names, i) name_of(names, AXLP_ARRAY_SIZE(names), i)

const char *axl_version(void)
{
	return AXL_VERSION;
}

const char *axl_kind_name(uint32_t kind)
{
	static const char *const names[] = {
		[AXL_KIND_DEVICE] = "device",
		[AXL_KIND_UNBOUND] = "unbound",
		[AXL_KIND_FOREIGN] = "foreign",
		[AXL_KIND_EMBEDDED] = "embedded",
	};

	return NAME_OF(names, kind);
}

const char *axl_access_name(uint32_t access)
{
	static const char *const names[] = {
		[AXL_ACCESS_OK] = "ok",
		[AXL_ACCESS_DENIED] = "no permission",
		[AXL_ACCESS_ABSENT] = "no node",
		[AXL_ACCESS_NONE] = "none",
	};

	return NAME_OF(names, access);
}

const char *axl_bus_name(uint32_t bus)
{
	static const char *const names[] = {
		[AXL_BUS_PLATFORM] = "platform",
		[AXL_BUS_PCI] = "pci",
		[AXL_BUS_PROCESS] = "process",
	};

	return NAME_OF(names, bus);
}

const char *axl_capability_name(unsigned int bit)
{
	static const char *const names[] = {
		"list",	    "info", "contexts", "reset",  "memory",
		"programs", "jobs", "events",	"export", "import",
	};

	return bit < AXLP_ARRAY_SIZE(names) ? names[bit] : NULL;
}

const char *axl_class_name(uint32_t device_class)
{
	static const char *const names[] = {
		[AXL_CLASS_OTHER] = "other",
		[AXL_CLASS_TEST] = "test",
		[AXL_CLASS_EDGE] = "edge",
		[AXL_CLASS_DATACENTER] = "datacenter",
	};

	return NAME_OF(names, device_class);
}

const char *axl_state_name(uint32_t state)
{
	static const char *const names[] = {
		[AXL_STATE_READY] = "ready",
		[AXL_STATE_RESETTING] = "resetting",
		[AXL_STATE_FAILED] = "failed",
	};

	return NAME_OF(names, state);
}

const char *axl_memory_kind_name(uint32_t kind)
{
	static const char *const names[] = {
		[AXL_MEMORY_HOST] = "host",
		[AXL_MEMORY_DEVICE] = "device",
	};

	return NAME_OF(names, kind);
}

const char *axl_event_name(uint32_t type)
{
	static const char *const names[] = {
		[0] = "?",
		[AXL_EVENT_FAULT] = "fault",
		[AXL_EVENT_QUEUE_RESET] = "queue reset",
		[AXL_EVENT_DEVICE_ERROR] = "device error",
		[AXL_EVENT_THERMAL] = "thermal",
		[AXL_EVENT_MEMORY_ERROR] = "memory error",
		[AXL_EVENT_LOST] = "lost",
		[AXL_EVENT_DEVICE_RESET] = "device reset",
	};

	return NAME_OF(names, type);
}
