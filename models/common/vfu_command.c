// SPDX-License-Identifier: MIT
/*
 * Commands of the client: a table of handlers. Each gets a payload of at least
 * the size in the table and leaves a reply or returns -errno, which becomes an
 * error reply; the connection goes on either way.
 */
#include "vfu.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

/* All replies but those with data behind are one fixed struct. */
static void set_reply(struct vfu_message *m, const void *data, size_t size)
{
	memcpy(m->reply, data, size);
	m->reply_size = size;
}

static int device_info(struct vfu *vfu, struct vfu_message *m)
{
	struct vfio_device_info info;
	const size_t size = 16; /* without the capabilities of newer kernels */

	memcpy(&info, m->data, size);
	if (info.argsz < size)
		return -EINVAL;
	info.argsz = size;
	info.flags = VFIO_DEVICE_FLAGS_PCI | VFIO_DEVICE_FLAGS_RESET;
	info.num_regions = VFIO_PCI_NUM_REGIONS;
	info.num_irqs = VFIO_PCI_NUM_IRQS;
	set_reply(m, &info, size);
	return 0;
}

static size_t sparse_size(const struct axm_bar_desc *bar)
{
	const struct vfio_region_info_cap_sparse_mmap *cap;

	if (bar->nr_areas == 1 && bar->areas[0].size == bar->size)
		return 0; /* all of it: no capability needed */
	return sizeof(*cap) + bar->nr_areas * sizeof(cap->areas[0]);
}

static void put_sparse(uint8_t *at, const struct axm_bar_desc *bar)
{
	struct vfio_region_info_cap_sparse_mmap cap = {
		.header.id = VFIO_REGION_INFO_CAP_SPARSE_MMAP,
		.header.version = 1,
		.nr_areas = bar->nr_areas,
	};

	memcpy(at, &cap, sizeof(cap));
	at += sizeof(cap);
	for (unsigned int i = 0; i < bar->nr_areas; i++) {
		struct vfio_region_sparse_mmap_area area = {
			.offset = bar->areas[i].offset,
			.size = bar->areas[i].size,
		};

		memcpy(at, &area, sizeof(area));
		at += sizeof(area);
	}
}

/* Where the client gives no room for the areas, it gets no descriptor. */
static void bar_info(struct vfu *vfu, struct vfu_message *m,
		     struct vfio_region_info *info, uint32_t room)
{
	const struct axm_bar_desc *bar = &vfu->dev->desc.bar[info->index];
	size_t caps;

	info->size = bar->size;
	if (!bar->size)
		return;
	info->flags = VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE;
	if (!bar->nr_areas || !atomic_load(&vfu->client_fds))
		return;
	info->flags |= VFIO_REGION_INFO_FLAG_MMAP;
	caps = sparse_size(bar);
	info->argsz += caps;
	if (info->argsz > room)
		return;
	m->reply_fd = vfu->dev->bar[info->index].fd;
	if (!caps)
		return;
	info->flags |= VFIO_REGION_INFO_FLAG_CAPS;
	info->cap_offset = sizeof(*info);
	put_sparse(m->reply + sizeof(*info), bar);
	m->reply_size = caps;
}

static int region_info(struct vfu *vfu, struct vfu_message *m)
{
	struct vfio_region_info request, info = { 0 };

	memcpy(&request, m->data, sizeof(request));
	if (request.argsz < sizeof(info) ||
	    request.index >= VFIO_PCI_NUM_REGIONS)
		return -EINVAL;
	info.argsz = sizeof(info);
	info.index = request.index;
	if (info.index < AXM_BARS) {
		bar_info(vfu, m, &info, request.argsz);
	} else if (info.index == VFIO_PCI_CONFIG_REGION_INDEX) {
		info.size = vfu->dev->config.size;
		info.flags = VFIO_REGION_INFO_FLAG_READ |
			     VFIO_REGION_INFO_FLAG_WRITE;
	}
	memcpy(m->reply, &info, sizeof(info));
	m->reply_size += sizeof(info);
	return 0;
}

static int region_do(struct vfu *vfu, uint32_t region, uint64_t offset,
		     void *data, size_t count, bool write)
{
	struct axm_device *dev = vfu->dev;

	if (region == VFIO_PCI_CONFIG_REGION_INDEX)
		return write ? axm_device_config_write(dev, offset, data,
						       count) :
			       axm_device_config_read(dev, offset, data, count);
	return write ? axm_device_bar_write(dev, region, offset, data, count) :
		       axm_device_bar_read(dev, region, offset, data, count);
}

static int region_read(struct vfu *vfu, struct vfu_message *m)
{
	struct vfu_region_access a;
	int ret;

	memcpy(&a, m->data, sizeof(a));
	if (a.count > VFU_MAX_XFER)
		return -EINVAL;
	ret = region_do(vfu, a.region, a.offset, m->reply + sizeof(a), a.count,
			false);
	if (ret)
		return ret;
	set_reply(m, &a, sizeof(a));
	m->reply_size += a.count;
	return 0;
}

static int region_write(struct vfu *vfu, struct vfu_message *m)
{
	struct vfu_region_access a;
	int ret;

	memcpy(&a, m->data, sizeof(a));
	if (a.count != m->size - sizeof(a))
		return -EINVAL;
	ret = region_do(vfu, a.region, a.offset, (void *)(m->data + sizeof(a)),
			a.count, true);
	if (!ret)
		set_reply(m, &a, sizeof(a));
	return ret;
}

static bool write_fits(struct vfu *vfu, const struct vfu_write_one *one)
{
	uint64_t size = 0;

	if (one->region < AXM_BARS)
		size = vfu->dev->desc.bar[one->region].size;
	else if (one->region == VFIO_PCI_CONFIG_REGION_INDEX)
		size = vfu->dev->config.size;
	return one->count && one->count <= VFU_MULTI_DATA &&
	       one->offset < size && one->count <= size - one->offset;
}

/* All of the writes are checked before the first is done. */
static int region_write_multi(struct vfu *vfu, struct vfu_message *m)
{
	const uint8_t *first = m->data + sizeof(uint64_t);
	struct vfu_write_one one;
	uint64_t count;
	int ret = 0;

	memcpy(&count, m->data, sizeof(count));
	if (count != (m->size - sizeof(count)) / sizeof(one) ||
	    (m->size - sizeof(count)) % sizeof(one))
		return -EINVAL;
	for (uint64_t i = 0; i < count; i++) {
		memcpy(&one, first + i * sizeof(one), sizeof(one));
		if (!write_fits(vfu, &one))
			return -EINVAL;
	}
	for (uint64_t i = 0; !ret && i < count; i++) {
		memcpy(&one, first + i * sizeof(one), sizeof(one));
		ret = region_do(vfu, one.region, one.offset, one.data,
				one.count, true);
	}
	set_reply(m, &count, sizeof(count));
	return ret;
}

static int dma_map(struct vfu *vfu, struct vfu_message *m)
{
	struct vfu_dma_map map;
	int ret;

	memcpy(&map, m->data, sizeof(map));
	if (map.argsz < sizeof(map) || !map.flags ||
	    map.flags & ~(VFU_DMA_MAP_READ | VFU_DMA_MAP_WRITE) ||
	    (!m->nr_fds && map.offset))
		return -EINVAL;
	ret = vfu_maps_add(&vfu->maps, &map, m->nr_fds ? m->fd[0] : -1);
	axm_count(vfu->dev, AXM_COUNT_MAP, 1);
	axm_trace(vfu->dev, "map",
		  "addr=0x%" PRIx64 " size=0x%" PRIx64
		  " flags=%u fd=%d result=%d",
		  map.addr, map.size, map.flags, m->nr_fds, ret);
	return ret;
}

static int dma_unmap(struct vfu *vfu, struct vfu_message *m)
{
	struct vfu_dma_unmap unmap;
	int ret = 0;

	memcpy(&unmap, m->data, sizeof(unmap));
	if (unmap.argsz < sizeof(unmap))
		return -EINVAL;
	if (unmap.flags & VFIO_DMA_UNMAP_FLAG_GET_DIRTY_BITMAP)
		return -EOPNOTSUPP;
	if (unmap.flags & ~VFU_DMA_UNMAP_ALL)
		return -EINVAL;
	axm_trace(vfu->dev, "unmap",
		  "addr=0x%" PRIx64 " size=0x%" PRIx64 " flags=%u", unmap.addr,
		  unmap.size, unmap.flags);
	axm_count(vfu->dev, AXM_COUNT_UNMAP, 1);
	if (!(unmap.flags & VFU_DMA_UNMAP_ALL))
		ret = vfu_maps_remove(&vfu->maps, unmap.addr, unmap.size);
	else if (unmap.addr || unmap.size)
		ret = -EINVAL;
	else
		vfu_maps_clear(&vfu->maps);
	if (!ret)
		set_reply(m, &unmap, sizeof(unmap));
	return ret;
}

static int device_reset(struct vfu *vfu, struct vfu_message *m)
{
	axm_device_reset(vfu->dev, AXM_RESET_BUS);
	return 0;
}

static const struct command {
	size_t size; /* of the payload */
	bool more; /* data may follow */
	unsigned int fds; /* most descriptors it takes */
	int (*run)(struct vfu *vfu, struct vfu_message *m);
} commands[VFU_COMMANDS] = {
	[VFU_VERSION] = { sizeof(struct vfu_version), true, 0, vfu_version },
	[VFU_DMA_MAP] = { sizeof(struct vfu_dma_map), false, 1, dma_map },
	[VFU_DMA_UNMAP] = { sizeof(struct vfu_dma_unmap), false, 0, dma_unmap },
	[VFU_DEVICE_GET_INFO] = { 16, false, 0, device_info },
	[VFU_DEVICE_GET_REGION_INFO] = { sizeof(struct vfio_region_info), false,
					 0, region_info },
	[VFU_DEVICE_GET_IRQ_INFO] = { sizeof(struct vfio_irq_info), false, 0,
				      vfu_irq_info },
	[VFU_DEVICE_SET_IRQS] = { sizeof(struct vfio_irq_set), true,
				  VFU_MAX_FDS, vfu_irq_set },
	[VFU_REGION_READ] = { sizeof(struct vfu_region_access), false, 0,
			      region_read },
	[VFU_REGION_WRITE] = { sizeof(struct vfu_region_access), true, 0,
			       region_write },
	[VFU_DEVICE_RESET] = { 0, false, 0, device_reset },
	[VFU_REGION_WRITE_MULTI] = { sizeof(uint64_t), true, 0,
				     region_write_multi },
	/* Known, and not here: migration, dirty pages, ioeventfds. */
	[VFU_DEVICE_GET_REGION_IO_FDS] = { .more = true },
	[VFU_DIRTY_PAGES] = { .more = true },
	[VFU_DEVICE_FEATURE] = { .more = true },
	[VFU_MIG_DATA_READ] = { .more = true },
	[VFU_MIG_DATA_WRITE] = { .more = true },
};

int vfu_dispatch(struct vfu *vfu, struct vfu_message *m)
{
	unsigned int number = m->header.command;
	const struct command *c = &commands[number < VFU_COMMANDS ? number : 0];

	if (!c->run)
		return c->more ? -EOPNOTSUPP : -ENOSYS;
	if (!vfu->negotiated && number != VFU_VERSION)
		return -EPROTO;
	if (m->size < c->size || (!c->more && m->size != c->size) ||
	    m->nr_fds > c->fds)
		return -EINVAL;
	return c->run(vfu, m);
}
