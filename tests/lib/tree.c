// SPDX-License-Identifier: MIT
#include "tree.h"

#include <string.h>

bool tree_open(struct tree *tree, const char *scenario)
{
	struct axl_config config = { .size = sizeof(config) };

	memset(tree, 0, sizeof(*tree));
	tree->root = fake_create();
	config.root = tree->root;
	return TAP_EQUAL(fake_scenario(tree->root, scenario), 0) &&
	       TAP_EQUAL(axl_system_create(&config, &tree->system), 0);
}

void tree_close(struct tree *tree)
{
	axl_system_destroy(tree->system);
	fake_destroy(tree->root);
}
