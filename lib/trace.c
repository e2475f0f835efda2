// SPDX-License-Identifier: MIT
/*
 * See trace.h. A traced queue has a record for each job that can be under way,
 * with a span of the device's memory in it that the device fills in. A record
 * is told when the job is known to be done, at the latest when another job needs
 * it. The device's clock is compared with ours once, when the queue is made.
 */
#include "trace.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TRIES 5 /* the quickest answer tells the clocks best */
#define TRY_NS 2000000000
#define SLACK_NS 1000000 /* what the clocks may differ by */

struct record {
	uint64_t number; /* of the job in the queue, from 1; 0: told */
	uint64_t point;
	uint32_t kind;
	int64_t submitted_ns;
	struct axl_place span; /* a reference; the caller's, or ours */
};

/* Lifetime and threads: the queue's. */
struct axlp_trace {
	struct axl_queue *queue;
	struct axl_bo *spans; /* one for each record, and one to spare */
	struct record *records;
	uint64_t count; /* of records */
	uint64_t next; /* number of the next job */
	uint64_t told; /* number of the last job told */
	int64_t offset_ns; /* ours minus the device's clock */
};

int axlp_trace_open(void)
{
	const char *path = secure_getenv("AXLE_TRACE");
	int fd;

	if (!path || !path[0])
		return AXLP_TRACE_OFF;
	fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
	return fd < 0 ? -errno : fd;
}

/* One write for an event, so that those of other threads stay whole. */
static void tell(const struct axlp_trace *trace, const char *format, ...)
	AXLP_PRINTF(2, 3);

static void tell(const struct axlp_trace *trace, const char *format, ...)
{
	const struct axl_system *system = trace->queue->context->device->system;
	char text[512];
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	/* A full disk leaves a gap, and the program alone. */
	if (length > 0 && (size_t)length < sizeof(text) &&
	    write(system->trace, text, (size_t)length) < 0)
		return;
}

static uint32_t device_pid(const struct axl_entry *entry)
{
	uint32_t index = entry->index == AXL_UNKNOWN_32 ? AXLP_INDEX_MAX + 1 :
							  entry->index;

	return AXLP_TRACE_DEVICE_PID + index;
}

/* Microseconds with three decimals are what the format wants. */
#define TIME "%" PRId64 ".%03" PRId64
#define TIME_ARGS(ns) (int64_t)(ns) / 1000, (int64_t)(ns) % 1000

static void tell_names(const struct axlp_trace *trace)
{
	const struct axl_queue *queue = trace->queue;
	const struct axl_entry *entry = &queue->context->device->entry;
	const char *name = entry->alias[0] ? entry->alias : entry->name;

	tell(trace,
	     "{\"ph\":\"M\",\"name\":\"process_name\",\"pid\":%u,"
	     "\"args\":{\"name\":\"%s\"}},\n",
	     device_pid(entry), name);
	tell(trace,
	     "{\"ph\":\"M\",\"name\":\"thread_name\",\"pid\":%u,"
	     "\"tid\":%" PRIu64 ",\"args\":{\"name\":\"queue %" PRIu64
	     " of process %d\"}},\n",
	     device_pid(entry), queue->id, queue->id, (int)getpid());
	tell(trace,
	     "{\"ph\":\"M\",\"name\":\"process_name\",\"pid\":%d,"
	     "\"args\":{\"name\":\"%s\"}},\n",
	     (int)getpid(), program_invocation_short_name);
}

static void tell_call(const struct axlp_trace *trace, const char *name,
		      int64_t start_ns, uint64_t point, int result)
{
	int64_t end_ns = axlp_now_ns();

	tell(trace,
	     "{\"ph\":\"X\",\"name\":\"%s\",\"cat\":\"host\",\"pid\":%d,"
	     "\"tid\":%d,\"ts\":" TIME ",\"dur\":" TIME
	     ",\"args\":{\"queue\":%" PRIu64 ",\"point\":%" PRIu64
	     ",\"result\":%d}},\n",
	     name, (int)getpid(), (int)gettid(), TIME_ARGS(start_ns),
	     TIME_ARGS(end_ns - start_ns), trace->queue->id, point, result);
}

static uint64_t span_offset(const struct axlp_trace *trace, uint64_t number)
{
	return number % trace->count * sizeof(struct axl_span);
}

/* From the call that submitted to the device that ran it. */
static void tell_flow(const struct axlp_trace *trace, char phase, uint32_t pid,
		      uint64_t tid, uint64_t number, int64_t ns)
{
	tell(trace,
	     "{\"ph\":\"%c\",\"name\":\"job\",\"cat\":\"flow\",\"bp\":\"e\","
	     "\"id\":\"%d.%" PRIu64 ".%" PRIu64 "\",\"pid\":%u,"
	     "\"tid\":%" PRIu64 ",\"ts\":" TIME "},\n",
	     phase, (int)getpid(), trace->queue->id, number, pid, tid,
	     TIME_ARGS(ns));
}

static void tell_job(const struct axlp_trace *trace,
		     const struct record *record)
{
	uint32_t pid = device_pid(&trace->queue->context->device->entry);
	const char *memory = record->span.bo->memory;
	int64_t start_ns, length_ns;
	struct axl_span span;

	if (!memory)
		return;
	memcpy(&span, memory + record->span.offset, sizeof(span));
	start_ns = (int64_t)span.start_ns + trace->offset_ns;
	length_ns = (int64_t)(span.end_ns - span.start_ns);
	/* Of what failed there is none, but there may be that of one before. */
	if (length_ns < 0 || start_ns < record->submitted_ns - SLACK_NS)
		return;
	tell(trace,
	     "{\"ph\":\"X\",\"name\":\"%s\",\"cat\":\"device\",\"pid\":%u,"
	     "\"tid\":%" PRIu64 ",\"ts\":" TIME ",\"dur\":" TIME
	     ",\"args\":{\"job\":%" PRIu64 ",\"point\":%" PRIu64 "}},\n",
	     axlp_job_name(record->kind), pid, trace->queue->id,
	     TIME_ARGS(start_ns), TIME_ARGS(length_ns), record->number,
	     record->point);
	tell_flow(trace, 'f', pid, trace->queue->id, record->number, start_ns);
}

/* All jobs up to a number are done. */
static void tell_done(struct axlp_trace *trace, uint64_t number)
{
	while (trace->told < number) {
		struct record *record =
			&trace->records[++trace->told % trace->count];

		if (record->number != trace->told)
			continue;
		tell_job(trace, record);
		axlp_bo_put(record->span.bo);
		record->number = 0;
	}
}

static int timestamp(struct axlp_trace *trace, const struct axlp_ops *ops)
{
	const struct axl_job job = {
		.kind = AXL_JOB_TIMESTAMP,
		.dst = { trace->spans, trace->count * sizeof(struct axl_span) },
	};
	struct axlp_point point = { .queue = trace->queue };
	uint32_t first;
	int err;

	err = ops->queue_submit(trace->queue, &job, 1, &point.point);
	return err ? err : ops->wait(&point, 1, axl_deadline(TRY_NS), &first);
}

/* The device looked at its clock between two looks at ours. */
static int compare_clocks(struct axlp_trace *trace)
{
	const struct axlp_ops *ops = trace->queue->context->device->driver->ops;
	const struct axl_span *answer =
		(struct axl_span *)trace->spans->memory + trace->count;
	int64_t best = INT64_MAX;

	for (unsigned int i = 0; i < TRIES; i++) {
		int64_t before = axlp_now_ns(), after;
		int err = timestamp(trace, ops);

		if (err)
			return err;
		after = axlp_now_ns();
		if (after - before >= best)
			continue;
		best = after - before;
		trace->offset_ns =
			before + best / 2 - (int64_t)answer->start_ns;
	}
	return 0;
}

struct axlp_trace *axlp_trace_create(struct axl_queue *queue,
				     const struct axl_queue_config *config)
{
	struct axl_context *context = queue->context;
	struct axlp_trace *trace;

	if (context->device->system->trace < 0)
		return NULL;
	trace = calloc(1, sizeof(*trace));
	if (!trace)
		return NULL;
	trace->queue = queue;
	trace->count = 2ull * config->slots;
	trace->next = 1;
	trace->records = calloc(trace->count, sizeof(*trace->records));
	if (!trace->records ||
	    axl_bo_create(context, (trace->count + 1) * sizeof(struct axl_span),
			  0, &trace->spans) ||
	    compare_clocks(trace)) {
		axlp_log(context->device->system, AXL_LOG_WARNING,
			 "a queue of %s cannot be traced",
			 context->device->entry.name);
		axlp_trace_destroy(trace);
		return NULL;
	}
	tell_names(trace);
	return trace;
}

void axlp_trace_destroy(struct axlp_trace *trace)
{
	if (!trace)
		return;
	if (trace->records && trace->next)
		tell_done(trace, trace->next - 1);
	axl_bo_destroy(trace->spans);
	free(trace->records);
	free(trace);
}

/* What has a span of the caller's keeps it. */
static void add_spans(struct axlp_trace *trace, struct axl_job *jobs,
		      uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		if (!jobs[i].span.bo)
			jobs[i].span = (struct axl_place){
				trace->spans,
				span_offset(trace, trace->next + i),
			};
}

static void add_records(struct axlp_trace *trace, const struct axl_job *jobs,
			uint32_t count, uint64_t point, int64_t start_ns)
{
	for (uint32_t i = 0; i < count; i++) {
		uint64_t number = trace->next++;

		axlp_bo_get(jobs[i].span.bo);
		trace->records[number % trace->count] = (struct record){
			.number = number,
			.point = point,
			.kind = jobs[i].kind,
			.submitted_ns = start_ns,
			.span = jobs[i].span,
		};
		tell_flow(trace, 's', (uint32_t)getpid(), (uint64_t)gettid(),
			  number, start_ns);
	}
}

int axlp_trace_submit(struct axlp_trace *trace, const struct axl_job *jobs,
		      uint32_t count, uint64_t *point)
{
	const struct axlp_ops *ops = trace->queue->context->device->driver->ops;
	uint64_t last = trace->next + count - 1;
	int64_t start_ns = axlp_now_ns();
	struct axl_job *copy;
	int err;

	/* More than the queue takes are refused below. */
	copy = count <= trace->count / 2 ? calloc(count, sizeof(*copy)) : NULL;
	if (!copy)
		return ops->queue_submit(trace->queue, jobs, count, point);
	memcpy(copy, jobs, count * sizeof(*copy));
	/* Whose records these need is done, or there is no room for these. */
	if (last > trace->count)
		tell_done(trace, last - trace->count);
	add_spans(trace, copy, count);
	err = ops->queue_submit(trace->queue, copy, count, point);
	if (!err)
		add_records(trace, copy, count, *point, start_ns);
	tell_call(trace, "submit", start_ns, err ? 0 : *point, err);
	free(copy);
	return err;
}

void axlp_trace_wait(struct axlp_trace *trace, uint64_t point, int64_t start_ns,
		     int result)
{
	uint64_t number = trace->told;

	tell_call(trace, "wait", start_ns, point, result);
	if (result == -ETIME)
		return;
	while (number + 1 < trace->next) {
		const struct record *record =
			&trace->records[(number + 1) % trace->count];

		if (record->number == number + 1 && record->point > point)
			break;
		number++;
	}
	tell_done(trace, number);
}
