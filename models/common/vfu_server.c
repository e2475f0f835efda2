// SPDX-License-Identifier: MIT
/* The server's life: socket, clients one after the other, and the end. */
#include "unix.h"
#include "vfu.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

const struct axm_bus_ops vfu_bus_ops = {
	.dma = vfu_dma,
	.dma_map = vfu_dma_window,
	.dma_unmap = vfu_dma_release,
	.dma_cancel = vfu_dma_cancel,
	.irq = vfu_irq,
	.irq_line = vfu_irq_line,
	.irq_pending = vfu_irq_pending,
	.irq_reset = vfu_irq_reset,
	.error = vfu_irq_error,
};

/* One client at a time: the next one waits in the backlog. */
static void listener_ready(struct axm_source *source, uint32_t events)
{
	struct vfu *vfu =
		(struct vfu *)((char *)source - offsetof(struct vfu, listener));
	int fd = axm_unix_accept(source->fd);

	if (fd < 0)
		return;
	axm_loop_del(vfu->loop, source);
	vfu_conn_open(vfu, fd);
}

int vfu_create(struct axm_loop *loop, struct vfu **out)
{
	struct vfu *vfu = calloc(1, sizeof(*vfu));

	if (!vfu)
		return -ENOMEM;
	vfu->loop = loop;
	vfu->listener = (struct axm_source){ -1, listener_ready };
	vfu->conn = (struct axm_source){ -1, vfu_conn_ready };
	vfu->irqs.unmask.fd = -1;
	pthread_mutex_init(&vfu->send_lock, NULL);
	pthread_mutex_init(&vfu->irqs.lock, NULL);
	vfu_maps_init(&vfu->maps);
	vfu_requests_init(&vfu->requests);
	vfu->in = malloc(VFU_MAX_MESSAGE);
	vfu->out = malloc(VFU_MAX_MESSAGE);
	if (!vfu->in || !vfu->out) {
		vfu_destroy(vfu);
		return -ENOMEM;
	}
	*out = vfu;
	return 0;
}

int vfu_attach(struct vfu *vfu, struct axm_device *dev)
{
	vfu->dev = dev;
	vfu->thread = pthread_self();
	return vfu_irqs_init(vfu);
}

void vfu_detach(struct vfu *vfu)
{
	if (vfu->listener.fd >= 0) {
		axm_loop_del(vfu->loop, &vfu->listener);
		close(vfu->listener.fd);
		vfu->listener.fd = -1;
	}
	vfu_conn_close(vfu);
}

void vfu_destroy(struct vfu *vfu)
{
	vfu_irqs_fini(vfu);
	vfu_maps_fini(&vfu->maps);
	vfu_requests_fini(&vfu->requests);
	pthread_mutex_destroy(&vfu->irqs.lock);
	pthread_mutex_destroy(&vfu->send_lock);
	free(vfu->in);
	free(vfu->out);
	free(vfu);
}

int vfu_listen(struct vfu *vfu, const char *path)
{
	int fd = axm_unix_listen(path);

	if (fd < 0)
		return fd;
	vfu->listener.fd = fd;
	return axm_loop_add(vfu->loop, &vfu->listener);
}

int vfu_serve(struct vfu *vfu, int fd)
{
	struct stat st;

	if (fstat(fd, &st))
		return -errno;
	if (!S_ISSOCK(st.st_mode))
		return -ENOTSOCK;
	vfu->stop_with_client = true;
	vfu_conn_open(vfu, fd);
	return 0;
}
