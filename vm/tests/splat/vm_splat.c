// SPDX-License-Identifier: GPL-2.0-only
/* Complains on purpose, so that it can be seen that vm/run notices. */
#include <linux/module.h>

static char *kind = "none";
module_param(kind, charp, 0);

static int __init vm_splat_init(void)
{
	WARN(!strcmp(kind, "warning"), "a warning on purpose\n");
	if (!strcmp(kind, "line"))
		pr_warn("WARNING: a line on purpose\n");
	if (!strcmp(kind, "oops"))
		BUG();
	return 0;
}
module_init(vm_splat_init);

static void __exit vm_splat_exit(void)
{
}
module_exit(vm_splat_exit);

MODULE_DESCRIPTION("Kernel splats on purpose");
MODULE_LICENSE("GPL");
