// SPDX-License-Identifier: MIT
/* Peers, from a module to a run. */
#include "oracle.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

/* The module stays: libraries with threads do not like to go. */
const struct peer_ops *peer_load(const char *module)
{
	void *handle = dlopen(module, RTLD_NOW | RTLD_LOCAL);
	const struct peer_ops *ops = handle ? dlsym(handle, PEER_SYMBOL) : NULL;

	if (!ops)
		fprintf(stderr, "oracle: %s\n", dlerror());
	return ops;
}

int contender_open(struct contender *c, const struct options *options)
{
	struct peer_request request = {
		.model = options->path,
		.shape = options->network.shape,
		.threads = c->threads,
	};
	struct peer_error error = { "" };
	int rc = c->ops->open(&request, &c->peer, &error);

	if (rc) {
		fprintf(stderr, "oracle: %s cannot open %s: %s\n", c->ops->name,
			options->path,
			error.text[0] ? error.text : strerror(-rc));
		return rc;
	}
	for (size_t i = 0; i < c->peer->input_count; i++)
		network_fill(&options->network, &c->peer->inputs[i],
			     FILL_PICTURE);
	return 0;
}

int contender_run(struct contender *c)
{
	struct peer_error error = { "" };
	int rc = c->ops->run(c->peer, &error);

	if (rc)
		fprintf(stderr, "oracle: %s cannot run: %s\n", c->ops->name,
			error.text[0] ? error.text : strerror(-rc));
	return rc;
}

void contender_close(struct contender *c)
{
	if (c->peer)
		c->ops->close(c->peer);
	c->peer = NULL;
}

int field_open(struct field *field, const struct options *options)
{
	field->count = 0;
	for (size_t i = 0; i < options->module_count; i++) {
		const struct peer_ops *ops = peer_load(options->modules[i]);

		if (!ops) {
			field_close(field);
			return -1;
		}
		for (size_t t = 0; t < options->thread_count; t++) {
			struct contender *c = &field->of[field->count];

			*c = (struct contender){
				.ops = ops,
				.threads = options->threads[t],
			};
			if (contender_open(c, options)) {
				field_close(field);
				return -1;
			}
			field->count++;
		}
	}
	return 0;
}

void field_close(struct field *field)
{
	for (size_t i = 0; i < field->count; i++)
		contender_close(&field->of[i]);
	field->count = 0;
}
