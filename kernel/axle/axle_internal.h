/* SPDX-License-Identifier: GPL-2.0-only */
/* What the kit's files share among themselves; nothing for drivers. */
#ifndef _AXLE_INTERNAL_H_
#define _AXLE_INTERNAL_H_

#include <axle/axle_device.h>

/* axle_ioctl.c */
int axle_ioctls_check(const struct axle_ops *ops);
long axle_dispatch(struct axle_device *adev, struct axle_context *ctx,
		   unsigned int cmd, void __user *uarg);

/* axle_context.c */
u32 axle_contexts_per_user(const struct axle_device *adev);
u64 axle_busy_read(struct axle_device *adev, const struct axle_busy *busy);

/* axle_query.c */
int axle_query(struct axle_device *adev, struct axle_context *ctx, void *data);

/* axle_reset.c */
void axle_reset_init(struct axle_device *adev);
void axle_reset_stop(struct axle_device *adev);
u32 axle_device_state(struct axle_device *adev);
int axle_reset_ioctl(struct axle_device *adev, struct axle_context *ctx,
		     void *data);

/* axle_control.c */
int axle_control_init(void);
void axle_control_exit(void);
int axle_control_add(struct axle_device *adev);
void axle_control_remove(struct axle_device *adev);

/* axle_debugfs.c */
void axle_debugfs_add(struct axle_device *adev);

#endif
