// SPDX-License-Identifier: MIT
/*
 * The findings as JSON. Objects of json-c are owned by what they are put into;
 * put() also owns what it cannot put, and remembers that it failed.
 */
#include "report.h"

#include <errno.h>
#include <json-c/json.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>

static void put(struct json_object *to, const char *name,
		struct json_object *what, bool *failed)
{
	if (!to || !what || json_object_object_add(to, name, what)) {
		json_object_put(what);
		*failed = true;
	}
}

static void append(struct json_object *to, struct json_object *what,
		   bool *failed)
{
	if (!to || !what || json_object_array_add(to, what)) {
		json_object_put(what);
		*failed = true;
	}
}

/* With so many decimals, as nobody wants all of them. */
static struct json_object *number(double value, double unit)
{
	char text[32];

	value = round(value * unit) / unit;
	snprintf(text, sizeof(text), "%.10g", value);
	return json_object_new_double_s(value, text);
}

static struct json_object *box_json(const struct box *box, bool *failed)
{
	struct json_object *list = json_object_new_array();

	for (unsigned int i = 0; i < 4; i++) {
		struct json_object *corner = json_object_new_array();

		append(corner, number((double)box->corners[i].x, 10), failed);
		append(corner, number((double)box->corners[i].y, 10), failed);
		append(list, corner, failed);
	}
	return list;
}

static struct json_object *line_json(const struct line *line, bool *failed)
{
	struct json_object *object = json_object_new_object();

	put(object, "text", json_object_new_string(line->text), failed);
	put(object, "confidence", number((double)line->confidence, 1e4),
	    failed);
	put(object, "score", number((double)line->box.score, 1e4), failed);
	put(object, "box", box_json(&line->box, failed), failed);
	return object;
}

static struct json_object *picture_json(const struct picture *p, bool *failed)
{
	struct json_object *object = json_object_new_object();
	struct json_object *lines = json_object_new_array();
	struct json_object *ms = json_object_new_object();

	put(object, "file", json_object_new_string(p->path), failed);
	put(object, "width", json_object_new_int64(p->image.width), failed);
	put(object, "height", json_object_new_int64(p->image.height), failed);
	for (uint32_t i = 0; i < p->reading.count; i++)
		append(lines, line_json(&p->reading.lines[i], failed), failed);
	put(object, "lines", lines, failed);
	put(ms, "decode", number(p->decode_ms, 1e3), failed);
	put(ms, "compile", number(p->reading.compile_ms, 1e3), failed);
	put(ms, "detect", number(p->reading.detect_ms, 1e3), failed);
	put(ms, "recognise", number(p->reading.recognise_ms, 1e3), failed);
	put(object, "ms", ms, failed);
	return object;
}

static struct json_object *place_json(const struct place *place, bool *failed)
{
	struct json_object *object = json_object_new_object();
	struct runtime_stats stats;

	runtime_stats(place->runtime, &stats);
	put(object, "name",
	    json_object_new_string(runtime_device(place->runtime)), failed);
	put(object, "product",
	    json_object_new_string(runtime_product(place->runtime)), failed);
	if (place->threads)
		put(object, "threads", json_object_new_int64(place->threads),
		    failed);
	put(object, "programs", json_object_new_int64(stats.programs), failed);
	put(object, "jobs", json_object_new_int64(stats.jobs), failed);
	put(object, "macs", json_object_new_int64((int64_t)stats.macs), failed);
	put(object, "device_ms", number(stats.device_ms, 1e3), failed);
	return object;
}

int report_json(const struct picture *pictures, uint32_t count,
		const struct place *place)
{
	struct json_object *root = json_object_new_object();
	struct json_object *list = json_object_new_array();
	const char *text = NULL;
	bool failed = false;

	put(root, "schema", json_object_new_int64(1), &failed);
	put(root, "device", place_json(place, &failed), &failed);
	for (uint32_t i = 0; i < count; i++)
		append(list, picture_json(&pictures[i], &failed), &failed);
	put(root, "pictures", list, &failed);
	if (!failed)
		text = json_object_to_json_string_ext(
			root, JSON_C_TO_STRING_PRETTY |
				      JSON_C_TO_STRING_SPACED |
				      JSON_C_TO_STRING_NOSLASHESCAPE);
	if (text)
		puts(text);
	json_object_put(root);
	return text ? 0 : -ENOMEM;
}
