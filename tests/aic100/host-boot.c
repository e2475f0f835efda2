// SPDX-License-Identifier: MIT
/* The host's side of a cold boot: BHI, Sahara, the log, the time. */
#include "common/crc32.h"
#include "host.h"

#include <endian.h>
#include <string.h>

struct host_image host_image(struct host *h, unsigned int number, size_t more)
{
	size_t size = sizeof(struct aic100_fw_header) + more;
	struct aic100_fw_header *fw = host_alloc(h, size, 64);
	uint8_t *rest = (uint8_t *)(fw + 1);

	for (size_t i = 0; i < more; i++)
		rest[i] = (uint8_t)(i * 7 + number);
	fw->magic = htole32(AIC100_FW_MAGIC);
	fw->size = htole32((uint32_t)size);
	fw->image = htole32(number);
	fw->crc = htole32(axm_crc32(0, rest, more));
	return (struct host_image){ fw, (uint32_t)size };
}

void host_images(struct host *h)
{
	static const unsigned int numbers[] = { 1, 2, 4, 5, 6, 8, 9, 10 };

	h->sbl = host_image(h, AIC100_FW_SBL, 4096);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		h->image[numbers[i]] =
			host_image(h, numbers[i], 1000 * numbers[i]);
}

int host_bhi(struct host *h, uint64_t address, uint32_t size)
{
	uint64_t until = host_now_ns() + HOST_MS * 1000000ull;
	uint32_t status;

	host_put32(h, AIC100_BHI + BHI_STATUS, 0);
	host_put64(h, AIC100_BHI + BHI_IMGADDR, address);
	host_put32(h, AIC100_BHI + BHI_IMGSIZE, size);
	host_put32(h, AIC100_BHI + BHI_IMGTXDB, 0x1234567);
	do {
		status = aic100_get(BHI_STATUS_MASK,
				    host_get32(h, AIC100_BHI + BHI_STATUS));
		if (host_now_ns() > until)
			return -1;
	} while (!status);
	return (int)status;
}

bool host_sahara_say(struct host *h, uint32_t command, uint32_t length,
		     uint32_t word0, uint32_t word1)
{
	struct sahara_packet *p = host_alloc(h, sizeof(*p), 16);

	p->command = htole32(command);
	p->length = htole32(length);
	p->word[0] = htole32(word0);
	p->word[1] = htole32(word1);
	return host_send(h, AIC100_CH_SAHARA, p, length);
}

static bool give(struct host *h, const uint8_t *data, uint32_t len)
{
	while (h->stream && len > 1000) {
		if (!host_send(h, AIC100_CH_SAHARA, data, 1000))
			return false;
		data += 1000;
		len -= 1000;
	}
	return host_send(h, AIC100_CH_SAHARA, data, len);
}

static bool read_data(struct host *h, const struct sahara_packet *p)
{
	uint32_t number = le32toh(p->word[0]), offset = le32toh(p->word[1]);
	uint32_t len = le32toh(p->word[2]);
	struct host_image *image = &h->image[number % AIC100_FW_IMAGES];

	if (number >= AIC100_FW_IMAGES || !image->data ||
	    offset >= image->size || len > image->size - offset)
		return host_sahara_say(h, SAHARA_RESET, 8, 0, 0);
	return give(h, (const uint8_t *)image->data + offset, len);
}

static bool answer(struct host *h, const struct sahara_packet *p)
{
	switch (le32toh(p->command)) {
	case SAHARA_HELLO:
		return host_sahara_say(h, SAHARA_HELLO_RESP, 0x30,
				       SAHARA_VERSION, SAHARA_VERSION);
	case SAHARA_READ_DATA:
		return read_data(h, p);
	case SAHARA_END_OF_IMAGE:
		return !p->word[1] && host_sahara_say(h, SAHARA_DONE, 8, 0, 0);
	case SAHARA_DONE_RESP:
		return true;
	default:
		return false;
	}
}

/* False: there is no line. */
static bool read_log(struct host *h)
{
	char line[512];
	int len = host_receive(h, AIC100_CH_LOGGING + 1, line, sizeof(line), 0);
	size_t used = strlen(h->log);

	if (len > 0 && !line[len - 1] && used + (size_t)len < sizeof(h->log)) {
		memcpy(h->log + used, line, (size_t)len);
		strcat(h->log, "\n");
	}
	return len > 0;
}

static void tell_time(struct host *h)
{
	struct timesync_header header;
	struct timesync_time *t;

	if (host_receive(h, AIC100_CH_TIMESYNC + 1, &header, sizeof(header),
			 0) != sizeof(header) ||
	    le16toh(header.magic) != TIMESYNC_MAGIC)
		return;
	if (header.type == TIMESYNC_ACK)
		h->timed = true;
	if (header.type != TIMESYNC_ASK)
		return;
	t = host_alloc(h, sizeof(*t), 16);
	t->h = header;
	t->h.type = TIMESYNC_TIME;
	t->seconds = htole64(1234567890);
	host_send(h, AIC100_CH_TIMESYNC, t, sizeof(*t));
}

/* The log and the time come first: their channels end with the last image. */
bool host_sahara(struct host *h)
{
	uint64_t until = host_now_ns() + HOST_MS * 1000000ull;
	struct sahara_packet p;

	if (!host_start_pair(h, AIC100_CH_LOGGING) ||
	    !host_start_pair(h, AIC100_CH_TIMESYNC) ||
	    !host_start_pair(h, AIC100_CH_SAHARA))
		return false;
	while (h->ee != AIC100_EE_AMSS) {
		read_log(h);
		tell_time(h);
		if (host_now_ns() > until)
			return false;
		memset(&p, 0, sizeof(p));
		if (host_receive(h, AIC100_CH_SAHARA + 1, &p, sizeof(p), 1) >=
			    0 &&
		    !answer(h, &p))
			return false;
	}
	while (read_log(h))
		;
	return host_ee(h) == AIC100_EE_AMSS;
}

bool host_boot(struct host *h)
{
	return host_bhi(h, host_address(h->sbl.data), h->sbl.size) ==
		       BHI_STATUS_SUCCESS &&
	       host_ee(h) == AIC100_EE_SBL && host_mhi(h) && host_sahara(h);
}
