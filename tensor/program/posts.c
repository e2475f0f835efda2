// SPDX-License-Identifier: MIT
/* Checks of post-operations. */
#include "check.h"

static int check_binary(const struct axt_check *check, uint32_t number,
			const struct axt_tensor *tensor)
{
	const struct axt_tensor *y = check->out[0];

	if (check->view.posts[number].function >= AXT_EQUAL)
		return axt_op_fail(check, "post %u has no such function",
				   number);
	if (tensor->type != AXT_F32)
		return axt_op_fail(check, "post %u: its tensor is not f32",
				   number);
	if (!axt_broadcasts(tensor, y))
		return axt_op_fail(check,
				   "post %u: its tensor does not "
				   "broadcast to the result",
				   number);
	if (tensor->layout !=
	    (axt_same_shape(tensor, y) ? y->layout : AXT_PLAIN))
		return axt_op_fail(check,
				   "post %u: its tensor has a wrong "
				   "layout",
				   number);
	return 0;
}

static int check_post(struct axt_check *check, uint32_t number)
{
	const struct axt_post *post = &check->view.posts[number];

	check->post[number] = NULL;
	if (post->kind == AXT_POST_UNARY) {
		if (post->tensor != AXT_NONE)
			return axt_op_fail(check,
					   "post %u has a tensor too "
					   "many",
					   number);
		if (post->function >= AXT_UNARY_END ||
		    post->function == AXT_NOT)
			return axt_op_fail(
				check, "post %u has no such function", number);
		return 0;
	}
	if (post->kind != AXT_POST_BINARY)
		return axt_op_fail(check, "post %u is of no kind", number);
	if (post->tensor >= check->program->header->tensor_count)
		return axt_op_fail(check, "post %u: there is no such tensor",
				   number);
	check->post[number] = &check->program->tensors[post->tensor];
	return check_binary(check, number, check->post[number]);
}

int axt_check_posts(struct axt_check *check)
{
	int err = 0;

	if (check->view.op->posts && check->out[0]->type != AXT_F32)
		return axt_op_fail(check, "post-operations on what is not f32");
	for (uint32_t i = 0; i < check->view.op->posts && !err; i++)
		err = check_post(check, i);
	return err;
}
