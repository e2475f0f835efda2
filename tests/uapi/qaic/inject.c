// SPDX-License-Identifier: MIT
#include "inject.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "card.h"
#include "tap.h"

#include "../uapi.h"

/* After which a card has been reset, even if nobody saw it offline. */
#define OFFLINE_MS 1000
#define DRIVER "/sys/bus/pci/drivers/qaic/"

bool inject_exists(void)
{
	return getenv("AXLE_VM") &&
	       uapi_shell("vm-inject 0 usage >/dev/null 2>&1") == 0;
}

bool inject(const char *format, ...)
{
	char words[256];
	va_list args;

	va_start(args, format);
	vsnprintf(words, sizeof(words), format, args);
	va_end(args);
	return TAP_EQUAL(uapi_shell("vm-inject 0 %s >/dev/null", words), 0);
}

static unsigned long *usage_member(struct usage *usage, const char *name)
{
	const struct {
		const char *name;
		unsigned long *at;
	} members[] = {
		{ "users", &usage->users },
		{ "constants", &usage->constants },
		{ "elfs", &usage->elfs },
		{ "activations", &usage->activations },
		{ "nsps", &usage->nsps },
		{ "dbcs", &usage->dbcs },
		{ "semaphores", &usage->semaphores },
		{ "reservations", &usage->reservations },
		{ "ddr", &usage->ddr },
	};

	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		if (strcmp(members[i].name, name) == 0)
			return members[i].at;
	return NULL;
}

bool usage_get(struct usage *usage)
{
	FILE *from = popen("vm-inject 0 usage", "re");
	unsigned int lines = 0;
	unsigned long value;
	char name[32];

	memset(usage, 0, sizeof(*usage));
	while (from && fscanf(from, "%31s %lu", name, &value) == 2) {
		unsigned long *at = usage_member(usage, name);

		if (at)
			*at = value;
		lines += !!at;
	}
	return from && pclose(from) == 0 && lines == 9;
}

static bool is_unused(const struct usage *u)
{
	return !(u->users || u->constants || u->elfs || u->activations ||
		 u->nsps || u->dbcs || u->semaphores || u->reservations ||
		 u->ddr);
}

bool usage_ends(void)
{
	uint64_t end = uapi_now_ms() + CARD_PATIENCE_MS;
	struct usage u;

	do {
		if (!usage_get(&u))
			return false;
		if (is_unused(&u))
			return true;
		usleep(100000);
	} while (uapi_now_ms() < end);
	tap_note("in use: %lu users, %lu constants, %lu images, "
		 "%lu activations, %lu NSPs, %lu channels, %lu semaphores, "
		 "%lu reservations, %lu bytes",
		 u.users, u.constants, u.elfs, u.activations, u.nsps, u.dbcs,
		 u.semaphores, u.reservations, u.ddr);
	return false;
}

/*
 * The controller's name has a number that goes up with every probe. The driver
 * hears of it from the card, so whoever opens it at once may still be cut off.
 */
bool reset_soc(void)
{
	uint64_t end = uapi_now_ms() + OFFLINE_MS;

	if (uapi_shell("for f in /sys/bus/mhi/devices/mhi*/soc_reset; do "
		       "echo 1 >$f && exit 0; done; exit 1"))
		return false;
	while (card_online() && uapi_now_ms() < end)
		usleep(1000);
	return true;
}

/* A path below the card's directory; false without a card. */
static bool card_path(char *path, size_t size, const char *name)
{
	char *directory = card_directory();

	if (!directory)
		return false;
	snprintf(path, size, "%s/%s", directory, name);
	free(directory);
	return true;
}

bool reset_pci(void)
{
	char path[256];

	return card_path(path, sizeof(path), "reset") && uapi_write(path, "1");
}

/* Without DMA-API debugging in the kernel there is nothing to write to. */
void reset_forgives(void)
{
	uapi_write("/sys/kernel/debug/dma-api/num_errors", "0");
}

bool reset_unbind(void)
{
	char *directory = card_directory();
	const char *name = directory ? strrchr(directory, '/') : NULL;
	bool ok;

	reset_forgives();
	ok = name && uapi_write(DRIVER "unbind", name + 1);
	free(directory);
	return ok;
}

/* Whatever of its kind has no driver. */
bool reset_bind(void)
{
	return uapi_shell("cd /sys/bus/pci/devices && for d in *; do "
			  "grep -qx 0x17cb $d/vendor && ! test -e $d/driver && "
			  "echo $d >" DRIVER
			  "bind && exit 0; done; exit 1") == 0;
}

bool reset_reload(void)
{
	reset_forgives();
	return syscall(SYS_delete_module, "qaic", O_NONBLOCK) == 0 &&
	       uapi_shell("modprobe qaic") == 0;
}
