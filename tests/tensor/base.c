// SPDX-License-Identifier: MIT
/* See base.h. */
#include "base.h"
#include "sample.h"
#include "tap.h"

#include <stdlib.h>
#include <string.h>

/* Bit by bit, as the standard has it. */
static uint32_t crc_of(const uint8_t *bytes, size_t size)
{
	uint32_t sum = ~0u;

	for (; size; size--) {
		sum ^= *bytes++;
		for (int i = 0; i < 8; i++)
			sum = sum >> 1 ^ (sum & 1 ? 0xedb88320u : 0);
	}
	return ~sum;
}

void base_fix_crc(uint8_t *blob, size_t size)
{
	struct axt_header *header = (void *)blob;

	header->crc = crc_of(blob + sizeof(*header), size - sizeof(*header));
}

static const struct sample base = {
	"base",
	AXT_CONV,
	"input:f32[1,4,8,8] data:f32[8,4,3,3] data:f32[8]",
	"output:f32[1,8,8,8]",
	NULL,
	&(struct axt_conv){
		2, 1, { 1, 1, 1 }, { 1, 1, 1 }, { 1, 1 }, { 1, 1 } },
	1,
	(struct axt_post[]){ { AXT_POST_BINARY, AXT_ADD, AXT_NONE, 0, 0 } },
	"arena:f32[1,8,8,8]",
};

void *base_make(size_t *size)
{
	struct axt_error error = { "" };
	void *blob = NULL;

	if (sample_make(&base, &blob, size, &error))
		tap_note("%s", error.text);
	return blob;
}
