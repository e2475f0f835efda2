// SPDX-License-Identifier: MIT
/* Stored firmware, its file, and pages out of use: R74 to R85. */
#include "both.h"
#include "flash.h"
#include "vnpu/store.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define V1 0x01000001u
#define V2 0x01000002u
#define V3 0x01000003u

/* A name that is free; the model makes the file. */
static void free_name(char name[32])
{
	int fd;

	strcpy(name, "/tmp/axle-flash.XXXXXX");
	fd = mkstemp(name);
	if (fd >= 0) {
		close(fd);
		unlink(name);
	}
}

static bool open_file(struct host *h, const char *file)
{
	const struct axm_inproc_option options[] = { { "flash", file }, { 0 } };

	return host_create(h, profile(), options);
}

static uint32_t slot_state(struct host *h, unsigned int slot)
{
	return le32toh(flash_log(h).slot[slot].state);
}

/* From a device that has nothing: an image that is stored, runs, confirmed. */
static bool settle(struct host *h, uint32_t version, uint32_t security)
{
	return !flash_store(h, flash_image(h, version, security, 10000)) &&
	       !flash_reboot(h) && flash_version(h) == version &&
	       !flash_confirm(h);
}

static void an_empty_flash_says_so(void)
{
	struct host h;
	struct vnpu_flash_log log;

	TAP_REQUIRE(host_create(&h, profile(), NULL));
	TAP_CHECK(host_get32(&h, VNPU_REG_CAP) & VNPU_CAP_FLASH);
	TAP_EQUAL(flash_boot(&h), VNPU_BOOT_EMPTY);
	TAP_EQUAL(host_state(&h), VNPU_STATE_WAIT_FW);
	TAP_REQUIRE(host_boot(&h));
	log = flash_log(&h);
	TAP_EQUAL(log.running, VNPU_FLASH_NONE);
	TAP_EQUAL(log.next, VNPU_FLASH_NONE);
	TAP_EQUAL(log.slot[0].state, VNPU_FLASH_EMPTY);
	TAP_EQUAL(log.slot[1].state, VNPU_FLASH_EMPTY);
	TAP_EQUAL(flash_confirm(&h), VNPU_ERR_STATE);
	host_close(&h);
}

static void what_was_stored_is_booted(void)
{
	struct vnpu_flash_log log;
	struct host h;

	TAP_REQUIRE(host_open(&h, profile()));
	TAP_EQUAL(flash_store(&h, flash_image(&h, V1, 0, 100000)), 0);
	log = flash_log(&h);
	TAP_EQUAL(le32toh(log.slot[0].state), VNPU_FLASH_PENDING);
	TAP_EQUAL(le32toh(log.slot[0].version), V1);
	TAP_STRING(log.slot[0].name, "test");
	TAP_EQUAL(log.running, VNPU_FLASH_NONE);
	TAP_EQUAL(log.next, 0);
	TAP_REQUIRE(TAP_EQUAL(flash_reboot(&h), 0));
	TAP_EQUAL(flash_version(&h), V1);
	TAP_EQUAL(flash_log(&h).running, 0);
	/* Nothing else is there, so nothing would be next. */
	TAP_EQUAL(flash_log(&h).next, VNPU_FLASH_NONE);
	TAP_EQUAL(flash_confirm(&h), 0);
	TAP_EQUAL(flash_confirm(&h), 0);
	log = flash_log(&h);
	TAP_EQUAL(le32toh(log.slot[0].state), VNPU_FLASH_CONFIRMED);
	TAP_EQUAL(le32toh(log.slot[0].boots), 1);
	TAP_EQUAL(log.next, 0);
	TAP_EQUAL(flash_reboot(&h), 0);
	TAP_EQUAL(le32toh(flash_log(&h).slot[0].boots), 2);
	host_close(&h);
}

static void updates_alternate(void)
{
	struct host h;

	TAP_REQUIRE(host_open(&h, profile()));
	for (uint32_t i = 0; i < 6; i++) {
		struct vnpu_fw_header *fw = flash_image(&h, V1 + i, 0, 5000);

		TAP_REQUIRE(!flash_store(&h, fw));
		TAP_EQUAL(flash_log(&h).next, i % 2);
		if (i)
			TAP_EQUAL(slot_state(&h, !(i % 2)),
				  VNPU_FLASH_CONFIRMED);
		TAP_REQUIRE(!flash_reboot(&h));
		TAP_EQUAL(flash_version(&h), V1 + i);
		TAP_EQUAL(flash_log(&h).running, i % 2);
		TAP_EQUAL(flash_confirm(&h), 0);
	}
	host_close(&h);
}

static void a_pending_image_has_one_chance(void)
{
	struct host h;

	TAP_REQUIRE(host_open(&h, profile()));
	TAP_REQUIRE(settle(&h, V1, 0));
	TAP_REQUIRE(!flash_store(&h, flash_image(&h, V2, 0, 5000)));
	TAP_EQUAL(flash_reboot(&h), 0);
	TAP_EQUAL(flash_version(&h), V2);
	/* While it has not proved itself, nothing takes the other's place. */
	TAP_EQUAL(flash_begin(&h, 1000), VNPU_ERR_STATE);
	TAP_EQUAL(flash_reboot(&h), 0);
	TAP_EQUAL(flash_version(&h), V1);
	TAP_EQUAL(slot_state(&h, 1), VNPU_FLASH_BAD);
	TAP_EQUAL(slot_state(&h, 0), VNPU_FLASH_CONFIRMED);
	TAP_EQUAL(flash_confirm(&h), 0);
	/* The bad one's slot is free for the next. */
	TAP_EQUAL(flash_store(&h, flash_image(&h, V3, 0, 5000)), 0);
	TAP_EQUAL(flash_reboot(&h), 0);
	TAP_EQUAL(flash_version(&h), V3);
	host_close(&h);
}

static void a_host_image_ends_the_chance(void)
{
	struct host h;

	TAP_REQUIRE(host_open(&h, profile()));
	TAP_REQUIRE(settle(&h, V1, 0));
	TAP_REQUIRE(!flash_store(&h, flash_image(&h, V2, 0, 5000)));
	TAP_EQUAL(flash_reboot(&h), 0);
	host_put32(&h, VNPU_REG_CONTROL, VNPU_CONTROL_RESET);
	TAP_REQUIRE(host_wait_state(&h, VNPU_STATE_WAIT_FW, 5000));
	TAP_REQUIRE(host_boot(&h));
	TAP_EQUAL(flash_log(&h).running, VNPU_FLASH_NONE);
	TAP_EQUAL(slot_state(&h, 1), VNPU_FLASH_BAD);
	TAP_EQUAL(flash_log(&h).next, 0);
	host_close(&h);
}

static void what_does_not_start_is_rolled_back(void)
{
	struct host h;

	TAP_REQUIRE(host_open(&h, profile()));
	TAP_REQUIRE(settle(&h, V1, 0));
	TAP_REQUIRE(!flash_store(&h, flash_image(&h, V2, 0, 5000)));
	TAP_REQUIRE(!host_control(&h, "boot-fail"));
	TAP_EQUAL(flash_reboot(&h), 0);
	TAP_EQUAL(flash_version(&h), V1);
	TAP_EQUAL(flash_log(&h).running, 0);
	TAP_EQUAL(slot_state(&h, 1), VNPU_FLASH_BAD);
	/* One that was confirmed is only passed over. */
	TAP_REQUIRE(!host_control(&h, "boot-fail"));
	TAP_EQUAL(flash_reboot(&h), VNPU_BOOT_START);
	TAP_EQUAL(host_state(&h), VNPU_STATE_WAIT_FW);
	TAP_EQUAL(flash_reboot(&h), 0);
	TAP_EQUAL(flash_version(&h), V1);
	host_close(&h);
}

static void the_only_image_may_fail(void)
{
	struct host h;

	TAP_REQUIRE(host_open(&h, profile()));
	TAP_REQUIRE(!flash_store(&h, flash_image(&h, V1, 0, 5000)));
	TAP_REQUIRE(!host_control(&h, "boot-fail"));
	TAP_EQUAL(flash_reboot(&h), VNPU_BOOT_START);
	TAP_REQUIRE(host_boot(&h));
	TAP_EQUAL(slot_state(&h, 0), VNPU_FLASH_BAD);
	TAP_EQUAL(flash_log(&h).next, VNPU_FLASH_NONE);
	host_close(&h);
}

static void bad_images_are_refused(void)
{
	static const struct {
		unsigned int offset;
		uint8_t flip;
		uint32_t want;
		bool seal;
	} rows[] = {
		{ 0, 1, VNPU_BOOT_MAGIC, true },
		{ 4, 1, VNPU_BOOT_HEADER, true },
		{ 8, 1, VNPU_BOOT_HEADER, false },
		{ 100, 1, VNPU_BOOT_HEADER, true },
		{ 200, 1, VNPU_BOOT_DIGEST, false },
		{ 96, 1, VNPU_BOOT_DIGEST, false },
		{ 12, 6, VNPU_BOOT_PROFILE, true },
		{ 22, 3, VNPU_BOOT_INTERFACE, true },
		{ 96, 2, VNPU_BOOT_OLD, true },
	};
	struct vnpu_fw_header *fw;
	struct host h;

	TAP_REQUIRE(host_open(&h, profile()));
	TAP_REQUIRE(settle(&h, V1, 2));
	TAP_EQUAL(le32toh(flash_log(&h).security), 2);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		fw = flash_image(&h, V2, 2, 1000);
		((uint8_t *)fw)[rows[i].offset] ^= rows[i].flip;
		/* What is written is what it was; its size may be the flip. */
		if (rows[i].seal)
			host_firmware_seal(fw);
		TAP_EQUAL(flash_begin(&h, sizeof(*fw) + 1000), 0);
		TAP_EQUAL(flash_write(&h, fw, sizeof(*fw) + 1000, 0), 0);
		TAP_EQUAL(flash_commit(&h), VNPU_ERR_FIRMWARE);
		if (!TAP_EQUAL(le32toh(h.result.detail), rows[i].want))
			tap_note("row %zu", i);
		TAP_EQUAL(slot_state(&h, 1), VNPU_FLASH_EMPTY);
		TAP_EQUAL(flash_log(&h).next, 0);
		TAP_EQUAL(flash_commit(&h), VNPU_ERR_STATE);
	}
	TAP_EQUAL(flash_reboot(&h), 0);
	TAP_EQUAL(flash_version(&h), V1);
	host_close(&h);
}

static void old_firmware_does_not_come_back(void)
{
	struct vnpu_fw_header *fw;
	struct host h;

	TAP_REQUIRE(host_open(&h, profile()));
	TAP_REQUIRE(settle(&h, V1, 3));
	/* As long as it is not confirmed, the way back is open. */
	TAP_REQUIRE(!flash_store(&h, flash_image(&h, V2, 7, 5000)));
	TAP_EQUAL(flash_reboot(&h), 0);
	TAP_EQUAL(le32toh(flash_log(&h).security), 3);
	TAP_EQUAL(flash_reboot(&h), 0);
	TAP_EQUAL(flash_version(&h), V1);
	TAP_REQUIRE(settle(&h, V2, 7));
	TAP_EQUAL(le32toh(flash_log(&h).security), 7);
	TAP_EQUAL(flash_store(&h, flash_image(&h, V3, 6, 5000)),
		  VNPU_ERR_FIRMWARE);
	TAP_EQUAL(le32toh(h.result.detail), VNPU_BOOT_OLD);
	/* Nor from the host. */
	host_put32(&h, VNPU_REG_CONTROL, VNPU_CONTROL_RESET);
	TAP_REQUIRE(host_wait_state(&h, VNPU_STATE_WAIT_FW, 5000));
	fw = flash_image(&h, V1, 6, 100);
	TAP_EQUAL(host_load(&h, host_address(fw), le32toh(fw->size)),
		  VNPU_BOOT_OLD);
	fw = flash_image(&h, V1, 7, 100);
	TAP_EQUAL(host_load(&h, host_address(fw), le32toh(fw->size)),
		  VNPU_BOOT_OK);
	host_close(&h);
}

static void pieces_come_in_order(void)
{
	struct vnpu_fw_header *fw;
	struct host h;
	uint64_t size;

	TAP_REQUIRE(host_open(&h, profile()));
	fw = flash_image(&h, V1, 0, 10000);
	size = le32toh(fw->size);
	TAP_EQUAL(flash_write(&h, fw, 100, 0), VNPU_ERR_STATE);
	TAP_EQUAL(flash_commit(&h), VNPU_ERR_STATE);
	TAP_EQUAL(flash_begin(&h, sizeof(*fw) - 1), VNPU_ERR_FIELD);
	TAP_EQUAL(flash_begin(&h, VNPU_FW_SIZE_MAX + 1), VNPU_ERR_FIELD);
	TAP_EQUAL(flash_begin(&h, 1ull << 32 | 4096), VNPU_ERR_FIELD);
	TAP_EQUAL(le32toh(h.result.detail), 16);
	TAP_EQUAL(flash_begin(&h, size), 0);
	TAP_EQUAL(flash_write(&h, fw, 0, 0), VNPU_ERR_FIELD);
	TAP_EQUAL(flash_write(&h, fw, size + 1, 0), VNPU_ERR_FIELD);
	TAP_EQUAL(flash_write(&h, fw, 100, 8), VNPU_ERR_FIELD);
	TAP_EQUAL(le32toh(h.result.detail), 24);
	TAP_EQUAL(flash_write(&h, (uint8_t *)fw + 4, 100, 0), VNPU_ERR_ADDRESS);
	TAP_EQUAL(flash_write(&h, (void *)4096, 100, 0), VNPU_ERR_DMA);
	TAP_EQUAL(flash_write(&h, fw, 4096, 0), 0);
	TAP_EQUAL(flash_write(&h, fw, 4096, 0), VNPU_ERR_FIELD);
	TAP_EQUAL(flash_commit(&h), VNPU_ERR_STATE);
	TAP_EQUAL(flash_write(&h, (uint8_t *)fw + 4096, size - 4096, 4096), 0);
	TAP_EQUAL(flash_write(&h, fw, 1, size), VNPU_ERR_FIELD);
	TAP_EQUAL(flash_commit(&h), 0);
	/* A second BEGIN forgets the first, and so does a reset. */
	TAP_EQUAL(flash_begin(&h, size), 0);
	TAP_EQUAL(flash_write(&h, fw, 4096, 0), 0);
	TAP_EQUAL(flash_store(&h, fw), 0);
	TAP_EQUAL(flash_begin(&h, size), 0);
	TAP_EQUAL(flash_write(&h, fw, 4096, 0), 0);
	host_put32(&h, VNPU_REG_CONTROL, VNPU_CONTROL_RESET);
	TAP_REQUIRE(host_wait_state(&h, VNPU_STATE_WAIT_FW, 5000));
	TAP_REQUIRE(host_boot(&h));
	TAP_EQUAL(flash_write(&h, (uint8_t *)fw + 4096, 100, 4096),
		  VNPU_ERR_STATE);
	host_close(&h);
}

static void the_file_keeps_all(void)
{
	struct vnpu_flash_log log;
	char file[32], other[48];
	struct host h, second;

	free_name(file);
	TAP_REQUIRE(open_file(&h, file) && host_boot(&h));
	TAP_REQUIRE(settle(&h, V1, 1));
	TAP_REQUIRE(!flash_store(&h, flash_image(&h, V2, 2, 5000)));
	/* Two devices do not share one. */
	TAP_CHECK(!open_file(&second, file));
	host_close(&h);
	TAP_REQUIRE(open_file(&h, file));
	TAP_EQUAL(flash_boot(&h), 0);
	TAP_REQUIRE(host_enable(&h));
	TAP_EQUAL(flash_version(&h), V2);
	log = flash_log(&h);
	TAP_EQUAL(log.running, 1);
	TAP_EQUAL(le32toh(log.slot[0].version), V1);
	TAP_EQUAL(le32toh(log.security), 1);
	host_close(&h);
	/* It was not confirmed: the other one, though power was lost. */
	TAP_REQUIRE(open_file(&h, file));
	TAP_EQUAL(flash_boot(&h), 0);
	TAP_REQUIRE(host_enable(&h));
	TAP_EQUAL(flash_version(&h), V1);
	host_close(&h);
	snprintf(other, sizeof(other), "/nonexistent%s", file);
	TAP_CHECK(!open_file(&h, other));
	unlink(file);
}

static bool put_bytes(const char *file, long at, const void *data, size_t size)
{
	FILE *f = fopen(file, "r+b");
	bool ok = f && !fseek(f, at, SEEK_SET) &&
		  fwrite(data, 1, size, f) == size;

	return f && !fclose(f) && ok;
}

static void broken_files_are_seen(void)
{
	uint8_t junk[VNPU_STORE_BLOCK];
	struct host h;
	char file[32];

	free_name(file);
	memset(junk, 0x5a, sizeof(junk));
	for (int place = 0; place < 2; place++) {
		TAP_REQUIRE(open_file(&h, file) && host_boot(&h));
		TAP_REQUIRE(settle(&h, V1, 0));
		host_close(&h);
		/* One superblock is enough, and then it is the older one. */
		TAP_REQUIRE(put_bytes(file, place * VNPU_STORE_BLOCK, junk, 8));
		TAP_REQUIRE(open_file(&h, file));
		host_close(&h);
		TAP_REQUIRE(put_bytes(file, 0, junk, 8));
		TAP_REQUIRE(put_bytes(file, VNPU_STORE_BLOCK, junk, 8));
		TAP_CHECK(!open_file(&h, file));
		unlink(file);
	}
	/* A file of somebody's is left alone. */
	TAP_REQUIRE(open_file(&h, file));
	host_close(&h);
	TAP_REQUIRE(!truncate(file, 10));
	TAP_CHECK(!open_file(&h, file));
	unlink(file);
}

static void a_rotten_image_is_not_booted(void)
{
	struct host h;
	char file[32];

	free_name(file);
	TAP_REQUIRE(open_file(&h, file) && host_boot(&h));
	TAP_REQUIRE(settle(&h, V1, 0));
	TAP_REQUIRE(settle(&h, V2, 0));
	host_close(&h);
	TAP_REQUIRE(put_bytes(file, (long)VNPU_STORE_DATA(1) + 500, "x", 1));
	TAP_REQUIRE(open_file(&h, file));
	TAP_EQUAL(flash_boot(&h), 0);
	TAP_REQUIRE(host_enable(&h));
	TAP_EQUAL(flash_version(&h), V1);
	TAP_EQUAL(flash_confirm(&h), 0);
	/* The rotten one's place is what the next gets. */
	TAP_EQUAL(flash_store(&h, flash_image(&h, V3, 0, 5000)), 0);
	TAP_EQUAL(flash_log(&h).next, 1);
	host_close(&h);
	unlink(file);
}

static int retire(struct host *h, uint64_t address)
{
	struct vnpu_cmd cmd = {
		.opcode = VNPU_CMD_PAGE_RETIRE,
		.ras.address = htole64(address),
	};

	return host_command(h, &cmd);
}

static uint64_t get_retired(struct host *h, uint64_t pages[VNPU_STORE_PAGES])
{
	uint64_t *data = host_alloc(h, 8 * VNPU_STORE_PAGES, 64);
	struct vnpu_cmd cmd = {
		.opcode = VNPU_CMD_GET_LOG,
		.object = htole32(VNPU_LOG_RETIRED),
		.data.address = htole64(host_address(data)),
		.data.size = htole64(8 * VNPU_STORE_PAGES),
	};

	if (host_command(h, &cmd))
		return ~0ull;
	memcpy(pages, data, 8 * VNPU_STORE_PAGES);
	return le64toh(h->result.value) / 8;
}

static void pages_stay_out_of_use(void)
{
	uint64_t pages[VNPU_STORE_PAGES] = { 0 };
	struct host h;
	char file[32];

	free_name(file);
	TAP_REQUIRE(open_file(&h, file) && host_boot(&h));
	TAP_EQUAL(get_retired(&h, pages), 0);
	TAP_EQUAL(retire(&h, 0x5000), 0);
	TAP_EQUAL(retire(&h, 0), 0);
	TAP_EQUAL(retire(&h, 0x5000), 0);
	TAP_EQUAL(retire(&h, 0x5008), VNPU_ERR_ADDRESS);
	TAP_EQUAL(retire(&h, 16 << 20), VNPU_ERR_ADDRESS);
	TAP_EQUAL(get_retired(&h, pages), 2);
	host_close(&h);
	TAP_REQUIRE(open_file(&h, file) && host_boot(&h));
	TAP_EQUAL(get_retired(&h, pages), 2);
	TAP_EQUAL(le64toh(pages[0]), 0x5000);
	TAP_EQUAL(le64toh(pages[1]), 0);
	for (uint64_t i = 2; i < VNPU_STORE_PAGES; i++)
		TAP_EQUAL(retire(&h, 0x100000 + 4096 * i), 0);
	TAP_EQUAL(retire(&h, 0x1000), VNPU_ERR_LIMIT);
	TAP_EQUAL(retire(&h, 0x5000), 0);
	/* An update leaves them alone. */
	TAP_REQUIRE(settle(&h, V1, 0));
	TAP_EQUAL(get_retired(&h, pages), VNPU_STORE_PAGES);
	host_close(&h);
	unlink(file);
}

static void without_memory_no_page_is_retired(void)
{
	uint64_t pages[VNPU_STORE_PAGES] = { 0 };
	struct host h;

	TAP_REQUIRE(host_open(&h, profile()));
	TAP_EQUAL(retire(&h, 0), VNPU_ERR_UNSUPPORTED);
	TAP_EQUAL(get_retired(&h, pages), 0);
	host_close(&h);
}

static const struct tap_case cases[] = {
	BOTH("R74 without a stored image FW_BOOT says EMPTY",
	     an_empty_flash_says_so),
	BOTH("R75 what was stored is booted, and again once confirmed",
	     what_was_stored_is_booted),
	BOTH("R76 updates go to the slot that does not run", updates_alternate),
	BOTH("R77 a pending image that nobody confirms is rolled back",
	     a_pending_image_has_one_chance),
	BOTH("R77 an image of the host's ends the chance, too",
	     a_host_image_ends_the_chance),
	BOTH("R78 a pending image that does not start is rolled back",
	     what_does_not_start_is_rolled_back),
	BOTH("R78 if nothing starts the host's image does",
	     the_only_image_may_fail),
	BOTH("R79 COMMIT refuses as a boot does, and the old image stays",
	     bad_images_are_refused),
	BOTH("R80 the security version never goes down",
	     old_firmware_does_not_come_back),
	BOTH("R81 pieces are written in order, between BEGIN and COMMIT",
	     pieces_come_in_order),
	BOTH("R82 the file keeps images and states over power cycles",
	     the_file_keeps_all),
	BOTH("R82 a file without a whole superblock is refused",
	     broken_files_are_seen),
	BOTH("R82 an image that has rotted is passed over",
	     a_rotten_image_is_not_booted),
	DATACENTER("R84 retired pages are kept, once each, up to the limit",
		   pages_stay_out_of_use),
	EDGE("R84 a device without memory retires nothing",
	     without_memory_no_page_is_retired),
};

TAP_MAIN(cases)
