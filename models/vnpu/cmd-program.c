// SPDX-License-Identifier: MIT
#include "core.h"

#define AT(member) offsetof(struct vnpu_cmd, member)

static uint32_t limit(const struct vnpu_limits *limits)
{
	return limits->programs;
}

static struct vnpu_program *in_slot(struct vnpu *v, const struct vnpu_cmd *cmd)
{
	/* Only the admin worker changes slots. */
	return v->programs[le32toh(cmd->object)];
}

static int must_be_free(struct vnpu *v, const struct vnpu_cmd *cmd,
			struct vnpu_result *result)
{
	return in_slot(v, cmd) ? VNPU_ERR_EXISTS : 0;
}

static int must_be_there(struct vnpu *v, const struct vnpu_cmd *cmd,
			 struct vnpu_result *result)
{
	struct vnpu_program *p = in_slot(v, cmd);

	return p && p->context == le16toh(cmd->context) ? 0 : VNPU_ERR_ID;
}

static int check(struct vnpu *v, const struct vnpu_cmd *cmd,
		 struct vnpu_result *result)
{
	uint64_t address = le64toh(cmd->data.address);
	uint64_t size = le64toh(cmd->data.size);
	uint32_t segments = le32toh(cmd->data.segments);

	if (address % (segments ? 16 : 8))
		return vnpu_refuse(result, VNPU_ERR_ADDRESS, AT(data.address));
	if (!segments && size && address + (size - 1) < address)
		return vnpu_refuse(result, VNPU_ERR_ADDRESS, AT(data.address));
	if (segments > VNPU_SEGMENTS_MAX)
		return vnpu_refuse(result, VNPU_ERR_FIELD, AT(data.segments));
	return 0;
}

/* The sum of a list is the size, exactly. */
static int check_sum(struct vnpu *v, const struct vnpu_cmd *cmd)
{
	uint32_t segments = le32toh(cmd->data.segments);
	uint64_t address = le64toh(cmd->data.address), sum = 0;

	for (uint32_t i = 0; i < segments; i++) {
		struct vnpu_segment s;

		if (axm_dma_read(v->dev, address + i * sizeof(s), &s,
				 sizeof(s)))
			return VNPU_ERR_DMA;
		sum += le32toh(s.size);
	}
	return !segments || sum == le64toh(cmd->data.size) ? 0 :
							     VNPU_ERR_ADDRESS;
}

static int load(struct vnpu *v, const struct vnpu_cmd *cmd,
		struct vnpu_result *result)
{
	struct vnpu_access access = { .v = v, .asid = VNPU_ASID_BUS };
	struct vnpu_place place = {
		.address = cmd->data.address,
		.segments = cmd->data.segments,
	};
	uint64_t size = le64toh(cmd->data.size), scratch = 0;
	void *blob;
	int ret;

	if (size > VNPU_PROGRAM_SIZE_MAX)
		return VNPU_ERR_LIMIT;
	ret = check_sum(v, cmd);
	if (ret == VNPU_ERR_ADDRESS)
		return vnpu_refuse(result, ret, AT(data.size));
	if (ret)
		return ret;
	if (!size)
		return VNPU_ERR_PROGRAM;
	blob = vnpu_private_alloc(v, size);
	if (!blob)
		return VNPU_ERR_NO_MEMORY;
	ret = vnpu_place_read(&access, &place, blob, size);
	if (ret) {
		vnpu_private_free(v, blob, size);
		return ret;
	}
	ret = vnpu_program_load(v, le16toh(cmd->context), le32toh(cmd->object),
				blob, size, &scratch);
	result->value = htole64(scratch);
	return ret;
}

static int unload(struct vnpu *v, const struct vnpu_cmd *cmd,
		  struct vnpu_result *result)
{
	return vnpu_program_unload(v, le16toh(cmd->context),
				   le32toh(cmd->object));
}

const struct vnpu_command_type vnpu_cmd_program_load = {
	.context = VNPU_CONTEXT_USED,
	.limit = limit,
	.object = must_be_free,
	.named = VNPU_NAMED(data.address) | VNPU_NAMED(data.size) |
		 VNPU_NAMED(data.segments),
	.check = check,
	.run = load,
};

const struct vnpu_command_type vnpu_cmd_program_unload = {
	.context = VNPU_CONTEXT_USED,
	.limit = limit,
	.object = must_be_there,
	.run = unload,
};
