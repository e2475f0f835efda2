// SPDX-License-Identifier: MIT
/*
 * Memory that the jobs of a queue share: its scratch and the tables of
 * bindings. Either is replaced by a larger one when a job needs that; slots in
 * flight keep the one that they use.
 */
#include "axlv.h"

#define TABLE_ROOM_MIN 8u

static int replace(struct axlv_queue *q, enum axlv_use use, uint64_t size,
		   struct axlv_block **block)
{
	struct axlv_context *vc = axlv_context_of(q->base.context);
	struct axlv_block *new;
	int err = q->ops->block_new(vc, use, size, &new);

	if (err)
		return err;
	new->refs = 1;
	new->size = size;
	axlv_block_put(q, *block);
	*block = new;
	return 0;
}

void axlv_block_put(struct axlv_queue *q, struct axlv_block *block)
{
	if (block && !--block->refs)
		q->ops->block_free(axlv_context_of(q->base.context), block);
}

/* At least size bytes, for all jobs of the queue: they run one by one. */
int axlv_need_scratch(struct axlv_queue *q, uint64_t size)
{
	if (q->scratch && q->scratch->size >= size)
		return 0;
	return replace(q, AXLV_SCRATCH, size, &q->scratch);
}

int axlv_need_table(struct axlv_queue *q, uint32_t count)
{
	uint32_t room = TABLE_ROOM_MIN;
	int err;

	if (q->table && q->table_room >= count)
		return 0;
	while (room < count)
		room *= 2;
	err = replace(q, AXLV_TABLE,
		      (uint64_t)q->slot_count * room *
			      sizeof(struct vnpu_binding),
		      &q->table);
	if (!err)
		q->table_room = room;
	return err;
}
