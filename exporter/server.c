// SPDX-License-Identifier: MIT
/*
 * See server.h. Owns one MHD daemon per address, which all run on the thread of
 * server_run(), and a slot for each connection. libmicrohttpd reads requests,
 * bounds their size, and counts connections; how long a connection may take in
 * all is ours, because its own time-out begins anew with every byte.
 */
#include "server.h"

#include <errno.h>
#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* Free slots below which an address is nearly full. */
#define SPARE 8

struct refusal {
	unsigned int status;
	const char *text;
};

static const struct refusal refusals[] = {
	{ MHD_HTTP_BAD_REQUEST, "The number is none.\n" },
	{ MHD_HTTP_NOT_FOUND,
	  "There are /, /metrics and /api/live.json here.\n" },
	{ MHD_HTTP_METHOD_NOT_ALLOWED, "GET and HEAD only.\n" },
	{ MHD_HTTP_CONTENT_TOO_LARGE, "Requests have no body here.\n" },
	{ MHD_HTTP_MISDIRECTED_REQUEST,
	  "This address is for this machine only: ask by its number, or as "
	  "localhost.\n" },
	/* The last is for any status that is not here. */
	{ MHD_HTTP_SERVICE_UNAVAILABLE, "There is no memory for it now.\n" },
};

struct client {
	struct MHD_Connection *connection; /* NULL: free */
	int fd; /* the connection's */
	int64_t since_ms; /* of its request, or of its end */
};

struct listener {
	struct server *server;
	struct MHD_Daemon *daemon;
	bool local;
	unsigned int used;
	uint64_t changes; /* connections begun and ended so far */
	struct client clients[SERVER_CONNECTIONS];
};

struct server {
	struct server_site site;
	struct MHD_Response *refusals[ARRAY_SIZE(refusals)];
	size_t count;
	struct listener listeners[LISTEN_MAX];
};

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000ll + now.tv_nsec / 1000000;
}

struct MHD_Response *server_response(const void *data, size_t size, bool give,
				     const char *type)
{
	static const char *const headers[][2] = {
		{ MHD_HTTP_HEADER_CACHE_CONTROL, "no-store" },
		{ "X-Content-Type-Options", "nosniff" },
		{ "Referrer-Policy", "no-referrer" },
		/* The page has all that it needs inside, and asks only us. */
		{ "Content-Security-Policy",
		  "default-src 'none'; style-src 'unsafe-inline'; "
		  "script-src 'unsafe-inline'; connect-src 'self'; "
		  "img-src data:; base-uri 'none'; form-action 'none'; "
		  "frame-ancestors 'none'" },
	};
	struct MHD_Response *response = MHD_create_response_from_buffer(
		size, (void *)data,
		give ? MHD_RESPMEM_MUST_FREE : MHD_RESPMEM_PERSISTENT);

	if (!response) {
		if (give)
			free((void *)data);
		return NULL;
	}
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
	for (size_t i = 0; i < ARRAY_SIZE(headers); i++)
		MHD_add_response_header(response, headers[i][0], headers[i][1]);
	return response;
}

static enum MHD_Result refuse(struct server *server,
			      struct MHD_Connection *connection,
			      unsigned int status)
{
	size_t i = 0;

	while (i < ARRAY_SIZE(refusals) - 1 && refusals[i].status != status)
		i++;
	return MHD_queue_response(connection, refusals[i].status,
				  server->refusals[i]);
}

static bool has_body(struct MHD_Connection *connection)
{
	const char *length = MHD_lookup_connection_value(
		connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_LENGTH);

	if (MHD_lookup_connection_value(connection, MHD_HEADER_KIND,
					MHD_HTTP_HEADER_TRANSFER_ENCODING))
		return true;
	return length && strcmp(length, "0") != 0;
}

static bool is_misdirected(const struct listener *listener,
			   struct MHD_Connection *connection)
{
	const char *host = MHD_lookup_connection_value(
		connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_HOST);

	return listener->local && host && !listen_host_is_local(host);
}

/* What is wrong with the headers; 0 if nothing is. */
static unsigned int check_headers(const struct listener *listener,
				  struct MHD_Connection *connection,
				  const char *method)
{
	if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 &&
	    strcmp(method, MHD_HTTP_METHOD_HEAD) != 0)
		return MHD_HTTP_METHOD_NOT_ALLOWED;
	if (has_body(connection))
		return MHD_HTTP_CONTENT_TOO_LARGE;
	if (is_misdirected(listener, connection))
		return MHD_HTTP_MISDIRECTED_REQUEST;
	return 0;
}

/* Called with the headers, and, as there is no body, once more for the answer. */
static enum MHD_Result on_request(void *data, struct MHD_Connection *connection,
				  const char *url, const char *method,
				  const char *version, const char *upload,
				  size_t *upload_size, void **seen)
{
	struct listener *listener = data;
	struct server *server = listener->server;
	struct server_request request = { .path = url };
	struct MHD_Response *response = NULL;
	unsigned int status;

	if (!*seen) {
		*seen = listener;
		status = check_headers(listener, connection, method);
		return status ? refuse(server, connection, status) : MHD_YES;
	}
	if (*upload_size)
		return MHD_NO;
	request.since = MHD_lookup_connection_value(
		connection, MHD_GET_ARGUMENT_KIND, "since");
	status = server->site.answer(server->site.data, &request, &response);
	if (status != MHD_HTTP_OK)
		return refuse(server, connection, status);
	return MHD_queue_response(connection, status, response);
}

static void on_completed(void *data, struct MHD_Connection *connection,
			 void **seen, enum MHD_RequestTerminationCode how)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
		connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	struct client *client = info ? info->socket_context : NULL;

	if (client)
		client->since_ms = now_ms();
}

static void open_slot(struct listener *listener,
		      struct MHD_Connection *connection, void **slot)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
		connection, MHD_CONNECTION_INFO_CONNECTION_FD);

	for (size_t i = 0; info && i < SERVER_CONNECTIONS; i++) {
		struct client *client = &listener->clients[i];

		if (client->connection)
			continue;
		*client = (struct client){ connection, info->connect_fd,
					   now_ms() };
		listener->used++;
		listener->changes++;
		*slot = client;
		return;
	}
}

static void on_connection(void *data, struct MHD_Connection *connection,
			  void **slot, enum MHD_ConnectionNotificationCode what)
{
	struct listener *listener = data;
	struct client *client = *slot;

	if (what == MHD_CONNECTION_NOTIFY_STARTED) {
		open_slot(listener, connection, slot);
	} else if (client) {
		client->connection = NULL;
		listener->used--;
		listener->changes++;
	}
}

/* Errors of clients are theirs, and there may be many. */
static void on_log(void *data, const char *format, va_list args)
{
}

static struct MHD_Response *refusal_response(const struct refusal *refusal)
{
	struct MHD_Response *response =
		server_response(refusal->text, strlen(refusal->text), false,
				"text/plain; charset=utf-8");

	if (!response)
		return NULL;
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
	if (refusal->status == MHD_HTTP_METHOD_NOT_ALLOWED)
		MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW,
					"GET, HEAD");
	return response;
}

int server_create(const struct server_site *site, struct server **server)
{
	struct server *made = calloc(1, sizeof(*made));

	if (!made)
		return -ENOMEM;
	made->site = *site;
	for (size_t i = 0; i < ARRAY_SIZE(refusals); i++) {
		made->refusals[i] = refusal_response(&refusals[i]);
		if (!made->refusals[i]) {
			server_destroy(made);
			return -ENOMEM;
		}
	}
	*server = made;
	return 0;
}

void server_destroy(struct server *server)
{
	if (!server)
		return;
	/* This also closes the sockets. */
	for (size_t i = 0; i < server->count; i++)
		MHD_stop_daemon(server->listeners[i].daemon);
	for (size_t i = 0; i < ARRAY_SIZE(refusals); i++)
		if (server->refusals[i])
			MHD_destroy_response(server->refusals[i]);
	free(server);
}

int server_listen(struct server *server, int fd,
		  const struct listen_address *address)
{
	struct listener *listener = &server->listeners[server->count];

	if (server->count == LISTEN_MAX) {
		close(fd);
		return -EUSERS;
	}
	listener->server = server;
	listener->local = listen_is_loopback(address);
	listener->daemon = MHD_start_daemon(
		MHD_USE_EPOLL | MHD_USE_ERROR_LOG, 0, NULL, NULL, on_request,
		listener, MHD_OPTION_EXTERNAL_LOGGER, on_log, NULL,
		MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT,
		(unsigned int)SERVER_CONNECTIONS, MHD_OPTION_CONNECTION_TIMEOUT,
		(unsigned int)SERVER_SECONDS,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT,
		(size_t)SERVER_REQUEST_BYTES, MHD_OPTION_NOTIFY_COMPLETED,
		on_completed, listener, MHD_OPTION_NOTIFY_CONNECTION,
		on_connection, listener, MHD_OPTION_STRICT_FOR_CLIENT, 1,
		MHD_OPTION_END);
	if (!listener->daemon) {
		close(fd);
		return -ENOMEM;
	}
	server->count++;
	return 0;
}

int server_fd(const struct server *server, size_t i)
{
	const union MHD_DaemonInfo *info;

	if (i >= server->count)
		return -1;
	info = MHD_get_daemon_info(server->listeners[i].daemon,
				   MHD_DAEMON_INFO_EPOLL_FD);
	return info->epoll_fd;
}

static bool is_pressed(const struct listener *listener)
{
	return listener->used > SERVER_CONNECTIONS - SPARE;
}

/* libmicrohttpd sees the end of such a connection and closes it. */
static void end_late(struct listener *listener)
{
	int64_t late = now_ms() - (is_pressed(listener) ?
					   SERVER_PRESSED_MS :
					   SERVER_SECONDS * 1000);

	for (size_t i = 0; i < SERVER_CONNECTIONS; i++) {
		struct client *client = &listener->clients[i];

		if (client->connection && client->since_ms < late)
			shutdown(client->fd, SHUT_RDWR);
	}
}

/*
 * A run accepts ten at most, of what may be a thousand, and after an address
 * was full it is only the run after the next end that accepts again.
 */
static void run_listener(struct listener *listener)
{
	uint64_t before;

	end_late(listener);
	for (int i = 0; i < SERVER_CONNECTIONS / 4; i++) {
		before = listener->changes;
		MHD_run(listener->daemon);
		if (listener->changes == before)
			return;
	}
}

void server_run(struct server *server)
{
	for (size_t i = 0; i < server->count; i++)
		run_listener(&server->listeners[i]);
}

int server_timeout(const struct server *server)
{
	int timeout = -1;

	for (size_t i = 0; i < server->count; i++) {
		const struct listener *listener = &server->listeners[i];
		int own = -1;
		MHD_UNSIGNED_LONG_LONG theirs;

		if (is_pressed(listener))
			own = SERVER_PRESSED_MS / 4;
		else if (listener->used)
			own = 1000;
		if (MHD_get_timeout(listener->daemon, &theirs) == MHD_YES &&
		    (own < 0 || theirs < (unsigned int)own))
			own = (int)(theirs < 1000 ? theirs : 1000);
		if (own >= 0 && (timeout < 0 || own < timeout))
			timeout = own;
	}
	return timeout;
}
