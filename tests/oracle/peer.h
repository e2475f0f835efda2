/* SPDX-License-Identifier: MIT */
/*
 * A peer: something that runs networks, to be compared with others. Each is a
 * loadable module of its own with the symbol axle_peer, so that a process has
 * in memory only what it measures, and nothing that is built by default needs
 * ONNX Runtime.
 *
 * Functions return 0 or -errno, and then say why in peer_error.
 */
#ifndef ORACLE_PEER_H
#define ORACLE_PEER_H

#include <stddef.h>
#include <stdint.h>

#define PEER_RANK_MAX 8
#define PEER_PORTS_MAX 16
#define PEER_SYMBOL "axle_peer"

struct peer_error {
	char text[512];
};

/* Of type f32, row-major; all are. */
struct peer_tensor {
	char name[128];
	uint32_t rank;
	uint32_t dims[PEER_RANK_MAX];
	size_t count; /* of elements */
	float *data; /* the peer's */
};

struct peer_request {
	const char *model; /* path of an ONNX file */
	const char *shape; /* "x=1,3,48,320"; NULL: the file says all */
	unsigned int threads;
};

struct peer {
	const struct peer_ops *ops;
	size_t input_count;
	size_t output_count;
	/* To be filled in before a run. */
	struct peer_tensor inputs[PEER_PORTS_MAX];
	/* Complete after the first run. */
	struct peer_tensor outputs[PEER_PORTS_MAX];
};

struct peer_ops {
	const char *name;
	/* Reads the file and does all that is done once. */
	int (*open)(const struct peer_request *request, struct peer **peer,
		    struct peer_error *error);
	int (*run)(struct peer *peer, struct peer_error *error);
	void (*close)(struct peer *peer);
};

#endif
