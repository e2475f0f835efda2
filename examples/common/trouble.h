/* SPDX-License-Identifier: MIT */
/* What went wrong, in words, for the person in front of the terminal. */
#ifndef EXAMPLES_TROUBLE_H
#define EXAMPLES_TROUBLE_H

struct trouble {
	char text[1280];
};

/* Returns err, so that callers can return what this returns. */
int trouble_set(struct trouble *trouble, int err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Puts "before: " in front of the text. */
int trouble_prefix(struct trouble *trouble, int err, const char *before);

/* The exit status of axle(1) for an error. */
int trouble_status(int err);

#endif
