// SPDX-License-Identifier: MIT
/*
 * netlink-fuzz [--seconds N] [--seed N]: random messages to the netlink family
 * "axle", and broken ones that were in order, while devices come and go, meet
 * errors and are reset. Runs in a virtual machine with the test device.
 *
 * Whatever is sent, answers are well-formed and errors are those that netlink
 * or the family's header knows; and afterwards all is as before.
 */
#include <errno.h>
#include <getopt.h>
#include <linux/netlink.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <drm/axle_drm.h>

#include "fuzz.h"
#include "netlink.h"
#include "uapi.h"

#define THREADS 3
#define MORE 12 /* devices besides the first */
#define MESSAGE_MAX 40000
#define DRIVER "/sys/bus/platform/drivers/axle_mock/"

struct shared {
	uint64_t seed;
	uint64_t end_ms;
	atomic_ullong sent;
	atomic_ullong answers;
	atomic_int broken;
};

struct sender {
	struct shared *shared;
	struct rng rng;
	struct genl genl;
	char message[MESSAGE_MAX];
};

static void complain(struct shared *shared, const char *what, int number)
{
	if (atomic_fetch_add(&shared->broken, 1) < 20)
		printf("# %s: %d\n", what, number);
}

static bool error_is_known(int error)
{
	static const int errors[] = {
		0,     EINVAL, ENODEV,	EOPNOTSUPP, ENOMEM,   EPERM,
		EBUSY, ENOENT, ENOBUFS, ERANGE,	    EMSGSIZE,
	};

	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		if (error == -errors[i])
			return true;
	return false;
}

/* The attributes fill the message, and their first one is the index. */
static bool attributes_fit(const struct nlmsghdr *message)
{
	const struct nlattr *attr =
		mnl_nlmsg_get_payload_offset(message, GENL_HDRLEN);
	int left = (int)mnl_nlmsg_get_payload_len(message) - GENL_HDRLEN;

	if (left <= 0 || mnl_attr_get_type(attr) != AXLE_A_DEV_INDEX)
		return false;
	for (; mnl_attr_ok(attr, left); attr = mnl_attr_next(attr))
		left -= MNL_ALIGN(attr->nla_len);
	return left == 0;
}

static void check_answer(struct sender *s, const struct nlmsghdr *message)
{
	const struct nlmsgerr *error = mnl_nlmsg_get_payload(message);

	atomic_fetch_add(&s->shared->answers, 1);
	if (message->nlmsg_type == NLMSG_ERROR && !error_is_known(error->error))
		complain(s->shared, "an error that nobody knows", error->error);
	if (message->nlmsg_type == s->genl.family && !attributes_fit(message))
		complain(s->shared, "an answer that is not well-formed",
			 message->nlmsg_len);
}

/* Some are left unread, so that a socket is full or a dump does not end. */
static void drain(struct sender *s)
{
	char buffer[32768];
	const struct nlmsghdr *message;
	int left;

	while (!rng_one_in(&s->rng, 16)) {
		left = recv(mnl_socket_get_fd(s->genl.socket), buffer,
			    sizeof(buffer), MSG_DONTWAIT);
		if (left <= 0)
			return;
		message = (const void *)buffer;
		for (; mnl_nlmsg_ok(message, left);
		     message = mnl_nlmsg_next(message, &left))
			check_answer(s, message);
		if (left)
			complain(s->shared, "bytes behind the answers", left);
	}
}

static size_t add_attribute(struct sender *s, size_t at)
{
	struct nlattr *attr = (void *)(s->message + at);
	size_t size = rng_below(&s->rng, 16);

	if (rng_one_in(&s->rng, 4))
		size = sizeof(uint32_t);
	if (rng_one_in(&s->rng, 64))
		size = rng_below(&s->rng, MESSAGE_MAX / 2);
	if (at + NLA_HDRLEN + NLA_ALIGN(size) > MESSAGE_MAX)
		return at;
	attr->nla_type = rng_below(&s->rng, 4);
	if (rng_one_in(&s->rng, 8))
		attr->nla_type = rng_wild(&s->rng);
	attr->nla_len = NLA_HDRLEN + size;
	if (rng_one_in(&s->rng, 16))
		attr->nla_len = rng_wild(&s->rng);
	for (size_t i = 0; i < size; i++)
		s->message[at + NLA_HDRLEN + i] = rng_next(&s->rng);
	if (size == sizeof(uint32_t) && !rng_one_in(&s->rng, 4))
		*(uint32_t *)(attr + 1) = rng_below(&s->rng, MORE + 3);
	return at + NLA_HDRLEN + NLA_ALIGN(size);
}

/*
 * Only for our family: others would take orders. The length is never less than
 * what is sent, or the rest would be another message, for anybody.
 */
static size_t make_message(struct sender *s)
{
	static const uint16_t flags[] = {
		NLM_F_ACK, NLM_F_DUMP, NLM_F_ECHO, NLM_F_ROOT, NLM_F_MATCH,
	};
	struct nlmsghdr *header = (void *)s->message;
	struct genlmsghdr *genl = (void *)(header + 1);
	size_t size = NLMSG_HDRLEN + GENL_HDRLEN;

	memset(header, 0, size);
	header->nlmsg_type = s->genl.family;
	header->nlmsg_flags = NLM_F_REQUEST;
	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (rng_one_in(&s->rng, 3))
			header->nlmsg_flags |= flags[i];
	header->nlmsg_seq = rng_next(&s->rng);
	genl->cmd = rng_below(&s->rng, 6);
	genl->version = AXLE_GENL_VERSION;
	if (rng_one_in(&s->rng, 8))
		genl->cmd = rng_next(&s->rng);
	if (rng_one_in(&s->rng, 8))
		genl->reserved = rng_next(&s->rng);
	for (uint32_t n = rng_below(&s->rng, 4); n > 0; n--)
		size = add_attribute(s, size);
	if (rng_one_in(&s->rng, 8) && size > NLMSG_HDRLEN + GENL_HDRLEN)
		s->message[NLMSG_HDRLEN +
			   rng_below(&s->rng, size - NLMSG_HDRLEN)] ^=
			1 << rng_below(&s->rng, 8);
	header->nlmsg_len = size;
	if (rng_one_in(&s->rng, 16))
		size -= rng_below(&s->rng, size - NLMSG_HDRLEN);
	return size;
}

static void step(struct sender *s)
{
	uint32_t group = s->genl.groups[rng_below(&s->rng, 2)];
	size_t size;

	switch (rng_below(&s->rng, 64)) {
	case 0:
		genl_join(&s->genl, group);
		return;
	case 1:
		genl_leave(&s->genl, group);
		return;
	case 2:
		genl_close(&s->genl);
		if (!genl_open(&s->genl))
			abort();
		return;
	}
	size = make_message(s);
	if (send(mnl_socket_get_fd(s->genl.socket), s->message, size,
		 MSG_DONTWAIT) >= 0)
		atomic_fetch_add(&s->shared->sent, 1);
	drain(s);
}

static void *send_all(void *arg)
{
	struct sender *s = arg;

	while (uapi_now_ms() < s->shared->end_ms)
		step(s);
	return NULL;
}

static void write_device(const char *file, uint32_t device)
{
	char path[96], name[32];

	snprintf(path, sizeof(path), DRIVER "%s", file);
	snprintf(name, sizeof(name), "axle_mock.%u", device);
	uapi_write(path, name);
}

static void inject(struct rng *rng)
{
	char path[96], line[64];

	snprintf(path, sizeof(path),
		 "/sys/kernel/debug/accel/axle_mock.%u/ras_inject",
		 rng_below(rng, MORE));
	snprintf(line, sizeof(line), "%s %scorrected %u",
		 rng_one_in(rng, 2) ? "memory" : "link",
		 rng_one_in(rng, 2) ? "un" : "", rng_below(rng, 1 << 22));
	uapi_write(path, line);
}

static void reset(struct rng *rng)
{
	struct drm_axle_reset args = { 0 };
	int fd = uapi_open_control(rng_below(rng, MORE + 1));

	if (fd < 0)
		return;
	ioctl(fd, DRM_IOCTL_AXLE_RESET, &args);
	close(fd);
}

static void open_and_close(struct rng *rng)
{
	int fd = uapi_open_compute(rng_below(rng, MORE + 1));

	if (fd >= 0)
		close(fd);
}

static void *disturb(void *arg)
{
	struct shared *shared = arg;
	struct rng rng = rng_seed(shared->seed, THREADS);
	uint32_t device;

	while (uapi_now_ms() < shared->end_ms) {
		device = rng_below(&rng, MORE);
		if (rng_one_in(&rng, 4)) {
			write_device("unbind", device);
			write_device("bind", device);
		}
		inject(&rng);
		reset(&rng);
		open_and_close(&rng);
	}
	return NULL;
}

static int verdict(int number, bool ok, const char *sentence)
{
	printf("%s %d - %s\n", ok ? "ok" : "not ok", number, sentence);
	return !ok;
}

static bool all_is_as_before(void)
{
	struct genl_dump dump;
	struct genl genl;
	bool ok;

	if (!genl_open(&genl))
		return false;
	ok = genl_dump(&genl, AXLE_CMD_TELEMETRY_GET, &dump) == 0 &&
	     dump.count == MORE + 1 && !dump.interrupted;
	genl_close(&genl);
	return ok;
}

static int fuzz(struct shared *shared)
{
	static struct sender senders[THREADS];
	pthread_t threads[THREADS + 1];
	int failed;

	for (int i = 0; i < THREADS; i++) {
		senders[i].shared = shared;
		senders[i].rng = rng_seed(shared->seed, i);
		if (!genl_open(&senders[i].genl))
			return 1;
		pthread_create(&threads[i], NULL, send_all, &senders[i]);
	}
	pthread_create(&threads[THREADS], NULL, disturb, shared);
	for (int i = 0; i <= THREADS; i++)
		pthread_join(threads[i], NULL);
	for (int i = 0; i < THREADS; i++)
		genl_close(&senders[i].genl);
	printf("# seed %llu: %llu messages, %llu answers\n",
	       (unsigned long long)shared->seed, atomic_load(&shared->sent),
	       atomic_load(&shared->answers));
	failed = verdict(1, atomic_load(&shared->answers) > 0,
			 "random messages are answered");
	failed |= verdict(2, !atomic_load(&shared->broken),
			  "answers and errors are as netlink has them");
	failed |=
		verdict(3, all_is_as_before(), "all devices answer afterwards");
	return failed;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "seconds", required_argument, NULL, 's' },
		{ "seed", required_argument, NULL, 'r' },
		{ 0 },
	};
	struct shared shared = { .seed = 1 };
	unsigned int seconds = 15;
	int failed, opt;

	while ((opt = getopt_long(argc, argv, "", options, NULL)) >= 0) {
		if (opt == 's')
			seconds = atoi(optarg);
		else if (opt == 'r')
			shared.seed = strtoull(optarg, NULL, 0);
		else
			return 2;
	}
	printf("1..4\n");
	if (uapi_shell("modprobe axle_mock more=%d", MORE))
		return 1;
	shared.end_ms = uapi_now_ms() + seconds * 1000ull;
	failed = fuzz(&shared);
	failed |= verdict(4, uapi_shell("rmmod axle_mock axle") == 0,
			  "the modules unload");
	return failed;
}
