// SPDX-License-Identifier: MIT
/* What a device answers, on both nodes; runs in a VM with QEMU's edu device. */
#include "tap.h"
#include "uapi.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static int open_control(void)
{
	return uapi_open_control(uapi_find("edu"));
}

static int open_compute(void)
{
	return uapi_open_compute(uapi_find("edu"));
}

static void device_is_identified(void)
{
	struct drm_axle_query_device device;
	int fd = open_control();

	TAP_REQUIRE(fd >= 0);
	TAP_EQUAL(uapi_query(fd, DRM_AXLE_TOPIC_DEVICE, &device,
			     sizeof(device)),
		  0);
	TAP_EQUAL(device.uapi_version, DRM_AXLE_UAPI_VERSION);
	TAP_EQUAL(device.device_class, DRM_AXLE_CLASS_TEST);
	TAP_STRING(device.driver, "edu");
	TAP_STRING(device.driver_version, "1.0");
	TAP_STRING(device.name, "QEMU edu");
	TAP_STRING(device.firmware_version, "");
	close(fd);
}

static void topology_is_that_of_sysfs(void)
{
	struct drm_axle_query_topology topology;
	int fd = open_control();
	char *path;

	TAP_REQUIRE(fd >= 0);
	TAP_EQUAL(uapi_query(fd, DRM_AXLE_TOPIC_TOPOLOGY, &topology,
			     sizeof(topology)),
		  0);
	path = uapi_bus_device(uapi_find("edu"));
	TAP_EQUAL(topology.bus, DRM_AXLE_BUS_PCI);
	TAP_STRING(topology.bus_address, path ? strrchr(path, '/') + 1 : "?");
	TAP_EQUAL(topology.pci_vendor, 0x1234);
	TAP_EQUAL(topology.pci_device, 0x11e8);
	TAP_EQUAL(topology.index, uapi_find("edu"));
	free(path);
	close(fd);
}

static void limits_follow_open_and_close(void)
{
	struct drm_axle_query_limits limits;
	int control = open_control();
	int compute = open_compute();
	char line[32];

	TAP_REQUIRE(control >= 0 && compute >= 0);
	TAP_EQUAL(uapi_query(control, DRM_AXLE_TOPIC_LIMITS, &limits,
			     sizeof(limits)),
		  0);
	TAP_EQUAL(limits.contexts_max, 1);
	TAP_EQUAL(limits.contexts_used, 1);
	TAP_EQUAL(limits.contexts_per_user, 1);
	TAP_EQUAL(limits.dma_address_bits, 28);
	close(compute);
	TAP_EQUAL(uapi_query(control, DRM_AXLE_TOPIC_LIMITS, &limits,
			     sizeof(limits)),
		  0);
	TAP_EQUAL(limits.contexts_used, 0);
	TAP_CHECK(uapi_read_line("/sys/class/accel/accel_control0/contexts_max",
				 line, sizeof(line)));
	TAP_STRING(line, "1");
	TAP_CHECK(
		uapi_read_line("/sys/class/accel/accel_control0/contexts_used",
			       line, sizeof(line)));
	TAP_STRING(line, "0");
	close(control);
}

static void engines_come_with_count_and_stride(void)
{
	char buffer[4096];
	struct drm_axle_query_engines *engines = (void *)buffer;
	int fd = open_control();

	TAP_REQUIRE(fd >= 0);
	TAP_EQUAL(uapi_query(fd, DRM_AXLE_TOPIC_ENGINES, buffer,
			     sizeof(buffer)),
		  0);
	TAP_EQUAL(engines->count, 2);
	TAP_EQUAL(engines->stride, sizeof(struct drm_axle_engine));
	TAP_STRING(engines->engines[0].name, "factorial");
	TAP_STRING(engines->engines[1].name, "dma");
	close(fd);
}

static void memory_shows_what_contexts_have(void)
{
	char buffer[4096];
	struct drm_axle_query_memory *memory = (void *)buffer;
	int control = open_control();
	int compute = open_compute();

	TAP_REQUIRE(control >= 0 && compute >= 0);
	TAP_EQUAL(uapi_query(control, DRM_AXLE_TOPIC_MEMORY, buffer,
			     sizeof(buffer)),
		  0);
	TAP_EQUAL(memory->count, 2);
	TAP_EQUAL(memory->stride, sizeof(struct drm_axle_memory_region));
	TAP_STRING(memory->regions[1].name, "buffer");
	TAP_EQUAL(memory->regions[1].kind, DRM_AXLE_MEMORY_DEVICE);
	TAP_EQUAL(memory->regions[1].size, 4096);
	TAP_EQUAL(memory->regions[1].used, 4096);
	close(compute);
	uapi_query(control, DRM_AXLE_TOPIC_MEMORY, buffer, sizeof(buffer));
	TAP_EQUAL(memory->regions[1].used, 0);
	close(control);
}

static void health_is_ready(void)
{
	struct drm_axle_query_health health;
	int fd = open_control();
	char line[32];

	TAP_REQUIRE(fd >= 0);
	TAP_EQUAL(uapi_query(fd, DRM_AXLE_TOPIC_HEALTH, &health,
			     sizeof(health)),
		  0);
	TAP_EQUAL(health.state, DRM_AXLE_STATE_READY);
	TAP_EQUAL(health.faults, 0);
	TAP_EQUAL(health.last_fault_ns, 0);
	TAP_CHECK(uapi_read_line("/sys/class/accel/accel_control0/state", line,
				 sizeof(line)));
	TAP_STRING(line, "ready");
	close(fd);
}

static void context_is_the_client_of_fdinfo(void)
{
	struct drm_axle_query_context context;
	int fd = open_compute();
	char value[64];

	TAP_REQUIRE(fd >= 0);
	TAP_EQUAL(uapi_query(fd, DRM_AXLE_TOPIC_CONTEXT, &context,
			     sizeof(context)),
		  0);
	TAP_REQUIRE(uapi_fdinfo(fd, "drm-client-id", value, sizeof(value)));
	TAP_EQUAL(context.client_id, strtoull(value, NULL, 10));
	close(fd);
}

static void both_nodes_give_the_same_answer(void)
{
	struct drm_axle_query_device a, b;
	int control = open_control();
	int compute = open_compute();

	TAP_REQUIRE(control >= 0 && compute >= 0);
	uapi_query(control, DRM_AXLE_TOPIC_DEVICE, &a, sizeof(a));
	uapi_query(compute, DRM_AXLE_TOPIC_DEVICE, &b, sizeof(b));
	TAP_CHECK(memcmp(&a, &b, sizeof(a)) == 0);
	close(compute);
	close(control);
}

static void size_zero_asks_for_the_size(void)
{
	struct drm_axle_query query = { .topic = DRM_AXLE_TOPIC_DEVICE };
	int fd = open_control();

	TAP_REQUIRE(fd >= 0);
	TAP_EQUAL(ioctl(fd, DRM_IOCTL_AXLE_QUERY, &query), 0);
	TAP_EQUAL(query.size, sizeof(struct drm_axle_query_device));
	close(fd);
}

static void shorter_buffer_gets_the_beginning(void)
{
	unsigned char buffer[64];
	uint32_t version;
	int fd = open_control();

	TAP_REQUIRE(fd >= 0);
	memset(buffer, 0xaa, sizeof(buffer));
	TAP_EQUAL(uapi_query(fd, DRM_AXLE_TOPIC_DEVICE, buffer, 4), 0);
	memcpy(&version, buffer, sizeof(version));
	TAP_EQUAL(version, DRM_AXLE_UAPI_VERSION);
	TAP_EQUAL(buffer[4], 0xaa);
	close(fd);
}

static void longer_buffer_is_zeroed_behind_the_answer(void)
{
	unsigned char buffer[sizeof(struct drm_axle_query_limits) + 16];
	int fd = open_control();
	unsigned int rest = 0;

	TAP_REQUIRE(fd >= 0);
	memset(buffer, 0xaa, sizeof(buffer));
	TAP_EQUAL(uapi_query(fd, DRM_AXLE_TOPIC_LIMITS, buffer, sizeof(buffer)),
		  0);
	for (size_t i = sizeof(buffer) - 16; i < sizeof(buffer); i++)
		rest |= buffer[i];
	TAP_EQUAL(rest, 0);
	close(fd);
}

static void answer_across_an_unmapped_page_faults(void)
{
	long page = sysconf(_SC_PAGESIZE);
	char *memory = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int fd = open_control();

	TAP_REQUIRE(fd >= 0 && memory != MAP_FAILED);
	munmap(memory + page, page);
	TAP_ERRNO(uapi_query(fd, DRM_AXLE_TOPIC_DEVICE, memory + page - 8,
			     sizeof(struct drm_axle_query_device)),
		  EFAULT);
	/* The zeroed rest counts, too. */
	TAP_ERRNO(
		uapi_query(fd, DRM_AXLE_TOPIC_HEALTH,
			   memory + page - sizeof(struct drm_axle_query_health),
			   sizeof(struct drm_axle_query_health) + 8),
		EFAULT);
	munmap(memory, page);
	close(fd);
}

static const struct tap_case cases[] = {
	{ "a device is identified with driver, versions and class",
	  device_is_identified },
	{ "the topology is the one in sysfs", topology_is_that_of_sysfs },
	{ "limits and sysfs follow open and close",
	  limits_follow_open_and_close },
	{ "engines come with count and stride",
	  engines_come_with_count_and_stride },
	{ "memory regions show what contexts have",
	  memory_shows_what_contexts_have },
	{ "a fresh device is ready and has no faults", health_is_ready },
	{ "the context topic names the client of fdinfo",
	  context_is_the_client_of_fdinfo },
	{ "both nodes give the same answer", both_nodes_give_the_same_answer },
	{ "a query with size zero asks for the size",
	  size_zero_asks_for_the_size },
	{ "a shorter buffer gets the beginning of the answer",
	  shorter_buffer_gets_the_beginning },
	{ "a longer buffer is zeroed behind the answer",
	  longer_buffer_is_zeroed_behind_the_answer },
	{ "an answer that runs into an unmapped page fails with EFAULT",
	  answer_across_an_unmapped_page_faults },
};

TAP_MAIN(cases)
