// SPDX-License-Identifier: MIT
/* Messages, exit statuses, and the options that commands share. */
#include "tool.h"

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <string.h>

static void report_va(const char *format, va_list args)
{
	/* So that messages stand behind the output that they are about. */
	fflush(stdout);
	fputs("axle: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
}

void report(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	report_va(format, args);
	va_end(args);
}

enum status usage_error(const struct command *command, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	report_va(format, args);
	va_end(args);
	if (command)
		fprintf(stderr, "usage: axle %s%s%s\n", command->name,
			command->arguments[0] ? " " : "", command->arguments);
	else
		fputs("Try: axle help\n", stderr);
	return STATUS_USAGE;
}

static const struct {
	int err;
	enum status status;
} statuses[] = {
	{ -ENOENT, STATUS_NO_DEVICE },	   { -ENODEV, STATUS_NO_DEVICE },
	{ -EACCES, STATUS_NO_PERMISSION }, { -EPERM, STATUS_NO_PERMISSION },
	{ -ENXIO, STATUS_NO_DRIVER },
};

enum status status_of(int err)
{
	for (size_t i = 0; i < ARRAY_SIZE(statuses); i++)
		if (statuses[i].err == err)
			return statuses[i].status;
	return err ? STATUS_FAILURE : STATUS_OK;
}

enum status failed(int err, const char *detail)
{
	report("%s", detail);
	return status_of(err);
}

/*
 * getopt_long() leaves a word of several letters only with its last one, so
 * what it has just refused may still lie before it.
 */
enum status refuse_option(const struct command *self, int argc, char **argv)
{
	const char *word = optind < argc ? argv[optind] : "";

	if (!optopt || word[0] != '-' || !strchr(word + 1, optopt))
		word = argv[optind - 1];
	if (!self)
		return usage_error(NULL, "what is \"%s\"?", word);
	return usage_error(self, "%s: what is \"%s\"?", self->name, word);
}

enum status parse_options(const struct command *self, int argc, char **argv,
			  bool *json, int *first)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{},
	};
	int option;

	/* Not 1: start afresh, without what "+" has left behind. */
	optind = 0;
	opterr = 0;
	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		if (option == 'j' && json)
			*json = true;
		else
			return refuse_option(self, argc, argv);
	}
	*first = optind;
	return STATUS_OK;
}

enum status take_options(const struct command *self, int argc, char **argv,
			 const struct option_set *set, void *to)
{
	int option;

	optind = 0;
	opterr = 0;
	while ((option = getopt_long(argc, argv, set->letters, set->options,
				     NULL)) != -1) {
		const char *wrong;

		if (option == '?')
			return refuse_option(self, argc, argv);
		wrong = set->take(to, option, optarg);
		if (wrong)
			return usage_error(self, "%s: %s", self->name, wrong);
	}
	return STATUS_OK;
}
