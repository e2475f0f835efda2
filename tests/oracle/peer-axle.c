// SPDX-License-Identifier: MIT
/*
 * libaxle's embedded device as a peer, by the public interface alone: buffers
 * for inputs and outputs, a program, a queue, a job a run.
 */
#include "program.h"

#include <axl/axle.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct axle_peer {
	struct peer peer;
	struct axl_system *system;
	struct axl_device *device;
	struct axl_context *context;
	struct axl_program *program;
	struct axl_queue *queue;
	struct axl_bo *bos[2 * PEER_PORTS_MAX];
	struct axl_binding bindings[2 * PEER_PORTS_MAX];
	size_t count; /* of these */
};

static int fail(int rc, const char *detail, struct peer_error *error)
{
	snprintf(error->text, sizeof(error->text), "%s",
		 detail[0] ? detail : strerror(-rc));
	return rc;
}

static int bind(struct axle_peer *a, struct peer_tensor *tensor, uint32_t kind,
		uint32_t index, struct peer_error *error)
{
	struct axl_bo **bo = &a->bos[a->count];
	uint64_t size = tensor_bytes(tensor);
	void *memory;
	int rc = axl_bo_create(a->context, size, 0, bo);

	if (rc)
		return fail(rc, axl_error_detail(a->context), error);
	rc = axl_bo_map(*bo, &memory);
	if (rc)
		return fail(rc, axl_error_detail(*bo), error);
	tensor->data = memory;
	a->bindings[a->count++] = (struct axl_binding){
		.place = { .bo = *bo },
		.size = size,
		.kind = kind,
		.index = index,
	};
	return 0;
}

static int bind_all(struct axle_peer *a, struct peer_error *error)
{
	struct peer *peer = &a->peer;
	int rc = 0;

	for (size_t i = 0; i < peer->input_count && !rc; i++)
		rc = bind(a, &peer->inputs[i], AXL_BINDING_INPUT, (uint32_t)i,
			  error);
	for (size_t i = 0; i < peer->output_count && !rc; i++)
		rc = bind(a, &peer->outputs[i], AXL_BINDING_OUTPUT, (uint32_t)i,
			  error);
	return rc;
}

static int open_device(struct axle_peer *a, unsigned int threads,
		       struct peer_error *error)
{
	struct axl_config config = {
		.size = sizeof(config),
		.threads = threads,
	};
	int rc = axl_system_create(&config, &a->system);

	if (rc)
		return fail(rc, "", error);
	rc = axl_device_open(a->system, "soft", &a->device);
	if (rc)
		return fail(rc, axl_error_detail(a->system), error);
	rc = axl_context_create(a->device, &a->context);
	if (rc)
		return fail(rc, axl_error_detail(a->device), error);
	rc = axl_queue_create(a->context, NULL, &a->queue);
	return rc ? fail(rc, axl_error_detail(a->context), error) : 0;
}

static int load(struct axle_peer *a, const struct peer_request *request,
		struct peer_error *error)
{
	struct compiled compiled;
	int rc = compiled_open(&compiled, request, &a->peer, error);

	if (rc)
		return rc;
	rc = axl_program_create(a->context, compiled.blob, compiled.size,
				&a->program);
	compiled_close(&compiled);
	return rc ? fail(rc, axl_error_detail(a->context), error) : 0;
}

static void axle_peer_close(struct peer *peer)
{
	struct axle_peer *a = (struct axle_peer *)peer;

	axl_queue_destroy(a->queue);
	axl_program_destroy(a->program);
	for (size_t i = 0; i < 2 * PEER_PORTS_MAX; i++)
		axl_bo_destroy(a->bos[i]);
	axl_context_destroy(a->context);
	axl_device_close(a->device);
	axl_system_destroy(a->system);
	free(a);
}

static int axle_peer_run(struct peer *peer, struct peer_error *error)
{
	struct axle_peer *a = (struct axle_peer *)peer;
	struct axl_job job = {
		.kind = AXL_JOB_EXEC,
		.program = a->program,
		.bindings = a->bindings,
		.binding_count = (uint32_t)a->count,
	};
	uint64_t point;
	int rc = axl_queue_submit(a->queue, &job, 1, &point);

	if (!rc)
		rc = axl_queue_wait(a->queue, point, INT64_MAX);
	return rc ? fail(rc, axl_error_detail(a->queue), error) : 0;
}

extern const struct peer_ops axle_peer;

static int axle_peer_open(const struct peer_request *request,
			  struct peer **peer, struct peer_error *error)
{
	struct axle_peer *a = calloc(1, sizeof(*a));
	int rc;

	if (!a)
		return -ENOMEM;
	a->peer.ops = &axle_peer;
	rc = open_device(a, request->threads, error);
	if (!rc)
		rc = load(a, request, error);
	if (!rc)
		rc = bind_all(a, error);
	if (rc)
		axle_peer_close(&a->peer);
	else
		*peer = &a->peer;
	return rc;
}

const struct peer_ops axle_peer = {
	.name = "axle",
	.open = axle_peer_open,
	.run = axle_peer_run,
	.close = axle_peer_close,
};
