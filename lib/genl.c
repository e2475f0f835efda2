// SPDX-License-Identifier: MIT
/* Generic netlink by libmnl; see genl.h. */
#include "axlp.h"
#include "genl.h"
#include "netlink.h"
#include "sysfs.h"

#include <errno.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

/* The kernel works inside of the call that sends; the answer is there then. */
#define PATIENCE_S 10
/* Events that wait while nobody reads. */
#define LISTEN_BYTES (1 << 20)

struct family {
	uint32_t id; /* 16 bits there, a number of its own in a message */
	uint32_t count;
	struct axlp_genl_group groups[AXLP_GENL_GROUPS];
};

static const struct axlp_field group_fields[] = {
	{ .attr = CTRL_ATTR_MCAST_GRP_NAME,
	  .kind = AXLP_TEXT,
	  .offset = offsetof(struct axlp_genl_group, name),
	  .size = GENL_NAMSIZ },
	{ .attr = CTRL_ATTR_MCAST_GRP_ID,
	  .kind = AXLP_U32,
	  .offset = offsetof(struct axlp_genl_group, id) },
};

static const struct axlp_shape group_shape = AXLP_SHAPE(group_fields);

/* The groups of a family are nests numbered from 1. */
static void take_groups(struct family *out, const struct nlattr *groups)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, groups)
	{
		if (out->count == AXLP_GENL_GROUPS)
			return;
		axlp_decode(&group_shape, mnl_attr_get_payload(attr),
			    mnl_attr_get_payload_len(attr),
			    &out->groups[out->count++]);
	}
}

static void take_family(void *data, uint8_t cmd, const void *attrs,
			size_t length)
{
	struct family *out = data;
	const struct nlattr *attr;

	mnl_attr_for_each_payload(attrs, length)
	{
		if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID &&
		    mnl_attr_get_payload_len(attr) == sizeof(uint16_t))
			out->id = mnl_attr_get_u16(attr);
		if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GROUPS)
			take_groups(out, attr);
	}
}

static int find_family(struct axlp_genl *genl, const char *name)
{
	struct family found = { 0 };
	struct nlmsghdr *message;
	int err;

	genl->family = GENL_ID_CTRL;
	message = axlp_genl_message(genl, CTRL_CMD_GETFAMILY, 1, 0);
	mnl_attr_put_strz(message, CTRL_ATTR_FAMILY_NAME, name);
	err = axlp_genl_request(genl, message, take_family, &found);
	if (err)
		return err;
	if (found.id < GENL_MIN_ID)
		return -ENOENT;
	genl->family = found.id;
	genl->group_count = found.count;
	memcpy(genl->groups, found.groups, sizeof(genl->groups));
	return 0;
}

static void set_options(struct mnl_socket *socket)
{
	const struct timeval patience = { .tv_sec = PATIENCE_S };
	int one = 1;

	/* Both help, and do not matter if they fail. */
	mnl_socket_setsockopt(socket, NETLINK_EXT_ACK, &one, sizeof(one));
	setsockopt(mnl_socket_get_fd(socket), SOL_SOCKET, SO_RCVTIMEO,
		   &patience, sizeof(patience));
}

int axlp_genl_open(const char *family, struct axlp_genl **out)
{
	struct axlp_genl *genl = calloc(1, sizeof(*genl));
	int err;

	if (!genl)
		return -ENOMEM;
	genl->socket = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	if (!genl->socket ||
	    mnl_socket_bind(genl->socket, 0, MNL_SOCKET_AUTOPID)) {
		err = -errno;
		goto fail;
	}
	set_options(genl->socket);
	genl->sequence = (uint32_t)time(NULL);
	err = find_family(genl, family);
	if (err)
		goto fail;
	*out = genl;
	return 0;
fail:
	axlp_genl_close(genl);
	return err;
}

void axlp_genl_close(struct axlp_genl *genl)
{
	if (!genl)
		return;
	if (genl->socket)
		mnl_socket_close(genl->socket);
	free(genl);
}

struct nlmsghdr *axlp_genl_message(struct axlp_genl *genl, uint8_t cmd,
				   uint8_t version, uint16_t flags)
{
	struct nlmsghdr *message = mnl_nlmsg_put_header(genl->buffer);
	struct genlmsghdr *header;

	message->nlmsg_type = (uint16_t)genl->family;
	message->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
	message->nlmsg_seq = ++genl->sequence;
	header = mnl_nlmsg_put_extra_header(message, sizeof(*header));
	header->cmd = cmd;
	header->version = version;
	return message;
}

/* The kernel's words are behind the header of the message that it refused. */
static void take_words(struct axlp_genl *genl, const struct nlmsghdr *message,
		       const struct nlmsgerr *error)
{
	static const struct axlp_field fields[] = {
		{ .attr = NLMSGERR_ATTR_MSG,
		  .kind = AXLP_TEXT,
		  .size = sizeof(((struct axlp_genl *)0)->words) },
	};
	static const struct axlp_shape shape = AXLP_SHAPE(fields);
	size_t length = mnl_nlmsg_get_payload_len(message);
	size_t skip = sizeof(*error);

	if (!(message->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	/* With NLM_F_CAPPED, only the header of the message is there. */
	if (!(message->nlmsg_flags & NLM_F_CAPPED) &&
	    error->msg.nlmsg_len >= sizeof(struct nlmsghdr))
		skip += MNL_ALIGN(error->msg.nlmsg_len) -
			sizeof(struct nlmsghdr);
	if (skip < length)
		axlp_decode(&shape, (const char *)error + skip, length - skip,
			    genl->words);
}

/* 0: more is to come. 1: it was the last. */
static int take_answer(struct axlp_genl *genl, const struct nlmsghdr *message,
		       axlp_genl_each each, void *data)
{
	const struct genlmsghdr *header = mnl_nlmsg_get_payload(message);
	const struct nlmsgerr *error = mnl_nlmsg_get_payload(message);
	size_t length = mnl_nlmsg_get_payload_len(message);

	if (message->nlmsg_seq != genl->sequence)
		return 0;
	if (message->nlmsg_type == NLMSG_ERROR) {
		if (length < sizeof(*error))
			return -EIO;
		take_words(genl, message, error);
		return error->error < 0 ? error->error : 1;
	}
	/* An error that a dump ends with is there. */
	if (message->nlmsg_type == NLMSG_DONE)
		return length >= sizeof(int) && *(const int *)header < 0 ?
			       *(const int *)header :
			       1;
	if (message->nlmsg_type == genl->family && length >= sizeof(*header) &&
	    each)
		each(data, header->cmd, header + 1, length - GENL_HDRLEN);
	return 0;
}

/*
 * The first of these bytes' messages, NULL if there is no whole one; *size is
 * what it takes, its padding included. (mnl_nlmsg_ok() takes a length of more
 * than INT_MAX for a small one.)
 */
static const struct nlmsghdr *message_at(const void *bytes, size_t left,
					 size_t *size)
{
	const struct nlmsghdr *message = bytes;

	if (left < sizeof(*message) || message->nlmsg_len < sizeof(*message) ||
	    message->nlmsg_len > left)
		return NULL;
	*size = MNL_ALIGN((size_t)message->nlmsg_len);
	if (*size > left)
		*size = left;
	return message;
}

static int receive(struct axlp_genl *genl, axlp_genl_each each, void *data)
{
	const struct nlmsghdr *message;
	size_t at, size;
	int err = 0;
	ssize_t n;

	while (!err) {
		n = mnl_socket_recvfrom(genl->socket, genl->buffer,
					sizeof(genl->buffer));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN ? -EIO : -errno;
		for (at = 0; !err; at += size) {
			message = message_at(genl->buffer + at, (size_t)n - at,
					     &size);
			if (!message)
				break;
			err = take_answer(genl, message, each, data);
		}
	}
	return err < 0 ? err : 0;
}

int axlp_genl_request(struct axlp_genl *genl, struct nlmsghdr *message,
		      axlp_genl_each each, void *data)
{
	genl->words[0] = '\0';
	if (mnl_socket_sendto(genl->socket, message, message->nlmsg_len) < 0)
		return -errno;
	return receive(genl, each, data);
}

int axlp_genl_listen(void)
{
	struct sockaddr_nl address = { .nl_family = AF_NETLINK };
	int size = LISTEN_BYTES;
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
			NETLINK_GENERIC);

	if (fd < 0)
		return -errno;
	/* As far as net.core.rmem_max lets this user. */
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	size = -errno;
	close(fd);
	return size;
}

int axlp_genl_join(const struct axlp_genl *genl, int fd, const char *group)
{
	for (uint32_t i = 0; i < genl->group_count; i++) {
		uint32_t id = genl->groups[i].id;

		if (strcmp(genl->groups[i].name, group) != 0)
			continue;
		return setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &id,
				  sizeof(id)) ?
			       -errno :
			       0;
	}
	return -ENOENT;
}

void axlp_genl_walk(uint32_t family, const void *bytes, size_t length,
		    axlp_genl_each each, void *data)
{
	const struct nlmsghdr *message;
	size_t size;

	while ((message = message_at(bytes, length, &size))) {
		const struct genlmsghdr *header =
			mnl_nlmsg_get_payload(message);
		size_t payload = message->nlmsg_len - NLMSG_HDRLEN;

		if (message->nlmsg_type == family && payload >= GENL_HDRLEN)
			each(data, header->cmd, header + 1,
			     payload - GENL_HDRLEN);
		bytes = (const char *)bytes + size;
		length -= size;
	}
}
