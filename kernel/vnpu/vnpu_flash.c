// SPDX-License-Identifier: GPL-2.0-only
/*
 * Firmware that the device stores (section 4.5). A boot takes it if there is
 * some, and the host's image if there is none that starts; which slot it is,
 * and when to go back to the one before, is the device's to decide.
 */
#include <linux/bitfield.h>
#include <linux/io-64-nonatomic-lo-hi.h>
#include <linux/timekeeping.h>

#include <drm/drm_print.h>

#include "vnpu.h"

/* By VNPU_BOOT_*. */
static const char *const vnpu_why[] = {
	[VNPU_BOOT_SIZE] = "its size cannot be",
	[VNPU_BOOT_DMA] = "it could not be read",
	[VNPU_BOOT_MAGIC] = "it is no image for vnpu",
	[VNPU_BOOT_HEADER] = "its header is broken",
	[VNPU_BOOT_DIGEST] = "its digest is wrong",
	[VNPU_BOOT_PROFILE] = "it is for another profile of the device",
	[VNPU_BOOT_INTERFACE] = "it wants another version of the device",
	[VNPU_BOOT_EMPTY] = "nothing is stored",
	[VNPU_BOOT_OLD] = "it is older than the device allows",
	[VNPU_BOOT_START] = "it does not start",
};

static const char *vnpu_reason(u32 code)
{
	return code < ARRAY_SIZE(vnpu_why) && vnpu_why[code] ?
		       vnpu_why[code] :
		       "the device does not take it";
}

/* Whether the device runs an image of its own now. */
static int vnpu_boot_stored(struct vnpu *vnpu, u32 ms)
{
	u32 error;

	if (!(vnpu->cap & VNPU_CAP_FLASH))
		return -EOPNOTSUPP;
	vnpu_write(vnpu, VNPU_REG_FW_BOOT, VNPU_FW_BOOT_FLASH);
	if (!vnpu_wait_state(vnpu, VNPU_STATE_READY, ms))
		return 0;
	error = FIELD_GET(VNPU_STATUS_ERROR, vnpu_read(vnpu, VNPU_REG_STATUS));
	if (error != VNPU_BOOT_EMPTY)
		drm_warn(&vnpu->axle.drm,
			 "stored firmware: %s; the host's is loaded\n",
			 vnpu_reason(error));
	return -ENOENT;
}

/* The device's own, or the host's; it runs then. */
int vnpu_load_firmware(struct vnpu *vnpu)
{
	u32 ms = vnpu_read(vnpu, VNPU_REG_BOOT_MS);
	u64 before;
	int err = vnpu_boot_stored(vnpu, ms);

	vnpu->stored = !err;
	if (err) {
		iowrite64_lo_hi(vnpu->firmware.dma,
				vnpu->regs + VNPU_REG_FW_ADDRESS);
		vnpu_write(vnpu, VNPU_REG_FW_SIZE, vnpu->firmware.size);
		vnpu_write(vnpu, VNPU_REG_FW_BOOT, VNPU_FW_BOOT_IMAGE);
		err = vnpu_wait_state(vnpu, VNPU_STATE_READY, ms);
	}
	if (err)
		drm_err(&vnpu->axle.drm,
			"firmware does not start: status %#x\n",
			vnpu_read(vnpu, VNPU_REG_STATUS));
	before = ktime_get_ns();
	vnpu->epoch_ns = before - ioread64_lo_hi(vnpu->regs + VNPU_REG_TIME);
	return err;
}

/* It works. If the device cannot remember that, it goes back at its next boot. */
void vnpu_flash_confirm(struct vnpu *vnpu)
{
	if (vnpu->stored && vnpu_simple(vnpu, VNPU_CMD_FLASH_CONFIRM, 0, 0))
		drm_warn(&vnpu->axle.drm, "firmware cannot be confirmed\n");
}

static void vnpu_describe_slot(const struct vnpu_flash_slot *slot,
			       struct axle_fw_slot *out)
{
	u32 version = le32_to_cpu(slot->version);
	u32 state = le32_to_cpu(slot->state);

	if (state == VNPU_FLASH_EMPTY)
		return;
	snprintf(out->version, sizeof(out->version), "%u.%u.%u%s",
		 version >> 24, version >> 16 & 0xff, version & 0xffff,
		 state == VNPU_FLASH_BAD ? " (bad)" : "");
}

int vnpu_flash_slots(struct axle_device *adev,
		     struct axle_fw_slot slots[AXLE_MAX_FW_SLOTS])
{
	struct vnpu *vnpu = to_vnpu(adev);
	struct vnpu_flash_log *log = &vnpu->shared->flash;
	struct vnpu_cmd cmd = {
		.opcode = VNPU_CMD_GET_LOG,
		.object = cpu_to_le32(VNPU_LOG_FLASH),
		.data.address = cpu_to_le64(vnpu_shared_at(vnpu, log)),
		.data.size = cpu_to_le64(sizeof(*log)),
	};
	int err, i;

	if (!(vnpu->cap & VNPU_CAP_FLASH))
		return -EOPNOTSUPP;
	err = vnpu_command(vnpu, &cmd, NULL);
	if (err)
		return err;
	for (i = 0; i < VNPU_FLASH_SLOTS; i++) {
		slots[i] = (struct axle_fw_slot){
			.running = log->running == i,
			.next = log->next == i,
		};
		vnpu_describe_slot(&log->slot[i], &slots[i]);
	}
	return VNPU_FLASH_SLOTS;
}

static int vnpu_flash_command(struct vnpu *vnpu, u8 opcode, u64 address,
			      u64 size, u64 offset, struct vnpu_result *result)
{
	struct vnpu_cmd cmd = {
		.opcode = opcode,
		.flash.address = cpu_to_le64(address),
		.flash.size = cpu_to_le64(size),
		.flash.offset = cpu_to_le64(offset),
	};

	if (!(vnpu->cap & VNPU_CAP_FLASH))
		return -EOPNOTSUPP;
	return vnpu_command(vnpu, &cmd, result);
}

int vnpu_flash_begin(struct axle_device *adev, size_t size)
{
	return vnpu_flash_command(to_vnpu(adev), VNPU_CMD_FLASH_BEGIN, 0, size,
				  0, NULL);
}

/* The kit gives no more than fw_chunk; the device may want still less. */
int vnpu_flash_write(struct axle_device *adev, size_t offset, const void *data,
		     size_t size)
{
	struct vnpu *vnpu = to_vnpu(adev);
	struct vnpu_shared *shared = vnpu->shared;
	u32 most = min(le32_to_cpu(shared->identify.flash_piece_max),
		       VNPU_FLASH_PIECE);
	size_t n;
	int err = most ? 0 : -EIO;

	for (; size && !err; offset += n, data += n, size -= n) {
		n = min(size, most);
		memcpy(shared->piece, data, n);
		err = vnpu_flash_command(vnpu, VNPU_CMD_FLASH_WRITE,
					 vnpu_shared_at(vnpu, shared->piece), n,
					 offset, NULL);
	}
	return err;
}

int vnpu_flash_commit(struct axle_device *adev, const char **why)
{
	struct vnpu_result result = {};
	int err = vnpu_flash_command(to_vnpu(adev), VNPU_CMD_FLASH_COMMIT, 0, 0,
				     0, &result);

	if (err != -ENOEXEC)
		return err;
	*why = vnpu_reason(le32_to_cpu(result.detail));
	return le32_to_cpu(result.detail) == VNPU_BOOT_OLD ? -EPERM : err;
}
