/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tracepoints: the way of a job, for tools that draw a timeline.
 *
 * Of a kernel-mode queue, @position is the job's number in the queue; of a
 * user-mode queue, it is the slot in the ring, and the kernel sees only those
 * that a fence was asked for. What a queue is of is told by the device's index,
 * the drm-client-id of the file and the queue's number in it.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM axle

#if !defined(_AXLE_TRACE_H_) || defined(TRACE_HEADER_MULTI_READ)
#define _AXLE_TRACE_H_

#include <linux/tracepoint.h>

#include "axle_queue_internal.h"

#define axle_trace_device(_adev) ((_adev)->drm.accel->index)
#define axle_trace_engine(_queue) \
	((_queue)->adev->ops->engines[(_queue)->engine])
#define axle_trace_user(_queue) ((_queue)->mode == DRM_AXLE_QUEUE_USER)

/* These macros are a language of their own. */
/* clang-format off */
DECLARE_EVENT_CLASS(axle_work,
		    TP_PROTO(const struct axle_queue *queue, u64 position,
			     int error),
		    TP_ARGS(queue, position, error),
		    TP_STRUCT__entry(__field(u32, device)
				     __field(u32, queue)
				     __field(u64, client)
				     __field(u64, position)
				     __field(u32, engine)
				     __field(u32, user)
				     __field(s32, error)
				     __string(name, axle_trace_engine(queue))),
		    TP_fast_assign(__entry->device = axle_trace_device(queue->adev);
				   __entry->queue = queue->number;
				   __entry->client = queue->ctx->file->client_id;
				   __entry->position = position;
				   __entry->engine = queue->engine;
				   __entry->user = axle_trace_user(queue);
				   __entry->error = error;
				   __assign_str(name);),
		    TP_printk("device=%u client=%llu queue=%u mode=%s position=%llu engine=%s error=%d",
			      __entry->device, __entry->client,
			      __entry->queue, __entry->user ? "user" : "kernel",
			      __entry->position, __get_str(name),
			      __entry->error)
);

/* A program has submitted a job, or asked for the fence of a slot. */
DEFINE_EVENT(axle_work, axle_submit,
	     TP_PROTO(const struct axle_queue *queue, u64 position, int error),
	     TP_ARGS(queue, position, error));

/* The driver was given a job. */
DEFINE_EVENT(axle_work, axle_run,
	     TP_PROTO(const struct axle_queue *queue, u64 position, int error),
	     TP_ARGS(queue, position, error));

/* It has ended: its fence is about to signal. */
DEFINE_EVENT(axle_work, axle_complete,
	     TP_PROTO(const struct axle_queue *queue, u64 position, int error),
	     TP_ARGS(queue, position, error));

/* It has failed, which its owner is told. */
DEFINE_EVENT(axle_work, axle_fault,
	     TP_PROTO(const struct axle_queue *queue, u64 position, int error),
	     TP_ARGS(queue, position, error));

/* The device was reset, in so many nanoseconds. */
TRACE_EVENT(axle_reset,
	    TP_PROTO(const struct axle_device *adev, u64 ns, int error),
	    TP_ARGS(adev, ns, error),
	    TP_STRUCT__entry(__field(u32, device)
			     __field(s32, error)
			     __field(u64, ns)),
	    TP_fast_assign(__entry->device = axle_trace_device(adev);
			   __entry->error = error;
			   __entry->ns = ns;),
	    TP_printk("device=%u ns=%llu error=%d", __entry->device,
		      __entry->ns, __entry->error)
);
/* clang-format on */

#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE axle_trace
#include <trace/define_trace.h>
