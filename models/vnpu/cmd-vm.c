// SPDX-License-Identifier: MIT
#include "core.h"

#define AT(member) offsetof(struct vnpu_cmd, member)

static uint32_t limit(const struct vnpu_limits *limits)
{
	return limits->asids;
}

static struct vnpu_asid *asid_of(struct vnpu *v, const struct vnpu_cmd *cmd)
{
	return &v->asids[le32toh(cmd->object)];
}

/* VM_SET makes a free one the context's. */
static int free_or_own(struct vnpu *v, const struct vnpu_cmd *cmd,
		       struct vnpu_result *result)
{
	struct vnpu_asid *a = asid_of(v, cmd);

	if (!a->used)
		return cmd->vm.root ? 0 : VNPU_ERR_ID;
	return a->context == le16toh(cmd->context) ? 0 : VNPU_ERR_ID;
}

static int own(struct vnpu *v, const struct vnpu_cmd *cmd,
	       struct vnpu_result *result)
{
	struct vnpu_asid *a = asid_of(v, cmd);

	return a->used && a->context == le16toh(cmd->context) ? 0 : VNPU_ERR_ID;
}

static int check_root(struct vnpu *v, const struct vnpu_cmd *cmd,
		      struct vnpu_result *result)
{
	uint64_t root = le64toh(cmd->vm.root);

	if (root &&
	    (!(root & VNPU_PTE_PRESENT) ||
	     root & (VNPU_PTE_RESERVED | VNPU_PTE_WRITE | VNPU_PTE_LARGE)))
		return vnpu_refuse(result, VNPU_ERR_FIELD, AT(vm.root));
	return VNPU_ERR_OK;
}

static bool in_use(struct vnpu *v, uint32_t asid)
{
	for (uint32_t i = 0; i < v->limits->queues; i++)
		if (atomic_load(&v->queues[i].engine) >= 0 &&
		    v->queues[i].asid == asid)
			return true;
	return false;
}

static int set(struct vnpu *v, const struct vnpu_cmd *cmd,
	       struct vnpu_result *result)
{
	struct vnpu_asid *a = asid_of(v, cmd);
	uint32_t asid = le32toh(cmd->object);

	if (!cmd->vm.root && in_use(v, asid))
		return VNPU_ERR_STATE;
	pthread_rwlock_wrlock(&a->lock);
	a->used = cmd->vm.root;
	a->context = le16toh(cmd->context);
	a->root = le64toh(cmd->vm.root);
	pthread_rwlock_unlock(&a->lock);
	return vnpu_flush(v, (uint16_t)asid, 0, 0);
}

static int check_range(struct vnpu *v, const struct vnpu_cmd *cmd,
		       struct vnpu_result *result)
{
	uint64_t address = le64toh(cmd->vm.address);
	uint64_t size = le64toh(cmd->vm.size);

	if (size && address + (size - 1) < address)
		return vnpu_refuse(result, VNPU_ERR_ADDRESS, AT(vm.address));
	return VNPU_ERR_OK;
}

static int flush(struct vnpu *v, const struct vnpu_cmd *cmd,
		 struct vnpu_result *result)
{
	return vnpu_flush(v, (uint16_t)le32toh(cmd->object),
			  le64toh(cmd->vm.address), le64toh(cmd->vm.size));
}

const struct vnpu_command_type vnpu_cmd_vm_set = {
	.cap = VNPU_CAP_MMU,
	.context = VNPU_CONTEXT_USED,
	.limit = limit,
	.object = free_or_own,
	.named = VNPU_NAMED(vm.root),
	.check = check_root,
	.run = set,
};

const struct vnpu_command_type vnpu_cmd_vm_flush = {
	.cap = VNPU_CAP_MMU,
	.context = VNPU_CONTEXT_USED,
	.limit = limit,
	.object = own,
	.named = VNPU_NAMED(vm.address) | VNPU_NAMED(vm.size),
	.check = check_range,
	.run = flush,
};
