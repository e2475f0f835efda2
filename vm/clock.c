// SPDX-License-Identifier: MIT
/*
 * The rate of the guest's clock. QEMU's emulated time stamp counter is this
 * machine's; a guest that measured it against another emulated clock, while it
 * got too little of a processor, had a time that ran several times too fast.
 */
#include <stdint.h>
#include <time.h>
#include <unistd.h>

#include "host.h"

#define VM_CLOCK_TRIES 16
#define VM_CLOCK_US 20000

struct vm_moment {
	uint64_t ticks, ns;
};

#ifdef __x86_64__
static uint64_t vm_ticks(void)
{
	return __builtin_ia32_rdtsc();
}
#else
static uint64_t vm_ticks(void)
{
	return 0;
}
#endif

/* Both clocks, by the try that was interrupted least. */
static struct vm_moment vm_moment(void)
{
	struct vm_moment best = { 0 };
	uint64_t least = UINT64_MAX;

	for (int i = 0; i < VM_CLOCK_TRIES; i++) {
		uint64_t before = vm_ticks(), took;
		struct timespec now;

		clock_gettime(CLOCK_MONOTONIC_RAW, &now);
		took = vm_ticks() - before;
		if (took >= least)
			continue;
		least = took;
		best.ticks = before + took / 2;
		best.ns = now.tv_sec * 1000000000ull + now.tv_nsec;
	}
	return best;
}

unsigned int vm_clock_khz(void)
{
	struct vm_moment first = vm_moment(), last;

	usleep(VM_CLOCK_US);
	last = vm_moment();
	return (last.ticks - first.ticks) * 1000000 / (last.ns - first.ns);
}
