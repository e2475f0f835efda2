// SPDX-License-Identifier: MIT
/*
 * The dump of a vnpu: struct vnpu_queue_log of the queue that was killed, as
 * section 6 of docs/vnpu.md has it. It has no mark of its own, so all that must
 * be zero, and every number with few values, is looked at.
 */
#include "dump.h"
#include "tool.h"

#include <endian.h>
#include <inttypes.h>
#include <string.h>
#include <vnpu_regs.h>

static const char *const errors[VNPU_ERR_COUNT] = {
	[VNPU_ERR_OK] = "none",
	[VNPU_ERR_OPCODE] = "unknown operation",
	[VNPU_ERR_FIELD] = "a member is out of range",
	[VNPU_ERR_ID] = "no such object",
	[VNPU_ERR_EXISTS] = "the number is taken",
	[VNPU_ERR_LIMIT] = "a limit is reached",
	[VNPU_ERR_STATE] = "not in this state",
	[VNPU_ERR_UNSUPPORTED] = "not by this device",
	[VNPU_ERR_ADDRESS] = "an address is not aligned, or wraps",
	[VNPU_ERR_DMA] = "the bus refused an access",
	[VNPU_ERR_FAULT] = "the MMU refused an access",
	[VNPU_ERR_TIMEOUT] = "it took too long",
	[VNPU_ERR_KILLED] = "killed by a command",
	[VNPU_ERR_OVERRUN] = "the tail is beyond the ring",
	[VNPU_ERR_PROGRAM] = "not a valid program",
	[VNPU_ERR_BINDING] = "a binding is missing or wrong",
	[VNPU_ERR_NO_MEMORY] = "no private memory",
	[VNPU_ERR_ECC] = "uncorrectable memory error",
	[VNPU_ERR_INTERNAL] = "internal error",
	[VNPU_ERR_TRAP] = "a trap asked for it",
	[VNPU_ERR_FIRMWARE] = "firmware",
};

static const char *const ops[] = {
	[VNPU_OP_NOP] = "NOP",
	[VNPU_OP_FILL] = "FILL",
	[VNPU_OP_COPY] = "COPY",
	[VNPU_OP_EXEC] = "EXEC",
	[VNPU_OP_SIGNAL] = "SIGNAL",
	[VNPU_OP_WAIT] = "WAIT",
	[VNPU_OP_TIMESTAMP] = "TIMESTAMP",
	[VNPU_OP_TRAP] = "TRAP",
};

static void add_place(struct dump_report *out, const char *label,
		      const struct vnpu_place *place)
{
	uint32_t segments = le32toh(place->segments);

	if (segments)
		dump_add(out, label, "list of %u segments at %#" PRIx64,
			 segments, (uint64_t)le64toh(place->address));
	else
		dump_add(out, label, "%#" PRIx64 "%s",
			 (uint64_t)le64toh(place->address),
			 le32toh(place->flags) & VNPU_PLACE_DEVICE ?
				 " of device memory" :
				 "");
}

static void add_fill(struct dump_report *out, const struct vnpu_desc *desc)
{
	add_place(out, "to", &desc->fill.dst);
	dump_add(out, "bytes", "%" PRIu64, (uint64_t)le64toh(desc->fill.size));
	dump_add(out, "pattern", "%#" PRIx64,
		 (uint64_t)le64toh(desc->fill.pattern));
}

static void add_copy(struct dump_report *out, const struct vnpu_desc *desc)
{
	add_place(out, "to", &desc->copy.dst);
	add_place(out, "from", &desc->copy.src);
	dump_add(out, "bytes", "%" PRIu64, (uint64_t)le64toh(desc->copy.size));
}

static void add_exec(struct dump_report *out, const struct vnpu_desc *desc)
{
	dump_add(out, "program", "%u", le32toh(desc->exec.program));
	dump_add(out, "bindings", "%u", le32toh(desc->exec.count));
	add_place(out, "bindings at", &desc->exec.bindings);
}

static void add_value(struct dump_report *out, const struct vnpu_desc *desc)
{
	dump_add(out, "at", "%#" PRIx64,
		 (uint64_t)le64toh(desc->value.address));
	dump_add(out, "value", "%" PRIu64,
		 (uint64_t)le64toh(desc->value.value));
	dump_add(out, "kind", "%u", le32toh(desc->value.kind));
}

static void add_desc(struct dump_report *out, const struct vnpu_desc *desc)
{
	static const struct vnpu_desc none;

	if (memcmp(desc, &none, sizeof(none)) == 0) {
		dump_add(out, "descriptor", "none was being worked on");
		return;
	}
	if (desc->opcode >= ARRAY_SIZE(ops)) {
		dump_add(out, "descriptor", "operation %#x, which is none",
			 desc->opcode);
		return;
	}
	dump_add(out, "descriptor", "%s", ops[desc->opcode]);
	if (le32toh(desc->timeout_ms))
		dump_add(out, "may take", "%u ms", le32toh(desc->timeout_ms));
	if (desc->opcode == VNPU_OP_FILL)
		add_fill(out, desc);
	else if (desc->opcode == VNPU_OP_COPY)
		add_copy(out, desc);
	else if (desc->opcode == VNPU_OP_EXEC)
		add_exec(out, desc);
	else if (desc->opcode != VNPU_OP_NOP)
		add_value(out, desc);
}

static bool is_plausible(const struct vnpu_queue_log *log)
{
	for (size_t i = 0; i < ARRAY_SIZE(log->reserved); i++)
		if (log->reserved[i])
			return false;
	return le32toh(log->error) < VNPU_ERR_COUNT &&
	       !(le32toh(log->flags) &
		 ~(uint32_t)(VNPU_RING_NEED_WAKEUP | VNPU_RING_ERROR));
}

int dump_vnpu(const struct dump *dump, struct dump_report *out)
{
	struct vnpu_queue_log log;
	uint32_t flags, error;

	if (dump->size != sizeof(log) || dump->head_size != sizeof(log))
		return -1;
	memcpy(&log, dump->head, sizeof(log));
	if (!is_plausible(&log))
		return -1;
	out->format = "a queue of a vnpu";
	flags = le32toh(log.flags);
	error = le32toh(log.error);
	dump_add(out, "queue", "%u", le32toh(log.queue));
	dump_add(out, "context", "%u", le16toh(log.context));
	if (le16toh(log.asid) != VNPU_ASID_BUS)
		dump_add(out, "address space", "%u", le16toh(log.asid));
	dump_add(out, "error", "%s",
		 flags & VNPU_RING_ERROR ? errors[error] : "none");
	if (flags & VNPU_RING_NEED_WAKEUP)
		dump_add(out, "state", "asleep");
	dump_add(out, "done", "%" PRIu64, (uint64_t)le64toh(log.done));
	dump_add(out, "tail", "%" PRIu64, (uint64_t)le64toh(log.tail));
	dump_add(out, "busy", "%" PRIu64 " ns", (uint64_t)le64toh(log.busy_ns));
	add_desc(out, &log.desc);
	return 0;
}
