/* SPDX-License-Identifier: MIT */
/* Boot inside: boot.c BHI, sahara.c images, boot-channel.c what is said. */
#ifndef AIC100_BOOT_H
#define AIC100_BOOT_H

#include "aic100_fw.h"
#include "core.h"

#define BOOT_LINES 16
#define BOOT_LINE 96

enum boot_error { /* BHI_ERRCODE */
	BOOT_OK = 0,
	BOOT_SIZE = 1,
	BOOT_DMA = 2,
	BOOT_HEADER = 3,
	BOOT_CRC = 4,
	BOOT_MEMORY = 5,
};

enum sahara_step {
	SAHARA_IDLE,
	SAHARA_WAIT_HELLO,
	SAHARA_WAIT_DATA,
	SAHARA_WAIT_DONE,
	SAHARA_LEAVING, /* all images are here */
	SAHARA_BROKEN, /* only a reset of the SoC helps */
};

/* QSM. */
struct sahara {
	enum sahara_step step;
	unsigned int next; /* of the list of images */
	uint8_t *data; /* of the current one; AIC100_FW_SIZE_MAX at most */
	uint32_t size; /* of it; before its header is here, of that */
	uint32_t have;
	uint32_t asked; /* of the current READ_DATA, still to come */
};

struct aic100_boot {
	/* Device lock. */
	uint32_t reg[BHI_SIZE / 4];
	bool load;
	/* QSM. */
	struct sahara sahara;
	char line[BOOT_LINES][BOOT_LINE];
	unsigned int lines;
};

/* BOOT_OK, also for one that is not ours and has no header. */
enum boot_error aic100_boot_check(const void *image, size_t size,
				  unsigned int number);
/* A line on the logging channel, when that is there. */
void aic100_boot_log(struct aic100 *a, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void aic100_sahara_work(struct aic100 *a);
void aic100_sahara_forget(struct aic100 *a);

#endif
