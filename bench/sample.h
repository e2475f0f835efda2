/* SPDX-License-Identifier: MIT */
/* What the measuring programs share: a clock, order among samples, an ioctl. */
#ifndef BENCH_SAMPLE_H
#define BENCH_SAMPLE_H

#include <stddef.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <time.h>

static inline double now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static inline int sample_compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Sorts them. */
static inline double sample_median(double *samples, size_t count)
{
	qsort(samples, count, sizeof(*samples), sample_compare);
	return samples[count / 2];
}

/* struct drm_version of <drm/drm.h>, which not every system has. */
struct sample_version {
	int number[3];
	struct {
		size_t length;
		char *text;
	} name, date, description;
};

/* The emptiest of DRM's calls: the driver's version, into no room. */
static inline int sample_ioctl(int fd)
{
	struct sample_version version = { 0 };

	return ioctl(fd, _IOWR('d', 0, struct sample_version), &version);
}

#endif
