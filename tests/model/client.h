/* SPDX-License-Identifier: MIT */
/*
 * A small vfio-user client, and a server in a thread for it to talk to. The
 * client sends what it is told to, right or wrong.
 */
#ifndef TESTS_MODEL_CLIENT_H
#define TESTS_MODEL_CLIENT_H

#include "common/control.h"
#include "common/device.h"
#include "common/vfu.h"
#include "events.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct client {
	int fd;
	uint16_t next_id;
	int timeout_ms;

	/* What DMA messages of the server reach. */
	uint8_t *memory;
	uint64_t memory_addr, memory_size;
	unsigned int dma_messages;
	uint16_t dma_last_id;
	bool dma_fail; /* answer with an error */
	bool dma_short; /* answer with too little data */
	bool dma_ignore; /* do not answer */

	/* The last reply. */
	struct vfu_header header;
	uint8_t data[VFU_MAX_MESSAGE];
	size_t size;
	int reply_fd;
};

struct server {
	struct axm_loop *loop;
	struct axm_device *dev;
	struct vfu *vfu;
	struct axm_control *control;
	const char *path; /* listen here, or... */
	int fd; /* ...serve this one */
	const char *control_path; /* or NULL */
	const struct axm_device_ops *ops; /* NULL: testdev */
	struct axm_option opt;
	struct axm_trace *trace;
	pthread_t thread;
	pthread_barrier_t ready;
	int result;
};

/* A testdev over a socketpair, handshake done, bus mastering on. */
bool client_start(struct server *s, struct client *c);
/* The same without the handshake. */
bool client_start_raw(struct server *s, struct client *c);
void client_stop(struct server *s, struct client *c);

int server_start(struct server *s);
void server_stop(struct server *s);

void client_init(struct client *c, int fd);
int client_connect(struct client *c, const char *path);
void client_close(struct client *c);

/* Bytes as they are; false when the server hung up. */
bool client_raw(struct client *c, const void *data, size_t size, const int *fds,
		unsigned int nr_fds);
bool client_send(struct client *c, unsigned int command, uint32_t flags,
		 const void *payload, size_t size, const int *fds,
		 unsigned int nr_fds);
/*
 * The next reply; serves DMA messages meanwhile. 0, the errno of an error
 * reply as negative, -ECONNRESET, or -ETIMEDOUT.
 */
int client_receive(struct client *c);
/* Serve DMA messages for a while. */
void client_serve(struct client *c, int ms);
/* True when the server closed the connection. */
bool client_hung_up(struct client *c);

int client_call(struct client *c, unsigned int command, const void *payload,
		size_t size);
int client_call_fds(struct client *c, unsigned int command, const void *payload,
		    size_t size, const int *fds, unsigned int nr_fds);

int client_version(struct client *c, const char *json);
int client_map(struct client *c, uint64_t addr, uint64_t size, uint64_t offset,
	       int fd);
int client_unmap(struct client *c, uint64_t addr, uint64_t size);
int client_unmap_all(struct client *c);
int client_region_read(struct client *c, uint32_t region, uint64_t offset,
		       void *data, uint32_t count);
int client_region_write(struct client *c, uint32_t region, uint64_t offset,
			const void *data, uint32_t count);
uint32_t client_get32(struct client *c, uint32_t region, uint64_t offset);
uint64_t client_get64(struct client *c, uint32_t region, uint64_t offset);
int client_put32(struct client *c, uint32_t region, uint64_t offset,
		 uint32_t value);
int client_put64(struct client *c, uint32_t region, uint64_t offset,
		 uint64_t value);
int client_irqs(struct client *c, uint32_t index, uint32_t flags,
		uint32_t start, uint32_t count, const void *data, size_t size,
		const int *fds, unsigned int nr_fds);

/* testdev's DMA engine: start and wait; its final status. */
uint32_t client_dma(struct client *c, uint32_t cmd, uint64_t src, uint64_t dst,
		    uint32_t len, uint32_t value);
uint32_t client_dma_wait(struct client *c);

/* A memfd with this size, and its mapping. */
int client_memory(size_t size, uint8_t **at);
unsigned int client_open_fds(void);

#endif
