// SPDX-License-Identifier: MIT
/* Addresses to listen at, and the names that requests may ask for. */
#include "listen.h"
#include "tap.h"

#include <unistd.h>

struct address_row {
	const char *text;
	const char *name; /* NULL: it is none */
	bool loopback;
};

static const struct address_row rows[] = {
	{ "127.0.0.1:9100", "127.0.0.1:9100", true },
	{ "127.0.0.1", "127.0.0.1:12610", true },
	{ "127.9.9.9:1", "127.9.9.9:1", true },
	{ "[::1]:9100", "[::1]:9100", true },
	{ "[::1]", "[::1]:12610", true },
	{ "::1", "[::1]:12610", true },
	{ ":9100", "0.0.0.0:9100", false },
	{ "0.0.0.0:0", "0.0.0.0:0", false },
	{ "[::]:65535", "[::]:65535", false },
	{ "192.0.2.1:80", "192.0.2.1:80", false },
	{ "" },
	{ ":" },
	{ "127.0.0.1:" },
	{ "127.0.0.1:65536" },
	{ "127.0.0.1:-1" },
	{ "127.0.0.1:+1" },
	{ "127.0.0.1: 1" },
	{ "127.0.0.1:1x" },
	{ "127.0.0.1:000000001" },
	{ "127.0.0.1:99999999999999999999" },
	{ "127.0.0:1" },
	{ "127.1:1" },
	{ "256.0.0.1:1" },
	{ "localhost:1" },
	{ "[::1" },
	{ "[::1]x" },
	{ "[::1]9100" },
	{ "[127.0.0.1]:1" },
	{ "[]:1" },
	{ "[fe80::1%lo]:1" },
	{ "::1:x" },
	{ "1111111111111111111111111111111111111111111111111111111111:1" },
};

static void only_addresses_are_addresses(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct listen_address address;
		char name[LISTEN_NAME];
		int err = listen_parse(rows[i].text, &address);

		if (!TAP_EQUAL(err, rows[i].name ? 0 : -EINVAL)) {
			tap_note("the text was \"%s\"", rows[i].text);
			continue;
		}
		if (err)
			continue;
		listen_name(&address, name);
		TAP_STRING(name, rows[i].name);
		TAP_EQUAL(listen_is_loopback(&address), rows[i].loopback);
	}
}

struct host_row {
	const char *host;
	bool local;
};

static void only_numbers_and_localhost_are_this_machine(void)
{
	static const struct host_row hosts[] = {
		{ "127.0.0.1:12610", true },
		{ "127.0.0.1", true },
		{ "[::1]:12610", true },
		{ "[::1]", true },
		{ "localhost", true },
		{ "LocalHost:80", true },
		{ "", false },
		{ ":80", false },
		{ "localhost.example", false },
		{ "localhost:", false },
		{ "localhost:x", false },
		{ "[localhost]", false },
		{ "accelerators.example:12610", false },
		{ "127.0.0.1.example", false },
	};

	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++)
		if (!TAP_EQUAL(listen_host_is_local(hosts[i].host),
			       hosts[i].local))
			tap_note("the host was \"%s\"", hosts[i].host);
}

static void a_port_that_is_taken_is_told(void)
{
	struct listen_address address, again;
	int fd, second;

	TAP_REQUIRE(listen_parse("127.0.0.1:0", &address) == 0);
	TAP_REQUIRE(listen_open(&address, &fd) == 0);
	again = address;
	TAP_EQUAL(listen_open(&again, &second), -EADDRINUSE);
	close(fd);
}

static const struct tap_case cases[] = {
	{ "only addresses are addresses", only_addresses_are_addresses },
	{ "only numbers and localhost are this machine",
	  only_numbers_and_localhost_are_this_machine },
	{ "a port that is taken is told", a_port_that_is_taken_is_told },
};
TAP_MAIN(cases)
