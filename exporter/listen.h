/* SPDX-License-Identifier: MIT */
/* Where the exporter listens: ADDRESS:PORT, [ADDRESS]:PORT or :PORT. */
#ifndef AXLE_EXPORTER_LISTEN_H
#define AXLE_EXPORTER_LISTEN_H

#include <netinet/in.h>
#include <stdbool.h>
#include <sys/socket.h>

#define LISTEN_MAX 8
#define LISTEN_PORT 12610
/* Connections that wait; more than that try again after a second or more. */
#define LISTEN_BACKLOG 1024
/* How long, and how much, may be sent and not be taken. */
#define LISTEN_UNSENT_MS 10000
#define LISTEN_UNSENT_BYTES (128 << 10)
/* Bytes of what listen_name() writes at most. */
#define LISTEN_NAME (INET6_ADDRSTRLEN + 16)

struct listen_address {
	struct sockaddr_storage address;
	socklen_t size;
};

/*
 * Addresses are numbers: a name could mean another machine tomorrow. Without
 * a port it is LISTEN_PORT; port 0 is any that is free. -EINVAL if it is none.
 */
int listen_parse(const char *text, struct listen_address *out);
bool listen_is_loopback(const struct listen_address *address);
/* A socket that listens, *fd, and the port that it has got, in address. */
int listen_open(struct listen_address *address, int *fd);
/* "127.0.0.1:12610" or "[::1]:12610" */
void listen_name(const struct listen_address *address, char out[LISTEN_NAME]);

/*
 * Whether a request's Host is a number or "localhost". A page of somebody else
 * whose name leads to this machine has that name there: without this check, it
 * could read from a browser here what only this machine is meant to.
 */
bool listen_host_is_local(const char *host);

#endif
