// SPDX-License-Identifier: MIT
/* Lines of device memory that are poisoned, and errors that make them so. */
#include "core.h"

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

void vnpu_inject(struct vnpu *v, unsigned int unit, unsigned int severity,
		 uint32_t count, uint64_t address)
{
	if (unit == VNPU_UNIT_MEMORY) {
		address &= ~(uint64_t)(VNPU_ECC_LINE - 1);
		if (severity == VNPU_RAS_UNCORRECTED)
			poison(v, address);
	}
	vnpu_ras_count(v, unit, severity, count, address);
}

/* With the device lock. */
void vnpu_ecc(struct axm_device *dev, enum axm_ecc_kind kind, uint64_t address)
{
	struct vnpu *v = axm_priv(dev);

	if (v->memory_size)
		vnpu_inject(v, VNPU_UNIT_MEMORY,
			    kind == AXM_ECC_UNCORRECTED ? VNPU_RAS_UNCORRECTED :
							  VNPU_RAS_CORRECTED,
			    1, address % v->memory_size);
}
