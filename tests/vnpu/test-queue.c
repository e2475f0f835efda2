// SPDX-License-Identifier: MIT
/* Queues and small descriptors: R15 to R28, R42 to R46, R57 to R60, R68. */
#include "both.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

struct rig {
	struct host h;
	struct host_queue q;
};

static bool rig_open(struct rig *r)
{
	return host_open(&r->h, profile()) &&
	       !host_simple(&r->h, VNPU_CMD_CONTEXT_CREATE, 0, 0) &&
	       host_queue_open(&r->h, &r->q, 3, 0);
}

static void rig_close(struct rig *r)
{
	host_close(&r->h);
}

static struct vnpu_desc signal_of(uint64_t *word, uint64_t value)
{
	return (struct vnpu_desc){
		.opcode = VNPU_OP_SIGNAL,
		.value.address = htole64(host_address(word)),
		.value.value = htole64(value),
	};
}

static struct vnpu_desc wait_of(uint64_t *word, uint64_t value, uint32_t kind)
{
	struct vnpu_desc d = signal_of(word, value);

	d.opcode = VNPU_OP_WAIT;
	d.value.kind = htole32(kind);
	return d;
}

static struct vnpu_desc trap_of(uint32_t kind, uint64_t value)
{
	return (struct vnpu_desc){
		.opcode = VNPU_OP_TRAP,
		.value.kind = htole32(kind),
		.value.value = htole64(value),
	};
}

static void a_tail_too_far_is_overrun(void)
{
	const struct vnpu_event *event;
	struct rig r;

	TAP_REQUIRE(rig_open(&r));
	r.q.tail = HOST_SLOTS + 1;
	host_submit(&r.q);
	TAP_EQUAL(host_wait(&r.q, 1, 1000), VNPU_ERR_OVERRUN);
	event = host_event(&r.h, 1000);
	TAP_REQUIRE(event);
	TAP_EQUAL(le32toh(event->code), VNPU_ERR_OVERRUN);
	TAP_EQUAL(host_queue_reset(&r.q, 5), 0);
	/* Behind done is too far as well; a full ring is not. */
	r.q.tail = 4;
	host_submit(&r.q);
	TAP_EQUAL(host_wait(&r.q, 6, 1000), VNPU_ERR_OVERRUN);
	TAP_EQUAL(host_queue_reset(&r.q, 0), 0);
	memset(r.q.ring, 0, HOST_SLOTS * sizeof(*r.q.ring));
	r.q.tail = HOST_SLOTS;
	host_submit(&r.q);
	TAP_EQUAL(host_wait(&r.q, HOST_SLOTS, 5000), 0);
	rig_close(&r);
}

static void descriptors_run_in_order(void)
{
	struct vnpu_desc d;
	struct rig r;
	uint8_t *a, *b;
	uint64_t *word;

	TAP_REQUIRE(rig_open(&r));
	a = host_alloc(&r.h, 200000, 1);
	b = host_alloc(&r.h, 200000, 1);
	word = host_alloc(&r.h, 8, 8);
	for (uint64_t i = 1; i < 8; i++) {
		d = (struct vnpu_desc){ .opcode = VNPU_OP_FILL };
		d.fill.dst.address = htole64(host_address(a));
		d.fill.size = htole64(200000);
		d.fill.pattern = htole64(i * 0x0101010101010101ull);
		*host_slot(&r.q) = d;
		d = (struct vnpu_desc){ .opcode = VNPU_OP_COPY };
		d.copy.dst.address = htole64(host_address(b));
		d.copy.src.address = htole64(host_address(a));
		d.copy.size = htole64(200000);
		*host_slot(&r.q) = d;
		*host_slot(&r.q) = signal_of(word, i);
	}
	host_submit(&r.q);
	TAP_EQUAL(host_wait(&r.q, r.q.tail, 5000), 0);
	TAP_EQUAL(*word, 7);
	TAP_CHECK(b[0] == 7 && !memcmp(b, b + 1, 199999));
	rig_close(&r);
}

static void fills_repeat_their_pattern(void)
{
	static const struct {
		size_t offset, size;
	} rows[] = { { 0, 0 },	   { 1, 1 },	 { 3, 7 },	{ 5, 8 },
		     { 7, 9 },	   { 0, 63 },	 { 13, 65535 }, { 1, 65536 },
		     { 3, 65537 }, { 9, 150001 } };
	struct rig r;
	uint8_t *at;

	TAP_REQUIRE(rig_open(&r));
	at = host_alloc(&r.h, 200000, 64);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct vnpu_desc d = { .opcode = VNPU_OP_FILL };
		uint8_t *to = at + 64 + rows[i].offset;
		bool same = true;

		memset(at, 0xcc, 200000);
		d.fill.dst.address = htole64(host_address(to));
		d.fill.size = htole64(rows[i].size);
		d.fill.pattern = htole64(0x0807060504030201);
		TAP_EQUAL(host_run(&r.q, &d), 0);
		for (size_t n = 0; n < rows[i].size; n++)
			same &= to[n] == n % 8 + 1;
		TAP_CHECK(same);
		TAP_EQUAL(to[-1], 0xcc);
		TAP_EQUAL(to[rows[i].size], 0xcc);
	}
	rig_close(&r);
}

static void segments_make_a_place(void)
{
	struct vnpu_segment *list;
	struct vnpu_desc d = { .opcode = VNPU_OP_COPY };
	struct rig r;
	uint8_t *memory, *flat;

	TAP_REQUIRE(rig_open(&r));
	memory = host_alloc(&r.h, 65536, 64);
	flat = host_alloc(&r.h, 1000, 1);
	list = host_alloc(&r.h, 16 * sizeof(*list), 16);
	for (unsigned int i = 0; i < 10; i++) {
		list[i].address =
			htole64(host_address(memory + 5000 * (9 - i) + i));
		list[i].size = htole32(101);
		memset(memory + 5000 * (9 - i) + i, (int)i + 1, 101);
	}
	d.copy.src.address = htole64(host_address(list));
	d.copy.src.segments = htole32(10);
	d.copy.dst.address = htole64(host_address(flat));
	d.copy.size = htole64(1000);
	TAP_EQUAL(host_run(&r.q, &d), 0);
	for (unsigned int i = 0; i < 1000; i++)
		if (!TAP_EQUAL(flat[i], i / 101 + 1))
			break;
	d.copy.size = htole64(1011);
	TAP_EQUAL(host_run(&r.q, &d), VNPU_ERR_ADDRESS);
	TAP_EQUAL(host_queue_reset(&r.q, 0), 0);
	list[4].size = 0;
	d.copy.size = htole64(900);
	TAP_EQUAL(host_run(&r.q, &d), VNPU_ERR_FIELD);
	rig_close(&r);
}

static void a_new_queue_sleeps_until_woken(void)
{
	struct rig r;

	TAP_REQUIRE(rig_open(&r));
	TAP_EQUAL(host_flags(&r.q), VNPU_RING_NEED_WAKEUP);
	host_slot(&r.q);
	__atomic_store_n(r.q.tail_word, 1, __ATOMIC_RELEASE);
	TAP_EQUAL(host_wait(&r.q, 1, 20), -1);
	host_wake(&r.q);
	TAP_EQUAL(host_wait(&r.q, 1, 5000), 0);
	rig_close(&r);
}

static void stray_wakes_do_nothing(void)
{
	struct rig r;

	TAP_REQUIRE(rig_open(&r));
	for (uint32_t i = 0; i < r.h.queues; i++) {
		struct host_queue q = { .h = &r.h, .number = i };

		host_wake(&q);
	}
	for (uint64_t at = 0; at < axm_inproc_size(r.h.base.bus, 2); at += 1028)
		if (at >= 2ul * r.h.stride * r.h.queues)
			axm_inproc_write(r.h.base.bus, 2, at & ~3ull, 4, ~0u);
	TAP_EQUAL(host_run(&r.q, &(struct vnpu_desc){ 0 }), 0);
	for (int i = 0; i < 1000; i++)
		host_wake(&r.q);
	TAP_EQUAL(host_run(&r.q, &(struct vnpu_desc){ 0 }), 0);
	TAP_EQUAL(host_done(&r.q), 2);
	rig_close(&r);
}

static void an_awake_queue_needs_no_wake(void)
{
	struct rig r;

	TAP_REQUIRE(rig_open(&r));
	TAP_REQUIRE(!host_feature(&r.h, VNPU_FEATURE_IDLE_US, 1000000));
	host_slot(&r.q);
	host_submit(&r.q);
	TAP_EQUAL(host_wait(&r.q, 1, 5000), 0);
	for (int i = 0; i < 1000; i++) {
		host_slot(&r.q);
		TAP_CHECK(!host_submit(&r.q));
		TAP_EQUAL(host_wait(&r.q, r.q.tail, 5000), 0);
	}
	rig_close(&r);
}

/*
 * Pauses around IDLE_US, and IDLE_US of 0, put submissions into the moment in
 * which the queue falls asleep.
 */
static void no_submission_is_lost(void)
{
	uint64_t until;
	unsigned int seed = 1, tries = 0, woken = 0;
	struct rig r;

	TAP_REQUIRE(rig_open(&r));
	for (unsigned int idle = 0; idle < 3; idle++) {
		TAP_REQUIRE(!host_feature(&r.h, VNPU_FEATURE_IDLE_US, idle));
		until = host_now_ns() + 1000000000;
		while (host_now_ns() < until || tries < 1000 * (idle + 1)) {
			unsigned int spin = (unsigned int)rand_r(&seed) % 400;

			host_slot(&r.q);
			woken += host_submit(&r.q);
			TAP_REQUIRE(!host_wait(&r.q, r.q.tail, 5000));
			tries++;
			for (; spin; spin--)
				__asm__ volatile("");
		}
	}
	tap_note("%u tries, %u of them woke the queue", tries, woken);
	rig_close(&r);
}

static void done_only_grows_to_the_tail(void)
{
	uint64_t last = 0, until = host_now_ns() + 500000000;
	struct rig r;

	TAP_REQUIRE(rig_open(&r));
	while (host_now_ns() < until) {
		uint64_t done = host_done(&r.q);

		if (done < last || done > r.q.tail) {
			TAP_EQUAL(done, last);
			break;
		}
		last = done;
		while (r.q.tail - done < HOST_SLOTS)
			host_slot(&r.q);
		host_submit(&r.q);
	}
	TAP_EQUAL(host_wait(&r.q, r.q.tail, 5000), 0);
	tap_note("%llu descriptors", (unsigned long long)last);
	rig_close(&r);
}

static unsigned int irqs_soon(struct host *h, unsigned int want)
{
	for (int i = 0; i < 40000 && atomic_load(&h->base.irqs[2]) < want; i++)
		host_sleep_us(50);
	return atomic_load(&h->base.irqs[2]);
}

static void the_arm_word_fires_once(void)
{
	const uint64_t far = (1ull << 32) - 20;
	struct rig r;

	TAP_REQUIRE(rig_open(&r));
	for (uint64_t base = 0; base <= far; base += far) {
		unsigned int before = atomic_load(&r.h.base.irqs[2]);

		TAP_EQUAL(host_queue_reset(&r.q, base), 0);
		for (int i = 0; i < 30; i++)
			host_slot(&r.q);
		__atomic_store_n(r.q.arm_word, base + 25, __ATOMIC_SEQ_CST);
		r.q.tail = base + 25;
		host_submit(&r.q);
		TAP_EQUAL(host_wait(&r.q, base + 25, 5000), 0);
		TAP_EQUAL(irqs_soon(&r.h, before + 1), before + 1);
		r.q.tail = base + 30;
		host_submit(&r.q);
		TAP_EQUAL(host_wait(&r.q, base + 30, 5000), 0);
		/* One that lies behind never fires. */
		host_arm(&r.q, base + 3);
		host_slot(&r.q);
		host_submit(&r.q);
		TAP_EQUAL(host_wait(&r.q, base + 31, 5000), 0);
		host_sleep_us(2000);
		TAP_EQUAL(atomic_load(&r.h.base.irqs[2]), before + 1);
	}
	rig_close(&r);
}

/*
 * As a driver sleeps: an interrupt that came late, for what was seen to be done
 * without it, only makes it look once more.
 */
static bool sleep_until_done(struct host_queue *q)
{
	atomic_uint *irqs = &q->h->base.irqs[2];
	uint64_t give_up = host_now_ns() + 5000000000;
	unsigned int seen = atomic_load(irqs);

	while (host_done(q) < q->tail) {
		while (atomic_load(irqs) == seen)
			if (host_now_ns() > give_up)
				return false;
		seen = atomic_load(irqs);
	}
	return true;
}

static void no_wait_is_lost(void)
{
	uint64_t until = host_now_ns() + 1000000000;
	unsigned int waits = 0;
	struct rig r;

	TAP_REQUIRE(rig_open(&r));
	while (host_now_ns() < until) {
		host_slot(&r.q);
		host_submit(&r.q);
		host_arm(&r.q, r.q.tail);
		waits += host_done(&r.q) < r.q.tail;
		TAP_REQUIRE(sleep_until_done(&r.q));
	}
	tap_note("%u waits", waits);
	rig_close(&r);
}

static void a_tail_taken_back_does_not_keep_a_fence(void)
{
	struct rig r;

	TAP_REQUIRE(rig_open(&r));
	for (int i = 0; i < 8; i++)
		host_slot(&r.q);
	__atomic_store_n(r.q.arm_word, 5, __ATOMIC_SEQ_CST);
	__atomic_store_n(r.q.tail_word, 0, __ATOMIC_SEQ_CST);
	host_wake(&r.q);
	TAP_EQUAL(host_wait(&r.q, 5, 5000), 0);
	TAP_EQUAL(irqs_soon(&r.h, 1), 1);
	/* Then the tail is behind done. */
	TAP_EQUAL(host_wait(&r.q, 6, 200), VNPU_ERR_OVERRUN);
	rig_close(&r);
}

struct wrong {
	uint8_t opcode;
	unsigned int offset; /* of the byte */
	uint8_t byte;
	int want;
};

static const struct wrong wrongs[] = {
	{ 0x08, 0, 0x08, VNPU_ERR_OPCODE },
	{ VNPU_OP_NOP, 0, 0xff, VNPU_ERR_OPCODE },
	{ VNPU_OP_NOP, 1, 2, VNPU_ERR_FIELD },
	{ VNPU_OP_NOP, 2, 1, VNPU_ERR_FIELD },
	{ VNPU_OP_NOP, 8, 8, VNPU_ERR_FIELD },
	{ VNPU_OP_NOP, 16, 1, VNPU_ERR_FIELD },
	{ VNPU_OP_NOP, 63, 1, VNPU_ERR_FIELD },
	{ VNPU_OP_FILL, 28, 2, VNPU_ERR_FIELD },
	{ VNPU_OP_FILL, 27, 1, VNPU_ERR_FIELD },
	{ VNPU_OP_FILL, 48, 1, VNPU_ERR_FIELD },
	{ VNPU_OP_COPY, 28, 4, VNPU_ERR_FIELD },
	{ VNPU_OP_COPY, 44, 4, VNPU_ERR_FIELD },
	{ VNPU_OP_COPY, 56, 1, VNPU_ERR_FIELD },
	{ VNPU_OP_EXEC, 40, 1, VNPU_ERR_FIELD },
	{ VNPU_OP_EXEC, 34, 1, VNPU_ERR_ID },
	{ VNPU_OP_EXEC, 38, 1, VNPU_ERR_LIMIT },
	{ VNPU_OP_EXEC, 16, 8, VNPU_ERR_ADDRESS },
	{ VNPU_OP_EXEC, 36, 0, VNPU_ERR_ID },
	{ VNPU_OP_SIGNAL, 16, 4, VNPU_ERR_ADDRESS },
	{ VNPU_OP_SIGNAL, 32, 1, VNPU_ERR_FIELD },
	{ VNPU_OP_WAIT, 16, 4, VNPU_ERR_ADDRESS },
	{ VNPU_OP_WAIT, 32, 3, VNPU_ERR_FIELD },
	{ VNPU_OP_WAIT, 36, 3, VNPU_ERR_FIELD },
	{ VNPU_OP_TIMESTAMP, 24, 1, VNPU_ERR_FIELD },
	{ VNPU_OP_TIMESTAMP, 16, 1, VNPU_ERR_ADDRESS },
	{ VNPU_OP_TIMESTAMP, 16, 8, VNPU_ERR_DMA },
	{ VNPU_OP_TRAP, 32, 3, VNPU_ERR_FIELD },
	{ VNPU_OP_TRAP, 16, 8, VNPU_ERR_FIELD },
	{ VNPU_OP_TRAP, 32, 0, VNPU_ERR_TRAP },
};

static void every_wrong_descriptor_has_its_code(void)
{
	struct rig r;

	TAP_REQUIRE(rig_open(&r));
	for (size_t i = 0; i < sizeof(wrongs) / sizeof(wrongs[0]); i++) {
		struct vnpu_desc d = { .opcode = wrongs[i].opcode };

		((uint8_t *)&d)[wrongs[i].offset] = wrongs[i].byte;
		if (!TAP_EQUAL(host_run(&r.q, &d), wrongs[i].want))
			tap_note("row %zu, opcode %u", i, wrongs[i].opcode);
		TAP_EQUAL(host_queue_reset(&r.q, 0), 0);
	}
	TAP_REQUIRE(!host_feature(&r.h, VNPU_FEATURE_TRAP, 0));
	TAP_EQUAL(host_run(&r.q, &(struct vnpu_desc){ .opcode = VNPU_OP_TRAP }),
		  VNPU_ERR_OPCODE);
	rig_close(&r);
}

static void ranges_that_wrap_are_refused(void)
{
	struct vnpu_desc d = { .opcode = VNPU_OP_FILL };
	struct rig r;

	TAP_REQUIRE(rig_open(&r));
	d.fill.dst.address = htole64(~0ull - 7);
	d.fill.size = htole64(16);
	TAP_EQUAL(host_run(&r.q, &d), VNPU_ERR_ADDRESS);
	TAP_EQUAL(host_queue_reset(&r.q, 0), 0);
	d.fill.size = 0;
	TAP_EQUAL(host_run(&r.q, &d), 0);
	d.fill.dst.address =
		htole64(host_address(r.h.base.arena + HOST_ARENA - 8));
	d.fill.size = htole64(16);
	TAP_EQUAL(host_run(&r.q, &d), VNPU_ERR_DMA);
	rig_close(&r);
}

static void random_descriptors_do_no_harm(void)
{
	struct rig r;
	uint8_t *box;

	srand(11);
	TAP_REQUIRE(rig_open(&r));
	box = host_alloc(&r.h, 4096, 64);
	for (int i = 0; i < 5000; i++) {
		struct vnpu_desc d = { .opcode = (uint8_t)(rand() % 8) };
		int ret;

		d.timeout_ms = htole32(2);
		for (int n = rand() % 5; n; n--)
			((uint8_t *)&d)[1 + rand() % 63] = (uint8_t)rand();
		if (rand() % 2)
			d.arg[0] = htole64(host_address(box));
		if (d.opcode == VNPU_OP_FILL || d.opcode == VNPU_OP_COPY)
			d.arg[d.opcode == VNPU_OP_FILL ? 2 : 4] =
				htole64((uint64_t)rand() % 4096);
		if (d.timeout_ms == 0 || le32toh(d.timeout_ms) > 5)
			d.timeout_ms = htole32(2);
		ret = host_run(&r.q, &d);
		if (ret < 0 || ret >= VNPU_ERR_COUNT) {
			TAP_EQUAL(ret, 0);
			break;
		}
		if (ret)
			TAP_REQUIRE(!host_queue_reset(&r.q, 0));
	}
	TAP_EQUAL(host_state(&r.h), VNPU_STATE_READY);
	rig_close(&r);
}

static void an_error_is_recorded_in_order(void)
{
	const struct vnpu_event *event;
	struct vnpu_desc bad = { .opcode = 0x55 };
	struct rig r;

	TAP_REQUIRE(rig_open(&r));
	for (int i = 0; i < 3; i++)
		host_slot(&r.q);
	*host_slot(&r.q) = bad;
	host_slot(&r.q);
	host_submit(&r.q);
	TAP_EQUAL(host_wait(&r.q, 5, 1000), VNPU_ERR_OPCODE);
	TAP_EQUAL(host_done(&r.q), 3);
	TAP_EQUAL(le64toh(r.q.status->error_position), 3);
	TAP_EQUAL(le32toh(r.q.status->error), VNPU_ERR_OPCODE);
	event = host_event(&r.h, 1000);
	TAP_REQUIRE(event);
	TAP_EQUAL(le16toh(event->type), VNPU_EVENT_QUEUE_ERROR);
	TAP_EQUAL(le16toh(event->context), 0);
	TAP_EQUAL(le32toh(event->queue), 3);
	TAP_EQUAL(le64toh(event->position), 3);
	TAP_EQUAL(le64toh(event->value), 0x55);
	rig_close(&r);
}

/* The best of some: this thread may be late to see it. */
static void a_hang_is_a_timeout(void)
{
	struct vnpu_desc d = trap_of(VNPU_TRAP_HANG, 0);
	uint64_t start, bound, took = UINT64_MAX;
	struct rig r;

	TAP_REQUIRE(rig_open(&r));
	bound = 30000000 + 1000000ull * host_get32(&r.h, VNPU_REG_STOP_MS);
	d.timeout_ms = htole32(30);
	for (int i = 0; i < 10 && took > bound; i++) {
		start = host_now_ns();
		TAP_EQUAL(host_run(&r.q, &d), VNPU_ERR_TIMEOUT);
		took = host_now_ns() - start;
		TAP_CHECK(took >= 30000000);
		TAP_EQUAL(host_queue_reset(&r.q, 0), 0);
	}
	TAP_CHECK(took <= bound);
	rig_close(&r);
}

static void a_descriptor_cannot_have_more_time(void)
{
	struct vnpu_desc d = trap_of(VNPU_TRAP_HANG, 0);
	struct host_queue q;
	uint64_t start;
	struct rig r;

	TAP_REQUIRE(rig_open(&r));
	host_queue_init(&r.h, &q, 4, 0);
	q.cmd.queue.timeout_ms = htole32(20);
	TAP_REQUIRE(!host_queue_create(&q));
	d.timeout_ms = htole32(1000000);
	start = host_now_ns();
	TAP_EQUAL(host_run(&q, &d), VNPU_ERR_TIMEOUT);
	TAP_CHECK(host_now_ns() - start < 1000000000);
	rig_close(&r);
}

static void profile_is_before_done(void)
{
	struct vnpu_desc d = trap_of(VNPU_TRAP_SPIN, 3000000);
	struct vnpu_profile *p;
	uint64_t before, *stamp;
	struct rig r;

	TAP_REQUIRE(rig_open(&r));
	p = host_alloc(&r.h, sizeof(*p), 8);
	stamp = host_alloc(&r.h, 8, 8);
	before = host_get64(&r.h, VNPU_REG_TIME);
	d.flags = VNPU_DESC_PROFILE;
	d.profile = htole64(host_address(p));
	TAP_EQUAL(host_run(&r.q, &d), 0);
	TAP_CHECK(le64toh(p->start_ns) >= before);
	TAP_CHECK(le64toh(p->end_ns) >= le64toh(p->start_ns) + 3000000);
	d = signal_of(stamp, 0);
	d.opcode = VNPU_OP_TIMESTAMP;
	TAP_EQUAL(host_run(&r.q, &d), 0);
	TAP_CHECK(le64toh(*stamp) >= le64toh(p->end_ns));
	TAP_CHECK(le64toh(*stamp) <= host_get64(&r.h, VNPU_REG_TIME));
	d.flags = VNPU_DESC_PROFILE;
	d.profile = htole64(host_address(p) + 4);
	TAP_EQUAL(host_run(&r.q, &d), VNPU_ERR_ADDRESS);
	rig_close(&r);
}

static void wait_orders_queues(void)
{
	struct host_queue other;
	struct vnpu_desc d = { .opcode = VNPU_OP_COPY };
	uint64_t *words;
	struct rig r;

	TAP_REQUIRE(rig_open(&r));
	TAP_REQUIRE(host_queue_open(&r.h, &other, 4, 0));
	words = host_alloc(&r.h, 64, 64);
	*host_slot(&r.q) = wait_of(&words[0], 5, VNPU_WAIT_GE);
	d.copy.src.address = htole64(host_address(&words[1]));
	d.copy.dst.address = htole64(host_address(&words[2]));
	d.copy.size = htole64(8);
	*host_slot(&r.q) = d;
	host_submit(&r.q);
	TAP_EQUAL(host_wait(&r.q, 1, 20), -1);
	/* It takes no engine. */
	TAP_EQUAL(host_run(&other, &(struct vnpu_desc){ 0 }), 0);
	d = trap_of(VNPU_TRAP_HANG, 0);
	*host_slot(&other) = signal_of(&words[1], 77);
	*host_slot(&other) = signal_of(&words[0], 5);
	*host_slot(&other) = d;
	host_submit(&other);
	/* Its end is seen while the engine is busy. */
	TAP_EQUAL(host_wait(&r.q, 1, 5000), 0);
	TAP_EQUAL(host_done(&other), 3);
	TAP_EQUAL(host_queue_reset(&other, 0), 0);
	TAP_EQUAL(host_wait(&r.q, 2, 5000), 0);
	TAP_EQUAL(words[2], 77);
	rig_close(&r);
}

static void conditions_compare_as_they_say(void)
{
	static const struct {
		uint64_t memory, value;
		uint32_t kind;
		bool holds;
	} rows[] = {
		{ 5, 5, VNPU_WAIT_GE, true },
		{ 4, 5, VNPU_WAIT_GE, false },
		{ 2, ~0ull, VNPU_WAIT_GE, true },
		{ ~0ull, 2, VNPU_WAIT_GE, false },
		{ 5, 5, VNPU_WAIT_EQ, true },
		{ 6, 5, VNPU_WAIT_EQ, false },
		{ 6, 5, VNPU_WAIT_NE, true },
		{ 5, 5, VNPU_WAIT_NE, false },
	};
	uint64_t *word;
	struct rig r;

	TAP_REQUIRE(rig_open(&r));
	word = host_alloc(&r.h, 8, 8);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct vnpu_desc d = wait_of(word, rows[i].value, rows[i].kind);

		*word = htole64(rows[i].memory);
		d.timeout_ms = htole32(5);
		TAP_EQUAL(host_run(&r.q, &d),
			  rows[i].holds ? 0 : VNPU_ERR_TIMEOUT);
		if (!rows[i].holds)
			TAP_EQUAL(host_queue_reset(&r.q, 0), 0);
	}
	rig_close(&r);
}

/*
 * Each queue always has work; all begin when the word is stored. Where the
 * first one hangs, time stands still for all.
 */
static void shares_follow_priority(void)
{
	struct host_queue q[4];
	uint64_t done[4], *word;
	struct rig r;

	TAP_REQUIRE(rig_open(&r));
	word = host_alloc(&r.h, 8, 8);
	for (uint32_t i = 0; i < 4; i++) {
		host_queue_init(&r.h, &q[i], 4 + i, 0);
		q[i].slots = 1024;
		q[i].cmd.queue.priority = (uint8_t)i;
		TAP_REQUIRE(!host_queue_create(&q[i]));
		*host_slot(&q[i]) = wait_of(word, 1, VNPU_WAIT_EQ);
		for (int n = 1; n < 1024; n++)
			*host_slot(&q[i]) = trap_of(VNPU_TRAP_SPIN, 50000);
	}
	q[0].ring[640] = trap_of(VNPU_TRAP_HANG, 0);
	for (uint32_t i = 4; i-- > 0;)
		host_submit(&q[i]);
	__atomic_store_n(word, htole64(1), __ATOMIC_RELEASE);
	TAP_EQUAL(host_wait(&q[0], 640, 5000), 0);
	TAP_REQUIRE(host_wait_started(&q[0], VNPU_OP_TRAP, VNPU_TRAP_HANG));
	for (uint32_t i = 0; i < 4; i++)
		done[i] = host_done(&q[i]);
	tap_note("done: %llu %llu %llu %llu", (unsigned long long)done[0],
		 (unsigned long long)done[1], (unsigned long long)done[2],
		 (unsigned long long)done[3]);
	TAP_CHECK(done[1] >= 140 && done[1] <= 180);
	TAP_CHECK(done[2] >= 35 && done[2] <= 46);
	TAP_CHECK(done[3] >= 7 && done[3] <= 16);
	rig_close(&r);
}

static void lies_are_told_on_demand(void)
{
	struct rig r;

	TAP_REQUIRE(rig_open(&r));
	TAP_EQUAL(host_control(&r.h, "wrong-done"), 0);
	host_slot(&r.q);
	host_submit(&r.q);
	TAP_EQUAL(host_wait(&r.q, 1, 5000), 0);
	TAP_CHECK(host_done(&r.q) > HOST_SLOTS);
	host_slot(&r.q);
	host_submit(&r.q);
	for (int i = 0; i < 1000 && host_done(&r.q) != 2; i++)
		host_sleep_us(50);
	TAP_EQUAL(host_done(&r.q), 2);
	rig_close(&r);
}

static const struct tap_case cases[] = {
	BOTH("R15 R12 every wrong descriptor has its code",
	     every_wrong_descriptor_has_its_code),
	BOTH("R16 a tail too far, or behind, is an overrun",
	     a_tail_too_far_is_overrun),
	BOTH("R18 R19 descriptors of a queue run in order",
	     descriptors_run_in_order),
	BOTH("FILL repeats its pattern at any alignment",
	     fills_repeat_their_pattern),
	BOTH("a list of segments is one place", segments_make_a_place),
	BOTH("R20 done only grows, and not beyond the tail",
	     done_only_grows_to_the_tail),
	BOTH("R21 a new queue sleeps until it is woken",
	     a_new_queue_sleeps_until_woken),
	BOTH("R22 stray wake writes do nothing", stray_wakes_do_nothing),
	BOTH("R24 an awake queue is served without a wake write",
	     an_awake_queue_needs_no_wake),
	BOTH("R26 R25 no submission is lost between awake and asleep",
	     no_submission_is_lost),
	BOTH("R27 R68 the arm word fires once, also beyond 32 bits",
	     the_arm_word_fires_once),
	BOTH("R28 no wait for an interrupt is lost", no_wait_is_lost),
	BOTH("R42 ranges that wrap are refused, empty ones are not",
	     ranges_that_wrap_are_refused),
	BOTH("R43 a descriptor cannot lengthen its time-out",
	     a_descriptor_cannot_have_more_time),
	BOTH("R44 profile and time stamps are in order",
	     profile_is_before_done),
	BOTH("R45 R46 WAIT orders queues and takes no engine",
	     wait_orders_queues),
	BOTH("WAIT compares as its kind says", conditions_compare_as_they_say),
	BOTH("R57 an error leaves record, flag and event",
	     an_error_is_recorded_in_order),
	BOTH("R58 a hang is a time-out", a_hang_is_a_timeout),
	BOTH("R60 shares follow priority", shares_follow_priority),
	BOTH("R68 a tail taken back does not keep a fence from its end",
	     a_tail_taken_back_does_not_keep_a_fence),
	BOTH("random descriptors do no harm", random_descriptors_do_no_harm),
	BOTH("completions lie when told to", lies_are_told_on_demand),
};

TAP_MAIN(cases)
