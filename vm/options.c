// SPDX-License-Identifier: MIT
/*
 * The command line of vm/run.  The shell front passes it on as it is, after
 * the options that say where things are.
 */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "host.h"

static const char vm_usage[] =
	"Usage: vm/run [OPTION...] [--] COMMAND [ARGUMENT...]\n"
	"Run a command of this machine in a virtual one, which has a stock kernel\n"
	"and the devices named.  The command sees this machine's files read-only,\n"
	"below a writable layer that is thrown away at the end.\n"
	"\n"
	"  --device NAME[,KEY=VALUE...]  plug in a device and load its driver\n"
	"  --load MODULE     load a module; of mainline's drivers that Debian leaves\n"
	"                    out, those that Axle knows are built when first wanted\n"
	"  --no-driver       leave the devices' drivers unloaded\n"
	"  --share DIR       let DIR be written for real\n"
	"  --env NAME[=VALUE]  pass on or set a variable; always passed on are\n"
	"                    HOME, LANG, TERM and PATH, with the build directory\n"
	"                    in front\n"
	"  --timeout S       end the machine after S seconds\n"
	"  --allow-splat[=TEXT]  let the run succeed in spite of a kernel splat, or of\n"
	"                    those whose first line has TEXT; may be repeated\n"
	"  --kernel SERIES   the kernel, as a Debian series (default 6.12; 7.2 too), the\n"
	"                    directory of an unpacked one, or \"debug\": one with\n"
	"                    KASAN, lockdep and others, which is built when first\n"
	"                    wanted; AXLE_VM_KERNEL sets another default\n"
	"  --modules DIR     the module tree to use (default: the one that has been\n"
	"                    built, else the kernel's own)\n"
	"  --memory MIB      (default 1024)      --cpus N  (default 2)\n"
	"  --iommu[=KIND]    give the machine an IOMMU, switched on: \"full\", the\n"
	"                    default, or \"remap\", which gives devices many\n"
	"                    interrupts and leaves their addresses alone\n"
	"  --console         show the kernel's log on stderr while it runs\n"
	"  --verbose         say what is started, and show QEMU's own messages\n"
	"  --help\n"
	"\n"
	"Exit status: the command's; 128+N if signal N killed it; 127 if there is\n"
	"no such command; 2 for wrong usage; 124 after the timeout; 125 if the\n"
	"kernel printed a splat (WARNING, BUG, Oops, ...) or panicked, or a device\n"
	"model crashed; 126 if the machine did not start. On the debug kernel time-\n"
	"outs are twelve times as long, and memory that was lost is a splat.\n"
	"\n"
	"Devices:\n";

enum {
	OPT_KERNEL_ROOT = 256,
	OPT_WATCHED,
	OPT_NEEDS,
	OPT_QEMU_ROOT,
	OPT_BUILD_DIR,
	OPT_MODULES,
	OPT_KERNEL,
	OPT_DEVICE,
	OPT_LOAD,
	OPT_SHARE,
	OPT_ENV,
	OPT_TIMEOUT,
	OPT_MEMORY,
	OPT_CPUS,
	OPT_ALLOW_SPLAT,
	OPT_NO_DRIVER,
	OPT_IOMMU,
	OPT_CONSOLE,
	OPT_VERBOSE,
	OPT_HELP,
};

static const struct option vm_long_options[] = {
	{ "kernel-root", required_argument, NULL, OPT_KERNEL_ROOT },
	{ "watched", no_argument, NULL, OPT_WATCHED },
	{ "needs", no_argument, NULL, OPT_NEEDS },
	{ "qemu-root", required_argument, NULL, OPT_QEMU_ROOT },
	{ "build-dir", required_argument, NULL, OPT_BUILD_DIR },
	{ "modules", required_argument, NULL, OPT_MODULES },
	{ "kernel", required_argument, NULL, OPT_KERNEL },
	{ "device", required_argument, NULL, OPT_DEVICE },
	{ "load", required_argument, NULL, OPT_LOAD },
	{ "share", required_argument, NULL, OPT_SHARE },
	{ "env", required_argument, NULL, OPT_ENV },
	{ "timeout", required_argument, NULL, OPT_TIMEOUT },
	{ "memory", required_argument, NULL, OPT_MEMORY },
	{ "cpus", required_argument, NULL, OPT_CPUS },
	{ "allow-splat", optional_argument, NULL, OPT_ALLOW_SPLAT },
	{ "no-driver", no_argument, NULL, OPT_NO_DRIVER },
	{ "iommu", optional_argument, NULL, OPT_IOMMU },
	{ "console", no_argument, NULL, OPT_CONSOLE },
	{ "verbose", no_argument, NULL, OPT_VERBOSE },
	{ "help", no_argument, NULL, OPT_HELP },
	{},
};

void vm_error(const char *format, ...)
{
	va_list args;

	fputs("vm/run: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
}

static int vm_list_add(struct vm_list *list, const char *item, const char *what)
{
	if (list->count == VM_MAX_LIST) {
		vm_error("too many %s", what);
		return -1;
	}
	list->item[list->count++] = item;
	return 0;
}

static int vm_add_device(struct vm_options *opt, const char *spec)
{
	if (!vm_device_find(spec))
		return -1;
	if (opt->devices.count == VM_MAX_DEVICES) {
		vm_error("more than %d devices", VM_MAX_DEVICES);
		return -1;
	}
	return vm_list_add(&opt->devices, spec, "devices");
}

static int vm_add_share(struct vm_options *opt, const char *dir)
{
	char *path = realpath(dir, NULL);
	struct stat st;

	if (!path || stat(path, &st) < 0 || !S_ISDIR(st.st_mode)) {
		vm_error("--share: no directory %s", dir);
		free(path);
		return -1;
	}
	if (vm_list_add(&opt->shares, path, "shares") < 0) {
		free(path);
		return -1;
	}
	return 0;
}

/* Also what vm/run may look for in a list of modules. */
static int vm_add_load(struct vm_options *opt, const char *module)
{
	static const char good[] = "abcdefghijklmnopqrstuvwxyz"
				   "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";

	if (!*module || *module == '-' || module[strspn(module, good)]) {
		vm_error("--load: \"%s\" is no name of a module", module);
		return -1;
	}
	return vm_list_add(&opt->loads, module, "modules");
}

static int vm_number(unsigned int *value, const char *text, const char *option,
		     unsigned int min, unsigned int max)
{
	char *end;
	unsigned long n;

	errno = 0;
	n = strtoul(text, &end, 10);
	if (errno || *end || text[0] < '0' || text[0] > '9' || n < min ||
	    n > max) {
		vm_error("--%s: \"%s\" is not a number from %u to %u", option,
			 text, min, max);
		return -1;
	}
	*value = n;
	return 0;
}

static int vm_set_iommu(struct vm_options *opt, const char *kind)
{
	if (!kind || !strcmp(kind, "full")) {
		opt->iommu = VM_IOMMU_FULL;
	} else if (!strcmp(kind, "remap")) {
		opt->iommu = VM_IOMMU_REMAP;
	} else {
		vm_error("--iommu: \"%s\" is neither full nor remap", kind);
		return -1;
	}
	return 0;
}

static int vm_allow_splat(struct vm_options *opt, const char *text)
{
	if (text)
		return vm_list_add(&opt->known_splats, text, "splats");
	opt->allow_splat = true;
	return 0;
}

static void vm_set_flag(struct vm_options *opt, int which)
{
	switch (which) {
	case OPT_WATCHED:
		opt->watched = true;
		break;
	case OPT_NEEDS:
		opt->needs = true;
		break;
	case OPT_NO_DRIVER:
		opt->no_driver = true;
		break;
	case OPT_CONSOLE:
		opt->console = true;
		break;
	case OPT_VERBOSE:
		opt->verbose = true;
		break;
	}
}

static int vm_set_option(struct vm_options *opt, int which, char *arg)
{
	switch (which) {
	case OPT_KERNEL_ROOT:
		opt->kernel_root = arg;
		return 0;
	case OPT_QEMU_ROOT:
		opt->qemu_root = arg;
		return 0;
	case OPT_BUILD_DIR:
		opt->build_dir = arg;
		return 0;
	case OPT_MODULES:
		opt->modules = arg;
		return 0;
	case OPT_KERNEL: /* the shell front has seen to it */
		return 0;
	case OPT_DEVICE:
		return vm_add_device(opt, arg);
	case OPT_LOAD:
		return vm_add_load(opt, arg);
	case OPT_IOMMU:
		return vm_set_iommu(opt, arg);
	case OPT_ALLOW_SPLAT:
		return vm_allow_splat(opt, arg);
	case OPT_SHARE:
		return vm_add_share(opt, arg);
	case OPT_ENV:
		return vm_list_add(&opt->env, arg, "variables");
	case OPT_TIMEOUT:
		return vm_number(&opt->timeout, arg, "timeout", 1, 1000000);
	case OPT_MEMORY:
		return vm_number(&opt->memory, arg, "memory", 128, 1 << 20);
	case OPT_CPUS:
		return vm_number(&opt->cpus, arg, "cpus", 1, 64);
	default:
		vm_set_flag(opt, which);
		return 0;
	}
}

/* A kernel that watches itself is slow and needs memory of its own for it. */
static void vm_options_scale(struct vm_options *opt)
{
	if (!opt->watched)
		return;
	opt->timeout *= VM_WATCHED_FACTOR;
	opt->memory *= 2;
}

int vm_options_parse(struct vm_options *opt, int argc, char **argv, int *status)
{
	int which;

	*opt = (struct vm_options){ .memory = 1024, .cpus = 2 };
	*status = VM_EXIT_USAGE;
	argv[0] = (char *)"vm/run"; /* for getopt's messages */
	while ((which = getopt_long(argc, argv, "+", vm_long_options, NULL)) !=
	       -1) {
		if (which == OPT_HELP) {
			fputs(vm_usage, stdout);
			vm_device_help();
			*status = 0;
			return 1;
		}
		if (which == '?' || vm_set_option(opt, which, optarg) < 0)
			return 1;
	}
	vm_options_scale(opt);
	opt->command = argv + optind;
	if (!opt->command[0]) {
		vm_error("no command given; see vm/run --help");
		return 1;
	}
	if (opt->needs) {
		vm_device_print_needs(opt);
		*status = 0;
		return 1;
	}
	if (!opt->kernel_root || !opt->qemu_root || !opt->build_dir) {
		vm_error("this program is started by vm/run");
		return 1;
	}
	return 0;
}

void vm_options_release(struct vm_options *opt)
{
	int i;

	for (i = 0; i < opt->shares.count; i++)
		free((char *)opt->shares.item[i]);
}
