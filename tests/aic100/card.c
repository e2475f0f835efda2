// SPDX-License-Identifier: MIT
#include "card.h"
#include "common/device.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DDR_SIZE ((size_t)AIC100_DBCS * CARD_SLICE)
#define PAGE 4096u

/* -- the parts around --------------------------------------------------- */

static struct card *card_of(struct aic100 *a)
{
	return (struct card *)((char *)(uintptr_t)a->dev->ops -
			       offsetof(struct card, ops));
}

void *aic100_ddr_at(struct aic100 *a, uint64_t addr, uint64_t size)
{
	uint64_t offset = addr - AIC100_DDR_BASE;

	if (addr < AIC100_DDR_BASE || offset > DDR_SIZE ||
	    size > DDR_SIZE - offset)
		return NULL;
	return card_of(a)->ddr + offset;
}

void aic100_mhi_sys_err(struct aic100 *a, const char *format, ...)
{
	atomic_fetch_add(&card_of(a)->sys_errs, 1);
}

void aic100_note_request(struct aic100 *a, unsigned int dbc,
			 const struct aic100_request *request)
{
}

void aic100_note_sem(struct aic100 *a, unsigned int dbc, unsigned int sem,
		     const char *what, unsigned int value)
{
}

void aic100_note_response(struct aic100 *a, unsigned int dbc, uint16_t id,
			  enum aic100_completion status)
{
}

void aic100_note_run(struct aic100 *a, unsigned int dbc, uint64_t ns, int ret)
{
}

static int card_init(struct axm_device *dev)
{
	struct aic100 *a = axm_priv(dev);

	a->dev = dev;
	a->threads = 2;
	card_of(a)->a = a;
	return aic100_bridge_init(a);
}

static void card_fini(struct axm_device *dev)
{
	aic100_bridge_fini(axm_priv(dev));
}

static void card_reset(struct axm_device *dev, enum axm_reset_kind kind)
{
	aic100_bridge_reset(axm_priv(dev));
}

static uint64_t card_read(struct axm_device *dev, unsigned int bar,
			  uint64_t offset, unsigned int size)
{
	return aic100_dbc_read(axm_priv(dev), offset, size);
}

static void card_write(struct axm_device *dev, unsigned int bar,
		       uint64_t offset, unsigned int size, uint64_t value)
{
	aic100_dbc_write(axm_priv(dev), offset, size, value);
}

static const struct axm_device_ops card_ops = {
	.name = "card",
	.summary = "a DMA bridge",
	.priv_size = sizeof(struct aic100),
	.pci = {
		.vendor = AIC100_PCI_VENDOR,
		.device = AIC100_PCI_DEVICE,
		.class_code = AIC100_PCI_CLASS,
		.msi_vectors = AIC100_VECTORS,
		.bar = { [AIC100_BAR_DBC] = { .size = AIC100_BAR_DBC_SIZE,
					      .flags = AXM_BAR_64 } },
	},
	.init = card_init,
	.fini = card_fini,
	.reset = card_reset,
	.bar_read = card_read,
	.bar_write = card_write,
};

bool card_open(struct card *card)
{
	memset(card, 0, sizeof(*card));
	card->ops = card_ops;
	card->ddr = aligned_alloc(PAGE, DDR_SIZE);
	if (!card->ddr)
		return false;
	if (host_base_open(&card->base, &card->ops, CARD_ARENA, NULL, NULL))
		return true;
	fprintf(stderr, "card: %s\n", card->base.error);
	free(card->ddr);
	return false;
}

void card_close(struct card *card)
{
	host_base_close(&card->base);
	free(card->ddr);
}

void *card_alloc(struct card *card, size_t size)
{
	return host_base_alloc(&card->base, size, PAGE);
}

uint64_t card_now_ms(void)
{
	return host_now_ns() / 1000000;
}

void card_sleep_ms(unsigned int ms)
{
	host_sleep_us(1000 * ms);
}

/* -- a channel's host --------------------------------------------------- */

void fifo_open(struct fifo *f, struct card *card, unsigned int dbc,
	       uint32_t count, struct aic100_network *network)
{
	struct aic100_dbc_config config = { .count = count,
					    .memory_size = CARD_SLICE,
					    .network = network };

	*f = (struct fifo){ .card = card, .dbc = dbc, .count = count };
	f->requests = card_alloc(card, count * sizeof(*f->requests));
	f->responses = card_alloc(card, count * sizeof(*f->responses));
	f->memory = AIC100_DDR_BASE + (uint64_t)dbc * CARD_SLICE;
	f->at = card->ddr + (size_t)dbc * CARD_SLICE;
	memset(f->at, 0, CARD_SLICE);
	config.requests = (uintptr_t)f->requests;
	config.responses = (uintptr_t)f->responses;
	config.memory = f->memory;
	aic100_dbc_start(card->a, dbc, &config);
}

uint32_t fifo_get(struct fifo *f, uint64_t reg)
{
	return (uint32_t)axm_inproc_read(f->card->base.bus, AIC100_BAR_DBC,
					 AIC100_DBC(f->dbc) + reg, 4);
}

void fifo_set(struct fifo *f, uint64_t reg, uint32_t value)
{
	axm_inproc_write(f->card->base.bus, AIC100_BAR_DBC,
			 AIC100_DBC(f->dbc) + reg, 4, value);
}

bool fifo_put(struct fifo *f, const struct aic100_request *r)
{
	uint32_t next = (f->tail + 1) % f->count;

	if (next == fifo_get(f, AIC100_DBC_REQHP))
		return false;
	f->requests[f->tail] = *r;
	f->tail = next;
	return true;
}

void fifo_ring(struct fifo *f)
{
	fifo_set(f, AIC100_DBC_REQTP, f->tail);
}

bool fifo_send(struct fifo *f, const struct aic100_request *r)
{
	bool ok = fifo_put(f, r);

	fifo_ring(f);
	return ok;
}

static uint32_t there(struct fifo *f)
{
	return (fifo_get(f, AIC100_DBC_RSPTP) + f->count - f->head) % f->count;
}

bool fifo_wait(struct fifo *f, uint32_t n, unsigned int ms)
{
	uint64_t until = card_now_ms() + ms;
	struct timespec t = { 0, 50000 };

	while (there(f) < n) {
		if (card_now_ms() > until)
			return false;
		nanosleep(&t, NULL);
	}
	return true;
}

bool fifo_take(struct fifo *f, uint16_t id, uint16_t status)
{
	struct aic100_response r;

	if (!fifo_wait(f, 1, 5000)) {
		printf("# no response for %u\n", id);
		return false;
	}
	r = f->responses[f->head];
	f->head = (f->head + 1) % f->count;
	fifo_set(f, AIC100_DBC_RSPHP, f->head);
	if (le16toh(r.id) == id && le16toh(r.status) == status)
		return true;
	printf("# id %u status %u, expected %u %u\n", le16toh(r.id),
	       le16toh(r.status), id, status);
	return false;
}

bool fifo_silent(struct fifo *f, unsigned int ms)
{
	return !fifo_wait(f, 1, ms);
}

struct aic100_request request_none(uint16_t id)
{
	return (struct aic100_request){ .id = htole16(id),
					.cmd = AIC100_CMD_BULK |
					       AIC100_CMD_COMPLETION };
}

struct aic100_request request_in(struct fifo *f, uint16_t id, const void *from,
				 uint64_t offset, uint32_t len)
{
	struct aic100_request r = request_none(id);

	r.cmd |= AIC100_CMD_DIR_IN;
	r.src = htole64((uintptr_t)from);
	r.dst = htole64(f->memory + offset);
	r.len = htole32(len);
	return r;
}

struct aic100_request request_out(struct fifo *f, uint16_t id, void *to,
				  uint64_t offset, uint32_t len)
{
	struct aic100_request r = request_none(id);

	r.cmd |= AIC100_CMD_DIR_OUT;
	r.src = htole64(f->memory + offset);
	r.dst = htole64((uintptr_t)to);
	r.len = htole32(len);
	return r;
}

__le32 sem_after(enum aic100_sem_cmd cmd, unsigned int sem, unsigned int value)
{
	return htole32(AIC100_SEM_ENABLE | aic100_put(AIC100_SEM_CMD, cmd) |
		       aic100_put(AIC100_SEM_INDEX, sem) |
		       aic100_put(AIC100_SEM_VALUE, value));
}

__le32 sem_before(enum aic100_sem_cmd cmd, unsigned int sem, unsigned int value)
{
	return sem_after(cmd, sem, value) | htole32(AIC100_SEM_PRESYNC);
}
