// SPDX-License-Identifier: MIT
/*
 * The host's side over the bus inside a process. What reaches the device goes
 * through the functions at the top, so that another bus has one place to be
 * put in.
 */
#include "host.h"
#include "vnpu/sha256.h"

#include <endian.h>
#include <string.h>

#define ANSWER_MS 5000

uint32_t host_get32(struct host *h, uint64_t offset)
{
	return (uint32_t)axm_inproc_read(h->base.bus, VNPU_BAR_REGS, offset, 4);
}

uint64_t host_get64(struct host *h, uint64_t offset)
{
	return axm_inproc_read(h->base.bus, VNPU_BAR_REGS, offset, 8);
}

void host_put32(struct host *h, uint64_t offset, uint32_t value)
{
	axm_inproc_write(h->base.bus, VNPU_BAR_REGS, offset, 4, value);
}

void host_put64(struct host *h, uint64_t offset, uint64_t value)
{
	axm_inproc_write(h->base.bus, VNPU_BAR_REGS, offset, 8, value);
}

uint32_t host_state(struct host *h)
{
	return host_get32(h, VNPU_REG_STATUS) & VNPU_STATUS_STATE;
}

uint32_t host_error(struct host *h)
{
	return (uint32_t)vnpu_get(VNPU_STATUS_ERROR,
				  host_get32(h, VNPU_REG_STATUS));
}

bool host_wait_state(struct host *h, uint32_t state, unsigned int ms)
{
	uint64_t until = host_now_ns() + ms * 1000000ull;

	while (host_state(h) != state) {
		if (host_now_ns() > until)
			return false;
		host_sleep_us(50);
	}
	return true;
}

bool host_create(struct host *h, uint32_t profile,
		 const struct axm_inproc_option *options)
{
	const struct axm_inproc_option all[] = {
		{ "profile",
		  profile == VNPU_PROFILE_EDGE ? "edge" : "datacenter" },
		{ "memory", "16M" },
		{ "threads", "1" },
		{ 0 },
	};

	memset(h, 0, sizeof(*h));
	h->profile = profile;
	if (!host_base_open(&h->base, &vnpu_ops, HOST_ARENA, all, options))
		return false;
	h->stride = host_get32(h, VNPU_REG_DB_STRIDE);
	h->queues = host_get32(h, VNPU_REG_QUEUES);
	if (host_wait_state(h, VNPU_STATE_WAIT_FW, 3000))
		return true;
	host_close(h);
	return false;
}

void host_firmware_seal(struct vnpu_fw_header *fw)
{
	vnpu_fw_digest(fw, le32toh(fw->size), fw->digest);
}

struct vnpu_fw_header *host_firmware(struct host *h, size_t more)
{
	struct vnpu_fw_header *fw = host_alloc(h, sizeof(*fw) + more, 64);

	fw->magic = htole32(VNPU_FW_MAGIC);
	fw->header_version = htole16(VNPU_FW_HEADER_VERSION);
	fw->header_size = htole16(sizeof(*fw));
	fw->size = htole32((uint32_t)(sizeof(*fw) + more));
	fw->profiles = htole32(1u << VNPU_PROFILE_DATACENTER |
			       1u << VNPU_PROFILE_EDGE);
	fw->version = htole32(0x01020003);
	fw->interface = htole32(VNPU_VERSION_VALUE);
	strcpy(fw->name, "test");
	host_firmware_seal(fw);
	return fw;
}

int host_load(struct host *h, uint64_t address, uint32_t size)
{
	uint64_t until = host_now_ns() + ANSWER_MS * 1000000ull;

	host_put64(h, VNPU_REG_FW_ADDRESS, address);
	host_put32(h, VNPU_REG_FW_SIZE, size);
	host_put32(h, VNPU_REG_FW_BOOT, 1);
	while (host_state(h) == VNPU_STATE_LOADING)
		if (host_now_ns() > until)
			return -1;
	return (int)host_error(h);
}

bool host_enable(struct host *h)
{
	h->ring = host_alloc(h, HOST_SLOTS * sizeof(*h->ring), 64);
	h->results = host_alloc(h, HOST_SLOTS * sizeof(*h->results), 64);
	h->status = host_alloc(h, sizeof(*h->status), 64);
	h->tail = 0;
	host_put64(h, VNPU_REG_ADMIN_RING, host_address(h->ring));
	host_put64(h, VNPU_REG_ADMIN_RESULTS, host_address(h->results));
	host_put64(h, VNPU_REG_ADMIN_STATUS, host_address(h->status));
	host_put32(h, VNPU_REG_ADMIN_VECTOR, 0);
	host_put32(h, VNPU_REG_ADMIN_LOG2, (uint32_t)__builtin_ctz(HOST_SLOTS));
	host_put32(h, VNPU_REG_CONTROL, VNPU_CONTROL_ENABLE);
	return host_get32(h, VNPU_REG_STATUS) & VNPU_STATUS_ENABLED;
}

bool host_boot(struct host *h)
{
	struct vnpu_fw_header *fw = host_firmware(h, 0);
	struct vnpu_cmd cmd = {
		.opcode = VNPU_CMD_SET_FEATURE,
		.object = htole32(VNPU_FEATURE_EVENTS),
	};

	if (host_load(h, host_address(fw), le32toh(fw->size)) ||
	    !host_wait_state(h, VNPU_STATE_READY, 2000) || !host_enable(h))
		return false;
	h->events = host_alloc(h, HOST_EVENTS * sizeof(*h->events), 64);
	h->events_status = host_alloc(h, sizeof(*h->events_status), 64);
	h->events_head = 0;
	cmd.feature.value[0] = htole64(host_address(h->events));
	cmd.feature.value[1] = htole64(host_address(h->events_status));
	cmd.feature.value[2] = htole64((uint64_t)__builtin_ctz(HOST_EVENTS));
	cmd.feature.value[3] = htole64(1);
	return !host_command(h, &cmd) && !host_feature(h, VNPU_FEATURE_TRAP, 1);
}

bool host_open(struct host *h, uint32_t profile)
{
	return host_create(h, profile, NULL) && host_boot(h);
}

int host_command(struct host *h, const struct vnpu_cmd *cmd)
{
	uint32_t slot = h->tail % HOST_SLOTS;
	uint64_t until = host_now_ns() + ANSWER_MS * 1000000ull;

	h->ring[slot] = *cmd;
	host_put32(h, VNPU_REG_ADMIN_TAIL, ++h->tail);
	while ((uint32_t)__atomic_load_n(&h->status->done, __ATOMIC_ACQUIRE) !=
	       h->tail)
		if (host_now_ns() > until)
			return -1;
	h->result = h->results[slot];
	return (int)le32toh(h->result.status);
}

int host_simple(struct host *h, uint8_t opcode, uint16_t context,
		uint32_t object)
{
	struct vnpu_cmd cmd = {
		.opcode = opcode,
		.context = htole16(context),
		.object = htole32(object),
	};

	return host_command(h, &cmd);
}

int host_feature(struct host *h, uint32_t feature, uint64_t value)
{
	struct vnpu_cmd cmd = {
		.opcode = VNPU_CMD_SET_FEATURE,
		.object = htole32(feature),
		.feature.value[0] = htole64(value),
	};

	return host_command(h, &cmd);
}

int host_control(struct host *h, const char *line)
{
	char text[4096];

	return host_base_command(&h->base, line, text, sizeof(text));
}

const struct vnpu_event *host_event(struct host *h, unsigned int ms)
{
	uint64_t until = host_now_ns() + ms * 1000000ull;
	const struct vnpu_event *event;

	while ((uint32_t)__atomic_load_n(&h->events_status->done,
					 __ATOMIC_ACQUIRE) == h->events_head) {
		if (host_now_ns() > until)
			return NULL;
		host_sleep_us(20);
	}
	event = &h->events[h->events_head++ % HOST_EVENTS];
	host_put32(h, VNPU_REG_EVENT_HEAD, h->events_head);
	return event;
}

void host_queue_init(struct host *h, struct host_queue *q, uint32_t number,
		     uint16_t context)
{
	uint8_t *db = axm_inproc_memory(h->base.bus, VNPU_BAR_DOORBELL);

	memset(q, 0, sizeof(*q));
	q->h = h;
	q->number = number;
	q->slots = HOST_SLOTS;
	q->tail_word = (uint32_t *)(db + VNPU_DB_TAIL(h->stride, number));
	q->arm_word =
		(uint64_t *)(db + VNPU_DB_ARM(h->stride, h->queues, number));
	q->cmd.opcode = VNPU_CMD_QUEUE_CREATE;
	q->cmd.context = htole16(context);
	q->cmd.object = htole32(number);
	q->cmd.queue.asid = htole16(VNPU_ASID_BUS);
	q->cmd.queue.vector = htole16(2);
}

int host_queue_create(struct host_queue *q)
{
	if (!q->ring) {
		q->ring = host_alloc(q->h, q->slots * sizeof(*q->ring), 64);
		q->status = host_alloc(q->h, sizeof(*q->status), 64);
	}
	q->cmd.queue.ring = htole64(host_address(q->ring));
	q->cmd.queue.status = htole64(host_address(q->status));
	q->cmd.queue.log2 = (uint8_t)__builtin_ctz(q->slots);
	q->tail = 0;
	return host_command(q->h, &q->cmd);
}

bool host_queue_open(struct host *h, struct host_queue *q, uint32_t number,
		     uint16_t context)
{
	host_queue_init(h, q, number, context);
	return !host_queue_create(q);
}

struct vnpu_desc *host_slot(struct host_queue *q)
{
	struct vnpu_desc *d = &q->ring[q->tail++ % q->slots];

	memset(d, 0, sizeof(*d));
	return d;
}

void host_wake(struct host_queue *q)
{
	axm_inproc_write(q->h->base.bus, VNPU_BAR_DOORBELL,
			 VNPU_DB_WAKE((uint64_t)q->h->stride, q->h->queues,
				      q->number),
			 4, 1);
}

uint32_t host_flags(const struct host_queue *q)
{
	return le32toh(__atomic_load_n(&q->status->flags, __ATOMIC_ACQUIRE));
}

uint64_t host_done(const struct host_queue *q)
{
	return le64toh(__atomic_load_n(&q->status->done, __ATOMIC_ACQUIRE));
}

bool host_submit(struct host_queue *q)
{
	__atomic_store_n(q->tail_word, htole32((uint32_t)q->tail),
			 __ATOMIC_RELEASE);
	atomic_thread_fence(memory_order_seq_cst);
	if (!(host_flags(q) & VNPU_RING_NEED_WAKEUP))
		return false;
	host_wake(q);
	return true;
}

void host_arm(struct host_queue *q, uint64_t position)
{
	__atomic_store_n(q->arm_word, htole64(position), __ATOMIC_RELEASE);
	atomic_thread_fence(memory_order_seq_cst);
	if (host_flags(q) & VNPU_RING_NEED_WAKEUP)
		host_wake(q);
}

int host_wait(struct host_queue *q, uint64_t position, unsigned int ms)
{
	uint64_t until = host_now_ns() + ms * 1000000ull;
	unsigned int tries = 0;

	while (host_done(q) < position) {
		if (host_flags(q) & VNPU_RING_ERROR)
			return (int)le32toh(q->status->error);
		if (host_now_ns() > until)
			return -1;
		if (++tries > 1000)
			host_sleep_us(20);
	}
	return 0;
}

bool host_wait_started(struct host_queue *q, uint8_t opcode, uint32_t kind)
{
	struct vnpu_queue_log *log = host_alloc(q->h, sizeof(*log), 8);
	uint64_t until = host_now_ns() + ANSWER_MS * 1000000ull;
	struct vnpu_cmd cmd = {
		.opcode = VNPU_CMD_GET_LOG,
		.object = htole32(VNPU_LOG_QUEUE),
		.data.address = htole64(host_address(log)),
		.data.size = htole64(sizeof(*log)),
		.data.item = htole32(q->number),
	};

	do {
		if (host_command(q->h, &cmd))
			return false;
		if (log->desc.opcode == opcode &&
		    (opcode == VNPU_OP_EXEC ||
		     le32toh(log->desc.value.kind) == kind))
			return true;
		host_sleep_us(100);
	} while (host_done(q) < q->tail && host_now_ns() < until);
	return false;
}

int host_run(struct host_queue *q, const struct vnpu_desc *desc)
{
	*host_slot(q) = *desc;
	host_submit(q);
	return host_wait(q, q->tail, ANSWER_MS);
}

int host_queue_reset(struct host_queue *q, uint64_t position)
{
	struct vnpu_cmd cmd = {
		.opcode = VNPU_CMD_QUEUE_RESET,
		.context = q->cmd.context,
		.object = q->cmd.object,
		.queue.position = htole64(position),
	};

	q->tail = position;
	return host_command(q->h, &cmd);
}
