// SPDX-License-Identifier: MIT
/* axle flash: firmware of a device, by devlink: versions, storing, booting. */
#include "operate.h"

#include <errno.h>
#include <getopt.h>
#include <json-c/json.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct settings {
	const char *device;
	const char *file; /* NULL: only tell the versions */
	bool activate;
	bool json;
};

/* Where the kernel looks, below which names of images are; "": see below. */
static const char *const folders[] = {
	"",
	"/lib/firmware/updates",
	"/lib/firmware",
	"/usr/lib/firmware",
};

/* The folder that the kernel was told of on its command line, or later. */
static void read_folder(char *out, size_t size)
{
	FILE *file = fopen("/sys/module/firmware_class/parameters/path", "re");

	if (!file || !fgets(out, (int)size, file))
		out[0] = '\0';
	out[strcspn(out, "\n")] = '\0';
	if (file)
		fclose(file);
}

/*
 * The name as the kernel is told it. A path to a file that the kernel would not
 * find is refused here, with the reason.
 */
static enum status name_image(const char *file, char *out, size_t size)
{
	char path[PATH_MAX], folder[PATH_MAX], own[PATH_MAX];

	snprintf(out, size, "%.255s", file);
	if (!strchr(file, '/') && access(file, F_OK) != 0)
		return STATUS_OK;
	if (!realpath(file, path))
		return STATUS_OK;
	read_folder(own, sizeof(own));
	for (size_t i = 0; i < ARRAY_SIZE(folders); i++) {
		size_t length;

		if (!realpath(folders[i][0] ? folders[i] : own, folder))
			continue;
		length = strlen(folder);
		if (strncmp(path, folder, length) != 0 || path[length] != '/')
			continue;
		snprintf(out, size, "%.255s", path + length + 1);
		return STATUS_OK;
	}
	report("%s is not below /lib/firmware, where the kernel takes images "
	       "from: copy it there",
	       file);
	return STATUS_FAILURE;
}

/* A line that is written again and again, or on no terminal once a step. */
struct progress {
	bool terminal;
	char last[64];
};

static void show_progress(void *data, const char *what, uint64_t done,
			  uint64_t total)
{
	struct progress *progress = data;
	char clean[64];

	text_clean(clean, sizeof(clean), what);
	if (progress->terminal && total)
		fprintf(stderr, "\r%s: %3u%%", clean,
			(unsigned int)((double)(done > total ? total : done) *
				       100 / (double)total));
	else if (strcmp(progress->last, clean) != 0)
		fprintf(stderr, progress->terminal ? "\r\033[K%s" : "%s\n",
			clean);
	snprintf(progress->last, sizeof(progress->last), "%s", clean);
	fflush(stderr);
}

static enum status flash(struct axl_device *dev, const char *image)
{
	struct progress progress = { .terminal = isatty(STDERR_FILENO) };
	int err = axl_device_flash(dev, image, show_progress, &progress);

	if (progress.terminal && progress.last[0])
		fputc('\n', stderr);
	if (!err)
		return STATUS_OK;
	report("%s", axl_error_detail(dev));
	/* The image is missing, not the device. */
	return err == -ENOENT ? STATUS_FAILURE : status_of(err);
}

static void line(const char *label, const char *value)
{
	char clean[80];

	if (value[0])
		printf("  %-8s %s\n", label,
		       text_clean(clean, sizeof(clean), value));
}

static void print_json(const char *name, const struct axl_firmware *firmware,
		       const struct settings *settings)
{
	struct json_object *document = json_document();

	json_object_object_add(document, "device", json_text(name));
	json_object_object_add(document, "running",
			       json_text(firmware->running));
	json_object_object_add(document, "stored", json_text(firmware->stored));
	json_object_object_add(document, "board", json_text(firmware->board));
	json_object_object_add(document, "serial", json_text(firmware->serial));
	json_object_object_add(document, "flashed",
			       json_object_new_boolean(settings->file != NULL));
	json_object_object_add(document, "activated",
			       json_object_new_boolean(settings->activate));
	json_print(document);
}

static enum status show(struct axl_device *dev, const struct settings *settings)
{
	const char *name = axl_device_entry(dev)->name;
	struct axl_firmware firmware;
	int err = axl_device_firmware(dev, &firmware, sizeof(firmware));

	if (err)
		return failed(err, axl_error_detail(dev));
	if (settings->json) {
		print_json(name, &firmware, settings);
		return STATUS_OK;
	}
	printf("%s\n", name);
	line("running", firmware.running);
	line("stored", firmware.stored);
	line("board", firmware.board);
	line("serial", firmware.serial);
	return STATUS_OK;
}

static enum status work(struct axl_device *dev, const struct settings *settings)
{
	enum status status = STATUS_OK;
	char image[256];
	int err;

	if (settings->file) {
		status = name_image(settings->file, image, sizeof(image));
		if (!status)
			status = flash(dev, image);
	}
	if (status)
		return status;
	if (settings->activate) {
		err = axl_device_activate(dev);
		if (err)
			return failed(err, axl_error_detail(dev));
	}
	return show(dev, settings);
}

static enum status parse(const struct command *self, int argc, char **argv,
			 struct settings *out)
{
	static const struct option options[] = {
		{ "activate", no_argument, NULL, 'a' },
		{ "json", no_argument, NULL, 'j' },
		{},
	};
	int option;

	optind = opterr = 0;
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'a')
			out->activate = true;
		else if (option == 'j')
			out->json = true;
		else
			return refuse_option(self, argc, argv);
	}
	/* No default: it is not to be undone. */
	if (argc - optind < 1 || argc - optind > 2)
		return usage_error(self, "flash: name one device and an image");
	out->device = argv[optind];
	out->file = argv[optind + 1];
	return STATUS_OK;
}

static enum status run(struct tool *tool, const struct command *self, int argc,
		       char **argv)
{
	struct settings settings = { 0 };
	enum status status = parse(self, argc, argv, &settings);
	struct axl_device *dev;

	if (status)
		return status;
	status = open_device(tool, settings.device, &dev);
	if (status)
		return status;
	status = work(dev, &settings);
	axl_device_close(dev);
	return status;
}

const struct command command_flash = {
	.name = "flash",
	.arguments = "DEVICE [FILE] [OPTION]",
	.summary = "show or store the firmware of a device",
	.help = "  DEVICE      accelN, alias or PCI address\n"
		"  FILE        image below /lib/firmware; without, only tell\n"
		"              the versions\n"
		"  --activate  boot what is stored; work in flight fails\n"
		"  --json      machine-readable, see axle-flash(1)\n"
		"To store and to activate need CAP_NET_ADMIN.\n",
	.run = run,
};
