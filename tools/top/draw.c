// SPDX-License-Identifier: MIT
/* The screen: devices above, their users below, a line of help at the end. */
#include "top.h"

#include <string.h>
#include <time.h>

/* Where columns begin; the bar gets what is left, up to BAR_MAX. */
#define BAR_AT 19u
#define BAR_MIN 12u
#define BAR_MAX 60u
#define REST_WIDTH 41u /* of the columns right of the bar */
#define DEVICES_AT 2u

static unsigned int bar_width(const struct top_canvas *canvas)
{
	unsigned int room = canvas->width > BAR_AT + REST_WIDTH ?
				    canvas->width - BAR_AT - REST_WIDTH :
				    0;

	if (room < BAR_MIN)
		return BAR_MIN;
	return room < BAR_MAX ? room : BAR_MAX;
}

static void draw_head(struct top_canvas *canvas,
		      const struct top_sample *sample,
		      const struct top_rows *rows, const struct top_view *view)
{
	char clock[16] = "", filter[48] = "";
	time_t now = time(NULL);
	struct tm tm;

	if (localtime_r(&now, &tm))
		strftime(clock, sizeof(clock), "%H:%M:%S", &tm);
	if (view->filter[0])
		snprintf(filter, sizeof(filter), "  only: %s", view->filter);
	top_put(canvas, 0, 0, TOP_PLAIN,
		"axle top  %s  devices: %zu  processes: %zu  sort: %s  "
		"every %.1f s%s",
		clock, sample->device_count, rows->count,
		top_sort_name(view->sort), view->interval, filter);
}

static void draw_device_title(struct top_canvas *canvas)
{
	unsigned int x = BAR_AT + bar_width(canvas);

	top_fill(canvas, DEVICES_AT - 1, TOP_TITLE);
	top_put(canvas, 0, DEVICES_AT - 1, TOP_TITLE, "%-9s %-8s %s", "DEVICE",
		"ENGINE", "BUSY");
	top_put(canvas, x, DEVICES_AT - 1, TOP_TITLE, " %11s %5s %7s %7s %-6s",
		"MEMORY", "TEMP", "POWER", "CLOCK", "STATE");
}

static bool needs_a_look(const struct axl_sample *device)
{
	return device->health.state == AXL_STATE_FAILED ||
	       device->telemetry.flags &
		       (AXL_TELEMETRY_STALE | AXL_TELEMETRY_HOT);
}

static void draw_device_values(struct top_canvas *canvas, unsigned int y,
			       const struct axl_sample *device)
{
	unsigned int x = BAR_AT + bar_width(canvas);
	char memory[40], temperature[16], power[16], clock[24];

	top_put(canvas, 0, y, TOP_PLAIN, "%-9.9s", top_device_name(device));
	top_put(canvas, x, y, TOP_PLAIN, " %11s %5s %7s %7s ",
		top_memory(memory, sizeof(memory), device),
		top_temperature(temperature, sizeof(temperature),
				&device->telemetry),
		top_power(power, sizeof(power), &device->telemetry),
		top_clock(clock, sizeof(clock), &device->telemetry));
	top_put(canvas, x + 35, y, needs_a_look(device) ? TOP_ALERT : TOP_PLAIN,
		"%s", top_state(device));
}

/* Lines that a device takes: one for each engine, one without any. */
static size_t device_lines(const struct axl_sample *device)
{
	return device->engine_count ? device->engine_count : 1;
}

static void draw_device(struct top_canvas *canvas, unsigned int y,
			unsigned int end, const struct axl_sample *device)
{
	draw_device_values(canvas, y, device);
	if (!device->engine_count)
		top_bar(canvas, BAR_AT, y, bar_width(canvas), AXL_UNKNOWN_32);
	for (uint32_t i = 0; i < device->engine_count && y + i < end; i++) {
		top_put(canvas, 10, y + i, TOP_PLAIN, "%-8.8s",
			device->engine[i].name);
		top_bar(canvas, BAR_AT, y + i, bar_width(canvas),
			device->busy_permille[i]);
	}
}

/* With a filter: its own name has it, or a process that is shown uses it. */
static bool device_is_shown(const struct axl_sample *device,
			    const struct top_rows *rows,
			    const struct top_view *view)
{
	if (top_device_matches(device, view->filter))
		return true;
	for (size_t i = 0; i < rows->count; i++)
		if (rows->process[i].device == device)
			return true;
	return false;
}

static size_t count_matching(const struct top_sample *sample,
			     const struct top_rows *rows,
			     const struct top_view *view)
{
	size_t count = 0;

	for (size_t i = 0; i < sample->device_count; i++)
		count += device_is_shown(sample->devices[i], rows, view);
	return count;
}

/* Devices from the scrolled one on, up to a line; where they ended. */
static unsigned int draw_devices(struct top_canvas *canvas, unsigned int end,
				 const struct top_sample *sample,
				 const struct top_rows *rows,
				 struct top_view *view)
{
	size_t shown = count_matching(sample, rows, view), number = 0, hidden;
	unsigned int y = DEVICES_AT;

	if (view->device_scroll >= shown)
		view->device_scroll = shown ? shown - 1 : 0;
	hidden = view->device_scroll;
	for (size_t i = 0; i < sample->device_count; i++) {
		const struct axl_sample *device = sample->devices[i];

		if (!device_is_shown(device, rows, view) ||
		    number++ < view->device_scroll)
			continue;
		if (y + device_lines(device) > end && y > DEVICES_AT) {
			hidden += shown - number + 1;
			break;
		}
		draw_device(canvas, y, end, device);
		y += (unsigned int)device_lines(device);
	}
	if (!sample->device_count)
		top_put(canvas, 0, y++, TOP_PLAIN,
			"There is no accelerator here.");
	else if (hidden)
		top_put(canvas, 0, y++, TOP_PLAIN,
			"(%zu devices more: < and >)", hidden);
	return y;
}

static void process_engines(char *out, size_t size, const struct top_process *p)
{
	size_t used = 0;
	char text[16];

	out[0] = '\0';
	for (uint32_t i = 0; i < p->device->engine_count && used < size; i++)
		if (p->busy_permille[i] != AXL_UNKNOWN_32)
			used += (size_t)snprintf(
				out + used, size - used, "%s%s %s",
				used ? "  " : "", p->device->engine[i].name,
				text_permille(text, sizeof(text),
					      p->busy_permille[i]));
}

static void draw_process(struct top_canvas *canvas, unsigned int y,
			 const struct top_process *p, bool selected)
{
	enum top_style style = selected ? TOP_SELECTED : TOP_PLAIN;
	char busy[16], memory[16], engines[160];

	process_engines(engines, sizeof(engines), p);
	top_fill(canvas, y, style);
	top_put(canvas, 0, y, style, "%c%7u %-8.8s %-9.9s %7s %6s %3u %-15s %s",
		selected ? '>' : ' ', p->pid, p->user,
		top_device_name(p->device),
		text_permille(busy, sizeof(busy),
			      p->share_known ? p->share : AXL_UNKNOWN_32),
		top_bytes(memory, sizeof(memory), p->memory), p->contexts,
		p->comm, engines);
}

/* The selection follows its process; without it, it stays where it was. */
static void follow_selected(const struct top_rows *rows, struct top_view *view)
{
	for (size_t i = 0; i < rows->count; i++)
		if (view->selected_pid &&
		    rows->process[i].pid == view->selected_pid) {
			/* A process may have rows of several devices. */
			if (view->selected < rows->count &&
			    rows->process[view->selected].pid ==
				    view->selected_pid)
				return;
			view->selected = i;
			return;
		}
	view->selected_pid = 0;
	if (view->selected >= rows->count)
		view->selected = rows->count ? rows->count - 1 : 0;
}

static void draw_processes(struct top_canvas *canvas, unsigned int y,
			   unsigned int end, const struct top_rows *rows,
			   struct top_view *view)
{
	size_t room;

	if (y >= end)
		return;
	top_fill(canvas, y, TOP_TITLE);
	top_put(canvas, 0, y++, TOP_TITLE, "%8s %-8s %-9s %7s %6s %3s %-15s %s",
		"PID", "USER", "DEVICE", "BUSY", "MEMORY", "CTX", "COMMAND",
		"ENGINES");
	follow_selected(rows, view);
	room = y < end ? end - y : 0;
	if (view->selected < view->scroll)
		view->scroll = view->selected;
	if (room && view->selected >= view->scroll + room)
		view->scroll = view->selected - room + 1;
	for (size_t i = view->scroll; i < rows->count && y < end; i++)
		draw_process(canvas, y++, &rows->process[i],
			     i == view->selected);
	if (!rows->count && y < end)
		top_put(canvas, 0, y, TOP_PLAIN,
			view->filter[0] ?
				"  No process that matches uses a device." :
				"  No process that you may see uses a device.");
}

static void draw_help(struct top_canvas *canvas)
{
	static const char *const lines[] = {
		"up, down, PgUp, PgDn   choose a process",
		"< >                    see other devices",
		"s                      sort by the next column",
		"B M P D N              sort by busy, memory, pid, device, command",
		"/                      only what has a text in it; Esc: all again",
		"k                      end the chosen process (asks first)",
		"+ -                    look more, or less, often",
		"q                      leave",
		"",
		"BUSY is the share of time that an engine worked; a process that",
		"uses two engines at once can have 200%. What the driver of a",
		"device does not tell is a dash. Only processes that you may look",
		"at are shown: root sees all.",
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(lines); i++)
		top_put(canvas, 2, 2 + i, TOP_PLAIN, "%s", lines[i]);
}

static void draw_foot(struct top_canvas *canvas, const struct top_view *view)
{
	unsigned int y = canvas->height - 1;

	if (view->confirm_signal)
		top_put(canvas, 0, y, TOP_ALERT,
			"End process %u (%s)? y: yes, all else: no",
			view->confirm_pid, view->confirm_comm);
	else if (view->typing)
		top_put(canvas, 0, y, TOP_PLAIN, "only: %s_", view->filter);
	else if (view->message[0])
		top_put(canvas, 0, y, TOP_ALERT, "%s", view->message);
	else
		top_put(canvas, 0, y, TOP_PLAIN,
			"q quit  s sort  / filter  k end process  "
			"+ - interval  h help");
}

void top_draw(struct top_canvas *canvas, const struct top_sample *sample,
	      const struct top_rows *rows, struct top_view *view)
{
	unsigned int end, y;

	top_canvas_clear(canvas);
	if (canvas->height < 4 || canvas->width < 20) {
		top_put(canvas, 0, 0, TOP_PLAIN, "too small");
		return;
	}
	draw_head(canvas, sample, rows, view);
	draw_foot(canvas, view);
	if (view->help) {
		draw_help(canvas);
		draw_foot(canvas, view);
		return;
	}
	draw_device_title(canvas);
	/* Half of the screen, or more where there is nobody to show. */
	end = rows->count ? canvas->height / 2 : canvas->height - 4;
	if (rows->count && canvas->height - 3 > rows->count + end)
		end = canvas->height - 3 - (unsigned int)rows->count;
	y = draw_devices(canvas, end, sample, rows, view);
	draw_processes(canvas, y + 1, canvas->height - 1, rows, view);
}
