// SPDX-License-Identifier: GPL-2.0-only
/* The code under test, once more, without its exports. */
#include "../../kernel/axle/axle_pt.c"
#include "../../kernel/axle/axle_pt_layout.c"
