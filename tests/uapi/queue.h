/* SPDX-License-Identifier: MIT */
/*
 * Short forms of the calls about queues, jobs, programs and events. All return
 * 0, or -1 with errno set, unless they say otherwise.
 */
#ifndef AXLE_TESTS_QUEUE_H
#define AXLE_TESTS_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <drm/axle_drm.h>

#include "axle_mock.h"

int queue_create(int fd, struct drm_axle_queue_create *args);
/* A kernel-mode queue with this time-out, priority 1; 0 is a failure. */
uint32_t queue_open(int fd, uint32_t engine, uint32_t timeout_ms);
int queue_destroy(int fd, uint32_t queue);

int program_create(int fd, const void *data, uint64_t size, uint32_t *program);
int program_destroy(int fd, uint32_t program);

/* One job of these commands, uses and syncs. */
struct job {
	const struct mock_command *commands;
	uint32_t count;
	const struct drm_axle_use *uses;
	uint32_t use_count;
	const struct drm_axle_sync *in;
	uint32_t in_count;
	const struct drm_axle_sync *out;
	uint32_t out_count;
};

int job_submit(int fd, uint32_t queue, const struct job *job);
/* One command on at most one buffer, signalling a binary syncobj or none. */
int job_simple(int fd, uint32_t queue, const struct mock_command *command,
	       uint32_t handle, uint32_t out);

/* A user-mode queue and its mappings. */
struct user_queue {
	int fd;
	struct drm_axle_queue_create info;
	struct mock_slot *ring;
	const volatile struct mock_status *status;
	volatile uint32_t *tail;
	volatile uint32_t *wake;
	uint64_t written;
};

bool user_queue_open(struct user_queue *queue, int fd, uint32_t slots,
		     uint32_t timeout_ms);
void user_queue_unmap(struct user_queue *queue);
/* The same with a file of the test device that is its own. */
bool user_queue_open_alone(struct user_queue *queue, uint32_t slots,
			   uint32_t timeout_ms);
void user_queue_close(struct user_queue *queue);
/* Write a slot and ring; its position. */
uint64_t user_queue_put(struct user_queue *queue, uint32_t op, uint32_t ms,
			uint64_t value);
bool user_queue_wait(const struct user_queue *queue, uint64_t done);
int queue_fence(int fd, uint32_t queue, uint64_t position, uint32_t handle,
		uint64_t point);

/* The next event within @timeout_ms, or false. */
bool event_next(int fd, struct drm_axle_event *event, int timeout_ms);

#endif
