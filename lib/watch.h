/* SPDX-License-Identifier: MIT */
/*
 * Inside of the monitor. All of it belongs to the thread that uses the monitor.
 */
#ifndef AXLP_WATCH_H
#define AXLP_WATCH_H

#include "axlp.h"

/* What one sample needs of the one before. */
struct axlp_busy {
	uint64_t time_ns; /* 0: there was none */
	uint32_t count;
	struct axl_engine engine[AXL_ENGINES_MAX];
};

/* A device that is there; kept from sample to sample as long as it is. */
struct axlp_watched {
	struct axl_device *dev;
	struct axlp_found found;
	uint64_t number; /* of its directory in sysfs, new with each device */
	struct axlp_busy before;
	struct axl_sample sample;
	/* What messages do not have; of the sample before. */
	bool is_new; /* there was none */
	uint64_t resets;
	uint64_t faults;
	uint64_t last_fault_ns;
	struct axl_limits limits;
	/* Of this sample, by netlink. */
	uint32_t told; /* AXLP_TOLD_* */
	char firmware[64];
};

#define AXLP_TOLD_DEVICE (1u << 0)
#define AXLP_TOLD_TELEMETRY (1u << 1)
#define AXLP_TOLD_ALL (AXLP_TOLD_DEVICE | AXLP_TOLD_TELEMETRY)

struct axlp_client {
	struct axl_client client;
	uint64_t number; /* of the device's directory */
	uint64_t time_ns; /* when it was read */
};

struct axlp_clients {
	struct axlp_client *clients;
	size_t count;
	size_t room;
};

struct axl_monitor {
	struct axl_system *system; /* a reference */
	struct axlp_watched *devices; /* by index */
	size_t count;
	struct axlp_clients clients; /* of this sample, by device and pid */
	struct axlp_clients before; /* of the one before */
	struct axlp_genl *kit; /* NULL: not there, or not asked for yet */
	struct axlp_listener *listener; /* NULL: nobody listens */
	struct axlp_error error;
};

/*
 * Parts of 1000 that each engine was busy since; unknown where an engine is new,
 * counts back or does not tell. What is to be before the next is kept.
 */
void axlp_busy_since(struct axlp_busy *before, const struct axl_engine *engine,
		     uint32_t count, uint64_t now_ns, uint32_t *permille);

/* monitor-sample.c: all unknown; then everything that the device tells now. */
void axlp_watched_begin(struct axlp_watched *watched);
void axlp_watched_finish(struct axlp_watched *watched);

/* monitor-kit.c: between the two, for all devices on the kit. */
void axlp_kit_sample(struct axl_monitor *monitor);
void axlp_kit_close(struct axl_monitor *monitor);

/* monitor-events.c */
void axlp_listener_close(struct axl_monitor *monitor);

/* monitor-clients.c */
int axlp_clients_sample(struct axl_monitor *monitor);
void axlp_clients_free(struct axlp_clients *clients);

#endif
