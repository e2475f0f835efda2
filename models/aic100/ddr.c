// SPDX-License-Identifier: MIT
/*
 * The card's memory: one anonymous mapping that costs only what was touched,
 * and an allocator in pages of 4 KiB. A list in the order of addresses has all
 * pieces, used and free; two free ones never stand next to each other. Loads
 * and activations are few (hundreds at most), so first fit along the list does.
 *
 * The lock is a leaf. The mapping lives from init to fini, and an address of it
 * stays valid whatever is allocated, so nobody holds a lock while he uses it.
 */
#include "ddr.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

struct piece {
	struct piece *prev, *next; /* lock */
	uint64_t at, size; /* from the start of the memory */
	bool used;
};

struct aic100_ddr {
	pthread_mutex_t lock;
	uint8_t *memory; /* constant after init */
	uint64_t size; /* the same */
	uint64_t used; /* lock */
	struct piece *first; /* lock; never NULL after init */
};

int aic100_ddr_init(struct aic100 *a)
{
	uint64_t size = AIC100_DDR_DEFAULT;
	struct aic100_ddr *d;
	void *memory;
	int ret = axm_opt_u64(a->dev, "ddr", 1u << 20, AIC100_DDR_MAX, &size);

	if (ret || size % AIC100_DDR_PAGE)
		return -EINVAL;
	d = calloc(1, sizeof(*d));
	if (!d)
		return -ENOMEM;
	pthread_mutex_init(&d->lock, NULL);
	a->ddr = d;
	d->size = size;
	d->first = calloc(1, sizeof(*d->first));
	if (!d->first)
		return -ENOMEM;
	d->first->size = size;
	memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (memory == MAP_FAILED)
		return -ENOMEM;
	d->memory = memory;
	return 0;
}

static void drop_all_but_first(struct aic100_ddr *d)
{
	while (d->first && d->first->next) {
		struct piece *p = d->first->next;

		d->first->next = p->next;
		free(p);
	}
}

void aic100_ddr_fini(struct aic100 *a)
{
	struct aic100_ddr *d = a->ddr;

	if (!d)
		return;
	drop_all_but_first(d);
	free(d->first);
	if (d->memory)
		munmap(d->memory, d->size);
	pthread_mutex_destroy(&d->lock);
	free(d);
	a->ddr = NULL;
}

void aic100_ddr_reset(struct aic100 *a)
{
	struct aic100_ddr *d = a->ddr;

	pthread_mutex_lock(&d->lock);
	drop_all_but_first(d);
	*d->first = (struct piece){ .size = d->size };
	d->used = 0;
	madvise(d->memory, d->size, MADV_DONTNEED);
	pthread_mutex_unlock(&d->lock);
}

uint64_t aic100_ddr_size(struct aic100 *a)
{
	return a->ddr->size;
}

uint64_t aic100_ddr_used(struct aic100 *a)
{
	struct aic100_ddr *d = a->ddr;
	uint64_t used;

	pthread_mutex_lock(&d->lock);
	used = d->used;
	pthread_mutex_unlock(&d->lock);
	return used;
}

uint64_t aic100_ddr_largest(struct aic100 *a)
{
	struct aic100_ddr *d = a->ddr;
	uint64_t largest = 0;

	pthread_mutex_lock(&d->lock);
	for (struct piece *p = d->first; p; p = p->next)
		if (!p->used && p->size > largest)
			largest = p->size;
	pthread_mutex_unlock(&d->lock);
	return largest;
}

/* Cuts what is behind the first @size bytes of @p into a piece of its own. */
static bool split(struct piece *p, uint64_t size)
{
	struct piece *rest = malloc(sizeof(*rest));

	if (!rest)
		return false;
	*rest = (struct piece){
		.prev = p,
		.next = p->next,
		.at = p->at + size,
		.size = p->size - size,
	};
	if (p->next)
		p->next->prev = rest;
	p->next = rest;
	p->size = size;
	return true;
}

static struct piece *take(struct aic100_ddr *d, uint64_t size)
{
	struct piece *p = d->first;

	while (p && (p->used || p->size < size))
		p = p->next;
	if (!p || (p->size > size && !split(p, size)))
		return NULL;
	p->used = true;
	d->used += size;
	return p;
}

uint64_t aic100_ddr_alloc(struct aic100 *a, uint64_t size)
{
	struct aic100_ddr *d = a->ddr;
	uint64_t at = 0;
	struct piece *p;

	if (!size || size > d->size)
		return 0;
	size = (size + AIC100_DDR_PAGE - 1) & ~(uint64_t)(AIC100_DDR_PAGE - 1);
	pthread_mutex_lock(&d->lock);
	p = take(d, size);
	if (p) {
		at = AIC100_DDR_BASE + p->at;
		/* Something may have been written while it was free. */
		madvise(d->memory + p->at, size, MADV_DONTNEED);
	}
	pthread_mutex_unlock(&d->lock);
	return at;
}

/* Makes one piece of @p and the free one behind it. */
static void join(struct piece *p)
{
	struct piece *next = p->next;

	if (!next || next->used || p->used)
		return;
	p->size += next->size;
	p->next = next->next;
	if (p->next)
		p->next->prev = p;
	free(next);
}

void aic100_ddr_free(struct aic100 *a, uint64_t addr)
{
	struct aic100_ddr *d = a->ddr;
	struct piece *p;

	pthread_mutex_lock(&d->lock);
	for (p = d->first; p; p = p->next)
		if (p->used && AIC100_DDR_BASE + p->at == addr)
			break;
	if (p) {
		p->used = false;
		d->used -= p->size;
		madvise(d->memory + p->at, p->size, MADV_DONTNEED);
		join(p);
		if (p->prev)
			join(p->prev);
	}
	pthread_mutex_unlock(&d->lock);
}

void *aic100_ddr_at(struct aic100 *a, uint64_t addr, uint64_t size)
{
	struct aic100_ddr *d = a->ddr;
	uint64_t at = addr - AIC100_DDR_BASE;

	if (addr < AIC100_DDR_BASE || at > d->size || size > d->size - at)
		return NULL;
	return d->memory + at;
}
