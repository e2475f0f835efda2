// SPDX-License-Identifier: MIT
/*
 * axle(1): a table of commands. Owns the global options and the system object
 * that the commands work on.
 */
#include "tool.h"

#include <errno.h>
#include <getopt.h>
#include <string.h>

static enum status run_help(struct tool *tool, const struct command *self,
			    int argc, char **argv);

static const struct command command_help = {
	.name = "help",
	.arguments = "[COMMAND]",
	.summary = "show this, or what a command takes",
	.help = "",
	.run = run_help,
};

static const struct command *const commands[] = {
	&command_list,	 &command_info,	   &command_top,     &command_stats,
	&command_events, &command_ras,	   &command_limit,   &command_reset,
	&command_flash,	 &command_dump,	   &command_trace,   &command_tensor,
	&command_run,	 &command_compile, &command_conform, &command_help,
};

static const struct command *find_command(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	return NULL;
}

static void print_help(FILE *out)
{
	fputs("usage: axle [--root DIR] [--debug] COMMAND [ARGUMENT...]\n"
	      "       axle --version | --help\n\n"
	      "Accelerators on Linux: what is there, how it is doing, and what "
	      "it can do.\n\n",
	      out);
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		fprintf(out, "  %-7s %-25s %s\n", commands[i]->name,
			commands[i]->arguments, commands[i]->summary);
	fputs("\n"
	      "  --root DIR  look at DIR/sys and DIR/dev\n"
	      "  --debug     tell on stderr what the library does\n\n"
	      "Exit status: 0 done, 1 failed, 2 wrong usage, 3 no such device,\n"
	      "4 no permission, 5 an accelerator is there but has no driver,\n"
	      "6 a network needs what is not supported.\n",
	      out);
}

static enum status print_command_help(const struct command *command)
{
	printf("usage: axle %s%s%s\n%s%c%s.\n%s", command->name,
	       command->arguments[0] ? " " : "", command->arguments, "",
	       command->summary[0] - 'a' + 'A', command->summary + 1,
	       command->help);
	return STATUS_OK;
}

static enum status run_help(struct tool *tool, const struct command *self,
			    int argc, char **argv)
{
	const struct command *command;

	if (argc > 2)
		return usage_error(self, "help: one command at a time");
	if (argc < 2) {
		print_help(stdout);
		return STATUS_OK;
	}
	command = find_command(argv[1]);
	if (!command)
		return usage_error(NULL, "there is no command \"%s\"", argv[1]);
	return print_command_help(command);
}

static bool wants_help(int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "--help") == 0 ||
		    strcmp(argv[i], "-h") == 0)
			return true;
	return false;
}

static void write_log(void *data, enum axl_log_level level, const char *text)
{
	fflush(stdout);
	fprintf(stderr, "axle: %s: %s\n",
		level == AXL_LOG_WARNING ? "warning" : "debug", text);
}

static enum status run_command(const struct axl_config *config, int argc,
			       char **argv)
{
	const struct command *command = find_command(argv[0]);
	struct tool tool = { .config = config };
	enum status status;
	int err;

	if (!command)
		return usage_error(NULL, "there is no command \"%s\"", argv[0]);
	if (wants_help(argc, argv))
		return print_command_help(command);
	err = axl_system_create(config, &tool.system);
	if (err)
		return failed(err, strerror(-err));
	status = command->run(&tool, command, argc, argv);
	axl_system_destroy(tool.system);
	return status;
}

static enum status parse_and_run(int argc, char **argv)
{
	static const struct option options[] = {
		{ "root", required_argument, NULL, 'r' },
		{ "debug", no_argument, NULL, 'd' },
		{ "version", no_argument, NULL, 'V' },
		{ "help", no_argument, NULL, 'h' },
		{},
	};
	struct axl_config config = { .size = sizeof(config) };
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, "+hV", options, NULL)) != -1) {
		if (option == 'r') {
			config.root = optarg;
		} else if (option == 'd') {
			config.log = write_log;
		} else if (option == 'V') {
			printf("axle %s\n", axl_version());
			return STATUS_OK;
		} else if (option == 'h') {
			print_help(stdout);
			return STATUS_OK;
		} else {
			return refuse_option(NULL, argc, argv);
		}
	}
	if (optind == argc) {
		print_help(stderr);
		return STATUS_USAGE;
	}
	return run_command(&config, argc - optind, argv + optind);
}

int main(int argc, char **argv)
{
	enum status status = parse_and_run(argc, argv);

	if (fflush(stdout) != 0 || ferror(stdout)) {
		report("cannot write: %s", strerror(errno));
		return STATUS_FAILURE;
	}
	return status;
}
