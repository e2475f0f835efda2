// SPDX-License-Identifier: GPL-2.0-only
/*
 * The test device's queues and programs, in software.
 *
 * Every queue has a worker that is the device: it executes the jobs that it was
 * given, or the slots of the ring, sleeps as long as they say, and hangs where
 * they want it. A &struct mock_queue lives from open to close; it is in
 * &mock.queues so that a reset finds it. Its &mock_queue.lock protects what
 * worker and callers share.
 */
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>

#include <axle/axle_queue.h>

#include "mock.h"

static bool fail_stop;
module_param(fail_stop, bool, 0644);
MODULE_PARM_DESC(fail_stop, "the device cannot stop one of its queues");

static bool lose_irq;
module_param(lose_irq, bool, 0644);
MODULE_PARM_DESC(lose_irq, "the device does not tell that a command is done");

static bool fail_restart;
module_param(fail_restart, bool, 0644);
MODULE_PARM_DESC(fail_restart, "a reset device refuses its queues");

/* How often the device looks at rings. */
#define MOCK_POLL_MS 4

/**
 * struct mock_queue - The device's side of a queue.
 */
struct mock_queue {
	/** @queue: The kit's side. */
	struct axle_queue *queue;
	/** @link: In &mock.queues, under its queues_lock. */
	struct list_head link;
	/** @work: The device. */
	struct delayed_work work;
	/** @tail: User mode: the page that the program writes. */
	__le32 *tail;
	/** @wake: User mode: another one, without effect. */
	void *wake;
	/** @lock: Protects what follows. */
	spinlock_t lock;
	/** @jobs: What it was given, by &axle_job.link. */
	struct list_head jobs;
	/** @next: Kernel mode: index of the command to execute. */
	u32 next;
	/** @until: When the command's or the slot's sleep ends; 0 without. */
	ktime_t until;
	/** @lost: The command before @next is done, but nobody was told. */
	bool lost;
	/** @armed: User mode: who reads that far wants to know. */
	u64 armed;
	/** @live: User mode: the device looks at the ring. */
	bool live;
	/** @rung: User mode: the tail when the device fell asleep. */
	u32 rung;
};

/**
 * struct mock_job - What the check has made of a job.
 */
struct mock_job {
	/** @count: Elements in @values. */
	u32 count;
	/** @values: Of the program that a command executes. */
	u64 values[] __counted_by(count);
};

static u64 *mock_word(struct mock *mock, struct axle_bo *bo, u64 offset)
{
	u64 address = axle_bo_address(bo, offset, NULL);

	if (axle_bo_in_device(bo))
		return mock->memory + address;
	return phys_to_virt(address);
}

static bool mock_range_ok(const struct axle_job *job, u32 use, u64 offset,
			  u64 size)
{
	u64 limit;

	if (use >= job->num_bos || !IS_ALIGNED(offset | size, sizeof(u64)))
		return false;
	limit = axle_bo_size(job->bos[use].bo);
	return size && offset <= limit && size <= limit - offset;
}

static bool mock_dst_ok(const struct axle_job *job,
			const struct mock_command *command)
{
	return mock_range_ok(job, command->dst, command->dst_offset,
			     command->size) &&
	       job->bos[command->dst].write;
}

static int mock_check_command(struct axle_job *job,
			      const struct mock_command *command, u64 *value)
{
	struct axle_program *program;

	switch (command->op) {
	case MOCK_SLEEP:
		return command->ms <= MOCK_SLEEP_MAX ? 0 : -EINVAL;
	case MOCK_NOP:
	case MOCK_HANG:
	case MOCK_FAIL:
	case MOCK_CRASH:
		return 0;
	case MOCK_COPY:
		if (!mock_range_ok(job, command->src, command->src_offset,
				   command->size))
			return -EINVAL;
		fallthrough;
	case MOCK_FILL:
	case MOCK_MIX:
		return mock_dst_ok(job, command) ? 0 : -EINVAL;
	case MOCK_EXEC:
		if (!mock_dst_ok(job, command))
			return -EINVAL;
		program = axle_job_program(job, command->value);
		if (IS_ERR(program))
			return PTR_ERR(program);
		*value = program->info;
		return 0;
	}
	return -EINVAL;
}

static int mock_job_check(struct axle_job *job)
{
	const struct mock_command *commands = job->commands;
	u32 i, count = job->command_size / sizeof(*commands);
	struct mock_job *made;
	int err = 0;

	if (job->command_size % sizeof(*commands))
		return -EINVAL;
	made = kzalloc(struct_size(made, values, count), GFP_KERNEL_ACCOUNT);
	if (!made)
		return -ENOMEM;
	made->count = count;
	job->priv = made;
	for (i = 0; i < count && !err; i++)
		err = mock_check_command(job, &commands[i], &made->values[i]);
	return err;
}

static void mock_job_release(struct axle_job *job)
{
	kfree(job->priv);
}

static void mock_execute_words(struct axle_job *job,
			       const struct mock_command *command, u64 value)
{
	struct mock *mock = to_mock(job->queue->adev);
	u64 i;

	for (i = 0; i < command->size; i += sizeof(u64)) {
		u64 *dst = mock_word(mock, job->bos[command->dst].bo,
				     command->dst_offset + i);

		if (command->op == MOCK_COPY)
			value = *mock_word(mock, job->bos[command->src].bo,
					   command->src_offset + i);
		else if (command->op == MOCK_MIX)
			value = *dst * 31 + command->value;
		*dst = value;
	}
}

/* 0: done; -EAGAIN: wait for @ms, then again; -EBUSY: never done. */
/* Milliseconds left of a sleep: a delayed work comes early if ticks came late. */
static u32 mock_left(const struct mock_queue *mq)
{
	s64 ns = ktime_to_ns(ktime_sub(mq->until, ktime_get()));

	return ns > 0 ? DIV_ROUND_UP_ULL(ns, NSEC_PER_MSEC) : 0;
}

static int mock_nap(struct mock_queue *mq, u32 ms)
{
	if (!mq->until)
		mq->until = ktime_add_ms(ktime_get(), ms);
	return mock_left(mq) ? -EAGAIN : 0;
}

static int mock_execute(struct mock_queue *mq, struct axle_job *job)
{
	const struct mock_command *command = job->commands;
	const struct mock_job *made = job->priv;

	command += mq->next;
	switch (command->op) {
	case MOCK_SLEEP:
		return mock_nap(mq, command->ms);
	case MOCK_HANG:
		return -EBUSY;
	case MOCK_FAIL:
		return -EIO;
	case MOCK_CRASH:
		axle_queue_fail(mq->queue, -EIO, MOCK_CODE, command->value);
		return -EBUSY;
	case MOCK_EXEC:
		mock_execute_words(job, command, made->values[mq->next]);
		return 0;
	case MOCK_NOP:
		return 0;
	}
	mock_execute_words(job, command, command->value);
	return 0;
}

static struct axle_job *mock_first_job(struct mock_queue *mq)
{
	struct axle_job *job;

	spin_lock_irq(&mq->lock);
	job = list_first_entry_or_null(&mq->jobs, struct axle_job, link);
	if (mq->lost)
		job = NULL;
	spin_unlock_irq(&mq->lock);
	return job;
}

static void mock_job_end(struct mock_queue *mq, struct axle_job *job, int err)
{
	mq->next = 0;
	spin_lock_irq(&mq->lock);
	list_del_init(&job->link);
	spin_unlock_irq(&mq->lock);
	axle_job_done(job, err);
}

/* Whoever is to begin the next command, or to end the job, has not been told. */
static bool mock_lose(struct mock_queue *mq)
{
	bool lost = READ_ONCE(lose_irq);

	spin_lock_irq(&mq->lock);
	mq->lost = lost;
	spin_unlock_irq(&mq->lock);
	return lost;
}

static void mock_count_cycles(struct mock_queue *mq, u32 ms)
{
	struct mock_status *status = mq->queue->status;

	status->cycles += (u64)ms * (MOCK_CLOCK_MAX / MSEC_PER_SEC);
}

/* False if the device is busy with the job. */
static bool mock_run_job(struct mock_queue *mq, struct axle_job *job)
{
	const struct mock_command *commands = job->commands;
	u32 count = job->command_size / sizeof(*commands);
	int err = 0;

	while (!err && mq->next < count) {
		err = mock_execute(mq, job);
		if (err == -EAGAIN)
			queue_delayed_work(axle_compat_unbound_wq, &mq->work,
					   msecs_to_jiffies(mock_left(mq)));
		if (err == -EAGAIN || err == -EBUSY)
			return false;
		if (mq->until)
			mock_count_cycles(mq, commands[mq->next].ms);
		mq->until = 0;
		mq->next++;
		if (!err && mock_lose(mq))
			return false;
	}
	mock_job_end(mq, job, err);
	return true;
}

static int mock_execute_slot(struct mock_queue *mq, struct mock_slot *slot)
{
	struct mock_status *status = mq->queue->status;

	switch (slot->op) {
	case MOCK_NOP:
		return 0;
	case MOCK_SLEEP:
		return mock_nap(mq, min_t(u32, slot->ms, MOCK_SLEEP_MAX));
	case MOCK_MIX:
		status->sum = status->sum * 31 + slot->value;
		return 0;
	case MOCK_CLAIM:
		status->busy_ns = slot->value;
		return 0;
	case MOCK_CLAIM_CYCLES:
		status->cycles = slot->value;
		return 0;
	case MOCK_HANG:
		return -EBUSY;
	}
	axle_queue_fail(mq->queue, -EIO, MOCK_CODE, slot->value);
	return -EBUSY;
}

static u64 mock_done(struct axle_queue *queue)
{
	const struct mock_status *status = queue->status;

	return READ_ONCE(status->done);
}

static u64 mock_submitted(struct axle_queue *queue)
{
	struct mock_queue *mq = queue->priv;
	u64 done = mock_done(queue);
	u32 pending = le32_to_cpu(READ_ONCE(*mq->tail)) - (u32)done;

	mock_touch(queue->adev);
	return pending <= queue->slots ? done + pending : done;
}

/* What is armed counts as submitted, whatever the program does to its tail. */
static bool mock_slot_ready(struct mock_queue *mq, u64 done)
{
	bool armed;

	spin_lock_irq(&mq->lock);
	armed = mq->armed > done;
	spin_unlock_irq(&mq->lock);
	return armed || mock_submitted(mq->queue) > done;
}

static bool mock_ring_overrun(struct mock_queue *mq)
{
	u32 tail = le32_to_cpu(READ_ONCE(*mq->tail));

	return tail - (u32)mock_done(mq->queue) > mq->queue->slots &&
	       !mock_slot_ready(mq, mock_done(mq->queue));
}

/* How many milliseconds to the next look, or a negative errno to stop. */
static int mock_run_slots(struct mock_queue *mq)
{
	struct axle_queue *queue = mq->queue;
	struct mock_status *status = queue->status;
	const struct mock_slot *ring = queue->ring;
	u64 done = mock_done(queue);
	int err;

	while (mock_slot_ready(mq, done)) {
		struct mock_slot slot = ring[done % queue->slots];

		err = mock_execute_slot(mq, &slot);
		if (err == -EAGAIN)
			return mock_left(mq);
		if (err)
			return err;
		if (mq->until) {
			status->busy_ns += (u64)slot.ms * NSEC_PER_MSEC;
			mock_count_cycles(mq, slot.ms);
		}
		mq->until = 0;
		/* What the slot has done shows before it counts as done. */
		smp_store_release(&status->done, ++done);
	}
	if (!mock_ring_overrun(mq))
		return MOCK_POLL_MS;
	axle_queue_fail(queue, -EIO, MOCK_OVERRUN, 0);
	return -EBUSY;
}

static void mock_run_ring(struct mock_queue *mq)
{
	u64 old = mock_done(mq->queue);
	int ms = mock_run_slots(mq);
	u64 done = mock_done(mq->queue);
	bool crossed;

	spin_lock_irq(&mq->lock);
	crossed = old < mq->armed && mq->armed <= done;
	spin_unlock_irq(&mq->lock);
	if (crossed && !READ_ONCE(lose_irq))
		axle_queue_progress(mq->queue);
	mq->live = ms >= 0;
	if (ms >= 0)
		queue_delayed_work(axle_compat_unbound_wq, &mq->work,
				   msecs_to_jiffies(ms));
}

static void mock_queue_work(struct work_struct *work)
{
	struct mock_queue *mq =
		container_of(to_delayed_work(work), struct mock_queue, work);
	struct axle_job *job;

	mock_touch(mq->queue->adev);
	if (mq->queue->mode == DRM_AXLE_QUEUE_USER) {
		mock_run_ring(mq);
		return;
	}
	while ((job = mock_first_job(mq)))
		if (!mock_run_job(mq, job))
			break;
}

static int mock_queue_run(struct axle_job *job)
{
	struct mock_queue *mq = job->queue->priv;
	bool first;

	mock_touch(job->queue->adev);
	spin_lock_irq(&mq->lock);
	first = list_empty(&mq->jobs);
	list_add_tail(&job->link, &mq->jobs);
	spin_unlock_irq(&mq->lock);
	/* Not for others: that would cut a sleep short. */
	if (first)
		mod_delayed_work(axle_compat_unbound_wq, &mq->work, 0);
	return 0;
}

static void mock_queue_halt(struct mock_queue *mq)
{
	struct axle_job *job, *next;

	cancel_delayed_work_sync(&mq->work);
	mq->live = false;
	spin_lock_irq(&mq->lock);
	list_for_each_entry_safe(job, next, &mq->jobs, link)
		list_del_init(&job->link);
	mq->next = 0;
	mq->until = 0;
	mq->lost = false;
	spin_unlock_irq(&mq->lock);
}

static int mock_queue_stop(struct axle_queue *queue)
{
	mock_touch(queue->adev);
	if (READ_ONCE(fail_stop))
		return -ETIMEDOUT;
	mock_queue_halt(queue->priv);
	return 0;
}

static bool mock_queue_poll(struct axle_queue *queue)
{
	struct mock_queue *mq = queue->priv;
	bool lost;

	mock_touch(queue->adev);
	spin_lock_irq(&mq->lock);
	lost = mq->lost;
	mq->lost = false;
	spin_unlock_irq(&mq->lock);
	if (lost)
		mod_delayed_work(axle_compat_unbound_wq, &mq->work, 0);
	return lost;
}

static void mock_queue_arm(struct axle_queue *queue, u64 position)
{
	struct mock_queue *mq = queue->priv;

	mock_touch(queue->adev);
	spin_lock(&mq->lock);
	mq->armed = position;
	spin_unlock(&mq->lock);
}

static void mock_queue_free(struct mock_queue *mq)
{
	free_page((unsigned long)mq->tail);
	free_page((unsigned long)mq->wake);
	kfree(mq);
}

static int mock_queue_pages(struct mock_queue *mq)
{
	struct axle_queue *queue = mq->queue;

	if (queue->mode != DRM_AXLE_QUEUE_USER)
		return 0;
	mq->tail = (void *)get_zeroed_page(GFP_KERNEL);
	mq->wake = (void *)get_zeroed_page(GFP_KERNEL);
	if (!mq->tail || !mq->wake)
		return -ENOMEM;
	queue->tail_page = virt_to_phys(mq->tail);
	queue->wake_page = virt_to_phys(mq->wake);
	return 0;
}

static int mock_queue_open(struct axle_queue *queue)
{
	struct mock *mock = to_mock(queue->adev);
	struct mock_queue *mq = kzalloc(sizeof(*mq), GFP_KERNEL_ACCOUNT);

	mock_touch(queue->adev);
	if (!mq)
		return -ENOMEM;
	mq->queue = queue;
	spin_lock_init(&mq->lock);
	INIT_LIST_HEAD(&mq->jobs);
	INIT_DELAYED_WORK(&mq->work, mock_queue_work);
	if (mock_queue_pages(mq)) {
		mock_queue_free(mq);
		return -ENOMEM;
	}
	queue->priv = mq;
	mutex_lock(&mock->queues_lock);
	list_add_tail(&mq->link, &mock->queues);
	mutex_unlock(&mock->queues_lock);
	mq->live = queue->mode == DRM_AXLE_QUEUE_USER;
	if (mq->live)
		mod_delayed_work(axle_compat_unbound_wq, &mq->work, 0);
	return 0;
}

static void mock_queue_close(struct axle_queue *queue)
{
	struct mock *mock = to_mock(queue->adev);
	struct mock_queue *mq = queue->priv;

	mutex_lock(&mock->queues_lock);
	list_del(&mq->link);
	mutex_unlock(&mock->queues_lock);
	cancel_delayed_work_sync(&mq->work);
	if (mq->tail) {
		mutex_lock(&mock->lock);
		mock->stats.tail = le32_to_cpu(*mq->tail);
		mutex_unlock(&mock->lock);
	}
	mock_queue_free(mq);
}

static u64 mock_queue_busy_ns(struct axle_queue *queue)
{
	const struct mock_status *status = queue->status;

	return READ_ONCE(status->busy_ns);
}

static int mock_queue_restart(struct axle_queue *queue)
{
	struct mock *mock = to_mock(queue->adev);

	mock_touch(queue->adev);
	if (READ_ONCE(fail_restart))
		return -EIO;
	mutex_lock(&mock->lock);
	mock->stats.restarts++;
	mutex_unlock(&mock->lock);
	return 0;
}

static int mock_queue_dump(struct axle_queue *queue, void *dump)
{
	mock_touch(queue->adev);
	if (!queue->status)
		return -ENODATA;
	memcpy(dump, queue->status, sizeof(struct mock_status));
	return 0;
}

#define MOCK_QUEUE_OPS                                                      \
	.kernel_engines = BIT(MOCK_ENGINE_SERIAL) | BIT(MOCK_ENGINE_RINGS), \
	.user_engines = BIT(MOCK_ENGINE_RINGS),                             \
	.serial_engines = BIT(MOCK_ENGINE_SERIAL),                          \
	.queues_per_context = MOCK_QUEUES, .slots_max = MOCK_SLOTS_MAX,     \
	.slots = MOCK_SLOTS, .slot_size = sizeof(struct mock_slot),         \
	.timeout_ms_max = MOCK_SLEEP_MAX, .timeout_ms = MOCK_TIMEOUT,       \
	.open = mock_queue_open, .close = mock_queue_close,                 \
	.check = mock_job_check, .release = mock_job_release,               \
	.run = mock_queue_run, .stop = mock_queue_stop,                     \
	.restart = mock_queue_restart, .poll = mock_queue_poll,             \
	.busy_ns = mock_queue_busy_ns, .submitted = mock_submitted,         \
	.completed = mock_done, .arm = mock_queue_arm,                      \
	.dump_size = sizeof(struct mock_status), .dump = mock_queue_dump

const struct axle_queue_ops mock_queue_ops = {
	MOCK_QUEUE_OPS,
};

/* Of a device that ends late jobs by itself, if it does. */
const struct axle_queue_ops mock_watchdog_queue_ops = {
	MOCK_QUEUE_OPS,
	.watchdog_engines = BIT(MOCK_ENGINE_SERIAL),
};

/**
 * mock_queues_halt() - Stop and forget everything that queues do.
 * @mock: the device
 */
void mock_queues_halt(struct mock *mock)
{
	struct mock_queue *mq;

	mutex_lock(&mock->queues_lock);
	list_for_each_entry(mq, &mock->queues, link)
		mock_queue_halt(mq);
	mutex_unlock(&mock->queues_lock);
}

/**
 * mock_queues_sleep() - The device no longer looks at its queues.
 * @mock: the device
 */
void mock_queues_sleep(struct mock *mock)
{
	struct mock_queue *mq;

	mutex_lock(&mock->queues_lock);
	list_for_each_entry(mq, &mock->queues, link) {
		WARN_ON(!list_empty(&mq->jobs));
		cancel_delayed_work_sync(&mq->work);
		if (mq->tail)
			mq->rung = le32_to_cpu(READ_ONCE(*mq->tail));
	}
	mutex_unlock(&mock->queues_lock);
}

/**
 * mock_queues_wake() - The device looks at its queues again.
 * @mock: the device
 */
void mock_queues_wake(struct mock *mock)
{
	struct mock_queue *mq;

	mutex_lock(&mock->queues_lock);
	list_for_each_entry(mq, &mock->queues, link) {
		/* What programs write to a device that sleeps is lost. */
		if (mq->tail)
			WARN_ON(mq->rung != le32_to_cpu(READ_ONCE(*mq->tail)));
		if (mq->live)
			mod_delayed_work(axle_compat_unbound_wq, &mq->work, 0);
	}
	mutex_unlock(&mock->queues_lock);
}

/**
 * mock_queues_init() - Set up what this file owns.
 * @mock: the device
 */
void mock_queues_init(struct mock *mock)
{
	mutex_init(&mock->queues_lock);
	INIT_LIST_HEAD(&mock->queues);
}

static int mock_program_load(struct axle_program *program)
{
	struct mock *mock = to_mock(program->ctx->adev);
	const struct mock_program *blob = program->data;

	mock_touch(program->ctx->adev);
	if (program->size != sizeof(*blob) || blob->magic != MOCK_MAGIC)
		return -ENOEXEC;
	program->info = blob->value;
	mutex_lock(&mock->lock);
	mock->stats.loads++;
	mutex_unlock(&mock->lock);
	return 0;
}

static void mock_program_unload(struct axle_program *program)
{
	struct mock *mock = to_mock(program->ctx->adev);

	mutex_lock(&mock->lock);
	mock->stats.unloads++;
	mutex_unlock(&mock->lock);
}

const struct axle_program_ops mock_program_ops = {
	.size_max = PAGE_SIZE,
	.per_context = MOCK_PROGRAMS,
	.load = mock_program_load,
	.unload = mock_program_unload,
};
