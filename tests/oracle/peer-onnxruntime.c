// SPDX-License-Identifier: MIT
/*
 * ONNX Runtime as a peer, with the settings that its users get: all graph
 * optimisations, its own memory arena, threads that spin. Compiled by
 * scripts/oracle, against the library and the header in the cache.
 *
 * One environment a peer. Inputs are memory of ours; outputs are what the
 * first run made, and later runs write to again, which spares it allocations.
 */
#include "peer.h"

#include <onnxruntime_c_api.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct runtime {
	struct peer peer;
	const OrtApi *api;
	OrtEnv *env;
	OrtSession *session;
	OrtAllocator *allocator;
	OrtMemoryInfo *memory;
	OrtValue *inputs[PEER_PORTS_MAX];
	OrtValue *outputs[PEER_PORTS_MAX];
};

typedef OrtStatus *(ORT_API_CALL *name_fn)(const OrtSession *session,
					   size_t index,
					   OrtAllocator *allocator,
					   char **name);

static struct runtime *to_runtime(struct peer *peer)
{
	return (struct runtime *)peer;
}

/* Frees the status. */
static int check(const struct runtime *r, OrtStatus *status,
		 struct peer_error *error)
{
	if (!status)
		return 0;
	snprintf(error->text, sizeof(error->text), "%s",
		 r->api->GetErrorMessage(status));
	r->api->ReleaseStatus(status);
	return -EIO;
}

static int bad(struct peer_error *error, const char *why)
{
	snprintf(error->text, sizeof(error->text), "%s", why);
	return -EINVAL;
}

static int take_name(struct runtime *r, name_fn get, size_t index,
		     struct peer_tensor *tensor, struct peer_error *error)
{
	char *name;
	int rc = check(r, get(r->session, index, r->allocator, &name), error);

	if (rc)
		return rc;
	snprintf(tensor->name, sizeof(tensor->name), "%s", name);
	return check(r, r->api->AllocatorFree(r->allocator, name), error);
}

/* What the file leaves open is -1 there. */
static int take_shape(struct runtime *r, const OrtTensorTypeAndShapeInfo *info,
		      int64_t *dims, size_t *rank, struct peer_error *error)
{
	ONNXTensorElementDataType type;
	int rc = check(r, r->api->GetTensorElementType(info, &type), error);

	if (!rc)
		rc = check(r, r->api->GetDimensionsCount(info, rank), error);
	if (rc)
		return rc;
	if (type != ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT ||
	    *rank > PEER_RANK_MAX)
		return bad(error, "an input or output that is not f32");
	return check(r, r->api->GetDimensions(info, dims, *rank), error);
}

static int set_dims(struct peer_tensor *tensor, const int64_t *dims,
		    size_t rank, struct peer_error *error)
{
	tensor->rank = (uint32_t)rank;
	tensor->count = 1;
	for (size_t i = 0; i < rank; i++) {
		if (dims[i] < 1 || dims[i] > 1 << 24)
			return bad(error, "a dimension that is not known");
		tensor->dims[i] = (uint32_t)dims[i];
		tensor->count *= (size_t)dims[i];
	}
	return 0;
}

/* Shape as in a request, if it is that of this tensor. */
static void apply_shape(const char *shape, const char *name, int64_t *dims,
			size_t rank)
{
	size_t length = strlen(name);

	if (!shape || strncmp(shape, name, length) || shape[length] != '=')
		return;
	shape += length;
	for (size_t i = 0; i < rank && *shape; i++)
		dims[i] = strtoll(shape + 1, (char **)&shape, 10);
}

static int describe_input(struct runtime *r, const char *shape, size_t index,
			  struct peer_error *error)
{
	struct peer_tensor *tensor = &r->peer.inputs[index];
	const OrtTensorTypeAndShapeInfo *info;
	int64_t dims[PEER_RANK_MAX];
	OrtTypeInfo *type;
	size_t rank;
	int rc =
		take_name(r, r->api->SessionGetInputName, index, tensor, error);

	if (!rc)
		rc = check(r,
			   r->api->SessionGetInputTypeInfo(r->session, index,
							   &type),
			   error);
	if (rc)
		return rc;
	rc = check(r, r->api->CastTypeInfoToTensorInfo(type, &info), error);
	if (!rc && !info)
		rc = bad(error, "an input that is no tensor");
	if (!rc)
		rc = take_shape(r, info, dims, &rank, error);
	r->api->ReleaseTypeInfo(type);
	if (rc)
		return rc;
	apply_shape(shape, tensor->name, dims, rank);
	return set_dims(tensor, dims, rank, error);
}

static int make_input(struct runtime *r, size_t index, struct peer_error *error)
{
	struct peer_tensor *tensor = &r->peer.inputs[index];
	size_t size = (tensor->count * sizeof(float) + 63) / 64 * 64;
	int64_t dims[PEER_RANK_MAX];

	tensor->data = aligned_alloc(64, size);
	if (!tensor->data)
		return -ENOMEM;
	memset(tensor->data, 0, size);
	for (uint32_t i = 0; i < tensor->rank; i++)
		dims[i] = tensor->dims[i];
	return check(r,
		     r->api->CreateTensorWithDataAsOrtValue(
			     r->memory, tensor->data,
			     tensor->count * sizeof(float), dims, tensor->rank,
			     ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT,
			     &r->inputs[index]),
		     error);
}

static int make_session(struct runtime *r, const struct peer_request *request,
			struct peer_error *error)
{
	const OrtApi *api = r->api;
	OrtSessionOptions *options;
	int rc = check(r, api->CreateSessionOptions(&options), error);

	if (rc)
		return rc;
	rc = check(r, api->SetIntraOpNumThreads(options, (int)request->threads),
		   error);
	if (!rc)
		rc = check(r,
			   api->SetSessionGraphOptimizationLevel(
				   options, ORT_ENABLE_ALL),
			   error);
	if (!rc)
		rc = check(r,
			   api->CreateSession(r->env, request->model, options,
					      &r->session),
			   error);
	api->ReleaseSessionOptions(options);
	return rc;
}

static int make_all(struct runtime *r, const struct peer_request *request,
		    struct peer_error *error)
{
	const OrtApi *api = r->api;
	size_t in = 0, out = 0;
	int rc = check(r, api->CreateEnv(ORT_LOGGING_LEVEL_ERROR, "", &r->env),
		       error);

	if (!rc)
		rc = make_session(r, request, error);
	if (!rc)
		rc = check(r,
			   api->GetAllocatorWithDefaultOptions(&r->allocator),
			   error);
	if (!rc)
		rc = check(r,
			   api->CreateCpuMemoryInfo(OrtArenaAllocator,
						    OrtMemTypeDefault,
						    &r->memory),
			   error);
	if (!rc)
		rc = check(r, api->SessionGetInputCount(r->session, &in),
			   error);
	if (!rc)
		rc = check(r, api->SessionGetOutputCount(r->session, &out),
			   error);
	if (!rc && (in > PEER_PORTS_MAX || out > PEER_PORTS_MAX))
		rc = bad(error, "too many inputs or outputs");
	if (rc)
		return rc;
	r->peer.input_count = in;
	r->peer.output_count = out;
	for (size_t i = 0; i < in && !rc; i++) {
		rc = describe_input(r, request->shape, i, error);
		if (!rc)
			rc = make_input(r, i, error);
	}
	for (size_t i = 0; i < out && !rc; i++)
		rc = take_name(r, api->SessionGetOutputName, i,
			       &r->peer.outputs[i], error);
	return rc;
}

static void runtime_close(struct peer *peer)
{
	struct runtime *r = to_runtime(peer);

	for (size_t i = 0; i < PEER_PORTS_MAX; i++) {
		if (r->inputs[i])
			r->api->ReleaseValue(r->inputs[i]);
		if (r->outputs[i])
			r->api->ReleaseValue(r->outputs[i]);
		free(peer->inputs[i].data);
	}
	if (r->memory)
		r->api->ReleaseMemoryInfo(r->memory);
	if (r->session)
		r->api->ReleaseSession(r->session);
	if (r->env)
		r->api->ReleaseEnv(r->env);
	free(r);
}

static int describe_output(struct runtime *r, size_t index,
			   struct peer_error *error)
{
	struct peer_tensor *tensor = &r->peer.outputs[index];
	OrtTensorTypeAndShapeInfo *info;
	int64_t dims[PEER_RANK_MAX];
	void *data;
	size_t rank;
	int rc = check(r,
		       r->api->GetTensorTypeAndShape(r->outputs[index], &info),
		       error);

	if (rc)
		return rc;
	rc = take_shape(r, info, dims, &rank, error);
	r->api->ReleaseTensorTypeAndShapeInfo(info);
	if (!rc)
		rc = set_dims(tensor, dims, rank, error);
	if (!rc)
		rc = check(r,
			   r->api->GetTensorMutableData(r->outputs[index],
							&data),
			   error);
	if (!rc)
		tensor->data = data;
	return rc;
}

static int runtime_run(struct peer *peer, struct peer_error *error)
{
	struct runtime *r = to_runtime(peer);
	const char *in[PEER_PORTS_MAX], *out[PEER_PORTS_MAX];
	int rc;

	for (size_t i = 0; i < peer->input_count; i++)
		in[i] = peer->inputs[i].name;
	for (size_t i = 0; i < peer->output_count; i++)
		out[i] = peer->outputs[i].name;
	rc = check(r,
		   r->api->Run(r->session, NULL, in,
			       (const OrtValue *const *)r->inputs,
			       peer->input_count, out, peer->output_count,
			       r->outputs),
		   error);
	for (size_t i = 0; i < peer->output_count && !rc; i++) {
		if (!peer->outputs[i].data)
			rc = describe_output(r, i, error);
	}
	return rc;
}

extern const struct peer_ops axle_peer;

static int runtime_open(const struct peer_request *request, struct peer **peer,
			struct peer_error *error)
{
	struct runtime *r = calloc(1, sizeof(*r));
	int rc;

	if (!r)
		return -ENOMEM;
	r->peer.ops = &axle_peer;
	r->api = OrtGetApiBase()->GetApi(ORT_API_VERSION);
	if (!r->api) {
		free(r);
		return bad(error, "the library is older than its header");
	}
	rc = make_all(r, request, error);
	if (rc)
		runtime_close(&r->peer);
	else
		*peer = &r->peer;
	return rc;
}

const struct peer_ops axle_peer = {
	.name = "onnxruntime",
	.open = runtime_open,
	.run = runtime_run,
	.close = runtime_close,
};
