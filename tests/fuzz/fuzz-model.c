// SPDX-License-Identifier: MIT
/*
 * libFuzzer: a hostile vfio-user client. The input is a list of records
 *
 *	u8 what, u8 fds, u16 length, data[length]
 *
 * of which each is one packet to the server. The two low bits of "what" choose
 * raw bytes, a command with a good header, one that wants no reply, or a reply;
 * the rest is the command. "fds" is a count and a place in a menu of
 * descriptors. A handshake comes first unless the first byte of the input is
 * odd. Everything that the server sends is read and dropped.
 */
#include "common/sigbus.h"
#include "common/vfu.h"
#include "models.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#define MENU 8
#define MEMORY 0x40000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct fuzz {
	struct axm_loop *loop;
	struct vfu *vfu;
	struct axm_device *dev;
	int menu[MENU];
	int peer;
	uint16_t id;
};

static int memory(off_t size)
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	if (fd < 0 || ftruncate(fd, size))
		abort();
	return fd;
}

static void fill_menu(int *menu)
{
	char path[64];
	int pair[2];

	if (pipe2(pair, O_CLOEXEC))
		abort();
	menu[0] = memory(MEMORY);
	menu[1] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	menu[2] = open("/dev/null", O_RDWR | O_CLOEXEC);
	menu[3] = memory(MEMORY); /* shrinks and grows */
	menu[4] = eventfd(0, EFD_CLOEXEC);
	menu[5] = pair[1];
	snprintf(path, sizeof(path), "/proc/self/fd/%d", menu[0]);
	menu[6] = open(path, O_RDONLY | O_CLOEXEC);
	menu[7] = memory(0);
}

/* Made once; each input is a new connection. */
static struct fuzz *make(void)
{
	struct fuzz *f = calloc(1, sizeof(*f));
	struct axm_device_config config = {
		.ops = axm_model_find("testdev"),
		.bus_ops = &vfu_bus_ops,
	};

	if (!f || axm_sigbus_guard() || axm_loop_create(&f->loop) ||
	    vfu_create(f->loop, &f->vfu))
		abort();
	config.bus = f->vfu;
	config.loop = f->loop;
	if (axm_device_create(&config, &f->dev) || vfu_attach(f->vfu, f->dev))
		abort();
	fill_menu(f->menu);
	return f;
}

static void drain(struct fuzz *f)
{
	static char sink[1 << 16];
	union {
		char buf[CMSG_SPACE(sizeof(int) * 16)];
		struct cmsghdr align;
	} control;
	struct iovec iov = { sink, sizeof(sink) };
	struct cmsghdr *c;

	for (;;) {
		struct msghdr msg = {
			.msg_iov = &iov,
			.msg_iovlen = 1,
			.msg_control = control.buf,
			.msg_controllen = sizeof(control.buf),
		};

		if (recvmsg(f->peer, &msg, MSG_DONTWAIT) <= 0)
			return;
		for (c = CMSG_FIRSTHDR(&msg); c; c = CMSG_NXTHDR(&msg, c)) {
			int fd;

			memcpy(&fd, CMSG_DATA(c), sizeof(fd));
			close(fd);
		}
	}
}

static void packet(struct fuzz *f, const void *data, size_t size, uint8_t fds)
{
	union {
		char buf[CMSG_SPACE(sizeof(int) * 32)];
		struct cmsghdr align;
	} control;
	struct iovec iov = { (void *)data, size };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	unsigned int n = fds & 0x1f;

	if (n && size) {
		struct cmsghdr *c;

		memset(&control, 0, sizeof(control));
		msg.msg_control = control.buf;
		msg.msg_controllen = CMSG_SPACE(sizeof(int) * n);
		c = CMSG_FIRSTHDR(&msg);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int) * n);
		/* The same one, as interrupts and maps want it. */
		for (unsigned int i = 0; i < n; i++)
			memcpy(CMSG_DATA(c) + i * sizeof(int),
			       &f->menu[fds >> 5], sizeof(int));
	}
	if (size && sendmsg(f->peer, &msg, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		return;
	while (axm_loop_turn(f->loop, 0) > 0)
		drain(f);
	drain(f);
}

static void message(struct fuzz *f, uint8_t what, uint8_t fds,
		    const uint8_t *data, size_t size)
{
	static const uint32_t flags[4] = {
		[1] = VFU_TYPE_COMMAND,
		[2] = VFU_TYPE_COMMAND | VFU_NO_REPLY,
		[3] = VFU_TYPE_REPLY,
	};
	static uint8_t buf[sizeof(struct vfu_header) + 0x10000];
	struct vfu_header h = {
		.id = f->id++,
		.command = what >> 2,
		.size = (uint32_t)(sizeof(h) + size),
		.flags = flags[what & 3],
	};

	if (!(what & 3)) {
		packet(f, data, size, fds);
		return;
	}
	if ((what & 3) == 3)
		h.id = data && size ? data[0] : 0;
	memcpy(buf, &h, sizeof(h));
	if (size)
		memcpy(buf + sizeof(h), data, size);
	packet(f, buf, sizeof(h) + size, fds);
}

static void shake_hands(struct fuzz *f)
{
	static const char version[] =
		"\0\0\0\0{\"capabilities\":{\"max_msg_fds\":16}}";
	static const uint8_t enable[] = {
		4, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 2, 0, 0, 0, 6, 0,
	};

	message(f, VFU_VERSION << 2 | 1, 0, (const uint8_t *)version,
		sizeof(version));
	message(f, VFU_REGION_WRITE << 2 | 1, 0, enable, sizeof(enable));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct fuzz *f;
	int pair[2];

	if (!f)
		f = make();
	if (!size || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		return 0;
	f->peer = pair[0];
	f->id = 0;
	vfu_conn_open(f->vfu, pair[1]);
	if (!(data[0] & 1))
		shake_hands(f);
	data++;
	size--;
	while (size >= 4) {
		size_t length = data[2] | (size_t)data[3] << 8;

		size -= 4;
		if (length > size)
			length = size;
		message(f, data[0], data[1], data + 4, length);
		if (data[1] & 0x10)
			ftruncate(f->menu[3], data[1] & 1 ? 0 : MEMORY);
		data += 4 + length;
		size -= length;
	}
	close(f->peer);
	while (f->vfu->conn.fd >= 0)
		axm_loop_turn(f->loop, 0);
	ftruncate(f->menu[3], MEMORY);
	return 0;
}
