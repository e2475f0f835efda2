/* SPDX-License-Identifier: GPL-2.0-only */
/* What the kit's files share among themselves; nothing for drivers. */
#ifndef _AXLE_INTERNAL_H_
#define _AXLE_INTERNAL_H_

#include <linux/dma-buf.h>
#include <linux/dma-fence.h>
#include <linux/mm_types.h>

#include <drm/drm_gem.h>

#include <axle/axle_bo.h>
#include <axle/axle_device.h>

struct axle_events;
struct axle_program;
struct axle_vm;
struct dma_fence_chain;
struct drm_syncobj;
struct genl_family;

/**
 * struct axle_signal - A syncobj to signal.
 */
struct axle_signal {
	/** @syncobj: Reference. */
	struct drm_syncobj *syncobj;
	/** @chain: Room for a point of a timeline, or NULL. */
	struct dma_fence_chain *chain;
	/** @point: The point. */
	u64 point;
};

/* axle_ioctl.c */
int axle_ioctls_check(const struct axle_ops *ops);
long axle_dispatch(struct axle_device *adev, struct axle_context *ctx,
		   unsigned int cmd, void __user *uarg);

/* axle_context.c */
int axle_contexts_reopen(struct axle_device *adev);
u32 axle_contexts_per_user(const struct axle_device *adev);
void axle_engine_add(struct axle_context *ctx, u32 engine, u64 ns);
void axle_engine_add_cycles(struct axle_context *ctx, u32 engine, u64 cycles);
u64 axle_busy_read(struct axle_device *adev, const struct axle_busy *busy);

/* axle_query.c */
int axle_query(struct axle_device *adev, struct axle_context *ctx, void *data);

/* axle_drv.c */
int axle_hw_settle(struct axle_device *adev);
void axle_firmware_publish(struct axle_device *adev);
void axle_firmware_version(struct axle_device *adev, char version[64]);

/* axle_reset.c */
int axle_reset_init(struct axle_device *adev);
void axle_reset_start(struct axle_device *adev);
void axle_reset_stop(struct axle_device *adev);
int axle_halted_wait(struct axle_device *adev);
u32 axle_device_state(struct axle_device *adev);
const char *axle_state_name(struct axle_device *adev);
int axle_device_recover(struct axle_device *adev);
int axle_device_halt(struct axle_device *adev);
int axle_device_go_on(struct axle_device *adev);

/* axle_reset_call.c */
int axle_reset_ioctl(struct axle_device *adev, struct axle_context *ctx,
		     void *data);

/* axle_power.c */
int axle_power_start(struct axle_device *adev);
void axle_power_stop(struct axle_device *adev);
void axle_power_fini(struct axle_device *adev);
int axle_power_get(struct axle_device *adev);
void axle_power_hold(struct axle_device *adev);
void axle_power_put(struct axle_device *adev);

/* axle_control.c */
int axle_control_init(void);
void axle_control_exit(void);
int axle_control_add(struct axle_device *adev);
void axle_control_remove(struct axle_device *adev);

/* axle_bo.c */
int axle_bo_set_sgt(struct axle_bo *bo, struct sg_table *sgt);
void axle_bo_unmap_dma(struct axle_bo *bo);
void axle_bos_release(struct axle_device *adev);
void axle_bo_init(struct axle_bo *bo, u32 region, u32 flags, u64 charge);
void axle_bo_fini(struct axle_bo *bo);
struct dma_buf *axle_bo_export(struct drm_gem_object *obj, int flags);
enum drm_gem_object_status axle_bo_status(struct drm_gem_object *obj);
struct axle_bo *
axle_bo_create_private(struct axle_device *adev, u64 size,
		       const struct drm_gem_object_funcs *funcs);
struct axle_bo *axle_bo_create_host(struct axle_device *adev, u32 region,
				    u64 size, u32 flags);

/* axle_memory.c */
u64 axle_memory_size(const struct axle_device *adev, u32 region);
unsigned long axle_bo_device_pfn(const struct axle_bo *bo, pgoff_t page);
struct axle_bo *axle_bo_create_device(struct axle_device *adev, u32 region,
				      u64 size, u32 flags);
int axle_memory_find(const struct axle_device *adev, u64 *address);
int axle_memory_retire(struct axle_device *adev, unsigned int region,
		       u64 address, bool told);
void axle_memory_bad_pages(const struct axle_device *adev, u32 *retired,
			   u32 *pending);

/* axle_bo_mmap.c */
extern const struct vm_operations_struct axle_bo_host_vm_ops;
extern const struct vm_operations_struct axle_bo_device_vm_ops;
int axle_bo_host_mmap(struct drm_gem_object *obj, struct vm_area_struct *vma);
int axle_bo_device_mmap(struct drm_gem_object *obj, struct vm_area_struct *vma);

/* axle_bo_call.c */
bool axle_bo_supported(const struct axle_device *adev);
int axle_bo_host_region(const struct axle_device *adev);
int axle_bo_publish(struct axle_context *ctx, struct axle_bo *bo, u32 *handle);
void axle_context_memory(struct axle_context *ctx, u32 region,
			 struct drm_memory_stats *stats);
int axle_bo_create_ioctl(struct axle_device *adev, struct axle_context *ctx,
			 void *data);
int axle_bo_info_ioctl(struct axle_device *adev, struct axle_context *ctx,
		       void *data);

/* axle_bo_foreign.c */
int axle_bo_from_user_ioctl(struct axle_device *adev, struct axle_context *ctx,
			    void *data);

/* axle_sync.c */
int axle_sync_check(const struct drm_axle_sync *sync);
int axle_signal_init(struct axle_context *ctx, const struct drm_axle_sync *sync,
		     struct axle_signal *signal);
void axle_signal_fini(struct axle_signal *signal);
int axle_syncs_wait(struct axle_context *ctx, u64 data, u32 count,
		    struct dma_fence ***fences);
void axle_fences_put(struct dma_fence **fences, u32 count);
int axle_syncs_signal(struct axle_context *ctx, u64 data, u32 count,
		      struct axle_signal **signals);
void axle_signals_set(struct axle_signal *signals, u32 count,
		      struct dma_fence *fence);
void axle_signals_free(struct axle_signal *signals, u32 count);

/* axle_vm.c */
bool axle_vm_ops_ok(const struct axle_ops *ops);
int axle_vms_init(struct axle_device *adev);
int axle_vms_reopen(struct axle_device *adev);
void axle_vms_release(struct axle_device *adev);
void axle_vm_kill(struct axle_vm *vm, int error);
void axle_context_close_vms(struct axle_context *ctx);
int axle_vm_create_ioctl(struct axle_device *adev, struct axle_context *ctx,
			 void *data);
int axle_vm_destroy_ioctl(struct axle_device *adev, struct axle_context *ctx,
			  void *data);

/* axle_bind.c */
int axle_vm_bind_ioctl(struct axle_device *adev, struct axle_context *ctx,
		       void *data);

/* axle_queues.c */
bool axle_queue_ops_ok(const struct axle_ops *ops);
int axle_queues_init(struct axle_device *adev);
int axle_queues_park(struct axle_device *adev);
int axle_queues_reset(struct axle_device *adev, int err, bool replay);
void axle_queues_release(struct axle_device *adev);
void axle_queues_account(struct axle_device *adev);
void axle_context_account(struct axle_context *ctx);
void axle_context_tell_queues(struct axle_context *ctx,
			      struct drm_axle_query_queues *out);

/* axle_queue.c */
void axle_context_close_queues(struct axle_context *ctx);
int axle_queue_create_ioctl(struct axle_device *adev, struct axle_context *ctx,
			    void *data);
int axle_queue_destroy_ioctl(struct axle_device *adev, struct axle_context *ctx,
			     void *data);

/* axle_queue_user.c */
int axle_queue_fence_ioctl(struct axle_device *adev, struct axle_context *ctx,
			   void *data);

/* axle_submit.c */
int axle_submit_ioctl(struct axle_device *adev, struct axle_context *ctx,
		      void *data);

/* axle_program.c */
struct axle_program *axle_program_find(struct axle_context *ctx, u32 number);
void axle_program_put(struct axle_program *program);
int axle_programs_reload(struct axle_device *adev);
void axle_context_close_programs(struct axle_context *ctx);
int axle_program_create_ioctl(struct axle_device *adev,
			      struct axle_context *ctx, void *data);
int axle_program_destroy_ioctl(struct axle_device *adev,
			       struct axle_context *ctx, void *data);

/* axle_event.c */
struct axle_events *axle_events_alloc(struct axle_device *adev, bool control);
void axle_events_free(struct axle_events *events);
void axle_events_wake(struct axle_device *adev);
ssize_t axle_events_read(struct axle_events *events, struct file *filp,
			 char __user *to, size_t size);
__poll_t axle_events_poll(struct axle_events *events, struct file *filp,
			  struct poll_table_struct *wait);

/* axle_telemetry.c */
int axle_telemetry_init(struct axle_device *adev);
void axle_telemetry_learn(struct axle_device *adev);
void axle_telemetry_start(struct axle_device *adev);
void axle_telemetry_stop(struct axle_device *adev);
int axle_telemetry_read(struct axle_device *adev,
			struct drm_axle_query_telemetry *out);
bool axle_telemetry_supported(const struct axle_device *adev);
void axle_telemetry_woke(struct axle_device *adev);
void axle_telemetry_reset(struct axle_device *adev);
u64 axle_clock_max(const struct axle_device *adev);
s32 axle_temperature_max(const struct axle_device *adev);

/* axle_limit.c */
int axle_limits_init(struct axle_device *adev);
void axle_limits_learn(struct axle_device *adev);
void axle_limit_bounds(const struct axle_device *adev, u32 limit,
		       struct axle_bounds *out);
u64 axle_limit_get(const struct axle_device *adev, u32 limit);
int axle_limit_set(struct axle_device *adev, u32 limit, u64 value);
int axle_limits_restore(struct axle_device *adev);
int axle_set_limit_ioctl(struct axle_device *adev, struct axle_context *ctx,
			 void *data);

/* axle_hwmon.c */
int axle_hwmon_add(struct axle_device *adev);
void axle_hwmon_remove(struct axle_device *adev);

/* axle_sysfs.c */
extern const struct attribute_group axle_sysfs_common_group;
int axle_sysfs_add(struct axle_device *adev);
void axle_sysfs_remove(struct axle_device *adev);

/* axle_ras.c */
int axle_ras_init(struct axle_device *adev);
int axle_ras_add(struct axle_device *adev);
void axle_ras_remove(struct axle_device *adev);
size_t axle_ras_answer(struct axle_device *adev,
		       struct drm_axle_query_ras *out);
void axle_ras_page_retired(struct axle_device *adev, u64 address);

/**
 * struct axle_notice - What axle_notify() tells.
 */
struct axle_notice {
	/** @type: One of &enum axle_genl_event_type. */
	u32 type;
	/** @code: The device's own. */
	u32 code;
	/** @address: Of a fault or a memory error; told if @has_address. */
	u64 address;
	/** @has_address: There is one. */
	bool has_address;
	/** @value: See the type. */
	u64 value;
	/** @unit: Whose error it is, or NULL. */
	const char *unit;
	/** @text: More in words, or NULL. */
	const char *text;
	/** @ctx: The context that it is about; NULL: it is about the device. */
	struct axle_context *ctx;
	/** @queue: Number of the queue in that context's file, or zero. */
	u32 queue;
};

/** enum axle_group - Groups of the netlink family. */
enum axle_group {
	/** @AXLE_GROUP_DEVICES: Anybody may listen. */
	AXLE_GROUP_DEVICES,
	/** @AXLE_GROUP_JOBS: Needs CAP_SYS_ADMIN. */
	AXLE_GROUP_JOBS,
	/** @AXLE_GROUPS: How many there are. */
	AXLE_GROUPS,
};

/* axle_netlink.c */
extern struct genl_family axle_genl_family;
int axle_netlink_init(void);
void axle_netlink_exit(void);
int axle_netlink_add(struct axle_device *adev);
void axle_netlink_remove(struct axle_device *adev);

/* axle_notify.c */
int axle_notify_add(struct axle_device *adev);
void axle_notify_remove(struct axle_device *adev);
void axle_notify(struct axle_device *adev, const struct axle_notice *notice);

/* axle_devlink.c */
int axle_devlink_add(struct axle_device *adev);
void axle_devlink_remove(struct axle_device *adev);

/* axle_health.c */
void axle_devlink_fault(struct axle_device *adev, const char *what);
bool axle_devlink_may_reset(struct axle_device *adev);
void axle_devlink_hang(struct axle_device *adev);
void axle_devlink_reset_done(struct axle_device *adev, int err);

/* axle_debugfs.c */
void axle_debugfs_add(struct axle_device *adev);

#endif
