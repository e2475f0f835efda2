// SPDX-License-Identifier: MIT
/*
 * See model.h. The file is unpacked into a pool that goes at once; names and
 * kinds are copies. It may be any bytes, the parser says what is wrong.
 */
#include "model.h"

#include "proto.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What messages unpack to, at the most, is a few times the file. */
#define MEMORY_MIN ((size_t)64 << 20)
#define MEMORY_FACTOR 8

/* "sequence" of the field's name "sequence_type". */
static void name_kind(const Onnx__TypeProto *type, char *out, size_t size)
{
	const ProtobufCFieldDescriptor *field =
		protobuf_c_message_descriptor_get_field(
			&onnx__type_proto__descriptor,
			(unsigned int)type->value_case);

	if (field)
		snprintf(out, size, "%.*s", (int)strcspn(field->name, "_"),
			 field->name);
	else
		snprintf(out, size, "untyped");
}

static void set_kind(const Onnx__TypeProto *type, char *out, size_t size)
{
	out[0] = 0;
	if (!type)
		return;
	if (type->value_case != ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE)
		name_kind(type, out, size);
	else if (type->tensor_type &&
		 type->tensor_type->elem_type ==
			 ONNX__TENSOR_PROTO__DATA_TYPE__STRING)
		snprintf(out, size, "string");
}

static bool is_open(const Onnx__TypeProto *type)
{
	const Onnx__TensorShapeProto *shape;

	if (!type || type->value_case != ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE ||
	    !type->tensor_type)
		return false;
	shape = type->tensor_type->shape;
	for (size_t i = 0; shape && i < shape->n_dim; i++)
		if (shape->dim[i]->value_case !=
		    ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE)
			return true;
	return !shape;
}

/* Names of initializers in order, as files may have very many. */
struct names {
	const char **name;
	size_t count;
};

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int sort_initializers(const Onnx__GraphProto *graph, struct names *out)
{
	out->count = 0;
	out->name = calloc(graph->n_initializer + 1, sizeof(*out->name));
	if (!out->name)
		return -ENOMEM;
	for (size_t i = 0; i < graph->n_initializer; i++)
		if (graph->initializer[i]->name)
			out->name[out->count++] = graph->initializer[i]->name;
	qsort(out->name, out->count, sizeof(*out->name), compare_names);
	return 0;
}

static int copy_ports(const struct names *initializers,
		      Onnx__ValueInfoProto *const *infos, size_t count,
		      struct model_port **ports, size_t *port_count)
{
	*ports = calloc(count + 1, sizeof(**ports));
	if (!*ports)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		struct model_port *port = &(*ports)[i];
		const char *name = infos[i]->name;

		port->name = strdup(name ? name : "");
		if (!port->name)
			return -ENOMEM;
		++*port_count;
		set_kind(infos[i]->type, port->kind, sizeof(port->kind));
		port->open = is_open(infos[i]->type);
		port->has_default = bsearch(&port->name, initializers->name,
					    initializers->count,
					    sizeof(*initializers->name),
					    compare_names);
	}
	return 0;
}

static int copy_model(const Onnx__ModelProto *proto, struct model *out)
{
	const Onnx__GraphProto *graph = proto->graph;
	struct names initializers;
	const char *op;
	int err;

	if (!graph)
		return 0;
	op = graph->n_node ? graph->node[0]->op_type : NULL;
	snprintf(out->first_op, sizeof(out->first_op), "%s", op ? op : "");
	err = sort_initializers(graph, &initializers);
	if (err)
		return err;
	err = copy_ports(&initializers, graph->input, graph->n_input,
			 &out->inputs, &out->input_count);
	if (!err)
		err = copy_ports(&initializers, graph->output, graph->n_output,
				 &out->outputs, &out->output_count);
	free(initializers.name);
	return err;
}

int model_read(const void *data, size_t size, struct model *out,
	       struct why *why)
{
	struct axt_onnx_report report = { 0 };
	const Onnx__ModelProto *proto;
	struct axt_onnx_pool pool;
	int err;

	memset(out, 0, sizeof(*out));
	axt_onnx_pool_init(&pool, MEMORY_MIN + size * MEMORY_FACTOR);
	err = axt_onnx_proto_model(&pool, data, size, &proto, &report);
	if (err) {
		why_not(why, err, "%s", report.text);
	} else {
		err = copy_model(proto, out);
		if (err)
			why_not(why, err, "out of memory");
	}
	axt_onnx_pool_fini(&pool);
	axt_onnx_report_clear(&report);
	if (err)
		model_fini(out);
	return err;
}

static void free_ports(struct model_port *ports, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(ports[i].name);
	free(ports);
}

void model_fini(struct model *model)
{
	free_ports(model->inputs, model->input_count);
	free_ports(model->outputs, model->output_count);
	memset(model, 0, sizeof(*model));
}

const struct model_port *model_input(const struct model *model,
				     const char *name)
{
	for (size_t i = 0; i < model->input_count; i++)
		if (strcmp(model->inputs[i].name, name) == 0)
			return &model->inputs[i];
	return NULL;
}
