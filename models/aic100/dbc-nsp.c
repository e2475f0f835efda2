// SPDX-License-Identifier: MIT
/*
 * The NSP of a channel: a worker on which its network runs, each time there is
 * an input and room for the output.
 *
 * A run only fails if the workload's memory is not what the network needs,
 * which its activation should have seen. Then the channel has failed: every
 * request, and all that wait, are answered with AIC100_COMPLETION_NETWORK. A
 * host that waits for results learns it; a crash (SSR) is what the driver of
 * 6.12 does not know.
 */
#include "dbc.h"

#include <errno.h>

/* Lock taken and let go; true: the network shall run now. */
static bool begin(struct dbc_channel *c)
{
	bool go, kick;

	pthread_mutex_lock(&c->lock);
	go = atomic_load(&c->active) && dbc_alive(c) &&
	     !atomic_load(&c->failed) && c->config.network &&
	     !(atomic_load(&c->a->faults.hang) & 1u << c->number) &&
	     !axm_cancelled(c->a->dev) && dbc_sem_network_begin(c);
	c->running = go;
	kick = c->changed & c->waiting;
	pthread_mutex_unlock(&c->lock);
	if (kick)
		dbc_kick(c);
	return go;
}

static void end(struct dbc_channel *c, int ret)
{
	bool kick;

	if (ret && ret != -ECANCELED)
		atomic_store(&c->failed, true);
	pthread_mutex_lock(&c->lock);
	if (!ret && dbc_alive(c))
		dbc_sem_network_end(c);
	kick = c->changed & c->waiting || atomic_load(&c->failed);
	c->running = false;
	pthread_cond_broadcast(&c->quiet);
	pthread_mutex_unlock(&c->lock);
	if (kick)
		dbc_kick(c);
}

static void run(struct dbc_channel *c, uint64_t *engine_cpu)
{
	uint64_t cpu = dbc_cpu_ns(), start = axm_now_ns();
	int ret = aic100_network_run(c->config.network, c->a, c->config.memory,
				     &c->stop);

	*engine_cpu += dbc_cpu_ns() - cpu;
	aic100_note_run(c->a, c->number, axm_now_ns() - start, ret);
	if (!ret) {
		dbc_count(&c->count.engine_ns,
			  dbc_network_ns(c->config.network));
		dbc_count(&c->count.runs, 1);
	}
	end(c, ret);
}

void dbc_nsp_job(struct axm_device *dev, struct axm_job *job)
{
	struct dbc_channel *c =
		(struct dbc_channel *)((char *)job -
				       offsetof(struct dbc_channel, nsp_job));
	uint64_t engine_cpu = 0, now;

	while (begin(c))
		run(c, &engine_cpu);
	now = dbc_cpu_ns();
	dbc_count(&c->count.own_ns, now - c->nsp_mark - engine_cpu);
	c->nsp_mark = now;
}
