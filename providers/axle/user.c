// SPDX-License-Identifier: MIT
/*
 * User-mode queues: ring, completion record, tail and wake page are mapped, and
 * a submission is a store to each of the first two and a look at the record;
 * sections 5.1 to 5.3.
 *
 * The mappings are in one piece of memory that stays as long as the queue's
 * object, because fences look at the record on any thread. When the kernel's
 * queue is made anew its pages take the place of the old ones.
 */
#include "kit.h"

#include <errno.h>
#include <sys/mman.h>

/*
 * H2 and H4: between memory and a BAR, for which C has no barriers. On x86 the
 * page is uncached, or in a virtual machine memory; stores are in order, and
 * only a load may pass them.
 */
#if defined(__aarch64__)
static inline void barrier_store(void)
{
	__asm__ volatile("dsb st" ::: "memory");
}

static inline void barrier_full(void)
{
	__asm__ volatile("dsb sy" ::: "memory");
}
#else
static inline void barrier_store(void)
{
	atomic_thread_fence(memory_order_release);
}

static inline void barrier_full(void)
{
	atomic_thread_fence(memory_order_seq_cst);
}
#endif

static int kick(struct axlv_queue *vq, const struct axl_job *jobs,
		uint32_t count, uint32_t *told)
{
	struct axle_queue *q = (struct axle_queue *)vq;
	uint64_t origin =
		atomic_load_explicit(&vq->origin, memory_order_relaxed);

	(void)jobs;
	(void)count;
	(void)told;
	barrier_store();
	atomic_store_explicit(q->tail,
			      htole32((uint32_t)(vq->position - origin)),
			      memory_order_relaxed);
	barrier_full();
	if (AXLV_LOAD32(vq->status->flags, __ATOMIC_RELAXED) &
	    VNPU_RING_NEED_WAKEUP)
		atomic_store_explicit(q->wake, htole32(1),
				      memory_order_relaxed);
	return 0;
}

/* The page behind a record that the kernel took away reads as zero. */
static void update(struct axlv_queue *vq)
{
	if (!axlv_done(vq->status) &&
	    !AXLV_LOAD32(vq->status->flags, __ATOMIC_RELAXED))
		axle_queue_ask((struct axle_queue *)vq, NULL);
}

const struct axlv_ops axle_user_ops = {
	.writers = axle_writers,
	.block_new = axle_block_new,
	.block_free = axle_block_free,
	.kick = kick,
	.update = update,
};

/* What is mapped, in this order. */
struct part {
	uint64_t offset; /* for mmap(); 0: there is none */
	uint32_t size;
	int prot;
};

#define PARTS 4

static void list_parts(const struct drm_axle_queue_create *args,
		       struct part *parts)
{
	const int both = PROT_READ | PROT_WRITE;

	parts[0] = (struct part){ args->ring_offset, args->ring_size, both };
	parts[1] = (struct part){ args->status_offset, args->page_size,
				  PROT_READ };
	parts[2] = (struct part){ args->tail_offset, args->page_size, both };
	parts[3] = (struct part){ args->wake_offset, args->page_size, both };
}

/* A hole would end a program that looks; zeros are as after the queue's end. */
static void fill_hole(void *at, size_t size)
{
	mmap(at, size, PROT_READ | PROT_WRITE,
	     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
}

/* First elsewhere, so that what is likely to fail harms nobody. */
static int attach_part(int fd, uint8_t *at, const struct part *part)
{
	void *new;
	int err;

	if (!part->offset) {
		fill_hole(at, part->size);
		return 0;
	}
	new = mmap(NULL, part->size, part->prot, MAP_SHARED, fd,
		   (off_t)part->offset);
	if (new == MAP_FAILED)
		return -errno;
	if (mremap(new, part->size, part->size, MREMAP_MAYMOVE | MREMAP_FIXED,
		   at) != MAP_FAILED)
		return 0;
	err = -errno;
	munmap(new, part->size);
	fill_hole(at, part->size);
	return err;
}

int axle_user_attach(struct axle_queue *q,
		     const struct drm_axle_queue_create *args)
{
	struct part parts[PARTS];
	uint8_t *at = q->area;
	int err = 0;

	list_parts(args, parts);
	if (args->ring_size != q->ring_size ||
	    q->ring_size + 3ull * args->page_size != q->area_size)
		return -EIO;
	for (int i = 0; !err && i < PARTS; i++) {
		err = attach_part(q->vnpu.base.context->fd, at, &parts[i]);
		at += parts[i].size;
	}
	return err;
}

int axle_user_init(struct axle_queue *q,
		   const struct drm_axle_queue_create *args)
{
	struct axlv_queue *vq = &q->vnpu;
	uint64_t page = args->page_size;
	void *at;

	if (args->ring_size < (uint64_t)vq->slot_count * VNPU_SLOT_SIZE ||
	    page < sizeof(*vq->status) || !args->ring_offset ||
	    !args->status_offset || !args->tail_offset)
		return -EIO;
	q->ring_size = args->ring_size;
	q->area_size = q->ring_size + 3 * page;
	at = mmap(NULL, q->area_size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS,
		  -1, 0);
	if (at == MAP_FAILED) {
		q->area_size = 0;
		return -ENOMEM;
	}
	q->area = at;
	vq->ring = at;
	vq->status = (void *)(q->area + q->ring_size);
	q->tail = (void *)(q->area + q->ring_size + page);
	q->wake = (void *)(q->area + q->ring_size + 2 * page);
	return axle_user_attach(q, args);
}

void axle_user_fini(struct axle_queue *q)
{
	if (q->area)
		munmap(q->area, q->area_size);
}
