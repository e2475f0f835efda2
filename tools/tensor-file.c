// SPDX-License-Identifier: MIT
/*
 * Tensors in files: .npy, .pb and .raw. See tensor.h. What is read is a copy,
 * so that the file's bytes go at once.
 */
#include "file.h"
#include "tensor.h"

#include "onnx.h"

#include <axt/program.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* AXT_NONE: no program has such values. */
static uint32_t type_from_onnx(uint32_t type)
{
	static const struct {
		uint32_t onnx;
		uint32_t type;
	} types[] = {
		{ AXT_ONNX_F32, AXT_F32 },   { AXT_ONNX_F64, AXT_F32 },
		{ AXT_ONNX_F16, AXT_F16 },   { AXT_ONNX_BF16, AXT_BF16 },
		{ AXT_ONNX_I8, AXT_I8 },     { AXT_ONNX_I32, AXT_I32 },
		{ AXT_ONNX_I64, AXT_I64 },   { AXT_ONNX_U8, AXT_U8 },
		{ AXT_ONNX_BOOL, AXT_BOOL },
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (types[i].onnx == type)
			return types[i].type;
	return AXT_NONE;
}

static int copy_value(const struct axt_onnx_value *value, struct tensor *out,
		      struct why *why)
{
	uint32_t type = type_from_onnx(value->type);
	uint32_t dims[AXT_RANK_MAX];
	int err;

	if (type == AXT_NONE)
		return why_not(why, -EOPNOTSUPP, "no program takes type %s",
			       axt_onnx_type_name(value->type));
	for (uint32_t i = 0; i < value->shape.rank; i++)
		dims[i] = (uint32_t)value->shape.dim[i];
	err = tensor_shape(out, type, value->shape.rank, dims);
	if (err)
		return why_not(why, err, "the tensor is too large");
	/* Empty tensors as well have data. */
	out->data = malloc(out->size + 1);
	if (!out->data)
		return why_not(why, -ENOMEM, "out of memory");
	if (value->type == AXT_ONNX_F64)
		tensor_narrow(out->data, value->data, tensor_elements(out));
	else if (out->size)
		memcpy(out->data, value->data, out->size);
	return 0;
}

static int parse_pb(const void *data, size_t size, struct tensor *out,
		    struct why *why)
{
	struct axt_onnx_report report = { 0 };
	struct axt_onnx_tensor *tensor;
	int err;

	err = axt_onnx_tensor_open(data, size, &tensor, &report);
	if (err) {
		why_not(why, err, "%s",
			report.text[0] ? report.text :
			report.count   ? report.issues[0].reason :
					 strerror(-err));
	} else {
		err = copy_value(&tensor->value, out, why);
		axt_onnx_tensor_close(tensor);
	}
	axt_onnx_report_clear(&report);
	return err;
}

static int parse_raw(const void *data, size_t size, const struct tensor *raw,
		     struct tensor *out, struct why *why)
{
	char text[TENSOR_TEXT_MAX];

	if (size != raw->size)
		return why_not(why, -EINVAL, "has %zu bytes, %s needs %zu",
			       size, tensor_text(text, raw), raw->size);
	*out = *raw;
	out->data = malloc(size + 1);
	if (!out->data)
		return why_not(why, -ENOMEM, "out of memory");
	memcpy(out->data, data, size);
	/* Other bytes are no bools, and a device would compute with them. */
	for (size_t i = 0; out->type == AXT_BOOL && i < size; i++)
		((uint8_t *)out->data)[i] = ((uint8_t *)out->data)[i] != 0;
	return 0;
}

enum form {
	FORM_NPY,
	FORM_PB,
	FORM_RAW,
	FORM_COUNT,
};

static enum form form_of(const char *path)
{
	static const char *const suffixes[] = {
		[FORM_NPY] = ".npy",
		[FORM_PB] = ".pb",
		[FORM_RAW] = ".raw",
	};
	const char *suffix = strrchr(path, '.');
	int form = 0;

	while (form < FORM_COUNT &&
	       (!suffix || strcmp(suffix, suffixes[form]) != 0))
		form++;
	return (enum form)form;
}

static int parse(enum form form, const void *data, size_t size,
		 const struct tensor *raw, struct tensor *out, struct why *why)
{
	if (form == FORM_NPY)
		return npy_parse(data, size, out, why);
	if (form == FORM_PB)
		return parse_pb(data, size, out, why);
	return parse_raw(data, size, raw, out, why);
}

static int read_form(enum form form, const char *path, const struct tensor *raw,
		     struct tensor *out, struct why *why)
{
	struct why inner = { "" };
	size_t size;
	char *data;
	int err;

	err = file_read(path, &data, &size);
	if (err)
		why_not(&inner, err, "%s", strerror(-err));
	else
		err = parse(form, data, size, raw, out, &inner);
	free(data);
	if (err)
		tensor_fini(out);
	return err ? why_not(why, err, "%.400s: %.500s", path, inner.text) : 0;
}

int tensor_read(const char *path, const struct tensor *raw, struct tensor *out,
		struct why *why)
{
	enum form form = form_of(path);

	memset(out, 0, sizeof(*out));
	if (form == FORM_COUNT)
		return why_not(why, -EINVAL,
			       "%s: the name of an input file ends with .npy, "
			       ".pb or .raw",
			       path);
	if (form == FORM_RAW && !raw)
		return -EAGAIN;
	return read_form(form, path, raw, out, why);
}

int tensor_read_pb(const char *path, struct tensor *out, struct why *why)
{
	memset(out, 0, sizeof(*out));
	return read_form(FORM_PB, path, NULL, out, why);
}
