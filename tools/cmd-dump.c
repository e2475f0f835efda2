// SPDX-License-Identifier: MIT
/*
 * axle dump: core dumps that the kernel has made of devices, or files of such:
 * saves them, and says what is in them. The kernel keeps a dump for minutes, or
 * until somebody writes to it.
 */
#include "dump.h"
#include "operate.h"

#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <json-c/json.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct settings {
	const char *source; /* a device or file; NULL: any device */
	const char *output; /* NULL: not saved */
	bool json;
	bool clear;
};

/* A dump that is there. */
struct source {
	char path[PATH_MAX]; /* of the data */
	char name[32]; /* "devcd3"; empty for a file */
	char device[32]; /* "accel0"; empty for a file */
};

static const char *root_of(const struct tool *tool)
{
	return tool->config->root ? tool->config->root : "";
}

/* The device that a dump is of, by the last part of a link. */
static const struct axl_entry *find_failed(const struct axl_list *list,
					   const char *path)
{
	const struct axl_entry *entry;
	char target[PATH_MAX];
	ssize_t n = readlink(path, target, sizeof(target) - 1);
	const char *slash;

	if (n < 0)
		return NULL;
	target[n] = '\0';
	slash = strrchr(target, '/');
	slash = slash ? slash + 1 : target;
	for (size_t i = 0; (entry = axl_list_entry(list, i)); i++)
		if (entry->kind == AXL_KIND_DEVICE &&
		    strcmp(entry->bus_address, slash) == 0)
			return entry;
	return NULL;
}

/* Stores the last one, counts them all. */
static int find_dumps(const struct tool *tool, const struct axl_list *list,
		      const struct chosen *chosen, struct source *out)
{
	char folder[PATH_MAX], path[PATH_MAX];
	struct dirent *entry;
	int count = 0;
	DIR *dir;

	if (snprintf(folder, sizeof(folder), "%s/sys/class/devcoredump",
		     root_of(tool)) >= (int)sizeof(folder))
		return 0;
	dir = opendir(folder);
	while (dir && (entry = readdir(dir))) {
		const struct axl_entry *failed;

		if (strncmp(entry->d_name, "devcd", 5) != 0 ||
		    strlen(entry->d_name) >= sizeof(out->name) ||
		    snprintf(path, sizeof(path), "%s/%s/failing_device", folder,
			     entry->d_name) >= (int)sizeof(path))
			continue;
		failed = find_failed(list, path);
		if (!failed || !is_chosen(chosen, failed))
			continue;
		if (count++)
			report("there is more than one: %s of %s, too",
			       out->name, out->device);
		snprintf(out->name, sizeof(out->name), "%.31s", entry->d_name);
		snprintf(out->device, sizeof(out->device), "%s", failed->name);
		snprintf(out->path, sizeof(out->path), "%.3000s/%s/data",
			 folder, out->name);
	}
	if (dir)
		closedir(dir);
	return count;
}

static bool names_device(const struct axl_list *list,
			 const struct chosen *chosen)
{
	const struct axl_entry *entry;

	for (size_t i = 0; (entry = axl_list_entry(list, i)); i++)
		if (entry->kind == AXL_KIND_DEVICE && is_chosen(chosen, entry))
			return true;
	return false;
}

static bool is_file(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 && S_ISREG(status.st_mode);
}

static enum status choose(const struct tool *tool,
			  const struct settings *settings,
			  const struct axl_list *list, struct source *out)
{
	char *names[] = { (char *)settings->source };
	const struct chosen chosen = { names, settings->source ? 1 : 0 };

	memset(out, 0, sizeof(*out));
	if (settings->source && !names_device(list, &chosen)) {
		if (is_file(settings->source)) {
			snprintf(out->path, sizeof(out->path), "%.4000s",
				 settings->source);
			return STATUS_OK;
		}
		report("no accelerator and no file is called \"%.64s\"",
		       settings->source);
		return STATUS_NO_DEVICE;
	}
	if (find_dumps(tool, list, &chosen, out))
		return STATUS_OK;
	report("there is no core dump of %s; the kernel keeps one for minutes "
	       "after a failure",
	       settings->source ? settings->source : "an accelerator");
	return STATUS_FAILURE;
}

static bool write_all(int fd, const char *bytes, size_t size)
{
	while (size) {
		ssize_t n = write(fd, bytes, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		bytes += n;
		size -= (size_t)n;
	}
	return true;
}

/* Reads all of it; the beginning is kept, all is copied if there is where. */
static int read_through(int from, int to, uint8_t *head, struct dump *dump)
{
	char buffer[65536];
	ssize_t n;

	while ((n = read(from, buffer, sizeof(buffer))) != 0) {
		size_t keep;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 || (to >= 0 && !write_all(to, buffer, (size_t)n)))
			return -errno;
		keep = DUMP_HEAD_MAX - dump->head_size;
		if (keep > (size_t)n)
			keep = (size_t)n;
		memcpy(head + dump->head_size, buffer, keep);
		dump->head_size += keep;
		dump->size += (uint64_t)n;
	}
	return 0;
}

/* What is there already is not lost by a dump that cannot be read. */
static enum status save(const struct settings *settings, int from,
			uint8_t *head, struct dump *dump)
{
	int to = -1, code;

	if (settings->output) {
		to = open(settings->output, O_WRONLY | O_CREAT | O_EXCL, 0600);
		if (to < 0) {
			report("cannot make %s: %s", settings->output,
			       strerror(errno));
			return STATUS_FAILURE;
		}
	}
	code = read_through(from, to, head, dump);
	if (to >= 0 && close(to) != 0 && !code)
		code = -errno;
	if (!code)
		return STATUS_OK;
	report("cannot copy the dump: %s", strerror(-code));
	if (to >= 0)
		unlink(settings->output);
	return STATUS_FAILURE;
}

static void print_text(const struct source *source, const struct dump *dump,
		       const struct dump_report *report_)
{
	char size[32];

	printf("%s%s%s: %s, %s\n",
	       source->name[0] ? source->device : source->path,
	       source->name[0] ? ", " : "", source->name,
	       text_size(size, sizeof(size), dump->size), report_->format);
	for (size_t i = 0; i < report_->count; i++)
		printf("  %-14s %s\n", report_->fields[i].label,
		       report_->fields[i].text);
}

static void print_json(const struct settings *settings,
		       const struct source *source, const struct dump *dump,
		       const struct dump_report *report_)
{
	struct json_object *document = json_document();
	struct json_object *fields = json_object_new_object();

	for (size_t i = 0; i < report_->count; i++)
		json_object_object_add(fields, report_->fields[i].label,
				       json_text(report_->fields[i].text));
	json_object_object_add(document, "device", json_text(source->device));
	json_object_object_add(document, "dump", json_text(source->name));
	json_object_object_add(document, "size", json_u64(dump->size));
	json_object_object_add(document, "saved",
			       settings->output ? json_text(settings->output) :
						  NULL);
	json_object_object_add(document, "format", json_text(report_->format));
	json_object_object_add(document, "fields", fields);
	json_print(document);
}

/* To write anything to a dump is how the kernel is told to drop it. */
static enum status clear(const struct source *source)
{
	int fd = open(source->path, O_WRONLY);
	bool done = fd >= 0 && write(fd, "0", 1) == 1;
	int code = errno;

	if (fd >= 0)
		close(fd);
	if (done)
		return STATUS_OK;
	report("cannot clear %s: %s", source->name, strerror(code));
	return status_of(-code);
}

static enum status show(const struct settings *settings,
			const struct source *source)
{
	uint8_t *head = malloc(DUMP_HEAD_MAX);
	struct dump dump = { .head = head };
	struct dump_report described;
	enum status status;
	int from = open(source->path, O_RDONLY | O_CLOEXEC);

	if (!head)
		err(STATUS_FAILURE, "dump");

	if (from < 0) {
		status = status_of(-errno);
		report("cannot read %s: %s", source->path, strerror(errno));
		free(head);
		return status;
	}
	status = save(settings, from, head, &dump);
	close(from);
	if (!status)
		dump_describe(&dump, &described);
	free(head);
	if (status)
		return status;
	if (settings->json)
		print_json(settings, source, &dump, &described);
	else
		print_text(source, &dump, &described);
	return settings->clear && source->name[0] ? clear(source) : STATUS_OK;
}

static enum status parse(const struct command *self, int argc, char **argv,
			 struct settings *out)
{
	static const struct option options[] = {
		{ "output", required_argument, NULL, 'o' },
		{ "clear", no_argument, NULL, 'c' },
		{ "json", no_argument, NULL, 'j' },
		{},
	};
	int option;

	optind = opterr = 0;
	while ((option = getopt_long(argc, argv, "o:", options, NULL)) != -1) {
		if (option == 'o')
			out->output = optarg;
		else if (option == 'c')
			out->clear = true;
		else if (option == 'j')
			out->json = true;
		else
			return refuse_option(self, argc, argv);
	}
	if (argc - optind > 1)
		return usage_error(self, "dump: one device or file at a time");
	if (optind < argc)
		out->source = argv[optind];
	return STATUS_OK;
}

static enum status run(struct tool *tool, const struct command *self, int argc,
		       char **argv)
{
	struct settings settings = { 0 };
	enum status status = parse(self, argc, argv, &settings);
	struct source source;
	struct axl_list *list;

	if (status)
		return status;
	status = open_list(tool, &list);
	if (status)
		return status;
	status = choose(tool, &settings, list, &source);
	axl_list_destroy(list);
	return status ? status : show(&settings, &source);
}

const struct command command_dump = {
	.name = "dump",
	.arguments = "[DEVICE|FILE] [OPTION...]",
	.summary = "show and save the core dump of a device",
	.help = "  DEVICE            accelN, alias or PCI address\n"
		"  FILE              a dump that was saved\n"
		"  -o, --output FILE save it there\n"
		"  --clear           then have the kernel drop it\n"
		"  --json            machine-readable, see axle-dump(1)\n",
	.run = run,
};
