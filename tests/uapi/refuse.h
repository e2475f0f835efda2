/* SPDX-License-Identifier: MIT */
/*
 * Calls that are refused, as rows of a table. Where the device does not have
 * what a call is about, every row about it is EOPNOTSUPP instead.
 */
#ifndef AXLE_TESTS_REFUSE_H
#define AXLE_TESTS_REFUSE_H

#include "dut.h"

/* What a call is about. */
enum refuse_needs {
	NEEDS_NOTHING,
	NEEDS_BUFFERS,
	NEEDS_FOREIGN, /* memory of programs */
	NEEDS_VM,
	NEEDS_PROGRAMS,
	NEEDS_QUEUES, /* of any mode */
	NEEDS_JOBS,
	NEEDS_RINGS,
};

struct refuse {
	enum refuse_needs needs;
	unsigned long cmd;
	const void *arg; /* of the call's size */
	int want;
};

/* Nobody can read there. */
#define BAD_POINTER 8

bool refuse_has(const struct dut *dut, enum refuse_needs needs);

/*
 * A file that has, as far as the device can: buffer object 1 of 4 pages, object
 * 2 of pages of the program that may only be read, address space 1, kernel-mode queue 1,
 * syncobj 1 without a fence.
 */
int refuse_open(const struct dut *dut);

/* A case whose data is a row: the call fails as it must, and changes nothing. */
void refuse_run(void);

#define REFUSE_ARG(type, ...) \
	&(const struct type)  \
	{                     \
		__VA_ARGS__   \
	}

#define REFUSE(sentence, error, what, number, argument)      \
	{                                                    \
		sentence, refuse_run, &(const struct refuse) \
		{                                            \
			what, number, argument, error        \
		}                                            \
	}

#endif
