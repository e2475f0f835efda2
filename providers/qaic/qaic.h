/* SPDX-License-Identifier: MIT */
/*
 * Provider of Linux's own driver qaic (Qualcomm Cloud AI 100): what its files
 * share. Not installed.
 *
 * The card runs one program on each activation, which is a processor (NSP), a
 * DMA bridge channel (DBC) and memory. The driver has no queues of jobs: it is
 * told which buffers to move, and to wait for one. So each queue of the library
 * has a thread, the worker, which takes jobs from a ring in memory
 * (providers/vnpu), has the card run programs, does all else itself, and says
 * in the ring's record how far it is.
 *
 * An activation belongs to one queue and one program, hence what is killed is
 * one queue's. It is made when a job needs it, and goes with its queue or
 * program, when its queue has nothing to do for a second, when the card has
 * none left for another queue of the context, or when it is killed.
 *
 * Lock order: those of axlv.h, a program's, a queue's work, the context's, that
 * of the events. Calls that talk with the card's management processor may take
 * a minute and are made without the context's lock.
 */
#ifndef QAIC_H
#define QAIC_H

#include "../vnpu/axlv.h"

#include "drm_core.h"
#include "qaic_accel.h"

#include <aic100_nnc.h>

#define AXLQ_PAGE 4096u
#define AXLQ_DEPTH 4u /* jobs of one program that the card is given ahead */
/* Elements of a DBC's FIFOs: 68 bytes each, and the memory is in one piece. */
#define AXLQ_ELEMENTS_MIN 256u
#define AXLQ_ELEMENTS_MAX 32768u
#define AXLQ_SLOTS_MAX 65536u
#define AXLQ_EVENTS 64u
/* The driver's own bound for an answer is a minute. */
#define AXLQ_TIMEOUT_MS 30000u
#define AXLQ_IDLE_NS 1000000000ll

/* A buffer of the driver's. */
struct axlq_buffer {
	uint32_t handle; /* constant; 0: none */
	void *at; /* constant; NULL: the core has it mapped */
	uint64_t size; /* constant */
	/* The rest with the context's lock. */
	struct axlq_buffer *next; /* the context's list */
	bool listed; /* the driver may give the handle again */
	/* How it is sliced: */
	uint64_t attached; /* serial of an activation, 0: not */
	uint32_t port;
	uint64_t offset;
	bool busy; /* in a job under way */
};

struct axlq_bo {
	struct axl_bo base;
	/* None for memory of the program, and imports that are copied. */
	struct axlq_buffer buffer;
};

/* What the context was told; the events' lock. */
struct axlq_events {
	pthread_mutex_t lock;
	struct axl_event ring[AXLQ_EVENTS];
	uint32_t first, count;
	uint64_t lost;
	int wake; /* eventfd: there are some */
	int uevents; /* socket, or -1 */
	int fd; /* epoll of both */
	uint64_t card; /* its number when that was told last */
};

struct axlq_context {
	struct axlv_context vnpu;
	uint64_t node; /* number of its directory in sysfs; constant */

	pthread_mutex_t activating; /* no data: a message of activation.c */
	pthread_mutex_t lock;
	pthread_cond_t changed; /* an activation is free, or gone */
	struct axlq_activation *activations; /* lock; the last used is first */
	struct axlq_buffer *listed; /* lock; exported or imported */
	uint64_t serials; /* lock */
	uint64_t queue_ids; /* lock */
	uint64_t card; /* lock; number of its control channel in sysfs */
	uint64_t epoch; /* lock; grows when the card has lost what it had */

	struct axlq_events events;
};

struct axlq_program {
	struct axlv_program vnpu;
	/* Constant. The card loses its own at a reset. */
	uint8_t *blob;
	uint64_t size;
	uint64_t image_size; /* constants follow */
	uint64_t *offsets; /* of the ports, from the activation's memory */
	uint32_t elements; /* of the FIFOs */
	uint32_t depth;

	pthread_mutex_t lock; /* the three below */
	uint64_t epoch; /* when it was loaded, 0: not */
	uint32_t constants;
	uint32_t elf;

	uint32_t activations; /* the context's lock */
};

/* A job that the card was given: the worker's. */
struct axlq_lane {
	uint64_t position;
	int64_t start_ns;
	struct axlq_buffer *staging; /* for each port, and one without data */
	struct axlq_buffer **used; /* likewise */
};

struct axlq_activation {
	struct axlq_activation *next; /* the context's lock */
	/* Constant. */
	struct axlq_queue *queue;
	struct axlq_program *program;
	uint64_t serial; /* of the context */
	uint64_t ddr_base;
	uint32_t id;
	uint32_t dbc;
	/* The context's lock. */
	bool in_use; /* by the worker */
	bool dead; /* the card has, or gets it back */
	/* The worker's, or of who has taken it out of the list. */
	struct axlq_lane lanes[AXLQ_DEPTH];
};

struct axlq_queue {
	struct axlv_queue vnpu;
	uint32_t timeout_ms; /* constant */

	pthread_t thread;
	struct {
		pthread_mutex_t lock;
		pthread_cond_t more; /* of any of these; CLOCK_MONOTONIC */
		pthread_cond_t done; /* parked */
		uint64_t tail; /* jobs that there are */
		bool parked; /* the worker waits for stop to end */
		bool ends;
	} work;
	atomic_bool stop; /* the worker has to drop all and park */

	struct axlq_activation *current; /* the context's lock */

	/* The worker's, or of who has parked it. */
	uint64_t begun; /* the next job */
	bool failed; /* until a reset */
	uint32_t flying; /* jobs that the card has */
	uint32_t lane; /* of the oldest of them */
	int64_t since_ns; /* when the last of them ended */
};

static inline struct axlq_context *axlq_context_of(struct axl_context *ctx)
{
	return (struct axlq_context *)ctx;
}

static inline struct axlq_queue *axlq_queue_of(struct axl_queue *queue)
{
	return (struct axlq_queue *)queue;
}

static inline struct axlq_program *axlq_program_of(struct axl_program *program)
{
	return (struct axlq_program *)program;
}

static inline struct axlq_bo *axlq_bo_of(struct axl_bo *bo)
{
	return (struct axlq_bo *)bo;
}

static inline uint32_t axlq_inputs(const struct axlq_program *program)
{
	return program->vnpu.base.input_count;
}

static inline uint32_t axlq_ports(const struct axlq_program *program)
{
	return program->vnpu.base.input_count + program->vnpu.base.output_count;
}

/* device.c */
/* A number that is another when the directory is: 0 if there is none. */
uint64_t axlq_node_number(const struct axl_device *dev);
uint64_t axlq_card_number(const struct axl_device *dev);

/* context.c */
int axlq_context_open(struct axl_context *ctx);
void axlq_context_close(struct axl_context *ctx);
/* Whether the device itself is gone, not only the card in a reset. */
bool axlq_is_gone(struct axlq_context *ac);
/* The epoch of now: whoever has made something of another one has lost it. */
uint64_t axlq_epoch(struct axlq_context *ac);
/* What the card had is lost, as an activation has shown. */
void axlq_note_loss(struct axlq_context *ac);

static inline int axlq_call(struct axlq_context *ac, unsigned long request,
			    void *arg)
{
	return axlp_ioctl(ac->vnpu.base.fd, request, arg);
}

/* manage.c: a message to the management processor, and its answer */
struct axlq_message {
	union {
		uint8_t bytes[QAICU_MESSAGE_MAX];
		uint64_t aligned;
	};
	uint32_t len, count;
};

/* Room for a transaction of so many bytes; never fails, as ours are short. */
void *axlq_message_add(struct axlq_message *message, uint32_t type,
		       uint32_t len);
/* For a command in a transaction of its own. */
void *axlq_message_command(struct axlq_message *message, uint32_t size);
int axlq_message_send(int fd, struct axlq_message *message);
/* The first of the answer with such a type, at least so long; or NULL. */
const void *axlq_message_find(const struct axlq_message *message, uint32_t type,
			      uint32_t len);
/* The command's answer, NULL if it is another or shorter. */
const void *axlq_message_answer(const struct axlq_message *message,
				uint32_t command, uint32_t size);
const char *axlq_status_text(int32_t status);
/* 0, or what a caller of the library gets to see of it. */
int axlq_status_errno(int32_t status);

/* memory.c */
int axlq_buffer_new(struct axlq_context *ac, uint64_t size,
		    struct axlq_buffer *out);
void axlq_buffer_free(struct axlq_context *ac, struct axlq_buffer *buffer);
int axlq_block_new(struct axlv_context *vc, enum axlv_use use, uint64_t size,
		   struct axlv_block **out);
void axlq_block_free(struct axlv_context *vc, struct axlv_block *block);
int axlq_bo_create(struct axl_bo *bo);
void axlq_bo_destroy(struct axl_bo *bo);

/* dmabuf.c */
int axlq_bo_export(struct axl_bo *bo, int *dmabuf);
int axlq_bo_import(struct axl_bo *bo);
/* With the context's lock: the handle is about to be closed. */
void axlq_buffer_unlist(struct axlq_context *ac, struct axlq_buffer *buffer);

/* program.c */
int axlq_program_create(struct axl_program *program, const void *blob,
			size_t size);
void axlq_program_destroy(struct axl_program *program);
/* Has the card have it; with the words if it does not. Any thread. */
int axlq_program_load(struct axlq_program *program, uint32_t *constants,
		      uint32_t *elf, struct axlp_error *error);

/* activation.c */
/*
 * That of the queue for the program, in use, by the deadline. -EBUSY: the card
 * has none left; -ENODEV: it was reset; -ECANCELED: the queue is stopped;
 * others with words in the error.
 */
int axlq_activation_get(struct axlq_queue *q, struct axlq_program *program,
			int64_t deadline_ns, struct axlq_activation **out,
			struct axlp_error *error);
/* The worker does not need its current one now. */
void axlq_activation_put(struct axlq_queue *q);
/* Ends the current one whatever it does; any thread. */
void axlq_activation_kill(struct axlq_queue *q);
/* The worker's dead one: nobody else uses it. */
void axlq_activation_drop(struct axlq_queue *q);
/* All free ones of a queue, or else of a program. */
void axlq_activations_end(struct axlq_context *ac, struct axlq_queue *q,
			  struct axlq_program *program);

/* slice.c: with the context's lock */
/* Port: of the program; or axlq_ports(): nothing but the handshake. */
int axlq_slice_attach(struct axlq_activation *a, struct axlq_buffer *buffer,
		      uint32_t port, uint64_t offset);
void axlq_slice_detach(struct axlq_context *ac, struct axlq_buffer *buffer);

/* queue.c */
int axlq_queue_create(struct axl_queue *queue,
		      const struct axl_queue_config *config);
void axlq_queue_close(struct axl_queue *queue);
void axlq_queue_destroy(struct axl_queue *queue);
int axlq_queue_reset(struct axl_queue *queue);
int axlq_wait(const struct axlp_point *points, uint32_t count,
	      int64_t deadline_ns, uint32_t *first);

/* worker.c */
void *axlq_worker(void *queue);
/* What a job was when it failed: for its end, and for an event. */
struct axlq_fault {
	uint32_t code; /* VNPU_ERR_*, or 0: */
	int err;
	const char *how;
};
/* By when the job behind the position has to be done. */
int64_t axlq_deadline(const struct axlq_queue *q, uint64_t position,
		      int64_t start_ns);
void axlq_done(struct axlq_queue *q, uint64_t position, int64_t start_ns);

/* exec.c: programs on the card; the worker. Less than zero: see the fault. */
#define AXLQ_LATER 1 /* when the oldest of those before it is done */
/* The error may have the words of the fault. */
int axlq_exec_begin(struct axlq_queue *q, uint64_t position,
		    struct axlq_fault *fault, struct axlp_error *error);
int axlq_exec_finish(struct axlq_queue *q, struct axlq_fault *fault);
/* What the card has is of no use any more. */
void axlq_exec_abandon(struct axlq_queue *q);

/* failure.c: each returns what the fault is then */
/* The activation is gone. */
int axlq_fail_loss(struct axlq_queue *q, struct axlq_fault *fault);
/* A call on it failed, maybe for that reason. */
int axlq_fail_call(struct axlq_queue *q, struct axlq_fault *fault, int err);
/* The processor cannot get at an import. */
int axlq_fail_access(struct axlq_fault *fault, int err);
/* There is no activation. */
int axlq_fail_get(struct axlq_queue *q, struct axlq_fault *fault, int err,
		  const struct axlp_error *error);

/* event.c */
int axlq_events_init(struct axlq_context *ac);
void axlq_events_fini(struct axlq_context *ac);
void axlq_event_add(struct axlq_context *ac, const struct axl_event *event);
int axlq_event(struct axl_context *ctx, struct axl_event *out);
int axlq_event_fd(struct axl_context *ctx);

#endif
