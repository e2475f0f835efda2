// SPDX-License-Identifier: MIT
/*
 * Objects that are closed, unmapped or destroyed while something else still
 * uses them. For every device.
 */
#include "bo.h"
#include "dut.h"
#include "queue.h"
#include "uapi.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#define SPIN_MS 150

/* A context with a queue, on a device that can keep a job busy for a while. */
struct setup {
	struct dut dut;
	struct dut_context ctx;
	uint32_t queue;
};

/* What the case needs comes before anything is open. */
#define OPEN_SETUP(s, needs)                                         \
	do {                                                         \
		DUT_OPEN(&(s)->dut);                                 \
		DUT_NEEDS_OP(&(s)->dut, DUT_SPIN);                   \
		needs;                                               \
		TAP_REQUIRE(dut_context_open(&(s)->ctx, &(s)->dut)); \
		(s)->queue = dut_queue(&(s)->ctx, DUT_LONG_MS);      \
		TAP_REQUIRE((s)->queue > 0);                         \
	} while (0)

static void close_setup(struct setup *s)
{
	dut_context_close(&s->ctx);
	TAP_CHECK(dut_nothing_left(&s->dut));
}

/* A job that writes the first word of @memory a while from now. */
static uint32_t submit_late(struct setup *s, const struct dut_memory *memory,
			    uint64_t value)
{
	struct dut_command commands[2] = { dut_spin(SPIN_MS),
					   dut_fill(memory, 0, value) };
	struct drm_axle_sync out = { .handle = sync_create(s->ctx.fd) };

	TAP_EQUAL(dut_submit(&s->ctx, s->queue, commands, 2, NULL, &out), 0);
	return out.handle;
}

static uint64_t *map_dmabuf(int dmabuf)
{
	void *words =
		mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, dmabuf, 0);

	return words == MAP_FAILED ? NULL : words;
}

static bool open_exported(struct setup *s, struct dut_memory *memory,
			  int *dmabuf)
{
	if (dut_memory_open(&s->ctx, memory, 0, PAGE,
			    DRM_AXLE_BO_CPU | DRM_AXLE_BO_EXPORT))
		return false;
	*dmabuf = bo_export(s->ctx.fd, memory->handle);
	return *dmabuf >= 0;
}

static void an_export_outlives_handle_and_file(void)
{
	struct dut_memory memory, back;
	struct dut_command fill;
	uint64_t *words;
	struct setup s;
	int dmabuf = -1;

	OPEN_SETUP(&s, );
	TAP_REQUIRE(open_exported(&s, &memory, &dmabuf));
	memory.words[1] = 42;
	dut_memory_close(&s.ctx, &memory);
	dut_context_close(&s.ctx);
	TAP_EQUAL(dut_contexts_used(&s.dut), 0);
	words = map_dmabuf(dmabuf);
	TAP_REQUIRE(words);
	TAP_EQUAL(words[1], 42);

	/* Another context takes it in, and its jobs write it. */
	TAP_REQUIRE(dut_context_open(&s.ctx, &s.dut));
	s.queue = dut_queue(&s.ctx, 0);
	back = (struct dut_memory){ .size = PAGE };
	TAP_EQUAL(bo_import(s.ctx.fd, dmabuf, &back.handle), 0);
	if (s.ctx.vm) {
		back.address = s.ctx.next;
		TAP_EQUAL(vm_map(s.ctx.fd, s.ctx.vm, back.handle, 0,
				 back.address, PAGE, 0),
			  0);
	}
	fill = dut_fill(&back, 2, 43);
	TAP_EQUAL(dut_run(&s.ctx, s.queue, &fill, 1), 0);
	TAP_EQUAL(words[2], 43);
	munmap(words, PAGE);
	close(dmabuf);
	close_setup(&s);
}

static void a_cpu_mapping_ends_while_a_job_writes(void)
{
	struct dut_memory memory;
	struct setup s;
	uint64_t *words;
	uint32_t sync;

	OPEN_SETUP(&s, );
	TAP_REQUIRE(dut_memory_open(&s.ctx, &memory, 0, PAGE,
				    DRM_AXLE_BO_CPU) == 0);
	sync = submit_late(&s, &memory, 7);
	munmap((void *)memory.words, PAGE);
	memory.words = NULL;
	TAP_EQUAL(dut_fence(&s.ctx, sync), 0);
	words = bo_map(s.ctx.fd, memory.handle);
	TAP_REQUIRE(words != MAP_FAILED);
	TAP_EQUAL(words[0], 7);
	munmap(words, PAGE);
	dut_memory_close(&s.ctx, &memory);
	close_setup(&s);
}

/* The mapping of the CPU keeps the memory, so that the result can be seen. */
static void a_handle_closed_under_a_job(void)
{
	const uint32_t *device = tap_data();
	struct dut_memory memory;
	struct setup s;
	uint32_t sync;
	int region = 0;

	OPEN_SETUP(&s, {
		if (*device)
			region = dut_device_region(&s.dut);
		DUT_NEEDS(region >= 0, "the device has no memory of its own");
	});
	TAP_REQUIRE(dut_memory_open(&s.ctx, &memory, region, PAGE,
				    DRM_AXLE_BO_CPU) == 0);
	sync = submit_late(&s, &memory, 8);
	TAP_EQUAL(bo_close(s.ctx.fd, memory.handle), 0);
	TAP_EQUAL(dut_fence(&s.ctx, sync), 0);
	TAP_EQUAL(memory.words[0], 8);
	munmap((void *)memory.words, PAGE);
	close_setup(&s);
}

/* Memory that a job still writes must not be somebody else's by then. */
static void memory_of_a_job_is_not_given_away(void)
{
	struct dut_memory memory, next[16];
	struct setup s;
	uint32_t sync;
	uint64_t dirty = 0;

	OPEN_SETUP(&s, );
	TAP_REQUIRE(dut_memory_open(&s.ctx, &memory, 0, PAGE,
				    DRM_AXLE_BO_CPU) == 0);
	sync = submit_late(&s, &memory, 9);
	munmap((void *)memory.words, PAGE);
	TAP_EQUAL(bo_close(s.ctx.fd, memory.handle), 0);
	for (int i = 0; i < 16; i++)
		TAP_REQUIRE(dut_memory_open(&s.ctx, &next[i], 0, PAGE,
					    DRM_AXLE_BO_CPU) == 0);
	TAP_EQUAL(dut_fence(&s.ctx, sync), 0);
	for (int i = 0; i < 16; i++)
		for (uint64_t word = 0; word < PAGE / 8; word++)
			dirty += next[i].words[word] != 0;
	TAP_EQUAL(dirty, 0);
	for (int i = 0; i < 16; i++)
		dut_memory_close(&s.ctx, &next[i]);
	close_setup(&s);
}

/* The job gets a fault, or what it writes goes where it went before. */
static void an_address_unmapped_under_a_job(void)
{
	struct dut_memory memory;
	struct setup s;
	uint32_t sync;
	int status;

	OPEN_SETUP(&s, DUT_NEEDS(s.dut.driver->addresses,
				 "no job of the device has virtual addresses"));
	TAP_REQUIRE(dut_memory_open(&s.ctx, &memory, 0, PAGE,
				    DRM_AXLE_BO_CPU) == 0);
	sync = submit_late(&s, &memory, 10);
	TAP_EQUAL(vm_unmap(s.ctx.fd, s.ctx.vm, memory.address, PAGE), 0);
	status = dut_fence(&s.ctx, sync);
	TAP_CHECK(status == 0 || status == -EIO);
	TAP_EQUAL(memory.words[0], status ? 0 : 10);
	munmap((void *)memory.words, PAGE);
	bo_close(s.ctx.fd, memory.handle);
	close_setup(&s);
}

static void an_address_outlives_the_handle(void)
{
	struct dut_memory memory, other;
	struct dut_command fill;
	struct setup s;

	OPEN_SETUP(&s, DUT_NEEDS(s.dut.driver->addresses,
				 "no job of the device has virtual addresses"));
	TAP_REQUIRE(dut_memory_open(&s.ctx, &memory, 0, PAGE,
				    DRM_AXLE_BO_CPU) == 0);
	TAP_EQUAL(bo_close(s.ctx.fd, memory.handle), 0);
	other = memory;
	other.handle = s.ctx.page.handle;
	fill = dut_fill(&other, 0, 11);
	TAP_EQUAL(dut_run(&s.ctx, s.queue, &fill, 1), 0);
	TAP_EQUAL(memory.words[0], 11);
	munmap((void *)memory.words, PAGE);
	close_setup(&s);
}

static void a_program_destroyed_under_a_job(void)
{
	uint64_t commands[2][16] = { 0 };
	struct drm_axle_use use = { 0, DRM_AXLE_USE_WRITE };
	struct drm_axle_sync out = { 0 };
	const struct dut_driver *driver;
	struct dut_command spin = dut_spin(SPIN_MS);
	struct drm_axle_submit args;
	uint32_t program;
	const void *blob;
	struct setup s;
	size_t size;

	OPEN_SETUP(&s, DUT_NEEDS(s.dut.driver->program,
				 "no program of the device can be made here"));
	driver = s.dut.driver;
	blob = driver->program(&size);
	TAP_EQUAL(program_create(s.ctx.fd, blob, size, &program), 0);
	use.handle = s.ctx.page.handle;
	out.handle = sync_create(s.ctx.fd);
	driver->encode(commands, &spin, 0, 0);
	driver->execute((char *)commands + driver->command_size, program,
			&s.ctx.page);
	args = (struct drm_axle_submit){
		.queue = s.queue,
		.commands = (uintptr_t)commands,
		.command_size = 2 * driver->command_size,
		.uses = (uintptr_t)&use,
		.use_count = 1,
		.out_syncs = (uintptr_t)&out,
		.out_sync_count = 1,
	};
	TAP_EQUAL(ioctl(s.ctx.fd, DRM_IOCTL_AXLE_SUBMIT, &args), 0);
	TAP_EQUAL(program_destroy(s.ctx.fd, program), 0);
	args.sequence = 0;
	TAP_ERRNO(ioctl(s.ctx.fd, DRM_IOCTL_AXLE_SUBMIT, &args), ENOENT);
	TAP_EQUAL(dut_fence(&s.ctx, out.handle), 0);
	TAP_CHECK(s.ctx.page.words[0] != 0);
	close_setup(&s);
}

static void an_address_space_in_use_is_ebusy(void)
{
	struct drm_axle_queue_create args = { .priority = 1 };
	struct dut dut;
	uint32_t vm;
	int fd;

	DUT_OPEN(&dut);
	DUT_NEEDS_VM(&dut);
	DUT_NEEDS_JOBS(&dut);
	fd = dut_open_compute(&dut);
	TAP_REQUIRE(fd >= 0 && vm_create(fd, &vm) == 0);
	args.vm = vm;
	TAP_EQUAL(queue_create(fd, &args), 0);
	TAP_ERRNO(vm_destroy(fd, vm), EBUSY);
	TAP_EQUAL(queue_destroy(fd, args.queue), 0);
	TAP_EQUAL(vm_destroy(fd, vm), 0);
	TAP_ERRNO(vm_destroy(fd, vm), ENOENT);
	close(fd);
}

static void a_destroyed_queue_cancels_its_jobs(void)
{
	struct dut_command hang = { .op = DUT_HANG };
	uint32_t syncs[4];
	struct setup s;
	uint64_t start;

	OPEN_SETUP(&s, DUT_NEEDS_OP(&s.dut, DUT_HANG));
	for (int i = 0; i < 4; i++) {
		struct dut_command fill = dut_fill(&s.ctx.page, i, 5);

		syncs[i] = sync_create(s.ctx.fd);
		TAP_EQUAL(dut_submit_one(&s.ctx, s.queue, i ? &fill : &hang,
					 syncs[i]),
			  0);
	}
	start = uapi_now_ms();
	TAP_EQUAL(queue_destroy(s.ctx.fd, s.queue), 0);
	for (int i = 0; i < 4; i++) {
		TAP_EQUAL(sync_status(s.ctx.fd, syncs[i]), -ECANCELED);
		TAP_EQUAL(s.ctx.page.words[i], 0);
	}
	TAP_CHECK(uapi_now_ms() - start < DUT_LONG_MS);
	TAP_ERRNO(queue_destroy(s.ctx.fd, s.queue), ENOENT);
	close_setup(&s);
}

/* Of the jobs of a closed file, somebody else may hold a fence. */
static void a_closed_file_cancels_its_jobs(void)
{
	struct dut_command hang = { .op = DUT_HANG };
	struct setup s;
	uint32_t sync;
	uint64_t start;
	int file;

	OPEN_SETUP(&s, DUT_NEEDS_OP(&s.dut, DUT_HANG));
	sync = sync_create(s.ctx.fd);
	TAP_EQUAL(dut_submit_one(&s.ctx, s.queue, &hang, sync), 0);
	file = sync_file_of(s.ctx.fd, sync);
	TAP_CHECK(file >= 0);
	TAP_EQUAL(sync_file_status(file), 1);
	start = uapi_now_ms();
	dut_context_close(&s.ctx);
	TAP_CHECK(dut_nothing_left(&s.dut));
	TAP_CHECK(uapi_now_ms() - start < DUT_LONG_MS);
	TAP_EQUAL(sync_file_status(file), -ECANCELED);
	close(file);
}

static const uint32_t host, device = 1;

static const struct tap_case cases[] = {
	{ "an export outlives its handle and its file, and can be used again",
	  an_export_outlives_handle_and_file },
	{ "a CPU mapping may end while a job writes",
	  a_cpu_mapping_ends_while_a_job_writes },
	{ "a job keeps host memory whose handle was closed",
	  a_handle_closed_under_a_job, &host },
	{ "a job keeps device memory whose handle was closed",
	  a_handle_closed_under_a_job, &device },
	{ "memory that a job still writes is nobody else's",
	  memory_of_a_job_is_not_given_away },
	{ "an address unmapped under a job is a fault, or not yet gone",
	  an_address_unmapped_under_a_job },
	{ "an address outlives the handle", an_address_outlives_the_handle },
	{ "a job runs a program that was destroyed after its submission",
	  a_program_destroyed_under_a_job },
	{ "an address space that a queue has is EBUSY",
	  an_address_space_in_use_is_ebusy },
	{ "the end of a queue cancels its jobs",
	  a_destroyed_queue_cancels_its_jobs },
	{ "the end of a file cancels its jobs",
	  a_closed_file_cancels_its_jobs },
};

TAP_MAIN(cases)
