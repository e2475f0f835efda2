// SPDX-License-Identifier: MIT
/*
 * Errors inside the card, which only come from outside (commands "ras" and
 * "ecc"): counted, and reported on channel 15. A host that does not listen
 * there is not told later: the counters have it. Device lock, but for sending,
 * which is the QSM's.
 */
#include "core.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define QUEUE 32u /* reports that wait for the QSM, or for the host's buffers */
#define THRESHOLD 1 /* errors that make a report */
#define WARM 95 /* degrees: the upper threshold */
#define HOT 110 /* the critical one */

static const char *const source_names[RAS_SOURCES] = {
	[RAS_SOC_MEMORY] = "soc-memory",
	[RAS_PCIE] = "pcie",
	[RAS_DDR] = "ddr",
	[RAS_BUS1] = "bus1",
	[RAS_BUS2] = "bus2",
	[RAS_NSP_MEMORY] = "nsp-memory",
	[RAS_TEMPERATURE] = "temperature",
};

static const char *const error_names[RAS_ERRORS] = {
	[RAS_CORRECTED] = "ce",
	[RAS_UNCORRECTED] = "ue",
	[RAS_UNCORRECTED_NON_FATAL] = "ue-nf",
};

struct aic100_ras {
	struct ras_report queue[QUEUE];
	unsigned int head, count;
	uint32_t sequence;
	uint32_t errors[RAS_SOURCES][RAS_ERRORS];
	uint64_t sent, dropped, unheard;
};

/* -- syndromes ---------------------------------------------------------- */

/* What they are made of; the report's counters are set. */
struct fault {
	enum ras_error error;
	uint64_t address;
	uint32_t count; /* of this error from this source */
};

static void soc_memory(void *syndrome, const struct fault *f)
{
	struct ras_soc_memory *s = syndrome;

	s->address[0] = htole64(f->address);
}

/* One cause for each kind: a bad TLP, a link's address, a poisoned TLP. */
static void pcie(void *syndrome, const struct fault *f)
{
	struct ras_pcie *s = syndrome;

	if (f->error == RAS_CORRECTED)
		s->corrected[0] = htole32(f->count);
	else if (f->error == RAS_UNCORRECTED_NON_FATAL)
		s->non_fatal[1] = htole32(f->count);
	else
		s->address = htole32((uint32_t)f->address);
}

static void ddr(void *syndrome, const struct fault *f)
{
	struct ras_ddr *s = syndrome;

	s->count = htole32(f->count);
	s->irq_status = htole32(1u << f->error);
	s->address_low = htole32((uint32_t)f->address);
	s->address_high = htole16((uint16_t)(f->address >> 32));
	s->type = htole16(f->error);
}

static void bus1(void *syndrome, const struct fault *f)
{
	struct ras_bus1 *s = syndrome;

	s->type = htole32(f->error);
	for (unsigned int i = 0; i < 4; i++)
		s->address[i] = htole16((uint16_t)(f->address >> 16 * i));
}

static void bus2(void *syndrome, const struct fault *f)
{
	struct ras_bus2 *s = syndrome;

	s->low2 = htole32((uint32_t)f->address);
	s->high2 = htole32((uint32_t)(f->address >> 32));
	s->valid = 1;
	s->word_error = f->error != RAS_CORRECTED;
}

static void nsp_memory(void *syndrome, const struct fault *f)
{
	struct ras_nsp_memory *s = syndrome;

	s->address[0] = htole32((uint32_t)f->address);
	s->nsp = (uint8_t)((f->address >> 32) % AIC100_NSPS);
}

static void temperature(void *syndrome, const struct fault *f)
{
	struct ras_temperature *s = syndrome;
	bool hot = f->error == RAS_UNCORRECTED;

	s->threshold = htole32(hot ? 2 : 1);
	s->celsius = htole32(hot ? HOT : WARM);
}

static void (*const syndromes[RAS_SOURCES])(void *, const struct fault *) = {
	[RAS_SOC_MEMORY] = soc_memory,
	[RAS_PCIE] = pcie,
	[RAS_DDR] = ddr,
	[RAS_BUS1] = bus1,
	[RAS_BUS2] = bus2,
	[RAS_NSP_MEMORY] = nsp_memory,
	[RAS_TEMPERATURE] = temperature,
};

/* -- reports ------------------------------------------------------------ */

static void fill(struct aic100_ras *r, struct ras_report *report,
		 enum ras_source source, const struct fault *f)
{
	const uint32_t *errors = r->errors[source];
	uint8_t syndrome[sizeof(report->syndrome)]
		__attribute__((aligned(8))) = { 0 };

	syndromes[source](syndrome, f);
	*report = (struct ras_report){
		.magic = htole16(RAS_MAGIC),
		.version = htole16(RAS_VERSION),
		.sequence = htole32(r->sequence++),
		.len = htole16(sizeof(*report) -
			       offsetof(struct ras_report, result)),
		.source = htole32(source),
		.error = htole32(f->error),
		.threshold = htole32(THRESHOLD),
		.ce = htole32(errors[RAS_CORRECTED]),
		.ue = htole32(errors[RAS_UNCORRECTED] +
			      errors[RAS_UNCORRECTED_NON_FATAL]),
		.interrupts = htole32(r->sequence),
	};
	memcpy(report->syndrome, syndrome, sizeof(syndrome));
}

void aic100_ras_error(struct aic100 *a, enum ras_source source,
		      enum ras_error error, uint64_t address)
{
	struct aic100_ras *r = a->ras;
	struct fault f = { .error = error, .address = address };
	uint32_t *count = &r->errors[source][error];

	if (*count != UINT32_MAX)
		++*count;
	f.count = *count;
	aic100_log(a, "ras", "source=%s error=%s address=0x%" PRIx64,
		   source_names[source], error_names[error], address);
	if (r->count == QUEUE) {
		r->dropped++;
		return;
	}
	fill(r, &r->queue[(r->head + r->count++) % QUEUE], source, &f);
	aic100_qsm_kick(a);
}

/* The kit's "ecc": the memory that the card has is its DDR. */
void aic100_ecc(struct axm_device *dev, enum axm_ecc_kind kind,
		uint64_t address)
{
	aic100_ras_error(axm_priv(dev), RAS_DDR,
			 kind == AXM_ECC_CORRECTED ? RAS_CORRECTED :
						     RAS_UNCORRECTED,
			 address);
}

/* The report at the head has been sent (0), or was not. False: try later. */
static bool settle(struct aic100_ras *r, int ret)
{
	if (ret == -ENOBUFS)
		return false;
	if (ret)
		r->unheard++;
	else
		r->sent++;
	r->head = (r->head + 1) % QUEUE;
	r->count--;
	return true;
}

void aic100_ras_work(struct aic100 *a)
{
	struct aic100_ras *r = a->ras;
	struct ras_report report;
	bool more;

	do {
		axm_lock(a->dev);
		more = r->count;
		report = r->queue[r->head];
		axm_unlock(a->dev);
		if (more) {
			/* Only the QSM takes reports out, so it is the same. */
			int ret = aic100_mhi_send(a, AIC100_CH_STATUS + 1,
						  &report, sizeof(report));

			axm_lock(a->dev);
			more = settle(r, ret);
			axm_unlock(a->dev);
		}
	} while (more);
}

/* The card reports on its own; it takes no requests. */
static int status_receive(struct aic100 *a, const void *data, size_t len)
{
	return -EPROTO;
}

const struct aic100_channel_ops aic100_status_channel = {
	.name = "status",
	.ee = AIC100_EE_AMSS,
	.receive = status_receive,
	.room = aic100_ras_work,
};

void aic100_ras_stats(struct aic100 *a, bool clear, FILE *out)
{
	struct aic100_ras *r = a->ras;

	for (unsigned int s = 0; s < RAS_SOURCES; s++)
		for (unsigned int e = 0; e < RAS_ERRORS; e++)
			if (r->errors[s][e])
				fprintf(out, "ras-%s-%s %" PRIu32 "\n",
					source_names[s], error_names[e],
					r->errors[s][e]);
	fprintf(out, "ras-sent %" PRIu64 "\nras-dropped %" PRIu64 "\n", r->sent,
		r->dropped);
	fprintf(out, "ras-unheard %" PRIu64 "\n", r->unheard);
	if (clear) {
		memset(r->errors, 0, sizeof(r->errors));
		r->sent = r->dropped = r->unheard = 0;
	}
}

static int find_name(const char *const *names, int count, const char *name)
{
	for (int i = 0; i < count; i++)
		if (!strcmp(names[i], name))
			return i;
	return -EINVAL;
}

int aic100_ras_source(const char *name)
{
	return find_name(source_names, RAS_SOURCES, name);
}

int aic100_ras_kind(const char *name)
{
	return find_name(error_names, RAS_ERRORS, name);
}

int aic100_ras_init(struct aic100 *a)
{
	a->ras = calloc(1, sizeof(*a->ras));
	return a->ras ? 0 : -ENOMEM;
}

void aic100_ras_fini(struct aic100 *a)
{
	free(a->ras);
	a->ras = NULL;
}

/* The counters are the card's life. */
void aic100_ras_reset(struct aic100 *a)
{
	a->ras->count = 0;
}
