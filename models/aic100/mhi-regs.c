// SPDX-License-Identifier: MIT
/*
 * MHI's registers, all of them of 32 bits. Of a 64-bit value in two writes,
 * the low half comes last and acts; one access of 64 bits is the same as two.
 * Everything is under the device lock.
 */
#include "mhi.h"

static uint32_t status(const struct aic100_mhi *m)
{
	uint32_t value = aic100_put(MHI_STATUS_STATE, m->state);

	if (m->state == MHI_STATE_SYS_ERR)
		value |= MHI_STATUS_SYSERR;
	else if (m->state != MHI_STATE_RESET)
		value |= MHI_STATUS_READY;
	return value;
}

static uint64_t qtimer(const struct aic100_mhi *m)
{
	unsigned __int128 ns = axm_now_ns() - m->epoch;

	return (uint64_t)(ns * AIC100_QTIMER_HZ / 1000000000u);
}

/* Registers that the host writes for later. */
static bool stores(uint64_t offset)
{
	return offset == MHI_REG_CFG ||
	       (offset >= MHI_REG_CCABAP && offset < MHI_REG_CRDB + 8) ||
	       (offset >= MHI_REG_CTRLBASE && offset < MHI_REG_CTRLLIMIT + 8) ||
	       (offset >= MHI_REG_DATABASE && offset < MHI_REG_DATALIMIT + 8);
}

static const struct {
	uint16_t offset;
	uint32_t value;
} constants[] = {
	{ MHI_REG_LEN, AIC100_BAR_MHI_SIZE },
	{ MHI_REG_VERSION, MHI_VERSION_VALUE },
	{ MHI_REG_CHDBOFF, AIC100_CHDB },
	{ MHI_REG_ERDBOFF, AIC100_ERDB },
	{ MHI_REG_BHIOFF, AIC100_BHI },
	{ AIC100_REG_SOC_HW_VERSION, AIC100_SOC_HW_VERSION_VALUE },
};

static uint32_t read32(struct aic100_mhi *m, uint64_t offset)
{
	if (offset >= AIC100_BHI && offset < AIC100_BHI + BHI_SIZE)
		return aic100_bhi_read(m->a, offset - AIC100_BHI);
	if (stores(offset))
		return m->reg[offset / 4];
	if (offset == MHI_REG_CTRL)
		return m->ctrl;
	if (offset == MHI_REG_STATUS)
		return status(m);
	if (offset == AIC100_REG_QTIMER)
		return (uint32_t)qtimer(m);
	if (offset == AIC100_REG_QTIMER + 4)
		return (uint32_t)(qtimer(m) >> 32);
	for (size_t i = 0; i < sizeof(constants) / sizeof(constants[0]); i++)
		if (constants[i].offset == offset)
			return constants[i].value;
	return 0;
}

uint64_t aic100_mhi_read(struct aic100 *a, uint64_t offset, unsigned int size)
{
	struct aic100_mhi *m = a->mhi;

	if (size < 4)
		return 0;
	if (size == 4)
		return read32(m, offset);
	if (offset == AIC100_REG_QTIMER)
		return qtimer(m);
	return read32(m, offset) | (uint64_t)read32(m, offset + 4) << 32;
}

/* Until a reset is done its bit is set, and nothing else is heard. */
static void control(struct aic100_mhi *m, uint32_t value)
{
	uint32_t state = aic100_get(MHI_CTRL_STATE, value);

	if (m->ctrl & MHI_CTRL_RESET)
		return;
	m->ctrl = value & (MHI_CTRL_STATE | MHI_CTRL_RESET);
	if (value & MHI_CTRL_RESET) {
		m->work.todo |= MHI_TODO_RESET;
	} else if (state != MHI_STATE_RESET) {
		m->work.wanted = state;
		m->work.todo |= MHI_TODO_STATE;
	}
	aic100_qsm_kick(m->a);
}

/* Beyond the channels there are is the wake doorbell, which means nothing. */
static void ring_channel(struct aic100_mhi *m, uint64_t offset, uint32_t value)
{
	uint64_t channel = offset / 8;

	if (channel >= AIC100_CH_END)
		return;
	if (offset % 8) {
		m->chdb_high[channel] = value;
		return;
	}
	m->work.chdb[channel] = (uint64_t)m->chdb_high[channel] << 32 | value;
	m->work.rung |= 1u << channel;
	aic100_qsm_kick(m->a);
}

static void ring_event(struct aic100_mhi *m, uint64_t offset, uint32_t value)
{
	if (offset == 4)
		m->erdb_high = value;
	if (offset)
		return;
	m->work.erdb = (uint64_t)m->erdb_high << 32 | value;
	m->work.todo |= MHI_TODO_EVENT;
	aic100_qsm_kick(m->a);
}

static void ring_command(struct aic100_mhi *m)
{
	m->work.crdb = (uint64_t)m->reg[MHI_REG_CRDB / 4 + 1] << 32 |
		       m->reg[MHI_REG_CRDB / 4];
	m->work.todo |= MHI_TODO_COMMAND;
	aic100_qsm_kick(m->a);
}

static void soc_reset(struct aic100_mhi *m, uint32_t value)
{
	if (!(value & AIC100_SOC_RESET_REQ))
		return;
	m->work.todo |= MHI_TODO_SOC_RESET;
	aic100_qsm_kick(m->a);
}

static void write32(struct aic100_mhi *m, uint64_t offset, uint32_t value)
{
	if (stores(offset)) {
		m->reg[offset / 4] = value;
		if (offset == MHI_REG_CRDB)
			ring_command(m);
	} else if (offset == MHI_REG_CTRL) {
		control(m, value);
	} else if (offset == AIC100_REG_SOC_RESET) {
		soc_reset(m, value);
	} else if (offset >= AIC100_BHI && offset < AIC100_BHI + BHI_SIZE) {
		aic100_bhi_write(m->a, offset - AIC100_BHI, value);
	} else if (offset >= AIC100_CHDB && offset < AIC100_ERDB) {
		ring_channel(m, offset - AIC100_CHDB, value);
	} else if (offset >= AIC100_ERDB) {
		ring_event(m, offset - AIC100_ERDB, value);
	}
}

void aic100_mhi_write(struct aic100 *a, uint64_t offset, unsigned int size,
		      uint64_t value)
{
	struct aic100_mhi *m = a->mhi;

	if (size < 4)
		return;
	if (size == 8)
		write32(m, offset + 4, (uint32_t)(value >> 32));
	write32(m, offset, (uint32_t)value);
}
