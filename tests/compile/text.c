// SPDX-License-Identifier: MIT
/* See text.h. Each statement becomes a message of the file; nothing is kept. */
#include "text.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DIMS_MAX 8
#define WORDS_MAX 32
#define LINE_MAX_ 256

enum {
	ATTR_FLOAT = 1,
	ATTR_INT = 2,
	ATTR_STRING = 3,
	ATTR_INTS = 7,
	ATTR_STRINGS = 8,
};

static unsigned int parse_list(const char *text, int64_t *list)
{
	unsigned int count = 0;
	char *end;

	while (*text && count < DIMS_MAX) {
		list[count++] = strtoll(text, &end, 10);
		text = end + (*end == ',');
		if (end == text)
			break;
	}
	return count;
}

static void put_float(struct wire *b, unsigned int field, float value)
{
	b->data[b->size++] = (unsigned char)(field << 3 | 5);
	memcpy(b->data + b->size, &value, sizeof(value));
	b->size += sizeof(value);
}

static void put_tensor(struct wire *graph, const char *name, uint32_t type,
		       const int64_t *dims, unsigned int rank, const void *data,
		       size_t size)
{
	struct wire tensor = { .size = 0 };

	for (unsigned int i = 0; i < rank; i++)
		wire_int(&tensor, 1, (uint64_t)dims[i]);
	wire_int(&tensor, 2, type);
	wire_text(&tensor, 8, name);
	wire_bytes(&tensor, 9, data, size);
	wire_message(graph, 5, &tensor);
}

static void put_const(struct wire *graph, const char *name, const char *dims)
{
	static float data[2048];
	int64_t list[DIMS_MAX];
	unsigned int rank = parse_list(dims, list);
	size_t count = 1;

	for (unsigned int i = 0; i < rank; i++)
		count *= (size_t)list[i];
	for (size_t i = 0; i < count && i < 2048; i++)
		data[i] = (float)((int)(i * 37 % 211) - 105) / 105.5f;
	put_tensor(graph, name, AXT_ONNX_F32, list, rank, data,
		   count * sizeof(*data));
}

static void put_attr(struct wire *node, char *word)
{
	struct wire attr = { .size = 0 };
	size_t length = strcspn(word, ":=%");
	bool is_list = word[length] == ':', words = word[length] == '%';
	const char *value = word + length + 1;
	int64_t list[DIMS_MAX];
	unsigned int count, type = ATTR_INT;

	wire_bytes(&attr, 1, word, length);
	if (words) {
		for (; *value; value += *value == ',') {
			wire_bytes(&attr, 9, value, strcspn(value, ","));
			value += strcspn(value, ",");
		}
		type = ATTR_STRINGS;
	} else if (is_list) {
		count = parse_list(value, list);
		for (unsigned int i = 0; i < count; i++)
			wire_int(&attr, 8, (uint64_t)list[i]);
		type = ATTR_INTS;
	} else if (isalpha((unsigned char)*value)) {
		wire_text(&attr, 4, value);
		type = ATTR_STRING;
	} else if (strchr(value, '.')) {
		put_float(&attr, 2, strtof(value, NULL));
		type = ATTR_FLOAT;
	} else {
		wire_int(&attr, 3, strtoull(value, NULL, 10));
	}
	wire_int(&attr, 20, type);
	wire_message(node, 5, &attr);
}

static void put_node(struct wire *graph, char **word, unsigned int count)
{
	struct wire node = { .size = 0 };
	bool behind = false;

	for (unsigned int i = 1; i < count; i++) {
		if (strcmp(word[i], "->") == 0)
			behind = true;
		else if (strpbrk(word[i], ":=%"))
			put_attr(&node, word[i]);
		else
			wire_text(&node, behind ? 2 : 1, word[i]);
	}
	wire_text(&node, 4, word[0]);
	wire_message(graph, 1, &node);
}

static bool put_statement(struct wire *graph, char **word, unsigned int count,
			  int64_t *opset)
{
	int64_t list[DIMS_MAX];
	unsigned int rank;
	float number;

	if (count < 2)
		return false;
	if (strcmp(word[0], "opset") == 0) {
		*opset = strtoll(word[1], NULL, 10);
	} else if (strcmp(word[0], "out") == 0) {
		wire_value(graph, 12, word[1], NULL, 0);
	} else if (count < 3) {
		return false;
	} else if (strcmp(word[0], "in") == 0) {
		rank = parse_list(word[2], list);
		wire_value(graph, 11, word[1], list, rank);
	} else if (strcmp(word[0], "const") == 0) {
		put_const(graph, word[1], word[2]);
	} else if (strcmp(word[0], "num") == 0) {
		number = strtof(word[2], NULL);
		put_tensor(graph, word[1], AXT_ONNX_F32, NULL, 0, &number,
			   sizeof(number));
	} else if (strcmp(word[0], "list") == 0) {
		int64_t dim = rank = parse_list(word[2], list);

		put_tensor(graph, word[1], AXT_ONNX_I64, &dim, 1, list,
			   rank * sizeof(*list));
	} else {
		put_node(graph, word, count);
	}
	return true;
}

static bool read_statement(struct wire *graph, const char *text, size_t length,
			   int64_t *opset)
{
	char line[LINE_MAX_], *word[WORDS_MAX], *rest;
	unsigned int count = 0;

	if (length >= sizeof(line))
		return false;
	memcpy(line, text, length);
	line[length] = '\0';
	for (char *at = strtok_r(line, " \t\n", &rest); at && count < WORDS_MAX;
	     at = strtok_r(NULL, " \t\n", &rest))
		word[count++] = at;
	return count == 0 || put_statement(graph, word, count, opset);
}

bool text_model(const char *text, struct wire *model)
{
	struct wire graph = { .size = 0 }, version = { .size = 0 };
	int64_t opset = 13;

	while (*text) {
		size_t length = strcspn(text, ";");

		if (!read_statement(&graph, text, length, &opset))
			return false;
		text += length + (text[length] == ';');
	}
	model->size = 0;
	wire_int(&version, 2, (uint64_t)opset);
	wire_int(model, 1, 8);
	wire_message(model, 7, &graph);
	wire_message(model, 8, &version);
	return true;
}
