// SPDX-License-Identifier: MIT
#include "convert.h"
#include "kernels.h"
#include "sink.h"

struct cast {
	struct axt_index x;
	struct axt_index y;
	const void *from;
	void *to;
	unsigned int x_type;
	unsigned int y_type;
};

static void from_f32(const struct cast *c, size_t x, size_t y, size_t count)
{
	const float *from = (const float *)c->from + x;
	size_t step = axt_index_step(&c->x);
	int64_t value[AXT_CHUNK];

	for (size_t i = 0; i < count; i++)
		value[i] = c->y_type == AXT_BOOL ? from[i * step] != 0 :
						   axt_to_i64(from[i * step]);
	axt_store_i64(c->y_type, c->to, y, axt_index_step(&c->y), value, count);
}

static void from_integer(const struct cast *c, size_t x, size_t y, size_t count)
{
	size_t step = axt_index_step(&c->y);
	int64_t value[AXT_CHUNK];

	axt_load_i64(value, c->x_type, c->from, x, axt_index_step(&c->x),
		     count);
	if (c->y_type != AXT_F32) {
		axt_store_i64(c->y_type, c->to, y, step, value, count);
		return;
	}
	for (size_t i = 0; i < count; i++)
		((float *)c->to)[y + i * step] = (float)value[i];
}

static void cast_chunk(const struct cast *c, size_t x, size_t y, size_t count)
{
	size_t size = axt_type_size(c->x_type);

	if (c->x_type == c->y_type)
		axt_copy_row(axt_address(c->to, y, size),
			     (ptrdiff_t)axt_index_step(&c->y),
			     (const char *)c->from + x * size,
			     (ptrdiff_t)axt_index_step(&c->x), count, size);
	else if (c->x_type == AXT_F32)
		from_f32(c, x, y, count);
	else
		from_integer(c, x, y, count);
}

static void cast_run(const struct axt_call *call, unsigned int part,
		     unsigned int parts)
{
	struct axt_walk walk;
	struct cast c = {
		.from = call->in[0].data,
		.to = call->out[0].data,
		.x_type = call->in[0].tensor->type,
		.y_type = call->out[0].tensor->type,
	};
	size_t length;

	axt_index_init(&c.x, call->in[0].tensor);
	axt_index_init(&c.y, call->out[0].tensor);
	length = axt_index_length(&c.y);
	for (axt_walk_begin(&walk, &c.y, part, parts); walk.row < walk.end;
	     axt_walk_next(&walk)) {
		size_t x = axt_index_at(&c.x, walk.coord);
		size_t y = axt_index_at(&c.y, walk.coord);

		for (size_t i = 0; i < length; i += AXT_CHUNK)
			cast_chunk(&c, x + i * axt_index_step(&c.x),
				   y + i * axt_index_step(&c.y),
				   length - i < AXT_CHUNK ? length - i :
							    AXT_CHUNK);
	}
}

const struct axt_kernel axt_portable_cast = {
	.run = cast_run,
	.parts_max = axt_parts_rows,
};
