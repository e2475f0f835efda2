// SPDX-License-Identifier: MIT
/*
 * The images that aic100-mkfw writes, as the card reads them; the CRC is
 * computed by a table here.  AXLE_FIRMWARE is where the build has put them.
 */
#include <endian.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "aic100_fw.h"
#include "tap.h"

/* Four bits at a time. */
static uint32_t crc32(const uint8_t *p, size_t len)
{
	uint32_t table[16], crc = ~0u, i;

	for (i = 0; i < 16; i++) {
		uint32_t v = i;
		int bit;

		for (bit = 0; bit < 4; bit++)
			v = v & 1 ? v >> 1 ^ 0xedb88320 : v >> 1;
		table[i] = v;
	}
	while (len--) {
		crc ^= *p++;
		crc = crc >> 4 ^ table[crc & 15];
		crc = crc >> 4 ^ table[crc & 15];
	}
	return ~crc;
}

static size_t read_image(const char *name, uint8_t **data)
{
	const char *dir = getenv("AXLE_FIRMWARE");
	char path[4096];
	size_t len;
	FILE *file;

	*data = malloc(AIC100_FW_SIZE_MAX);
	snprintf(path, sizeof(path), "%s/%s.bin", dir ? dir : "", name);
	file = fopen(path, "rb");
	if (!*data || !file) {
		if (file)
			fclose(file);
		return 0;
	}
	len = fread(*data, 1, AIC100_FW_SIZE_MAX, file);
	fclose(file);
	return len;
}

static void crc_is_the_usual_one(void)
{
	TAP_EQUAL(crc32((const uint8_t *)"123456789", 9), 0xcbf43926);
}

static void image_describes_itself(void)
{
	const unsigned int *image = tap_data();
	const struct aic100_fw_header *fw;
	uint8_t *data;
	char name[16];
	size_t len;

	snprintf(name, sizeof(name), *image ? "fw%u" : "sbl", *image);
	len = read_image(name, &data);
	fw = (const void *)data;
	if (TAP_CHECK(len > sizeof(*fw))) {
		TAP_EQUAL(le32toh(fw->magic), AIC100_FW_MAGIC);
		TAP_EQUAL(le32toh(fw->size), len);
		TAP_EQUAL(le32toh(fw->image), *image);
		TAP_EQUAL(le32toh(fw->crc),
			  crc32(data + sizeof(*fw), len - sizeof(*fw)));
	}
	free(data);
}

static void odd_sizes_are_there(void)
{
	uint8_t *page, *odd, *absent;

	TAP_EQUAL(read_image("fw6", &page), 4096);
	TAP_CHECK(read_image("fw4", &odd) % 65536);
	TAP_EQUAL(read_image("fw9", &absent), 0);
	free(page);
	free(odd);
	free(absent);
}

static const unsigned int image[] = { AIC100_FW_SBL, 1, 2, 4, 5, 6, 8, 10 };

#define IMAGE(n, file)                                  \
	{ file " has its size, its number and its CRC", \
	  image_describes_itself, &image[n] }

static const struct tap_case cases[] = {
	{ "the CRC is the one of IEEE 802.3", crc_is_the_usual_one },
	IMAGE(0, "sbl.bin"),
	IMAGE(1, "fw1.bin"),
	IMAGE(2, "fw2.bin"),
	IMAGE(3, "fw4.bin"),
	IMAGE(4, "fw5.bin"),
	IMAGE(5, "fw6.bin"),
	IMAGE(6, "fw8.bin"),
	IMAGE(7, "fw10.bin"),
	{ "one image is a page, one ends within a piece, one is absent",
	  odd_sizes_are_there },
};

TAP_MAIN(cases)
