/* SPDX-License-Identifier: MIT */
/* What is at which path: the page, metrics, and what the page asks for. */
#ifndef AXLE_EXPORTER_SITE_H
#define AXLE_EXPORTER_SITE_H

#include "server.h"
#include "watch.h"

/* An answer that holds until the next sample. */
struct site_answer {
	struct MHD_Response *response; /* NULL: there is none yet */
	uint64_t number; /* of the sample */
	uint64_t since;
};

struct site {
	const struct watch *watch;
	struct MHD_Response *page;
	struct site_answer metrics;
	struct site_answer live; /* of the last "since" that was asked for */
};

int site_init(struct site *site, const struct watch *watch);
void site_release(struct site *site);
/* For struct server_site; data is the site. */
unsigned int site_answer(void *data, const struct server_request *request,
			 struct MHD_Response **response);

#endif
