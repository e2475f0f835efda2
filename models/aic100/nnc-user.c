// SPDX-License-Identifier: MIT
/* Users: who goes takes all that is his along; and what all of them hold. */
#include "nnc.h"

#define ANY_USER 0u

static bool is(uint32_t owner, uint32_t user)
{
	return owner && (user == ANY_USER || owner == user);
}

static bool drop_activations(struct aic100 *a, uint32_t user)
{
	bool any = false;

	for (unsigned int i = 0; i < AIC100_NSPS; i++) {
		struct nnc_activation *n = &a->nnc->activation[i];

		if (!is(n->user, user))
			continue;
		nnc_activation_drop(a, n);
		any = true;
	}
	return any;
}

static bool drop_channels(struct aic100 *a, uint32_t user)
{
	bool any = false;

	for (unsigned int i = 0; i < AIC100_DBCS; i++) {
		struct nnc_vc *vc = &a->nnc->vc[i];

		if (!is(vc->user, user))
			continue;
		nnc_vc_drop(a, vc);
		any = true;
	}
	return any;
}

/* What they load into goes besides, unless it was there before. */
static bool drop_transfers(struct aic100 *a, uint32_t user)
{
	bool any = false;

	for (unsigned int i = 0; i < NNC_TRANSFERS; i++) {
		struct nnc_transfer *t = &a->nnc->transfer[i];

		if (!t->object || !is(t->user, user))
			continue;
		nnc_transfer_drop(a, t);
		any = true;
	}
	return any;
}

static bool drop_objects(struct aic100 *a, uint32_t user)
{
	bool any = false;

	for (unsigned int i = 0; i < AIC100_OBJECTS; i++) {
		struct nnc_object *o = &a->nnc->object[i];

		if (!is(o->user, user))
			continue;
		nnc_object_drop(a, o);
		any = true;
	}
	return any;
}

/* Those without children first; there are at most as many rounds as pools. */
static bool drop_pools(struct aic100 *a, uint32_t user)
{
	bool again = true;
	bool any = false;

	while (again) {
		again = false;
		for (unsigned int i = 1; i <= NNC_POOLS; i++) {
			struct nnc_pool *p = &a->nnc->pool[i];

			if (!is(p->user, user) || p->children)
				continue;
			nnc_pool_drop(p);
			again = any = true;
		}
	}
	return any;
}

bool nnc_terminate(struct aic100 *a, uint32_t user)
{
	bool any = drop_activations(a, user);

	any |= drop_channels(a, user);
	any |= drop_transfers(a, user);
	any |= drop_objects(a, user);
	any |= drop_pools(a, user);
	return any;
}

void nnc_drop_all(struct aic100 *a)
{
	nnc_terminate(a, ANY_USER);
}

/* Each user's handle once: [0] tells how many. */
static void note_user(uint32_t *users, uint32_t user)
{
	for (uint32_t i = 1; user && i <= users[0]; i++)
		if (users[i] == user)
			return;
	if (user)
		users[++users[0]] = user;
}

static uint32_t count_users(const struct aic100_nnc *nnc)
{
	uint32_t users[1 + AIC100_OBJECTS + AIC100_NSPS + AIC100_DBCS +
		       NNC_POOLS + NNC_TRANSFERS];

	users[0] = 0;
	for (unsigned int i = 0; i < AIC100_OBJECTS; i++)
		note_user(users, nnc->object[i].user);
	for (unsigned int i = 0; i < AIC100_NSPS; i++)
		note_user(users, nnc->activation[i].user);
	for (unsigned int i = 0; i < AIC100_DBCS; i++)
		note_user(users, nnc->vc[i].user);
	for (unsigned int i = 1; i <= NNC_POOLS; i++)
		note_user(users, nnc->pool[i].user);
	for (unsigned int i = 0; i < NNC_TRANSFERS; i++)
		note_user(users, nnc->transfer[i].user);
	return users[0];
}

/* For who asks from another thread. */
void nnc_publish(struct aic100 *a)
{
	const struct aic100_nnc *nnc = a->nnc;
	const struct nnc_pool *card = nnc->pool;
	struct aic100_usage u = { .users = count_users(nnc) };

	for (unsigned int i = 0; i < AIC100_OBJECTS; i++) {
		u.constants += nnc->object[i].id && !nnc->object[i].elf;
		u.elfs += nnc->object[i].id && nnc->object[i].elf;
	}
	for (unsigned int i = 0; i < AIC100_NSPS; i++)
		u.activations += nnc->activation[i].id != 0;
	for (unsigned int i = 0; i < AIC100_DBCS; i++)
		u.reservations += nnc->vc[i].id != 0;
	for (unsigned int i = 1; i <= NNC_POOLS; i++)
		u.reservations += nnc->pool[i].id != 0;
	u.nsps = (unsigned int)(AIC100_NSPS - card->free[NNC_NSP]);
	u.dbcs = (unsigned int)(AIC100_DBCS - card->free[NNC_VC]);
	u.semaphores = (unsigned int)(card->all.amount[NNC_SEMAPHORE] -
				      card->free[NNC_SEMAPHORE]);
	u.ddr = card->all.amount[NNC_MEMORY] - card->free[NNC_MEMORY];
	axm_lock(a->dev);
	a->nnc->usage = u;
	axm_unlock(a->dev);
}
