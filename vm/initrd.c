// SPDX-License-Identifier: MIT
/*
 * The guest's initramfs: init, the modules it needs to see the host's files,
 * and the spec of what to do.  It is a "newc" cpio archive (Documentation/
 * driver-api/early-userspace/buffer-format.rst of the kernel), written into a
 * memfd for each run: nothing to keep, nothing to clean up.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host.h"

#define VM_CPIO_DIR 040755
#define VM_CPIO_CHARDEV 020600
#define VM_CPIO_PROGRAM 0100755

struct vm_cpio_entry {
	const char *name;
	unsigned int mode;
	unsigned int major, minor;
	const void *data;
	size_t len;
};

/* Header and name, and the data, are each padded to four bytes. */
static int vm_cpio_pad(struct vm_buffer *image)
{
	return vm_buffer_add(image, "\0\0\0", -image->len & 3);
}

static int vm_cpio_add(struct vm_buffer *image, const struct vm_cpio_entry *e)
{
	/* Any numbers will do that differ. */
	unsigned int ino = image->len + 1;

	if (vm_buffer_printf(image,
			     "070701%08X%08X%08X%08X%08X%08X%08zX%08X%08X"
			     "%08X%08X%08zX%08X",
			     ino, e->mode, 0, 0, 1, 0, e->len, 0, 0, e->major,
			     e->minor, strlen(e->name) + 1, 0) ||
	    vm_buffer_add(image, e->name, strlen(e->name) + 1) ||
	    vm_cpio_pad(image) || vm_buffer_add(image, e->data, e->len))
		return -ENOMEM;
	return vm_cpio_pad(image);
}

static int vm_cpio_add_file(struct vm_buffer *image, const char *path,
			    const char *name)
{
	struct vm_cpio_entry entry = { .name = name, .mode = VM_CPIO_PROGRAM };
	struct stat st;
	void *data;
	int fd, ret;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0) {
		vm_error("cannot open %s: %s", path, strerror(errno));
		if (fd >= 0)
			close(fd);
		return -ENOENT;
	}
	data = mmap(NULL, st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	if (data == MAP_FAILED)
		return -ENOMEM;
	entry.data = data;
	entry.len = st.st_size;
	ret = vm_cpio_add(image, &entry);
	munmap(data, st.st_size);
	return ret;
}

static int vm_add_modules(struct vm_buffer *image, const char *kernel_root)
{
	char path[4096], name[300];
	struct dirent *entry;
	DIR *dir;
	int ret = 0;

	snprintf(path, sizeof(path), "%s/boot-modules", kernel_root);
	dir = opendir(path);
	if (!dir) {
		vm_error("cannot open %s: %s", path, strerror(errno));
		return -ENOENT;
	}
	while (!ret && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/boot-modules/%s", kernel_root,
			 entry->d_name);
		snprintf(name, sizeof(name), "modules/%s", entry->d_name);
		ret = vm_cpio_add_file(image, path, name);
	}
	closedir(dir);
	return ret;
}

static int vm_record(struct vm_buffer *spec, const char *key, const char *value)
{
	return vm_buffer_printf(spec, "%s=%s", key, value) ||
	       vm_buffer_add(spec, "", 1);
}

/* The first setting of a name stands: programs do not agree on which of two
 * counts.
 */
static int vm_spec_set(struct vm_buffer *spec, const char *name, size_t len,
		       const char *value)
{
	struct vm_buffer key = {};
	bool known;
	int ret;

	ret = vm_buffer_add(&key, "", 1) ||
	      vm_buffer_printf(&key, "env=%.*s=", (int)len, name);
	known = !ret && memmem(spec->data, spec->len, key.data, key.len);
	vm_buffer_release(&key);
	if (ret || known)
		return ret;
	return vm_buffer_printf(spec, "env=%.*s=%s", (int)len, name, value) ||
	       vm_buffer_add(spec, "", 1);
}

static int vm_spec_variable(struct vm_buffer *spec, const char *item)
{
	size_t len = strcspn(item, "=");
	const char *value = item[len] ? item + len + 1 : getenv(item);

	return value ? vm_spec_set(spec, item, len, value) : 0;
}

static int vm_spec_environment(struct vm_buffer *spec,
			       const struct vm_options *opt)
{
	static const char *const pass[] = { "HOME", "TERM", "LANG" };
	const char *path = getenv("PATH");
	struct vm_buffer full = {};
	int ret = 0, i;

	for (i = opt->env.count - 1; i >= 0; i--)
		ret |= vm_spec_variable(spec, opt->env.item[i]);
	for (i = 0; i < 3; i++)
		ret |= vm_spec_variable(spec, pass[i]);
	/* So that a program knows where it is; tests look for it. */
	ret |= vm_spec_variable(spec, "AXLE_VM=1");
	/* An ordinary user's PATH lacks what root in the VM needs. */
	ret |= vm_buffer_printf(&full, "PATH=%s:%s:/usr/sbin:/sbin",
				opt->build_dir, path ? path : "/usr/bin:/bin");
	ret |= vm_buffer_add(&full, "", 1);
	if (!ret)
		ret = vm_spec_variable(spec, full.data);
	vm_buffer_release(&full);
	return ret;
}

/* The command gets one only if nothing of it is redirected. */
bool vm_has_terminal(void)
{
	return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) &&
	       isatty(STDERR_FILENO);
}

static int vm_spec_terminal(struct vm_buffer *spec)
{
	struct winsize size = { .ws_row = 24, .ws_col = 80 };
	char text[32];

	if (!vm_has_terminal())
		return 0;
	ioctl(STDIN_FILENO, TIOCGWINSZ, &size);
	snprintf(text, sizeof(text), "%hux%hu", size.ws_row, size.ws_col);
	return vm_record(spec, "tty", text);
}

static int vm_spec_drivers(struct vm_buffer *spec, const struct vm_options *opt)
{
	int ret = 0, i;

	for (i = 0; !opt->no_driver && i < opt->devices.count; i++) {
		const struct vm_device_type *type =
			vm_device_find(opt->devices.item[i]);
		const char *const *module;

		for (module = type->module; *module; module++)
			ret |= vm_record(spec, "load", *module);
	}
	for (i = 0; i < opt->loads.count; i++)
		ret |= vm_record(spec, "load", opt->loads.item[i]);
	return ret;
}

/* The kernel takes no longer path than this, and asks for names below it. */
static int vm_spec_firmware(struct vm_buffer *spec,
			    const struct vm_options *opt)
{
	char path[256];
	int len = snprintf(path, sizeof(path), "%s/firmware", opt->build_dir);

	if (len >= (int)sizeof(path) || access(path, R_OK | X_OK) < 0)
		return 0;
	return vm_record(spec, "firmware", path);
}

static int vm_spec_make(struct vm_buffer *spec, const struct vm_options *opt)
{
	char *cwd = getcwd(NULL, 0);
	char **arg;
	int ret = 0, i;

	for (arg = opt->command; *arg; arg++)
		ret |= vm_record(spec, "arg", *arg);
	ret |= vm_spec_environment(spec, opt);
	ret |= vm_record(spec, "cwd", cwd ? cwd : "/");
	free(cwd);
	for (i = 0; i < opt->shares.count; i++)
		ret |= vm_record(spec, "share", opt->shares.item[i]);
	if (opt->modules)
		ret |= vm_record(spec, "modules", opt->modules);
	ret |= vm_spec_firmware(spec, opt);
	ret |= vm_spec_drivers(spec, opt);
	if (opt->watched)
		ret |= vm_record(spec, "watched", "1");
	return ret | vm_spec_terminal(spec);
}

static int vm_fill_image(struct vm_buffer *image, const struct vm_options *opt)
{
	static const struct vm_cpio_entry first[] = {
		{ .name = "dev", .mode = VM_CPIO_DIR },
		{ .name = "dev/console", .mode = VM_CPIO_CHARDEV, 5, 1 },
		{ .name = "root", .mode = VM_CPIO_DIR },
		{ .name = "modules", .mode = VM_CPIO_DIR },
	};
	static const struct vm_cpio_entry last = { .name = "TRAILER!!!" };
	struct vm_cpio_entry spec_entry = { .name = &VM_SPEC_FILE[1],
					    .mode = 0100600 };
	struct vm_buffer spec = {};
	char path[4096];
	int ret = 0;
	size_t i;

	for (i = 0; i < sizeof(first) / sizeof(*first); i++)
		ret |= vm_cpio_add(image, &first[i]);
	ret |= vm_spec_make(&spec, opt);
	spec_entry.data = spec.data;
	spec_entry.len = spec.len;
	ret |= vm_cpio_add(image, &spec_entry);
	vm_buffer_release(&spec);
	snprintf(path, sizeof(path), "%s/vm/vm-init", opt->build_dir);
	if (ret || vm_cpio_add_file(image, path, "init") ||
	    vm_add_modules(image, opt->kernel_root))
		return -1;
	return vm_cpio_add(image, &last);
}

int vm_initrd_make(const struct vm_options *opt)
{
	struct vm_buffer image = {};
	int fd = -1;

	if (!vm_fill_image(&image, opt)) {
		fd = memfd_create("initrd", MFD_CLOEXEC);
		if (fd >= 0 &&
		    write(fd, image.data, image.len) != (ssize_t)image.len) {
			close(fd);
			fd = -1;
		}
	}
	if (fd < 0)
		vm_error("cannot make the initramfs");
	vm_buffer_release(&image);
	return fd;
}
