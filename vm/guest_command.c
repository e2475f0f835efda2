// SPDX-License-Identifier: MIT
/*
 * The command in the guest: starts it, carries its bytes and the kernel's
 * log to the host, and reports its end.  One poll loop owns everything; a
 * pump is one direction of bytes with a buffer of its own, so that a slow
 * reader holds up nobody else.  All of it lives until the machine ends.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest.h"

enum vm_pump_name {
	VM_PUMP_IN,
	VM_PUMP_OUT,
	VM_PUMP_ERR,
	VM_PUMP_LOG,
	VM_PUMPS,
};

struct vm_pump {
	int from; /* -1: nothing more comes */
	int to; /* -1: what comes is dropped */
	uint64_t total; /* bytes written to the port, or read from it */
	uint64_t limit; /* nothing more after so many bytes */
	size_t start, end;
	char buf[32768];
};

struct vm_command {
	struct vm_ports *ports;
	struct vm_pump pump[VM_PUMPS];
	int signals;
	int tty; /* -1 without a terminal */
	pid_t pid;
	bool ended;
	int status;
	char line[256]; /* from the host, so far */
	size_t line_len;
};

static void vm_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void vm_pump_init(struct vm_pump *p, int from, int to)
{
	p->from = from;
	p->to = to;
	p->limit = UINT64_MAX;
	p->total = 0;
	p->start = 0;
	p->end = 0;
	if (from >= 0)
		fcntl(from, F_SETFL, fcntl(from, F_GETFL) | O_NONBLOCK);
	if (to >= 0)
		fcntl(to, F_SETFL, fcntl(to, F_GETFL) | O_NONBLOCK);
}

/* Returns false when nothing was read: no data now, or no more ever. */
static bool vm_pump_fill(struct vm_pump *p)
{
	ssize_t n;

	if (p->from < 0 || p->start < p->end)
		return false;
	n = read(p->from, p->buf, sizeof(p->buf));
	/* EPIPE: the kernel's log has overwritten records not yet read */
	if (n < 0 && (errno == EAGAIN || errno == EINTR || errno == EPIPE))
		return errno == EPIPE;
	if (n <= 0) {
		vm_close(&p->from);
		return false;
	}
	p->start = 0;
	p->end = n;
	p->total += n;
	return true;
}

/* Returns false when the buffer could not be emptied. */
static bool vm_pump_drain(struct vm_pump *p)
{
	while (p->start < p->end) {
		ssize_t n = -1;

		errno = EPIPE;
		if (p->to >= 0)
			n = write(p->to, p->buf + p->start, p->end - p->start);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return false;
		if (n < 0) {
			vm_close(&p->to);
			n = p->end - p->start;
		}
		p->start += n;
	}
	return true;
}

static void vm_pump_run(struct vm_pump *p)
{
	while (vm_pump_drain(p) && vm_pump_fill(p))
		;
}

/* The command sees the end of its input once all before it was written. */
static void vm_pump_input(struct vm_command *c)
{
	struct vm_pump *p = &c->pump[VM_PUMP_IN];

	vm_pump_run(p);
	if (p->total < p->limit || p->start < p->end)
		return;
	if (c->tty < 0)
		vm_close(&p->to);
	p->from = -1;
}

static void vm_do_line(struct vm_command *c, const char *line)
{
	struct winsize size = {};
	unsigned long long total;

	if (sscanf(line, "eof %llu", &total) == 1)
		c->pump[VM_PUMP_IN].limit = total;
	else if (!strcmp(line, "closed out"))
		vm_close(&c->pump[VM_PUMP_OUT].from);
	else if (!strcmp(line, "closed err"))
		vm_close(&c->pump[VM_PUMP_ERR].from);
	else if (sscanf(line, "size %hu %hu", &size.ws_row, &size.ws_col) == 2)
		ioctl(c->tty, TIOCSWINSZ, &size);
}

static void vm_read_lines(struct vm_command *c)
{
	char *end;
	ssize_t n;

	n = read(c->ports->fd[VM_PORT_CTL], c->line + c->line_len,
		 sizeof(c->line) - c->line_len);
	if (n <= 0)
		return;
	c->line_len += n;
	while ((end = memchr(c->line, '\n', c->line_len))) {
		*end++ = 0;
		vm_do_line(c, c->line);
		c->line_len -= end - c->line;
		memmove(c->line, end, c->line_len);
	}
}

/* Orphans of the command are collected too. */
static void vm_reap(struct vm_command *c)
{
	struct signalfd_siginfo info;
	int status;
	pid_t pid;

	while (read(c->signals, &info, sizeof(info)) > 0)
		;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid != c->pid)
			continue;
		c->ended = true;
		c->status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) :
						  WEXITSTATUS(status);
	}
}

static void vm_child(const struct vm_spec *spec, const int fds[3], bool tty)
{
	sigset_t none;
	int i;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	setsid();
	if (tty)
		ioctl(fds[0], TIOCSCTTY, 0);
	for (i = 0; i < 3; i++)
		dup2(fds[i], i);
	if (chdir(spec->cwd) < 0) {
		dprintf(2, "vm/run: cannot enter %s: %s\n", spec->cwd,
			strerror(errno));
		_exit(126);
	}
	/* for execvp's search */
	environ = spec->env;
	execvp(spec->args[0], spec->args);
	i = errno;
	dprintf(2, "vm/run: cannot run %s: %s\n", spec->args[0], strerror(i));
	_exit(i == ENOENT ? 127 : 126);
}

static void vm_make_pipes(int ours[3], int theirs[3])
{
	int i;

	for (i = 0; i < 3; i++) {
		int fds[2];

		if (pipe2(fds, O_CLOEXEC) < 0)
			vm_guest_fail("pipe: %s", strerror(errno));
		fcntl(fds[0], F_SETPIPE_SZ, 1 << 18);
		ours[i] = fds[i == 0];
		theirs[i] = fds[i != 0];
	}
}

static void vm_make_tty(const char *size, int ours[3], int theirs[3])
{
	struct winsize ws = {};
	int main_fd, sub_fd;

	sscanf(size, "%hux%hu", &ws.ws_row, &ws.ws_col);
	if (openpty(&main_fd, &sub_fd, NULL, NULL, &ws) < 0)
		vm_guest_fail("openpty: %s", strerror(errno));
	ours[0] = main_fd;
	ours[1] = fcntl(main_fd, F_DUPFD_CLOEXEC, 0);
	ours[2] = -1;
	fcntl(main_fd, F_SETFD, FD_CLOEXEC);
	theirs[0] = theirs[1] = theirs[2] = sub_fd;
}

static void vm_start(struct vm_command *c, const struct vm_spec *spec)
{
	int *port = c->ports->fd, ours[3], theirs[3], i;
	bool tty = spec->tty;

	if (tty)
		vm_make_tty(spec->tty, ours, theirs);
	else
		vm_make_pipes(ours, theirs);
	c->tty = tty ? ours[0] : -1;
	vm_pump_init(&c->pump[VM_PUMP_IN], port[VM_PORT_IN], ours[0]);
	vm_pump_init(&c->pump[VM_PUMP_OUT], ours[1], port[VM_PORT_OUT]);
	vm_pump_init(&c->pump[VM_PUMP_ERR], ours[2], port[VM_PORT_ERR]);
	vm_pump_init(&c->pump[VM_PUMP_LOG],
		     open("/dev/kmsg", O_RDONLY | O_CLOEXEC | O_NONBLOCK),
		     port[VM_PORT_LOG]);
	dprintf(port[VM_PORT_CTL], "start\n");
	c->pid = fork();
	if (c->pid < 0)
		vm_guest_fail("fork: %s", strerror(errno));
	if (!c->pid)
		vm_child(spec, theirs, tty);
	for (i = 0; i < (tty ? 1 : 3); i++)
		close(theirs[i]);
}

/* A pump waits for its reader while it holds bytes, else for its writer. */
static void vm_pump_poll(const struct vm_pump *p, struct pollfd *pfd)
{
	bool holds = p->start < p->end;

	pfd->fd = holds ? p->to : p->from;
	pfd->events = holds ? POLLOUT : POLLIN;
}

static void vm_wait(struct vm_command *c)
{
	struct pollfd pfd[VM_PUMPS + 2] = {};
	int i;

	for (i = 0; i < VM_PUMPS; i++)
		vm_pump_poll(&c->pump[i], &pfd[i]);
	pfd[VM_PUMPS].fd = c->signals;
	pfd[VM_PUMPS].events = POLLIN;
	pfd[VM_PUMPS + 1].fd = c->ports->fd[VM_PORT_CTL];
	pfd[VM_PUMPS + 1].events = POLLIN;
	poll(pfd, VM_PUMPS + 2, -1);
}

/* What is in the pipes and in the kernel's log by now still belongs to the
 * command; what a child that it left behind writes later does not.
 */
static void vm_finish(struct vm_command *c)
{
	int i;

	sync();
	for (i = VM_PUMP_OUT; i < VM_PUMPS; i++) {
		struct vm_pump *p = &c->pump[i];

		do {
			struct pollfd pfd = { p->to, POLLOUT, 0 };

			while (!vm_pump_drain(p))
				poll(&pfd, 1, -1);
		} while (vm_pump_fill(p));
	}
	dprintf(c->ports->fd[VM_PORT_CTL], "exit %d %llu %llu %llu\n",
		c->status, (unsigned long long)c->pump[VM_PUMP_OUT].total,
		(unsigned long long)c->pump[VM_PUMP_ERR].total,
		(unsigned long long)c->pump[VM_PUMP_LOG].total);
}

void vm_guest_run_command(const struct vm_spec *spec, struct vm_ports *ports)
{
	struct vm_command *c = calloc(1, sizeof(*c));
	sigset_t chld;
	int i;

	if (!c)
		vm_guest_fail("out of memory");
	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	sigprocmask(SIG_BLOCK, &chld, NULL);
	signal(SIGPIPE, SIG_IGN);
	c->ports = ports;
	c->signals = signalfd(-1, &chld, SFD_CLOEXEC | SFD_NONBLOCK);
	vm_start(c, spec);
	while (!c->ended) {
		vm_wait(c);
		vm_read_lines(c);
		vm_pump_input(c);
		for (i = VM_PUMP_OUT; i < VM_PUMPS; i++)
			vm_pump_run(&c->pump[i]);
		vm_reap(c);
	}
	if (spec->watched)
		vm_guest_find_leaks();
	vm_finish(c);
}
