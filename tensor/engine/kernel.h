/* SPDX-License-Identifier: MIT */
/*
 * Kernels: what runs one operation of a tensor program on memory. They take
 * arguments that a validator has passed (docs/tensor-program.md) and check
 * nothing but what only data can tell: indices and lengths.
 *
 * A caller prepares a call, asks parts_max() and scratch(), and then calls
 * run() once for each part from 0 to parts - 1, on any threads, in any order.
 * The parts write disjoint elements, and the bytes of the result do not depend
 * on the number of parts. Nothing is allocated in run().
 */
#ifndef AXT_KERNEL_H
#define AXT_KERNEL_H

#include <stddef.h>

#include <axt/format.h>

/*
 * A tensor and where it is, aligned for its type, somewhere even if empty; both
 * NULL: not given.
 */
struct axt_view {
	const struct axt_tensor *tensor;
	void *data;
};

struct axt_call {
	const struct axt_op *op;
	const void *attributes; /* the struct of the operation's code */
	const struct axt_post *posts; /* op->posts of them */
	const struct axt_view *in; /* op->inputs of them */
	const struct axt_view *out; /* op->outputs of them */
	const struct axt_view *post_in; /* one for each of posts */
	void *scratch; /* parts * scratch() bytes, aligned to 64 */
};

typedef void axt_kernel_fn(const struct axt_call *call, unsigned int part,
			   unsigned int parts);

struct axt_kernel {
	axt_kernel_fn *run;
	/* Bytes for one part, a multiple of 64; NULL: none. */
	size_t (*scratch)(const struct axt_call *call);
	/* More parts than this have nothing to do; at least 1. */
	unsigned int (*parts_max)(const struct axt_call *call);
};

/* In plain C, for every code of the format; NULL for what is none. */
const struct axt_kernel *axt_kernel_portable(enum axt_code code);

/* Bytes of scratch for so many parts. */
size_t axt_kernel_scratch(const struct axt_kernel *kernel,
			  const struct axt_call *call, unsigned int parts);

#endif
