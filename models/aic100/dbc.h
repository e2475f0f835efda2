/* SPDX-License-Identifier: MIT */
/*
 * The DMA bridge inside: what a channel has, and the calls between its files.
 *
 * A channel's requests belong to who visits it: its NSP, or the bridge's worker
 * while the NSP is at a run. Its semaphores are under the channel's lock,
 * because the network uses them beside a visitor. Its registers are atomic
 * words that the host's accesses (device lock) and the visitor share. start and
 * stop (QSM) change the rest while nothing of the channel runs: "busy" and
 * "running" say whether something does.
 */
#ifndef AIC100_DBC_H
#define AIC100_DBC_H

#include "core.h"

#include <axt/program.h>
#include <engine.h>

/*
 * Requests that were fetched and not answered yet, at most. A channel has as
 * many as its FIFO, up to this: then REQHP stands still and the driver's
 * EXECUTE fails with EAGAIN.
 */
#define DBC_WINDOW 4096u
#define DBC_CHUNK (1u << 20) /* bytes of a copy before anything is looked at */
#define DBC_TURN_BYTES (4u << 20) /* before another channel has its turn */
#define DBC_TURN_STEPS 256u
#define DBC_FAILURES 16u /* that a completion will tell of */
#define DBC_PENDING_RUNS (1u << 31) /* in pending: the job is under way */

/* A fetched request, from arrival to answer; the visitor's. */
struct dbc_entry {
	struct dbc_entry *next; /* of the one list that has it */
	struct aic100_request request; /* as it came */
	uint64_t host, device; /* of its transfer */
	uint32_t len, done;
	uint32_t presync; /* the command; 0: none */
	uint16_t id, status;
	uint8_t step; /* the next of its semaphore commands */
};

struct dbc_list {
	struct dbc_entry *head, **tail;
};

/* Counters are read by any thread. */
struct dbc_counters {
	atomic_ullong requests, responses, bytes_in, bytes_out;
	atomic_ullong msis, runs, own_ns, engine_ns;
};

struct dbc_failure {
	uint16_t id, status;
};

/* Why a channel brings the card down; 0: it does not. */
enum dbc_error {
	DBC_GOOD,
	DBC_BAD_REQTP,
	DBC_BAD_RSPHP,
	DBC_BAD_REQUESTS,
	DBC_BAD_RESPONSES,
};

struct dbc_channel {
	struct aic100 *a;
	unsigned int number;

	pthread_mutex_t lock;
	pthread_cond_t quiet; /* busy or running went down */
	/* Under lock. */
	bool busy; /* it is being visited */
	bool again; /* another visitor came meanwhile */
	bool has_input; /* the network took NET_SEM_INPUT, wants ROOM */
	uint32_t waiting; /* semaphores somebody waits for in before, after */
	uint32_t changed; /* and those that changed since they were looked at */
	uint16_t sem[AIC100_SEMS];

	atomic_bool running; /* the network; written under lock */
	atomic_bool awake; /* the NSP's job, which looks at wanted at its end */
	atomic_bool wanted; /* a visit, which somebody was told of */

	/* Written by start, stop and reset; read by all. */
	atomic_bool active;
	/*
	 * Nothing more is done until start: it was stopped, crashed or broke
	 * the protocol. A run ends, too.
	 */
	atomic_bool stop;
	atomic_bool failed; /* the network cannot run; until start */

	/* Constant while active; count under the device lock, too. */
	struct aic100_dbc_config config;
	uint8_t *memory; /* config.memory in this process; NULL: none */
	unsigned int window; /* entries it may use */

	/* Registers: REQTP and RSPHP by the host, the others by the visitor. */
	atomic_uint reqhp, reqtp, rsphp, rsptp;
	atomic_uint error; /* enum dbc_error: the host wrote nonsense */
	atomic_bool full; /* answers wait for RSPHP */

	/* The visitor's own, made by start. */
	struct dbc_entry *entries; /* DBC_WINDOW, for good */
	unsigned int used; /* entries that are not free */
	unsigned int fresh; /* entries that were never used since start */
	struct dbc_entry *free;
	struct dbc_entry *current; /* its transfer has begun */
	struct dbc_list arrived; /* not yet looked at */
	struct dbc_list before[AIC100_SEMS]; /* wait at their presync */
	struct dbc_list after[AIC100_SEMS]; /* wait at a postsync */
	struct dbc_list answers; /* done */
	unsigned int unanswered;
	struct dbc_failure failures[DBC_FAILURES];
	unsigned int failure_count;
	atomic_ullong copy_ns; /* CPU time of big copies, not accounted yet */

	struct axm_worker *nsp;
	struct axm_job nsp_job;
	uint64_t nsp_mark; /* CPU time of its thread, counted so far; its own */
	struct dbc_counters count;
};

struct aic100_bridge {
	struct axm_worker *worker;
	struct axm_job job;
	/* A bit a channel that has something to do, and DBC_PENDING_RUNS. */
	atomic_uint pending;
	uint64_t mark; /* CPU time of the worker, counted so far; its own */
	struct dbc_channel channel[AIC100_DBCS];

	/* The engine of all networks: one run at a time, see network.c. */
	struct axt_workers *workers;
	pthread_mutex_t turn_lock;
	pthread_cond_t turn;
	bool taken; /* turn_lock */
};

/* What a channel did since the card was made. Times are ns. */
struct aic100_channel_stats {
	uint64_t requests, responses, bytes_in, bytes_out;
	uint64_t msis, runs;
	uint64_t own_ns; /* CPU time apart from the engine and big copies */
	uint64_t engine_ns; /* the engine ran, by the clock */
};

struct aic100_bridge_stats {
	struct aic100_channel_stats channel[AIC100_DBCS];
};

/* Any thread. */
void aic100_bridge_stats(struct aic100 *a, struct aic100_bridge_stats *out);

/* CPU time of the calling thread. */
uint64_t dbc_cpu_ns(void);

static inline void dbc_count(atomic_ullong *counter, uint64_t n)
{
	atomic_fetch_add_explicit(counter, n, memory_order_relaxed);
}

static inline bool dbc_alive(struct dbc_channel *c)
{
	return !atomic_load(&c->stop);
}

static inline void dbc_list_init(struct dbc_list *list)
{
	list->head = NULL;
	list->tail = &list->head;
}

static inline void dbc_list_add(struct dbc_list *list, struct dbc_entry *e)
{
	e->next = NULL;
	*list->tail = e;
	list->tail = &e->next;
}

static inline struct dbc_entry *dbc_list_take(struct dbc_list *list)
{
	struct dbc_entry *e = list->head;

	if (e) {
		list->head = e->next;
		if (!list->head)
			list->tail = &list->head;
	}
	return e;
}

/* dbc-fetch.c: true if some arrived. */
bool dbc_fetch(struct dbc_channel *c);

/* dbc-sem.c */
/* What a word can do to a semaphore at all; enum aic100_completion. */
uint16_t dbc_sem_check(const struct aic100_request *request, uint32_t *presync);
/* Does the presync; false: the entry waits now. */
bool dbc_sem_before(struct dbc_channel *c, struct dbc_entry *e);
/* Does the postsyncs that are left; false: the entry waits now. */
bool dbc_sem_after(struct dbc_channel *c, struct dbc_entry *e);
/* An entry that waits no longer, its command done; NULL: none. */
struct dbc_entry *dbc_sem_wake(struct dbc_channel *c);
/* The start doorbell. */
void dbc_sem_start(struct dbc_channel *c);
/* The network's: may it begin; has it ended. Lock held. */
bool dbc_sem_network_ready(const struct dbc_channel *c);
bool dbc_sem_network_begin(struct dbc_channel *c);
void dbc_sem_network_end(struct dbc_channel *c);
void dbc_sem_reset(struct dbc_channel *c);
/* One that waits, whatever for; NULL: none. */
struct dbc_entry *dbc_sem_any(struct dbc_channel *c);

/* dbc-answer.c */
/* The entry is done; it is answered if it wants that, and free then. */
void dbc_finish(struct dbc_channel *c, struct dbc_entry *e, uint16_t status);
void dbc_answer(struct dbc_channel *c);

/* dbc-run.c */
void dbc_job(struct axm_device *dev, struct axm_job *job);
/* There is something to do in the channel; any thread. */
void dbc_kick(struct dbc_channel *c);
/* The NSP begins a run: what is wanted is the bridge's worker's now. */
void dbc_hand_over(struct dbc_channel *c);
void dbc_visit(struct dbc_channel *c);
/* The thread's CPU time since its mark is this channel's. */
void dbc_account(struct dbc_channel *c, uint64_t *mark);
/* The card goes down because of this channel; its visitor. */
void dbc_break(struct dbc_channel *c, enum dbc_error error);

/* network.c: the engine of all networks; 0 or -errno. */
int dbc_engine_init(struct aic100_bridge *b, unsigned int threads);
void dbc_engine_fini(struct aic100_bridge *b);
/* How long the engine ran in the last run, by the clock. */
uint64_t dbc_network_ns(const struct aic100_network *network);

/* dbc-nsp.c */
void dbc_nsp_job(struct axm_device *dev, struct axm_job *job);

#endif
