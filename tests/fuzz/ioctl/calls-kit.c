// SPDX-License-Identifier: MIT
/* The calls of axle_drm.h: how each is filled, and how it may fail. */
#include <errno.h>
#include <string.h>

#include "fuzz.h"

#define DATA_MAX 4096
#define SYNCS 3
#define BINDS 6
#define USES 4
/* Where address spaces are used; small, so that mappings meet. */
#define SPACE_BASE 0x1240000000ull
#define SPACE_PAGES 4096
#define PAGE 4096ull

static uint64_t some_size(struct fuzz_thread *t)
{
	static const uint64_t sizes[] = {
		1, PAGE, 3 * PAGE, 64 * PAGE, 512 * PAGE, 513 * PAGE,
	};

	return fuzz_value(t, sizes[rng_below(&t->rng, 6)]);
}

static void fill_query(struct fuzz_thread *t, void *args)
{
	static const uint32_t topics[] = {
		DRM_AXLE_TOPIC_DEVICE,	    DRM_AXLE_TOPIC_TOPOLOGY,
		DRM_AXLE_TOPIC_LIMITS,	    DRM_AXLE_TOPIC_ENGINES,
		DRM_AXLE_TOPIC_MEMORY,	    DRM_AXLE_TOPIC_HEALTH,
		DRM_AXLE_TOPIC_CONTEXT,	    DRM_AXLE_TOPIC_QUEUES,
		DRM_AXLE_TOPIC_TELEMETRY,   DRM_AXLE_TOPIC_RAS,
		DRM_AXLE_TOPIC_DRIVER,	    DRM_AXLE_TOPIC_DRIVER + 1,
		DRM_AXLE_TOPIC_DRIVER + 16, DRM_AXLE_TOPIC_DRIVER + 17,
	};
	uint32_t topic = rng_below(&t->rng, sizeof(topics) / sizeof(topics[0]));
	struct drm_axle_query *query = args;

	query->topic = fuzz_value(t, topics[topic]);
	query->size = rng_below(&t->rng, DATA_MAX);
	query->data = fuzz_pointer(t, fuzz_scratch(t, DATA_MAX));
}

static void fill_bo_create(struct fuzz_thread *t, void *args)
{
	struct drm_axle_bo_create *create = args;

	create->size = some_size(t);
	/* Sizes of tens of gigabytes are for the allocator to refuse. */
	if (create->size > 1ull << 26 && create->size < 1ull << 36)
		create->size = PAGE;
	create->region = rng_below(&t->rng, t->process->device->regions + 1);
	create->flags = rng_below(&t->rng, 4);
}

static void done_bo_create(struct fuzz_thread *t, const void *args)
{
	const struct drm_axle_bo_create *create = args;

	fuzz_keep(t, FUZZ_BO, create->handle);
}

static void fill_bo_info(struct fuzz_thread *t, void *args)
{
	struct drm_axle_bo_info *info = args;

	info->handle = fuzz_pick(t, FUZZ_BO);
}

static void done_bo_info(struct fuzz_thread *t, const void *args)
{
	const struct drm_axle_bo_info *info = args;

	if (info->mmap_offset)
		fuzz_keep_offset(t, info->mmap_offset);
}

static void fill_bo_from_user(struct fuzz_thread *t, void *args)
{
	struct drm_axle_bo_from_user *from = args;

	from->address = fuzz_pointer(t, fuzz_arena_slot(t));
	from->size = PAGE << rng_below(&t->rng, 6);
	from->flags = rng_one_in(&t->rng, 2) ? DRM_AXLE_BO_READONLY : 0;
}

static void done_bo_from_user(struct fuzz_thread *t, const void *args)
{
	const struct drm_axle_bo_from_user *from = args;

	fuzz_keep(t, FUZZ_BO, from->handle);
}

static void done_vm_create(struct fuzz_thread *t, const void *args)
{
	const struct drm_axle_vm_create *create = args;

	fuzz_keep(t, FUZZ_VM, create->vm);
}

static void fill_nothing(struct fuzz_thread *t, void *args)
{
	(void)t;
	(void)args;
}

static void fill_vm_destroy(struct fuzz_thread *t, void *args)
{
	struct drm_axle_vm_destroy *destroy = args;

	destroy->vm = fuzz_pick(t, FUZZ_VM);
}

static void fill_sync(struct fuzz_thread *t, struct drm_axle_sync *sync)
{
	bool timeline = rng_one_in(&t->rng, 3);

	sync->handle = fuzz_pick(t, FUZZ_SYNC);
	sync->flags = fuzz_value(t, timeline ? DRM_AXLE_SYNC_TIMELINE : 0);
	sync->point = timeline ? 1 + rng_below(&t->rng, 1000) : 0;
}

static uint64_t some_syncs(struct fuzz_thread *t, uint32_t *count)
{
	struct drm_axle_sync *syncs;

	*count = rng_one_in(&t->rng, 2) ? rng_below(&t->rng, SYNCS + 1) : 0;
	if (!*count)
		return 0;
	syncs = fuzz_scratch(t, SYNCS * sizeof(*syncs));
	for (uint32_t i = 0; i < *count; i++)
		fill_sync(t, &syncs[i]);
	*count = fuzz_value(t, *count);
	return fuzz_pointer(t, syncs);
}

static void fill_bind(struct fuzz_thread *t, struct drm_axle_bind *bind)
{
	uint64_t page = rng_below(&t->rng, SPACE_PAGES);

	if (rng_one_in(&t->rng, 2))
		page = page / 512 * 512;
	bind->op = fuzz_value(t, rng_one_in(&t->rng, 3));
	bind->address = fuzz_value(t, SPACE_BASE + page * PAGE);
	bind->size = some_size(t);
	if (bind->op != DRM_AXLE_BIND_MAP)
		return;
	bind->flags = rng_one_in(&t->rng, 4) ? DRM_AXLE_BO_READONLY : 0;
	bind->handle = fuzz_pick(t, FUZZ_BO);
	bind->offset = rng_one_in(&t->rng, 4) ? fuzz_value(t, PAGE) : 0;
}

static void fill_vm_bind(struct fuzz_thread *t, void *args)
{
	struct drm_axle_vm_bind *bind = args;
	uint32_t count = 1 + rng_below(&t->rng, BINDS);
	struct drm_axle_bind *binds;

	binds = fuzz_scratch(t, BINDS * sizeof(*binds));
	for (uint32_t i = 0; i < count; i++)
		fill_bind(t, &binds[i]);
	bind->vm = fuzz_pick(t, FUZZ_VM);
	bind->binds = fuzz_pointer(t, binds);
	bind->bind_count = fuzz_value(t, count);
	bind->bind_stride = fuzz_value(t, sizeof(*binds));
	if (rng_one_in(&t->rng, 2))
		return;
	bind->flags = DRM_AXLE_VM_BIND_ASYNC;
	bind->in_syncs = some_syncs(t, &bind->in_sync_count);
	bind->out_syncs = some_syncs(t, &bind->out_sync_count);
}

static void fill_program_create(struct fuzz_thread *t, void *args)
{
	struct drm_axle_program_create *create = args;
	void *data = fuzz_scratch(t, DATA_MAX);
	const struct fuzz_driver *driver = t->process->device->driver;

	create->data = fuzz_pointer(t, data);
	create->size = fuzz_value(t, driver->program(t, data, DATA_MAX));
}

static void done_program_create(struct fuzz_thread *t, const void *args)
{
	const struct drm_axle_program_create *create = args;

	fuzz_keep(t, FUZZ_PROGRAM, create->program);
}

static void fill_program_destroy(struct fuzz_thread *t, void *args)
{
	struct drm_axle_program_destroy *destroy = args;

	destroy->program = fuzz_pick(t, FUZZ_PROGRAM);
}

static void fill_queue_create(struct fuzz_thread *t, void *args)
{
	struct drm_axle_queue_create *create = args;

	create->engine = rng_below(&t->rng, t->process->device->engines + 1);
	create->mode = rng_below(&t->rng, 2);
	create->vm = rng_one_in(&t->rng, 3) ? 0 : fuzz_pick(t, FUZZ_VM);
	create->priority = rng_below(&t->rng, 5);
	create->slots = fuzz_value(
		t, rng_one_in(&t->rng, 2) ? 0 : 4u << rng_below(&t->rng, 5));
	create->timeout_ms =
		rng_one_in(&t->rng, 3) ? 0 : 100 + rng_below(&t->rng, 400);
}

static void done_queue_create(struct fuzz_thread *t, const void *args)
{
	const struct drm_axle_queue_create *create = args;

	fuzz_keep(t, FUZZ_QUEUE, create->queue);
	if (create->mode != DRM_AXLE_QUEUE_USER)
		return;
	fuzz_keep_offset(t, create->ring_offset);
	fuzz_keep_offset(t, create->status_offset);
	fuzz_keep_offset(t, create->tail_offset);
	fuzz_keep_offset(t, create->wake_offset);
}

static void fill_queue_destroy(struct fuzz_thread *t, void *args)
{
	struct drm_axle_queue_destroy *destroy = args;

	destroy->queue = fuzz_pick(t, FUZZ_QUEUE);
}

static void fill_queue_fence(struct fuzz_thread *t, void *args)
{
	struct drm_axle_queue_fence *fence = args;

	fence->queue = fuzz_pick(t, FUZZ_QUEUE);
	fence->position = fuzz_value(t, rng_below(&t->rng, 64));
	fill_sync(t, &fence->sync);
}

static uint64_t some_uses(struct fuzz_thread *t, uint32_t *count)
{
	struct drm_axle_use *uses = fuzz_scratch(t, USES * sizeof(*uses));

	*count = rng_below(&t->rng, USES + 1);
	for (uint32_t i = 0; i < *count; i++) {
		uses[i].handle = fuzz_pick(t, FUZZ_BO);
		uses[i].flags = fuzz_value(t, rng_below(&t->rng, 2));
	}
	*count = fuzz_value(t, *count);
	return fuzz_pointer(t, uses);
}

static void fill_submit(struct fuzz_thread *t, void *args)
{
	struct drm_axle_submit *submit = args;
	const struct fuzz_driver *driver = t->process->device->driver;
	void *commands = fuzz_scratch(t, DATA_MAX);

	submit->queue = fuzz_pick(t, FUZZ_QUEUE);
	submit->command_size =
		fuzz_value(t, driver->commands(t, commands, DATA_MAX));
	submit->commands = fuzz_pointer(t, commands);
	submit->uses = some_uses(t, &submit->use_count);
	submit->in_syncs = some_syncs(t, &submit->in_sync_count);
	submit->out_syncs = some_syncs(t, &submit->out_sync_count);
}

/* Resets are rare, or nothing else would ever be done. */
static void fill_reset(struct fuzz_thread *t, void *args)
{
	struct drm_axle_reset *reset = args;

	reset->scope = rng_one_in(&t->rng, 8) ? DRM_AXLE_RESET_DEVICE : 3;
	if (reset->scope == DRM_AXLE_RESET_DEVICE)
		return;
	/* Clients are counted from 1 in each boot. */
	if (rng_one_in(&t->rng, 2)) {
		reset->scope = DRM_AXLE_RESET_QUEUE;
		reset->client = fuzz_value(t, 1 + rng_below(&t->rng, 64));
		reset->queue = fuzz_pick(t, FUZZ_QUEUE);
	} else if (rng_one_in(&t->rng, 4)) {
		reset->scope = DRM_AXLE_RESET_ENGINE;
		reset->engine =
			rng_below(&t->rng, t->process->device->engines + 1);
	}
}

static void fill_set_limit(struct fuzz_thread *t, void *args)
{
	struct drm_axle_set_limit *limit = args;

	limit->limit = fuzz_value(t, rng_below(&t->rng, 2));
	limit->value = fuzz_value(t, rng_below(&t->rng, 2) ?
					     5000 + rng_below(&t->rng, 70000) :
					     100000000 + rng_below(&t->rng,
								   900000000));
}

static const short no_more[] = { 0 };
static const short full[] = { ENOSPC, 0 };
static const short no_number[] = { ENOENT, 0 };
static const short no_number_or_used[] = { ENOENT, EBUSY, 0 };
static const short no_number_or_loop[] = { ENOENT, EDEADLK, 0 };
static const short program_errnos[] = { ENOEXEC, ENOSPC, 0 };
static const short queue_errnos[] = { ENOENT, ENOSPC, EPERM, 0 };
static const short reset_errnos[] = { EPERM, ENOENT, 0 };
static const short limit_errnos[] = { EPERM, 0 };

#define POINTER(type, member) (3u << (offsetof(struct type, member) / 4))

const struct fuzz_call fuzz_kit_calls[] = {
	{ "QUERY", DRM_IOCTL_AXLE_QUERY, fill_query, NULL, no_more,
	  POINTER(drm_axle_query, data), false, false },
	{ "QUERY of the control node", DRM_IOCTL_AXLE_QUERY, fill_query, NULL,
	  no_more, POINTER(drm_axle_query, data), false, true },
	{ "BO_CREATE", DRM_IOCTL_AXLE_BO_CREATE, fill_bo_create, done_bo_create,
	  full, 0, false, false },
	{ "BO_INFO", DRM_IOCTL_AXLE_BO_INFO, fill_bo_info, done_bo_info,
	  no_number, 0, false, false },
	{ "BO_FROM_USER", DRM_IOCTL_AXLE_BO_FROM_USER, fill_bo_from_user,
	  done_bo_from_user, no_more, POINTER(drm_axle_bo_from_user, address),
	  false, false },
	{ "VM_CREATE", DRM_IOCTL_AXLE_VM_CREATE, fill_nothing, done_vm_create,
	  full, 0, false, false },
	{ "VM_DESTROY", DRM_IOCTL_AXLE_VM_DESTROY, fill_vm_destroy, NULL,
	  no_number_or_used, 0, false, false },
	{ "VM_BIND", DRM_IOCTL_AXLE_VM_BIND, fill_vm_bind, NULL,
	  no_number_or_loop,
	  POINTER(drm_axle_vm_bind, binds) |
		  POINTER(drm_axle_vm_bind, in_syncs) |
		  POINTER(drm_axle_vm_bind, out_syncs),
	  false, false },
	{ "PROGRAM_CREATE", DRM_IOCTL_AXLE_PROGRAM_CREATE, fill_program_create,
	  done_program_create, program_errnos,
	  POINTER(drm_axle_program_create, data), false, false },
	{ "PROGRAM_DESTROY", DRM_IOCTL_AXLE_PROGRAM_DESTROY,
	  fill_program_destroy, NULL, no_number, 0, false, false },
	{ "QUEUE_CREATE", DRM_IOCTL_AXLE_QUEUE_CREATE, fill_queue_create,
	  done_queue_create, queue_errnos, 0, false, false },
	{ "QUEUE_DESTROY", DRM_IOCTL_AXLE_QUEUE_DESTROY, fill_queue_destroy,
	  NULL, no_number, 0, false, false },
	{ "QUEUE_FENCE", DRM_IOCTL_AXLE_QUEUE_FENCE, fill_queue_fence, NULL,
	  no_number_or_loop, 0, false, false },
	{ "SUBMIT", DRM_IOCTL_AXLE_SUBMIT, fill_submit, NULL, no_number_or_loop,
	  POINTER(drm_axle_submit, commands) | POINTER(drm_axle_submit, uses) |
		  POINTER(drm_axle_submit, in_syncs) |
		  POINTER(drm_axle_submit, out_syncs),
	  false, false },
	/* Twice: the way of all jobs. */
	{ "SUBMIT", DRM_IOCTL_AXLE_SUBMIT, fill_submit, NULL, no_number_or_loop,
	  POINTER(drm_axle_submit, commands) | POINTER(drm_axle_submit, uses) |
		  POINTER(drm_axle_submit, in_syncs) |
		  POINTER(drm_axle_submit, out_syncs),
	  false, false },
	{ "RESET", DRM_IOCTL_AXLE_RESET, fill_reset, NULL, reset_errnos, 0,
	  false, true },
	{ "SET_LIMIT", DRM_IOCTL_AXLE_SET_LIMIT, fill_set_limit, NULL,
	  limit_errnos, 0, false, true },
};

const unsigned int fuzz_kit_call_count =
	sizeof(fuzz_kit_calls) / sizeof(fuzz_kit_calls[0]);
