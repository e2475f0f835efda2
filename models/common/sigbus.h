/* SPDX-License-Identifier: MIT */
#ifndef AXM_SIGBUS_H
#define AXM_SIGBUS_H

/*
 * For a process that serves a client: memory that the client shared and then
 * cut off reads as zeros instead of killing the process. Changes the handler
 * of SIGBUS, so it is for main(), not for a library.
 */
int axm_sigbus_guard(void);

#endif
