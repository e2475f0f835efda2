/* SPDX-License-Identifier: GPL-2.0-only */
/* What vnpu_monitor.c and vnpu_flash.c are to the rest of the driver. */
#ifndef _VNPU_MONITOR_H_
#define _VNPU_MONITOR_H_

#include <axle/axle_monitor.h>

struct vnpu;
struct vnpu_event;

#define VNPU_PAGES_RETIRED 256 /* that are looked at */
#define VNPU_FLASH_PIECE 16384 /* of an image, a command */

/* vnpu_monitor.c */
extern const struct axle_monitor_ops vnpu_monitor_ops;
int vnpu_monitor_start(struct vnpu *vnpu);
void vnpu_monitor_retired(struct vnpu *vnpu);
void vnpu_monitor_event(struct axle_device *adev,
			const struct vnpu_event *event);

/* vnpu_flash.c */
int vnpu_load_firmware(struct vnpu *vnpu);
void vnpu_flash_confirm(struct vnpu *vnpu);
int vnpu_flash_slots(struct axle_device *adev,
		     struct axle_fw_slot slots[AXLE_MAX_FW_SLOTS]);
int vnpu_flash_begin(struct axle_device *adev, size_t size);
int vnpu_flash_write(struct axle_device *adev, size_t offset, const void *data,
		     size_t size);
int vnpu_flash_commit(struct axle_device *adev, const char **why);

#endif
