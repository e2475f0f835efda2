// SPDX-License-Identifier: MIT
/*
 * Timers of a device: a list by due time under the device lock, and one
 * timerfd in the loop for the first of them.
 */
#include "device.h"
#include "loop.h"

static void rearm(struct axm_device *dev)
{
	if (dev->loop)
		axm_loop_set_timer(dev->loop,
				   dev->timers ? dev->timers->due : UINT64_MAX);
}

static void unlink_timer(struct axm_device *dev, struct axm_timer *timer)
{
	struct axm_timer **at = &dev->timers;

	while (*at != timer)
		at = &(*at)->next;
	*at = timer->next;
	timer->armed = false;
}

void axm_timer_arm(struct axm_device *dev, struct axm_timer *timer,
		   uint64_t delay_ns)
{
	struct axm_timer **at = &dev->timers;
	uint64_t now = axm_now_ns();

	if (timer->armed)
		unlink_timer(dev, timer);
	/* A year is as good as never, and far from overflow. */
	if (delay_ns > 365ull * 86400 * 1000000000)
		delay_ns = 365ull * 86400 * 1000000000;
	timer->due = now + delay_ns;
	while (*at && (*at)->due <= timer->due)
		at = &(*at)->next;
	timer->next = *at;
	*at = timer;
	timer->armed = true;
	if (dev->timers == timer)
		rearm(dev);
}

void axm_timer_cancel(struct axm_device *dev, struct axm_timer *timer)
{
	if (!timer->armed)
		return;
	unlink_timer(dev, timer);
	rearm(dev);
}

void axm_timers_cancel(struct axm_device *dev)
{
	while (dev->timers)
		unlink_timer(dev, dev->timers);
	rearm(dev);
}

uint64_t axm_timers_run(struct axm_device *dev)
{
	uint64_t now = axm_now_ns(), due = UINT64_MAX;

	/* A hanging device's time stands still; it goes on when that ends. */
	if (axm_pool_hanging(dev))
		return due;
	axm_lock(dev);
	while (dev->timers && dev->timers->due <= now) {
		struct axm_timer *timer = dev->timers;

		unlink_timer(dev, timer);
		axm_count(dev, AXM_COUNT_TIMER, 1);
		axm_trace(dev, "timer", "late-ns=%llu",
			  (unsigned long long)(now - timer->due));
		timer->run(dev, timer);
	}
	if (dev->timers)
		due = dev->timers->due;
	rearm(dev);
	axm_unlock(dev);
	return due;
}
