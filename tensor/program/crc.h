/* SPDX-License-Identifier: MIT */
/* CRC-32 as in IEEE 802.3, zlib and PNG. */
#ifndef AXT_CRC_H
#define AXT_CRC_H

#include <stddef.h>
#include <stdint.h>

uint32_t axt_crc32(const void *data, size_t size);

#endif
