// SPDX-License-Identifier: MIT
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host.h"

int vm_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	return *fd = -1;
}

void vm_tell_guest(int *ctl, const char *line)
{
	if (*ctl >= 0 && send(*ctl, line, strlen(line), MSG_NOSIGNAL) < 0)
		vm_close(ctl);
}

/* A pipe takes at least this much without blocking once poll says so, and
 * its flags are not ours to change: others may have it open.
 */
static void vm_stream_write(struct vm_stream *s)
{
	size_t len = s->end - s->start;
	ssize_t n;

	if (len > 4096)
		len = 4096;
	n = write(s->to, s->buf + s->start, len);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n < 0) {
		s->to = -1;
		if (s->closed)
			vm_tell_guest(s->ctl, s->closed);
		return;
	}
	s->start += n;
}

static void vm_stream_end(struct vm_stream *s)
{
	char line[32];

	if (!s->input) {
		vm_close(&s->from);
		return;
	}
	s->from = -1; /* our stdin, not to be closed */
	snprintf(line, sizeof(line), "eof %llu\n",
		 (unsigned long long)s->total);
	vm_tell_guest(s->ctl, line);
}

static void vm_stream_read(struct vm_stream *s)
{
	ssize_t n = read(s->from, s->buf, sizeof(s->buf));

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		vm_stream_end(s);
		return;
	}
	s->total += n;
	s->start = 0;
	s->end = n;
	if (s->log)
		vm_klog_feed(s->log, s->buf, n);
	if (s->keep && s->keep->len < 65536)
		vm_buffer_add(s->keep, s->buf, n);
}

void vm_stream_step(struct vm_stream *s, int revents)
{
	if (revents && s->start < s->end && s->to >= 0)
		vm_stream_write(s);
	else if (revents && s->start >= s->end)
		vm_stream_read(s);
	/* Bytes that nobody takes are dropped, not kept. */
	if (s->to < 0)
		s->start = s->end;
}

void vm_stream_poll(const struct vm_stream *s, struct pollfd *pfd)
{
	bool holds = s->start < s->end;

	pfd->fd = holds ? s->to : s->from;
	pfd->events = holds ? POLLOUT : POLLIN;
}

bool vm_stream_done(const struct vm_stream *s, uint64_t total)
{
	return s->total >= total && s->start >= s->end;
}
