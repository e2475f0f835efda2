// SPDX-License-Identifier: MIT
/* Errors in words, and the log. */
#include "axlp.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* What an errno of the driver kit means; see the top of axle_drm.h. */
static const struct {
	int err;
	const char *text;
} meanings[] = {
	{ EACCES, "no permission" },
	{ EAGAIN, "there is no room now" },
	{ EMFILE, "the process has no descriptor left" },
	{ ECANCELED, "the work was killed by a device reset" },
	{ EINVAL, "a value is out of range" },
	{ EIO, "the device failed" },
	{ ENODEV, "the device is gone (unplugged, or its driver unbound)" },
	{ ENOMEM, "out of memory" },
	{ ENOTTY, "the driver does not know this call" },
	{ EOPNOTSUPP, "the device cannot do this" },
	{ EPERM, "this needs CAP_SYS_ADMIN; run as root" },
	{ ETIME, "the wait ended at its deadline" },
};

const char *axlp_explain(int err)
{
	const char *text;

	for (size_t i = 0; i < AXLP_ARRAY_SIZE(meanings); i++)
		if (meanings[i].err == -err)
			return meanings[i].text;
	text = strerrordesc_np(-err);
	return text ? text : "unknown error";
}

int axlp_fail(struct axlp_error *error, int err, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(error->text, sizeof(error->text), format, args);
	va_end(args);
	return err;
}

void axlp_log(const struct axl_system *sys, enum axl_log_level level,
	      const char *format, ...)
{
	char text[1024];
	va_list args;

	if (!sys->log)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	sys->log(sys->log_data, level, text);
}

const char *axl_system_error_detail(const struct axl_system *system)
{
	return system->error.text;
}

const char *axl_device_error_detail(const struct axl_device *device)
{
	return device->error.text;
}

const char *axl_context_error_detail(const struct axl_context *context)
{
	return context->error.text;
}

const char *axl_bo_error_detail(const struct axl_bo *bo)
{
	return bo->error.text;
}

const char *axl_program_error_detail(const struct axl_program *program)
{
	return program->error.text;
}

const char *axl_queue_error_detail(const struct axl_queue *queue)
{
	return queue->error.text;
}
