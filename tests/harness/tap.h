/* SPDX-License-Identifier: MIT */
/*
 * The test harness: one program is a table of cases, one case is a sentence
 * about behaviour. Output is TAP 13, which also says what was skipped; exit
 * status 1 if a case failed, else 0 (meson takes any other for a crash).
 *
 *	static void wrong_size_is_refused(void)
 *	{
 *		int fd = open_device();
 *
 *		TAP_REQUIRE(fd >= 0);
 *		TAP_ERRNO(ioctl(fd, CALL, NULL), EFAULT);
 *		close(fd);
 *	}
 *
 *	static const struct tap_case cases[] = {
 *		{ "a call with a wrong size is refused", wrong_size_is_refused },
 *	};
 *	TAP_MAIN(cases)
 *
 * A failed check marks the case as failed and prints the file, the line and
 * both values; the case goes on. TAP_REQUIRE and TAP_SKIP leave it.
 *
 * Where /dev/kmsg can be read and AXLE_VM is set (vm/run sets it), a kernel
 * splat fails the case that caused it.
 *
 * A case that is known to fail where a defect lies in the kernel, not in what is
 * tested here, names the kernels and where the defect is written down:
 *
 *	{ "a reset wakes waiters", a_reset_wakes, .known = "6.12 6.13: docs/x.md" },
 *
 * On a kernel whose release begins so, its failure is "not ok # TODO", which is
 * no failure of the program; and that it passes is one, for somebody has to
 * take the mark away.
 *
 * Arguments of a test program: none to run all cases, "--list" to print their
 * sentences, or a substring to run only the cases whose sentence has it.
 */
#ifndef AXLE_TESTS_TAP_H
#define AXLE_TESTS_TAP_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tap_case {
	const char *sentence;
	void (*run)(void);
	const void *data; /* for a function that serves many rows */
	const char *known; /* "RELEASE...: WHERE": fails on these kernels */
};

int tap_run(const struct tap_case *cases, size_t count, int argc, char **argv);

/* The data of the running case. */
const void *tap_data(void);

/* Print a diagnostic line ("# ..."); shown whether the case passes or not. */
void tap_note(const char *format, ...) __attribute__((format(printf, 1, 2)));

bool tap_check(bool ok, const char *file, int line, const char *text);
bool tap_equal(intmax_t got, intmax_t want, const char *file, int line,
	       const char *text);
bool tap_string(const char *got, const char *want, const char *file, int line,
		const char *text);
bool tap_errno(intmax_t result, int error, int want, const char *file, int line,
	       const char *text);
void tap_mark_skipped(const char *why);

#define TAP_CHECK(cond) tap_check(!!(cond), __FILE__, __LINE__, #cond)

#define TAP_EQUAL(got, want)                                             \
	tap_equal((intmax_t)(got), (intmax_t)(want), __FILE__, __LINE__, \
		  #got " == " #want)

#define TAP_STRING(got, want) \
	tap_string((got), (want), __FILE__, __LINE__, #got " == " #want)

/* For calls that return -1 and set errno. */
#define TAP_ERRNO(call, want)                                         \
	({                                                            \
		errno = 0;                                            \
		intmax_t result_ = (intmax_t)(call);                  \
		tap_errno(result_, errno, (want), __FILE__, __LINE__, \
			  #call " fails with " #want);                \
	})

#define TAP_REQUIRE(cond)             \
	do {                          \
		if (!TAP_CHECK(cond)) \
			return;       \
	} while (0)

#define TAP_SKIP(why)                  \
	do {                           \
		tap_mark_skipped(why); \
		return;                \
	} while (0)

#define TAP_MAIN(cases)                                                   \
	int main(int argc, char **argv)                                   \
	{                                                                 \
		return tap_run(cases, sizeof(cases) / sizeof((cases)[0]), \
			       argc, argv);                               \
	}

#endif
