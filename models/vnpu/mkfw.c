// SPDX-License-Identifier: MIT
/*
 * vnpu-mkfw: write the firmware image that vnpu boots. The reference model has
 * its behaviour inside, so the image is a header and nothing more: it is there
 * because a driver must load one (docs/vnpu.md, 4.1). Tests of updates want
 * images of a size and with a security version (4.5).
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

/* The whole word is a number in [min, max]. */
static int parse_number(const char *text, uint32_t min, uint32_t max,
			uint32_t *value)
{
	unsigned long long n;
	char *end;

	errno = 0;
	n = strtoull(text, &end, 10);
	if (errno || *end || *text < '0' || *text > '9' || n < min || n > max)
		return -EINVAL;
	*value = (uint32_t)n;
	return 0;
}

/* What follows the header differs from image to image. */
static int write_image(const char *path, struct vnpu_fw_header *fw)
{
	uint32_t size = le32toh(fw->size);
	uint8_t *image = malloc(size);
	FILE *file;
	size_t written;

	if (!image)
		return -ENOMEM;
	for (uint32_t i = sizeof(*fw); i < size; i++)
		image[i] = (uint8_t)(i * 167 + le32toh(fw->version));
	memcpy(image, fw, sizeof(*fw));
	vnpu_fw_digest(image, size, fw->digest);
	memcpy(image, fw, sizeof(*fw));
	file = fopen(path, "wb");
	if (!file) {
		free(image);
		return -errno;
	}
	written = fwrite(image, size, 1, file);
	free(image);
	if (fclose(file) || written != 1)
		return -EIO;
	return 0;
}

static const char usage[] =
	"Usage: vnpu-mkfw FILE MAJOR.MINOR.PATCH [SECURITY [SIZE]]\n";

int main(int argc, char **argv)
{
	struct vnpu_fw_header fw = {
		.magic = htole32(VNPU_FW_MAGIC),
		.header_version = htole16(VNPU_FW_HEADER_VERSION),
		.header_size = htole16(sizeof(fw)),
		.profiles = htole32(1u << VNPU_PROFILE_DATACENTER |
				    1u << VNPU_PROFILE_EDGE),
		/* There is nothing in it that needs a newer device. */
		.interface = htole32(VNPU_VERSION_VALUE & VNPU_VERSION_MAJOR),
		.name = "vnpu reference model",
	};
	uint32_t version, security = 0, size = sizeof(fw);
	uint64_t seconds;
	int ret;

	if (argc < 3 || argc > 5) {
		fputs(usage, stderr);
		return 2;
	}
	if (parse_version(argv[2], &version)) {
		fprintf(stderr, "vnpu-mkfw: bad version \"%s\"\n", argv[2]);
		return 2;
	}
	if ((argc > 3 && parse_number(argv[3], 0, UINT32_MAX, &security)) ||
	    (argc > 4 &&
	     parse_number(argv[4], sizeof(fw), VNPU_FW_SIZE_MAX, &size))) {
		fprintf(stderr, "vnpu-mkfw: bad security version or size\n%s",
			usage);
		return 2;
	}
	if (build_time(&seconds)) {
		fputs("vnpu-mkfw: bad SOURCE_DATE_EPOCH\n", stderr);
		return 2;
	}
	fw.size = htole32(size);
	fw.version = htole32(version);
	fw.security = htole32(security);
	fw.build_time = htole64(seconds);
	ret = write_image(argv[1], &fw);
	if (ret) {
		fprintf(stderr, "vnpu-mkfw: cannot write %s: %s\n", argv[1],
			strerror(-ret));
		return 1;
	}
	return 0;
}
