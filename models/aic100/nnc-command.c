// SPDX-License-Identifier: MIT
/* Passthrough transactions: the table of a user's commands, and their checks. */
#include "nnc.h"

static const struct command {
	uint16_t size;
	uint16_t answer; /* its size */
	uint16_t status_at; /* in the answer */
	uint16_t zero; /* in the command: reserved from here on; 0: nothing */
	uint16_t type; /* of the answer, if not the next number */
	bool longer; /* checks its length itself */
	bool anyone; /* needs no user's handle */
	enum nnc_status (*run)(struct nnc_call *c);
} commands[NNC_CMD_MAX] = {
	[NNC_CMD_LOAD_CONSTANTS] = { 88, 16, 8, .run = nnc_load_constants },
	[NNC_CMD_LOAD_ELF] = { 96, 16, 8, 92, .run = nnc_load_elf },
	[NNC_CMD_UNLOAD_CONSTANTS] = { 8, 8, 4, .run = nnc_unload_constants },
	[NNC_CMD_UNLOAD_ELF] = { 8, 8, 4, .run = nnc_unload_elf },
	[NNC_CMD_ACTIVATE] = { 48, 88, 4, 41, .run = nnc_activate_command },
	[NNC_CMD_DEACTIVATE] = { 16, 8, 4, 12, .run = nnc_deactivate_command },
	[NNC_CMD_STATUS] = { 8, 504, 4, 5, .anyone = true,
			     .run = nnc_status_command },
	[NNC_CMD_LOAD_CONSTANTS_EX] = { 80, 16, 8,
					.type = NNC_RESPONSE(
						NNC_CMD_LOAD_CONSTANTS),
					.longer = true,
					.run = nnc_load_constants_ex },
	[NNC_CMD_LOAD_CONSTANTS_PAYLOAD] = { 32, 16, 8,
					     .type = NNC_RESPONSE(
						     NNC_CMD_LOAD_CONSTANTS),
					     .run = nnc_load_payload },
	[NNC_CMD_RESERVE_VC] = { 32, 40, 4, 25, .run = nnc_reserve_vc_command },
	[NNC_CMD_RELEASE_VC] = { 8, 8, 4, .run = nnc_release_vc_command },
	[NNC_CMD_RESERVE_ACTIVATION] = { 48, 16, 4, 42,
					 .run = nnc_reserve_activation_command },
	[NNC_CMD_RELEASE_ACTIVATION] = { 8, 8, 4,
					 .run = nnc_release_activation_command },
	[NNC_CMD_CREATE_GROUP] = { 64, 16, 4, 58,
				   .run = nnc_create_group_command },
	[NNC_CMD_RELEASE_GROUP] = { 8, 8, 4, .run = nnc_release_group_command },
	[NNC_CMD_RESOURCE_INFO] = { 16, 56, 48, 12, .anyone = true,
				    .run = nnc_resource_info_command },
	[NNC_CMD_PERFORMANCE_INFO] = { 8, 64, 4, 4, .anyone = true,
				       .run = nnc_performance_info_command },
	[NNC_CMD_STATE] = { 72, 8, 4, .run = nnc_set_state_command },
	[NNC_CMD_CONFIG] = { 16, 8, 4, .run = nnc_config_command },
	[NNC_CMD_UPDATE_ACTIVATION] = { 24, 8, 4, 16,
					.run = nnc_update_activation_command },
};

static const struct command undefined = { .size = 8,
					  .answer = 8,
					  .status_at = 4 };

static bool is_zero(const uint8_t *byte, size_t from, size_t to)
{
	while (from < to)
		if (byte[from++])
			return false;
	return true;
}

static enum nnc_status run(const struct command *command, struct nnc_call *c)
{
	if (!command->run)
		return NNC_ERR_UNDEFINED;
	if (c->len < command->size ||
	    (!command->longer && c->len - command->size > NNC_COMMAND_SLACK))
		return NNC_ERR_LENGTH;
	if (command->zero && !is_zero(c->in, command->zero, command->size))
		return NNC_ERR_PARAMETER;
	if (!c->m->user && !command->anyone)
		return NNC_ERR_DENIED;
	return command->run(c);
}

static void answer_type(const struct command *command, struct nnc_call *c,
			uint32_t type)
{
	__le32 *word = c->out;

	if (!command->run)
		type = NNC_CMD_UNDEFINED;
	else
		type = command->type ? command->type : NNC_RESPONSE(type);
	*word = htole32(type);
}

/*
 * What has no room for its answer is not done, and says so in eight bytes; one
 * without even these is not answered. A user may send more questions than
 * one reply can take answers.
 */
void nnc_passthrough(struct nnc_message *m, const struct nnc_transaction *t)
{
	struct nnc_call c = {
		.m = m,
		.in = t + 1,
		.len = le32toh(t->len) - sizeof(*t),
	};
	const __le32 *word = c.in;
	uint32_t type = c.len ? le32toh(*word) : NNC_CMD_UNDEFINED;
	const struct command *command = &undefined;
	struct nnc_transaction *answer;
	enum nnc_status status;
	bool small;

	if (type < NNC_CMD_MAX && commands[type].run)
		command = &commands[type];
	/* A DEACTIVATE transaction may come besides. */
	small = !nnc_reply_room(
		m->reply, sizeof(*t) + command->answer +
				  sizeof(struct nnc_deactivate_from_device));
	answer = nnc_reply_add(m->reply, NNC_PASSTHROUGH_FROM_DEVICE,
			       sizeof(*t) + (small ? sizeof(struct nnc_done) :
						     command->answer));
	if (!answer)
		return;
	c.out = answer + 1;
	c.at = (uint32_t)((uint8_t *)c.out - m->reply->data);
	answer_type(command, &c, type);
	status = small ? NNC_ERR_TOO_SMALL : run(command, &c);
	word = (void *)((uint8_t *)c.out +
			(small ? sizeof(*word) : command->status_at));
	*(__le32 *)word = htole32((uint32_t)status);
}
