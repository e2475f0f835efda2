// SPDX-License-Identifier: MIT
/* What keys do. */
#include "top.h"

#include <signal.h>
#include <string.h>

#define PAGE 10u
#define INTERVAL_MIN 0.25
#define INTERVAL_MAX 60.0

static enum top_action key_confirm(struct top_view *view, int key)
{
	if (key == 'y' || key == 'Y')
		return TOP_KILL;
	view->confirm_signal = 0;
	return TOP_REDRAW;
}

static enum top_action key_filter(struct top_view *view, int key)
{
	size_t length = strlen(view->filter);

	if (key == TOP_KEY_ENTER) {
		view->typing = false;
	} else if (key == TOP_KEY_ESCAPE) {
		view->typing = false;
		view->filter[0] = '\0';
	} else if (key == TOP_KEY_BACKSPACE) {
		if (length)
			view->filter[length - 1] = '\0';
	} else if (key >= ' ' && key < 0x7f &&
		   length + 1 < sizeof(view->filter)) {
		view->filter[length] = (char)key;
		view->filter[length + 1] = '\0';
	}
	return TOP_REDRAW;
}

static void select_row(struct top_view *view, const struct top_rows *rows,
		       size_t row)
{
	if (!rows->count)
		return;
	view->selected = row < rows->count ? row : rows->count - 1;
	view->selected_pid = rows->process[view->selected].pid;
}

static bool key_move(struct top_view *view, const struct top_rows *rows,
		     int key)
{
	size_t at = view->selected;

	if (key == TOP_KEY_UP)
		select_row(view, rows, at ? at - 1 : 0);
	else if (key == TOP_KEY_DOWN)
		select_row(view, rows, at + 1);
	else if (key == TOP_KEY_PAGE_UP)
		select_row(view, rows, at > PAGE ? at - PAGE : 0);
	else if (key == TOP_KEY_PAGE_DOWN)
		select_row(view, rows, at + PAGE);
	else if (key == TOP_KEY_HOME)
		select_row(view, rows, 0);
	else if (key == TOP_KEY_END)
		select_row(view, rows, rows->count);
	else if (key == '<')
		view->device_scroll -= view->device_scroll > 0;
	else if (key == '>')
		view->device_scroll++;
	else
		return false;
	return true;
}

static bool key_sort(struct top_view *view, int key)
{
	static const char keys[TOP_SORTS + 1] = {
		[TOP_SORT_BUSY] = 'B', [TOP_SORT_MEMORY] = 'M',
		[TOP_SORT_PID] = 'P',  [TOP_SORT_DEVICE] = 'D',
		[TOP_SORT_NAME] = 'N',
	};
	const char *found = key > 0 && key < 0x7f ? strchr(keys, key) : NULL;

	if (key == 's')
		view->sort = (view->sort + 1) % TOP_SORTS;
	else if (found)
		view->sort = (enum top_sort)(found - keys);
	else
		return false;
	return true;
}

static void ask_to_kill(struct top_view *view, const struct top_rows *rows)
{
	const struct top_process *p;

	if (!rows->count) {
		snprintf(view->message, sizeof(view->message),
			 "There is no process to end.");
		return;
	}
	p = &rows->process[view->selected < rows->count ? view->selected :
							  rows->count - 1];
	view->confirm_signal = SIGTERM;
	view->confirm_pid = p->pid;
	memcpy(view->confirm_comm, p->comm, sizeof(view->confirm_comm));
}

static void change_interval(struct top_view *view, double factor)
{
	view->interval *= factor;
	if (view->interval < INTERVAL_MIN)
		view->interval = INTERVAL_MIN;
	if (view->interval > INTERVAL_MAX)
		view->interval = INTERVAL_MAX;
}

enum top_action top_key(struct top_view *view, const struct top_rows *rows,
			int key)
{
	view->message[0] = '\0';
	if (key == TOP_KEY_RESIZE)
		return TOP_REDRAW;
	if (view->confirm_signal)
		return key_confirm(view, key);
	if (view->typing)
		return key_filter(view, key);
	if (key == 'q')
		return view->help ? (view->help = false, TOP_REDRAW) : TOP_QUIT;
	if (view->help || key == 'h' || key == '?') {
		view->help = !view->help;
		return TOP_REDRAW;
	}
	if (key_move(view, rows, key) || key_sort(view, key))
		return TOP_REDRAW;
	if (key == '/')
		view->typing = true;
	else if (key == TOP_KEY_ESCAPE)
		view->filter[0] = '\0';
	else if (key == 'k')
		ask_to_kill(view, rows);
	else if (key == '+')
		change_interval(view, 0.5);
	else if (key == '-')
		change_interval(view, 2);
	else
		return TOP_NOTHING;
	return TOP_REDRAW;
}
