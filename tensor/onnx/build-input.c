// SPDX-License-Identifier: MIT
/* Inputs of a graph: type and shape, fixed by options where they are open. */
#include "build.h"
#include "constant.h"
#include "report.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const struct axt_onnx_shape_option *
find_option(const struct axt_onnx_options *options, const char *name)
{
	for (size_t i = 0; i < options->shape_count; i++)
		if (strcmp(options->shapes[i].name, name) == 0)
			return &options->shapes[i];
	return NULL;
}

/* "?x3x48x?", with the names of open dimensions if they have any. */
static void write_dims(const Onnx__TensorShapeProto *dims, char *text,
		       size_t size)
{
	size_t at = 0;

	snprintf(text, size, "of unknown rank");
	for (size_t i = 0; dims && i < dims->n_dim && at < size; i++) {
		const Onnx__TensorShapeProto__Dimension *dim = dims->dim[i];
		bool fixed =
			dim->value_case ==
				ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE &&
			dim->dim_value >= 0;

		if (fixed)
			at += (size_t)snprintf(text + at, size - at, "%s%lld",
					       i ? "x" : "",
					       (long long)dim->dim_value);
		else
			at += (size_t)snprintf(text + at, size - at, "%s?",
					       i ? "x" : "");
	}
}

static bool is_open(const Onnx__TensorShapeProto__Dimension *dim)
{
	return dim->value_case !=
		       ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE ||
	       dim->dim_value < 0;
}

static int declared(const Onnx__TensorShapeProto *dims,
		    struct axt_onnx_shape *shape)
{
	if (!dims || dims->n_dim > AXT_ONNX_RANK_MAX)
		return -ENODATA;
	shape->rank = (uint32_t)dims->n_dim;
	for (uint32_t i = 0; i < shape->rank; i++) {
		if (is_open(dims->dim[i]))
			return -ENODATA;
		shape->dim[i] = dims->dim[i]->dim_value;
	}
	return 0;
}

static bool fits(const Onnx__TensorShapeProto *dims,
		 const struct axt_onnx_shape *shape)
{
	if (!dims)
		return true;
	if (dims->n_dim != shape->rank)
		return false;
	for (uint32_t i = 0; i < shape->rank; i++)
		if (!is_open(dims->dim[i]) &&
		    dims->dim[i]->dim_value != shape->dim[i])
			return false;
	return true;
}

static int set_shape(struct axt_onnx_value *value,
		     const Onnx__TensorShapeProto *dims,
		     const struct axt_onnx_options *options,
		     struct axt_onnx_report *report)
{
	const struct axt_onnx_shape_option *option =
		find_option(options, value->name);
	char text[128], reason[128];

	write_dims(dims, text, sizeof(text));
	if (option) {
		if (!fits(dims, &option->shape))
			return axt_onnx_report_fail(
				report, -EINVAL,
				"input '%s' is %s: the shape given for it "
				"does not fit",
				value->name, text);
		value->shape = option->shape;
	} else if (declared(dims, &value->shape)) {
		return axt_onnx_report_fail(report, -EINVAL,
					    "input '%s' is %s: its shape must "
					    "be given",
					    value->name, text);
	}
	if (axt_onnx_check_shape(&value->shape, reason, sizeof(reason)))
		return axt_onnx_report_fail(report, -EINVAL, "input '%s': %s",
					    value->name, reason);
	value->known = true;
	return 0;
}

int axt_onnx_build_input(struct axt_onnx_value *value,
			 const Onnx__ValueInfoProto *proto,
			 const struct axt_onnx_options *options,
			 struct axt_onnx_report *report)
{
	const Onnx__TypeProto *type = proto->type;

	if (!type || type->value_case != ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE)
		return axt_onnx_report_fail(report, -EOPNOTSUPP,
					    "input '%s' is not a tensor",
					    value->name);
	value->type = (uint32_t)type->tensor_type->elem_type;
	if (!axt_onnx_type_size(value->type))
		return axt_onnx_report_fail(report, -EOPNOTSUPP,
					    "input '%s' has elements of type "
					    "%s",
					    value->name,
					    axt_onnx_type_name(value->type));
	return set_shape(value, type->tensor_type->shape, options, report);
}

const struct axt_onnx_binding *
axt_onnx_find_binding(const struct axt_onnx_options *options, const char *name)
{
	for (size_t i = 0; i < options->binding_count; i++)
		if (strcmp(options->bindings[i].name, name) == 0)
			return &options->bindings[i];
	return NULL;
}

int axt_onnx_bind(struct axt_onnx_value *value,
		  const struct axt_onnx_binding *binding,
		  struct axt_onnx_report *report)
{
	char reason[128];

	if (value->known && binding->type != value->type)
		return axt_onnx_report_fail(report, -EINVAL,
					    "input '%s' is %s, the value for "
					    "it is %s",
					    value->name,
					    axt_onnx_type_name(value->type),
					    axt_onnx_type_name(binding->type));
	if (axt_onnx_check_shape(&binding->shape, reason, sizeof(reason)) ||
	    !axt_onnx_type_size(binding->type) || !binding->data)
		return axt_onnx_report_fail(report, -EINVAL,
					    "input '%s' has no valid value",
					    value->name);
	value->type = binding->type;
	value->shape = binding->shape;
	value->data = binding->data;
	value->known = true;
	return 0;
}
