// SPDX-License-Identifier: MIT
/*
 * aic100: an emulated Qualcomm Cloud AI 100. This file puts the parts together:
 * options, identity, BARs, power. docs/aic100.md tells what is modelled.
 *
 * Reset: every part forgets what the host told it; the execution environment
 * is PBL again, or AMSS for a card that powers up warm.
 */
#include "aic100.h"
#include "core.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* Parts, in the order of their init. */
static const struct part {
	int (*init)(struct aic100 *a);
	void (*fini)(struct aic100 *a);
	void (*reset)(struct aic100 *a);
	enum {
		WITH_FUNCTION,
		WITH_SOC,
		WITH_MHI
	} when; /* it is reset */
} parts[] = {
	{ aic100_inject_init, aic100_inject_fini, aic100_inject_reset,
	  WITH_FUNCTION },
	{ aic100_mhi_init, aic100_mhi_fini, aic100_mhi_reset, WITH_FUNCTION },
	{ aic100_boot_init, aic100_boot_fini, aic100_boot_reset,
	  WITH_FUNCTION },
	{ aic100_ddr_init, aic100_ddr_fini, aic100_ddr_reset, WITH_MHI },
	{ aic100_bridge_init, aic100_bridge_fini, aic100_bridge_reset,
	  WITH_MHI },
	{ aic100_nnc_init, aic100_nnc_fini, aic100_nnc_reset, WITH_MHI },
	{ aic100_ssr_init, aic100_ssr_fini, aic100_ssr_reset, WITH_MHI },
	{ aic100_ras_init, aic100_ras_fini, aic100_ras_reset, WITH_SOC },
};

#define PARTS (sizeof(parts) / sizeof(parts[0]))

static const struct identity {
	const char *name;
	uint16_t device;
	unsigned int bar_mhi;
	unsigned int bar_dbc;
	unsigned int bar_unused;
} identities[] = {
	{ "aic100", AIC100_PCI_DEVICE, 0, 2, 4 },
	{ "aic080", AIC080_PCI_DEVICE, 0, 2, 4 },
	/* Its BARs: 0 and 4 are not used, 1 MHI, 2 the bridge. */
	{ "aic200", AIC200_PCI_DEVICE, 1, 2, 4 },
};

/* The value of an option that is one of two words; -EINVAL. */
static int take_word(struct axm_device *dev, const char *name, const char *no,
		     const char *yes, bool *value)
{
	const char *text = axm_opt(dev, name);

	if (!text)
		return 0;
	*value = !strcmp(text, yes);
	return *value || !strcmp(text, no) ? 0 : -EINVAL;
}

static int take_identity(struct axm_device *dev, struct aic100 *a)
{
	const char *name = axm_opt(dev, "identity");
	struct axm_pci_desc *pci = axm_pci(dev);

	for (size_t i = 0; i < sizeof(identities) / sizeof(identities[0]);
	     i++) {
		const struct identity *id = &identities[i];

		if (name && strcmp(name, id->name))
			continue;
		a->identity = id->device;
		a->bar_mhi = id->bar_mhi;
		a->bar_dbc = id->bar_dbc;
		pci->device = pci->subsys = id->device;
		pci->bar[id->bar_mhi].size = AIC100_BAR_MHI_SIZE;
		pci->bar[id->bar_dbc].size = AIC100_BAR_DBC_SIZE;
		pci->bar[id->bar_unused].size = AIC100_BAR_UNUSED_SIZE;
		if (id->bar_mhi == 0)
			pci->bar[0].flags = AXM_BAR_64;
		else
			pci->bar[0].size = AIC100_BAR_UNUSED_SIZE;
		pci->bar[id->bar_dbc].flags = AXM_BAR_64;
		pci->bar[id->bar_unused].flags = AXM_BAR_64;
		return 0;
	}
	return -EINVAL;
}

static int take_options(struct axm_device *dev, struct aic100 *a)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	uint64_t threads = processors > 0 ? (uint64_t)processors : 1;
	uint64_t msi = AIC100_VECTORS;
	int ret;

	a->warm = true;
	a->crc = true;
	ret = take_identity(dev, a);
	if (!ret)
		ret = take_word(dev, "boot", "cold", "warm", &a->warm);
	if (!ret)
		ret = take_word(dev, "crc", "off", "on", &a->crc);
	if (!ret)
		ret = axm_opt_u64(dev, "threads", 1, 64, &threads);
	if (!ret)
		ret = axm_opt_u64(dev, "msi", 1, AIC100_VECTORS, &msi);
	if (!ret && msi & (msi - 1))
		ret = -EINVAL;
	a->threads = (unsigned int)threads;
	axm_pci(dev)->msi_vectors = (unsigned int)msi;
	return ret;
}

static int aic100_init(struct axm_device *dev)
{
	struct aic100 *a = axm_priv(dev);
	int ret;

	a->dev = dev;
	ret = take_options(dev, a);
	for (size_t i = 0; !ret && i < PARTS; i++)
		ret = parts[i].init(a);
	return ret;
}

/* Also after an init() that got part of the way. */
static void aic100_fini(struct axm_device *dev)
{
	struct aic100 *a = axm_priv(dev);

	for (size_t i = PARTS; i-- > 0;)
		parts[i].fini(a);
}

static void aic100_reset(struct axm_device *dev, enum axm_reset_kind kind)
{
	struct aic100 *a = axm_priv(dev);

	for (size_t i = PARTS; i-- > 0;)
		parts[i].reset(a);
}

void aic100_parts_reset(struct aic100 *a, bool soc)
{
	for (unsigned int i = 0; i < AIC100_DBCS; i++)
		aic100_dbc_stop(a, i);
	axm_lock(a->dev);
	for (size_t i = PARTS; i-- > 0;)
		if (parts[i].when == WITH_MHI ||
		    (soc && parts[i].when == WITH_SOC))
			parts[i].reset(a);
	axm_unlock(a->dev);
}

static uint64_t aic100_bar_read(struct axm_device *dev, unsigned int bar,
				uint64_t offset, unsigned int size)
{
	struct aic100 *a = axm_priv(dev);

	if (bar == a->bar_mhi)
		return aic100_mhi_read(a, offset, size);
	return bar == a->bar_dbc ? aic100_dbc_read(a, offset, size) : 0;
}

static void aic100_bar_write(struct axm_device *dev, unsigned int bar,
			     uint64_t offset, unsigned int size, uint64_t value)
{
	struct aic100 *a = axm_priv(dev);

	if (bar == a->bar_mhi)
		aic100_mhi_write(a, offset, size, value);
	else if (bar == a->bar_dbc)
		aic100_dbc_write(a, offset, size, value);
}

static const struct axm_opt_desc opts[] = {
	{ "identity", "aic100, aic080 or aic200 (aic100)" },
	{ "boot", "warm or cold (warm)" },
	{ "crc", "messages have a CRC: on or off (on)" },
	{ "ddr", "bytes of the card's memory (4G)" },
	{ "threads", "compute threads (one a processor)" },
	{ "msi", "interrupt vectors, a power of two up to 32 (32)" },
	{ 0 },
};

const struct axm_device_ops aic100_ops = {
	.name = "aic100",
	.summary = "Qualcomm Cloud AI 100, docs/aic100.md",
	.priv_size = sizeof(struct aic100),
	.pci = {
		.vendor = AIC100_PCI_VENDOR,
		.subsys_vendor = AIC100_PCI_VENDOR,
		.class_code = AIC100_PCI_CLASS,
		.pcie = true,
		.pm = true,
	},
	.opts = opts,
	.commands = aic100_commands,
	.init = aic100_init,
	.fini = aic100_fini,
	.reset = aic100_reset,
	.bar_read = aic100_bar_read,
	.bar_write = aic100_bar_write,
	.ecc = aic100_ecc,
};
