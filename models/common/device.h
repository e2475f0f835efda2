/* SPDX-License-Identifier: MIT */
/*
 * What the kit itself knows of a device: state, the bus below it, and the
 * calls a transport makes. Models include axm.h only.
 */
#ifndef AXM_DEVICE_H
#define AXM_DEVICE_H

#include "axm.h"

#include <pthread.h>
#include <stdatomic.h>

#define AXM_CFG_SIZE 4096
#define AXM_CFG_SIZE_PCI 256
#define AXM_MSI_MAX 32
#define AXM_MSIX_MAX 2048
#define AXM_WORKERS 24
#define AXM_OPTS 32

/*
 * The transport below a device. Every call may come from any thread. "dma"
 * returns the errnos of axm_dma_read(). A bus that is gone still answers.
 */
struct axm_bus_ops {
	int (*dma)(void *bus, uint64_t addr, void *buf, size_t len, bool write);
	int (*dma_map)(void *bus, uint64_t addr, size_t len, bool write,
		       struct axm_dma_window *window);
	void (*dma_unmap)(void *bus, struct axm_dma_window *window);
	/* Make DMA that waits for the host side return -ECANCELED. */
	void (*dma_cancel)(void *bus);
	void (*irq)(void *bus, unsigned int vector);
	void (*irq_line)(void *bus, bool level);
	bool (*irq_pending)(void *bus, unsigned int vector); /* for the PBA */
	void (*irq_reset)(void *bus); /* forget what is pending */
	void (*error)(void *bus, bool removal);
};

enum axm_counter {
	AXM_COUNT_BAR_READ,
	AXM_COUNT_BAR_WRITE,
	AXM_COUNT_CONFIG_READ,
	AXM_COUNT_CONFIG_WRITE,
	AXM_COUNT_DMA_READ,
	AXM_COUNT_DMA_WRITE,
	AXM_COUNT_DMA_READ_BYTES,
	AXM_COUNT_DMA_WRITE_BYTES,
	AXM_COUNT_DMA_ERROR,
	AXM_COUNT_DMA_MESSAGE,
	AXM_COUNT_MAP,
	AXM_COUNT_UNMAP,
	AXM_COUNT_IRQ,
	AXM_COUNT_IRQ_DROPPED,
	AXM_COUNT_IRQ_LOST,
	AXM_COUNT_JOB,
	AXM_COUNT_TIMER,
	AXM_COUNT_RESET,
	AXM_COUNT_CONNECTION,
	AXM_COUNT_MESSAGE,
	AXM_COUNT_BAD_MESSAGE,
	AXM_COUNTERS,
};

/* Under the device lock, except what is atomic. */
struct axm_config {
	uint8_t value[AXM_CFG_SIZE];
	uint8_t writable[AXM_CFG_SIZE];
	uint8_t clear[AXM_CFG_SIZE]; /* write one to clear */
	unsigned int size;
	unsigned int cap_tail; /* where the next capability is linked */
	unsigned int pm, msi, msix, pcie; /* offsets, 0 if absent */
	atomic_bool bus_master; /* DMA and messages allowed */
	atomic_bool intx_disable;
	atomic_bool asleep; /* D3hot */
	atomic_bool line; /* INTx level, for the status register */
};

struct axm_bar {
	int fd; /* memfd, -1 without areas; sealed against resizing */
	void *memory; /* size bytes */
};

/* Injected faults: set by the control socket, consumed by any thread. */
struct axm_faults {
	atomic_uint drop_irqs;
	atomic_uint corrupt;
	atomic_bool removed;
};

struct axm_worker {
	struct axm_device *dev;
	pthread_t thread;
	char name[16];
	/* A futex: grows with work, and with a change of hang, gate or stop. */
	atomic_uint woken;
	bool asleep; /* or about to be; pool lock */
	struct axm_job *head, **tail; /* pool lock */
	bool running; /* pool lock */
};

/* All of it under its lock, except the gate, which is read without. */
struct axm_pool {
	pthread_mutex_t lock;
	pthread_cond_t idle;
	struct axm_worker worker[AXM_WORKERS];
	unsigned int count;
	unsigned int running;
	bool stop;
	bool quiescing; /* a reset waits: keep the gate closed */
	bool hang;
	atomic_bool gate; /* closed: jobs of before a reset may still run */
};

struct axm_loop;
struct axm_trace;

struct axm_option {
	const char *name;
	const char *value;
};

struct axm_device {
	const struct axm_device_ops *ops;
	struct axm_pci_desc desc; /* constant after init() */
	void *priv;
	const struct axm_bus_ops *bus_ops;
	void *bus;
	struct axm_loop *loop;
	struct axm_trace *trace; /* NULL: off; constant while running */
	struct axm_option opt[AXM_OPTS];
	unsigned int nr_opts;
	unsigned int number; /* for axm_number() */

	pthread_mutex_t lock; /* the device lock of axm.h */
	struct axm_config config;
	struct axm_bar bar[AXM_BARS];
	uint8_t *msix_table; /* stored for the driver; masks are the bus's */
	struct axm_timer *timers; /* by due time */
	struct axm_pool pool;
	struct axm_faults faults;
	atomic_ullong count[AXM_COUNTERS];
};

struct axm_device_config {
	const struct axm_device_ops *ops;
	const struct axm_option *opts;
	unsigned int nr_opts;
	unsigned int number; /* for axm_number(); 0 is 1, too */
	const struct axm_bus_ops *bus_ops;
	void *bus;
	struct axm_loop *loop;
	struct axm_trace *trace;
	char *error; /* receives the reason of a failure */
	size_t error_size;
};

int axm_device_create(const struct axm_device_config *config,
		      struct axm_device **dev);
void axm_device_destroy(struct axm_device *dev);

/*
 * Stop jobs and timers, bring back the values of power-on, and tell the
 * model. Waits for running jobs for two seconds at most. Without the lock.
 */
void axm_device_reset(struct axm_device *dev, enum axm_reset_kind kind);

/* All counts and offsets are checked here: -EINVAL outside the region. */
int axm_device_bar_read(struct axm_device *dev, unsigned int bar,
			uint64_t offset, void *buf, size_t count);
int axm_device_bar_write(struct axm_device *dev, unsigned int bar,
			 uint64_t offset, const void *buf, size_t count);
int axm_device_config_read(struct axm_device *dev, uint64_t offset, void *buf,
			   size_t count);
int axm_device_config_write(struct axm_device *dev, uint64_t offset,
			    const void *buf, size_t count);

void axm_device_remove(struct axm_device *dev, bool removed);
bool axm_device_present(struct axm_device *dev);

/* pci.c */
int axm_config_init(struct axm_device *dev);
void axm_config_reset(struct axm_device *dev);
void axm_config_get(struct axm_device *dev, unsigned int offset, uint8_t *buf,
		    unsigned int count);
/* True when the write asked for a function level reset. */
bool axm_config_set(struct axm_device *dev, unsigned int offset,
		    const uint8_t *buf, unsigned int count);

/* bar.c */
int axm_bars_init(struct axm_device *dev);
void axm_bars_fini(struct axm_device *dev);
void axm_bars_reset(struct axm_device *dev);
int axm_desc_check(const struct axm_pci_desc *desc);

/* worker.c */
int axm_pool_init(struct axm_device *dev);
void axm_pool_fini(struct axm_device *dev);
void axm_pool_quiesce(struct axm_device *dev);
void axm_pool_hang(struct axm_device *dev, bool hang);
bool axm_pool_hanging(struct axm_device *dev);

/* Run what is due; returns the ns until the next timer, or UINT64_MAX. */
uint64_t axm_timers_run(struct axm_device *dev);
void axm_timers_cancel(struct axm_device *dev);

static inline void axm_count(struct axm_device *dev, enum axm_counter what,
			     uint64_t n)
{
	atomic_fetch_add_explicit(&dev->count[what], n, memory_order_relaxed);
}

const char *axm_counter_name(enum axm_counter what);

#endif
