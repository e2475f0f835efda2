// SPDX-License-Identifier: MIT
/* struct axl_list: a scan that is kept. Never changes once it is made. */
#include "axlp.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct axl_list {
	struct axlp_scan scan;
};

/* Drivers on the kit know better what their device is called. */
static void ask_product(struct axl_system *sys, struct axlp_found *found)
{
	struct axl_identity identity;
	struct axl_device *dev;

	if (found->entry.control_access != AXL_ACCESS_OK)
		return;
	dev = axlp_device_new(sys, found);
	if (!dev)
		return;
	if (axl_device_identity(dev, &identity, sizeof(identity)) == 0 &&
	    identity.product[0])
		memcpy(found->entry.product, identity.product,
		       sizeof(found->entry.product));
	axl_device_close(dev);
}

int axl_list_create(struct axl_system *system, struct axl_list **list)
{
	struct axl_list *new = calloc(1, sizeof(*new));
	int err = -ENOMEM;

	system->error.text[0] = '\0';
	if (new)
		err = axlp_scan_devices(system, &new->scan);
	if (!err)
		err = axlp_scan_pci(system, &new->scan);
	if (!err)
		err = axlp_scan_embedded(&new->scan);
	if (err) {
		axl_list_destroy(new);
		return axlp_fail(&system->error, err, "cannot list devices: %s",
				 axlp_explain(err));
	}
	for (size_t i = 0; i < new->scan.count; i++)
		ask_product(system, &new->scan.found[i]);
	*list = new;
	return 0;
}

void axl_list_destroy(struct axl_list *list)
{
	if (!list)
		return;
	axlp_scan_free(&list->scan);
	free(list);
}

size_t axl_list_count(const struct axl_list *list)
{
	return list->scan.count;
}

const struct axl_entry *axl_list_entry(const struct axl_list *list, size_t i)
{
	return i < list->scan.count ? &list->scan.found[i].entry : NULL;
}
