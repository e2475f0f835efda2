// SPDX-License-Identifier: MIT
/*
 * The provider's table, and what a device tells: what sysfs has (errors, on
 * kernels that count them), and what the card says to whoever has the node open.
 * Opening it shuts nobody out, so it is opened for each question; where it cannot
 * be, sysfs has to do.
 */
#include "hwmon.h"
#include "qaic.h"
#include "sysfs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define ADDRESS_BITS 64 /* the driver's mask */
#define ENGINES_MAX 64u
#define BOOT_NS 60000000000ll
#define POLL_NS 20000000
#define CHANNELS_MAX 64u
#define DBC_IDLE 0 /* of dbcN_state: free */

static int node_path(const struct axl_device *dev, const char *name, char *path)
{
	return axlp_system_path(dev->system, path, PATH_MAX,
				"/sys/class/accel/accel%u%s", dev->entry.index,
				name);
}

static uint64_t directory_number(int dir, const char *path)
{
	struct stat status;

	return fstatat(dir, path, &status, 0) ? 0 : (uint64_t)status.st_ino;
}

uint64_t axlq_node_number(const struct axl_device *dev)
{
	char path[PATH_MAX];

	return node_path(dev, "", path) ? 0 : directory_number(AT_FDCWD, path);
}

static bool ends_with(const char *text, const char *end)
{
	size_t length = strlen(text), n = strlen(end);

	return length >= n && strcmp(text + length - n, end) == 0;
}

/* The entry of a directory with such an end of its name; "" takes mhiN. */
static bool find_entry(DIR *dir, const char *prefix, const char *end, char *out,
		       size_t size)
{
	struct dirent *entry;

	while ((entry = readdir(dir)))
		if (strncmp(entry->d_name, prefix, strlen(prefix)) == 0 &&
		    ends_with(entry->d_name, end)) {
			snprintf(out, size, "%s", entry->d_name);
			return true;
		}
	return false;
}

static DIR *open_directory(int dir, const char *path)
{
	int fd = openat(dir, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *out = fd < 0 ? NULL : fdopendir(fd);

	if (!out && fd >= 0)
		close(fd);
	return out;
}

/* The card's controller of messages, .../device/mhiN; NULL if there is none. */
static DIR *open_mhi(const struct axl_device *dev)
{
	char path[PATH_MAX], name[NAME_MAX + 1];
	DIR *device, *mhi = NULL;

	if (node_path(dev, "/device", path))
		return NULL;
	device = open_directory(AT_FDCWD, path);
	if (!device)
		return NULL;
	if (find_entry(device, "mhi", "", name, sizeof(name)))
		mhi = open_directory(dirfd(device), name);
	closedir(device);
	return mhi;
}

uint64_t axlq_card_number(const struct axl_device *dev)
{
	char name[NAME_MAX + 1];
	DIR *mhi = open_mhi(dev);
	uint64_t number = 0;

	if (!mhi)
		return 0;
	if (find_entry(mhi, "mhi", "_QAIC_CONTROL", name, sizeof(name)))
		number = directory_number(dirfd(mhi), name);
	closedir(mhi);
	return number;
}

static uint64_t read_count(struct axl_device *dev, const char *name)
{
	char path[PATH_MAX];
	uint64_t value;

	for (int i = 0; i < 2; i++) {
		if (axlp_system_path(dev->system, path, sizeof(path),
				     "/sys/class/accel/accel%u/%s%s",
				     dev->entry.index, i ? "" : "device/",
				     name))
			continue;
		if (axlp_read_u64(AT_FDCWD, path, 10, &value) == 0)
			return value;
	}
	return AXL_UNKNOWN_64;
}

/* Sends one command on a descriptor of its own; NULL without an answer. */
static const void *ask(struct axl_device *dev, struct axlq_message *message,
		       uint32_t command, uint32_t size, uint32_t answer)
{
	__le32 *type;
	int err, fd;

	if (dev->passive) {
		axlp_fail(&dev->error, -EOPNOTSUPP,
			  "%s tells that only to who opens it",
			  dev->entry.name);
		return NULL;
	}
	fd = axlp_node_open(dev->system, "accel", dev->entry.index);
	if (fd < 0) {
		axlp_node_fail(dev->system, &dev->error, "accel",
			       dev->entry.index, fd);
		return NULL;
	}
	message->len = message->count = 0;
	type = axlq_message_command(message, size);
	*type = htole32(command);
	if (command == NNC_CMD_RESOURCE_INFO)
		((struct nnc_get_resources *)type)->group = htole32(NNC_NONE);
	err = axlq_message_send(fd, message);
	close(fd);
	if (err) {
		axlp_fail(&dev->error, err, "%s did not answer: %s",
			  dev->entry.name, axlp_explain(err));
		return NULL;
	}
	return axlq_message_answer(message, command, answer);
}

#define COPY_TEXT(to, from)                                  \
	axlp_copy_text(to, sizeof(to), (const char *)(from), \
		       strnlen((const char *)(from), sizeof(from)))

static int qaic_identity(struct axl_device *dev, struct axl_identity *out)
{
	const struct nnc_info *info;
	struct axlq_message message;

	out->device_class = AXL_CLASS_DATACENTER;
	out->uapi_version = AXL_UNKNOWN_32;
	memcpy(out->product, dev->entry.product, sizeof(out->product));
	info = ask(dev, &message, NNC_CMD_STATUS, sizeof(struct nnc_get_status),
		   sizeof(*info));
	/* It is what it is also while it cannot tell more. */
	dev->error.text[0] = '\0';
	if (!info || info->status)
		return 0;
	COPY_TEXT(out->firmware_version, info->fw_image);
	if (!out->firmware_version[0])
		snprintf(out->firmware_version, sizeof(out->firmware_version),
			 "%u.%u.%u.%u", info->fw_major, info->fw_minor,
			 info->fw_patch, info->fw_build);
	COPY_TEXT(out->serial, info->board_serial);
	if (!out->serial[0])
		COPY_TEXT(out->serial, info->serial);
	return 0;
}

/* A channel is what work needs; from Linux 7.x on, sysfs tells which are free. */
static void count_channels(struct axl_device *dev, struct axl_limits *out)
{
	uint32_t count = 0, used = 0;
	uint64_t state;
	char name[32];

	for (;; count++) {
		snprintf(name, sizeof(name), "dbc%u_state", count);
		state = count < CHANNELS_MAX ? read_count(dev, name) :
					       AXL_UNKNOWN_64;
		if (state == AXL_UNKNOWN_64)
			break;
		used += state != DBC_IDLE;
	}
	if (!count)
		return;
	out->contexts_max = count;
	out->contexts_used = used;
}

static int qaic_limits(struct axl_device *dev, struct axl_limits *out)
{
	*out = (struct axl_limits){
		.contexts_max = AXL_UNKNOWN_32,
		.contexts_used = AXL_UNKNOWN_32,
		.contexts_per_user = AXL_UNKNOWN_32,
		.dma_address_bits = ADDRESS_BITS,
	};
	count_channels(dev, out);
	return 0;
}

/* Errors that were corrected are no faults. */
static uint64_t read_faults(struct axl_device *dev)
{
	uint64_t fatal = read_count(dev, "ue_count");
	uint64_t others = read_count(dev, "ue_nonfatal_count");

	if (fatal == AXL_UNKNOWN_64)
		return others;
	return fatal + (others == AXL_UNKNOWN_64 ? 0 : others);
}

static uint32_t read_state(struct axl_device *dev)
{
	int fd;

	/* The channel that opening needs is there while the card is up. */
	if (dev->passive)
		return axlq_card_number(dev) ? AXL_STATE_READY :
					       AXL_STATE_RESETTING;
	fd = axlp_node_open(dev->system, "accel", dev->entry.index);
	if (fd >= 0) {
		close(fd);
		return AXL_STATE_READY;
	}
	return fd == -ENODEV ? (uint32_t)AXL_STATE_RESETTING : AXL_UNKNOWN_32;
}

static int qaic_health(struct axl_device *dev, struct axl_health *out)
{
	out->state = read_state(dev);
	out->resets = AXL_UNKNOWN_64;
	out->faults = read_faults(dev);
	out->last_fault_ns = AXL_UNKNOWN_64;
	return 0;
}

static const struct nnc_resources *ask_resources(struct axl_device *dev,
						 struct axlq_message *message)
{
	const struct nnc_resource_info *info =
		ask(dev, message, NNC_CMD_RESOURCE_INFO,
		    sizeof(struct nnc_get_resources), sizeof(*info));

	return info && !info->status ? &info->resources : NULL;
}

/* The driver says why it has no answer; an answer that is none does not. */
static int fail_ask(struct axl_device *dev)
{
	if (dev->error.text[0])
		return dev->passive ? -EOPNOTSUPP : -ENODEV;
	return axlp_fail(&dev->error, -EIO, "%s answered with nonsense",
			 dev->entry.name);
}

static int qaic_engines(struct axl_device *dev, struct axl_engine *out,
			uint32_t *count)
{
	struct axlq_message message;
	const struct nnc_resources *there = ask_resources(dev, &message);
	uint32_t room = *count;

	if (!there)
		return fail_ask(dev);
	*count = there->nsp_total < ENGINES_MAX ? there->nsp_total :
						  ENGINES_MAX;
	for (uint32_t i = 0; i < *count && i < room; i++) {
		snprintf(out[i].name, sizeof(out[i].name), "nsp%u", i);
		out[i].busy_ns = AXL_UNKNOWN_64;
	}
	return 0;
}

static int qaic_memory(struct axl_device *dev, struct axl_memory *out,
		       uint32_t *count)
{
	struct axlq_message message;
	const struct nnc_resources *there = ask_resources(dev, &message);
	uint64_t total, rest;

	if (!there)
		return fail_ask(dev);
	total = (uint64_t)le32toh(there->dram_total) << 20;
	rest = (uint64_t)le32toh(there->dram_free) << 20;
	if (*count)
		*out = (struct axl_memory){
			.name = "programs",
			.kind = AXL_MEMORY_DEVICE,
			.size = total,
			.used = rest < total ? total - rest : 0,
		};
	*count = 1;
	return 0;
}

static int write_reset(struct axl_device *dev)
{
	DIR *mhi = open_mhi(dev);
	int fd, err = 0;

	if (!mhi)
		return axlp_fail(&dev->error, -EOPNOTSUPP,
				 "%s has no soc_reset in sysfs",
				 dev->entry.name);
	fd = openat(dirfd(mhi), "soc_reset", O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, "1", 1) != 1)
		err = errno == EACCES ? -EPERM : -errno;
	if (fd >= 0)
		close(fd);
	closedir(mhi);
	return err ? axlp_fail(&dev->error, err, "cannot reset %s: %s",
			       dev->entry.name, axlp_explain(err)) :
		     0;
}

/* A reset is over when the card has booted, which has another number then. */
static int qaic_reset(struct axl_device *dev)
{
	const struct timespec pause = { .tv_nsec = POLL_NS };
	uint64_t before = axlq_card_number(dev);
	int64_t end = axlp_now_ns() + BOOT_NS;
	int err = write_reset(dev);

	if (err)
		return err;
	while (axlp_now_ns() < end) {
		uint64_t now = axlq_card_number(dev);

		if (now && now != before && read_state(dev) == AXL_STATE_READY)
			return 0;
		nanosleep(&pause, NULL);
	}
	return axlp_fail(&dev->error, -EIO, "%s did not come up again",
			 dev->entry.name);
}

static int qaic_ras(struct axl_device *dev, struct axl_ras_unit *out,
		    uint32_t *count, struct axl_ras_pages *pages)
{
	struct axl_ras_unit card = { .name = "card" };

	card.corrected = read_count(dev, "ce_count");
	card.uncorrected = read_faults(dev);
	if (card.corrected == AXL_UNKNOWN_64 &&
	    card.uncorrected == AXL_UNKNOWN_64)
		return axlp_fail(&dev->error, -EOPNOTSUPP,
				 "qaic of this kernel counts no hardware "
				 "errors of %s",
				 dev->entry.name);
	if (*count)
		*out = card;
	*count = 1;
	return 0;
}

static const struct axlp_ops qaic_ops = {
	.name = "qaic",
	.identity = qaic_identity,
	.limits = qaic_limits,
	.health = qaic_health,
	.engines = qaic_engines,
	.memory = qaic_memory,
	.reset = qaic_reset,
	.telemetry = axlp_sysfs_telemetry,
	.ras = qaic_ras,
	.context_size = sizeof(struct axlq_context),
	.bo_size = sizeof(struct axlq_bo),
	.program_size = sizeof(struct axlq_program),
	.queue_size = sizeof(struct axlq_queue),
	.context_open = axlq_context_open,
	.context_close = axlq_context_close,
	.bo_create = axlq_bo_create,
	.bo_destroy = axlq_bo_destroy,
	.bo_export = axlq_bo_export,
	.bo_import = axlq_bo_import,
	.program_create = axlq_program_create,
	.program_destroy = axlq_program_destroy,
	.queue_create = axlq_queue_create,
	.queue_close = axlq_queue_close,
	.queue_destroy = axlq_queue_destroy,
	.queue_submit = axlv_queue_submit,
	.queue_point = axlv_queue_point,
	.queue_reset = axlq_queue_reset,
	.wait = axlq_wait,
	.why = axlv_why,
	.event = axlq_event,
	.event_fd = axlq_event_fd,
};

static const struct axlp_pci_id qaic_ids[] = {
	{ AIC100_PCI_VENDOR, AIC080_PCI_DEVICE, "Qualcomm Cloud AI 080" },
	{ AIC100_PCI_VENDOR, AIC100_PCI_DEVICE, "Qualcomm Cloud AI 100" },
	{ AIC100_PCI_VENDOR, AIC200_PCI_DEVICE, "Qualcomm Cloud AI 200" },
};

const struct axlp_driver axlp_qaic_driver = {
	.name = "qaic",
	.bus_driver = "qaic",
	.module = "qaic",
	.ids = qaic_ids,
	.num_ids = AXLP_ARRAY_SIZE(qaic_ids),
	.ops = &qaic_ops,
};
