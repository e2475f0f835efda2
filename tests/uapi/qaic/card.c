// SPDX-License-Identifier: MIT
/*
 * Helpers of the tests of qaic. They hold no state.
 */
#include "card.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../uapi.h"
#include "../drm_core.h"

#define CARDS_MAX 16

static bool is_card(int index)
{
	char path[64], driver[PATH_MAX];
	ssize_t n;

	snprintf(path, sizeof(path), "/sys/class/accel/accel%d/device/driver",
		 index);
	n = readlink(path, driver, sizeof(driver) - 1);
	if (n < 0)
		return false;
	driver[n] = '\0';
	return n > 5 && strcmp(driver + n - 5, "/qaic") == 0;
}

int card_find(void)
{
	for (int i = 0; i < CARDS_MAX; i++)
		if (is_card(i))
			return i;
	return -1;
}

char *card_directory(void)
{
	int index = card_find();

	return index < 0 ? NULL : uapi_bus_device(index);
}

int card_try_open(void)
{
	int index = card_find();

	if (index >= 0)
		return uapi_open_compute(index);
	errno = ENODEV;
	return -1;
}

/* ENOENT: the node of a card that has just come is not made yet. */
int card_open(void)
{
	uint64_t end = uapi_now_ms() + CARD_PATIENCE_MS;
	int fd = card_try_open();

	while (fd < 0 && (errno == ENODEV || errno == ENOENT) &&
	       uapi_now_ms() < end) {
		usleep(10000);
		fd = card_try_open();
	}
	return fd;
}

bool card_online(void)
{
	int fd = card_try_open();

	if (fd < 0)
		return false;
	close(fd);
	return true;
}

bool card_comes_online(void)
{
	int fd = card_open();

	if (fd < 0)
		return false;
	close(fd);
	return true;
}

void card_unmap_all(void)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	unsigned long start, end;
	char line[512];

	while (maps && fgets(line, sizeof(line), maps))
		if (strstr(line, " /dev/accel/") &&
		    sscanf(line, "%lx-%lx", &start, &end) == 2)
			munmap((void *)start, end - start);
	if (maps)
		fclose(maps);
}

long card_parameter(const char *name, long value)
{
	char path[128], line[32] = "", text[32];

	snprintf(path, sizeof(path), "/sys/module/qaic/parameters/%s", name);
	snprintf(text, sizeof(text), "%ld", value);
	if (!uapi_read_line(path, line, sizeof(line)) ||
	    !uapi_write(path, text))
		return -1;
	return strtol(line, NULL, 10);
}

int card_create(int fd, uint64_t size, uint32_t *handle)
{
	struct qaicu_create_bo create = { .size = size };
	int result = ioctl(fd, QAICU_CREATE_BO, &create);

	*handle = create.handle;
	return result;
}

int card_offset(int fd, uint32_t handle, uint64_t *offset)
{
	struct qaicu_mmap_bo map = { .handle = handle };
	int result = ioctl(fd, QAICU_MMAP_BO, &map);

	*offset = map.offset;
	return result;
}

int card_release(int fd, uint32_t handle)
{
	struct drm_gem_close gem = { .handle = handle };

	return ioctl(fd, DRM_IOCTL_GEM_CLOSE, &gem);
}

int card_attach(int fd, uint32_t dbc, uint32_t handle, uint32_t dir,
		const struct qaicu_slice *slices, uint32_t count)
{
	struct qaicu_attach_slice attach = {
		.count = count,
		.dbc = dbc,
		.handle = handle,
		.dir = dir,
		.data = (uintptr_t)slices,
	};

	return ioctl(fd, QAICU_ATTACH_SLICE, &attach);
}

int card_detach(int fd, uint32_t handle)
{
	struct qaicu_detach_slice detach = { .handle = handle };

	return ioctl(fd, QAICU_DETACH_SLICE, &detach);
}

int card_execute(int fd, uint32_t dbc, const uint32_t *handles, uint32_t count)
{
	struct qaicu_execute_entry *entries = calloc(count, sizeof(*entries));
	struct qaicu_execute execute = {
		.count = count,
		.dbc = dbc,
		.data = (uintptr_t)entries,
	};
	int result;

	for (uint32_t i = 0; entries && i < count; i++)
		entries[i].handle = handles[i];
	result = ioctl(fd, QAICU_EXECUTE, &execute);
	free(entries);
	return result;
}

int card_partial(int fd, uint32_t dbc, uint32_t handle, uint64_t resize)
{
	struct qaicu_partial_entry entry = {
		.handle = handle,
		.resize = resize,
	};
	struct qaicu_execute execute = {
		.count = 1,
		.dbc = dbc,
		.data = (uintptr_t)&entry,
	};

	return ioctl(fd, QAICU_PARTIAL_EXECUTE, &execute);
}

int card_wait(int fd, uint32_t dbc, uint32_t handle, uint32_t timeout_ms)
{
	struct qaicu_wait wait = {
		.handle = handle,
		.timeout = timeout_ms,
		.dbc = dbc,
	};

	return ioctl(fd, QAICU_WAIT, &wait);
}

int card_stats(int fd, uint32_t dbc, struct qaicu_perf_entry *entries,
	       uint16_t count)
{
	struct qaicu_perf_stats stats = {
		.count = count,
		.dbc = dbc,
		.data = (uintptr_t)entries,
	};

	return ioctl(fd, QAICU_PERF_STATS, &stats);
}

bool buffer_open(int fd, struct buffer *b, uint64_t size)
{
	uint64_t offset;

	*b = (struct buffer){ .size = size };
	if (card_create(fd, size, &b->handle) ||
	    card_offset(fd, b->handle, &offset))
		return false;
	b->memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
			 offset);
	if (b->memory == MAP_FAILED)
		b->memory = NULL;
	return b->memory;
}

void buffer_close(int fd, struct buffer *b)
{
	if (b->memory)
		munmap(b->memory, b->size);
	card_release(fd, b->handle);
}

/* No two places of 64 KiB have the same neighbours. */
uint8_t buffer_byte(uint64_t at, uint8_t seed)
{
	return (at * 0x9e3779b97f4a7c15ull >> 56) ^ seed;
}

void buffer_fill(struct buffer *b, uint8_t seed)
{
	for (uint64_t i = 0; i < b->size; i++)
		b->memory[i] = buffer_byte(i, seed);
}

bool buffer_holds(const struct buffer *b, uint64_t from, uint64_t size,
		  uint8_t seed)
{
	for (uint64_t i = from; i < from + size; i++)
		if (b->memory[i] != buffer_byte(i, seed))
			return false;
	return true;
}

struct qaicu_slice slice_of(uint64_t offset, uint64_t size, uint64_t dev_addr)
{
	return (struct qaicu_slice){
		.size = size,
		.dev_addr = dev_addr,
		.offset = offset,
	};
}

struct qaicu_sem sem_of(uint8_t command, uint8_t index, uint16_t value,
			uint8_t presync)
{
	return (struct qaicu_sem){
		.value = value,
		.index = index,
		.presync = presync,
		.command = command,
	};
}
