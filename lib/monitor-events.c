// SPDX-License-Identifier: MIT
/*
 * Listening: two sockets, the kit's groups and the kernel's uevents, behind one
 * epoll descriptor. A message may make two events, so there is a short queue
 * between the sockets and the caller; while something is in it, an eventfd
 * keeps the descriptor readable.
 */
#include "genl.h"
#include "listener.h"
#include "sysfs.h"

#include <errno.h>
#include <linux/axle_netlink.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#define KERNEL_GROUP 1 /* of NETLINK_KOBJECT_UEVENT; 2 is udev's */
#define MESSAGE_MAX 16384
#define UEVENT_BYTES (1 << 20)

static void close_fd(int fd)
{
	if (fd >= 0)
		close(fd);
}

static void free_listener(struct axlp_listener *l)
{
	close_fd(l->epoll);
	close_fd(l->kit);
	close_fd(l->uevents);
	close_fd(l->wake);
	free(l->known);
	free(l);
}

void axlp_listener_close(struct axl_monitor *monitor)
{
	if (monitor->listener)
		free_listener(monitor->listener);
	monitor->listener = NULL;
}

static void set_awake(struct axlp_listener *l, bool awake)
{
	uint64_t one = 1;
	ssize_t n;

	/* Neither waits; that the other end is there already is no failure. */
	n = awake ? write(l->wake, &one, sizeof(one)) :
		    read(l->wake, &one, sizeof(one));
	(void)n;
}

void axlp_listener_push(struct axlp_listener *l,
			const struct axl_monitor_event *event)
{
	uint32_t at = (l->first + l->count) % AXLP_PENDING_MAX;

	if (l->count == AXLP_PENDING_MAX) {
		l->dropped++;
		return;
	}
	l->pending[at] = *event;
	axlp_event_text(&l->pending[at]);
	if (!l->count++)
		set_awake(l, true);
}

static void push_lost(struct axlp_listener *l, uint64_t count)
{
	const struct axl_monitor_event event = {
		.type = AXL_MONITOR_LOST,
		.index = AXL_UNKNOWN_32,
		.time_ns = (uint64_t)axlp_now_ns(),
		.value = count,
	};

	axlp_listener_push(l, &event);
}

static bool pop(struct axlp_listener *l, struct axl_monitor_event *out)
{
	if (!l->count && l->dropped) {
		uint64_t dropped = l->dropped;

		l->dropped = 0;
		push_lost(l, dropped);
	}
	if (!l->count)
		return false;
	*out = l->pending[l->first];
	l->first = (l->first + 1) % AXLP_PENDING_MAX;
	if (!--l->count)
		set_awake(l, false);
	return true;
}

const struct axlp_known *axlp_listener_known(const struct axlp_listener *l,
					     uint32_t index)
{
	for (size_t i = 0; i < l->known_count; i++)
		if (l->known[i].index == index)
			return &l->known[i];
	return NULL;
}

static struct axlp_known *add_known(struct axlp_listener *l, uint32_t index)
{
	struct axlp_known *known =
		(struct axlp_known *)axlp_listener_known(l, index);

	if (known)
		return known;
	known = reallocarray(l->known, l->known_count + 1, sizeof(*known));
	if (!known)
		return NULL;
	l->known = known;
	known += l->known_count++;
	memset(known, 0, sizeof(*known));
	known->index = index;
	return known;
}

/* A control node is made a moment after the compute node. */
static bool is_on_kit(const struct axl_entry *entry)
{
	return entry->control_access != AXL_ACCESS_NONE ||
	       strncmp(entry->module, "axle_", 5) == 0;
}

void axlp_listener_scan(struct axlp_listener *l)
{
	struct axlp_scan scan = { 0 };

	if (axlp_scan_devices(l->monitor->system, &scan) == 0) {
		for (size_t i = 0; i < scan.count; i++) {
			const struct axl_entry *entry = &scan.found[i].entry;
			struct axlp_known *known = add_known(l, entry->index);

			if (!known)
				break;
			known->on_kit = is_on_kit(entry);
			memcpy(known->driver, entry->driver,
			       sizeof(known->driver));
			memcpy(known->address, entry->bus_address,
			       sizeof(known->address));
		}
	}
	axlp_scan_free(&scan);
}

static int join_groups(struct axlp_listener *l, const struct axlp_genl *genl)
{
	int err = axlp_genl_join(genl, l->kit, AXLE_GENL_GROUP_DEVICES);

	if (!err && l->flags & AXL_MONITOR_JOBS)
		err = axlp_genl_join(genl, l->kit, AXLE_GENL_GROUP_JOBS);
	if (err)
		return err;
	/* Numbers begin anew with the module. */
	if (l->family != genl->family)
		memset(l->last, 0, sizeof(l->last));
	l->family = genl->family;
	return 0;
}

int axlp_listener_join(struct axlp_listener *l)
{
	struct axlp_genl *genl;
	int err = axlp_genl_open(AXLE_GENL_NAME, &genl);

	if (err)
		return err;
	err = join_groups(l, genl);
	axlp_genl_close(genl);
	return err;
}

static int open_uevents(void)
{
	struct sockaddr_nl address = {
		.nl_family = AF_NETLINK,
		.nl_groups = KERNEL_GROUP,
	};
	int size = UEVENT_BYTES, err;
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
			NETLINK_KOBJECT_UEVENT);

	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	err = -errno;
	close(fd);
	return err;
}

static int add_to_epoll(struct axlp_listener *l, int fd)
{
	struct epoll_event event = { .events = EPOLLIN };

	if (fd < 0)
		return fd;
	return epoll_ctl(l->epoll, EPOLL_CTL_ADD, fd, &event) ? -errno : 0;
}

static int open_sockets(struct axlp_listener *l)
{
	int err;

	l->epoll = epoll_create1(EPOLL_CLOEXEC);
	l->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (l->epoll < 0 || l->wake < 0)
		return -errno;
	l->kit = axlp_genl_listen();
	l->uevents = open_uevents();
	err = add_to_epoll(l, l->wake);
	if (!err)
		err = add_to_epoll(l, l->kit);
	if (!err)
		err = add_to_epoll(l, l->uevents);
	return err;
}

static int fail_listen(struct axl_monitor *monitor, uint32_t flags, int err)
{
	if (err == -EPERM && flags & AXL_MONITOR_JOBS)
		return axlp_fail(&monitor->error, err,
				 "events of contexts and jobs name processes "
				 "of all users; run as root");
	return axlp_fail(&monitor->error, err, "cannot listen to events: %s",
			 axlp_explain(err));
}

int axl_monitor_listen(struct axl_monitor *monitor, uint32_t flags)
{
	struct axlp_listener *l;
	int err;

	monitor->error.text[0] = '\0';
	if (flags & ~AXL_MONITOR_JOBS)
		return axlp_fail(&monitor->error, -EINVAL, "unknown flags %#x",
				 flags);
	if (monitor->system->root[0])
		return axlp_fail(&monitor->error, -EOPNOTSUPP,
				 "events are of the kernel that runs, not of "
				 "files below %.256s",
				 monitor->system->root);
	l = calloc(1, sizeof(*l));
	if (!l)
		return fail_listen(monitor, flags, -ENOMEM);
	l->monitor = monitor;
	l->flags = flags;
	l->kit = l->uevents = l->wake = -1;
	err = open_sockets(l);
	if (!err) {
		err = axlp_listener_join(l);
		/* Without the kit, what comes is of other drivers. */
		if (err == -ENOENT)
			err = 0;
	}
	if (err) {
		free_listener(l);
		return fail_listen(monitor, flags, err);
	}
	axlp_listener_scan(l);
	axlp_listener_close(monitor);
	monitor->listener = l;
	return 0;
}

/* Of the kernel only; a datagram that is too long is cut by nobody else. */
static ssize_t receive(int fd, char *buffer, size_t size)
{
	struct sockaddr_nl from = { 0 };
	socklen_t length = sizeof(from);
	ssize_t n;

	do {
		n = recvfrom(fd, buffer, size, MSG_TRUNC,
			     (struct sockaddr *)&from, &length);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	return from.nl_pid || (size_t)n > size ? 0 : n;
}

/* False: nothing was there. */
static bool read_kit(struct axlp_listener *l)
{
	char buffer[MESSAGE_MAX] __attribute__((aligned(8)));
	ssize_t n = receive(l->kit, buffer, sizeof(buffer));

	if (n == -ENOBUFS) {
		l->overflow = true;
		l->told_overflow = false;
		return true;
	}
	if (n > 0)
		axlp_listener_kit(l, buffer, (size_t)n);
	return n >= 0;
}

static bool read_uevents(struct axlp_listener *l)
{
	struct axlp_kobject_event uevent;
	char buffer[MESSAGE_MAX];
	ssize_t n = receive(l->uevents, buffer, sizeof(buffer));

	if (n == -ENOBUFS) {
		push_lost(l, AXL_UNKNOWN_64);
		return true;
	}
	if (n > 0 && axlp_parse_kobject_event(buffer, (size_t)n, &uevent))
		axlp_listener_kobject(l, &uevent);
	return n >= 0;
}

static bool next_event(struct axlp_listener *l, struct axl_monitor_event *out)
{
	while (!pop(l, out)) {
		if (read_kit(l) || read_uevents(l))
			continue;
		/* All that got through is read, and nothing showed a gap. */
		if (!l->overflow || l->told_overflow)
			return false;
		l->told_overflow = true;
		push_lost(l, AXL_UNKNOWN_64);
	}
	return true;
}

int axl_monitor_event(struct axl_monitor *monitor,
		      struct axl_monitor_event *out, size_t size)
{
	struct axl_monitor_event event;

	monitor->error.text[0] = '\0';
	if (!monitor->listener)
		return axlp_fail(&monitor->error, -EINVAL,
				 "nobody listens: axl_monitor_listen() first");
	if (!next_event(monitor->listener, &event))
		return axlp_fail(&monitor->error, -EAGAIN, "there is no event");
	axlp_copy_out(out, size, &event, sizeof(event));
	return 0;
}

int axl_monitor_event_fd(struct axl_monitor *monitor)
{
	monitor->error.text[0] = '\0';
	if (!monitor->listener)
		return axlp_fail(&monitor->error, -EINVAL,
				 "nobody listens: axl_monitor_listen() first");
	return monitor->listener->epoll;
}
