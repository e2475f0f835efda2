// SPDX-License-Identifier: MIT
/*
 * Address spaces, faults, flushes, device memory and its errors, and what keeps
 * contexts apart: R50 to R56, R61, R66, R67. Datacenter profile.
 */
#include "both.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#define VA 0x4000200000ull
#define PAGE 4096u

/* One address space: three tables, and pages behind VA. */
struct space {
	struct host *h;
	uint16_t context, asid;
	uint64_t *table[3]; /* by level */
	struct host_queue q;
};

static uint64_t entry(const void *at, uint64_t bits)
{
	return htole64(host_address(at) | VNPU_PTE_PRESENT | bits);
}

static unsigned int slot_of(uint64_t va, unsigned int level)
{
	return (unsigned int)(va >> (12 + 9 * level)) & 511;
}

static void map(struct space *s, uint64_t va, uint64_t target, uint64_t bits)
{
	__atomic_store_n(&s->table[0][slot_of(va, 0)],
			 htole64(target | VNPU_PTE_PRESENT | bits),
			 __ATOMIC_RELEASE);
}

static int vm_set(struct space *s, uint64_t root)
{
	struct vnpu_cmd cmd = {
		.opcode = VNPU_CMD_VM_SET,
		.context = htole16(s->context),
		.object = htole32(s->asid),
		.vm.root = root,
	};

	return host_command(s->h, &cmd);
}

static int flush(struct space *s, uint64_t va, uint64_t size)
{
	struct vnpu_cmd cmd = {
		.opcode = VNPU_CMD_VM_FLUSH,
		.context = htole16(s->context),
		.object = htole32(s->asid),
		.vm.address = htole64(va),
		.vm.size = htole64(size),
	};

	return host_command(s->h, &cmd);
}

static bool space_open(struct space *s, struct host *h, uint16_t number)
{
	memset(s, 0, sizeof(*s));
	s->h = h;
	s->context = s->asid = number;
	for (unsigned int i = 0; i < 3; i++)
		s->table[i] = host_alloc(h, PAGE, PAGE);
	s->table[2][slot_of(VA, 2)] = entry(s->table[1], 0);
	s->table[1][slot_of(VA, 1)] = entry(s->table[0], 0);
	if (host_simple(h, VNPU_CMD_CONTEXT_CREATE, number, 0) ||
	    vm_set(s, entry(s->table[2], 0)))
		return false;
	host_queue_init(h, &s->q, 10u + number, number);
	s->q.cmd.queue.asid = htole16(number);
	return !host_queue_create(&s->q);
}

static struct vnpu_desc fill_of(uint64_t va, uint64_t size, uint8_t byte)
{
	return (struct vnpu_desc){
		.opcode = VNPU_OP_FILL,
		.fill.dst.address = htole64(va),
		.fill.size = htole64(size),
		.fill.pattern = htole64(byte * 0x0101010101010101ull),
	};
}

static struct vnpu_desc copy_of(uint64_t dst, uint64_t src, uint64_t size)
{
	return (struct vnpu_desc){
		.opcode = VNPU_OP_COPY,
		.copy.dst.address = htole64(dst),
		.copy.src.address = htole64(src),
		.copy.size = htole64(size),
	};
}

static bool all(const uint8_t *at, uint8_t byte, size_t size)
{
	while (size && *at == byte) {
		at++;
		size--;
	}
	return !size;
}

static void pages_are_reached_through_tables(void)
{
	struct space s;
	struct host h;
	uint8_t *pages, *memory;
	struct vnpu_desc d;

	TAP_REQUIRE(host_open(&h, profile()) && space_open(&s, &h, 1));
	memory = axm_inproc_memory(h.base.bus, VNPU_BAR_MEMORY);
	pages = host_alloc(&h, 4 * PAGE, PAGE);
	for (unsigned int i = 0; i < 4; i++)
		map(&s, VA + i * PAGE, host_address(pages + (3 - i) * PAGE),
		    VNPU_PTE_WRITE);
	/* Behind them a page in device memory: no flush was needed. */
	map(&s, VA + 4 * PAGE, 5 * PAGE, VNPU_PTE_WRITE | VNPU_PTE_DEVICE);
	d = fill_of(VA + 100, 4 * PAGE, 0x31);
	TAP_EQUAL(host_run(&s.q, &d), 0);
	TAP_CHECK(all(pages, 0x31, 3 * PAGE));
	TAP_CHECK(all(pages + 3 * PAGE, 0, 100));
	TAP_CHECK(all(memory + 5 * PAGE, 0x31, 100));
	TAP_EQUAL(memory[5 * PAGE + 100], 0);
	d = copy_of(VA + 4 * PAGE + 1000, VA + 4 * PAGE, 100);
	TAP_EQUAL(host_run(&s.q, &d), 0);
	TAP_CHECK(all(memory + 5 * PAGE + 1000, 0x31, 100));
	/* A leaf of 2 MiB, whose table is in device memory. */
	memcpy(memory + 6 * PAGE, s.table[1], PAGE);
	((uint64_t *)(memory + 6 * PAGE))[slot_of(VA, 1) + 1] =
		htole64((4ull << 20) | VNPU_PTE_PRESENT | VNPU_PTE_WRITE |
			VNPU_PTE_LARGE | VNPU_PTE_DEVICE);
	s.table[2][slot_of(VA, 2)] =
		htole64(6 * PAGE | VNPU_PTE_PRESENT | VNPU_PTE_DEVICE);
	TAP_EQUAL(flush(&s, 0, 0), 0);
	d = fill_of(VA + (2 << 20) + 7, 1 << 20, 0x32);
	TAP_EQUAL(host_run(&s.q, &d), 0);
	TAP_CHECK(all(memory + (4 << 20) + 7, 0x32, 1 << 20));
	host_close(&h);
}

struct broken {
	const char *what;
	unsigned int level;
	uint64_t entry;
	uint8_t access;
	uint8_t reason;
};

#define OUT_OF_BUS 0x0000700000000000ull

static const struct broken brokens[] = {
	{ "nothing at the top", 2, 0, 0, VNPU_FAULT_NOT_PRESENT },
	{ "an absent entry's rest is ignored", 1, ~1ull, 0,
	  VNPU_FAULT_NOT_PRESENT },
	{ "WRITE in a table entry", 2, OUT_OF_BUS | 3, 0, VNPU_FAULT_RESERVED },
	{ "LARGE at the top", 2, OUT_OF_BUS | 5, 0, VNPU_FAULT_RESERVED },
	{ "a high bit", 1, OUT_OF_BUS | 1ull << 63 | 1, 0,
	  VNPU_FAULT_RESERVED },
	{ "a low bit", 1, OUT_OF_BUS | 0x11, 0, VNPU_FAULT_RESERVED },
	{ "a table that is not there", 1, OUT_OF_BUS | 1, 0, VNPU_FAULT_TABLE },
	{ "a table beyond device memory", 2, (1ull << 40) | 9, 0,
	  VNPU_FAULT_TABLE },
	{ "a large page not aligned", 1, 0x1000 | 5, 0, VNPU_FAULT_RESERVED },
	{ "LARGE at the bottom", 0, OUT_OF_BUS | 7, 0, VNPU_FAULT_RESERVED },
	{ "a page that is not there", 0, OUT_OF_BUS | 3, 0, VNPU_FAULT_TARGET },
	{ "a page beyond device memory", 0, (1ull << 40) | 11, 1,
	  VNPU_FAULT_TARGET },
	{ "a write to what can be read only", 0, OUT_OF_BUS | 1, 1,
	  VNPU_FAULT_WRITE },
	{ "nothing at the bottom", 0, 2, 1, VNPU_FAULT_NOT_PRESENT },
};

static void check_fault(struct space *s, const struct vnpu_desc *d,
			const struct broken *b, uint64_t va)
{
	const struct vnpu_event *event;

	if (!TAP_EQUAL(host_run(&s->q, d), VNPU_ERR_FAULT))
		tap_note("%s", b->what);
	event = host_event(s->h, 1000);
	TAP_REQUIRE(event);
	if (!TAP_EQUAL(event->reason, b->reason))
		tap_note("%s", b->what);
	TAP_EQUAL(event->access, b->access);
	TAP_EQUAL(le16toh(event->asid), s->asid);
	TAP_EQUAL(le64toh(event->address), va);
	TAP_EQUAL(le32toh(event->queue), s->q.number);
	TAP_EQUAL(host_queue_reset(&s->q, 0), 0);
	TAP_CHECK(host_event(s->h, 1000));
}

static void every_reason_in_its_order(void)
{
	static const struct broken beyond = {
		.what = "beyond the last address",
		.access = 1,
		.reason = VNPU_FAULT_RANGE,
	};
	struct vnpu_desc d;
	struct space s, other;
	struct host h;
	uint8_t *page, *safe;

	TAP_REQUIRE(host_open(&h, profile()) && space_open(&s, &h, 1) &&
		    space_open(&other, &h, 2));
	page = host_alloc(&h, PAGE, PAGE);
	safe = host_alloc(&h, PAGE, PAGE);
	map(&s, VA + PAGE, host_address(safe), VNPU_PTE_WRITE);
	for (size_t i = 0; i < sizeof(brokens) / sizeof(brokens[0]); i++) {
		const struct broken *b = &brokens[i];
		unsigned int slot = slot_of(VA, b->level);
		uint64_t before;

		map(&s, VA, host_address(page), VNPU_PTE_WRITE);
		before = s.table[b->level][slot];
		s.table[b->level][slot] = htole64(b->entry);
		TAP_EQUAL(flush(&s, VA, PAGE), 0);
		d = b->access ? fill_of(VA, 64, 1) : copy_of(VA + PAGE, VA, 64);
		if (!b->access && b->level)
			d = (struct vnpu_desc){
				.opcode = VNPU_OP_WAIT,
				.value.address = htole64(VA),
			};
		check_fault(&s, &d, b, VA);
		s.table[b->level][slot] = before;
		TAP_EQUAL(flush(&s, VA, PAGE), 0);
		/* Nobody else noticed. */
		TAP_EQUAL(host_run(&other.q, &(struct vnpu_desc){ 0 }), 0);
	}
	d = fill_of(1ull << 39, 8, 1);
	check_fault(&s, &d, &beyond, 1ull << 39);
	TAP_CHECK(all(page, 0, PAGE));
	map(&s, VA, host_address(page), VNPU_PTE_WRITE);
	d = fill_of(VA, 64, 9);
	TAP_EQUAL(host_run(&s.q, &d), 0);
	TAP_CHECK(all(page, 9, 64));
	host_close(&h);
}

static void vm_commands_check(void)
{
	struct space s, other = { .context = 2, .asid = 1 };
	struct host h;

	TAP_REQUIRE(host_open(&h, profile()) && space_open(&s, &h, 1));
	TAP_EQUAL(vm_set(&s, htole64(0x1000)), VNPU_ERR_FIELD);
	TAP_EQUAL(vm_set(&s, entry(s.table[2], VNPU_PTE_LARGE)),
		  VNPU_ERR_FIELD);
	TAP_EQUAL(vm_set(&s, 0), VNPU_ERR_STATE);
	TAP_EQUAL(flush(&s, ~0ull, 2), VNPU_ERR_ADDRESS);
	other.h = &h;
	TAP_EQUAL(vm_set(&other, entry(s.table[2], 0)), VNPU_ERR_ID);
	TAP_REQUIRE(!host_simple(&h, VNPU_CMD_CONTEXT_CREATE, 2, 0));
	TAP_EQUAL(vm_set(&other, entry(s.table[2], 0)), VNPU_ERR_ID);
	TAP_EQUAL(flush(&other, 0, 0), VNPU_ERR_ID);
	/* A queue of one context with the space of another. */
	host_queue_init(&h, &other.q, 40, 2);
	other.q.cmd.queue.asid = htole16(1);
	TAP_EQUAL(host_queue_create(&other.q), VNPU_ERR_ID);
	TAP_EQUAL(host_simple(&h, VNPU_CMD_QUEUE_DESTROY, 1, s.q.number), 0);
	TAP_EQUAL(vm_set(&s, 0), 0);
	TAP_EQUAL(flush(&s, 0, 0), VNPU_ERR_ID);
	host_close(&h);
}

static void edge_has_no_address_spaces(void)
{
	struct space s = { .context = 0, .asid = 0 };
	struct vnpu_desc d = { .opcode = VNPU_OP_FILL };
	struct host h;

	TAP_REQUIRE(host_open(&h, VNPU_PROFILE_EDGE));
	TAP_REQUIRE(!host_simple(&h, VNPU_CMD_CONTEXT_CREATE, 0, 0));
	s.h = &h;
	TAP_EQUAL(vm_set(&s, 1), VNPU_ERR_UNSUPPORTED);
	TAP_EQUAL(flush(&s, 0, 0), VNPU_ERR_UNSUPPORTED);
	TAP_REQUIRE(host_queue_open(&h, &s.q, 0, 0));
	d.fill.dst.flags = htole32(VNPU_PLACE_DEVICE);
	TAP_EQUAL(host_run(&s.q, &d), VNPU_ERR_UNSUPPORTED);
	TAP_EQUAL(axm_inproc_size(h.base.bus, VNPU_BAR_MEMORY), 0);
	host_close(&h);
}

/* A long COPY runs over pages that change hands under it. */
static void nothing_goes_through_a_flushed_entry(void)
{
	struct space s;
	struct host h;
	uint8_t *a, *b;
	uint32_t turn;

	TAP_REQUIRE(host_open(&h, profile()) && space_open(&s, &h, 1));
	a = host_alloc(&h, PAGE, PAGE);
	b = host_alloc(&h, PAGE, PAGE);
	for (unsigned int i = 0; i < 256; i++)
		map(&s, VA + i * PAGE, host_address(a), VNPU_PTE_WRITE);
	for (turn = 0; turn < 300; turn++) {
		uint8_t *now = turn % 2 ? a : b, *old = turn % 2 ? b : a;

		while (s.q.tail - host_done(&s.q) < 8)
			*host_slot(&s.q) = fill_of(VA, 256 * PAGE, 0x44);
		host_submit(&s.q);
		for (unsigned int i = 0; i < 256; i++)
			map(&s, VA + i * PAGE, host_address(now),
			    VNPU_PTE_WRITE);
		TAP_REQUIRE(!flush(&s, VA, 256 * PAGE));
		memset(old, 0x11, PAGE);
		if (!TAP_CHECK(all(old, 0x11, PAGE)))
			break;
		host_sleep_us(100);
		if (!TAP_CHECK(all(old, 0x11, PAGE)))
			break;
	}
	TAP_EQUAL(host_wait(&s.q, s.q.tail, 5000), 0);
	host_close(&h);
}

static void device_memory_has_a_bar(void)
{
	struct vnpu_desc d;
	struct host_queue q;
	struct host h;
	uint8_t *memory, *host;
	uint64_t size;

	TAP_REQUIRE(host_open(&h, profile()));
	TAP_REQUIRE(!host_simple(&h, VNPU_CMD_CONTEXT_CREATE, 0, 0));
	TAP_REQUIRE(host_queue_open(&h, &q, 0, 0));
	memory = axm_inproc_memory(h.base.bus, VNPU_BAR_MEMORY);
	size = host_get64(&h, VNPU_REG_MEMORY_SIZE);
	TAP_EQUAL(size, 16 << 20);
	TAP_CHECK(axm_inproc_size(h.base.bus, VNPU_BAR_MEMORY) >= size);
	host = host_alloc(&h, 300000, 64);
	memset(host, 0x61, 300000);
	d = copy_of(12345, host_address(host), 300000);
	d.copy.dst.flags = htole32(VNPU_PLACE_DEVICE);
	TAP_EQUAL(host_run(&q, &d), 0);
	TAP_CHECK(all(memory + 12345, 0x61, 300000));
	memset(host, 0, 300000);
	d = copy_of(host_address(host), 12345, 300000);
	d.copy.src.flags = htole32(VNPU_PLACE_DEVICE);
	TAP_EQUAL(host_run(&q, &d), 0);
	TAP_CHECK(all(host, 0x61, 300000));
	d = fill_of(size - 8, 16, 1);
	d.fill.dst.flags = htole32(VNPU_PLACE_DEVICE);
	TAP_EQUAL(host_run(&q, &d), VNPU_ERR_ADDRESS);
	/* A reset keeps it, power off does not. */
	host_put32(&h, VNPU_REG_CONTROL, VNPU_CONTROL_RESET);
	TAP_CHECK(host_wait_state(&h, VNPU_STATE_WAIT_FW, 3000));
	TAP_CHECK(all(memory + 12345, 0x61, 300000));
	host_control(&h, "remove");
	host_control(&h, "insert");
	TAP_CHECK(host_wait_state(&h, VNPU_STATE_WAIT_FW, 3000));
	TAP_CHECK(all(memory, 0, 400000));
	host_close(&h);
}

static void poison_is_told_and_healed(void)
{
	const struct vnpu_event *event;
	struct vnpu_desc d;
	struct host_queue q;
	struct host h;
	uint8_t *host;

	TAP_REQUIRE(host_open(&h, profile()));
	TAP_REQUIRE(!host_simple(&h, VNPU_CMD_CONTEXT_CREATE, 0, 0));
	TAP_REQUIRE(host_queue_open(&h, &q, 0, 0));
	host = host_alloc(&h, PAGE, 64);
	TAP_EQUAL(host_control(&h, "ecc ue 0x10010"), 0);
	event = host_event(&h, 1000);
	TAP_REQUIRE(event);
	TAP_EQUAL(le16toh(event->type), VNPU_EVENT_ECC_UNCORRECTED);
	TAP_EQUAL(le64toh(event->address), 0x10000);
	d = copy_of(host_address(host), 0x1003f, 1);
	d.copy.src.flags = htole32(VNPU_PLACE_DEVICE);
	TAP_EQUAL(host_run(&q, &d), VNPU_ERR_ECC);
	TAP_CHECK(host_event(&h, 1000));
	TAP_EQUAL(host_queue_reset(&q, 0), 0);
	TAP_CHECK(host_event(&h, 1000));
	d.copy.src.address = htole64(0x10040);
	TAP_EQUAL(host_run(&q, &d), 0);
	/* A part does not heal. */
	d = fill_of(0x10000, 63, 1);
	d.fill.dst.flags = htole32(VNPU_PLACE_DEVICE);
	TAP_EQUAL(host_run(&q, &d), 0);
	d = copy_of(host_address(host), 0x10000, 1);
	d.copy.src.flags = htole32(VNPU_PLACE_DEVICE);
	TAP_EQUAL(host_run(&q, &d), VNPU_ERR_ECC);
	TAP_CHECK(host_event(&h, 1000));
	TAP_EQUAL(host_queue_reset(&q, 0), 0);
	TAP_CHECK(host_event(&h, 1000));
	d = fill_of(0x10000, 64, 1);
	d.fill.dst.flags = htole32(VNPU_PLACE_DEVICE);
	TAP_EQUAL(host_run(&q, &d), 0);
	d = copy_of(host_address(host), 0x10000, 64);
	d.copy.src.flags = htole32(VNPU_PLACE_DEVICE);
	TAP_EQUAL(host_run(&q, &d), 0);
	for (int i = 0; i < 5; i++)
		TAP_EQUAL(host_control(&h, "ecc ce 64"), 0);
	event = host_event(&h, 1000);
	TAP_REQUIRE(event);
	TAP_EQUAL(le16toh(event->type), VNPU_EVENT_ECC_CORRECTED);
	TAP_CHECK(!host_event(&h, 50));
	host_close(&h);
}

/* The attacker's descriptors: anything, with places near its own memory. */
static struct vnpu_desc hostile(unsigned int *seed)
{
	struct vnpu_desc d = { .opcode = (uint8_t)(rand_r(seed) % 8) };

	d.timeout_ms = htole32(1);
	d.arg[0] = htole64(VA + (uint64_t)rand_r(seed) % (8 * PAGE));
	d.arg[2] = htole64(VA + (uint64_t)rand_r(seed) % (8 * PAGE));
	d.arg[4] = htole64((uint64_t)rand_r(seed) % 9000);
	if (d.opcode == VNPU_OP_FILL) {
		d.arg[2] = d.arg[4];
		d.arg[4] = 0;
	}
	if (rand_r(seed) % 4 == 0)
		((uint8_t *)&d)[16 + (unsigned int)rand_r(seed) % 48] =
			(uint8_t)rand_r(seed);
	return d;
}

static void contexts_are_kept_apart(void)
{
	uint64_t until = host_now_ns() + 1500000000;
	struct space good, evil;
	unsigned int seed = 42, runs = 0, attacks = 0;
	uint8_t *mine, *guard, *theirs;
	struct vnpu_desc d;
	struct host h;

	TAP_REQUIRE(host_open(&h, profile()) && space_open(&good, &h, 1) &&
		    space_open(&evil, &h, 2));
	guard = host_alloc(&h, PAGE, PAGE);
	mine = host_alloc(&h, 4 * PAGE, PAGE);
	memset(host_alloc(&h, PAGE, PAGE), 0x77, PAGE);
	theirs = host_alloc(&h, 4 * PAGE, PAGE);
	memset(guard, 0x77, PAGE);
	/* Different memory behind the same addresses. */
	for (unsigned int i = 0; i < 4; i++) {
		map(&good, VA + i * PAGE, host_address(mine + i * PAGE),
		    VNPU_PTE_WRITE);
		map(&evil, VA + i * PAGE, host_address(theirs + i * PAGE),
		    VNPU_PTE_WRITE);
	}
	while (host_now_ns() < until) {
		uint8_t byte = (uint8_t)runs++;

		*host_slot(&evil.q) = hostile(&seed);
		host_submit(&evil.q);
		d = fill_of(VA, 2 * PAGE, byte);
		*host_slot(&good.q) = d;
		d = copy_of(VA + 2 * PAGE, VA, 2 * PAGE);
		TAP_REQUIRE(!host_run(&good.q, &d));
		if (!TAP_CHECK(all(mine, byte, 4 * PAGE)))
			break;
		if (host_flags(&evil.q) & VNPU_RING_ERROR ||
		    evil.q.tail - host_done(&evil.q) > 60) {
			TAP_REQUIRE(!host_queue_reset(&evil.q, 0));
			attacks++;
		}
		if (runs % 64 == 0) {
			*evil.q.tail_word = (uint32_t)rand_r(&seed);
			host_wake(&evil.q);
		}
	}
	tap_note("%u runs, %u errors of the other", runs, attacks);
	TAP_CHECK(all(guard, 0x77, PAGE));
	TAP_CHECK(all(mine + 4 * PAGE, 0x77, PAGE));
	TAP_EQUAL(host_simple(&h, VNPU_CMD_CONTEXT_DESTROY, 2, 0), 0);
	TAP_EQUAL(host_state(&h), VNPU_STATE_READY);
	host_close(&h);
}

static const struct tap_case cases[] = {
	DATACENTER("R52 pages are reached through tables, new ones at once",
		   pages_are_reached_through_tables),
	DATACENTER("R55 R56 every reason of a fault, and nobody else fails",
		   every_reason_in_its_order),
	DATACENTER("VM_SET and VM_FLUSH check what they get",
		   vm_commands_check),
	EDGE("without an MMU its commands and flags are UNSUPPORTED",
	     edge_has_no_address_spaces),
	DATACENTER("R53 nothing goes through a flushed entry, under load",
		   nothing_goes_through_a_flushed_entry),
	DATACENTER("device memory is reached by its BAR and by COPY",
		   device_memory_has_a_bar),
	DATACENTER("R61 poison is told, read as ECC, and healed by writing",
		   poison_is_told_and_healed),
	DATACENTER("R66 a hostile context changes nothing of another",
		   contexts_are_kept_apart),
};

TAP_MAIN(cases)
