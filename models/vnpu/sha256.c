// SPDX-License-Identifier: MIT
#include "sha256.h"
#include "vnpu_regs.h"

#include <string.h>

#define BLOCK 64u

/* FIPS 180-4, 4.2.2 and 5.3.3. */
static const uint32_t rounds[64] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1,
	0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3,
	0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
	0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
	0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
	0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
	0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
	0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
	0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static const uint32_t initial[8] = {
	0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
	0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
};

static uint32_t rotr(uint32_t x, unsigned int n)
{
	return x >> n | x << (32 - n);
}

static void expand(uint32_t w[64], const uint8_t *block)
{
	for (unsigned int i = 0; i < 16; i++)
		w[i] = (uint32_t)block[4 * i] << 24 |
		       (uint32_t)block[4 * i + 1] << 16 |
		       (uint32_t)block[4 * i + 2] << 8 | block[4 * i + 3];
	for (unsigned int i = 16; i < 64; i++) {
		uint32_t a = w[i - 15], b = w[i - 2];

		w[i] = w[i - 16] + w[i - 7] +
		       (rotr(a, 7) ^ rotr(a, 18) ^ a >> 3) +
		       (rotr(b, 17) ^ rotr(b, 19) ^ b >> 10);
	}
}

static void compress(uint32_t state[8], const uint8_t *block)
{
	uint32_t w[64], s[8];

	expand(w, block);
	memcpy(s, state, sizeof(s));
	/* Instead of moving the words along, their roles move. */
	for (unsigned int i = 0; i < 64; i++) {
		uint32_t a = s[-i & 7], e = s[(4 - i) & 7];
		uint32_t b = s[(1 - i) & 7], c = s[(2 - i) & 7];
		uint32_t f = s[(5 - i) & 7], g = s[(6 - i) & 7];
		uint32_t t = s[(7 - i) & 7] +
			     (rotr(e, 6) ^ rotr(e, 11) ^ rotr(e, 25)) +
			     ((e & f) ^ (~e & g)) + rounds[i] + w[i];

		s[(3 - i) & 7] += t;
		s[(7 - i) & 7] = t + (rotr(a, 2) ^ rotr(a, 13) ^ rotr(a, 22)) +
				 ((a & b) ^ (a & c) ^ (b & c));
	}
	for (unsigned int i = 0; i < 8; i++)
		state[i] += s[i];
}

void vnpu_sha256_init(struct vnpu_sha256 *sha)
{
	memcpy(sha->state, initial, sizeof(initial));
	sha->bytes = 0;
}

void vnpu_sha256_add(struct vnpu_sha256 *sha, const void *data, size_t size)
{
	const uint8_t *from = data;

	while (size) {
		size_t used = sha->bytes % BLOCK;
		size_t n = BLOCK - used < size ? BLOCK - used : size;

		if (n == BLOCK) {
			compress(sha->state, from);
		} else {
			memcpy(sha->block + used, from, n);
			if (used + n == BLOCK)
				compress(sha->state, sha->block);
		}
		sha->bytes += n;
		from += n;
		size -= n;
	}
}

void vnpu_sha256_end(struct vnpu_sha256 *sha, uint8_t digest[VNPU_SHA256_SIZE])
{
	static const uint8_t padding[BLOCK] = { 0x80 };
	uint64_t bits = sha->bytes * 8;
	size_t used = sha->bytes % BLOCK;
	uint8_t length[8];

	for (unsigned int i = 0; i < 8; i++)
		length[i] = (uint8_t)(bits >> (56 - 8 * i));
	vnpu_sha256_add(sha, padding, (used < 56 ? 56 : 120) - used);
	vnpu_sha256_add(sha, length, sizeof(length));
	for (unsigned int i = 0; i < VNPU_SHA256_SIZE; i++)
		digest[i] = (uint8_t)(sha->state[i / 4] >> (24 - i % 4 * 8));
}

void vnpu_fw_digest(const void *image, size_t size,
		    uint8_t digest[VNPU_SHA256_SIZE])
{
	struct vnpu_fw_header header;
	struct vnpu_sha256 sha;

	memcpy(&header, image, sizeof(header));
	memset(header.digest, 0, sizeof(header.digest));
	vnpu_sha256_init(&sha);
	vnpu_sha256_add(&sha, &header, sizeof(header));
	vnpu_sha256_add(&sha, (const uint8_t *)image + sizeof(header),
			size - sizeof(header));
	vnpu_sha256_end(&sha, digest);
}
