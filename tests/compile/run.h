/* SPDX-License-Identifier: MIT */
/* Runs a program with the portable kernels alone: what it means. */
#ifndef AXLE_TESTS_COMPILE_RUN_H
#define AXLE_TESTS_COMPILE_RUN_H

#include <axt/program.h>

/* A program with memory for all that it reads and writes. */
struct run {
	void *blob;
	struct axt_program *program;
	const struct axt_header *header;
	void **input; /* by number, zeroed at first */
	void **output;
	void *arena;
};

/* Takes the blob over, which came from malloc(); 0 or -errno. */
int run_open(struct run *run, void *blob, size_t size);
void run_close(struct run *run);

const struct axt_tensor *run_input(const struct run *run, uint32_t number);
const struct axt_tensor *run_output(const struct run *run, uint32_t number);
/* Number of the input of that name, AXT_NONE if there is none. */
uint32_t run_find_input(const struct run *run, const char *name);

void run_execute(const struct run *run);

/* Operations of a code (AXT_CODE_END: all), and with posts. */
unsigned int run_count(const struct run *run, enum axt_code code);

#endif
