// SPDX-License-Identifier: MIT
/*
 * qaic MODULE WORD: how long a Cloud AI 100 takes from the loading of its driver,
 * the file MODULE, until a program can open it, five times: NAME VALUE UNIT, a
 * median. With the word "warm" the card is up already, with "cold" it has been
 * reset and the driver has to send it all of its firmware. In the VM only: the
 * reset is asked of the model.
 */
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

int main(int argc, char **argv)
{
	double samples[SAMPLES];
	bool cold;

	if (argc != 3) {
		fprintf(stderr, "usage: qaic MODULE warm|cold\n");
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
