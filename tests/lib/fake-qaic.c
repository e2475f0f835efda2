// SPDX-License-Identifier: MIT
#include "fake-qaic.h"

#include "../../lib/drm_core.h"
#include "../../lib/qaic_accel.h"

#include <aic100_nnc.h>
#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define BASE 0x100000000ull /* of the card's memory; FAKE_MEMORY for a DBC */

struct fake_qaic *fake_qaic(void)
{
	static struct fake_qaic card = {
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.changed = PTHREAD_COND_INITIALIZER,
	};

	return &card;
}

/* With the lock: as the driver does it when a channel ends. */
static void release(struct fake_qaic *card, uint32_t dbc)
{
	struct fake_dbc *d = &card->dbc[dbc];

	for (uint32_t i = 0; i < FAKE_HANDLES; i++)
		if (card->slice[i].dir && card->slice[i].dbc == dbc)
			memset(&card->slice[i], 0, sizeof(card->slice[i]));
	free(d->memory);
	memset(d, 0, sizeof(*d));
	pthread_cond_broadcast(&card->changed);
}

void fake_qaic_reset(void)
{
	struct fake_qaic *card = fake_qaic();

	pthread_mutex_lock(&card->lock);
	for (uint32_t i = 0; i < FAKE_DBCS; i++)
		release(card, i);
	card->numbers = 0;
	pthread_mutex_unlock(&card->lock);
}

static void *add(uint8_t *out, uint32_t *len, uint32_t type, uint32_t size)
{
	struct qaicu_transaction *t = (void *)(out + *len);

	memset(t, 0, size);
	t->type = type;
	t->len = size;
	*len += size;
	return t;
}

static void *add_answer(uint8_t *out, uint32_t *len, uint32_t size)
{
	return (uint8_t *)add(out, len, QAICU_PASSTHROUGH_FROM_DEVICE,
			      size + 8) +
	       8;
}

static void answer_load(struct fake_qaic *card, uint32_t command, uint8_t *out,
			uint32_t *len)
{
	struct nnc_loaded *loaded = add_answer(out, len, sizeof(*loaded));
	bool elf = command == NNC_CMD_LOAD_ELF;

	loaded->type = htole32(NNC_RESPONSE(command));
	loaded->status = htole32((uint32_t)(elf ? card->load_status : 0));
	loaded->id = htole32(++card->numbers);
	card->loads += elf;
}

static int answer_activate(struct fake_qaic *card, uint8_t *out, uint32_t *len)
{
	struct nnc_activated *answer = add_answer(out, len, sizeof(*answer));
	struct qaicu_activated *activated =
		add(out, len, QAICU_ACTIVATE_FROM_DEVICE, sizeof(*activated));
	uint32_t dbc = 0;

	answer->type = htole32(NNC_RESPONSE(NNC_CMD_ACTIVATE));
	while (dbc < FAKE_DBCS && card->dbc[dbc].activation)
		dbc++;
	if (dbc + card->taken >= FAKE_DBCS) {
		answer->status = htole32((uint32_t)NNC_ERR_NO_NSP);
		activated->status = 1;
		return ECANCELED;
	}
	card->activates++;
	card->dbc[dbc].activation = ++card->numbers;
	card->dbc[dbc].memory = calloc(1, FAKE_MEMORY);
	answer->activation = htole32(card->numbers);
	answer->ddr_base = htole64(BASE + (uint64_t)dbc * FAKE_MEMORY);
	activated->dbc = dbc;
	return 0;
}

static void answer_deactivate(struct fake_qaic *card, const void *command,
			      uint8_t *out, uint32_t *len)
{
	const struct nnc_deactivate *deactivate = command;
	struct nnc_done *done = add_answer(out, len, sizeof(*done));

	done->type = htole32(NNC_RESPONSE(NNC_CMD_DEACTIVATE));
	done->status = htole32((uint32_t)NNC_ERR_ID_NOT_FOUND);
	for (uint32_t i = 0; i < FAKE_DBCS; i++) {
		if (card->dbc[i].activation != le32toh(deactivate->activation))
			continue;
		release(card, i);
		card->deactivates++;
		done->status = 0;
	}
}

static void answer_status(uint8_t *out, uint32_t *len)
{
	struct nnc_info *info = add_answer(out, len, sizeof(*info));

	info->type = htole32(NNC_RESPONSE(NNC_CMD_STATUS));
	memcpy(info->fw_image, "fake 1.2.3", 11);
	memcpy(info->board_serial, "FAKE0001", 9);
}

static void answer_resources(uint8_t *out, uint32_t *len)
{
	struct nnc_resource_info *info = add_answer(out, len, sizeof(*info));

	info->type = htole32(NNC_RESPONSE(NNC_CMD_RESOURCE_INFO));
	info->resources.dram_total = htole32(4096);
	info->resources.dram_free = htole32(4000);
	info->resources.nsp_total = 16;
	info->resources.nsp_free = 16;
}

static int answer_command(struct fake_qaic *card, const void *command,
			  uint8_t *out, uint32_t *len)
{
	const __le32 *type = command;

	switch (le32toh(*type)) {
	case NNC_CMD_LOAD_CONSTANTS:
	case NNC_CMD_LOAD_ELF:
		answer_load(card, le32toh(*type), out, len);
		return 0;
	case NNC_CMD_UNLOAD_CONSTANTS:
	case NNC_CMD_UNLOAD_ELF:
		card->unloads += le32toh(*type) == NNC_CMD_UNLOAD_ELF;
		((struct nnc_done *)add_answer(out, len,
					       sizeof(struct nnc_done)))
			->type = htole32(NNC_RESPONSE(le32toh(*type)));
		return 0;
	case NNC_CMD_ACTIVATE:
		return answer_activate(card, out, len);
	case NNC_CMD_DEACTIVATE:
		answer_deactivate(card, command, out, len);
		return 0;
	case NNC_CMD_STATUS:
		answer_status(out, len);
		return 0;
	case NNC_CMD_RESOURCE_INFO:
		answer_resources(out, len);
		return 0;
	}
	return EINVAL;
}

static int manage(struct fake_qaic *card, struct qaicu_manage *args)
{
	uint8_t in[QAICU_MESSAGE_MAX], *out = (void *)(uintptr_t)args->data;
	uint32_t len = 0, at = 0;
	int err = 0;

	if (args->len > sizeof(in))
		return EINVAL;
	if (card->silent) {
		card->silent--;
		return EAGAIN;
	}
	memcpy(in, out, args->len);
	for (uint32_t i = 0; i < args->count && !err; i++) {
		const struct qaicu_transaction *t = (const void *)&in[at];

		if (t->type == QAICU_PASSTHROUGH_FROM_USER)
			err = answer_command(card, t + 1, out, &len);
		at += t->len;
	}
	if (at != args->len && !err)
		return EINVAL;
	if (card->nonsense)
		memset(out, 0xff, QAICU_MESSAGE_MAX);
	args->len = len;
	args->count = 2;
	return err;
}

static int create(struct qaicu_create_bo *args)
{
	int fd = memfd_create("fake-qaic", MFD_CLOEXEC);

	if (fd < 0 || fd >= FAKE_HANDLES || !args->size ||
	    ftruncate(fd, (off_t)args->size))
		return ENOMEM;
	args->handle = (uint32_t)fd;
	return 0;
}

/* What each slice has to wait for, and the last of a direction to do. */
static bool keeps_contract(const struct qaicu_slice *s, uint32_t dir)
{
	bool in = dir == QAICU_TO_DEVICE;
	uint8_t ready = in ? AIC100_NET_SEM_FREE : AIC100_NET_SEM_OUTPUT;
	uint8_t told = in ? AIC100_NET_SEM_INPUT : AIC100_NET_SEM_ROOM;

	if (s->sem[0].command != QAICU_SEM_WAIT_GE || !s->sem[0].presync ||
	    s->sem[0].index != ready || s->sem[0].value != 1)
		return false;
	return !s->sem[1].command ||
	       (s->sem[1].command == QAICU_SEM_DEC &&
		s->sem[1].index == ready &&
		s->sem[2].command == QAICU_SEM_INC && s->sem[2].index == told);
}

static int attach(struct fake_qaic *card, const struct qaicu_attach_slice *args)
{
	const struct qaicu_slice *from = (const void *)(uintptr_t)args->data;
	struct fake_slice *slice;

	if (args->count != 1 || args->dbc >= FAKE_DBCS ||
	    args->handle >= FAKE_HANDLES || !card->dbc[args->dbc].activation)
		return EINVAL;
	slice = &card->slice[args->handle];
	if (slice->dir)
		return EINVAL;
	card->attaches++;
	card->breaches += !keeps_contract(from, args->dir);
	*slice = (struct fake_slice){ .dbc = args->dbc,
				      .dir = args->dir,
				      .dev = from->dev_addr,
				      .size = from->size,
				      .offset = from->offset,
				      .last = from->sem[1].command };
	return 0;
}

static int detach(struct fake_qaic *card, const struct qaicu_detach_slice *args)
{
	struct fake_slice *slice = &card->slice[args->handle];

	if (!slice->dir)
		return EINVAL;
	if (slice->queued)
		return EBUSY;
	memset(slice, 0, sizeof(*slice));
	return 0;
}

/* Moves between a buffer and the memory of its channel. */
static void move(struct fake_qaic *card, uint32_t handle)
{
	struct fake_slice *s = &card->slice[handle];
	uint64_t at = s->dev - BASE - (uint64_t)s->dbc * FAKE_MEMORY;
	uint8_t *memory = card->dbc[s->dbc].memory;

	if (at > FAKE_MEMORY || s->size > FAKE_MEMORY - at)
		card->breaches++;
	else if (s->dir == QAICU_TO_DEVICE &&
		 pread((int)handle, memory + at, s->size, (off_t)s->offset) < 0)
		card->breaches++;
	else if (s->dir == QAICU_FROM_DEVICE &&
		 pwrite((int)handle, memory + at, s->size, (off_t)s->offset) <
			 0)
		card->breaches++;
}

static void add_up(struct fake_qaic *card, const struct qaicu_execute *args,
		   const struct fake_slice *out)
{
	const struct qaicu_execute_entry *entries =
		(const void *)(uintptr_t)args->data;
	uint8_t *memory = card->dbc[args->dbc].memory;
	uint64_t base = BASE + (uint64_t)args->dbc * FAKE_MEMORY;

	memset(memory + (out->dev - base), 0, out->size);
	for (uint32_t i = 0; i < args->count; i++) {
		const struct fake_slice *in = &card->slice[entries[i].handle];

		for (uint64_t at = 0; in->dir == QAICU_TO_DEVICE &&
				      at + 4 <= in->size && at < out->size;
		     at += 4) {
			float sum, value;

			memcpy(&sum, memory + (out->dev - base) + at, 4);
			memcpy(&value, memory + (in->dev - base) + at, 4);
			sum += value;
			memcpy(memory + (out->dev - base) + at, &sum, 4);
		}
	}
}

static int execute(struct fake_qaic *card, const struct qaicu_execute *args)
{
	const struct qaicu_execute_entry *entries =
		(const void *)(uintptr_t)args->data;
	unsigned int lasts = 0;

	if (args->dbc >= FAKE_DBCS || !card->dbc[args->dbc].activation)
		return EPERM;
	for (uint32_t i = 0; i < args->count; i++) {
		struct fake_slice *s = &card->slice[entries[i].handle];

		if (!s->dir || s->queued)
			return EINVAL;
		lasts += s->last;
	}
	if (card->full && card->executes >= card->full_after) {
		card->full--;
		return EAGAIN;
	}
	card->breaches += lasts != 2;
	card->executes++;
	if (card->stall) {
		card->stall--;
		card->dbc[args->dbc].stalled = true;
	}
	for (uint32_t i = 0; i < args->count; i++) {
		struct fake_slice *s = &card->slice[entries[i].handle];

		s->queued = card->dbc[args->dbc].stalled;
		if (s->queued)
			continue;
		if (s->dir == QAICU_FROM_DEVICE)
			add_up(card, args, s);
		move(card, entries[i].handle);
	}
	return 0;
}

static int wait(struct fake_qaic *card, const struct qaicu_wait *args)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += args->timeout / 1000;
	until.tv_nsec += args->timeout % 1000 * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_nsec -= 1000000000;
		until.tv_sec++;
	}
	if (args->dbc >= FAKE_DBCS || !card->dbc[args->dbc].activation)
		return EPERM;
	while (card->slice[args->handle].queued)
		if (pthread_cond_timedwait(&card->changed, &card->lock,
					   &until) == ETIMEDOUT)
			return ETIMEDOUT;
	return card->dbc[args->dbc].activation ? 0 : EPERM;
}

static int call(struct fake_qaic *card, unsigned long request, void *arg)
{
	switch (request) {
	case QAICU_MANAGE:
		return manage(card, arg);
	case QAICU_CREATE_BO:
		return create(arg);
	case QAICU_MMAP_BO:
		((struct qaicu_mmap_bo *)arg)->offset =
			(uint64_t)((struct qaicu_mmap_bo *)arg)->handle << 32;
		return 0;
	case QAICU_ATTACH_SLICE:
		return attach(card, arg);
	case QAICU_EXECUTE:
		return execute(card, arg);
	case QAICU_WAIT:
		return wait(card, arg);
	case QAICU_DETACH_SLICE:
		return detach(card, arg);
	}
	return ENOTTY;
}

int fake_qaic_call(unsigned long request, void *arg)
{
	struct fake_qaic *card = fake_qaic();
	int err;

	/* Handles are used again by the C library's files. */
	if (request == DRM_IOCTL_GEM_CLOSE)
		return ENOTTY;
	pthread_mutex_lock(&card->lock);
	err = card->offline ? ENODEV : call(card, request, arg);
	pthread_mutex_unlock(&card->lock);
	return err;
}
