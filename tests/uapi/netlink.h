/* SPDX-License-Identifier: MIT */
/*
 * A client of the generic netlink family "axle", for tests; libmnl is what it
 * stands on.
 */
#ifndef AXLE_TESTS_NETLINK_H
#define AXLE_TESTS_NETLINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>

#include <linux/axle_netlink.h>

#define GENL_ANSWER 8192
#define GENL_ATTRS 32

/* An open socket; the family's numbers, and what the kernel said last. */
struct genl {
	struct mnl_socket *socket;
	uint16_t family;
	uint32_t groups[2]; /* devices, jobs */
	uint32_t sequence;
	char why[128]; /* the words of the last error */
};

bool genl_open(struct genl *genl);
void genl_close(struct genl *genl);

/* A copy of a message; the attributes point into it. */
struct genl_answer {
	uint8_t cmd;
	uint16_t flags; /* of struct nlmsghdr */
	const struct nlattr *attrs[GENL_ATTRS];
	char bytes[GENL_ANSWER];
};

/* Integers of 4 or 8 bytes; zero and "" if the attribute is not there. */
uint64_t genl_uint(const struct genl_answer *answer, int attr);
const char *genl_string(const struct genl_answer *answer, int attr);
/* The nest number @n of this type; the attributes inside. */
bool genl_nest(const struct genl_answer *answer, int attr, int n,
	       const struct nlattr *inside[GENL_ATTRS]);
uint64_t genl_inner_uint(const struct nlattr *attr);

/* One device; 0 or a negative errno. */
int genl_get(struct genl *genl, uint8_t cmd, uint32_t index,
	     struct genl_answer *answer);

/* Send these bytes behind the headers and tell what the kernel says. */
int genl_send(struct genl *genl, uint8_t cmd, uint16_t flags, const void *bytes,
	      size_t size);
/* The acknowledgement: 0 or a negative errno. */
int genl_ack(struct genl *genl);

/* Parts of a dump, as many devices as fit; 1: that was the end; or -errno. */
struct genl_dump {
	int count;
	uint32_t index[64];
	bool interrupted;
};

int genl_dump_begin(struct genl *genl, uint8_t cmd);
int genl_dump_part(struct genl *genl, struct genl_dump *dump);
/* All of it; 0 or a negative errno. */
int genl_dump(struct genl *genl, uint8_t cmd, struct genl_dump *dump);

/* 0 or a negative errno. */
int genl_join(struct genl *genl, uint32_t group);
int genl_leave(struct genl *genl, uint32_t group);
/* The next event within so long; false if none comes. */
bool genl_event(struct genl *genl, struct genl_answer *event, int timeout_ms);
/* The next of this type, past others. */
bool genl_event_of(struct genl *genl, struct genl_answer *event, uint32_t type);

#endif
