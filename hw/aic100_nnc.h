/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/*
 * Qualcomm Cloud AI 100: the commands that a user's library sends to the card's
 * management processor, and its answers. Linux's driver passes them through:
 * one follows the eight bytes of a passthrough transaction (aic100_regs.h).
 *
 * Layouts and numbers are those of the vendor's public library, command protocol
 * 17.0; in 14.0 the answer to ACTIVATE has no dynamic_ddr_base. That library
 * makes the transaction eight bytes longer than its command, so a card takes a
 * command of its size or with eight bytes behind it.
 *
 * Every command and answer is a multiple of eight bytes, begins with its type,
 * and has all its members at their natural alignment, but for one that says so.
 * Numbers in brackets are offsets. Text is ASCII, zero behind its end.
 */
#ifndef AXLE_HW_AIC100_NNC_H
#define AXLE_HW_AIC100_NNC_H

#include "aic100_regs.h"

#define NNC_COMMANDS_MAJOR 17
#define NNC_COMMANDS_MINOR 0
#define NNC_COMMAND_SLACK 8 /* bytes that a library may send behind one */
#define NNC_NAME 64

/* An answer is its command's number plus one, where nothing else is said. */
enum nnc_command {
	NNC_CMD_UNDEFINED = 0,
	NNC_CMD_LOAD_CONSTANTS = 1,
	NNC_CMD_LOAD_ELF = 3,
	NNC_CMD_UNLOAD_CONSTANTS = 5,
	NNC_CMD_UNLOAD_ELF = 7,
	NNC_CMD_ACTIVATE = 9,
	NNC_CMD_DEACTIVATE = 11,
	NNC_CMD_STATUS = 13,
	NNC_CMD_LOAD_CONSTANTS_EX = 15, /* answer: that of LOAD_CONSTANTS */
	NNC_CMD_LOAD_CONSTANTS_PAYLOAD = 16, /* the same */
	NNC_CMD_TERMINATE = 17, /* no layout is public */
	NNC_CMD_RESERVE_VC = 19,
	NNC_CMD_RELEASE_VC = 22,
	NNC_CMD_RESERVE_ACTIVATION = 24,
	NNC_CMD_RELEASE_ACTIVATION = 26,
	NNC_CMD_CREATE_GROUP = 28,
	NNC_CMD_RELEASE_GROUP = 30,
	NNC_CMD_RESOURCE_INFO = 32,
	NNC_CMD_PERFORMANCE_INFO = 34,
	NNC_CMD_STATE = 36,
	NNC_CMD_CONFIG = 38,
	NNC_CMD_UPDATE_ACTIVATION = 44, /* changes a reservation */
	NNC_CMD_MAX = 50,
};

#define NNC_RESPONSE(command) ((command) + 1)

/* What a command came to; -35 to -66 and -100 on are parts of a real card. */
enum nnc_status {
	NNC_OK = 0,
	NNC_ERR = -1, /* any other */
	NNC_ERR_DMA = -2, /* the host's memory, or the DMA bridge's setup */
	NNC_ERR_UNDEFINED = -3, /* no such command */
	NNC_ERR_MEMORY = -4, /* none left */
	NNC_ERR_METADATA = -5, /* the image is none, or of another version */
	NNC_ERR_PARAMETER = -6,
	NNC_ERR_TIMEOUT = -7,
	NNC_ERR_NOT_READY = -8,
	NNC_ERR_DENIED = -9, /* another's handle, or in use */
	NNC_ERR_TOO_SMALL = -10, /* a buffer */
	NNC_ERR_NOT_FOUND = -11, /* a resource */
	NNC_ERR_NO_MCID = -12, /* none free */
	NNC_ERR_NO_NSP = -13,
	NNC_ERR_NO_VC = -14,
	NNC_ERR_NO_SEMAPHORE = -15,
	NNC_ERR_NSP = -16, /* it does not answer */
	NNC_ERR_LENGTH = -17, /* of a command */
	NNC_ERR_NO_RESERVATION = -18, /* no number is left for one */
	NNC_ERR_ID_NOT_FOUND = -19, /* of constants, an image, an activation */
	NNC_ERR_NO_ID = -20, /* none left for one */
	NNC_ERR_NO_OUTBOUND = -21, /* address translation, towards the host */
	NNC_ERR_NO_INBOUND = -22,
	NNC_ERR_QUEUE_SMALL = -34,
	NNC_ERR_VC_CONFIGURE = -35,
	NNC_ERR_RESTARTING = -36, /* subsystem restart: try again */
	NNC_ERR_VC_SETUP = -52,
	NNC_ERR_STATE_COUNT = -57, /* of changes in STATE */
	NNC_ERR_STATE_ORDER = -58,
	NNC_ERR_STATE = -59, /* the activation cannot go there */
	NNC_ERR_VC = -60, /* no such one */
	NNC_ERR_NO_RECORD = -63, /* of such an activation */
	NNC_ERR_MCID_LIMIT = -65,
	NNC_ERR_SWITCHING = -66, /* data path switching is not there */
	NNC_ERR_NOT_ACTIVE = -116, /* deactivated already */
};

/* Answer of UNLOAD, DEACTIVATE, RELEASE, STATE, CONFIG and UPDATE. */
struct nnc_done {
	__le32 type;
	__le32 status;
};

AIC100_ASSERT_SIZE(nnc_done, 8);

/* Followed by a DMA transfer with the same tag. */
struct nnc_load_constants {
	__le32 type;
	__le32 process; /* the host's number for it, in all commands */
	__le32 tag;
	__le32 crc; /* of the constants, of use to cards for cars only */
	__le64 data_length; /* [16] */
	__u8 name[NNC_NAME];
};

AIC100_ASSERT_SIZE(nnc_load_constants, 88);

/* Room for constants that PAYLOAD fills; no transfer comes with it. */
struct nnc_load_constants_ex {
	__le32 type;
	__le32 process;
	__u8 name[NNC_NAME];
	__le32 descriptor_length; /* [72] */
	__le32 reserved;
	__u8 descriptor[]; /* struct nnc_constants_descriptor */
};

AIC100_ASSERT_SIZE(nnc_load_constants_ex, 80);

/* The file constantsdesc.bin of a compiled network. Dynamic follows static. */
struct nnc_constants_descriptor {
	__le64 static_size;
	__le64 dynamic_size;
	__u8 static_ecc;
	__u8 dynamic_ecc;
	__u8 reserved[6];
};

AIC100_ASSERT_SIZE(nnc_constants_descriptor, 24);

/* Followed by a DMA transfer with the same tag. */
struct nnc_load_constants_payload {
	__le32 type;
	__le32 process;
	__le32 tag;
	__le32 constants;
	__le64 data_length;
	__le64 offset;
};

AIC100_ASSERT_SIZE(nnc_load_constants_payload, 32);

/* Answer of all that load. */
struct nnc_loaded {
	__le32 type;
	__le32 id; /* of the constants or the image; 0: failed */
	__le32 status;
	__le32 reserved;
};

AIC100_ASSERT_SIZE(nnc_loaded, 16);

/* Followed by a DMA transfer with the same tag. */
struct nnc_load_elf {
	__le32 type;
	__le32 tag;
	__le32 process;
	__le32 metadata_crc;
	__u8 name[NNC_NAME];
	__le64 data_length; /* [80] */
	__le32 flatbuffer_crc; /* of the image's section metadata_fb */
	__u8 reserved[4];
};

AIC100_ASSERT_SIZE(nnc_load_elf, 96);

/* UNLOAD, RELEASE: what to release. */
struct nnc_release {
	__le32 type;
	__le32 id; /* of constants, an image, a reservation, a group */
};

AIC100_ASSERT_SIZE(nnc_release, 8);

#define NNC_NONE 0xffffffffu /* no reservation, no group */
#define NNC_VC_SKIP 0xfeu /* vc_reservation: the activation has no channel */

/* What resource_reservation is the number of. */
enum nnc_reservation {
	NNC_RESERVED_NOTHING = 0,
	NNC_RESERVED_GROUP = 1,
	NNC_RESERVED_ACTIVATION = 2,
};

/* Physical DMA channels of a virtual channel. */
enum nnc_dma {
	NNC_DMA_SHARED = 0,
	NNC_DMA_DEDICATED = 1,
};

enum nnc_state {
	NNC_STATE_STANDBY = 0,
	NNC_STATE_READY = 1,
	NNC_STATE_DEACTIVATED = 2, /* low power; its resources stay */
	NNC_STATE_INVALID = 3,
};

struct nnc_activate {
	__le32 type;
	__le32 process;
	__le32 constants; /* [8] 0: none */
	__le32 elf;
	__le32 reservation_type; /* [16] enum nnc_reservation */
	__le32 reservation;
	__le32 vc_setup; /* [24] 1: an ACTIVATE transaction is in the message */
	__le32 vc_reservation; /* NNC_NONE, NNC_VC_SKIP, or of RESERVE_VC */
	__le32 state; /* [32] enum nnc_state, to begin with */
	__le32 dma_type;
	__u8 switching; /* [40] 1: data path switching */
	__u8 reserved[7];
};

AIC100_ASSERT_SIZE(nnc_activate, 48);

struct nnc_activated {
	__le32 type;
	__le32 status;
	__le32 activation; /* 0: failed */
	__le32 vc; /* [12] the DMA bridge channel */
	__le64 ddr_base; /* [16] of the workload's memory */
	__le64 dynamic_ddr_base;
	__le64 mcid_base; /* [32] multicast */
	__le64 mcid_base_dma;
	__le32 dma_type; /* [48] may be another than was asked for */
	__le32 dma_mask; /* dedicated physical channels */
	__le64 polling_base; /* [56] data path switching, to polling_data */
	__le32 polling_size;
	__le32 polling_data;
	__le64 doorbell; /* [72] */
	__u8 doorbell_length; /* 0: 32 bits, 1: 16, 2: 8, 3: none */
	__u8 doorbell_valid;
	/* [82] 32 bits, not aligned: a bit for each NSP that it has. */
	__le16 nsp_mask;
	__le16 nsp_mask_high;
	__u8 reserved[2];
};

AIC100_ASSERT_SIZE(nnc_activated, 88);

#define NNC_DOORBELL_NONE 3

struct nnc_deactivate {
	__le32 type;
	__le32 activation;
	__le32 vc_teardown; /* 1: the channel goes too */
	__le32 reserved;
};

AIC100_ASSERT_SIZE(nnc_deactivate, 16);

struct nnc_get_status {
	__le32 type;
	__u8 info;
	__u8 reserved[3];
};

AIC100_ASSERT_SIZE(nnc_get_status, 8);

struct nnc_resources {
	__le32 dram_total; /* MiB, [4] too */
	__le32 dram_free;
	__le32 fragmentation; /* [8] percent of free memory: not in one piece */
	__u8 vc_total; /* [12] */
	__u8 vc_free;
	__u8 nsp_total;
	__u8 nsp_free;
	__le32 mcid_total; /* [16] */
	__le32 mcid_free;
	__le32 semaphore_total; /* [24] */
	__le32 semaphore_free;
	__u8 dma_total; /* [32] physical DMA channels */
	__u8 dma_dedicated;
	__u8 reserved[6];
};

AIC100_ASSERT_SIZE(nnc_resources, 40);

struct nnc_performance {
	__le32 nsp_hz;
	__le32 ddr_hz;
	__le32 compute_noc_hz;
	__le32 memory_noc_hz;
	__le32 system_noc_hz;
	__le32 reserved0;
	__le64 peak; /* [24] int8 operations a second */
	__le64 dram_rate; /* KiB/s, of the last 100 ms or so */
	__le64 reserved1[2];
};

AIC100_ASSERT_SIZE(nnc_performance, 56);

#define NNC_INFO_FORMAT 12

enum nnc_sku {
	NNC_SKU_INVALID = 0,
	NNC_SKU_M2 = 1,
	NNC_SKU_PCIE = 2,
	NNC_SKU_PCIE_PRO = 3,
	NNC_SKU_PCIE_LITE = 4,
	NNC_SKU_PCIE_ULTRA = 5,
	NNC_SKU_AUTO = 6,
	NNC_SKU_PCIE_ULTRA_PLUS = 7,
	NNC_SKU_PCIE_080 = 8,
	NNC_SKU_PCIE_ULTRA_080 = 9,
};

/* Answer of STATUS: what the card is and has. */
struct nnc_info {
	__le32 type;
	__le32 status;
	__u8 format; /* [8] NNC_INFO_FORMAT */
	__u8 reserved0[7];
	__u8 fw_major; /* [16] */
	__u8 fw_minor;
	__u8 fw_patch;
	__u8 fw_build;
	__u8 fw_image[38]; /* [20] versions in words */
	__u8 fw_oem[38];
	__u8 fw_variant[16];
	__le32 hw_version; /* [112] */
	__u8 serial[16];
	__u8 board_serial[32];
	__le32 compiler_version; /* [164] the newest that is understood */
	struct nnc_resources resources;
	struct nnc_performance performance;
	__le32 constants_loaded; /* [264] */
	__le32 constants_used;
	__u8 elfs_loaded; /* [272] */
	__u8 elfs_active;
	__le16 metadata_major;
	__le16 metadata_minor;
	__le16 commands_major; /* NNC_COMMANDS_MAJOR */
	__le16 commands_minor;
	__u8 sbl_image[24]; /* [282] */
	__u8 retire_needs_reset;
	__u8 reserved1;
	__le32 pvs_version; /* [308] */
	__le64 nsp_defects; /* a bit for each */
	__le64 time_offset; /* microseconds, of TIMESYNC */
	__le32 pages_retired; /* [328] of DDR */
	__u8 sku; /* enum nnc_sku */
	__u8 complex_id;
	__u8 reserved2[2];
	__u8 nsp_major; /* [336] the firmware of NSPs */
	__u8 nsp_minor;
	__u8 nsp_patch;
	__u8 nsp_build;
	__le32 reserved3;
	__u8 nsp_image[64];
	__u8 nsp_oem[48];
	__u8 nsp_variant[48];
};

AIC100_ASSERT_SIZE(nnc_info, 504);

struct nnc_reserve_vc {
	__le32 type;
	__le32 process;
	__le32 semaphores; /* wanted */
	__le32 group; /* NNC_NONE: of the whole card */
	__le32 dma_type; /* [16] enum nnc_dma */
	__le32 block_size; /* of memory for data path commands */
	__u8 special; /* [24] 1: with a semaphore of special use */
	__u8 reserved[7];
};

AIC100_ASSERT_SIZE(nnc_reserve_vc, 32);

struct nnc_vc_reserved {
	__le32 type;
	__le32 status;
	__le32 reservation;
	__le32 vc;
	__le32 dma_type; /* [16] */
	__le32 dma_mask;
	__u8 special; /* [24] 1: special_semaphore is one */
	__u8 reserved;
	__le16 special_semaphore;
	__le32 block_size;
	__le64 block_base; /* [32] */
};

AIC100_ASSERT_SIZE(nnc_vc_reserved, 40);

struct nnc_reserve_activation {
	__le32 type;
	__le32 process;
	__le32 group; /* NNC_NONE: of the whole card */
	__le32 reserved0;
	__le64 shared_ddr; /* [16] bytes */
	__le32 nsps;
	__le32 mcids;
	__le64 l2_region; /* [32] bytes */
	__le16 networks;
	__u8 reserved1[6];
};

AIC100_ASSERT_SIZE(nnc_reserve_activation, 48);

/* Answer of RESERVE_ACTIVATION and CREATE_GROUP. */
struct nnc_reserved {
	__le32 type;
	__le32 status;
	__le32 id;
	__le32 reserved;
};

AIC100_ASSERT_SIZE(nnc_reserved, 16);

struct nnc_create_group {
	__le32 type;
	__le32 process;
	__le32 group; /* taken out of this one; NNC_NONE: of the card */
	__le32 nsps;
	__le32 mcids; /* [16] */
	__le32 semaphores;
	__le32 vcs;
	__le32 reserved0;
	__le64 shared_ddr; /* [32] bytes, [40] and [48] too */
	__le64 l2_region;
	__le64 memory;
	__le16 networks; /* [56] */
	__u8 reserved1[6];
};

AIC100_ASSERT_SIZE(nnc_create_group, 64);

struct nnc_get_resources {
	__le32 type;
	__le32 process;
	__le32 group; /* NNC_NONE: of the whole card */
	__le32 reserved;
};

AIC100_ASSERT_SIZE(nnc_get_resources, 16);

struct nnc_resource_info {
	__le32 type;
	__le32 group;
	struct nnc_resources resources;
	__le32 status; /* [48] */
	__le32 reserved;
};

AIC100_ASSERT_SIZE(nnc_resource_info, 56);

struct nnc_get_performance {
	__le32 type;
	__le32 reserved;
};

AIC100_ASSERT_SIZE(nnc_get_performance, 8);

struct nnc_performance_info {
	__le32 type;
	__le32 status;
	struct nnc_performance performance;
};

AIC100_ASSERT_SIZE(nnc_performance_info, 64);

#define NNC_STATE_CHANGES 8

struct nnc_set_state {
	__le32 type;
	__le32 count; /* of changes, made in order */
	struct {
		__le32 activation;
		__le32 state; /* enum nnc_state */
	} change[NNC_STATE_CHANGES];
};

AIC100_ASSERT_SIZE(nnc_set_state, 72);

#define NNC_CONFIG_DMA 1 /* how many physical channels may be dedicated */

struct nnc_config {
	__le32 type;
	__le32 process;
	__le32 option; /* NNC_CONFIG_* */
	__le32 dedicated;
};

AIC100_ASSERT_SIZE(nnc_config, 16);

struct nnc_update_activation {
	__le32 type;
	__le32 process;
	__le32 reservation;
	__le32 nsps;
	__le64 reserved;
};

AIC100_ASSERT_SIZE(nnc_update_activation, 24);

#endif
