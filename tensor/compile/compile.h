/* SPDX-License-Identifier: MIT */
/* The stages between lowering and planning. */
#ifndef AXT_COMPILE_COMPILE_H
#define AXT_COMPILE_COMPILE_H

#include "ir.h"

/* All passes that the flags (AXT_COMPILE_*) leave, in order: optimise.c. */
void axt_optimise(struct axt_ir *ir, uint32_t flags);

/* Multiply-accumulates of one run. */
uint64_t axt_count_macs(const struct axt_ir *ir);

#endif
