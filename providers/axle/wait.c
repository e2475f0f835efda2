// SPDX-License-Identifier: MIT
/*
 * Sleeping for points of queues, on any thread: each becomes a syncobj, those
 * of other contexts are taken over, and one call waits for the first of them.
 *
 * A syncobj that has signalled says nothing of errors. So whoever wakes looks
 * at the records again, and asks the kernel where they say nothing.
 */
#include "kit.h"

#include <errno.h>
#include <time.h>
#include <unistd.h>

#define PAUSE_NS 50000 /* for what the kernel is about to say */

/* What one call waits for, all in the context of the first point. */
struct sleeper {
	struct axle_context *ac;
	struct axle_sync syncs[AXLV_POINTS_MAX];
	uint32_t handles[AXLV_POINTS_MAX];
	uint64_t points[AXLV_POINTS_MAX];
	uint32_t count;
};

/* The same syncobj under a number of another file. */
static int import(struct axle_context *to, const struct axle_sync *sync,
		  uint32_t *handle)
{
	struct drm_syncobj_handle args = { .handle = sync->handle, .fd = -1 };
	int err = axle_call(sync->ac, DRM_IOCTL_SYNCOBJ_HANDLE_TO_FD, &args);

	if (err)
		return err;
	args.handle = 0;
	err = axle_call(to, DRM_IOCTL_SYNCOBJ_FD_TO_HANDLE, &args);
	close(args.fd);
	*handle = args.handle;
	return err;
}

static int add(struct sleeper *s, const struct axlp_point *point)
{
	struct axle_sync *sync = &s->syncs[s->count];
	int err = axle_sync_of(axle_queue_of(point->queue), point->point, sync);

	if (err)
		return err;
	s->handles[s->count] = sync->handle;
	s->points[s->count] = sync->point;
	if (sync->ac != s->ac)
		err = import(s->ac, sync, &s->handles[s->count]);
	if (err)
		axle_sync_done(sync);
	else
		s->count++;
	return err;
}

static void drop(struct sleeper *s)
{
	for (uint32_t i = 0; i < s->count; i++) {
		if (s->syncs[i].ac != s->ac)
			axle_sync_free(s->ac, s->handles[i]);
		axle_sync_done(&s->syncs[i]);
	}
}

/* 0 also if it cannot be waited: the records or the kernel know why. */
static int wait_once(const struct axlp_point *points, uint32_t count,
		     int64_t deadline_ns)
{
	struct drm_syncobj_timeline_wait args = {
		.timeout_nsec = deadline_ns,
	};
	struct sleeper s = { .ac = axle_context_of(points[0].queue->context) };
	int err = 0;

	for (uint32_t i = 0; !err && i < count; i++)
		err = add(&s, &points[i]);
	if (!err) {
		args.handles = (uintptr_t)s.handles;
		args.points = (uintptr_t)s.points;
		args.count_handles = s.count;
		err = axle_call(s.ac, DRM_IOCTL_SYNCOBJ_TIMELINE_WAIT, &args);
	}
	drop(&s);
	return err == -ETIME || err == -ENOMEM ? err : 0;
}

/* The others were asked when their records were brought up to date. */
static void ask_rings(const struct axlp_point *points, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		struct axle_queue *q = axle_queue_of(points[i].queue);

		if (!q->user)
			continue;
		pthread_mutex_lock(&q->vnpu.lock);
		axle_queue_ask(q, NULL);
		pthread_mutex_unlock(&q->vnpu.lock);
	}
}

/* Records that are up to date by themselves are not asked for. */
static void update_all(const struct axlp_point *points, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		struct axlv_queue *q = axlv_queue_of(points[i].queue);

		pthread_mutex_lock(&q->lock);
		q->ops->update(q);
		pthread_mutex_unlock(&q->lock);
	}
}

static uint32_t sleep_for(const struct axlp_point *points, uint32_t count,
			  int64_t deadline_ns, int *result)
{
	const struct timespec pause = { .tv_nsec = PAUSE_NS };
	uint32_t first;
	int err;

	for (;;) {
		err = wait_once(points, count, deadline_ns);
		update_all(points, count);
		first = axlv_look(points, count, result);
		if (first < count)
			return first;
		ask_rings(points, count);
		first = axlv_look(points, count, result);
		/* The kernel counts in ticks, and may be early by one. */
		if (first < count || axlp_now_ns() >= deadline_ns)
			return first;
		/* Not what was waited for, or the kernel is not there yet. */
		if (err != -ETIME)
			nanosleep(&pause, NULL);
	}
}

static bool any_ring(const struct axlp_point *points, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		if (axle_queue_of(points[i].queue)->user)
			return true;
	return false;
}

int axle_wait(const struct axlp_point *points, uint32_t count,
	      int64_t deadline_ns, uint32_t *first)
{
	int result = AXLV_PENDING;
	int err;

	/* A record that only the kernel brings up to date is not looked at. */
	if (any_ring(points, count))
		err = axlv_wait(points, count, deadline_ns, first, sleep_for);
	else
		err = axlv_wait_asleep(points, count, deadline_ns, first,
				       sleep_for);
	if (err != -ETIME)
		return err;
	/* Of those that nobody slept for: the ring may not be theirs. */
	update_all(points, count);
	*first = axlv_look(points, count, &result);
	return *first == count ? -ETIME : result;
}
