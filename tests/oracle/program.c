// SPDX-License-Identifier: MIT
#include "program.h"

#include <axt/compile.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

size_t tensor_bytes(const struct peer_tensor *tensor)
{
	return (tensor->count * sizeof(float) + 63) / 64 * 64;
}

static int describe(const struct compiled *c, uint32_t number,
		    struct peer_tensor *out, struct peer_error *error)
{
	const struct axt_tensor *tensor =
		axt_program_tensor(c->program, number);

	if (!tensor || tensor->type != AXT_F32 || tensor->layout != AXT_PLAIN) {
		snprintf(error->text, sizeof(error->text),
			 "an input or output that is not f32");
		return -EINVAL;
	}
	snprintf(out->name, sizeof(out->name), "%s",
		 axt_program_name(c->program, tensor->name));
	out->rank = tensor->rank;
	memcpy(out->dims, tensor->dims, sizeof(out->dims));
	out->count = tensor->size / sizeof(float);
	return 0;
}

static int describe_all(const struct compiled *c, struct peer *peer,
			struct peer_error *error)
{
	const struct axt_header *header = axt_program_header(c->program);
	int rc = 0;

	if (header->input_count > PEER_PORTS_MAX ||
	    header->output_count > PEER_PORTS_MAX)
		return -E2BIG;
	peer->input_count = header->input_count;
	peer->output_count = header->output_count;
	for (uint32_t i = 0; i < header->input_count && !rc; i++)
		rc = describe(c, axt_program_input(c->program, i),
			      &peer->inputs[i], error);
	for (uint32_t i = 0; i < header->output_count && !rc; i++)
		rc = describe(c, axt_program_output(c->program, i),
			      &peer->outputs[i], error);
	return rc;
}

int compiled_open(struct compiled *c, const struct peer_request *request,
		  struct peer *peer, struct peer_error *error)
{
	struct axt_compile_options options = {
		.size = sizeof(options),
		.shapes = &request->shape,
		.shape_count = request->shape ? 1 : 0,
	};
	struct axt_report report = { "" };
	struct axt_error broken = { "" };
	int rc;

	memset(c, 0, sizeof(*c));
	rc = axt_compile_onnx_file(request->model, &options, &c->blob, &c->size,
				   &report);
	if (rc)
		snprintf(error->text, sizeof(error->text), "%.500s",
			 report.text);
	axt_report_clear(&report);
	if (rc)
		return rc;
	rc = axt_program_open(c->blob, c->size, &c->program, &broken);
	if (rc)
		snprintf(error->text, sizeof(error->text), "%s", broken.text);
	else
		rc = describe_all(c, peer, error);
	if (rc)
		compiled_close(c);
	return rc;
}

void compiled_close(struct compiled *c)
{
	axt_program_close(c->program);
	free(c->blob);
	memset(c, 0, sizeof(*c));
}
