/* SPDX-License-Identifier: MIT */
/* A made-up tree (fake-tree.h) and a system object that looks at it. */
#ifndef AXLE_TESTS_TREE_H
#define AXLE_TESTS_TREE_H

#include "fake-tree.h"
#include "tap.h"

#include <axl/axle.h>

struct tree {
	char *root;
	struct axl_system *system;
};

/* A case whose tree does not open has failed and should end. */
bool tree_open(struct tree *tree, const char *scenario);
void tree_close(struct tree *tree);

#endif
