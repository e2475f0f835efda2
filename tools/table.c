// SPDX-License-Identifier: MIT
/*
 * A table in memory; see tool.h. It has its own copy of every cell, and widths
 * are known only when all rows are there. Without memory it ends the program.
 */
#include "tool.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define GAP 2

struct table {
	const struct column *columns;
	size_t num_columns;
	char **cells; /* row by row; the titles are row 0 */
	size_t num_rows;
};

struct table *table_create(const struct column *columns, size_t count)
{
	struct table *table = calloc(1, sizeof(*table));
	const char **titles = calloc(count, sizeof(*titles));

	if (!table || !titles)
		err(STATUS_FAILURE, "table");
	table->columns = columns;
	table->num_columns = count;
	for (size_t i = 0; i < count; i++)
		titles[i] = columns[i].title;
	table_add(table, titles);
	free(titles);
	return table;
}

void table_add(struct table *table, const char *const *cells)
{
	size_t used = table->num_rows * table->num_columns;

	table->cells = reallocarray(table->cells, used + table->num_columns,
				    sizeof(*table->cells));
	if (!table->cells)
		err(STATUS_FAILURE, "table");
	for (size_t i = 0; i < table->num_columns; i++) {
		table->cells[used + i] = strdup(cells[i]);
		if (!table->cells[used + i])
			err(STATUS_FAILURE, "table");
	}
	table->num_rows++;
}

void table_destroy(struct table *table)
{
	for (size_t i = 0; i < table->num_rows * table->num_columns; i++)
		free(table->cells[i]);
	free(table->cells);
	free(table);
}

/* Characters of UTF-8: a terminal shows each in one column, mostly. */
static size_t text_width(const char *text)
{
	size_t width = 0;

	for (; *text; text++)
		width += (*text & 0xc0) != 0x80;
	return width;
}

static size_t column_width(const struct table *table, size_t column)
{
	size_t width = 0;

	for (size_t row = 0; row < table->num_rows; row++) {
		size_t i = row * table->num_columns + column;
		size_t length = text_width(table->cells[i]);

		width = length > width ? length : width;
	}
	return width;
}

static size_t table_width(const struct table *table, const size_t *widths,
			  int rank)
{
	size_t width = 0;

	for (size_t i = 0; i < table->num_columns; i++)
		if (table->columns[i].rank <= rank)
			width += widths[i] + GAP;
	return width ? width - GAP : 0;
}

static int highest_rank(const struct table *table)
{
	int rank = 0;

	for (size_t i = 0; i < table->num_columns; i++)
		if (table->columns[i].rank > rank)
			rank = table->columns[i].rank;
	return rank;
}

/* Takes from the columns that can be cut what is too much in all. */
static void cut_columns(const struct table *table, size_t *widths, size_t width)
{
	for (size_t i = 0; i < table->num_columns; i++) {
		size_t all = table_width(table, widths, highest_rank(table));
		size_t least = table->columns[i].least;

		if (!least || all <= width || widths[i] <= least)
			continue;
		if (all - width < widths[i] - least)
			least = widths[i] - (all - width);
		widths[i] = least;
	}
}

/* The columns of this rank and below are shown. */
static int choose_rank(const struct table *table, const size_t *widths,
		       size_t width)
{
	int rank = highest_rank(table);

	while (rank > 0 && table_width(table, widths, rank) > width)
		rank--;
	return rank;
}

/* The end tells more than the beginning. */
static void print_cell(FILE *out, const char *cell, size_t width)
{
	size_t excess = text_width(cell);

	if (excess <= width) {
		fputs(cell, out);
		return;
	}
	excess -= width - 2;
	while (excess || (*cell & 0xc0) == 0x80)
		excess -= (*cell++ & 0xc0) != 0x80;
	fprintf(out, "..%s", cell);
}

static size_t blanks_of(const char *cell, size_t width)
{
	size_t length = text_width(cell);

	return length < width ? width - length : 0;
}

static void print_row(const struct table *table, const size_t *widths,
		      FILE *out, size_t row, int rank)
{
	size_t blanks = 0;

	for (size_t i = 0; i < table->num_columns; i++) {
		const char *cell = table->cells[row * table->num_columns + i];
		size_t beside = blanks_of(cell, widths[i]);

		if (table->columns[i].rank > rank)
			continue;
		if (table->columns[i].right)
			blanks += beside;
		/* Blanks only in front of something: none at line ends. */
		fprintf(out, "%*s", (int)blanks, "");
		print_cell(out, cell, widths[i]);
		blanks = GAP + (table->columns[i].right ? 0 : beside);
	}
	fputc('\n', out);
}

void table_print(const struct table *table, FILE *out, size_t width)
{
	size_t *widths = calloc(table->num_columns, sizeof(*widths));
	int rank;

	if (!widths)
		err(STATUS_FAILURE, "table");
	for (size_t i = 0; i < table->num_columns; i++)
		widths[i] = column_width(table, i);
	cut_columns(table, widths, width);
	rank = choose_rank(table, widths, width);
	for (size_t row = 0; row < table->num_rows; row++)
		print_row(table, widths, out, row, rank);
	free(widths);
}

size_t terminal_width(void)
{
	struct winsize size;

	if (!isatty(STDOUT_FILENO) ||
	    ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || !size.ws_col)
		return SIZE_MAX;
	return size.ws_col;
}
