/* SPDX-License-Identifier: MIT */
/* SHA-256, FIPS 180-4. */
#ifndef VNPU_SHA256_H
#define VNPU_SHA256_H

#include <stddef.h>
#include <stdint.h>

#define VNPU_SHA256_SIZE 32

struct vnpu_sha256 {
	uint32_t state[8];
	uint64_t bytes;
	uint8_t block[64];
};

void vnpu_sha256_init(struct vnpu_sha256 *sha);
void vnpu_sha256_add(struct vnpu_sha256 *sha, const void *data, size_t size);
void vnpu_sha256_end(struct vnpu_sha256 *sha, uint8_t digest[VNPU_SHA256_SIZE]);

/*
 * The digest of a firmware image of at least a header: its own bytes count as
 * zero.
 */
void vnpu_fw_digest(const void *image, size_t size,
		    uint8_t digest[VNPU_SHA256_SIZE]);

#endif
