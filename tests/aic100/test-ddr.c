// SPDX-License-Identifier: MIT
/* The card's memory, by its calls. */
#include "aic100/ddr.h"
#include "common/device.h"
#include "tap.h"

#include <string.h>

#define PAGE AIC100_DDR_PAGE

static struct axm_device device;
static struct aic100 card;

/* A card with so much memory and nothing else. */
static bool open_card(const char *size)
{
	memset(&device, 0, sizeof(device));
	memset(&card, 0, sizeof(card));
	card.dev = &device;
	if (size) {
		device.opt[0] = (struct axm_option){ "ddr", size };
		device.nr_opts = 1;
	}
	return !aic100_ddr_init(&card);
}

static void default_size(void)
{
	TAP_REQUIRE(open_card(NULL));
	TAP_EQUAL(aic100_ddr_size(&card), 4ll << 30);
	TAP_EQUAL(aic100_ddr_largest(&card), 4ll << 30);
	aic100_ddr_fini(&card);
}

static void largest_size(void)
{
	uint64_t a;
	uint8_t *last;

	TAP_REQUIRE(open_card("32G"));
	a = aic100_ddr_alloc(&card, 32ull << 30);
	TAP_EQUAL(a, AIC100_DDR_BASE);
	last = aic100_ddr_at(&card, a + (32ull << 30) - 1, 1);
	TAP_REQUIRE(last);
	*last = 1;
	aic100_ddr_free(&card, a);
	TAP_EQUAL(aic100_ddr_used(&card), 0);
	aic100_ddr_fini(&card);
}

static void bad_sizes(void)
{
	static const char *const bad[] = { "33G", "0", "1048577", "many" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		TAP_CHECK(!open_card(bad[i]));
		aic100_ddr_fini(&card);
	}
}

static void rounded(void)
{
	uint64_t a, b;

	TAP_REQUIRE(open_card("1M"));
	a = aic100_ddr_alloc(&card, 1);
	b = aic100_ddr_alloc(&card, PAGE + 1);
	TAP_EQUAL(a % PAGE, 0);
	TAP_EQUAL(b, a + PAGE);
	TAP_EQUAL(aic100_ddr_used(&card), 3 * PAGE);
	aic100_ddr_fini(&card);
}

static void zeroed(void)
{
	uint64_t a;
	uint8_t *at;

	TAP_REQUIRE(open_card("1M"));
	a = aic100_ddr_alloc(&card, PAGE);
	at = aic100_ddr_at(&card, a, PAGE);
	TAP_REQUIRE(at);
	memset(at, 0xff, PAGE);
	aic100_ddr_free(&card, a);
	at[1] = 0xff; /* late */
	TAP_EQUAL(aic100_ddr_alloc(&card, PAGE), a);
	TAP_EQUAL(at[0], 0);
	TAP_EQUAL(at[1], 0);
	aic100_ddr_fini(&card);
}

static void exhausted(void)
{
	uint64_t a;

	TAP_REQUIRE(open_card("1M"));
	TAP_EQUAL(aic100_ddr_alloc(&card, (1u << 20) + 1), 0);
	TAP_EQUAL(aic100_ddr_alloc(&card, UINT64_MAX), 0);
	TAP_EQUAL(aic100_ddr_alloc(&card, 0), 0);
	a = aic100_ddr_alloc(&card, 1u << 20);
	TAP_CHECK(a);
	TAP_EQUAL(aic100_ddr_alloc(&card, 1), 0);
	aic100_ddr_free(&card, a);
	TAP_EQUAL(aic100_ddr_alloc(&card, 1), a);
	aic100_ddr_fini(&card);
}

/* In every order of freeing three neighbours. */
static void coalesced(void)
{
	static const int orders[6][3] = {
		{ 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 },
		{ 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 }
	};

	for (int i = 0; i < 6; i++) {
		uint64_t a[3];

		TAP_REQUIRE(open_card("1M"));
		for (int j = 0; j < 3; j++)
			a[j] = aic100_ddr_alloc(&card, 10 * PAGE);
		for (int j = 0; j < 3; j++)
			aic100_ddr_free(&card, a[orders[i][j]]);
		TAP_EQUAL(aic100_ddr_largest(&card), 1u << 20);
		TAP_EQUAL(aic100_ddr_used(&card), 0);
		aic100_ddr_fini(&card);
	}
}

static void holes_are_used_again(void)
{
	uint64_t a, b, c;

	TAP_REQUIRE(open_card("1M"));
	a = aic100_ddr_alloc(&card, 4 * PAGE);
	b = aic100_ddr_alloc(&card, 4 * PAGE);
	aic100_ddr_free(&card, a);
	c = aic100_ddr_alloc(&card, 5 * PAGE);
	TAP_EQUAL(c, b + 4 * PAGE);
	TAP_EQUAL(aic100_ddr_alloc(&card, 3 * PAGE), a);
	TAP_EQUAL(aic100_ddr_alloc(&card, PAGE), a + 3 * PAGE);
	aic100_ddr_fini(&card);
}

static void freed_twice(void)
{
	uint64_t a;

	TAP_REQUIRE(open_card("1M"));
	a = aic100_ddr_alloc(&card, 2 * PAGE);
	aic100_ddr_free(&card, a + PAGE);
	TAP_EQUAL(aic100_ddr_used(&card), 2 * PAGE);
	aic100_ddr_free(&card, a);
	aic100_ddr_free(&card, a);
	aic100_ddr_free(&card, 0);
	TAP_EQUAL(aic100_ddr_used(&card), 0);
	aic100_ddr_fini(&card);
}

static void bounds(void)
{
	const uint64_t end = AIC100_DDR_BASE + (1u << 20);

	TAP_REQUIRE(open_card("1M"));
	TAP_CHECK(aic100_ddr_at(&card, AIC100_DDR_BASE, 1u << 20));
	TAP_CHECK(aic100_ddr_at(&card, end - 1, 1));
	TAP_CHECK(!aic100_ddr_at(&card, end - 1, 2));
	TAP_CHECK(!aic100_ddr_at(&card, end + 1, 0));
	TAP_CHECK(!aic100_ddr_at(&card, AIC100_DDR_BASE - 1, 1));
	TAP_CHECK(!aic100_ddr_at(&card, 0, 1));
	TAP_CHECK(!aic100_ddr_at(&card, AIC100_DDR_BASE + 1, UINT64_MAX));
	TAP_CHECK(!aic100_ddr_at(&card, UINT64_MAX, 2));
	aic100_ddr_fini(&card);
}

static void reset(void)
{
	uint8_t *at;
	uint64_t a;

	TAP_REQUIRE(open_card("1M"));
	a = aic100_ddr_alloc(&card, PAGE);
	at = aic100_ddr_at(&card, a, PAGE);
	at[5] = 1;
	aic100_ddr_alloc(&card, 7 * PAGE);
	aic100_ddr_reset(&card);
	TAP_EQUAL(aic100_ddr_used(&card), 0);
	TAP_EQUAL(aic100_ddr_largest(&card), 1u << 20);
	TAP_EQUAL(at[5], 0);
	aic100_ddr_fini(&card);
}

static const struct tap_case cases[] = {
	{ "a card has 4 GiB where nothing else is said", default_size },
	{ "a card of 32 GiB can give all of them out", largest_size },
	{ "a size that is too large, too small or no page is refused",
	  bad_sizes },
	{ "what is given out begins at a page and is whole pages", rounded },
	{ "what is given out is zero, whatever it was before", zeroed },
	{ "more than there is is not given out, all of it is", exhausted },
	{ "free neighbours become one, in whatever order they come",
	  coalesced },
	{ "a hole that is large enough is used again", holes_are_used_again },
	{ "what was not given out cannot be given back", freed_twice },
	{ "an address outside the memory is none", bounds },
	{ "a reset takes all back and forgets what was in it", reset },
};

TAP_MAIN(cases)
