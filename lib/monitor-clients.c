// SPDX-License-Identifier: MIT
/*
 * Who uses the devices: fdinfo of every process that this user may look at. A
 * descriptor is looked at closer only if its link is a compute node's, as there
 * are thousands of others. What goes away while it is looked at is left out.
 */
#include "fdinfo.h"
#include "sysfs.h"
#include "watch.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void axlp_clients_free(struct axlp_clients *clients)
{
	free(clients->clients);
	memset(clients, 0, sizeof(*clients));
}

static struct axlp_client *add_client(struct axlp_clients *clients)
{
	size_t room = clients->room ? clients->room * 2 : 16;
	struct axlp_client *new = clients->clients;

	if (clients->count == clients->room) {
		new = reallocarray(new, room, sizeof(*new));
		if (!new)
			return NULL;
		clients->clients = new;
		clients->room = room;
	}
	new += clients->count++;
	memset(new, 0, sizeof(*new));
	return new;
}

static bool parse_number(const char *text, uint32_t *out)
{
	uint64_t number;

	if (text[0] < '0' || text[0] > '9' ||
	    axlp_parse_u64(text, 10, &number) || number > INT32_MAX)
		return false;
	*out = (uint32_t)number;
	return true;
}

/*
 * N of a link to ".../accel/accelN". A container may have it elsewhere than
 * /dev, and under another number than the system's.
 */
static bool parse_link(int fds, const char *name, uint32_t *index)
{
	static const char folder[] = "/accel/";
	char link[PATH_MAX];
	ssize_t n = readlinkat(fds, name, link, sizeof(link) - 1);
	const char *slash;

	if (n < (ssize_t)sizeof(folder))
		return false;
	link[n] = '\0';
	slash = memrchr(link, '/', (size_t)n);
	if (!slash || (size_t)(slash - link) + 1 < sizeof(folder) - 1 ||
	    memcmp(slash + 2 - sizeof(folder), folder, sizeof(folder) - 1) != 0)
		return false;
	return axlp_parse_node(slash + 1, "accel", index);
}

static bool find_number(const struct axl_monitor *monitor,
			const struct axlp_fdinfo *info, uint32_t index,
			uint32_t *number)
{
	bool by_address = info->bus_address[0];

	for (size_t i = 0; i < monitor->count; i++) {
		const struct axl_entry *entry =
			&monitor->devices[i].sample.entry;

		if (by_address ?
			    strcmp(entry->bus_address, info->bus_address) == 0 :
			    entry->index == index) {
			*number = (uint32_t)i;
			return true;
		}
	}
	return false;
}

/* fdinfo does not say where a region is, the device does. */
static void fill_kinds(const struct axl_sample *sample, struct axl_client *c)
{
	for (uint32_t i = 0; i < c->region_count; i++)
		for (uint32_t j = 0; j < sample->region_count; j++)
			if (strcmp(c->region[i].name, sample->region[j].name) ==
			    0)
				c->region[i].kind = sample->region[j].kind;
}

static void fill_client(struct axlp_client *out, uint32_t pid, uint32_t fd,
			const struct axlp_fdinfo *info,
			const struct axlp_status *status)
{
	struct axl_client *client = &out->client;

	client->pid = pid;
	client->fd = fd;
	client->uid = status->uid;
	client->client_id = info->client_id;
	memcpy(client->comm, status->name, sizeof(client->comm));
	client->engine_count = info->engine_count;
	client->region_count = info->region_count;
	memcpy(client->engine, info->engine, sizeof(client->engine));
	memcpy(client->region, info->region, sizeof(client->region));
}

/* A process as it is walked through. */
struct process {
	struct axl_monitor *monitor;
	uint32_t pid;
	int dir; /* /proc/PID */
	bool known; /* status is there */
	struct axlp_status status;
};

static void read_status(struct process *process)
{
	char text[4096];
	ssize_t n;

	if (process->known)
		return;
	n = axlp_read_text(process->dir, "status", text, sizeof(text));
	axlp_parse_status(text, n > 0 ? (size_t)n : 0, &process->status);
	process->known = true;
}

static int take_file(struct process *process, uint32_t fd, uint32_t index)
{
	struct axl_monitor *monitor = process->monitor;
	const struct axlp_watched *watched;
	struct axlp_client *client;
	struct axlp_fdinfo info;
	char name[32], text[4096];
	uint32_t number;
	ssize_t n;

	snprintf(name, sizeof(name), "fdinfo/%u", fd);
	n = axlp_read_text(process->dir, name, text, sizeof(text));
	if (n < 0)
		return 0;
	axlp_parse_fdinfo(text, (size_t)n, &info);
	if (!find_number(monitor, &info, index, &number))
		return 0;
	read_status(process);
	client = add_client(&monitor->clients);
	if (!client)
		return -ENOMEM;
	watched = &monitor->devices[number];
	fill_client(client, process->pid, fd, &info, &process->status);
	fill_kinds(&watched->sample, &client->client);
	client->client.device = number;
	client->number = watched->number;
	client->time_ns = (uint64_t)axlp_now_ns();
	return 0;
}

static DIR *open_below(int dir, const char *name)
{
	int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *out = fd < 0 ? NULL : fdopendir(fd);

	if (!out && fd >= 0)
		close(fd);
	return out;
}

static int take_process(struct axl_monitor *monitor, int proc, const char *name,
			uint32_t pid)
{
	struct process process = { .monitor = monitor, .pid = pid };
	struct dirent *entry;
	uint32_t fd, index;
	int err = 0;
	DIR *fds;

	process.dir = openat(proc, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (process.dir < 0)
		return 0;
	fds = open_below(process.dir, "fd");
	while (fds && !err && (entry = readdir(fds)))
		if (parse_number(entry->d_name, &fd) &&
		    parse_link(dirfd(fds), entry->d_name, &index))
			err = take_file(&process, fd, index);
	if (fds)
		closedir(fds);
	close(process.dir);
	return err;
}

static int walk(struct axl_monitor *monitor)
{
	struct dirent *entry;
	char path[PATH_MAX];
	uint32_t pid;
	int err = 0;
	DIR *proc;

	if (axlp_system_path(monitor->system, path, sizeof(path), "/proc"))
		return 0;
	proc = opendir(path);
	if (!proc)
		return 0;
	while (!err && (entry = readdir(proc)))
		if (parse_number(entry->d_name, &pid))
			err = take_process(monitor, dirfd(proc), entry->d_name,
					   pid);
	closedir(proc);
	return err;
}

static int compare_u64(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

/* Files of several processes are next to each other, the lowest pid first. */
static int compare_file(const void *a, const void *b)
{
	const struct axlp_client *x = a, *y = b;
	int order = compare_u64(x->client.device, y->client.device);

	if (!order)
		order = compare_u64(x->client.client_id, y->client.client_id);
	if (!order)
		order = compare_u64(x->client.pid, y->client.pid);
	return order ? order : compare_u64(x->client.fd, y->client.fd);
}

static int compare_shown(const void *a, const void *b)
{
	const struct axlp_client *x = a, *y = b;
	int order = compare_u64(x->client.device, y->client.device);

	if (!order)
		order = compare_u64(x->client.pid, y->client.pid);
	return order ? order : compare_u64(x->client.fd, y->client.fd);
}

/* Without an id, whether two files are one is not to be known. */
static bool is_same(const struct axl_client *a, const struct axl_client *b)
{
	return a->client_id != AXL_UNKNOWN_64 && a->device == b->device &&
	       a->client_id == b->client_id;
}

static void drop_shared(struct axlp_clients *clients)
{
	size_t kept = 0;

	for (size_t i = 0; i < clients->count; i++) {
		struct axlp_client *file = &clients->clients[i];

		if (kept &&
		    is_same(&clients->clients[kept - 1].client, &file->client))
			continue;
		clients->clients[kept++] = *file;
	}
	clients->count = kept;
}

static const struct axlp_client *find_before(const struct axlp_clients *before,
					     const struct axlp_client *client)
{
	for (size_t i = 0; i < before->count; i++) {
		const struct axlp_client *then = &before->clients[i];

		if (then->number == client->number &&
		    then->client.client_id == client->client.client_id)
			return then;
	}
	return NULL;
}

static void fill_busy(const struct axlp_clients *before,
		      struct axlp_client *client)
{
	struct axl_client *c = &client->client;
	const struct axlp_client *then = find_before(before, client);
	struct axlp_busy busy = { 0 };

	if (then && c->client_id != AXL_UNKNOWN_64) {
		busy.time_ns = then->time_ns;
		busy.count = then->client.engine_count;
		memcpy(busy.engine, then->client.engine, sizeof(busy.engine));
	}
	axlp_busy_since(&busy, c->engine, c->engine_count, client->time_ns,
			c->busy_permille);
}

/* All of its users are known to the kit: no need to look for any. */
static bool is_unused(const struct axl_sample *sample)
{
	return sample->entry.control_access != AXL_ACCESS_NONE &&
	       sample->limits.contexts_used == 0;
}

static bool has_users(const struct axl_monitor *monitor)
{
	for (size_t i = 0; i < monitor->count; i++)
		if (!is_unused(&monitor->devices[i].sample))
			return true;
	return false;
}

int axlp_clients_sample(struct axl_monitor *monitor)
{
	struct axlp_clients before = monitor->clients;
	struct axlp_clients *now = &monitor->clients;
	int err = 0;

	*now = monitor->before;
	monitor->before = before;
	now->count = 0;
	if (has_users(monitor))
		err = walk(monitor);
	if (now->count) {
		qsort(now->clients, now->count, sizeof(*now->clients),
		      compare_file);
		drop_shared(now);
		qsort(now->clients, now->count, sizeof(*now->clients),
		      compare_shown);
	}
	for (size_t i = 0; i < now->count; i++)
		fill_busy(&monitor->before, &now->clients[i]);
	return err;
}
