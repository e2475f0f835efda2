// SPDX-License-Identifier: MIT
/* CRC-32, eight bytes a step. */
#include "crc.h"

#include <string.h>

#define POLYNOMIAL 0xedb88320u /* reflected */

/* Row n: what a byte does to the sum n bytes further on. */
static void make_table(uint32_t table[8][256])
{
	for (uint32_t i = 0; i < 256; i++) {
		uint32_t sum = i;

		for (int bit = 0; bit < 8; bit++)
			sum = sum >> 1 ^ (sum & 1 ? POLYNOMIAL : 0);
		table[0][i] = sum;
	}
	for (int n = 1; n < 8; n++)
		for (int i = 0; i < 256; i++)
			table[n][i] = table[n - 1][i] >> 8 ^
				      table[0][table[n - 1][i] & 0xff];
}

uint32_t axt_crc32(const void *data, size_t size)
{
	const uint8_t *bytes = data;
	uint32_t table[8][256];
	uint32_t sum = ~0u;

	/* Microseconds, each time, for no state at all. */
	make_table(table);
	for (; size >= 8; size -= 8, bytes += 8) {
		uint32_t low, high;

		memcpy(&low, bytes, 4);
		memcpy(&high, bytes + 4, 4);
		low ^= sum;
		sum = table[7][low & 0xff] ^ table[6][low >> 8 & 0xff] ^
		      table[5][low >> 16 & 0xff] ^ table[4][low >> 24] ^
		      table[3][high & 0xff] ^ table[2][high >> 8 & 0xff] ^
		      table[1][high >> 16 & 0xff] ^ table[0][high >> 24];
	}
	for (; size; size--)
		sum = sum >> 8 ^ table[0][(sum ^ *bytes++) & 0xff];
	return ~sum;
}
