/* SPDX-License-Identifier: MIT */
/* The parts of the guest's init. */
#ifndef VM_GUEST_H
#define VM_GUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "protocol.h"

/* Pointers into the one buffer that holds the spec file; the lists end in
 * NULL.
 */
struct vm_spec {
	char **args;
	char **env;
	char **shares;
	char **loads;
	const char *cwd;
	const char *modules;
	const char *firmware;
	const char *tty;
	bool watched;
};

struct vm_ports {
	int fd[VM_PORT_INIT_END];
};

/* guest_mounts.c */
void vm_guest_early_mounts(void);
void vm_guest_enter_host_root(void);
void vm_guest_mount_shares(const struct vm_spec *spec);
void vm_guest_mount_modules(const char *tree);
void vm_guest_find_firmware(const char *dir);

/* guest_command.c */
void vm_guest_run_command(const struct vm_spec *spec, struct vm_ports *ports);

/* guest_leaks.c: the kernel's log tells of memory that nobody has any more */
void vm_guest_find_leaks(void);

/* init.c: tell the host, and end the machine */
void vm_guest_fail(const char *format, ...)
	__attribute__((noreturn, format(printf, 1, 2)));

#endif
