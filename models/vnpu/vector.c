// SPDX-License-Identifier: MIT
/*
 * Interrupts. What is late because of COALESCE_US is raised by a timer; times
 * and marks are under vectors_lock, which is a leaf.
 */
#include "core.h"

void vnpu_raise(struct vnpu *v, uint32_t vector)
{
	atomic_fetch_add(&v->interrupts, 1);
	axm_irq_raise(v->dev, vector);
}

static void due(struct axm_device *dev, struct axm_timer *timer)
{
	struct vnpu *v = axm_priv(dev);
	struct vnpu_vector *vector = (struct vnpu_vector *)timer;

	pthread_mutex_lock(&v->vectors_lock);
	vector->pending = false;
	vector->last = axm_now_ns();
	pthread_mutex_unlock(&v->vectors_lock);
	if (!atomic_load(&v->halt))
		vnpu_raise(v, (uint32_t)(vector - v->vectors));
}

/* The time until it may be raised; 0: now. */
static uint64_t hold_back(struct vnpu *v, struct vnpu_vector *vector,
			  uint64_t apart, bool *arm)
{
	uint64_t now = axm_now_ns(), wait = 0;

	pthread_mutex_lock(&v->vectors_lock);
	*arm = false;
	if (vector->pending) {
		wait = apart;
	} else if (now - vector->last < apart) {
		wait = apart - (now - vector->last);
		*arm = vector->pending = true;
	} else {
		vector->last = now;
	}
	pthread_mutex_unlock(&v->vectors_lock);
	return wait;
}

void vnpu_raise_queue(struct vnpu *v, uint32_t number)
{
	uint64_t apart =
		atomic_load_explicit(&v->coalesce_us, memory_order_relaxed) *
		1000ull;
	struct vnpu_vector *vector = &v->vectors[number];
	uint64_t wait;
	bool arm;

	if (!apart) {
		vnpu_raise(v, number);
		return;
	}
	wait = hold_back(v, vector, apart, &arm);
	if (!wait)
		vnpu_raise(v, number);
	if (!arm)
		return;
	axm_lock(v->dev);
	axm_timer_arm(v->dev, &vector->timer, wait);
	axm_unlock(v->dev);
}

void vnpu_vectors_init(struct vnpu *v)
{
	for (unsigned int i = 0; i < VNPU_MSIX_VECTORS_MAX; i++)
		v->vectors[i].timer.run = due;
}

void vnpu_vectors_reset(struct vnpu *v)
{
	axm_lock(v->dev);
	for (unsigned int i = 0; i < VNPU_MSIX_VECTORS_MAX; i++)
		axm_timer_cancel(v->dev, &v->vectors[i].timer);
	axm_unlock(v->dev);
	pthread_mutex_lock(&v->vectors_lock);
	for (unsigned int i = 0; i < VNPU_MSIX_VECTORS_MAX; i++) {
		v->vectors[i].last = 0;
		v->vectors[i].pending = false;
	}
	pthread_mutex_unlock(&v->vectors_lock);
}
