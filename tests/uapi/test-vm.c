// SPDX-License-Identifier: MIT
/*
 * Address spaces on the test device axle_mock, whose MMU keeps every
 * translation until it is flushed: what the device sees is read and written
 * word by word. Runs in any VM, as root.
 */
#include "tap.h"
#include "space.h"
#include "uapi.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define CONTEXTS 8
#define CPU DRM_AXLE_BO_CPU
#define HOST MOCK_REGION_HOST
#define DEVICE MOCK_REGION_DEVICE

static void test_device_loads(void)
{
	TAP_CHECK(mock_load(CONTEXTS));
}

static void limits_and_feature_are_told(void)
{
	struct drm_axle_query_limits limits;
	struct drm_axle_query_device device;
	int fd = mock_open();

	TAP_REQUIRE(fd >= 0);
	uapi_query(fd, DRM_AXLE_TOPIC_LIMITS, &limits, sizeof(limits));
	uapi_query(fd, DRM_AXLE_TOPIC_DEVICE, &device, sizeof(device));
	TAP_EQUAL(limits.vms_per_context, MOCK_VMS_PER_CONTEXT);
	TAP_EQUAL(limits.vm_address_bits, SPACE_BITS);
	TAP_EQUAL(limits.vm_page_size, PAGE);
	TAP_CHECK(device.features & DRM_AXLE_FEATURE_VM);
	close(fd);
}

static void address_spaces_run_out_and_come_back(void)
{
	int a = mock_open(), b = mock_open();
	uint32_t vm, last = 0;

	TAP_REQUIRE(a >= 0 && b >= 0);
	for (int i = 0; i < MOCK_VMS_PER_CONTEXT; i++) {
		TAP_EQUAL(vm_create(a, &vm), 0);
		last = vm;
	}
	TAP_ERRNO(vm_create(a, &vm), ENOSPC);
	/* The hardware's are fewer than those of two contexts. */
	for (int i = 0; i < MOCK_VMS - MOCK_VMS_PER_CONTEXT; i++)
		TAP_EQUAL(vm_create(b, &vm), 0);
	TAP_ERRNO(vm_create(b, &vm), ENOSPC);
	TAP_EQUAL(vm_destroy(a, last), 0);
	TAP_EQUAL(vm_create(b, &vm), 0);
	close(a);
	TAP_EQUAL(vm_create(b, &vm), 0);
	close(b);
}

static void killed_program_gives_its_address_spaces_back(void)
{
	int pipe_fd[2], status, fd = mock_open();
	struct mock_stats stats;
	pid_t child;
	char byte;

	TAP_REQUIRE(fd >= 0 && pipe(pipe_fd) == 0);
	child = fork();
	if (child == 0) {
		struct space space;

		if (!space_open(&space, DEVICE, 4 * PAGE) ||
		    space_map(&space, 0, BASE, 4) ||
		    write(pipe_fd[1], "x", 1) != 1)
			_exit(1);
		pause();
	}
	TAP_EQUAL(read(pipe_fd[0], &byte, 1), 1);
	kill(child, SIGKILL);
	waitpid(child, &status, 0);
	TAP_CHECK(mock_stats(fd, &stats));
	TAP_EQUAL(stats.opens, stats.closes);
	TAP_EQUAL(mock_used(fd, DEVICE), 0);
	close(pipe_fd[0]);
	close(pipe_fd[1]);
	close(fd);
}

static void device_sees_what_is_mapped(uint32_t region)
{
	struct space space;

	TAP_REQUIRE(space_open(&space, region, 16 * PAGE));
	TAP_EQUAL(space_seen(&space, BASE), -1);
	TAP_EQUAL(space_map(&space, 0, BASE, 16), 0);
	for (int i = 0; i < 16; i++)
		TAP_EQUAL(space_seen(&space, BASE + i * PAGE), i);
	TAP_EQUAL(space_seen(&space, BASE + 16 * PAGE), -1);
	TAP_EQUAL(space_seen(&space, BASE - PAGE), -1);
	TAP_EQUAL(vm_poke(space.fd, space.vm, BASE + 3 * PAGE + 8, 4711), 0);
	TAP_EQUAL(space.words[3 * PAGE / 8 + 1], 4711);
	space_close(&space);
}

static void device_sees_host_memory(void)
{
	device_sees_what_is_mapped(HOST);
}

static void device_sees_device_memory(void)
{
	device_sees_what_is_mapped(DEVICE);
}

static void device_sees_pages_of_a_program(void)
{
	int fd = mock_open();
	uint64_t *words, value;
	uint32_t vm, handle;

	words = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	TAP_REQUIRE(fd >= 0 && words != MAP_FAILED);
	words[PAGE / 8] = 12;
	TAP_EQUAL(bo_from_user(fd, words, 4 * PAGE, 0, &handle), 0);
	TAP_EQUAL(vm_create(fd, &vm), 0);
	TAP_EQUAL(vm_map(fd, vm, handle, 0, BASE, 4 * PAGE, 0), 0);
	TAP_EQUAL(vm_peek(fd, vm, BASE + PAGE, &value), 0);
	TAP_EQUAL(value, 12);
	TAP_EQUAL(vm_poke(fd, vm, BASE + 2 * PAGE, 13), 0);
	TAP_EQUAL(words[2 * PAGE / 8], 13);
	munmap(words, 4 * PAGE);
	/* Pinned, and so still there for the device. */
	TAP_EQUAL(vm_peek(fd, vm, BASE + PAGE, &value), 0);
	TAP_EQUAL(value, 12);
	close(fd);
}

static void readonly_mapping_cannot_be_written(void)
{
	struct space space;

	TAP_REQUIRE(space_open(&space, HOST, 4 * PAGE));
	TAP_EQUAL(vm_map(space.fd, space.vm, space.handle, 0, BASE, 4 * PAGE,
			 DRM_AXLE_BO_READONLY),
		  0);
	TAP_EQUAL(space_seen(&space, BASE), 0);
	TAP_ERRNO(vm_poke(space.fd, space.vm, BASE, 1), EACCES);
	/* Mapped again, it can. */
	TAP_EQUAL(space_map(&space, 0, BASE, 1), 0);
	TAP_EQUAL(vm_poke(space.fd, space.vm, BASE, 1), 0);
	TAP_ERRNO(vm_poke(space.fd, space.vm, BASE + PAGE, 1), EACCES);
	space_close(&space);
}

static void both_ends_can_be_mapped(void)
{
	struct space space;

	TAP_REQUIRE(space_open(&space, HOST, 4 * PAGE));
	TAP_EQUAL(space_map(&space, 0, 0, 2), 0);
	TAP_EQUAL(space_map(&space, 2, SPACE_LIMIT - 2 * PAGE, 2), 0);
	TAP_EQUAL(space_seen(&space, PAGE), 1);
	TAP_EQUAL(space_seen(&space, SPACE_LIMIT - PAGE), 3);
	/* All of it at once. */
	TAP_EQUAL(vm_unmap(space.fd, space.vm, 0, SPACE_LIMIT), 0);
	TAP_EQUAL(space_seen(&space, PAGE), -1);
	TAP_EQUAL(space_seen(&space, SPACE_LIMIT - PAGE), -1);
	space_close(&space);
}

static void first_mapping_needs_no_flush_and_a_change_one(void)
{
	struct mock_stats a, b, c;
	struct space space;

	TAP_REQUIRE(space_open(&space, HOST, 8 * PAGE));
	mock_stats(space.fd, &a);
	TAP_EQUAL(space_map(&space, 0, BASE, 8), 0);
	mock_stats(space.fd, &b);
	TAP_EQUAL(b.flushes, a.flushes);
	TAP_EQUAL(space_unmap(&space, BASE + 2 * PAGE, 3), 0);
	mock_stats(space.fd, &c);
	TAP_EQUAL(c.flushes, b.flushes + 1);
	TAP_EQUAL(c.flush_address, BASE + 2 * PAGE);
	TAP_EQUAL(c.flush_size, 3 * PAGE);
	/* Nothing there: nothing to flush. */
	TAP_EQUAL(space_unmap(&space, BASE + 2 * PAGE, 3), 0);
	mock_stats(space.fd, &b);
	TAP_EQUAL(b.flushes, c.flushes);
	space_close(&space);
}

static void array_is_made_in_order_with_one_flush(void)
{
	struct drm_axle_bind binds[] = {
		{ .op = DRM_AXLE_BIND_MAP, .address = BASE, .size = 4 * PAGE },
		{ .op = DRM_AXLE_BIND_UNMAP,
		  .address = BASE + PAGE,
		  .size = PAGE },
		{ .op = DRM_AXLE_BIND_MAP,
		  .offset = 7 * PAGE,
		  .address = BASE + 2 * PAGE,
		  .size = PAGE },
	};
	struct mock_stats before, after;
	struct space space;

	TAP_REQUIRE(space_open(&space, HOST, 8 * PAGE));
	binds[0].handle = binds[2].handle = space.handle;
	mock_stats(space.fd, &before);
	TAP_EQUAL(vm_bind(space.fd, space.vm, binds, 3), 0);
	mock_stats(space.fd, &after);
	TAP_EQUAL(after.flushes, before.flushes + 1);
	TAP_EQUAL(space_seen(&space, BASE), 0);
	TAP_EQUAL(space_seen(&space, BASE + PAGE), -1);
	TAP_EQUAL(space_seen(&space, BASE + 2 * PAGE), 7);
	TAP_EQUAL(space_seen(&space, BASE + 3 * PAGE), 3);
	space_close(&space);
}

/* Tables become empty and are needed again before the flush frees them. */
static void array_empties_and_fills_the_same_range(void)
{
	enum {
		TIMES = 100
	};
	struct drm_axle_bind binds[2 * TIMES + 1];
	struct space space;

	TAP_REQUIRE(space_open(&space, DEVICE, LARGE_PAGE));
	for (int i = 0; i < TIMES; i++) {
		uint64_t pages = i % 3 ? 4 : LARGE_PAGE / PAGE;

		binds[2 * i] = space_bind(&space, 0, BASE, pages);
		binds[2 * i + 1] = (struct drm_axle_bind){
			.op = DRM_AXLE_BIND_UNMAP,
			.address = BASE + (i % 2) * PAGE,
			.size = LARGE_PAGE,
		};
	}
	binds[2 * TIMES] = space_bind(&space, 8, BASE, 8);
	TAP_EQUAL(vm_bind(space.fd, space.vm, binds, 2 * TIMES + 1), 0);
	for (int i = 0; i < 8; i++)
		TAP_EQUAL(space_seen(&space, BASE + i * PAGE), 8 + i);
	TAP_EQUAL(space_seen(&space, BASE + 8 * PAGE), -1);
	space_close(&space);
}

static void array_with_a_bad_element_changes_nothing(void)
{
	struct drm_axle_bind binds[] = {
		{ .op = DRM_AXLE_BIND_MAP, .address = BASE, .size = PAGE },
		{ .op = DRM_AXLE_BIND_UNMAP, .address = BASE, .size = 1 },
	};
	struct space space;

	TAP_REQUIRE(space_open(&space, HOST, 8 * PAGE));
	binds[0].handle = space.handle;
	TAP_ERRNO(vm_bind(space.fd, space.vm, binds, 2), EINVAL);
	TAP_EQUAL(space_seen(&space, BASE), -1);
	space_close(&space);
}

static void wide_elements_are_read_by_their_stride(void)
{
	struct {
		struct drm_axle_bind bind;
		uint64_t tail;
	} wide[2] = { 0 };
	struct drm_axle_vm_bind args = {
		.binds = (uintptr_t)wide,
		.bind_count = 2,
		.bind_stride = sizeof(wide[0]),
	};
	struct space space;

	TAP_REQUIRE(space_open(&space, HOST, 8 * PAGE));
	args.vm = space.vm;
	for (int i = 0; i < 2; i++)
		wide[i].bind = (struct drm_axle_bind){
			.handle = space.handle,
			.offset = i * PAGE,
			.address = BASE + i * PAGE,
			.size = PAGE,
		};
	wide[1].tail = 1;
	TAP_ERRNO(ioctl(space.fd, DRM_IOCTL_AXLE_VM_BIND, &args), E2BIG);
	TAP_EQUAL(space_seen(&space, BASE), -1);
	wide[1].tail = 0;
	TAP_EQUAL(ioctl(space.fd, DRM_IOCTL_AXLE_VM_BIND, &args), 0);
	TAP_EQUAL(space_seen(&space, BASE + PAGE), 1);
	space_close(&space);
}

static void unmapping_the_middle_leaves_both_sides(void)
{
	struct space space;

	TAP_REQUIRE(space_open(&space, HOST, 16 * PAGE));
	TAP_EQUAL(space_map(&space, 0, BASE, 16), 0);
	for (int i = 0; i < 16; i++) /* the device keeps them all */
		TAP_EQUAL(space_seen(&space, BASE + i * PAGE), i);
	TAP_EQUAL(space_unmap(&space, BASE + 5 * PAGE, 4), 0);
	for (int i = 0; i < 16; i++)
		TAP_EQUAL(space_seen(&space, BASE + i * PAGE),
			  i >= 5 && i < 9 ? -1 : i);
	/* The parts are mappings of their own. */
	TAP_EQUAL(space_unmap(&space, BASE + 4 * PAGE, 6), 0);
	TAP_EQUAL(space_seen(&space, BASE + 3 * PAGE), 3);
	TAP_EQUAL(space_seen(&space, BASE + 4 * PAGE), -1);
	TAP_EQUAL(space_seen(&space, BASE + 9 * PAGE), -1);
	TAP_EQUAL(space_seen(&space, BASE + 10 * PAGE), 10);
	space_close(&space);
}

static void mapping_over_others_replaces_them(void)
{
	struct space space;

	TAP_REQUIRE(space_open(&space, HOST, 32 * PAGE));
	TAP_EQUAL(space_map(&space, 0, BASE, 8), 0);
	TAP_EQUAL(space_map(&space, 8, BASE + 8 * PAGE, 8), 0);
	TAP_EQUAL(space_seen(&space, BASE + 7 * PAGE), 7);
	TAP_EQUAL(space_seen(&space, BASE + 8 * PAGE), 8);
	TAP_EQUAL(space_map(&space, 20, BASE + 6 * PAGE, 4), 0);
	for (int i = 0; i < 16; i++)
		TAP_EQUAL(space_seen(&space, BASE + i * PAGE),
			  i >= 6 && i < 10 ? 14 + i : i);
	space_close(&space);
}

/*
 * Host memory of the right alignment comes by chance, device memory from the
 * buddy allocator for sure.
 */
static void large_pages_are_used_where_they_fit(void)
{
	struct space space;

	TAP_REQUIRE(space_open(&space, DEVICE, LARGE_PAGE));
	TAP_EQUAL(space_map(&space, 0, BASE, LARGE_PAGE / PAGE), 0);
	TAP_EQUAL(vm_page_size(space.fd, space.vm, BASE), LARGE_PAGE);
	TAP_EQUAL(space_seen(&space, BASE + LARGE_PAGE - PAGE), 511);
	/* Not at an address that does not fit. */
	TAP_EQUAL(space_map(&space, 0, 2 * BASE + PAGE, LARGE_PAGE / PAGE), 0);
	TAP_EQUAL(vm_page_size(space.fd, space.vm, 2 * BASE + PAGE), PAGE);
	TAP_EQUAL(space_seen(&space, 2 * BASE + LARGE_PAGE), 511);
	space_close(&space);
}

static void large_page_is_cut(void)
{
	struct space space;

	TAP_REQUIRE(space_open(&space, DEVICE, LARGE_PAGE));
	TAP_EQUAL(space_map(&space, 0, BASE, 512), 0);
	for (int i = 0; i < 512; i += 37)
		TAP_EQUAL(space_seen(&space, BASE + i * PAGE), i);
	TAP_EQUAL(space_unmap(&space, BASE + 100 * PAGE, 10), 0);
	TAP_EQUAL(vm_page_size(space.fd, space.vm, BASE), PAGE);
	for (int i = 0; i < 512; i++)
		if (space_seen(&space, BASE + i * PAGE) !=
		    (i >= 100 && i < 110 ? -1 : i))
			TAP_EQUAL(space_seen(&space, BASE + i * PAGE), i);
	/* Still the same memory, and writable. */
	TAP_EQUAL(vm_poke(space.fd, space.vm, BASE + 200 * PAGE + 8, 5), 0);
	TAP_EQUAL(space.words[200 * PAGE / 8 + 1], 5);
	/* Whole again. */
	TAP_EQUAL(space_map(&space, 0, BASE, 512), 0);
	TAP_EQUAL(vm_page_size(space.fd, space.vm, BASE + 100 * PAGE),
		  LARGE_PAGE);
	space_close(&space);
}

static void small_page_is_mapped_into_a_large_one(void)
{
	struct space space;
	uint32_t small;
	uint64_t value;

	TAP_REQUIRE(space_open(&space, DEVICE, LARGE_PAGE));
	TAP_EQUAL(bo_create(space.fd, HOST, PAGE, 0, &small), 0);
	TAP_EQUAL(space_map(&space, 0, BASE, 512), 0);
	TAP_EQUAL(space_seen(&space, BASE + 7 * PAGE), 7);
	TAP_EQUAL(vm_map(space.fd, space.vm, small, 0, BASE + 7 * PAGE, PAGE,
			 0),
		  0);
	TAP_EQUAL(vm_peek(space.fd, space.vm, BASE + 7 * PAGE, &value), 0);
	TAP_EQUAL(value, 0);
	TAP_EQUAL(space_seen(&space, BASE + 6 * PAGE), 6);
	TAP_EQUAL(space_seen(&space, BASE + 8 * PAGE), 8);
	space_close(&space);
}

/* Against a model: what each page should show after many random changes. */
static void random_changes_match_a_model(void)
{
	enum {
		PAGES = 2048,
		BUFFER = 768,
		ROUNDS = 400
	};
	static int16_t model[PAGES];
	struct space space;
	int wrong = 0;

	TAP_REQUIRE(space_open(&space, DEVICE, BUFFER * PAGE));
	memset(model, 0xff, sizeof(model));
	srand(7);
	for (int round = 0; round < ROUNDS; round++) {
		uint64_t at = rand() % PAGES, page = rand() % BUFFER;
		uint64_t n = 1 + rand() % (rand() % 3 ? 40 : BUFFER);
		bool fill = rand() % 3;

		if (rand() % 4 == 0) /* so that large pages can be had */
			at &= ~511ull, page &= ~511ull;
		n = n > PAGES - at ? PAGES - at : n;
		n = fill && n > BUFFER - page ? BUFFER - page : n;
		TAP_EQUAL(fill ? space_map(&space, page, BASE + at * PAGE, n) :
				 space_unmap(&space, BASE + at * PAGE, n),
			  0);
		for (uint64_t i = 0; i < n; i++)
			model[at + i] = fill ? (int)(page + i) : -1;
		for (int i = 0; i < 64; i++) {
			int p = rand() % PAGES;

			wrong += space_seen(&space, BASE + p * PAGE) !=
				 model[p];
		}
	}
	for (int i = 0; i < PAGES; i++)
		wrong += space_seen(&space, BASE + i * PAGE) != model[i];
	TAP_EQUAL(wrong, 0);
	space_close(&space);
}

static void mapping_keeps_the_memory_and_unmapping_frees_it(void)
{
	struct space space;

	TAP_REQUIRE(space_open(&space, DEVICE, 8 * PAGE));
	TAP_EQUAL(space_map(&space, 0, BASE, 8), 0);
	munmap(space.words, space.size);
	TAP_EQUAL(bo_close(space.fd, space.handle), 0);
	TAP_EQUAL(mock_used(space.fd, DEVICE), 8 * PAGE);
	TAP_EQUAL(space_seen(&space, BASE + 2 * PAGE), 2);
	/* A part keeps all of it. */
	TAP_EQUAL(space_unmap(&space, BASE, 4), 0);
	TAP_EQUAL(mock_used(space.fd, DEVICE), 8 * PAGE);
	TAP_EQUAL(space_unmap(&space, BASE + 4 * PAGE, 4), 0);
	TAP_EQUAL(mock_used(space.fd, DEVICE), 0);
	close(space.fd);
}

static void numbers_belong_to_the_file(void)
{
	struct space a;
	int b = mock_open();
	uint64_t value;
	uint32_t vm;

	TAP_REQUIRE(b >= 0 && space_open(&a, HOST, PAGE));
	TAP_EQUAL(space_map(&a, 0, BASE, 1), 0);
	TAP_ERRNO(vm_peek(b, a.vm, BASE, &value), ENOENT);
	TAP_ERRNO(vm_destroy(b, a.vm), ENOENT);
	TAP_EQUAL(vm_create(b, &vm), 0);
	TAP_EQUAL(vm, a.vm);
	/* Same number, same address, nothing there; A's handle is unknown. */
	TAP_ERRNO(vm_peek(b, vm, BASE, &value), ENXIO);
	TAP_ERRNO(vm_map(b, vm, a.handle, 0, BASE, PAGE, 0), ENOENT);
	TAP_EQUAL(space_seen(&a, BASE), 0);
	close(b);
	space_close(&a);
}

static void destroyed_address_space_is_gone(void)
{
	struct space space;

	TAP_REQUIRE(space_open(&space, DEVICE, PAGE));
	TAP_EQUAL(space_map(&space, 0, BASE, 1), 0);
	TAP_EQUAL(vm_destroy(space.fd, space.vm), 0);
	TAP_ERRNO(vm_destroy(space.fd, space.vm), ENOENT);
	TAP_ERRNO(space_map(&space, 0, BASE, 1), ENOENT);
	/* The next of the same number is empty. */
	TAP_EQUAL(vm_create(space.fd, &space.vm), 0);
	TAP_EQUAL(space_seen(&space, BASE), -1);
	munmap(space.words, space.size);
	TAP_EQUAL(bo_close(space.fd, space.handle), 0);
	TAP_EQUAL(mock_used(space.fd, DEVICE), 0);
	close(space.fd);
}

static void debugfs_lists_address_spaces(void)
{
	struct space space;

	TAP_REQUIRE(space_open(&space, HOST, PAGE));
	/* A root and two tables below it. */
	TAP_EQUAL(space_map(&space, 0, BASE, 1), 0);
	TAP_EQUAL(uapi_shell("grep -q 'client.* tables 3 queues 0' "
			     "/sys/kernel/debug/accel/*/vms"),
		  0);
	TAP_EQUAL(space_unmap(&space, BASE, 1), 0);
	TAP_EQUAL(uapi_shell("grep -q 'tables 1 queues 0' "
			     "/sys/kernel/debug/accel/*/vms"),
		  0);
	space_close(&space);
}

static void nothing_is_left(void)
{
	TAP_CHECK(mock_nothing_left());
	TAP_EQUAL(uapi_shell("rmmod axle_mock"), 0);
}

static const struct tap_case cases[] = {
	{ "the test device loads", test_device_loads },
	{ "limits and feature are told", limits_and_feature_are_told },
	{ "address spaces run out with ENOSPC and come back",
	  address_spaces_run_out_and_come_back },
	{ "a killed program gives its address spaces back",
	  killed_program_gives_its_address_spaces_back },
	{ "the device sees host memory where it is mapped",
	  device_sees_host_memory },
	{ "the device sees device memory where it is mapped",
	  device_sees_device_memory },
	{ "the device sees pages of a program",
	  device_sees_pages_of_a_program },
	{ "a READONLY mapping cannot be written",
	  readonly_mapping_cannot_be_written },
	{ "both ends of the address space can be mapped",
	  both_ends_can_be_mapped },
	{ "a first mapping needs no flush, a change needs one, of its range",
	  first_mapping_needs_no_flush_and_a_change_one },
	{ "an array is made in order, with one flush",
	  array_is_made_in_order_with_one_flush },
	{ "an array can empty and fill the same range many times",
	  array_empties_and_fills_the_same_range },
	{ "an array with a bad element changes nothing",
	  array_with_a_bad_element_changes_nothing },
	{ "elements are found by their stride, an unknown tail is E2BIG",
	  wide_elements_are_read_by_their_stride },
	{ "unmapping the middle leaves both sides",
	  unmapping_the_middle_leaves_both_sides },
	{ "mapping over others replaces them",
	  mapping_over_others_replaces_them },
	{ "large pages are used where they fit",
	  large_pages_are_used_where_they_fit },
	{ "a large page is cut by unmapping a part of it", large_page_is_cut },
	{ "a small page can be mapped into a large one",
	  small_page_is_mapped_into_a_large_one },
	{ "random changes match a model", random_changes_match_a_model },
	{ "a mapping keeps the memory, unmapping frees it",
	  mapping_keeps_the_memory_and_unmapping_frees_it },
	{ "numbers, addresses and handles belong to the file",
	  numbers_belong_to_the_file },
	{ "a destroyed address space is gone with its mappings",
	  destroyed_address_space_is_gone },
	{ "debugfs lists address spaces, empty tables are freed",
	  debugfs_lists_address_spaces },
	{ "nothing is left when all is closed", nothing_is_left },
};

TAP_MAIN(cases)
