/* SPDX-License-Identifier: MIT */
/* A PCI device through the guest's own VFIO; for tests inside the VM. */
#ifndef TESTS_MODEL_VFIO_H
#define TESTS_MODEL_VFIO_H

#include <linux/vfio.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct vfio {
	int container, group, device;
	uint64_t offset[VFIO_PCI_NUM_REGIONS];
	uint64_t size[VFIO_PCI_NUM_REGIONS];
};

enum vfio_open_result {
	VFIO_OPENED,
	VFIO_NO_DEVICE,
	VFIO_NO_IOMMU,
	VFIO_NO_DRIVER,
	VFIO_FAILED,
};

/* Binds the device with this identity to vfio-pci and opens it. */
enum vfio_open_result vfio_open(struct vfio *v, unsigned int vendor,
				unsigned int device);
void vfio_close(struct vfio *v);

void *vfio_mmap(struct vfio *v, unsigned int region, uint64_t offset,
		size_t size);
int vfio_read(struct vfio *v, unsigned int region, uint64_t offset, void *data,
	      size_t size);
int vfio_write(struct vfio *v, unsigned int region, uint64_t offset,
	       const void *data, size_t size);
uint32_t vfio_get32(struct vfio *v, unsigned int region, uint64_t offset);
uint64_t vfio_get64(struct vfio *v, unsigned int region, uint64_t offset);
void vfio_put32(struct vfio *v, unsigned int region, uint64_t offset,
		uint32_t value);
void vfio_put64(struct vfio *v, unsigned int region, uint64_t offset,
		uint64_t value);

int vfio_map(struct vfio *v, uint64_t iova, void *memory, size_t size);
int vfio_unmap(struct vfio *v, uint64_t iova, size_t size);
/* One eventfd per vector from 0 on; none disables. */
int vfio_set_events(struct vfio *v, unsigned int kind, const int *fds,
		    unsigned int n);

#endif
