// SPDX-License-Identifier: MIT
/*
 * Whether jobs make sense: everything that can be said without the device.
 * What passes here names places inside of buffer objects of the queue's own
 * context, and binds every input and output of its program once.
 *
 * Runs on the thread of axl_queue_submit(), writes only the queue's error.
 */
#include "axlp.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Members of struct axl_job that a kind has; the others are zero. */
#define HAS_DST (1u << 0)
#define HAS_SRC (1u << 1)
#define HAS_SIZE (1u << 2)
#define HAS_VALUE (1u << 3)
#define HAS_PROGRAM (1u << 4)
#define HAS_FENCE (1u << 5)

#define BINDING_ALIGN 64u
#define WORD_SIZE 8u
#define PORTS_MAX 4096u /* inputs; outputs: limit of the program format */
#define PORT_WORDS (2 * PORTS_MAX / 64)

static const struct {
	const char *name;
	unsigned int has;
} kinds[] = {
	[AXL_JOB_NOP] = { "nop", 0 },
	[AXL_JOB_FILL] = { "fill", HAS_DST | HAS_SIZE | HAS_VALUE },
	[AXL_JOB_COPY] = { "copy", HAS_DST | HAS_SRC | HAS_SIZE },
	[AXL_JOB_EXEC] = { "exec", HAS_PROGRAM },
	[AXL_JOB_WAIT] = { "wait", HAS_FENCE },
	[AXL_JOB_TIMESTAMP] = { "timestamp", HAS_DST },
};

/* The job that is looked at, for words. */
struct check {
	struct axl_queue *queue;
	const struct axl_job *job;
	uint32_t number;
};

const char *axlp_job_name(uint32_t kind)
{
	return kind < AXLP_ARRAY_SIZE(kinds) ? kinds[kind].name : "job";
}

static int refuse(const struct check *check, const char *format, ...)
	AXLP_PRINTF(2, 3);

static int refuse(const struct check *check, const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return axlp_fail(&check->queue->error, -EINVAL, "job %u (%s): %s",
			 check->number, axlp_job_name(check->job->kind), text);
}

static int check_unused(const struct check *check)
{
	const struct axl_job *job = check->job;
	unsigned int has = kinds[job->kind].has;
	const struct {
		unsigned int member;
		bool used;
		const char *name;
	} members[] = {
		{ HAS_DST, job->dst.bo || job->dst.offset, "dst" },
		{ HAS_SRC, job->src.bo || job->src.offset, "src" },
		{ HAS_SIZE, job->size, "size" },
		{ HAS_VALUE, job->value, "value" },
		{ HAS_PROGRAM, job->program, "program" },
		{ HAS_PROGRAM, job->bindings || job->binding_count,
		  "bindings" },
		{ HAS_FENCE, job->fence, "fence" },
		{ 0, job->reserved, "reserved" },
		{ 0, !job->span.bo && job->span.offset, "span" },
	};

	for (size_t i = 0; i < AXLP_ARRAY_SIZE(members); i++)
		if (members[i].used && !(has & members[i].member))
			return refuse(check, "%s has to be zero",
				      members[i].name);
	return 0;
}

static int check_place(const struct check *check, const char *what,
		       const struct axl_place *place, uint64_t size,
		       uint32_t align)
{
	const struct axl_bo *bo = place->bo;

	if (!bo)
		return refuse(check, "%s has no buffer object", what);
	if (bo->context != check->queue->context)
		return refuse(check, "%s is a buffer object of another context",
			      what);
	if (size > bo->size || place->offset > bo->size - size)
		return refuse(check,
			      "%s ends beyond its buffer object: %" PRIu64
			      " bytes at %" PRIu64 ", which has %" PRIu64,
			      what, size, place->offset, bo->size);
	if (place->offset % align)
		return refuse(check,
			      "%s has to be at a multiple of %u bytes, not at "
			      "%" PRIu64,
			      what, align, place->offset);
	return 0;
}

static int check_fill(const struct check *check)
{
	return check_place(check, "dst", &check->job->dst, check->job->size, 1);
}

static bool overlap(const struct axl_place *a, const struct axl_place *b,
		    uint64_t size)
{
	uintptr_t x = (uintptr_t)a->bo->memory + a->offset;
	uintptr_t y = (uintptr_t)b->bo->memory + b->offset;

	if (a->bo != b->bo && (!a->bo->memory || !b->bo->memory))
		return false;
	return (x < y ? y - x : x - y) < size;
}

static int check_copy(const struct check *check)
{
	const struct axl_job *job = check->job;
	int err = check_place(check, "dst", &job->dst, job->size, 1);

	if (!err)
		err = check_place(check, "src", &job->src, job->size, 1);
	if (!err && overlap(&job->dst, &job->src, job->size))
		err = refuse(check, "dst and src overlap");
	return err;
}

static int check_timestamp(const struct check *check)
{
	return check_place(check, "dst", &check->job->dst, WORD_SIZE,
			   WORD_SIZE);
}

static int check_wait(const struct check *check)
{
	const struct axl_fence *fence = check->job->fence;

	if (!fence)
		return refuse(check, "there is no fence");
	if (fence->queue->context != check->queue->context)
		return refuse(check, "the fence is of another context");
	return 0;
}

/* What a binding is for, and what that needs. */
struct port {
	const char *name;
	uint32_t count;
	uint32_t first; /* in the numbers of all */
	uint64_t needs;
};

static bool find_port(const struct axl_program *program,
		      const struct axl_binding *binding, struct port *port)
{
	uint32_t inputs = program->input_count;
	uint32_t outputs = program->output_count;
	const struct port ports[] = {
		[AXL_BINDING_INPUT] = { "input", inputs, 0, 0 },
		[AXL_BINDING_OUTPUT] = { "output", outputs, inputs, 0 },
		[AXL_BINDING_SPANS] = { "spans", 1, inputs + outputs,
					(uint64_t)program->op_count *
						sizeof(struct axl_span) },
	};

	if (binding->kind >= AXLP_ARRAY_SIZE(ports))
		return false;
	*port = ports[binding->kind];
	if (binding->kind != AXL_BINDING_SPANS && binding->index < port->count)
		port->needs = program->port_sizes[port->first + binding->index];
	return true;
}

static int check_binding(const struct check *check,
			 const struct axl_binding *binding, uint64_t *seen)
{
	struct port port;
	uint32_t number;
	char what[32];

	if (!find_port(check->job->program, binding, &port))
		return refuse(check, "there is no kind %u of bindings",
			      binding->kind);
	if (binding->index >= port.count)
		return refuse(check, "the program has no %s %u", port.name,
			      binding->index);
	snprintf(what, sizeof(what), "%s %u", port.name, binding->index);
	number = port.first + binding->index;
	if (seen[number / 64] & 1ull << number % 64)
		return refuse(check, "%s is bound twice", what);
	seen[number / 64] |= 1ull << number % 64;
	if (binding->size < port.needs)
		return refuse(check,
			      "%s needs %" PRIu64 " bytes, there are %" PRIu64,
			      what, port.needs, binding->size);
	return check_place(check, what, &binding->place, binding->size,
			   BINDING_ALIGN);
}

static int check_exec(const struct check *check)
{
	const struct axl_job *job = check->job;
	const struct axl_program *program = job->program;
	uint64_t seen[PORT_WORDS + 1];
	uint32_t ports;

	if (!program)
		return refuse(check, "there is no program");
	if (program->context != check->queue->context)
		return refuse(check, "the program is of another context");
	if (job->binding_count && !job->bindings)
		return refuse(check, "there are no bindings");
	ports = program->input_count + program->output_count;
	memset(seen, 0, (ports / 64 + 1) * sizeof(seen[0]));
	for (uint32_t i = 0; i < job->binding_count; i++) {
		int err = check_binding(check, &job->bindings[i], seen);

		if (err)
			return err;
	}
	for (uint32_t i = 0; i < ports; i++)
		if (!(seen[i / 64] & 1ull << i % 64))
			return refuse(check, "%s %u is not bound",
				      i < program->input_count ? "input" :
								 "output",
				      i < program->input_count ?
					      i :
					      i - program->input_count);
	return 0;
}

static int check_job(const struct check *check)
{
	static int (*const checks[])(const struct check *check) = {
		[AXL_JOB_NOP] = NULL,
		[AXL_JOB_FILL] = check_fill,
		[AXL_JOB_COPY] = check_copy,
		[AXL_JOB_EXEC] = check_exec,
		[AXL_JOB_WAIT] = check_wait,
		[AXL_JOB_TIMESTAMP] = check_timestamp,
	};
	const struct axl_job *job = check->job;
	int err;

	if (job->kind >= AXLP_ARRAY_SIZE(kinds))
		return refuse(check, "there is no kind %u of jobs", job->kind);
	err = check_unused(check);
	if (!err && checks[job->kind])
		err = checks[job->kind](check);
	if (!err && job->span.bo)
		err = check_place(check, "span", &job->span,
				  sizeof(struct axl_span), WORD_SIZE);
	return err;
}

int axlp_jobs_check(struct axl_queue *queue, const struct axl_job *jobs,
		    uint32_t count)
{
	struct check check = { .queue = queue };

	if (!count || !jobs)
		return axlp_fail(&queue->error, -EINVAL,
				 "there is no job to submit");
	for (uint32_t i = 0; i < count; i++) {
		int err;

		check.job = &jobs[i];
		check.number = i;
		err = check_job(&check);
		if (err)
			return err;
	}
	return 0;
}
