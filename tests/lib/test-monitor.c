// SPDX-License-Identifier: MIT
/* The monitor, on made-up trees: devices, who uses them, what changes. */
#include "tree.h"

#include <axl/monitor.h>

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define MS 1000000

static void pause_ms(long ms)
{
	const struct timespec pause = { .tv_nsec = ms * MS };

	nanosleep(&pause, NULL);
}

static struct axl_monitor *open_monitor(struct tree *tree, const char *scenario)
{
	struct axl_monitor *monitor = NULL;

	if (tree_open(tree, scenario))
		TAP_EQUAL(axl_monitor_create(tree->system, &monitor), 0);
	return monitor;
}

static void close_monitor(struct tree *tree, struct axl_monitor *monitor)
{
	axl_monitor_destroy(monitor);
	tree_close(tree);
}

static void a_sample_has_all_that_the_kit_tells(void)
{
	struct tree tree;
	struct axl_monitor *monitor = open_monitor(&tree, "edu");
	const struct axl_sample *s;

	TAP_REQUIRE(monitor != NULL);
	fake_node(tree.root, "accel_control0", "monitor");
	TAP_EQUAL(axl_monitor_sample(monitor, 0), 0);
	TAP_EQUAL(axl_monitor_device_count(monitor), 1);
	s = axl_monitor_device(monitor, 0);
	TAP_REQUIRE(s != NULL);
	TAP_STRING(s->entry.name, "accel0");
	TAP_STRING(s->identity.product, "QEMU edu");
	TAP_EQUAL(s->limits.contexts_used, 2);
	TAP_EQUAL(s->health.faults, 3);
	TAP_EQUAL(s->telemetry.temperature_mc, 71500);
	TAP_EQUAL(s->telemetry.flags, AXL_TELEMETRY_HOT);
	TAP_EQUAL(s->engine_count, 2);
	TAP_STRING(s->engine[1].name, "dma");
	TAP_EQUAL(s->busy_permille[0], AXL_UNKNOWN_32);
	TAP_EQUAL(s->region_count, 2);
	TAP_EQUAL(s->ras_count, 2);
	TAP_EQUAL(s->ras[0].corrected, 7);
	TAP_EQUAL(s->pages.retired, 3);
	TAP_CHECK(axl_monitor_device(monitor, 1) == NULL);
	pause_ms(2);
	TAP_EQUAL(axl_monitor_sample(monitor, 0), 0);
	TAP_EQUAL(axl_monitor_device(monitor, 0)->busy_permille[0], 0);
	close_monitor(&tree, monitor);
}

static void what_is_not_told_is_unknown(void)
{
	struct tree tree;
	struct axl_monitor *monitor = open_monitor(&tree, "denied");
	const struct axl_sample *s;

	TAP_REQUIRE(monitor != NULL);
	TAP_EQUAL(axl_monitor_sample(monitor, AXL_MONITOR_CLIENTS), 0);
	s = axl_monitor_device(monitor, 0);
	TAP_REQUIRE(s != NULL);
	TAP_EQUAL(s->entry.control_access, AXL_ACCESS_DENIED);
	TAP_EQUAL(s->limits.contexts_max, 4);
	TAP_EQUAL(s->health.state, AXL_STATE_READY);
	TAP_EQUAL(s->health.faults, AXL_UNKNOWN_64);
	TAP_EQUAL(s->telemetry.temperature_mc, AXL_UNKNOWN_MC);
	TAP_EQUAL(s->telemetry.power_mw, AXL_UNKNOWN_32);
	TAP_EQUAL(s->engine_count, 0);
	TAP_EQUAL(s->ras_count, 0);
	TAP_EQUAL(s->pages.retired, AXL_UNKNOWN_32);
	close_monitor(&tree, monitor);
}

static void a_node_that_opens_up_is_asked_from_then_on(void)
{
	struct tree tree;
	struct axl_monitor *monitor = open_monitor(&tree, "denied");

	TAP_REQUIRE(monitor != NULL);
	TAP_EQUAL(axl_monitor_sample(monitor, 0), 0);
	TAP_EQUAL(axl_monitor_device(monitor, 0)->engine_count, 0);
	fake_node(tree.root, "accel_control0", "");
	TAP_EQUAL(axl_monitor_sample(monitor, 0), 0);
	TAP_EQUAL(axl_monitor_device(monitor, 0)->engine_count, 2);
	TAP_EQUAL(axl_monitor_device(monitor, 0)->entry.control_access,
		  AXL_ACCESS_OK);
	close_monitor(&tree, monitor);
}

static void set_busy(const struct tree *tree, const char *us)
{
	fake_file(tree->root, "sys/devices/0000:02:00.0/npu_busy_time_us", us);
}

static uint32_t busy_of_ivpu(struct axl_monitor *monitor)
{
	const struct axl_sample *s;

	TAP_EQUAL(axl_monitor_sample(monitor, 0), 0);
	s = axl_monitor_device(monitor, 1);
	return s && s->engine_count ? s->busy_permille[0] : 0;
}

static void busy_time_is_of_the_time_between_two_samples(void)
{
	struct tree tree;
	struct axl_monitor *monitor = open_monitor(&tree, "mainline");
	uint32_t permille;

	TAP_REQUIRE(monitor != NULL);
	set_busy(&tree, "1000\n");
	TAP_EQUAL(busy_of_ivpu(monitor), AXL_UNKNOWN_32);
	pause_ms(40);
	/* 10 ms of at least 40. */
	set_busy(&tree, "11000\n");
	permille = busy_of_ivpu(monitor);
	TAP_CHECK(permille > 0 && permille <= 250);
	pause_ms(2);
	set_busy(&tree, "9011000\n");
	TAP_EQUAL(busy_of_ivpu(monitor), 1000);
	close_monitor(&tree, monitor);
}

static void a_counter_that_runs_back_makes_no_number(void)
{
	struct tree tree;
	struct axl_monitor *monitor = open_monitor(&tree, "mainline");

	TAP_REQUIRE(monitor != NULL);
	set_busy(&tree, "1000\n");
	busy_of_ivpu(monitor);
	set_busy(&tree, "999\n");
	TAP_EQUAL(busy_of_ivpu(monitor), AXL_UNKNOWN_32);
	set_busy(&tree, "nonsense\n");
	TAP_EQUAL(busy_of_ivpu(monitor), AXL_UNKNOWN_32);
	set_busy(&tree, "5000\n");
	TAP_EQUAL(busy_of_ivpu(monitor), AXL_UNKNOWN_32);
	pause_ms(2);
	TAP_EQUAL(busy_of_ivpu(monitor), 0);
	close_monitor(&tree, monitor);
}

static void remove_link(const struct tree *tree, const char *path)
{
	char full[PATH_MAX];

	snprintf(full, sizeof(full), "%s/%s", tree->root, path);
	TAP_EQUAL(unlink(full), 0);
}

static void devices_come_and_go(void)
{
	struct tree tree;
	struct axl_monitor *monitor = open_monitor(&tree, "edu");

	TAP_REQUIRE(monitor != NULL);
	TAP_EQUAL(axl_monitor_sample(monitor, 0), 0);
	TAP_EQUAL(axl_monitor_device_count(monitor), 1);
	fake_edu(tree.root, 3, "0000:00:09.0");
	pause_ms(2);
	TAP_EQUAL(axl_monitor_sample(monitor, 0), 0);
	TAP_EQUAL(axl_monitor_device_count(monitor), 2);
	TAP_STRING(axl_monitor_device(monitor, 1)->entry.bus_address,
		   "0000:00:09.0");
	/* The one from before goes on, the new one begins. */
	TAP_EQUAL(axl_monitor_device(monitor, 0)->busy_permille[0], 0);
	TAP_EQUAL(axl_monitor_device(monitor, 1)->busy_permille[0],
		  AXL_UNKNOWN_32);
	remove_link(&tree, "sys/class/accel/accel0");
	TAP_EQUAL(axl_monitor_sample(monitor, 0), 0);
	TAP_EQUAL(axl_monitor_device_count(monitor), 1);
	TAP_STRING(axl_monitor_device(monitor, 0)->entry.name, "accel3");
	remove_link(&tree, "sys/class/accel/accel3");
	TAP_EQUAL(axl_monitor_sample(monitor, 0), 0);
	TAP_EQUAL(axl_monitor_device_count(monitor), 0);
	close_monitor(&tree, monitor);
}

static void another_device_of_the_same_name_begins_anew(void)
{
	struct tree tree;
	struct axl_monitor *monitor = open_monitor(&tree, "edu");

	TAP_REQUIRE(monitor != NULL);
	TAP_EQUAL(axl_monitor_sample(monitor, 0), 0);
	remove_link(&tree, "sys/class/accel/accel0");
	fake_pci(tree.root,
		 &(struct fake_function){ "0000:00:0a.0", "8086:643E", "120000",
					  "intel_vpu" });
	fake_accel(tree.root, 0, "0000:00:0a.0");
	pause_ms(2);
	TAP_EQUAL(axl_monitor_sample(monitor, 0), 0);
	TAP_EQUAL(axl_monitor_device_count(monitor), 1);
	TAP_STRING(axl_monitor_device(monitor, 0)->entry.driver, "ivpu");
	TAP_EQUAL(axl_monitor_device(monitor, 0)->busy_permille[0],
		  AXL_UNKNOWN_32);
	close_monitor(&tree, monitor);
}

#define EDU_KEYS                                               \
	"pos:\t0\ndrm-driver:\tedu\ndrm-pdev:\t0000:00:04.0\n" \
	"drm-client-id:\t"

static void clients_are_told_with_their_process(void)
{
	struct tree tree;
	struct axl_monitor *monitor = open_monitor(&tree, "edu");
	const struct axl_client *c;

	TAP_REQUIRE(monitor != NULL);
	fake_process(tree.root, 120, "axle-ocr", 1000);
	fake_open(tree.root, 120, 2, "/dev/null", "pos:\t0\n");
	fake_open(tree.root, 120, 5, "/dev/accel/accel0",
		  EDU_KEYS "77\ndrm-engine-factorial:\t900 ns\n"
			   "drm-engine-capacity-factorial:\t2\n"
			   "drm-total-host:\t64 KiB\n"
			   "drm-resident-host:\t8 KiB\n"
			   "drm-memory-buffer:\t1 MiB\n");
	TAP_EQUAL(axl_monitor_sample(monitor, AXL_MONITOR_CLIENTS), 0);
	TAP_EQUAL(axl_monitor_client_count(monitor), 1);
	c = axl_monitor_client(monitor, 0);
	TAP_REQUIRE(c != NULL);
	TAP_EQUAL(c->device, 0);
	TAP_EQUAL(c->pid, 120);
	TAP_EQUAL(c->uid, 1000);
	TAP_EQUAL(c->fd, 5);
	TAP_EQUAL(c->client_id, 77);
	TAP_STRING(c->comm, "axle-ocr");
	TAP_EQUAL(c->engine_count, 1);
	TAP_STRING(c->engine[0].name, "factorial");
	TAP_EQUAL(c->engine[0].busy_ns, 900);
	TAP_EQUAL(c->busy_permille[0], AXL_UNKNOWN_32);
	TAP_EQUAL(c->region_count, 2);
	TAP_EQUAL(c->region[0].size, 65536);
	TAP_EQUAL(c->region[0].used, 8192);
	TAP_EQUAL(c->region[1].used, 1048576);
	TAP_EQUAL(c->region[1].kind, AXL_MEMORY_DEVICE);
	TAP_CHECK(axl_monitor_client(monitor, 1) == NULL);
	/* Who does not ask for clients does not get old ones. */
	TAP_EQUAL(axl_monitor_sample(monitor, 0), 0);
	TAP_EQUAL(axl_monitor_client_count(monitor), 0);
	close_monitor(&tree, monitor);
}

static void a_shared_file_is_told_once_of_the_lowest_pid(void)
{
	struct tree tree;
	struct axl_monitor *monitor = open_monitor(&tree, "edu");

	TAP_REQUIRE(monitor != NULL);
	for (unsigned int pid = 999; pid < 1002; pid++) {
		fake_process(tree.root, pid, "worker", 0);
		fake_open(tree.root, pid, 3, "/dev/accel/accel0",
			  EDU_KEYS "5\n");
	}
	fake_open(tree.root, 1001, 4, "/dev/accel/accel0", EDU_KEYS "6\n");
	TAP_EQUAL(axl_monitor_sample(monitor, AXL_MONITOR_CLIENTS), 0);
	TAP_EQUAL(axl_monitor_client_count(monitor), 2);
	TAP_EQUAL(axl_monitor_client(monitor, 0)->pid, 999);
	TAP_EQUAL(axl_monitor_client(monitor, 0)->client_id, 5);
	TAP_EQUAL(axl_monitor_client(monitor, 1)->pid, 1001);
	TAP_EQUAL(axl_monitor_client(monitor, 1)->fd, 4);
	close_monitor(&tree, monitor);
}

static void a_driver_without_fdinfo_has_clients_too(void)
{
	struct tree tree;
	struct axl_monitor *monitor = open_monitor(&tree, "mainline");

	TAP_REQUIRE(monitor != NULL);
	fake_process(tree.root, 50, "qaic-runner", 0);
	fake_open(tree.root, 50, 3, "/dev/accel/accel0", "pos:\t0\n");
	fake_open(tree.root, 50, 4, "/dev/accel/accel0", "pos:\t0\n");
	fake_open(tree.root, 50, 5, "/dev/accel/accel77", "pos:\t0\n");
	fake_open(tree.root, 50, 6, "/dev/accel/accel_control0", "pos:\t0\n");
	TAP_EQUAL(axl_monitor_sample(monitor, AXL_MONITOR_CLIENTS), 0);
	TAP_EQUAL(axl_monitor_client_count(monitor), 2);
	TAP_EQUAL(axl_monitor_client(monitor, 1)->fd, 4);
	TAP_EQUAL(axl_monitor_client(monitor, 1)->client_id, AXL_UNKNOWN_64);
	TAP_EQUAL(axl_monitor_client(monitor, 1)->engine_count, 0);
	close_monitor(&tree, monitor);
}

static void a_client_s_share_is_of_the_time_between_two_samples(void)
{
	struct tree tree;
	struct axl_monitor *monitor = open_monitor(&tree, "edu");
	uint32_t permille;

	TAP_REQUIRE(monitor != NULL);
	fake_process(tree.root, 7, "one", 0);
	fake_open(tree.root, 7, 3, "/dev/accel/accel0",
		  EDU_KEYS "1\ndrm-engine-dma:\t0 ns\n");
	TAP_EQUAL(axl_monitor_sample(monitor, AXL_MONITOR_CLIENTS), 0);
	pause_ms(40);
	fake_file(tree.root, "proc/7/fdinfo/3",
		  EDU_KEYS "1\ndrm-engine-dma:\t10000000 ns\n");
	TAP_EQUAL(axl_monitor_sample(monitor, AXL_MONITOR_CLIENTS), 0);
	permille = axl_monitor_client(monitor, 0)->busy_permille[0];
	TAP_CHECK(permille > 0 && permille <= 250);
	/* Another file with the same number, as far as one can see. */
	fake_file(tree.root, "proc/7/fdinfo/3",
		  EDU_KEYS "1\ndrm-engine-dma:\t50 ns\n");
	TAP_EQUAL(axl_monitor_sample(monitor, AXL_MONITOR_CLIENTS), 0);
	TAP_EQUAL(axl_monitor_client(monitor, 0)->busy_permille[0],
		  AXL_UNKNOWN_32);
	close_monitor(&tree, monitor);
}

static void hostile_trees_do_no_harm(void)
{
	struct tree tree;
	struct axl_monitor *monitor = open_monitor(&tree, "hostile");

	TAP_REQUIRE(monitor != NULL);
	fake_open(
		tree.root, 3, 3, "/dev/accel/accel5",
		"drm-client-id:\t99999999999999999999999\ndrm-engine-:\t5 ns\n"
		"drm-engine-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa:\t5 ns\n"
		"drm-engine-x:\t-5 ns\ndrm-engine-y:\t5 hours\n"
		"drm-total-z:\t18446744073709551615 KiB\n:::\n\n\n");
	TAP_EQUAL(axl_monitor_sample(monitor, AXL_MONITOR_CLIENTS), 0);
	TAP_EQUAL(axl_monitor_sample(monitor, AXL_MONITOR_CLIENTS), 0);
	TAP_EQUAL(axl_monitor_device_count(monitor), 7);
	TAP_EQUAL(axl_monitor_client_count(monitor), 1);
	TAP_EQUAL(axl_monitor_client(monitor, 0)->engine_count, 0);
	TAP_EQUAL(axl_monitor_client(monitor, 0)->region_count, 0);
	TAP_EQUAL(axl_monitor_sample(monitor, 1u << 31), -EINVAL);
	close_monitor(&tree, monitor);
}

static const struct tap_case cases[] = {
	{ "a sample has all that the kit tells",
	  a_sample_has_all_that_the_kit_tells },
	{ "what is not told is unknown", what_is_not_told_is_unknown },
	{ "a node that opens up is asked from then on",
	  a_node_that_opens_up_is_asked_from_then_on },
	{ "busy time is of the time between two samples",
	  busy_time_is_of_the_time_between_two_samples },
	{ "a counter that runs back makes no number",
	  a_counter_that_runs_back_makes_no_number },
	{ "devices come and go", devices_come_and_go },
	{ "another device of the same name begins anew",
	  another_device_of_the_same_name_begins_anew },
	{ "clients are told with their process",
	  clients_are_told_with_their_process },
	{ "a shared file is told once of the lowest pid",
	  a_shared_file_is_told_once_of_the_lowest_pid },
	{ "a driver without fdinfo has clients too",
	  a_driver_without_fdinfo_has_clients_too },
	{ "a client's share is of the time between two samples",
	  a_client_s_share_is_of_the_time_between_two_samples },
	{ "hostile trees do no harm", hostile_trees_do_no_harm },
};
TAP_MAIN(cases)
