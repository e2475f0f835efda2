/* SPDX-License-Identifier: MIT */
/* Messages of devlink as structs. Parsers: attributes in, any bytes. */
#ifndef AXLP_DEVLINK_MESSAGE_H
#define AXLP_DEVLINK_MESSAGE_H

#include <stddef.h>
#include <stdint.h>

#define AXLP_VERSIONS_MAX 8u

struct axlp_version {
	char name[32]; /* "fw", "fw.mgmt", "board.id" */
	char value[64];
};

struct axlp_devlink_info {
	char serial[64];
	char board_serial[64];
	uint32_t fixed_count;
	uint32_t running_count;
	uint32_t stored_count;
	struct axlp_version fixed[AXLP_VERSIONS_MAX];
	struct axlp_version running[AXLP_VERSIONS_MAX];
	struct axlp_version stored[AXLP_VERSIONS_MAX];
};

struct axlp_flash_status {
	char bus[32];
	char device[32];
	char message[64];
	char component[32];
	uint64_t done;
	uint64_t total; /* 0: not known */
};

void axlp_parse_devlink_info(const void *attrs, size_t length,
			     struct axlp_devlink_info *out);
void axlp_parse_flash_status(const void *attrs, size_t length,
			     struct axlp_flash_status *out);

#endif
