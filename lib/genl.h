/* SPDX-License-Identifier: MIT */
/*
 * Families of generic netlink. An object is used by one thread at a time; it
 * has a socket for requests, and members of groups have one of their own.
 */
#ifndef AXLP_GENL_H
#define AXLP_GENL_H

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <stdint.h>

#define AXLP_GENL_GROUPS 16u

struct axlp_genl_group {
	char name[GENL_NAMSIZ];
	uint32_t id;
};

struct axlp_genl {
	struct mnl_socket *socket;
	uint32_t family; /* changes when its module comes again */
	uint32_t group_count;
	struct axlp_genl_group groups[AXLP_GENL_GROUPS];
	uint32_t sequence;
	char words[160]; /* of the kernel, why it refused; often empty */
	char buffer[32768];
};

/* Attributes of one answer. */
typedef void (*axlp_genl_each)(void *data, uint8_t cmd, const void *attrs,
			       size_t length);

/* -ENOENT: there is no such family, or it is not loaded. */
int axlp_genl_open(const char *family, struct axlp_genl **out);
void axlp_genl_close(struct axlp_genl *genl);
/* A message for the family in the buffer, to which attributes are added. */
struct nlmsghdr *axlp_genl_message(struct axlp_genl *genl, uint8_t cmd,
				   uint8_t version, uint16_t flags);
/* Sends it, and gives all answers away; 0 or the kernel's -errno. */
int axlp_genl_request(struct axlp_genl *genl, struct nlmsghdr *message,
		      axlp_genl_each each, void *data);

/* A socket that does not wait and is in no group yet; -errno. */
int axlp_genl_listen(void);
/* -ENOENT: the family has no such group. -EPERM. */
int axlp_genl_join(const struct axlp_genl *genl, int fd, const char *group);

/*
 * What came from a socket: messages of the family. Any bytes in; those of other
 * families are skipped.
 */
void axlp_genl_walk(uint32_t family, const void *bytes, size_t length,
		    axlp_genl_each each, void *data);

#endif
