// SPDX-License-Identifier: MIT
/*
 * Jobs: a program of a network with an input and outputs of its own, which stay
 * mapped. What runs holds its buffers and its program itself, so a job may be
 * destroyed at any time. There is no lock: one thread at a time.
 */
#include "network-inside.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SPAN_SIZE 64 /* of struct axl_span, and what fits best */

struct job {
	struct runtime *runtime;
	struct variant *variant;
	struct axl_bo *input;
	struct axl_bo *outputs[PORTS_MAX];
	struct axl_bo *span; /* when the device worked for it */
	uint64_t point;
};

static int create_buffers(struct job *job)
{
	struct axl_context *context = job->runtime->context;
	const struct variant *v = job->variant;
	void *memory;
	int err;

	err = axl_bo_create(context, v->input.size, 0, &job->input);
	if (!err)
		err = axl_bo_map(job->input, &memory);
	if (!err)
		err = axl_bo_create(context, SPAN_SIZE, 0, &job->span);
	if (!err)
		err = axl_bo_map(job->span, &memory);
	for (uint32_t i = 0; !err && i < v->output_count; i++) {
		err = axl_bo_create(context, v->outputs[i].size, 0,
				    &job->outputs[i]);
		if (!err)
			err = axl_bo_map(job->outputs[i], &memory);
	}
	return err;
}

int job_create(struct network *network, const char *shape, struct job **out,
	       struct trouble *trouble)
{
	struct job *job = calloc(1, sizeof(*job));
	int err;

	if (!job)
		return trouble_set(trouble, -ENOMEM, "out of memory");
	job->runtime = network->runtime;
	err = network_use(network, shape ? shape : "", &job->variant, trouble);
	if (!err) {
		err = create_buffers(job);
		if (err)
			trouble_set(trouble, err, "buffers: %s",
				    strerror(-err));
	}
	if (err)
		job_destroy(job);
	else
		*out = job;
	return err;
}

void job_destroy(struct job *job)
{
	if (!job)
		return;
	if (job->variant)
		job->variant->users--;
	for (uint32_t i = 0; i < PORTS_MAX; i++)
		axl_bo_destroy(job->outputs[i]);
	axl_bo_destroy(job->span);
	axl_bo_destroy(job->input);
	free(job);
}

/* Mapped before, so this cannot fail. */
static void *memory_of(struct axl_bo *bo)
{
	void *memory = NULL;

	axl_bo_map(bo, &memory);
	return memory;
}

float *job_input(struct job *job, size_t *count)
{
	*count = job->variant->input.size / sizeof(float);
	return memory_of(job->input);
}

/* A queue without room has some once all that was submitted is done. */
static int submit(struct runtime *rt, const struct axl_job *work,
		  uint64_t *point)
{
	int err = axl_queue_submit(rt->queue, work, 1, point);

	if (err == -EAGAIN) {
		err = axl_queue_wait(rt->queue, rt->last_point, INT64_MAX);
		if (!err)
			err = axl_queue_submit(rt->queue, work, 1, point);
	}
	if (err)
		return err;
	rt->last_point = *point;
	rt->stats.jobs++;
	return 0;
}

int job_submit(struct job *job, struct trouble *trouble)
{
	const struct variant *v = job->variant;
	struct axl_binding bindings[1 + PORTS_MAX] = { 0 };
	struct axl_job work = {
		.kind = AXL_JOB_EXEC,
		.program = v->program,
		.bindings = bindings,
		.binding_count = 1 + v->output_count,
		.span.bo = job->span,
	};
	int err;

	bindings[0].place.bo = job->input;
	bindings[0].size = v->input.size;
	for (uint32_t i = 0; i < v->output_count; i++)
		bindings[1 + i] = (struct axl_binding){
			.place.bo = job->outputs[i],
			.size = v->outputs[i].size,
			.kind = AXL_BINDING_OUTPUT,
			.index = i,
		};
	err = submit(job->runtime, &work, &job->point);
	if (err)
		return trouble_set(trouble, err, "%s",
				   axl_error_detail(job->runtime->queue));
	job->runtime->stats.macs += v->macs;
	return 0;
}

static void add_span(struct job *job)
{
	const struct axl_span *span = memory_of(job->span);

	job->runtime->stats.device_ms +=
		(double)(span->end_ns - span->start_ns) / 1e6;
}

int job_wait(struct job *job, struct trouble *trouble)
{
	int err = axl_queue_wait(job->runtime->queue, job->point, INT64_MAX);

	if (err)
		trouble_set(trouble, err, "%s",
			    axl_error_detail(job->runtime->queue));
	else
		add_span(job);
	return err;
}

int job_run(struct job *job, struct trouble *trouble)
{
	int err = job_submit(job, trouble);

	return err ? err : job_wait(job, trouble);
}

int job_output(struct job *job, uint32_t number, struct job_output *out)
{
	const struct port *port;

	if (number >= job->variant->output_count)
		return -ENOENT;
	port = &job->variant->outputs[number];
	out->data = memory_of(job->outputs[number]);
	out->count = port->size / sizeof(float);
	out->rank = port->rank;
	memcpy(out->dims, port->dims, sizeof(out->dims));
	return 0;
}
