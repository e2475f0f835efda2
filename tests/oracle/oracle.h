/* SPDX-License-Identifier: MIT */
/* What the parts of the program oracle share. */
#ifndef ORACLE_ORACLE_H
#define ORACLE_ORACLE_H

#include "peer.h"

#include <stdbool.h>

#define ORACLE_PEERS_MAX 4
#define ORACLE_THREADS_MAX 4

struct network {
	const char *name;
	const char *file; /* in the directory of networks */
	const char *shape;
	bool channels_last;
	/* Of a picture's red, green and blue, 0 to 1: (value - mean) / std. */
	float mean[3];
	float std[3];
};

/* What the inputs are filled with. */
enum fill {
	FILL_PICTURE = 0, /* some lines of text on a page */
	FILL_NOISE = 1,
	FILL_END,
};

struct options {
	struct network network; /* what is asked for */
	char path[4096]; /* of its file */
	const char *modules[ORACLE_PEERS_MAX]; /* paths of peers */
	size_t module_count;
	unsigned int threads[ORACLE_THREADS_MAX];
	size_t thread_count;
	unsigned int turns;
	double rtol;
};

/* A peer at a number of threads. */
struct contender {
	const struct peer_ops *ops;
	struct peer *peer;
	unsigned int threads;
};

struct field {
	size_t count;
	struct contender of[ORACLE_PEERS_MAX * ORACLE_THREADS_MAX];
};

/* NULL past the last. */
const struct network *network_number(size_t number);
const char *fill_name(enum fill fill);
/* Numbers that look like a picture's, in the network's range. */
void network_fill(const struct network *network, struct peer_tensor *input,
		  enum fill fill);

/* The first thing that goes wrong is said on standard error. */
const struct peer_ops *peer_load(const char *module);
int contender_open(struct contender *c, const struct options *options);
int contender_run(struct contender *c);
void contender_close(struct contender *c);
/* All peers at all numbers of threads, filled with a picture. */
int field_open(struct field *field, const struct options *options);
void field_close(struct field *field);

/* The commands; they return an exit status. */
int command_compare(const struct options *options);
int command_time(const struct options *options);
int command_once(const struct options *options);

#endif
