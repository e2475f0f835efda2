// SPDX-License-Identifier: MIT
/*
 * A device: what the model brought (operations, PCI description, state), the
 * bus below it, and the order in which both are started, reset and stopped.
 *
 * The device lock is held around every operation of the model. Lock order:
 * device lock, pool lock, the bus's own locks. A worker's job holds none.
 */
#include "device.h"
#include "loop.h"
#include "trace.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void *axm_priv(struct axm_device *dev)
{
	return dev->priv;
}

struct axm_pci_desc *axm_pci(struct axm_device *dev)
{
	return &dev->desc;
}

void axm_lock(struct axm_device *dev)
{
	pthread_mutex_lock(&dev->lock);
}

void axm_unlock(struct axm_device *dev)
{
	pthread_mutex_unlock(&dev->lock);
}

unsigned int axm_number(const struct axm_device *dev)
{
	return dev->number;
}

const char *axm_opt(const struct axm_device *dev, const char *name)
{
	for (unsigned int i = 0; i < dev->nr_opts; i++)
		if (!strcmp(dev->opt[i].name, name))
			return dev->opt[i].value;
	return NULL;
}

int axm_opt_u64(const struct axm_device *dev, const char *name, uint64_t min,
		uint64_t max, uint64_t *value)
{
	static const char units[] = "KMG";
	const char *text = axm_opt(dev, name), *unit;
	unsigned long long n;
	unsigned int shift = 0;
	char *end;

	if (!text)
		return 0;
	if (*text < '0' || *text > '9')
		return -EINVAL;
	errno = 0;
	n = strtoull(text, &end, 0);
	if (errno)
		return -EINVAL;
	unit = *end ? strchr(units, *end) : NULL;
	if (unit) {
		shift = 10 * (unsigned int)(unit - units + 1);
		end++;
	}
	if (*end || n > (UINT64_MAX >> shift))
		return -EINVAL;
	n <<= shift;
	if (n < min || n > max)
		return -EINVAL;
	*value = n;
	return 0;
}

static int fail(const struct axm_device_config *config, int error,
		const char *what, const char *name)
{
	if (config->error_size)
		snprintf(config->error, config->error_size, "%s%s%s", what,
			 name ? ": " : "", name ? name : "");
	return error;
}

static bool known_option(const struct axm_device_ops *ops, const char *name)
{
	const struct axm_opt_desc *opt = ops->opts;

	for (; opt && opt->name; opt++)
		if (!strcmp(opt->name, name))
			return true;
	return false;
}

static int take_options(struct axm_device *dev,
			const struct axm_device_config *config)
{
	if (config->nr_opts > AXM_OPTS)
		return fail(config, -E2BIG, "too many options", NULL);
	for (unsigned int i = 0; i < config->nr_opts; i++) {
		if (!known_option(config->ops, config->opts[i].name))
			return fail(config, -ENOENT, "unknown option",
				    config->opts[i].name);
		dev->opt[i] = config->opts[i];
	}
	dev->nr_opts = config->nr_opts;
	dev->number = config->number ? config->number : 1;
	return 0;
}

static int start(struct axm_device *dev, const struct axm_device_config *config)
{
	int ret = take_options(dev, config);

	if (ret)
		return ret;
	if (dev->ops->init) {
		ret = dev->ops->init(dev);
		if (ret)
			return fail(config, ret, "bad option", strerror(-ret));
	}
	ret = axm_desc_check(&dev->desc);
	if (!ret)
		ret = axm_bars_init(dev);
	if (!ret)
		ret = axm_config_init(dev);
	if (ret)
		return fail(config, ret, "cannot set up the PCI function",
			    strerror(-ret));
	return 0;
}

int axm_device_create(const struct axm_device_config *config,
		      struct axm_device **out)
{
	struct axm_device *dev = calloc(1, sizeof(*dev));
	int ret;

	if (!dev)
		return -ENOMEM;
	for (unsigned int i = 0; i < AXM_BARS; i++)
		dev->bar[i].fd = -1;
	dev->ops = config->ops;
	dev->desc = config->ops->pci;
	dev->bus_ops = config->bus_ops;
	dev->bus = config->bus;
	dev->loop = config->loop;
	dev->trace = config->trace;
	pthread_mutex_init(&dev->lock, NULL);
	ret = axm_pool_init(dev);
	dev->priv = calloc(1, config->ops->priv_size + 1);
	if (!ret)
		ret = dev->priv ? start(dev, config) : -ENOMEM;
	if (ret) {
		axm_device_destroy(dev);
		return ret;
	}
	if (dev->loop)
		axm_loop_set_device(dev->loop, dev);
	*out = dev;
	axm_device_reset(dev, AXM_RESET_POWER);
	return 0;
}

void axm_device_destroy(struct axm_device *dev)
{
	axm_pool_fini(dev);
	if (dev->loop)
		axm_loop_set_device(dev->loop, NULL);
	if (dev->priv && dev->ops->fini)
		dev->ops->fini(dev);
	axm_bars_fini(dev);
	pthread_mutex_destroy(&dev->lock);
	free(dev->priv);
	free(dev);
}

void axm_device_reset(struct axm_device *dev, enum axm_reset_kind kind)
{
	static const char *const names[] = {
		[AXM_RESET_POWER] = "power",
		[AXM_RESET_BUS] = "bus",
		[AXM_RESET_FLR] = "flr",
	};

	axm_trace(dev, "reset", "kind=%s", names[kind]);
	axm_count(dev, AXM_COUNT_RESET, 1);
	axm_pool_quiesce(dev);
	axm_lock(dev);
	axm_timers_cancel(dev);
	axm_config_reset(dev);
	axm_bars_reset(dev);
	dev->bus_ops->irq_reset(dev->bus);
	if (dev->ops->reset)
		dev->ops->reset(dev, kind);
	axm_unlock(dev);
}

void axm_device_remove(struct axm_device *dev, bool removed)
{
	bool was = atomic_exchange(&dev->faults.removed, removed);

	if (was == removed)
		return;
	axm_trace(dev, removed ? "removed" : "inserted", " ");
	if (removed)
		dev->bus_ops->dma_cancel(dev->bus);
	else
		axm_device_reset(dev, AXM_RESET_POWER);
}

bool axm_device_present(struct axm_device *dev)
{
	return !atomic_load_explicit(&dev->faults.removed,
				     memory_order_relaxed);
}

int axm_device_config_read(struct axm_device *dev, uint64_t offset, void *buf,
			   size_t count)
{
	if (!count || offset >= dev->config.size ||
	    count > dev->config.size - offset)
		return -EINVAL;
	axm_count(dev, AXM_COUNT_CONFIG_READ, 1);
	axm_lock(dev);
	if (axm_device_present(dev))
		axm_config_get(dev, (unsigned int)offset, buf,
			       (unsigned int)count);
	else
		memset(buf, 0xff, count);
	axm_unlock(dev);
	axm_trace_value(dev, "config-read", -1, offset, buf, count);
	return 0;
}

int axm_device_config_write(struct axm_device *dev, uint64_t offset,
			    const void *buf, size_t count)
{
	bool flr = false;

	if (!count || offset >= dev->config.size ||
	    count > dev->config.size - offset)
		return -EINVAL;
	axm_count(dev, AXM_COUNT_CONFIG_WRITE, 1);
	axm_trace_value(dev, "config-write", -1, offset, buf, count);
	axm_lock(dev);
	if (axm_device_present(dev))
		flr = axm_config_set(dev, (unsigned int)offset, buf,
				     (unsigned int)count);
	axm_unlock(dev);
	if (flr)
		axm_device_reset(dev, AXM_RESET_FLR);
	return 0;
}

bool axm_fault_corrupt(struct axm_device *dev)
{
	unsigned int n = atomic_load(&dev->faults.corrupt);

	while (n)
		if (atomic_compare_exchange_weak(&dev->faults.corrupt, &n,
						 n - 1))
			return true;
	return false;
}

void axm_bus_error(struct axm_device *dev)
{
	axm_trace(dev, "bus-error", " ");
	dev->bus_ops->error(dev->bus, false);
}

const char *axm_counter_name(enum axm_counter what)
{
	static const char *const names[AXM_COUNTERS] = {
		[AXM_COUNT_BAR_READ] = "bar-reads",
		[AXM_COUNT_BAR_WRITE] = "bar-writes",
		[AXM_COUNT_CONFIG_READ] = "config-reads",
		[AXM_COUNT_CONFIG_WRITE] = "config-writes",
		[AXM_COUNT_DMA_READ] = "dma-reads",
		[AXM_COUNT_DMA_WRITE] = "dma-writes",
		[AXM_COUNT_DMA_READ_BYTES] = "dma-read-bytes",
		[AXM_COUNT_DMA_WRITE_BYTES] = "dma-write-bytes",
		[AXM_COUNT_DMA_ERROR] = "dma-errors",
		[AXM_COUNT_DMA_MESSAGE] = "dma-messages",
		[AXM_COUNT_MAP] = "maps",
		[AXM_COUNT_UNMAP] = "unmaps",
		[AXM_COUNT_IRQ] = "irqs",
		[AXM_COUNT_IRQ_DROPPED] = "irqs-dropped",
		[AXM_COUNT_IRQ_LOST] = "irqs-lost",
		[AXM_COUNT_JOB] = "jobs",
		[AXM_COUNT_TIMER] = "timers",
		[AXM_COUNT_RESET] = "resets",
		[AXM_COUNT_CONNECTION] = "connections",
		[AXM_COUNT_MESSAGE] = "messages",
		[AXM_COUNT_BAD_MESSAGE] = "bad-messages",
	};

	return names[what];
}
