// SPDX-License-Identifier: MIT
/*
 * The NSP of a channel: a worker that visits it and on which its network runs,
 * each time there is an input and room for the output.
 *
 * A run only fails if the workload's memory is not what the network needs,
 * which its activation should have seen. Then the channel has failed: every
 * request, and all that wait, are answered with AIC100_COMPLETION_NETWORK. A
 * host that waits for results learns it; a crash (SSR) is what the driver of
 * 6.12 does not know.
 */
#include "dbc.h"

#include <errno.h>

/* Lock held. */
static bool may_run(struct dbc_channel *c)
{
	return atomic_load(&c->active) && dbc_alive(c) &&
	       !atomic_load(&c->failed) && c->config.network &&
	       !(atomic_load(&c->a->faults.hang) & 1u << c->number);
}

/* Lock taken and let go; true: the network shall run now. */
static bool begin(struct dbc_channel *c)
{
	bool go, kick;

	pthread_mutex_lock(&c->lock);
	go = may_run(c) && !axm_cancelled(c->a->dev) &&
	     dbc_sem_network_begin(c);
	atomic_store(&c->running, go);
	kick = c->changed & c->waiting;
	pthread_mutex_unlock(&c->lock);
	if (kick)
		dbc_kick(c);
	return go;
}

/* Something came between the job's last look and its end. */
static bool to_do(struct dbc_channel *c)
{
	bool todo;

	if (atomic_load(&c->wanted))
		return true;
	pthread_mutex_lock(&c->lock);
	todo = may_run(c) && dbc_sem_network_ready(c);
	pthread_mutex_unlock(&c->lock);
	return todo;
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
	atomic_store(&c->running, false);
	pthread_cond_broadcast(&c->quiet);
	pthread_mutex_unlock(&c->lock);
	if (kick)
		dbc_kick(c);
}

static void run(struct dbc_channel *c)
{
	bool traced = axm_tracing(c->a->dev);
	uint64_t start = traced ? axm_now_ns() : 0;
	int ret;

	dbc_hand_over(c);
	dbc_account(c, &c->nsp_mark);
	ret = aic100_network_run(c->config.network, c->a, c->config.memory,
				 &c->stop);
	if (traced)
		aic100_note_run(c->a, c->number, axm_now_ns() - start, ret);
	c->nsp_mark = dbc_cpu_ns();
	if (!ret) {
		dbc_count(&c->count.engine_ns,
			  dbc_network_ns(c->config.network));
		dbc_count(&c->count.runs, 1);
	}
	end(c, ret);
}

/* All there is to do; its time since the last run is accounted at the next. */
static void work(struct dbc_channel *c)
{
	bool ran = false;

	do {
		dbc_visit(c);
		while (begin(c)) {
			run(c);
			ran = true;
			if (atomic_load(&c->wanted))
				dbc_visit(c);
		}
	} while (atomic_load(&c->wanted) && !axm_cancelled(c->a->dev));
	if (!ran)
		dbc_account(c, &c->nsp_mark);
}

void dbc_nsp_job(struct axm_device *dev, struct axm_job *job)
{
	struct dbc_channel *c =
		(struct dbc_channel *)((char *)job -
				       offsetof(struct dbc_channel, nsp_job));

	atomic_store(&c->awake, true);
	work(c);
	atomic_store(&c->awake, false);
	/* What came after the last look found the job awake. */
	if (!axm_cancelled(dev) && to_do(c))
		axm_worker_queue(c->nsp, job);
}
