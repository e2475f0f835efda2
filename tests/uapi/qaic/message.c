// SPDX-License-Identifier: MIT
#include "message.h"

#include <endian.h>
#include <string.h>

#define HEAD sizeof(struct qaicu_transaction)

void *message_add(struct message *m, uint32_t type, uint32_t size)
{
	struct qaicu_transaction *t = (void *)(m->data + m->len);

	if (size > sizeof(m->data) - m->len)
		return NULL;
	memset(t, 0, size);
	t->type = type;
	t->len = size;
	m->len += size;
	m->count++;
	return t;
}

void *message_command(struct message *m, uint32_t type, uint32_t size)
{
	uint8_t *t = message_add(m, QAICU_PASSTHROUGH_FROM_USER, HEAD + size);
	__le32 *command = (void *)(t + HEAD);

	*command = htole32(type);
	return command;
}

void message_transfer(struct message *m, uint32_t tag, const void *memory,
		      uint64_t size)
{
	struct qaicu_dma_xfer *transfer =
		message_add(m, QAICU_DMA_XFER_FROM_USER, sizeof(*transfer));

	transfer->tag = tag;
	transfer->addr = (uintptr_t)memory;
	transfer->size = size;
}

int message_send(int fd, struct message *m)
{
	struct qaicu_manage manage = {
		.len = m->len,
		.count = m->count,
		.data = (uintptr_t)m->data,
	};
	int result = ioctl(fd, QAICU_MANAGE, &manage);

	m->len = manage.len;
	m->count = manage.count;
	return result;
}

/* The next transaction at or behind @at, or NULL. */
static const struct qaicu_transaction *next(const struct message *m,
					    uint32_t *at)
{
	const struct qaicu_transaction *t = (const void *)(m->data + *at);

	if (*at + HEAD > m->len || t->len < HEAD || t->len > m->len - *at)
		return NULL;
	*at += t->len;
	return t;
}

const void *message_find(const struct message *m, uint32_t type)
{
	const struct qaicu_transaction *t;
	uint32_t at = 0;

	while ((t = next(m, &at)))
		if (t->type == type)
			return t;
	return NULL;
}

const void *message_answer(const struct message *m, uint32_t type)
{
	const struct qaicu_transaction *t;
	uint32_t at = 0;

	while ((t = next(m, &at))) {
		const __le32 *answer = (const void *)(t + 1);

		if (t->type == QAICU_PASSTHROUGH_FROM_DEVICE && t->len > HEAD &&
		    le32toh(*answer) == type)
			return answer;
	}
	return NULL;
}

int message_status(int fd, struct qaicu_status *status)
{
	struct message m = { 0 };
	const struct qaicu_status *answer;

	memset(status, 0, sizeof(*status));
	message_add(&m, QAICU_STATUS_FROM_USER, HEAD);
	if (message_send(fd, &m))
		return -1;
	answer = message_find(&m, QAICU_STATUS_FROM_DEVICE);
	if (answer)
		*status = *answer;
	return 0;
}

bool message_resources(int fd, struct nnc_resources *resources)
{
	struct message m = { 0 };
	struct nnc_get_resources *get = message_command(
		&m, NNC_CMD_RESOURCE_INFO, sizeof(struct nnc_get_resources));
	const struct nnc_resource_info *info;

	get->group = htole32(NNC_NONE);
	if (message_send(fd, &m))
		return false;
	info = message_answer(&m, NNC_RESPONSE(NNC_CMD_RESOURCE_INFO));
	if (!info || info->status)
		return false;
	*resources = info->resources;
	return true;
}
