// SPDX-License-Identifier: MIT
/*
 * Memory errors, which only come from outside (the command "ecc"): lines of
 * device memory that are poisoned, and counters.
 */
#include "core.h"

#define EVERY_NS 1000000000u /* at most one event of corrected errors */

bool vnpu_poisoned(struct vnpu *v, uint64_t offset, uint64_t size)
{
	struct vnpu_poison *p = &v->poison;
	bool found = false;

	if (!atomic_load_explicit(&p->count, memory_order_acquire) || !size)
		return false;
	pthread_mutex_lock(&p->lock);
	for (unsigned int i = 0; i < atomic_load(&p->count); i++)
		found |= p->line[i] < offset + size &&
			 offset < p->line[i] + VNPU_ECC_LINE;
	pthread_mutex_unlock(&p->lock);
	return found;
}

void vnpu_poison_heal(struct vnpu *v, uint64_t offset, uint64_t size)
{
	struct vnpu_poison *p = &v->poison;

	if (!atomic_load_explicit(&p->count, memory_order_acquire))
		return;
	pthread_mutex_lock(&p->lock);
	for (unsigned int i = atomic_load(&p->count); i-- > 0;)
		if (offset <= p->line[i] &&
		    p->line[i] + VNPU_ECC_LINE <= offset + size)
			p->line[i] =
				p->line[atomic_fetch_sub(&p->count, 1) - 1];
	pthread_mutex_unlock(&p->lock);
}

static void poison(struct vnpu *v, uint64_t line)
{
	struct vnpu_poison *p = &v->poison;
	unsigned int n;

	if (vnpu_poisoned(v, line, VNPU_ECC_LINE))
		return;
	pthread_mutex_lock(&p->lock);
	n = atomic_load(&p->count);
	/* With more broken lines than we can tell apart, the oldest stays. */
	if (n < VNPU_POISON_MAX) {
		p->line[n] = line;
		atomic_store(&p->count, n + 1);
	}
	pthread_mutex_unlock(&p->lock);
}

/*
 * With the device lock: events are DMA, so the watching worker reports.
 */
void vnpu_ecc(struct axm_device *dev, enum axm_ecc_kind kind, uint64_t address)
{
	struct vnpu *v = axm_priv(dev);
	struct vnpu_poison *p = &v->poison;
	uint64_t line;

	if (!v->memory_size)
		return;
	line = address % v->memory_size & ~(uint64_t)(VNPU_ECC_LINE - 1);
	if (kind == AXM_ECC_UNCORRECTED)
		poison(v, line);
	pthread_mutex_lock(&p->lock);
	if (kind == AXM_ECC_UNCORRECTED) {
		atomic_fetch_add(&p->uncorrected, 1);
		p->uncorrected_at = line;
		p->uncorrected_new++;
	} else {
		atomic_fetch_add(&p->corrected, 1);
		p->corrected_at = line;
		p->corrected_new++;
	}
	pthread_mutex_unlock(&p->lock);
	axm_worker_queue(v->watch.worker, &v->watch.job);
}

static void report_corrected(struct vnpu *v)
{
	struct vnpu_poison *p = &v->poison;
	uint64_t now = axm_now_ns(), count = 0;
	struct vnpu_event event;

	vnpu_event_init(&event, VNPU_EVENT_ECC_CORRECTED);
	pthread_mutex_lock(&p->lock);
	if (!p->reported || now - p->reported >= EVERY_NS) {
		count = p->corrected_new;
		p->corrected_new = 0;
		event.address = htole64(p->corrected_at);
		event.value = htole64(count);
		if (count)
			p->reported = now;
	}
	pthread_mutex_unlock(&p->lock);
	if (count)
		vnpu_event(v, &event);
}

/* Watching worker. */
void vnpu_ecc_report(struct vnpu *v)
{
	struct vnpu_poison *p = &v->poison;
	struct vnpu_event event;
	unsigned int count;

	report_corrected(v);
	vnpu_event_init(&event, VNPU_EVENT_ECC_UNCORRECTED);
	event.code = htole32(VNPU_ERR_ECC);
	pthread_mutex_lock(&p->lock);
	count = p->uncorrected_new;
	p->uncorrected_new = 0;
	event.address = htole64(p->uncorrected_at);
	pthread_mutex_unlock(&p->lock);
	if (count)
		vnpu_event(v, &event);
}
