/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/*
 * Start of the images that the AIC100 model boots. What is in an image is
 * the card's own affair: the driver passes it on as it is. The card asks for
 * pieces of a file of which nobody tells it the size, so that the file has to.
 */
#ifndef AXLE_HW_AIC100_FW_H
#define AXLE_HW_AIC100_FW_H

#include <linux/types.h>
#ifdef __KERNEL__
#include <linux/build_bug.h>
#else
#include <assert.h>
#endif

#define AIC100_FW_MAGIC 0x57465841 /* "AXFW" */
#define AIC100_FW_SIZE_MAX 0x1000000
#define AIC100_FW_SBL 0 /* the number of the second boot loader, sbl.bin */
#define AIC100_FW_IMAGES 11 /* fwN.bin: N is below this */

struct aic100_fw_header {
	__le32 magic; /* [0] AIC100_FW_MAGIC */
	__le32 size; /* [4] bytes of the image, with this header */
	__le32 image; /* [8] N of fwN.bin, or AIC100_FW_SBL */
	__le32 crc; /* [12] CRC-32 (IEEE 802.3) of what follows */
};

static_assert(sizeof(struct aic100_fw_header) == 16, "aic100_fw_header");

#endif
