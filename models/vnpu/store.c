// SPDX-License-Identifier: MIT
/*
 * The file, and memory that is used as one. See store.h for what holds at every
 * moment; the order of writes and of what waits for the disk is in
 * vnpu_store_save() alone.
 */
#include "store.h"
#include "sha256.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>

static int read_at(struct vnpu_store *s, uint64_t at, void *data, size_t size)
{
	uint8_t *to = data;

	if (s->memory) {
		memcpy(data, s->memory + at, size);
		return 0;
	}
	while (size) {
		ssize_t n = pread(s->fd, to, size, (off_t)at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -EIO;
		to += n;
		at += (uint64_t)n;
		size -= (size_t)n;
	}
	return 0;
}

static int write_at(struct vnpu_store *s, uint64_t at, const void *data,
		    size_t size)
{
	const uint8_t *from = data;

	if (s->memory) {
		memcpy(s->memory + at, data, size);
		return 0;
	}
	while (size) {
		ssize_t n = pwrite(s->fd, from, size, (off_t)at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -EIO;
		from += n;
		at += (uint64_t)n;
		size -= (size_t)n;
	}
	return 0;
}

static int settle(struct vnpu_store *s)
{
	return s->fd >= 0 && fdatasync(s->fd) ? -EIO : 0;
}

static void digest_of(const struct vnpu_store_block *block,
		      uint8_t digest[VNPU_SHA256_SIZE])
{
	struct vnpu_sha256 sha;

	vnpu_sha256_init(&sha);
	vnpu_sha256_add(&sha, block, offsetof(struct vnpu_store_block, digest));
	vnpu_sha256_end(&sha, digest);
}

static bool slot_ok(const struct vnpu_store_slot *slot)
{
	uint32_t size = le32toh(slot->size);

	if (le32toh(slot->state) == VNPU_FLASH_EMPTY)
		return !size;
	return le32toh(slot->state) <= VNPU_FLASH_BAD &&
	       size >= sizeof(struct vnpu_fw_header) &&
	       size <= VNPU_FW_SIZE_MAX;
}

/* A digest keeps accidents out, not a file that somebody wrote. */
static bool block_ok(const struct vnpu_store_block *b, unsigned int place)
{
	uint32_t active = le32toh(b->active);
	uint8_t digest[VNPU_SHA256_SIZE];

	digest_of(b, digest);
	return le32toh(b->magic) == VNPU_STORE_MAGIC &&
	       le32toh(b->format) == VNPU_STORE_FORMAT &&
	       !memcmp(digest, b->digest, sizeof(digest)) &&
	       (le64toh(b->sequence) & 1) == place &&
	       (active < VNPU_FLASH_SLOTS || active == VNPU_FLASH_NONE) &&
	       le32toh(b->pages) <= VNPU_STORE_PAGES && slot_ok(&b->slot[0]) &&
	       slot_ok(&b->slot[1]);
}

static int load(struct vnpu_store *s)
{
	struct vnpu_store_block b;
	bool found = false;

	for (unsigned int place = 0; place < 2; place++) {
		if (read_at(s, place * sizeof(b), &b, sizeof(b)) ||
		    !block_ok(&b, place) ||
		    (found && le64toh(b.sequence) < le64toh(s->block.sequence)))
			continue;
		s->block = b;
		found = true;
	}
	return found ? 0 : -EINVAL;
}

static void empty(struct vnpu_store_block *b)
{
	memset(b, 0, sizeof(*b));
	b->magic = htole32(VNPU_STORE_MAGIC);
	b->format = htole32(VNPU_STORE_FORMAT);
	b->active = htole32(VNPU_FLASH_NONE);
}

int vnpu_store_save(struct vnpu_store *s, struct vnpu_store_block *next)
{
	uint64_t sequence = le64toh(s->block.sequence) + 1;
	int ret = settle(s);

	next->sequence = htole64(sequence);
	digest_of(next, next->digest);
	if (!ret)
		ret = write_at(s, (sequence & 1) * sizeof(*next), next,
			       sizeof(*next));
	if (!ret)
		ret = settle(s);
	if (!ret)
		s->block = *next;
	return ret;
}

/* Both superblocks, so that one of them is right from then on. */
static int format(struct vnpu_store *s)
{
	struct vnpu_store_block b;
	int ret = 0;

	empty(&b);
	s->block = b;
	for (int i = 0; i < 2 && !ret; i++)
		ret = vnpu_store_save(s, &b);
	return ret;
}

/* Under another name first: a file of this name is always whole. */
static int create(struct vnpu_store *s, const char *path)
{
	char *name;
	int ret;

	if (asprintf(&name, "%s.XXXXXX", path) < 0)
		return -ENOMEM;
	s->fd = mkostemp(name, O_CLOEXEC);
	ret = s->fd < 0 ? -errno : format(s);
	/* Not over one that has come meanwhile. */
	if (!ret && link(name, path))
		ret = -errno;
	if (s->fd >= 0)
		unlink(name);
	free(name);
	return ret;
}

static int open_file(struct vnpu_store *s, const char *path)
{
	int ret;

	s->fd = open(path, O_RDWR | O_CLOEXEC);
	if (s->fd >= 0) {
		if (flock(s->fd, LOCK_EX | LOCK_NB))
			return -EBUSY;
		return load(s);
	}
	ret = errno == ENOENT ? create(s, path) : -errno;
	return !ret && flock(s->fd, LOCK_EX | LOCK_NB) ? -EBUSY : ret;
}

static int open_memory(struct vnpu_store *s)
{
	void *memory = mmap(NULL, VNPU_STORE_SIZE, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (memory == MAP_FAILED)
		return -ENOMEM;
	s->memory = memory;
	return format(s);
}

void vnpu_store_init(struct vnpu_store *s)
{
	s->fd = -1;
	s->memory = NULL;
	empty(&s->block);
}

int vnpu_store_open(struct vnpu_store *s, const char *path)
{
	int ret;

	vnpu_store_init(s);
	ret = path ? open_file(s, path) : open_memory(s);
	if (ret)
		vnpu_store_close(s);
	return ret;
}

void vnpu_store_close(struct vnpu_store *s)
{
	if (s->fd >= 0)
		close(s->fd);
	if (s->memory)
		munmap(s->memory, VNPU_STORE_SIZE);
	s->fd = -1;
	s->memory = NULL;
}

int vnpu_store_read(struct vnpu_store *s, unsigned int slot, void *data,
		    uint32_t size)
{
	return read_at(s, VNPU_STORE_DATA(slot), data, size);
}

int vnpu_store_write(struct vnpu_store *s, unsigned int slot, uint32_t offset,
		     const void *data, uint32_t size)
{
	return write_at(s, VNPU_STORE_DATA(slot) + offset, data, size);
}
