/* SPDX-License-Identifier: MIT */
/* Files for tests. */
#ifndef AXLE_TESTS_ONNX_DATA_H
#define AXLE_TESTS_ONNX_DATA_H

#include "onnx.h"

/* The whole file, NULL if it cannot be read; to be freed. */
void *data_read(const char *path, size_t *size);

/* A tensor of a folder of tests: "input" or "output" and a number, or NULL. */
struct axt_onnx_tensor *data_tensor(const char *folder, const char *kind,
				    unsigned int number);

#endif
