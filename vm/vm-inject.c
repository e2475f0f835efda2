// SPDX-License-Identifier: MIT
/*
 * vm-inject: inside the virtual machine, ask vm/run on the host to do
 * something to a device.  The port is one for all, and the kernel lets one
 * process at a time have it, so others wait for it here.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "protocol.h"

#define VM_INJECT_WAIT_MS 120000

static const char vm_usage[] =
	"Usage: vm-inject NUMBER WORD...\n"
	"In a virtual machine of vm/run, do something to a device.  NUMBER\n"
	"counts vm/run's --device options from 0.\n"
	"\n"
	"  kill       kill the model's process\n"
	"  remove     pull the card out of its slot, without a warning\n"
	"  unplug     let the guest give it up first\n"
	"  insert     plug it in again, with a model as after power on\n"
	"  start      the same\n"
	"  restart    kill, then start\n"
	"  port       print the address of the PCI Express port that has it\n"
	"  model WORD...  a command of the model's even if it has such a name\n"
	"\n"
	"All other words go to the model; \"help\" lists what it knows.\n"
	"Exit status: 0, 1 if it could not be done, 2 for wrong usage.\n";

static int vm_failed(const char *what)
{
	fprintf(stderr, "vm-inject: %s: %s\n", what, strerror(errno));
	return 1;
}

static int vm_open_port(void)
{
	const struct timespec pause = { .tv_nsec = 2000000 };
	char path[32];
	int fd, tries;

	snprintf(path, sizeof(path), "/dev/vport0p%d", VM_PORT_INJECT);
	for (tries = 0; tries < VM_INJECT_WAIT_MS / 2; tries++) {
		fd = open(path, O_RDWR | O_CLOEXEC);
		if (fd >= 0 || errno != EBUSY)
			break;
		nanosleep(&pause, NULL);
	}
	return fd;
}

/* "ID NUMBER WORD...", or 0 if the words do not fit or are none. */
static size_t vm_make_request(char line[VM_INJECT_LINE], const char *id,
			      char **words)
{
	size_t len = snprintf(line, VM_INJECT_LINE, "%s", id);
	int i;

	for (i = 0; words[i]; i++) {
		if (!words[i][0] || strpbrk(words[i], " \t\n"))
			return 0;
		len += snprintf(line + len, VM_INJECT_LINE - len, " %s",
				words[i]);
		if (len >= VM_INJECT_LINE - 1)
			return 0;
	}
	line[len++] = '\n';
	return len;
}

/* Returns 1 to go on, else the exit status, negated.  Text goes to out. */
static int vm_take_line(char *line, const char *id, FILE *out)
{
	size_t len = strlen(id);

	if (strncmp(line, id, len) || line[len] != ' ')
		return 1; /* for one that did not wait */
	line += len + 1;
	if (!strcmp(line, "ok"))
		return 0;
	if (!strncmp(line, "error: ", 7)) {
		fprintf(stderr, "vm-inject: %s\n", line + 7);
		return -1;
	}
	fprintf(out, "%s\n", line);
	return 1;
}

static int vm_read_answer(int fd, const char *id, FILE *out)
{
	char line[VM_INJECT_LINE * 2], *end;
	size_t len = 0;
	int go_on = 1;

	while (go_on == 1) {
		ssize_t n = read(fd, line + len, sizeof(line) - 1 - len);

		if (n <= 0 || len + n == sizeof(line) - 1)
			return vm_failed("no answer");
		len += n;
		while (go_on == 1 && (end = memchr(line, '\n', len))) {
			*end++ = 0;
			go_on = vm_take_line(line, id, out);
			len -= end - line;
			memmove(line, end, len);
		}
	}
	return -go_on;
}

static int vm_ask(char **words, FILE *out)
{
	char line[VM_INJECT_LINE], id[32];
	struct timespec now;
	size_t len;
	int fd, ret;

	clock_gettime(CLOCK_MONOTONIC, &now);
	snprintf(id, sizeof(id), "%d.%lld.%ld", (int)getpid(),
		 (long long)now.tv_sec, now.tv_nsec);
	len = vm_make_request(line, id, words);
	if (!len) {
		fputs(vm_usage, stderr);
		return 2;
	}
	fd = vm_open_port();
	if (fd < 0)
		return vm_failed("cannot reach vm/run");
	if (write(fd, line, len) == (ssize_t)len)
		ret = vm_read_answer(fd, id, out);
	else
		ret = vm_failed("cannot ask vm/run");
	close(fd);
	return ret;
}

/* The kernel calls the driver's remove() and forgets the device. */
static int vm_give_up(const char *port)
{
	char path[512];
	struct dirent *entry;
	DIR *dir;
	int fd, ret = 0;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s", port);
	dir = opendir(path);
	if (!dir)
		return vm_failed(path);
	while (!ret && (entry = readdir(dir))) {
		/* 0000:01:00.0, unlike 0000:00:0f.0:pcie001 */
		if (strlen(entry->d_name) != 12 || entry->d_name[4] != ':')
			continue;
		snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/remove",
			 entry->d_name);
		fd = open(path, O_WRONLY | O_CLOEXEC);
		if (fd < 0 || write(fd, "1", 1) != 1)
			ret = vm_failed(path);
		if (fd >= 0)
			close(fd);
	}
	closedir(dir);
	return ret;
}

static int vm_unplug(char *number)
{
	char *ask_port[] = { number, (char *)"port", NULL };
	char *take_out[] = { number, (char *)"remove", NULL };
	char *port = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&port, &size);
	int ret;

	if (!out)
		return vm_failed("cannot read the answer");
	ret = vm_ask(ask_port, out);
	fclose(out);
	if (!ret) {
		port[strcspn(port, "\n")] = 0;
		ret = vm_give_up(port);
	}
	free(port);
	return ret ? ret : vm_ask(take_out, stdout);
}

static bool vm_is_one_of(const char *word, const char *const *list)
{
	while (*list && strcmp(word, *list))
		list++;
	return *list;
}

/* Only a kernel with lockdep has the file. */
static void vm_prove_locking(const char *value)
{
	int fd = open("/proc/sys/kernel/prove_locking", O_WRONLY | O_CLOEXEC);

	if (fd >= 0 && write(fd, value, 1) != 1)
		vm_failed("prove_locking");
	if (fd >= 0)
		close(fd);
}

/*
 * While a card goes, pciehp (6.12) takes its reset_lock below the lock of
 * rescans, and that below reset_lock, on one thread: no deadlock, but lockdep
 * reports it and then ends for good. So it learns nothing until the slot is off,
 * which is before a new card comes.
 */
static int vm_ask_watched(char **words)
{
	static const char *const out[] = { "remove", "restart", "start",
					   "insert", NULL };
	int ret;

	if (vm_is_one_of(words[1], out))
		vm_prove_locking("0");
	ret = vm_ask(words, stdout);
	if (!ret && vm_is_one_of(words[1], out + 1))
		vm_prove_locking("1");
	return ret;
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "--help")) {
		fputs(vm_usage, stdout);
		return 0;
	}
	if (argc < 3 || strspn(argv[1], "0123456789") != strlen(argv[1])) {
		fputs(vm_usage, stderr);
		return 2;
	}
	if (argc == 3 && !strcmp(argv[2], "unplug"))
		return vm_unplug(argv[1]);
	return vm_ask_watched(argv + 1);
}
