// SPDX-License-Identifier: MIT
#include "host-base.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#define PAGE 4096u
#define OPTIONS_MAX 16

uint64_t host_now_ns(void)
{
	return axm_now_ns();
}

void host_sleep_us(unsigned int us)
{
	struct timespec t = { us / 1000000, us % 1000000 * 1000L };

	nanosleep(&t, NULL);
}

static void count_irq(void *data, unsigned int vector)
{
	struct host_base *base = data;

	if (vector < HOST_VECTORS)
		atomic_fetch_add(&base->irqs[vector], 1);
}

static bool map_arena(struct host_base *base, size_t size)
{
	uint8_t *at = mmap(NULL, size + 2 * PAGE, PROT_NONE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (at == MAP_FAILED)
		return false;
	base->arena = at + PAGE;
	base->size = size;
	return !mprotect(base->arena, size, PROT_READ | PROT_WRITE);
}

static void unmap_arena(struct host_base *base)
{
	if (base->arena)
		munmap(base->arena - PAGE, base->size + 2 * PAGE);
}

static unsigned int add_options(struct axm_inproc_option *all,
				unsigned int count,
				const struct axm_inproc_option *options)
{
	for (; options && options->name; options++) {
		if (count == OPTIONS_MAX)
			abort();
		all[count++] = *options;
	}
	return count;
}

bool host_base_open(struct host_base *base, const struct axm_device_ops *ops,
		    size_t size, const struct axm_inproc_option *options,
		    const struct axm_inproc_option *more)
{
	struct axm_inproc_option all[OPTIONS_MAX];
	struct axm_inproc_config config = {
		.ops = ops,
		.options = all,
		.irq = count_irq,
		.irq_data = base,
		.error = base->error,
		.error_size = sizeof(base->error),
	};

	memset(base, 0, sizeof(*base));
	config.option_count = add_options(all, 0, options);
	config.option_count = add_options(all, config.option_count, more);
	if (map_arena(base, size) && !axm_inproc_create(&config, &base->bus)) {
		if (!axm_inproc_allow(base->bus, base->arena, size, true))
			return true;
		axm_inproc_destroy(base->bus);
	}
	unmap_arena(base);
	return false;
}

void host_base_close(struct host_base *base)
{
	axm_inproc_destroy(base->bus);
	unmap_arena(base);
}

void *host_base_alloc(struct host_base *base, size_t size, size_t align)
{
	size_t at = (base->used + align - 1) & ~(align - 1);

	if (at + size > base->size)
		abort();
	base->used = at + size;
	return memset(base->arena + at, 0, size);
}

int host_base_command(struct host_base *base, const char *line, char *text,
		      size_t size)
{
	FILE *out = fmemopen(text, size, "w");
	int ret;

	if (!out)
		return -1;
	ret = axm_inproc_command(base->bus, line, out);
	fclose(out);
	return ret;
}
