// SPDX-License-Identifier: MIT
/*
 * Engines: what a program becomes when it is prepared for this processor. An
 * engine has one step per operation, with the plan that executes it and the
 * places of its operands. Nothing of it changes after its creation, so any
 * number of runs may use it; the threads are the workers', whose mutex makes
 * the runs take turns.
 */
#include "engine.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "index.h"
#include "plan.h"
#include "workers.h"

/* Below that, to share an operation costs more than it saves. */
#define PART_NS 16000.0
/* Parts per thread: more of them even out threads that are interrupted. */
#define PARTS_PER_THREAD 4

/* Operands, outputs, and tensors of post-operations. */
#define VIEWS_MAX (2 * AXT_OPERANDS_MAX + AXT_POSTS_MAX)

struct step {
	struct axt_op_view op;
	struct axt_plan plan;
	unsigned int parts;
	unsigned int inputs;
	unsigned int views;
	size_t first; /* of its tensors in operand[] */
};

struct axt_engine {
	const struct axt_program *program;
	struct axt_workers *workers;
	size_t step_count;
	struct step *step;
	const struct axt_tensor **operand; /* NULL for a missing one */
	size_t operand_count;
	size_t memory;
	size_t scratch;
};

/* A call with its views. */
struct bound {
	struct axt_call call;
	const struct step *step;
	struct axt_view view[VIEWS_MAX];
};

static size_t views_of(const struct axt_op_view *op)
{
	return (size_t)op->op->inputs + op->op->outputs + op->op->posts;
}

static const struct axt_tensor *operand_of(const struct axt_program *program,
					   const struct axt_op_view *op,
					   size_t number)
{
	uint32_t tensor;

	if (number < op->op->inputs)
		tensor = op->inputs[number];
	else if (number < (size_t)op->op->inputs + op->op->outputs)
		tensor = op->outputs[number - op->op->inputs];
	else
		tensor = op->posts[number - op->op->inputs - op->op->outputs]
				 .tensor;
	return tensor == AXT_NONE ? NULL : axt_program_tensor(program, tensor);
}

/* Where a tensor is in one run; without one, constants alone. */
static void *place_of(const struct axt_engine *engine,
		      const struct axt_tensor *tensor,
		      const struct axt_engine_run *run)
{
	/* For tensors without bytes, which may come without memory. */
	static const uint64_t nothing[8];
	const void *place = NULL;

	if (tensor->place == AXT_DATA)
		place = axt_program_data(engine->program, tensor);
	else if (!run)
		return NULL;
	else if (tensor->place == AXT_ARENA && run->arena)
		place = (char *)run->arena + tensor->offset;
	else if (tensor->place == AXT_INPUT)
		place = run->inputs[tensor->offset];
	else if (tensor->place == AXT_OUTPUT)
		place = run->outputs[tensor->offset];
	return (void *)(place ? place : nothing);
}

static void bind(const struct axt_engine *engine, const struct step *step,
		 const struct axt_engine_run *run, struct bound *bound)
{
	const struct axt_tensor *const *operand = engine->operand + step->first;

	for (size_t i = 0; i < step->views; i++) {
		bound->view[i].tensor = operand[i];
		bound->view[i].data =
			operand[i] ? place_of(engine, operand[i], run) : NULL;
	}
	bound->step = step;
	bound->call = (struct axt_call){
		.op = step->op.op,
		.attributes = step->op.attributes,
		.posts = step->op.posts,
		.in = bound->view,
		.out = bound->view + step->inputs,
		.post_in = bound->view + step->inputs + step->op.op->outputs,
	};
}

static unsigned int parts_for(const struct axt_plan *plan, unsigned int threads)
{
	double parts = plan->cost / PART_NS;
	double most = (double)threads * PARTS_PER_THREAD;

	if (threads == 1 || parts < 2)
		return 1;
	if (parts > most)
		parts = most;
	if (parts > plan->parts_max)
		parts = plan->parts_max;
	return (unsigned int)parts;
}

static int prepare_step(struct axt_engine *engine, struct step *step,
			const struct axt_plan_makers *makers)
{
	axt_plan_maker *make = makers ? makers->make[step->op.op->code] : NULL;
	int error = -EOPNOTSUPP;
	struct bound bound;
	size_t scratch;

	bind(engine, step, NULL, &bound);
	if (make)
		error = make(&bound.call, &step->plan);
	if (error == -EOPNOTSUPP) {
		axt_plan_portable(&bound.call, &step->plan);
		error = 0;
	}
	if (error)
		return error;
	step->parts =
		parts_for(&step->plan, axt_workers_count(engine->workers));
	scratch = step->plan.scratch * step->parts;
	if (scratch > engine->scratch)
		engine->scratch = scratch;
	engine->memory += step->plan.size;
	return 0;
}

/* The steps as the program has them, without plans. */
static int list_steps(struct axt_engine *engine)
{
	size_t count = axt_program_header(engine->program)->op_count;
	size_t at = 0;

	engine->step = calloc(count + 1, sizeof(*engine->step));
	if (!engine->step)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		struct step *step = &engine->step[i];

		axt_program_op(engine->program, (uint32_t)i, &step->op);
		step->inputs = step->op.op->inputs;
		step->views = (unsigned int)views_of(&step->op);
		step->first = engine->operand_count;
		engine->operand_count += step->views;
	}
	engine->operand =
		calloc(engine->operand_count + 1, sizeof(*engine->operand));
	if (!engine->operand)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < engine->step[i].views; j++)
			engine->operand[at++] = operand_of(
				engine->program, &engine->step[i].op, j);
	engine->step_count = count;
	engine->memory = sizeof(*engine) + (count + 1) * sizeof(*engine->step) +
			 (at + 1) * sizeof(*engine->operand);
	return 0;
}

int axt_engine_create(const struct axt_program *program,
		      struct axt_workers *workers, enum axt_isa isa,
		      struct axt_engine **out)
{
	const struct axt_plan_makers *makers;
	struct axt_engine *engine;
	int error;

	*out = NULL;
	error = axt_plan_makers_for(isa, &makers);
	if (error)
		return error;
	engine = calloc(1, sizeof(*engine));
	if (!engine)
		return -ENOMEM;
	engine->program = program;
	engine->workers = workers;
	error = list_steps(engine);
	for (size_t i = 0; !error && i < engine->step_count; i++)
		error = prepare_step(engine, &engine->step[i], makers);
	if (!error)
		error = axt_workers_reserve(workers, engine->scratch);
	if (error) {
		axt_engine_destroy(engine);
		return error;
	}
	*out = engine;
	return 0;
}

void axt_engine_destroy(struct axt_engine *engine)
{
	if (!engine)
		return;
	for (size_t i = 0; i < engine->step_count; i++)
		free(engine->step[i].plan.owned);
	free(engine->operand);
	free(engine->step);
	free(engine);
}

size_t axt_engine_memory(const struct axt_engine *engine)
{
	return engine->memory;
}

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void work(void *data, unsigned int part, unsigned int parts)
{
	const struct bound *bound = data;
	const struct axt_plan *plan = &bound->step->plan;

	plan->run(plan->state, &bound->call, part, parts);
}

int axt_engine_run(struct axt_engine *engine, const struct axt_engine_run *run)
{
	struct bound bound;
	int error = 0;
	void *scratch = axt_workers_begin(engine->workers);

	for (size_t i = 0; i < engine->step_count; i++) {
		if (run->stopped && run->stopped(run->stopped_data)) {
			error = -ECANCELED;
			break;
		}
		bind(engine, &engine->step[i], run, &bound);
		bound.call.scratch = scratch;
		if (run->spans)
			run->spans[i].start_ns = now_ns();
		axt_workers_do(engine->workers, work, &bound,
			       engine->step[i].parts);
		if (run->spans)
			run->spans[i].end_ns = now_ns();
	}
	axt_workers_end(engine->workers);
	return error;
}
