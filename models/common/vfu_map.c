// SPDX-License-Identifier: MIT
/*
 * The table of DMA mappings: an array of pointers sorted by address, searched
 * by halving.
 *
 * Who accesses memory takes a reference to the mapping under the read lock and
 * drops it afterwards. DMA_UNMAP takes the mapping out under the write lock and
 * then waits until its references are gone, so that the reply means what the
 * specification says: no access in flight. References are short (a copy of at
 * most 1 MiB, or a model's window); one that is kept longer than DRAIN_SECONDS
 * is left behind with its memory still mapped, and the reply goes out.
 */
#include "vfu.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define DRAIN_SECONDS 3 /* the client gives up after 5 */

int vfu_maps_init(struct vfu_maps *maps)
{
	pthread_rwlockattr_t lock;
	pthread_condattr_t cond;

	/* Else a busy worker could keep an unmap waiting for ever. */
	pthread_rwlockattr_init(&lock);
	pthread_rwlockattr_setkind_np(
		&lock, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
	pthread_rwlock_init(&maps->lock, &lock);
	pthread_rwlockattr_destroy(&lock);
	pthread_condattr_init(&cond);
	pthread_condattr_setclock(&cond, CLOCK_MONOTONIC);
	pthread_cond_init(&maps->drained, &cond);
	pthread_condattr_destroy(&cond);
	pthread_mutex_init(&maps->drain, NULL);
	return 0;
}

void vfu_maps_fini(struct vfu_maps *maps)
{
	vfu_maps_clear(maps);
	free(maps->map);
	pthread_mutex_destroy(&maps->drain);
	pthread_cond_destroy(&maps->drained);
	pthread_rwlock_destroy(&maps->lock);
}

/* Index of the first mapping that ends behind @addr. With either lock. */
static size_t lower_bound(const struct vfu_maps *maps, uint64_t addr)
{
	size_t low = 0, high = maps->count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		const struct vfu_map *map = maps->map[mid];

		if (map->addr + (map->size - 1) < addr)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

struct vfu_map *vfu_map_get(struct vfu_maps *maps, uint64_t addr)
{
	struct vfu_map *map = NULL;
	size_t i;

	pthread_rwlock_rdlock(&maps->lock);
	i = lower_bound(maps, addr);
	if (i < maps->count && maps->map[i]->addr <= addr) {
		map = maps->map[i];
		atomic_fetch_add(&map->users, 1);
	}
	pthread_rwlock_unlock(&maps->lock);
	return map;
}

/* With drain: the table does not know it and nobody uses it. */
static void free_map(struct vfu_map *map)
{
	if (map->file)
		vfu_file_put(map->file);
	free(map);
}

void vfu_map_put(struct vfu_maps *maps, struct vfu_map *map)
{
	pthread_mutex_lock(&maps->drain);
	if (atomic_fetch_sub(&map->users, 1) == 1 && map->gone) {
		if (map->orphan)
			free_map(map);
		else
			pthread_cond_broadcast(&maps->drained);
	}
	pthread_mutex_unlock(&maps->drain);
}

/* The mapping is out of the table, so users only goes down. */
static void drain(struct vfu_maps *maps, struct vfu_map *map)
{
	struct timespec until;
	int ret = 0;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += DRAIN_SECONDS;
	pthread_mutex_lock(&maps->drain);
	map->gone = true;
	while (atomic_load(&map->users) && !ret)
		ret = pthread_cond_timedwait(&maps->drained, &maps->drain,
					     &until);
	if (atomic_load(&map->users))
		map->orphan = true;
	else
		free_map(map);
	pthread_mutex_unlock(&maps->drain);
}

/* With the write lock. */
static int make_room(struct vfu_maps *maps)
{
	size_t room = maps->room ? maps->room * 2 : 64;
	struct vfu_map **map;

	if (maps->count == VFU_MAX_MAPS)
		return -ENOSPC;
	if (maps->count < maps->room)
		return 0;
	map = realloc(maps->map, room * sizeof(*map));
	if (!map)
		return -ENOMEM;
	maps->map = map;
	maps->room = room;
	return 0;
}

static int insert(struct vfu_maps *maps, struct vfu_map *map)
{
	uint64_t last = map->addr + (map->size - 1);
	size_t i;
	int ret;

	pthread_rwlock_wrlock(&maps->lock);
	ret = make_room(maps);
	i = lower_bound(maps, map->addr);
	if (!ret && i < maps->count && maps->map[i]->addr <= last)
		ret = -EEXIST;
	if (!ret) {
		memmove(&maps->map[i + 1], &maps->map[i],
			(maps->count - i) * sizeof(*maps->map));
		maps->map[i] = map;
		maps->count++;
	}
	pthread_rwlock_unlock(&maps->lock);
	return ret;
}

int vfu_maps_add(struct vfu_maps *maps, const struct vfu_dma_map *request,
		 int fd)
{
	bool write = request->flags & VFU_DMA_MAP_WRITE;
	struct vfu_map *map;
	int ret;

	if (!request->size ||
	    request->addr + (request->size - 1) < request->addr)
		return -EINVAL;
	map = calloc(1, sizeof(*map));
	if (!map)
		return -ENOMEM;
	map->addr = request->addr;
	map->size = request->size;
	map->flags = request->flags;
	pthread_mutex_lock(&maps->drain);
	ret = fd < 0 ? 0 :
		       vfu_file_get(maps, fd, request->offset, request->size,
				    write, &map->file);
	pthread_mutex_unlock(&maps->drain);
	if (map->file)
		map->ptr = map->file->base + request->offset;
	if (!ret)
		ret = insert(maps, map);
	if (ret) {
		pthread_mutex_lock(&maps->drain);
		free_map(map);
		pthread_mutex_unlock(&maps->drain);
	}
	return ret;
}

int vfu_maps_remove(struct vfu_maps *maps, uint64_t addr, uint64_t size)
{
	struct vfu_map *map = NULL;
	size_t i;

	pthread_rwlock_wrlock(&maps->lock);
	i = lower_bound(maps, addr);
	if (i < maps->count && maps->map[i]->addr == addr &&
	    maps->map[i]->size == size) {
		map = maps->map[i];
		maps->count--;
		memmove(&maps->map[i], &maps->map[i + 1],
			(maps->count - i) * sizeof(*maps->map));
	}
	pthread_rwlock_unlock(&maps->lock);
	if (!map)
		return -ENOENT;
	drain(maps, map);
	return 0;
}

void vfu_maps_clear(struct vfu_maps *maps)
{
	struct vfu_map *map;

	do {
		map = NULL;
		pthread_rwlock_wrlock(&maps->lock);
		if (maps->count)
			map = maps->map[--maps->count];
		pthread_rwlock_unlock(&maps->lock);
		if (map)
			drain(maps, map);
	} while (map);
}

size_t vfu_maps_count(struct vfu_maps *maps)
{
	size_t count;

	pthread_rwlock_rdlock(&maps->lock);
	count = maps->count;
	pthread_rwlock_unlock(&maps->lock);
	return count;
}
