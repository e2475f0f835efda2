// SPDX-License-Identifier: GPL-2.0-only
/*
 * What health reporters tell: diagnose and dump.
 *
 * A report waits for the dump, and a reset for the report, so nothing here asks
 * the hardware or waits for a reset; nor does reading telemetry. Messages
 * allocate memory, which waits for fences, so the kit's lists are copied first
 * and told without their locks.
 */
#include <linux/bitfield.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include <axle/axle_queue.h>

#include "axle_devlink.h"

/** define AXLE_DUMP_MAX - Contexts, and queues, that a dump has at most. */
#define AXLE_DUMP_MAX 256

static void axle_tell_version(struct axle_device *adev,
			      struct devlink_fmsg *fmsg)
{
	char version[64];

	axle_firmware_version(adev, version);
	devlink_fmsg_string_pair_put(fmsg, "firmware", version);
}

static void axle_tell_device(struct axle_device *adev,
			     struct devlink_fmsg *fmsg)
{
	u64 faults = atomic64_read(&adev->faults);
	u64 last = atomic64_read(&adev->last_fault_ns);

	devlink_fmsg_string_pair_put(fmsg, "state", axle_state_name(adev));
	devlink_fmsg_u64_pair_put(fmsg, "resets", atomic64_read(&adev->resets));
	devlink_fmsg_u64_pair_put(fmsg, "faults", faults);
	if (faults)
		devlink_fmsg_u64_pair_put(fmsg, "last_fault_ns_ago",
					  ktime_get_ns() - last);
}

static void axle_tell_what(struct axle_devlink *health,
			   struct devlink_fmsg *fmsg)
{
	char what[sizeof(health->what)];

	spin_lock_irq(&health->lock);
	memcpy(what, health->what, sizeof(what));
	spin_unlock_irq(&health->lock);
	if (what[0])
		devlink_fmsg_string_pair_put(fmsg, "last_fault", what);
}

/**
 * axle_health_diagnose_hw() - The state of the device, for reporter "hw".
 * @reporter: the reporter
 * @fmsg: out
 * @extack: for an error in words
 *
 * Return: 0; devlink sees errors of @fmsg itself.
 */
int axle_health_diagnose_hw(struct devlink_health_reporter *reporter,
			    struct devlink_fmsg *fmsg,
			    struct netlink_ext_ack *extack)
{
	struct axle_reporter *mine = devlink_health_reporter_priv(reporter);

	axle_tell_device(mine->health->adev, fmsg);
	axle_tell_what(mine->health, fmsg);
	return 0;
}

/* A value that the device has not said, or not in its right mind, is left out. */
static void axle_tell_telemetry(struct axle_device *adev,
				struct devlink_fmsg *fmsg)
{
	struct drm_axle_query_telemetry now = {};
	char text[16];

	if (axle_telemetry_read(adev, &now))
		return;
	devlink_fmsg_pair_nest_start(fmsg, "telemetry");
	devlink_fmsg_obj_nest_start(fmsg);
	devlink_fmsg_u64_pair_put(fmsg, "age_ns", ktime_get_ns() - now.time_ns);
	devlink_fmsg_bool_pair_put(fmsg, "asleep",
				   now.flags & DRM_AXLE_TELEMETRY_ASLEEP);
	devlink_fmsg_bool_pair_put(fmsg, "stale",
				   now.flags & DRM_AXLE_TELEMETRY_STALE);
	/* devlink has no numbers below zero. */
	snprintf(text, sizeof(text), "%d", now.temperature_mc);
	if (now.valid & DRM_AXLE_TELEMETRY_TEMPERATURE)
		devlink_fmsg_string_pair_put(fmsg, "temperature_mc", text);
	if (now.valid & DRM_AXLE_TELEMETRY_POWER)
		devlink_fmsg_u32_pair_put(fmsg, "power_mw", now.power_mw);
	if (now.valid & DRM_AXLE_TELEMETRY_CLOCK)
		devlink_fmsg_u64_pair_put(fmsg, "clock_hz", now.clock_hz);
	devlink_fmsg_obj_nest_end(fmsg);
	devlink_fmsg_pair_nest_end(fmsg);
}

/**
 * axle_health_diagnose_fw() - What the firmware says, for reporter "fw".
 * @reporter: the reporter
 * @fmsg: out
 * @extack: for an error in words
 *
 * Return: as axle_health_diagnose_hw().
 */
int axle_health_diagnose_fw(struct devlink_health_reporter *reporter,
			    struct devlink_fmsg *fmsg,
			    struct netlink_ext_ack *extack)
{
	struct axle_reporter *mine = devlink_health_reporter_priv(reporter);
	struct axle_devlink *health = mine->health;

	axle_tell_version(health->adev, fmsg);
	devlink_fmsg_u64_pair_put(fmsg, "hangs", atomic64_read(&health->hangs));
	axle_tell_telemetry(health->adev, fmsg);
	return 0;
}

static void axle_tell_speed(struct pci_dev *pdev, struct devlink_fmsg *fmsg)
{
	u16 status = 0;
	u32 cap = 0;

	pcie_capability_read_word(pdev, PCI_EXP_LNKSTA, &status);
	pcie_capability_read_dword(pdev, PCI_EXP_LNKCAP, &cap);
	/* Generation and lanes: what is, and what the device can. */
	devlink_fmsg_u32_pair_put(fmsg, "speed_gen",
				  status & PCI_EXP_LNKSTA_CLS);
	devlink_fmsg_u32_pair_put(fmsg, "speed_gen_max",
				  cap & PCI_EXP_LNKCAP_SLS);
	devlink_fmsg_u32_pair_put(fmsg, "width",
				  FIELD_GET(PCI_EXP_LNKSTA_NLW, status));
	devlink_fmsg_u32_pair_put(fmsg, "width_max",
				  FIELD_GET(PCI_EXP_LNKCAP_MLW, cap));
}

static void axle_tell_link_errors(struct pci_dev *pdev,
				  struct devlink_fmsg *fmsg)
{
	u16 aer = pci_find_ext_capability(pdev, PCI_EXT_CAP_ID_ERR);
	u16 status = 0;
	u32 value = 0;

	pcie_capability_read_word(pdev, PCI_EXP_DEVSTA, &status);
	devlink_fmsg_bool_pair_put(fmsg, "correctable_error",
				   status & PCI_EXP_DEVSTA_CED);
	devlink_fmsg_bool_pair_put(fmsg, "nonfatal_error",
				   status & PCI_EXP_DEVSTA_NFED);
	devlink_fmsg_bool_pair_put(fmsg, "fatal_error",
				   status & PCI_EXP_DEVSTA_FED);
	devlink_fmsg_bool_pair_put(fmsg, "unsupported_request",
				   status & PCI_EXP_DEVSTA_URD);
	devlink_fmsg_bool_pair_put(fmsg, "aer", aer != 0);
	if (!aer)
		return;
	pci_read_config_dword(pdev, aer + PCI_ERR_COR_STATUS, &value);
	devlink_fmsg_u32_pair_put(fmsg, "aer_correctable", value);
	pci_read_config_dword(pdev, aer + PCI_ERR_UNCOR_STATUS, &value);
	devlink_fmsg_u32_pair_put(fmsg, "aer_uncorrectable", value);
}

/**
 * axle_health_diagnose_link() - The link, for reporter "link".
 * @reporter: the reporter
 * @fmsg: out
 * @extack: for an error in words
 *
 * Wakes the device, as the ports above a sleeping one may sleep, too.
 *
 * Return: 0 or -EIO.
 */
int axle_health_diagnose_link(struct devlink_health_reporter *reporter,
			      struct devlink_fmsg *fmsg,
			      struct netlink_ext_ack *extack)
{
	struct axle_reporter *mine = devlink_health_reporter_priv(reporter);
	struct axle_device *adev = mine->health->adev;
	struct pci_dev *pdev = to_pci_dev(adev->drm.dev);
	bool present;
	int err;

	err = axle_power_get(adev);
	if (err)
		return err;
	present = pci_device_is_present(pdev);
	devlink_fmsg_bool_pair_put(fmsg, "present", present);
	devlink_fmsg_bool_pair_put(fmsg, "pcie", pci_is_pcie(pdev));
	if (present && pci_is_pcie(pdev)) {
		axle_tell_speed(pdev, fmsg);
		axle_tell_link_errors(pdev, fmsg);
	}
	axle_power_put(adev);
	return 0;
}

/* Of a context, as it was when its lock was held. */
struct axle_dump_context {
	u64 client;
	pid_t pid;
	bool opened;
};

/* The same of a queue. */
struct axle_dump_queue {
	u64 client;
	u64 done;
	u32 number;
	u32 id;
	u32 engine;
	u32 mode;
	int error;
	int waiting;
};

static unsigned int axle_copy_contexts(struct axle_device *adev,
				       struct axle_dump_context *out)
{
	struct axle_context *ctx;
	unsigned int count = 0;

	mutex_lock(&adev->contexts_lock);
	list_for_each_entry(ctx, &adev->contexts, link) {
		if (count == AXLE_DUMP_MAX)
			break;
		rcu_read_lock();
		out[count++] = (struct axle_dump_context){
			.client = ctx->file->client_id,
			.pid = pid_nr(rcu_dereference(ctx->file->pid)),
			.opened = READ_ONCE(ctx->opened),
		};
		rcu_read_unlock();
	}
	mutex_unlock(&adev->contexts_lock);
	return count;
}

static void axle_copy_queue(struct axle_queue *queue,
			    struct axle_dump_queue *out)
{
	spin_lock_irq(&queue->lock);
	*out = (struct axle_dump_queue){
		.client = queue->ctx->file->client_id,
		.done = queue->done,
		.number = queue->number,
		.id = queue->id,
		.engine = queue->engine,
		.mode = queue->mode,
		.error = queue->error,
		.waiting = atomic_read(&queue->waiting),
	};
	spin_unlock_irq(&queue->lock);
}

static unsigned int axle_copy_queues(struct axle_device *adev,
				     struct axle_dump_queue *out)
{
	struct axle_queue *queue;
	unsigned int count = 0;

	mutex_lock(&adev->queues_lock);
	list_for_each_entry(queue, &adev->queues, link) {
		if (count == AXLE_DUMP_MAX)
			break;
		axle_copy_queue(queue, &out[count++]);
	}
	mutex_unlock(&adev->queues_lock);
	return count;
}

static int axle_tell_contexts(struct axle_device *adev,
			      struct devlink_fmsg *fmsg)
{
	struct axle_dump_context *contexts;
	unsigned int i, count;

	contexts = kvcalloc(AXLE_DUMP_MAX, sizeof(*contexts), GFP_KERNEL);
	if (!contexts)
		return -ENOMEM;
	count = axle_copy_contexts(adev, contexts);
	devlink_fmsg_arr_pair_nest_start(fmsg, "contexts");
	for (i = 0; i < count; i++) {
		devlink_fmsg_obj_nest_start(fmsg);
		devlink_fmsg_u64_pair_put(fmsg, "client", contexts[i].client);
		devlink_fmsg_u32_pair_put(fmsg, "pid", contexts[i].pid);
		devlink_fmsg_bool_pair_put(fmsg, "opened", contexts[i].opened);
		devlink_fmsg_obj_nest_end(fmsg);
	}
	devlink_fmsg_arr_pair_nest_end(fmsg);
	kvfree(contexts);
	return 0;
}

static void axle_tell_queue(struct axle_device *adev,
			    const struct axle_dump_queue *queue,
			    struct devlink_fmsg *fmsg)
{
	bool user = queue->mode == DRM_AXLE_QUEUE_USER;

	devlink_fmsg_obj_nest_start(fmsg);
	devlink_fmsg_u32_pair_put(fmsg, "id", queue->id);
	devlink_fmsg_u64_pair_put(fmsg, "client", queue->client);
	devlink_fmsg_u32_pair_put(fmsg, "queue", queue->number);
	devlink_fmsg_string_pair_put(fmsg, "engine",
				     adev->ops->engines[queue->engine]);
	devlink_fmsg_string_pair_put(fmsg, "mode", user ? "user" : "kernel");
	devlink_fmsg_u64_pair_put(fmsg, "done", queue->done);
	devlink_fmsg_u32_pair_put(fmsg, "waiting", queue->waiting);
	devlink_fmsg_u32_pair_put(fmsg, "error", -queue->error);
	devlink_fmsg_obj_nest_end(fmsg);
}

static int axle_tell_queues(struct axle_device *adev, struct devlink_fmsg *fmsg)
{
	struct axle_dump_queue *queues;
	unsigned int i, count;

	queues = kvcalloc(AXLE_DUMP_MAX, sizeof(*queues), GFP_KERNEL);
	if (!queues)
		return -ENOMEM;
	count = axle_copy_queues(adev, queues);
	devlink_fmsg_arr_pair_nest_start(fmsg, "queues");
	for (i = 0; i < count; i++)
		axle_tell_queue(adev, &queues[i], fmsg);
	devlink_fmsg_arr_pair_nest_end(fmsg);
	kvfree(queues);
	return 0;
}

/**
 * axle_health_dump() - All that the kit knows of a device.
 * @reporter: the reporter
 * @fmsg: out
 * @priv_ctx: of the report, or NULL
 * @extack: for an error in words
 *
 * Return: 0 or -ENOMEM.
 */
int axle_health_dump(struct devlink_health_reporter *reporter,
		     struct devlink_fmsg *fmsg, void *priv_ctx,
		     struct netlink_ext_ack *extack)
{
	struct axle_reporter *mine = devlink_health_reporter_priv(reporter);
	struct axle_device *adev = mine->health->adev;
	int err;

	devlink_fmsg_string_pair_put(fmsg, "device", adev->name);
	axle_tell_version(adev, fmsg);
	axle_tell_device(adev, fmsg);
	axle_tell_what(mine->health, fmsg);
	axle_tell_telemetry(adev, fmsg);
	err = axle_tell_contexts(adev, fmsg);
	return err ?: axle_tell_queues(adev, fmsg);
}
