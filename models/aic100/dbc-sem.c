// SPDX-License-Identifier: MIT
/*
 * The semaphores of a channel, and who waits for them. Values are under the
 * channel's lock; the lists of those that wait are the visitor's, the mask
 * "waiting" says to the network which are not empty.
 *
 * Order: a presync goes behind those that wait at theirs for the same
 * semaphore, whatever its command: the driver relies on a FIFO for each.
 * Postsyncs that wait have a FIFO of their own, and come first. Commands of
 * one request are done in order. Increments stop at 4095, decrements at 0.
 *
 * Fences: a channel has one transfer at a time, and a request's transfer ends
 * before anything of the next begins. So when a command is reached, all
 * transfers of its channel that began have ended, and either fence holds. A
 * request that waits at its presync has not begun; a fence does not wait for
 * it, or a request that releases it could not have one.
 */
#include "dbc.h"

#define SEM_RESERVED 0x18a0f000u

#define NETWORK_SEMS \
	((1u << AIC100_NET_SEM_INPUT) | (1u << AIC100_NET_SEM_ROOM))

uint16_t dbc_sem_check(const struct aic100_request *request, uint32_t *presync)
{
	*presync = 0;
	for (unsigned int i = 0; i < 4; i++) {
		uint32_t word = le32toh(request->sem[i]);

		/* The driver leaves values in commands that are off. */
		if (!(word & AIC100_SEM_ENABLE))
			continue;
		if (word & SEM_RESERVED ||
		    aic100_get(AIC100_SEM_CMD, word) > AIC100_SEM_P)
			return AIC100_COMPLETION_SEMAPHORE;
		if (!(word & AIC100_SEM_PRESYNC))
			continue;
		if (*presync)
			return AIC100_COMPLETION_SEMAPHORE;
		*presync = word;
	}
	return AIC100_COMPLETION_OK;
}

/* What a command makes of a value; -1: it has to wait. */
static int apply(uint32_t word, int value)
{
	int operand = (int)aic100_get(AIC100_SEM_VALUE, word);

	switch (aic100_get(AIC100_SEM_CMD, word)) {
	case AIC100_SEM_INIT:
		return operand;
	case AIC100_SEM_INC:
		return value < AIC100_SEM_MAX ? value + 1 : value;
	case AIC100_SEM_DEC:
		return value > 0 ? value - 1 : 0;
	case AIC100_SEM_WAIT_EQ:
		return value == operand ? value : -1;
	case AIC100_SEM_WAIT_GE:
		return value >= operand ? value : -1;
	case AIC100_SEM_P:
		return value > 0 ? value - 1 : -1;
	default:
		return value;
	}
}

static const char *command_name(uint32_t word)
{
	static const char *const names[] = {
		"nop", "init", "inc", "dec", "wait-eq", "wait-ge", "p", "",
	};

	return names[aic100_get(AIC100_SEM_CMD, word)];
}

static void set(struct dbc_channel *c, unsigned int sem, const char *what,
		unsigned int value)
{
	c->sem[sem] = (uint16_t)value;
	c->changed |= 1u << sem;
	if (axm_tracing(c->a->dev))
		aic100_note_sem(c->a, c->number, sem, what, value);
}

/* With the lock. */
static bool command(struct dbc_channel *c, uint32_t word)
{
	unsigned int sem = aic100_get(AIC100_SEM_INDEX, word);
	int value = apply(word, c->sem[sem]);

	if (value < 0)
		return false;
	if (value != c->sem[sem])
		set(c, sem, command_name(word), (unsigned int)value);
	return true;
}

bool dbc_sem_network_ready(const struct dbc_channel *c)
{
	return c->sem[AIC100_NET_SEM_ROOM] &&
	       (c->has_input || c->sem[AIC100_NET_SEM_INPUT]);
}

/* Lets the lock go; if the network may run now, its NSP is told to. */
static void unlock(struct dbc_channel *c)
{
	/* An NSP that is at it looks for itself before it ends. */
	bool go = c->changed & NETWORK_SEMS && c->config.network &&
		  !atomic_load(&c->awake) && dbc_sem_network_ready(c);

	/* What nobody waits for needs not be looked at. */
	c->changed &= c->waiting;
	pthread_mutex_unlock(&c->lock);
	if (go)
		axm_worker_queue(c->nsp, &c->nsp_job);
}

static void wait_in(struct dbc_channel *c, struct dbc_list *list,
		    unsigned int sem, struct dbc_entry *e)
{
	dbc_list_add(list, e);
	c->waiting |= 1u << sem;
}

bool dbc_sem_before(struct dbc_channel *c, struct dbc_entry *e)
{
	unsigned int sem = aic100_get(AIC100_SEM_INDEX, e->presync);
	bool done;

	if (!e->presync)
		return true;
	pthread_mutex_lock(&c->lock);
	done = !c->before[sem].head && command(c, e->presync);
	if (!done)
		wait_in(c, &c->before[sem], sem, e);
	unlock(c);
	return done;
}

/* Who may have to wait does not overtake those that do. With the lock. */
static bool behind_others(const struct dbc_channel *c,
			  const struct dbc_entry *e, uint32_t word)
{
	unsigned int sem = aic100_get(AIC100_SEM_INDEX, word);

	return aic100_get(AIC100_SEM_CMD, word) >= AIC100_SEM_WAIT_EQ &&
	       c->after[sem].head && c->after[sem].head != e;
}

/* With the lock; true when all are done, else e stands at one that waits. */
static bool postsyncs(struct dbc_channel *c, struct dbc_entry *e)
{
	for (; e->step < 4; e->step++) {
		uint32_t word = le32toh(e->request.sem[e->step]);

		if (!(word & AIC100_SEM_ENABLE) || word & AIC100_SEM_PRESYNC)
			continue;
		if (behind_others(c, e, word) || !command(c, word))
			return false;
	}
	return true;
}

static unsigned int stands_at(const struct dbc_entry *e)
{
	return aic100_get(AIC100_SEM_INDEX, le32toh(e->request.sem[e->step]));
}

bool dbc_sem_after(struct dbc_channel *c, struct dbc_entry *e)
{
	bool done;

	pthread_mutex_lock(&c->lock);
	done = postsyncs(c, e);
	if (!done)
		wait_in(c, &c->after[stands_at(e)], stands_at(e), e);
	unlock(c);
	return done;
}

/* With the lock: the head of "after" goes on; all of it, or to another one. */
static struct dbc_entry *wake_after(struct dbc_channel *c, unsigned int sem)
{
	struct dbc_list *list = &c->after[sem];
	struct dbc_entry *e = list->head;
	unsigned int step;

	while (e) {
		step = e->step;
		if (postsyncs(c, e))
			return dbc_list_take(list);
		if (e->step == step)
			return NULL;
		dbc_list_take(list);
		wait_in(c, &c->after[stands_at(e)], stands_at(e), e);
		e = list->head;
	}
	return NULL;
}

static struct dbc_entry *wake_one(struct dbc_channel *c, unsigned int sem)
{
	struct dbc_entry *e = wake_after(c, sem);

	if (e)
		return e;
	e = c->before[sem].head;
	return e && command(c, e->presync) ? dbc_list_take(&c->before[sem]) :
					     NULL;
}

struct dbc_entry *dbc_sem_wake(struct dbc_channel *c)
{
	struct dbc_entry *e = NULL;

	pthread_mutex_lock(&c->lock);
	while (!e && c->changed & c->waiting) {
		unsigned int sem =
			(unsigned int)__builtin_ctz(c->changed & c->waiting);
		uint32_t bit = 1u << sem;

		c->changed &= ~bit;
		e = wake_one(c, sem);
		/* The one behind it may go, too. */
		if (e)
			c->changed |= bit;
		if (!c->before[sem].head && !c->after[sem].head)
			c->waiting &= ~bit;
	}
	unlock(c);
	return e;
}

void dbc_sem_start(struct dbc_channel *c)
{
	pthread_mutex_lock(&c->lock);
	command(c, AIC100_SEM_ENABLE |
			   aic100_put(AIC100_SEM_CMD, AIC100_SEM_INC) |
			   aic100_put(AIC100_SEM_INDEX, AIC100_NET_SEM_INPUT));
	unlock(c);
}

bool dbc_sem_network_begin(struct dbc_channel *c)
{
	if (!c->has_input && c->sem[AIC100_NET_SEM_INPUT]) {
		c->has_input = true;
		set(c, AIC100_NET_SEM_INPUT, "network-p",
		    c->sem[AIC100_NET_SEM_INPUT] - 1u);
	}
	if (!c->has_input || !c->sem[AIC100_NET_SEM_ROOM])
		return false;
	c->has_input = false;
	set(c, AIC100_NET_SEM_ROOM, "network-p",
	    c->sem[AIC100_NET_SEM_ROOM] - 1u);
	return true;
}

void dbc_sem_network_end(struct dbc_channel *c)
{
	static const uint8_t sems[] = { AIC100_NET_SEM_FREE,
					AIC100_NET_SEM_OUTPUT };

	for (unsigned int i = 0; i < 2; i++)
		if (c->sem[sems[i]] < AIC100_SEM_MAX)
			set(c, sems[i], "network-inc", c->sem[sems[i]] + 1u);
}

void dbc_sem_reset(struct dbc_channel *c)
{
	for (unsigned int i = 0; i < AIC100_SEMS; i++) {
		c->sem[i] = 0;
		dbc_list_init(&c->before[i]);
		dbc_list_init(&c->after[i]);
	}
	c->sem[AIC100_NET_SEM_FREE] = 1;
	c->sem[AIC100_NET_SEM_ROOM] = 1;
	c->waiting = 0;
	c->changed = 0;
	c->has_input = false;
}

struct dbc_entry *dbc_sem_any(struct dbc_channel *c)
{
	for (unsigned int i = 0; i < AIC100_SEMS; i++) {
		struct dbc_entry *e = dbc_list_take(&c->before[i]);

		if (!e)
			e = dbc_list_take(&c->after[i]);
		if (e)
			return e;
	}
	return NULL;
}
