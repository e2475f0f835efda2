// SPDX-License-Identifier: MIT
/* axle-model as a program: arguments, exit status, signals. */
#include "client.h"
#include "tap.h"
#include "testdev_regs.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define ARGS 8

struct run {
	const char *args[ARGS];
	int status;
	const char *says; /* in stdout or stderr */
};

static const char *program(void)
{
	const char *path = getenv("AXLE_MODEL");

	return path ? path : "build/axle-model";
}

static pid_t spawn(const char *const *args, int out)
{
	char *argv[ARGS + 2] = { (char *)program() };
	pid_t pid;

	for (int i = 0; i < ARGS && args[i]; i++)
		argv[i + 1] = (char *)args[i];
	pid = fork();
	if (pid == 0) {
		if (out >= 0) {
			dup2(out, 1);
			dup2(out, 2);
		}
		execv(argv[0], argv);
		_exit(127);
	}
	return pid;
}

static int wait_status(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) != pid)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
}

static void usage(void)
{
	const struct run *r = tap_data();
	char text[4096] = "";
	int out = memfd_create("out", 0);
	ssize_t n;

	TAP_EQUAL(wait_status(spawn(r->args, out)), r->status);
	n = pread(out, text, sizeof(text) - 1, 0);
	TAP_REQUIRE(n >= 0);
	if (!TAP_CHECK(strstr(text, r->says)))
		tap_note("it says: %s", text);
	close(out);
}

/* A device at the other end of a socket; its process, or -1. */
static pid_t spawn_connected(struct client *c)
{
	char number[16];
	const char *args[ARGS] = { "testdev", "--fd", number };
	int pair[2];
	pid_t pid;

	if (!TAP_EQUAL(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0))
		return -1;
	fcntl(pair[0], F_SETFD, FD_CLOEXEC);
	snprintf(number, sizeof(number), "%d", pair[1]);
	pid = spawn(args, -1);
	close(pair[1]);
	client_init(c, pair[0]);
	TAP_EQUAL(client_version(c, "{}"), 0);
	return pid;
}

static void inherited_socket(void)
{
	static struct client c;
	pid_t pid = spawn_connected(&c);

	TAP_REQUIRE(pid > 0);
	TAP_EQUAL(client_get32(&c, 0, TESTDEV_ID), TESTDEV_ID_VALUE);
	client_close(&c);
	TAP_EQUAL(wait_status(pid), 0);
}

/* Memory that is cut off under a running transfer does not kill it. */
static void truncated_memory(void)
{
	static struct client c;
	int fd = client_memory(65536, NULL);
	uint16_t bus_master = 6;
	pid_t pid = spawn_connected(&c);

	TAP_REQUIRE(pid > 0);
	client_region_write(&c, VFIO_PCI_CONFIG_REGION_INDEX, 4, &bus_master,
			    2);
	TAP_EQUAL(client_map(&c, 0, 65536, 0, fd), 0);
	TAP_EQUAL(ftruncate(fd, 4096), 0);
	TAP_EQUAL(client_dma(&c, TESTDEV_CMD_FILL, 0, 0, 65536, 7),
		  TESTDEV_DMA_DONE);
	TAP_EQUAL(client_get32(&c, 0, TESTDEV_ID), TESTDEV_ID_VALUE);
	client_close(&c);
	TAP_EQUAL(wait_status(pid), 0);
	close(fd);
}

static void terminated(void)
{
	char path[100], control[120];
	const char *args[ARGS] = { "testdev", "--socket", path, "--control",
				   control };
	static struct client c;
	pid_t pid;
	int ret = -1;

	snprintf(path, sizeof(path), "/tmp/axm-%d-term", getpid());
	snprintf(control, sizeof(control), "%s.ctl", path);
	pid = spawn(args, -1);
	for (int i = 0; ret && i < 500; i++) {
		usleep(10000);
		ret = client_connect(&c, path);
	}
	TAP_EQUAL(ret, 0);
	TAP_EQUAL(client_version(&c, "{}"), 0);
	kill(pid, SIGTERM);
	TAP_EQUAL(wait_status(pid), 0);
	TAP_CHECK(client_hung_up(&c));
	client_close(&c);
	TAP_ERRNO(access(path, F_OK), ENOENT);
	TAP_ERRNO(access(control, F_OK), ENOENT);
}

#define RUN(...)                   \
	usage, &(const struct run) \
	{                          \
		__VA_ARGS__        \
	}

static const struct tap_case cases[] = {
	{ "--help shows the usage", RUN({ "--help" }, 0, "Usage: axle-model") },
	{ "--list shows the devices and their options",
	  RUN({ "--list" }, 0, "--opt msix=VALUE") },
	{ "no arguments are wrong usage", RUN({ NULL }, 2, "no device named") },
	{ "an unknown device is wrong usage",
	  RUN({ "toaster", "--fd", "0" }, 2, "no such device") },
	{ "a device without a socket is wrong usage",
	  RUN({ "testdev" }, 2, "one of --socket and --fd") },
	{ "two sockets are wrong usage",
	  RUN({ "testdev", "--fd", "0", "--socket", "x" }, 2,
	      "one of --socket and --fd") },
	{ "an unknown option is wrong usage",
	  RUN({ "testdev", "--colour" }, 2, "--colour") },
	{ "a descriptor that is no number is wrong usage",
	  RUN({ "testdev", "--fd", "3x" }, 2, "needs a number") },
	{ "--opt without a value is wrong usage",
	  RUN({ "testdev", "--opt", "msix" }, 2, "KEY=VALUE") },
	{ "an option that the device does not know is wrong usage",
	  RUN({ "testdev", "--fd", "0", "--opt", "speed=9" }, 2,
	      "unknown option: speed") },
	{ "a value that the device does not take is wrong usage",
	  RUN({ "testdev", "--fd", "0", "--opt", "msix=many" }, 2,
	      "bad option") },
	{ "a second device is wrong usage",
	  RUN({ "testdev", "testdev", "--fd", "0" }, 2, "too many arguments") },
	{ "a descriptor that is not open is an error",
	  RUN({ "testdev", "--fd", "999" }, 1, "Bad file descriptor") },
	{ "a socket in a folder that is not there is an error",
	  RUN({ "testdev", "--socket", "/nonexistent/s" }, 1,
	      "cannot serve /nonexistent/s") },
	{ "a trace that cannot be written is an error",
	  RUN({ "testdev", "--fd", "0", "--trace", "/nonexistent/t" }, 1,
	      "cannot write /nonexistent/t") },
	{ "an inherited socket is served until it closes", inherited_socket },
	{ "memory that is cut off does not kill the model", truncated_memory },
	{ "SIGTERM ends it and leaves no file", terminated },
};
TAP_MAIN(cases)
