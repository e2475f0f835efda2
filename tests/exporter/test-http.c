// SPDX-License-Identifier: MIT
/*
 * axle-exporter over HTTP, by raw sockets: what it answers, and that nobody can
 * keep it from answering others. The variable AXLE_EXPORTER names the program,
 * which has the made-up monitor in it.
 */
#include "tap.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ANSWER (1 << 20)
#define HOST "Host: localhost\r\n"

struct exporter {
	pid_t pid;
	int messages;
	int port;
	char answer[ANSWER + 1]; /* of the last ask() */
};

static struct exporter *start(const char *monitor)
{
	static struct exporter exporter;
	char line[128] = "", *port;
	int ends[2];
	size_t used = 0;

	if (pipe2(ends, O_CLOEXEC))
		return NULL;
	exporter.pid = fork();
	if (exporter.pid == 0) {
		setenv("FAKE_MONITOR", monitor, 1);
		dup2(ends[1], STDERR_FILENO);
		execl(getenv("AXLE_EXPORTER"), "axle-exporter", "--listen",
		      "127.0.0.1:0", NULL);
		_exit(127);
	}
	close(ends[1]);
	exporter.messages = ends[0];
	/* Other lines may come before; the port is the last of its line. */
	while (used < sizeof(line) - 1 && read(ends[0], line + used, 1) == 1) {
		if (line[used++] != '\n')
			continue;
		line[used] = 0;
		used = 0;
		port = strrchr(line, ':');
		if (!port || !strstr(line, "http://"))
			continue;
		exporter.port = atoi(port + 1);
		return &exporter;
	}
	return NULL;
}

/* The exit status; -1 if it did not end well. */
static int stop(struct exporter *exporter)
{
	int status;

	kill(exporter->pid, SIGTERM);
	for (int i = 0; i < 500; i++) {
		if (waitpid(exporter->pid, &status, WNOHANG) != 0) {
			close(exporter->messages);
			return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
		}
		usleep(10000);
	}
	kill(exporter->pid, SIGKILL);
	waitpid(exporter->pid, &status, 0);
	close(exporter->messages);
	return -1;
}

static int dial(const struct exporter *exporter)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons((in_port_t)exporter->port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (connect(fd, (struct sockaddr *)&address, sizeof(address))) {
		close(fd);
		return -1;
	}
	return fd;
}

/* Until it is closed, or for so many ms. The bytes, or -1 if it stayed open. */
static ssize_t read_all(int fd, char *out, size_t size, int ms)
{
	size_t used = 0;

	while (used < size) {
		struct pollfd wait = { .fd = fd, .events = POLLIN };
		ssize_t got;

		if (poll(&wait, 1, ms) != 1)
			return -1;
		got = read(fd, out + used, size - used);
		if (got <= 0)
			break;
		used += (size_t)got;
	}
	out[used] = 0;
	return (ssize_t)used;
}

/* Status of the answer; 0 if there was none, -1 if it stayed open. */
static int ask_bytes(struct exporter *exporter, const void *bytes, size_t size)
{
	int fd = dial(exporter), status = 0;
	ssize_t got;

	if (fd < 0)
		return 0;
	/* It may close before it has all. */
	if (send(fd, bytes, size, MSG_NOSIGNAL) >= 0)
		shutdown(fd, SHUT_WR);
	got = read_all(fd, exporter->answer, ANSWER, 15000);
	close(fd);
	if (got < 0)
		return -1;
	sscanf(exporter->answer, "HTTP/1.%*d %d", &status);
	return status;
}

static int ask(struct exporter *exporter, const char *request)
{
	return ask_bytes(exporter, request, strlen(request));
}

static int get(struct exporter *exporter, const char *path)
{
	char request[256];

	snprintf(request, sizeof(request),
		 "GET %s HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n", path);
	return ask(exporter, request);
}

static double metric(struct exporter *exporter, const char *name)
{
	char *at;

	if (get(exporter, "/metrics") != 200)
		return -1;
	at = strstr(exporter->answer, name);
	while (at && (at[-1] != '\n' || at[strlen(name)] != ' '))
		at = strstr(at + 1, name);
	return at ? atof(at + strlen(name)) : -1;
}

struct path_row {
	const char *path;
	int status;
	const char *has;
};

static void each_path_has_its_answer(void)
{
	static const struct path_row rows[] = {
		{ "/", 200, "Content-Type: text/html; charset=utf-8\r\n" },
		{ "/", 200, "Content-Security-Policy: default-src 'none';" },
		{ "/metrics", 200,
		  "Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n" },
		{ "/metrics", 200, "\naxle_device_up{device=\"accel1\"} 1\n" },
		{ "/metrics?x=y", 200, "\naxle_device_up" },
		{ "/api/live.json", 200, "Content-Type: application/json\r\n" },
		{ "/api/live.json?since=0", 200, "\"since\":0," },
		{ "/api/live.json?since=-1", 400, "" },
		{ "/api/live.json?since=1x", 400, "" },
		{ "/api/live.json?since", 200, "" },
		{ "/metrics/", 404, "/api/live.json here.\n" },
		{ "/../../etc/passwd", 404, "" },
		{ "/%2e%2e/etc/passwd", 404, "" },
		{ "//metrics", 404, "" },
		{ "/metrics%0a", 404, "" },
	};
	struct exporter *exporter = start("devices=2");

	TAP_REQUIRE(exporter);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bool ok =
			TAP_EQUAL(get(exporter, rows[i].path), rows[i].status);

		if (!TAP_CHECK(strstr(exporter->answer, rows[i].has)) || !ok)
			tap_note("the path was %s", rows[i].path);
	}
	TAP_EQUAL(stop(exporter), 0);
}

static void head_is_get_without_a_body(void)
{
	struct exporter *exporter = start("devices=2");
	char *length;

	TAP_REQUIRE(exporter);
	TAP_EQUAL(ask(exporter,
		      "HEAD / HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n"),
		  200);
	length = strstr(exporter->answer, "Content-Length: ");
	TAP_CHECK(length && atoi(length + 16) > 10000);
	TAP_CHECK(strlen(exporter->answer) < 2000);
	TAP_EQUAL(stop(exporter), 0);
}

static void other_methods_are_refused(void)
{
	static const char *const methods[] = {
		"POST",	   "PUT",   "DELETE",  "PATCH", "OPTIONS",
		"CONNECT", "TRACE", "METRICS", "get",
	};
	struct exporter *exporter = start("devices=2");

	TAP_REQUIRE(exporter);
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		char request[256];

		snprintf(request, sizeof(request),
			 "%s /metrics HTTP/1.1\r\n" HOST
			 "Content-Length: 3\r\n\r\nabc",
			 methods[i]);
		if (!TAP_EQUAL(ask(exporter, request), 405))
			tap_note("the method was %s", methods[i]);
		TAP_CHECK(strstr(exporter->answer, "\nAllow: GET, HEAD\r\n"));
	}
	TAP_EQUAL(stop(exporter), 0);
}

struct request_row {
	const char *request;
	int status;
};

static void requests_that_are_not_right_are_refused(void)
{
	static const struct request_row rows[] = {
		{ "GET /metrics HTTP/1.1\r\n" HOST
		  "Content-Length: 3\r\n\r\nabc",
		  413 },
		{ "GET /metrics HTTP/1.1\r\n" HOST
		  "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
		  413 },
		{ "GET /metrics HTTP/1.1\r\n\r\n", 400 },
		{ "GET /metrics HTTP/1.0\r\n\r\n", 200 },
		{ "GET /metrics HTTP/1.1\r\nHost: somebody.example\r\n\r\n",
		  421 },
		{ "GET /metrics HTTP/1.1\r\nHost: 127.0.0.1:1\r\n"
		  "Connection: close\r\n\r\n",
		  200 },
		{ "GET /metrics HTTP/1.1\r\nHost: [::1]\r\n"
		  "Connection: close\r\n\r\n",
		  200 },
		{ "GET /metrics\r\n\r\n", 0 },
		{ "GET\r\n\r\n", 0 },
		{ "\r\n\r\n\r\n\r\n", 0 },
		{ "GET /metrics HTTP/9.9\r\n" HOST "\r\n", 0 },
		{ "GET /metrics HTTP/1.1\r\nno colon\r\n\r\n", 0 },
		{ "GET /metrics HTTP/1.1\r\n" HOST, 0 },
	};
	struct exporter *exporter = start("devices=2");

	TAP_REQUIRE(exporter);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int status = ask(exporter, rows[i].request);

		/* Of what is no HTTP, any refusal will do. */
		if (rows[i].status ? !TAP_EQUAL(status, rows[i].status) :
				     !TAP_CHECK(status != 200 && status >= 0))
			tap_note("%d for the request %s", status,
				 rows[i].request);
	}
	TAP_EQUAL(get(exporter, "/metrics"), 200);
	TAP_EQUAL(stop(exporter), 0);
}

static void headers_that_are_too_long_are_refused(void)
{
	static char request[1 << 20];
	struct exporter *exporter = start("devices=2");
	static const char *const begins[] = {
		"GET /metrics HTTP/1.1\r\n" HOST "X: ",
		"GET /",
		"GET /metrics?",
		"GET /api/live.json?since=",
		"",
	};

	TAP_REQUIRE(exporter);
	for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]); i++) {
		int status;

		memset(request, '1', sizeof(request));
		memcpy(request, begins[i], strlen(begins[i]));
		status = ask_bytes(exporter, request, sizeof(request));
		if (!TAP_CHECK(status == 0 || status >= 400))
			tap_note("%d for %s", status, begins[i]);
	}
	/* Many short ones, too. */
	memcpy(request, begins[0], strlen(begins[0]));
	for (size_t i = strlen(begins[0]); i + 8 < sizeof(request); i += 8)
		memcpy(request + i, "\r\nab: 1x", 8);
	TAP_CHECK(ask_bytes(exporter, request, sizeof(request)) != 200);
	TAP_EQUAL(get(exporter, "/metrics"), 200);
	TAP_EQUAL(stop(exporter), 0);
}

/* Does not wait for what garbage may be waited for. */
static void send_garbage(const struct exporter *exporter, unsigned int *seed)
{
	unsigned char bytes[4096];
	size_t size = 16 + (size_t)rand_r(seed) % (sizeof(bytes) - 16);
	struct pollfd wait = { .fd = dial(exporter), .events = POLLIN };

	for (size_t i = 0; i < size; i++)
		bytes[i] = (unsigned char)rand_r(seed);
	if (rand_r(seed) % 3 == 0)
		memcpy(bytes, "GET / HTTP/1.1\r\n", 16);
	send(wait.fd, bytes, size, MSG_NOSIGNAL);
	poll(&wait, 1, 5);
	close(wait.fd);
}

static void garbage_does_no_harm(void)
{
	struct exporter *exporter = start("devices=2");
	unsigned int seed = 1;

	TAP_REQUIRE(exporter);
	for (int i = 0; i < 500; i++)
		send_garbage(exporter, &seed);
	TAP_EQUAL(get(exporter, "/metrics"), 200);
	TAP_EQUAL(stop(exporter), 0);
}

static int count_answers(const char *answers)
{
	int count = 0;

	while ((answers = strstr(answers, "HTTP/1.1 200 OK\r\n"))) {
		answers++;
		count++;
	}
	return count;
}

static void a_connection_serves_many_requests(void)
{
	static const char one[] = "HEAD /metrics HTTP/1.1\r\n" HOST "\r\n";
	struct exporter *exporter = start("devices=2");
	char requests[40 * sizeof(one)] = "";

	TAP_REQUIRE(exporter);
	for (int i = 0; i < 39; i++)
		strcat(requests, one);
	strcat(requests,
	       "HEAD / HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n");
	TAP_EQUAL(ask(exporter, requests), 200);
	TAP_EQUAL(count_answers(exporter->answer), 40);
	TAP_EQUAL(stop(exporter), 0);
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int count_files(const struct exporter *exporter)
{
	char path[64];
	int count = 0;

	for (int fd = 0; fd < 2048; fd++) {
		snprintf(path, sizeof(path), "/proc/%d/fd/%d", exporter->pid,
			 fd);
		count += faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW) ==
			 0;
	}
	return count;
}

/*
 * One sends a byte now and then, one asks for much and does not read, one says
 * nothing. Their sockets are counted in the exporter: what one does not read
 * hides from it that the connection has ended.
 */
static void slow_clients_have_ten_seconds(void)
{
	static const char slowly[] = "GET / HTTP/1.1\r\nHost: localhost\r\nX: "
				     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
	static const char much[] = "GET / HTTP/1.1\r\n" HOST "\r\n";
	struct exporter *exporter = start("devices=2");
	int64_t begin = now_ms(), gone = 0;
	int fds[3], before;
	size_t sent = 0;

	TAP_REQUIRE(exporter);
	TAP_EQUAL(get(exporter, "/metrics"), 200); /* it has begun */
	usleep(500000);
	before = count_files(exporter);
	for (size_t i = 0; i < 3; i++)
		fds[i] = dial(exporter);
	for (int i = 0; i < 200; i++)
		send(fds[1], much, strlen(much), MSG_NOSIGNAL);
	usleep(300000);
	TAP_EQUAL(count_files(exporter), before + 3);
	while (now_ms() - begin < 15000 && !gone) {
		if (sent < strlen(slowly) &&
		    send(fds[0], slowly + sent, 1, MSG_NOSIGNAL) == 1)
			sent++;
		/* The others are served all the time. */
		if (!TAP_EQUAL(get(exporter, "/metrics"), 200))
			break;
		usleep(300000);
		if (count_files(exporter) == before)
			gone = now_ms() - begin;
	}
	TAP_CHECK(gone > 9000 && gone < 13500);
	tap_note("gone after %lld ms", (long long)gone);
	for (size_t i = 0; i < 3; i++)
		close(fds[i]);
	TAP_EQUAL(stop(exporter), 0);
}

#define MANY 1000

static bool allow_many_files(void)
{
	struct rlimit limit;

	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
	return limit.rlim_cur > MANY + 100;
}

/* connect() itself would wait where the kernel's queue is full. */
static int dial_later(const struct exporter *exporter)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons((in_port_t)exporter->port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd >= 0)
		connect(fd, (struct sockaddr *)&address, sizeof(address));
	return fd;
}

static void a_thousand_silent_connections_keep_nobody_out(void)
{
	struct exporter *exporter = start("devices=2");
	static int fds[MANY];
	int64_t begin;

	if (!allow_many_files())
		TAP_SKIP("too few files are allowed here");
	TAP_REQUIRE(exporter);
	for (int i = 0; i < MANY; i++)
		fds[i] = dial_later(exporter);
	usleep(100000);
	TAP_CHECK(count_files(exporter) < 64 + 32);
	begin = now_ms();
	TAP_EQUAL(get(exporter, "/metrics"), 200);
	tap_note("served after %lld ms", (long long)(now_ms() - begin));
	TAP_CHECK(now_ms() - begin < 8000);
	for (int i = 0; i < MANY; i++)
		close(fds[i]);
	TAP_EQUAL(get(exporter, "/metrics"), 200);
	TAP_EQUAL(stop(exporter), 0);
}

static void a_thousand_scrapes_at_once_are_all_answered(void)
{
	static const char request[] = "GET /metrics HTTP/1.1\r\n" HOST
				      "Connection: close\r\n\r\n";
	struct exporter *exporter = start("devices=2");
	static int fds[MANY];
	int answered = 0;

	if (!allow_many_files())
		TAP_SKIP("too few files are allowed here");
	TAP_REQUIRE(exporter);
	for (int i = 0; i < MANY; i++) {
		struct pollfd wait = { .events = POLLOUT };

		fds[i] = wait.fd = dial_later(exporter);
		/* Where the queue is full, the kernel tries again after 1 s. */
		if (poll(&wait, 1, 5000) == 1)
			send(fds[i], request, strlen(request), MSG_NOSIGNAL);
	}
	for (int i = 0; i < MANY; i++) {
		read_all(fds[i], exporter->answer, ANSWER, 10000);
		answered += !strncmp(exporter->answer, "HTTP/1.1 200", 12);
		close(fds[i]);
	}
	/* Who is late with its request may have had to go. */
	TAP_CHECK(answered > MANY * 9 / 10);
	tap_note("%d of %d", answered, MANY);
	TAP_EQUAL(get(exporter, "/metrics"), 200);
	TAP_EQUAL(stop(exporter), 0);
}

static void scrapes_share_one_sample_a_second(void)
{
	struct exporter *exporter = start("devices=2");
	int64_t begin = now_ms();
	double before, after;
	int scrapes = 0;

	TAP_REQUIRE(exporter);
	before = metric(exporter, "axle_exporter_samples_total");
	TAP_CHECK(before >= 1);
	for (; now_ms() - begin < 2500; scrapes++)
		get(exporter, "/metrics");
	after = metric(exporter, "axle_exporter_samples_total");
	TAP_CHECK(after >= before + 1 && after <= before + 4);
	TAP_CHECK(scrapes > 20);
	tap_note("%d scrapes, %.0f samples", scrapes, after - before);
	TAP_EQUAL(stop(exporter), 0);
}

static void devices_that_cannot_be_looked_at_are_not_told(void)
{
	struct exporter *exporter = start("devices=2 fail=1 deaf=1");

	TAP_REQUIRE(exporter);
	usleep(1200000);
	TAP_CHECK(metric(exporter, "axle_exporter_sample_failures_total") >= 2);
	TAP_EQUAL(metric(exporter, "axle_exporter_samples_total"), 0);
	TAP_CHECK(!strstr(exporter->answer, "axle_device_up{"));
	/* Nobody can tell how many there were. */
	TAP_CHECK(!strstr(exporter->answer, "axle_events_total"));
	TAP_EQUAL(get(exporter, "/api/live.json"), 200);
	TAP_CHECK(strstr(exporter->answer, "\"events_known\":false"));
	TAP_EQUAL(stop(exporter), 0);
}

static void events_arrive_in_both(void)
{
	struct exporter *exporter = start("devices=2 events=5");

	TAP_REQUIRE(exporter);
	usleep(1500000);
	TAP_EQUAL(metric(exporter, "axle_events_total{device=\"accel0\","
				   "type=\"thermal\"}"),
		  1);
	TAP_EQUAL(metric(exporter, "axle_events_total{device=\"accel1\","
				   "type=\"reset\"}"),
		  1);
	TAP_EQUAL(get(exporter, "/api/live.json"), 200);
	TAP_CHECK(strstr(exporter->answer, "\"text\":\"firmware 1.1.0 runs\""));
	TAP_EQUAL(stop(exporter), 0);
}

static void it_ends_at_once_with_open_connections(void)
{
	struct exporter *exporter = start("devices=2");
	int64_t begin;
	int fds[10];

	TAP_REQUIRE(exporter);
	for (int i = 0; i < 10; i++) {
		fds[i] = dial(exporter);
		send(fds[i], "GET / HTTP/1.1\r\n", 8, MSG_NOSIGNAL);
	}
	begin = now_ms();
	TAP_EQUAL(stop(exporter), 0);
	TAP_CHECK(now_ms() - begin < 3000);
	for (int i = 0; i < 10; i++)
		close(fds[i]);
}

static const struct tap_case cases[] = {
	{ "each path has its answer", each_path_has_its_answer },
	{ "HEAD is GET without a body", head_is_get_without_a_body },
	{ "other methods are refused", other_methods_are_refused },
	{ "requests that are not right are refused",
	  requests_that_are_not_right_are_refused },
	{ "headers that are too long are refused",
	  headers_that_are_too_long_are_refused },
	{ "garbage does no harm", garbage_does_no_harm },
	{ "a connection serves many requests",
	  a_connection_serves_many_requests },
	{ "slow clients have ten seconds", slow_clients_have_ten_seconds },
	{ "a thousand silent connections keep nobody out",
	  a_thousand_silent_connections_keep_nobody_out },
	{ "a thousand scrapes at once are all answered",
	  a_thousand_scrapes_at_once_are_all_answered },
	{ "scrapes share one sample a second",
	  scrapes_share_one_sample_a_second },
	{ "devices that cannot be looked at are not told",
	  devices_that_cannot_be_looked_at_are_not_told },
	{ "events arrive in both", events_arrive_in_both },
	{ "it ends at once with open connections",
	  it_ends_at_once_with_open_connections },
};
TAP_MAIN(cases)
