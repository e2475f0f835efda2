// SPDX-License-Identifier: MIT
#include <stdio.h>
#include <string.h>

#include "host.h"

/* The one place that names devices: what to plug in, and which modules
 * drive it; find-modules builds those of mainline that the kernel lacks.
 * Options after the name go to QEMU's device or to the model.
 */
static const struct vm_device_type vm_device_types[] = {
	{ "aic100",
	  "Qualcomm Cloud AI 100, driven by mainline",
	  NULL,
	  { "qaic" } },
	{ "edu", "QEMU's own teaching device", "edu", { "axle_edu" } },
	{ "testdev", "the model kit's test device", NULL, {} },
	{ "vnpu", "the reference accelerator", NULL, { "axle_vnpu" } },
};

#define VM_DEVICE_TYPES (sizeof(vm_device_types) / sizeof(*vm_device_types))

const struct vm_device_type *vm_device_find(const char *spec)
{
	size_t len = strcspn(spec, ","), i;

	for (i = 0; i < VM_DEVICE_TYPES; i++) {
		const char *name = vm_device_types[i].name;

		if (strlen(name) == len && !memcmp(name, spec, len))
			return &vm_device_types[i];
	}
	fprintf(stderr, "vm/run: unknown device \"%.*s\"; known are", (int)len,
		spec);
	for (i = 0; i < VM_DEVICE_TYPES; i++)
		fprintf(stderr, "%s %s", i ? "," : "", vm_device_types[i].name);
	fputc('\n', stderr);
	return NULL;
}

void vm_device_help(void)
{
	size_t i;

	for (i = 0; i < VM_DEVICE_TYPES; i++)
		printf("  %-16s%s\n", vm_device_types[i].name,
		       vm_device_types[i].what);
}

void vm_device_print_needs(const struct vm_options *opt)
{
	const char *const *module;
	int i;

	for (i = 0; i < opt->devices.count; i++) {
		module = vm_device_find(opt->devices.item[i])->module;
		for (; *module; module++)
			puts(*module);
	}
	for (i = 0; i < opt->loads.count; i++)
		puts(opt->loads.item[i]);
}
