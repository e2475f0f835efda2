/* SPDX-License-Identifier: MIT */
/* Devices over time: samples, events, and what is kept of them. */
#ifndef AXLE_EXPORTER_WATCH_H
#define AXLE_EXPORTER_WATCH_H

#include "history.h"
#include "live.h"
#include "metrics.h"
#include "tally.h"

#include <axl/monitor.h>

struct watch_config {
	const char *root; /* as of struct axl_config */
	bool clients; /* look at processes, too */
	unsigned int interval_s; /* of samples, 1 to 60 */
};

struct watch {
	struct axl_system *system;
	struct axl_monitor *monitor;
	struct watch_config config;
	struct history history;
	struct tally tally;
	struct metrics_self self;
	struct live_self live;
	char host[64];
	int error; /* of the last sample, so that it is logged once */
};

/* All failures are told on stderr. Without events it goes on. */
int watch_create(const struct watch_config *config, struct watch **watch);
void watch_destroy(struct watch *watch);
void watch_sample(struct watch *watch);
/* Readable while there are events; -1: there never are. */
int watch_fd(const struct watch *watch);
/* Takes what is there, but not for ever. False: there will be no more. */
bool watch_events(struct watch *watch);

#endif
