// SPDX-License-Identifier: MIT
/* The protocol's frame: headers, the handshake, sizes, descriptors, order. */
#include "client.h"
#include "tap.h"
#include "testdev_regs.h"

#include <fcntl.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct forged {
	uint16_t command;
	uint32_t size; /* in the header; 0: the true one */
	uint32_t flags;
	size_t payload;
	int want; /* errno of the reply */
	bool hangs_up; /* afterwards */
	bool before_version;
};

/* A payload of zeros with a good header but for what the row says. */
static void forged_message(void)
{
	const struct forged *f = tap_data();
	struct server s = { 0 };
	static struct client c;
	uint8_t message[64] = { 0 };
	struct vfu_header h = {
		.id = 77,
		.command = f->command,
		.size = f->size ? f->size : (uint32_t)(sizeof(h) + f->payload),
		.flags = f->flags,
	};

	TAP_REQUIRE(f->before_version ? client_start_raw(&s, &c) :
					client_start(&s, &c));
	memcpy(message, &h, sizeof(h));
	TAP_CHECK(client_raw(&c, message, sizeof(h) + f->payload, NULL, 0));
	TAP_EQUAL(client_receive(&c), -f->want);
	TAP_EQUAL(c.header.id, 77);
	TAP_EQUAL(c.header.command, f->command);
	if (f->hangs_up)
		TAP_CHECK(client_hung_up(&c));
	else if (!f->before_version)
		TAP_EQUAL(client_get32(&c, 0, TESTDEV_ID), TESTDEV_ID_VALUE);
	client_stop(&s, &c);
}

struct handshake {
	uint16_t major, minor;
	const char *json;
	int want;
	const char *answer; /* part of it */
};

static void handshake(void)
{
	const struct handshake *h = tap_data();
	struct vfu_version v = { h->major, h->minor };
	struct server s = { 0 };
	static struct client c;
	uint8_t message[4096];
	size_t size = sizeof(v);

	TAP_REQUIRE(client_start_raw(&s, &c));
	memcpy(message, &v, sizeof(v));
	if (h->json) {
		memcpy(message + size, h->json, strlen(h->json) + 1);
		size += strlen(h->json) + 1;
	}
	TAP_EQUAL(client_call(&c, VFU_VERSION, message, size), -h->want);
	if (!h->want) {
		memcpy(&v, c.data, sizeof(v));
		TAP_EQUAL(v.major, 0);
		TAP_EQUAL(v.minor, 0);
		TAP_CHECK(c.size <= size);
		if (h->json)
			TAP_STRING((char *)c.data + sizeof(v), h->answer);
		else
			TAP_EQUAL(c.size, sizeof(v));
	}
	client_stop(&s, &c);
}

static void json_without_nul(void)
{
	struct server s = { 0 };
	static struct client c;
	char message[] = "\0\0\0\0{}";

	TAP_REQUIRE(client_start_raw(&s, &c));
	TAP_EQUAL(client_call(&c, VFU_VERSION, message, 6), -EINVAL);
	TAP_EQUAL(client_call(&c, VFU_VERSION, "\0\0\0\0{}\0{}", 10), -EINVAL);
	TAP_EQUAL(client_version(&c, "{}"), 0);
	client_stop(&s, &c);
}

static void deep_json(void)
{
	struct server s = { 0 };
	static struct client c;
	char text[8100];

	TAP_REQUIRE(client_start_raw(&s, &c));
	memset(text, '[', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	TAP_EQUAL(client_version(&c, text), -EINVAL);
	client_stop(&s, &c);
}

static void second_handshake(void)
{
	struct server s = { 0 };
	static struct client c;

	TAP_REQUIRE(client_start(&s, &c));
	TAP_EQUAL(client_version(&c, "{}"), -EINVAL);
	TAP_EQUAL(client_get32(&c, 0, TESTDEV_ID), TESTDEV_ID_VALUE);
	client_stop(&s, &c);
}

static void before_handshake(void)
{
	static const uint16_t commands[] = {
		VFU_DMA_MAP,
		VFU_DMA_UNMAP,
		VFU_DEVICE_GET_INFO,
		VFU_DEVICE_GET_REGION_INFO,
		VFU_DEVICE_GET_IRQ_INFO,
		VFU_DEVICE_SET_IRQS,
		VFU_REGION_READ,
		VFU_REGION_WRITE,
		VFU_DEVICE_RESET,
		VFU_REGION_WRITE_MULTI,
	};
	struct server s = { 0 };
	static struct client c;
	uint8_t zeros[64] = { 0 };

	TAP_REQUIRE(client_start_raw(&s, &c));
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		TAP_EQUAL(client_call(&c, commands[i], zeros, 32), -EPROTO);
	client_stop(&s, &c);
}

static void one_byte_at_a_time(void)
{
	struct server s = { 0 };
	static struct client c;
	struct {
		struct vfu_header h;
		struct vfu_region_access a;
	} m = {
		{ 5, VFU_REGION_READ, sizeof(m), 0, 0 },
		{ TESTDEV_ID, 0, 4 },
	};
	uint32_t value;

	TAP_REQUIRE(client_start(&s, &c));
	for (size_t i = 0; i < sizeof(m); i++)
		TAP_CHECK(client_raw(&c, (uint8_t *)&m + i, 1, NULL, 0));
	TAP_EQUAL(client_receive(&c), 0);
	memcpy(&value, c.data + sizeof(m.a), 4);
	TAP_EQUAL(value, TESTDEV_ID_VALUE);
	client_stop(&s, &c);
}

static void pipelined(void)
{
	struct server s = { 0 };
	static struct client c;
	struct one {
		struct vfu_header h;
		struct vfu_region_access a;
	} m[100];

	TAP_REQUIRE(client_start(&s, &c));
	for (uint16_t i = 0; i < 100; i++)
		m[i] = (struct one){
			{ i, VFU_REGION_READ, sizeof(m[0]), 0, 0 },
			{ TESTDEV_ID, 0, 4 },
		};
	TAP_CHECK(client_raw(&c, m, sizeof(m), NULL, 0));
	for (uint16_t i = 0; i < 100; i++) {
		TAP_EQUAL(client_receive(&c), 0);
		TAP_EQUAL(c.header.id, i);
	}
	client_stop(&s, &c);
}

/* Posted writes and a mapping in one burst: the descriptor is the last's. */
static void descriptor_behind_burst(void)
{
	struct server s = { 0 };
	static struct client c;
	struct {
		struct vfu_header h;
		struct vfu_region_access a;
		uint32_t value;
	} __attribute__((packed)) w = {
		{ 1, VFU_REGION_WRITE, sizeof(w), VFU_NO_REPLY, 0 },
		{ TESTDEV_SCRATCH32, 0, 4 },
		0x55,
	};
	struct vfu_dma_map map = {
		.argsz = sizeof(map),
		.flags = 3,
		.addr = 0x10000,
		.size = 0x1000,
	};
	uint8_t *memory;
	int fd = client_memory(0x1000, &memory);

	TAP_REQUIRE(client_start(&s, &c));
	for (int i = 0; i < 50; i++)
		TAP_CHECK(client_raw(&c, &w, sizeof(w), NULL, 0));
	TAP_EQUAL(client_call_fds(&c, VFU_DMA_MAP, &map, sizeof(map), &fd, 1),
		  0);
	close(fd);
	TAP_EQUAL(client_dma(&c, TESTDEV_CMD_FILL, 0, 0x10000, 16, 0xab),
		  TESTDEV_DMA_DONE);
	TAP_EQUAL(memory[15], 0xab);
	TAP_EQUAL(client_get32(&c, 0, TESTDEV_SCRATCH32), 0x55);
	client_stop(&s, &c);
}

static void no_reply(void)
{
	struct server s = { 0 };
	static struct client c;
	struct {
		struct vfu_region_access a;
		uint32_t value;
	} __attribute__((packed)) w = { { TESTDEV_SCRATCH32, 0, 4 }, 9 };

	TAP_REQUIRE(client_start(&s, &c));
	TAP_CHECK(client_send(&c, VFU_REGION_WRITE, VFU_NO_REPLY, &w, sizeof(w),
			      NULL, 0));
	w.a.offset = 0x100000; /* outside: no reply to the error either */
	TAP_CHECK(client_send(&c, VFU_REGION_WRITE, VFU_NO_REPLY, &w, sizeof(w),
			      NULL, 0));
	TAP_EQUAL(client_get32(&c, 0, TESTDEV_SCRATCH32), 9);
	client_stop(&s, &c);
}

static void unasked_reply(void)
{
	struct server s = { 0 };
	static struct client c;
	uint8_t zeros[32] = { 0 };

	TAP_REQUIRE(client_start(&s, &c));
	TAP_CHECK(client_send(&c, VFU_DMA_READ, VFU_TYPE_REPLY, zeros, 32, NULL,
			      0));
	TAP_CHECK(client_send(&c, VFU_DMA_WRITE, VFU_TYPE_REPLY | VFU_ERROR,
			      NULL, 0, NULL, 0));
	TAP_EQUAL(client_get32(&c, 0, TESTDEV_ID), TESTDEV_ID_VALUE);
	client_stop(&s, &c);
}

static void unwanted_descriptors(void)
{
	struct server s = { 0 };
	static struct client c;
	struct vfu_region_access a = { TESTDEV_ID, 0, 4 };
	unsigned int before;
	int fds[40];

	TAP_REQUIRE(client_start(&s, &c));
	for (int i = 0; i < 40; i++)
		fds[i] = eventfd(0, EFD_CLOEXEC);
	before = client_open_fds();
	TAP_EQUAL(client_call_fds(&c, VFU_REGION_READ, &a, sizeof(a), fds, 1),
		  -EINVAL);
	TAP_EQUAL(client_call_fds(&c, VFU_REGION_READ, &a, sizeof(a), fds, 40),
		  -EINVAL);
	TAP_EQUAL(client_open_fds(), before);
	TAP_EQUAL(client_get32(&c, 0, TESTDEV_ID), TESTDEV_ID_VALUE);
	for (int i = 0; i < 40; i++)
		close(fds[i]);
	client_stop(&s, &c);
}

static void died_in_a_message(void)
{
	struct server s = { 0 };
	static struct client c;
	struct vfu_header h = { 1, VFU_REGION_WRITE, 4096, 0, 0 };
	int fd = eventfd(0, EFD_CLOEXEC);
	unsigned int before;

	TAP_REQUIRE(client_start(&s, &c));
	before = client_open_fds();
	TAP_CHECK(client_raw(&c, &h, sizeof(h), &fd, 1));
	client_stop(&s, &c);
	close(fd);
	TAP_CHECK(client_open_fds() < before);
}

/* The server must not wait for ever for room in the socket. */
static void reader_that_does_not_read(void)
{
	struct server s = { 0 };
	static struct client c;
	struct vfu_region_access a = { TESTDEV_RAM, 0, TESTDEV_RAM_SIZE };
	bool sent = true;

	TAP_REQUIRE(client_start(&s, &c));
	for (int i = 0; sent && i < 100000; i++)
		sent = client_send(&c, VFU_REGION_READ, 0, &a, sizeof(a), NULL,
				   0);
	TAP_CHECK(!sent);
	client_stop(&s, &c);
}

#define FORGED(...)                            \
	forged_message, &(const struct forged) \
	{                                      \
		__VA_ARGS__                    \
	}
#define SHAKE(...)                           \
	handshake, &(const struct handshake) \
	{                                    \
		__VA_ARGS__                  \
	}
#define FULL                                                                    \
	"{\"capabilities\":{\"max_msg_fds\":16,\"max_data_xfer_size\":1048576," \
	"\"max_dma_maps\":65535,\"pgsizes\":4096,\"write_multiple\":true}}"

static const struct tap_case cases[] = {
	{ "the handshake agrees on 0.0 and on the proposed capabilities",
	  SHAKE(0, 0, FULL, 0, FULL) },
	{ "a newer minor version is answered with 0.0",
	  SHAKE(0, 3, "{}", 0, "{}") },
	{ "a handshake without data is answered without data",
	  SHAKE(0, 0, NULL, 0, NULL) },
	{ "what was not proposed is not in the answer",
	  SHAKE(0, 0, "{\"capabilities\":{\"max_msg_fds\":8}}", 0,
		"{\"capabilities\":{\"max_msg_fds\":8}}") },
	{ "unknown capabilities are passed over",
	  SHAKE(0, 0, "{\"capabilities\":{\"x\":[1,{}],\"migration\":{}}}", 0,
		"{}") },
	{ "another major version is refused", SHAKE(1, 0, "{}", EINVAL, NULL) },
	{ "capabilities that are no JSON are refused",
	  SHAKE(0, 0, "{capabilities", EINVAL, NULL) },
	{ "capabilities that are no object are refused",
	  SHAKE(0, 0, "[1,2]", EINVAL, NULL) },
	{ "capabilities inside that are no object are refused",
	  SHAKE(0, 0, "{\"capabilities\":4}", EINVAL, NULL) },
	{ "a negative limit is refused",
	  SHAKE(0, 0, "{\"capabilities\":{\"max_msg_fds\":-1}}", EINVAL,
		NULL) },
	{ "a limit that is a string is refused",
	  SHAKE(0, 0, "{\"capabilities\":{\"max_data_xfer_size\":\"1\"}}",
		EINVAL, NULL) },
	{ "a transfer limit of zero is refused",
	  SHAKE(0, 0, "{\"capabilities\":{\"max_data_xfer_size\":0}}", EINVAL,
		NULL) },
	{ "a flag that is a number is refused",
	  SHAKE(0, 0, "{\"capabilities\":{\"write_multiple\":1}}", EINVAL,
		NULL) },
	{ "garbage behind the JSON is refused",
	  SHAKE(0, 0, "{} x", EINVAL, NULL) },
	{ "an empty string is refused", SHAKE(0, 0, "", EINVAL, NULL) },
	{ "JSON that does not end with its NUL is refused", json_without_nul },
	{ "JSON that is nested too deep is refused", deep_json },
	{ "a second handshake is refused", second_handshake },
	{ "commands before the handshake are refused", before_handshake },
	{ "a size smaller than the header ends the connection",
	  FORGED(VFU_REGION_READ, 8, 0, 16, EINVAL, true, false) },
	{ "an absurd size ends the connection",
	  FORGED(VFU_REGION_READ, 0xffffffff, 0, 16, EINVAL, true, false) },
	{ "a size just over the limit ends the connection",
	  FORGED(VFU_REGION_WRITE, VFU_MAX_MESSAGE + 1, 0, 16, EINVAL, true,
		 false) },
	{ "an unknown message type ends the connection",
	  FORGED(VFU_REGION_READ, 0, 2, 16, EINVAL, true, false) },
	{ "an absurd size before the handshake ends the connection",
	  FORGED(VFU_VERSION, 0x7fffffff, 0, 8, EINVAL, true, true) },
	{ "a version message without a version is refused",
	  FORGED(VFU_VERSION, 0, 0, 2, EINVAL, false, true) },
	{ "command zero is unknown", FORGED(0, 0, 0, 0, ENOSYS, false, false) },
	{ "an unknown command is refused",
	  FORGED(999, 0, 0, 16, ENOSYS, false, false) },
	{ "a command of the other direction is refused",
	  FORGED(VFU_DMA_READ, 0, 0, 16, ENOSYS, false, false) },
	{ "ioeventfds are not supported",
	  FORGED(VFU_DEVICE_GET_REGION_IO_FDS, 0, 0, 16, EOPNOTSUPP, false,
		 false) },
	{ "dirty pages are not supported",
	  FORGED(VFU_DIRTY_PAGES, 0, 0, 8, EOPNOTSUPP, false, false) },
	{ "migration is not supported",
	  FORGED(VFU_DEVICE_FEATURE, 0, 0, 8, EOPNOTSUPP, false, false) },
	{ "a short device info is refused",
	  FORGED(VFU_DEVICE_GET_INFO, 0, 0, 15, EINVAL, false, false) },
	{ "a long device info is refused",
	  FORGED(VFU_DEVICE_GET_INFO, 0, 0, 17, EINVAL, false, false) },
	{ "a device info with argsz 0 is refused",
	  FORGED(VFU_DEVICE_GET_INFO, 0, 0, 16, EINVAL, false, false) },
	{ "a short region info is refused",
	  FORGED(VFU_DEVICE_GET_REGION_INFO, 0, 0, 31, EINVAL, false, false) },
	{ "a short map is refused",
	  FORGED(VFU_DMA_MAP, 0, 0, 31, EINVAL, false, false) },
	{ "a short unmap is refused",
	  FORGED(VFU_DMA_UNMAP, 0, 0, 23, EINVAL, false, false) },
	{ "a short interrupt info is refused",
	  FORGED(VFU_DEVICE_GET_IRQ_INFO, 0, 0, 15, EINVAL, false, false) },
	{ "a short interrupt set is refused",
	  FORGED(VFU_DEVICE_SET_IRQS, 0, 0, 19, EINVAL, false, false) },
	{ "a short region read is refused",
	  FORGED(VFU_REGION_READ, 0, 0, 15, EINVAL, false, false) },
	{ "a region write without its data is refused",
	  FORGED(VFU_REGION_WRITE, 0, 0, 17, EINVAL, false, false) },
	{ "a reset with a payload is refused",
	  FORGED(VFU_DEVICE_RESET, 0, 0, 1, EINVAL, false, false) },
	{ "a multiple write without its count is refused",
	  FORGED(VFU_REGION_WRITE_MULTI, 0, 0, 7, EINVAL, false, false) },
	{ "a message may come a byte at a time", one_byte_at_a_time },
	{ "a hundred messages in one piece are answered in order", pipelined },
	{ "a descriptor behind a burst belongs to the last message",
	  descriptor_behind_burst },
	{ "a command that wants no reply gets none, even if it fails",
	  no_reply },
	{ "a reply that nobody asked for is passed over", unasked_reply },
	{ "unwanted and too many descriptors are refused and closed",
	  unwanted_descriptors },
	{ "a client that dies in the middle of a message leaves nothing open",
	  died_in_a_message },
	{ "a client that does not read its replies is dropped",
	  reader_that_does_not_read },
};
TAP_MAIN(cases)
