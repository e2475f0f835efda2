// SPDX-License-Identifier: MIT
/*
 * The devices that the conformance tests know: how jobs and slots of each are
 * written. One const table; a new driver is a new row.
 */
#include "dut.h"

#include <endian.h>
#include <string.h>

#include <drm/axle_edu.h>

#include "axle_mock.h"
#include "vnpu_regs.h"

/* In no address space of the tests: just below the end of 39 bits. */
#define NOWHERE ((1ull << 39) - (1ull << 21))

static void mock_encode(void *to, const struct dut_command *command,
			uint32_t dst, uint32_t src)
{
	static const uint32_t ops[] = {
		[DUT_NOP] = MOCK_NOP,	  [DUT_FILL] = MOCK_FILL,
		[DUT_COPY] = MOCK_COPY,	  [DUT_SPIN] = MOCK_SLEEP,
		[DUT_HANG] = MOCK_HANG,	  [DUT_FAIL] = MOCK_FAIL,
		[DUT_CRASH] = MOCK_CRASH,
	};

	*(struct mock_command *)to = (struct mock_command){
		.op = ops[command->op],
		.ms = command->ms,
		.dst = dst,
		.src = src,
		.dst_offset = command->dst_offset,
		.src_offset = command->src_offset,
		.size = command->size,
		.value = command->value,
	};
}

static void mock_slot(void *to, const struct dut_command *command)
{
	static const uint32_t ops[] = {
		[DUT_NOP] = MOCK_NOP,
		[DUT_SPIN] = MOCK_SLEEP,
		[DUT_HANG] = MOCK_HANG,
		[DUT_CRASH] = MOCK_CRASH,
	};

	*(struct mock_slot *)to = (struct mock_slot){
		.op = ops[command->op],
		.ms = command->ms,
	};
}

static uint64_t mock_done(const volatile void *status)
{
	const volatile struct mock_status *record = status;

	return __atomic_load_n(&record->done, __ATOMIC_ACQUIRE);
}

static bool mock_asleep(const volatile void *status)
{
	return false;
}

static void mock_mark(struct dut_ring *ring, uint64_t value)
{
	struct mock_slot *slots = (void *)ring->ring;

	slots[ring->written % ring->info.slots] =
		(struct mock_slot){ .op = MOCK_MIX, .value = value };
	ring->expected = ring->expected * 31 + value;
}

static uint64_t mock_marked(const struct dut_ring *ring)
{
	const volatile struct mock_status *record = ring->status;

	return record->sum;
}

static const void *mock_program(size_t *size)
{
	static const struct mock_program blob = { MOCK_MAGIC, 77 };

	*size = sizeof(blob);
	return &blob;
}

static void mock_execute(void *to, uint32_t program,
			 const struct dut_memory *dst)
{
	*(struct mock_command *)to = (struct mock_command){
		.op = MOCK_EXEC,
		.size = 8,
		.value = program,
	};
}

/* The factorial of zero: the least that there is. */
static void edu_encode(void *to, const struct dut_command *command,
		       uint32_t dst, uint32_t src)
{
	*(struct drm_axle_edu_command *)to = (struct drm_axle_edu_command){
		.op = DRM_AXLE_EDU_FACTORIAL,
		.use = dst,
	};
}

static const uint8_t vnpu_ops[] = {
	[DUT_NOP] = VNPU_OP_NOP,    [DUT_FILL] = VNPU_OP_FILL,
	[DUT_COPY] = VNPU_OP_COPY,  [DUT_SPIN] = VNPU_OP_TRAP,
	[DUT_HANG] = VNPU_OP_TRAP,  [DUT_FAIL] = VNPU_OP_TRAP,
	[DUT_CRASH] = VNPU_OP_TRAP, [DUT_FAULT] = VNPU_OP_FILL,
};

static const uint16_t vnpu_traps[] = {
	[DUT_SPIN] = VNPU_TRAP_SPIN,
	[DUT_HANG] = VNPU_TRAP_HANG,
	[DUT_FAIL] = VNPU_TRAP_ERROR,
	[DUT_CRASH] = VNPU_TRAP_ERROR,
};

static uint64_t spin_ns(const struct dut_command *command)
{
	return command->op == DUT_SPIN ? command->ms * 1000000ull : 0;
}

static void vnpu_write(void *to, const struct dut_command *command,
		       struct vnpu_place dst, struct vnpu_place src)
{
	struct vnpu_desc desc = { .opcode = vnpu_ops[command->op] };

	if (desc.opcode == VNPU_OP_FILL) {
		desc.fill.dst = dst;
		desc.fill.size = htole64(command->size ?: 8);
		desc.fill.pattern = htole64(command->value);
	} else if (desc.opcode == VNPU_OP_COPY) {
		desc.copy.dst = dst;
		desc.copy.src = src;
		desc.copy.size = htole64(command->size);
	} else if (desc.opcode == VNPU_OP_TRAP) {
		desc.value.kind = htole32(vnpu_traps[command->op]);
		desc.value.value = htole64(spin_ns(command));
	}
	memcpy(to, &desc, sizeof(desc));
}

static struct vnpu_place virtual_place(const struct dut_memory *memory,
				       uint64_t offset)
{
	return (struct vnpu_place){
		.address = htole64(memory ? memory->address + offset : NOWHERE),
	};
}

static void vnpu_slot(void *to, const struct dut_command *command)
{
	vnpu_write(to, command,
		   virtual_place(command->dst, command->dst_offset),
		   virtual_place(command->src, command->src_offset));
}

static void vnpu_encode(void *to, const struct dut_command *command,
			uint32_t dst, uint32_t src)
{
	vnpu_slot(to, command);
}

static uint64_t vnpu_done(const volatile void *status)
{
	const volatile struct vnpu_ring_status *record = status;

	return le64toh(__atomic_load_n(&record->done, __ATOMIC_ACQUIRE));
}

static bool vnpu_asleep(const volatile void *status)
{
	const volatile struct vnpu_ring_status *record = status;

	return le32toh(record->flags) & VNPU_RING_NEED_WAKEUP;
}

static void vnpu_mark(struct dut_ring *ring, uint64_t value)
{
	struct dut_command fill =
		dut_fill(&ring->ctx->page, ring->info.queue, value);
	struct vnpu_desc *slots = (void *)ring->ring;

	vnpu_slot(&slots[ring->written % ring->info.slots], &fill);
	ring->expected = value;
}

static uint64_t vnpu_marked(const struct dut_ring *ring)
{
	return ring->ctx->page.words[ring->info.queue];
}

static void edge_encode(void *to, const struct dut_command *command,
			uint32_t dst, uint32_t src)
{
	vnpu_write(to, command,
		   (struct vnpu_place){ .address = htole64(command->dst_offset),
					.segments = htole32(dst) },
		   (struct vnpu_place){ .address = htole64(command->src_offset),
					.segments = htole32(src) });
}

#define VNPU_OPS                                                    \
	(DUT_CAN(DUT_NOP) | DUT_CAN(DUT_FILL) | DUT_CAN(DUT_COPY) | \
	 DUT_CAN(DUT_SPIN) | DUT_CAN(DUT_HANG) | DUT_CAN(DUT_CRASH))

static const struct dut_driver drivers[] = {
	{
		.name = "mock",
		.driver = "mock",
		.device_class = -1,
		.module = "axle_mock",
		.options = "contexts=64",
		.ops = DUT_CAN(DUT_NOP) | DUT_CAN(DUT_FILL) |
		       DUT_CAN(DUT_COPY) | DUT_CAN(DUT_SPIN) |
		       DUT_CAN(DUT_HANG) | DUT_CAN(DUT_FAIL) |
		       DUT_CAN(DUT_CRASH),
		.slot_ops = DUT_CAN(DUT_NOP) | DUT_CAN(DUT_SPIN) |
			    DUT_CAN(DUT_HANG) | DUT_CAN(DUT_CRASH),
		.engine = MOCK_ENGINE_RINGS,
		.kernel_engines = 1u << MOCK_ENGINE_RINGS |
				  1u << MOCK_ENGINE_SERIAL,
		.user_engines = 1u << MOCK_ENGINE_RINGS,
		.buffers = true,
		.device_memory = true,
		.foreign = true,
		.command_size = sizeof(struct mock_command),
		.encode = mock_encode,
		.slot_size = sizeof(struct mock_slot),
		.slot = mock_slot,
		.done = mock_done,
		.asleep = mock_asleep,
		.mark = mock_mark,
		.marked = mock_marked,
		.program = mock_program,
		.execute = mock_execute,
	},
	{
		/* Its jobs write factorials, so test-edu.c has most of it. */
		.name = "edu",
		.driver = "edu",
		.device_class = -1,
		.module = "axle_edu",
		.options = "",
		.buffers = true,
		.kernel_engines = 3,
		.command_size = sizeof(struct drm_axle_edu_command),
		.encode = edu_encode,
	},
	{
		.name = "vnpu",
		.driver = "vnpu",
		.device_class = DRM_AXLE_CLASS_DATACENTER,
		.module = "axle_vnpu",
		.options = "trap=1",
		.ops = VNPU_OPS | DUT_CAN(DUT_FAULT),
		.slot_ops = VNPU_OPS | DUT_CAN(DUT_FAULT),
		.kernel_engines = 3,
		.user_engines = 3,
		.buffers = true,
		.device_memory = true,
		.foreign = true,
		.addresses = true,
		.command_size = sizeof(struct vnpu_desc),
		.encode = vnpu_encode,
		.slot_size = sizeof(struct vnpu_desc),
		.slot = vnpu_slot,
		.done = vnpu_done,
		.asleep = vnpu_asleep,
		.mark = vnpu_mark,
		.marked = vnpu_marked,
	},
	{
		.name = "vnpu-edge",
		.driver = "vnpu",
		.device_class = DRM_AXLE_CLASS_EDGE,
		.module = "axle_vnpu",
		.options = "trap=1",
		.ops = VNPU_OPS,
		.kernel_engines = 1,
		.buffers = true,
		.foreign = true,
		.command_size = sizeof(struct vnpu_desc),
		.encode = edge_encode,
	},
};

const struct dut_driver *dut_driver_find(const char *name)
{
	for (size_t i = 0; i < sizeof(drivers) / sizeof(drivers[0]); i++)
		if (strcmp(drivers[i].name, name) == 0)
			return &drivers[i];
	return NULL;
}
