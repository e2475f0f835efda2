// SPDX-License-Identifier: MIT
/*
 * A network: a tensor program, prepared for this processor, and its arena. It
 * may be run by one channel at a time. The engine's threads are the card's: a
 * run waits for its turn here, where it can be stopped, not in the engine.
 *
 * Who created it and a run each have a reference, so that a run that ignores
 * a reset for too long does not lose what it works on.
 */
#include "dbc.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ALIGN 64u
#define TURN_LOOK_NS 10000000l /* how late a stop may be seen */

struct aic100_network {
	atomic_uint refs;
	/* The rest is constant after create. */
	uint8_t *blob;
	struct axt_program *program;
	struct axt_engine *engine;
	uint64_t memory;
	uint64_t *offsets; /* of inputs, then outputs, in its memory */
	uint32_t inputs, outputs;
	/* Of the run that is under way. */
	void *arena;
	const void **in;
	void **out;
	atomic_ullong ran_ns; /* the last one, by the clock */
};

struct stop {
	struct axm_device *dev;
	atomic_bool *stop;
};

static void put(struct aic100_network *n)
{
	if (atomic_fetch_sub(&n->refs, 1) != 1)
		return;
	if (n->engine)
		axt_engine_destroy(n->engine);
	if (n->program)
		axt_program_close(n->program);
	free(n->out);
	free(n->in);
	free(n->arena);
	free(n->offsets);
	free(n->blob);
	free(n);
}

static void *alloc_aligned(uint64_t size)
{
	if (size > SIZE_MAX - ALIGN)
		return NULL;
	/* Never empty: NULL is an error. */
	return aligned_alloc(ALIGN, (size + ALIGN) & ~(uint64_t)(ALIGN - 1));
}

static int refuse(char *why, size_t why_size, const char *reason)
{
	snprintf(why, why_size, "%s", reason);
	return -ENOEXEC;
}

static int take_blob(struct aic100_network *n, const void *image,
		     size_t image_size, const void *constants,
		     size_t constants_size, char *why, size_t why_size)
{
	struct axt_error error = { "" };
	size_t size = image_size + constants_size;
	int ret;

	if (size < image_size)
		return refuse(why, why_size, "too large");
	n->blob = alloc_aligned(size);
	if (!n->blob)
		return -ENOMEM;
	if (image_size)
		memcpy(n->blob, image, image_size);
	if (constants_size)
		memcpy(n->blob + image_size, constants, constants_size);
	ret = axt_program_open(n->blob, size, &n->program, &error);
	if (ret == -ENOMEM)
		return ret;
	return ret ? refuse(why, why_size, error.text) : 0;
}

static uint32_t port(const struct aic100_network *n, uint32_t number)
{
	return number < n->inputs ?
		       axt_program_input(n->program, number) :
		       axt_program_output(n->program, number - n->inputs);
}

/* Doorbells, inputs, outputs, each at a page; see aic100_regs.h. */
static int lay_out(struct aic100_network *n, char *why, size_t why_size)
{
	uint64_t at = AIC100_NET_DOORBELLS;

	n->offsets = calloc(n->inputs + n->outputs + 1u, sizeof(*n->offsets));
	if (!n->offsets)
		return -ENOMEM;
	for (uint32_t i = 0; i < n->inputs + n->outputs; i++) {
		const struct axt_tensor *tensor =
			axt_program_tensor(n->program, port(n, i));

		n->offsets[i] = at;
		if (tensor->size > AIC100_DDR_MAX - at)
			return refuse(why, why_size,
				      "its tensors are larger than the card");
		at += (tensor->size + AIC100_NET_ALIGN - 1) &
		      ~(uint64_t)(AIC100_NET_ALIGN - 1);
	}
	n->memory = at;
	return 0;
}

static int prepare(struct aic100_network *n, struct aic100 *a)
{
	const struct axt_header *h = axt_program_header(n->program);

	n->arena = alloc_aligned(h->arena_size);
	n->in = calloc(n->inputs + 1u, sizeof(*n->in));
	n->out = calloc(n->outputs + 1u, sizeof(*n->out));
	if (!n->arena || !n->in || !n->out)
		return -ENOMEM;
	return axt_engine_create(n->program, a->bridge->workers, AXT_ISA_BEST,
				 &n->engine);
}

int aic100_network_create(struct aic100 *a, const void *image,
			  size_t image_size, const void *constants,
			  size_t constants_size,
			  struct aic100_network **network, char *why,
			  size_t why_size)
{
	struct aic100_network *n = calloc(1, sizeof(*n));
	int ret;

	*network = NULL;
	if (why_size)
		*why = '\0';
	if (!n)
		return -ENOMEM;
	atomic_store(&n->refs, 1);
	ret = take_blob(n, image, image_size, constants, constants_size, why,
			why_size);
	if (!ret) {
		n->inputs = axt_program_header(n->program)->input_count;
		n->outputs = axt_program_header(n->program)->output_count;
		ret = lay_out(n, why, why_size);
	}
	if (!ret)
		ret = prepare(n, a);
	if (ret) {
		put(n);
		return ret;
	}
	*network = n;
	return 0;
}

void aic100_network_destroy(struct aic100_network *network)
{
	if (network)
		put(network);
}

uint64_t aic100_network_memory(const struct aic100_network *network)
{
	return network->memory;
}

static bool stopped(void *data)
{
	struct stop *s = data;

	return atomic_load(s->stop) || axm_cancelled(s->dev);
}

/* False: it is stopped before its turn. */
static bool turn_begin(struct aic100_bridge *b, struct stop *s)
{
	bool ended = stopped(s);

	pthread_mutex_lock(&b->turn_lock);
	while (b->taken && !ended) {
		struct timespec until;

		clock_gettime(CLOCK_MONOTONIC, &until);
		until.tv_nsec += TURN_LOOK_NS;
		until.tv_sec += until.tv_nsec / 1000000000l;
		until.tv_nsec %= 1000000000l;
		pthread_cond_timedwait(&b->turn, &b->turn_lock, &until);
		ended = stopped(s);
	}
	if (!ended)
		b->taken = true;
	pthread_mutex_unlock(&b->turn_lock);
	/* It may be that this one was woken for a turn it does not take. */
	if (ended)
		pthread_cond_signal(&b->turn);
	return !ended;
}

static void turn_end(struct aic100_bridge *b)
{
	pthread_mutex_lock(&b->turn_lock);
	b->taken = false;
	pthread_mutex_unlock(&b->turn_lock);
	pthread_cond_signal(&b->turn);
}

/* With the turn, which guards what belongs to the run. */
static int run(struct aic100_network *n, uint8_t *memory, struct stop *s)
{
	struct axt_engine_run r = {
		.inputs = n->in,
		.outputs = n->out,
		.arena = n->arena,
		.stopped = stopped,
		.stopped_data = s,
	};
	uint64_t start;
	int ret;

	for (uint32_t i = 0; i < n->inputs; i++)
		n->in[i] = memory + n->offsets[i];
	for (uint32_t i = 0; i < n->outputs; i++)
		n->out[i] = memory + n->offsets[n->inputs + i];
	start = axm_now_ns();
	ret = axt_engine_run(n->engine, &r);
	atomic_store(&n->ran_ns, axm_now_ns() - start);
	return ret;
}

uint64_t dbc_network_ns(const struct aic100_network *network)
{
	return atomic_load(&network->ran_ns);
}

int aic100_network_run(struct aic100_network *network, struct aic100 *a,
		       uint64_t addr, atomic_bool *stop)
{
	uint8_t *memory = aic100_ddr_at(a, addr, network->memory);
	struct stop s = { a->dev, stop };
	int ret = -ECANCELED;

	if (!memory || (uintptr_t)memory % ALIGN)
		return -EFAULT;
	atomic_fetch_add(&network->refs, 1);
	if (turn_begin(a->bridge, &s)) {
		ret = run(network, memory, &s);
		turn_end(a->bridge);
	}
	put(network);
	return ret;
}

int dbc_engine_init(struct aic100_bridge *b, unsigned int threads)
{
	pthread_condattr_t attr;

	pthread_mutex_init(&b->turn_lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&b->turn, &attr);
	pthread_condattr_destroy(&attr);
	return axt_workers_create(threads, &b->workers);
}

void dbc_engine_fini(struct aic100_bridge *b)
{
	axt_workers_destroy(b->workers);
	pthread_cond_destroy(&b->turn);
	pthread_mutex_destroy(&b->turn_lock);
}
