/* SPDX-License-Identifier: MIT */
/*
 * Test folders in the layout of ONNX: model.onnx, and test_data_set_N with
 * input_K.pb and output_K.pb, TensorProtos in the order of the model.
 */
#ifndef AXLE_TOOLS_CONFORM_H
#define AXLE_TOOLS_CONFORM_H

#include "compare.h"
#include "runner.h"

struct conform_test {
	char *path; /* the folder */
	const char *name; /* a part of the path */
};

struct conform_list {
	struct conform_test *tests;
	size_t count;
};

/*
 * Adds the folder, or else all test folders below it, sorted; pattern, as of
 * fnmatch(3), is for the folder's own name, NULL for all. -ENOENT: there is
 * no test at all below it.
 */
int conform_find(const char *dir, const char *pattern,
		 struct conform_list *list, struct why *why);
void conform_list_fini(struct conform_list *list);

enum conform_verdict {
	CONFORM_PASSED,
	CONFORM_FAILED,
	CONFORM_SKIPPED, /* it has what is not supported */
};

struct conform_result {
	enum conform_verdict verdict;
	double error; /* the largest of all outputs, see compare.h */
	struct why why; /* unless it passed */
};

void conform_run(const struct runner *runner, const char *path,
		 const struct tolerance *tolerance, struct conform_result *out);

#endif
