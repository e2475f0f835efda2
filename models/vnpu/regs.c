// SPDX-License-Identifier: MIT
/*
 * Registers: an image of 256 bytes, and a table of what may be written and
 * what follows. All of it is under the device lock.
 */
#include "core.h"

#include <string.h>

#define DISK_MS 4000 /* of the host, which a stored image waits for */
#define LOCKED 0x1u /* while the admin ring is enabled */

static void control(struct vnpu *v)
{
	uint32_t value = (uint32_t)vnpu_reg(v, VNPU_REG_CONTROL, 4);
	uint32_t kept = v->enabled ? VNPU_CONTROL_ENABLE : 0;

	memcpy(v->regs + VNPU_REG_CONTROL, &kept, sizeof(kept));
	if (value & VNPU_CONTROL_RESET)
		vnpu_reset_begin(v, false);
	else if (value & VNPU_CONTROL_ENABLE)
		vnpu_admin_enable(v);
}

static void boot(struct vnpu *v)
{
	uint32_t value = (uint32_t)vnpu_reg(v, VNPU_REG_FW_BOOT, 4);

	memset(v->regs + VNPU_REG_FW_BOOT, 0, 4);
	if (value == VNPU_FW_BOOT_IMAGE ||
	    (value == VNPU_FW_BOOT_FLASH && v->limits->cap & VNPU_CAP_FLASH))
		vnpu_boot_start(v, value == VNPU_FW_BOOT_FLASH);
}

static void event_head(struct vnpu *v)
{
	atomic_store(&v->event_head,
		     (uint32_t)vnpu_reg(v, VNPU_REG_EVENT_HEAD, 4));
}

static const struct reg {
	uint16_t offset;
	uint8_t size;
	uint8_t flags;
	void (*act)(struct vnpu *v);
} regs[] = {
	{ VNPU_REG_CONTROL, 4, 0, control },
	{ VNPU_REG_FW_ADDRESS, 8, 0, NULL },
	{ VNPU_REG_FW_SIZE, 4, 0, NULL },
	{ VNPU_REG_FW_BOOT, 4, 0, boot },
	{ VNPU_REG_ADMIN_RING, 8, LOCKED, NULL },
	{ VNPU_REG_ADMIN_RESULTS, 8, LOCKED, NULL },
	{ VNPU_REG_ADMIN_STATUS, 8, LOCKED, NULL },
	{ VNPU_REG_ADMIN_LOG2, 4, LOCKED, NULL },
	{ VNPU_REG_ADMIN_VECTOR, 4, LOCKED, NULL },
	{ VNPU_REG_ADMIN_TAIL, 4, 0, vnpu_admin_doorbell },
	{ VNPU_REG_EVENT_HEAD, 4, 0, event_head },
};

/* The register that a write of this size means; NULL: none. */
static const struct reg *writable(struct vnpu *v, uint64_t offset,
				  unsigned int size)
{
	for (size_t i = 0; i < sizeof(regs) / sizeof(regs[0]); i++) {
		const struct reg *r = &regs[i];

		if (size < 4 || offset < r->offset ||
		    offset + size > (uint64_t)r->offset + r->size)
			continue;
		return r->flags & LOCKED && v->enabled ? NULL : r;
	}
	return NULL;
}

uint64_t vnpu_reg(const struct vnpu *v, unsigned int offset, unsigned int size)
{
	uint64_t value = 0;

	memcpy(&value, v->regs + offset, size);
	return value;
}

void vnpu_regs_write(struct vnpu *v, uint64_t offset, unsigned int size,
		     uint64_t value)
{
	const struct reg *r = writable(v, offset, size);

	if (!r)
		return;
	memcpy(v->regs + offset, &value, size);
	if (r->act)
		r->act(v);
}

/* What changes by itself is brought up to date when it is looked at. */
static void refresh(struct vnpu *v)
{
	uint64_t time = vnpu_time(v);
	uint32_t status = vnpu_put(VNPU_STATUS_STATE, v->state) |
			  (v->enabled ? VNPU_STATUS_ENABLED : 0) |
			  vnpu_put(VNPU_STATUS_ERROR, v->error);

	memcpy(v->regs + VNPU_REG_TIME, &time, sizeof(time));
	memcpy(v->regs + VNPU_REG_STATUS, &status, sizeof(status));
}

uint64_t vnpu_regs_read(struct vnpu *v, uint64_t offset, unsigned int size)
{
	if (offset >= VNPU_REGS_BYTES)
		return 0;
	refresh(v);
	return vnpu_reg(v, (unsigned int)offset, size);
}

static void put32(struct vnpu *v, unsigned int offset, uint64_t value)
{
	uint32_t word = (uint32_t)value;

	memcpy(v->regs + offset, &word, sizeof(word));
}

void vnpu_regs_init(struct vnpu *v)
{
	const struct vnpu_limits *l = v->limits;
	uint32_t bound = 4 * v->stop_ms > 1000 ? 4 * v->stop_ms : 1000;
	uint32_t disk = axm_opt(v->dev, "flash") ? DISK_MS : 0;

	put32(v, VNPU_REG_ID, VNPU_ID_VALUE);
	put32(v, VNPU_REG_VERSION, v->version);
	put32(v, VNPU_REG_CAP, l->cap | l->profile);
	put32(v, VNPU_REG_STOP_MS, v->stop_ms);
	put32(v, VNPU_REG_CONTEXTS, l->contexts);
	put32(v, VNPU_REG_QUEUES, l->queues);
	put32(v, VNPU_REG_CONTEXT_QUEUES, l->context_queues);
	put32(v, VNPU_REG_PROGRAMS, l->programs);
	put32(v, VNPU_REG_ASIDS, l->asids);
	put32(v, VNPU_REG_ENGINES, l->engines);
	put32(v, VNPU_REG_RING,
	      vnpu_put(VNPU_RING_LOG2_MIN, 4) |
		      vnpu_put(VNPU_RING_LOG2_MAX, 12));
	put32(v, VNPU_REG_VECTORS, l->vectors);
	put32(v, VNPU_REG_ADDRESS,
	      vnpu_put(VNPU_ADDRESS_DMA_BITS, 48) |
		      vnpu_put(VNPU_ADDRESS_VA_BITS, l->va_bits));
	put32(v, VNPU_REG_DB_STRIDE, VNPU_STRIDE);
	put32(v, VNPU_REG_BOOT_MS, 2000 + disk);
	put32(v, VNPU_REG_BOUNDS,
	      vnpu_put(VNPU_BOUNDS_RESET_MS, bound + 2000) |
		      vnpu_put(VNPU_BOUNDS_ADMIN_MS, bound + disk));
	memcpy(v->regs + VNPU_REG_MEMORY_SIZE, &v->memory_size,
	       sizeof(v->memory_size));
}

void vnpu_regs_reset(struct vnpu *v)
{
	memset(v->regs + VNPU_REG_CONTROL, 0,
	       VNPU_REGS_BYTES - VNPU_REG_CONTROL);
	atomic_store(&v->event_head, 0);
	v->enabled = false;
	v->error = 0;
}
