// SPDX-License-Identifier: MIT
/*
 * The rules of the header for every call on every node: unknown calls, structs
 * of a wrong size or at no address, calls of the other node, privileges; and
 * what QUERY and RESET refuse. For every device.
 */
#include "refuse.h"
#include "uapi.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOBODY 65534
/* In the kernel's half of the address space. */
#define KERNEL_POINTER 0xffff888000000000ull
#define ROOM 512

enum node {
	COMPUTE = 1,
	CONTROL = 2,
	BOTH = COMPUTE | CONTROL
};

struct call {
	unsigned long cmd;
	enum node nodes;
	enum refuse_needs needs;
};

static const struct call calls[] = {
	{ DRM_IOCTL_AXLE_QUERY, BOTH, NEEDS_NOTHING },
	{ DRM_IOCTL_AXLE_BO_CREATE, COMPUTE, NEEDS_BUFFERS },
	{ DRM_IOCTL_AXLE_BO_INFO, COMPUTE, NEEDS_NOTHING },
	{ DRM_IOCTL_AXLE_BO_FROM_USER, COMPUTE, NEEDS_FOREIGN },
	{ DRM_IOCTL_AXLE_VM_CREATE, COMPUTE, NEEDS_VM },
	{ DRM_IOCTL_AXLE_VM_DESTROY, COMPUTE, NEEDS_VM },
	{ DRM_IOCTL_AXLE_VM_BIND, COMPUTE, NEEDS_VM },
	{ DRM_IOCTL_AXLE_PROGRAM_CREATE, COMPUTE, NEEDS_PROGRAMS },
	{ DRM_IOCTL_AXLE_PROGRAM_DESTROY, COMPUTE, NEEDS_PROGRAMS },
	{ DRM_IOCTL_AXLE_QUEUE_CREATE, COMPUTE, NEEDS_QUEUES },
	{ DRM_IOCTL_AXLE_QUEUE_DESTROY, COMPUTE, NEEDS_QUEUES },
	{ DRM_IOCTL_AXLE_QUEUE_FENCE, COMPUTE, NEEDS_RINGS },
	{ DRM_IOCTL_AXLE_SUBMIT, COMPUTE, NEEDS_JOBS },
	{ DRM_IOCTL_AXLE_RESET, CONTROL, NEEDS_NOTHING },
	{ DRM_IOCTL_AXLE_SET_LIMIT, CONTROL, NEEDS_NOTHING },
};

#define CALLS (sizeof(calls) / sizeof(calls[0]))

struct nodes {
	struct dut dut;
	int fd[2]; /* compute, control */
};

#define OPEN_NODES(nodes)                                                \
	do {                                                             \
		DUT_OPEN(&(nodes)->dut);                                 \
		(nodes)->fd[0] = dut_open_compute(&(nodes)->dut);        \
		(nodes)->fd[1] = dut_open_control(&(nodes)->dut);        \
		TAP_REQUIRE((nodes)->fd[0] >= 0 && (nodes)->fd[1] >= 0); \
	} while (0)

static void close_nodes(struct nodes *nodes)
{
	close(nodes->fd[0]);
	close(nodes->fd[1]);
}

/* Calls each call on each of its nodes with a struct of so many more bytes. */
static void every_call_fails(int more, char fill, int want)
{
	struct nodes nodes;
	char data[ROOM];

	OPEN_NODES(&nodes);
	for (size_t i = 0; i < CALLS; i++) {
		size_t size = _IOC_SIZE(calls[i].cmd);

		for (int node = 0; node < 2; node++) {
			if (!(calls[i].nodes & 1 << node))
				continue;
			memset(data, 0, sizeof(data));
			data[size] = fill;
			TAP_ERRNO(uapi_ioctl_sized(nodes.fd[node], calls[i].cmd,
						   size + more, data),
				  want);
		}
	}
	close_nodes(&nodes);
}

static void short_structs_are_einval(void)
{
	every_call_fails(-1, 0, EINVAL);
}

static void unknown_tails_are_e2big(void)
{
	every_call_fails(8, 1, E2BIG);
	every_call_fails(200, 1, E2BIG);
}

/* As if it was not there: the same result as of the struct as it is known. */
static void tails_of_zeros_are_nothing(void)
{
	struct nodes nodes;
	char data[ROOM];

	OPEN_NODES(&nodes);
	for (size_t i = 0; i < CALLS; i++) {
		int fd = nodes.fd[calls[i].nodes == CONTROL];
		size_t size = _IOC_SIZE(calls[i].cmd);
		int result, error;

		memset(data, 0, sizeof(data));
		errno = 0;
		result = ioctl(fd, calls[i].cmd, data);
		error = errno;
		memset(data, 0, sizeof(data));
		errno = 0;
		TAP_EQUAL(uapi_ioctl_sized(fd, calls[i].cmd, size + 64, data),
			  result);
		TAP_EQUAL(errno, error);
	}
	close_nodes(&nodes);
}

static void structs_at_no_address_fault(void)
{
	static const uint64_t places[] = { 0, BAD_POINTER, KERNEL_POINTER,
					   ~0ull - 7 };
	struct nodes nodes;

	OPEN_NODES(&nodes);
	for (size_t i = 0; i < CALLS; i++)
		for (int place = 0; place < 4; place++)
			for (int node = 0; node < 2; node++)
				if (calls[i].nodes & 1 << node)
					TAP_ERRNO(ioctl(nodes.fd[node],
							calls[i].cmd,
							places[place]),
						  EFAULT);
	close_nodes(&nodes);
}

static void structs_that_run_off_their_page_fault(void)
{
	struct nodes nodes;
	char *memory = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	OPEN_NODES(&nodes);
	TAP_REQUIRE(memory != MAP_FAILED);
	munmap(memory + 4096, 4096);
	for (size_t i = 0; i < CALLS; i++)
		TAP_ERRNO(ioctl(nodes.fd[calls[i].nodes == CONTROL],
				calls[i].cmd, memory + 4096 - 4),
			  EFAULT);
	munmap(memory, 4096);
	close_nodes(&nodes);
}

static void calls_of_the_other_node_are_eopnotsupp(void)
{
	struct nodes nodes;
	char data[ROOM] = { 0 };

	OPEN_NODES(&nodes);
	for (size_t i = 0; i < CALLS; i++)
		if (calls[i].nodes != BOTH)
			TAP_ERRNO(ioctl(nodes.fd[calls[i].nodes == COMPUTE],
					calls[i].cmd, data),
				  EOPNOTSUPP);
	close_nodes(&nodes);
}

static void what_the_device_does_not_have_is_eopnotsupp(void)
{
	struct nodes nodes;
	char data[ROOM] = { 0 };
	int count = 0;

	OPEN_NODES(&nodes);
	for (size_t i = 0; i < CALLS; i++) {
		if (refuse_has(&nodes.dut, calls[i].needs))
			continue;
		TAP_ERRNO(ioctl(nodes.fd[0], calls[i].cmd, data), EOPNOTSUPP);
		count++;
	}
	close_nodes(&nodes);
	DUT_NEEDS(count > 0, "the device has everything");
}

static void unknown_calls_are_enotty(void)
{
	static const unsigned long unknown[] = {
		_IOWR('d', 0x4d, struct drm_axle_query),
		_IOWR('d', 0x5f, struct drm_axle_query),
		_IOWR('d', 0x9f, struct drm_axle_query),
		_IOW('d', 0x40, struct drm_axle_query),
		_IOR('d', 0x40, struct drm_axle_query),
		_IO('d', 0x40),
	};
	struct nodes nodes;
	char data[ROOM] = { 0 };

	OPEN_NODES(&nodes);
	for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++)
		for (int node = 0; node < 2; node++)
			TAP_ERRNO(ioctl(nodes.fd[node], unknown[i], data),
				  ENOTTY);
	/* DRM core has the rest of the compute node, and its own errno. */
	TAP_ERRNO(ioctl(nodes.fd[0], _IOWR('d', 0xf0, char[24]), data), EINVAL);
	TAP_ERRNO(ioctl(nodes.fd[1], _IOWR('d', 0xf0, char[24]), data), ENOTTY);
	TAP_ERRNO(ioctl(nodes.fd[1], _IOWR('d', 0x00, char[64]), data), ENOTTY);
	TAP_ERRNO(ioctl(nodes.fd[1], _IOWR('x', 0x40, char[24]), data), ENOTTY);
	close_nodes(&nodes);
}

struct query_row {
	enum node nodes;
	struct drm_axle_query arg;
	int want;
};

static void query_is_refused(void)
{
	const struct query_row *row = tap_data();
	struct nodes nodes;

	OPEN_NODES(&nodes);
	for (int node = 0; node < 2; node++) {
		struct drm_axle_query arg = row->arg;

		if (row->nodes & 1 << node)
			TAP_ERRNO(ioctl(nodes.fd[node], DRM_IOCTL_AXLE_QUERY,
					&arg),
				  row->want);
	}
	close_nodes(&nodes);
}

static void an_answer_that_cannot_be_written_back_faults(void)
{
	struct nodes nodes;
	void *memory =
		mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	OPEN_NODES(&nodes);
	TAP_REQUIRE(memory != MAP_FAILED);
	for (int node = 0; node < 2; node++)
		TAP_ERRNO(ioctl(nodes.fd[node], DRM_IOCTL_AXLE_QUERY, memory),
			  EFAULT);
	munmap(memory, 4096);
	close_nodes(&nodes);
}

static void reset_is_refused(void)
{
	static const struct {
		struct drm_axle_reset arg;
		int want;
	} rows[] = {
		{ { .engine = 1 }, EINVAL },
		{ { .client = 1 }, EINVAL },
		{ { .queue = 1 }, EINVAL },
		{ { .scope = 3 }, EINVAL },
		{ { .scope = 1u << 31 }, EINVAL },
		{ { .pad = 1 }, EINVAL },
		{ { .scope = DRM_AXLE_RESET_ENGINE, .engine = ~0u }, EINVAL },
		{ { .scope = DRM_AXLE_RESET_ENGINE, .queue = 1 }, EINVAL },
		{ { .scope = DRM_AXLE_RESET_ENGINE, .pad = 1 }, EINVAL },
		{ { .scope = DRM_AXLE_RESET_QUEUE, .engine = 1 }, EINVAL },
		{ { .scope = DRM_AXLE_RESET_QUEUE, .queue = 1 }, ENOENT },
		{ { .scope = DRM_AXLE_RESET_QUEUE, .client = ~0ull }, ENOENT },
	};
	struct drm_axle_query_health before, after;
	struct nodes nodes;

	OPEN_NODES(&nodes);
	before = dut_health(&nodes.dut);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct drm_axle_reset arg = rows[i].arg;

		TAP_ERRNO(ioctl(nodes.fd[1], DRM_IOCTL_AXLE_RESET, &arg),
			  rows[i].want);
	}
	after = dut_health(&nodes.dut);
	TAP_EQUAL(after.resets, before.resets);
	close_nodes(&nodes);
}

/* Whether the device has a limit, it tells with its telemetry. */
static bool limit_there(int fd, uint32_t limit)
{
	struct drm_axle_query_telemetry out = { 0 };

	if (uapi_query(fd, DRM_AXLE_TOPIC_TELEMETRY, &out, sizeof(out)))
		return false;
	return limit ? out.clock_limit_max_hz : out.power_cap_max_mw;
}

static void limits_are_refused(void)
{
	struct nodes nodes;

	OPEN_NODES(&nodes);
	for (uint32_t limit = 0; limit < 2; limit++) {
		struct drm_axle_set_limit arg = { .limit = limit,
						  .value = ~0ull };

		TAP_ERRNO(ioctl(nodes.fd[1], DRM_IOCTL_AXLE_SET_LIMIT, &arg),
			  limit_there(nodes.fd[1], limit) ? EINVAL :
							    EOPNOTSUPP);
		arg.pad = 1;
		TAP_ERRNO(ioctl(nodes.fd[1], DRM_IOCTL_AXLE_SET_LIMIT, &arg),
			  EINVAL);
		arg = (struct drm_axle_set_limit){ .limit = limit + 2 };
		TAP_ERRNO(ioctl(nodes.fd[1], DRM_IOCTL_AXLE_SET_LIMIT, &arg),
			  EINVAL);
	}
	close_nodes(&nodes);
}

/* Telemetry and errors are answered by both nodes, or by none. */
static void topics_of_operators_are_there_or_not(void)
{
	static const uint32_t topics[] = { DRM_AXLE_TOPIC_TELEMETRY,
					   DRM_AXLE_TOPIC_RAS };
	struct nodes nodes;
	char data[ROOM];

	OPEN_NODES(&nodes);
	for (int i = 0; i < 2; i++) {
		int compute = uapi_query(nodes.fd[0], topics[i], data, ROOM);
		int control;

		if (compute)
			TAP_EQUAL(errno, EOPNOTSUPP);
		control = uapi_query(nodes.fd[1], topics[i], data, ROOM);
		TAP_EQUAL(control, compute);
	}
	close_nodes(&nodes);
}

/* By default both nodes are root's; every device's tests open them up. */
static void strangers_cannot_open(void)
{
	int status = -1;
	struct dut dut;
	pid_t child;

	DUT_OPEN(&dut);
	uapi_shell("chmod 600 /dev/accel/accel%d", dut.index);
	child = fork();
	if (child == 0) {
		if (setresuid(NOBODY, NOBODY, NOBODY))
			_exit(1);
		if (dut_open_compute(&dut) != -1 || errno != EACCES)
			_exit(2);
		_exit(dut_open_control(&dut) != -1 || errno != EACCES);
	}
	waitpid(child, &status, 0);
	TAP_EQUAL(status, 0);
}

static void what_is_no_mapping_cannot_be_mapped(void)
{
	static const uint64_t offsets[] = { 0, 1ull << 32, 1ull << 40,
					    -4096ull };
	struct nodes nodes;

	OPEN_NODES(&nodes);
	for (int node = 0; node < 2; node++) {
		for (int i = 0; i < 4; i++) {
			void *map = mmap(NULL, 4096, PROT_READ, MAP_SHARED,
					 nodes.fd[node], offsets[i]);

			TAP_CHECK(map == MAP_FAILED);
		}
	}
	TAP_ERRNO((intptr_t)mmap(NULL, 4096, PROT_READ, MAP_SHARED, nodes.fd[1],
				 0),
		  ENODEV);
	close_nodes(&nodes);
}

static void reads_are_refused(void)
{
	struct nodes nodes;
	char data[8];

	OPEN_NODES(&nodes);
	for (int node = 0; node < 2; node++) {
		TAP_ERRNO(read(nodes.fd[node], data, sizeof(data)), EINVAL);
		TAP_CHECK(write(nodes.fd[node], data, sizeof(data)) == -1);
	}
	close_nodes(&nodes);
}

#define QUERY(sentence, error, nodes, ...)             \
	{                                              \
		"a query " sentence, query_is_refused, \
			&(const struct query_row)      \
		{                                      \
			nodes, { __VA_ARGS__ }, error  \
		}                                      \
	}

static const struct tap_case cases[] = {
	{ "every struct shorter than its first version is EINVAL",
	  short_structs_are_einval },
	{ "every unknown tail with something in it is E2BIG",
	  unknown_tails_are_e2big },
	{ "every unknown tail of zeros is as if it was not there",
	  tails_of_zeros_are_nothing },
	{ "every struct at no address faults", structs_at_no_address_fault },
	{ "every struct that runs off its page faults",
	  structs_that_run_off_their_page_fault },
	{ "every call of the other node is EOPNOTSUPP",
	  calls_of_the_other_node_are_eopnotsupp },
	{ "every call that the device does not have is EOPNOTSUPP",
	  what_the_device_does_not_have_is_eopnotsupp },
	{ "every unknown call is ENOTTY", unknown_calls_are_enotty },
	QUERY("of an unknown topic is EINVAL", EINVAL, BOTH, .topic = 0xfff),
	QUERY("of the last topic below the driver's is EINVAL", EINVAL, BOTH,
	      .topic = DRM_AXLE_TOPIC_DRIVER - 1),
	QUERY("of the context is EOPNOTSUPP on the control node", EOPNOTSUPP,
	      CONTROL, .topic = DRM_AXLE_TOPIC_CONTEXT),
	QUERY("with a flag is EINVAL", EINVAL, BOTH, .flags = 1),
	QUERY("with its highest flag is EINVAL", EINVAL, BOTH,
	      .flags = 1u << 31),
	QUERY("with padding is EINVAL", EINVAL, BOTH, .pad = 1),
	QUERY("into NULL faults", EFAULT, BOTH, .size = 8),
	QUERY("into a kernel address faults", EFAULT, BOTH, .size = 8,
	      .data = KERNEL_POINTER),
	QUERY("into the end of the address space faults", EFAULT, BOTH,
	      .size = 8, .data = ~0ull - 3),
	{ "an answer that cannot be written back faults",
	  an_answer_that_cannot_be_written_back_faults },
	{ "a reset of what is not there, or with padding, is refused, and none",
	  reset_is_refused },
	{ "a limit that is not there, out of range or with padding is refused",
	  limits_are_refused },
	{ "both nodes answer about telemetry and errors, or none",
	  topics_of_operators_are_there_or_not },
	{ "a stranger's open is EACCES on both nodes", strangers_cannot_open },
	{ "what is no mapping cannot be mapped",
	  what_is_no_mapping_cannot_be_mapped },
	{ "reads that are too short are EINVAL, writes are refused",
	  reads_are_refused },
};

TAP_MAIN(cases)
