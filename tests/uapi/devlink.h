/* SPDX-License-Identifier: MIT */
/* The stock tool "devlink" of iproute2, and firmware files for it. */
#ifndef AXLE_TESTS_DEVLINK_H
#define AXLE_TESTS_DEVLINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_object;

/* What one run of it said. */
struct devlink {
	int status; /* exit status, or -1 */
	char out[16384];
	char error[512];
	struct json_object *json; /* of out, or NULL */
};

/* "devlink" with these arguments; whether it succeeded. Free it in any case. */
bool devlink_run(struct devlink *said, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void devlink_free(struct devlink *said);
/* The same, and only whether it succeeded. */
bool devlink_does(const char *format, ...)
	__attribute__((format(printf, 1, 2)));

/* "dev info" of BUS/NAME: a member, or a version ("running", "fw"); or "". */
void devlink_info(const char *handle, const char *key, char *value,
		  size_t size);
void devlink_version(const char *handle, const char *kind, const char *name,
		     char *value, size_t size);

/* "health show" of a reporter; false if there is none. */
struct devlink_health {
	bool healthy;
	uint64_t errors;
	uint64_t recoveries;
	bool auto_recover;
	bool dumped; /* there is a dump */
};

bool devlink_health(const char *handle, const char *reporter,
		    struct devlink_health *health);
/* Wait until it is @healthy and has seen so many errors. */
bool devlink_health_wait(const char *handle, const char *reporter, bool healthy,
			 uint64_t errors);
/* A number of "health diagnose"; -1 if it is not there. */
int64_t devlink_diagnose(const char *handle, const char *reporter,
			 const char *key);

/* Write a file where the kernel looks for firmware from now on. */
bool devlink_firmware(const char *name, const void *data, size_t size);

#endif
