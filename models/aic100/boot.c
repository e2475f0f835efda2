// SPDX-License-Identifier: MIT
/*
 * BHI: the primary boot loader takes the second one from the host's memory,
 * checks it, and starts it. The host then talks to that over MHI: sahara.c.
 */
#include "boot.h"
#include "common/crc32.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SERIAL 0x0a1c0000u

static bool stores(uint64_t offset)
{
	return offset == BHI_IMGADDR || offset == BHI_IMGADDR + 4 ||
	       offset == BHI_IMGSIZE || offset == BHI_INTVEC ||
	       offset == BHI_STATUS;
}

uint32_t aic100_bhi_read(struct aic100 *a, uint64_t offset)
{
	if (offset == BHI_EXECENV)
		return (uint32_t)aic100_mhi_ee(a);
	return a->boot->reg[offset / 4];
}

void aic100_bhi_write(struct aic100 *a, uint64_t offset, uint32_t value)
{
	struct aic100_boot *b = a->boot;

	if (stores(offset))
		b->reg[offset / 4] = value;
	if (offset != BHI_IMGTXDB || !value ||
	    aic100_mhi_ee(a) != AIC100_EE_PBL)
		return;
	b->reg[BHI_STATUS / 4] = 0;
	b->load = true;
	aic100_qsm_kick(a);
}

void aic100_bhi_mhi_reset(struct aic100 *a)
{
	a->boot->reg[BHI_INTVEC / 4] = 0;
}

enum boot_error aic100_boot_check(const void *image, size_t size,
				  unsigned int number)
{
	struct aic100_fw_header header;

	if (size < sizeof(header))
		return BOOT_OK;
	memcpy(&header, image, sizeof(header));
	if (le32toh(header.magic) != AIC100_FW_MAGIC)
		return BOOT_OK;
	if (le32toh(header.size) != size || le32toh(header.image) != number)
		return BOOT_HEADER;
	if (axm_crc32(0, (const uint8_t *)image + sizeof(header),
		      size - sizeof(header)) != le32toh(header.crc))
		return BOOT_CRC;
	return BOOT_OK;
}

static enum boot_error load(struct aic100 *a, uint64_t addr, uint32_t size)
{
	enum boot_error error;
	void *image;

	if (!size || size > AIC100_FW_SIZE_MAX)
		return BOOT_SIZE;
	image = malloc(size);
	if (!image)
		return BOOT_MEMORY;
	if (axm_dma_read(a->dev, addr, image, size))
		error = BOOT_DMA;
	else
		error = aic100_boot_check(image, size, AIC100_FW_SBL);
	free(image);
	return error;
}

/* MHI is READY before the host sees that its image was taken. */
static void load_work(struct aic100 *a)
{
	struct aic100_boot *b = a->boot;
	enum boot_error error;
	uint64_t addr;
	uint32_t size;
	bool wanted;

	axm_lock(a->dev);
	wanted = b->load;
	b->load = false;
	addr = (uint64_t)b->reg[BHI_IMGADDR / 4 + 1] << 32 |
	       b->reg[BHI_IMGADDR / 4];
	size = b->reg[BHI_IMGSIZE / 4];
	axm_unlock(a->dev);
	if (!wanted)
		return;
	error = load(a, addr, size);
	aic100_log(a, "bhi", "size=%u error=%u", size, error);
	if (!error)
		aic100_mhi_enter(a, AIC100_EE_SBL);
	axm_lock(a->dev);
	b->reg[BHI_ERRCODE / 4] = error;
	b->reg[BHI_STATUS / 4] = aic100_put(
		BHI_STATUS_MASK, error ? BHI_STATUS_ERROR : BHI_STATUS_SUCCESS);
	axm_unlock(a->dev);
	axm_irq_raise(a->dev, AIC100_VECTOR_MHI);
}

void aic100_boot_work(struct aic100 *a)
{
	load_work(a);
	aic100_sahara_work(a);
}

int aic100_boot_init(struct aic100 *a)
{
	a->boot = calloc(1, sizeof(*a->boot));
	return a->boot ? 0 : -ENOMEM;
}

void aic100_boot_fini(struct aic100 *a)
{
	if (!a->boot)
		return;
	aic100_sahara_forget(a);
	free(a->boot);
	a->boot = NULL;
}

/* The hash is that of a card without a key of its manufacturer's. */
void aic100_boot_reset(struct aic100 *a)
{
	struct aic100_boot *b = a->boot;

	aic100_sahara_forget(a);
	memset(b, 0, sizeof(*b));
	b->reg[BHI_VERSION / 4 + 1] = 1;
	b->reg[BHI_SERIALNU / 4] = SERIAL | (axm_number(a->dev) & 0xffff);
}
