/* SPDX-License-Identifier: MIT */
/*
 * HTTP of one thread: GET and HEAD, bounded in connections, time and memory,
 * whoever is at the other end.
 *
 * An address has at most SERVER_CONNECTIONS connections; those that come later
 * wait in the kernel. A connection may take SERVER_SECONDS for a request and
 * its answer, idle time included. Where an address is nearly full, those who
 * have taken SERVER_PRESSED_MS already have to go, so that slow ones cannot
 * keep out others.
 */
#ifndef AXLE_EXPORTER_SERVER_H
#define AXLE_EXPORTER_SERVER_H

#include "listen.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SERVER_CONNECTIONS 64
#define SERVER_SECONDS 10
#define SERVER_PRESSED_MS 100
#define SERVER_REQUEST_BYTES 16384 /* of all headers together */

struct MHD_Response;
struct server;

struct server_request {
	const char *path;
	const char *since; /* of the query; NULL if it is not there */
};

struct server_site {
	/*
	 * Returns the status, and the response if that is 200. The response
	 * stays the site's, until its next call at least.
	 */
	unsigned int (*answer)(void *data, const struct server_request *request,
			       struct MHD_Response **response);
	void *data;
};

int server_create(const struct server_site *site, struct server **server);
void server_destroy(struct server *server);
/*
 * Takes the socket, of listen_open(), also when it fails; on a loopback address
 * only requests whose Host is this machine are answered. At most LISTEN_MAX.
 */
int server_listen(struct server *server, int fd,
		  const struct listen_address *address);
/* To be waited for; -1 past the last. */
int server_fd(const struct server *server, size_t i);
/* Does what there is to do now, without waiting. */
void server_run(struct server *server);
/* When server_run() is to be called at the latest, in ms; -1: never. */
int server_timeout(const struct server *server);

/*
 * A response with the headers that all have; the data is free()d with it if it
 * is the caller's to give away.
 */
struct MHD_Response *server_response(const void *data, size_t size, bool give,
				     const char *type);

#endif
