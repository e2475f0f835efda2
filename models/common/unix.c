// SPDX-License-Identifier: MIT
#include "unix.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <stdbool.h>
#include <time.h>
#include <unistd.h>

static int fill(struct sockaddr_un *addr, const char *path)
{
	if (!*path)
		return -EINVAL;
	if (strlen(path) >= sizeof(addr->sun_path))
		return -ENAMETOOLONG;
	memset(addr, 0, sizeof(*addr));
	addr->sun_family = AF_UNIX;
	strcpy(addr->sun_path, path);
	return 0;
}

/* Left over by a process that is gone: a connection is refused. */
static bool stale(const struct sockaddr_un *addr)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct stat st;
	bool refused;

	if (fd < 0)
		return false;
	refused = !lstat(addr->sun_path, &st) && S_ISSOCK(st.st_mode) &&
		  connect(fd, (const void *)addr, sizeof(*addr)) &&
		  errno == ECONNREFUSED;
	close(fd);
	return refused;
}

int axm_unix_listen(const char *path)
{
	struct sockaddr_un addr;
	int fd, ret = fill(&addr, path);

	if (ret)
		return ret;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	if (stale(&addr))
		unlink(path);
	if (bind(fd, (const void *)&addr, sizeof(addr)) || listen(fd, 8)) {
		ret = -errno;
		close(fd);
		return ret;
	}
	return fd;
}

int axm_unix_accept(int fd)
{
	static const struct timespec moment = { .tv_nsec = 10000000 };
	int client = accept4(fd, NULL, NULL, SOCK_CLOEXEC);

	if (client < 0 && (errno == EMFILE || errno == ENFILE ||
			   errno == ENOBUFS || errno == ENOMEM))
		nanosleep(&moment, NULL);
	return client;
}
