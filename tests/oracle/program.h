/* SPDX-License-Identifier: MIT */
/* A network as a tensor program, for the peers that are ours. */
#ifndef ORACLE_PROGRAM_H
#define ORACLE_PROGRAM_H

#include "peer.h"

#include <axt/program.h>

struct compiled {
	void *blob;
	size_t size;
	struct axt_program *program;
};

/* Describes the inputs and outputs too, but for their memory. */
int compiled_open(struct compiled *c, const struct peer_request *request,
		  struct peer *peer, struct peer_error *error);
void compiled_close(struct compiled *c);

/* For memory: aligned to 64 bytes and a multiple of them. */
size_t tensor_bytes(const struct peer_tensor *tensor);

#endif
