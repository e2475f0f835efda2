// SPDX-License-Identifier: MIT
/*
 * dma-bufs of others in qaic, as source and as target, and its own. Runs in the
 * VM as root, with vgem.
 */
#include "inject.h"
#include "network.h"
#include "tap.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/udmabuf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../bo.h"
#include "../drm_core.h"
#include "../uapi.h"

#define FINDINGS "docs/findings.md#"

/* A dma-buf of a memfd, and its memory. */
static int make_udmabuf(uint64_t size, uint8_t **memory)
{
	int device = open("/dev/udmabuf", O_RDWR | O_CLOEXEC);
	int file = memfd_create("prime", MFD_ALLOW_SEALING | MFD_CLOEXEC);
	struct udmabuf_create create = { .memfd = file,
					 .flags = UDMABUF_FLAGS_CLOEXEC,
					 .size = size };
	int dmabuf = -1;

	if (device >= 0 && file >= 0 && !ftruncate(file, size) &&
	    !fcntl(file, F_ADD_SEALS, F_SEAL_SHRINK))
		dmabuf = ioctl(device, UDMABUF_CREATE, &create);
	*memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	close(file);
	close(device);
	return *memory == MAP_FAILED ? -1 : dmabuf;
}

/* A buffer of the card in such memory, of which nobody else has the dma-buf. */
static bool import_udmabuf(int fd, struct buffer *b)
{
	int dmabuf = make_udmabuf(b->size, &b->memory);
	bool ok = TAP_CHECK(dmabuf >= 0) &&
		  TAP_EQUAL(bo_import(fd, dmabuf, &b->handle), 0);

	close(dmabuf);
	return ok;
}

/* The card reads from a buffer what buffer_fill() has put there. */
static void check_source(struct work *w, const struct buffer *b, uint8_t seed)
{
	uint64_t at = network_at(&w->n, NETWORK_X0);
	struct buffer back;

	TAP_REQUIRE(buffer_open(w->fd, &back, b->size));
	TAP_CHECK(work_write(w, at, b));
	TAP_CHECK(work_read(w, at, &back));
	TAP_CHECK(buffer_holds(&back, 0, b->size, seed));
}

#define SIZE (16u * CARD_PAGE)

static void an_import_is_a_source(void)
{
	struct buffer b = { .size = SIZE };

	WORK(SIZE, WORK_QUEUE);
	TAP_REQUIRE(import_udmabuf(w.fd, &b));
	buffer_fill(&b, 1);
	check_source(&w, &b, 1);
	work_close(&w);
}

static void an_import_is_a_target(void)
{
	struct buffer b = { .size = SIZE }, from;

	WORK(SIZE, WORK_QUEUE);
	TAP_REQUIRE(import_udmabuf(w.fd, &b));
	TAP_REQUIRE(buffer_open(w.fd, &from, SIZE));
	buffer_fill(&from, 2);
	TAP_CHECK(work_write(&w, network_at(&w.n, NETWORK_X0), &from));
	TAP_CHECK(work_read(&w, network_at(&w.n, NETWORK_X0), &b));
	TAP_CHECK(buffer_holds(&b, 0, SIZE, 2));
	work_close(&w);
}

static void an_import_of_another_driver_is_a_source(void)
{
	struct drm_mode_create_dumb dumb = { .height = 1,
					     .width = CARD_PAGE,
					     .bpp = 8 };
	struct drm_mode_map_dumb map = { 0 };
	struct buffer b = { .size = CARD_PAGE };
	int vgem = vgem_open();

	WORK(WORK_TENSOR, WORK_QUEUE);
	TAP_REQUIRE(vgem >= 0);
	TAP_EQUAL(ioctl(vgem, DRM_IOCTL_MODE_CREATE_DUMB, &dumb), 0);
	map.handle = dumb.handle;
	TAP_EQUAL(ioctl(vgem, DRM_IOCTL_MODE_MAP_DUMB, &map), 0);
	b.memory = mmap(NULL, CARD_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED,
			vgem, map.offset);
	TAP_REQUIRE(b.memory != MAP_FAILED);
	TAP_REQUIRE(bo_import(w.fd, bo_export(vgem, dumb.handle), &b.handle) ==
		    0);
	buffer_fill(&b, 3);
	check_source(&w, &b, 3);
	munmap(b.memory, CARD_PAGE);
	close(vgem);
	work_close(&w);
}

static void one_import_has_one_handle(void)
{
	uint32_t first, second;
	uint8_t *memory;
	int dmabuf = make_udmabuf(SIZE, &memory);
	int fd = card_open();

	TAP_REQUIRE(fd >= 0 && dmabuf >= 0);
	TAP_EQUAL(bo_import(fd, dmabuf, &first), 0);
	TAP_EQUAL(bo_import(fd, dmabuf, &second), 0);
	TAP_EQUAL(first, second);
	close(dmabuf);
	close(fd);
}

static void what_is_no_dmabuf_is_refused(void)
{
	int fd = card_open(), null = open("/dev/null", O_RDWR);
	uint32_t handle;

	TAP_REQUIRE(fd >= 0);
	TAP_ERRNO(bo_import(fd, null, &handle), EINVAL);
	TAP_ERRNO(bo_import(fd, -1, &handle), EBADF);
	close(null);
	close(fd);
}

static void an_import_is_not_mapped(void)
{
	struct buffer b = { .size = SIZE };
	uint64_t offset = 0;
	int fd = card_open();

	TAP_REQUIRE(fd >= 0 && import_udmabuf(fd, &b));
	TAP_EQUAL(card_offset(fd, b.handle, &offset), -1);
	TAP_CHECK(mmap(NULL, SIZE, PROT_READ, MAP_SHARED, fd, offset) ==
		  MAP_FAILED);
	close(fd);
}

/* Its exporter closes its own ends; the memory stays for who imported it. */
static void an_import_outlives_its_exporter(void)
{
	struct buffer b = { .size = SIZE };

	WORK(SIZE, WORK_QUEUE);
	TAP_REQUIRE(import_udmabuf(w.fd, &b));
	buffer_fill(&b, 4);
	munmap(b.memory, SIZE);
	check_source(&w, &b, 4);
	work_close(&w);
}

static void a_user_goes_with_an_import_in_work(void)
{
	struct buffer b = { .size = SIZE };
	struct qaicu_slice slice;

	WORK(SIZE, WORK_QUEUE);
	TAP_REQUIRE(import_udmabuf(w.fd, &b));
	slice = slice_of(0, SIZE, network_at(&w.n, NETWORK_X0));
	slice.sem[0] = sem_of(QAICU_SEM_WAIT_GE, 31, 1, 1);
	TAP_EQUAL(card_attach(w.fd, w.n.dbc, b.handle, QAICU_TO_DEVICE, &slice,
			      1),
		  0);
	TAP_EQUAL(card_execute(w.fd, w.n.dbc, &b.handle, 1), 0);
	work_close(&w);
	buffer_fill(&b, 5);
	TAP_CHECK(buffer_holds(&b, 0, SIZE, 5));
}

/* Exported, and mapped by who has the dma-buf. */
static void a_buffer_is_exported_as_memory(void)
{
	struct buffer b;
	uint8_t *memory;
	int fd = card_open(), dmabuf;

	TAP_REQUIRE(fd >= 0 && buffer_open(fd, &b, SIZE));
	buffer_fill(&b, 6);
	dmabuf = bo_export(fd, b.handle);
	TAP_REQUIRE(dmabuf >= 0);
	memory = mmap(NULL, SIZE, PROT_READ, MAP_SHARED, dmabuf, 0);
	TAP_REQUIRE(memory != MAP_FAILED);
	close(fd);
	TAP_CHECK(memcmp(memory, b.memory, SIZE) == 0);
	munmap(memory, SIZE);
	munmap(b.memory, SIZE);
	close(dmabuf);
}

static void a_buffer_is_imported_by_another_user(void)
{
	struct buffer b, seen = { .size = SIZE };
	int fd = card_open();

	WORK(SIZE, WORK_QUEUE);
	TAP_REQUIRE(fd >= 0 && buffer_open(fd, &b, SIZE));
	buffer_fill(&b, 7);
	TAP_REQUIRE(bo_import(w.fd, bo_export(fd, b.handle), &seen.handle) ==
		    0);
	check_source(&w, &seen, 7);
	close(fd);
	work_close(&w);
}

static const struct tap_case cases[] = {
	{ "an import is a source", an_import_is_a_source },
	{ "an import is a target", an_import_is_a_target },
	{ "an import of another driver is a source",
	  an_import_of_another_driver_is_a_source },
	{ "one import has one handle", one_import_has_one_handle },
	{ "what is no dma-buf is refused", what_is_no_dmabuf_is_refused },
	{ "an import is not mapped", an_import_is_not_mapped, NULL,
	  "6.12 7.2: " FINDINGS "mapping-of-imports" },
	{ "an import outlives its exporter", an_import_outlives_its_exporter },
	{ "a user goes with an import in work",
	  a_user_goes_with_an_import_in_work },
	{ "a buffer is exported as memory", a_buffer_is_exported_as_memory },
	{ "a buffer is imported by another user",
	  a_buffer_is_imported_by_another_user, NULL,
	  "6.12: " FINDINGS "imports-of-its-own" },
};

TAP_MAIN(cases)
