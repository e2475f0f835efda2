// SPDX-License-Identifier: MIT
/* Attributes of netlink messages; see netlink.h. */
#include "netlink.h"
#include "sysfs.h"

#include <libmnl/libmnl.h>
#include <string.h>

/* Nests are no deeper than this in any message that is read. */
#define DEPTH_MAX 4

static const struct axlp_field *find_field(const struct axlp_shape *shape,
					   uint16_t attr)
{
	for (size_t i = 0; i < shape->count; i++)
		if (shape->fields[i].attr == attr)
			return &shape->fields[i];
	return NULL;
}

static void take_number(const struct axlp_field *field, const void *payload,
			size_t length, void *member)
{
	uint64_t wide;
	uint32_t word;

	if (length == sizeof(word)) {
		memcpy(&word, payload, sizeof(word));
		wide = word;
	} else if (length == sizeof(wide) && field->kind == AXLP_U64) {
		memcpy(&wide, payload, sizeof(wide));
	} else {
		return;
	}
	if (field->kind == AXLP_U64)
		memcpy(member, &wide, sizeof(wide));
	else
		memcpy(member, &word, sizeof(word));
}

static void decode(const struct axlp_shape *shape, const void *attrs,
		   size_t length, void *out, int depth);

static void take_element(const struct axlp_field *field, const void *payload,
			 size_t length, void *out, int depth)
{
	char *array = (char *)out + field->offset;
	uint32_t count;

	memcpy(&count, (char *)out + field->count, sizeof(count));
	if (count >= field->room)
		return;
	decode(field->shape, payload, length,
	       array + (size_t)count * field->size, depth + 1);
	count++;
	memcpy((char *)out + field->count, &count, sizeof(count));
}

static void take(const struct axlp_field *field, const struct nlattr *attr,
		 void *out, int depth)
{
	const void *payload = mnl_attr_get_payload(attr);
	size_t length = mnl_attr_get_payload_len(attr);
	char *member = (char *)out + field->offset;

	switch ((enum axlp_field_kind)field->kind) {
	case AXLP_U32:
	case AXLP_U64:
		take_number(field, payload, length, member);
		break;
	case AXLP_TEXT:
		axlp_copy_text(member, field->size, payload,
			       strnlen(payload, length));
		break;
	case AXLP_FLAG:
		*(uint8_t *)member = 1;
		break;
	case AXLP_ARRAY:
		take_element(field, payload, length, out, depth);
		break;
	case AXLP_NEST:
		decode(field->shape, payload, length, out, depth + 1);
		break;
	}
}

static void decode(const struct axlp_shape *shape, const void *attrs,
		   size_t length, void *out, int depth)
{
	const struct axlp_field *field;
	const struct nlattr *attr;

	if (depth == DEPTH_MAX)
		return;
	mnl_attr_for_each_payload(attrs, length)
	{
		field = find_field(shape, mnl_attr_get_type(attr));
		if (field)
			take(field, attr, out, depth);
	}
}

void axlp_decode(const struct axlp_shape *shape, const void *attrs,
		 size_t length, void *out)
{
	decode(shape, attrs, length, out, 0);
}
