// SPDX-License-Identifier: MIT
/* make-tree SCENARIO: make a tree, print its path; see fake-tree.h. */
#include "fake-tree.h"

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
	char *root;

	if (argc != 2) {
		fprintf(stderr, "usage: make-tree SCENARIO\n");
		return 2;
	}
	root = fake_create();
	if (fake_scenario(root, argv[1]) != 0) {
		fprintf(stderr, "make-tree: no scenario %s\n", argv[1]);
		fake_destroy(root);
		return 2;
	}
	puts(root);
	free(root);
	return 0;
}
