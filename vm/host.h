/* SPDX-License-Identifier: MIT */
/* The parts of vmrun, the program on the host that runs one machine. */
#ifndef VM_HOST_H
#define VM_HOST_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "protocol.h"

#define VM_MAX_DEVICES 16
#define VM_MAX_LIST 64

/* Exit statuses that are not the command's. */
enum vm_exit {
	VM_EXIT_USAGE = 2,
	VM_EXIT_TIMEOUT = 124,
	VM_EXIT_SPLAT = 125,
	VM_EXIT_NO_START = 126,
};

/* options.c: the command line; all strings are its own */
struct vm_list {
	const char *item[VM_MAX_LIST];
	int count;
};

struct vm_options {
	const char *kernel_root;
	const char *qemu_root;
	const char *build_dir;
	const char *modules;
	struct vm_list devices;
	struct vm_list shares; /* absolute; to be freed */
	struct vm_list env;
	char **command;
	unsigned int timeout; /* seconds, 0: none */
	unsigned int memory; /* MiB */
	unsigned int cpus;
	bool allow_splat;
	bool no_driver;
	bool iommu;
	bool console;
	bool verbose;
};

/* Returns 0 to go on, 1 to end at once with *status. */
int vm_options_parse(struct vm_options *opt, int argc, char **argv,
		     int *status);
void vm_options_release(struct vm_options *opt);
void vm_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* devices.c: the one table of devices */
struct vm_device_type {
	const char *name;
	const char *what;
	const char *qemu; /* QEMU's name, NULL for a model */
	const char *module[4]; /* to load in the guest, NULL at the end */
};

/* By the name up to a comma; NULL and a message if unknown. */
const struct vm_device_type *vm_device_find(const char *spec);
void vm_device_help(void);

/* buffer.c: bytes that grow, and word lists for exec */
struct vm_buffer {
	char *data;
	size_t len, room;
};

int vm_buffer_add(struct vm_buffer *buf, const void *data, size_t len);
int vm_buffer_printf(struct vm_buffer *buf, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void vm_buffer_release(struct vm_buffer *buf);

struct vm_words {
	char **word; /* NULL at the end */
	int count;
};

int vm_words_add(struct vm_words *words, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void vm_words_release(struct vm_words *words);

/* process.c: children that die with this process */
struct vm_spawn {
	char *const *argv;
	const char *env; /* one more NAME=VALUE, or NULL */
	const int *keep; /* descriptors to pass on */
	int keep_count;
	int err; /* its stderr, -1: ours */
};

pid_t vm_spawn(const struct vm_spawn *what);
/* Returns the wait status, 0 if there was nothing to end or it had to be
 * killed.
 */
int vm_end_process(pid_t *pid, int patience_ms);

/* initrd.c: a memfd with the guest's first files, and what to do */
bool vm_has_terminal(void);
int vm_initrd_make(const struct vm_options *opt);

/* model.c: devices in processes of their own */
struct vm_model {
	const char *spec; /* NAME[,KEY=VALUE...] */
	int listen_fd; /* until QEMU has connected */
	int path_fd; /* the socket as QEMU finds it */
	pid_t pid; /* 0: not running */
	bool crashed;
};

int vm_model_listen(struct vm_model *model, const char *spec,
		    const char *build_dir);
int vm_model_accept(struct vm_model *model, const struct vm_options *opt,
		    pid_t qemu);
void vm_model_ended(struct vm_model *model, int status);
void vm_model_release(struct vm_model *model);

/* qemu.c */
struct vm_qemu_fds {
	int port[VM_PORT_END];
	int console;
	int initrd;
	int err;
};

pid_t vm_qemu_start(const struct vm_options *opt, const struct vm_qemu_fds *fds,
		    const struct vm_model *models, int model_count);

/* klog.c: finds splats in a kernel log */
struct vm_klog {
	bool records; /* of /dev/kmsg; else lines of the console */
	bool echo; /* print every line */
	int lines_left; /* of the splat now being read */
	bool panic;
	struct vm_buffer splat;
	char line[2048];
	size_t len;
	char tail[1024]; /* the last lines, for when nothing else is known */
};

void vm_klog_feed(struct vm_klog *log, const char *data, size_t len);
void vm_klog_print(const struct vm_klog *log);

/* stream.c: one direction of bytes, from a descriptor to another or a log */
struct vm_stream {
	int from; /* -1: ended */
	int to; /* -1: dropped */
	struct vm_klog *log; /* instead of to */
	struct vm_buffer *keep; /* or this */
	bool input; /* our stdin: the guest is told its end */
	const char *closed; /* what to tell when nobody reads any more */
	int *ctl;
	uint64_t total;
	size_t start, end;
	char buf[65536];
};

struct pollfd;

void vm_stream_step(struct vm_stream *stream, int revents);
void vm_stream_poll(const struct vm_stream *stream, struct pollfd *pfd);
bool vm_stream_done(const struct vm_stream *stream, uint64_t total);
void vm_tell_guest(int *ctl, const char *line);
int vm_close(int *fd); /* returns -1 */

#endif
