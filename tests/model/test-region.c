// SPDX-License-Identifier: MIT
/* Device and region information, register and config space accesses. */
#include "client.h"
#include "tap.h"
#include "testdev_regs.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/pci_regs.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define CONFIG VFIO_PCI_CONFIG_REGION_INDEX

static int region_info(struct client *c, uint32_t index, uint32_t argsz,
		       struct vfio_region_info *info)
{
	struct vfio_region_info request = { .argsz = argsz, .index = index };
	int ret = client_call(c, VFU_DEVICE_GET_REGION_INFO, &request,
			      sizeof(request));

	if (!ret)
		memcpy(info, c->data, sizeof(*info));
	return ret;
}

static void device_info(void)
{
	struct server s = { 0 };
	static struct client c;
	uint32_t info[4] = { 16 };

	TAP_REQUIRE(client_start(&s, &c));
	TAP_EQUAL(client_call(&c, VFU_DEVICE_GET_INFO, info, 16), 0);
	memcpy(info, c.data, 16);
	TAP_EQUAL(c.size, 16);
	TAP_EQUAL(info[0], 16);
	TAP_EQUAL(info[1], VFIO_DEVICE_FLAGS_PCI | VFIO_DEVICE_FLAGS_RESET);
	TAP_EQUAL(info[2], 9);
	TAP_EQUAL(info[3], 5);
	client_stop(&s, &c);
}

static void region_sizes(void)
{
	static const uint64_t sizes[9] = {
		TESTDEV_BAR_REGS_SIZE,
		0,
		TESTDEV_BAR_MEM_SIZE,
		0,
		TESTDEV_BAR_MSIX_SIZE,
		0,
		0,
		4096,
		0,
	};
	struct vfio_region_info info;
	struct server s = { 0 };
	static struct client c;

	TAP_REQUIRE(client_start(&s, &c));
	for (uint32_t i = 0; i < 9; i++) {
		TAP_EQUAL(region_info(&c, i, 4096, &info), 0);
		TAP_EQUAL(info.index, i);
		TAP_EQUAL(info.size, sizes[i]);
		TAP_EQUAL(!!(info.flags & VFIO_REGION_INFO_FLAG_READ),
			  !!sizes[i]);
		TAP_EQUAL(!!(info.flags & VFIO_REGION_INFO_FLAG_MMAP), i == 2);
	}
	TAP_EQUAL(region_info(&c, 9, 4096, &info), -EINVAL);
	TAP_EQUAL(region_info(&c, 0xffffffff, 4096, &info), -EINVAL);
	TAP_EQUAL(region_info(&c, 0, 31, &info), -EINVAL);
	client_stop(&s, &c);
}

static void sparse_areas(void)
{
	struct vfio_region_info info;
	struct vfio_region_info_cap_sparse_mmap cap;
	struct vfio_region_sparse_mmap_area area[2];
	struct server s = { 0 };
	static struct client c;
	uint32_t *memory, value = 0x1234;

	TAP_REQUIRE(client_start(&s, &c));
	TAP_EQUAL(region_info(&c, 2, 32, &info), 0);
	TAP_EQUAL(info.argsz, 32 + 16 + 2 * 16);
	TAP_EQUAL(c.size, 32);
	TAP_CHECK(!(info.flags & VFIO_REGION_INFO_FLAG_CAPS));
	TAP_EQUAL(c.reply_fd, -1);

	TAP_EQUAL(region_info(&c, 2, info.argsz, &info), 0);
	TAP_CHECK(info.flags & VFIO_REGION_INFO_FLAG_CAPS);
	TAP_EQUAL(c.size, info.argsz);
	TAP_EQUAL(info.cap_offset, 32);
	memcpy(&cap, c.data + 32, sizeof(cap));
	TAP_EQUAL(cap.header.id, VFIO_REGION_INFO_CAP_SPARSE_MMAP);
	TAP_EQUAL(cap.header.next, 0);
	TAP_EQUAL(cap.nr_areas, 2);
	memcpy(area, c.data + 32 + sizeof(cap), sizeof(area));
	TAP_EQUAL(area[0].offset, 0);
	TAP_EQUAL(area[0].size, TESTDEV_HOLE);
	TAP_EQUAL(area[1].offset, TESTDEV_HOLE + TESTDEV_HOLE_SIZE);
	TAP_REQUIRE(c.reply_fd >= 0);

	memory = mmap(NULL, TESTDEV_BAR_MEM_SIZE, PROT_READ | PROT_WRITE,
		      MAP_SHARED, c.reply_fd, (off_t)info.offset);
	TAP_REQUIRE(memory != MAP_FAILED);
	/* Whoever has the descriptor cannot take the memory away. */
	TAP_ERRNO(ftruncate(c.reply_fd, 0), EPERM);
	memory[3] = value;
	TAP_EQUAL(client_get32(&c, 2, 12), value);
	TAP_EQUAL(client_put32(&c, 2, 16, 0x77), 0);
	TAP_EQUAL(memory[4], 0x77);
	munmap(memory, TESTDEV_BAR_MEM_SIZE);
	client_stop(&s, &c);
}

static void no_descriptors_for_who_takes_none(void)
{
	struct vfio_region_info info;
	struct server s = { 0 };
	static struct client c;

	TAP_REQUIRE(client_start_raw(&s, &c));
	TAP_EQUAL(client_version(&c, "{\"capabilities\":{\"max_msg_fds\":0}}"),
		  0);
	TAP_EQUAL(region_info(&c, 2, 4096, &info), 0);
	TAP_CHECK(!(info.flags & VFIO_REGION_INFO_FLAG_MMAP));
	TAP_EQUAL(c.reply_fd, -1);
	client_stop(&s, &c);
}

static void trapped_page(void)
{
	struct server s = { 0 };
	static struct client c;
	uint8_t bytes[32];

	TAP_REQUIRE(client_start(&s, &c));
	TAP_EQUAL(client_get32(&c, 2, TESTDEV_HOLE), TESTDEV_HOLE + 1);
	/* Eight bytes of memory, then eight trapped. */
	client_put64(&c, 2, TESTDEV_HOLE - 8, 0x1122334455667788);
	TAP_EQUAL(client_region_read(&c, 2, TESTDEV_HOLE - 8, bytes, 16), 0);
	TAP_EQUAL(bytes[0], 0x88);
	TAP_EQUAL(bytes[8], 1);
	TAP_EQUAL(client_get64(&c, 0, TESTDEV_COUNT_HOLE), 2);
	client_stop(&s, &c);
}

static void register_sizes(void)
{
	struct server s = { 0 };
	static struct client c;
	uint8_t byte;
	uint16_t half;

	TAP_REQUIRE(client_start(&s, &c));
	TAP_EQUAL(client_get32(&c, 0, TESTDEV_VERSION), TESTDEV_VERSION_VALUE);
	client_put64(&c, 0, TESTDEV_SCRATCH64, 0x0123456789abcdef);
	TAP_EQUAL(client_get32(&c, 0, TESTDEV_SCRATCH64), 0x89abcdef);
	TAP_EQUAL(client_get32(&c, 0, TESTDEV_SCRATCH64 + 4), 0x01234567);
	TAP_EQUAL(client_region_read(&c, 0, TESTDEV_SCRATCH64 + 2, &half, 2),
		  0);
	TAP_EQUAL(half, 0x89ab);
	TAP_EQUAL(client_region_read(&c, 0, TESTDEV_SCRATCH64 + 7, &byte, 1),
		  0);
	TAP_EQUAL(byte, 0x01);
	client_stop(&s, &c);
}

static void unaligned_and_long(void)
{
	struct server s = { 0 };
	static struct client c;
	uint8_t in[4096], out[4096];

	TAP_REQUIRE(client_start(&s, &c));
	for (unsigned int i = 0; i < sizeof(in); i++)
		in[i] = (uint8_t)(i * 7);
	TAP_EQUAL(client_region_write(&c, 0, TESTDEV_RAM, in, 4096), 0);
	TAP_EQUAL(client_region_read(&c, 0, TESTDEV_RAM, out, 4096), 0);
	TAP_CHECK(!memcmp(in, out, 4096));
	for (uint32_t n = 1; n < 24; n++) {
		TAP_EQUAL(client_region_read(&c, 0, TESTDEV_RAM + 3, out, n),
			  0);
		TAP_CHECK(!memcmp(in + 3, out, n));
	}
	client_stop(&s, &c);
}

static void outside(void)
{
	static const struct {
		uint32_t region;
		uint64_t offset;
		uint32_t count;
	} bad[] = {
		{ 0, TESTDEV_BAR_REGS_SIZE, 4 },
		{ 0, TESTDEV_BAR_REGS_SIZE - 2, 4 },
		{ 0, UINT64_MAX, 1 },
		{ 0, UINT64_MAX - 2, 4 },
		{ 0, 0, 0 },
		{ 1, 0, 4 },
		{ 3, 0, 4 },
		{ 6, 0, 4 },
		{ 8, 0, 4 },
		{ 9, 0, 4 },
		{ 0xffffffff, 0, 4 },
		{ CONFIG, 4096, 1 },
		{ CONFIG, 4094, 4 },
		{ 2, 0, VFU_MAX_XFER + 1 },
		{ 2, 0, 0xffffffff },
	};
	struct server s = { 0 };
	static struct client c;

	TAP_REQUIRE(client_start(&s, &c));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct {
			struct vfu_region_access a;
			uint32_t data;
		} m = { { bad[i].offset, bad[i].region, bad[i].count }, 0 };
		size_t data = bad[i].count <= 4 ? bad[i].count : 4;

		TAP_EQUAL(client_call(&c, VFU_REGION_READ, &m.a, sizeof(m.a)),
			  -EINVAL);
		TAP_EQUAL(client_call(&c, VFU_REGION_WRITE, &m,
				      sizeof(m.a) + data),
			  -EINVAL);
	}
	TAP_EQUAL(client_get64(&c, 0, TESTDEV_COUNT_WRITE), 0);
	client_stop(&s, &c);
}

static void largest_access(void)
{
	struct server s = { 0 };
	static struct client c;
	static uint8_t data[VFU_MAX_XFER];

	TAP_REQUIRE(client_start(&s, &c));
	memset(data, 0x5c, sizeof(data));
	TAP_EQUAL(client_region_write(&c, 2, 0, data, sizeof(data)), 0);
	memset(data, 0, sizeof(data));
	TAP_EQUAL(client_region_read(&c, 2, 0, data, sizeof(data)), 0);
	TAP_EQUAL(data[sizeof(data) - 1], 0x5c);
	client_stop(&s, &c);
}

static void multiple_writes(void)
{
	struct {
		uint64_t count;
		struct vfu_write_one w[3];
	} m = {
		3,
		{
			{ TESTDEV_SCRATCH32, 0, 4, { 1, 2, 3, 4 } },
			{ TESTDEV_SCRATCH64, 0, 8, { 5, 6, 7, 8, 9 } },
			{ PCI_INTERRUPT_LINE, CONFIG, 1, { 0xab } },
		},
	};
	struct server s = { 0 };
	static struct client c;
	uint64_t count;

	TAP_REQUIRE(client_start(&s, &c));
	TAP_EQUAL(client_call(&c, VFU_REGION_WRITE_MULTI, &m, sizeof(m)), 0);
	TAP_EQUAL(c.size, 8);
	memcpy(&count, c.data, 8);
	TAP_EQUAL(count, 3);
	TAP_EQUAL(client_get32(&c, 0, TESTDEV_SCRATCH32), 0x04030201);
	TAP_EQUAL(client_get64(&c, 0, TESTDEV_SCRATCH64), 0x0908070605);
	TAP_EQUAL(client_get32(&c, CONFIG, PCI_INTERRUPT_LINE) & 0xff, 0xab);
	client_stop(&s, &c);
}

static void bad_multiple_writes(void)
{
	struct {
		uint64_t count;
		struct vfu_write_one w[2];
	} m;
	struct server s = { 0 };
	static struct client c;

	TAP_REQUIRE(client_start(&s, &c));
	for (int i = 0; i < 7; i++) {
		m = (typeof(m)){
			2,
			{ { TESTDEV_SCRATCH32, 0, 4, { 1 } },
			  { TESTDEV_SCRATCH32, 0, 4, { 2 } } },
		};
		if (i == 0)
			m.count = 1;
		if (i == 1)
			m.count = 3;
		if (i == 2)
			m.count = UINT64_MAX;
		if (i == 3)
			m.w[1].count = 9;
		if (i == 4)
			m.w[1].count = 0;
		if (i == 5)
			m.w[1].region = 12;
		if (i == 6)
			m.w[1].offset = UINT64_MAX;
		TAP_EQUAL(client_call(&c, VFU_REGION_WRITE_MULTI, &m,
				      sizeof(m)),
			  -EINVAL);
	}
	TAP_EQUAL(client_call(&c, VFU_REGION_WRITE_MULTI, &m, sizeof(m) - 1),
		  -EINVAL);
	/* A bad write in the list means that none was done. */
	TAP_EQUAL(client_get32(&c, 0, TESTDEV_SCRATCH32), 0);
	client_stop(&s, &c);
}

static uint8_t find_cap(struct client *c, uint8_t id)
{
	uint8_t at = (uint8_t)client_get32(c, CONFIG, PCI_CAPABILITY_LIST);

	for (int i = 0; at && i < 48; i++) {
		uint32_t head = client_get32(c, CONFIG, at);

		if ((head & 0xff) == id)
			return at;
		at = (uint8_t)(head >> 8);
	}
	return 0;
}

static void config_header(void)
{
	struct server s = { 0 };
	static struct client c;

	TAP_REQUIRE(client_start(&s, &c));
	TAP_EQUAL(client_get32(&c, CONFIG, 0),
		  (uint32_t)TESTDEV_DEVICE_ID << 16 | TESTDEV_VENDOR_ID);
	TAP_EQUAL(client_get32(&c, CONFIG, PCI_CLASS_REVISION),
		  TESTDEV_CLASS << 8 | TESTDEV_REVISION);
	client_put32(&c, CONFIG, 0, 0xdeadbeef);
	TAP_EQUAL(client_get32(&c, CONFIG, 0),
		  (uint32_t)TESTDEV_DEVICE_ID << 16 | TESTDEV_VENDOR_ID);
	client_put32(&c, CONFIG, PCI_COMMAND, 0x0000ffff);
	TAP_EQUAL(client_get32(&c, CONFIG, PCI_COMMAND) & 0xffff, 0x0546);
	TAP_EQUAL(client_get32(&c, CONFIG, PCI_INTERRUPT_LINE) >> 8, 1);
	TAP_EQUAL(client_get32(&c, CONFIG, 0x100), 0);
	client_stop(&s, &c);
}

static void bar_sizing(void)
{
	struct server s = { 0 };
	static struct client c;

	TAP_REQUIRE(client_start(&s, &c));
	for (uint32_t i = 0; i < 6; i++)
		client_put32(&c, CONFIG, PCI_BASE_ADDRESS_0 + 4 * i, ~0u);
	TAP_EQUAL(client_get32(&c, CONFIG, 0x10),
		  (uint32_t)~(TESTDEV_BAR_REGS_SIZE - 1));
	TAP_EQUAL(client_get32(&c, CONFIG, 0x14), 0);
	TAP_EQUAL(client_get32(&c, CONFIG, 0x18),
		  (uint32_t)~(TESTDEV_BAR_MEM_SIZE - 1) | 0xc);
	TAP_EQUAL(client_get32(&c, CONFIG, 0x1c), 0xffffffff);
	TAP_EQUAL(client_get32(&c, CONFIG, 0x20),
		  (uint32_t)~(TESTDEV_BAR_MSIX_SIZE - 1));
	TAP_EQUAL(client_get32(&c, CONFIG, 0x24), 0);
	client_put32(&c, CONFIG, 0x10, 0xfebe1234);
	TAP_EQUAL(client_get32(&c, CONFIG, 0x10), 0xfebe0000);
	client_stop(&s, &c);
}

static void capabilities(void)
{
	struct server s = { 0 };
	static struct client c;
	uint8_t at;

	TAP_REQUIRE(client_start(&s, &c));
	TAP_CHECK(client_get32(&c, CONFIG, PCI_COMMAND) & 0x100000);
	at = find_cap(&c, PCI_CAP_ID_MSI);
	TAP_REQUIRE(at);
	TAP_EQUAL(client_get32(&c, CONFIG, at) >> 16, 0x0086);
	client_put32(&c, CONFIG, at, 0x00310000);
	TAP_EQUAL(client_get32(&c, CONFIG, at) >> 16, 0x00b7);
	at = find_cap(&c, PCI_CAP_ID_MSIX);
	TAP_REQUIRE(at);
	TAP_EQUAL(client_get32(&c, CONFIG, at) >> 16, TESTDEV_MSIX_VECTORS - 1);
	TAP_EQUAL(client_get32(&c, CONFIG, at + 4),
		  TESTDEV_MSIX_TABLE | TESTDEV_BAR_MSIX);
	TAP_EQUAL(client_get32(&c, CONFIG, at + 8),
		  TESTDEV_MSIX_PBA | TESTDEV_BAR_MSIX);
	client_put32(&c, CONFIG, at, 0xffff0000);
	TAP_EQUAL(client_get32(&c, CONFIG, at) >> 16,
		  0xc000 | (TESTDEV_MSIX_VECTORS - 1));
	at = find_cap(&c, PCI_CAP_ID_EXP);
	TAP_REQUIRE(at);
	TAP_CHECK(client_get32(&c, CONFIG, at + 4) & PCI_EXP_DEVCAP_FLR);
	TAP_CHECK(find_cap(&c, PCI_CAP_ID_PM));
	TAP_EQUAL(find_cap(&c, 0x7e), 0);
	client_stop(&s, &c);
}

static void power_states(void)
{
	struct server s = { 0 };
	static struct client c;
	uint8_t at;

	TAP_REQUIRE(client_start(&s, &c));
	at = (uint8_t)(find_cap(&c, PCI_CAP_ID_PM) + PCI_PM_CTRL);
	client_put32(&c, 0, TESTDEV_SCRATCH32, 0x42);
	client_put32(&c, CONFIG, at, 2); /* D2 is not there */
	TAP_EQUAL(client_get32(&c, CONFIG, at) & 3, 0);
	client_put32(&c, CONFIG, at, 3);
	TAP_EQUAL(client_get32(&c, CONFIG, at) & 3, 3);
	TAP_EQUAL(client_get32(&c, 0, TESTDEV_ID), 0xffffffff);
	client_put32(&c, 0, TESTDEV_SCRATCH32, 0x43);
	client_put32(&c, CONFIG, at, 0);
	TAP_EQUAL(client_get32(&c, 0, TESTDEV_SCRATCH32), 0x42);
	client_stop(&s, &c);
}

static void msix_table(void)
{
	struct server s = { 0 };
	static struct client c;

	TAP_REQUIRE(client_start(&s, &c));
	TAP_EQUAL(client_get32(&c, 4, 12), 1); /* masked after reset */
	client_put32(&c, 4, 16, 0xfee00000);
	TAP_EQUAL(client_get32(&c, 4, 16), 0xfee00000);
	client_put64(&c, 4, TESTDEV_MSIX_PBA, ~0ull);
	TAP_EQUAL(client_get64(&c, 4, TESTDEV_MSIX_PBA), 0);
	TAP_EQUAL(client_get32(&c, 4, 16 * TESTDEV_MSIX_VECTORS), 0);
	client_stop(&s, &c);
}

static void unplugged(void)
{
	struct server s = { 0 };
	static struct client c;

	TAP_REQUIRE(client_start(&s, &c));
	client_put32(&c, 0, TESTDEV_SCRATCH32, 0x99);
	axm_device_remove(s.dev, true);
	TAP_EQUAL(client_get32(&c, 0, TESTDEV_ID), 0xffffffff);
	TAP_EQUAL(client_get64(&c, 0, TESTDEV_SCRATCH64), -1);
	TAP_EQUAL(client_get32(&c, CONFIG, 0), 0xffffffff);
	TAP_EQUAL(client_put32(&c, 0, TESTDEV_SCRATCH32, 1), 0);
	TAP_EQUAL(client_put32(&c, CONFIG, 4, 0), 0);
	TAP_EQUAL(client_call(&c, VFU_DEVICE_RESET, NULL, 0), 0);
	TAP_EQUAL(client_get32(&c, 0, TESTDEV_ID), 0xffffffff);
	axm_device_remove(s.dev, false);
	TAP_EQUAL(client_get32(&c, 0, TESTDEV_ID), TESTDEV_ID_VALUE);
	TAP_EQUAL(client_get32(&c, 0, TESTDEV_SCRATCH32), 0);
	client_stop(&s, &c);
}

static const struct tap_case cases[] = {
	{ "device info gives nine regions and five kinds of interrupts",
	  device_info },
	{ "region info gives sizes and flags of all regions, others are refused",
	  region_sizes },
	{ "a BAR with a hole comes with its areas and a sealed descriptor",
	  sparse_areas },
	{ "a client that takes no descriptors is offered no mapping",
	  no_descriptors_for_who_takes_none },
	{ "the hole in the mapped BAR is trapped", trapped_page },
	{ "registers are read at every size", register_sizes },
	{ "unaligned and long accesses are taken apart", unaligned_and_long },
	{ "accesses outside of the regions are refused", outside },
	{ "an access may be as long as was agreed", largest_access },
	{ "a multiple write does all of its writes", multiple_writes },
	{ "a multiple write with one bad write does none",
	  bad_multiple_writes },
	{ "the config header has the identity and keeps its constants",
	  config_header },
	{ "BARs show their size in the way of PCI", bar_sizing },
	{ "the capability list has PM, MSI, MSI-X and PCI Express",
	  capabilities },
	{ "a device in D3 does not answer and keeps its state", power_states },
	{ "the MSI-X table is stored, the pending bits are read only",
	  msix_table },
	{ "a removed device reads as ones and comes back as new", unplugged },
};
TAP_MAIN(cases)
