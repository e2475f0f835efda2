// SPDX-License-Identifier: MIT
/*
 * Interrupts of the client: an eventfd, a mask and a pending bit per vector of
 * every kind (INTx, MSI, MSI-X, error, removal request), under one lock.
 *
 * Masks come from SET_IRQS alone: QEMU keeps the driver's view of the MSI-X
 * table to itself. A vector that is raised while masked, or before it has a
 * descriptor, is delivered when that changes, as long as its kind is in use.
 */
#include "vfu.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define INTX VFIO_PCI_INTX_IRQ_INDEX
#define MSI VFIO_PCI_MSI_IRQ_INDEX
#define MSIX VFIO_PCI_MSIX_IRQ_INDEX
#define ERR VFIO_PCI_ERR_IRQ_INDEX
#define REQ VFIO_PCI_REQ_IRQ_INDEX

static void signal_fd(int fd)
{
	uint64_t one = 1;

	/* Not blocking: a full counter still wakes whoever polls it. */
	if (fd >= 0 && write(fd, &one, sizeof(one)) < 0)
		return;
}

/* INTx is a level and masks itself; the others are edges. */
static void deliver(unsigned int kind, struct vfu_vector *v)
{
	if (v->masked || v->fd < 0) {
		v->pending = true;
		return;
	}
	v->pending = false;
	v->masked = kind == INTX;
	signal_fd(v->fd);
}

static void settle(struct vfu *vfu, unsigned int kind, struct vfu_vector *v)
{
	struct vfu_irqs *irqs = &vfu->irqs;

	if (kind == INTX)
		v->pending = irqs->level &&
			     !atomic_load(&vfu->dev->config.intx_disable);
	if (v->pending && v->fd >= 0 && !v->masked)
		deliver(kind, v);
}

static void unmask_ready(struct axm_source *source, uint32_t events)
{
	struct vfu *vfu = (struct vfu *)((char *)source -
					 offsetof(struct vfu, irqs.unmask));
	uint64_t count;

	if (read(source->fd, &count, sizeof(count)) < 0)
		return;
	pthread_mutex_lock(&vfu->irqs.lock);
	vfu->irqs.vector[INTX][0].masked = false;
	settle(vfu, INTX, &vfu->irqs.vector[INTX][0]);
	pthread_mutex_unlock(&vfu->irqs.lock);
}

int vfu_irqs_init(struct vfu *vfu)
{
	const struct axm_pci_desc *desc = &vfu->dev->desc;
	const unsigned int count[VFU_IRQ_KINDS] = {
		[INTX] = desc->intx ? 1 : 0,
		[MSI] = desc->msi_vectors,
		[MSIX] = desc->msix.vectors,
		[ERR] = 1,
		[REQ] = 1,
	};
	struct vfu_irqs *irqs = &vfu->irqs;

	irqs->unmask.ready = unmask_ready;
	for (unsigned int kind = 0; kind < VFU_IRQ_KINDS; kind++) {
		irqs->vector[kind] =
			calloc(count[kind] + 1, sizeof(struct vfu_vector));
		if (!irqs->vector[kind])
			return -ENOMEM;
		for (unsigned int i = 0; i < count[kind]; i++)
			irqs->vector[kind][i].fd = -1;
		irqs->count[kind] = count[kind];
	}
	return 0;
}

static void assign(struct vfu *vfu, unsigned int kind, unsigned int i, int fd)
{
	struct vfu_vector *v = &vfu->irqs.vector[kind][i];

	if (v->fd >= 0) {
		close(v->fd);
		vfu->irqs.active[kind]--;
	}
	v->fd = fd;
	if (fd < 0) {
		v->masked = false;
		v->pending = false;
		return;
	}
	vfu->irqs.active[kind]++;
	settle(vfu, kind, v);
}

static void drop_unmask(struct vfu *vfu)
{
	struct axm_source *unmask = &vfu->irqs.unmask;

	if (unmask->fd < 0)
		return;
	axm_loop_del(vfu->loop, unmask);
	close(unmask->fd);
	unmask->fd = -1;
}

static void disable(struct vfu *vfu, unsigned int kind)
{
	for (unsigned int i = 0; i < vfu->irqs.count[kind]; i++)
		assign(vfu, kind, i, -1);
	if (kind == INTX)
		drop_unmask(vfu);
}

void vfu_irqs_clear(struct vfu *vfu)
{
	pthread_mutex_lock(&vfu->irqs.lock);
	for (unsigned int kind = 0; kind < VFU_IRQ_KINDS; kind++)
		disable(vfu, kind);
	pthread_mutex_unlock(&vfu->irqs.lock);
}

void vfu_irqs_fini(struct vfu *vfu)
{
	for (unsigned int kind = 0; kind < VFU_IRQ_KINDS; kind++)
		free(vfu->irqs.vector[kind]);
}

int vfu_irq_info(struct vfu *vfu, struct vfu_message *m)
{
	static const uint32_t flags[VFU_IRQ_KINDS] = {
		[INTX] = VFIO_IRQ_INFO_EVENTFD | VFIO_IRQ_INFO_MASKABLE |
			 VFIO_IRQ_INFO_AUTOMASKED,
		[MSI] = VFIO_IRQ_INFO_EVENTFD | VFIO_IRQ_INFO_MASKABLE,
		[MSIX] = VFIO_IRQ_INFO_EVENTFD | VFIO_IRQ_INFO_MASKABLE,
		[ERR] = VFIO_IRQ_INFO_EVENTFD,
		[REQ] = VFIO_IRQ_INFO_EVENTFD,
	};
	struct vfio_irq_info info;

	memcpy(&info, m->data, sizeof(info));
	if (info.argsz < sizeof(info) || info.index >= VFU_IRQ_KINDS)
		return -EINVAL;
	info.argsz = sizeof(info);
	info.flags = flags[info.index];
	info.count = vfu->irqs.count[info.index];
	memcpy(m->reply, &info, sizeof(info));
	m->reply_size = sizeof(info);
	return 0;
}

/*
 * Writing to it must neither block nor kill us, so it has to be an eventfd.
 * The flag is shared with the client, whose own end does not write.
 */
static int check_eventfd(int fd)
{
	char path[32], target[32];
	ssize_t n;
	int flags;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	n = readlink(path, target, sizeof(target) - 1);
	if (n < 0)
		return -EINVAL;
	target[n] = '\0';
	if (strcmp(target, "anon_inode:[eventfd]"))
		return -EINVAL;
	flags = fcntl(fd, F_GETFL);
	if (!(flags & O_NONBLOCK) && fcntl(fd, F_SETFL, flags | O_NONBLOCK))
		return -EINVAL;
	return 0;
}

typedef void act_fn(struct vfu *vfu, unsigned int kind, struct vfu_vector *v);

static void act_mask(struct vfu *vfu, unsigned int kind, struct vfu_vector *v)
{
	v->masked = true;
}

static void act_unmask(struct vfu *vfu, unsigned int kind, struct vfu_vector *v)
{
	v->masked = false;
	settle(vfu, kind, v);
}

static void act_trigger(struct vfu *vfu, unsigned int kind,
			struct vfu_vector *v)
{
	if (v->fd >= 0)
		deliver(kind, v);
}

static act_fn *action(uint32_t flags)
{
	static const struct {
		uint32_t flag;
		act_fn *act;
	} actions[] = {
		{ VFIO_IRQ_SET_ACTION_MASK, act_mask },
		{ VFIO_IRQ_SET_ACTION_UNMASK, act_unmask },
		{ VFIO_IRQ_SET_ACTION_TRIGGER, act_trigger },
	};

	flags &= VFIO_IRQ_SET_ACTION_TYPE_MASK;
	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
		if (actions[i].flag == flags)
			return actions[i].act;
	return NULL; /* none, or more than one */
}

static int set_eventfds(struct vfu *vfu, const struct vfio_irq_set *set,
			struct vfu_message *m)
{
	uint32_t what = set->flags & VFIO_IRQ_SET_ACTION_TYPE_MASK;
	bool unmask = what == VFIO_IRQ_SET_ACTION_UNMASK && set->index == INTX;
	struct axm_source *source = &vfu->irqs.unmask;

	if (what != VFIO_IRQ_SET_ACTION_TRIGGER && !unmask)
		return -EOPNOTSUPP;
	if (m->nr_fds && m->nr_fds != set->count)
		return -EINVAL;
	for (unsigned int i = 0; i < m->nr_fds; i++)
		if (check_eventfd(m->fd[i]))
			return -EINVAL;
	if (unmask) {
		drop_unmask(vfu);
		if (!m->nr_fds)
			return 0;
		source->fd = m->fd[0];
		m->fd[0] = -1;
		return axm_loop_add(vfu->loop, source);
	}
	for (unsigned int i = 0; i < set->count; i++) {
		assign(vfu, set->index, set->start + i,
		       m->nr_fds ? m->fd[i] : -1);
		if (m->nr_fds)
			m->fd[i] = -1;
	}
	return 0;
}

static int set_state(struct vfu *vfu, const struct vfio_irq_set *set,
		     const uint8_t *choice)
{
	act_fn *act = action(set->flags);

	for (unsigned int i = 0; i < set->count; i++)
		if (!choice || choice[i])
			act(vfu, set->index,
			    &vfu->irqs.vector[set->index][set->start + i]);
	return 0;
}

static int check_set(struct vfu *vfu, const struct vfio_irq_set *set,
		     const struct vfu_message *m)
{
	const uint32_t known = VFIO_IRQ_SET_DATA_TYPE_MASK |
			       VFIO_IRQ_SET_ACTION_TYPE_MASK;
	uint32_t kind = set->index, trigger = VFIO_IRQ_SET_ACTION_TRIGGER;

	if (set->argsz < sizeof(*set) || kind >= VFU_IRQ_KINDS ||
	    set->flags & ~known || !action(set->flags))
		return -EINVAL;
	if (set->start > vfu->irqs.count[kind] ||
	    set->count > vfu->irqs.count[kind] - set->start)
		return -EINVAL;
	if (m->nr_fds && !(set->flags & VFIO_IRQ_SET_DATA_EVENTFD))
		return -EINVAL;
	if ((kind == ERR || kind == REQ) && !(set->flags & trigger))
		return -EINVAL;
	return 0;
}

static int set_locked(struct vfu *vfu, const struct vfio_irq_set *set,
		      struct vfu_message *m)
{
	const uint8_t *data = m->data + sizeof(*set);
	size_t size = m->size - sizeof(*set);

	switch (set->flags & VFIO_IRQ_SET_DATA_TYPE_MASK) {
	case VFIO_IRQ_SET_DATA_NONE:
		if (size)
			return -EINVAL;
		if (set->count)
			return set_state(vfu, set, NULL);
		if (set->start || !(set->flags & VFIO_IRQ_SET_ACTION_TRIGGER))
			return -EINVAL;
		disable(vfu, set->index);
		return 0;
	case VFIO_IRQ_SET_DATA_BOOL:
		if (!set->count || size != set->count)
			return -EINVAL;
		return set_state(vfu, set, data);
	case VFIO_IRQ_SET_DATA_EVENTFD:
		if (!set->count || size)
			return -EINVAL;
		return set_eventfds(vfu, set, m);
	}
	return -EINVAL; /* none, or more than one */
}

int vfu_irq_set(struct vfu *vfu, struct vfu_message *m)
{
	struct vfio_irq_set set;
	int ret;

	memcpy(&set, m->data, sizeof(set));
	ret = check_set(vfu, &set, m);
	if (!ret) {
		pthread_mutex_lock(&vfu->irqs.lock);
		ret = set_locked(vfu, &set, m);
		pthread_mutex_unlock(&vfu->irqs.lock);
	}
	axm_trace(vfu->dev, "irq-set",
		  "kind=%u flags=0x%x start=%u count=%u fds=%u result=%d",
		  set.index, set.flags, set.start, set.count, m->nr_fds, ret);
	return ret;
}

/* The kind in use; the line is for those that have no messages. */
void vfu_irq(void *bus, unsigned int vector)
{
	struct vfu *vfu = bus;
	struct vfu_irqs *irqs = &vfu->irqs;
	unsigned int kind;

	pthread_mutex_lock(&irqs->lock);
	kind = irqs->active[MSIX] ? MSIX : MSI;
	if (irqs->active[kind]) {
		unsigned int granted = kind == MSI ? irqs->active[MSI] :
						     irqs->count[MSIX];

		if (vector >= granted)
			vector = 0;
		deliver(kind, &irqs->vector[kind][vector]);
	} else {
		axm_count(vfu->dev, AXM_COUNT_IRQ_LOST, 1);
	}
	pthread_mutex_unlock(&irqs->lock);
}

void vfu_irq_line(void *bus, bool level)
{
	struct vfu *vfu = bus;
	struct vfu_irqs *irqs = &vfu->irqs;

	pthread_mutex_lock(&irqs->lock);
	irqs->level = level;
	if (irqs->count[INTX])
		settle(vfu, INTX, &irqs->vector[INTX][0]);
	pthread_mutex_unlock(&irqs->lock);
}

bool vfu_irq_pending(void *bus, unsigned int vector)
{
	struct vfu *vfu = bus;
	bool pending = false;

	pthread_mutex_lock(&vfu->irqs.lock);
	if (vector < vfu->irqs.count[MSIX])
		pending = vfu->irqs.vector[MSIX][vector].pending;
	pthread_mutex_unlock(&vfu->irqs.lock);
	return pending;
}

/* Descriptors and masks are the client's and stay. */
void vfu_irq_reset(void *bus)
{
	struct vfu *vfu = bus;
	struct vfu_irqs *irqs = &vfu->irqs;

	pthread_mutex_lock(&irqs->lock);
	irqs->level = false;
	for (unsigned int kind = 0; kind < VFU_IRQ_KINDS; kind++)
		for (unsigned int i = 0; i < irqs->count[kind]; i++)
			irqs->vector[kind][i].pending = false;
	pthread_mutex_unlock(&irqs->lock);
}

void vfu_irq_error(void *bus, bool removal)
{
	struct vfu *vfu = bus;
	struct vfu_irqs *irqs = &vfu->irqs;

	pthread_mutex_lock(&irqs->lock);
	if (irqs->count[ERR])
		signal_fd(irqs->vector[removal ? REQ : ERR][0].fd);
	pthread_mutex_unlock(&irqs->lock);
}
