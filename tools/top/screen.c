// SPDX-License-Identifier: MIT
/* The terminal, by ncurses. */
#include "top.h"

#include <curses.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct top_screen {
	SCREEN *screen;
	chtype looks[TOP_STYLES];
};

/* Without colour, attributes tell the same. */
static void set_looks(struct top_screen *s, bool colour)
{
	s->looks[TOP_PLAIN] = A_NORMAL;
	s->looks[TOP_TITLE] = A_REVERSE;
	s->looks[TOP_LOW] = A_NORMAL;
	s->looks[TOP_MIDDLE] = A_NORMAL;
	s->looks[TOP_HIGH] = A_BOLD;
	s->looks[TOP_ALERT] = A_BOLD;
	s->looks[TOP_SELECTED] = A_BOLD;
	if (!colour || !has_colors() || start_color() == ERR)
		return;
	use_default_colors();
	init_pair(1, COLOR_GREEN, -1);
	init_pair(2, COLOR_YELLOW, -1);
	init_pair(3, COLOR_RED, -1);
	s->looks[TOP_LOW] = COLOR_PAIR(1);
	s->looks[TOP_MIDDLE] = COLOR_PAIR(2);
	s->looks[TOP_HIGH] = COLOR_PAIR(3);
	s->looks[TOP_ALERT] = COLOR_PAIR(3) | A_BOLD;
}

struct top_screen *top_screen_open(bool colour)
{
	struct top_screen *s;

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
		report("top: this is no terminal; --batch needs none");
		return NULL;
	}
	s = calloc(1, sizeof(*s));
	if (!s)
		return NULL;
	setlocale(LC_CTYPE, "");
	s->screen = newterm(NULL, stdout, stdin);
	if (!s->screen) {
		report("top: the terminal \"%s\" is not known; "
		       "--batch needs none",
		       getenv("TERM") ? getenv("TERM") : "");
		free(s);
		return NULL;
	}
	set_term(s->screen);
	set_looks(s, colour);
	cbreak();
	noecho();
	curs_set(0);
	set_escdelay(50);
	keypad(stdscr, TRUE);
	return s;
}

void top_screen_close(struct top_screen *s)
{
	if (!s)
		return;
	endwin();
	delscreen(s->screen);
	free(s);
}

void top_screen_size(unsigned int *width, unsigned int *height)
{
	*width = COLS > 0 ? (unsigned int)COLS : 0;
	*height = LINES > 0 ? (unsigned int)LINES : 0;
}

static void show_line(struct top_screen *s, const struct top_canvas *canvas,
		      unsigned int y)
{
	const char *text = canvas->text + (size_t)y * canvas->width;
	const unsigned char *style = canvas->style + (size_t)y * canvas->width;
	unsigned int x = 0;

	while (x < canvas->width) {
		unsigned int end = x + 1;

		while (end < canvas->width && style[end] == style[x])
			end++;
		attrset((int)s->looks[style[x]]);
		mvaddnstr((int)y, (int)x, text + x, (int)(end - x));
		x = end;
	}
}

void top_screen_show(struct top_screen *s, const struct top_canvas *canvas)
{
	erase();
	for (unsigned int y = 0; y < canvas->height; y++)
		show_line(s, canvas, y);
	refresh();
}

static int translate(int key)
{
	static const struct {
		int from, to;
	} keys[] = {
		{ KEY_UP, TOP_KEY_UP },
		{ KEY_DOWN, TOP_KEY_DOWN },
		{ KEY_PPAGE, TOP_KEY_PAGE_UP },
		{ KEY_NPAGE, TOP_KEY_PAGE_DOWN },
		{ KEY_HOME, TOP_KEY_HOME },
		{ KEY_END, TOP_KEY_END },
		{ KEY_BACKSPACE, TOP_KEY_BACKSPACE },
		{ 0x7f, TOP_KEY_BACKSPACE },
		{ '\b', TOP_KEY_BACKSPACE },
		{ '\n', TOP_KEY_ENTER },
		{ '\r', TOP_KEY_ENTER },
		{ KEY_ENTER, TOP_KEY_ENTER },
		{ 0x1b, TOP_KEY_ESCAPE },
		{ KEY_RESIZE, TOP_KEY_RESIZE },
	};

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		if (keys[i].from == key)
			return keys[i].to;
	return key >= 0 && key < 0x100 ? key : TOP_KEY_OTHER;
}

int top_screen_key(struct top_screen *s, int timeout_ms)
{
	int key;

	timeout(timeout_ms);
	key = getch();
	return key == ERR ? -1 : translate(key);
}
