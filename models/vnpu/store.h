/* SPDX-License-Identifier: MIT */
/*
 * What the device keeps over power cycles: two firmware images, what became of
 * them, and the pages of its memory that are out of use. In a file, or in
 * memory that ends with the process.
 *
 * The file: two superblocks, then a place for each image. A superblock counts
 * only if its digest is right, and of two the one with the higher sequence; a
 * change is written over the other one, after the data that it speaks of. So
 * whoever dies at any byte leaves the old state or the new one.
 *
 * One thread at a time; it may block for as long as the host's disk does.
 */
#ifndef VNPU_STORE_H
#define VNPU_STORE_H

#include "vnpu_regs.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VNPU_STORE_MAGIC 0x53464e56 /* "VNFS" */
#define VNPU_STORE_FORMAT 1
#define VNPU_STORE_PAGES 256
#define VNPU_STORE_BLOCK 4096
#define VNPU_STORE_DATA(slot) \
	(2ull * VNPU_STORE_BLOCK + (uint64_t)(slot) * VNPU_FW_SIZE_MAX)
#define VNPU_STORE_SIZE VNPU_STORE_DATA(VNPU_FLASH_SLOTS)

struct vnpu_store_slot {
	__le32 state; /* [0] VNPU_FLASH_* */
	__le32 size; /* [4] bytes of the image */
	__le32 boots; /* [8] of it */
	__le32 reserved; /* [12] zero */
};

/* A superblock. */
struct vnpu_store_block {
	__le32 magic; /* [0] VNPU_STORE_MAGIC */
	__le32 format; /* [4] VNPU_STORE_FORMAT */
	__le64 sequence; /* [8] also says where it is: bit 0 */
	__le32 security; /* [16] least that is accepted */
	__le32 active; /* [20] slot confirmed last, or VNPU_FLASH_NONE */
	__le32 pages; /* [24] elements in page */
	__le32 reserved0; /* [28] zero */
	struct vnpu_store_slot slot[VNPU_FLASH_SLOTS]; /* [32] */
	__le64 page[VNPU_STORE_PAGES]; /* [64] offsets in device memory */
	__u8 reserved1[1952]; /* [2112] zero */
	__u8 digest[32]; /* [4064] SHA-256 of all before */
};

VNPU_ASSERT_SIZE(vnpu_store_block, VNPU_STORE_BLOCK);

struct vnpu_store {
	int fd; /* -1: none */
	uint8_t *memory; /* instead; NULL: none */
	struct vnpu_store_block block; /* in force */
};

/* What a store that never was closed may be closed as, too. */
void vnpu_store_init(struct vnpu_store *store);

/*
 * A file that is not there is made. path NULL: in memory. -EBUSY: another
 * process has it open; -EINVAL: it is no such file, or both superblocks are
 * broken.
 */
int vnpu_store_open(struct vnpu_store *store, const char *path);
void vnpu_store_close(struct vnpu_store *store);

int vnpu_store_read(struct vnpu_store *store, unsigned int slot, void *data,
		    uint32_t size);
int vnpu_store_write(struct vnpu_store *store, unsigned int slot,
		     uint32_t offset, const void *data, uint32_t size);
/*
 * A state instead of that in force, which is left alone if it fails; the
 * sequence and the digest are made here.
 */
int vnpu_store_save(struct vnpu_store *store, struct vnpu_store_block *next);

#endif
