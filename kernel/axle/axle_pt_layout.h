/* SPDX-License-Identifier: GPL-2.0-only */
/* Arithmetic that counting and building page tables share. */
#ifndef _AXLE_PT_LAYOUT_H_
#define _AXLE_PT_LAYOUT_H_

#include <axle/axle_pt.h>

u64 axle_pt_span(const struct axle_pt_format *format, unsigned int level);
unsigned int axle_pt_fit(const struct axle_pt_format *format, u64 address,
			 u64 target, u64 size);
u64 axle_pt_chunk(const struct axle_pt_format *format, unsigned int level,
		  u64 address, u64 size);

#endif
