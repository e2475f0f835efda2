// SPDX-License-Identifier: GPL-2.0-only
/*
 * A device on the Axle kit without hardware, for tests of what QEMU's edu
 * device cannot show: several contexts, a reset that fails, a driver's own
 * topics and calls, an engine that is slow or never ends, device memory and
 * an MMU (see mock_mmu.c).
 */
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/pm.h>
#include <linux/slab.h>

#include <axle/axle_device.h>

#include "axle_mock.h"
#include "mock.h"

static uint contexts = 4;
module_param(contexts, uint, 0444);
MODULE_PARM_DESC(contexts, "contexts of the device");

static uint more;
module_param(more, uint, 0444);
MODULE_PARM_DESC(more, "devices besides the first: axle_mock.0 and so on");

static bool fail_reset;
module_param(fail_reset, bool, 0644);
MODULE_PARM_DESC(fail_reset, "resets do not bring the device back");

static bool fail_open;
module_param(fail_open, bool, 0644);
MODULE_PARM_DESC(fail_open, "the device refuses new contexts");

static uint autosuspend_ms;
module_param(autosuspend_ms, uint, 0644);
MODULE_PARM_DESC(autosuspend_ms, "idle devices sleep after this time");

static uint power_ms;
module_param(power_ms, uint, 0644);
MODULE_PARM_DESC(power_ms, "how long falling asleep and waking take");

static bool watchdog;
module_param(watchdog, bool, 0444);
MODULE_PARM_DESC(watchdog, "the device says that it ends late jobs itself");

static bool fail_suspend;
module_param(fail_suspend, bool, 0644);
MODULE_PARM_DESC(fail_suspend, "the device refuses to sleep");

static bool fail_resume;
module_param(fail_resume, bool, 0644);
MODULE_PARM_DESC(fail_resume, "the device does not wake without a reset");

static const char *const mock_engines[] = { "sleep", "rings" };

static const struct axle_region mock_regions[] = {
	[MOCK_REGION_HOST] = { "host", DRM_AXLE_MEMORY_HOST, 0,
			       MOCK_CONTEXT_BYTES, true },
	[MOCK_REGION_DEVICE] = { "device", DRM_AXLE_MEMORY_DEVICE, 0, 0, true },
};

static int mock_context_open(struct axle_context *ctx)
{
	mock_touch(ctx->adev);
	return fail_open ? -EIO : 0;
}

static void mock_count(struct mock *mock, u64 *count)
{
	mutex_lock(&mock->lock);
	(*count)++;
	mutex_unlock(&mock->lock);
}

static int mock_suspend(struct axle_device *adev)
{
	struct mock *mock = to_mock(adev);

	mock_touch(adev);
	if (READ_ONCE(fail_suspend)) {
		mock_count(mock, &mock->stats.refusals);
		return -EIO;
	}
	mock_queues_sleep(mock);
	mock_monitor_pause(mock, true);
	msleep(power_ms);
	mock_count(mock, &mock->stats.sleeps);
	return 0;
}

static int mock_resume(struct axle_device *adev)
{
	struct mock *mock = to_mock(adev);

	WARN_ON(!mock->asleep);
	msleep(power_ms);
	mock_count(mock, &mock->stats.wakes);
	mock_monitor_pause(mock, false);
	mock_queues_wake(mock);
	return READ_ONCE(fail_resume) ? -EIO : 0;
}

static int mock_reset(struct axle_device *adev)
{
	mock_touch(adev);
	mock_queues_halt(to_mock(adev));
	mock_mmu_reset(to_mock(adev));
	mock_monitor_reset(to_mock(adev));
	mock_flash_boot(to_mock(adev));
	return fail_reset ? axle_device_fault(adev, "it stays broken") : 0;
}

static int mock_query(struct axle_device *adev, struct axle_context *ctx,
		      u32 topic, void **data, size_t *size)
{
	struct mock_answer *answer;

	if (topic == MOCK_TOPIC_STATS)
		return mock_query_stats(to_mock(adev), data, size);
	if (topic == MOCK_TOPIC_LIMITS)
		return mock_query_limits(to_mock(adev), data, size);
	if (topic != MOCK_TOPIC)
		return -EINVAL;
	answer = kvzalloc(sizeof(*answer), GFP_KERNEL);
	if (!answer)
		return -ENOMEM;
	answer->value = MOCK_VALUE;
	answer->has_context = !!ctx;
	*data = answer;
	*size = sizeof(*answer);
	return 0;
}

/* Never done: the time-out, a reset or the removal ends it. */
static int mock_sleep(struct axle_device *adev, struct axle_context *ctx,
		      void *data)
{
	const struct mock_sleep *args = data;

	if (args->pad || args->tail)
		return -EINVAL;
	mock_touch(adev);
	return axle_engine_wait(ctx, 0, false, args->ms);
}

/* Reports what the kit made of a struct that is longer or shorter. */
static int mock_echo(struct axle_device *adev, struct axle_context *ctx,
		     void *data)
{
	struct mock_echo *args = data;

	args->sum = args->first + args->second;
	return 0;
}

static const struct axle_ioctl mock_ioctls[] = {
	AXLE_IOCTL(MOCK_IOCTL_SLEEP, mock_sleep,
		   AXLE_IOCTL_COMPUTE | AXLE_IOCTL_HW, mock_sleep),
	AXLE_IOCTL(MOCK_IOCTL_ACCESS, mock_access,
		   AXLE_IOCTL_COMPUTE | AXLE_IOCTL_HW, mock_access),
	AXLE_IOCTL(MOCK_IOCTL_SAY, mock_telemetry,
		   AXLE_IOCTL_CONTROL | AXLE_IOCTL_ADMIN, mock_say),
	{
		.cmd = MOCK_IOCTL_ECHO,
		.min_size = MOCK_ECHO_MIN,
		.flags = AXLE_IOCTL_COMPUTE | AXLE_IOCTL_CONTROL,
		.func = mock_echo,
	},
	{
		.cmd = MOCK_IOCTL_ADMIN,
		.min_size = MOCK_ECHO_MIN,
		.flags = AXLE_IOCTL_CONTROL | AXLE_IOCTL_ADMIN,
		.func = mock_echo,
	},
};

#define MOCK_OPS                                                             \
	.context_open = mock_context_open, .reset = mock_reset,              \
	.suspend = mock_suspend, .resume = mock_resume, .query = mock_query, \
	.mem_clear = mock_mem_clear, .vm = &mock_vm_ops,                     \
	.program = &mock_program_ops, .monitor = &mock_monitor_ops,          \
	AXLE_IOCTLS(mock_ioctls), AXLE_ENGINES(mock_engines),                \
	AXLE_REGIONS(mock_regions)

static const struct axle_ops mock_ops = {
	MOCK_OPS,
	.queue = &mock_queue_ops,
};

static const struct axle_ops mock_watchdog_ops = {
	MOCK_OPS,
	.queue = &mock_watchdog_queue_ops,
};

DEFINE_AXLE_DRIVER(mock_driver, "mock", "Axle test device", 1, 0);

static int mock_probe(struct platform_device *pdev)
{
	struct mock *mock;
	int err;

	mock = axle_device_alloc(&pdev->dev, &mock_driver,
				 watchdog ? &mock_watchdog_ops : &mock_ops,
				 struct mock, axle);
	if (IS_ERR(mock))
		return PTR_ERR(mock);
	mock->axle.name = "Axle mock";
	mock->axle.device_class = DRM_AXLE_CLASS_TEST;
	mock->axle.contexts_max = contexts;
	mock->axle.autosuspend_ms = autosuspend_ms;
	mock->axle.dma_address_bits = 64;
	mock->axle.vms_max = MOCK_VMS;
	mock->axle.vms_per_context = MOCK_VMS_PER_CONTEXT;
	mock_flash_init(mock);
	strscpy(mock->axle.serial, "MOCK0001");
	platform_set_drvdata(pdev, &mock->axle);
	err = dma_coerce_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(64));
	if (err)
		return err;
	mock_queues_init(mock);
	mock_monitor_init(mock);
	err = mock_mmu_init(mock);
	if (!err)
		err = mock_ras_init(mock);
	if (err)
		return err;
	return axle_device_register(&mock->axle);
}

static void mock_remove(struct platform_device *pdev)
{
	struct mock *mock =
		to_mock((struct axle_device *)platform_get_drvdata(pdev));

	axle_device_unplug(&mock->axle);
	mock_touch(&mock->axle);
	mock_queues_halt(mock);
	mock_flash_fini(mock);
}

static struct platform_driver mock_platform_driver = {
	.driver = { .name = "axle_mock", .pm = pm_ptr(&axle_pm_ops) },
	.probe = mock_probe,
	.remove = mock_remove,
};

#define MOCK_DEVICES 49

/* The first and the others. */
static struct platform_device *mock_devices[MOCK_DEVICES];

static void mock_devices_unregister(void)
{
	unsigned int i;

	for (i = 0; i < MOCK_DEVICES; i++)
		platform_device_unregister(mock_devices[i]);
	platform_driver_unregister(&mock_platform_driver);
}

static int __init mock_init(void)
{
	int err = platform_driver_register(&mock_platform_driver);
	struct platform_device *device;
	unsigned int i;

	if (err)
		return err;
	for (i = 0; i < MOCK_DEVICES && i <= more; i++) {
		device = platform_device_register_simple("axle_mock",
							 (int)i - 1, NULL, 0);
		if (IS_ERR(device)) {
			mock_devices_unregister();
			return PTR_ERR(device);
		}
		mock_devices[i] = device;
	}
	return 0;
}
module_init(mock_init);

static void __exit mock_exit(void)
{
	mock_devices_unregister();
}
module_exit(mock_exit);

MODULE_DESCRIPTION("Axle test device");
MODULE_LICENSE("GPL");
