/* SPDX-License-Identifier: MIT */
/* The engine's side of its threads. */
#ifndef AXT_WORKERS_H
#define AXT_WORKERS_H

#include <stddef.h>

#include "engine.h"

#define AXT_WORK_PARTS_MAX 0xffffu

typedef void axt_work_fn(void *data, unsigned int part, unsigned int parts);

/* Makes the scratch memory at least so large; ENOMEM. */
int axt_workers_reserve(struct axt_workers *workers, size_t scratch);

/* A run has the threads and the scratch memory for itself in between. */
void *axt_workers_begin(struct axt_workers *workers);
void axt_workers_end(struct axt_workers *workers);

/* Calls work for each part, on all threads, and waits for the end. */
void axt_workers_do(struct axt_workers *workers, axt_work_fn *work, void *data,
		    unsigned int parts);

#endif
