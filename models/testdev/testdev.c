// SPDX-License-Identifier: MIT
/*
 * testdev: the kit's own test device, and the shortest complete model. The
 * registers are in hw/testdev_regs.h.
 *
 * The state is under the device lock. The DMA engine is a job on one worker:
 * the command register copies its operands into the job, so that a driver
 * that writes them meanwhile changes nothing.
 */
#include "common/axm.h"
#include "common/crc32.h"
#include "testdev_regs.h"
#include "testdev.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK 65536u

struct operands {
	uint64_t src, dst;
	uint32_t len, value, cmd;
};

struct testdev {
	struct axm_worker *worker;
	struct axm_job job;
	struct axm_timer timer;
	struct operands reg; /* what the driver writes */
	struct operands active; /* what the job works on; its own while BUSY */
	uint32_t dma_status, dma_result, dma_error;
	uint32_t scratch32;
	uint64_t scratch64;
	uint32_t irq_status, irq_vectors;
	uint32_t timer_us, timer_count;
	uint32_t resets;
	uint64_t reads, writes, holes;
	uint8_t ram[TESTDEV_RAM_SIZE];
	uint8_t chunk[CHUNK]; /* the job's */
};

static void set_irq(struct axm_device *dev, uint32_t source, uint32_t vector)
{
	struct testdev *t = axm_priv(dev);

	t->irq_status |= source;
	axm_irq_line(dev, true);
	axm_irq_raise(dev, vector & 0xff);
}

/* One chunk of a command, in the job's buffer or between it and the host. */
typedef int step_fn(struct axm_device *dev, const struct operands *o,
		    uint32_t at, uint32_t n);

static int step_fill(struct axm_device *dev, const struct operands *o,
		     uint32_t at, uint32_t n)
{
	struct testdev *t = axm_priv(dev);

	memset(t->chunk, (int)o->value, n);
	return axm_dma_write(dev, o->dst + at, t->chunk, n);
}

static int step_copy(struct axm_device *dev, const struct operands *o,
		     uint32_t at, uint32_t n)
{
	struct testdev *t = axm_priv(dev);
	int ret = axm_dma_read(dev, o->src + at, t->chunk, n);

	return ret ? ret : axm_dma_write(dev, o->dst + at, t->chunk, n);
}

static int step_crc(struct axm_device *dev, const struct operands *o,
		    uint32_t at, uint32_t n)
{
	struct testdev *t = axm_priv(dev);
	int ret = axm_dma_read(dev, o->src + at, t->chunk, n);

	if (ret)
		return ret;
	axm_lock(dev);
	t->dma_result = axm_crc32(at ? t->dma_result : 0, t->chunk, n);
	axm_unlock(dev);
	return 0;
}

static int step_store(struct axm_device *dev, const struct operands *o,
		      uint32_t at, uint32_t n)
{
	return axm_dma_store32(dev, o->dst, o->value);
}

static int in_memory(uint64_t offset, uint32_t len)
{
	return offset < TESTDEV_BAR_MEM_SIZE &&
	       len <= TESTDEV_BAR_MEM_SIZE - offset;
}

static int step_to_mem(struct axm_device *dev, const struct operands *o,
		       uint32_t at, uint32_t n)
{
	char *memory = axm_bar_memory(dev, TESTDEV_BAR_MEM);

	if (!in_memory(o->dst, o->len))
		return -EINVAL;
	return axm_dma_read(dev, o->src + at, memory + o->dst + at, n);
}

static int step_from_mem(struct axm_device *dev, const struct operands *o,
			 uint32_t at, uint32_t n)
{
	char *memory = axm_bar_memory(dev, TESTDEV_BAR_MEM);

	if (!in_memory(o->src, o->len))
		return -EINVAL;
	return axm_dma_write(dev, o->dst + at, memory + o->src + at, n);
}

static int step_spin(struct axm_device *dev, const struct operands *o,
		     uint32_t at, uint32_t n)
{
	while (!axm_cancelled(dev))
		;
	return -ECANCELED;
}

static const struct dma_command {
	step_fn *step;
	bool once; /* the length does not matter */
} dma_commands[] = {
	[TESTDEV_CMD_NOP] = { NULL, true },
	[TESTDEV_CMD_FILL] = { step_fill, false },
	[TESTDEV_CMD_COPY] = { step_copy, false },
	[TESTDEV_CMD_CRC] = { step_crc, false },
	[TESTDEV_CMD_STORE] = { step_store, true },
	[TESTDEV_CMD_TO_MEM] = { step_to_mem, false },
	[TESTDEV_CMD_FROM_MEM] = { step_from_mem, false },
	[TESTDEV_CMD_SPIN] = { step_spin, true },
};

static int execute(struct axm_device *dev, const struct operands *o)
{
	uint32_t number = o->cmd & ~(uint32_t)TESTDEV_CMD_IRQ;
	const struct dma_command *c;
	int ret = 0;

	if (number >= sizeof(dma_commands) / sizeof(dma_commands[0]) ||
	    o->len > TESTDEV_DMA_LEN_MAX)
		return -EINVAL;
	c = &dma_commands[number];
	if (c->once)
		return c->step ? c->step(dev, o, 0, 0) : 0;
	for (uint32_t at = 0; !ret && at < o->len; at += CHUNK) {
		uint32_t left = o->len - at;

		ret = c->step(dev, o, at, left < CHUNK ? left : CHUNK);
	}
	return ret;
}

static void dma_job(struct axm_device *dev, struct axm_job *job)
{
	struct testdev *t = axm_priv(dev);
	struct operands o;
	int ret;

	axm_lock(dev);
	o = t->active;
	axm_unlock(dev);
	ret = execute(dev, &o);
	if (!ret && axm_fault_corrupt(dev))
		ret = -EIO;
	axm_lock(dev);
	if (ret != -ECANCELED) {
		t->dma_error = (uint32_t)-ret;
		t->dma_status = ret ? TESTDEV_DMA_FAILED : TESTDEV_DMA_DONE;
		if (o.cmd & TESTDEV_CMD_IRQ)
			set_irq(dev, TESTDEV_IRQ_DMA, t->irq_vectors);
	}
	axm_unlock(dev);
}

static void dma_start(struct axm_device *dev, uint32_t cmd)
{
	struct testdev *t = axm_priv(dev);

	if (t->dma_status == TESTDEV_DMA_BUSY)
		return;
	t->active = t->reg;
	t->active.cmd = cmd;
	t->dma_status = TESTDEV_DMA_BUSY;
	t->dma_result = 0;
	axm_worker_queue(t->worker, &t->job);
}

static void timer_fired(struct axm_device *dev, struct axm_timer *timer)
{
	struct testdev *t = axm_priv(dev);

	t->timer_us = 0;
	t->timer_count++;
	set_irq(dev, TESTDEV_IRQ_TIMER, t->irq_vectors >> 8);
}

static void timer_set(struct axm_device *dev, uint32_t us)
{
	struct testdev *t = axm_priv(dev);

	t->timer_us = us;
	if (us)
		axm_timer_arm(dev, &t->timer, us * 1000ull);
	else
		axm_timer_cancel(dev, &t->timer);
}

static void irq_clear(struct axm_device *dev, uint32_t bits)
{
	struct testdev *t = axm_priv(dev);

	t->irq_status &= ~bits;
	axm_irq_line(dev, t->irq_status);
}

/* A plain register: where it is in the state, and whether it is writable. */
static const struct reg {
	uint16_t offset;
	uint8_t size;
	bool writable;
	size_t field;
} regs[] = {
#define REG(name, size, writable, field) \
	{ TESTDEV_##name, size, writable, offsetof(struct testdev, field) }
	REG(SCRATCH32, 4, true, scratch32),
	REG(RESETS, 4, false, resets),
	REG(SCRATCH64, 8, true, scratch64),
	REG(IRQ_STATUS, 4, false, irq_status),
	REG(IRQ_VECTORS, 4, true, irq_vectors),
	REG(DMA_SRC, 8, true, reg.src),
	REG(DMA_DST, 8, true, reg.dst),
	REG(DMA_LEN, 4, true, reg.len),
	REG(DMA_VALUE, 4, true, reg.value),
	REG(DMA_STATUS, 4, false, dma_status),
	REG(DMA_RESULT, 4, false, dma_result),
	REG(DMA_ERROR, 4, false, dma_error),
	REG(TIMER_US, 4, false, timer_us),
	REG(TIMER_COUNT, 4, false, timer_count),
	REG(COUNT_READ, 8, false, reads),
	REG(COUNT_WRITE, 8, false, writes),
	REG(COUNT_HOLE, 8, false, holes),
#undef REG
};

/* Part of a register may be accessed: 32 bits of a 64-bit one, a byte. */
static uint8_t *find_reg(struct testdev *t, uint64_t offset, unsigned int size,
			 bool write)
{
	for (size_t i = 0; i < sizeof(regs) / sizeof(regs[0]); i++) {
		const struct reg *r = &regs[i];

		if (offset >= r->offset &&
		    offset + size <= (uint64_t)r->offset + r->size)
			return write && !r->writable ?
				       NULL :
				       (uint8_t *)t + r->field +
					       (offset - r->offset);
	}
	return NULL;
}

static bool in_ram(uint64_t offset)
{
	return offset >= TESTDEV_RAM && offset < TESTDEV_RAM + TESTDEV_RAM_SIZE;
}

static uint64_t regs_read(struct axm_device *dev, uint64_t offset,
			  unsigned int size)
{
	struct testdev *t = axm_priv(dev);
	uint64_t value = 0;
	uint8_t *at;

	t->reads++;
	if (offset == TESTDEV_ID)
		return TESTDEV_ID_VALUE;
	if (offset == TESTDEV_VERSION)
		return TESTDEV_VERSION_VALUE;
	at = in_ram(offset) ? t->ram + (offset - TESTDEV_RAM) :
			      find_reg(t, offset, size, false);
	if (at)
		memcpy(&value, at, size);
	return value;
}

static void regs_write(struct axm_device *dev, uint64_t offset,
		       unsigned int size, uint64_t value)
{
	static const struct {
		uint64_t offset;
		void (*act)(struct axm_device *dev, uint32_t value);
	} actions[] = {
		{ TESTDEV_IRQ_STATUS, irq_clear },
		{ TESTDEV_DMA_CMD, dma_start },
		{ TESTDEV_TIMER_US, timer_set },
	};
	struct testdev *t = axm_priv(dev);
	uint8_t *at;

	t->writes++;
	if (offset == TESTDEV_IRQ_RAISE)
		set_irq(dev, TESTDEV_IRQ_SOFT, (uint32_t)value);
	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
		if (actions[i].offset == offset)
			actions[i].act(dev, (uint32_t)value);
	at = in_ram(offset) ? t->ram + (offset - TESTDEV_RAM) :
			      find_reg(t, offset, size, true);
	if (at)
		memcpy(at, &value, size);
}

static uint64_t testdev_bar_read(struct axm_device *dev, unsigned int bar,
				 uint64_t offset, unsigned int size)
{
	struct testdev *t = axm_priv(dev);

	if (bar == TESTDEV_BAR_REGS)
		return regs_read(dev, offset, size);
	if (bar != TESTDEV_BAR_MEM)
		return 0;
	t->holes++;
	return offset + 1;
}

static void testdev_bar_write(struct axm_device *dev, unsigned int bar,
			      uint64_t offset, unsigned int size,
			      uint64_t value)
{
	struct testdev *t = axm_priv(dev);

	if (bar == TESTDEV_BAR_REGS)
		regs_write(dev, offset, size, value);
	else if (bar == TESTDEV_BAR_MEM)
		t->holes++;
}

static int testdev_init(struct axm_device *dev)
{
	struct testdev *t = axm_priv(dev);
	uint64_t vectors = TESTDEV_MSIX_VECTORS;

	if (axm_opt_u64(dev, "msix", 0, 256, &vectors))
		return -EINVAL;
	axm_pci(dev)->msix.vectors = (unsigned int)vectors;
	t->job.run = dma_job;
	t->timer.run = timer_fired;
	return axm_worker_create(dev, "testdev-dma", &t->worker);
}

static void testdev_reset(struct axm_device *dev, enum axm_reset_kind kind)
{
	struct testdev *t = axm_priv(dev);

	if (kind == AXM_RESET_POWER)
		memset(axm_bar_memory(dev, TESTDEV_BAR_MEM), 0,
		       TESTDEV_BAR_MEM_SIZE);
	t->reg = (struct operands){ 0 };
	t->dma_status = TESTDEV_DMA_IDLE;
	t->dma_result = t->dma_error = 0;
	t->scratch32 = 0;
	t->scratch64 = 0;
	t->irq_status = t->irq_vectors = 0;
	t->timer_us = t->timer_count = 0;
	t->resets++;
	memset(t->ram, 0, sizeof(t->ram));
}

static void testdev_ecc(struct axm_device *dev, enum axm_ecc_kind kind,
			uint64_t address)
{
	struct testdev *t = axm_priv(dev);
	uint8_t *memory = axm_bar_memory(dev, TESTDEV_BAR_MEM);

	if (kind == AXM_ECC_UNCORRECTED)
		memory[address % TESTDEV_BAR_MEM_SIZE] ^= 1;
	set_irq(dev, TESTDEV_IRQ_ECC, t->irq_vectors);
}

static int run_scratch(struct axm_device *dev, int argc, char **argv, FILE *out)
{
	struct testdev *t = axm_priv(dev);

	if (argc > 1)
		t->scratch32 = (uint32_t)strtoul(argv[1], NULL, 0);
	fprintf(out, "scratch32 0x%" PRIx32 "\n", t->scratch32);
	return 0;
}

static const struct axm_command testdev_commands[] = {
	{ "scratch", "[VALUE]", "show or set the 32-bit scratch register",
	  run_scratch },
	{ 0 },
};

static const struct axm_opt_desc testdev_opts[] = {
	{ "msix", "number of MSI-X vectors, 0 to 256 (16)" },
	{ 0 },
};

static const struct axm_bar_area memory_areas[] = {
	{ 0, TESTDEV_HOLE },
	{ TESTDEV_HOLE + TESTDEV_HOLE_SIZE,
	  TESTDEV_BAR_MEM_SIZE - TESTDEV_HOLE - TESTDEV_HOLE_SIZE },
};

const struct axm_device_ops testdev_ops = {
	.name = "testdev",
	.summary = "test device of the model kit: DMA engine, timer, memory",
	.priv_size = sizeof(struct testdev),
	.pci = {
		.vendor = TESTDEV_VENDOR_ID,
		.device = TESTDEV_DEVICE_ID,
		.subsys_vendor = TESTDEV_VENDOR_ID,
		.subsys = TESTDEV_DEVICE_ID,
		.class_code = TESTDEV_CLASS,
		.revision = TESTDEV_REVISION,
		.intx = true,
		.pm = true,
		.pcie = true,
		.flr = true,
		.msi_vectors = TESTDEV_MSI_VECTORS,
		.msix = {
			.vectors = TESTDEV_MSIX_VECTORS,
			.bar = TESTDEV_BAR_MSIX,
			.table = TESTDEV_MSIX_TABLE,
			.pba = TESTDEV_MSIX_PBA,
		},
		.bar = {
			[TESTDEV_BAR_REGS] = { .size = TESTDEV_BAR_REGS_SIZE },
			[TESTDEV_BAR_MEM] = {
				.size = TESTDEV_BAR_MEM_SIZE,
				.flags = AXM_BAR_64 | AXM_BAR_PREFETCH,
				.areas = memory_areas,
				.nr_areas = 2,
			},
			[TESTDEV_BAR_MSIX] = { .size = TESTDEV_BAR_MSIX_SIZE },
		},
	},
	.opts = testdev_opts,
	.commands = testdev_commands,
	.init = testdev_init,
	.reset = testdev_reset,
	.bar_read = testdev_bar_read,
	.bar_write = testdev_bar_write,
	.ecc = testdev_ecc,
};
