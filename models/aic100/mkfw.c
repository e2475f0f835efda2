// SPDX-License-Identifier: MIT
/*
 * aic100-mkfw: write an image that the AIC100 model boots. The model has its
 * behaviour inside, so there is a header and then nothing but bytes that do
 * not repeat, the same ones each time: what is lost or mixed up on the way
 * shows in the CRC.
 */
#include "aic100_fw.h"
#include "common/crc32.h"

#include <endian.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Marsaglia's xorshift; a state of zero would stay so. */
static void fill(uint8_t *p, size_t len, uint32_t image)
{
	uint32_t x = 0x9e3779b9 ^ image;
	size_t i;

	for (i = 0; i < len; i++) {
		x ^= x << 13;
		x ^= x >> 17;
		x ^= x << 5;
		p[i] = x;
	}
}

static int write_image(const char *path, uint32_t image, uint32_t size)
{
	struct aic100_fw_header *fw = malloc(size);
	size_t rest = size - sizeof(*fw), written;
	FILE *file;

	if (!fw)
		return -ENOMEM;
	fill((uint8_t *)(fw + 1), rest, image);
	fw->magic = htole32(AIC100_FW_MAGIC);
	fw->size = htole32(size);
	fw->image = htole32(image);
	fw->crc = htole32(axm_crc32(0, fw + 1, rest));
	file = fopen(path, "wb");
	if (!file) {
		free(fw);
		return -errno;
	}
	written = fwrite(fw, size, 1, file);
	free(fw);
	return fclose(file) || written != 1 ? -EIO : 0;
}

static int parse_number(const char *text, uint32_t min, uint32_t max,
			uint32_t *value)
{
	unsigned long n;
	char *end;

	errno = 0;
	n = strtoul(text, &end, 0);
	if (errno || *end || *text < '0' || *text > '9' || n < min || n > max)
		return -EINVAL;
	*value = n;
	return 0;
}

int main(int argc, char **argv)
{
	uint32_t image, size;
	int ret;

	if (argc != 4) {
		fputs("Usage: aic100-mkfw FILE NUMBER BYTES\n", stderr);
		return 2;
	}
	if (parse_number(argv[2], 0, AIC100_FW_IMAGES - 1, &image)) {
		fprintf(stderr, "aic100-mkfw: bad number \"%s\"\n", argv[2]);
		return 2;
	}
	if (parse_number(argv[3], sizeof(struct aic100_fw_header) + 1,
			 AIC100_FW_SIZE_MAX, &size)) {
		fprintf(stderr, "aic100-mkfw: bad size \"%s\"\n", argv[3]);
		return 2;
	}
	ret = write_image(argv[1], image, size);
	if (ret) {
		fprintf(stderr, "aic100-mkfw: cannot write %s: %s\n", argv[1],
			strerror(-ret));
		return 1;
	}
	return 0;
}
