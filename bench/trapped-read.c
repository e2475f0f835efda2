// SPDX-License-Identifier: MIT
/*
 * How long a trapped register read takes, inside the virtual machine: through
 * the processor's trap, QEMU, the socket, the model, and back. Beside it, as
 * yardsticks, a read of memory that the same device lets the guest map, and
 * an ioctl that does nothing.
 *
 *	vm/run --device testdev -- build/bench/trapped-read [READS]
 *
 * One line per figure: NAME VALUE UNIT. Exit status 77 without a testdev.
 */
#include "sample.h"
#include "testdev_regs.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#define DEVICES "/sys/bus/pci/devices"
#define ROUNDS 5

typedef void action_fn(void *arg);

static unsigned long read_id(const char *device, const char *name)
{
	char path[512], text[32] = "";
	int fd;

	snprintf(path, sizeof(path), DEVICES "/%s/%s", device, name);
	fd = open(path, O_RDONLY);
	if (fd < 0)
		return 0;
	if (read(fd, text, sizeof(text) - 1) < 0)
		text[0] = '\0';
	close(fd);
	return strtoul(text, NULL, 16);
}

static int find_device(char *name, size_t size)
{
	DIR *dir = opendir(DEVICES);
	struct dirent *entry;
	int found = 0;

	while (dir && !found && (entry = readdir(dir))) {
		if (read_id(entry->d_name, "vendor") != TESTDEV_VENDOR_ID ||
		    read_id(entry->d_name, "device") != TESTDEV_DEVICE_ID)
			continue;
		snprintf(name, size, "%s", entry->d_name);
		found = 1;
	}
	if (dir)
		closedir(dir);
	return found;
}

static volatile uint32_t *map_bar(const char *device, int bar, size_t size)
{
	char path[512];
	void *at;
	int fd;

	snprintf(path, sizeof(path), DEVICES "/%s/resource%d", device, bar);
	fd = open(path, O_RDWR | O_SYNC);
	if (fd < 0)
		return NULL;
	at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	return at == MAP_FAILED ? NULL : at;
}

static int enable(const char *device)
{
	char path[512];
	int fd, ok;

	snprintf(path, sizeof(path), DEVICES "/%s/enable", device);
	fd = open(path, O_WRONLY);
	if (fd < 0)
		return 0;
	ok = write(fd, "1", 1) == 1;
	close(fd);
	return ok;
}

/*
 * The median of the medians and of the 99th percentiles of some rounds: one
 * disturbed round must not decide.
 */
static void measure(const char *name, int reads, action_fn *act, void *arg)
{
	double *us = calloc((size_t)reads, sizeof(*us));
	double median[ROUNDS], high[ROUNDS];

	if (!us)
		return;
	for (int round = 0; round < ROUNDS; round++) {
		for (int i = 0; i < reads; i++) {
			double start = now_us();

			act(arg);
			us[i] = now_us() - start;
		}
		median[round] = sample_median(us, (size_t)reads);
		high[round] = us[reads - 1 - reads / 100];
	}
	printf("%s-median %.2f us\n", name, sample_median(median, ROUNDS));
	printf("%s-p99 %.2f us\n", name, sample_median(high, ROUNDS));
	fflush(stdout);
	free(us);
}

static void read_register(void *arg)
{
	(void)*(volatile uint32_t *)arg;
}

static void null_ioctl(void *arg)
{
	ioctl(*(int *)arg, 0x12345678, 0);
}

static void drm_version(void *arg)
{
	sample_ioctl(*(int *)arg);
}

int main(int argc, char **argv)
{
	int reads = argc > 1 ? atoi(argv[1]) : 2000;
	volatile uint32_t *regs, *memory;
	char device[256];
	int fd;

	if (reads < 100 || reads > 10000000) {
		fputs("Usage: trapped-read [READS]\n", stderr);
		return 2;
	}
	if (!find_device(device, sizeof(device))) {
		fputs("trapped-read: there is no testdev here\n", stderr);
		return 77;
	}
	regs = enable(device) ? map_bar(device, TESTDEV_BAR_REGS,
					TESTDEV_BAR_REGS_SIZE) :
				NULL;
	memory = map_bar(device, TESTDEV_BAR_MEM, TESTDEV_BAR_MEM_SIZE);
	if (!regs || !memory || regs[TESTDEV_ID / 4] != TESTDEV_ID_VALUE) {
		fprintf(stderr, "trapped-read: cannot use %s\n", device);
		return 1;
	}
	measure("trapped-read", reads, read_register, (void *)regs);
	measure("mapped-read", reads, read_register, (void *)memory);
	fd = open("/dev/null", O_RDWR);
	measure("empty-ioctl", reads, null_ioctl, &fd);
	fd = open("/dev/accel/accel0", O_RDWR);
	if (fd >= 0)
		measure("drm-version-ioctl", reads, drm_version, &fd);
	return 0;
}
