// SPDX-License-Identifier: MIT
/*
 * vmrun: one virtual machine that runs one command.  This file owns the
 * processes (QEMU, the models), the sockets to the guest and the one poll
 * loop that serves them; all exist from vm_start() to vm_stop(), and the
 * children die with this process whatever ends it.  Signals arrive through a
 * signalfd, so there are no handlers and no global state.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "host.h"

/* Longer than the slowest machine takes to the command's start. */
#define VM_START_LIMIT 120

static unsigned int vm_start_limit(const struct vm_options *opt)
{
	return VM_START_LIMIT * (opt->watched ? VM_WATCHED_FACTOR : 1);
}

enum vm_stream_name {
	VM_IN,
	VM_OUT,
	VM_ERR,
	VM_LOG,
	VM_CONSOLE,
	VM_QEMU_ERR,
	VM_STREAMS,
};

struct vm_run {
	const struct vm_options *opt;
	struct vm_stream stream[VM_STREAMS];
	struct vm_klog log, console;
	struct vm_buffer qemu_err;
	struct vm_model model[VM_MAX_DEVICES];
	int model_count;
	struct vm_inject inject;
	int ctl, signals, timeout, start_limit;
	pid_t qemu;
	char line[1024]; /* from the guest, so far */
	size_t line_len;
	bool started, exited, timed_out, failed;
	int status;
	unsigned long long out_total, err_total, log_total;
	int killed_by; /* a signal to us */
	bool raw;
	struct termios terminal; /* to be restored if raw */
};

static void vm_do_line(struct vm_run *run, const char *line)
{
	if (!strcmp(line, "start")) {
		run->started = true;
		vm_close(&run->start_limit);
	} else if (!strncmp(line, "fail ", 5)) {
		run->failed = true;
		vm_error("%s", line + 5);
	} else if (sscanf(line, "exit %d %llu %llu %llu", &run->status,
			  &run->out_total, &run->err_total,
			  &run->log_total) == 4) {
		run->exited = true;
	}
}

static void vm_read_lines(struct vm_run *run)
{
	ssize_t n = recv(run->ctl, run->line + run->line_len,
			 sizeof(run->line) - run->line_len, MSG_DONTWAIT);
	char *end;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		vm_close(&run->ctl);
		return;
	}
	run->line_len += n;
	while ((end = memchr(run->line, '\n', run->line_len))) {
		*end++ = 0;
		vm_do_line(run, run->line);
		run->line_len -= end - run->line;
		memmove(run->line, end, run->line_len);
	}
}

static void vm_reap(struct vm_run *run)
{
	int status, i;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid == run->qemu)
			run->qemu = 0;
		for (i = 0; i < run->model_count; i++)
			if (pid == run->model[i].pid)
				vm_model_ended(&run->model[i], status);
	}
}

static void vm_send_size(struct vm_run *run)
{
	struct winsize size;
	char line[32];

	if (!run->raw || ioctl(STDIN_FILENO, TIOCGWINSZ, &size) < 0)
		return;
	snprintf(line, sizeof(line), "size %hu %hu\n", size.ws_row,
		 size.ws_col);
	vm_tell_guest(&run->ctl, line);
}

static void vm_take_signals(struct vm_run *run)
{
	struct signalfd_siginfo info;

	while (read(run->signals, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo == SIGCHLD)
			vm_reap(run);
		else if (info.ssi_signo == SIGWINCH)
			vm_send_size(run);
		else
			run->killed_by = info.ssi_signo;
	}
}

/* Everything that the guest said it had sent is here and passed on. */
static bool vm_complete(const struct vm_run *run)
{
	return run->exited &&
	       vm_stream_done(&run->stream[VM_OUT], run->out_total) &&
	       vm_stream_done(&run->stream[VM_ERR], run->err_total) &&
	       vm_stream_done(&run->stream[VM_LOG], run->log_total);
}

/* QEMU is gone and all it wrote before has been read. */
static bool vm_lost(const struct vm_run *run)
{
	int i;

	if (run->qemu || run->ctl >= 0)
		return false;
	for (i = VM_OUT; i < VM_STREAMS; i++)
		if (run->stream[i].from >= 0)
			return false;
	return true;
}

static void vm_add_poll(struct pollfd *pfd, int fd)
{
	*pfd = (struct pollfd){ .fd = fd, .events = POLLIN };
}

static void vm_step(struct vm_run *run)
{
	struct pollfd pfd[VM_STREAMS + 4 + VM_INJECTS + VM_MAX_DEVICES];
	int i, inject = VM_STREAMS + 4, extra = inject + VM_INJECTS;

	for (i = 0; i < VM_STREAMS; i++)
		vm_stream_poll(&run->stream[i], &pfd[i]);
	vm_add_poll(&pfd[VM_STREAMS], run->signals);
	vm_add_poll(&pfd[VM_STREAMS + 1], run->timeout);
	vm_add_poll(&pfd[VM_STREAMS + 2], run->start_limit);
	vm_add_poll(&pfd[VM_STREAMS + 3], run->ctl);
	vm_inject_poll(&run->inject, &pfd[inject]);
	for (i = 0; i < run->model_count; i++)
		vm_add_poll(&pfd[extra + i], run->model[i].listen_fd);
	if (poll(pfd, extra + run->model_count, -1) < 0)
		return;
	for (i = 0; i < VM_STREAMS; i++)
		vm_stream_step(&run->stream[i], pfd[i].revents);
	vm_take_signals(run);
	if (pfd[VM_STREAMS + 1].revents)
		run->timed_out = true;
	if (pfd[VM_STREAMS + 2].revents) {
		run->failed = true;
		vm_error("no start of the command within %u s",
			 vm_start_limit(run->opt));
	}
	if (pfd[VM_STREAMS + 3].revents)
		vm_read_lines(run);
	vm_inject_step(&run->inject, &pfd[inject]);
	for (i = 0; i < run->model_count; i++)
		if (pfd[extra + i].revents &&
		    vm_model_accept(&run->model[i], run->opt, run->qemu) < 0)
			run->failed = true;
}

static void vm_loop(struct vm_run *run)
{
	while (!vm_complete(run) && !vm_lost(run) && !run->timed_out &&
	       !run->failed && !run->killed_by)
		vm_step(run);
}

static int vm_timer(unsigned int seconds)
{
	struct itimerspec when = { .it_value.tv_sec = seconds };
	int fd;

	if (!seconds)
		return -1;
	fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	timerfd_settime(fd, 0, &when, NULL);
	return fd;
}

/* A background job that reads its terminal gets an error, not a stop. */
static int vm_signals(void)
{
	static const int wanted[] = { SIGINT,  SIGTERM, SIGHUP,
				      SIGQUIT, SIGCHLD, SIGWINCH };
	sigset_t set;
	size_t i;

	sigemptyset(&set);
	for (i = 0; i < sizeof(wanted) / sizeof(*wanted); i++)
		sigaddset(&set, wanted[i]);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGTTIN, SIG_IGN);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static void vm_raw_terminal(struct vm_run *run)
{
	struct termios raw;

	if (!vm_has_terminal() || tcgetpgrp(STDIN_FILENO) != getpgrp() ||
	    tcgetattr(STDIN_FILENO, &run->terminal) < 0)
		return;
	raw = run->terminal;
	cfmakeraw(&raw);
	run->raw = tcsetattr(STDIN_FILENO, TCSADRAIN, &raw) == 0;
}

static int vm_pair(int *ours, int *theirs)
{
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0) {
		vm_error("socketpair: %s", strerror(errno));
		return -1;
	}
	*ours = fds[0];
	*theirs = fds[1];
	return 0;
}

static void vm_init_streams(struct vm_run *run)
{
	struct vm_stream *s = run->stream;
	int i;

	for (i = 0; i < VM_STREAMS; i++) {
		s[i].from = s[i].to = -1;
		s[i].ctl = &run->ctl;
	}
	s[VM_IN].from = STDIN_FILENO;
	s[VM_IN].input = true;
	s[VM_OUT].to = STDOUT_FILENO;
	s[VM_OUT].closed = "closed out\n";
	s[VM_ERR].to = STDERR_FILENO;
	s[VM_ERR].closed = "closed err\n";
	s[VM_LOG].log = &run->log;
	s[VM_CONSOLE].log = &run->console;
	run->log.records = true;
	run->log.known = run->console.known = &run->opt->known_splats;
	run->console.echo = run->opt->console;
	if (run->opt->verbose)
		s[VM_QEMU_ERR].to = STDERR_FILENO;
	else
		s[VM_QEMU_ERR].keep = &run->qemu_err;
}

static int vm_connect(struct vm_run *run, struct vm_qemu_fds *fds)
{
	struct vm_stream *s = run->stream;

	return vm_pair(&run->ctl, &fds->port[VM_PORT_CTL]) ||
	       vm_pair(&s[VM_IN].to, &fds->port[VM_PORT_IN]) ||
	       vm_pair(&s[VM_OUT].from, &fds->port[VM_PORT_OUT]) ||
	       vm_pair(&s[VM_ERR].from, &fds->port[VM_PORT_ERR]) ||
	       vm_pair(&s[VM_LOG].from, &fds->port[VM_PORT_LOG]) ||
	       vm_pair(&run->inject.port, &fds->port[VM_PORT_INJECT]) ||
	       vm_pair(&s[VM_CONSOLE].from, &fds->console) ||
	       vm_pair(&s[VM_QEMU_ERR].from, &fds->err);
}

static int vm_listen_models(struct vm_run *run)
{
	int i;

	for (i = 0; i < run->opt->devices.count; i++) {
		const char *spec = run->opt->devices.item[i];
		struct vm_model *model = &run->model[run->model_count];

		run->inject.device_count++;
		if (vm_device_find(spec)->qemu)
			continue;
		if (vm_model_listen(model, spec, run->model_count,
				    run->opt->build_dir) < 0)
			return -1;
		run->inject.device[i] = model;
		run->model_count++;
	}
	return 0;
}

/* To QEMU itself, which is asked for nothing without models. */
static int vm_connect_monitors(struct vm_run *run, struct vm_qemu_fds *fds)
{
	if (!run->model_count)
		return 0;
	return vm_pair(&run->inject.qmp.fd, &fds->qmp) ||
	       vm_pair(&run->inject.qtest, &fds->qtest) ||
	       vm_inject_start(&run->inject);
}

static int vm_start(struct vm_run *run)
{
	struct vm_qemu_fds fds;
	int *all = (int *)&fds, ret = -1;
	size_t i;

	memset(&fds, -1, sizeof(fds));
	vm_init_streams(run);
	vm_inject_init(&run->inject, run->opt->watched);
	run->timeout = vm_timer(run->opt->timeout);
	run->start_limit = vm_timer(vm_start_limit(run->opt));
	fds.initrd = vm_initrd_make(run->opt);
	if (fds.initrd >= 0 && !vm_connect(run, &fds) &&
	    !vm_listen_models(run) && !vm_connect_monitors(run, &fds)) {
		run->qemu = vm_qemu_start(run->opt, &fds, run->model,
					  run->model_count);
		ret = run->qemu > 0 ? 0 : -1;
	}
	for (i = 0; i < sizeof(fds) / sizeof(int); i++)
		vm_close(&all[i]);
	if (!ret)
		vm_raw_terminal(run);
	return ret;
}

static void vm_stop(struct vm_run *run)
{
	int i;

	vm_end_process(&run->qemu, 0);
	/* Their connection is closed now, so they end by themselves. */
	for (i = 0; i < run->model_count; i++)
		vm_model_release(&run->model[i]);
	if (run->raw)
		tcsetattr(STDIN_FILENO, TCSADRAIN, &run->terminal);
	for (i = VM_OUT; i < VM_STREAMS; i++)
		vm_close(&run->stream[i].from);
	vm_close(&run->stream[VM_IN].to);
	vm_inject_stop(&run->inject);
	vm_close(&run->ctl);
	vm_close(&run->timeout);
	vm_close(&run->start_limit);
	vm_close(&run->signals);
}

static void vm_say_why_lost(const struct vm_run *run)
{
	vm_error(run->started ? "the machine ended before the command did" :
				"the machine did not start");
	if (run->qemu_err.len)
		fwrite(run->qemu_err.data, 1, run->qemu_err.len, stderr);
	fputs(run->console.tail, stderr);
}

static int vm_say_splat(const struct vm_klog *log)
{
	vm_error("the kernel %s:", log->panic ? "panicked" : "complained");
	vm_klog_print(log);
	return VM_EXIT_SPLAT;
}

/* What became of it.  The kernel's own log is the better source, the console
 * the one that is left when the guest could not send the log.
 */
static int vm_verdict(const struct vm_run *run)
{
	const struct vm_klog *log = run->exited ? &run->log : &run->console;
	bool splat = log->splat.len;
	int i;

	if (run->timed_out) {
		vm_error("ended by the time-out of %u s", run->opt->timeout);
		vm_klog_print(log);
		return VM_EXIT_TIMEOUT;
	}
	if (!run->exited) {
		if (splat)
			return vm_say_splat(log);
		if (!run->failed)
			vm_say_why_lost(run);
		else if (!run->opt->console)
			fputs(run->console.tail, stderr);
		return VM_EXIT_NO_START;
	}
	if (run->opt->allow_splat)
		return run->status;
	if (splat)
		return vm_say_splat(log);
	for (i = 0; i < run->model_count; i++)
		if (run->model[i].crashed)
			return VM_EXIT_SPLAT;
	return run->status;
}

static void vm_die_of(int sig)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, sig);
	signal(sig, SIG_DFL);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	raise(sig);
}

/* A descriptor of ours must not end up as somebody's stdout. */
static void vm_fill_std_fds(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDWR);
	} while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

int main(int argc, char **argv)
{
	struct vm_options opt;
	struct vm_run *run;
	int status;

	vm_fill_std_fds();
	if (vm_options_parse(&opt, argc, argv, &status)) {
		vm_options_release(&opt);
		return status;
	}
	run = calloc(1, sizeof(*run));
	if (!run)
		return VM_EXIT_NO_START;
	run->opt = &opt;
	run->ctl = -1;
	run->signals = vm_signals();
	status = VM_EXIT_NO_START;
	if (!vm_start(run))
		vm_loop(run);
	else
		run->failed = true;
	vm_stop(run);
	if (!run->killed_by)
		status = vm_verdict(run);
	else
		vm_die_of(run->killed_by);
	vm_buffer_release(&run->log.splat);
	vm_buffer_release(&run->console.splat);
	vm_buffer_release(&run->qemu_err);
	vm_options_release(&opt);
	free(run);
	return status;
}
