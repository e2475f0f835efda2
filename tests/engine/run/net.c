// SPDX-License-Identifier: MIT
/*
 * See net.h. The text is ours, so that whatever is wrong with it aborts, as
 * does a lack of memory. Data come from a generator with a fixed seed.
 */
#include "net.h"

#include <stdlib.h>
#include <string.h>

#include <axt/shape.h>

#define TEXT_MAX 1024

struct maker {
	struct axt_builder *builder;
	uint64_t arena;
	uint32_t ports[2]; /* inputs, outputs */
	uint32_t seed;
	struct axt_tensor result;
	uint32_t result_number;
};

static void *allocate(size_t size)
{
	void *p = aligned_alloc(64, (size + 64) / 64 * 64);

	if (!p)
		abort();
	return p;
}

/* From -2 to 2. */
static void fill(float *to, size_t count, uint32_t *seed)
{
	for (size_t i = 0; i < count; i++) {
		*seed = *seed * 1664525u + 1013904223u;
		to[i] = (float)(*seed >> 8) / (float)(1 << 22) - 2;
	}
}

static struct axt_tensor parse(const char *text)
{
	static const char places[] = "ioda", layouts[] = "\0lb";
	struct axt_tensor t = { .type = AXT_F32 };
	const char *at = strchr(places, *text++);
	char *end;

	if (!at)
		abort();
	t.place = (uint8_t)(at - places);
	while (*text >= '0' && *text <= '9') {
		t.dims[t.rank++] = (uint32_t)strtoul(text, &end, 10);
		text = end + (*end == ',');
	}
	at = memchr(layouts, *text, 3);
	if (!at)
		abort();
	t.layout = (uint8_t)(at - layouts);
	return t;
}

static uint32_t add(struct maker *maker, struct axt_tensor *t)
{
	size_t size = (size_t)axt_tensor_bytes(t);
	char name[16];
	float *data;

	if (t->place <= AXT_OUTPUT) {
		t->offset = maker->ports[t->place]++;
		snprintf(name, sizeof(name), "%c%u",
			 t->place == AXT_INPUT ? 'x' : 'y',
			 (unsigned int)t->offset);
		t->name = axt_builder_add_name(maker->builder, name);
	} else if (t->place == AXT_ARENA) {
		t->offset = maker->arena;
		maker->arena += (size + 63) / 64 * 64;
	} else {
		data = allocate(size);
		fill(data, size / sizeof(float), &maker->seed);
		t->offset = axt_builder_add_data(maker->builder, data, size);
		free(data);
	}
	return axt_builder_add_tensor(maker->builder, t);
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

static uint32_t source_of(struct maker *maker, struct axt_tensor *t)
{
	struct axt_tensor plain = *t;
	uint32_t from, to;

	if (t->place != AXT_ARENA)
		return add(maker, t);
	plain.place = AXT_INPUT;
	plain.layout = AXT_PLAIN;
	from = add(maker, &plain);
	to = add(maker, t);
	move(maker, from, to, t->layout == AXT_PLAIN);
	return to;
}

static uint32_t source(struct maker *maker, const char *text)
{
	struct axt_tensor t;

	if (strcmp(text, "-") == 0)
		return AXT_NONE;
	t = parse(text);
	return source_of(maker, &t);
}

/* The result, which a post-operation may have made already. */
static uint32_t result(struct maker *maker)
{
	if (!maker->result_number)
		maker->result_number = 1 + add(maker, &maker->result);
	return maker->result_number - 1;
}

static void add_posts(struct maker *maker, const struct net_row *row,
		      struct axt_post *posts)
{
	char text[TEXT_MAX], *state, *at;

	snprintf(text, sizeof(text), "%s",
		 row->post_tensors ? row->post_tensors : "");
	at = strtok_r(text, " ", &state);
	for (uint32_t i = 0; i < row->posts; i++) {
		posts[i] = row->post[i];
		posts[i].tensor = AXT_NONE;
		if (posts[i].kind != AXT_POST_BINARY)
			continue;
		if (strcmp(at, "=") == 0) {
			posts[i].tensor = source_of(maker, &maker->result);
			maker->result_number = 1 + posts[i].tensor;
		} else {
			posts[i].tensor = source(maker, at);
		}
		at = strtok_r(NULL, " ", &state);
	}
}

static void build(struct maker *maker, const struct net_row *row)
{
	static const uint64_t zeros[32];
	char text[TEXT_MAX], *state, *at;
	struct axt_post posts[AXT_POSTS_MAX];
	uint32_t input[AXT_OPERANDS_MAX], output;
	struct axt_op_parts parts = {
		.code = row->code,
		.outputs = 1,
		.posts = row->posts,
		.input = input,
		.output = &output,
		.post = posts,
		.attributes = row->attributes ? row->attributes : zeros,
	};
	struct axt_tensor last;

	snprintf(text, sizeof(text), "%s", row->inputs);
	for (at = strtok_r(text, " ", &state); at;
	     at = strtok_r(NULL, " ", &state))
		input[parts.inputs++] = source(maker, at);
	maker->result = parse(row->output);
	add_posts(maker, row, posts);
	output = result(maker);
	axt_builder_add_op(maker->builder, &parts);
	if (maker->result.place == AXT_ARENA) {
		last = maker->result;
		last.place = AXT_OUTPUT;
		last.layout = AXT_PLAIN;
		move(maker, output, add(maker, &last),
		     maker->result.layout == AXT_PLAIN);
	}
}

static void make_inputs(struct net *net)
{
	const struct axt_header *header = axt_program_header(net->program);
	uint32_t seed = 99;

	if (header->input_count > NET_PORTS || header->output_count != 1)
		abort();
	for (uint32_t i = 0; i < header->input_count; i++) {
		const struct axt_tensor *t = axt_program_tensor(
			net->program, axt_program_input(net->program, i));

		net->in[i] = allocate(t->size);
		fill(net->in[i], t->size / sizeof(float), &seed);
	}
	net->out_size = axt_program_tensor(net->program,
					   axt_program_output(net->program, 0))
				->size;
	net->ops = header->op_count;
}

bool net_make(struct net *net, const struct net_row *row)
{
	struct maker maker = { .seed = 1 };
	struct axt_error error;
	size_t size;
	int err;

	memset(net, 0, sizeof(*net));
	if (axt_builder_create(&maker.builder))
		abort();
	build(&maker, row);
	err = axt_builder_finish(maker.builder, &net->blob, &size, &error);
	axt_builder_destroy(maker.builder);
	if (!err)
		err = axt_program_open(net->blob, size, &net->program, &error);
	if (err) {
		printf("# %s: %s\n", row->sentence, error.text);
		return false;
	}
	make_inputs(net);
	return true;
}

void net_clear(struct net *net)
{
	for (unsigned int i = 0; i < NET_PORTS; i++)
		free(net->in[i]);
	axt_program_close(net->program);
	free(net->blob);
}

int net_run_engine(const struct net *net, struct axt_engine *engine,
		   struct axt_engine_run *run, float **out)
{
	void *y = allocate(net->out_size);
	int err;

	memset(y, 0xff, net->out_size);
	run->inputs = (const void *const *)net->in;
	run->outputs = &y;
	run->arena = allocate(axt_program_header(net->program)->arena_size);
	err = axt_engine_run(engine, run);
	free(run->arena);
	*out = y;
	return err;
}

float *net_run(const struct net *net, unsigned int isa, unsigned int threads,
	       int *error)
{
	struct axt_engine_run run = { 0 };
	struct axt_workers *workers;
	struct axt_engine *engine;
	float *y = NULL;

	*error = axt_workers_create(threads, &workers);
	if (*error)
		return NULL;
	*error = axt_engine_create(net->program, workers, (enum axt_isa)isa,
				   &engine);
	if (!*error) {
		*error = net_run_engine(net, engine, &run, &y);
		axt_engine_destroy(engine);
	}
	axt_workers_destroy(workers);
	return y;
}
