// SPDX-License-Identifier: MIT
/*
 * Lost memory, by the kernel's own search (Documentation/dev-tools/kmemleak.rst):
 * an object to which no pointer is found in all of the kernel's memory. What it
 * finds goes to the kernel's log, where the host looks for splats.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "guest.h"

#define VM_KMEMLEAK "/sys/kernel/debug/kmemleak"
/* What is younger than five seconds may be on its way to somewhere. */
#define VM_LEAK_AGE 6
#define VM_MODULE_ROUNDS 8

static void vm_scan(int fd)
{
	if (write(fd, "scan", 4) != 4)
		vm_guest_fail("cannot write to %s", VM_KMEMLEAK);
}

/* Returns how many of the kit's modules could be unloaded. */
static int vm_unload_some(void)
{
	char line[512], name[64];
	FILE *file = fopen("/proc/modules", "re");
	int count = 0;

	if (!file)
		return 0;
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "%63s", name) == 1 &&
		    !strncmp(name, "axle", 4) &&
		    !syscall(SYS_delete_module, name, O_NONBLOCK))
			count++;
	fclose(file);
	return count;
}

/* The first scan that sees an object only notes its checksum: one that still
 * changes is in use. Before the modules go, their functions have names in the
 * report; after it, what only they knew is lost.
 */
void vm_guest_find_leaks(void)
{
	int fd = open(VM_KMEMLEAK, O_WRONLY | O_CLOEXEC);
	int i;

	if (fd < 0)
		return;
	sleep(VM_LEAK_AGE);
	vm_scan(fd);
	vm_scan(fd);
	for (i = 0; i < VM_MODULE_ROUNDS && vm_unload_some(); i++)
		;
	vm_scan(fd);
	close(fd);
}
