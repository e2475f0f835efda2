// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host.h"

int vm_buffer_add(struct vm_buffer *buf, const void *data, size_t len)
{
	if (buf->room - buf->len < len) {
		size_t room = (buf->len + len) * 2;
		char *bigger = realloc(buf->data, room);

		if (!bigger)
			return -ENOMEM;
		buf->data = bigger;
		buf->room = room;
	}
	if (len)
		memcpy(buf->data + buf->len, data, len);
	buf->len += len;
	return 0;
}

int vm_buffer_printf(struct vm_buffer *buf, const char *format, ...)
{
	va_list args;
	char *text;
	int n, ret;

	va_start(args, format);
	n = vasprintf(&text, format, args);
	va_end(args);
	if (n < 0)
		return -ENOMEM;
	ret = vm_buffer_add(buf, text, n);
	free(text);
	return ret;
}

void vm_buffer_release(struct vm_buffer *buf)
{
	free(buf->data);
	*buf = (struct vm_buffer){};
}

int vm_words_add(struct vm_words *words, const char *format, ...)
{
	char **bigger, *text;
	va_list args;
	int n;

	bigger = realloc(words->word, (words->count + 2) * sizeof(*bigger));
	if (!bigger)
		return -ENOMEM;
	words->word = bigger;
	va_start(args, format);
	n = vasprintf(&text, format, args);
	va_end(args);
	bigger[words->count] = n < 0 ? NULL : text;
	if (n < 0)
		return -ENOMEM;
	bigger[++words->count] = NULL;
	return 0;
}

void vm_words_release(struct vm_words *words)
{
	int i;

	for (i = 0; i < words->count; i++)
		free(words->word[i]);
	free(words->word);
	*words = (struct vm_words){};
}
