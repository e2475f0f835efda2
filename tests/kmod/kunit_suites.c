// SPDX-License-Identifier: GPL-2.0-only
/* Tests of the kit inside of the kernel: they run when this is loaded. */
#include <linux/module.h>

#include "kunit_pt.h"

kunit_test_suites(&pt_suite, &pt_race_suite, &vnpu_suite);

MODULE_DESCRIPTION("Axle tests inside of the kernel");
MODULE_LICENSE("GPL");
