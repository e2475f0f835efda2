// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events of the generic netlink family.
 *
 * axle_notify() may be called anywhere and sending may sleep, so an event waits
 * in a queue until a work has sent it. The queue is one for all devices, as the
 * numbers of a group's events are: what is sent has the order of its numbers.
 * Its elements belong to the devices, so many each and for each group, so that
 * neither a device nor a user who opens and closes contexts keeps others from
 * being heard. An event without element gets a number and nothing else.
 */
#include <linux/list.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/timekeeping.h>
#include <linux/workqueue.h>

#include <net/genetlink.h>

#include <linux/axle_netlink.h>

#include "axle_internal.h"

/* What waits of a device and a group, at most. */
#define AXLE_NOTICES 64

/**
 * struct axle_pending - An event that waits to be sent.
 */
struct axle_pending {
	/** @link: In &axle_netlink.free or the queue, under the queue's lock. */
	struct list_head link;
	/** @netlink: Whose it is; constant. */
	struct axle_netlink *netlink;
	/** @group: Where to; constant. */
	enum axle_group group;
	/** @time_ns: When it happened. */
	u64 time_ns;
	/** @sequence: Its number in the group. */
	u64 sequence;
	/** @notice: What it says; the pointers are not valid. */
	struct axle_notice notice;
	/** @unit: Copy. */
	char unit[16];
	/** @text: Copy. */
	char text[96];
	/** @client: Whom it is about, with the next two; zero: nobody. */
	u64 client;
	/** @pid: In the first namespace. */
	pid_t pid;
	/** @uid: The user. */
	kuid_t uid;
};

/**
 * struct axle_netlink - Events of a device.
 *
 * Lifetime: from axle_notify_add() to axle_notify_remove(), which waits until
 * all are sent.
 */
struct axle_netlink {
	/** @index: N of accelN; constant. */
	u32 index;
	/** @free: Elements that are free, under the queue's lock. */
	struct list_head free[AXLE_GROUPS];
	/** @last: For the event of the removal, which is always told. */
	struct axle_pending last;
	/** @pending: The others. */
	struct axle_pending pending[AXLE_GROUPS][AXLE_NOTICES];
};

static void axle_notices_work(struct work_struct *work);

/* The queue, of which there is one as there is one family. */
static struct {
	/* Innermost; irqs off. Protects what follows, and axle_device.netlink. */
	spinlock_t lock;
	/* Events in the order of their numbers. */
	struct list_head pending;
	/* Events so far, sent or not. */
	u64 sequence[AXLE_GROUPS];
	struct work_struct work;
} axle_notices = {
	.lock = __SPIN_LOCK_UNLOCKED(axle_notices.lock),
	.pending = LIST_HEAD_INIT(axle_notices.pending),
	.work = __WORK_INITIALIZER(axle_notices.work, axle_notices_work),
};

static bool axle_notice_has_value(u32 type)
{
	switch (type) {
	case AXLE_EVENT_RESET:
	case AXLE_EVENT_THERMAL:
	case AXLE_EVENT_CORRECTED:
	case AXLE_EVENT_UNCORRECTED:
	case AXLE_EVENT_FAULT:
		return true;
	}
	return false;
}

static int axle_put_event(struct sk_buff *skb,
			  const struct axle_pending *pending)
{
	const struct axle_notice *notice = &pending->notice;
	int err = 0;

	if (nla_put_u32(skb, AXLE_A_EVENT_INDEX, pending->netlink->index) ||
	    nla_put_u32(skb, AXLE_A_EVENT_TYPE, notice->type) ||
	    nla_put_uint(skb, AXLE_A_EVENT_TIME, pending->time_ns) ||
	    nla_put_uint(skb, AXLE_A_EVENT_SEQUENCE, pending->sequence))
		return -EMSGSIZE;
	if (notice->code)
		err = nla_put_u32(skb, AXLE_A_EVENT_CODE, notice->code);
	if (!err && notice->has_address)
		err = nla_put_uint(skb, AXLE_A_EVENT_ADDRESS, notice->address);
	if (!err && axle_notice_has_value(notice->type))
		err = nla_put_uint(skb, AXLE_A_EVENT_VALUE, notice->value);
	if (!err && pending->unit[0])
		err = nla_put_string(skb, AXLE_A_EVENT_UNIT, pending->unit);
	if (!err && pending->text[0])
		err = nla_put_string(skb, AXLE_A_EVENT_TEXT, pending->text);
	return err;
}

/* Only for the group of those who may know. */
static int axle_put_client(struct sk_buff *skb,
			   const struct axle_pending *pending)
{
	u32 uid = from_kuid_munged(&init_user_ns, pending->uid);

	if (!pending->client)
		return 0;
	if (nla_put_uint(skb, AXLE_A_EVENT_CLIENT, pending->client) ||
	    nla_put_u32(skb, AXLE_A_EVENT_PID, pending->pid) ||
	    nla_put_u32(skb, AXLE_A_EVENT_UID, uid))
		return -EMSGSIZE;
	if (!pending->notice.queue)
		return 0;
	return nla_put_u32(skb, AXLE_A_EVENT_QUEUE, pending->notice.queue);
}

static struct sk_buff *axle_event_message(const struct axle_pending *pending)
{
	struct sk_buff *skb = genlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);
	void *header;

	if (!skb)
		return NULL;
	header = genlmsg_put(skb, 0, 0, &axle_genl_family, 0,
			     AXLE_CMD_EVENT_NTF);
	if (header && !axle_put_event(skb, pending) &&
	    (pending->group != AXLE_GROUP_JOBS ||
	     !axle_put_client(skb, pending))) {
		genlmsg_end(skb, header);
		return skb;
	}
	nlmsg_free(skb);
	return NULL;
}

/*
 * Devices are seen in all network namespaces. Whoever made a namespace of his
 * own is its administrator, so of jobs only the first one hears.
 */
static void axle_pending_send(const struct axle_pending *pending)
{
	struct sk_buff *skb = axle_event_message(pending);

	/* The gap shows. */
	if (!skb)
		return;
	if (pending->group == AXLE_GROUP_JOBS)
		genlmsg_multicast(&axle_genl_family, skb, 0, pending->group,
				  GFP_KERNEL);
	else
		genlmsg_multicast_allns(&axle_genl_family, skb, 0,
					pending->group);
}

static struct axle_pending *axle_pending_take(void)
{
	struct axle_pending *pending;

	spin_lock_irq(&axle_notices.lock);
	pending = list_first_entry_or_null(&axle_notices.pending,
					   struct axle_pending, link);
	if (pending)
		list_del(&pending->link);
	spin_unlock_irq(&axle_notices.lock);
	return pending;
}

static void axle_pending_give(struct axle_pending *pending)
{
	spin_lock_irq(&axle_notices.lock);
	list_add(&pending->link, &pending->netlink->free[pending->group]);
	spin_unlock_irq(&axle_notices.lock);
}

static void axle_notices_work(struct work_struct *work)
{
	struct axle_pending *pending;

	while ((pending = axle_pending_take())) {
		axle_pending_send(pending);
		axle_pending_give(pending);
		cond_resched();
	}
}

static void axle_pending_fill(struct axle_pending *pending,
			      const struct axle_notice *notice)
{
	const struct axle_context *ctx = notice->ctx;

	pending->time_ns = ktime_get_ns();
	pending->notice = *notice;
	strscpy(pending->unit, notice->unit ?: "");
	strscpy(pending->text, notice->text ?: "");
	pending->client = ctx ? ctx->file->client_id : 0;
	pending->pid = ctx ? ctx->pid : 0;
	pending->uid = ctx ? ctx->uid : GLOBAL_ROOT_UID;
}

static void axle_notice_queue(struct axle_netlink *netlink,
			      const struct axle_notice *notice)
{
	enum axle_group group = notice->type >= AXLE_EVENT_CONTEXT_CREATED ?
					AXLE_GROUP_JOBS :
					AXLE_GROUP_DEVICES;
	u64 sequence = ++axle_notices.sequence[group];
	struct axle_pending *pending;

	lockdep_assert_held(&axle_notices.lock);
	if (notice->type == AXLE_EVENT_DEVICE_REMOVED) {
		pending = &netlink->last;
	} else {
		pending = list_first_entry_or_null(&netlink->free[group],
						   struct axle_pending, link);
		if (!pending)
			return;
		list_del(&pending->link);
	}
	axle_pending_fill(pending, notice);
	pending->sequence = sequence;
	list_add_tail(&pending->link, &axle_notices.pending);
	queue_work(axle_compat_unbound_wq, &axle_notices.work);
}

/**
 * axle_notify() - Tell the listeners of an event.
 * @adev: the device
 * @notice: what has happened; copied
 *
 * Any context. A device is heard between its own two events of being added and
 * removed; what comes earlier or later is not told.
 */
void axle_notify(struct axle_device *adev, const struct axle_notice *notice)
{
	unsigned long flags;

	spin_lock_irqsave(&axle_notices.lock, flags);
	if (adev->netlink)
		axle_notice_queue(adev->netlink, notice);
	spin_unlock_irqrestore(&axle_notices.lock, flags);
}

static void axle_pending_init(struct axle_netlink *netlink,
			      enum axle_group group)
{
	unsigned int i;

	INIT_LIST_HEAD(&netlink->free[group]);
	for (i = 0; i < AXLE_NOTICES; i++) {
		struct axle_pending *pending = &netlink->pending[group][i];

		pending->netlink = netlink;
		pending->group = group;
		list_add_tail(&pending->link, &netlink->free[group]);
	}
}

/**
 * axle_notify_add() - Announce a device; from now on its events are told.
 * @adev: a registered device
 *
 * Return: 0 or -ENOMEM.
 */
int axle_notify_add(struct axle_device *adev)
{
	const struct axle_notice notice = { .type = AXLE_EVENT_DEVICE_ADDED };
	struct axle_netlink *netlink = kvzalloc(sizeof(*netlink), GFP_KERNEL);
	enum axle_group group;

	if (!netlink)
		return -ENOMEM;
	netlink->index = adev->drm.accel->index;
	netlink->last.netlink = netlink;
	netlink->last.group = AXLE_GROUP_DEVICES;
	for (group = 0; group < AXLE_GROUPS; group++)
		axle_pending_init(netlink, group);
	spin_lock_irq(&axle_notices.lock);
	adev->netlink = netlink;
	axle_notice_queue(netlink, &notice);
	spin_unlock_irq(&axle_notices.lock);
	return 0;
}

/**
 * axle_notify_remove() - Tell that a device is gone, as the last of its events.
 * @adev: a device after axle_notify_add()
 */
void axle_notify_remove(struct axle_device *adev)
{
	const struct axle_notice notice = { .type = AXLE_EVENT_DEVICE_REMOVED };
	struct axle_netlink *netlink = adev->netlink;

	spin_lock_irq(&axle_notices.lock);
	axle_notice_queue(netlink, &notice);
	adev->netlink = NULL;
	spin_unlock_irq(&axle_notices.lock);
	flush_work(&axle_notices.work);
	kvfree(netlink);
}
