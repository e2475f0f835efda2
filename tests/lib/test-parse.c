// SPDX-License-Identifier: MIT
/* The parsers of what sysfs says. */
#include "sysfs.h"
#include "tap.h"

#include <string.h>

struct node_row {
	const char *name;
	bool valid;
	uint32_t index;
};

static void only_nodes_are_nodes(void)
{
	static const struct node_row rows[] = {
		{ "accel0", true, 0 },
		{ "accel12", true, 12 },
		{ "accel99999", true, 99999 },
		{ "accel100000" },
		{ "accel" },
		{ "accel00" },
		{ "accel01" },
		{ "accel-1" },
		{ "accel+1" },
		{ "accel 1" },
		{ "accel1x" },
		{ "accel_control0" },
		{ "accel4294967296" },
		{ "accel99999999999999999999999" },
		{ "ccel0" },
		{ "" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint32_t index = 0;
		bool valid = axlp_parse_node(rows[i].name, "accel", &index);

		if (!TAP_CHECK(valid == rows[i].valid))
			tap_note("the name was \"%s\"", rows[i].name);
		if (valid)
			TAP_EQUAL(index, rows[i].index);
	}
}

struct number_row {
	const char *text;
	int base;
	int result;
	uint64_t value;
};

static void only_numbers_are_numbers(void)
{
	static const struct number_row rows[] = {
		{ "0", 10, 0, 0 },
		{ "42\n", 10, 0, 42 },
		{ "0x10\n", 0, 0, 16 },
		{ "18446744073709551615", 10, 0, UINT64_MAX },
		{ "18446744073709551616", 10, -EINVAL },
		{ "", 10, -EINVAL },
		{ "\n", 10, -EINVAL },
		{ "-1", 10, -EINVAL },
		{ "+1", 10, -EINVAL },
		{ " 1", 10, -EINVAL },
		{ "1 x", 10, -EINVAL },
		{ "f", 10, -EINVAL },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint64_t value = 0;

		if (!TAP_EQUAL(axlp_parse_u64(rows[i].text, rows[i].base,
					      &value),
			       rows[i].result))
			tap_note("the text was \"%s\"", rows[i].text);
		TAP_EQUAL(value, rows[i].value);
	}
}

static void parse(const char *text, struct axlp_uevent *out)
{
	axlp_parse_uevent(text, strlen(text), out);
}

static void a_uevent_gives_its_values(void)
{
	struct axlp_uevent uevent;

	parse("DRIVER=axle_edu\nPCI_CLASS=FF00\nPCI_ID=1234:11E8\n"
	      "PCI_SUBSYS_ID=1AF4:1100\nPCI_SLOT_NAME=0000:00:04.0\n",
	      &uevent);
	TAP_STRING(uevent.driver, "axle_edu");
	TAP_STRING(uevent.pci_slot, "0000:00:04.0");
	TAP_CHECK(uevent.is_pci);
	TAP_EQUAL(uevent.pci_class, 0xff00);
	TAP_EQUAL(uevent.pci_vendor, 0x1234);
	TAP_EQUAL(uevent.pci_device, 0x11e8);
	TAP_EQUAL(uevent.pci_subsystem_vendor, 0x1af4);
	TAP_EQUAL(uevent.pci_subsystem_device, 0x1100);
}

static void odd_uevents_give_nothing(void)
{
	static const char *const rows[] = {
		"",
		"\n\n\n",
		"DRIVER",
		"PCI_ID=",
		"PCI_ID=1234",
		"PCI_ID=1234:",
		"PCI_ID=:1234",
		"PCI_ID=12345:1",
		"PCI_ID=1:12345",
		"PCI_ID=-1:1",
		"PCI_ID=1234:5678junk",
		"XPCI_ID=1234:5678",
		"PCI_CLASS=1000000",
	};
	struct axlp_uevent uevent;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		parse(rows[i], &uevent);
		if (!TAP_CHECK(!uevent.is_pci && !uevent.driver[0] &&
			       !uevent.pci_class))
			tap_note("the text was \"%s\"", rows[i]);
	}
}

static void the_last_line_needs_no_end(void)
{
	struct axlp_uevent uevent;

	parse("PCI_ID=1234:11E8\nDRIVER=x", &uevent);
	TAP_STRING(uevent.driver, "x");
}

static void long_values_are_cut(void)
{
	char text[300] = "DRIVER=";
	struct axlp_uevent uevent;

	memset(text + 7, 'a', 100);
	parse(text, &uevent);
	TAP_EQUAL(strlen(uevent.driver), sizeof(uevent.driver) - 1);

	/* A line that is too long for any value is not looked at. */
	memset(text + 7, 'a', sizeof(text) - 8);
	parse(text, &uevent);
	TAP_STRING(uevent.driver, "");
}

static void text_comes_out_printable(void)
{
	char out[8];

	axlp_copy_text(out, sizeof(out), "a\x1b[\xff\0b", 6);
	TAP_STRING(out, "a?[??b");
	axlp_copy_text(out, sizeof(out), "0123456789", 10);
	TAP_STRING(out, "0123456");
	axlp_copy_text(out, 1, "x", 1);
	TAP_STRING(out, "");
}

static const struct tap_case cases[] = {
	{ "only accelN is a node", only_nodes_are_nodes },
	{ "only a whole number is a number", only_numbers_are_numbers },
	{ "a uevent file gives its values", a_uevent_gives_its_values },
	{ "an odd uevent file gives nothing", odd_uevents_give_nothing },
	{ "the last line of a file needs no end", the_last_line_needs_no_end },
	{ "values that are too long are cut", long_values_are_cut },
	{ "text comes out printable", text_comes_out_printable },
};
TAP_MAIN(cases)
