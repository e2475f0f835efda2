// SPDX-License-Identifier: MIT
/*
 * See network.h. A file is a program if it begins like one; what is wrong with
 * it then, the validator says best.
 */
#include "network.h"

#include "file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Of the magic; what comes behind it, conversions of text may change. */
#define MAGIC_TEXT "AXTP"

/* What the compiler takes for the inputs that are given. */
struct arguments {
	const char **shapes;
	size_t shape_count;
	char **made; /* those of the shapes that are to be freed */
	size_t made_count;
	struct axt_constant *constants;
	size_t constant_count;
};

static void arguments_fini(struct arguments *arguments)
{
	for (size_t i = 0; i < arguments->made_count; i++)
		free(arguments->made[i]);
	free(arguments->made);
	free(arguments->shapes);
	free(arguments->constants);
}

static int add_shape(struct arguments *arguments, const struct given *given)
{
	char dims[TENSOR_TEXT_MAX];
	char *text;

	if (asprintf(&text, "%s=%s", given->name,
		     tensor_dims_text(dims, &given->tensor)) < 0)
		return -ENOMEM;
	arguments->made[arguments->made_count++] = text;
	arguments->shapes[arguments->shape_count++] = text;
	return 0;
}

static void add_constant(struct arguments *arguments, const struct given *given)
{
	struct axt_constant *constant =
		&arguments->constants[arguments->constant_count++];

	constant->name = given->name;
	constant->type = given->tensor.type;
	constant->rank = given->tensor.rank;
	memcpy(constant->dims, given->tensor.dims, sizeof(constant->dims));
	constant->data = given->tensor.data;
	constant->if_needed = true;
}

/* A shape that the model fixes is compared later, with better words. */
static bool wants_shape(const struct model *model, const char *name)
{
	const struct model_port *port = model_input(model, name);

	return port && port->open;
}

static int arguments_init(struct arguments *arguments,
			  const struct model *model,
			  const struct network_options *options)
{
	size_t count = options->given_count;
	int err = 0;

	memset(arguments, 0, sizeof(*arguments));
	arguments->shapes = calloc(options->shape_count + count + 1,
				   sizeof(*arguments->shapes));
	arguments->made = calloc(count + 1, sizeof(*arguments->made));
	arguments->constants = calloc(count + 1, sizeof(*arguments->constants));
	if (!arguments->shapes || !arguments->made || !arguments->constants)
		return -ENOMEM;
	for (size_t i = 0; i < options->shape_count; i++)
		arguments->shapes[arguments->shape_count++] =
			options->shapes[i];
	for (size_t i = 0; i < count && !err; i++) {
		const struct given *given = &options->given[i];

		if (!given->tensor.data)
			continue;
		if (wants_shape(model, given->name))
			err = add_shape(arguments, given);
		if (given->tensor.type != AXT_F16 &&
		    given->tensor.type != AXT_BF16)
			add_constant(arguments, given);
	}
	return err;
}

/* "x, y"; cut where the buffer ends. */
static void list_inputs(const struct model *model, char *out, size_t size)
{
	size_t used = 0;

	snprintf(out, size, "none");
	for (size_t i = 0; i < model->input_count && used < size; i++)
		used += (size_t)snprintf(out + used, size - used, "%s%s",
					 i ? ", " : "", model->inputs[i].name);
}

static int check_names(const struct model *model,
		       const struct network_options *options, struct why *why)
{
	char names[512];

	for (size_t i = 0; i < options->given_count; i++) {
		const struct model_port *port =
			model_input(model, options->given[i].name);

		if (port && port->has_default)
			return why_not(why, -EINVAL,
				       "input \"%s\" has a value in the model",
				       port->name);
		if (port)
			continue;
		list_inputs(model, names, sizeof(names));
		return why_not(why, -EINVAL,
			       "there is no input \"%s\"; inputs: %s",
			       options->given[i].name, names);
	}
	return 0;
}

static bool has_shape(const struct arguments *arguments, const char *name)
{
	size_t length = strlen(name);

	for (size_t i = 0; i < arguments->shape_count; i++)
		if (strncmp(arguments->shapes[i], name, length) == 0 &&
		    arguments->shapes[i][length] == '=')
			return true;
	return false;
}

/* The first input whose shape is still open, NULL if there is none. */
static const char *find_open(const struct model *model,
			     const struct arguments *arguments)
{
	for (size_t i = 0; i < model->input_count; i++) {
		const struct model_port *port = &model->inputs[i];

		if (port->open && !port->has_default &&
		    !has_shape(arguments, port->name))
			return port->name;
	}
	return NULL;
}

/* With what to do about it, where that is what most users meet first. */
static int explain(const struct network *network,
		   const struct arguments *arguments, int err, struct why *why)
{
	const char *text = network->report.text;
	const char *open =
		err == -EINVAL ? find_open(&network->model, arguments) : NULL;

	if (!text[0])
		return why_not(why, err, "%s", strerror(-err));
	if (open)
		return why_not(why, err, "%.700s; try --shape %.200s=N,N,...",
			       text, open);
	return why_not(why, err, "%s", text);
}

static int compile(const void *data, size_t size,
		   const struct network_options *options, struct network *out,
		   struct why *why)
{
	struct axt_compile_options compile = {
		.size = sizeof(compile),
		.flags = options->flags,
	};
	struct arguments arguments;
	int err;

	out->compiled = true;
	err = model_read(data, size, &out->model, why);
	if (!err)
		err = check_names(&out->model, options, why);
	if (err)
		return err;
	err = arguments_init(&arguments, &out->model, options);
	if (err) {
		why_not(why, err, "out of memory");
	} else {
		compile.shapes = arguments.shapes;
		compile.shape_count = arguments.shape_count;
		compile.constants = arguments.constants;
		compile.constant_count = arguments.constant_count;
		err = axt_compile_onnx(data, size, &compile, &out->blob,
				       &out->blob_size, &out->report);
		if (err)
			explain(out, &arguments, err, why);
	}
	arguments_fini(&arguments);
	return err;
}

static int make_blob(const char *path, const struct network_options *options,
		     struct network *out, struct why *why)
{
	size_t size;
	char *data;
	int err;

	err = file_read(path, &data, &size);
	if (err) {
		why_not(why, err, "%s", strerror(-err));
	} else if (size < strlen(MAGIC_TEXT) ||
		   memcmp(data, MAGIC_TEXT, strlen(MAGIC_TEXT)) != 0) {
		err = compile(data, size, options, out, why);
	} else if (options->shape_count) {
		err = why_not(why, -EINVAL,
			      "is a tensor program, which has its shapes "
			      "already");
	} else {
		out->blob = data;
		out->blob_size = size;
		return 0;
	}
	free(data);
	return err;
}

int network_open(const char *path, const struct network_options *options,
		 struct network *out, struct why *why)
{
	static const struct network_options none;
	struct axt_error error;
	int err;

	memset(out, 0, sizeof(*out));
	err = make_blob(path, options ? options : &none, out, why);
	if (err)
		return err;
	err = axt_program_open(out->blob, out->blob_size, &out->program,
			       &error);
	return err ? why_not(why, err, "%s", error.text) : 0;
}

void network_close(struct network *network)
{
	if (network->program)
		axt_program_close(network->program);
	free(network->blob);
	model_fini(&network->model);
	axt_report_clear(&network->report);
	memset(network, 0, sizeof(*network));
}

static struct port port_of(const struct network *network, uint32_t number)
{
	const struct axt_tensor *tensor =
		axt_program_tensor(network->program, number);
	struct port port;

	/* It cannot fail: the validator has computed the same. */
	tensor_shape(&port.tensor, tensor->type, tensor->rank, tensor->dims);
	port.name = axt_program_name(network->program, tensor->name);
	return port;
}

struct port network_input(const struct network *network, uint32_t number)
{
	return port_of(network, axt_program_input(network->program, number));
}

struct port network_output(const struct network *network, uint32_t number)
{
	return port_of(network, axt_program_output(network->program, number));
}

uint32_t network_find_input(const struct network *network, const char *name)
{
	const struct axt_header *header = axt_program_header(network->program);

	for (uint32_t i = 0; i < header->input_count; i++)
		if (strcmp(network_input(network, i).name, name) == 0)
			return i;
	return AXT_NONE;
}
