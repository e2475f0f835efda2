// SPDX-License-Identifier: MIT
/* Registers, boot, reset: R1 to R14, and the digest that boot needs. */
#include "both.h"
#include "vnpu/sha256.h"

#include <endian.h>
#include <string.h>

static void digest_of(const char *text, size_t repeat, char hex[65])
{
	struct vnpu_sha256 sha;
	uint8_t digest[VNPU_SHA256_SIZE];

	vnpu_sha256_init(&sha);
	for (size_t i = 0; i < repeat; i++)
		vnpu_sha256_add(&sha, text, strlen(text));
	vnpu_sha256_end(&sha, digest);
	for (unsigned int i = 0; i < sizeof(digest); i++)
		snprintf(hex + 2 * i, 3, "%02x", digest[i]);
}

static void sha256_vectors(void)
{
	static const struct {
		const char *text;
		size_t repeat;
		const char *want;
	} v[] = {
		{ "", 1,
		  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852"
		  "b855" },
		{ "abc", 1,
		  "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f200"
		  "15ad" },
		{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
		  "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db"
		  "06c1" },
		{ "aaaaaaaaaa", 100000,
		  "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc711"
		  "2cd0" },
	};
	char hex[65];

	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		digest_of(v[i].text, v[i].repeat, hex);
		TAP_STRING(hex, v[i].want);
	}
}

static bool power_of_two(uint64_t n)
{
	return n && !(n & (n - 1));
}

static void doorbells_have_their_size(void)
{
	struct host h;

	TAP_REQUIRE(host_create(&h, profile(), NULL));
	TAP_CHECK(power_of_two(h.stride));
	TAP_CHECK(h.stride >= VNPU_DB_STRIDE_MIN);
	TAP_CHECK(power_of_two(h.queues));
	TAP_EQUAL(axm_inproc_size(h.base.bus, VNPU_BAR_DOORBELL),
		  VNPU_DB_SIZE((uint64_t)h.stride, h.queues));
	host_close(&h);
}

static void halves_make_a_register(void)
{
	struct host h;

	TAP_REQUIRE(host_create(&h, profile(), NULL));
	host_put64(&h, VNPU_REG_FW_ADDRESS, 0x1122334455667788);
	TAP_EQUAL(host_get64(&h, VNPU_REG_FW_ADDRESS), 0x1122334455667788);
	host_put32(&h, VNPU_REG_FW_ADDRESS, 0xaabbccdd);
	TAP_EQUAL(host_get64(&h, VNPU_REG_FW_ADDRESS), 0x11223344aabbccdd);
	host_put32(&h, VNPU_REG_FW_ADDRESS + 4, 0x01020304);
	TAP_EQUAL(host_get64(&h, VNPU_REG_FW_ADDRESS), 0x01020304aabbccdd);
	TAP_EQUAL(host_get32(&h, VNPU_REG_FW_ADDRESS + 4), 0x01020304);
	host_close(&h);
}

static void odd_accesses_do_nothing(void)
{
	struct host h;

	TAP_REQUIRE(host_create(&h, profile(), NULL));
	TAP_EQUAL(axm_inproc_read(h.base.bus, 0, VNPU_REG_ID + 1, 1), 'N');
	TAP_EQUAL(axm_inproc_read(h.base.bus, 0, VNPU_REG_ID + 2, 2),
		  'P' | 'U' << 8);
	axm_inproc_write(h.base.bus, 0, VNPU_REG_FW_SIZE, 2, 0x1234);
	axm_inproc_write(h.base.bus, 0, VNPU_REG_FW_SIZE, 1, 0x12);
	TAP_EQUAL(host_get32(&h, VNPU_REG_FW_SIZE), 0);
	for (uint64_t at = 0; at < VNPU_REG_TIME; at += 4) {
		uint32_t before = host_get32(&h, at);

		host_put32(&h, at, ~before);
		TAP_EQUAL(host_get32(&h, at), before);
	}
	for (uint64_t at = 0xc8; at < 0x200; at += 4) {
		host_put32(&h, at, 0xffffffff);
		TAP_EQUAL(host_get32(&h, at), 0);
	}
	TAP_EQUAL(host_get32(&h, VNPU_REG_FW_BOOT), 0);
	host_close(&h);
}

static void reads_change_nothing(void)
{
	struct host h;
	uint32_t before[64];

	TAP_REQUIRE(host_open(&h, profile()));
	for (int turn = 0; turn < 2; turn++)
		for (unsigned int i = 0; i < 64; i++) {
			uint32_t value = host_get32(&h, 4 * i);

			if (!turn)
				before[i] = value;
			else if (i != VNPU_REG_TIME / 4)
				TAP_EQUAL(value, before[i]);
		}
	host_close(&h);
}

static void gone_is_all_ones(void)
{
	struct host h;

	TAP_REQUIRE(host_open(&h, profile()));
	TAP_CHECK(host_get32(&h, VNPU_REG_ID) == VNPU_ID_VALUE);
	TAP_EQUAL(host_control(&h, "remove"), 0);
	TAP_EQUAL(host_get32(&h, VNPU_REG_ID), 0xffffffff);
	TAP_EQUAL(host_get32(&h, VNPU_REG_STATUS), 0xffffffff);
	TAP_EQUAL(host_control(&h, "insert"), 0);
	TAP_CHECK(host_wait_state(&h, VNPU_STATE_WAIT_FW, 3000));
	h.base.used = 0;
	TAP_CHECK(host_boot(&h));
	host_close(&h);
}

static void registers_are_zero_after_reset(void)
{
	struct host h;

	TAP_REQUIRE(host_open(&h, profile()));
	host_put32(&h, VNPU_REG_CONTROL, VNPU_CONTROL_RESET);
	TAP_CHECK(host_wait_state(&h, VNPU_STATE_WAIT_FW, 3000));
	for (uint64_t at = VNPU_REG_CONTROL; at < 0x100; at += 4)
		TAP_EQUAL(host_get32(&h, at),
			  at == VNPU_REG_STATUS ? VNPU_STATE_WAIT_FW : 0);
	host_close(&h);
}

static void loading_follows_at_once(void)
{
	struct host h;
	struct vnpu_fw_header *fw;

	TAP_REQUIRE(host_create(&h, profile(), NULL));
	fw = host_firmware(&h, 0);
	TAP_REQUIRE(!host_control(&h, "hang"));
	host_put64(&h, VNPU_REG_FW_ADDRESS, host_address(fw));
	host_put32(&h, VNPU_REG_FW_SIZE, le32toh(fw->size));
	host_put32(&h, VNPU_REG_FW_BOOT, 0);
	TAP_EQUAL(host_state(&h), VNPU_STATE_WAIT_FW);
	host_put32(&h, VNPU_REG_FW_BOOT, 1);
	TAP_EQUAL(host_state(&h), VNPU_STATE_LOADING);
	TAP_EQUAL(host_error(&h), 0);
	TAP_REQUIRE(!host_control(&h, "hang off"));
	TAP_CHECK(host_wait_state(&h, VNPU_STATE_READY, 2000));
	host_put32(&h, VNPU_REG_FW_BOOT, 1);
	TAP_EQUAL(host_state(&h), VNPU_STATE_READY);
	host_close(&h);
}

static void broken_images_have_their_codes(void)
{
	static const struct {
		unsigned int offset;
		uint8_t flip;
		int want;
		bool seal;
	} rows[] = {
		{ 0, 1, VNPU_BOOT_MAGIC, true },
		{ 4, 1, VNPU_BOOT_HEADER, true },
		{ 6, 1, VNPU_BOOT_HEADER, true },
		{ 8, 1, VNPU_BOOT_HEADER, false },
		{ 127, 1, VNPU_BOOT_HEADER, true },
		{ 64, 1, VNPU_BOOT_DIGEST, false },
		{ 130, 1, VNPU_BOOT_DIGEST, false },
		{ 12, 6, VNPU_BOOT_PROFILE, true },
		{ 22, 3, VNPU_BOOT_INTERFACE, true },
		{ 20, 2, VNPU_BOOT_INTERFACE, true },
		/* Of two, the first check. */
		{ 16, 1, VNPU_BOOT_DIGEST, false },
	};
	struct vnpu_fw_header *fw;
	struct host h;

	TAP_REQUIRE(host_create(&h, profile(), NULL));
	fw = host_firmware(&h, 100);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t copy[sizeof(*fw)];
		uint8_t *byte = (uint8_t *)fw + rows[i].offset;

		memcpy(copy, fw, sizeof(copy));
		*byte ^= rows[i].flip;
		if (rows[i].seal)
			host_firmware_seal(fw);
		TAP_EQUAL(host_load(&h, host_address(fw), 228), rows[i].want);
		TAP_EQUAL(host_state(&h), VNPU_STATE_WAIT_FW);
		*byte ^= rows[i].flip;
		memcpy(fw, copy, sizeof(copy));
	}
	memset(fw->name, 'x', sizeof(fw->name));
	host_firmware_seal(fw);
	TAP_EQUAL(host_load(&h, host_address(fw), 228), VNPU_BOOT_HEADER);
	TAP_EQUAL(host_load(&h, host_address(fw), 127), VNPU_BOOT_SIZE);
	TAP_EQUAL(host_load(&h, host_address(fw) + 8, 228), VNPU_BOOT_SIZE);
	TAP_EQUAL(host_load(&h, 64, VNPU_FW_SIZE_MAX + 1), VNPU_BOOT_SIZE);
	TAP_EQUAL(host_load(&h, 64, 228), VNPU_BOOT_DMA);
	strcpy(fw->name, "good");
	memset(fw->name + 5, 0, sizeof(fw->name) - 5);
	host_firmware_seal(fw);
	TAP_EQUAL(host_load(&h, host_address(fw), 228), VNPU_BOOT_OK);
	TAP_EQUAL(host_state(&h), VNPU_STATE_READY);
	host_close(&h);
}

/* The best of some: the bound is the device's, not of who else computes. */
static void a_boot_is_in_time(void)
{
	struct vnpu_fw_header *fw;
	struct host h;
	uint64_t start;
	const size_t more = 4u << 20;
	bool in_time = false;

	for (int i = 0; i < 10 && !in_time; i++) {
		TAP_REQUIRE(host_create(&h, profile(), NULL));
		fw = host_firmware(&h, more - sizeof(*fw));
		start = host_now_ns();
		TAP_EQUAL(host_load(&h, host_address(fw), (uint32_t)more), 0);
		in_time = host_now_ns() - start <=
			  host_get32(&h, VNPU_REG_BOOT_MS) * 1000000ull;
		host_close(&h);
	}
	TAP_CHECK(in_time);
}

static void reset_works_in(uint32_t state)
{
	struct vnpu_fw_header *fw;
	struct host h;

	TAP_REQUIRE(host_create(&h, profile(), NULL));
	if (state == VNPU_STATE_READY || state == VNPU_STATE_FAILED)
		TAP_REQUIRE(host_boot(&h));
	if (state == VNPU_STATE_FAILED)
		TAP_REQUIRE(!host_control(&h, "break") &&
			    host_wait_state(&h, state, 1000));
	if (state == VNPU_STATE_LOADING) {
		fw = host_firmware(&h, 2u << 20);
		host_put64(&h, VNPU_REG_FW_ADDRESS, host_address(fw));
		host_put32(&h, VNPU_REG_FW_SIZE, le32toh(fw->size));
		host_put32(&h, VNPU_REG_FW_BOOT, 1);
	}
	host_put32(&h, VNPU_REG_CONTROL, VNPU_CONTROL_RESET);
	TAP_CHECK(host_state(&h) == VNPU_STATE_RESET ||
		  host_state(&h) == VNPU_STATE_WAIT_FW);
	host_put32(&h, VNPU_REG_CONTROL, VNPU_CONTROL_RESET);
	TAP_CHECK(host_wait_state(&h, VNPU_STATE_WAIT_FW, 3000));
	h.base.used = 0;
	TAP_CHECK(host_boot(&h));
	host_close(&h);
}

static void reset_works_in_every_state(void)
{
	reset_works_in(VNPU_STATE_WAIT_FW);
	reset_works_in(VNPU_STATE_LOADING);
	reset_works_in(VNPU_STATE_READY);
	reset_works_in(VNPU_STATE_FAILED);
}

static void flr_works_like_reset(void)
{
	struct host h;

	TAP_REQUIRE(host_open(&h, profile()));
	axm_inproc_reset(h.base.bus);
	TAP_CHECK(host_wait_state(&h, VNPU_STATE_WAIT_FW, 3000));
	h.base.used = 0;
	TAP_CHECK(host_boot(&h));
	host_close(&h);
}

static void doorbells_are_zero_after_reset(void)
{
	struct host h;
	uint8_t *db;
	size_t size;

	TAP_REQUIRE(host_open(&h, profile()));
	db = axm_inproc_memory(h.base.bus, VNPU_BAR_DOORBELL);
	size = 2ul * h.stride * h.queues;
	memset(db, 0xa5, size);
	host_put32(&h, VNPU_REG_CONTROL, VNPU_CONTROL_RESET);
	TAP_CHECK(host_wait_state(&h, VNPU_STATE_WAIT_FW, 3000));
	TAP_CHECK(!db[0] && !memcmp(db, db + 1, size - 1));
	host_close(&h);
}

/* A context, and a queue that never ends; NOPs stream through another. */
static void reset_under_load(void)
{
	struct host_queue hang, busy;
	struct vnpu_desc *d;
	struct host h;
	uint64_t start, done;
	uint32_t irqs;

	TAP_REQUIRE(host_open(&h, profile()));
	TAP_REQUIRE(!host_simple(&h, VNPU_CMD_CONTEXT_CREATE, 0, 0));
	TAP_REQUIRE(host_queue_open(&h, &hang, 0, 0));
	TAP_REQUIRE(host_queue_open(&h, &busy, 1, 0));
	d = host_slot(&hang);
	d->opcode = VNPU_OP_TRAP;
	d->value.kind = htole32(VNPU_TRAP_HANG);
	host_submit(&hang);
	for (int i = 0; i < HOST_SLOTS; i++)
		host_slot(&busy);
	host_arm(&busy, busy.tail);
	host_submit(&busy);
	start = host_now_ns();
	host_put32(&h, VNPU_REG_CONTROL, VNPU_CONTROL_RESET);
	TAP_CHECK(host_wait_state(&h, VNPU_STATE_WAIT_FW, 5000));
	TAP_CHECK(host_now_ns() - start <=
		  vnpu_get(VNPU_BOUNDS_RESET_MS,
			   host_get32(&h, VNPU_REG_BOUNDS)) *
			  1000000ull);
	irqs = atomic_load(&h.base.irqs[2]);
	done = host_done(&busy);
	memset(h.base.arena, 0x5a, HOST_ARENA);
	*busy.tail_word = 1;
	host_wake(&busy);
	host_sleep_us(20000);
	TAP_CHECK(h.base.arena[0] == 0x5a &&
		  !memcmp(h.base.arena, h.base.arena + 1, HOST_ARENA - 1));
	TAP_EQUAL(atomic_load(&h.base.irqs[2]), irqs);
	TAP_CHECK(done <= busy.tail);
	host_close(&h);
}

static void broken_is_silent(void)
{
	struct host_queue q;
	const struct vnpu_event *event;
	struct host h;

	TAP_REQUIRE(host_open(&h, profile()));
	TAP_REQUIRE(!host_simple(&h, VNPU_CMD_CONTEXT_CREATE, 0, 0));
	TAP_REQUIRE(host_queue_open(&h, &q, 0, 0));
	TAP_REQUIRE(!host_control(&h, "break"));
	TAP_CHECK(host_wait_state(&h, VNPU_STATE_FAILED, 1000));
	TAP_EQUAL(host_error(&h), VNPU_ERR_INTERNAL);
	event = host_event(&h, 1000);
	TAP_REQUIRE(event);
	TAP_EQUAL(le16toh(event->type), VNPU_EVENT_DEVICE_ERROR);
	TAP_EQUAL(le32toh(event->code), VNPU_ERR_INTERNAL);
	host_slot(&q);
	host_submit(&q);
	TAP_EQUAL(host_wait(&q, 1, 50), -1);
	TAP_CHECK(!host_event(&h, 10));
	host_close(&h);
}

static void an_older_device_has_less(void)
{
	const struct axm_inproc_option options[] = { { "interface", "1.0" },
						     { 0 } };
	const uint32_t newer = VNPU_CAP_FLASH | VNPU_CAP_RAS | VNPU_CAP_LIMITS;
	struct vnpu_fw_header *fw;
	struct host h;

	TAP_REQUIRE(host_create(&h, profile(), options));
	TAP_EQUAL(host_get32(&h, VNPU_REG_VERSION), 0x10000);
	TAP_EQUAL(host_get32(&h, VNPU_REG_CAP) & newer, 0);
	host_put32(&h, VNPU_REG_FW_BOOT, VNPU_FW_BOOT_FLASH);
	TAP_EQUAL(host_state(&h), VNPU_STATE_WAIT_FW);
	TAP_EQUAL(host_error(&h), 0);
	fw = host_firmware(&h, 0);
	TAP_EQUAL(host_load(&h, host_address(fw), le32toh(fw->size)),
		  VNPU_BOOT_INTERFACE);
	fw->interface = htole32(0x10000);
	host_firmware_seal(fw);
	TAP_EQUAL(host_load(&h, host_address(fw), le32toh(fw->size)), 0);
	TAP_REQUIRE(host_enable(&h));
	TAP_EQUAL(host_simple(&h, VNPU_CMD_FLASH_CONFIRM, 0, 0),
		  VNPU_ERR_UNSUPPORTED);
	TAP_EQUAL(host_simple(&h, VNPU_CMD_PAGE_RETIRE, 0, 0),
		  VNPU_ERR_UNSUPPORTED);
	TAP_EQUAL(host_feature(&h, VNPU_FEATURE_POWER_MW, 10000),
		  VNPU_ERR_FIELD);
	TAP_EQUAL(host_feature(&h, VNPU_FEATURE_THERMAL_MC, 80000), 0);
	host_close(&h);
}

static const struct tap_case cases[] = {
	{ "SHA-256 gives the digests of FIPS 180-4", sha256_vectors },
	BOTH("a device of interface 1.0 has nothing of 1.1",
	     an_older_device_has_less),
	BOTH("R1 the doorbell BAR has four strides a queue",
	     doorbells_have_their_size),
	BOTH("R2 two halves make a 64-bit register", halves_make_a_register),
	BOTH("R3 accesses of other widths and places change nothing",
	     odd_accesses_do_nothing),
	BOTH("R4 reading every register twice gives the same",
	     reads_change_nothing),
	BOTH("R5 registers read as all ones only once the device is gone",
	     gone_is_all_ones),
	BOTH("R6 registers are zero after a reset",
	     registers_are_zero_after_reset),
	BOTH("R7 LOADING follows FW_BOOT at once, and only in WAIT_FW",
	     loading_follows_at_once),
	BOTH("R8 R9 each broken image gives its code, then a good one boots",
	     broken_images_have_their_codes),
	BOTH("R10 the largest image boots within BOOT_MS", a_boot_is_in_time),
	BOTH("R11 reset works in every state", reset_works_in_every_state),
	BOTH("R11 a function level reset works like a reset",
	     flr_works_like_reset),
	BOTH("R12 R13 a reset under load is in time and silent after",
	     reset_under_load),
	BOTH("R14 tails and arm words are zero after a reset",
	     doorbells_are_zero_after_reset),
	BOTH("R59 a broken device says so once and does nothing more",
	     broken_is_silent),
};

TAP_MAIN(cases)
