/* SPDX-License-Identifier: MIT */
/* page.html, as it was when this was built. */
#ifndef AXLE_EXPORTER_PAGE_H
#define AXLE_EXPORTER_PAGE_H

#include <stddef.h>

extern const unsigned char live_page[];
extern const size_t live_page_size;

#endif
