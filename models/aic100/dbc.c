// SPDX-License-Identifier: MIT
/*
 * The DMA bridge: registers, and the life of a channel. dbc.h has who may touch
 * what. A channel is active from start to stop; in between its FIFOs, its
 * memory and its network may be used. stop waits until the bridge's worker and
 * the NSP have let go of it, which they do at the next piece of a copy or
 * operation of a network.
 *
 * What the host writes is checked here, under the device lock; what is wrong
 * brings the card down, but from the worker, where that may be said.
 */
#include "dbc.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static struct dbc_channel *channel_at(struct aic100 *a, uint64_t offset,
				      unsigned int size, unsigned int *reg)
{
	uint64_t n = (offset - AIC100_DBC(0)) / (AIC100_DBC(1) - AIC100_DBC(0));

	if (size != 4 || offset < AIC100_DBC(0) || n >= AIC100_DBCS)
		return NULL;
	*reg = (unsigned int)(offset - AIC100_DBC(n));
	return &a->bridge->channel[n];
}

uint64_t aic100_dbc_read(struct aic100 *a, uint64_t offset, unsigned int size)
{
	unsigned int reg;
	struct dbc_channel *c = channel_at(a, offset, size, &reg);

	if (!c)
		return 0;
	switch (reg) {
	case AIC100_DBC_REQHP:
		return atomic_load(&c->reqhp);
	case AIC100_DBC_REQTP:
		return atomic_load(&c->reqtp);
	case AIC100_DBC_RSPHP:
		return atomic_load(&c->rsphp);
	case AIC100_DBC_RSPTP:
		return atomic_load(&c->rsptp);
	default:
		return 0;
	}
}

static void write_reqtp(struct dbc_channel *c, uint32_t value)
{
	if (value < c->config.count)
		atomic_store(&c->reqtp, value);
	else
		atomic_store(&c->error, DBC_BAD_REQTP);
	dbc_kick(c);
}

/* The host has read at most as much as there was. */
static bool good_rsphp(struct dbc_channel *c, uint32_t value)
{
	uint32_t count = c->config.count, old = atomic_load(&c->rsphp);
	uint32_t there = (atomic_load(&c->rsptp) + count - old) % count;

	return value < count && (value + count - old) % count <= there;
}

static void write_rsphp(struct dbc_channel *c, uint32_t value)
{
	bool good = good_rsphp(c, value);

	if (good)
		atomic_store(&c->rsphp, value);
	else
		atomic_store(&c->error, DBC_BAD_RSPHP);
	if (!good || atomic_load(&c->full))
		dbc_kick(c);
}

void aic100_dbc_write(struct aic100 *a, uint64_t offset, unsigned int size,
		      uint64_t value)
{
	unsigned int reg;
	struct dbc_channel *c = channel_at(a, offset, size, &reg);

	if (!c || !atomic_load(&c->active))
		return;
	if (reg == AIC100_DBC_REQTP)
		write_reqtp(c, (uint32_t)value);
	else if (reg == AIC100_DBC_RSPHP)
		write_rsphp(c, (uint32_t)value);
}

static void zero_registers(struct dbc_channel *c)
{
	atomic_store(&c->reqhp, 0);
	atomic_store(&c->reqtp, 0);
	atomic_store(&c->rsphp, 0);
	atomic_store(&c->rsptp, 0);
	atomic_store(&c->error, DBC_GOOD);
	atomic_store(&c->full, false);
}

static void empty_window(struct dbc_channel *c)
{
	atomic_store(&c->wanted, false);
	c->used = c->fresh = c->unanswered = c->failure_count = 0;
	c->free = c->current = NULL;
	dbc_list_init(&c->arrived);
	dbc_list_init(&c->answers);
}

static void take_config(struct dbc_channel *c,
			const struct aic100_dbc_config *config)
{
	c->config = *config;
	c->memory = config->memory_size ? aic100_ddr_at(c->a, config->memory,
							config->memory_size) :
					  NULL;
	c->window = config->count < DBC_WINDOW ? config->count : DBC_WINDOW;
	/* Its runs would go beyond what is the workload's. */
	atomic_store(&c->failed,
		     config->network &&
			     (!c->memory ||
			      aic100_network_memory(config->network) >
				      config->memory_size));
}

void aic100_dbc_start(struct aic100 *a, unsigned int dbc,
		      const struct aic100_dbc_config *config)
{
	struct dbc_channel *c = &a->bridge->channel[dbc];

	aic100_dbc_stop(a, dbc);
	pthread_mutex_lock(&c->lock);
	dbc_sem_reset(c);
	empty_window(c);
	axm_lock(a->dev);
	take_config(c, config);
	zero_registers(c);
	atomic_store(&c->stop, false);
	atomic_store(&c->active,
		     config->count && config->count <= AIC100_DBC_QUEUE_MAX);
	axm_unlock(a->dev);
	pthread_mutex_unlock(&c->lock);
}

static void read_counters(struct dbc_channel *c,
			  struct aic100_channel_stats *out)
{
	*out = (struct aic100_channel_stats){
		.requests = atomic_load(&c->count.requests),
		.responses = atomic_load(&c->count.responses),
		.bytes_in = atomic_load(&c->count.bytes_in),
		.bytes_out = atomic_load(&c->count.bytes_out),
		.msis = atomic_load(&c->count.msis),
		.runs = atomic_load(&c->count.runs),
		.own_ns = atomic_load(&c->count.own_ns),
		.engine_ns = atomic_load(&c->count.engine_ns),
	};
}

static void trace_counters(struct dbc_channel *c)
{
	struct aic100_channel_stats s;

	read_counters(c, &s);
	axm_trace(c->a->dev, "dbc-stop",
		  "channel=%u requests=%llu responses=%llu in=%llu out=%llu "
		  "msis=%llu runs=%llu own-ns=%llu engine-ns=%llu",
		  c->number, (unsigned long long)s.requests,
		  (unsigned long long)s.responses,
		  (unsigned long long)s.bytes_in,
		  (unsigned long long)s.bytes_out, (unsigned long long)s.msis,
		  (unsigned long long)s.runs, (unsigned long long)s.own_ns,
		  (unsigned long long)s.engine_ns);
}

void aic100_dbc_stop(struct aic100 *a, unsigned int dbc)
{
	struct dbc_channel *c = &a->bridge->channel[dbc];
	bool was = atomic_load(&c->active);

	atomic_store(&c->stop, true);
	pthread_mutex_lock(&c->lock);
	atomic_store(&c->active, false);
	while (c->busy || atomic_load(&c->running))
		pthread_cond_wait(&c->quiet, &c->lock);
	c->config.network = NULL;
	axm_lock(a->dev);
	zero_registers(c);
	axm_unlock(a->dev);
	pthread_mutex_unlock(&c->lock);
	if (was)
		trace_counters(c);
}

void aic100_dbc_crash(struct aic100 *a, unsigned int dbc)
{
	atomic_store(&a->bridge->channel[dbc].stop, true);
}

void aic100_bridge_stats(struct aic100 *a, struct aic100_bridge_stats *out)
{
	for (unsigned int i = 0; i < AIC100_DBCS; i++)
		read_counters(&a->bridge->channel[i], &out->channel[i]);
}

/* Without the channels' locks: start makes new what is under them. */
void aic100_bridge_reset(struct aic100 *a)
{
	for (unsigned int i = 0; i < AIC100_DBCS; i++) {
		struct dbc_channel *c = &a->bridge->channel[i];

		atomic_store(&c->stop, true);
		atomic_store(&c->active, false);
		atomic_store(&c->wanted, false);
		zero_registers(c);
	}
	atomic_store(&a->bridge->pending, 0);
}

static int channel_init(struct aic100 *a, unsigned int number)
{
	struct dbc_channel *c = &a->bridge->channel[number];
	char name[16];

	c->a = a;
	c->number = number;
	c->nsp_job.run = dbc_nsp_job;
	atomic_store(&c->stop, true);
	pthread_mutex_init(&c->lock, NULL);
	pthread_cond_init(&c->quiet, NULL);
	dbc_sem_reset(c);
	empty_window(c);
	c->entries = calloc(DBC_WINDOW, sizeof(*c->entries));
	if (!c->entries)
		return -ENOMEM;
	snprintf(name, sizeof(name), "aic-nsp%u", number % AIC100_DBCS);
	return axm_worker_create(a->dev, name, &c->nsp);
}

int aic100_bridge_init(struct aic100 *a)
{
	struct aic100_bridge *b = calloc(1, sizeof(*b));
	int ret;

	if (!b)
		return -ENOMEM;
	a->bridge = b;
	b->job.run = dbc_job;
	ret = dbc_engine_init(b, a->threads);
	if (!ret)
		ret = axm_worker_create(a->dev, "aic-dbc", &b->worker);
	for (unsigned int i = 0; i < AIC100_DBCS && !ret; i++)
		ret = channel_init(a, i);
	return ret;
}

void aic100_bridge_fini(struct aic100 *a)
{
	struct aic100_bridge *b = a->bridge;

	if (!b)
		return;
	for (unsigned int i = 0; i < AIC100_DBCS; i++) {
		struct dbc_channel *c = &b->channel[i];

		/* The last that init reached may have nothing but the locks. */
		if (!c->a)
			break;
		free(c->entries);
		pthread_cond_destroy(&c->quiet);
		pthread_mutex_destroy(&c->lock);
	}
	dbc_engine_fini(b);
	free(b);
	a->bridge = NULL;
}
