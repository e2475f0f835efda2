// SPDX-License-Identifier: MIT
/*
 * From nothing to a context on a running device, as section 14 has the probe
 * of a driver, and back. A context that could not be made is taken down by the
 * same soft_context_close(), which finds zeros where nothing was made.
 */
#include "soft.h"

#include <errno.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>
#include <vnpu/sha256.h>
#include <vnpu/vnpu.h>

#define PATIENCE_NS 60000000000 /* far beyond the bounds of the device */
#define POLL_NS 20000
#define TELEMETRY_MS 250
/* Between two operations of a program there may be long ones. */
#define STOP_MS "2000"

static int fail(struct soft_context *sc, int err, const char *what)
{
	return axlp_fail(&sc->vnpu.base.error, err,
			 "the embedded device did not start: %s: %s", what,
			 axlp_explain(err));
}

static int create_bus(struct soft_context *sc)
{
	char threads[16], reason[256] = "";
	const struct axm_inproc_option options[] = {
		{ "profile", "edge" },
		{ "threads", threads },
		{ "stop-ms", STOP_MS },
	};
	const struct axm_inproc_config config = {
		.ops = &vnpu_ops,
		.options = options,
		.option_count = AXLP_ARRAY_SIZE(options),
		.irq = soft_interrupt,
		.irq_data = sc,
		.error = reason,
		.error_size = sizeof(reason),
	};
	int err;

	snprintf(threads, sizeof(threads), "%u",
		 sc->vnpu.base.device->system->threads);
	err = axm_inproc_create(&config, &sc->bus);
	if (err)
		return fail(sc, err, reason[0] ? reason : "no device");
	return 0;
}

static int wait_state(struct soft_context *sc, uint32_t state)
{
	const struct timespec pause = { .tv_nsec = POLL_NS };
	int64_t end = axlp_now_ns() + PATIENCE_NS;

	for (;;) {
		uint32_t status = soft_read32(sc, VNPU_REG_STATUS);
		uint64_t now = vnpu_get(VNPU_STATUS_STATE, status);

		if (now == state)
			return 0;
		if (now == VNPU_STATE_FAILED || axlp_now_ns() > end)
			return -EIO;
		/* Back from LOADING: it has refused. */
		if (state == VNPU_STATE_READY && now == VNPU_STATE_WAIT_FW)
			return -EIO;
		nanosleep(&pause, NULL);
	}
}

/* The whole image: in process there is no code that would come with it. */
static int load_firmware(struct soft_context *sc)
{
	struct vnpu_fw_header *header = &sc->shared->firmware;

	*header = (struct vnpu_fw_header){
		.magic = htole32(VNPU_FW_MAGIC),
		.header_version = htole16(VNPU_FW_HEADER_VERSION),
		.header_size = htole16(sizeof(*header)),
		.size = htole32(sizeof(*header)),
		.profiles = htole32(1u << VNPU_PROFILE_EDGE),
		.version = htole32(1u << 24),
		.interface = htole32(VNPU_VERSION_VALUE),
		.name = "embedded",
	};
	vnpu_fw_digest(header, sizeof(*header), header->digest);
	axm_inproc_write(sc->bus, VNPU_BAR_REGS, VNPU_REG_FW_ADDRESS, 8,
			 (uintptr_t)header);
	soft_write32(sc, VNPU_REG_FW_SIZE, sizeof(*header));
	soft_write32(sc, VNPU_REG_FW_BOOT, 1);
	return wait_state(sc, VNPU_STATE_READY);
}

static uint32_t least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static int read_limits(struct soft_context *sc)
{
	uint32_t version = soft_read32(sc, VNPU_REG_VERSION);
	uint32_t ring = soft_read32(sc, VNPU_REG_RING);

	if (soft_read32(sc, VNPU_REG_ID) != VNPU_ID_VALUE ||
	    vnpu_get(VNPU_VERSION_MAJOR, version) !=
		    vnpu_get(VNPU_VERSION_MAJOR, VNPU_VERSION_VALUE))
		return -ENODEV;
	sc->stride = soft_read32(sc, VNPU_REG_DB_STRIDE);
	sc->queues = soft_read32(sc, VNPU_REG_QUEUES);
	sc->vectors = soft_read32(sc, VNPU_REG_VECTORS);
	sc->slots_min = 1u << vnpu_get(VNPU_RING_LOG2_MIN, ring);
	sc->slots_max = 1u << vnpu_get(VNPU_RING_LOG2_MAX, ring);
	sc->queue_numbers.count =
		least(least(sc->queues, SOFT_QUEUES_MAX),
		      soft_read32(sc, VNPU_REG_CONTEXT_QUEUES));
	sc->program_numbers.count =
		least(soft_read32(sc, VNPU_REG_PROGRAMS), SOFT_PROGRAMS_MAX);
	sc->doorbells = axm_inproc_memory(sc->bus, VNPU_BAR_DOORBELL);
	return sc->doorbells && sc->vectors > SOFT_VECTOR_QUEUES ? 0 : -ENODEV;
}

static int boot(struct soft_context *sc)
{
	int err = read_limits(sc);

	if (err)
		return fail(sc, err, "it is no device of this version");
	soft_write32(sc, VNPU_REG_CONTROL, VNPU_CONTROL_RESET);
	err = wait_state(sc, VNPU_STATE_WAIT_FW);
	if (err)
		return fail(sc, err, "no reset");
	err = load_firmware(sc);
	if (err)
		return fail(sc, err, "it does not take the firmware");
	sc->epoch_ns =
		axlp_now_ns() - (int64_t)axm_inproc_read(sc->bus, VNPU_BAR_REGS,
							 VNPU_REG_TIME, 8);
	err = soft_admin_enable(sc);
	return err ? fail(sc, err, "no admin ring") : 0;
}

static int identify(struct soft_context *sc)
{
	struct vnpu_identify *answer;
	struct vnpu_cmd cmd = {
		.opcode = VNPU_CMD_IDENTIFY,
		.object = htole32(VNPU_IDENTIFY_DEVICE),
		.data = { .size = htole64(sizeof(*answer)) },
	};
	void *at;
	int err = soft_memory_new(sc, sizeof(*answer), &at);

	if (err)
		return fail(sc, err, "no memory");
	answer = at;
	cmd.data.address = htole64((uintptr_t)at);
	err = soft_command_errno(
		soft_command(sc, &cmd, NULL, &sc->vnpu.base.error));
	sc->bindings_max = le32toh(answer->bindings_max);
	soft_memory_free(sc, at, sizeof(*answer));
	return err;
}

static int set_up(struct soft_context *sc)
{
	struct soft_shared *shared = sc->shared;
	const struct vnpu_cmd cmds[] = {
		{ .opcode = VNPU_CMD_SET_FEATURE,
		  .object = htole32(VNPU_FEATURE_EVENTS),
		  .feature.value = { htole64((uintptr_t)shared->event_ring),
				     htole64((uintptr_t)&shared->event_status),
				     htole64(SOFT_EVENTS_LOG2),
				     htole64(SOFT_VECTOR_EVENTS) } },
		{ .opcode = VNPU_CMD_SET_FEATURE,
		  .object = htole32(VNPU_FEATURE_TELEMETRY),
		  .feature.value = { htole64((uintptr_t)&shared->telemetry),
				     htole64(TELEMETRY_MS) } },
		{ .opcode = VNPU_CMD_CONTEXT_CREATE },
	};

	for (size_t i = 0; i < AXLP_ARRAY_SIZE(cmds); i++) {
		int err = soft_command_errno(
			soft_command(sc, &cmds[i], NULL, &sc->vnpu.base.error));

		if (err)
			return err;
	}
	return 0;
}

static void join_device(struct soft_context *sc)
{
	struct soft_device *sd = soft_device_of(sc->vnpu.base.device);

	pthread_mutex_lock(&sd->lock);
	sc->next = sd->contexts;
	sd->contexts = sc;
	sc->listed = true;
	pthread_mutex_unlock(&sd->lock);
}

static uint64_t busy_ns(const struct soft_context *sc)
{
	return le64toh(sc->shared->telemetry.engine[0].busy_ns);
}

static void leave_device(struct soft_context *sc)
{
	struct soft_device *sd = soft_device_of(sc->vnpu.base.device);
	struct soft_context **at = &sd->contexts;

	pthread_mutex_lock(&sd->lock);
	while (*at != sc)
		at = &(*at)->next;
	*at = sc->next;
	pthread_mutex_unlock(&sd->lock);
}

static void keep_counts(struct soft_context *sc)
{
	struct soft_device *sd = soft_device_of(sc->vnpu.base.device);

	pthread_mutex_lock(&sd->lock);
	sd->busy_ns += busy_ns(sc);
	pthread_mutex_unlock(&sd->lock);
}

int soft_context_open(struct axl_context *ctx)
{
	struct soft_context *sc = soft_context_of(ctx);
	void *at;
	int err;

	pthread_mutex_init(&sc->admin.lock, NULL);
	axlv_context_init(&sc->vnpu);
	pthread_mutex_init(&sc->numbers_lock, NULL);
	sc->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (sc->event_fd < 0)
		return fail(sc, -errno, "no eventfd");
	err = create_bus(sc);
	if (err)
		return err;
	err = soft_memory_new(sc, sizeof(*sc->shared), &at);
	if (err)
		return fail(sc, err, "no memory");
	sc->shared = at;
	err = boot(sc);
	if (!err)
		err = identify(sc);
	if (!err)
		err = set_up(sc);
	if (!err)
		join_device(sc);
	return err;
}

void soft_context_close(struct axl_context *ctx)
{
	struct soft_context *sc = soft_context_of(ctx);

	if (sc->listed)
		leave_device(sc);
	if (sc->bus) {
		/* Stops everything; the counts of before are complete then. */
		soft_write32(sc, VNPU_REG_CONTROL, VNPU_CONTROL_RESET);
		axm_inproc_destroy(sc->bus);
	}
	if (sc->shared) {
		keep_counts(sc);
		soft_pages_free(sc->shared, sizeof(*sc->shared));
	}
	if (sc->event_fd >= 0)
		close(sc->event_fd);
	pthread_mutex_destroy(&sc->numbers_lock);
	axlv_context_fini(&sc->vnpu);
	pthread_mutex_destroy(&sc->admin.lock);
}
