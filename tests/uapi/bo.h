/* SPDX-License-Identifier: MIT */
/*
 * Short forms of the calls about memory and address spaces, and the test
 * device's view of them. All return 0, or -1 with errno set.
 */
#ifndef AXLE_TESTS_BO_H
#define AXLE_TESTS_BO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <drm/axle_drm.h>

#include "axle_mock.h"

#define PAGE 4096ul
#define LARGE_PAGE (2ul << 20)

/* Load the test device with so many contexts; everybody may open it. */
bool mock_load(unsigned int contexts);
int mock_open(void);
int mock_open_control(void);
/* Take the driver from the device, or give it back. */
bool mock_unbind(void);
bool mock_bind(void);
bool mock_stats(int fd, struct mock_stats *stats);
bool mock_set(const char *parameter, const char *value);
/* By the control node, which wakes nobody. */
int mock_reset(void);

/* Bytes in use of a region, for the whole device and from fdinfo. */
uint64_t mock_used(int fd, uint32_t region);
uint64_t mock_fdinfo_total(int fd, const char *region);

/* Whether no memory and no address space is in use; nobody has it open. */
bool mock_nothing_left(void);

int bo_create(int fd, uint32_t region, uint64_t size, uint32_t flags,
	      uint32_t *handle);
int bo_from_user(int fd, const void *address, uint64_t size, uint32_t flags,
		 uint32_t *handle);
int bo_info(int fd, uint32_t handle, struct drm_axle_bo_info *info);
/* All of it, shared; MAP_FAILED with errno set. */
void *bo_map(int fd, uint32_t handle);
int bo_close(int fd, uint32_t handle);
/* A dma-buf, or -1. */
int bo_export(int fd, uint32_t handle);
int bo_import(int fd, int dmabuf, uint32_t *handle);

int vm_create(int fd, uint32_t *vm);
int vm_destroy(int fd, uint32_t vm);
int vm_map(int fd, uint32_t vm, uint32_t handle, uint64_t offset,
	   uint64_t address, uint64_t size, uint32_t flags);
int vm_unmap(int fd, uint32_t vm, uint64_t address, uint64_t size);
int vm_bind(int fd, uint32_t vm, const struct drm_axle_bind *binds,
	    uint32_t count);

/* An asynchronous change with at most one syncobj on each side. */
int vm_bind_async(int fd, uint32_t vm, const struct drm_axle_bind *binds,
		  uint32_t count, const struct drm_axle_sync *in,
		  const struct drm_axle_sync *out);

/* A word as the device sees it. */
int vm_peek(int fd, uint32_t vm, uint64_t address, uint64_t *value);
int vm_poke(int fd, uint32_t vm, uint64_t address, uint64_t value);
/* Size of the page there, or zero if nothing is mapped. */
uint64_t vm_page_size(int fd, uint32_t vm, uint64_t address);

/* Syncobjs; a handle of zero is a failure. */
uint32_t sync_create(int fd);
int sync_destroy(int fd, uint32_t handle);
/* Point zero for a binary one. */
int sync_wait(int fd, uint32_t handle, uint64_t point, int timeout_ms);
/* What is in a syncobj, as a sync file; or -1. */
int sync_file_of(int fd, uint32_t handle);
/* Of a sync file: 0, a negative errno, 1 if pending. */
int sync_file_status(int file);
/* The error of the fence in a syncobj: 0, a negative errno, 1 if pending. */
int sync_status(int fd, uint32_t handle);
int sync_signal(int fd, uint32_t handle);

/* A fence that signals when the test wants, from the vgem driver. */
struct late {
	int vgem;
	uint32_t fence;
};

/* The device file of vgem, the module being loaded; or -1. */
int vgem_open(void);
bool late_open(struct late *late, int fd, uint32_t syncobj);
void late_signal(struct late *late);
void late_close(struct late *late);

#endif
