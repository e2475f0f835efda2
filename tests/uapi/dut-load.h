/* SPDX-License-Identifier: MIT */
/* A thread that keeps a queue busy and checks every result. */
#ifndef AXLE_TESTS_DUT_LOAD_H
#define AXLE_TESTS_DUT_LOAD_H

#include <pthread.h>
#include <stdatomic.h>

#include "dut.h"

struct dut_load {
	struct dut_context ctx;
	pthread_t thread;
	atomic_bool stop;
	bool blind; /* leave the memory alone: it goes with the device */
	atomic_uint done; /* right results */
	unsigned int cancelled; /* ECANCELED, ENODEV */
	unsigned int wrong; /* results or errors that must not be */
	int error; /* errno of a call that ended it, or zero */
	bool told; /* another call after that one did not fail */
};

/* A context of its own beside @of, where the device has one; else the same. */
bool dut_load_start(struct dut_load *load, const struct dut_context *of);
/* The same for a device that goes away, and memory with it: only errors. */
bool dut_load_start_blind(struct dut_load *load, const struct dut_context *of);
void dut_load_stop(struct dut_load *load);
/* Waits for its first results. */
bool dut_load_runs(const struct dut_load *load);
/* For one that ends by itself, with an error. */
void dut_load_join(struct dut_load *load);

#endif
