// SPDX-License-Identifier: MIT
/*
 * qaic calls: what an EXECUTE of two buffers costs, an empty ioctl of the same
 * node, and a job by raw calls: NAME VALUE UNIT, medians.
 *
 * qaic MODULE WORD: how long a Cloud AI 100 takes from the loading of its driver,
 * the file MODULE, until a program can open it, five times: a median. With the
 * word "warm" the card is up already, with "cold" it has been reset and the
 * driver has to send it all of its firmware. In the VM only: the reset is asked
 * of the model.
 */
#include "../tests/uapi/qaic/network.h"
#include "sample.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SAMPLES 5
#define CALLS 1000
#define JOB_BYTES 4096
#define JOB_QUEUE 128
#define PATIENCE_US 30e6
#define NODE "/dev/accel/accel0"

static void die(const char *what)
{
	fprintf(stderr, "qaic: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* The node is there from the probe on, and refuses until the card is up. */
static void wait_open(double start)
{
	const struct timespec pause = { .tv_nsec = 200000 };
	int fd;

	while ((fd = open(NODE, O_RDWR | O_CLOEXEC)) < 0) {
		if (now_us() - start > PATIENCE_US)
			die(NODE);
		nanosleep(&pause, NULL);
	}
	close(fd);
}

static void load(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || syscall(SYS_finit_module, fd, "", 0))
		die(path);
	close(fd);
}

static void unload(void)
{
	double start = now_us();

	while (syscall(SYS_delete_module, "qaic", O_NONBLOCK)) {
		if (errno != EAGAIN || now_us() - start > PATIENCE_US)
			die("delete_module");
		usleep(1000);
	}
}

static void measure_calls(void)
{
	static double nothing[CALLS], execute[CALLS], job[CALLS];
	struct work work;
	struct run run;

	if (!work_open(&work, JOB_BYTES, JOB_QUEUE) || !run_open(&work, &run))
		die("network");
	for (int i = -CALLS / 10; i < CALLS; i++) {
		double start = now_us(), begun, end;

		if (sample_ioctl(work.fd))
			die("version");
		begun = now_us();
		if (run_start(&work, &run))
			die("execute");
		end = now_us();
		if (card_wait(work.fd, work.n.dbc, run.y.handle, 0) ||
		    card_wait(work.fd, work.n.dbc, run.x.handle, 0))
			die("wait");
		if (i < 0)
			continue;
		nothing[i] = begun - start;
		execute[i] = end - begun;
		job[i] = now_us() - begun;
	}
	printf("drm-ioctl %.3f us\n", sample_median(nothing, CALLS));
	printf("execute-call %.3f us\n", sample_median(execute, CALLS));
	printf("raw-job %.3f us\n", sample_median(job, CALLS));
	work_close(&work);
}

int main(int argc, char **argv)
{
	double samples[SAMPLES];
	bool cold;

	if (argc == 2 && strcmp(argv[1], "calls") == 0) {
		measure_calls();
		return 0;
	}
	if (argc != 3) {
		fprintf(stderr,
			"usage: qaic MODULE warm|cold, or qaic calls\n");
		return 2;
	}
	cold = strcmp(argv[2], "cold") == 0;
	wait_open(now_us());
	for (int i = 0; i < SAMPLES; i++) {
		double start;

		unload();
		if (cold && system("vm-inject 0 soc-reset >/dev/null"))
			die("vm-inject");
		start = now_us();
		load(argv[1]);
		wait_open(start);
		samples[i] = now_us() - start;
	}
	printf("operational-%s %.3f ms\n", argv[2],
	       sample_median(samples, SAMPLES) / 1e3);
	return 0;
}
