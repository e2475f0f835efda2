// SPDX-License-Identifier: MIT
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host.h"

/* Lines of a splat that has no end mark; its head counts anew. */
#define VM_SPLAT_LINES 50
#define VM_SPLAT_BYTES 65536

/* How the kernel's complaints about itself start, or what they contain. */
static const struct {
	const char *text;
	bool anywhere;
} vm_splats[] = {
	{ "------------[ cut here ]", false },
	{ "BUG: ", false },
	{ "[ BUG: ", false },
	{ "BUG ", false },
	{ "WARNING: ", false },
	{ "Oops", false },
	{ "kernel BUG at ", false },
	{ "Kernel panic", false },
	{ "general protection fault", false },
	{ "Internal error: ", false },
	{ "double fault", false },
	{ "stack segment", false },
	{ "Unable to handle kernel", false },
	{ "INFO: task ", false },
	{ "INFO: rcu", false },
	{ "rcu: INFO: ", false },
	{ "INFO: possible ", false },
	{ "INFO: lockdep ", false },
	{ "INFO: inconsistent ", false },
	{ "INFO: trying to register non-static key", false },
	{ "watchdog: BUG", false },
	{ "UBSAN: ", false },
	{ "refcount_t: ", false },
	{ "kmemleak: ", false },
	{ "unreferenced object ", false },
	{ "DEBUG_LOCKS_WARN_ON", false },
	{ "bad: scheduling", false },
	{ "Bad page ", false },
	{ "KASAN: ", true },
	{ "KCSAN: ", true },
	{ "KMSAN: ", true },
	{ "KFENCE: ", true },
	{ "BUG kmalloc", true },
	{ "suspicious RCU usage", true },
	{ "sleeping function called", true },
	{ "list_add corruption", true },
	{ "list_del corruption", true },
	{ "Objects remaining in ", true },
	{ "DMA-API: ", true },
	{ "ODEBUG: ", true },
	{ "still has objects", true },
	{ "possible recursive locking", true },
	{ "possible deadlock", true },
	{ "blocked for more than", true },
};

/* These start like a splat and are none. */
static const char *const vm_no_splats[] = {
	"kmemleak: Kernel memory leak detector",
	"kmemleak: Automatic memory scanning",
	"DMA-API: preallocated",
	"DMA-API: debugging enabled",
};

static bool vm_is_known(const struct vm_klog *log, const char *text)
{
	int i;

	for (i = 0; i < log->known->count; i++)
		if (strstr(text, log->known->item[i]))
			return true;
	return false;
}

static bool vm_is_splat(const struct vm_klog *log, const char *text)
{
	size_t i;

	for (i = 0; i < sizeof(vm_no_splats) / sizeof(*vm_no_splats); i++)
		if (!strncmp(text, vm_no_splats[i], strlen(vm_no_splats[i])))
			return false;
	for (i = 0; i < sizeof(vm_splats) / sizeof(*vm_splats); i++) {
		const char *at = strstr(text, vm_splats[i].text);

		if (at && (at == text || vm_splats[i].anywhere))
			return !vm_is_known(log, text);
	}
	return false;
}

static void vm_klog_line(struct vm_klog *log, const char *stamp,
			 const char *text)
{
	if (vm_is_splat(log, text))
		log->lines_left = VM_SPLAT_LINES;
	if (!strncmp(text, "Kernel panic", 12))
		log->panic = true;
	if (log->lines_left > 0 && log->splat.len < VM_SPLAT_BYTES) {
		vm_buffer_printf(&log->splat, "[%s] %s\n", stamp, text);
		log->lines_left--;
	}
	if (!strncmp(text, "---[ end ", 9))
		log->lines_left = 0;
}

/* "PRIORITY,SEQUENCE,MICROSECONDS,FLAGS;TEXT"; lines that start with a blank
 * are properties.  What programs write there has another facility than 0 and
 * can fake no splat.
 */
static void vm_klog_record(struct vm_klog *log)
{
	unsigned long long usec;
	unsigned int prio;
	char stamp[32];
	char *text = strchr(log->line, ';');

	if (!text || sscanf(log->line, "%u,%*u,%llu", &prio, &usec) != 2)
		return;
	if (prio >> 3)
		return;
	snprintf(stamp, sizeof(stamp), "%5llu.%06llu", usec / 1000000,
		 usec % 1000000);
	vm_klog_line(log, stamp, text + 1);
}

/* "[ SECONDS] TEXT" */
static void vm_klog_console(struct vm_klog *log)
{
	char *stamp = strchr(log->line, '['), *end;
	size_t len = strlen(log->line), had = strlen(log->tail);

	if (len && log->line[len - 1] == '\r')
		log->line[--len] = 0;
	if (log->echo)
		fprintf(stderr, "%s\n", log->line);
	if (len + 2 <= sizeof(log->tail)) {
		size_t drop = 0;

		/* whole lines go from the front until there is room */
		while (had - drop + len + 2 > sizeof(log->tail))
			drop += strcspn(log->tail + drop, "\n") + 1;
		had -= drop;
		memmove(log->tail, log->tail + drop, had);
		snprintf(log->tail + had, sizeof(log->tail) - had, "%s\n",
			 log->line);
	}
	end = stamp ? strstr(stamp, "] ") : NULL;
	if (!end)
		return;
	*end = 0;
	vm_klog_line(log, stamp + 1, end + 2);
}

static void vm_klog_end_line(struct vm_klog *log)
{
	log->line[log->len] = 0;
	log->len = 0;
	if (log->records)
		vm_klog_record(log);
	else
		vm_klog_console(log);
}

void vm_klog_feed(struct vm_klog *log, const char *data, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if (data[i] == '\n')
			vm_klog_end_line(log);
		else if (log->len < sizeof(log->line) - 1)
			log->line[log->len++] = data[i];
	}
}

void vm_klog_print(const struct vm_klog *log)
{
	if (log->splat.len)
		fwrite(log->splat.data, 1, log->splat.len, stderr);
}
