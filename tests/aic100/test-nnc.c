// SPDX-License-Identifier: MIT
/* Neural network control: messages, right and wrong, and loads. */
#include "host-nnc.h"
#include "tap.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#define USER 1
#define SIZE 10000u

static struct talk t;
static struct host h;

static bool open_card(const char *name, const char *value)
{
	const struct axm_inproc_option options[] = { { name, value }, { 0 } };

	return talk_open(&t, &h, name ? options : NULL);
}

/* The card is in SYS_ERR and no reply came. */
static void breaks(void)
{
	TAP_REQUIRE(host_send(&h, AIC100_CH_CONTROL, t.message, t.len) ||
		    host_wait_state(&h, MHI_STATE_SYS_ERR));
	TAP_CHECK(host_wait_state(&h, MHI_STATE_SYS_ERR));
	host_close(&h);
}

static const struct nnc_status_from_device *ask_status(void)
{
	talk_begin(&t, 0);
	talk_add(&t, NNC_STATUS_TO_DEVICE, 8);
	talk_exchange(&t);
	return talk_reply(&t, 0, NNC_STATUS_FROM_DEVICE);
}

static void status(void)
{
	const struct nnc_status_from_device *s;

	TAP_REQUIRE(open_card(NULL, NULL));
	s = ask_status();
	TAP_REQUIRE(s);
	TAP_EQUAL(le16toh(s->major), NNC_MAJOR);
	TAP_EQUAL(le16toh(s->minor), NNC_MINOR);
	TAP_EQUAL(s->status, 0);
	TAP_EQUAL(le64toh(s->flags), NNC_STATUS_CRC);
	host_close(&h);
}

static void without_crc(void)
{
	const struct nnc_status_from_device *s;

	TAP_REQUIRE(open_card("crc", "off"));
	t.plain = true;
	s = ask_status();
	TAP_REQUIRE(s);
	TAP_EQUAL(le64toh(s->flags), 0);
	/* Linux sends one until it has read that none is wanted. */
	talk_seal(&t);
	((struct nnc_header *)t.message)->crc32 = htole32(0x12345678);
	TAP_CHECK(talk_send(&t));
	host_close(&h);
}

static void wrong_crc(void)
{
	TAP_REQUIRE(open_card(NULL, NULL));
	talk_begin(&t, USER);
	talk_add(&t, NNC_STATUS_TO_DEVICE, 8);
	talk_seal(&t);
	t.message[t.len - 1] ^= 1;
	breaks();
}

struct damage {
	uint32_t at, value;
};

/* A message of a STATUS and a VALIDATE with one word that is wrong. */
static void damaged(void)
{
	const struct damage *d = tap_data();

	TAP_REQUIRE(open_card("crc", "off"));
	t.plain = true;
	talk_begin(&t, USER);
	talk_add(&t, NNC_STATUS_TO_DEVICE, 8);
	talk_add(&t, NNC_VALIDATE_TO_DEVICE, 16);
	talk_seal(&t);
	memcpy(t.message + d->at, &(__le32){ htole32(d->value) }, 4);
	breaks();
}

static void short_message(void)
{
	TAP_REQUIRE(open_card(NULL, NULL));
	talk_begin(&t, USER);
	talk_seal(&t);
	t.len = 16;
	breaks();
}

static void wrong_count_of_segments(void)
{
	struct nnc_dma_xfer *x;

	TAP_REQUIRE(open_card(NULL, NULL));
	talk_begin(&t, USER);
	x = talk_add(&t, NNC_DMA_XFER, sizeof(*x));
	x->count = htole32(0x10000000);
	talk_seal(&t);
	breaks();
}

/* Linux lets a user say that his STATUS is longer than what it sends. */
static void longer_than_sent(void)
{
	const struct nnc_status_from_device *s;
	struct nnc_transaction *x;

	TAP_REQUIRE(open_card("crc", "off"));
	t.plain = true;
	talk_begin(&t, USER);
	x = talk_add(&t, NNC_STATUS_TO_DEVICE, 8);
	x->len = htole32(24);
	talk_seal(&t);
	((struct nnc_header *)t.message)->len = htole32(t.len + 16);
	TAP_REQUIRE(talk_send(&t));
	s = talk_reply(&t, 0, NNC_STATUS_FROM_DEVICE);
	TAP_REQUIRE(s);
	TAP_EQUAL((int)le32toh(s->status), NNC_ERR_LENGTH);
	TAP_CHECK(ask_status());
	host_close(&h);
}

static void partitions(void)
{
	static const struct {
		uint32_t partition;
		int status;
	} rows[] = { { NNC_NONE, NNC_OK },
		     { 0, NNC_ERR_NOT_FOUND },
		     { 3, NNC_ERR_NOT_FOUND } };

	TAP_REQUIRE(open_card(NULL, NULL));
	for (int i = 0; i < 3; i++) {
		const struct nnc_word *answer;
		struct nnc_word *in;

		talk_begin(&t, 0);
		in = talk_add(&t, NNC_VALIDATE_TO_DEVICE, sizeof(*in));
		in->value = htole32(rows[i].partition);
		talk_exchange(&t);
		answer = talk_reply(&t, 0, NNC_VALIDATE_FROM_DEVICE);
		TAP_REQUIRE(answer);
		TAP_EQUAL((int)le32toh(answer->value), rows[i].status);
	}
	host_close(&h);
}

static void undefined(void)
{
	static const uint32_t types[] = { 0,  2,  17, 21, 40,	     43,
					  46, 49, 50, 51, 0xffffffff };

	TAP_REQUIRE(open_card(NULL, NULL));
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		const struct nnc_done *answer;

		talk_begin(&t, USER);
		talk_command(&t, types[i], 8);
		talk_exchange(&t);
		answer = talk_answer(&t, 0, NNC_CMD_UNDEFINED);
		TAP_REQUIRE(answer);
		TAP_EQUAL((int)le32toh(answer->status), NNC_ERR_UNDEFINED);
	}
	talk_begin(&t, USER);
	talk_add(&t, NNC_PASSTHROUGH_TO_DEVICE, 8); /* without a command */
	TAP_CHECK(talk_exchange(&t));
	TAP_CHECK(talk_answer(&t, 0, NNC_CMD_UNDEFINED));
	host_close(&h);
}

/* Every command, too short and too long by eight bytes. */
static void lengths(void)
{
	static const struct {
		uint8_t command, size, status_at;
	} rows[] = { { 1, 88, 8 },   { 3, 96, 8 },  { 5, 8, 4 },
		     { 7, 8, 4 },    { 9, 48, 4 },  { 11, 16, 4 },
		     { 13, 8, 4 },   { 15, 80, 8 }, { 16, 32, 8 },
		     { 19, 32, 4 },  { 22, 8, 4 },  { 24, 48, 4 },
		     { 26, 8, 4 },   { 28, 64, 4 }, { 30, 8, 4 },
		     { 32, 16, 48 }, { 34, 8, 4 },  { 36, 72, 4 },
		     { 38, 16, 4 },  { 44, 24, 4 } };

	TAP_REQUIRE(open_card(NULL, NULL));
	for (size_t i = 0; i < 2 * sizeof(rows) / sizeof(rows[0]); i++) {
		const bool longer = i % 2;
		const uint32_t n = rows[i / 2].size;
		uint32_t type = NNC_RESPONSE(rows[i / 2].command);
		const uint8_t *answer;

		if (!longer && n == 8)
			continue; /* less has no type */
		if (rows[i / 2].command >= 15 && rows[i / 2].command <= 16)
			type = NNC_RESPONSE(NNC_CMD_LOAD_CONSTANTS);
		talk_begin(&t, USER);
		/* Slack is in it: 16 less, 8 more. */
		talk_command(&t, rows[i / 2].command, longer ? n + 8 : n - 16);
		if (!longer && n == 16)
			type = NNC_RESPONSE(rows[i / 2].command);
		talk_exchange(&t);
		answer = talk_answer(&t, 0, type);
		TAP_REQUIRE(answer);
		answer += rows[i / 2].status_at;
		if (rows[i / 2].command == NNC_CMD_LOAD_CONSTANTS_EX && longer)
			continue; /* has a length of its own */
		TAP_EQUAL((int)le32toh(*(const __le32 *)answer),
			  NNC_ERR_LENGTH);
	}
	host_close(&h);
}

/* 100 questions of 16 bytes whose answers have 512. */
static void more_answers_than_room(void)
{
	unsigned int whole = 0, small = 0;

	TAP_REQUIRE(open_card(NULL, NULL));
	talk_begin(&t, USER);
	for (int i = 0; i < 100; i++)
		talk_command(&t, NNC_CMD_STATUS, 8);
	TAP_REQUIRE(talk_exchange(&t));
	TAP_CHECK(talk_replies(&t) < 100);
	for (unsigned int i = 0; i < talk_replies(&t); i++) {
		const struct nnc_done *d =
			talk_answer(&t, i, NNC_RESPONSE(NNC_CMD_STATUS));

		TAP_REQUIRE(d);
		whole += (int)le32toh(d->status) == NNC_OK;
		small += (int)le32toh(d->status) == NNC_ERR_TOO_SMALL;
	}
	/* 7 * 512 bytes are whole answers, and 16 of what is left each. */
	TAP_EQUAL(whole, 7);
	TAP_EQUAL(small, 30);
	TAP_EQUAL(whole + small, talk_replies(&t));
	/* As many as a message takes: some are not answered at all. */
	talk_begin(&t, USER);
	while (t.len + 24 <= 32768)
		talk_command(&t, NNC_CMD_STATUS, 8);
	TAP_CHECK(talk_exchange(&t));
	host_close(&h);
}

/* Linux counts its users from 0 on; the last number is nobody's. */
static void first_user(void)
{
	uint32_t id;
	void *data;

	TAP_REQUIRE(open_card(NULL, NULL));
	data = host_alloc(&h, SIZE, 8);
	TAP_EQUAL(talk_load(&t, 0, NNC_CMD_LOAD_ELF, data, SIZE, &id), 0);
	TAP_EQUAL(talk_load(&t, UINT32_MAX, NNC_CMD_LOAD_ELF, data, SIZE, &id),
		  NNC_ERR_DENIED);
	TAP_EQUAL(talk_usage(&t, "users"), 1);
	TAP_CHECK(talk_terminate(&t, 0));
	TAP_CHECK(talk_nothing_used(&t));
	host_close(&h);
}

static void loads(void)
{
	uint32_t elf = 0, constants = 0;
	void *data;

	TAP_REQUIRE(open_card(NULL, NULL));
	data = host_alloc(&h, SIZE, 8);
	TAP_EQUAL(talk_load(&t, USER, NNC_CMD_LOAD_ELF, data, SIZE, &elf), 0);
	TAP_EQUAL(talk_load(&t, USER, NNC_CMD_LOAD_CONSTANTS, data, SIZE,
			    &constants),
		  0);
	TAP_CHECK(elf && constants && elf != constants);
	TAP_EQUAL(talk_usage(&t, "ddr"), 2 * 12288);
	TAP_EQUAL(talk_usage(&t, "users"), 1);
	/* The one is not the other. */
	TAP_EQUAL(talk_release(&t, USER, NNC_CMD_UNLOAD_ELF, constants),
		  NNC_ERR_ID_NOT_FOUND);
	TAP_EQUAL(talk_release(&t, USER, NNC_CMD_UNLOAD_ELF, elf), 0);
	TAP_EQUAL(talk_release(&t, USER, NNC_CMD_UNLOAD_ELF, elf),
		  NNC_ERR_ID_NOT_FOUND);
	TAP_EQUAL(talk_release(&t, USER, NNC_CMD_UNLOAD_CONSTANTS, constants),
		  0);
	TAP_CHECK(talk_nothing_used(&t));
	host_close(&h);
}

/* What the host sends for a load of SIZE bytes, and what comes of it. */
static const struct bad_load {
	uint64_t announced, sent;
	uint32_t tag;
	bool nowhere;
	int status;
} bad_loads[] = {
	{ SIZE, SIZE, TALK_TAG + 1, false, NNC_ERR_DMA },
	{ SIZE, SIZE - 1, TALK_TAG, false, NNC_ERR_DMA },
	{ SIZE, SIZE + 1, TALK_TAG, false, NNC_ERR_PARAMETER },
	{ SIZE, UINT64_MAX, TALK_TAG, false, NNC_ERR_PARAMETER },
	{ 0, SIZE, TALK_TAG, false, NNC_ERR_PARAMETER },
	{ SIZE, SIZE, TALK_TAG, true, NNC_ERR_DMA },
	{ 5ull << 30, SIZE, TALK_TAG, false, NNC_ERR_MEMORY },
	{ UINT64_MAX, SIZE, TALK_TAG, false, NNC_ERR_MEMORY },
};

static void bad_load(void)
{
	const struct bad_load *b = tap_data();
	const struct nnc_loaded *answer;
	struct nnc_load_elf *in;
	uint8_t *data;

	TAP_REQUIRE(open_card(NULL, NULL));
	data = host_alloc(&h, SIZE, 8);
	talk_begin(&t, USER);
	in = talk_command(&t, NNC_CMD_LOAD_ELF, sizeof(*in));
	in->tag = htole32(TALK_TAG);
	in->data_length = htole64(b->announced);
	talk_dma(&t, b->tag, 0, b->nowhere ? (uint8_t *)16 : data, b->sent);
	TAP_REQUIRE(talk_exchange(&t));
	answer = talk_answer(&t, 0, NNC_RESPONSE(NNC_CMD_LOAD_ELF));
	TAP_REQUIRE(answer);
	TAP_EQUAL((int)le32toh(answer->status), b->status);
	TAP_EQUAL(answer->id, 0);
	TAP_CHECK(talk_nothing_used(&t));
	host_close(&h);
}

static void transfer_alone(void)
{
	TAP_REQUIRE(open_card(NULL, NULL));
	for (uint32_t chunk = 0; chunk < 2; chunk++) {
		talk_begin(&t, USER);
		talk_dma(&t, TALK_TAG, chunk, t.message, 16);
		TAP_REQUIRE(talk_exchange(&t));
		TAP_EQUAL(talk_replies(&t), 0);
	}
	host_close(&h);
}

/* A load of SIZE bytes, of which the first message brings so many. */
static uint64_t begin_chunks(uint32_t user, uint32_t chunk, const void *data,
			     uint32_t sent)
{
	const struct nnc_dma_xfer_cont *more;
	struct nnc_load_constants *in;

	talk_begin(&t, user);
	in = talk_command(&t, NNC_CMD_LOAD_CONSTANTS, sizeof(*in));
	in->tag = htole32(TALK_TAG);
	in->data_length = htole64(SIZE);
	talk_dma(&t, TALK_TAG, chunk, data, sent);
	talk_command(&t, NNC_CMD_PERFORMANCE_INFO, 8);
	talk_exchange(&t);
	more = talk_reply(&t, 0, NNC_DMA_XFER_CONT);
	return more && talk_replies(&t) == 1 && le32toh(more->chunk) == chunk ?
		       le64toh(more->done) :
		       0;
}

static void go_on(uint32_t user, uint32_t chunk, const void *data,
		  uint32_t size)
{
	talk_begin(&t, user);
	talk_dma(&t, TALK_TAG, chunk, data, size);
	talk_exchange(&t);
}

static int loaded_status(void)
{
	const struct nnc_loaded *answer =
		talk_answer(&t, 0, NNC_RESPONSE(NNC_CMD_LOAD_CONSTANTS));

	return answer ? (int)le32toh(answer->status) : TALK_NO_STATUS;
}

static void continued(void)
{
	const struct nnc_dma_xfer_cont *more;
	uint8_t *data;

	TAP_REQUIRE(open_card(NULL, NULL));
	data = host_alloc(&h, SIZE, 8);
	TAP_EQUAL(begin_chunks(USER, 7, data, 100), 100);
	for (uint32_t done = 200; done < SIZE; done += 100) {
		go_on(USER, 7, data + done - 100, 100);
		more = talk_reply(&t, 0, NNC_DMA_XFER_CONT);
		TAP_REQUIRE(more);
		TAP_EQUAL(le64toh(more->done), done);
	}
	go_on(USER, 7, data + SIZE - 100, 100);
	/* All answers of the first message. */
	TAP_EQUAL(talk_replies(&t), 2);
	TAP_EQUAL(loaded_status(), 0);
	TAP_CHECK(talk_answer(&t, 1, NNC_RESPONSE(NNC_CMD_PERFORMANCE_INFO)));
	TAP_EQUAL(talk_usage(&t, "constants"), 1);
	host_close(&h);
}

static void continued_by_two(void)
{
	uint8_t *data;

	TAP_REQUIRE(open_card(NULL, NULL));
	data = host_alloc(&h, SIZE, 8);
	TAP_EQUAL(begin_chunks(USER, 7, data, 100), 100);
	TAP_EQUAL(begin_chunks(USER + 1, 7, data, 300), 300);
	go_on(USER, 7, data, SIZE - 100);
	TAP_EQUAL(loaded_status(), 0);
	go_on(USER + 1, 7, data, SIZE - 300);
	TAP_EQUAL(loaded_status(), 0);
	/* And what has ended is not gone on with. */
	go_on(USER, 7, data, 100);
	TAP_EQUAL(talk_replies(&t), 0);
	host_close(&h);
}

static void aborted(void)
{
	struct nnc_dma_xfer *x;

	TAP_REQUIRE(open_card(NULL, NULL));
	TAP_EQUAL(begin_chunks(USER, 7, host_alloc(&h, SIZE, 8), 100), 100);
	TAP_CHECK(talk_usage(&t, "ddr") > 0);
	talk_begin(&t, USER);
	x = talk_add(&t, NNC_DMA_XFER, sizeof(*x));
	x->chunk = htole32(7);
	TAP_REQUIRE(talk_exchange(&t));
	TAP_EQUAL(loaded_status(), NNC_ERR_DMA);
	TAP_CHECK(talk_nothing_used(&t));
	host_close(&h);
}

static void died_while_loading(void)
{
	uint8_t *data;

	TAP_REQUIRE(open_card(NULL, NULL));
	data = host_alloc(&h, SIZE, 8);
	TAP_EQUAL(begin_chunks(USER, 7, data, 100), 100);
	TAP_CHECK(talk_terminate(&t, USER));
	TAP_CHECK(talk_nothing_used(&t));
	go_on(USER, 7, data, 100);
	TAP_EQUAL(talk_replies(&t), 0);
	host_close(&h);
}

static void loads_without_end(void)
{
	uint8_t *data;
	int begun = 0;

	TAP_REQUIRE(open_card(NULL, NULL));
	data = host_alloc(&h, SIZE, 8);
	while (begun < 1000 &&
	       begin_chunks(USER, 100 + (uint32_t)begun, data, 100))
		begun++;
	TAP_EQUAL(begun, 64);
	TAP_EQUAL(loaded_status(), NNC_ERR_NO_ID);
	TAP_CHECK(talk_terminate(&t, USER));
	TAP_CHECK(talk_nothing_used(&t));
	host_close(&h);
}

static int load_payload(uint32_t user, uint32_t id, uint64_t offset,
			uint64_t size, const void *data)
{
	struct nnc_load_constants_payload *in;

	talk_begin(&t, user);
	in = talk_command(&t, NNC_CMD_LOAD_CONSTANTS_PAYLOAD, sizeof(*in));
	in->tag = htole32(TALK_TAG);
	in->constants = htole32(id);
	in->offset = htole64(offset);
	in->data_length = htole64(size);
	talk_dma(&t, TALK_TAG, 0, data, size);
	talk_exchange(&t);
	return loaded_status();
}

static int load_ex(uint64_t fixed, uint64_t dynamic, uint32_t length,
		   uint32_t *id)
{
	struct nnc_constants_descriptor *d;
	struct nnc_load_constants_ex *in;
	const struct nnc_loaded *answer;

	talk_begin(&t, USER);
	in = talk_command(&t, NNC_CMD_LOAD_CONSTANTS_EX,
			  sizeof(*in) + sizeof(*d));
	in->descriptor_length = htole32(length);
	d = (void *)in->descriptor;
	d->static_size = htole64(fixed);
	d->dynamic_size = htole64(dynamic);
	talk_exchange(&t);
	answer = talk_answer(&t, 0, NNC_RESPONSE(NNC_CMD_LOAD_CONSTANTS));
	*id = answer ? le32toh(answer->id) : 0;
	return loaded_status();
}

static void in_parts(void)
{
	uint32_t id;
	void *data;

	TAP_REQUIRE(open_card(NULL, NULL));
	data = host_alloc(&h, SIZE, 8);
	TAP_EQUAL(load_ex(SIZE, SIZE, 24, &id), 0);
	TAP_EQUAL(load_payload(USER, id, 0, SIZE, data), 0);
	TAP_EQUAL(load_payload(USER, id, SIZE, SIZE, data), 0);
	TAP_EQUAL(load_payload(USER, id, SIZE + 1, SIZE, data),
		  NNC_ERR_PARAMETER);
	TAP_EQUAL(load_payload(USER, id, UINT64_MAX, 1, data),
		  NNC_ERR_PARAMETER);
	TAP_EQUAL(load_payload(USER, id, 0, 0, data), NNC_ERR_PARAMETER);
	TAP_EQUAL(load_payload(USER, id + 1, 0, 1, data), NNC_ERR_ID_NOT_FOUND);
	TAP_EQUAL(load_payload(USER + 1, id, 0, 1, data), NNC_ERR_ID_NOT_FOUND);
	/* A part that fails leaves what was there. */
	TAP_EQUAL(load_payload(USER, id, 0, 16, (void *)16), NNC_ERR_DMA);
	TAP_EQUAL(talk_release(&t, USER, NNC_CMD_UNLOAD_CONSTANTS, id), 0);
	TAP_EQUAL(load_ex(SIZE, SIZE, 16, &id), NNC_ERR_METADATA);
	TAP_EQUAL(load_ex(UINT64_MAX, 2, 24, &id), NNC_ERR_METADATA);
	TAP_EQUAL(load_ex(0, 0, 24, &id), NNC_ERR_PARAMETER);
	TAP_CHECK(talk_nothing_used(&t));
	host_close(&h);
}

static void too_many_objects(void)
{
	unsigned int i = 0;
	uint32_t id;
	void *data;

	TAP_REQUIRE(open_card(NULL, NULL));
	data = host_alloc(&h, 16, 8);
	while (i < 1000 &&
	       !talk_load(&t, USER, NNC_CMD_LOAD_ELF, data, 16, &id))
		i++;
	TAP_EQUAL(i, 256);
	TAP_EQUAL(talk_load(&t, USER, NNC_CMD_LOAD_ELF, data, 16, &id),
		  NNC_ERR_NO_ID);
	TAP_CHECK(talk_terminate(&t, USER));
	TAP_CHECK(talk_nothing_used(&t));
	TAP_EQUAL(talk_load(&t, USER, NNC_CMD_LOAD_ELF, data, 16, &id), 0);
	host_close(&h);
}

/* Whatever comes, the card answers or is in SYS_ERR, and lives. */
static void garbage(void)
{
	uint64_t seed = 88172645463325252ull;

	for (int round = 0; round < 40; round++) {
		TAP_REQUIRE(open_card("crc", "off"));
		t.plain = true;
		for (int i = 0; i < 20; i++) {
			talk_begin(&t, USER);
			for (int j = 0; j < 4; j++) {
				uint32_t size = 8 + 8 * (seed >> 33) % 120;
				uint8_t *at;

				size &= ~7u;
				at = talk_add(&t, 4, size);
				for (uint32_t k = 8; k < size; k++) {
					seed ^= seed << 13;
					seed ^= seed >> 7;
					seed ^= seed << 17;
					at[k] = (uint8_t)(seed >> 40);
				}
				if (size > 8)
					at[8] %= 50;
				if (size > 12)
					memset(at + 9, 0, 3);
				if (seed & 0x300000)
					continue;
				at[0] = (uint8_t)(seed >> 50) % 24;
			}
			if (!talk_exchange(&t))
				break;
		}
		if (host_state(&h) != MHI_STATE_SYS_ERR)
			TAP_CHECK(talk_terminate(&t, USER) &&
				  talk_nothing_used(&t));
		host_close(&h);
	}
}

#define DAMAGE(value, number)  \
	&(const struct damage) \
	{                      \
		number, value  \
	}

static const struct tap_case cases[] = {
	{ "STATUS tells the version of messages and that they have a CRC",
	  status },
	{ "a card without CRC says so and looks at none", without_crc },
	{ "a message with a wrong CRC breaks the protocol", wrong_crc },
	{ "a message with a wrong magic breaks the protocol", damaged,
	  DAMAGE(0x43494152, 4) },
	{ "a message that is longer than it says breaks the protocol", damaged,
	  DAMAGE(48, 12) },
	{ "more transactions than a message has break the protocol", damaged,
	  DAMAGE(3, 16) },
	{ "fewer transactions than a message has break the protocol", damaged,
	  DAMAGE(1, 16) },
	{ "a partition that is none breaks the protocol", damaged,
	  DAMAGE(7, 24) },
	{ "reserved bits of a header break the protocol", damaged,
	  DAMAGE(1, 28) },
	{ "a transaction of no known type breaks the protocol", damaged,
	  DAMAGE(7, 32) },
	{ "a transaction of a huge type breaks the protocol", damaged,
	  DAMAGE(0xffffffff, 32) },
	{ "a transaction of length 0 breaks the protocol", damaged,
	  DAMAGE(0, 36) },
	{ "a transaction that is too long breaks the protocol", damaged,
	  DAMAGE(0xfffffff8, 36) },
	{ "a transaction of seven bytes more breaks the protocol", damaged,
	  DAMAGE(23, 44) },
	{ "a message shorter than a header breaks the protocol",
	  short_message },
	{ "a count of segments that is not the length breaks the protocol",
	  wrong_count_of_segments },
	{ "a message that is shorter than it says is answered, not done",
	  longer_than_sent },
	{ "the card as a whole is the only partition", partitions },
	{ "a command of no known type is answered as undefined", undefined },
	{ "a command of the wrong length is refused", lengths },
	{ "answers that have no room are said to have none",
	  more_answers_than_room },
	{ "the first user has handle 0, and nobody the last", first_user },
	{ "images and constants are loaded and unloaded", loads },
	{ "a load without a transfer of its tag fails", bad_load,
	  &bad_loads[0] },
	{ "a load of which a byte does not come fails", bad_load,
	  &bad_loads[1] },
	{ "a load of which a byte more comes fails", bad_load, &bad_loads[2] },
	{ "a load with a huge segment fails", bad_load, &bad_loads[3] },
	{ "a load of nothing fails", bad_load, &bad_loads[4] },
	{ "a load from where there is no memory fails", bad_load,
	  &bad_loads[5] },
	{ "a load that is larger than the card's memory fails", bad_load,
	  &bad_loads[6] },
	{ "a load of 2^64 - 1 bytes fails", bad_load, &bad_loads[7] },
	{ "a transfer that belongs to nothing has an empty answer",
	  transfer_alone },
	{ "a load of a hundred messages is answered in the last", continued },
	{ "two users load in turns with one chunk number", continued_by_two },
	{ "a transfer of no segments aborts a load", aborted },
	{ "a user who dies in a load leaves nothing behind",
	  died_while_loading },
	{ "64 loads can be under way, not more", loads_without_end },
	{ "constants come in parts, each where it belongs", in_parts },
	{ "256 objects can be loaded, not more", too_many_objects },
	{ "random messages leave a card that works or is in SYS_ERR", garbage },
};

TAP_MAIN(cases)
