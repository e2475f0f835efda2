/* SPDX-License-Identifier: MIT */
/*
 * The engine: prepares a tensor program once (weights reordered, kernels
 * chosen for this processor), then executes it many times. Functions return 0
 * or -errno.
 *
 * For one program, processor and number of threads the results are the same,
 * bit by bit, each time.
 */
#ifndef AXT_ENGINE_H
#define AXT_ENGINE_H

#include <axt/program.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The threads that execute, the calling one included: 1 to AXT_THREADS_MAX.
 * Several engines may share them; one run at a time uses them, further ones
 * wait. They sleep between runs.
 */
#define AXT_THREADS_MAX 64

struct axt_workers;

int axt_workers_create(unsigned int threads, struct axt_workers **out);
/* No engine that uses them must be left. */
void axt_workers_destroy(struct axt_workers *workers);
unsigned int axt_workers_count(const struct axt_workers *workers);

/* What the processor must have for the kernels that may be chosen. */
enum axt_isa {
	AXT_ISA_PORTABLE = 0, /* the kernels of kernel.h alone: the reference */
	AXT_ISA_BASE = 1, /* what every processor of the architecture has */
	AXT_ISA_AVX2 = 2, /* with FMA */
	AXT_ISA_AVX512 = 3, /* F, BW, DQ, VL */
	AXT_ISA_BEST = 4, /* the best of these that is there */
};

struct axt_engine;

/*
 * The program must stay until the engine is destroyed. ENOMEM; EOPNOTSUPP: the
 * processor does not have isa.
 */
int axt_engine_create(const struct axt_program *program,
		      struct axt_workers *workers, enum axt_isa isa,
		      struct axt_engine **out);
void axt_engine_destroy(struct axt_engine *engine);

/* Bytes that the engine allocated: weights as reordered, tables. */
size_t axt_engine_memory(const struct axt_engine *engine);

/* When an operation ran: CLOCK_MONOTONIC, ns. */
struct axt_engine_span {
	uint64_t start_ns;
	uint64_t end_ns;
};

struct axt_engine_run {
	const void *const *inputs; /* by number; aligned to 64 bytes */
	void *const *outputs;
	void *arena; /* arena_size of the header, aligned to 64 bytes */
	struct axt_engine_span *spans; /* one per operation, or NULL */
	/* Asked between operations; true ends the run with -ECANCELED. */
	bool (*stopped)(void *data);
	void *stopped_data;
};

/*
 * Any number of threads may run one engine at once, with different arenas.
 * Allocates nothing. Returns 0 or -ECANCELED.
 */
int axt_engine_run(struct axt_engine *engine, const struct axt_engine_run *run);

#ifdef __cplusplus
}
#endif

#endif
