// SPDX-License-Identifier: MIT
/*
 * What happens when something runs out, and that all is as before when it comes
 * back. For every device.
 */
#include "bo.h"
#include "dut.h"
#include "queue.h"
#include "uapi.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define MANY 4096
#define CHUNK (1ull << 20)
#define GROUP "/sys/fs/cgroup/axle-exhaustion"
#define GROUP_MAX "32M"
#define GROUP_CHUNKS 64

struct setup {
	struct dut dut;
	struct dut_context ctx;
};

/* What the case needs comes before anything is open. */
#define OPEN_SETUP(s, needs)                                         \
	do {                                                         \
		DUT_OPEN(&(s)->dut);                                 \
		needs;                                               \
		TAP_REQUIRE(dut_context_open(&(s)->ctx, &(s)->dut)); \
	} while (0)

/* Memory and jobs work as ever, and nothing is left behind. */
static void close_setup(struct setup *s)
{
	struct dut_command fill;

	if (dut_can(&s->dut, DUT_FILL)) {
		fill = dut_fill(&s->ctx.page, 7, 70);
		TAP_EQUAL(dut_run(&s->ctx, dut_queue(&s->ctx, 0), &fill, 1), 0);
		TAP_EQUAL(s->ctx.page.words[7], 70);
	}
	dut_context_close(&s->ctx);
	TAP_CHECK(dut_nothing_left(&s->dut));
}

/* Objects until there are no more; how many. */
static uint32_t fill_region(int fd, uint32_t region, uint64_t size,
			    uint32_t *handles, uint32_t flags)
{
	uint32_t count = 0;

	while (count < MANY &&
	       bo_create(fd, region, size, flags, &handles[count]) == 0)
		count++;
	return count;
}

static void device_memory_runs_out(void)
{
	uint32_t handles[MANY], count;
	uint64_t size, before;
	struct setup s;
	int region = -1;

	OPEN_SETUP(&s, {
		region = dut_device_region(&s.dut);
		DUT_NEEDS(region >= 0, "the device has no memory of its own");
	});
	size = s.dut.regions[region].size / 16;
	before = dut_used(&s.dut, region);
	count = fill_region(s.ctx.fd, region, size, handles, 0);
	TAP_EQUAL(errno, ENOSPC);
	TAP_EQUAL(count, 16 - (before > 0));
	TAP_CHECK(dut_used(&s.dut, region) <= s.dut.regions[region].size);
	/* Each piece that comes back can be had again. */
	for (uint32_t i = 0; i < 4; i++) {
		TAP_EQUAL(bo_close(s.ctx.fd, handles[i]), 0);
		TAP_EQUAL(bo_create(s.ctx.fd, region, size, 0, &handles[i]), 0);
		TAP_ERRNO(bo_create(s.ctx.fd, region, size, 0, &handles[count]),
			  ENOSPC);
	}
	for (uint32_t i = 0; i < count; i++)
		bo_close(s.ctx.fd, handles[i]);
	TAP_EQUAL(dut_used(&s.dut, region), before);
	close_setup(&s);
}

/* One takes everything, the other gets it when the first is gone. */
static void device_memory_comes_back_with_its_owner(void)
{
	uint32_t handles[MANY], handle, count;
	struct setup s;
	uint64_t size;
	int other, region = -1;

	OPEN_SETUP(&s, {
		region = dut_device_region(&s.dut);
		DUT_NEEDS(region >= 0, "the device has no memory of its own");
		DUT_NEEDS_CONTEXTS(&s.dut, 2);
	});
	size = s.dut.regions[region].size / 8;
	other = dut_open_compute(&s.dut);
	count = fill_region(other, region, size, handles, 0);
	TAP_CHECK(count > 0);
	TAP_ERRNO(bo_create(s.ctx.fd, region, size, 0, &handle), ENOSPC);
	close(other);
	TAP_EQUAL(bo_create(s.ctx.fd, region, size, 0, &handle), 0);
	TAP_EQUAL(bo_close(s.ctx.fd, handle), 0);
	close_setup(&s);
}

static void what_cannot_be_had_at_all_is_refused(void)
{
	static const uint64_t sizes[] = { 1ull << 44, 1ull << 62, -PAGE,
					  ~0ull };
	struct setup s;
	uint32_t handle;

	OPEN_SETUP(&s, DUT_NEEDS_MEMORY(&s.dut));
	for (int region = 0; region <= dut_device_region(&s.dut) || !region;
	     region++) {
		for (size_t i = 0; i < 4; i++) {
			errno = 0;
			TAP_EQUAL(bo_create(s.ctx.fd, region, sizes[i], 0,
					    &handle),
				  -1);
			TAP_CHECK(errno == EINVAL || errno == ENOMEM ||
				  errno == ENOSPC);
		}
	}
	close_setup(&s);
}

/* Memory by the megabyte, written by the CPU or by a job. */
static int take_chunks(struct dut_context *ctx, bool by_job)
{
	uint32_t queue = by_job ? dut_queue(ctx, DUT_LONG_MS) : 0;
	struct dut_memory memory;

	for (int i = 0; i < GROUP_CHUNKS; i++) {
		if (dut_memory_open(ctx, &memory, 0, CHUNK,
				    by_job ? 0 : DRM_AXLE_BO_CPU))
			return errno;
		if (by_job) {
			struct dut_command fill = dut_fill(&memory, 0, 1);
			int status = dut_run(ctx, queue, &fill, 1);

			if (status)
				return -status;
		}
		for (uint64_t n = 0; !by_job && n < CHUNK; n += PAGE)
			memory.words[n / 8] = n;
	}
	return 0;
}

/* In a group with little memory: refused, or killed by the kernel. */
static void take_host_memory(const struct dut *dut, bool by_job)
{
	struct dut_context ctx;
	char pid[32];

	snprintf(pid, sizeof(pid), "%d", getpid());
	if (!uapi_write(GROUP "/cgroup.procs", pid) ||
	    !dut_context_open(&ctx, dut))
		_exit(1);
	_exit(take_chunks(&ctx, by_job));
}

static bool open_group(void)
{
	uapi_shell("mountpoint -q /sys/fs/cgroup || "
		   "mount -t cgroup2 none /sys/fs/cgroup");
	uapi_shell("echo +memory >/sys/fs/cgroup/cgroup.subtree_control; "
		   "mkdir -p " GROUP);
	return uapi_write(GROUP "/memory.max", GROUP_MAX);
}

static void host_memory_runs_out(void)
{
	const uint32_t *by_job = tap_data();
	struct setup s;
	int status;
	pid_t child;

	DUT_OPEN(&s.dut);
	DUT_NEEDS_MEMORY(&s.dut);
	DUT_NEEDS(!*by_job || dut_can(&s.dut, DUT_FILL),
		  "no job of the device writes memory");
	DUT_NEEDS(open_group(), "the kernel has no memory groups");
	child = fork();
	if (child == 0)
		take_host_memory(&s.dut, *by_job);
	waitpid(child, &status, 0);
	if (WIFSIGNALED(status))
		TAP_EQUAL(WTERMSIG(status), SIGKILL);
	else
		TAP_EQUAL(WEXITSTATUS(status), ENOMEM);
	tap_note("the program was %s", WIFSIGNALED(status) ? "killed" : "told");
	TAP_CHECK(dut_nothing_left(&s.dut));
	uapi_shell("rmdir " GROUP);
	TAP_REQUIRE(dut_context_open(&s.ctx, &s.dut));
	close_setup(&s);
}

static void queues_run_out(void)
{
	uint32_t queues[MANY], count = 0;
	struct dut_command nop = { .op = DUT_NOP };
	struct setup s;

	OPEN_SETUP(&s, DUT_NEEDS_JOBS(&s.dut));
	while (count < MANY && (queues[count] = dut_queue(&s.ctx, 0)))
		count++;
	TAP_EQUAL(errno, ENOSPC);
	TAP_EQUAL(count, s.dut.limits.queues_per_context);
	/* A number that is free is given again, and works. */
	TAP_EQUAL(queue_destroy(s.ctx.fd, queues[count / 2]), 0);
	TAP_EQUAL(dut_queue(&s.ctx, 0), queues[count / 2]);
	errno = 0;
	TAP_EQUAL(dut_queue(&s.ctx, 0), 0);
	TAP_EQUAL(errno, ENOSPC);
	TAP_EQUAL(dut_run(&s.ctx, queues[count / 2], &nop, 1), 0);
	for (uint32_t i = 0; i < count; i++)
		TAP_EQUAL(queue_destroy(s.ctx.fd, queues[i]), 0);
	close_setup(&s);
}

static void programs_run_out(void)
{
	uint32_t program, count = 0, last = 0;
	const void *blob;
	struct setup s;
	size_t size;

	OPEN_SETUP(&s, DUT_NEEDS(s.dut.driver->program,
				 "no program of the device can be made here"));
	blob = s.dut.driver->program(&size);
	while (count < MANY &&
	       program_create(s.ctx.fd, blob, size, &program) == 0) {
		last = program;
		count++;
	}
	TAP_EQUAL(errno, ENOSPC);
	TAP_EQUAL(count, s.dut.limits.programs_per_context);
	TAP_EQUAL(program_destroy(s.ctx.fd, last), 0);
	TAP_EQUAL(program_create(s.ctx.fd, blob, size, &program), 0);
	TAP_EQUAL(program, last);
	TAP_ERRNO(program_create(s.ctx.fd, blob, size, &program), ENOSPC);
	close_setup(&s);
}

/* A context may have so many, if others have left them. */
static void address_spaces_run_out(void)
{
	uint32_t vms[MANY], count = 0;
	struct setup s;

	OPEN_SETUP(&s, DUT_NEEDS_VM(&s.dut));
	while (count < MANY && vm_create(s.ctx.fd, &vms[count]) == 0)
		count++;
	TAP_EQUAL(errno, ENOSPC);
	TAP_EQUAL(count + (s.ctx.vm != 0), s.dut.limits.vms_per_context);
	TAP_EQUAL(vm_destroy(s.ctx.fd, vms[0]), 0);
	TAP_EQUAL(vm_create(s.ctx.fd, &vms[0]), 0);
	TAP_ERRNO(vm_create(s.ctx.fd, &vms[count]), ENOSPC);
	for (uint32_t i = 0; i < count; i++)
		TAP_EQUAL(vm_destroy(s.ctx.fd, vms[i]), 0);
	close_setup(&s);
}

static void a_full_queue_makes_submitters_wait(void)
{
	struct dut_command spin = dut_spin(20);
	uint32_t queue, slots, sync;
	struct setup s;
	uint64_t start;

	OPEN_SETUP(&s, DUT_NEEDS_OP(&s.dut, DUT_SPIN));
	queue = dut_queue_small(&s.ctx, &slots);
	TAP_REQUIRE(queue > 0);
	sync = sync_create(s.ctx.fd);
	start = uapi_now_ms();
	for (uint32_t i = 0; i < slots + 6; i++)
		TAP_EQUAL(dut_submit_one(&s.ctx, queue, &spin, sync), 0);
	/* Five, as the first may have left the queue at once; clocks differ. */
	TAP_CHECK(uapi_now_ms() - start >= 5 * 20 / 2);
	TAP_EQUAL(dut_fence(&s.ctx, sync), 0);
	TAP_CHECK(uapi_now_ms() - start >= (slots + 6) * 20 / 2);
	close_setup(&s);
}

static const uint32_t no, yes = 1;

static const struct tap_case cases[] = {
	{ "device memory runs out with ENOSPC and comes back",
	  device_memory_runs_out },
	{ "device memory comes back with the end of who had it",
	  device_memory_comes_back_with_its_owner },
	{ "more memory than can be had is refused",
	  what_cannot_be_had_at_all_is_refused },
	{ "a program that writes too much host memory harms itself only",
	  host_memory_runs_out, &no },
	{ "a program whose jobs take too much host memory harms itself only",
	  host_memory_runs_out, &yes },
	{ "queues run out with ENOSPC", queues_run_out },
	{ "programs run out with ENOSPC", programs_run_out },
	{ "address spaces run out with ENOSPC", address_spaces_run_out },
	{ "a full queue makes submitters wait",
	  a_full_queue_makes_submitters_wait },
};

TAP_MAIN(cases)
