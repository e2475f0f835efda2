// SPDX-License-Identifier: MIT
/* axle reset: reset a device, or a part of it, through its control node. */
#include "options.h"
#include "tool.h"

#include <axl/monitor.h>
#include <errno.h>
#include <getopt.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

enum scope {
	SCOPE_DEVICE,
	SCOPE_ENGINE,
	SCOPE_QUEUE
};

struct settings {
	enum scope scope;
	const char *engine; /* number or name */
	uint64_t client;
	uint32_t queue;
	bool json;
	int given; /* of the options that name a scope */
};

/* "CLIENT:QUEUE" */
static bool parse_queue(const char *text, struct settings *out)
{
	unsigned long long client;
	char *end;

	if (text[0] < '0' || text[0] > '9')
		return false;
	errno = 0;
	client = strtoull(text, &end, 10);
	if (errno || *end != ':')
		return false;
	out->client = client;
	return parse_number(end + 1, 1, UINT32_MAX, &out->queue);
}

static enum status parse(const struct command *self, int argc, char **argv,
			 struct settings *out)
{
	static const struct option options[] = {
		{ "device", no_argument, NULL, 'd' },
		{ "engine", required_argument, NULL, 'e' },
		{ "queue", required_argument, NULL, 'q' },
		{ "json", no_argument, NULL, 'j' },
		{},
	};
	int option;

	optind = opterr = 0;
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'j') {
			out->json = true;
			continue;
		}
		out->given++;
		if (option == 'd') {
			out->scope = SCOPE_DEVICE;
		} else if (option == 'e') {
			out->scope = SCOPE_ENGINE;
			out->engine = optarg;
		} else if (option != 'q') {
			return refuse_option(self, argc, argv);
		} else if (!parse_queue(optarg, out)) {
			return usage_error(self,
					   "reset: \"%s\" is not like 12:1, "
					   "a client and its queue",
					   optarg);
		} else {
			out->scope = SCOPE_QUEUE;
		}
	}
	if (out->given > 1)
		return usage_error(self, "reset: one scope at a time");
	/* No default: a reset ends other people's work. */
	if (argc - optind != 1)
		return usage_error(self, "reset: name one device");
	return STATUS_OK;
}

#define ENGINES_MAX 64

/* By number, or by the name that "axle info" shows. */
static enum status find_engine(struct axl_device *dev, const char *name,
			       uint32_t *out)
{
	struct axl_engine engines[ENGINES_MAX];
	uint32_t count = ENGINES_MAX;
	int err;

	if (parse_number(name, 0, UINT32_MAX, out))
		return STATUS_OK;
	err = axl_device_engines(dev, engines, sizeof(engines[0]), &count);
	if (err)
		return failed(err, axl_error_detail(dev));
	for (uint32_t i = 0; i < count && i < ENGINES_MAX; i++)
		if (strcmp(engines[i].name, name) == 0) {
			*out = i;
			return STATUS_OK;
		}
	report("%s has no engine \"%.32s\"", axl_device_entry(dev)->name, name);
	return STATUS_FAILURE;
}

static enum status reset(struct axl_device *dev, const struct settings *how,
			 char *what, size_t size)
{
	uint32_t engine = 0;
	enum status status;
	int err;

	what[0] = '\0';
	if (how->scope == SCOPE_ENGINE) {
		status = find_engine(dev, how->engine, &engine);
		if (status)
			return status;
		snprintf(what, size, "engine %.32s of ", how->engine);
		err = axl_device_reset_engine(dev, engine);
	} else if (how->scope == SCOPE_QUEUE) {
		snprintf(what, size, "queue %u of client %llu on ", how->queue,
			 (unsigned long long)how->client);
		err = axl_device_reset_queue(dev, how->client, how->queue);
	} else {
		err = axl_device_reset(dev);
	}
	if (!err)
		return STATUS_OK;
	/* The device is there, but not the part of it. */
	report("%s", axl_error_detail(dev));
	return err == -ENOENT ? STATUS_FAILURE : status_of(err);
}

static void print_done(const struct axl_device *dev, const char *what,
		       bool json)
{
	const char *name = axl_device_entry(dev)->name;
	struct json_object *document;
	char text[128];

	snprintf(text, sizeof(text), "%s%s", what, name);
	if (!json) {
		printf("%s was reset\n", text);
		return;
	}
	document = json_document();
	json_object_object_add(document, "device", json_text(name));
	json_object_object_add(document, "reset", json_text(text));
	json_print(document);
}

static enum status run(struct tool *tool, const struct command *self, int argc,
		       char **argv)
{
	struct settings settings = { .scope = SCOPE_DEVICE };
	enum status status = parse(self, argc, argv, &settings);
	struct axl_device *dev;
	char what[80];

	if (status)
		return status;
	status = open_device(tool, argv[optind], &dev);
	if (status)
		return status;
	status = reset(dev, &settings, what, sizeof(what));
	if (!status)
		print_done(dev, what, settings.json);
	axl_device_close(dev);
	return status;
}

const struct command command_reset = {
	.name = "reset",
	.arguments = "DEVICE [OPTION]",
	.summary = "reset a device; work in flight fails",
	.help = "  DEVICE        accelN, alias or PCI address, as in \"axle list\"\n"
		"  --device      all of it, as without an option\n"
		"  --engine E    one engine, by number or name: queues that\n"
		"                have work on it end\n"
		"  --queue C:Q   queue Q of the client C, its drm-client-id\n"
		"  --json        machine-readable\n"
		"Needs CAP_SYS_ADMIN.\n",
	.run = run,
};
