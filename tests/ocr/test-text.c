// SPDX-License-Identifier: MIT
/* What is around the networks: boxes, their order, crops, and characters. */
#include "boxes.h"
#include "crop.h"
#include "ctc.h"
#include "tap.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAP_WIDTH 100
#define MAP_HEIGHT 60

/* A piece of the map where each pixel has this probability. */
struct patch {
	uint32_t x, y, width, height;
	float value;
};

static float *make_map(const struct patch *patches, size_t count)
{
	float *map = calloc((size_t)MAP_WIDTH * MAP_HEIGHT, sizeof(*map));

	for (size_t i = 0; map && i < count; i++)
		for (uint32_t y = 0; y < patches[i].height; y++)
			for (uint32_t x = 0; x < patches[i].width; x++)
				map[(patches[i].y + y) * MAP_WIDTH +
				    patches[i].x + x] = patches[i].value;
	return map;
}

static struct boxes find(const struct patch *patches, size_t count)
{
	struct boxes boxes = { 0 };
	float *map = make_map(patches, count);

	if (map)
		TAP_EQUAL(boxes_find(map, MAP_WIDTH, MAP_HEIGHT, &boxes), 0);
	free(map);
	return boxes;
}

static bool near(float a, float b)
{
	return fabsf(a - b) < .02f;
}

static void a_box_grows_around_its_core(void)
{
	/* Centres from 10 to 30 and 20 to 30: grows by 1.6 * 200 / 60. */
	const struct patch patch = { 10, 20, 21, 11, .9f };
	const float grow = 1.6f * 200 / 60;
	struct boxes boxes = find(&patch, 1);

	TAP_EQUAL(boxes.count, 1);
	if (boxes.count == 1) {
		const struct point *c = boxes.list[0].corners;

		TAP_CHECK(near(boxes.list[0].score, .9f));
		TAP_CHECK(near(c[0].x, 10 - grow) && near(c[0].y, 20 - grow));
		TAP_CHECK(near(c[1].x, 30 + grow) && near(c[1].y, 20 - grow));
		TAP_CHECK(near(c[2].x, 30 + grow) && near(c[2].y, 30 + grow));
		TAP_CHECK(near(c[3].x, 10 - grow) && near(c[3].y, 30 + grow));
	}
	boxes_free(&boxes);
}

static void doubtful_and_tiny_pieces_are_dropped(void)
{
	const struct patch patches[] = {
		{ 5, 5, 30, 10, .5f }, /* above the threshold, a low mean */
		{ 5, 30, 3, 3, .9f }, /* a core of two pixels */
		{ 50, 5, 40, 3, .9f }, /* a line of dirt */
		{ 50, 30, 40, 10, .3f }, /* not above the threshold */
	};
	struct boxes boxes = find(patches, 4);

	TAP_EQUAL(boxes.count, 0);
	boxes_free(&boxes);
}

static void pieces_that_touch_at_a_corner_are_one(void)
{
	const struct patch touching[] = { { 10, 10, 20, 10, .9f },
					  { 30, 20, 20, 10, .9f } };
	const struct patch apart[] = { { 10, 10, 20, 10, .9f },
				       { 31, 20, 20, 10, .9f } };
	struct boxes one = find(touching, 2), two = find(apart, 2);

	TAP_EQUAL(one.count, 1);
	TAP_EQUAL(two.count, 2);
	boxes_free(&one);
	boxes_free(&two);
}

/* A band of thickness 6 that falls by a third. */
static void a_leaning_line_gets_a_leaning_box(void)
{
	float *map = make_map(NULL, 0);
	struct boxes boxes;

	TAP_REQUIRE(map);
	for (int x = 10; x < 80; x++)
		for (int y = 0; y < 8; y++)
			map[(10 + x / 3 + y) * MAP_WIDTH + x] = 1;
	TAP_EQUAL(boxes_find(map, MAP_WIDTH, MAP_HEIGHT, &boxes), 0);
	TAP_EQUAL(boxes.count, 1);
	if (boxes.count == 1) {
		const struct point *c = boxes.list[0].corners;
		float slope = (c[1].y - c[0].y) / (c[1].x - c[0].x);

		TAP_CHECK(fabsf(slope - 1 / 3.f) < .03f);
		TAP_CHECK(c[0].y < c[3].y && c[1].y < c[2].y);
	}
	boxes_free(&boxes);
	free(map);
}

static void any_map_is_survived(void)
{
	float map[64];
	struct boxes boxes;

	for (int i = 0; i < 64; i++)
		map[i] = i % 3 ? NAN : INFINITY;
	for (uint32_t width = 1; width <= 8; width++) {
		TAP_EQUAL(boxes_find(map, width, 64 / width, &boxes), 0);
		boxes_free(&boxes);
	}
	for (int i = 0; i < 64; i++)
		map[i] = 1;
	TAP_EQUAL(boxes_find(map, 64, 1, &boxes), 0);
	TAP_EQUAL(boxes.count, 0);
	boxes_free(&boxes);
	TAP_EQUAL(boxes_find(map, 8, 8, &boxes), 0);
	TAP_EQUAL(boxes.count, 1);
	boxes_free(&boxes);
	TAP_EQUAL(boxes_find(map, 0, 0, &boxes), 0);
	boxes_free(&boxes);
}

static void rows_come_before_columns(void)
{
	/* In reading order; the second of the first row is a little higher. */
	const struct patch rows[] = {
		{ 5, 6, 30, 8, .9f },	{ 50, 4, 30, 8, .9f },
		{ 5, 24, 30, 8, .9f },	{ 50, 26, 30, 8, .9f },
		{ 20, 45, 30, 8, .9f },
	};
	struct boxes boxes = find(rows, 5);

	TAP_EQUAL(boxes.count, 5);
	for (uint32_t i = 0; i < boxes.count; i++) {
		const struct point *c = boxes.list[i].corners;
		float x = (c[0].x + c[2].x) / 2;

		TAP_CHECK(near(x, (float)rows[i].x + 14.5f));
	}
	boxes_free(&boxes);
}

/* Pixels tell where they are: red by x, green by y. */
static int make_chart(struct image *image, uint32_t width, uint32_t height)
{
	int err = image_create(image, width, height);

	for (uint32_t y = 0; !err && y < height; y++)
		for (uint32_t x = 0; x < width; x++) {
			image_pixel(image, x, y)[0] = (uint8_t)(2 * x);
			image_pixel(image, x, y)[1] = (uint8_t)(2 * y);
		}
	return err;
}

static void an_upright_box_is_cut_out(void)
{
	const struct box box = {
		{ { 10, 20 }, { 50, 20 }, { 50, 40 }, { 10, 40 } }, 1
	};
	struct image image, crop;

	TAP_REQUIRE(!make_chart(&image, 100, 80));
	TAP_REQUIRE(!crop_box(&image, &box, &crop));
	TAP_EQUAL(crop.width, 40);
	TAP_EQUAL(crop.height, 20);
	for (uint32_t y = 0; y < 20; y++)
		for (uint32_t x = 0; x < 40; x++) {
			TAP_EQUAL(image_pixel(&crop, x, y)[0], 2 * (10 + x));
			TAP_EQUAL(image_pixel(&crop, x, y)[1], 2 * (20 + y));
		}
	image_free(&crop);
	image_free(&image);
}

static void a_leaning_box_is_put_upright(void)
{
	/* Along (4, 3) by 50, across by 10. */
	const struct box box = {
		{ { 20, 10 }, { 60, 40 }, { 54, 48 }, { 14, 18 } }, 1
	};
	struct image image, crop;

	TAP_REQUIRE(!make_chart(&image, 100, 80));
	TAP_REQUIRE(!crop_box(&image, &box, &crop));
	TAP_EQUAL(crop.width, 50);
	TAP_EQUAL(crop.height, 10);
	for (int x = 0; x < 50; x += 5) {
		const uint8_t *p = image_pixel(&crop, (uint32_t)x, 0);

		TAP_EQUAL(p[0], 2 * (20 + x * 4 / 5));
		TAP_EQUAL(p[1], 2 * (10 + x * 3 / 5));
	}
	image_free(&crop);
	image_free(&image);
}

static void a_high_box_is_turned(void)
{
	const struct box box = {
		{ { 10, 10 }, { 30, 10 }, { 30, 70 }, { 10, 70 } }, 1
	};
	struct image image, crop;

	TAP_REQUIRE(!make_chart(&image, 100, 80));
	TAP_REQUIRE(!crop_box(&image, &box, &crop));
	TAP_EQUAL(crop.width, 60);
	TAP_EQUAL(crop.height, 20);
	/* What was the top right is the top left. */
	TAP_EQUAL(image_pixel(&crop, 0, 0)[0], 2 * 29);
	TAP_EQUAL(image_pixel(&crop, 0, 0)[1], 2 * 10);
	image_free(&crop);
	image_free(&image);
}

static void a_box_beyond_the_border_goes_on(void)
{
	const struct box box = {
		{ { -20, -10 }, { 20, -10 }, { 20, 10 }, { -20, 10 } }, 1
	};
	struct image image, crop;

	TAP_REQUIRE(!make_chart(&image, 30, 30));
	TAP_REQUIRE(!crop_box(&image, &box, &crop));
	TAP_EQUAL(image_pixel(&crop, 0, 0)[0], 0);
	TAP_EQUAL(image_pixel(&crop, 39, 19)[0], 2 * 19);
	image_free(&crop);
	image_free(&image);
}

static struct keys abc_keys(void)
{
	struct keys keys = { 0 };
	char *text = strdup("a\nb\nc\n");

	if (text)
		TAP_EQUAL(keys_split(text, &keys), 0);
	TAP_EQUAL(keys.count, 3);
	return keys;
}

#define STEPS_MAX 12

/* Steps by their likeliest class, '-' for none; ',' is nearly a space. */
static void decode(const char *steps, char **text, float *confidence)
{
	static const char classes[] = "-abc ";
	struct keys keys = abc_keys();
	float values[STEPS_MAX][5] = { 0 };
	uint32_t count = 0;

	for (; *steps && count < STEPS_MAX; steps++, count++) {
		const char *class = strchr(classes, *steps);

		values[count][class ? class - classes : 0] = class ? .8f : .6f;
		if (!class)
			values[count][4] = .2f;
	}
	TAP_EQUAL(ctc_decode(&keys, values[0], count, 5, text, confidence), 0);
	keys_free(&keys);
}

struct ctc_row {
	const char *steps;
	const char *text;
	float confidence;
};

static const struct ctc_row ctc_rows[] = {
	{ "", "", 0 },		{ "----", "", 0 },
	{ "abc", "abc", .8f },	{ "aabbcc", "abc", .8f },
	{ "a-a", "aa", .8f },	{ "--a-bb-", "ab", .8f },
	{ "a b", "a b", .8f },	{ "a  b", "a b", .8f },
	{ "a,b", "ab", .8f }, /* .2 is too little */
	{ "a,,b", "a b", .8f }, /* .36 of one in two steps */
	{ "a, b", "a b", .8f }, /* not two */
	{ ",,a,,", "a", .8f }, /* nor before and after all */
};

static void ctc_reads_what_it_should(void)
{
	for (size_t i = 0; i < sizeof(ctc_rows) / sizeof(ctc_rows[0]); i++) {
		float confidence = 9;
		char *text = NULL;

		decode(ctc_rows[i].steps, &text, &confidence);
		TAP_STRING(text, ctc_rows[i].text);
		TAP_CHECK(near(confidence, ctc_rows[i].confidence));
		free(text);
	}
}

static void confidence_is_a_mean(void)
{
	const float steps[3][5] = { { 0, .9f, 0, 0, 0 },
				    { .8f, 0, 0, 0, 0 },
				    { 0, 0, .5f, 0, 0 } };
	struct keys keys = abc_keys();
	float confidence;
	char *text;

	TAP_EQUAL(ctc_decode(&keys, steps[0], 3, 5, &text, &confidence), 0);
	TAP_STRING(text, "ab");
	TAP_CHECK(near(confidence, .7f));
	free(text);
	keys_free(&keys);
}

static void other_networks_are_refused(void)
{
	const float steps[6] = { 0 };
	struct keys keys = abc_keys();
	float confidence;
	char *text;

	TAP_EQUAL(ctc_decode(&keys, steps, 1, 6, &text, &confidence), -EINVAL);
	TAP_CHECK(!text);
	TAP_EQUAL(ctc_decode(&keys, steps, 1, 4, &text, &confidence), -EINVAL);
	keys_free(&keys);
}

static void key_files_are_read(void)
{
	char path[] = "/tmp/axle-test-XXXXXX";
	struct trouble trouble;
	struct keys keys;
	int fd = mkstemp(path);

	TAP_REQUIRE(fd >= 0);
	TAP_EQUAL(keys_load(path, &keys, &trouble), -EINVAL);
	TAP_CHECK(strstr(trouble.text, path));
	TAP_EQUAL(write(fd, "x\r\n\xe4\xb8\x80\nz", 8), 8);
	close(fd);
	TAP_REQUIRE(!keys_load(path, &keys, &trouble));
	TAP_EQUAL(keys.count, 3);
	TAP_STRING(keys.list[0], "x");
	TAP_STRING(keys.list[1], "\xe4\xb8\x80");
	TAP_STRING(keys.list[2], "z");
	keys_free(&keys);
	unlink(path);
	TAP_EQUAL(keys_load(path, &keys, &trouble), -EIO);
}

static const struct tap_case cases[] = {
	{ "a box grows around the core of its text",
	  a_box_grows_around_its_core },
	{ "doubtful and tiny pieces are dropped",
	  doubtful_and_tiny_pieces_are_dropped },
	{ "pieces that touch at a corner are one",
	  pieces_that_touch_at_a_corner_are_one },
	{ "a leaning line gets a leaning box",
	  a_leaning_line_gets_a_leaning_box },
	{ "any map is survived, also one of no numbers", any_map_is_survived },
	{ "boxes come row by row, then from the left",
	  rows_come_before_columns },
	{ "an upright box is cut out as it is", an_upright_box_is_cut_out },
	{ "a leaning box is put upright", a_leaning_box_is_put_upright },
	{ "a box that is higher than wide is turned", a_high_box_is_turned },
	{ "beyond the border of a picture, the border goes on",
	  a_box_beyond_the_border_goes_on },
	{ "steps become text: repeats, blanks and spaces",
	  ctc_reads_what_it_should },
	{ "confidence is the mean of the characters kept",
	  confidence_is_a_mean },
	{ "another number of classes is refused", other_networks_are_refused },
	{ "lists of characters are read, and empty or missing ones named",
	  key_files_are_read },
};
TAP_MAIN(cases)
