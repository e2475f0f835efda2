// SPDX-License-Identifier: MIT
/* A table in memory; see tool.h. Without memory it ends the program. */
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

static size_t column_width(const struct table *table, size_t column)
{
	size_t width = 0;

	for (size_t row = 0; row < table->num_rows; row++) {
		size_t i = row * table->num_columns + column;
		size_t length = strlen(table->cells[i]);

		width = length > width ? length : width;
	}
	return width;
}

static size_t table_width(const struct table *table, int rank)
{
	size_t width = 0;

	for (size_t i = 0; i < table->num_columns; i++)
		if (table->columns[i].rank <= rank)
			width += column_width(table, i) + GAP;
	return width ? width - GAP : 0;
}

/* The columns of this rank and below are shown. */
static int choose_rank(const struct table *table, size_t width)
{
	int rank = 0;

	for (size_t i = 0; i < table->num_columns; i++)
		if (table->columns[i].rank > rank)
			rank = table->columns[i].rank;
	while (rank > 0 && table_width(table, rank) > width)
		rank--;
	return rank;
}

static void print_row(const struct table *table, FILE *out, size_t row,
		      int rank)
{
	size_t blanks = 0;

	for (size_t i = 0; i < table->num_columns; i++) {
		const char *cell = table->cells[row * table->num_columns + i];

		if (table->columns[i].rank > rank)
			continue;
		/* Blanks only in front of something: none at line ends. */
		fprintf(out, "%*s%s", (int)blanks, "", cell);
		blanks = column_width(table, i) - strlen(cell) + GAP;
	}
	fputc('\n', out);
}

void table_print(const struct table *table, FILE *out, size_t width)
{
	int rank = choose_rank(table, width);

	for (size_t row = 0; row < table->num_rows; row++)
		print_row(table, out, row, rank);
}

size_t terminal_width(void)
{
	struct winsize size;

	if (!isatty(STDOUT_FILENO) ||
	    ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || !size.ws_col)
		return SIZE_MAX;
	return size.ws_col;
}
