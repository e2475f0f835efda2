// SPDX-License-Identifier: MIT
/*
 * DMA through the client's mappings: a copy where memory is shared with us, a
 * DMA_READ or DMA_WRITE message and its reply where it is not.
 *
 * A message waits for an answer that the protocol thread receives, so it can
 * only be sent from other threads. There is one more reason: QEMU answers it
 * under the lock that a virtual processor holds while it waits for the reply
 * to its register access. Hence -EDEADLK on the protocol thread.
 */
#include "vfu.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#define COPY_MAX VFU_MAX_XFER /* bounds how long an unmap waits */
#define REPLY_SECONDS 5
#define SLICE_NS 100000000L

void vfu_requests_init(struct vfu_requests *requests)
{
	pthread_condattr_t attr;

	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&requests->changed, &attr);
	pthread_condattr_destroy(&attr);
	pthread_mutex_init(&requests->lock, NULL);
}

void vfu_requests_fini(struct vfu_requests *requests)
{
	pthread_cond_destroy(&requests->changed);
	pthread_mutex_destroy(&requests->lock);
}

static size_t left_in(const struct vfu_map *map, uint64_t addr, size_t len)
{
	uint64_t left = map->size - (addr - map->addr);

	return left < len ? (size_t)left : len;
}

static bool allowed(const struct vfu_map *map, bool write)
{
	return map->flags & (write ? VFU_DMA_MAP_WRITE : VFU_DMA_MAP_READ);
}

static void wait_slice(struct vfu_requests *r)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += SLICE_NS;
	if (until.tv_nsec >= 1000000000L) {
		until.tv_nsec -= 1000000000L;
		until.tv_sec++;
	}
	pthread_cond_timedwait(&r->changed, &r->lock, &until);
}

/* A free slot, waiting for one; with the lock. */
static struct vfu_request *take_slot(struct vfu *vfu, unsigned int generation)
{
	struct vfu_requests *r = &vfu->requests;

	while (r->cancelled == generation && !axm_cancelled(vfu->dev)) {
		for (unsigned int i = 0; i < VFU_REQUESTS; i++)
			if (!r->slot[i].busy)
				return &r->slot[i];
		wait_slice(r);
	}
	return NULL;
}

static int wait_reply(struct vfu *vfu, struct vfu_request *q,
		      unsigned int generation)
{
	uint64_t until = axm_now_ns() + REPLY_SECONDS * 1000000000ull;
	struct vfu_requests *r = &vfu->requests;

	while (!q->done) {
		if (r->cancelled != generation || axm_cancelled(vfu->dev))
			return -ECANCELED;
		if (axm_now_ns() > until)
			return -ETIMEDOUT;
		wait_slice(r);
	}
	return q->result;
}

/* Sends under the reference to the mapping, waits without it. */
static int by_message(struct vfu *vfu, struct vfu_map *map, uint64_t addr,
		      void *buf, size_t len, bool write)
{
	struct vfu_requests *r = &vfu->requests;
	struct vfu_dma_access access = { .addr = addr, .count = len };
	struct vfu_header header = {
		.command = write ? VFU_DMA_WRITE : VFU_DMA_READ,
	};
	struct vfu_request *q;
	unsigned int generation;
	int ret;

	pthread_mutex_lock(&r->lock);
	generation = r->cancelled;
	q = take_slot(vfu, generation);
	if (q) {
		*q = (struct vfu_request){
			.busy = true,
			.id = header.id = r->next_id++,
			.data = write ? NULL : buf,
			.addr = addr,
			.count = len,
		};
	}
	pthread_mutex_unlock(&r->lock);
	ret = q ? vfu_send(vfu, &header, &access, sizeof(access),
			   write ? buf : NULL, write ? len : 0, -1) :
		  -ECANCELED;
	vfu_map_put(&vfu->maps, map);
	if (!q)
		return ret;
	axm_count(vfu->dev, AXM_COUNT_DMA_MESSAGE, 1);
	pthread_mutex_lock(&r->lock);
	if (!ret)
		ret = wait_reply(vfu, q, generation);
	q->busy = false;
	pthread_cond_broadcast(&r->changed);
	pthread_mutex_unlock(&r->lock);
	return ret;
}

/* On the protocol thread: nobody waits for what does not fit. */
void vfu_dma_reply(struct vfu *vfu, const struct vfu_message *m)
{
	struct vfu_requests *r = &vfu->requests;
	size_t want;

	pthread_mutex_lock(&r->lock);
	for (unsigned int i = 0; i < VFU_REQUESTS; i++) {
		struct vfu_request *q = &r->slot[i];

		if (!q->busy || q->done || q->id != m->header.id ||
		    m->header.command !=
			    (q->data ? VFU_DMA_READ : VFU_DMA_WRITE))
			continue;
		want = sizeof(struct vfu_dma_access) + (q->data ? q->count : 0);
		q->result = m->header.flags & VFU_ERROR ? -EFAULT : 0;
		if (!q->result && q->data && m->size != want)
			q->result = -EIO;
		if (!q->result && q->data)
			memcpy(q->data, m->data + sizeof(struct vfu_dma_access),
			       q->count);
		q->done = true;
		pthread_cond_broadcast(&r->changed);
		break;
	}
	pthread_mutex_unlock(&r->lock);
}

void vfu_dma_cancel(void *bus)
{
	struct vfu *vfu = bus;

	pthread_mutex_lock(&vfu->requests.lock);
	vfu->requests.cancelled++;
	pthread_cond_broadcast(&vfu->requests.changed);
	pthread_mutex_unlock(&vfu->requests.lock);
}

/* One piece inside one mapping. Returns its length or -errno. */
static ssize_t transfer(struct vfu *vfu, uint64_t addr, char *buf, size_t len,
			bool write)
{
	struct vfu_map *map = vfu_map_get(&vfu->maps, addr);
	size_t max = COPY_MAX, n;
	int ret = 0;

	if (!map)
		return -EFAULT;
	n = left_in(map, addr, len);
	if (!map->ptr) {
		max = atomic_load(&vfu->client_xfer);
		if (pthread_equal(pthread_self(), vfu->thread))
			ret = -EDEADLK;
	}
	if (!allowed(map, write))
		ret = -EFAULT;
	if (n > max)
		n = max;
	if (!ret && !map->ptr) {
		ret = by_message(vfu, map, addr, buf, n, write);
		return ret ? ret : (ssize_t)n;
	}
	if (!ret && write)
		memcpy(map->ptr + (addr - map->addr), buf, n);
	else if (!ret)
		memcpy(buf, map->ptr + (addr - map->addr), n);
	vfu_map_put(&vfu->maps, map);
	return ret ? ret : (ssize_t)n;
}

int vfu_dma(void *bus, uint64_t addr, void *buf, size_t len, bool write)
{
	struct vfu *vfu = bus;
	char *at = buf;

	while (len) {
		ssize_t n = transfer(vfu, addr, at, len, write);

		if (n < 0)
			return (int)n;
		addr += (size_t)n;
		at += n;
		len -= (size_t)n;
		if (len && axm_cancelled(vfu->dev))
			return -ECANCELED;
	}
	return 0;
}

int vfu_dma_window(void *bus, uint64_t addr, size_t len, bool write,
		   struct axm_dma_window *window)
{
	struct vfu *vfu = bus;
	struct vfu_map *map = vfu_map_get(&vfu->maps, addr);
	int ret = 0;

	if (!map)
		return -EFAULT;
	if (!allowed(map, write))
		ret = -EFAULT;
	else if (!map->ptr)
		ret = -EOPNOTSUPP;
	if (ret) {
		vfu_map_put(&vfu->maps, map);
		return ret;
	}
	window->ptr = map->ptr + (addr - map->addr);
	window->len = left_in(map, addr, len);
	window->cookie = map;
	return 0;
}

void vfu_dma_release(void *bus, struct axm_dma_window *window)
{
	struct vfu *vfu = bus;

	vfu_map_put(&vfu->maps, window->cookie);
}
