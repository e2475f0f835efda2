/* SPDX-License-Identifier: MIT */
/*
 * Processes of a case, for what may block and for who dies. They die with their
 * parent; what they check is not the case's verdict, their exit status is.
 */
#ifndef AXLE_TESTS_QAIC_CHILD_H
#define AXLE_TESTS_QAIC_CHILD_H

#include <sys/types.h>

#define CHILD_LATE (-1)

/* Runs it; what it returns is the exit status. */
pid_t child_start(int (*run)(void *arg), void *arg);
/*
 * Exit status, or 128 and the signal; CHILD_LATE if it has not ended after so
 * long, and then it is killed, which may take it as long again.
 */
int child_wait(pid_t child, unsigned int ms);
void child_kill(pid_t child);

#endif
