/* SPDX-License-Identifier: MIT */
/*
 * axle top: what its files share. A sample becomes rows, which are sorted and
 * filtered; rows become text, JSON or a canvas, which the terminal shows. Only
 * screen.c knows the terminal and only cmd-top.c the monitor, so that all else
 * can be tested with made-up samples.
 */
#ifndef AXLE_TOOLS_TOP_H
#define AXLE_TOOLS_TOP_H

#include "../tool.h"

#include <axl/monitor.h>

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* What the monitor has just seen; its objects, until it looks again. */
struct top_sample {
	const struct axl_sample **devices;
	size_t device_count;
	const struct axl_client **clients;
	size_t client_count;
};

enum top_sort {
	TOP_SORT_BUSY,
	TOP_SORT_MEMORY,
	TOP_SORT_PID,
	TOP_SORT_DEVICE,
	TOP_SORT_NAME,
	TOP_SORTS
};

/* A process and a device: all its open files of that device together. */
struct top_process {
	const struct axl_sample *device;
	uint32_t pid;
	uint32_t uid;
	uint32_t contexts; /* open files */
	char user[33];
	char comm[16];
	uint32_t busy_permille[AXL_ENGINES_MAX]; /* AXL_UNKNOWN_32: not told */
	uint64_t busy_ns[AXL_ENGINES_MAX]; /* since the files were opened */
	uint32_t share; /* sum of the known ones */
	bool share_known;
	uint64_t memory; /* bytes resident; AXL_UNKNOWN_64 */
};

struct top_rows {
	struct top_process *process;
	size_t count;
};

/* rows.c: 0 or -ENOMEM. The filter, NULL for none, is part of a name. */
int top_rows_build(const struct top_sample *sample, const char *filter,
		   enum top_sort sort, struct top_rows *rows);
void top_rows_free(struct top_rows *rows);
const char *top_sort_name(enum top_sort sort);
/* Whether the device or one of its users' names has the text in it. */
bool top_device_matches(const struct axl_sample *device, const char *filter);
/* "vnpu0", or else "accel0". */
const char *top_device_name(const struct axl_sample *device);

/* cells.c: a value in as few characters as do; "-" if it is not known. */
const char *top_temperature(char *out, size_t size,
			    const struct axl_telemetry *telemetry);
const char *top_power(char *out, size_t size,
		      const struct axl_telemetry *telemetry);
const char *top_clock(char *out, size_t size,
		      const struct axl_telemetry *telemetry);
const char *top_bytes(char *out, size_t size, uint64_t bytes);
/* "12M/256M": used and size of the region that tells most of the device. */
const char *top_memory(char *out, size_t size, const struct axl_sample *device);
/* "ready", "asleep", "hot", ... */
const char *top_state(const struct axl_sample *device);

/* batch.c */
void top_print_text(const struct top_sample *sample,
		    const struct top_rows *rows, FILE *out);
struct json_object *top_json(const struct top_sample *sample,
			     const struct top_rows *rows);

/* How a character of the canvas looks. */
enum top_style {
	TOP_PLAIN,
	TOP_TITLE, /* of columns */
	TOP_LOW, /* a bar's first half, and so on */
	TOP_MIDDLE,
	TOP_HIGH,
	TOP_ALERT, /* what needs a look */
	TOP_SELECTED,
	TOP_STYLES
};

struct top_canvas {
	unsigned int width, height;
	char *text; /* width * height, ASCII */
	unsigned char *style; /* the same, enum top_style */
};

/* canvas.c: what lies outside is cut off. */
int top_canvas_resize(struct top_canvas *canvas, unsigned int width,
		      unsigned int height);
void top_canvas_free(struct top_canvas *canvas);
void top_canvas_clear(struct top_canvas *canvas);
void top_put(struct top_canvas *canvas, unsigned int x, unsigned int y,
	     enum top_style style, const char *format, ...)
	__attribute__((format(printf, 5, 6)));
void top_fill(struct top_canvas *canvas, unsigned int y, enum top_style style);
/* "[|||||     45.2%]" */
void top_bar(struct top_canvas *canvas, unsigned int x, unsigned int y,
	     unsigned int width, uint32_t permille);

/* What the user has asked of the screen. */
struct top_view {
	enum top_sort sort;
	char filter[32]; /* "" for none */
	bool typing; /* the filter is being typed */
	bool help;
	double interval; /* seconds */
	size_t device_scroll;
	size_t selected; /* row of processes */
	uint32_t selected_pid; /* it follows the process; 0: none */
	size_t scroll; /* first row that is seen */
	int confirm_signal; /* to be sent to confirm_pid, if the user says so */
	uint32_t confirm_pid;
	char confirm_comm[16];
	char message[96]; /* at the bottom, until the next key */
};

/* draw.c: all of the screen. Moves scroll so that the selected row is seen. */
void top_draw(struct top_canvas *canvas, const struct top_sample *sample,
	      const struct top_rows *rows, struct top_view *view);

enum top_action {
	TOP_NOTHING,
	TOP_REDRAW,
	TOP_QUIT,
	TOP_KILL, /* confirm_signal to confirm_pid */
};

/* Keys beyond characters, as keys.c takes them. */
enum top_key {
	TOP_KEY_UP = 0x100,
	TOP_KEY_DOWN,
	TOP_KEY_PAGE_UP,
	TOP_KEY_PAGE_DOWN,
	TOP_KEY_HOME,
	TOP_KEY_END,
	TOP_KEY_BACKSPACE,
	TOP_KEY_ESCAPE,
	TOP_KEY_ENTER,
	TOP_KEY_RESIZE,
	TOP_KEY_OTHER,
};

/* keys.c: what a key does to the view. */
enum top_action top_key(struct top_view *view, const struct top_rows *rows,
			int key);

/* screen.c: the terminal; NULL with a message if there is none. */
struct top_screen;

struct top_screen *top_screen_open(bool colour);
void top_screen_close(struct top_screen *screen);
void top_screen_size(unsigned int *width, unsigned int *height);
void top_screen_show(struct top_screen *screen,
		     const struct top_canvas *canvas);
/* A key, or -1 after so many milliseconds. */
int top_screen_key(struct top_screen *screen, int timeout_ms);

#endif
