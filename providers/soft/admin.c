// SPDX-License-Identifier: MIT
/*
 * The admin ring (section 6): one command at a time, from any thread, under
 * the ring's lock. Whoever has it looks at the counter for a moment and then
 * sleeps until the interrupt.
 */
#include "soft.h"

#include <errno.h>
#include <string.h>

#define SPIN_NS 20000
/*
 * Commands are bounded, but this process may not get a processor for long:
 * after this much longer than any bound, the device is taken for broken.
 */
#define PATIENCE_NS 60000000000

static const char *command_name(uint8_t opcode)
{
	static const char *const names[] = {
		[VNPU_CMD_IDENTIFY] = "IDENTIFY",
		[VNPU_CMD_SET_FEATURE] = "SET_FEATURE",
		[VNPU_CMD_CONTEXT_CREATE] = "CONTEXT_CREATE",
		[VNPU_CMD_QUEUE_CREATE] = "QUEUE_CREATE",
		[VNPU_CMD_QUEUE_DESTROY] = "QUEUE_DESTROY",
		[VNPU_CMD_QUEUE_RESET] = "QUEUE_RESET",
		[VNPU_CMD_PROGRAM_LOAD] = "PROGRAM_LOAD",
		[VNPU_CMD_PROGRAM_UNLOAD] = "PROGRAM_UNLOAD",
	};

	return opcode < AXLP_ARRAY_SIZE(names) && names[opcode] ?
		       names[opcode] :
		       "a command";
}

int soft_admin_enable(struct soft_context *sc)
{
	struct soft_shared *shared = sc->shared;
	const struct {
		uint64_t reg;
		const void *at;
	} places[] = {
		{ VNPU_REG_ADMIN_RING, shared->admin_ring },
		{ VNPU_REG_ADMIN_RESULTS, shared->results },
		{ VNPU_REG_ADMIN_STATUS, &shared->admin_status },
	};

	for (size_t i = 0; i < AXLP_ARRAY_SIZE(places); i++)
		axm_inproc_write(sc->bus, VNPU_BAR_REGS, places[i].reg, 8,
				 (uintptr_t)places[i].at);
	soft_write32(sc, VNPU_REG_ADMIN_LOG2, SOFT_ADMIN_LOG2);
	soft_write32(sc, VNPU_REG_ADMIN_VECTOR, SOFT_VECTOR_ADMIN);
	soft_write32(sc, VNPU_REG_CONTROL, VNPU_CONTROL_ENABLE);
	return soft_read32(sc, VNPU_REG_STATUS) & VNPU_STATUS_ENABLED ? 0 :
									-EIO;
}

static bool is_done(const struct soft_context *sc)
{
	return axlv_done(&sc->shared->admin_status) >= sc->admin.tail;
}

static int wait_done(struct soft_context *sc)
{
	int64_t start = axlp_now_ns();
	struct axlv_waiter waiter;
	atomic_uint word;
	int err = 0;

	while (!is_done(sc) && axlp_now_ns() - start < SPIN_NS)
		axlv_pause();
	if (is_done(sc))
		return 0;
	atomic_init(&word, 0);
	waiter.word = &word;
	axlv_waiter_add(&sc->vnpu, &waiter);
	while (!err) {
		unsigned int seen = atomic_load(&word);

		if (is_done(sc) || atomic_load(&sc->vnpu.broken))
			break;
		err = axlv_sleep_on(&word, seen, start + PATIENCE_NS);
	}
	axlv_waiter_remove(&waiter);
	if (is_done(sc))
		return 0;
	atomic_store(&sc->vnpu.broken, -EIO);
	return -EIO;
}

static int run(struct soft_context *sc, const struct vnpu_cmd *cmd,
	       struct vnpu_result *result)
{
	uint64_t slot = sc->admin.tail % SOFT_ADMIN_SLOTS;
	struct vnpu_cmd *at = &sc->shared->admin_ring[slot];
	int err;

	if (atomic_load(&sc->vnpu.broken))
		return -EIO;
	*at = *cmd;
	at->flags |= VNPU_CMD_INTERRUPT;
	sc->admin.tail++;
	soft_write32(sc, VNPU_REG_ADMIN_TAIL, (uint32_t)sc->admin.tail);
	err = wait_done(sc);
	*result = sc->shared->results[slot];
	return err;
}

int soft_command(struct soft_context *sc, const struct vnpu_cmd *cmd,
		 uint64_t *value, struct axlp_error *error)
{
	struct vnpu_result result;
	uint32_t status;
	int err;

	pthread_mutex_lock(&sc->admin.lock);
	err = run(sc, cmd, &result);
	pthread_mutex_unlock(&sc->admin.lock);
	if (err)
		return axlp_fail(error, err, "the device did not answer to %s",
				 command_name(cmd->opcode));
	status = le32toh(result.status);
	if (status)
		return axlp_fail(error, (int)status,
				 "the device refused %s: %s (offset %u)",
				 command_name(cmd->opcode),
				 axlv_explain(status), le32toh(result.detail));
	if (value)
		*value = le64toh(result.value);
	return 0;
}

int soft_command_errno(int status)
{
	if (status <= 0)
		return status;
	if (status == VNPU_ERR_NO_MEMORY)
		return -ENOMEM;
	return status == VNPU_ERR_LIMIT || status == VNPU_ERR_EXISTS ? -EBUSY :
								       -EIO;
}
