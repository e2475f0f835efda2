// SPDX-License-Identifier: MIT
/*
 * libFuzzer target: addresses, the Host of a request, "since", and bytes of a
 * device that become a label or a string of JSON.
 */
#include "listen.h"
#include "live.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What an address is called is an address, and the same one. */
static void check_address(const char *input)
{
	struct listen_address address, again;
	char name[LISTEN_NAME];

	listen_host_is_local(input);
	if (listen_parse(input, &address))
		return;
	listen_name(&address, name);
	if (listen_parse(name, &again) || again.size != address.size ||
	    memcmp(&again.address, &address.address, address.size))
		abort();
}

static void check_label(const char *input, size_t size)
{
	size_t room = TEXT_ESCAPED(size);
	char *out = malloc(room);

	text_escape(out, room, input, size);
	for (size_t i = 0; out[i]; i++) {
		if (out[i] == '\n' || out[i] == '"')
			abort();
		/* A backslash is never the last, nor before anything else. */
		if (out[i] == '\\' && (!out[++i] || !strchr("\\\"n", out[i])))
			abort();
	}
	free(out);
}

static void check_json(const char *input)
{
	struct text text = {};

	text_json(&text, input);
	if (text.failed || text.size < 2 || text.data[text.size - 1] != '"')
		abort();
	for (size_t i = 1; i < text.size - 1; i++) {
		if ((unsigned char)text.data[i] < 0x20 || text.data[i] == '"')
			abort();
		if (text.data[i] == '\\' && ++i == text.size - 1)
			abort();
	}
	text_release(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *input = strndup((const char *)data, size);
	uint64_t number;

	if (!input)
		return 0;
	check_address(input);
	live_parse_since(input, &number);
	check_label((const char *)data, size);
	check_json(input);
	free(input);
	return 0;
}
