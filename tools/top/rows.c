// SPDX-License-Identifier: MIT
/* From open files to processes: sum up, filter, sort. */
#include "top.h"

#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

const char *top_device_name(const struct axl_sample *device)
{
	return device->entry.alias[0] ? device->entry.alias :
					device->entry.name;
}

bool top_device_matches(const struct axl_sample *device, const char *filter)
{
	return !filter || !filter[0] || strstr(device->entry.name, filter) ||
	       strstr(device->entry.alias, filter) ||
	       strstr(device->entry.product, filter) ||
	       strstr(device->entry.bus_address, filter);
}

static void add_busy(struct top_process *p, const struct axl_client *client)
{
	for (uint32_t i = 0; i < AXL_ENGINES_MAX; i++) {
		uint32_t busy = i < client->engine_count ?
					client->busy_permille[i] :
					AXL_UNKNOWN_32;

		if (i < client->engine_count)
			p->busy_ns[i] += client->engine[i].busy_ns;
		if (busy == AXL_UNKNOWN_32)
			continue;
		if (p->busy_permille[i] == AXL_UNKNOWN_32)
			p->busy_permille[i] = 0;
		p->busy_permille[i] += busy;
		p->share += busy;
		p->share_known = true;
	}
}

static void add_memory(struct top_process *p, const struct axl_client *client)
{
	for (uint32_t i = 0; i < client->region_count; i++) {
		if (client->region[i].used == AXL_UNKNOWN_64)
			continue;
		if (p->memory == AXL_UNKNOWN_64)
			p->memory = 0;
		p->memory += client->region[i].used;
	}
}

static void name_user(struct top_process *p)
{
	struct passwd entry, *found = NULL;
	char text[1024];

	if (getpwuid_r(p->uid, &entry, text, sizeof(text), &found) || !found)
		snprintf(p->user, sizeof(p->user), "%u", p->uid);
	else
		text_clean(p->user, sizeof(p->user), found->pw_name);
}

static struct top_process *row_of(struct top_rows *rows,
				  const struct axl_sample *device,
				  const struct axl_client *client)
{
	struct top_process *p;

	/* The monitor tells the files of a process one behind the other. */
	for (size_t i = rows->count; i-- > 0;) {
		p = &rows->process[i];
		if (p->pid != client->pid)
			break;
		if (p->device == device)
			return p;
	}
	p = &rows->process[rows->count++];
	memset(p, 0, sizeof(*p));
	memset(p->busy_permille, 0xff, sizeof(p->busy_permille));
	p->device = device;
	p->pid = client->pid;
	p->uid = client->uid;
	p->memory = AXL_UNKNOWN_64;
	text_clean(p->comm, sizeof(p->comm), client->comm);
	name_user(p);
	return p;
}

static bool matches(const struct top_process *p, const char *filter)
{
	return top_device_matches(p->device, filter) ||
	       strstr(p->comm, filter) || strstr(p->user, filter);
}

static int compare_u64(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

/* The largest first; what is not known comes last. */
static int compare_down(uint64_t a, bool a_known, uint64_t b, bool b_known)
{
	if (a_known != b_known)
		return a_known ? -1 : 1;
	return a_known ? compare_u64(b, a) : 0;
}

static int compare_by(enum top_sort sort, const struct top_process *a,
		      const struct top_process *b)
{
	switch (sort) {
	case TOP_SORT_BUSY:
		return compare_down(a->share, a->share_known, b->share,
				    b->share_known);
	case TOP_SORT_MEMORY:
		return compare_down(a->memory, a->memory != AXL_UNKNOWN_64,
				    b->memory, b->memory != AXL_UNKNOWN_64);
	case TOP_SORT_DEVICE:
		return compare_u64(a->device->entry.index,
				   b->device->entry.index);
	case TOP_SORT_NAME:
		return strcmp(a->comm, b->comm);
	default:
		return 0;
	}
}

static int compare(const void *left, const void *right, void *data)
{
	const struct top_process *a = left, *b = right;
	int order = compare_by(*(const enum top_sort *)data, a, b);

	if (!order)
		order = compare_u64(a->pid, b->pid);
	return order ? order :
		       compare_u64(a->device->entry.index,
				   b->device->entry.index);
}

int top_rows_build(const struct top_sample *sample, const char *filter,
		   enum top_sort sort, struct top_rows *rows)
{
	size_t kept = 0;

	rows->count = 0;
	rows->process =
		calloc(sample->client_count + 1, sizeof(*rows->process));
	if (!rows->process)
		return -ENOMEM;
	for (size_t i = 0; i < sample->client_count; i++) {
		const struct axl_client *client = sample->clients[i];
		struct top_process *p;

		if (client->device >= sample->device_count)
			continue;
		p = row_of(rows, sample->devices[client->device], client);
		p->contexts++;
		add_busy(p, client);
		add_memory(p, client);
	}
	for (size_t i = 0; i < rows->count; i++)
		if (!filter || !filter[0] || matches(&rows->process[i], filter))
			rows->process[kept++] = rows->process[i];
	rows->count = kept;
	qsort_r(rows->process, rows->count, sizeof(*rows->process), compare,
		&sort);
	return 0;
}

void top_rows_free(struct top_rows *rows)
{
	free(rows->process);
	rows->process = NULL;
	rows->count = 0;
}

const char *top_sort_name(enum top_sort sort)
{
	static const char *const names[TOP_SORTS] = {
		[TOP_SORT_BUSY] = "busy",    [TOP_SORT_MEMORY] = "memory",
		[TOP_SORT_PID] = "pid",	     [TOP_SORT_DEVICE] = "device",
		[TOP_SORT_NAME] = "command",
	};

	return sort < TOP_SORTS ? names[sort] : "?";
}
