/* SPDX-License-Identifier: MIT */
/*
 * Netlink attributes into structs, by tables. Nothing in a message is trusted:
 * what has another length than it should is left out.
 */
#ifndef AXLP_NETLINK_H
#define AXLP_NETLINK_H

#include <stddef.h>
#include <stdint.h>

enum axlp_field_kind {
	AXLP_U32, /* u32 or s32 */
	AXLP_U64, /* uint: 4 or 8 bytes */
	AXLP_TEXT, /* string, cut to the member's size */
	AXLP_FLAG, /* a uint8_t becomes 1 if it is there */
	AXLP_ARRAY, /* nests, each an element of an array */
	AXLP_NEST, /* what is inside of it belongs to the same struct */
};

struct axlp_shape;

struct axlp_field {
	uint16_t attr;
	uint8_t kind; /* enum axlp_field_kind */
	uint16_t offset; /* of the member */
	uint16_t size; /* of a text, of an element */
	uint16_t room; /* elements of an array */
	uint16_t count; /* offset of its uint32_t of elements that are used */
	const struct axlp_shape *shape; /* of an element or nest */
};

struct axlp_shape {
	const struct axlp_field *fields;
	size_t count;
};

#define AXLP_SHAPE(array) \
	{ .fields = (array), .count = sizeof(array) / sizeof((array)[0]) }

/* Members that no attribute is there for stay as they are. */
void axlp_decode(const struct axlp_shape *shape, const void *attrs,
		 size_t length, void *out);

#endif
