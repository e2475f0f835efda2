// SPDX-License-Identifier: MIT
/*
 * Places: from what a descriptor says to pieces that are contiguous on the bus
 * or in device memory. Pieces that follow each other there are joined, so that
 * a buffer that lies in one piece is one piece.
 */
#include "core.h"

#include <errno.h>

int vnpu_place_check(const struct vnpu_access *access,
		     const struct vnpu_place *place)
{
	uint32_t segments = le32toh(place->segments);
	uint32_t flags = le32toh(place->flags);

	if (segments &&
	    (access->asid != VNPU_ASID_BUS || segments > VNPU_SEGMENTS_MAX))
		return VNPU_ERR_FIELD;
	if (flags & ~VNPU_PLACE_DEVICE ||
	    (flags && (segments || access->asid != VNPU_ASID_BUS)))
		return VNPU_ERR_FIELD;
	if (flags && !(access->v->limits->cap & VNPU_CAP_MEMORY))
		return VNPU_ERR_UNSUPPORTED;
	if (segments && le64toh(place->address) % 16)
		return VNPU_ERR_ADDRESS;
	return VNPU_ERR_OK;
}

int vnpu_cursor_init(struct vnpu_cursor *cursor, struct vnpu_access *access,
		     const struct vnpu_place *place, uint64_t size, bool write)
{
	uint64_t address = le64toh(place->address);
	uint32_t segments = le32toh(place->segments);

	*cursor = (struct vnpu_cursor){
		.access = access,
		.write = write,
		.left = size,
	};
	if (segments) {
		cursor->segments = segments;
		cursor->list = address;
		return VNPU_ERR_OK;
	}
	if (size && address + (size - 1) < address)
		return VNPU_ERR_ADDRESS;
	cursor->device = le32toh(place->flags) & VNPU_PLACE_DEVICE;
	cursor->at = address;
	cursor->segment_left = size;
	return VNPU_ERR_OK;
}

static int check_segment(struct vnpu *v, const struct vnpu_segment *s)
{
	uint64_t address = le64toh(s->address);
	uint32_t size = le32toh(s->size), flags = le32toh(s->flags);

	if (!size || flags & ~VNPU_PLACE_DEVICE)
		return VNPU_ERR_FIELD;
	if (flags && !(v->limits->cap & VNPU_CAP_MEMORY))
		return VNPU_ERR_UNSUPPORTED;
	return address + (size - 1) < address ? VNPU_ERR_ADDRESS : 0;
}

static int next_segment(struct vnpu_cursor *c)
{
	struct vnpu *v = c->access->v;
	struct vnpu_segment s;
	int ret;

	if (!c->segments)
		return VNPU_ERR_ADDRESS;
	ret = axm_dma_read(v->dev, c->list, &s, sizeof(s));
	if (ret)
		return vnpu_access_error(c->access, ret, c->list, false);
	ret = check_segment(v, &s);
	if (ret)
		return ret;
	c->list += sizeof(s);
	c->segments--;
	c->at = le64toh(s.address);
	c->segment_left = le32toh(s.size);
	c->device = le32toh(s.flags) & VNPU_PLACE_DEVICE;
	return VNPU_ERR_OK;
}

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* What comes next, as it comes. */
static int plain(struct vnpu_cursor *c, uint64_t max, struct vnpu_piece *piece)
{
	int ret = c->segment_left ? 0 : next_segment(c);

	if (ret)
		return ret;
	*piece = (struct vnpu_piece){
		.address = c->at,
		.size = c->segment_left,
		.device = c->device,
		.meant = c->at,
	};
	if (c->access->asid != VNPU_ASID_BUS)
		ret = vnpu_translate(c->access, c->at, c->write, piece);
	piece->size =
		least(least(piece->size, max), least(c->left, c->segment_left));
	return ret;
}

static void advance(struct vnpu_cursor *c, uint64_t size)
{
	c->at += size;
	c->left -= size;
	c->segment_left -= size;
}

/*
 * An error in what would be joined is left for the next call, which finds it
 * again.
 */
int vnpu_cursor_next(struct vnpu_cursor *c, uint64_t max,
		     struct vnpu_piece *piece)
{
	struct vnpu_fault none = { 0 };
	int ret = plain(c, max, piece);

	if (ret)
		return ret;
	advance(c, piece->size);
	while (c->left && piece->size < max) {
		struct vnpu_cursor before = *c;
		struct vnpu_piece more;

		if (plain(c, max - piece->size, &more) ||
		    more.device != piece->device ||
		    more.address != piece->address + piece->size) {
			*c = before;
			c->access->fault = none;
			break;
		}
		piece->size += more.size;
		advance(c, more.size);
	}
	return VNPU_ERR_OK;
}

int vnpu_place_read(struct vnpu_access *access, const struct vnpu_place *place,
		    void *data, uint64_t size)
{
	struct vnpu_cursor cursor;
	uint8_t *to = data;
	int ret = vnpu_cursor_init(&cursor, access, place, size, false);

	while (!ret && cursor.left) {
		struct vnpu_piece piece;

		vnpu_asid_hold(access);
		ret = vnpu_cursor_next(&cursor, VNPU_CHUNK, &piece);
		if (!ret)
			ret = vnpu_piece_read(access, &piece, to);
		vnpu_asid_release(access);
		to += piece.size;
	}
	return ret;
}
