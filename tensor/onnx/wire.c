// SPDX-License-Identifier: MIT
/*
 * A walk over the bytes of a message, with the generated description of it, to
 * find what protobuf-c would stumble over: nesting without end, lengths beyond
 * the end, and messages that occur twice and would be merged. Owns nothing.
 */
#include "proto.h"

/* A model needs 7: model, graph, node, attribute, tensor, segment. */
#define DEPTH_MAX 16

enum {
	WIRE_VARINT = 0,
	WIRE_64 = 1,
	WIRE_BYTES = 2,
	WIRE_32 = 5,
};

struct wire {
	const uint8_t *at;
	const uint8_t *end;
};

static bool read_varint(struct wire *wire, uint64_t *value)
{
	*value = 0;
	for (unsigned int shift = 0; shift < 70; shift += 7) {
		uint8_t byte;

		if (wire->at == wire->end)
			return false;
		byte = *wire->at++;
		*value |= shift < 64 ? (uint64_t)(byte & 0x7f) << shift : 0;
		if (!(byte & 0x80))
			return true;
	}
	return false;
}

static bool skip(struct wire *wire, uint64_t count)
{
	if (count > (uint64_t)(wire->end - wire->at))
		return false;
	wire->at += count;
	return true;
}

static const char *check_message(struct wire wire,
				 const ProtobufCMessageDescriptor *type,
				 unsigned int depth);

/*
 * A message or a member of a oneof that occurs again would be merged with or
 * replace the first one: no writer of files does that.
 */
static bool seen_before(const ProtobufCMessageDescriptor *type,
			const ProtobufCFieldDescriptor *field, uint64_t *seen)
{
	unsigned int index = (unsigned int)(field - type->fields);
	bool oneof = field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF;
	uint64_t bit = oneof ? UINT64_C(1) << 63 : UINT64_C(1) << index;
	bool again;

	if (field->label == PROTOBUF_C_LABEL_REPEATED)
		return false;
	if (!oneof && field->type != PROTOBUF_C_TYPE_MESSAGE)
		return false;
	again = *seen & bit;
	*seen |= bit;
	return again;
}

static const char *check_bytes(struct wire *wire,
			       const ProtobufCFieldDescriptor *field,
			       unsigned int depth)
{
	struct wire inner = { wire->at, wire->at };
	uint64_t length;

	if (!read_varint(wire, &length))
		return "a length is cut off";
	inner.at = wire->at;
	if (!skip(wire, length))
		return "a field is longer than what is around it";
	inner.end = wire->at;
	if (field && field->type == PROTOBUF_C_TYPE_MESSAGE)
		return check_message(inner, field->descriptor, depth + 1);
	return NULL;
}

static const char *check_field(struct wire *wire,
			       const ProtobufCMessageDescriptor *type,
			       unsigned int depth, uint64_t *seen)
{
	const ProtobufCFieldDescriptor *field;
	uint64_t tag, value;

	if (!read_varint(wire, &tag) || tag >> 3 == 0 || tag >> 3 > 0x1fffffff)
		return "a field has no valid number";
	field = protobuf_c_message_descriptor_get_field(type,
							(unsigned int)tag >> 3);
	if (field && seen_before(type, field, seen))
		return "a field that may occur once occurs twice";
	if (field && field->type == PROTOBUF_C_TYPE_MESSAGE &&
	    (tag & 7) != WIRE_BYTES)
		return "a field has another type than the format says";

	switch (tag & 7) {
	case WIRE_VARINT:
		return read_varint(wire, &value) ? NULL : "a number is cut off";
	case WIRE_64:
		return skip(wire, 8) ? NULL : "a number is cut off";
	case WIRE_32:
		return skip(wire, 4) ? NULL : "a number is cut off";
	case WIRE_BYTES:
		return check_bytes(wire, field, depth);
	}
	return "a field has a type that does not exist";
}

static const char *check_message(struct wire wire,
				 const ProtobufCMessageDescriptor *type,
				 unsigned int depth)
{
	const char *wrong = NULL;
	uint64_t seen = 0;

	if (depth > DEPTH_MAX)
		return "messages are nested too deep";
	while (!wrong && wire.at != wire.end)
		wrong = check_field(&wire, type, depth, &seen);
	return wrong;
}

const char *axt_onnx_wire_check(const void *data, size_t size,
				const ProtobufCMessageDescriptor *type)
{
	struct wire wire = { data, (const uint8_t *)data + size };

	return check_message(wire, type, 0);
}
