// SPDX-License-Identifier: MIT
/*
 * Events of the monitor, from messages that are made here: a listener without
 * sockets is put where axl_monitor_listen() would put one.
 */
#include "genl.h"
#include "listener.h"
#include "tree.h"

#include <errno.h>
#include <linux/axle_netlink.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#define FAMILY 0x33

struct listening {
	struct tree tree;
	struct axl_monitor *monitor;
	struct axlp_listener *l;
};

static bool open_listening(struct listening *on, const char *scenario)
{
	struct epoll_event event = { .events = EPOLLIN };

	memset(on, 0, sizeof(*on));
	if (!tree_open(&on->tree, scenario) ||
	    axl_monitor_create(on->tree.system, &on->monitor))
		return false;
	on->l = calloc(1, sizeof(*on->l));
	if (!on->l)
		return false;
	on->l->monitor = on->monitor;
	on->l->kit = on->l->uevents = -1;
	on->l->family = FAMILY;
	on->l->epoll = epoll_create1(0);
	on->l->wake = eventfd(0, EFD_NONBLOCK);
	epoll_ctl(on->l->epoll, EPOLL_CTL_ADD, on->l->wake, &event);
	axlp_listener_scan(on->l);
	on->monitor->listener = on->l;
	return true;
}

static void close_listening(struct listening *on)
{
	axl_monitor_destroy(on->monitor);
	tree_close(&on->tree);
}

static void put_u64(struct nlmsghdr *message, uint16_t attr, uint64_t value)
{
	mnl_attr_put_u64(message, attr, value);
}

static struct nlmsghdr *begin(char *buffer, uint16_t family, uint32_t type,
			      uint64_t sequence)
{
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	struct genlmsghdr *header;

	message->nlmsg_type = family;
	header = mnl_nlmsg_put_extra_header(message, sizeof(*header));
	header->cmd = AXLE_CMD_EVENT_NTF;
	mnl_attr_put_u32(message, AXLE_A_EVENT_INDEX, 0);
	mnl_attr_put_u32(message, AXLE_A_EVENT_TYPE, type);
	put_u64(message, AXLE_A_EVENT_TIME, 1234);
	put_u64(message, AXLE_A_EVENT_SEQUENCE, sequence);
	return message;
}

static void send_event(struct listening *on, uint32_t type, uint64_t sequence)
{
	char buffer[512] __attribute__((aligned(8)));
	struct nlmsghdr *message = begin(buffer, FAMILY, type, sequence);

	axlp_listener_kit(on->l, message, message->nlmsg_len);
}

static uint32_t next_type(struct listening *on, struct axl_monitor_event *event)
{
	return axl_monitor_event(on->monitor, event, sizeof(*event)) ?
		       0 :
		       event->type;
}

static bool is_readable(struct listening *on)
{
	struct pollfd p = { .fd = axl_monitor_event_fd(on->monitor),
			    .events = POLLIN };

	return poll(&p, 1, 0) == 1;
}

static void an_event_of_the_kit_arrives_whole(void)
{
	char buffer[512] __attribute__((aligned(8)));
	struct axl_monitor_event event;
	struct nlmsghdr *message;
	struct listening on;

	TAP_REQUIRE(open_listening(&on, "edu"));
	message = begin(buffer, FAMILY, AXLE_EVENT_CORRECTED, 9);
	/* A uint may have 4 bytes. */
	mnl_attr_put_u32(message, AXLE_A_EVENT_VALUE, 3);
	put_u64(message, AXLE_A_EVENT_ADDRESS, 0x1000);
	mnl_attr_put_strz(message, AXLE_A_EVENT_UNIT, "memory");
	mnl_attr_put_u32(message, AXLE_A_EVENT_CODE, 17);
	axlp_listener_kit(on.l, message, message->nlmsg_len);
	TAP_CHECK(is_readable(&on));
	TAP_EQUAL(next_type(&on, &event), AXL_MONITOR_CORRECTED);
	TAP_EQUAL(event.index, 0);
	TAP_EQUAL(event.time_ns, 1234);
	TAP_EQUAL(event.sequence, 9);
	TAP_EQUAL(event.value, 3);
	TAP_EQUAL(event.address, 0x1000);
	TAP_EQUAL(event.code, 17);
	TAP_STRING(event.unit, "memory");
	TAP_STRING(event.driver, "edu");
	TAP_STRING(event.text, "3 corrected errors of memory");
	TAP_CHECK(!is_readable(&on));
	TAP_EQUAL(axl_monitor_event(on.monitor, &event, sizeof(event)),
		  -EAGAIN);
	close_listening(&on);
}

static void a_gap_of_the_numbers_is_told_with_its_length(void)
{
	struct axl_monitor_event event;
	struct listening on;

	TAP_REQUIRE(open_listening(&on, "edu"));
	send_event(&on, AXLE_EVENT_RESET, 5);
	send_event(&on, AXLE_EVENT_RESET, 6);
	send_event(&on, AXLE_EVENT_RESET, 10);
	/* The other group has numbers of its own. */
	send_event(&on, AXLE_EVENT_FAULT, 100);
	send_event(&on, AXLE_EVENT_RESET, 11);
	TAP_EQUAL(next_type(&on, &event), AXL_MONITOR_RESET);
	TAP_EQUAL(next_type(&on, &event), AXL_MONITOR_RESET);
	TAP_EQUAL(next_type(&on, &event), AXL_MONITOR_LOST);
	TAP_EQUAL(event.value, 3);
	TAP_EQUAL(event.index, AXL_UNKNOWN_32);
	TAP_STRING(event.text, "3 events did not arrive");
	TAP_CHECK(is_readable(&on));
	TAP_EQUAL(next_type(&on, &event), AXL_MONITOR_RESET);
	TAP_EQUAL(event.sequence, 10);
	TAP_EQUAL(next_type(&on, &event), AXL_MONITOR_FAULT);
	TAP_EQUAL(next_type(&on, &event), AXL_MONITOR_RESET);
	TAP_EQUAL(next_type(&on, &event), 0);
	close_listening(&on);
}

static void an_overflow_is_told_once(void)
{
	struct axl_monitor_event event;
	struct listening on;

	TAP_REQUIRE(open_listening(&on, "edu"));
	send_event(&on, AXLE_EVENT_RESET, 1);
	TAP_EQUAL(next_type(&on, &event), AXL_MONITOR_RESET);
	on.l->overflow = true;
	TAP_EQUAL(next_type(&on, &event), AXL_MONITOR_LOST);
	TAP_EQUAL(event.value, AXL_UNKNOWN_64);
	TAP_STRING(event.text, "some events did not arrive");
	TAP_EQUAL(next_type(&on, &event), 0);
	/* Its gap is the same loss; the next one is not. */
	send_event(&on, AXLE_EVENT_RESET, 4);
	TAP_EQUAL(next_type(&on, &event), AXL_MONITOR_RESET);
	send_event(&on, AXLE_EVENT_RESET, 6);
	TAP_EQUAL(next_type(&on, &event), AXL_MONITOR_LOST);
	TAP_EQUAL(event.value, 1);
	TAP_EQUAL(next_type(&on, &event), AXL_MONITOR_RESET);
	close_listening(&on);
}

static void more_than_the_queue_holds_is_counted(void)
{
	struct axl_monitor_event event;
	struct listening on;
	uint32_t taken = 0;

	TAP_REQUIRE(open_listening(&on, "edu"));
	for (uint64_t i = 1; i <= AXLP_PENDING_MAX + 5; i++)
		send_event(&on, AXLE_EVENT_RESET, i);
	while (next_type(&on, &event) == AXL_MONITOR_RESET)
		taken++;
	TAP_EQUAL(taken, AXLP_PENDING_MAX);
	TAP_EQUAL(event.type, AXL_MONITOR_LOST);
	TAP_EQUAL(event.value, 5);
	TAP_EQUAL(next_type(&on, &event), 0);
	close_listening(&on);
}

static void what_is_not_for_us_is_skipped(void)
{
	char buffer[512] __attribute__((aligned(8)));
	struct axl_monitor_event event;
	struct nlmsghdr *message;
	struct listening on;

	TAP_REQUIRE(open_listening(&on, "edu"));
	message = begin(buffer, FAMILY + 1, AXLE_EVENT_RESET, 1);
	axlp_listener_kit(on.l, message, message->nlmsg_len);
	/* Kinds of a newer kernel; then every cut of a message. */
	send_event(&on, 40, 1);
	send_event(&on, 4000, 1);
	send_event(&on, AXL_MONITOR_LOST, 2);
	message = begin(buffer, FAMILY, AXLE_EVENT_RESET, 3);
	for (size_t n = 0; n < message->nlmsg_len; n++)
		axlp_listener_kit(on.l, message, n);
	/* As an int, this is less than any buffer. */
	message->nlmsg_len = 0xc6c6c6c6;
	axlp_listener_kit(on.l, message, 64);
	TAP_EQUAL(next_type(&on, &event), 0);
	close_listening(&on);
}

/* Keys with a NUL behind each; the size includes the last one. */
#define SEND(on, text) send_uevent(on, text, sizeof(text))

static void send_uevent(struct listening *on, const char *text, size_t size)
{
	struct axlp_kobject_event uevent;

	if (axlp_parse_kobject_event(text, size, &uevent))
		axlp_listener_kobject(on->l, &uevent);
}

static void mainline_devices_come_and_go_by_uevents(void)
{
	struct axl_monitor_event event;
	struct listening on;

	TAP_REQUIRE(open_listening(&on, "mainline"));
	SEND(&on, "add@/devices/pci0000:00/0000:01:00.0/accel/accel0\0"
		  "ACTION=add\0SUBSYSTEM=accel\0DEVNAME=accel/accel0\0"
		  "DEVPATH=/devices/pci0000:00/0000:01:00.0/accel/accel0\0"
		  "MAJOR=261\0SEQNUM=9");
	TAP_EQUAL(next_type(&on, &event), AXL_MONITOR_DEVICE_ADDED);
	TAP_EQUAL(event.index, 0);
	TAP_STRING(event.driver, "qaic");
	TAP_EQUAL(event.sequence, 0);
	TAP_CHECK(event.time_ns > 0);
	SEND(&on, "change@/x\0ACTION=change\0SUBSYSTEM=accel\0"
		  "DEVNAME=accel/accel0\0DBC_ID=0\0DBC_STATE=1");
	TAP_EQUAL(next_type(&on, &event), AXL_MONITOR_CHANGED);
	TAP_STRING(event.text, "change: DBC_ID=0 DBC_STATE=1");
	SEND(&on, "remove@/x\0ACTION=remove\0SUBSYSTEM=accel\0"
		  "DEVNAME=accel/accel0");
	TAP_EQUAL(next_type(&on, &event), AXL_MONITOR_DEVICE_REMOVED);
	TAP_STRING(event.driver, "qaic");
	TAP_EQUAL(next_type(&on, &event), 0);
	close_listening(&on);
}

static void devices_on_the_kit_are_not_told_twice(void)
{
	struct axl_monitor_event event;
	struct listening on;

	TAP_REQUIRE(open_listening(&on, "edu"));
	SEND(&on, "add@/x\0ACTION=add\0SUBSYSTEM=accel\0DEVNAME=accel/accel0");
	SEND(&on,
	     "remove@/x\0ACTION=remove\0SUBSYSTEM=accel\0DEVNAME=accel/accel0");
	SEND(&on, "bind@/x\0ACTION=bind\0SUBSYSTEM=pci\0PCI_ID=1234:11E8");
	TAP_EQUAL(next_type(&on, &event), 0);
	/* Without the family, uevents are all there is. */
	on.l->family = 0;
	SEND(&on, "add@/x\0ACTION=add\0SUBSYSTEM=accel\0DEVNAME=accel/accel0");
	TAP_EQUAL(next_type(&on, &event), AXL_MONITOR_DEVICE_ADDED);
	close_listening(&on);
}

static void functions_and_dumps_of_known_devices_are_told(void)
{
	struct axl_monitor_event event;
	struct listening on;

	TAP_REQUIRE(open_listening(&on, "mainline"));
	SEND(&on, "unbind@/x\0ACTION=unbind\0SUBSYSTEM=pci\0PCI_ID=17CB:A100\0"
		  "DEVPATH=/devices/pci0000:00/0000:01:00.0\0"
		  "PCI_SLOT_NAME=0000:01:00.0");
	TAP_EQUAL(next_type(&on, &event), AXL_MONITOR_CHANGED);
	TAP_EQUAL(event.index, 0);
	TAP_STRING(event.text, "unbind 0000:01:00.0");
	SEND(&on, "add@/x\0ACTION=add\0SUBSYSTEM=pci\0PCI_ID=8086:100E\0"
		  "PCI_SLOT_NAME=0000:09:00.0");
	fake_link(on.tree.root, "sys/class/devcoredump/devcd4/failing_device",
		  "../../../devices/0000:02:00.0");
	SEND(&on, "add@/x\0ACTION=add\0SUBSYSTEM=devcoredump\0"
		  "DEVPATH=/devices/virtual/devcoredump/devcd4");
	TAP_EQUAL(next_type(&on, &event), AXL_MONITOR_CHANGED);
	TAP_EQUAL(event.index, 1);
	TAP_STRING(event.text, "there is a core dump, devcd4");
	SEND(&on, "change@/x\0ACTION=change\0SUBSYSTEM=drm\0"
		  "DEVPATH=/devices/0000:02:00.0/drm/card3\0WEDGED=rebind");
	TAP_EQUAL(next_type(&on, &event), AXL_MONITOR_CHANGED);
	TAP_STRING(event.text, "WEDGED=rebind");
	SEND(&on, "change@/x\0ACTION=change\0SUBSYSTEM=drm\0"
		  "DEVPATH=/devices/0000:09:00.0/drm/card1\0HOTPLUG=1");
	TAP_EQUAL(next_type(&on, &event), 0);
	close_listening(&on);
}

static void odd_uevents_do_no_harm(void)
{
	struct axl_monitor_event event;
	struct listening on;

	TAP_REQUIRE(open_listening(&on, "mainline"));
	SEND(&on, "libudev\0\xfe\xed\xca\xfe");
	SEND(&on, "add");
	SEND(&on, "add@/x\0ACTION=add\0SUBSYSTEM=accel");
	SEND(&on, "add@/x\0ACTION=add\0SUBSYSTEM=accel\0DEVNAME=accel/accel00");
	SEND(&on, "add@/x\0ACTION=add\0SUBSYSTEM=pci\0PCI_ID=:::");
	SEND(&on, "add@/x\0ACTION=add\0SUBSYSTEM=devcoredump\0DEVPATH=");
	SEND(&on, "change@/x\0ACTION=change\0SUBSYSTEM=accel\0"
		  "DEVNAME=accel/accel77\0WHAT=\x1b[31m");
	TAP_EQUAL(next_type(&on, &event), AXL_MONITOR_CHANGED);
	TAP_EQUAL(event.index, 77);
	TAP_STRING(event.text, "change: WHAT=?[31m");
	TAP_EQUAL(next_type(&on, &event), 0);
	close_listening(&on);
}

static void a_made_up_tree_has_no_events(void)
{
	struct axl_monitor_event event;
	struct axl_monitor *monitor;
	struct tree tree;

	TAP_REQUIRE(tree_open(&tree, "edu"));
	TAP_REQUIRE(axl_monitor_create(tree.system, &monitor) == 0);
	TAP_EQUAL(axl_monitor_listen(monitor, 0), -EOPNOTSUPP);
	TAP_EQUAL(axl_monitor_listen(monitor, 1u << 9), -EINVAL);
	TAP_EQUAL(axl_monitor_event(monitor, &event, sizeof(event)), -EINVAL);
	TAP_EQUAL(axl_monitor_event_fd(monitor), -EINVAL);
	TAP_STRING(axl_monitor_error_detail(monitor),
		   "nobody listens: axl_monitor_listen() first");
	axl_monitor_destroy(monitor);
	tree_close(&tree);
}

static const struct tap_case cases[] = {
	{ "an event of the kit arrives whole",
	  an_event_of_the_kit_arrives_whole },
	{ "a gap of the numbers is told with its length",
	  a_gap_of_the_numbers_is_told_with_its_length },
	{ "an overflow is told once", an_overflow_is_told_once },
	{ "more than the queue holds is counted",
	  more_than_the_queue_holds_is_counted },
	{ "what is not for us is skipped", what_is_not_for_us_is_skipped },
	{ "mainline devices come and go by uevents",
	  mainline_devices_come_and_go_by_uevents },
	{ "devices on the kit are not told twice",
	  devices_on_the_kit_are_not_told_twice },
	{ "functions and dumps of known devices are told",
	  functions_and_dumps_of_known_devices_are_told },
	{ "odd uevents do no harm", odd_uevents_do_no_harm },
	{ "a made-up tree has no events", a_made_up_tree_has_no_events },
};
TAP_MAIN(cases)
