// SPDX-License-Identifier: MIT
/*
 * DRM_IOCTL_QAIC_MANAGE: what it takes, what it refuses, and that what it
 * refuses is without effect. Runs in the VM as root.
 */
#include "message.h"
#include "network.h"
#include "tap.h"

#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define FINDINGS "docs/findings.md#"

static void status_is_answered(void)
{
	struct qaicu_status status;
	int fd = card_open();

	TAP_REQUIRE(fd >= 0);
	TAP_EQUAL(message_status(fd, &status), 0);
	TAP_EQUAL(status.t.len, sizeof(status));
	TAP_EQUAL(status.major, NNC_MAJOR);
	TAP_CHECK(status.minor <= NNC_MINOR);
	TAP_EQUAL(status.status, 0);
	close(fd);
}

static void resources_are_told(void)
{
	struct nnc_resources resources = { 0 };
	int fd = card_open();

	TAP_REQUIRE(fd >= 0);
	TAP_CHECK(message_resources(fd, &resources));
	TAP_EQUAL(resources.vc_total, CARD_DBCS);
	TAP_CHECK(resources.nsp_total > 0);
	close(fd);
}

/* Numbers of a message whose data is a STATUS, and then zeros. */
struct frame {
	uint32_t len, count;
	uint32_t type, transaction; /* of the first transaction */
	int error;
};

static void a_frame_is_refused(void)
{
	const struct frame *f = tap_data();
	struct message m = { .len = f->len, .count = f->count };
	struct qaicu_transaction *t = (void *)m.data;
	int fd = card_open();

	TAP_REQUIRE(fd >= 0);
	t->type = f->type;
	t->len = f->transaction;
	TAP_ERRNO(message_send(fd, &m), f->error);
	close(fd);
}

#define STATUS QAICU_STATUS_FROM_USER
#define FRAME(sentence_, ...)                                     \
	{                                                         \
		.sentence = sentence_, .run = a_frame_is_refused, \
		.data = &(const struct frame)                     \
		{                                                 \
			__VA_ARGS__                               \
		}                                                 \
	}

static void types_that_are_no_requests_are_refused(void)
{
	static const uint32_t types[] = {
		0,  2,	3,  4,	6,  8,	9,   11,  13,	 14,	     15,
		16, 17, 18, 19, 20, 21, 255, 256, 65537, 0x7fffffff, 0xffffffff
	};
	int fd = card_open();

	TAP_REQUIRE(fd >= 0);
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		struct message m = { 0 };

		message_add(&m, types[i], 64);
		if (!TAP_ERRNO(message_send(fd, &m), EINVAL))
			tap_note("of type %u", types[i]);
	}
	close(fd);
}

static void data_elsewhere_is_refused(void)
{
	struct qaicu_manage manage = { .len = 8, .count = 1 };
	void *none = mmap(NULL, CARD_PAGE, PROT_NONE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int fd = card_open();

	TAP_REQUIRE(fd >= 0 && none != MAP_FAILED);
	TAP_ERRNO(ioctl(fd, QAICU_MANAGE, &manage), EFAULT);
	manage.data = (uintptr_t)none;
	TAP_ERRNO(ioctl(fd, QAICU_MANAGE, &manage), EFAULT);
	manage.data = 0xffff888000000000ull;
	TAP_ERRNO(ioctl(fd, QAICU_MANAGE, &manage), EFAULT);
	TAP_ERRNO(ioctl(fd, QAICU_MANAGE, NULL), EFAULT);
	munmap(none, CARD_PAGE);
	close(fd);
}

/* The answer is as long as the card likes, up to 4 KiB. */
static void an_answer_without_room_is_efault(void)
{
	uint8_t *pages = mmap(NULL, 2 * CARD_PAGE, PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct qaicu_transaction *t = (void *)(pages + CARD_PAGE - sizeof(*t));
	struct qaicu_manage manage = { 8, 1, (uintptr_t)t };
	struct qaicu_status status;
	int fd = card_open();

	TAP_REQUIRE(fd >= 0 && pages != MAP_FAILED);
	munmap(pages + CARD_PAGE, CARD_PAGE);
	*t = (struct qaicu_transaction){ STATUS, 8 };
	TAP_ERRNO(ioctl(fd, QAICU_MANAGE, &manage), EFAULT);
	TAP_EQUAL(message_status(fd, &status), 0);
	munmap(pages, CARD_PAGE);
	close(fd);
}

static void commands_are_padded_to_eight_bytes(void)
{
	int fd = card_open();

	TAP_REQUIRE(fd >= 0);
	for (uint32_t size = 9; size < 64; size++) {
		struct message m = { 0 };

		if (size % 8 == 0)
			continue;
		message_add(&m, QAICU_PASSTHROUGH_FROM_USER, size);
		if (!TAP_ERRNO(message_send(fd, &m), EINVAL))
			tap_note("of %u bytes", size);
	}
	close(fd);
}

/* What they are is the card's business: it answers. */
static void unknown_commands_reach_the_card(void)
{
	struct message m = { 0 };
	int fd = card_open();

	TAP_REQUIRE(fd >= 0);
	message_command(&m, 0x7ffffff0, 8);
	TAP_EQUAL(message_send(fd, &m), 0);
	TAP_CHECK(message_find(&m, QAICU_PASSTHROUGH_FROM_DEVICE));
	close(fd);
}

static void a_message_of_4096_bytes_reaches_the_card(void)
{
	struct message m = { 0 };
	struct qaicu_status status;
	int fd = card_open();

	TAP_REQUIRE(fd >= 0);
	message_command(&m, NNC_CMD_STATUS, QAICU_MESSAGE_MAX - 8);
	TAP_EQUAL(m.len, QAICU_MESSAGE_MAX);
	TAP_EQUAL(message_send(fd, &m), 0);
	TAP_EQUAL(message_status(fd, &status), 0);
	close(fd);
}

static void several_commands_are_answered_in_order(void)
{
	struct message m = { 0 };
	const struct qaicu_transaction *t = (const void *)m.data;
	int fd = card_open();

	TAP_REQUIRE(fd >= 0);
	message_add(&m, STATUS, 8);
	message_command(&m, NNC_CMD_PERFORMANCE_INFO,
			sizeof(struct nnc_get_performance));
	TAP_EQUAL(message_send(fd, &m), 0);
	TAP_EQUAL(m.count, 2);
	TAP_EQUAL(t->type, QAICU_STATUS_FROM_DEVICE);
	TAP_CHECK(message_answer(&m, NNC_RESPONSE(NNC_CMD_PERFORMANCE_INFO)));
	close(fd);
}

static void an_activation_wants_a_queue_of_a_possible_size(void)
{
	/* Of these, 68 bytes an element are more than 32 bits. */
	static const uint32_t sizes[] = { 0, 63161284, 63161283, 0x80000000,
					  0xffffffff };
	struct network n = { .elf = 1 };
	int fd = card_open();

	TAP_REQUIRE(fd >= 0);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct message m = { 0 };

		network_ask_activate(&m, &n, sizes[i]);
		if (!TAP_ERRNO(message_send(fd, &m), EINVAL))
			tap_note("of %u elements", sizes[i]);
	}
	close(fd);
}

static void padding_of_an_activation_is_zero(void)
{
	struct network n = { .elf = 1 };
	struct message m = { 0 };
	struct qaicu_activate *activate;
	int fd = card_open();

	TAP_REQUIRE(fd >= 0);
	network_ask_activate(&m, &n, 16);
	activate = (void *)(m.data + m.len - sizeof(*activate));
	activate->pad = 1;
	TAP_ERRNO(message_send(fd, &m), EINVAL);
	close(fd);
}

static void an_activation_that_the_card_refuses_is_ecanceled(void)
{
	struct network n = { .elf = 0x7fff };
	struct message m = { 0 };
	const struct qaicu_activated *host;
	const struct nnc_activated *answer;
	int fd = card_open();

	TAP_REQUIRE(fd >= 0);
	network_ask_activate(&m, &n, 16);
	TAP_ERRNO(message_send(fd, &m), ECANCELED);
	host = message_find(&m, QAICU_ACTIVATE_FROM_DEVICE);
	answer = message_answer(&m, NNC_RESPONSE(NNC_CMD_ACTIVATE));
	TAP_CHECK((host && host->status) || (answer && answer->status));
	close(fd);
}

struct deactivation {
	uint32_t dbc, pad;
	int error;
};

static void a_deactivation_is_refused(void)
{
	const struct deactivation *d = tap_data();
	struct message m = { 0 };
	struct qaicu_deactivate *t =
		message_add(&m, QAICU_DEACTIVATE_FROM_USER, sizeof(*t));
	int fd = card_open();

	TAP_REQUIRE(fd >= 0);
	t->dbc = d->dbc;
	t->pad = d->pad;
	TAP_ERRNO(message_send(fd, &m), d->error);
	close(fd);
}

struct transfer {
	uint64_t addr, size;
	int error;
};

static void a_transfer_is_refused(void)
{
	const struct transfer *x = tap_data();
	struct qaicu_status status;
	struct message m = { 0 };
	int fd = card_open();

	TAP_REQUIRE(fd >= 0);
	message_transfer(&m, 1, (void *)(uintptr_t)x->addr, x->size);
	TAP_ERRNO(message_send(fd, &m), x->error);
	TAP_EQUAL(message_status(fd, &status), 0);
	close(fd);
}

static void a_transfer_of_memory_with_a_hole_is_efault(void)
{
	uint8_t *pages = mmap(NULL, 3 * CARD_PAGE, PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct qaicu_status status;
	struct message m = { 0 };
	int fd = card_open();

	TAP_REQUIRE(fd >= 0 && pages != MAP_FAILED);
	munmap(pages + CARD_PAGE, CARD_PAGE);
	message_transfer(&m, 1, pages, 3 * CARD_PAGE);
	TAP_ERRNO(message_send(fd, &m), EFAULT);
	TAP_EQUAL(message_status(fd, &status), 0);
	munmap(pages, CARD_PAGE);
	munmap(pages + 2 * CARD_PAGE, CARD_PAGE);
	close(fd);
}

/* Each kind has a size; what is shorter has not all its members. */
struct cut {
	uint32_t type, len;
};

static void a_transaction_of_another_size_is_refused(void)
{
	const struct cut *cut = tap_data();
	struct message m = { 0 };
	struct work w;

	if (!network_exists())
		TAP_SKIP(NETWORK_SKIP);
	TAP_REQUIRE(work_open(&w, WORK_TENSOR, 16));
	message_add(&m, cut->type, cut->len);
	TAP_ERRNO(message_send(w.fd, &m), EINVAL);
	TAP_CHECK(card_comes_online());
	work_close(&w);
}

static void load_ask(struct message *m, uint32_t tag, const void *data,
		     uint64_t size)
{
	struct nnc_load_constants *load =
		message_command(m, NNC_CMD_LOAD_CONSTANTS, sizeof(*load));

	load->tag = htole32(tag);
	load->data_length = htole64(size);
	strcpy((char *)load->name, "weights");
	message_transfer(m, tag, data, size);
}

static void constants_load(void)
{
	static const uint8_t data[3 * CARD_PAGE + 5];
	const struct nnc_loaded *loaded;
	struct message m = { 0 };
	int fd = card_open();

	if (!network_exists())
		TAP_SKIP(NETWORK_SKIP);
	TAP_REQUIRE(fd >= 0);
	load_ask(&m, 3, data + 3, sizeof(data) - 3);
	TAP_EQUAL(message_send(fd, &m), 0);
	loaded = message_answer(&m, NNC_RESPONSE(NNC_CMD_LOAD_CONSTANTS));
	TAP_CHECK(loaded && loaded->status == 0 && loaded->id != 0);
	close(fd);
}

static void two_transfers_of_a_message_are_both_made(void)
{
	static const uint8_t data[2 * CARD_PAGE];
	struct message m = { 0 };
	int fd = card_open();

	if (!network_exists())
		TAP_SKIP(NETWORK_SKIP);
	TAP_REQUIRE(fd >= 0);
	load_ask(&m, 3, data, sizeof(data));
	load_ask(&m, 4, data, sizeof(data));
	TAP_EQUAL(message_send(fd, &m), 0);
	TAP_CHECK(message_answer(&m, NNC_RESPONSE(NNC_CMD_LOAD_CONSTANTS)));
	close(fd);
}

/* One page of memory so often that no two of them are neighbours. */
#define SHARDS 10000u

static uint8_t *make_shards(void)
{
	int memory = memfd_create("shard", MFD_CLOEXEC);
	uint8_t *at = mmap(NULL, SHARDS * (size_t)CARD_PAGE, PROT_NONE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory < 0 || at == MAP_FAILED || ftruncate(memory, CARD_PAGE))
		return NULL;
	for (size_t i = 0; i < SHARDS; i++)
		if (mmap(at + i * CARD_PAGE, CARD_PAGE, PROT_READ,
			 MAP_SHARED | MAP_FIXED, memory, 0) == MAP_FAILED)
			return NULL;
	close(memory);
	return at;
}

static void memory_in_many_pieces_is_transferred_in_steps(void)
{
	uint8_t *shards = make_shards();
	const struct nnc_loaded *loaded;
	struct message m = { 0 };
	int fd = card_open();

	if (!network_exists())
		TAP_SKIP(NETWORK_SKIP);
	TAP_REQUIRE(fd >= 0 && shards);
	load_ask(&m, 3, shards, SHARDS * (uint64_t)CARD_PAGE);
	TAP_EQUAL(message_send(fd, &m), 0);
	loaded = message_answer(&m, NNC_RESPONSE(NNC_CMD_LOAD_CONSTANTS));
	TAP_CHECK(loaded && loaded->status == 0 && loaded->id != 0);
	munmap(shards, SHARDS * (size_t)CARD_PAGE);
	close(fd);
}

static void a_network_loads_and_unloads(void)
{
	struct nnc_resources before, after;
	struct network n;
	int fd = card_open();

	if (!network_exists())
		TAP_SKIP(NETWORK_SKIP);
	TAP_REQUIRE(fd >= 0);
	TAP_REQUIRE(message_resources(fd, &before));
	TAP_REQUIRE(network_load(fd, &n, WORK_TENSOR) == 0);
	TAP_EQUAL(network_activate(fd, &n, 64), 0);
	TAP_EQUAL(network_deactivate(fd, &n), 0);
	TAP_EQUAL(network_unload(fd, &n), 0);
	TAP_REQUIRE(message_resources(fd, &after));
	TAP_EQUAL(after.vc_free, before.vc_free);
	TAP_EQUAL(after.nsp_free, before.nsp_free);
	TAP_EQUAL(le32toh(after.dram_free), le32toh(before.dram_free));
	close(fd);
}

static void an_unknown_call_is_refused(void)
{
	uint64_t argument[32] = { 0 };
	int fd = card_open();

	TAP_REQUIRE(fd >= 0);
	for (unsigned int nr = 9; nr < 0x60; nr++)
		TAP_ERRNO(
			ioctl(fd,
			      _IOC(_IOC_READ | _IOC_WRITE, 'd', 0x40 + nr, 16),
			      argument),
			EINVAL);
	close(fd);
}

static const struct tap_case cases[] = {
	{ "the status is answered", status_is_answered },
	{ "the card's resources are told", resources_are_told },
	{ "a call that is none of the driver's is refused",
	  an_unknown_call_is_refused },
	FRAME("a message without transactions is refused", 8, 0, STATUS, 8,
	      EINVAL),
	FRAME("a message without bytes is refused", 0, 1, STATUS, 8, EINVAL),
	FRAME("a message shorter than a transaction's head is refused", 7, 1,
	      STATUS, 8, EINVAL),
	FRAME("a message of more than 4096 bytes is refused", 4097, 1, STATUS,
	      8, EINVAL),
	FRAME("a message of 2^32 - 1 bytes is refused", 0xffffffff, 1, STATUS,
	      8, EINVAL),
	FRAME("a count of more than can be is refused", 8, 513, STATUS, 8,
	      EINVAL),
	FRAME("a count of 2^32 - 1 is refused", 8, 0xffffffff, STATUS, 8,
	      EINVAL),
	FRAME("a count of more transactions than there are is refused", 8, 2,
	      STATUS, 8, EINVAL),
	FRAME("bytes behind the last transaction are refused", 16, 1, STATUS, 8,
	      EINVAL),
	FRAME("a transaction of no bytes is refused", 8, 1, STATUS, 0, EINVAL),
	FRAME("a transaction shorter than its head is refused", 8, 1, STATUS, 7,
	      EINVAL),
	FRAME("a transaction longer than its message is refused", 8, 1, STATUS,
	      16, EINVAL),
	FRAME("a transaction of 2^32 - 1 bytes is refused", 8, 1, STATUS,
	      0xffffffff, EINVAL),
	{ "types that are no requests are refused",
	  types_that_are_no_requests_are_refused },
	{ "data that is not the caller's is EFAULT",
	  data_elsewhere_is_refused },
	{ "an answer that does not fit into memory is EFAULT",
	  an_answer_without_room_is_efault },
	{ "a command that is not a multiple of eight bytes is refused",
	  commands_are_padded_to_eight_bytes },
	{ "a command that the card does not know is answered by it",
	  unknown_commands_reach_the_card },
	{ "a message of 4096 bytes reaches the card",
	  a_message_of_4096_bytes_reaches_the_card },
	{ "two requests of a message are answered in order",
	  several_commands_are_answered_in_order },
	{ "an activation with an impossible queue is refused",
	  an_activation_wants_a_queue_of_a_possible_size },
	{ "an activation whose padding is not zero is refused",
	  padding_of_an_activation_is_zero },
	{ "an activation that the card refuses is ECANCELED, and says why",
	  an_activation_that_the_card_refuses_is_ecanceled },
	{ "a channel that no card has cannot be deactivated",
	  a_deactivation_is_refused,
	  &(const struct deactivation){ CARD_DBCS, 0, EINVAL } },
	{ "channel 2^32 - 1 cannot be deactivated", a_deactivation_is_refused,
	  &(const struct deactivation){ 0xffffffff, 0, EINVAL } },
	{ "a deactivation whose padding is not zero is refused",
	  a_deactivation_is_refused,
	  &(const struct deactivation){ 0, 1, EINVAL } },
	{ "a channel that nobody has cannot be deactivated",
	  a_deactivation_is_refused,
	  &(const struct deactivation){ 5, 0, EPERM } },
	{ "a transfer of no bytes is refused", a_transfer_is_refused,
	  &(const struct transfer){ 0x1000, 0, EINVAL } },
	{ "a transfer beyond 2^64 is refused", a_transfer_is_refused,
	  &(const struct transfer){ 0x7f0000000000, -4096ull, EINVAL } },
	{ "a transfer that wraps is refused", a_transfer_is_refused,
	  &(const struct transfer){ -4096ull, 8192, EINVAL } },
	{ "a transfer of NULL is EFAULT", a_transfer_is_refused,
	  &(const struct transfer){ 0, 4096, EFAULT },
	  "6.12: " FINDINGS "errors-of-transactions" },
	{ "a transfer of the kernel's memory is EFAULT", a_transfer_is_refused,
	  &(const struct transfer){ 0xffff888000000000, 4096, EFAULT },
	  "6.12: " FINDINGS "errors-of-transactions" },
	{ "a transfer of 2^46 bytes is EFAULT", a_transfer_is_refused,
	  &(const struct transfer){ 0x1000, 1ull << 46, EFAULT },
	  "6.12: " FINDINGS "errors-of-transactions" },
	{ "a transfer of memory with a hole is EFAULT",
	  a_transfer_of_memory_with_a_hole_is_efault, NULL,
	  "6.12: " FINDINGS "errors-of-transactions" },
	{ "a status request with more than a head is refused",
	  a_transaction_of_another_size_is_refused,
	  &(const struct cut){ QAICU_STATUS_FROM_USER, 24 },
	  "6.12 7.2: " FINDINGS "length-of-transactions" },
	{ "a transfer without its size is refused",
	  a_transaction_of_another_size_is_refused,
	  &(const struct cut){ QAICU_DMA_XFER_FROM_USER, 24 } },
	{ "an activation without its queue's size is refused",
	  a_transaction_of_another_size_is_refused,
	  &(const struct cut){ QAICU_ACTIVATE_FROM_USER, 8 } },
	{ "constants at any address load", constants_load },
	{ "two transfers of one message are both made",
	  two_transfers_of_a_message_are_both_made, NULL,
	  "6.12 7.2: " FINDINGS "two-transfers" },
	{ "memory in 10,000 pieces is transferred in steps",
	  memory_in_many_pieces_is_transferred_in_steps },
	{ "a network loads, works and leaves nothing",
	  a_network_loads_and_unloads },
};

TAP_MAIN(cases)
