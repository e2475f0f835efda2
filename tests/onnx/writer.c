// SPDX-License-Identifier: MIT
#include "writer.h"

#include <string.h>

static void put_varint(struct wire *b, uint64_t value)
{
	for (; value > 0x7f; value >>= 7)
		b->data[b->size++] = (unsigned char)(value | 0x80);
	b->data[b->size++] = (unsigned char)value;
}

void wire_int(struct wire *b, unsigned int field, uint64_t value)
{
	put_varint(b, field << 3);
	put_varint(b, value);
}

void wire_bytes(struct wire *b, unsigned int field, const void *data,
		size_t size)
{
	put_varint(b, field << 3 | 2);
	put_varint(b, size);
	memcpy(b->data + b->size, data, size);
	b->size += size;
}

void wire_text(struct wire *b, unsigned int field, const char *text)
{
	wire_bytes(b, field, text, strlen(text));
}

void wire_message(struct wire *b, unsigned int field, const struct wire *inner)
{
	wire_bytes(b, field, inner->data, inner->size);
}

/* Inputs and outputs: words with blanks between them. */
static void put_words(struct wire *b, unsigned int field, const char *words)
{
	while (*words) {
		size_t length = strcspn(words, " ");

		wire_bytes(b, field, words, length);
		words += length + (words[length] == ' ');
	}
}

void wire_node(struct wire *graph, const char *op, const char *inputs,
	       const char *outputs)
{
	struct wire node = { .size = 0 };

	put_words(&node, 1, inputs);
	put_words(&node, 2, outputs);
	wire_text(&node, 4, op);
	wire_message(graph, 1, &node);
}

void wire_value(struct wire *graph, unsigned int field, const char *name,
		const int64_t *dims, unsigned int rank)
{
	struct wire shape = { .size = 0 }, dim, tensor = { .size = 0 };
	struct wire type = { .size = 0 }, value = { .size = 0 };

	for (unsigned int i = 0; i < rank; i++) {
		dim.size = 0;
		wire_int(&dim, 1, (uint64_t)dims[i]);
		wire_message(&shape, 1, &dim);
	}
	wire_int(&tensor, 1, AXT_ONNX_F32);
	wire_message(&tensor, 2, &shape);
	wire_message(&type, 1, &tensor);
	wire_text(&value, 1, name);
	wire_message(&value, 2, &type);
	wire_message(graph, field, &value);
}

void wire_tensor(struct wire *graph, const char *name, int64_t dim,
		 unsigned int rank, size_t raw)
{
	static const unsigned char zeros[256];
	struct wire tensor = { .size = 0 };

	for (unsigned int i = 0; i < rank; i++)
		wire_int(&tensor, 1, (uint64_t)dim);
	wire_int(&tensor, 2, AXT_ONNX_F32);
	wire_text(&tensor, 8, name);
	wire_bytes(&tensor, 9, zeros, raw);
	wire_message(graph, 5, &tensor);
}
