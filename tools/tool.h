/* SPDX-License-Identifier: MIT */
/* What the commands of axle(1) share. */
#ifndef AXLE_TOOLS_TOOL_H
#define AXLE_TOOLS_TOOL_H

#include <axl/axle.h>

#include <stdbool.h>
#include <stdio.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* Exit statuses, as in axle(1). */
enum status {
	STATUS_OK = 0,
	STATUS_FAILURE = 1,
	STATUS_USAGE = 2,
	STATUS_NO_DEVICE = 3,
	STATUS_NO_PERMISSION = 4,
	STATUS_NO_DRIVER = 5,
	STATUS_UNSUPPORTED = 6,
};

struct tool {
	struct axl_system *system;
	const struct axl_config *config; /* of the system */
};

struct command {
	const char *name;
	const char *arguments;
	const char *summary;
	const char *help; /* more, line by line */
	enum status (*run)(struct tool *tool, const struct command *self,
			   int argc, char **argv);
};

extern const struct command command_list;
extern const struct command command_info;
extern const struct command command_reset;
extern const struct command command_stats;
extern const struct command command_events;
extern const struct command command_ras;
extern const struct command command_limit;
extern const struct command command_flash;
extern const struct command command_dump;
extern const struct command command_tensor;
extern const struct command command_run;
extern const struct command command_compile;
extern const struct command command_conform;
extern const struct command command_top;
extern const struct command command_trace;

/* report.c: messages go to stderr, with the name of the program in front. */
void report(const char *format, ...) __attribute__((format(printf, 1, 2)));
enum status usage_error(const struct command *command, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
enum status status_of(int err);
/* Of the option that getopt_long() has just not known. */
enum status refuse_option(const struct command *self, int argc, char **argv);
/* Reports what axl_error_detail() says. */
enum status failed(int err, const char *detail);

/*
 * Parses the one option that most commands have, and counts the rest. Returns
 * STATUS_OK if the command is to go on with argv[*first].
 */
enum status parse_options(const struct command *self, int argc, char **argv,
			  bool *json, int *first);

struct option;

/* The options of one command, as getopt_long() has them. */
struct option_set {
	const char *letters;
	const struct option *options;
	/* Takes one: NULL, or what is wrong with its argument, in words. */
	const char *(*take)(void *to, int option, char *argument);
};

/* STATUS_OK if the command is to go on with argv[optind]. */
enum status take_options(const struct command *self, int argc, char **argv,
			 const struct option_set *set, void *to);

struct axl_monitor;

/* open.c: they report what fails. */
enum status open_device(const struct tool *tool, const char *name,
			struct axl_device **out);
enum status open_list(const struct tool *tool, struct axl_list **out);
enum status open_monitor(const struct tool *tool, struct axl_monitor **out);

/* text.c: values as people read them; out is returned. */
const char *text_dash(char *out, size_t size); /* for what is not known */
const char *text_size(char *out, size_t size, uint64_t bytes);
const char *text_time(char *out, size_t size, uint64_t ns);
const char *text_count(char *out, size_t size, uint64_t count); /* "702.3 M" */
/* "45.2%"; "-" if it is not known. */
const char *text_permille(char *out, size_t size, uint32_t permille);
/* Text from a file, which could have control characters in it. */
const char *text_clean(char *out, size_t size, const char *text);
const char *text_capabilities(char *out, size_t size, uint32_t capabilities,
			      const char *separator);
/* "no driver", "held by vfio-pci", "no permission", "ok", ... */
const char *text_access(char *out, size_t size, const struct axl_entry *entry);

/*
 * table.c: rows of text, written in columns as wide as needed. Where the
 * terminal is too narrow, cells lose their beginning in columns that allow it,
 * and then columns of high rank are left out.
 */
struct column {
	const char *title;
	int rank; /* 0 is never left out, the highest goes first */
	bool right; /* numbers are aligned there */
	size_t least; /* may be cut to so many characters; 0: never */
};

struct table;

struct table *table_create(const struct column *columns, size_t count);
void table_add(struct table *table, const char *const *cells);
void table_print(const struct table *table, FILE *out, size_t width);
void table_destroy(struct table *table);
/* Columns of the terminal; SIZE_MAX if stdout is none. */
size_t terminal_width(void);

/* json.c */
struct json_object;

struct json_object *json_document(void);
struct json_object *json_entry(const struct axl_entry *entry);
struct json_object *json_u32(uint32_t value);
struct json_object *json_u64(uint64_t value);
struct json_object *json_text(const char *text);
/* Prints and frees. */
void json_print(struct json_object *document);

#endif
