// SPDX-License-Identifier: GPL-2.0-only
/*
 * debugfs: what a developer wants to see of any device on the kit. The files
 * go with the DRM device's directory, at the latest before its memory does.
 */
#include <linux/debugfs.h>
#include <linux/pid.h>
#include <linux/sched.h>
#include <linux/seq_file.h>

#include <axle/axle_vm.h>

#include "axle_internal.h"

static void axle_context_show(struct seq_file *m, struct axle_context *ctx)
{
	struct axle_device *adev = ctx->adev;
	struct drm_memory_stats stats;
	struct task_struct *task;
	struct pid *pid;
	unsigned int i;

	rcu_read_lock();
	pid = rcu_dereference(ctx->file->pid);
	task = pid_task(pid, PIDTYPE_TGID);
	seq_printf(m, "%llu: context %u uid %u pid %d (%s)\n",
		   ctx->file->client_id, ctx->id,
		   from_kuid_munged(seq_user_ns(m), ctx->uid), pid_vnr(pid),
		   task ? task->comm : "exited");
	rcu_read_unlock();

	axle_context_account(ctx);
	for (i = 0; i < adev->ops->num_engines; i++)
		seq_printf(m, "  engine %s: busy %llu ns\n",
			   adev->ops->engines[i],
			   axle_busy_read(adev, &ctx->busy[i]));
	for (i = 0; i < adev->ops->num_regions; i++) {
		axle_context_memory(ctx, i, &stats);
		seq_printf(m, "  memory %s: %llu bytes, %llu shared\n",
			   adev->ops->regions[i].name,
			   stats.private + stats.shared, stats.shared);
	}
}

static int contexts_show(struct seq_file *m, void *unused)
{
	struct axle_device *adev = m->private;
	struct axle_context *ctx;

	mutex_lock(&adev->contexts_lock);
	seq_printf(m, "%u of %u contexts in use\n", adev->contexts_used,
		   adev->contexts_max);
	list_for_each_entry(ctx, &adev->contexts, link)
		axle_context_show(m, ctx);
	mutex_unlock(&adev->contexts_lock);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(contexts);

static int state_show(struct seq_file *m, void *unused)
{
	struct axle_device *adev = m->private;

	seq_printf(m, "gone: %d\nresetting: %d\nfailed: %d\n",
		   READ_ONCE(adev->gone), READ_ONCE(adev->resetting),
		   READ_ONCE(adev->failed));
	seq_printf(m, "resets: %lld\nfaults: %lld\nlast fault: %lld ns\n",
		   atomic64_read(&adev->resets), atomic64_read(&adev->faults),
		   atomic64_read(&adev->last_fault_ns));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(state);

static int vms_show(struct seq_file *m, void *unused)
{
	struct axle_device *adev = m->private;
	struct axle_vm *vm;

	mutex_lock(&adev->vms_lock);
	list_for_each_entry(vm, &adev->vms, link)
		seq_printf(m, "%u: client %llu tables %d queues %d\n", vm->asid,
			   vm->ctx->file->client_id, atomic_read(&vm->tables),
			   atomic_read(&vm->users));
	mutex_unlock(&adev->vms_lock);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(vms);

/**
 * axle_debugfs_add() - Add the kit's and the driver's files.
 * @adev: a registered device
 */
void axle_debugfs_add(struct axle_device *adev)
{
	struct dentry *root = adev->drm.debugfs_root;

	debugfs_create_file("contexts", 0400, root, adev, &contexts_fops);
	debugfs_create_file("state", 0400, root, adev, &state_fops);
	if (adev->ops->vm)
		debugfs_create_file("vms", 0400, root, adev, &vms_fops);
	if (adev->ops->debugfs_init)
		adev->ops->debugfs_init(adev, root);
}
