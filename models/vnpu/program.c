// SPDX-License-Identifier: MIT
/*
 * Programs. A slot, the list of those that wait for preparation, and an EXEC
 * that waits or runs each have a reference; the last one frees. Slots and list
 * are under programs_lock. Preparation runs on a worker of its own, a program
 * at a time.
 */
#include "core.h"

#include <errno.h>
#include <stdlib.h>

#define ALIGN 64u

static bool charge(struct vnpu *v, uint64_t size)
{
	unsigned long long used = atomic_load(&v->private_used);

	do {
		if (size > v->private_size || used > v->private_size - size)
			return false;
	} while (!atomic_compare_exchange_weak(&v->private_used, &used,
					       used + size));
	return true;
}

void *vnpu_private_alloc(struct vnpu *v, uint64_t size)
{
	void *memory;

	if (!charge(v, size))
		return NULL;
	memory = aligned_alloc(ALIGN,
			       (size + ALIGN - 1) & ~(uint64_t)(ALIGN - 1));
	if (!memory)
		atomic_fetch_sub(&v->private_used, size);
	return memory;
}

void vnpu_private_free(struct vnpu *v, void *memory, uint64_t size)
{
	if (!memory)
		return;
	free(memory);
	atomic_fetch_sub(&v->private_used, size);
}

void vnpu_program_put(struct vnpu_program *p)
{
	struct vnpu *v = p->v;

	if (atomic_fetch_sub(&p->refs, 1) != 1)
		return;
	if (p->engine)
		axt_engine_destroy(p->engine);
	if (p->program)
		axt_program_close(p->program);
	atomic_fetch_sub(&v->contexts[p->context].memory, p->memory);
	atomic_fetch_sub(&v->private_used, p->memory - p->size);
	vnpu_private_free(v, p->blob, p->size);
	free(p);
}

struct vnpu_program *vnpu_program_get(struct vnpu *v, uint32_t number,
				      uint16_t context)
{
	struct vnpu_program *p;

	pthread_mutex_lock(&v->programs_lock);
	p = v->programs[number];
	if (p && p->context != context)
		p = NULL;
	if (p)
		atomic_fetch_add(&p->refs, 1);
	pthread_mutex_unlock(&v->programs_lock);
	return p;
}

static int open_error(int error)
{
	return error == -ENOMEM ? VNPU_ERR_NO_MEMORY : VNPU_ERR_PROGRAM;
}

/* The blob is p's from here on. */
static int open_program(struct vnpu_program *p)
{
	const struct axt_header *h;
	int ret = axt_program_open(p->blob, p->size, &p->program, NULL);

	if (ret)
		return open_error(ret);
	h = axt_program_header(p->program);
	/* All have to be bound at once, with scratch and spans. */
	if (h->input_count + h->output_count + 2 > VNPU_BINDINGS_MAX)
		return VNPU_ERR_LIMIT;
	return VNPU_ERR_OK;
}

static void publish(struct vnpu *v, struct vnpu_program *p, uint32_t number)
{
	atomic_fetch_add(&p->refs, 1);
	pthread_mutex_lock(&v->programs_lock);
	v->programs[number] = p;
	*v->to_prepare_tail = p;
	v->to_prepare_tail = &p->next;
	pthread_mutex_unlock(&v->programs_lock);
	axm_worker_queue(v->prepare_worker, &v->prepare_job);
}

int vnpu_program_load(struct vnpu *v, uint16_t context, uint32_t number,
		      void *blob, uint64_t size, uint64_t *scratch)
{
	struct vnpu_program *p = calloc(1, sizeof(*p));
	int ret;

	if (!p) {
		vnpu_private_free(v, blob, size);
		return VNPU_ERR_NO_MEMORY;
	}
	p->v = v;
	p->context = context;
	p->blob = blob;
	p->size = p->memory = size;
	atomic_store(&p->refs, 1);
	atomic_store(&p->state, VNPU_PROGRAM_PREPARING);
	atomic_fetch_add(&v->contexts[context].memory, size);
	ret = open_program(p);
	if (ret) {
		vnpu_program_put(p);
		return ret;
	}
	*scratch = axt_program_header(p->program)->arena_size;
	publish(v, p, number);
	return VNPU_ERR_OK;
}

int vnpu_program_unload(struct vnpu *v, uint16_t context, uint32_t number)
{
	struct vnpu_program *p;

	pthread_mutex_lock(&v->programs_lock);
	p = v->programs[number];
	if (p && p->context == context)
		v->programs[number] = NULL;
	else
		p = NULL;
	pthread_mutex_unlock(&v->programs_lock);
	if (!p)
		return VNPU_ERR_ID;
	vnpu_program_put(p);
	return VNPU_ERR_OK;
}

/* The first on the list, of this context or of any (-1). */
static struct vnpu_program *next_to_prepare(struct vnpu *v, int context)
{
	struct vnpu_program **at = &v->to_prepare, *p;

	pthread_mutex_lock(&v->programs_lock);
	while (*at && context >= 0 && (*at)->context != context)
		at = &(*at)->next;
	p = *at;
	if (p) {
		*at = p->next;
		if (!p->next)
			v->to_prepare_tail = at;
		p->next = NULL;
	}
	pthread_mutex_unlock(&v->programs_lock);
	return p;
}

void vnpu_programs_drop(struct vnpu *v, int context)
{
	struct vnpu_program *p;

	for (uint32_t i = 0; i < v->limits->programs; i++) {
		pthread_mutex_lock(&v->programs_lock);
		p = v->programs[i];
		if (p && context >= 0 && p->context != context)
			p = NULL;
		if (p)
			v->programs[i] = NULL;
		pthread_mutex_unlock(&v->programs_lock);
		if (p)
			vnpu_program_put(p);
	}
	while ((p = next_to_prepare(v, context)))
		vnpu_program_put(p);
}

static void prepare(struct vnpu *v, struct vnpu_program *p)
{
	uint64_t memory;
	int ret = axt_engine_create(p->program, v->workers, v->isa, &p->engine);

	if (ret) {
		p->engine = NULL;
		atomic_store(&p->state, VNPU_PROGRAM_FAILED);
		return;
	}
	memory = axt_engine_memory(p->engine);
	if (!charge(v, memory)) {
		atomic_store(&p->state, VNPU_PROGRAM_FAILED);
		return;
	}
	p->memory += memory;
	atomic_fetch_add(&v->contexts[p->context].memory, memory);
	atomic_store(&p->state, VNPU_PROGRAM_READY);
}

void vnpu_prepare_job(struct axm_device *dev, struct axm_job *job)
{
	struct vnpu *v = axm_priv(dev);
	struct vnpu_program *p;

	while (!axm_cancelled(dev) && (p = next_to_prepare(v, -1))) {
		/* Nobody has it but this list: it was unloaded. */
		if (atomic_load(&p->refs) > 1)
			prepare(v, p);
		vnpu_program_put(p);
	}
}
