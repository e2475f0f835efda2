// SPDX-License-Identifier: MIT
/* Programs, which the kernel gives to the device. */
#include "kit.h"

#include <errno.h>

static int create(struct axle_context *ac, struct drm_axle_program_create *args)
{
	int err = axle_call(ac, DRM_IOCTL_AXLE_PROGRAM_CREATE, args);

	if (err != -ENOSPC)
		return err;
	/* Jobs that are done may still hold some that nobody else has. */
	axlv_retire_context(&ac->vnpu);
	return axle_call(ac, DRM_IOCTL_AXLE_PROGRAM_CREATE, args);
}

static int fail(struct axl_program *program, int err)
{
	if (err == -ENOSPC)
		return axlp_fail(&program->error, -EBUSY,
				 "the context has no room for another program");
	if (err == -ENOEXEC || err == -EINVAL)
		return axlp_fail(&program->error, -ENOEXEC,
				 "the device does not take the program");
	return axlp_fail(&program->error, err, "no program: %s",
			 axlp_explain(err));
}

int axle_program_create(struct axl_program *program, const void *blob,
			size_t size)
{
	struct axle_context *ac = axle_context_of(program->context);
	struct axlv_program *vp = axlv_program_of(program);
	struct drm_axle_program_create args = {
		.data = (uintptr_t)blob,
		.size = size,
	};
	uint32_t ports = program->input_count + program->output_count;
	int err;

	/* Scratch and spans are bound, too. */
	if (ports + 2 > ac->info.bindings_max)
		return axlp_fail(&program->error, -ENOEXEC,
				 "the program has %u inputs and outputs, the "
				 "device takes %u",
				 ports, ac->info.bindings_max - 2);
	err = create(ac, &args);
	if (err)
		return fail(program, err);
	vp->handle = args.program;
	vp->number = DRM_AXLE_VNPU_PROGRAM_NUMBER(args.info);
	vp->scratch = DRM_AXLE_VNPU_PROGRAM_SCRATCH(args.info);
	return 0;
}

void axle_program_destroy(struct axl_program *program)
{
	struct drm_axle_program_destroy args = {
		.program = axlv_program_of(program)->handle,
	};

	axle_call(axle_context_of(program->context),
		  DRM_IOCTL_AXLE_PROGRAM_DESTROY, &args);
}
