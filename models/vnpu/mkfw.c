// SPDX-License-Identifier: MIT
/*
 * vnpu-mkfw: write the firmware image that vnpu boots. The reference model has
 * its behaviour inside, so the image is a header and nothing more: it is there
 * because a driver must load one (docs/vnpu.md, 4.1).
 */
#include "sha256.h"
#include "vnpu_regs.h"

#include <endian.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* MAJOR.MINOR.PATCH as struct vnpu_fw_header has it. */
static int parse_version(const char *text, uint32_t *version)
{
	unsigned int major, minor, patch;
	int end = -1;

	if (strspn(text, "0123456789.") != strlen(text) ||
	    sscanf(text, "%3u.%3u.%5u%n", &major, &minor, &patch, &end) != 3 ||
	    text[end] || major > 0xff || minor > 0xff || patch > 0xffff)
		return -EINVAL;
	*version = major << 24 | minor << 16 | patch;
	return 0;
}

/* The same sources give the same bytes where SOURCE_DATE_EPOCH is set. */
static int build_time(uint64_t *seconds)
{
	const char *text = getenv("SOURCE_DATE_EPOCH");
	char *end;

	*seconds = (uint64_t)time(NULL);
	if (!text)
		return 0;
	errno = 0;
	*seconds = strtoull(text, &end, 10);
	return errno || *end || *text < '0' || *text > '9' ? -EINVAL : 0;
}

static int write_image(const char *path, const struct vnpu_fw_header *fw)
{
	FILE *file = fopen(path, "wb");
	size_t written;

	if (!file)
		return -errno;
	written = fwrite(fw, sizeof(*fw), 1, file);
	if (fclose(file) || written != 1)
		return -EIO;
	return 0;
}

int main(int argc, char **argv)
{
	struct vnpu_fw_header fw = {
		.magic = htole32(VNPU_FW_MAGIC),
		.header_version = htole16(VNPU_FW_HEADER_VERSION),
		.header_size = htole16(sizeof(fw)),
		.size = htole32(sizeof(fw)),
		.profiles = htole32(1u << VNPU_PROFILE_DATACENTER |
				    1u << VNPU_PROFILE_EDGE),
		.interface = htole32(VNPU_VERSION_VALUE),
		.name = "vnpu reference model",
	};
	uint32_t version;
	uint64_t seconds;
	int ret;

	if (argc != 3) {
		fputs("Usage: vnpu-mkfw FILE MAJOR.MINOR.PATCH\n", stderr);
		return 2;
	}
	if (parse_version(argv[2], &version)) {
		fprintf(stderr, "vnpu-mkfw: bad version \"%s\"\n", argv[2]);
		return 2;
	}
	if (build_time(&seconds)) {
		fputs("vnpu-mkfw: bad SOURCE_DATE_EPOCH\n", stderr);
		return 2;
	}
	fw.version = htole32(version);
	fw.build_time = htole64(seconds);
	vnpu_fw_digest(&fw, sizeof(fw), fw.digest);
	ret = write_image(argv[1], &fw);
	if (ret) {
		fprintf(stderr, "vnpu-mkfw: cannot write %s: %s\n", argv[1],
			strerror(-ret));
		return 1;
	}
	return 0;
}
