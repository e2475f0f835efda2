// SPDX-License-Identifier: MIT
/* Buffer objects. */
#include "dut.h"

#include <stdlib.h>
#include <string.h>

#define SIZE 4096

static void sizes_are_as_asked(void)
{
	static const uint64_t sizes[] = { 1, 64, 4095, 4096, 4097, 6 << 20 };
	struct dut dut;

	TAP_REQUIRE(dut_open(&dut));
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		uint8_t *memory;
		struct axl_bo *bo = dut_bo(&dut, sizes[i], &memory);
		uint8_t any = 0;

		TAP_REQUIRE(bo);
		TAP_EQUAL(axl_bo_size(bo), sizes[i]);
		TAP_EQUAL((uintptr_t)memory % 64, 0);
		for (uint64_t at = 0; at < sizes[i]; at++)
			any |= memory[at];
		TAP_EQUAL(any, 0);
		memset(memory, 0xff, sizes[i]);
		axl_bo_destroy(bo);
	}
	dut_close(&dut);
}

static void mapping_twice_gives_the_same_address(void)
{
	void *first, *second;
	struct axl_bo *bo;
	struct dut dut;

	TAP_REQUIRE(dut_open(&dut));
	bo = dut_bo(&dut, SIZE, &first);
	TAP_REQUIRE(bo);
	TAP_EQUAL(axl_bo_map(bo, &second), 0);
	TAP_CHECK(first == second);
	TAP_STRING(axl_error_detail(bo), "");
	axl_bo_destroy(bo);
	dut_close(&dut);
}

struct bad_bo {
	uint64_t size;
	uint32_t flags;
	int err;
};

static void bad_buffers_are_refused(void)
{
	static const struct bad_bo rows[] = {
		{ 0, 0, -EINVAL },
		{ SIZE, 1u << 31, -EINVAL },
		{ SIZE, 4, -EINVAL },
		{ UINT64_MAX, 0, -ENOMEM },
		{ (uint64_t)1 << 62, 0, -ENOMEM },
	};
	struct axl_bo *bo;
	struct dut dut;

	TAP_REQUIRE(dut_open(&dut));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		TAP_EQUAL(axl_bo_create(dut.context, rows[i].size,
					rows[i].flags, &bo),
			  rows[i].err);
		TAP_CHECK(axl_error_detail(dut.context)[0]);
	}
	if (dut_is_soft(&dut))
		TAP_EQUAL(axl_bo_create(dut.context, SIZE, AXL_BO_DEVICE, &bo),
			  -EOPNOTSUPP);
	TAP_EQUAL(axl_bo_create(dut.context, SIZE, 0, &bo), 0);
	TAP_STRING(axl_error_detail(dut.context), "");
	axl_bo_destroy(bo);
	dut_close(&dut);
}

static void user_memory_is_used_in_place(void)
{
	uint64_t *memory = aligned_alloc(64, SIZE);
	struct axl_job fill = { .kind = AXL_JOB_FILL, .size = SIZE };
	struct axl_bo *bo;
	struct dut dut;
	void *mapped;

	TAP_REQUIRE(dut_open(&dut) && memory);
	memset(memory, 1, SIZE);
	TAP_REQUIRE(axl_bo_from_user(dut.context, memory, SIZE, 0, &bo) == 0);
	TAP_EQUAL(axl_bo_map(bo, &mapped), 0);
	TAP_CHECK(mapped == memory);
	fill.dst.bo = bo;
	fill.value = 0x123456789abcdef0;
	TAP_EQUAL(dut_run(dut.queue, &fill), 0);
	for (size_t i = 0; i < SIZE / 8; i++)
		TAP_CHECK(memory[i] == 0x123456789abcdef0);
	axl_bo_destroy(bo);
	dut_close(&dut);
	TAP_CHECK(memory[SIZE / 8 - 1] == 0x123456789abcdef0);
	free(memory);
}

static void bad_user_memory_is_refused(void)
{
	char *memory = aligned_alloc(64, SIZE);
	struct axl_bo *bo, *second;
	struct dut dut;

	TAP_REQUIRE(dut_open(&dut) && memory);
	TAP_EQUAL(axl_bo_from_user(dut.context, NULL, SIZE, 0, &bo), -EINVAL);
	TAP_EQUAL(axl_bo_from_user(dut.context, memory + 8, 64, 0, &bo),
		  -EINVAL);
	TAP_CHECK(strstr(axl_error_detail(dut.context), "multiple of 64"));
	TAP_EQUAL(axl_bo_from_user(dut.context, memory, 0, 0, &bo), -EINVAL);
	TAP_EQUAL(axl_bo_from_user(dut.context, memory, UINT64_MAX, 0, &bo),
		  -EINVAL);
	TAP_EQUAL(axl_bo_from_user(dut.context, memory, SIZE, AXL_BO_DEVICE,
				   &bo),
		  -EINVAL);
	TAP_REQUIRE(axl_bo_from_user(dut.context, memory, SIZE, 0, &bo) == 0);
	if (dut_is_soft(&dut))
		TAP_EQUAL(axl_bo_from_user(dut.context, memory + 64, 64, 0,
					   &second),
			  -EEXIST);
	axl_bo_destroy(bo);
	TAP_EQUAL(axl_bo_from_user(dut.context, memory + 64, 64, 0, &bo), 0);
	axl_bo_destroy(bo);
	dut_close(&dut);
	free(memory);
}

static void a_buffer_lives_as_long_as_its_jobs(void)
{
	struct axl_job copy = { .kind = AXL_JOB_COPY, .size = SIZE };
	uint8_t *src, *dst;
	uint64_t point = 0;
	struct dut dut;

	TAP_REQUIRE(dut_open(&dut));
	copy.src.bo = dut_bo(&dut, SIZE, &src);
	copy.dst.bo = dut_bo(&dut, SIZE, &dst);
	TAP_REQUIRE(copy.src.bo && copy.dst.bo);
	memset(src, 0x5a, SIZE);
	for (int i = 0; i < 100; i++)
		point = dut_submit(dut.queue, &copy);
	axl_bo_destroy(copy.src.bo);
	TAP_EQUAL(axl_queue_wait(dut.queue, point, axl_deadline(PATIENCE)), 0);
	TAP_EQUAL(dst[SIZE - 1], 0x5a);
	axl_bo_destroy(copy.dst.bo);
	dut_close(&dut);
}

static void many_buffers_can_be_made(void)
{
	enum {
		COUNT = 500
	};
	struct axl_bo *bos[COUNT];
	struct dut dut;
	void *memory;

	TAP_REQUIRE(dut_open(&dut));
	for (int i = 0; i < COUNT; i++) {
		bos[i] = dut_bo(&dut, 64 + (uint64_t)i, &memory);
		TAP_REQUIRE(bos[i]);
	}
	for (int i = 0; i < COUNT; i++)
		axl_bo_destroy(bos[(i * 7) % COUNT]);
	axl_bo_destroy(NULL);
	dut_close(&dut);
}

/* Some devices have memory of their own that buffers cannot be in. */
static bool has_device_memory(struct dut *dut)
{
	struct axl_memory memory[8];
	uint32_t count = 8;
	struct axl_bo *bo;

	if (axl_bo_create(dut->context, SIZE, AXL_BO_DEVICE, &bo) ==
	    -EOPNOTSUPP)
		return false;
	axl_bo_destroy(bo);

	TAP_EQUAL(axl_device_memory(dut->device, memory, sizeof(memory[0]),
				    &count),
		  0);
	for (uint32_t i = 0; i < count && i < 8; i++)
		if (memory[i].kind == AXL_MEMORY_DEVICE)
			return true;
	return false;
}

static void the_devices_own_memory_works_alike(void)
{
	struct axl_job copy = { .kind = AXL_JOB_COPY, .size = 3 << 20 };
	uint8_t *host, *device;
	struct axl_bo *none;
	struct dut dut;
	void *at;

	TAP_REQUIRE(dut_open(&dut));
	if (!has_device_memory(&dut)) {
		TAP_EQUAL(axl_bo_create(dut.context, SIZE, AXL_BO_DEVICE,
					&none),
			  -EOPNOTSUPP);
		TAP_CHECK(strstr(axl_error_detail(dut.context), "its own"));
		dut_close(&dut);
		return;
	}
	copy.src.bo = dut_bo(&dut, copy.size, &host);
	TAP_REQUIRE(axl_bo_create(dut.context, copy.size, AXL_BO_DEVICE,
				  &copy.dst.bo) == 0);
	axl_bo_map(copy.dst.bo, &at);
	device = at;
	TAP_EQUAL(device[copy.size - 1], 0);
	memset(host, 0xa7, copy.size);
	TAP_EQUAL(dut_run(dut.queue, &copy), 0);
	TAP_CHECK(memcmp(host, device, copy.size) == 0);
	TAP_EQUAL(axl_bo_create(dut.context, 1ull << 40, AXL_BO_DEVICE, &none),
		  -ENOMEM);
	axl_bo_destroy(copy.src.bo);
	axl_bo_destroy(copy.dst.bo);
	dut_close(&dut);
}

static const struct tap_case cases[] = {
	{ "a buffer has the size asked for and is zeroed", sizes_are_as_asked },
	{ "mapping twice gives the same address",
	  mapping_twice_gives_the_same_address },
	{ "bad sizes and flags are refused", bad_buffers_are_refused },
	{ "memory of the program is used in place",
	  user_memory_is_used_in_place },
	{ "memory that does not fit is refused", bad_user_memory_is_refused },
	{ "a buffer lives as long as the jobs that use it",
	  a_buffer_lives_as_long_as_its_jobs },
	{ "memory of the device's own works like any other",
	  the_devices_own_memory_works_alike },
	{ "hundreds of buffers come and go in any order",
	  many_buffers_can_be_made },
};
TAP_MAIN(cases)
