// SPDX-License-Identifier: MIT
/* The first message: agree on a version and on limits ("VFIO_USER_VERSION"). */
#include "vfu.h"

#include <errno.h>
#include <json-c/json.h>
#include <string.h>

#define JSON_DEPTH 8
#define JSON_MAX 8192

struct limits {
	bool has_fds, has_xfer, has_maps, has_pgsizes, has_multi;
	uint64_t fds, xfer, maps;
};

/* 0 and *has when there is a number that is not negative. */
static int number(struct json_object *caps, const char *name, bool *has,
		  uint64_t *value)
{
	struct json_object *item;

	if (!json_object_object_get_ex(caps, name, &item))
		return 0;
	if (!json_object_is_type(item, json_type_int) ||
	    json_object_get_int64(item) < 0)
		return -EINVAL;
	*has = true;
	if (value)
		*value = (uint64_t)json_object_get_int64(item);
	return 0;
}

static int read_capabilities(struct json_object *root, struct limits *l)
{
	struct json_object *caps, *item;
	int ret;

	if (!json_object_is_type(root, json_type_object))
		return -EINVAL;
	if (!json_object_object_get_ex(root, "capabilities", &caps))
		return 0;
	if (!json_object_is_type(caps, json_type_object))
		return -EINVAL;
	ret = number(caps, "max_msg_fds", &l->has_fds, &l->fds);
	if (!ret)
		ret = number(caps, "max_data_xfer_size", &l->has_xfer,
			     &l->xfer);
	if (!ret)
		ret = number(caps, "max_dma_maps", &l->has_maps, &l->maps);
	if (!ret)
		ret = number(caps, "pgsizes", &l->has_pgsizes, NULL);
	if (!ret && json_object_object_get_ex(caps, "write_multiple", &item)) {
		if (!json_object_is_type(item, json_type_boolean))
			return -EINVAL;
		l->has_multi = json_object_get_boolean(item);
	}
	if (!ret && l->has_xfer && !l->xfer)
		ret = -EINVAL;
	return ret;
}

static int parse(const char *text, size_t size, struct limits *l)
{
	struct json_tokener *tokener;
	struct json_object *root;
	int ret = -EINVAL;

	/* The NUL must be the last byte: nothing is hidden behind it. */
	if (size > JSON_MAX || strnlen(text, size) != size - 1)
		return -EINVAL;
	tokener = json_tokener_new_ex(JSON_DEPTH);
	if (!tokener)
		return -ENOMEM;
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
	root = json_tokener_parse_ex(tokener, text, (int)size);
	if (root && json_tokener_get_error(tokener) == json_tokener_success)
		ret = read_capabilities(root, l);
	json_object_put(root);
	json_tokener_free(tokener);
	return ret;
}

static unsigned int lower(uint64_t a, unsigned int b)
{
	return a < b ? (unsigned int)a : b;
}

/*
 * Only what the client proposed may be in the answer, and no number is higher
 * than its own. So it is never longer than the proposal, which QEMU relies
 * on: its buffer for the answer is the one of its query.
 */
static size_t answer(char *to, size_t room, const struct limits *l)
{
	char caps[256] = "";
	size_t n = 0;

	if (l->has_fds)
		n += (size_t)snprintf(caps + n, sizeof(caps) - n,
				      ",\"max_msg_fds\":%u",
				      lower(l->fds, VFU_MAX_FDS));
	if (l->has_xfer)
		n += (size_t)snprintf(caps + n, sizeof(caps) - n,
				      ",\"max_data_xfer_size\":%u",
				      lower(l->xfer, VFU_MAX_XFER));
	if (l->has_maps)
		n += (size_t)snprintf(caps + n, sizeof(caps) - n,
				      ",\"max_dma_maps\":%u",
				      lower(l->maps, VFU_MAX_MAPS));
	if (l->has_pgsizes)
		n += (size_t)snprintf(caps + n, sizeof(caps) - n,
				      ",\"pgsizes\":4096");
	if (l->has_multi)
		n += (size_t)snprintf(caps + n, sizeof(caps) - n,
				      ",\"write_multiple\":true");
	if (n)
		n = (size_t)snprintf(to, room, "{\"capabilities\":{%s}}",
				     caps + 1);
	else
		n = (size_t)snprintf(to, room, "{}");
	return n + 1;
}

int vfu_version(struct vfu *vfu, struct vfu_message *m)
{
	struct vfu_version version;
	struct limits l = { .fds = 1, .xfer = VFU_MAX_XFER };
	size_t text = m->size - sizeof(version);
	int ret;

	memcpy(&version, m->data, sizeof(version));
	axm_trace(vfu->dev, "version", "major=%u minor=%u", version.major,
		  version.minor);
	if (vfu->negotiated || version.major) {
		/* Another major is another language: no use in going on. */
		vfu->failed = !vfu->negotiated;
		return -EINVAL;
	}
	if (text) {
		ret = parse((const char *)m->data + sizeof(version), text, &l);
		if (ret)
			return ret;
	}
	atomic_store(&vfu->client_fds, l.fds > 0xffff ? 0xffff : l.fds);
	atomic_store(&vfu->client_xfer,
		     l.xfer > VFU_MAX_XFER ? VFU_MAX_XFER : l.xfer);
	vfu->negotiated = true;
	version.minor = 0;
	memcpy(m->reply, &version, sizeof(version));
	m->reply_size = sizeof(version);
	if (text)
		m->reply_size +=
			answer((char *)m->reply + sizeof(version), 512, &l);
	return 0;
}
