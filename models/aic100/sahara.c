// SPDX-License-Identifier: MIT
/*
 * Sahara: the second boot loader asks the host for the images of the card, one
 * session each. The protocol does not tell the size of an image: ours say it in
 * their header, of others no more than that is read. An image that the host
 * does not have is left out; a broken one ends the boot.
 */
#include "boot.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define HELLO_LEN 0x30
#define READ_LEN 0x14
#define END_LEN 0x10
#define DONE_LEN 0x08
#define RESET_LEN 0x08
#define DONE_RESP_LEN 0x0c
#define HEADER ((uint32_t)sizeof(struct aic100_fw_header))

static const uint8_t aic100_images[] = { 1, 2, 4, 5, 6, 8, 9, 10 };
static const uint8_t aic200_images[] = { 5,  12, 23, 32, 33, 38, 39, 40, 41, 42,
					 43, 49, 50, 51, 54, 57, 62, 63, 64, 65,
					 66, 67, 68, 69, 73, 74, 76, 78 };

static const uint8_t *images(const struct aic100 *a, unsigned int *count)
{
	if (a->identity == AIC200_PCI_DEVICE) {
		*count = sizeof(aic200_images);
		return aic200_images;
	}
	*count = sizeof(aic100_images);
	return aic100_images;
}

static unsigned int image(const struct aic100 *a)
{
	unsigned int count;

	return images(a, &count)[a->boot->sahara.next];
}

/* It cannot fail but because the host stopped the channel. */
static void say(struct aic100 *a, uint32_t command, uint32_t length,
		const uint32_t *words)
{
	struct sahara_packet p = {
		.command = htole32(command),
		.length = htole32(length),
	};

	for (unsigned int i = 0; i < length / 4 - 2; i++)
		p.word[i] = htole32(words[i]);
	aic100_mhi_send(a, AIC100_CH_SAHARA + 1, &p, length);
}

static void drop_image(struct sahara *s)
{
	free(s->data);
	s->data = NULL;
	s->size = s->have = s->asked = 0;
}

void aic100_sahara_forget(struct aic100 *a)
{
	drop_image(&a->boot->sahara);
	memset(&a->boot->sahara, 0, sizeof(a->boot->sahara));
}

static void hello(struct aic100 *a)
{
	static const uint32_t words[10] = { SAHARA_VERSION,
					    SAHARA_VERSION_LEAST,
					    SAHARA_PACKET_MAX };
	struct sahara *s = &a->boot->sahara;

	drop_image(s);
	s->step = SAHARA_WAIT_HELLO;
	say(a, SAHARA_HELLO, HELLO_LEN, words);
}

/* The host's last DONE is still to be answered: aic100_sahara_work(). */
static void next_image(struct aic100 *a)
{
	struct sahara *s = &a->boot->sahara;
	unsigned int count;

	images(a, &count);
	if (++s->next < count)
		hello(a);
	else
		s->step = SAHARA_LEAVING;
}

static void ask(struct aic100 *a)
{
	struct sahara *s = &a->boot->sahara;
	uint32_t rest = s->size - s->have;
	uint32_t words[3] = { image(a), s->have };

	s->asked = rest < SAHARA_PACKET_MAX ? rest : SAHARA_PACKET_MAX;
	words[2] = s->asked;
	s->step = SAHARA_WAIT_DATA;
	say(a, SAHARA_READ_DATA, READ_LEN, words);
}

static void end(struct aic100 *a, enum boot_error error)
{
	struct sahara *s = &a->boot->sahara;
	uint32_t words[2] = { image(a), error };

	if (error)
		aic100_boot_log(a, "SBL: image %u is broken (%u): boot stops",
				image(a), error);
	else
		aic100_boot_log(a, "SBL: image %u", image(a));
	s->step = error ? SAHARA_BROKEN : SAHARA_WAIT_DONE;
	say(a, SAHARA_END_OF_IMAGE, END_LEN, words);
}

static int take_hello(struct aic100 *a, const struct sahara_packet *p)
{
	struct sahara *s = &a->boot->sahara;

	if (le32toh(p->command) != SAHARA_HELLO_RESP ||
	    le32toh(p->length) != HELLO_LEN ||
	    le32toh(p->word[0]) < SAHARA_VERSION_LEAST || p->word[2])
		return -EPROTO;
	s->data = malloc(HEADER);
	if (!s->data)
		return -ENOMEM;
	s->size = HEADER;
	ask(a);
	return 0;
}

/* From here on the size is the image's own. */
static enum boot_error take_header(struct aic100 *a)
{
	struct sahara *s = &a->boot->sahara;
	struct aic100_fw_header header;
	uint8_t *data;

	memcpy(&header, s->data, sizeof(header));
	if (le32toh(header.magic) != AIC100_FW_MAGIC)
		return BOOT_OK;
	if (le32toh(header.size) < HEADER ||
	    le32toh(header.size) > AIC100_FW_SIZE_MAX)
		return BOOT_SIZE;
	data = realloc(s->data, le32toh(header.size));
	if (!data)
		return BOOT_MEMORY;
	s->data = data;
	s->size = le32toh(header.size);
	return BOOT_OK;
}

static void take_piece(struct aic100 *a)
{
	struct sahara *s = &a->boot->sahara;
	enum boot_error error = BOOT_OK;

	if (s->have == HEADER)
		error = take_header(a);
	if (!error && s->have < s->size)
		ask(a);
	else
		end(a, error ? error :
			       aic100_boot_check(s->data, s->size, image(a)));
}

/* The host may send what was asked for in one packet or in several. */
static int take_data(struct aic100 *a, const void *data, size_t len)
{
	struct sahara *s = &a->boot->sahara;

	if (!len || len > s->asked)
		return -EPROTO;
	memcpy(s->data + s->have, data, len);
	s->have += (uint32_t)len;
	s->asked -= (uint32_t)len;
	if (!s->asked)
		take_piece(a);
	return 0;
}

static bool is_reset(const struct sahara_packet *p, size_t len)
{
	return len == RESET_LEN && le32toh(p->command) == SAHARA_RESET &&
	       le32toh(p->length) == RESET_LEN;
}

/* The host has no such image, or less of it than its header says. */
static void refused(struct aic100 *a)
{
	if (a->boot->sahara.have) {
		end(a, BOOT_SIZE);
		return;
	}
	aic100_boot_log(a, "SBL: no image %u", image(a));
	next_image(a);
}

static int take_done(struct aic100 *a, const struct sahara_packet *p)
{
	unsigned int count;
	uint32_t last;

	if (le32toh(p->command) != SAHARA_DONE ||
	    le32toh(p->length) != DONE_LEN)
		return -EPROTO;
	images(a, &count);
	last = a->boot->sahara.next + 1 == count;
	say(a, SAHARA_DONE_RESP, DONE_RESP_LEN, &last);
	next_image(a);
	return 0;
}

static int receive(struct aic100 *a, const void *data, size_t len)
{
	struct sahara *s = &a->boot->sahara;
	struct sahara_packet p = { 0 };

	memcpy(&p, data, len < sizeof(p) ? len : sizeof(p));
	if (s->step == SAHARA_WAIT_DATA && s->asked != RESET_LEN &&
	    is_reset(&p, len)) {
		refused(a);
		return 0;
	}
	if (s->step == SAHARA_WAIT_DATA)
		return take_data(a, data, len);
	if (s->step == SAHARA_WAIT_HELLO && len == HELLO_LEN)
		return take_hello(a, &p);
	if (s->step == SAHARA_WAIT_DONE && len == DONE_LEN)
		return take_done(a, &p);
	return -EPROTO;
}

static void changed(struct aic100 *a, unsigned int channel, bool running)
{
	struct sahara *s = &a->boot->sahara;

	if (s->step == SAHARA_LEAVING || s->step == SAHARA_BROKEN)
		return;
	if (!running)
		aic100_sahara_forget(a);
	else if (aic100_mhi_running(a, AIC100_CH_SAHARA) &&
		 aic100_mhi_running(a, AIC100_CH_SAHARA + 1))
		hello(a);
}

void aic100_sahara_work(struct aic100 *a)
{
	if (a->boot->sahara.step != SAHARA_LEAVING ||
	    aic100_mhi_waiting(a, AIC100_CH_SAHARA + 1))
		return;
	aic100_sahara_forget(a);
	aic100_mhi_enter(a, AIC100_EE_AMSS);
}

const struct aic100_channel_ops aic100_sahara_channel = {
	.name = "sahara",
	.ee = AIC100_EE_SBL,
	.packet_max = SAHARA_PACKET_MAX,
	.receive = receive,
	.changed = changed,
};
