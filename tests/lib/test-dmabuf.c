// SPDX-License-Identifier: MIT
/*
 * Memory that is shared by way of dma-bufs: with other contexts, with who only
 * maps it, and of a driver that is none of an accelerator. Devices that have no
 * dma-bufs say so.
 */
#include "dut.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/udmabuf.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#define SIZE 8192u
#define COUNT 1024u /* of f32, half of that */
#define PLACE 4096u

/* Without: the case has shown that, and ends. */
static bool has_dmabufs(struct dut *dut)
{
	const struct axl_entry *entry = axl_device_entry(dut->device);
	struct axl_bo *bo;

	if (entry->capabilities & AXL_CAN_EXPORT)
		return TAP_CHECK(entry->capabilities & AXL_CAN_IMPORT);
	TAP_CHECK(!(entry->capabilities & AXL_CAN_IMPORT));
	TAP_EQUAL(axl_bo_create(dut->context, SIZE, AXL_BO_EXPORT, &bo),
		  -EOPNOTSUPP);
	TAP_CHECK(strstr(axl_error_detail(dut->context), "cannot export"));
	TAP_EQUAL(axl_bo_import(dut->context, 0, 0, &bo), -EOPNOTSUPP);
	TAP_CHECK(strstr(axl_error_detail(dut->context), "cannot import"));
	dut_close(dut);
	return false;
}

#define DUT_WITH_DMABUFS(dut)          \
	TAP_REQUIRE(dut_open(&(dut))); \
	if (!has_dmabufs(&(dut)))      \
	return

static uint64_t *memory_of(struct axl_bo *bo)
{
	void *memory = NULL;

	TAP_EQUAL(axl_bo_map(bo, &memory), 0);
	return memory;
}

static struct axl_bo *make(struct dut *dut, uint64_t size)
{
	struct axl_bo *bo = NULL;

	TAP_EQUAL(axl_bo_create(dut->context, size, AXL_BO_EXPORT, &bo), 0);
	return bo;
}

static int export(struct axl_bo *bo)
{
	int dmabuf = -1;

	if (!TAP_EQUAL(axl_bo_export(bo, 0, &dmabuf), 0))
		tap_note("%s", axl_error_detail(bo));
	return dmabuf;
}

/* Of the descriptor, which is closed. */
static struct axl_bo *import(struct dut *dut, int dmabuf)
{
	struct axl_bo *bo = NULL;

	if (!TAP_EQUAL(axl_bo_import(dut->context, dmabuf, 0, &bo), 0))
		tap_note("%s", axl_error_detail(dut->context));
	close(dmabuf);
	return bo;
}

static int fill(struct dut *dut, struct axl_bo *bo, uint64_t value)
{
	const struct axl_job job = { .kind = AXL_JOB_FILL,
				     .dst.bo = bo,
				     .size = axl_bo_size(bo),
				     .value = value };

	return dut_run(dut->queue, &job);
}

static bool holds(struct axl_bo *bo, uint64_t value)
{
	const uint64_t *words = memory_of(bo);

	for (uint64_t i = 0; i < axl_bo_size(bo) / sizeof(value); i++)
		if (words[i] != value)
			return false;
	return true;
}

/* Another context, of the same device where that has more than one. */
struct pair {
	struct dut dut, other;
	struct dut *second;
};

static bool pair_open(struct pair *pair)
{
	pair->second = &pair->dut;
	if (!dut_has_contexts(&pair->dut, 2))
		return true;
	pair->second = &pair->other;
	return dut_open(&pair->other);
}

static void pair_close(struct pair *pair)
{
	if (pair->second != &pair->dut)
		dut_close(&pair->other);
}

static void another_context_sees_the_same_bytes(void)
{
	struct axl_bo *here, *there;
	struct pair p;

	DUT_WITH_DMABUFS(p.dut);
	TAP_REQUIRE(pair_open(&p));
	here = make(&p.dut, SIZE);
	TAP_REQUIRE(here);
	there = import(p.second, export(here));
	TAP_REQUIRE(there);
	TAP_EQUAL(axl_bo_size(there), SIZE);
	memset(memory_of(here), 0x11, SIZE);
	TAP_CHECK(holds(there, 0x1111111111111111));
	TAP_EQUAL(fill(&p.dut, here, 0x22), 0);
	TAP_CHECK(holds(there, 0x22));
	TAP_EQUAL(fill(p.second, there, 0x33), 0);
	TAP_CHECK(holds(here, 0x33));
	axl_bo_destroy(here);
	axl_bo_destroy(there);
	pair_close(&p);
	dut_close(&p.dut);
}

static void memory_outlives_who_has_made_it(void)
{
	struct axl_bo *here, *there;
	struct pair p;
	int dmabuf;

	DUT_WITH_DMABUFS(p.dut);
	here = make(&p.dut, SIZE);
	TAP_REQUIRE(here);
	dmabuf = export(here);
	TAP_EQUAL(fill(&p.dut, here, 7), 0);
	axl_bo_destroy(here);
	dut_close(&p.dut);
	TAP_REQUIRE(dut_open(&p.dut));
	there = import(&p.dut, dmabuf);
	TAP_REQUIRE(there);
	TAP_CHECK(holds(there, 7));
	TAP_EQUAL(fill(&p.dut, there, 8), 0);
	TAP_CHECK(holds(there, 8));
	axl_bo_destroy(there);
	dut_close(&p.dut);
}

/* The driver gives the handle that there is already. */
static void what_comes_home_is_an_object_of_its_own(void)
{
	struct axl_bo *bos[3];
	struct dut dut;

	DUT_WITH_DMABUFS(dut);
	bos[0] = make(&dut, SIZE);
	TAP_REQUIRE(bos[0]);
	bos[1] = import(&dut, export(bos[0]));
	bos[2] = import(&dut, export(bos[0]));
	TAP_REQUIRE(bos[1] && bos[2]);
	for (uint64_t i = 0; i < 3; i++) {
		TAP_EQUAL(fill(&dut, bos[i], i), 0);
		TAP_CHECK(holds(bos[(i + 1) % 3], i));
	}
	for (uint64_t i = 0; i < 3; i++) {
		axl_bo_destroy(bos[i]);
		if (i == 2)
			break;
		TAP_EQUAL(fill(&dut, bos[2], 10 + i), 0);
		TAP_CHECK(holds(bos[2], 10 + i));
	}
	dut_close(&dut);
}

/* A dma-buf of a memfd, and its memory; -1: there is no such driver. */
static int make_udmabuf(uint64_t size, void *memory)
{
	int device = open("/dev/udmabuf", O_RDWR | O_CLOEXEC);
	int file = memfd_create("dmabuf", MFD_ALLOW_SEALING | MFD_CLOEXEC);
	struct udmabuf_create create = { .memfd = (uint32_t)file,
					 .flags = UDMABUF_FLAGS_CLOEXEC,
					 .size = size };
	int dmabuf = -1;
	void *at;

	if (device >= 0 && !ftruncate(file, (off_t)size) &&
	    !fcntl(file, F_ADD_SEALS, F_SEAL_SHRINK))
		dmabuf = ioctl(device, UDMABUF_CREATE, &create);
	at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	memcpy(memory, &at, sizeof(at));
	close(file);
	close(device);
	return dmabuf;
}

/* y = x0 + x1, each in an object of its own. */
static int run_sum(struct dut *dut, struct axl_program *program,
		   struct axl_bo *const bos[3])
{
	struct axl_binding bindings[3] = { { .size = PLACE },
					   { .size = PLACE, .index = 1 },
					   { .size = PLACE,
					     .kind = AXL_BINDING_OUTPUT } };
	const struct axl_job job = { .kind = AXL_JOB_EXEC,
				     .program = program,
				     .bindings = bindings,
				     .binding_count = 3 };

	for (int i = 0; i < 3; i++)
		bindings[i].place.bo = bos[i];
	return dut_run(dut->queue, &job);
}

static void a_job_uses_memory_of_another_driver(void)
{
	float *x, *y;
	int from, to;
	struct axl_program *program;
	struct axl_bo *bos[3];
	struct dut dut;

	DUT_WITH_DMABUFS(dut);
	from = make_udmabuf(SIZE, &x);
	to = make_udmabuf(SIZE, &y);
	TAP_REQUIRE(from >= 0 && to >= 0);
	bos[0] = bos[1] = import(&dut, from);
	bos[2] = import(&dut, to);
	program = dut_program_add(&dut, COUNT, 1);
	TAP_REQUIRE(program && bos[0] && bos[2]);
	TAP_EQUAL(axl_bo_size(bos[0]), SIZE);
	for (int round = 1; round < 4; round++) {
		for (uint32_t i = 0; i < COUNT; i++)
			x[i] = (float)(i * (uint32_t)round);
		TAP_EQUAL(run_sum(&dut, program, bos), 0);
		for (uint32_t i = 0; i < COUNT; i++)
			TAP_CHECK(y[i] == 2 * x[i]);
	}
	TAP_EQUAL(fill(&dut, bos[0], 5), 0);
	TAP_CHECK(memcmp(x, (uint64_t[]){ 5 }, 8) == 0);
	axl_program_destroy(program);
	axl_bo_destroy(bos[0]);
	axl_bo_destroy(bos[2]);
	dut_close(&dut);
	munmap(x, SIZE);
	munmap(y, SIZE);
}

/* Long enough that the next job would be begun meanwhile, if it might be. */
#define OPERATIONS 3000u

/* There and back, by way of other objects of the same memory. */
struct way {
	struct axl_program *program;
	struct axl_bo *bos[4], *ones;
	struct axl_binding bindings[2][3];
	struct axl_job jobs[2];
};

static void way_bind(struct way *way)
{
	for (uint32_t j = 0; j < 2; j++) {
		struct axl_bo *const bos[] = { way->bos[2 * j], way->ones,
					       way->bos[2 * j + 1] };

		for (uint32_t i = 0; i < 3; i++)
			way->bindings[j][i] = (struct axl_binding){
				.place.bo = bos[i],
				.size = PLACE,
				.kind = i == 2 ? AXL_BINDING_OUTPUT :
						 AXL_BINDING_INPUT,
				.index = i == 1,
			};
		way->jobs[j] = (struct axl_job){ .kind = AXL_JOB_EXEC,
						 .program = way->program,
						 .bindings = way->bindings[j],
						 .binding_count = 3 };
	}
}

static bool way_open(struct dut *dut, struct way *way)
{
	float *ones;

	way->program = dut_program_add(dut, COUNT, OPERATIONS);
	way->ones = dut_bo(dut, PLACE, &ones);
	way->bos[0] = make(dut, SIZE);
	way->bos[1] = make(dut, SIZE);
	if (!way->program || !way->ones || !way->bos[0] || !way->bos[1])
		return false;
	way->bos[2] = import(dut, export(way->bos[1]));
	way->bos[3] = import(dut, export(way->bos[0]));
	for (uint32_t i = 0; i < COUNT; i++)
		ones[i] = 1;
	way_bind(way);
	return way->bos[2] && way->bos[3];
}

static void way_close(struct way *way)
{
	axl_program_destroy(way->program);
	axl_bo_destroy(way->ones);
	for (int i = 0; i < 4; i++)
		axl_bo_destroy(way->bos[i]);
}

static void jobs_see_what_those_before_wrote_elsewhere(void)
{
	uint64_t point = 0;
	struct dut dut;
	struct way way;
	float *words;

	DUT_WITH_DMABUFS(dut);
	TAP_REQUIRE(way_open(&dut, &way));
	words = (float *)memory_of(way.bos[0]);
	for (uint32_t i = 0; i < COUNT; i++)
		words[i] = (float)i;
	for (int round = 0; round < 4; round++)
		TAP_EQUAL(axl_queue_submit(dut.queue, way.jobs, 2, &point), 0);
	TAP_EQUAL(axl_queue_wait(dut.queue, point, axl_deadline(PATIENCE)), 0);
	for (uint32_t i = 0; i < COUNT; i++)
		TAP_CHECK(words[i] == (float)(i + 8 * OPERATIONS));
	way_close(&way);
	dut_close(&dut);
}

static void an_import_is_exported_again(void)
{
	struct axl_bo *bo, *again;
	uint64_t *memory;
	struct dut dut;
	int dmabuf;

	DUT_WITH_DMABUFS(dut);
	dmabuf = make_udmabuf(SIZE, &memory);
	TAP_REQUIRE(dmabuf >= 0);
	bo = import(&dut, dmabuf);
	TAP_REQUIRE(bo);
	dmabuf = export(bo);
	axl_bo_destroy(bo);
	again = import(&dut, dmabuf);
	TAP_REQUIRE(again);
	memory[1] = 99;
	TAP_EQUAL(memory_of(again)[1], 99);
	TAP_EQUAL(fill(&dut, again, 3), 0);
	TAP_EQUAL(memory[1], 3);
	axl_bo_destroy(again);
	dut_close(&dut);
	munmap(memory, SIZE);
}

static void a_descriptor_can_be_mapped(void)
{
	struct axl_bo *bo;
	struct dut dut;
	uint64_t *at;
	int dmabuf;

	DUT_WITH_DMABUFS(dut);
	bo = make(&dut, 100);
	TAP_REQUIRE(bo);
	TAP_EQUAL(axl_bo_size(bo), 100);
	dmabuf = export(bo);
	TAP_CHECK(fcntl(dmabuf, F_GETFD) & FD_CLOEXEC);
	at = mmap(NULL, PLACE, PROT_READ | PROT_WRITE, MAP_SHARED, dmabuf, 0);
	TAP_REQUIRE(at != MAP_FAILED);
	memory_of(bo)[3] = 17;
	TAP_EQUAL(at[3], 17);
	close(dmabuf);
	axl_bo_destroy(bo);
	TAP_EQUAL(at[3], 17);
	dut_close(&dut);
	munmap(at, PLACE);
}

static int empty_pipe(void)
{
	int ends[2];

	if (pipe(ends))
		return -1;
	close(ends[1]);
	return ends[0];
}

static int file_of(off_t size)
{
	int file = memfd_create("none", MFD_CLOEXEC);

	return ftruncate(file, size) ? -1 : file;
}

static void what_is_no_dmabuf_is_refused(void)
{
	const int descriptors[] = { open("/dev/null", O_RDWR), empty_pipe(),
				    file_of(0), file_of(SIZE) };
	struct axl_bo *bo;
	struct dut dut;

	DUT_WITH_DMABUFS(dut);
	for (size_t i = 0; i < sizeof(descriptors) / sizeof(int); i++) {
		TAP_REQUIRE(descriptors[i] >= 0);
		TAP_EQUAL(axl_bo_import(dut.context, descriptors[i], 0, &bo),
			  -EINVAL);
		TAP_CHECK(strstr(axl_error_detail(dut.context), "dma-buf"));
		/* It stays the caller's. */
		TAP_EQUAL(close(descriptors[i]), 0);
		TAP_EQUAL(axl_bo_import(dut.context, descriptors[i], 0, &bo),
			  -EBADF);
	}
	TAP_EQUAL(axl_bo_import(dut.context, -1, 0, &bo), -EBADF);
	TAP_CHECK(strstr(axl_error_detail(dut.context), "not open"));
	dut_close(&dut);
}

static void flags_that_do_not_fit_are_refused(void)
{
	_Alignas(64) char memory[SIZE];
	struct axl_bo *bo, *other;
	int dmabuf = -1;
	struct dut dut;

	DUT_WITH_DMABUFS(dut);
	TAP_EQUAL(axl_bo_create(dut.context, 0, AXL_BO_EXPORT, &bo), -EINVAL);
	TAP_EQUAL(axl_bo_create(dut.context, SIZE,
				AXL_BO_EXPORT | AXL_BO_DEVICE, &bo),
		  -EOPNOTSUPP);
	TAP_CHECK(strstr(axl_error_detail(dut.context), "own"));
	TAP_EQUAL(axl_bo_from_user(dut.context, memory, SIZE, AXL_BO_EXPORT,
				   &bo),
		  -EINVAL);
	bo = make(&dut, SIZE);
	TAP_REQUIRE(bo);
	TAP_EQUAL(axl_bo_export(bo, 1, &dmabuf), -EINVAL);
	TAP_CHECK(strstr(axl_error_detail(bo), "flags"));
	dmabuf = export(bo);
	TAP_STRING(axl_error_detail(bo), "");
	TAP_EQUAL(axl_bo_import(dut.context, dmabuf, AXL_BO_EXPORT, &other),
		  -EINVAL);
	close(dmabuf);
	axl_bo_destroy(bo);
	dut_close(&dut);
}

static void what_was_not_made_for_it_is_not_exported(void)
{
	_Alignas(64) char memory[SIZE];
	struct axl_bo *bos[2] = { 0 };
	int dmabuf = -1;
	struct dut dut;

	DUT_WITH_DMABUFS(dut);
	TAP_EQUAL(axl_bo_create(dut.context, SIZE, 0, &bos[0]), 0);
	TAP_EQUAL(axl_bo_from_user(dut.context, memory, SIZE, 0, &bos[1]), 0);
	for (int i = 0; i < 2; i++) {
		TAP_REQUIRE(bos[i]);
		TAP_EQUAL(axl_bo_export(bos[i], 0, &dmabuf), -EINVAL);
		TAP_CHECK(strstr(axl_error_detail(bos[i]), "AXL_BO_EXPORT"));
		TAP_EQUAL(dmabuf, -1);
		axl_bo_destroy(bos[i]);
	}
	dut_close(&dut);
}

static int open_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int count = 0;

	while (dir && readdir(dir))
		count++;
	closedir(dir);
	return count;
}

static void nothing_is_left_of_hundreds(void)
{
	struct axl_bo *bos[100], *own;
	struct dut dut;
	int before;

	DUT_WITH_DMABUFS(dut);
	own = make(&dut, SIZE);
	TAP_REQUIRE(own);
	TAP_EQUAL(fill(&dut, own, 1), 0);
	before = open_descriptors();
	for (int round = 0; round < 5; round++) {
		for (int i = 0; i < 100; i++) {
			bos[i] = import(&dut, export(i ? bos[i - 1] : own));
			TAP_REQUIRE(bos[i]);
		}
		TAP_EQUAL(open_descriptors(), before + 100);
		for (int i = 0; i < 100; i++)
			axl_bo_destroy(bos[i * 7 % 100]);
		TAP_EQUAL(open_descriptors(), before);
	}
	TAP_CHECK(holds(own, 1));
	axl_bo_destroy(own);
	dut_close(&dut);
}

/* Two threads make and destroy objects of one handle. */
struct churn {
	struct axl_context *context;
	int dmabuf;
	atomic_uint failures;
};

static void *churn(void *data)
{
	struct churn *c = data;
	struct axl_bo *bo;

	for (int i = 0; i < 300; i++) {
		if (axl_bo_import(c->context, c->dmabuf, 0, &bo)) {
			atomic_fetch_add(&c->failures, 1);
			continue;
		}
		axl_bo_destroy(bo);
	}
	return NULL;
}

static void threads_do_not_close_each_others_memory(void)
{
	struct churn c = { 0 };
	pthread_t threads[2];
	uint64_t *memory;
	struct axl_bo *bo;
	struct dut dut;

	DUT_WITH_DMABUFS(dut);
	c.context = dut.context;
	c.dmabuf = make_udmabuf(SIZE, &memory);
	TAP_REQUIRE(c.dmabuf >= 0);
	for (int i = 0; i < 2; i++)
		TAP_REQUIRE(!pthread_create(&threads[i], NULL, churn, &c));
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	TAP_EQUAL(atomic_load(&c.failures), 0);
	bo = import(&dut, c.dmabuf);
	TAP_REQUIRE(bo);
	TAP_EQUAL(fill(&dut, bo, 4), 0);
	TAP_EQUAL(memory[0], 4);
	axl_bo_destroy(bo);
	dut_close(&dut);
	munmap(memory, SIZE);
}

static const struct tap_case cases[] = {
	{ "another context sees the same bytes",
	  another_context_sees_the_same_bytes },
	{ "memory outlives the context that has made it",
	  memory_outlives_who_has_made_it },
	{ "what comes home is an object of its own",
	  what_comes_home_is_an_object_of_its_own },
	{ "a job uses memory of another driver",
	  a_job_uses_memory_of_another_driver },
	{ "jobs see what those before wrote by way of another object",
	  jobs_see_what_those_before_wrote_elsewhere },
	{ "an import is exported again", an_import_is_exported_again },
	{ "a descriptor can be mapped", a_descriptor_can_be_mapped },
	{ "what is no dma-buf is refused", what_is_no_dmabuf_is_refused },
	{ "flags and sizes that do not fit are refused",
	  flags_that_do_not_fit_are_refused },
	{ "what was not made for it is not exported",
	  what_was_not_made_for_it_is_not_exported },
	{ "nothing is left of hundreds of imports",
	  nothing_is_left_of_hundreds },
	{ "threads do not close each other's memory",
	  threads_do_not_close_each_others_memory },
};
TAP_MAIN(cases)
