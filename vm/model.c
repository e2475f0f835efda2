// SPDX-License-Identifier: MIT
/*
 * Devices that are models: processes that QEMU speaks to in the vfio-user
 * protocol.  QEMU only takes the path of a UNIX socket.  To leave nothing
 * behind, however this ends, the socket loses its name as soon as it has
 * one, and QEMU reaches it through /proc/self/fd of a descriptor that it
 * inherits.  The model is started with the connection that QEMU then makes.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host.h"

/* Bind the socket in a directory that exists for this moment only. */
static int vm_bind_nameless(int fd, int *path_fd)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	char dir[] = "/tmp/axle-vm.XXXXXX";
	int ret;

	if (!mkdtemp(dir))
		return -1;
	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s/socket", dir);
	ret = bind(fd, (struct sockaddr *)&addr, sizeof(addr));
	if (!ret) {
		*path_fd = open(addr.sun_path, O_PATH | O_CLOEXEC);
		unlink(addr.sun_path);
	}
	rmdir(dir);
	return ret < 0 || *path_fd < 0 ? -1 : 0;
}

int vm_model_listen(struct vm_model *model, const char *spec, int slot,
		    const char *build_dir)
{
	char path[4096];

	*model = (struct vm_model){ .spec = spec,
				    .slot = slot,
				    .listen_fd = -1,
				    .path_fd = -1,
				    .connection = -1,
				    .control = -1 };
	snprintf(path, sizeof(path), "%s/axle-model", build_dir);
	if (access(path, X_OK) < 0) {
		vm_error("cannot run %s for %s: %s", path, spec,
			 strerror(errno));
		return -1;
	}
	model->listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (model->listen_fd < 0 ||
	    vm_bind_nameless(model->listen_fd, &model->path_fd) < 0 ||
	    listen(model->listen_fd, 1) < 0) {
		vm_error("cannot make a socket for %s: %s", spec,
			 strerror(errno));
		vm_model_release(model);
		return -1;
	}
	return 0;
}

/* One KEY=VALUE of the device: two of them are options of axle-model. */
static int vm_model_option(struct vm_words *words, const char *option)
{
	if (!strncmp(option, "control=", 8))
		return vm_words_add(words, "--control") ||
		       vm_words_add(words, "%s", option + 8);
	if (!strncmp(option, "trace=", 6))
		return vm_words_add(words, "--trace") ||
		       vm_words_add(words, "%s", option + 6);
	return vm_words_add(words, "--opt") ||
	       vm_words_add(words, "%s", option);
}

void vm_model_id(const struct vm_model *model, char id[32])
{
	snprintf(id, 32, "dev%d.%d", model->slot, model->plugged);
}

void vm_model_device(const struct vm_model *model, char *text, size_t size)
{
	char id[32];

	vm_model_id(model, id);
	snprintf(text, size,
		 "{\"driver\":\"vfio-user-pci\",\"id\":\"%s\",\"bus\":"
		 "\"slot%d\",\"socket\":{\"type\":\"unix\",\"path\":"
		 "\"/proc/self/fd/%d\"}}",
		 id, model->slot, model->path_fd);
}

/* The device's socket, and the one for our commands. */
static int vm_model_words(struct vm_words *words, const struct vm_model *model,
			  const char *build_dir, const int fd[2])
{
	char *copy = strdup(model->spec), *next = copy, *part;
	int ret;

	if (!copy)
		return -ENOMEM;
	part = strsep(&next, ",");
	ret = vm_words_add(words, "%s/axle-model", build_dir) ||
	      vm_words_add(words, "%s", part) || vm_words_add(words, "--fd") ||
	      vm_words_add(words, "%d", fd[0]) ||
	      vm_words_add(words, "--control-fd") ||
	      vm_words_add(words, "%d", fd[1]) ||
	      vm_words_add(words, "--number") ||
	      vm_words_add(words, "%d", model->slot + 1);
	while (!ret && (part = strsep(&next, ",")))
		ret = vm_model_option(words, part);
	free(copy);
	return ret;
}

static void vm_model_start(struct vm_model *model, const char *build_dir,
			   int device)
{
	struct vm_words words = {};
	struct vm_spawn what = { .keep_count = 2, .err = -1 };
	int fd[2] = { device, -1 };
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return;
	fd[1] = pair[1];
	if (!vm_model_words(&words, model, build_dir, fd)) {
		what.argv = words.word;
		what.keep = fd;
		model->killed = false;
		model->pid = vm_spawn(&what);
	}
	vm_words_release(&words);
	close(pair[1]);
	vm_close(&model->control);
	model->control = pair[0];
}

int vm_model_accept(struct vm_model *model, const struct vm_options *opt,
		    pid_t qemu)
{
	struct ucred peer = {};
	socklen_t len = sizeof(peer);
	int fd;

	fd = accept4(model->listen_fd, NULL, NULL, SOCK_CLOEXEC);
	if (fd < 0)
		return -1;
	getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len);
	if (peer.pid != qemu || model->pid) {
		close(fd);
		return 0;
	}
	vm_model_start(model, opt->build_dir, fd);
	vm_close(&model->connection);
	model->connection = fd;
	return model->pid > 0 ? 0 : -1;
}

void vm_model_ended(struct vm_model *model, int status)
{
	model->pid = 0;
	vm_close(&model->control);
	vm_close(&model->connection);
	if (!status || model->killed)
		return;
	model->crashed = true;
	if (WIFSIGNALED(status))
		vm_error("the model %s was killed by signal %d (%s)",
			 model->spec, WTERMSIG(status),
			 strsignal(WTERMSIG(status)));
	else
		vm_error("the model %s ended with status %d", model->spec,
			 WEXITSTATUS(status));
}

/* A vfio-user message begins with this (docs/interop/vfio-user of QEMU). */
struct vm_message {
	uint16_t id, command;
	uint32_t size, flags, error;
};

#define VM_MESSAGE_REPLY 0x01
#define VM_MESSAGE_NO_REPLY 0x10
#define VM_MESSAGE_ERROR 0x20

/* QEMU keeps a device that was taken off its bus, goes on to send it changes
 * of the memory map, and aborts if that fails a few times.  So a connection
 * outlives its model: a process of its own says no to everything, which the
 * guest sees as ones.
 */
static void vm_mourn(int fd)
{
	struct vm_message message;
	char rest[4096];

	while (recv(fd, &message, sizeof(message), MSG_WAITALL) ==
	       sizeof(message)) {
		size_t left = message.size - sizeof(message);

		while (left) {
			ssize_t n = recv(
				fd, rest,
				left < sizeof(rest) ? left : sizeof(rest), 0);

			if (n <= 0)
				return;
			left -= n;
		}
		if (message.flags & (VM_MESSAGE_REPLY | VM_MESSAGE_NO_REPLY))
			continue;
		message.size = sizeof(message);
		message.flags = VM_MESSAGE_REPLY | VM_MESSAGE_ERROR;
		message.error = EIO;
		send(fd, &message, sizeof(message), MSG_NOSIGNAL);
	}
}

static void vm_model_mourn(struct vm_model *model)
{
	pid_t parent = getpid();
	int fd = model->connection;

	if (fd < 0 || fork())
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setpgid(0, 0);
	if (getppid() == parent && dup2(fd, 3) == 3 &&
	    !close_range(4, ~0u, 0)) {
		close(STDOUT_FILENO);
		close(STDERR_FILENO);
		vm_mourn(3);
	}
	_exit(0);
}

void vm_model_kill(struct vm_model *model)
{
	model->killed = true;
	vm_end_process(&model->pid, 0);
	vm_model_mourn(model);
	vm_model_ended(model, 0);
}

void vm_model_release(struct vm_model *model)
{
	vm_model_ended(model, vm_end_process(&model->pid, 2000));
	vm_close(&model->listen_fd);
	vm_close(&model->path_fd);
}
