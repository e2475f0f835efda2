// SPDX-License-Identifier: MIT
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host.h"

static void vm_child(const struct vm_spawn *what, pid_t parent)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	sigset_t none;
	int i;

	/* Whatever ends the parent ends the child; it may be gone by now. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(127);
	/* A terminal's Ctrl-C is for the parent, which ends all in order. */
	setpgid(0, 0);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	dup2(null, STDIN_FILENO);
	dup2(null, STDOUT_FILENO);
	if (what->err >= 0)
		dup2(what->err, STDERR_FILENO);
	for (i = 0; i < what->keep_count; i++)
		fcntl(what->keep[i], F_SETFD, 0);
	if (what->env)
		putenv((char *)what->env);
	execv(what->argv[0], what->argv);
	dprintf(STDERR_FILENO, "vm/run: cannot run %s: %s\n", what->argv[0],
		strerror(errno));
	_exit(127);
}

pid_t vm_spawn(const struct vm_spawn *what)
{
	pid_t parent = getpid(), pid = fork();

	if (!pid)
		vm_child(what, parent);
	if (pid < 0)
		vm_error("fork: %s", strerror(errno));
	return pid;
}

/* Give it some time to end by itself, then end it. */
int vm_end_process(pid_t *pid, int patience_ms)
{
	struct pollfd pfd = { .fd = -1, .events = POLLIN };
	int status = 0;
	bool ended = false;

	if (*pid <= 0)
		return 0;
	if (patience_ms) {
		pfd.fd = syscall(SYS_pidfd_open, *pid, 0);
		ended = pfd.fd >= 0 && poll(&pfd, 1, patience_ms) > 0;
		vm_close(&pfd.fd);
	}
	if (!ended)
		kill(*pid, SIGKILL);
	while (waitpid(*pid, &status, 0) < 0 && errno == EINTR)
		;
	*pid = 0;
	return ended ? status : 0;
}
