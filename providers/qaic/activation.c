// SPDX-License-Identifier: MIT
/*
 * Activations: a program on a processor of the card, with a DMA bridge channel.
 *
 * They are in the context's list. Whoever takes one out of it that is not in use
 * ends it; the list is not locked meanwhile, and a program counts those that it
 * has, so that it can wait until they are gone.
 *
 * An idle one is ended with the driver's own DEACTIVATE, which has its interrupt
 * thread leave the channel first. One in use is killed by telling the card alone:
 * the driver would first wait for everybody who waits for a buffer, while the
 * card's answer has it wake them. Dead ones are the worker's, who sees it by his
 * calls or by the mark, which nobody sets while requests are made (context's
 * lock): the channel may be another activation's right afterwards.
 *
 * The card may give a channel away as soon as it has answered, when the driver has
 * not let go of it: the interrupt thread would write an index of before into the
 * channel of now. So a context has one of these messages under way at a time.
 */
#include "qaic.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#define RETRY_NS 20000000ll /* for what others have to let go of */

/* One at a time: see above. */
static int send(struct axlq_context *ac, struct axlq_message *message)
{
	int err;

	pthread_mutex_lock(&ac->activating);
	err = axlq_message_send(ac->vnpu.base.fd, message);
	pthread_mutex_unlock(&ac->activating);
	return err;
}

static void add_activate(struct axlq_message *message, uint32_t constants,
			 uint32_t elf, uint32_t elements)
{
	struct nnc_activate *command =
		axlq_message_command(message, sizeof(*command));
	struct qaicu_activate *activate;

	command->type = htole32(NNC_CMD_ACTIVATE);
	command->constants = htole32(constants);
	command->elf = htole32(elf);
	command->vc_setup = htole32(1);
	command->vc_reservation = htole32(NNC_NONE);
	command->reservation = htole32(NNC_NONE);
	command->state = htole32(NNC_STATE_READY);
	activate = axlq_message_add(message, QAICU_ACTIVATE_FROM_USER,
				    sizeof(*activate));
	activate->queue_size = elements;
}

static int read_activated(const struct axlq_message *message, int err,
			  struct axlq_activation *a, struct axlp_error *error)
{
	const struct qaicu_activated *channel = axlq_message_find(
		message, QAICU_ACTIVATE_FROM_DEVICE, sizeof(*channel));
	const struct nnc_activated *answer =
		axlq_message_answer(message, NNC_CMD_ACTIVATE, sizeof(*answer));
	int32_t status = answer ? (int32_t)le32toh(answer->status) : NNC_ERR;

	if (err && err != -ECANCELED)
		return axlp_fail(error, err, "no activation: %s",
				 axlp_explain(err));
	if (status || !channel || channel->status)
		return axlp_fail(error, axlq_status_errno(status), "%s",
				 axlq_status_text(status));
	a->id = le32toh(answer->activation);
	a->ddr_base = le64toh(answer->ddr_base);
	a->dbc = channel->dbc;
	return 0;
}

static void deactivate(struct axlq_context *ac, uint32_t id, uint32_t dbc,
		       bool idle)
{
	struct axlq_message message = { .len = 0 };
	struct qaicu_deactivate *driver;
	struct nnc_deactivate *command;
	int err;

	if (idle) {
		driver = axlq_message_add(&message, QAICU_DEACTIVATE_FROM_USER,
					  sizeof(*driver));
		driver->dbc = dbc;
	}
	command = axlq_message_command(&message, sizeof(*command));
	command->type = htole32(NNC_CMD_DEACTIVATE);
	command->activation = htole32(id);
	command->vc_teardown = htole32(1);
	err = send(ac, &message);
	if (err)
		axlp_log(ac->vnpu.base.device->system, AXL_LOG_DEBUG,
			 "DBC %u was not deactivated: %s", dbc,
			 axlp_explain(err));
}

static void free_lane(struct axlq_context *ac, const struct axlq_program *p,
		      struct axlq_lane *lane)
{
	for (uint32_t i = 0; lane->staging && i <= axlq_ports(p); i++)
		axlq_buffer_free(ac, &lane->staging[i]);
	free(lane->staging);
	free(lane->used);
}

/* The memory of one that nobody has any more; the card has it back. */
static void free_activation(struct axlq_context *ac, struct axlq_activation *a)
{
	for (uint32_t i = 0; i < AXLQ_DEPTH; i++)
		free_lane(ac, a->program, &a->lanes[i]);
	pthread_mutex_lock(&ac->lock);
	a->program->activations--;
	pthread_cond_broadcast(&ac->changed);
	pthread_mutex_unlock(&ac->lock);
	free(a);
}

static struct axlq_activation *new_activation(struct axlq_queue *q,
					      struct axlq_program *program)
{
	struct axlq_activation *a = calloc(1, sizeof(*a));
	size_t count = axlq_ports(program) + 1ul;
	bool good = a;

	if (!a)
		return NULL;
	a->queue = q;
	a->program = program;
	for (uint32_t i = 0; i < program->depth; i++) {
		struct axlq_lane *lane = &a->lanes[i];

		lane->staging = calloc(count, sizeof(*lane->staging));
		lane->used = calloc(count, sizeof(*lane->used));
		good = good && lane->staging && lane->used;
	}
	if (good)
		return a;
	for (uint32_t i = 0; i < AXLQ_DEPTH; i++) {
		free(a->lanes[i].staging);
		free(a->lanes[i].used);
	}
	free(a);
	return NULL;
}

static int activate(struct axlq_queue *q, struct axlq_program *program,
		    struct axlp_error *error)
{
	struct axlq_context *ac = axlq_context_of(q->vnpu.base.context);
	struct axlq_message message = { .len = 0 };
	struct axlq_activation *a;
	uint32_t constants, elf;
	int err = axlq_program_load(program, &constants, &elf, error);

	if (err)
		return err;
	a = new_activation(q, program);
	if (!a)
		return axlp_fail(error, -ENOMEM, "out of memory");
	pthread_mutex_lock(&ac->lock);
	program->activations++;
	pthread_mutex_unlock(&ac->lock);
	add_activate(&message, constants, elf, program->elements);
	err = send(ac, &message);
	err = read_activated(&message, err, a, error);
	if (err) {
		free_activation(ac, a);
		return err;
	}
	pthread_mutex_lock(&ac->lock);
	a->serial = ++ac->serials;
	a->next = ac->activations;
	ac->activations = a;
	pthread_mutex_unlock(&ac->lock);
	return 0;
}

/* With the lock. */
static void unlink_activation(struct axlq_context *ac,
			      struct axlq_activation *a)
{
	struct axlq_activation **at = &ac->activations;

	while (*at != a)
		at = &(*at)->next;
	*at = a->next;
}

/* With the lock: the last one that fits and is free; NULL takes any. */
static struct axlq_activation *find_free(struct axlq_context *ac,
					 const struct axlq_queue *q,
					 const struct axlq_program *program)
{
	struct axlq_activation *found = NULL;

	for (struct axlq_activation *a = ac->activations; a; a = a->next)
		if (!a->in_use && (!q || a->queue == q) &&
		    (!program || a->program == program))
			found = a;
	return found;
}

static bool end_one(struct axlq_context *ac, const struct axlq_queue *q,
		    const struct axlq_program *program)
{
	struct axlq_activation *a;

	pthread_mutex_lock(&ac->lock);
	a = find_free(ac, q, program);
	if (a)
		unlink_activation(ac, a);
	pthread_mutex_unlock(&ac->lock);
	if (!a)
		return false;
	deactivate(ac, a->id, a->dbc, true);
	free_activation(ac, a);
	return true;
}

void axlq_activations_end(struct axlq_context *ac, struct axlq_queue *q,
			  struct axlq_program *program)
{
	bool some = program;

	do {
		while (end_one(ac, q, program))
			;
		if (!program)
			break;
		/* Others end theirs, or a worker is about to put one back. */
		pthread_mutex_lock(&ac->lock);
		while (program->activations && !find_free(ac, NULL, program))
			pthread_cond_wait(&ac->changed, &ac->lock);
		some = program->activations;
		pthread_mutex_unlock(&ac->lock);
	} while (some);
}

/* Until somebody lets go of one, others of the machine aside. */
static void wait_changed(struct axlq_context *ac, const struct axlq_queue *q)
{
	int64_t until = axlp_now_ns() + RETRY_NS;
	const struct timespec time = { .tv_sec = until / 1000000000,
				       .tv_nsec = until % 1000000000 };

	pthread_mutex_lock(&ac->lock);
	if (!atomic_load(&q->stop))
		pthread_cond_timedwait(&ac->changed, &ac->lock, &time);
	pthread_mutex_unlock(&ac->lock);
}

/* In use now; false: there is none. */
static bool take(struct axlq_queue *q, struct axlq_program *program,
		 struct axlq_activation **out)
{
	struct axlq_context *ac = axlq_context_of(q->vnpu.base.context);
	struct axlq_activation *a;

	pthread_mutex_lock(&ac->lock);
	a = atomic_load(&q->stop) ? NULL : find_free(ac, q, program);
	if (a) {
		unlink_activation(ac, a);
		a->next = ac->activations;
		ac->activations = a;
		a->in_use = true;
		q->current = a;
	}
	pthread_mutex_unlock(&ac->lock);
	*out = a;
	return a;
}

int axlq_activation_get(struct axlq_queue *q, struct axlq_program *program,
			int64_t deadline_ns, struct axlq_activation **out,
			struct axlp_error *error)
{
	struct axlq_context *ac = axlq_context_of(q->vnpu.base.context);
	int err;

	while (!take(q, program, out)) {
		if (atomic_load(&q->stop))
			return -ECANCELED;
		err = activate(q, program, error);
		if (!err)
			continue;
		if (err == -EBUSY && end_one(ac, NULL, NULL))
			continue;
		/* Others have them all. */
		if (err != -EBUSY || axlp_now_ns() >= deadline_ns)
			return err;
		wait_changed(ac, q);
	}
	return 0;
}

void axlq_activation_put(struct axlq_queue *q)
{
	struct axlq_context *ac = axlq_context_of(q->vnpu.base.context);

	pthread_mutex_lock(&ac->lock);
	if (q->current && !q->current->dead) {
		q->current->in_use = false;
		q->current = NULL;
		pthread_cond_broadcast(&ac->changed);
	}
	pthread_mutex_unlock(&ac->lock);
}

void axlq_activation_kill(struct axlq_queue *q)
{
	struct axlq_context *ac = axlq_context_of(q->vnpu.base.context);
	uint32_t id = 0, dbc = 0;
	bool mine = false;

	pthread_mutex_lock(&ac->lock);
	if (q->current && !q->current->dead) {
		mine = q->current->dead = true;
		id = q->current->id;
		dbc = q->current->dbc;
	}
	/* It may wait for one. */
	pthread_cond_broadcast(&ac->changed);
	pthread_mutex_unlock(&ac->lock);
	if (mine)
		deactivate(ac, id, dbc, false);
}

void axlq_activation_drop(struct axlq_queue *q)
{
	struct axlq_context *ac = axlq_context_of(q->vnpu.base.context);
	struct axlq_activation *a;

	pthread_mutex_lock(&ac->lock);
	a = q->current;
	q->current = NULL;
	if (a)
		unlink_activation(ac, a);
	pthread_mutex_unlock(&ac->lock);
	if (a)
		free_activation(ac, a);
}
