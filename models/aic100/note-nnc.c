// SPDX-License-Identifier: MIT
/*
 * The trace of the control channel: a line for a message, one for each of its
 * transactions, commands down to their members. Messages are the guest's: what
 * does not fit into one is not looked at.
 */
#include "note.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

enum kind {
	END,
	U8,
	U16,
	U32,
	U64, /* a size */
	HEX, /* 64 bits, an address or a mask */
	STATUS,
	STATE,
	TEXT, /* NNC_NAME bytes */
};

struct field {
	const char *name;
	uint16_t offset;
	enum kind kind;
};

/* What is shown of a command, an answer or a transaction. */
struct layout {
	uint32_t type;
	const char *name;
	const struct field *fields; /* NULL: none */
};

#define F(type, member, kind) { #member, offsetof(struct type, member), kind }
#define FIELDS(...) ((const struct field[]){ __VA_ARGS__, { 0 } })

static const struct aic100_name statuses[] = {
	{ NNC_OK, "ok" },
	{ (uint32_t)NNC_ERR, "error" },
	{ (uint32_t)NNC_ERR_DMA, "dma" },
	{ (uint32_t)NNC_ERR_UNDEFINED, "undefined-command" },
	{ (uint32_t)NNC_ERR_MEMORY, "no-memory" },
	{ (uint32_t)NNC_ERR_METADATA, "metadata" },
	{ (uint32_t)NNC_ERR_PARAMETER, "parameter" },
	{ (uint32_t)NNC_ERR_TIMEOUT, "time-out" },
	{ (uint32_t)NNC_ERR_NOT_READY, "not-ready" },
	{ (uint32_t)NNC_ERR_DENIED, "denied" },
	{ (uint32_t)NNC_ERR_TOO_SMALL, "too-small" },
	{ (uint32_t)NNC_ERR_NOT_FOUND, "not-found" },
	{ (uint32_t)NNC_ERR_NO_MCID, "no-mcid" },
	{ (uint32_t)NNC_ERR_NO_NSP, "no-nsp" },
	{ (uint32_t)NNC_ERR_NO_VC, "no-channel" },
	{ (uint32_t)NNC_ERR_NO_SEMAPHORE, "no-semaphore" },
	{ (uint32_t)NNC_ERR_NSP, "nsp" },
	{ (uint32_t)NNC_ERR_LENGTH, "length" },
	{ (uint32_t)NNC_ERR_NO_RESERVATION, "no-reservation" },
	{ (uint32_t)NNC_ERR_ID_NOT_FOUND, "no-such-id" },
	{ (uint32_t)NNC_ERR_NO_ID, "no-id" },
	{ (uint32_t)NNC_ERR_QUEUE_SMALL, "queue-too-small" },
	{ (uint32_t)NNC_ERR_RESTARTING, "restarting" },
	{ (uint32_t)NNC_ERR_VC_SETUP, "channel-setup" },
	{ (uint32_t)NNC_ERR_STATE_COUNT, "state-count" },
	{ (uint32_t)NNC_ERR_STATE_ORDER, "state-order" },
	{ (uint32_t)NNC_ERR_STATE, "state" },
	{ (uint32_t)NNC_ERR_VC, "no-such-channel" },
	{ (uint32_t)NNC_ERR_NO_RECORD, "no-record" },
	{ (uint32_t)NNC_ERR_SWITCHING, "no-switching" },
	{ (uint32_t)NNC_ERR_NOT_ACTIVE, "not-active" },
};

static const struct aic100_name states[] = {
	{ NNC_STATE_STANDBY, "standby" },
	{ NNC_STATE_READY, "ready" },
	{ NNC_STATE_DEACTIVATED, "deactivated" },
	{ NNC_STATE_INVALID, "invalid" },
};

#define DONE FIELDS(F(nnc_done, status, STATUS))
#define RELEASE FIELDS(F(nnc_release, id, U32))
#define LOADED FIELDS(F(nnc_loaded, id, U32), F(nnc_loaded, status, STATUS))
#define RESERVED \
	FIELDS(F(nnc_reserved, status, STATUS), F(nnc_reserved, id, U32))

static const struct layout commands[] = {
	{ NNC_CMD_UNDEFINED, "undefined", DONE },
	{ NNC_CMD_LOAD_CONSTANTS, "load-constants",
	  FIELDS(F(nnc_load_constants, tag, U32),
		 F(nnc_load_constants, data_length, U64),
		 F(nnc_load_constants, name, TEXT)) },
	{ NNC_RESPONSE(NNC_CMD_LOAD_CONSTANTS), "constants-loaded", LOADED },
	{ NNC_CMD_LOAD_ELF, "load-elf",
	  FIELDS(F(nnc_load_elf, tag, U32), F(nnc_load_elf, data_length, U64),
		 F(nnc_load_elf, name, TEXT)) },
	{ NNC_RESPONSE(NNC_CMD_LOAD_ELF), "elf-loaded", LOADED },
	{ NNC_CMD_UNLOAD_CONSTANTS, "unload-constants", RELEASE },
	{ NNC_RESPONSE(NNC_CMD_UNLOAD_CONSTANTS), "constants-unloaded", DONE },
	{ NNC_CMD_UNLOAD_ELF, "unload-elf", RELEASE },
	{ NNC_RESPONSE(NNC_CMD_UNLOAD_ELF), "elf-unloaded", DONE },
	{ NNC_CMD_ACTIVATE, "activate",
	  FIELDS(F(nnc_activate, constants, U32), F(nnc_activate, elf, U32),
		 F(nnc_activate, reservation_type, U32),
		 F(nnc_activate, reservation, U32),
		 F(nnc_activate, vc_setup, U32),
		 F(nnc_activate, vc_reservation, U32),
		 F(nnc_activate, state, STATE)) },
	{ NNC_RESPONSE(NNC_CMD_ACTIVATE), "activated",
	  FIELDS(F(nnc_activated, status, STATUS),
		 F(nnc_activated, activation, U32), F(nnc_activated, vc, U32),
		 F(nnc_activated, ddr_base, HEX),
		 F(nnc_activated, nsp_mask, U16)) },
	{ NNC_CMD_DEACTIVATE, "deactivate",
	  FIELDS(F(nnc_deactivate, activation, U32),
		 F(nnc_deactivate, vc_teardown, U32)) },
	{ NNC_RESPONSE(NNC_CMD_DEACTIVATE), "deactivated", DONE },
	{ NNC_CMD_STATUS, "status", FIELDS(F(nnc_get_status, info, U8)) },
	{ NNC_RESPONSE(NNC_CMD_STATUS), "status-is",
	  FIELDS(F(nnc_info, status, STATUS),
		 F(nnc_info, constants_loaded, U32),
		 F(nnc_info, elfs_loaded, U8), F(nnc_info, elfs_active, U8)) },
	{ NNC_CMD_LOAD_CONSTANTS_EX, "load-constants-ex",
	  FIELDS(F(nnc_load_constants_ex, descriptor_length, U32),
		 F(nnc_load_constants_ex, name, TEXT)) },
	{ NNC_CMD_LOAD_CONSTANTS_PAYLOAD, "load-constants-payload",
	  FIELDS(F(nnc_load_constants_payload, tag, U32),
		 F(nnc_load_constants_payload, constants, U32),
		 F(nnc_load_constants_payload, data_length, U64),
		 F(nnc_load_constants_payload, offset, U64)) },
	{ NNC_CMD_TERMINATE, "terminate", NULL },
	{ NNC_CMD_RESERVE_VC, "reserve-vc",
	  FIELDS(F(nnc_reserve_vc, semaphores, U32),
		 F(nnc_reserve_vc, group, U32),
		 F(nnc_reserve_vc, block_size, U32)) },
	{ NNC_RESPONSE(NNC_CMD_RESERVE_VC), "vc-reserved",
	  FIELDS(F(nnc_vc_reserved, status, STATUS),
		 F(nnc_vc_reserved, reservation, U32),
		 F(nnc_vc_reserved, vc, U32)) },
	{ NNC_CMD_RELEASE_VC, "release-vc", RELEASE },
	{ NNC_RESPONSE(NNC_CMD_RELEASE_VC), "vc-released", DONE },
	{ NNC_CMD_RESERVE_ACTIVATION, "reserve-activation",
	  FIELDS(F(nnc_reserve_activation, group, U32),
		 F(nnc_reserve_activation, shared_ddr, U64),
		 F(nnc_reserve_activation, nsps, U32)) },
	{ NNC_RESPONSE(NNC_CMD_RESERVE_ACTIVATION), "activation-reserved",
	  RESERVED },
	{ NNC_CMD_RELEASE_ACTIVATION, "release-activation", RELEASE },
	{ NNC_RESPONSE(NNC_CMD_RELEASE_ACTIVATION), "activation-released",
	  DONE },
	{ NNC_CMD_CREATE_GROUP, "create-group",
	  FIELDS(F(nnc_create_group, group, U32),
		 F(nnc_create_group, nsps, U32),
		 F(nnc_create_group, semaphores, U32),
		 F(nnc_create_group, vcs, U32),
		 F(nnc_create_group, memory, U64)) },
	{ NNC_RESPONSE(NNC_CMD_CREATE_GROUP), "group-created", RESERVED },
	{ NNC_CMD_RELEASE_GROUP, "release-group", RELEASE },
	{ NNC_RESPONSE(NNC_CMD_RELEASE_GROUP), "group-released", DONE },
	{ NNC_CMD_RESOURCE_INFO, "resource-info",
	  FIELDS(F(nnc_get_resources, group, U32)) },
	{ NNC_RESPONSE(NNC_CMD_RESOURCE_INFO), "resources",
	  FIELDS(F(nnc_resource_info, status, STATUS),
		 F(nnc_resource_info, resources.dram_free, U32),
		 F(nnc_resource_info, resources.vc_free, U8),
		 F(nnc_resource_info, resources.nsp_free, U8),
		 F(nnc_resource_info, resources.semaphore_free, U32)) },
	{ NNC_CMD_PERFORMANCE_INFO, "performance-info", NULL },
	{ NNC_RESPONSE(NNC_CMD_PERFORMANCE_INFO), "performance",
	  FIELDS(F(nnc_performance_info, status, STATUS)) },
	{ NNC_CMD_STATE, "state",
	  FIELDS(F(nnc_set_state, count, U32),
		 F(nnc_set_state, change[0].activation, U32),
		 F(nnc_set_state, change[0].state, STATE)) },
	{ NNC_RESPONSE(NNC_CMD_STATE), "state-set", DONE },
	{ NNC_CMD_CONFIG, "config",
	  FIELDS(F(nnc_config, option, U32), F(nnc_config, dedicated, U32)) },
	{ NNC_RESPONSE(NNC_CMD_CONFIG), "configured", DONE },
	{ NNC_CMD_UPDATE_ACTIVATION, "update-activation",
	  FIELDS(F(nnc_update_activation, reservation, U32),
		 F(nnc_update_activation, nsps, U32)) },
	{ NNC_RESPONSE(NNC_CMD_UPDATE_ACTIVATION), "activation-updated", DONE },
};

static const struct layout transactions[] = {
	{ NNC_PASSTHROUGH_FROM_DEVICE, "answer", NULL },
	{ NNC_PASSTHROUGH_TO_DEVICE, "command", NULL },
	{ NNC_DMA_XFER, "dma-xfer",
	  FIELDS(F(nnc_dma_xfer, tag, U32), F(nnc_dma_xfer, count, U32),
		 F(nnc_dma_xfer, chunk, U32)) },
	{ NNC_ACTIVATE_FROM_DEVICE, "activated",
	  FIELDS(F(nnc_activate_from_device, status, STATUS),
		 F(nnc_activate_from_device, dbc, U32)) },
	{ NNC_ACTIVATE_TO_DEVICE, "activate",
	  FIELDS(F(nnc_activate_to_device, requests, HEX),
		 F(nnc_activate_to_device, responses, HEX),
		 F(nnc_activate_to_device, request_count, U32),
		 F(nnc_activate_to_device, response_count, U32),
		 F(nnc_activate_to_device, buf_len, U32)) },
	{ NNC_DEACTIVATE_FROM_DEVICE, "deactivated",
	  FIELDS(F(nnc_deactivate_from_device, status, STATUS),
		 F(nnc_deactivate_from_device, dbc, U32)) },
	{ NNC_STATUS_FROM_DEVICE, "status",
	  FIELDS(F(nnc_status_from_device, major, U16),
		 F(nnc_status_from_device, minor, U16),
		 F(nnc_status_from_device, status, STATUS),
		 F(nnc_status_from_device, flags, HEX)) },
	{ NNC_STATUS_TO_DEVICE, "get-status", NULL },
	{ NNC_TERMINATE_FROM_DEVICE, "terminated",
	  FIELDS(F(nnc_word, value, STATUS)) },
	{ NNC_TERMINATE_TO_DEVICE, "terminate",
	  FIELDS(F(nnc_word, value, U32)) },
	{ NNC_DMA_XFER_CONT, "dma-xfer-cont",
	  FIELDS(F(nnc_dma_xfer_cont, chunk, U32),
		 F(nnc_dma_xfer_cont, done, U64)) },
	{ NNC_VALIDATE_FROM_DEVICE, "validated",
	  FIELDS(F(nnc_word, value, STATUS)) },
	{ NNC_VALIDATE_TO_DEVICE, "validate", FIELDS(F(nnc_word, value, U32)) },
};

static const uint8_t sizes[] = {
	[U8] = 1,  [U16] = 2,	 [U32] = 4,   [U64] = 8,
	[HEX] = 8, [STATUS] = 4, [STATE] = 4, [TEXT] = NNC_NAME,
};

/* Text is the guest's: what is not plain is a dot. */
static void put_name(struct aic100_text *t, const uint8_t *at)
{
	char text[NNC_NAME + 1] = { 0 };

	for (unsigned int i = 0; i < NNC_NAME && at[i]; i++)
		text[i] = isgraph(at[i]) ? (char)at[i] : '.';
	aic100_text(t, "\"%s\"", text);
}

static void put_field(struct aic100_text *t, const struct field *f,
		      const uint8_t *at)
{
	uint64_t n = 0;

	if (f->kind != TEXT)
		memcpy(&n, at, sizes[f->kind]);
	n = le64toh(n);
	aic100_text(t, " %s=", f->name);
	switch (f->kind) {
	case TEXT:
		put_name(t, at);
		break;
	case STATUS:
		aic100_text(t, "%s(%d)",
			    aic100_name(statuses, COUNT(statuses), (uint32_t)n),
			    (int32_t)n);
		break;
	case STATE:
		aic100_text(t, "%s",
			    aic100_name(states, COUNT(states), (uint32_t)n));
		break;
	default:
		aic100_text(t, f->kind == HEX ? "0x%" PRIx64 : "%" PRIu64, n);
	}
}

static const struct layout *find(const struct layout *layouts, size_t count,
				 uint32_t type)
{
	for (size_t i = 0; i < count; i++)
		if (layouts[i].type == type)
			return &layouts[i];
	return NULL;
}

static void put_layout(struct aic100_text *t, const struct layout *l,
		       uint32_t type, const uint8_t *at, size_t len)
{
	if (l)
		aic100_text(t, "%s", l->name);
	else
		aic100_text(t, "%u", type);
	for (const struct field *f = l ? l->fields : NULL; f && f->kind; f++)
		if (f->offset + (size_t)sizes[f->kind] <= len)
			put_field(t, f, at + f->offset);
}

static uint32_t word(const uint8_t *at)
{
	uint32_t n;

	memcpy(&n, at, sizeof(n));
	return le32toh(n);
}

static void put_transaction(struct aic100_text *t, const uint8_t *at,
			    size_t len)
{
	uint32_t type = word(at);
	const uint8_t *body = at + sizeof(struct nnc_transaction);
	size_t rest = len - sizeof(struct nnc_transaction);

	put_layout(t, find(transactions, COUNT(transactions), type), type, at,
		   len);
	if ((type != NNC_PASSTHROUGH_TO_DEVICE &&
	     type != NNC_PASSTHROUGH_FROM_DEVICE) ||
	    rest < sizeof(uint32_t))
		return;
	aic100_text(t, " ");
	put_layout(t, find(commands, COUNT(commands), word(body)), word(body),
		   body, rest);
}

void aic100_note_nnc(struct aic100 *a, bool to_device, const void *message,
		     size_t len)
{
	const char *arrow = to_device ? "->" : "<-";
	const uint8_t *at = message;
	struct nnc_header h;

	if (!axm_tracing(a->dev) || len < sizeof(h))
		return;
	memcpy(&h, message, sizeof(h));
	axm_trace(a->dev, "nnc", "%s seq=%u user=%u len=%u count=%u crc=0x%08x",
		  arrow, le32toh(h.sequence), le32toh(h.handle), le32toh(h.len),
		  le32toh(h.count), le32toh(h.crc32));
	at += sizeof(h);
	len -= sizeof(h);
	while (len >= sizeof(struct nnc_transaction)) {
		struct aic100_text t = { 0 };
		size_t size = word(at + 4);

		if (size < sizeof(struct nnc_transaction) || size > len)
			break;
		put_transaction(&t, at, size);
		axm_trace(a->dev, "nnc-part", "%s %s", arrow, t.at);
		at += size;
		len -= size;
	}
}
