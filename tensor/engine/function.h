/* SPDX-License-Identifier: MIT */
/*
 * The functions of enum axt_unary and enum axt_binary on runs of numbers.
 * Maxima, minima and what is built of them return NaN if an argument is NaN.
 */
#ifndef AXT_FUNCTION_H
#define AXT_FUNCTION_H

#include <stddef.h>

#include <axt/format.h>

/* value[i] = function(value[i]); not AXT_NOT. */
void axt_unary_run(unsigned int function, float alpha, float beta, float *value,
		   size_t count);

/* a[i] = function(a[i], b[i * b_step]), for functions below AXT_EQUAL. */
void axt_binary_run(unsigned int function, float *a, const float *b,
		    size_t b_step, size_t count);

#endif
