// SPDX-License-Identifier: MIT
/*
 * Buffers of qaic: CREATE_BO, MMAP_BO, what may be mapped, ATTACH_SLICE_BO and
 * DETACH_SLICE_BO with all that they refuse. Runs in the VM as root.
 */
#include "network.h"
#include "tap.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../bo.h"
#include "../uapi.h"

#define FINDINGS "docs/findings.md#"
#define RW (PROT_READ | PROT_WRITE)
/* Memory comes in pieces of at most 4 MiB, each a segment. */
#define PIECE (4u << 20)

static void *map_at(int fd, uint64_t offset, size_t size, int prot, int flags)
{
	return mmap(NULL, size, prot, flags, fd, offset);
}

struct create {
	uint64_t size;
	uint32_t pad;
	int error;
};

static void a_creation_is_refused(void)
{
	const struct create *c = tap_data();
	struct qaicu_create_bo create = { .size = c->size, .pad = c->pad };
	int fd = card_open();

	TAP_REQUIRE(fd >= 0);
	TAP_ERRNO(ioctl(fd, QAICU_CREATE_BO, &create), c->error);
	close(fd);
}

static void a_buffer_has_whole_pages_of_zeros(void)
{
	struct buffer b;
	int fd = card_open();

	TAP_REQUIRE(fd >= 0);
	TAP_REQUIRE(buffer_open(fd, &b, 1));
	for (uint32_t i = 0; i < CARD_PAGE; i++)
		if (!TAP_EQUAL(b.memory[i], 0))
			break;
	memset(b.memory, 0xff, CARD_PAGE);
	buffer_close(fd, &b);
	TAP_REQUIRE(buffer_open(fd, &b, CARD_PAGE));
	TAP_EQUAL(b.memory[0], 0);
	TAP_EQUAL(b.memory[CARD_PAGE - 1], 0);
	close(fd);
}

static void a_large_buffer_is_mapped_whole(void)
{
	const uint64_t size = 5 * PIECE + 3 * CARD_PAGE;
	struct buffer b;
	int fd = card_open();

	TAP_REQUIRE(fd >= 0);
	TAP_REQUIRE(buffer_open(fd, &b, size));
	for (uint64_t at = 0; at < size; at += CARD_PAGE)
		*(uint64_t *)(b.memory + at) = at;
	for (uint64_t at = 0; at < size; at += CARD_PAGE)
		if (!TAP_EQUAL(*(uint64_t *)(b.memory + at), at))
			break;
	close(fd);
}

static void padding_of_a_mapping_is_zero(void)
{
	struct qaicu_mmap_bo map = { .pad = 1 };
	int fd = card_open();

	TAP_REQUIRE(fd >= 0);
	TAP_EQUAL(card_create(fd, CARD_PAGE, &map.handle), 0);
	TAP_ERRNO(ioctl(fd, QAICU_MMAP_BO, &map), EINVAL);
	close(fd);
}

static void what_is_no_handle_is_enoent(void)
{
	static const uint32_t handles[] = { 0, 77, 0x7fffffff, 0xffffffff };
	uint64_t offset;
	int fd = card_open();

	TAP_REQUIRE(fd >= 0);
	for (size_t i = 0; i < 4; i++) {
		TAP_ERRNO(card_offset(fd, handles[i], &offset), ENOENT);
		TAP_ERRNO(card_detach(fd, handles[i]), ENOENT);
	}
	close(fd);
}

static void a_mapping_begins_where_its_buffer_does(void)
{
	uint32_t handle;
	uint64_t offset;
	void *half;
	int fd = card_open();

	TAP_REQUIRE(fd >= 0);
	TAP_EQUAL(card_create(fd, 2 * CARD_PAGE, &handle), 0);
	TAP_EQUAL(card_offset(fd, handle, &offset), 0);
	TAP_CHECK(map_at(fd, 0, CARD_PAGE, RW, MAP_SHARED) == MAP_FAILED);
	TAP_CHECK(map_at(fd, offset - CARD_PAGE, CARD_PAGE, RW, MAP_SHARED) ==
		  MAP_FAILED);
	TAP_CHECK(map_at(fd, offset + CARD_PAGE, CARD_PAGE, RW, MAP_SHARED) ==
		  MAP_FAILED);
	TAP_CHECK(map_at(fd, offset, 3 * CARD_PAGE, RW, MAP_SHARED) ==
		  MAP_FAILED);
	half = map_at(fd, offset, CARD_PAGE, PROT_READ, MAP_SHARED);
	TAP_REQUIRE(half != MAP_FAILED);
	TAP_EQUAL(*(uint8_t *)half, 0);
	TAP_CHECK(mremap(half, CARD_PAGE, 2 * CARD_PAGE, MREMAP_MAYMOVE) ==
		  MAP_FAILED);
	close(fd);
}

static void a_mapping_outlives_handle_and_file(void)
{
	struct buffer b;
	int fd = card_open();

	TAP_REQUIRE(fd >= 0);
	TAP_REQUIRE(buffer_open(fd, &b, 2 * PIECE));
	buffer_fill(&b, 1);
	TAP_EQUAL(card_release(fd, b.handle), 0);
	TAP_ERRNO(card_release(fd, b.handle), EINVAL);
	TAP_CHECK(buffer_holds(&b, 0, b.size, 1));
	close(fd);
	buffer_fill(&b, 2);
	TAP_CHECK(buffer_holds(&b, 0, b.size, 2));
	munmap(b.memory, b.size);
}

static void a_buffer_is_mapped_by_its_own_file_only(void)
{
	int a = card_open(), other = card_open();
	uint32_t handle;
	uint64_t offset;

	TAP_REQUIRE(a >= 0 && other >= 0);
	TAP_EQUAL(card_create(a, CARD_PAGE, &handle), 0);
	TAP_EQUAL(card_offset(a, handle, &offset), 0);
	TAP_CHECK(map_at(other, offset, CARD_PAGE, RW, MAP_SHARED) ==
		  MAP_FAILED);
	TAP_ERRNO(card_offset(other, handle, &offset), ENOENT);
	close(a);
	close(other);
}

static void create_and_release(const void *arg)
{
	const int *fd = arg;
	uint32_t handle;

	card_create(*fd, 16 * CARD_PAGE, &handle);
	card_release(*fd, handle);
}

static void buffers_come_and_go_without_a_trace(void)
{
	int fd = card_open();

	TAP_REQUIRE(fd >= 0);
	create_and_release(&fd);
	TAP_CHECK(uapi_growth(create_and_release, &fd, 500) < 64 * 500);
	close(fd);
}

/* Slices of a buffer of two pages that are refused. */
struct refusal {
	struct qaicu_slice slice;
	int error;
};

static void a_slice_is_refused(void)
{
	const struct refusal *r = tap_data();
	struct buffer b;
	struct work w;

	if (!network_exists())
		TAP_SKIP(NETWORK_SKIP);
	TAP_REQUIRE(work_open(&w, WORK_TENSOR, WORK_QUEUE));
	TAP_REQUIRE(buffer_open(w.fd, &b, 2 * CARD_PAGE));
	TAP_ERRNO(card_attach(w.fd, w.n.dbc, b.handle, QAICU_TO_DEVICE,
			      &r->slice, 1),
		  r->error);
	/* And nothing of it stays. */
	TAP_ERRNO(card_detach(w.fd, b.handle), EINVAL);
	TAP_EQUAL(work_attach(&w, &b, QAICU_TO_DEVICE,
			      network_at(&w.n, NETWORK_X0)),
		  0);
	work_close(&w);
}

#define SLICE(sentence_, error_, ...)                             \
	{                                                         \
		.sentence = sentence_, .run = a_slice_is_refused, \
		.data = &(const struct refusal)                   \
		{                                                 \
			{ __VA_ARGS__ }, error_                   \
		}                                                 \
	}

/* Any of the four semaphores is looked at. */
static void every_semaphore_is_checked(void)
{
	static const struct qaicu_sem bad[] = {
		{ .value = 0x1000 }, { .value = 0x8000 }, { .index = 32 },
		{ .index = 255 },    { .presync = 2 },	  { .presync = 255 },
		{ .command = 7 },    { .command = 255 },  { .flags = 4 },
		{ .flags = 0x80 },   { .pad = 1 },	  { .pad = 0x8000 },
	};
	struct buffer b;
	struct work w;

	if (!network_exists())
		TAP_SKIP(NETWORK_SKIP);
	TAP_REQUIRE(work_open(&w, WORK_TENSOR, WORK_QUEUE));
	TAP_REQUIRE(buffer_open(w.fd, &b, CARD_PAGE));
	for (size_t i = 0; i < 4 * sizeof(bad) / sizeof(bad[0]); i++) {
		struct qaicu_slice slice = slice_of(0, CARD_PAGE, w.n.base);

		slice.sem[i % 4] = bad[i / 4];
		if (!TAP_ERRNO(card_attach(w.fd, w.n.dbc, b.handle,
					   QAICU_TO_DEVICE, &slice, 1),
			       EINVAL))
			tap_note("number %zu as semaphore %zu", i / 4, i % 4);
	}
	work_close(&w);
}

static void one_presync_is_allowed(void)
{
	struct buffer b;
	struct work w;

	if (!network_exists())
		TAP_SKIP(NETWORK_SKIP);
	TAP_REQUIRE(work_open(&w, WORK_TENSOR, WORK_QUEUE));
	TAP_REQUIRE(buffer_open(w.fd, &b, CARD_PAGE));
	for (unsigned int set = 0; set < 16; set++) {
		struct qaicu_slice slice = slice_of(0, CARD_PAGE, w.n.base);
		int result;

		for (unsigned int i = 0; i < 4; i++)
			slice.sem[i] =
				sem_of(QAICU_SEM_NOP, i, 0, set >> i & 1);
		result = card_attach(w.fd, w.n.dbc, b.handle, QAICU_TO_DEVICE,
				     &slice, 1);
		if (!TAP_EQUAL(result, __builtin_popcount(set) > 1 ? -1 : 0))
			tap_note("presync of %#x", set);
		if (result == 0)
			TAP_EQUAL(card_detach(w.fd, b.handle), 0);
	}
	work_close(&w);
}

static void heads_of_an_attachment_are_checked(void)
{
	struct qaicu_attach_slice good, a;
	struct qaicu_slice slice;
	struct buffer b;
	struct work w;

	if (!network_exists())
		TAP_SKIP(NETWORK_SKIP);
	TAP_REQUIRE(work_open(&w, WORK_TENSOR, WORK_QUEUE));
	TAP_REQUIRE(buffer_open(w.fd, &b, CARD_PAGE));
	slice = slice_of(0, CARD_PAGE, network_at(&w.n, NETWORK_X0));
	good = (struct qaicu_attach_slice){ 1,	      w.n.dbc,
					    b.handle, QAICU_TO_DEVICE,
					    0,	      (uintptr_t)&slice };
#define BAD(member, value, error)                                      \
	do {                                                           \
		a = good;                                              \
		a.member = value;                                      \
		TAP_ERRNO(ioctl(w.fd, QAICU_ATTACH_SLICE, &a), error); \
	} while (0)
	BAD(count, 0, EINVAL);
	BAD(dbc, CARD_DBCS, EINVAL);
	BAD(dbc, 0xffffffff, EINVAL);
	BAD(dbc, (w.n.dbc + 1) % CARD_DBCS, EINVAL);
	BAD(handle, 0, ENOENT);
	BAD(handle, 9999, ENOENT);
	BAD(dir, 0, EINVAL);
	BAD(dir, 3, EINVAL);
	BAD(dir, 0xffffffff, EINVAL);
	BAD(data, 0, EINVAL);
	BAD(data, 8, EFAULT);
	BAD(data, 0xffff888000000000ull, EFAULT);
#undef BAD
	TAP_EQUAL(ioctl(w.fd, QAICU_ATTACH_SLICE, &good), 0);
	TAP_ERRNO(ioctl(w.fd, QAICU_ATTACH_SLICE, &good), EINVAL);
	TAP_EQUAL(card_detach(w.fd, b.handle), 0);
	TAP_ERRNO(card_detach(w.fd, b.handle), EINVAL);
	work_close(&w);
}

/* As many as the queue can hold at once: one less than it has elements. */
static void attach_count(struct work *w, uint32_t count, int error)
{
	struct qaicu_slice *slices = calloc(count, sizeof(*slices));
	struct buffer b;
	int result;

	TAP_REQUIRE(slices);
	TAP_REQUIRE(buffer_open(w->fd, &b, CARD_PAGE));
	for (uint32_t i = 0; i < count; i++)
		slices[i] = slice_of(i % CARD_PAGE, 1,
				     network_at(&w->n, NETWORK_X0));
	errno = 0;
	result = card_attach(w->fd, w->n.dbc, b.handle, QAICU_TO_DEVICE, slices,
			     count);
	if (!TAP_EQUAL(result ? errno : 0, error))
		tap_note("%u slices", count);
	if (result == 0 && error == 0)
		TAP_EQUAL(work_do(w, &b), 0);
	buffer_close(w->fd, &b);
	free(slices);
}

static void slices_up_to_the_queue_can_be_attached(void)
{
	struct work w;

	if (!network_exists())
		TAP_SKIP(NETWORK_SKIP);
	TAP_REQUIRE(work_open(&w, WORK_TENSOR, 1024));
	for (uint32_t count = 1; count <= 1023; count = count * 2 + 1)
		attach_count(&w, count, 0);
	attach_count(&w, 1000, 0);
	attach_count(&w, 1025, ENOSPC);
	attach_count(&w, 20000, ENOSPC);
	attach_count(&w, 1023, 0);
	work_close(&w);
}

static void slices_that_no_queue_can_hold_are_enospc(void)
{
	struct work w;

	if (!network_exists())
		TAP_SKIP(NETWORK_SKIP);
	TAP_REQUIRE(work_open(&w, WORK_TENSOR, WORK_QUEUE));
	attach_count(&w, WORK_QUEUE, ENOSPC);
	work_close(&w);
}

static void a_good_slice_does_not_save_a_bad_one(void)
{
	struct qaicu_slice slices[3];
	struct buffer b;
	struct work w;

	if (!network_exists())
		TAP_SKIP(NETWORK_SKIP);
	TAP_REQUIRE(work_open(&w, WORK_TENSOR, WORK_QUEUE));
	TAP_REQUIRE(buffer_open(w.fd, &b, CARD_PAGE));
	for (size_t i = 0; i < 3; i++)
		slices[i] = slice_of(0, 64, network_at(&w.n, NETWORK_X0));
	slices[2].db_len = 32;
	slices[2].db_addr = 2; /* found when the others are there already */
	TAP_ERRNO(card_attach(w.fd, w.n.dbc, b.handle, QAICU_TO_DEVICE, slices,
			      3),
		  EINVAL);
	TAP_ERRNO(card_detach(w.fd, b.handle), EINVAL);
	TAP_EQUAL(card_attach(w.fd, w.n.dbc, b.handle, QAICU_TO_DEVICE, slices,
			      2),
		  0);
	TAP_EQUAL(work_do(&w, &b), 0);
	work_close(&w);
}

static void a_slice_of_nothing_may_be_anywhere(void)
{
	struct qaicu_slice slice;
	struct buffer b;
	struct work w;

	if (!network_exists())
		TAP_SKIP(NETWORK_SKIP);
	TAP_REQUIRE(work_open(&w, WORK_TENSOR, WORK_QUEUE));
	TAP_REQUIRE(buffer_open(w.fd, &b, CARD_PAGE));
	for (uint64_t offset = 0; offset <= CARD_PAGE; offset += 1024) {
		slice = slice_of(offset, 0, network_at(&w.n, NETWORK_X0));
		TAP_EQUAL(card_attach(w.fd, w.n.dbc, b.handle, QAICU_TO_DEVICE,
				      &slice, 1),
			  0);
		card_detach(w.fd, b.handle);
	}
	work_close(&w);
}

static void padding_of_a_detachment_is_zero(void)
{
	struct qaicu_detach_slice detach = { .pad = 1 };
	int fd = card_open();

	TAP_REQUIRE(fd >= 0);
	TAP_EQUAL(card_create(fd, CARD_PAGE, &detach.handle), 0);
	TAP_ERRNO(ioctl(fd, QAICU_DETACH_SLICE, &detach), EINVAL);
	detach.pad = 0;
	TAP_ERRNO(ioctl(fd, QAICU_DETACH_SLICE, &detach), EINVAL);
	close(fd);
}

static void what_is_queued_cannot_be_detached(void)
{
	struct buffer b;
	struct work w;

	if (!network_exists())
		TAP_SKIP(NETWORK_SKIP);
	TAP_REQUIRE(work_open(&w, WORK_TENSOR, WORK_QUEUE));
	TAP_REQUIRE(work_stuck(&w, &b));
	TAP_ERRNO(card_detach(w.fd, b.handle), EBUSY);
	work_close(&w);
}

static void a_released_handle_still_does_its_job(void)
{
	struct buffer b, back;
	struct work w;

	if (!network_exists())
		TAP_SKIP(NETWORK_SKIP);
	TAP_REQUIRE(work_open(&w, WORK_TENSOR, WORK_QUEUE));
	TAP_REQUIRE(buffer_open(w.fd, &b, CARD_PAGE));
	TAP_REQUIRE(buffer_open(w.fd, &back, CARD_PAGE));
	buffer_fill(&b, 7);
	TAP_EQUAL(work_attach(&w, &b, QAICU_TO_DEVICE,
			      network_at(&w.n, NETWORK_X0)),
		  0);
	TAP_EQUAL(card_execute(w.fd, w.n.dbc, &b.handle, 1), 0);
	TAP_EQUAL(card_release(w.fd, b.handle), 0);
	usleep(CARD_GLANCE_MS * 1000);
	TAP_CHECK(work_read(&w, network_at(&w.n, NETWORK_X0), &back));
	TAP_CHECK(buffer_holds(&back, 0, CARD_PAGE, 7));
	work_close(&w);
}

static void attach_and_detach(const void *arg)
{
	const struct work *w = arg;
	struct qaicu_slice slice = slice_of(0, 64, w->n.base);
	uint32_t handle;

	card_create(w->fd, CARD_PAGE, &handle);
	card_attach(w->fd, w->n.dbc, handle, QAICU_TO_DEVICE, &slice, 1);
	card_detach(w->fd, handle);
	card_attach(w->fd, w->n.dbc, handle, QAICU_FROM_DEVICE, &slice, 1);
	card_detach(w->fd, handle);
	card_release(w->fd, handle);
}

static void slices_come_and_go_without_a_trace(void)
{
	struct work w;

	if (!network_exists())
		TAP_SKIP(NETWORK_SKIP);
	TAP_REQUIRE(work_open(&w, WORK_TENSOR, WORK_QUEUE));
	attach_and_detach(&w);
	TAP_CHECK(uapi_growth(attach_and_detach, &w, 500) < 64 * 500);
	work_close(&w);
}

static const struct tap_case cases[] = {
	{ "a buffer has whole pages of zeros",
	  a_buffer_has_whole_pages_of_zeros },
	{ "a buffer of 20 MiB is mapped whole",
	  a_large_buffer_is_mapped_whole },
	{ "a buffer of no bytes is refused", a_creation_is_refused,
	  &(const struct create){ 0, 0, EINVAL } },
	{ "a buffer whose padding is not zero is refused",
	  a_creation_is_refused, &(const struct create){ 4096, 1, EINVAL } },
	{ "a buffer of 2^64 - 1 bytes is refused", a_creation_is_refused,
	  &(const struct create){ -1ull, 0, EINVAL } },
	{ "a buffer of 2^63 bytes is ENOMEM", a_creation_is_refused,
	  &(const struct create){ 1ull << 63, 0, ENOMEM } },
	{ "a buffer of 2^44 bytes is ENOMEM", a_creation_is_refused,
	  &(const struct create){ 1ull << 44, 0, ENOMEM } },
	{ "a buffer of 2^44 bytes and a page is ENOMEM", a_creation_is_refused,
	  &(const struct create){ (1ull << 44) + CARD_PAGE, 0, ENOMEM },
	  "6.12 7.2: " FINDINGS "size-of-buffers" },
	{ "a mapping whose padding is not zero is refused",
	  padding_of_a_mapping_is_zero, NULL, "6.12 7.2: " FINDINGS "padding" },
	{ "what is no handle is ENOENT", what_is_no_handle_is_enoent },
	{ "a mapping begins where its buffer does, and ends no later",
	  a_mapping_begins_where_its_buffer_does },
	{ "a mapping outlives its buffer's handle, and the file",
	  a_mapping_outlives_handle_and_file },
	{ "a buffer is mapped by its own file only",
	  a_buffer_is_mapped_by_its_own_file_only },
	{ "buffers come and go without a trace",
	  buffers_come_and_go_without_a_trace },
	SLICE("a slice that ends behind its buffer is refused", EINVAL,
	      .offset = CARD_PAGE, .size = CARD_PAGE + 1),
	SLICE("a slice that begins behind its buffer is refused", EINVAL,
	      .offset = 2 * CARD_PAGE, .size = 1),
	SLICE("a slice beyond 2^64 is refused", EINVAL, .offset = CARD_PAGE,
	      .size = -1ull),
	SLICE("a slice of nothing behind its buffer is refused", EINVAL,
	      .offset = 2 * CARD_PAGE + 1),
	SLICE("a doorbell of one bit is refused", EINVAL, .size = 1,
	      .db_len = 1),
	SLICE("a doorbell of 64 bits is refused", EINVAL, .size = 1,
	      .db_len = 64),
	SLICE("a doorbell of 2^32 - 1 bits is refused", EINVAL, .size = 1,
	      .db_len = 0xffffffff),
	SLICE("a doorbell of 32 bits is aligned to them", EINVAL, .size = 1,
	      .db_len = 32, .db_addr = 2),
	SLICE("a doorbell of 16 bits is aligned to them", EINVAL, .size = 1,
	      .db_len = 16, .db_addr = 1),
	{ "each of the four semaphores is checked",
	  every_semaphore_is_checked },
	{ "one semaphore of a slice may be presync", one_presync_is_allowed },
	{ "an attachment's head is checked, and one is enough",
	  heads_of_an_attachment_are_checked },
	{ "slices up to the queue's room can be attached, and executed",
	  slices_up_to_the_queue_can_be_attached },
	{ "slices that the queue can never hold are ENOSPC",
	  slices_that_no_queue_can_hold_are_enospc, NULL,
	  "6.12 7.2: " FINDINGS "one-slice-too-many" },
	{ "a good slice does not save a bad one",
	  a_good_slice_does_not_save_a_bad_one },
	{ "a slice of nothing may be anywhere in its buffer",
	  a_slice_of_nothing_may_be_anywhere, NULL,
	  "6.12 7.2: " FINDINGS "slices-of-nothing" },
	{ "a detachment whose padding is not zero is refused",
	  padding_of_a_detachment_is_zero },
	{ "what is queued cannot be detached",
	  what_is_queued_cannot_be_detached },
	{ "a buffer whose handle is released still does its job",
	  a_released_handle_still_does_its_job },
	{ "slices come and go without a trace",
	  slices_come_and_go_without_a_trace },
};

TAP_MAIN(cases)
