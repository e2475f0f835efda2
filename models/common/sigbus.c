// SPDX-License-Identifier: MIT
#include "sigbus.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>

/*
 * BUS_ADRERR is an access behind the end of a mapped file. Put memory of our
 * own there; the access is then done again. A file of huge pages needs a huge
 * hole. Anything else is a fault of ours: die of it when it comes again.
 */
static void on_sigbus(int number, siginfo_t *info, void *context)
{
	static const size_t sizes[] = { 4096, 2u << 20, 1u << 30 };
	int error = errno;

	for (size_t i = 0; info->si_code == BUS_ADRERR &&
			   i < sizeof(sizes) / sizeof(sizes[0]);
	     i++) {
		uintptr_t at = (uintptr_t)info->si_addr & ~(sizes[i] - 1);

		if (mmap((void *)at, sizes[i], PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED |
				 MAP_NORESERVE,
			 -1, 0) != MAP_FAILED) {
			errno = error;
			return;
		}
	}
	signal(number, SIG_DFL);
}

int axm_sigbus_guard(void)
{
	struct sigaction action = {
		.sa_sigaction = on_sigbus,
		.sa_flags = SA_SIGINFO,
	};

	return sigaction(SIGBUS, &action, NULL) ? -errno : 0;
}
