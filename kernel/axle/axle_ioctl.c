// SPDX-License-Identifier: GPL-2.0-only
/*
 * Dispatch of the calls of both nodes, the kit's and the driver's.
 *
 * DRM core cuts an unknown tail off a struct in silence, so the kit's calls do
 * not go through drm_ioctl(): rule 3 of <drm/axle_drm.h> is kept here, once
 * for all. The struct lives on the stack; no lock is held while user memory
 * is touched.
 */
#include <linux/capability.h>
#include <linux/compat.h>
#include <linux/uaccess.h>

#include <drm/drm_ioctl.h>

#include "axle_internal.h"

static const struct axle_ioctl axle_ioctls[] = {
	AXLE_IOCTL(DRM_IOCTL_AXLE_QUERY, drm_axle_query,
		   AXLE_IOCTL_COMPUTE | AXLE_IOCTL_CONTROL, axle_query),
	AXLE_IOCTL(DRM_IOCTL_AXLE_BO_CREATE, drm_axle_bo_create,
		   AXLE_IOCTL_COMPUTE, axle_bo_create_ioctl),
	AXLE_IOCTL(DRM_IOCTL_AXLE_BO_INFO, drm_axle_bo_info, AXLE_IOCTL_COMPUTE,
		   axle_bo_info_ioctl),
	AXLE_IOCTL(DRM_IOCTL_AXLE_BO_FROM_USER, drm_axle_bo_from_user,
		   AXLE_IOCTL_COMPUTE, axle_bo_from_user_ioctl),
	AXLE_IOCTL(DRM_IOCTL_AXLE_VM_CREATE, drm_axle_vm_create,
		   AXLE_IOCTL_COMPUTE, axle_vm_create_ioctl),
	AXLE_IOCTL(DRM_IOCTL_AXLE_VM_DESTROY, drm_axle_vm_destroy,
		   AXLE_IOCTL_COMPUTE, axle_vm_destroy_ioctl),
	AXLE_IOCTL(DRM_IOCTL_AXLE_VM_BIND, drm_axle_vm_bind, AXLE_IOCTL_COMPUTE,
		   axle_vm_bind_ioctl),
	AXLE_IOCTL(DRM_IOCTL_AXLE_PROGRAM_CREATE, drm_axle_program_create,
		   AXLE_IOCTL_COMPUTE, axle_program_create_ioctl),
	AXLE_IOCTL(DRM_IOCTL_AXLE_PROGRAM_DESTROY, drm_axle_program_destroy,
		   AXLE_IOCTL_COMPUTE, axle_program_destroy_ioctl),
	AXLE_IOCTL(DRM_IOCTL_AXLE_QUEUE_CREATE, drm_axle_queue_create,
		   AXLE_IOCTL_COMPUTE, axle_queue_create_ioctl),
	AXLE_IOCTL(DRM_IOCTL_AXLE_QUEUE_DESTROY, drm_axle_queue_destroy,
		   AXLE_IOCTL_COMPUTE, axle_queue_destroy_ioctl),
	AXLE_IOCTL(DRM_IOCTL_AXLE_QUEUE_FENCE, drm_axle_queue_fence,
		   AXLE_IOCTL_COMPUTE, axle_queue_fence_ioctl),
	AXLE_IOCTL(DRM_IOCTL_AXLE_SUBMIT, drm_axle_submit, AXLE_IOCTL_COMPUTE,
		   axle_submit_ioctl),
	AXLE_IOCTL(DRM_IOCTL_AXLE_RESET, drm_axle_reset,
		   AXLE_IOCTL_CONTROL | AXLE_IOCTL_ADMIN, axle_reset_ioctl),
	AXLE_IOCTL(DRM_IOCTL_AXLE_SET_LIMIT, drm_axle_set_limit,
		   AXLE_IOCTL_CONTROL | AXLE_IOCTL_ADMIN, axle_set_limit_ioctl),
};

#define AXLE_DRIVER_FIRST (DRM_COMMAND_BASE + DRM_AXLE_DRIVER_BASE)
#define AXLE_DRIVER_LAST (DRM_COMMAND_BASE + DRM_AXLE_DRIVER_END)

/**
 * axle_ioctls_check() - Check a driver's table of calls.
 * @ops: the driver's table
 *
 * Return: 0, or -EINVAL if a row is outside the driver's range, too large or
 * without a node.
 */
int axle_ioctls_check(const struct axle_ops *ops)
{
	const struct axle_ioctl *desc;

	for (desc = ops->ioctls; desc < ops->ioctls + ops->num_ioctls; desc++)
		if (_IOC_NR(desc->cmd) < AXLE_DRIVER_FIRST ||
		    _IOC_NR(desc->cmd) > AXLE_DRIVER_LAST ||
		    _IOC_SIZE(desc->cmd) > AXLE_IOCTL_MAX ||
		    desc->min_size > _IOC_SIZE(desc->cmd) ||
		    !(desc->flags & (AXLE_IOCTL_COMPUTE | AXLE_IOCTL_CONTROL)))
			return -EINVAL;
	return 0;
}

/* The size is not part of what identifies a call: see rule 3. */
static bool axle_ioctl_matches(const struct axle_ioctl *desc, unsigned int cmd)
{
	return _IOC_TYPE(desc->cmd) == _IOC_TYPE(cmd) &&
	       _IOC_NR(desc->cmd) == _IOC_NR(cmd) &&
	       _IOC_DIR(desc->cmd) == _IOC_DIR(cmd);
}

static const struct axle_ioctl *axle_ioctl_find(const struct axle_ops *ops,
						unsigned int cmd)
{
	const struct axle_ioctl *table = axle_ioctls;
	size_t count = ARRAY_SIZE(axle_ioctls);
	size_t i;

	if (_IOC_NR(cmd) >= AXLE_DRIVER_FIRST) {
		table = ops->ioctls;
		count = ops->num_ioctls;
	}
	for (i = 0; i < count; i++)
		if (axle_ioctl_matches(&table[i], cmd))
			return &table[i];
	return NULL;
}

static int axle_ioctl_permit(const struct axle_ioctl *desc, bool control)
{
	u16 node = control ? AXLE_IOCTL_CONTROL : AXLE_IOCTL_COMPUTE;

	if (!(desc->flags & node))
		return -EOPNOTSUPP;
	if ((desc->flags & AXLE_IOCTL_ADMIN) && !capable(CAP_SYS_ADMIN))
		return -EPERM;
	return 0;
}

static int axle_ioctl_run(const struct axle_ioctl *desc,
			  struct axle_device *adev, struct axle_context *ctx,
			  void *data)
{
	int cookie;
	int err;

	if (!(desc->flags & AXLE_IOCTL_HW))
		return desc->func(adev, ctx, data);
	err = axle_hw_enter(adev, &cookie);
	if (err)
		return err;
	err = desc->func(adev, ctx, data);
	axle_hw_exit(adev, cookie);
	return err;
}

/**
 * axle_dispatch() - Run one of the kit's or the driver's calls.
 * @adev: the device
 * @ctx: the context, NULL on the control node
 * @cmd: call number with the size of the user's struct
 * @uarg: the user's struct
 *
 * Return: 0 or a negative errno, see <drm/axle_drm.h>.
 */
long axle_dispatch(struct axle_device *adev, struct axle_context *ctx,
		   unsigned int cmd, void __user *uarg)
{
	u64 data[AXLE_IOCTL_MAX / sizeof(u64)] = {};
	const struct axle_ioctl *desc;
	size_t usize, ksize;
	int err;

	/* Of any two calls that see the end, the later sees it, too. */
	if (READ_ONCE(adev->gone))
		return -ENODEV;
	desc = axle_ioctl_find(adev->ops, cmd);
	if (!desc)
		return -ENOTTY;
	err = axle_ioctl_permit(desc, !ctx);
	if (err)
		return err;

	ksize = _IOC_SIZE(desc->cmd);
	usize = _IOC_SIZE(cmd);
	if (usize < desc->min_size)
		return -EINVAL;
	err = copy_struct_from_user(data, ksize, uarg, usize);
	if (err)
		return err;
	err = axle_ioctl_run(desc, adev, ctx, data);
	if (err)
		return err;
	if ((_IOC_DIR(cmd) & _IOC_READ) &&
	    copy_to_user(uarg, data, min(usize, ksize)))
		return -EFAULT;
	return 0;
}

static bool axle_ioctl_is_ours(unsigned int cmd)
{
	return _IOC_TYPE(cmd) == DRM_IOCTL_BASE &&
	       _IOC_NR(cmd) >= DRM_COMMAND_BASE &&
	       _IOC_NR(cmd) <= AXLE_DRIVER_LAST;
}

/**
 * axle_compute_ioctl() - unlocked_ioctl of the compute node.
 * @filp: the file
 * @cmd: call number
 * @arg: the user's struct
 *
 * For DEFINE_AXLE_DRIVER(); drivers do not call it.
 *
 * Return: 0 or a negative errno.
 */
long axle_compute_ioctl(struct file *filp, unsigned int cmd, unsigned long arg)
{
	struct drm_file *file = filp->private_data;
	struct axle_context *ctx = file->driver_priv;

	if (!axle_ioctl_is_ours(cmd))
		return drm_ioctl(filp, cmd, arg);
	return axle_dispatch(ctx->adev, ctx, cmd, (void __user *)arg);
}
EXPORT_SYMBOL_GPL(axle_compute_ioctl);

#ifdef CONFIG_COMPAT
/**
 * axle_compute_compat_ioctl() - compat_ioctl of the compute node.
 * @filp: the file
 * @cmd: call number
 * @arg: the user's struct
 *
 * For DEFINE_AXLE_DRIVER(); drivers do not call it. The kit's layouts are the
 * same for 32-bit programs, some of DRM's own are not.
 *
 * Return: 0 or a negative errno.
 */
long axle_compute_compat_ioctl(struct file *filp, unsigned int cmd,
			       unsigned long arg)
{
	if (!axle_ioctl_is_ours(cmd))
		return drm_compat_ioctl(filp, cmd, arg);
	return axle_compute_ioctl(filp, cmd, (unsigned long)compat_ptr(arg));
}
EXPORT_SYMBOL_GPL(axle_compute_compat_ioctl);
#endif
