// SPDX-License-Identifier: MIT
/* What GET_LOG gives, made when it is asked for. */
#include "core.h"

#include <stdlib.h>
#include <string.h>

static uint64_t log_events(struct vnpu *v, uint32_t item, void **data)
{
	struct vnpu_events *e = &v->events;
	struct vnpu_event *out = calloc(VNPU_LOG_EVENTS_MAX, sizeof(*out));
	uint64_t first = 0, n = 0;

	*data = out;
	if (!out)
		return 0;
	pthread_mutex_lock(&e->lock);
	if (e->total > VNPU_LOG_EVENTS_MAX)
		first = e->total - VNPU_LOG_EVENTS_MAX;
	while (first + n < e->total) {
		out[n] = e->log[(first + n) % VNPU_LOG_EVENTS_MAX];
		n++;
	}
	pthread_mutex_unlock(&e->lock);
	return n * sizeof(*out);
}

static uint64_t log_firmware(struct vnpu *v, uint32_t item, void **data)
{
	char *text = malloc(VNPU_LOG_TEXT);
	uint32_t version = le32toh(v->firmware.version);
	int n;

	*data = text;
	if (!text)
		return 0;
	n = snprintf(text, VNPU_LOG_TEXT,
		     "firmware \"%s\" %u.%u.%u, booted in %llu ns\n"
		     "%s profile, %u compute threads\n",
		     v->firmware.name, version >> 24, version >> 16 & 0xff,
		     version & 0xffff,
		     (unsigned long long)le64toh(v->firmware.boot_ns),
		     v->limits->name, v->threads);
	return n < VNPU_LOG_TEXT ? (uint64_t)n : VNPU_LOG_TEXT - 1;
}

static uint64_t log_queue(struct vnpu *v, uint32_t item, void **data)
{
	struct vnpu_queue *q = &v->queues[item];
	struct vnpu_queue_log *log = calloc(1, sizeof(*log));
	struct vnpu_engine_state *e = &v->engine[atomic_load(&q->engine)];

	*data = log;
	if (!log)
		return 0;
	vnpu_engine_lock(e);
	log->done = htole64(q->done);
	log->tail = htole64(q->done + vnpu_pending(q->tail, q->done));
	log->queue = htole32(item);
	log->flags = htole32(q->flags);
	log->error = htole32(q->error);
	log->context = htole16(q->context);
	log->asid = htole16(q->asid);
	log->busy_ns = htole64(q->busy_ns);
	if (q->has_desc)
		log->desc = q->desc;
	vnpu_engine_unlock(e);
	return sizeof(*log);
}

static uint64_t log_flash(struct vnpu *v, uint32_t item, void **data)
{
	struct vnpu_flash_log *log = malloc(sizeof(*log));

	*data = log;
	if (log)
		vnpu_flash_look(v, log);
	return log ? sizeof(*log) : 0;
}

/* The store has them as the host wants them. */
static uint64_t log_retired(struct vnpu *v, uint32_t item, void **data)
{
	uint64_t *pages = malloc(VNPU_STORE_PAGES * sizeof(*pages));

	*data = pages;
	return pages ? vnpu_retired(v, pages) * sizeof(*pages) : 0;
}

uint64_t vnpu_log(struct vnpu *v, uint32_t log, uint32_t item, void **data)
{
	static uint64_t (*const logs[])(struct vnpu *v, uint32_t item,
					void **data) = {
		[VNPU_LOG_EVENTS] = log_events,
		[VNPU_LOG_FIRMWARE] = log_firmware,
		[VNPU_LOG_QUEUE] = log_queue,
		[VNPU_LOG_FLASH] = log_flash,
		[VNPU_LOG_RETIRED] = log_retired,
	};

	return logs[log](v, item, data);
}
