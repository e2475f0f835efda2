// SPDX-License-Identifier: MIT
/*
 * The harness itself: what it says of cases that are known to fail. The tables
 * run in a child, whose output and exit status are looked at.
 */
#include "tap.h"

#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

static void passes(void)
{
}

static void fails(void)
{
	TAP_CHECK(0);
}

static void skips(void)
{
	TAP_SKIP("why not");
}

/* Runs one case; its exit status, or -1. */
static int run_one(void (*run)(void), const char *known, char *said,
		   size_t size)
{
	const struct tap_case cases[] = { { "a case", run, .known = known } };
	char *argv[] = { "test", NULL };
	int fds[2], status;
	size_t used = 0;
	ssize_t n;

	if (pipe(fds))
		return -1;
	fflush(stdout);
	if (fork() == 0) {
		dup2(fds[1], STDOUT_FILENO);
		close(fds[0]);
		_exit(tap_run(cases, 1, 1, argv));
	}
	close(fds[1]);
	while (used + 1 < size &&
	       (n = read(fds[0], said + used, size - used - 1)) > 0)
		used += n;
	said[used] = '\0';
	close(fds[0]);
	return wait(&status) > 0 && WIFEXITED(status) ? WEXITSTATUS(status) :
							-1;
}

struct row {
	void (*run)(void);
	const char *format; /* of the mark, with this kernel's release */
	int status;
	const char *says;
};

static void a_row_holds(void)
{
	const struct row *row = tap_data();
	char known[512], said[4096];
	struct utsname name;

	TAP_REQUIRE(uname(&name) == 0);
	snprintf(known, sizeof(known), row->format, name.release);
	TAP_EQUAL(run_one(row->run, known, said, sizeof(said)), row->status);
	if (!TAP_CHECK(strstr(said, row->says)))
		tap_note("%s", said);
}

#define ROW(sentence_, ...)                                \
	{                                                  \
		.sentence = sentence_, .run = a_row_holds, \
		.data = &(const struct row)                \
		{                                          \
			__VA_ARGS__                        \
		}                                          \
	}

static const struct tap_case cases[] = {
	ROW("a failure that is known is none", fails, "%s: doc", 0,
	    "\nnot ok 1 - a case # TODO known failure of "),
	ROW("one of several kernels is enough", fails, "1.0 %s 99.9: doc", 0,
	    "\nnot ok 1 - a case # TODO "),
	ROW("a known failure that passes is a failure", passes, "%s: doc", 1,
	    "\nok 1 - a case # TODO "),
	ROW("what is known of another kernel is not known", fails,
	    "1.0%.0s: doc", 1, "\nnot ok 1 - a case\n"),
	ROW("another kernel's mark does not matter to who passes", passes,
	    "1.0%.0s: doc", 0, "\nok 1 - a case\n"),
	ROW("what is skipped is neither", skips, "%s: doc", 0,
	    "\nok 1 - a case # SKIP why not\n"),
};

TAP_MAIN(cases)
