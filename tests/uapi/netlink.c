// SPDX-License-Identifier: MIT
/*
 * Requests, dumps and events of the family "axle". One request is under way at
 * a time; a socket that has joined a group is not used for requests.
 */
#include "netlink.h"

#include <errno.h>
#include <linux/netlink.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "uapi.h"

#define WAIT_MS 10000

static int keep_attribute(const struct nlattr *attr, void *data)
{
	const struct nlattr **attrs = data;
	int type = mnl_attr_get_type(attr);

	/* Of those that come several times, the first. */
	if (type < GENL_ATTRS && !attrs[type])
		attrs[type] = attr;
	return MNL_CB_OK;
}

static void keep_answer(const struct nlmsghdr *message,
			struct genl_answer *answer)
{
	const struct nlmsghdr *copy = (const void *)answer->bytes;
	const struct genlmsghdr *header;

	memset(answer, 0, sizeof(*answer));
	if (message->nlmsg_len > sizeof(answer->bytes))
		return;
	memcpy(answer->bytes, message, message->nlmsg_len);
	header = mnl_nlmsg_get_payload(copy);
	answer->cmd = header->cmd;
	answer->flags = copy->nlmsg_flags;
	mnl_attr_parse(copy, sizeof(*header), keep_attribute, answer->attrs);
}

uint64_t genl_inner_uint(const struct nlattr *attr)
{
	if (!attr)
		return 0;
	if (mnl_attr_get_payload_len(attr) == sizeof(uint64_t))
		return mnl_attr_get_u64(attr);
	return mnl_attr_get_u32(attr);
}

uint64_t genl_uint(const struct genl_answer *answer, int attr)
{
	return genl_inner_uint(answer->attrs[attr]);
}

const char *genl_string(const struct genl_answer *answer, int attr)
{
	return answer->attrs[attr] ? mnl_attr_get_str(answer->attrs[attr]) : "";
}

bool genl_nest(const struct genl_answer *answer, int type, int n,
	       const struct nlattr *inside[GENL_ATTRS])
{
	const struct nlmsghdr *message = (const void *)answer->bytes;
	const struct nlattr *attr;

	memset(inside, 0, GENL_ATTRS * sizeof(*inside));
	mnl_attr_for_each(attr, message, sizeof(struct genlmsghdr))
	{
		if (mnl_attr_get_type(attr) != type || n--)
			continue;
		return mnl_attr_parse_nested(attr, keep_attribute, inside) >= 0;
	}
	return false;
}

static int keep_words(const struct nlattr *attr, void *data)
{
	struct genl *genl = data;

	if (mnl_attr_get_type(attr) == NLMSGERR_ATTR_MSG)
		snprintf(genl->why, sizeof(genl->why), "%s",
			 mnl_attr_get_str(attr));
	return MNL_CB_OK;
}

/* What an acknowledgement, or the end of a dump, says. */
static int error_of(struct genl *genl, const struct nlmsghdr *message)
{
	const int *error = mnl_nlmsg_get_payload(message);
	size_t skip = sizeof(*error);

	genl->why[0] = '\0';
	if (message->nlmsg_type == NLMSG_ERROR)
		skip = sizeof(struct nlmsgerr);
	if (message->nlmsg_flags & NLM_F_ACK_TLVS)
		mnl_attr_parse(message, skip, keep_words, genl);
	return *error;
}

int genl_send(struct genl *genl, uint8_t cmd, uint16_t flags, const void *bytes,
	      size_t size)
{
	static __thread char buffer[1 << 17];
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	struct genlmsghdr *header;

	if (size > sizeof(buffer) - 64)
		return -E2BIG;
	message->nlmsg_type = genl->family;
	message->nlmsg_flags = NLM_F_REQUEST | flags;
	message->nlmsg_seq = ++genl->sequence;
	header = mnl_nlmsg_put_extra_header(message, sizeof(*header));
	header->cmd = cmd;
	header->version = AXLE_GENL_VERSION;
	memcpy(mnl_nlmsg_get_payload_tail(message), bytes, size);
	message->nlmsg_len += size;
	if (mnl_socket_sendto(genl->socket, message, message->nlmsg_len) < 0)
		return -errno;
	return 0;
}

static ssize_t receive(struct genl *genl, char *buffer, size_t size, int wait)
{
	struct pollfd ready = { mnl_socket_get_fd(genl->socket), POLLIN, 0 };
	ssize_t got;

	if (poll(&ready, 1, wait) != 1)
		return -ETIMEDOUT;
	got = mnl_socket_recvfrom(genl->socket, buffer, size);
	return got < 0 ? -errno : got;
}

int genl_ack(struct genl *genl)
{
	char buffer[GENL_ANSWER];
	const struct nlmsghdr *message = (const void *)buffer;
	ssize_t got;

	do {
		got = receive(genl, buffer, sizeof(buffer), WAIT_MS);
		if (got < 0)
			return got;
	} while (message->nlmsg_type != NLMSG_ERROR ||
		 message->nlmsg_seq != genl->sequence);
	return error_of(genl, message);
}

int genl_get(struct genl *genl, uint8_t cmd, uint32_t index,
	     struct genl_answer *answer)
{
	const struct {
		struct nlattr attr;
		uint32_t index;
	} bytes = { { sizeof(bytes), AXLE_A_DEV_INDEX }, index };
	char buffer[GENL_ANSWER];
	const struct nlmsghdr *message = (const void *)buffer;
	int err = genl_send(genl, cmd, NLM_F_ACK, &bytes, sizeof(bytes));
	ssize_t got;

	if (err)
		return err;
	got = receive(genl, buffer, sizeof(buffer), WAIT_MS);
	if (got < 0)
		return got;
	if (message->nlmsg_type == NLMSG_ERROR)
		return error_of(genl, message);
	keep_answer(message, answer);
	return genl_ack(genl);
}

int genl_dump_begin(struct genl *genl, uint8_t cmd)
{
	return genl_send(genl, cmd, NLM_F_DUMP, "", 0);
}

int genl_dump_part(struct genl *genl, struct genl_dump *dump)
{
	char buffer[GENL_ANSWER];
	const struct nlmsghdr *message = (const void *)buffer;
	struct genl_answer answer;
	ssize_t got = receive(genl, buffer, sizeof(buffer), WAIT_MS);
	int left = got;
	int err;

	if (got < 0)
		return got;
	for (; mnl_nlmsg_ok(message, left);
	     message = mnl_nlmsg_next(message, &left)) {
		if (message->nlmsg_flags & NLM_F_DUMP_INTR)
			dump->interrupted = true;
		if (message->nlmsg_type == NLMSG_DONE ||
		    message->nlmsg_type == NLMSG_ERROR) {
			err = error_of(genl, message);
			return err ? err : 1;
		}
		keep_answer(message, &answer);
		if (dump->count < 64)
			dump->index[dump->count++] =
				genl_uint(&answer, AXLE_A_DEV_INDEX);
	}
	return 0;
}

int genl_dump(struct genl *genl, uint8_t cmd, struct genl_dump *dump)
{
	int result = genl_dump_begin(genl, cmd);

	memset(dump, 0, sizeof(*dump));
	while (!result)
		result = genl_dump_part(genl, dump);
	return result < 0 ? result : 0;
}

static void keep_group(struct genl *genl, const struct nlattr *nest)
{
	const struct nlattr *inside[GENL_ATTRS] = { NULL };
	const char *name;
	uint32_t id;

	mnl_attr_parse_nested(nest, keep_attribute, inside);
	if (!inside[CTRL_ATTR_MCAST_GRP_NAME] ||
	    !inside[CTRL_ATTR_MCAST_GRP_ID])
		return;
	name = mnl_attr_get_str(inside[CTRL_ATTR_MCAST_GRP_NAME]);
	id = mnl_attr_get_u32(inside[CTRL_ATTR_MCAST_GRP_ID]);
	if (strcmp(name, AXLE_GENL_GROUP_DEVICES) == 0)
		genl->groups[0] = id;
	else if (strcmp(name, AXLE_GENL_GROUP_JOBS) == 0)
		genl->groups[1] = id;
}

/* Asks the family of families. */
static bool find_family(struct genl *genl)
{
	char buffer[GENL_ANSWER];
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	struct genlmsghdr *header;
	struct genl_answer answer;
	const struct nlattr *nest;

	message->nlmsg_type = GENL_ID_CTRL;
	message->nlmsg_flags = NLM_F_REQUEST;
	message->nlmsg_seq = ++genl->sequence;
	header = mnl_nlmsg_put_extra_header(message, sizeof(*header));
	header->cmd = CTRL_CMD_GETFAMILY;
	header->version = 1;
	mnl_attr_put_strz(message, CTRL_ATTR_FAMILY_NAME, AXLE_GENL_NAME);
	if (mnl_socket_sendto(genl->socket, message, message->nlmsg_len) < 0 ||
	    receive(genl, buffer, sizeof(buffer), WAIT_MS) < 0 ||
	    message->nlmsg_type == NLMSG_ERROR)
		return false;
	keep_answer(message, &answer);
	genl->family = mnl_attr_get_u16(answer.attrs[CTRL_ATTR_FAMILY_ID]);
	mnl_attr_for_each_nested(nest, answer.attrs[CTRL_ATTR_MCAST_GROUPS])
		keep_group(genl, nest);
	return genl->groups[0] && genl->groups[1];
}

bool genl_open(struct genl *genl)
{
	int yes = 1;

	memset(genl, 0, sizeof(*genl));
	genl->socket = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	if (!genl->socket)
		return false;
	mnl_socket_setsockopt(genl->socket, NETLINK_EXT_ACK, &yes, sizeof(yes));
	mnl_socket_setsockopt(genl->socket, NETLINK_CAP_ACK, &yes, sizeof(yes));
	if (mnl_socket_bind(genl->socket, 0, MNL_SOCKET_AUTOPID) == 0 &&
	    find_family(genl))
		return true;
	genl_close(genl);
	return false;
}

void genl_close(struct genl *genl)
{
	mnl_socket_close(genl->socket);
	genl->socket = NULL;
}

int genl_join(struct genl *genl, uint32_t group)
{
	return mnl_socket_setsockopt(genl->socket, NETLINK_ADD_MEMBERSHIP,
				     &group, sizeof(group)) ?
		       -errno :
		       0;
}

int genl_leave(struct genl *genl, uint32_t group)
{
	return mnl_socket_setsockopt(genl->socket, NETLINK_DROP_MEMBERSHIP,
				     &group, sizeof(group)) ?
		       -errno :
		       0;
}

/* A socket that could not hold all says so once; the gap in the numbers stays. */
bool genl_event(struct genl *genl, struct genl_answer *event, int timeout_ms)
{
	char buffer[GENL_ANSWER];
	const struct nlmsghdr *message = (const void *)buffer;
	ssize_t got;

	do {
		got = receive(genl, buffer, sizeof(buffer), timeout_ms);
	} while (got == -ENOBUFS);
	if (got < 0 || message->nlmsg_type != genl->family)
		return false;
	keep_answer(message, event);
	return event->cmd == AXLE_CMD_EVENT_NTF;
}

bool genl_event_of(struct genl *genl, struct genl_answer *event, uint32_t type)
{
	uint64_t end = uapi_now_ms() + WAIT_MS;

	while (uapi_now_ms() < end) {
		if (!genl_event(genl, event, WAIT_MS))
			return false;
		if (genl_uint(event, AXLE_A_EVENT_TYPE) == type)
			return true;
	}
	return false;
}
