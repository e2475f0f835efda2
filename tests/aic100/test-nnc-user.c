// SPDX-License-Identifier: MIT
/* Neural network control: what users activate, reserve and share. */
#include "aic100/core.h"
#include "host-nnc.h"
#include "program.h"
#include "tap.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#define USER 1
#define OTHER 2
#define FLOATS 1024u

static struct talk t;
static struct host h;
static uint32_t elf; /* of USER: y = a + b */
static uint8_t *program;
static size_t program_size;

static bool open_card(const char *ddr)
{
	const struct axm_inproc_option options[] = { { "ddr", ddr }, { 0 } };
	void *blob;

	if (!talk_open(&t, &h, ddr ? options : NULL))
		return false;
	blob = program_add(FLOATS, 1, &program_size);
	if (!blob)
		return false;
	program = host_alloc(&h, program_size, 64);
	memcpy(program, blob, program_size);
	free(blob);
	return !talk_load(&t, USER, NNC_CMD_LOAD_ELF, program, program_size,
			  &elf);
}

static void close_card(void)
{
	TAP_CHECK(talk_terminate(&t, USER));
	TAP_CHECK(talk_terminate(&t, OTHER));
	TAP_CHECK(talk_nothing_used(&t));
	host_close(&h);
}

static struct nnc_activate request(void)
{
	return (struct nnc_activate){
		.type = htole32(NNC_CMD_ACTIVATE),
		.elf = htole32(elf),
		.reservation = htole32(NNC_NONE),
		.vc_setup = htole32(1),
		.vc_reservation = htole32(NNC_NONE),
		.state = htole32(NNC_STATE_READY),
	};
}

static int transaction_status(void)
{
	const struct nnc_activate_from_device *answer =
		talk_reply(&t, 1, NNC_ACTIVATE_FROM_DEVICE);

	return answer ? (int)le32toh(answer->status) : TALK_NO_STATUS;
}

/* A command that answers with a number. */
static int reserved(uint32_t *id, uint32_t command)
{
	const struct nnc_reserved *answer;

	talk_exchange(&t);
	answer = talk_answer(&t, 0, NNC_RESPONSE(command));
	*id = answer ? le32toh(answer->id) : 0;
	return answer ? (int)le32toh(answer->status) : TALK_NO_STATUS;
}

static int reserve(uint32_t user, uint32_t group, uint32_t nsps, uint32_t *id)
{
	struct nnc_reserve_activation *in;

	talk_begin(&t, user);
	in = talk_command(&t, NNC_CMD_RESERVE_ACTIVATION, sizeof(*in));
	in->group = htole32(group);
	in->nsps = htole32(nsps);
	return reserved(id, NNC_CMD_RESERVE_ACTIVATION);
}

static int create_group(uint32_t user, const struct nnc_create_group *what,
			uint32_t *id)
{
	struct nnc_create_group *in;

	talk_begin(&t, user);
	in = talk_command(&t, NNC_CMD_CREATE_GROUP, sizeof(*in));
	*in = *what;
	in->type = htole32(NNC_CMD_CREATE_GROUP);
	return reserved(id, NNC_CMD_CREATE_GROUP);
}

static int reserve_vc(uint32_t user, uint32_t semaphores, uint32_t block,
		      struct nnc_vc_reserved *out)
{
	const struct nnc_vc_reserved *answer;
	struct nnc_reserve_vc *in;

	talk_begin(&t, user);
	in = talk_command(&t, NNC_CMD_RESERVE_VC, sizeof(*in));
	in->group = htole32(NNC_NONE);
	in->semaphores = htole32(semaphores);
	in->block_size = htole32(block);
	talk_exchange(&t);
	answer = talk_answer(&t, 0, NNC_RESPONSE(NNC_CMD_RESERVE_VC));
	if (!answer)
		return TALK_NO_STATUS;
	*out = *answer;
	return (int)le32toh(answer->status);
}

static void activated(void)
{
	const struct nnc_deactivate_from_device *gone;
	struct nnc_activated a;
	uint32_t dbc;

	TAP_REQUIRE(open_card(NULL));
	TAP_EQUAL(talk_start(&t, USER, elf, &a), 0);
	TAP_EQUAL(transaction_status(), 0);
	dbc = le32toh(a.vc);
	TAP_CHECK(le32toh(a.activation));
	TAP_CHECK(dbc < AIC100_DBCS);
	TAP_CHECK(le64toh(a.ddr_base) >= AIC100_DDR_BASE);
	TAP_EQUAL(__builtin_popcount(le16toh(a.nsp_mask)), 1);
	TAP_EQUAL(talk_usage(&t, "nsps"), 1);
	TAP_EQUAL(talk_usage(&t, "dbcs"), 1);
	TAP_EQUAL(talk_usage(&t, "semaphores"), AIC100_SEMS);
	/* Doorbells, two inputs, one output, and the image. */
	TAP_EQUAL(talk_usage(&t, "ddr"),
		  4 * 4096 + (program_size + 4095) / 4096 * 4096);
	TAP_EQUAL(talk_release(&t, USER, NNC_CMD_UNLOAD_ELF, elf),
		  NNC_ERR_DENIED);
	TAP_EQUAL(talk_deactivate(&t, USER, le32toh(a.activation), 1), 0);
	gone = talk_reply(&t, 1, NNC_DEACTIVATE_FROM_DEVICE);
	TAP_REQUIRE(gone);
	TAP_EQUAL(le32toh(gone->dbc), dbc);
	TAP_EQUAL(gone->status, 0);
	TAP_EQUAL(talk_deactivate(&t, USER, le32toh(a.activation), 1),
		  NNC_ERR_NOT_ACTIVE);
	TAP_EQUAL(talk_replies(&t), 1);
	TAP_EQUAL(talk_release(&t, USER, NNC_CMD_UNLOAD_ELF, elf), 0);
	TAP_CHECK(talk_nothing_used(&t));
	close_card();
}

/* The head of the program is the image, its rest the constants. */
static void in_two_pieces(void)
{
	struct nnc_activate in;
	struct nnc_activated a;
	uint32_t head, rest;

	TAP_REQUIRE(open_card(NULL));
	TAP_EQUAL(talk_load(&t, USER, NNC_CMD_LOAD_ELF, program, 128, &head),
		  0);
	TAP_EQUAL(talk_load(&t, USER, NNC_CMD_LOAD_CONSTANTS, program + 128,
			    program_size - 128, &rest),
		  0);
	in = request();
	in.elf = htole32(head);
	TAP_EQUAL(talk_activate(&t, USER, &in, &a), NNC_ERR_METADATA);
	in.constants = htole32(rest);
	TAP_EQUAL(talk_activate(&t, USER, &in, &a), 0);
	TAP_EQUAL(talk_release(&t, USER, NNC_CMD_UNLOAD_CONSTANTS, rest),
		  NNC_ERR_DENIED);
	close_card();
}

static void no_program(void)
{
	struct nnc_activated a;
	uint32_t id;

	TAP_REQUIRE(open_card(NULL));
	program[200] ^= 0xff;
	TAP_EQUAL(talk_load(&t, USER, NNC_CMD_LOAD_ELF, program, program_size,
			    &id),
		  0);
	TAP_EQUAL(talk_start(&t, USER, id, &a), NNC_ERR_METADATA);
	TAP_EQUAL(a.activation, 0);
	TAP_EQUAL(transaction_status(), NNC_ERR_VC_SETUP);
	TAP_EQUAL(talk_usage(&t, "nsps"), 0);
	close_card();
}

enum member {
	ELF,
	CONSTANTS,
	TYPE,
	RESERVATION,
	SETUP,
	VC,
	STATE,
	DMA,
	SWITCH
};

static const struct wrong {
	enum member member;
	uint32_t value;
	int status;
} wrongs[] = {
	{ ELF, 0, NNC_ERR_ID_NOT_FOUND },
	{ ELF, 77, NNC_ERR_ID_NOT_FOUND },
	{ CONSTANTS, 77, NNC_ERR_ID_NOT_FOUND },
	{ TYPE, 3, NNC_ERR_PARAMETER },
	{ TYPE, NNC_RESERVED_ACTIVATION, NNC_ERR_NOT_FOUND },
	{ SETUP, 2, NNC_ERR_PARAMETER },
	{ SETUP, 0, NNC_ERR_PARAMETER }, /* a channel without queues */
	{ VC, 77, NNC_ERR_NOT_FOUND },
	{ VC, NNC_VC_SKIP, NNC_ERR_PARAMETER }, /* queues without a channel */
	{ STATE, NNC_STATE_INVALID, NNC_ERR_PARAMETER },
	{ DMA, 2, NNC_ERR_PARAMETER },
	{ SWITCH, 1, NNC_ERR_SWITCHING },
};

static void wrong_requests(void)
{
	TAP_REQUIRE(open_card(NULL));
	for (size_t i = 0; i < sizeof(wrongs) / sizeof(wrongs[0]); i++) {
		struct nnc_activate in = request();
		__le32 *const word[] = {
			&in.elf,	 &in.constants, &in.reservation_type,
			&in.reservation, &in.vc_setup,	&in.vc_reservation,
			&in.state,	 &in.dma_type
		};
		struct nnc_activated a;

		if (wrongs[i].member == SWITCH)
			in.switching = 1;
		else
			*word[wrongs[i].member] = htole32(wrongs[i].value);
		TAP_EQUAL(talk_activate(&t, USER, &in, &a), wrongs[i].status);
		TAP_EQUAL(talk_usage(&t, "nsps"), 0);
	}
	close_card();
}

static const struct queues {
	uint32_t requests, responses, len, options;
	int status;
} bad_queues[] = {
	{ 64, 63, 8192, 0, NNC_ERR_PARAMETER },
	{ 64, 64, 64 * 68 - 1, 0, NNC_ERR_PARAMETER },
	{ 65537, 65537, UINT32_MAX, 0, NNC_ERR_PARAMETER },
	{ UINT32_MAX, UINT32_MAX, UINT32_MAX, 0, NNC_ERR_PARAMETER },
	{ 64, 64, 8192, 1, NNC_ERR_PARAMETER },
	{ 1, 1, 8192, 0, NNC_ERR_QUEUE_SMALL },
	{ 0, 0, 8192, 0, NNC_ERR_QUEUE_SMALL },
};

static void wrong_queues(void)
{
	TAP_REQUIRE(open_card(NULL));
	for (size_t i = 0; i < sizeof(bad_queues) / sizeof(bad_queues[0]);
	     i++) {
		const struct queues *q = &bad_queues[i];
		struct nnc_activate in = request();
		struct nnc_activate_to_device *at;
		const struct nnc_activated *a;

		talk_begin(&t, USER);
		memcpy(talk_command(&t, NNC_CMD_ACTIVATE, sizeof(in)), &in,
		       sizeof(in));
		at = talk_queues(&t, q->requests);
		at->response_count = htole32(q->responses);
		at->buf_len = htole32(q->len);
		at->options = htole32(q->options);
		talk_exchange(&t);
		a = talk_answer(&t, 0, NNC_RESPONSE(NNC_CMD_ACTIVATE));
		TAP_REQUIRE(a);
		TAP_EQUAL((int)le32toh(a->status), q->status);
		TAP_EQUAL(a->activation, 0);
		TAP_EQUAL(transaction_status(), q->status);
		TAP_EQUAL(talk_usage(&t, "dbcs"), 0);
	}
	close_card();
}

static void halves(void)
{
	struct nnc_activate in = request();
	const struct nnc_activate_from_device *x;
	const struct nnc_activated *a;

	TAP_REQUIRE(open_card(NULL));
	in = request();
	talk_begin(&t, USER);
	talk_queues(&t, TALK_QUEUE); /* before its command */
	memcpy(talk_command(&t, NNC_CMD_ACTIVATE, sizeof(in)), &in, sizeof(in));
	talk_exchange(&t);
	x = talk_reply(&t, 0, NNC_ACTIVATE_FROM_DEVICE);
	a = talk_answer(&t, 1, NNC_RESPONSE(NNC_CMD_ACTIVATE));
	TAP_REQUIRE(x && a);
	TAP_EQUAL((int)le32toh(x->status), NNC_ERR_VC_SETUP);
	TAP_EQUAL((int)le32toh(a->status), NNC_ERR_VC_SETUP);
	TAP_EQUAL(talk_usage(&t, "activations"), 0);
	close_card();
}

static void all_channels(void)
{
	struct nnc_activated a;
	uint32_t nsps = 0, dbcs = 0;

	TAP_REQUIRE(open_card(NULL));
	for (int i = 0; i < AIC100_DBCS; i++) {
		TAP_EQUAL(talk_start(&t, USER, elf, &a), 0);
		nsps |= le16toh(a.nsp_mask);
		dbcs |= 1u << le32toh(a.vc);
	}
	TAP_EQUAL(nsps, 0xffff);
	TAP_EQUAL(dbcs, 0xffff);
	TAP_EQUAL(talk_start(&t, USER, elf, &a), NNC_ERR_NO_NSP);
	TAP_EQUAL(talk_deactivate(&t, USER, le32toh(a.activation) + 1, 1),
		  NNC_ERR_NOT_ACTIVE);
	close_card();
}

static void no_channel_left(void)
{
	struct nnc_vc_reserved vc;
	struct nnc_activate in;
	struct nnc_activated a;

	TAP_REQUIRE(open_card(NULL));
	for (int i = 0; i < AIC100_DBCS; i++)
		TAP_EQUAL(reserve_vc(USER, 4, 0, &vc), 0);
	TAP_EQUAL(reserve_vc(USER, 4, 0, &vc), NNC_ERR_NO_VC);
	TAP_EQUAL(talk_start(&t, USER, elf, &a), NNC_ERR_NO_VC);
	TAP_EQUAL(talk_usage(&t, "nsps"), 0);
	in = request();
	in.vc_setup = 0;
	in.vc_reservation = htole32(NNC_VC_SKIP);
	TAP_EQUAL(talk_activate(&t, USER, &in, &a), 0);
	TAP_EQUAL(le32toh(a.vc), NNC_VC_SKIP);
	TAP_EQUAL(talk_deactivate(&t, USER, le32toh(a.activation), 1), 0);
	TAP_EQUAL(talk_replies(&t), 1);
	close_card();
}

static void memory_full(void)
{
	struct nnc_activated a;
	uint32_t id;
	int i = 0;

	TAP_REQUIRE(open_card("1M"));
	TAP_EQUAL(talk_load(&t, USER, NNC_CMD_LOAD_CONSTANTS,
			    host_alloc(&h, 1000000, 8), 1000000, &id),
		  0);
	while (i < 16 && !talk_start(&t, USER, elf, &a))
		i++;
	TAP_CHECK(i >= 1 && i < 16);
	TAP_EQUAL((int)le32toh(a.status), NNC_ERR_MEMORY);
	TAP_EQUAL(talk_usage(&t, "dbcs"), i);
	close_card();
}

static void isolated(void)
{
	struct nnc_vc_reserved vc;
	struct nnc_activated a, b;
	uint32_t constants, pool;
	struct nnc_activate in;

	TAP_REQUIRE(open_card(NULL));
	TAP_EQUAL(talk_load(&t, USER, NNC_CMD_LOAD_CONSTANTS, program, 64,
			    &constants),
		  0);
	TAP_EQUAL(talk_start(&t, USER, elf, &a), 0);
	TAP_EQUAL(reserve(USER, NNC_NONE, 2, &pool), 0);
	TAP_EQUAL(reserve_vc(USER, 4, 0, &vc), 0);
	TAP_EQUAL(talk_start(&t, OTHER, elf, &b), NNC_ERR_ID_NOT_FOUND);
	TAP_EQUAL(talk_release(&t, OTHER, NNC_CMD_UNLOAD_ELF, elf),
		  NNC_ERR_ID_NOT_FOUND);
	TAP_EQUAL(talk_release(&t, OTHER, NNC_CMD_UNLOAD_CONSTANTS, constants),
		  NNC_ERR_ID_NOT_FOUND);
	TAP_EQUAL(talk_deactivate(&t, OTHER, le32toh(a.activation), 1),
		  NNC_ERR_NOT_ACTIVE);
	TAP_EQUAL(talk_release(&t, OTHER, NNC_CMD_RELEASE_ACTIVATION, pool),
		  NNC_ERR_NOT_FOUND);
	TAP_EQUAL(talk_release(&t, OTHER, NNC_CMD_RELEASE_VC,
			       le32toh(vc.reservation)),
		  NNC_ERR_NOT_FOUND);
	TAP_EQUAL(talk_load(&t, OTHER, NNC_CMD_LOAD_ELF, program, program_size,
			    &elf),
		  0);
	in = request();
	in.vc_reservation = vc.reservation;
	TAP_EQUAL(talk_activate(&t, OTHER, &in, &b), NNC_ERR_NOT_FOUND);
	in = request();
	in.reservation_type = htole32(NNC_RESERVED_ACTIVATION);
	in.reservation = htole32(pool);
	TAP_EQUAL(talk_activate(&t, OTHER, &in, &b), NNC_ERR_NOT_FOUND);
	TAP_EQUAL(talk_usage(&t, "users"), 2);
	/* The one's death is not the other's. */
	TAP_CHECK(talk_terminate(&t, OTHER));
	TAP_EQUAL(talk_usage(&t, "activations"), 1);
	TAP_EQUAL(talk_deactivate(&t, USER, le32toh(a.activation), 1), 0);
	close_card();
}

static void foreign_terminate(void)
{
	const struct nnc_word *answer;
	struct nnc_word *in;

	TAP_REQUIRE(open_card(NULL));
	talk_begin(&t, OTHER);
	in = talk_add(&t, NNC_TERMINATE_TO_DEVICE, sizeof(*in));
	in->value = htole32(USER);
	talk_exchange(&t);
	answer = talk_reply(&t, 0, NNC_TERMINATE_FROM_DEVICE);
	TAP_REQUIRE(answer);
	TAP_EQUAL((int)le32toh(answer->value), NNC_ERR_DENIED);
	TAP_EQUAL(talk_usage(&t, "elfs"), 1);
	close_card();
}

static void reserved_channel(void)
{
	struct nnc_vc_reserved vc;
	struct nnc_activated a;
	struct nnc_activate in;

	TAP_REQUIRE(open_card(NULL));
	TAP_EQUAL(reserve_vc(USER, 33, 0, &vc), NNC_ERR_NO_SEMAPHORE);
	TAP_EQUAL(reserve_vc(USER, 4, 5000, &vc), 0);
	TAP_CHECK(le64toh(vc.block_base) >= AIC100_DDR_BASE);
	TAP_EQUAL(talk_usage(&t, "semaphores"), 4);
	in = request();
	in.vc_reservation = vc.reservation;
	in.vc_setup = 0;
	TAP_EQUAL(talk_activate(&t, USER, &in, &a), NNC_ERR_VC_SETUP);
	in.vc_setup = htole32(1);
	TAP_EQUAL(talk_activate(&t, USER, &in, &a), 0);
	TAP_EQUAL(a.vc, vc.vc);
	TAP_EQUAL(talk_release(&t, USER, NNC_CMD_RELEASE_VC,
			       le32toh(vc.reservation)),
		  NNC_ERR_DENIED);
	/* The queues stay for the next activation. */
	TAP_EQUAL(talk_deactivate(&t, USER, le32toh(a.activation), 0), 0);
	TAP_EQUAL(talk_replies(&t), 1);
	TAP_EQUAL(talk_activate(&t, USER, &in, &a), NNC_ERR_VC_SETUP);
	in.vc_setup = 0;
	TAP_EQUAL(talk_activate(&t, USER, &in, &a), 0);
	TAP_EQUAL(talk_deactivate(&t, USER, le32toh(a.activation), 0), 0);
	/* And the driver hears when they are not wanted any more. */
	TAP_EQUAL(talk_release(&t, USER, NNC_CMD_RELEASE_VC,
			       le32toh(vc.reservation)),
		  0);
	TAP_CHECK(talk_reply(&t, 1, NNC_DEACTIVATE_FROM_DEVICE));
	TAP_EQUAL(talk_usage(&t, "dbcs"), 0);
	close_card();
}

static int update(uint32_t id, uint32_t nsps)
{
	struct nnc_update_activation *in;
	const struct nnc_done *answer;

	talk_begin(&t, USER);
	in = talk_command(&t, NNC_CMD_UPDATE_ACTIVATION, sizeof(*in));
	in->reservation = htole32(id);
	in->nsps = htole32(nsps);
	talk_exchange(&t);
	answer = talk_answer(&t, 0, NNC_RESPONSE(NNC_CMD_UPDATE_ACTIVATION));
	return answer ? (int)le32toh(answer->status) : TALK_NO_STATUS;
}

static void reserved_activation(void)
{
	struct nnc_activate in;
	struct nnc_activated a;
	uint32_t id, other;

	TAP_REQUIRE(open_card(NULL));
	TAP_EQUAL(reserve(USER, NNC_NONE, 0, &id), NNC_ERR_PARAMETER);
	TAP_EQUAL(reserve(USER, NNC_NONE, 17, &id), NNC_ERR_NO_NSP);
	TAP_EQUAL(reserve(USER, 77, 1, &id), NNC_ERR_NOT_FOUND);
	TAP_EQUAL(reserve(USER, NNC_NONE, 14, &id), 0);
	TAP_EQUAL(reserve(USER, NNC_NONE, 3, &other), NNC_ERR_NO_NSP);
	TAP_EQUAL(update(id, 17), NNC_ERR_NO_NSP);
	TAP_EQUAL(update(id, 0), NNC_ERR_PARAMETER);
	TAP_EQUAL(update(id + 1, 1), NNC_ERR_NOT_FOUND);
	TAP_EQUAL(talk_usage(&t, "nsps"), 14);
	TAP_EQUAL(update(id, 12), 0);
	TAP_EQUAL(talk_usage(&t, "nsps"), 12);
	in = request();
	in.reservation_type = htole32(NNC_RESERVED_ACTIVATION);
	in.reservation = htole32(id);
	TAP_EQUAL(talk_activate(&t, USER, &in, &a), 0);
	TAP_EQUAL(__builtin_popcount(le16toh(a.nsp_mask)), 12);
	TAP_EQUAL(update(id, 13), NNC_ERR_DENIED);
	TAP_EQUAL(talk_release(&t, USER, NNC_CMD_RELEASE_ACTIVATION, id),
		  NNC_ERR_DENIED);
	TAP_EQUAL(talk_activate(&t, USER, &in, &a), NNC_ERR_NO_NSP);
	close_card();
}

static int group_nsps_free(uint32_t group, uint8_t *free_nsps)
{
	const struct nnc_resource_info *answer;
	struct nnc_get_resources *in;

	talk_begin(&t, USER);
	in = talk_command(&t, NNC_CMD_RESOURCE_INFO, sizeof(*in));
	in->group = htole32(group);
	talk_exchange(&t);
	answer = talk_answer(&t, 0, NNC_RESPONSE(NNC_CMD_RESOURCE_INFO));
	if (!answer)
		return TALK_NO_STATUS;
	*free_nsps = answer->resources.nsp_free;
	return (int)le32toh(answer->status);
}

static void groups(void)
{
	struct nnc_create_group what = { .group = htole32(NNC_NONE),
					 .nsps = htole32(8),
					 .vcs = htole32(1),
					 .semaphores = htole32(32),
					 .memory = htole64(1 << 20) };
	uint32_t outer, inner;
	struct nnc_activate in;
	struct nnc_activated a;
	uint8_t left = 0;

	TAP_REQUIRE(open_card(NULL));
	TAP_EQUAL(create_group(USER, &what, &outer), 0);
	TAP_EQUAL(group_nsps_free(outer, &left), 0);
	TAP_EQUAL(left, 8);
	TAP_EQUAL(group_nsps_free(NNC_NONE, &left), 0);
	TAP_EQUAL(left, 8);
	TAP_EQUAL(group_nsps_free(77, &left), NNC_ERR_NOT_FOUND);
	what = (struct nnc_create_group){ .group = htole32(outer),
					  .nsps = htole32(9) };
	TAP_EQUAL(create_group(USER, &what, &inner), NNC_ERR_NO_NSP);
	what.nsps = htole32(2);
	TAP_EQUAL(create_group(OTHER, &what, &inner), NNC_ERR_NOT_FOUND);
	TAP_EQUAL(create_group(USER, &what, &inner), 0);
	TAP_EQUAL(talk_release(&t, USER, NNC_CMD_RELEASE_GROUP, outer),
		  NNC_ERR_DENIED);
	in = request();
	in.reservation_type = htole32(NNC_RESERVED_GROUP);
	in.reservation = htole32(inner);
	TAP_EQUAL(talk_activate(&t, USER, &in, &a), 0);
	TAP_EQUAL(group_nsps_free(inner, &left), 0);
	TAP_EQUAL(left, 1);
	/* The outer group's one channel is taken. */
	TAP_EQUAL(talk_activate(&t, USER, &in, &a), NNC_ERR_NO_VC);
	TAP_EQUAL(talk_release(&t, USER, NNC_CMD_RELEASE_GROUP, inner),
		  NNC_ERR_DENIED);
	TAP_EQUAL(talk_release(&t, USER, NNC_CMD_RELEASE_GROUP, NNC_NONE),
		  NNC_ERR_DENIED);
	close_card();
}

static void what_is_not_there(void)
{
	struct nnc_create_group what = { .group = htole32(NNC_NONE),
					 .mcids = htole32(1) };
	uint32_t id;
	int i = 0;

	TAP_REQUIRE(open_card(NULL));
	TAP_EQUAL(create_group(USER, &what, &id), NNC_ERR_NO_MCID);
	what.mcids = 0;
	what.l2_region = htole64(1);
	TAP_EQUAL(create_group(USER, &what, &id), NNC_ERR_MEMORY);
	what.l2_region = 0;
	what.memory = htole64(UINT64_MAX);
	what.shared_ddr = htole64(2);
	TAP_EQUAL(create_group(USER, &what, &id), NNC_ERR_MEMORY);
	what.memory = what.shared_ddr = 0;
	while (i < 1000 && !create_group(USER, &what, &id))
		i++;
	TAP_EQUAL(i, 64);
	TAP_EQUAL(create_group(USER, &what, &id), NNC_ERR_NO_RESERVATION);
	close_card();
}

static int set_state(uint32_t count, uint32_t id, uint32_t state)
{
	const struct nnc_done *answer;
	struct nnc_set_state *in;

	talk_begin(&t, USER);
	in = talk_command(&t, NNC_CMD_STATE, sizeof(*in));
	in->count = htole32(count);
	in->change[0].activation = htole32(id);
	in->change[0].state = htole32(state);
	talk_exchange(&t);
	answer = talk_answer(&t, 0, NNC_RESPONSE(NNC_CMD_STATE));
	return answer ? (int)le32toh(answer->status) : TALK_NO_STATUS;
}

static uint32_t clock_of_nsps(void)
{
	const struct nnc_performance_info *answer;

	talk_begin(&t, USER);
	talk_command(&t, NNC_CMD_PERFORMANCE_INFO, 8);
	talk_exchange(&t);
	answer = talk_answer(&t, 0, NNC_RESPONSE(NNC_CMD_PERFORMANCE_INFO));
	return answer ? le32toh(answer->performance.nsp_hz) : 0;
}

static void states(void)
{
	struct nnc_activated a;
	uint32_t idle, id;

	TAP_REQUIRE(open_card(NULL));
	idle = clock_of_nsps();
	TAP_EQUAL(talk_start(&t, USER, elf, &a), 0);
	id = le32toh(a.activation);
	TAP_CHECK(clock_of_nsps() > idle);
	TAP_EQUAL(set_state(1, id, NNC_STATE_DEACTIVATED), 0);
	TAP_EQUAL(clock_of_nsps(), idle);
	TAP_EQUAL(set_state(1, id, NNC_STATE_READY), 0);
	TAP_CHECK(clock_of_nsps() > idle);
	TAP_EQUAL(set_state(1, id, NNC_STATE_INVALID), NNC_ERR_STATE);
	TAP_EQUAL(set_state(1, id + 1, 0), NNC_ERR_NO_RECORD);
	TAP_EQUAL(set_state(2, id, 0), NNC_ERR_NO_RECORD);
	TAP_EQUAL(set_state(0, id, 0), NNC_ERR_STATE_COUNT);
	TAP_EQUAL(set_state(9, id, 0), NNC_ERR_STATE_COUNT);
	close_card();
}

static void card_info(void)
{
	const struct nnc_info *info;
	struct nnc_activated a;

	TAP_REQUIRE(open_card(NULL));
	TAP_EQUAL(talk_start(&t, USER, elf, &a), 0);
	talk_begin(&t, OTHER);
	talk_command(&t, NNC_CMD_STATUS, 8);
	talk_exchange(&t);
	info = talk_answer(&t, 0, NNC_RESPONSE(NNC_CMD_STATUS));
	TAP_REQUIRE(info);
	TAP_EQUAL(info->format, NNC_INFO_FORMAT);
	TAP_EQUAL(le16toh(info->commands_major), NNC_COMMANDS_MAJOR);
	TAP_EQUAL(le32toh(info->resources.dram_total), 4096);
	TAP_EQUAL(le32toh(info->resources.dram_free), 4095);
	TAP_EQUAL(info->resources.nsp_total, 16);
	TAP_EQUAL(info->resources.nsp_free, 15);
	TAP_EQUAL(info->resources.vc_free, 15);
	TAP_EQUAL(le32toh(info->resources.semaphore_total), 512);
	TAP_EQUAL(info->elfs_loaded, 1);
	TAP_EQUAL(info->elfs_active, 1);
	TAP_STRING((const char *)info->nsp_variant, "emulated");
	close_card();
}

static int configure(uint32_t option, uint32_t dedicated)
{
	const struct nnc_done *answer;
	struct nnc_config *in;

	talk_begin(&t, USER);
	in = talk_command(&t, NNC_CMD_CONFIG, sizeof(*in));
	in->option = htole32(option);
	in->dedicated = htole32(dedicated);
	talk_exchange(&t);
	answer = talk_answer(&t, 0, NNC_RESPONSE(NNC_CMD_CONFIG));
	return answer ? (int)le32toh(answer->status) : TALK_NO_STATUS;
}

static void config(void)
{
	TAP_REQUIRE(open_card(NULL));
	TAP_EQUAL(configure(NNC_CONFIG_DMA, 0), 0);
	TAP_EQUAL(configure(NNC_CONFIG_DMA, 1), NNC_ERR_PARAMETER);
	TAP_EQUAL(configure(2, 0), NNC_ERR_PARAMETER);
	close_card();
}

static void new_driver(void)
{
	struct nnc_activated a;

	TAP_REQUIRE(open_card(NULL));
	TAP_EQUAL(talk_start(&t, USER, elf, &a), 0);
	TAP_CHECK(talk_usage(&t, "ddr"));
	TAP_EQUAL(host_command(&h, MHI_TYPE_CMD_RESET, AIC100_CH_CONTROL), 1);
	TAP_CHECK(talk_nothing_used(&t));
	host_close(&h);
}

static const struct tap_case cases[] = {
	{ "a network is activated, counted, and deactivated", activated },
	{ "a program can be split between image and constants", in_two_pieces },
	{ "an image that is no program is loaded but not activated",
	  no_program },
	{ "an activation with a wrong member is refused, and takes nothing",
	  wrong_requests },
	{ "an activation with wrong queues is refused, and takes nothing",
	  wrong_queues },
	{ "queues that come before their command are nobody's", halves },
	{ "16 networks are active at once, each on its NSP and channel",
	  all_channels },
	{ "a network without a channel needs none to be free",
	  no_channel_left },
	{ "a network for which there is no memory is not activated",
	  memory_full },
	{ "what a user has is his alone", isolated },
	{ "a user cannot end another", foreign_terminate },
	{ "a reserved channel keeps its queues between two activations",
	  reserved_channel },
	{ "a reservation of NSPs is what its activation gets",
	  reserved_activation },
	{ "a group gives out what it has, and is released when all is back",
	  groups },
	{ "what the card does not have cannot be reserved", what_is_not_there },
	{ "the clock of NSPs follows the states of activations", states },
	{ "the card tells what it is and has, to any user", card_info },
	{ "no DMA channel can be dedicated", config },
	{ "a driver that begins anew finds nothing of the one before",
	  new_driver },
};

TAP_MAIN(cases)
