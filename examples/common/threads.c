// SPDX-License-Identifier: MIT
#include "threads.h"

#include <sched.h>
#include <stdlib.h>

#define THREADS_MAX 256

bool threads_parse(const char *text, uint32_t *count)
{
	unsigned long value;
	char *end;

	if (*text < '1' || *text > '9')
		return false;
	value = strtoul(text, &end, 10);
	if (*end || value > THREADS_MAX)
		return false;
	*count = (uint32_t)value;
	return true;
}

uint32_t threads_effective(uint32_t asked)
{
	const char *text = getenv("AXLE_THREADS");
	cpu_set_t set;

	if (asked || (text && threads_parse(text, &asked)))
		return asked;
	if (sched_getaffinity(0, sizeof(set), &set))
		return 1;
	return (uint32_t)CPU_COUNT(&set);
}
