// SPDX-License-Identifier: MIT
/* The admin ring and its commands: R29 to R40, R62, R64 and what is refused. */
#include "both.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#define AT(member) offsetof(struct vnpu_cmd, member)

static void bad_rings_are_not_enabled(void)
{
	static const struct {
		uint64_t reg;
		uint64_t value;
	} rows[] = {
		{ VNPU_REG_ADMIN_LOG2, 3 },
		{ VNPU_REG_ADMIN_LOG2, 13 },
		{ VNPU_REG_ADMIN_LOG2, 0xffffffff },
		{ VNPU_REG_ADMIN_RING, 32 },
		{ VNPU_REG_ADMIN_RESULTS, 8 },
		{ VNPU_REG_ADMIN_STATUS, 1ull << 48 },
		{ VNPU_REG_ADMIN_VECTOR, VNPU_MSIX_VECTORS_MAX },
	};
	struct vnpu_fw_header *fw;
	struct host h;

	TAP_REQUIRE(host_create(&h, profile(), NULL));
	fw = host_firmware(&h, 0);
	host_put32(&h, VNPU_REG_ADMIN_LOG2, 4);
	host_put32(&h, VNPU_REG_CONTROL, VNPU_CONTROL_ENABLE);
	TAP_CHECK(!(host_get32(&h, VNPU_REG_STATUS) & VNPU_STATUS_ENABLED));
	TAP_EQUAL(host_load(&h, host_address(fw), sizeof(*fw)), 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bool wide = rows[i].reg < VNPU_REG_ADMIN_LOG2;

		host_put64(&h, VNPU_REG_ADMIN_RING, 64);
		host_put64(&h, VNPU_REG_ADMIN_RESULTS, 128);
		host_put64(&h, VNPU_REG_ADMIN_STATUS, 192);
		host_put32(&h, VNPU_REG_ADMIN_LOG2, 4);
		host_put32(&h, VNPU_REG_ADMIN_VECTOR, 0);
		if (wide)
			host_put64(&h, rows[i].reg, rows[i].value);
		else
			host_put32(&h, rows[i].reg, (uint32_t)rows[i].value);
		host_put32(&h, VNPU_REG_CONTROL, VNPU_CONTROL_ENABLE);
		TAP_EQUAL(host_get32(&h, VNPU_REG_STATUS), VNPU_STATE_READY);
	}
	TAP_CHECK(host_enable(&h));
	host_put32(&h, VNPU_REG_ADMIN_LOG2, 12);
	TAP_EQUAL(host_get32(&h, VNPU_REG_ADMIN_LOG2), 6);
	host_close(&h);
}

static void result_then_done_then_interrupt(void)
{
	struct vnpu_cmd cmd = { .opcode = VNPU_CMD_NOP };
	struct host h;
	unsigned int before;

	TAP_REQUIRE(host_open(&h, profile()));
	before = atomic_load(&h.base.irqs[0]);
	for (int i = 0; i < 200; i++)
		TAP_EQUAL(host_command(&h, &cmd), 0);
	TAP_EQUAL(atomic_load(&h.base.irqs[0]), before);
	cmd.flags = VNPU_CMD_INTERRUPT;
	TAP_EQUAL(host_command(&h, &cmd), 0);
	for (int i = 0; i < 1000 && atomic_load(&h.base.irqs[0]) == before; i++)
		host_sleep_us(100);
	TAP_EQUAL(atomic_load(&h.base.irqs[0]), before + 1);
	host_close(&h);
}

static void an_overrun_of_the_admin_ring_is_fatal(void)
{
	struct host h;

	TAP_REQUIRE(host_open(&h, profile()));
	host_put32(&h, VNPU_REG_ADMIN_TAIL, h.tail + HOST_SLOTS + 1);
	TAP_CHECK(host_wait_state(&h, VNPU_STATE_FAILED, 1000));
	TAP_EQUAL(host_error(&h), VNPU_ERR_OVERRUN);
	host_close(&h);
}

/* A command, a byte of it set, and what it is refused for. */
struct refusal {
	uint8_t opcode;
	uint16_t context;
	uint32_t object;
	unsigned int offset; /* of the byte, 0: none */
	uint8_t byte;
	int want;
	unsigned int detail;
};

static const struct refusal refusals[] = {
	{ 0x7f, 0, 0, 0, 0, VNPU_ERR_OPCODE, 0 },
	{ VNPU_CMD_NOP, 0, 0, 1, 2, VNPU_ERR_FIELD, 1 },
	{ VNPU_CMD_NOP, 1, 0, 0, 0, VNPU_ERR_FIELD, 2 },
	{ VNPU_CMD_NOP, 0, 1, 0, 0, VNPU_ERR_FIELD, 4 },
	{ VNPU_CMD_NOP, 0, 0, 8, 1, VNPU_ERR_FIELD, 8 },
	{ VNPU_CMD_NOP, 0, 0, 63, 1, VNPU_ERR_FIELD, 56 },
	{ VNPU_CMD_IDENTIFY, 0, 2, 0, 0, VNPU_ERR_FIELD, 4 },
	{ VNPU_CMD_IDENTIFY, 0, 0, 8, 4, VNPU_ERR_ADDRESS, 8 },
	{ VNPU_CMD_IDENTIFY, 0, 0, 24, 4, VNPU_ERR_FIELD, 24 },
	{ VNPU_CMD_GET_LOG, 0, 0, 0, 0, VNPU_ERR_FIELD, 4 },
	{ VNPU_CMD_GET_LOG, 0, 6, 0, 0, VNPU_ERR_FIELD, 4 },
	{ VNPU_CMD_GET_LOG, 0, 3, 28, 5, VNPU_ERR_ID, 28 },
	{ VNPU_CMD_SET_FEATURE, 0, 0, 0, 0, VNPU_ERR_FIELD, 4 },
	{ VNPU_CMD_SET_FEATURE, 0, 10, 0, 0, VNPU_ERR_FIELD, 4 },
	{ VNPU_CMD_SET_FEATURE, 0, 8, 0, 0, VNPU_ERR_FIELD, 8 },
	{ VNPU_CMD_SET_FEATURE, 0, 9, 11, 1, VNPU_ERR_FIELD, 8 },
	{ VNPU_CMD_SET_FEATURE, 0, 3, 11, 1, VNPU_ERR_FIELD, 8 },
	{ VNPU_CMD_SET_FEATURE, 0, 6, 16, 1, VNPU_ERR_FIELD, 16 },
	{ VNPU_CMD_SET_FEATURE, 0, 6, 8, 2, VNPU_ERR_FIELD, 8 },
	{ VNPU_CMD_SET_FEATURE, 0, 5, 0, 0, VNPU_ERR_FIELD, 8 },
	{ VNPU_CMD_SET_FEATURE, 0, 6, 40, 1, VNPU_ERR_FIELD, 40 },
	{ VNPU_CMD_SET_FEATURE, 0, 1, 8, 1, VNPU_ERR_ADDRESS, 8 },
	{ VNPU_CMD_SET_FEATURE, 0, 2, 8, 64, VNPU_ERR_ADDRESS, 8 },
	{ VNPU_CMD_CONTEXT_CREATE, 64, 0, 0, 0, VNPU_ERR_FIELD, 2 },
	{ VNPU_CMD_CONTEXT_CREATE, 0, 0, 0, 0, VNPU_ERR_EXISTS, 0 },
	{ VNPU_CMD_CONTEXT_DESTROY, 64, 0, 0, 0, VNPU_ERR_FIELD, 2 },
	{ VNPU_CMD_CONTEXT_KILL, 0, 0, 40, 1, VNPU_ERR_FIELD, 40 },
	{ VNPU_CMD_QUEUE_CREATE, 0, 1024, 0, 0, VNPU_ERR_FIELD, 4 },
	{ VNPU_CMD_QUEUE_CREATE, 0, 1, 0, 0, VNPU_ERR_EXISTS, 0 },
	{ VNPU_CMD_QUEUE_CREATE, 0, 2, 8, 1, VNPU_ERR_ADDRESS, 8 },
	{ VNPU_CMD_QUEUE_CREATE, 0, 2, 16, 1, VNPU_ERR_ADDRESS, 16 },
	{ VNPU_CMD_QUEUE_CREATE, 0, 2, 24, 1, VNPU_ERR_FIELD, 24 },
	{ VNPU_CMD_QUEUE_CREATE, 0, 2, 35, 1, VNPU_ERR_FIELD, 32 },
	{ VNPU_CMD_QUEUE_CREATE, 0, 2, 36, 64, VNPU_ERR_FIELD, 36 },
	{ VNPU_CMD_QUEUE_CREATE, 0, 2, 38, 64, VNPU_ERR_FIELD, 38 },
	{ VNPU_CMD_QUEUE_CREATE, 0, 2, 40, 3, VNPU_ERR_FIELD, 40 },
	{ VNPU_CMD_QUEUE_CREATE, 0, 2, 40, 13, VNPU_ERR_FIELD, 40 },
	{ VNPU_CMD_QUEUE_CREATE, 0, 2, 41, 2, VNPU_ERR_FIELD, 41 },
	{ VNPU_CMD_QUEUE_CREATE, 0, 2, 42, 4, VNPU_ERR_FIELD, 42 },
	{ VNPU_CMD_QUEUE_CREATE, 0, 2, 43, 1, VNPU_ERR_FIELD, 43 },
	{ VNPU_CMD_QUEUE_CREATE, 0, 2, 63, 1, VNPU_ERR_FIELD, 56 },
	{ VNPU_CMD_QUEUE_DESTROY, 0, 2, 0, 0, VNPU_ERR_ID, 0 },
	{ VNPU_CMD_QUEUE_DESTROY, 0, 1, 9, 1, VNPU_ERR_FIELD, 8 },
	{ VNPU_CMD_QUEUE_RESET, 0, 1, 9, 1, VNPU_ERR_FIELD, 8 },
	{ VNPU_CMD_QUEUE_RESET, 0, 2, 0, 0, VNPU_ERR_ID, 0 },
	{ VNPU_CMD_PROGRAM_LOAD, 0, 1024, 0, 0, VNPU_ERR_FIELD, 4 },
	{ VNPU_CMD_PROGRAM_LOAD, 0, 0, 8, 4, VNPU_ERR_ADDRESS, 8 },
	{ VNPU_CMD_PROGRAM_LOAD, 0, 0, 23, 1, VNPU_ERR_LIMIT, 0 },
	{ VNPU_CMD_PROGRAM_LOAD, 0, 0, 27, 1, VNPU_ERR_FIELD, 24 },
	{ VNPU_CMD_PROGRAM_LOAD, 0, 0, 28, 1, VNPU_ERR_FIELD, 28 },
	{ VNPU_CMD_PROGRAM_LOAD, 0, 0, 0, 0, VNPU_ERR_PROGRAM, 0 },
	{ VNPU_CMD_PROGRAM_UNLOAD, 0, 0, 0, 0, VNPU_ERR_ID, 0 },
};

/* What makes QUEUE_CREATE right but for the byte. */
static void complete(struct host *h, struct vnpu_cmd *cmd)
{
	if (cmd->opcode != VNPU_CMD_QUEUE_CREATE)
		return;
	cmd->queue.ring = htole64(host_address(h->base.arena));
	cmd->queue.status = htole64(host_address(h->base.arena));
	cmd->queue.asid = htole16(VNPU_ASID_BUS);
	cmd->queue.log2 = 4;
}

static void every_refusal_has_its_code(void)
{
	struct host_queue q;
	struct host h;

	TAP_REQUIRE(host_open(&h, profile()));
	TAP_REQUIRE(!host_simple(&h, VNPU_CMD_CONTEXT_CREATE, 0, 0));
	TAP_REQUIRE(host_queue_open(&h, &q, 1, 0));
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		const struct refusal *r = &refusals[i];
		struct vnpu_cmd cmd = {
			.opcode = r->opcode,
			.context = htole16(r->context),
			.object = htole32(r->object),
		};

		complete(&h, &cmd);
		if (r->offset)
			((uint8_t *)&cmd)[r->offset] =
				r->offset == 8 || r->offset == 16 ?
					((uint8_t *)&cmd)[r->offset] | r->byte :
					r->byte;
		if (!TAP_EQUAL(host_command(&h, &cmd), r->want) ||
		    !TAP_EQUAL(le32toh(h.result.detail), r->detail))
			tap_note("row %zu, opcode %u", i, r->opcode);
	}
	TAP_EQUAL(host_run(&q, &(struct vnpu_desc){ 0 }), 0);
	host_close(&h);
}

static void the_smaller_offset_is_reported(void)
{
	struct vnpu_cmd cmd = { .opcode = VNPU_CMD_QUEUE_CREATE };
	struct host h;

	TAP_REQUIRE(host_open(&h, profile()));
	TAP_REQUIRE(!host_simple(&h, VNPU_CMD_CONTEXT_CREATE, 0, 0));
	complete(&h, &cmd);
	cmd.queue.position = htole64(1);
	cmd.queue.log2 = 77;
	TAP_EQUAL(host_command(&h, &cmd), VNPU_ERR_FIELD);
	TAP_EQUAL(le32toh(h.result.detail), AT(queue.position));
	cmd.queue.ring = htole64(1);
	TAP_EQUAL(host_command(&h, &cmd), VNPU_ERR_ADDRESS);
	TAP_EQUAL(le32toh(h.result.detail), AT(queue.ring));
	host_close(&h);
}

static void random_commands_are_answered(void)
{
	struct host h;

	srand(7);
	TAP_REQUIRE(host_open(&h, profile()));
	TAP_REQUIRE(!host_simple(&h, VNPU_CMD_CONTEXT_CREATE, 0, 0));
	for (int i = 0; i < 20000; i++) {
		struct vnpu_cmd cmd = { 0 };
		uint8_t *byte = (uint8_t *)&cmd;
		int ret;

		cmd.opcode = (uint8_t)(rand() % 0x34);
		cmd.object = htole32((uint32_t)rand() % 9);
		complete(&h, &cmd);
		for (int n = rand() % 4; n; n--)
			byte[rand() % 64] = (uint8_t)rand();
		/* Those may rightly write into the driver's own rings. */
		if (cmd.opcode == VNPU_CMD_IDENTIFY ||
		    cmd.opcode == VNPU_CMD_GET_LOG)
			cmd.data.address = 0;
		if (cmd.opcode == VNPU_CMD_SET_FEATURE)
			cmd.object = htole32(VNPU_FEATURE_IDLE_US);
		ret = host_command(&h, &cmd);
		if (ret < 0 || ret >= VNPU_ERR_COUNT) {
			TAP_EQUAL(ret, 0);
			break;
		}
	}
	TAP_EQUAL(host_state(&h), VNPU_STATE_READY);
	host_close(&h);
}

static void answers_are_cut_to_size(void)
{
	struct vnpu_cmd cmd = { .opcode = VNPU_CMD_IDENTIFY };
	struct vnpu_identify *id;
	uint8_t *text;
	struct host h;

	TAP_REQUIRE(host_open(&h, profile()));
	id = host_alloc(&h, 2 * sizeof(*id), 64);
	text = (uint8_t *)id;
	memset(id, 0xee, 2 * sizeof(*id));
	cmd.data.address = htole64(host_address(id));
	cmd.data.size = htole64(8);
	TAP_EQUAL(host_command(&h, &cmd), 0);
	TAP_EQUAL(le64toh(h.result.value), sizeof(*id));
	TAP_CHECK(!memcmp(text, "vnpu ref", 8));
	TAP_EQUAL(text[8], 0xee);
	cmd.data.size = htole64(2 * sizeof(*id));
	TAP_EQUAL(host_command(&h, &cmd), 0);
	TAP_EQUAL(text[sizeof(*id)], 0xee);
	TAP_STRING(id->engine[0].name, "compute");
	TAP_CHECK(le32toh(id->bindings_max) > 0);
	cmd.opcode = VNPU_CMD_GET_LOG;
	cmd.object = htole32(VNPU_LOG_FIRMWARE);
	cmd.data.size = 0;
	TAP_EQUAL(host_command(&h, &cmd), 0);
	TAP_CHECK(le64toh(h.result.value) > 0);
	host_close(&h);
}

static void features_are_kept(void)
{
	struct host h;

	TAP_REQUIRE(host_open(&h, profile()));
	for (uint32_t f = VNPU_FEATURE_IDLE_US; f <= VNPU_FEATURE_TRAP; f++) {
		TAP_EQUAL(host_feature(&h, f, 1), 0);
		TAP_EQUAL(host_simple(&h, VNPU_CMD_GET_FEATURE, 0, f), 0);
		TAP_EQUAL(le64toh(h.result.value), 1);
	}
	TAP_EQUAL(host_simple(&h, VNPU_CMD_GET_FEATURE, 0, VNPU_FEATURE_EVENTS),
		  0);
	TAP_EQUAL(le64toh(h.result.value), host_address(h.events));
	host_close(&h);
}

static void trap(struct host_queue *q, uint32_t kind, uint64_t value)
{
	struct vnpu_desc *d = host_slot(q);

	d->opcode = VNPU_OP_TRAP;
	d->value.kind = htole32(kind);
	d->value.value = htole64(value);
	host_submit(q);
}

static void commands_end_while_queues_hang(void)
{
	struct host_queue q[4], extra;
	struct host h;
	uint64_t bound, start;

	TAP_REQUIRE(host_open(&h, profile()));
	TAP_REQUIRE(!host_simple(&h, VNPU_CMD_CONTEXT_CREATE, 0, 0));
	for (uint32_t i = 0; i < 4; i++) {
		TAP_REQUIRE(host_queue_open(&h, &q[i], i, 0));
		trap(&q[i], VNPU_TRAP_HANG, 0);
	}
	bound = vnpu_get(VNPU_BOUNDS_ADMIN_MS,
			 host_get32(&h, VNPU_REG_BOUNDS)) *
		1000000ull;
	start = host_now_ns();
	TAP_CHECK(host_queue_open(&h, &extra, 9, 0));
	TAP_EQUAL(host_simple(&h, VNPU_CMD_QUEUE_DESTROY, 0, 0), 0);
	TAP_CHECK(host_now_ns() - start < bound);
	start = host_now_ns();
	TAP_EQUAL(host_queue_reset(&q[1], 5), 0);
	TAP_CHECK(host_now_ns() - start < bound);
	start = host_now_ns();
	TAP_EQUAL(host_simple(&h, VNPU_CMD_CONTEXT_KILL, 0, 0), 0);
	TAP_EQUAL(le64toh(h.result.value), 4);
	TAP_CHECK(host_now_ns() - start < bound);
	TAP_EQUAL(host_wait(&q[2], 1, 100), VNPU_ERR_KILLED);
	TAP_EQUAL(host_state(&h), VNPU_STATE_READY);
	host_close(&h);
}

static void destroying_a_context_frees_all(void)
{
	struct host_queue q;
	struct host h;

	TAP_REQUIRE(host_open(&h, profile()));
	for (int turn = 0; turn < 3; turn++) {
		TAP_EQUAL(host_simple(&h, VNPU_CMD_CONTEXT_CREATE, 0, 0), 0);
		TAP_CHECK(host_queue_open(&h, &q, 3, 0));
		TAP_EQUAL(host_run(&q, &(struct vnpu_desc){ 0 }), 0);
		trap(&q, VNPU_TRAP_HANG, 0);
		TAP_EQUAL(host_simple(&h, VNPU_CMD_CONTEXT_DESTROY, 0, 0), 0);
		TAP_EQUAL(host_simple(&h, VNPU_CMD_QUEUE_DESTROY, 0, 3),
			  VNPU_ERR_ID);
	}
	host_close(&h);
}

static void a_killed_queue_does_nothing(void)
{
	const struct vnpu_event *event;
	struct host_queue q;
	struct host h;

	TAP_REQUIRE(host_open(&h, profile()));
	TAP_REQUIRE(!host_simple(&h, VNPU_CMD_CONTEXT_CREATE, 0, 0));
	TAP_REQUIRE(host_queue_open(&h, &q, 3, 0));
	trap(&q, VNPU_TRAP_HANG, 0);
	TAP_REQUIRE(host_wait_started(&q, VNPU_OP_TRAP, VNPU_TRAP_HANG));
	TAP_EQUAL(host_simple(&h, VNPU_CMD_CONTEXT_KILL, 0, 0), 0);
	TAP_EQUAL(le64toh(h.result.value), 1);
	event = host_event(&h, 1000);
	TAP_REQUIRE(event);
	TAP_EQUAL(le32toh(event->code), VNPU_ERR_KILLED);
	TAP_EQUAL(le32toh(event->queue), 3);
	TAP_EQUAL(le64toh(event->value), VNPU_OP_TRAP);
	host_slot(&q);
	host_submit(&q);
	host_wake(&q);
	TAP_EQUAL(host_wait(&q, 1, 20), VNPU_ERR_KILLED);
	TAP_EQUAL(host_done(&q), 0);
	TAP_EQUAL(host_simple(&h, VNPU_CMD_CONTEXT_KILL, 0, 0), 0);
	TAP_EQUAL(le64toh(h.result.value), 0);
	host_close(&h);
}

static void new_queues_are_clean(void)
{
	struct host_queue q;
	struct host h;
	uint8_t *page;

	TAP_REQUIRE(host_open(&h, profile()));
	TAP_REQUIRE(!host_simple(&h, VNPU_CMD_CONTEXT_CREATE, 0, 0));
	host_queue_init(&h, &q, 3, 0);
	page = (uint8_t *)q.tail_word;
	memset(page, 0x77, h.stride);
	*q.arm_word = 99;
	q.ring = host_alloc(&h, q.slots * sizeof(*q.ring), 64);
	q.status = host_alloc(&h, sizeof(*q.status), 64);
	memset(q.status, 0x77, sizeof(*q.status));
	TAP_EQUAL(host_queue_create(&q), 0);
	TAP_CHECK(!page[0] && !memcmp(page, page + 1, h.stride - 1));
	TAP_EQUAL(*q.arm_word, 0);
	TAP_EQUAL(host_flags(&q), VNPU_RING_NEED_WAKEUP);
	TAP_EQUAL(host_done(&q), 0);
	TAP_EQUAL(q.status->reserved[1], 0);
	TAP_EQUAL(q.status->busy_ns, 0);
	TAP_EQUAL(q.status->cycles, 0);
	host_close(&h);
}

static void a_destroyed_queue_is_left_alone(void)
{
	struct host_queue q;
	struct host h;

	TAP_REQUIRE(host_open(&h, profile()));
	TAP_REQUIRE(!host_simple(&h, VNPU_CMD_CONTEXT_CREATE, 0, 0));
	TAP_REQUIRE(host_queue_open(&h, &q, 3, 0));
	for (int i = 0; i < 10; i++)
		TAP_EQUAL(host_run(&q, &(struct vnpu_desc){ 0 }), 0);
	TAP_EQUAL(host_simple(&h, VNPU_CMD_QUEUE_DESTROY, 0, 3), 0);
	TAP_EQUAL(le64toh(h.result.value), 10);
	memset(q.status, 0x31, sizeof(*q.status));
	__atomic_store_n(q.tail_word, 60, __ATOMIC_RELEASE);
	host_wake(&q);
	host_sleep_us(5000);
	TAP_EQUAL(q.status->done, 0x3131313131313131);
	TAP_EQUAL(q.status->flags, 0x31313131);
	host_close(&h);
}

static void reset_goes_on_at_the_position(void)
{
	const uint64_t far = (1ull << 32) - 3;
	struct host_queue q;
	struct host h;

	TAP_REQUIRE(host_open(&h, profile()));
	TAP_REQUIRE(!host_simple(&h, VNPU_CMD_CONTEXT_CREATE, 0, 0));
	TAP_REQUIRE(host_queue_open(&h, &q, 3, 0));
	trap(&q, VNPU_TRAP_ERROR, 0);
	TAP_EQUAL(host_wait(&q, 1, 1000), VNPU_ERR_TRAP);
	TAP_EQUAL(host_queue_reset(&q, far), 0);
	TAP_EQUAL(le64toh(h.result.value), 0);
	TAP_EQUAL(host_done(&q), far);
	TAP_EQUAL(host_flags(&q), VNPU_RING_NEED_WAKEUP);
	TAP_EQUAL(*q.tail_word, (uint32_t)far);
	/* The positions run over 32 bits. */
	for (int i = 0; i < 10; i++)
		TAP_EQUAL(host_run(&q, &(struct vnpu_desc){ 0 }), 0);
	TAP_EQUAL(host_done(&q), far + 10);
	host_close(&h);
}

static void events_overflow_and_say_so(void)
{
	const struct vnpu_event *event;
	struct host_queue q;
	struct host h;
	uint32_t total = HOST_EVENTS + 10;

	TAP_REQUIRE(host_open(&h, profile()));
	TAP_REQUIRE(!host_simple(&h, VNPU_CMD_CONTEXT_CREATE, 0, 0));
	TAP_REQUIRE(host_queue_open(&h, &q, 3, 0));
	for (uint32_t i = 0; i < total; i++)
		TAP_EQUAL(host_queue_reset(&q, 0), 0);
	TAP_EQUAL(h.events_status->done, HOST_EVENTS);
	TAP_EQUAL(h.events_status->dropped, 10);
	for (uint32_t i = 0; i < HOST_EVENTS; i++) {
		event = host_event(&h, 100);
		TAP_REQUIRE(event);
		TAP_EQUAL(le64toh(event->sequence), i);
	}
	TAP_EQUAL(host_queue_reset(&q, 0), 0);
	event = host_event(&h, 100);
	TAP_REQUIRE(event);
	TAP_EQUAL(le64toh(event->sequence), total);
	host_close(&h);
}

static bool read_page(const struct vnpu_telemetry *page,
		      struct vnpu_telemetry *copy)
{
	for (int i = 0; i < 100; i++) {
		const uint64_t *from = (const uint64_t *)page;
		uint64_t *to = (uint64_t *)copy;
		uint32_t s = __atomic_load_n(&page->sequence, __ATOMIC_ACQUIRE);

		if (s & 1)
			continue;
		for (size_t n = 0; n < sizeof(*copy) / 8; n++)
			to[n] = __atomic_load_n(&from[n], __ATOMIC_RELAXED);
		atomic_thread_fence(memory_order_acquire);
		if (__atomic_load_n(&page->sequence, __ATOMIC_RELAXED) == s)
			return true;
	}
	return false;
}

/* The first page that is there, and says that engine 0 was busy so long. */
static bool read_busy(const struct vnpu_telemetry *page,
		      struct vnpu_telemetry *copy, uint64_t busy_ns)
{
	uint64_t until = host_now_ns() + 5000000000;

	while (host_now_ns() < until) {
		if (read_page(page, copy) && copy->sequence &&
		    le64toh(copy->engine[0].busy_ns) >= busy_ns)
			return true;
		host_sleep_us(1000);
	}
	return false;
}

static void telemetry_is_kept_up(void)
{
	struct vnpu_cmd cmd = {
		.opcode = VNPU_CMD_SET_FEATURE,
		.object = htole32(VNPU_FEATURE_TELEMETRY),
	};
	struct vnpu_telemetry *page, a = { 0 }, b = { 0 };
	struct host_queue q;
	struct host h;

	TAP_REQUIRE(host_open(&h, profile()));
	TAP_REQUIRE(!host_simple(&h, VNPU_CMD_CONTEXT_CREATE, 0, 0));
	TAP_REQUIRE(host_queue_open(&h, &q, 3, 0));
	page = host_alloc(&h, sizeof(*page), 4096);
	cmd.feature.value[0] = htole64(host_address(page));
	cmd.feature.value[1] = htole64(10);
	TAP_EQUAL(host_command(&h, &cmd), 0);
	TAP_REQUIRE(read_busy(page, &a, 0));
	TAP_EQUAL(le16toh(a.size), sizeof(a));
	TAP_EQUAL(le32toh(a.period_ms), 10);
	TAP_EQUAL(le32toh(a.clock_khz), 0);
	trap(&q, VNPU_TRAP_HANG, 0);
	TAP_REQUIRE(read_busy(page, &b, 20000000));
	TAP_CHECK(b.sequence > a.sequence);
	TAP_EQUAL(b.engine[0].busy_ns, b.context[0].busy_ns);
	TAP_EQUAL(le32toh(b.queues_awake), 1);
	TAP_CHECK(le64toh(b.energy_uj) > le64toh(a.energy_uj));
	host_close(&h);
}

static void heat_is_told_each_way(void)
{
	const struct vnpu_event *event;
	struct host h;

	TAP_REQUIRE(host_open(&h, profile()));
	TAP_REQUIRE(!host_feature(&h, VNPU_FEATURE_THERMAL_MC, 80000));
	TAP_EQUAL(host_control(&h, "temperature 81000"), 0);
	event = host_event(&h, 2000);
	TAP_REQUIRE(event);
	TAP_EQUAL(le16toh(event->type), VNPU_EVENT_THERMAL);
	TAP_EQUAL(le64toh(event->value), 81000);
	TAP_EQUAL(host_control(&h, "temperature 79000"), 0);
	TAP_CHECK(!host_event(&h, 250));
	TAP_EQUAL(host_control(&h, "temperature 70000"), 0);
	event = host_event(&h, 2000);
	TAP_REQUIRE(event);
	TAP_EQUAL(le64toh(event->value), 70000);
	host_close(&h);
}

static const struct tap_case cases[] = {
	BOTH("R29 a bad admin ring is not enabled", bad_rings_are_not_enabled),
	BOTH("R30 the interrupt of a command comes only if asked",
	     result_then_done_then_interrupt),
	BOTH("R16 an overrun of the admin ring is FAILED",
	     an_overrun_of_the_admin_ring_is_fatal),
	BOTH("R31 R39 commands end in time while queues hang",
	     commands_end_while_queues_hang),
	BOTH("R32 R15 every refusal has its code and changes nothing",
	     every_refusal_has_its_code),
	BOTH("R32 of several errors the smaller offset is reported",
	     the_smaller_offset_is_reported),
	BOTH("R32 random commands are all answered",
	     random_commands_are_answered),
	BOTH("R33 answers are cut to the size given", answers_are_cut_to_size),
	BOTH("features read back as they were set", features_are_kept),
	BOTH("R34 destroying a context frees all it had",
	     destroying_a_context_frees_all),
	BOTH("R35 after CONTEXT_KILL nothing of it runs",
	     a_killed_queue_does_nothing),
	BOTH("R36 a new queue's pages and record are clean",
	     new_queues_are_clean),
	BOTH("R37 a destroyed queue is left alone",
	     a_destroyed_queue_is_left_alone),
	BOTH("R38 QUEUE_RESET goes on at the given position",
	     reset_goes_on_at_the_position),
	BOTH("R62 events overflow with a count and a gap",
	     events_overflow_and_say_so),
	BOTH("R64 R65 telemetry is kept up, asleep and while a job runs",
	     telemetry_is_kept_up),
	BOTH("temperature is told once each way across the limit",
	     heat_is_told_each_way),
};

TAP_MAIN(cases)
