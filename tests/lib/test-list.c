// SPDX-License-Identifier: MIT
/* Enumeration, on made-up trees. */
#include "tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct listed {
	struct tree tree;
	struct axl_list *list;
};

static bool list_open(struct listed *listed, const char *scenario)
{
	listed->list = NULL;
	return tree_open(&listed->tree, scenario) &&
	       TAP_EQUAL(axl_list_create(listed->tree.system, &listed->list),
			 0);
}

static void list_close(struct listed *listed)
{
	axl_list_destroy(listed->list);
	tree_close(&listed->tree);
}

#define CAN_ALL_BUT_RESET                                                  \
	(AXL_CAN_LIST | AXL_CAN_INFO | AXL_CAN_CONTEXTS | AXL_CAN_MEMORY | \
	 AXL_CAN_PROGRAMS | AXL_CAN_JOBS | AXL_CAN_EVENTS)

static void the_embedded_device_is_always_there(void)
{
	const struct axl_entry *entry;
	struct listed l;
	char text[64];

	TAP_REQUIRE(list_open(&l, "none"));
	TAP_REQUIRE(axl_list_count(l.list) == 1);
	entry = axl_list_entry(l.list, 0);
	TAP_EQUAL(entry->kind, AXL_KIND_EMBEDDED);
	TAP_EQUAL(entry->index, AXL_UNKNOWN_32);
	TAP_EQUAL(entry->capabilities, CAN_ALL_BUT_RESET);
	TAP_EQUAL(entry->access, AXL_ACCESS_OK);
	TAP_EQUAL(entry->control_access, AXL_ACCESS_NONE);
	TAP_EQUAL(entry->bus, AXL_BUS_PROCESS);
	TAP_EQUAL(entry->numa_node, -1);
	TAP_STRING(entry->name, "soft");
	TAP_STRING(entry->alias, "");
	TAP_STRING(entry->driver, "soft");
	TAP_STRING(entry->module, "");
	TAP_STRING(entry->provider, "soft");
	TAP_STRING(entry->bus_address, "");
	TAP_CHECK(entry->product[0]);
	axl_entry_advice(entry, text, sizeof(text));
	TAP_STRING(text, "");
	TAP_CHECK(!axl_list_entry(l.list, 1));
	list_close(&l);
}

static void no_sysfs_is_no_failure(void)
{
	struct axl_config config = { .size = sizeof(config),
				     .root = "/nonexistent" };
	struct axl_system *system;
	struct axl_list *list;

	TAP_REQUIRE(axl_system_create(&config, &system) == 0);
	TAP_EQUAL(axl_list_create(system, &list), 0);
	TAP_EQUAL(axl_list_count(list), 1);
	axl_list_destroy(list);
	axl_system_destroy(system);
}

static void an_edu_device_has_all_its_facts(void)
{
	const struct axl_entry *entry;
	struct listed l;

	TAP_REQUIRE(list_open(&l, "edu"));
	TAP_REQUIRE(axl_list_count(l.list) == 2);
	entry = axl_list_entry(l.list, 0);
	TAP_EQUAL(entry->kind, AXL_KIND_DEVICE);
	TAP_EQUAL(entry->index, 0);
	TAP_EQUAL(entry->capabilities, AXL_CAN_LIST | AXL_CAN_INFO |
					       AXL_CAN_CONTEXTS |
					       AXL_CAN_RESET | AXL_CAN_MEMORY |
					       AXL_CAN_EVENTS | AXL_CAN_EXPORT);
	TAP_EQUAL(entry->access, AXL_ACCESS_OK);
	TAP_EQUAL(entry->control_access, AXL_ACCESS_OK);
	TAP_EQUAL(entry->bus, AXL_BUS_PCI);
	TAP_EQUAL(entry->numa_node, -1);
	TAP_EQUAL(entry->pci_vendor, 0x1234);
	TAP_EQUAL(entry->pci_device, 0x11e8);
	TAP_EQUAL(entry->pci_subsystem_vendor, 0x1af4);
	TAP_EQUAL(entry->pci_subsystem_device, 0x1100);
	TAP_EQUAL(entry->pci_class, 0xff00);
	TAP_EQUAL(entry->pci_revision, 0x10);
	TAP_STRING(entry->name, "accel0");
	TAP_STRING(entry->alias, "edu0");
	TAP_STRING(entry->driver, "edu");
	TAP_STRING(entry->module, "axle_edu");
	TAP_STRING(entry->provider, "axle");
	TAP_STRING(entry->bus_address, "0000:00:04.0");
	TAP_STRING(entry->product, "QEMU edu");
	list_close(&l);
}

static void devices_come_in_order_of_their_number(void)
{
	static const uint32_t indices[] = { 0, 1, 2, 3, 5, 7, 10, 12 };
	struct listed l;
	char alias[16];

	TAP_REQUIRE(list_open(&l, "eight"));
	TAP_REQUIRE(axl_list_count(l.list) == 9);
	for (size_t i = 0; i < 8; i++) {
		const struct axl_entry *entry = axl_list_entry(l.list, i);

		snprintf(alias, sizeof(alias), "edu%zu", i);
		TAP_EQUAL(entry->index, indices[i]);
		TAP_STRING(entry->alias, alias);
	}
	list_close(&l);
}

struct mainline_row {
	const char *alias;
	const char *module;
	const char *provider;
	const char *bus_address;
	const char *product;
	int numa_node;
};

static void mainline_drivers_are_recognised(void)
{
	static const struct mainline_row rows[] = {
		{ "qaic0", "qaic", "qaic", "0000:01:00.0",
		  "Qualcomm Cloud AI 100", 1 },
		{ "ivpu0", "intel_vpu", "mainline", "0000:02:00.0",
		  "Intel NPU (Lunar Lake)", -1 },
		{ "habanalabs0", "habanalabs", "mainline", "0000:03:00.0",
		  "Habana Gaudi2", 0 },
		{ "amdxdna0", "amdxdna", "mainline", "0000:04:00.0",
		  "AMD Ryzen AI NPU (XDNA 2)", -1 },
		{ "newnpu0", "newnpu", "none", "0000:05:00.0", "", -1 },
		{ "rocket0", "rocket", "mainline", "rknn", "Rockchip NPU", -1 },
		{ "ethosu0", "ethosu", "mainline", "4a900000.npu",
		  "Arm Ethos-U", -1 },
	};
	struct listed l;

	TAP_REQUIRE(list_open(&l, "mainline"));
	TAP_REQUIRE(axl_list_count(l.list) == 8);
	for (size_t i = 0; i < 7; i++) {
		const struct axl_entry *entry = axl_list_entry(l.list, i);

		TAP_STRING(entry->alias, rows[i].alias);
		TAP_STRING(entry->module, rows[i].module);
		TAP_STRING(entry->provider, rows[i].provider);
		TAP_STRING(entry->bus_address, rows[i].bus_address);
		TAP_STRING(entry->product, rows[i].product);
		TAP_EQUAL(entry->numa_node, rows[i].numa_node);
		TAP_EQUAL(!!(entry->capabilities & AXL_CAN_CONTEXTS),
			  strcmp(rows[i].provider, "qaic") == 0);
	}
	list_close(&l);
}

static void functions_without_driver_are_of_their_own_kind(void)
{
	const struct axl_entry *entry;
	struct listed l;

	TAP_REQUIRE(list_open(&l, "unbound"));
	TAP_REQUIRE(axl_list_count(l.list) == 5);

	entry = axl_list_entry(l.list, 0);
	TAP_EQUAL(entry->kind, AXL_KIND_UNBOUND);
	TAP_STRING(entry->bus_address, "0000:00:04.0");
	TAP_STRING(entry->module, "axle_edu");
	TAP_STRING(entry->name, "");
	TAP_STRING(entry->driver, "");
	TAP_EQUAL(entry->index, AXL_UNKNOWN_32);
	TAP_EQUAL(entry->capabilities, 0);

	entry = axl_list_entry(l.list, 1);
	TAP_STRING(entry->module, "qaic");
	/* Known by its class only. */
	entry = axl_list_entry(l.list, 2);
	TAP_STRING(entry->bus_address, "0000:00:06.0");
	TAP_STRING(entry->module, "");

	entry = axl_list_entry(l.list, 3);
	TAP_EQUAL(entry->kind, AXL_KIND_FOREIGN);
	TAP_STRING(entry->driver, "vfio-pci");
	TAP_STRING(entry->module, "qaic");
	list_close(&l);
}

static void access_tells_what_open_would(void)
{
	const struct axl_entry *entry;
	struct listed l;
	char text[256];

	TAP_REQUIRE(list_open(&l, "denied"));
	TAP_REQUIRE(axl_list_count(l.list) == 2);
	entry = axl_list_entry(l.list, 0);
	TAP_EQUAL(entry->access, AXL_ACCESS_DENIED);
	TAP_EQUAL(entry->control_access, AXL_ACCESS_DENIED);
	TAP_STRING(entry->alias, "edu0");
	axl_entry_advice(entry, text, sizeof(text));
	TAP_STRING(text, "no permission to open /dev/accel/accel0: join group "
			 "render or run as root");
	list_close(&l);
}

static void a_missing_node_is_told(void)
{
	struct axl_list *list;
	struct listed l;
	char path[256];

	TAP_REQUIRE(list_open(&l, "edu"));
	snprintf(path, sizeof(path), "%s/dev/accel/accel0", l.tree.root);
	TAP_EQUAL(remove(path), 0);
	TAP_REQUIRE(axl_list_create(l.tree.system, &list) == 0);
	TAP_EQUAL(axl_list_entry(list, 0)->access, AXL_ACCESS_ABSENT);
	axl_list_destroy(list);
	list_close(&l);
}

/* Terminated, and fit for a terminal. */
static void check_text(const char *text, size_t size)
{
	size_t length = strnlen(text, size);

	TAP_CHECK(length < size);
	for (size_t i = 0; i < length; i++)
		TAP_CHECK(text[i] >= 0x20 && text[i] < 0x7f);
}

static void odd_files_do_no_harm(void)
{
	const struct axl_entry *entry;
	struct listed l;

	TAP_REQUIRE(list_open(&l, "hostile"));
	/* accel0 to accel6, the function with the odd name, soft. */
	TAP_EQUAL(axl_list_count(l.list), 9);
	for (size_t i = 0; (entry = axl_list_entry(l.list, i)); i++) {
		check_text(entry->name, sizeof(entry->name));
		check_text(entry->alias, sizeof(entry->alias));
		check_text(entry->driver, sizeof(entry->driver));
		check_text(entry->module, sizeof(entry->module));
		check_text(entry->bus_address, sizeof(entry->bus_address));
		check_text(entry->product, sizeof(entry->product));
		TAP_CHECK(entry->numa_node >= -1);
	}
	list_close(&l);
}

static void another_devices_control_node_is_not_ones_own(void)
{
	const struct axl_entry *entry;
	struct listed l;

	TAP_REQUIRE(list_open(&l, "hostile"));
	TAP_REQUIRE(axl_list_count(l.list) == 9);
	entry = axl_list_entry(l.list, 5);
	TAP_STRING(entry->name, "accel5");
	TAP_EQUAL(entry->control_access, AXL_ACCESS_NONE);
	list_close(&l);
}

static void words_exist_for_numbers(void)
{
	TAP_STRING(axl_kind_name(AXL_KIND_FOREIGN), "foreign");
	TAP_STRING(axl_access_name(AXL_ACCESS_DENIED), "no permission");
	TAP_STRING(axl_bus_name(AXL_BUS_PCI), "pci");
	TAP_STRING(axl_class_name(AXL_CLASS_DATACENTER), "datacenter");
	TAP_STRING(axl_state_name(AXL_STATE_FAILED), "failed");
	TAP_STRING(axl_memory_kind_name(AXL_MEMORY_DEVICE), "device");
	TAP_STRING(axl_state_name(3), "?");
	TAP_STRING(axl_state_name(UINT32_MAX), "?");
	TAP_STRING(axl_capability_name(0), "list");
	TAP_STRING(axl_capability_name(9), "import");
	TAP_CHECK(!axl_capability_name(10));
	TAP_STRING(axl_kind_name(AXL_KIND_EMBEDDED), "embedded");
	TAP_STRING(axl_bus_name(AXL_BUS_PROCESS), "process");
	TAP_STRING(axl_event_name(AXL_EVENT_QUEUE_RESET), "queue reset");
	TAP_STRING(axl_event_name(0), "?");
	TAP_STRING(axl_event_name(UINT32_MAX), "?");
}

static void an_older_config_is_taken(void)
{
	struct axl_config config = { .root = "/nonexistent",
				     .default_device = (void *)1 };
	struct axl_system *system;

	/* Nothing behind root is looked at. */
	config.size = offsetof(struct axl_config, default_device);
	TAP_REQUIRE(axl_system_create(&config, &system) == 0);
	axl_system_destroy(system);
	config.size = 0;
	TAP_EQUAL(axl_system_create(&config, &system), -EINVAL);
}

static const struct tap_case cases[] = {
	{ "the embedded device is there without any accelerator",
	  the_embedded_device_is_always_there },
	{ "a machine without sysfs has the embedded device",
	  no_sysfs_is_no_failure },
	{ "an edu device comes with all its facts",
	  an_edu_device_has_all_its_facts },
	{ "devices come in the order of their number",
	  devices_come_in_order_of_their_number },
	{ "all mainline drivers are recognised, others are listed",
	  mainline_drivers_are_recognised },
	{ "PCI functions without a driver are a kind of their own",
	  functions_without_driver_are_of_their_own_kind },
	{ "access tells what open would say", access_tells_what_open_would },
	{ "a node missing from /dev is told", a_missing_node_is_told },
	{ "odd files in sysfs do no harm", odd_files_do_no_harm },
	{ "a control node counts only with the same parent",
	  another_devices_control_node_is_not_ones_own },
	{ "there are words for the numbers", words_exist_for_numbers },
	{ "the config of an older program is taken", an_older_config_is_taken },
};
TAP_MAIN(cases)
