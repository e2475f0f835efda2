// SPDX-License-Identifier: MIT
/*
 * Errors of the hardware, by unit: counted since power on and told as events,
 * section 9. They only come from outside: commands of the control socket and
 * INJECT. Events are DMA, so the watching worker reports what waits.
 */
#include "core.h"

#include <string.h>

#define EVERY_NS 1000000000u /* at most one event of corrected errors */

void vnpu_ras_count(struct vnpu *v, unsigned int unit, unsigned int severity,
		    uint32_t count, uint64_t address)
{
	struct vnpu_ras_unit *u = &v->ras.unit[unit];
	struct vnpu_ras_error *e;

	pthread_mutex_lock(&v->ras.lock);
	if (severity == VNPU_RAS_CORRECTED) {
		u->corrected += count;
		u->waiting += count;
		u->at = address;
	} else {
		u->uncorrected += count;
		/* With more than can wait, only their number is told. */
		if (u->errors < VNPU_RAS_WAITING)
			u->error[u->errors++] =
				(struct vnpu_ras_error){ .address = address };
		e = &u->error[u->errors - 1];
		e->count += count;
	}
	pthread_mutex_unlock(&v->ras.lock);
	vnpu_watch_start(v);
}

static void tell(struct vnpu *v, unsigned int unit, bool corrected,
		 const struct vnpu_ras_error *error)
{
	bool memory = unit == VNPU_UNIT_MEMORY;
	struct vnpu_event event;

	vnpu_event_init(&event, !memory	  ? VNPU_EVENT_RAS :
				corrected ? VNPU_EVENT_ECC_CORRECTED :
					    VNPU_EVENT_ECC_UNCORRECTED);
	event.address = htole64(memory ? error->address : unit);
	event.value = htole64(error->count);
	if (!corrected)
		event.code = htole32(VNPU_ERR_ECC);
	vnpu_event(v, &event);
}

static void report_unit(struct vnpu *v, unsigned int unit)
{
	struct vnpu_ras_unit *u = &v->ras.unit[unit];
	struct vnpu_ras_error all[VNPU_RAS_WAITING], corrected = { 0 };
	uint64_t now = axm_now_ns();
	unsigned int errors;

	pthread_mutex_lock(&v->ras.lock);
	if (u->waiting && (!u->told || now - u->told >= EVERY_NS)) {
		corrected.address = u->at;
		corrected.count = u->waiting;
		u->waiting = 0;
		u->told = now;
	}
	errors = u->errors;
	u->errors = 0;
	for (unsigned int i = 0; i < errors; i++)
		all[i] = u->error[i];
	pthread_mutex_unlock(&v->ras.lock);
	if (corrected.count)
		tell(v, unit, true, &corrected);
	for (unsigned int i = 0; i < errors; i++)
		tell(v, unit, false, &all[i]);
}

/* Watching worker. What happens in D3hot is told after it. */
void vnpu_ras_report(struct vnpu *v)
{
	if (!vnpu_ras_waiting(v) || !vnpu_events_possible(v))
		return;
	for (unsigned int i = 0; i < VNPU_UNITS; i++)
		report_unit(v, i);
}

bool vnpu_ras_waiting(struct vnpu *v)
{
	bool waiting = false;

	pthread_mutex_lock(&v->ras.lock);
	for (unsigned int i = 0; i < VNPU_UNITS; i++)
		waiting |= v->ras.unit[i].waiting || v->ras.unit[i].errors;
	pthread_mutex_unlock(&v->ras.lock);
	return waiting;
}

void vnpu_ras_usage(struct vnpu *v, struct vnpu_telemetry *t)
{
	pthread_mutex_lock(&v->ras.lock);
	for (unsigned int i = 0; i < VNPU_UNITS; i++) {
		t->unit[i].corrected = htole64(v->ras.unit[i].corrected);
		t->unit[i].uncorrected = htole64(v->ras.unit[i].uncorrected);
	}
	pthread_mutex_unlock(&v->ras.lock);
	t->ecc_corrected = t->unit[VNPU_UNIT_MEMORY].corrected;
	t->ecc_uncorrected = t->unit[VNPU_UNIT_MEMORY].uncorrected;
	t->pages_retired = htole32(vnpu_retired(v, NULL));
}

/* Power was off. */
void vnpu_ras_forget(struct vnpu *v)
{
	pthread_mutex_lock(&v->ras.lock);
	memset(v->ras.unit, 0, sizeof(v->ras.unit));
	pthread_mutex_unlock(&v->ras.lock);
}
