/* SPDX-License-Identifier: MIT */
/* CRC-32 of IEEE 802.3, for models. */
#ifndef AXM_CRC32_H
#define AXM_CRC32_H

#include <stddef.h>
#include <stdint.h>

/* Goes on with the CRC of what was before; 0 to begin with. */
uint32_t axm_crc32(uint32_t crc, const void *data, size_t len);

#endif
