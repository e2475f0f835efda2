// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rings of kernel-mode queues: the same as those of user mode, written by the
 * kit.
 *
 * &axle_queue.running has the jobs, in order, under &axle_queue.lock. Those at
 * its head are in the ring, the others wait for room. The device is armed for
 * the end of the first; its interrupt arms the next.
 */
#include "axle_queue_internal.h"

static struct axle_job *axle_ring_first(struct axle_queue *queue)
{
	return list_first_entry_or_null(&queue->running, struct axle_job,
					queue_link);
}

/* Moves what is done to @done; false if the device says what cannot be. */
static bool axle_ring_collect(struct axle_queue *queue, struct list_head *done)
{
	u64 completed = queue->adev->ops->queue->completed(queue);
	struct axle_job *job;

	if (completed < queue->head || completed > queue->tail)
		return false;
	if (completed != queue->head)
		queue->since = jiffies;
	queue->head = completed;
	while ((job = axle_ring_first(queue)) && job->end &&
	       job->end <= completed)
		list_move_tail(&job->queue_link, done);
	return true;
}

static void axle_ring_write(struct axle_queue *queue, struct axle_job *job)
{
	u32 size = queue->adev->ops->queue->slot_size;
	u32 i;

	for (i = 0; i < job->num_slots; i++, queue->tail++)
		memcpy(queue->ring + (queue->tail & (queue->slots - 1)) * size,
		       job->slots + i * size, size);
	job->end = queue->tail;
}

/* In order, so the first that finds no room is the last that is looked at. */
static bool axle_ring_feed(struct axle_queue *queue)
{
	u64 before = queue->tail;
	struct axle_job *job;

	list_for_each_entry(job, &queue->running, queue_link) {
		if (job->end)
			continue;
		if (queue->tail - queue->head + job->num_slots > queue->slots)
			break;
		axle_ring_write(queue, job);
	}
	return queue->tail != before;
}

static bool axle_ring_advance(struct axle_queue *queue, struct list_head *done)
{
	const struct axle_queue_ops *ops = queue->adev->ops->queue;
	struct axle_job *armed = NULL;
	struct axle_job *first;

	lockdep_assert_held(&queue->lock);
	while (axle_ring_collect(queue, done)) {
		if (queue->error)
			return true;
		if (axle_ring_feed(queue))
			ops->ring(queue, queue->tail);
		first = axle_ring_first(queue);
		if (!first || first == armed)
			return true;
		/* It may be done by the time the device is armed. */
		ops->arm(queue, first->end);
		armed = first;
	}
	return false;
}

/**
 * axle_ring_progress() - Take what is done out of the ring, and write more.
 * @queue: a kernel-mode queue with a ring that has been opened and not closed
 */
void axle_ring_progress(struct axle_queue *queue)
{
	struct axle_job *job, *next;
	unsigned long flags;
	LIST_HEAD(done);
	bool sane;

	spin_lock_irqsave(&queue->lock, flags);
	sane = list_empty(&queue->running) || axle_ring_advance(queue, &done);
	spin_unlock_irqrestore(&queue->lock, flags);
	/* The jobs may be freed as soon as they have ended. */
	list_for_each_entry_safe(job, next, &done, queue_link) {
		list_del_init(&job->queue_link);
		axle_job_end(job, 0);
	}
	if (!sane)
		axle_queue_fail(queue, -EIO, 0, 0);
}

/**
 * axle_ring_restart() - The device was reset: the ring begins anew, empty.
 * @queue: a live kernel-mode queue; &axle_device.reset_sem is held for writing
 */
void axle_ring_restart(struct axle_queue *queue)
{
	spin_lock_irq(&queue->lock);
	axle_queue_account(queue);
	queue->cycles = 0;
	queue->head = 0;
	queue->tail = 0;
	if (queue->status)
		memset(queue->status, 0, PAGE_SIZE);
	spin_unlock_irq(&queue->lock);
}

/**
 * axle_ring_run() - Write a job into the ring, now or when there is room.
 * @job: a job in &axle_queue.running
 *
 * Return: 0.
 */
int axle_ring_run(struct axle_job *job)
{
	struct axle_queue *queue = job->queue;

	spin_lock_irq(&queue->lock);
	job->end = 0;
	spin_unlock_irq(&queue->lock);
	axle_ring_progress(queue);
	return 0;
}
