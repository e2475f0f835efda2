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
/* How much longer things may take on the debug kernel. */
#define VM_WATCHED_FACTOR 12

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

enum vm_iommu {
	VM_IOMMU_NONE,
	VM_IOMMU_REMAP, /* interrupts alone */
	VM_IOMMU_FULL, /* and every address */
};

struct vm_options {
	const char *kernel_root;
	const char *qemu_root;
	const char *build_dir;
	const char *modules;
	struct vm_list devices;
	struct vm_list shares; /* absolute; to be freed */
	struct vm_list env;
	struct vm_list loads; /* modules besides the devices' */
	char **command;
	unsigned int timeout; /* seconds, 0: none */
	unsigned int memory; /* MiB */
	unsigned int cpus;
	bool allow_splat; /* whatever it is */
	struct vm_list known_splats; /* texts of those that may be */
	bool watched; /* the debug kernel */
	bool no_driver;
	bool needs; /* only say which modules are needed */
	enum vm_iommu iommu;
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
/* One module a line: those of the devices, and those to be loaded besides. */
void vm_device_print_needs(const struct vm_options *opt);
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
	int slot; /* its number among the models */
	int plugged; /* so many times, for a new name each time */
	int listen_fd; /* QEMU connects whenever the device is plugged in */
	int path_fd; /* the socket as QEMU finds it */
	int control; /* to the process, -1: none runs */
	int connection; /* its own with QEMU, -1: none */
	pid_t pid; /* 0: not running */
	bool killed; /* by us, on purpose */
	bool crashed; /* one of its processes */
};

int vm_model_listen(struct vm_model *model, const char *spec, int slot,
		    const char *build_dir);
/* QEMU's device, in JSON. */
void vm_model_device(const struct vm_model *model, char *text, size_t size);
/* How QEMU knows it. */
void vm_model_id(const struct vm_model *model, char id[32]);
int vm_model_accept(struct vm_model *model, const struct vm_options *opt,
		    pid_t qemu);
void vm_model_ended(struct vm_model *model, int status);
void vm_model_kill(struct vm_model *model);
void vm_model_release(struct vm_model *model);

/* qemu.c */
struct vm_qemu_fds {
	int port[VM_PORT_END];
	int console;
	int qmp, qtest; /* -1 without models */
	int initrd;
	int err;
};

pid_t vm_qemu_start(const struct vm_options *opt, const struct vm_qemu_fds *fds,
		    const struct vm_model *models, int model_count);

/* qmp.c: what is asked of QEMU while it runs */
enum vm_qmp_kind {
	VM_QMP_OTHER, /* an event, of which none matters here */
	VM_QMP_DONE, /* the last command, well */
	VM_QMP_ERROR, /* it failed, the text says why */
};

struct vm_qmp_event {
	enum vm_qmp_kind kind;
	char text[256];
};

struct vm_qmp {
	int fd; /* -1: no connection, or no more */
	struct vm_buffer in;
};

int vm_qmp_send(struct vm_qmp *qmp, const char *command);
/* False: no whole message has come. */
bool vm_qmp_read(struct vm_qmp *qmp, struct vm_qmp_event *event);

/* Slots: a PCI Express port for each model, from this device on. */
#define VM_SLOT_FIRST 0x0f

int vm_slot_add(struct vm_words *words, int slot);
/* Through the qtest connection; -errno if QEMU does not answer. */
int vm_slot_occupied(int qtest, int slot);
int vm_slot_off(int qtest, int slot); /* the guest has switched it off */
int vm_slot_empty(int qtest, int slot);

/* clock.c: kHz of the time stamp counter, 0 where there is none */
unsigned int vm_clock_khz(void);

/* inject.c: faults on request of the guest */
enum vm_inject_step {
	VM_INJECT_IDLE,
	VM_INJECT_CONTROL, /* waits for the model's answer */
	VM_INJECT_OUT, /* for QEMU to take the device off the bus */
	VM_INJECT_SETTLE, /* for the guest to see that it is gone */
	VM_INJECT_IN, /* for QEMU to plug it in */
};

struct vm_inject {
	int port; /* the guest's */
	struct vm_qmp qmp;
	int qtest;
	int timer; /* ticks while a request is under way, else -1 */
	unsigned int limit; /* seconds for a request */
	unsigned int ticks, settled; /* the guest is done by that tick */
	struct vm_model *device[VM_MAX_DEVICES]; /* NULL: QEMU's own */
	int device_count;
	/* of the request under way */
	struct vm_model *model;
	enum vm_inject_step step;
	bool take_out; /* off the bus when the model has answered */
	bool plug_in; /* again when the slot is empty */
	char id[32];
	char line[VM_INJECT_LINE]; /* what has come after it */
	size_t line_len;
};

#define VM_INJECTS 4 /* descriptors to poll */

struct pollfd;

void vm_inject_init(struct vm_inject *inject, bool watched);
int vm_inject_start(struct vm_inject *inject);
void vm_inject_poll(const struct vm_inject *inject, struct pollfd *pfd);
void vm_inject_step(struct vm_inject *inject, const struct pollfd *pfd);
void vm_inject_stop(struct vm_inject *inject);

/* klog.c: finds splats in a kernel log */
struct vm_klog {
	bool records; /* of /dev/kmsg; else lines of the console */
	bool echo; /* print every line */
	const struct vm_list *known; /* texts in heads of what is no splat */
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

void vm_stream_step(struct vm_stream *stream, int revents);
void vm_stream_poll(const struct vm_stream *stream, struct pollfd *pfd);
bool vm_stream_done(const struct vm_stream *stream, uint64_t total);
void vm_tell_guest(int *ctl, const char *line);
int vm_close(int *fd); /* returns -1 */

#endif
