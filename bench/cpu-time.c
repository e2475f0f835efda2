// SPDX-License-Identifier: MIT
/*
 * cpu-time RUNS COMMAND [ARGUMENT...]: run a command that many times with its
 * output thrown away, and print the median of its CPU time, user and system
 * together, in microseconds.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define RUNS_MAX 1000

static long run_once(char **command)
{
	struct rusage usage;
	int status;
	pid_t child = fork();

	if (child == 0) {
		int null = open("/dev/null", O_WRONLY);

		dup2(null, STDOUT_FILENO);
		execvp(command[0], command);
		_exit(127);
	}
	if (child < 0 || wait4(child, &status, 0, &usage) != child || status)
		return -1;
	return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000L +
	       usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
}

static int compare(const void *a, const void *b)
{
	long x = *(const long *)a, y = *(const long *)b;

	return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
	long times[RUNS_MAX];
	int runs = argc > 2 ? atoi(argv[1]) : 0;

	if (runs < 1 || runs > RUNS_MAX) {
		fprintf(stderr, "usage: cpu-time RUNS COMMAND...\n");
		return 2;
	}
	for (int i = 0; i < runs; i++) {
		times[i] = run_once(argv + 2);
		if (times[i] < 0) {
			fprintf(stderr, "cpu-time: %s failed\n", argv[2]);
			return 1;
		}
	}
	qsort(times, runs, sizeof(times[0]), compare);
	printf("%ld\n", times[runs / 2]);
	return 0;
}
