/* SPDX-License-Identifier: MIT */
/*
 * A made-up card behind the driver qaic, for nodes whose file says "qaic": part
 * of fake-kernel.c. It runs one program only, whatever it was loaded with: the
 * outputs are the sums of the inputs, as f32. There is one card in a process,
 * and what it is to do is what a test writes into it, under its lock.
 */
#ifndef AXLE_TESTS_FAKE_QAIC_H
#define AXLE_TESTS_FAKE_QAIC_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#define FAKE_DBCS 16
#define FAKE_HANDLES 4096
#define FAKE_MEMORY (1u << 20)

struct fake_dbc {
	uint32_t activation; /* 0: free */
	bool stalled; /* what it is given does not end */
	uint8_t *memory;
};

struct fake_slice {
	uint32_t dbc, dir; /* 0: not sliced */
	uint64_t dev, size, offset;
	bool last; /* has the handshake */
	bool queued;
};

struct fake_qaic {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	/* To be set. */
	bool offline; /* every call says that there is no device */
	bool nonsense; /* answers are all ones */
	uint32_t taken; /* DBCs that others have */
	uint32_t stall; /* so many jobs from now on do not end */
	uint32_t full; /* so many EXECUTEs find no room in the channel */
	uint32_t full_after; /* once there were so many that did */
	uint32_t silent; /* so many MANAGEs find no room in theirs */
	int32_t load_status; /* of LOAD_ELF */
	/* To be looked at. */
	unsigned int loads, unloads, activates, deactivates;
	unsigned int attaches, executes, breaches;
	/* Its own. */
	uint32_t numbers;
	struct fake_dbc dbc[FAKE_DBCS];
	struct fake_slice slice[FAKE_HANDLES];
};

/* The card; as new with reset. */
struct fake_qaic *fake_qaic(void);
/* As a reset of the card: everything that it had is lost. */
void fake_qaic_reset(void);
/* A call of the driver: an errno, ENOTTY for others. */
int fake_qaic_call(unsigned long request, void *arg);

#endif
