// SPDX-License-Identifier: MIT
/*
 * The admin ring. The registers are copied when it is turned on; from then on
 * the copy is the admin worker's, until a reset, whose job runs there too.
 */
#include "core.h"

#include <errno.h>
#include <string.h>

#define ALIGN 64

static bool address_ok(const struct vnpu *v, unsigned int offset)
{
	uint64_t address = vnpu_reg(v, offset, 8);

	return address % ALIGN == 0 && !(address >> 48);
}

void vnpu_admin_enable(struct vnpu *v)
{
	uint32_t log2 = (uint32_t)vnpu_reg(v, VNPU_REG_ADMIN_LOG2, 4);
	uint32_t vector = (uint32_t)vnpu_reg(v, VNPU_REG_ADMIN_VECTOR, 4);
	uint32_t control = VNPU_CONTROL_ENABLE;

	if (v->state != VNPU_STATE_READY || v->enabled || log2 < 4 ||
	    log2 > 12 || vector >= v->limits->vectors ||
	    !address_ok(v, VNPU_REG_ADMIN_RING) ||
	    !address_ok(v, VNPU_REG_ADMIN_RESULTS) ||
	    !address_ok(v, VNPU_REG_ADMIN_STATUS))
		return;
	v->admin = (struct vnpu_admin){
		.ring = vnpu_reg(v, VNPU_REG_ADMIN_RING, 8),
		.results = vnpu_reg(v, VNPU_REG_ADMIN_RESULTS, 8),
		.status = vnpu_reg(v, VNPU_REG_ADMIN_STATUS, 8),
		.slots = 1u << log2,
		.vector = vector,
	};
	v->enabled = true;
	memcpy(v->regs + VNPU_REG_CONTROL, &control, sizeof(control));
	/* The tail may have been written before. */
	vnpu_admin_doorbell(v);
}

void vnpu_admin_doorbell(struct vnpu *v)
{
	if (v->enabled && v->state == VNPU_STATE_READY)
		axm_worker_queue(v->admin_worker, &v->admin_job);
}

/* False: nothing to do. */
static bool look(struct vnpu *v, struct vnpu_admin *a, uint32_t *pending)
{
	bool enabled;

	axm_lock(v->dev);
	*a = v->admin;
	enabled = v->enabled && v->state == VNPU_STATE_READY;
	*pending = vnpu_pending((uint32_t)vnpu_reg(v, VNPU_REG_ADMIN_TAIL, 4),
				a->done);
	axm_unlock(v->dev);
	return enabled && *pending && !vnpu_halted(v) && !atomic_load(&v->hung);
}

static int execute(struct vnpu *v, const struct vnpu_admin *a, bool *interrupt)
{
	uint64_t slot = a->done % a->slots;
	struct vnpu_result result = { 0 };
	struct vnpu_cmd cmd;
	int ret = axm_dma_read(v->dev, a->ring + slot * VNPU_SLOT_SIZE, &cmd,
			       sizeof(cmd));

	if (ret)
		return ret;
	vnpu_command(v, &cmd, &result);
	if (vnpu_halted(v))
		return -ECANCELED;
	*interrupt = cmd.flags & VNPU_CMD_INTERRUPT;
	ret = axm_dma_write(v->dev, a->results + slot * sizeof(result), &result,
			    sizeof(result));
	if (ret)
		return ret;
	return axm_dma_store64(v->dev, a->status, htole64(a->done + 1));
}

void vnpu_admin_job(struct axm_device *dev, struct axm_job *job)
{
	struct vnpu *v = axm_priv(dev);
	struct vnpu_admin a;
	uint32_t pending;

	while (look(v, &a, &pending)) {
		bool interrupt = false;
		int ret;

		if (pending > a.slots) {
			vnpu_broken(v, VNPU_ERR_OVERRUN);
			return;
		}
		ret = execute(v, &a, &interrupt);
		if (ret) {
			if (!vnpu_halted(v))
				vnpu_broken(v, VNPU_ERR_DMA);
			return;
		}
		axm_lock(dev);
		v->admin.done++;
		axm_unlock(dev);
		if (interrupt)
			vnpu_raise(v, a.vector);
	}
}
