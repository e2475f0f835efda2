// SPDX-License-Identifier: MIT
/*
 * Mappings. They live in slots of one reserved range, so that a thread may
 * still use what another has taken away without harm to the fuzzer itself:
 * nothing else is ever mapped there.
 */
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>

#include "fuzz.h"

#define SLOTS 32
#define SLOT_SIZE (4ul << 20)
#define PAGE 4096ul
/*
 * Far below all that the kernel places by itself, from the top down: a hole
 * that a call leaves for a moment is the last that another thread's memory
 * gets. Above what the sanitizer takes.
 */
#define ARENA ((void *)0x200000000000ul)

/* Volatile: nothing that the compiler sees reads it between the two stores. */
static _Thread_local sigjmp_buf *volatile guarded;

static void on_fault(int signal_number)
{
	if (guarded)
		siglongjmp(*guarded, 1);
	signal(signal_number, SIG_DFL);
	raise(signal_number);
}

void fuzz_guard_init(void)
{
	const struct sigaction action = { .sa_handler = on_fault };

	sigaction(SIGBUS, &action, NULL);
	sigaction(SIGSEGV, &action, NULL);
}

char *fuzz_arena_make(void)
{
	return mmap(ARENA, SLOTS * SLOT_SIZE, PROT_NONE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
}

void *fuzz_arena_slot(struct fuzz_thread *t)
{
	return t->process->arena + rng_below(&t->rng, SLOTS) * SLOT_SIZE;
}

static void reserve(void *at, size_t size)
{
	mmap(at, size, PROT_NONE,
	     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
}

static void map_memory(struct fuzz_thread *t)
{
	void *slot = fuzz_arena_slot(t);

	mmap(slot, 64 * PAGE, PROT_READ | PROT_WRITE,
	     MAP_FIXED | MAP_ANONYMOUS |
		     (rng_one_in(&t->rng, 2) ? MAP_SHARED : MAP_PRIVATE),
	     -1, 0);
}

static void map_node(struct fuzz_thread *t)
{
	static const int protections[] = {
		PROT_READ | PROT_WRITE,
		PROT_READ | PROT_WRITE,
		PROT_READ,
		PROT_WRITE,
		PROT_READ | PROT_EXEC,
		PROT_NONE,
	};
	void *slot = fuzz_arena_slot(t);
	uint64_t offset = fuzz_pick_offset(t);
	size_t size = PAGE << rng_below(&t->rng, 8);
	int fd = rng_one_in(&t->rng, 16) ? fuzz_control(t) : fuzz_compute(t);

	if (rng_one_in(&t->rng, 16))
		fd = FUZZ_FD_DMABUF + rng_below(&t->rng, FUZZ_DMABUFS);
	fuzz_enter(t, "mmap");
	/* One that fails late leaves a hole, which a thread's memory could get. */
	if (mmap(slot, size, protections[rng_below(&t->rng, 6)],
		 MAP_FIXED |
			 (rng_one_in(&t->rng, 8) ? MAP_PRIVATE : MAP_SHARED),
		 fd, offset & ~(PAGE - 1)) == MAP_FAILED)
		reserve(slot, size);
	fuzz_leave(t);
}

static void unmap(struct fuzz_thread *t)
{
	reserve(fuzz_arena_slot(t), SLOT_SIZE);
}

static void unmap_part(struct fuzz_thread *t)
{
	char *slot = fuzz_arena_slot(t);
	uint64_t page = rng_below(&t->rng, 16);

	reserve(slot + page * PAGE, PAGE);
}

static void move(struct fuzz_thread *t)
{
	char *from = fuzz_arena_slot(t), *to = fuzz_arena_slot(t);
	size_t size = PAGE << rng_below(&t->rng, 6);
	size_t grown = size << rng_below(&t->rng, 2);

	fuzz_enter(t, "mremap");
	/* Done or not, it leaves a hole, which the next malloc() could get. */
	if (mremap(from, size, grown, MREMAP_MAYMOVE | MREMAP_FIXED, to) ==
	    MAP_FAILED)
		reserve(to, grown);
	fuzz_leave(t);
	reserve(from, size);
}

static void advise(struct fuzz_thread *t)
{
	static const int advice[] = {
		MADV_DONTNEED, MADV_DONTFORK, MADV_DOFORK, MADV_WILLNEED,
		MADV_FREE,     MADV_HUGEPAGE, MADV_COLD,   MADV_PAGEOUT,
	};

	fuzz_enter(t, "madvise");
	madvise(fuzz_arena_slot(t), PAGE << rng_below(&t->rng, 6),
		advice[rng_below(&t->rng, 8)]);
	fuzz_leave(t);
}

static void protect(struct fuzz_thread *t)
{
	mprotect(fuzz_arena_slot(t), PAGE << rng_below(&t->rng, 6),
		 rng_below(&t->rng, 4));
}

/* Reads and writes a word; whether it is there at all does not matter. */
static void touch_word(struct fuzz_thread *t, uint32_t *address, bool store,
		       uint32_t value)
{
	sigjmp_buf buffer;

	fuzz_enter(t, "touching a mapping");
	if (!sigsetjmp(buffer, 1)) {
		guarded = &buffer;
		if (store)
			*(volatile uint32_t *)address = value;
		else
			(void)*(volatile uint32_t *)address;
	}
	guarded = NULL;
	fuzz_leave(t);
}

static void touch(struct fuzz_thread *t)
{
	char *slot = fuzz_arena_slot(t);
	uint64_t offset = rng_below(&t->rng, 16) * PAGE;
	bool store = rng_one_in(&t->rng, 2);
	uint32_t value = rng_wild(&t->rng);

	if (rng_one_in(&t->rng, 2))
		offset += rng_below(&t->rng, PAGE / 4) * 4;
	touch_word(t, (uint32_t *)(slot + offset), store, value);
}

void fuzz_arena_step(struct fuzz_thread *t)
{
	static void (*const steps[])(struct fuzz_thread *) = {
		map_memory, map_node, map_node,	 map_node,  unmap, unmap_part,
		move,	    advise,   protect,	 touch,	    touch, touch,
		touch,	    touch,    fuzz_ring, fuzz_ring,
	};

	steps[rng_below(&t->rng, sizeof(steps) / sizeof(steps[0]))](t);
}

/*
 * Slots into what may be a ring, then a number into what may be its tail: the
 * offsets of the last user-mode queue are the first four of the pool, so they
 * are mapped side by side first.
 */
void fuzz_ring(struct fuzz_thread *t)
{
	const struct fuzz_driver *driver = t->process->device->driver;
	char *slot = fuzz_arena_slot(t);
	uint32_t words = driver->slot_size / sizeof(uint32_t);
	uint32_t *data = fuzz_scratch(t, 64);

	for (int part = 0; part < 4; part++) {
		uint64_t offset = atomic_load(&fuzz_file(t)->offset[part]);

		mmap(slot + part * 32 * PAGE, PAGE,
		     part == 1 ? PROT_READ : PROT_READ | PROT_WRITE,
		     MAP_FIXED | MAP_SHARED, fuzz_compute(t), offset);
	}
	for (uint32_t i = 0; i < 4; i++) {
		driver->slot(t, data);
		for (uint32_t w = 0; w < words; w++)
			touch_word(t, (uint32_t *)slot + i * words + w, true,
				   data[w]);
	}
	touch_word(t, (uint32_t *)(slot + 32 * PAGE), false, 0);
	touch_word(t, (uint32_t *)(slot + 64 * PAGE), true,
		   fuzz_value(t, 1 + rng_below(&t->rng, 6)));
	touch_word(t, (uint32_t *)(slot + 96 * PAGE), true, 1);
}
