// SPDX-License-Identifier: MIT
/*
 * The tensor engine without library and device, as a peer: what it takes less
 * than the peer axle is what those two cost.
 */
#include "program.h"

#include <engine.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct engine_peer {
	struct peer peer;
	struct compiled compiled;
	struct axt_workers *workers;
	struct axt_engine *engine;
	void *arena;
};

static void *aligned_zero(size_t size)
{
	void *memory = aligned_alloc(64, size);

	return memory ? memset(memory, 0, size) : NULL;
}

static int make_memory(struct engine_peer *e)
{
	size_t arena = axt_program_header(e->compiled.program)->arena_size;
	struct peer *peer = &e->peer;

	e->arena = aligned_alloc(64, (arena + 64) / 64 * 64);
	if (!e->arena)
		return -ENOMEM;
	for (size_t i = 0; i < PEER_PORTS_MAX; i++) {
		struct peer_tensor *in = &peer->inputs[i];
		struct peer_tensor *out = &peer->outputs[i];

		if (i < peer->input_count)
			in->data = aligned_zero(tensor_bytes(in));
		if (i < peer->output_count)
			out->data = aligned_zero(tensor_bytes(out));
		if ((i < peer->input_count && !in->data) ||
		    (i < peer->output_count && !out->data))
			return -ENOMEM;
	}
	return 0;
}

static void engine_peer_close(struct peer *peer)
{
	struct engine_peer *e = (struct engine_peer *)peer;

	axt_engine_destroy(e->engine);
	axt_workers_destroy(e->workers);
	for (size_t i = 0; i < PEER_PORTS_MAX; i++) {
		free(peer->inputs[i].data);
		free(peer->outputs[i].data);
	}
	free(e->arena);
	compiled_close(&e->compiled);
	free(e);
}

static int engine_peer_run(struct peer *peer, struct peer_error *error)
{
	struct engine_peer *e = (struct engine_peer *)peer;
	const void *inputs[PEER_PORTS_MAX];
	void *outputs[PEER_PORTS_MAX];
	struct axt_engine_run run = {
		.inputs = inputs,
		.outputs = outputs,
		.arena = e->arena,
	};

	for (size_t i = 0; i < peer->input_count; i++)
		inputs[i] = peer->inputs[i].data;
	for (size_t i = 0; i < peer->output_count; i++)
		outputs[i] = peer->outputs[i].data;
	return axt_engine_run(e->engine, &run);
}

extern const struct peer_ops axle_peer;

static int engine_peer_open(const struct peer_request *request,
			    struct peer **peer, struct peer_error *error)
{
	struct engine_peer *e = calloc(1, sizeof(*e));
	int rc;

	if (!e)
		return -ENOMEM;
	e->peer.ops = &axle_peer;
	rc = compiled_open(&e->compiled, request, &e->peer, error);
	if (!rc)
		rc = axt_workers_create(request->threads, &e->workers);
	if (!rc)
		rc = axt_engine_create(e->compiled.program, e->workers,
				       AXT_ISA_BEST, &e->engine);
	if (!rc)
		rc = make_memory(e);
	if (rc)
		engine_peer_close(&e->peer);
	else
		*peer = &e->peer;
	return rc;
}

const struct peer_ops axle_peer = {
	.name = "engine",
	.open = engine_peer_open,
	.run = engine_peer_run,
	.close = engine_peer_close,
};
