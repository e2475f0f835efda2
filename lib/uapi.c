// SPDX-License-Identifier: MIT
/* The only place that calls ioctl(). */
#include "axlp.h"

#include <errno.h>
#include <sys/ioctl.h>

/*
 * Both errnos mean that nothing has happened yet and that the call is to be
 * made again, as DRM's interruptible waits have it.
 */
int axlp_ioctl(int fd, unsigned long request, void *arg)
{
	int ret;

	do {
		ret = ioctl(fd, request, arg);
	} while (ret == -1 && (errno == EINTR || errno == EAGAIN));
	return ret == -1 ? -errno : 0;
}
