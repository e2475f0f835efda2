// SPDX-License-Identifier: MIT
/*
 * Config space of one function: a value, a mask of writable bits and a mask of
 * bits that a write of one clears, for every byte; and what follows from a
 * write to the few registers that do something. Offsets and bits are from the
 * PCI Local Bus and PCI Express Base specifications, by way of
 * <linux/pci_regs.h>. All of it is under the device lock.
 */
#include "device.h"

#include <errno.h>
#include <linux/pci_regs.h>
#include <string.h>

/* Fixed places keep dumps of different models comparable. */
#define CAP_PM 0x40
#define CAP_MSI 0x50
#define CAP_MSIX 0x60
#define CAP_PCIE 0x70

static void put(uint8_t *at, uint64_t value, unsigned int bytes)
{
	for (unsigned int i = 0; i < bytes; i++)
		at[i] = (uint8_t)(value >> (8 * i));
}

static uint32_t get(const uint8_t *at, unsigned int bytes)
{
	uint32_t value = 0;

	for (unsigned int i = 0; i < bytes; i++)
		value |= (uint32_t)at[i] << (8 * i);
	return value;
}

static void set(struct axm_config *c, unsigned int at, unsigned int bytes,
		uint32_t value, uint32_t writable)
{
	put(c->value + at, value, bytes);
	put(c->writable + at, writable, bytes);
}

static unsigned int add_cap(struct axm_config *c, unsigned int at, uint8_t id)
{
	c->value[c->cap_tail] = (uint8_t)at;
	c->value[at] = id;
	c->cap_tail = at + PCI_CAP_LIST_NEXT;
	put(c->value + PCI_STATUS, PCI_STATUS_CAP_LIST, 2);
	return at;
}

static void init_header(struct axm_config *c, const struct axm_pci_desc *d)
{
	set(c, PCI_VENDOR_ID, 2, d->vendor, 0);
	set(c, PCI_DEVICE_ID, 2, d->device, 0);
	set(c, PCI_COMMAND, 2, 0,
	    PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER | PCI_COMMAND_PARITY |
		    PCI_COMMAND_SERR | PCI_COMMAND_INTX_DISABLE);
	put(c->clear + PCI_STATUS,
	    PCI_STATUS_PARITY | PCI_STATUS_SIG_TARGET_ABORT |
		    PCI_STATUS_REC_TARGET_ABORT | PCI_STATUS_REC_MASTER_ABORT |
		    PCI_STATUS_SIG_SYSTEM_ERROR | PCI_STATUS_DETECTED_PARITY,
	    2);
	set(c, PCI_REVISION_ID, 4, d->class_code << 8 | d->revision, 0);
	set(c, PCI_CACHE_LINE_SIZE, 1, 0, 0xff);
	set(c, PCI_SUBSYSTEM_VENDOR_ID, 2, d->subsys_vendor, 0);
	set(c, PCI_SUBSYSTEM_ID, 2, d->subsys, 0);
	set(c, PCI_INTERRUPT_LINE, 1, 0, 0xff);
	set(c, PCI_INTERRUPT_PIN, 1, d->intx ? 1 : 0, 0);
}

static void init_bars(struct axm_config *c, const struct axm_pci_desc *d)
{
	for (unsigned int i = 0; i < AXM_BARS; i++) {
		const struct axm_bar_desc *bar = &d->bar[i];
		unsigned int at = PCI_BASE_ADDRESS_0 + 4 * i;
		uint64_t mask = ~(bar->size - 1);
		uint32_t type = 0;

		if (!bar->size)
			continue;
		if (bar->flags & AXM_BAR_64)
			type |= PCI_BASE_ADDRESS_MEM_TYPE_64;
		if (bar->flags & AXM_BAR_PREFETCH)
			type |= PCI_BASE_ADDRESS_MEM_PREFETCH;
		set(c, at, 4, type, (uint32_t)mask & ~0xfu);
		if (bar->flags & AXM_BAR_64)
			set(c, at + 4, 4, 0, (uint32_t)(mask >> 32));
	}
}

static void init_msi(struct axm_config *c, const struct axm_pci_desc *d)
{
	uint32_t flags = PCI_MSI_FLAGS_64BIT;

	if (d->msi_vectors) {
		/* Multiple Message Capable: log2 in bits 3:1. */
		flags |= (uint32_t)__builtin_ctz(d->msi_vectors) << 1;
		c->msi = add_cap(c, CAP_MSI, PCI_CAP_ID_MSI);
		set(c, c->msi + PCI_MSI_FLAGS, 2, flags,
		    PCI_MSI_FLAGS_ENABLE | PCI_MSI_FLAGS_QSIZE);
		set(c, c->msi + PCI_MSI_ADDRESS_LO, 4, 0, ~3u);
		set(c, c->msi + PCI_MSI_ADDRESS_HI, 4, 0, ~0u);
		set(c, c->msi + PCI_MSI_DATA_64, 2, 0, 0xffff);
	}
	if (d->msix.vectors) {
		c->msix = add_cap(c, CAP_MSIX, PCI_CAP_ID_MSIX);
		set(c, c->msix + PCI_MSIX_FLAGS, 2, d->msix.vectors - 1,
		    PCI_MSIX_FLAGS_ENABLE | PCI_MSIX_FLAGS_MASKALL);
		set(c, c->msix + PCI_MSIX_TABLE, 4, d->msix.table | d->msix.bar,
		    0);
		set(c, c->msix + PCI_MSIX_PBA, 4, d->msix.pba | d->msix.bar, 0);
	}
}

static void init_pcie(struct axm_config *c, const struct axm_pci_desc *d)
{
	unsigned int at = add_cap(c, CAP_PCIE, PCI_CAP_ID_EXP);

	c->pcie = at;
	/* Version 2, endpoint. Eight lanes of 8 GT/s, for show. */
	set(c, at + PCI_EXP_FLAGS, 2, 2 | PCI_EXP_TYPE_ENDPOINT << 4, 0);
	set(c, at + PCI_EXP_DEVCAP, 4,
	    PCI_EXP_DEVCAP_RBER | (d->flr ? PCI_EXP_DEVCAP_FLR : 0), 0);
	/* The FLR bit reads as zero: axm_config_set() acts on it. */
	set(c, at + PCI_EXP_DEVCTL, 2, PCI_EXP_DEVCTL_RELAX_EN,
	    0xffff & ~PCI_EXP_DEVCTL_BCR_FLR);
	put(c->clear + at + PCI_EXP_DEVSTA,
	    PCI_EXP_DEVSTA_CED | PCI_EXP_DEVSTA_NFED | PCI_EXP_DEVSTA_FED |
		    PCI_EXP_DEVSTA_URD,
	    2);
	set(c, at + PCI_EXP_LNKCAP, 4, PCI_EXP_LNKCAP_SLS_8_0GB | 8 << 4, 0);
	set(c, at + PCI_EXP_LNKCTL, 2, 0,
	    PCI_EXP_LNKCTL_ASPMC | PCI_EXP_LNKCTL_CCC);
	set(c, at + PCI_EXP_LNKSTA, 2, PCI_EXP_LNKSTA_CLS_8_0GB | 8 << 4, 0);
	set(c, at + PCI_EXP_LNKCAP2, 4, 0xe, 0); /* 2.5, 5 and 8 GT/s */
	set(c, at + PCI_EXP_LNKCTL2, 2, PCI_EXP_LNKCTL2_TLS_8_0GT, 0);
}

int axm_config_init(struct axm_device *dev)
{
	struct axm_config *c = &dev->config;
	const struct axm_pci_desc *d = &dev->desc;

	c->size = d->pcie ? AXM_CFG_SIZE : AXM_CFG_SIZE_PCI;
	c->cap_tail = PCI_CAPABILITY_LIST;
	init_header(c, d);
	init_bars(c, d);
	if (d->pm) {
		c->pm = add_cap(c, CAP_PM, PCI_CAP_ID_PM);
		set(c, c->pm + PCI_PM_PMC, 2, 3, 0); /* version 1.2 */
		/* The state survives D3hot, so waking up needs no reset. */
		set(c, c->pm + PCI_PM_CTRL, 2, PCI_PM_CTRL_NO_SOFT_RESET,
		    PCI_PM_CTRL_STATE_MASK);
	}
	init_msi(c, d);
	if (d->pcie)
		init_pcie(c, d);
	return 0;
}

/* Bits of config space that other threads look at. */
static void publish(struct axm_config *c)
{
	uint32_t command = get(c->value + PCI_COMMAND, 2);

	atomic_store(&c->bus_master, command & PCI_COMMAND_MASTER);
	atomic_store(&c->intx_disable, command & PCI_COMMAND_INTX_DISABLE);
	if (c->pm)
		atomic_store(&c->asleep, (c->value[c->pm + PCI_PM_CTRL] &
					  PCI_PM_CTRL_STATE_MASK) == 3);
}

void axm_config_reset(struct axm_device *dev)
{
	struct axm_config *c = &dev->config;

	/* Every writable bit of this function has zero as its reset value... */
	for (unsigned int i = 0; i < c->size; i++)
		c->value[i] &= (uint8_t)~(c->writable[i] | c->clear[i]);
	/* ...but these. */
	if (c->pcie) {
		c->value[c->pcie + PCI_EXP_DEVCTL] |= PCI_EXP_DEVCTL_RELAX_EN;
		c->value[c->pcie + PCI_EXP_DEVCTL + 1] |= 0x28; /* defaults */
	}
	atomic_store(&c->line, false);
	publish(c);
}

void axm_config_get(struct axm_device *dev, unsigned int offset, uint8_t *buf,
		    unsigned int count)
{
	struct axm_config *c = &dev->config;

	memcpy(buf, c->value + offset, count);
	if (atomic_load(&c->line) && offset <= PCI_STATUS &&
	    PCI_STATUS - offset < count)
		buf[PCI_STATUS - offset] |= PCI_STATUS_INTERRUPT;
}

/* D1 and D2 are not offered: a write of them keeps the state. */
static void keep_state(struct axm_config *c, uint8_t before)
{
	uint8_t *ctrl;
	unsigned int state;

	if (!c->pm)
		return;
	ctrl = &c->value[c->pm + PCI_PM_CTRL];
	state = *ctrl & PCI_PM_CTRL_STATE_MASK;
	if (state == 1 || state == 2)
		*ctrl = (uint8_t)((*ctrl & ~PCI_PM_CTRL_STATE_MASK) |
				  (before & PCI_PM_CTRL_STATE_MASK));
}

bool axm_config_set(struct axm_device *dev, unsigned int offset,
		    const uint8_t *buf, unsigned int count)
{
	struct axm_config *c = &dev->config;
	uint8_t before = c->pm ? c->value[c->pm + PCI_PM_CTRL] : 0;
	/* Initiate FLR is bit 15 of device control: the second byte. */
	unsigned int flr = c->pcie + PCI_EXP_DEVCTL + 1;

	for (unsigned int i = 0; i < count; i++) {
		unsigned int at = offset + i;
		uint8_t mask = c->writable[at];

		c->value[at] =
			(uint8_t)((c->value[at] & ~mask) | (buf[i] & mask));
		c->value[at] &= (uint8_t)~(buf[i] & c->clear[at]);
	}
	keep_state(c, before);
	publish(c);
	/* The line may have been let through or cut off. */
	if (dev->desc.intx)
		dev->bus_ops->irq_line(dev->bus, atomic_load(&c->line));
	return dev->desc.flr && c->pcie && offset <= flr &&
	       flr - offset < count &&
	       (buf[flr - offset] & (PCI_EXP_DEVCTL_BCR_FLR >> 8));
}
