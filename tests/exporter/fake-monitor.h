/* SPDX-License-Identifier: MIT */
/*
 * The library's monitor, made up: devices whose figures are known, and such as
 * lie. The variable FAKE_MONITOR says what there is, as words of NAME=NUMBER:
 *
 *	devices=2	so many devices, 2 if it is missing
 *	kind=fixed	figures that never change
 *	kind=moving	counters that go on, as if jobs ran, and events
 *	kind=unknown	a driver that tells nothing
 *	kind=lies	bytes that are no text, equal names, too large numbers
 *	events=5	so many events, at once
 *	clients=3	so many processes a device
 *	deaf=1		listening for events fails
 *	fail=1		samples fail
 */
#ifndef FAKE_MONITOR_H
#define FAKE_MONITOR_H

#include <axl/monitor.h>

/* For tests in the same process: what the next look is at. */
struct axl_sample *fake_monitor_sample(struct axl_monitor *monitor, size_t i);
struct axl_client *fake_monitor_client(struct axl_monitor *monitor, size_t i);

#endif
