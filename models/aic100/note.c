// SPDX-License-Identifier: MIT
/*
 * The trace in words: what goes over MHI's rings and through the DMA bridge, a
 * line each. docs/aic100.md shows a job's. The messages of the control channel
 * are in note-nnc.c.
 */
#include "note.h"

#include <inttypes.h>
#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

const char *aic100_name(const struct aic100_name *names, size_t count,
			uint32_t value)
{
	for (size_t i = 0; i < count; i++)
		if (names[i].value == value)
			return names[i].name;
	return "?";
}

void aic100_text(struct aic100_text *t, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(t->at + t->used, sizeof(t->at) - t->used, format, args);
	va_end(args);
	t->used += n > 0 ? (size_t)n : 0;
	if (t->used >= sizeof(t->at))
		t->used = sizeof(t->at) - 1;
}

/* -- MHI ---------------------------------------------------------------- */

static const char *const channels[AIC100_CH_END / 2] = {
	[AIC100_CH_LOOPBACK / 2] = "loopback",
	[AIC100_CH_SAHARA / 2] = "sahara",
	[AIC100_CH_DIAG / 2] = "diag",
	[AIC100_CH_SSR / 2] = "ssr",
	[AIC100_CH_QDSS / 2] = "qdss",
	[AIC100_CH_CONTROL / 2] = "control",
	[AIC100_CH_LOGGING / 2] = "logging",
	[AIC100_CH_STATUS / 2] = "status",
	[AIC100_CH_TELEMETRY / 2] = "telemetry",
	[AIC100_CH_DEBUG / 2] = "debug",
	[AIC100_CH_TIMESYNC / 2] = "timesync",
	[AIC100_CH_TIMESYNC_PERIODIC / 2] = "periodic",
	[AIC100_CH_IPCR / 2] = "ipcr",
};

static const struct aic100_name states[] = {
	{ MHI_STATE_RESET, "RESET" },	  { MHI_STATE_READY, "READY" },
	{ MHI_STATE_M0, "M0" },		  { MHI_STATE_M1, "M1" },
	{ MHI_STATE_M2, "M2" },		  { MHI_STATE_M3, "M3" },
	{ MHI_STATE_SYS_ERR, "SYS_ERR" },
};

static const struct aic100_name environments[] = {
	{ AIC100_EE_PBL, "PBL" },
	{ AIC100_EE_SBL, "SBL" },
	{ AIC100_EE_AMSS, "AMSS" },
};

static const struct aic100_name codes[] = {
	{ MHI_CODE_INVALID, "invalid" }, { MHI_CODE_SUCCESS, "success" },
	{ MHI_CODE_EOT, "eot" },	 { MHI_CODE_OVERFLOW, "overflow" },
	{ MHI_CODE_EOB, "eob" },	 { MHI_CODE_OOB, "oob" },
	{ MHI_CODE_DB_MODE, "db-mode" }, { MHI_CODE_UNDEFINED, "undefined" },
	{ MHI_CODE_BAD_TRE, "bad-tre" },
};

static const char *channel_name(uint32_t channel)
{
	return channel < AIC100_CH_END ? channels[channel / 2] : "?";
}

static void put_channel(struct aic100_text *t, uint32_t channel)
{
	aic100_text(t, " channel=%u name=%s", channel, channel_name(channel));
}

static void put_code(struct aic100_text *t, uint32_t d0)
{
	aic100_text(t, " code=%s",
		    aic100_name(codes, COUNT(codes),
				aic100_get(MHI_EVENT_CODE, d0)));
}

/* What follows the type of an element: by its words. */
typedef void put_element(struct aic100_text *t, uint64_t ptr, uint32_t d0,
			 uint32_t d1);

static void put_nothing(struct aic100_text *t, uint64_t ptr, uint32_t d0,
			uint32_t d1)
{
}

static void put_command(struct aic100_text *t, uint64_t ptr, uint32_t d0,
			uint32_t d1)
{
	put_channel(t, aic100_get(MHI_D1_CHANNEL, d1));
}

static void put_transfer(struct aic100_text *t, uint64_t ptr, uint32_t d0,
			 uint32_t d1)
{
	aic100_text(t, " addr=0x%" PRIx64 " len=%u%s%s%s%s", ptr,
		    aic100_get(MHI_TRE_LEN, d0),
		    d1 & MHI_TRE_CHAIN ? " chain" : "",
		    d1 & MHI_TRE_IEOB ? " ieob" : "",
		    d1 & MHI_TRE_IEOT ? " ieot" : "",
		    d1 & MHI_TRE_BEI ? " bei" : "");
}

static void put_state(struct aic100_text *t, uint64_t ptr, uint32_t d0,
		      uint32_t d1)
{
	aic100_text(t, " state=%s",
		    aic100_name(states, COUNT(states), d0 >> 24));
}

static void put_completion(struct aic100_text *t, uint64_t ptr, uint32_t d0,
			   uint32_t d1)
{
	aic100_text(t, " element=0x%" PRIx64, ptr);
	put_code(t, d0);
}

static void put_transferred(struct aic100_text *t, uint64_t ptr, uint32_t d0,
			    uint32_t d1)
{
	put_channel(t, aic100_get(MHI_D1_CHANNEL, d1));
	put_completion(t, ptr, d0, d1);
	aic100_text(t, " len=%u", aic100_get(MHI_EVENT_LEN, d0));
}

static void put_environment(struct aic100_text *t, uint64_t ptr, uint32_t d0,
			    uint32_t d1)
{
	aic100_text(t, " ee=%s",
		    aic100_name(environments, COUNT(environments), d0 >> 24));
}

static const struct {
	uint32_t type;
	const char *name;
	put_element *put;
} elements[] = {
	{ MHI_TYPE_NOOP, "noop", put_nothing },
	{ MHI_TYPE_TRANSFER, "transfer", put_transfer },
	{ MHI_TYPE_COALESCED, "coalesced", put_transfer },
	{ MHI_TYPE_CMD_RESET, "reset", put_command },
	{ MHI_TYPE_CMD_STOP, "stop", put_command },
	{ MHI_TYPE_CMD_START, "start", put_command },
	{ MHI_TYPE_EVENT_STATE, "state", put_state },
	{ MHI_TYPE_EVENT_COMMAND, "command-done", put_completion },
	{ MHI_TYPE_EVENT_TRANSFER, "transfer-done", put_transferred },
	{ MHI_TYPE_EVENT_EE, "ee", put_environment },
};

void aic100_note_element(struct aic100 *a, const char *what,
			 unsigned int number, const struct mhi_element *e)
{
	struct aic100_text t = { 0 };
	uint32_t d0 = le32toh(e->d0), d1 = le32toh(e->d1);
	uint32_t type = aic100_get(MHI_D1_TYPE, d1);
	size_t i;

	if (!axm_tracing(a->dev))
		return;
	for (i = 0; i < COUNT(elements) && elements[i].type != type;)
		i++;
	aic100_text(&t, "ring=%s", what);
	if (type == MHI_TYPE_TRANSFER)
		put_channel(&t, number);
	if (i == COUNT(elements)) {
		aic100_text(&t, " type=0x%x d0=0x%x d1=0x%x", type, d0, d1);
	} else {
		aic100_text(&t, " type=%s", elements[i].name);
		elements[i].put(&t, le64toh(e->ptr), d0, d1);
	}
	axm_trace(a->dev, "mhi", "%s", t.at);
}

void aic100_note_doorbell(struct aic100 *a, const char *what,
			  unsigned int number, uint64_t value)
{
	axm_trace(a->dev, "doorbell", "ring=%s number=%u wp=0x%" PRIx64, what,
		  number, value);
}

/* -- the DMA bridge ----------------------------------------------------- */

static const char *const sem_commands[] = {
	[AIC100_SEM_NOP] = "nop",
	[AIC100_SEM_INIT] = "init",
	[AIC100_SEM_INC] = "inc",
	[AIC100_SEM_DEC] = "dec",
	[AIC100_SEM_WAIT_EQ] = "wait-eq",
	[AIC100_SEM_WAIT_GE] = "wait-ge",
	[AIC100_SEM_P] = "p",
	[7] = "7",
};

static const char *const directions[] = { "none", "in", "out", "3" };
static const uint8_t widths[] = { 32, 16, 8, 0 };

static const struct aic100_name completions[] = {
	{ AIC100_COMPLETION_OK, "ok" },
	{ AIC100_COMPLETION_BAD_REQUEST, "bad-request" },
	{ AIC100_COMPLETION_HOST, "host-address" },
	{ AIC100_COMPLETION_DEVICE, "device-address" },
	{ AIC100_COMPLETION_DOORBELL, "doorbell" },
	{ AIC100_COMPLETION_SEMAPHORE, "semaphore" },
	{ AIC100_COMPLETION_NETWORK, "network" },
};

/* " pre:wait-ge(2,1)": command, semaphore, value if it has a meaning. */
static void put_sem(struct aic100_text *t, uint32_t word)
{
	uint32_t command = aic100_get(AIC100_SEM_CMD, word);
	uint32_t index = aic100_get(AIC100_SEM_INDEX, word);

	if (!(word & AIC100_SEM_ENABLE))
		return;
	aic100_text(t, " %s:%s(%u", word & AIC100_SEM_PRESYNC ? "pre" : "post",
		    sem_commands[command], index);
	if (command == AIC100_SEM_INIT || command == AIC100_SEM_WAIT_EQ ||
	    command == AIC100_SEM_WAIT_GE)
		aic100_text(t, ",%u", word & AIC100_SEM_VALUE);
	aic100_text(t, ")%s%s", word & AIC100_SEM_IN_FENCE ? "+in-fence" : "",
		    word & AIC100_SEM_OUT_FENCE ? "+out-fence" : "");
}

void aic100_note_request(struct aic100 *a, unsigned int dbc,
			 const struct aic100_request *request)
{
	struct aic100_text t = { 0 };
	uint32_t len = le32toh(request->len);

	if (!axm_tracing(a->dev))
		return;
	aic100_text(&t, "dbc=%u id=%u seq=%u dir=%s", dbc, le16toh(request->id),
		    request->seq, directions[request->cmd & AIC100_CMD_DIR]);
	if (request->cmd & AIC100_CMD_DIR)
		aic100_text(&t, "%s src=0x%" PRIx64 " dst=0x%" PRIx64 " len=%u",
			    request->cmd & AIC100_CMD_BULK ? "" : " list",
			    le64toh(request->src), le64toh(request->dst), len);
	if (request->db_attr & AIC100_DB_ENABLE)
		aic100_text(&t, " doorbell%u(0x%" PRIx64 ",0x%x)",
			    widths[request->db_attr & AIC100_DB_WIDTH],
			    le64toh(request->db_addr),
			    le32toh(request->db_data));
	for (unsigned int i = 0; i < COUNT(request->sem); i++)
		put_sem(&t, le32toh(request->sem[i]));
	aic100_text(&t, "%s%s",
		    request->cmd & AIC100_CMD_COMPLETION ? " completion" : "",
		    request->cmd & AIC100_CMD_FORCE_MSI ? " force-msi" : "");
	axm_trace(a->dev, "dma", "%s", t.at);
}

void aic100_note_response(struct aic100 *a, unsigned int dbc, uint16_t id,
			  enum aic100_completion status)
{
	axm_trace(a->dev, "response", "dbc=%u id=%u status=%s", dbc, id,
		  aic100_name(completions, COUNT(completions), status));
}

void aic100_note_sem(struct aic100 *a, unsigned int dbc, unsigned int sem,
		     const char *what, unsigned int value)
{
	static const char *const names[] = {
		[AIC100_NET_SEM_INPUT] = "(input)",
		[AIC100_NET_SEM_OUTPUT] = "(output)",
		[AIC100_NET_SEM_FREE] = "(free)",
		[AIC100_NET_SEM_ROOM] = "(room)",
	};

	axm_trace(a->dev, "sem", "dbc=%u sem=%u%s by=%s value=%u", dbc, sem,
		  sem < COUNT(names) ? names[sem] : "", what, value);
}

void aic100_note_run(struct aic100 *a, unsigned int dbc, uint64_t ns, int ret)
{
	axm_trace(a->dev, "run", "dbc=%u us=%" PRIu64 " result=%s", dbc,
		  ns / 1000, ret ? strerror(-ret) : "done");
}
