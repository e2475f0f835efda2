// SPDX-License-Identifier: MIT
/*
 * R83: death at any byte. A child updates its firmware and is killed: by
 * itself, after a number of bytes that reached the file (pwrite is wrapped), or
 * by us at a random moment. The next boot finds the old image or the new one.
 */
#include "flash.h"
#include "tap.h"
#include "vnpu/store.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define OLD 0x01000000u
#define NEW 0x02000000u
#define MORE 20000 /* bytes of an image beside its header */
#define DEATHS 200
#define KILLS 60

ssize_t __wrap_pwrite64(int fd, const void *data, size_t size, off_t at);
ssize_t __real_pwrite64(int fd, const void *data, size_t size, off_t at);

/* Bytes until death. A child has one thread that writes. */
static long budget = LONG_MAX;

ssize_t __wrap_pwrite64(int fd, const void *data, size_t size, off_t at)
{
	if ((long)size > budget) {
		__real_pwrite64(fd, data, (size_t)budget, at);
		raise(SIGKILL);
	}
	budget -= (long)size;
	return __real_pwrite64(fd, data, size, at);
}

static bool open_file(struct host *h, const char *file)
{
	const struct axm_inproc_option options[] = { { "flash", file }, { 0 } };

	return host_create(h, VNPU_PROFILE_EDGE, options);
}

/* What each death begins with: an image that runs and is confirmed. */
struct start {
	char file[32];
	uint8_t bytes[VNPU_STORE_DATA(0) + sizeof(struct vnpu_fw_header) + MORE];
};

static bool read_start(struct start *s)
{
	FILE *f = fopen(s->file, "rb");
	bool ok = f && fread(s->bytes, sizeof(s->bytes), 1, f) == 1;

	if (f)
		fclose(f);
	return ok;
}

static bool prepare(struct start *s)
{
	struct host h;
	bool ok;
	int fd;

	/* Where nobody waits for a disk: it is our death that counts. */
	strcpy(s->file, access("/dev/shm", W_OK) ?
				"/tmp/axle-death.XXXXXX" :
				"/dev/shm/axle-death.XXXXXX");
	fd = mkstemp(s->file);
	if (fd < 0)
		return false;
	close(fd);
	unlink(s->file);
	ok = open_file(&h, s->file) && host_boot(&h) &&
	     !flash_store(&h, flash_image(&h, OLD, 0, MORE)) &&
	     !flash_reboot(&h) && !flash_confirm(&h);
	host_close(&h);
	return ok && read_start(s);
}

static bool restore(const struct start *s)
{
	FILE *f = fopen(s->file, "wb");
	bool ok = f && fwrite(s->bytes, sizeof(s->bytes), 1, f) == 1;

	return f && !fclose(f) && ok;
}

/* What the file boots, and what it can be updated to afterwards. */
static uint32_t boots(const char *file)
{
	uint32_t version = 0;
	struct host h;

	if (!open_file(&h, file))
		return 0;
	if (!flash_boot(&h) && host_enable(&h))
		version = flash_version(&h);
	if (version && (flash_confirm(&h) ||
			flash_store(&h, flash_image(&h, OLD, 0, MORE))))
		version = 0;
	host_close(&h);
	return version;
}

/* Store, boot, confirm; every step may be the last. */
static void update(const char *file, long bytes)
{
	struct host h;

	if (!open_file(&h, file) || flash_boot(&h) || !host_enable(&h))
		_exit(2);
	budget = bytes;
	_exit(flash_store(&h, flash_image(&h, NEW, 0, MORE)) ||
	      flash_reboot(&h) || flash_confirm(&h));
}

static pid_t start(const char *file, long bytes)
{
	pid_t pid = fork();

	if (!pid)
		update(file, bytes);
	return pid;
}

/* Its exit status, or minus the signal. */
static int reap(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static bool old_or_new(const char *file, int status, unsigned int *news)
{
	uint32_t version = boots(file);

	*news += version == NEW;
	return TAP_CHECK(version == OLD || version == NEW) &&
	       TAP_CHECK(status || version == NEW) &&
	       TAP_CHECK(status != 1 && status != 2);
}

static void death_at_any_byte(void)
{
	/* Superblocks of BEGIN, COMMIT, the boot and CONFIRM. */
	const long total = MORE + 128 + 4 * 4096;
	unsigned int news = 0, deaths = 0;
	struct start s;

	TAP_REQUIRE(prepare(&s));
	srandom(42);
	for (int i = 0; i < DEATHS; i++) {
		long bytes = i < DEATHS / 2 ? random() % total :
					      total * i / DEATHS;
		int status;

		TAP_REQUIRE(restore(&s));
		status = reap(start(s.file, bytes));
		deaths += status == -SIGKILL;
		if (!old_or_new(s.file, status, &news)) {
			tap_note("%ld bytes, status %d, kept as %s", bytes,
				 status, s.file);
			return;
		}
	}
	unlink(s.file);
	TAP_EQUAL(deaths, DEATHS);
	TAP_CHECK(news && news < DEATHS);
	tap_note("%u of %d had the new image", news, DEATHS);
}

static void death_at_any_moment(void)
{
	unsigned int news = 0, deaths = 0;
	struct start s;

	TAP_REQUIRE(prepare(&s));
	srandom(43);
	for (int i = 0; i < KILLS; i++) {
		pid_t pid;
		int status;

		TAP_REQUIRE(restore(&s));
		pid = start(s.file, LONG_MAX);
		TAP_REQUIRE(pid > 0);
		host_sleep_us((unsigned int)(random() % 60000));
		kill(pid, SIGKILL);
		status = reap(pid);
		deaths += status == -SIGKILL;
		if (!old_or_new(s.file, status, &news)) {
			tap_note("status %d, kept as %s", status, s.file);
			return;
		}
	}
	unlink(s.file);
	TAP_CHECK(deaths);
	tap_note("%u of %d were killed, %u had the new image", deaths, KILLS,
		 news);
}

static const struct tap_case cases[] = {
	{ "R83 death at any byte of an update leaves old or new",
	  death_at_any_byte },
	{ "R83 death at any moment of an update leaves old or new",
	  death_at_any_moment },
};

TAP_MAIN(cases)
