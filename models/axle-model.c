// SPDX-License-Identifier: MIT
/* axle-model: one process, one emulated PCIe function, spoken to in vfio-user. */
#include "models.h"
#include "common/control.h"
#include "common/device.h"
#include "common/loop.h"
#include "common/sigbus.h"
#include "common/trace.h"
#include "common/vfu.h"

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define EXIT_USAGE 2

struct args {
	const struct axm_device_ops *ops;
	const char *socket, *trace, *control;
	int fd, control_fd; /* -1: none */
	int number;
	struct axm_option opt[AXM_OPTS];
	unsigned int nr_opts;
};

struct server {
	struct axm_loop *loop;
	struct axm_trace *trace;
	struct vfu *vfu;
	struct axm_device *dev;
	struct axm_control *control;
	struct axm_source signals;
};

static const char usage[] =
	"Usage: axle-model DEVICE --socket PATH|--fd N [OPTION...]\n"
	"       axle-model --list\n"
	"\n"
	"Emulate one PCIe device and serve it to a virtual machine monitor in\n"
	"the vfio-user protocol.\n"
	"\n"
	"  --socket PATH     listen at PATH; serve one client after the other\n"
	"  --fd N            serve the connected socket N, and end with it\n"
	"  --opt KEY=VALUE   set an option of the device; may be repeated\n"
	"  --number N        which of the machine's devices it is (1), which its\n"
	"                    serial number ends with\n"
	"  --trace FILE      write a line per event to FILE; - is stderr\n"
	"  --control PATH    listen at PATH for commands that inject faults\n"
	"  --control-fd N    take commands from the connected socket N\n"
	"  --list            list the devices and their options\n"
	"  --help            show this text\n"
	"\n"
	"Exit status: 0 after SIGTERM, SIGINT or the end of --fd; 1 if the\n"
	"device or a socket cannot be set up; 2 for wrong usage.\n";

static int bad_usage(const char *what, const char *which)
{
	fprintf(stderr, "axle-model: %s%s%s\n", what, which ? ": " : "",
		which ? which : "");
	fputs("Try \"axle-model --help\".\n", stderr);
	return EXIT_USAGE;
}

static void list_models(void)
{
	const struct axm_device_ops *const *m;
	const struct axm_opt_desc *o;

	for (m = axm_models(); *m; m++) {
		printf("%s - %s\n", (*m)->name, (*m)->summary);
		for (o = (*m)->opts; o && o->name; o++)
			printf("  --opt %s=VALUE  %s\n", o->name, o->help);
	}
}

static int take_opt(struct args *a, char *text)
{
	char *equals = strchr(text, '=');

	if (!equals || equals == text)
		return bad_usage("--opt needs KEY=VALUE", text);
	if (a->nr_opts == AXM_OPTS)
		return bad_usage("too many --opt", NULL);
	*equals = '\0';
	a->opt[a->nr_opts].name = text;
	a->opt[a->nr_opts++].value = equals + 1;
	return 0;
}

static int take_number(int *out, const char *option, const char *text)
{
	char *end;
	long n;

	errno = 0;
	n = strtol(text, &end, 10);
	if (errno || *end || end == text || n < 0 || n > 0x7fffffff)
		return bad_usage(option, text);
	*out = (int)n;
	return 0;
}

static int check(const struct args *a)
{
	if (!a->ops)
		return bad_usage("no device named", NULL);
	if (!a->socket == (a->fd < 0))
		return bad_usage("one of --socket and --fd is needed", NULL);
	return 0;
}

/* 0: go on; -1: done; else the exit status. */
static int parse(int argc, char **argv, struct args *a)
{
	static const struct option options[] = {
		{ "socket", required_argument, NULL, 's' },
		{ "fd", required_argument, NULL, 'f' },
		{ "opt", required_argument, NULL, 'o' },
		{ "number", required_argument, NULL, 'n' },
		{ "trace", required_argument, NULL, 't' },
		{ "control", required_argument, NULL, 'c' },
		{ "control-fd", required_argument, NULL, 'C' },
		{ "list", no_argument, NULL, 'l' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int c, ret = 0;

	while (!ret && (c = getopt_long(argc, argv, "h", options, NULL)) >= 0) {
		switch (c) {
		case 's':
			a->socket = optarg;
			break;
		case 't':
			a->trace = optarg;
			break;
		case 'c':
			a->control = optarg;
			break;
		case 'f':
			ret = take_number(&a->fd, "--fd needs a number",
					  optarg);
			break;
		case 'C':
			ret = take_number(&a->control_fd,
					  "--control-fd needs a number",
					  optarg);
			break;
		case 'n':
			ret = take_number(&a->number, "--number needs one",
					  optarg);
			break;
		case 'o':
			ret = take_opt(a, optarg);
			break;
		case 'l':
			list_models();
			return -1;
		case 'h':
			fputs(usage, stdout);
			return -1;
		default:
			fputs("Try \"axle-model --help\".\n", stderr);
			return EXIT_USAGE;
		}
	}
	if (!ret && optind < argc) {
		a->ops = axm_model_find(argv[optind]);
		if (!a->ops)
			return bad_usage("no such device, see --list",
					 argv[optind]);
		if (++optind < argc)
			return bad_usage("too many arguments", argv[optind]);
	}
	return ret ? ret : check(a);
}

static void on_signal(struct axm_source *source, uint32_t events)
{
	struct server *s = (struct server *)((char *)source -
					     offsetof(struct server, signals));

	axm_loop_stop(s->loop);
}

static int catch_signals(struct server *s)
{
	sigset_t set;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	/* Before any thread is made, so that all of them inherit it. */
	if (sigprocmask(SIG_BLOCK, &set, NULL))
		return -errno;
	s->signals.ready = on_signal;
	s->signals.fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (s->signals.fd < 0)
		return -errno;
	return axm_loop_add(s->loop, &s->signals);
}

static int failed(const char *what, const char *which, int ret)
{
	fprintf(stderr, "axle-model: %s %s: %s\n", what, which, strerror(-ret));
	return ret;
}

static int make_device(struct server *s, const struct args *a)
{
	char reason[128] = "";
	struct axm_device_config config = {
		.ops = a->ops,
		.opts = a->opt,
		.nr_opts = a->nr_opts,
		.number = (unsigned int)a->number,
		.bus_ops = &vfu_bus_ops,
		.bus = s->vfu,
		.loop = s->loop,
		.trace = s->trace,
		.error = reason,
		.error_size = sizeof(reason),
	};
	int ret = axm_device_create(&config, &s->dev);

	if (ret) {
		fprintf(stderr, "axle-model: %s: %s\n", a->ops->name,
			*reason ? reason : strerror(-ret));
		/* Of the options, so wrong usage. */
		return ret == -ENOENT || ret == -EINVAL ? EXIT_USAGE : ret;
	}
	return vfu_attach(s->vfu, s->dev);
}

static int start_control(struct server *s, const struct args *a)
{
	int ret;

	if (a->control) {
		ret = axm_control_listen(s->control, a->control);
		if (ret)
			return failed("cannot listen at", a->control, ret);
	}
	if (a->control_fd >= 0) {
		ret = axm_control_adopt(s->control, a->control_fd);
		if (ret)
			return failed("cannot use", "--control-fd", ret);
	}
	return 0;
}

/* 0, -errno, or an exit status. */
static int start(struct server *s, const struct args *a)
{
	int ret = axm_loop_create(&s->loop);

	if (!ret)
		ret = catch_signals(s);
	if (!ret)
		ret = axm_sigbus_guard();
	if (!ret)
		ret = vfu_create(s->loop, &s->vfu);
	if (ret)
		return failed("cannot", "start", ret);
	if (a->trace) {
		ret = axm_trace_open(a->trace, &s->trace);
		if (ret)
			return failed("cannot write", a->trace, ret);
	}
	ret = make_device(s, a);
	if (ret)
		return ret;
	ret = axm_control_create(s->loop, s->dev, &s->control);
	if (ret)
		return failed("cannot", "start", ret);
	ret = start_control(s, a);
	if (ret)
		return ret;
	ret = a->socket ? vfu_listen(s->vfu, a->socket) :
			  vfu_serve(s->vfu, a->fd);
	if (ret)
		return failed("cannot serve", a->socket ? a->socket : "--fd",
			      ret);
	return 0;
}

static void stop(struct server *s, const struct args *a)
{
	axm_control_destroy(s->control);
	if (s->vfu && s->dev) {
		if (s->vfu->listener.fd >= 0 && a->socket)
			unlink(a->socket);
		vfu_detach(s->vfu);
	}
	if (s->dev)
		axm_device_destroy(s->dev);
	if (s->vfu)
		vfu_destroy(s->vfu);
	axm_trace_close(s->trace);
	if (s->loop)
		axm_loop_destroy(s->loop);
}

int main(int argc, char **argv)
{
	struct args a = { .fd = -1, .control_fd = -1 };
	struct server s = { .signals.fd = -1 };
	int ret = parse(argc, argv, &a);

	if (ret)
		return ret < 0 ? 0 : ret;
	ret = start(&s, &a);
	if (!ret)
		ret = axm_loop_run(s.loop);
	stop(&s, &a);
	if (s.signals.fd >= 0)
		close(s.signals.fd);
	return ret > 0 ? ret : ret ? 1 : 0;
}
