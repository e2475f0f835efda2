// SPDX-License-Identifier: MIT
/* The firmware image of the build, and vnpu-mkfw, which writes it. */
#include "both.h"

#include <endian.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static size_t read_file(const char *path, void *data, size_t room)
{
	FILE *file = path ? fopen(path, "rb") : NULL;
	size_t size;

	if (!file)
		return 0;
	size = fread(data, 1, room, file);
	fclose(file);
	return size;
}

static void image_boots(void)
{
	struct vnpu_fw_info *info;
	struct host h;
	struct vnpu_cmd cmd = { .opcode = VNPU_CMD_IDENTIFY,
				.object = htole32(VNPU_IDENTIFY_FIRMWARE) };
	unsigned int major = 0, minor = 0, patch = 0;
	size_t size;
	void *image;

	TAP_REQUIRE(host_create(&h, profile(), NULL));
	image = host_alloc(&h, 4096, 64);
	size = read_file(getenv("AXLE_FIRMWARE"), image, 4096);
	TAP_EQUAL(size, sizeof(struct vnpu_fw_header));
	TAP_EQUAL(host_load(&h, host_address(image), (uint32_t)size),
		  VNPU_BOOT_OK);
	TAP_REQUIRE(host_enable(&h));
	info = host_alloc(&h, sizeof(*info), 64);
	cmd.data.address = htole64(host_address(info));
	cmd.data.size = htole64(sizeof(*info));
	TAP_REQUIRE(TAP_EQUAL(host_command(&h, &cmd), 0));
	TAP_EQUAL(sscanf(getenv("AXLE_VERSION"), "%u.%u.%u", &major, &minor,
			 &patch),
		  3);
	TAP_EQUAL(le32toh(info->version), major << 24 | minor << 16 | patch);
	TAP_CHECK(info->name[0]);
	TAP_CHECK(le64toh(info->build_time) > 0);
	host_close(&h);
}

struct mkfw {
	const char *version;
	const char *epoch; /* SOURCE_DATE_EPOCH, NULL: unset */
	int want; /* exit status */
	const char *security, *size; /* NULL: not given */
};

static int run_mkfw(const char *file, const struct mkfw *m)
{
	const char *mkfw = getenv("AXLE_MKFW");
	int status = -1;
	pid_t pid;

	if (!mkfw)
		return -1;
	pid = fork();
	if (!pid) {
		if (m->epoch)
			setenv("SOURCE_DATE_EPOCH", m->epoch, 1);
		else
			unsetenv("SOURCE_DATE_EPOCH");
		fclose(stderr);
		execl(mkfw, mkfw, file, m->version, m->security, m->size, NULL);
		_exit(126);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}

static void arguments_are_checked(void)
{
	static const struct mkfw rows[] = {
		{ "1.2.3", NULL, 0 },	   { "255.255.65535", NULL, 0 },
		{ "256.0.0", NULL, 2 },	   { "1.256.0", NULL, 2 },
		{ "1.2.65536", NULL, 2 },  { "1.2", NULL, 2 },
		{ "1.2.3.4", NULL, 2 },	   { "", NULL, 2 },
		{ "-1.2.3", NULL, 2 },	   { "1.2.3rc1", NULL, 2 },
		{ "1.2.3", "x", 2 },	   { "1.2.3", "", 2 },
		{ "1.2.3", "-5", 2 },	   { "1.2.3", "12x", 2 },
		{ "1.2.3", "17000000", 0 }
	};
	char file[] = "/tmp/axle-mkfw.XXXXXX";
	struct vnpu_fw_header fw = { 0 };
	int fd = mkstemp(file);

	TAP_REQUIRE(fd >= 0);
	close(fd);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (!TAP_EQUAL(run_mkfw(file, &rows[i]), rows[i].want))
			tap_note("\"%s\" %s", rows[i].version,
				 rows[i].epoch ? rows[i].epoch : "");
	TAP_EQUAL(read_file(file, &fw, sizeof(fw)), sizeof(fw));
	TAP_EQUAL(le64toh(fw.build_time), 17000000);
	TAP_EQUAL(le32toh(fw.version), 0x01020003);
	TAP_EQUAL(run_mkfw("/nonexistent/file", &rows[0]), 1);
	unlink(file);
}

static void images_have_size_and_security(void)
{
	static const struct mkfw rows[] = {
		{ "2.0.1", NULL, 0, "7", "100000" },
		{ "2.0.1", NULL, 2, "-1", "100000" },
		{ "2.0.1", NULL, 2, "4294967296", "100000" },
		{ "2.0.1", NULL, 2, "7x", "100000" },
		{ "2.0.1", NULL, 2, "7", "127" },
		{ "2.0.1", NULL, 2, "7", "4194305" },
	};
	char file[] = "/tmp/axle-mkfw.XXXXXX";
	int fd = mkstemp(file);
	struct vnpu_fw_header *fw;
	struct host h;

	TAP_REQUIRE(fd >= 0);
	close(fd);
	for (size_t i = sizeof(rows) / sizeof(rows[0]); i-- > 0;)
		TAP_EQUAL(run_mkfw(file, &rows[i]), rows[i].want);
	TAP_REQUIRE(host_create(&h, profile(), NULL));
	fw = host_alloc(&h, 200000, 64);
	TAP_EQUAL(read_file(file, fw, 200000), 100000);
	TAP_EQUAL(le32toh(fw->security), 7);
	TAP_EQUAL(le32toh(fw->interface), 0x10000);
	TAP_EQUAL(host_load(&h, host_address(fw), 100000), VNPU_BOOT_OK);
	host_close(&h);
	unlink(file);
}

static const struct tap_case cases[] = {
	BOTH("the image of the build boots and names its version", image_boots),
	{ "vnpu-mkfw checks its arguments", arguments_are_checked },
	BOTH("vnpu-mkfw writes images of a size, with a security version",
	     images_have_size_and_security),
};
TAP_MAIN(cases)
