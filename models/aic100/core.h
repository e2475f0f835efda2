/* SPDX-License-Identifier: MIT */
/*
 * What the parts of the model share: its state and who may touch it.
 *
 * Threads: those of the kit (operations, timers, commands: "device lock"); the
 * management processor (QSM), one worker, which does all of MHI's rings, boot,
 * NNC, SSR and RAS; one worker a DMA bridge channel (NSP), which does its
 * requests and runs its network; and the DMA bridge, one worker, which does the
 * requests of channels whose network is running.
 *
 * A register write only notes what is to be done under the device lock and
 * queues the worker's job. Host memory is read and written on workers, without
 * the device lock. Lock order: dbc.lock, then the device lock.
 *
 * The parts: mhi (registers, rings, channels), boot (BHI, Sahara, logs, time),
 * nnc (messages, commands, what a user holds), ddr, network (a tensor program
 * on NSPs), dbc (the DMA bridge), ssr and ras, inject (the control socket),
 * note (the trace in words).
 */
#ifndef AIC100_CORE_H
#define AIC100_CORE_H

#include "common/axm.h"
#include "aic100_nnc.h"
#include "aic100_regs.h"

#include <endian.h>
#include <pthread.h>
#include <stdatomic.h>

#define AIC100_NSPS 16
#define AIC100_DDR_BASE 0x100000000ull
#define AIC100_DDR_DEFAULT (4ull << 30)
#define AIC100_DDR_MAX (32ull << 30)
#define AIC100_OBJECTS 256 /* constants and ELFs that can be loaded */
#define AIC100_DBC_QUEUE_MAX 65536 /* elements; what a FIFO may have */

struct aic100;
struct aic100_mhi; /* mhi.h */
struct aic100_boot; /* boot.h */
struct aic100_nnc; /* nnc.h */
struct aic100_ddr; /* ddr.h */
struct aic100_bridge; /* dbc.h */
struct aic100_ssr; /* ssr.c */
struct aic100_ras; /* ras.c */
struct aic100_network; /* network.c */
struct aic100_inject; /* inject.c */

/*
 * What the control socket asked to go wrong. Set there, consumed with
 * aic100_fault_count() and aic100_fault_bit() where it strikes; any thread.
 */
struct aic100_faults {
	atomic_uint no_reply; /* so many NNC messages are not answered */
	/* A bit for each DMA bridge channel. */
	atomic_uint wrong_status; /* its next response is an error */
	atomic_uint hang; /* its network begins no run until this is cleared */
};

/* A member is allocated by its part's init() and freed by its fini(). */
struct aic100 {
	struct axm_device *dev;
	struct axm_worker *qsm;
	/* Constant after init. */
	uint16_t identity; /* PCI device number */
	unsigned int bar_mhi, bar_dbc;
	bool warm; /* powers up in AMSS */
	bool crc; /* NNC messages must have one */
	unsigned int threads; /* of an engine */

	struct aic100_mhi *mhi;
	struct aic100_boot *boot;
	struct aic100_nnc *nnc;
	struct aic100_ddr *ddr;
	struct aic100_bridge *bridge;
	struct aic100_ssr *ssr;
	struct aic100_ras *ras;
	struct aic100_inject *inject;
	struct aic100_faults faults;
};

/* Consume one of a number of faults. */
static inline bool aic100_fault_count(atomic_uint *fault)
{
	unsigned int n = atomic_load_explicit(fault, memory_order_relaxed);

	while (n)
		if (atomic_compare_exchange_weak(fault, &n, n - 1))
			return true;
	return false;
}

/* Consume the bit of a channel. */
static inline bool aic100_fault_bit(atomic_uint *fault, unsigned int dbc)
{
	unsigned int bit = 1u << dbc;

	return atomic_load_explicit(fault, memory_order_relaxed) & bit &&
	       atomic_fetch_and(fault, ~bit) & bit;
}

/*
 * Of each part: init; fini, also after a failed or missing init; reset, under
 * the device lock. No job runs then, or (MHI and SOC reset) only the QSM's own
 * job does and every DMA bridge channel has been stopped: a reset() must not
 * stop one, nor wait, nor use DMA.
 */

int aic100_mhi_init(struct aic100 *a);
void aic100_mhi_fini(struct aic100 *a);
void aic100_mhi_reset(struct aic100 *a);
int aic100_boot_init(struct aic100 *a);
void aic100_boot_fini(struct aic100 *a);
void aic100_boot_reset(struct aic100 *a);
int aic100_ddr_init(struct aic100 *a);
void aic100_ddr_fini(struct aic100 *a);
void aic100_ddr_reset(struct aic100 *a);
int aic100_bridge_init(struct aic100 *a);
void aic100_bridge_fini(struct aic100 *a);
void aic100_bridge_reset(struct aic100 *a);
int aic100_nnc_init(struct aic100 *a);
void aic100_nnc_fini(struct aic100 *a);
void aic100_nnc_reset(struct aic100 *a);
int aic100_ssr_init(struct aic100 *a);
void aic100_ssr_fini(struct aic100 *a);
void aic100_ssr_reset(struct aic100 *a);
int aic100_ras_init(struct aic100 *a);
void aic100_ras_fini(struct aic100 *a);
void aic100_ras_reset(struct aic100 *a);
int aic100_inject_init(struct aic100 *a);
void aic100_inject_fini(struct aic100 *a);
void aic100_inject_reset(struct aic100 *a);

/*
 * What the host's driver has set up is gone when MHI was reset or fails: stops
 * the DMA bridge, then resets ssr, nnc, bridge and ddr; soc: ras too. QSM.
 */
void aic100_parts_reset(struct aic100 *a, bool soc);

/* -- mhi ---------------------------------------------------------------- */

/* What a channel does; constant, by the pair's even number. */
struct aic100_channel_ops {
	const char *name;
	enum aic100_ee ee; /* where it can be started */
	size_t packet_max; /* 0: AIC100_PACKET_MAX; up to SAHARA_PACKET_MAX */
	/*
	 * A packet from the host, its elements joined; QSM. -EAGAIN: not now;
	 * it stays in the ring until aic100_mhi_again(). Other errors:
	 * the packet breaks the protocol, which is a SYS_ERR.
	 */
	int (*receive)(struct aic100 *a, const void *data, size_t len);
	/* Either direction was started, stopped or reset; QSM; may be NULL. */
	void (*changed)(struct aic100 *a, unsigned int channel, bool running);
	/* A buffer for a packet to the host is there again; QSM; or NULL. */
	void (*room)(struct aic100 *a);
};

/*
 * A packet to the host on an odd channel, into as many of its buffers as it
 * takes; QSM only. It is copied. -ENOTCONN: not running; -ENOBUFS: the host
 * has given no buffers and the channel's queue (16 packets, 1 MiB) is full,
 * try at room(); -EMSGSIZE, -ENOMEM.
 */
int aic100_mhi_send(struct aic100 *a, unsigned int channel, const void *data,
		    size_t len);
/* Packets that still wait for the host's buffers; QSM. */
unsigned int aic100_mhi_waiting(struct aic100 *a, unsigned int channel);
bool aic100_mhi_running(struct aic100 *a, unsigned int channel); /* QSM */
void aic100_mhi_again(struct aic100 *a, unsigned int channel); /* QSM */
/* MHISTATUS, its event or interrupt; the reason goes to the trace; any thread
 * without locks. */
void aic100_mhi_sys_err(struct aic100 *a, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Enters an execution environment and tells the host if MHI is up; QSM. */
void aic100_mhi_enter(struct aic100 *a, enum aic100_ee ee);
enum aic100_ee aic100_mhi_ee(struct aic100 *a); /* any thread */
/* Have the QSM's worker call what there is to do; any thread. */
void aic100_qsm_kick(struct aic100 *a);

uint64_t aic100_mhi_read(struct aic100 *a, uint64_t offset, unsigned int size);
void aic100_mhi_write(struct aic100 *a, uint64_t offset, unsigned int size,
		      uint64_t value);

/* -- boot: called by mhi ------------------------------------------------ */

/* BHI registers, offsets from AIC100_BHI; device lock. */
uint32_t aic100_bhi_read(struct aic100 *a, uint64_t offset);
void aic100_bhi_write(struct aic100 *a, uint64_t offset, uint32_t value);
void aic100_bhi_mhi_reset(struct aic100 *a); /* of MHI; device lock */
/* What boot has to do on the QSM: an image to fetch, SBL to go on. */
void aic100_boot_work(struct aic100 *a);

extern const struct aic100_channel_ops aic100_sahara_channel;
extern const struct aic100_channel_ops aic100_logging_channel;
extern const struct aic100_channel_ops aic100_timesync_channel;
extern const struct aic100_channel_ops aic100_periodic_channel;
extern const struct aic100_channel_ops aic100_loopback_channel;

/* -- nnc ---------------------------------------------------------------- */

extern const struct aic100_channel_ops aic100_control_channel;
/* What users hold now; device lock. */
struct aic100_usage {
	unsigned int users, constants, elfs, activations;
	unsigned int nsps, dbcs, semaphores, reservations;
	uint64_t ddr; /* bytes */
};
void aic100_nnc_usage(struct aic100 *a, struct aic100_usage *out);
/* A crashed network's activation is gone; its images stay; QSM. */
void aic100_nnc_crashed(struct aic100 *a, unsigned int dbc);

/* -- ddr: the card's memory, NULL or an error when out of range; any thread */

uint64_t aic100_ddr_size(struct aic100 *a);
/* Zeroed, aligned to 4 KiB; 0: none left. */
uint64_t aic100_ddr_alloc(struct aic100 *a, uint64_t size);
void aic100_ddr_free(struct aic100 *a, uint64_t addr);
uint64_t aic100_ddr_used(struct aic100 *a);
void *aic100_ddr_at(struct aic100 *a, uint64_t addr, uint64_t size);

/* -- network: a program on NSPs ----------------------------------------- */

/*
 * Checks and prepares a program, which is image followed by constants (either
 * may be empty, both are copied). -ENOEXEC with the reason in why;
 * -ENOMEM. QSM.
 */
int aic100_network_create(struct aic100 *a, const void *image,
			  size_t image_size, const void *constants,
			  size_t constants_size,
			  struct aic100_network **network, char *why,
			  size_t why_size);
void aic100_network_destroy(struct aic100_network *network);
/* Bytes of its memory while active, as in aic100_regs.h. */
uint64_t aic100_network_memory(const struct aic100_network *network);
/*
 * One run over the memory at addr; NSP worker, of one channel at a time. 0,
 * -ECANCELED; -EFAULT: there is no such memory.
 */
int aic100_network_run(struct aic100_network *network, struct aic100 *a,
		       uint64_t addr, atomic_bool *stop);

/* -- dbc ---------------------------------------------------------------- */

struct aic100_dbc_config {
	uint64_t requests, responses; /* the host's memory */
	uint32_t count; /* elements of each FIFO */
	uint64_t memory, memory_size; /* the workload's, in DDR */
	struct aic100_network *network; /* the caller's, until stop */
};

/* The channel is idle: registers 0, semaphores as a network wants; QSM. */
void aic100_dbc_start(struct aic100 *a, unsigned int dbc,
		      const struct aic100_dbc_config *config);
/* Returns when nothing of it runs any more and no access is to come; QSM. */
void aic100_dbc_stop(struct aic100 *a, unsigned int dbc);
/* The network dies as if it had crashed: nothing is answered any more. Any
 * thread; stop is still to come. */
void aic100_dbc_crash(struct aic100 *a, unsigned int dbc);

/* What is to be seen of a channel with a network, for a dump. */
struct aic100_dbc_view {
	struct aic100_dbc_config config;
	uint32_t reg[4]; /* REQHP, REQTP, RSPHP, RSPTP */
	uint32_t sem[AIC100_SEMS];
};
/* False: it has none; QSM. */
bool aic100_dbc_view(struct aic100 *a, unsigned int dbc,
		     struct aic100_dbc_view *view);
/* Have its network look again whether it may run; device lock. */
void aic100_dbc_kick(struct aic100 *a, unsigned int dbc);
/* The bridge's counters as lines of text; device lock. */
void aic100_dbc_stats(struct aic100 *a, bool clear, FILE *out);

uint64_t aic100_dbc_read(struct aic100 *a, uint64_t offset, unsigned int size);
void aic100_dbc_write(struct aic100 *a, uint64_t offset, unsigned int size,
		      uint64_t value);

/* -- ssr, ras ----------------------------------------------------------- */

extern const struct aic100_channel_ops aic100_ssr_channel;
extern const struct aic100_channel_ops aic100_status_channel;
void aic100_ssr_work(struct aic100 *a); /* QSM */
void aic100_ras_work(struct aic100 *a); /* QSM */

/* The network of a channel has crashed, if it has one; any thread. */
void aic100_ssr_crash(struct aic100 *a, unsigned int dbc);
/* The channel is being restarted and must not be given out; QSM. */
bool aic100_ssr_holds(struct aic100 *a, unsigned int dbc);

/* An error inside the card; device lock. */
void aic100_ras_error(struct aic100 *a, enum ras_source source,
		      enum ras_error error, uint64_t address);
void aic100_ecc(struct axm_device *dev, enum axm_ecc_kind kind,
		uint64_t address);
/* The value of "ce", "ddr" and so on, or -EINVAL. */
int aic100_ras_kind(const char *name);
int aic100_ras_source(const char *name);
/* Counters as lines of text; device lock. */
void aic100_ras_stats(struct aic100 *a, bool clear, FILE *out);

/* -- inject ------------------------------------------------------------- */

extern const struct axm_command aic100_commands[];
/*
 * What an operator would like to know: SYS_ERR, resets, boot, crashes. Kept for
 * the command "log", and in the trace as that event; any thread, without the
 * log's lock.
 */
void aic100_log(struct aic100 *a, const char *event, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * -- note: the trace, in words. Any thread; cost one test without a trace. --
 */

/* An element that the card took from (event: put into) a ring of a number. */
void aic100_note_element(struct aic100 *a, const char *what,
			 unsigned int number, const struct mhi_element *e);
/* A ring's doorbell, when the QSM looks at it: what came meanwhile is one. */
void aic100_note_doorbell(struct aic100 *a, const char *what,
			  unsigned int number, uint64_t value);
void aic100_note_nnc(struct aic100 *a, bool to_device, const void *message,
		     size_t len);
/* A request that was taken from its FIFO; one that was answered. */
void aic100_note_request(struct aic100 *a, unsigned int dbc,
			 const struct aic100_request *request);
void aic100_note_response(struct aic100 *a, unsigned int dbc, uint16_t id,
			  enum aic100_completion status);
/* What was done to a semaphore, and its value after it. */
void aic100_note_sem(struct aic100 *a, unsigned int dbc, unsigned int sem,
		     const char *what, unsigned int value);
/* A network ran for so long; 0 or -errno. */
void aic100_note_run(struct aic100 *a, unsigned int dbc, uint64_t ns, int ret);

#endif
