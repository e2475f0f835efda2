// SPDX-License-Identifier: MIT
/* An instance of tracefs with the kit's tracepoints. */
#include "trace.h"

#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct trace_kernel {
	char path[256]; /* of the instance */
};

static int write_file(const char *directory, const char *name, const char *text)
{
	char path[512];
	ssize_t done;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	done = write(fd, text, strlen(text));
	done = done < 0 ? -errno : 0;
	close(fd);
	return (int)done;
}

static int set_up(const struct trace_kernel *kernel)
{
	int err = write_file(kernel->path, "trace_clock", "mono");

	if (!err)
		err = write_file(kernel->path, "buffer_size_kb", "4096");
	return err ? err : write_file(kernel->path, "events/axle/enable", "1");
}

struct trace_kernel *trace_kernel_start(const char *root, char *why,
					size_t size)
{
	struct trace_kernel *kernel = calloc(1, sizeof(*kernel));
	int err = kernel ? 0 : -ENOMEM;

	if (!err) {
		snprintf(kernel->path, sizeof(kernel->path),
			 "%s/sys/kernel/tracing/instances/axle-%d",
			 root ? root : "", (int)getpid());
		err = mkdir(kernel->path, 0700) ? -errno : 0;
	}
	if (!err) {
		err = set_up(kernel);
		if (err)
			rmdir(kernel->path);
	}
	if (!err)
		return kernel;
	free(kernel);
	if (err == -EACCES || err == -EPERM)
		snprintf(why, size, "tracefs needs root");
	else if (err == -ENOENT)
		snprintf(why, size, "there is no tracefs, or no axle.ko");
	else
		snprintf(why, size, "tracefs: %s", strerror(-err));
	return NULL;
}

static void read_events(const struct trace_kernel *kernel,
			struct json_object *events)
{
	char path[512], *line = NULL;
	size_t room = 0;
	FILE *in;

	snprintf(path, sizeof(path), "%s/trace", kernel->path);
	in = fopen(path, "re");
	if (!in) {
		report("trace: cannot read %s: %s", path, strerror(errno));
		return;
	}
	while (getline(&line, &room, in) > 0) {
		struct json_object *event = trace_parse_line(line);

		if (event)
			json_object_array_add(events, event);
	}
	free(line);
	fclose(in);
}

void trace_kernel_end(struct trace_kernel *kernel, struct json_object *events)
{
	if (!kernel)
		return;
	write_file(kernel->path, "events/axle/enable", "0");
	read_events(kernel, events);
	trace_pair_runs(events);
	rmdir(kernel->path);
	free(kernel);
}
