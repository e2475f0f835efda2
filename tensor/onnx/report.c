// SPDX-License-Identifier: MIT
/* What is wrong with a file. Names from it are made printable. */
#include "report.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void axt_onnx_report_clear(struct axt_onnx_report *report)
{
	free(report->issues);
	memset(report, 0, sizeof(*report));
}

static void make_printable(char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			*text = '?';
}

static void copy(char *out, size_t size, const char *text)
{
	snprintf(out, size, "%s", text ? text : "");
	make_printable(out);
}

int axt_onnx_report_fail(struct axt_onnx_report *report, int err,
			 const char *format, ...)
{
	va_list args;

	if (report->text[0])
		return err;
	va_start(args, format);
	vsnprintf(report->text, sizeof(report->text), format, args);
	va_end(args);
	make_printable(report->text);
	return err;
}

int axt_onnx_report_full(struct axt_onnx_report *report,
			 const struct axt_onnx_pool *pool)
{
	if (pool->capped)
		return axt_onnx_report_fail(report, -EFBIG,
					    "needs more than %zu bytes of "
					    "memory",
					    pool->most);
	return axt_onnx_report_fail(report, -ENOMEM, "out of memory");
}

int axt_onnx_report_add(struct axt_onnx_report *report, const char *node,
			const char *op, int64_t opset, const char *reason)
{
	struct axt_onnx_issue *issue = report->issues;

	if (report->count == AXT_ONNX_ISSUES_MAX) {
		report->left_out++;
		return 0;
	}
	/* Grows at each power of two. */
	if ((report->count & (report->count - 1)) == 0) {
		issue = reallocarray(issue,
				     report->count ? report->count * 2 : 1,
				     sizeof(*issue));
		if (!issue)
			return -ENOMEM;
		report->issues = issue;
	}
	issue += report->count++;
	copy(issue->node, sizeof(issue->node), node);
	copy(issue->op, sizeof(issue->op), op);
	copy(issue->reason, sizeof(issue->reason), reason);
	issue->opset = opset;
	return 0;
}

int axt_onnx_report_close(struct axt_onnx_report *report)
{
	const struct axt_onnx_issue *first = report->issues;
	size_t total = report->count + report->left_out;

	if (!total)
		return 0;
	return axt_onnx_report_fail(
		report, -EOPNOTSUPP,
		"%zu node%s not supported; the first: %s (%s, opset %" PRId64
		"): %s",
		total, total == 1 ? " is" : "s are", first->node, first->op,
		first->opset, first->reason);
}
