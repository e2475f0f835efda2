// SPDX-License-Identifier: MIT
/*
 * What vmrun asks of a running QEMU.  QMP plugs devices in and out; it sends
 * one JSON object a line.  What QMP cannot do is to take a card out of its
 * slot without asking the guest.  The qtest protocol can: it writes into the
 * slot's registers, as a guest would.  One request is under way at a time.
 */
#include <errno.h>
#include <json-c/json.h>
#include <linux/pci_regs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "host.h"

/* Where QEMU's q35 has the configuration space of bus 0; see vm_slot_add(). */
#define VM_ECAM 0xb0000000u

int vm_qmp_send(struct vm_qmp *qmp, const char *command)
{
	size_t len = strlen(command);

	if (qmp->fd < 0 ||
	    send(qmp->fd, command, len, MSG_NOSIGNAL) != (ssize_t)len)
		return -ENOTCONN;
	return 0;
}

static const char *vm_json_text(struct json_object *object, const char *key)
{
	struct json_object *member;

	if (!json_object_object_get_ex(object, key, &member))
		return NULL;
	return json_object_get_string(member);
}

static void vm_qmp_take(struct json_object *message, struct vm_qmp_event *event)
{
	struct json_object *member;
	const char *text = NULL;

	if (json_object_object_get_ex(message, "error", &member)) {
		event->kind = VM_QMP_ERROR;
		text = vm_json_text(member, "desc");
	} else if (json_object_object_get_ex(message, "return", &member)) {
		event->kind = VM_QMP_DONE;
	}
	snprintf(event->text, sizeof(event->text), "%s", text ? text : "");
}

/* The next message of those that have come; false: none. */
static bool vm_qmp_next(struct vm_qmp *qmp, struct vm_qmp_event *event)
{
	char *data = qmp->in.data, *end;
	struct json_object *message;

	end = qmp->in.len ? memchr(data, '\n', qmp->in.len) : NULL;
	if (!end)
		return false;
	*end++ = 0;
	message = json_tokener_parse(data);
	event->kind = VM_QMP_OTHER;
	if (json_object_is_type(message, json_type_object))
		vm_qmp_take(message, event);
	json_object_put(message);
	qmp->in.len -= end - data;
	memmove(data, end, qmp->in.len);
	return true;
}

bool vm_qmp_read(struct vm_qmp *qmp, struct vm_qmp_event *event)
{
	char data[4096];
	ssize_t n;

	while (!vm_qmp_next(qmp, event)) {
		n = recv(qmp->fd, data, sizeof(data), MSG_DONTWAIT);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return false;
		if (n <= 0 || vm_buffer_add(&qmp->in, data, n)) {
			vm_close(&qmp->fd);
			return false;
		}
	}
	return true;
}

int vm_slot_add(struct vm_words *w, int slot)
{
	return vm_words_add(w, "-device") ||
	       vm_words_add(w,
			    "pcie-root-port,id=slot%d,chassis=%d,slot=%d,"
			    "addr=0x%x",
			    slot, slot + 1, slot, VM_SLOT_FIRST + slot);
}

/* QEMU answers within milliseconds, as nothing of ours can hold it up. */
static int vm_qtest_answer(int fd, unsigned long *value)
{
	struct timeval limit = { .tv_sec = 10 };
	char answer[128];
	size_t have = 0;

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	do {
		if (recv(fd, answer + have, 1, 0) != 1)
			return -ENOTCONN;
	} while (answer[have++] != '\n' && have < sizeof(answer));
	answer[have - 1] = 0;
	if (strncmp(answer, "OK", 2))
		return -EIO;
	if (value)
		*value = strtoul(answer + 2, NULL, 0);
	return 0;
}

static int vm_qtest(int fd, const char *lines)
{
	if (fd < 0 || send(fd, lines, strlen(lines), MSG_NOSIGNAL) < 0)
		return -ENOTCONN;
	return 0;
}

static int vm_slot_read(int fd, int slot, unsigned int at, unsigned long *value)
{
	char line[64];

	snprintf(line, sizeof(line), "readw 0x%x\n",
		 VM_ECAM + ((VM_SLOT_FIRST + slot) << 15) + at);
	return vm_qtest(fd, line) ? -ENOTCONN : vm_qtest_answer(fd, value);
}

/* Where the PCI Express capability of the slot's port is. */
static int vm_slot_find(int fd, int slot, unsigned long *at)
{
	unsigned long head;
	int ret, left;

	ret = vm_slot_read(fd, slot, PCI_CAPABILITY_LIST, at);
	*at &= 0xfc;
	for (left = 48; !ret && *at && left; left--) {
		ret = vm_slot_read(fd, slot, *at, &head);
		if (ret || (head & 0xff) == PCI_CAP_ID_EXP)
			return ret;
		*at = head >> 8 & 0xfc;
	}
	return ret ? ret : -ENODEV;
}

static int vm_slot_register(int fd, int slot, unsigned int reg,
			    unsigned long *value)
{
	unsigned long at = 0;
	int ret = vm_slot_find(fd, slot, &at);

	return ret ? ret : vm_slot_read(fd, slot, at + reg, value);
}

int vm_slot_occupied(int fd, int slot)
{
	unsigned long value = 0;
	int ret = vm_slot_register(fd, slot, PCI_EXP_SLTSTA, &value);

	return ret ? ret : (value & PCI_EXP_SLTSTA_PDS) != 0;
}

/* Linux switches off the power, waits for a second, then the indicator. */
int vm_slot_off(int fd, int slot)
{
	const unsigned long off = PCI_EXP_SLTCTL_PCC |
				  PCI_EXP_SLTCTL_PWR_IND_OFF;
	unsigned long value = 0;
	int ret = vm_slot_register(fd, slot, PCI_EXP_SLTCTL, &value);

	return ret ? ret : (value & off) == off;
}

/* With power and its indicator off, the port forgets its card there and then,
 * and the guest learns of it from the presence bit.  With power on again, it
 * is a card that was pulled out, not one that somebody had switched off.  Two
 * lines sent at once are one to the guest.
 */
int vm_slot_empty(int fd, int slot)
{
	unsigned long at = 0, control = 0, port;
	char lines[128];
	int ret = vm_slot_find(fd, slot, &at);

	if (!ret)
		ret = vm_slot_read(fd, slot, at + PCI_EXP_SLTCTL, &control);
	if (ret)
		return ret;
	port = VM_ECAM + ((VM_SLOT_FIRST + slot) << 15) + at + PCI_EXP_SLTCTL;
	control &= ~(PCI_EXP_SLTCTL_PCC | PCI_EXP_SLTCTL_PIC);
	snprintf(lines, sizeof(lines),
		 "writew 0x%lx 0x%lx\nwritew 0x%lx 0x%lx\n", port,
		 control | PCI_EXP_SLTCTL_PCC | PCI_EXP_SLTCTL_PWR_IND_OFF,
		 port, control | PCI_EXP_SLTCTL_PWR_IND_ON);
	if (vm_qtest(fd, lines) || vm_qtest_answer(fd, NULL) ||
	    vm_qtest_answer(fd, NULL))
		return -ENOTCONN;
	ret = vm_slot_occupied(fd, slot);
	return ret > 0 ? -EBUSY : ret;
}
