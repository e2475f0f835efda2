/* SPDX-License-Identifier: MIT */
/*
 * A fuzzer of the kernel-user contract: random calls, valid and broken, from
 * several processes with several threads, while the device is reset,
 * fails and is unplugged. What a thread does follows from seed, round, process and
 * thread; what the kernel answers does not change what comes next.
 */
#ifndef AXLE_FUZZ_H
#define AXLE_FUZZ_H

#include <limits.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <drm/axle_drm.h>

#define FUZZ_PROCESSES 3
#define FUZZ_THREADS 3
#define FUZZ_FILES 4
#define FUZZ_POOL 8
#define FUZZ_DMABUFS 4
/* Descriptors stay in their places, so that a number never means another. */
#define FUZZ_FD_COMPUTE 400
#define FUZZ_FD_CONTROL (FUZZ_FD_COMPUTE + FUZZ_FILES)
#define FUZZ_FD_DMABUF (FUZZ_FD_CONTROL + FUZZ_FILES)

enum fuzz_kind {
	FUZZ_BO,
	FUZZ_SYNC,
	FUZZ_VM,
	FUZZ_PROGRAM,
	FUZZ_QUEUE,
	FUZZ_KINDS,
};

/* random.c: the same numbers for the same seed */
struct rng {
	uint64_t state;
};

struct rng rng_seed(uint64_t seed, uint64_t stream);
uint64_t rng_next(struct rng *rng);
uint32_t rng_below(struct rng *rng, uint32_t limit);
bool rng_one_in(struct rng *rng, uint32_t n);
/* A value that programs get wrong. */
uint64_t rng_wild(struct rng *rng);

struct fuzz_driver;

/* What is under test; constant once found, but for the number of its nodes. */
struct fuzz_device {
	char bus_path[PATH_MAX]; /* in sysfs */
	char driver_path[PATH_MAX];
	char module[64];
	const struct fuzz_driver *driver;
	uint32_t regions;
	uint32_t engines;
	uint64_t features;
};

/* Where a thread is; in memory that all processes share. */
struct fuzz_progress {
	_Atomic uint64_t since_ms; /* 0: not in a call */
	_Atomic uint64_t steps;
	_Atomic(const char *) what; /* the same in all processes: no exec */
};

struct fuzz_shared {
	_Atomic bool stop;
	_Atomic uint32_t broken; /* rules that the kernel broke */
	struct fuzz_progress progress[FUZZ_PROCESSES + 1][FUZZ_THREADS];
};

/*
 * A pair of open nodes and what was got through it. Other threads change it at
 * any time, so numbers may be stale; that is as it should be.
 */
struct fuzz_file {
	_Atomic uint32_t number[FUZZ_KINDS][FUZZ_POOL];
	_Atomic uint64_t offset[FUZZ_POOL]; /* for mmap() */
};

struct fuzz_process {
	const struct fuzz_device *device;
	struct fuzz_shared *shared;
	struct fuzz_file file[FUZZ_FILES];
	char *arena; /* see arena.c */
	uint64_t seed;
	int number;
};

struct fuzz_thread {
	struct fuzz_process *process;
	struct fuzz_progress *progress;
	struct rng rng;
	int number;
	int which; /* file of this step */
	char *scratch; /* memory for arguments, with no access behind it */
	size_t scratch_used;
};

static inline struct fuzz_file *fuzz_file(struct fuzz_thread *t)
{
	return &t->process->file[t->which];
}

static inline int fuzz_compute(const struct fuzz_thread *t)
{
	return FUZZ_FD_COMPUTE + t->which;
}

static inline int fuzz_control(const struct fuzz_thread *t)
{
	return FUZZ_FD_CONTROL + t->which;
}

/* Mostly one that was got; now and then a stale, foreign or wild one. */
uint32_t fuzz_pick(struct fuzz_thread *t, enum fuzz_kind kind);
void fuzz_keep(struct fuzz_thread *t, enum fuzz_kind kind, uint32_t number);
void fuzz_keep_offset(struct fuzz_thread *t, uint64_t offset);
uint64_t fuzz_pick_offset(struct fuzz_thread *t);

/* scratch memory of this step, zeroed */
void *fuzz_scratch(struct fuzz_thread *t, size_t size);
/* The pointer, or now and then a bad one. */
uint64_t fuzz_pointer(struct fuzz_thread *t, const void *pointer);
/* The value, or now and then a wild one. */
uint64_t fuzz_value(struct fuzz_thread *t, uint64_t value);

/* call.c: one call of the table */
struct fuzz_call {
	const char *name;
	unsigned long cmd;
	/* Fill the struct with what is mostly valid. */
	void (*fill)(struct fuzz_thread *t, void *args);
	/* Keep what a call that succeeded has made. */
	void (*done)(struct fuzz_thread *t, const void *args);
	/* Next to those that any call may have; zero at the end. */
	const short *errnos;
	uint32_t pointers; /* words of the struct that are halves of pointers */
	bool core; /* DRM's own: any errno */
	bool control; /* of the control node */
};

void fuzz_call(struct fuzz_thread *t, const struct fuzz_call *call);
void fuzz_unknown_call(struct fuzz_thread *t);

/* calls-kit.c, calls-core.c */
extern const struct fuzz_call fuzz_kit_calls[];
extern const unsigned int fuzz_kit_call_count;
extern const struct fuzz_call fuzz_core_calls[];
extern const unsigned int fuzz_core_call_count;

/* driver.c: what a device's own is */
struct fuzz_driver {
	const char *name;
	const struct fuzz_call *calls;
	unsigned int call_count;
	/* Fill @data with at most @size bytes of commands; how many. */
	uint32_t (*commands)(struct fuzz_thread *t, void *data, uint32_t size);
	/* One slot of a ring. */
	void (*slot)(struct fuzz_thread *t, void *slot);
	uint32_t slot_size;
	/* Bytes of a program. */
	uint32_t (*program)(struct fuzz_thread *t, void *data, uint32_t size);
	/* Whether the device, which nobody else uses, does its work. */
	bool (*works)(const struct fuzz_device *device);
	/* Switches in sysfs' parameters that make the device fail. */
	const char *const *switches;
};

const struct fuzz_driver *fuzz_driver_find(const char *name);

/* arena.c: mappings that may vanish under whoever uses them */
char *fuzz_arena_make(void);
void *fuzz_arena_slot(struct fuzz_thread *t);
void fuzz_arena_step(struct fuzz_thread *t);
void fuzz_ring(struct fuzz_thread *t);
void fuzz_guard_init(void);

/* step.c: one step of a thread */
void fuzz_step(struct fuzz_thread *t);
bool fuzz_reopen(struct fuzz_process *process, int which, bool control);

/* disturb.c: what happens to the device meanwhile */
void fuzz_disturb(struct fuzz_process *process, struct fuzz_thread *t);
void fuzz_settle(const struct fuzz_device *device);
bool fuzz_reload(const struct fuzz_device *device, const char *load);

/* device.c */
bool fuzz_device_find(struct fuzz_device *device, int nth);
/* The number of its nodes now, or -1. */
int fuzz_device_index(const struct fuzz_device *device);
/* Whether it is ready, has no users, and does its work; says why not. */
bool fuzz_device_idle(const struct fuzz_device *device);

void fuzz_enter(struct fuzz_thread *t, const char *what);
void fuzz_leave(struct fuzz_thread *t);
void fuzz_broken(struct fuzz_thread *t, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
