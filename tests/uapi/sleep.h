/* SPDX-License-Identifier: MIT */
/*
 * Sleeps of the whole system, in the VM. Afterwards it has no files any more:
 * what its root is on (9p) does not survive this. So whatever is needed is
 * loaded before, no program is run, and no file is closed for good.
 */
#ifndef AXLE_TESTS_SLEEP_H
#define AXLE_TESTS_SLEEP_H

#include <stdbool.h>

/* Reads all of this program, and keeps its files open until the VM ends. */
bool sleep_prepare(void);
/* Suspends all devices for a second, and wakes them; false with errno set. */
bool sleep_system(void);

#endif
