/* SPDX-License-Identifier: MIT */
#ifndef AXT_ONNX_REPORT_H
#define AXT_ONNX_REPORT_H

#include "onnx.h"

/* Sets the text, unless there is one already, and returns err. */
int axt_onnx_report_fail(struct axt_onnx_report *report, int err,
			 const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The pool gave nothing: at its cap, -EFBIG, or no memory, -ENOMEM. */
int axt_onnx_report_full(struct axt_onnx_report *report,
			 const struct axt_onnx_pool *pool);

/* 0 or -ENOMEM. */
int axt_onnx_report_add(struct axt_onnx_report *report, const char *node,
			const char *op, int64_t opset, const char *reason);

/* After the last issue: sets the text. 0, or -EOPNOTSUPP if there are any. */
int axt_onnx_report_close(struct axt_onnx_report *report);

#endif
