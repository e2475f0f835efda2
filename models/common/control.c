// SPDX-License-Identifier: MIT
/*
 * The control socket's connections: lines in, answers out. Everything runs on
 * the thread of the loop. A client that does not read its answers loses the
 * connection rather than stop the device.
 */
#include "control.h"
#include "device.h"
#include "loop.h"
#include "unix.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define CLIENTS 8
#define LINE_MAX_BYTES 512

struct client {
	struct axm_source source; /* fd -1: free */
	struct axm_control *control;
	char line[LINE_MAX_BYTES];
	size_t used;
	bool skip; /* in a line that is too long */
};

struct axm_control {
	struct axm_source listener; /* fd -1: none */
	struct axm_loop *loop;
	struct axm_device *dev;
	char *path; /* of the listener, or NULL */
	struct client client[CLIENTS];
};

static void client_close(struct client *c)
{
	axm_loop_del(c->control->loop, &c->source);
	close(c->source.fd);
	c->source.fd = -1;
}

static void answer(struct client *c)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	if (!out) {
		client_close(c);
		return;
	}
	if (c->skip)
		fputs("error: line too long\n", out);
	else
		axm_control_line(c->control->dev, c->line, out);
	fclose(out);
	if (size && send(c->source.fd, text, size,
			 MSG_NOSIGNAL | MSG_DONTWAIT) != (ssize_t)size)
		client_close(c);
	free(text);
}

static void take(struct client *c, const char *data, size_t size)
{
	for (size_t i = 0; i < size && c->source.fd >= 0; i++) {
		if (data[i] == '\n') {
			c->line[c->used] = '\0';
			answer(c);
			c->used = 0;
			c->skip = false;
		} else if (c->used + 1 == sizeof(c->line)) {
			c->skip = true;
		} else {
			c->line[c->used++] = data[i] ? data[i] : '?';
		}
	}
}

static void client_ready(struct axm_source *source, uint32_t events)
{
	struct client *c = (struct client *)source;
	char data[1024];
	ssize_t n = recv(source->fd, data, sizeof(data), MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0)
		client_close(c);
	else
		take(c, data, (size_t)n);
}

int axm_control_adopt(struct axm_control *control, int fd)
{
	for (unsigned int i = 0; i < CLIENTS; i++) {
		struct client *c = &control->client[i];
		int ret;

		if (c->source.fd >= 0)
			continue;
		c->source.fd = fd;
		c->used = 0;
		c->skip = false;
		ret = axm_loop_add(control->loop, &c->source);
		if (ret)
			c->source.fd = -1;
		return ret;
	}
	return -EUSERS;
}

static void listener_ready(struct axm_source *source, uint32_t events)
{
	struct axm_control *control = (struct axm_control *)source;
	int fd = axm_unix_accept(source->fd);

	if (fd >= 0 && axm_control_adopt(control, fd))
		close(fd);
}

int axm_control_create(struct axm_loop *loop, struct axm_device *dev,
		       struct axm_control **out)
{
	struct axm_control *control = calloc(1, sizeof(*control));

	if (!control)
		return -ENOMEM;
	control->loop = loop;
	control->dev = dev;
	control->listener.ready = listener_ready;
	control->listener.fd = -1;
	for (unsigned int i = 0; i < CLIENTS; i++) {
		control->client[i].source.fd = -1;
		control->client[i].source.ready = client_ready;
		control->client[i].control = control;
	}
	*out = control;
	return 0;
}

int axm_control_listen(struct axm_control *control, const char *path)
{
	char *copy = strdup(path);
	int fd = copy ? axm_unix_listen(path) : -ENOMEM;
	int ret = fd;

	if (fd >= 0) {
		control->listener.fd = fd;
		ret = axm_loop_add(control->loop, &control->listener);
	}
	if (ret < 0) {
		if (fd >= 0)
			close(fd);
		control->listener.fd = -1;
		free(copy);
		return ret;
	}
	control->path = copy;
	return 0;
}

void axm_control_destroy(struct axm_control *control)
{
	if (!control)
		return;
	for (unsigned int i = 0; i < CLIENTS; i++)
		if (control->client[i].source.fd >= 0)
			client_close(&control->client[i]);
	if (control->listener.fd >= 0) {
		axm_loop_del(control->loop, &control->listener);
		close(control->listener.fd);
		unlink(control->path);
	}
	free(control->path);
	free(control);
}
