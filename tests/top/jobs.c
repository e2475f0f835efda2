// SPDX-License-Identifier: MIT
/* Some jobs on the embedded device, more than its queue holds at once. */
#include <axl/axle.h>

#include <errno.h>
#include <stdio.h>

#define SLOTS 4
#define ROUNDS 20
#define BYTES (1 << 20)

static int run_jobs(struct axl_context *context)
{
	struct axl_queue_config config = { .size = sizeof(config),
					   .slots = SLOTS };
	struct axl_queue *queue;
	struct axl_bo *bo;
	uint64_t point = 0;
	int err = axl_bo_create(context, BYTES, 0, &bo);

	if (err)
		return err;
	err = axl_queue_create(context, &config, &queue);
	for (int i = 0; !err && i < ROUNDS; i++) {
		const struct axl_job job = {
			.kind = AXL_JOB_FILL,
			.dst = { bo, 0 },
			.size = BYTES,
			.value = (uint64_t)i,
		};

		err = axl_queue_submit(queue, &job, 1, &point);
		if (err != -EAGAIN)
			continue;
		err = axl_queue_wait(queue, point, axl_deadline(5000000000));
	}
	if (!err)
		err = axl_queue_wait(queue, point, axl_deadline(5000000000));
	axl_queue_destroy(queue);
	axl_bo_destroy(bo);
	return err;
}

int main(void)
{
	struct axl_system *system;
	struct axl_device *device;
	struct axl_context *context;
	int err = axl_system_create(NULL, &system);

	if (err)
		return 1;
	err = axl_device_open(system, "soft", &device);
	if (!err) {
		err = axl_context_create(device, &context);
		if (!err) {
			err = run_jobs(context);
			axl_context_destroy(context);
		}
		axl_device_close(device);
	}
	axl_system_destroy(system);
	return err ? 1 : 0;
}
