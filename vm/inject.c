// SPDX-License-Identifier: MIT
/*
 * Faults, asked for by a program in the guest (vm-inject).  A request is a
 * line "ID NUMBER WORD...", its answer lines "ID TEXT", of which the last is
 * "ID ok" or "ID error: REASON".  NUMBER counts the --device options from 0.
 * Most words go to the model's control socket; what concerns the process, the
 * slot and QEMU is done here.  One request is served at a time, and all waits
 * are in the one poll loop, so that the machine goes on meanwhile.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "host.h"

/* QEMU waits five seconds for a model that does not answer, per message. */
#define VM_INJECT_LIMIT 60 /* seconds */
#define VM_INJECT_TICK 20 /* milliseconds */
#define VM_INJECT_PAUSE 25 /* ticks */

static void vm_answer(struct vm_inject *in, const char *text)
{
	char line[VM_INJECT_LINE + 64];
	int len = snprintf(line, sizeof(line), "%s %s\n", in->id, text);

	if (in->port >= 0 && send(in->port, line, len, MSG_NOSIGNAL) < 0)
		vm_close(&in->port);
}

static void vm_finish(struct vm_inject *in, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void vm_finish(struct vm_inject *in, const char *format, ...)
{
	char text[VM_INJECT_LINE];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	vm_answer(in, text);
	in->step = VM_INJECT_IDLE;
	vm_close(&in->timer);
}

static void vm_send_control(struct vm_inject *in, const char *words)
{
	char line[VM_INJECT_LINE + 1];
	int len = snprintf(line, sizeof(line), "%s\n", words);
	int fd = in->model->control;

	if (fd < 0 || send(fd, line, len, MSG_NOSIGNAL) != len)
		vm_finish(in, "error: the model does not run");
	else
		in->step = VM_INJECT_CONTROL;
}

static void vm_send_qmp(struct vm_inject *in, enum vm_inject_step step,
			const char *name, const char *arguments)
{
	char command[512];

	snprintf(command, sizeof(command),
		 "{\"execute\":\"%s\",\"arguments\":%s}\n", name, arguments);
	if (vm_qmp_send(&in->qmp, command))
		vm_finish(in, "error: QEMU does not answer");
	else
		in->step = step;
}

static void vm_plug_in(struct vm_inject *in)
{
	char device[256];

	in->model->plugged++;
	vm_model_device(in->model, device, sizeof(device));
	vm_send_qmp(in, VM_INJECT_IN, "device_add", device);
}

/* QEMU up to 11.1 at least fails an assertion when it frees a vfio-user-pci
 * with MSI-X, so the device is taken off its bus and not freed: "device_del"
 * would be the end of the machine.
 */
static void vm_take_out(struct vm_inject *in)
{
	char id[32], arguments[128];

	in->take_out = false;
	vm_model_id(in->model, id);
	snprintf(arguments, sizeof(arguments),
		 "{\"path\":\"/machine/peripheral/%s\",\"property\":"
		 "\"realized\",\"value\":false}",
		 id);
	vm_send_qmp(in, VM_INJECT_OUT, "qom-set", arguments);
}

/* A guest that is still busy with the card before would take the new one for
 * a bounce and switch it off again, so wait until its slot is off, and a
 * little more for the guest to have looked.
 */
static void vm_settle(struct vm_inject *in)
{
	int off = vm_slot_off(in->qtest, in->model->slot);

	in->step = VM_INJECT_SETTLE;
	if (!off)
		in->settled = in->ticks + VM_INJECT_PAUSE;
	if (off < 0)
		vm_finish(in, "error: QEMU does not answer");
	else if (off && in->ticks >= in->settled)
		vm_plug_in(in);
}

/* It is off its bus: now the slot says so.  QEMU has kept its connection. */
static void vm_taken_out(struct vm_inject *in)
{
	int ret = vm_slot_empty(in->qtest, in->model->slot);

	vm_model_kill(in->model);
	if (ret)
		vm_finish(in, "error: cannot empty the slot: %s",
			  strerror(-ret));
	else if (in->plug_in)
		vm_settle(in);
	else
		vm_finish(in, "ok");
}

static void vm_do_kill(struct vm_inject *in, bool there)
{
	if (!in->model->pid) {
		vm_finish(in, "error: the model does not run");
		return;
	}
	vm_model_kill(in->model);
	vm_finish(in, "ok");
}

/* A living model says that it is gone before it is. */
static void vm_do_remove(struct vm_inject *in, bool there)
{
	in->take_out = true;
	if (!there)
		vm_finish(in, "error: the device is not plugged in");
	else if (in->model->control >= 0)
		vm_send_control(in, "remove");
	else
		vm_take_out(in);
}

/* A device whose model has died is still in its slot, and no use there. */
static void vm_do_insert(struct vm_inject *in, bool there)
{
	in->plug_in = true;
	if (there && in->model->pid)
		vm_finish(in, "error: the device is plugged in");
	else if (there)
		vm_take_out(in);
	else
		vm_settle(in);
}

static void vm_do_restart(struct vm_inject *in, bool there)
{
	vm_model_kill(in->model);
	vm_do_insert(in, there);
}

/* For vm-inject, which lets the guest give up the device in an orderly way. */
static void vm_do_port(struct vm_inject *in, bool there)
{
	char text[32];

	snprintf(text, sizeof(text), "0000:00:%02x.0",
		 VM_SLOT_FIRST + in->model->slot);
	vm_answer(in, text);
	vm_finish(in, "ok");
}

static const struct vm_inject_command {
	const char *name;
	void (*run)(struct vm_inject *in, bool there);
} vm_inject_commands[] = {
	{ "kill", vm_do_kill },	    { "remove", vm_do_remove },
	{ "insert", vm_do_insert }, { "start", vm_do_insert },
	{ "port", vm_do_port },	    { "restart", vm_do_restart },
};

static void vm_run_words(struct vm_inject *in, char *words)
{
	size_t count = sizeof(vm_inject_commands) / sizeof(*vm_inject_commands);
	size_t i;
	int there;

	for (i = 0; i < count; i++)
		if (!strcmp(words, vm_inject_commands[i].name))
			break;
	if (i == count) {
		if (!strncmp(words, "model ", 6))
			words += 6;
		vm_send_control(in, words);
		return;
	}
	there = vm_slot_occupied(in->qtest, in->model->slot);
	if (there < 0)
		vm_finish(in, "error: QEMU does not answer");
	else
		vm_inject_commands[i].run(in, there);
}

static int vm_timer_start(void)
{
	struct itimerspec when = {
		.it_value.tv_nsec = VM_INJECT_TICK * 1000000,
		.it_interval.tv_nsec = VM_INJECT_TICK * 1000000,
	};
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);

	timerfd_settime(fd, 0, &when, NULL);
	return fd;
}

static void vm_do_request(struct vm_inject *in, char *line)
{
	unsigned int number;
	int words = 0;

	in->plug_in = in->take_out = false;
	if (sscanf(line, "%31s %9u %n", in->id, &number, &words) != 2 ||
	    !words || !line[words]) {
		vm_finish(in, "error: bad request");
		return;
	}
	if (number >= (unsigned int)in->device_count) {
		vm_finish(in, "error: no device %u; there are %d", number,
			  in->device_count);
		return;
	}
	in->model = in->device[number];
	if (!in->model) {
		vm_finish(in, "error: device %u is QEMU's own, not a model",
			  number);
		return;
	}
	in->timer = vm_timer_start();
	in->ticks = 0;
	in->settled = VM_INJECT_PAUSE;
	vm_run_words(in, line + words);
}

/* Lines that have come; those after a request that waits stay. */
static void vm_do_lines(struct vm_inject *in)
{
	char line[VM_INJECT_LINE], *end;

	while (in->step == VM_INJECT_IDLE &&
	       (end = memchr(in->line, '\n', in->line_len))) {
		size_t len = end - in->line;

		memcpy(line, in->line, len);
		line[len] = 0;
		in->line_len -= len + 1;
		memmove(in->line, end + 1, in->line_len);
		vm_do_request(in, line);
	}
	if (in->line_len == sizeof(in->line))
		in->line_len = 0; /* no line of vm-inject's */
}

static void vm_read_port(struct vm_inject *in)
{
	ssize_t n = recv(in->port, in->line + in->line_len,
			 sizeof(in->line) - in->line_len, MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0)
		vm_close(&in->port);
	else
		in->line_len += n;
}

/* The model's answer ends as ours does. */
static void vm_control_line(struct vm_inject *in, const char *line)
{
	bool ok = !strcmp(line, "ok");

	if (!ok && strncmp(line, "error: ", 7))
		vm_answer(in, line);
	else if (in->take_out)
		vm_take_out(in);
	else
		vm_finish(in, "%s", line);
}

static void vm_read_control(struct vm_inject *in)
{
	struct vm_model *model = in->model;
	char line[VM_INJECT_LINE], *end;
	ssize_t n;

	n = recv(model->control, line, sizeof(line) - 1, MSG_PEEK);
	if (n <= 0) {
		vm_close(&model->control);
		if (in->take_out)
			vm_take_out(in);
		else
			vm_finish(in, "error: the model has ended");
		return;
	}
	end = memchr(line, '\n', n);
	if (end)
		n = end - line + 1;
	n = recv(model->control, line, n, 0);
	line[end ? n - 1 : n] = 0;
	vm_control_line(in, line);
}

static void vm_qmp_event(struct vm_inject *in, const struct vm_qmp_event *event)
{
	bool waits = in->step == VM_INJECT_OUT || in->step == VM_INJECT_IN;

	if (event->kind == VM_QMP_ERROR && waits)
		vm_finish(in, "error: %s", event->text);
	else if (event->kind == VM_QMP_DONE && in->step == VM_INJECT_OUT)
		vm_taken_out(in);
	else if (event->kind == VM_QMP_DONE && in->step == VM_INJECT_IN)
		vm_finish(in, "ok");
}

void vm_inject_poll(const struct vm_inject *in, struct pollfd *pfd)
{
	int control = in->step == VM_INJECT_CONTROL ? in->model->control : -1;

	pfd[0].fd = in->step == VM_INJECT_IDLE ? in->port : -1;
	pfd[1].fd = in->qmp.fd;
	pfd[2].fd = control;
	pfd[3].fd = in->timer;
	for (int i = 0; i < VM_INJECTS; i++)
		pfd[i].events = POLLIN;
}

/* What the model still answers could not be told from later answers. */
static void vm_tick(struct vm_inject *in)
{
	uint64_t times = 0;

	if (in->step == VM_INJECT_IDLE ||
	    read(in->timer, &times, sizeof(times)) != sizeof(times))
		return;
	in->ticks += times;
	if (in->step == VM_INJECT_SETTLE)
		vm_settle(in);
	if (in->step == VM_INJECT_IDLE ||
	    in->ticks < in->limit * 1000 / VM_INJECT_TICK)
		return;
	if (in->step == VM_INJECT_CONTROL)
		vm_close(&in->model->control);
	vm_finish(in, "error: %s within %u s",
		  in->step == VM_INJECT_SETTLE ?
			  "the guest has not switched off the slot" :
			  "no end of it",
		  in->limit);
}

void vm_inject_step(struct vm_inject *in, const struct pollfd *pfd)
{
	struct vm_qmp_event event;

	if (pfd[0].revents)
		vm_read_port(in);
	if (pfd[1].revents)
		while (vm_qmp_read(&in->qmp, &event))
			vm_qmp_event(in, &event);
	if (pfd[2].revents && in->step == VM_INJECT_CONTROL)
		vm_read_control(in);
	if (pfd[3].revents)
		vm_tick(in);
	vm_do_lines(in);
}

void vm_inject_init(struct vm_inject *in, bool watched)
{
	in->limit = VM_INJECT_LIMIT * (watched ? VM_WATCHED_FACTOR : 1);
	in->port = in->qmp.fd = in->qtest = in->timer = -1;
}

/* QMP takes commands only after this one. */
int vm_inject_start(struct vm_inject *in)
{
	return vm_qmp_send(&in->qmp, "{\"execute\":\"qmp_capabilities\"}\n");
}

void vm_inject_stop(struct vm_inject *in)
{
	vm_close(&in->port);
	vm_close(&in->qmp.fd);
	vm_close(&in->qtest);
	vm_close(&in->timer);
	vm_buffer_release(&in->qmp.in);
}
