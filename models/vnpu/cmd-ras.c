// SPDX-License-Identifier: MIT
/* PAGE_RETIRE and INJECT: section 9. Admin worker. */
#include "core.h"

#define AT(member) offsetof(struct vnpu_cmd, member)
#define PAGE 4096

static int check_retire(struct vnpu *v, const struct vnpu_cmd *cmd,
			struct vnpu_result *result)
{
	uint64_t address = le64toh(cmd->ras.address);

	if (address % PAGE || address >= v->memory_size)
		return vnpu_refuse(result, VNPU_ERR_ADDRESS, AT(ras.address));
	return VNPU_ERR_OK;
}

static int retire(struct vnpu *v, const struct vnpu_cmd *cmd,
		  struct vnpu_result *result)
{
	return vnpu_retire(v, le64toh(cmd->ras.address));
}

static int has_unit(struct vnpu *v, const struct vnpu_cmd *cmd,
		    struct vnpu_result *result)
{
	if (le32toh(cmd->object) == VNPU_UNIT_MEMORY && !v->memory_size)
		return VNPU_ERR_UNSUPPORTED;
	return VNPU_ERR_OK;
}

static int check_inject(struct vnpu *v, const struct vnpu_cmd *cmd,
			struct vnpu_result *result)
{
	uint64_t address = le64toh(cmd->ras.address);

	if (le32toh(cmd->object) != VNPU_UNIT_MEMORY ?
		    address :
		    address >= v->memory_size)
		return vnpu_refuse(result, VNPU_ERR_ADDRESS, AT(ras.address));
	if (le32toh(cmd->ras.severity) > VNPU_RAS_UNCORRECTED)
		return vnpu_refuse(result, VNPU_ERR_FIELD, AT(ras.severity));
	if (!cmd->ras.count)
		return vnpu_refuse(result, VNPU_ERR_FIELD, AT(ras.count));
	return VNPU_ERR_OK;
}

static int inject(struct vnpu *v, const struct vnpu_cmd *cmd,
		  struct vnpu_result *result)
{
	vnpu_inject(v, le32toh(cmd->object), le32toh(cmd->ras.severity),
		    le32toh(cmd->ras.count), le64toh(cmd->ras.address));
	return VNPU_ERR_OK;
}

const struct vnpu_command_type vnpu_cmd_page_retire = {
	.cap = VNPU_CAP_RAS | VNPU_CAP_MEMORY,
	.named = VNPU_NAMED(ras.address),
	.check = check_retire,
	.run = retire,
};

const struct vnpu_command_type vnpu_cmd_inject = {
	.cap = VNPU_CAP_RAS,
	.last = VNPU_UNITS - 1,
	.object = has_unit,
	.named = VNPU_NAMED(ras.address) | VNPU_NAMED(ras.severity) |
		 VNPU_NAMED(ras.count),
	.check = check_inject,
	.run = inject,
};
