// SPDX-License-Identifier: MIT
/*
 * Every rule about header, sections, names, tensors and records: each with a
 * blob that breaks it in one place, the CRC put right, so that nothing but the
 * rule finds it.
 */
#include "base.h"
#include "sample.h"
#include "tap.h"

#include <stdlib.h>
#include <string.h>

enum where {
	HEADER,
	TENSOR, /* number: of the tensor */
	OP, /* number: of the operation */
	NAMES,
	BLOB, /* number: offset from the end, if negative */
};

struct row {
	enum where where;
	int number;
	size_t offset;
	size_t size;
	uint64_t value;
	int err;
	const char *says;
	bool keep_crc;
};

static uint8_t *find(uint8_t *blob, size_t size, const struct row *row)
{
	const struct axt_header *header = (void *)blob;
	uint8_t *op = blob + header->op_offset;

	if (row->where == TENSOR)
		return blob + header->tensor_offset +
		       row->number * sizeof(struct axt_tensor);
	if (row->where == NAMES)
		return blob + header->name_offset;
	if (row->where == BLOB)
		return blob + (row->number < 0 ? size + row->number : 0);
	for (int i = 0; row->where == OP && i < row->number; i++)
		op += ((struct axt_op *)op)->size;
	return row->where == OP ? op : blob;
}

static void run_row(void)
{
	const struct row *row = tap_data();
	struct axt_error error = { "" };
	struct axt_program *program;
	size_t size;
	uint8_t *blob = base_make(&size);
	int err;

	TAP_REQUIRE(blob);
	memcpy(find(blob, size, row) + row->offset, &row->value, row->size);
	if (!row->keep_crc)
		base_fix_crc(blob, size);
	err = axt_program_open(blob, size, &program, &error);
	TAP_EQUAL(err, -row->err);
	if (!TAP_CHECK(strstr(error.text, row->says)))
		tap_note("it says: %s", error.text);
	if (!err)
		axt_program_close(program);
	free(blob);
}

#define ROW(sentence, ...)                             \
	{                                              \
		sentence, run_row, &(const struct row) \
		{                                      \
			__VA_ARGS__                    \
		}                                      \
	}
#define AT(type, member) \
	offsetof(struct type, member), sizeof(((struct type *)0)->member)
#define HEAD(sentence, member, value, says)                                \
	ROW("header: " sentence, HEADER, 0, AT(axt_header, member), value, \
	    EINVAL, says)
#define TENS(sentence, number, member, value, says)                      \
	ROW("tensor: " sentence, TENSOR, number, AT(axt_tensor, member), \
	    value, EINVAL, says)
#define OPER(sentence, number, member, value, says)                        \
	ROW("operation: " sentence, OP, number, AT(axt_op, member), value, \
	    EINVAL, says)
#define INFINITY_BITS 0x7f800000u
#define ONE_BITS 0x3f800000u

static const struct tap_case cases[] = {
	ROW("another magic is no tensor program", HEADER, 0,
	    AT(axt_header, magic), 0, EINVAL, "not a tensor program"),
	ROW("another major version is not known", HEADER, 0,
	    AT(axt_header, major), 2, EPROTONOSUPPORT, "version 2.0"),
	ROW("a newer minor version is not known", HEADER, 0,
	    AT(axt_header, minor), 1, EPROTONOSUPPORT, "version 1.1"),
	ROW("a wrong CRC is damage", HEADER, 0, AT(axt_header, crc), 0, EBADMSG,
	    "wrong CRC", true),
	ROW("damage of the data is found", BLOB, -4, 0, 1, 1, EBADMSG,
	    "wrong CRC", true),
	HEAD("another size", header_size, 136, "header of 136 bytes"),
	HEAD("a total size beyond the limit", total_size, AXT_BYTES_MAX + 1,
	     "is no size"),
	HEAD("a total size of less than the header", total_size, 64,
	     "is no size"),
	HEAD("flags are not zero", flags, 1, "not zero"),
	HEAD("reserved bytes are not zero", reserved[1], 1, "not zero"),
	HEAD("too many tensors", tensor_count, AXT_TENSORS_MAX + 1,
	     "more tensors"),
	HEAD("too many operations", op_count, AXT_OPS_MAX + 1,
	     "more operations"),
	HEAD("too many inputs", input_count, 4097, "more inputs"),
	HEAD("too many outputs", output_count, 4097, "more outputs"),
	HEAD("too many names", name_size, AXT_NAMES_MAX + 1,
	     "more bytes of names"),
	HEAD("too many data", data_size, AXT_BYTES_MAX + 1,
	     "more bytes of data"),
	HEAD("too large an arena", arena_size, AXT_BYTES_MAX + 1,
	     "more bytes of arena"),
	HEAD("no names at all", name_size, 0, "no empty name"),
	HEAD("tensors at an odd place", tensor_offset, 129, "multiple of 8"),
	HEAD("tensors in the header", tensor_offset, 120, "not behind"),
	HEAD("tensors beyond the blob", tensor_offset, 1ull << 39,
	     "not behind"),
	HEAD("operations inside of the tensors", op_offset, 136, "not behind"),
	HEAD("operations that are not all there", op_size, 1ull << 39,
	     "not inside"),
	HEAD("names inside of the operations", name_offset, 512,
	     "names: not behind"),
	HEAD("data at a multiple of 8", data_offset, 1000, "multiple of 64"),
	HEAD("more data than there are", data_size, 1ull << 39, "not inside"),
	ROW("header: a gap that is not zero", NAMES, 0, 30, 1, 1, EINVAL,
	    "data: the gap before is not zero"),
	HEAD("the last name has no end", name_size, 23, "is not NUL"),
	HEAD("an operation too many", op_count, 3, "section ends before"),
	HEAD("an operation too few", op_count, 1, "behind the last operation"),
	HEAD("an input too many", input_count, 3, "input 2 has no tensor"),
	HEAD("an input too few", input_count, 1, "no such input"),
	HEAD("an output too many", output_count, 2, "output 1 has no tensor"),
	HEAD("too small an arena", arena_size, 64, "does not lie inside"),
	ROW("names: the first byte is not NUL", NAMES, 0, 0, 1, 'a', EINVAL,
	    "is not NUL"),
	ROW("names: not UTF-8", NAMES, 0, 1, 1, 0xff, EINVAL, "byte 1"),
	TENS("no such type", 0, type, 8, "no such type"),
	TENS("a rank of 9", 0, rank, 9, "rank exceeds 8"),
	TENS("no such place", 0, place, 4, "no such place"),
	TENS("no such layout", 0, layout, 3, "no such layout"),
	TENS("a layout that needs rank 3", 2, layout, AXT_BLOCK16,
	     "needs rank 3"),
	TENS("an input that is not plain", 0, layout, AXT_CHANNELS_LAST,
	     "inputs and outputs are plain"),
	TENS("a name beyond the names", 0, name, 1000, "no name begins"),
	TENS("a name inside of another", 0, name, 2, "no name begins"),
	TENS("a dimension of 2^31", 0, dims[0], 0x80000000u, "dimension is"),
	TENS("an unused dimension is not zero", 0, dims[4], 1, "dimension is"),
	TENS("too large", 0, dims[0], 0x7fffffff, "too large"),
	TENS("a size that does not follow", 0, size, 1020, "size does not"),
	TENS("scale of f32", 0, scale, ONE_BITS, "do not suit"),
	TENS("zero of f32", 0, zero, 1, "do not suit"),
	TENS("no such input", 0, offset, 2, "no such input"),
	TENS("an input twice", 0, offset, 1, "has one already"),
	TENS("data at a multiple of 32", 1, offset, 32, "multiple of 64"),
	TENS("data beyond the data", 1, offset, 1ull << 39,
	     "does not lie inside"),
	TENS("data up to beyond the data", 1, offset, 128,
	     "does not lie inside"),
	TENS("arena at a multiple of 8", 4, offset, 8, "multiple of 64"),
	TENS("arena beyond the arena", 4, offset, 64, "does not lie inside"),
	TENS("an offset that goes around", 4, offset, ~63ull,
	     "does not lie inside"),
	OPER("no code", 0, code, 0, "no code 0"),
	OPER("no such code", 0, code, AXT_CODE_END, "no code 26"),
	OPER("flags are not zero", 0, flags, 1, "not zero"),
	OPER("padding is not zero", 0, pad, 1, "not zero"),
	OPER("a size that is too small", 1, size, 16, "16 bytes, not"),
	OPER("a size that is too large", 1, size, 0xfffffff8, "bytes, not"),
	OPER("inputs that are not there", 1, inputs, 255, "255 inputs"),
	OPER("an input fewer than the size says", 1, posts, 2, "bytes, not"),
	OPER("nine post-operations", 1, posts, 9, "more than 8"),
	OPER("a name beyond the names", 1, name, 1000, "no name begins"),
	ROW("operand: there is no such tensor", OP, 1, sizeof(struct axt_op), 4,
	    6, EINVAL, "there is no tensor 6"),
};
TAP_MAIN(cases)
