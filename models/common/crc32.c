// SPDX-License-Identifier: MIT
#include "crc32.h"

/* From here on it pays to make tables, which takes as long as a few KiB do. */
#define LARGE 16384u

static uint32_t add_byte(uint32_t crc, uint8_t byte)
{
	static const uint32_t table[16] = {
		0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac,
		0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
		0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
		0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
	};

	crc = crc >> 4 ^ table[(crc ^ byte) & 0xf];
	return crc >> 4 ^ table[(crc ^ byte >> 4) & 0xf];
}

/* What becomes of a byte that so many others follow, all of them zero. */
struct tables {
	uint32_t after[8][256];
};

static void make_tables(struct tables *t)
{
	for (unsigned int i = 0; i < 256; i++)
		t->after[0][i] = add_byte(i, 0);
	for (unsigned int k = 1; k < 8; k++)
		for (unsigned int i = 0; i < 256; i++) {
			uint32_t crc = t->after[k - 1][i];

			t->after[k][i] = crc >> 8 ^ t->after[0][crc & 0xff];
		}
}

/* Eight bytes, of which the CRC so far is added to the first four. */
static uint32_t add_eight(const struct tables *t, uint32_t crc,
			  const uint8_t *byte)
{
	uint32_t out = 0;

	for (unsigned int i = 0; i < 4; i++) {
		out ^= t->after[7 - i][(uint8_t)(byte[i] ^ crc >> 8 * i)];
		out ^= t->after[3 - i][byte[4 + i]];
	}
	return out;
}

uint32_t axm_crc32(uint32_t crc, const void *data, size_t len)
{
	const uint8_t *byte = data;

	crc = ~crc;
	if (len >= LARGE) {
		struct tables tables;

		make_tables(&tables);
		for (; len >= 8; len -= 8, byte += 8)
			crc = add_eight(&tables, crc, byte);
	}
	while (len--)
		crc = add_byte(crc, *byte++);
	return ~crc;
}
