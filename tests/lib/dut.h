/* SPDX-License-Identifier: MIT */
/*
 * The device under test: what AXLE_DEVICE names, else "soft". The tests that
 * use this hold for every device that can run programs. DUT_MODE=kernel: with
 * queues that the kernel submits to.
 */
#ifndef AXLE_TESTS_DUT_H
#define AXLE_TESTS_DUT_H

#include "tap.h"

#include <axl/axle.h>

#define MS 1000000ll
#define SECOND (1000 * MS)
/* For what must happen, on a machine that has much else to do. */
#define PATIENCE (60 * SECOND)

struct dut {
	struct axl_system *system;
	struct axl_device *device;
	struct axl_context *context;
	struct axl_queue *queue; /* with all defaults */
};

/* A case whose device does not open has failed and should end. */
bool dut_open(struct dut *dut);
bool dut_is_soft(const struct dut *dut);
/*
 * Another context: of the device if that has more than one, else of the
 * embedded one.
 */
bool dut_open_other(struct dut *dut, struct dut *other);
bool dut_has_contexts(struct dut *dut, uint32_t count);
/* Whether resets of a queue are events; where they are not, failures are. */
bool dut_tells_resets(const struct dut *dut);
/* All defaults, but in the mode that is tested. */
struct axl_queue_config dut_config(void);
/* What is NULL is left out. */
void dut_close(struct dut *dut);

/* A buffer of so many bytes and its memory. */
struct axl_bo *dut_bo(struct dut *dut, uint64_t size, void *memory);

/* Submits one job and waits for it: what either says. */
int dut_run(struct axl_queue *queue, const struct axl_job *job);
uint64_t dut_submit(struct axl_queue *queue, const struct axl_job *job);

/* program_add(), of the device. */
struct axl_program *dut_program_add(struct dut *dut, uint32_t count,
				    uint32_t operations);

/* A job that takes long enough to be looked at: its program and memory. */
struct dut_long {
	struct axl_program *program;
	struct axl_bo *bo;
	struct axl_binding bindings[3];
	struct axl_job job;
};

bool dut_long_open(struct dut *dut, struct dut_long *out);
void dut_long_close(struct dut_long *out);

#endif
