// SPDX-License-Identifier: MIT
/*
 * Firmware of a vnpu, flashed with the stock devlink while its model is killed
 * at a random moment: what comes up is the old image or the new one, and the
 * new one if the flash was said to be done. AXLE_FLASH_ROUNDS rounds (5). Runs
 * in the VM as root:
 *
 *	vm/run --device vnpu,flash=FILE --no-driver \
 *		--env AXLE_FIRMWARE=build/dev/firmware/axle/vnpu.bin \
 *		-- build/dev/tests/fault/test-flash
 *
 * FILE is the device's storage; AXLE_FIRMWARE is what the driver loads into a
 * device that has nothing stored.
 */
#include "tap.h"
#include "vnpu/sha256.h"
#include "vnpu_regs.h"

#include "../uapi/devlink.h"
#include "../uapi/uapi.h"

#include <endian.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define IMAGE_SIZE (2u << 20)
#define BACK_MS 90000
#define VERSION_MAX 64

/* Where the other images are, too. */
static void copy_host_image(void)
{
	const char *path = getenv("AXLE_FIRMWARE");
	FILE *file = path ? fopen(path, "r") : NULL;
	char data[65536];
	size_t size;

	TAP_REQUIRE(file);
	size = fread(data, 1, sizeof(data), file);
	fclose(file);
	mkdir("/run/axle-firmware", 0755);
	mkdir("/run/axle-firmware/axle", 0755);
	TAP_CHECK(devlink_firmware("axle/vnpu.bin", data, size));
}

/* Of version 2.0.@patch, with something behind the header. */
static bool write_image(unsigned int patch)
{
	uint8_t *image = malloc(IMAGE_SIZE);
	struct vnpu_fw_header *header = (void *)image;
	bool ok;

	for (size_t i = 0; i < IMAGE_SIZE; i++)
		image[i] = (uint8_t)(i * 31 + patch);
	*header = (struct vnpu_fw_header){
		.magic = htole32(VNPU_FW_MAGIC),
		.header_version = htole16(VNPU_FW_HEADER_VERSION),
		.header_size = htole16(sizeof(*header)),
		.size = htole32(IMAGE_SIZE),
		.profiles = htole32(1u << VNPU_PROFILE_DATACENTER |
				    1u << VNPU_PROFILE_EDGE),
		.version = htole32(2u << 24 | patch),
		.interface = htole32(VNPU_VERSION_VALUE),
		.name = "flashed",
	};
	vnpu_fw_digest(image, IMAGE_SIZE, header->digest);
	ok = devlink_firmware("flash.bin", image, IMAGE_SIZE);
	free(image);
	return ok;
}

struct card {
	char handle[64]; /* for devlink */
	ino_t life; /* differs from one plugging in to the next */
};

static bool look_for_card(struct card *card)
{
	int index = uapi_find("vnpu");
	struct stat st;
	char path[64];
	char *device;

	if (index < 0)
		return false;
	snprintf(path, sizeof(path), "/sys/class/accel/accel%d", index);
	device = uapi_bus_device(index);
	if (!device || stat(path, &st)) {
		free(device);
		return false;
	}
	snprintf(card->handle, sizeof(card->handle), "pci/%s",
		 strrchr(device, '/') + 1);
	card->life = st.st_ino;
	free(device);
	return true;
}

/* Another card than the one before, once its driver has it. */
static bool find_card(struct card *card)
{
	uint64_t end = uapi_now_ms() + BACK_MS;
	ino_t before = card->life;

	while (!look_for_card(card) || card->life == before) {
		if (uapi_now_ms() > end)
			return false;
		usleep(20000);
	}
	return true;
}

static void running_version(const struct card *card, char *version)
{
	devlink_version(card->handle, "running", "fw", version, VERSION_MAX);
}

static pid_t start_flash(const struct card *card)
{
	pid_t child;

	child = fork();
	if (child == 0) {
		dup2(open("/dev/null", O_WRONLY), STDOUT_FILENO);
		execlp("devlink", "devlink", "dev", "flash", card->handle,
		       "file", "flash.bin", NULL);
		_exit(127);
	}
	return child;
}

static bool end_flash(pid_t child)
{
	int status = -1;

	waitpid(child, &status, 0);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool inject(const char *words)
{
	return TAP_EQUAL(uapi_shell("vm-inject 0 %s >/dev/null", words), 0);
}

/* How long a flash takes that nothing ends; the card has its image then. */
static uint64_t measure(const struct card *card)
{
	uint64_t start = uapi_now_ms();
	char version[VERSION_MAX];

	TAP_CHECK(write_image(0));
	TAP_CHECK(end_flash(start_flash(card)));
	start = uapi_now_ms() - start;
	TAP_CHECK(
		devlink_does("dev reload %s action fw_activate", card->handle));
	running_version(card, version);
	TAP_STRING(version, "2.0.0");
	return start;
}

struct tally {
	unsigned int done; /* flashes that were said to be */
	unsigned int old;
	unsigned int new;
};

static void die_once(struct card *card, unsigned int round, uint64_t ms,
		     struct tally *tally)
{
	char before[VERSION_MAX], after[VERSION_MAX], fresh[VERSION_MAX];
	uint64_t delay = (uint64_t)random() % (ms + 1);
	pid_t child;
	bool done;

	running_version(card, before);
	TAP_REQUIRE(before[0] && write_image(round));
	snprintf(fresh, sizeof(fresh), "2.0.%u", round);
	child = start_flash(card);
	TAP_REQUIRE(child > 0);
	usleep((useconds_t)(delay * 1000));
	TAP_REQUIRE(inject("kill") && inject("start"));
	done = end_flash(child);
	TAP_REQUIRE(find_card(card));
	running_version(card, after);
	tally->done += done;
	tally->old += strcmp(after, before) == 0;
	tally->new += strcmp(after, fresh) == 0;
	if (done)
		TAP_STRING(after, fresh);
	else if (!TAP_CHECK(!strcmp(after, before) || !strcmp(after, fresh)))
		tap_note("round %u: %s before, now %s", round, before, after);
}

static unsigned int rounds(void)
{
	const char *text = getenv("AXLE_FLASH_ROUNDS");

	return text && text[0] ? (unsigned int)strtoul(text, NULL, 10) : 5;
}

static void death_leaves_the_old_or_the_new(void)
{
	struct tally tally = { 0 };
	struct card card = { 0 };
	uint64_t ms;

	srandom((unsigned int)time(NULL));
	copy_host_image();
	TAP_REQUIRE(uapi_shell("modprobe axle_vnpu") == 0);
	TAP_REQUIRE(find_card(&card));
	ms = measure(&card);
	tap_note("a flash of %u KiB takes %ju ms", IMAGE_SIZE >> 10,
		 (uintmax_t)ms);
	for (unsigned int round = 1; round <= rounds(); round++)
		die_once(&card, round, ms, &tally);
	tap_note("%u rounds: %u flashes done, %u old images, %u new", rounds(),
		 tally.done, tally.old, tally.new);
	TAP_EQUAL(tally.old + tally.new, rounds());
}

static const struct tap_case cases[] = {
	{ "a device that dies in a flash has the old image or the new",
	  death_leaves_the_old_or_the_new },
};

TAP_MAIN(cases)
