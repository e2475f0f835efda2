// SPDX-License-Identifier: MIT
/*
 * axle top without a terminal: made-up samples become rows, text and canvases.
 */
#include "tap.h"
#include "top/top.h"

#include <json-c/json.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DEVICES 64
#define CLIENTS 80

/* What a monitor could have said. */
struct world {
	struct axl_sample device[DEVICES];
	struct axl_client client[CLIENTS];
	const struct axl_sample *devices[DEVICES];
	const struct axl_client *clients[CLIENTS];
	struct top_sample sample;
};

static void unknown_telemetry(struct axl_telemetry *t)
{
	memset(t, 0xff, sizeof(*t));
	t->flags = 0;
	t->temperature_mc = AXL_UNKNOWN_MC;
	t->temperature_max_mc = AXL_UNKNOWN_MC;
}

static struct axl_sample *add_device(struct world *w, const char *driver)
{
	size_t n = w->sample.device_count++;
	struct axl_sample *d = &w->device[n];

	w->devices[n] = d;
	w->sample.devices = w->devices;
	d->entry.index = (uint32_t)n;
	snprintf(d->entry.name, sizeof(d->entry.name), "accel%zu", n);
	snprintf(d->entry.alias, sizeof(d->entry.alias), "%s%zu", driver, n);
	snprintf(d->entry.driver, sizeof(d->entry.driver), "%s", driver);
	unknown_telemetry(&d->telemetry);
	d->health.state = AXL_UNKNOWN_32;
	d->limits.contexts_used = AXL_UNKNOWN_32;
	d->pages.retired = d->pages.pending = AXL_UNKNOWN_32;
	return d;
}

static struct axl_sample *add_vnpu(struct world *w)
{
	struct axl_sample *d = add_device(w, "vnpu");

	d->engine_count = 2;
	strcpy(d->engine[0].name, "compute");
	strcpy(d->engine[1].name, "copy");
	d->busy_permille[0] = 452;
	d->busy_permille[1] = 3;
	d->region_count = 2;
	d->region[0] = (struct axl_memory){ .name = "host",
					    .kind = AXL_MEMORY_HOST,
					    .used = 8192 };
	d->region[1] = (struct axl_memory){ .name = "device",
					    .kind = AXL_MEMORY_DEVICE,
					    .size = 256 << 20,
					    .used = 12 << 20 };
	d->telemetry.temperature_mc = 48500;
	d->telemetry.power_mw = 8200;
	d->telemetry.clock_hz = 1000000000;
	d->health.state = AXL_STATE_READY;
	d->limits.contexts_used = 2;
	return d;
}

static struct axl_client *add_client(struct world *w, uint32_t device,
				     uint32_t pid, const char *comm,
				     uint32_t busy)
{
	size_t n = w->sample.client_count++;
	struct axl_client *c = &w->client[n];

	w->clients[n] = c;
	w->sample.clients = w->clients;
	c->device = device;
	c->pid = pid;
	c->uid = 0;
	c->engine_count = w->device[device].engine_count;
	memset(c->busy_permille, 0xff, sizeof(c->busy_permille));
	c->busy_permille[0] = busy;
	c->region_count = 1;
	c->region[0].used = (uint64_t)pid << 20;
	snprintf(c->comm, sizeof(c->comm), "%s", comm);
	return c;
}

static struct world *new_world(void)
{
	struct world *w = calloc(1, sizeof(*w));

	if (!w)
		abort();
	return w;
}

static struct world *busy_world(void)
{
	struct world *w = new_world();

	add_vnpu(w);
	add_vnpu(w);
	add_device(w, "ivpu");
	add_client(w, 0, 30, "axle-ocr", 200);
	add_client(w, 0, 30, "axle-ocr", 100);
	add_client(w, 0, 20, "trainer", 152);
	add_client(w, 1, 20, "trainer", 452);
	return w;
}

static struct top_rows rows_of(struct world *w, const char *filter,
			       enum top_sort sort)
{
	struct top_rows rows = { 0 };

	TAP_EQUAL(top_rows_build(&w->sample, filter, sort, &rows), 0);
	return rows;
}

static void files_of_a_process_are_one_row(void)
{
	struct world *w = busy_world();
	struct top_rows rows = rows_of(w, NULL, TOP_SORT_PID);

	TAP_EQUAL(rows.count, 3);
	TAP_EQUAL(rows.process[2].pid, 30);
	TAP_EQUAL(rows.process[2].contexts, 2);
	TAP_EQUAL(rows.process[2].share, 300);
	TAP_EQUAL(rows.process[2].memory, 60 << 20);
	TAP_EQUAL(rows.process[2].busy_permille[1], AXL_UNKNOWN_32);
	top_rows_free(&rows);
	free(w);
}

static void rows_are_sorted_as_asked(void)
{
	struct world *w = busy_world();
	struct top_rows rows;

	add_client(w, 2, 10, "idle", AXL_UNKNOWN_32);
	rows = rows_of(w, NULL, TOP_SORT_BUSY);
	TAP_EQUAL(rows.process[0].share, 452);
	TAP_EQUAL(rows.process[3].pid, 10); /* what is not known is last */
	top_rows_free(&rows);
	rows = rows_of(w, NULL, TOP_SORT_MEMORY);
	TAP_EQUAL(rows.process[0].pid, 30);
	top_rows_free(&rows);
	rows = rows_of(w, NULL, TOP_SORT_NAME);
	TAP_CHECK(!strcmp(rows.process[0].comm, "axle-ocr"));
	top_rows_free(&rows);
	rows = rows_of(w, NULL, TOP_SORT_DEVICE);
	TAP_EQUAL(rows.process[3].device->entry.index, 2);
	top_rows_free(&rows);
	free(w);
}

static void a_filter_leaves_what_has_it_in_a_name(void)
{
	struct world *w = busy_world();
	struct top_rows rows = rows_of(w, "ocr", TOP_SORT_BUSY);

	TAP_EQUAL(rows.count, 1);
	top_rows_free(&rows);
	rows = rows_of(w, "vnpu1", TOP_SORT_BUSY);
	TAP_EQUAL(rows.count, 1);
	TAP_EQUAL(rows.process[0].pid, 20);
	top_rows_free(&rows);
	rows = rows_of(w, "nothing", TOP_SORT_BUSY);
	TAP_EQUAL(rows.count, 0);
	top_rows_free(&rows);
	free(w);
}

static void a_client_of_no_device_is_left_out(void)
{
	struct world *w = busy_world();
	struct top_rows rows;

	w->client[0].device = 99;
	rows = rows_of(w, NULL, TOP_SORT_PID);
	TAP_EQUAL(rows.count, 3);
	TAP_EQUAL(rows.process[2].contexts, 1);
	top_rows_free(&rows);
	free(w);
}

static void names_cannot_speak_to_the_terminal(void)
{
	struct world *w = new_world();
	struct top_rows rows;

	add_vnpu(w);
	add_client(w, 0, 7, "a\033[2Jb", 1);
	rows = rows_of(w, NULL, TOP_SORT_PID);
	TAP_CHECK(!strchr(rows.process[0].comm, '\033'));
	top_rows_free(&rows);
	free(w);
}

static const char *line(const struct top_canvas *canvas, unsigned int y)
{
	static char text[1001];

	memcpy(text, canvas->text + (size_t)y * canvas->width, canvas->width);
	text[canvas->width] = '\0';
	for (size_t n = canvas->width; n && text[n - 1] == ' ';)
		text[--n] = '\0';
	return text;
}

static void draw(struct world *w, struct top_view *view,
		 struct top_canvas *canvas, unsigned int width,
		 unsigned int height)
{
	struct top_rows rows = rows_of(w, view->filter, view->sort);

	TAP_EQUAL(top_canvas_resize(canvas, width, height), 0);
	top_draw(canvas, &w->sample, &rows, view);
	top_rows_free(&rows);
}

static void expect_line(const struct top_canvas *canvas, unsigned int y,
			const char *wanted)
{
	if (!TAP_CHECK(!strcmp(line(canvas, y), wanted)))
		tap_note("line %u is   \"%s\"\n# instead of \"%s\"", y,
			 line(canvas, y), wanted);
}

static void all_of_it_fits_80_columns(void)
{
	struct world *w = busy_world();
	struct top_view view = { .interval = 2 };
	struct top_canvas canvas = { 0 };

	draw(w, &view, &canvas, 80, 24);
	expect_line(&canvas, 1,
		    "DEVICE    ENGINE   BUSY                      MEMORY  TEMP"
		    "   POWER   CLOCK STATE");
	expect_line(&canvas, 2,
		    "vnpu0     compute  [||||||||     45.2%]    12M/256M   48C"
		    "    8.2W 1000MHz ready");
	expect_line(&canvas, 3, "          copy     [              0.3%]");
	expect_line(&canvas, 6,
		    "ivpu2              [                 -]           -     -"
		    "       -       - -");
	expect_line(&canvas, 8,
		    "     PID USER     DEVICE       BUSY MEMORY CTX COMMAND"
		    "         ENGINES");
	expect_line(&canvas, 9,
		    ">     20 root     vnpu1       45.2%    20M   1 trainer"
		    "         compute 45.2%");
	expect_line(&canvas, 10,
		    "      30 root     vnpu0       30.0%    60M   2 axle-ocr"
		    "        compute 30.0%");
	top_canvas_free(&canvas);
	free(w);
}

static void any_size_is_drawn_within_its_bounds(void)
{
	struct world *w = busy_world();
	struct top_canvas canvas = { 0 };

	for (unsigned int i = 3; i < DEVICES; i++)
		add_vnpu(w);
	for (unsigned int width = 0; width < 140; width += 3)
		for (unsigned int height = 0; height < 60; height += 3) {
			struct top_view view = { .interval = 2 };

			draw(w, &view, &canvas, width, height);
			view.help = true;
			draw(w, &view, &canvas, width, height);
		}
	TAP_CHECK(canvas.width && canvas.height);
	top_canvas_free(&canvas);
	free(w);
}

static void devices_that_do_not_fit_can_be_scrolled_to(void)
{
	struct world *w = new_world();
	struct top_view view = { .interval = 2 };
	struct top_canvas canvas = { 0 };
	struct top_rows none = { 0 };

	for (unsigned int i = 0; i < DEVICES; i++)
		add_vnpu(w);
	draw(w, &view, &canvas, 80, 24);
	expect_line(&canvas, 2 + 18, "(55 devices more: < and >)");
	TAP_EQUAL(top_key(&view, &none, '>'), TOP_REDRAW);
	draw(w, &view, &canvas, 80, 24);
	TAP_CHECK(!strncmp(line(&canvas, 2), "vnpu1 ", 6));
	for (unsigned int i = 0; i < 100; i++)
		top_key(&view, &none, '>');
	draw(w, &view, &canvas, 80, 24);
	TAP_CHECK(!strncmp(line(&canvas, 2), "vnpu63 ", 7));
	top_canvas_free(&canvas);
	free(w);
}

static void the_selection_follows_its_process(void)
{
	struct world *w = busy_world();
	struct top_view view = { .interval = 2 };
	struct top_canvas canvas = { 0 };
	struct top_rows rows = rows_of(w, NULL, TOP_SORT_BUSY);

	TAP_EQUAL(top_key(&view, &rows, TOP_KEY_DOWN), TOP_REDRAW);
	TAP_EQUAL(view.selected_pid, 30);
	top_rows_free(&rows);
	w->client[0].busy_permille[0] = 900;
	draw(w, &view, &canvas, 80, 24);
	TAP_EQUAL(view.selected, 0);
	w->sample.clients += 2; /* it has ended */
	w->sample.client_count -= 2;
	draw(w, &view, &canvas, 80, 24);
	TAP_EQUAL(view.selected, 0);
	TAP_EQUAL(view.selected_pid, 0);
	top_canvas_free(&canvas);
	free(w);
}

static void a_process_is_ended_only_after_a_yes(void)
{
	struct world *w = busy_world();
	struct top_rows rows = rows_of(w, NULL, TOP_SORT_PID);
	struct top_view view = { .interval = 2 };
	struct top_canvas canvas = { 0 };

	TAP_EQUAL(top_key(&view, &rows, 'k'), TOP_REDRAW);
	TAP_EQUAL(view.confirm_pid, 20);
	TAP_EQUAL(view.confirm_signal, SIGTERM);
	draw(w, &view, &canvas, 80, 24);
	expect_line(&canvas, 23,
		    "End process 20 (trainer)? y: yes, all else: no");
	TAP_EQUAL(top_key(&view, &rows, 'n'), TOP_REDRAW);
	TAP_EQUAL(view.confirm_signal, 0);
	top_key(&view, &rows, 'k');
	TAP_EQUAL(top_key(&view, &rows, 'y'), TOP_KILL);
	top_rows_free(&rows);
	rows.count = 0;
	view.confirm_signal = 0;
	TAP_EQUAL(top_key(&view, &rows, 'k'), TOP_REDRAW);
	TAP_EQUAL(view.confirm_signal, 0);
	TAP_CHECK(view.message[0]);
	top_canvas_free(&canvas);
	free(w);
}

static void a_filter_is_typed_and_taken_back(void)
{
	struct world *w = busy_world();
	struct top_rows rows = rows_of(w, NULL, TOP_SORT_PID);
	struct top_view view = { .interval = 2 };

	top_key(&view, &rows, '/');
	for (unsigned int i = 0; i < 100; i++)
		top_key(&view, &rows, 'q'); /* does not leave */
	TAP_EQUAL(strlen(view.filter), sizeof(view.filter) - 1);
	for (unsigned int i = 0; i < 100; i++)
		top_key(&view, &rows, TOP_KEY_BACKSPACE);
	top_key(&view, &rows, 'o');
	top_key(&view, &rows, TOP_KEY_ENTER);
	TAP_CHECK(!strcmp(view.filter, "o"));
	TAP_EQUAL(top_key(&view, &rows, TOP_KEY_ESCAPE), TOP_REDRAW);
	TAP_CHECK(!view.filter[0]);
	TAP_EQUAL(top_key(&view, &rows, 'q'), TOP_QUIT);
	top_rows_free(&rows);
	free(w);
}

static void the_interval_has_bounds(void)
{
	struct top_rows rows = { 0 };
	struct top_view view = { .interval = 2 };

	for (unsigned int i = 0; i < 30; i++)
		top_key(&view, &rows, '+');
	TAP_CHECK(view.interval >= 0.2);
	for (unsigned int i = 0; i < 30; i++)
		top_key(&view, &rows, '-');
	TAP_CHECK(view.interval <= 60);
}

static void a_device_in_trouble_is_marked(void)
{
	struct world *w = new_world();
	struct axl_sample *d = add_vnpu(w);
	struct top_view view = { .interval = 2 };
	struct top_canvas canvas = { 0 };
	const char *at;

	d->telemetry.flags = AXL_TELEMETRY_HOT;
	draw(w, &view, &canvas, 80, 24);
	at = strstr(line(&canvas, 2), "hot");
	if (TAP_CHECK(at))
		TAP_EQUAL(canvas.style[2 * 80 + (at - line(&canvas, 2))],
			  TOP_ALERT);
	d->telemetry.flags = AXL_TELEMETRY_STALE;
	TAP_CHECK(!strcmp(top_state(d), "silent"));
	d->health.state = AXL_STATE_FAILED;
	TAP_CHECK(!strcmp(top_state(d), "failed"));
	top_canvas_free(&canvas);
	free(w);
}

static void values_take_few_characters(void)
{
	struct axl_telemetry t;
	char out[16];

	unknown_telemetry(&t);
	TAP_CHECK(!strcmp(top_temperature(out, sizeof(out), &t), "-"));
	TAP_CHECK(!strcmp(top_power(out, sizeof(out), &t), "-"));
	TAP_CHECK(!strcmp(top_clock(out, sizeof(out), &t), "-"));
	t.temperature_mc = -5400;
	t.power_mw = 350000;
	TAP_CHECK(!strcmp(top_temperature(out, sizeof(out), &t), "-5C"));
	TAP_CHECK(!strcmp(top_power(out, sizeof(out), &t), "350W"));
	TAP_CHECK(!strcmp(top_bytes(out, sizeof(out), 0), "0B"));
	TAP_CHECK(!strcmp(top_bytes(out, sizeof(out), 1023), "1.0K"));
	TAP_CHECK(!strcmp(top_bytes(out, sizeof(out), 256 << 20), "256M"));
	TAP_CHECK(!strcmp(top_bytes(out, sizeof(out), AXL_UNKNOWN_64), "-"));
	TAP_CHECK(!strcmp(text_permille(out, sizeof(out), 1000), "100.0%"));
}

static void what_is_not_known_is_null_in_json(void)
{
	struct world *w = busy_world();
	struct top_rows rows = rows_of(w, NULL, TOP_SORT_PID);
	struct json_object *out = top_json(&w->sample, &rows);
	struct json_object *list, *device, *value = out;

	TAP_CHECK(json_object_object_get_ex(out, "devices", &list));
	TAP_EQUAL(json_object_array_length(list), 3);
	device = json_object_array_get_idx(list, 2);
	TAP_CHECK(json_object_object_get_ex(device, "telemetry", &device));
	TAP_CHECK(json_object_object_get_ex(device, "power_mw", &value));
	TAP_CHECK(!value);
	TAP_CHECK(json_object_object_get_ex(out, "processes", &list));
	TAP_EQUAL(json_object_array_length(list), 3);
	json_object_put(out);
	top_rows_free(&rows);
	free(w);
}

static const struct tap_case cases[] = {
	{ "open files of one process and device are one row",
	  files_of_a_process_are_one_row },
	{ "rows are sorted as asked, the unknown last",
	  rows_are_sorted_as_asked },
	{ "a filter leaves what has it in a name",
	  a_filter_leaves_what_has_it_in_a_name },
	{ "a client of a device that is not in the sample is left out",
	  a_client_of_no_device_is_left_out },
	{ "the name of a process cannot send codes to the terminal",
	  names_cannot_speak_to_the_terminal },
	{ "devices and processes are readable in 80 columns",
	  all_of_it_fits_80_columns },
	{ "every size of terminal is drawn within its bounds",
	  any_size_is_drawn_within_its_bounds },
	{ "devices that do not fit can be scrolled to",
	  devices_that_do_not_fit_can_be_scrolled_to },
	{ "the selection follows its process",
	  the_selection_follows_its_process },
	{ "a process is ended only after a yes",
	  a_process_is_ended_only_after_a_yes },
	{ "a filter is typed, shortened and taken back",
	  a_filter_is_typed_and_taken_back },
	{ "the interval stays within its bounds", the_interval_has_bounds },
	{ "a device in trouble is marked as such",
	  a_device_in_trouble_is_marked },
	{ "values take few characters, and a dash if not known",
	  values_take_few_characters },
	{ "what is not known is null in JSON",
	  what_is_not_known_is_null_in_json },
};
TAP_MAIN(cases)
