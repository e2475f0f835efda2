/* SPDX-License-Identifier: MIT */
/* Why something failed, in words, for who prints it. */
#ifndef AXLE_TOOLS_WHY_H
#define AXLE_TOOLS_WHY_H

struct why {
	char text[1024]; /* one line; not changed by success */
};

/* Sets the text; err is returned. */
int why_not(struct why *why, int err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
