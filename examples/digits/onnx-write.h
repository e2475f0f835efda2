/* SPDX-License-Identifier: MIT */
#ifndef DIGITS_ONNX_WRITE_H
#define DIGITS_ONNX_WRITE_H

#include "lenet.h"

/* As ONNX, opset 13: "image" 1x1x28x28 to "probability" 1x10. */
int lenet_write(const struct lenet *net, const char *path);

#endif
