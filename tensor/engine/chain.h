/* SPDX-License-Identifier: MIT */
/*
 * What happens to each element of a result before it is stored: the
 * post-operations, and what else can be said in their form.
 */
#ifndef AXT_CHAIN_H
#define AXT_CHAIN_H

#include "nest.h"

/* Post-operations, and what a kernel puts in front of them. */
#define AXT_LINKS_MAX (AXT_POSTS_MAX + 2)

enum axt_link_source {
	AXT_LINK_UNARY = 0,
	AXT_LINK_POST = 1, /* with tensor number operand of post_in */
	AXT_LINK_INPUT = 2, /* of in */
};

struct axt_link {
	uint8_t source; /* enum axt_link_source */
	uint8_t function;
	uint8_t operand;
	uint8_t tensor; /* its number in the nest */
	float alpha;
	float beta;
};

struct axt_chain {
	unsigned int count;
	struct axt_link link[AXT_LINKS_MAX];
};

/* Appends a link with an input, which becomes a tensor of the nest. */
bool axt_chain_input(struct axt_chain *chain, struct axt_nest *nest,
		     const struct axt_call *call, unsigned int input,
		     unsigned int function, bool channels_last);
void axt_chain_unary(struct axt_chain *chain, unsigned int function,
		     float alpha, float beta);
/* All post-operations; false if one has a form that the nest cannot have. */
bool axt_chain_posts(struct axt_chain *chain, struct axt_nest *nest,
		     const struct axt_call *call, bool channels_last);

/* The operands of a chain at one place of the outer dimensions. */
struct axt_bases {
	const float *base[AXT_LINKS_MAX];
};

/* outer: coordinates of the first "count" dimensions of the nest. */
void axt_chain_bases(const struct axt_chain *chain, const struct axt_nest *nest,
		     const struct axt_call *call, const size_t *outer,
		     unsigned int count, struct axt_bases *bases);

/* Elements from the start of one of the nest's tensors. */
static inline size_t axt_nest_at(const struct axt_nest *nest,
				 unsigned int tensor, const size_t *coord,
				 unsigned int count)
{
	size_t at = 0;

	for (unsigned int i = 0; i < count; i++)
		at += coord[i] * nest->stride[tensor][i];
	return at;
}

#endif
