// SPDX-License-Identifier: MIT
/*
 * See progress.h. A thread of its own writes the line, as the work that it
 * tells of comes back only when it is done. The lock is for all of the struct.
 */
#include "progress.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define STEP_NS 200000000
#define SECOND_NS 1000000000

struct progress {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	const char *what;
	struct timespec start; /* CLOCK_MONOTONIC, of this task */
	uint64_t done;
	uint64_t total;
	bool shown;
	bool ended;
};

static double seconds_since(const struct timespec *start)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - start->tv_sec) +
	       (double)(now.tv_nsec - start->tv_nsec) / SECOND_NS;
}

static int terminal_columns(void)
{
	struct winsize size;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col < 2)
		return 79;
	return size.ws_col - 1;
}

static void show(struct progress *progress)
{
	double seconds = seconds_since(&progress->start);
	char text[256], so_far[64] = "";

	if (seconds < 1)
		return;
	if (progress->total)
		snprintf(so_far, sizeof(so_far), "%llu of %llu, ",
			 (unsigned long long)progress->done,
			 (unsigned long long)progress->total);
	snprintf(text, sizeof(text), "%s: %s%.0f s", progress->what, so_far,
		 seconds);
	/* Cut, because a line that wraps cannot be taken back. */
	fprintf(stderr, "\r%.*s\033[K", terminal_columns(), text);
	fflush(stderr);
	progress->shown = true;
}

static void *work(void *data)
{
	struct progress *progress = data;

	pthread_mutex_lock(&progress->lock);
	while (!progress->ended) {
		struct timespec until;

		clock_gettime(CLOCK_MONOTONIC, &until);
		until.tv_nsec += STEP_NS;
		if (until.tv_nsec >= SECOND_NS) {
			until.tv_nsec -= SECOND_NS;
			until.tv_sec++;
		}
		pthread_cond_timedwait(&progress->changed, &progress->lock,
				       &until);
		if (!progress->ended)
			show(progress);
	}
	pthread_mutex_unlock(&progress->lock);
	return NULL;
}

static int init(struct progress *progress)
{
	pthread_condattr_t attr;
	int err;

	pthread_mutex_init(&progress->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&progress->changed, &attr);
	pthread_condattr_destroy(&attr);
	err = pthread_create(&progress->thread, NULL, work, progress);
	if (err) {
		pthread_cond_destroy(&progress->changed);
		pthread_mutex_destroy(&progress->lock);
	}
	return err;
}

struct progress *progress_begin(const char *what)
{
	struct progress *progress;

	if (!isatty(STDERR_FILENO))
		return NULL;
	progress = calloc(1, sizeof(*progress));
	if (!progress)
		return NULL;
	progress->what = what;
	clock_gettime(CLOCK_MONOTONIC, &progress->start);
	if (init(progress) != 0) {
		free(progress);
		return NULL;
	}
	return progress;
}

void progress_set(struct progress *progress, uint64_t done, uint64_t total)
{
	if (!progress)
		return;
	pthread_mutex_lock(&progress->lock);
	progress->done = done;
	progress->total = total;
	pthread_mutex_unlock(&progress->lock);
}

void progress_next(struct progress *progress, const char *what)
{
	if (!progress)
		return;
	pthread_mutex_lock(&progress->lock);
	progress->what = what;
	progress->done = 0;
	progress->total = 0;
	clock_gettime(CLOCK_MONOTONIC, &progress->start);
	pthread_mutex_unlock(&progress->lock);
}

void progress_end(struct progress *progress)
{
	if (!progress)
		return;
	pthread_mutex_lock(&progress->lock);
	progress->ended = true;
	pthread_cond_signal(&progress->changed);
	pthread_mutex_unlock(&progress->lock);
	pthread_join(progress->thread, NULL);
	if (progress->shown) {
		fputs("\r\033[K", stderr);
		fflush(stderr);
	}
	pthread_cond_destroy(&progress->changed);
	pthread_mutex_destroy(&progress->lock);
	free(progress);
}
