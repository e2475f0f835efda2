// SPDX-License-Identifier: MIT
/*
 * Who has which NSPs, DMA bridge channels, semaphores and bytes of memory. Pools
 * form a tree whose root is the card; a group or a reservation takes its
 * share out of another pool, and what is activated takes out of the pool that it
 * names. This card has no multicast and no L2 region to give away: who asks
 * for either hears that none is left.
 */
#include "ddr.h"
#include "nnc.h"

#include <string.h>

static const enum nnc_status none_left[NNC_RESOURCES] = {
	[NNC_NSP] = NNC_ERR_NO_NSP,
	[NNC_VC] = NNC_ERR_NO_VC,
	[NNC_SEMAPHORE] = NNC_ERR_NO_SEMAPHORE,
	[NNC_MEMORY] = NNC_ERR_MEMORY,
};

static void fill(struct nnc_pool *pool)
{
	memcpy(pool->free, pool->all.amount, sizeof(pool->free));
	memcpy(pool->free_bits, pool->all.bits, sizeof(pool->free_bits));
}

void nnc_card_init(struct aic100 *a)
{
	struct nnc_pool *card = a->nnc->pool;

	card->group = true;
	card->all = (struct nnc_hold){
		.amount = {
			[NNC_NSP] = AIC100_NSPS,
			[NNC_VC] = AIC100_DBCS,
			[NNC_SEMAPHORE] = AIC100_DBCS * AIC100_SEMS,
			[NNC_MEMORY] = aic100_ddr_size(a),
		},
		.bits = {
			[NNC_NSP] = (1u << AIC100_NSPS) - 1,
			[NNC_VC] = (1u << AIC100_DBCS) - 1,
		},
	};
	fill(card);
	a->nnc->asked = axm_now_ns();
}

static uint32_t held_channels(struct aic100 *a)
{
	uint32_t held = 0;

	for (unsigned int i = 0; i < AIC100_DBCS; i++)
		if (aic100_ssr_holds(a, i))
			held |= 1u << i;
	return held;
}

enum nnc_status nnc_take_vc(struct aic100 *a, struct nnc_pool *pool,
			    const uint64_t want[NNC_RESOURCES],
			    struct nnc_vc **vc)
{
	uint32_t held = held_channels(a);
	uint32_t hidden[1 + NNC_POOLS];
	struct nnc_hold hold;
	enum nnc_status status;

	/* For the time being, nobody has those that are being restarted. */
	for (unsigned int i = 0; i <= NNC_POOLS; i++) {
		hidden[i] = a->nnc->pool[i].free_bits[NNC_VC] & held;
		a->nnc->pool[i].free_bits[NNC_VC] &= ~held;
	}
	status = nnc_take(pool, want, &hold);
	for (unsigned int i = 0; i <= NNC_POOLS; i++)
		a->nnc->pool[i].free_bits[NNC_VC] |= hidden[i];
	if (status)
		return status;
	if (!hold.bits[NNC_VC]) {
		nnc_give(&hold);
		return NNC_ERR_RESTARTING;
	}
	*vc = &a->nnc->vc[__builtin_ctz(hold.bits[NNC_VC])];
	(*vc)->hold = hold;
	return NNC_OK;
}

/* The lowest @count bits of @free move to @bits. */
static void take_bits(uint32_t *free, uint32_t *bits, uint64_t count)
{
	while (count--) {
		uint32_t lowest = *free & -*free;

		*free &= ~lowest;
		*bits |= lowest;
	}
}

static enum nnc_status take_one(struct nnc_pool *pool, enum nnc_resource r,
				uint64_t amount, struct nnc_hold *hold)
{
	while (pool->parent && !pool->all.amount[r])
		pool = pool->parent;
	if (pool->free[r] < amount)
		return none_left[r];
	pool->free[r] -= amount;
	if (r <= NNC_VC)
		take_bits(&pool->free_bits[r], &hold->bits[r], amount);
	hold->amount[r] = amount;
	hold->from[r] = pool;
	return NNC_OK;
}

enum nnc_status nnc_take(struct nnc_pool *pool,
			 const uint64_t want[NNC_RESOURCES],
			 struct nnc_hold *hold)
{
	const uint64_t pages = AIC100_DDR_PAGE - 1;

	*hold = (struct nnc_hold){ 0 };
	for (enum nnc_resource r = 0; r < NNC_RESOURCES; r++) {
		uint64_t amount = want[r];
		enum nnc_status status;

		if (!amount)
			continue;
		if (amount > AIC100_DDR_MAX)
			status = none_left[r];
		else
			status = take_one(pool, r,
					  r == NNC_MEMORY ?
						  (amount + pages) & ~pages :
						  amount,
					  hold);
		if (status) {
			nnc_give(hold);
			return status;
		}
	}
	return NNC_OK;
}

void nnc_give(struct nnc_hold *hold)
{
	for (enum nnc_resource r = 0; r < NNC_RESOURCES; r++) {
		if (!hold->from[r])
			continue;
		hold->from[r]->free[r] += hold->amount[r];
		if (r <= NNC_VC)
			hold->from[r]->free_bits[r] |= hold->bits[r];
	}
	*hold = (struct nnc_hold){ 0 };
}

struct nnc_pool *nnc_pool_find(struct aic100_nnc *nnc, uint32_t user,
			       uint32_t id, bool group)
{
	if (group && id == NNC_NONE)
		return nnc->pool;
	for (unsigned int i = 1; id && i <= NNC_POOLS; i++) {
		struct nnc_pool *p = &nnc->pool[i];

		if (p->id == id)
			return p->user == user && p->group == group ? p : NULL;
	}
	return NULL;
}

void nnc_pool_drop(struct nnc_pool *pool)
{
	pool->parent->children--;
	nnc_give(&pool->all);
	memset(pool, 0, sizeof(*pool));
}

static bool pool_used(const struct nnc_pool *pool)
{
	return pool->children || pool->activations ||
	       memcmp(pool->free, pool->all.amount, sizeof(pool->free));
}

static enum nnc_status pool_create(struct nnc_call *c, uint32_t parent,
				   const uint64_t want[NNC_RESOURCES],
				   bool group)
{
	struct aic100_nnc *nnc = c->m->nnc;
	struct nnc_pool *from = nnc_pool_find(nnc, c->m->user, parent, true);
	struct nnc_pool *p = nnc->pool + 1;
	struct nnc_pool *end = p + NNC_POOLS;
	struct nnc_reserved *answer = c->out;
	enum nnc_status status;

	if (!from)
		return NNC_ERR_NOT_FOUND;
	while (p < end && p->id)
		p++;
	if (p == end)
		return NNC_ERR_NO_RESERVATION;
	status = nnc_take(from, want, &p->all);
	if (status)
		return status;
	fill(p);
	p->id = nnc_new_id(nnc);
	p->user = c->m->user;
	p->group = group;
	p->parent = from;
	from->children++;
	answer->id = htole32(p->id);
	return NNC_OK;
}

static enum nnc_status check_absent(uint32_t mcids, uint64_t l2_region,
				    uint16_t networks)
{
	if (mcids)
		return NNC_ERR_NO_MCID;
	if (l2_region)
		return NNC_ERR_MEMORY;
	/* More networks than one would take turns on the same NSPs. */
	return networks > 1 ? NNC_ERR_SWITCHING : NNC_OK;
}

enum nnc_status nnc_reserve_activation_command(struct nnc_call *c)
{
	const struct nnc_reserve_activation *in = c->in;
	const uint64_t want[NNC_RESOURCES] = {
		[NNC_NSP] = le32toh(in->nsps),
		[NNC_MEMORY] = le64toh(in->shared_ddr),
	};
	enum nnc_status status = check_absent(le32toh(in->mcids),
					      le64toh(in->l2_region),
					      le16toh(in->networks));

	if (in->reserved0 || !in->nsps)
		return NNC_ERR_PARAMETER;
	return status ? status :
			pool_create(c, le32toh(in->group), want, false);
}

/* Groups may be divided further, so their networks are not counted. */
enum nnc_status nnc_create_group_command(struct nnc_call *c)
{
	const struct nnc_create_group *in = c->in;
	uint64_t want[NNC_RESOURCES] = {
		[NNC_NSP] = le32toh(in->nsps),
		[NNC_VC] = le32toh(in->vcs),
		[NNC_SEMAPHORE] = le32toh(in->semaphores),
	};
	enum nnc_status status =
		check_absent(le32toh(in->mcids), le64toh(in->l2_region), 0);

	if (in->reserved0)
		return NNC_ERR_PARAMETER;
	if (__builtin_add_overflow(le64toh(in->shared_ddr), le64toh(in->memory),
				   &want[NNC_MEMORY]))
		return NNC_ERR_MEMORY;
	return status ? status : pool_create(c, le32toh(in->group), want, true);
}

static enum nnc_status release(struct nnc_call *c, bool group)
{
	const struct nnc_release *in = c->in;
	struct nnc_pool *pool;

	/* The card itself is nobody's to release. */
	if (le32toh(in->id) == NNC_NONE)
		return NNC_ERR_DENIED;
	pool = nnc_pool_find(c->m->nnc, c->m->user, le32toh(in->id), group);
	if (!pool)
		return NNC_ERR_NOT_FOUND;
	if (pool_used(pool))
		return NNC_ERR_DENIED;
	nnc_pool_drop(pool);
	return NNC_OK;
}

enum nnc_status nnc_release_activation_command(struct nnc_call *c)
{
	return release(c, false);
}

enum nnc_status nnc_release_group_command(struct nnc_call *c)
{
	return release(c, true);
}

/* Another number of NSPs; the old ones stay where the new are not to be had. */
enum nnc_status nnc_update_activation_command(struct nnc_call *c)
{
	const struct nnc_update_activation *in = c->in;
	struct nnc_pool *pool = nnc_pool_find(c->m->nnc, c->m->user,
					      le32toh(in->reservation), false);
	struct nnc_hold *all = pool ? &pool->all : NULL;
	uint32_t want = le32toh(in->nsps);
	struct nnc_pool *from;

	if (!pool)
		return NNC_ERR_NOT_FOUND;
	if (pool_used(pool))
		return NNC_ERR_DENIED;
	if (!want)
		return NNC_ERR_PARAMETER;
	from = all->from[NNC_NSP];
	if (want > from->free[NNC_NSP] + all->amount[NNC_NSP])
		return NNC_ERR_NO_NSP;
	from->free[NNC_NSP] += all->amount[NNC_NSP];
	from->free_bits[NNC_NSP] |= all->bits[NNC_NSP];
	all->bits[NNC_NSP] = 0;
	take_one(from, NNC_NSP, want, all);
	fill(pool);
	return NNC_OK;
}

void nnc_vc_drop(struct aic100 *a, struct nnc_vc *vc)
{
	if (vc->block)
		aic100_ddr_free(a, vc->block);
	nnc_give(&vc->hold);
	memset(vc, 0, sizeof(*vc));
}

static enum nnc_status vc_block(struct aic100 *a, struct nnc_vc *vc,
				uint64_t size)
{
	if (size)
		vc->block = aic100_ddr_alloc(a, size);
	return size && !vc->block ? NNC_ERR_MEMORY : NNC_OK;
}

enum nnc_status nnc_reserve_vc_command(struct nnc_call *c)
{
	const struct nnc_reserve_vc *in = c->in;
	struct aic100_nnc *nnc = c->m->nnc;
	struct nnc_pool *pool =
		nnc_pool_find(nnc, c->m->user, le32toh(in->group), true);
	const uint64_t want[NNC_RESOURCES] = {
		[NNC_VC] = 1,
		[NNC_SEMAPHORE] = le32toh(in->semaphores),
		[NNC_MEMORY] = le32toh(in->block_size),
	};
	struct nnc_vc_reserved *out = c->out;
	enum nnc_status status;
	struct nnc_vc *vc;

	if (!pool)
		return NNC_ERR_NOT_FOUND;
	if (in->special)
		return NNC_ERR_SWITCHING;
	if (le32toh(in->dma_type) > NNC_DMA_DEDICATED)
		return NNC_ERR_PARAMETER;
	if (want[NNC_SEMAPHORE] > AIC100_SEMS)
		return NNC_ERR_NO_SEMAPHORE;
	status = nnc_take_vc(c->m->a, pool, want, &vc);
	if (status)
		return status;
	status = vc_block(c->m->a, vc, want[NNC_MEMORY]);
	if (status) {
		nnc_vc_drop(c->m->a, vc);
		return status;
	}
	vc->user = c->m->user;
	vc->id = nnc_new_id(nnc);
	out->reservation = htole32(vc->id);
	out->vc = htole32((uint32_t)(vc - nnc->vc));
	out->dma_type = htole32(NNC_DMA_SHARED); /* there is one channel */
	out->block_size = in->block_size;
	out->block_base = htole64(vc->block);
	return NNC_OK;
}

enum nnc_status nnc_release_vc_command(struct nnc_call *c)
{
	const struct nnc_release *in = c->in;
	struct nnc_vc *vc = c->m->nnc->vc;
	struct nnc_vc *end = vc + AIC100_DBCS;

	while (vc < end && !(vc->id && vc->id == le32toh(in->id)))
		vc++;
	if (vc == end || vc->user != c->m->user)
		return NNC_ERR_NOT_FOUND;
	if (vc->activation)
		return NNC_ERR_DENIED;
	if (vc->set_up)
		nnc_tear_down(c->m, (unsigned int)(vc - c->m->nnc->vc));
	nnc_vc_drop(c->m->a, vc);
	return NNC_OK;
}
