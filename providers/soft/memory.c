// SPDX-License-Identifier: MIT
/* Memory that the device may use: buffer objects, rings, tables, scratch. */
#include "soft.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* From here on memory begins at a large page, and asks for such. */
#define LARGE_MIN (4u << 20)
#define LARGE_PAGE (2u << 20)

static size_t page_round(uint64_t size)
{
	return (size_t)((size + SOFT_PAGE - 1) / SOFT_PAGE * SOFT_PAGE);
}

static void *map(size_t size)
{
	void *at = mmap(NULL, size, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return at == MAP_FAILED ? NULL : at;
}

/* Maps more, and gives back what is around. */
static void *map_large(size_t size)
{
	size_t more = size + LARGE_PAGE;
	uint8_t *at = map(more);
	size_t before, behind;

	if (!at)
		return NULL;
	before = -(uintptr_t)at % LARGE_PAGE;
	behind = LARGE_PAGE - before;
	if (before)
		munmap(at, before);
	if (behind)
		munmap(at + before + size, behind);
	/* A kernel without large pages says no, and that is all. */
	madvise(at + before, size, MADV_HUGEPAGE);
	return at + before;
}

void *soft_pages_new(uint64_t size)
{
	if (size > SIZE_MAX / 2)
		return NULL;
	return size < LARGE_MIN ? map(page_round(size)) :
				  map_large(page_round(size));
}

void soft_pages_free(void *at, uint64_t size)
{
	if (at)
		munmap(at, page_round(size));
}

int soft_memory_new(struct soft_context *sc, size_t size, void **at)
{
	void *memory = soft_pages_new(size);
	int err;

	if (!memory)
		return -ENOMEM;
	err = axm_inproc_allow(sc->bus, memory, size, true);
	if (err) {
		soft_pages_free(memory, size);
		return err;
	}
	*at = memory;
	return 0;
}

void soft_memory_free(struct soft_context *sc, void *at, size_t size)
{
	if (!at)
		return;
	axm_inproc_forbid(sc->bus, at);
	soft_pages_free(at, size);
}

int soft_block_new(struct axlv_context *vc, enum axlv_use use, uint64_t size,
		   struct axlv_block **out)
{
	struct axlv_block *block = calloc(1, sizeof(*block));
	int err;

	(void)use;
	if (!block)
		return -ENOMEM;
	err = soft_memory_new((struct soft_context *)vc, size, &block->at);
	if (err) {
		free(block);
		return err;
	}
	block->address = (uintptr_t)block->at;
	*out = block;
	return 0;
}

void soft_block_free(struct axlv_context *vc, struct axlv_block *block)
{
	soft_memory_free((struct soft_context *)vc, block->at, block->size);
	free(block);
}

static int allow(struct axl_bo *bo)
{
	struct soft_context *sc = soft_context_of(bo->context);
	int err = axm_inproc_allow(sc->bus, bo->memory, bo->size, true);

	if (err == -EEXIST)
		return axlp_fail(&bo->error, err,
				 "the memory overlaps that of another buffer "
				 "object of the context");
	if (err)
		return axlp_fail(&bo->error, err,
				 "the device cannot use the memory: %s",
				 axlp_explain(err));
	return 0;
}

int soft_bo_create(struct axl_bo *bo)
{
	struct soft_device *sd = soft_device_of(bo->context->device);
	int err;

	if (bo->flags & AXL_BO_DEVICE)
		return axlp_fail(&bo->error, -EOPNOTSUPP,
				 "the embedded device has no memory of its "
				 "own");
	if (!bo->user_memory) {
		bo->memory = soft_pages_new(bo->size);
		if (!bo->memory)
			return axlp_fail(&bo->error, -ENOMEM, "out of memory");
	}
	bo->address = (uintptr_t)bo->memory;
	err = allow(bo);
	if (err) {
		if (!bo->user_memory)
			soft_pages_free(bo->memory, bo->size);
		return err;
	}
	atomic_fetch_add(&sd->memory, bo->size);
	return 0;
}

void soft_bo_destroy(struct axl_bo *bo)
{
	struct soft_device *sd = soft_device_of(bo->context->device);

	axm_inproc_forbid(soft_context_of(bo->context)->bus, bo->memory);
	if (!bo->user_memory)
		soft_pages_free(bo->memory, bo->size);
	atomic_fetch_sub(&sd->memory, bo->size);
}
