// SPDX-License-Identifier: MIT
/*
 * One connection: bytes in, messages out.
 *
 * A read takes what is there, up to one message of the largest size, so a
 * register access costs one recvmsg() and one sendmsg(). The kernel never puts
 * bytes behind a packet that carries descriptors into the same read, so
 * descriptors belong to the message that the last byte read is part of.
 *
 * A header that makes no sense leaves no way to find the next one: the reply
 * says so and the connection is closed.
 */
#include "vfu.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A client that does not read its replies is dropped after this. */
#define SEND_TIMEOUT_MS 2000

union control {
	char buf[CMSG_SPACE(sizeof(int) * VFU_MAX_FDS)];
	struct cmsghdr align;
};

static void drop_fds(struct vfu *vfu)
{
	for (unsigned int i = 0; i < vfu->nr_fds; i++)
		if (vfu->fds[i] >= 0)
			close(vfu->fds[i]);
	vfu->nr_fds = 0;
	vfu->fds_lost = false;
}

static void take_fds(struct vfu *vfu, struct msghdr *msg)
{
	struct cmsghdr *c;

	if (msg->msg_flags & MSG_CTRUNC)
		vfu->fds_lost = true;
	for (c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		size_t n;

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (size_t i = 0; i < n; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(c) + i * sizeof(fd), sizeof(fd));
			if (vfu->nr_fds < VFU_MAX_FDS) {
				vfu->fds[vfu->nr_fds++] = fd;
			} else {
				close(fd);
				vfu->fds_lost = true;
			}
		}
	}
}

static int send_part(int sock, struct msghdr *msg)
{
	struct pollfd wait = { .fd = sock, .events = POLLOUT };
	ssize_t n;

	while ((n = sendmsg(sock, msg, MSG_NOSIGNAL | MSG_DONTWAIT)) < 0) {
		if (errno == EINTR)
			continue;
		if (errno != EAGAIN)
			return -errno;
		if (poll(&wait, 1, SEND_TIMEOUT_MS) == 0)
			return -ETIMEDOUT;
	}
	/* Go on behind what was sent; descriptors went with the first byte. */
	msg->msg_control = NULL;
	msg->msg_controllen = 0;
	while (n) {
		size_t step = msg->msg_iov->iov_len;

		if (step > (size_t)n)
			step = (size_t)n;
		msg->msg_iov->iov_base = (char *)msg->msg_iov->iov_base + step;
		msg->msg_iov->iov_len -= step;
		n -= (ssize_t)step;
		if (!msg->msg_iov->iov_len) {
			msg->msg_iov++;
			msg->msg_iovlen--;
		}
	}
	return 0;
}

static void attach_fd(struct msghdr *msg, union control *control, int fd)
{
	struct cmsghdr *c;

	memset(control, 0, sizeof(*control));
	msg->msg_control = control->buf;
	msg->msg_controllen = CMSG_SPACE(sizeof(fd));
	c = CMSG_FIRSTHDR(msg);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(c), &fd, sizeof(fd));
}

int vfu_send(struct vfu *vfu, const struct vfu_header *header, const void *head,
	     size_t head_size, const void *data, size_t data_size, int fd)
{
	struct vfu_header h = *header;
	struct iovec iov[] = {
		{ &h, sizeof(h) },
		{ (void *)head, head_size },
		{ (void *)data, data_size },
	};
	struct msghdr msg = {
		.msg_iov = iov,
		.msg_iovlen = 1u + !!head_size + !!data_size,
	};
	union control control;
	int ret = 0;

	h.size = (uint32_t)(sizeof(h) + head_size + data_size);
	if (fd >= 0)
		attach_fd(&msg, &control, fd);
	pthread_mutex_lock(&vfu->send_lock);
	if (vfu->conn.fd < 0)
		ret = -ECANCELED;
	while (!ret && msg.msg_iovlen)
		ret = send_part(vfu->conn.fd, &msg);
	/* Half a message cannot be taken back: wake the reader to hang up. */
	if (ret && vfu->conn.fd >= 0)
		shutdown(vfu->conn.fd, SHUT_RDWR);
	pthread_mutex_unlock(&vfu->send_lock);
	return ret;
}

static void reply(struct vfu *vfu, struct vfu_message *m, int ret)
{
	struct vfu_header h = m->header;

	if (h.flags & VFU_NO_REPLY)
		return;
	h.flags = VFU_TYPE_REPLY | (ret ? VFU_ERROR : 0);
	h.error = (uint32_t)-ret;
	if (vfu_send(vfu, &h, m->reply, ret ? 0 : m->reply_size, NULL, 0,
		     ret ? -1 : m->reply_fd))
		vfu->failed = true;
}

static void handle(struct vfu *vfu, const struct vfu_header *header,
		   const uint8_t *data)
{
	struct vfu_message m = {
		.header = *header,
		.data = data,
		.size = header->size - sizeof(*header),
		.fd = vfu->fds,
		.nr_fds = vfu->nr_fds,
		.reply = vfu->out,
		.reply_fd = -1,
	};
	int ret;

	axm_count(vfu->dev, AXM_COUNT_MESSAGE, 1);
	if ((header->flags & VFU_TYPE) == VFU_TYPE_REPLY) {
		vfu_dma_reply(vfu, &m);
		drop_fds(vfu);
		return;
	}
	ret = vfu->fds_lost ? -EINVAL : vfu_dispatch(vfu, &m);
	drop_fds(vfu);
	if (ret) {
		axm_count(vfu->dev, AXM_COUNT_BAD_MESSAGE, 1);
		axm_trace(vfu->dev, "refused",
			  "command=%u size=%u flags=0x%x errno=%d",
			  header->command, header->size, header->flags, -ret);
	}
	reply(vfu, &m, ret);
}

static bool header_ok(const struct vfu_header *h)
{
	return h->size >= sizeof(*h) && h->size <= VFU_MAX_MESSAGE &&
	       (h->flags & VFU_TYPE) <= VFU_TYPE_REPLY;
}

static void bad_header(struct vfu *vfu, const struct vfu_header *h)
{
	struct vfu_message m = { .header = *h, .reply_fd = -1 };

	axm_count(vfu->dev, AXM_COUNT_BAD_MESSAGE, 1);
	axm_trace(vfu->dev, "bad-header", "command=%u size=%u flags=0x%x",
		  h->command, h->size, h->flags);
	reply(vfu, &m, -EINVAL);
	vfu->failed = true;
}

void vfu_conn_process(struct vfu *vfu)
{
	size_t at = 0;

	while (!vfu->failed && vfu->used - at >= sizeof(struct vfu_header)) {
		struct vfu_header h;

		memcpy(&h, vfu->in + at, sizeof(h));
		if (!header_ok(&h)) {
			bad_header(vfu, &h);
			break;
		}
		if (vfu->used - at < h.size)
			break;
		if (at + h.size == vfu->used) {
			handle(vfu, &h, vfu->in + at + sizeof(h));
		} else {
			/* Descriptors are of a later message. */
			unsigned int nr_fds = vfu->nr_fds;
			bool lost = vfu->fds_lost;

			vfu->nr_fds = 0;
			vfu->fds_lost = false;
			handle(vfu, &h, vfu->in + at + sizeof(h));
			vfu->nr_fds = nr_fds;
			vfu->fds_lost = lost;
		}
		at += h.size;
	}
	if (at && at < vfu->used)
		memmove(vfu->in, vfu->in + at, vfu->used - at);
	vfu->used -= at;
}

void vfu_conn_ready(struct axm_source *source, uint32_t events)
{
	struct vfu *vfu =
		(struct vfu *)((char *)source - offsetof(struct vfu, conn));
	struct iovec iov = {
		.iov_base = vfu->in + vfu->used,
		.iov_len = VFU_MAX_MESSAGE - vfu->used,
	};
	union control control;
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control.buf,
		.msg_controllen = sizeof(control.buf),
	};
	ssize_t n;

	n = recvmsg(source->fd, &msg, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0) {
		take_fds(vfu, &msg);
		vfu->used += (size_t)n;
		vfu_conn_process(vfu);
		axm_loop_linger(vfu->loop);
	}
	if (n <= 0 || vfu->failed)
		vfu_conn_close(vfu);
}

void vfu_conn_open(struct vfu *vfu, int fd)
{
	vfu->used = 0;
	vfu->negotiated = false;
	vfu->failed = false;
	atomic_store(&vfu->client_fds, 1);
	atomic_store(&vfu->client_xfer, VFU_MAX_XFER);
	pthread_mutex_lock(&vfu->send_lock);
	vfu->conn.fd = fd;
	pthread_mutex_unlock(&vfu->send_lock);
	axm_count(vfu->dev, AXM_COUNT_CONNECTION, 1);
	axm_trace(vfu->dev, "connected", "fd=%d", fd);
	if (axm_loop_add(vfu->loop, &vfu->conn))
		vfu_conn_close(vfu);
}

void vfu_conn_close(struct vfu *vfu)
{
	int fd = vfu->conn.fd;

	if (fd < 0)
		return;
	axm_trace(vfu->dev, "disconnected", "maps=%zu",
		  vfu_maps_count(&vfu->maps));
	axm_loop_del(vfu->loop, &vfu->conn);
	pthread_mutex_lock(&vfu->send_lock);
	vfu->conn.fd = -1;
	close(fd);
	pthread_mutex_unlock(&vfu->send_lock);
	drop_fds(vfu);
	vfu->used = 0;
	vfu_irqs_clear(vfu);
	/* First the reset, which ends the jobs: they use the mappings. */
	axm_device_reset(vfu->dev, AXM_RESET_POWER);
	vfu_maps_clear(&vfu->maps);
	if (vfu->stop_with_client)
		axm_loop_stop(vfu->loop);
	else if (vfu->listener.fd >= 0)
		axm_loop_add(vfu->loop, &vfu->listener);
}
