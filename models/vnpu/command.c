// SPDX-License-Identifier: MIT
/*
 * Commands: what all of them have in common, section 6. A command that is
 * refused here or by its type's checks has changed nothing. Admin worker.
 */
#include "core.h"

static int nop(struct vnpu *v, const struct vnpu_cmd *cmd,
	       struct vnpu_result *result)
{
	return VNPU_ERR_OK;
}

static const struct vnpu_command_type cmd_nop = { .run = nop };

static const struct vnpu_command_type *const types[] = {
	[VNPU_CMD_NOP] = &cmd_nop,
	[VNPU_CMD_IDENTIFY] = &vnpu_cmd_identify,
	[VNPU_CMD_GET_LOG] = &vnpu_cmd_get_log,
	[VNPU_CMD_SET_FEATURE] = &vnpu_cmd_set_feature,
	[VNPU_CMD_GET_FEATURE] = &vnpu_cmd_get_feature,
	[VNPU_CMD_CONTEXT_CREATE] = &vnpu_cmd_context_create,
	[VNPU_CMD_CONTEXT_DESTROY] = &vnpu_cmd_context_destroy,
	[VNPU_CMD_CONTEXT_KILL] = &vnpu_cmd_context_kill,
	[VNPU_CMD_VM_SET] = &vnpu_cmd_vm_set,
	[VNPU_CMD_VM_FLUSH] = &vnpu_cmd_vm_flush,
	[VNPU_CMD_QUEUE_CREATE] = &vnpu_cmd_queue_create,
	[VNPU_CMD_QUEUE_DESTROY] = &vnpu_cmd_queue_destroy,
	[VNPU_CMD_QUEUE_RESET] = &vnpu_cmd_queue_reset,
	[VNPU_CMD_PROGRAM_LOAD] = &vnpu_cmd_program_load,
	[VNPU_CMD_PROGRAM_UNLOAD] = &vnpu_cmd_program_unload,
	[VNPU_CMD_FLASH_BEGIN] = &vnpu_cmd_flash_begin,
	[VNPU_CMD_FLASH_WRITE] = &vnpu_cmd_flash_write,
	[VNPU_CMD_FLASH_COMMIT] = &vnpu_cmd_flash_commit,
	[VNPU_CMD_FLASH_CONFIRM] = &vnpu_cmd_flash_confirm,
	[VNPU_CMD_PAGE_RETIRE] = &vnpu_cmd_page_retire,
	[VNPU_CMD_INJECT] = &vnpu_cmd_inject,
};

int vnpu_refuse(struct vnpu_result *result, int error, size_t detail)
{
	result->detail = htole32((uint32_t)detail);
	return error;
}

static int check_context(struct vnpu *v, const struct vnpu_command_type *type,
			 const struct vnpu_cmd *cmd, struct vnpu_result *result)
{
	uint32_t c = le16toh(cmd->context);
	size_t at = offsetof(struct vnpu_cmd, context);

	if (type->context == VNPU_CONTEXT_ZERO)
		return c ? vnpu_refuse(result, VNPU_ERR_FIELD, at) : 0;
	if (c >= v->limits->contexts)
		return vnpu_refuse(result, VNPU_ERR_FIELD, at);
	if (type->context == VNPU_CONTEXT_FREE)
		return v->contexts[c].used ? VNPU_ERR_EXISTS : 0;
	return v->contexts[c].used ? 0 : VNPU_ERR_ID;
}

static int check_object(struct vnpu *v, const struct vnpu_command_type *type,
			const struct vnpu_cmd *cmd, struct vnpu_result *result)
{
	uint32_t object = le32toh(cmd->object);
	uint32_t last = type->limit ? type->limit(v->limits) - 1 : type->last;

	if (object < type->first || object > last)
		return vnpu_refuse(result, VNPU_ERR_FIELD,
				   offsetof(struct vnpu_cmd, object));
	return type->object ? type->object(v, cmd, result) : 0;
}

/* The first byte, of those not named, that is not zero; 64: none. */
static unsigned int first_reserved(const struct vnpu_command_type *type,
				   const struct vnpu_cmd *cmd)
{
	const uint8_t *byte = (const uint8_t *)cmd;
	unsigned int i = offsetof(struct vnpu_cmd, arg);

	while (i < sizeof(*cmd) && (type->named >> i & 1 || !byte[i]))
		i++;
	return i;
}

/* Reserved members are said to begin where their words do. */
static uint32_t member_at(const struct vnpu_command_type *type, unsigned int at)
{
	while (at % 8 && !(type->named >> (at - 1) & 1))
		at--;
	return at;
}

static int check_rest(struct vnpu *v, const struct vnpu_command_type *type,
		      const struct vnpu_cmd *cmd, struct vnpu_result *result)
{
	unsigned int reserved = first_reserved(type, cmd);
	int ret = type->check ? type->check(v, cmd, result) : 0;

	if (reserved == sizeof(*cmd) ||
	    (ret && le32toh(result->detail) < reserved))
		return ret;
	return vnpu_refuse(result, VNPU_ERR_FIELD, member_at(type, reserved));
}

static int run(struct vnpu *v, const struct vnpu_cmd *cmd,
	       struct vnpu_result *result)
{
	const struct vnpu_command_type *type = NULL;
	int ret;

	if (cmd->opcode < sizeof(types) / sizeof(types[0]))
		type = types[cmd->opcode];
	if (!type)
		return VNPU_ERR_OPCODE;
	if ((v->limits->cap & type->cap) != type->cap)
		return VNPU_ERR_UNSUPPORTED;
	if (cmd->flags & ~VNPU_CMD_INTERRUPT)
		return vnpu_refuse(result, VNPU_ERR_FIELD,
				   offsetof(struct vnpu_cmd, flags));
	ret = check_context(v, type, cmd, result);
	if (!ret)
		ret = check_object(v, type, cmd, result);
	if (!ret)
		ret = check_rest(v, type, cmd, result);
	return ret ? ret : type->run(v, cmd, result);
}

void vnpu_command(struct vnpu *v, const struct vnpu_cmd *cmd,
		  struct vnpu_result *result)
{
	int ret = run(v, cmd, result);

	if (ret)
		result->value = 0;
	result->status = htole32((uint32_t)ret);
	axm_trace(v->dev, "command", "opcode=%u context=%u object=%u status=%d",
		  cmd->opcode, le16toh(cmd->context), le32toh(cmd->object),
		  ret);
}
