/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/*
 * Qualcomm Cloud AI 100: what its host sees. Registers, MHI contexts and ring
 * elements, the DMA bridge's FIFOs, and the messages of its channels. The text
 * is docs/aic100.md. Facts are those of Linux's Documentation/accel/qaic,
 * Documentation/mhi and of the drivers there.
 *
 * Members are __leNN, little endian in memory on every host. Numbers in
 * brackets are offsets.
 */
#ifndef AXLE_HW_AIC100_REGS_H
#define AXLE_HW_AIC100_REGS_H

#include <linux/types.h>
#ifdef __KERNEL__
#include <linux/build_bug.h>
#else
#include <assert.h>
#endif

#define AIC100_ASSERT_SIZE(type, size) \
	static_assert(sizeof(struct type) == (size), #type)

static inline __u32 aic100_get(__u32 mask, __u32 value)
{
	return (value & mask) >> __builtin_ctz(mask);
}

static inline __u32 aic100_put(__u32 mask, __u32 value)
{
	return (value << __builtin_ctz(mask)) & mask;
}

/* PCI */
#define AIC100_PCI_VENDOR 0x17cb
#define AIC100_PCI_DEVICE 0xa100
#define AIC080_PCI_DEVICE 0xa080
#define AIC200_PCI_DEVICE 0xa110
#define AIC100_PCI_CLASS 0x120000 /* processing accelerator */
#define AIC100_BAR_MHI 0 /* 64-bit, trapped; AIC200: 1, as 32-bit BARs */
#define AIC100_BAR_MHI_SIZE 0x1000
#define AIC100_BAR_DBC 2 /* 64-bit, trapped */
#define AIC100_BAR_DBC_SIZE 0x200000
#define AIC100_BAR_UNUSED 4 /* 64-bit */
#define AIC100_BAR_UNUSED_SIZE 0x10000
#define AIC100_VECTORS 32 /* MSI: 0 MHI, 1 + n DMA bridge channel n */
#define AIC100_VECTOR_MHI 0
#define AIC100_VECTOR_DBC(n) (1 + (n))

/* MHI registers, 32 bits each; 64-bit values are two, the high half first. */
#define MHI_REG_LEN 0x00
#define MHI_REG_VERSION 0x08
#define MHI_VERSION_VALUE 0x01000000
#define MHI_REG_CFG 0x10
#define MHI_CFG_NHWER 0xff000000
#define MHI_CFG_NER 0x00ff0000
#define MHI_CFG_NHWCH 0x0000ff00
#define MHI_CFG_NCH 0x000000ff
#define MHI_REG_CHDBOFF 0x18
#define MHI_REG_ERDBOFF 0x20
#define MHI_REG_BHIOFF 0x28
#define MHI_REG_BHIEOFF 0x2c
#define MHI_REG_DEBUGOFF 0x30
#define MHI_REG_CTRL 0x38
#define MHI_CTRL_STATE 0x0000ff00
#define MHI_CTRL_RESET 0x00000002
#define MHI_REG_STATUS 0x48
#define MHI_STATUS_STATE 0x0000ff00
#define MHI_STATUS_SYSERR 0x00000004
#define MHI_STATUS_READY 0x00000001
#define MHI_REG_CCABAP 0x58 /* 64: channel contexts */
#define MHI_REG_ECABAP 0x60 /* 64: event ring contexts */
#define MHI_REG_CRCBAP 0x68 /* 64: command ring context */
#define MHI_REG_CRDB 0x70 /* 64: command ring doorbell */
#define MHI_REG_CTRLBASE 0x80 /* 64 each */
#define MHI_REG_CTRLLIMIT 0x88
#define MHI_REG_DATABASE 0x98
#define MHI_REG_DATALIMIT 0xa0
#define AIC100_REG_SOC_RESET 0xb0
#define AIC100_SOC_RESET_REQ 1
#define AIC100_REG_SOC_HW_VERSION 0x224
#define AIC100_SOC_HW_VERSION_VALUE 0x60110200
#define AIC100_REG_QTIMER 0xa28 /* 64, 19.2 MHz; one read of 8 bytes */
#define AIC100_QTIMER_HZ 19200000u

/* Where this card has what the offset registers point to. */
#define AIC100_BHI 0x100
#define AIC100_CHDB 0x400 /* + 8 * channel */
#define AIC100_ERDB 0x800 /* + 8 * event ring */

/* BHI, from AIC100_BHI on */
#define BHI_VERSION 0x00 /* minor and major */
#define BHI_IMGADDR 0x08 /* 64: low, high */
#define BHI_IMGSIZE 0x10
#define BHI_IMGTXDB 0x18 /* a session's number starts the load */
#define BHI_INTVEC 0x20
#define BHI_EXECENV 0x28
#define BHI_STATUS 0x2c
#define BHI_STATUS_MASK 0xc0000000
#define BHI_STATUS_SUCCESS 2
#define BHI_STATUS_ERROR 3
#define BHI_ERRCODE 0x30
#define BHI_ERRDBG1 0x34
#define BHI_ERRDBG2 0x38
#define BHI_ERRDBG3 0x3c
#define BHI_SERIALNU 0x40
#define BHI_OEMPKHASH 0x64 /* 16 words */
#define BHI_SIZE 0x100

enum aic100_ee {
	AIC100_EE_PBL = 0,
	AIC100_EE_SBL = 1,
	AIC100_EE_AMSS = 2,
};

enum mhi_state {
	MHI_STATE_RESET = 0,
	MHI_STATE_READY = 1,
	MHI_STATE_M0 = 2,
	MHI_STATE_M1 = 3,
	MHI_STATE_M2 = 4,
	MHI_STATE_M3 = 5,
	MHI_STATE_SYS_ERR = 0xff,
};

/* MHI contexts: 44 bytes, so nothing in them is aligned to more than four. */
#define MHI_CONTEXT_SIZE 44
#define MHI_CONTEXT_WORD0 0
#define MHI_CONTEXT_TYPE 4
#define MHI_CONTEXT_WORD2 8 /* of a channel: event ring; of a ring: vector */
#define MHI_CONTEXT_RBASE 12
#define MHI_CONTEXT_RLEN 20
#define MHI_CONTEXT_RP 28
#define MHI_CONTEXT_WP 36
#define MHI_CHCFG_STATE 0x000000ff
#define MHI_CHCFG_BRST 0x00000300
#define MHI_CHCFG_POLL 0x0000fc00
#define MHI_EVENT_RING_VALID 1 /* its type */
#define MHI_CHTYPE_OUT 1
#define MHI_CHTYPE_IN 2

enum mhi_channel_state {
	MHI_CHANNEL_DISABLED = 0,
	MHI_CHANNEL_ENABLED = 1,
	MHI_CHANNEL_RUNNING = 2,
	MHI_CHANNEL_SUSPENDED = 3,
	MHI_CHANNEL_STOP = 4,
	MHI_CHANNEL_ERROR = 5,
};

struct mhi_element {
	__le64 ptr;
	__le32 d0;
	__le32 d1;
};

AIC100_ASSERT_SIZE(mhi_element, 16);

#define MHI_D1_TYPE 0x00ff0000
#define MHI_D1_CHANNEL 0xff000000
#define MHI_TRE_LEN 0x0000ffff /* d0 */
#define MHI_TRE_CHAIN 0x00000001 /* d1 */
#define MHI_TRE_IEOB 0x00000100
#define MHI_TRE_IEOT 0x00000200
#define MHI_TRE_BEI 0x00000400
#define MHI_EVENT_CODE 0xff000000 /* d0 */
#define MHI_EVENT_LEN 0x0000ffff /* d0 */

enum mhi_element_type {
	MHI_TYPE_NOOP = 1,
	MHI_TYPE_TRANSFER = 2,
	MHI_TYPE_COALESCED = 8,
	MHI_TYPE_CMD_RESET = 16,
	MHI_TYPE_CMD_STOP = 17,
	MHI_TYPE_CMD_START = 18,
	MHI_TYPE_EVENT_STATE = 0x20,
	MHI_TYPE_EVENT_COMMAND = 0x21,
	MHI_TYPE_EVENT_TRANSFER = 0x22,
	MHI_TYPE_EVENT_EE = 0x40,
};

enum mhi_event_code {
	MHI_CODE_INVALID = 0,
	MHI_CODE_SUCCESS = 1,
	MHI_CODE_EOT = 2,
	MHI_CODE_OVERFLOW = 3,
	MHI_CODE_EOB = 4,
	MHI_CODE_OOB = 5,
	MHI_CODE_DB_MODE = 6,
	MHI_CODE_UNDEFINED = 0x10,
	MHI_CODE_BAD_TRE = 0x11,
};

#define AIC100_CHANNELS 128 /* contexts that the host keeps */
#define AIC100_EVENT_RINGS 1
#define AIC100_PACKET_MAX 65536 /* joined elements */

/* Even: host to device, odd: back. */
enum aic100_channel {
	AIC100_CH_LOOPBACK = 0,
	AIC100_CH_SAHARA = 2,
	AIC100_CH_DIAG = 4,
	AIC100_CH_SSR = 6,
	AIC100_CH_QDSS = 8,
	AIC100_CH_CONTROL = 10,
	AIC100_CH_LOGGING = 12,
	AIC100_CH_STATUS = 14,
	AIC100_CH_TELEMETRY = 16,
	AIC100_CH_DEBUG = 18,
	AIC100_CH_TIMESYNC = 20,
	AIC100_CH_TIMESYNC_PERIODIC = 22,
	AIC100_CH_IPCR = 24,
	AIC100_CH_END = 26,
};

/* DMA bridge: 16 channels, 4 KiB of registers each. */
#define AIC100_DBCS 16
#define AIC100_DBC(n) (0x20000 + 0x1000 * (n))
#define AIC100_DBC_REQHP 0x0 /* ro */
#define AIC100_DBC_REQTP 0x4
#define AIC100_DBC_RSPHP 0x8
#define AIC100_DBC_RSPTP 0xc /* ro */

struct aic100_request {
	__le16 id;
	__u8 seq;
	__u8 cmd;
	__le32 reserved0;
	__le64 src;
	__le64 dst;
	__le32 len;
	__le32 reserved1;
	__le64 db_addr;
	__u8 db_attr;
	__u8 reserved2;
	__le16 reserved3;
	__le32 db_data;
	__le32 sem[4];
};

AIC100_ASSERT_SIZE(aic100_request, 64);

#define AIC100_CMD_DIR 0x03
#define AIC100_CMD_DIR_NONE 0
#define AIC100_CMD_DIR_IN 1 /* to the device */
#define AIC100_CMD_DIR_OUT 2
#define AIC100_CMD_BULK 0x08 /* else a linked list */
#define AIC100_CMD_COMPLETION 0x10
#define AIC100_CMD_FORCE_MSI 0x80
#define AIC100_DB_ENABLE 0x80
#define AIC100_DB_WIDTH 0x03 /* 0: 32 bits, 1: 16, 2: 8 */

#define AIC100_SEMS 32 /* of each channel */
#define AIC100_SEM_ENABLE 0x80000000
#define AIC100_SEM_IN_FENCE 0x40000000
#define AIC100_SEM_OUT_FENCE 0x20000000
#define AIC100_SEM_CMD 0x07000000
#define AIC100_SEM_PRESYNC 0x00400000
#define AIC100_SEM_INDEX 0x001f0000
#define AIC100_SEM_VALUE 0x00000fff
#define AIC100_SEM_MAX 0xfff /* INC and DEC are by one and stop at the ends */

enum aic100_sem_cmd {
	AIC100_SEM_NOP = 0,
	AIC100_SEM_INIT = 1,
	AIC100_SEM_INC = 2,
	AIC100_SEM_DEC = 3,
	AIC100_SEM_WAIT_EQ = 4,
	AIC100_SEM_WAIT_GE = 5,
	AIC100_SEM_P = 6, /* wait until above zero, then decrement */
};

struct aic100_response {
	__le16 id;
	__le16 status; /* 0: done */
};

AIC100_ASSERT_SIZE(aic100_response, 4);

/* What the card says went wrong with a request; any but 0 is an error. */
enum aic100_completion {
	AIC100_COMPLETION_OK = 0,
	AIC100_COMPLETION_BAD_REQUEST = 1, /* reserved bits or values */
	AIC100_COMPLETION_HOST = 2, /* the host's address did not answer */
	AIC100_COMPLETION_DEVICE = 3, /* outside the workload's memory */
	AIC100_COMPLETION_DOORBELL = 4,
	AIC100_COMPLETION_SEMAPHORE = 5,
	AIC100_COMPLETION_NETWORK = 6, /* it failed before its results */
};

/* Sahara, little-endian words */
#define SAHARA_VERSION 2
#define SAHARA_VERSION_LEAST 1
#define SAHARA_PACKET_MAX 0x80000 /* of one read */

enum sahara_command {
	SAHARA_HELLO = 1,
	SAHARA_HELLO_RESP = 2,
	SAHARA_READ_DATA = 3,
	SAHARA_END_OF_IMAGE = 4,
	SAHARA_DONE = 5,
	SAHARA_DONE_RESP = 6,
	SAHARA_RESET = 7,
	SAHARA_RESET_RESP = 8,
	SAHARA_MEM_DEBUG64 = 16,
	SAHARA_MEM_READ64 = 17,
};

struct sahara_packet {
	__le32 command;
	__le32 length; /* of the packet */
	__le32 word[10]; /* as many as the command has */
};

AIC100_ASSERT_SIZE(sahara_packet, 48);

/* Time: the host's messages have one, the card's are the header alone. */
#define TIMESYNC_MAGIC 0x55aa

enum timesync_type {
	TIMESYNC_ASK = 0, /* the card, at boot */
	TIMESYNC_TIME = 1, /* the host, asked or periodically */
	TIMESYNC_ACK = 2,
};

struct timesync_header {
	__le16 magic;
	__le16 reserved0;
	__u8 reserved1;
	__u8 type;
	__le16 reserved2;
};

AIC100_ASSERT_SIZE(timesync_header, 8);

struct timesync_time {
	struct timesync_header h;
	__le64 seconds;
	__le64 microseconds;
};

AIC100_ASSERT_SIZE(timesync_time, 24);

/* Neural network control: a header, then transactions */
#define NNC_MAGIC 0x43494151 /* "QAIC" */
#define NNC_MAJOR 5
#define NNC_MINOR 0
#define NNC_TO_DEVICE_MAX 65536
#define NNC_TO_HOST_MAX 4096
#define NNC_STATUS_CRC 1ull

struct nnc_header {
	__le32 crc32; /* of the message with this 0 */
	__le32 magic;
	__le32 sequence;
	__le32 len; /* of the message */
	__le32 count; /* of transactions */
	__le32 handle; /* of the user, counted from 0 */
	__le32 partition; /* -1: none */
	__le32 reserved;
};

AIC100_ASSERT_SIZE(nnc_header, 32);

enum nnc_type {
	NNC_PASSTHROUGH_FROM_DEVICE = 3,
	NNC_PASSTHROUGH_TO_DEVICE = 4,
	NNC_DMA_XFER = 6,
	NNC_ACTIVATE_FROM_DEVICE = 8,
	NNC_ACTIVATE_TO_DEVICE = 9,
	NNC_DEACTIVATE_FROM_DEVICE = 11,
	NNC_STATUS_FROM_DEVICE = 14,
	NNC_STATUS_TO_DEVICE = 15,
	NNC_TERMINATE_FROM_DEVICE = 16,
	NNC_TERMINATE_TO_DEVICE = 17,
	NNC_DMA_XFER_CONT = 18,
	NNC_VALIDATE_FROM_DEVICE = 19,
	NNC_VALIDATE_TO_DEVICE = 20,
};

struct nnc_transaction {
	__le32 type;
	__le32 len; /* with this, a multiple of eight */
};

AIC100_ASSERT_SIZE(nnc_transaction, 8);

struct nnc_segment {
	__le64 addr;
	__le64 size;
};

AIC100_ASSERT_SIZE(nnc_segment, 16);

struct nnc_dma_xfer {
	struct nnc_transaction t;
	__le32 tag;
	__le32 count; /* 0: aborts the chunk */
	__le32 chunk; /* 0: the whole is here */
	__le32 reserved;
	struct nnc_segment segment[];
};

AIC100_ASSERT_SIZE(nnc_dma_xfer, 24);

struct nnc_dma_xfer_cont {
	struct nnc_transaction t;
	__le32 chunk;
	__le32 reserved;
	__le64 done; /* bytes, of all its chunks so far */
};

AIC100_ASSERT_SIZE(nnc_dma_xfer_cont, 24);

struct nnc_activate_to_device {
	struct nnc_transaction t;
	__le64 requests;
	__le64 responses;
	__le32 request_count;
	__le32 response_count;
	__le32 buf_len;
	__le32 options;
};

AIC100_ASSERT_SIZE(nnc_activate_to_device, 40);

struct nnc_activate_from_device {
	struct nnc_transaction t;
	__le32 status;
	__le32 dbc;
	__le64 options;
};

AIC100_ASSERT_SIZE(nnc_activate_from_device, 24);

struct nnc_deactivate_from_device {
	struct nnc_transaction t;
	__le32 status;
	__le32 dbc;
};

AIC100_ASSERT_SIZE(nnc_deactivate_from_device, 16);

struct nnc_status_from_device {
	struct nnc_transaction t;
	__le16 major;
	__le16 minor;
	__le32 status;
	__le64 flags;
};

AIC100_ASSERT_SIZE(nnc_status_from_device, 24);

struct nnc_word {
	struct nnc_transaction t;
	__le32 value; /* handle, partition or status */
	__le32 reserved;
};

AIC100_ASSERT_SIZE(nnc_word, 16);

/* Commands and responses in passthrough transactions: aic100_nnc.h. */

/* SSR */
enum ssr_command {
	SSR_TRANSFER_INFO = 1,
	SSR_TRANSFER_INFO_RESP = 2,
	SSR_MEMORY_READ = 4,
	SSR_MEMORY_READ_RESP = 8,
	SSR_DONE = 0x10,
	SSR_DONE_RESP = 0x20,
	SSR_EVENT = 0x100,
	SSR_EVENT_RESP = 0x200,
};

enum ssr_event {
	SSR_NACK = 1,
	SSR_BEFORE_SHUTDOWN = 2,
	SSR_AFTER_SHUTDOWN = 4,
	SSR_BEFORE_POWER_UP = 8,
	SSR_AFTER_POWER_UP = 16,
};

#define SSR_TO_HOST_MAX 32 /* but for MEMORY_READ_RESP */

struct ssr_header {
	__le32 command;
	__le32 len; /* of the packet */
	__le32 dbc;
};

AIC100_ASSERT_SIZE(ssr_header, 12);

/* EVENT and its answer, DONE; answers to TRANSFER_INFO and DONE: 0, done. */
struct ssr_word {
	struct ssr_header h;
	__le32 value;
};

AIC100_ASSERT_SIZE(ssr_word, 16);

/* TRANSFER_INFO: of a table of struct ssr_region; MEMORY_READ. */
struct ssr_range {
	struct ssr_header h;
	__le32 reserved;
	__le64 addr;
	__le64 len;
};

AIC100_ASSERT_SIZE(ssr_range, 32);

/* MEMORY_READ_RESP */
struct ssr_data {
	struct ssr_header h;
	__le32 reserved;
	__u8 data[];
};

AIC100_ASSERT_SIZE(ssr_data, 16);

/* A piece of a dump, in the card's memory; none is empty. */
struct ssr_region {
	__le64 save; /* 0: must be kept */
	__le64 addr;
	__le64 len;
	char description[20]; /* ends with a zero */
	char file[20]; /* the same */
};

AIC100_ASSERT_SIZE(ssr_region, 64);

/* RAS */
#define RAS_MAGIC 0x55aa
#define RAS_VERSION 2

struct ras_report {
	__le16 magic;
	__le16 version;
	__le32 sequence;
	__u8 type; /* 0: report */
	__u8 id;
	__le16 len; /* of what follows */
	__le32 result;
	__le32 source;
	__le32 error; /* enum ras_error */
	__le32 threshold;
	__le32 ce;
	__le32 ue;
	__le32 interrupts;
	__u8 syndrome[64];
};

AIC100_ASSERT_SIZE(ras_report, 104);

enum ras_source {
	RAS_SOC_MEMORY = 0,
	RAS_PCIE = 1,
	RAS_DDR = 2,
	RAS_BUS1 = 3,
	RAS_BUS2 = 4,
	RAS_NSP_MEMORY = 5,
	RAS_TEMPERATURE = 6,
	RAS_SOURCES = 7,
};

enum ras_error {
	RAS_CORRECTED = 0,
	RAS_UNCORRECTED = 1, /* fatal: the host resets the card */
	RAS_UNCORRECTED_NON_FATAL = 2,
	RAS_ERRORS = 3,
};

/* What a report's syndrome is, by source. */
struct ras_soc_memory {
	__le64 address[8];
};

struct ras_pcie {
	__le32 corrected[6]; /* TLP, DLLP, roll-over, time-out, receiver, own */
	__le32 non_fatal[6]; /* credits, poison, ECRC, unsupported, abort, */
	__le32 address; /* [48] completion time-out; of an uncorrected one */
	__u8 index;
	__u8 flag; /* 1: power break */
};

struct ras_ddr {
	__le32 count;
	__le32 irq_status;
	__le32 data[4][2]; /* of 32 bits of the line each */
	__le32 address_low; /* [40] */
	__le16 address_high;
	__le16 parity;
	__le16 instance;
	__le16 type; /* enum ras_error */
};

struct ras_bus1 {
	__le32 slave;
	__le32 type;
	__le16 address[8];
	__u8 instance;
};

struct ras_bus2 {
	__le32 low3;
	__le32 high3;
	__le32 low2;
	__le32 high2;
	__le32 external; /* [16] */
	__le16 path;
	__le16 operation;
	__le16 len;
	__le16 redirect;
	__u8 valid; /* [28] */
	__u8 word_error;
	__u8 non_secure;
	__u8 opcode;
	__u8 code;
	__u8 transaction;
	__u8 space;
	__u8 instance;
};

AIC100_ASSERT_SIZE(ras_bus2, 36);

struct ras_nsp_memory {
	__le32 address[8];
	__u8 nsp;
};

struct ras_temperature {
	__le32 threshold; /* 0 lower, 1 upper, 2 critical */
	__le32 celsius;
};

/*
 * The memory of an active network and its handshake with the host are the
 * workload's own business. What follows is the contract of the workloads that
 * the emulated card runs, tensor programs; docs/aic100.md has the reasons.
 *
 * At ddr_base of the activation: one page of doorbells, then the inputs in
 * order, then the outputs, each at a multiple of 4 KiB.
 *
 * The network waits for NET_SEM_INPUT (P), then for NET_SEM_ROOM (P), runs, and
 * increments NET_SEM_FREE and NET_SEM_OUTPUT. FREE and ROOM begin at one, the
 * others at zero.
 *
 * So every input slice of a host waits for NET_SEM_FREE (presync, GE 1), and
 * the last one decrements it and increments NET_SEM_INPUT (postsync). Every
 * output slice waits for NET_SEM_OUTPUT (presync, GE 1), and the last one
 * decrements it and increments NET_SEM_ROOM (postsync). Not P: the driver makes
 * of a slice as many requests as its memory has pieces, each with the presync,
 * so a P would be done several times. A slice without it would not wait for the
 * slices before.
 */
#define AIC100_NET_ALIGN 4096u
#define AIC100_NET_DOORBELLS 4096u
#define AIC100_NET_DB_START 0 /* any write: as an increment of INPUT */
#define AIC100_NET_SEM_INPUT 0
#define AIC100_NET_SEM_OUTPUT 1
#define AIC100_NET_SEM_FREE 2
#define AIC100_NET_SEM_ROOM 3

#endif
