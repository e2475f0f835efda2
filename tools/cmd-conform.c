// SPDX-License-Identifier: MIT
/*
 * axle conform: a device and the compiler against the tests of ONNX. All tests
 * are run in one context, one after the other, on the thread that prints.
 */
#include "conform.h"
#include "options.h"
#include "progress.h"
#include "tool.h"

#include <errno.h>
#include <getopt.h>
#include <unistd.h>

#define TIMEOUT_MS 60000

struct request {
	const char *device;
	const char *pattern;
	struct tolerance tolerance;
	struct conform_list list;
};

struct tally {
	unsigned int passed;
	unsigned int failed;
	unsigned int skipped;
};

/* NULL, or what is wrong with the argument. */
static const char *take_option(void *to, int option, char *argument)
{
	struct request *request = to;

	if (option == 'd')
		request->device = argument;
	else if (option == 'o')
		request->pattern = argument;
	else if (option == 'r')
		return parse_real(argument, &request->tolerance.relative) ?
			       NULL :
			       "--rtol takes a number";
	else
		return parse_real(argument, &request->tolerance.absolute) ?
			       NULL :
			       "--atol takes a number";
	return NULL;
}

static enum status parse(const struct command *self, int argc, char **argv,
			 struct request *request)
{
	static const struct option options[] = {
		{ "device", required_argument, NULL, 'd' },
		{ "only", required_argument, NULL, 'o' },
		{ "rtol", required_argument, NULL, 'r' },
		{ "atol", required_argument, NULL, 'a' },
		{},
	};
	static const struct option_set set = { "", options, take_option };
	enum status status = take_options(self, argc, argv, &set, request);

	if (status)
		return status;
	if (argc == optind)
		return usage_error(self, "conform: name a folder of tests");
	return STATUS_OK;
}

static enum status find_tests(struct request *request, int count, char **dirs)
{
	struct why why;

	for (int i = 0; i < count; i++)
		if (conform_find(dirs[i], request->pattern, &request->list,
				 &why) != 0) {
			report("%s", why.text);
			return STATUS_FAILURE;
		}
	if (request->list.count)
		return STATUS_OK;
	report("no test has a name like \"%s\"", request->pattern);
	return STATUS_FAILURE;
}

/* A number sign would begin a directive. */
static const char *plain(char *out, size_t size, const char *text)
{
	text_clean(out, size, text);
	for (char *at = out; *at; at++)
		if (*at == '#')
			*at = '?';
	return out;
}

static void print_result(size_t number, const struct conform_test *test,
			 const struct conform_result *result)
{
	char name[512], why[1024];

	plain(name, sizeof(name), test->name);
	plain(why, sizeof(why), result->why.text);
	if (result->verdict == CONFORM_PASSED)
		printf("ok %zu - %s: error %.2g\n", number, name,
		       result->error);
	else if (result->verdict == CONFORM_SKIPPED)
		printf("ok %zu - %s # SKIP %s\n", number, name, why);
	else if (result->error > 0)
		printf("not ok %zu - %s: error %.2g: %s\n", number, name,
		       result->error, why);
	else
		printf("not ok %zu - %s: %s\n", number, name, why);
}

static void count(struct tally *tally, enum conform_verdict verdict)
{
	tally->passed += verdict == CONFORM_PASSED;
	tally->failed += verdict == CONFORM_FAILED;
	tally->skipped += verdict == CONFORM_SKIPPED;
}

static enum status run_tests(const struct request *request,
			     const struct runner *runner)
{
	const struct conform_list *list = &request->list;
	/* On a terminal the lines themselves tell how far it is. */
	struct progress *progress =
		isatty(STDOUT_FILENO) ? NULL : progress_begin("testing");
	struct conform_result result;
	struct tally tally = { 0 };

	puts("TAP version 13");
	for (size_t i = 0; i < list->count; i++) {
		progress_set(progress, i, list->count);
		conform_run(runner, list->tests[i].path, &request->tolerance,
			    &result);
		print_result(i + 1, &list->tests[i], &result);
		count(&tally, result.verdict);
	}
	progress_end(progress);
	printf("1..%zu\n# %u passed, %u failed, %u skipped\n", list->count,
	       tally.passed, tally.failed, tally.skipped);
	return tally.failed ? STATUS_FAILURE : STATUS_OK;
}

static enum status run_all(struct tool *tool, const struct request *request)
{
	struct runner runner;
	enum status status;
	struct why why;
	int err;

	err = runner_open(tool->system, request->device, TIMEOUT_MS, &runner,
			  &why);
	if (err)
		status = failed(err, why.text);
	else
		status = run_tests(request, &runner);
	runner_close(&runner);
	return status;
}

static enum status run(struct tool *tool, const struct command *self, int argc,
		       char **argv)
{
	struct request request = { .tolerance = { 1e-3, 1e-5 } };
	enum status status;

	status = parse(self, argc, argv, &request);
	if (!status)
		status = find_tests(&request, argc - optind, argv + optind);
	if (!status)
		status = run_all(tool, &request);
	conform_list_fini(&request.list);
	return status;
}

const struct command command_conform = {
	.name = "conform",
	.arguments = "[OPTION...] DIR...",
	.summary = "run tests in the layout of ONNX's",
	.help = "  DIR             a test folder, or one that has some below it\n"
		"  --device NAME   without it as \"axle run\"\n"
		"  --only PATTERN  the tests of such names, as \"test_conv*\"\n"
		"  --rtol R        tolerance, of each expected value (1e-3)\n"
		"  --atol A        and of the largest one of an output (1e-5)\n"
		"One line of TAP each; what is not supported is skipped.\n",
	.run = run,
};
