// SPDX-License-Identifier: MIT
/* What a thread does next, and the numbers and memory that it does it with. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fuzz.h"
#include "uapi.h"

#define SCRATCH_SIZE (256u << 10)
#define PAGE 4096ul

uint32_t fuzz_pick(struct fuzz_thread *t, enum fuzz_kind kind)
{
	struct fuzz_file *file = fuzz_file(t);

	if (rng_one_in(&t->rng, 24))
		return rng_wild(&t->rng);
	if (rng_one_in(&t->rng, 24))
		file = &t->process->file[rng_below(&t->rng, FUZZ_FILES)];
	return atomic_load(&file->number[kind][rng_below(&t->rng, FUZZ_POOL)]);
}

void fuzz_keep(struct fuzz_thread *t, enum fuzz_kind kind, uint32_t number)
{
	uint32_t place = rng_below(&t->rng, FUZZ_POOL);

	atomic_store(&fuzz_file(t)->number[kind][place], number);
}

/* The newest is the first. */
void fuzz_keep_offset(struct fuzz_thread *t, uint64_t offset)
{
	struct fuzz_file *file = fuzz_file(t);

	for (int i = FUZZ_POOL - 1; i > 0; i--)
		atomic_store(&file->offset[i],
			     atomic_load(&file->offset[i - 1]));
	atomic_store(&file->offset[0], offset);
}

uint64_t fuzz_pick_offset(struct fuzz_thread *t)
{
	uint32_t place = rng_below(&t->rng, FUZZ_POOL);

	return fuzz_value(t, atomic_load(&fuzz_file(t)->offset[place]));
}

void *fuzz_scratch(struct fuzz_thread *t, size_t size)
{
	char *memory;

	size = (size + 63) & ~63ul;
	if (t->scratch_used + size > SCRATCH_SIZE)
		t->scratch_used = 0;
	memory = t->scratch + t->scratch_used;
	t->scratch_used += size;
	return memset(memory, 0, size);
}

uint64_t fuzz_pointer(struct fuzz_thread *t, const void *pointer)
{
	uintptr_t edge = (uintptr_t)t->scratch + SCRATCH_SIZE;
	const uint64_t bad[] = {
		0,
		1,
		edge,
		edge - 8,
		edge - 1,
		0xffff888000000000ull,
		0xdead000000000000ull,
		UINT64_MAX,
		0x7ffffffff000ull,
	};

	if (pointer && !rng_one_in(&t->rng, 32))
		return (uintptr_t)pointer;
	return bad[rng_below(&t->rng, sizeof(bad) / sizeof(bad[0]))];
}

uint64_t fuzz_value(struct fuzz_thread *t, uint64_t value)
{
	return rng_one_in(&t->rng, 32) ? rng_wild(&t->rng) : value;
}

/* Replaces one node by a new open file; stays as it is where that fails. */
bool fuzz_reopen(struct fuzz_process *process, int which, bool control)
{
	int index = fuzz_device_index(process->device);
	int place = (control ? FUZZ_FD_CONTROL : FUZZ_FD_COMPUTE) + which;
	int fd;

	if (index < 0)
		return false;
	fd = control ? uapi_open_control(index) : uapi_open_compute(index);
	if (fd < 0)
		return false;
	fcntl(fd, F_SETFL, O_RDWR | O_NONBLOCK);
	dup2(fd, place);
	close(fd);
	return true;
}

static void reopen(struct fuzz_thread *t)
{
	bool control = rng_one_in(&t->rng, 4);

	fuzz_enter(t, "open");
	fuzz_reopen(t->process, t->which, control);
	fuzz_leave(t);
}

static void read_events(struct fuzz_thread *t)
{
	size_t size = fuzz_value(t, 3 * sizeof(struct drm_axle_event));
	uint64_t data = fuzz_pointer(t, fuzz_scratch(t, PAGE));
	int fd = rng_one_in(&t->rng, 2) ? fuzz_compute(t) : fuzz_control(t);
	struct pollfd ready = { .fd = fd, .events = POLLIN };

	fuzz_enter(t, "poll and read");
	poll(&ready, 1, rng_below(&t->rng, 5));
	if (size > PAGE)
		size = PAGE;
	if (read(fd, (void *)(uintptr_t)data, size) < 0 && errno != EAGAIN &&
	    errno != EFAULT && errno != EINVAL && errno != ENODEV &&
	    errno != EINTR)
		fuzz_broken(t, "read fails with %s", strerrorname_np(errno));
	fuzz_leave(t);
}

/* Another descriptor of the same file, over a socket as others get it. */
static void pass(struct fuzz_thread *t)
{
	int pair[2], fd = -1;

	if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, pair))
		return;
	if (!uapi_send_fd(pair[0], fuzz_compute(t)))
		fd = rng_one_in(&t->rng, 8) ? -1 : uapi_receive_fd(pair[1]);
	if (fd >= 0) {
		dup2(fd, FUZZ_FD_COMPUTE + rng_below(&t->rng, FUZZ_FILES));
		close(fd);
	}
	close(pair[0]);
	close(pair[1]);
}

/* What tools read while others work. */
static void look(struct fuzz_thread *t)
{
	static const char *const files[] = {
		"/sys/class/accel/accel_control%d/contexts_used",
		"/sys/class/accel/accel_control%d/state",
		"/sys/kernel/debug/accel/%d/contexts",
		"/sys/kernel/debug/accel/%d/state",
		"/sys/kernel/debug/accel/%d/vms",
		"/sys/kernel/debug/accel/%d/clients",
		"/sys/kernel/debug/accel/%d/gem_names",
	};
	int index = fuzz_device_index(t->process->device);
	uint32_t which = rng_below(&t->rng, 8);
	char path[128];
	int fd;

	if (which == 7)
		snprintf(path, sizeof(path), "/proc/self/fdinfo/%d",
			 fuzz_compute(t));
	else
		snprintf(path, sizeof(path), files[which], index);
	fuzz_enter(t, "looking into sysfs, debugfs and fdinfo");
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		while (read(fd, fuzz_scratch(t, PAGE), PAGE) > 0)
			;
		close(fd);
	}
	fuzz_leave(t);
}

static void one_call(struct fuzz_thread *t)
{
	const struct fuzz_driver *driver = t->process->device->driver;
	uint32_t dice = rng_below(&t->rng, 16);

	if (dice < 8)
		fuzz_call(t, &fuzz_kit_calls[rng_below(&t->rng,
						       fuzz_kit_call_count)]);
	else if (dice < 13)
		fuzz_call(t, &fuzz_core_calls[rng_below(&t->rng,
							fuzz_core_call_count)]);
	else if (dice < 15 && driver->call_count)
		fuzz_call(
			t,
			&driver->calls[rng_below(&t->rng, driver->call_count)]);
	else
		fuzz_unknown_call(t);
}

/* A child that has it all, does a little, and is killed or ends. */
static void fork_step(struct fuzz_thread *t)
{
	pid_t child;

	fuzz_enter(t, "fork");
	child = fork();
	if (!child) {
		for (int i = 0; i < 8; i++) {
			t->scratch_used = 0;
			fuzz_arena_step(t);
			one_call(t);
		}
		_exit(0);
	}
	if (child > 0) {
		if (rng_one_in(&t->rng, 2)) {
			usleep(rng_below(&t->rng, 20000));
			kill(child, SIGKILL);
		}
		waitpid(child, NULL, 0);
	}
	fuzz_leave(t);
}

void fuzz_step(struct fuzz_thread *t)
{
	uint32_t dice = rng_below(&t->rng, 64);

	t->scratch_used = 0;
	t->which = rng_below(&t->rng, FUZZ_FILES);
	if (dice < 44)
		one_call(t);
	else if (dice < 56)
		fuzz_arena_step(t);
	else if (dice < 58)
		read_events(t);
	else if (dice < 60)
		look(t);
	else if (dice < 62)
		reopen(t);
	else if (dice < 63)
		pass(t);
	else
		fork_step(t);
}
