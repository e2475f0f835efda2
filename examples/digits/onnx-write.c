// SPDX-License-Identifier: MIT
/*
 * ONNX files are messages of protocol buffers: fields with a number and either
 * a varint or a length with so many bytes. A message within a message is built
 * first, as its length goes before it. Numbers of fields are those of
 * onnx.proto. A failed allocation is remembered, and told at the end.
 */
#include "onnx-write.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct message {
	uint8_t *data;
	size_t size;
	bool failed;
};

static void add_bytes(struct message *m, const void *data, size_t size)
{
	uint8_t *more = m->failed ? NULL : realloc(m->data, m->size + size + 1);

	if (!more) {
		m->failed = true;
		return;
	}
	m->data = more;
	memcpy(m->data + m->size, data, size);
	m->size += size;
}

static void add_varint(struct message *m, uint64_t value)
{
	uint8_t byte;

	do {
		byte = (uint8_t)((value & 0x7f) | (value > 0x7f ? 0x80 : 0));
		add_bytes(m, &byte, 1);
		value >>= 7;
	} while (value);
}

static void put_number(struct message *m, unsigned int field, uint64_t value)
{
	add_varint(m, field << 3);
	add_varint(m, value);
}

static void put_bytes(struct message *m, unsigned int field, const void *data,
		      size_t size)
{
	add_varint(m, field << 3 | 2);
	add_varint(m, size);
	add_bytes(m, data, size);
}

static void put_text(struct message *m, unsigned int field, const char *text)
{
	put_bytes(m, field, text, strlen(text));
}

/* Ends the inner message. */
static void put_message(struct message *m, unsigned int field,
			struct message *inner)
{
	m->failed |= inner->failed;
	put_bytes(m, field, inner->data ? inner->data : (uint8_t *)"",
		  inner->size);
	free(inner->data);
	*inner = (struct message){ 0 };
}

/* TensorProto of floats. */
static void put_weights(struct message *graph, const char *name,
			const float *data, const int64_t *dims, size_t rank)
{
	struct message tensor = { 0 };
	size_t count = 1;

	for (size_t i = 0; i < rank; i++) {
		put_number(&tensor, 1, (uint64_t)dims[i]);
		count *= (size_t)dims[i];
	}
	put_number(&tensor, 2, 1);
	put_text(&tensor, 8, name);
	put_bytes(&tensor, 9, data, count * sizeof(*data));
	put_message(graph, 5, &tensor);
}

/* ValueInfoProto of floats. */
static void put_value(struct message *graph, unsigned int field,
		      const char *name, const int64_t *dims, size_t rank)
{
	struct message value = { 0 }, type = { 0 }, tensor = { 0 };
	struct message shape = { 0 }, dim = { 0 };

	for (size_t i = 0; i < rank; i++) {
		put_number(&dim, 1, (uint64_t)dims[i]);
		put_message(&shape, 1, &dim);
	}
	put_number(&tensor, 1, 1);
	put_message(&tensor, 2, &shape);
	put_message(&type, 1, &tensor);
	put_text(&value, 1, name);
	put_message(&value, 2, &type);
	put_message(graph, field, &value);
}

struct attribute {
	const char *name;
	int64_t value;
	int64_t pair; /* of two integers, or 0 for a single one */
};

static void put_attribute(struct message *node, const struct attribute *a)
{
	struct message attribute = { 0 };

	put_text(&attribute, 1, a->name);
	if (a->pair) {
		put_number(&attribute, 8, (uint64_t)a->value);
		put_number(&attribute, 8, (uint64_t)a->pair);
		put_number(&attribute, 20, 7);
	} else {
		put_number(&attribute, 3, (uint64_t)a->value);
		put_number(&attribute, 20, 2);
	}
	put_message(node, 5, &attribute);
}

struct node {
	const char *op;
	const char *inputs[3];
	const char *output;
	struct attribute attributes[2];
};

static void put_node(struct message *graph, const struct node *n)
{
	struct message node = { 0 };

	for (size_t i = 0; i < 3 && n->inputs[i]; i++)
		put_text(&node, 1, n->inputs[i]);
	put_text(&node, 2, n->output);
	put_text(&node, 3, n->output);
	put_text(&node, 4, n->op);
	for (size_t i = 0; i < 2 && n->attributes[i].name; i++)
		put_attribute(&node, &n->attributes[i]);
	put_message(graph, 1, &node);
}

static const struct node nodes[] = {
	{ "Conv", { "image", "conv1.weight", "conv1.bias" }, "conv1" },
	{ "Relu", { "conv1" }, "relu1" },
	{ "MaxPool",
	  { "relu1" },
	  "pool1",
	  { { "kernel_shape", 2, 2 }, { "strides", 2, 2 } } },
	{ "Conv", { "pool1", "conv2.weight", "conv2.bias" }, "conv2" },
	{ "Relu", { "conv2" }, "relu2" },
	{ "MaxPool",
	  { "relu2" },
	  "pool2",
	  { { "kernel_shape", 2, 2 }, { "strides", 2, 2 } } },
	{ "Flatten", { "pool2" }, "flat", { { "axis", 1 } } },
	{ "Gemm",
	  { "flat", "dense1.weight", "dense1.bias" },
	  "dense1",
	  { { "transB", 1 } } },
	{ "Relu", { "dense1" }, "relu3" },
	{ "Gemm",
	  { "relu3", "dense2.weight", "dense2.bias" },
	  "dense2",
	  { { "transB", 1 } } },
	{ "Softmax", { "dense2" }, "probability", { { "axis", 1 } } },
};

static void put_all_weights(struct message *graph, const struct lenet *net)
{
	const struct {
		const char *name;
		const float *data;
		int64_t dims[4];
		size_t rank;
	} table[] = {
		{ "conv1.weight",
		  &net->conv1[0][0][0][0],
		  { MAPS1, 1, KERNEL, KERNEL },
		  4 },
		{ "conv1.bias", net->bias1, { MAPS1 }, 1 },
		{ "conv2.weight",
		  &net->conv2[0][0][0][0],
		  { MAPS2, MAPS1, KERNEL, KERNEL },
		  4 },
		{ "conv2.bias", net->bias2, { MAPS2 }, 1 },
		{ "dense1.weight", &net->dense1[0][0], { HIDDEN, FEATURES }, 2 },
		{ "dense1.bias", net->dense1_bias, { HIDDEN }, 1 },
		{ "dense2.weight", &net->dense2[0][0], { CLASSES, HIDDEN }, 2 },
		{ "dense2.bias", net->dense2_bias, { CLASSES }, 1 },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		put_weights(graph, table[i].name, table[i].data, table[i].dims,
			    table[i].rank);
}

static void build(const struct lenet *net, struct message *model)
{
	static const int64_t image[] = { 1, 1, DIGIT_SIDE, DIGIT_SIDE };
	static const int64_t probability[] = { 1, CLASSES };
	struct message graph = { 0 }, opset = { 0 };

	for (size_t i = 0; i < sizeof(nodes) / sizeof(nodes[0]); i++)
		put_node(&graph, &nodes[i]);
	put_text(&graph, 2, "lenet");
	put_all_weights(&graph, net);
	put_value(&graph, 11, "image", image, 4);
	put_value(&graph, 12, "probability", probability, 2);
	put_number(model, 1, 7); /* ir_version, of opset 13's time */
	put_text(model, 2, "axle-train-digits");
	put_message(model, 7, &graph);
	put_number(&opset, 2, 13);
	put_message(model, 8, &opset);
}

int lenet_write(const struct lenet *net, const char *path)
{
	struct message model = { 0 };
	FILE *file = NULL;
	int err = 0;

	build(net, &model);
	if (model.failed)
		err = -ENOMEM;
	else if (!(file = fopen(path, "wbe")))
		err = -errno;
	if (file) {
		if (fwrite(model.data, 1, model.size, file) != model.size)
			err = -EIO;
		if (fclose(file))
			err = -EIO;
	}
	free(model.data);
	return err;
}
