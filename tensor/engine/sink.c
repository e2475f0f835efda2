// SPDX-License-Identifier: MIT
#include "sink.h"
#include "function.h"

void axt_sink_init(struct axt_sink *sink, const struct axt_call *call)
{
	sink->call = call;
	axt_index_init(&sink->y, call->out[0].tensor);
	for (unsigned int i = 0; i < call->op->posts; i++)
		if (call->posts[i].kind == AXT_POST_BINARY)
			axt_index_broadcast(&sink->post[i],
					    call->post_in[i].tensor, &sink->y);
}

void axt_sink_put(const struct axt_sink *sink, const size_t *coord,
		  float *value, size_t count)
{
	const struct axt_call *call = sink->call;

	for (unsigned int i = 0; i < call->op->posts; i++) {
		const struct axt_post *post = &call->posts[i];
		const struct axt_index *index = &sink->post[i];
		const float *data;

		if (post->kind == AXT_POST_UNARY) {
			axt_unary_run(post->function, post->alpha, post->beta,
				      value, count);
			continue;
		}
		data = call->post_in[i].data;
		axt_binary_run(post->function, value,
			       data + axt_index_at(index, coord),
			       axt_index_step(index), count);
	}
	axt_copy_row((float *)call->out[0].data + axt_index_at(&sink->y, coord),
		     (ptrdiff_t)axt_index_step(&sink->y), value, 1, count,
		     sizeof(float));
}
