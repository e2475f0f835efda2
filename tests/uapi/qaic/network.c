// SPDX-License-Identifier: MIT
/*
 * Helpers that give the card work. The order of a run is the contract at the
 * end of aic100_regs.h.
 */
#include "network.h"
#include "program.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define TAG 7
#define STUCK_SEM 31

bool network_exists(void)
{
	return getenv("AXLE_VM") || getenv("AXLE_QAIC_ELF");
}

static void *read_image(const char *path, size_t *size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	void *image;

	if (fd < 0 || fstat(fd, &st))
		return NULL;
	*size = st.st_size;
	image = malloc(*size);
	if (image && read(fd, image, *size) != (ssize_t)*size) {
		free(image);
		image = NULL;
	}
	close(fd);
	return image;
}

static int load_image(int fd, struct network *n, const void *image, size_t size)
{
	struct message m = { 0 };
	struct nnc_load_elf *load =
		message_command(&m, NNC_CMD_LOAD_ELF, sizeof(*load));
	const struct nnc_loaded *loaded;

	load->tag = htole32(TAG);
	load->data_length = htole64(size);
	strcpy((char *)load->name, "add");
	message_transfer(&m, TAG, image, size);
	if (message_send(fd, &m))
		return -1;
	loaded = message_answer(&m, NNC_RESPONSE(NNC_CMD_LOAD_ELF));
	errno = EPROTO;
	if (!loaded || loaded->status)
		return -1;
	n->elf = le32toh(loaded->id);
	return 0;
}

int network_load(int fd, struct network *n, uint64_t tensor)
{
	const char *path = getenv("AXLE_QAIC_ELF");
	const char *memory = getenv("AXLE_QAIC_MEMORY");
	size_t size = 0;
	void *image = path ? read_image(path, &size) :
			     program_add(tensor / sizeof(float), 1, &size);
	int result;

	*n = (struct network){ .tensor = tensor, .runs = !path };
	if (path && memory)
		n->tensor = strtoull(memory, NULL, 0) / 4 & -CARD_PAGE;
	result = image ? load_image(fd, n, image, size) : -1;
	free(image);
	return result;
}

void network_ask_activate(struct message *m, const struct network *n,
			  uint32_t queue)
{
	struct nnc_activate *activate =
		message_command(m, NNC_CMD_ACTIVATE, sizeof(*activate));
	struct qaicu_activate *host;

	activate->elf = htole32(n->elf);
	activate->reservation = htole32(NNC_NONE);
	activate->vc_setup = htole32(1);
	activate->vc_reservation = htole32(NNC_NONE);
	activate->state = htole32(NNC_STATE_READY);
	host = message_add(m, QAICU_ACTIVATE_FROM_USER, sizeof(*host));
	host->queue_size = queue;
}

bool network_take_activate(const struct message *m, struct network *n)
{
	const struct nnc_activated *activated =
		message_answer(m, NNC_RESPONSE(NNC_CMD_ACTIVATE));
	const struct qaicu_activated *host =
		message_find(m, QAICU_ACTIVATE_FROM_DEVICE);

	if (!activated || activated->status || !host || host->status)
		return false;
	n->activation = le32toh(activated->activation);
	n->base = le64toh(activated->ddr_base);
	n->dbc = host->dbc;
	return true;
}

int network_activate(int fd, struct network *n, uint32_t queue)
{
	struct message m = { 0 };

	network_ask_activate(&m, n, queue);
	n->queue = queue;
	if (message_send(fd, &m))
		return -1;
	errno = EPROTO;
	return network_take_activate(&m, n) ? 0 : -1;
}

void network_ask_deactivate(struct message *m, const struct network *n)
{
	struct nnc_deactivate *deactivate;
	struct qaicu_deactivate *host =
		message_add(m, QAICU_DEACTIVATE_FROM_USER, sizeof(*host));

	host->dbc = n->dbc;
	deactivate =
		message_command(m, NNC_CMD_DEACTIVATE, sizeof(*deactivate));
	deactivate->activation = htole32(n->activation);
	deactivate->vc_teardown = htole32(1);
}

int network_deactivate(int fd, struct network *n)
{
	struct message m = { 0 };
	const struct nnc_done *done;

	network_ask_deactivate(&m, n);
	if (message_send(fd, &m))
		return -1;
	done = message_answer(&m, NNC_RESPONSE(NNC_CMD_DEACTIVATE));
	errno = EPROTO;
	if (!done || done->status)
		return -1;
	n->activation = 0;
	return 0;
}

int network_unload(int fd, struct network *n)
{
	struct message m = { 0 };
	struct nnc_release *unload =
		message_command(&m, NNC_CMD_UNLOAD_ELF, sizeof(*unload));
	const struct nnc_done *done;

	unload->id = htole32(n->elf);
	if (message_send(fd, &m))
		return -1;
	done = message_answer(&m, NNC_RESPONSE(NNC_CMD_UNLOAD_ELF));
	errno = EPROTO;
	return done && !done->status ? 0 : -1;
}

uint64_t network_at(const struct network *n, enum network_tensor tensor)
{
	uint64_t size = (n->tensor + AIC100_NET_ALIGN - 1) & -AIC100_NET_ALIGN;

	return n->base + AIC100_NET_DOORBELLS + tensor * size;
}

uint64_t network_bytes(const struct network *n)
{
	return network_at(n, NETWORK_Y0 + 1) - network_at(n, NETWORK_X0);
}

bool work_open(struct work *w, uint64_t tensor, uint32_t queue)
{
	*w = (struct work){ .fd = card_open() };
	return TAP_CHECK(w->fd >= 0) &&
	       TAP_EQUAL(network_load(w->fd, &w->n, tensor), 0) &&
	       TAP_EQUAL(network_activate(w->fd, &w->n, queue), 0);
}

void work_close(struct work *w)
{
	if (w->fd < 0)
		return;
	card_unmap_all();
	close(w->fd);
	w->fd = -1;
}

static int attach_run(struct work *w, const struct buffer *b, uint32_t dir,
		      uint64_t at, uint8_t take, uint8_t give)
{
	struct qaicu_slice slice = slice_of(0, b->size, at);

	slice.sem[0] = sem_of(QAICU_SEM_WAIT_GE, take, 1, 1);
	slice.sem[1] = sem_of(QAICU_SEM_DEC, take, 0, 0);
	slice.sem[2] = sem_of(QAICU_SEM_INC, give, 0, 0);
	return card_attach(w->fd, w->n.dbc, b->handle, dir, &slice, 1);
}

bool run_open(struct work *w, struct run *r)
{
	uint64_t inputs =
		network_at(&w->n, NETWORK_Y0) - network_at(&w->n, NETWORK_X0);

	return TAP_CHECK(buffer_open(w->fd, &r->x, inputs)) &&
	       TAP_CHECK(buffer_open(w->fd, &r->y, inputs / 2)) &&
	       TAP_EQUAL(attach_run(w, &r->x, QAICU_TO_DEVICE,
				    network_at(&w->n, NETWORK_X0),
				    AIC100_NET_SEM_FREE, AIC100_NET_SEM_INPUT),
			 0) &&
	       TAP_EQUAL(attach_run(w, &r->y, QAICU_FROM_DEVICE,
				    network_at(&w->n, NETWORK_Y0),
				    AIC100_NET_SEM_OUTPUT, AIC100_NET_SEM_ROOM),
			 0);
}

int run_start(struct work *w, struct run *r)
{
	const uint32_t handles[] = { r->y.handle, r->x.handle };

	return card_execute(w->fd, w->n.dbc, handles, 2);
}

int run_once(struct work *w, struct run *r)
{
	if (run_start(w, r))
		return -1;
	return card_wait(w->fd, w->n.dbc, r->y.handle, CARD_PATIENCE_MS);
}

void run_fill(struct work *w, struct run *r, float number)
{
	float *x0 = (float *)r->x.memory;
	float *x1 = (float *)(r->x.memory + r->x.size / 2);

	for (uint64_t i = 0; i < w->n.tensor / sizeof(float); i++) {
		x0[i] = number + i;
		x1[i] = number;
	}
	memset(r->y.memory, 0xff, r->y.size);
}

bool run_is_right(struct work *w, struct run *r, float number)
{
	const float *y = (const float *)r->y.memory;

	for (uint64_t i = 0; i < w->n.tensor / sizeof(float); i++)
		if (y[i] != number + i + number)
			return false;
	return true;
}

int work_in_child(void *unused)
{
	struct work w;
	struct run r;

	if (!work_open(&w, WORK_TENSOR, WORK_QUEUE))
		return 1;
	if (!w.n.runs)
		return 0;
	if (!run_open(&w, &r))
		return 2;
	run_fill(&w, &r, 2);
	if (run_once(&w, &r))
		return 3;
	return run_is_right(&w, &r, 2) ? 0 : 4;
}

int work_attach(struct work *w, const struct buffer *b, uint32_t dir,
		uint64_t at)
{
	struct qaicu_slice slice = slice_of(0, b->size, at);

	return card_attach(w->fd, w->n.dbc, b->handle, dir, &slice, 1);
}

int work_do(struct work *w, const struct buffer *b)
{
	if (card_execute(w->fd, w->n.dbc, &b->handle, 1))
		return -1;
	return card_wait(w->fd, w->n.dbc, b->handle, CARD_PATIENCE_MS);
}

static bool work_move(struct work *w, uint64_t at, const struct buffer *b,
		      uint32_t dir)
{
	return TAP_EQUAL(work_attach(w, b, dir, at), 0) &&
	       TAP_EQUAL(work_do(w, b), 0) &&
	       TAP_EQUAL(card_detach(w->fd, b->handle), 0);
}

bool work_write(struct work *w, uint64_t at, const struct buffer *from)
{
	return work_move(w, at, from, QAICU_TO_DEVICE);
}

bool work_read(struct work *w, uint64_t at, struct buffer *into)
{
	memset(into->memory, 0xee, into->size);
	return work_move(w, at, into, QAICU_FROM_DEVICE);
}

bool work_stuck(struct work *w, struct buffer *b)
{
	struct qaicu_slice slice =
		slice_of(0, CARD_PAGE, network_at(&w->n, NETWORK_X0));

	slice.sem[0] = sem_of(QAICU_SEM_WAIT_GE, STUCK_SEM, 1, 1);
	return TAP_CHECK(buffer_open(w->fd, b, CARD_PAGE)) &&
	       TAP_EQUAL(card_attach(w->fd, w->n.dbc, b->handle,
				     QAICU_TO_DEVICE, &slice, 1),
			 0) &&
	       TAP_EQUAL(card_execute(w->fd, w->n.dbc, &b->handle, 1), 0);
}
