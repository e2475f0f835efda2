// SPDX-License-Identifier: MIT
/*
 * The MMU, section 8. Nothing is cached: every access walks the tables, under
 * the reader's side of the address space's lock. A flush takes the writer's
 * side once, so short accesses through old entries have ended; programs, which
 * translate at their start and hold on to the result, have left notes with
 * their engine.
 */
#include "core.h"

#include <errno.h>

#define ENTRIES_MASK ((1u << VNPU_MMU_LEVEL_BITS) - 1)

void vnpu_asid_hold(struct vnpu_access *access)
{
	if (access->asid != VNPU_ASID_BUS)
		pthread_rwlock_rdlock(&access->v->asids[access->asid].lock);
}

void vnpu_asid_release(struct vnpu_access *access)
{
	if (access->asid != VNPU_ASID_BUS)
		pthread_rwlock_unlock(&access->v->asids[access->asid].lock);
}

static int fault(struct vnpu_access *access, uint64_t address, bool write,
		 uint8_t reason)
{
	access->fault = (struct vnpu_fault){
		.address = address,
		.asid = access->asid,
		.access = write ? VNPU_ACCESS_WRITE : VNPU_ACCESS_READ,
		.reason = reason,
	};
	return VNPU_ERR_FAULT;
}

/* An entry of the table that the entry above names; -errno. */
static int read_entry(struct vnpu *v, uint64_t table, unsigned int index,
		      uint64_t *entry)
{
	uint64_t at = (table & VNPU_PTE_ADDRESS) + index * sizeof(*entry);
	uint64_t raw;
	int ret;

	if (!(table & VNPU_PTE_DEVICE)) {
		ret = axm_dma_load64(v->dev, at, &raw);
		if (ret)
			return ret;
	} else {
		if (at >= v->memory_size || vnpu_poisoned(v, at, sizeof(raw)))
			return -EFAULT;
		raw = __atomic_load_n((const uint64_t *)(v->memory + at),
				      __ATOMIC_ACQUIRE);
	}
	*entry = le64toh(raw);
	return 0;
}

/* 0 or a reason. level counts down to the leaf's 0. */
static uint8_t check_entry(uint64_t entry, unsigned int level, bool *leaf)
{
	uint64_t low = (1ull << VNPU_MMU_LARGE_SHIFT) - 1;

	*leaf = level == 0;
	if (!(entry & VNPU_PTE_PRESENT))
		return VNPU_FAULT_NOT_PRESENT;
	if (entry & VNPU_PTE_RESERVED)
		return VNPU_FAULT_RESERVED;
	if (entry & VNPU_PTE_LARGE) {
		*leaf = true;
		if (level != 1 || entry & VNPU_PTE_ADDRESS & low)
			return VNPU_FAULT_RESERVED;
	}
	return !*leaf && entry & VNPU_PTE_WRITE ? VNPU_FAULT_RESERVED : 0;
}

static void leaf_piece(uint64_t entry, unsigned int level, uint64_t address,
		       struct vnpu_piece *piece)
{
	unsigned int shift = level ? VNPU_MMU_LARGE_SHIFT : VNPU_MMU_PAGE_SHIFT;
	uint64_t offset = address & ((1ull << shift) - 1);

	piece->address = (entry & VNPU_PTE_ADDRESS) + offset;
	piece->size = (1ull << shift) - offset;
	piece->device = entry & VNPU_PTE_DEVICE;
	piece->meant = address;
}

int vnpu_translate(struct vnpu_access *access, uint64_t address, bool write,
		   struct vnpu_piece *piece)
{
	struct vnpu *v = access->v;
	uint64_t entry = v->asids[access->asid].root;
	unsigned int level = VNPU_MMU_LEVELS;
	bool leaf = false;

	if (address >> VNPU_MMU_VA_BITS)
		return fault(access, address, write, VNPU_FAULT_RANGE);
	while (!leaf) {
		unsigned int index, shift;
		uint8_t reason;
		int ret;

		level--;
		shift = VNPU_MMU_PAGE_SHIFT + level * VNPU_MMU_LEVEL_BITS;
		index = (unsigned int)(address >> shift) & ENTRIES_MASK;
		ret = read_entry(v, entry, index, &entry);
		if (ret == -ECANCELED)
			return VNPU_STOPPED;
		if (ret)
			return fault(access, address, write, VNPU_FAULT_TABLE);
		reason = check_entry(entry, level, &leaf);
		if (reason)
			return fault(access, address, write, reason);
	}
	if (write && !(entry & VNPU_PTE_WRITE))
		return fault(access, address, write, VNPU_FAULT_WRITE);
	leaf_piece(entry, level, address, piece);
	return VNPU_ERR_OK;
}

/* Pages, not bytes: size 0 is everything. */
static bool overlaps(const struct vnpu_note *note, uint64_t address,
		     uint64_t size)
{
	uint64_t page = (1ull << VNPU_MMU_PAGE_SHIFT) - 1;
	uint64_t last = (address + (size - 1)) | page;
	uint64_t note_last = (note->address + (note->size - 1)) | page;

	if (!size)
		return true;
	return (address & ~page) <= note_last &&
	       (note->address & ~page) <= last;
}

static bool uses(const struct vnpu_engine_state *e, uint16_t asid,
		 uint64_t address, uint64_t size)
{
	if (!e->running || e->running->asid != asid)
		return false;
	for (unsigned int i = 0; i < e->note_count; i++)
		if (overlaps(&e->notes[i], address, size))
			return true;
	return false;
}

int vnpu_flush(struct vnpu *v, uint16_t asid, uint64_t address, uint64_t size)
{
	int ret = VNPU_ERR_OK;

	pthread_rwlock_wrlock(&v->asids[asid].lock);
	pthread_rwlock_unlock(&v->asids[asid].lock);
	for (uint32_t i = 0; i < v->limits->engines && !ret; i++) {
		struct vnpu_engine_state *e = &v->engine[i];

		vnpu_engine_lock(e);
		if (uses(e, asid, address, size)) {
			e->running->flush_address = address;
			atomic_store(&e->running->flushed, true);
			if (!vnpu_engine_wait(e))
				ret = VNPU_ERR_INTERNAL;
		}
		vnpu_engine_unlock(e);
	}
	return ret;
}
