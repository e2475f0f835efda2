// SPDX-License-Identifier: MIT
/* The order of the passes: docs/compiler.md. Owns nothing. */
#include "compile.h"
#include "pass.h"

#include <axt/compile.h>

typedef void pass_fn(struct axt_ir *ir);

static const struct {
	pass_fn *run;
	uint32_t unless; /* AXT_COMPILE_* that leave it out */
} passes[] = {
	{ axt_pass_move, AXT_COMPILE_NO_FUSION },
	{ axt_pass_share, AXT_COMPILE_NO_FUSION },
	{ axt_pass_scalar, AXT_COMPILE_NO_FUSION },
	{ axt_pass_activation, AXT_COMPILE_NO_FUSION },
	/* Again: factors that are 1 by now. */
	{ axt_pass_scalar, AXT_COMPILE_NO_FUSION },
	{ axt_pass_norm, AXT_COMPILE_NO_FUSION },
	{ axt_pass_conv, AXT_COMPILE_NO_FUSION },
	{ axt_pass_layout, AXT_COMPILE_PLAIN },
	/* Transposes that are left by now. */
	{ axt_pass_matmul, AXT_COMPILE_NO_FUSION },
	{ axt_pass_post, AXT_COMPILE_NO_FUSION },
};

void axt_optimise(struct axt_ir *ir, uint32_t flags)
{
	for (size_t i = 0; i < sizeof(passes) / sizeof(passes[0]); i++) {
		if (passes[i].unless & flags || ir->err)
			continue;
		axt_ir_sweep(ir);
		passes[i].run(ir);
	}
	if (!ir->err)
		axt_ir_sweep(ir);
}
