/* SPDX-License-Identifier: MIT */
#ifndef AXT_COMPILE_EMIT_H
#define AXT_COMPILE_EMIT_H

#include "ir.h"

#include <axt/program.h>

/* The blob of a program that is planned: see axt_builder_finish(). */
int axt_emit(struct axt_ir *ir, void **blob, size_t *size,
	     struct axt_error *error);

#endif
