// SPDX-License-Identifier: MIT
/*
 * libFuzzer: a file as the option "flash" has it. The input is what is written
 * over a good one, as pairs of place and byte after a first byte that says
 * whether digests are made right again, so that what lies behind them is
 * reached. Whatever opens can be booted from, updated and opened again.
 */
#include "flash.h"
#include "vnpu/sha256.h"
#include "vnpu/store.h"

#include <endian.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define SIZE (VNPU_STORE_DATA(0) + 2048)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct target {
	int fd; /* a file without a name */
	char path[64];
	uint8_t good[SIZE];
};

static bool open_file(struct host *h, const char *file)
{
	const struct axm_inproc_option options[] = { { "flash", file }, { 0 } };

	return host_create(h, VNPU_PROFILE_DATACENTER, options);
}

/* A confirmed image, and a page that is out of use. */
static void make_good(struct target *t)
{
	struct vnpu_cmd cmd = {
		.opcode = VNPU_CMD_PAGE_RETIRE,
		.ras.address = htole64(0x5000),
	};
	char name[] = "/tmp/axle-fuzz.XXXXXX";
	struct host h;
	FILE *f;

	if (mkstemp(name) < 0 || unlink(name) || !open_file(&h, name) ||
	    !host_boot(&h) ||
	    flash_store(&h, flash_image(&h, 1 << 24, 0, 1000)) ||
	    flash_reboot(&h) || flash_confirm(&h) || host_command(&h, &cmd))
		abort();
	host_close(&h);
	f = fopen(name, "rb");
	if (!f || !fread(t->good, 1, SIZE, f))
		abort();
	fclose(f);
	unlink(name);
	t->fd = memfd_create("fuzz", MFD_CLOEXEC);
	snprintf(t->path, sizeof(t->path), "/proc/self/fd/%d", t->fd);
}

static void seal(uint8_t *file)
{
	for (int i = 0; i < 2; i++) {
		struct vnpu_store_block *b =
			(struct vnpu_store_block *)(file + i * sizeof(*b));
		struct vnpu_sha256 sha;

		vnpu_sha256_init(&sha);
		vnpu_sha256_add(&sha, b,
				offsetof(struct vnpu_store_block, digest));
		vnpu_sha256_end(&sha, b->digest);
	}
}

static void spoil(struct target *t, const uint8_t *data, size_t size)
{
	_Alignas(8) uint8_t file[SIZE];
	size_t length = SIZE;

	memcpy(file, t->good, SIZE);
	for (size_t i = 1; i + 3 <= size; i += 3)
		file[(data[i] | data[i + 1] << 8) % SIZE] = data[i + 2];
	if (size && data[0] & 1)
		seal(file);
	if (size && data[0] & 2)
		length = (size_t)data[0] * 64 % SIZE;
	if (ftruncate(t->fd, 0) ||
	    pwrite(t->fd, file, length, 0) != (ssize_t)length)
		abort();
}

static void use(struct target *t)
{
	struct vnpu_flash_log log;
	struct host h;

	if (!open_file(&h, t->path))
		return;
	if (!flash_boot(&h)) {
		if (!host_enable(&h))
			abort();
		flash_confirm(&h);
	} else if (!host_boot(&h)) {
		/* Its security version may be above any image. */
		host_close(&h);
		return;
	}
	log = flash_log(&h);
	if (log.running != VNPU_FLASH_NONE && log.running >= VNPU_FLASH_SLOTS)
		abort();
	flash_store(&h, flash_image(&h, 2 << 24, UINT32_MAX, 1000));
	log = flash_log(&h);
	if (log.next >= VNPU_FLASH_SLOTS)
		abort();
	host_close(&h);
	/* What it has written is right. */
	if (!open_file(&h, t->path) || flash_boot(&h))
		abort();
	host_close(&h);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct target *t;

	if (!t) {
		t = calloc(1, sizeof(*t));
		if (!t)
			abort();
		make_good(t);
	}
	spoil(t, data, size);
	use(t);
	return 0;
}
