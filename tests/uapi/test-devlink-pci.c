// SPDX-License-Identifier: MIT
/*
 * devlink of a device on PCI Express: what it is, and its link, which ends with
 * the model that is behind it. Needs a vnpu, and vm-inject.
 */
#include "devlink.h"
#include "dut.h"
#include "uapi.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <json-c/json.h>

#define WAIT_MS 60000

static bool open_card(struct dut *dut, char *handle, size_t size)
{
	if (!dut_open(dut))
		return false;
	snprintf(handle, size, "pci/%s", dut->topology.bus_address);
	return true;
}

static void info_has_the_ids_of_pci(void)
{
	char handle[64], want[64], value[64];
	struct dut dut;

	TAP_REQUIRE(open_card(&dut, handle, sizeof(handle)));
	TAP_EQUAL(dut.topology.bus, DRM_AXLE_BUS_PCI);
	snprintf(want, sizeof(want), "%04x:%04x", dut.topology.pci_vendor,
		 dut.topology.pci_device);
	devlink_version(handle, "fixed", "asic.id", value, sizeof(value));
	TAP_STRING(value, want);
	snprintf(want, sizeof(want), "%02x", dut.topology.pci_revision);
	devlink_version(handle, "fixed", "asic.rev", value, sizeof(value));
	TAP_STRING(value, want);
	devlink_version(handle, "running", "fw", value, sizeof(value));
	TAP_STRING(value, dut.device.firmware_version);
	devlink_info(handle, "driver", value, sizeof(value));
	TAP_STRING(value, "axle_vnpu");
}

static void link_is_diagnosed(void)
{
	struct devlink_health health;
	char handle[64];
	struct dut dut;
	int64_t width;

	TAP_REQUIRE(open_card(&dut, handle, sizeof(handle)));
	TAP_REQUIRE(devlink_health(handle, "link", &health));
	TAP_CHECK(health.healthy);
	TAP_EQUAL(devlink_diagnose(handle, "link", "present"), 1);
	TAP_EQUAL(devlink_diagnose(handle, "link", "pcie"), 1);
	width = devlink_diagnose(handle, "link", "width_max");
	TAP_CHECK(width >= 1 && width <= 32);
	TAP_CHECK(devlink_diagnose(handle, "link", "width") <= width);
	TAP_EQUAL(devlink_diagnose(handle, "link", "fatal_error"), 0);
}

/* Nothing that the kit can do brings a link back. */
static void link_has_no_recovery_of_its_own(void)
{
	char handle[64];
	struct dut dut;

	TAP_REQUIRE(open_card(&dut, handle, sizeof(handle)));
	TAP_CHECK(!devlink_does("health set %s reporter link auto_recover true",
				handle));
	TAP_CHECK(!devlink_does("health dump show %s reporter link", handle));
}

/* Its registers and its configuration read as ones then. */
static void dead_card_is_an_error_of_the_link(void)
{
	char handle[64];
	struct dut dut;

	TAP_REQUIRE(open_card(&dut, handle, sizeof(handle)));
	TAP_EQUAL(uapi_shell("vm-inject 0 kill >/dev/null"), 0);
	TAP_ERRNO(dut_reset(&dut), EIO);
	TAP_CHECK(devlink_health_wait(handle, "link", false, 1));
	TAP_CHECK(devlink_health_wait(handle, "hw", false, 1));
	TAP_EQUAL(devlink_diagnose(handle, "link", "present"), 0);
	TAP_CHECK(!devlink_does("health recover %s reporter hw", handle));
	/* Another card, another instance. */
	TAP_EQUAL(uapi_shell("vm-inject 0 start >/dev/null"), 0);
	for (uint64_t end = uapi_now_ms() + WAIT_MS; uapi_now_ms() < end;) {
		if (devlink_diagnose(handle, "link", "present") == 1)
			break;
		usleep(100000);
	}
	TAP_CHECK(devlink_health_wait(handle, "link", true, 0));
	TAP_CHECK(devlink_health_wait(handle, "hw", true, 0));
}

static const struct tap_case cases[] = {
	{ "info has the numbers of PCI", info_has_the_ids_of_pci },
	{ "the link is diagnosed", link_is_diagnosed },
	{ "the link has no recovery and no dump",
	  link_has_no_recovery_of_its_own },
	{ "a card that is dead is an error of link and hardware",
	  dead_card_is_an_error_of_the_link },
};

TAP_MAIN(cases)
