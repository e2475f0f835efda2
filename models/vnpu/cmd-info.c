// SPDX-License-Identifier: MIT
/* IDENTIFY and GET_LOG: both write the first bytes of an answer. */
#include "core.h"

#include <stdlib.h>
#include <string.h>

#define AT(member) offsetof(struct vnpu_cmd, member)

static int check_data(struct vnpu *v, const struct vnpu_cmd *cmd,
		      struct vnpu_result *result)
{
	uint64_t address = le64toh(cmd->data.address);
	uint64_t size = le64toh(cmd->data.size);

	if (address % 8 || (size && address + (size - 1) < address))
		return vnpu_refuse(result, VNPU_ERR_ADDRESS, AT(data.address));
	return VNPU_ERR_OK;
}

static int answer(struct vnpu *v, const struct vnpu_cmd *cmd, const void *data,
		  uint64_t whole, struct vnpu_result *result)
{
	uint64_t size = le64toh(cmd->data.size);

	if (size > whole)
		size = whole;
	result->value = htole64(whole);
	return axm_dma_write(v->dev, le64toh(cmd->data.address), data, size) ?
		       VNPU_ERR_DMA :
		       VNPU_ERR_OK;
}

static void describe_engines(struct vnpu *v, struct vnpu_identify *id)
{
	static const char *const names[] = {
		[VNPU_ENGINE_COMPUTE] = "compute",
		[VNPU_ENGINE_COPY] = "copy",
	};

	for (uint32_t i = 0; i < v->limits->engines; i++) {
		uint32_t kind = v->engine[i].kind;

		id->engine[i].kind = htole32(kind);
		strcpy(id->engine[i].name, names[kind]);
	}
}

static int identify_device(struct vnpu *v, const struct vnpu_cmd *cmd,
			   struct vnpu_result *result)
{
	struct vnpu_identify id = {
		.program_version =
			htole32(AXT_VERSION_MAJOR << 16 | AXT_VERSION_MINOR),
		.bindings_max = htole32(VNPU_BINDINGS_MAX),
		.program_size_max = htole64(VNPU_PROGRAM_SIZE_MAX),
		.private_memory = htole64(v->private_size),
		.temperature_max_mc = htole32(VNPU_TEMPERATURE_MAX_MC),
		.power_max_mw = htole32(VNPU_POWER_MAX_MW),
		.clock_max_khz = htole32(VNPU_CLOCK_KHZ),
		.power_min_mw = htole32(VNPU_POWER_MIN_MW),
		.clock_min_khz = htole32(VNPU_CLOCK_MIN_KHZ),
		.flash_size_max = htole32(VNPU_FW_SIZE_MAX),
		.flash_piece_max = htole32(VNPU_FLASH_PIECE),
		.pages_retired_max =
			htole32(v->memory_size ? VNPU_STORE_PAGES : 0),
	};

	snprintf(id.serial, sizeof(id.serial), "VNPU-%04u", axm_number(v->dev));
	snprintf(id.name, sizeof(id.name), "vnpu reference model, %s",
		 v->limits->name);
	describe_engines(v, &id);
	return answer(v, cmd, &id, sizeof(id), result);
}

static int identify(struct vnpu *v, const struct vnpu_cmd *cmd,
		    struct vnpu_result *result)
{
	if (le32toh(cmd->object) == VNPU_IDENTIFY_FIRMWARE)
		return answer(v, cmd, &v->firmware, sizeof(v->firmware),
			      result);
	return identify_device(v, cmd, result);
}

static int check_log(struct vnpu *v, const struct vnpu_cmd *cmd,
		     struct vnpu_result *result)
{
	uint32_t item = le32toh(cmd->data.item);
	bool queue = le32toh(cmd->object) == VNPU_LOG_QUEUE;
	int ret = check_data(v, cmd, result);

	if (ret)
		return ret;
	if (item >= (queue ? v->limits->queues : 1))
		return vnpu_refuse(result, VNPU_ERR_FIELD, AT(data.item));
	if (queue && atomic_load(&v->queues[item].engine) < 0)
		return vnpu_refuse(result, VNPU_ERR_ID, AT(data.item));
	return VNPU_ERR_OK;
}

static int get_log(struct vnpu *v, const struct vnpu_cmd *cmd,
		   struct vnpu_result *result)
{
	void *data = NULL;
	uint64_t size = vnpu_log(v, le32toh(cmd->object),
				 le32toh(cmd->data.item), &data);
	int ret = VNPU_ERR_NO_MEMORY;

	if (data)
		ret = answer(v, cmd, data, size, result);
	free(data);
	return ret;
}

const struct vnpu_command_type vnpu_cmd_identify = {
	.first = VNPU_IDENTIFY_DEVICE,
	.last = VNPU_IDENTIFY_FIRMWARE,
	.named = VNPU_NAMED(data.address) | VNPU_NAMED(data.size),
	.check = check_data,
	.run = identify,
};

const struct vnpu_command_type vnpu_cmd_get_log = {
	.first = VNPU_LOG_EVENTS,
	.last = VNPU_LOG_RETIRED,
	.named = VNPU_NAMED(data.address) | VNPU_NAMED(data.size) |
		 VNPU_NAMED(data.item),
	.check = check_log,
	.run = get_log,
};
