// SPDX-License-Identifier: MIT
/* The same device over vfio-user: boot, admin ring, a queue, an interrupt. */
#include "../model/client.h"
#include "tap.h"
#include "vnpu/sha256.h"
#include "vnpu/vnpu.h"
#include "vnpu_regs.h"

#include <endian.h>
#include <linux/vfio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#define BASE 0x40000000ull /* bus address of the memory */
#define SIZE 0x100000u

/* Where things are in it. */
enum {
	FW = 0x1000,
	RING = 0x2000,
	RESULTS = 0x3000,
	STATUS = 0x4000,
	QUEUE_RING = 0x5000,
	QUEUE_STATUS = 0x6000,
	SOURCE = 0x10000,
	TARGET = 0x40000,
};

struct rig {
	struct server s;
	struct client c;
	uint8_t *memory;
	int fd;
	uint32_t tail;
};

static bool wait_state(struct rig *r, uint32_t state)
{
	for (int i = 0; i < 3000; i++) {
		uint32_t status =
			client_get32(&r->c, VNPU_BAR_REGS, VNPU_REG_STATUS);

		if ((status & VNPU_STATUS_STATE) == state)
			return true;
		usleep(1000);
	}
	return false;
}

static bool boot(struct rig *r)
{
	struct vnpu_fw_header *fw = (void *)(r->memory + FW);

	fw->magic = htole32(VNPU_FW_MAGIC);
	fw->header_version = htole16(VNPU_FW_HEADER_VERSION);
	fw->header_size = htole16(sizeof(*fw));
	fw->size = htole32(sizeof(*fw));
	fw->profiles = htole32(6);
	fw->interface = htole32(VNPU_VERSION_VALUE);
	vnpu_fw_digest(fw, sizeof(*fw), fw->digest);
	if (!wait_state(r, VNPU_STATE_WAIT_FW))
		return false;
	client_put64(&r->c, 0, VNPU_REG_FW_ADDRESS, BASE + FW);
	client_put32(&r->c, 0, VNPU_REG_FW_SIZE, sizeof(*fw));
	client_put32(&r->c, 0, VNPU_REG_FW_BOOT, 1);
	if (!wait_state(r, VNPU_STATE_READY))
		return false;
	client_put64(&r->c, 0, VNPU_REG_ADMIN_RING, BASE + RING);
	client_put64(&r->c, 0, VNPU_REG_ADMIN_RESULTS, BASE + RESULTS);
	client_put64(&r->c, 0, VNPU_REG_ADMIN_STATUS, BASE + STATUS);
	client_put32(&r->c, 0, VNPU_REG_ADMIN_LOG2, 4);
	client_put32(&r->c, 0, VNPU_REG_CONTROL, VNPU_CONTROL_ENABLE);
	return client_get32(&r->c, 0, VNPU_REG_STATUS) & VNPU_STATUS_ENABLED;
}

static bool reached(const uint8_t *record, uint64_t done)
{
	const struct vnpu_ring_status *s = (const void *)record;

	for (int i = 0; i < 3000; i++) {
		if (le64toh(__atomic_load_n(&s->done, __ATOMIC_ACQUIRE)) >=
		    done)
			return true;
		usleep(1000);
	}
	return false;
}

static int command(struct rig *r, const struct vnpu_cmd *cmd)
{
	uint32_t slot = r->tail % 16;
	struct vnpu_result result;

	memcpy(r->memory + RING + slot * sizeof(*cmd), cmd, sizeof(*cmd));
	client_put32(&r->c, 0, VNPU_REG_ADMIN_TAIL, ++r->tail);
	if (!reached(r->memory + STATUS, r->tail))
		return -1;
	memcpy(&result, r->memory + RESULTS + slot * sizeof(result),
	       sizeof(result));
	return (int)le32toh(result.status);
}

static bool rig_open(struct rig *r, const char *profile)
{
	memset(r, 0, sizeof(*r));
	r->s.ops = &vnpu_ops;
	r->s.opt.name = "profile";
	r->s.opt.value = profile;
	r->fd = client_memory(SIZE, &r->memory);
	return r->fd >= 0 && client_start(&r->s, &r->c) &&
	       !client_map(&r->c, BASE, SIZE, 0, r->fd) && boot(r);
}

static void rig_close(struct rig *r)
{
	client_stop(&r->s, &r->c);
	munmap(r->memory, SIZE);
	close(r->fd);
}

static const struct vnpu_cmd create_context = {
	.opcode = VNPU_CMD_CONTEXT_CREATE,
};

static bool make_queue(struct rig *r)
{
	struct vnpu_cmd cmd = { .opcode = VNPU_CMD_QUEUE_CREATE };

	cmd.queue.ring = htole64(BASE + QUEUE_RING);
	cmd.queue.status = htole64(BASE + QUEUE_STATUS);
	cmd.queue.asid = htole16(VNPU_ASID_BUS);
	cmd.queue.vector = htole16(2);
	cmd.queue.log2 = 4;
	return !command(r, &create_context) && !command(r, &cmd);
}

static void copy(struct rig *r)
{
	struct vnpu_desc *d = (void *)(r->memory + QUEUE_RING);
	uint32_t queues = client_get32(&r->c, 0, VNPU_REG_QUEUES);
	uint32_t stride = client_get32(&r->c, 0, VNPU_REG_DB_STRIDE);

	memset(r->memory + SOURCE, 0x5c, 100000);
	d->opcode = VNPU_OP_COPY;
	d->copy.dst.address = htole64(BASE + TARGET);
	d->copy.src.address = htole64(BASE + SOURCE);
	d->copy.size = htole64(100000);
	client_put64(&r->c, VNPU_BAR_DOORBELL,
		     VNPU_DB_ARM((uint64_t)stride, queues, 0), 1);
	client_put32(&r->c, VNPU_BAR_DOORBELL, 0, 1);
	client_put32(&r->c, VNPU_BAR_DOORBELL,
		     VNPU_DB_WAKE((uint64_t)stride, queues, 0), 1);
}

static void a_queue_copies_over_vfio(void)
{
	static struct rig r;
	int event = eventfd(0, EFD_NONBLOCK);

	TAP_REQUIRE(event >= 0 && rig_open(&r, tap_data()));
	TAP_EQUAL(client_irqs(&r.c, VFIO_PCI_MSIX_IRQ_INDEX,
			      VFIO_IRQ_SET_DATA_EVENTFD |
				      VFIO_IRQ_SET_ACTION_TRIGGER,
			      2, 1, NULL, 0, &event, 1),
		  0);
	TAP_REQUIRE(make_queue(&r));
	copy(&r);
	TAP_CHECK(reached(r.memory + QUEUE_STATUS, 1));
	TAP_CHECK(!memcmp(r.memory + TARGET, r.memory + SOURCE, 100000));
	TAP_EQUAL(wait_event(event, 2000), 1);
	rig_close(&r);
	close(event);
}

static const struct tap_case cases[] = {
	{ "the device boots over vfio-user and copies (edge)",
	  a_queue_copies_over_vfio, "edge" },
	{ "the device boots over vfio-user and copies (datacenter)",
	  a_queue_copies_over_vfio, "datacenter" },
};

TAP_MAIN(cases)
