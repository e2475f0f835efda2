/* SPDX-License-Identifier: MIT */
/* A writer of small ONNX files, for those that no other tool would write. */
#ifndef AXLE_TESTS_ONNX_WRITER_H
#define AXLE_TESTS_ONNX_WRITER_H

#include "onnx.h"

struct wire {
	unsigned char data[16384];
	size_t size;
};

/* Fields of a message. */
void wire_int(struct wire *b, unsigned int field, uint64_t value);
void wire_bytes(struct wire *b, unsigned int field, const void *data,
		size_t size);
void wire_text(struct wire *b, unsigned int field, const char *text);
void wire_message(struct wire *b, unsigned int field, const struct wire *inner);

/* Parts of a graph; inputs and outputs are words with blanks between them. */
void wire_node(struct wire *graph, const char *op, const char *inputs,
	       const char *outputs);
/* An f32 input (field 11) or output (field 12). */
void wire_value(struct wire *graph, unsigned int field, const char *name,
		const int64_t *dims, unsigned int rank);
/* An f32 initializer, all dimensions the same, with raw bytes of zeros. */
void wire_tensor(struct wire *graph, const char *name, int64_t dim,
		 unsigned int rank, size_t raw);

#endif
