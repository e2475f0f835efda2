// SPDX-License-Identifier: MIT
#include "chain.h"

static struct axt_link *append(struct axt_chain *chain)
{
	return &chain->link[chain->count++];
}

static bool append_tensor(struct axt_chain *chain, struct axt_nest *nest,
			  const struct axt_call *call,
			  const struct axt_view *view, struct axt_link link,
			  bool channels_last)
{
	link.tensor = (uint8_t)nest->tensors;
	if (!view->tensor || view->tensor->type != AXT_F32 ||
	    !axt_nest_add(nest, call->out[0].tensor, view->tensor,
			  channels_last))
		return false;
	*append(chain) = link;
	return true;
}

bool axt_chain_input(struct axt_chain *chain, struct axt_nest *nest,
		     const struct axt_call *call, unsigned int input,
		     unsigned int function, bool channels_last)
{
	struct axt_link link = {
		.source = AXT_LINK_INPUT,
		.function = (uint8_t)function,
		.operand = (uint8_t)input,
	};

	return append_tensor(chain, nest, call, &call->in[input], link,
			     channels_last);
}

void axt_chain_unary(struct axt_chain *chain, unsigned int function,
		     float alpha, float beta)
{
	*append(chain) = (struct axt_link){
		.source = AXT_LINK_UNARY,
		.function = (uint8_t)function,
		.alpha = alpha,
		.beta = beta,
	};
}

bool axt_chain_posts(struct axt_chain *chain, struct axt_nest *nest,
		     const struct axt_call *call, bool channels_last)
{
	for (unsigned int i = 0; i < call->op->posts; i++) {
		const struct axt_post *post = &call->posts[i];
		struct axt_link link = {
			.source = AXT_LINK_POST,
			.function = (uint8_t)post->function,
			.operand = (uint8_t)i,
		};

		if (post->kind == AXT_POST_UNARY)
			axt_chain_unary(chain, post->function, post->alpha,
					post->beta);
		else if (!append_tensor(chain, nest, call, &call->post_in[i],
					link, channels_last))
			return false;
	}
	return true;
}

void axt_chain_bases(const struct axt_chain *chain, const struct axt_nest *nest,
		     const struct axt_call *call, const size_t *outer,
		     unsigned int count, struct axt_bases *bases)
{
	for (unsigned int i = 0; i < chain->count; i++) {
		const struct axt_link *link = &chain->link[i];
		const struct axt_view *view = NULL;

		if (link->source == AXT_LINK_POST)
			view = &call->post_in[link->operand];
		else if (link->source == AXT_LINK_INPUT)
			view = &call->in[link->operand];
		bases->base[i] = NULL;
		if (view)
			bases->base[i] =
				(const float *)view->data +
				axt_nest_at(nest, link->tensor, outer, count);
	}
}
