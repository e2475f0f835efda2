/* SPDX-License-Identifier: MIT */
#ifndef AXM_UNIX_H
#define AXM_UNIX_H

/*
 * Listen at a path. A socket that nobody listens at is replaced; any other
 * file, and a socket in use, is -EADDRINUSE.
 */
int axm_unix_listen(const char *path);

/*
 * The next client, or -1. Out of descriptors or memory, it waits a moment: the
 * client stays in the queue, and the loop would call again at once.
 */
int axm_unix_accept(int fd);

#endif
