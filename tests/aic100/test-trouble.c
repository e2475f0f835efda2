// SPDX-License-Identifier: MIT
/* What goes wrong on demand, and what a host sees of it: the whole card. */
#include "host-nnc.h"
#include "program.h"
#include "tap.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#define USER 3
#define FLOATS 1024u
#define BYTES (FLOATS * 4)

/* A card with a network that adds, and a place for its data. */
struct card {
	struct host h;
	struct talk t;
	uint32_t elf, dbc, activation;
	uint64_t memory;
	uint32_t tail, read;
	float *in, *out; /* two inputs on pages of their own; the output */
};

static bool activate(struct card *c)
{
	struct nnc_activated activated;

	if (talk_start(&c->t, USER, c->elf, &activated))
		return false;
	c->dbc = le32toh(activated.vc);
	c->activation = le32toh(activated.activation);
	c->memory = le64toh(activated.ddr_base);
	c->tail = c->read = 0;
	return true;
}

static bool load(struct card *c)
{
	void *blob, *at;
	size_t size;
	bool ok;

	blob = program_add(FLOATS, 1, &size);
	if (!blob)
		return false;
	at = host_alloc(&c->h, size, 64);
	memcpy(at, blob, size);
	free(blob);
	c->in = host_alloc(&c->h, 2 * BYTES, 4096);
	c->out = host_alloc(&c->h, BYTES, 4096);
	for (unsigned int i = 0; i < 2 * FLOATS; i++)
		c->in[i] = (float)i;
	ok = !talk_load(&c->t, USER, NNC_CMD_LOAD_ELF, at, size, &c->elf);
	return ok && activate(c);
}

static struct card *open_card(bool ssr)
{
	static const struct axm_inproc_option options[] = { { "ddr", "64M" },
							    { 0 } };
	struct card *c = calloc(1, sizeof(*c));

	if (!c || !talk_open(&c->t, &c->h, options) ||
	    (ssr && !host_start_pair(&c->h, AIC100_CH_SSR)) ||
	    !host_start_pair(&c->h, AIC100_CH_STATUS) || !load(c))
		abort();
	return c;
}

static void close_card(struct card *c)
{
	host_close(&c->h);
	free(c);
}

static uint32_t sem(uint32_t command, uint32_t index, bool presync)
{
	return AIC100_SEM_ENABLE | aic100_put(AIC100_SEM_CMD, command) |
	       aic100_put(AIC100_SEM_INDEX, index) |
	       (presync ? AIC100_SEM_PRESYNC | 1 : 0);
}

static void put_request(struct card *c, uint16_t id, uint8_t dir, void *host,
			uint64_t offset, uint32_t len, const uint32_t *sems)
{
	struct aic100_request *r =
		(struct aic100_request *)c->t.queues + c->tail;
	bool in = dir == AIC100_CMD_DIR_IN;

	memset(r, 0, sizeof(*r));
	r->id = htole16(id);
	r->cmd = dir | AIC100_CMD_BULK | AIC100_CMD_COMPLETION;
	r->src = htole64(in ? host_address(host) : c->memory + offset);
	r->dst = htole64(in ? c->memory + offset : host_address(host));
	r->len = htole32(len);
	for (unsigned int i = 0; i < 3; i++)
		r->sem[i] = htole32(sems[i]);
	c->tail = (c->tail + 1) % TALK_QUEUE;
}

/* Output and input, as the driver queues them. */
static void submit(struct card *c)
{
	const uint32_t out[] = {
		sem(AIC100_SEM_WAIT_GE, AIC100_NET_SEM_OUTPUT, true),
		sem(AIC100_SEM_DEC, AIC100_NET_SEM_OUTPUT, false),
		sem(AIC100_SEM_INC, AIC100_NET_SEM_ROOM, false),
	};
	const uint32_t in[] = {
		sem(AIC100_SEM_WAIT_GE, AIC100_NET_SEM_FREE, true),
		sem(AIC100_SEM_DEC, AIC100_NET_SEM_FREE, false),
		sem(AIC100_SEM_INC, AIC100_NET_SEM_INPUT, false),
	};

	memset(c->out, 0, BYTES);
	put_request(c, 1, AIC100_CMD_DIR_OUT, c->out, 3 * 4096, BYTES, out);
	put_request(c, 2, AIC100_CMD_DIR_IN, c->in, 4096, 2 * BYTES, in);
	host_dbc_put(&c->h, AIC100_DBC(c->dbc) + AIC100_DBC_REQTP, c->tail);
}

/* The next response's status, or -1: none within ms. */
static int response(struct card *c, unsigned int ms)
{
	uint64_t base = AIC100_DBC(c->dbc);
	uint64_t until = host_now_ns() + ms * 1000000ull;
	const struct aic100_response *r = (const void *)(c->t.queues + 4096);
	int status;

	while (host_dbc_get(&c->h, base + AIC100_DBC_RSPTP) == c->read) {
		if (host_now_ns() > until)
			return -1;
		host_sleep_us(50);
	}
	status = le16toh(r[c->read].status);
	c->read = (c->read + 1) % TALK_QUEUE;
	host_dbc_put(&c->h, base + AIC100_DBC_RSPHP, c->read);
	return status;
}

static bool job(struct card *c)
{
	submit(c);
	return response(c, HOST_MS) == 0 && response(c, HOST_MS) == 0 &&
	       c->out[0] == c->in[0] + c->in[FLOATS] &&
	       c->out[FLOATS - 1] == c->in[FLOATS - 1] + c->in[2 * FLOATS - 1];
}

static void words(struct card *c, const char *format, unsigned int n)
{
	char line[64], out[4096];

	snprintf(line, sizeof(line), format, n);
	TAP_EQUAL(host_base_command(&c->h.base, line, out, sizeof(out)), 0);
}

/* -- SSR ---------------------------------------------------------------- */

static void ssr_send(struct card *c, const void *packet, size_t len)
{
	void *at = host_alloc(&c->h, len, 64);

	memcpy(at, packet, len);
	TAP_CHECK(host_send(&c->h, AIC100_CH_SSR, at, len));
}

static void ssr_word(struct card *c, uint32_t command, uint32_t value)
{
	struct ssr_word w = {
		.h = { htole32(command), htole32(sizeof(w)), htole32(c->dbc) },
		.value = htole32(value),
	};

	ssr_send(c, &w, sizeof(w));
}

/* True: it is such an event; it is acknowledged. */
static bool ssr_event(struct card *c, uint32_t event)
{
	struct ssr_word w;
	int len =
		host_receive(&c->h, AIC100_CH_SSR + 1, &w, sizeof(w), HOST_MS);
	bool ok = TAP_EQUAL(len, sizeof(w)) &&
		  TAP_EQUAL(le32toh(w.h.command), SSR_EVENT) &&
		  TAP_EQUAL(le32toh(w.h.dbc), c->dbc) &&
		  TAP_EQUAL(le32toh(w.value), event);

	if (ok)
		ssr_word(c, SSR_EVENT_RESP, event);
	return ok;
}

static int ssr_read(struct card *c, uint64_t addr, uint32_t len, void *out)
{
	static uint8_t packet[4096];
	struct ssr_range r = {
		.h = { htole32(SSR_MEMORY_READ), htole32(sizeof(r)),
		       htole32(c->dbc) },
		.addr = htole64(addr),
		.len = htole64(len),
	};
	int got;

	ssr_send(c, &r, sizeof(r));
	got = host_receive(&c->h, AIC100_CH_SSR + 1, packet, sizeof(packet),
			   HOST_MS);
	if (got != (int)(sizeof(struct ssr_data) + len))
		return -1;
	memcpy(out, packet + sizeof(struct ssr_data), len);
	return 0;
}

static void crash_is_told_and_the_card_goes_on(void)
{
	struct card *c = open_card(true);
	struct ssr_region region[3];
	struct ssr_range info;
	char text[2048] = "";
	float head[1];

	TAP_REQUIRE(job(c));
	words(c, "crash %u", c->dbc);
	TAP_REQUIRE(ssr_event(c, SSR_BEFORE_SHUTDOWN));
	TAP_REQUIRE(ssr_event(c, SSR_AFTER_SHUTDOWN));
	TAP_EQUAL(talk_usage(&c->t, "activations"), 0);
	TAP_EQUAL(talk_usage(&c->t, "elfs"), 1);
	TAP_REQUIRE(ssr_event(c, SSR_BEFORE_POWER_UP));
	TAP_EQUAL(host_receive(&c->h, AIC100_CH_SSR + 1, &info, sizeof(info),
			       HOST_MS),
		  sizeof(info));
	TAP_EQUAL(le32toh(info.h.command), SSR_TRANSFER_INFO);
	TAP_REQUIRE(le64toh(info.len) == sizeof(region));
	ssr_word(c, SSR_TRANSFER_INFO_RESP, 0);
	TAP_EQUAL(ssr_read(c, le64toh(info.addr), sizeof(region), region), 0);
	TAP_STRING(region[0].file, "crash.txt");
	TAP_EQUAL(ssr_read(c, le64toh(region[0].addr),
			   (uint32_t)le64toh(region[0].len), text),
		  0);
	TAP_CHECK(strstr(text, "reqhp 2\n"));
	/* The output of the job, behind the doorbells and two inputs. */
	TAP_STRING(region[2].file, "memory.bin");
	TAP_EQUAL(ssr_read(c, le64toh(region[2].addr) + 3 * 4096, 4, head), 0);
	TAP_CHECK(head[0] == c->in[0] + c->in[FLOATS]);
	ssr_word(c, SSR_DONE, 0);
	TAP_EQUAL(host_receive(&c->h, AIC100_CH_SSR + 1, text, sizeof(text),
			       HOST_MS),
		  sizeof(struct ssr_word));
	TAP_REQUIRE(ssr_event(c, SSR_AFTER_POWER_UP));
	/* The image is still there. */
	TAP_CHECK(activate(c) && job(c));
	TAP_CHECK(talk_terminate(&c->t, USER));
	TAP_CHECK(talk_nothing_used(&c->t));
	close_card(c);
}

static void channel_is_not_given_out_meanwhile(void)
{
	struct card *c = open_card(true);
	uint32_t before = c->dbc;
	struct nnc_activated activated;

	words(c, "crash %u", c->dbc);
	TAP_REQUIRE(ssr_event(c, SSR_BEFORE_SHUTDOWN));
	TAP_EQUAL(talk_start(&c->t, USER, c->elf, &activated), NNC_OK);
	TAP_CHECK(le32toh(activated.vc) != before);
	close_card(c);
}

static void without_the_channel_the_user_ends_it(void)
{
	struct card *c = open_card(false);
	uint64_t until = host_now_ns() + HOST_MS * 1000000ull;
	char log[8192] = "";

	words(c, "crash %u", c->dbc);
	/* The command only asks for it. */
	while (!strstr(log, "end=no-channel") && host_now_ns() < until)
		host_base_command(&c->h.base, "log", log, sizeof(log));
	submit(c);
	TAP_EQUAL(response(c, 200), -1);
	TAP_EQUAL(talk_usage(&c->t, "activations"), 1);
	TAP_EQUAL(talk_deactivate(&c->t, USER, c->activation, 1), NNC_OK);
	TAP_CHECK(activate(c) && job(c));
	close_card(c);
}

/* -- the rest ----------------------------------------------------------- */

static void errors_are_reported(void)
{
	struct card *c = open_card(true);
	struct ras_report r = { 0 };

	words(c, "ras ue-nf nsp-memory %u", 1);
	TAP_EQUAL(host_receive(&c->h, AIC100_CH_STATUS + 1, &r, sizeof(r),
			       HOST_MS),
		  sizeof(r));
	TAP_EQUAL(le32toh(r.source), RAS_NSP_MEMORY);
	TAP_EQUAL(le32toh(r.error), RAS_UNCORRECTED_NON_FATAL);
	words(c, "ecc ce %u", 4096);
	TAP_EQUAL(host_receive(&c->h, AIC100_CH_STATUS + 1, &r, sizeof(r),
			       HOST_MS),
		  sizeof(r));
	TAP_EQUAL(le32toh(r.source), RAS_DDR);
	TAP_CHECK(job(c));
	close_card(c);
}

static void network_hangs_until_it_may_run(void)
{
	struct card *c = open_card(true);

	words(c, "hang %u", c->dbc);
	submit(c);
	TAP_EQUAL(response(c, HOST_MS), 0); /* the input */
	TAP_EQUAL(response(c, 200), -1);
	words(c, "hang %u off", c->dbc);
	TAP_EQUAL(response(c, HOST_MS), 0);
	TAP_CHECK(job(c));
	close_card(c);
}

static void one_response_is_wrong(void)
{
	struct card *c = open_card(true);

	words(c, "wrong-status %u", c->dbc);
	submit(c);
	TAP_EQUAL(response(c, HOST_MS), AIC100_COMPLETION_NETWORK);
	TAP_EQUAL(response(c, HOST_MS), 0);
	words(c, "corrupt %u", 1);
	submit(c);
	TAP_CHECK(response(c, HOST_MS) > 0);
	TAP_EQUAL(response(c, HOST_MS), 0);
	TAP_CHECK(job(c));
	close_card(c);
}

static void reply_is_swallowed(void)
{
	struct card *c = open_card(true);
	uint8_t reply[NNC_TO_HOST_MAX];

	words(c, "no-reply %u", 1);
	talk_begin(&c->t, USER);
	talk_add(&c->t, NNC_STATUS_TO_DEVICE, sizeof(struct nnc_transaction));
	talk_seal(&c->t);
	TAP_CHECK(host_send(&c->h, AIC100_CH_CONTROL, c->t.message, c->t.len));
	TAP_EQUAL(host_receive(&c->h, AIC100_CH_CONTROL + 1, reply,
			       sizeof(reply), 200),
		  -1);
	talk_begin(&c->t, USER);
	talk_add(&c->t, NNC_STATUS_TO_DEVICE, sizeof(struct nnc_transaction));
	TAP_CHECK(talk_exchange(&c->t));
	close_card(c);
}

static void errors_come_when_asked_for(void)
{
	static const char *const lines[] = { "sys-err", "soc-reset" };
	char out[8192];

	for (unsigned int i = 0; i < 2; i++) {
		struct card *c = open_card(true);

		host_base_command(&c->h.base, lines[i], out, sizeof(out));
		TAP_CHECK(host_wait_state(&c->h, MHI_STATE_SYS_ERR));
		host_base_command(&c->h.base, "log", out, sizeof(out));
		TAP_CHECK(strstr(out, lines[i]));
		TAP_CHECK(host_reset(&c->h));
		TAP_CHECK(host_mhi(&c->h));
		TAP_CHECK(talk_nothing_used(&c->t));
		close_card(c);
	}
}

static const struct tap_case cases[] = {
	{ "a crash is told, has its dump, and the image runs again",
	  crash_is_told_and_the_card_goes_on },
	{ "a channel that restarts is not given out",
	  channel_is_not_given_out_meanwhile },
	{ "a host without the channel deactivates what has crashed",
	  without_the_channel_the_user_ends_it },
	{ "errors inside the card are reported", errors_are_reported },
	{ "a network hangs until it may run", network_hangs_until_it_may_run },
	{ "a response is wrong when asked for", one_response_is_wrong },
	{ "a reply is swallowed when asked for", reply_is_swallowed },
	{ "SYS_ERR and SOC reset come when asked for",
	  errors_come_when_asked_for },
};
TAP_MAIN(cases)
