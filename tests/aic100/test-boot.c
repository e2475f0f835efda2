// SPDX-License-Identifier: MIT
/* Boot: BHI, Sahara, the log, the time; warm and cold, right and wrong. */
#include "host.h"
#include "tap.h"

#include <endian.h>
#include <string.h>

#define OUT AIC100_CH_SAHARA
#define IN (AIC100_CH_SAHARA + 1)

static const struct axm_inproc_option cold[] = { { "boot", "cold" }, { 0 } };

/* In PBL, with all images at hand. */
static bool create(struct host *h)
{
	if (!host_create(h, cold))
		return false;
	host_images(h);
	return true;
}

/* In SBL and M0, with Sahara's channels. */
static bool open_sbl(struct host *h)
{
	return create(h) &&
	       host_bhi(h, host_address(h->sbl.data), h->sbl.size) ==
		       BHI_STATUS_SUCCESS &&
	       host_mhi(h) && host_start_pair(h, OUT);
}

/* The next packet of the card, of this command. */
static bool hear(struct host *h, uint32_t command, struct sahara_packet *p)
{
	memset(p, 0, sizeof(*p));
	return host_receive(h, IN, p, sizeof(*p), HOST_MS) >= 8 &&
	       le32toh(p->command) == command;
}

static bool hello(struct host *h)
{
	struct sahara_packet p;

	return hear(h, SAHARA_HELLO, &p) &&
	       host_sahara_say(h, SAHARA_HELLO_RESP, 0x30, 2, 1);
}

static bool soc_reset(struct host *h)
{
	host_put32(h, AIC100_REG_SOC_RESET, AIC100_SOC_RESET_REQ);
	return host_wait_ee(h, AIC100_EE_PBL) &&
	       host_wait_state(h, MHI_STATE_SYS_ERR) && host_reset(h);
}

/* -- that works */

static void warm_needs_no_image(void)
{
	struct host h;

	TAP_REQUIRE(host_create(&h, NULL));
	TAP_EQUAL(host_ee(&h), AIC100_EE_AMSS);
	TAP_EQUAL(host_state(&h), MHI_STATE_READY);
	TAP_CHECK(host_mhi(&h));
	TAP_EQUAL(host_state(&h), MHI_STATE_M0);
	TAP_EQUAL(h.ee, AIC100_EE_AMSS);
	TAP_CHECK(host_start_pair(&h, AIC100_CH_CONTROL));
	host_close(&h);
}

static void cold_boot(void)
{
	struct host h;

	TAP_REQUIRE(create(&h));
	TAP_EQUAL(host_ee(&h), AIC100_EE_PBL);
	TAP_EQUAL(host_state(&h), MHI_STATE_RESET);
	TAP_CHECK(host_get32(&h, AIC100_BHI + BHI_SERIALNU));
	TAP_CHECK(host_boot(&h));
	TAP_EQUAL(host_ee(&h), AIC100_EE_AMSS);
	TAP_EQUAL(h.ees, 2);
	TAP_EQUAL(h.states, 1);
	TAP_CHECK(h.timed);
	TAP_CHECK(strstr(h.log, "image 1\n"));
	TAP_CHECK(strstr(h.log, "image 10\n"));
	TAP_CHECK(host_start_pair(&h, AIC100_CH_CONTROL));
	host_close(&h);
}

static void a_hundred_boots(void)
{
	uint64_t start = host_now_ns();
	struct host h;

	TAP_REQUIRE(create(&h));
	for (unsigned int i = 0; i < 100; i++) {
		TAP_REQUIRE(host_boot(&h));
		if (i % 3)
			TAP_REQUIRE(soc_reset(&h));
		else
			axm_inproc_reset(h.base.bus);
		TAP_EQUAL(host_ee(&h), AIC100_EE_PBL);
		/* The images stay where they are. */
		memset(h.log, 0, sizeof(h.log));
	}
	tap_note("%.3f ms each", (double)(host_now_ns() - start) / 1e8);
	host_close(&h);
}

static void large_images(void)
{
	struct host h;

	TAP_REQUIRE(create(&h));
	h.sbl = host_image(&h, AIC100_FW_SBL, AIC100_FW_SIZE_MAX - 16);
	h.image[4] = host_image(&h, 4, AIC100_FW_SIZE_MAX - 16);
	h.image[5] = host_image(&h, 5, SAHARA_PACKET_MAX - 16);
	h.image[6] = host_image(&h, 6, 0);
	TAP_CHECK(host_boot(&h));
	host_close(&h);
}

static void streamed_images(void)
{
	struct host h;

	TAP_REQUIRE(create(&h));
	h.stream = true;
	TAP_CHECK(host_boot(&h));
	host_close(&h);
}

static void absent_images(void)
{
	struct host h;

	TAP_REQUIRE(create(&h));
	h.image[1].data = h.image[9].data = h.image[10].data = NULL;
	TAP_CHECK(host_boot(&h));
	TAP_CHECK(strstr(h.log, "no image 9\n"));
	TAP_REQUIRE(soc_reset(&h));
	memset(h.image, 0, sizeof(h.image));
	TAP_CHECK(host_boot(&h));
	host_close(&h);
}

static void foreign_images(void)
{
	struct host h;

	TAP_REQUIRE(create(&h));
	h.sbl.data = h.image[2].data =
		memset(host_alloc(&h, 100000, 64), 0xa5, 100000);
	h.sbl.size = h.image[2].size = 100000;
	TAP_CHECK(host_boot(&h));
	host_close(&h);
}

static void aic200_asks_for_its_own(void)
{
	static const struct axm_inproc_option aic200[] = {
		{ "boot", "cold" }, { "identity", "aic200" }, { 0 }
	};
	struct host h;

	TAP_REQUIRE(host_create(&h, aic200));
	host_images(&h);
	TAP_CHECK(host_boot(&h));
	TAP_CHECK(strstr(h.log, "no image 78\n"));
	host_close(&h);
}

/* The host's driver may be that late. */
static void late_channels_are_mute(void)
{
	struct host_completion c;
	struct host h;

	TAP_REQUIRE(host_open(&h, NULL));
	TAP_CHECK(host_start_pair(&h, AIC100_CH_TIMESYNC));
	TAP_CHECK(!host_completion(&h, AIC100_CH_TIMESYNC + 1, 20, &c));
	TAP_CHECK(host_send(&h, AIC100_CH_TIMESYNC, h.base.arena, 5));
	TAP_EQUAL(host_command(&h, MHI_TYPE_CMD_RESET, AIC100_CH_TIMESYNC),
		  MHI_CODE_SUCCESS);
	TAP_EQUAL(host_state(&h), MHI_STATE_M0);
	host_close(&h);
}

static void periodic_time_is_taken(void)
{
	struct timesync_time *t;
	struct host h;

	TAP_REQUIRE(host_open(&h, NULL));
	TAP_REQUIRE(host_start_pair(&h, AIC100_CH_TIMESYNC_PERIODIC));
	t = host_alloc(&h, sizeof(*t), 16);
	t->h.magic = htole16(TIMESYNC_MAGIC);
	t->h.type = TIMESYNC_TIME;
	for (unsigned int i = 0; i < 100; i++)
		TAP_CHECK(host_send(&h, AIC100_CH_TIMESYNC_PERIODIC, t,
				    sizeof(*t)));
	host_close(&h);
}

static void reset_in_sbl_begins_again(void)
{
	struct sahara_packet p;
	struct host h;

	TAP_REQUIRE(open_sbl(&h));
	TAP_CHECK(hello(&h));
	TAP_CHECK(hear(&h, SAHARA_READ_DATA, &p));
	TAP_CHECK(host_reset(&h));
	TAP_EQUAL(host_ee(&h), AIC100_EE_SBL);
	TAP_CHECK(host_mhi(&h));
	TAP_EQUAL(h.ee, AIC100_EE_SBL);
	TAP_CHECK(host_sahara(&h));
	host_close(&h);
}

/* -- that does not: BHI */

struct bad_sbl {
	void (*spoil)(struct host *h, struct host_image *image);
	uint32_t error; /* BHI_ERRCODE */
};

static struct aic100_fw_header *header(struct host_image *image)
{
	return (struct aic100_fw_header *)(uintptr_t)image->data;
}

static void sbl_empty(struct host *h, struct host_image *image)
{
	image->size = 0;
}

static void sbl_huge(struct host *h, struct host_image *image)
{
	image->size = AIC100_FW_SIZE_MAX + 1;
}

static void sbl_outside(struct host *h, struct host_image *image)
{
	image->data = (const void *)0x1000;
}

static void sbl_at_the_end(struct host *h, struct host_image *image)
{
	image->data = (const void *)(uintptr_t)~0xffull;
}

static void sbl_short(struct host *h, struct host_image *image)
{
	image->size--;
}

static void sbl_of_another_number(struct host *h, struct host_image *image)
{
	*image = host_image(h, 1, 100);
}

static void sbl_damaged(struct host *h, struct host_image *image)
{
	header(image)->crc ^= htole32(0x100);
}

static void bad_sbl(void)
{
	const struct bad_sbl *b = tap_data();
	struct host_image image;
	struct host h;

	TAP_REQUIRE(create(&h));
	image = host_image(&h, AIC100_FW_SBL, 5000);
	b->spoil(&h, &image);
	TAP_EQUAL(host_bhi(&h, host_address(image.data), image.size),
		  BHI_STATUS_ERROR);
	TAP_EQUAL(host_get32(&h, AIC100_BHI + BHI_ERRCODE), b->error);
	TAP_EQUAL(host_ee(&h), AIC100_EE_PBL);
	TAP_EQUAL(host_state(&h), MHI_STATE_RESET);
	TAP_CHECK(host_wait_irq(&h, 0, 1));
	TAP_CHECK(host_boot(&h));
	TAP_EQUAL(host_get32(&h, AIC100_BHI + BHI_ERRCODE), 0);
	host_close(&h);
}

static void sessions_that_are_none(void)
{
	struct host h;

	TAP_REQUIRE(create(&h));
	host_put64(&h, AIC100_BHI + BHI_IMGADDR, host_address(h.sbl.data));
	host_put32(&h, AIC100_BHI + BHI_IMGSIZE, h.sbl.size);
	host_put32(&h, AIC100_BHI + BHI_IMGTXDB, 0);
	host_sleep_us(5000);
	TAP_EQUAL(host_get32(&h, AIC100_BHI + BHI_STATUS), 0);
	TAP_EQUAL(host_ee(&h), AIC100_EE_PBL);
	TAP_CHECK(host_boot(&h));
	host_put32(&h, AIC100_BHI + BHI_STATUS, 0);
	host_put32(&h, AIC100_BHI + BHI_IMGTXDB, 77);
	host_sleep_us(5000);
	TAP_EQUAL(host_get32(&h, AIC100_BHI + BHI_STATUS), 0);
	TAP_EQUAL(host_ee(&h), AIC100_EE_AMSS);
	host_close(&h);
}

/* -- Sahara's images */

struct bad_image {
	void (*spoil)(struct host *h, struct host_image *image);
};

static void image_of_another_number(struct host *h, struct host_image *image)
{
	header(image)->image = htole32(5);
}

static void image_too_large(struct host *h, struct host_image *image)
{
	header(image)->size = htole32(AIC100_FW_SIZE_MAX + 1);
}

static void image_too_small(struct host *h, struct host_image *image)
{
	header(image)->size = htole32(15);
}

static void image_cut_off(struct host *h, struct host_image *image)
{
	image->size -= 10;
}

static void bad_image(void)
{
	const struct bad_image *b = tap_data();
	struct sahara_packet p;
	struct host h;

	TAP_REQUIRE(create(&h));
	b->spoil(&h, &h.image[4]);
	TAP_CHECK(!host_boot(&h));
	TAP_EQUAL(host_ee(&h), AIC100_EE_SBL);
	TAP_EQUAL(host_state(&h), MHI_STATE_M0);
	TAP_EQUAL(host_receive(&h, IN, &p, sizeof(p), 20), -1);
	/* Not even a reset of MHI makes it go on. */
	TAP_CHECK(host_reset(&h) && host_mhi(&h) && host_start_pair(&h, OUT));
	TAP_EQUAL(host_receive(&h, IN, &p, sizeof(p), 20), -1);
	TAP_CHECK(soc_reset(&h));
	h.image[4] = host_image(&h, 4, 100);
	TAP_CHECK(host_boot(&h));
	host_close(&h);
}

/* -- Sahara's protocol: a SYS_ERR, and a reset begins it again */

struct bad_talk {
	void (*talk)(struct host *h);
};

static void no_answer_to_hello(struct host *h)
{
	host_sahara_say(h, SAHARA_DONE, 8, 0, 0);
}

static void hello_of_version_0(struct host *h)
{
	host_sahara_say(h, SAHARA_HELLO_RESP, 0x30, 0, 0);
}

static void short_hello(struct host *h)
{
	host_sahara_say(h, SAHARA_HELLO_RESP, 0x2f, 2, 1);
}

static void too_much_data(struct host *h)
{
	hello(h);
	host_send(h, OUT, h->base.arena, 17);
}

static void no_data(struct host *h)
{
	hello(h);
	host_send(h, OUT, h->base.arena, 0);
}

static void done_too_late(struct host *h)
{
	struct host_image image = host_image(h, 1, 0);

	hello(h);
	host_send(h, OUT, image.data, image.size);
	host_sahara_say(h, SAHARA_RESET, 8, 0, 0);
}

static void control_in_sbl(struct host *h)
{
	host_prepare(h, AIC100_CH_CONTROL);
	host_command_post(h, MHI_TYPE_CMD_START, AIC100_CH_CONTROL);
}

static void time_in_sbl(struct host *h)
{
	struct timesync_time *t = host_alloc(h, sizeof(*t), 16);

	t->h.magic = htole16(TIMESYNC_MAGIC);
	t->h.type = TIMESYNC_ACK;
	host_start(h, AIC100_CH_TIMESYNC);
	host_post(h, AIC100_CH_TIMESYNC, t, sizeof(*t), MHI_TRE_IEOT);
	host_ring(h, AIC100_CH_TIMESYNC);
}

static void bad_talk(void)
{
	const struct bad_talk *b = tap_data();
	struct host h;

	TAP_REQUIRE(open_sbl(&h));
	/* A packet that is refused is never completed. */
	h.quick = true;
	b->talk(&h);
	h.quick = false;
	TAP_CHECK(host_wait_state(&h, MHI_STATE_SYS_ERR));
	TAP_EQUAL(host_ee(&h), AIC100_EE_SBL);
	TAP_CHECK(host_reset(&h) && host_mhi(&h));
	TAP_CHECK(host_sahara(&h));
	host_close(&h);
}

#define SBL(text, name, code)                          \
	{                                              \
		text, bad_sbl, &(const struct bad_sbl) \
		{                                      \
			name, code                     \
		}                                      \
	}
#define IMAGE(text, name)                                  \
	{                                                  \
		text, bad_image, &(const struct bad_image) \
		{                                          \
			name                               \
		}                                          \
	}
#define TALK(text, name)                                 \
	{                                                \
		text, bad_talk, &(const struct bad_talk) \
		{                                        \
			name                             \
		}                                        \
	}

static const struct tap_case cases[] = {
	{ "a warm card needs no image", warm_needs_no_image },
	{ "a cold card boots from SBL over eight images to AMSS", cold_boot },
	{ "a card boots a hundred times", a_hundred_boots },
	{ "the largest images boot", large_images },
	{ "images may come in many packets", streamed_images },
	{ "images that the host does not have are left out", absent_images },
	{ "images that are not ours are taken as they are", foreign_images },
	{ "AIC200 asks for images of its own", aic200_asks_for_its_own },
	{ "channels of SBL that start in AMSS are mute",
	  late_channels_are_mute },
	{ "the periodic time is taken", periodic_time_is_taken },
	{ "a reset of MHI in SBL begins the images again",
	  reset_in_sbl_begins_again },
	SBL("an SBL without bytes is refused", sbl_empty, 1),
	SBL("an SBL above 16 MiB is refused", sbl_huge, 1),
	SBL("an SBL outside of memory is refused", sbl_outside, 2),
	SBL("an SBL at the end of the world is refused", sbl_at_the_end, 2),
	SBL("an SBL that is cut off is refused", sbl_short, 3),
	SBL("another image as SBL is refused", sbl_of_another_number, 3),
	SBL("a damaged SBL is refused", sbl_damaged, 4),
	{ "no session and a session outside of PBL do nothing",
	  sessions_that_are_none },
	IMAGE("an image of another number ends the boot",
	      image_of_another_number),
	IMAGE("an image above 16 MiB ends the boot", image_too_large),
	IMAGE("an image smaller than its header ends the boot",
	      image_too_small),
	IMAGE("an image that is cut off ends the boot", image_cut_off),
	IMAGE("a damaged image ends the boot", sbl_damaged),
	TALK("HELLO wants its answer", no_answer_to_hello),
	TALK("HELLO wants a version", hello_of_version_0),
	TALK("HELLO wants all of its answer", short_hello),
	TALK("more data than was asked for is refused", too_much_data),
	TALK("data without bytes is refused", no_data),
	TALK("END_OF_IMAGE wants DONE", done_too_late),
	TALK("a channel of AMSS does not start in SBL", control_in_sbl),
	TALK("an answer that is no time is refused", time_in_sbl),
};

TAP_MAIN(cases)
