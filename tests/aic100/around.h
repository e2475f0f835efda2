/* SPDX-License-Identifier: MIT */
/*
 * What is around the parts ssr, ras, inject and note of aic100, played by the
 * test: MHI's channels, the DMA bridge, DDR, the kit. No thread, no time: a
 * kick is remembered, and around_work() is the QSM's worker.
 */
#ifndef TESTS_AIC100_AROUND_H
#define TESTS_AIC100_AROUND_H

#include "aic100/core.h"

#define AROUND_SENT 64
#define AROUND_DDR 262144u
#define AROUND_REQUESTS 32

struct around {
	struct aic100 a; /* first: it is the device's private state, too */
	/* MHI: what was sent, whether there is room, whether anybody listens */
	struct {
		unsigned int channel;
		size_t len;
		uint8_t data[65536];
	} sent[AROUND_SENT];
	unsigned int sent_count;
	unsigned int room; /* packets that go out before -ENOBUFS */
	bool running[AIC100_CH_END];
	unsigned int again; /* calls of aic100_mhi_again() */
	char sys_err[128];
	bool kicked;

	/* DMA bridge and NNC, by channel. */
	bool network[AIC100_DBCS];
	struct aic100_dbc_view view;
	unsigned int crashed, stopped, gone; /* masks */
	struct aic100_request requests[AROUND_REQUESTS];

	uint8_t ddr[AROUND_DDR]; /* at AIC100_DDR_BASE */
	uint64_t ddr_next;
	unsigned int ddr_allocated;
	bool ddr_full;

	struct axm_timer *timer; /* that is armed */
	struct axm_job *job; /* that is queued */
	char *trace; /* malloc()ed lines; NULL: no trace */
	size_t trace_size;
	FILE *trace_file;
	int locked;
};

struct around *around_create(bool trace);
void around_destroy(struct around *w);
/* The QSM, until nobody kicks any more. */
void around_work(struct around *w);
/* The armed timer's time has come; false: there was none. */
bool around_late(struct around *w);
/* A packet of the host on a channel. */
int around_host(struct around *w, const struct aic100_channel_ops *ops,
		const void *data, size_t len);
/* A line for the control socket: the result; text is freed by the next. */
int around_command(struct around *w, const char *line, char **text);
/* Lines of the trace so far that have the text. */
unsigned int around_traced(struct around *w, const char *text);

#endif
