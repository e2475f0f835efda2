/* SPDX-License-Identifier: MIT */
/*
 * Reading sysfs. Nothing in it is trusted: files may be missing, empty, large
 * or binary. Text that comes out of here is printable ASCII.
 */
#ifndef AXLP_SYSFS_H
#define AXLP_SYSFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* What libaxle takes from a uevent file. */
struct axlp_uevent {
	char driver[32]; /* empty: not bound */
	char pci_slot[32];
	bool is_pci;
	uint16_t pci_vendor;
	uint16_t pci_device;
	uint16_t pci_subsystem_vendor;
	uint16_t pci_subsystem_device;
	uint32_t pci_class;
};

/* Copies what fits; bytes that cannot be printed become '?'. */
void axlp_copy_text(char *out, size_t size, const char *text, size_t length);

/* One read of a file: its length or -errno; out gets a NUL behind. */
ssize_t axlp_read_text(int dir, const char *path, char *out, size_t size);

/* All of these: 0 or -errno. Paths are relative to the directory. */
int axlp_read_line(int dir, const char *path, char *out, size_t size);
int axlp_read_u64(int dir, const char *path, int base, uint64_t *out);
/* -EPERM also where the mode of the file does not allow it. */
int axlp_write_u64(int dir, const char *path, uint64_t value);
int axlp_read_uevent(int dir, const char *path, struct axlp_uevent *out);
/* The inode: other files have others, as long as they are there. */
int axlp_file_number(const char *path, uint64_t *out);
/* The last component of what a symbolic link points to. */
int axlp_read_link_name(int dir, const char *path, char *out, size_t size);

/* Parsers: any bytes in, no system call. */
void axlp_parse_uevent(const char *text, size_t length,
		       struct axlp_uevent *out);
/* The whole text must be one number, white space at the end aside. */
int axlp_parse_u64(const char *text, int base, uint64_t *out);
/* The same with an optional minus in front of decimal digits. */
int axlp_parse_s64(const char *text, int64_t *out);
/* "1234:11E8" */
bool axlp_parse_id_pair(const char *value, uint16_t *vendor, uint16_t *device);
/* "accel12" is index 12 behind the prefix "accel". */
bool axlp_parse_node(const char *name, const char *prefix, uint32_t *index);

#endif
