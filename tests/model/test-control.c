// SPDX-License-Identifier: MIT
/* The control socket: faults, commands, and garbage. */
#include "client.h"
#include "common/trace.h"
#include "tap.h"
#include "testdev_regs.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define EVENTFD_TRIGGER \
	(VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER)

struct fixture {
	struct server s;
	struct client c;
	char path[100];
	int ctl;
	char answer[8192];
};

static int ctl_connect(const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	strncpy(addr.sun_path, path, sizeof(addr.sun_path) - 1);
	if (connect(fd, (void *)&addr, sizeof(addr))) {
		close(fd);
		return -1;
	}
	return fd;
}

static bool set_up(struct fixture *f)
{
	const char *dir = getenv("TMPDIR");

	memset(f, 0, sizeof(*f));
	snprintf(f->path, sizeof(f->path), "%s/axm-%d-ctl", dir ? dir : "/tmp",
		 getpid());
	f->s.control_path = f->path;
	if (!client_start(&f->s, &f->c))
		return false;
	f->ctl = ctl_connect(f->path);
	return TAP_CHECK(f->ctl >= 0);
}

static void tear_down(struct fixture *f)
{
	close(f->ctl);
	client_stop(&f->s, &f->c);
	TAP_ERRNO(access(f->path, F_OK), ENOENT);
}

/* Up to and with the line "ok" or "error: ..."; NULL when hung up. */
static const char *read_answer(struct fixture *f)
{
	size_t used = 0;

	for (;;) {
		struct pollfd wait = { .fd = f->ctl, .events = POLLIN };
		char *last;
		ssize_t n;

		if (poll(&wait, 1, 5000) != 1)
			return NULL;
		n = read(f->ctl, f->answer + used,
			 sizeof(f->answer) - 1 - used);
		if (n <= 0)
			return NULL;
		used += (size_t)n;
		f->answer[used] = '\0';
		if (f->answer[used - 1] != '\n')
			continue;
		f->answer[used - 1] = '\0';
		last = strrchr(f->answer, '\n');
		last = last ? last + 1 : f->answer;
		if (!strcmp(last, "ok") || !strncmp(last, "error:", 6))
			return last;
		f->answer[used - 1] = '\n';
	}
}

static const char *command(struct fixture *f, const char *line)
{
	size_t n = strlen(line);

	if (write(f->ctl, line, n) != (ssize_t)n || write(f->ctl, "\n", 1) != 1)
		return NULL;
	return read_answer(f);
}

static int set_vector(struct fixture *f)
{
	int event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

	TAP_EQUAL(client_irqs(&f->c, VFIO_PCI_MSIX_IRQ_INDEX, EVENTFD_TRIGGER,
			      0, 1, NULL, 0, &event, 1),
		  0);
	return event;
}

static void help(void)
{
	static struct fixture f;

	TAP_REQUIRE(set_up(&f));
	TAP_STRING(command(&f, "help"), "ok");
	TAP_CHECK(strstr(f.answer, "\ndrop-irq [N] - "));
	TAP_CHECK(strstr(f.answer, "\nscratch [VALUE] - "));
	TAP_STRING(command(&f, "info"), "ok");
	TAP_CHECK(strstr(f.answer, "device testdev\nid 1234:a81e\n"));
	tear_down(&f);
}

static void stats(void)
{
	static struct fixture f;

	TAP_REQUIRE(set_up(&f));
	TAP_STRING(command(&f, "stats clear"), "ok");
	client_get32(&f.c, 0, TESTDEV_ID);
	client_get32(&f.c, 0, TESTDEV_ID);
	client_put32(&f.c, 0, TESTDEV_SCRATCH32, 1);
	TAP_STRING(command(&f, "stats"), "ok");
	TAP_CHECK(strstr(f.answer, "bar-reads 2\nbar-writes 1\n"));
	/* Memory that the host maps is not seen here: that is the point. */
	TAP_CHECK(strstr(f.answer, "\nmessages 3\n"));
	tear_down(&f);
}

static void drop_irq(void)
{
	static struct fixture f;
	int event;

	TAP_REQUIRE(set_up(&f));
	event = set_vector(&f);
	TAP_STRING(command(&f, "drop-irq 2"), "ok");
	for (int i = 0; i < 3; i++) {
		client_put32(&f.c, 0, TESTDEV_IRQ_RAISE, 0);
		TAP_EQUAL(wait_event(event, 0), i == 2);
	}
	TAP_STRING(command(&f, "irq 0"), "ok");
	TAP_EQUAL(wait_event(event, 0), 1);
	close(event);
	tear_down(&f);
}

static void corrupt(void)
{
	static struct fixture f;

	TAP_REQUIRE(set_up(&f));
	TAP_STRING(command(&f, "corrupt"), "ok");
	TAP_EQUAL(client_dma(&f.c, TESTDEV_CMD_NOP, 0, 0, 0, 0),
		  TESTDEV_DMA_FAILED);
	TAP_EQUAL(client_get32(&f.c, 0, TESTDEV_DMA_ERROR), EIO);
	TAP_EQUAL(client_dma(&f.c, TESTDEV_CMD_NOP, 0, 0, 0, 0),
		  TESTDEV_DMA_DONE);
	tear_down(&f);
}

static void hang(void)
{
	static struct fixture f;

	TAP_REQUIRE(set_up(&f));
	TAP_STRING(command(&f, "hang"), "ok");
	client_put32(&f.c, 0, TESTDEV_DMA_CMD, TESTDEV_CMD_NOP);
	client_put32(&f.c, 0, TESTDEV_TIMER_US, 1);
	usleep(20000);
	TAP_EQUAL(client_get32(&f.c, 0, TESTDEV_DMA_STATUS), TESTDEV_DMA_BUSY);
	TAP_EQUAL(client_get32(&f.c, 0, TESTDEV_TIMER_COUNT), 0);
	TAP_STRING(command(&f, "hang off"), "ok");
	TAP_EQUAL(client_dma_wait(&f.c), TESTDEV_DMA_DONE);
	TAP_EQUAL(client_get32(&f.c, 0, TESTDEV_TIMER_COUNT), 1);
	/* A reset heals it. */
	TAP_STRING(command(&f, "hang on"), "ok");
	client_put32(&f.c, 0, TESTDEV_DMA_CMD, TESTDEV_CMD_NOP);
	TAP_EQUAL(client_call(&f.c, VFU_DEVICE_RESET, NULL, 0), 0);
	TAP_EQUAL(client_get32(&f.c, 0, TESTDEV_DMA_STATUS), TESTDEV_DMA_IDLE);
	TAP_EQUAL(client_dma(&f.c, TESTDEV_CMD_NOP, 0, 0, 0, 0),
		  TESTDEV_DMA_DONE);
	tear_down(&f);
}

static void ecc(void)
{
	static struct fixture f;
	int event;

	TAP_REQUIRE(set_up(&f));
	event = set_vector(&f);
	TAP_STRING(command(&f, "ecc"), "ok");
	TAP_EQUAL(wait_event(event, 0), 1);
	TAP_EQUAL(client_get32(&f.c, 0, TESTDEV_IRQ_STATUS), TESTDEV_IRQ_ECC);
	TAP_EQUAL(client_get32(&f.c, 2, 0x20), 0);
	TAP_STRING(command(&f, "ecc ue 0x20"), "ok");
	TAP_EQUAL(client_get32(&f.c, 2, 0x20), 1);
	close(event);
	tear_down(&f);
}

static void removal(void)
{
	static struct fixture f;

	TAP_REQUIRE(set_up(&f));
	client_put32(&f.c, 0, TESTDEV_DMA_CMD, TESTDEV_CMD_SPIN);
	TAP_STRING(command(&f, "remove"), "ok");
	TAP_EQUAL(client_get32(&f.c, 0, TESTDEV_ID), 0xffffffff);
	TAP_STRING(command(&f, "insert"), "ok");
	TAP_EQUAL(client_get32(&f.c, 0, TESTDEV_ID), TESTDEV_ID_VALUE);
	TAP_STRING(command(&f, "reset"), "ok");
	TAP_STRING(command(&f, "bus-error"), "ok");
	TAP_STRING(command(&f, "eject"), "ok");
	tear_down(&f);
}

static void own_command(void)
{
	static struct fixture f;

	TAP_REQUIRE(set_up(&f));
	TAP_STRING(command(&f, "scratch 0x77"), "ok");
	TAP_STRING(f.answer, "scratch32 0x77\nok");
	TAP_EQUAL(client_get32(&f.c, 0, TESTDEV_SCRATCH32), 0x77);
	tear_down(&f);
}

static void garbage(void)
{
	static const char *const bad[] = {
		"nonsense",
		"drop-irq x",
		"drop-irq -1",
		"drop-irq 1x",
		"drop-irq 99999999999999999999",
		"hang maybe",
		"ecc sometimes",
		"ecc ce zero",
		"irq",
		"irq 2049",
		"stats all",
		"help a b c d e f g h i j k l m n o p q r",
		"\x01\x02\xff\xfe",
	};
	static struct fixture f;
	char line[3000];

	TAP_REQUIRE(set_up(&f));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const char *answer = command(&f, bad[i]);

		TAP_CHECK(answer && !strncmp(answer, "error:", 6));
	}
	memset(line, 'a', sizeof(line) - 1);
	line[sizeof(line) - 1] = '\0';
	TAP_STRING(command(&f, line), "error: line too long");
	TAP_EQUAL(write(f.ctl, "info\0x\n", 7), 7);
	TAP_STRING(read_answer(&f), "error: unknown command, try \"help\"");
	TAP_EQUAL(write(f.ctl, "\n \t \n\r\ninfo\r\n", 13), 13);
	TAP_STRING(read_answer(&f), "ok");
	TAP_EQUAL(client_get32(&f.c, 0, TESTDEV_ID), TESTDEV_ID_VALUE);
	tear_down(&f);
}

static void many_clients(void)
{
	static struct fixture f;
	unsigned int before;
	int fd[20];

	TAP_REQUIRE(set_up(&f));
	TAP_STRING(command(&f, "info"), "ok");
	before = client_open_fds();
	for (int i = 0; i < 20; i++) {
		fd[i] = ctl_connect(f.path);
		TAP_CHECK(fd[i] >= 0);
	}
	TAP_STRING(command(&f, "info"), "ok");
	for (int i = 0; i < 20; i++) {
		/* Half a line, and gone. */
		if (send(fd[i], "inf", 3, MSG_NOSIGNAL) < 0)
			TAP_EQUAL(errno, EPIPE);
		close(fd[i]);
	}
	for (int i = 0; i < 100 && client_open_fds() != before; i++)
		usleep(10000);
	TAP_EQUAL(client_open_fds(), before);
	tear_down(&f);
}

static void trace(void)
{
	static struct fixture f;
	char path[100], line[300] = "", *at;
	struct axm_trace *t;
	bool found = false;
	FILE *file;

	snprintf(path, sizeof(path), "/tmp/axm-%d-trace", getpid());
	TAP_REQUIRE(axm_trace_open(path, &t) == 0);
	memset(&f, 0, sizeof(f));
	f.s.trace = t;
	TAP_REQUIRE(client_start(&f.s, &f.c));
	client_get32(&f.c, 0, TESTDEV_ID);
	client_stop(&f.s, &f.c);
	axm_trace_close(t);
	file = fopen(path, "r");
	TAP_REQUIRE(file);
	while (fgets(line, sizeof(line), file)) {
		at = strstr(line, "bar-read bar=0 offset=0x0 size=4 "
				  "value=0x54584141\n");
		found |= at != NULL;
		TAP_CHECK(strtod(line, &at) >= 0 && *at == ' ');
	}
	TAP_CHECK(found);
	fclose(file);
	unlink(path);
}

static const struct tap_case cases[] = {
	{ "help lists the kit's and the model's commands", help },
	{ "stats counts what reached the model", stats },
	{ "interrupts are swallowed and raised", drop_irq },
	{ "the next completion is spoiled", corrupt },
	{ "a hanging device starts nothing until off or a reset", hang },
	{ "memory errors are injected", ecc },
	{ "the device is removed and inserted again", removal },
	{ "a model has commands of its own", own_command },
	{ "garbage gets an error and nothing else", garbage },
	{ "more clients than there is room for are turned away", many_clients },
	{ "the trace has a line for every access", trace },
};
TAP_MAIN(cases)
