// SPDX-License-Identifier: MIT
/*
 * Messages to the card's management processor, with the driver's MANAGE: a list
 * of transactions, and the same of answers. Nothing of an answer is used
 * without a look at its length.
 */
#include "qaic.h"

#include <errno.h>
#include <string.h>

#define HEADER sizeof(struct qaicu_transaction)

void *axlq_message_add(struct axlq_message *message, uint32_t type,
		       uint32_t len)
{
	struct qaicu_transaction *t = (void *)&message->bytes[message->len];

	if (!message->count)
		memset(message->bytes, 0, sizeof(message->bytes));
	t->type = type;
	t->len = (len + 7) / 8 * 8;
	message->len += t->len;
	message->count++;
	return t;
}

void *axlq_message_command(struct axlq_message *message, uint32_t size)
{
	uint8_t *t = axlq_message_add(message, QAICU_PASSTHROUGH_FROM_USER,
				      (uint32_t)HEADER + size);

	return t + HEADER;
}

/*
 * -EAGAIN: nothing was sent, as the ring to the card stayed full for two seconds,
 * or because of a signal, which the driver finds while it waits for that.
 */
static int manage(int fd, struct qaicu_manage *args)
{
	int64_t end = axlp_now_ns() + AXLQ_TIMEOUT_MS * 1000000ll;
	int err;

	do
		err = axlp_ioctl(fd, QAICU_MANAGE, args);
	while (err == -EAGAIN && axlp_now_ns() < end);
	return err == -EAGAIN ? -ETIMEDOUT : err;
}

int axlq_message_send(int fd, struct axlq_message *message)
{
	struct qaicu_manage args = {
		.len = message->len,
		.count = message->count,
		.data = (uintptr_t)message->bytes,
	};
	int err = manage(fd, &args);

	message->len = 0;
	message->count = 0;
	/* The driver was told of a reset while it waited for the answer. */
	if (err == -EIO)
		return -ENODEV;
	/* The card said no, and maybe why. */
	if (!err || err == -ECANCELED) {
		message->len = args.len < sizeof(message->bytes) ?
				       args.len :
				       sizeof(message->bytes);
		message->count = args.count;
	}
	return err;
}

const void *axlq_message_find(const struct axlq_message *message, uint32_t type,
			      uint32_t len)
{
	uint32_t at = 0;

	for (uint32_t i = 0; i < message->count; i++) {
		const struct qaicu_transaction *t =
			(const void *)&message->bytes[at];

		if (at + HEADER > message->len || t->len < HEADER ||
		    t->len % 8 || t->len > message->len - at)
			return NULL;
		if (t->type == type && t->len >= len)
			return t;
		at += t->len;
	}
	return NULL;
}

const void *axlq_message_answer(const struct axlq_message *message,
				uint32_t command, uint32_t size)
{
	const uint8_t *t = axlq_message_find(message,
					     QAICU_PASSTHROUGH_FROM_DEVICE,
					     (uint32_t)HEADER + size);
	const __le32 *type = (const void *)(t + HEADER);

	return t && le32toh(*type) == NNC_RESPONSE(command) ? type : NULL;
}

static const struct {
	int32_t status;
	int err;
	const char *text;
} statuses[] = {
	{ NNC_OK, 0, "done" },
	{ NNC_ERR_DMA, -EIO, "the card cannot read the host's memory" },
	{ NNC_ERR_UNDEFINED, -EOPNOTSUPP, "the card does not know this call" },
	{ NNC_ERR_MEMORY, -ENOMEM, "the card's memory is full" },
	{ NNC_ERR_METADATA, -ENOEXEC, "the card cannot run such a program" },
	{ NNC_ERR_PARAMETER, -EIO, "the card refuses a member of the call" },
	{ NNC_ERR_TIMEOUT, -EIO, "the card took too long" },
	{ NNC_ERR_NOT_READY, -EBUSY, "the card is not ready" },
	{ NNC_ERR_DENIED, -EIO, "it is another's, or in use" },
	{ NNC_ERR_NO_NSP, -EBUSY, "all processors of the card are in use" },
	{ NNC_ERR_NO_VC, -EBUSY, "all DMA channels of the card are in use" },
	{ NNC_ERR_NO_SEMAPHORE, -EBUSY,
	  "all semaphores of the card are in use" },
	{ NNC_ERR_NO_MCID, -EBUSY, "all multicast numbers are in use" },
	{ NNC_ERR_NSP, -EIO, "a processor of the card does not answer" },
	{ NNC_ERR_ID_NOT_FOUND, -EIO, "the card does not have it" },
	{ NNC_ERR_NO_ID, -EBUSY, "the card has no number left for it" },
	{ NNC_ERR_RESTARTING, -EBUSY, "a part of the card restarts" },
};

const char *axlq_status_text(int32_t status)
{
	for (size_t i = 0; i < AXLP_ARRAY_SIZE(statuses); i++)
		if (statuses[i].status == status)
			return statuses[i].text;
	return "the card failed";
}

int axlq_status_errno(int32_t status)
{
	for (size_t i = 0; i < AXLP_ARRAY_SIZE(statuses); i++)
		if (statuses[i].status == status)
			return statuses[i].err;
	return -EIO;
}
