// SPDX-License-Identifier: MIT
/* axle run: what it is asked for. */
#include "options.h"
#include "run.h"

#include <getopt.h>
#include <string.h>

#define REPEAT_MAX 1000000
#define THREADS_MAX 64
#define TIMEOUT_MAX 3600

/* Takes "NAME=FILE" apart; the text is changed. Names may have '=' in them. */
static bool add_given(struct network_options *options, char *text)
{
	struct given *given = &options->given[options->given_count];
	char *at = strrchr(text, '=');

	if (!at || at == text || !at[1])
		return false;
	*at = 0;
	given->name = text;
	given->path = at + 1;
	options->given_count++;
	return true;
}

static bool is_given_twice(const struct network_options *options)
{
	size_t last = options->given_count - 1;

	for (size_t i = 0; i < last; i++)
		if (strcmp(options->given[i].name, options->given[last].name) ==
		    0)
			return true;
	return false;
}

/* NULL, or what is wrong with the argument. */
static const char *take_option(void *to, int option, char *argument)
{
	struct run *run = to;
	struct network_options *options = &run->options;

	switch (option) {
	case 'd':
		run->device = argument;
		return NULL;
	case 'o':
		run->output = argument;
		return NULL;
	case 'm':
		run->time = true;
		return NULL;
	case 'j':
		run->json = true;
		return NULL;
	case 'i':
		if (!add_given(options, argument))
			return "--input takes NAME=FILE";
		return is_given_twice(options) ? "an input is given twice" :
						 NULL;
	case 's':
		options->shapes[options->shape_count++] = argument;
		return is_shape(argument) ? NULL : "--shape takes NAME=N,N,...";
	case 'r':
		return parse_number(argument, 1, REPEAT_MAX, &run->repeat) ?
			       NULL :
			       "--repeat takes a number from 1 to 1000000";
	case 't':
		return parse_number(argument, 1, THREADS_MAX, &run->threads) ?
			       NULL :
			       "--threads takes a number from 1 to 64";
	default: /* 'T' */
		if (!parse_number(argument, 1, TIMEOUT_MAX, &run->timeout_ms))
			return "--timeout takes a number from 1 to 3600";
		run->timeout_ms *= 1000;
		return NULL;
	}
}

enum status run_parse(const struct command *self, int argc, char **argv,
		      struct run *run)
{
	static const struct option options[] = {
		{ "device", required_argument, NULL, 'd' },
		{ "input", required_argument, NULL, 'i' },
		{ "output", required_argument, NULL, 'o' },
		{ "shape", required_argument, NULL, 's' },
		{ "repeat", required_argument, NULL, 'r' },
		{ "threads", required_argument, NULL, 't' },
		{ "timeout", required_argument, NULL, 'T' },
		{ "time", no_argument, NULL, 'm' },
		{ "json", no_argument, NULL, 'j' },
		{},
	};
	static const struct option_set set = { "", options, take_option };
	enum status status = take_options(self, argc, argv, &set, run);

	if (status)
		return status;
	if (argc - optind != 1)
		return usage_error(self, "run: name one file");
	run->path = argv[optind];
	return STATUS_OK;
}
