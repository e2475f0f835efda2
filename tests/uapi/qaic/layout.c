// SPDX-License-Identifier: MIT
/*
 * lib/qaic_accel.h against the kernel's own header: what differs does not
 * compile. layout.sh gives the header, without what it includes.
 */
#include <assert.h>
#include <stddef.h>

#include "qaic_accel.h"

/* What the kernel's header takes from others. */
#define SZ_4K 4096
#define DRM_COMMAND_BASE 0x40
#define DRM_IOW(nr, type) _IOW('d', nr, type)
#define DRM_IOWR(nr, type) _IOWR('d', nr, type)

#include KERNEL_HEADER

#define SAME(ours, theirs) static_assert((ours) == (theirs), #theirs)
#define SAME_SIZE(ours, theirs) SAME(sizeof(struct ours), sizeof(struct theirs))
#define SAME_PLACE(ours, member, theirs, member_)                              \
	SAME(offsetof(struct ours, member), offsetof(struct theirs, member_)); \
	SAME(sizeof(((struct ours *)0)->member),                               \
	     sizeof(((struct theirs *)0)->member_))

SAME(QAICU_MESSAGE_MAX, QAIC_MANAGE_MAX_MSG_LENGTH);
SAME(QAICU_PASSTHROUGH_FROM_USER, QAIC_TRANS_PASSTHROUGH_FROM_USR);
SAME(QAICU_PASSTHROUGH_FROM_DEVICE, QAIC_TRANS_PASSTHROUGH_FROM_DEV);
SAME(QAICU_DMA_XFER_FROM_USER, QAIC_TRANS_DMA_XFER_FROM_USR);
SAME(QAICU_ACTIVATE_FROM_USER, QAIC_TRANS_ACTIVATE_FROM_USR);
SAME(QAICU_ACTIVATE_FROM_DEVICE, QAIC_TRANS_ACTIVATE_FROM_DEV);
SAME(QAICU_DEACTIVATE_FROM_USER, QAIC_TRANS_DEACTIVATE_FROM_USR);
SAME(QAICU_DEACTIVATE_FROM_DEVICE, QAIC_TRANS_DEACTIVATE_FROM_DEV);
SAME(QAICU_STATUS_FROM_USER, QAIC_TRANS_STATUS_FROM_USR);
SAME(QAICU_STATUS_FROM_DEVICE, QAIC_TRANS_STATUS_FROM_DEV);

SAME_SIZE(qaicu_transaction, qaic_manage_trans_hdr);
SAME_PLACE(qaicu_transaction, type, qaic_manage_trans_hdr, type);
SAME_PLACE(qaicu_transaction, len, qaic_manage_trans_hdr, len);

SAME_SIZE(qaicu_dma_xfer, qaic_manage_trans_dma_xfer);
SAME_PLACE(qaicu_dma_xfer, tag, qaic_manage_trans_dma_xfer, tag);
SAME_PLACE(qaicu_dma_xfer, addr, qaic_manage_trans_dma_xfer, addr);
SAME_PLACE(qaicu_dma_xfer, size, qaic_manage_trans_dma_xfer, size);

SAME_SIZE(qaicu_activate, qaic_manage_trans_activate_to_dev);
SAME_PLACE(qaicu_activate, queue_size, qaic_manage_trans_activate_to_dev,
	   queue_size);
SAME_PLACE(qaicu_activate, eventfd, qaic_manage_trans_activate_to_dev, eventfd);
SAME_PLACE(qaicu_activate, options, qaic_manage_trans_activate_to_dev, options);
SAME_PLACE(qaicu_activate, pad, qaic_manage_trans_activate_to_dev, pad);

SAME_SIZE(qaicu_activated, qaic_manage_trans_activate_from_dev);
SAME_PLACE(qaicu_activated, status, qaic_manage_trans_activate_from_dev,
	   status);
SAME_PLACE(qaicu_activated, dbc, qaic_manage_trans_activate_from_dev, dbc_id);
SAME_PLACE(qaicu_activated, options, qaic_manage_trans_activate_from_dev,
	   options);

SAME_SIZE(qaicu_deactivate, qaic_manage_trans_deactivate);
SAME_PLACE(qaicu_deactivate, dbc, qaic_manage_trans_deactivate, dbc_id);
SAME_PLACE(qaicu_deactivate, pad, qaic_manage_trans_deactivate, pad);

SAME_SIZE(qaicu_status, qaic_manage_trans_status_from_dev);
SAME_PLACE(qaicu_status, major, qaic_manage_trans_status_from_dev, major);
SAME_PLACE(qaicu_status, minor, qaic_manage_trans_status_from_dev, minor);
SAME_PLACE(qaicu_status, status, qaic_manage_trans_status_from_dev, status);
SAME_PLACE(qaicu_status, flags, qaic_manage_trans_status_from_dev,
	   status_flags);

SAME_SIZE(qaicu_manage, qaic_manage_msg);
SAME_PLACE(qaicu_manage, len, qaic_manage_msg, len);
SAME_PLACE(qaicu_manage, count, qaic_manage_msg, count);
SAME_PLACE(qaicu_manage, data, qaic_manage_msg, data);

SAME_SIZE(qaicu_create_bo, qaic_create_bo);
SAME_PLACE(qaicu_create_bo, size, qaic_create_bo, size);
SAME_PLACE(qaicu_create_bo, handle, qaic_create_bo, handle);
SAME_PLACE(qaicu_create_bo, pad, qaic_create_bo, pad);

SAME_SIZE(qaicu_mmap_bo, qaic_mmap_bo);
SAME_PLACE(qaicu_mmap_bo, handle, qaic_mmap_bo, handle);
SAME_PLACE(qaicu_mmap_bo, pad, qaic_mmap_bo, pad);
SAME_PLACE(qaicu_mmap_bo, offset, qaic_mmap_bo, offset);

SAME(QAICU_SEM_NOP, QAIC_SEM_NOP);
SAME(QAICU_SEM_INIT, QAIC_SEM_INIT);
SAME(QAICU_SEM_INC, QAIC_SEM_INC);
SAME(QAICU_SEM_DEC, QAIC_SEM_DEC);
SAME(QAICU_SEM_WAIT_EQUAL, QAIC_SEM_WAIT_EQUAL);
SAME(QAICU_SEM_WAIT_GE, QAIC_SEM_WAIT_GT_EQ);
SAME(QAICU_SEM_P, QAIC_SEM_WAIT_GT_0);
SAME(QAICU_SEM_IN_FENCE, QAIC_SEM_INSYNCFENCE);
SAME(QAICU_SEM_OUT_FENCE, QAIC_SEM_OUTSYNCFENCE);

SAME_SIZE(qaicu_sem, qaic_sem);
SAME_PLACE(qaicu_sem, value, qaic_sem, val);
SAME_PLACE(qaicu_sem, index, qaic_sem, index);
SAME_PLACE(qaicu_sem, presync, qaic_sem, presync);
SAME_PLACE(qaicu_sem, command, qaic_sem, cmd);
SAME_PLACE(qaicu_sem, flags, qaic_sem, flags);
SAME_PLACE(qaicu_sem, pad, qaic_sem, pad);

SAME_SIZE(qaicu_slice, qaic_attach_slice_entry);
SAME_PLACE(qaicu_slice, size, qaic_attach_slice_entry, size);
SAME_PLACE(qaicu_slice, sem[0], qaic_attach_slice_entry, sem0);
SAME_PLACE(qaicu_slice, sem[1], qaic_attach_slice_entry, sem1);
SAME_PLACE(qaicu_slice, sem[2], qaic_attach_slice_entry, sem2);
SAME_PLACE(qaicu_slice, sem[3], qaic_attach_slice_entry, sem3);
SAME_PLACE(qaicu_slice, dev_addr, qaic_attach_slice_entry, dev_addr);
SAME_PLACE(qaicu_slice, db_addr, qaic_attach_slice_entry, db_addr);
SAME_PLACE(qaicu_slice, db_data, qaic_attach_slice_entry, db_data);
SAME_PLACE(qaicu_slice, db_len, qaic_attach_slice_entry, db_len);
SAME_PLACE(qaicu_slice, offset, qaic_attach_slice_entry, offset);

SAME_SIZE(qaicu_attach_slice, qaic_attach_slice);
SAME_PLACE(qaicu_attach_slice, count, qaic_attach_slice, hdr.count);
SAME_PLACE(qaicu_attach_slice, dbc, qaic_attach_slice, hdr.dbc_id);
SAME_PLACE(qaicu_attach_slice, handle, qaic_attach_slice, hdr.handle);
SAME_PLACE(qaicu_attach_slice, dir, qaic_attach_slice, hdr.dir);
SAME_PLACE(qaicu_attach_slice, size, qaic_attach_slice, hdr.size);
SAME_PLACE(qaicu_attach_slice, data, qaic_attach_slice, data);

SAME_SIZE(qaicu_execute_entry, qaic_execute_entry);
SAME_PLACE(qaicu_execute_entry, handle, qaic_execute_entry, handle);
SAME_PLACE(qaicu_execute_entry, dir, qaic_execute_entry, dir);
SAME_SIZE(qaicu_partial_entry, qaic_partial_execute_entry);
SAME_PLACE(qaicu_partial_entry, handle, qaic_partial_execute_entry, handle);
SAME_PLACE(qaicu_partial_entry, dir, qaic_partial_execute_entry, dir);
SAME_PLACE(qaicu_partial_entry, resize, qaic_partial_execute_entry, resize);
SAME_SIZE(qaicu_execute, qaic_execute);
SAME_PLACE(qaicu_execute, count, qaic_execute, hdr.count);
SAME_PLACE(qaicu_execute, dbc, qaic_execute, hdr.dbc_id);
SAME_PLACE(qaicu_execute, data, qaic_execute, data);

SAME_SIZE(qaicu_wait, qaic_wait);
SAME_PLACE(qaicu_wait, handle, qaic_wait, handle);
SAME_PLACE(qaicu_wait, timeout, qaic_wait, timeout);
SAME_PLACE(qaicu_wait, dbc, qaic_wait, dbc_id);
SAME_PLACE(qaicu_wait, pad, qaic_wait, pad);

SAME_SIZE(qaicu_perf_stats, qaic_perf_stats);
SAME_PLACE(qaicu_perf_stats, count, qaic_perf_stats, hdr.count);
SAME_PLACE(qaicu_perf_stats, pad, qaic_perf_stats, hdr.pad);
SAME_PLACE(qaicu_perf_stats, dbc, qaic_perf_stats, hdr.dbc_id);
SAME_PLACE(qaicu_perf_stats, data, qaic_perf_stats, data);
SAME_SIZE(qaicu_perf_entry, qaic_perf_stats_entry);
SAME_PLACE(qaicu_perf_entry, handle, qaic_perf_stats_entry, handle);
SAME_PLACE(qaicu_perf_entry, queue_level_before, qaic_perf_stats_entry,
	   queue_level_before);
SAME_PLACE(qaicu_perf_entry, num_queue_element, qaic_perf_stats_entry,
	   num_queue_element);
SAME_PLACE(qaicu_perf_entry, submit_latency_us, qaic_perf_stats_entry,
	   submit_latency_us);
SAME_PLACE(qaicu_perf_entry, device_latency_us, qaic_perf_stats_entry,
	   device_latency_us);
SAME_PLACE(qaicu_perf_entry, pad, qaic_perf_stats_entry, pad);

SAME_SIZE(qaicu_detach_slice, qaic_detach_slice);
SAME_PLACE(qaicu_detach_slice, handle, qaic_detach_slice, handle);
SAME_PLACE(qaicu_detach_slice, pad, qaic_detach_slice, pad);

SAME(QAICU_MANAGE, DRM_IOCTL_QAIC_MANAGE);
SAME(QAICU_CREATE_BO, DRM_IOCTL_QAIC_CREATE_BO);
SAME(QAICU_MMAP_BO, DRM_IOCTL_QAIC_MMAP_BO);
SAME(QAICU_ATTACH_SLICE, DRM_IOCTL_QAIC_ATTACH_SLICE_BO);
SAME(QAICU_EXECUTE, DRM_IOCTL_QAIC_EXECUTE_BO);
SAME(QAICU_PARTIAL_EXECUTE, DRM_IOCTL_QAIC_PARTIAL_EXECUTE_BO);
SAME(QAICU_WAIT, DRM_IOCTL_QAIC_WAIT_BO);
SAME(QAICU_PERF_STATS, DRM_IOCTL_QAIC_PERF_STATS_BO);
SAME(QAICU_DETACH_SLICE, DRM_IOCTL_QAIC_DETACH_SLICE_BO);
