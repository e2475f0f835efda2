// SPDX-License-Identifier: MIT
/* axle trace: run a command, and make a timeline of what it did to devices. */
#include "trace.h"
#include "../file.h"

#include <errno.h>
#include <getopt.h>
#include <json-c/json.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define VARIABLE "AXLE_TRACE"

struct options {
	const char *out;
	bool kernel;
	char **command;
};

static enum status parse(const struct command *self, int argc, char **argv,
			 struct options *options)
{
	static const struct option names[] = {
		{ "output", required_argument, NULL, 'o' },
		{ "no-kernel", no_argument, NULL, 'k' },
		{},
	};
	int option;

	options->kernel = true;
	optind = 0;
	opterr = 0;
	while ((option = getopt_long(argc, argv, "+o:", names, NULL)) != -1) {
		if (option == 'o')
			options->out = optarg;
		else if (option == 'k')
			options->kernel = false;
		else
			return refuse_option(self, argc, argv);
	}
	if (!options->out)
		return usage_error(self, "trace: -o FILE is missing");
	if (optind == argc)
		return usage_error(self, "trace: there is no command to run");
	options->command = argv + optind;
	return STATUS_OK;
}

/* Ends as the command ends: its status, or 128 and the signal. */
static int run_command(char **command, const char *lines)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN }, was_int, was_quit;
	int status = 0;
	pid_t pid;

	/* Keys that end the command are for it; we have work to do then. */
	sigaction(SIGINT, &ignore, &was_int);
	sigaction(SIGQUIT, &ignore, &was_quit);
	pid = fork();
	if (!pid) {
		sigaction(SIGINT, &was_int, NULL);
		sigaction(SIGQUIT, &was_quit, NULL);
		setenv(VARIABLE, lines, 1);
		execvp(command[0], command);
		report("trace: cannot run %s: %s", command[0], strerror(errno));
		_exit(errno == ENOENT ? 127 : 126);
	}
	if (pid < 0)
		status = -errno;
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	sigaction(SIGINT, &was_int, NULL);
	sigaction(SIGQUIT, &was_quit, NULL);
	if (pid < 0)
		return status;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static enum status write_document(const char *path, struct json_object *events)
{
	struct json_object *document = json_object_new_object();
	struct file_part part;
	const char *text;
	int err;

	json_object_object_add(document, "displayTimeUnit",
			       json_object_new_string("ns"));
	json_object_object_add(document, "traceEvents",
			       json_object_get(events));
	text = json_object_to_json_string_ext(
		document,
		JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
	part = (struct file_part){ text, strlen(text) };
	err = file_write(path, &part, 1);
	json_object_put(document);
	if (!err)
		return STATUS_OK;
	report("trace: cannot write %s: %s", path, strerror(-err));
	return STATUS_FAILURE;
}

static enum status collect(const char *lines, struct json_object *events)
{
	FILE *in = fopen(lines, "re");
	size_t bad = 0;
	int err = in ? trace_read_library(in, events, &bad) : -errno;

	if (in)
		fclose(in);
	if (err)
		return failed(err, strerror(-err));
	if (bad)
		report("trace: %zu lines were not whole and are left out", bad);
	return STATUS_OK;
}

static enum status trace(const struct tool *tool, const struct options *options,
			 const char *lines, int *result)
{
	struct json_object *events = json_object_new_array();
	struct trace_kernel *kernel = NULL;
	enum status status;
	char why[128];

	if (options->kernel)
		kernel = trace_kernel_start(tool->config->root, why,
					    sizeof(why));
	if (options->kernel && !kernel)
		report("trace: without the kernel's view: %s", why);
	*result = run_command(options->command, lines);
	status = collect(lines, events);
	trace_kernel_end(kernel, events);
	if (*result < 0)
		status = failed(*result, strerror(-*result));
	if (!status)
		status = write_document(options->out, events);
	if (!status)
		report("trace: %zu events in %s",
		       json_object_array_length(events), options->out);
	json_object_put(events);
	return status;
}

static enum status run(struct tool *tool, const struct command *self, int argc,
		       char **argv)
{
	struct options options = { 0 };
	enum status status = parse(self, argc, argv, &options);
	const char *directory = getenv("TMPDIR");
	char lines[4096];
	int result = 0;
	int fd;

	if (status)
		return status;
	snprintf(lines, sizeof(lines), "%s/axle-trace-XXXXXX",
		 directory && directory[0] ? directory : "/tmp");
	fd = mkstemp(lines);
	if (fd < 0)
		return failed(-errno, strerror(errno));
	close(fd);
	status = trace(tool, &options, lines, &result);
	unlink(lines);
	return status ? status : (enum status)result;
}

const struct command command_trace = {
	.name = "trace",
	.arguments = "-o FILE -- COMMAND",
	.summary = "run a command, make a timeline of its jobs",
	.help = "  -o FILE      a document for ui.perfetto.dev, or for Chrome's\n"
		"               tracing page\n"
		"  --no-kernel  leave the kernel's tracepoints alone, which need\n"
		"               root\n"
		"Ends as the command ends.\n",
	.run = run,
};
