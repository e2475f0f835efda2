/* SPDX-License-Identifier: MIT */
/* The control socket: faults and inspection, a line at a time. */
#ifndef AXM_CONTROL_H
#define AXM_CONTROL_H

#include <stddef.h>
#include <stdio.h>

struct axm_device;
struct axm_loop;
struct axm_control;

/* No client can come until one of the two below. */
int axm_control_create(struct axm_loop *loop, struct axm_device *dev,
		       struct axm_control **control);
int axm_control_listen(struct axm_control *control, const char *path);
/* One connected socket as a client; it is the control's then. */
int axm_control_adopt(struct axm_control *control, int fd);
void axm_control_destroy(struct axm_control *control);

/*
 * Execute one line and write the whole answer, with its last line "ok" or
 * "error: REASON", to @out. The line is taken apart in place. Returns what the
 * last line says: 0 or -errno.
 */
int axm_control_line(struct axm_device *dev, char *line, FILE *out);

#endif
