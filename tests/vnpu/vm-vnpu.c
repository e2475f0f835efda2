// SPDX-License-Identifier: MIT
/*
 * vnpu as a PCI Express function, under a stock QEMU and a stock kernel, and
 * what vm/run can do to it. No driver: it is reached through sysfs. Runs in
 * the VM as root:
 *
 *	vm/run --device vnpu --device vnpu,profile=edge --device edu \
 *		--no-driver -- build/dev/tests/vnpu/vm-vnpu
 */
#include "tap.h"
#include "vnpu_regs.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/pci_regs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define DATACENTER 0 /* the numbers of the --device options */
#define EDGE 1
#define EDU 2
#define STRIDE 4096u
#define QUEUES 1024u
#define MEMORY (256u << 20)
#define WAIT_MS 30000

/* Standard output and error of vm-inject NUMBER WORDS; its exit status. */
static int inject(int number, const char *words, char *out, size_t size)
{
	char command[128], rest[512];
	size_t used = 0;
	int status;
	FILE *pipe;

	snprintf(command, sizeof(command), "vm-inject %d %s 2>&1", number,
		 words);
	pipe = popen(command, "r");
	if (!pipe)
		return -1;
	if (out)
		used = fread(out, 1, size - 1, pipe);
	if (out)
		out[used] = 0;
	while (fread(rest, 1, sizeof(rest), pipe))
		;
	status = pclose(pipe);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int inject_ok(int number, const char *words)
{
	char out[4096];
	int ret = inject(number, words, out, sizeof(out));

	if (ret)
		tap_note("vm-inject %d %s: %s", number, words, out);
	return ret;
}

static long counter(int number, const char *name)
{
	char out[4096], key[64];
	char *at;

	if (inject(number, "stats", out, sizeof(out)))
		return -1;
	snprintf(key, sizeof(key), "\n%s ", name);
	at = strstr(out, key);
	if (at)
		return strtol(at + strlen(key), NULL, 10);
	at = key + 1;
	return strncmp(out, at, strlen(at)) ?
		       -1 :
		       strtol(out + strlen(at), NULL, 10);
}

/* "/sys/bus/pci/devices/0000:01:00.0" of what is in the slot, or "". */
static void find(int number, char path[300])
{
	char port[64], dir[128];
	struct dirent *entry;
	DIR *list;

	path[0] = 0;
	if (inject(number, "port", port, sizeof(port)))
		return;
	port[strcspn(port, "\n")] = 0;
	snprintf(dir, sizeof(dir), "/sys/bus/pci/devices/%s", port);
	list = opendir(dir);
	while (list && (entry = readdir(list)))
		if (strlen(entry->d_name) == 12 && entry->d_name[4] == ':')
			snprintf(path, 300, "%.128s/%.12s", dir, entry->d_name);
	if (list)
		closedir(list);
}

static int open_file(const char *dir, const char *name, int flags)
{
	char path[400];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return open(path, flags | O_CLOEXEC);
}

static bool put(const char *dir, const char *name, const char *text)
{
	int fd = open_file(dir, name, O_WRONLY);
	bool ok = fd >= 0 &&
		  write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	close(fd);
	return ok;
}

static uint32_t config_read(const char *dir, off_t at)
{
	uint32_t value = 0;
	int fd = open_file(dir, "config", O_RDONLY);

	if (pread(fd, &value, sizeof(value), at) != sizeof(value))
		value = 0;
	close(fd);
	return value;
}

static bool config_write16(const char *dir, off_t at, uint16_t value)
{
	int fd = open_file(dir, "config", O_WRONLY);
	bool ok = pwrite(fd, &value, sizeof(value), at) == sizeof(value);

	close(fd);
	return ok;
}

static off_t power_control(const char *dir)
{
	uint8_t at = (uint8_t)config_read(dir, PCI_CAPABILITY_LIST);

	for (int i = 0; at && i < 48; i++) {
		uint32_t head = config_read(dir, at);

		if ((head & 0xff) == PCI_CAP_ID_PM)
			return at + PCI_PM_CTRL;
		at = (uint8_t)(head >> 8);
	}
	return 0;
}

struct bar {
	uint8_t *base; /* MAP_FAILED: could not be mapped */
	size_t size;
};

static struct bar map_bar(const char *dir, int number)
{
	struct bar bar = { .base = MAP_FAILED };
	struct stat st;
	char name[16];
	int fd;

	snprintf(name, sizeof(name), "resource%d", number);
	fd = open_file(dir, name, O_RDWR);
	if (fd >= 0 && !fstat(fd, &st)) {
		bar.size = (size_t)st.st_size;
		bar.base = mmap(NULL, bar.size, PROT_READ | PROT_WRITE,
				MAP_SHARED, fd, 0);
	}
	close(fd);
	return bar;
}

static volatile uint32_t *word(const struct bar *bar, size_t at)
{
	return (volatile uint32_t *)(bar->base + at);
}

/* The three BARs of the datacenter device, memory decoding on. */
static bool open_bars(char dir[300], struct bar bar[3])
{
	find(DATACENTER, dir);
	if (!*dir || (config_read(dir, PCI_COMMAND) & PCI_COMMAND_MEMORY) == 0)
		put(dir, "enable", "1");
	for (int i = 0; i < 3; i++)
		bar[i] = map_bar(dir, 2 * i);
	return bar[0].base != MAP_FAILED && bar[1].base != MAP_FAILED &&
	       bar[2].base != MAP_FAILED;
}

static void close_bars(const struct bar bar[3])
{
	for (int i = 0; i < 3; i++)
		munmap(bar[i].base, bar[i].size);
}

#define NEED_VM()                                             \
	do {                                                  \
		if (access("/dev/vport0p1", F_OK))            \
			TAP_SKIP("not in a virtual machine"); \
	} while (0)

static void both_profiles(void)
{
	char dir[300];

	NEED_VM();
	find(DATACENTER, dir);
	TAP_REQUIRE(*dir);
	TAP_EQUAL(config_read(dir, PCI_VENDOR_ID), 0xa81f1234);
	TAP_EQUAL(config_read(dir, PCI_SUBSYSTEM_VENDOR_ID), 0x00011234);
	find(EDGE, dir);
	TAP_REQUIRE(*dir);
	TAP_EQUAL(config_read(dir, PCI_VENDOR_ID), 0xa81f1234);
	TAP_EQUAL(config_read(dir, PCI_SUBSYSTEM_VENDOR_ID), 0x00021234);
}

static void bars_fit(void)
{
	struct bar bar[3];
	char dir[300];

	NEED_VM();
	TAP_REQUIRE(open_bars(dir, bar));
	TAP_EQUAL(bar[0].size, 65536);
	TAP_EQUAL(bar[1].size, VNPU_DB_SIZE(STRIDE, QUEUES));
	TAP_EQUAL(bar[2].size, MEMORY);
	*word(&bar[2], 0) = 0x11111111;
	*word(&bar[2], MEMORY - 4) = 0x22222222;
	TAP_EQUAL(*word(&bar[2], 0), 0x11111111);
	TAP_EQUAL(*word(&bar[2], MEMORY - 4), 0x22222222);
	close_bars(bar);
}

static void no_exits(void)
{
	uint32_t wake = VNPU_DB_WAKE(STRIDE, QUEUES, 7);
	long reads, writes;
	struct bar bar[3];
	char dir[300];

	NEED_VM();
	TAP_REQUIRE(open_bars(dir, bar));
	reads = counter(DATACENTER, "bar-reads");
	writes = counter(DATACENTER, "bar-writes");
	TAP_REQUIRE(reads >= 0 && writes >= 0);
	for (uint32_t i = 1; i <= 1000; i++) {
		*word(&bar[1], VNPU_DB_TAIL(STRIDE, 7)) = i;
		*word(&bar[2], 4096 * i) = ~i;
		TAP_REQUIRE(*word(&bar[1], VNPU_DB_TAIL(STRIDE, 7)) == i);
		TAP_REQUIRE(*word(&bar[2], 4096 * i) == ~i);
	}
	TAP_EQUAL(counter(DATACENTER, "bar-reads"), reads);
	TAP_EQUAL(counter(DATACENTER, "bar-writes"), writes);
	/* What is trapped does count. */
	*word(&bar[1], wake) = 1;
	TAP_EQUAL(*word(&bar[1], wake), 0);
	TAP_EQUAL(counter(DATACENTER, "bar-reads"), reads + 1);
	TAP_EQUAL(counter(DATACENTER, "bar-writes"), writes + 1);
	*word(&bar[1], VNPU_DB_TAIL(STRIDE, 7)) = 0;
	close_bars(bar);
}

static void asleep(void)
{
	struct bar bar[3];
	char dir[300];
	off_t at;

	NEED_VM();
	TAP_REQUIRE(open_bars(dir, bar));
	at = power_control(dir);
	TAP_REQUIRE(at);
	*word(&bar[0], VNPU_REG_FW_SIZE) = 0x1230;
	*word(&bar[1], VNPU_DB_TAIL(STRIDE, 3)) = 5;
	*word(&bar[2], 0) = 0x600df00d;
	TAP_REQUIRE(config_write16(dir, at, 3));
	usleep(20000);
	TAP_EQUAL(config_read(dir, at) & 3, 3);
	TAP_EQUAL(config_read(dir, PCI_VENDOR_ID), 0xa81f1234);
	/* All ones if it is trapped, and nothing that can be mapped. */
	TAP_EQUAL(inject_ok(DATACENTER, "info"), 0);
	*word(&bar[0], VNPU_REG_FW_SIZE) = 0x4560;
	TAP_CHECK(*word(&bar[0], VNPU_REG_ID) == ~0u ||
		  *word(&bar[0], VNPU_REG_ID) == 0);
	TAP_REQUIRE(config_write16(dir, at, 0));
	usleep(20000);
	TAP_EQUAL(*word(&bar[0], VNPU_REG_ID), VNPU_ID_VALUE);
	TAP_EQUAL(*word(&bar[0], VNPU_REG_FW_SIZE), 0x1230);
	TAP_EQUAL(*word(&bar[1], VNPU_DB_TAIL(STRIDE, 3)), 5);
	TAP_EQUAL(*word(&bar[2], 0), 0x600df00d);
	close_bars(bar);
}

static void function_reset(void)
{
	struct bar bar[3];
	char dir[300];
	uint32_t state = 0;

	NEED_VM();
	TAP_REQUIRE(open_bars(dir, bar));
	*word(&bar[0], VNPU_REG_FW_SIZE) = 0x1230;
	*word(&bar[1], VNPU_DB_TAIL(STRIDE, 3)) = 5;
	*word(&bar[2], 0) = 0x600df00d;
	TAP_REQUIRE(put(dir, "reset", "1"));
	for (int i = 0; i < 300 && state != VNPU_STATE_WAIT_FW; i++) {
		usleep(10000);
		state = *word(&bar[0], VNPU_REG_STATUS) & VNPU_STATUS_STATE;
	}
	TAP_EQUAL(state, VNPU_STATE_WAIT_FW);
	TAP_EQUAL(*word(&bar[0], VNPU_REG_FW_SIZE), 0);
	TAP_EQUAL(*word(&bar[1], VNPU_DB_TAIL(STRIDE, 3)), 0);
	TAP_EQUAL(*word(&bar[2], 0), 0x600df00d);
	close_bars(bar);
}

static void refusals(void)
{
	static const struct {
		int number;
		const char *words;
		int status;
		const char *text;
	} rows[] = {
		{ DATACENTER, "nonesuch", 1, "unknown command" },
		{ DATACENTER, "model kill", 1, "unknown command" },
		{ DATACENTER, "insert", 1, "is plugged in" },
		{ DATACENTER, "start", 1, "is plugged in" },
		{ DATACENTER, "", 2, "Usage: vm-inject" },
		{ DATACENTER, "''", 2, "Usage: vm-inject" },
		{ DATACENTER, "'a b'", 2, "Usage: vm-inject" },
		{ DATACENTER, "$(printf %2000s | tr ' ' x)", 2, "Usage" },
		{ -1, "info", 2, "Usage: vm-inject" },
		{ EDU, "info", 1, "device 2 is QEMU's own, not a model" },
		{ EDU, "remove", 1, "device 2 is QEMU's own, not a model" },
		{ EDU + 1, "info", 1, "no device 3; there are 3" },
		{ 999999999, "info", 1, "no device 999999999" },
	};
	char out[4096];

	NEED_VM();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int status =
			inject(rows[i].number, rows[i].words, out, sizeof(out));

		if (!TAP_EQUAL(status, rows[i].status) ||
		    !TAP_CHECK(strstr(out, rows[i].text)))
			tap_note("row %zu: %s", i, out);
	}
	TAP_EQUAL(inject(DATACENTER, "info", out, sizeof(out)), 0);
	TAP_CHECK(strstr(out, "device vnpu"));
	TAP_CHECK(!strstr(out, "\nok"));
	TAP_EQUAL(inject(EDGE, "state", out, sizeof(out)), 0);
	TAP_CHECK(strstr(out, "profile edge"));
}

static void several_at_once(void)
{
	char out[8192];
	int good = 0;
	FILE *pipe;

	NEED_VM();
	pipe = popen("for i in 1 2 3 4 5 6 7 8; do "
		     "(vm-inject $((i % 2)) state >/dev/null && echo good) & "
		     "done; wait",
		     "r");
	TAP_REQUIRE(pipe);
	while (fgets(out, sizeof(out), pipe))
		good += !strcmp(out, "good\n");
	pclose(pipe);
	TAP_EQUAL(good, 8);
}

/* The files of its BARs come last, when these have addresses. */
static bool is_there(int number)
{
	char dir[300], bar[320];

	find(number, dir);
	snprintf(bar, sizeof(bar), "%s/resource0", dir);
	return *dir && config_read(dir, 0) == 0xa81f1234 && !access(bar, F_OK);
}

static bool wait_there(int number, bool there)
{
	for (int i = 0; i < WAIT_MS / 50; i++) {
		if (is_there(number) == there)
			return true;
		usleep(50000);
	}
	return false;
}

/* As after power on: registers and device memory forgot what they had. */
static void check_fresh(int number)
{
	struct bar bar;
	char dir[300];

	find(number, dir);
	TAP_REQUIRE(*dir);
	TAP_CHECK(put(dir, "enable", "1"));
	bar = map_bar(dir, 0);
	TAP_REQUIRE(bar.base != MAP_FAILED);
	TAP_EQUAL(*word(&bar, VNPU_REG_ID), VNPU_ID_VALUE);
	TAP_EQUAL(*word(&bar, VNPU_REG_FW_SIZE), 0);
	*word(&bar, VNPU_REG_FW_SIZE) = 0x1230;
	TAP_EQUAL(*word(&bar, VNPU_REG_FW_SIZE), 0x1230);
	munmap(bar.base, bar.size);
}

static void surprise(void)
{
	char out[4096];

	NEED_VM();
	for (int i = 0; i < 2; i++) {
		TAP_REQUIRE(!inject_ok(DATACENTER, "remove"));
		TAP_CHECK(wait_there(DATACENTER, false));
		TAP_EQUAL(inject(DATACENTER, "remove", out, sizeof(out)), 1);
		TAP_CHECK(strstr(out, "not plugged in"));
		TAP_EQUAL(inject(DATACENTER, "info", out, sizeof(out)), 1);
		TAP_CHECK(strstr(out, "does not run"));
		TAP_REQUIRE(!inject_ok(DATACENTER, "insert"));
		TAP_CHECK(wait_there(DATACENTER, true));
		check_fresh(DATACENTER);
	}
	TAP_CHECK(wait_there(EDGE, true));
}

static void killed(void)
{
	char out[4096], dir[300];

	NEED_VM();
	find(EDGE, dir);
	TAP_REQUIRE(!inject_ok(EDGE, "kill"));
	TAP_EQUAL(config_read(dir, 0), 0xffffffff);
	TAP_EQUAL(inject(EDGE, "kill", out, sizeof(out)), 1);
	TAP_CHECK(strstr(out, "does not run"));
	TAP_REQUIRE(!inject_ok(EDGE, "start"));
	TAP_CHECK(wait_there(EDGE, true));
	check_fresh(EDGE);
	TAP_REQUIRE(!inject_ok(EDGE, "restart"));
	TAP_CHECK(wait_there(EDGE, true));
	check_fresh(EDGE);
}

static void orderly(void)
{
	char out[4096], dir[300];

	NEED_VM();
	TAP_REQUIRE(!inject_ok(DATACENTER, "unplug"));
	find(DATACENTER, dir);
	TAP_STRING(dir, "");
	TAP_EQUAL(inject(DATACENTER, "unplug", out, sizeof(out)), 1);
	TAP_REQUIRE(!inject_ok(DATACENTER, "insert"));
	TAP_CHECK(wait_there(DATACENTER, true));
	check_fresh(DATACENTER);
}

static const struct tap_case cases[] = {
	{ "two devices of different profiles are plugged in", both_profiles },
	{ "all BARs have an address, 256 MiB of memory too", bars_fit },
	{ "tails and device memory are reached without leaving the guest",
	  no_exits },
	{ "D3hot keeps registers, tails and memory, and answers nothing",
	  asleep },
	{ "a function level reset forgets all but device memory",
	  function_reset },
	{ "vm-inject says what it cannot do", refusals },
	{ "several processes can use vm-inject at once", several_at_once },
	{ "a card that was pulled out is gone, and comes back as new",
	  surprise },
	{ "a model that was killed answers ones, and starts again", killed },
	{ "a card that the guest gave up comes back as new", orderly },
};
TAP_MAIN(cases)
