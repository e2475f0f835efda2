// SPDX-License-Identifier: MIT
#include "fake-tree.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BEHAVES NULL

static void join(char *out, const char *root, const char *path)
{
	if (snprintf(out, PATH_MAX, "%s/%s", root, path) >= PATH_MAX)
		errx(1, "%s/%s is too long", root, path);
}

/* The directories above a path. */
static void make_parents(const char *path)
{
	char part[PATH_MAX];

	for (const char *p = strchr(path + 1, '/'); p; p = strchr(p + 1, '/')) {
		memcpy(part, path, (size_t)(p - path));
		part[p - path] = '\0';
		if (mkdir(part, 0755) != 0 && errno != EEXIST)
			err(1, "mkdir %s", part);
	}
}

void fake_bytes(const char *root, const char *path, const void *bytes,
		size_t size)
{
	char full[PATH_MAX];
	FILE *file;

	join(full, root, path);
	make_parents(full);
	file = fopen(full, "w");
	if (!file || fwrite(bytes, 1, size, file) != size || fclose(file) != 0)
		err(1, "%s", full);
}

void fake_file(const char *root, const char *path, const char *text)
{
	fake_bytes(root, path, text, strlen(text));
}

void fake_link(const char *root, const char *path, const char *target)
{
	char full[PATH_MAX];

	join(full, root, path);
	make_parents(full);
	if (symlink(target, full) != 0)
		err(1, "%s", full);
}

char *fake_create(void)
{
	const char *tmp = getenv("TMPDIR");
	char *root;

	if (asprintf(&root, "%s/axle-fake-XXXXXX", tmp ? tmp : "/tmp") < 0 ||
	    !mkdtemp(root))
		err(1, "mkdtemp");
	return root;
}

static int remove_one(const char *path, const struct stat *st, int type,
		      struct FTW *ftw)
{
	return remove(path);
}

void fake_destroy(char *root)
{
	nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	free(root);
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

void fake_pci(const char *root, const struct fake_function *f)
{
	char path[PATH_MAX], text[512], target[PATH_MAX];
	const char *numa = f->numa_node ? f->numa_node : "-1";

	snprintf(text, sizeof(text),
		 "%s%s%sPCI_CLASS=%s\nPCI_ID=%s\nPCI_SUBSYS_ID=1AF4:1100\n"
		 "PCI_SLOT_NAME=%s\nMODALIAS=pci:v00001234\n",
		 f->driver ? "DRIVER=" : "", f->driver ? f->driver : "",
		 f->driver ? "\n" : "", f->class, f->id, f->address);
	snprintf(path, sizeof(path), "sys/devices/%s/uevent", f->address);
	fake_file(root, path, text);
	snprintf(path, sizeof(path), "sys/devices/%s/revision", f->address);
	fake_file(root, path, "0x10\n");
	snprintf(path, sizeof(path), "sys/devices/%s/numa_node", f->address);
	snprintf(text, sizeof(text), "%s\n", numa);
	fake_file(root, path, text);

	snprintf(path, sizeof(path), "sys/bus/pci/devices/%s", f->address);
	snprintf(target, sizeof(target), "../../../devices/%s", f->address);
	fake_link(root, path, target);
}

static void class_device(const char *root, const char *name, const char *parent)
{
	char path[PATH_MAX], target[PATH_MAX];

	snprintf(path, sizeof(path), "sys/devices/%s/accel/%s/uevent", parent,
		 name);
	fake_file(root, path, "MAJOR=261\nDEVTYPE=accel_minor\n");
	snprintf(path, sizeof(path), "sys/devices/%s/accel/%s/device", parent,
		 name);
	snprintf(target, sizeof(target), "../../../%s", base_name(parent));
	fake_link(root, path, target);
	snprintf(path, sizeof(path), "sys/class/accel/%s", name);
	snprintf(target, sizeof(target), "../../devices/%s/accel/%s", parent,
		 name);
	fake_link(root, path, target);
}

void fake_node(const char *root, const char *name, const char *behaviour)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "dev/accel/%s", name);
	fake_file(root, path, behaviour ? behaviour : "");
}

void fake_accel(const char *root, unsigned int n, const char *parent)
{
	char name[32];

	snprintf(name, sizeof(name), "accel%u", n);
	class_device(root, name, parent);
	fake_node(root, name, BEHAVES);
}

void fake_control(const char *root, unsigned int n, const char *parent)
{
	static const char *const attributes[][2] = {
		{ "contexts_max", "4\n" },
		{ "contexts_used", "2\n" },
		{ "state", "ready\n" },
	};
	char name[32], path[PATH_MAX];

	snprintf(name, sizeof(name), "accel_control%u", n);
	class_device(root, name, parent);
	for (size_t i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "sys/class/accel/%s/%s", name,
			 attributes[i][0]);
		fake_file(root, path, attributes[i][1]);
	}
	fake_node(root, name, BEHAVES);
}

void fake_edu(const char *root, unsigned int n, const char *address)
{
	const struct fake_function edu = { address, "1234:11E8", "FF00",
					   "axle_edu" };

	fake_pci(root, &edu);
	fake_accel(root, n, address);
	fake_control(root, n, address);
}

void fake_process(const char *root, unsigned int pid, const char *name,
		  unsigned int uid)
{
	char path[PATH_MAX], text[256];

	snprintf(path, sizeof(path), "proc/%u/status", pid);
	snprintf(text, sizeof(text),
		 "Name:\t%s\nState:\tS (sleeping)\nUid:\t%u\t0\t0\t0\n", name,
		 uid);
	fake_file(root, path, text);
}

void fake_open(const char *root, unsigned int pid, unsigned int fd,
	       const char *link, const char *fdinfo)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "proc/%u/fdinfo/%u", pid, fd);
	fake_file(root, path, fdinfo);
	snprintf(path, sizeof(path), "proc/%u/fd/%u", pid, fd);
	fake_link(root, path, link);
}

static void scenario_none(const char *root)
{
	fake_pci(root, &(struct fake_function){ "0000:00:00.0", "8086:1237",
						"60000", NULL });
}

static void scenario_edu(const char *root)
{
	scenario_none(root);
	fake_edu(root, 0, "0000:00:04.0");
}

/* Not in the order of their numbers, with gaps, and with one past 9. */
static void scenario_eight(const char *root)
{
	static const unsigned int numbers[] = { 12, 3, 0, 7, 1, 5, 2, 10 };
	char address[32];

	for (size_t i = 0; i < 8; i++) {
		snprintf(address, sizeof(address), "0000:%02x:00.0",
			 numbers[i] + 1);
		fake_edu(root, numbers[i], address);
	}
}

/* What the tools that look again and again are measured with. */
static void scenario_sixty_four(const char *root)
{
	static const char *const files[][2] = {
		{ "npu_busy_time_us", "1500000\n" },
		{ "npu_memory_utilization", "1048576\n" },
		{ "freq/current_freq", "1400\n" },
		{ "freq/hw_min_freq", "700\n" },
		{ "freq/hw_max_freq", "1950\n" },
		{ "freq/set_max_freq", "1950\n" },
		{ "hwmon/hwmon1/temp1_input", "61000\n" },
		{ "hwmon/hwmon1/power1_input", "15000000\n" },
	};
	char address[32], path[PATH_MAX];

	for (unsigned int i = 0; i < 64; i++) {
		snprintf(address, sizeof(address), "0000:%02x:00.0", i + 1);
		fake_pci(root,
			 &(struct fake_function){ address, "8086:643E",
						  "120000", "intel_vpu" });
		fake_accel(root, i, address);
		for (size_t k = 0; k < sizeof(files) / sizeof(files[0]); k++) {
			snprintf(path, sizeof(path), "sys/devices/%s/%s",
				 address, files[k][0]);
			fake_file(root, path, files[k][1]);
		}
	}
}

static void platform_device(const char *root, const char *name,
			    const char *uevent)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "sys/devices/platform/%s/uevent", name);
	fake_file(root, path, uevent);
}

static void scenario_mainline(const char *root)
{
	static const struct fake_function functions[] = {
		{ "0000:01:00.0", "17CB:A100", "120000", "qaic", "1" },
		{ "0000:02:00.0", "8086:643E", "120000", "intel_vpu" },
		{ "0000:03:00.0", "1DA3:1020", "120000", "habanalabs", "0" },
		{ "0000:04:00.0", "1022:17F0", "118000", "amdxdna" },
		{ "0000:05:00.0", "ABCD:0001", "120000", "newnpu" },
	};

	for (size_t i = 0; i < 5; i++) {
		fake_pci(root, &functions[i]);
		fake_accel(root, (unsigned int)i, functions[i].address);
	}
	/* The parent of rocket's node is not bound to a driver. */
	platform_device(root, "rknn", "MODALIAS=platform:rknn\n");
	fake_accel(root, 5, "platform/rknn");
	platform_device(root, "4a900000.npu", "DRIVER=ethosu\nOF_NAME=npu\n");
	fake_accel(root, 6, "platform/4a900000.npu");

	/* Habanalabs has a control node of another name. */
	class_device(root, "accel_controlD2", "0000:03:00.0");
	fake_file(root, "sys/devices/0000:02:00.0/npu_busy_time_us", "1500\n");
	fake_file(root, "sys/devices/0000:02:00.0/npu_memory_utilization",
		  "1048576\n");
	fake_file(root, "sys/class/accel/accel2/status", "In reset\n");
	fake_file(root, "sys/class/accel/accel2/hard_reset_cnt", "2\n");
	fake_file(root, "sys/class/accel/accel2/soft_reset_cnt", "3\n");
	fake_file(root, "sys/class/accel/accel2/cpucp_ver", "1.13.0\n");
	fake_node(root, "accel0", "qaic");
	fake_file(root, "sys/devices/0000:01:00.0/ue_count", "4\n");
	fake_file(root, "sys/devices/0000:04:00.0/vbnv", "RyzenAI-npu4\n");
	fake_file(root, "sys/devices/0000:04:00.0/fw_version", "1.0.0.63\n");
}

/* What operators see: one device of the kit, others with what their drivers tell. */
static void scenario_operators(const char *root)
{
	static const char *const files[][2] = {
		{ "sys/devices/0000:01:00.0/ce_count", "9\n" },
		{ "sys/class/accel/accel0/dbc0_state", "1\n" },
		{ "sys/class/accel/accel0/dbc1_state", "0\n" },
		{ "sys/devices/0000:02:00.0/freq/current_freq", "1400\n" },
		{ "sys/devices/0000:02:00.0/freq/hw_min_freq", "700\n" },
		{ "sys/devices/0000:02:00.0/freq/hw_max_freq", "1950\n" },
		{ "sys/devices/0000:02:00.0/freq/set_max_freq", "1950\n" },
		{ "sys/devices/0000:03:00.0/hwmon/hwmon1/temp1_input",
		  "61000\n" },
		{ "sys/devices/0000:03:00.0/hwmon/hwmon1/power1_input",
		  "150000000\n" },
	};
	static char text[] = "Intel NPU crash dump\nFW version: 2026.1\nlog\n";

	scenario_mainline(root);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		fake_file(root, files[i][0], files[i][1]);
	fake_edu(root, 9, "0000:00:04.0");
	fake_node(root, "accel_control9", "monitor");
	fake_link(root, "sys/class/devcoredump/devcd3/failing_device",
		  "../../../devices/0000:02:00.0");
	fake_file(root, "sys/class/devcoredump/devcd3/data", text);
	fake_process(root, 120, "axle-ocr", 1000);
	fake_open(root, 120, 5, "/dev/accel/accel9",
		  "drm-driver:\tedu\ndrm-client-id:\t7\n"
		  "drm-engine-dma:\t900 ns\n");
}

static void scenario_unbound(const char *root)
{
	static const struct fake_function functions[] = {
		{ "0000:00:05.0", "17CB:A080", "120000", NULL },
		{ "0000:00:04.0", "1234:11E8", "FF00", NULL },
		{ "0000:00:06.0", "AAAA:BBBB", "120000", NULL },
		{ "0000:00:07.0", "17CB:A110", "120000", "vfio-pci" },
		{ "0000:00:08.0", "8086:100E", "20000", NULL },
	};

	for (size_t i = 0; i < 5; i++)
		fake_pci(root, &functions[i]);
}

static void scenario_one_unbound(const char *root)
{
	fake_pci(root, &(struct fake_function){ "0000:00:04.0", "1234:11E8",
						"FF00", NULL });
}

static void scenario_denied(const char *root)
{
	scenario_edu(root);
	fake_node(root, "accel0", "errno 13");
	fake_node(root, "accel_control0", "errno 13");
}

/* A container that was given the compute node only. */
static void scenario_container(const char *root)
{
	char path[PATH_MAX];

	scenario_edu(root);
	join(path, root, "dev/accel/accel_control0");
	if (unlink(path) != 0)
		err(1, "unlink");
}

/* What no kernel does: every file missing, empty, huge, binary or odd. */
static void scenario_hostile(const char *root)
{
	static const char *const names[] = {
		"accel",	   "accel00",
		"accel-1",	   "accel99999999999999999999",
		"accel1x",	   "accel_control",
		"accel_controlD0", "accelx",
	};
	static char huge[200000];
	char path[PATH_MAX];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		class_device(root, names[i], "0000:00:01.0");

	/* 0: no device behind it; 1: a device with a binary uevent. */
	fake_file(root, "sys/class/accel/accel0/dev", "");
	memset(huge, 0xff, sizeof(huge));
	memcpy(huge, "DRIVER=\x01\x02\n", 10);
	fake_bytes(root, "sys/devices/odd/uevent", huge, sizeof(huge));
	fake_accel(root, 1, "odd");
	/* 2: ids that do not parse, a driver of 300 letters. */
	memset(huge, 'A', sizeof(huge));
	memcpy(huge,
	       "PCI_ID=zzzz:\nPCI_CLASS=-1\nPCI_ID=123456:1\nDRIVER=", 50);
	memcpy(huge + 350, "\nPCI_SLOT_NAME=\n", 16);
	fake_bytes(root, "sys/devices/long/uevent", huge, sizeof(huge));
	fake_file(root, "sys/devices/long/numa_node", "99999999999999999999");
	fake_file(root, "sys/devices/long/revision", "");
	fake_accel(root, 2, "long");
	/* 3: a directory where a file should be, and a link to itself. */
	fake_file(root, "sys/devices/loop/uevent/file", "");
	fake_accel(root, 3, "loop");
	fake_link(root, "sys/devices/loop/numa_node", "numa_node");
	/* 4: a pipe, which must not be waited for. */
	fake_file(root, "sys/devices/pipe/revision", "1");
	fake_accel(root, 4, "pipe");
	join(path, root, "sys/devices/pipe/uevent");
	if (mkfifo(path, 0644) != 0)
		err(1, "mkfifo");
	/* 5: the control node of another device; 6: one with odd attributes. */
	fake_edu(root, 5, "0000:00:04.0");
	join(path, root, "sys/class/accel/accel_control5");
	if (unlink(path) != 0)
		err(1, "unlink");
	class_device(root, "accel_control5", "odd");
	fake_edu(root, 6, "0000:00:05.0");
	fake_file(root, "sys/class/accel/accel_control6/state", "\x1b[31mno");
	fake_file(root, "sys/class/accel/accel_control6/contexts_max", "-1\n");
	fake_node(root, "accel_control6", "nonsense");
	fake_file(root, "sys/bus/pci/devices/\x1b[2J/uevent",
		  "PCI_ID=1234:11E8\n");
}

static const struct {
	const char *name;
	void (*make)(const char *root);
} scenarios[] = {
	{ "none", scenario_none },
	{ "edu", scenario_edu },
	{ "eight", scenario_eight },
	{ "mainline", scenario_mainline },
	{ "sixty-four", scenario_sixty_four },
	{ "operators", scenario_operators },
	{ "unbound", scenario_unbound },
	{ "one-unbound", scenario_one_unbound },
	{ "denied", scenario_denied },
	{ "container", scenario_container },
	{ "hostile", scenario_hostile },
};

int fake_scenario(const char *root, const char *name)
{
	for (size_t i = 0; i < sizeof(scenarios) / sizeof(scenarios[0]); i++) {
		if (strcmp(scenarios[i].name, name) == 0) {
			scenarios[i].make(root);
			return 0;
		}
	}
	return -1;
}
