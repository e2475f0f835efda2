/* SPDX-License-Identifier: MIT */
/* Stored firmware, as the host sees it; for tests. */
#ifndef TESTS_VNPU_FLASH_H
#define TESTS_VNPU_FLASH_H

#include "host.h"

#define FLASH_PIECE 4096 /* of a FLASH_WRITE here */

/* An image of a version and a security version, with so many bytes more. */
struct vnpu_fw_header *flash_image(struct host *h, uint32_t version,
				   uint32_t security, size_t more);
int flash_begin(struct host *h, uint64_t size);
int flash_write(struct host *h, const void *piece, uint64_t size,
		uint64_t offset);
/* All of it, and COMMIT; VNPU_ERR_*, with VNPU_BOOT_* in the detail. */
int flash_store(struct host *h, const struct vnpu_fw_header *fw);
int flash_commit(struct host *h);
int flash_confirm(struct host *h);
/* Zeroes if it could not be had. */
struct vnpu_flash_log flash_log(struct host *h);
/* FW_BOOT_FLASH in WAIT_FW: VNPU_BOOT_*, or -1. Ends without admin ring. */
int flash_boot(struct host *h);
/* A reset, and the same with the admin ring. */
int flash_reboot(struct host *h);
/* What runs, by IDENTIFY. */
uint32_t flash_version(struct host *h);

#endif
