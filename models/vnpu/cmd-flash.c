// SPDX-License-Identifier: MIT
/* FLASH_BEGIN to FLASH_CONFIRM: section 4.5. Admin worker. */
#include "core.h"

#include <stdlib.h>

#define AT(member) offsetof(struct vnpu_cmd, member)

static int check_begin(struct vnpu *v, const struct vnpu_cmd *cmd,
		       struct vnpu_result *result)
{
	uint64_t size = le64toh(cmd->flash.size);

	if (size < sizeof(struct vnpu_fw_header) || size > VNPU_FW_SIZE_MAX)
		return vnpu_refuse(result, VNPU_ERR_FIELD, AT(flash.size));
	return VNPU_ERR_OK;
}

static int begin(struct vnpu *v, const struct vnpu_cmd *cmd,
		 struct vnpu_result *result)
{
	return vnpu_flash_begin(v, (uint32_t)le64toh(cmd->flash.size));
}

static int check_write(struct vnpu *v, const struct vnpu_cmd *cmd,
		       struct vnpu_result *result)
{
	const struct vnpu_flash *f = &v->flash;
	uint64_t address = le64toh(cmd->flash.address);
	uint64_t size = le64toh(cmd->flash.size);

	if (!f->writing)
		return VNPU_ERR_STATE;
	if (address % 8 || address + size < address)
		return vnpu_refuse(result, VNPU_ERR_ADDRESS, AT(flash.address));
	if (!size || size > VNPU_FLASH_PIECE || size > f->size - f->written)
		return vnpu_refuse(result, VNPU_ERR_FIELD, AT(flash.size));
	if (le64toh(cmd->flash.offset) != f->written)
		return vnpu_refuse(result, VNPU_ERR_FIELD, AT(flash.offset));
	return VNPU_ERR_OK;
}

static int write_piece(struct vnpu *v, const struct vnpu_cmd *cmd,
		       struct vnpu_result *result)
{
	uint32_t size = (uint32_t)le64toh(cmd->flash.size);
	void *piece = malloc(size);
	int ret = VNPU_ERR_NO_MEMORY;

	if (piece)
		ret = axm_dma_read(v->dev, le64toh(cmd->flash.address), piece,
				   size) ?
			      VNPU_ERR_DMA :
			      vnpu_flash_write(v, piece, size);
	free(piece);
	return ret;
}

static int commit(struct vnpu *v, const struct vnpu_cmd *cmd,
		  struct vnpu_result *result)
{
	uint32_t why = VNPU_BOOT_OK;
	int ret;

	if (!v->flash.writing || v->flash.written != v->flash.size)
		return VNPU_ERR_STATE;
	ret = vnpu_flash_commit(v, &why);
	return why ? vnpu_refuse(result, ret, why) : ret;
}

static int confirm(struct vnpu *v, const struct vnpu_cmd *cmd,
		   struct vnpu_result *result)
{
	return vnpu_flash_confirm(v);
}

const struct vnpu_command_type vnpu_cmd_flash_begin = {
	.cap = VNPU_CAP_FLASH,
	.named = VNPU_NAMED(flash.size),
	.check = check_begin,
	.run = begin,
};

const struct vnpu_command_type vnpu_cmd_flash_write = {
	.cap = VNPU_CAP_FLASH,
	.named = VNPU_NAMED(flash.address) | VNPU_NAMED(flash.size) |
		 VNPU_NAMED(flash.offset),
	.check = check_write,
	.run = write_piece,
};

const struct vnpu_command_type vnpu_cmd_flash_commit = {
	.cap = VNPU_CAP_FLASH,
	.run = commit,
};

const struct vnpu_command_type vnpu_cmd_flash_confirm = {
	.cap = VNPU_CAP_FLASH,
	.run = confirm,
};
