// SPDX-License-Identifier: MIT
/*
 * What operators see: telemetry, limits, throttling, errors of units. R70 to
 * R73, R85, R86.
 */
#include "both.h"

#include <endian.h>
#include <string.h>

#define WAIT_NS 5000000000ull

/* A booted device that writes telemetry every 10 ms. */
struct watched {
	struct host h;
	struct vnpu_identify *id;
	struct vnpu_telemetry *page, now;
};

static bool open_watched(struct watched *w)
{
	struct vnpu_cmd telemetry = {
		.opcode = VNPU_CMD_SET_FEATURE,
		.object = htole32(VNPU_FEATURE_TELEMETRY),
		.feature.value[1] = htole64(10),
	};
	struct vnpu_cmd identify = {
		.opcode = VNPU_CMD_IDENTIFY,
		.data.size = htole64(sizeof(*w->id)),
	};

	if (!host_open(&w->h, profile()))
		return false;
	w->page = host_alloc(&w->h, sizeof(*w->page), 4096);
	w->id = host_alloc(&w->h, sizeof(*w->id), 64);
	telemetry.feature.value[0] = htole64(host_address(w->page));
	identify.data.address = htole64(host_address(w->id));
	return !host_command(&w->h, &telemetry) &&
	       !host_command(&w->h, &identify) &&
	       !host_simple(&w->h, VNPU_CMD_CONTEXT_CREATE, 0, 0);
}

static bool snapshot(struct watched *w)
{
	const uint64_t *from = (const uint64_t *)w->page;
	uint64_t *to = (uint64_t *)&w->now;
	uint32_t s = __atomic_load_n(&w->page->sequence, __ATOMIC_ACQUIRE);

	for (size_t n = 0; n < sizeof(w->now) / 8; n++)
		to[n] = __atomic_load_n(&from[n], __ATOMIC_RELAXED);
	atomic_thread_fence(memory_order_acquire);
	return s && !(s & 1) &&
	       __atomic_load_n(&w->page->sequence, __ATOMIC_RELAXED) == s;
}

/* Until an update is as wanted. */
static bool wait_until(struct watched *w, bool (*wanted)(struct watched *w))
{
	uint64_t until = host_now_ns() + WAIT_NS;

	while (host_now_ns() < until) {
		if (snapshot(w) && wanted(w))
			return true;
		host_sleep_us(1000);
	}
	return false;
}

/* An update that began after now. */
static bool refresh(struct watched *w)
{
	uint64_t now = host_get64(&w->h, VNPU_REG_TIME);
	uint64_t until = host_now_ns() + WAIT_NS;

	while (host_now_ns() < until) {
		if (snapshot(w) && le64toh(w->now.time_ns) > now)
			return true;
		host_sleep_us(1000);
	}
	return false;
}

static void trap(struct host_queue *q, uint32_t kind, uint64_t value)
{
	struct vnpu_desc *d = host_slot(q);

	d->opcode = VNPU_OP_TRAP;
	d->value.kind = htole32(kind);
	d->value.value = htole64(value);
	host_submit(q);
}

static uint64_t get_feature(struct host *h, uint32_t feature)
{
	if (host_simple(h, VNPU_CMD_GET_FEATURE, 0, feature))
		return 0;
	return le64toh(h->result.value);
}

static void limits_have_their_range(void)
{
	struct watched w;
	struct limit {
		uint32_t feature;
		uint64_t min, max;
	} limits[2];

	TAP_REQUIRE(open_watched(&w));
	TAP_CHECK(host_get32(&w.h, VNPU_REG_CAP) & VNPU_CAP_LIMITS);
	limits[0] = (struct limit){ VNPU_FEATURE_POWER_MW,
				    le32toh(w.id->power_min_mw),
				    le32toh(w.id->power_max_mw) };
	limits[1] = (struct limit){ VNPU_FEATURE_CLOCK_KHZ,
				    le32toh(w.id->clock_min_khz),
				    le32toh(w.id->clock_max_khz) };
	for (int i = 0; i < 2; i++) {
		const struct limit *l = &limits[i];

		TAP_CHECK(l->min && l->min < l->max);
		TAP_EQUAL(get_feature(&w.h, l->feature), l->max);
		TAP_EQUAL(host_feature(&w.h, l->feature, l->min - 1),
			  VNPU_ERR_FIELD);
		TAP_EQUAL(host_feature(&w.h, l->feature, l->max + 1),
			  VNPU_ERR_FIELD);
		TAP_EQUAL(get_feature(&w.h, l->feature), l->max);
		TAP_EQUAL(host_feature(&w.h, l->feature, l->min), 0);
		TAP_EQUAL(get_feature(&w.h, l->feature), l->min);
	}
	TAP_REQUIRE(refresh(&w));
	TAP_EQUAL(le32toh(w.now.power_limit_mw), limits[0].min);
	TAP_EQUAL(le32toh(w.now.clock_limit_khz), limits[1].min);
	host_close(&w.h);
}

static bool is_hot(struct watched *w)
{
	return le32toh(w->now.flags) & VNPU_TELEMETRY_HOT;
}

static bool is_cool(struct watched *w)
{
	return !is_hot(w);
}

static bool is_throttled(struct watched *w)
{
	return le64toh(w->now.throttled_ns) >= 20000000;
}

static void heat_slows_the_clock(void)
{
	struct host_queue q;
	struct watched w;
	char line[64];
	uint64_t before;
	uint32_t max;

	TAP_REQUIRE(open_watched(&w));
	TAP_REQUIRE(host_queue_open(&w.h, &q, 3, 0));
	max = le32toh(w.id->temperature_max_mc);
	trap(&q, VNPU_TRAP_HANG, 0);
	TAP_REQUIRE(host_wait_started(&q, VNPU_OP_TRAP, VNPU_TRAP_HANG));
	TAP_REQUIRE(refresh(&w));
	TAP_EQUAL(w.now.clock_khz, w.id->clock_max_khz);
	TAP_EQUAL(w.now.flags, 0);
	TAP_EQUAL(w.now.throttled_ns, 0);
	snprintf(line, sizeof(line), "temperature %u", max);
	TAP_REQUIRE(!host_control(&w.h, line));
	TAP_CHECK(wait_until(&w, is_hot));
	TAP_EQUAL(le32toh(w.now.temperature_mc), max);
	TAP_CHECK(le32toh(w.now.clock_khz) < le32toh(w.id->clock_max_khz));
	TAP_CHECK(le32toh(w.now.clock_khz) >= le32toh(w.id->clock_min_khz));
	TAP_CHECK(wait_until(&w, is_throttled));
	/* A little cooler is not cool yet. */
	snprintf(line, sizeof(line), "temperature %u", max - 1500);
	TAP_REQUIRE(!host_control(&w.h, line));
	TAP_REQUIRE(refresh(&w));
	TAP_CHECK(is_hot(&w));
	snprintf(line, sizeof(line), "temperature %u", max - 2500);
	TAP_REQUIRE(!host_control(&w.h, line));
	TAP_CHECK(wait_until(&w, is_cool));
	TAP_EQUAL(w.now.clock_khz, w.id->clock_max_khz);
	TAP_REQUIRE(refresh(&w));
	before = le64toh(w.now.throttled_ns);
	TAP_REQUIRE(refresh(&w));
	TAP_EQUAL(le64toh(w.now.throttled_ns), before);
	host_close(&w.h);
}

static bool is_capped(struct watched *w)
{
	return le32toh(w->now.flags) & VNPU_TELEMETRY_CAPPED;
}

static void power_is_capped(void)
{
	struct host_queue q[2];
	struct watched w;
	uint32_t cap;

	TAP_REQUIRE(open_watched(&w));
	cap = le32toh(w.id->power_min_mw);
	/* All engines, so that it draws what it can. */
	for (uint32_t i = 0; i < host_get32(&w.h, VNPU_REG_ENGINES); i++) {
		host_queue_init(&w.h, &q[i], i, 0);
		q[i].cmd.queue.engine = (uint8_t)i;
		TAP_REQUIRE(!host_queue_create(&q[i]));
		trap(&q[i], VNPU_TRAP_HANG, 0);
	}
	TAP_REQUIRE(!host_feature(&w.h, VNPU_FEATURE_POWER_MW, cap));
	TAP_REQUIRE(wait_until(&w, is_capped));
	TAP_CHECK(le32toh(w.now.power_mw) <= cap);
	TAP_CHECK(le32toh(w.now.clock_khz) < le32toh(w.id->clock_max_khz));
	TAP_CHECK(wait_until(&w, is_throttled));
	/* A reset takes the limit away. */
	host_put32(&w.h, VNPU_REG_CONTROL, VNPU_CONTROL_RESET);
	TAP_REQUIRE(host_wait_state(&w.h, VNPU_STATE_WAIT_FW, 5000));
	TAP_REQUIRE(host_boot(&w.h));
	TAP_EQUAL(get_feature(&w.h, VNPU_FEATURE_POWER_MW),
		  le32toh(w.id->power_max_mw));
	host_close(&w.h);
}

/* What the record says: cycles for so much busy time. */
static double run_khz(struct host_queue *q)
{
	uint64_t busy = le64toh(q->status->busy_ns);
	uint64_t cycles = le64toh(q->status->cycles);

	trap(q, VNPU_TRAP_SPIN, 20000000);
	if (host_wait(q, q->tail, 5000))
		return -1;
	busy = le64toh(q->status->busy_ns) - busy;
	cycles = le64toh(q->status->cycles) - cycles;
	return busy ? (double)cycles * 1e6 / (double)busy : -1;
}

static bool clock_is_down(struct watched *w)
{
	return le32toh(w->now.clock_limit_khz) == 250000;
}

static void cycles_follow_the_clock(void)
{
	struct host_queue q;
	struct watched w;
	double khz;

	TAP_REQUIRE(open_watched(&w));
	TAP_REQUIRE(host_queue_open(&w.h, &q, 3, 0));
	khz = run_khz(&q);
	TAP_CHECK(khz > 0.99 * le32toh(w.id->clock_max_khz) &&
		  khz < 1.01 * le32toh(w.id->clock_max_khz));
	TAP_REQUIRE(!host_feature(&w.h, VNPU_FEATURE_CLOCK_KHZ, 250000));
	TAP_REQUIRE(wait_until(&w, clock_is_down));
	khz = run_khz(&q);
	TAP_CHECK(khz > 0.99 * 250000 && khz < 1.01 * 250000);
	TAP_EQUAL(w.now.flags, 0);
	host_close(&w.h);
}

static bool is_odd(struct watched *w)
{
	return __atomic_load_n(&w->page->sequence, __ATOMIC_RELAXED) & 1;
}

static bool too_hot(struct watched *w)
{
	return (int32_t)le32toh(w->now.temperature_mc) > 500000;
}

static bool plain(struct watched *w)
{
	return !too_hot(w);
}

static void lies_are_told_and_end(void)
{
	struct watched w;
	uint64_t energy;

	TAP_REQUIRE(open_watched(&w));
	TAP_REQUIRE(!host_control(&w.h, "lie temperature"));
	TAP_CHECK(wait_until(&w, too_hot));
	TAP_REQUIRE(!host_control(&w.h, "lie counters"));
	TAP_CHECK(wait_until(&w, plain));
	TAP_REQUIRE(refresh(&w));
	energy = le64toh(w.now.energy_uj);
	TAP_REQUIRE(refresh(&w));
	TAP_CHECK(le64toh(w.now.energy_uj) < energy);
	TAP_REQUIRE(!host_control(&w.h, "lie sequence"));
	host_sleep_us(50000);
	for (int i = 0; i < 100; i++) {
		TAP_CHECK(is_odd(&w));
		host_sleep_us(500);
	}
	TAP_REQUIRE(!host_control(&w.h, "lie off"));
	TAP_CHECK(refresh(&w));
	TAP_CHECK(host_control(&w.h, "lie"));
	TAP_CHECK(host_control(&w.h, "lie nonesuch"));
	host_close(&w.h);
}

static void a_hung_firmware_is_silent(void)
{
	struct host_queue q;
	struct watched w;
	uint32_t sequence;

	TAP_REQUIRE(open_watched(&w));
	TAP_REQUIRE(host_queue_open(&w.h, &q, 3, 0));
	TAP_REQUIRE(!host_control(&w.h, "hang-firmware"));
	host_sleep_us(50000);
	sequence = w.page->sequence;
	host_put32(&w.h, VNPU_REG_ADMIN_TAIL, ++w.h.tail);
	host_sleep_us(100000);
	TAP_EQUAL((uint32_t)w.h.status->done, w.h.tail - 1);
	TAP_EQUAL(w.page->sequence, sequence);
	/* Work goes on meanwhile. */
	TAP_EQUAL(host_run(&q, &(struct vnpu_desc){ 0 }), 0);
	host_put32(&w.h, VNPU_REG_CONTROL, VNPU_CONTROL_RESET);
	TAP_REQUIRE(host_wait_state(&w.h, VNPU_STATE_WAIT_FW, 5000));
	TAP_REQUIRE(host_boot(&w.h));
	TAP_EQUAL(host_simple(&w.h, VNPU_CMD_NOP, 0, 0), 0);
	host_close(&w.h);
}

static int inject(struct host *h, uint32_t unit, uint32_t severity,
		  uint32_t count, uint64_t address)
{
	struct vnpu_cmd cmd = {
		.opcode = VNPU_CMD_INJECT,
		.object = htole32(unit),
		.ras.address = htole64(address),
		.ras.severity = htole32(severity),
		.ras.count = htole32(count),
	};

	return host_command(h, &cmd);
}

static void check_event(struct host *h, uint16_t type, uint64_t address,
			uint32_t code, uint64_t value)
{
	const struct vnpu_event *event = host_event(h, 3000);

	TAP_REQUIRE(event);
	TAP_EQUAL(le16toh(event->type), type);
	TAP_EQUAL(le64toh(event->address), address);
	TAP_EQUAL(le32toh(event->code), code);
	TAP_EQUAL(le64toh(event->value), value);
	TAP_EQUAL(le16toh(event->context), VNPU_NO_CONTEXT);
}

static void check_unit(const struct watched *w, unsigned int unit,
		       uint64_t corrected, uint64_t uncorrected)
{
	TAP_EQUAL(le64toh(w->now.unit[unit].corrected), corrected);
	TAP_EQUAL(le64toh(w->now.unit[unit].uncorrected), uncorrected);
}

static void units_count_their_errors(void)
{
	struct watched w;

	TAP_REQUIRE(open_watched(&w));
	TAP_CHECK(host_get32(&w.h, VNPU_REG_CAP) & VNPU_CAP_RAS);
	TAP_REQUIRE(!host_control(&w.h, "ras sram corrected 5"));
	check_event(&w.h, VNPU_EVENT_RAS, VNPU_UNIT_SRAM, 0, 5);
	/* The next ones wait until a second is over, and come together. */
	TAP_REQUIRE(!host_control(&w.h, "ras sram corrected 2"));
	TAP_REQUIRE(!host_control(&w.h, "ras sram corrected"));
	TAP_REQUIRE(!host_control(&w.h, "ras link uncorrected 4"));
	check_event(&w.h, VNPU_EVENT_RAS, VNPU_UNIT_LINK, VNPU_ERR_ECC, 4);
	check_event(&w.h, VNPU_EVENT_RAS, VNPU_UNIT_SRAM, 0, 3);
	TAP_REQUIRE(refresh(&w));
	check_unit(&w, VNPU_UNIT_MEMORY, 0, 0);
	check_unit(&w, VNPU_UNIT_SRAM, 8, 0);
	check_unit(&w, VNPU_UNIT_LINK, 0, 4);
	/* Power on is what they count from, not a reset. */
	host_put32(&w.h, VNPU_REG_CONTROL, VNPU_CONTROL_RESET);
	TAP_REQUIRE(host_wait_state(&w.h, VNPU_STATE_WAIT_FW, 5000));
	host_close(&w.h);
	TAP_REQUIRE(open_watched(&w));
	TAP_CHECK(host_control(&w.h, "ras"));
	TAP_CHECK(host_control(&w.h, "ras sram"));
	TAP_CHECK(host_control(&w.h, "ras nonesuch corrected"));
	TAP_CHECK(host_control(&w.h, "ras sram fatal"));
	TAP_CHECK(host_control(&w.h, "ras sram corrected 0"));
	host_close(&w.h);
}

static void every_uncorrected_error_is_told(void)
{
	struct watched w;
	uint64_t told = 0;
	char line[80];

	TAP_REQUIRE(open_watched(&w));
	for (uint64_t i = 0; i < 40; i++) {
		snprintf(line, sizeof(line), "ras memory uncorrected 1 %llu",
			 (unsigned long long)(0x10000 + 64 * i));
		TAP_REQUIRE(!host_control(&w.h, line));
	}
	while (told < 40) {
		const struct vnpu_event *event = host_event(&w.h, 3000);

		TAP_REQUIRE(event);
		TAP_EQUAL(le16toh(event->type), VNPU_EVENT_ECC_UNCORRECTED);
		TAP_EQUAL(le64toh(event->address), 0x10000 + 64 * told);
		TAP_CHECK(le64toh(event->value) > 0);
		told += le64toh(event->value);
	}
	TAP_EQUAL(told, 40);
	TAP_REQUIRE(refresh(&w));
	check_unit(&w, VNPU_UNIT_MEMORY, 0, 40);
	TAP_EQUAL(le64toh(w.now.ecc_uncorrected), 40);
	host_close(&w.h);
}

static void injected_errors_happen(void)
{
	struct vnpu_desc copy = { .opcode = VNPU_OP_COPY };
	struct host_queue q;
	struct watched w;

	TAP_REQUIRE(open_watched(&w));
	TAP_EQUAL(inject(&w.h, VNPU_UNIT_MEMORY, VNPU_RAS_CORRECTED, 2, 0x4008),
		  0);
	check_event(&w.h, VNPU_EVENT_ECC_CORRECTED, 0x4000, 0, 2);
	TAP_EQUAL(inject(&w.h, VNPU_UNIT_MEMORY, VNPU_RAS_UNCORRECTED, 1,
			 0x5008),
		  0);
	check_event(&w.h, VNPU_EVENT_ECC_UNCORRECTED, 0x5000, VNPU_ERR_ECC, 1);
	/* Only the second one hurts whoever reads it. */
	TAP_REQUIRE(host_queue_open(&w.h, &q, 3, 0));
	copy.copy.dst.address = htole64(host_address(host_alloc(&w.h, 64, 64)));
	copy.copy.src.flags = htole32(VNPU_PLACE_DEVICE);
	copy.copy.src.address = htole64(0x4000);
	copy.copy.size = htole64(64);
	TAP_EQUAL(host_run(&q, &copy), 0);
	copy.copy.src.address = htole64(0x5000);
	TAP_EQUAL(host_run(&q, &copy), VNPU_ERR_ECC);
	TAP_EQUAL(inject(&w.h, VNPU_UNIT_MEMORY, 0, 1, 16 << 20),
		  VNPU_ERR_ADDRESS);
	host_close(&w.h);
}

static void bad_injections_are_refused(void)
{
	bool memory = profile() == VNPU_PROFILE_DATACENTER;
	struct watched w;

	TAP_REQUIRE(open_watched(&w));
	TAP_EQUAL(inject(&w.h, VNPU_UNIT_MEMORY, 0, 1, 0),
		  memory ? VNPU_ERR_OK : VNPU_ERR_UNSUPPORTED);
	TAP_EQUAL(inject(&w.h, VNPU_UNITS, 0, 1, 0), VNPU_ERR_FIELD);
	TAP_EQUAL(inject(&w.h, VNPU_UNIT_LINK, 0, 1, 64), VNPU_ERR_ADDRESS);
	TAP_EQUAL(inject(&w.h, VNPU_UNIT_LINK, 2, 1, 0), VNPU_ERR_FIELD);
	TAP_EQUAL(le32toh(w.h.result.detail), 16);
	TAP_EQUAL(inject(&w.h, VNPU_UNIT_LINK, 0, 0, 0), VNPU_ERR_FIELD);
	TAP_EQUAL(le32toh(w.h.result.detail), 20);
	TAP_EQUAL(inject(&w.h, VNPU_UNIT_LINK, 1, UINT32_MAX, 0), 0);
	TAP_REQUIRE(refresh(&w));
	check_unit(&w, VNPU_UNIT_LINK, 0, UINT32_MAX);
	host_close(&w.h);
}

static const struct tap_case cases[] = {
	BOTH("R70 limits are taken within their range, and told",
	     limits_have_their_range),
	BOTH("R71 heat slows the clock until it is 2 degrees cooler",
	     heat_slows_the_clock),
	BOTH("R72 a power limit is kept by a slower clock", power_is_capped),
	BOTH("R73 cycles follow the clock", cycles_follow_the_clock),
	BOTH("R85 errors are counted by unit and told",
	     units_count_their_errors),
	DATACENTER("R85 each uncorrected error of memory is told",
		   every_uncorrected_error_is_told),
	DATACENTER("R86 injected errors of memory happen",
		   injected_errors_happen),
	BOTH("R86 injections that cannot be are refused",
	     bad_injections_are_refused),
	BOTH("injected lies are told, and end", lies_are_told_and_end),
	BOTH("a firmware that hangs is silent until a reset",
	     a_hung_firmware_is_silent),
};

TAP_MAIN(cases)
