// SPDX-License-Identifier: MIT
#include "space.h"

#include <sys/mman.h>
#include <unistd.h>

bool space_open(struct space *space, uint32_t region, uint64_t size)
{
	*space = (struct space){ .fd = mock_open(), .size = size };
	if (space->fd < 0 || vm_create(space->fd, &space->vm) ||
	    bo_create(space->fd, region, size, DRM_AXLE_BO_CPU, &space->handle))
		return false;
	space->words = bo_map(space->fd, space->handle);
	if (space->words == MAP_FAILED)
		return false;
	for (uint64_t i = 0; i < size / PAGE; i++)
		space->words[i * PAGE / 8] = i + 1;
	return true;
}

void space_close(struct space *space)
{
	munmap(space->words, space->size);
	close(space->fd);
}

int space_map(struct space *space, uint64_t page, uint64_t address,
	      uint64_t pages)
{
	return vm_map(space->fd, space->vm, space->handle, page * PAGE, address,
		      pages * PAGE, 0);
}

int space_unmap(struct space *space, uint64_t address, uint64_t pages)
{
	return vm_unmap(space->fd, space->vm, address, pages * PAGE);
}

struct drm_axle_bind space_bind(struct space *space, uint64_t page,
				uint64_t address, uint64_t pages)
{
	return (struct drm_axle_bind){
		.handle = space->handle,
		.offset = page * PAGE,
		.address = address,
		.size = pages * PAGE,
	};
}

int64_t space_seen(struct space *space, uint64_t address)
{
	uint64_t value;

	if (vm_peek(space->fd, space->vm, address, &value))
		return -1;
	return value - 1;
}
