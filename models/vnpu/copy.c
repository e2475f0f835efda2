// SPDX-License-Identifier: MIT
/*
 * FILL and COPY: a chunk at a time, translated and released for each, with a
 * look around in between. A chunk goes through the buffer of the engine, which
 * stays in the cache, so that places which overlap do no harm.
 */
#include "core.h"

#include <string.h>

/* The pattern is repeated from the first byte, and chunks are multiples. */
static void pattern_fill(uint8_t *to, uint64_t size, const uint8_t pattern[8],
			 uint64_t position)
{
	for (uint64_t i = 0; i < size && i < 8; i++)
		to[i] = pattern[(position + i) % 8];
	for (uint64_t done = 8; done < size; done *= 2)
		memcpy(to + done, to, done < size - done ? done : size - done);
}

static int fill_chunk(struct vnpu_run *run, struct vnpu_cursor *dst)
{
	const uint8_t *pattern = (const uint8_t *)&run->desc.fill.pattern;
	uint64_t done = le64toh(run->desc.fill.size) - dst->left;
	struct vnpu_piece piece;
	int ret;

	vnpu_asid_hold(&run->access);
	ret = vnpu_cursor_next(dst, VNPU_CHUNK, &piece);
	if (!ret) {
		pattern_fill(run->e->chunk, piece.size, pattern, done);
		ret = vnpu_piece_write(&run->access, &piece, run->e->chunk);
	}
	vnpu_asid_release(&run->access);
	return ret;
}

int vnpu_desc_fill(struct vnpu_run *run)
{
	const struct vnpu_op_fill *o = &run->desc.fill;
	struct vnpu_cursor dst;
	int ret = vnpu_cursor_init(&dst, &run->access, &o->dst,
				   le64toh(o->size), true);

	while (!ret && dst.left) {
		ret = fill_chunk(run, &dst);
		if (!ret && dst.left)
			ret = vnpu_breathe(run);
	}
	return ret;
}

/* One chunk of the destination, from as many pieces as the source has. */
static int gather(struct vnpu_run *run, struct vnpu_cursor *src, uint8_t *to,
		  uint64_t size)
{
	while (size) {
		struct vnpu_piece piece;
		int ret = vnpu_cursor_next(src, size, &piece);

		if (!ret)
			ret = vnpu_piece_read(&run->access, &piece, to);
		if (ret)
			return ret;
		to += piece.size;
		size -= piece.size;
	}
	return VNPU_ERR_OK;
}

static int copy_chunk(struct vnpu_run *run, struct vnpu_cursor *dst,
		      struct vnpu_cursor *src)
{
	struct vnpu_piece piece;
	int ret;

	vnpu_asid_hold(&run->access);
	ret = vnpu_cursor_next(dst, VNPU_CHUNK, &piece);
	if (!ret)
		ret = gather(run, src, run->e->chunk, piece.size);
	if (!ret)
		ret = vnpu_piece_write(&run->access, &piece, run->e->chunk);
	vnpu_asid_release(&run->access);
	return ret;
}

int vnpu_desc_copy(struct vnpu_run *run)
{
	const struct vnpu_op_copy *o = &run->desc.copy;
	uint64_t size = le64toh(o->size);
	struct vnpu_cursor dst, src;
	int ret = vnpu_cursor_init(&dst, &run->access, &o->dst, size, true);

	if (!ret)
		ret = vnpu_cursor_init(&src, &run->access, &o->src, size,
				       false);
	while (!ret && dst.left) {
		ret = copy_chunk(run, &dst, &src);
		if (!ret && dst.left)
			ret = vnpu_breathe(run);
	}
	return ret;
}
