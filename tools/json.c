// SPDX-License-Identifier: MIT
/*
 * JSON output. The schema is in axle-list(1) and axle-info(1): keys are only
 * added within a schema version; what is not known is null.
 */
#include "tool.h"

#include <inttypes.h>
#include <json-c/json.h>

#define SCHEMA_VERSION 1

struct json_object *json_document(void)
{
	struct json_object *document = json_object_new_object();

	json_object_object_add(document, "schema",
			       json_object_new_int(SCHEMA_VERSION));
	return document;
}

struct json_object *json_u32(uint32_t value)
{
	return value == AXL_UNKNOWN_32 ? NULL : json_object_new_int64(value);
}

struct json_object *json_u64(uint64_t value)
{
	return value == AXL_UNKNOWN_64 ? NULL : json_object_new_uint64(value);
}

struct json_object *json_text(const char *text)
{
	return text[0] ? json_object_new_string(text) : NULL;
}

/* Identifiers are hexadecimal text without prefix, as lspci prints them. */
static struct json_object *json_hex(uint32_t value, int digits)
{
	char text[16];

	snprintf(text, sizeof(text), "%0*" PRIx32, digits, value);
	return json_object_new_string(text);
}

static struct json_object *json_pci(const struct axl_entry *entry)
{
	struct json_object *pci;

	if (entry->bus != AXL_BUS_PCI)
		return NULL;
	pci = json_object_new_object();
	json_object_object_add(pci, "vendor", json_hex(entry->pci_vendor, 4));
	json_object_object_add(pci, "device", json_hex(entry->pci_device, 4));
	json_object_object_add(pci, "subsystem_vendor",
			       json_hex(entry->pci_subsystem_vendor, 4));
	json_object_object_add(pci, "subsystem_device",
			       json_hex(entry->pci_subsystem_device, 4));
	json_object_object_add(pci, "class", json_hex(entry->pci_class, 6));
	json_object_object_add(pci, "revision",
			       json_hex(entry->pci_revision, 2));
	return pci;
}

static struct json_object *json_capabilities(const struct axl_entry *entry)
{
	struct json_object *words = json_object_new_array();
	const char *name;

	for (unsigned int i = 0; (name = axl_capability_name(i)); i++)
		if (entry->capabilities & 1u << i)
			json_object_array_add(words,
					      json_object_new_string(name));
	return words;
}

static struct json_object *json_access(const struct axl_entry *entry)
{
	struct json_object *access = json_object_new_object();

	json_object_object_add(
		access, "compute",
		json_object_new_string(axl_access_name(entry->access)));
	json_object_object_add(
		access, "control",
		json_object_new_string(axl_access_name(entry->control_access)));
	return access;
}

static struct json_object *json_numa(int32_t node)
{
	return node < 0 ? NULL : json_object_new_int(node);
}

struct json_object *json_entry(const struct axl_entry *entry)
{
	struct json_object *out = json_object_new_object();

	json_object_object_add(
		out, "kind",
		json_object_new_string(axl_kind_name(entry->kind)));
	json_object_object_add(out, "name", json_text(entry->name));
	json_object_object_add(out, "alias", json_text(entry->alias));
	json_object_object_add(out, "product", json_text(entry->product));
	json_object_object_add(out, "driver", json_text(entry->driver));
	json_object_object_add(out, "module", json_text(entry->module));
	json_object_object_add(out, "provider", json_text(entry->provider));
	json_object_object_add(out, "capabilities", json_capabilities(entry));
	json_object_object_add(out, "access", json_access(entry));
	json_object_object_add(out, "bus", json_text(axl_bus_name(entry->bus)));
	json_object_object_add(out, "bus_address",
			       json_text(entry->bus_address));
	json_object_object_add(out, "pci", json_pci(entry));
	json_object_object_add(out, "numa_node", json_numa(entry->numa_node));
	return out;
}

void json_print(struct json_object *document)
{
	puts(json_object_to_json_string_ext(
		document, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED |
				  JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(document);
}
