// SPDX-License-Identifier: MIT
/*
 * The in-process bus. Bus addresses are pointers; a sorted table of ranges says
 * which of them the device may use.
 *
 * The table is under a lock for readers and writers. A copy holds it, so that a
 * range cannot go away under it; a window holds a reference to its range
 * instead, because an engine may work on it for long. A range that was taken
 * out of the table is freed by whoever took it out, once the last reference is
 * gone. The timers of the model run on a thread of the bus's own.
 */
#include "inproc.h"
#include "control.h"
#include "device.h"
#include "loop.h"

#include <errno.h>
#include <linux/pci_regs.h>
#include <stdlib.h>
#include <string.h>

struct range {
	uint64_t start;
	uint64_t last;
	bool write;
	atomic_uint windows;
};

struct axm_inproc {
	struct axm_device *dev;
	struct axm_loop *loop;
	pthread_t thread;
	void (*irq)(void *data, unsigned int vector);
	void *irq_data;

	pthread_rwlock_t lock; /* ranges, count, room */
	struct range **ranges; /* ascending */
	size_t count;
	size_t room;
	atomic_size_t hint; /* where the last access was */

	pthread_mutex_t drain; /* with drained, for those who wait */
	pthread_cond_t drained;
	atomic_uint waiters;
};

/* Where a range that ends at or behind addr is, or would be. With the lock. */
static size_t position(const struct axm_inproc *bus, uint64_t addr)
{
	size_t low = 0, high = bus->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (bus->ranges[middle]->last < addr)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct range *find(struct axm_inproc *bus, uint64_t addr)
{
	size_t at = atomic_load_explicit(&bus->hint, memory_order_relaxed);

	if (at < bus->count && bus->ranges[at]->start <= addr &&
	    addr <= bus->ranges[at]->last)
		return bus->ranges[at];
	at = position(bus, addr);
	if (at == bus->count || addr < bus->ranges[at]->start)
		return NULL;
	atomic_store_explicit(&bus->hint, at, memory_order_relaxed);
	return bus->ranges[at];
}

static size_t left_in(const struct range *range, uint64_t addr, size_t len)
{
	uint64_t behind = range->last - addr;

	return behind < len - 1 ? (size_t)behind + 1 : len;
}

/* memmove(): a driver may ask for a copy between places that overlap. */
static int bus_dma(void *data, uint64_t addr, void *buf, size_t len, bool write)
{
	struct axm_inproc *bus = data;
	char *at = buf;
	int ret = 0;

	pthread_rwlock_rdlock(&bus->lock);
	while (len && !ret) {
		struct range *range = find(bus, addr);
		size_t n;

		if (!range || (write && !range->write)) {
			ret = -EFAULT;
			break;
		}
		n = left_in(range, addr, len);
		if (write)
			memmove((void *)(uintptr_t)addr, at, n);
		else
			memmove(at, (void *)(uintptr_t)addr, n);
		addr += n;
		at += n;
		len -= n;
	}
	pthread_rwlock_unlock(&bus->lock);
	return ret;
}

static int bus_dma_map(void *data, uint64_t addr, size_t len, bool write,
		       struct axm_dma_window *window)
{
	struct axm_inproc *bus = data;
	struct range *range;

	pthread_rwlock_rdlock(&bus->lock);
	range = find(bus, addr);
	if (range && (range->write || !write)) {
		atomic_fetch_add(&range->windows, 1);
		window->ptr = (void *)(uintptr_t)addr;
		window->len = left_in(range, addr, len);
		window->cookie = range;
	} else {
		range = NULL;
	}
	pthread_rwlock_unlock(&bus->lock);
	return range ? 0 : -EFAULT;
}

/* The range may be gone once its count is down: what follows is the bus's. */
static void bus_dma_unmap(void *data, struct axm_dma_window *window)
{
	struct axm_inproc *bus = data;
	struct range *range = window->cookie;

	atomic_fetch_sub(&range->windows, 1);
	if (!atomic_load(&bus->waiters))
		return;
	pthread_mutex_lock(&bus->drain);
	pthread_cond_broadcast(&bus->drained);
	pthread_mutex_unlock(&bus->drain);
}

/* No access waits for anybody here. */
static void bus_dma_cancel(void *data)
{
}

static void bus_irq(void *data, unsigned int vector)
{
	struct axm_inproc *bus = data;

	if (bus->irq)
		bus->irq(bus->irq_data, vector);
}

static void bus_irq_line(void *data, bool level)
{
}

/* Vectors have no mask here, so none is ever pending. */
static bool bus_irq_pending(void *data, unsigned int vector)
{
	return false;
}

static void bus_irq_reset(void *data)
{
}

static void bus_error(void *data, bool removal)
{
}

static const struct axm_bus_ops bus_ops = {
	.dma = bus_dma,
	.dma_map = bus_dma_map,
	.dma_unmap = bus_dma_unmap,
	.dma_cancel = bus_dma_cancel,
	.irq = bus_irq,
	.irq_line = bus_irq_line,
	.irq_pending = bus_irq_pending,
	.irq_reset = bus_irq_reset,
	.error = bus_error,
};

static bool room_for_one(struct axm_inproc *bus)
{
	size_t room = bus->room ? 2 * bus->room : 16;
	struct range **ranges;

	if (bus->count < bus->room)
		return true;
	ranges = realloc(bus->ranges, room * sizeof(*ranges));
	if (!ranges)
		return false;
	bus->ranges = ranges;
	bus->room = room;
	return true;
}

static int insert(struct axm_inproc *bus, struct range *range)
{
	size_t at = position(bus, range->start);

	if (at < bus->count && bus->ranges[at]->start <= range->last)
		return -EEXIST;
	if (!room_for_one(bus))
		return -ENOMEM;
	memmove(&bus->ranges[at + 1], &bus->ranges[at],
		(bus->count - at) * sizeof(bus->ranges[0]));
	bus->ranges[at] = range;
	bus->count++;
	return 0;
}

int axm_inproc_allow(struct axm_inproc *bus, void *memory, size_t size,
		     bool write)
{
	uint64_t start = (uintptr_t)memory;
	struct range *range;
	int ret;

	if (!size || start + (size - 1) < start)
		return -EINVAL;
	range = calloc(1, sizeof(*range));
	if (!range)
		return -ENOMEM;
	range->start = start;
	range->last = start + (size - 1);
	range->write = write;
	pthread_rwlock_wrlock(&bus->lock);
	ret = insert(bus, range);
	pthread_rwlock_unlock(&bus->lock);
	if (ret)
		free(range);
	return ret;
}

static struct range *take_out(struct axm_inproc *bus, uint64_t start)
{
	size_t at = position(bus, start);
	struct range *range;

	if (at == bus->count || bus->ranges[at]->start != start)
		return NULL;
	range = bus->ranges[at];
	bus->count--;
	memmove(&bus->ranges[at], &bus->ranges[at + 1],
		(bus->count - at) * sizeof(bus->ranges[0]));
	return range;
}

int axm_inproc_forbid(struct axm_inproc *bus, void *memory)
{
	struct range *range;

	pthread_rwlock_wrlock(&bus->lock);
	range = take_out(bus, (uintptr_t)memory);
	pthread_rwlock_unlock(&bus->lock);
	if (!range)
		return -ENOENT;
	atomic_fetch_add(&bus->waiters, 1);
	pthread_mutex_lock(&bus->drain);
	while (atomic_load(&range->windows))
		pthread_cond_wait(&bus->drained, &bus->drain);
	pthread_mutex_unlock(&bus->drain);
	atomic_fetch_sub(&bus->waiters, 1);
	free(range);
	return 0;
}

uint64_t axm_inproc_read(struct axm_inproc *bus, unsigned int bar,
			 uint64_t offset, unsigned int size)
{
	uint64_t value = 0;

	if (size > sizeof(value) ||
	    axm_device_bar_read(bus->dev, bar, offset, &value, size))
		return UINT64_MAX;
	return value;
}

void axm_inproc_write(struct axm_inproc *bus, unsigned int bar, uint64_t offset,
		      unsigned int size, uint64_t value)
{
	if (size <= sizeof(value))
		axm_device_bar_write(bus->dev, bar, offset, &value, size);
}

void *axm_inproc_memory(struct axm_inproc *bus, unsigned int bar)
{
	return axm_bar_memory(bus->dev, bar);
}

uint64_t axm_inproc_size(struct axm_inproc *bus, unsigned int bar)
{
	return bar < AXM_BARS ? bus->dev->desc.bar[bar].size : 0;
}

/* What firmware and kernel do on PCI before a driver comes. */
static void enable(struct axm_inproc *bus)
{
	uint16_t command = PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER;

	axm_device_config_write(bus->dev, PCI_COMMAND, &command,
				sizeof(command));
}

void axm_inproc_reset(struct axm_inproc *bus)
{
	axm_device_reset(bus->dev, AXM_RESET_FLR);
	enable(bus);
}

int axm_inproc_command(struct axm_inproc *bus, const char *line, FILE *out)
{
	char *copy = strdup(line);
	int ret;

	if (!copy)
		return -ENOMEM;
	ret = axm_control_line(bus->dev, copy, out);
	free(copy);
	enable(bus); /* it may have been a reset */
	return ret;
}

static void *run_timers(void *data)
{
	struct axm_inproc *bus = data;

	axm_loop_run(bus->loop);
	return NULL;
}

static int make_device(struct axm_inproc *bus,
		       const struct axm_inproc_config *config)
{
	struct axm_option options[AXM_OPTS];
	struct axm_device_config device = {
		.ops = config->ops,
		.opts = options,
		.nr_opts = config->option_count,
		.bus_ops = &bus_ops,
		.bus = bus,
		.loop = bus->loop,
		.error = config->error,
		.error_size = config->error ? config->error_size : 0,
	};

	if (config->option_count > AXM_OPTS)
		return -E2BIG;
	for (unsigned int i = 0; i < config->option_count; i++)
		options[i] = (struct axm_option){ config->options[i].name,
						  config->options[i].value };
	return axm_device_create(&device, &bus->dev);
}

static void free_bus(struct axm_inproc *bus)
{
	if (bus->loop)
		axm_loop_destroy(bus->loop);
	for (size_t i = 0; i < bus->count; i++)
		free(bus->ranges[i]);
	free(bus->ranges);
	pthread_cond_destroy(&bus->drained);
	pthread_mutex_destroy(&bus->drain);
	pthread_rwlock_destroy(&bus->lock);
	free(bus);
}

/* Accesses are many and short: who wants to change the table goes first. */
static void init_locks(struct axm_inproc *bus)
{
	pthread_rwlockattr_t attr;

	pthread_rwlockattr_init(&attr);
	pthread_rwlockattr_setkind_np(
		&attr, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
	pthread_rwlock_init(&bus->lock, &attr);
	pthread_rwlockattr_destroy(&attr);
	pthread_mutex_init(&bus->drain, NULL);
	pthread_cond_init(&bus->drained, NULL);
}

int axm_inproc_create(const struct axm_inproc_config *config,
		      struct axm_inproc **out)
{
	struct axm_inproc *bus = calloc(1, sizeof(*bus));
	int ret;

	if (!bus)
		return -ENOMEM;
	init_locks(bus);
	bus->irq = config->irq;
	bus->irq_data = config->irq_data;
	ret = axm_loop_create(&bus->loop);
	if (!ret)
		ret = make_device(bus, config);
	if (ret) {
		free_bus(bus);
		return ret;
	}
	enable(bus);
	ret = -pthread_create(&bus->thread, NULL, run_timers, bus);
	if (ret) {
		axm_device_destroy(bus->dev);
		free_bus(bus);
		return ret;
	}
	pthread_setname_np(bus->thread, "axm-bus");
	*out = bus;
	return 0;
}

void axm_inproc_destroy(struct axm_inproc *bus)
{
	if (!bus)
		return;
	axm_loop_stop(bus->loop);
	pthread_join(bus->thread, NULL);
	axm_device_destroy(bus->dev);
	free_bus(bus);
}
