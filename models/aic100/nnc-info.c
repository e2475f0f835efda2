// SPDX-License-Identifier: MIT
/*
 * What the card tells of itself. Counts are those of the moment; the clock of
 * NSPs is nominal and follows the states of activations. What this card has
 * none of (multicast, networks on chip, dedicated DMA channels) is zero.
 */
#include "ddr.h"
#include "nnc.h"

#include <stdio.h>
#include <string.h>

#define NSP_HZ_UP 1000000000u
#define NSP_HZ_DOWN 300000000u
#define HW_VERSION 0x60110200u
#define NS_PER_S 1000000000u
#define MIB (1u << 20)

/* Of free memory, what is not in its largest piece, in percent. */
static uint32_t fragmentation(struct aic100 *a)
{
	uint64_t idle = aic100_ddr_size(a) - aic100_ddr_used(a);

	if (!idle)
		return 0;
	return (uint32_t)(100 - aic100_ddr_largest(a) * 100 / idle);
}

static void resources(struct aic100 *a, const struct nnc_pool *pool,
		      struct nnc_resources *out)
{
	const uint64_t *all = pool->all.amount;

	out->dram_total = htole32((uint32_t)(all[NNC_MEMORY] / MIB));
	out->dram_free = htole32((uint32_t)(pool->free[NNC_MEMORY] / MIB));
	out->fragmentation = htole32(fragmentation(a));
	out->vc_total = (uint8_t)all[NNC_VC];
	out->vc_free = (uint8_t)pool->free[NNC_VC];
	out->nsp_total = (uint8_t)all[NNC_NSP];
	out->nsp_free = (uint8_t)pool->free[NNC_NSP];
	out->semaphore_total = htole32((uint32_t)all[NNC_SEMAPHORE]);
	out->semaphore_free = htole32((uint32_t)pool->free[NNC_SEMAPHORE]);
	out->dma_total = 1;
}

static bool busy(const struct aic100_nnc *nnc)
{
	for (unsigned int i = 0; i < AIC100_NSPS; i++)
		if (nnc->activation[i].id &&
		    nnc->activation[i].state != NNC_STATE_DEACTIVATED)
			return true;
	return false;
}

/* The rate is that of loads since somebody asked. */
static void performance(struct aic100_nnc *nnc, struct nnc_performance *out)
{
	uint64_t now = axm_now_ns();
	uint64_t us = (now - nnc->asked) / 1000 + 1;

	out->nsp_hz = htole32(busy(nnc) ? NSP_HZ_UP : NSP_HZ_DOWN);
	out->dram_rate = htole64(nnc->loaded / 1024 * (NS_PER_S / 1000) / us);
	nnc->loaded = 0;
	nnc->asked = now;
}

static void text(uint8_t *to, size_t size, const char *from)
{
	snprintf((char *)to, size, "%s", from);
}

static void versions(struct aic100 *a, struct nnc_info *out)
{
	char serial[16];

	snprintf(serial, sizeof(serial), "AXLE%04u", axm_number(a->dev));
	out->format = NNC_INFO_FORMAT;
	out->fw_major = out->nsp_major = 1;
	text(out->fw_image, sizeof(out->fw_image), "axle aic100 model");
	text(out->fw_oem, sizeof(out->fw_oem), "axle");
	text(out->fw_variant, sizeof(out->fw_variant), "emulated");
	text(out->sbl_image, sizeof(out->sbl_image), "axle aic100 model");
	text(out->nsp_image, sizeof(out->nsp_image), "axle tensor programs");
	text(out->nsp_oem, sizeof(out->nsp_oem), "axle");
	text(out->nsp_variant, sizeof(out->nsp_variant), "emulated");
	text(out->serial, sizeof(out->serial), serial);
	text(out->board_serial, sizeof(out->board_serial), serial);
	out->hw_version = htole32(HW_VERSION);
	out->commands_major = htole16(NNC_COMMANDS_MAJOR);
	out->commands_minor = htole16(NNC_COMMANDS_MINOR);
	if (a->identity == AIC100_PCI_DEVICE)
		out->sku = NNC_SKU_PCIE;
	else if (a->identity == AIC080_PCI_DEVICE)
		out->sku = NNC_SKU_PCIE_080;
}

static uint8_t byte(unsigned int count)
{
	return count > UINT8_MAX ? UINT8_MAX : (uint8_t)count;
}

static void counts(const struct aic100_nnc *nnc, struct nnc_info *out)
{
	unsigned int constants = 0, used = 0, elfs = 0, active = 0;

	for (unsigned int i = 0; i < AIC100_OBJECTS; i++) {
		const struct nnc_object *o = &nnc->object[i];

		constants += o->ready && !o->elf;
		used += o->ready && !o->elf && o->uses;
		elfs += o->ready && o->elf;
	}
	for (unsigned int i = 0; i < AIC100_NSPS; i++)
		active += nnc->activation[i].id != 0;
	out->constants_loaded = htole32(constants);
	out->constants_used = htole32(used);
	out->elfs_loaded = byte(elfs);
	out->elfs_active = byte(active);
}

enum nnc_status nnc_status_command(struct nnc_call *c)
{
	struct nnc_info *out = c->out;

	versions(c->m->a, out);
	resources(c->m->a, c->m->nnc->pool, &out->resources);
	performance(c->m->nnc, &out->performance);
	counts(c->m->nnc, out);
	return NNC_OK;
}

enum nnc_status nnc_resource_info_command(struct nnc_call *c)
{
	const struct nnc_get_resources *in = c->in;
	struct nnc_resource_info *out = c->out;
	const struct nnc_pool *pool =
		nnc_pool_find(c->m->nnc, c->m->user, le32toh(in->group), true);

	out->group = in->group;
	if (!pool)
		return NNC_ERR_NOT_FOUND;
	resources(c->m->a, pool, &out->resources);
	return NNC_OK;
}

enum nnc_status nnc_performance_info_command(struct nnc_call *c)
{
	struct nnc_performance_info *out = c->out;

	performance(c->m->nnc, &out->performance);
	return NNC_OK;
}

/* The bridge's one physical channel serves all: none can be dedicated. */
enum nnc_status nnc_config_command(struct nnc_call *c)
{
	const struct nnc_config *in = c->in;

	if (le32toh(in->option) != NNC_CONFIG_DMA || in->dedicated)
		return NNC_ERR_PARAMETER;
	return NNC_OK;
}
