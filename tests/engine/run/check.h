/* SPDX-License-Identifier: MIT */
/* Rows of one table, each on all instruction sets and numbers of threads. */
#ifndef AXLE_TESTS_CHECK_H
#define AXLE_TESTS_CHECK_H

#include "net.h"
#include "tap.h"

/*
 * The results are those of the portable kernels within a tolerance, and the
 * same bytes for 1 to 4 threads and again.
 */
void check_row(const struct net_row *row);

/* All rows up to one without a sentence. */
void check_rows(const struct net_row *rows);

#endif
