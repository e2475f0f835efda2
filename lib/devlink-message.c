// SPDX-License-Identifier: MIT
/* devlink's messages by their tables. */
#include "axlp.h"
#include "devlink-message.h"
#include "netlink.h"

#include <linux/devlink.h>
#include <string.h>

#define MEMBER(type, member) (((struct type *)0)->member)
#define FIELD_TEXT(type, attr_, member)            \
	{ .attr = (attr_),                         \
	  .kind = AXLP_TEXT,                       \
	  .offset = offsetof(struct type, member), \
	  .size = sizeof(MEMBER(type, member)) }
#define FIELD_U64(type, attr_, member) \
	{ .attr = (attr_),             \
	  .kind = AXLP_U64,            \
	  .offset = offsetof(struct type, member) }
#define VERSIONS(attr_, member)                                        \
	{ .attr = (attr_),                                             \
	  .kind = AXLP_ARRAY,                                          \
	  .offset = offsetof(struct axlp_devlink_info, member),        \
	  .size = sizeof(struct axlp_version),                         \
	  .room = AXLP_VERSIONS_MAX,                                   \
	  .count = offsetof(struct axlp_devlink_info, member##_count), \
	  .shape = &version_shape }

static const struct axlp_field version_fields[] = {
	FIELD_TEXT(axlp_version, DEVLINK_ATTR_INFO_VERSION_NAME, name),
	FIELD_TEXT(axlp_version, DEVLINK_ATTR_INFO_VERSION_VALUE, value),
};

static const struct axlp_shape version_shape = AXLP_SHAPE(version_fields);

static const struct axlp_field info_fields[] = {
	FIELD_TEXT(axlp_devlink_info, DEVLINK_ATTR_INFO_SERIAL_NUMBER, serial),
	FIELD_TEXT(axlp_devlink_info, DEVLINK_ATTR_INFO_BOARD_SERIAL_NUMBER,
		   board_serial),
	VERSIONS(DEVLINK_ATTR_INFO_VERSION_FIXED, fixed),
	VERSIONS(DEVLINK_ATTR_INFO_VERSION_RUNNING, running),
	VERSIONS(DEVLINK_ATTR_INFO_VERSION_STORED, stored),
};

static const struct axlp_shape info_shape = AXLP_SHAPE(info_fields);

static const struct axlp_field status_fields[] = {
	FIELD_TEXT(axlp_flash_status, DEVLINK_ATTR_BUS_NAME, bus),
	FIELD_TEXT(axlp_flash_status, DEVLINK_ATTR_DEV_NAME, device),
	FIELD_TEXT(axlp_flash_status, DEVLINK_ATTR_FLASH_UPDATE_STATUS_MSG,
		   message),
	FIELD_TEXT(axlp_flash_status, DEVLINK_ATTR_FLASH_UPDATE_COMPONENT,
		   component),
	FIELD_U64(axlp_flash_status, DEVLINK_ATTR_FLASH_UPDATE_STATUS_DONE,
		  done),
	FIELD_U64(axlp_flash_status, DEVLINK_ATTR_FLASH_UPDATE_STATUS_TOTAL,
		  total),
};

static const struct axlp_shape status_shape = AXLP_SHAPE(status_fields);

void axlp_parse_devlink_info(const void *attrs, size_t length,
			     struct axlp_devlink_info *out)
{
	memset(out, 0, sizeof(*out));
	axlp_decode(&info_shape, attrs, length, out);
}

void axlp_parse_flash_status(const void *attrs, size_t length,
			     struct axlp_flash_status *out)
{
	memset(out, 0, sizeof(*out));
	axlp_decode(&status_shape, attrs, length, out);
}
