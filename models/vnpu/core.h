/* SPDX-License-Identifier: MIT */
/*
 * What the files of the model share: its state and who may touch it.
 *
 * Threads: those of the kit (operations, timers: "device lock"), the admin
 * worker (boot, reset, commands), one worker an engine (its queues, their
 * descriptors), one that prepares programs, one that watches (telemetry).
 *
 * Lock order: watch, an engine's, an address space's, then one of the rest:
 * device lock, programs, events, vectors, poison, ras, flash. DMA may happen
 * under all but the device lock, programs, vectors, poison, ras and flash.
 * Nobody who has the device lock takes another but the last five.
 */
#ifndef VNPU_CORE_H
#define VNPU_CORE_H

#include "common/axm.h"
#include "store.h"
#include "vnpu_regs.h"

#include "engine.h"
#include <axt/program.h>

#include <endian.h>
#include <pthread.h>
#include <stdatomic.h>

#define VNPU_QUEUES_MAX 1024
#define VNPU_PROGRAMS_MAX 1024
#define VNPU_ASIDS_MAX 64
#define VNPU_ENGINES 2
#define VNPU_STRIDE 4096
#define VNPU_REGS_BYTES 256
#define VNPU_BATCH 32 /* descriptors with one store of done, at most */
#define VNPU_BINDINGS_MAX 1024
#define VNPU_PROGRAM_SIZE_MAX (256ull << 20) /* checked within a command */
#define VNPU_CHUNK 65536 /* of FILL and COPY, between two looks around */
#define VNPU_LOG_EVENTS_MAX 64
#define VNPU_LOG_TEXT 512
#define VNPU_POISON_MAX 64
#define VNPU_ECC_LINE 64
#define VNPU_RAS_WAITING 32 /* errors of a unit that have no event yet */
#define VNPU_FLASH_PIECE 65536
#define VNPU_TEMPERATURE_MAX_MC 95000
#define VNPU_POWER_MAX_MW 15000
#define VNPU_CLOCK_KHZ 1000000
#define VNPU_CLOCK_MIN_KHZ 100000
/* At full load and the least clock it draws less. */
#define VNPU_POWER_MIN_MW 3000

/* Beside VNPU_ERR_*: what never reaches the host. */
#define VNPU_STOPPED (-1) /* by a command or a reset */
#define VNPU_LATER (-2) /* the condition does not hold yet */

struct vnpu;
struct vnpu_engine_state;

/* What a profile has; constant. */
struct vnpu_limits {
	uint32_t profile;
	uint32_t cap;
	uint32_t contexts;
	uint32_t queues;
	uint32_t context_queues;
	uint32_t programs;
	uint32_t asids;
	uint32_t engines;
	uint32_t vectors;
	uint32_t va_bits;
	uint16_t subsystem;
	const char *name;
};

struct vnpu_fault {
	uint64_t address;
	uint16_t asid;
	uint8_t access;
	uint8_t reason; /* 0: none */
};

/* An access on behalf of somebody; fault says what went wrong. */
struct vnpu_access {
	struct vnpu *v;
	uint16_t asid; /* or VNPU_ASID_BUS */
	struct vnpu_fault fault;
};

/* Under the lock of the queue's engine, but as said. */
struct vnpu_queue {
	atomic_int engine; /* -1: no such queue */
	uint32_t number;
	uint16_t context;
	uint16_t asid;
	uint16_t vector;
	uint8_t log2;
	uint8_t priority;
	uint32_t timeout_ms;
	uint64_t ring;
	uint64_t status;
	uint64_t done;
	uint32_t flags; /* VNPU_RING_*, as in the record */
	uint32_t tail; /* as seen last */
	uint64_t busy_ns;
	uint64_t cycles; /* of the clock in busy_ns */
	uint32_t error;
	bool awake;
	uint64_t last_work;
	uint64_t pass; /* of the scheduler: the least is next */
	bool waiting; /* desc is a condition, or a program not yet ready */
	bool held; /* desc is at done and fetched, but not done */
	uint64_t wait_since;
	struct vnpu_desc desc; /* fetched last */
	bool has_desc; /* it is the one at done */
	struct vnpu_program *program; /* of the EXEC at done, from its start */
	atomic_int stop; /* the descriptor that runs must end */
	atomic_bool flushed; /* a page of it was unmapped: */
	uint64_t flush_address; /* set before flushed */
};

/* Bytes in an address space that a running EXEC holds on to. */
struct vnpu_note {
	uint64_t address;
	uint64_t size;
};

struct vnpu_engine_state {
	struct vnpu *v;
	struct axm_worker *worker;
	struct axm_job job;
	unsigned int number;
	uint32_t kind; /* VNPU_ENGINE_* */

	pthread_mutex_t lock;
	pthread_cond_t changed; /* running or active have */
	atomic_int wanted; /* others that wait for the lock */
	atomic_bool wakes; /* a bit of v->wake may be set */
	bool active; /* the job is under way */
	struct vnpu_queue *running; /* without the lock meanwhile */
	uint64_t run_start;
	uint64_t runs; /* counts what ran without the lock */
	struct vnpu_queue **awake; /* count of them */
	unsigned int count;
	uint64_t pass; /* of the queue served last */
	uint64_t busy_ns;
	uint64_t descriptors;
	uint64_t errors;
	uint64_t wakeups;
	uint64_t looked; /* at waiting queues */
	uint64_t served; /* when something was done last */
	struct vnpu_note *notes; /* of the running EXEC; VNPU_BINDINGS_MAX */
	unsigned int note_count;

	/* The engine thread's own. */
	struct vnpu_desc batch[VNPU_BATCH];
	struct vnpu_exec *exec;
	uint8_t *chunk;
};

struct vnpu_context {
	bool used; /* admin worker */
	atomic_ullong busy_ns;
	atomic_ullong descriptors;
	atomic_ullong errors;
	atomic_ullong memory;
};

struct vnpu_asid {
	pthread_rwlock_t lock; /* readers: use translations; writer: flushes */
	bool used;
	uint16_t context;
	uint64_t root;
};

enum vnpu_program_state {
	VNPU_PROGRAM_PREPARING,
	VNPU_PROGRAM_READY,
	VNPU_PROGRAM_FAILED,
};

/* References: the slot, the list of those to prepare, an EXEC. */
struct vnpu_program {
	struct vnpu *v;
	atomic_uint refs;
	atomic_int state; /* enum vnpu_program_state */
	uint16_t context;
	void *blob;
	uint64_t size;
	uint64_t memory; /* charged to the context */
	struct axt_program *program;
	struct axt_engine *engine; /* set before READY */
	struct vnpu_program *next; /* to prepare */
};

struct vnpu_admin {
	uint64_t ring, results, status;
	uint32_t slots;
	uint32_t vector;
	uint64_t done; /* admin worker */
};

struct vnpu_events {
	pthread_mutex_t lock; /* all of this */
	uint64_t ring, status; /* ring 0: off */
	uint32_t slots;
	uint32_t vector;
	uint64_t done, sequence, dropped;
	struct vnpu_event log[VNPU_LOG_EVENTS_MAX];
	uint64_t total; /* also those of before the ring */
};

struct vnpu_vector {
	struct axm_timer timer;
	uint64_t last;
	bool pending;
};

struct vnpu_watch {
	pthread_mutex_t lock; /* telemetry and thermal */
	struct axm_worker *worker;
	struct axm_job job;
	struct axm_timer timer; /* device lock */
	uint64_t page; /* 0: off */
	uint32_t period_ms;
	uint32_t sequence;
	uint64_t last, last_busy, energy_uj;
	int32_t temperature_mc;
	uint32_t power_mw;
	int32_t limit_mc; /* 0: none */
	bool hot;
	uint32_t power_limit_mw, clock_limit_khz;
	uint32_t flags; /* VNPU_TELEMETRY_* */
	uint64_t throttled_ns;
};

/* Of the engines; watch.lock to change it, and whoever reads tries again. */
struct vnpu_clock {
	atomic_uint changes; /* odd meanwhile */
	atomic_uint khz;
	atomic_ullong since; /* the last change, ns */
	atomic_ullong cycles; /* until then */
};

/* What telemetry says that is not so, for tests. */
enum vnpu_lie {
	VNPU_LIE_NONE,
	VNPU_LIE_TEMPERATURE,
	VNPU_LIE_COUNTERS,
	VNPU_LIE_SEQUENCE,
};

struct vnpu_poison {
	pthread_mutex_t lock;
	uint64_t line[VNPU_POISON_MAX]; /* offsets */
	atomic_uint count;
};

/* So many times count at an address. */
struct vnpu_ras_error {
	uint64_t address;
	uint64_t count;
};

/* Since power on, and what has no event yet. */
struct vnpu_ras_unit {
	uint64_t corrected, uncorrected;
	uint64_t waiting; /* corrected ones */
	uint64_t at; /* the last of them */
	uint64_t told; /* time of the last event of corrected ones */
	struct vnpu_ras_error error[VNPU_RAS_WAITING];
	unsigned int errors;
};

struct vnpu_ras {
	pthread_mutex_t lock; /* all of this */
	struct vnpu_ras_unit unit[VNPU_UNITS];
};

/* The admin worker's; the lock is for what others look at. */
struct vnpu_flash {
	struct vnpu_store store;
	bool writing; /* between BEGIN and COMMIT: */
	unsigned int slot;
	uint32_t size, written;
	pthread_mutex_t lock; /* the rest, to change it or from outside */
	unsigned int running; /* slot, or VNPU_FLASH_NONE */
	struct vnpu_store_block shown; /* store.block */
	struct vnpu_flash_slot info[VNPU_FLASH_SLOTS]; /* version and name */
};

struct vnpu {
	struct axm_device *dev;
	const struct vnpu_limits *limits; /* own */
	struct vnpu_limits own;
	uint32_t version; /* of the interface */
	struct axm_bar_area area; /* of the doorbell BAR */
	struct axm_bar_area memory_area;
	uint8_t *doorbells;
	uint8_t *memory; /* device memory */
	uint64_t memory_size;
	uint64_t private_size;
	uint32_t threads;
	uint32_t stop_ms;

	/* Device lock. */
	uint8_t regs[VNPU_REGS_BYTES];
	uint32_t state, error;
	bool enabled;
	bool power; /* the reset under way clears memory */
	bool boot_stored; /* the boot under way takes what is stored */
	uint64_t resets;

	atomic_bool halt; /* resetting or broken: nothing runs */
	atomic_ullong epoch; /* of the device's time */
	atomic_ullong interrupts;
	atomic_uint event_head;
	atomic_uint awake; /* queues, and since when there was none */
	atomic_ullong asleep_since, asleep_ns;
	atomic_ullong wake[VNPU_QUEUES_MAX / 64]; /* a bit a queue */

	struct axm_worker *admin_worker, *prepare_worker;
	struct axm_job admin_job, boot_job, reset_job, prepare_job;
	struct vnpu_admin admin;
	struct vnpu_fw_info firmware; /* admin worker */

	/* Features; the rest is with what they change. */
	atomic_uint idle_us, coalesce_us, timeout_ms, trap;

	struct vnpu_engine_state engine[VNPU_ENGINES];
	struct vnpu_queue *queues;
	struct vnpu_context contexts[VNPU_CONTEXTS_MAX];
	struct vnpu_asid asids[VNPU_ASIDS_MAX];

	pthread_mutex_t programs_lock; /* slots, list to prepare */
	struct vnpu_program *programs[VNPU_PROGRAMS_MAX];
	struct vnpu_program *to_prepare, **to_prepare_tail;
	struct axt_workers *workers;
	enum axt_isa isa;
	atomic_ullong private_used;

	struct vnpu_events events;
	pthread_mutex_t vectors_lock;
	struct vnpu_vector vectors[VNPU_MSIX_VECTORS_MAX];
	struct vnpu_watch watch;
	struct vnpu_clock clock;
	struct vnpu_poison poison;
	struct vnpu_ras ras;
	struct vnpu_flash flash;
	atomic_uint wrong_done; /* injected: completions that lie */
	atomic_bool break_now;
	atomic_bool boot_fail; /* the next stored image does not start */
	atomic_bool forced; /* the temperature */
	atomic_int forced_mc;
	atomic_int lie; /* enum vnpu_lie */
	atomic_bool hung; /* the firmware, until a reset */
};

static inline bool vnpu_halted(struct vnpu *v)
{
	return atomic_load_explicit(&v->halt, memory_order_acquire) ||
	       axm_cancelled(v->dev);
}

static inline uint64_t vnpu_time(struct vnpu *v)
{
	return axm_now_ns() -
	       atomic_load_explicit(&v->epoch, memory_order_relaxed);
}

/* regs.c */
void vnpu_regs_init(struct vnpu *v);
void vnpu_regs_reset(struct vnpu *v);
uint64_t vnpu_regs_read(struct vnpu *v, uint64_t offset, unsigned int size);
void vnpu_regs_write(struct vnpu *v, uint64_t offset, unsigned int size,
		     uint64_t value);
uint64_t vnpu_reg(const struct vnpu *v, unsigned int offset, unsigned int size);

/* boot.c */
void vnpu_boot_start(struct vnpu *v, bool stored); /* device lock */
/* VNPU_BOOT_*, admin worker; what is checked has at least a header. */
uint32_t vnpu_image_check(struct vnpu *v, const void *image, uint32_t size);
void vnpu_boot_remember(struct vnpu *v, const struct vnpu_fw_header *h,
			uint64_t took);
void vnpu_boot_job(struct axm_device *dev, struct axm_job *job);

/* reset.c */
void vnpu_reset_begin(struct vnpu *v, bool power); /* device lock */
void vnpu_reset_job(struct axm_device *dev, struct axm_job *job);
/* Broken for good: without locks but an engine's. */
void vnpu_broken(struct vnpu *v, uint32_t error);

/* admin.c */
void vnpu_admin_enable(struct vnpu *v); /* device lock */
void vnpu_admin_doorbell(struct vnpu *v);
void vnpu_admin_job(struct axm_device *dev, struct axm_job *job);

/* command.c */
void vnpu_command(struct vnpu *v, const struct vnpu_cmd *cmd,
		  struct vnpu_result *result);

/* Returns VNPU_ERR_*. */
typedef int vnpu_command_fn(struct vnpu *v, const struct vnpu_cmd *cmd,
			    struct vnpu_result *result);
/* detail is the offset in the slot. */
int vnpu_refuse(struct vnpu_result *result, int error, size_t detail);

enum vnpu_command_context {
	VNPU_CONTEXT_ZERO,
	VNPU_CONTEXT_FREE,
	VNPU_CONTEXT_USED,
};

/*
 * A kind of command. Checks are made in the order of the members; check() and
 * what is not named by it report the smaller offset of the two.
 */
struct vnpu_command_type {
	uint32_t cap; /* without this capability: UNSUPPORTED */
	enum vnpu_command_context context;
	/* The object: from first to last, or below a limit; else zero. */
	uint32_t first, last;
	uint32_t (*limit)(const struct vnpu_limits *limits);
	vnpu_command_fn *object; /* whether it is there, or free */
	uint64_t named; /* a bit a byte of the slot */
	vnpu_command_fn *check;
	vnpu_command_fn *run;
};

#define VNPU_NAMED(member)                                      \
	(((1ull << sizeof(((struct vnpu_cmd *)0)->member)) - 1) \
	 << offsetof(struct vnpu_cmd, member))

/* cmd-info.c, cmd-feature.c, cmd-context.c, cmd-vm.c, cmd-queue.c, ... */
extern const struct vnpu_command_type vnpu_cmd_identify, vnpu_cmd_get_log,
	vnpu_cmd_set_feature, vnpu_cmd_get_feature, vnpu_cmd_context_create,
	vnpu_cmd_context_destroy, vnpu_cmd_context_kill, vnpu_cmd_vm_set,
	vnpu_cmd_vm_flush, vnpu_cmd_queue_create, vnpu_cmd_queue_destroy,
	vnpu_cmd_queue_reset, vnpu_cmd_program_load, vnpu_cmd_program_unload,
	vnpu_cmd_flash_begin, vnpu_cmd_flash_write, vnpu_cmd_flash_commit,
	vnpu_cmd_flash_confirm, vnpu_cmd_page_retire, vnpu_cmd_inject;
void vnpu_features_reset(struct vnpu *v);
/* queue.c: with the engine's lock */
uint32_t vnpu_queue_ready(struct vnpu *v, struct vnpu_queue *q);
void vnpu_queue_store_done(struct vnpu_engine_state *e, struct vnpu_queue *q,
			   uint64_t done);
void vnpu_queue_fail(struct vnpu_engine_state *e, struct vnpu_queue *q,
		     int error, const struct vnpu_fault *fault,
		     uint64_t opcode);
void vnpu_queue_wake(struct vnpu_engine_state *e, struct vnpu_queue *q);
void vnpu_queue_fall_asleep(struct vnpu_engine_state *e, struct vnpu_queue *q);
void vnpu_queue_forget(struct vnpu_engine_state *e, struct vnpu_queue *q);
int vnpu_queue_put_record(struct vnpu *v, struct vnpu_queue *q);
bool vnpu_wake_pending(struct vnpu *v, uint32_t queue);

/* doorbell.c */
uint32_t vnpu_tail(struct vnpu *v, uint32_t queue);
uint64_t vnpu_armed(struct vnpu *v, uint32_t queue);
void vnpu_doorbell_clear(struct vnpu *v, uint32_t queue);
void vnpu_doorbell_set_tail(struct vnpu *v, uint32_t queue, uint32_t tail);
void vnpu_doorbell_write(struct vnpu *v, uint64_t offset); /* device lock */

/* scheduler.c */
void vnpu_engine_job(struct axm_device *dev, struct axm_job *job);
void vnpu_engine_lock(struct vnpu_engine_state *e); /* from other threads */
void vnpu_engine_unlock(struct vnpu_engine_state *e);
/* With the lock: until what runs has ended. False: the engine is broken. */
bool vnpu_engine_wait(struct vnpu_engine_state *e);
/* The same, and it is stopped if it is of q. */
bool vnpu_engine_stop(struct vnpu_engine_state *e, struct vnpu_queue *q);
void vnpu_wait_look(struct vnpu_engine_state *e, uint64_t now);

/* descriptor.c */
struct vnpu_run {
	struct vnpu_engine_state *e;
	struct vnpu_queue *q;
	struct vnpu_desc desc; /* the copy that is worked on */
	uint64_t start; /* absolute ns */
	uint64_t deadline; /* of what is slow */
	struct vnpu_access access;
};
/* VNPU_ERR_*, VNPU_STOPPED or VNPU_LATER */
int vnpu_desc_check(const struct vnpu_run *run);
bool vnpu_desc_outside(const struct vnpu_desc *desc);
bool vnpu_desc_store_first(const struct vnpu_desc *desc);
int vnpu_desc_run(struct vnpu_run *run);
/* Ask it often: 0, or why the descriptor has to end. Without locks. */
int vnpu_breathe(struct vnpu_run *run);

typedef int vnpu_desc_fn(struct vnpu_run *run);
vnpu_desc_fn vnpu_desc_fill, vnpu_desc_copy; /* copy.c */
vnpu_desc_fn vnpu_desc_exec; /* exec.c */
/*
 * The program of an EXEC is its own from the moment in which it is at done,
 * whatever is unloaded while it waits or runs. Both with the engine's lock.
 */
int vnpu_exec_hold(struct vnpu_run *run);
void vnpu_exec_let_go(struct vnpu_queue *q);

/* exec.c: what an engine needs to run programs, allocated once */
int vnpu_exec_create(struct vnpu_exec **out);
void vnpu_exec_destroy(struct vnpu_exec *exec);

/* place.c */
struct vnpu_piece {
	uint64_t address; /* bus address, or offset in device memory */
	uint64_t size;
	bool device;
	uint64_t meant; /* as the descriptor has it, for faults */
};

struct vnpu_cursor {
	struct vnpu_access *access;
	bool write;
	bool device;
	uint64_t at;
	uint64_t left; /* in all */
	uint32_t segments; /* left in the list */
	uint64_t list;
	uint64_t segment_left;
};

/* Whether flags and segments fit to the asid: VNPU_ERR_*. */
int vnpu_place_check(const struct vnpu_access *access,
		     const struct vnpu_place *place);
int vnpu_cursor_init(struct vnpu_cursor *cursor, struct vnpu_access *access,
		     const struct vnpu_place *place, uint64_t size, bool write);
/* The next piece, at most max bytes. */
int vnpu_cursor_next(struct vnpu_cursor *cursor, uint64_t max,
		     struct vnpu_piece *piece);
/* All of a place, through private memory. */
int vnpu_place_read(struct vnpu_access *access, const struct vnpu_place *place,
		    void *data, uint64_t size);

/* memory.c: one piece; the tables that it came from are locked */
int vnpu_piece_read(struct vnpu_access *access, const struct vnpu_piece *piece,
		    void *data);
int vnpu_piece_write(struct vnpu_access *access, const struct vnpu_piece *piece,
		     const void *data);
int vnpu_load64(struct vnpu_access *access, uint64_t address, uint64_t *value);
int vnpu_store64(struct vnpu_access *access, uint64_t address, uint64_t value);
/* The bytes themselves; release the window if its length is not 0. */
int vnpu_piece_map(struct vnpu_access *access, const struct vnpu_piece *piece,
		   bool write, void **ptr, struct axm_dma_window *window);
int vnpu_access_error(struct vnpu_access *access, int error, uint64_t meant,
		      bool write);

/* mmu.c */
void vnpu_asid_hold(struct vnpu_access *access);
void vnpu_asid_release(struct vnpu_access *access);
int vnpu_translate(struct vnpu_access *access, uint64_t address, bool write,
		   struct vnpu_piece *piece);
/* size 0: all. VNPU_ERR_INTERNAL if an engine does not stop. */
int vnpu_flush(struct vnpu *v, uint16_t asid, uint64_t address, uint64_t size);

/* ecc.c */
bool vnpu_poisoned(struct vnpu *v, uint64_t offset, uint64_t size);
void vnpu_poison_heal(struct vnpu *v, uint64_t offset, uint64_t size);
void vnpu_ecc(struct axm_device *dev, enum axm_ecc_kind kind, uint64_t address);
/* An error of a unit, with what it does to the device. */
void vnpu_inject(struct vnpu *v, unsigned int unit, unsigned int severity,
		 uint32_t count, uint64_t address);

/* ras.c */
void vnpu_ras_count(struct vnpu *v, unsigned int unit, unsigned int severity,
		    uint32_t count, uint64_t address);
void vnpu_ras_report(struct vnpu *v);
bool vnpu_ras_waiting(struct vnpu *v);
void vnpu_ras_usage(struct vnpu *v, struct vnpu_telemetry *t);
void vnpu_ras_forget(struct vnpu *v);

/* flash.c: VNPU_BOOT_* of a boot, else VNPU_ERR_*; admin worker */
int vnpu_flash_open(struct vnpu *v, const char *path); /* -errno */
void vnpu_flash_reset(struct vnpu *v);
void vnpu_flash_expire(struct vnpu *v);
uint32_t vnpu_flash_security(struct vnpu *v);
uint32_t vnpu_flash_boot(struct vnpu *v);
int vnpu_flash_begin(struct vnpu *v, uint32_t size);
int vnpu_flash_write(struct vnpu *v, const void *data, uint32_t size);
int vnpu_flash_commit(struct vnpu *v, uint32_t *why);
int vnpu_flash_confirm(struct vnpu *v);
int vnpu_retire(struct vnpu *v, uint64_t offset);
/* From any thread; pages may be NULL. Returns how many there are. */
uint32_t vnpu_retired(struct vnpu *v, uint64_t pages[VNPU_STORE_PAGES]);
void vnpu_flash_look(struct vnpu *v, struct vnpu_flash_log *log);

/* program.c */
struct vnpu_program *vnpu_program_get(struct vnpu *v, uint32_t number,
				      uint16_t context);
void vnpu_program_put(struct vnpu_program *p);
/* Takes the blob, also on failure. VNPU_ERR_*. */
int vnpu_program_load(struct vnpu *v, uint16_t context, uint32_t number,
		      void *blob, uint64_t size, uint64_t *scratch);
int vnpu_program_unload(struct vnpu *v, uint16_t context, uint32_t number);
void vnpu_programs_drop(struct vnpu *v, int context); /* -1: all */
void vnpu_prepare_job(struct axm_device *dev, struct axm_job *job);
/* Private memory for a while: NULL if there is none left. */
void *vnpu_private_alloc(struct vnpu *v, uint64_t size);
void vnpu_private_free(struct vnpu *v, void *memory, uint64_t size);

/* event.c */
void vnpu_event(struct vnpu *v, struct vnpu_event *event);
void vnpu_event_init(struct vnpu_event *event, uint32_t type);
bool vnpu_events_possible(struct vnpu *v);

/* vector.c */
void vnpu_vectors_init(struct vnpu *v);
void vnpu_vectors_reset(struct vnpu *v);
void vnpu_raise(struct vnpu *v, uint32_t vector);
void vnpu_raise_queue(struct vnpu *v, uint32_t vector); /* coalesces */

/* telemetry.c */
void vnpu_watch_init(struct vnpu *v);
void vnpu_watch_reset(struct vnpu *v);
void vnpu_watch_start(struct vnpu *v);
void vnpu_watch_job(struct axm_device *dev, struct axm_job *job);
void vnpu_watch_force(struct vnpu *v, int32_t millidegrees);

/* physics.c: with watch.lock, but for vnpu_cycles() */
void vnpu_physics_init(struct vnpu *v);
void vnpu_physics_reset(struct vnpu *v);
void vnpu_physics(struct vnpu *v, uint64_t now, uint64_t busy);
bool vnpu_physics_busy(struct vnpu *v);
uint64_t vnpu_cycles(struct vnpu *v, uint64_t now);

/* log.c, inject.c */
uint64_t vnpu_log(struct vnpu *v, uint32_t log, uint32_t item, void **data);
extern const struct axm_command vnpu_commands[];

#endif
