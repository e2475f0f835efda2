// SPDX-License-Identifier: MIT
/* A picture of the screen in memory. */
#include "top.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define SIDE_MAX 1000u /* nobody has a larger terminal */

int top_canvas_resize(struct top_canvas *canvas, unsigned int width,
		      unsigned int height)
{
	size_t cells;

	width = width > SIDE_MAX ? SIDE_MAX : width;
	height = height > SIDE_MAX ? SIDE_MAX : height;
	cells = (size_t)width * height;
	if (canvas->width == width && canvas->height == height)
		return 0;
	top_canvas_free(canvas);
	canvas->text = malloc(cells + 1);
	canvas->style = malloc(cells + 1);
	if (!canvas->text || !canvas->style) {
		top_canvas_free(canvas);
		return -ENOMEM;
	}
	canvas->width = width;
	canvas->height = height;
	return 0;
}

void top_canvas_free(struct top_canvas *canvas)
{
	free(canvas->text);
	free(canvas->style);
	memset(canvas, 0, sizeof(*canvas));
}

void top_canvas_clear(struct top_canvas *canvas)
{
	size_t cells = (size_t)canvas->width * canvas->height;

	if (!cells)
		return; /* there may be no memory at all */
	memset(canvas->text, ' ', cells);
	memset(canvas->style, TOP_PLAIN, cells);
}

void top_put(struct top_canvas *canvas, unsigned int x, unsigned int y,
	     enum top_style style, const char *format, ...)
{
	char text[SIDE_MAX];
	va_list args;
	size_t at = (size_t)y * canvas->width + x;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (y >= canvas->height)
		return;
	for (size_t i = 0; text[i] && x + i < canvas->width; i++) {
		canvas->text[at + i] =
			text[i] >= ' ' && text[i] < 0x7f ? text[i] : '?';
		canvas->style[at + i] = (unsigned char)style;
	}
}

void top_fill(struct top_canvas *canvas, unsigned int y, enum top_style style)
{
	if (y < canvas->height)
		memset(canvas->style + (size_t)y * canvas->width, (int)style,
		       canvas->width);
}

static enum top_style bar_style(unsigned int i, unsigned int width)
{
	if (i * 10 < width * 6)
		return TOP_LOW;
	return i * 10 < width * 9 ? TOP_MIDDLE : TOP_HIGH;
}

void top_bar(struct top_canvas *canvas, unsigned int x, unsigned int y,
	     unsigned int width, uint32_t permille)
{
	unsigned int inner = width > 2 ? width - 2 : 0, full = 0;
	char text[16];

	text_permille(text, sizeof(text), permille);
	if (permille != AXL_UNKNOWN_32)
		full = (permille > 1000 ? 1000 : permille) * inner / 1000;
	top_put(canvas, x, y, TOP_PLAIN, "[%*s]", (int)inner, "");
	for (unsigned int i = 0; i < full; i++)
		top_put(canvas, x + 1 + i, y, bar_style(i, inner), "|");
	if (strlen(text) <= inner)
		top_put(canvas, x + 1 + inner - (unsigned int)strlen(text), y,
			TOP_PLAIN, "%s", text);
}
