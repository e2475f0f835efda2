/* SPDX-License-Identifier: MIT */
/*
 * The interface between a device model and the kit. A model is plain C
 * against this header: a const table of operations and its own state. It knows
 * nothing of QEMU, of vfio-user, or of whether it runs in a process of its own
 * or inside the program that uses it.
 *
 * Rules that hold for every model:
 *
 * - Nothing that the host side writes may make a model exit, abort or block.
 * - All operations in struct axm_device_ops, timer functions and commands run
 *   with the device lock held, one at a time, and must return within
 *   milliseconds. Long work belongs in a job (struct axm_job).
 * - Jobs run on worker threads without the device lock; they take it with
 *   axm_lock() for state they share with the operations, and must not hold it
 *   while they call axm_dma_*().
 * - After a reset began, axm_dma_*() fails with -ECANCELED and interrupts are
 *   swallowed until the jobs of before the reset have returned.
 *
 * docs/models.md tells the whole story.
 */
#ifndef AXM_H
#define AXM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define AXM_BARS 6

struct axm_device;
struct axm_worker;

/* A page-aligned part of a BAR that is memory the host may map. */
struct axm_bar_area {
	uint64_t offset;
	uint64_t size;
};

#define AXM_BAR_64 0x1u /* takes two slots, as in PCI */
#define AXM_BAR_PREFETCH 0x2u /* reads have no side effects */

struct axm_bar_desc {
	uint64_t size; /* 0: absent; else a power of two */
	unsigned int flags; /* AXM_BAR_* */
	const struct axm_bar_area *areas; /* ascending, must not overlap */
	unsigned int nr_areas;
};

struct axm_msix_desc {
	unsigned int vectors; /* 0: no MSI-X; at most 2048 */
	unsigned int bar;
	uint32_t table; /* offset in the BAR, 8-byte aligned */
	uint32_t pba;
};

struct axm_pci_desc {
	uint16_t vendor, device;
	uint16_t subsys_vendor, subsys;
	uint32_t class_code; /* 24 bits: class, subclass, interface */
	uint8_t revision;
	bool intx;
	bool pm;
	bool pcie; /* PCI Express endpoint, 4 KiB of config space */
	bool flr; /* needs pcie */
	unsigned int msi_vectors; /* 0, 1, 2, 4, 8, 16, 32 */
	struct axm_msix_desc msix;
	struct axm_bar_desc bar[AXM_BARS];
};

enum axm_reset_kind {
	AXM_RESET_POWER, /* first start, or the host side went away */
	AXM_RESET_BUS, /* asked for by the host side */
	AXM_RESET_FLR, /* asked for by the driver through config space */
};

enum axm_ecc_kind {
	AXM_ECC_CORRECTED,
	AXM_ECC_UNCORRECTED,
};

/* An option of the command line: --opt NAME=VALUE. */
struct axm_opt_desc {
	const char *name;
	const char *help;
};

/* What a command returns if, with these words, the kit's of its name is next. */
#define AXM_COMMAND_KIT 1

/*
 * A command of the control socket. Writes its answer, any number of lines, to
 * @out. Returns 0, or -errno with the reason in @out, or AXM_COMMAND_KIT.
 */
struct axm_command {
	const char *name;
	const char *args; /* for the help text */
	const char *help;
	int (*run)(struct axm_device *dev, int argc, char **argv, FILE *out);
};

struct axm_device_ops {
	const char *name;
	const char *summary;
	size_t priv_size; /* zeroed, reached by axm_priv() */
	struct axm_pci_desc pci;
	const struct axm_opt_desc *opts; /* ends with a NULL name */
	const struct axm_command *commands; /* ends with a NULL name */

	/* May change *axm_pci() to fit the options; -errno refuses them. */
	int (*init)(struct axm_device *dev);
	void (*fini)(struct axm_device *dev);
	void (*reset)(struct axm_device *dev, enum axm_reset_kind kind);
	/* Outside the areas; size 1, 2, 4 or 8, aligned, inside the BAR. */
	uint64_t (*bar_read)(struct axm_device *dev, unsigned int bar,
			     uint64_t offset, unsigned int size);
	void (*bar_write)(struct axm_device *dev, unsigned int bar,
			  uint64_t offset, unsigned int size, uint64_t value);
	/* An injected memory error; NULL: the device has no such memory. */
	void (*ecc)(struct axm_device *dev, enum axm_ecc_kind kind,
		    uint64_t address);
};

void *axm_priv(struct axm_device *dev);
struct axm_pci_desc *axm_pci(struct axm_device *dev); /* only in init() */

/* From 1: the machine's devices have different ones, and serial numbers so. */
unsigned int axm_number(const struct axm_device *dev);

/* The value given with --opt, or NULL. */
const char *axm_opt(const struct axm_device *dev, const char *name);
/* Decimal or 0x; K, M, G as a suffix. -EINVAL unless in [min, max]. */
int axm_opt_u64(const struct axm_device *dev, const char *name, uint64_t min,
		uint64_t max, uint64_t *value);

void axm_lock(struct axm_device *dev);
void axm_unlock(struct axm_device *dev);

/* Memory behind a BAR's areas, as long as the BAR; NULL if it has none. */
void *axm_bar_memory(struct axm_device *dev, unsigned int bar);

/*
 * Message interrupts, from any thread. The vector is a number of the device's
 * own; with fewer vectors granted than it has, the rest goes to vector 0.
 */
void axm_irq_raise(struct axm_device *dev, unsigned int vector);
/* The level of the INTx line; ignored while message interrupts are in use. */
void axm_irq_line(struct axm_device *dev, bool level);

/*
 * DMA, from any thread, to any length, across any number of mappings; nothing
 * or a part was transferred on failure. -EFAULT: not mapped, or not for this
 * direction; -EPERM: bus mastering is off; -ECANCELED: reset or removed;
 * -EDEADLK: memory that is only reached by messages needs a job;
 * -ETIMEDOUT: the host side did not answer.
 */
int axm_dma_read(struct axm_device *dev, uint64_t addr, void *buf, size_t len);
int axm_dma_write(struct axm_device *dev, uint64_t addr, const void *buf,
		  size_t len);
/* One aligned access, not torn: load has acquire, store release semantics. */
int axm_dma_load32(struct axm_device *dev, uint64_t addr, uint32_t *value);
int axm_dma_load64(struct axm_device *dev, uint64_t addr, uint64_t *value);
int axm_dma_store32(struct axm_device *dev, uint64_t addr, uint32_t value);
int axm_dma_store64(struct axm_device *dev, uint64_t addr, uint64_t value);

struct axm_dma_window {
	void *ptr;
	size_t len;
	void *cookie; /* the transport's */
};

/*
 * Direct access to host memory. The window may be shorter than asked for; go
 * on behind it. Release it within a second: the host side waits for it when
 * it unmaps. -EOPNOTSUPP: only reached by messages, use axm_dma_read().
 */
int axm_dma_map(struct axm_device *dev, uint64_t addr, size_t len, bool write,
		struct axm_dma_window *window);
void axm_dma_unmap(struct axm_device *dev, struct axm_dma_window *window);

/* Work off the protocol thread. A job is embedded in the model's own state. */
struct axm_job {
	void (*run)(struct axm_device *dev, struct axm_job *job);
	struct axm_job *next; /* the kit's; both under the kit's lock */
	bool queued;
};

/* A thread with a queue; lives as long as the device. Only in init(). */
int axm_worker_create(struct axm_device *dev, const char *name,
		      struct axm_worker **worker);
/* False if the job waits already. A job may queue itself again. */
bool axm_worker_queue(struct axm_worker *worker, struct axm_job *job);
/* True when a job must return: look at it every 100 ms at least. */
bool axm_cancelled(struct axm_device *dev);

/* Runs with the device lock held; cancelled by every reset. */
struct axm_timer {
	void (*run)(struct axm_device *dev, struct axm_timer *timer);
	struct axm_timer *next; /* the kit's */
	uint64_t due;
	bool armed;
};

uint64_t axm_now_ns(void);
/* With the device lock held. Arming an armed timer moves it. */
void axm_timer_arm(struct axm_device *dev, struct axm_timer *timer,
		   uint64_t delay_ns);
void axm_timer_cancel(struct axm_device *dev, struct axm_timer *timer);

/* Consume one "corrupt" fault, asked for at the control socket. */
bool axm_fault_corrupt(struct axm_device *dev);
/* Raise the host's error (or removal request) notifier. */
void axm_bus_error(struct axm_device *dev);

/* One line in the trace; costs one test when there is no trace. */
bool axm_tracing(const struct axm_device *dev);
void axm_trace(struct axm_device *dev, const char *event, const char *format,
	       ...) __attribute__((format(printf, 3, 4)));

#endif
