// SPDX-License-Identifier: GPL-2.0-only
/*
 * The test device's memory and MMU, in software.
 *
 * Page tables have the layout of docs/vnpu.md. Every translation is kept until
 * it is flushed, so that whoever forgets a flush sees old memory. All state is
 * under &mock.lock.
 */
#include <linux/bits.h>
#include <linux/device.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>

#include <axle/axle_bo.h>

#include "mock.h"

static bool fail_flush;
module_param(fail_flush, bool, 0644);
MODULE_PARM_DESC(fail_flush, "the device does not flush its MMU");

#define MOCK_PRESENT BIT_ULL(0)
#define MOCK_WRITE BIT_ULL(1)
#define MOCK_LARGE BIT_ULL(2)
#define MOCK_DEVICE BIT_ULL(3)
#define MOCK_ADDRESS GENMASK_ULL(51, 12)
#define MOCK_LEVELS 3
#define MOCK_BITS 9

static const struct axle_pt_format mock_format = {
	.page_shift = 12,
	.num_levels = MOCK_LEVELS,
	.levels = {
		{
			.bits = MOCK_BITS,
			.page = true,
			.page_bits = MOCK_PRESENT,
		},
		{
			.bits = MOCK_BITS,
			.page = true,
			.page_bits = MOCK_PRESENT | MOCK_LARGE,
			.table_bits = MOCK_PRESENT,
		},
		{
			.bits = MOCK_BITS,
			.table_bits = MOCK_PRESENT,
		},
	},
	.root_bits = MOCK_PRESENT,
	.address_mask = MOCK_ADDRESS,
	.write = MOCK_WRITE,
	.device = MOCK_DEVICE,
};

/* The pages of an address space are consecutive in &mock.tlb. */
static unsigned long mock_tlb_index(u32 asid, u64 address)
{
	return (u64)asid << (MOCK_LEVELS * MOCK_BITS) | address >> 12;
}

static void mock_tlb_erase(struct mock *mock, u32 asid, u64 address, u64 size)
{
	unsigned long last = mock_tlb_index(asid, address + size - 1);
	unsigned long index;
	void *entry;

	xa_for_each_range(&mock->tlb, index, entry,
			  mock_tlb_index(asid, address), last)
		xa_erase(&mock->tlb, index);
}

static u64 mock_vm_bytes(void)
{
	return 1ull << axle_pt_address_bits(&mock_format);
}

static int mock_vm_open(struct axle_vm *vm)
{
	struct mock *mock = to_mock(vm->adev);

	mock_touch(vm->adev);
	mutex_lock(&mock->lock);
	mock->roots[vm->asid] = axle_vm_root(vm);
	mock->stats.opens++;
	mutex_unlock(&mock->lock);
	return 0;
}

static void mock_vm_close(struct axle_vm *vm)
{
	struct mock *mock = to_mock(vm->adev);

	mock_touch(vm->adev);
	mutex_lock(&mock->lock);
	mock->roots[vm->asid] = 0;
	mock_tlb_erase(mock, vm->asid, 0, mock_vm_bytes());
	mock->stats.closes++;
	mutex_unlock(&mock->lock);
}

static int mock_vm_flush(struct axle_vm *vm, u64 address, u64 size)
{
	struct mock *mock = to_mock(vm->adev);

	mock_touch(vm->adev);
	if (READ_ONCE(fail_flush))
		return -ETIMEDOUT;
	mutex_lock(&mock->lock);
	mock_tlb_erase(mock, vm->asid, address, size);
	mock->stats.flushes++;
	mock->stats.flush_address = address;
	mock->stats.flush_size = size;
	mutex_unlock(&mock->lock);
	return 0;
}

const struct axle_vm_ops mock_vm_ops = {
	.format = &mock_format,
	.open = mock_vm_open,
	.close = mock_vm_close,
	.flush = mock_vm_flush,
};

/**
 * mock_mmu_reset() - Forget all address spaces.
 * @mock: the device
 */
void mock_mmu_reset(struct mock *mock)
{
	mutex_lock(&mock->lock);
	memset(mock->roots, 0, sizeof(mock->roots));
	xa_destroy(&mock->tlb);
	mutex_unlock(&mock->lock);
}

/**
 * mock_mem_clear() - Zero device memory beyond the window.
 * @adev: the device
 * @region: MOCK_REGION_DEVICE
 * @address: in device memory
 * @size: bytes
 *
 * Return: 0.
 */
int mock_mem_clear(struct axle_device *adev, unsigned int region, u64 address,
		   u64 size)
{
	struct mock *mock = to_mock(adev);

	mock_touch(adev);
	mutex_lock(&mock->lock);
	memset(mock->memory + address, 0, size);
	mock->stats.cleared += size;
	mutex_unlock(&mock->lock);
	return 0;
}

/**
 * mock_query_stats() - Answer MOCK_TOPIC_STATS.
 * @mock: the device
 * @data: out
 * @size: out
 *
 * Return: 0 or -ENOMEM.
 */
int mock_query_stats(struct mock *mock, void **data, size_t *size)
{
	struct mock_stats *answer = kvmalloc(sizeof(*answer), GFP_KERNEL);

	if (!answer)
		return -ENOMEM;
	mutex_lock(&mock->lock);
	*answer = mock->stats;
	mutex_unlock(&mock->lock);
	*data = answer;
	*size = sizeof(*answer);
	return 0;
}

/* Walks the tables; the entry of the page, or zero. Where there is no IOMMU,
 * addresses for the device are physical ones.
 */
static u64 mock_walk(struct mock *mock, u32 asid, u64 address, u32 *level)
{
	u64 entry = mock->roots[asid];

	for (*level = MOCK_LEVELS; entry & MOCK_PRESENT && *level;) {
		const __le64 *table = phys_to_virt(entry & MOCK_ADDRESS);
		u32 shift = 12 + --*level * MOCK_BITS;
		u32 i = (address >> shift) & (BIT(MOCK_BITS) - 1);

		entry = le64_to_cpu(READ_ONCE(table[i]));
		if (entry & MOCK_LARGE)
			break;
	}
	return entry & MOCK_PRESENT ? entry : 0;
}

static u64 mock_page_size(u32 level)
{
	return 1ull << (12 + level * MOCK_BITS);
}

/* Kept translations: page number, level and two bits of the entry. */
static u64 mock_translate(struct mock *mock, u32 asid, u64 address, u32 *level)
{
	unsigned long index = mock_tlb_index(asid, address);
	void *kept = xa_load(&mock->tlb, index);
	u64 entry, value;

	if (kept) {
		value = xa_to_value(kept);
		*level = value >> 4 & 3;
		return (value >> 6 << 12) | (value & 0xf);
	}
	entry = mock_walk(mock, asid, address, level);
	if (!entry)
		return 0;
	entry += address & (mock_page_size(*level) - 1) & MOCK_ADDRESS;
	value = (entry & MOCK_ADDRESS) >> 12 << 6 | *level << 4 | (entry & 0xf);
	xa_store(&mock->tlb, index, xa_mk_value(value), GFP_KERNEL);
	return entry;
}

static u64 *mock_target(struct mock *mock, u64 entry, u64 address)
{
	u64 target = (entry & MOCK_ADDRESS) | (address & 0xff8);

	if (!(entry & MOCK_DEVICE))
		return phys_to_virt(target);
	return target < MOCK_MEMORY ? mock->memory + target : NULL;
}

static int mock_access_locked(struct mock *mock, u32 asid,
			      struct mock_access *args)
{
	u32 level = 0;
	u64 entry = mock_translate(mock, asid, args->address, &level);
	u64 *word;

	if (!entry)
		return -ENXIO;
	args->page_size = mock_page_size(level);
	if (args->flags & MOCK_ACCESS_WRITE && !(entry & MOCK_WRITE))
		return -EACCES;
	word = mock_target(mock, entry, args->address);
	if (!word)
		return -EIO;
	if (args->flags & MOCK_ACCESS_WRITE)
		WRITE_ONCE(*word, args->value);
	else
		args->value = READ_ONCE(*word);
	return 0;
}

/**
 * mock_access() - MOCK_IOCTL_ACCESS.
 * @adev: the device
 * @ctx: the context
 * @data: &struct mock_access
 *
 * Return: 0 or a negative errno.
 */
int mock_access(struct axle_device *adev, struct axle_context *ctx, void *data)
{
	struct mock *mock = to_mock(adev);
	struct mock_access *args = data;
	struct axle_vm *vm;
	int err;

	if (args->flags & ~MOCK_ACCESS_WRITE || args->address % 8)
		return -EINVAL;
	mock_touch(adev);
	if (args->address >= mock_vm_bytes())
		return -ENXIO;
	vm = axle_vm_find(ctx, args->vm);
	if (!vm)
		return -ENOENT;
	mutex_lock(&mock->lock);
	err = mock_access_locked(mock, vm->asid, args);
	mutex_unlock(&mock->lock);
	axle_vm_put(vm);
	return err;
}

static void mock_mmu_fini(void *data)
{
	struct mock *mock = data;

	xa_destroy(&mock->tlb);
	/* Whoever still looks sees it. */
	memset(mock->memory, 0xa5, MOCK_MEMORY);
	free_pages((unsigned long)mock->memory, get_order(MOCK_MEMORY));
}

/**
 * mock_mmu_init() - Make the memory and the MMU.
 * @mock: the device
 *
 * Return: 0 or a negative errno.
 */
int mock_mmu_init(struct mock *mock)
{
	struct axle_window window = {
		.size = MOCK_MEMORY,
		.cpu_size = MOCK_WINDOW,
	};
	int err;

	mutex_init(&mock->lock);
	xa_init(&mock->tlb);
	mock->memory =
		(void *)__get_free_pages(GFP_KERNEL, get_order(MOCK_MEMORY));
	if (!mock->memory)
		return -ENOMEM;
	err = devm_add_action_or_reset(mock->axle.drm.dev, mock_mmu_fini, mock);
	if (err)
		return err;
	/* Memory that was not zeroed shows. */
	memset(mock->memory, 0xa5, MOCK_MEMORY);
	window.cpu_address = virt_to_phys(mock->memory);
	window.map = (void __iomem *)mock->memory;
	return axle_memory_init(&mock->axle, MOCK_REGION_DEVICE, &window);
}
