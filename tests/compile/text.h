/* SPDX-License-Identifier: MIT */
/*
 * Small networks as text, for tests. Statements end with ';':
 *
 *	in x 1,8,6,6		an input, f32
 *	const w 8,8,1,1		f32, numbers between -1 and 1, all different
 *	num six 6		a scalar
 *	list axes 2,3		int64, one dimension
 *	Conv x w -> y pads:1,1,1,1 group=1 alpha=0.5 mode=edge
 *	out y
 *
 * An attribute with ':' is a list of integers; with '=' an integer, a number
 * with a point in it, or a word; with '%' a list of words.
 */
#ifndef AXLE_TESTS_COMPILE_TEXT_H
#define AXLE_TESTS_COMPILE_TEXT_H

#include "writer.h"

/* The file, of opset 13 unless the text begins with "opset 9;". */
bool text_model(const char *text, struct wire *model);

#endif
