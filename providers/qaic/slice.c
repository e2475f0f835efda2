// SPDX-License-Identifier: MIT
/*
 * Slices: what of a buffer goes where on the card, and the handshake with the
 * program that runs there (the end of aic100_regs.h), which has two semaphores
 * for each direction. A buffer is sliced for one activation and one direction
 * at a time; that stays until it is needed otherwise.
 */
#include "qaic.h"

#include <errno.h>

struct handshake {
	uint32_t dir;
	uint8_t ready; /* semaphore to wait for, and to be taken at the end */
	uint8_t told; /* to be incremented then */
};

static const struct handshake handshakes[] = {
	{ QAICU_TO_DEVICE, AIC100_NET_SEM_FREE, AIC100_NET_SEM_INPUT },
	{ QAICU_FROM_DEVICE, AIC100_NET_SEM_OUTPUT, AIC100_NET_SEM_ROOM },
};

static void set_semaphores(struct qaicu_slice *slice, const struct handshake *h,
			   bool last)
{
	slice->sem[0] = (struct qaicu_sem){
		.value = 1,
		.index = h->ready,
		.presync = 1,
		.command = QAICU_SEM_WAIT_GE,
	};
	if (!last)
		return;
	slice->sem[1] = (struct qaicu_sem){
		.index = h->ready,
		.command = QAICU_SEM_DEC,
	};
	slice->sem[2] = (struct qaicu_sem){
		.index = h->told,
		.command = QAICU_SEM_INC,
	};
}

/* Returns the direction. Behind the last port: nothing but the handshake. */
static uint32_t make_slice(const struct axlq_activation *a, uint32_t port,
			   uint64_t offset, struct qaicu_slice *slice)
{
	const struct axlq_program *program = a->program;
	uint32_t inputs = axlq_inputs(program), ports = axlq_ports(program);
	const struct handshake *h =
		&handshakes[port < inputs || port == ports ? 0 : 1];

	set_semaphores(slice, h,
		       port == ports || port + 1 == inputs ||
			       port + 1 == ports);
	if (port == ports)
		return h->dir;
	/* To the driver a slice of no bytes is a page all the same. */
	slice->size = program->vnpu.base.port_sizes[port];
	slice->offset = slice->size ? offset : 0;
	slice->dev_addr = a->ddr_base + program->offsets[port];
	return h->dir;
}

/* True: the driver refuses, as its channel is ended, or just being so. */
static bool detach(struct axlq_context *ac, const struct axlq_buffer *buffer)
{
	struct qaicu_detach_slice args = { .handle = buffer->handle };

	return buffer->attached && axlq_call(ac, QAICU_DETACH_SLICE, &args);
}

int axlq_slice_attach(struct axlq_activation *a, struct axlq_buffer *buffer,
		      uint32_t port, uint64_t offset)
{
	struct axlq_context *ac = axlq_context_of(a->queue->vnpu.base.context);
	struct qaicu_slice slice = { 0 };
	bool gone;
	struct qaicu_attach_slice args = {
		.count = 1,
		.dbc = a->dbc,
		.handle = buffer->handle,
		.dir = make_slice(a, port, offset, &slice),
		.data = (uintptr_t)&slice,
	};
	int err;

	if (buffer->attached == a->serial && buffer->port == port &&
	    buffer->offset == offset)
		return 0;
	gone = detach(ac, buffer);
	err = axlq_call(ac, QAICU_ATTACH_SLICE, &args);
	/* The driver is about to end the channel that it was sliced for. */
	if (err == -EINVAL && gone)
		return -EBUSY;
	if (err)
		return err;
	buffer->attached = a->serial;
	buffer->port = port;
	buffer->offset = offset;
	return 0;
}

void axlq_slice_detach(struct axlq_context *ac, struct axlq_buffer *buffer)
{
	detach(ac, buffer);
	buffer->attached = 0;
}
