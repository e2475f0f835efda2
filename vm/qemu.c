// SPDX-License-Identifier: MIT
/*
 * How QEMU is called: stock, without KVM, with as little hardware as the
 * guest needs, because every device costs time at boot.  It has no files and
 * no listening sockets: all descriptors are inherited.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host.h"

/* Most of these save time: nothing is to be protected in here, and emulated
 * clocks need no calibration.  loglevel is set below: a splat has to reach
 * the console even if nobody can read the kernel's log any more, notices need
 * not.
 */
static const char vm_kernel_options[] =
	"console=ttyS0 panic=-1 reboot=t rdinit=/init log_buf_len=1M "
	"mitigations=off audit=0 lsm= tsc=reliable no_timer_check "
	"cryptomgr.notests random.trust_cpu=on 8250.nr_uarts=1";

/* pcie_ports: the small kernel does not ask the firmware for hot plug. */
static const char vm_watched_options[] =
	" printk.time=1 kmemleak.verbose=1 kunit.enable=1 pcie_ports=native";

static int vm_add_ports(struct vm_words *w, const struct vm_qemu_fds *fds)
{
	int port, ret;

	ret = vm_words_add(w, "-device") ||
	      vm_words_add(w, "virtio-serial-pci,id=vs,max_ports=8");
	for (port = VM_PORT_CTL; !ret && port < VM_PORT_END; port++)
		ret = vm_words_add(w, "-chardev") ||
		      vm_words_add(w, "socket,id=port%d,fd=%d", port,
				   fds->port[port]) ||
		      vm_words_add(w, "-device") ||
		      vm_words_add(
			      w, "virtserialport,bus=vs.0,nr=%d,chardev=port%d",
			      port, port);
	return ret || vm_words_add(w, "-chardev") ||
	       vm_words_add(w, "socket,id=console,fd=%d", fds->console) ||
	       vm_words_add(w, "-serial") || vm_words_add(w, "chardev:console");
}

/* A comma in a path is doubled in QEMU's option syntax. */
static int vm_add_directory(struct vm_words *w, const char *id,
			    const char *path, const char *flags)
{
	char *escaped = malloc(strlen(path) * 2 + 1), *p = escaped;
	int ret;

	if (!escaped)
		return -1;
	for (; *path; path++) {
		*p++ = *path;
		if (*path == ',')
			*p++ = ',';
	}
	*p = 0;
	ret = vm_words_add(w, "-fsdev") ||
	      vm_words_add(w,
			   "local,id=%s,path=%s,security_model=none,"
			   "multidevs=remap%s",
			   id, escaped, flags) ||
	      vm_words_add(w, "-device") ||
	      vm_words_add(w, "virtio-9p-pci,fsdev=%s,mount_tag=%s", id, id);
	free(escaped);
	return ret;
}

static int vm_add_files(struct vm_words *w, const struct vm_options *opt)
{
	int ret, i;

	ret = vm_add_directory(w, VM_ROOT_TAG, "/", ",readonly=on");
	for (i = 0; !ret && i < opt->shares.count; i++) {
		char id[32];

		snprintf(id, sizeof(id), VM_SHARE_TAG "%d", i);
		ret = vm_add_directory(w, id, opt->shares.item[i], "");
	}
	return ret;
}

/* Each in a slot of its own, out of which it may be pulled. */
static int vm_add_model(struct vm_words *w, const struct vm_model *model)
{
	char text[256];

	vm_model_device(model, text, sizeof(text));
	return vm_slot_add(w, model->slot) || vm_words_add(w, "-device") ||
	       vm_words_add(w, "%s", text);
}

/* Without the -global, Linux would leave slots to ACPI, which knows no
 * surprises.
 */
static int vm_add_monitors(struct vm_words *w, const struct vm_qemu_fds *fds)
{
	return vm_words_add(w, "-global") ||
	       vm_words_add(
		       w,
		       "ICH9-LPC.acpi-pci-hotplug-with-bridge-support=off") ||
	       vm_words_add(w, "-chardev") ||
	       vm_words_add(w, "socket,id=qmp,fd=%d", fds->qmp) ||
	       vm_words_add(w, "-mon") ||
	       vm_words_add(w, "chardev=qmp,mode=control") ||
	       vm_words_add(w, "-chardev") ||
	       vm_words_add(w, "socket,id=qtest,fd=%d", fds->qtest) ||
	       vm_words_add(w, "-qtest") || vm_words_add(w, "chardev:qtest") ||
	       vm_words_add(w, "-qtest-log") || vm_words_add(w, "none");
}

static int vm_add_devices(struct vm_words *w, const struct vm_options *opt,
			  const struct vm_model *models,
			  const struct vm_qemu_fds *fds)
{
	int ret = 0, i, model = 0;

	for (i = 0; !ret && i < opt->devices.count; i++) {
		const char *spec = opt->devices.item[i];
		const struct vm_device_type *type = vm_device_find(spec);

		if (type->qemu)
			ret = vm_words_add(w, "-device") ||
			      vm_words_add(w, "%s%s", type->qemu,
					   spec + strcspn(spec, ","));
		else
			ret = vm_add_model(w, &models[model++]);
	}
	return ret || (model && vm_add_monitors(w, fds));
}

static int vm_add_machine(struct vm_words *w, const struct vm_options *opt)
{
	const char *root = opt->qemu_root;

	return vm_words_add(w, "%s/usr/lib64/ld-linux-x86-64.so.2", root) ||
	       vm_words_add(w, "--library-path") ||
	       vm_words_add(w, "%s/usr/lib/x86_64-linux-gnu", root) ||
	       vm_words_add(w, "%s/usr/bin/qemu-system-x86_64", root) ||
	       vm_words_add(w, "-L") ||
	       vm_words_add(w, "%s/usr/share/qemu", root) ||
	       vm_words_add(w, "-L") ||
	       vm_words_add(w, "%s/usr/share/seabios", root) ||
	       vm_words_add(w, "-nodefaults") ||
	       vm_words_add(w, "-no-user-config") ||
	       vm_words_add(w, "-no-reboot") || vm_words_add(w, "-display") ||
	       vm_words_add(w, "none") || vm_words_add(w, "-accel") ||
	       vm_words_add(w, "tcg,thread=multi") || vm_words_add(w, "-M") ||
	       vm_words_add(w, "q35,memory-backend=ram,sata=off,smbus=off,"
			       "vmport=off,kernel-irqchip=off,graphics=off") ||
	       vm_words_add(w, "-cpu") || vm_words_add(w, "max") ||
	       vm_words_add(w, "-smp") || vm_words_add(w, "%u", opt->cpus) ||
	       vm_words_add(w, "-m") || vm_words_add(w, "%u", opt->memory) ||
	       vm_words_add(w, "-object") ||
	       vm_words_add(w, "memory-backend-memfd,id=ram,size=%uM,share=on",
			    opt->memory);
}

/* QEMU boots an ELF kernel as it is, and qboot hands over to it sooner than
 * SeaBIOS would.
 */
static int vm_add_image(struct vm_words *w, const char *kernel_root)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/vmlinux", kernel_root);
	if (access(path, R_OK) < 0)
		snprintf(path, sizeof(path), "%s/vmlinuz", kernel_root);
	return vm_words_add(w, "-bios") || vm_words_add(w, "qboot.rom") ||
	       vm_words_add(w, "-kernel") || vm_words_add(w, "%s", path);
}

/* Without remapping, MSI has one vector on x86. */
static int vm_add_iommu(struct vm_words *w, enum vm_iommu iommu)
{
	static const char *const device[] = {
		[VM_IOMMU_REMAP] =
			"intel-iommu,intremap=on,dma-translation=off",
		[VM_IOMMU_FULL] = "intel-iommu,intremap=on,caching-mode=on",
	};

	if (iommu == VM_IOMMU_NONE)
		return 0;
	return vm_words_add(w, "-device") ||
	       vm_words_add(w, "%s", device[iommu]);
}

static int vm_add_kernel(struct vm_words *w, const struct vm_options *opt,
			 int initrd)
{
	return vm_add_iommu(w, opt->iommu) ||
	       vm_add_image(w, opt->kernel_root) ||
	       vm_words_add(w, "-initrd") ||
	       vm_words_add(w, "/proc/self/fd/%d", initrd) ||
	       vm_words_add(w, "-append") ||
	       vm_words_add(w, "%s tsc_early_khz=%u loglevel=%d%s%s",
			    vm_kernel_options, vm_clock_khz(),
			    opt->console ? 7 : 5,
			    opt->iommu ? " intel_iommu=on" : "",
			    opt->watched ? vm_watched_options : "");
}

static void vm_show(const struct vm_words *w)
{
	int i;

	fputs("vm/run: starting", stderr);
	for (i = 0; i < w->count; i++)
		fprintf(stderr, " %s", w->word[i]);
	fputc('\n', stderr);
}

pid_t vm_qemu_start(const struct vm_options *opt, const struct vm_qemu_fds *fds,
		    const struct vm_model *models, int model_count)
{
	int keep[VM_PORT_END + 4 + VM_MAX_DEVICES], n = 0, i;
	struct vm_words w = {};
	struct vm_spawn what = { .err = fds->err };
	char env[4096];
	pid_t pid = -1;

	for (i = VM_PORT_CTL; i < VM_PORT_END; i++)
		keep[n++] = fds->port[i];
	keep[n++] = fds->console;
	keep[n++] = fds->initrd;
	if (model_count) {
		keep[n++] = fds->qmp;
		keep[n++] = fds->qtest;
	}
	for (i = 0; i < model_count; i++)
		keep[n++] = models[i].path_fd;
	/* Else it looks for its modules where the host's QEMU has them. */
	snprintf(env, sizeof(env),
		 "QEMU_MODULE_DIR=%s/usr/lib/x86_64-linux-gnu/qemu",
		 opt->qemu_root);
	if (!vm_add_machine(&w, opt) && !vm_add_kernel(&w, opt, fds->initrd) &&
	    !vm_add_ports(&w, fds) && !vm_add_devices(&w, opt, models, fds) &&
	    !vm_add_files(&w, opt)) {
		what.argv = w.word;
		what.env = env;
		what.keep = keep;
		what.keep_count = n;
		if (opt->verbose)
			vm_show(&w);
		pid = vm_spawn(&what);
	}
	vm_words_release(&w);
	return pid;
}
