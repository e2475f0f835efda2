// SPDX-License-Identifier: MIT
/* What the guest sees as its files. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "guest.h"

struct vm_mount {
	const char *source;
	const char *target;
	const char *type;
	unsigned long flags;
	const char *data;
};

/* msize: large messages make reading of programs several times faster.
 * cache=loose: nothing but this guest's overlay is expected to change.
 */
#define VM_9P_OPTIONS "trans=virtio,version=9p2000.L,msize=512000,"

static const struct vm_mount vm_root_mounts[] = {
	{ VM_ROOT_TAG, "/host", "9p", MS_RDONLY, VM_9P_OPTIONS "cache=loose" },
	{ "tmpfs", "/rw", "tmpfs", 0, "mode=755,size=75%" },
};

static const struct vm_mount vm_system_mounts[] = {
	{ "proc", "/proc", "proc", 0, NULL },
	{ "sysfs", "/sys", "sysfs", 0, NULL },
	{ "devtmpfs", "/dev", "devtmpfs", 0, "mode=755" },
	{ "devpts", "/dev/pts", "devpts", 0, "mode=620,ptmxmode=666" },
	{ "tmpfs", "/dev/shm", "tmpfs", 0, "mode=1777" },
	{ "tmpfs", "/run", "tmpfs", 0, "mode=755" },
};

/* A kernel may be built without these. */
static const struct vm_mount vm_optional_mounts[] = {
	{ "debugfs", "/sys/kernel/debug", "debugfs", 0, NULL },
	{ "tracefs", "/sys/kernel/tracing", "tracefs", 0, NULL },
	{ "configfs", "/sys/kernel/config", "configfs", 0, NULL },
};

#define VM_COUNT(array) (sizeof(array) / sizeof(*(array)))

static int vm_try_mount(const struct vm_mount *m)
{
	mkdir(m->target, 0755);
	return mount(m->source, m->target, m->type, m->flags, m->data);
}

static void vm_mount(const struct vm_mount *m)
{
	if (vm_try_mount(m) < 0)
		vm_guest_fail("cannot mount %s on %s: %s", m->type, m->target,
			      strerror(errno));
}

void vm_guest_early_mounts(void)
{
	static const struct vm_mount dev = { "devtmpfs", "/dev", "devtmpfs", 0,
					     "mode=755" };

	/* The kernel may have mounted it already. */
	vm_try_mount(&dev);
}

static void vm_link(const char *target, const char *path)
{
	if (symlink(target, path) < 0 && errno != EEXIST)
		vm_guest_fail("cannot make %s: %s", path, strerror(errno));
}

/* The host's files below, a throw-away layer above, and the rest anew. */
void vm_guest_enter_host_root(void)
{
	static const struct vm_mount root = {
		"overlay", "/root", "overlay", 0,
		"lowerdir=/host,upperdir=/rw/upper,workdir=/rw/work"
	};
	size_t i;

	for (i = 0; i < VM_COUNT(vm_root_mounts); i++)
		vm_mount(&vm_root_mounts[i]);
	mkdir("/rw/upper", 0755);
	mkdir("/rw/work", 0755);
	vm_mount(&root);
	/* The initramfs cannot be pivoted away from, only covered. */
	if (chdir("/root") < 0 || mount(".", "/", NULL, MS_MOVE, NULL) < 0 ||
	    chroot(".") < 0 || chdir("/") < 0)
		vm_guest_fail("cannot enter the root: %s", strerror(errno));
	for (i = 0; i < VM_COUNT(vm_system_mounts); i++)
		vm_mount(&vm_system_mounts[i]);
	for (i = 0; i < VM_COUNT(vm_optional_mounts); i++)
		vm_try_mount(&vm_optional_mounts[i]);
	vm_link("/proc/self/fd", "/dev/fd");
	vm_link("/proc/self/fd/0", "/dev/stdin");
	vm_link("/proc/self/fd/1", "/dev/stdout");
	vm_link("/proc/self/fd/2", "/dev/stderr");
}

static void vm_make_path(const char *path)
{
	char part[4096];
	size_t i;

	for (i = 1; path[i] && i < sizeof(part) - 1; i++) {
		if (path[i] != '/')
			continue;
		memcpy(part, path, i);
		part[i] = 0;
		mkdir(part, 0755);
	}
	mkdir(path, 0755);
}

/* Written through at once: the machine ends without unmounting. */
void vm_guest_mount_shares(const struct vm_spec *spec)
{
	int i;

	for (i = 0; spec->shares[i]; i++) {
		char tag[32];
		struct vm_mount share = { tag, spec->shares[i], "9p", 0,
					  VM_9P_OPTIONS "cache=mmap" };

		snprintf(tag, sizeof(tag), VM_SHARE_TAG "%d", i);
		vm_make_path(spec->shares[i]);
		vm_mount(&share);
	}
}

void vm_guest_mount_modules(const char *tree)
{
	struct utsname name;
	char path[256];

	uname(&name);
	snprintf(path, sizeof(path), "/lib/modules/%s", name.release);
	vm_make_path(path);
	if (mount(tree, path, NULL, MS_BIND, NULL) < 0)
		vm_guest_fail("cannot mount %s on %s: %s", tree, path,
			      strerror(errno));
}

/* No more than a search path: who has none of our firmware loads as ever. */
void vm_guest_find_firmware(const char *dir)
{
	static const char path[] = "/sys/module/firmware_class/parameters/path";
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, dir, strlen(dir)) != (ssize_t)strlen(dir))
		vm_guest_fail("cannot set the firmware path to %s: %s", dir,
			      strerror(errno));
	close(fd);
}
