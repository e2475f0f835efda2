// SPDX-License-Identifier: MIT
/* The only place that calls ioctl(). */
#include "axlp.h"

#include <errno.h>
#include <sys/ioctl.h>

/*
 * EINTR: nothing has happened yet, and the call is to be made again, as DRM's
 * interruptible waits have it. EAGAIN is another thing: no call of the kit and
 * none of DRM core that the library makes has it. qaic's EXECUTE says so that a
 * ring is full, which may last, and MANAGE that it was and still is, or that
 * there is a signal; a dma-buf's SYNC as EINTR. So it is for who knows the call.
 */
int axlp_ioctl(int fd, unsigned long request, void *arg)
{
	int ret;

	do {
		ret = ioctl(fd, request, arg);
	} while (ret == -1 && errno == EINTR);
	return ret == -1 ? -errno : 0;
}
