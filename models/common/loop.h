/* SPDX-License-Identifier: MIT */
/* The thread that serves the host side, the control socket and the timers. */
#ifndef AXM_LOOP_H
#define AXM_LOOP_H

#include <stdint.h>

struct axm_device;
struct axm_loop;

/* Embedded in whoever waits for a descriptor; must outlive its place here. */
struct axm_source {
	int fd;
	void (*ready)(struct axm_source *source, uint32_t events);
};

int axm_loop_create(struct axm_loop **loop);
void axm_loop_destroy(struct axm_loop *loop);

int axm_loop_add(struct axm_loop *loop, struct axm_source *source);
/* From a ready() function; events already fetched for it are dropped. */
void axm_loop_del(struct axm_loop *loop, struct axm_source *source);

/* Until axm_loop_stop(), which any thread and any signal handler may call. */
int axm_loop_run(struct axm_loop *loop);
/* One turn; waits up to timeout_ms, -1 for ever. */
int axm_loop_turn(struct axm_loop *loop, int timeout_ms);
void axm_loop_stop(struct axm_loop *loop);

/* Look for more events for a moment before going to sleep. */
void axm_loop_linger(struct axm_loop *loop);

/* The device whose timers run here. */
void axm_loop_set_device(struct axm_loop *loop, struct axm_device *dev);
/* Next timer, absolute CLOCK_MONOTONIC ns; UINT64_MAX: none. Any thread. */
void axm_loop_set_timer(struct axm_loop *loop, uint64_t due);

#endif
