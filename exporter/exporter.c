// SPDX-License-Identifier: MIT
/*
 * axle-exporter(8): options, and the loop. One thread does everything: it takes
 * a sample when the timer says so, events when there are some, and runs the
 * server for the rest. Nothing of it blocks but the sample itself.
 */
#include "site.h"

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

struct options {
	struct watch_config watch;
	struct listen_address address[LISTEN_MAX];
	size_t address_count;
};

/* What the loop waits for. */
enum source {
	SOURCE_SIGNAL,
	SOURCE_TIMER,
	SOURCE_EVENTS,
	SOURCE_SERVER,
};

struct loop {
	struct watch *watch;
	struct server *server;
	int epoll;
	int timer;
};

static const char usage[] =
	"usage: axle-exporter [--listen ADDRESS:PORT]... [--interval SECONDS]\n"
	"                     [--clients] [--root DIR]\n"
	"       axle-exporter --version | --help\n\n"
	"Accelerators for Prometheus (/metrics) and for people (/), over HTTP.\n\n"
	"  --listen ADDRESS:PORT  up to 8 times; else 127.0.0.1:12610 and\n"
	"                         [::1]:12610, which only this machine reaches\n"
	"  --interval SECONDS     between two looks at the devices, 1 to 60; 1\n"
	"  --clients              metrics for each process, too\n"
	"  --root DIR             look at DIR/sys and DIR/dev\n";

static int fail(const char *what, const char *detail)
{
	fprintf(stderr, "axle-exporter: %s: %s\n", what, detail);
	return -1;
}

static int add_address(struct options *options, const char *text)
{
	if (options->address_count == LISTEN_MAX)
		return fail(text, "there are too many addresses");
	if (listen_parse(text, &options->address[options->address_count]))
		return fail(text, "this is no ADDRESS:PORT; addresses are "
				  "numbers, those of IPv6 in []");
	options->address_count++;
	return 0;
}

static int parse_interval(struct options *options, const char *text)
{
	size_t length = strlen(text);
	int value = length <= 2 ? atoi(text) : 0;

	if (strspn(text, "0123456789") != length || value < 1 || value > 60)
		return fail(text, "the interval is 1 to 60 seconds");
	options->watch.interval_s = (unsigned int)value;
	return 0;
}

/* 1: done; 0: go on; -1: wrong. */
static int parse_options(struct options *options, int argc, char **argv)
{
	static const struct option names[] = {
		{ "listen", required_argument, NULL, 'l' },
		{ "interval", required_argument, NULL, 'i' },
		{ "clients", no_argument, NULL, 'c' },
		{ "root", required_argument, NULL, 'r' },
		{ "version", no_argument, NULL, 'V' },
		{ "help", no_argument, NULL, 'h' },
		{},
	};
	int option, err = 0;

	opterr = 0;
	while (!err &&
	       (option = getopt_long(argc, argv, "hV", names, NULL)) != -1) {
		if (option == 'l')
			err = add_address(options, optarg);
		else if (option == 'i')
			err = parse_interval(options, optarg);
		else if (option == 'c')
			options->watch.clients = true;
		else if (option == 'r')
			options->watch.root = optarg;
		else if (option == 'V')
			return printf("axle-exporter %s\n", axl_version()), 1;
		else if (option == 'h')
			return fputs(usage, stdout), 1;
		else
			err = fail(argv[optind - 1], "what is this?");
	}
	if (!err && optind < argc)
		err = fail(argv[optind], "what is this?");
	return err;
}

static int open_address(struct server *server, struct listen_address address)
{
	char name[LISTEN_NAME];
	int fd, err;

	err = listen_open(&address, &fd);
	if (!err)
		err = server_listen(server, fd, &address);
	listen_name(&address, name);
	if (err)
		fail(name, strerror(-err));
	else
		fprintf(stderr, "axle-exporter: listening on http://%s/\n",
			name);
	return err;
}

/* Machines may have only one of both families. */
static int open_defaults(struct server *server)
{
	static const char *const defaults[] = { "127.0.0.1", "[::1]" };
	int err = -1;

	for (size_t i = 0; i < 2; i++) {
		struct listen_address address;

		listen_parse(defaults[i], &address);
		if (open_address(server, address) == 0)
			err = 0;
	}
	return err;
}

static int open_addresses(struct server *server, const struct options *options)
{
	if (!options->address_count)
		return open_defaults(server);
	for (size_t i = 0; i < options->address_count; i++)
		if (open_address(server, options->address[i]))
			return -1;
	return 0;
}

static int add_source(struct loop *loop, int fd, enum source source)
{
	struct epoll_event event = { .events = EPOLLIN, .data.u32 = source };

	if (fd < 0 || epoll_ctl(loop->epoll, EPOLL_CTL_ADD, fd, &event))
		return fail("cannot wait", strerror(errno));
	return 0;
}

/* From the very start, so that its end is always a clean one. */
static void block_signals(sigset_t *signals)
{
	sigemptyset(signals);
	sigaddset(signals, SIGTERM);
	sigaddset(signals, SIGINT);
	sigprocmask(SIG_BLOCK, signals, NULL);
	signal(SIGPIPE, SIG_IGN);
}

static int add_signals(struct loop *loop)
{
	sigset_t signals;

	block_signals(&signals);
	return add_source(loop, signalfd(-1, &signals, SFD_CLOEXEC),
			  SOURCE_SIGNAL);
}

static int add_timer(struct loop *loop, unsigned int interval_s)
{
	struct itimerspec every = {
		.it_interval.tv_sec = interval_s,
		.it_value.tv_sec = interval_s,
	};

	loop->timer =
		timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (loop->timer >= 0)
		timerfd_settime(loop->timer, 0, &every, NULL);
	return add_source(loop, loop->timer, SOURCE_TIMER);
}

static int add_sources(struct loop *loop)
{
	loop->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (loop->epoll < 0)
		return fail("cannot wait", strerror(errno));
	if (add_signals(loop) ||
	    add_timer(loop, loop->watch->config.interval_s))
		return -1;
	if (watch_fd(loop->watch) >= 0 &&
	    add_source(loop, watch_fd(loop->watch), SOURCE_EVENTS))
		return -1;
	for (size_t i = 0; server_fd(loop->server, i) >= 0; i++)
		if (add_source(loop, server_fd(loop->server, i), SOURCE_SERVER))
			return -1;
	return 0;
}

/* False: it is over. */
static bool handle(struct loop *loop, enum source source)
{
	uint64_t ticks;
	int events = watch_fd(loop->watch);

	switch (source) {
	case SOURCE_SIGNAL:
		return false;
	case SOURCE_TIMER:
		if (read(loop->timer, &ticks, sizeof(ticks)) > 0)
			watch_sample(loop->watch);
		return true;
	case SOURCE_EVENTS:
		if (!watch_events(loop->watch))
			epoll_ctl(loop->epoll, EPOLL_CTL_DEL, events, NULL);
		return true;
	case SOURCE_SERVER:
		return true; /* runs anyway */
	}
	return true;
}

static int run(struct loop *loop)
{
	struct epoll_event ready[16];
	bool go_on = true;

	if (add_sources(loop))
		return EXIT_FAILURE;
	watch_sample(loop->watch);
	while (go_on) {
		int count = epoll_wait(loop->epoll, ready, 16,
				       server_timeout(loop->server));

		if (count < 0 && errno != EINTR)
			return fail("cannot wait", strerror(errno)),
			       EXIT_FAILURE;
		for (int i = 0; i < count; i++)
			go_on = handle(loop, ready[i].data.u32) && go_on;
		server_run(loop->server);
	}
	return EXIT_SUCCESS;
}

static int serve(const struct options *options, struct watch *watch)
{
	struct loop loop = { .watch = watch, .epoll = -1, .timer = -1 };
	struct server_site served = { .answer = site_answer };
	int status = EXIT_FAILURE;
	struct site site;

	served.data = &site;
	if (site_init(&site, watch) == 0 &&
	    server_create(&served, &loop.server) == 0 &&
	    open_addresses(loop.server, options) == 0)
		status = run(&loop);
	server_destroy(loop.server);
	site_release(&site);
	close(loop.timer);
	close(loop.epoll);
	return status;
}

int main(int argc, char **argv)
{
	struct options options = { .watch.interval_s = 1 };
	struct watch *watch;
	sigset_t signals;
	int status = parse_options(&options, argc, argv);

	if (status > 0)
		return EXIT_SUCCESS;
	if (status < 0) {
		fputs("Try: axle-exporter --help\n", stderr);
		return 2;
	}
	block_signals(&signals);
	if (watch_create(&options.watch, &watch))
		return EXIT_FAILURE;
	status = serve(&options, watch);
	watch_destroy(watch);
	return status;
}
