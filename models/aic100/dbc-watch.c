// SPDX-License-Identifier: MIT
/*
 * What others than the host see of a channel: a dump of a crashed network, the
 * control socket.
 */
#include "dbc.h"

#include <inttypes.h>

bool aic100_dbc_view(struct aic100 *a, unsigned int dbc,
		     struct aic100_dbc_view *view)
{
	struct dbc_channel *c = &a->bridge->channel[dbc];

	/* start and stop are the QSM's, too: it stays as it is. */
	if (!atomic_load(&c->active))
		return false;
	view->config = c->config;
	view->reg[AIC100_DBC_REQHP / 4] = atomic_load(&c->reqhp);
	view->reg[AIC100_DBC_REQTP / 4] = atomic_load(&c->reqtp);
	view->reg[AIC100_DBC_RSPHP / 4] = atomic_load(&c->rsphp);
	view->reg[AIC100_DBC_RSPTP / 4] = atomic_load(&c->rsptp);
	pthread_mutex_lock(&c->lock);
	for (unsigned int i = 0; i < AIC100_SEMS; i++)
		view->sem[i] = c->sem[i];
	pthread_mutex_unlock(&c->lock);
	return true;
}

void aic100_dbc_kick(struct aic100 *a, unsigned int dbc)
{
	struct dbc_channel *c = &a->bridge->channel[dbc];

	axm_worker_queue(c->nsp, &c->nsp_job);
}

#define C(name, member) { name, offsetof(struct dbc_counters, member) }

static const struct {
	const char *name;
	size_t offset;
} counters[] = {
	C("requests", requests), C("responses", responses),
	C("bytes-in", bytes_in), C("bytes-out", bytes_out),
	C("msis", msis),	 C("runs", runs),
	C("own-ns", own_ns),	 C("engine-ns", engine_ns),
};

#define COUNTERS (sizeof(counters) / sizeof(counters[0]))

static atomic_ullong *counter(struct dbc_channel *c, unsigned int number)
{
	return (atomic_ullong *)((char *)&c->count + counters[number].offset);
}

/* Channels that were never used are left out; sums come last. */
void aic100_dbc_stats(struct aic100 *a, bool clear, FILE *out)
{
	uint64_t sum[COUNTERS] = { 0 };

	for (unsigned int i = 0; i < AIC100_DBCS; i++) {
		struct dbc_channel *c = &a->bridge->channel[i];
		bool used = atomic_load(&c->count.requests);

		for (unsigned int k = 0; k < COUNTERS; k++) {
			uint64_t n = clear ? atomic_exchange(counter(c, k), 0) :
					     atomic_load(counter(c, k));

			sum[k] += n;
			if (used)
				fprintf(out, "dbc%u-%s %" PRIu64 "\n", i,
					counters[k].name, n);
		}
	}
	for (unsigned int k = 0; k < COUNTERS; k++)
		fprintf(out, "dbc-%s %" PRIu64 "\n", counters[k].name, sum[k]);
}
