// SPDX-License-Identifier: MIT
/* The client side of the protocol, in the simplest way that is complete. */
#include "client.h"
#include "tap.h"
#include "testdev_regs.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define CAPABILITIES                                              \
	"{\"capabilities\":{\"max_msg_fds\":16,"                  \
	"\"max_data_xfer_size\":1048576,\"write_multiple\":true," \
	"\"pgsizes\":4096,\"max_dma_maps\":65535}}"

void client_init(struct client *c, int fd)
{
	memset(c, 0, offsetof(struct client, data));
	c->fd = fd;
	c->reply_fd = -1;
	c->timeout_ms = 10000;
}

int client_connect(struct client *c, const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	strncpy(addr.sun_path, path, sizeof(addr.sun_path) - 1);
	if (connect(fd, (void *)&addr, sizeof(addr))) {
		int error = errno;

		close(fd);
		return -error;
	}
	client_init(c, fd);
	return 0;
}

static void drop_reply_fd(struct client *c)
{
	if (c->reply_fd >= 0)
		close(c->reply_fd);
	c->reply_fd = -1;
}

void client_close(struct client *c)
{
	drop_reply_fd(c);
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
}

bool client_raw(struct client *c, const void *data, size_t size, const int *fds,
		unsigned int nr_fds)
{
	union {
		char buf[CMSG_SPACE(sizeof(int) * 64)];
		struct cmsghdr align;
	} control;
	struct iovec iov = { (void *)data, size };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (nr_fds) {
		struct cmsghdr *h;

		memset(&control, 0, sizeof(control));
		msg.msg_control = control.buf;
		msg.msg_controllen = CMSG_SPACE(sizeof(int) * nr_fds);
		h = CMSG_FIRSTHDR(&msg);
		h->cmsg_level = SOL_SOCKET;
		h->cmsg_type = SCM_RIGHTS;
		h->cmsg_len = CMSG_LEN(sizeof(int) * nr_fds);
		memcpy(CMSG_DATA(h), fds, sizeof(int) * nr_fds);
	}
	while (iov.iov_len) {
		ssize_t n = sendmsg(c->fd, &msg, MSG_NOSIGNAL);

		if (n < 0)
			return false;
		iov.iov_base = (char *)iov.iov_base + n;
		iov.iov_len -= (size_t)n;
		msg.msg_control = NULL;
		msg.msg_controllen = 0;
	}
	return true;
}

bool client_send(struct client *c, unsigned int command, uint32_t flags,
		 const void *payload, size_t size, const int *fds,
		 unsigned int nr_fds)
{
	size_t total = sizeof(struct vfu_header) + size;
	uint8_t *message = malloc(total);
	struct vfu_header h = {
		.id = c->next_id++,
		.command = (uint16_t)command,
		.size = (uint32_t)total,
		.flags = flags,
	};
	bool sent;

	memcpy(message, &h, sizeof(h));
	if (size)
		memcpy(message + sizeof(h), payload, size);
	sent = client_raw(c, message, total, fds, nr_fds);
	free(message);
	return sent;
}

static void take_fd(struct client *c, struct msghdr *msg)
{
	struct cmsghdr *h;

	for (h = CMSG_FIRSTHDR(msg); h; h = CMSG_NXTHDR(msg, h)) {
		if (h->cmsg_type != SCM_RIGHTS)
			continue;
		drop_reply_fd(c);
		memcpy(&c->reply_fd, CMSG_DATA(h), sizeof(int));
	}
}

static int read_all(struct client *c, void *to, size_t size, int ms)
{
	union {
		char buf[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control;
	size_t done = 0;

	while (done < size) {
		struct pollfd wait = { .fd = c->fd, .events = POLLIN };
		struct iovec iov = { (char *)to + done, size - done };
		struct msghdr msg = {
			.msg_iov = &iov,
			.msg_iovlen = 1,
			.msg_control = control.buf,
			.msg_controllen = sizeof(control.buf),
		};
		ssize_t n;

		if (poll(&wait, 1, ms) == 0)
			return -ETIMEDOUT;
		n = recvmsg(c->fd, &msg, MSG_CMSG_CLOEXEC);
		if (n <= 0)
			return -ECONNRESET;
		take_fd(c, &msg);
		done += (size_t)n;
	}
	return 0;
}

static int read_message(struct client *c, int ms)
{
	int ret = read_all(c, &c->header, sizeof(c->header), ms);

	if (ret)
		return ret;
	if (c->header.size < sizeof(c->header) ||
	    c->header.size - sizeof(c->header) > sizeof(c->data))
		return -EBADMSG;
	c->size = c->header.size - sizeof(c->header);
	return read_all(c, c->data, c->size, c->timeout_ms);
}

static void serve_dma(struct client *c)
{
	struct vfu_dma_access a;
	struct vfu_header h = c->header;
	bool write = h.command == VFU_DMA_WRITE;
	uint8_t *reply;
	size_t size;

	c->dma_messages++;
	c->dma_last_id = h.id;
	if (c->dma_ignore)
		return;
	memcpy(&a, c->data, sizeof(a));
	h.flags = VFU_TYPE_REPLY;
	if (c->dma_fail || a.addr < c->memory_addr ||
	    a.addr - c->memory_addr + a.count > c->memory_size) {
		h.flags |= VFU_ERROR;
		h.error = EFAULT;
		h.size = sizeof(h);
		client_raw(c, &h, sizeof(h), NULL, 0);
		return;
	}
	size = sizeof(h) + sizeof(a) + (write ? 0 : a.count);
	reply = malloc(size);
	h.size = (uint32_t)size;
	if (c->dma_short)
		h.size -= 1;
	memcpy(reply, &h, sizeof(h));
	memcpy(reply + sizeof(h), &a, sizeof(a));
	if (write)
		memcpy(c->memory + (a.addr - c->memory_addr),
		       c->data + sizeof(a), a.count);
	else
		memcpy(reply + sizeof(h) + sizeof(a),
		       c->memory + (a.addr - c->memory_addr), a.count);
	client_raw(c, reply, h.size, NULL, 0);
	free(reply);
}

int client_receive(struct client *c)
{
	int ret;

	drop_reply_fd(c);
	for (;;) {
		ret = read_message(c, c->timeout_ms);
		if (ret)
			return ret;
		if ((c->header.flags & VFU_TYPE) == VFU_TYPE_REPLY)
			break;
		serve_dma(c);
	}
	if (!(c->header.flags & VFU_ERROR))
		return 0;
	TAP_EQUAL(c->size, 0);
	return -(int)c->header.error;
}

void client_serve(struct client *c, int ms)
{
	while (read_message(c, ms) == 0)
		if ((c->header.flags & VFU_TYPE) == VFU_TYPE_COMMAND)
			serve_dma(c);
}

bool client_hung_up(struct client *c)
{
	char byte;
	struct pollfd wait = { .fd = c->fd, .events = POLLIN };

	return poll(&wait, 1, c->timeout_ms) == 1 &&
	       recv(c->fd, &byte, 1, MSG_PEEK) <= 0;
}

int client_call_fds(struct client *c, unsigned int command, const void *payload,
		    size_t size, const int *fds, unsigned int nr_fds)
{
	int ret;

	if (!client_send(c, command, 0, payload, size, fds, nr_fds))
		return -ECONNRESET;
	ret = client_receive(c);
	if (ret != -ECONNRESET && ret != -ETIMEDOUT) {
		TAP_EQUAL(c->header.command, command);
		TAP_EQUAL(c->header.id, (uint16_t)(c->next_id - 1));
	}
	return ret;
}

int client_call(struct client *c, unsigned int command, const void *payload,
		size_t size)
{
	return client_call_fds(c, command, payload, size, NULL, 0);
}

int client_version(struct client *c, const char *json)
{
	uint8_t message[9000] = { 0 };
	size_t size = sizeof(struct vfu_version);

	if (json) {
		memcpy(message + size, json, strlen(json) + 1);
		size += strlen(json) + 1;
	}
	return client_call(c, VFU_VERSION, message, size);
}

int client_map(struct client *c, uint64_t addr, uint64_t size, uint64_t offset,
	       int fd)
{
	struct vfu_dma_map map = {
		.argsz = sizeof(map),
		.flags = VFU_DMA_MAP_READ | VFU_DMA_MAP_WRITE,
		.offset = offset,
		.addr = addr,
		.size = size,
	};

	return client_call_fds(c, VFU_DMA_MAP, &map, sizeof(map), &fd, fd >= 0);
}

static int unmap(struct client *c, uint64_t addr, uint64_t size, uint32_t flags)
{
	struct vfu_dma_unmap u = {
		.argsz = sizeof(u),
		.flags = flags,
		.addr = addr,
		.size = size,
	};

	return client_call(c, VFU_DMA_UNMAP, &u, sizeof(u));
}

int client_unmap(struct client *c, uint64_t addr, uint64_t size)
{
	return unmap(c, addr, size, 0);
}

int client_unmap_all(struct client *c)
{
	return unmap(c, 0, 0, VFU_DMA_UNMAP_ALL);
}

int client_region_read(struct client *c, uint32_t region, uint64_t offset,
		       void *data, uint32_t count)
{
	struct vfu_region_access a = { offset, region, count };
	int ret = client_call(c, VFU_REGION_READ, &a, sizeof(a));

	if (ret)
		return ret;
	if (c->size != sizeof(a) + count || memcmp(c->data, &a, sizeof(a)))
		return -EBADMSG;
	memcpy(data, c->data + sizeof(a), count);
	return 0;
}

int client_region_write(struct client *c, uint32_t region, uint64_t offset,
			const void *data, uint32_t count)
{
	struct vfu_region_access a = { offset, region, count };
	uint8_t *message = malloc(sizeof(a) + count);
	int ret;

	memcpy(message, &a, sizeof(a));
	memcpy(message + sizeof(a), data, count);
	ret = client_call(c, VFU_REGION_WRITE, message, sizeof(a) + count);
	free(message);
	if (!ret && (c->size != sizeof(a) || memcmp(c->data, &a, sizeof(a))))
		ret = -EBADMSG;
	return ret;
}

uint32_t client_get32(struct client *c, uint32_t region, uint64_t offset)
{
	uint32_t value = 0;

	TAP_EQUAL(client_region_read(c, region, offset, &value, 4), 0);
	return value;
}

uint64_t client_get64(struct client *c, uint32_t region, uint64_t offset)
{
	uint64_t value = 0;

	TAP_EQUAL(client_region_read(c, region, offset, &value, 8), 0);
	return value;
}

int client_put32(struct client *c, uint32_t region, uint64_t offset,
		 uint32_t value)
{
	return client_region_write(c, region, offset, &value, 4);
}

int client_put64(struct client *c, uint32_t region, uint64_t offset,
		 uint64_t value)
{
	return client_region_write(c, region, offset, &value, 8);
}

int client_irqs(struct client *c, uint32_t index, uint32_t flags,
		uint32_t start, uint32_t count, const void *data, size_t size,
		const int *fds, unsigned int nr_fds)
{
	uint8_t message[sizeof(struct vfio_irq_set) + 4096];
	struct vfio_irq_set set = {
		.argsz = (uint32_t)(sizeof(set) + size),
		.flags = flags,
		.index = index,
		.start = start,
		.count = count,
	};

	memcpy(message, &set, sizeof(set));
	if (size)
		memcpy(message + sizeof(set), data, size);
	return client_call_fds(c, VFU_DEVICE_SET_IRQS, message,
			       sizeof(set) + size, fds, nr_fds);
}

uint32_t client_dma_wait(struct client *c)
{
	uint32_t status;

	for (int i = 0; i < 10000; i++) {
		status = client_get32(c, 0, TESTDEV_DMA_STATUS);
		if (status != TESTDEV_DMA_BUSY)
			return status;
		usleep(i < 100 ? 10 : 1000);
	}
	return TESTDEV_DMA_BUSY;
}

uint32_t client_dma(struct client *c, uint32_t cmd, uint64_t src, uint64_t dst,
		    uint32_t len, uint32_t value)
{
	client_put64(c, 0, TESTDEV_DMA_SRC, src);
	client_put64(c, 0, TESTDEV_DMA_DST, dst);
	client_put32(c, 0, TESTDEV_DMA_LEN, len);
	client_put32(c, 0, TESTDEV_DMA_VALUE, value);
	client_put32(c, 0, TESTDEV_DMA_CMD, cmd);
	return client_dma_wait(c);
}

int client_memory(size_t size, uint8_t **at)
{
	int fd = memfd_create("guest", MFD_CLOEXEC);

	if (fd < 0 || ftruncate(fd, (off_t)size))
		return -1;
	if (at)
		*at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
			   0);
	return fd;
}

unsigned int client_open_fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	unsigned int n = 0;

	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

bool client_start_raw(struct server *s, struct client *c)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		return false;
	client_init(c, pair[0]);
	s->fd = pair[1];
	return TAP_EQUAL(server_start(s), 0);
}

bool client_start(struct server *s, struct client *c)
{
	uint16_t command = 6; /* memory, bus master */

	if (!client_start_raw(s, c))
		return false;
	return TAP_EQUAL(client_version(c, CAPABILITIES), 0) &&
	       TAP_EQUAL(client_region_write(c, VFIO_PCI_CONFIG_REGION_INDEX, 4,
					     &command, 2),
			 0);
}

void client_stop(struct server *s, struct client *c)
{
	/* What the test did to the device directly comes before the end. */
	if (c->fd >= 0)
		client_send(c, VFU_DEVICE_GET_INFO, VFU_NO_REPLY, NULL, 0, NULL,
			    0);
	client_close(c);
	server_stop(s);
}
