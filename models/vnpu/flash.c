// SPDX-License-Identifier: MIT
/*
 * Stored firmware, section 4.5: two slots, of which one is always left alone
 * that can be booted. An image that was stored is pending; it is taken once,
 * and the driver confirms that it works, or the next boot takes the other.
 *
 * All of it is the admin worker's, which alone changes the store; the lock is
 * for those who only look.
 */
#include "core.h"

#include <stdlib.h>
#include <string.h>

static uint32_t state_of(const struct vnpu_store_block *b, unsigned int slot)
{
	return le32toh(b->slot[slot].state);
}

/* An image that was taken and not confirmed is not taken again. */
static bool untried(const struct vnpu_store_block *b, unsigned int slot)
{
	return state_of(b, slot) == VNPU_FLASH_PENDING && !b->slot[slot].boots;
}

/* The slot that can be relied on, or VNPU_FLASH_NONE. */
static unsigned int relied_on(const struct vnpu_store_block *b)
{
	unsigned int active = le32toh(b->active);

	if (active < VNPU_FLASH_SLOTS &&
	    state_of(b, active) == VNPU_FLASH_CONFIRMED)
		return active;
	for (unsigned int i = 0; i < VNPU_FLASH_SLOTS; i++)
		if (state_of(b, i) == VNPU_FLASH_CONFIRMED)
			return i;
	return VNPU_FLASH_NONE;
}

/* What a boot takes, but for those that it has tried. */
static unsigned int next_slot(const struct vnpu_store_block *b,
			      unsigned int tried)
{
	unsigned int slot;

	for (slot = 0; slot < VNPU_FLASH_SLOTS; slot++)
		if (untried(b, slot) && !(tried >> slot & 1))
			return slot;
	slot = relied_on(b);
	if (slot != VNPU_FLASH_NONE && !(tried >> slot & 1))
		return slot;
	for (slot = 0; slot < VNPU_FLASH_SLOTS; slot++)
		if (state_of(b, slot) == VNPU_FLASH_CONFIRMED &&
		    !(tried >> slot & 1))
			return slot;
	return VNPU_FLASH_NONE;
}

static int save(struct vnpu *v, struct vnpu_store_block *next)
{
	struct vnpu_flash *f = &v->flash;
	struct vnpu_store_block old = f->store.block;
	int ret = vnpu_store_save(&f->store, next);

	/* Who looks sees one or the other. */
	pthread_mutex_lock(&f->lock);
	f->shown = ret ? old : *next;
	pthread_mutex_unlock(&f->lock);
	return ret ? VNPU_ERR_INTERNAL : VNPU_ERR_OK;
}

static int set_state(struct vnpu *v, unsigned int slot, uint32_t state)
{
	struct vnpu_store_block next = v->flash.store.block;

	next.slot[slot].state = htole32(state);
	return save(v, &next);
}

/* What it says of itself, which is checked when it is booted. */
static void describe(struct vnpu *v, unsigned int slot)
{
	const struct vnpu_store_slot *s = &v->flash.store.block.slot[slot];
	struct vnpu_flash_slot info = { 0 };
	struct vnpu_fw_header h;

	if (le32toh(s->state) != VNPU_FLASH_EMPTY &&
	    !vnpu_store_read(&v->flash.store, slot, &h, sizeof(h))) {
		info.version = h.version;
		info.security = h.security;
		memcpy(info.name, h.name, sizeof(info.name));
		info.name[sizeof(info.name) - 1] = '\0';
	}
	pthread_mutex_lock(&v->flash.lock);
	v->flash.info[slot] = info;
	pthread_mutex_unlock(&v->flash.lock);
}

int vnpu_flash_open(struct vnpu *v, const char *path)
{
	struct vnpu_flash *f = &v->flash;
	int ret = vnpu_store_open(&f->store, path);

	f->running = VNPU_FLASH_NONE;
	if (ret)
		return ret;
	f->shown = f->store.block;
	for (unsigned int i = 0; i < VNPU_FLASH_SLOTS; i++)
		describe(v, i);
	return 0;
}

void vnpu_flash_reset(struct vnpu *v)
{
	pthread_mutex_lock(&v->flash.lock);
	v->flash.running = VNPU_FLASH_NONE;
	pthread_mutex_unlock(&v->flash.lock);
	v->flash.writing = false;
}

/* Any boot: what the one before has taken has had its chance. */
void vnpu_flash_expire(struct vnpu *v)
{
	const struct vnpu_store_block *b = &v->flash.store.block;

	for (unsigned int i = 0; i < VNPU_FLASH_SLOTS; i++)
		if (state_of(b, i) == VNPU_FLASH_PENDING && !untried(b, i))
			set_state(v, i, VNPU_FLASH_BAD);
}

uint32_t vnpu_flash_security(struct vnpu *v)
{
	return le32toh(v->flash.store.block.security);
}

/* The image of a slot, checked; free it. */
static uint32_t fetch(struct vnpu *v, unsigned int slot, uint32_t size,
		      void **image)
{
	uint32_t error = VNPU_BOOT_DMA;

	*image = malloc(size);
	if (*image && !vnpu_store_read(&v->flash.store, slot, *image, size))
		error = vnpu_image_check(v, *image, size);
	return error;
}

/* It is counted first: what kills the device is not taken again. */
static uint32_t take(struct vnpu *v, unsigned int slot)
{
	struct vnpu_store_block next = v->flash.store.block;
	struct vnpu_store_slot *s = &next.slot[slot];
	uint64_t start = axm_now_ns();
	uint32_t error;
	void *image;

	s->boots = htole32(le32toh(s->boots) + 1 ? le32toh(s->boots) + 1 :
						   UINT32_MAX);
	if (save(v, &next))
		return VNPU_BOOT_DMA;
	error = fetch(v, slot, le32toh(s->size), &image);
	if (!error && atomic_exchange(&v->boot_fail, false))
		error = VNPU_BOOT_START;
	if (!error)
		vnpu_boot_remember(v, image, axm_now_ns() - start);
	free(image);
	return error;
}

uint32_t vnpu_flash_boot(struct vnpu *v)
{
	struct vnpu_flash *f = &v->flash;
	uint32_t error = VNPU_BOOT_EMPTY, first = 0;
	unsigned int tried = 0, slot;

	for (;;) {
		slot = next_slot(&f->store.block, tried);
		if (slot == VNPU_FLASH_NONE)
			return first ? first : error;
		error = take(v, slot);
		if (!error)
			break;
		first = first ? first : error;
		tried |= 1u << slot;
		if (state_of(&f->store.block, slot) == VNPU_FLASH_PENDING)
			set_state(v, slot, VNPU_FLASH_BAD);
	}
	pthread_mutex_lock(&f->lock);
	f->running = slot;
	pthread_mutex_unlock(&f->lock);
	return VNPU_BOOT_OK;
}

/* Where an image goes: never over one that is needed. */
static unsigned int target(const struct vnpu_flash *f)
{
	const struct vnpu_store_block *b = &f->store.block;
	unsigned int keep = relied_on(b);

	if (f->running != VNPU_FLASH_NONE &&
	    state_of(b, f->running) == VNPU_FLASH_CONFIRMED)
		keep = f->running;
	if (keep != VNPU_FLASH_NONE)
		return !keep;
	for (unsigned int i = 0; i < VNPU_FLASH_SLOTS; i++)
		if (state_of(b, i) != VNPU_FLASH_PENDING)
			return i;
	return 0;
}

int vnpu_flash_begin(struct vnpu *v, uint32_t size)
{
	struct vnpu_flash *f = &v->flash;
	struct vnpu_store_block next = f->store.block;

	if (f->running != VNPU_FLASH_NONE &&
	    state_of(&next, f->running) == VNPU_FLASH_PENDING)
		return VNPU_ERR_STATE;
	f->slot = target(f);
	f->size = size;
	f->written = 0;
	memset(&next.slot[f->slot], 0, sizeof(next.slot[0]));
	f->writing = !save(v, &next);
	describe(v, f->slot);
	return f->writing ? VNPU_ERR_OK : VNPU_ERR_INTERNAL;
}

int vnpu_flash_write(struct vnpu *v, const void *data, uint32_t size)
{
	struct vnpu_flash *f = &v->flash;

	if (vnpu_store_write(&f->store, f->slot, f->written, data, size))
		return VNPU_ERR_INTERNAL;
	f->written += size;
	return VNPU_ERR_OK;
}

int vnpu_flash_commit(struct vnpu *v, uint32_t *why)
{
	struct vnpu_flash *f = &v->flash;
	struct vnpu_store_block next = f->store.block;
	void *image;
	int ret;

	f->writing = false;
	*why = fetch(v, f->slot, f->size, &image);
	free(image);
	if (*why)
		return VNPU_ERR_FIRMWARE;
	next.slot[f->slot] = (struct vnpu_store_slot){
		.state = htole32(VNPU_FLASH_PENDING),
		.size = htole32(f->size),
	};
	ret = save(v, &next);
	describe(v, f->slot);
	return ret;
}

int vnpu_flash_confirm(struct vnpu *v)
{
	struct vnpu_flash *f = &v->flash;
	struct vnpu_store_block next = f->store.block;
	uint32_t security;

	if (f->running == VNPU_FLASH_NONE ||
	    state_of(&next, f->running) == VNPU_FLASH_BAD ||
	    state_of(&next, f->running) == VNPU_FLASH_EMPTY)
		return VNPU_ERR_STATE;
	security = le32toh(f->info[f->running].security);
	if (state_of(&next, f->running) == VNPU_FLASH_CONFIRMED &&
	    le32toh(next.active) == f->running)
		return VNPU_ERR_OK;
	next.slot[f->running].state = htole32(VNPU_FLASH_CONFIRMED);
	next.active = htole32(f->running);
	if (security > le32toh(next.security))
		next.security = htole32(security);
	return save(v, &next);
}

int vnpu_retire(struct vnpu *v, uint64_t offset)
{
	struct vnpu_store_block next = v->flash.store.block;
	uint32_t count = le32toh(next.pages);

	for (uint32_t i = 0; i < count; i++)
		if (le64toh(next.page[i]) == offset)
			return VNPU_ERR_OK;
	if (count == VNPU_STORE_PAGES)
		return VNPU_ERR_LIMIT;
	next.page[count] = htole64(offset);
	next.pages = htole32(count + 1);
	return save(v, &next);
}

uint32_t vnpu_retired(struct vnpu *v, uint64_t pages[VNPU_STORE_PAGES])
{
	struct vnpu_flash *f = &v->flash;
	uint32_t count;

	pthread_mutex_lock(&f->lock);
	count = le32toh(f->shown.pages);
	if (pages)
		memcpy(pages, f->shown.page, count * sizeof(pages[0]));
	pthread_mutex_unlock(&f->lock);
	return count;
}

void vnpu_flash_look(struct vnpu *v, struct vnpu_flash_log *log)
{
	struct vnpu_flash *f = &v->flash;

	memset(log, 0, sizeof(*log));
	pthread_mutex_lock(&f->lock);
	log->running = (uint8_t)f->running;
	log->next = (uint8_t)next_slot(&f->shown, 0);
	log->security = f->shown.security;
	for (unsigned int i = 0; i < VNPU_FLASH_SLOTS; i++) {
		log->slot[i] = f->info[i];
		log->slot[i].state = f->shown.slot[i].state;
		log->slot[i].boots = f->shown.slot[i].boots;
	}
	pthread_mutex_unlock(&f->lock);
}
