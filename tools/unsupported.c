// SPDX-License-Identifier: MIT
/* What to say of a network that cannot be had: all that is not supported. */
#include "network.h"

#include <errno.h>
#include <json-c/json.h>

static void print_json(const char *path, const struct axt_report *list)
{
	struct json_object *document = json_document();
	struct json_object *issues = json_object_new_array();

	for (size_t i = 0; i < list->count; i++) {
		const struct axt_issue *issue = &list->issues[i];
		struct json_object *out = json_object_new_object();

		json_object_object_add(out, "node", json_text(issue->node));
		json_object_object_add(out, "operation", json_text(issue->op));
		json_object_object_add(out, "opset",
				       json_object_new_int64(issue->opset));
		json_object_object_add(out, "reason", json_text(issue->reason));
		json_object_array_add(issues, out);
	}
	json_object_object_add(document, "file", json_text(path));
	json_object_object_add(document, "unsupported", issues);
	json_object_object_add(document, "left_out",
			       json_object_new_uint64(list->left_out));
	json_print(document);
}

static void print_text(const struct axt_report *list)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct axt_issue *issue = &list->issues[i];

		report("node \"%s\": %s (opset %lld): %s", issue->node,
		       issue->op, (long long)issue->opset, issue->reason);
	}
	if (list->left_out)
		report("and %zu more", list->left_out);
}

enum status network_failed(const char *path, const struct network *network,
			   int err, const struct why *why, bool json)
{
	const struct axt_report *list = &network->report;
	size_t count = list->count + list->left_out;

	if (err != -EOPNOTSUPP) {
		report("%s: %s", path, why->text);
		return STATUS_FAILURE;
	}
	if (json)
		print_json(path, list);
	print_text(list);
	if (count)
		report("%s: %zu node%s not supported", path, count,
		       count == 1 ? " is" : "s are");
	else
		report("%s: %s", path, why->text);
	return STATUS_UNSUPPORTED;
}
