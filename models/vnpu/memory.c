// SPDX-License-Identifier: MIT
/*
 * Access to one contiguous piece of memory: over the bus, or device memory.
 * Whoever calls holds the tables that the piece came from.
 */
#include "core.h"

#include <errno.h>
#include <string.h>

int vnpu_access_error(struct vnpu_access *access, int error, uint64_t meant,
		      bool write)
{
	struct vnpu_fault *f = &access->fault;

	if (error == -ECANCELED)
		return VNPU_STOPPED;
	f->address = meant;
	f->asid = access->asid;
	f->access = write ? VNPU_ACCESS_WRITE : VNPU_ACCESS_READ;
	f->reason = 0;
	if (access->asid == VNPU_ASID_BUS)
		return error == -ERANGE ? VNPU_ERR_ADDRESS : VNPU_ERR_DMA;
	f->reason = VNPU_FAULT_TARGET;
	return VNPU_ERR_FAULT;
}

/* Device memory at an offset, or NULL with the error. */
static uint8_t *device_at(struct vnpu_access *access,
			  const struct vnpu_piece *piece, bool write,
			  int *error)
{
	struct vnpu *v = access->v;

	*error = VNPU_ERR_OK;
	if (piece->address >= v->memory_size ||
	    piece->size > v->memory_size - piece->address) {
		*error =
			vnpu_access_error(access, -ERANGE, piece->meant, write);
		return NULL;
	}
	if (!write && vnpu_poisoned(v, piece->address, piece->size)) {
		*error = VNPU_ERR_ECC;
		return NULL;
	}
	return v->memory + piece->address;
}

int vnpu_piece_read(struct vnpu_access *access, const struct vnpu_piece *piece,
		    void *data)
{
	const uint8_t *at;
	int ret;

	if (!piece->device) {
		ret = axm_dma_read(access->v->dev, piece->address, data,
				   piece->size);
		return ret ? vnpu_access_error(access, ret, piece->meant,
					       false) :
			     0;
	}
	at = device_at(access, piece, false, &ret);
	if (at)
		memcpy(data, at, piece->size);
	return ret;
}

int vnpu_piece_write(struct vnpu_access *access, const struct vnpu_piece *piece,
		     const void *data)
{
	uint8_t *at;
	int ret;

	if (!piece->device) {
		ret = axm_dma_write(access->v->dev, piece->address, data,
				    piece->size);
		return ret ? vnpu_access_error(access, ret, piece->meant,
					       true) :
			     0;
	}
	at = device_at(access, piece, true, &ret);
	if (at) {
		memcpy(at, data, piece->size);
		vnpu_poison_heal(access->v, piece->address, piece->size);
	}
	return ret;
}

int vnpu_piece_map(struct vnpu_access *access, const struct vnpu_piece *piece,
		   bool write, void **ptr, struct axm_dma_window *window)
{
	struct axm_device *dev = access->v->dev;
	int ret;

	window->len = 0;
	*ptr = NULL;
	if (piece->device) {
		*ptr = device_at(access, piece, write, &ret);
		return ret;
	}
	ret = axm_dma_map(dev, piece->address, piece->size, write, window);
	if (ret)
		window->len = 0;
	if (ret == -EOPNOTSUPP)
		return VNPU_ERR_OK;
	if (ret)
		return vnpu_access_error(access, ret, piece->meant, write);
	if (window->len < piece->size) {
		axm_dma_unmap(dev, window);
		window->len = 0;
		return VNPU_ERR_OK;
	}
	*ptr = window->ptr;
	return VNPU_ERR_OK;
}

/* An aligned word lies in one page, so in one piece. */
static int word_piece(struct vnpu_access *access, uint64_t address, bool write,
		      struct vnpu_piece *piece)
{
	if (access->asid != VNPU_ASID_BUS) {
		int ret = vnpu_translate(access, address, write, piece);

		piece->size = 8;
		return ret;
	}
	*piece = (struct vnpu_piece){
		.address = address,
		.size = 8,
		.meant = address,
	};
	return VNPU_ERR_OK;
}

static int load(struct vnpu_access *access, const struct vnpu_piece *piece,
		uint64_t *value)
{
	const uint8_t *at;
	int ret;

	if (!piece->device) {
		ret = axm_dma_load64(access->v->dev, piece->address, value);
		return ret ? vnpu_access_error(access, ret, piece->meant,
					       false) :
			     0;
	}
	at = device_at(access, piece, false, &ret);
	if (at)
		*value =
			__atomic_load_n((const uint64_t *)at, __ATOMIC_ACQUIRE);
	return ret;
}

static int store(struct vnpu_access *access, const struct vnpu_piece *piece,
		 uint64_t value)
{
	uint8_t *at;
	int ret;

	if (!piece->device) {
		ret = axm_dma_store64(access->v->dev, piece->address, value);
		return ret ? vnpu_access_error(access, ret, piece->meant,
					       true) :
			     0;
	}
	at = device_at(access, piece, true, &ret);
	if (at)
		__atomic_store_n((uint64_t *)at, value, __ATOMIC_RELEASE);
	return ret;
}

int vnpu_load64(struct vnpu_access *access, uint64_t address, uint64_t *value)
{
	struct vnpu_piece piece;
	uint64_t word = 0;
	int ret;

	vnpu_asid_hold(access);
	ret = word_piece(access, address, false, &piece);
	if (!ret)
		ret = load(access, &piece, &word);
	vnpu_asid_release(access);
	*value = le64toh(word);
	return ret;
}

int vnpu_store64(struct vnpu_access *access, uint64_t address, uint64_t value)
{
	struct vnpu_piece piece;
	int ret;

	vnpu_asid_hold(access);
	ret = word_piece(access, address, true, &piece);
	if (!ret)
		ret = store(access, &piece, htole64(value));
	vnpu_asid_release(access);
	return ret;
}
