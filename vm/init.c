// SPDX-License-Identifier: MIT
/*
 * The guest's first process.  It runs from the initramfs, loads the modules
 * that show it the host's files, makes these the root directory, runs one
 * command and reports how that ended.  It lives as long as the machine, so
 * nothing is ever freed; any failure is told to the host and ends the machine.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest.h"

/* The control port has to be found from anywhere that can fail. */
static int vm_ctl_fd = -1;

void vm_guest_fail(const char *format, ...)
{
	char text[512];
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (n >= (int)sizeof(text))
		n = sizeof(text) - 1;
	if (vm_ctl_fd >= 0)
		dprintf(vm_ctl_fd, "fail %s\n", text);
	else
		fprintf(stderr, "init: %.*s\n", n, text);
	/* The host ends the machine when it has read the line. */
	sleep(vm_ctl_fd >= 0 ? 10 : 0);
	reboot(RB_AUTOBOOT);
	for (;;)
		pause();
}

static char *vm_read_spec(size_t *len)
{
	struct stat st;
	size_t have = 0;
	char *buf;
	int fd;

	fd = open(VM_SPEC_FILE, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		vm_guest_fail("no %s", VM_SPEC_FILE);
	buf = malloc(st.st_size + 1);
	if (!buf)
		vm_guest_fail("out of memory");
	while (have < (size_t)st.st_size) {
		ssize_t n = read(fd, buf + have, st.st_size - have);

		if (n <= 0)
			vm_guest_fail("cannot read %s", VM_SPEC_FILE);
		have += n;
	}
	close(fd);
	buf[have] = 0;
	*len = have;
	return buf;
}

static char **vm_new_list(size_t max)
{
	char **list = calloc(max + 1, sizeof(*list));

	if (!list)
		vm_guest_fail("out of memory");
	return list;
}

/* If the record starts with the key, put its value at the end of the list. */
static bool vm_take(char *record, const char *key, char **list)
{
	size_t len = strlen(key);

	if (strncmp(record, key, len) || record[len] != '=')
		return false;
	while (*list)
		list++;
	*list = record + len + 1;
	return true;
}

static void vm_parse_spec(struct vm_spec *spec)
{
	char *one[5][2] = {};
	size_t len, records = 0, i;
	char *buf, *p;

	buf = vm_read_spec(&len);
	for (i = 0; i < len; i++)
		records += !buf[i];
	spec->args = vm_new_list(records);
	spec->env = vm_new_list(records);
	spec->shares = vm_new_list(records);
	spec->loads = vm_new_list(records);
	for (p = buf; p < buf + len; p += strlen(p) + 1) {
		if (!vm_take(p, "arg", spec->args) &&
		    !vm_take(p, "env", spec->env) &&
		    !vm_take(p, "share", spec->shares) &&
		    !vm_take(p, "load", spec->loads) &&
		    !vm_take(p, "cwd", one[0]) &&
		    !vm_take(p, "modules", one[1]) &&
		    !vm_take(p, "tty", one[2]) &&
		    !vm_take(p, "firmware", one[3]) &&
		    !vm_take(p, "watched", one[4]))
			vm_guest_fail("unknown record in the spec: %s", p);
	}
	spec->cwd = one[0][0];
	spec->modules = one[1][0];
	spec->tty = one[2][0];
	spec->firmware = one[3][0];
	spec->watched = one[4][0];
}

/* QEMU announces ports one after the other while this already runs. */
static int vm_open_port(enum vm_port port)
{
	struct pollfd pfd = { .events = POLLOUT };
	char path[32];
	int tries;

	snprintf(path, sizeof(path), "/dev/vport0p%d", port);
	for (tries = 0; tries < 10000; tries++) {
		pfd.fd = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK);
		if (pfd.fd >= 0)
			break;
		usleep(1000);
	}
	if (pfd.fd < 0)
		vm_guest_fail("cannot open %s: %s", path, strerror(errno));
	/* Until the host's side is seen as connected, it reads as hung up. */
	for (; tries < 10000; tries++) {
		if (poll(&pfd, 1, 0) > 0 && !(pfd.revents & POLLHUP))
			break;
		usleep(1000);
	}
	return pfd.fd;
}

static void vm_open_ports(struct vm_ports *ports)
{
	int port;

	for (port = VM_PORT_CTL; port < VM_PORT_INIT_END; port++)
		ports->fd[port] = vm_open_port(port);
	vm_ctl_fd = ports->fd[VM_PORT_CTL];
}

static int vm_by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int vm_is_module(const struct dirent *entry)
{
	return strstr(entry->d_name, ".ko") != NULL;
}

/* Their names start with a number: the order in which they depend. */
static void vm_insert_boot_modules(void)
{
	struct dirent **list;
	int n, i;

	n = scandir("/modules", &list, vm_is_module, vm_by_name);
	for (i = 0; i < n; i++) {
		char path[300];
		int fd;

		snprintf(path, sizeof(path), "/modules/%s", list[i]->d_name);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0 || (syscall(SYS_finit_module, fd, "", 0) < 0 &&
			       errno != EEXIST))
			vm_guest_fail("cannot load %s: %s", path,
				      strerror(errno));
		close(fd);
		unlink(path);
	}
}

static void vm_loopback_up(void)
{
	struct ifreq ifr = { .ifr_name = "lo" };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	ifr.ifr_flags = IFF_UP | IFF_RUNNING;
	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &ifr) < 0)
		vm_guest_fail("cannot bring up the loopback interface: %s",
			      strerror(errno));
	close(fd);
}

/* modprobe's own words go to the console; the host shows them on failure. */
static void vm_load_module(char *name, char **env)
{
	char *args[] = { "modprobe", name, NULL };
	int status = 0;
	pid_t pid;

	pid = fork();
	if (!pid) {
		dup2(STDERR_FILENO, STDOUT_FILENO);
		execve("/sbin/modprobe", args, env);
		execve("/usr/sbin/modprobe", args, env);
		dprintf(STDERR_FILENO, "no modprobe (package kmod)\n");
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status)
		vm_guest_fail("modprobe %s failed", name);
}

int main(void)
{
	struct vm_spec spec = {};
	struct vm_ports ports;
	char **load;

	vm_guest_early_mounts();
	vm_open_ports(&ports);
	vm_parse_spec(&spec);
	vm_insert_boot_modules();
	vm_guest_enter_host_root();
	vm_guest_mount_shares(&spec);
	if (spec.modules)
		vm_guest_mount_modules(spec.modules);
	if (spec.firmware)
		vm_guest_find_firmware(spec.firmware);
	vm_loopback_up();
	sethostname("axle-vm", 7);
	for (load = spec.loads; *load; load++)
		vm_load_module(*load, spec.env);
	vm_guest_run_command(&spec, &ports);
	for (;;)
		pause();
}
