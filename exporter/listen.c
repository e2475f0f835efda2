// SPDX-License-Identifier: MIT
/* See listen.h. */
#include "listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

/* Host and port of "HOST:PORT"; the port is empty if there is none. */
struct split {
	char host[INET6_ADDRSTRLEN];
	const char *port; /* in the text */
	bool brackets;
};

static bool split_text(const char *text, struct split *split)
{
	const char *end;
	size_t length;

	split->brackets = text[0] == '[';
	text += split->brackets;
	end = strchr(text, split->brackets ? ']' : ':');
	if (split->brackets && !end)
		return false;
	length = end ? (size_t)(end - text) : strlen(text);
	if (length >= sizeof(split->host))
		return false;
	memcpy(split->host, text, length);
	split->host[length] = 0;
	split->port = text + length + (split->brackets && end);
	if (!*split->port)
		return true;
	return *split->port == ':' && *++split->port;
}

static bool parse_port(const char *text, in_port_t *port)
{
	unsigned long value;

	if (!*text) {
		*port = htons(LISTEN_PORT);
		return true;
	}
	if (strlen(text) > 5 || strspn(text, "0123456789") != strlen(text))
		return false;
	value = strtoul(text, NULL, 10);
	*port = htons((in_port_t)value);
	return value <= UINT16_MAX;
}

static int fill_ipv6(const char *host, in_port_t port,
		     struct listen_address *out)
{
	struct sockaddr_in6 *address = (struct sockaddr_in6 *)&out->address;

	address->sin6_family = AF_INET6;
	address->sin6_port = port;
	out->size = sizeof(*address);
	return inet_pton(AF_INET6, host, &address->sin6_addr) == 1 ? 0 :
								     -EINVAL;
}

static int fill_ipv4(const char *host, in_port_t port,
		     struct listen_address *out)
{
	struct sockaddr_in *address = (struct sockaddr_in *)&out->address;

	address->sin_family = AF_INET;
	address->sin_port = port;
	out->size = sizeof(*address);
	if (!*host)
		return 0; /* INADDR_ANY */
	return inet_pton(AF_INET, host, &address->sin_addr) == 1 ? 0 : -EINVAL;
}

int listen_parse(const char *text, struct listen_address *out)
{
	struct split split;
	in_port_t port;

	*out = (struct listen_address){};
	/* An address of IPv6 without port needs no brackets. */
	if (text[0] != '[' && strchr(text, ':') != strrchr(text, ':'))
		return fill_ipv6(text, htons(LISTEN_PORT), out);
	if (!text[0] || !split_text(text, &split) ||
	    !parse_port(split.port, &port))
		return -EINVAL;
	if (split.brackets)
		return fill_ipv6(split.host, port, out);
	return fill_ipv4(split.host, port, out);
}

bool listen_is_loopback(const struct listen_address *address)
{
	const struct sockaddr_in *v4 =
		(const struct sockaddr_in *)&address->address;
	const struct sockaddr_in6 *v6 =
		(const struct sockaddr_in6 *)&address->address;

	if (address->address.ss_family == AF_INET)
		return ntohl(v4->sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
	return IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr);
}

/*
 * What connections have from here: what a client does not take stays in the
 * kernel after the end, so it is little, and not for long.
 */
static int bound_connections(int fd)
{
	unsigned int ms = LISTEN_UNSENT_MS;
	int bytes = LISTEN_UNSENT_BYTES;

	if (setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &ms, sizeof(ms)) ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes)))
		return -errno;
	return 0;
}

static int configure(int fd, struct listen_address *address)
{
	int one = 1;

	/* The other family has a socket of its own, if at all. */
	if (address->address.ss_family == AF_INET6 &&
	    setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one)))
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) ||
	    bind(fd, (struct sockaddr *)&address->address, address->size) ||
	    listen(fd, LISTEN_BACKLOG) ||
	    getsockname(fd, (struct sockaddr *)&address->address,
			&address->size))
		return -errno;
	return bound_connections(fd);
}

int listen_open(struct listen_address *address, int *fd)
{
	int err;

	*fd = socket(address->address.ss_family,
		     SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (*fd < 0)
		return -errno;
	err = configure(*fd, address);
	if (err)
		close(*fd);
	return err;
}

void listen_name(const struct listen_address *address, char out[LISTEN_NAME])
{
	const struct sockaddr_in *v4 =
		(const struct sockaddr_in *)&address->address;
	const struct sockaddr_in6 *v6 =
		(const struct sockaddr_in6 *)&address->address;
	char host[INET6_ADDRSTRLEN];

	if (address->address.ss_family == AF_INET) {
		inet_ntop(AF_INET, &v4->sin_addr, host, sizeof(host));
		snprintf(out, LISTEN_NAME, "%s:%u", host, ntohs(v4->sin_port));
	} else {
		inet_ntop(AF_INET6, &v6->sin6_addr, host, sizeof(host));
		snprintf(out, LISTEN_NAME, "[%s]:%u", host,
			 ntohs(v6->sin6_port));
	}
}

bool listen_host_is_local(const char *host)
{
	struct listen_address address;
	struct split split;
	in_port_t port;

	if (listen_parse(host, &address) == 0)
		return host[0] != ':';
	return split_text(host, &split) && !split.brackets &&
	       parse_port(split.port, &port) &&
	       strcasecmp(split.host, "localhost") == 0;
}
