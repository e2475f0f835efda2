// SPDX-License-Identifier: MIT
/* What a model asks of its bus, with the checks that every bus shares. */
#include "device.h"

#include <errno.h>
#include <inttypes.h>

void axm_irq_raise(struct axm_device *dev, unsigned int vector)
{
	unsigned int drop = atomic_load(&dev->faults.drop_irqs);

	axm_count(dev, AXM_COUNT_IRQ, 1);
	while (drop)
		if (atomic_compare_exchange_weak(&dev->faults.drop_irqs, &drop,
						 drop - 1)) {
			axm_count(dev, AXM_COUNT_IRQ_DROPPED, 1);
			axm_trace(dev, "irq-dropped", "vector=%u", vector);
			return;
		}
	/* A message interrupt is a memory write: it needs bus mastering. */
	if (!axm_device_present(dev) || atomic_load(&dev->pool.gate) ||
	    !atomic_load(&dev->config.bus_master) ||
	    atomic_load(&dev->config.asleep)) {
		axm_count(dev, AXM_COUNT_IRQ_LOST, 1);
		axm_trace(dev, "irq-lost", "vector=%u", vector);
		return;
	}
	axm_trace(dev, "irq", "vector=%u", vector);
	dev->bus_ops->irq(dev->bus, vector);
}

void axm_irq_line(struct axm_device *dev, bool level)
{
	if (!axm_device_present(dev))
		return;
	if (atomic_exchange(&dev->config.line, level) == level)
		return;
	axm_trace(dev, "irq-line", "level=%d", level);
	dev->bus_ops->irq_line(dev->bus, level);
}

static int may_dma(struct axm_device *dev)
{
	if (!axm_device_present(dev) || atomic_load(&dev->pool.gate))
		return -ECANCELED;
	if (!atomic_load(&dev->config.bus_master) ||
	    atomic_load(&dev->config.asleep))
		return -EPERM;
	return 0;
}

static int dma(struct axm_device *dev, uint64_t addr, void *buf, size_t len,
	       bool write)
{
	int ret = may_dma(dev);

	if (!ret && len && addr + (len - 1) < addr)
		ret = -EFAULT;
	if (!ret && len)
		ret = dev->bus_ops->dma(dev->bus, addr, buf, len, write);
	axm_count(dev, write ? AXM_COUNT_DMA_WRITE : AXM_COUNT_DMA_READ, 1);
	if (ret)
		axm_count(dev, AXM_COUNT_DMA_ERROR, 1);
	else
		axm_count(dev,
			  write ? AXM_COUNT_DMA_WRITE_BYTES :
				  AXM_COUNT_DMA_READ_BYTES,
			  len);
	axm_trace(dev, write ? "dma-write" : "dma-read",
		  "addr=0x%" PRIx64 " size=%zu result=%d", addr, len, ret);
	return ret;
}

int axm_dma_read(struct axm_device *dev, uint64_t addr, void *buf, size_t len)
{
	return dma(dev, addr, buf, len, false);
}

int axm_dma_write(struct axm_device *dev, uint64_t addr, const void *buf,
		  size_t len)
{
	return dma(dev, addr, (void *)buf, len, true);
}

int axm_dma_map(struct axm_device *dev, uint64_t addr, size_t len, bool write,
		struct axm_dma_window *window)
{
	int ret = may_dma(dev);

	if (!ret && (!len || addr + (len - 1) < addr))
		ret = -EFAULT;
	if (!ret)
		ret = dev->bus_ops->dma_map(dev->bus, addr, len, write, window);
	axm_trace(dev, "dma-window",
		  "addr=0x%" PRIx64 " size=%zu write=%d result=%d", addr, len,
		  write, ret);
	return ret;
}

void axm_dma_unmap(struct axm_device *dev, struct axm_dma_window *window)
{
	dev->bus_ops->dma_unmap(dev->bus, window);
}

/*
 * One aligned word. Memory is mapped, or reached by a message, which the host
 * side executes as one access or not at all.
 */
static int word(struct axm_device *dev, uint64_t addr, void *value, size_t size,
		bool write)
{
	struct axm_dma_window w;
	int ret;

	if (addr % size)
		return -EINVAL;
	ret = axm_dma_map(dev, addr, size, write, &w);
	if (ret == -EOPNOTSUPP)
		return dma(dev, addr, value, size, write);
	if (ret)
		return ret;
	if (w.len < size || (uintptr_t)w.ptr % size)
		ret = -EFAULT;
	else if (write && size == 4)
		__atomic_store((uint32_t *)w.ptr, (uint32_t *)value,
			       __ATOMIC_RELEASE);
	else if (write)
		__atomic_store((uint64_t *)w.ptr, (uint64_t *)value,
			       __ATOMIC_RELEASE);
	else if (size == 4)
		__atomic_load((uint32_t *)w.ptr, (uint32_t *)value,
			      __ATOMIC_ACQUIRE);
	else
		__atomic_load((uint64_t *)w.ptr, (uint64_t *)value,
			      __ATOMIC_ACQUIRE);
	axm_dma_unmap(dev, &w);
	return ret;
}

int axm_dma_load32(struct axm_device *dev, uint64_t addr, uint32_t *value)
{
	return word(dev, addr, value, sizeof(*value), false);
}

int axm_dma_load64(struct axm_device *dev, uint64_t addr, uint64_t *value)
{
	return word(dev, addr, value, sizeof(*value), false);
}

int axm_dma_store32(struct axm_device *dev, uint64_t addr, uint32_t value)
{
	return word(dev, addr, &value, sizeof(value), true);
}

int axm_dma_store64(struct axm_device *dev, uint64_t addr, uint64_t value)
{
	return word(dev, addr, &value, sizeof(value), true);
}
