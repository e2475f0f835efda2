// SPDX-License-Identifier: MIT
/*
 * libFuzzer: a card with a network on a DMA bridge channel, in process, and
 * records that write its registers and the memory that it reads: contexts and
 * rings of MHI, messages with a right CRC, requests of the bridge, packets of
 * SSR, commands at the control socket. A record is twelve bytes and, for some,
 * what follows them. The next input's bring-up is the check of this one: the
 * card must come up again after a reset, whatever was done to it.
 */
#include "host-nnc.h"
#include "program.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#define SCRATCH 65536u
#define USER 7
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct record {
	uint8_t what, a;
	uint16_t b;
	uint64_t value;
} __attribute__((packed));

struct target {
	struct host h;
	struct talk t;
	size_t used; /* of the arena, by what lives longer than an input */
	void *blob;
	size_t blob_size;
	uint8_t *scratch; /* what addresses of the input mean, mostly */
	uint8_t *packets;
	size_t packets_used;
	uint32_t dbc, tail;
	uint64_t memory; /* the workload's */
	bool up; /* MHI has not been reset */
	/* The input that is left. */
	const uint8_t *data;
	size_t size;
};

static void need(bool ok)
{
	if (!ok)
		abort();
}

static void bring_up(struct target *t)
{
	static const uint8_t pairs[] = { AIC100_CH_SSR, AIC100_CH_STATUS,
					 AIC100_CH_CONTROL,
					 AIC100_CH_LOOPBACK };
	struct nnc_activated activated;
	uint32_t elf;
	void *blob;

	axm_inproc_reset(t->h.base.bus);
	t->h.base.used = t->used;
	need(host_mhi(&t->h));
	for (size_t i = 0; i < COUNT(pairs); i++) {
		t->h.channel[pairs[i] + 1].posted = 4;
		need(host_start_pair(&t->h, pairs[i]));
	}
	memset(&t->t, 0, sizeof(t->t));
	t->t.h = &t->h;
	t->t.message = host_alloc(&t->h, NNC_TO_DEVICE_MAX, 4096);
	t->t.queues = host_alloc(&t->h, 8192, 4096);
	blob = host_alloc(&t->h, t->blob_size, 64);
	memcpy(blob, t->blob, t->blob_size);
	need(!talk_load(&t->t, USER, NNC_CMD_LOAD_ELF, blob, t->blob_size,
			&elf));
	need(!talk_start(&t->t, USER, elf, &activated));
	t->dbc = le32toh(activated.vc);
	t->memory = le64toh(activated.ddr_base);
	t->tail = 0;
	t->scratch = host_alloc(&t->h, SCRATCH, 4096);
	t->packets = host_alloc(&t->h, SCRATCH, 4096);
	t->packets_used = 0;
	t->up = true;
}

static struct target *create(void)
{
	static const struct axm_inproc_option options[] = { { "boot", "warm" },
							    { "ddr", "64M" },
							    { 0 } };
	struct target *t = calloc(1, sizeof(*t));

	need(t && host_create(&t->h, options));
	t->blob = program_add(256, 1, &t->blob_size);
	need(t->blob);
	t->used = t->h.base.used;
	return t;
}

/* The next bytes of the input; fewer are filled up with zeros. */
static void take(struct target *t, void *out, size_t size)
{
	size_t n = size < t->size ? size : t->size;

	memset(out, 0, size);
	memcpy(out, t->data, n);
	t->data += n;
	t->size -= n;
}

static uint64_t address(const struct target *t, uint64_t value)
{
	return value >> 63 ? value : host_address(t->scratch) + value % SCRATCH;
}

/* In order of use; the memory of an input is used up by and by. */
static void *packet(struct target *t, size_t size)
{
	void *at;

	if (t->packets_used + size > SCRATCH)
		t->packets_used = 0;
	at = t->packets + t->packets_used;
	t->packets_used += (size + 63) & ~(size_t)63;
	return at;
}

static void send(struct target *t, unsigned int channel, const void *data,
		 uint32_t len, uint32_t flags)
{
	if (!t->up || !t->h.channel[channel].ring)
		return;
	host_post(&t->h, channel, data, len, flags);
	host_ring(&t->h, channel);
}

static void mhi_register(struct target *t, const struct record *r)
{
	static const uint16_t offsets[] = {
		MHI_REG_CFG,
		MHI_REG_CTRL,
		MHI_REG_STATUS,
		MHI_REG_CCABAP,
		MHI_REG_CCABAP + 4,
		MHI_REG_ECABAP,
		MHI_REG_ECABAP + 4,
		MHI_REG_CRCBAP,
		MHI_REG_CRCBAP + 4,
		MHI_REG_CRDB,
		MHI_REG_CRDB + 4,
		MHI_REG_CTRLBASE,
		MHI_REG_DATALIMIT,
		AIC100_REG_SOC_RESET,
		AIC100_BHI + BHI_IMGADDR,
		AIC100_BHI + BHI_IMGADDR + 4,
		AIC100_BHI + BHI_IMGSIZE,
		AIC100_BHI + BHI_IMGTXDB,
		AIC100_BHI + BHI_INTVEC,
		AIC100_BHI + BHI_STATUS,
	};
	uint16_t offset = offsets[r->a % COUNT(offsets)];

	host_put32(&t->h, offset, (uint32_t)r->value);
	/* Rings are the card's no more, and may not be posted to. */
	if (offset == MHI_REG_CTRL || offset == AIC100_REG_SOC_RESET)
		t->up = false;
}

static void doorbell(struct target *t, const struct record *r)
{
	uint64_t offset = (r->b & 1 ? AIC100_ERDB : AIC100_CHDB) + 8u * r->a;
	struct host_channel *ch = &t->h.channel[r->a % AIC100_CH_END];
	uint64_t value = r->b & 2 || !ch->ring ?
				 r->value :
				 host_address(ch->ring) + r->value % 1024;

	host_put64(&t->h, offset % 0xff8, value);
}

static void bridge(struct target *t, const struct record *r)
{
	uint32_t n = r->b & 1 ? r->b >> 1 : t->dbc;

	host_dbc_put(&t->h, AIC100_DBC(n % 32) + r->a % 5 * 4,
		     (uint32_t)r->value);
}

static void anywhere(struct target *t, const struct record *r)
{
	unsigned int bar = r->a & 1 ? AIC100_BAR_DBC : AIC100_BAR_MHI;
	unsigned int size = 1u << (r->a >> 1 & 3);
	uint64_t offset =
		(r->value >> 32) % axm_inproc_size(t->h.base.bus, bar);

	offset &= ~(uint64_t)(size - 1);
	if (r->a & 8)
		axm_inproc_read(t->h.base.bus, bar, offset, size);
	else
		axm_inproc_write(t->h.base.bus, bar, offset, size,
				 (uint32_t)r->value);
	if (bar == AIC100_BAR_MHI && !(r->a & 8))
		t->up = false;
}

/* A word of something that the card reads when it likes. */
static void poke(struct target *t, const struct record *r)
{
	struct host *h = &t->h;
	struct host_channel *ch = &h->channel[r->b % AIC100_CH_END];
	struct {
		uint8_t *at;
		size_t size;
	} places[] = {
		{ h->channels, AIC100_CH_END * MHI_CONTEXT_SIZE },
		{ h->event_context, MHI_CONTEXT_SIZE },
		{ h->command_context, MHI_CONTEXT_SIZE },
		{ (uint8_t *)h->commands, HOST_COMMANDS * 16 },
		{ (uint8_t *)ch->ring, ch->count * 16 },
		{ t->t.queues, 8192 },
		{ t->t.message, 4096 },
		{ t->scratch, SCRATCH },
	};
	size_t place = r->a % COUNT(places);
	uint64_t value = htole64(r->a & 8 ? address(t, r->value) : r->value);

	if (places[place].at && places[place].size)
		memcpy(places[place].at +
			       (r->b >> 4) % (places[place].size - 7),
		       &value, sizeof(value));
}

static void command(struct target *t, const struct record *r)
{
	if (t->up)
		host_command_post(&t->h, MHI_TYPE_CMD_RESET + r->a % 4,
				  r->b % 32);
}

static void element(struct target *t, const struct record *r)
{
	unsigned int channel = r->a % AIC100_CH_END;
	const void *at = (const void *)(uintptr_t)address(t, r->value >> 16);

	send(t, channel, at, (uint32_t)r->value & 0x1ffff,
	     r->b & (MHI_TRE_CHAIN | MHI_TRE_IEOB | MHI_TRE_IEOT |
		     MHI_TRE_BEI));
}

/* Transactions as they come in the input, and a header that is right. */
static void message(struct target *t, const struct record *r)
{
	uint8_t *at = packet(t, 4096), *was = t->t.message;
	uint32_t len = (r->b % 1024 + 7u) & ~7u;

	t->t.message = at;
	talk_begin(&t->t, r->value % 3 ? USER : (uint32_t)r->value);
	take(t, at + t->t.len, len);
	t->t.len += len;
	t->t.count = r->a;
	talk_seal(&t->t);
	t->t.message = was;
	send(t, AIC100_CH_CONTROL, at, t->t.len, MHI_TRE_IEOT);
}

/* The same with one command whose length is right. */
static void user_command(struct target *t, const struct record *r)
{
	uint8_t *at = packet(t, 4096), *was = t->t.message;
	uint32_t size = (r->b % 256 + 8u) & ~7u;
	__le32 *type;

	t->t.message = at;
	talk_begin(&t->t, USER);
	type = talk_command(&t->t, r->a % NNC_CMD_MAX, size);
	take(t, type + 1, size - sizeof(*type));
	if (r->b & 0x100)
		talk_dma(&t->t, (uint32_t)r->value, (uint32_t)r->b >> 12,
			 t->scratch, r->value >> 32);
	if (r->b & 0x200)
		talk_queues(&t->t, r->b >> 10);
	talk_seal(&t->t);
	t->t.message = was;
	send(t, AIC100_CH_CONTROL, at, t->t.len, MHI_TRE_IEOT);
}

/* Into the FIFO, its addresses made such that they can be right. */
static void request(struct target *t, const struct record *r)
{
	struct aic100_request *at =
		(struct aic100_request *)t->t.queues + t->tail;
	bool in;

	take(t, at, sizeof(*at));
	in = (at->cmd & AIC100_CMD_DIR) == AIC100_CMD_DIR_IN;
	if (r->a & 1) {
		uint64_t host = address(t, r->value >> 32);
		uint64_t card = t->memory + (uint32_t)r->value % 8192;

		at->reserved0 = at->reserved1 = 0;
		at->reserved2 = 0;
		at->reserved3 = 0;
		at->cmd = (at->cmd & 0x9b) | AIC100_CMD_BULK;
		at->src = htole64(in ? host : card);
		at->dst = htole64(in ? card : host);
		at->len = htole32(r->b);
		at->db_addr = htole64(t->memory + at->db_data % 64);
		at->db_attr &= 0x83;
	}
	t->tail = (t->tail + 1) % TALK_QUEUE;
	host_dbc_put(&t->h, AIC100_DBC(t->dbc) + AIC100_DBC_REQTP, t->tail);
}

/* The host reads the responses that are there. */
static void responses(struct target *t, const struct record *r)
{
	uint64_t dbc = AIC100_DBC(t->dbc);

	host_dbc_put(&t->h, dbc + AIC100_DBC_RSPHP,
		     host_dbc_get(&t->h, dbc + AIC100_DBC_RSPTP));
}

static void ssr(struct target *t, const struct record *r)
{
	static const uint16_t commands[] = {
		SSR_EVENT_RESP,	 SSR_TRANSFER_INFO_RESP,
		SSR_MEMORY_READ, SSR_DONE,
		SSR_EVENT,	 0,
	};
	struct ssr_range *p = packet(t, sizeof(*p));
	uint32_t len = r->b & 1 ? sizeof(struct ssr_word) : sizeof(*p);
	uint32_t value = r->b & 2 ? (uint32_t)r->value :
				    (uint32_t)r->value % 32;

	p->h.command = htole32(commands[r->a % COUNT(commands)]);
	p->h.len = htole32(len);
	p->h.dbc = htole32(r->b & 4 ? r->b >> 8 : t->dbc);
	p->reserved = htole32(value);
	p->addr = htole64(t->memory + (r->value & 0xffff) * 4096);
	p->len = htole64(r->value >> 32 & 0x1ffff);
	send(t, AIC100_CH_SSR, p, len, MHI_TRE_IEOT);
}

static void control(struct target *t, const struct record *r)
{
	static const char *const lines[] = {
		"crash 0",     "crash 1",     "ras ce 0 3",  "ras ue-nf pcie",
		"ras ue 2 40", "sys-err",     "soc-reset",   "wrong-status 0",
		"hang 0",      "hang 0 off",  "no-reply 1",  "usage",
		"stats",       "stats clear", "log",	     "state",
		"drop-irq 3",  "corrupt 1",   "ecc ue 4096",
	};
	char out[16384];

	host_base_command(&t->h.base, lines[r->a % COUNT(lines)], out,
			  sizeof(out));
}

static void pause_for(struct target *t, const struct record *r)
{
	host_sleep_us(r->b % 512);
}

/* Events are not looked at: they may be anything by now. */
static void drain(struct target *t, const struct record *r)
{
	uint32_t rp = host_context_get32(t->h.event_context, MHI_CONTEXT_RP);
	uint64_t base = host_address(t->h.events);
	uint64_t at = ((rp - (uint32_t)base) / 16 + HOST_EVENTS - 1) %
		      HOST_EVENTS * 16;

	host_context_put64(t->h.event_context, MHI_CONTEXT_WP, base + at);
	host_put64(&t->h, AIC100_ERDB, base + at);
}

static void (*const records[])(struct target *t, const struct record *r) = {
	mhi_register, doorbell, bridge,	      anywhere, poke,	   command,
	element,      message,	user_command, request,	responses, ssr,
	control,      drain,	pause_for,    request,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct target *t;
	struct record r;

	if (!t)
		t = create();
	bring_up(t);
	t->data = data;
	t->size = size;
	while (t->size >= sizeof(r)) {
		take(t, &r, sizeof(r));
		r.b = le16toh(r.b);
		r.value = le64toh(r.value);
		records[r.what % COUNT(records)](t, &r);
	}
	need(host_get32(&t->h, MHI_REG_CHDBOFF) == AIC100_CHDB);
	return 0;
}
