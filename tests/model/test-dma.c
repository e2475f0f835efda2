// SPDX-License-Identifier: MIT
/* Mapping, unmapping, and DMA by descriptor and by message. */
#include "client.h"
#include "tap.h"
#include "testdev_regs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <fcntl.h>
#include <unistd.h>

#define PAGE 0x1000u

static void map_and_copy(void)
{
	struct server s = { 0 };
	static struct client c;
	uint8_t *memory;
	int fd = client_memory(16 * PAGE, &memory);

	TAP_REQUIRE(client_start(&s, &c));
	TAP_EQUAL(client_map(&c, 0x100000, 8 * PAGE, 4 * PAGE, fd), 0);
	close(fd);
	memcpy(memory + 4 * PAGE, "123456789", 9);
	TAP_EQUAL(client_dma(&c, TESTDEV_CMD_CRC, 0x100000, 0, 9, 0),
		  TESTDEV_DMA_DONE);
	TAP_EQUAL(client_get32(&c, 0, TESTDEV_DMA_RESULT), 0xcbf43926);
	TAP_EQUAL(client_dma(&c, TESTDEV_CMD_COPY, 0x100000, 0x102003, 9, 0),
		  TESTDEV_DMA_DONE);
	TAP_CHECK(!memcmp(memory + 6 * PAGE + 3, "123456789", 9));
	TAP_EQUAL(client_dma(&c, TESTDEV_CMD_STORE, 0, 0x100010, 0, 0x5a5a),
		  TESTDEV_DMA_DONE);
	TAP_EQUAL(memory[4 * PAGE + 16], 0x5a);
	TAP_EQUAL(client_dma(&c, TESTDEV_CMD_TO_MEM, 0x100000, 0x800, 9, 0),
		  TESTDEV_DMA_DONE);
	TAP_EQUAL(client_get32(&c, 2, 0x800), 0x34333231);
	client_stop(&s, &c);
	munmap(memory, 16 * PAGE);
}

static void expect_dma(struct client *c, uint32_t cmd, uint64_t src,
		       uint64_t dst, uint32_t len, int error)
{
	TAP_EQUAL(client_dma(c, cmd, src, dst, len, 1),
		  error ? TESTDEV_DMA_FAILED : TESTDEV_DMA_DONE);
	TAP_EQUAL(client_get32(c, 0, TESTDEV_DMA_ERROR), error);
}

static void unmapped(void)
{
	struct server s = { 0 };
	static struct client c;
	int fd = client_memory(4 * PAGE, NULL);

	TAP_REQUIRE(client_start(&s, &c));
	expect_dma(&c, TESTDEV_CMD_FILL, 0, 0x1000, 4, EFAULT);
	TAP_EQUAL(client_map(&c, 0x2000, PAGE, 0, fd), 0);
	expect_dma(&c, TESTDEV_CMD_FILL, 0, 0x1fff, 4, EFAULT);
	expect_dma(&c, TESTDEV_CMD_FILL, 0, 0x2ffe, 4, EFAULT);
	expect_dma(&c, TESTDEV_CMD_FILL, 0, 0x2ffc, 4, 0);
	expect_dma(&c, TESTDEV_CMD_FILL, 0, UINT64_MAX - 1, 4, EFAULT);
	expect_dma(&c, TESTDEV_CMD_STORE, 0, 0x2002, 4, EINVAL);
	TAP_EQUAL(client_unmap(&c, 0x2000, PAGE), 0);
	expect_dma(&c, TESTDEV_CMD_FILL, 0, 0x2000, 4, EFAULT);
	close(fd);
	client_stop(&s, &c);
}

static void directions(void)
{
	struct vfu_dma_map map = {
		.argsz = sizeof(map),
		.flags = VFU_DMA_MAP_READ,
		.addr = 0x10000,
		.size = PAGE,
	};
	struct server s = { 0 };
	static struct client c;
	int fd = client_memory(4 * PAGE, NULL);

	TAP_REQUIRE(client_start(&s, &c));
	TAP_EQUAL(client_call_fds(&c, VFU_DMA_MAP, &map, sizeof(map), &fd, 1),
		  0);
	map.flags = VFU_DMA_MAP_WRITE;
	map.addr = 0x20000;
	TAP_EQUAL(client_call_fds(&c, VFU_DMA_MAP, &map, sizeof(map), &fd, 1),
		  0);
	expect_dma(&c, TESTDEV_CMD_COPY, 0x10000, 0x20000, 16, 0);
	expect_dma(&c, TESTDEV_CMD_COPY, 0x20000, 0x20000, 16, EFAULT);
	expect_dma(&c, TESTDEV_CMD_FILL, 0, 0x10000, 16, EFAULT);
	expect_dma(&c, TESTDEV_CMD_STORE, 0, 0x10000, 16, EFAULT);
	close(fd);
	client_stop(&s, &c);
}

static void no_bus_master(void)
{
	struct server s = { 0 };
	static struct client c;
	int fd = client_memory(PAGE, NULL);

	TAP_REQUIRE(client_start(&s, &c));
	TAP_EQUAL(client_map(&c, 0, PAGE, 0, fd), 0);
	client_put32(&c, VFIO_PCI_CONFIG_REGION_INDEX, 4, 2);
	expect_dma(&c, TESTDEV_CMD_FILL, 0, 0, 4, EPERM);
	client_put32(&c, VFIO_PCI_CONFIG_REGION_INDEX, 4, 6);
	expect_dma(&c, TESTDEV_CMD_FILL, 0, 0, 4, 0);
	close(fd);
	client_stop(&s, &c);
}

struct bad_map {
	uint32_t argsz, flags;
	uint64_t offset, addr, size;
	int want;
	bool without_fd;
};

static void refused_map(void)
{
	const struct bad_map *b = tap_data();
	struct vfu_dma_map map = {
		.argsz = b->argsz,
		.flags = b->flags,
		.offset = b->offset,
		.addr = b->addr,
		.size = b->size,
	};
	struct server s = { 0 };
	static struct client c;
	int fd = client_memory(4 * PAGE, NULL);
	unsigned int before;

	TAP_REQUIRE(client_start(&s, &c));
	TAP_EQUAL(client_map(&c, 0x10000, 2 * PAGE, 0, fd), 0);
	before = client_open_fds();
	TAP_EQUAL(client_call_fds(&c, VFU_DMA_MAP, &map, sizeof(map), &fd,
				  !b->without_fd),
		  -b->want);
	TAP_EQUAL(client_open_fds(), before);
	TAP_EQUAL(vfu_maps_count(&s.vfu->maps), 1);
	close(fd);
	client_stop(&s, &c);
}

static void wrong_descriptors(void)
{
	struct server s = { 0 };
	static struct client c;
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int event = eventfd(0, EFD_CLOEXEC);
	int pair[2];
	int empty = memfd_create("empty", MFD_CLOEXEC);
	int two[2] = { empty, empty };
	struct vfu_dma_map map = { sizeof(map), 3, 0, 0, PAGE };

	TAP_REQUIRE(client_start(&s, &c));
	TAP_REQUIRE(!pipe2(pair, O_CLOEXEC));
	TAP_EQUAL(client_map(&c, 0, PAGE, 0, null), -EINVAL);
	TAP_EQUAL(client_map(&c, 0, PAGE, 0, event), -EINVAL);
	TAP_EQUAL(client_map(&c, 0, PAGE, 0, pair[0]), -EINVAL);
	TAP_EQUAL(client_map(&c, 0, PAGE, 0, empty), -EINVAL);
	TAP_EQUAL(client_call_fds(&c, VFU_DMA_MAP, &map, sizeof(map), two, 2),
		  -EINVAL);
	close(null);
	close(event);
	close(pair[0]);
	close(pair[1]);
	close(empty);
	client_stop(&s, &c);
}

static void read_only_file(void)
{
	struct vfu_dma_map map = {
		.argsz = sizeof(map),
		.flags = VFU_DMA_MAP_READ,
		.size = PAGE,
	};
	struct server s = { 0 };
	static struct client c;
	int fd = client_memory(PAGE, NULL), ro;
	char path[64];

	TAP_REQUIRE(client_start(&s, &c));
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	ro = open(path, O_RDONLY | O_CLOEXEC);
	TAP_EQUAL(client_map(&c, 0, PAGE, 0, ro), -EACCES);
	TAP_EQUAL(client_call_fds(&c, VFU_DMA_MAP, &map, sizeof(map), &ro, 1),
		  0);
	TAP_EQUAL(client_map(&c, 0x8000, PAGE, 0, fd), 0);
	expect_dma(&c, TESTDEV_CMD_COPY, 0, 0x8000, 16, 0);
	close(ro);
	close(fd);
	client_stop(&s, &c);
}

static void unmap_must_match(void)
{
	struct vfu_dma_unmap u = { sizeof(u), 0, 0x10000, 4 * PAGE };
	struct server s = { 0 };
	static struct client c;
	int fd = client_memory(4 * PAGE, NULL);

	TAP_REQUIRE(client_start(&s, &c));
	TAP_EQUAL(client_map(&c, 0x10000, 4 * PAGE, 0, fd), 0);
	TAP_EQUAL(client_unmap(&c, 0x10000, 2 * PAGE), -ENOENT);
	TAP_EQUAL(client_unmap(&c, 0x11000, 3 * PAGE), -ENOENT);
	TAP_EQUAL(client_unmap(&c, 0x10000, 5 * PAGE), -ENOENT);
	TAP_EQUAL(client_unmap(&c, 0, UINT64_MAX), -ENOENT);
	TAP_EQUAL(client_unmap(&c, 0, 0), -ENOENT);
	u.flags = VFIO_DMA_UNMAP_FLAG_GET_DIRTY_BITMAP;
	TAP_EQUAL(client_call(&c, VFU_DMA_UNMAP, &u, sizeof(u)), -EOPNOTSUPP);
	u.flags = 0x80;
	TAP_EQUAL(client_call(&c, VFU_DMA_UNMAP, &u, sizeof(u)), -EINVAL);
	u.flags = VFU_DMA_UNMAP_ALL;
	TAP_EQUAL(client_call(&c, VFU_DMA_UNMAP, &u, sizeof(u)), -EINVAL);
	u.flags = 0;
	u.argsz = 8;
	TAP_EQUAL(client_call(&c, VFU_DMA_UNMAP, &u, sizeof(u)), -EINVAL);
	u.argsz = sizeof(u);
	TAP_EQUAL(client_call(&c, VFU_DMA_UNMAP, &u, sizeof(u)), 0);
	TAP_EQUAL(c.size, sizeof(u));
	TAP_CHECK(!memcmp(c.data, &u, sizeof(u)));
	TAP_EQUAL(client_unmap(&c, 0x10000, 4 * PAGE), -ENOENT);
	close(fd);
	client_stop(&s, &c);
}

static void unmap_all(void)
{
	struct server s = { 0 };
	static struct client c;
	int fd = client_memory(8 * PAGE, NULL);
	unsigned int before;

	TAP_REQUIRE(client_start(&s, &c));
	before = client_open_fds();
	for (uint64_t i = 0; i < 8; i++)
		TAP_EQUAL(client_map(&c, i * 2 * PAGE, PAGE, i * PAGE, fd), 0);
	TAP_EQUAL(vfu_maps_count(&s.vfu->maps), 8);
	TAP_EQUAL(client_open_fds(), before); /* mapped, so not kept open */
	TAP_EQUAL(client_unmap_all(&c), 0);
	TAP_EQUAL(vfu_maps_count(&s.vfu->maps), 0);
	TAP_EQUAL(client_unmap_all(&c), 0);
	TAP_EQUAL(client_map(&c, 0, PAGE, 0, fd), 0);
	close(fd);
	client_stop(&s, &c);
}

static void by_message(void)
{
	struct server s = { 0 };
	static struct client c;
	static uint8_t memory[64 * PAGE];

	TAP_REQUIRE(client_start(&s, &c));
	c.memory = memory;
	c.memory_addr = 0x40000000;
	c.memory_size = sizeof(memory);
	TAP_EQUAL(client_map(&c, 0x40000000, sizeof(memory), 0, -1), 0);
	memcpy(memory, "123456789", 9);
	TAP_EQUAL(client_dma(&c, TESTDEV_CMD_CRC, 0x40000000, 0, 9, 0),
		  TESTDEV_DMA_DONE);
	TAP_EQUAL(client_get32(&c, 0, TESTDEV_DMA_RESULT), 0xcbf43926);
	TAP_EQUAL(client_dma(&c, TESTDEV_CMD_FILL, 0, 0x40001000, 3 * PAGE,
			     0x6b),
		  TESTDEV_DMA_DONE);
	TAP_EQUAL(memory[PAGE], 0x6b);
	TAP_EQUAL(memory[4 * PAGE - 1], 0x6b);
	TAP_EQUAL(memory[4 * PAGE], 0);
	TAP_EQUAL(client_dma(&c, TESTDEV_CMD_STORE, 0, 0x40000100, 0, 0x77),
		  TESTDEV_DMA_DONE);
	TAP_EQUAL(memory[0x100], 0x77);
	TAP_CHECK(c.dma_messages >= 3);
	client_stop(&s, &c);
}

/* The client's limit on transfers holds for our messages too. */
static void small_messages(void)
{
	struct server s = { 0 };
	static struct client c;
	static uint8_t memory[4 * PAGE];
	uint16_t command = 6;

	TAP_REQUIRE(client_start_raw(&s, &c));
	TAP_EQUAL(client_version(&c, "{\"capabilities\":{"
				     "\"max_data_xfer_size\":1024}}"),
		  0);
	client_region_write(&c, VFIO_PCI_CONFIG_REGION_INDEX, 4, &command, 2);
	c.memory = memory;
	c.memory_size = sizeof(memory);
	TAP_EQUAL(client_map(&c, 0, sizeof(memory), 0, -1), 0);
	TAP_EQUAL(client_dma(&c, TESTDEV_CMD_FILL, 0, 0, 2 * PAGE, 3),
		  TESTDEV_DMA_DONE);
	TAP_EQUAL(c.dma_messages, 8);
	TAP_EQUAL(memory[2 * PAGE - 1], 3);
	client_stop(&s, &c);
}

static void message_errors(void)
{
	struct server s = { 0 };
	static struct client c;
	static uint8_t memory[PAGE];

	TAP_REQUIRE(client_start(&s, &c));
	c.memory = memory;
	c.memory_size = sizeof(memory);
	TAP_EQUAL(client_map(&c, 0, PAGE, 0, -1), 0);
	c.dma_fail = true;
	expect_dma(&c, TESTDEV_CMD_FILL, 0, 0, 16, EFAULT);
	c.dma_fail = false;
	c.dma_short = true;
	expect_dma(&c, TESTDEV_CMD_CRC, 0, 0, 16, EIO);
	c.dma_short = false;
	expect_dma(&c, TESTDEV_CMD_CRC, 0, 0, 16, 0);
	client_stop(&s, &c);
}

/* A reset does not wait for an answer that does not come. */
static void unanswered_message(void)
{
	struct server s = { 0 };
	static struct client c;
	uint64_t start;

	TAP_REQUIRE(client_start(&s, &c));
	TAP_EQUAL(client_map(&c, 0, PAGE, 0, -1), 0);
	c.dma_ignore = true;
	client_put64(&c, 0, TESTDEV_DMA_DST, 0);
	client_put32(&c, 0, TESTDEV_DMA_LEN, 16);
	client_put32(&c, 0, TESTDEV_DMA_CMD, TESTDEV_CMD_FILL);
	client_serve(&c, 200);
	TAP_EQUAL(c.dma_messages, 1);
	start = axm_now_ns();
	TAP_EQUAL(client_call(&c, VFU_DEVICE_RESET, NULL, 0), 0);
	TAP_CHECK(axm_now_ns() - start < 1000000000);
	TAP_EQUAL(client_get32(&c, 0, TESTDEV_DMA_STATUS), TESTDEV_DMA_IDLE);
	/* The answer comes late, to nobody. */
	TAP_CHECK(client_send(&c, VFU_DMA_WRITE, VFU_TYPE_REPLY, NULL, 0, NULL,
			      0));
	TAP_EQUAL(client_get32(&c, 0, TESTDEV_ID), TESTDEV_ID_VALUE);
	client_stop(&s, &c);
}

/* [file A][message][file B], one transfer across all of them. */
static void across_borders(void)
{
	struct server s = { 0 };
	static struct client c;
	static uint8_t middle[PAGE];
	uint8_t *first, *last;
	int a = client_memory(PAGE, &first), b = client_memory(PAGE, &last);

	TAP_REQUIRE(client_start(&s, &c));
	c.memory = middle;
	c.memory_addr = 0x11000;
	c.memory_size = PAGE;
	TAP_EQUAL(client_map(&c, 0x12000, PAGE, 0, b), 0);
	TAP_EQUAL(client_map(&c, 0x10000, PAGE, 0, a), 0);
	TAP_EQUAL(client_map(&c, 0x11000, PAGE, 0, -1), 0);
	TAP_EQUAL(client_dma(&c, TESTDEV_CMD_FILL, 0, 0x10ff0, 0x1020, 0x31),
		  TESTDEV_DMA_DONE);
	TAP_EQUAL(first[0xfef], 0);
	TAP_EQUAL(first[0xff0], 0x31);
	TAP_EQUAL(middle[0], 0x31);
	TAP_EQUAL(middle[PAGE - 1], 0x31);
	TAP_EQUAL(last[0xf], 0x31);
	TAP_EQUAL(last[0x10], 0);
	TAP_EQUAL(client_dma(&c, TESTDEV_CMD_COPY, 0x10ff0, 0x11ff0, 0x20, 0),
		  TESTDEV_DMA_DONE);
	close(a);
	close(b);
	client_stop(&s, &c);
}

/* As a guest with a virtual IOMMU maps: page by page, in no order. */
static void many_maps(void)
{
	enum {
		N = 10000
	};
	struct server s = { 0 };
	static struct client c;
	static uint16_t order[N];
	uint8_t *memory;
	int fd = client_memory((size_t)N * PAGE, &memory);

	TAP_REQUIRE(client_start(&s, &c));
	for (unsigned int i = 0; i < N; i++)
		order[i] = (uint16_t)i;
	for (unsigned int i = N - 1, x = 12345; i; i--) {
		unsigned int j = (x = x * 1103515245 + 12345) % (i + 1);
		uint16_t t = order[i];

		order[i] = order[j];
		order[j] = t;
	}
	/* Address n is page order[n] of the file. */
	for (unsigned int i = 0; i < N; i++) {
		unsigned int n = order[i];

		TAP_REQUIRE(client_map(&c, (uint64_t)n * PAGE, PAGE,
				       (uint64_t)order[n] * PAGE, fd) == 0);
	}
	TAP_EQUAL(vfu_maps_count(&s.vfu->maps), N);
	for (unsigned int n = 0; n < N; n++)
		memory[(size_t)order[n] * PAGE] = (uint8_t)(n % 251);
	for (unsigned int n = 0; n < N; n += 997) {
		TAP_EQUAL(client_dma(&c, TESTDEV_CMD_TO_MEM, n * PAGE, n, 1, 0),
			  TESTDEV_DMA_DONE);
		TAP_EQUAL(client_get32(&c, 2, n & ~3u) >> 8 * (n & 3) & 0xff,
			  n % 251);
	}
	/* All of it in one transfer, over ten thousand borders. */
	TAP_EQUAL(client_dma(&c, TESTDEV_CMD_FILL, 0, 0, N * PAGE, 0x99),
		  TESTDEV_DMA_DONE);
	TAP_EQUAL(memory[(size_t)N * PAGE - 1], 0x99);
	for (unsigned int i = 0; i < N; i++)
		TAP_REQUIRE(client_unmap(&c, (uint64_t)order[i] * PAGE, PAGE) ==
			    0);
	TAP_EQUAL(vfu_maps_count(&s.vfu->maps), 0);
	close(fd);
	client_stop(&s, &c);
	munmap(memory, (size_t)N * PAGE);
}

static void too_many_maps(void)
{
	struct server s = { 0 };
	static struct client c;

	TAP_REQUIRE(client_start(&s, &c));
	for (uint64_t i = 0; i < VFU_MAX_MAPS; i++) {
		struct vfu_dma_map map = {
			.argsz = sizeof(map),
			.flags = 3,
			.addr = i * PAGE,
			.size = PAGE,
		};

		TAP_REQUIRE(client_send(&c, VFU_DMA_MAP, VFU_NO_REPLY, &map,
					sizeof(map), NULL, 0));
	}
	TAP_EQUAL(client_map(&c, 1ull << 40, PAGE, 0, -1), -ENOSPC);
	TAP_EQUAL(client_unmap(&c, 0, PAGE), 0);
	TAP_EQUAL(client_map(&c, 1ull << 40, PAGE, 0, -1), 0);
	client_stop(&s, &c);
}

static void too_many_files(void)
{
	struct server s = { 0 };
	static struct client c;

	TAP_REQUIRE(client_start(&s, &c));
	for (uint64_t i = 0; i <= VFU_MAX_FILES; i++) {
		int fd = client_memory(PAGE, NULL);

		TAP_EQUAL(client_map(&c, i * PAGE, PAGE, 0, fd),
			  i < VFU_MAX_FILES ? 0 : -ENOSPC);
		close(fd);
	}
	client_stop(&s, &c);
}

static void whole_address_space(void)
{
	struct server s = { 0 };
	static struct client c;
	static uint8_t memory[16];

	TAP_REQUIRE(client_start(&s, &c));
	c.memory = memory;
	c.memory_addr = UINT64_MAX - 15;
	c.memory_size = 16;
	TAP_EQUAL(client_map(&c, 0, UINT64_MAX, 0, -1), 0);
	TAP_EQUAL(client_map(&c, UINT64_MAX, 1, 0, -1), 0);
	TAP_EQUAL(client_map(&c, UINT64_MAX, 1, 0, -1), -EEXIST);
	TAP_EQUAL(client_dma(&c, TESTDEV_CMD_FILL, 0, UINT64_MAX - 3, 4, 0x21),
		  TESTDEV_DMA_DONE);
	TAP_EQUAL(memory[15], 0x21);
	client_stop(&s, &c);
}

#define BAD(...)                             \
	refused_map, &(const struct bad_map) \
	{                                    \
		__VA_ARGS__                  \
	}

static const struct tap_case cases[] = {
	{ "a mapped file is read and written at its offset", map_and_copy },
	{ "DMA outside of the mappings fails with EFAULT", unmapped },
	{ "DMA against the direction of a mapping fails with EFAULT",
	  directions },
	{ "DMA without bus mastering fails with EPERM", no_bus_master },
	{ "a map with a short argsz is refused",
	  BAD(31, 3, 0, 0, PAGE, EINVAL) },
	{ "a map without a direction is refused",
	  BAD(32, 0, 0, 0, PAGE, EINVAL) },
	{ "a map with an unknown flag is refused",
	  BAD(32, 7, 0, 0, PAGE, EINVAL) },
	{ "a map of nothing is refused", BAD(32, 3, 0, 0, 0, EINVAL) },
	{ "a map that wraps around is refused",
	  BAD(32, 3, 0, UINT64_MAX - 10, PAGE, EINVAL) },
	{ "a map longer than its file is refused",
	  BAD(32, 3, 0, 0, 5 * PAGE, EINVAL) },
	{ "a map behind the end of its file is refused",
	  BAD(32, 3, 4 * PAGE, 0, PAGE, EINVAL) },
	{ "a map whose offset overflows is refused",
	  BAD(32, 3, UINT64_MAX - PAGE + 1, 0, PAGE, EINVAL) },
	{ "an offset without a file is refused",
	  BAD(32, 3, PAGE, 0, PAGE, EINVAL, true) },
	{ "the same map again is refused",
	  BAD(32, 3, 0, 0x10000, 2 * PAGE, EEXIST) },
	{ "a map over the start of another is refused",
	  BAD(32, 3, 0, 0xf000, 2 * PAGE, EEXIST) },
	{ "a map over the end of another is refused",
	  BAD(32, 3, 0, 0x11000, 2 * PAGE, EEXIST) },
	{ "a map inside another is refused",
	  BAD(32, 3, 0, 0x10800, 0x100, EEXIST) },
	{ "a map around another is refused",
	  BAD(32, 3, 0, 0xf000, 4 * PAGE, EEXIST) },
	{ "a message map over a file map is refused",
	  BAD(32, 3, 0, 0x11fff, 1, EEXIST, true) },
	{ "descriptors that are no memory are refused", wrong_descriptors },
	{ "a file that cannot be written is mapped for reading only",
	  read_only_file },
	{ "an unmap must match a map exactly", unmap_must_match },
	{ "unmap all takes all maps away", unmap_all },
	{ "memory without a descriptor is reached by messages", by_message },
	{ "messages keep to the client's transfer limit", small_messages },
	{ "an error or a short answer to a message fails the transfer",
	  message_errors },
	{ "a reset ends a transfer whose message is not answered",
	  unanswered_message },
	{ "one transfer crosses maps of both kinds", across_borders },
	{ "ten thousand maps are found, crossed and removed", many_maps },
	{ "one map more than the limit is refused", too_many_maps },
	{ "one file more than the limit is refused", too_many_files },
	{ "the last byte of the address space can be mapped",
	  whole_address_space },
};
TAP_MAIN(cases)
