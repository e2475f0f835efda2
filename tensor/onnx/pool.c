// SPDX-License-Identifier: MIT
/* Every piece is an allocation of its own, in a list: sanitizers see each. */
#include "pool.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct axt_onnx_block {
	struct axt_onnx_block *next;
	struct axt_onnx_block **link; /* what points to this one */
	size_t size; /* with the header */
	alignas(16) unsigned char bytes[];
};

void axt_onnx_pool_init(struct axt_onnx_pool *pool, size_t most)
{
	memset(pool, 0, sizeof(*pool));
	pool->most = most;
}

void axt_onnx_pool_fini(struct axt_onnx_pool *pool)
{
	struct axt_onnx_block *block = pool->blocks, *next;

	for (; block; block = next) {
		next = block->next;
		free(block);
	}
	pool->blocks = NULL;
	pool->used = 0;
}

void *axt_onnx_pool_take(struct axt_onnx_pool *pool, size_t size)
{
	struct axt_onnx_block *block;

	if (size > SIZE_MAX - sizeof(*block) ||
	    size + sizeof(*block) > pool->most - pool->used) {
		pool->capped = true;
		return NULL;
	}
	size += sizeof(*block);
	block = malloc(size);
	if (!block)
		return NULL;
	block->size = size;
	block->next = pool->blocks;
	block->link = &pool->blocks;
	if (block->next)
		block->next->link = &block->next;
	pool->blocks = block;
	pool->used += size;
	return block->bytes;
}

void *axt_onnx_pool_array(struct axt_onnx_pool *pool, size_t count, size_t size)
{
	size_t total;
	void *memory;

	if (__builtin_mul_overflow(count, size, &total))
		return NULL;
	memory = axt_onnx_pool_take(pool, total);
	if (memory)
		memset(memory, 0, total);
	return memory;
}

void axt_onnx_pool_drop(struct axt_onnx_pool *pool, void *memory)
{
	struct axt_onnx_block *block;

	if (!memory)
		return;
	block = (void *)((unsigned char *)memory -
			 offsetof(struct axt_onnx_block, bytes));
	*block->link = block->next;
	if (block->next)
		block->next->link = block->link;
	pool->used -= block->size;
	free(block);
}
