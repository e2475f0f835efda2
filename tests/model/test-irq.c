// SPDX-License-Identifier: MIT
/* Interrupts: every kind, every way to set them, masks, pending bits. */
#include "client.h"
#include "tap.h"
#include "testdev_regs.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define INTX VFIO_PCI_INTX_IRQ_INDEX
#define MSI VFIO_PCI_MSI_IRQ_INDEX
#define MSIX VFIO_PCI_MSIX_IRQ_INDEX
#define ERR VFIO_PCI_ERR_IRQ_INDEX
#define REQ VFIO_PCI_REQ_IRQ_INDEX

#define NONE VFIO_IRQ_SET_DATA_NONE
#define BOOL VFIO_IRQ_SET_DATA_BOOL
#define EVENTFD VFIO_IRQ_SET_DATA_EVENTFD
#define MASK VFIO_IRQ_SET_ACTION_MASK
#define UNMASK VFIO_IRQ_SET_ACTION_UNMASK
#define TRIGGER VFIO_IRQ_SET_ACTION_TRIGGER

#define QUIET_MS 20

static int set_events(struct client *c, uint32_t kind, uint32_t start,
		      const int *fds, unsigned int n)
{
	return client_irqs(c, kind, EVENTFD | TRIGGER, start, n, NULL, 0, fds,
			   n);
}

static void raise_vector(struct client *c, uint32_t vector)
{
	client_put32(c, 0, TESTDEV_IRQ_RAISE, vector);
}

static void irq_info(void)
{
	static const uint32_t count[5] = { 1, 8, 16, 1, 1 };
	struct vfio_irq_info info;
	struct server s = { 0 };
	static struct client c;

	TAP_REQUIRE(client_start(&s, &c));
	for (uint32_t i = 0; i < 5; i++) {
		info = (struct vfio_irq_info){ .argsz = 16, .index = i };
		TAP_EQUAL(client_call(&c, VFU_DEVICE_GET_IRQ_INFO, &info, 16),
			  0);
		memcpy(&info, c.data, sizeof(info));
		TAP_EQUAL(info.count, count[i]);
		TAP_CHECK(info.flags & VFIO_IRQ_INFO_EVENTFD);
		TAP_EQUAL(!!(info.flags & VFIO_IRQ_INFO_AUTOMASKED), i == INTX);
	}
	info = (struct vfio_irq_info){ .argsz = 16, .index = 5 };
	TAP_EQUAL(client_call(&c, VFU_DEVICE_GET_IRQ_INFO, &info, 16), -EINVAL);
	info = (struct vfio_irq_info){ .argsz = 15, .index = 1 };
	TAP_EQUAL(client_call(&c, VFU_DEVICE_GET_IRQ_INFO, &info, 16), -EINVAL);
	client_stop(&s, &c);
}

static void msix_delivery(void)
{
	struct server s = { 0 };
	static struct client c;
	int fd[16];

	TAP_REQUIRE(client_start(&s, &c));
	make_events(fd, 16);
	TAP_EQUAL(set_events(&c, MSIX, 0, fd, 16), 0);
	for (uint32_t i = 0; i < 16; i++) {
		raise_vector(&c, i);
		for (uint32_t j = 0; j < 16; j++)
			TAP_EQUAL(wait_event(fd[j], 0), i == j);
	}
	/* A vector that the device does not have goes to the first. */
	raise_vector(&c, 200);
	TAP_EQUAL(wait_event(fd[0], 0), 1);
	close_events(fd, 16);
	client_stop(&s, &c);
}

/* QEMU sends more than 16 in pieces, and gaps without descriptors. */
static void piecewise(void)
{
	struct server s = { .opt = { "msix", "40" } };
	static struct client c;
	int fd[40];

	TAP_REQUIRE(client_start(&s, &c));
	make_events(fd, 40);
	TAP_EQUAL(set_events(&c, MSIX, 0, fd, 16), 0);
	TAP_EQUAL(set_events(&c, MSIX, 16, fd + 16, 16), 0);
	TAP_EQUAL(set_events(&c, MSIX, 32, fd + 32, 8), 0);
	raise_vector(&c, 39);
	TAP_EQUAL(wait_event(fd[39], 0), 1);
	TAP_EQUAL(client_irqs(&c, MSIX, EVENTFD | TRIGGER, 30, 10, NULL, 0,
			      NULL, 0),
		  0);
	raise_vector(&c, 39);
	TAP_EQUAL(wait_event(fd[39], QUIET_MS), 0);
	raise_vector(&c, 29);
	TAP_EQUAL(wait_event(fd[29], 0), 1);
	close_events(fd, 40);
	client_stop(&s, &c);
}

static void msi_fallback(void)
{
	struct server s = { 0 };
	static struct client c;
	int fd[2];

	TAP_REQUIRE(client_start(&s, &c));
	make_events(fd, 2);
	TAP_EQUAL(set_events(&c, MSI, 0, fd, 1), 0);
	raise_vector(&c, 5); /* one granted: all go there */
	TAP_EQUAL(wait_event(fd[0], 0), 1);
	TAP_EQUAL(set_events(&c, MSI, 1, fd + 1, 1), 0);
	raise_vector(&c, 1);
	TAP_EQUAL(wait_event(fd[1], 0), 1);
	TAP_EQUAL(wait_event(fd[0], 0), 0);
	close_events(fd, 2);
	client_stop(&s, &c);
}

static void masking(void)
{
	struct server s = { 0 };
	static struct client c;
	int fd[2];

	TAP_REQUIRE(client_start(&s, &c));
	make_events(fd, 2);
	TAP_EQUAL(set_events(&c, MSIX, 0, fd, 2), 0);
	TAP_EQUAL(client_irqs(&c, MSIX, NONE | MASK, 1, 1, NULL, 0, NULL, 0),
		  0);
	raise_vector(&c, 1);
	raise_vector(&c, 1);
	raise_vector(&c, 0);
	TAP_EQUAL(wait_event(fd[1], QUIET_MS), 0);
	TAP_EQUAL(wait_event(fd[0], 0), 1);
	TAP_EQUAL(client_get64(&c, 4, TESTDEV_MSIX_PBA), 2);
	TAP_EQUAL(client_irqs(&c, MSIX, NONE | UNMASK, 1, 1, NULL, 0, NULL, 0),
		  0);
	TAP_EQUAL(wait_event(fd[1], 0), 1);
	TAP_EQUAL(client_get64(&c, 4, TESTDEV_MSIX_PBA), 0);
	TAP_EQUAL(client_irqs(&c, MSIX, NONE | UNMASK, 1, 1, NULL, 0, NULL, 0),
		  0);
	TAP_EQUAL(wait_event(fd[1], QUIET_MS), 0);
	close_events(fd, 2);
	client_stop(&s, &c);
}

static void chosen_by_bool(void)
{
	static const uint8_t some[4] = { 1, 0, 0, 255 };
	struct server s = { 0 };
	static struct client c;
	int fd[4];

	TAP_REQUIRE(client_start(&s, &c));
	make_events(fd, 4);
	TAP_EQUAL(set_events(&c, MSIX, 4, fd, 4), 0);
	TAP_EQUAL(client_irqs(&c, MSIX, BOOL | TRIGGER, 4, 4, some, 4, NULL, 0),
		  0);
	for (int i = 0; i < 4; i++)
		TAP_EQUAL(wait_event(fd[i], 0), !!some[i]);
	TAP_EQUAL(client_irqs(&c, MSIX, BOOL | MASK, 4, 4, some, 4, NULL, 0),
		  0);
	for (uint32_t i = 0; i < 4; i++) {
		raise_vector(&c, 4 + i);
		TAP_EQUAL(wait_event(fd[i], 0), !some[i]);
	}
	TAP_EQUAL(client_irqs(&c, MSIX, BOOL | UNMASK, 4, 4, some, 4, NULL, 0),
		  0);
	TAP_EQUAL(wait_event(fd[0], 0), 1);
	TAP_EQUAL(wait_event(fd[3], 0), 1);
	close_events(fd, 4);
	client_stop(&s, &c);
}

static void triggered_by_client(void)
{
	struct server s = { 0 };
	static struct client c;
	int fd[3];

	TAP_REQUIRE(client_start(&s, &c));
	make_events(fd, 3);
	TAP_EQUAL(set_events(&c, MSI, 0, fd, 3), 0);
	TAP_EQUAL(client_irqs(&c, MSI, NONE | TRIGGER, 1, 2, NULL, 0, NULL, 0),
		  0);
	TAP_EQUAL(wait_event(fd[0], 0), 0);
	TAP_EQUAL(wait_event(fd[1], 0), 1);
	TAP_EQUAL(wait_event(fd[2], 0), 1);
	close_events(fd, 3);
	client_stop(&s, &c);
}

static void disabling(void)
{
	struct server s = { 0 };
	static struct client c;
	unsigned int before;
	int fd[4];

	TAP_REQUIRE(client_start(&s, &c));
	make_events(fd, 4);
	before = client_open_fds();
	TAP_EQUAL(set_events(&c, MSIX, 0, fd, 4), 0);
	TAP_EQUAL(set_events(&c, MSIX, 0, fd, 4), 0);
	TAP_EQUAL(client_open_fds(), before + 4);
	TAP_EQUAL(client_irqs(&c, MSIX, NONE | TRIGGER, 0, 0, NULL, 0, NULL, 0),
		  0);
	TAP_EQUAL(client_open_fds(), before);
	raise_vector(&c, 0);
	TAP_EQUAL(wait_event(fd[0], QUIET_MS), 0);
	/* Nothing is kept for later while the kind is off. */
	TAP_EQUAL(set_events(&c, MSIX, 0, fd, 4), 0);
	TAP_EQUAL(wait_event(fd[0], QUIET_MS), 0);
	close_events(fd, 4);
	client_stop(&s, &c);
}

/* A vector that gets its descriptor late has its interrupt then. */
static void late_descriptor(void)
{
	struct server s = { 0 };
	static struct client c;
	int fd[2];

	TAP_REQUIRE(client_start(&s, &c));
	make_events(fd, 2);
	TAP_EQUAL(set_events(&c, MSIX, 0, fd, 1), 0);
	raise_vector(&c, 7);
	TAP_EQUAL(client_get64(&c, 4, TESTDEV_MSIX_PBA), 1 << 7);
	TAP_EQUAL(set_events(&c, MSIX, 7, fd + 1, 1), 0);
	TAP_EQUAL(wait_event(fd[1], 0), 1);
	close_events(fd, 2);
	client_stop(&s, &c);
}

static uint32_t status(struct client *c)
{
	return client_get32(c, VFIO_PCI_CONFIG_REGION_INDEX, 4) >> 16;
}

static void intx_level(void)
{
	struct server s = { 0 };
	static struct client c;
	int fd;

	TAP_REQUIRE(client_start(&s, &c));
	make_events(&fd, 1);
	TAP_EQUAL(set_events(&c, INTX, 0, &fd, 1), 0);
	TAP_CHECK(!(status(&c) & 8));
	raise_vector(&c, 0);
	TAP_EQUAL(wait_event(fd, 0), 1);
	TAP_CHECK(status(&c) & 8);
	/* It masked itself. Unmasked with the level still up: again. */
	raise_vector(&c, 0);
	TAP_EQUAL(wait_event(fd, QUIET_MS), 0);
	TAP_EQUAL(client_irqs(&c, INTX, NONE | UNMASK, 0, 1, NULL, 0, NULL, 0),
		  0);
	TAP_EQUAL(wait_event(fd, 0), 1);
	client_put32(&c, 0, TESTDEV_IRQ_STATUS, TESTDEV_IRQ_SOFT);
	TAP_CHECK(!(status(&c) & 8));
	TAP_EQUAL(client_irqs(&c, INTX, NONE | UNMASK, 0, 1, NULL, 0, NULL, 0),
		  0);
	TAP_EQUAL(wait_event(fd, QUIET_MS), 0);
	close(fd);
	client_stop(&s, &c);
}

static void intx_disable_bit(void)
{
	struct server s = { 0 };
	static struct client c;
	int fd;

	TAP_REQUIRE(client_start(&s, &c));
	make_events(&fd, 1);
	TAP_EQUAL(set_events(&c, INTX, 0, &fd, 1), 0);
	client_put32(&c, VFIO_PCI_CONFIG_REGION_INDEX, 4, 0x406);
	raise_vector(&c, 0);
	TAP_EQUAL(wait_event(fd, QUIET_MS), 0);
	client_put32(&c, VFIO_PCI_CONFIG_REGION_INDEX, 4, 0x006);
	TAP_EQUAL(wait_event(fd, 0), 1);
	close(fd);
	client_stop(&s, &c);
}

static void intx_unmask_eventfd(void)
{
	struct server s = { 0 };
	static struct client c;
	uint64_t one = 1;
	int fd[2];

	TAP_REQUIRE(client_start(&s, &c));
	make_events(fd, 2);
	TAP_EQUAL(set_events(&c, INTX, 0, fd, 1), 0);
	TAP_EQUAL(client_irqs(&c, INTX, EVENTFD | UNMASK, 0, 1, NULL, 0, fd + 1,
			      1),
		  0);
	raise_vector(&c, 0);
	TAP_EQUAL(wait_event(fd[0], 0), 1);
	TAP_EQUAL(write(fd[1], &one, 8), 8);
	TAP_EQUAL(wait_event(fd[0], 1000), 1);
	TAP_EQUAL(client_irqs(&c, INTX, EVENTFD | UNMASK, 0, 1, NULL, 0, NULL,
			      0),
		  0);
	close_events(fd, 2);
	client_stop(&s, &c);
}

static void error_and_request(void)
{
	struct server s = { 0 };
	static struct client c;
	int fd[2];

	TAP_REQUIRE(client_start(&s, &c));
	make_events(fd, 2);
	TAP_EQUAL(set_events(&c, ERR, 0, fd, 1), 0);
	TAP_EQUAL(set_events(&c, REQ, 0, fd + 1, 1), 0);
	axm_bus_error(s.dev);
	TAP_EQUAL(wait_event(fd[0], 0), 1);
	TAP_EQUAL(wait_event(fd[1], 0), 0);
	vfu_irq_error(s.vfu, true);
	TAP_EQUAL(wait_event(fd[1], 0), 1);
	close_events(fd, 2);
	client_stop(&s, &c);
}

static void bus_master_off(void)
{
	struct server s = { 0 };
	static struct client c;
	int fd;

	TAP_REQUIRE(client_start(&s, &c));
	make_events(&fd, 1);
	TAP_EQUAL(set_events(&c, MSIX, 0, &fd, 1), 0);
	client_put32(&c, VFIO_PCI_CONFIG_REGION_INDEX, 4, 2);
	raise_vector(&c, 0);
	TAP_EQUAL(wait_event(fd, QUIET_MS), 0);
	close(fd);
	client_stop(&s, &c);
}

static void full_counter(void)
{
	struct server s = { 0 };
	static struct client c;
	uint64_t full = UINT64_MAX - 1;
	int fd = eventfd(0, EFD_CLOEXEC); /* blocking */

	TAP_REQUIRE(client_start(&s, &c));
	TAP_EQUAL(set_events(&c, MSIX, 0, &fd, 1), 0);
	TAP_EQUAL(write(fd, &full, 8), 8);
	raise_vector(&c, 0);
	TAP_EQUAL(client_get32(&c, 0, TESTDEV_ID), TESTDEV_ID_VALUE);
	close(fd);
	client_stop(&s, &c);
}

struct bad_set {
	uint32_t index, flags, start, count;
	size_t data;
	unsigned int fds;
	int want;
};

static void refused_set(void)
{
	const struct bad_set *b = tap_data();
	struct server s = { 0 };
	static struct client c;
	uint8_t zeros[64] = { 0 };
	unsigned int before;
	int fd[16];

	TAP_REQUIRE(client_start(&s, &c));
	make_events(fd, 16);
	TAP_EQUAL(set_events(&c, MSIX, 0, fd, 1), 0);
	before = client_open_fds();
	TAP_EQUAL(client_irqs(&c, b->index, b->flags, b->start, b->count, zeros,
			      b->data, fd, b->fds),
		  -b->want);
	TAP_EQUAL(client_open_fds(), before);
	raise_vector(&c, 0);
	TAP_EQUAL(wait_event(fd[0], 0), 1);
	close_events(fd, 16);
	client_stop(&s, &c);
}

static void wrong_descriptors(void)
{
	struct server s = { 0 };
	static struct client c;
	int pair[2], fd, null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int file = client_memory(4096, NULL);

	TAP_REQUIRE(client_start(&s, &c));
	TAP_REQUIRE(!pipe2(pair, O_CLOEXEC));
	TAP_EQUAL(set_events(&c, MSIX, 0, &null, 1), -EINVAL);
	TAP_EQUAL(set_events(&c, MSIX, 0, &file, 1), -EINVAL);
	TAP_EQUAL(set_events(&c, MSIX, 0, pair + 1, 1), -EINVAL);
	make_events(&fd, 1);
	TAP_EQUAL(set_events(&c, MSIX, 0, &fd, 1), 0);
	close(fd);
	close(file);
	close(null);
	close(pair[0]);
	close(pair[1]);
	client_stop(&s, &c);
}

static void bad_argsz(void)
{
	struct vfio_irq_set set = {
		.argsz = 19,
		.flags = NONE | TRIGGER,
		.index = MSIX,
	};
	struct server s = { 0 };
	static struct client c;

	TAP_REQUIRE(client_start(&s, &c));
	TAP_EQUAL(client_call(&c, VFU_DEVICE_SET_IRQS, &set, sizeof(set)),
		  -EINVAL);
	set.argsz = 20;
	TAP_EQUAL(client_call(&c, VFU_DEVICE_SET_IRQS, &set, sizeof(set)), 0);
	client_stop(&s, &c);
}

#define BAD(...)                             \
	refused_set, &(const struct bad_set) \
	{                                    \
		__VA_ARGS__                  \
	}

static const struct tap_case cases[] = {
	{ "interrupt info has the counts and flags of every kind", irq_info },
	{ "every MSI-X vector has its own eventfd", msix_delivery },
	{ "vectors are set in pieces and taken away in pieces", piecewise },
	{ "with fewer MSI vectors than wanted the first takes the rest",
	  msi_fallback },
	{ "a masked vector is pending and delivered once when unmasked",
	  masking },
	{ "booleans choose the vectors", chosen_by_bool },
	{ "the client triggers interrupts itself", triggered_by_client },
	{ "disabling a kind closes its descriptors and forgets", disabling },
	{ "an interrupt waits for a vector without a descriptor",
	  late_descriptor },
	{ "INTx is a level that masks itself", intx_level },
	{ "the command register holds INTx back", intx_disable_bit },
	{ "INTx is unmasked through an eventfd", intx_unmask_eventfd },
	{ "errors and removal requests have their own notifiers",
	  error_and_request },
	{ "message interrupts need bus mastering", bus_master_off },
	{ "an eventfd that is full does not block the device", full_counter },
	{ "an interrupt set with a short argsz is refused", bad_argsz },
	{ "descriptors that are no eventfd are refused", wrong_descriptors },
	{ "a kind that does not exist is refused",
	  BAD(5, NONE | TRIGGER, 0, 0, 0, 0, EINVAL) },
	{ "no data type is refused", BAD(MSIX, TRIGGER, 0, 1, 0, 0, EINVAL) },
	{ "no action is refused", BAD(MSIX, NONE, 0, 1, 0, 0, EINVAL) },
	{ "two data types are refused",
	  BAD(MSIX, NONE | BOOL | TRIGGER, 0, 1, 1, 0, EINVAL) },
	{ "two actions are refused",
	  BAD(MSIX, NONE | MASK | UNMASK, 0, 1, 0, 0, EINVAL) },
	{ "an unknown flag is refused",
	  BAD(MSIX, 0x80 | NONE | TRIGGER, 0, 1, 0, 0, EINVAL) },
	{ "a start behind the last vector is refused",
	  BAD(MSIX, NONE | MASK, 17, 1, 0, 0, EINVAL) },
	{ "a count behind the last vector is refused",
	  BAD(MSIX, NONE | MASK, 10, 7, 0, 0, EINVAL) },
	{ "a count that overflows is refused",
	  BAD(MSIX, NONE | MASK, 10, 0xfffffffa, 0, 0, EINVAL) },
	{ "disabling with another start is refused",
	  BAD(MSIX, NONE | TRIGGER, 1, 0, 0, 0, EINVAL) },
	{ "masking nothing is refused",
	  BAD(MSIX, NONE | MASK, 0, 0, 0, 0, EINVAL) },
	{ "booleans for nothing are refused",
	  BAD(MSIX, BOOL | TRIGGER, 0, 0, 0, 0, EINVAL) },
	{ "too few booleans are refused",
	  BAD(MSIX, BOOL | TRIGGER, 0, 4, 3, 0, EINVAL) },
	{ "too many booleans are refused",
	  BAD(MSIX, BOOL | TRIGGER, 0, 4, 5, 0, EINVAL) },
	{ "data with the type none is refused",
	  BAD(MSIX, NONE | TRIGGER, 0, 4, 4, 0, EINVAL) },
	{ "eventfds for nothing are refused",
	  BAD(MSIX, EVENTFD | TRIGGER, 0, 0, 0, 1, EINVAL) },
	{ "too few eventfds are refused",
	  BAD(MSIX, EVENTFD | TRIGGER, 0, 3, 0, 2, EINVAL) },
	{ "too many eventfds are refused",
	  BAD(MSIX, EVENTFD | TRIGGER, 0, 2, 0, 3, EINVAL) },
	{ "eventfds with the type none are refused",
	  BAD(MSIX, NONE | TRIGGER, 0, 1, 0, 1, EINVAL) },
	{ "a mask eventfd is not supported",
	  BAD(INTX, EVENTFD | MASK, 0, 1, 0, 1, EOPNOTSUPP) },
	{ "an unmask eventfd is for INTx alone",
	  BAD(MSI, EVENTFD | UNMASK, 0, 1, 0, 1, EOPNOTSUPP) },
	{ "the error notifier cannot be masked",
	  BAD(ERR, NONE | MASK, 0, 1, 0, 0, EINVAL) },
};
TAP_MAIN(cases)
