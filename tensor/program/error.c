// SPDX-License-Identifier: MIT
/* Errors in words. */
#include "check.h"

#include <errno.h>

int axt_fail_va(struct axt_error *error, int err, const char *prefix,
		const char *format, va_list args)
{
	int length;

	if (!error)
		return -err;
	length = snprintf(error->text, sizeof(error->text), "%s", prefix);
	if (length >= 0 && (size_t)length < sizeof(error->text))
		vsnprintf(error->text + length, sizeof(error->text) - length,
			  format, args);
	return -err;
}

int axt_fail(struct axt_error *error, int err, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	axt_fail_va(error, err, "", format, args);
	va_end(args);
	return -err;
}

int axt_op_fail(const struct axt_check *check, const char *format, ...)
{
	char prefix[64];
	va_list args;

	snprintf(prefix, sizeof(prefix), "operation %u (%s): ", check->number,
		 check->view.info ? check->view.info->name : "?");
	va_start(args, format);
	axt_fail_va(check->error, EINVAL, prefix, format, args);
	va_end(args);
	return -EINVAL;
}
