// SPDX-License-Identifier: MIT
/*
 * Networks: files that are compiled for the shapes that are asked for. A network
 * owns a program for each of the last shapes; one that has users, which are the
 * jobs that point to it, stays. There is no lock: one thread at a time.
 */
#include "network-inside.h"

#include <axt/compile.h>
#include <axt/program.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int network_open(struct runtime *rt, const char *path, struct network **out,
		 struct trouble *trouble)
{
	struct network *network = calloc(1, sizeof(*network));

	if (network)
		network->path = strdup(path);
	if (!network || !network->path) {
		free(network);
		return trouble_set(trouble, -ENOMEM, "out of memory");
	}
	network->runtime = rt;
	*out = network;
	return 0;
}

void network_close(struct network *network)
{
	if (!network)
		return;
	for (uint32_t i = 0; i < SHAPES_MAX; i++)
		axl_program_destroy(network->variants[i].program);
	free(network->path);
	free(network);
}

static int describe_port(const struct axt_program *program, uint32_t number,
			 struct port *port)
{
	const struct axt_tensor *tensor = axt_program_tensor(program, number);

	if (!tensor || tensor->type != AXT_F32 ||
	    tensor->rank > NETWORK_RANK_MAX)
		return -EOPNOTSUPP;
	port->size = tensor->size;
	port->rank = tensor->rank;
	for (uint32_t i = 0; i < tensor->rank; i++)
		port->dims[i] = tensor->dims[i];
	return 0;
}

static int describe_ports(const struct axt_program *program, struct variant *v)
{
	const struct axt_header *header = axt_program_header(program);
	int err;

	if (header->input_count != 1 || header->output_count > PORTS_MAX)
		return -EOPNOTSUPP;
	err = describe_port(program, axt_program_input(program, 0), &v->input);
	for (uint32_t i = 0; !err && i < header->output_count; i++)
		err = describe_port(program, axt_program_output(program, i),
				    &v->outputs[i]);
	v->output_count = header->output_count;
	return err;
}

static int describe(const void *blob, size_t size, struct variant *v,
		    struct trouble *trouble)
{
	struct axt_program *program;
	struct axt_error error;
	int err = axt_program_open(blob, size, &program, &error);

	if (err)
		return trouble_set(trouble, err, "%s", error.text);
	err = describe_ports(program, v);
	axt_program_close(program);
	if (err)
		trouble_set(trouble, err,
			    "not a network with one input and up to %d "
			    "outputs of f32",
			    PORTS_MAX);
	return err;
}

static int load(struct network *network, const void *blob, size_t size,
		struct variant *v, struct trouble *trouble)
{
	struct axl_context *context = network->runtime->context;
	int err = describe(blob, size, v, trouble);

	if (err)
		return err;
	err = axl_program_create(context, blob, size, &v->program);
	if (err)
		trouble_set(trouble, err, "%s", axl_error_detail(context));
	return err;
}

static int compile(struct network *network, struct variant *v,
		   struct trouble *trouble)
{
	const char *shape = v->shape;
	struct axt_compile_options options = {
		.size = sizeof(options),
		.shapes = &shape,
		.shape_count = *shape ? 1 : 0,
	};
	struct axt_report report = { 0 };
	void *blob = NULL;
	size_t size;
	int err;

	err = axt_compile_onnx_file(network->path, &options, &blob, &size,
				    &report);
	if (err) {
		trouble_set(trouble, err, "%s", report.text);
	} else {
		v->macs = report.stats.macs;
		err = load(network, blob, size, v, trouble);
	}
	free(blob);
	axt_report_clear(&report);
	return err ? trouble_prefix(trouble, err, network->path) : 0;
}

static struct variant *find_shape(struct network *network, const char *shape)
{
	for (uint32_t i = 0; i < SHAPES_MAX; i++) {
		struct variant *v = &network->variants[i];

		if (v->program && !strcmp(v->shape, shape))
			return v;
	}
	return NULL;
}

/* A free one, or the one that no job has used for the longest time. */
static struct variant *take_variant(struct network *network)
{
	struct variant *best = NULL;

	for (uint32_t i = 0; i < SHAPES_MAX; i++) {
		struct variant *v = &network->variants[i];

		if (!v->users && (!best || v->last_used < best->last_used))
			best = v;
	}
	if (best) {
		axl_program_destroy(best->program);
		*best = (struct variant){ 0 };
	}
	return best;
}

static int add_shape(struct network *network, const char *shape,
		     struct variant **out, struct trouble *trouble)
{
	struct variant *v = take_variant(network);
	struct runtime *rt = network->runtime;
	double start = now_ms();
	int err;

	if (!v || strlen(shape) >= sizeof(v->shape))
		return trouble_set(trouble, -EUSERS,
				   "%s: too many or too long shapes",
				   network->path);
	strcpy(v->shape, shape);
	err = compile(network, v, trouble);
	if (err)
		return err;
	rt->stats.programs++;
	rt->stats.compile_ms += now_ms() - start;
	*out = v;
	return 0;
}

int network_use(struct network *network, const char *shape,
		struct variant **out, struct trouble *trouble)
{
	struct variant *v = find_shape(network, shape);
	int err = v ? 0 : add_shape(network, shape, &v, trouble);

	if (err)
		return err;
	v->users++;
	v->last_used = ++network->uses;
	*out = v;
	return 0;
}
