/* SPDX-License-Identifier: MIT */
/* Memory with a cap that is freed all at once. */
#ifndef AXT_ONNX_POOL_H
#define AXT_ONNX_POOL_H

#include <stdbool.h>
#include <stddef.h>

struct axt_onnx_block;

struct axt_onnx_pool {
	struct axt_onnx_block *blocks;
	size_t used; /* bytes, headers included */
	size_t most;
	bool capped; /* something did not fit */
};

void axt_onnx_pool_init(struct axt_onnx_pool *pool, size_t most);
void axt_onnx_pool_fini(struct axt_onnx_pool *pool);

/* Not zeroed, aligned to 16 bytes; NULL beyond the cap or without memory. */
void *axt_onnx_pool_take(struct axt_onnx_pool *pool, size_t size);
/* Zeroed. */
void *axt_onnx_pool_array(struct axt_onnx_pool *pool, size_t count,
			  size_t size);
/* Back to the pool before its end; NULL is nothing. */
void axt_onnx_pool_drop(struct axt_onnx_pool *pool, void *memory);

#endif
