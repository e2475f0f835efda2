// SPDX-License-Identifier: MIT
/*
 * One call: its struct filled as the table says, then perhaps broken in one of
 * the ways in which programs break them, and the answer checked against the
 * list of errors at the top of axle_drm.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "fuzz.h"

#define ARGS_MAX 512

struct attempt {
	const struct fuzz_call *call;
	void *args;
	unsigned long cmd;
	int place; /* compute or control node of this step */
	int fd; /* what was in there just before the call */
	bool no_such_call; /* not this number, or not on this node */
};

static const short common_errnos[] = {
	EINVAL, EFAULT, E2BIG, ENODEV, ENOMEM, EOPNOTSUPP, EINTR, EIO, 0,
};

static bool listed(const short *errnos, int error)
{
	for (; errnos && *errnos; errnos++)
		if (*errnos == error)
			return true;
	return false;
}

static unsigned long with_size(unsigned long cmd, unsigned long size)
{
	cmd &= ~((unsigned long)_IOC_SIZEMASK << _IOC_SIZESHIFT);
	return cmd | (size & _IOC_SIZEMASK) << _IOC_SIZESHIFT;
}

/* Pointers are left to fuzz_pointer(): a wild one may be one of ours. */
static void break_word(struct fuzz_thread *t, struct attempt *a)
{
	uint32_t words = _IOC_SIZE(a->call->cmd) / sizeof(uint32_t);
	uint32_t word = rng_below(&t->rng, words);
	uint32_t wild = rng_wild(&t->rng);

	if (words && !(a->call->pointers >> word & 1))
		memcpy((char *)a->args + word * sizeof(wild), &wild,
		       sizeof(wild));
}

/* Longer than the kernel knows, with a tail that is zero or not. */
static void break_size(struct fuzz_thread *t, struct attempt *a)
{
	uint32_t size = _IOC_SIZE(a->call->cmd);
	uint32_t other = rng_below(&t->rng, ARGS_MAX);

	if (rng_one_in(&t->rng, 2))
		other = size + rng_below(&t->rng, 17);
	if (other > size && rng_one_in(&t->rng, 2))
		((char *)a->args)[size + rng_below(&t->rng, other - size)] = 1;
	a->cmd = with_size(a->call->cmd, other);
}

static void break_node(struct fuzz_thread *t, struct attempt *a)
{
	a->no_such_call = true;
	a->place = a->call->control ? fuzz_compute(t) : fuzz_control(t);
}

static void break_pointer(struct fuzz_thread *t, struct attempt *a)
{
	uint64_t bad;

	do {
		bad = fuzz_pointer(t, NULL);
	} while (!bad);
	a->args = (void *)(uintptr_t)bad;
}

static void break_direction(struct fuzz_thread *t, struct attempt *a)
{
	a->no_such_call = true;
	a->cmd ^= (unsigned long)(1 + rng_below(&t->rng, 3)) << _IOC_DIRSHIFT;
}

static void break_something(struct fuzz_thread *t, struct attempt *a)
{
	static void (*const ways[])(struct fuzz_thread *, struct attempt *) = {
		break_word, break_word, break_word,    break_word,
		break_size, break_node, break_pointer, break_direction,
	};

	ways[rng_below(&t->rng, sizeof(ways) / sizeof(ways[0]))](t, a);
}

/* A place that could not be filled yet has /dev/null. */
static bool is_node(int fd)
{
	return ioctl(fd, DRM_IOCTL_AXLE_QUERY, NULL) == 0 || errno != ENOTTY;
}

static void check_errno(struct fuzz_thread *t, const struct attempt *a,
			int error)
{
	const struct fuzz_call *call = a->call;

	if (call->core || listed(common_errnos, error) ||
	    listed(call->errnos, error) || (a->no_such_call && error == ENOTTY))
		return;
	if (error == ENOTTY && !is_node(a->fd))
		return;
	fuzz_broken(t, "%s (0x%lx, %s node) fails with %s", call->name, a->cmd,
		    a->place == fuzz_compute(t) ? "compute" : "control",
		    strerrorname_np(error));
}

/*
 * Another thread may put another file into the place at any time; the call and
 * the questions about its answer are to have the same one.
 */
static bool attempt_hold(struct attempt *a)
{
	a->fd = fcntl(a->place, F_DUPFD_CLOEXEC, 0);
	return a->fd >= 0;
}

void fuzz_call(struct fuzz_thread *t, const struct fuzz_call *call)
{
	struct attempt a = {
		.call = call,
		.args = fuzz_scratch(t, ARGS_MAX),
		.cmd = call->cmd,
		.place = call->control ? fuzz_control(t) : fuzz_compute(t),
	};
	bool broken = rng_one_in(&t->rng, 4);
	int result;

	call->fill(t, a.args);
	if (broken)
		break_something(t, &a);
	if (!attempt_hold(&a))
		return;
	fuzz_enter(t, call->name);
	result = ioctl(a.fd, a.cmd, a.args);
	fuzz_leave(t);
	if (result < 0)
		check_errno(t, &a, errno);
	else if (call->done && !broken)
		call->done(t, a.args);
	close(a.fd);
}

void fuzz_unknown_call(struct fuzz_thread *t)
{
	unsigned long cmd = _IOC(rng_below(&t->rng, 4), DRM_IOCTL_BASE,
				 rng_below(&t->rng, 256),
				 rng_below(&t->rng, ARGS_MAX));
	void *args = fuzz_scratch(t, ARGS_MAX);
	uint32_t nr = _IOC_NR(cmd);

	/* DRM's own and known ones have pointers that we must not invent. */
	if (nr < DRM_COMMAND_BASE || nr >= 0xa0)
		return;
	if (nr < DRM_COMMAND_BASE + DRM_AXLE_SET_LIMIT + 1)
		nr += DRM_AXLE_SET_LIMIT + 1;
	if (nr >= DRM_COMMAND_BASE + DRM_AXLE_DRIVER_BASE)
		nr |= 0x10;
	cmd = _IOC(_IOC_DIR(cmd), DRM_IOCTL_BASE, nr, _IOC_SIZE(cmd));
	fuzz_enter(t, "unknown call");
	ioctl(rng_one_in(&t->rng, 2) ? fuzz_compute(t) : fuzz_control(t), cmd,
	      args);
	fuzz_leave(t);
}
