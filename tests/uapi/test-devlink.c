// SPDX-License-Identifier: MIT
/*
 * devlink of a device on the kit, asked by the stock tool of iproute2: what it
 * is, its firmware, and its health. On the test device, whose firmware and
 * faults are as told.
 */
#include "bo.h"
#include "devlink.h"
#include "dut-load.h"
#include "dut.h"
#include "queue.h"
#include "uapi.h"

#include <axl/axle.h>
#include <axl/monitor.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "axle_mock.h"

#define HANDLE "platform/axle_mock"
#define NOBODY 65534
#define IMAGE_SIZE 20000
/* What storing an image of that size takes: begin, pieces, and the commit. */
#define IMAGE_PIECES ((IMAGE_SIZE + MOCK_FW_CHUNK - 1) / MOCK_FW_CHUNK)
/* A reset follows a fault in less, even if nobody answers whether it may. */
#define BOUND_MS 20000

static void parameter(const char *name, unsigned int value)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", value);
	TAP_CHECK(mock_set(name, text));
}

static uint32_t crc32(const uint8_t *data, size_t size)
{
	uint32_t crc = ~0u;

	while (size--) {
		crc ^= *data++;
		for (int i = 0; i < 8; i++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
	}
	return crc;
}

/* A good image in file "mock.bin"; what is wrong with it comes after. */
static struct mock_image *make_image(uint32_t version, size_t size)
{
	struct mock_image *image = malloc(size);

	for (size_t i = 0; i < size; i++)
		((uint8_t *)image)[i] = (uint8_t)(i * 37);
	*image = (struct mock_image){
		.magic = MOCK_FW_MAGIC,
		.device = MOCK_FW_DEVICE,
		.version = version,
		.size = (uint32_t)size,
	};
	image->crc = crc32((uint8_t *)image, size);
	return image;
}

static void write_image(uint32_t version)
{
	struct mock_image *image = make_image(version, IMAGE_SIZE);

	TAP_CHECK(devlink_firmware("mock.bin", image, IMAGE_SIZE));
	free(image);
}

static bool flash(void)
{
	return devlink_does("dev flash " HANDLE " file mock.bin");
}

static bool reload(void)
{
	return devlink_does("dev reload " HANDLE " action fw_activate");
}

static void expect_firmware(const char *running, const char *stored)
{
	char value[64];

	devlink_version(HANDLE, "running", "fw", value, sizeof(value));
	TAP_STRING(value, running);
	devlink_version(HANDLE, "stored", "fw", value, sizeof(value));
	TAP_STRING(value, stored);
}

/* A device as new. */
static bool fresh(struct dut *dut)
{
	uapi_shell("rmmod axle_mock 2>/dev/null; rm -f /run/axle-dut-mock");
	return dut_open(dut);
}

/* The same, and a file of it. */
static bool fresh_context(struct dut *dut, struct dut_context *ctx)
{
	return fresh(dut) && dut_context_open(ctx, dut);
}

static void info_names_the_device(void)
{
	char value[64];
	struct dut dut;

	TAP_REQUIRE(fresh(&dut));
	devlink_info(HANDLE, "driver", value, sizeof(value));
	TAP_STRING(value, "axle_mock");
	devlink_info(HANDLE, "serial_number", value, sizeof(value));
	TAP_STRING(value, dut.device.serial);
	devlink_version(HANDLE, "fixed", "asic.id", value, sizeof(value));
	TAP_STRING(value, dut.device.name);
	expect_firmware("1.2.3", "1.2.3");
	TAP_STRING(dut.device.firmware_version, "1.2.3");
}

static void instance_lives_as_long_as_the_device(void)
{
	struct dut dut;

	TAP_REQUIRE(fresh(&dut));
	TAP_CHECK(devlink_does("dev show " HANDLE));
	TAP_EQUAL(uapi_shell("rmmod axle_mock"), 0);
	TAP_CHECK(!devlink_does("dev show " HANDLE));
	TAP_CHECK(!devlink_does("health show " HANDLE " reporter hw"));
}

static void flash_stores_and_reload_activates(void)
{
	struct drm_axle_query_device device;
	struct devlink said;
	struct dut dut;
	int fd;

	TAP_REQUIRE(fresh(&dut));
	write_image(MOCK_FW_VERSION(2, 0, 1));
	/* The tool tells what it hears before the flash has ended, no more. */
	parameter("flash_ms", 200);
	TAP_CHECK(devlink_run(&said, "dev flash " HANDLE " file mock.bin"));
	parameter("flash_ms", 0);
	TAP_CHECK(strstr(said.out, "Preparing to flash"));
	TAP_CHECK(strstr(said.out, "Flashing"));
	TAP_CHECK(strstr(said.out, "Checking"));
	devlink_free(&said);
	expect_firmware("1.2.3", "2.0.1");
	TAP_CHECK(devlink_run(&said,
			      "-j dev reload " HANDLE " action fw_activate"));
	TAP_CHECK(strstr(said.out, "[\"fw_activate\"]"));
	devlink_free(&said);
	expect_firmware("2.0.1", "2.0.1");
	fd = dut_open_control(&dut);
	TAP_EQUAL(uapi_query(fd, DRM_AXLE_TOPIC_DEVICE, &device,
			     sizeof(device)),
		  0);
	TAP_STRING(device.firmware_version, "2.0.1");
	close(fd);
}

/* One after the other, what is stored and not running is overwritten. */
static void another_flash_replaces_the_first(void)
{
	struct dut dut;

	TAP_REQUIRE(fresh(&dut));
	for (unsigned int i = 1; i < 4; i++) {
		write_image(MOCK_FW_VERSION(3, 0, i));
		TAP_CHECK(flash());
	}
	expect_firmware("1.2.3", "3.0.3");
	TAP_CHECK(reload());
	expect_firmware("3.0.3", "3.0.3");
}

struct bad_image {
	void (*spoil)(struct mock_image *image, size_t *size);
	const char *said;
};

static void truncate_image(struct mock_image *image, size_t *size)
{
	*size -= 100;
}

static void truncate_header(struct mock_image *image, size_t *size)
{
	*size = 7;
}

static void flip_a_bit(struct mock_image *image, size_t *size)
{
	((uint8_t *)image)[*size / 2] ^= 4;
}

static void of_another_device(struct mock_image *image, size_t *size)
{
	image->device++;
}

static void not_an_image(struct mock_image *image, size_t *size)
{
	image->magic = 0;
}

static void older_than_allowed(struct mock_image *image, size_t *size)
{
	image->version = MOCK_FW_VERSION(0, 9, 0);
	image->crc = 0;
	image->crc = crc32((uint8_t *)image, *size);
}

static void too_large(struct mock_image *image, size_t *size)
{
	*size = MOCK_FW_MAX + 1;
}

static void empty(struct mock_image *image, size_t *size)
{
	*size = 0;
}

static void bad_image_is_refused(void)
{
	const struct bad_image *row = tap_data();
	size_t size = IMAGE_SIZE;
	struct mock_image *image = make_image(MOCK_FW_VERSION(2, 0, 0), size);
	struct devlink said;
	struct dut dut;

	TAP_REQUIRE(fresh(&dut));
	row->spoil(image, &size);
	image = realloc(image, size ?: 1);
	if (size > IMAGE_SIZE)
		memset((uint8_t *)image + IMAGE_SIZE, 0, size - IMAGE_SIZE);
	TAP_CHECK(devlink_firmware("mock.bin", image, size));
	free(image);
	TAP_CHECK(!devlink_run(&said, "dev flash " HANDLE " file mock.bin"));
	if (!TAP_CHECK(strstr(said.error, row->said)))
		tap_note("it said: %s", said.error);
	devlink_free(&said);
	/* Nothing has changed, and it can be done right at once. */
	expect_firmware("1.2.3", "1.2.3");
	write_image(MOCK_FW_VERSION(2, 0, 0));
	TAP_CHECK(flash());
	expect_firmware("1.2.3", "2.0.0");
}

static void file_must_be_there(void)
{
	struct devlink said;
	struct dut dut;

	TAP_REQUIRE(fresh(&dut));
	TAP_CHECK(!devlink_run(&said, "dev flash " HANDLE " file nothing.bin"));
	TAP_CHECK(strstr(said.error, "failed to locate"));
	devlink_free(&said);
}

static void options_unknown_to_the_device_are_refused(void)
{
	static const char *const calls[] = {
		"dev flash " HANDLE " file mock.bin component fw",
		"dev flash " HANDLE " file mock.bin overwrite settings",
		"dev flash " HANDLE " file mock.bin overwrite identifiers",
		"dev reload " HANDLE,
		"dev reload " HANDLE " action driver_reinit",
		"dev reload " HANDLE " action fw_activate limit no_reset",
	};
	struct drm_axle_query_health before;
	struct dut dut;

	TAP_REQUIRE(fresh(&dut));
	write_image(MOCK_FW_VERSION(2, 0, 0));
	before = dut_health(&dut);
	for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++)
		TAP_CHECK(!devlink_does("%s", calls[i]));
	TAP_EQUAL(dut_health(&dut).resets, before.resets);
	expect_firmware("1.2.3", "1.2.3");
}

/* As a user without capabilities: how many of these calls succeed. */
static int succeed_as_nobody(const char *const *calls, int count)
{
	int status, done = 0;
	pid_t child = fork();

	if (child == 0) {
		if (setresuid(NOBODY, NOBODY, NOBODY))
			_exit(100);
		for (int i = 0; i < count; i++)
			done += uapi_shell("devlink %s >/dev/null 2>&1",
					   calls[i]) == 0;
		_exit(done);
	}
	waitpid(child, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void changing_needs_the_capability(void)
{
	static const char *const refused[] = {
		"dev flash " HANDLE " file mock.bin",
		"dev reload " HANDLE " action fw_activate",
		"health recover " HANDLE " reporter hw",
		"health set " HANDLE " reporter hw auto_recover false",
		"health diagnose " HANDLE " reporter hw",
		"health dump show " HANDLE " reporter hw",
		"health dump clear " HANDLE " reporter hw",
	};
	static const char *const allowed[] = {
		"dev info " HANDLE,
		"health show " HANDLE " reporter hw",
	};
	struct dut dut;

	TAP_REQUIRE(fresh(&dut));
	write_image(MOCK_FW_VERSION(2, 0, 0));
	TAP_EQUAL(succeed_as_nobody(refused, 7), 0);
	TAP_EQUAL(succeed_as_nobody(allowed, 2), 2);
	expect_firmware("1.2.3", "1.2.3");
}

/* At every piece in turn; behind the last the new one is there. */
static void power_loss_leaves_the_old_or_the_new(void)
{
	const unsigned int last = IMAGE_PIECES + 2;
	struct dut dut;

	for (unsigned int at = 1; at <= last; at++) {
		TAP_REQUIRE(fresh(&dut));
		write_image(MOCK_FW_VERSION(2, 0, 0));
		parameter("flash_lose", at);
		TAP_CHECK(!flash());
		TAP_CHECK(devlink_health_wait(HANDLE, "hw", true, 1));
		if (at < last)
			expect_firmware("1.2.3", "1.2.3");
		else
			expect_firmware("2.0.0", "2.0.0");
		TAP_CHECK(flash() && reload());
		expect_firmware("2.0.0", "2.0.0");
	}
}

static void image_that_does_not_start_is_rolled_back(void)
{
	struct dut dut;

	TAP_REQUIRE(fresh(&dut));
	write_image(MOCK_FW_VERSION(2, 0, 0));
	parameter("flash_refuse_boot", 1);
	TAP_CHECK(flash());
	TAP_CHECK(reload());
	expect_firmware("1.2.3", "1.2.3");
}

/* Contexts, queues, memory and jobs know nothing of it. */
static void jobs_go_on(void)
{
	struct dut_context ctx;
	struct dut_load load;
	struct dut dut;

	TAP_REQUIRE(fresh_context(&dut, &ctx));
	TAP_REQUIRE(dut_load_start(&load, &ctx));
	TAP_CHECK(dut_load_runs(&load));
	for (unsigned int i = 0; i < 5; i++) {
		write_image(MOCK_FW_VERSION(2, 0, i));
		TAP_CHECK(flash());
		TAP_CHECK(reload());
	}
	expect_firmware("2.0.4", "2.0.4");
	TAP_EQUAL(dut_health(&dut).resets, 5);
	dut_load_stop(&load);
	TAP_EQUAL(load.error, 0);
	TAP_EQUAL(load.wrong, 0);
	TAP_EQUAL(load.cancelled, 0);
	dut_context_close(&ctx);
}

struct flasher {
	pthread_t thread;
	struct devlink said;
	bool ok;
};

static void *flash_slowly(void *arg)
{
	struct flasher *flasher = arg;

	flasher->ok = devlink_run(&flasher->said,
				  "dev flash " HANDLE " file mock.bin");
	return NULL;
}

static bool flash_runs(void)
{
	uint64_t end = uapi_now_ms() + BOUND_MS;
	char steps[16] = "0";

	while (!strcmp(steps, "0") && uapi_now_ms() < end) {
		usleep(1000);
		uapi_read_line("/sys/module/axle_mock/parameters/flash_steps",
			       steps, sizeof(steps));
	}
	return strcmp(steps, "0") != 0;
}

/* The first flash of a fresh device, slow, and under way now. */
static bool flasher_start(struct flasher *flasher)
{
	write_image(MOCK_FW_VERSION(2, 0, 0));
	parameter("flash_ms", 1000);
	return pthread_create(&flasher->thread, NULL, flash_slowly, flasher) ==
		       0 &&
	       flash_runs();
}

static void flasher_end(struct flasher *flasher, const char *want)
{
	pthread_join(flasher->thread, NULL);
	TAP_CHECK(!flasher->ok);
	if (!TAP_CHECK(strstr(flasher->said.error, want)))
		tap_note("it said: %s", flasher->said.error);
	devlink_free(&flasher->said);
}

static void reset_ends_a_flash(void)
{
	struct flasher flasher = { 0 };
	struct dut dut;

	TAP_REQUIRE(fresh(&dut));
	TAP_REQUIRE(flasher_start(&flasher));
	TAP_EQUAL(dut_reset(&dut), 0);
	flasher_end(&flasher, "reset meanwhile");
	parameter("flash_ms", 0);
	expect_firmware("1.2.3", "1.2.3");
	TAP_CHECK(flash());
	expect_firmware("1.2.3", "2.0.0");
}

static void fault(const struct dut_context *ctx)
{
	struct mock_sleep args = { .ms = 1 };

	TAP_ERRNO(ioctl(ctx->fd, MOCK_IOCTL_SLEEP, &args), EIO);
}

/* Whether a fault shows: so many by now, and the hardware is well or not. */
static bool fault_shows(const struct dut_context *ctx, bool healthy,
			unsigned int errors)
{
	fault(ctx);
	return devlink_health_wait(HANDLE, "hw", healthy, errors);
}

static uint64_t wait_for_resets(const struct dut *dut, uint64_t count)
{
	uint64_t start = uapi_now_ms();

	while (dut_health(dut).resets < count &&
	       uapi_now_ms() - start < BOUND_MS)
		usleep(1000);
	TAP_EQUAL(dut_health(dut).resets, count);
	return uapi_now_ms() - start;
}

/* The flash has devlink's lock, which the report of the fault wants. */
static void fault_ends_a_flash_and_is_not_held_up(void)
{
	struct flasher flasher = { 0 };
	struct dut_context ctx;
	struct dut dut;

	TAP_REQUIRE(fresh_context(&dut, &ctx));
	TAP_REQUIRE(flasher_start(&flasher));
	fault(&ctx);
	wait_for_resets(&dut, 1);
	flasher_end(&flasher, "reset meanwhile");
	TAP_CHECK(devlink_health_wait(HANDLE, "hw", true, 1));
	expect_firmware("1.2.3", "1.2.3");
	dut_context_close(&ctx);
}

static void removal_ends_a_flash(void)
{
	struct flasher flasher = { 0 };
	struct dut dut;
	uint64_t start;

	TAP_REQUIRE(fresh(&dut));
	TAP_REQUIRE(flasher_start(&flasher));
	start = uapi_now_ms();
	TAP_CHECK(uapi_write("/sys/bus/platform/drivers/axle_mock/unbind",
			     "axle_mock"));
	TAP_CHECK(uapi_now_ms() - start < BOUND_MS);
	flasher_end(&flasher, "gone away");
	TAP_CHECK(!devlink_does("dev show " HANDLE));
	TAP_CHECK(uapi_write("/sys/bus/platform/drivers/axle_mock/bind",
			     "axle_mock"));
	expect_firmware("1.2.3", "1.2.3");
}

static void killed_tool_ends_a_flash(void)
{
	struct dut dut;
	pid_t child;

	TAP_REQUIRE(fresh(&dut));
	write_image(MOCK_FW_VERSION(2, 0, 0));
	parameter("flash_ms", 1000);
	child = fork();
	if (child == 0) {
		setpgid(0, 0);
		dup2(open("/dev/null", O_WRONLY), STDOUT_FILENO);
		execlp("devlink", "devlink", "dev", "flash", HANDLE, "file",
		       "mock.bin", NULL);
		_exit(127);
	}
	TAP_CHECK(flash_runs());
	/* It has a child that does the work. */
	kill(-child, SIGKILL);
	waitpid(child, NULL, 0);
	parameter("flash_ms", 0);
	expect_firmware("1.2.3", "1.2.3");
	TAP_CHECK(flash());
	expect_firmware("1.2.3", "2.0.0");
}

static void reporters_are_healthy_at_first(void)
{
	static const char *const names[] = { "fw", "hw" };
	struct devlink_health health;
	struct dut dut;

	TAP_REQUIRE(fresh(&dut));
	for (int i = 0; i < 2; i++) {
		TAP_REQUIRE(devlink_health(HANDLE, names[i], &health));
		TAP_CHECK(health.healthy);
		TAP_EQUAL(health.errors, 0);
		TAP_CHECK(health.auto_recover);
		TAP_CHECK(!health.dumped);
	}
	/* It has no link. */
	TAP_CHECK(!devlink_health(HANDLE, "link", &health));
	TAP_EQUAL(devlink_diagnose(HANDLE, "hw", "resets"), 0);
	TAP_EQUAL(devlink_diagnose(HANDLE, "hw", "faults"), 0);
	TAP_EQUAL(devlink_diagnose(HANDLE, "fw", "hangs"), 0);
}

static void fault_is_reported_and_recovered(void)
{
	struct devlink_health health;
	struct dut_context ctx;
	struct dut dut;

	TAP_REQUIRE(fresh_context(&dut, &ctx));
	for (unsigned int i = 1; i <= 3; i++) {
		TAP_CHECK(fault_shows(&ctx, true, i));
		TAP_REQUIRE(devlink_health(HANDLE, "hw", &health));
		TAP_EQUAL(health.recoveries, i);
		TAP_EQUAL(dut_health(&dut).resets, i);
	}
	TAP_EQUAL(devlink_diagnose(HANDLE, "hw", "resets"), 3);
	TAP_EQUAL(devlink_diagnose(HANDLE, "hw", "faults"), 3);
	TAP_REQUIRE(devlink_health(HANDLE, "fw", &health));
	TAP_EQUAL(health.errors, 0);
	dut_context_close(&ctx);
}

static void dump_is_kept_until_it_is_cleared(void)
{
	struct devlink_health health;
	struct dut_context ctx;
	struct devlink said;
	struct dut dut;

	TAP_REQUIRE(fresh_context(&dut, &ctx));
	TAP_REQUIRE(dut_queue(&ctx, 0));
	TAP_CHECK(fault_shows(&ctx, true, 1));
	/* That of the fault, though the device is well again. */
	TAP_CHECK(devlink_run(&said,
			      "-j health dump show " HANDLE " reporter hw"));
	TAP_CHECK(said.json);
	TAP_CHECK(strstr(said.out, "engine sleep does not end its work"));
	TAP_CHECK(strstr(said.out, "\"state\":\"failed\""));
	TAP_CHECK(strstr(said.out, "\"engine\":\"rings\",\"mode\":\"kernel\""));
	devlink_free(&said);
	TAP_REQUIRE(devlink_health(HANDLE, "hw", &health));
	TAP_CHECK(health.dumped);
	TAP_CHECK(devlink_does("health dump clear " HANDLE " reporter hw"));
	TAP_REQUIRE(devlink_health(HANDLE, "hw", &health));
	TAP_CHECK(!health.dumped);
	/* Who asks now is shown what is now. */
	TAP_CHECK(devlink_run(&said,
			      "-j health dump show " HANDLE " reporter hw"));
	TAP_CHECK(strstr(said.out, "\"state\":\"ready\""));
	devlink_free(&said);
	dut_context_close(&ctx);
}

static void auto_recover(const char *value)
{
	TAP_CHECK(devlink_does(
		"health set " HANDLE " reporter hw auto_recover %s", value));
}

static void wait_for_state(const struct dut *dut, uint32_t state)
{
	uint64_t end = uapi_now_ms() + BOUND_MS;

	while (dut_health(dut).state != state && uapi_now_ms() < end)
		usleep(1000);
	TAP_EQUAL(dut_health(dut).state, state);
}

/* What waits is told soon, what comes is refused, and the operator decides. */
static void without_auto_recover_the_device_waits(void)
{
	struct dut_command hang = { .op = DUT_HANG }, fill;
	struct devlink_health health;
	struct dut_context ctx;
	uint32_t queue, sync;
	struct dut dut;

	TAP_REQUIRE(fresh_context(&dut, &ctx));
	queue = dut_queue(&ctx, DUT_LONG_MS);
	sync = sync_create(ctx.fd);
	fill = dut_fill(&ctx.page, 0, 7);
	TAP_EQUAL(dut_run(&ctx, queue, &fill, 1), 0);
	auto_recover("false");
	TAP_EQUAL(dut_submit_one(&ctx, queue, &hang, sync), 0);
	fault(&ctx);
	TAP_EQUAL(dut_fence(&ctx, sync), -ECANCELED);
	TAP_CHECK(devlink_health_wait(HANDLE, "hw", false, 1));
	usleep(2000000);
	TAP_EQUAL(dut_health(&dut).state, DRM_AXLE_STATE_FAILED);
	TAP_EQUAL(dut_health(&dut).resets, 0);
	TAP_EQUAL(dut_run(&ctx, queue, &fill, 1), -EIO);
	TAP_CHECK(devlink_does("health recover " HANDLE " reporter hw"));
	TAP_EQUAL(dut_health(&dut).state, DRM_AXLE_STATE_READY);
	TAP_REQUIRE(devlink_health(HANDLE, "hw", &health));
	TAP_CHECK(health.healthy);
	TAP_EQUAL(health.recoveries, 1);
	TAP_EQUAL(ctx.page.words[0], 7);
	ctx.page.words[0] = 0;
	TAP_EQUAL(dut_run(&ctx, queue, &fill, 1), 0);
	TAP_EQUAL(ctx.page.words[0], 7);
	auto_recover("true");
	TAP_CHECK(fault_shows(&ctx, true, 2));
	TAP_EQUAL(dut_run(&ctx, queue, &fill, 1), 0);
	dut_context_close(&ctx);
}

static void any_reset_heals(void)
{
	struct dut_context ctx;
	struct dut dut;

	TAP_REQUIRE(fresh_context(&dut, &ctx));
	auto_recover("false");
	TAP_CHECK(fault_shows(&ctx, false, 1));
	wait_for_state(&dut, DRM_AXLE_STATE_FAILED);
	TAP_EQUAL(dut_reset(&dut), 0);
	TAP_CHECK(devlink_health_wait(HANDLE, "hw", true, 1));
	TAP_EQUAL(dut_health(&dut).state, DRM_AXLE_STATE_READY);
	TAP_CHECK(fault_shows(&ctx, false, 2));
	wait_for_state(&dut, DRM_AXLE_STATE_FAILED);
	TAP_CHECK(reload());
	TAP_CHECK(devlink_health_wait(HANDLE, "hw", true, 2));
	dut_context_close(&ctx);
}

static void waiting_device_can_go(void)
{
	struct dut_context ctx;
	struct dut dut;

	TAP_REQUIRE(fresh_context(&dut, &ctx));
	auto_recover("false");
	TAP_CHECK(fault_shows(&ctx, false, 1));
	TAP_CHECK(uapi_write("/sys/bus/platform/drivers/axle_mock/unbind",
			     "axle_mock"));
	dut_context_close(&ctx);
	TAP_CHECK(!devlink_does("dev show " HANDLE));
}

static void failed_reset_is_an_error_of_the_hardware(void)
{
	struct devlink_health health;
	struct dut_context ctx;
	struct dut dut;

	TAP_REQUIRE(fresh_context(&dut, &ctx));
	parameter("fail_reset", 1);
	TAP_ERRNO(dut_reset(&dut), EIO);
	TAP_CHECK(devlink_health_wait(HANDLE, "hw", false, 1));
	TAP_CHECK(!devlink_does("health recover " HANDLE " reporter hw"));
	TAP_EQUAL(dut_health(&dut).resets, 2);
	parameter("fail_reset", 0);
	TAP_CHECK(devlink_does("health recover " HANDLE " reporter hw"));
	TAP_REQUIRE(devlink_health(HANDLE, "hw", &health));
	TAP_CHECK(health.healthy);
	TAP_EQUAL(health.errors, 1);
	TAP_EQUAL(dut_health(&dut).state, DRM_AXLE_STATE_READY);
	/* And a fault that no reset ends. */
	parameter("fail_reset", 1);
	TAP_CHECK(fault_shows(&ctx, false, 2));
	wait_for_state(&dut, DRM_AXLE_STATE_FAILED);
	TAP_EQUAL(dut_health(&dut).resets, 4);
	parameter("fail_reset", 0);
	TAP_CHECK(devlink_does("health recover " HANDLE " reporter hw"));
	TAP_EQUAL(dut_health(&dut).state, DRM_AXLE_STATE_READY);
	dut_context_close(&ctx);
}

static void grace_period_holds_the_next_recovery_back(void)
{
	struct dut_context ctx;
	struct dut dut;

	TAP_REQUIRE(fresh_context(&dut, &ctx));
	TAP_CHECK(devlink_does("health set " HANDLE
			       " reporter hw grace_period 600000"));
	TAP_CHECK(fault_shows(&ctx, true, 1));
	TAP_CHECK(fault_shows(&ctx, false, 2));
	wait_for_state(&dut, DRM_AXLE_STATE_FAILED);
	TAP_CHECK(devlink_does("health recover " HANDLE " reporter hw"));
	TAP_EQUAL(dut_health(&dut).state, DRM_AXLE_STATE_READY);
	dut_context_close(&ctx);
}

/* Its telemetry stands still from now on, until a reset. */
static void freeze(const struct dut *dut)
{
	struct mock_telemetry said = { .frozen = 1 };
	int fd = dut_open_control(dut);

	TAP_EQUAL(ioctl(fd, MOCK_IOCTL_SAY, &said), 0);
	close(fd);
}

static void hang_is_reported_and_recovered(void)
{
	struct devlink_health health;
	struct dut_context ctx;
	struct dut_load load;
	struct dut dut;

	TAP_REQUIRE(fresh_context(&dut, &ctx));
	TAP_REQUIRE(dut_load_start(&load, &ctx));
	freeze(&dut);
	TAP_CHECK(devlink_health_wait(HANDLE, "fw", true, 1));
	TAP_REQUIRE(devlink_health(HANDLE, "fw", &health));
	TAP_EQUAL(health.recoveries, 1);
	TAP_CHECK(health.dumped);
	TAP_EQUAL(dut_health(&dut).resets, 1);
	TAP_EQUAL(dut_health(&dut).faults, 0);
	TAP_EQUAL(devlink_diagnose(HANDLE, "fw", "hangs"), 1);
	TAP_REQUIRE(devlink_health(HANDLE, "hw", &health));
	TAP_EQUAL(health.errors, 0);
	dut_load_stop(&load);
	TAP_EQUAL(load.wrong, 0);
	dut_context_close(&ctx);
}

/* Jobs do without telemetry. */
static void without_auto_recover_a_hang_stays(void)
{
	struct devlink_health health;
	struct dut_command fill;
	struct dut_context ctx;
	struct dut dut;

	TAP_REQUIRE(fresh_context(&dut, &ctx));
	TAP_CHECK(devlink_does("health set " HANDLE
			       " reporter fw auto_recover false"));
	freeze(&dut);
	TAP_CHECK(devlink_health_wait(HANDLE, "fw", false, 1));
	TAP_EQUAL(dut_health(&dut).state, DRM_AXLE_STATE_READY);
	fill = dut_fill(&ctx.page, 0, 7);
	TAP_EQUAL(dut_run(&ctx, dut_queue(&ctx, 0), &fill, 1), 0);
	TAP_CHECK(devlink_does("health recover " HANDLE " reporter fw"));
	TAP_REQUIRE(devlink_health(HANDLE, "fw", &health));
	TAP_CHECK(health.healthy);
	TAP_EQUAL(dut_health(&dut).resets, 1);
	dut_context_close(&ctx);
}

/* The next that is not a uevent; its type, or 0 if none comes. */
static uint32_t next_event(struct axl_monitor *monitor,
			   struct axl_monitor_event *event)
{
	uint64_t end = uapi_now_ms() + BOUND_MS;

	while (uapi_now_ms() < end) {
		if (!axl_monitor_event(monitor, event, sizeof(*event)) &&
		    event->type != AXL_MONITOR_CHANGED)
			return event->type;
		usleep(10000);
	}
	return 0;
}

static void events_tell_of_firmware(void)
{
	struct axl_monitor_event event;
	struct axl_monitor *monitor;
	struct axl_system *system;
	struct dut dut;

	TAP_REQUIRE(fresh(&dut));
	TAP_REQUIRE(axl_system_create(NULL, &system) == 0);
	TAP_REQUIRE(axl_monitor_create(system, &monitor) == 0);
	TAP_EQUAL(axl_monitor_listen(monitor, 0), 0);
	write_image(MOCK_FW_VERSION(2, 0, 1));
	TAP_CHECK(flash());
	TAP_EQUAL(next_event(monitor, &event), AXL_MONITOR_FIRMWARE);
	TAP_STRING(event.text, "stored 2.0.1");
	TAP_CHECK(reload());
	TAP_EQUAL(next_event(monitor, &event), AXL_MONITOR_RESET);
	TAP_EQUAL(next_event(monitor, &event), AXL_MONITOR_FIRMWARE);
	TAP_STRING(event.text, "running 2.0.1");
	/* The same once more is no news. */
	TAP_CHECK(reload());
	TAP_EQUAL(next_event(monitor, &event), AXL_MONITOR_RESET);
	freeze(&dut);
	TAP_EQUAL(next_event(monitor, &event), AXL_MONITOR_HANG);
	TAP_EQUAL(next_event(monitor, &event), AXL_MONITOR_RESET);
	axl_monitor_destroy(monitor);
	axl_system_destroy(system);
}

static atomic_bool stop_asking;

/* Asks all there is to ask, without an end. */
static void *ask(void *arg)
{
	unsigned int *asked = arg;

	while (!stop_asking) {
		uapi_shell("devlink -j dev info >/dev/null 2>&1; "
			   "devlink -j health >/dev/null 2>&1; "
			   "devlink -j health diagnose " HANDLE
			   " reporter fw >/dev/null 2>&1; "
			   "devlink -j health dump show " HANDLE
			   " reporter hw >/dev/null 2>&1");
		(*asked)++;
	}
	return NULL;
}

/* Everything at once, for the locks: what counts is that it ends. */
static void all_at_once_ends(void)
{
	unsigned int asked = 0;
	struct dut_context ctx;
	struct dut_load load;
	struct dut dut;
	pthread_t thread;

	stop_asking = false;
	TAP_REQUIRE(pthread_create(&thread, NULL, ask, &asked) == 0);
	for (int round = 0; round < 3; round++) {
		TAP_REQUIRE(fresh_context(&dut, &ctx));
		TAP_REQUIRE(dut_load_start(&load, &ctx));
		write_image(MOCK_FW_VERSION(2, 0, 0));
		TAP_CHECK(fault_shows(&ctx, true, 1));
		TAP_CHECK(flash() && reload());
		dut_load_stop(&load);
		TAP_EQUAL(load.wrong, 0);
		dut_context_close(&ctx);
	}
	stop_asking = true;
	pthread_join(thread, NULL);
	TAP_CHECK(asked > 0);
}

static const struct bad_image bad_images[] = {
	{ truncate_image, "it is truncated" },
	{ truncate_header, "not a firmware image" },
	{ flip_a_bit, "its digest is wrong" },
	{ of_another_device, "it is for another device" },
	{ not_an_image, "not a firmware image" },
	{ older_than_allowed, "older than the device allows" },
	{ too_large, "the limit is 262144" },
	{ empty, "failed to locate" },
};

#define BAD_IMAGE(what, n)                                      \
	{ what " is refused, and the device keeps what it had", \
	  bad_image_is_refused, &bad_images[n] }

static const struct tap_case cases[] = {
	{ "info names driver, serial number and versions",
	  info_names_the_device },
	{ "the instance lives as long as the device",
	  instance_lives_as_long_as_the_device },
	{ "a flash stores an image with progress, a reload runs it",
	  flash_stores_and_reload_activates },
	{ "another flash replaces what does not run yet",
	  another_flash_replaces_the_first },
	BAD_IMAGE("a truncated image", 0),
	BAD_IMAGE("an image with half a header", 1),
	BAD_IMAGE("an image with a flipped bit", 2),
	BAD_IMAGE("an image of another device", 3),
	BAD_IMAGE("a file that is no image", 4),
	BAD_IMAGE("an image older than allowed", 5),
	BAD_IMAGE("an image that is too large", 6),
	BAD_IMAGE("an empty file", 7),
	{ "a file that is not there is an error", file_must_be_there },
	{ "components, sections and reloads that the device does not know are "
	  "refused",
	  options_unknown_to_the_device_are_refused },
	{ "who may not change the device may ask for info and health only",
	  changing_needs_the_capability },
	{ "a loss of power at any piece leaves the old image or the new",
	  power_loss_leaves_the_old_or_the_new },
	{ "an image that does not start is rolled back",
	  image_that_does_not_start_is_rolled_back },
	{ "jobs and contexts survive flashes and reloads", jobs_go_on },
	{ "a reset ends a flash", reset_ends_a_flash },
	{ "a fault ends a flash and is not held up by it",
	  fault_ends_a_flash_and_is_not_held_up },
	{ "removal ends a flash", removal_ends_a_flash },
	{ "a tool that is killed ends its flash", killed_tool_ends_a_flash },
	{ "reporters are healthy at first", reporters_are_healthy_at_first },
	{ "a fault is reported and recovered",
	  fault_is_reported_and_recovered },
	{ "the dump of a fault is kept until it is cleared",
	  dump_is_kept_until_it_is_cleared },
	{ "without auto_recover a failed device waits for the operator",
	  without_auto_recover_the_device_waits },
	{ "any reset that succeeds heals the reporters", any_reset_heals },
	{ "a device that waits for the operator can go away",
	  waiting_device_can_go },
	{ "a reset that fails is an error of the hardware",
	  failed_reset_is_an_error_of_the_hardware },
	{ "a grace period holds the next recovery back",
	  grace_period_holds_the_next_recovery_back },
	{ "a firmware that hangs is reported and recovered",
	  hang_is_reported_and_recovered },
	{ "without auto_recover a firmware that hangs is left alone",
	  without_auto_recover_a_hang_stays },
	{ "listeners are told of firmware, hangs and resets, once and in order",
	  events_tell_of_firmware },
	{ "questions, faults, flashes and removals at once end",
	  all_at_once_ends },
};

TAP_MAIN(cases)
