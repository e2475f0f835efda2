// SPDX-License-Identifier: MIT
/*
 * hw/vnpu_regs.h against tables of its own: a number changed by accident in
 * the header is found here, because it stands here a second time, and so is a
 * layout that would depend on a compiler, because the members must tile their
 * struct. The numbers R are those of docs/vnpu.md, section 15.
 */
#include "vnpu_regs.h"
#include "tap.h"

#include <endian.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A member; unit is the bytes of its scalars, which align it. */
struct member {
	const char *name;
	size_t offset, size, unit;
	size_t want_offset, want_size;
};

#define MEMBER(type, name, want_offset, want_size, unit) \
	{ #type "." #name,                               \
	  offsetof(struct type, name),                   \
	  sizeof(((struct type *)0)->name),              \
	  unit,                                          \
	  want_offset,                                   \
	  want_size }

struct layout {
	const char *name;
	size_t size, want_size;
	const struct member *members;
	size_t count;
};

#define LAYOUT(type, want_size) \
	{ #type, sizeof(struct type), want_size, type##_m, COUNT(type##_m) }

static const struct member vnpu_fw_header_m[] = {
	MEMBER(vnpu_fw_header, magic, 0, 4, 4),
	MEMBER(vnpu_fw_header, header_version, 4, 2, 2),
	MEMBER(vnpu_fw_header, header_size, 6, 2, 2),
	MEMBER(vnpu_fw_header, size, 8, 4, 4),
	MEMBER(vnpu_fw_header, profiles, 12, 4, 4),
	MEMBER(vnpu_fw_header, version, 16, 4, 4),
	MEMBER(vnpu_fw_header, interface, 20, 4, 4),
	MEMBER(vnpu_fw_header, build_time, 24, 8, 8),
	MEMBER(vnpu_fw_header, name, 32, 32, 1),
	MEMBER(vnpu_fw_header, digest, 64, 32, 1),
	MEMBER(vnpu_fw_header, security, 96, 4, 4),
	MEMBER(vnpu_fw_header, reserved, 100, 28, 1),
};

static const struct member vnpu_ring_status_m[] = {
	MEMBER(vnpu_ring_status, done, 0, 8, 8),
	MEMBER(vnpu_ring_status, flags, 8, 4, 4),
	MEMBER(vnpu_ring_status, error, 12, 4, 4),
	MEMBER(vnpu_ring_status, error_position, 16, 8, 8),
	MEMBER(vnpu_ring_status, busy_ns, 24, 8, 8),
	MEMBER(vnpu_ring_status, dropped, 32, 8, 8),
	MEMBER(vnpu_ring_status, cycles, 40, 8, 8),
	MEMBER(vnpu_ring_status, reserved, 48, 16, 8),
};

static const struct member vnpu_cmd_data_m[] = {
	MEMBER(vnpu_cmd_data, address, 0, 8, 8),
	MEMBER(vnpu_cmd_data, size, 8, 8, 8),
	MEMBER(vnpu_cmd_data, segments, 16, 4, 4),
	MEMBER(vnpu_cmd_data, item, 20, 4, 4),
	MEMBER(vnpu_cmd_data, reserved, 24, 32, 8),
};

static const struct member vnpu_cmd_feature_m[] = {
	MEMBER(vnpu_cmd_feature, value, 0, 32, 8),
	MEMBER(vnpu_cmd_feature, reserved, 32, 24, 8),
};

static const struct member vnpu_cmd_vm_m[] = {
	MEMBER(vnpu_cmd_vm, root, 0, 8, 8),
	MEMBER(vnpu_cmd_vm, address, 8, 8, 8),
	MEMBER(vnpu_cmd_vm, size, 16, 8, 8),
	MEMBER(vnpu_cmd_vm, reserved, 24, 32, 8),
};

static const struct member vnpu_cmd_queue_m[] = {
	MEMBER(vnpu_cmd_queue, ring, 0, 8, 8),
	MEMBER(vnpu_cmd_queue, status, 8, 8, 8),
	MEMBER(vnpu_cmd_queue, position, 16, 8, 8),
	MEMBER(vnpu_cmd_queue, timeout_ms, 24, 4, 4),
	MEMBER(vnpu_cmd_queue, vector, 28, 2, 2),
	MEMBER(vnpu_cmd_queue, asid, 30, 2, 2),
	MEMBER(vnpu_cmd_queue, log2, 32, 1, 1),
	MEMBER(vnpu_cmd_queue, engine, 33, 1, 1),
	MEMBER(vnpu_cmd_queue, priority, 34, 1, 1),
	MEMBER(vnpu_cmd_queue, reserved0, 35, 5, 1),
	MEMBER(vnpu_cmd_queue, reserved, 40, 16, 8),
};

static const struct member vnpu_cmd_flash_m[] = {
	MEMBER(vnpu_cmd_flash, address, 0, 8, 8),
	MEMBER(vnpu_cmd_flash, size, 8, 8, 8),
	MEMBER(vnpu_cmd_flash, offset, 16, 8, 8),
	MEMBER(vnpu_cmd_flash, reserved, 24, 32, 8),
};

static const struct member vnpu_cmd_ras_m[] = {
	MEMBER(vnpu_cmd_ras, address, 0, 8, 8),
	MEMBER(vnpu_cmd_ras, severity, 8, 4, 4),
	MEMBER(vnpu_cmd_ras, count, 12, 4, 4),
	MEMBER(vnpu_cmd_ras, reserved, 16, 40, 8),
};

static const struct member vnpu_cmd_m[] = {
	MEMBER(vnpu_cmd, opcode, 0, 1, 1),  MEMBER(vnpu_cmd, flags, 1, 1, 1),
	MEMBER(vnpu_cmd, context, 2, 2, 2), MEMBER(vnpu_cmd, object, 4, 4, 4),
	MEMBER(vnpu_cmd, arg, 8, 56, 8),
};

static const struct member vnpu_result_m[] = {
	MEMBER(vnpu_result, status, 0, 4, 4),
	MEMBER(vnpu_result, detail, 4, 4, 4),
	MEMBER(vnpu_result, value, 8, 8, 8),
};

static const struct member vnpu_engine_m[] = {
	MEMBER(vnpu_engine, name, 0, 16, 1),
	MEMBER(vnpu_engine, kind, 16, 4, 4),
	MEMBER(vnpu_engine, reserved, 20, 12, 4),
};

static const struct member vnpu_identify_m[] = {
	MEMBER(vnpu_identify, name, 0, 64, 1),
	MEMBER(vnpu_identify, serial, 64, 64, 1),
	MEMBER(vnpu_identify, program_version, 128, 4, 4),
	MEMBER(vnpu_identify, bindings_max, 132, 4, 4),
	MEMBER(vnpu_identify, program_size_max, 136, 8, 8),
	MEMBER(vnpu_identify, private_memory, 144, 8, 8),
	MEMBER(vnpu_identify, temperature_max_mc, 152, 4, 4),
	MEMBER(vnpu_identify, power_max_mw, 156, 4, 4),
	MEMBER(vnpu_identify, clock_max_khz, 160, 4, 4),
	MEMBER(vnpu_identify, power_min_mw, 164, 4, 4),
	MEMBER(vnpu_identify, clock_min_khz, 168, 4, 4),
	MEMBER(vnpu_identify, flash_size_max, 172, 4, 4),
	MEMBER(vnpu_identify, flash_piece_max, 176, 4, 4),
	MEMBER(vnpu_identify, pages_retired_max, 180, 4, 4),
	MEMBER(vnpu_identify, reserved, 184, 72, 4),
	MEMBER(vnpu_identify, engine, 256, 256, 4),
};

static const struct member vnpu_flash_slot_m[] = {
	MEMBER(vnpu_flash_slot, state, 0, 4, 4),
	MEMBER(vnpu_flash_slot, version, 4, 4, 4),
	MEMBER(vnpu_flash_slot, security, 8, 4, 4),
	MEMBER(vnpu_flash_slot, boots, 12, 4, 4),
	MEMBER(vnpu_flash_slot, name, 16, 32, 1),
	MEMBER(vnpu_flash_slot, reserved, 48, 16, 1),
};

static const struct member vnpu_flash_log_m[] = {
	MEMBER(vnpu_flash_log, running, 0, 1, 1),
	MEMBER(vnpu_flash_log, next, 1, 1, 1),
	MEMBER(vnpu_flash_log, reserved0, 2, 2, 1),
	MEMBER(vnpu_flash_log, security, 4, 4, 4),
	MEMBER(vnpu_flash_log, reserved, 8, 56, 8),
	MEMBER(vnpu_flash_log, slot, 64, 128, 4),
};

static const struct member vnpu_fw_info_m[] = {
	MEMBER(vnpu_fw_info, version, 0, 4, 4),
	MEMBER(vnpu_fw_info, interface, 4, 4, 4),
	MEMBER(vnpu_fw_info, build_time, 8, 8, 8),
	MEMBER(vnpu_fw_info, boot_ns, 16, 8, 8),
	MEMBER(vnpu_fw_info, boots, 24, 8, 8),
	MEMBER(vnpu_fw_info, name, 32, 32, 1),
	MEMBER(vnpu_fw_info, digest, 64, 32, 1),
	MEMBER(vnpu_fw_info, reserved, 96, 32, 1),
};

static const struct member vnpu_place_m[] = {
	MEMBER(vnpu_place, address, 0, 8, 8),
	MEMBER(vnpu_place, segments, 8, 4, 4),
	MEMBER(vnpu_place, flags, 12, 4, 4),
};

static const struct member vnpu_segment_m[] = {
	MEMBER(vnpu_segment, address, 0, 8, 8),
	MEMBER(vnpu_segment, size, 8, 4, 4),
	MEMBER(vnpu_segment, flags, 12, 4, 4),
};

static const struct member vnpu_op_fill_m[] = {
	MEMBER(vnpu_op_fill, dst, 0, 16, 8),
	MEMBER(vnpu_op_fill, size, 16, 8, 8),
	MEMBER(vnpu_op_fill, pattern, 24, 8, 8),
	MEMBER(vnpu_op_fill, reserved, 32, 16, 8),
};

static const struct member vnpu_op_copy_m[] = {
	MEMBER(vnpu_op_copy, dst, 0, 16, 8),
	MEMBER(vnpu_op_copy, src, 16, 16, 8),
	MEMBER(vnpu_op_copy, size, 32, 8, 8),
	MEMBER(vnpu_op_copy, reserved, 40, 8, 8),
};

static const struct member vnpu_op_exec_m[] = {
	MEMBER(vnpu_op_exec, bindings, 0, 16, 8),
	MEMBER(vnpu_op_exec, program, 16, 4, 4),
	MEMBER(vnpu_op_exec, count, 20, 4, 4),
	MEMBER(vnpu_op_exec, reserved, 24, 24, 8),
};

static const struct member vnpu_op_value_m[] = {
	MEMBER(vnpu_op_value, address, 0, 8, 8),
	MEMBER(vnpu_op_value, value, 8, 8, 8),
	MEMBER(vnpu_op_value, kind, 16, 4, 4),
	MEMBER(vnpu_op_value, reserved0, 20, 4, 4),
	MEMBER(vnpu_op_value, reserved, 24, 24, 8),
};

static const struct member vnpu_desc_m[] = {
	MEMBER(vnpu_desc, opcode, 0, 1, 1),
	MEMBER(vnpu_desc, flags, 1, 1, 1),
	MEMBER(vnpu_desc, reserved, 2, 2, 2),
	MEMBER(vnpu_desc, timeout_ms, 4, 4, 4),
	MEMBER(vnpu_desc, profile, 8, 8, 8),
	MEMBER(vnpu_desc, arg, 16, 48, 8),
};

static const struct member vnpu_binding_m[] = {
	MEMBER(vnpu_binding, place, 0, 16, 8),
	MEMBER(vnpu_binding, size, 16, 8, 8),
	MEMBER(vnpu_binding, kind, 24, 2, 2),
	MEMBER(vnpu_binding, index, 26, 2, 2),
	MEMBER(vnpu_binding, reserved, 28, 4, 4),
};

static const struct member vnpu_profile_m[] = {
	MEMBER(vnpu_profile, start_ns, 0, 8, 8),
	MEMBER(vnpu_profile, end_ns, 8, 8, 8),
};

static const struct member vnpu_event_m[] = {
	MEMBER(vnpu_event, sequence, 0, 8, 8),
	MEMBER(vnpu_event, time_ns, 8, 8, 8),
	MEMBER(vnpu_event, type, 16, 2, 2),
	MEMBER(vnpu_event, context, 18, 2, 2),
	MEMBER(vnpu_event, queue, 20, 4, 4),
	MEMBER(vnpu_event, position, 24, 8, 8),
	MEMBER(vnpu_event, code, 32, 4, 4),
	MEMBER(vnpu_event, asid, 36, 2, 2),
	MEMBER(vnpu_event, access, 38, 1, 1),
	MEMBER(vnpu_event, reason, 39, 1, 1),
	MEMBER(vnpu_event, address, 40, 8, 8),
	MEMBER(vnpu_event, value, 48, 8, 8),
	MEMBER(vnpu_event, reserved, 56, 8, 8),
};

static const struct member vnpu_queue_log_m[] = {
	MEMBER(vnpu_queue_log, done, 0, 8, 8),
	MEMBER(vnpu_queue_log, tail, 8, 8, 8),
	MEMBER(vnpu_queue_log, queue, 16, 4, 4),
	MEMBER(vnpu_queue_log, flags, 20, 4, 4),
	MEMBER(vnpu_queue_log, error, 24, 4, 4),
	MEMBER(vnpu_queue_log, context, 28, 2, 2),
	MEMBER(vnpu_queue_log, asid, 30, 2, 2),
	MEMBER(vnpu_queue_log, busy_ns, 32, 8, 8),
	MEMBER(vnpu_queue_log, reserved, 40, 24, 8),
	MEMBER(vnpu_queue_log, desc, 64, 64, 8),
};

static const struct member vnpu_unit_m[] = {
	MEMBER(vnpu_unit, corrected, 0, 8, 8),
	MEMBER(vnpu_unit, uncorrected, 8, 8, 8),
};

static const struct member vnpu_usage_m[] = {
	MEMBER(vnpu_usage, busy_ns, 0, 8, 8),
	MEMBER(vnpu_usage, descriptors, 8, 8, 8),
	MEMBER(vnpu_usage, memory, 16, 8, 8),
	MEMBER(vnpu_usage, errors, 24, 8, 8),
};

static const struct member vnpu_telemetry_m[] = {
	MEMBER(vnpu_telemetry, sequence, 0, 4, 4),
	MEMBER(vnpu_telemetry, version, 4, 2, 2),
	MEMBER(vnpu_telemetry, size, 6, 2, 2),
	MEMBER(vnpu_telemetry, time_ns, 8, 8, 8),
	MEMBER(vnpu_telemetry, period_ms, 16, 4, 4),
	MEMBER(vnpu_telemetry, temperature_mc, 20, 4, 4),
	MEMBER(vnpu_telemetry, power_mw, 24, 4, 4),
	MEMBER(vnpu_telemetry, clock_khz, 28, 4, 4),
	MEMBER(vnpu_telemetry, energy_uj, 32, 8, 8),
	MEMBER(vnpu_telemetry, private_used, 40, 8, 8),
	MEMBER(vnpu_telemetry, ecc_corrected, 48, 8, 8),
	MEMBER(vnpu_telemetry, ecc_uncorrected, 56, 8, 8),
	MEMBER(vnpu_telemetry, interrupts, 64, 8, 8),
	MEMBER(vnpu_telemetry, wakeups, 72, 8, 8),
	MEMBER(vnpu_telemetry, events, 80, 8, 8),
	MEMBER(vnpu_telemetry, asleep_ns, 88, 8, 8),
	MEMBER(vnpu_telemetry, queues_awake, 96, 4, 4),
	MEMBER(vnpu_telemetry, flags, 100, 4, 4),
	MEMBER(vnpu_telemetry, throttled_ns, 104, 8, 8),
	MEMBER(vnpu_telemetry, power_limit_mw, 112, 4, 4),
	MEMBER(vnpu_telemetry, clock_limit_khz, 116, 4, 4),
	MEMBER(vnpu_telemetry, pages_retired, 120, 4, 4),
	MEMBER(vnpu_telemetry, reserved0, 124, 4, 4),
	MEMBER(vnpu_telemetry, engine, 128, 256, 8),
	MEMBER(vnpu_telemetry, context, 384, 2048, 8),
	MEMBER(vnpu_telemetry, unit, 2432, 128, 8),
	MEMBER(vnpu_telemetry, reserved1, 2560, 1536, 1),
};

static const struct layout layouts[] = {
	LAYOUT(vnpu_fw_header, 128),  LAYOUT(vnpu_ring_status, 64),
	LAYOUT(vnpu_cmd_data, 56),    LAYOUT(vnpu_cmd_feature, 56),
	LAYOUT(vnpu_cmd_vm, 56),      LAYOUT(vnpu_cmd_queue, 56),
	LAYOUT(vnpu_cmd, 64),	      LAYOUT(vnpu_result, 16),
	LAYOUT(vnpu_engine, 32),      LAYOUT(vnpu_identify, 512),
	LAYOUT(vnpu_fw_info, 128),    LAYOUT(vnpu_place, 16),
	LAYOUT(vnpu_segment, 16),     LAYOUT(vnpu_op_fill, 48),
	LAYOUT(vnpu_op_copy, 48),     LAYOUT(vnpu_op_exec, 48),
	LAYOUT(vnpu_op_value, 48),    LAYOUT(vnpu_desc, 64),
	LAYOUT(vnpu_binding, 32),     LAYOUT(vnpu_profile, 16),
	LAYOUT(vnpu_event, 64),	      LAYOUT(vnpu_queue_log, 128),
	LAYOUT(vnpu_cmd_flash, 56),   LAYOUT(vnpu_cmd_ras, 56),
	LAYOUT(vnpu_flash_slot, 64),  LAYOUT(vnpu_flash_log, 192),
	LAYOUT(vnpu_unit, 16),	      LAYOUT(vnpu_usage, 32),
	LAYOUT(vnpu_telemetry, 4096),
};

/* The other names of the bytes in a union. */
static const struct member views[] = {
	MEMBER(vnpu_cmd, data, 8, 56, 8),   MEMBER(vnpu_cmd, feature, 8, 56, 8),
	MEMBER(vnpu_cmd, vm, 8, 56, 8),	    MEMBER(vnpu_cmd, queue, 8, 56, 8),
	MEMBER(vnpu_cmd, flash, 8, 56, 8),  MEMBER(vnpu_cmd, ras, 8, 56, 8),
	MEMBER(vnpu_desc, fill, 16, 48, 8), MEMBER(vnpu_desc, copy, 16, 48, 8),
	MEMBER(vnpu_desc, exec, 16, 48, 8), MEMBER(vnpu_desc, value, 16, 48, 8),
};

static void check_member(const struct member *m)
{
	if (m->offset != m->want_offset || m->size != m->want_size)
		tap_note("%s is at %zu, %zu bytes", m->name, m->offset,
			 m->size);
	TAP_EQUAL(m->offset, m->want_offset);
	TAP_EQUAL(m->size, m->want_size);
	TAP_EQUAL(m->offset % m->unit, 0);
	TAP_EQUAL(m->size % m->unit, 0);
}

static void sizes_and_offsets(void)
{
	for (size_t i = 0; i < COUNT(layouts); i++) {
		const struct layout *l = &layouts[i];

		TAP_EQUAL(l->size, l->want_size);
		TAP_EQUAL(l->size % 8, 0);
		for (size_t j = 0; j < l->count; j++)
			check_member(&l->members[j]);
	}
}

static void members_tile(void)
{
	for (size_t i = 0; i < COUNT(layouts); i++) {
		const struct layout *l = &layouts[i];
		size_t end = 0;

		for (size_t j = 0; j < l->count; j++) {
			TAP_EQUAL(l->members[j].offset, end);
			end += l->members[j].size;
		}
		TAP_EQUAL(end, l->size);
	}
}

static void views_fit(void)
{
	for (size_t i = 0; i < COUNT(views); i++)
		check_member(&views[i]);
}

/* A register: value of its name, the number wanted, bytes. */
struct reg {
	const char *name;
	uint32_t offset, want, size;
};

#define REG(name, want, size) { #name, VNPU_REG_##name, want, size }

static const struct reg regs[] = {
	REG(ID, 0x00, 4),
	REG(VERSION, 0x04, 4),
	REG(CAP, 0x08, 4),
	REG(STOP_MS, 0x0c, 4),
	REG(CONTEXTS, 0x10, 4),
	REG(QUEUES, 0x14, 4),
	REG(CONTEXT_QUEUES, 0x18, 4),
	REG(PROGRAMS, 0x1c, 4),
	REG(ASIDS, 0x20, 4),
	REG(ENGINES, 0x24, 4),
	REG(RING, 0x28, 4),
	REG(VECTORS, 0x2c, 4),
	REG(ADDRESS, 0x30, 4),
	REG(DB_STRIDE, 0x34, 4),
	REG(BOOT_MS, 0x38, 4),
	REG(BOUNDS, 0x3c, 4),
	REG(MEMORY_SIZE, 0x40, 8),
	REG(TIME, 0x48, 8),
	REG(CONTROL, 0x80, 4),
	REG(STATUS, 0x84, 4),
	REG(FW_ADDRESS, 0x90, 8),
	REG(FW_SIZE, 0x98, 4),
	REG(FW_BOOT, 0x9c, 4),
	REG(ADMIN_RING, 0xa0, 8),
	REG(ADMIN_RESULTS, 0xa8, 8),
	REG(ADMIN_STATUS, 0xb0, 8),
	REG(ADMIN_LOG2, 0xb8, 4),
	REG(ADMIN_VECTOR, 0xbc, 4),
	REG(ADMIN_TAIL, 0xc0, 4),
	REG(EVENT_HEAD, 0xc4, 4),
};

static void registers_do_not_overlap(void)
{
	uint32_t end = 0;

	for (size_t i = 0; i < COUNT(regs); i++) {
		const struct reg *r = &regs[i];

		if (r->offset != r->want || r->offset < end)
			tap_note("%s is at 0x%x", r->name, r->offset);
		TAP_EQUAL(r->offset, r->want);
		TAP_EQUAL(r->offset % r->size, 0);
		TAP_CHECK(r->offset >= end);
		end = r->offset + r->size;
	}
	TAP_CHECK(end <= VNPU_MSIX_TABLE);
}

static void msix_fits(void)
{
	uint32_t table_end = VNPU_MSIX_TABLE + 16 * VNPU_MSIX_VECTORS_MAX;
	uint32_t pba_bytes = (VNPU_MSIX_VECTORS_MAX + 63) / 64 * 8;

	TAP_EQUAL(VNPU_MSIX_TABLE % 8, 0);
	TAP_EQUAL(VNPU_MSIX_PBA % 8, 0);
	/* A page each, as the PCI specification advises. */
	TAP_CHECK(VNPU_MSIX_TABLE / 4096 != VNPU_MSIX_PBA / 4096);
	TAP_CHECK(table_end <= VNPU_MSIX_PBA);
	TAP_CHECK(VNPU_MSIX_PBA + pba_bytes <= VNPU_BAR_REGS_SIZE);
	TAP_EQUAL(VNPU_BAR_REGS_SIZE & (VNPU_BAR_REGS_SIZE - 1), 0);
	/* A 64-bit BAR takes two of the six slots. */
	TAP_CHECK(VNPU_BAR_REGS < VNPU_BAR_DOORBELL);
	TAP_CHECK(VNPU_BAR_DOORBELL + 2 <= VNPU_BAR_MEMORY);
	TAP_CHECK(VNPU_BAR_MEMORY + 2 <= 6);
}

static void identity_is_free(void)
{
	TAP_EQUAL(VNPU_PCI_VENDOR, 0x1234);
	TAP_EQUAL(VNPU_PCI_DEVICE, 0xa81f);
	TAP_CHECK(VNPU_PCI_DEVICE != 0x11e8 && VNPU_PCI_DEVICE != 0xa81e);
	TAP_EQUAL(VNPU_PCI_CLASS, 0x120000);
	TAP_CHECK(VNPU_PCI_SUBSYS_DATACENTER != VNPU_PCI_SUBSYS_EDGE);
}

static uint32_t letters(const char *s)
{
	return (uint32_t)s[0] | (uint32_t)s[1] << 8 | (uint32_t)s[2] << 16 |
	       (uint32_t)s[3] << 24;
}

static void magics_read_as_text(void)
{
	TAP_EQUAL(VNPU_ID_VALUE, letters("VNPU"));
	TAP_EQUAL(VNPU_FW_MAGIC, letters("VNFW"));
	TAP_EQUAL(VNPU_VERSION_VALUE, 0x10001);
	TAP_EQUAL(vnpu_get(VNPU_VERSION_MAJOR, VNPU_VERSION_VALUE), 1);
	TAP_EQUAL(vnpu_get(VNPU_VERSION_MINOR, VNPU_VERSION_VALUE), 1);
}

/* The fields of one word, ended by a zero, and the bits that have no name. */
struct word {
	const char *name;
	uint64_t all, unnamed;
	uint64_t fields[11];
};

static const struct word words[] = {
	{ "VERSION", 0xffffffff, 0, { VNPU_VERSION_MAJOR, VNPU_VERSION_MINOR } },
	{ "CAP",
	  0xffffffff,
	  0xfffe00f0,
	  { VNPU_CAP_PROFILE, VNPU_CAP_MMU, VNPU_CAP_MEMORY,
	    VNPU_CAP_USER_RINGS, VNPU_CAP_TRAP, VNPU_CAP_ECC, VNPU_CAP_SPANS,
	    VNPU_CAP_FLASH, VNPU_CAP_RAS, VNPU_CAP_LIMITS } },
	{ "RING",
	  0xffffffff,
	  0xffff0000,
	  { VNPU_RING_LOG2_MIN, VNPU_RING_LOG2_MAX } },
	{ "ADDRESS",
	  0xffffffff,
	  0xffff0000,
	  { VNPU_ADDRESS_DMA_BITS, VNPU_ADDRESS_VA_BITS } },
	{ "BOUNDS",
	  0xffffffff,
	  0,
	  { VNPU_BOUNDS_RESET_MS, VNPU_BOUNDS_ADMIN_MS } },
	{ "CONTROL",
	  0xffffffff,
	  0xfffffffc,
	  { VNPU_CONTROL_ENABLE, VNPU_CONTROL_RESET } },
	/* R5: never all ones, whatever the fields hold. */
	{ "STATUS",
	  0xffffffff,
	  0xffff00e0,
	  { VNPU_STATUS_STATE, VNPU_STATUS_ENABLED, VNPU_STATUS_ERROR } },
	{ "ring flags",
	  0xffffffff,
	  0xfffffffc,
	  { VNPU_RING_NEED_WAKEUP, VNPU_RING_ERROR } },
	{ "entry",
	  UINT64_MAX,
	  0,
	  { VNPU_PTE_PRESENT, VNPU_PTE_WRITE, VNPU_PTE_LARGE, VNPU_PTE_DEVICE,
	    VNPU_PTE_ADDRESS, VNPU_PTE_RESERVED } },
};

static void fields_do_not_overlap(void)
{
	for (size_t i = 0; i < COUNT(words); i++) {
		const struct word *w = &words[i];
		uint64_t seen = w->unnamed;

		for (size_t j = 0; w->fields[j]; j++) {
			if (seen & w->fields[j])
				tap_note("%s, field %zu", w->name, j);
			TAP_EQUAL(seen & w->fields[j], 0);
			seen |= w->fields[j];
		}
		TAP_CHECK(seen == w->all);
	}
}

static void fields_round_trip(void)
{
	for (size_t i = 0; i < COUNT(words); i++) {
		for (size_t j = 0; words[i].fields[j]; j++) {
			uint64_t mask = words[i].fields[j];
			uint64_t most = mask >> __builtin_ctzll(mask);

			if (mask == VNPU_PTE_RESERVED)
				continue; /* two pieces: only tested for zero */
			TAP_EQUAL(most & (most + 1), 0); /* one piece */
			TAP_CHECK(vnpu_put(mask, most) == mask);
			TAP_CHECK(vnpu_get(mask, UINT64_MAX) == most);
			TAP_EQUAL(vnpu_get(mask, vnpu_put(mask, 1)), 1);
			TAP_EQUAL(vnpu_put(mask, 0), 0);
		}
	}
}

static void states_fit_their_field(void)
{
	TAP_EQUAL(vnpu_get(VNPU_STATUS_STATE, VNPU_STATE_FAILED),
		  VNPU_STATE_FAILED);
	TAP_EQUAL(vnpu_get(VNPU_CAP_PROFILE, VNPU_PROFILE_EDGE),
		  VNPU_PROFILE_EDGE);
	TAP_CHECK(VNPU_ERR_COUNT <= 256 && VNPU_BOOT_START < 256);
}

/* Numbers of one kind; they are an interface, so they stand here again. */
struct numbers {
	const char *name;
	uint32_t value[24], want[24];
	size_t count;
};

static const struct numbers numbers[] = {
	{ "commands",
	  { VNPU_CMD_NOP,
	    VNPU_CMD_IDENTIFY,
	    VNPU_CMD_GET_LOG,
	    VNPU_CMD_SET_FEATURE,
	    VNPU_CMD_GET_FEATURE,
	    VNPU_CMD_CONTEXT_CREATE,
	    VNPU_CMD_CONTEXT_DESTROY,
	    VNPU_CMD_CONTEXT_KILL,
	    VNPU_CMD_VM_SET,
	    VNPU_CMD_VM_FLUSH,
	    VNPU_CMD_QUEUE_CREATE,
	    VNPU_CMD_QUEUE_DESTROY,
	    VNPU_CMD_QUEUE_RESET,
	    VNPU_CMD_PROGRAM_LOAD,
	    VNPU_CMD_PROGRAM_UNLOAD,
	    VNPU_CMD_FLASH_BEGIN,
	    VNPU_CMD_FLASH_WRITE,
	    VNPU_CMD_FLASH_COMMIT,
	    VNPU_CMD_FLASH_CONFIRM,
	    VNPU_CMD_PAGE_RETIRE,
	    VNPU_CMD_INJECT },
	  { 0,	  1,	2,    3,    4,	  0x10, 0x11, 0x12, 0x18, 0x19, 0x20,
	    0x21, 0x22, 0x30, 0x31, 0x40, 0x41, 0x42, 0x43, 0x48, 0x49 },
	  21 },
	{ "descriptors",
	  { VNPU_OP_NOP, VNPU_OP_FILL, VNPU_OP_COPY, VNPU_OP_EXEC,
	    VNPU_OP_SIGNAL, VNPU_OP_WAIT, VNPU_OP_TIMESTAMP, VNPU_OP_TRAP },
	  { 0, 1, 2, 3, 4, 5, 6, 7 },
	  8 },
	{ "errors",
	  { VNPU_ERR_OK,       VNPU_ERR_OPCODE,	     VNPU_ERR_FIELD,
	    VNPU_ERR_ID,       VNPU_ERR_EXISTS,	     VNPU_ERR_LIMIT,
	    VNPU_ERR_STATE,    VNPU_ERR_UNSUPPORTED, VNPU_ERR_ADDRESS,
	    VNPU_ERR_DMA,      VNPU_ERR_FAULT,	     VNPU_ERR_TIMEOUT,
	    VNPU_ERR_KILLED,   VNPU_ERR_OVERRUN,     VNPU_ERR_PROGRAM,
	    VNPU_ERR_BINDING,  VNPU_ERR_NO_MEMORY,   VNPU_ERR_ECC,
	    VNPU_ERR_INTERNAL, VNPU_ERR_TRAP,	     VNPU_ERR_FIRMWARE,
	    VNPU_ERR_COUNT },
	  { 0,	1,  2,	3,  4,	5,  6,	7,  8,	9,  10,
	    11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21 },
	  22 },
	{ "boot errors",
	  { VNPU_BOOT_OK, VNPU_BOOT_SIZE, VNPU_BOOT_DMA, VNPU_BOOT_MAGIC,
	    VNPU_BOOT_HEADER, VNPU_BOOT_DIGEST, VNPU_BOOT_PROFILE,
	    VNPU_BOOT_INTERFACE, VNPU_BOOT_EMPTY, VNPU_BOOT_OLD,
	    VNPU_BOOT_START },
	  { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 },
	  11 },
	{ "ways to boot",
	  { VNPU_FW_BOOT_IMAGE, VNPU_FW_BOOT_FLASH },
	  { 1, 2 },
	  2 },
	{ "logs",
	  { VNPU_LOG_EVENTS, VNPU_LOG_FIRMWARE, VNPU_LOG_QUEUE, VNPU_LOG_FLASH,
	    VNPU_LOG_RETIRED },
	  { 1, 2, 3, 4, 5 },
	  5 },
	{ "states of slots",
	  { VNPU_FLASH_EMPTY, VNPU_FLASH_PENDING, VNPU_FLASH_CONFIRMED,
	    VNPU_FLASH_BAD, VNPU_FLASH_NONE, VNPU_FLASH_SLOTS },
	  { 0, 1, 2, 3, 0xff, 2 },
	  6 },
	{ "units",
	  { VNPU_UNIT_MEMORY, VNPU_UNIT_SRAM, VNPU_UNIT_LINK, VNPU_UNITS,
	    VNPU_UNITS_MAX },
	  { 0, 1, 2, 3, 8 },
	  5 },
	{ "severities",
	  { VNPU_RAS_CORRECTED, VNPU_RAS_UNCORRECTED },
	  { 0, 1 },
	  2 },
	{ "telemetry flags",
	  { VNPU_TELEMETRY_HOT, VNPU_TELEMETRY_CAPPED },
	  { 1, 2 },
	  2 },
	{ "states",
	  { VNPU_STATE_RESET, VNPU_STATE_WAIT_FW, VNPU_STATE_LOADING,
	    VNPU_STATE_READY, VNPU_STATE_FAILED },
	  { 0, 1, 2, 3, 4 },
	  5 },
	{ "features",
	  { VNPU_FEATURE_EVENTS, VNPU_FEATURE_TELEMETRY, VNPU_FEATURE_IDLE_US,
	    VNPU_FEATURE_COALESCE_US, VNPU_FEATURE_TIMEOUT_MS,
	    VNPU_FEATURE_TRAP, VNPU_FEATURE_THERMAL_MC, VNPU_FEATURE_POWER_MW,
	    VNPU_FEATURE_CLOCK_KHZ },
	  { 1, 2, 3, 4, 5, 6, 7, 8, 9 },
	  9 },
	{ "faults",
	  { VNPU_FAULT_NOT_PRESENT, VNPU_FAULT_WRITE, VNPU_FAULT_RESERVED,
	    VNPU_FAULT_RANGE, VNPU_FAULT_TABLE, VNPU_FAULT_TARGET,
	    VNPU_FAULT_FLUSHED },
	  { 1, 2, 3, 4, 5, 6, 7 },
	  7 },
	{ "events",
	  { VNPU_EVENT_QUEUE_ERROR, VNPU_EVENT_DEVICE_ERROR, VNPU_EVENT_THERMAL,
	    VNPU_EVENT_ECC_CORRECTED, VNPU_EVENT_ECC_UNCORRECTED,
	    VNPU_EVENT_QUEUE_RESET, VNPU_EVENT_FIRMWARE, VNPU_EVENT_RAS },
	  { 1, 2, 3, 4, 5, 6, 7, 8 },
	  8 },
};

static void numbers_are_fixed(void)
{
	for (size_t i = 0; i < COUNT(numbers); i++) {
		const struct numbers *n = &numbers[i];

		for (size_t j = 0; j < n->count; j++) {
			if (n->value[j] != n->want[j])
				tap_note("%s, number %zu", n->name, j);
			TAP_EQUAL(n->value[j], n->want[j]);
		}
	}
}

/* R1, for both profiles of the model and a device for 64 KiB pages. */
static const struct doorbells {
	uint64_t stride, queues, size;
} doorbells[] = {
	{ 4096, 1024, 0x1000000 },
	{ 4096, 16, 0x40000 },
	{ 65536, 1024, 0x10000000 },
	{ 4096, 1, 0x4000 },
};

static void doorbell_places_do_not_overlap(void)
{
	for (size_t i = 0; i < COUNT(doorbells); i++) {
		uint64_t s = doorbells[i].stride, n = doorbells[i].queues;
		uint64_t trapped = VNPU_DB_WAKE(s, n, 0);

		TAP_CHECK(s >= VNPU_DB_STRIDE_MIN);
		TAP_CHECK(VNPU_DB_SIZE(s, n) == doorbells[i].size);
		TAP_EQUAL(doorbells[i].size & (doorbells[i].size - 1), 0);
		TAP_EQUAL(VNPU_DB_TAIL(s, 0), 0);
		TAP_CHECK(VNPU_DB_TAIL(s, n - 1) + s == VNPU_DB_ARM(s, n, 0));
		TAP_EQUAL(VNPU_DB_ARM(s, n, 0) % s, 0);
		TAP_CHECK(VNPU_DB_ARM(s, n, n - 1) + 8 <= trapped);
		TAP_EQUAL(trapped % s, 0);
		TAP_CHECK(VNPU_DB_WAKE(s, n, n - 1) + s <= doorbells[i].size);
		for (uint64_t q = 1; q < n; q++) {
			TAP_CHECK(VNPU_DB_TAIL(s, q) ==
				  VNPU_DB_TAIL(s, q - 1) + s);
			TAP_CHECK(VNPU_DB_ARM(s, n, q) ==
				  VNPU_DB_ARM(s, n, q - 1) + 8);
			TAP_CHECK(VNPU_DB_WAKE(s, n, q) ==
				  VNPU_DB_WAKE(s, n, q - 1) + s);
		}
	}
}

/* R16: the tail is 32 bits of a position that has 64. */
static void pending_survives_the_wrap(void)
{
	static const struct {
		uint32_t tail;
		uint64_t done;
		uint32_t want;
	} rows[] = {
		{ 0, 0, 0 },
		{ 1, 0, 1 },
		{ 4096, 0, 4096 },
		{ 0, 0x100000000, 0 },
		{ 5, 0xfffffffe, 7 },
		{ 2, 0x7ffffffff, 3 },
		{ 0xffffffff, 0xfffffffe, 1 },
		{ 3, 4, 0xffffffff }, /* taken back: more than any ring has */
	};

	for (size_t i = 0; i < COUNT(rows); i++)
		TAP_EQUAL(vnpu_pending(rows[i].tail, rows[i].done),
			  rows[i].want);
}

/* A program cannot take back what the driver has armed. */
static void armed_counts_as_submitted(void)
{
	static const struct {
		uint32_t tail;
		uint64_t arm, done;
		uint32_t want;
	} rows[] = {
		{ 5, 0, 0, 5 }, /* nothing is armed */
		{ 5, 3, 0, 5 },
		{ 2, 3, 0, 3 }, /* the tail was taken back */
		{ 0, 3, 0, 3 },
		{ 4, 3, 4, 0 }, /* it lies behind */
		{ 4, 4, 4, 0 },
		{ 4, 20, 4, 16 }, /* the whole ring */
		{ 4, 21, 4, 0 }, /* further than the ring: not a promise */
		{ 0xfffffffe, 0, 0xfffffffe, 0 }, /* 0 means none, always */
		{ 0xfffffffe, 0x100000002, 0xfffffffe, 4 },
		{ 1, 0, 2, 0xffffffff }, /* behind done stays an error */
		{ 1, 4, 2, 0xffffffff },
	};

	for (size_t i = 0; i < COUNT(rows); i++)
		TAP_EQUAL(vnpu_ready(rows[i].tail, rows[i].arm, rows[i].done,
				     16),
			  rows[i].want);
}

/* R27. */
static void arm_words_fire_once(void)
{
	static const struct {
		uint64_t arm, before, done;
		int want;
	} rows[] = {
		{ 0, 0, 1, 0 }, /* the value at creation is none */
		{ 1, 0, 1, 1 },
		{ 1, 1, 2, 0 }, /* it fired before */
		{ 2, 0, 1, 0 }, /* not yet */
		{ 2, 0, 32, 1 }, /* one store for many */
		{ 32, 0, 32, 1 },
		{ 33, 0, 32, 0 },
		{ 5, 5, 5, 0 }, /* nothing was done */
		{ 4, 5, 6, 0 }, /* it lies behind */
		{ 0, 0xffffffff, 0x100000000, 0 }, /* no wrap at 32 bits */
		{ 1, 0xfffffff0, 0x100000002, 0 },
		{ 0x100000001, 0xfffffff0, 0x100000002, 1 },
	};

	for (size_t i = 0; i < COUNT(rows); i++)
		TAP_EQUAL(vnpu_crossed(rows[i].arm, rows[i].before,
				       rows[i].done),
			  rows[i].want);
}

static void page_tables_add_up(void)
{
	TAP_EQUAL(VNPU_MMU_PAGE_SHIFT + VNPU_MMU_LEVELS * VNPU_MMU_LEVEL_BITS,
		  VNPU_MMU_VA_BITS);
	TAP_EQUAL(VNPU_MMU_PAGE_SHIFT + VNPU_MMU_LEVEL_BITS,
		  VNPU_MMU_LARGE_SHIFT);
	/* A table is a page. */
	TAP_EQUAL(8 << VNPU_MMU_LEVEL_BITS, 1 << VNPU_MMU_PAGE_SHIFT);
	TAP_CHECK((VNPU_PTE_ADDRESS & 0xfff) == 0);
}

static void a_fault_record_is_as_documented(void)
{
	/* Bytes as a device in hardware would write them. */
	static const uint8_t bytes[VNPU_SLOT_SIZE] = {
		[0] = 7,  [16] = 1,    [18] = 3,    [20] = 0x11,
		[24] = 9, [32] = 10,   [36] = 5,    [38] = 1,
		[39] = 2, [41] = 0x10, [44] = 0x40,
	};
	struct vnpu_event event;

	memcpy(&event, bytes, sizeof(event));
	TAP_EQUAL(le64toh(event.sequence), 7);
	TAP_EQUAL(le16toh(event.type), VNPU_EVENT_QUEUE_ERROR);
	TAP_EQUAL(le16toh(event.context), 3);
	TAP_EQUAL(le32toh(event.queue), 0x11);
	TAP_EQUAL(le64toh(event.position), 9);
	TAP_EQUAL(le32toh(event.code), VNPU_ERR_FAULT);
	TAP_EQUAL(le16toh(event.asid), 5);
	TAP_EQUAL(event.access, VNPU_ACCESS_WRITE);
	TAP_EQUAL(event.reason, VNPU_FAULT_WRITE);
	TAP_EQUAL(le64toh(event.address), 0x4000001000);
}

static const struct tap_case cases[] = {
	{ "every struct and member has its size and place", sizes_and_offsets },
	{ "members tile their struct: no hidden padding", members_tile },
	{ "the views of a slot have the same bytes", views_fit },
	{ "registers are aligned, in their place and apart",
	  registers_do_not_overlap },
	{ "the MSI-X table and pending bits fit beside the registers",
	  msix_fits },
	{ "the PCI identity is none of QEMU's or ours", identity_is_free },
	{ "magic numbers read as text in memory", magics_read_as_text },
	{ "fields of a word do not overlap and leave no bit unsaid",
	  fields_do_not_overlap },
	{ "fields are one piece and keep what is put in", fields_round_trip },
	{ "states and codes fit their fields", states_fit_their_field },
	{ "numbers of the interface are what was published",
	  numbers_are_fixed },
	{ "doorbell places do not overlap", doorbell_places_do_not_overlap },
	{ "a tail of 32 bits survives the wrap", pending_survives_the_wrap },
	{ "an armed position counts as submitted, whatever the tail says",
	  armed_counts_as_submitted },
	{ "an arm word fires once, when it is crossed", arm_words_fire_once },
	{ "page table levels add up to the address bits", page_tables_add_up },
	{ "a fault record is little endian", a_fault_record_is_as_documented },
};

TAP_MAIN(cases)
