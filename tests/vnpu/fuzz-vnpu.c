// SPDX-License-Identifier: MIT
/*
 * libFuzzer: a booted device in process, and records of 9 bytes that write
 * registers, doorbells, or memory of rings, bindings and page tables. One byte
 * says where, the others what. A device of both profiles gets the same.
 */
#include "flash.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#define RECORD 9
#define MEMORY 65536u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct target {
	struct host h;
	struct host_queue q;
	uint8_t *memory;
};

/* Else no FLASH_COMMIT would ever find a digest that is right. */
static void seed_firmware(struct target *t)
{
	size_t used = t->h.base.used;
	const struct vnpu_fw_header *fw = host_firmware(&t->h, 0);

	memcpy(t->memory, fw, sizeof(*fw));
	t->h.base.used = used;
}

static void boot(struct target *t)
{
	t->h.base.used = 0;
	t->memory = host_alloc(&t->h, MEMORY, 4096);
	seed_firmware(t);
	if (!host_boot(&t->h) ||
	    host_simple(&t->h, VNPU_CMD_CONTEXT_CREATE, 0, 0))
		abort();
	host_queue_init(&t->h, &t->q, 1, 0);
	t->q.cmd.queue.timeout_ms = htole32(1);
	if (host_queue_create(&t->q))
		abort();
}

/* Addresses that the input means are offsets in the memory, mostly. */
static uint64_t address(const struct target *t, uint64_t value)
{
	return value >> 63 ? value : host_address(t->memory) + value % MEMORY;
}

static void slot(struct target *t, uint8_t where, uint64_t value)
{
	unsigned int word = where % 8;
	uint64_t *at = (uint64_t *)&t->q.ring[t->q.tail % t->q.slots];

	at[word] = htole64(word >= 2 && where & 8 ? address(t, value) : value);
	if (where & 16) {
		t->q.tail++;
		host_submit(&t->q);
		host_wait(&t->q, t->q.tail, 20);
		if (host_flags(&t->q) & VNPU_RING_ERROR)
			host_queue_reset(&t->q, 0);
	}
}

static void update(struct target *t, uint64_t value)
{
	struct vnpu_cmd cmd = { .opcode = VNPU_CMD_FLASH_BEGIN };

	cmd.flash.size = htole64(128 + value % 3 * 8);
	host_command(&t->h, &cmd);
	cmd.opcode = VNPU_CMD_FLASH_WRITE;
	cmd.flash.address = htole64(host_address(t->memory));
	host_command(&t->h, &cmd);
	host_simple(&t->h, VNPU_CMD_FLASH_COMMIT, 0, 0);
	if (!(value & 0x100))
		return;
	host_put32(&t->h, VNPU_REG_CONTROL, VNPU_CONTROL_RESET);
	if (!host_wait_state(&t->h, VNPU_STATE_WAIT_FW, 5000))
		abort();
	flash_boot(&t->h);
	/* There is no admin ring any more: the end of this input. */
	host_put32(&t->h, VNPU_REG_CONTROL, VNPU_CONTROL_RESET);
}

static void command(struct target *t, uint8_t where, uint64_t value,
		    struct vnpu_cmd *cmd)
{
	unsigned int word = where % 8;
	uint64_t *at = (uint64_t *)cmd;

	at[word] = htole64(word && where & 8 ? address(t, value) : value);
	/* Its own queue is needed to go on. */
	if (where & 16 && cmd->opcode != VNPU_CMD_CONTEXT_DESTROY &&
	    cmd->opcode != VNPU_CMD_CONTEXT_KILL &&
	    cmd->opcode != VNPU_CMD_QUEUE_DESTROY)
		host_command(&t->h, cmd);
	/* A whole update in three records is more than luck can find. */
	if (where == 0x3f)
		update(t, value);
}

static void record(struct target *t, uint8_t where, uint64_t value,
		   struct vnpu_cmd *cmd)
{
	uint64_t at = value >> 32;

	switch (where >> 5) {
	case 0:
		slot(t, where, value);
		break;
	case 1:
		command(t, where, value, cmd);
		break;
	case 2:
		memcpy(t->memory + at % (MEMORY - 8), &value, 4);
		break;
	case 3:
		axm_inproc_write(t->h.base.bus, where & 2, at & 0xfffffcul, 4,
				 (uint32_t)value);
		break;
	case 4:
		*t->q.tail_word = htole32((uint32_t)value);
		host_wake(&t->q);
		break;
	default:
		host_put32(&t->h, at % 256 & ~3ull, (uint32_t)value);
	}
}

static void run(struct target *t, const uint8_t *data, size_t size)
{
	struct vnpu_cmd cmd = { 0 };

	for (; size >= RECORD; data += RECORD, size -= RECORD) {
		uint64_t value;

		memcpy(&value, data + 1, sizeof(value));
		record(t, data[0], value, &cmd);
		if (host_state(&t->h) != VNPU_STATE_READY)
			break;
	}
	host_put32(&t->h, VNPU_REG_CONTROL, VNPU_CONTROL_RESET);
	if (!host_wait_state(&t->h, VNPU_STATE_WAIT_FW, 5000))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct target *targets[2];

	for (unsigned int i = 0; i < 2; i++) {
		struct target *t = targets[i];

		if (!t) {
			t = targets[i] = calloc(1, sizeof(*t));
			if (!t || !host_create(&t->h,
					       i ? VNPU_PROFILE_EDGE :
						   VNPU_PROFILE_DATACENTER,
					       NULL))
				abort();
		}
		boot(t);
		run(t, data, size);
	}
	return 0;
}
