// SPDX-License-Identifier: MIT
#include "child.h"

#include <signal.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../uapi.h"

pid_t child_start(int (*run)(void *arg), void *arg)
{
	pid_t child = fork();

	if (child)
		return child;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	_exit(run(arg));
}

static bool ended(pid_t child, unsigned int ms, int *status)
{
	uint64_t end = uapi_now_ms() + ms;

	while (waitpid(child, status, WNOHANG) == 0) {
		if (uapi_now_ms() >= end)
			return false;
		usleep(1000);
	}
	return true;
}

int child_wait(pid_t child, unsigned int ms)
{
	int status = 0;

	if (ended(child, ms, &status))
		return WIFEXITED(status) ? WEXITSTATUS(status) :
					   128 + WTERMSIG(status);
	kill(child, SIGKILL);
	ended(child, ms, &status);
	return CHILD_LATE;
}

void child_kill(pid_t child)
{
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}
