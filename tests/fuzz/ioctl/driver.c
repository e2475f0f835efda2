// SPDX-License-Identifier: MIT
/*
 * What is a device's own: its calls, the contents of jobs, rings and programs,
 * and a sequence that must work when nobody else is there.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <drm/axle_edu.h>
#include <drm/axle_vnpu.h>

#include "fuzz.h"
#include "bo.h"
#include "queue.h"
#include "uapi.h"
#include "vnpu_regs.h"

#define WAIT_MS 60000
#define COMMANDS 4
#define VNPU_BASE 0x1240000000ull

static uint32_t random_bytes(struct fuzz_thread *t, void *data, uint32_t size)
{
	unsigned char *bytes = data;
	uint32_t count = rng_below(&t->rng, size) & ~7u;

	for (uint32_t i = 0; i < count; i++)
		bytes[i] = rng_next(&t->rng);
	return count;
}

static void random_slot(struct fuzz_thread *t, void *slot)
{
	random_bytes(t, slot, 64);
}

/* edu */

static uint32_t edu_commands(struct fuzz_thread *t, void *data, uint32_t size)
{
	struct drm_axle_edu_command *commands = data;
	uint32_t count = rng_below(&t->rng, COMMANDS + 1);
	uint32_t bytes = 4 << rng_below(&t->rng, 11);
	bool dma = rng_one_in(&t->rng, 2);

	(void)size;
	for (uint32_t i = 0; i < count; i++) {
		struct drm_axle_edu_command *c = &commands[i];

		c->op = fuzz_value(t, dma ? DRM_AXLE_EDU_LOAD + i % 2 :
					    DRM_AXLE_EDU_FACTORIAL);
		c->value = fuzz_value(t, dma ? bytes : rng_below(&t->rng, 14));
		c->use = fuzz_value(t, rng_below(&t->rng, 2));
		c->offset = fuzz_value(t, dma ? 0 : 4 * rng_below(&t->rng, 64));
	}
	return count * sizeof(*commands);
}

static bool edu_multiplies(int fd, uint32_t handle, const uint32_t *word)
{
	const struct drm_axle_edu_command command = {
		.op = DRM_AXLE_EDU_FACTORIAL,
		.value = 5,
	};
	struct drm_axle_use use = { handle, DRM_AXLE_USE_WRITE };
	struct drm_axle_sync out = { .handle = sync_create(fd) };
	struct drm_axle_submit submit = {
		.queue = queue_open(fd, 0, 0),
		.commands = (uintptr_t)&command,
		.command_size = sizeof(command),
		.uses = (uintptr_t)&use,
		.use_count = 1,
		.out_syncs = (uintptr_t)&out,
		.out_sync_count = 1,
	};

	return !ioctl(fd, DRM_IOCTL_AXLE_SUBMIT, &submit) &&
	       !sync_wait(fd, out.handle, 0, WAIT_MS) &&
	       sync_status(fd, out.handle) == 0 && *word == 120;
}

static bool edu_works(const struct fuzz_device *device)
{
	int fd = uapi_open_compute(fuzz_device_index(device));
	uint32_t handle, *word;
	bool ok = false;

	if (fd < 0)
		return false;
	if (!bo_create(fd, 0, PAGE, DRM_AXLE_BO_CPU, &handle)) {
		word = bo_map(fd, handle);
		ok = word != MAP_FAILED && edu_multiplies(fd, handle, word);
		if (word != MAP_FAILED)
			munmap(word, PAGE);
	}
	close(fd);
	return ok;
}

/* The test device */

static void fill_sleep(struct fuzz_thread *t, void *args)
{
	struct mock_sleep *sleep = args;

	sleep->ms = rng_below(&t->rng, 50);
}

static void fill_echo(struct fuzz_thread *t, void *args)
{
	struct mock_echo *echo = args;

	echo->first = rng_next(&t->rng);
}

static void fill_access(struct fuzz_thread *t, void *args)
{
	struct mock_access *access = args;

	access->vm = fuzz_pick(t, FUZZ_VM);
	access->flags = rng_below(&t->rng, 2);
	access->address =
		fuzz_value(t, VNPU_BASE + rng_below(&t->rng, 1 << 24) / 8 * 8);
}

/* The device of MOCK_SLEEP always takes longer than it may. */
static const short sleep_errnos[] = { ECANCELED, 0 };
static const short access_errnos[] = { ENOENT, ENXIO, EACCES, 0 };
static const short admin_errnos[] = { EPERM, 0 };

static const struct fuzz_call mock_calls[] = {
	/* Its time is a member, which a wild value would make a long one. */
	{ "MOCK_SLEEP", MOCK_IOCTL_SLEEP, fill_sleep, NULL, sleep_errnos, 1,
	  false, false },
	{ "MOCK_ECHO", MOCK_IOCTL_ECHO, fill_echo, NULL, NULL, 0, false,
	  false },
	{ "MOCK_ACCESS", MOCK_IOCTL_ACCESS, fill_access, NULL, access_errnos, 0,
	  false, false },
	{ "MOCK_ADMIN", MOCK_IOCTL_ADMIN, fill_echo, NULL, admin_errnos, 0,
	  false, true },
};

static uint32_t mock_commands(struct fuzz_thread *t, void *data, uint32_t size)
{
	struct mock_command *commands = data;
	uint32_t count = rng_below(&t->rng, COMMANDS + 1);

	(void)size;
	for (uint32_t i = 0; i < count; i++) {
		struct mock_command *c = &commands[i];

		/* Those that end well are the more interesting ones. */
		c->op = MOCK_NOP + rng_below(&t->rng, 6);
		if (rng_one_in(&t->rng, 12))
			c->op = fuzz_value(t,
					   MOCK_FAIL + rng_below(&t->rng, 3));
		c->ms = rng_below(&t->rng, 20);
		c->dst = fuzz_value(t, rng_below(&t->rng, 2));
		c->src = rng_below(&t->rng, 2);
		c->size = fuzz_value(t, 8 << rng_below(&t->rng, 8));
		c->dst_offset = fuzz_value(t, 8 * rng_below(&t->rng, 64));
		c->value = c->op == MOCK_EXEC ? fuzz_pick(t, FUZZ_PROGRAM) :
						rng_next(&t->rng);
	}
	return count * sizeof(*commands);
}

static void mock_slot(struct fuzz_thread *t, void *data)
{
	struct mock_slot *slot = data;

	slot->op = rng_one_in(&t->rng, 8) ? rng_below(&t->rng, 10) :
					    MOCK_NOP + rng_below(&t->rng, 2);
	slot->ms = rng_below(&t->rng, 20);
	slot->value = rng_next(&t->rng);
}

static uint32_t mock_program(struct fuzz_thread *t, void *data, uint32_t size)
{
	struct mock_program *program = data;

	(void)size;
	program->magic = fuzz_value(t, MOCK_MAGIC);
	program->value = rng_next(&t->rng);
	return sizeof(*program);
}

static bool mock_fills(int fd, uint32_t handle, const uint64_t *words)
{
	const struct mock_command fill = {
		.op = MOCK_FILL,
		.size = PAGE,
		.value = 0x1122334455667788,
	};
	uint32_t queue = queue_open(fd, MOCK_ENGINE_SERIAL, 0);
	uint32_t sync = sync_create(fd);

	return queue && sync && !job_simple(fd, queue, &fill, handle, sync) &&
	       !sync_wait(fd, sync, 0, WAIT_MS) && sync_status(fd, sync) == 0 &&
	       words[PAGE / sizeof(*words) - 1] == fill.value;
}

static bool mock_works(const struct fuzz_device *device)
{
	int fd = uapi_open_compute(fuzz_device_index(device));
	uint64_t *words;
	uint32_t handle;
	bool ok = false;

	if (fd < 0)
		return false;
	if (!bo_create(fd, MOCK_REGION_DEVICE, PAGE, DRM_AXLE_BO_CPU,
		       &handle)) {
		words = bo_map(fd, handle);
		ok = words != MAP_FAILED && mock_fills(fd, handle, words);
		if (words != MAP_FAILED)
			munmap(words, PAGE);
	}
	close(fd);
	return ok;
}

static const char *const mock_switches[] = {
	"fail_reset", "fail_open", "fail_stop", "fail_flush", "lose_irq", NULL,
};

/* vnpu */

static bool vnpu_is_edge(const struct fuzz_device *device)
{
	return !(device->features & DRM_AXLE_FEATURE_VM);
}

/* Addresses, or offsets in a buffer and the index of its use. */
static uint64_t vnpu_address(struct fuzz_thread *t)
{
	bool edge = vnpu_is_edge(t->process->device);
	uint64_t offset = rng_below(&t->rng, edge ? 64 : 1 << 18) * 64ull;

	return fuzz_value(t, edge ? offset : VNPU_BASE + offset);
}

static void vnpu_place(struct fuzz_thread *t, struct vnpu_place *place)
{
	place->address = vnpu_address(t);
	if (vnpu_is_edge(t->process->device))
		place->segments = fuzz_value(t, rng_below(&t->rng, 2));
}

static void vnpu_value(struct fuzz_thread *t, struct vnpu_op_value *value)
{
	value->address = vnpu_address(t);
	value->value = rng_below(&t->rng, 2);
	value->kind = rng_below(&t->rng, 3);
	if (vnpu_is_edge(t->process->device))
		value->reserved0 = fuzz_value(t, rng_below(&t->rng, 2));
}

static void vnpu_desc(struct fuzz_thread *t, void *data)
{
	struct vnpu_desc *desc = data;

	memset(desc, 0, sizeof(*desc));
	desc->opcode = fuzz_value(t, rng_below(&t->rng, VNPU_OP_TRAP + 1));
	desc->flags = rng_one_in(&t->rng, 8);
	desc->timeout_ms = rng_below(&t->rng, 100);
	desc->profile = desc->flags ? vnpu_address(t) : 0;
	switch (desc->opcode) {
	case VNPU_OP_NOP:
		break;
	case VNPU_OP_FILL:
		vnpu_place(t, &desc->fill.dst);
		desc->fill.size = fuzz_value(t, 64);
		break;
	case VNPU_OP_COPY:
		vnpu_place(t, &desc->copy.dst);
		vnpu_place(t, &desc->copy.src);
		desc->copy.size = fuzz_value(t, 64);
		break;
	case VNPU_OP_EXEC:
		desc->exec.program = fuzz_pick(t, FUZZ_PROGRAM);
		desc->exec.bindings.address = fuzz_value(t, 0);
		desc->exec.count = fuzz_value(t, rng_below(&t->rng, 4));
		break;
	default:
		vnpu_value(t, &desc->value);
	}
}

static uint32_t vnpu_commands(struct fuzz_thread *t, void *data, uint32_t size)
{
	uint32_t count = rng_below(&t->rng, COMMANDS + 1);
	struct vnpu_desc *descs = data;

	if (rng_one_in(&t->rng, 16))
		return random_bytes(t, data, size);
	for (uint32_t i = 0; i < count; i++)
		vnpu_desc(t, &descs[i]);
	return count * sizeof(*descs);
}

/* A job of one NOP, on either profile. */
static bool vnpu_nop(const struct fuzz_device *device, int fd)
{
	static const struct vnpu_desc nop = { .opcode = VNPU_OP_NOP };
	struct drm_axle_queue_create create = { .priority = 1 };
	struct drm_axle_sync out = { .handle = sync_create(fd) };
	struct drm_axle_submit submit = {
		.commands = (uintptr_t)&nop,
		.command_size = sizeof(nop),
		.out_syncs = (uintptr_t)&out,
		.out_sync_count = 1,
	};

	if ((!vnpu_is_edge(device) && vm_create(fd, &create.vm)) ||
	    queue_create(fd, &create))
		return false;
	submit.queue = create.queue;
	return !ioctl(fd, DRM_IOCTL_AXLE_SUBMIT, &submit) &&
	       !sync_wait(fd, out.handle, 0, WAIT_MS) &&
	       sync_status(fd, out.handle) == 0;
}

static bool vnpu_works(const struct fuzz_device *device)
{
	int fd = uapi_open_compute(fuzz_device_index(device));
	bool ok;

	if (fd < 0)
		return false;
	ok = vnpu_nop(device, fd);
	close(fd);
	return ok;
}

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct fuzz_driver drivers[] = {
	{ "edu", NULL, 0, edu_commands, random_slot, 64, random_bytes,
	  edu_works, NULL },
	{ "mock", mock_calls, COUNT(mock_calls), mock_commands, mock_slot,
	  sizeof(struct mock_slot), mock_program, mock_works, mock_switches },
	{ "vnpu", NULL, 0, vnpu_commands, vnpu_desc, sizeof(struct vnpu_desc),
	  random_bytes, vnpu_works, NULL },
};

const struct fuzz_driver *fuzz_driver_find(const char *name)
{
	for (size_t i = 0; i < COUNT(drivers); i++)
		if (!strcmp(drivers[i].name, name))
			return &drivers[i];
	return NULL;
}
