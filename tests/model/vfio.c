// SPDX-License-Identifier: MIT
#include "vfio.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#define DEVICES "/sys/bus/pci/devices"

static unsigned long read_id(const char *device, const char *name)
{
	char path[512], text[32] = "";
	FILE *file;

	snprintf(path, sizeof(path), DEVICES "/%s/%s", device, name);
	file = fopen(path, "r");
	if (!file)
		return 0;
	if (!fgets(text, sizeof(text), file))
		text[0] = '\0';
	fclose(file);
	return strtoul(text, NULL, 16);
}

static bool find(char *name, size_t size, unsigned int vendor,
		 unsigned int device)
{
	DIR *dir = opendir(DEVICES);
	struct dirent *entry;
	bool found = false;

	while (dir && !found && (entry = readdir(dir)))
		if (read_id(entry->d_name, "vendor") == vendor &&
		    read_id(entry->d_name, "device") == device) {
			snprintf(name, size, "%s", entry->d_name);
			found = true;
		}
	if (dir)
		closedir(dir);
	return found;
}

static int put_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY), ret = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		ret = -errno;
	close(fd);
	return ret;
}

static int bind_driver(const char *name)
{
	char path[512];

	snprintf(path, sizeof(path), DEVICES "/%s/driver/unbind", name);
	put_text(path, name); /* there may be none */
	snprintf(path, sizeof(path), DEVICES "/%s/driver_override", name);
	if (put_text(path, "vfio-pci"))
		return -ENOENT;
	put_text("/sys/bus/pci/drivers_probe", name);
	snprintf(path, sizeof(path), DEVICES "/%s/driver", name);
	return access(path, F_OK) ? -ENODEV : 0;
}

static int open_group(const char *name)
{
	char path[512], target[512], node[600];
	ssize_t n;

	snprintf(path, sizeof(path), DEVICES "/%s/iommu_group", name);
	n = readlink(path, target, sizeof(target) - 1);
	if (n < 0)
		return -1;
	target[n] = '\0';
	snprintf(node, sizeof(node), "/dev/vfio/%s", strrchr(target, '/') + 1);
	return open(node, O_RDWR);
}

static bool read_regions(struct vfio *v)
{
	for (unsigned int i = 0; i < VFIO_PCI_VGA_REGION_INDEX; i++) {
		struct vfio_region_info info = {
			.argsz = sizeof(info),
			.index = i,
		};

		if (ioctl(v->device, VFIO_DEVICE_GET_REGION_INFO, &info))
			return false;
		v->offset[i] = info.offset;
		v->size[i] = info.size;
	}
	return true;
}

enum vfio_open_result vfio_open(struct vfio *v, unsigned int vendor,
				unsigned int device)
{
	char name[256], path[512];

	*v = (struct vfio){ -1, -1, -1, { 0 }, { 0 } };
	if (!find(name, sizeof(name), vendor, device))
		return VFIO_NO_DEVICE;
	snprintf(path, sizeof(path), DEVICES "/%s/iommu_group", name);
	if (access(path, F_OK))
		return VFIO_NO_IOMMU;
	if (system("modprobe vfio-pci >/dev/null 2>&1"))
		return VFIO_NO_DRIVER;
	if (bind_driver(name))
		return VFIO_FAILED;
	v->container = open("/dev/vfio/vfio", O_RDWR);
	v->group = open_group(name);
	if (v->container < 0 || v->group < 0 ||
	    ioctl(v->group, VFIO_GROUP_SET_CONTAINER, &v->container) ||
	    ioctl(v->container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU))
		return VFIO_FAILED;
	v->device = ioctl(v->group, VFIO_GROUP_GET_DEVICE_FD, name);
	return v->device >= 0 && read_regions(v) ? VFIO_OPENED : VFIO_FAILED;
}

void vfio_close(struct vfio *v)
{
	close(v->device);
	close(v->group);
	close(v->container);
}

void *vfio_mmap(struct vfio *v, unsigned int region, uint64_t offset,
		size_t size)
{
	void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED,
			v->device, (off_t)(v->offset[region] + offset));

	return at == MAP_FAILED ? NULL : at;
}

int vfio_read(struct vfio *v, unsigned int region, uint64_t offset, void *data,
	      size_t size)
{
	ssize_t n = pread(v->device, data, size,
			  (off_t)(v->offset[region] + offset));

	return n == (ssize_t)size ? 0 : -EIO;
}

int vfio_write(struct vfio *v, unsigned int region, uint64_t offset,
	       const void *data, size_t size)
{
	ssize_t n = pwrite(v->device, data, size,
			   (off_t)(v->offset[region] + offset));

	return n == (ssize_t)size ? 0 : -EIO;
}

uint32_t vfio_get32(struct vfio *v, unsigned int region, uint64_t offset)
{
	uint32_t value = 0xbadbad;

	vfio_read(v, region, offset, &value, sizeof(value));
	return value;
}

uint64_t vfio_get64(struct vfio *v, unsigned int region, uint64_t offset)
{
	uint64_t value = 0xbadbad;

	vfio_read(v, region, offset, &value, sizeof(value));
	return value;
}

void vfio_put32(struct vfio *v, unsigned int region, uint64_t offset,
		uint32_t value)
{
	vfio_write(v, region, offset, &value, sizeof(value));
}

void vfio_put64(struct vfio *v, unsigned int region, uint64_t offset,
		uint64_t value)
{
	vfio_write(v, region, offset, &value, sizeof(value));
}

int vfio_map(struct vfio *v, uint64_t iova, void *memory, size_t size)
{
	struct vfio_iommu_type1_dma_map map = {
		.argsz = sizeof(map),
		.flags = VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE,
		.vaddr = (uintptr_t)memory,
		.iova = iova,
		.size = size,
	};

	return ioctl(v->container, VFIO_IOMMU_MAP_DMA, &map) ? -errno : 0;
}

int vfio_unmap(struct vfio *v, uint64_t iova, size_t size)
{
	struct vfio_iommu_type1_dma_unmap unmap = {
		.argsz = sizeof(unmap),
		.iova = iova,
		.size = size,
	};

	return ioctl(v->container, VFIO_IOMMU_UNMAP_DMA, &unmap) ? -errno : 0;
}

int vfio_set_events(struct vfio *v, unsigned int kind, const int *fds,
		    unsigned int n)
{
	size_t size = sizeof(struct vfio_irq_set) + n * sizeof(int);
	struct vfio_irq_set *set = calloc(1, size);
	int ret;

	if (!set)
		return -ENOMEM;
	set->argsz = (uint32_t)size;
	set->flags = VFIO_IRQ_SET_ACTION_TRIGGER;
	set->flags |= n ? VFIO_IRQ_SET_DATA_EVENTFD : VFIO_IRQ_SET_DATA_NONE;
	set->index = kind;
	set->count = n;
	if (n)
		memcpy(set->data, fds, n * sizeof(int));
	ret = ioctl(v->device, VFIO_DEVICE_SET_IRQS, set) ? -errno : 0;
	free(set);
	return ret;
}
