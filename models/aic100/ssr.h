/* SPDX-License-Identifier: MIT */
/* Subsystem restart inside: the dump of a crashed network. */
#ifndef AIC100_SSR_H
#define AIC100_SSR_H

#include "core.h"

#define SSR_REQUESTS 16 /* of the channel's last */
#define SSR_REGIONS 3

struct ssr_dump {
	unsigned int dbc;
	/* As it was at the crash. */
	struct aic100_dbc_view view;
	struct aic100_request request[SSR_REQUESTS]; /* oldest first */
	unsigned int requests;
	/* In DDR: a page with the table, then what it tells of; 0: none. */
	uint64_t addr;
	struct ssr_region region[SSR_REGIONS];
	unsigned int regions;
};

/* At the crash: view is set, the host's memory is still the channel's. */
void ssr_dump_take(struct aic100 *a, struct ssr_dump *d);
/* So much of the workload's memory is there. Without room: no dump. */
void ssr_dump_make(struct aic100 *a, struct ssr_dump *d, uint64_t memory_size);
void ssr_dump_drop(struct aic100 *a, struct ssr_dump *d);
/* Whether the host may read it. */
bool ssr_dump_has(const struct ssr_dump *d, uint64_t addr, uint64_t len);

#endif
