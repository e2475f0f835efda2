/* SPDX-License-Identifier: MIT */
/* Programs of one operation, from rows of text. */
#ifndef AXT_TEST_SAMPLE_H
#define AXT_TEST_SAMPLE_H

#include <axt/program.h>
#include <axt/shape.h>

/*
 * Operands are separated by spaces: a place, a type, dimensions and a layout,
 * as in
 *
 *	"input:f32[1,3,8,8] data:f32[8] arena:f32[1,3,8,8]block16 -"
 *
 * where - is a missing one. An input operand in the arena is filled by a COPY
 * or REORDER from an input; an output operand there is read by one to an
 * output. "=N" is the tensor of input operand N.
 */
struct sample {
	const char *sentence;
	uint32_t code;
	const char *inputs;
	const char *outputs;
	const char *says; /* part of the error; NULL: it is valid */
	const void *attributes; /* NULL for none, or zeros */
	uint32_t posts;
	const struct axt_post *post; /* their tensors are filled in: */
	const char *post_tensors; /* of binary ones, in order */
};

/* They end with a sentence of NULL. */
extern const struct sample samples_window[];
extern const struct sample samples_math[];
extern const struct sample samples_move[];

void sample_build(struct axt_builder *builder, const struct sample *sample);

/* -errno of the builder; the blob is for free(). */
int sample_make(const struct sample *sample, void **blob, size_t *size,
		struct axt_error *error);

#endif
