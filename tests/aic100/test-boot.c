// SPDX-License-Identifier: MIT
/* Boot: BHI, Sahara, the log, the time; warm and cold. */
#include "host.h"
#include "tap.h"

#include <endian.h>
#include <string.h>

static const struct host_option cold[] = { { "boot", "cold" }, { 0 } };

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

	TAP_REQUIRE(host_create(&h, cold));
	TAP_EQUAL(host_ee(&h), AIC100_EE_PBL);
	TAP_EQUAL(host_state(&h), MHI_STATE_RESET);
	host_images(&h);
	TAP_CHECK(host_boot(&h));
	TAP_EQUAL(host_ee(&h), AIC100_EE_AMSS);
	TAP_EQUAL(h.ees, 2);
	TAP_CHECK(h.timed);
	TAP_CHECK(strstr(h.log, "image 10"));
	TAP_CHECK(host_start_pair(&h, AIC100_CH_CONTROL));
	host_close(&h);
}

static const struct tap_case cases[] = {
	{ "a warm card needs no image", warm_needs_no_image },
	{ "a cold card boots from SBL over eight images to AMSS", cold_boot },
};

TAP_MAIN(cases)
