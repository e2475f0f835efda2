// SPDX-License-Identifier: MIT
/*
 * BARs: the memory behind their mappable areas, and the way of an access from
 * the bus to that memory, to the MSI-X table, or to the model.
 *
 * Memory is a memfd so that a transport can hand it to the host side. It is
 * sealed against resizing: whoever gets the descriptor must not be able to
 * take the pages away from under us.
 */
#include "device.h"
#include "trace.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE 4096u
#define MSIX_ENTRY 16u
#define MSIX_ENTRY_CONTROL 12u

static bool power_of_two(uint64_t n)
{
	return n && !(n & (n - 1));
}

static int check_areas(const struct axm_bar_desc *bar)
{
	uint64_t end = 0;

	for (unsigned int i = 0; i < bar->nr_areas; i++) {
		const struct axm_bar_area *area = &bar->areas[i];

		if (!area->size || (area->offset | area->size) % PAGE ||
		    area->offset < end || area->offset >= bar->size ||
		    area->size > bar->size - area->offset)
			return -EINVAL;
		end = area->offset + area->size;
	}
	return 0;
}

static int check_msix(const struct axm_pci_desc *desc)
{
	const struct axm_msix_desc *m = &desc->msix;
	uint64_t table, pba, size;

	if (!m->vectors)
		return 0;
	if (m->vectors > AXM_MSIX_MAX || m->bar >= AXM_BARS)
		return -EINVAL;
	size = desc->bar[m->bar].size;
	table = (uint64_t)m->vectors * MSIX_ENTRY;
	pba = (m->vectors + 63) / 64 * 8;
	if ((m->table | m->pba) & 7 || m->table + table > size ||
	    m->pba + pba > size)
		return -EINVAL;
	if (m->table < m->pba + pba && m->pba < m->table + table)
		return -EINVAL;
	return 0;
}

int axm_desc_check(const struct axm_pci_desc *desc)
{
	for (unsigned int i = 0; i < AXM_BARS; i++) {
		const struct axm_bar_desc *bar = &desc->bar[i];

		if (!bar->size)
			continue;
		if (!power_of_two(bar->size) || bar->size < 16 ||
		    check_areas(bar))
			return -EINVAL;
		if (!(bar->flags & AXM_BAR_64)) {
			if (bar->size > 1u << 31)
				return -EINVAL;
			continue;
		}
		if (i + 1 == AXM_BARS || desc->bar[i + 1].size)
			return -EINVAL;
	}
	if (desc->msi_vectors > AXM_MSI_MAX ||
	    (desc->msi_vectors && !power_of_two(desc->msi_vectors)))
		return -EINVAL;
	if (desc->flr && !desc->pcie)
		return -EINVAL;
	return check_msix(desc);
}

static int alloc_memory(struct axm_bar *bar, uint64_t size)
{
	int seals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;

	bar->fd = memfd_create("axm-bar", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (bar->fd < 0)
		return -errno;
	if (ftruncate(bar->fd, (off_t)size) ||
	    fcntl(bar->fd, F_ADD_SEALS, seals))
		return -errno;
	bar->memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED,
			   bar->fd, 0);
	if (bar->memory == MAP_FAILED) {
		bar->memory = NULL;
		return -errno;
	}
	return 0;
}

int axm_bars_init(struct axm_device *dev)
{
	for (unsigned int i = 0; i < AXM_BARS; i++) {
		int ret = 0;

		if (dev->desc.bar[i].nr_areas)
			ret = alloc_memory(&dev->bar[i], dev->desc.bar[i].size);
		if (ret)
			return ret;
	}
	if (dev->desc.msix.vectors) {
		dev->msix_table = calloc(dev->desc.msix.vectors, MSIX_ENTRY);
		if (!dev->msix_table)
			return -ENOMEM;
	}
	return 0;
}

void axm_bars_fini(struct axm_device *dev)
{
	for (unsigned int i = 0; i < AXM_BARS; i++) {
		if (dev->bar[i].memory)
			munmap(dev->bar[i].memory, dev->desc.bar[i].size);
		if (dev->bar[i].fd >= 0)
			close(dev->bar[i].fd);
	}
	free(dev->msix_table);
}

/* BAR memory keeps its contents: what a reset does to it is the model's. */
void axm_bars_reset(struct axm_device *dev)
{
	for (unsigned int i = 0; i < dev->desc.msix.vectors; i++) {
		uint8_t *entry = dev->msix_table + i * MSIX_ENTRY;

		memset(entry, 0, MSIX_ENTRY);
		entry[MSIX_ENTRY_CONTROL] = 1; /* masked */
	}
}

void *axm_bar_memory(struct axm_device *dev, unsigned int bar)
{
	return bar < AXM_BARS ? dev->bar[bar].memory : NULL;
}

static bool in_area(const struct axm_bar_desc *bar, uint64_t offset,
		    unsigned int size)
{
	for (unsigned int i = 0; i < bar->nr_areas; i++) {
		const struct axm_bar_area *area = &bar->areas[i];

		if (offset >= area->offset &&
		    offset + size <= area->offset + area->size)
			return true;
	}
	return false;
}

/* Not torn: the host may poll or write the same word through its mapping. */
static uint64_t memory_read(const void *at, unsigned int size)
{
	switch (size) {
	case 1:
		return __atomic_load_n((const uint8_t *)at, __ATOMIC_ACQUIRE);
	case 2:
		return __atomic_load_n((const uint16_t *)at, __ATOMIC_ACQUIRE);
	case 4:
		return __atomic_load_n((const uint32_t *)at, __ATOMIC_ACQUIRE);
	default:
		return __atomic_load_n((const uint64_t *)at, __ATOMIC_ACQUIRE);
	}
}

static void memory_write(void *at, unsigned int size, uint64_t value)
{
	switch (size) {
	case 1:
		__atomic_store_n((uint8_t *)at, value, __ATOMIC_RELEASE);
		break;
	case 2:
		__atomic_store_n((uint16_t *)at, value, __ATOMIC_RELEASE);
		break;
	case 4:
		__atomic_store_n((uint32_t *)at, value, __ATOMIC_RELEASE);
		break;
	default:
		__atomic_store_n((uint64_t *)at, value, __ATOMIC_RELEASE);
	}
}

/* The table as bytes, or NULL if the access is not all inside it. */
static uint8_t *msix_entry(struct axm_device *dev, unsigned int bar,
			   uint64_t offset, unsigned int size)
{
	const struct axm_msix_desc *m = &dev->desc.msix;
	uint64_t bytes = (uint64_t)m->vectors * MSIX_ENTRY;

	if (!bytes || bar != m->bar || offset < m->table ||
	    offset - m->table + size > bytes)
		return NULL;
	return dev->msix_table + (offset - m->table);
}

static bool in_pba(struct axm_device *dev, unsigned int bar, uint64_t offset)
{
	const struct axm_msix_desc *m = &dev->desc.msix;

	return m->vectors && bar == m->bar && offset >= m->pba &&
	       offset - m->pba < (m->vectors + 63) / 64 * 8;
}

static uint64_t pba_read(struct axm_device *dev, uint64_t offset,
			 unsigned int size)
{
	uint64_t first = (offset - dev->desc.msix.pba) * 8, bits = 0;

	for (unsigned int i = 0; i < size * 8; i++)
		if (first + i < dev->desc.msix.vectors &&
		    dev->bus_ops->irq_pending(dev->bus,
					      (unsigned int)first + i))
			bits |= 1ull << i;
	return bits;
}

static uint64_t read_one(struct axm_device *dev, unsigned int bar,
			 uint64_t offset, unsigned int size)
{
	uint8_t *entry = msix_entry(dev, bar, offset, size);
	uint64_t value = 0;

	if (entry)
		memcpy(&value, entry, size);
	else if (in_pba(dev, bar, offset))
		value = pba_read(dev, offset, size);
	else if (in_area(&dev->desc.bar[bar], offset, size))
		value = memory_read((char *)dev->bar[bar].memory + offset,
				    size);
	else if (dev->ops->bar_read)
		value = dev->ops->bar_read(dev, bar, offset, size);
	return value;
}

static void write_one(struct axm_device *dev, unsigned int bar, uint64_t offset,
		      unsigned int size, uint64_t value)
{
	uint8_t *entry = msix_entry(dev, bar, offset, size);

	if (entry)
		memcpy(entry, &value, size);
	else if (in_pba(dev, bar, offset))
		return; /* read only */
	else if (in_area(&dev->desc.bar[bar], offset, size))
		memory_write((char *)dev->bar[bar].memory + offset, size,
			     value);
	else if (dev->ops->bar_write)
		dev->ops->bar_write(dev, bar, offset, size, value);
}

/* The largest aligned access, up to 8 bytes, at this place. */
static unsigned int piece(uint64_t offset, size_t left)
{
	unsigned int size = 8;

	while (offset % size || size > left)
		size /= 2;
	return size;
}

static int check_range(struct axm_device *dev, unsigned int bar,
		       uint64_t offset, size_t count)
{
	uint64_t size = bar < AXM_BARS ? dev->desc.bar[bar].size : 0;

	if (!count || offset >= size || count > size - offset)
		return -EINVAL;
	return 0;
}

/* A device that is gone or asleep answers as an empty slot does. */
static bool answers(struct axm_device *dev)
{
	return axm_device_present(dev) && !atomic_load(&dev->config.asleep);
}

int axm_device_bar_read(struct axm_device *dev, unsigned int bar,
			uint64_t offset, void *buf, size_t count)
{
	char *to = buf;

	if (check_range(dev, bar, offset, count))
		return -EINVAL;
	axm_count(dev, AXM_COUNT_BAR_READ, 1);
	axm_lock(dev);
	if (!answers(dev))
		memset(buf, 0xff, count);
	for (size_t done = 0; answers(dev) && done < count;) {
		unsigned int size = piece(offset + done, count - done);
		uint64_t value = read_one(dev, bar, offset + done, size);

		memcpy(to + done, &value, size);
		done += size;
	}
	axm_unlock(dev);
	axm_trace_value(dev, "bar-read", (int)bar, offset, buf, count);
	return 0;
}

int axm_device_bar_write(struct axm_device *dev, unsigned int bar,
			 uint64_t offset, const void *buf, size_t count)
{
	const char *from = buf;

	if (check_range(dev, bar, offset, count))
		return -EINVAL;
	axm_count(dev, AXM_COUNT_BAR_WRITE, 1);
	axm_trace_value(dev, "bar-write", (int)bar, offset, buf, count);
	axm_lock(dev);
	for (size_t done = 0; answers(dev) && done < count;) {
		unsigned int size = piece(offset + done, count - done);
		uint64_t value = 0;

		memcpy(&value, from + done, size);
		write_one(dev, bar, offset + done, size, value);
		done += size;
	}
	axm_unlock(dev);
	return 0;
}
