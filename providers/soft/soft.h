/* SPDX-License-Identifier: MIT */
/*
 * The embedded device: what the files of the provider share. Not installed.
 *
 * Every context is a vnpu of its own, edge profile, that runs in this process
 * and is driven as a kernel driver would drive it; section numbers are of
 * docs/vnpu.md. "Host" below is this side, "device" the model.
 *
 * Lock order: those of axlv.h, then the admin ring's; the lock of the waiters
 * still comes last, and no call into the bus is made with it, because
 * interrupts take it.
 */
#ifndef SOFT_H
#define SOFT_H

#include "../vnpu/axlv.h"

#include <common/inproc.h>

#define SOFT_LINE 64u
#define SOFT_PAGE 4096u

#define SOFT_QUEUES_MAX 1024u /* numbers that the maps have room for */
#define SOFT_PROGRAMS_MAX 1024u

#define SOFT_ADMIN_LOG2 4
#define SOFT_ADMIN_SLOTS (1u << SOFT_ADMIN_LOG2)
#define SOFT_EVENTS_LOG2 8
#define SOFT_EVENTS (1u << SOFT_EVENTS_LOG2)

#define SOFT_VECTOR_ADMIN 0
#define SOFT_VECTOR_EVENTS 1
#define SOFT_VECTOR_QUEUES 2 /* and up */

#define SOFT_PRODUCT "vnpu, edge profile, embedded"

/* Memory that the device and the driver alone share; zeroed, one range. */
struct soft_shared {
	struct vnpu_telemetry telemetry; /* aligned to 4096 */
	struct vnpu_cmd admin_ring[SOFT_ADMIN_SLOTS];
	struct vnpu_event event_ring[SOFT_EVENTS];
	struct vnpu_ring_status admin_status;
	struct vnpu_ring_status event_status;
	struct vnpu_result results[SOFT_ADMIN_SLOTS];
	struct vnpu_fw_header firmware;
};

/* Numbers of the driver's choice, handed out in turn so that few are reused. */
struct soft_numbers {
	uint64_t used[SOFT_QUEUES_MAX / 64];
	uint32_t count;
	uint32_t next;
};

/* All of a device object's contexts together. */
struct soft_device {
	struct axl_device base;
	pthread_mutex_t lock; /* all of this */
	struct soft_context *contexts;
	uint64_t busy_ns; /* of contexts that are gone */
	uint64_t faults;
	uint64_t last_fault_ns;
	uint64_t resets;
	atomic_ullong memory; /* bytes of buffer objects; no lock */
};

struct soft_context {
	struct axlv_context vnpu;
	struct soft_context *next; /* the device's lock */
	bool listed; /* the device's lock */
	struct axm_inproc *bus;
	struct soft_shared *shared;
	uint8_t *doorbells; /* memory of the doorbell BAR */

	/* From registers; constant. */
	uint64_t stride;
	uint32_t queues;
	uint32_t vectors;
	uint32_t slots_min, slots_max;
	uint32_t bindings_max;
	int64_t epoch_ns; /* CLOCK_MONOTONIC when the device's time was 0 */

	struct {
		pthread_mutex_t lock;
		uint64_t tail;
	} admin;

	pthread_mutex_t numbers_lock; /* the three below */
	struct soft_numbers queue_numbers;
	struct soft_numbers program_numbers;
	uint64_t queue_ids;
	atomic_ullong ids[SOFT_QUEUES_MAX]; /* of the last that had a number */

	uint64_t looked; /* events that were; the lock of waiters */

	/* The thread of the context. */
	uint64_t events_taken;
	uint64_t events_dropped;
	int event_fd;
};

struct soft_queue {
	struct axlv_queue vnpu;

	/* Constant. */
	void *memory; /* ring and record */
	size_t memory_size;
	_Atomic uint32_t *tail_page;
	_Atomic uint64_t *arm_word;
	uint64_t wake_page;
	uint32_t number;

	uint64_t armed; /* the queue's lock */
};

static inline struct soft_device *soft_device_of(struct axl_device *device)
{
	return (struct soft_device *)device;
}

static inline struct soft_context *soft_context_of(struct axl_context *ctx)
{
	return (struct soft_context *)ctx;
}

static inline struct soft_queue *soft_queue_of(struct axl_queue *queue)
{
	return (struct soft_queue *)queue;
}

static inline uint32_t soft_read32(struct soft_context *sc, uint64_t reg)
{
	return (uint32_t)axm_inproc_read(sc->bus, VNPU_BAR_REGS, reg, 4);
}

static inline void soft_write32(struct soft_context *sc, uint64_t reg,
				uint32_t value)
{
	axm_inproc_write(sc->bus, VNPU_BAR_REGS, reg, 4, value);
}

/* boot.c: from no bus to a context on a running device, and back */
int soft_context_open(struct axl_context *ctx);
void soft_context_close(struct axl_context *ctx);

/* admin.c */
int soft_admin_enable(struct soft_context *sc);
/* VNPU_ERR_* or -errno, with words in the error for both. */
int soft_command(struct soft_context *sc, const struct vnpu_cmd *cmd,
		 uint64_t *value, struct axlp_error *error);
/* As soft_command(); other failures of the device than these are -EIO. */
int soft_command_errno(int status);

/* memory.c */
void *soft_pages_new(uint64_t size); /* zeroed, or NULL */
void soft_pages_free(void *at, uint64_t size);
/* Zeroed memory that the device may use, aligned to 64. */
int soft_memory_new(struct soft_context *sc, size_t size, void **at);
void soft_memory_free(struct soft_context *sc, void *at, size_t size);
int soft_block_new(struct axlv_context *vc, enum axlv_use use, uint64_t size,
		   struct axlv_block **out);
void soft_block_free(struct axlv_context *vc, struct axlv_block *block);
int soft_bo_create(struct axl_bo *bo);
void soft_bo_destroy(struct axl_bo *bo);

/* program.c */
int soft_program_create(struct axl_program *program, const void *blob,
			size_t size);
void soft_program_destroy(struct axl_program *program);
/* A free number, or -EBUSY; with the lock of the numbers. */
int soft_number_take(struct soft_numbers *numbers);
void soft_number_give(struct soft_numbers *numbers, uint32_t number);

/* queue.c */
int soft_queue_create(struct axl_queue *queue,
		      const struct axl_queue_config *config);
void soft_queue_close(struct axl_queue *queue);
void soft_queue_destroy(struct axl_queue *queue);
int soft_queue_reset(struct axl_queue *queue);
/* wait.c */
int soft_wait(const struct axlp_point *points, uint32_t count,
	      int64_t deadline_ns, uint32_t *first);
void soft_interrupt(void *data, unsigned int vector);

/* telemetry.c: what is told from memory, without a command */
int soft_engines(struct axl_device *dev, struct axl_engine *out,
		 uint32_t *count);
int soft_memory(struct axl_device *dev, struct axl_memory *out,
		uint32_t *count);
int soft_telemetry(struct axl_device *dev, struct axl_telemetry *out);
int soft_ras(struct axl_device *dev, struct axl_ras_unit *out, uint32_t *count,
	     struct axl_ras_pages *pages);

/* event.c */
int soft_event(struct axl_context *ctx, struct axl_event *out);
int soft_event_fd(struct axl_context *ctx);

#endif
