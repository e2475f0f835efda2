/* SPDX-License-Identifier: MIT */
/*
 * The vfio-user server: one device, one client at a time. This is a bus in the
 * sense of device.h. The protocol runs on the thread of the loop; DMA and
 * interrupts may come from any thread.
 */
#ifndef AXM_VFU_H
#define AXM_VFU_H

#include "device.h"
#include "loop.h"
#include "vfu_proto.h"

#define VFU_MAX_FDS 16 /* QEMU refuses more */
#define VFU_MAX_XFER (1024u * 1024u)
#define VFU_MAX_MAPS 65535 /* QEMU refuses more */
#define VFU_MAX_FILES 64
#define VFU_MAX_FILE_SIZE (1ull << 40)
/* The largest message either side may send: a write of VFU_MAX_XFER. */
#define VFU_MAX_MESSAGE                                                 \
	(sizeof(struct vfu_header) + sizeof(struct vfu_region_access) + \
	 VFU_MAX_XFER)
#define VFU_REQUESTS 32

/* A file of the client's, mapped once however many ranges of it are used. */
struct vfu_file {
	uint64_t device, inode;
	uint64_t size;
	char *base; /* NULL: free slot */
	bool writable;
	unsigned int users;
};

struct vfu_map {
	uint64_t addr, size;
	uint32_t flags; /* VFU_DMA_MAP_* */
	char *ptr; /* NULL: only reached by messages */
	struct vfu_file *file; /* NULL: likewise */
	atomic_uint users; /* taken with the read lock, dropped with drain */
	bool gone, orphan; /* drain: not in the table; last user frees */
};

/* vfu_map.c. Lock order: lock, then drain. */
struct vfu_maps {
	pthread_rwlock_t lock;
	struct vfu_map **map; /* by address; lock */
	size_t count, room; /* lock */
	struct vfu_file file[VFU_MAX_FILES]; /* drain */
	pthread_mutex_t drain;
	pthread_cond_t drained;
};

struct vfu_vector {
	int fd; /* -1: none */
	bool masked;
	bool pending;
};

#define VFU_IRQ_KINDS VFIO_PCI_NUM_IRQS

/* vfu_irq.c. All of it under its lock. */
struct vfu_irqs {
	pthread_mutex_t lock;
	struct vfu_vector *vector[VFU_IRQ_KINDS];
	unsigned int count[VFU_IRQ_KINDS];
	unsigned int active[VFU_IRQ_KINDS]; /* vectors with a descriptor */
	struct axm_source unmask; /* INTx: the client signals to unmask */
	bool level;
};

/* A DMA message on its way: a worker waits for the reply. */
struct vfu_request {
	bool busy, done;
	uint16_t id;
	int result;
	uint8_t *data; /* where read data goes */
	uint64_t addr;
	size_t count;
};

/* vfu_dma.c. All of it under its lock. */
struct vfu_requests {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct vfu_request slot[VFU_REQUESTS];
	uint16_t next_id;
	unsigned int cancelled; /* generation */
};

struct vfu {
	struct axm_loop *loop;
	struct axm_device *dev;
	struct axm_source listener; /* fd -1: connected from the start */
	struct axm_source conn; /* fd changes under send_lock */
	bool stop_with_client;

	/* The protocol thread's. */
	pthread_t thread;
	bool negotiated;
	bool failed; /* the stream makes no sense any more: hang up */
	uint8_t *in, *out;
	size_t used; /* bytes in "in" */
	int fds[VFU_MAX_FDS];
	unsigned int nr_fds;
	bool fds_lost; /* more came than a message may carry */

	atomic_uint client_fds, client_xfer;
	pthread_mutex_t send_lock; /* one message at a time */
	struct vfu_maps maps;
	struct vfu_irqs irqs;
	struct vfu_requests requests;
};

/* A message being handled. Handlers take descriptors out of fd[] to keep. */
struct vfu_message {
	struct vfu_header header;
	const uint8_t *data; /* not aligned */
	size_t size;
	int *fd;
	unsigned int nr_fds;
	uint8_t *reply;
	size_t reply_size;
	int reply_fd; /* lent; -1: none */
};

extern const struct axm_bus_ops vfu_bus_ops;

int vfu_create(struct axm_loop *loop, struct vfu **vfu);
/* After the device was created with this bus. */
int vfu_attach(struct vfu *vfu, struct axm_device *dev);
/* Before the device is destroyed: hang up, wait for nobody. */
void vfu_detach(struct vfu *vfu);
void vfu_destroy(struct vfu *vfu);

/* Listen at a path; replaces a socket that nobody listens at. */
int vfu_listen(struct vfu *vfu, const char *path);
/* Serve an already connected socket and stop the loop when it closes. */
int vfu_serve(struct vfu *vfu, int fd);

/* vfu_conn.c */
void vfu_conn_open(struct vfu *vfu, int fd);
void vfu_conn_close(struct vfu *vfu);
void vfu_conn_ready(struct axm_source *source, uint32_t events);
/* Handle what is in the buffer. Also the entry of the fuzzer. */
void vfu_conn_process(struct vfu *vfu);
/* A whole message; any thread. -ECANCELED: nobody there. */
int vfu_send(struct vfu *vfu, const struct vfu_header *header, const void *head,
	     size_t head_size, const void *data, size_t data_size, int fd);

/* vfu_command.c */
int vfu_dispatch(struct vfu *vfu, struct vfu_message *m);
/* vfu_version.c */
int vfu_version(struct vfu *vfu, struct vfu_message *m);

/* vfu_map.c */
int vfu_maps_init(struct vfu_maps *maps);
void vfu_maps_fini(struct vfu_maps *maps);
/* Takes over the descriptor, -1 for memory reached by messages. */
int vfu_maps_add(struct vfu_maps *maps, const struct vfu_dma_map *request,
		 int fd);
int vfu_maps_remove(struct vfu_maps *maps, uint64_t addr, uint64_t size);
void vfu_maps_clear(struct vfu_maps *maps);
size_t vfu_maps_count(struct vfu_maps *maps);
/* A reference to the map with @addr in it, or NULL. */
struct vfu_map *vfu_map_get(struct vfu_maps *maps, uint64_t addr);
void vfu_map_put(struct vfu_maps *maps, struct vfu_map *map);

/* vfu_file.c, under drain */
int vfu_file_get(struct vfu_maps *maps, int fd, uint64_t offset, uint64_t size,
		 bool write, struct vfu_file **file);
void vfu_file_put(struct vfu_file *file);

/* vfu_dma.c */
int vfu_dma(void *bus, uint64_t addr, void *buf, size_t len, bool write);
int vfu_dma_window(void *bus, uint64_t addr, size_t len, bool write,
		   struct axm_dma_window *window);
void vfu_dma_release(void *bus, struct axm_dma_window *window);
void vfu_dma_cancel(void *bus);
void vfu_requests_init(struct vfu_requests *requests);
void vfu_requests_fini(struct vfu_requests *requests);
void vfu_dma_reply(struct vfu *vfu, const struct vfu_message *m);

/* vfu_irq.c */
int vfu_irqs_init(struct vfu *vfu);
void vfu_irqs_fini(struct vfu *vfu);
/* The client is gone: close its descriptors. */
void vfu_irqs_clear(struct vfu *vfu);
int vfu_irq_info(struct vfu *vfu, struct vfu_message *m);
int vfu_irq_set(struct vfu *vfu, struct vfu_message *m);
void vfu_irq(void *bus, unsigned int vector);
void vfu_irq_line(void *bus, bool level);
bool vfu_irq_pending(void *bus, unsigned int vector);
void vfu_irq_reset(void *bus);
void vfu_irq_error(void *bus, bool removal);

#endif
