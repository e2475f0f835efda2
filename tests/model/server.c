// SPDX-License-Identifier: MIT
/*
 * A server in a thread of the test, so that sanitizers see both sides and the
 * test can count descriptors.
 */
#include "client.h"
#include "models.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static int set_up(struct server *s)
{
	struct axm_device_config config = {
		.ops = s->ops ? s->ops : axm_model_find("testdev"),
		.opts = &s->opt,
		.nr_opts = s->opt.name ? 1 : 0,
		.bus_ops = &vfu_bus_ops,
		.trace = s->trace,
	};
	int ret = axm_loop_create(&s->loop);

	if (!ret)
		ret = vfu_create(s->loop, &s->vfu);
	config.bus = s->vfu;
	config.loop = s->loop;
	if (!ret)
		ret = axm_device_create(&config, &s->dev);
	if (!ret)
		ret = vfu_attach(s->vfu, s->dev);
	if (!ret && s->control_path)
		ret = axm_control_create(s->loop, s->dev, &s->control);
	if (!ret && s->control_path)
		ret = axm_control_listen(s->control, s->control_path);
	if (!ret)
		ret = s->path ? vfu_listen(s->vfu, s->path) :
				vfu_serve(s->vfu, s->fd);
	return ret;
}

static void *run(void *arg)
{
	struct server *s = arg;

	s->result = set_up(s);
	pthread_barrier_wait(&s->ready);
	if (!s->result)
		axm_loop_run(s->loop);
	axm_control_destroy(s->control);
	if (s->dev) {
		vfu_detach(s->vfu);
		axm_device_destroy(s->dev);
	}
	if (s->vfu)
		vfu_destroy(s->vfu);
	if (s->loop)
		axm_loop_destroy(s->loop);
	return NULL;
}

int server_start(struct server *s)
{
	int ret;

	pthread_barrier_init(&s->ready, NULL, 2);
	ret = pthread_create(&s->thread, NULL, run, s);
	if (ret)
		return -ret;
	pthread_barrier_wait(&s->ready);
	return s->result;
}

void server_stop(struct server *s)
{
	if (!s->result && s->path)
		axm_loop_stop(s->loop);
	pthread_join(s->thread, NULL);
	pthread_barrier_destroy(&s->ready);
	if (s->path)
		unlink(s->path);
}
