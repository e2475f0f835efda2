// SPDX-License-Identifier: MIT
#include "flash.h"

#include <endian.h>
#include <string.h>

#define ANSWER_NS 8000000000ull

struct vnpu_fw_header *flash_image(struct host *h, uint32_t version,
				   uint32_t security, size_t more)
{
	struct vnpu_fw_header *fw = host_firmware(h, more);

	fw->version = htole32(version);
	fw->security = htole32(security);
	memset(fw + 1, (int)(version & 0xff), more);
	host_firmware_seal(fw);
	return fw;
}

int flash_begin(struct host *h, uint64_t size)
{
	struct vnpu_cmd cmd = {
		.opcode = VNPU_CMD_FLASH_BEGIN,
		.flash.size = htole64(size),
	};

	return host_command(h, &cmd);
}

int flash_write(struct host *h, const void *piece, uint64_t size,
		uint64_t offset)
{
	struct vnpu_cmd cmd = {
		.opcode = VNPU_CMD_FLASH_WRITE,
		.flash.address = htole64(host_address(piece)),
		.flash.size = htole64(size),
		.flash.offset = htole64(offset),
	};

	return host_command(h, &cmd);
}

int flash_commit(struct host *h)
{
	return host_simple(h, VNPU_CMD_FLASH_COMMIT, 0, 0);
}

int flash_confirm(struct host *h)
{
	return host_simple(h, VNPU_CMD_FLASH_CONFIRM, 0, 0);
}

int flash_store(struct host *h, const struct vnpu_fw_header *fw)
{
	uint64_t size = le32toh(fw->size), at = 0;
	int ret = flash_begin(h, size);

	while (!ret && at < size) {
		uint64_t n = size - at < FLASH_PIECE ? size - at : FLASH_PIECE;

		ret = flash_write(h, (const uint8_t *)fw + at, n, at);
		at += n;
	}
	return ret ? ret : flash_commit(h);
}

static bool get_data(struct host *h, uint8_t opcode, uint32_t object, void *to,
		     size_t size)
{
	size_t used = h->base.used;
	void *data = host_alloc(h, size, 64);
	struct vnpu_cmd cmd = {
		.opcode = opcode,
		.object = htole32(object),
		.data.address = htole64(host_address(data)),
		.data.size = htole64(size),
	};
	bool ok = !host_command(h, &cmd);

	memcpy(to, data, size);
	h->base.used = used;
	return ok;
}

struct vnpu_flash_log flash_log(struct host *h)
{
	struct vnpu_flash_log log = { 0 };

	if (!get_data(h, VNPU_CMD_GET_LOG, VNPU_LOG_FLASH, &log, sizeof(log)))
		memset(&log, 0, sizeof(log));
	return log;
}

uint32_t flash_version(struct host *h)
{
	struct vnpu_fw_info info = { 0 };

	if (!get_data(h, VNPU_CMD_IDENTIFY, VNPU_IDENTIFY_FIRMWARE, &info,
		      sizeof(info)))
		return 0;
	return le32toh(info.version);
}

int flash_boot(struct host *h)
{
	uint64_t until = host_now_ns() + ANSWER_NS;

	host_put32(h, VNPU_REG_FW_BOOT, VNPU_FW_BOOT_FLASH);
	while (host_state(h) == VNPU_STATE_LOADING)
		if (host_now_ns() > until)
			return -1;
	return (int)host_error(h);
}

int flash_reboot(struct host *h)
{
	int ret;

	host_put32(h, VNPU_REG_CONTROL, VNPU_CONTROL_RESET);
	if (!host_wait_state(h, VNPU_STATE_WAIT_FW, 5000))
		return -1;
	ret = flash_boot(h);
	return ret ? ret : host_enable(h) ? 0 : -1;
}
