// SPDX-License-Identifier: MIT
#include "devlink.h"

#include <json-c/json.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "uapi.h"

#define FIRMWARE_DIR "/run/axle-firmware"
#define FIRMWARE_PATH "/sys/module/firmware_class/parameters/path"
#define PATIENCE_MS 30000

static bool run(struct devlink *said, const char *arguments)
{
	char command[1024], path[64];
	FILE *file;
	size_t n;

	memset(said, 0, sizeof(*said));
	/* Threads run it, too. */
	snprintf(path, sizeof(path), "/tmp/devlink-%d", gettid());
	snprintf(command, sizeof(command), "devlink %s 2>%s", arguments, path);
	file = popen(command, "r");
	if (!file)
		return false;
	n = fread(said->out, 1, sizeof(said->out) - 1, file);
	said->out[n] = '\0';
	said->status = pclose(file);
	said->status = WIFEXITED(said->status) ? WEXITSTATUS(said->status) : -1;
	uapi_read_line(path, said->error, sizeof(said->error));
	unlink(path);
	said->json = json_tokener_parse(said->out);
	return said->status == 0;
}

bool devlink_run(struct devlink *said, const char *format, ...)
{
	char arguments[512];
	va_list args;

	va_start(args, format);
	vsnprintf(arguments, sizeof(arguments), format, args);
	va_end(args);
	return run(said, arguments);
}

void devlink_free(struct devlink *said)
{
	json_object_put(said->json);
	said->json = NULL;
}

bool devlink_does(const char *format, ...)
{
	struct devlink said;
	char arguments[512];
	va_list args;
	bool ok;

	va_start(args, format);
	vsnprintf(arguments, sizeof(arguments), format, args);
	va_end(args);
	ok = run(&said, arguments);
	devlink_free(&said);
	return ok;
}

static struct json_object *member(struct json_object *of, const char *key)
{
	struct json_object *value = NULL;

	return of && json_object_object_get_ex(of, key, &value) ? value : NULL;
}

static void tell(struct json_object *value, char *to, size_t size)
{
	snprintf(to, size, "%s", value ? json_object_get_string(value) : "");
}

void devlink_info(const char *handle, const char *key, char *value, size_t size)
{
	struct devlink said;

	devlink_run(&said, "-j dev info %s", handle);
	tell(member(member(member(said.json, "info"), handle), key), value,
	     size);
	devlink_free(&said);
}

void devlink_version(const char *handle, const char *kind, const char *name,
		     char *value, size_t size)
{
	struct json_object *versions;
	struct devlink said;

	devlink_run(&said, "-j dev info %s", handle);
	versions =
		member(member(member(said.json, "info"), handle), "versions");
	tell(member(member(versions, kind), name), value, size);
	devlink_free(&said);
}

static void read_health(struct json_object *of, struct devlink_health *health)
{
	const char *state = json_object_get_string(member(of, "state"));

	health->healthy = state && !strcmp(state, "healthy");
	health->errors = json_object_get_int64(member(of, "error"));
	health->recoveries = json_object_get_int64(member(of, "recover"));
	health->auto_recover =
		json_object_get_boolean(member(of, "auto_recover"));
	health->dumped = member(of, "last_dump_date") != NULL;
}

bool devlink_health(const char *handle, const char *reporter,
		    struct devlink_health *health)
{
	struct json_object *list;
	struct devlink said;
	bool found;

	memset(health, 0, sizeof(*health));
	devlink_run(&said, "-j health show %s reporter %s", handle, reporter);
	list = member(member(said.json, "health"), handle);
	found = list && json_object_array_length(list) > 0;
	if (found)
		read_health(json_object_array_get_idx(list, 0), health);
	devlink_free(&said);
	return found;
}

bool devlink_health_wait(const char *handle, const char *reporter, bool healthy,
			 uint64_t errors)
{
	uint64_t end = uapi_now_ms() + PATIENCE_MS;
	struct devlink_health health;

	while (devlink_health(handle, reporter, &health) &&
	       uapi_now_ms() < end) {
		if (health.healthy == healthy && health.errors == errors)
			return true;
		usleep(50000);
	}
	return false;
}

int64_t devlink_diagnose(const char *handle, const char *reporter,
			 const char *key)
{
	struct json_object *value;
	struct devlink said;
	int64_t number = -1;

	devlink_run(&said, "-j health diagnose %s reporter %s", handle,
		    reporter);
	value = member(said.json, key);
	if (value)
		number = json_object_get_int64(value);
	devlink_free(&said);
	return number;
}

bool devlink_firmware(const char *name, const void *data, size_t size)
{
	char path[128];
	FILE *file;
	bool ok;

	mkdir(FIRMWARE_DIR, 0755);
	snprintf(path, sizeof(path), FIRMWARE_DIR "/%s", name);
	file = fopen(path, "w");
	if (!file)
		return false;
	ok = fwrite(data, 1, size, file) == size;
	return fclose(file) == 0 && ok &&
	       uapi_write(FIRMWARE_PATH, FIRMWARE_DIR);
}
