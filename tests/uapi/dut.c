// SPDX-License-Identifier: MIT
/*
 * Contexts, memory, queues and jobs of the device under test. Nothing here
 * holds state; whatever a case opens, it closes.
 */
#include "dut.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bo.h"
#include "queue.h"
#include "uapi.h"

#define DEVICES_MAX 16
#define COMMANDS_MAX 64
/* For what is freed behind the back of who closes. */
#define IDLE_MS 10000
/* Of the first memory of a context, and the distance to the next. */
#define ADDRESS 0x40000000ull

static bool is_driver(const struct dut_driver *driver, int index)
{
	struct drm_axle_query_device device;
	int fd = uapi_open_control(index);
	bool is;

	if (fd < 0)
		return false;
	is = !uapi_query(fd, DRM_AXLE_TOPIC_DEVICE, &device, sizeof(device)) &&
	     strcmp(device.driver, driver->driver) == 0 &&
	     (driver->device_class < 0 ||
	      device.device_class == (uint32_t)driver->device_class);
	close(fd);
	return is;
}

static int find(const struct dut_driver *driver)
{
	for (int i = 0; i < DEVICES_MAX; i++)
		if (is_driver(driver, i))
			return i;
	return -1;
}

/* Once in a machine: everybody may then open the node. */
static bool load(const struct dut_driver *driver)
{
	char path[64];

	snprintf(path, sizeof(path), "/run/axle-dut-%s", driver->name);
	if (access(path, F_OK) == 0 && find(driver) >= 0)
		return true;
	uapi_shell("rmmod %s 2>/dev/null", driver->module);
	return uapi_shell("modprobe %s %s", driver->module, driver->options) ==
		       0 &&
	       find(driver) >= 0 && uapi_shell("touch %s", path) == 0;
}

static void query_regions(struct dut *dut, int fd)
{
	char buffer[1024];
	struct drm_axle_query_memory *memory = (void *)buffer;

	if (uapi_query(fd, DRM_AXLE_TOPIC_MEMORY, buffer, sizeof(buffer)))
		return;
	for (uint32_t i = 0; i < memory->count && i < DUT_REGIONS_MAX; i++)
		dut->regions[i] = memory->regions[i];
	dut->region_count = memory->count;
}

static void query_engines(struct dut *dut, int fd)
{
	char buffer[1024];
	struct drm_axle_query_engines *engines = (void *)buffer;

	if (!uapi_query(fd, DRM_AXLE_TOPIC_ENGINES, buffer, sizeof(buffer)))
		dut->engine_count = engines->count;
}

bool dut_open(struct dut *dut)
{
	const char *name = getenv("AXLE_DEVICE");
	char path[64];
	int fd;

	memset(dut, 0, sizeof(*dut));
	dut->driver = dut_driver_find(name && name[0] ? name : "mock");
	if (!dut->driver || !load(dut->driver)) {
		tap_note("there is no device \"%s\"", name);
		return false;
	}
	dut->index = find(dut->driver);
	/* Tests of several users open it as nobody. */
	snprintf(path, sizeof(path), "/dev/accel/accel%d", dut->index);
	chmod(path, 0666);
	fd = dut_open_control(dut);
	if (fd < 0 ||
	    uapi_query(fd, DRM_AXLE_TOPIC_DEVICE, &dut->device,
		       sizeof(dut->device)) ||
	    uapi_query(fd, DRM_AXLE_TOPIC_TOPOLOGY, &dut->topology,
		       sizeof(dut->topology)) ||
	    uapi_query(fd, DRM_AXLE_TOPIC_LIMITS, &dut->limits,
		       sizeof(dut->limits)))
		return false;
	query_regions(dut, fd);
	query_engines(dut, fd);
	close(fd);
	return true;
}

bool dut_can(const struct dut *dut, enum dut_op op)
{
	return dut->driver->ops & DUT_CAN(op);
}

bool dut_has(const struct dut *dut, uint64_t feature)
{
	return dut->device.features & feature;
}

int dut_open_compute(const struct dut *dut)
{
	return uapi_open_compute(dut->index);
}

int dut_open_control(const struct dut *dut)
{
	return uapi_open_control(dut->index);
}

int dut_reset(const struct dut *dut)
{
	struct drm_axle_reset reset = { 0 };
	int fd = dut_open_control(dut);
	int result = ioctl(fd, DRM_IOCTL_AXLE_RESET, &reset);
	int error = errno;

	close(fd);
	errno = error;
	return result;
}

struct drm_axle_query_health dut_health(const struct dut *dut)
{
	struct drm_axle_query_health health = { 0 };
	int fd = dut_open_control(dut);

	uapi_query(fd, DRM_AXLE_TOPIC_HEALTH, &health, sizeof(health));
	close(fd);
	return health;
}

uint32_t dut_contexts_used(const struct dut *dut)
{
	struct drm_axle_query_limits limits = { .contexts_used = ~0u };
	int fd = dut_open_control(dut);

	uapi_query(fd, DRM_AXLE_TOPIC_LIMITS, &limits, sizeof(limits));
	close(fd);
	return limits.contexts_used;
}

int dut_device_region(const struct dut *dut)
{
	for (uint32_t i = 0; i < dut->region_count; i++)
		if (dut->driver->device_memory &&
		    dut->regions[i].kind == DRM_AXLE_MEMORY_DEVICE)
			return i;
	return -1;
}

uint64_t dut_used(const struct dut *dut, uint32_t region)
{
	int fd = dut_open_control(dut);
	uint64_t used = mock_used(fd, region);

	close(fd);
	return used;
}

static bool is_idle(const struct dut *dut)
{
	for (uint32_t i = 0; i < dut->region_count; i++)
		if (dut_used(dut, i) > 0)
			return false;
	return dut_contexts_used(dut) == 0;
}

bool dut_nothing_left(const struct dut *dut)
{
	uint64_t end = uapi_now_ms() + IDLE_MS;

	while (!is_idle(dut)) {
		if (uapi_now_ms() > end)
			return false;
		usleep(1000);
	}
	return true;
}

static bool context_fill(struct dut_context *ctx)
{
	if (!ctx->dut->driver->buffers)
		return true;
	return dut_memory_open(ctx, &ctx->page, 0, PAGE, DRM_AXLE_BO_CPU) == 0;
}

bool dut_context_open(struct dut_context *ctx, const struct dut *dut)
{
	*ctx = (struct dut_context){ .dut = dut, .next = ADDRESS };
	ctx->fd = dut_open_compute(dut);
	if (ctx->fd < 0)
		return false;
	if (dut->driver->addresses && vm_create(ctx->fd, &ctx->vm))
		return false;
	return context_fill(ctx);
}

bool dut_context_join(struct dut_context *ctx, const struct dut_context *of)
{
	*ctx = (struct dut_context){
		.dut = of->dut,
		.fd = dup(of->fd),
		.vm = of->vm,
		/* Far from what either of them will have. */
		.next = of->next + (ADDRESS << 2),
	};
	return ctx->fd >= 0 && context_fill(ctx);
}

bool dut_context_beside(struct dut_context *ctx, const struct dut_context *of)
{
	if (of->dut->limits.contexts_max > 1)
		return dut_context_open(ctx, of->dut);
	return dut_context_join(ctx, of);
}

void dut_context_close(struct dut_context *ctx)
{
	if (ctx->page.handle)
		dut_memory_close(ctx, &ctx->page);
	close(ctx->fd);
}

int dut_memory_open(struct dut_context *ctx, struct dut_memory *memory,
		    uint32_t region, uint64_t size, uint32_t flags)
{
	*memory = (struct dut_memory){ .size = size };
	if (bo_create(ctx->fd, region, size, flags, &memory->handle))
		return -1;
	if (flags & DRM_AXLE_BO_CPU) {
		void *words = bo_map(ctx->fd, memory->handle);

		if (words == MAP_FAILED)
			return -1;
		memory->words = words;
	}
	if (!ctx->vm)
		return 0;
	memory->address = ctx->next;
	ctx->next += (size + LARGE_PAGE - 1) / LARGE_PAGE * LARGE_PAGE;
	return vm_map(ctx->fd, ctx->vm, memory->handle, 0, memory->address,
		      size, 0);
}

void dut_memory_close(struct dut_context *ctx, struct dut_memory *memory)
{
	if (memory->words)
		munmap((void *)memory->words, memory->size);
	if (memory->address)
		vm_unmap(ctx->fd, ctx->vm, memory->address, memory->size);
	bo_close(ctx->fd, memory->handle);
}

uint32_t dut_queue_on(const struct dut_context *ctx, uint32_t engine,
		      uint32_t timeout_ms)
{
	struct drm_axle_queue_create args = {
		.engine = engine,
		.vm = ctx->vm,
		.priority = 1,
		.timeout_ms = timeout_ms,
	};

	return queue_create(ctx->fd, &args) ? 0 : args.queue;
}

uint32_t dut_queue(const struct dut_context *ctx, uint32_t timeout_ms)
{
	return dut_queue_on(ctx, ctx->dut->driver->engine, timeout_ms);
}

uint32_t dut_queue_small(const struct dut_context *ctx, uint32_t *slots)
{
	struct drm_axle_queue_create args = {
		.engine = ctx->dut->driver->engine,
		.vm = ctx->vm,
		.priority = 1,
		.slots = 1,
		.timeout_ms = DUT_LONG_MS,
	};
	int result = queue_create(ctx->fd, &args);

	*slots = args.slots;
	return result ? 0 : args.queue;
}

/* Index of the memory among the uses, added if need be; zero for none. */
static uint32_t use_of(struct drm_axle_use *uses, uint32_t *count,
		       const struct dut_memory *memory, uint32_t flags)
{
	uint32_t i = 0;

	if (!memory)
		return 0;
	while (i < *count && uses[i].handle != memory->handle)
		i++;
	if (i == *count)
		uses[(*count)++] = (struct drm_axle_use){ memory->handle, 0 };
	uses[i].flags |= flags;
	return i;
}

int dut_submit(const struct dut_context *ctx, uint32_t queue,
	       const struct dut_command *commands, uint32_t count,
	       const struct drm_axle_sync *in, const struct drm_axle_sync *out)
{
	const struct dut_driver *driver = ctx->dut->driver;
	uint64_t made[COMMANDS_MAX * 16] = { 0 };
	struct drm_axle_use uses[2 * COMMANDS_MAX];
	struct drm_axle_submit args = {
		.queue = queue,
		.commands = (uintptr_t)made,
		.command_size = count * driver->command_size,
		.uses = (uintptr_t)uses,
		.in_syncs = (uintptr_t)in,
		.out_syncs = (uintptr_t)out,
		.in_sync_count = !!in,
		.out_sync_count = !!out,
	};

	if (count > COMMANDS_MAX || args.command_size > sizeof(made)) {
		errno = E2BIG;
		return -1;
	}
	for (uint32_t i = 0; i < count; i++) {
		uint32_t dst = use_of(uses, &args.use_count, commands[i].dst,
				      DRM_AXLE_USE_WRITE);
		uint32_t src =
			use_of(uses, &args.use_count, commands[i].src, 0);

		driver->encode((char *)made + i * driver->command_size,
			       &commands[i], dst, src);
	}
	return ioctl(ctx->fd, DRM_IOCTL_AXLE_SUBMIT, &args);
}

int dut_submit_one(const struct dut_context *ctx, uint32_t queue,
		   const struct dut_command *command, uint32_t out)
{
	struct drm_axle_sync sync = { .handle = out };

	return dut_submit(ctx, queue, command, 1, NULL, out ? &sync : NULL);
}

int dut_fence(const struct dut_context *ctx, uint32_t handle)
{
	if (sync_wait(ctx->fd, handle, 0, DUT_PATIENCE_MS))
		return -errno;
	return sync_status(ctx->fd, handle);
}

int dut_run(const struct dut_context *ctx, uint32_t queue,
	    const struct dut_command *commands, uint32_t count)
{
	struct drm_axle_sync out = { .handle = sync_create(ctx->fd) };
	int result;

	if (dut_submit(ctx, queue, commands, count, NULL, &out))
		result = -errno;
	else
		result = dut_fence(ctx, out.handle);
	sync_destroy(ctx->fd, out.handle);
	return result;
}

struct dut_command dut_fill(const struct dut_memory *memory, uint64_t word,
			    uint64_t value)
{
	return (struct dut_command){
		.op = DUT_FILL,
		.dst = memory,
		.dst_offset = 8 * word,
		.size = 8,
		.value = value,
	};
}

struct dut_command dut_spin(uint32_t ms)
{
	return (struct dut_command){ .op = DUT_SPIN, .ms = ms };
}

bool dut_queue_state(const struct dut_context *ctx, uint32_t queue,
		     struct drm_axle_queue_state *state)
{
	char buffer[4096];
	struct drm_axle_query_queues *queues = (void *)buffer;

	if (uapi_query(ctx->fd, DRM_AXLE_TOPIC_QUEUES, buffer, sizeof(buffer)))
		return false;
	for (uint32_t i = 0; i < queues->count; i++) {
		*state = *(
			struct drm_axle_queue_state *)((char *)queues->queues +
						       i * queues->stride);
		if (state->queue == queue)
			return true;
	}
	return false;
}
