// SPDX-License-Identifier: MIT
/* struct axl_fence: a point of a queue. Never changes, so it has no lock. */
#include "axlp.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

#define FENCES_MAX 64u

int64_t axlp_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t axl_deadline(int64_t ns)
{
	int64_t now = axlp_now_ns();

	if (ns > INT64_MAX - now)
		return INT64_MAX;
	return now + ns < 1 ? 1 : now + ns;
}

int axl_fence_create(struct axl_queue *queue, uint64_t point,
		     struct axl_fence **fence)
{
	uint64_t last = queue->context->device->driver->ops->queue_point(queue);
	struct axl_fence *new;

	queue->error.text[0] = '\0';
	if (point > last)
		return axlp_fail(&queue->error, -EINVAL,
				 "point %" PRIu64 " is not of a job: the last "
				 "that was submitted has %" PRIu64,
				 point, last);
	new = calloc(1, sizeof(*new));
	if (!new)
		return axlp_fail(&queue->error, -ENOMEM, "out of memory");
	axlp_queue_get(queue);
	new->queue = queue;
	new->point = point;
	*fence = new;
	return 0;
}

void axl_fence_destroy(struct axl_fence *fence)
{
	if (!fence)
		return;
	axlp_queue_put(fence->queue);
	free(fence);
}

static const struct axlp_ops *ops_of(const struct axl_fence *fence)
{
	return fence->queue->context->device->driver->ops;
}

int axl_fence_wait(struct axl_fence *fence, int64_t deadline_ns)
{
	const struct axlp_point point = { fence->queue, fence->point };
	uint32_t first;

	return ops_of(fence)->wait(&point, 1, deadline_ns, &first);
}

int axl_fence_wait_any(struct axl_fence *const *fences, uint32_t count,
		       int64_t deadline_ns, uint32_t *first)
{
	struct axlp_point points[FENCES_MAX];
	uint32_t number = 0;
	int err;

	if (!count || count > FENCES_MAX)
		return -EINVAL;
	for (uint32_t i = 0; i < count; i++) {
		/* Only one provider can sleep for all of them. */
		if (ops_of(fences[i]) != ops_of(fences[0]))
			return -EOPNOTSUPP;
		points[i].queue = fences[i]->queue;
		points[i].point = fences[i]->point;
	}
	err = ops_of(fences[0])->wait(points, count, deadline_ns, &number);
	if (err != -ETIME && first)
		*first = number;
	return err;
}

const char *axl_fence_error_detail(const struct axl_fence *fence)
{
	const struct axlp_point point = { fence->queue, fence->point };

	return ops_of(fence)->why(&point);
}
