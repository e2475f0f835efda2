// SPDX-License-Identifier: MIT
/* MHI: states, rings, channels, and what breaks the protocol. */
#include "host.h"
#include "tap.h"

#include <string.h>

static void echo(void)
{
	char back[64];
	struct host h;
	char *text;

	TAP_REQUIRE(host_open(&h, NULL));
	TAP_REQUIRE(host_start_pair(&h, AIC100_CH_LOOPBACK));
	text = host_alloc(&h, 64, 64);
	strcpy(text, "hello");
	TAP_CHECK(host_send(&h, AIC100_CH_LOOPBACK, text, 6));
	TAP_EQUAL(host_receive(&h, AIC100_CH_LOOPBACK + 1, back, sizeof(back),
			       HOST_MS),
		  6);
	TAP_STRING(back, "hello");
	host_close(&h);
}

static const struct tap_case cases[] = {
	{ "a packet comes back from the loopback channel", echo },
};

TAP_MAIN(cases)
