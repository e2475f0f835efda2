// SPDX-License-Identifier: MIT
/* See sample.h. The text is ours, so that whatever is wrong with it aborts. */
#include "sample.h"

#include <stdlib.h>
#include <string.h>

#define TEXT_MAX 512

struct maker {
	struct axt_builder *builder;
	uint64_t arena;
	uint32_t inputs;
	uint32_t outputs;
	struct axt_tensor made[AXT_OPERANDS_MAX]; /* inputs */
	uint32_t number[AXT_OPERANDS_MAX];
	/* Output operands in the arena, still to be read. */
	struct axt_tensor pending[4];
	uint32_t pending_number[4];
	uint32_t pendings;
};

static const char *const types[] = { "f32", "f16", "bf16", "i8",
				     "i32", "i64", "bool", "u8" };
static const char *const places[] = { "input", "output", "data", "arena" };
static const char *const layouts[] = { "plain", "channels_last", "block16" };

static uint8_t word(const char **text, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		size_t length = strlen(words[i]);

		if (strncmp(*text, words[i], length) == 0) {
			*text += length;
			return (uint8_t)i;
		}
	}
	abort();
}

static struct axt_tensor parse(const char *text)
{
	struct axt_tensor tensor = { .place = word(&text, places, 4) };
	char *end;

	if (*text++ != ':')
		abort();
	tensor.type = word(&text, types, 8);
	for (text++; *text != ']'; text = end + (*end == ',')) {
		tensor.dims[tensor.rank++] = (uint32_t)strtoul(text, &end, 0);
		if (end == text || tensor.rank > AXT_RANK_MAX)
			abort();
	}
	if (*++text)
		tensor.layout = word(&text, layouts, 3);
	return tensor;
}

static uint32_t add(struct maker *maker, struct axt_tensor *tensor)
{
	int64_t size = axt_tensor_bytes(tensor);
	char name[16];
	void *zeros;

	if (tensor->place == AXT_INPUT || tensor->place == AXT_OUTPUT) {
		bool in = tensor->place == AXT_INPUT;

		tensor->offset = in ? maker->inputs++ : maker->outputs++;
		snprintf(name, sizeof(name), "%s%u", in ? "x" : "y",
			 (unsigned int)tensor->offset);
		tensor->name = axt_builder_add_name(maker->builder, name);
	} else if (tensor->place == AXT_ARENA) {
		tensor->offset = maker->arena;
		maker->arena += ((uint64_t)size + 63) / 64 * 64;
	} else {
		zeros = calloc(1, size + 1);
		if (!zeros)
			abort();
		tensor->offset =
			axt_builder_add_data(maker->builder, zeros, size);
		free(zeros);
	}
	return axt_builder_add_tensor(maker->builder, tensor);
}

static void move(struct maker *maker, uint32_t from, uint32_t to, bool plain)
{
	struct axt_op_parts parts = {
		.code = plain ? AXT_COPY : AXT_REORDER,
		.inputs = 1,
		.outputs = 1,
		.input = &from,
		.output = &to,
	};

	axt_builder_add_op(maker->builder, &parts);
}

/* A tensor that an operation reads. */
static uint32_t source(struct maker *maker, const char *text,
		       struct axt_tensor *tensor)
{
	struct axt_tensor plain;
	uint32_t from, to;

	if (strcmp(text, "-") == 0)
		return AXT_NONE;
	*tensor = parse(text);
	if (tensor->place != AXT_ARENA)
		return add(maker, tensor);
	plain = *tensor;
	plain.layout = AXT_PLAIN;
	plain.place = AXT_INPUT;
	from = add(maker, &plain);
	to = add(maker, tensor);
	move(maker, from, to, tensor->layout == AXT_PLAIN);
	return to;
}

/* A tensor that an operation writes. */
static uint32_t sink(struct maker *maker, const char *text)
{
	struct axt_tensor tensor;
	uint32_t number;

	if (strcmp(text, "-") == 0)
		return AXT_NONE;
	if (text[0] == '=') {
		tensor = maker->made[text[1] - '0'];
		number = maker->number[text[1] - '0'];
	} else {
		tensor = parse(text);
		number = add(maker, &tensor);
	}
	if (tensor.place == AXT_ARENA) {
		maker->pending[maker->pendings] = tensor;
		maker->pending_number[maker->pendings++] = number;
	}
	return number;
}

static void drain(struct maker *maker)
{
	for (uint32_t i = 0; i < maker->pendings; i++) {
		struct axt_tensor tensor = maker->pending[i];
		bool plain = tensor.layout == AXT_PLAIN;

		tensor.place = AXT_OUTPUT;
		tensor.layout = AXT_PLAIN;
		move(maker, maker->pending_number[i], add(maker, &tensor),
		     plain);
	}
}

static char *next_word(char *text, char **state)
{
	return strtok_r(text, " ", state);
}

static void fill_posts(struct maker *maker, const struct sample *sample,
		       struct axt_post *posts)
{
	char text[TEXT_MAX], *state = text, *at;
	struct axt_tensor tensor;

	snprintf(text, sizeof(text), "%s",
		 sample->post_tensors ? sample->post_tensors : "");
	at = next_word(text, &state);
	for (uint32_t i = 0; i < sample->posts; i++) {
		posts[i] = sample->post[i];
		if (!at || posts[i].kind != AXT_POST_BINARY)
			continue;
		posts[i].tensor = at[0] == '=' ? maker->number[at[1] - '0'] :
						 source(maker, at, &tensor);
		at = next_word(NULL, &state);
	}
}

void sample_build(struct axt_builder *builder, const struct sample *sample)
{
	static const uint64_t zeros[32];
	struct maker maker = { .builder = builder };
	char text[TEXT_MAX], *state, *at;
	struct axt_post posts[AXT_POSTS_MAX + 1];
	uint32_t output[AXT_OPERANDS_MAX];
	struct axt_op_parts parts = {
		.code = sample->code,
		.name = axt_builder_add_name(builder, "the operation"),
		.input = maker.number,
		.output = output,
		.posts = sample->posts,
		.post = posts,
		.attributes = sample->attributes ? sample->attributes : zeros,
	};

	snprintf(text, sizeof(text), "%s", sample->inputs);
	for (at = next_word(text, &state); at; at = next_word(NULL, &state)) {
		maker.number[parts.inputs] =
			source(&maker, at, &maker.made[parts.inputs]);
		parts.inputs++;
	}
	fill_posts(&maker, sample, posts);
	snprintf(text, sizeof(text), "%s", sample->outputs);
	for (at = next_word(text, &state); at; at = next_word(NULL, &state))
		output[parts.outputs++] = sink(&maker, at);
	axt_builder_add_op(builder, &parts);
	drain(&maker);
}

int sample_make(const struct sample *sample, void **blob, size_t *size,
		struct axt_error *error)
{
	struct axt_builder *builder;
	int err = axt_builder_create(&builder);

	if (err)
		return err;
	sample_build(builder, sample);
	err = axt_builder_finish(builder, blob, size, error);
	axt_builder_destroy(builder);
	return err;
}
