// SPDX-License-Identifier: GPL-2.0-only
/* Address spaces (section 8), and programs, which the device copies. */
#include <linux/sizes.h>

#include "vnpu.h"

#define VNPU_PROGRAM_SIZE_MAX SZ_256M /* the device may take less */

static const struct axle_pt_format vnpu_pt_format = {
	.page_shift = VNPU_MMU_PAGE_SHIFT,
	.num_levels = VNPU_MMU_LEVELS,
	.levels = {
		{ .bits = VNPU_MMU_LEVEL_BITS, .page = true,
		  .page_bits = VNPU_PTE_PRESENT },
		{ .bits = VNPU_MMU_LEVEL_BITS, .page = true,
		  .page_bits = VNPU_PTE_PRESENT | VNPU_PTE_LARGE,
		  .table_bits = VNPU_PTE_PRESENT },
		{ .bits = VNPU_MMU_LEVEL_BITS,
		  .table_bits = VNPU_PTE_PRESENT },
	},
	.root_bits = VNPU_PTE_PRESENT,
	.address_mask = VNPU_PTE_ADDRESS,
	.write = VNPU_PTE_WRITE,
	.device = VNPU_PTE_DEVICE,
};

static int vnpu_vm_command(struct axle_vm *vm, u8 opcode, u64 root, u64 address,
			   u64 size)
{
	struct vnpu_cmd cmd = {
		.opcode = opcode,
		.context = cpu_to_le16((uintptr_t)vm->priv),
		.object = cpu_to_le32(vm->asid),
		.vm.root = cpu_to_le64(root),
		.vm.address = cpu_to_le64(address),
		.vm.size = cpu_to_le64(size),
	};

	return vnpu_command(to_vnpu(vm->adev), &cmd, NULL);
}

static int vnpu_vm_open(struct axle_vm *vm)
{
	vm->priv = (void *)(uintptr_t)vm->ctx->id;
	return vnpu_vm_command(vm, VNPU_CMD_VM_SET, axle_vm_root(vm), 0, 0);
}

static void vnpu_vm_close(struct axle_vm *vm)
{
	/* A device that does not answer is reset, which has the same effect. */
	vnpu_vm_command(vm, VNPU_CMD_VM_SET, 0, 0, 0);
}

static int vnpu_vm_flush(struct axle_vm *vm, u64 address, u64 size)
{
	return vnpu_vm_command(vm, VNPU_CMD_VM_FLUSH, 0, address, size);
}

const struct axle_vm_ops vnpu_vm_ops = {
	.format = &vnpu_pt_format,
	.open = vnpu_vm_open,
	.close = vnpu_vm_close,
	.flush = vnpu_vm_flush,
};

static int vnpu_load(struct axle_program *program)
{
	struct vnpu_cmd cmd = {
		.opcode = VNPU_CMD_PROGRAM_LOAD,
		.context = cpu_to_le16(program->ctx->id),
		.object = cpu_to_le32(program->id),
		.data.address = cpu_to_le64(program->list),
		.data.size = cpu_to_le64(program->size),
		.data.segments = cpu_to_le32(program->num_segments),
	};
	struct vnpu_result result;
	int err;

	err = vnpu_command(to_vnpu(program->ctx->adev), &cmd, &result);
	if (!err)
		program->info = (u64)program->id << 48 |
				le64_to_cpu(result.value);
	return err;
}

static void vnpu_unload(struct axle_program *program)
{
	struct vnpu *vnpu = to_vnpu(program->ctx->adev);
	int cookie;

	if (axle_hw_enter(&vnpu->axle, &cookie))
		return;
	vnpu_simple(vnpu, VNPU_CMD_PROGRAM_UNLOAD, program->ctx->id,
		    program->id);
	axle_hw_exit(&vnpu->axle, cookie);
}

const struct axle_program_ops vnpu_program_ops = {
	.size_max = VNPU_PROGRAM_SIZE_MAX,
	.per_context = 256,
	.load = vnpu_load,
	.unload = vnpu_unload,
};
