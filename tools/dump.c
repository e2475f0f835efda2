// SPDX-License-Identifier: MIT
/*
 * See dump.h. ivpu's dump is text with a headline, qaic's begins with a table
 * of pieces (drivers/accel/qaic: sahara.c and qaic_ssr.c have the same layout,
 * in the byte order of the host).
 */
#include "dump.h"
#include "tool.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

void dump_add(struct dump_report *out, const char *label, const char *format,
	      ...)
{
	struct dump_field *field = &out->fields[out->count];
	va_list args;

	if (out->count == DUMP_FIELDS_MAX)
		return;
	snprintf(field->label, sizeof(field->label), "%s", label);
	va_start(args, format);
	vsnprintf(field->text, sizeof(field->text), format, args);
	va_end(args);
	out->count++;
}

static void copy_text(char *out, size_t size, const void *text, size_t length)
{
	const unsigned char *from = text;
	size_t n = 0;

	for (; n < length && n < size - 1 && from[n]; n++)
		out[n] = from[n] >= 0x20 && from[n] < 0x7f ? (char)from[n] :
							     '?';
	out[n] = '\0';
}

#define IVPU_HEADLINE "Intel NPU crash dump\n"

static int dump_ivpu(const struct dump *dump, struct dump_report *out)
{
	static const char version[] = "FW version: ";
	size_t length = sizeof(IVPU_HEADLINE) - 1;
	const char *text = (const char *)dump->head + length;
	const char *end = (const char *)dump->head + dump->head_size;
	const char *eol;
	char line[100];

	if (dump->head_size < length ||
	    memcmp(dump->head, IVPU_HEADLINE, length) != 0)
		return -1;
	out->format = "ivpu's text: the log of the firmware";
	eol = memchr(text, '\n', (size_t)(end - text));
	if (!eol || (size_t)(eol - text) < sizeof(version) - 1 ||
	    memcmp(text, version, sizeof(version) - 1) != 0)
		return 0;
	text += sizeof(version) - 1;
	copy_text(line, sizeof(line), text, (size_t)(eol - text));
	dump_add(out, "firmware", "%s", line);
	return 0;
}

#define QAIC_MAGIC 0x1234567890abcdefull

struct qaic_meta {
	uint64_t magic;
	uint64_t version;
	uint64_t size;
	uint64_t table_size;
};

struct qaic_piece {
	uint64_t type;
	uint64_t address;
	uint64_t length;
	char description[20];
	char file[20];
};

static int dump_qaic(const struct dump *dump, struct dump_report *out)
{
	struct qaic_meta meta;
	struct qaic_piece piece;
	size_t at = sizeof(meta);
	char name[24];

	if (dump->head_size < sizeof(meta))
		return -1;
	memcpy(&meta, dump->head, sizeof(meta));
	if (meta.magic != QAIC_MAGIC)
		return -1;
	out->format = "qaic's: memory of the card, in pieces";
	dump_add(out, "version", "%" PRIu64, meta.version);
	if (meta.size != dump->size)
		dump_add(out, "should have", "%" PRIu64 " bytes", meta.size);
	if (meta.version != 1)
		return 0;
	for (; meta.table_size >= sizeof(piece) &&
	       dump->head_size - at >= sizeof(piece);
	     at += sizeof(piece), meta.table_size -= sizeof(piece)) {
		memcpy(&piece, dump->head + at, sizeof(piece));
		copy_text(name, sizeof(name), piece.file, sizeof(piece.file));
		dump_add(out, name[0] ? name : "piece",
			 "%" PRIu64 " bytes from %#" PRIx64, piece.length,
			 piece.address);
	}
	return 0;
}

#define HEX_LINES 8
#define HEX_COLUMNS 16

static void add_hex(const struct dump *dump, struct dump_report *out)
{
	char label[24], text[HEX_COLUMNS * 4 + 4];

	for (size_t at = 0;
	     at < dump->head_size && at < HEX_LINES * HEX_COLUMNS;
	     at += HEX_COLUMNS) {
		size_t used = 0;

		for (size_t i = 0; i < HEX_COLUMNS; i++)
			used += (size_t)(at + i < dump->head_size ?
						 sprintf(text + used, "%02x ",
							 dump->head[at + i]) :
						 sprintf(text + used, "   "));
		copy_text(text + used, sizeof(text) - used, "", 0);
		for (size_t i = 0; i < HEX_COLUMNS && at + i < dump->head_size;
		     i++) {
			unsigned char c = dump->head[at + i];

			text[used++] = c >= 0x20 && c < 0x7f ? (char)c : '.';
			text[used] = '\0';
		}
		snprintf(label, sizeof(label), "%08zx", at);
		dump_add(out, label, "%s", text);
	}
}

void dump_describe(const struct dump *dump, struct dump_report *out)
{
	static int (*const formats[])(const struct dump *dump,
				      struct dump_report *out) = {
		dump_ivpu,
		dump_qaic,
		dump_vnpu,
	};

	memset(out, 0, sizeof(*out));
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++)
		if (formats[i](dump, out) == 0)
			return;
	out->format = "not known; its beginning is";
	add_hex(dump, out);
}
