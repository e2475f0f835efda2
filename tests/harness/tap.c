// SPDX-License-Identifier: MIT
/*
 * TAP harness. Owns the state of the running case; a test program has one
 * main thread that runs cases one after the other, but checks may be made
 * from any of its threads, so the verdict is atomic.
 */
#include "tap.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

enum verdict {
	VERDICT_PASS,
	VERDICT_FAIL,
	VERDICT_SKIP,
	VERDICT_KNOWN, /* failed, as it is known to */
	VERDICT_MENDED, /* passed, though it is known to fail */
	VERDICT_COUNT
};

static atomic_int verdict;
static const char *skip_reason;
static const void *case_data;

/* What the kernel prints when one of its own checks has failed. */
static const char *const splats[] = {
	"BUG:",
	"WARNING:",
	"Oops",
	"Kernel panic",
	"general protection fault",
	"KASAN:",
	"UBSAN:",
	"refcount_t:",
	"possible recursive locking",
	"possible circular locking",
	"inconsistent lock state",
	"suspicious RCU usage",
	"sleeping function called",
	"blocked for more than",
	"DMA-API: device driver",
	"ODEBUG:",
	"possible deadlock",
	"rcu_sched self-detected stall",
	"kernel BUG at",
};

const void *tap_data(void)
{
	return case_data;
}

void tap_note(const char *format, ...)
{
	char text[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	printf("# %s\n", text);
	fflush(stdout);
}

static void mark_failed(void)
{
	atomic_store(&verdict, VERDICT_FAIL);
}

bool tap_check(bool ok, const char *file, int line, const char *text)
{
	if (!ok) {
		tap_note("%s:%d: expected %s", file, line, text);
		mark_failed();
	}
	return ok;
}

bool tap_equal(intmax_t got, intmax_t want, const char *file, int line,
	       const char *text)
{
	if (got == want)
		return true;
	tap_note("%s:%d: expected %s: got %jd (0x%jx), want %jd (0x%jx)", file,
		 line, text, got, (uintmax_t)got, want, (uintmax_t)want);
	mark_failed();
	return false;
}

bool tap_string(const char *got, const char *want, const char *file, int line,
		const char *text)
{
	if (got && strcmp(got, want) == 0)
		return true;
	tap_note("%s:%d: expected %s: got \"%s\", want \"%s\"", file, line,
		 text, got ? got : "(null)", want);
	mark_failed();
	return false;
}

bool tap_errno(intmax_t result, int error, int want, const char *file, int line,
	       const char *text)
{
	if (result == -1 && error == want)
		return true;
	if (result == -1)
		tap_note("%s:%d: expected %s: got errno %d (%s)", file, line,
			 text, error, strerror(error));
	else
		tap_note("%s:%d: expected %s: the call returned %jd", file,
			 line, text, result);
	mark_failed();
	return false;
}

void tap_mark_skipped(const char *why)
{
	int expected = VERDICT_PASS;

	skip_reason = why;
	atomic_compare_exchange_strong(&verdict, &expected, VERDICT_SKIP);
}

/* A reader of the kernel log that starts at its present end, or -1. */
static int kmsg_open(void)
{
	int fd;

	if (!getenv("AXLE_VM"))
		return -1;
	fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd >= 0)
		lseek(fd, 0, SEEK_END);
	return fd;
}

static bool is_splat(const char *record)
{
	for (size_t i = 0; i < sizeof(splats) / sizeof(splats[0]); i++)
		if (strstr(record, splats[i]))
			return true;
	return false;
}

/*
 * One read returns one record; EPIPE says that records were overwritten and
 * the next read goes on behind them.
 */
static void kmsg_check(int fd)
{
	char record[8192];
	bool seen = false;
	ssize_t n;

	if (fd < 0)
		return;
	for (;;) {
		n = read(fd, record, sizeof(record) - 1);
		if (n < 0 && errno == EPIPE)
			continue;
		if (n <= 0)
			break;
		record[n] = '\0';
		if (strchr(record, '\n'))
			*strchr(record, '\n') = '\0';
		seen |= is_splat(record);
		if (seen)
			tap_note("kernel: %s", record);
	}
	if (seen)
		mark_failed();
}

/* Whether a release of the list before the colon is that of this kernel. */
static bool is_known(const char *known)
{
	struct utsname name;

	if (!known || uname(&name))
		return false;
	while (*known && *known != ':') {
		size_t n = strcspn(known, " :");

		if (n && strncmp(name.release, known, n) == 0 &&
		    !strchr("0123456789", name.release[n] ?: ' '))
			return true;
		known += n + (known[n] == ' ');
	}
	return false;
}

static int judge(const struct tap_case *c)
{
	int result = atomic_load(&verdict);

	if (!is_known(c->known) || result == VERDICT_SKIP)
		return result;
	return result == VERDICT_FAIL ? VERDICT_KNOWN : VERDICT_MENDED;
}

static void print_result(const struct tap_case *c, size_t number, int result)
{
	bool failed = result == VERDICT_FAIL || result == VERDICT_KNOWN;

	if (result == VERDICT_MENDED)
		tap_note("passes on a kernel where it is known to fail");
	printf("%sok %zu - %s", failed ? "not " : "", number, c->sentence);
	if (result == VERDICT_SKIP)
		printf(" # SKIP %s", skip_reason);
	if (result == VERDICT_KNOWN || result == VERDICT_MENDED)
		printf(" # TODO known failure of %s", c->known);
	printf("\n");
	fflush(stdout);
}

static int run_case(const struct tap_case *c, size_t number)
{
	int kmsg = kmsg_open();
	int result;

	atomic_store(&verdict, VERDICT_PASS);
	skip_reason = NULL;
	case_data = c->data;
	c->run();
	kmsg_check(kmsg);
	if (kmsg >= 0)
		close(kmsg);

	result = judge(c);
	print_result(c, number, result);
	return result;
}

static bool is_chosen(const struct tap_case *c, int argc, char **argv)
{
	if (argc < 2)
		return true;
	for (int i = 1; i < argc; i++)
		if (strstr(c->sentence, argv[i]))
			return true;
	return false;
}

static size_t count_chosen(const struct tap_case *cases, size_t count, int argc,
			   char **argv)
{
	size_t chosen = 0;

	for (size_t i = 0; i < count; i++)
		chosen += is_chosen(&cases[i], argc, argv);
	return chosen;
}

static int list_cases(const struct tap_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++)
		printf("%s\n", cases[i].sentence);
	return 0;
}

int tap_run(const struct tap_case *cases, size_t count, int argc, char **argv)
{
	size_t results[VERDICT_COUNT] = { 0 };
	size_t number = 0;

	if (argc == 2 && strcmp(argv[1], "--list") == 0)
		return list_cases(cases, count);

	printf("TAP version 13\n1..%zu\n",
	       count_chosen(cases, count, argc, argv));
	for (size_t i = 0; i < count; i++)
		if (is_chosen(&cases[i], argc, argv))
			results[run_case(&cases[i], ++number)]++;

	if (number == 0) {
		fprintf(stderr, "no case matches\n");
		return 1;
	}
	return results[VERDICT_FAIL] || results[VERDICT_MENDED] ? 1 : 0;
}
