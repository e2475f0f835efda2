// SPDX-License-Identifier: MIT
/*
 * The file format of NumPy: magic, version, the length of a header, a Python
 * dictionary as text, padding, data. Read are versions 1 to 3, row-major,
 * little endian; nothing in the file is believed. Written is version 1, which
 * has room for any shape here.
 */
#include "file.h"
#include "tensor.h"

#include <axt/shape.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAGIC "\x93NUMPY"
#define MAGIC_SIZE 6
#define ALIGN 64
#define DESCR_MAX 16

/* What the dictionary says. */
struct header {
	char descr[DESCR_MAX];
	bool fortran;
	bool has_descr;
	bool has_order;
	bool has_shape;
	uint32_t rank;
	uint32_t dims[AXT_RANK_MAX];
};

/* What is left of the text. */
struct cursor {
	const char *at;
	const char *end;
};

static void skip_blanks(struct cursor *cursor)
{
	while (cursor->at < cursor->end &&
	       (*cursor->at == ' ' || *cursor->at == '\n' ||
		*cursor->at == '\t'))
		cursor->at++;
}

static bool take(struct cursor *cursor, char wanted)
{
	skip_blanks(cursor);
	if (cursor->at == cursor->end || *cursor->at != wanted)
		return false;
	cursor->at++;
	return true;
}

static bool take_word(struct cursor *cursor, const char *word)
{
	size_t length = strlen(word);

	skip_blanks(cursor);
	if ((size_t)(cursor->end - cursor->at) < length ||
	    memcmp(cursor->at, word, length) != 0)
		return false;
	cursor->at += length;
	return true;
}

/* A string of the characters that keys and types are made of. */
static bool take_string(struct cursor *cursor, char *out, size_t size)
{
	size_t used = 0;
	char quote;

	skip_blanks(cursor);
	if (cursor->at == cursor->end ||
	    (*cursor->at != '\'' && *cursor->at != '"'))
		return false;
	quote = *cursor->at++;
	while (cursor->at < cursor->end && *cursor->at != quote) {
		char c = *cursor->at++;

		if (c <= ' ' || c > '~' || c == '\\' || used + 1 >= size)
			return false;
		out[used++] = c;
	}
	out[used] = 0;
	return take(cursor, quote);
}

static bool take_dim(struct cursor *cursor, uint32_t *dim)
{
	const char *first;
	uint64_t value = 0;

	skip_blanks(cursor);
	first = cursor->at;
	while (cursor->at < cursor->end && *cursor->at >= '0' &&
	       *cursor->at <= '9') {
		value = value * 10 + (uint64_t)(*cursor->at++ - '0');
		if (value > AXT_DIM_MAX)
			return false;
	}
	*dim = (uint32_t)value;
	if (cursor->at == first)
		return false;
	/* Python 2 wrote long numbers like this. */
	if (cursor->at < cursor->end && *cursor->at == 'L')
		cursor->at++;
	return true;
}

/* Whether it is a tuple; its dimensions beyond the most are only counted. */
static bool take_shape(struct cursor *cursor, struct header *header)
{
	uint32_t dim;

	if (!take(cursor, '('))
		return false;
	header->rank = 0;
	while (!take(cursor, ')')) {
		if (!take_dim(cursor, &dim) || header->rank > AXT_RANK_MAX)
			return false;
		if (header->rank < AXT_RANK_MAX)
			header->dims[header->rank] = dim;
		header->rank++;
		if (!take(cursor, ',')) {
			if (!take(cursor, ')'))
				return false;
			break;
		}
	}
	header->has_shape = true;
	return true;
}

static bool take_item(struct cursor *cursor, struct header *header)
{
	char key[DESCR_MAX];

	if (!take_string(cursor, key, sizeof(key)) || !take(cursor, ':'))
		return false;
	if (strcmp(key, "descr") == 0) {
		header->has_descr = true;
		return take_string(cursor, header->descr,
				   sizeof(header->descr));
	}
	if (strcmp(key, "fortran_order") == 0) {
		header->has_order = true;
		header->fortran = take_word(cursor, "True");
		return header->fortran || take_word(cursor, "False");
	}
	return strcmp(key, "shape") == 0 && take_shape(cursor, header);
}

static bool take_header(struct cursor *cursor, struct header *header)
{
	if (!take(cursor, '{'))
		return false;
	while (!take(cursor, '}')) {
		if (!take_item(cursor, header))
			return false;
		if (!take(cursor, ',')) {
			if (!take(cursor, '}'))
				return false;
			break;
		}
	}
	skip_blanks(cursor);
	return cursor->at == cursor->end && header->has_descr &&
	       header->has_order && header->has_shape;
}

/* Where the text is; the data are behind it. */
static int find_header(const uint8_t *bytes, size_t size, struct cursor *text,
		       struct why *why)
{
	size_t start, length;

	if (size < MAGIC_SIZE + 4 || memcmp(bytes, MAGIC, MAGIC_SIZE) != 0)
		return why_not(why, -EINVAL, "not a .npy file");
	if (bytes[6] < 1 || bytes[6] > 3)
		return why_not(why, -EINVAL,
			       "version %u.%u of .npy is not known", bytes[6],
			       bytes[7]);
	start = bytes[6] == 1 ? 10 : 12;
	if (size < start)
		return why_not(why, -EINVAL, "the .npy file is cut off");
	length = bytes[8] | (size_t)bytes[9] << 8;
	if (bytes[6] > 1)
		length |= (size_t)bytes[10] << 16 | (size_t)bytes[11] << 24;
	if (length > size - start)
		return why_not(why, -EINVAL, "the .npy file is cut off");
	text->at = (const char *)bytes + start;
	text->end = text->at + length;
	return 0;
}

static const struct {
	const char *descr;
	uint32_t type; /* enum axt_type */
	uint32_t bytes; /* in the file */
} types[] = {
	{ "<f4", AXT_F32, 4 }, { "<f8", AXT_F32, 8 },  { "<f2", AXT_F16, 2 },
	{ "<i4", AXT_I32, 4 }, { "<i8", AXT_I64, 8 },  { "|i1", AXT_I8, 1 },
	{ "|u1", AXT_U8, 1 },  { "|b1", AXT_BOOL, 1 }, { "<i1", AXT_I8, 1 },
	{ "<u1", AXT_U8, 1 },  { "<b1", AXT_BOOL, 1 }, { "<?", AXT_BOOL, 1 },
	{ "|?", AXT_BOOL, 1 },
};

static int find_type(const struct header *header, size_t *which,
		     struct why *why)
{
	if (header->descr[0] == '>')
		return why_not(why, -EOPNOTSUPP,
			       "big endian (%s); save it as little endian",
			       header->descr);
	for (*which = 0; *which < sizeof(types) / sizeof(types[0]); ++*which)
		if (strcmp(types[*which].descr, header->descr) == 0)
			return 0;
	return why_not(why, -EOPNOTSUPP,
		       "type %s is not one of f4, f8, f2, i4, i8, i1, u1, b1",
		       header->descr);
}

static int copy_data(const void *data, uint32_t bytes, struct tensor *out)
{
	uint64_t count = tensor_elements(out);

	/* Empty tensors as well have data. */
	out->data = malloc(out->size + 1);
	if (!out->data)
		return -ENOMEM;
	if (out->type == AXT_F32 && bytes == 8) {
		tensor_narrow(out->data, data, count);
		return 0;
	}
	memcpy(out->data, data, out->size);
	for (uint64_t i = 0; out->type == AXT_BOOL && i < count; i++)
		((uint8_t *)out->data)[i] = ((uint8_t *)out->data)[i] != 0;
	return 0;
}

static int check_header(const struct header *header, struct why *why)
{
	if (header->fortran && header->rank > 1)
		return why_not(why, -EOPNOTSUPP,
			       "Fortran order; save it with "
			       "numpy.ascontiguousarray()");
	if (header->rank > AXT_RANK_MAX)
		return why_not(why, -EOPNOTSUPP, "more than %d dimensions",
			       AXT_RANK_MAX);
	return 0;
}

int npy_parse(const void *data, size_t size, struct tensor *out,
	      struct why *why)
{
	struct header header = { 0 };
	struct cursor text = { 0 };
	const char *body;
	size_t which, have;
	int err;

	memset(out, 0, sizeof(*out));
	err = find_header(data, size, &text, why);
	if (err)
		return err;
	body = text.end;
	if (!take_header(&text, &header))
		return why_not(why, -EINVAL,
			       "the header of the .npy file is broken, or not "
			       "that of a plain array");
	err = check_header(&header, why);
	if (!err)
		err = find_type(&header, &which, why);
	if (err)
		return err;
	err = tensor_shape(out, types[which].type, header.rank, header.dims);
	if (err)
		return why_not(why, err, "the array is too large");
	have = size - (size_t)(body - (const char *)data);
	if (have != tensor_elements(out) * types[which].bytes)
		return why_not(why, -EINVAL,
			       "the .npy file has %zu bytes of data, its shape "
			       "needs %llu",
			       have,
			       (unsigned long long)tensor_elements(out) *
				       types[which].bytes);
	err = copy_data(body, types[which].bytes, out);
	return err ? why_not(why, err, "out of memory") : 0;
}

static const char *const descr_of[] = {
	[AXT_F32] = "<f4",  [AXT_F16] = "<f2", [AXT_BF16] = "<f4",
	[AXT_I8] = "|i1",   [AXT_I32] = "<i4", [AXT_I64] = "<i8",
	[AXT_BOOL] = "|b1", [AXT_U8] = "|u1",
};

size_t npy_header(char *out, const struct tensor *tensor)
{
	char dims[TENSOR_TEXT_MAX];
	size_t used, total;

	used = 10 + (size_t)snprintf(out + 10, NPY_HEADER_MAX - 10,
				     "{'descr': '%s', 'fortran_order': False, "
				     "'shape': (%s%s), }",
				     descr_of[tensor->type],
				     tensor_dims_text(dims, tensor),
				     tensor->rank == 1 ? "," : "");
	total = (used + 1 + ALIGN - 1) / ALIGN * ALIGN;
	memset(out + used, ' ', total - used);
	out[total - 1] = '\n';
	memcpy(out, MAGIC, MAGIC_SIZE);
	out[6] = 1;
	out[7] = 0;
	out[8] = (char)((total - 10) & 0xff);
	out[9] = (char)((total - 10) >> 8);
	return total;
}

int npy_write(const char *path, const struct tensor *tensor)
{
	uint64_t count = tensor_elements(tensor);
	char header[NPY_HEADER_MAX];
	struct file_part parts[2] = {
		{ header, npy_header(header, tensor) },
		{ tensor->data, tensor->size },
	};
	float *wide = NULL;
	int err;

	if (tensor->type == AXT_BF16) {
		wide = malloc(count * sizeof(*wide) + 1);
		if (!wide)
			return -ENOMEM;
		for (uint64_t i = 0; i < count; i++)
			wide[i] = (float)tensor_value(tensor, i);
		parts[1] = (struct file_part){ wide, count * sizeof(*wide) };
	}
	err = file_write(path, parts, 2);
	free(wide);
	return err;
}
