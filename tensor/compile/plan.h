/* SPDX-License-Identifier: MIT */
#ifndef AXT_COMPILE_PLAN_H
#define AXT_COMPILE_PLAN_H

#include "ir.h"

/*
 * Gives each value its place and offset, as docs/tensor-program.md wants them;
 * adds the copies that inputs and outputs need. After it, the program is not
 * changed any more. 0 or -errno.
 */
int axt_plan(struct axt_ir *ir);

/* The ends of the network: copies where an input or output cannot be one. */
void axt_plan_ports(struct axt_ir *ir);

#endif
