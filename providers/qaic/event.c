// SPDX-License-Identifier: MIT
/*
 * Events: failures, which the workers tell, and resets of the card, which are
 * seen by its number (context.c). What wakes for the latter is the kernel's word
 * that some device is online or offline; it needs no privilege, but may be out of
 * reach in a container. Then a reset is told when somebody asks.
 */
#include "qaic.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#define KERNEL_GROUP 1
#define ONLI 0x6f6e6c69 /* "onli", as the filter sees it */
#define OFFL 0x6f66666c

/* Messages begin with "online@" or "offline@"; all others are dropped. */
static int attach_filter(int fd)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ONLI, 1, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, OFFL, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, UINT16_MAX),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	const struct sock_fprog program = {
		.len = AXLP_ARRAY_SIZE(code),
		.filter = code,
	};

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program,
			  sizeof(program));
}

static int open_uevents(void)
{
	const struct sockaddr_nl address = {
		.nl_family = AF_NETLINK,
		.nl_groups = KERNEL_GROUP,
	};
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
			NETLINK_KOBJECT_UEVENT);

	if (fd < 0)
		return -1;
	if (attach_filter(fd) ||
	    bind(fd, (const struct sockaddr *)&address, sizeof(address))) {
		close(fd);
		return -1;
	}
	return fd;
}

static int watch(int epoll, int fd)
{
	struct epoll_event event = { .events = EPOLLIN };

	if (fd < 0)
		return 0;
	return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) ? -errno : 0;
}

int axlq_events_init(struct axlq_context *ac)
{
	struct axlq_events *events = &ac->events;
	int err;

	pthread_mutex_init(&events->lock, NULL);
	events->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	events->fd = epoll_create1(EPOLL_CLOEXEC);
	events->uevents = open_uevents();
	events->card = ac->card;
	if (events->wake < 0 || events->fd < 0)
		return -EMFILE;
	err = watch(events->fd, events->wake);
	return err ? err : watch(events->fd, events->uevents);
}

void axlq_events_fini(struct axlq_context *ac)
{
	struct axlq_events *events = &ac->events;
	const int fds[] = { events->fd, events->wake, events->uevents };

	for (size_t i = 0; i < AXLP_ARRAY_SIZE(fds); i++)
		if (fds[i] >= 0)
			close(fds[i]);
	pthread_mutex_destroy(&events->lock);
}

/* With the lock. */
static void add(struct axlq_events *events, const struct axl_event *event)
{
	const uint64_t one = 1;

	if (events->count == AXLQ_EVENTS)
		events->lost++;
	else
		events->ring[(events->first + events->count++) % AXLQ_EVENTS] =
			*event;
	/* Full means readable, which is all that is wanted. */
	if (write(events->wake, &one, sizeof(one)) < 0)
		errno = 0;
}

void axlq_event_add(struct axlq_context *ac, const struct axl_event *event)
{
	pthread_mutex_lock(&ac->events.lock);
	add(&ac->events, event);
	pthread_mutex_unlock(&ac->events.lock);
}

/* With the lock. A card that boots has no number yet. */
static void look_at_card(struct axlq_context *ac)
{
	struct axlq_events *events = &ac->events;
	uint64_t card = axlq_card_number(ac->vnpu.base.device);
	struct axl_event event = {
		.type = AXL_EVENT_DEVICE_RESET,
		.time_ns = (uint64_t)axlp_now_ns(),
	};
	char message[64];

	while (events->uevents >= 0 &&
	       recv(events->uevents, message, sizeof(message), 0) >= 0)
		;
	if (!card || card == events->card)
		return;
	events->card = card;
	axlv_event_text(&event);
	add(events, &event);
}

/* With the lock. */
static int take(struct axlq_events *events, struct axl_event *out)
{
	uint64_t count;

	if (events->count) {
		*out = events->ring[events->first];
		events->first = (events->first + 1) % AXLQ_EVENTS;
		events->count--;
	} else if (events->lost) {
		*out = (struct axl_event){
			.type = AXL_EVENT_LOST,
			.time_ns = (uint64_t)axlp_now_ns(),
			.value = events->lost,
		};
		axlv_event_text(out);
		events->lost = 0;
	} else {
		return -EAGAIN;
	}
	if (!events->count && !events->lost &&
	    read(events->wake, &count, sizeof(count)) < 0)
		errno = 0;
	return 0;
}

int axlq_event(struct axl_context *ctx, struct axl_event *out)
{
	struct axlq_context *ac = axlq_context_of(ctx);
	int err;

	pthread_mutex_lock(&ac->events.lock);
	look_at_card(ac);
	err = take(&ac->events, out);
	pthread_mutex_unlock(&ac->events.lock);
	if (err && axlq_is_gone(ac))
		return axlp_fail(&ctx->error, -ENODEV, "no events: %s",
				 axlp_explain(-ENODEV));
	return err;
}

int axlq_event_fd(struct axl_context *ctx)
{
	return axlq_context_of(ctx)->events.fd;
}
