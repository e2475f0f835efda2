// SPDX-License-Identifier: MIT
/* Resets, clients that come and go, workers, and what is left over. */
#include "client.h"
#include "tap.h"
#include "testdev_regs.h"

#include <errno.h>
#include <linux/pci_regs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define CONFIG VFIO_PCI_CONFIG_REGION_INDEX
#define PAGE 0x1000u
#define EVENTFD_TRIGGER \
	(VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER)

static void socket_path(char *path, size_t size, const char *name)
{
	const char *dir = getenv("TMPDIR");

	snprintf(path, size, "%s/axm-%d-%s", dir ? dir : "/tmp", getpid(),
		 name);
}

/* What must be gone and what must be kept, for both kinds of reset. */
static void check_reset(struct client *c, int event, bool flr)
{
	uint32_t resets = client_get32(c, 0, TESTDEV_RESETS);

	client_put32(c, 0, TESTDEV_SCRATCH32, 0x1111);
	client_put32(c, 0, TESTDEV_IRQ_RAISE, 0);
	TAP_EQUAL(wait_event(event, 0), 1);
	client_put32(c, 2, 64, 0x2222);
	if (flr) {
		uint16_t ctl = 0x8000 | 0x2810;

		TAP_EQUAL(client_region_write(c, CONFIG, 0x70 + PCI_EXP_DEVCTL,
					      &ctl, 2),
			  0);
	} else {
		TAP_EQUAL(client_call(c, VFU_DEVICE_RESET, NULL, 0), 0);
	}
	TAP_EQUAL(client_get32(c, 0, TESTDEV_RESETS), resets + 1);
	TAP_EQUAL(client_get32(c, 0, TESTDEV_SCRATCH32), 0);
	TAP_EQUAL(client_get32(c, 0, TESTDEV_IRQ_STATUS), 0);
	TAP_EQUAL(client_get32(c, 2, 64), 0x2222);
	TAP_EQUAL(client_get32(c, CONFIG, PCI_COMMAND) & 0xffff, 0);
	TAP_EQUAL(client_get32(c, CONFIG, PCI_BASE_ADDRESS_0), 0);
	TAP_EQUAL(client_get32(c, CONFIG, 0x70 + PCI_EXP_DEVCTL) & 0xffff,
		  0x2810);
	client_put32(c, CONFIG, PCI_COMMAND, 6);
	/* Mappings and descriptors are the client's. */
	client_put32(c, 0, TESTDEV_IRQ_RAISE, 0);
	TAP_EQUAL(wait_event(event, 0), 1);
	TAP_EQUAL(client_dma(c, TESTDEV_CMD_FILL, 0, 0, 16, 1),
		  TESTDEV_DMA_DONE);
}

static void resets(void)
{
	struct server s = { 0 };
	static struct client c;
	int event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	int fd = client_memory(PAGE, NULL);

	TAP_REQUIRE(client_start(&s, &c));
	TAP_EQUAL(client_map(&c, 0, PAGE, 0, fd), 0);
	TAP_EQUAL(client_irqs(&c, VFIO_PCI_MSIX_IRQ_INDEX, EVENTFD_TRIGGER, 0,
			      1, NULL, 0, &event, 1),
		  0);
	client_put32(&c, CONFIG, PCI_BASE_ADDRESS_0, 0xfebe0000);
	check_reset(&c, event, false);
	check_reset(&c, event, true);
	/* Without the bit it is a plain write. */
	client_put32(&c, 0, TESTDEV_SCRATCH32, 5);
	client_put32(&c, CONFIG, 0x70 + PCI_EXP_DEVCTL, 0x10);
	TAP_EQUAL(client_get32(&c, 0, TESTDEV_SCRATCH32), 5);
	close(fd);
	close(event);
	client_stop(&s, &c);
}

static void reset_ends_jobs(void)
{
	struct server s = { 0 };
	static struct client c;
	uint64_t start;

	TAP_REQUIRE(client_start(&s, &c));
	client_put32(&c, 0, TESTDEV_DMA_CMD, TESTDEV_CMD_SPIN);
	TAP_EQUAL(client_get32(&c, 0, TESTDEV_DMA_STATUS), TESTDEV_DMA_BUSY);
	/* The protocol goes on while a job runs. */
	TAP_EQUAL(client_get32(&c, 0, TESTDEV_ID), TESTDEV_ID_VALUE);
	client_put32(&c, 0, TESTDEV_DMA_CMD, TESTDEV_CMD_NOP);
	TAP_EQUAL(client_get32(&c, 0, TESTDEV_DMA_STATUS), TESTDEV_DMA_BUSY);
	start = axm_now_ns();
	TAP_EQUAL(client_call(&c, VFU_DEVICE_RESET, NULL, 0), 0);
	TAP_CHECK(axm_now_ns() - start < 1000000000);
	TAP_EQUAL(client_dma(&c, TESTDEV_CMD_NOP, 0, 0, 0, 0),
		  TESTDEV_DMA_DONE);
	client_stop(&s, &c);
}

static void timer(void)
{
	struct server s = { 0 };
	static struct client c;
	int event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

	TAP_REQUIRE(client_start(&s, &c));
	TAP_EQUAL(client_irqs(&c, VFIO_PCI_MSIX_IRQ_INDEX, EVENTFD_TRIGGER, 3,
			      1, NULL, 0, &event, 1),
		  0);
	client_put32(&c, 0, TESTDEV_IRQ_VECTORS, 3 << 8);
	client_put32(&c, 0, TESTDEV_TIMER_US, 2000);
	TAP_EQUAL(wait_event(event, 5000), 1);
	TAP_EQUAL(client_get32(&c, 0, TESTDEV_TIMER_COUNT), 1);
	TAP_EQUAL(client_get32(&c, 0, TESTDEV_TIMER_US), 0);
	/* Armed again, a timer moves; zero and a reset stop it. */
	client_put32(&c, 0, TESTDEV_TIMER_US, 20000);
	client_put32(&c, 0, TESTDEV_TIMER_US, 0xffffffff);
	TAP_EQUAL(wait_event(event, 50), 0);
	client_put32(&c, 0, TESTDEV_TIMER_US, 20000);
	client_put32(&c, 0, TESTDEV_TIMER_US, 0);
	TAP_EQUAL(wait_event(event, 50), 0);
	client_put32(&c, 0, TESTDEV_TIMER_US, 20000);
	TAP_EQUAL(client_call(&c, VFU_DEVICE_RESET, NULL, 0), 0);
	TAP_EQUAL(wait_event(event, 50), 0);
	close(event);
	client_stop(&s, &c);
}

/* A driver that polls must not starve what it polls for. */
static void timer_under_load(void)
{
	struct server s = { 0 };
	static struct client c;
	uint64_t start;

	TAP_REQUIRE(client_start(&s, &c));
	client_put32(&c, 0, TESTDEV_TIMER_US, 3000);
	start = axm_now_ns();
	while (!client_get32(&c, 0, TESTDEV_TIMER_COUNT) &&
	       axm_now_ns() - start < 5000000000)
		;
	TAP_CHECK(axm_now_ns() - start < 1000000000);
	client_stop(&s, &c);
}

static void come_and_go(void)
{
	char path[100];
	struct server s = { .path = path };
	static struct client c;
	unsigned int before = 0;
	uint16_t command = 6;
	int fds[8];

	socket_path(path, sizeof(path), "come");
	TAP_REQUIRE(TAP_EQUAL(server_start(&s), 0));
	for (int i = 0; i < 8; i++)
		fds[i] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	for (int i = 0; i < 101; i++) {
		int fd = client_memory(PAGE, NULL);

		TAP_REQUIRE(client_connect(&c, path) == 0);
		TAP_REQUIRE(client_version(&c, "{}") == 0);
		/* The device is as new for every client. */
		TAP_EQUAL(client_get32(&c, 0, TESTDEV_SCRATCH32), 0);
		TAP_EQUAL(client_get32(&c, 2, 128), 0);
		TAP_EQUAL(client_get32(&c, CONFIG, PCI_COMMAND) & 7, 0);
		if (i == 1)
			before = client_open_fds();
		if (i > 1)
			TAP_EQUAL(client_open_fds(), before);
		client_region_write(&c, CONFIG, 4, &command, 2);
		client_put32(&c, 0, TESTDEV_SCRATCH32, 0x42);
		client_put32(&c, 2, 128, 0x43);
		TAP_EQUAL(client_map(&c, 0, PAGE, 0, fd), 0);
		TAP_EQUAL(client_irqs(&c, VFIO_PCI_MSIX_IRQ_INDEX,
				      EVENTFD_TRIGGER, 0, 8, NULL, 0, fds, 8),
			  0);
		close(fd);
		/* Some go while a job runs. */
		if (i % 3 == 0)
			client_put32(&c, 0, TESTDEV_DMA_CMD, TESTDEV_CMD_SPIN);
		client_close(&c);
	}
	for (int i = 0; i < 8; i++)
		close(fds[i]);
	server_stop(&s);
}

static void next_client_waits(void)
{
	char path[100];
	struct server s = { .path = path };
	static struct client a, b;

	socket_path(path, sizeof(path), "wait");
	TAP_REQUIRE(TAP_EQUAL(server_start(&s), 0));
	TAP_REQUIRE(client_connect(&a, path) == 0);
	TAP_REQUIRE(client_version(&a, "{}") == 0);
	TAP_REQUIRE(client_connect(&b, path) == 0);
	b.timeout_ms = 50;
	TAP_EQUAL(client_version(&b, "{}"), -ETIMEDOUT);
	client_close(&a);
	b.timeout_ms = 5000;
	TAP_EQUAL(client_receive(&b), 0);
	TAP_EQUAL(client_get32(&b, 0, TESTDEV_ID), TESTDEV_ID_VALUE);
	client_close(&b);
	server_stop(&s);
}

static void stale_socket(void)
{
	char path[100];
	struct server s = { .path = path }, second = { .path = path };
	struct stat st;
	FILE *file;

	socket_path(path, sizeof(path), "stale");
	/* One that a dead server left behind is replaced... */
	TAP_REQUIRE(TAP_EQUAL(server_start(&s), 0));
	axm_loop_stop(s.loop);
	pthread_join(s.thread, NULL);
	TAP_EQUAL(stat(path, &st), 0);
	s = (struct server){ .path = path };
	TAP_REQUIRE(TAP_EQUAL(server_start(&s), 0));
	/* ...one in use is not... */
	TAP_EQUAL(server_start(&second), -EADDRINUSE);
	pthread_join(second.thread, NULL);
	server_stop(&s);
	/* ...and neither is a file. */
	file = fopen(path, "w");
	TAP_REQUIRE(file);
	fclose(file);
	s = (struct server){ .path = path };
	TAP_EQUAL(server_start(&s), -EADDRINUSE);
	pthread_join(s.thread, NULL);
	TAP_EQUAL(stat(path, &st), 0);
	unlink(path);
}

struct race {
	struct server *server;
	uint64_t base; /* its own memory: guests do not race here */
	atomic_bool stop;
	unsigned int done, failed;
};

static void *race_main(void *arg)
{
	struct race *r = arg;
	struct axm_device *dev = r->server->dev;
	static __thread uint8_t buf[8 * PAGE];

	while (!atomic_load(&r->stop)) {
		struct axm_dma_window w;
		int ret = axm_dma_write(dev, r->base, buf, sizeof(buf));

		if (!ret)
			r->done++;
		else if (ret == -EFAULT)
			r->failed++;
		else
			TAP_EQUAL(ret, 0);
		if (!axm_dma_map(dev, r->base, PAGE, true, &w)) {
			__atomic_store_n((uint32_t *)w.ptr, 1,
					 __ATOMIC_RELEASE);
			axm_dma_unmap(dev, &w);
		}
		axm_irq_raise(dev, r->done % 16);
	}
	return NULL;
}

/* Jobs that write while the client maps, unmaps and truncates under them. */
static void unmap_race(void)
{
	struct server s = { 0 };
	static struct client c;
	struct race r[3] = {
		{ &s, 0x100000 },
		{ &s, 0x200000 },
		{ &s, 0x300000 },
	};
	pthread_t thread[3];
	int event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	unsigned int done = 0, failed = 0;

	TAP_REQUIRE(client_start(&s, &c));
	for (int i = 0; i < 3; i++)
		pthread_create(&thread[i], NULL, race_main, &r[i]);
	for (int i = 0; i < 300; i++) {
		int fd = client_memory(8 * PAGE, NULL);
		uint64_t base = r[i % 3].base;

		TAP_EQUAL(client_map(&c, base, 4 * PAGE, 0, fd), 0);
		TAP_EQUAL(client_map(&c, base + 4 * PAGE, 4 * PAGE, 4 * PAGE,
				     fd),
			  0);
		close(fd);
		TAP_EQUAL(client_irqs(&c, VFIO_PCI_MSIX_IRQ_INDEX,
				      EVENTFD_TRIGGER, i % 16, 1, NULL, 0,
				      &event, 1),
			  0);
		if (i % 10 < 3)
			usleep(500);
		TAP_EQUAL(client_unmap(&c, base + 4 * PAGE, 4 * PAGE), 0);
		TAP_EQUAL(client_unmap(&c, base, 4 * PAGE), 0);
	}
	for (int i = 0; i < 3; i++) {
		atomic_store(&r[i].stop, true);
		pthread_join(thread[i], NULL);
		done += r[i].done;
		failed += r[i].failed;
	}
	TAP_CHECK(done && failed);
	close(event);
	client_stop(&s, &c);
}

/* A model that keeps a window: the reply comes, the memory stays valid. */
static void kept_window(void)
{
	struct server s = { 0 };
	static struct client c;
	struct axm_dma_window w;
	uint64_t start;
	int fd = client_memory(PAGE, NULL);

	TAP_REQUIRE(client_start(&s, &c));
	TAP_EQUAL(client_map(&c, 0, PAGE, 0, fd), 0);
	TAP_REQUIRE(axm_dma_map(s.dev, 0x10, 0x2000, true, &w) == 0);
	TAP_EQUAL(w.len, PAGE - 0x10);
	start = axm_now_ns();
	TAP_EQUAL(client_unmap(&c, 0, PAGE), 0);
	TAP_CHECK(axm_now_ns() - start > 1000000000);
	TAP_CHECK(axm_now_ns() - start < 5000000000);
	memset(w.ptr, 1, w.len);
	axm_dma_unmap(s.dev, &w);
	close(fd);
	client_stop(&s, &c);
}

static atomic_bool stubborn_runs, stubborn_ends;

static void stubborn_job(struct axm_device *dev, struct axm_job *job)
{
	uint32_t value = 0;

	atomic_store(&stubborn_runs, true);
	while (!atomic_load(&stubborn_ends))
		usleep(1000);
	/* It is of before the reset: nothing may reach the new owner. */
	TAP_EQUAL(axm_dma_read(dev, 0, &value, 4), -ECANCELED);
}

struct stubborn {
	struct axm_worker *worker;
	struct axm_job job;
};

static int stubborn_init(struct axm_device *dev)
{
	struct stubborn *p = axm_priv(dev);

	p->job.run = stubborn_job;
	return axm_worker_create(dev, "stubborn", &p->worker);
}

static void stubborn_write(struct axm_device *dev, unsigned int bar,
			   uint64_t offset, unsigned int size, uint64_t value)
{
	struct stubborn *p = axm_priv(dev);

	axm_worker_queue(p->worker, &p->job);
}

static void stubborn(void)
{
	static const struct axm_device_ops ops = {
		.name = "stubborn",
		.priv_size = sizeof(struct stubborn),
		.pci.bar[0].size = 4096,
		.init = stubborn_init,
		.bar_write = stubborn_write,
	};
	struct server s = { .ops = &ops };
	static struct client c;
	uint64_t start;

	TAP_REQUIRE(client_start(&s, &c));
	client_put32(&c, 0, 0, 1);
	while (!atomic_load(&stubborn_runs))
		usleep(100);
	start = axm_now_ns();
	TAP_EQUAL(client_call(&c, VFU_DEVICE_RESET, NULL, 0), 0);
	TAP_CHECK(axm_now_ns() - start < 4000000000);
	client_put32(&c, CONFIG, PCI_COMMAND, 6);
	atomic_store(&stubborn_ends, true);
	while (axm_cancelled(s.dev))
		usleep(100);
	client_stop(&s, &c);
}

static const struct tap_case cases[] = {
	{ "resets bring registers back and keep what is the client's", resets },
	{ "a reset ends jobs that run", reset_ends_jobs },
	{ "timers fire, move, stop, and end with a reset", timer },
	{ "a timer fires while a driver polls", timer_under_load },
	{ "a hundred clients come and go and leave nothing", come_and_go },
	{ "the next client waits for the one before", next_client_waits },
	{ "only a socket that nobody listens at is replaced", stale_socket },
	{ "jobs and unmaps race without harm", unmap_race },
	{ "a window that is kept too long delays an unmap, not for ever",
	  kept_window },
	{ "a job that ignores a reset reaches nothing afterwards", stubborn },
};
TAP_MAIN(cases)
