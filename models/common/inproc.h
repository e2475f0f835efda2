/* SPDX-License-Identifier: MIT */
/*
 * The bus of a device model that runs inside the program that uses it: the
 * second transport beside vfio-user, see section 13 of docs/vnpu.md. Bus
 * addresses are the process's own pointers; a table of ranges says which of
 * them the device may use. Bus mastering and memory decoding are on.
 *
 * A thread of the bus runs the model's timers. All calls from any thread,
 * except create and destroy.
 */
#ifndef AXM_INPROC_H
#define AXM_INPROC_H

#include "axm.h"

struct axm_inproc;

struct axm_inproc_option {
	const char *name;
	const char *value;
};

struct axm_inproc_config {
	const struct axm_device_ops *ops; /* of the model */
	const struct axm_inproc_option *options; /* as --opt NAME=VALUE */
	unsigned int option_count;
	/*
	 * An interrupt, on any thread of the model. Must not sleep nor call
	 * back into the bus, except for posting to a semaphore or the like.
	 */
	void (*irq)(void *data, unsigned int vector);
	void *irq_data;
	char *error; /* receives the reason of a failure; may be NULL */
	size_t error_size;
};

int axm_inproc_create(const struct axm_inproc_config *config,
		      struct axm_inproc **out);
/* Stops the device; no access and no interrupt after it. */
void axm_inproc_destroy(struct axm_inproc *bus);

/* Registers: size 1, 2, 4 or 8, aligned. Outside a BAR: all ones, nothing. */
uint64_t axm_inproc_read(struct axm_inproc *bus, unsigned int bar,
			 uint64_t offset, unsigned int size);
void axm_inproc_write(struct axm_inproc *bus, unsigned int bar, uint64_t offset,
		      unsigned int size, uint64_t value);
/* Memory behind the areas of a BAR, as long as the BAR; NULL: none. */
void *axm_inproc_memory(struct axm_inproc *bus, unsigned int bar);
uint64_t axm_inproc_size(struct axm_inproc *bus, unsigned int bar);

/*
 * Let the device use memory. Ranges must not overlap (-EEXIST) nor wrap
 * (-EINVAL). Forbid takes one away whole (-ENOENT) and returns when no access
 * to it is under way.
 */
int axm_inproc_allow(struct axm_inproc *bus, void *memory, size_t size,
		     bool write);
int axm_inproc_forbid(struct axm_inproc *bus, void *memory);

/* A function level reset. */
void axm_inproc_reset(struct axm_inproc *bus);
/* As the control socket's commands; the answer goes to out. 0 or -errno. */
int axm_inproc_command(struct axm_inproc *bus, const char *line, FILE *out);

#endif
