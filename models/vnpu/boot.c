// SPDX-License-Identifier: MIT
/*
 * Firmware: sections 4.1 and 4.5. The register write starts a job, which
 * decides.
 */
#include "core.h"
#include "sha256.h"

#include <stdlib.h>
#include <string.h>

void vnpu_boot_start(struct vnpu *v, bool stored)
{
	if (v->state != VNPU_STATE_WAIT_FW)
		return;
	v->state = VNPU_STATE_LOADING;
	v->error = VNPU_BOOT_OK;
	v->boot_stored = stored;
	axm_worker_queue(v->admin_worker, &v->boot_job);
}

static bool zero(const void *data, size_t size)
{
	const uint8_t *byte = data;

	while (size && !*byte) {
		byte++;
		size--;
	}
	return !size;
}

static bool header_ok(const struct vnpu_fw_header *h, uint32_t size)
{
	return le16toh(h->header_version) == VNPU_FW_HEADER_VERSION &&
	       le16toh(h->header_size) == sizeof(*h) &&
	       le32toh(h->size) == size &&
	       memchr(h->name, 0, sizeof(h->name)) &&
	       zero(h->reserved, sizeof(h->reserved));
}

static bool interface_ok(const struct vnpu *v, uint32_t wanted)
{
	return (wanted & VNPU_VERSION_MAJOR) ==
		       (v->version & VNPU_VERSION_MAJOR) &&
	       (wanted & VNPU_VERSION_MINOR) <=
		       (v->version & VNPU_VERSION_MINOR);
}

uint32_t vnpu_image_check(struct vnpu *v, const void *image, uint32_t size)
{
	struct vnpu_fw_header header;
	uint8_t digest[VNPU_SHA256_SIZE];

	memcpy(&header, image, sizeof(header));
	if (le32toh(header.magic) != VNPU_FW_MAGIC)
		return VNPU_BOOT_MAGIC;
	if (!header_ok(&header, size))
		return VNPU_BOOT_HEADER;
	vnpu_fw_digest(image, size, digest);
	if (memcmp(digest, header.digest, sizeof(digest)))
		return VNPU_BOOT_DIGEST;
	if (!(le32toh(header.profiles) & 1u << v->limits->profile))
		return VNPU_BOOT_PROFILE;
	if (!interface_ok(v, le32toh(header.interface)))
		return VNPU_BOOT_INTERFACE;
	if (le32toh(header.security) < vnpu_flash_security(v))
		return VNPU_BOOT_OLD;
	return VNPU_BOOT_OK;
}

void vnpu_boot_remember(struct vnpu *v, const struct vnpu_fw_header *h,
			uint64_t took)
{
	struct vnpu_fw_info *f = &v->firmware;

	f->version = h->version;
	f->interface = h->interface;
	f->build_time = h->build_time;
	f->boot_ns = htole64(took);
	f->boots = htole64(le64toh(f->boots) + 1);
	memcpy(f->name, h->name, sizeof(f->name));
	memcpy(f->digest, h->digest, sizeof(f->digest));
}

static uint32_t load(struct vnpu *v, uint64_t address, uint32_t size)
{
	uint64_t start = axm_now_ns();
	uint32_t error;
	void *image;

	if (size < sizeof(struct vnpu_fw_header) || size > VNPU_FW_SIZE_MAX ||
	    address % 64)
		return VNPU_BOOT_SIZE;
	image = malloc(size);
	if (!image)
		return VNPU_BOOT_DMA;
	if (axm_dma_read(v->dev, address, image, size))
		error = VNPU_BOOT_DMA;
	else
		error = vnpu_image_check(v, image, size);
	if (!error)
		vnpu_boot_remember(v, image, axm_now_ns() - start);
	free(image);
	return error;
}

void vnpu_boot_job(struct axm_device *dev, struct axm_job *job)
{
	struct vnpu *v = axm_priv(dev);
	uint64_t address, resets;
	uint32_t size, error;
	bool stored;

	axm_lock(dev);
	address = vnpu_reg(v, VNPU_REG_FW_ADDRESS, 8);
	size = (uint32_t)vnpu_reg(v, VNPU_REG_FW_SIZE, 4);
	resets = v->resets;
	stored = v->boot_stored;
	axm_unlock(dev);
	vnpu_flash_expire(v);
	error = stored ? vnpu_flash_boot(v) : load(v, address, size);
	axm_lock(dev);
	if (v->state == VNPU_STATE_LOADING && v->resets == resets) {
		v->state = error ? VNPU_STATE_WAIT_FW : VNPU_STATE_READY;
		v->error = error;
	}
	axm_unlock(dev);
}
