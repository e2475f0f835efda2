// SPDX-License-Identifier: MIT
/* Options as text. */
#include "onnx.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int axt_onnx_parse_shape(const char *text, struct axt_onnx_shape_option *option)
{
	/* Names may have '=' in them, dimensions may not. */
	const char *at = strrchr(text, '=');
	char *end;

	if (!at || at == text || (size_t)(at - text) >= sizeof(option->name))
		return -EINVAL;
	memset(option, 0, sizeof(*option));
	memcpy(option->name, text, (size_t)(at - text));
	if (!*++at)
		return 0;
	for (;;) {
		long dim;

		/* No sign and no space, which strtol() would take. */
		if (*at < '0' || *at > '9' ||
		    option->shape.rank == AXT_ONNX_RANK_MAX)
			return -EINVAL;
		errno = 0;
		dim = strtol(at, &end, 10);
		if (errno || dim > AXT_ONNX_DIM_MAX)
			return -EINVAL;
		option->shape.dim[option->shape.rank++] = dim;
		if (!*end)
			return 0;
		if (*end != ',')
			return -EINVAL;
		at = end + 1;
	}
}
